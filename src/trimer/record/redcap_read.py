"""REDCap records read back as courses; what cannot be read is listed by row and field, and nothing takes its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from trimer.course import Course, Reading, Visit
from trimer.errors import InputError
from trimer.record.cohort import Problem
from trimer.record.csv_rows import read_header, read_rows
from trimer.record.redcap_cells import Cells, read_time
from trimer.record.redcap_dictionary import REPEATING, dictionary, read_dictionary
from trimer.record.redcap_match import compare, unread
from trimer.record.redcap_rows import read_dose, read_episode, read_reading


@dataclass(frozen=True)
class Records:
    """Hold what a file of records gives: courses in the order of the file, and problems by row and field."""

    courses: tuple[Course, ...]
    problems: tuple[Problem, ...]


def read_records(
    path: str | Path, dictionary_path: str | Path | None = None, known_drugs: Collection[str] | None = None
) -> Records:
    """Return the courses of a CSV file of REDCap records (raw codes).

    Values are checked as those of a case file are: units, shares of at most 100 %, no negative counts and doses. What
    fails is listed by row and field, and not kept. A reading without a day of its own has that of its assessment; one
    that names an assessment belongs to it even where its place is empty.

    Parameters
    ----------
    path : str or Path
    dictionary_path : str or Path, optional
        The project's data dictionary, where it is not Trimer's own. Fields are found by name, coded answers by the
        label of their code; what is missing, other or not understood is reported by field.
    known_drugs : collection of str, optional
        Names of the library; without them the names of drugs are not checked.

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
        problems += compare(dictionary(), foreign, codes)
    rows = read_rows(path)
    header = read_header(rows, path.name)
    if "record_id" not in header:
        raise InputError(f"{path.name}: header", "no column 'record_id'", "REDCap records with a record_id")
    problems += unread(header, dictionary())
    readers: dict[str, _Record] = {}
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(f"{path.name}: row {number}", f"{len(row)} cells", f"{len(header)}, as the header has")
        cells = dict(zip(header, row, strict=True))
        name = cells["record_id"]
        taken = Cells(number, name, cells, codes, problems)
        if taken.blank("record_id"):
            taken.fault("record_id", "the record's identifier", "the row is not read")
        else:
            readers.setdefault(name, _Record(name, known_drugs)).take(taken)
    courses = [course for reader in readers.values() if (course := reader.course(problems)) is not None]
    unique = dict.fromkeys(problems)  # a date is looked at for its day and for its window
    return Records(tuple(courses), tuple(sorted(unique, key=lambda p: p.row)))


@dataclass
class _Record:
    """Gather the rows of one record."""

    id: str
    known_drugs: Collection[str] | None
    head: Cells | None = None
    instances: dict[str, list[Cells]] = field(default_factory=dict)

    def take(self, cells: Cells) -> None:
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
        for form in self.instances.keys() - set(REPEATING):
            for cells in self.instances[form]:
                cells.fault("redcap_repeat_instrument", f"one of {', '.join(REPEATING)}", "the row is not read")
        kind = self.head.code("patient_kind")
        visits, readings, patient = self._readings(origin)
        return Course(
            id=self.id,
            kind="simulation" if kind == "simulation" else "record",
            origin=origin,
            visits=visits,
            readings=readings,
            episodes=tuple(e for c in self._rows("event") if (e := read_episode(c, origin)) is not None),
            notes=self._notes(),
            doses=tuple(
                d for c in self._rows("treatment") if (d := read_dose(c, origin, self.known_drugs)) is not None
            ),
            patient=patient,
        )

    def _rows(self, form: str) -> list[Cells]:
        return self.instances.get(form, [])

    def _notes(self) -> dict[str, str]:
        notes: dict[str, str] = {}
        for cells in self._rows("note"):
            if (key := cells.text("note_key")) in notes:
                cells.fault("note_key", "a name that no other note of the patient has", "the row is not read")
            notes.setdefault(key, cells.text("note_text"))
        return notes

    def _leads(self, origin: dt.date) -> dict[str, Visit]:
        """Return the assessments by their short names, without readings."""
        leads: dict[str, Visit] = {}
        for cells in self._rows("assessment"):
            name = cells.text("visit_id")
            if cells.blank("visit_id"):
                cells.fault("visit_id", "a short name of the assessment", "the row is not read")
            elif name in leads:
                cells.fault("visit_id", "a name that no other assessment of the patient has", "the row is not read")
            else:
                cells.tell_undated("visit")
                day, low, high = read_time(cells, "visit", origin)
                leads[name] = Visit(
                    name, cells.text("visit_label"), day, {}, low, high, cells.text("visit_context")
                )  # fmt: skip
        return leads

    def _readings(self, origin: dt.date) -> tuple[tuple[Visit, ...], tuple[Reading, ...], dict[str, Reading]]:
        leads = self._leads(origin)
        held: dict[str, dict[str, Reading]] = {name: {} for name in leads}
        readings: list[Reading] = []
        patient: dict[str, Reading] = {}
        for cells in self._rows("reading"):
            reading = read_reading(cells, origin)
            if reading is None:
                continue
            place, visit = _place(cells, leads)
            key = cells.text("reading_key") or reading.observable
            if place == "patient":
                if key in patient:
                    cells.fault("reading_observable", "each fact of the patient once", "the row is not read")
                patient.setdefault(key, reading)
                continue
            if visit is None and reading.absence is None:
                cells.tell_undated("reading")
            elif visit is not None:
                if cells.undated("reading"):
                    reading = replace(reading, day=visit.day, earliest=visit.earliest, latest=visit.latest)
                while key in held[visit.id]:
                    key = f"{key} ({reading.method or f'row {cells.row}'})"
                held[visit.id][key] = reading
            if place != "assessment_only":
                readings.append(reading)
        visits = tuple(replace(lead, readings=held[name]) for name, lead in leads.items())
        return visits, tuple(readings), patient


def _place(cells: Cells, leads: Mapping[str, Visit]) -> tuple[str, Visit | None]:
    """Return where a reading belongs, and its assessment; a place left empty is that of the assessment it names."""
    place, visit = cells.code("reading_place"), cells.text("reading_visit")
    named = not cells.blank("reading_visit")
    if not place:
        place = "assessment" if named else "alone"
    if place.startswith("assessment"):
        if visit in leads:
            return place, leads[visit]
        cells.fault("reading_visit", "an assessment of this patient", "kept as a reading without one")
        return "alone", None
    if named:
        cells.fault("reading_visit", f"nothing, as its place is {place!r}", "its place counts")
    return place, None
