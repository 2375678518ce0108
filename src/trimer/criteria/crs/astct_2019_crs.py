"""Cytokine release syndrome by the ASTCT consensus of 2019.

Fever of 38.0 \u00b0C or more opens an episode; the worse of hypotension and hypoxia then sets the grade. After an
antipyretic, tocilizumab or a steroid, fever is no longer needed. Organ toxicity does not enter.

An input that was not recorded is unknown, never zero, and no convention fills it in, so the grade is an interval: from
what the facts establish to what they leave open. How episodes are found is told in ``episodes``. What an event of
toxicity tells in words (vasopressors, ventilation) is no sign of one moment, but holds for the worst of the episode.
"""

from __future__ import annotations

from functools import lru_cache

from trimer.course import Course
from trimer.criteria.crs.episodes import (
    ENGAGERS,
    SUBJECT,
    Exposure,
    Found,
    Search,
    exposures,
    grade_text,
    grades,
    search,
    without_fever,
)
from trimer.criteria.crs.signs import (
    ASTCT,
    CARRY,
    FEVER,
    SCALES,
    VASOPRESSOR,
    VENTILATED,
    Interval,
    Sample,
    absence,
    near,
    raised,
)
from trimer.criteria.grading import Fact, Scale
from trimer.criteria.logic import Truth
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Decision, Verdict
from trimer.criteria.words import told

__all__ = [
    "CITATION", "ENGAGERS", "LABEL", "SCALE", "SUBJECT", "THRESHOLDS", "Exposure", "exposures", "judge",
    "maximum_grade", "rule",
]  # fmt: skip

LABEL = "CRS, ASTCT 2019"
CITATION = (
    "Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638 (volume and pages recalled); "
    "as in PMC8021214 Table 1 and PMC9327779 Table 2"
)


def _row(name: str, level: int, words: str) -> Threshold:
    purpose = f"grade {level + 1}"
    return Threshold(name, ">=", float(level), "grade", purpose, "seen", ASTCT, wording=f"{words}: {purpose}")


THRESHOLDS: dict[str, Threshold] = {
    "fever": FEVER,
    "hypotension_2": _row("hypotension", 1, "hypotension without vasopressor"),
    "hypotension_3": _row("hypotension", 2, "one vasopressor"),
    "hypotension_4": _row("hypotension", 3, "several vasopressors"),
    "hypoxia_2": _row("hypoxia", 1, "low-flow oxygen (<= 6 L/min)"),
    "hypoxia_3": _row("hypoxia", 2, "high-flow oxygen (> 6 L/min)"),
    "hypoxia_4": _row("hypoxia", 3, "positive pressure"),
}

_SAID = {text for name in SCALES.values() for word in name for text in (word, f"{word} or more")}
_NARROWS = {"hypotension": "hypotension (number of vasopressors)", "hypoxia": "hypoxia (oxygen given)"}


def rule(fever: int, masked: int, hypotension: int, hypoxia: int) -> int:
    """Return the grade of one moment (0 is none) from complete facts."""
    worst = max(hypotension, hypoxia)
    if not fever and not (masked and worst):
        return 0
    return worst + 1


SCALE = Scale(
    (
        Fact("fever", "temperature", ("below 38.0 \u00b0C", "38.0 \u00b0C or more")),
        Fact("masked", "drugs that mask fever", ("none given", "given")),
        Fact("hypotension", _NARROWS["hypotension"], SCALES["hypotension"]),
        Fact("hypoxia", _NARROWS["hypoxia"], SCALES["hypoxia"]),
    ),
    rule,
)


@lru_cache(maxsize=4096)
def _moment(fever: Truth, masked: bool, hypotension: Interval | None, hypoxia: Interval | None) -> Interval:
    """Return the grade of one moment as an interval."""
    low_h, high_h = hypotension or (0, 3)
    low_o, high_o = hypoxia or (0, 3)
    graded = SCALE.grade(
        {
            "fever": frozenset((0, 1) if fever is None else (int(fever),)),
            "masked": frozenset((int(masked),)),
            "hypotension": frozenset(range(low_h, high_h + 1)),
            "hypoxia": frozenset(range(low_o, high_o + 1)),
        }
    )
    return graded.low, graded.high


def _grades(found: Found, samples: tuple[Sample, ...]) -> list[Interval]:
    """Return the grade of moments of an episode."""
    return [_moment(s.fever, found.masked_from <= s.day, s.scales["hypotension"], s.scales["hypoxia"]) for s in samples]


def judge(course: Course) -> tuple[Verdict, ...]:
    """Find and grade CRS in a recorded or simulated course.

    Parameters
    ----------
    course : Course
        Reads what ``episodes.search`` reads.

    Returns
    -------
    tuple of Verdict
        One per episode, in time order, and one per exposure without any: ``"no CRS"`` where temperatures were
        charted, ``"none recorded"`` where they were not.
    """
    verdicts: list[Verdict] = []
    for here in search(course):
        verdicts += [_verdict(course, here, k, episode) for k, episode in enumerate(here.found, start=1)]
        if not here.found:
            verdicts.append(without_fever("astct_2019_crs", here, FEVER))
    return tuple(verdicts)


def maximum_grade(course: Course, start: float, end: float) -> Interval | None:
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
    was_charted, found = False, [(0, 0)]
    for here in search(course):
        was_charted |= any(start <= s.day <= end and s.temperature is not None for s in here.samples)
        for episode in here.found:
            rows = zip(episode.samples, _grades(episode, episode.samples), strict=True)
            within = [(sample, grade) for sample, grade in rows if start <= sample.day <= end]
            sure = {id(s) for s in (episode.samples if episode.settled else episode.core)}
            found += [(low if id(sample) in sure else 0, high) for sample, (low, high) in within]
    return (max(g[0] for g in found), max(g[1] for g in found)) if was_charted else None


def _verdict(course: Course, here: Search, k: int, found: Found) -> Verdict:
    """Return the verdict on one episode."""
    (low, high), scales = _worst(course, found)
    low, high = (5, 5) if found.fatal else (low, high)
    decisions = [FEVER.decide(found.hottest)]
    for name, scale in scales.items():
        decisions += _scale_decisions(course, found.onset, name, scale)
    day, drug, category = here.day(found), here.exposure.drug, grade_text(low, high)
    steps = {d.observable: d.value if d.value in _SAID else f"{d.name} {d.value}" for d in decisions[1:]}
    facts = ", ".join((f"temperature {decisions[0].value}", *steps.values()))
    taken = f"; taken for granted: {', '.join(found.conventions)}" if found.conventions else ""
    missing = tuple(_NARROWS[n] for n, s in scales.items() if high <= 4 and s[0] < s[1] and s[1] + 1 > low)
    fever_open = low == 0 or (low < high and (not missing or not found.settled))
    return Verdict(
        set="astct_2019_crs",
        subject=SUBJECT,
        visit=f"crs-{here.number}.{k}",
        label=f"CRS on day {day} of {drug}",
        day=found.onset,
        category=category,
        reason=f"{category[0].upper()}{category[1:]} from day {day} of {drug}: {facts}{taken}.",
        possible=grades(low, high),
        supported_by="measured" if low else "",
        decided_by=tuple(decisions),
        missing=missing + (("temperature",) if fever_open else ()),
        grade=(low, high),
        onset=found.onset,
        resolved=found.resolved,
        treatment_day=day,
        conventions=found.conventions,
    )


def _worst(course: Course, found: Found) -> tuple[Interval, dict[str, Interval]]:
    """Return the grade of an episode, and the worst category of each scale that counts towards it.

    The highest is over every moment that may belong to the episode, the lowest over those that surely do.
    """
    moments = _grades(found, found.samples)
    core = found.samples if found.settled else found.core
    low = max((g[0] for g in _grades(found, core)), default=0)
    high = max(g[1] for g in moments)
    scales = {}
    for name in SCALES:
        rows = [s.scales[name] or (0, 3) for s, g in zip(found.samples, moments, strict=True) if g[1] > 0]
        scales[name] = max((r[0] for r in rows), default=0), max((r[1] for r in rows), default=0)
    for name, level in _told(course, found, found.samples).items():
        scales[name] = raised(scales[name], level)
        high = max(high, scales[name][1] + 1)
    if core:
        low = max([low, *(level + 1 for level in _told(course, found, core).values())])
    return (low, high), scales


def _told(course: Course, found: Found, samples: tuple[Sample, ...]) -> dict[str, int]:
    """Return the categories that events of toxicity near some moments tell in words, as far as they do."""
    if found.simulated:
        return {}
    events = near(course, samples[0].day - CARRY, samples[-1].day + CARRY, ("toxicity",))
    words = (("hypotension", VASOPRESSOR, 2), ("hypoxia", VENTILATED, 3))
    return {name: level for name, what, level in words if any(told(e.name, e.detail, what) for e in events)}


def _scale_decisions(course: Course, day: float, name: str, scale: Interval) -> list[Decision]:
    """Return the steps of a scale that were reached, and the next one that is open."""
    low, high = scale
    value = SCALES[name][low] if low == high else f"{SCALES[name][low]} or more"
    if scale == (0, 3):
        value = absence(course, day, name)
    levels: list[tuple[int, Truth]] = [(low, True)] if low else []
    if high > low:
        levels.append((low + 1, None))
    decided = []
    for level, met in levels or [(1, False)]:
        row = THRESHOLDS[f"{name}_{level + 1}"]
        decided.append(Decision(name, name, value, row.text, met, row.provenance, row.source))
    return decided
