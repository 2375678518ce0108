"""What definitions of febrile neutropenia share: a fever rule, a neutrophil rule, and both at one moment.

Assumed, because the definitions do not say: the neutrophils of a moment are those charted nearest to it, not more than
24 h away; older ones say nothing. "Expected to fall" within 48 h is shown by a value below the limit within 48 h, and
refuted when the last value of these 48 h, taken in their second half, and all before it are not below. Two readings
show what lies between them when they are at most 6 h apart: a rule of one hour cannot be told from one reading a day.
A fever is looked for from the start of a treatment until the next one starts, and before the first; between charted
temperatures there is taken to be none. The verdict names what it rests on.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trimer.course import Course, Reading
from trimer.criteria.logic import Truth, all_of, any_of, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import BETWEEN
from trimer.criteria.toxicity.chart import Series, chart, extent, lasting, settled
from trimer.criteria.toxicity.treatment import Treatment, treatments
from trimer.criteria.verdict import Decision

STALE = 1.0  # day: neutrophils farther from the fever say nothing about it (assumed)
AHEAD = 2.0  # day within which neutrophils are expected to fall (48 h, as printed)
HOUR = 1.0 / 24.0
NEAR = 6.0 * HOUR  # readings farther apart do not show a fever between them (assumed; vital signs are taken 6-hourly)

ANC = "neutrophils (ANC) within 24 h of the fever"
LATER = "neutrophils (ANC) over the next 48 h"
COURSE_OF_FEVER = "temperature in the hours around the fever"

LASTED = "fever also between readings at most 6 h apart"
SAME_DAY = "neutrophils charted within 24 h stand for the fever"
WILL_FALL = "an expected fall is told by the next 48 h"


@dataclass(frozen=True)
class Definition:
    """Hold one definition.

    Attributes
    ----------
    single : Threshold
        A temperature that is fever by itself.
    repeated : Threshold
        A lower one that is fever when it is charted again.
    how : {"longer than", "twice within"}
        Whether the lower temperature must last longer than ``hours``, or be charted twice within them.
    hours : float, h
    neutrophils : Threshold
        Neutropenia by itself.
    falling : Threshold or None
        Neutropenia when it is expected to fall below ``expected``; None where the definition does not look ahead.
    expected : Threshold or None
    """

    single: Threshold
    repeated: Threshold
    how: Literal["longer than", "twice within"]
    hours: float
    neutrophils: Threshold
    falling: Threshold | None = None
    expected: Threshold | None = None


@dataclass(frozen=True)
class Moment:
    """Hold one charted temperature that may be fever, with the neutrophils nearest to it."""

    temperature: Reading
    fever: Truth
    single: Truth
    repeated: Truth
    anc: tuple[Reading, ...]
    low: Truth
    few: Truth
    neutropenia: Truth

    @property
    def truth(self) -> Truth:
        """Whether it is febrile neutropenia."""
        return all_of(self.fever, self.neutropenia)


@dataclass(frozen=True)
class Finding:
    """Hold the answer for one treatment.

    Attributes
    ----------
    treatment : Treatment
    truth : bool or None
    charted : bool
        Whether any temperature was.
    moment : Moment or None
        The one that decides; None where no charted temperature may be fever.
    hottest : Reading or None
    missing : tuple of str
    extent : str
        How much was charted of the time it looks at.
    """

    treatment: Treatment
    truth: Truth
    charted: bool
    moment: Moment | None
    hottest: Reading | None
    missing: tuple[str, ...]
    extent: str = ""

    @property
    def reason(self) -> str:
        """Return what the facts are, in words."""
        if not self.charted:
            return "no temperature is recorded"
        highest = f"highest temperature {self.hottest.low:.1f} \u00b0C" if self.hottest else "temperature not stated"
        if self.moment is None:
            return f"no fever, {highest}"
        anc = {True: "low neutrophils", False: "neutrophils not low", None: "neutrophils not settled"}
        fever = {True: "fever", False: "no fever", None: "fever not settled"}
        day = self.treatment.day(self.moment.temperature.day)
        when = f"day {day}" if self.treatment.number else "before treatment"
        return f"{fever[self.moment.fever]} with {anc[self.moment.neutropenia]} on {when}, {highest}"

    def decisions(self, definition: Definition) -> tuple[Decision, ...]:
        """Return the comparisons that decided."""
        if self.moment is None:
            return (definition.single.decide(self.hottest), definition.repeated.decide(self.hottest))
        now = self.moment
        anc = next((r for r in now.anc if known(r)), now.anc[0] if now.anc else None)
        found = [
            definition.single.decide(now.temperature),
            definition.repeated.decide(now.temperature, words=now.repeated),
            definition.neutrophils.decide(anc),
        ]
        if definition.falling is not None and now.low is not True:
            found.append(definition.falling.decide(anc))
        return tuple(found)

    @property
    def conventions(self) -> tuple[str, ...]:
        """Return what the answer takes for granted."""
        if self.truth is None:
            return ()
        now, taken = self.moment, (() if self.truth else (BETWEEN,))
        if now is None:
            return taken
        found = {
            LASTED: self.truth and now.repeated and not now.single,
            SAME_DAY: any(abs(r.day - now.temperature.day) > HOUR for r in now.anc if known(r)),
            WILL_FALL: now.low is False and now.few is not False,
        }
        return (*taken, *(said for said, used in found.items() if used))

    @property
    def onset(self) -> float | None:
        """Return the day of the moment that shows febrile neutropenia, or may."""
        return None if self.moment is None or self.truth is False else self.moment.temperature.day


def find(course: Course, definition: Definition) -> tuple[Finding, ...]:
    """Look for febrile neutropenia under each treatment, and before the first where temperatures were charted.

    Parameters
    ----------
    course : Course
        Reads ``temperature`` and ``anc``.
    definition : Definition

    Returns
    -------
    tuple of Finding
        In time order.
    """
    temperatures, anc = chart(course, "temperature"), chart(course, "anc")
    given = treatments(course)
    first = given[0].start if given else math.inf
    early = temperatures.between(-math.inf, first - 1e-9)
    before = [Treatment(0, "no treatment yet", early[0].day, first, first)] if early else []
    periods = (*before, *given)
    return tuple(_find(temperatures, anc, definition, period) for period in periods)


def _find(temperatures: Series, anc: Series, definition: Definition, period: Treatment) -> Finding:
    readings = temperatures.between(period.start, period.until - 1e-9)
    moments = [m for m in _moments(readings, anc, definition) if m.fever is not False]
    if not settled(readings):
        return Finding(period, None, False, None, None, ("temperature", ANC))
    truth = any_of(*(m.truth for m in moments))
    hottest = max((r for r in readings if known(r)), key=lambda r: (r.low, r.high), default=None)
    rank = {True: 2, None: 1, False: 0}
    telling = max(moments, key=lambda m: (rank[m.truth], rank[m.fever], _low(m), -m.temperature.day), default=None)
    missing: dict[str, None] = {}
    for m in moments if truth is None else ():
        if m.truth is None:
            missing |= dict.fromkeys(_missing(m))
    charted = extent(readings, period.start, period.until - 1e-9)
    return Finding(period, truth, True, telling, hottest, tuple(missing), charted)


def _low(moment: Moment) -> float:
    return -math.inf if math.isnan(moment.temperature.low) else moment.temperature.low


def _missing(moment: Moment) -> list[str]:
    """Return the facts that leave a moment open."""
    found = []
    if moment.fever is None:
        found.append(COURSE_OF_FEVER if known(moment.temperature) else "temperature")
    if moment.neutropenia is None:
        found += [ANC] if moment.low is None or moment.few is None else []
        found += [LATER] if moment.low is False else []
    return found


def _moments(readings: Sequence[Reading], anc: Series, definition: Definition) -> list[Moment]:
    days = [r.day for r in readings]
    warm = [definition.repeated.test(r) for r in readings]
    span = definition.hours * HOUR
    repeated = lasting(days, warm, span, NEAR) if definition.how == "longer than" else _twice(days, warm, span)
    found = []
    for reading, again in zip(readings, repeated, strict=True):
        single = definition.single.test(reading)
        fever = any_of(single, again)
        if fever is not False:
            near = anc.nearest(reading.day, STALE)
            low = any_of(*(definition.neutrophils.test(r) for r in near)) if near else None
            few, neutropenia = _neutropenia(definition, reading.day, near, low, anc)
            found.append(Moment(reading, fever, single, again, near, low, few, neutropenia))
    return found


def _twice(days: Sequence[float], truths: Sequence[Truth], within: float) -> tuple[Truth, ...]:
    """Return for each reading whether it and a neighbour within a span show the sign.

    Open where the next reading is too late to tell; False where it is in time and does not show the sign.
    """
    answer: list[Truth] = []
    for day, truth in zip(days, truths, strict=True):
        next_at, last_at = bisect_right(days, day), bisect_left(days, day) - 1
        after = [next_at] if next_at < len(days) and days[next_at] - day <= within + 1e-9 else []
        before = [last_at] if last_at >= 0 and day - days[last_at] <= within + 1e-9 else []
        other = any_of(*(truths[j] for j in (*before, *after)))
        answer.append(all_of(truth, other if after or other else None))
    return tuple(answer)


def _neutropenia(
    definition: Definition, day: float, near: Sequence[Reading], low: Truth, anc: Series
) -> tuple[Truth, Truth]:
    """Return whether neutrophils are few enough for a fall to count, and whether they are low by the definition."""
    if definition.falling is None or definition.expected is None:
        return low, low
    later = anc.between(day, day + AHEAD, after=True)
    truths = [definition.expected.test(r) for r in later]
    falls = any_of(*truths) if truths else None
    if falls is False and later[-1].day - day < AHEAD / 2:
        falls = None
    few = any_of(*(definition.falling.test(r) for r in near)) if near else None
    return few, any_of(low, all_of(few, falls))
