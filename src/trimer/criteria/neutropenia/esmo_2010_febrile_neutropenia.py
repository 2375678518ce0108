"""Febrile neutropenia by the ESMO guideline of 2010.

A temperature above 38.5 °C, or two readings above 38.0 °C within two hours; neutrophils below 0.5 or expected to fall
below it. The guideline of 2016 printed 38.3 °C. Neither says when a fall is expected: we ask for neutrophils below
1.0, as the IDSA does (assumed). How moments are read is in :mod:`trimer.criteria.neutropenia.definition`.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.neutropenia import esmo
from trimer.criteria.neutropenia.present import present
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Febrile neutropenia, ESMO 2010"
SUBJECT: Subject = "febrile neutropenia"
CITATION = "de Naurois J et al. Ann Oncol 2010;21(suppl 5):v252-v256 (ESMO guideline)"
THRESHOLDS = esmo.rows(38.5, "definition of febrile neutropenia, ESMO guideline (de Naurois 2010)")

_DEFINITION = esmo.definition(THRESHOLDS)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Tell for each treatment whether there was febrile neutropenia; reads ``temperature`` and ``anc``."""
    return present(course, "esmo_2010_febrile_neutropenia", _DEFINITION)
