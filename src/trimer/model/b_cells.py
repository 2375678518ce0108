"""Normal B cells: precursors in marrow, blood, lymphoid tissue; the engager depletes them with the blasts."""

from __future__ import annotations

from typing import Any

from trimer.model.binding import saturation
from trimer.model.blasts import engagement, marrow_total, site_total

STATES = ("b_precursors_marrow", "b_mature_blood", "b_mature_lymphoid")


def b_cell_rates(y: Any, p: Any, drug: dict[str, Any], death: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the derivatives (1e9 cells/day) and the engager kill flux by place (1e9 cells/day).

    Precursors follow the haematopoietic progenitors (so leukaemia crowds them out); blood cells pass to lymphoid
    tissue; lymphoid cells renew slowly. Export to blood is a daughter of each division and does not drain precursors.
    """
    busy = y.t_activated_marrow + marrow_total(y) + y.b_precursors_marrow + p.encounter_half
    kill_marrow = p.k_kill * engagement(drug["marrow"], 1, p) * y.t_activated_marrow / busy * y.b_precursors_marrow
    t_all = y.t_activated_blood + y.t_resting_blood
    t_blood = y.t_activated_blood + p.blood_resting_activity * y.t_resting_blood
    busy_blood = t_all + y.b_mature_blood + site_total("blood", y) + p.encounter_half_blood
    kill_blood = p.k_kill_blood * engagement(drug["blood"], 1, p) * t_blood / busy_blood * y.b_mature_blood
    busy_lymphoid = y.t_activated_lymphoid + y.b_mature_lymphoid + p.encounter_half
    kill_lymphoid = (
        p.k_kill
        * p.lymphoid_access
        * engagement(drug["lymphoid"], 1, p)
        * y.t_activated_lymphoid
        / busy_lymphoid
        * y.b_mature_lymphoid
    )
    renewal = p.k_b_renewal * (1 - y.b_mature_lymphoid / p.b_lymphoid_0) * saturation(y.b_mature_lymphoid, p.one_cell)
    out = p.k_b_exit * y.b_precursors_marrow
    settle = p.k_b_settle * y.b_mature_blood
    rates = {
        "b_precursors_marrow": p.k_b_precursors * (p.b_precursors_0 * y.progenitors - y.b_precursors_marrow)
        - kill_marrow
        - death * y.b_precursors_marrow,
        "b_mature_blood": out - settle - kill_blood - death * y.b_mature_blood,
        "b_mature_lymphoid": settle + (renewal - p.k_b_lymphoid_death - death) * y.b_mature_lymphoid - kill_lymphoid,
    }
    return rates, {"marrow": kill_marrow, "blood": kill_blood, "lymphoid": kill_lymphoid}
