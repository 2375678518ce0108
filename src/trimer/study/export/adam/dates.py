"""Dates of a record as analysis tables write them: a day where it is known, bounds where it is not, never a guess."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass

import trimer.units as units
from trimer.record.dates import Schedule
from trimer.record.schema import CaseDocument, Relative


@dataclass(frozen=True)
class Span:
    """Hold the first and the last date the record allows; None where it sets no bound."""

    first: dt.date | None
    last: dt.date | None

    @property
    def date(self) -> str | None:
        """Return the date, when it is known to the day."""
        return self.first.isoformat() if self.first is not None and self.first == self.last else None

    @property
    def dtc(self) -> str | None:
        """Return what is known as ISO 8601: a day, a whole month or year, or an interval of dates (``first/last``).

        None where a bound is open, for which ISO 8601 has no form.
        """
        first, last = self.first, self.last
        if first is None or last is None:
            return None
        if first == last:
            return first.isoformat()
        end = calendar.monthrange(last.year, last.month)[1]
        if (first.day, last.day) == (1, end) and first.year == last.year:
            if first.month == last.month:
                return first.isoformat()[:7]
            if (first.month, last.month) == (1, 12):
                return first.isoformat()[:4]
        return f"{first.isoformat()}/{last.isoformat()}"


OPEN = Span(None, None)


def span(schedule: Schedule, earliest: float, latest: float) -> Span:
    """Return days from the record's origin as dates; None where one is open or outside the calendar."""
    return Span(_date(schedule, earliest), _date(schedule, latest))


def of_point(schedule: Schedule, point: str) -> Span:
    """Return when an event (or an end such as ``e07.end``) was."""
    window = schedule.windows[point]
    return span(schedule, window.earliest, window.latest)


def study_day(when: dt.date, start: dt.date) -> int:
    """Return the relative day: the first day of treatment is 1, the day before it -1; there is no day 0."""
    days = (when - start).days
    return days + 1 if days >= 0 else days


def days_since(document: CaseDocument, point: str) -> dict[str, float]:
    """Return how many days after a point others are, where the record says so exactly, though it may date neither.

    Parameters
    ----------
    document : CaseDocument
    point : str
        An event, or an end such as ``"e07.end"``.

    Returns
    -------
    dict of str to float
        By point: those that offsets and treatment days without a tolerance tie to it, itself included.
    """
    tied: dict[str, list[tuple[str, float]]] = {}
    for event in document.events:
        for name, spec in ((event.id, event.date), (f"{event.id}.end", event.end)):
            for item in spec.relative if spec is not None else ():
                if units.parse(item.tolerance, "day", name) == 0.0:
                    offset = _offset(item, name)
                    tied.setdefault(name, []).append((item.to, -offset))
                    tied.setdefault(item.to, []).append((name, offset))
    found, todo = {point: 0.0}, [point]
    while todo:
        here = todo.pop()
        for other, offset in tied.get(here, ()):
            if other not in found:
                found[other] = found[here] + offset
                todo.append(other)
    return found


def _offset(item: Relative, name: str) -> float:
    return item.treatment_day - 1.0 if item.treatment_day is not None else units.parse(item.offset, "day", name)


def relative(when: Span, start: Span) -> tuple[int | None, int | None, int | None]:
    """Return the relative day where both dates are known, and else its lowest and highest possible value."""
    low = study_day(when.first, start.last) if when.first and start.last else None
    high = study_day(when.last, start.first) if when.last and start.first else None
    if when.date and start.date:
        return low, None, None
    return None, low, high


def _date(schedule: Schedule, day: float) -> dt.date | None:
    if not math.isfinite(day):
        return None
    try:
        return schedule.origin + dt.timedelta(days=math.floor(day))
    except OverflowError:
        return None
