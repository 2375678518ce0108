"""Febrile neutropenia by CTCAE v5.0: grade 3, or 4 where it threatened life; there is no grade 1 or 2.

A single temperature above 38.3 °C, or 38.0 °C or more for more than one hour; neutrophils below 1.0. No expected fall.
Danger to life is what no number tells: grade 3 to 4 until a recorded event says so. How moments are read is in
:mod:`trimer.criteria.neutropenia.definition`.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.grading import Graded
from trimer.criteria.logic import Truth
from trimer.criteria.neutropenia.definition import Definition, Finding, find
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import ALIVE, Answer, tell, with_silence
from trimer.criteria.toxicity.chart import died_of, lived, threatened_life
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Febrile neutropenia, CTCAE v5.0"
SUBJECT: Subject = "febrile neutropenia"
CITATION = "NCI Common Terminology Criteria for Adverse Events v5.0, 27 November 2017 (recalled)"

_RECALLED = "NCI CTCAE v5.0 (2017), Blood and lymphatic system disorders: febrile neutropenia"

THRESHOLDS: dict[str, Threshold] = {
    "single": Threshold("temperature", ">", 38.3, "Cel", "fever, single temperature", "recalled", _RECALLED),
    "repeated": Threshold(
        "temperature", ">=", 38.0, "Cel", "fever", "recalled", _RECALLED, wording=">= 38 \u00b0C for more than 1 h"
    ),
    "neutrophils": Threshold("anc", "<", 1.0, "1e9/L", "grade 3", "recalled", _RECALLED),
}

NAMED = r"febrile neutropenia|neutropenic (fever|sepsis)"
_DEFINITION = Definition(THRESHOLDS["single"], THRESHOLDS["repeated"], "longer than", 1.0, THRESHOLDS["neutrophils"])


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade febrile neutropenia under each treatment; reads ``temperature``, ``anc`` and events that name it."""
    return with_silence(course, _judge)


def _judge(course: Course) -> tuple[Verdict, ...]:
    found = [
        tell("ctcae_v5_febrile_neutropenia", SUBJECT, "fn", "no febrile neutropenia", f.treatment, _answer(course, f))
        for f in find(course, _DEFINITION)
    ]
    return tuple(sorted(found, key=lambda v: v.day))


def _answer(course: Course, finding: Finding) -> Answer:
    start, last = finding.treatment.start, finding.treatment.until - 1e-9
    danger = threatened_life(course, NAMED, start, last)
    levels: tuple[int, ...]
    if died_of(course, NAMED, start, last):
        levels = (5,)
    elif finding.truth is False:
        levels = (0,)
    else:
        levels = ((0,) if finding.truth is None else ()) + _severe(danger)
    may_be_fatal = finding.charted and 0 < levels[-1] < 5 and not lived(course, last)
    open_facts = finding.missing + (("whether it threatened life",) if danger is None else ())
    return Answer(
        Graded(levels[0], levels[-1]),
        finding.charted,
        finding.reason,
        levels=levels,
        decisions=finding.decisions(_DEFINITION),
        missing=open_facts,
        onset=finding.onset,
        extent=finding.extent,
        conventions=finding.conventions + ((ALIVE,) if may_be_fatal else ()),
    )


def _severe(danger: Truth) -> tuple[int, ...]:
    return {True: (4,), False: (3,), None: (3, 4)}[danger]
