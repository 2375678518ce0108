"""A table of patients, one a row, read through a mapping: facts with their cells, courses, and every problem found.

Nothing is invented. A cell that its mapping does not explain gives a problem and no value; a partial date keeps its
window; what contradicts itself is reported by row and column and left in doubt.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from trimer.course import Reading
from trimer.errors import InputError
from trimer.record.cohort import Cell, Claim, Cohort, Dated, Patient, Problem
from trimer.record.contradictions import find_contradictions
from trimer.record.csv_rows import cells_of, read_header, read_rows
from trimer.record.mapping import STATEMENTS, Column, TableMapping
from trimer.record.table_course import course_of
from trimer.record.table_dates import read_date
from trimer.record.table_values import NUMBER, impossible, to_canonical
from trimer.record.vocabulary import canonical_unit, nearest

_NUMBER = re.compile(rf"(?P<sign><=|>=|<|>)? ?(?P<number>{NUMBER})")
_LISTED = 5  # other rows of the same patient that are named; the rest are counted


def read_table(path: str | Path, mapping: TableMapping) -> Cohort:
    """Return the patients of a CSV table, and its problems.

    Parameters
    ----------
    path : str or Path
        CSV in UTF-8 whose first row names the columns.
    mapping : TableMapping

    Returns
    -------
    Cohort
        In the order of the rows. A row without an identifier is reported and left out; a patient that stands in two
        rows is reported and kept twice, since the table does not say which row is right.

    Raises
    ------
    InputError
        When the file is no table (row and reason), or lacks a column that the mapping reads.
    """
    path = Path(path)
    rows = read_rows(path, mapping.delimiter)
    header = read_header(rows, path.name)
    known = {column.name for column in mapping.columns}
    if lacking := [column.name for column in mapping.columns if column.name not in header]:
        columns = f"{'the column' if len(lacking) == 1 else 'the columns'} {', '.join(map(repr, lacking))}"
        expected = f"{columns}, which the mapping {mapping.name} reads"
        raise InputError(f"{path.name}: header", "no such column", expected, nearest(lacking[0], header))
    patients: list[Patient] = []
    problems: list[Problem] = []
    count = 0
    for number, row in rows:
        count += 1
        reader = _Row(number, cells_of(number, row, header, path.name), mapping)
        patient = reader.patient()
        problems += reader.problems
        if patient is not None:
            patients.append(patient)
    patients, twice = _duplicates(patients, mapping)
    return Cohort(
        table=path.name,
        mapping=mapping.name,
        rows=count,
        patients=tuple(patients),
        problems=tuple(sorted([*problems, *twice], key=lambda p: p.row)),
        unread=tuple(name for name in header if name not in known),
        relapse_at_last_seen=mapping.relapse_at_last_seen,
    )


def _duplicates(patients: list[Patient], mapping: TableMapping) -> tuple[list[Patient], list[Problem]]:
    """Return the patients with names of their own, and a problem for each row that shares its identifier."""
    column = mapping.column("patient")
    rows: dict[str, list[int]] = {}
    for patient in patients:
        rows.setdefault(patient.id, []).append(patient.row)
    named, problems = [], []
    for patient in patients:
        shared = rows[patient.id]
        if len(shared) == 1:
            named.append(patient)
            continue
        others = [row for row in shared[: _LISTED + 1] if row != patient.row][:_LISTED]
        more = len(shared) - 1 - len(others)
        name = f"{patient.id} (row {patient.row})"
        while name in rows:  # an identifier may look like that
            name += "'"
        listed = ", ".join(map(str, others)) + (f" and {more} more" if more else "")
        found = f"{patient.id!r}, also in row {listed}"
        follows = f"all rows are kept; this one is called {name!r}"
        where = column.name if column else ""
        expected = "one row for each patient"
        problems.append(Problem("duplicate patient", patient.row, where, patient.id, found, expected, follows))
        course = None if patient.course is None else replace(patient.course, id=name)
        named.append(replace(patient, id=name, course=course))
    return named, problems


@dataclass
class _Row:
    """Read one row."""

    number: int
    cells: Mapping[str, str]
    mapping: TableMapping
    problems: list[Problem] = field(default_factory=list)
    id: str = ""

    def patient(self) -> Patient | None:
        """Return the patient of this row, or None when it has no identifier."""
        column = next(c for c in self.mapping.columns if c.role == "patient")
        self.id = self.cells[column.name]
        if self.id in self.mapping.blank(column):
            self._problem("no patient", column, "an identifier", "the row is left out")
            return None
        dates: dict[str, Dated] = {}
        absent: dict[str, Cell] = {}
        claims: list[Claim] = []
        facts: dict[str, tuple[Reading, Cell]] = {}
        readings: list[tuple[str, Reading, Cell]] = []
        for column in self.mapping.columns:
            cell = Cell(self.number, column.name, self.cells[column.name])
            if column.role == "date":
                found = self._date(column, cell)
                if found is None:
                    absent[column.of] = cell
                else:
                    dates[column.of] = found
            elif column.role == "states":
                claims += self._claims(column, cell)
            elif column.role in ("fact", "reading"):
                reading = self._reading(column, cell)
                if reading is not None and column.role == "fact":
                    facts[column.of] = (reading, cell)
                elif reading is not None:
                    readings.append((column.at, reading, cell))
        patient = Patient(self.id, self.number, dates, absent, tuple(claims), facts, tuple(readings))
        return self._finished(patient)

    def _finished(self, patient: Patient) -> Patient:
        """Return the patient with what is in doubt, and with a course where there is a date to count from."""
        findings = list(find_contradictions(patient))
        self.problems += [finding.problem for finding in findings]
        doubts: dict[str, str] = {}
        for finding in findings:
            for key in finding.doubts:
                doubts.setdefault(key, f"contradiction: {finding.problem.found}")
        patient = replace(patient, doubts=doubts)
        if "diagnosis" in patient.dates:
            return replace(patient, course=course_of(patient))
        column = self.mapping.column("date", "diagnosis") or self.mapping.columns[0]
        follows = "no course and no times are made for this patient; what else is stated is kept"
        self._problem("missing date", column, "a date of diagnosis", follows)
        return patient

    def _date(self, column: Column, cell: Cell) -> Dated | None:
        if cell.text in self.mapping.blank(column):
            return None
        found = read_date(cell.text, column.formats, self.mapping.two_digit_years)
        if isinstance(found, str):
            expected = f"a date that exists, as {' or '.join(column.formats)}"
            self._problem(found, column, expected, f"the date of {column.of} is taken as unknown")
            return None
        return Dated(found, cell)

    def _claims(self, column: Column, cell: Cell) -> list[Claim]:
        if cell.text in column.values:
            statements = column.values[cell.text]
            return [Claim(key, value, s, cell) for s in statements for key, value in STATEMENTS[s]]
        if cell.text not in self.mapping.blank(column):
            self._unknown(column, "nothing is derived from this cell")
        return []

    def _reading(self, column: Column, cell: Cell) -> Reading | None:
        """Return what a cell says of a fact or an observable: a number with a unit, or a word."""
        if cell.text in self.mapping.blank(column):
            return None
        plain = Reading(
            observable=column.of,
            specimen=column.specimen,
            denominator=column.denominator,
            method=column.method,
            source=f"row {self.number}, {column.name}",
        )
        if cell.text in column.values:
            words = column.values[cell.text]
            return replace(plain, text=words[0]) if words else None
        if column.unit:
            return self._numeric(column, cell, plain)
        if column.values:
            self._unknown(column, "no value is read from this cell")
            return None
        return replace(plain, text=cell.text)

    def _numeric(self, column: Column, cell: Cell, plain: Reading) -> Reading | None:
        match = _NUMBER.fullmatch(cell.text)
        unit = canonical_unit(column.of) or column.unit
        value = float(match["number"]) if match else math.nan
        if match is None or not math.isfinite(value):
            self._problem("not a number", column, f"a number of {column.unit}, or < > with one", "no value is read")
            return None
        value = to_canonical(column.of, value, column.unit, f"row {self.number}: {column.name}")
        sign = match["sign"] or ""
        low, high = -math.inf if sign.startswith("<") else value, math.inf if sign.startswith(">") else value
        if expected := impossible(column.of, low, high, sign == ">", sign == "<"):
            self._problem("implausible value", column, expected, "no value is read")
            return None
        return replace(plain, low=low, high=high, low_open=sign == ">", high_open=sign == "<", unit=unit)

    def _unknown(self, column: Column, follows: str) -> None:
        listed = ", ".join(text for text in column.values if text)
        short = listed if len(listed) <= 160 else f"{listed[:157]}..."
        self._problem("unknown value", column, f"one of the texts the mapping lists ({short})", follows)

    def _problem(self, kind: str, column: Column, expected: str, follows: str) -> None:
        text = self.cells[column.name]
        found = repr(text if len(text) <= 80 else f"{text[:77]}...") if text else "an empty cell"
        self.problems.append(Problem(kind, self.number, column.name, self.id, found, expected, follows))
