"""REDCap records read back as courses; what cannot be read is listed by row and field, and nothing takes its place.

A person fills in dates, a program day numbers. Where a row has both, the day number is used if it lies on that date;
where they differ the date is used, since a person changes dates, and the difference is reported.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trimer.units as units
from trimer.course import Course, Dose, Episode, Reading, Visit
from trimer.errors import InputError, UnitError
from trimer.record.cohort import Problem
from trimer.record.csv_rows import read_header, read_rows
from trimer.record.redcap_dictionary import OTHER, Field, dictionary, read_dictionary
from trimer.record.vocabulary import canonical_unit

_CONTROL = ("record_id", "redcap_repeat_instrument", "redcap_repeat_instance")
_INF = math.inf


@dataclass(frozen=True)
class Records:
    """Hold what a file of records gives: courses in the order of the file, and problems by row and field."""

    courses: tuple[Course, ...]
    problems: tuple[Problem, ...]


def read_records(path: str | Path, dictionary_path: str | Path | None = None) -> Records:
    """Return the courses of a CSV file of REDCap records (raw codes).

    Parameters
    ----------
    path : str or Path
    dictionary_path : str or Path, optional
        The project's data dictionary, where it is not Trimer's own. Fields are found by name, coded answers by the
        label of their code; what is missing, other or not understood is reported by field.

    Returns
    -------
    Records

    Raises
    ------
    InputError
        When a file is no CSV, has no ``record_id``, or a row has another number of cells than the header.
    """
    path = Path(path)
    problems: list[Problem] = []
    codes = {f.name: {code: code for code, _ in f.choices} for f in dictionary() if f.choices}
    if dictionary_path is not None:
        foreign, faults = read_dictionary(dictionary_path)
        problems += faults
        problems += _compare(foreign, codes)
    rows = read_rows(path)
    header = read_header(rows, path.name)
    if "record_id" not in header:
        raise InputError(f"{path.name}: header", "no column 'record_id'", "REDCap records with a record_id")
    problems += _unread(header)
    readers: dict[str, _Record] = {}
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(f"{path.name}: row {number}", f"{len(row)} cells", f"{len(header)}, as the header has")
        cells = dict(zip(header, row, strict=True))
        name = cells["record_id"]
        readers.setdefault(name, _Record(name, codes)).take(_Cells(number, name, cells, codes, problems))
    courses = [course for reader in readers.values() if (course := reader.course(problems)) is not None]
    unique = dict.fromkeys(problems)  # a date is looked at for its day and for its window
    return Records(tuple(courses), tuple(sorted(unique, key=lambda p: p.row)))


def _compare(foreign: tuple[Field, ...], codes: dict[str, dict[str, str]]) -> list[Problem]:
    """Report where a foreign dictionary differs, and replace our codes by its own, matched through their labels."""
    own, theirs = {f.name: f for f in dictionary()}, {f.name: f for f in foreign}
    found = []
    for name, ours in own.items():
        other = theirs.get(name)
        if other is None:
            found.append(_difference(name, "no such field", f"a field of type {ours.type}", "nothing is read from it"))
        elif ours.choices:
            meanings = {text.casefold(): code for code, text in ours.choices}
            codes[name] = {c: meanings[t.casefold()] for c, t in other.choices if t.casefold() in meanings}
            for code, text in other.choices:
                if code not in codes[name]:
                    expected = "a label of Trimer's dictionary"
                    found.append(_difference(name, f"choice {code}, {text}", expected, "this choice is not understood"))
        elif (other.type, other.validation) != (ours.type, ours.validation) and ours.type != "notes":
            kinds = [" ".join(filter(None, (f.type, f.validation))) for f in (other, ours)]
            found.append(_difference(name, kinds[0], kinds[1], "its cells are read as far as they fit"))
    for name in theirs.keys() - own.keys():
        found.append(
            _difference(name, "a field Trimer does not know", "a field of Trimer's dictionary", "it is not read")
        )
    return found


def _difference(name: str, found: str, expected: str, follows: str) -> Problem:
    return Problem("dictionary", 0, name, "", found, expected, follows)


def _unread(header: list[str]) -> list[Problem]:
    known = {f.name for f in dictionary()}
    strange = [n for n in header if n not in known and not n.startswith("redcap_") and not n.endswith("_complete")]
    follows = "the column is not read"
    return [Problem("unknown field", 1, n, "", repr(n), "a field of Trimer's dictionary", follows) for n in strange]


@dataclass
class _Cells:
    """Read the cells of one row, each by its kind; what does not fit becomes a problem and no value."""

    row: int
    record: str
    cells: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
    problems: list[Problem]

    def text(self, name: str) -> str:
        """Return a text as it stands."""
        return self.cells.get(name, "")

    def code(self, name: str) -> str:
        """Return a coded answer in Trimer's code; empty when there is none or it is not understood."""
        text = self.text(name).strip()
        if text and text not in self.codes[name]:
            self.fault(name, "one of the codes of this field", "no answer is read")
        return self.codes[name].get(text, "")

    def unclear(self, name: str) -> bool:
        """Return whether a coded answer was given that is not understood."""
        return bool(self.text(name).strip()) and not self.code(name)

    def number(self, name: str) -> float:
        """Return a number; nan when there is none or it is not one."""
        text = self.text(name).strip()
        try:
            value = float(text) if text else math.nan
        except ValueError:
            value = _INF
        if math.isinf(value) or (text and math.isnan(value)):
            self.fault(name, "a number", "no number is read")
            return math.nan
        return value

    def date(self, name: str) -> dt.date | None:
        """Return a date (year-month-day); None when there is none or it does not exist."""
        text = self.text(name).strip()
        try:
            return dt.date.fromisoformat(text) if text else None
        except ValueError:
            self.fault(name, "a date that exists, as 2014-01-17", "no date is read")
            return None

    def yes(self, name: str, default: bool) -> bool:
        """Return a yes or no; the default when it is empty or neither."""
        text = self.text(name).strip()
        if text not in ("", "0", "1"):
            self.fault(name, "1 for yes or 0 for no", "read as if it were empty")
        return text == "1" if text in ("0", "1") else default

    def fault(self, name: str, expected: str, follows: str) -> None:
        """Report a cell."""
        found = repr(self.text(name)[:80])
        self.problems.append(Problem("cell", self.row, name, self.record, found, expected, follows))


@dataclass
class _Record:
    """Gather the rows of one record."""

    id: str
    codes: Mapping[str, Mapping[str, str]]
    head: _Cells | None = None
    instances: dict[str, list[_Cells]] = field(default_factory=dict)

    def take(self, cells: _Cells) -> None:
        """Take one row: of the patient, or of an instance of a repeating form."""
        form = cells.text("redcap_repeat_instrument").strip()
        if form:
            self.instances.setdefault(form, []).append(cells)
        elif self.head is None:
            self.head = cells
        else:
            cells.fault("record_id", "one row of the patient's form in a record", "the row is not read")

    def course(self, problems: list[Problem]) -> Course | None:
        """Return the course, or None when the record has no origin to count days from."""
        origin = None if self.head is None else self.head.date("patient_origin")
        if self.head is None or origin is None:
            row = self.head.row if self.head else min(c.row for rows in self.instances.values() for c in rows)
            expected, follows = "the day from which days count", "the record is left out"
            problems.append(Problem("no origin", row, "patient_origin", self.id, "no date", expected, follows))
            return None
        known = ("assessment", "reading", "treatment", "event", "note")
        for form in self.instances.keys() - set(known):
            for cells in self.instances[form]:
                cells.fault("redcap_repeat_instrument", f"one of {', '.join(known)}", "the row is not read")
        kind = self.head.code("patient_kind")
        visits, readings, patient = self._readings(origin)
        return Course(
            id=self.id,
            kind="simulation" if kind == "simulation" else "record",
            origin=origin,
            visits=visits,
            readings=readings,
            episodes=tuple(e for c in self.instances.get("event", []) if (e := _episode(c, origin)) is not None),
            notes=self._notes(),
            doses=tuple(_dose(c, origin) for c in self.instances.get("treatment", [])),
            patient=patient,
        )

    def _notes(self) -> dict[str, str]:
        notes: dict[str, str] = {}
        for cells in self.instances.get("note", []):
            if (key := cells.text("note_key")) in notes:
                cells.fault("note_key", "a name that no other note of the patient has", "the row is not read")
            notes.setdefault(key, cells.text("note_text"))
        return notes

    def _readings(self, origin: dt.date) -> tuple[tuple[Visit, ...], tuple[Reading, ...], dict[str, Reading]]:
        leads: dict[str, dict[str, Any]] = {}
        held: dict[str, dict[str, Reading]] = {}
        for cells in self.instances.get("assessment", []):
            name = cells.text("visit_id")
            if name in leads:
                cells.fault("visit_id", "a name that no other assessment of the patient has", "the row is not read")
                continue
            day, low, high = _time(cells, "visit", origin)
            times = {"day": day, "earliest": low, "latest": high}
            leads[name] = {"label": cells.text("visit_label"), "context": cells.text("visit_context"), **times}
            held[name] = {}
        readings: list[Reading] = []
        patient: dict[str, Reading] = {}
        for cells in self.instances.get("reading", []):
            reading = _reading(cells, origin)
            if reading is None:
                continue
            place, visit = cells.code("reading_place"), cells.text("reading_visit")
            key = cells.text("reading_key") or reading.observable
            if place == "patient":
                if key in patient:
                    cells.fault("reading_observable", "each fact of the patient once", "the row is not read")
                patient.setdefault(key, reading)
                continue
            if place.startswith("assessment") and visit not in held:
                cells.fault("reading_visit", "an assessment of this patient", "kept as a reading without one")
                place = "alone"
            elif place.startswith("assessment"):
                while key in held[visit]:
                    key = f"{key} ({reading.method or f'row {cells.row}'})"
                held[visit][key] = reading
            if place != "assessment_only":
                readings.append(reading)
        visits = tuple(Visit(id=name, readings=held[name], **lead) for name, lead in leads.items())
        return visits, tuple(readings), patient


def _reading(cells: _Cells, origin: dt.date) -> Reading | None:
    name = cells.code("reading_observable")
    name = cells.text("reading_other") if name == OTHER else name
    if not name:
        cells.fault("reading_observable", "what was read", "the row is not read")
        return None
    day, earliest, latest = _time(cells, "reading", origin)
    sensitivity = cells.number("reading_sensitivity")
    absence = cells.code("reading_absence")
    low, high, low_open, high_open = _interval(cells)
    unit = cells.text("reading_unit")
    low, high, unit = _canonical(cells, name, low, high, unit)
    return Reading(
        observable=name,
        low=low,
        high=high,
        low_open=low_open,
        high_open=high_open,
        unit=unit,
        day=day,
        earliest=earliest,
        latest=latest,
        specimen=cells.text("reading_specimen"),
        denominator=cells.text("reading_denominator"),
        method=cells.text("reading_method"),
        text=cells.text("reading_text"),
        sensitivity=None if math.isnan(sensitivity) else sensitivity,
        absence="not stated" if absence == "not_stated" else "not done" if absence == "not_done" else None,
        source=cells.text("reading_source"),
        inferred=cells.yes("reading_inferred", False),
    )


def _interval(cells: _Cells) -> tuple[float, float, bool, bool]:
    """Return bounds and whether they are open; a value without a comparator is exact."""
    comparator, value, upper = cells.code("reading_comparator"), cells.number("reading_value"), math.nan
    if comparator == "any":
        return -_INF, _INF, False, False
    if math.isnan(value) or cells.unclear("reading_comparator"):
        return math.nan, math.nan, False, False
    if comparator in ("", "eq"):
        return value, value, False, False
    if comparator in ("lt", "le"):
        return -_INF, value, False, comparator == "lt"
    if comparator in ("gt", "ge"):
        return value, _INF, comparator == "gt", False
    upper = cells.number("reading_upper")
    if math.isnan(upper) or upper < value:
        cells.fault("reading_upper", "a second value no smaller than the first", "no number is read")
        return math.nan, math.nan, False, False
    return value, upper, comparator in ("over_to", "inside"), comparator in ("to_under", "inside")


def _canonical(cells: _Cells, name: str, low: float, high: float, unit: str) -> tuple[float, float, str]:
    """Return bounds in the canonical unit of an observable; a unit that does not fit leaves no number."""
    target = canonical_unit(name)
    if math.isnan(low) or not target or unit in ("", target):
        return low, high, unit or (target or "" if not math.isnan(low) else "")
    where = f"row {cells.row}: reading_unit"
    try:
        low, high = (units.convert(n, unit, target, where) if math.isfinite(n) else n for n in (low, high))
    except UnitError as error:
        cells.fault("reading_unit", error.expected, "no number is read")
        return math.nan, math.nan, unit
    return low, high, target


def _dose(cells: _Cells, origin: dt.date) -> Dose:
    start, earliest, latest = _time(cells, "dose", origin)
    value = cells.number("dose_value")
    route = cells.code("dose_route")
    return Dose(
        drug=cells.text("dose_drug"),
        start=start,
        end=_day(cells, "dose_end", origin),
        value=None if math.isnan(value) else value,
        unit=cells.text("dose_unit"),
        route="" if route == OTHER else route,
        earliest=earliest,
        latest=latest,
        stated=cells.yes("dose_stated", True),
        detail=cells.text("dose_detail"),
        source=cells.text("dose_source"),
    )


def _episode(cells: _Cells, origin: dt.date) -> Episode | None:
    kind = cells.code("event_kind")
    if not kind:
        return None
    start, end = _day(cells, "event", origin), _day(cells, "event_end", origin)
    end = start if math.isnan(end) else end
    name, detail, source = (cells.text(f"event_{part}") for part in ("name", "detail", "source"))
    return Episode(kind, name, start, end, detail, source)


def _day(cells: _Cells, prefix: str, origin: dt.date) -> float:
    """Return a day from its number, or from the date where there is none or it says otherwise."""
    number, date = cells.number(f"{prefix}_day"), cells.date(f"{prefix}_date")
    if date is None:
        return number
    day = float((date - origin).days)
    if math.isnan(number) or math.floor(number) == day:
        return day if math.isnan(number) else number
    cells.fault(f"{prefix}_day", f"a day on {date}, which is day {day:g}", "the date is used")
    return day


def _time(cells: _Cells, prefix: str, origin: dt.date) -> tuple[float, float, float]:
    """Return the day used and the window, from day numbers or from a date and what of it is known."""
    number, day = cells.number(f"{prefix}_day"), _day(cells, prefix, origin)
    low, high = cells.number(f"{prefix}_day_low"), cells.number(f"{prefix}_day_high")
    precision, date = cells.code(f"{prefix}_precision"), cells.date(f"{prefix}_date")
    if precision == "open":
        return day, -_INF if math.isnan(low) else low, _INF if math.isnan(high) else high
    if day == number or date is None:
        if precision == "day":
            return day, day, day
        if not math.isnan(number) or precision in ("", "window"):
            return day, low, high
    return _from_date(cells, prefix, origin, date, precision)


def _from_date(
    cells: _Cells, prefix: str, origin: dt.date, date: dt.date | None, precision: str
) -> tuple[float, float, float]:
    """Return the window of a date that a person wrote, with its middle as the day used."""
    if date is None:
        cells.fault(f"{prefix}_date", "a date, as its precision is given", "the time is taken as unknown")
        return math.nan, math.nan, math.nan
    if cells.unclear(f"{prefix}_precision"):
        return math.nan, math.nan, math.nan
    first = last = date
    if precision == "month":
        first, last = date.replace(day=1), date.replace(day=calendar.monthrange(date.year, date.month)[1])
    elif precision == "year":
        first, last = date.replace(month=1, day=1), date.replace(month=12, day=31)
    elif precision == "window":
        cells.fault(f"{prefix}_precision", "day numbers that say first and last", "only the date is used")
        day = float((date - origin).days)
        return day, math.nan, math.nan
    low, high = float((first - origin).days), float((last - origin).days)
    return float(math.floor((low + high) / 2)), low, high
