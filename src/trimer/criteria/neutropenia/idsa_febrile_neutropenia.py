"""Febrile neutropenia by the IDSA guideline of 2010.

A single oral temperature of 38.3 °C or more, or 38.0 °C or more for more than one hour; neutrophils below 0.5, or below
1.0 and expected below 0.5 within 48 h. How moments are read is in :mod:`trimer.criteria.neutropenia.definition`.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.neutropenia.definition import Definition
from trimer.criteria.neutropenia.present import present
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Febrile neutropenia, IDSA 2010"
SUBJECT: Subject = "febrile neutropenia"
CITATION = "Freifeld AG et al. Clin Infect Dis 2011;52:e56-e93 (IDSA guideline; citation recalled)"

_SEEN = "definition of febrile neutropenia, IDSA guideline (Freifeld 2011)"

THRESHOLDS: dict[str, Threshold] = {
    "single": Threshold("temperature", ">=", 38.3, "Cel", "fever, single oral temperature", "seen", _SEEN),
    "repeated": Threshold(
        "temperature", ">=", 38.0, "Cel", "fever", "seen", _SEEN, wording=">= 38 \u00b0C for more than 1 h"
    ),
    "neutrophils": Threshold("anc", "<", 0.5, "1e9/L", "neutropenia", "seen", _SEEN),
    "falling": Threshold(
        "anc", "<", 1.0, "1e9/L", "neutropenia when expected below 0.5 within 48 h", "seen", _SEEN,
    ),
}  # fmt: skip

_DEFINITION = Definition(
    THRESHOLDS["single"],
    THRESHOLDS["repeated"],
    "longer than",
    1.0,
    THRESHOLDS["neutrophils"],
    THRESHOLDS["falling"],
    THRESHOLDS["neutrophils"],
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Tell for each treatment whether there was febrile neutropenia; reads ``temperature`` and ``anc``."""
    return present(course, "idsa_febrile_neutropenia", _DEFINITION)
