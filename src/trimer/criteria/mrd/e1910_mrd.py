"""MRD as the E1910 trial used it: negative is below 0.01 % by flow cytometry, whether or not anything was found."""

from __future__ import annotations

from trimer.criteria.logic import negate
from trimer.criteria.mrd.levels import Level, Rules, Scheme
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject

LABEL = "E1910 trial"
SUBJECT: Subject = "mrd"
CITATION = "Litzow MR et al. N Engl J Med 2024;391:320-333 (E1910)"

THRESHOLDS: dict[str, Threshold] = {
    "negative": Threshold("mrd_marrow", "<", 1e-4, "fraction", "MRD negative", "seen", CITATION, "by flow cytometry"),
}

NEGATIVE, POSITIVE = "MRD negative", "MRD positive"
ORDER = (NEGATIVE, POSITIVE)


def _rules(what: Level) -> Rules:
    return ((POSITIVE, negate(THRESHOLDS["negative"].test(what.reading))), (NEGATIVE, True))


SCHEME = Scheme(
    "e1910_mrd", ORDER, THRESHOLDS, _rules, THRESHOLDS["negative"].value, note="the trial measured by flow cytometry"
)
judge = SCHEME.judge
