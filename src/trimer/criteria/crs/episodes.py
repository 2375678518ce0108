"""Episodes of CRS: exposures to an engager, the vital signs charted in them, and where an episode begins and ends.

Shared by every scale, so that they grade the same thing. An episode is opened by fever of 38.0 \u00b0C or more.

CAR-T cells count as engagers; a regimen that has one in its name counts from its first day, conditioning included.

Assumed, because no scale says: an exposure lasts until 14 days after the last start, restart or step of an engager; a
recorded value stands for 24 h unless charted anew or expressly not stated; an episode is over once temperature,
pressure and oxygen have all been normal for 24 h (what was never charted is not waited for, what is expressly not
stated is). Moments nobody charted are not enumerated: ``BETWEEN`` is the convention, named where it matters.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from trimer.course import Course, Episode, Reading
from trimer.criteria.crs.signs import CARRY, INPUTS, Sample, highest, samples, temperature_days
from trimer.criteria.logic import Truth
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Subject, Verdict
from trimer.criteria.words import died_of, told

SUBJECT: Subject = "crs"
# Drugs whose cytokine release is CRS: every engager and CAR-T product of the library, which a test makes sure of.
ENGAGERS = ("blinatumomab", "car_t_cd19", "hle_cd19_engager", "tetravalent_cd19_engager")
WINDOW = 14.0  # day after the last start, restart or step (assumed)
QUIET = 1.0  # day without any sign that ends an episode (assumed)
BETWEEN = "no fever between charted temperatures"

_MASKS_FEVER = re.compile(
    r"tocilizumab|siltuximab|anakinra|steroid|prednis|methasone|cortisone|paracetamol|acetaminophen|antipyretic", re.I
)
_CRS = re.compile(r"cytokine release|\bCRS\b", re.I)


@dataclass(frozen=True)
class Exposure:
    """Hold one stretch of engager treatment: its first start, and how long CRS is put down to it."""

    drug: str
    start: float
    end: float


@dataclass(frozen=True)
class Found:
    """Hold one episode of CRS.

    Attributes
    ----------
    samples : tuple of Sample
        Vital signs from its first possible beginning to its last possible end.
    core : tuple of Sample
        Those that belong to it whatever the open values are: from a definite fever of the exposure's window on, as
        long as there was no quiet day. Empty where there may have been no CRS at all.
    resolved : float or None, day
        When it was over; None when that is not shown.
    masked_from : float, day
        From here on fever is no longer needed: an antipyretic, anticytokine drug or steroid was given.
    recurrent : bool or None
        Whether an episode came before it in the same exposure; None where that hangs on open values.
    fatal : bool
        Whether the course records death from it.
    end_stated : bool
        Whether ``resolved`` is the end of CRS as the record says it, not a chart.
    parted : bool
        Whether it may be two: open values leave room for a quiet day in its midst.
    """

    samples: tuple[Sample, ...]
    core: tuple[Sample, ...]
    resolved: float | None
    masked_from: float = math.inf
    recurrent: Truth = False
    fatal: bool = False
    end_stated: bool = False
    parted: bool = False

    @property
    def certain(self) -> bool:
        """Whether there was an episode at all."""
        return bool(self.core)

    @cached_property
    def settled(self) -> bool:
        """Whether no open value moves its beginning or end."""
        certain = self.certain and self.core[0] is self.samples[0]
        return certain and all(s.sick or s.quiet or s.silent for s in self.samples)

    @property
    def onset(self) -> float:
        """First definite fever, else the first possible one."""
        return next((s.day for s in self.samples if s.fever), self.samples[0].day)

    @property
    def finish(self) -> float:
        """Last day that belongs to it as far as is known."""
        return max(self.samples[-1].day, self.resolved or -math.inf)

    @property
    def hottest(self) -> Reading | None:
        """Highest temperature charted, for display: one that is surely fever, else one that may be."""
        for fever in (True, None, False):
            shown = [s.temperature for s in self.samples if s.temperature is not None and s.fever is fever]
            if shown:
                return highest(shown)
        return None

    @property
    def simulated(self) -> bool:
        """Whether the signs are a simulation's, which is not judged by what the record's patient was given."""
        return any(s.temperature is not None and s.temperature.source == "simulated" for s in self.samples)

    @property
    def conventions(self) -> tuple[str, ...]:
        """``BETWEEN``, where temperatures charted in it, and the normal one after it, are over 24 h apart."""
        days = temperature_days(self.samples)
        days += [self.resolved] if self.resolved is not None and not self.end_stated else []
        return (BETWEEN,) if any(b - a > CARRY + 1e-6 for a, b in itertools.pairwise(days)) else ()


@dataclass(frozen=True)
class Search:
    """Hold one exposure, numbered from 1, with its vital signs, its episodes and the CRS the record names in it."""

    number: int
    exposure: Exposure
    samples: tuple[Sample, ...]
    found: tuple[Found, ...]
    stated: Episode | None

    def day(self, found: Found) -> int:
        """Return the day of treatment of an onset, counted from 1."""
        return math.floor(found.onset - self.exposure.start + 1e-9) + 1


def search(course: Course) -> tuple[Search, ...]:
    """Return every exposure of a course with its episodes, in time order.

    Parameters
    ----------
    course : Course
        Reads the vital signs named above and the episodes of kind ``drug``, ``regimen``, ``resume``, ``step`` (of an
        engager; ``course.notes["engagers"]`` may name others, separated by commas), ``rescue``, ``procedure``,
        ``toxicity``, ``status``.
    """
    windows = exposures(course)
    answer = []
    for i, exposure in enumerate(windows):
        following = windows[i + 1].start if i + 1 < len(windows) else math.inf
        # An episode that begins inside the window may end after it, but not reach the next exposure.
        signs = samples(course, exposure.start, min(exposure.end + WINDOW, following))
        stated = _stated(course, exposure)
        found = _with_stated_end(_episodes(course, exposure, signs), stated)
        answer.append(Search(i + 1, exposure, signs, _with_death(course, found, following), stated))
    return tuple(answer)


def exposures(course: Course) -> tuple[Exposure, ...]:
    """Return the stretches of engager treatment; starts, restarts and steps within the window belong together."""
    names = (*ENGAGERS, *(n.strip().lower() for n in course.notes.get("engagers", "").split(",") if n.strip()))
    merged: list[Exposure] = []
    for episode in sorted(course.episodes, key=lambda e: e.start):
        drug = next((name for name in names if name in episode.name.lower()), "")
        # A restart or step may be named for what was done; it then belongs to the engager that is running.
        running = bool(merged) and episode.start <= merged[-1].end
        begins = drug and episode.kind in ("drug", "regimen", "resume", "step")
        if not begins and not (running and episode.kind in ("resume", "step")):
            continue
        if running:
            merged[-1] = Exposure(merged[-1].drug, merged[-1].start, episode.start + WINDOW)
        else:
            merged.append(Exposure(drug, episode.start, episode.start + WINDOW))
    return tuple(merged)


def grade_text(low: int, high: int) -> str:
    """Return a grade interval as a category: ``"grade 3"``, ``"grade 2 to 3"``, ``"undetermined"`` from none."""
    if low == 0:
        return UNDETERMINED if high else "no CRS"
    return f"grade {low}" if low == high else f"grade {low} to {high}"


def grades(low: int, high: int) -> tuple[str, ...]:
    """Return every grade of an interval in words, mildest first."""
    return tuple(f"grade {g}" if g else "no CRS" for g in range(low, high + 1))


def without_fever(name: str, here: Search, fever: Threshold) -> Verdict:
    """Return the verdict of a scale on an exposure in which no fever was charted.

    Parameters
    ----------
    name : str
        Of the scale.
    here : Search
    fever : Threshold
        The scale's own row of it.
    """
    drug, stated = here.exposure.drug, here.stated
    temperatures = [s.temperature for s in here.samples if s.temperature is not None and s.day <= here.exposure.end]
    everything = grades(0, 4)
    if stated is not None:
        category, possible = UNDETERMINED, everything[1:]
        reason = "The record names cytokine release syndrome, but no temperature that would grade it."
    elif temperatures:
        category, possible = everything[0], everything[:1]
        reason = f"No temperature reached 38.0 \u00b0C within 14 days of a start, restart or step of {drug}: "
        reason += f"{_extent(here)}; taken for granted: {BETWEEN}."
    else:
        category, possible = "none recorded", everything
        reason = f"No temperature is recorded within 14 days of a start, restart or step of {drug}."
    return Verdict(
        set=name,
        subject=SUBJECT,
        visit=f"crs-{here.number}.1",
        label=f"{drug}, exposure {here.number}",
        day=here.exposure.start,
        category=category,
        reason=reason,
        possible=possible,
        supported_by="measured" if temperatures and stated is None else "",
        decided_by=(fever.decide(highest(temperatures)),),
        missing=() if len(possible) == 1 else INPUTS,
        grade=(0, 0) if len(possible) == 1 else (int(stated is not None), 4),
        onset=stated.start if stated is not None else None,
        resolved=stated.end if stated is not None and stated.end > stated.start else None,
        conventions=(BETWEEN,) if category == everything[0] else (),
    )


def _extent(here: Search) -> str:
    """Return how much of an exposure was charted: ``"3 temperatures charted on 2 of 14 days"``."""
    start, end = here.exposure.start, here.exposure.end
    charted_on = [day for day in temperature_days(here.samples) if day <= end]
    window = max(math.ceil(end - start), 1)
    days = min(len({math.floor(day - start + 1e-9) for day in charted_on}), window)
    return f"{len(charted_on)} temperature{'s' if len(charted_on) > 1 else ''} charted on {days} of {window} days"


@dataclass
class _Open:
    """Hold an episode that is being followed.

    ``calm`` is since when everything has been quiet, ``lull`` since when it may have been. ``core`` and ``waiting``
    hold what surely belongs to the episode, and what does once a later sign shows that it went on.
    """

    samples: list[Sample]
    core: list[Sample]
    waiting: list[Sample]
    calm: float | None = None
    lull: float | None = None
    sure: bool = False
    gone: bool = False  # there may have been a quiet day
    parted: bool = False  # and after it there may have been another episode

    def add(self, sample: Sample, until: float) -> None:
        """Take up a moment; a fever opens an episode for sure up to the day ``until``."""
        self.samples.append(sample)
        self.parted = self.parted or (self.gone and (sample.sick or (sample.fever is None and not sample.silent)))
        if not sample.silent:
            self.calm = (sample.day if self.calm is None else self.calm) if sample.quiet else None
            self.lull = None if sample.sick else sample.day if self.lull is None else self.lull
        if self.lull is not None and sample.day - self.lull >= QUIET - 1e-9:
            self.sure, self.gone = False, True
        self.sure = self.sure or (sample.fever is True and sample.day <= until)
        if not self.sure:
            self.waiting.clear()
            return
        self.waiting.append(sample)
        if sample.sick:
            self.core += self.waiting
            self.waiting.clear()

    @property
    def over(self) -> bool:
        """Whether everything has been quiet for a day."""
        return self.calm is not None and self.samples[-1].day - self.calm >= QUIET - 1e-9


def _episodes(course: Course, exposure: Exposure, signs: Sequence[Sample]) -> list[Found]:
    """Return the episodes that begin inside an exposure's window."""
    masks = [e.start for e in course.episodes if e.kind == "rescue" and told(e.name, e.detail, _MASKS_FEVER)]
    masked_from = min((m for m in masks if m >= exposure.start), default=math.inf)
    found: list[Found] = []
    current: _Open | None = None
    for sample in signs:
        if current is None:
            if sample.temperature is None or sample.fever is False or sample.day > exposure.end:
                continue
            current = _Open([], [], [])
        current.add(sample, exposure.end)
        if current.over:
            found.append(_closed(current, found, masked_from, current.calm))
            current = None
    if current is not None:
        found.append(_closed(current, found, masked_from, None))
    return found


def _closed(episode: _Open, before: Sequence[Found], masked_from: float, end: float | None) -> Found:
    """Return an episode that ended, or was not seen to."""
    kept = tuple(s for s in episode.samples if end is None or s.day < end)
    again: Truth = any(f.certain for f in before) or (None if before or episode.parted else False)
    core = (*episode.core, *(episode.waiting if end is None else ()))  # what no quiet day was seen to cut off
    return Found(kept, core, end, masked_from, again, parted=episode.parted)


def _with_stated_end(found: Sequence[Found], stated: Episode | None) -> list[Found]:
    """Return episodes of which those not seen to end end where the record says that CRS did."""
    if stated is None:
        return list(found)
    return [
        replace(f, resolved=stated.end, end_stated=True)
        if f.resolved is None and stated.end > max(stated.start, f.onset)
        else f
        for f in found
    ]


def _with_death(course: Course, found: Sequence[Found], until: float) -> tuple[Found, ...]:
    """Return episodes of which the last before a recorded death from CRS is fatal."""
    deaths = [e.start for e in course.episodes if e.kind == "status" and died_of(f"{e.name} {e.detail}", _CRS)]
    before = [[f for f in found if f.onset <= day] for day in deaths if day < until]
    fatal = {id(earlier[-1]) for earlier in before if earlier}
    return tuple(replace(f, fatal=True) if id(f) in fatal else f for f in found)


def _stated(course: Course, exposure: Exposure) -> Episode | None:
    """Return the CRS a record names in an exposure, if it does."""
    named = (e for e in course.episodes if e.kind == "toxicity" and told(e.name, e.detail, _CRS))
    return next((e for e in named if exposure.start <= e.start <= exposure.end), None)
