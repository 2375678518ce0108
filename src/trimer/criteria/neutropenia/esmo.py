"""What the two ESMO guidelines of febrile neutropenia share: all but the temperature that is fever by itself."""

from __future__ import annotations

from trimer.criteria.neutropenia.definition import Definition
from trimer.criteria.threshold import Threshold

_FROM_IDSA = "ESMO gives no limit for an expected fall; the IDSA's 1.0 x10^9/L is used so that it can be decided"


def rows(single: float, source: str) -> dict[str, Threshold]:
    """Return the thresholds of one guideline.

    Parameters
    ----------
    single : float, Cel
        A temperature above it is fever.
    source : str
    """
    return {
        "single": Threshold("temperature", ">", single, "Cel", "fever", "seen", source),
        "repeated": Threshold(
            "temperature", ">", 38.0, "Cel", "fever", "seen", source, wording="two readings > 38 \u00b0C within 2 h",
            note="Printed as two readings in a row for 2 h; both within 2 h is our reading of it.",
        ),
        "neutrophils": Threshold("anc", "<", 0.5, "1e9/L", "neutropenia", "seen", source),
        "falling": Threshold("anc", "<", 1.0, "1e9/L", "neutropenia when expected below 0.5", "assumed", _FROM_IDSA),
    }  # fmt: skip


def definition(thresholds: dict[str, Threshold]) -> Definition:
    """Return the definition that thresholds of :func:`rows` make."""
    single, repeated, few, falling = (thresholds[k] for k in ("single", "repeated", "neutrophils", "falling"))
    return Definition(single, repeated, "twice within", 2.0, few, falling, few)
