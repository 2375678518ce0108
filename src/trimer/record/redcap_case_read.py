"""REDCap records read back as whole cases; a record with any fault gives no case, and each fault its row and field."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trimer.errors import CaseError, InputError
from trimer.record.case import Case
from trimer.record.cohort import Problem
from trimer.record.csv_rows import read_header, read_rows
from trimer.record.read_yaml import case_of, faults_of
from trimer.record.redcap_case_forms import case_dictionary, case_forms
from trimer.record.redcap_case_rows import LEFT_OUT, Assembly, Places
from trimer.record.redcap_cells import Cells
from trimer.record.redcap_dictionary import read_dictionary
from trimer.record.redcap_match import compare, unread

SIZE_LIMIT = 100_000_000
"""Bytes of a file of records; a case takes some twenty thousand."""


@dataclass(frozen=True)
class CaseRecords:
    """Hold what a file of records gives: whole cases in the order of the file, and problems by row and field."""

    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]


def read_cases(
    path: str | Path,
    dictionary_path: str | Path | None = None,
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> CaseRecords:
    """Return the whole cases of a CSV file of REDCap records (raw codes).

    A record passes every check of a case file, dates included, or gives no case. Instances are taken in the order of
    their numbers. Rows and columns of other forms are listed and not read.

    Parameters
    ----------
    path : str or Path
    dictionary_path : str or Path, optional
        The project's data dictionary, where it is not Trimer's own; fields are found by name, answers by their label.
    known_drugs, known_regimens : collection of str, optional
        Names of the library, as :func:`trimer.record.read_yaml.load_case` takes them.

    Raises
    ------
    InputError
        When a file is no CSV, is larger than any such file, lacks a field of the project (without its column
        ``> 1`` would read as ``1``), or a row has another number of cells than the header.
    """
    path = Path(path)
    problems: list[Problem] = []
    codes = {f.name: {code: code for code, _ in f.choices} for f in case_dictionary() if f.choices}
    wanted = [f.name for f in case_dictionary()]
    if dictionary_path is not None:
        foreign, broken = read_dictionary(dictionary_path)
        problems += [*broken, *compare(case_dictionary(), foreign, codes)]
        wanted = [name for name in wanted if name in {f.name for f in foreign}]
    records = _gather(path, wanted, codes, problems)
    cases: dict[str, Case] = {}
    for record in records.values():
        case, faults = record.case(path.name, known_drugs, known_regimens)
        problems += faults
        if case is None:
            continue
        if case.id.casefold() in cases:  # names of files do not differ by capitals alone
            first = min(cells.row for cells in record.heads)
            problems.append(
                Problem("case", first, "case_id", record.id, repr(case.id), "a name no other has", LEFT_OUT)
            )
        cases.setdefault(case.id.casefold(), case)
    return CaseRecords(tuple(cases.values()), tuple(sorted(problems, key=lambda p: p.row)))


def _gather(
    path: Path, wanted: Sequence[str], codes: Mapping[str, Mapping[str, str]], problems: list[Problem]
) -> dict[str, _Record]:
    """Return the rows of the file by record; of a row only the cells that hold something."""
    try:
        size = path.stat().st_size
    except (OSError, ValueError):  # told by what reads it
        size = 0
    if size > SIZE_LIMIT:
        raise InputError(path.name, f"{size:,} bytes", f"at most {SIZE_LIMIT:,}", "Export fewer records at a time.")
    rows = read_rows(path)
    header = read_header(rows, path.name)
    if lacking := [name for name in ("record_id", *_REPEAT, *wanted) if name not in header]:
        hint = "Courses are read by `trimer redcap import`." if "patient_origin" in header else "Export every field."
        found = f"no column {lacking[0]!r}" + (f" and {len(lacking) - 1} more lacking" if len(lacking) > 1 else "")
        raise InputError(f"{path.name}: header", found, "REDCap records of whole cases", hint)
    problems += unread(header, case_dictionary())
    records: dict[str, _Record] = {}
    for number, row in rows:
        if len(row) != len(header):
            raise InputError(f"{path.name}: row {number}", f"{len(row)} cells", f"{len(header)}, as the header has")
        cells = {name: cell for name, cell in zip(header, row, strict=True) if cell}
        name = cells.get("record_id", "")
        if name.strip():
            record = records.setdefault(name, _Record(name))
            record.take(Cells(number, name, cells, codes, record.problems))
        else:
            Cells(number, name, cells, codes, problems).fault("record_id", "the record's name", "the row is not read")
    return records


_REPEAT = ("redcap_repeat_instrument", "redcap_repeat_instance")
_FIELDS = {f.name for f in case_dictionary()}
_FORMS = {form.name: form for form in case_forms()}
_OTHERS = {form.name: _FIELDS - {"record_id", *(c.name for c in form.columns)} for form in case_forms()}


@dataclass
class _Record:
    """Gather the rows of one record."""

    id: str
    heads: list[Cells] = field(default_factory=list)
    instances: dict[str, dict[int, Cells]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)

    def take(self, cells: Cells) -> None:
        """Take one row: of the case, or of an instance of a repeating form."""
        name = cells.text(_REPEAT[0]).strip() or "case"
        form = _FORMS.get(name)
        if form is None:
            ours = cells.cells.keys() & (_FIELDS - {"record_id"})
            told = self.problems if ours else self.skipped  # a slip in the form's name, or a form that is not ours
            found, expected = repr(name[:80]), f"one of {', '.join(list(_FORMS)[1:])}"
            told.append(Problem("cell", cells.row, _REPEAT[0], self.id, found, expected, "the row is not read"))
            return
        for other in sorted(cells.cells.keys() & _OTHERS[name]):
            cells.fault(other, f"nothing, as the row is one of {name}", LEFT_OUT)
        if not form.repeats:
            self.heads.append(cells)
            if len(self.heads) > 1:
                cells.fault("record_id", "one row of the form case in a record", LEFT_OUT)
            return
        number, held = cells.text(_REPEAT[1]).strip(), self.instances.setdefault(name, {})
        if not re.fullmatch("[1-9][0-9]{0,8}", number) or int(number) in held:
            cells.fault(_REPEAT[1], f"a number that no other row of {name} has", LEFT_OUT)
        else:
            held[int(number)] = cells

    def case(
        self, file: str, known_drugs: Collection[str] | None, known_regimens: Collection[str] | None
    ) -> tuple[Case | None, list[Problem]]:
        """Return the case, or None and why there is none."""
        if not self.heads:
            row = min((c.row for held in self.instances.values() for c in held.values()), default=0)
            row = row or min(p.row for p in (*self.problems, *self.skipped))
            lacking = Problem("case", row, "record_id", self.id, "no row of the form case", "one", LEFT_OUT)
            return None, [*self.skipped, *self.problems, lacking]
        places = Places(file)
        value = Assembly(self.heads[0], self.instances, places).value()
        if not self.problems:
            try:
                return case_of(value, places, known_drugs, known_regimens), self.skipped
            except CaseError:
                faults = faults_of(value, places, known_drugs, known_regimens)
                return None, [*self.skipped, *(places.problem(fault, self.id) for fault in faults)]
        return None, [*self.skipped, *(replace(problem, follows=LEFT_OUT) for problem in self.problems)]
