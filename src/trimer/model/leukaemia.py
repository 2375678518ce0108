"""The flagship: one patient with B-ALL under a T-cell engager, chemotherapy and rescue drugs.

Rooms: :mod:`pharmacokinetics`, :mod:`chemotherapy`, :mod:`car_t`, :mod:`t_cells`, :mod:`blasts`, :mod:`b_cells`,
:mod:`cytokines`, :mod:`haematopoiesis`. This file only connects them, names the states and outputs, and gives the
healthy start.
Units: day, L, ug, ng/mL, 1e9 cells, 1e9 cells/L, pg/mL, Cel. Numbers live in ``leukaemia.toml`` and in the drug files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from trimer.engine.problem import System
from trimer.model import b_cells, blasts, car_t, chemotherapy, cytokines, haematopoiesis, t_cells
from trimer.model.binding import saturation
from trimer.model.pharmacokinetics import (
    ENGAGER,
    EQUIVALENCE,
    DrugTerm,
    drug_rates,
    engager_rates,
    equivalents,
    marrow_loss,
    plasma,
    states_of,
)

ENGAGER_STATES = (
    "blinatumomab_depot",
    "blinatumomab_central",
    "blinatumomab_marrow",
    "blinatumomab_eliminated",
)
CORE = ENGAGER_STATES + t_cells.STATES + b_cells.STATES + blasts.STATES + cytokines.STATES + haematopoiesis.STATES

OUTPUTS = (
    "blinatumomab_plasma",
    "blinatumomab_in_marrow",
    "marrow_blast_percent",
    "blood_blast_percent",
    "blasts_blood",
    "b_lineage_blast_percent",
    "mrd_marrow",
    "cd19_dim_percent",
    "wbc",
    "anc",
    "t_cells_blood",
    "cd8_blood",
    "b_cells_blood",
    "t_cells_marrow",
    "temperature",
    "hypotension",
    "hypoxia",
    "csf_blasts",
    "extramedullary_blasts",
    "marrow_cellularity",
    "engager_kill_rate",
)


@cache
def core_parameters() -> tuple[str, ...]:
    """Return the names of the model's own parameters: the entries of ``leukaemia.toml``, in its order."""
    text = files("trimer.model").joinpath("leukaemia.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text))


def drug_parameters(term: DrugTerm) -> tuple[str, ...]:
    """Return the parameters a drug's terms need, named ``<drug>_<symbol>``."""
    if isinstance(term, car_t.CellTerm):
        return tuple(f"{term.name}_{symbol}" for symbol in term.symbols)
    symbols = ["CL", "V"]
    symbols += ["Q", "V2"] if term.two_compartment else []
    symbols += ["ka"] if term.absorbed else []
    symbols += ["Vmax", "Km"] if term.saturable else []
    symbols += ["ke0"] if term.effect_site else []
    cytotoxic = any(m in (*chemotherapy.CYTOTOXIC, "bcl2_inhibition") for m in term.mechanisms)
    half = cytotoxic or {"granulopoiesis_stimulation", "btk_inhibition"} & set(term.mechanisms)
    symbols += ["EC50"] if half else []
    symbols += ["k_blasts", "k_marrow", "k_lymphocytes"] if cytotoxic else []
    symbols += ["IC50"] if "steroid_suppression" in term.mechanisms else []
    symbols += ["k_blasts", "dependence"] if "btk_inhibition" in term.mechanisms else []
    symbols += ["Kd"] if {"il6_receptor_blockade", "pd1_blockade"} & set(term.mechanisms) else []
    symbols += ["blockable"] if "pd1_blockade" in term.mechanisms else []
    symbols += ["E_max"] if "granulopoiesis_stimulation" in term.mechanisms else []
    symbols += EQUIVALENCE if term.engages else ()
    return tuple(f"{term.name}_{symbol}" for symbol in symbols)


ENGAGER_PARAMETERS = (
    "blinatumomab_ka",
    "blinatumomab_CL",
    "blinatumomab_V",
    "blinatumomab_KD_CD19",
    "blinatumomab_KD_CD3",
)


def marrow_antigen(y: Any, p: Any) -> Any:
    """Return the target cells of the marrow, each counted by its CD19, 1e9."""
    return y.b_precursors_marrow + blasts.antigen("marrow", y, p)


def concentrations(y: Any, p: Any, terms: Sequence[DrugTerm] = ()) -> dict[str, Any]:
    """Return the free engager where T cells meet targets, ng/mL of blinatumomab or its equivalents, by place."""
    c = plasma(ENGAGER, y, p)
    free = {
        "blood": c,
        "marrow": y.blinatumomab_marrow / p.marrow_interstitium,
        "lymphoid": p.lymphoid_partition * c,
        "extramedullary": p.extramedullary_partition * c,
        "cns": p.cns_partition * c,
    }
    for term in terms:
        if term.engages:
            more = equivalents(term.name, marrow_antigen(y, p), y, p)
            free = {place: free[place] + more[place] for place in free}
    return free


def build(drugs: Sequence[DrugTerm]) -> System:
    """Return the model with the terms of the given drugs (the engager is always part of it).

    Parameters
    ----------
    drugs : sequence of DrugTerm
        Every other drug of the course; each adds its states and its effects, an engager its plasma level as well.

    Returns
    -------
    System
        Inputs are infusion rates by drug name, ug/day, the engager first.
    """
    terms = tuple(d for d in drugs if d.name != ENGAGER)
    states = CORE + states_of(terms)
    engagers = tuple(d.name for d in terms if d.engages)
    cells = car_t.products(terms)

    def growth_fraction(y: Any, p: Any) -> Any:
        return 1 - p.dormancy * saturation(blasts.marrow_total(y), p.marrow_capacity)

    def rhs(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
        """Return all derivatives by name."""
        drug = concentrations(y, p, terms)
        steroid = chemotherapy.steroid_effect(terms, y, p)
        blockade = chemotherapy.il6_blockade(terms, y, p)
        cycling = growth_fraction(y, p)

        def blast_scale(mechanism: str) -> Any:
            own = p.chemosensitivity
            if mechanism in ("s_phase_kill", "dna_damage"):
                own = own * p[f"{mechanism.removesuffix('_kill')}_sensitivity"]
            return own * cycling if mechanism in chemotherapy.CYCLE_SPECIFIC else own

        chemo = chemotherapy.kill_rate(terms, "blasts", y, p, blast_scale)
        lymphotoxic = chemotherapy.kill_rate(terms, "lymphocytes", y, p, lambda _: 1)
        myelotoxic = chemotherapy.kill_rate(terms, "marrow", y, p, lambda _: p.marrow_chemosensitivity)
        chemo_csf = chemotherapy.csf_kill_rate(terms, chemo, y, p)

        burden, circulating = blasts.marrow_total(y), blasts.site_total("blood", y)
        antigen = {
            "blood": y.b_mature_blood + blasts.antigen("blood", y, p),
            "marrow": marrow_antigen(y, p),
            "lymphoid": y.b_mature_lymphoid + p.extramedullary_access * blasts.antigen("extramedullary", y, p),
        }
        targets = {
            "blood": y.b_mature_blood + circulating,
            "marrow": y.b_precursors_marrow + burden,
            "lymphoid": y.b_mature_lymphoid + p.extramedullary_access * blasts.site_total("extramedullary", y),
        }
        normal = {"marrow": y.b_precursors_marrow, "blood": y.b_mature_blood}
        t_rates, activation = t_cells.t_cell_rates(
            y, p, drug, antigen, targets, burden / p.marrow_capacity, lymphotoxic * p.t_cell_chemosensitivity, steroid
        )
        unlocked, targeted = chemotherapy.pd1_blockade(terms, y, p), chemotherapy.targeted_kill_rate(terms, y, p)
        blast_r, killed = blasts.blast_rates(y, p, drug, normal, chemo, chemo_csf, unlocked, targeted)
        b_rates, killed_b = b_cells.b_cell_rates(y, p, drug, lymphotoxic)
        kills = sum(killed.values()) + sum(killed_b.values())
        rates: dict[str, Any] = {}
        rates |= engager_rates(antigen["marrow"], y, p, u)
        rates |= t_rates | blast_r | b_rates
        if cells:
            chemical = chemotherapy.kill_rate(terms, "lymphocytes", y, p, car_t.chemical)
            changed, released = car_t.car_t_rates(terms, rates, chemical * p.t_cell_chemosensitivity, unlocked, y, p, u)
            rates |= changed
            kills = kills + released
        rates |= cytokines.cytokine_rates(y, p, kills, activation, burden + circulating, steroid, blockade)
        if cells:
            rates["inflammation"] = rates["inflammation"] + car_t.aggravation(terms, released, rates, y, p)
        rates |= haematopoiesis.haematopoiesis_rates(y, p, burden, myelotoxic, chemotherapy.growth_factor(terms, y, p))
        for term in terms:
            if term not in cells:
                rates |= drug_rates(term, y, p, u)
        for name in engagers:
            rates[f"{name}_central"] = rates[f"{name}_central"] - marrow_loss(name, antigen["marrow"], y, p)
        return rates

    def observables(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
        """Return the outputs in the vocabulary's units."""
        drug = concentrations(y, p, terms)
        burden = blasts.marrow_total(y)
        normal = haematopoiesis.normal_marrow(y, p)
        blood = blasts.site_total("blood", y)
        t_blood = y.t_resting_blood + y.t_activated_blood + y.t_exhausted_blood + car_t.in_blood(terms, y, p)
        circulating = blood / p.blood_volume
        wbc = y.neutrophils * p.myeloid_per_neutrophil + (t_blood + y.b_mature_blood) / p.blood_volume + circulating
        normal_targets = {"marrow": y.b_precursors_marrow, "blood": y.b_mature_blood}
        none, unlocked = 0 * p.k_growth, chemotherapy.pd1_blockade(terms, y, p)
        _, killed = blasts.blast_rates(y, p, drug, normal_targets, none, none, unlocked, none)
        _, killed_b = b_cells.b_cell_rates(y, p, drug, 0 * p.k_growth)
        return {
            "blinatumomab_plasma": plasma(ENGAGER, y, p),
            "blinatumomab_in_marrow": y.blinatumomab_marrow / p.marrow_interstitium,
            "marrow_blast_percent": 100 * burden / (burden + normal),
            "blood_blast_percent": 100 * circulating / wbc,
            "blasts_blood": circulating,
            "b_lineage_blast_percent": 100 * burden / (burden + y.b_precursors_marrow * p.b_marrow_mature),
            "mrd_marrow": burden / (burden + normal),
            "cd19_dim_percent": 100 * y.blasts_marrow_dim / (burden + p.one_cell),
            "wbc": wbc,
            "anc": y.neutrophils,
            "t_cells_blood": t_blood / p.blood_volume,
            "cd8_blood": p.cd8_share * t_blood / p.blood_volume,
            "b_cells_blood": y.b_mature_blood / p.blood_volume,
            "t_cells_marrow": y.t_resting_marrow + y.t_activated_marrow + y.t_exhausted_marrow,
            "temperature": p.temperature_0 + y.temperature_rise,
            "hypotension": cytokines.ordinal(y.vasodilation),
            "hypoxia": cytokines.ordinal(y.lung_leak),
            "csf_blasts": 1000 * blasts.site_total("cns", y) / p.csf_volume,
            "extramedullary_blasts": blasts.site_total("extramedullary", y),
            "marrow_cellularity": 100 * (burden + normal) / p.marrow_cells_0,
            "engager_kill_rate": sum(killed.values()) + sum(killed_b.values()),
            **{f"{name}_plasma": plasma(name, y, p) for name in engagers},
            **({car_t.OUTPUT: car_t.in_blood(terms, y, p) / p.blood_volume} if cells else {}),
        }

    return System(
        name="leukaemia",
        states=states,
        parameters=core_parameters() + ENGAGER_PARAMETERS + tuple(n for d in terms for n in drug_parameters(d)),
        inputs=(ENGAGER, *(d.name for d in terms)),
        outputs=OUTPUTS + tuple(f"{name}_plasma" for name in engagers) + ((car_t.OUTPUT,) if cells else ()),
        rhs=rhs,
        observables=observables,
        scale=tuple(car_t.SCALE if name in states_of(cells) else _scale(name, (ENGAGER, *engagers)) for name in states),
    )


def initial(p: Mapping[str, Any], drugs: Sequence[DrugTerm]) -> dict[str, Any]:
    """Return the start of the run-in: a healthy drug-free steady state, seeded with the clones.

    Parameters
    ----------
    p : mapping of str to float or array, shape (n_patients,)
        Parameters by name, canonical units.

    Returns
    -------
    dict
        State by name.
    """
    seed = p["blasts_initial"]
    dim = p["dim_presence"] * _at_most(p["dim_fraction"], 1.0) * seed
    resistant = _at_most(p["resistant_fraction"], 1.0) * seed
    persister = _at_most(p["persister_fraction"], 1.0) * seed
    values: dict[str, Any] = dict.fromkeys(CORE + states_of([d for d in drugs if d.name != ENGAGER]), 0.0)
    values |= {f"t_resting_{place}": p[f"t_{place}_0"] for place in ("blood", "marrow", "lymphoid")}
    values |= {
        "b_precursors_marrow": p["b_precursors_0"],
        "b_mature_blood": p["k_b_exit"] * p["b_precursors_0"] / p["k_b_settle"],
        "b_mature_lymphoid": p["b_lymphoid_0"],
        "blasts_marrow_sensitive": _at_least(seed - resistant - dim - persister, 0.0),
        "blasts_marrow_resistant": resistant,
        "blasts_marrow_dim": dim,
        "blasts_marrow_persister": persister,
        "il6": p["il6_0"],
        "progenitors": 1.0,
        "stem_cells": 1.0,
        "erythroid": 1.0,
        "haemoglobin": p["haemoglobin_0"],
    }
    values |= dict.fromkeys(("neutrophil_precursors", "neutrophil_maturing_1", "neutrophil_maturing_2"), p["anc_0"])
    values |= {"neutrophils": p["anc_0"]}
    values |= dict.fromkeys(("megakaryocyte_precursors", "megakaryocytes", "platelets"), p["platelets_0"])
    return values


def _at_most(x: Any, limit: float) -> Any:
    """Return the smaller of the two, of a number (with its derivatives, if it has them) or of an array."""
    return np.minimum(x, limit) if isinstance(x, np.ndarray) else min(x, limit)


def _at_least(x: Any, limit: float) -> Any:
    """Return the larger of the two, likewise."""
    return np.maximum(x, limit) if isinstance(x, np.ndarray) else max(x, limit)


def _scale(state: str, engagers: tuple[str, ...]) -> float:
    """Return the magnitude that matters: single cells for blasts, a thousandth of an effect for drugs."""
    if state.startswith("blasts_"):
        return 1e-4
    if state.startswith(("t_", "b_")):
        return 0.1
    if state.rpartition("_")[0] in engagers:
        return 10.0
    if state.endswith("_effect"):
        return 1e3
    if state.endswith(("_depot", "_central", "_peripheral", "_csf")):
        return 1e5
    return 1.0
