"""Cells of a REDCap row, each read by its kind, and the days and windows that several of them give together.

A person fills in dates, a program day numbers. Where a row has both, the day number is used if it lies on that date;
where they differ the date is used, since a person changes dates, and the difference is reported.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from trimer.record.cohort import Problem
from trimer.record.table_values import NUMBER

TIMES = ("date", "precision", "day", "day_low", "day_high")
"""What the fields of a time end in, behind their prefix."""


@dataclass
class Cells:
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
        value = float(text) if re.fullmatch(NUMBER, text) else math.inf
        if text and math.isinf(value):
            self.fault(name, "a number", "no number is read")
        return value if math.isfinite(value) else math.nan

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

    def blank(self, *names: str) -> bool:
        """Return whether none of these cells holds anything."""
        return not any(self.text(name).strip() for name in names)

    def fault(self, name: str, expected: str, follows: str, kind: str = "cell") -> None:
        """Report a cell."""
        found = "an empty cell" if self.blank(name) else repr(self.text(name)[:80])
        self.problems.append(Problem(kind, self.row, name, self.record, found, expected, follows))

    def undated(self, prefix: str) -> bool:
        """Return whether no cell of a time holds anything."""
        return self.blank(*(f"{prefix}_{part}" for part in TIMES))

    def tell_undated(self, prefix: str) -> None:
        """Report a row without any time: nothing that goes by days can use it."""
        if self.undated(prefix):
            self.fault(f"{prefix}_date", "a date or a day number", "the day stays unknown", "no date")


def read_day(cells: Cells, prefix: str, origin: dt.date) -> float:
    """Return a day from its number, or from the date where there is none or it says otherwise."""
    number, date = cells.number(f"{prefix}_day"), cells.date(f"{prefix}_date")
    if date is None:
        return number
    day = float((date - origin).days)
    if math.isnan(number) or math.floor(number) == day:
        return day if math.isnan(number) else number
    cells.fault(f"{prefix}_day", f"a day on {date}, which is day {day:g}", "the date is used")
    return day


def read_time(cells: Cells, prefix: str, origin: dt.date) -> tuple[float, float, float]:
    """Return the day used and the window, from day numbers or from a date and what of it is known."""
    number, day = cells.number(f"{prefix}_day"), read_day(cells, prefix, origin)
    low, high = cells.number(f"{prefix}_day_low"), cells.number(f"{prefix}_day_high")
    precision, date = cells.code(f"{prefix}_precision"), cells.date(f"{prefix}_date")
    if precision == "open":
        return day, -math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high
    if day == number or date is None:
        if precision == "day":
            return day, day, day
        if not math.isnan(number) or precision in ("", "window"):
            return day, low, high
    return _from_date(cells, prefix, origin, date, precision)


def _from_date(
    cells: Cells, prefix: str, origin: dt.date, date: dt.date | None, precision: str
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
