"""MRD as the US label of blinatumomab limits the indication: at or above 0.1 %.

The indication asks for remission too, and the label was not always so worded; both are matters of the dated label.
"""

from __future__ import annotations

from trimer.criteria.mrd.levels import Level, Rules, Scheme
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject

LABEL = "Blinatumomab label, indication by MRD"
SUBJECT: Subject = "mrd"
CITATION = "US prescribing information of Blincyto (blinatumomab), indications, as in force in December 2025"

THRESHOLDS: dict[str, Threshold] = {
    "indication": Threshold("mrd_marrow", ">=", 1e-3, "fraction", "indication by MRD", "seen", CITATION),
    "floor": Threshold(
        "mrd_marrow", ">=", 1e-4, "fraction", "detectable, for a simulated level", "assumed",
        "a simulated level is never zero; 1e-4 is what routine flow cytometry is expected to reach",
    ),
}  # fmt: skip

BELOW, AT = "MRD below 0.1 %", "MRD at least 0.1 %"
ORDER = (BELOW, AT)


def _rules(what: Level) -> Rules:
    return ((AT, THRESHOLDS["indication"].test(what.reading)), (BELOW, True))


SCHEME = Scheme(
    "label_mrd", ORDER, THRESHOLDS, _rules, THRESHOLDS["floor"].value, note="the indication asks for remission too"
)
judge = SCHEME.judge
