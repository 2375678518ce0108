"""From what a case file says of dates to constraints, and from those to a schedule."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from collections.abc import Iterator

import trimer.units as units
from trimer.errors import CaseError, UnitError
from trimer.record.dates import CALENDAR, Constraint, Network, Precision, Schedule, schedule
from trimer.record.schema import CaseDocument, DateSpec
from trimer.record.tree import Key, Origin

_LAST = dt.date.max.toordinal()
_PRECISION: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}


def make_schedule(document: CaseDocument, origin: Origin) -> Schedule:
    """Return the windows and chosen days of all events of a case.

    Raises
    ------
    CaseError
        For a date that does not exist or may lie outside the calendar, an offset that is not whole days, a reference to
        an event that is not there, or dates that contradict each other (both events are named).
    """
    points, prefer, precision = [], {}, {}
    constraints: list[Constraint] = []
    known, clocks = _points(document), [clock.id for clock in document.clocks]
    for point, spec, path in _dated(document):
        points.append(point)
        precision[point] = _precision(spec)
        found, chosen = _statements(_Reader(point, spec, path, origin, known, clocks))
        constraints += found
        if chosen is not None:
            prefer[point] = chosen
    if document.origin not in points:
        raise CaseError(origin.where("origin"), repr(document.origin), "the id of an event of this case")
    network = Network([*points, *clocks], constraints, origin.name)
    for point in points:
        if any(not math.isinf(day) and not 1 <= day <= _LAST for day in network.window(point)):
            raise CaseError(
                f"{origin.name}: date of {point}", "one that may lie outside the calendar", "years 1 to 9999"
            )
    return schedule(network, prefer, document.origin, precision)


def faults(document: CaseDocument, origin: Origin) -> tuple[CaseError, ...]:
    """Return the first fault of each date by itself; whether dates contradict each other is not looked at."""
    found = []
    known, clocks = _points(document), [clock.id for clock in document.clocks]
    for point, spec, path in _dated(document):
        try:
            _statements(_Reader(point, spec, path, origin, known, clocks))
        except CaseError as fault:
            found.append(fault)
    return tuple(found)


def _dated(document: CaseDocument) -> Iterator[tuple[str, DateSpec, tuple[Key, ...]]]:
    """Yield every dated point, what is said of its date, and where."""
    for number, event in enumerate(document.events):
        yield event.id, event.date, ("events", number, "date")
        if event.end is not None:
            yield f"{event.id}.end", event.end, ("events", number, "end")


def _statements(reader: _Reader) -> tuple[list[Constraint], float | None]:
    """Return what is known of a date as constraints, and the day that is preferred."""
    point, path, origin = reader.point, reader.path, reader.origin
    found, chosen = list(reader.constraints()), None
    if reader.spec.prefer is not None:
        chosen = float(_day(reader.spec.prefer.date, (*path, "prefer", "date"), origin)[0])
    if path[-1] == "end":
        event = point.removesuffix(".end")
        reason = f"{event} ends no earlier than it begins"
        found.append(Constraint(event, point, 0.0, math.inf, reason, origin.where(*path)))
    return found, chosen


def days(text: str, origin: Origin, *path: Key) -> float:
    """Return a duration in days.

    Raises
    ------
    CaseError
        When it has no unit or one that is not of time.
    """
    try:
        return units.parse(text, "day", origin.where(*path))
    except UnitError as error:
        raise CaseError(error.where, error.found, error.expected, error.hint) from None


def _points(document: CaseDocument) -> set[str]:
    ends = {f"{event.id}.end" for event in document.events if event.end is not None}
    return {event.id for event in document.events} | ends


def _precision(spec: DateSpec) -> Precision:
    if spec.on is not None:
        return _PRECISION[len(spec.on)]
    return "relative" if spec.relative or spec.completed is not None else "order"


def _day(text: str, path: tuple[Key, ...], origin: Origin) -> tuple[int, int]:
    """Return the first and last ordinal day that a partial date allows."""
    parts = [int(part) for part in text.split("-")]
    try:
        if len(parts) == 3:
            only = dt.date(*parts).toordinal()
            return only, only
        first_month, last_month = (parts[1], parts[1]) if len(parts) == 2 else (1, 12)
        last = calendar.monthrange(parts[0], last_month)[1]
        return dt.date(parts[0], first_month, 1).toordinal(), dt.date(parts[0], last_month, last).toordinal()
    except ValueError:
        raise CaseError(origin.where(*path), repr(text), "a date that exists, as 2014-01-17, 2014-01 or 2014") from None


class _Reader:
    """Turn the date entry of one point into constraints."""

    def __init__(
        self, point: str, spec: DateSpec, path: tuple[Key, ...], origin: Origin, known: set[str], clocks: list[str]
    ) -> None:
        self.point, self.spec, self.path, self.origin = point, spec, path, origin
        self.known, self.clocks = known, clocks

    def constraints(self) -> Iterator[Constraint]:
        """Yield one constraint per statement."""
        yield from self._absolute()
        if self.spec.completed is not None:
            weeks, clock = self.spec.completed.weeks, self.spec.completed.clock
            if clock not in self.clocks:
                expected = f"one of the clocks of this case ({', '.join(self.clocks) or 'it has none'})"
                raise CaseError(self.origin.where(*self.path, "completed", "clock"), repr(clock), expected)
            reason = f"{self.point} in completed week {weeks} of {clock}"
            yield self._constraint(clock, 7.0 * weeks, 7.0 * weeks + 6.0, reason, "completed")
        yield from self._relative()
        yield from self._order()

    def _absolute(self) -> Iterator[Constraint]:
        if self.spec.on is not None:
            low, high = _day(self.spec.on, (*self.path, "on"), self.origin)
            yield self._constraint(CALENDAR, low, high, f"{self.point} dated {self.spec.on}", "on")
        if self.spec.between is not None:
            first, last = self.spec.between
            low = _day(first, (*self.path, "between", 0), self.origin)[0]
            high = _day(last, (*self.path, "between", 1), self.origin)[1]
            yield self._constraint(CALENDAR, low, high, f"{self.point} between {first} and {last}", "between")

    def _relative(self) -> Iterator[Constraint]:
        for i, item in enumerate(self.spec.relative):
            other = self._known(item.to, "relative", i, "to")
            if (item.offset is None) == (item.treatment_day is None):
                expected = "either an offset or a treatment_day"
                found = "neither" if item.offset is None else "both"
                raise CaseError(self.origin.where(*self.path, "relative", i), found, expected)
            if item.treatment_day is not None:
                # Treatment is counted from day 1, so day 38 is 37 days after the start.
                middle, words = item.treatment_day - 1.0, f"{self.point} on day {item.treatment_day} of {other}"
            else:
                middle = self._whole(item.offset or "", "relative", i, "offset")
                words = f"{self.point} {_distance(middle)} {other}"
            slack = self._whole(item.tolerance, "relative", i, "tolerance")
            if slack < 0:
                where = self.origin.where(*self.path, "relative", i, "tolerance")
                raise CaseError(where, item.tolerance, "0 day or more")
            words += f" (give or take {slack:g} days)" if slack else ""
            yield self._constraint(other, middle - slack, middle + slack, words, "relative", i)

    def _order(self) -> Iterator[Constraint]:
        for name, gaps in (("after", self.spec.after), ("before", self.spec.before)):
            for i, gap in enumerate(gaps):
                other = self._known(gap.event, name, i, "event")
                low = self._whole(gap.min, name, i, "min")
                high = math.inf if gap.max is None else self._whole(gap.max, name, i, "max")
                if not 0 <= low <= high:
                    found = f"min {gap.min}, max {gap.max or 'open'}"
                    raise CaseError(self.origin.where(*self.path, name, i), found, "0 <= min <= max")
                words = f"{self.point} {_gap(low, high)}{name} {other}"
                where = self.origin.where(*self.path, name, i)
                ends = (other, self.point) if name == "after" else (self.point, other)
                yield Constraint(*ends, low, high, words, where)

    def _constraint(self, earlier: str, low: float, high: float, reason: str, *path: Key) -> Constraint:
        if low > high:
            raise CaseError(self.origin.where(*self.path, *path), reason, "a start no later than the end")
        return Constraint(earlier, self.point, low, high, reason, self.origin.where(*self.path, *path))

    def _known(self, name: str, *path: Key) -> str:
        if name not in self.known:
            expected = "an event of this case (or the end of one that has an end)"
            raise CaseError(self.origin.where(*self.path, *path), repr(name), expected)
        return name

    def _whole(self, text: str, *path: Key) -> float:
        value = days(text, self.origin, *self.path, *path)
        if abs(value - round(value)) > 1e-9 or abs(value) > 40000:
            raise CaseError(self.origin.where(*self.path, *path), repr(text), "whole days, within a lifetime")
        return float(round(value))


def _distance(offset: float) -> str:
    if offset == 0:
        return "on the day of"
    count = f"{abs(offset):g} day{'' if abs(offset) == 1 else 's'}"
    return f"{count} {'after' if offset > 0 else 'before'}"


def _gap(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {low:g} day{'' if low == 1 else 's'} " if low > 0 else "on the day of or "
    return f"{low:g} to {high:g} days "
