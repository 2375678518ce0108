"""Rows of thresholds that several response definitions print alike, so that a set's file holds only what is its own."""

from __future__ import annotations

from trimer.criteria.logic import Relation
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Provenance

MARROW_SINCE_LAST = "change of marrow blasts since the last assessment"
MARROW_SINCE_TREATMENT = "change of marrow blasts since before treatment"
BLOOD_SINCE_LAST = "change of circulating blasts since the last assessment"
BLOOD_SHARE_SINCE_LAST = "relative change of circulating blasts since the last assessment"
BLOOD_SHARE_SINCE_TREATMENT = "relative change of circulating blasts since before treatment"
OUTSIDE_SINCE_LAST = "relative change of extramedullary disease since the last assessment"
OUTSIDE_SINCE_TREATMENT = "relative change of extramedullary disease since before treatment"


def no_disease(blood: str, outside: str) -> dict[str, Threshold]:
    """Return what stands for the absence of leukaemia in blood and outside the marrow.

    The limits are ours in every set, because a simulated share is never zero; a value that a laboratory measured above
    zero is blasts in blood, and taken as none below these limits by a convention that the verdict names.

    Parameters
    ----------
    blood, outside : str
        What the set prints about each, or why it is asked for where the set prints nothing.
    """
    return {
        "blood_percent": Threshold(
            "blood_blast_percent", "<", 1.0, "%", "no circulating blasts", "assumed",
            f"one cell in a differential of 100; {blood}",
            "a simulated share is never zero, so absence needs a limit",
        ),
        "blood_count": Threshold(
            "blasts_blood", "<", 0.05, "1e9/L", "no circulating blasts, where no differential is given", "assumed",
            f"1 % of a white cell count of 5 x10^9/L; {blood}",
        ),
        "extramedullary": Threshold(
            "extramedullary_blasts", "<", 1.0, "1e9", "no extramedullary disease", "assumed",
            f"about 1 cm3 of tumour, near the smallest lesion that examination or imaging shows; {outside}",
        ),
    }  # fmt: skip


NOT_PRINTED = "the part of the definition that was read prints no row for blood; leukaemia that circulates is disease"
"""Why blasts in blood exclude remission in a set that does not print it."""

RESIDUAL: dict[str, Threshold] = {
    "mrd": Threshold(
        "mrd_marrow", ">=", 1e-4, "fraction", "qualifier: detectable residual disease", "assumed",
        "routine flow cytometry, where the assay's own sensitivity is not given",
    ),
}  # fmt: skip
"""Limit of detection of residual disease below morphology, where an assay states none."""


def counts(
    prefix: str, relation: Relation, anc: float, platelets: float, purpose: str, provenance: Provenance, source: str
) -> dict[str, Threshold]:
    """Return the pair of blood counts of a category as ``<prefix>_anc`` and ``<prefix>_platelets`` (1e9/L)."""
    return {
        f"{prefix}_anc": Threshold("anc", relation, anc, "1e9/L", purpose, provenance, source),
        f"{prefix}_platelets": Threshold("platelets", relation, platelets, "1e9/L", purpose, provenance, source),
    }


def partial(provenance: Provenance, source: str, note: str = "", everywhere: bool = False) -> dict[str, Threshold]:
    """Return the rows of a partial response: at most 25 % of blasts, and a fall by half since before treatment.

    ``everywhere`` asks for the fall in blood and in extramedullary disease too.
    """
    found = {
        "pr_blasts": Threshold("marrow_blast_percent", "<=", 25.0, "%", "PR", provenance, source, note),
        "pr_fall": Threshold(
            "marrow_blast_percent", "<=", -50.0, "%", "PR", provenance, source, note, MARROW_SINCE_TREATMENT
        ),
    }
    if everywhere:
        outside = (("blood", "blasts_blood", BLOOD_SHARE_SINCE_TREATMENT),
                   ("outside", "extramedullary_blasts", OUTSIDE_SINCE_TREATMENT))  # fmt: skip
        for name, observable, quantity in outside:
            key = f"pr_fall_{name}"
            found[key] = Threshold(observable, "<=", -50.0, "%", "PR", provenance, source, note, quantity)
    return found


def rises(provenance: Provenance, source: str, note: str = "") -> dict[str, Threshold]:
    """Return the rows of progression by a rise of a quarter in marrow, blood or extramedullary disease."""
    places = (("marrow", "marrow_blast_percent", MARROW_SINCE_LAST), ("blood", "blasts_blood", BLOOD_SHARE_SINCE_LAST),
              ("outside", "extramedullary_blasts", OUTSIDE_SINCE_LAST))  # fmt: skip
    return {
        f"pd_{place}": Threshold(observable, ">=", 25.0, "%", "PD", provenance, source, note, quantity)
        for place, observable, quantity in places
    }
