"""Thrombocytopenia by CTCAE v5.0, as an adverse event over the count before the treatment."""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.counts import ctcae
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Thrombocytopenia, CTCAE v5.0"
SUBJECT: Subject = "cytopenia"
CITATION = ctcae.PUBLISHED
THRESHOLDS = ctcae.rows(
    "platelets", 150.0, (75.0, 50.0, 25.0), "typical adult reference range of platelets, 150 to 400 x10^9/L"
)

_COUNT = ctcae.Count("ctcae_v5_platelets", "platelets", THRESHOLDS)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade the lowest value of ``platelets`` under each treatment; see :mod:`trimer.criteria.counts.ctcae`."""
    return ctcae.judge(course, _COUNT)
