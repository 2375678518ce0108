"""The terms a drug brings, and that its rates keep what they move."""

from __future__ import annotations

import pytest
from model_sample import panel, parameters, states

from trimer.engine.names import Named
from trimer.model.car_t import CellTerm, cell_rates
from trimer.model.leukaemia import CORE, core_parameters, drug_parameters
from trimer.model.pharmacokinetics import DrugTerm, amounts, drug_rates, effect_concentration, engager_rates, plasma

P = {"x_CL": 2.0, "x_V": 4.0, "x_Q": 1.0, "x_V2": 8.0, "x_ka": 3.0, "x_ke0": 0.5, "x_Vmax": 6.0, "x_Km": 2.0}
FULL = DrugTerm("x", True, True, True, True, ("s_phase_kill",), True)


def rates(term: DrugTerm, infusion: float = 0.0, **y: float) -> dict[str, float]:
    p = Named("parameter", {**P, "k_csf_turnover": 4.8})
    return drug_rates(term, Named("state", dict.fromkeys(term.states, 0.0) | y), p, Named("input", {"x": infusion}))


def test_states_follow_from_the_structure() -> None:
    assert DrugTerm("x").states == ("x_central",)
    assert FULL.states == ("x_depot", "x_central", "x_peripheral", "x_effect", "x_csf")
    for term in (*panel().terms, FULL, DrugTerm("x")):
        y = Named("state", dict.fromkeys((*term.states, *CORE), 1.0))
        p = Named("parameter", dict.fromkeys((*drug_parameters(term), *core_parameters()), 1.0))
        u = Named("input", {term.name: 0.0})
        cells = isinstance(term, CellTerm)
        found = cell_rates(term, 1.0, 0.0, y, p, u) if isinstance(term, CellTerm) else drug_rates(term, y, p, u)
        assert sorted(found) == sorted(term.states)
        assert cells == (term.name == "car_t_cd19")


def test_amounts_move_without_loss_but_by_elimination() -> None:
    y = {"x_depot": 3.0, "x_central": 8.0, "x_peripheral": 5.0, "x_csf": 2.0}
    found = rates(FULL, infusion=10.0, **y)
    concentration = 8.0 / 4.0
    lost = 2.0 * concentration + 6.0 * concentration / (concentration + 2.0)
    assert sum(found[name] for name in y) == pytest.approx(10.0 - lost)
    assert found["x_depot"] == -9.0
    assert found["x_csf"] == pytest.approx(-9.6)
    assert found["x_peripheral"] == pytest.approx(1.0 * (2.0 - 5.0 / 8.0))


def test_the_effect_site_follows_plasma() -> None:
    assert rates(FULL, x_central=8.0)["x_effect"] == pytest.approx(0.5 * 2.0)
    assert rates(FULL, x_central=8.0, x_effect=2.0)["x_effect"] == 0.0
    y, p = Named("state", {"x_central": 8.0, "x_effect": 1.5}), Named("parameter", P)
    assert plasma("x", y, p) == 2.0
    assert effect_concentration(DrugTerm("x", effect_site=True), y, p) == 1.5
    assert effect_concentration(DrugTerm("x"), y, p) == 2.0


def test_the_engager_is_kept_but_for_what_is_infused() -> None:
    p = parameters()
    inside = {"depot": 2.0, "central": 3.0, "marrow": 0.4, "eliminated": 11.0}
    y = states(p, **{f"blinatumomab_{place}": amount for place, amount in inside.items()})
    found = engager_rates(250.0, y, p, Named("input", {"blinatumomab": 28.0}))
    assert sum(found.values()) == pytest.approx(28.0)
    assert found["blinatumomab_depot"] == pytest.approx(-2.0 * p.blinatumomab_ka)
    assert amounts(y) == pytest.approx(16.4)


def test_antigen_takes_drug_from_marrow_and_plasma_does_not_feel_it() -> None:
    p = parameters()
    y = states(p, blinatumomab_central=3.0, blinatumomab_marrow=0.05)
    nothing = Named("input", {"blinatumomab": 0.0})
    low, high = engager_rates(0.0, y, p, nothing), engager_rates(500.0, y, p, nothing)
    assert low["blinatumomab_marrow"] - high["blinatumomab_marrow"] == pytest.approx(p.k_sink * 500.0 * 0.05)
    assert low["blinatumomab_central"] == high["blinatumomab_central"]
