"""Rows of a CSV file, one at a time, or one clear error that names the row; nothing else is done to the text."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from trimer.errors import InputError


def read_rows(path: Path, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with their numbers as a spreadsheet counts them (the first is 1).

    A byte order mark is tolerated, quotes must be closed, and the file is never held as a whole.

    Raises
    ------
    InputError
        When the file cannot be read, is not UTF-8 text, or its quotes are broken.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.reader(file, delimiter=delimiter, strict=True), start=1):
                if row:
                    yield number, row
    except UnicodeDecodeError as error:
        where = f"{path.name}: row {number + 1} or later"
        raise InputError(where, "bytes that are no UTF-8 text", "a CSV file in UTF-8") from error
    except OSError as error:
        raise InputError(path.name, error.strerror or "an unreadable file", "a readable CSV file") from error
    except (csv.Error, ValueError) as error:  # a path with a null byte is a ValueError
        if "field limit" in str(error):
            found, most = "a cell longer than any table has", f"cells of at most {csv.field_size_limit():,} characters"
            raise InputError(f"{path.name}: row {number + 1}", found, most, "Is a quote left open?") from error
        raise InputError(f"{path.name}: row {number + 1}", str(error)[:120], "a CSV file with closed quotes") from error


def read_header(rows: Iterator[tuple[int, list[str]]], name: str) -> list[str]:
    """Return the names of the columns, which the first row gives.

    Raises
    ------
    InputError
        When there is no row, or a name stands twice.
    """
    number, row = next(rows, (0, []))
    header = [cell.strip() for cell in row]
    if not any(header):
        raise InputError(name, "no header" if number else "no row", "a first row that names the columns")
    for column, count in Counter(header).items():
        if column and count > 1:
            raise InputError(f"{name}: row {number}", f"the column {column[:60]!r} twice", "each column once")
    return header


def cells_of(number: int, row: Sequence[str], header: Sequence[str], name: str) -> dict[str, str]:
    """Return the cells of a row by column, spaces cut off.

    Raises
    ------
    InputError
        When the row has more or fewer cells than the header.
    """
    if len(row) != len(header):
        expected = f"{len(header)} cells, as the header has"
        raise InputError(f"{name}: row {number}", f"{len(row)} cells", expected, "Are commas in a text without quotes?")
    return {column: cell.strip() for column, cell in zip(header, row, strict=True)}
