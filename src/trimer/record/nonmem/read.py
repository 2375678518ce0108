"""An event table and its dictionary as subjects: what the numbers of CMT, DVID and the code columns mean is applied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import trimer.units as units
from trimer.course import Absence
from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.record.check import AMOUNT_UNITS
from trimer.record.nonmem.dictionary import Compartment, Dictionary, Observed, SubjectEntry, read_dictionary
from trimer.record.nonmem.records import Cells, Ignore, Lines, Record, clocked, read_lines, records
from trimer.record.nonmem.table import (
    ABSENCES,
    COLUMNS,
    COMPARATORS,
    DIGITS,
    ROUTES,
    Dose,
    EventCode,
    Mark,
    Observation,
    Subject,
    in_order,
)
from trimer.record.vocabulary import canonical_unit, molar_mass, nearest

DOSE_LIMIT = 200_000  # doses after ADDL
COVARIATES = ("WT", "HT", "BSA", "AGE", "SEX", "PH")
CODED = ("SEX", "PH")  # 0 or 1
POSSIBLE = {"WT": (0.2, 1000.0), "HT": (10.0, 300.0), "BSA": (0.05, 10.0), "AGE": (0.0, 150.0)}
"""What a person may have, in the units of :data:`COLUMNS`; a height of 1.75 is one in m."""
PH_READING = "philadelphia_chromosome"
KNOWN = frozenset(COLUMNS) | {"DATE", "DAT1", "DAT2", "DAT3"}


@dataclass(frozen=True)
class Table:
    """Hold what a file tells.

    Attributes
    ----------
    subjects : tuple of Subject
        In the order of the file.
    dictionary : Dictionary
    ignored : int
        Lines left aside.
    unread : tuple of str
        Columns that nothing is read from.
    """

    subjects: tuple[Subject, ...]
    dictionary: Dictionary
    ignored: int
    unread: tuple[str, ...]


def beside(path: str | Path) -> Path:
    """Return where the dictionary of a table lies when nobody says: the same name with ``.json``."""
    return Path(path).with_suffix(".json")


def read_table(path: str | Path, dictionary: str | Path | None = None, ignore: Ignore = "@") -> Table:
    """Return the subjects of an event table.

    Parameters
    ----------
    path : str or Path
    dictionary : str or Path, optional
        Its JSON dictionary; default: the file of the same name that ends in ``.json``.
    ignore : {"@", "#", "C"}
        See :func:`trimer.record.nonmem.records.read_lines`.

    Raises
    ------
    InputError
        When a file cannot be read, breaks a rule of NONMEM's, or has a code that the dictionary does not know.
    """
    found = read_dictionary(beside(path) if dictionary is None else dictionary)
    lines = read_lines(path, ignore)
    subjects = _Reader(lines, found).subjects()
    unread = tuple(n for n in lines.header if n not in KNOWN or (n == "PH" and not _told(subjects)))
    return Table(subjects, found, lines.ignored, unread)


def _told(subjects: Sequence[Subject]) -> bool:
    """Return whether PH repeats a finding of the table; as a covariate it has no date, and no case could hold it."""
    return all(
        "PH" not in one.covariates or any(o.observable == PH_READING for o in one.observations) for one in subjects
    )


@dataclass
class _Gathered:
    """Hold what is read of one subject so far."""

    id: str
    entry: SubjectEntry
    date: dt.date | None
    covariates: dict[str, float] = field(default_factory=dict)
    doses: list[Dose] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    times: dict[int, float] = field(default_factory=dict)  # of events, by number


class _Reader:
    def __init__(self, lines: Lines, dictionary: Dictionary) -> None:
        self.lines, self.dictionary = lines, dictionary
        self.doses = 0
        where, unit = "dictionary: time_unit", dictionary.time_unit
        self.time_unit = "h" if clocked(lines) else unit
        units.convert(1.0, unit, "day", where)
        self.coded = {name for name in ("WORD", "SPECIMEN", "METHOD", "DENOM") if name in lines.header}

    def subjects(self) -> tuple[Subject, ...]:
        """Return the subjects in the order of the file."""
        found: list[_Gathered] = []
        for record in records(self.lines):
            if not found or found[-1].id != record.id:
                entry = self.dictionary.subjects.get(record.id, SubjectEntry())
                found.append(_Gathered(record.id, entry, entry.date or record.date))
            self._take(found[-1], record)
        return tuple(_subject(one) for one in found)

    def _take(self, one: _Gathered, record: Record) -> None:
        time = self._days(record.time)
        event = record.cells.whole("EVENT")
        if event and str(event) not in one.entry.events:
            raise record.cells.fault("EVENT", "0, or a number that the dictionary lists for this subject")
        if event and record.evid in (0, 2) and one.times.setdefault(event, time) != time:
            raise record.cells.fault("EVENT", "one time for all records of an event that are no doses")
        for name in COVARIATES:
            value = record.cells.number(name)
            if value is not None:
                _check_covariate(record.cells, name, value)
            if value is not None and name not in one.covariates:
                one.covariates[name] = value
        if record.evid in (3, 4) and one.doses:
            hint = "Write what follows as another subject."
            raise record.cells.fault("EVID", "no reset once something was given: a patient is not emptied", hint)
        if record.evid in (1, 4):
            one.doses += self._doses(record, time, event)
        elif record.evid == 0:
            one.observations.append(self._observation(record, time, event))
        else:
            one.marks.append(Mark(time, event))

    def _days(self, time: float) -> float:
        unit = self.time_unit
        return round(time if unit == "day" else units.convert(time, unit, "day", "TIME"), DIGITS)

    # -- doses

    def _doses(self, record: Record, time: float, event: int) -> list[Dose]:
        compartment, factor, unit = self._compartment(record.cells)
        code = record.cells.whole("ROUTE", 0, len(ROUTES))
        route = ROUTES[code - 1] if code else compartment.route
        if route is None:
            raise record.cells.fault("CMT", "a compartment for which the dictionary says the route, or a column ROUTE")
        self.doses += 1 + record.addl
        if self.doses > DOSE_LIMIT:
            raise record.cells.fault("ADDL", f"at most {DOSE_LIMIT:,} doses in a table")
        amount = record.amt if factor == 1.0 else _tidy(record.amt * factor)
        rate = record.rate if factor == 1.0 else _tidy(record.rate * factor)
        rate = rate if self.time_unit == "day" else _tidy(rate / units.convert(1.0, self.time_unit, "day", "TIME"))
        first = Dose(
            time, compartment.drug, route, amount, rate, unit, bool(record.cells.whole("ASSUMED", 0, 1)), event
        )
        if amount <= 0.0 or (record.rate > 0.0 and not 0.0 < rate < float("inf")):
            raise record.cells.fault("AMT", "an amount and a rate that can be told from zero")
        later = (self._days(record.time + k * record.ii) for k in range(1, record.addl + 1))
        return [first, *(replace(first, time=t) for t in later)]

    def _compartment(self, cells: Cells) -> tuple[Compartment, float, str]:
        known = self.dictionary.compartments
        code = str(cells.whole("CMT"))
        if code == "0" and len(known) == 1:  # NONMEM's default compartment
            code = next(iter(known))
        if code not in known:
            raise cells.fault("CMT", f"a compartment of the dictionary ({', '.join(known) or 'it lists none'})")
        factor, unit = self._amounts[code]
        return known[code], factor, unit

    @cached_property
    def _amounts(self) -> dict[str, tuple[float, str]]:
        """Return, by compartment, the canonical unit of its amounts and how many of it the table's unit is."""
        accepted = tuple(unit for unit in AMOUNT_UNITS if "/" not in unit)
        return {
            code: units.parse_any(f"1 {one.unit}", accepted, f"dictionary: compartments.{code}.unit")
            for code, one in self.dictionary.compartments.items()
        }

    # -- observations

    def _observation(self, record: Record, time: float, event: int) -> Observation:
        cells = record.cells
        seen = self._observed(cells)
        low, value, comparator = _limits(record)
        target = canonical_unit(seen.observable)
        numbers = [n for n in (low, value) if n is not None]
        if numbers and not target:
            raise cells.fault("DV", f"no number, as {seen.observable} is told in words")
        where = f"{cells.name}: row {cells.row}, DV"
        mass = molar_mass(seen.observable)
        low, value = (
            n if n is None or seen.unit == target else _tidy(units.convert(n, seen.unit, target or "", where, mass))
            for n in (low, value)
        )
        text = self._word(cells, "WORD")
        absent = self._coded(cells, "ABSENT", ABSENCES)
        if value is not None and absent is not None:
            raise cells.fault("ABSENT", "0 beside a value")
        unknown: Absence | None = "not stated" if value is None and text is None else None
        return Observation(
            time=time,
            observable=seen.observable,
            value=value,
            unit=target or "",
            comparator=comparator,
            low=low,
            text=text,
            absence=absent or unknown,
            inferred=bool(cells.whole("INFERRED", 0, 1)),
            sensitivity=self._between(cells, "SENS", 1.0),
            precision=self._between(cells, "PREC", float("inf")),
            specimen=self._word(cells, "SPECIMEN"),
            method=self._word(cells, "METHOD"),
            denominator=self._word(cells, "DENOM"),
            event=event,
        )

    def _observed(self, cells: Cells) -> Observed:
        known = self.dictionary.observations
        column = "DVID" if "DVID" in cells.cells else "CMT"
        code = str(cells.whole(column))
        if code not in known and len(known) == 1 and column == "CMT":
            code = next(iter(known))
        if code not in known:
            raise cells.fault(column, f"an observation of the dictionary ({', '.join(known) or 'it lists none'})")
        self._check_observed(code)
        return known[code]

    def _check_observed(self, code: str) -> None:
        one = self.dictionary.observations[code]
        target = canonical_unit(one.observable)
        where = f"dictionary: observations.{code}"
        if target is None:
            hint = nearest(one.observable, OBSERVABLES)
            raise InputError(f"{where}.observable", repr(one.observable), "an observable of Trimer", hint)
        if target and one.unit != target:
            units.convert(1.0, one.unit, target, f"{where}.unit", molar_mass(one.observable))

    def _word(self, cells: Cells, column: str) -> str | None:
        if column not in self.coded:
            return None
        code = cells.whole(column)
        known = self.dictionary.codes.get(column, {})
        if code and str(code) not in known:
            raise cells.fault(column, "0, or a code of the dictionary")
        return str(known[str(code)]) if code else None

    def _coded(self, cells: Cells, column: str, meanings: tuple[Absence, ...]) -> Absence | None:
        code = cells.whole(column, 0, len(meanings))
        return meanings[code - 1] if code else None

    def _between(self, cells: Cells, column: str, most: float) -> float | None:
        value = cells.number(column)
        if value is not None and not 0.0 < value < most:
            raise cells.fault(column, f"a number above 0 and below {most:g}")
        return value


def _check_covariate(cells: Cells, name: str, value: float) -> None:
    """Refuse what is likely in other codes (1 male, 2 female) or units than ours, which nothing in the table says."""
    label, unit = COLUMNS[name]
    if name in CODED and value not in (0.0, 1.0):
        raise cells.fault(name, label, "Write the codes so.")
    low, high = POSSIBLE.get(name, (value, value))
    if not low <= value <= high:
        raise cells.fault(name, f"{label.partition(' (')[0].lower()} in {unit}, {low:g} to {high:g}")


def _tidy(value: float) -> float:
    """Return a converted number without the noise of its conversion: twelve digits."""
    return float(f"{value:.12g}")


def _limits(record: Record) -> tuple[float | None, float | None, str]:
    """Return lower limit, value and comparator of an observation.

    CENS and LIMIT as in Monolix: 1 says that the value is below DV (and above LIMIT, where there is one), -1 that it is
    above DV (and below LIMIT). BLQ 1 says that it is below LLOQ, as the likelihood of method M3 has it.
    """
    cells = record.cells
    if record.missing:
        return None, None, "="
    code = cells.whole("COMP", 0, len(COMPARATORS) - 1)
    cens, dv, limit = cells.whole("CENS", -1, 1), cells.number("DV"), cells.number("LIMIT")
    if cells.whole("BLQ", 0, 1) and not cens:
        lloq = cells.number("LLOQ")
        if lloq is None:
            raise cells.fault("LLOQ", "the limit of quantification beside BLQ 1")
        return None, lloq, "<"
    if not cens:
        return None, dv, "="
    if limit is not None and dv is not None:
        low, high = (limit, dv) if cens > 0 else (dv, limit)
        if low > high:
            raise cells.fault("LIMIT", "a limit on the side to which the value is censored")
        return low, high, "within"
    sign = "<" if cens > 0 else ">"
    written = COMPARATORS[code]
    return None, dv, written if written.startswith(sign) else sign


def _subject(one: _Gathered) -> Subject:
    entry = one.entry
    codes: Mapping[str, EventCode] = {
        code: EventCode(e.id, e.number, e.kind, e.label, e.context, e.with_) for code, e in entry.events.items()
    }
    return Subject(
        id=one.id,
        name=entry.case or "",
        title=entry.title or "",
        source=entry.source,
        origin=entry.origin or "",
        date=one.date,
        day=entry.day,
        covariates=one.covariates,
        assumed=entry.assumed,
        events={int(code): event for code, event in codes.items()},
        doses=in_order(one.doses),
        observations=tuple(one.observations),
        marks=tuple(one.marks),
    )
