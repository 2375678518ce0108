"""T cells, normal B cells and cytokines: balances, directions, and what holds each effect back."""

from __future__ import annotations

from typing import Any

import pytest
from model_sample import parameters, states

from trimer.engine.names import Named
from trimer.model import cytokines, t_cells
from trimer.model.b_cells import b_cell_rates

PLACES = ("blood", "marrow", "lymphoid")


def move(y: Named, p: Named, c: float, targets: float = 10.0, **options: float) -> tuple[dict[str, Any], float]:
    drug = {"blood": c, "marrow": 0.35 * c, "lymphoid": 0.15 * c}
    seen = dict.fromkeys(PLACES, targets)
    settings = {"burden": 0.0, "death": 0.0, "steroid": 0.0} | options
    return t_cells.t_cell_rates(y, p, drug, seen, seen, **settings)


def test_resting_t_cells_are_in_balance_without_drug() -> None:
    p = parameters()
    found, flux = move(states(p), p, 0.0)
    assert flux == 0.0
    assert {name: rate for name, rate in found.items() if abs(rate) > 1e-12} == {}


def test_drug_moves_t_cells_out_of_blood_and_keeps_them() -> None:
    p = parameters(k_activation=0.0)
    found, _ = move(states(p), p, 0.5)
    assert found["t_resting_blood"] < -100.0
    assert found["t_resting_marrow"] > 0 < found["t_resting_lymphoid"]
    assert sum(found[f"t_resting_{place}"] for place in PLACES) == pytest.approx(0.0, abs=1e-9)


def test_t_cells_that_have_adapted_stay_in_blood() -> None:
    p = parameters(k_activation=0.0)
    signal = t_cells.adhesion(0.5, 20.0, p.t_marrow_0 + p.t_lymphoid_0, p)
    found, _ = move(states(p, adhesion_adaptation=signal), p, 0.5)
    fresh, _ = move(states(p), p, 0.5)
    assert abs(found["t_resting_blood"]) < 0.02 * abs(fresh["t_resting_blood"])
    assert found["adhesion_adaptation"] == pytest.approx(0.0, abs=1e-9)


def test_adhesion_needs_drug_and_is_stronger_while_tissues_hold_targets() -> None:
    p = parameters()
    assert t_cells.adhesion(0.0, 50.0, 100.0, p) == 0.0
    assert t_cells.adhesion(0.5, 0.0, 100.0, p) < 0.3 * t_cells.adhesion(0.5, 50.0, 100.0, p)


def test_activation_needs_drug_and_targets_and_moves_cells() -> None:
    p = parameters()
    for c, targets in ((0.0, 10.0), (0.5, 0.0)):
        assert move(states(p), p, c, targets)[1] == 0.0
    y = states(p, t_activated_marrow=5.0, t_exhausted_marrow=1.0)
    base, _ = move(y, p, 0.5)
    still, _ = move(y, parameters(k_activation=0.0), 0.5)
    gained = base["t_activated_marrow"] - still["t_activated_marrow"]
    assert gained == pytest.approx(still["t_resting_marrow"] - base["t_resting_marrow"])
    assert gained > 0.0


def test_regulatory_cells_and_steroid_restrain_expansion() -> None:
    y = states(parameters(), t_activated_marrow=5.0)
    base = move(y, parameters(), 0.5)[0]["t_activated_marrow"]
    assert move(y, parameters(treg_fraction=0.4), 0.5)[0]["t_activated_marrow"] < base
    assert move(y, parameters(), 0.5, steroid=1.0)[0]["t_activated_marrow"] < base


def test_burden_tires_t_cells_in_marrow_and_rest_restores_them() -> None:
    p = parameters()
    y = states(p, t_activated_marrow=5.0, t_exhausted_marrow=2.0)
    free, loaded = move(y, p, 0.5)[0], move(y, p, 0.5, burden=0.5)[0]
    tired = loaded["t_exhausted_marrow"] - free["t_exhausted_marrow"]
    assert tired == pytest.approx(free["t_activated_marrow"] - loaded["t_activated_marrow"])
    assert tired > 0.0
    off = move(y, p, 0.0)[0]["t_exhausted_marrow"]
    assert off < free["t_exhausted_marrow"]


def test_chemotherapy_takes_the_same_share_of_every_t_cell() -> None:
    p = parameters()
    y = states(p, t_activated_marrow=5.0, t_exhausted_blood=1.0)
    base, hit = move(y, p, 0.5)[0], move(y, p, 0.5, death=0.2)[0]
    for name in (n for n in t_cells.STATES if n.startswith("t_")):
        assert base[name] - hit[name] == pytest.approx(0.2 * y[name], abs=1e-9)


def lyse(y: Named, p: Named, c: float, death: float = 0.0) -> tuple[dict[str, Any], dict[str, Any]]:
    return b_cell_rates(y, p, dict.fromkeys((*PLACES, "extramedullary"), c), death)


def test_normal_b_cells_are_in_balance_without_drug() -> None:
    p = parameters(blasts_initial=0.0)
    found, killed = lyse(states(p), p, 0.0)
    assert set(killed.values()) == {0.0}
    assert {name: rate for name, rate in found.items() if abs(rate) > 1e-12} == {}


def test_b_cells_that_are_killed_disappear_where_they_were() -> None:
    p = parameters()
    y = states(p, t_activated_marrow=5.0, t_activated_lymphoid=20.0)
    base, found, killed = lyse(y, p, 0.0)[0], *lyse(y, p, 0.5)
    for place, name in (("marrow", "b_precursors_marrow"), ("blood", "b_mature_blood")):
        assert base[name] - found[name] == pytest.approx(killed[place])
        assert killed[place] > 0.0
    assert lyse(y, p, 0.0, death=0.5)[0]["b_mature_lymphoid"] == pytest.approx(-0.5 * p.b_lymphoid_0)


def test_leukaemia_competes_for_the_same_t_cells() -> None:
    p = parameters()
    alone = lyse(states(p, t_activated_marrow=5.0, blasts_marrow_sensitive=0.0), p, 0.5)[1]["marrow"]
    beside = lyse(states(p, t_activated_marrow=5.0, blasts_marrow_sensitive=500.0), p, 0.5)[1]["marrow"]
    assert beside < 0.2 * alone


def release(y: Named, p: Named, kills: float = 20.0, **options: float) -> dict[str, Any]:
    settings = {"burden": 0.0, "steroid": 0.0, "blockade": 0.0} | options
    return cytokines.cytokine_rates(y, p, kills, kills / 2, **settings)


def test_cytokines_rest_without_killing() -> None:
    p = parameters()
    found = release(states(p), p, kills=0.0)
    assert {n: found[n] for n in ("il6", "ifn_gamma", "il10", "cytokine_tolerance", "pd_l1")} == pytest.approx(
        dict.fromkeys(("il6", "ifn_gamma", "il10", "cytokine_tolerance", "pd_l1"), 0.0)
    )


def test_release_saturates() -> None:
    p = parameters()
    found = [release(states(p), p, kills=k)["il6"] for k in (10.0, 100.0, 1e4, 1e6)]
    assert found == sorted(found)
    assert found[-1] <= p.il6_release * p.release_max


def test_tolerance_and_steroid_hold_release_back() -> None:
    p = parameters()
    fresh = release(states(p), p)["il6"]
    assert release(states(p, cytokine_tolerance=1.0), p)["il6"] == pytest.approx(fresh * (1 - p.tolerance_max))
    assert release(states(p), p, steroid=1.0)["il6"] == pytest.approx(fresh * (1 - p.steroid_I_max))
    assert release(states(p, cytokine_tolerance=1.0), p)["cytokine_tolerance"] < 0.0


def test_il10_brakes_interferon_and_spares_il6() -> None:
    p = parameters()
    calm, braked = release(states(p), p), release(states(p, il10=p.il10_half), p)
    assert braked["ifn_gamma"] == pytest.approx(calm["ifn_gamma"] * (1 - p.il10_brake / 2))
    assert braked["il6"] == calm["il6"]


def test_receptor_blockade_raises_il6_in_blood_and_lowers_what_it_does() -> None:
    p = parameters()
    y = states(p, il6=500.0, inflammation=0.5)
    free, blocked = release(y, p), release(y, p, blockade=0.99)
    assert blocked["il6"] > free["il6"]
    assert blocked["inflammation"] < free["inflammation"]
    assert blocked["ifn_gamma"] == free["ifn_gamma"]


def test_burden_and_frailty_amplify_the_systemic_response() -> None:
    p = parameters()
    y = states(p, il6=500.0)
    low, high = release(y, p), release(y, p, burden=1e6)
    assert high["inflammation"] == pytest.approx(low["inflammation"] / p.stress_floor, rel=1e-3)
    frail = release(y, parameters(crs_frailty=2.0))
    assert frail["inflammation"] == pytest.approx(2 * low["inflammation"])


def test_ordinal_reaches_two_at_one_and_never_its_top() -> None:
    assert cytokines.ordinal(0.0) == 0.0
    assert cytokines.ordinal(1.0) == 2.0
    assert 3.99 < cytokines.ordinal(100.0) < 4.0
