"""Residual disease below morphology, as the qualifier of a remission."""

from __future__ import annotations

from dataclasses import dataclass

from trimer.course import Visit
from trimer.criteria.logic import Truth
from trimer.criteria.mrd.levels import Level, level
from trimer.criteria.threshold import describe, level_text


@dataclass(frozen=True)
class Residual:
    """Hold what is known about residual disease at a visit: detected or not, in the words of a qualifier, and why."""

    detected: Truth
    qualifier: str
    why: str


def residual(visit: Visit, concluded: frozenset[str], sensitivity: float) -> Residual:
    """Return residual disease below morphology as a qualifier of a remission.

    Parameters
    ----------
    visit : Visit
    concluded : frozenset of str
        From :func:`trimer.criteria.response.evidence.conclusions`.
    sensitivity : float, fraction of nucleated cells
        Assumed for a simulated fraction only, which is always positive: an assay that was done has its own, and a
        record that does not state it leaves it unknown.

    Returns
    -------
    Residual
        "Negative" without the assay's sensitivity stays so; a share of B cells shows presence, never a level.
    """
    what = level(visit, sensitivity)
    if what is None:
        if "residual disease" in concluded:
            return Residual(True, "with detectable residual disease", "residual disease is the record's own conclusion")
        return Residual(None, "MRD not stated", "")
    assumed = what.simulated and what.assay is not None and not _stated(visit)
    at = f" against {describe(what.assay)} (sensitivity assumed)" if assumed else ""
    return Residual(what.detected, _qualifier(what), f"{what.why}{at}")


def _qualifier(what: Level) -> str:
    if what.detected:
        return "with detectable residual disease"
    if what.detected is None:
        return "MRD not settled"
    if what.assay is None:
        return "MRD negative, sensitivity unknown"
    return f"MRD negative at {level_text(what.assay.high)}"


def _stated(visit: Visit) -> bool:
    """Return whether the level comes with a sensitivity of its own."""
    reading = visit.get("mrd_marrow")
    return reading is not None and bool(reading.sensitivity)
