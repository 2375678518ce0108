"""Fever by CTCAE v5.0: the highest grade of the temperatures charted under each treatment.

Grades 3 and 4 differ by how long the temperature stayed above 40.0 °C. Readings above it, none more than 24 h after
the one before (assumed), show the time between them; a single one leaves both open, unless the readings around it are
too close together for more than 24 h. Nothing hotter is taken to have been between charted values; the verdict says so.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.grading import Fact, Graded, Scale, classes
from trimer.criteria.logic import any_of, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import BETWEEN, Answer, tell, with_silence
from trimer.criteria.toxicity.chart import Series, chart, extent, lasting, settled, worst
from trimer.criteria.toxicity.treatment import Treatment, treatments
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Fever, CTCAE v5.0"
SUBJECT: Subject = "fever"
CITATION = "NCI Common Terminology Criteria for Adverse Events v5.0, 27 November 2017 (recalled)"

_RECALLED = "NCI CTCAE v5.0 (2017), General disorders: fever"

THRESHOLDS: dict[str, Threshold] = {
    "grade_1": Threshold("temperature", ">=", 38.0, "Cel", "grade 1: 38.0 to 39.0", "recalled", _RECALLED),
    "grade_2": Threshold("temperature", ">", 39.0, "Cel", "grade 2: > 39.0 to 40.0", "recalled", _RECALLED),
    "grade_3": Threshold("temperature", ">", 40.0, "Cel", "grade 3: for 24 h or less", "recalled", _RECALLED),
    "grade_4": Threshold(
        "temperature", ">", 40.0, "Cel", "grade 4: for more than 24 h", "recalled", _RECALLED,
        wording="> 40 \u00b0C for more than 24 h",
    ),
}  # fmt: skip

LASTED = "above 40.0 \u00b0C also between readings at most 24 h apart"

_CUTS = tuple((THRESHOLDS[f"grade_{g}"].relation, THRESHOLDS[f"grade_{g}"].value) for g in (1, 2, 3))
_SCALE = Scale(
    (
        Fact("hottest", "temperature", ("below 38.0", "38.0 to 39.0", "> 39.0 to 40.0", "> 40.0")),
        Fact("longer", "how long the temperature stayed above 40.0 \u00b0C", ("24 h or less", "more than 24 h")),
    ),
    lambda hottest, longer: 4 if hottest == 3 and longer else hottest,
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade the fever under each treatment of a course.

    Parameters
    ----------
    course : Course
        Reads ``temperature``, and regimens and drugs for when treatments started.

    Returns
    -------
    tuple of Verdict
        One per treatment; ``"none recorded"`` with every grade possible where no temperature was charted.
    """
    return with_silence(course, _judge)


def _judge(course: Course) -> tuple[Verdict, ...]:
    temperatures = chart(course, "temperature")
    found = [
        tell("ctcae_v5_fever", SUBJECT, "fever", "no fever", t, _answer(temperatures, t)) for t in treatments(course)
    ]
    return tuple(sorted(found, key=lambda v: v.day))


def _answer(temperatures: Series, treatment: Treatment) -> Answer:
    last = treatment.end if treatment.end < treatment.until else treatment.until - 1e-9
    readings = temperatures.between(treatment.start, last)
    if not settled(readings):
        graded: Graded = _SCALE.grade({})
        return Answer(graded, False, "no temperature is recorded", decisions=(THRESHOLDS["grade_1"].decide(None),))
    graded_each = [classes(r, _CUTS) for r in readings]
    top = [THRESHOLDS["grade_3"].test(r) for r in readings]
    longer = any_of(*lasting([r.day for r in readings], top, 1.0))
    hottest = worst(graded_each, frozenset(range(4)))
    spans = {True: frozenset((1,)), False: frozenset((0,)), None: frozenset((0, 1))}
    graded = _SCALE.grade({"hottest": hottest, "longer": spans[longer]})
    charted = [(c, r) for c, r in zip(graded_each, readings, strict=True) if known(r)]
    shown = max(charted, key=lambda pair: (max(pair[0]), min(pair[0]), -pair[1].day))[1]
    rows = [THRESHOLDS[f"grade_{g}"].decide(shown) for g in range(max(1, min(hottest)), min(3, max(hottest) + 1) + 1)]
    if max(hottest) == 3:
        rows.append(THRESHOLDS["grade_4"].decide(shown, words=longer))
    onset = next((r.day for r, c in zip(readings, graded_each, strict=True) if 0 not in c), None)
    taken = (BETWEEN,) if max(hottest) < 3 else (LASTED,) if longer else (BETWEEN,) if longer is False else ()
    return Answer(
        graded,
        True,
        f"highest {rows[0].value}",
        decisions=tuple(rows),
        onset=onset,
        extent=extent(readings, treatment.start, last),
        conventions=taken,
    )
