"""Pancreatitis by CTCAE v5.0: raised enzymes or imaging alone, severe symptoms, or danger to life.

There is no grade 1. A pancreatitis that a record names without its facts is of grade 2 to 4: which, the enzymes cannot
tell, only the symptoms and the danger to life. Symptoms alone are no pancreatitis. Assumed, and named in the verdict:
an event is told where it happened, so a death that was not recorded did not happen; neither does a pancreatitis that is
not named count as one unless enzymes or imaging show it, or were not charted.
"""

from __future__ import annotations

from trimer.course import Course, Reading
from trimer.criteria.grading import Classes, Fact, Graded, Scale, classes
from trimer.criteria.logic import Truth, known
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import ALIVE, BETWEEN, Answer, tell, with_silence
from trimer.criteria.toxicity.chart import (
    Series,
    chart,
    died_of,
    events,
    extent,
    lived,
    presence,
    settled,
    threatened_life,
    worst,
)
from trimer.criteria.toxicity.treatment import Treatment, treatments
from trimer.criteria.verdict import Decision, Subject, Verdict

LABEL = "Pancreatitis, CTCAE v5.0"
SUBJECT: Subject = "pancreatitis"
CITATION = "NCI Common Terminology Criteria for Adverse Events v5.0, 27 November 2017 (recalled)"

_RECALLED = "NCI CTCAE v5.0 (2017), Gastrointestinal disorders: pancreatitis"
_READ_AS = "CTCAE says raised without a number; above the laboratory's upper limit is our reading of it"

THRESHOLDS: dict[str, Threshold] = {
    "enzymes": Threshold(
        "lipase_ratio", ">", 1.0, "fraction", "grade 2: raised enzymes or radiology only", "assumed", _READ_AS
    ),
    "symptoms": Threshold(
        "judged_fact", ">=", 1.0, "grade", "grade 3", "recalled", _RECALLED,
        quantity="Symptoms of pancreatitis", wording="severe pain or vomiting that needs medical intervention: grade 3",
    ),
    "danger": Threshold(
        "judged_fact", ">=", 1.0, "grade", "grade 4", "recalled", _RECALLED,
        quantity="Course of pancreatitis", wording="life-threatening, urgent intervention: grade 4",
    ),
}  # fmt: skip

UNNAMED = "a pancreatitis that is not named is none"

_NAMED = r"pancreatitis"
_NO_YES = ("no", "yes")
_PAIN = {"absent": 0, "mild": 0, "severe": 1}


def _rule(named: int, enzymes: int, imaging: int, symptoms: int, danger: int, death: int) -> int:
    """Return the grade of complete facts."""
    if death:
        return 5
    if not (named or enzymes or imaging):
        return 0
    return 4 if danger else 3 if symptoms else 2


_SCALE = Scale(
    (
        Fact("named", "whether there was pancreatitis", _NO_YES),
        Fact("enzymes", "lipase or amylase over its upper limit", ("normal", "raised")),
        Fact("imaging", "imaging of the pancreas", ("normal", "pancreatitis")),
        Fact("symptoms", "symptoms (severe pain or vomiting)", ("none or mild", "severe")),
        Fact("danger", "whether it threatened life", _NO_YES),
        Fact("death", "death from it", _NO_YES),
    ),
    _rule,
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade pancreatitis under each treatment of a course.

    Parameters
    ----------
    course : Course
        Reads ``lipase_ratio``, ``pancreatitis_imaging``, ``abdominal_pain``, and toxicity that names pancreatitis.

    Returns
    -------
    tuple of Verdict
        One per treatment (until the next one starts); ``"none recorded"`` where nothing bears on it.
    """
    return with_silence(course, _judge)


def _judge(course: Course) -> tuple[Verdict, ...]:
    names = ("lipase_ratio", "pancreatitis_imaging", "abdominal_pain")
    charts = {name: chart(course, name) for name in names}
    found = [
        tell("ctcae_v5_pancreatitis", SUBJECT, "pancreatitis", "no pancreatitis", t, _answer(course, charts, t))
        for t in treatments(course)
    ]
    return tuple(sorted(found, key=lambda v: v.day))


def _answer(course: Course, charts: dict[str, Series], treatment: Treatment) -> Answer:
    start, last = treatment.start, treatment.until - 1e-9
    lipase, imaging, pain = (series.between(start, last) for series in charts.values())
    named = events(course, _NAMED, start, last)
    row = THRESHOLDS["enzymes"]
    enzymes = worst([classes(r, ((row.relation, row.value),)) for r in lipase], frozenset((0, 1)))
    facts: dict[str, Classes] = {
        "named": _yes_no(bool(named)),
        "enzymes": enzymes,
        "imaging": _yes_no(presence(imaging)),
        "symptoms": worst([_pain(r) for r in pain], frozenset((0, 1))),
        "danger": _yes_no(threatened_life(course, _NAMED, start, last)),
        "death": _yes_no(died_of(course, _NAMED, start, last)),
    }
    graded: Graded = _SCALE.grade(facts)
    # Grade 1 does not exist, so an open case is none, or 2 and more.
    levels = tuple(g for g in range(graded.low, graded.high + 1) if g != 1)
    told = bool(named) or settled(lipase) or bool(imaging) or bool(pain)
    highest = max((r for r in lipase if known(r)), key=lambda r: (r.high, r.low), default=None)
    decisions = [row.decide(highest)]
    if graded.high >= 2:
        decisions += [_told("symptoms", facts["symptoms"]), _told("danger", facts["danger"])]
    onset = named[0].start if named else next((r.day for r in lipase if row.test(r)), None)
    reason = "pancreatitis is named" if named else "pancreatitis is not named"
    detail = ", ".join((reason, f"lipase or amylase over its upper limit {decisions[0].value}"))
    if not told:
        detail = "nothing that bears on pancreatitis is recorded"
    return Answer(
        graded,
        told,
        detail,
        levels=levels,
        decisions=tuple(decisions),
        onset=onset,
        extent=extent((*lipase, *imaging, *pain), start, last),
        conventions=_taken(facts, graded, lived(course, last)) if told else (),
    )


def _taken(facts: dict[str, Classes], graded: Graded, alive: bool) -> tuple[str, ...]:
    """Return what the grade takes for granted."""
    taken: tuple[str, ...] = (UNNAMED,) if graded.low == 0 and 1 not in facts["named"] else ()
    charted = any(len(facts[name]) == 1 and 0 in facts[name] for name in ("enzymes", "imaging", "symptoms"))
    taken += (BETWEEN,) if charted and graded.low < 4 else ()
    return taken + ((ALIVE,) if 0 < graded.high < 5 and not alive else ())


def _yes_no(truth: Truth) -> Classes:
    return frozenset((0, 1)) if truth is None else frozenset((int(truth),))


def _pain(reading: Reading) -> Classes:
    """Return whether recorded pain is severe; both where the words do not say."""
    said = None if reading.absence is not None else _PAIN.get(reading.text)
    return frozenset((0, 1)) if said is None else frozenset((said,))


def _told(name: str, found: Classes) -> Decision:
    """Return a fact of yes or no as a decision."""
    row = THRESHOLDS[name]
    met = None if len(found) > 1 else 1 in found
    value = {True: "recorded", False: "not present", None: "not stated"}[met]
    return Decision(row.observable, row.label, value, row.text, met, row.provenance, row.source)
