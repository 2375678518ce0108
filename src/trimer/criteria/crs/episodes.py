"""Episodes of CRS: exposures to an engager, the vital signs charted in them, and where an episode begins and ends.

Shared by every scale, so that they grade the same thing. An episode is opened by fever of 38.0 \u00b0C or more.

What is read: ``temperature``, and the ordinal ``hypotension`` (0 none, 1 fluids suffice, 2 one vasopressor, 3 several;
vasopressin does not count) and ``hypoxia`` (0 none, 1 low-flow, 2 high-flow, 3 positive pressure), from visits and from
dense series alike. A simulated driver of these scales is continuous: the category reached is its floor (1.7 is 1).
``vasopressor_count`` narrows hypotension, and so do a vasopressor or ventilation named as a rescue or procedure of a
record, where the charted value leaves room for it.

Assumed, because no scale says: an exposure lasts until 14 days after the last start, restart or step of an engager; a
recorded value stands for 24 h unless charted anew or expressly not stated; an episode is over once temperature,
pressure and oxygen have all been normal for 24 h (what was never charted is not waited for).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trimer.course import Course, Episode, Reading
from trimer.criteria.grading import classes
from trimer.criteria.logic import Truth, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Subject, Verdict

SUBJECT: Subject = "crs"
ASTCT = "PMC8021214 Table 1; PMC9327779 Table 2"
FEVER = Threshold("temperature", ">=", 38.0, "Cel", "grade 1 and more", "seen", ASTCT)

ENGAGERS = ("blinatumomab",)
WINDOW = 14.0  # day after the last start, restart or step (assumed)
QUIET = 1.0  # day without any sign that ends an episode (assumed)
CARRY = 1.0  # day a recorded value stands for (assumed)

INPUTS = ("temperature", "hypotension", "hypoxia")
SCALES = {
    "hypotension": ("no hypotension", "hypotension without vasopressor", "one vasopressor", "several vasopressors"),
    "hypoxia": ("no hypoxia", "low-flow oxygen", "high-flow oxygen", "positive pressure"),
}
_COUNT = "vasopressor_count"
_CHARTED = (*INPUTS, _COUNT)
_BY_COUNT = ((0, 1), (2, 2), (3, 3))  # categories of hypotension under no, one, several vasopressors
_MASKS_FEVER = re.compile(
    r"tocilizumab|siltuximab|anakinra|steroid|prednis|methasone|cortisone|paracetamol|acetaminophen|antipyretic", re.I
)
_CRS = re.compile(r"cytokine release|\bCRS\b", re.I)
_DEATH = re.compile(r"\b(death|died|fatal)\b", re.I)
_VENTILATED = re.compile(r"ventilat|intubat|positive pressure|\bCPAP\b|\bBiPAP\b", re.I)
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
    """Hold the vital signs of one moment: fever as a truth, the two scales as category intervals (0 to 3)."""

    day: float
    temperature: Reading | None
    fever: Truth
    scales: dict[str, Interval | None]

    @property
    def quiet(self) -> Truth:
        """Whether everything charted is normal; None when nothing is said about the temperature."""
        if self.fever or any(scale not in (None, (0, 0)) for scale in self.scales.values()):
            return False
        return None if self.temperature is None else self.fever is False


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
        Vital signs from its beginning to its end.
    resolved : float or None, day
        When it was over; None when that is not shown.
    masked_from : float, day
        From here on fever is no longer needed: an antipyretic, anticytokine drug or steroid was given.
    recurrent : bool
        Whether an episode came before it in the same exposure.
    fatal : bool
        Whether the course records death from it.
    certain : bool
        Whether a definite fever fell within the exposure's window; without one there may have been no CRS at all.
    """

    samples: tuple[Sample, ...]
    resolved: float | None
    masked_from: float = math.inf
    recurrent: bool = False
    fatal: bool = False
    certain: bool = True

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
        """Highest temperature charted."""
        return highest([s.temperature for s in self.samples if s.temperature is not None])


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
        samples = _samples(course, exposure.start, min(exposure.end + WINDOW, following))
        stated = _stated(course, exposure)
        found = _with_stated_end(_episodes(course, exposure, samples), stated)
        answer.append(Search(i + 1, exposure, samples, _with_death(course, found, following), stated))
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


def highest(readings: Sequence[Reading]) -> Reading | None:
    """Return the highest known reading; where none is, one that says so; None when there is none at all."""
    first = readings[0] if readings else None
    if len(readings) == 1:
        return first
    return max((r for r in readings if known(r)), key=lambda r: (r.low, r.high), default=first)


def grade_text(low: int, high: int) -> str:
    """Return a grade interval as a category: ``"grade 3"``, ``"grade 2 to 3"``, ``"undetermined"`` from none."""
    if low == 0:
        return UNDETERMINED if high else "no CRS"
    return f"grade {low}" if low == high else f"grade {low} to {high}"


def grades(low: int, high: int) -> tuple[str, ...]:
    """Return every grade of an interval in words, mildest first."""
    return tuple(f"grade {g}" if g else "no CRS" for g in range(low, high + 1))


def absence(course: Course, day: float, name: str) -> str:
    """Return why an observable has no value near a day, as the record says it."""
    near = (r for r in charted(course, (name,)) if abs(r.day - day) <= CARRY)
    return next((r.absence for r in near if r.absence), "not recorded")


def charted(course: Course, names: Sequence[str]) -> Iterator[Reading]:
    """Yield every reading of some observables, from series and visits."""
    yield from (r for r in course.readings if r.observable in names)
    for visit in course.visits:
        yield from (visit.readings[name] for name in names if name in visit.readings)


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
        reason = f"No temperature reached 38.0 \u00b0C within 14 days of a start, restart or step of {drug}."
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
    )


def _samples(course: Course, start: float, end: float) -> tuple[Sample, ...]:
    """Return the vital signs between two days, one sample per moment at which something was charted."""
    moments: dict[float, dict[str, list[Reading]]] = {}
    for reading in charted(course, _CHARTED):
        if start <= reading.day < end:
            moments.setdefault(round(reading.day, 6), {}).setdefault(reading.observable, []).append(reading)
    support = [e for e in course.episodes if e.kind in ("rescue", "procedure") and start - CARRY <= e.start < end]
    pressors = [e for e in support if VASOPRESSOR.search(f"{e.name} {e.detail}")]
    ventilation = [e for e in support if _VENTILATED.search(f"{e.name} {e.detail}")]
    samples: list[Sample] = []
    latest: dict[str, tuple[float, Reading]] = {}
    for day in sorted(moments):
        for name, readings in moments[day].items():
            latest[name] = (day, highest(readings) or readings[0])
        now = {name: reading for name, (when, reading) in latest.items() if day - when <= CARRY}
        temperature = now.get("temperature")
        scales = {name: _category(now.get(name)) for name in SCALES}
        if _COUNT in now:
            scales["hypotension"] = _counted(scales["hypotension"], now[_COUNT])
        # A simulation is judged by what it simulates, not by what was given after the record's own events.
        if (pressors or ventilation) and not any(r.source == "simulated" for r in now.values()):
            scales["hypotension"] = _at_least(scales["hypotension"], _pressor_level(pressors, day))
            scales["hypoxia"] = _at_least(scales["hypoxia"], 3 if any(_runs(e, day) for e in ventilation) else 0)
        samples.append(Sample(day, temperature, FEVER.test(temperature), scales))
    return tuple(samples)


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


def _pressor_level(pressors: Sequence[Episode], day: float) -> int:
    """Return the category of hypotension that the vasopressors running on a day imply: 3 where two are named."""
    running = [f"{e.name} {e.detail}" for e in pressors if _runs(e, day)]
    several = sum(any(drug.search(text) for text in running) for drug in _COUNTED) >= 2
    return 0 if not running else 3 if several else 2


def _runs(episode: Episode, day: float) -> bool:
    """Return whether something given is running on a day; without an end it stands as long as a recorded value."""
    end = episode.end if episode.end > episode.start else episode.start + CARRY
    return episode.start - 1e-6 <= day <= end + 1e-6


def _episodes(course: Course, exposure: Exposure, samples: Sequence[Sample]) -> list[Found]:
    """Return the episodes that begin inside an exposure's window."""
    masks = [e.start for e in course.episodes if e.kind == "rescue" and _MASKS_FEVER.search(f"{e.name} {e.detail}")]
    masked_from = min((m for m in masks if m >= exposure.start), default=math.inf)
    found: list[Found] = []
    current: list[Sample] = []
    calm: float | None = None
    for sample in (*samples, None):
        if sample is not None and not current:
            if sample.temperature is not None and sample.fever is not False and sample.day <= exposure.end:
                current, calm = [sample], None
            continue
        if sample is not None:
            quiet = sample.quiet
            calm = (sample.day if calm is None else calm) if quiet else calm if quiet is None else None
            current.append(sample)
        over = calm is not None and current[-1].day - calm >= QUIET - 1e-9
        if current and (over or sample is None):
            kept = tuple(s for s in current if not over or calm is None or s.day < calm)
            certain = any(s.fever is True and s.day <= exposure.end for s in kept)
            end = calm if over else None
            found.append(Found(kept, end, masked_from, recurrent=bool(found), certain=certain))
            current, calm = [], None
    return found


def _with_stated_end(found: Sequence[Found], stated: Episode | None) -> list[Found]:
    """Return episodes of which those not seen to end end where the record says that CRS did."""
    if stated is None:
        return list(found)
    return [
        replace(f, resolved=stated.end) if f.resolved is None and stated.end > max(stated.start, f.onset) else f
        for f in found
    ]


def _with_death(course: Course, found: Sequence[Found], until: float) -> tuple[Found, ...]:
    """Return episodes of which the last before a recorded death from CRS is fatal."""
    deaths = [
        e.start
        for e in course.episodes
        if e.kind == "status" and _DEATH.search(text := f"{e.name} {e.detail}") and _CRS.search(text)
    ]
    before = [[f for f in found if f.onset <= day] for day in deaths if day < until]
    fatal = {id(earlier[-1]) for earlier in before if earlier}
    return tuple(replace(f, fatal=True) if id(f) in fatal else f for f in found)


def _stated(course: Course, exposure: Exposure) -> Episode | None:
    """Return the CRS a record names in an exposure, if it does."""
    named = (e for e in course.episodes if e.kind == "toxicity" and _CRS.search(f"{e.name} {e.detail}"))
    return next((e for e in named if exposure.start <= e.start <= exposure.end), None)
