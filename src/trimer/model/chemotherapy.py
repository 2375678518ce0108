"""What drugs other than the engager do: named mechanisms, each a rate or a fraction driven by concentration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from trimer.model.binding import saturation
from trimer.model.pharmacokinetics import DrugTerm, effect_concentration, plasma

CYTOTOXIC = ("s_phase_kill", "mitotic_kill", "dna_damage", "antifolate_kill", "steroid_lysis", "asparagine_depletion")
CYCLE_SPECIFIC = ("s_phase_kill", "mitotic_kill", "antifolate_kill")
# Death of blasts of every clone alike, however sensitive to chemotherapy.
TARGETED = ("bcl2_inhibition", "btk_inhibition")
_HARMS = {"blasts": CYTOTOXIC, "marrow": (*CYTOTOXIC, TARGETED[0]), "lymphocytes": (*CYTOTOXIC, TARGETED[0])}


def occupancy(term: DrugTerm, y: Any, p: Any) -> Any:
    """Return the fraction of a drug's maximal effect, ``C/(C + EC50)``."""
    return saturation(effect_concentration(term, y, p), p[f"{term.name}_EC50"])


def kill_rate(terms: Sequence[DrugTerm], target: str, y: Any, p: Any, scale: Callable[[str], Any]) -> Any:
    """Return the summed cytotoxic death rate of one kind of cell, 1/day.

    Parameters
    ----------
    terms : sequence of DrugTerm
    target : {"blasts", "marrow", "lymphocytes"}
        Which maximal rate of each drug applies (``<drug>_k_<target>``, 1/day). What targeted drugs do to blasts is
        left to :func:`targeted_kill_rate`.
    scale : callable
        Factor by mechanism, e.g. growth fraction for cycle-specific drugs or a patient's sensitivity.
    """
    total: Any = 0
    for term in terms:
        for mechanism in term.mechanisms:
            if mechanism in _HARMS[target]:
                total = total + p[f"{term.name}_k_{target}"] * occupancy(term, y, p) * scale(mechanism)
    return total


def targeted_kill_rate(terms: Sequence[DrugTerm], y: Any, p: Any) -> Any:
    """Return the death rate of blasts of any clone from inhibitors of BCL-2 and of BTK, 1/day.

    Only blasts that depend on signals of the pre-B-cell receptor die of BTK inhibition; ``<drug>_dependence`` is 1 in
    the patients who have such blasts, 0 in the others.
    """
    total: Any = 0
    for term in terms:
        for mechanism in term.mechanisms:
            if mechanism in TARGETED:
                rate = p[f"{term.name}_k_blasts"] * occupancy(term, y, p)
                total = total + (p[f"{term.name}_dependence"] * rate if mechanism == "btk_inhibition" else rate)
    return total


def csf_kill_rate(terms: Sequence[DrugTerm], systemic: Any, y: Any, p: Any) -> Any:
    """Return the death rate of blasts in CSF, 1/day: intrathecal doses, and systemic effect that crosses."""
    total = p.csf_penetration * systemic
    for term in terms:
        if term.intrathecal:
            local = saturation(y[f"{term.name}_csf"] / p.csf_volume, p[f"{term.name}_EC50"])
            total = total + p.chemosensitivity * p.intrathecal_potency * p[f"{term.name}_k_blasts"] * local
    return total


def steroid_effect(terms: Sequence[DrugTerm], y: Any, p: Any) -> Any:
    """Return the fraction of maximal steroid effect: doses of each steroid over its IC50, a number in [0, 1)."""
    x: Any = 0
    for term in terms:
        if "steroid_suppression" in term.mechanisms:
            x = x + plasma(term.name, y, p) / p[f"{term.name}_IC50"]
    return x / (1 + x)


def il6_blockade(terms: Sequence[DrugTerm], y: Any, p: Any) -> Any:
    """Return the fraction of IL-6 receptors blocked, ``C/(C + Kd)``; zero without a blocker."""
    x: Any = 0
    for term in terms:
        if "il6_receptor_blockade" in term.mechanisms:
            x = x + plasma(term.name, y, p) / p[f"{term.name}_Kd"]
    return x / (1 + x)


def pd1_blockade(terms: Sequence[DrugTerm], y: Any, p: Any) -> Any:
    """Return the fraction of the PD-1 inhibition that antibodies take away, 0 without one.

    Occupancy of PD-1, ``C/(C + Kd)``, times the share of the inhibition that full occupancy takes away
    (``<drug>_blockable``).
    """
    left: Any = 1
    for term in terms:
        if "pd1_blockade" in term.mechanisms:
            bound = saturation(plasma(term.name, y, p), p[f"{term.name}_Kd"])
            left = left * (1 - p[f"{term.name}_blockable"] * bound)
    return 1 - left


def growth_factor(terms: Sequence[DrugTerm], y: Any, p: Any) -> Any:
    """Return the relative increase of granulocyte production by G-CSF, a pure number."""
    total: Any = 0
    for term in terms:
        if "granulopoiesis_stimulation" in term.mechanisms:
            total = total + p[f"{term.name}_E_max"] * occupancy(term, y, p)
    return total
