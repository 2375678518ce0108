"""T cells: resting, activated, exhausted; blood, marrow, lymphoid tissue; redistribution, expansion, exhaustion."""

from __future__ import annotations

from typing import Any

from trimer.model.binding import positive_part, saturation

STATES = (
    "t_resting_blood",
    "t_activated_blood",
    "t_exhausted_blood",
    "t_resting_marrow",
    "t_activated_marrow",
    "t_exhausted_marrow",
    "t_resting_lymphoid",
    "t_activated_lymphoid",
    "t_exhausted_lymphoid",
    "adhesion_adaptation",
)


def adhesion(c_plasma: Any, targets: Any, effectors: Any, p: Any) -> Any:
    """Return the adhesion signal of blood T cells, 0 to 1: drug present, stronger while tissues hold targets.

    The gate reads tissue rather than blood because T cells stay away for a day after blood B cells have gone.
    """
    gate = p.adhesion_floor + (1 - p.adhesion_floor) * saturation(
        targets, p.adhesion_target_ratio * effectors + p.one_cell
    )
    return saturation(c_plasma, p.adhesion_EC50) * gate


def stimulation(c: Any, antigen: Any, targets: Any, t_cells: Any, half_ratio: Any, p: Any) -> Any:
    """Return the engagement of T cells in one place, 0 to 1: drug, and targets per T cell, each saturable.

    ``antigen`` counts targets by their CD19 (1e9 cells of reference density), ``targets`` by number: contacts with dim
    cells are as frequent and weaker.
    """
    return saturation(c, p.activation_EC50) * antigen / (targets + half_ratio * t_cells + p.one_cell)


def t_cell_rates(
    y: Any,
    p: Any,
    drug: dict[str, Any],
    antigen: dict[str, Any],
    targets: dict[str, Any],
    burden: Any,
    death: Any,
    steroid: Any,
) -> tuple[dict[str, Any], Any]:
    """Return the derivatives of the T-cell states (1e9 cells/day) and the activation flux (1e9 cells/day).

    Parameters
    ----------
    drug : dict
        Free engager where T cells are, ng/mL, by ``blood, marrow, lymphoid``.
    antigen, targets : dict
        CD19-positive cells there, 1e9: weighted by their density, and by number.
    burden : pure number
        Marrow blasts over the marrow's capacity; drives exhaustion.
    death : 1/day
        Cytotoxic death rate from chemotherapy.
    steroid : pure number
        Fraction of maximal steroid effect.

    Notes
    -----
    Regulatory T cells take from expansion what they have beyond their usual share (1 at ``treg_typical``). Form after
    Hosseini et al. 2020 (activation by drug and target-to-effector ratio) with adhesion-driven
    redistribution in place of their injection impulse, and load-driven exhaustion that recovers off drug.
    """
    total = {
        place: y[f"t_resting_{place}"] + y[f"t_activated_{place}"] + y[f"t_exhausted_{place}"]
        for place in ("blood", "marrow", "lymphoid")
    }
    signal = adhesion(drug["blood"], antigen["lymphoid"] + antigen["marrow"], total["lymphoid"] + total["marrow"], p)
    margination = p.k_margination * signal * positive_part(signal - y.adhesion_adaptation)
    fall = 1 - p.steroid_t_cell_effect * steroid
    help_ = (p.treg_half + p.treg_typical) / (p.treg_half + p.treg_fraction)

    # resting cells: exchange in detailed balance at baseline, renewal in lymphoid tissue
    to_marrow = p.k_t_blood_marrow * (y.t_resting_blood - y.t_resting_marrow * p.t_blood_0 / p.t_marrow_0)
    to_lymphoid = p.k_t_blood_lymphoid * (y.t_resting_blood - y.t_resting_lymphoid * p.t_blood_0 / p.t_lymphoid_0)
    renewal = p.k_t_renewal * (p.t_lymphoid_0 - y.t_resting_lymphoid)
    rates: dict[str, Any] = {"adhesion_adaptation": p.k_adaptation * (signal - y.adhesion_adaptation)}
    flux: Any = 0
    resting_in = {"blood": -to_marrow - to_lymphoid, "marrow": to_marrow, "lymphoid": to_lymphoid + renewal}
    share = {"blood": -1, "marrow": p.margination_marrow, "lymphoid": 1 - p.margination_marrow}

    homing_a = p.k_t_homing * y.t_activated_blood
    homing_x = p.k_t_homing * y.t_exhausted_blood
    egress = {"marrow": p.k_t_egress_marrow, "lymphoid": p.k_t_egress_lymphoid}
    for place in ("blood", "marrow", "lymphoid"):
        resting, active, spent = (y[f"t_{kind}_{place}"] for kind in ("resting", "activated", "exhausted"))
        met = (antigen[place], targets[place], total[place])
        engaged = stimulation(drug[place], *met, p.activation_target_ratio, p)
        weight = p.activation_lymphoid if place == "lymphoid" else 1
        activation = p.k_activation * weight * engaged * fall * resting
        flux = flux + activation
        dividing = stimulation(drug[place], *met, p.proliferation_target_ratio, p)
        growth = 0 if place == "blood" else p.k_t_proliferation * dividing * fall * help_
        load = 1 + p.exhaustion_load * burden if place == "marrow" else 1
        tiring = p.k_exhaustion * load * saturation(drug[place], p.activation_EC50)
        recovery = p.k_recovery * (1 - p.recovery_block * saturation(drug[place], p.activation_EC50))
        loss = p.k_t_activated_death * (1 + total[place] / p.t_crowding)
        if place == "blood":
            out_a = homing_a - sum(egress[q] * y[f"t_activated_{q}"] for q in egress)
            out_x = homing_x - sum(egress[q] * y[f"t_exhausted_{q}"] for q in egress)
        else:
            part = p.homing_marrow if place == "marrow" else 1 - p.homing_marrow
            out_a = egress[place] * active - part * homing_a
            out_x = egress[place] * spent - part * homing_x
        resting_rate = (
            resting_in[place] - activation + p.k_deactivation * active + share[place] * margination * y.t_resting_blood
        )
        rates[f"t_resting_{place}"] = resting_rate - death * resting
        rates[f"t_activated_{place}"] = (
            activation
            + (growth - p.k_deactivation - loss - tiring - death) * active
            + recovery * spent
            - out_a
            + share[place] * margination * y.t_activated_blood
        )
        rates[f"t_exhausted_{place}"] = tiring * active - (recovery + p.k_t_exhausted_death + death) * spent - out_x
    return rates, flux
