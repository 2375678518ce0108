"""Partial dates by constraint propagation: a simple temporal network (Dechter, Meiri and Pearl, Artif Intell 1991).

Every date is a point in whole days. What is known of it is a difference constraint ``low <= t[later] - t[earlier] <=
high`` to another point or to the calendar. All-pairs shortest paths give for each point the tightest window that the
whole record allows, and a negative cycle is a contradiction.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trimer.errors import CaseError

CALENDAR = "calendar"
Precision = Literal["day", "month", "year", "relative", "order"]


@dataclass(frozen=True)
class Constraint:
    """Hold ``low <= t[later] - t[earlier] <= high`` (days), with the reason in words and the field that states it."""

    earlier: str
    later: str
    low: float
    high: float
    reason: str
    where: str = ""


@dataclass(frozen=True)
class Window:
    """Hold where in time a point may lie, the day chosen for it (all in days from the origin), and why.

    ``latest`` is infinite when nothing bounds it.
    """

    earliest: float
    latest: float
    day: float
    precision: Precision = "order"
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """Hold the windows of all events (and of their ends, named ``e07.end``), counted from ``origin``."""

    origin: dt.date
    windows: Mapping[str, Window] = field(default_factory=dict)

    def day(self, event: str) -> float:
        """Return the chosen day of an event, counted from the origin."""
        return self.windows[event].day

    def end(self, event: str) -> float:
        """Return the chosen day on which an event ends; its own day when it has no end."""
        return self.windows.get(f"{event}.end", self.windows[event]).day

    def date(self, event: str) -> dt.date:
        """Return the chosen calendar date of an event."""
        return self._calendar(self.windows[event].day)

    def earliest(self, event: str) -> dt.date | None:
        """Return the first date the record allows, or None when nothing bounds it."""
        earliest = self.windows[event].earliest
        return None if math.isinf(earliest) else self._calendar(earliest)

    def latest(self, event: str) -> dt.date | None:
        """Return the last date the record allows, or None when nothing bounds it."""
        latest = self.windows[event].latest
        return None if math.isinf(latest) else self._calendar(latest)

    def explain(self, event: str) -> str:
        """Return the window of an event in words, with the constraints that bind it on either side."""
        window = self.windows[event]
        earliest, latest = self.earliest(event), self.latest(event)
        lines = [f"{event}: {earliest or 'open'} to {latest or 'open'}; {self.date(event)} is used."]
        if earliest is not None:
            lines.append(f"  Not before {earliest}: {'; '.join(window.not_before)}.")
        if latest is not None:
            lines.append(f"  Not after {latest}: {'; '.join(window.not_after)}.")
        return "\n".join(lines)

    def _calendar(self, day: float) -> dt.date:
        return self.origin + dt.timedelta(days=math.floor(day))


class Network:
    """Hold points and constraints, closed under shortest paths.

    Parameters
    ----------
    points : sequence of str
        Names, in the order in which :meth:`choose` fixes them, preferred ones first; the calendar is added.
    constraints : iterable of Constraint
        Days relative to the calendar are proleptic ordinals.
    where : str
        File, for the message.

    Raises
    ------
    CaseError
        When the constraints contradict each other; it names the events that clash and every constraint of the loop.
    """

    def __init__(self, points: Sequence[str], constraints: Iterable[Constraint], where: str = "dates") -> None:
        self.points = (CALENDAR, *points)
        self.constraints = tuple(constraints)
        self.where = where
        self._index = {name: i for i, name in enumerate(self.points)}
        self._bound, self._next, self._cause = self._edges()
        self._close()

    def window(self, point: str) -> tuple[float, float]:
        """Return the earliest and latest ordinal day of a point (infinite where unbounded)."""
        i = self._index[point]
        return -float(self._bound[i, 0]), float(self._bound[0, i])

    def not_before(self, point: str) -> tuple[str, ...]:
        """Return the reasons that bind the earliest day."""
        return self._reasons(self._index[point], 0)

    def not_after(self, point: str) -> tuple[str, ...]:
        """Return the reasons that bind the latest day."""
        return self._reasons(0, self._index[point])

    def choose(self, prefer: Mapping[str, float]) -> dict[str, float]:
        """Return one ordinal day per point such that all constraints hold together.

        Preferred days are fixed first, then the other points in order, in the middle of what the earlier choices leave;
        such a choice always exists.

        Raises
        ------
        CaseError
            When a point has no tie to the calendar, or a preference lies outside what the record and the preferences
            before it allow.
        """
        bound, chosen = self._bound.copy(), {}
        for point in sorted(self.points[1:], key=lambda p: p not in prefer):
            i = self._index[point]
            low, high = -float(bound[i, 0]), float(bound[0, i])
            day = prefer[point] if point in prefer else self._middle(point, low, high)
            if not low <= day <= high:
                reasons = dict.fromkeys((*self.not_before(point), *self.not_after(point)))
                raise CaseError(
                    f"{self.where}: date of {point}: prefer",
                    _date(day),
                    f"a day between {_date(low)} and {_date(high)}",
                    f"That follows from the preferences before it and from: {'; '.join(reasons)}.",
                )
            chosen[point] = float(day)
            # Closing after one new edge u -> v of weight w needs only paths through it.
            for u, v, weight in ((0, i, day), (i, 0, -day)):
                bound = np.minimum(bound, bound[:, u, None] + weight + bound[None, v, :])
        return chosen

    def _middle(self, point: str, low: float, high: float) -> float:
        if math.isinf(low) and math.isinf(high):
            raise CaseError(
                f"{self.where}: date of {point}", "nothing that ties it to the calendar", "a date, or a tie to an event"
            )
        if math.isinf(high):
            return low
        return high if math.isinf(low) else math.floor((low + high) / 2)

    def _edges(self) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Return bound[i, j] (largest t[j] - t[i]), the next point on the way, and the constraint behind the bound."""
        n = len(self.points)
        bound = np.full((n, n), np.inf)
        np.fill_diagonal(bound, 0.0)
        step = np.tile(np.arange(n), (n, 1))
        cause = np.full((n, n), -1)
        for number, constraint in enumerate(self.constraints):
            a, b = self._index[constraint.earlier], self._index[constraint.later]
            for i, j, weight in ((a, b, constraint.high), (b, a, -constraint.low)):
                if weight < bound[i, j]:
                    bound[i, j], cause[i, j] = weight, number
        return bound, step, cause

    def _close(self) -> None:
        """Run Floyd-Warshall, stopping at the first sign of a negative cycle."""
        bound, step = self._bound, self._next
        if np.any(np.diag(bound) < 0):
            raise self._contradiction()
        for k in range(len(self.points)):
            through = bound[:, k, None] + bound[None, k, :]
            better = through < bound
            if better.any():
                np.copyto(bound, through, where=better)
                np.copyto(step, np.broadcast_to(step[:, k, None], step.shape), where=better)
                if np.any(np.diag(bound) < 0):
                    raise self._contradiction()

    def _reasons(self, i: int, j: int) -> tuple[str, ...]:
        if math.isinf(self._bound[i, j]):
            return ()
        reasons = []
        while i != j:
            onward = int(self._next[i, j])
            reasons.append(self.constraints[self._cause[i, onward]].reason)
            i = onward
        return tuple(dict.fromkeys(reasons))

    def _contradiction(self) -> CaseError:
        """Return the error for the negative cycle that Bellman-Ford finds from all points at once."""
        loop = self._negative_cycle()
        names = [c.earlier for c in loop] + [c.later for c in loop]
        by_calendar = [n for c in loop if CALENDAR in (c.earlier, c.later) for n in (c.earlier, c.later)]
        order = {name: i for i, name in enumerate(self.points)}
        clash = sorted({n.removesuffix(".end") for n in (by_calendar or names) if n != CALENDAR}, key=order.__getitem__)
        if len(clash) == 1:
            others = {n.removesuffix(".end") for n in names} - {CALENDAR, clash[0]}
            clash += sorted(others, key=order.__getitem__)[:1]
        reasons = "; ".join(dict.fromkeys(c.reason for c in loop))
        return CaseError(
            f"{self.where}: dates of {' and '.join(clash)}",
            f"that they contradict each other ({reasons})",
            "dates that can all be true",
            f"Correct one of: {', '.join(dict.fromkeys(c.where or c.reason for c in loop))}.",
        )

    def _negative_cycle(self) -> list[Constraint]:
        edges = [
            (a, b, weight, c)
            for c in self.constraints
            for a, b, weight in ((c.earlier, c.later, c.high), (c.later, c.earlier, -c.low))
            if not math.isinf(weight)
        ]
        distance = dict.fromkeys(self.points, 0.0)
        parent: dict[str, tuple[str, Constraint]] = {}
        last = ""
        for _ in self.points:
            last = ""
            for a, b, weight, constraint in edges:
                if distance[a] + weight < distance[b]:
                    distance[b], parent[b], last = distance[a] + weight, (a, constraint), b
            if not last:
                break
        for _ in self.points:
            last = parent[last][0]
        loop, point = [], last
        while True:
            point, constraint = parent[point]
            loop.append(constraint)
            if point == last:
                return loop[::-1]


def schedule(
    network: Network,
    prefer: Mapping[str, float],
    origin: str,
    precision: Mapping[str, Precision],
) -> Schedule:
    """Return the windows and chosen days of all dated points, counted from the chosen day of ``origin``.

    Raises
    ------
    CaseError
        As :meth:`Network.choose`.
    """
    chosen = network.choose(prefer)
    zero = chosen[origin]
    windows = {}
    for point, kind in precision.items():
        low, high = network.window(point)
        windows[point] = Window(
            low - zero, high - zero, chosen[point] - zero, kind, network.not_before(point), network.not_after(point)
        )
    return Schedule(dt.date.fromordinal(int(zero)), windows)


def _date(day: float) -> str:
    return "open" if math.isinf(day) else dt.date.fromordinal(int(day)).isoformat()
