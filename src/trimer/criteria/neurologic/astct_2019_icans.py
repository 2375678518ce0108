"""Immune effector cell-associated neurotoxicity syndrome (ICANS) by the ASTCT consensus of 2019.

The worst of five findings sets the grade: the ICE score, the level of consciousness, seizures, motor weakness, raised
intracranial pressure or oedema. A score of 0 is grade 3 in a patient who can be woken and grade 4 in one who cannot,
which the level of consciousness tells. A finding that was not recorded is unknown, never normal.

Trials before 2019 report neurologic events by CTCAE (any nervous-system or psychiatric term). Those are not ICANS and
cannot be turned into it: where nothing else was recorded, the answer is ``"not convertible"``.

What is read: ``ice_score`` (0 to 10), ``consciousness`` (0 to 4), ``seizure`` (0 to 2), ``motor_weakness`` (0 or 1),
``cerebral_oedema`` (0 to 2); simulated drivers of the ordinal scales count as their floor. ICANS is put down to an
engager until 14 days after its last start, restart or step, as CRS is (assumed).
"""

from __future__ import annotations

import math
from dataclasses import replace

from trimer.course import Course, Reading
from trimer.criteria.crs.astct_2019_crs import exposures
from trimer.criteria.grading import Classes, Fact, Graded, Scale, classes
from trimer.criteria.logic import Relation, Truth, known
from trimer.criteria.neurologic.events import named_events
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import ALIVE, BETWEEN, Answer, tell, with_silence
from trimer.criteria.toxicity.chart import Series, chart, died_of, extent, lived, settled, worst
from trimer.criteria.toxicity.treatment import Treatment
from trimer.criteria.verdict import Decision, Subject, Verdict

LABEL = "ICANS, ASTCT 2019"
SUBJECT: Subject = "neurologic"
CITATION = (
    "Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638 (volume and pages recalled); as in PMC9327779 Table 2"
)
NOT_CONVERTIBLE = "not convertible"

_SEEN = "PMC9327779 Table 2"


def _row(observable: str, relation: Relation, value: float, grade: int, wording: str) -> Threshold:
    unit = "number" if observable == "ice_score" else "grade"
    return Threshold(
        observable, relation, value, unit, f"grade {grade}", "seen", _SEEN, wording=f"{wording}: grade {grade}"
    )


THRESHOLDS: dict[str, Threshold] = {
    "ice_score_1": _row("ice_score", "<", 10.0, 1, "ICE score 7 to 9"),
    "ice_score_2": _row("ice_score", "<", 7.0, 2, "ICE score 3 to 6"),
    "ice_score_3": _row("ice_score", "<", 3.0, 3, "ICE score 0 to 2"),
    "consciousness_1": _row("consciousness", ">=", 1.0, 1, "wakes spontaneously"),
    "consciousness_2": _row("consciousness", ">=", 2.0, 2, "wakes to voice"),
    "consciousness_3": _row("consciousness", ">=", 3.0, 3, "wakes only to touch"),
    "consciousness_4": _row("consciousness", ">=", 4.0, 4, "unarousable, or vigorous stimuli; stupor or coma"),
    "seizure_3": _row("seizure", ">=", 1.0, 3, "any seizure that resolves rapidly"),
    "seizure_4": _row("seizure", ">=", 2.0, 4, "seizure of more than 5 min, or life-threatening"),
    "motor_weakness_4": _row("motor_weakness", ">=", 1.0, 4, "deep focal motor weakness"),
    "cerebral_oedema_3": _row("cerebral_oedema", ">=", 1.0, 3, "focal oedema on imaging"),
    "cerebral_oedema_4": _row("cerebral_oedema", ">=", 2.0, 4, "diffuse oedema, posturing, VI palsy, Cushing triad"),
}

_GRADES: dict[str, tuple[int, ...]] = {
    "ice_score": (0, 1, 2, 3),
    "consciousness": (0, 1, 2, 3, 4),
    "seizure": (0, 3, 4),
    "motor_weakness": (0, 4),
    "cerebral_oedema": (0, 3, 4),
}
_LABELS = {
    "ice_score": "ICE score",
    "consciousness": "level of consciousness",
    "seizure": "seizures",
    "motor_weakness": "motor findings",
    "cerebral_oedema": "raised intracranial pressure or oedema",
}


def _worst(**found: int) -> int:
    """Return the grade of complete findings: the worst decides."""
    return max(_GRADES[name][index] for name, index in found.items())


_SCALE = Scale(
    tuple(Fact(name, _LABELS[name], tuple(f"grade {g}" for g in grades)) for name, grades in _GRADES.items()), _worst
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade ICANS in each exposure to an engager.

    Parameters
    ----------
    course : Course

    Returns
    -------
    tuple of Verdict
        One per exposure; ``"none recorded"`` where no finding was, ``"not convertible"`` where only neurologic events
        were, with every grade possible in both.
    """
    return with_silence(course, _judge)


def _judge(course: Course) -> tuple[Verdict, ...]:
    charts = {name: chart(course, name) for name in _GRADES}
    windows = exposures(course)
    following = [*(w.start for w in windows), math.inf][1:]
    verdicts = []
    for k, (window, until) in enumerate(zip(windows, following, strict=True), start=1):
        treatment = Treatment(k, window.drug, window.start, min(window.end, until - 1e-9), until)
        answer = _answer(course, charts, treatment)
        verdict = tell("astct_2019_icans", SUBJECT, "icans", "no ICANS", treatment, answer)
        events = named_events(course, treatment)
        if not answer.recorded and events and len(verdict.possible) > 1:
            verdict = _not_convertible(verdict, events)
        verdicts.append(verdict)
    return tuple(sorted(verdicts, key=lambda v: v.day))


def _answer(course: Course, charts: dict[str, Series], treatment: Treatment) -> Answer:
    readings = {name: series.between(treatment.start, treatment.end) for name, series in charts.items()}
    facts = {
        name: worst([_classes(name, r) for r in found], frozenset(range(len(_GRADES[name]))))
        for name, found in readings.items()
    }
    graded = _SCALE.grade(facts)
    if died_of(course, r"\bICANS\b|neurotoxicity", treatment.start, treatment.end):
        graded = replace(graded, low=5, high=5, narrowing=())
    recorded = any(settled(found) for found in readings.values())
    decisions = tuple(d for name, found in readings.items() for d in _decisions(name, found, facts[name]))
    told = ", ".join(_LABELS[name] for name, found in readings.items() if settled(found))
    days = [r.day for name, found in readings.items() for r in found if 0 not in _classes(name, r)]
    return Answer(
        graded,
        recorded,
        f"by {told}" if told else "neither an ICE score nor any other finding is recorded",
        decisions=decisions,
        onset=min(days, default=None),
        extent=extent([r for found in readings.values() for r in found], treatment.start, treatment.end),
        conventions=_taken(facts, graded, lived(course, treatment.end)) if recorded else (),
    )


def _taken(facts: dict[str, Classes], graded: Graded, alive: bool) -> tuple[str, ...]:
    """Return what the grade takes for granted: a finding that was charted was no worse at other times."""
    charted = any(max(found) < len(_GRADES[name]) - 1 for name, found in facts.items())
    taken: tuple[str, ...] = (BETWEEN,) if charted and graded.low < 4 else ()
    return taken + ((ALIVE,) if 0 < graded.high < 5 and not alive else ())


def _cuts(name: str) -> tuple[tuple[Relation, float], ...]:
    rows = (THRESHOLDS[f"{name}_{grade}"] for grade in _GRADES[name] if grade)
    return tuple((row.relation, row.value) for row in rows)


def _classes(name: str, reading: Reading) -> Classes:
    return classes(reading, _cuts(name))


def _decisions(name: str, readings: tuple[Reading, ...], found: Classes) -> tuple[Decision, ...]:
    """Return the step that was reached, and the next one where it is open."""
    steps = [grade for grade in _GRADES[name] if grade]
    charted = [r for r in readings if known(r)]
    shown = max(charted, key=lambda r: (max(_classes(name, r)), min(_classes(name, r)), -r.day), default=None)
    levels: list[tuple[int, Truth]] = [(min(found), True)] if min(found) else []
    if len(found) > 1:
        levels.append((min(found) + 1, None))
    decided = [(THRESHOLDS[f"{name}_{steps[k - 1]}"], met) for k, met in levels or [(1, False)]]
    return tuple(replace(row.decide(shown), met=met) for row, met in decided)


def _not_convertible(verdict: Verdict, events: tuple[str, ...]) -> Verdict:
    return replace(
        verdict,
        category=NOT_CONVERTIBLE,
        reason=(
            f"Only neurologic events are recorded ({', '.join(events)}); a grade of neurologic events by CTCAE "
            f"cannot be converted into ICANS."
        ),
    )
