"""Subjects as the text of an event table, and the dictionary beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from trimer.errors import InputError
from trimer.observables import described
from trimer.record.nonmem.dictionary import ColumnEntry, Compartment, Dictionary, EventEntry, SubjectEntry
from trimer.record.nonmem.dictionary import Observed as ObservedEntry
from trimer.record.nonmem.records import ROW_LIMIT
from trimer.record.nonmem.table import (
    ABSENCES,
    COLUMNS,
    COMPARATORS,
    DIGITS,
    PLACES,
    ROUTES,
    Dose,
    Mark,
    Observation,
    Subject,
)
from trimer.record.vocabulary import label

NOTICE = "Research software. What it simulates and judges is never advice for a patient."
Row = dict[str, float | str]
_ALWAYS = frozenset(("ID", "TIME", "EVID", "MDV", "CMT", "AMT", "RATE", "ADDL", "II", "SS", "DV", "DVID"))
_MISSING = "."  # of what NONMEM takes for 0 elsewhere: DV, limits, covariates
_POINTS = ("DV", "LIMIT", "LLOQ", "SENS", "PREC", "WT", "HT", "BSA", "AGE", "SEX", "PH")
_SEEN, _MARKED, _GIVEN = 0, 1, 2


def write_table(
    subjects: Sequence[Subject],
    title: str,
    compartments: Mapping[tuple[str, str], Compartment] | None = None,
    left_out: Iterable[str] = (),
    provenance: Mapping[str, str] | None = None,
    after_doses: bool = False,
) -> tuple[str, Dictionary]:
    """Return subjects as CSV text and its dictionary; :func:`trimer.record.nonmem.read.read_table` reads them back.

    Parameters
    ----------
    subjects : sequence of Subject
        Each with a number of its own.
    title : str
    compartments : mapping of (drug, place) to Compartment, optional
        What more is known of them.
    left_out : iterable of str
        What a reader has to know is not in the table.
    provenance : mapping of str to str, optional
    after_doses : bool
        Whether an observation at the time of a dose sees the dose, as simulated ones do; recorded ones come before.

    Raises
    ------
    InputError
        When there is no subject, or more records than a table may have.
    """
    if not subjects:
        raise InputError("event table", "no subject", "at least one")
    books = _Books(subjects, compartments or {})
    rows = [row for subject in subjects for row in _rows(subject, books, after_doses)]
    if len(rows) > ROW_LIMIT:
        raise InputError("event table", f"{len(rows):,} records", f"at most {ROW_LIMIT:,}: fewer subjects or times")
    used = _ALWAYS | {n for row in rows for n, value in row.items() if value != _MISSING and (value or n in _POINTS)}
    header = [name for name in COLUMNS if name in used]
    lines = [",".join(header)]
    lines += [",".join(_cell(row.get(n, _MISSING if n in _POINTS else 0)) for n in header) for row in rows]
    dictionary = Dictionary(
        schema="trimer/nonmem/1",
        title=title,
        notice=NOTICE,
        time_unit="day",
        compartments=books.compartments(),
        observations=books.observations(),
        codes={name: {str(k): text for text, k in known.items()} for name, known in books.words.items() if known},  # type: ignore[misc]
        subjects={subject.id: _entry(subject) for subject in subjects},
        columns={n: ColumnEntry(label=COLUMNS[n][0], unit=COLUMNS[n][1] or None) for n in header},
        left_out=tuple(left_out),
        provenance=dict(provenance or {}),
    )
    return "\n".join(lines) + "\n", dictionary


def _entry(subject: Subject) -> SubjectEntry:
    return SubjectEntry(
        case=subject.name or None,
        title=subject.title or None,
        source=subject.source,
        origin=subject.origin or None,
        date=subject.date,
        day=subject.day,
        assumed=subject.assumed,  # type: ignore[arg-type]
        events={
            str(k): EventEntry(
                id=e.id, number=e.number, kind=e.kind, label=e.label, context=e.context, **{"with": e.with_}  # type: ignore[arg-type]
            )
            for k, e in subject.events.items()
        },
    )  # fmt: skip


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value == math.floor(value) and abs(value) < 1e15 else repr(float(value))


class _Books:
    """Number what the subjects have in common: compartments, observables, words."""

    def __init__(self, subjects: Sequence[Subject], known: Mapping[tuple[str, str], Compartment]) -> None:
        self.known = known
        doses = sorted({(d.drug, PLACES[d.route], d.unit) for s in subjects for d in s.doses})
        self.places = {(drug, place): k for k, (drug, place, _) in enumerate(doses, 1)}
        self.units = {(drug, place): unit for drug, place, unit in doses}
        self.routes: dict[tuple[str, str], set[str]] = {}
        for dose in (d for s in subjects for d in s.doses):
            self.routes.setdefault((dose.drug, PLACES[dose.route]), set()).add(dose.route)
        seen = dict.fromkeys((o.observable, o.unit) for s in subjects for o in s.observations)
        self.seen = {name: k for k, (name, _) in enumerate(seen, 1)}
        self.seen_units = dict(tuple(seen))
        self.words: dict[str, dict[str, int]] = {name: {} for name in ("WORD", "SPECIMEN", "METHOD", "DENOM")}

    def word(self, column: str, text: str | None) -> int:
        """Return the code of a text; 0 for none."""
        known = self.words[column]
        return 0 if text is None else known.setdefault(text, len(known) + 1)

    def compartments(self) -> dict[str, Compartment]:
        """Return what every number in CMT is; a route where all doses into it have the same one."""
        found = {}
        for (drug, place), number in self.places.items():
            routes = self.routes[drug, place]
            own = Compartment(
                drug=drug,
                unit=self.units[drug, place],
                route=next(iter(routes)) if len(routes) == 1 else None,  # type: ignore[arg-type]
                place=place,  # type: ignore[arg-type]
            )
            more = self.known.get((drug, place))
            found[str(number)] = own if more is None else more.model_copy(update=own.model_dump(exclude_none=True))
        return found

    def observations(self) -> dict[str, ObservedEntry]:
        """Return what every number in DVID is."""
        return {
            str(k): ObservedEntry(observable=name, unit=self.seen_units[name] or "1", label=_label(name))
            for name, k in self.seen.items()
        }


def _label(name: str) -> str:
    known = described(name)
    return known.label if known else label(name)


def _rows(subject: Subject, books: _Books, after_doses: bool) -> list[Row]:
    """Return the records of a subject in the order NONMEM wants: by time, doses of one time last (or first)."""
    last = -1 if after_doses else _GIVEN
    numbered = [(o.time, _SEEN, o.event, _seen(o, books)) for o in subject.observations]
    numbered += [(m.time, _MARKED, m.event, _mark(m)) for m in subject.marks]
    numbered += [(time, last, dose.event, _given(dose, count, ii, books)) for time, dose, count, ii in _runs(subject)]
    numbered.sort(key=lambda item: item[:3])
    fixed: Row = {"ID": subject.id, **subject.covariates}
    ph = {"positive": 1.0, "negative": 0.0}
    for seen in subject.observations:
        if seen.observable == "philadelphia_chromosome" and seen.text in ph:
            fixed["PH"] = ph[seen.text]
    return [{**fixed, **row, "TIME": time} for time, _, _, row in numbered]


def _runs(subject: Subject) -> list[tuple[float, Dose, int, float]]:
    """Return doses, those that follow one another at one interval as one with additional doses (ADDL, II)."""

    def kind(dose: Dose) -> tuple[object, ...]:
        return (dose.drug, dose.route, dose.amount, dose.rate, dose.unit, dose.assumed, dose.event)

    found: list[tuple[float, Dose, int, float]] = []
    for _, group in groupby(sorted(subject.doses, key=lambda d: (kind(d), d.time)), key=kind):
        doses = list(group)
        while doses:
            first, count = doses[0], 1
            interval = round(doses[1].time - first.time, DIGITS) if len(doses) > 1 else 0.0
            while interval > 0.0 and count < len(doses):
                if doses[count].time != round(first.time + count * interval, DIGITS):
                    break
                count += 1
            found.append((first.time, first, count - 1, interval if count > 1 else 0.0))
            doses = doses[count:]
    return sorted(found, key=lambda run: (run[0], kind(run[1])))


def _given(dose: Dose, more: int, interval: float, books: _Books) -> Row:
    return {
        "EVID": 1,
        "MDV": 1,
        "CMT": books.places[dose.drug, PLACES[dose.route]],
        "AMT": dose.amount,
        "RATE": dose.rate,
        "ADDL": more,
        "II": interval,
        "DV": _MISSING,
        "ROUTE": 1 + ROUTES.index(dose.route),
        "ASSUMED": int(dose.assumed),
        "EVENT": dose.event,
    }


def _mark(mark: Mark) -> Row:
    return {"EVID": 2, "MDV": 1, "DV": _MISSING, "EVENT": mark.event}


def _seen(seen: Observation, books: _Books) -> Row:
    cens = {"<": 1, "<=": 1, "within": 1, ">": -1, ">=": -1}.get(seen.comparator, 0)
    below = seen.comparator in ("<", "<=")
    found: Row = {
        "MDV": int(seen.value is None),
        "DVID": books.seen[seen.observable],
        "DV": _MISSING if seen.value is None else seen.value,
        "CENS": cens,
        "COMP": COMPARATORS.index(seen.comparator),
        "BLQ": int(below),
        "INFERRED": int(seen.inferred),
        "ABSENT": 0 if seen.absence is None else 1 + ABSENCES.index(seen.absence),
        "WORD": books.word("WORD", seen.text),
        "SPECIMEN": books.word("SPECIMEN", seen.specimen),
        "METHOD": books.word("METHOD", seen.method),
        "DENOM": books.word("DENOM", seen.denominator),
        "EVENT": seen.event,
    }
    told = {"LIMIT": seen.low, "LLOQ": seen.value if below else None, "SENS": seen.sensitivity, "PREC": seen.precision}
    return found | {name: value for name, value in told.items() if value is not None}
