"""Tables of the simulated-patient study for the page on twins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generated import table

NAMES = {
    "marrow_blast_percent": "marrow blasts",
    "platelets": "platelets",
    "t_cells_blood": "T cells in blood (not identifiable)",
}


def told(study: Mapping[str, Any]) -> str:
    """Return who was studied and how long it took."""
    agreed, seconds = study["converged"], study["seconds"]
    return (
        f"{study['patients']} patients. Walkers agreed on everything reported (R-hat below {agreed['R-hat below']:g}) "
        f"in {agreed['patients']}, and left more than {agreed['effective draws above']:g} effective draws of "
        f"everything in {agreed['patients with as many']}; none is left out of what follows. A fit took "
        f"{seconds['median']:.0f} s (median; at most {seconds['most']:.0f} s) on a shared machine with two cores, "
        f"{study['processor seconds']['median']:.0f} s of processor time."
    )


def coverage(study: Mapping[str, Any]) -> str:
    """Return the table of how often 90 % intervals cover the truth."""
    rows = []
    for name, label in NAMES.items():
        found = study["all"]["quantities"][name]
        rows.append([label, "all days", _share(found["days together"]["0.9"]), ""])
        rows += [["", f"{d['day']:g}", _share(d), f"{d['contraction, median']:.2f}"] for d in found["days"]]
    head = ["quantity", "day of treatment", "covered by the 90 % interval (95 % limits)", "contraction"]
    return table(head, rows) + (
        "\nThe last datum is of day 38. Contraction is the share of the prior's variance that the record took away (on "
        "the logit or log scale): 1 where it says all, 0 where it says nothing."
    )


def response(study: Mapping[str, Any]) -> str:
    """Return what probabilities of remission a month after the last datum were worth."""
    found = study["all"]["next month's response"]
    sets = found["prediction sets"]
    return (
        f"Marrow with at most 5 % blasts a month after the last datum: true in {found['events']} of "
        f"{found['patients']}. The Brier score of the forecast is {found['brier']:.3f}; of always saying the base rate "
        f"{found['brier of the base rate']:.3f}, of expecting no change {found['brier of no change']:.3f}. "
        f"Prediction sets of 90 % held the truth in {sets['share']:.0%} ({sets['low']:.0%} to {sets['high']:.0%})."
    )


def _share(found: Mapping[str, Any]) -> str:
    return f"{found['share']:.0%} ({found['low']:.0%} to {found['high']:.0%})"
