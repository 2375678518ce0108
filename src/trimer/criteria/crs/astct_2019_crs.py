"""Cytokine release syndrome by the ASTCT consensus of 2019.

Fever of 38.0 °C or more opens an episode; the worse of hypotension and hypoxia then sets the grade. After an
antipyretic, tocilizumab or a steroid, fever is no longer needed. Organ toxicity does not enter.

What is read: ``temperature``, and the ordinal ``hypotension`` (0 none, 1 fluids suffice, 2 one vasopressor, 3 several;
vasopressin does not count) and ``hypoxia`` (0 none, 1 low-flow, 2 high-flow, 3 positive pressure), from visits and from
dense series alike. A simulated driver of these scales is continuous: the category reached is its floor (1.7 is 1).
An input that was not recorded is unknown, never zero, so the grade is an interval: from what the facts establish to
what they leave open.

Assumed, because the consensus does not say: an exposure lasts until 14 days after the last start, restart or step of an
engager; a recorded value stands for 24 h unless charted anew or expressly not stated; an episode is over once
temperature, pressure and oxygen have all been normal for 24 h (what was never charted is not waited for).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trimer.course import Course, Episode, Reading
from trimer.criteria.logic import Truth, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Verdict

LABEL = "CRS, ASTCT 2019"
SUBJECT: Subject = "crs"
CITATION = (
    "Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638 (volume and pages recalled); "
    "as in PMC8021214 Table 1 and PMC9327779 Table 2"
)

_SEEN = "PMC8021214 Table 1; PMC9327779 Table 2"

THRESHOLDS: dict[str, Threshold] = {
    "fever": Threshold("temperature", ">=", 38.0, "Cel", "grade 1 and more", "seen", _SEEN),
    "hypotension_2": Threshold(
        "hypotension", ">=", 1.0, "grade", "grade 2", "seen", _SEEN, wording="hypotension without vasopressor: grade 2"
    ),
    "hypotension_3": Threshold(
        "hypotension", ">=", 2.0, "grade", "grade 3", "seen", _SEEN, wording="one vasopressor: grade 3"
    ),
    "hypotension_4": Threshold(
        "hypotension", ">=", 3.0, "grade", "grade 4", "seen", _SEEN, wording="several vasopressors: grade 4"
    ),
    "hypoxia_2": Threshold(
        "hypoxia", ">=", 1.0, "grade", "grade 2", "seen", _SEEN, wording="low-flow oxygen (<= 6 L/min): grade 2"
    ),
    "hypoxia_3": Threshold(
        "hypoxia", ">=", 2.0, "grade", "grade 3", "seen", _SEEN, wording="high-flow oxygen (> 6 L/min): grade 3"
    ),
    "hypoxia_4": Threshold(
        "hypoxia", ">=", 3.0, "grade", "grade 4", "seen", _SEEN, wording="positive pressure: grade 4"
    ),
}

ENGAGERS = ("blinatumomab",)
WINDOW = 14.0  # day after the last start, restart or step (assumed)
QUIET = 1.0  # day without any sign that ends an episode (assumed)
CARRY = 1.0  # day a recorded value stands for (assumed)

_INPUTS = ("temperature", "hypotension", "hypoxia")
_SCALE = {
    "hypotension": ("no hypotension", "hypotension without vasopressor", "one vasopressor", "several vasopressors"),
    "hypoxia": ("no hypoxia", "low-flow oxygen", "high-flow oxygen", "positive pressure"),
}
_SAID = {text for name in _SCALE.values() for word in name for text in (word, f"{word} or more")}
_NARROWS = {"hypotension": "hypotension (number of vasopressors)", "hypoxia": "hypoxia (oxygen given)"}
_MASKS_FEVER = re.compile(
    r"tocilizumab|siltuximab|anakinra|steroid|prednis|methasone|cortisone|paracetamol|acetaminophen|antipyretic", re.I
)
_CRS = re.compile(r"cytokine release|\bCRS\b", re.I)


_DEATH = re.compile(r"\b(death|died|fatal)\b", re.I)

Grade = tuple[int, int]


@dataclass(frozen=True)
class Sample:
    """Hold the vital signs of one moment: fever as a truth, the two scales as category intervals (0 to 3)."""

    day: float
    temperature: Reading | None
    fever: Truth
    scales: dict[str, tuple[int, int] | None]

    @property
    def quiet(self) -> Truth:
        """Whether everything charted is normal; None when nothing is said about the temperature."""
        if self.fever or any(scale not in (None, (0, 0)) for scale in self.scales.values()):
            return False
        return None if self.temperature is None else self.fever is False

    def grade(self, masked: bool) -> Grade:
        """Return the grade as an interval (0 is none); ``masked`` says that fever is no longer needed."""
        low = max(scale[0] if scale else 0 for scale in self.scales.values())
        high = max(scale[1] if scale else 3 for scale in self.scales.values())
        with_fever = (low + 1, high + 1)
        without = (low + 1 if low else 0, high + 1 if high else 0) if masked else (0, 0)
        if self.fever is None:
            return min(with_fever[0], without[0]), max(with_fever[1], without[1])
        return with_fever if self.fever else without


@dataclass(frozen=True)
class Exposure:
    """Hold one stretch of engager treatment: its first start, and how long CRS is put down to it."""

    drug: str
    start: float
    end: float


@dataclass(frozen=True)
class Found:
    """Hold one episode of CRS: its samples, their grades, and when it was over (None when not shown)."""

    samples: tuple[Sample, ...]
    grades: tuple[Grade, ...]
    resolved: float | None

    @property
    def onset(self) -> float:
        """First definite fever, else the first possible one."""
        return next((s.day for s in self.samples if s.fever), self.samples[0].day)

    @property
    def grade(self) -> Grade:
        """Highest grade, as an interval."""
        return max(g[0] for g in self.grades), max(g[1] for g in self.grades)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Find and grade CRS in a recorded or simulated course.

    Parameters
    ----------
    course : Course
        Reads ``temperature``, ``hypotension``, ``hypoxia`` and the episodes of kind ``drug``, ``regimen``, ``resume``,
        ``step`` (of an engager; ``course.notes["engagers"]`` may name others, separated by commas), ``rescue``,
        ``toxicity``.

    Returns
    -------
    tuple of Verdict
        One per episode, in time order, and one per exposure without any: ``"no CRS"`` where temperatures were
        charted, ``"none recorded"`` where they were not.
    """
    verdicts: list[Verdict] = []
    for number, (exposure, samples, found) in enumerate(_search(course), start=1):
        for k, episode in enumerate(found, start=1):
            verdicts.append(_verdict(course, exposure, f"{number}.{k}", episode))
        if not found:
            verdicts.append(_without(course, exposure, f"{number}.1", samples))
    return tuple(verdicts)


def maximum_grade(course: Course, start: float, end: float) -> Grade | None:
    """Return the highest grade between two days, for questions such as "none of grade 3 after the restart".

    Parameters
    ----------
    course : Course
    start, end : float, day
        Both included.

    Returns
    -------
    (int, int) or None
        Lowest and highest the facts allow, 0 being no CRS; None when no temperature was charted under an engager.
    """
    charted, grades = False, [(0, 0)]
    for _, samples, found in _search(course):
        charted |= any(start <= s.day <= end and s.temperature is not None for s in samples)
        for episode in found:
            rows = zip(episode.samples, episode.grades, strict=True)
            grades += [grade for sample, grade in rows if start <= sample.day <= end]
    return (max(g[0] for g in grades), max(g[1] for g in grades)) if charted else None


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


def _search(course: Course) -> list[tuple[Exposure, tuple[Sample, ...], tuple[Found, ...]]]:
    """Return each exposure with its samples and the episodes found in them."""
    windows = exposures(course)
    answer = []
    for i, exposure in enumerate(windows):
        following = windows[i + 1].start if i + 1 < len(windows) else math.inf
        # An episode that begins inside the window may end after it, but not reach the next exposure.
        samples = _samples(course, exposure.start, min(exposure.end + WINDOW, following))
        answer.append((exposure, samples, _episodes(course, exposure, samples)))
    return answer


def _samples(course: Course, start: float, end: float) -> tuple[Sample, ...]:
    """Return the vital signs between two days, one sample per moment at which something was charted."""
    charted: dict[float, dict[str, list[Reading]]] = {}
    for reading in _vital_signs(course):
        if start <= reading.day < end:
            charted.setdefault(round(reading.day, 6), {}).setdefault(reading.observable, []).append(reading)
    samples: list[Sample] = []
    latest: dict[str, tuple[float, Reading]] = {}
    for day in sorted(charted):
        for name, readings in charted[day].items():
            latest[name] = (day, _highest(readings))
        now = {name: reading for name, (when, reading) in latest.items() if day - when <= CARRY}
        temperature = now.get("temperature")
        scales = {name: _category(now.get(name)) for name in _SCALE}
        samples.append(Sample(day, temperature, THRESHOLDS["fever"].test(temperature), scales))
    return tuple(samples)


def _highest(readings: Sequence[Reading]) -> Reading:
    """Return the highest known reading; where none is, one that says so (it ends what an earlier value stood for)."""
    return max((r for r in readings if known(r)), key=lambda r: (r.low, r.high), default=readings[0])


def _vital_signs(course: Course) -> Iterator[Reading]:
    """Yield every reading of an input, from series and visits; one recorded in both counts once, being the same."""
    yield from (r for r in course.readings if r.observable in _INPUTS)
    for visit in course.visits:
        yield from (visit.readings[name] for name in _INPUTS if name in visit.readings)


def _category(reading: Reading | None) -> tuple[int, int] | None:
    """Return an ordinal scale as its lowest and highest category: the floor of a continuous driver."""
    if reading is None or not known(reading):
        return None
    low, high = max(reading.low, 0.0) + 1e-9, min(reading.high, 3.0) + 1e-9
    lowest = math.floor(low) + int(reading.low_open and reading.low >= 0.0 and float(reading.low).is_integer())
    highest = math.floor(high) - int(reading.high_open and reading.high <= 3.0 and float(reading.high).is_integer())
    return min(lowest, 3), max(min(highest, 3), 0)


def _episodes(course: Course, exposure: Exposure, samples: Sequence[Sample]) -> tuple[Found, ...]:
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
            calm = (sample.day if calm is None else calm) if sample.quiet else calm if sample.quiet is None else None
            current.append(sample)
        over = calm is not None and current[-1].day - calm >= QUIET - 1e-9
        if current and (over or sample is None):
            kept = tuple(s for s in current if not over or calm is None or s.day < calm)
            grades = tuple(s.grade(masked_from <= s.day) for s in kept)
            found.append(Found(kept, grades, calm if over else None))
            current, calm = [], None
    return tuple(found)


def _stated(course: Course, exposure: Exposure) -> Episode | None:
    """Return the CRS a record names in an exposure, if it does."""
    named = (e for e in course.episodes if e.kind == "toxicity" and _CRS.search(f"{e.name} {e.detail}"))
    return next((e for e in named if exposure.start <= e.start <= exposure.end), None)


def _died(course: Course, exposure: Exposure) -> bool:
    """Return whether the course records death from CRS."""
    words = (f"{e.name} {e.detail}" for e in course.episodes if e.kind == "status" and e.start >= exposure.start)
    return any(_DEATH.search(text) and _CRS.search(text) for text in words)


def _verdict(course: Course, exposure: Exposure, number: str, found: Found) -> Verdict:
    """Return the verdict on one episode."""
    low, high = (5, 5) if _died(course, exposure) else found.grade
    hottest = _highest([s.temperature for s in found.samples if s.temperature is not None])
    worst = {name: _worst(found, name) for name in _SCALE}
    decisions = [THRESHOLDS["fever"].decide(hottest)]
    for name, scale in worst.items():
        decisions += _scale_decisions(course, found.onset, name, scale)
    stated = _stated(course, exposure)
    resolved = found.resolved
    if resolved is None and stated is not None and stated.end > max(stated.start, found.onset):
        resolved = stated.end
    day = math.floor(found.onset - exposure.start + 1e-9) + 1
    category = f"grade {low}" if low == high else f"grade {low} to {high}" if low else UNDETERMINED
    steps = {d.observable: d.value if d.value in _SAID else f"{d.name} {d.value}" for d in decisions[1:]}
    facts = ", ".join((f"temperature {decisions[0].value}", *steps.values()))
    missing = tuple(_NARROWS[n] for n, s in worst.items() if high <= 4 and s[0] < s[1] and s[1] + 1 > low)
    return Verdict(
        set="astct_2019_crs",
        subject=SUBJECT,
        visit=f"crs-{number}",
        label=f"CRS on day {day} of {exposure.drug}",
        day=found.onset,
        category=category,
        reason=f"{category[0].upper()}{category[1:]} from day {day} of {exposure.drug}: {facts}.",
        possible=tuple(f"grade {g}" if g else "no CRS" for g in range(low, high + 1)),
        supported_by="measured" if low else "",
        decided_by=tuple(decisions),
        missing=missing + (("temperature",) if low == 0 else ()),
        grade=(low, high),
        onset=found.onset,
        resolved=resolved,
        treatment_day=day,
    )


def _worst(found: Found, name: str) -> tuple[int, int]:
    """Return the worst category of a scale over the samples that count towards the grade."""
    rows = [s.scales[name] or (0, 3) for s, g in zip(found.samples, found.grades, strict=True) if g[1] > 0]
    rows = rows or [(0, 0)]
    return max(r[0] for r in rows), max(r[1] for r in rows)


def _scale_decisions(course: Course, day: float, name: str, scale: tuple[int, int]) -> list[Decision]:
    """Return the steps of a scale that were reached, and the next one that is open."""
    low, high = scale
    value = _SCALE[name][low] if low == high else f"{_SCALE[name][low]} or more"
    if scale == (0, 3):
        value = _absence(course, day, name)
    levels: list[tuple[int, Truth]] = [(low, True)] if low else []
    if high > low:
        levels.append((low + 1, None))
    decided = []
    for level, met in levels or [(1, False)]:
        row = THRESHOLDS[f"{name}_{level + 1}"]
        decided.append(Decision(name, name, value, row.text, met, row.provenance, row.source))
    return decided


def _absence(course: Course, day: float, name: str) -> str:
    """Return why a scale has no value near a day, as the record says it."""
    near = (r for r in _vital_signs(course) if r.observable == name and abs(r.day - day) <= CARRY)
    return next((r.absence for r in near if r.absence), "not recorded")


def _without(course: Course, exposure: Exposure, number: str, samples: Sequence[Sample]) -> Verdict:
    """Return the verdict on an exposure in which no fever was charted."""
    stated = _stated(course, exposure)
    temperatures = [s.temperature for s in samples if s.temperature is not None and s.day <= exposure.end]
    everything = ("no CRS", *(f"grade {g}" for g in range(1, 5)))
    if stated is not None:
        category, possible = UNDETERMINED, everything[1:]
        reason = "The record names cytokine release syndrome, but no temperature that would grade it."
    elif temperatures:
        category, possible = everything[0], everything[:1]
        reason = f"No temperature reached 38.0 \u00b0C within 14 days of a start, restart or step of {exposure.drug}."
    else:
        category, possible = "none recorded", everything
        reason = f"No temperature is recorded within 14 days of a start, restart or step of {exposure.drug}."
    hottest = _highest(temperatures) if temperatures else None
    return Verdict(
        set="astct_2019_crs",
        subject=SUBJECT,
        visit=f"crs-{number}",
        label=f"{exposure.drug}, exposure {number.split('.')[0]}",
        day=exposure.start,
        category=category,
        reason=reason,
        possible=possible,
        supported_by="measured" if temperatures and stated is None else "",
        decided_by=(THRESHOLDS["fever"].decide(hottest),),
        missing=() if len(possible) == 1 else _INPUTS,
        grade=(0, 0) if len(possible) == 1 else (int(stated is not None), 4),
        onset=stated.start if stated is not None else None,
        resolved=stated.end if stated is not None and stated.end > stated.start else None,
    )
