"""Anaemia by CTCAE v5.0, as an adverse event over the haemoglobin before the treatment.

Grade 4 has no number: it is danger to life, which no value tells, so whatever is grade 3 is grade 3 to 4. A red-cell
transfusion is taken as indicated where it was given (assumed), and makes grade 3 whatever the value; as an event it is
told where it happened, so one that was not recorded was not given. The lower limit of normal differs by sex; where the
sex is not known, a value between the two limits is open. Pregnancy lowers haemoglobin and has limits of its own, which
are not used.
"""

from __future__ import annotations

from dataclasses import replace

from trimer.course import Course, Reading
from trimer.criteria.counts import ctcae
from trimer.criteria.grading import Classes, classes
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.chart import chart, events, presence
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Anaemia, CTCAE v5.0"
SUBJECT: Subject = "cytopenia"
CITATION = ctcae.PUBLISHED

_LIMIT = "typical reference range of adult women, 12.0 to 16.0 g/dL"
THRESHOLDS: dict[str, Threshold] = {
    **ctcae.rows("haemoglobin", 12.0, (10.0, 8.0), _LIMIT),
    "grade_1_men": Threshold(
        "haemoglobin", "<", 13.0, "g/dL", "grade 1 in men", "recalled", "WHO limit of anaemia in adult men, 13.0 g/dL"
    ),
    "transfusion": Threshold(
        "judged_fact", ">=", 1.0, "grade", "grade 3", "recalled", "NCI CTCAE v5.0 (2017), Blood disorders: anemia",
        quantity="Red-cell transfusion", wording="transfusion indicated: grade 3",
        note="A transfusion given is read as indicated.",
    ),
}  # fmt: skip

_TRANSFUSION = r"red[- ]?cell|erythrocyte|\bRBC\b"
_SEVERE: Classes = frozenset((3, 4))


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade the lowest haemoglobin under each treatment.

    Parameters
    ----------
    course : Course
        Reads ``haemoglobin``, ``red_cell_transfusion``, procedures and rescues that name red cells, and the sex.

    Returns
    -------
    tuple of Verdict
        One per treatment; see :mod:`trimer.criteria.counts.ctcae`.
    """
    sex = course.patient.get("sex")
    limits = _limits("" if sex is None or sex.absence is not None else sex.text)
    found = _judge(course, limits)
    # The sex is missing where it would change the answer.
    by_sex = [_judge(course, (row,)) for row in limits]
    differ = [len({v.possible for v in verdicts}) > 1 for verdicts in zip(*by_sex, strict=True)]
    return tuple(
        replace(v, missing=(*v.missing, *_also_missing(v, sexes))) for v, sexes in zip(found, differ, strict=True)
    )


def _judge(course: Course, limits: tuple[Threshold, ...]) -> tuple[Verdict, ...]:
    """Grade by the lower limits that may apply."""

    def classify(reading: Reading) -> Classes:
        found = [classes(reading, ((row.relation, row.value), ("<", 10.0), ("<", 8.0))) for row in limits]
        joint: Classes = frozenset().union(*found)
        return joint | _SEVERE if 3 in joint else joint

    shown = {key: THRESHOLDS[key] for key in ("grade_1", "grade_2", "grade_3", "baseline")}
    shown["grade_1"] = limits[-1]
    shown["baseline"] = replace(shown["baseline"], value=limits[-1].value)
    count = ctcae.Count("ctcae_v5_haemoglobin", "haemoglobin", shown, classify, "a transfusion given was indicated")
    return ctcae.judge(course, count, _given(course))


def _also_missing(verdict: Verdict, sexes_differ: bool) -> tuple[str, ...]:
    """Return what no value tells: the danger to life, and the sex where it matters."""
    danger = ("whether the anaemia was life-threatening",) if {"grade 3", "grade 4"} <= set(verdict.possible) else ()
    return danger + (("sex",) if sexes_differ else ())


def _limits(sex: str) -> tuple[Threshold, ...]:
    """Return the lower limits that may apply."""
    women, men = THRESHOLDS["grade_1"], THRESHOLDS["grade_1_men"]
    return {"female": (women,), "male": (men,)}.get(sex, (women, men))


def _given(course: Course) -> tuple[tuple[float, Classes], ...]:
    """Return the days of red-cell transfusions, each with the grades it shows."""
    done = {e.start for e in events(course, _TRANSFUSION, float("-inf"), float("inf"), ("procedure", "rescue"))}
    done |= {r.day for r in chart(course, "red_cell_transfusion").readings if presence((r,))}
    return tuple((day, _SEVERE) for day in sorted(done))
