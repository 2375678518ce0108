"""Lymphopenia by CTCAE v5.0, as an adverse event over the count before the treatment."""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.counts import ctcae
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Lymphopenia, CTCAE v5.0"
SUBJECT: Subject = "cytopenia"
CITATION = ctcae.PUBLISHED
THRESHOLDS = ctcae.rows(
    "lymphocytes", 1.0, (0.8, 0.5, 0.2), "typical adult reference range of lymphocytes, 1.0 to 4.0 x10^9/L"
)

_COUNT = ctcae.Count("ctcae_v5_lymphocytes", "lymphocytes", THRESHOLDS)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade the lowest value of ``lymphocytes`` under each treatment; see :mod:`trimer.criteria.counts.ctcae`."""
    return ctcae.judge(course, _COUNT)
