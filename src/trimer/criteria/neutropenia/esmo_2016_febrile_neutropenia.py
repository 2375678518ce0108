"""Febrile neutropenia by the ESMO guideline of 2016.

A temperature above 38.3 °C, or two readings above 38.0 °C within two hours; neutrophils below 0.5 or expected to fall
below it. The guideline of 2010 printed 38.5 °C. Neither says when a fall is expected: we ask for neutrophils below
1.0, as the IDSA does (assumed). How moments are read is in :mod:`trimer.criteria.neutropenia.definition`.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.neutropenia import esmo
from trimer.criteria.neutropenia.present import present
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Febrile neutropenia, ESMO 2016"
SUBJECT: Subject = "febrile neutropenia"
CITATION = "Klastersky J et al. Ann Oncol 2016;27(suppl 5):v111-v118 (ESMO guideline)"
THRESHOLDS = esmo.rows(38.3, "definition of febrile neutropenia, ESMO guideline (Klastersky 2016)")

_DEFINITION = esmo.definition(THRESHOLDS)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Tell for each treatment whether there was febrile neutropenia; reads ``temperature`` and ``anc``."""
    return present(course, "esmo_2016_febrile_neutropenia", _DEFINITION)
