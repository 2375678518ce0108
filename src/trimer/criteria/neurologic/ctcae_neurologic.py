"""Neurologic events as the record grades them by CTCAE: any nervous-system or psychiatric term, the worst of them.

This is what trials of blinatumomab before 2019 report. It is not ICANS and is not converted into it. The grade is the
recorded ``neurologic_toxicity``; an event that is named without a grade is of any grade. An open grade is not 5 where
anything was charted or given after the days put down to the treatment: the patient lived.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.grading import Fact, Scale, classes
from trimer.criteria.neurologic.events import WORDS, named_events
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import BETWEEN, Answer, tell, with_silence
from trimer.criteria.toxicity.chart import Series, chart, died_of, extent, lived, settled, worst
from trimer.criteria.toxicity.treatment import Treatment, treatments
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Neurologic events, CTCAE"
SUBJECT: Subject = "neurologic"
CITATION = "NCI Common Terminology Criteria for Adverse Events v4.03 (2010) and v5.0 (2017) (recalled)"

_RECALLED = "NCI CTCAE v4.03 and v5.0, general meaning of grades"
_WORDS = ("mild", "moderate", "severe", "life-threatening", "death")

THRESHOLDS: dict[str, Threshold] = {
    f"grade_{grade}": Threshold(
        "neurologic_toxicity", ">=", float(grade), "grade", f"grade {grade}", "recalled", _RECALLED,
        wording=f"grade {grade} ({words})", note="The grade is taken as recorded; the version is the record's.",
    )
    for grade, words in enumerate(_WORDS, start=1)
}  # fmt: skip

_CUTS = tuple((row.relation, row.value) for row in THRESHOLDS.values())
_SURVIVED = frozenset(range(5))
_GRADED = "CTCAE grade of neurologic events"
_SCALE = Scale((Fact("grade", _GRADED, ("none", *_WORDS)),), lambda grade: grade)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Return the worst recorded grade of neurologic events under each treatment.

    Parameters
    ----------
    course : Course
        Reads ``neurologic_toxicity``, ``neurologic_event`` and events of toxicity that name one.

    Returns
    -------
    tuple of Verdict
        One per treatment; ``"none recorded"`` with every grade possible where nothing was.
    """
    return with_silence(course, _judge)


def _judge(course: Course) -> tuple[Verdict, ...]:
    series = chart(course, "neurologic_toxicity")
    found = [
        tell("ctcae_neurologic", SUBJECT, "neurologic", "no neurologic event", t, _answer(course, series, t))
        for t in treatments(course)
    ]
    return tuple(sorted(found, key=lambda v: v.day))


def _answer(course: Course, series: Series, treatment: Treatment) -> Answer:
    last = min(treatment.end, treatment.until - 1e-9)
    readings = series.between(treatment.start, last)
    events = tuple(e for e in named_events(course, treatment) if e != "graded by CTCAE")
    everything = _SURVIVED if lived(course, last) else frozenset(range(6))
    each = [classes(r, _CUTS) & everything or classes(r, _CUTS) for r in readings]
    grades = worst(each, everything)
    if events:
        grades = grades - {0} or everything - {0}
    if died_of(course, WORDS, treatment.start, last):
        grades = frozenset((5,))
    top = max(zip(each, readings, strict=True), key=lambda p: (max(p[0]), min(p[0]), -p[1].day), default=(None, None))
    rows = [g for g in (min(grades), min(grades) + 1) if 1 <= g <= min(max(grades) + 1, 5)]
    told = f"recorded: {', '.join(events)}" if events else "as graded in the record"
    return Answer(
        _SCALE.grade({"grade": grades}),
        settled(readings) or bool(events),
        told if settled(readings) or events else "no neurologic event is recorded",
        decisions=tuple(THRESHOLDS[f"grade_{g}"].decide(top[1]) for g in rows),
        qualifier="not ICANS" if settled(readings) or events else "",
        onset=next((r.day for r, g in zip(readings, each, strict=True) if 0 not in g), None),
        extent=extent(readings, treatment.start, last),
        conventions=(BETWEEN,) if settled(readings) and max(grades) < 5 else (),
    )
