"""CAR T cells against CD19: engraftment, expansion on antigen, contraction, memory, and what they kill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trimer.model import blasts
from trimer.model.binding import saturation
from trimer.model.pharmacokinetics import DrugTerm

_RATES = ("k_engraftment", "k_expansion", "k_contraction", "k_memory", "k_memory_loss")
KINETICS = (*_RATES, "engrafted", "antigen_half", "niche_half", "share_blood", "share_marrow")
KILLING = ("k_kill", "cd19_half", "niche_reach", "release", "severity")
#: Canonical units of the parameters.
UNITS = {
    **dict.fromkeys((*KINETICS, *KILLING), "fraction"),
    **dict.fromkeys((*_RATES, "k_kill"), "1/day"),
    "antigen_half": "1e9",
}
SCALE = 1e-3  # 1e9 cells; a fraction of what engrafts
OUTPUT = "car_t_blood"  # 1e9/L; a model has it when a product is among its drugs


@dataclass(frozen=True)
class CellTerm(DrugTerm):
    """Say that a drug is a product of CAR T cells; its numbers are parameters named ``<drug>_<symbol>``."""

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states it brings, 1e9 cells: those infused and not yet engrafted, effectors, memory."""
        return tuple(f"{self.name}_{kind}" for kind in ("central", "effector", "memory"))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of its parameters without the drug's."""
        return KINETICS + KILLING


def products(terms: Sequence[DrugTerm]) -> tuple[CellTerm, ...]:
    """Return the cell products among the drugs."""
    return tuple(term for term in terms if isinstance(term, CellTerm))


def engrafted(terms: Sequence[DrugTerm], y: Any) -> Any:
    """Return the living CAR T cells of the whole body, effectors and memory, 1e9."""
    return sum(y[f"{term.name}_effector"] + y[f"{term.name}_memory"] for term in products(terms))


def in_blood(terms: Sequence[DrugTerm], y: Any, p: Any) -> Any:
    """Return the CAR T cells in blood, 1e9: the share of those engrafted that circulates, and those just infused."""
    return sum(
        p[f"{term.name}_share_blood"] * engrafted([term], y) + y[f"{term.name}_central"] for term in products(terms)
    )


def chemical(mechanism: str) -> int:
    """Return 1 for drugs that kill CAR T cells as other T cells, 0 for steroids, which did not reduce expansion."""
    return 0 if mechanism == "steroid_lysis" else 1


def recognition(density: Any, half: Any) -> Any:
    """Return the share of maximal killing at a CD19 density (1 is the reference), of Hill's form with exponent two.

    The square makes a threshold: cells with few antigens survive CAR T cells that clear those with many.
    """
    return saturation(density * density, half * half)


def niche(own: Any, y: Any, p: Any, half: Any) -> Any:
    """Return the share of maximal expansion that the other T cells leave, 0 to 1.

    All T cells compete for homeostatic cytokines, so that CAR T cells expand after lympho-depletion and stop as the
    others come back; ``half`` is the number of T cells, relative to the healthy, that halves it.
    """
    places = ("blood", "marrow", "lymphoid")
    others = sum(y[f"t_{kind}_{place}"] for kind in ("resting", "activated", "exhausted") for place in places)
    crowd = (others + own) / sum(p[f"t_{place}_0"] for place in places)
    return half * half / (half * half + crowd * crowd)


def cell_rates(term: CellTerm, antigen: Any, death: Any, y: Any, p: Any, u: Any) -> dict[str, Any]:
    """Return the derivatives of one product's cells, 1e9 cells/day.

    Parameters
    ----------
    term : CellTerm
    antigen : 1e9 cells of reference density
        CD19 of blasts and normal B cells, wherever they are.
    death : 1/day
        Death of T cells by chemotherapy other than steroids.

    Notes
    -----
    The phases are those that Stein et al. 2019 fitted to 90 patients (expansion, contraction, memory), here with
    causes: expansion needs antigen and room, contraction is what remains without either. Steroids and tocilizumab do
    nothing, as there (factors 1.0 and 1.2 on expansion).
    """
    d = term.name
    infused, effector, memory = (y[name] for name in term.states)
    leaving = p[f"{d}_k_engraftment"] * infused
    room = niche(engrafted([term], y), y, p, p[f"{d}_niche_half"])
    expansion = p[f"{d}_k_expansion"] * saturation(antigen, p[f"{d}_antigen_half"]) * room
    settled = p[f"{d}_k_memory"] * effector
    return {
        f"{d}_central": u[d] - leaving - death * infused,
        f"{d}_effector": p[f"{d}_engrafted"] * leaving + (expansion - p[f"{d}_k_contraction"] - death) * effector,
        f"{d}_memory": settled - (p[f"{d}_k_memory_loss"] + death) * memory,
    }


def kill_rates(term: CellTerm, y: Any, p: Any, blockade: Any) -> dict[str, Any]:
    """Return what one product kills of each state that bears CD19, 1e9 cells/day.

    Parameters
    ----------
    term : CellTerm
    blockade : pure number
        Fraction of the PD-1 inhibition that an antibody takes away.

    Notes
    -----
    Limited by encounter and by handling as the engager's killing is, place by place: with E CAR T cells and targets T,
    ``k E T_j / (E + sum T + h)``. Effectors and memory cells spread over the body at once in fixed shares. The access
    to masses outside marrow, to the CNS and to lymphoid B cells is that of other T cells; into the niche the odds of
    access are ``niche_reach`` times theirs.
    """
    d = term.name
    cells, half = engrafted([term], y), p[f"{d}_cd19_half"]
    blood, marrow = p[f"{d}_share_blood"] * cells, p[f"{d}_share_marrow"] * cells
    lymphoid = cells - blood - marrow

    def lysis(clone: str) -> Any:
        return recognition(blasts.cd19(clone, p), half) * blasts.checkpoint(y.pd_l1, clone, p, blockade)

    def killed(effectors: Any, weights: Mapping[str, Any], encounter: Any) -> dict[str, Any]:
        met = p[f"{d}_k_kill"] * effectors / (effectors + sum(y[name] for name in weights) + encounter)
        return {name: met * weight * y[name] for name, weight in weights.items()}

    normal, h = recognition(1, half), p.encounter_half
    odds = p[f"{d}_niche_reach"] * p.niche_access
    niched = odds / (1 - p.niche_access + odds)
    in_marrow = {f"blasts_marrow_{c}": lysis(c) * (niched if c == "persister" else 1) for c in blasts.CLONES}
    at = {site: {f"blasts_{site}_{c}": lysis(c) for c in blasts.CIRCULATING} for site in blasts.SITES}
    return (
        killed(marrow, in_marrow | {"b_precursors_marrow": normal}, h)
        | killed(blood, at["blood"] | {"b_mature_blood": normal}, p.encounter_half_blood)
        | killed(lymphoid, {"b_mature_lymphoid": p.lymphoid_access * normal}, h)
        | killed(p.extramedullary_access * lymphoid, at["extramedullary"], h)
        | killed(p.cns_access * blood, at["cns"], h)
    )


def car_t_rates(
    terms: Sequence[DrugTerm], rates: Mapping[str, Any], death: Any, blockade: Any, y: Any, p: Any, u: Any
) -> tuple[dict[str, Any], Any]:
    """Return the derivatives that cell products add or change, and the kills that count for cytokines, 1e9 cells/day.

    Parameters
    ----------
    terms : sequence of DrugTerm
        All drugs; those that are no cell products are passed over.
    rates : mapping of str
        Derivatives of blasts and B cells without CAR T cells.
    death, blockade
        As in :func:`cell_rates` and :func:`kill_rates`.

    Notes
    -----
    A kill by a CAR T cell releases ``release`` times the cytokines of a kill through an engager.
    """
    changed: dict[str, Any] = {}
    release: Any = 0
    antigen = sum(blasts.antigen(site, y, p) for site in ("marrow", *blasts.SITES))
    antigen = antigen + y.b_precursors_marrow + y.b_mature_blood + y.b_mature_lymphoid
    for term in products(terms):
        changed |= cell_rates(term, antigen, death, y, p, u)
        for name, flux in kill_rates(term, y, p, blockade).items():
            changed[name] = changed.get(name, rates[name]) - flux
            release = release + p[f"{term.name}_release"] * flux
    return changed, release


def aggravation(terms: Sequence[DrugTerm], released: Any, rates: Mapping[str, Any], y: Any, p: Any) -> Any:
    """Return what cell products add to the derivative of systemic inflammation, 1/day.

    The response to the cytokines of the model saturates, as it does under an engager; severe cytokine release is
    several times as frequent after CAR T cells. So what they kill multiplies that response by up to ``1 + severity``:
    for the mediators that the model has no states for.

    Parameters
    ----------
    terms : sequence of DrugTerm
    released : 1e9 cells/day
        From :func:`car_t_rates`.
    rates : mapping of str
        Derivatives with the cytokines'; inflammation follows the response with ``k_inflammation``.
    """
    response = rates["inflammation"] + p.k_inflammation * y.inflammation
    severity = sum(p[f"{term.name}_severity"] for term in products(terms))
    return severity * saturation(released, p.kills_per_release) * response
