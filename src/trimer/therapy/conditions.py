"""What conditions can mean together: intervals of signals, within what a living patient can show.

All conditions of a rule must hold, and each bounds one signal, so what they leave is a box. Grades of cytokine release
are looked up from signs; where that table is known, a rule's region is the box cut into the cells of the table, so that
``crs_grade >= 3`` is known to need fever. Everything here is exact for such regions: nothing is sampled.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol as Shape

from trimer.observables import OBSERVABLES
from trimer.therapy.protocol import Condition

GRADE = "crs_grade"
OVER = " over lowest"  # ends the axis of a signal that counts from its lowest value


@dataclass(frozen=True)
class Span:
    """Hold the values from ``low`` to below ``high``."""

    low: float = -math.inf
    high: float = math.inf

    @classmethod
    def to(cls, low: float, high: float) -> Span:
        """Return the values from ``low`` to ``high``, both included."""
        return cls(low, math.nextafter(high, math.inf))

    @property
    def empty(self) -> bool:
        """Whether no value is in it."""
        return not self.low < self.high

    @property
    def words(self) -> str:
        """Return it for a person: ``"0 to 100"``, ``"0 to below 4"``, ``"0 or more"``, ``"at most 15"``."""
        top = f"below {self.high:g}" if self.high.is_integer() else f"{self.high:g}"
        if math.isinf(self.high):
            return f"{self.low:g} or more"
        return f"{self.low:g} to {top}" if math.isfinite(self.low) else f"at most {self.high:g}"

    def __and__(self, other: Span) -> Span:
        """Return the values in both."""
        return Span(max(self.low, other.low), min(self.high, other.high))

    def within(self, other: Span) -> bool:
        """Whether every value is in ``other`` too."""
        return self.empty or (other.low <= self.low and self.high <= other.high)


class Grading(Shape):
    """What is known of grades: one looked up for each cell into which ``edges`` cut ``signals`` (the last fastest)."""

    @property
    def signals(self) -> tuple[str, ...]:
        """Signals that are graded together."""

    @property
    def edges(self) -> tuple[tuple[float, ...], ...]:
        """Where the classes of each begin, the first excepted."""

    @property
    def table(self) -> tuple[float, ...]:
        """Grades, one for each combination."""


Box = Mapping[str, Span]

#: Where a name says more than a unit: bounds of survival (assumed, those of the plausibility of records), the classes
#: of an ordinal sign (0 to 3, by whole parts), the grades of the living, and what may fall below zero.
_NAMED = {
    "temperature": Span.to(30.0, 45.0),
    "hypotension": Span(0.0, 4.0),
    "hypoxia": Span(0.0, 4.0),
    GRADE: Span.to(0.0, 4.0),
    "mrd_marrow": Span.to(0.0, 1.0),
    "lesion_area_change": Span(-100.0, math.inf),
}
_BY_UNIT = {"%": Span.to(0.0, 100.0), "grade": Span.to(0.0, 5.0)}


def possible(axis: str) -> Span:
    """Return what a signal can be at all, in its canonical unit.

    A percentage is 0 to 100, a grade 0 to 5 (5 is death; graded patients live, so ``crs_grade`` ends at 4), anything
    else is not negative. How far a signal is over its lowest is bounded by the width of its own range on both sides.
    """
    signal = axis.removesuffix(OVER)
    found = _NAMED.get(signal) or _BY_UNIT.get(OBSERVABLES[signal].unit, Span(0.0))
    if axis == signal:
        return found
    return Span(-math.inf, found.high - found.low)


def box(conditions: Sequence[Condition]) -> dict[str, Span]:
    """Return what conditions that must all hold leave of each signal they ask for, possible or not."""
    found: dict[str, Span] = {}
    for c in conditions:
        axis = f"{c.signal}{OVER}" if c.over_lowest else c.signal
        found[axis] = found.get(axis, Span()) & (Span(low=c.limit) if c.above else Span(high=c.limit))
    return found


def regions(conditions: Sequence[Condition], grading: Grading | None = None) -> Iterator[Box]:
    """Yield the boxes in which conditions hold and a patient can be; none when they cannot hold."""
    asked = box(conditions)
    for cell in _cells(grading):
        found = {axis: cell.get(axis, possible(axis)) & asked.get(axis, Span()) for axis in {**cell, **asked}}
        if not any(span.empty for span in found.values()):
            yield found


def can_hold(conditions: Sequence[Condition], grading: Grading | None = None) -> bool:
    """Whether conditions can all hold at one moment."""
    return next(regions(conditions, grading), None) is not None


def implies(first: Sequence[Condition], second: Sequence[Condition], grading: Grading | None = None) -> bool:
    """Whether ``second`` holds whenever ``first`` does; true also when ``first`` never does."""
    wanted = box(second)
    return all(
        found.get(axis, possible(axis)).within(span)
        for found in regions(first, grading)
        for axis, span in wanted.items()
    )


def always_hold(conditions: Sequence[Condition], grading: Grading | None = None) -> bool:
    """Whether conditions hold in every patient at every moment."""
    return implies((), conditions, grading)


def words(conditions: Sequence[Condition]) -> str:
    """Return conditions as written, e.g. ``"temperature >= 38 Cel and hypotension < 1 grade"``."""
    return " and ".join(f"{c.signal} {c.text or _text(c)}" for c in conditions)


def _text(condition: Condition) -> str:
    unit = "grade" if condition.signal == GRADE else OBSERVABLES[condition.signal].unit
    sign = ">=" if condition.above else "<"
    return f"{sign} {condition.limit:g} {unit}{OVER if condition.over_lowest else ''}"


def _cells(grading: Grading | None) -> Iterator[dict[str, Span]]:
    """Yield the cells of the table as boxes with their grade; one box without bounds when there is no table."""
    if grading is None:
        yield {}
        return
    classes = [[Span(*ends) for ends in itertools.pairwise((-math.inf, *e, math.inf))] for e in grading.edges]
    for spans, grade in zip(itertools.product(*classes), grading.table, strict=True):
        signs = {s: possible(s) & span for s, span in zip(grading.signals, spans, strict=True)}
        yield {**signs, GRADE: Span.to(grade, grade)}
