"""A cohort store: courses from records and virtual trials in one file, to be asked what came of which.

The file is a DuckDB database; :mod:`trimer.study.cohorts.tables` says what is in it. Adding is one transaction.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trimer.errors import InputError
from trimer.record.case import Case
from trimer.storage import keep
from trimer.study.cases import case_of
from trimer.study.cohorts import answers, neighbours
from trimer.study.cohorts.database import reading, writing
from trimer.study.cohorts.filters import Filters
from trimer.study.cohorts.sources import Found, Source, found_of
from trimer.study.cohorts.tables import OF_COURSES, ORIGINS, TABLES
from trimer.study.research import NOTICE

LIST_SCHEMA, ADD_SCHEMA = "trimer/cohort-list/1", "trimer/cohort-add/1"


@dataclass(frozen=True)
class Added:
    """Hold what came of adding one source; ``known`` where its content was there already and nothing was done."""

    name: str
    kind: str
    courses: int
    present: int
    left_out: int
    problems: int
    known: bool
    replaced: bool


@dataclass(frozen=True)
class Listing:
    """Hold what a store has: its sources in the order they were added, rows by table, courses by origin."""

    sources: tuple[dict[str, Any], ...]
    rows: dict[str, int]
    courses: dict[str, int]
    schema: str = LIST_SCHEMA
    notice: str = NOTICE

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class CohortStore:
    """Hold a cohort store by its file, which is opened for each call and closed again.

    Parameters
    ----------
    path : str or Path
        Made by the first :meth:`add`.
    """

    path: str | Path

    @property
    def file(self) -> Path:
        """The file."""
        return Path(self.path)

    def add(
        self,
        *sources: Source,
        mapping: str | Path | None = None,
        relapse_at_last_seen: bool | None = None,
        dictionary: str | Path | None = None,
        replace: bool = False,
    ) -> tuple[Added, ...]:
        """Add courses with their judgements: all of the sources, or none.

        Parameters
        ----------
        *sources : str, Path, Case, Course or TrialResult
            A case by name or file, a CSV table (with ``mapping``) or REDCap records (without), the folder of
            ``trimer trial --keep``, or what was read or run already.
        mapping : str or Path, optional
            How tables are read; see :func:`trimer.study.cohort.import_cohort`.
        relapse_at_last_seen : bool, optional
            Likewise.
        dictionary : str or Path, optional
            Data dictionary of REDCap records.
        replace : bool
            Put a source in the place of one of the same kind and name but another content, instead of refusing it.

        Returns
        -------
        tuple of Added
            One a source. What is there by its content already is not added again.

        Raises
        ------
        TrimerError
            When a source cannot be read or judged, or the file is no store.
        """
        if not sources:
            raise InputError("SOURCE", "none", "at least one")
        with writing(self.file) as connection:
            return tuple(
                _add(connection, found_of(source, mapping, relapse_at_last_seen, dictionary), replace)
                for source in sources
            )

    def list(self) -> Listing:
        """Return what is in the store.

        Raises
        ------
        InputError
            When the file is no store.
        """
        with reading(self.file) as connection:
            cursor = connection.execute("SELECT * FROM sources ORDER BY source")
            names = [column[0] for column in cursor.description]
            sources = tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
            rows = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
            counted = dict(connection.execute("SELECT origin, count(*) FROM courses GROUP BY origin").fetchall())
        return Listing(sources, rows, {origin: counted.get(origin, 0) for origin in ORIGINS})

    def query(self, filters: Filters | None = None, **asked: str | None) -> answers.Answer:
        """Return how many courses the filters leave, their response and their survival.

        Parameters
        ----------
        filters : Filters, optional
        **asked
            Fields of :class:`trimer.study.cohorts.filters.Filters`, instead.

        Raises
        ------
        InputError
            When a filter cannot be read, or the file is no store, or empty.
        """
        wanted = filters or Filters(**asked)
        wanted.clauses()  # what cannot be read is refused before the file is opened
        with reading(self.file) as connection:
            return answers.query(connection, wanted)

    def similar(
        self, case: str | Path | Case, k: int = neighbours.NEAREST, at: str | None = None
    ) -> neighbours.Similar:
        """Return the courses nearest to a case, of each origin, and what came of them.

        Parameters
        ----------
        case : str, Path or Case
        k : int
            Neighbours of each origin.
        at : str, optional
            Event of the case at which it is compared.

        Raises
        ------
        TrimerError
            When the case cannot be read or has no such event, nothing is known of it there, or the file is no store.
        """
        chosen = case_of(case)
        with reading(self.file) as connection:
            return neighbours.similar(connection, chosen, k, at)

    def write_parquet(self, folder: str | Path) -> tuple[Path, ...]:
        """Write every table as a Parquet file of its name into a folder.

        Raises
        ------
        InputError
            When the file is no store, or the folder cannot be written.
        """
        place = Path(folder)
        with reading(self.file) as connection:
            for table in ("columns", *TABLES):
                if not keep(place, f"{table}.parquet", _parquet(connection, table)):
                    raise InputError(str(place), "a folder that cannot be written", "one that can")
        return tuple(place / f"{table}.parquet" for table in ("columns", *TABLES))


def _parquet(connection: Any, table: str) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = connection.execute(f"SELECT * FROM {table}").to_arrow_table()
    units = {c.name: {"unit": c.unit, "meaning": c.meaning} for c in TABLES.get(table, ())}
    fields = [f.with_metadata(units.get(f.name)) for f in columns.schema]
    out = pa.BufferOutputStream()
    pq.write_table(columns.cast(pa.schema(fields)), out, compression="zstd")
    return bytes(out.getvalue())


def _add(connection: Any, found: Found, replace: bool) -> Added:
    """Add one source inside a transaction."""
    if connection.execute("SELECT 1 FROM sources WHERE sha256 = ?", [found.sha256]).fetchone():
        return Added(found.name, found.kind, 0, 0, 0, 0, True, False)
    other = connection.execute(
        "SELECT source FROM sources WHERE kind = ? AND name = ?", [found.kind, found.name]
    ).fetchone()
    if other and not replace:
        hint = "Add --replace to put the new in the place of the old, or give the file another name."
        raise InputError(found.name, f"a {found.kind} that is in the store with another content", "one content", hint)
    if other:
        _remove(connection, other[0])
    number = 1 + connection.execute("SELECT coalesce(max(source), 0) FROM sources").fetchone()[0]
    courses = present = left_out = 0
    for tables, lost in found.batches:
        new, old = _insert(connection, tables, number)
        courses, present, left_out = courses + new, present + old, left_out + lost
    now = datetime.now(UTC).isoformat(timespec="seconds")
    about = json.dumps(found.about, sort_keys=True, default=str)
    row = [number, found.kind, found.name, found.sha256, about, version("trimer"), now, courses, present]
    connection.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, left_out, found.problems])
    return Added(found.name, found.kind, courses, present, left_out, found.problems, False, other is not None)


def _remove(connection: Any, source: int) -> None:
    for table in reversed(OF_COURSES):
        whose = "source = ?" if table == "courses" else "course IN (SELECT course FROM courses WHERE source = ?)"
        connection.execute(f"DELETE FROM {table} WHERE {whose}", [source])
    connection.execute("DELETE FROM sources WHERE source = ?", [source])


def _insert(connection: Any, tables: dict[str, Any], source: int) -> tuple[int, int]:
    """Insert the rows of courses that are not there yet; return how many courses were new, and how many were not."""
    for name, table in tables.items():
        connection.register(f"fresh_{name}", table)
    start = connection.execute("SELECT 1 + coalesce(max(course), 0) FROM courses").fetchone()[0]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE new AS SELECT f.row, ? + f.row AS course FROM fresh_courses f WHERE NOT EXISTS ("
        "SELECT 1 FROM courses c WHERE c.content = f.content AND c.subject = f.subject AND c.arm = f.arm)",
        [start],
    )
    for name, table in tables.items():
        own = {c.name for c in TABLES[name]}
        given = [c for c in table.column_names if c in own]
        columns = ", ".join(["course", *(["source"] if name == "courses" else []), *given])
        values = ", ".join(["n.course", *(["?"] if name == "courses" else []), *(f"f.{c}" for c in given)])
        connection.execute(
            f"INSERT INTO {name} ({columns}) SELECT {values} FROM fresh_{name} f JOIN new n ON n.row = f.row",
            [source] if name == "courses" else [],
        )
    total = tables["courses"].num_rows
    new: int = connection.execute("SELECT count(*) FROM new").fetchone()[0]
    for name in tables:
        connection.unregister(f"fresh_{name}")
    return new, total - new
