"""Pharmacokinetics: the engager in plasma, marrow and CSF, and every other drug by the structure its file states.

Blinatumomab is the engager the model was fitted with. Any other drug with the effect ``t_cell_engagement`` acts as the
concentration of blinatumomab that would do the same (its equivalents), place by place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ENGAGER = "blinatumomab"
ENGAGEMENT = "t_cell_engagement"
EQUIVALENCE = ("potency", "tissue")  # what makes an engager blinatumomab-equivalents


@dataclass(frozen=True)
class DrugTerm:
    """Say which terms a drug brings to the equations; its numbers are parameters named ``<drug>_<symbol>``.

    Attributes
    ----------
    name : str
    two_compartment : bool
        Whether ``Q`` and ``V2`` exist.
    absorbed : bool
        Whether doses enter a depot with ``ka`` (the bioavailable part is put there by the dosing).
    effect_site : bool
        Whether the effect follows an effect-site concentration with ``ke0`` rather than plasma.
    saturable : bool
        Whether ``Vmax`` and ``Km`` add a saturable elimination.
    mechanisms : tuple of str
        Named effects, e.g. ``"s_phase_kill"``.
    intrathecal : bool
        Whether doses can enter the CSF.
    """

    name: str
    two_compartment: bool = False
    absorbed: bool = False
    effect_site: bool = False
    saturable: bool = False
    mechanisms: tuple[str, ...] = ()
    intrathecal: bool = False

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states it brings."""
        names = [f"{self.name}_depot"] if self.absorbed else []
        names.append(f"{self.name}_central")
        if self.two_compartment:
            names.append(f"{self.name}_peripheral")
        if self.effect_site:
            names.append(f"{self.name}_effect")
        if self.intrathecal:
            names.append(f"{self.name}_csf")
        return tuple(names)

    @property
    def engages(self) -> bool:
        """Whether it is an engager other than blinatumomab, which acts by its equivalents."""
        return ENGAGEMENT in self.mechanisms and self.name != ENGAGER


def plasma(drug: str, y: Any, p: Any) -> Any:
    """Return the plasma concentration of a drug, ng/mL (IU/L for enzymes)."""
    return y[f"{drug}_central"] / p[f"{drug}_V"]


def effect_concentration(term: DrugTerm, y: Any, p: Any) -> Any:
    """Return the concentration that drives a drug's effects: effect site if it has one, else plasma; ng/mL."""
    return y[f"{term.name}_effect"] if term.effect_site else plasma(term.name, y, p)


def drug_rates(term: DrugTerm, y: Any, p: Any, u: Any) -> dict[str, Any]:
    """Return the derivatives of one drug's states: depot, compartments, effect site, CSF (ug/day, ng/mL/day)."""
    d = term.name
    c = plasma(d, y, p)
    into = u[d]
    rates: dict[str, Any] = {}
    if term.absorbed:
        absorbed = p[f"{d}_ka"] * y[f"{d}_depot"]
        rates[f"{d}_depot"] = -absorbed
        into = into + absorbed
    out = p[f"{d}_CL"] * c
    if term.saturable:
        out = out + p[f"{d}_Vmax"] * c / (c + p[f"{d}_Km"])
    if term.two_compartment:
        flow = p[f"{d}_Q"] * (c - y[f"{d}_peripheral"] / p[f"{d}_V2"])
        rates[f"{d}_peripheral"] = flow
        out = out + flow
    if term.intrathecal:
        cleared = p.k_csf_turnover * y[f"{d}_csf"]
        rates[f"{d}_csf"] = -cleared
        into = into + cleared
    rates[f"{d}_central"] = into - out
    if term.effect_site:
        rates[f"{d}_effect"] = p[f"{d}_ke0"] * (c - y[f"{d}_effect"])
    return rates


def engager_rates(antigen_load: Any, y: Any, p: Any, u: Any) -> dict[str, Any]:
    """Return the derivatives of the engager's amounts (ug/day): depot, plasma, marrow interstitium, eliminated.

    One compartment with linear clearance (Clements et al. 2020); the marrow exchanges with plasma through a partition
    and loses drug to internalisation by target cells (the local antigen sink), which plasma kinetics barely feel.
    """
    c = y.blinatumomab_central / p.blinatumomab_V
    c_marrow = y.blinatumomab_marrow / p.marrow_interstitium
    exchange = p.k_marrow_exchange * p.marrow_interstitium * (p.marrow_partition * c - c_marrow)
    cleared = p.blinatumomab_CL * c
    internalised = p.k_sink * antigen_load * y.blinatumomab_marrow
    absorbed = p.blinatumomab_ka * y.blinatumomab_depot
    return {
        "blinatumomab_depot": -absorbed,
        "blinatumomab_central": u.blinatumomab + absorbed - cleared - exchange,
        "blinatumomab_marrow": exchange - internalised,
        "blinatumomab_eliminated": cleared + internalised,
    }


def marrow_concentration(drug: str, antigen_load: Any, y: Any, p: Any) -> Any:
    """Return the free concentration in marrow of an engager other than blinatumomab, ng/mL of the drug.

    The steady state of blinatumomab's own marrow equation, without a state of its own because exchange takes less than
    an hour and these drugs last for days: ``k_marrow_exchange (Kp c - c_m) = k_sink antigen c_m`` with
    ``Kp = <drug>_tissue marrow_partition``. The sink is per target cell that of blinatumomab (assumed).
    """
    reached = p[f"{drug}_tissue"] * p.marrow_partition * plasma(drug, y, p)
    return p.k_marrow_exchange * reached / (p.k_marrow_exchange + p.k_sink * antigen_load)


def marrow_loss(drug: str, antigen_load: Any, y: Any, p: Any) -> Any:
    """Return what the marrow's target cells take of an engager other than blinatumomab, ug/day.

    Plasma replaces it. Blinatumomab's plasma barely feels that; a drug that is cleared slowly does, while the disease
    lasts: clearance that falls with the burden, as published for engagers with long half-lives.
    """
    return p.k_sink * antigen_load * p.marrow_interstitium * marrow_concentration(drug, antigen_load, y, p)


def equivalents(drug: str, antigen_load: Any, y: Any, p: Any) -> dict[str, Any]:
    """Return the free blinatumomab that would do what another engager does, ng/mL, by place.

    ``<drug>_potency`` is blinatumomab-equivalents per mass, ``<drug>_tissue`` the partition into tissues and CSF
    relative to blinatumomab's. Engagers add up, as drugs do that bind the same two receptors (Loewe additivity).
    """
    potency = p[f"{drug}_potency"]
    blood = potency * plasma(drug, y, p)
    outside = p[f"{drug}_tissue"] * blood
    return {
        "blood": blood,
        "marrow": potency * marrow_concentration(drug, antigen_load, y, p),
        "lymphoid": p.lymphoid_partition * outside,
        "extramedullary": p.extramedullary_partition * outside,
        "cns": p.cns_partition * outside,
    }


def states_of(terms: Sequence[DrugTerm]) -> tuple[str, ...]:
    """Return the state names of all drugs but the engager."""
    return tuple(name for term in terms for name in term.states)


def amounts(y: Mapping[str, Any]) -> Any:
    """Return the engager's total amount: in the depot, in plasma, in marrow, and already eliminated; ug."""
    return y["blinatumomab_depot"] + y["blinatumomab_central"] + y["blinatumomab_marrow"] + y["blinatumomab_eliminated"]
