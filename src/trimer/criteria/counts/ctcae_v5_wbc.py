"""Leukopenia by CTCAE v5.0, as an adverse event over the count before the treatment."""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.counts import ctcae
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Leukopenia, CTCAE v5.0"
SUBJECT: Subject = "cytopenia"
CITATION = ctcae.PUBLISHED
THRESHOLDS = ctcae.rows(
    "wbc", 4.0, (3.0, 2.0, 1.0), "typical adult reference range of white cells, 4.0 to 11.0 x10^9/L"
)

_COUNT = ctcae.Count("ctcae_v5_wbc", "wbc", THRESHOLDS)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade the lowest value of ``wbc`` under each treatment; see :mod:`trimer.criteria.counts.ctcae`."""
    return ctcae.judge(course, _COUNT)
