"""What can be added to a store: a case, a table with its mapping, REDCap records, or a virtual trial."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trimer.course import Course
from trimer.errors import InputError
from trimer.library import list_entries
from trimer.record.case import Case
from trimer.record.outcomes import Derived
from trimer.record.redcap_read import read_records
from trimer.study.cases import case_of
from trimer.study.cohort import import_cohort
from trimer.study.cohorts.recorded import Rows, fingerprint, rows
from trimer.study.cohorts.tables import TABLES
from trimer.study.cohorts.virtual import Virtual, of_folder, of_result
from trimer.study.trial.run import TrialResult

Source = str | Path | Case | Course | TrialResult
Batch = tuple[dict[str, Any], int]
"""Arrow tables by table of the store, each with a column ``row`` that says whose; and patients left out."""

LARGEST = 200_000_000  # bytes of a table or of records
_TYPES = {"VARCHAR": "string", "DOUBLE": "float64", "BIGINT": "int64", "INTEGER": "int32", "BOOLEAN": "bool_"}


@dataclass(frozen=True)
class Found:
    """Hold a source that was found: what it is, and its rows a batch at a time.

    Attributes
    ----------
    kind : {"case", "table", "redcap", "trial"}
    name, sha256 : str
    about : mapping
    batches : iterable of Batch
        Read once.
    problems : int
        Faults of a table or records.
    """

    kind: str
    name: str
    sha256: str
    about: Mapping[str, Any]
    batches: Iterable[Batch]
    problems: int = 0


def found_of(
    source: Source,
    mapping: str | Path | None = None,
    relapse_at_last_seen: bool | None = None,
    dictionary: str | Path | None = None,
) -> Found:
    """Return what a source is; arguments as those of :meth:`trimer.study.cohorts.CohortStore.add`.

    Raises
    ------
    TrimerError
        When it cannot be read or judged, or is nothing that can be added.
    """
    if isinstance(source, TrialResult):
        return _trial(of_result(source))
    if isinstance(source, Course):
        return _courses("case", source.id, fingerprint(source), {"kind": source.kind}, [source])
    if isinstance(source, Case):
        return _case(source)
    if not isinstance(source, str | Path) or not str(source).strip():
        raise InputError("SOURCE", repr(source)[:80], "a case, a CSV file, a folder of `trimer trial --keep`")
    path = Path(source)
    if _is(path, "dir"):
        return _trial(of_folder(path))
    if path.suffix.lower() != ".csv":
        return _case(case_of(source))
    if not _is(path, "file"):
        raise InputError(str(source)[:200], "no such file", "a table or REDCap records (.csv)")
    if path.stat().st_size > LARGEST:
        raise InputError(str(path), f"{path.stat().st_size:,} bytes", f"at most {LARGEST:,} bytes")
    if mapping is not None:
        return _table(path, mapping, relapse_at_last_seen)
    return _records(path, dictionary)


def _is(path: Path, what: str) -> bool:
    try:
        return path.is_dir() if what == "dir" else path.is_file()
    except (OSError, ValueError):  # longer than any file's name, or with a null byte
        return False


def _trial(found: Virtual) -> Found:
    batches = (
        ({name: _arrow(name, columns) for name, columns in tables.items()}, lost) for tables, lost in found.tables()
    )
    return Found("trial", found.name, found.sha256, found.about, batches)


def _case(case: Case) -> Found:
    course = case.course()
    return _courses("case", case.id, fingerprint(course), {"title": case.title, "citation": case.citation}, [course])


def _table(path: Path, mapping: str | Path, at_last_seen: bool | None) -> Found:
    read = import_cohort(path, mapping, at_last_seen)
    held = [(p.course, read.derived[p.id]) for p in read.cohort.patients if p.course is not None]
    about = {key: value for key, value in read.manifest().items() if key in ("table", "mapping", "assumed", "patients")}
    mark = _digest(read.table_digest, read.mapping_digest, str(read.cohort.relapse_at_last_seen))
    lost = len(read.cohort.patients) - len(held)
    found = _courses("table", read.cohort.table, mark, about, [c for c, _ in held], [d for _, d in held], lost)
    return Found(found.kind, found.name, mark, about, found.batches, len(read.cohort.problems))


def _records(path: Path, dictionary: str | Path | None) -> Found:
    read = read_records(path, dictionary, list_entries("drugs"))
    digests = [hashlib.sha256(Path(p).read_bytes()).hexdigest() for p in (path, dictionary) if p is not None]
    if not read.courses:
        hint = "A table of one patient a row needs --mapping."
        raise InputError(path.name, "no record that could be read", "REDCap records with an origin", hint)
    lost = len({p.patient for p in read.problems if p.kind == "no origin"})
    found = _courses("redcap", path.name, _digest(*digests), {"records": len(read.courses)}, read.courses, None, lost)
    return Found(found.kind, found.name, found.sha256, found.about, found.batches, len(read.problems))


def _courses(
    kind: str,
    name: str,
    mark: str,
    about: Mapping[str, Any],
    courses: Sequence[Course],
    stated: Sequence[Mapping[str, Derived]] | None = None,
    lost: int = 0,
) -> Found:
    """Return recorded courses as one batch, judged when it is asked for."""

    def batches() -> Iterator[Batch]:
        made = [rows(c, stated[i] if stated else None) for i, c in enumerate(courses)]
        yield _batch(made), lost

    return Found(kind, name, mark, about, batches())


def _batch(made: Sequence[Rows]) -> dict[str, Any]:
    parts = {
        "courses": [[r.course] for r in made],
        "treatments": [r.treatments for r in made],
        "judgements": [r.judgements for r in made],
        "readings": [r.readings for r in made],
    }
    batch = {}
    for name, groups in parts.items():
        flat = [{**row, "row": i} for i, group in enumerate(groups) for row in group]
        names = ["row", *(c.name for c in TABLES[name] if c.name not in ("course", "source"))]
        batch[name] = _arrow(name, {n: [row.get(n) for row in flat] for n in names})
    return batch


def _arrow(table: str, columns: Mapping[str, Any]) -> Any:
    """Return columns as an Arrow table of the types of the store; NaN and None are the same, nothing."""
    import pyarrow as pa

    types = {c.name: c.type for c in TABLES[table]} | {"row": "BIGINT"}
    arrays = {}
    for name, values in columns.items():
        kind = pa.list_(pa.string()) if types[name] == "VARCHAR[]" else getattr(pa, _TYPES[types[name]])()
        arrays[name] = pa.array(values, type=kind, from_pandas=True)
    return pa.table(arrays)


def _digest(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
