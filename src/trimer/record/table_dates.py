"""Dates as tables write them, read by a format that the mapping declares; nothing is guessed from the digits.

A format is made of ``yyyy``, ``yy``, ``mmm`` (Jan), ``mm`` or ``m``, ``dd`` or ``d`` and any other signs, e.g.
``m/d/yyyy``. A format without a day or a month reads partial dates and gives the whole month or year.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from trimer.record.cohort import Dates

_TOKEN = re.compile(r"yyyy|yy|mmm|mm|m|dd|d|.", re.DOTALL)
_DIGITS = {"yyyy": "[0-9]{4}", "yy": "[0-9]{2}", "mmm": "[A-Za-z]{3}"} | dict.fromkeys(
    ("mm", "m", "dd", "d"), "[0-9]{1,2}"
)
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
)}  # fmt: skip


def read_date(text: str, formats: Sequence[str], first_year: int | None = None) -> Dates | str:
    """Return the dates that a text allows under the declared formats, or the fault in words.

    Parameters
    ----------
    text : str
    formats : sequence of str
        Every format is tried.
    first_year : int, optional
        First of the hundred years that two-digit years stand for.

    Returns
    -------
    Dates or str
        ``"unreadable date"`` when no format fits, ``"impossible date"`` when one fits and the calendar has no such
        day, ``"ambiguous date"`` when two formats give different dates.
    """
    fitting = [match for match in (_pattern(form).fullmatch(text) for form in formats) if match]
    found = {dates for match in fitting if (dates := _dates(match.groupdict(), first_year)) is not None}
    if len(found) == 1:
        return found.pop()
    if found:
        return "ambiguous date"
    return "impossible date" if fitting else "unreadable date"


def format_fault(form: str, first_year: int | None) -> str:
    """Return what is wrong with a format, or an empty text."""
    parts = [_part(token) for token in _TOKEN.findall(form) if token in _DIGITS]
    if parts.count("year") != 1:
        return "a format with one year"
    if len(parts) != len(set(parts)):
        return "each of year, month and day at most once"
    if "day" in parts and "month" not in parts:
        return "a month beside the day"
    if "yyyy" not in form and first_year is None:
        return "yyyy, or two_digit_years in the mapping (first of the hundred years that yy stands for)"
    return ""


def _part(token: str) -> str:
    return {"y": "year", "m": "month", "d": "day"}[token[0]]


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    parts = (f"(?P<{t}>{_DIGITS[t]})" if t in _DIGITS else re.escape(t) for t in _TOKEN.findall(form))
    return re.compile("".join(parts))


def _dates(parts: dict[str, str], first_year: int | None) -> Dates | None:
    """Return the dates of a match, or None when the calendar has no such date."""
    year = int(parts.get("yyyy") or 0)
    if "yy" in parts:
        base = first_year or 0
        year = base + (int(parts["yy"]) - base) % 100
    month = _MONTHS.get(parts["mmm"].lower(), 0) if "mmm" in parts else _number(parts, "mm", "m")
    day = _number(parts, "dd", "d")
    try:
        if month is None:
            return Dates(dt.date(year, 1, 1), dt.date(year, 12, 31))
        if day is None:
            return Dates(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]))
        return Dates(dt.date(year, month, day), dt.date(year, month, day))
    except ValueError:
        return None


def _number(parts: dict[str, str], *names: str) -> int | None:
    return next((int(parts[name]) for name in names if name in parts), None)
