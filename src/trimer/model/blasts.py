"""Blasts: clones in marrow, blood, an extramedullary site and the CNS; growth, spill, niche, and death by T cells."""

from __future__ import annotations

from typing import Any

from trimer.model.binding import saturation, ternary_complex

CLONES = ("sensitive", "resistant", "dim", "persister")
CIRCULATING = ("sensitive", "resistant", "dim")
SITES = ("blood", "extramedullary", "cns")
STATES = tuple(f"blasts_marrow_{c}" for c in CLONES) + tuple(f"blasts_{s}_{c}" for s in SITES for c in CIRCULATING)


def marrow_total(y: Any) -> Any:
    """Return the marrow blasts of all clones, 1e9 cells."""
    return sum(y[f"blasts_marrow_{c}"] for c in CLONES)


def site_total(site: str, y: Any) -> Any:
    """Return the blasts of all clones at a site other than marrow, 1e9 cells."""
    return sum(y[f"blasts_{site}_{c}"] for c in CIRCULATING)


def cd19(clone: str, p: Any) -> Any:
    """Return a clone's CD19 density relative to the reference, a pure number."""
    return p.cd19_dim if clone == "dim" else p.cd19_bright


def antigen(site: str, y: Any, p: Any) -> Any:
    """Return the CD19 of all blasts at a site, in 1e9 cells of reference density."""
    clones = CLONES if site == "marrow" else CIRCULATING
    return sum(y[f"blasts_{site}_{c}"] * cd19(c, p) for c in clones)


def engagement(drug: Any, density: Any, p: Any) -> Any:
    """Return the fraction of maximal serial killing at a free drug concentration and a CD19 density.

    Trimers per contact come from :func:`trimer.model.binding.ternary_complex`; half of the maximal rate is reached at
    the number of trimers that a cell of reference density has at ``kill_EC50``, so potency scales with antigen.
    """
    molar = p.nmol_per_ug
    args = (p.cd19_contact * density, p.cd3_contact, p.blinatumomab_KD_CD19, p.blinatumomab_KD_CD3)
    reference = (p.cd19_contact, p.cd3_contact, p.blinatumomab_KD_CD19, p.blinatumomab_KD_CD3)
    trimers = ternary_complex(drug * molar, *args)
    half = ternary_complex(p.kill_EC50 * molar, *reference)
    return saturation(trimers, half)


def checkpoint(pd_l1: Any, clone: str, p: Any) -> Any:
    """Return the fraction of killing left by PD-1/PD-L1: inducible ligand plus the dim clone's constitutive share."""
    ligand = pd_l1 + p.pd_l1_dim if clone == "dim" else pd_l1
    return 1 - p.pd1_inhibition * (1 - p.pd1_blockade) * saturation(ligand, p.pd_l1_half)


def sensitivity(clone: str, p: Any) -> Any:
    """Return a clone's sensitivity to chemotherapy relative to the chemosensitive one, a pure number."""
    return 1 if clone == "sensitive" else p[f"chemosensitivity_{clone}"]


def blast_rates(
    y: Any,
    p: Any,
    drug: dict[str, Any],
    normal_targets: dict[str, Any],
    chemo: Any,
    chemo_csf: Any,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the derivatives of all blast states and the engager kill flux by site, both 1e9 cells/day.

    Parameters
    ----------
    drug : dict
        Free engager, ng/mL, by ``marrow, blood, extramedullary, cns``.
    normal_targets : dict
        Normal B-lineage cells competing for T cells in ``marrow`` and ``blood``, 1e9 cells.
    chemo, chemo_csf : 1/day
        Cytotoxic death rate of a fully sensitive blast, systemic and in CSF.

    Notes
    -----
    Killing is limited by encounter and by handling: with E activated T cells and targets T, the rate is
    ``k E T_j / (E + sum T + h)`` (total quasi-steady state), linear in either partner when it is scarce. Growth stops
    below one cell, so that a clone can become extinct. Cells of either chemosensitivity enter the niche; what leaves it
    counts as resistant, since persisters are taken as drug-tolerant. Outside marrow the effectors are a share of the
    activated T cells of lymphoid tissue (extramedullary) or blood (CNS), which are not used up by it.
    """
    rates: dict[str, Any] = {}
    total = marrow_total(y)
    crowd = total / p.marrow_capacity
    room = 1 - crowd
    spill = p.k_egress * (1 + p.spill * crowd * crowd)
    busy = y.t_activated_marrow + total + normal_targets["marrow"] + p.encounter_half
    killed: dict[str, Any] = {"marrow": 0, "blood": 0}
    for c in CLONES:
        n = y[f"blasts_marrow_{c}"]
        alive = saturation(n, p.one_cell)
        access = p.niche_access if c == "persister" else 1
        kill = (
            p.k_kill
            * engagement(drug["marrow"], cd19(c, p), p)
            * checkpoint(y.pd_l1, c, p)
            * (y.t_activated_marrow + p.exhausted_activity * y.t_exhausted_marrow)
            / busy
            * access
            * n
        )
        killed["marrow"] = killed["marrow"] + kill
        growth = p.k_growth * p.fitness_dim if c == "dim" else p.k_growth
        growth = growth * p.persister_growth if c == "persister" else growth
        rates[f"blasts_marrow_{c}"] = growth * room * alive * n - kill - chemo * sensitivity(c, p) * n
    for c in ("sensitive", "resistant"):
        entry = p.k_niche_entry * y[f"blasts_marrow_{c}"]
        rates[f"blasts_marrow_{c}"] = rates[f"blasts_marrow_{c}"] - entry
        rates["blasts_marrow_persister"] = rates["blasts_marrow_persister"] + entry
    leaving = p.k_niche_exit * y.blasts_marrow_persister
    rates["blasts_marrow_persister"] = rates["blasts_marrow_persister"] - leaving
    rates["blasts_marrow_resistant"] = rates["blasts_marrow_resistant"] + leaving

    t_blood = y.t_activated_blood + p.blood_resting_activity * y.t_resting_blood
    t_cns = p.cns_access * y.t_activated_blood
    t_all = y.t_activated_blood + y.t_resting_blood
    busy_blood = t_all + site_total("blood", y) + normal_targets["blood"] + p.encounter_half_blood
    for c in CIRCULATING:
        s = sensitivity(c, p)
        fit = p.k_growth * p.fitness_dim if c == "dim" else p.k_growth
        marrow, blood = y[f"blasts_marrow_{c}"], y[f"blasts_blood_{c}"]
        em, cns = y[f"blasts_extramedullary_{c}"], y[f"blasts_cns_{c}"]
        seen = cd19(c, p)
        kill = (
            p.k_kill_blood
            * engagement(drug["blood"], seen, p)
            * checkpoint(y.pd_l1, c, p)
            * t_blood
            / busy_blood
            * blood
        )
        killed["blood"] = killed["blood"] + kill
        out = spill * marrow
        to_em, to_cns = p.k_seed_extramedullary * blood, p.k_seed_cns * blood
        rates[f"blasts_marrow_{c}"] = rates[f"blasts_marrow_{c}"] - out + p.k_return * blood
        rates[f"blasts_blood_{c}"] = out - (p.k_return + p.k_blood_death + chemo * s) * blood - kill - to_em - to_cns
        t_em = y.t_activated_lymphoid * p.extramedullary_access
        kill_em = (
            p.k_kill
            * engagement(drug["extramedullary"], seen, p)
            * checkpoint(y.pd_l1, c, p)
            * t_em
            / (t_em + site_total("extramedullary", y) + p.encounter_half)
            * em
        )
        grow_em = (
            p.extramedullary_growth
            * fit
            * (1 - site_total("extramedullary", y) / p.extramedullary_capacity)
            * saturation(em, p.one_cell)
        )
        rates[f"blasts_extramedullary_{c}"] = to_em + (grow_em - chemo * s) * em - kill_em
        kill_cns = (
            p.k_kill
            * engagement(drug["cns"], seen, p)
            * checkpoint(y.pd_l1, c, p)
            * t_cns
            / (t_cns + site_total("cns", y) + p.encounter_half)
            * cns
        )
        grow_cns = fit * (1 - site_total("cns", y) / p.cns_capacity) * saturation(cns, p.one_cell)
        rates[f"blasts_cns_{c}"] = to_cns + (grow_cns - chemo_csf * s) * cns - kill_cns
        killed["marrow"] = killed["marrow"] + kill_em
        killed["blood"] = killed["blood"] + kill_cns
    return rates, killed
