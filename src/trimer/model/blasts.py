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


def checkpoint(pd_l1: Any, clone: str, p: Any, blockade: Any = 0) -> Any:
    """Return the fraction of killing left by PD-1/PD-L1: inducible ligand plus the dim clone's constitutive share.

    ``blockade`` is the fraction of the inhibition that an antibody takes away.
    """
    ligand = pd_l1 + p.pd_l1_dim if clone == "dim" else pd_l1
    return 1 - p.pd1_inhibition * (1 - p.pd1_blockade) * (1 - blockade) * saturation(ligand, p.pd_l1_half)


def sensitivity(clone: str, p: Any) -> Any:
    """Return a clone's sensitivity to chemotherapy relative to the chemosensitive one, a pure number."""
    return 1 if clone == "sensitive" else p[f"chemosensitivity_{clone}"]


def growth_rate(clone: str, p: Any) -> Any:
    """Return a clone's growth rate in an empty marrow, 1/day."""
    if clone == "dim":
        return p.k_growth * p.fitness_dim
    return p.k_growth * p.persister_growth if clone == "persister" else p.k_growth


def lysis(clone: str, drug: Any, y: Any, p: Any, blockade: Any = 0) -> Any:
    """Return the share of maximal serial killing that one T cell reaches against a clone: trimers, then PD-1/PD-L1."""
    return engagement(drug, cd19(clone, p), p) * checkpoint(y.pd_l1, clone, p, blockade)


def _marrow(
    y: Any, p: Any, drug: Any, normal: Any, chemo: Any, blockade: Any, targeted: Any
) -> tuple[dict[str, Any], Any]:
    """Return growth, death and niche exchange in marrow, and the engager's kill flux."""
    total = marrow_total(y)
    room = 1 - total / p.marrow_capacity
    effectors = y.t_activated_marrow + p.exhausted_activity * y.t_exhausted_marrow
    met = effectors / (y.t_activated_marrow + total + normal + p.encounter_half)
    rates: dict[str, Any] = {}
    killed: Any = 0
    for c in CLONES:
        n = y[f"blasts_marrow_{c}"]
        access = p.niche_access if c == "persister" else 1
        kill = p.k_kill * lysis(c, drug, y, p, blockade) * met * access * n
        killed = killed + kill
        grown = growth_rate(c, p) * room * saturation(n, p.one_cell) * n
        rates[c] = grown - kill - (chemo * sensitivity(c, p) + targeted) * n
    for c in ("sensitive", "resistant"):
        entry = p.k_niche_entry * y[f"blasts_marrow_{c}"]
        rates[c] = rates[c] - entry
        rates["persister"] = rates["persister"] + entry
    leaving = p.k_niche_exit * y.blasts_marrow_persister
    rates["persister"] = rates["persister"] - leaving
    rates["resistant"] = rates["resistant"] + leaving
    return {f"blasts_marrow_{c}": rate for c, rate in rates.items()}, killed


def _outside(
    site: str, y: Any, p: Any, drug: Any, effectors: Any, growth: Any, chemo: Any, blockade: Any, targeted: Any
) -> tuple[dict[str, Any], Any]:
    """Return growth and death at the extramedullary site or in the CNS, and the engager's kill flux."""
    total = site_total(site, y)
    room = 1 - total / p[f"{site}_capacity"]
    met = effectors / (effectors + total + p.encounter_half)
    rates: dict[str, Any] = {}
    killed: Any = 0
    for c in CIRCULATING:
        n = y[f"blasts_{site}_{c}"]
        kill = p.k_kill * lysis(c, drug, y, p, blockade) * met * n
        killed = killed + kill
        grown = growth * growth_rate(c, p) * room * saturation(n, p.one_cell) * n
        seeded = p[f"k_seed_{site}"] * y[f"blasts_blood_{c}"]
        rates[f"blasts_{site}_{c}"] = seeded + grown - (chemo * sensitivity(c, p) + targeted) * n - kill
    return rates, killed


def blast_rates(
    y: Any,
    p: Any,
    drug: dict[str, Any],
    normal_targets: dict[str, Any],
    chemo: Any,
    chemo_csf: Any,
    blockade: Any = 0,
    targeted: Any = 0,
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
    blockade : pure number
        Fraction of the PD-1 inhibition that an antibody takes away.
    targeted : 1/day
        Death rate of blasts of any clone; in CSF what crosses.

    Notes
    -----
    Killing is limited by encounter and by handling: with E activated T cells and targets T, the rate is
    ``k E T_j / (E + sum T + h)`` (total quasi-steady state), linear in either partner when it is scarce. Growth stops
    below one cell, so that a clone can become extinct. Cells of either chemosensitivity enter the niche; what leaves it
    counts as resistant, since persisters are taken as drug-tolerant. Outside marrow the effectors are a share of the
    activated T cells of lymphoid tissue (extramedullary) or blood (CNS), which are not used up by it.
    """
    crowd = marrow_total(y) / p.marrow_capacity
    spill = p.k_egress * (1 + p.spill * crowd * crowd)
    rates, killed_marrow = _marrow(y, p, drug["marrow"], normal_targets["marrow"], chemo, blockade, targeted)
    t_blood = y.t_activated_blood + p.blood_resting_activity * y.t_resting_blood
    pool = y.t_activated_blood + y.t_resting_blood + site_total("blood", y) + normal_targets["blood"]
    met = t_blood / (pool + p.encounter_half_blood)
    killed_blood: Any = 0
    for c in CIRCULATING:
        blood = y[f"blasts_blood_{c}"]
        kill = p.k_kill_blood * lysis(c, drug["blood"], y, p, blockade) * met * blood
        killed_blood = killed_blood + kill
        out = spill * y[f"blasts_marrow_{c}"]
        rates[f"blasts_marrow_{c}"] = rates[f"blasts_marrow_{c}"] - out + p.k_return * blood
        leaving = p.k_return + p.k_blood_death + p.k_seed_extramedullary + p.k_seed_cns
        rates[f"blasts_blood_{c}"] = out - (leaving + chemo * sensitivity(c, p) + targeted) * blood - kill
    t_em, t_cns = p.extramedullary_access * y.t_activated_lymphoid, p.cns_access * y.t_activated_blood
    em, killed_em = _outside(
        "extramedullary", y, p, drug["extramedullary"], t_em, p.extramedullary_growth, chemo, blockade, targeted
    )
    crossing = p.csf_penetration * targeted
    cns, killed_cns = _outside("cns", y, p, drug["cns"], t_cns, 1, chemo_csf, blockade, crossing)
    return rates | em | cns, {"marrow": killed_marrow + killed_em, "blood": killed_blood + killed_cns}
