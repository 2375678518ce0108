"""Import a table of patients: read it through a mapping, derive what analysis needs, write whole tables or none.

The mapping is a file: a bundled one by name, or the user's own. Derived values keep their cells and rules, problems
their rows and columns, and the manifest says which table and which mapping they came from.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trimer.course import Reading
from trimer.errors import InputError
from trimer.library.files import HERE, read_toml, validate
from trimer.record.cohort import Cell, Cohort, Patient
from trimer.record.mapping import TableMapping, mapping_from
from trimer.record.outcomes import EVENTS, Derived, derive
from trimer.record.read_table import read_table
from trimer.record.vocabulary import nearest
from trimer.study.research import RESEARCH

SCHEMA = "trimer/cohort/1"

_FIELDS = ("schema", "name", "label", "columns")
_PROBLEM_COLUMNS = ("kind", "row", "column", "patient", "found", "expected", "follows")


@dataclass(frozen=True)
class CohortResult:
    """Hold an imported cohort.

    Attributes
    ----------
    cohort : Cohort
        Patients, courses and problems.
    derived : mapping of str to mapping of str to Derived
        By patient, then by field.
    table_digest, mapping_digest : str
        SHA-256 of the two files.
    """

    cohort: Cohort
    derived: Mapping[str, Mapping[str, Derived]]
    table_digest: str
    mapping_digest: str
    schema: str = SCHEMA

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many patients there are of each kind, by remission, lineage, relapse, transplant, death and event."""
        counted = {"remission": self._count("remission")}
        lineage = Counter(_fact(p, "lineage") or "unknown" for p in self.cohort.patients)
        if set(lineage) != {"unknown"}:
            counted["lineage"] = dict(sorted(lineage.items()))
        return counted | {field: self._count(field) for field in ("relapse", "transplant", "death", "event")}

    def _count(self, field: str) -> dict[str, int]:
        return dict(sorted(Counter(d[field].value or "unknown" for d in self.derived.values()).items()))

    @property
    def not_derived(self) -> tuple[tuple[str, str, str], ...]:
        """Patient, field and reason of every value that could not be derived."""
        return tuple((p, d.field, d.why_not) for p, found in self.derived.items() for d in found.values() if d.why_not)

    def table(self) -> list[dict[str, str]]:
        """Return one row a patient, ready for survival analysis.

        ``event`` is 0 for a remission that lasted until the patient was last seen, 1 for a relapse, 2 for death in
        remission (a competing cause), empty where none is known; ``cause`` says it in words. ``time`` (days from
        remission) is filled where it is exact; ``time_low`` and ``time_high`` hold the interval, ``time_high`` empty
        where it is open.
        """
        names = list(dict.fromkeys(name for p in self.cohort.patients for name in p.facts))
        return [_table_row(p, names, self.derived[p.id]) for p in self.cohort.patients]

    def traces(self) -> list[dict[str, str]]:
        """Return one row a derived value: the rule and the cells it came from, or why there is none."""
        return [
            {
                "patient": patient,
                "field": d.field,
                "value": d.value,
                "assumed": "yes" if d.assumed else "",
                "rule": d.rule,
                "cells": "; ".join(f"row {c.row}, {c.column}: {c.text}" for c in d.cells),
                "why_not": d.why_not,
            }
            for patient, found in self.derived.items()
            for d in found.values()
        ]

    def manifest(self) -> dict[str, Any]:
        """Return what the tables were made from, and the counts that a reader can check."""
        return {
            "schema": self.schema,
            "trimer": version("trimer"),
            "table": {"name": self.cohort.table, "sha256": self.table_digest, "rows": self.cohort.rows},
            "mapping": {"name": self.cohort.mapping, "sha256": self.mapping_digest},
            "assumed": ["a relapsed patient was last seen on the day of relapse"]
            if self.cohort.relapse_at_last_seen
            else [],
            "patients": len(self.cohort.patients),
            "courses": len(self.cohort.courses),
            "counts": self.counts,
            "problems": dict(sorted(Counter(p.kind for p in self.cohort.problems).items())),
            "columns_not_read": list(self.cohort.unread),
            "event_codes": EVENTS,
            "note": RESEARCH,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        return {
            **self.manifest(),
            "table_rows": self.table(),
            "derived": [{"patient": p, **_plain(d)} for p, found in self.derived.items() for d in found.values()],
            "problem_rows": [asdict(problem) for problem in self.cohort.problems],
        }

    def write(self, folder: str | Path) -> tuple[Path, ...]:
        """Write ``patients.csv``, ``problems.csv``, ``traces.csv`` and, last, ``manifest.json`` into a folder.

        All four are written beside the folder's other files first and only then put in place; what stands in the way
        of one keeps all of them out. The manifest holds the SHA-256 of the others. Texts are written as they stand in
        the table: a spreadsheet program may take one that begins with ``=``, ``+``, ``-`` or ``@`` for a formula.

        Raises
        ------
        InputError
            When no folder is named, or it cannot be written.
        """
        if not str(folder).strip():
            raise InputError("output folder", "an empty name", "a folder, such as cohort")
        table = self.table()
        files = {
            "patients.csv": _csv(table, list(table[0]) if table else ["patient"]),
            "problems.csv": _csv([asdict(problem) for problem in self.cohort.problems], _PROBLEM_COLUMNS),
            "traces.csv": _csv(traces := self.traces(), list(traces[0]) if traces else ["patient"]),
        }
        manifest = self.manifest() | {"files": {name: _digest(payload) for name, payload in files.items()}}
        files["manifest.json"] = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
        return _write_all(Path(folder), files)


def import_cohort(
    path: str | Path, mapping: str | Path | TableMapping, relapse_at_last_seen: bool | None = None
) -> CohortResult:
    """Import a table of patients.

    Parameters
    ----------
    path : str or Path
        A CSV file in UTF-8 whose first row names the columns.
    mapping : str, Path or TableMapping
        Name of a bundled mapping (``"ritz_all"``), a TOML file, or a mapping already read.
    relapse_at_last_seen : bool, optional
        Assume (or not) that a relapsed patient was last seen on the day of relapse, whatever the mapping says.

    Returns
    -------
    CohortResult

    Raises
    ------
    InputError
        When the table or the mapping cannot be read, or do not fit each other; says where.
    """
    chosen, digest = _mapping(mapping)
    if relapse_at_last_seen is not None:
        chosen = replace(chosen, relapse_at_last_seen=relapse_at_last_seen)
    cohort = read_table(path, chosen)
    return CohortResult(cohort, derive(cohort), _file_digest(Path(path)), digest)


def load_mapping(name: str | Path) -> TableMapping:
    """Return a bundled mapping by its name, or the user's own from a TOML file.

    Raises
    ------
    InputError
        When there is no such mapping, or the file has a fault; says which field.
    """
    path = _find(name)
    document = read_toml(path)
    if lacking := [field for field in _FIELDS if field not in document]:
        found = f"no field {', '.join(map(repr, lacking))}" if document else "an empty file"
        raise InputError(path.name, found, f"a mapping with {', '.join(_FIELDS)}", "trimer schema mapping shows all.")
    validate(document, "mapping", path.name)
    if path.stem != document["name"] and path.parent == HERE / "mappings":
        raise InputError(f"{path.name}: name", repr(document["name"]), f"{path.stem!r}, as the file is called")
    return mapping_from(document, path.name)


def bundled_mappings() -> tuple[str, ...]:
    """Return the names of the mappings that come with the package."""
    return tuple(sorted(path.stem for path in (HERE / "mappings").glob("*.toml")))


def _find(name: str | Path) -> Path:
    text = str(name)
    if not isinstance(name, Path) and text in bundled_mappings():
        return HERE / "mappings" / f"{text}.toml"
    path = Path(name)
    try:
        there = path.is_file()
    except (OSError, ValueError):  # longer than any file's name, or with a null byte
        there = False
    if not there:
        hint = nearest(text, bundled_mappings()) or f"Bundled mappings: {', '.join(bundled_mappings())}."
        expected = "a TOML mapping file or the name of a bundled mapping"
        raise InputError(text[:80], "no such file or bundled mapping", expected, hint)
    return path


def _mapping(mapping: str | Path | TableMapping) -> tuple[TableMapping, str]:
    if isinstance(mapping, TableMapping):
        return mapping, ""
    return load_mapping(mapping), _file_digest(_find(mapping))


def _table_row(patient: Patient, names: Sequence[str], found: Mapping[str, Derived]) -> dict[str, str]:
    row = {"patient": patient.id, "row": str(patient.row)} | {name: _fact(patient, name) for name in names}
    row["remission"] = found["remission"].value or "unknown"
    row |= _time(found["time_to_remission"], "time_to_remission")
    row |= {name: found[name].value or "unknown" for name in ("relapse", "transplant", "death")}
    row["relapse_date"] = found["relapse_date"].value
    row |= {"event": EVENTS.get(found["event"].value, ""), "cause": found["event"].value}
    row |= _time(found["remission_duration"], "time")
    row["not_derived"] = "; ".join(f"{d.field}: {d.why_not}" for d in found.values() if d.why_not)
    return row


def _time(derived: Derived, name: str) -> dict[str, str]:
    low, high = ("" if n is None else str(n) for n in (derived.low, derived.high))
    return {name: low if derived.exact else "", f"{name}_low": low, f"{name}_high": high}


def _fact(patient: Patient, name: str) -> str:
    """Return a fact as text: the word, or the number with its sign."""
    if name not in patient.facts:
        return ""
    reading: Reading = patient.facts[name][0]
    if reading.text or not reading.unit:
        return reading.text
    if reading.exact:
        return f"{reading.low:g}"
    below = reading.low == -float("inf")
    sign = ("<" if reading.high_open else "<=") if below else (">" if reading.low_open else ">=")
    return f"{sign} {reading.high if below else reading.low:g}"


def _plain(derived: Derived) -> dict[str, Any]:
    cells: Iterable[Cell] = derived.cells
    return {**asdict(derived), "cells": [asdict(cell) for cell in cells]}


def _write_all(place: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files into a folder, all of them or, as far as can be told before, none."""
    blocked = next((place / name for name in files if (place / name).is_dir()), None)
    if blocked is not None:
        raise InputError(str(blocked), "a folder", "a place for a file of that name")
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(dir=place, prefix=".trimer-") as drafts:
            for name, payload in files.items():
                (Path(drafts) / name).touch(mode=0o600)  # patients' data: nobody else reads them
                (Path(drafts) / name).write_bytes(payload)
            for name in files:
                os.replace(Path(drafts) / name, place / name)
    except OSError as error:
        raise InputError(str(place), error.strerror or "no way to write", "a folder that can be written") from error
    return tuple(place / name for name in files)


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
