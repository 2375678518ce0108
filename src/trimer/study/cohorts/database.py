"""The file of a cohort store: opened to read or to write, and refused in one sentence when it is something else.

The connection can reach no other file, no network and no extension, whatever a database says: a file from elsewhere is
data. DuckDB lets many processes read a file, or one write it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from trimer.errors import InputError
from trimer.study.cohorts.tables import ABOUT, SCHEMA, TABLES, definitions, described

PATIENCE = 10.0  # seconds to wait for another process that writes, or reads while we write
_SAFE = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
_HELD = ("Could not set lock", "being used by another process")  # as DuckDB says it on Unix and on Windows
_EXPECTED = "a cohort store, as `trimer cohort add` makes it"


def duckdb() -> Any:
    """Return DuckDB.

    Raises
    ------
    InputError
        When it is not installed.
    """
    try:
        return import_module("duckdb")
    except ImportError as error:
        hint = "Install it with: pip install 'trimer[cohort]'"
        raise InputError("cohort store", "no DuckDB", "the Python package duckdb", hint) from error


@contextmanager
def reading(path: Path) -> Iterator[Any]:
    """Yield a connection that reads a store; what it meets in a damaged file is one error.

    Raises
    ------
    InputError
        When there is no such file, it is damaged or something else, or another process keeps writing it.
    """
    with _opened(path, read_only=True) as connection:
        yield connection


@contextmanager
def writing(path: Path) -> Iterator[Any]:
    """Yield a connection inside a transaction, of a store that is made when it is not there.

    All is kept when the block ends, and nothing when it raises or the process is killed.

    Raises
    ------
    InputError
        As :func:`reading`, or when the file cannot be written.
    """
    new, made = not _there(path), False
    try:
        with _opened(path, read_only=False) as connection:
            made = new and not _names(connection)  # another process may have made it while we waited
            if made:
                path.chmod(0o600)  # patients' data: nobody else reads them
            connection.begin()
            if not _names(connection):
                _make(connection)
            yield connection
            connection.commit()  # closing without rolls back
    except BaseException:
        if made and _there(path):
            for file in (path, path.with_name(f"{path.name}.wal")):
                file.unlink(missing_ok=True)
        raise


def _make(connection: Any) -> None:
    """Make the tables of an empty store."""
    for statement in definitions():
        connection.execute(statement)
    connection.execute("INSERT INTO store VALUES (?)", [SCHEMA])
    connection.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?)", described())


@contextmanager
def _opened(path: Path, read_only: bool) -> Iterator[Any]:
    library = duckdb()
    if read_only and not _there(path):
        raise InputError(str(path)[:200], "no such file", _EXPECTED, "Make one: trimer cohort add FILE SOURCE")
    try:
        connection = _connect(library, path, read_only)
    except (library.Error, OSError, ValueError) as fault:
        raise _damaged(path, fault) from fault
    try:
        if not _known(connection, path) and read_only:  # killed before its first source was in
            raise InputError(str(path), "an empty database", _EXPECTED)
        yield connection
    except (library.Error, UnicodeError) as fault:
        raise _damaged(path, fault) from fault
    finally:
        with suppress(library.Error):
            connection.close()


def _connect(library: Any, path: Path, read_only: bool) -> Any:
    """Connect; wait for a while where another process holds the file."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection = library.connect(str(path), read_only=read_only, config=_SAFE)
        except library.IOException as fault:
            if not any(words in str(fault) for words in _HELD):
                raise
            if time.monotonic() > until:
                found, expected = "a store that another process is using", "one that nobody writes meanwhile"
                raise InputError(str(path), found, expected, "Wait for it to end.") from fault
            time.sleep(0.1)
        else:
            connection.execute("SET lock_configuration = true")
            return connection


def _known(connection: Any, path: Path) -> bool:
    """Return whether a database is a store, False where it is empty; refuse one that is something else."""
    names = _names(connection)
    if not names:
        return False
    if not {*TABLES, *ABOUT} <= set(names):
        raise InputError(str(path), "a database of something else", _EXPECTED)
    schema = connection.execute("SELECT schema FROM store LIMIT 2").fetchall()
    held = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    ours = {(table, c.name, c.type) for table, columns in TABLES.items() for c in columns}
    if schema != [(SCHEMA,)] or not ours <= set(held):
        said = str(schema[0][0])[:60] if schema else "none"
        raise InputError(str(path), f"a store of another schema ({said})", SCHEMA, "Make it anew from its sources.")
    return True


def _names(connection: Any) -> list[str]:
    """Return the tables of a database; a view of our name, which could read elsewhere, is none."""
    found: Sequence[tuple[str]] = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT internal"
    ).fetchall()
    return [name for (name,) in found]


def _there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # longer than any file's name, or with a null byte
        return False


def _damaged(path: Path, fault: Exception) -> InputError:
    """Return the one error of a file that is no store, with what the database says of it."""
    words = " ".join(str(fault).split())[:120]
    return InputError(str(path)[:200], f"a file that is no database, or a damaged one ({words})", _EXPECTED)
