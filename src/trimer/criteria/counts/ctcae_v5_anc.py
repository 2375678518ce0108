"""Neutropenia by CTCAE v5.0, as an adverse event over the count before the treatment."""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.counts import ctcae
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Neutropenia, CTCAE v5.0"
SUBJECT: Subject = "cytopenia"
CITATION = ctcae.PUBLISHED
THRESHOLDS = ctcae.rows("anc", 1.8, (1.5, 1.0, 0.5), "typical adult reference range of neutrophils, 1.8 to 7.5 x10^9/L")

_COUNT = ctcae.Count("ctcae_v5_anc", "anc", THRESHOLDS)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Grade the lowest value of ``anc`` under each treatment; see :mod:`trimer.criteria.counts.ctcae`."""
    return ctcae.judge(course, _COUNT)
