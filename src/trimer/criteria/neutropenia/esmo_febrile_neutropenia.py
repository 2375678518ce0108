"""Febrile neutropenia by the ESMO guideline of 2016.

A temperature above 38.5 °C, or two readings above 38.0 °C within two hours; neutrophils below 0.5 or expected to fall
below it. The guideline does not say when a fall is expected: we ask for neutrophils below 1.0, as the IDSA does
(assumed). How moments are read is in :mod:`trimer.criteria.neutropenia.definition`.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.neutropenia.definition import Definition
from trimer.criteria.neutropenia.present import present
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Febrile neutropenia, ESMO 2016"
SUBJECT: Subject = "febrile neutropenia"
CITATION = "Klastersky J et al. Ann Oncol 2016;27(suppl 5):v111-v118 (ESMO guideline; citation recalled)"

_SEEN = "definition of febrile neutropenia, ESMO guideline (Klastersky 2016)"
_FROM_IDSA = "ESMO gives no limit for an expected fall; the IDSA's 1.0 x10^9/L is used so that it can be decided"

THRESHOLDS: dict[str, Threshold] = {
    "single": Threshold("temperature", ">", 38.5, "Cel", "fever", "seen", _SEEN),
    "repeated": Threshold(
        "temperature", ">", 38.0, "Cel", "fever", "seen", _SEEN, wording="two readings > 38 \u00b0C within 2 h"
    ),
    "neutrophils": Threshold("anc", "<", 0.5, "1e9/L", "neutropenia", "recalled", _SEEN),
    "falling": Threshold("anc", "<", 1.0, "1e9/L", "neutropenia when expected below 0.5", "assumed", _FROM_IDSA),
}

_DEFINITION = Definition(
    THRESHOLDS["single"],
    THRESHOLDS["repeated"],
    "twice within",
    2.0,
    THRESHOLDS["neutrophils"],
    THRESHOLDS["falling"],
    THRESHOLDS["neutrophils"],
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Tell for each treatment whether there was febrile neutropenia; reads ``temperature`` and ``anc``."""
    return present(course, "esmo_febrile_neutropenia", _DEFINITION)
