"""What was charted: readings of series and visits together, in time order, how long a sign lasted, what words say.

An event counts where its name or detail claims it; words that deny or doubt it cancel the claim and say nothing else.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trimer.course import Course, Episode, Reading
from trimer.criteria.grading import Classes
from trimer.criteria.logic import Truth, any_of, known
from trimer.criteria.words import claims
from trimer.criteria.words import died_of as says_died_of

CARRY = 1.0  # day that a charted value stands for, so that two of them show what lies between (assumed)

# A detail that takes back what the name says ("pancreatitis", "ruled out by CT").
_TAKEN_BACK = re.compile(
    r"\W*(?:(?:was|were)\s+)?(?:ruled\s+out|excluded|(?:not|never)\s+confirmed|unlikely|absent|denied)\b", re.IGNORECASE
)
# "Non-fatal pancreatitis" is one: these words deny how bad it was, not that it was.
_HOW_BAD = re.compile(r"\bnon[-\s]?(?:fatal|severe|serious|life.?threatening)\s+", re.IGNORECASE)
_CAUSE = re.compile(r"\s*(?:of|from|by|due|after|following)\b", re.IGNORECASE)
_THREAT = re.compile(r"\blife.?threatening\b", re.IGNORECASE)
_NO_THREAT = re.compile(r"\b(?:non|not(?:\s+an?)?)[-\s]+life.?threatening\b", re.IGNORECASE)


@dataclass(frozen=True)
class Series:
    """Hold the readings of one observable in time order, those that are expressly absent included."""

    readings: tuple[Reading, ...]
    days: tuple[float, ...]

    def between(self, start: float, end: float, after: bool = False) -> tuple[Reading, ...]:
        """Return the readings from ``start`` (excluded when ``after``) to ``end`` (included)."""
        first = bisect_right(self.days, start) if after else bisect_left(self.days, start)
        return self.readings[first : bisect_right(self.days, end)]

    def last(self, day: float, age: float) -> tuple[Reading, ...]:
        """Return the readings of the last moment at or before a day, none when it is older than ``age`` days."""
        past = bisect_right(self.days, day)
        if not past or day - self.days[past - 1] > age:
            return ()
        return self.between(self.days[past - 1], self.days[past - 1])

    def nearest(self, day: float, within: float) -> tuple[Reading, ...]:
        """Return the readings of the moments nearest to a day (two when equally near), none farther than ``within``."""
        at = bisect_left(self.days, day)
        near = {self.days[k] for k in (at - 1, at) if 0 <= k < len(self.days) and abs(self.days[k] - day) <= within}
        closest = min((abs(d - day) for d in near), default=math.inf)
        return tuple(r for d in sorted(near) if abs(d - day) == closest for r in self.between(d, d))


def chart(course: Course, observable: str) -> Series:
    """Return every reading of an observable; one held in a series and in a visit counts once, being the same."""
    found = {_key(r): r for r in course.readings if r.observable == observable}
    for visit in course.visits:
        if observable in visit.readings:
            reading = visit.readings[observable]
            dated = reading if not math.isnan(reading.day) else replace(reading, day=visit.day)
            found.setdefault(_key(dated), dated)
    ordered = tuple(found[key] for key in sorted(found) if not math.isnan(found[key].day))
    return Series(ordered, tuple(r.day for r in ordered))


def _key(reading: Reading) -> tuple[float, float, float, bool, bool, str, str]:
    low = -math.inf if math.isnan(reading.low) else reading.low
    high = math.inf if math.isnan(reading.high) else reading.high
    said = "absent" if reading.absence is not None else reading.text
    return reading.day, low, high, reading.low_open, reading.high_open, said, reading.absence or ""


def worst(found: Sequence[Classes], everything: Classes) -> Classes:
    """Return the classes that the worst of several findings may be; everything when there is none."""
    if not found:
        return everything
    low, high = max(min(c) for c in found), max(max(c) for c in found)
    return frozenset(range(low, high + 1))


def settled(readings: Sequence[Reading]) -> bool:
    """Return whether any reading holds a number."""
    return any(known(r) for r in readings)


def presence(readings: Sequence[Reading]) -> Truth:
    """Return whether something told as ``"present"`` or ``"absent"`` was ever present; None when it is not said."""
    words = {"present": True, "absent": False}
    return any_of(*(None if r.absence else words.get(r.text) for r in readings)) if readings else None


def lasting(days: Sequence[float], truths: Sequence[Truth], longer: float, near: float = CARRY) -> tuple[Truth, ...]:
    """Return for each reading whether the sign it shows lasted longer than a span.

    Parameters
    ----------
    days : sequence of float, day
        In time order.
    truths : sequence of bool or None
        Whether each reading shows the sign.
    longer : float, day
        The sign must last strictly longer.
    near : float, day, optional
        Readings farther apart do not show what lies between them; a day when not given.

    Returns
    -------
    tuple of (bool or None)
        True where readings that all show it, none more than ``near`` after the one before, span more than ``longer``.
        False where the sign is absent, or where the readings without it on both sides are too close. None between.
    """
    answer: list[Truth] = [False] * len(days)
    start = 0
    while start < len(days):
        if truths[start] is False:
            start += 1
            continue
        end = start
        while end + 1 < len(days) and truths[end + 1] is not False:
            end += 1
        room = (days[end + 1] if end + 1 < len(days) else math.inf) - (days[start - 1] if start else -math.inf)
        answer[start : end + 1] = [None if room > longer + 1e-9 else False] * (end + 1 - start)
        for first, last in _certain(days, truths, (start, end), near):
            if days[last] - days[first] > longer + 1e-9:
                answer[first : last + 1] = [True] * (last + 1 - first)
        start = end + 1
    return tuple(answer)


def _certain(
    days: Sequence[float], truths: Sequence[Truth], part: tuple[int, int], near: float
) -> list[tuple[int, int]]:
    """Return first and last index of the unbroken runs of readings of a part that surely show the sign."""
    runs: list[tuple[int, int]] = []
    for k in range(part[0], part[1] + 1):
        if truths[k] is not True:
            continue
        if runs and runs[-1][1] == k - 1 and days[k] - days[k - 1] <= near + 1e-9:
            runs[-1] = (runs[-1][0], k)
        else:
            runs.append((k, k))
    return runs


def events(course: Course, words: str, start: float, end: float, kinds: Sequence[str] = ("toxicity",)) -> list[Episode]:
    """Return the recorded events whose name or detail claims some words, from ``start`` to ``end``, in time order."""
    pattern = re.compile(words, re.IGNORECASE)
    found = [e for e in course.episodes if e.kind in kinds and start <= e.start <= end and names(e, pattern)]
    return sorted(found, key=lambda e: (e.start, e.name, e.detail))


def names(event: Episode, pattern: re.Pattern[str]) -> bool:
    """Return whether an event claims what a pattern names, in its name or in its detail."""
    name = "" if _TAKEN_BACK.match(event.detail) else event.name
    return claims(_HOW_BAD.sub("", f"{name}; {event.detail}"), pattern)


def died_of(course: Course, words: str, start: float, end: float) -> bool:
    """Return whether a death put down to something is recorded, from ``start`` to ``end``."""
    pattern = re.compile(words, re.IGNORECASE)
    told = (e for e in course.episodes if e.kind in ("status", "toxicity") and start <= e.start <= end)
    return any(says_died_of(f"{e.name}{' ' if _CAUSE.match(e.detail) else '; '}{e.detail}", pattern) for e in told)


def threatened_life(course: Course, words: str, start: float, end: float) -> Truth:
    """Return whether an event of toxicity is said to have been life-threatening, or not; None when it is not said.

    Only these very words tell ("not a life-threatening course" is a statement about just this); any other denial near
    them says nothing.
    """
    told = [f"{e.name}; {e.detail}" for e in events(course, words, start, end)]
    if any(claims(text, _THREAT) for text in told):
        return True
    return False if any(_NO_THREAT.search(text) for text in told) else None


def lived(course: Course, day: float) -> bool:
    """Return whether anything was charted or given after a day."""
    charted = any(r.day > day and r.absence is None for r in course.readings)
    seen = any(v.day > day for v in course.visits)
    return charted or seen or any(e.start > day and e.kind in ("regimen", "drug") for e in course.episodes)


def extent(readings: Sequence[Reading], start: float, end: float) -> str:
    """Return how much was charted of a window, e.g. ``"3 values on 1 of 58 days"``; empty where nothing was."""
    days = [math.floor(r.day - start + 1e-9) for r in readings if r.absence is None]
    if not days:
        return ""
    window = f" of {math.floor(end - start + 1e-10) + 1}" if math.isfinite(end) else ""
    on = len(set(days))
    plural = "s" if window or on > 1 else ""
    return f"{len(days)} value{'s' if len(days) > 1 else ''} on {on}{window} day{plural}"
