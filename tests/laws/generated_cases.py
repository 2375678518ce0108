"""Random case documents, valid and widely varied, and files spoilt in every way one thinks of; both follow a seed.

A document is made around a truth: every event and every end gets a day, and whatever is said of dates agrees with it,
so that no set of partial dates contradicts itself. Texts hold whatever people write, control characters other than tab
and line ends left out (no printed report has them).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, get_args

from malformed_files import malformed

import trimer.library as library
from trimer.observables import OBSERVABLES
from trimer.record.check import AMOUNT_UNITS, RATE_UNITS
from trimer.record.schema import CaseDocument, Context, EpisodeKind, EventKind, RouteName
from trimer.record.vocabulary import RECORD_ONLY, allowed_words, canonical_unit, molar_mass

__all__ = ["document", "malformed"]

Table = dict[str, Any]

WORDS = (
    "blasts", "remission", "marrow", "Kaposi", "naïve", "Ångström", "β-lactam", "37 °C", "≥ 5 %", "日本語", "עברית",
    "🧬", "e\u0301", "a\u200db", "\ufeff", "\u2028", "\u00a0", "it's", '"quoted"', "a;b", "a,b", "a|b", "a\tb", "\\n",
    "\\", "<b>bold</b>", "&amp;", "]]>", "<!-- x -->", "{{x}}", "${HOME}", "%s", "#1", "key: value", "- item", "[1, 2]",
    "^", "~",
)  # fmt: skip
ODD = (
    "=1+1", "=cmd|' /C calc'!A0", "+49 30", "-5", "@SUM(A1)", "null", "~", "true", "no", "NaN", "nan", "inf", "1e5",
    "007", "0x1F", "1.0", "2014-01-17", "2014-13", " ", " leading", "trailing ", "\n", "a\nb\n", "a\r\nb", "a\rb",
    "\tx", "---", "...", "'", '"', '""', ",", ";", "|", "!", "%", "`", "NA", "not stated", "None",
    "<script>alert(1)</script>", "e01", "A1",
)  # fmt: skip
# Units in which laboratories report, with the size of one in the canonical unit.
UNITS = {
    "1e9/L": (("1e9/L", 1.0), ("10*9/L", 1.0), ("/uL", 1e-6), ("10*3/uL", 1.0)),
    "1e6/L": (("1e6/L", 1.0), ("/uL", 1.0)),
    "%": (("%", 1.0), ("fraction", 100.0)),
    "fraction": (("fraction", 1.0), ("%", 0.01)),
    "g/dL": (("g/dL", 1.0), ("g/L", 0.1)),
    "pg/mL": (("pg/mL", 1.0), ("ng/mL", 1000.0)),
    "ng/mL": (("ng/mL", 1.0), ("ug/L", 1.0)),
    "day": (("day", 1.0), ("h", 1 / 24)),
    "Cel": (("Cel", 1.0), ("[degF]", 5 / 9)),
    "mmol/L": (("mmol/L", 1.0), ("umol/L", 1e-3)),
}
TIMES = ("day", "days", "d", "week", "wk")


def document(seed: int) -> CaseDocument:
    """Return the random case of a seed: the same for the same seed, and one that every check of a case file passes."""
    return CaseDocument.model_validate(_Maker(random.Random(seed)).case(seed))


@cache
def _drugs() -> tuple[str, ...]:
    return tuple(library.list_entries("drugs"))


@cache
def _regimens() -> dict[str, tuple[str, ...]]:
    return library.regimen_parts()


@cache
def _terms() -> tuple[str, ...]:
    return (*OBSERVABLES, *RECORD_ONLY)


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng, self.one = rng, rng.choice
        self.truth: dict[str, int] = {}  # ordinal day of every point
        self.ids: list[str] = []
        self.clocks: dict[str, int] = {}
        self.noted = 0

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def some(self, most: int) -> range:
        """Return up to so many turns, few more often than many."""
        return range(min(self.rng.randint(0, most), self.rng.randint(0, most)))

    def optional(self, p: float = 0.4, **makers: Callable[[], Any]) -> Table:
        """Return each field with a chance of its own."""
        return {name: make() for name, make in makers.items() if self.chance(p)}

    # -- words and numbers

    def text(self) -> str:
        kind = self.rng.random()
        if kind < 0.25:
            return self.one(ODD)
        if kind < 0.27:
            return (self.one(WORDS) * 4000)[: self.rng.randint(300, 4000)]
        if kind < 0.32:
            picks = (self.rng.choice((range(32, 127), range(161, 0xD7FF), range(0x10000, 0x1FFFF))) for _ in range(9))
            return "".join(chr(self.one(part)) for part in picks)
        return self.one((" ", " ", "\n", ", ")).join(self.rng.choices(WORDS, k=self.rng.randint(1, 7)))

    def name(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        tail = self.rng.choices(letters + "0123456789_", k=self.rng.choice((0, 3, 8, 63)))
        return self.one(letters) + "".join(tail)

    def number(self, least: float = 0.0, most: float = float("inf")) -> float:
        top = min(most, 1e6)
        drawn = self.one((
            lambda: float(self.rng.randint(0, int(min(top, 400)))),
            lambda: round(self.rng.uniform(0, min(top, 200)), self.rng.randint(1, 3)),
            lambda: self.rng.uniform(0, top),
            lambda: min(top, self.rng.random() * 10.0 ** self.rng.randint(-12, 5)),
            lambda: self.one((0.0, 1e-300, 5e-324, top)),
        ))()  # fmt: skip
        return max(least, drawn)

    def quantity(self, units: Sequence[str], least: float = 0.0) -> str:
        n, unit = max(least, self.number()), self.one(units)
        gap = self.one(("", " ", " ")) if unit[0].isalpha() else " "
        return f"{self.one((repr(n), f'{n:g}', str(int(n) + 1)))}{gap}{unit}"

    def lasts(self) -> str:
        return f"{self.one((1, 2, 0.5, 28, 7, 1e-3, 12.25))} {self.one((*TIMES, 'h', 'hours'))}"

    def days(self, count: int) -> str:
        """Return whole days as people write them."""
        written = [f"{count} {self.one(TIMES[:3])}", f"{count:+d}.0 day", f"{count * 24} h"]
        return self.one([*written, *([f"{count // 7} {self.one(TIMES[3:])}"] if count % 7 == 0 else [])])

    # -- dates

    def partial(self, ordinal: int, parts: int | None = None) -> str:
        date = dt.date.fromordinal(ordinal).isoformat()
        return date[: (4, 7, 10)[self.rng.randrange(3) if parts is None else parts]]

    def date(self, point: str, others: Sequence[str]) -> Table:
        """Return what is said of a point: its date, windows and ties to points that are tied already."""
        day, said = self.truth[point], Table()
        tied = others and self.chance(0.5)
        if not tied or self.chance(0.3):
            said["on"] = self.partial(day)
        if self.chance(0.25):
            low, high = day - self.rng.randint(0, 90), day + self.rng.randint(0, 90)
            said["between"] = [self.partial(low), self.partial(high)]
        if self.clocks and self.chance(0.2):
            clock = self.one(list(self.clocks))
            if day >= self.clocks[clock]:
                said["completed"] = {"clock": clock, "weeks": (day - self.clocks[clock]) // 7}
        if tied:
            relation = self.one(("relative", "relative", "after", "before"))
            for field in {relation, self.one(("relative", "after", "before"))}:
                made = [
                    self.relative(day, o) if field == "relative" else self.gap(field, day, o) for o in self.pick(others)
                ]
                if any(made):
                    said[field] = [m for m in made if m]
            if not {"relative", "after", "before", "on"} & set(said):
                said["on"] = self.partial(day)
        if self.chance(0.3):
            said["prefer"] = {"date": self.partial(day, 2), **self.optional(note=self.text)}
        return said

    def pick(self, others: Sequence[str]) -> list[str]:
        return self.rng.sample(list(others), min(len(others), self.one((1, 1, 1, 2))))

    def relative(self, day: int, other: str) -> Table:
        away, slack = day - self.truth[other], self.one((0, 0, 1, 3, 14))
        off = away + self.rng.randint(-slack, slack)
        how = {"treatment_day": off + 1} if 0 <= off < 1000 and self.chance(0.4) else {"offset": self.days(off)}
        tolerance = {"tolerance": self.days(slack)} if slack or self.chance(0.1) else {}
        return {"to": other, **how, **tolerance, **self.optional(0.3, note=self.text)}

    def gap(self, field: str, day: int, other: str) -> Table:
        away = (day - self.truth[other]) * (1 if field == "after" else -1)
        if away < 0:
            return {}
        low = {"min": self.days(self.rng.randint(0, away))} if away == 0 or self.chance(0.5) else {}
        high = {"max": self.days(away + self.rng.randint(0, 30))} if self.chance(0.4) else {}
        return {"event": other, **low, **high, **self.optional(0.3, note=self.text)}

    # -- what was seen

    def observation(self, observable: str) -> Table:
        made: Table = {"observable": observable}
        words, unit = allowed_words(observable), canonical_unit(observable)
        shapes = ["text", "absence"] + (["value", "value", "interval", "value"] if unit else [])
        shape = self.one(shapes)
        if shape == "absence":
            made["absence"] = self.one(("not stated", "not done"))
        if shape == "text" or (shape != "absence" and self.chance(0.15)):
            made["text"] = self.one(words) if words else self.text()
        if shape in ("value", "interval"):
            made |= self.numbers(observable, str(unit), shape)
        elif self.chance(0.1):
            made["unit"] = self.one(("%", "1e9/L"))
        made |= self.optional(
            0.25,
            specimen=lambda: self.one(("blood", "marrow", "CSF", self.text())),
            denominator=lambda: self.one(("nucleated cells", "white cells", "total B cells", self.text())),
            method=lambda: self.one(("flow cytometry", "PCR", self.text())),
            sensitivity=lambda: self.one((1e-4, 1e-6, 0.01, self.rng.uniform(1e-9, 0.9))),
            precision=lambda: self.one((0.1, 1.0, self.rng.uniform(1e-6, 10))),
            note=self.text,
        )
        if self.chance(0.15):
            made |= {"basis": "inferred", "note": self.text()}
        return made

    def numbers(self, observable: str, unit: str, shape: str) -> Table:
        substance = molar_mass(observable) is not None
        own, size = self.one(UNITS.get(unit, ((unit, 1.0),)))
        own, size = ("mg/dL", 1.0) if substance and self.chance(0.3) else (own, size)
        most = {"%": 99.0, "fraction": 0.99}.get(unit, 120.0 if observable == "age" else float("inf")) / size
        low, high = sorted((self.number(0.0, most), self.number(0.0, most)))
        if shape == "interval":
            return {"interval": [low, high], "unit": own}
        comparator = self.one(("=", "=", "<", "<=", ">", ">="))
        return {"value": high, "unit": own, **({} if comparator == "=" else {"comparator": comparator})}

    def notes(self, most: int = 3) -> list[Table]:
        return [{"text": self.text(), **self.optional(0.5, id=self.note_id)} for _ in self.some(most)]

    def note_id(self) -> str:
        self.noted += 1
        return f"A{self.noted % 99 + 1}"

    # -- what was given

    def route(self) -> str:
        return str(self.one(get_args(RouteName)))

    def dose(self) -> Table:
        if self.chance(0.5):
            return {"amount": self.quantity((*AMOUNT_UNITS, "mg", "g/m2", "mg/kg", "mcg", "[IU]/m2"))}
        return {"rate": self.quantity((*RATE_UNITS, "mg/day", "ug/h"))}

    def given(self) -> Table:
        detail = self.optional(detail=self.text, repeat=lambda: self.rng.randint(1, 1000))
        if self.chance(0.3):
            return {"regimen": self.one([*_regimens(), "zzzz_0"]), **detail}
        made = {"drug": self.one([*_drugs(), "qqqq_9"]), **detail, **self.optional(route=self.route)}
        if self.chance(0.7):
            made |= self.dose()
        if self.chance(0.3):
            made["days"] = [self.rng.randint(1, 1000) for _ in range(self.rng.randint(1, 6))]
        return made

    def episode(self) -> Table:
        made = {"kind": self.one(get_args(EpisodeKind)), "name": self.one((self.text(), self.one(_drugs())))}
        made |= self.optional(detail=self.text)
        if self.chance(0.5):
            made |= {"lasts": self.lasts()} if self.chance(0.5) else {"until": self.one(list(self.truth))}
        return made

    # -- the whole

    def event(self, event_id: str, number: int, dated: Sequence[str], leads: Sequence[str]) -> Table:
        made = {
            "id": event_id,
            "number": number,
            "kind": self.one(get_args(EventKind)),
            "label": self.text(),
            "date": self.date(event_id, dated),
            **self.optional(0.25, context=lambda: self.one(get_args(Context)), conclusion=self.text),
        }
        if f"{event_id}.end" in self.truth:
            made["end"] = self.date(f"{event_id}.end", [*dated, event_id])
        if leads and self.chance(0.3):
            made["with"] = self.one(list(leads))
        makers = {"observations": self.seen, "given": self.given, "episodes": self.episode}
        for field, make in makers.items():
            if rows := [make() for _ in self.some(4)]:
                made[field] = rows
        if notes := self.notes():
            made["notes"] = notes
        return made

    def seen(self) -> Table:
        return self.observation(self.one(_terms()))

    def reading(self, name: str) -> Table:
        phases = [
            {"rate": self.quantity(RATE_UNITS), "lasts": self.lasts(), "event": self.one(self.ids)}
            for _ in range(self.rng.randint(1, 4))
        ]
        own = {"id": name, "label": self.text(), "drug": self.one(_drugs()), "route": self.route()}
        return {**own, "start": self.one(self.ids), "phases": phases, **self.optional(note=self.text)}

    def order(self, readings: Sequence[str], chosen: bool) -> Table:
        made: Table = {"event": self.one(self.ids), "kind": self.one(("stated", "assumed"))}
        kind = self.one(("regimen", "drug", "interpretation")) if readings else self.one(("regimen", "drug"))
        if kind == "interpretation":
            made["interpretation"] = self.one([*readings, *(["chosen"] if chosen else [])])
        elif kind == "drug":
            made |= {"drug": self.one(_drugs()), **self.dose()}
        else:
            made["regimen"] = self.one(list(_regimens()))
            parts = _regimens()[made["regimen"]]
            made |= self.optional(
                omit=lambda: self.rng.sample(parts, self.rng.randint(1, len(parts))),
                amounts=lambda: {part: self.quantity(("mg", "mg/m2", "ug/day")) for part in self.pick(parts)},
            )
        return made | self.optional(
            0.3,
            start=lambda: self.one(self.ids),
            offset=lambda: f"{self.one((-2, -0.5, 0, 1, 14))} {self.one(TIMES)}",
            route=self.route,
            lasts=self.lasts,
            repeat=lambda: self.rng.randint(1, 1000),
            interval=self.lasts,
            label=self.text,
            note=self.text,
        )

    def realisation(self) -> Table:
        names = list(dict.fromkeys(self.name() for _ in self.some(3)))
        made: Table = {}
        if names:
            made["interpretations"] = [self.reading(name) for name in names]
        if chosen := bool(names) and self.chance(0.7):
            made["chosen"] = self.one(names)
        if orders := [self.order(names, chosen) for _ in self.some(4)]:
            made["orders"] = orders
        return made

    def measure(self, unit: Sequence[str], low: float, high: float) -> Table:
        value = f"{self.one((round(self.rng.uniform(low, high), 1), self.rng.randint(int(low) + 1, int(high))))}"
        kind = self.one(("stated", "assumed"))
        return {"value": f"{value} {self.one(unit)}", "kind": kind, **self.optional(note=self.text)}

    def patient(self) -> Table:
        size = {"weight": self.measure(("kg",), 3, 150), "height": self.measure(("cm",), 45, 210)}
        age = self.one(
            (f"{self.rng.randint(1, 99)} year", f"{self.rng.uniform(0.01, 99)!r} years", "400 week", "3e1 a")
        )
        return {"sex": self.one(("female", "male", "not stated")), "age": age, "size": size}

    def case(self, seed: int) -> Table:
        """Return a case as plain values."""
        count = self.one((1, 2, 3, 4, 5, 6, 8, 12, 18))
        width = self.one((2, 2, 3, 4))
        self.ids = [f"e{n:0{width}d}" for n in self.rng.sample(range(10**width), count)]
        numbers = self.rng.sample(range(1, 1001), count)
        start = dt.date(self.rng.randint(1950, 2030), 1, 1).toordinal()
        dates: dict[str, list[str]] = {}
        for event_id in self.ids:
            self.truth[event_id] = start + self.rng.randint(0, self.one((30, 400, 4000)))
            dates[event_id] = [event_id]
            if self.chance(0.3):
                self.truth[f"{event_id}.end"] = self.truth[event_id] + self.rng.randint(0, 200)
                dates[event_id].append(f"{event_id}.end")
        self.clocks = {self.name(): start - self.rng.randint(-10, 200) for _ in self.some(2)}
        events: list[Table] = []
        for event_id, number in zip(self.ids, numbers, strict=True):
            before = [point for event in events for point in dates[event["id"]]]
            leads = [event["id"] for event in events if "with" not in event]
            events.append(self.event(event_id, number, before, leads))
        made: Table = {
            "schema": "trimer/case/1",
            "id": f"g{seed}" if self.chance(0.7) else f"{self.name()[:40]}_{seed}",
            "title": self.text(),
            "source": self.source(),
            "patient": self.patient(),
            "origin": self.one(self.ids),
            "events": events,
        }
        told = [spec.get("completed", {}).get("clock") for e in events for spec in (e["date"], e.get("end", {}))]
        if clocks := [{"id": name, "label": self.text()} for name in self.clocks if name in told]:
            made["clocks"] = clocks
        if plan := self.realisation():
            made["realisation"] = plan
        return made | {"article_notes": notes} if (notes := self.notes()) else made

    def source(self) -> Table:
        told = {"citation": self.name(), "title": self.text(), "authors": self.text(), "journal": self.text()}
        texts: Callable[[], list[str]] = lambda: [self.text() for _ in self.some(3)]  # noqa: E731
        year = self.one((1900, 2200, self.rng.randint(1901, 2199)))
        return {**told, "year": year, **self.optional(doi=self.text, seen=texts, recalled=texts)}
