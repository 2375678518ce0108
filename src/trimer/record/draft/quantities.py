"""Numbers with units, as reports print them, respelled in the units of a case file; every pattern is bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from trimer.record.schema import Comparator

Kind = Literal["count", "percent", "mass", "chemistry", "temperature", "dose", "rate", "time", "size", "power"]

WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,3}(?!\d)|\d{1,7})(?:\.\d{1,6})?"
_COMPARATORS: dict[str, Comparator] = {
    ">": ">", "<": "<", "≥": ">=", ">=": ">=", "≤": "<=", "<=": "<=", "more than": ">", "greater than": ">",
    "above": ">", "over": ">", "exceeding": ">", "less than": "<", "fewer than": "<", "below": "<", "under": "<",
    "at least": ">=", "at most": "<=", "no more than": "<=",
}  # fmt: skip
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER = r"10 ?[\^*]{0,2} ?(?P<power>[369]|12|[³⁶⁹]|¹²)"
_VOLUME = r"(?P<volume>l|litre|liter|µl|ul|mcl|mm3|mm³|mm\^3|ml|microlitre|microliter|cmm|cu ?mm)"
_CELLS = r"(?:(?:white |red )?(?:blood )?cells? ?|leukocytes ?|wbcs? ?)?"
_VOLUMES = {"l": "L", "litre": "L", "liter": "L", "ml": "mL"}
_CHEMISTRY = {
    "mg/dl": "mg/dL", "mmol/l": "mmol/L", "µmol/l": "umol/L", "umol/l": "umol/L", "ng/ml": "ng/mL", "pg/ml": "pg/mL",
    "ng/l": "pg/mL", "meq/l": "meq/L",
}  # fmt: skip
_MASSES = {"g": "g", "gm": "g", "gr": "g", "mg": "mg", "mcg": "ug", "µg": "ug", "ug": "ug", "microgram": "ug",
           "micrograms": "ug", "iu": "IU", "u": "IU", "units": "IU", "unit": "IU"}  # fmt: skip
_TIMES = {"d": "day", "wk": "week", "h": "h", "hr": "h", "min": "min", "minute": "min", "hour": "h"}
_END = r"(?![\w²³/^])"
# In this order the first that fits stands: a rate is also a dose, a count also begins like a mass.
_UNITS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (cast(Kind, kind), re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("count", rf" ?[×x*·] ?{_POWER} ?{_CELLS}(?:/|per) ?{_VOLUME}{_END}"),
        ("count", rf" ?(?P<big>k|(?-i:G)|giga|thousand|gpt) ?{_CELLS}(?:/|per) ?{_VOLUME}{_END}"),
        ("count", rf" ?{_CELLS}(?:/|per ) ?{_VOLUME}{_END}"),
        ("temperature", r" ?(?:°|º|degrees?)? ?(?P<degree>[cf]|celsius|fahrenheit)(?![\w/])"),
        ("mass", r" ?(?P<gram>g|gm|gms) ?(?:/|per ) ?(?P<litre>dl|l)(?![\w/])"),
        ("mass", r" ?(?P<gram>g)%"),
        ("chemistry", rf" ?(?P<lab>{'|'.join(_CHEMISTRY)})(?![\w/])"),
        ("percent", r" ?(?:%|percent\b|per cent\b)"),
        (
            "dose",
            rf" ?(?P<amount>{'|'.join(sorted(_MASSES, key=len, reverse=True))})\b"
            r"(?: ?(?:/|per ) ?(?P<per>m ?2|m²|m\^2|sqm|square met(?:re|er)|kg)(?![\w²³]))?"
            r"(?: ?(?:/|per |a )? ?(?P<time>day|d|24 ?h|h|hr|hour|daily)\b)?",
        ),
        ("size", r" ?(?P<size>kg|cm)(?![\w/])"),
        (
            "time",
            r"[ -]?(?P<unit>day|week|month|year|hour|minute|wk|hr|min|d|h)s?(?![\w/])(?:[ -]old\b)?",
        ),
    )
)
_FOUND = re.compile(
    r"(?P<comparator>[<>≥≤]=?|\b(?:more than|greater than|no more than|above|over|exceeding|less than|fewer than|below|"
    r"under|at least|at most)\b)? ?"
    rf"(?<![\w.,/\-–^*])(?<!\d['’·])(?:(?P<low>{NUMBER}) ?(?:-|–|—|to) ?)?"
    rf"(?P<number>{NUMBER}|\b(?:{'|'.join(WORDS)})\b)(?![.,]?\d)",
    re.IGNORECASE,
)
_BLANK = re.compile(r"(?<!\d)\d{1,3} $")
_GROUPS = re.compile(r"(?<![\w.,/\-–])(?:\d{1,3} ){1,2}$")
_DAY = re.compile(r"\bdays? \d{1,3} $", re.IGNORECASE)
_POWER_BEFORE = re.compile(r"[×x*·] ?(?:10 ?)?$", re.IGNORECASE)
_UP_TO = re.compile(r"\bup to $", re.IGNORECASE)
_MINUS_POWER = re.compile(
    r"(?<![\w.])(?:(?P<times>\d{1,2}(?:\.\d{1,3})?) ?[×x*·] ?)?10 ?\^? ?[-⁻] ?(?P<exponent>[1-7¹²³⁴⁵⁶⁷])(?!\d)"
)


@dataclass(frozen=True)
class Quantity:
    """Hold one number with its unit.

    Attributes
    ----------
    kind : str
    value : float, ``unit``
        The upper bound when ``low`` is given.
    low : float or None, ``unit``
    unit : str
        As a case file spells it.
    comparator : {"=", "<", "<=", ">", ">="}
    most : bool
        Whether the text says ``up to``: the most of several numbers.
    start, end : int
        In the text that was read, comparator included.
    printed : str
        The number as the text has it.
    """

    kind: Kind
    value: float
    unit: str
    start: int
    end: int
    printed: str
    low: float | None = None
    comparator: Comparator = "="
    most: bool = False

    @property
    def text(self) -> str:
        """The quantity as a case file writes it, e.g. ``"1 g/m2"``."""
        return f"{self.value:.10g} {self.unit}"


def quantities(text: str, offset: int = 0) -> Iterator[Quantity]:
    """Yield the numbers of a text that have a unit; ``offset`` is added to their places."""
    taken = 0
    for found in _FOUND.finditer(text):
        if found.start() < taken:
            continue
        for kind, pattern in _UNITS:
            unit = pattern.match(text, found.end())
            if unit is not None:
                taken = unit.end()
                quantity = _quantity(kind, found, unit, offset)
                if quantity is not None:
                    yield quantity
                break
    for found in _MINUS_POWER.finditer(text):
        exponent = int(found["exponent"].translate(_SUPER))
        value = float(found["times"] or 1) * 10.0**-exponent
        yield Quantity(
            "power", float(f"{value:.6g}"), "fraction", offset + found.start(), offset + found.end(), found.group(),
            comparator=_comparator_before(text[: found.start()]),
        )  # fmt: skip


def number(word: str) -> float:
    """Return a number from digits (with commas between thousands) or a word up to twelve."""
    return float(WORDS[word.lower()]) if word.lower() in WORDS else float(word.replace(",", ""))


def _comparator_before(text: str) -> Comparator:
    found = re.search(r"([<>≥≤]=?|below|less than|above|more than) ?$", text[-12:])
    return _COMPARATORS[found[1]] if found else "="


def _quantity(kind: Kind, found: re.Match[str], unit: re.Match[str], offset: int) -> Quantity | None:
    """Return a number with its unit, or None where it may be only the tail of the number that is printed."""
    first = found.start("low" if found["low"] else "number")
    before = found.string[max(0, first - 16) : first]
    if re.match(r"\d{3}(?!\d)", found["low"] or found["number"]) and _BLANK.search(before) and not _DAY.search(before):
        return _thousands(kind, found, unit, before, offset)
    if kind == "count" and (_POWER_BEFORE.search(before) or _may_be_thousands(found["number"], unit)):
        return None
    low = number(found["low"]) if found["low"] else None
    comparator = _COMPARATORS.get((found["comparator"] or "").lower(), "=")
    value, name = number(found["number"]), _named(kind, unit)
    if kind == "dose" and "/day" in name:
        kind = "rate"
    start = found.start("comparator") if found["comparator"] else found.start("low" if low is not None else "number")
    most = bool(_UP_TO.search(before))
    return Quantity(kind, value, name, offset + start, offset + unit.end(), found["number"], low, comparator, most)


def _thousands(kind: Kind, found: re.Match[str], unit: re.Match[str], before: str, offset: int) -> Quantity | None:
    """Return a count with blanks between its thousands (``12 000/µL``); before a dose they may part two numbers."""
    groups = _GROUPS.search(before)
    if groups is None or kind != "count" or found["low"]:
        return None
    printed = groups.group() + found["number"]
    start, value = found.start("number") - len(groups.group()), number(printed.replace(" ", ""))
    comparator = _comparator_before(before[: groups.start()])
    name = _named(kind, unit)
    return Quantity(kind, value, name, offset + start, offset + unit.end(), printed, comparator=comparator)


def _may_be_thousands(printed: str, unit: re.Match[str]) -> bool:
    """Return whether a dot may part thousands, as in ``3.500/µL``."""
    part = unit.groupdict()
    return bool(re.search(r"\.\d{3}$", printed)) and not (part.get("power") or part.get("big"))


def _named(kind: Kind, unit: re.Match[str]) -> str:
    """Return a unit as a case file spells it."""
    part = {key: (text or "").lower().replace(" ", "") for key, text in unit.groupdict().items()}
    if kind == "count":
        volume = _VOLUMES.get(part["volume"], "uL")
        if "power" in part:
            return f"10*{part['power'].translate(_SUPER)}/{volume}"
        if "big" in part:
            return f"10*{3 if part['big'] in ('k', 'thousand') else 9}/{volume}"
        return f"/{volume}"
    if kind == "temperature":
        return "[degF]" if part["degree"].startswith("f") else "Cel"
    if kind == "mass":
        return "g/L" if part.get("litre") == "l" else "g/dL"
    if kind == "chemistry":
        return _CHEMISTRY[part["lab"]]
    if kind == "dose":
        per = {"": "", "kg": "/kg"}.get(part["per"], "/m2")
        time = {"": "", "h": "/h", "hr": "/h", "hour": "/h"}.get(part["time"], "/day")
        return _MASSES[part["amount"]] + per + time
    if kind == "time":
        return _TIMES.get(part["unit"], part["unit"])
    return part["size"] if kind == "size" else "%"
