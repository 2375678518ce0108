"""Vital signs of CRS: temperature, blood pressure and oxygen of every charted moment, from visits and series alike.

``hypotension`` (0 none, 1 fluids suffice, 2 one vasopressor, 3 several; vasopressin does not count) and ``hypoxia``
(0 none, 1 low-flow, 2 high-flow, 3 positive pressure) are ordinal. A simulated driver of these scales is continuous:
the category reached is its floor (1.7 is 1). ``vasopressor_count`` narrows hypotension, and so do a vasopressor or
ventilation named as a rescue or procedure of a record, where the charted value leaves room for it. A recorded value
stands for 24 h unless charted anew or expressly not stated (assumed).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from trimer.course import Course, Episode, Reading
from trimer.criteria.grading import classes
from trimer.criteria.logic import Truth, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.words import taken_back, told

ASTCT = "PMC8021214 Table 1; PMC9327779 Table 2"
FEVER = Threshold("temperature", ">=", 38.0, "Cel", "grade 1 and more", "seen", ASTCT)
CARRY = 1.0  # day a recorded value stands for (assumed)

INPUTS = ("temperature", "hypotension", "hypoxia")
SCALES = {
    "hypotension": ("no hypotension", "hypotension without vasopressor", "one vasopressor", "several vasopressors"),
    "hypoxia": ("no hypoxia", "low-flow oxygen", "high-flow oxygen", "positive pressure"),
}
_COUNT = "vasopressor_count"
_CHARTED = (*INPUTS, _COUNT)
_BY_COUNT = ((0, 1), (2, 2), (3, 3))  # categories of hypotension under no, one, several vasopressors
VENTILATED = re.compile(r"non-?\s?invasive ventilat|ventilat|intubat|positive pressure|\bCPAP\b|\bBiPAP\b", re.I)
VASOPRESSOR = re.compile(r"vasopress|norepi|noradren|epinephrine|adrenalin|phenylephrine|dopamine", re.I)
_COUNTED = tuple(  # vasopressin does not count towards several
    re.compile(words, re.I)
    for words in (
        r"norepinephrine|noradrenalin",
        r"(?<!nor)epinephrine|(?<!nor)adrenalin",
        r"phenylephrine",
        r"dopamine",
    )
)

Interval = tuple[int, int]


@dataclass(frozen=True)
class Sample:
    """Hold the vital signs of one moment: fever as a truth, the two scales as category intervals (0 to 3).

    ``unsettled`` says that pressure or oxygen is charted without a value.
    """

    day: float
    temperature: Reading | None
    fever: Truth
    scales: dict[str, Interval | None]
    unsettled: bool = False

    @cached_property
    def sick(self) -> bool:
        """Whether something charted is surely not normal."""
        return bool(self.fever) or any(scale is not None and scale[0] > 0 for scale in self.scales.values())

    @cached_property
    def normal(self) -> bool:
        """Whether everything charted is surely normal, as far as it is charted."""
        return not self.unsettled and all(scale in (None, (0, 0)) for scale in self.scales.values())

    @cached_property
    def quiet(self) -> Truth:
        """Whether the temperature and everything else charted is surely normal; None where it may be."""
        return False if self.sick else True if self.normal and self.fever is False else None

    @property
    def silent(self) -> bool:
        """Whether no temperature is charted and nothing else says anything."""
        return self.temperature is None and self.normal


def samples(course: Course, start: float, end: float) -> tuple[Sample, ...]:
    """Return the vital signs between two days, one sample per moment at which something was charted."""
    moments: dict[float, dict[str, list[Reading]]] = {}
    for reading in charted(course, _CHARTED):
        if start <= reading.day < end:
            moments.setdefault(round(reading.day, 6), {}).setdefault(reading.observable, []).append(reading)
    support = [e for e in course.episodes if e.kind in ("rescue", "procedure") and start - CARRY <= e.start < end]
    pressors = [e for e in support if told(e.name, e.detail, VASOPRESSOR)]
    ventilation = [e for e in support if told(e.name, e.detail, VENTILATED)]
    found: list[Sample] = []
    latest: dict[str, tuple[float, Reading]] = {}
    for day in sorted(moments):
        for name, readings in moments[day].items():
            latest[name] = (day, worst(readings))
        now = {name: reading for name, (when, reading) in latest.items() if day - when <= CARRY}
        temperature = now.get("temperature")
        scales = {name: _category(now.get(name)) for name in SCALES}
        unsettled = any(scale is None and name in now for name, scale in scales.items())
        if _COUNT in now:
            scales["hypotension"] = _counted(scales["hypotension"], now[_COUNT])
        # A simulation is judged by what it simulates, not by what was given after the record's own events.
        if (pressors or ventilation) and not any(r.source == "simulated" for r in now.values()):
            level, given = _pressor_level(pressors, day), any(e.start <= day <= e.end for e in pressors)
            clash = scales["hypotension"] is not None and scales["hypotension"][1] < level
            # Whoever is given a vasopressor at this very moment has no milder hypotension, whatever is charted.
            scales["hypotension"] = (level, 3) if given and clash else _at_least(scales["hypotension"], level)
            scales["hypoxia"] = _at_least(scales["hypoxia"], 3 if any(_runs(e, day) for e in ventilation) else 0)
        found.append(Sample(day, temperature, FEVER.test(temperature), scales, unsettled))
    return tuple(found)


def worst(readings: Sequence[Reading]) -> Reading:
    """Return the highest value of one moment as an interval, whichever reading holds it; known ones speak for all."""
    if len(readings) == 1:
        return readings[0]
    spoken = [r for r in readings if known(r)] or list(readings)
    first = spoken[0]
    if not known(first) or all((r.low, r.high) == (first.low, first.high) for r in spoken):
        return first
    low = max(spoken, key=lambda r: (r.low, r.low_open))
    high = max(spoken, key=lambda r: (r.high, not r.high_open))
    return replace(low, high=high.high, high_open=high.high_open)


def _category(reading: Reading | None) -> Interval | None:
    """Return an ordinal scale as its lowest and highest category: the floor of a continuous driver."""
    if reading is None or not known(reading):
        return None
    low, high = max(reading.low, 0.0) + 1e-9, min(reading.high, 3.0) + 1e-9
    lowest = math.floor(low) + int(reading.low_open and reading.low >= 0.0 and float(reading.low).is_integer())
    highest_ = math.floor(high) - int(reading.high_open and reading.high <= 3.0 and float(reading.high).is_integer())
    return min(lowest, 3), max(min(highest_, 3), 0)


def _counted(charted_as: Interval | None, count: Reading) -> Interval | None:
    """Return the category of hypotension narrowed by the number of vasopressors; both stay open when they clash."""
    if not known(count):
        return charted_as
    levels = classes(count, ((">=", 1.0), (">=", 2.0)))
    low, high = _BY_COUNT[min(levels)][0], _BY_COUNT[max(levels)][1]
    if charted_as is None:
        return low, high
    inner = max(low, charted_as[0]), min(high, charted_as[1])
    return inner if inner[0] <= inner[1] else (min(low, charted_as[0]), max(high, charted_as[1]))


def _at_least(charted_as: Interval | None, level: int) -> Interval | None:
    """Return a category raised to what the support given implies, unless the charted value rules that out."""
    if level == 0 or (charted_as is not None and charted_as[1] < level):
        return charted_as
    return (level, 3) if charted_as is None else (max(charted_as[0], level), charted_as[1])


def raised(scale: Interval, level: int) -> Interval:
    """Return the worst category of an episode of which words tell at least ``level``, charted or not."""
    return max(scale[0], level), scale[1] if scale[1] >= level else 3


def _pressor_level(pressors: Sequence[Episode], day: float) -> int:
    """Return the category of hypotension that the vasopressors running on a day imply: 3 where two are named."""
    running = [e for e in pressors if _runs(e, day)]
    several = sum(any(told(e.name, e.detail, drug) for e in running) for drug in _COUNTED) >= 2
    return 0 if not running else 3 if several else 2


def _runs(episode: Episode, day: float) -> bool:
    """Return whether something given is running on a day; without an end it stands as long as a recorded value."""
    end = episode.end if episode.end > episode.start else episode.start + CARRY
    return episode.start - 1e-6 <= day <= end + 1e-6


def temperature_days(samples: Iterable[Sample]) -> list[float]:
    """Return when a temperature was charted with a value, in order."""
    return sorted({s.temperature.day for s in samples if s.temperature is not None and known(s.temperature)})


def highest(readings: Sequence[Reading]) -> Reading | None:
    """Return the reading to show: the highest known one, else one that says so; None when there is none at all."""
    first = readings[0] if readings else None
    if len(readings) == 1:
        return first
    return max((r for r in readings if known(r)), key=lambda r: (r.low, r.high), default=first)


def absence(course: Course, day: float, name: str) -> str:
    """Return why an observable has no value near a day, as the record says it."""
    near = (r for r in charted(course, (name,)) if abs(r.day - day) <= CARRY)
    return next((r.absence for r in near if r.absence), "not recorded")


def near(course: Course, start: float, end: float, kinds: Sequence[str]) -> tuple[Episode, ...]:
    """Return the events of some kinds that were going on between two days and are not taken back by their detail."""
    return tuple(
        e
        for e in course.episodes
        if e.kind in kinds and e.start <= end and max(e.start, e.end) >= start and not taken_back(e.detail)
    )


def charted(course: Course, names: Sequence[str]) -> Iterator[Reading]:
    """Yield every reading of some observables, from series and visits."""
    yield from (r for r in course.readings if r.observable in names)
    for visit in course.visits:
        yield from (visit.readings[name] for name in names if name in visit.readings)
