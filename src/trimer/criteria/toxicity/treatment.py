"""Treatments as scales of toxicity count them: stretches of regimens and drugs, each with the days put down to it.

Assumed, because the definitions do not say: what starts while another treatment still runs belongs to it; an adverse
event is put down to a treatment until 30 days after its end, or until the next treatment starts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from trimer.course import Course

AFTER = 30.0  # days after the end of a treatment that are still put down to it (assumed; usual in trials)


@dataclass(frozen=True)
class Treatment:
    """Hold one stretch of treatment.

    Attributes
    ----------
    number : int
        Counted from 1 in time order; 0 is the time before any treatment.
    name : str
        What was given, e.g. ``"blinatumomab"`` or ``"hypercvad_b + methotrexate"``.
    start, end : float, day
        First start, and the last day put down to it.
    until : float, day
        When the next treatment starts; ``inf`` after the last one.
    given : float, day
        When it was last given, as far as is known.
    """

    number: int
    name: str
    start: float
    end: float
    until: float
    given: float = math.inf

    @property
    def words(self) -> str:
        """Return what was given as people read it, e.g. ``"hypercvad b + methotrexate"``."""
        return self.name.replace("_", " ")

    def day(self, day: float) -> int:
        """Return the day of treatment of a day of the course, counted from 1."""
        return math.floor(day - self.start + 1e-9) + 1


def treatments(course: Course) -> tuple[Treatment, ...]:
    """Return the treatments of a course; regimens and drugs that overlap are one.

    Parameters
    ----------
    course : Course

    Returns
    -------
    tuple of Treatment
        In time order; holds, steps, restarts and rescue drugs start no treatment.
    """
    merged: list[tuple[list[str], float, float]] = []
    for name, start, end in _given(course):
        if merged and (start < merged[-1][2] or start == merged[-1][1]):
            names, first, last = merged[-1]
            merged[-1] = (names if name in names else [*names, name], first, max(last, end))
        else:
            merged.append(([name], start, end))
    following = [*(start for _, start, _ in merged), math.inf][1:]
    return tuple(
        Treatment(k, " + ".join(names), start, min(end + AFTER, until), until, end)
        for k, ((names, start, end), until) in enumerate(zip(merged, following, strict=True), start=1)
    )


def starts(course: Course) -> tuple[Treatment, ...]:
    """Return every start of a regimen or drug on its own, also those within a running treatment.

    Starts of the same day are one. Their ``end`` is that of the longest.
    """
    found: dict[float, list[tuple[str, float]]] = {}
    for name, start, end in _given(course):
        found.setdefault(start, []).append((name, end))
    following = [*found, math.inf][1:]
    return tuple(
        Treatment(k, " + ".join(dict.fromkeys(name for name, _ in given)), start, max(end for _, end in given), until)
        for k, ((start, given), until) in enumerate(zip(found.items(), following, strict=True), start=1)
    )


def _given(course: Course) -> list[tuple[str, float, float]]:
    """Return name, start and end of every regimen and drug, in time order."""
    given = (e for e in course.episodes if e.kind in ("regimen", "drug"))
    return sorted(((e.name, e.start, max(e.start, e.end)) for e in given), key=lambda e: (e[1], e[0], e[2]))
