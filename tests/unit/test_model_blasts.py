"""Blasts: what binds, what protects, what kills, where cells go."""

from __future__ import annotations

from typing import Any

import pytest
from model_sample import parameters, states

from trimer.engine.names import Named
from trimer.model import blasts

PLACES = ("marrow", "blood", "extramedullary", "cns")
ARMED = {"t_activated_marrow": 20.0, "t_activated_blood": 1.0, "t_activated_lymphoid": 30.0}


def rates(y: Named, p: Named, drug: float = 0.0, chemo: float = 0.0, csf: float = 0.0) -> tuple[dict[str, Any], Any]:
    normal = {"marrow": y.b_precursors_marrow, "blood": y.b_mature_blood}
    return blasts.blast_rates(y, p, dict.fromkeys(PLACES, drug), normal, chemo, csf)


def spread(p: Named, **changes: float) -> Named:
    return states(p, **{name: 2.0 + i for i, name in enumerate(blasts.STATES)}, **changes)


def test_totals_and_antigen_count_every_clone_once() -> None:
    p = parameters()
    y = spread(p)
    assert blasts.marrow_total(y) == sum(y[f"blasts_marrow_{c}"] for c in blasts.CLONES)
    assert blasts.site_total("blood", y) == sum(y[f"blasts_blood_{c}"] for c in blasts.CIRCULATING)
    bright = blasts.marrow_total(y) - y.blasts_marrow_dim
    assert blasts.antigen("marrow", y, p) == pytest.approx(p.cd19_bright * bright + p.cd19_dim * y.blasts_marrow_dim)


def test_engagement_is_a_half_at_the_ec50_of_a_cell_of_reference_density() -> None:
    p = parameters()
    assert blasts.engagement(p.kill_EC50, 1.0, p) == pytest.approx(0.5)
    assert blasts.engagement(0.0, 1.0, p) == 0.0
    # Few receptors against the affinity: potency falls in proportion to density.
    assert blasts.engagement(p.kill_EC50 / 0.06, 0.06, p) == pytest.approx(0.5, abs=0.03)


def test_the_dim_clone_is_seen_less_and_shielded_more() -> None:
    p = parameters()
    assert blasts.cd19("dim", p) == p.cd19_dim < blasts.cd19("sensitive", p)
    assert blasts.checkpoint(0.0, "sensitive", p) == 1.0
    assert blasts.checkpoint(0.0, "dim", p) == pytest.approx(1 - p.pd1_inhibition / 2)
    assert blasts.checkpoint(50.0, "dim", p) > 1 - p.pd1_inhibition
    assert blasts.checkpoint(50.0, "dim", parameters(pd1_blockade=1.0)) == 1.0


def test_sensitivity_to_chemotherapy_is_ordered() -> None:
    p = parameters()
    found = [blasts.sensitivity(c, p) for c in ("persister", "resistant", "sensitive")]
    assert found == sorted(found)
    assert found[-1] == 1


def test_no_drug_or_no_t_cell_kills_nothing() -> None:
    p = parameters()
    assert set(rates(spread(p, **ARMED), p)[1].values()) == {0.0}
    unarmed = dict.fromkeys((*ARMED, "t_resting_blood", "t_exhausted_marrow"), 0.0)
    assert set(rates(spread(p, **unarmed), p, drug=1.0)[1].values()) == {0.0}


def test_what_is_killed_is_what_disappears() -> None:
    p = parameters()
    y = spread(p, **ARMED)
    (alone, _), (hunted, killed) = rates(y, p), rates(y, p, drug=0.5)
    lost = sum(alone.values()) - sum(hunted.values())
    assert lost == pytest.approx(sum(killed.values()))
    assert killed["marrow"] > 0 < killed["blood"]


def test_killing_is_linear_in_a_scarce_partner_and_bounded_by_handling() -> None:
    p = parameters(encounter_half=1e-6)
    only = dict.fromkeys(blasts.STATES, 0.0)

    def killed(t: float, n: float) -> float:
        y = states(p, **(only | {"blasts_marrow_sensitive": n}), t_activated_marrow=t, b_precursors_marrow=0.0)
        return rates(y, p, drug=0.5)[1]["marrow"]

    assert killed(2e-3, 100.0) == pytest.approx(2 * killed(1e-3, 100.0), rel=1e-3)
    assert killed(100.0, 2e-3) == pytest.approx(2 * killed(100.0, 1e-3), rel=1e-3)
    assert killed(1.0, 1e6) <= p.k_kill  # one T cell cannot kill more than k_kill targets a day
    # No leukaemia anywhere else, so nothing is lost or gained by the sites without blasts.
    assert killed(1.0, 0.0) == 0.0


def test_spilling_and_settling_move_cells_without_making_any() -> None:
    p = parameters(k_growth=0.0, k_blood_death=0.0)
    found, _ = rates(spread(p), p)
    assert sum(found.values()) == pytest.approx(0.0, abs=1e-12)


def test_packed_marrow_spills_more_and_grows_no_further() -> None:
    p = parameters()
    full = states(p, **dict.fromkeys(blasts.STATES, 0.0) | {"blasts_marrow_sensitive": p.marrow_capacity})
    found, _ = rates(full, p)
    assert found["blasts_blood_sensitive"] == pytest.approx(p.k_egress * (1 + p.spill) * p.marrow_capacity, rel=1e-6)
    assert sum(found[f"blasts_marrow_{c}"] for c in blasts.CLONES) <= -found["blasts_blood_sensitive"] * (1 - 1e-9)


def test_less_than_a_cell_does_not_grow() -> None:
    p = parameters(k_niche_entry=0.0, k_egress=0.0)
    growth = {}
    for n in (1e-12, 1e-3):
        y = states(p, **dict.fromkeys(blasts.STATES, 0.0) | {"blasts_marrow_sensitive": n})
        growth[n] = rates(y, p)[0]["blasts_marrow_sensitive"] / n
    assert growth[1e-12] < 0.01 * growth[1e-3]
    assert growth[1e-3] == pytest.approx(p.k_growth, rel=1e-4)


def test_chemotherapy_reaches_csf_by_its_own_rate() -> None:
    p = parameters()
    y = spread(p)
    base, systemic, local = rates(y, p)[0], rates(y, p, chemo=0.3)[0], rates(y, p, csf=0.3)[0]
    assert systemic["blasts_cns_sensitive"] == base["blasts_cns_sensitive"]
    assert local["blasts_cns_sensitive"] == pytest.approx(base["blasts_cns_sensitive"] - 0.3 * y.blasts_cns_sensitive)
    lost = base["blasts_marrow_resistant"] - systemic["blasts_marrow_resistant"]
    assert lost == pytest.approx(0.3 * p.chemosensitivity_resistant * y.blasts_marrow_resistant)
