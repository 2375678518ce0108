"""MRD by the European LeukemiaNet 2024, variant 2: complete response, or persistence of any quantifiable MRD.

The variant asks for no level, so a quantified share of B cells is persistence here although it is no MRD level. It
names no class for a positive that cannot be quantified; that class is ours, and says what it is.
"""

from __future__ import annotations

from trimer.criteria.mrd.levels import Level, Rules, Scheme
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject

LABEL = "ELN 2024, MRD variant 2"
SUBJECT: Subject = "mrd"
CITATION = "G\u00f6kbuget N et al. Blood 2024;143:1891-1902 (European LeukemiaNet), response table (last page recalled)"

THRESHOLDS: dict[str, Threshold] = {
    "quantifiable": Threshold(
        "mrd_marrow", ">", 0.0, "fraction", "MRD persistence", "seen",
        "G\u00f6kbuget N et al. Blood 2024;143:1891-1902 (ELN), response table",
        "of any level", wording="any quantifiable MRD",
    ),
    "floor": Threshold(
        "mrd_marrow", ">=", 1e-4, "fraction", "quantifiable, for a simulated level", "assumed",
        "a simulated level is never zero; 1e-4 is what routine flow cytometry is expected to reach",
    ),
}  # fmt: skip

COMPLETE, PERSISTENCE = "MRD complete response", "MRD persistence"
UNQUANTIFIED = "positive, not quantifiable"
ORDER = (COMPLETE, UNQUANTIFIED, PERSISTENCE)


def _rules(what: Level) -> Rules:
    return ((PERSISTENCE, what.quantified), (UNQUANTIFIED, what.detected), (COMPLETE, True))


SCHEME = Scheme("eln_2024_mrd2", ORDER, THRESHOLDS, _rules, THRESHOLDS["floor"].value)
judge = SCHEME.judge
