"""MRD by the European LeukemiaNet 2024, variant 1: complete response, failure above 0.01 %, and what lies between.

Exactly 0.01 % is no failure here, as the table prints "above"; the earlier European consensus prints "at least". A
negative result of insufficient sensitivity has a class of its own, and one of unknown sensitivity is counted there.
"""

from __future__ import annotations

from trimer.criteria.mrd import levels
from trimer.criteria.mrd.levels import Level, Rules, Scheme
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject

LABEL = "ELN 2024, MRD variant 1"
SUBJECT: Subject = "mrd"
CITATION = "G\u00f6kbuget N et al. Blood 2024;143:1891-1902 (European LeukemiaNet), response table (last page recalled)"

_TABLE = "G\u00f6kbuget N et al. Blood 2024;143:1891-1902 (ELN), response table"

THRESHOLDS: dict[str, Threshold] = {
    "failure": Threshold("mrd_marrow", ">", 1e-4, "fraction", "MRD failure", "seen", _TABLE, "printed: above 0.01 %"),
    "sensitivity": Threshold(
        "mrd_marrow", "<=", 1e-4, "fraction", "complete MRD response", "recalled", f"{_TABLE}, footnote",
        "moderate confidence; the table prints no detectable MRD, the sensitivity stands in its footnote",
        "sensitivity of the assay",
    ),
}  # fmt: skip

COMPLETE, FAILURE = "complete MRD response", "MRD failure"
NEGATIVE, POSITIVE = "MRD other: negative", "MRD other: positive/intermediate"
ORDER = (COMPLETE, NEGATIVE, POSITIVE, FAILURE)


def _rules(what: Level) -> Rules:
    return (
        (FAILURE, levels.failing(what, THRESHOLDS["failure"])),
        (POSITIVE, what.detected),
        (COMPLETE, THRESHOLDS["sensitivity"].test(what.assay)),
        (NEGATIVE, True),
    )


SCHEME = Scheme("eln_2024_mrd1", ORDER, THRESHOLDS, _rules, THRESHOLDS["sensitivity"].value, unstated=NEGATIVE)
judge = SCHEME.judge
