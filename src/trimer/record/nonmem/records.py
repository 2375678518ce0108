"""Records of an event table under NONMEM's own rules, before anybody asks what the numbers mean.

Rules: NONMEM Users Guide, Part VI (PREDPP), chapter V, and Part V, chapters 6 and 10. Columns are separated by commas,
or by tabs or spaces where there is no comma; ``.`` and an empty cell are missing; names of columns count without case
and have at most 20 characters; lines that the IGNORE character names are left aside.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trimer.errors import InputError
from trimer.record.table_values import NUMBER

SIZE_LIMIT = 100_000_000
ROW_LIMIT = 1_000_000
Ignore = Literal["@", "#", "C"]
_NUMBER = re.compile(NUMBER)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DATE = re.compile(r"([0-9]{1,4})[-/]([0-9]{1,2})[-/]([0-9]{1,4})")
_DATES = {"DATE": (2, 0, 1), "DAT1": (2, 1, 0), "DAT2": (0, 1, 2), "DAT3": (0, 2, 1)}  # year, month, day of the parts
_LONGEST_NAME = 20
_LARGEST = 1e15


@dataclass(frozen=True)
class Lines:
    """Hold the cells of a table: names of columns in capitals, rows with their numbers, how many lines were ignored."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    ignored: int


@dataclass(frozen=True)
class Cells:
    """Read the cells of one record by column."""

    name: str
    row: int
    cells: dict[str, str]

    def number(self, column: str) -> float | None:
        """Return a number; None when the cell is missing, or the column is.

        Raises
        ------
        InputError
            When the cell holds anything else.
        """
        text = self.cells.get(column, ".")
        if text in ("", "."):
            return None
        value = float(text) if _NUMBER.fullmatch(text) else math.inf
        if not abs(value) <= _LARGEST:
            raise self.fault(column, "a number, or '.' for none")
        return value

    def whole(self, column: str, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number; 0 when it is missing.

        Raises
        ------
        InputError
            When it is none, or not in the range.
        """
        value = self.number(column) or 0.0
        if value != math.floor(value) or not least <= value <= most:
            raise self.fault(column, f"a whole number from {least} to {most}")
        return int(value)

    def fault(self, column: str, expected: str, hint: str = "") -> InputError:
        """Return the error of a cell."""
        found = self.cells.get(column, "")
        return InputError(f"{self.name}: row {self.row}, {column}", repr(found[:40]), expected, hint)


@dataclass(frozen=True)
class Record:
    """Hold one event record.

    Attributes
    ----------
    cells : Cells
    id : str
    time : float
        In the table's unit, or in hours from the first date where the table has dates or clock times.
    date : date or None
        Of its day, where the table has dates.
    evid : {0, 1, 2, 3, 4}
    missing : bool
        Whether there is no DV to be had (MDV 1).
    amt, rate, ii : float
    addl : int
    """

    cells: Cells
    id: str
    time: float
    date: dt.date | None
    evid: int
    missing: bool
    amt: float = 0.0
    rate: float = 0.0
    ii: float = 0.0
    addl: int = 0


def read_lines(path: str | Path, ignore: Ignore = "@") -> Lines:
    """Return the cells of a file.

    Parameters
    ----------
    path : str or Path
    ignore : {"@", "#", "C"}
        Lines to leave aside, behind the header: as NONMEM's IGNORE, ``@`` those that begin with a letter or ``@``, the
        others those that begin with this character. Lines that begin with ``#`` are always left aside.

    Raises
    ------
    InputError
        When the file cannot be read, is too large or no text, has no header, or a row has another number of cells.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        found = getattr(error, "strerror", None) or "an unreadable file"
        raise InputError(path.name, found, "a readable event table") from error
    if len(raw) > SIZE_LIMIT:
        raise InputError(path.name, f"more than {SIZE_LIMIT // 1_000_000} MB", "a smaller table")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path.name, f"byte {error.start} that is no UTF-8 text", "a table in ASCII or UTF-8") from None
    return _lines(text.split("\n"), path.name, ignore)


def _lines(lines: Sequence[str], name: str, ignore: Ignore) -> Lines:
    header: tuple[str, ...] = ()
    rows, ignored, mark = [], 0, None
    for number, line in enumerate(lines, start=1):
        text = line.strip("\r \t") if mark is None or mark == "," else line.strip("\r ")
        if not text:
            continue
        if text.startswith("#") or (header and _ignored(text, ignore)):
            ignored += 1
        elif not header:
            mark = "," if "," in text else None
            header = _header(_split(text, mark), f"{name}: row {number}")
        else:
            cells = _split(text, mark)
            if len(cells) != len(header):
                expected = f"{len(header)}, as the header has"
                raise InputError(f"{name}: row {number}", f"{len(cells)} cells", expected)
            rows.append((number, tuple(cells)))
        if len(rows) > ROW_LIMIT:
            raise InputError(name, f"more than {ROW_LIMIT:,} records", "a smaller table")
    if not rows:
        raise InputError(name, "no record" if header else "no header", "a header with ID and TIME, and records")
    return Lines(name, header, tuple(rows), ignored)


def _ignored(text: str, ignore: Ignore) -> bool:
    return text[0].isalpha() or text[0] == "@" if ignore == "@" else text[0] == ignore


def _split(text: str, mark: str | None) -> list[str]:
    return [cell.strip() for cell in text.split(mark)]


def _header(cells: list[str], where: str) -> tuple[str, ...]:
    names = [cell.strip('"').upper() for cell in cells]
    for name in names:
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            expected = f"names of letters, digits and underscores, at most {_LONGEST_NAME} characters"
            raise InputError(where, f"the column {name[:40]!r}", expected)
        if names.count(name) > 1:
            raise InputError(where, f"the column {name!r} twice", "each column once")
    for name in ("ID", "TIME"):
        if name not in names:
            raise InputError(where, f"no column {name}", "a header with ID and TIME")
    return tuple(names)


def records(lines: Lines) -> Iterator[Record]:
    """Yield the records of a table, checked one by one and in their order.

    Raises
    ------
    InputError
        When a cell is no number; a dose has no amount, or an amount is no dose; RATE, ADDL, II, SS, EVID or MDV ask for
        what is not possible here; or times of a subject go back.
    """
    dates = [name for name in _DATES if name in lines.header]
    if len(dates) > 1:
        raise InputError(f"{lines.name}: header", " and ".join(dates), "one column of dates")
    before: Record | None = None
    seen: set[str] = set()
    start: dt.date | None = None
    for row, values in lines.rows:
        cells = Cells(lines.name, row, dict(zip(lines.header, values, strict=True)))
        subject = str(cells.whole("ID", 0))
        if cells.cells["ID"] in ("", "."):
            raise cells.fault("ID", "the subject's number")
        if before is None or subject != before.id:
            if subject in seen:
                raise cells.fault("ID", "the records of a subject together", "NONMEM would take them for two subjects.")
            seen.add(subject)
            before, start = None, None
        date = _date(cells, dates[0]) if dates else None
        start = start or date
        record = _record(cells, subject, _time(cells, date, start), date, lines.header)
        if before is not None and record.time < before.time:
            raise cells.fault("TIME", f"a time no earlier than that of row {before.cells.row}", "Sort by ID and TIME.")
        before = record
        yield record


def _date(cells: Cells, column: str) -> dt.date:
    found = _DATE.fullmatch(cells.cells[column])
    order = _DATES[column]
    try:
        year, month, day = (int(found[1 + part]) for part in order) if found else (0, 0, 0)
        year += (1900 if year > 50 else 2000) if found and len(found[1 + order[0]]) <= 2 else 0  # LAST20 is 50
        return dt.date(year, month, day)
    except ValueError:
        parts = [("year", "month", "day")[order.index(i)] for i in range(3)]
        raise cells.fault(column, f"a date as {'/'.join(parts)}") from None


def _time(cells: Cells, date: dt.date | None, start: dt.date | None) -> float:
    text = cells.cells["TIME"]
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if hours > 24 or minutes > 59 or seconds > 59:
            raise cells.fault("TIME", "a time of day as 13:45")
        time = hours + minutes / 60.0 + seconds / 3600.0
    else:
        number = cells.number("TIME")
        if number is None:
            raise cells.fault("TIME", "a time")
        time = number
    if date is not None and start is not None:
        if not 0.0 <= time <= 24.0:
            raise cells.fault("TIME", "a time of day beside the date: 0 to 24 hours, or 13:45")
        time += 24.0 * (date - start).days
    return time


def clocked(lines: Lines) -> bool:
    """Return whether times are clock times or stand beside dates: then they are in hours."""
    at = lines.header.index("TIME")
    return any(name in _DATES for name in lines.header) or any(":" in cells[at] for _, cells in lines.rows)


def _record(cells: Cells, subject: str, time: float, date: dt.date | None, header: tuple[str, ...]) -> Record:
    amt, rate, ii = (cells.number(name) or 0.0 for name in ("AMT", "RATE", "II"))
    addl = cells.whole("ADDL", 0, 100_000)
    given = amt != 0.0 or rate != 0.0
    flagged = cells.whole("MDV", 0, 1) == 1
    if cells.cells.get("EVID", ".") in ("", "."):
        evid = 1 if given else 2 if flagged else 0
    else:
        evid = cells.whole("EVID", 0, 4)
    _check_dose(cells, evid, amt, rate, ii, addl)
    missing = evid != 0 or flagged
    if not missing and cells.number("DV") is None:
        if cells.cells.get("MDV", ".") not in ("", ".") and not _censored(cells):
            raise cells.fault("DV", "a number, or MDV 1", "NONMEM reads '.' as 0.")
        missing = not _censored(cells)
    return Record(cells, subject, time, date, evid, missing, amt, rate, ii, addl)


def _censored(cells: Cells) -> bool:
    """Return whether a limit of quantification stands in for DV."""
    return cells.whole("BLQ", 0, 1) == 1 and cells.number("LLOQ") is not None


def _check_dose(cells: Cells, evid: int, amt: float, rate: float, ii: float, addl: int) -> None:
    if cells.whole("SS", 0, 3):
        hint = "Write the doses that lead to it as records of their own."
        raise cells.fault("SS", "0: no steady state is assumed here, doses are given", hint)
    if evid not in (1, 4):
        for column, value in (("AMT", amt), ("RATE", rate), ("ADDL", addl), ("II", ii)):
            if value:
                raise cells.fault(column, f"0 or '.' in a record that is no dose (EVID {evid})")
        return
    if rate in (-1.0, -2.0):
        hint = "RATE -1 and -2 leave it to a model to say how long the infusion runs."
        raise cells.fault("RATE", "the rate itself", hint)
    if rate < 0.0:
        raise cells.fault("RATE", "0 for a bolus, or the rate of an infusion")
    if amt <= 0.0:
        raise cells.fault("AMT", "an amount above zero in a dose record")
    if ii < 0.0 or (addl > 0) != (ii > 0.0):
        raise cells.fault("II", "a time between doses with ADDL, and none without")
