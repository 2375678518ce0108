"""PD-1 antibody, BCL-2 and BTK inhibitor: their kinetics by textbook, what they do, and nothing without a dose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from model_sample import HOUR, SIZE, START, dose, drugs, parameters, simulate, states

from trimer.library import drug
from trimer.model import blasts, chemotherapy, leukaemia
from trimer.study import draws
from trimer.study.assemble import Assembly, assemble, drug_term
from trimer.therapy.administration import Administration

COMPARATORS = ("pembrolizumab", "venetoclax", "acalabrutinib")
TERMS = {name: drug_term(drug(name), drug(name).routes) for name in COMPARATORS}


def treated(*doses: Administration) -> Assembly:
    return assemble(doses, drugs(), SIZE, START)


def typical(assembly: Assembly, **changes: float) -> dict[str, float]:
    return draws.typical(assembly.parameters) | {"blasts_initial": 500.0} | changes


def occupancy_of(concentration: float) -> float:
    p = parameters()
    y = states(p, pembrolizumab_central=concentration * p.pembrolizumab_V)
    return float(chemotherapy.pd1_blockade([TERMS["pembrolizumab"]], y, p) / p.pembrolizumab_blockable)


def test_pembrolizumab_saturates_pd1_throughout_the_dosing_interval() -> None:
    # Patnaik 2015 (abstract): full target engagement at trough levels from 1 mg/kg every three weeks. Closed form of
    # two compartments after a bolus of 200 mg, at the first trough, which is the lowest.
    p = {key: scaled.at(SIZE).value for key, scaled in drug("pembrolizumab").pk.items()}
    k10, k12, k21 = p["CL"] / p["V"], p["Q"] / p["V"], p["Q"] / p["V2"]
    root = math.sqrt((k10 + k12 + k21) ** 2 - 4.0 * k10 * k21)
    fast, slow = (k10 + k12 + k21 + root) / 2.0, (k10 + k12 + k21 - root) / 2.0
    waning = ((fast - k21) * math.exp(-fast * 21.0) - (slow - k21) * math.exp(-slow * 21.0)) / root
    trough = 200e3 / p["V"] * waning
    assert 10e3 < trough < 25e3  # ng/mL; 11 ug/mL recalled for the first trough of heavier patients
    assert occupancy_of(trough) > 0.95


def test_blockade_is_half_of_its_share_at_the_affinity_and_none_without_drug() -> None:
    p = parameters()
    assert chemotherapy.pd1_blockade([], states(p), p) == 0
    assert occupancy_of(0.0) == 0.0
    assert occupancy_of(p.pembrolizumab_Kd) == pytest.approx(0.5)
    assert occupancy_of(1e9) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("clone", blasts.CLONES)
def test_blockade_takes_its_share_of_the_inhibition(clone: str) -> None:
    p = parameters()
    inhibited = 1.0 - blasts.checkpoint(1.5, clone, p)
    assert inhibited > 0.1
    assert 1.0 - blasts.checkpoint(1.5, clone, p, 0.7) == pytest.approx(0.3 * inhibited)
    assert blasts.checkpoint(1.5, clone, p, 1.0) == pytest.approx(1.0)


def test_venetoclax_kills_every_clone_alike_and_little() -> None:
    p, term = parameters(), TERMS["venetoclax"]
    mean = 400e3 / p.venetoclax_CL
    y = states(p, venetoclax_central=mean * p.venetoclax_V)
    rate = chemotherapy.targeted_kill_rate([term], y, p)
    assert 0.0 < rate < p.k_growth
    assert chemotherapy.kill_rate([term], "blasts", y, p, lambda _: 1.0) == 0
    assert chemotherapy.kill_rate([term], "lymphocytes", y, p, lambda _: 1.0) > 0.0
    assert chemotherapy.kill_rate([term], "marrow", y, p, lambda _: 1.0) > 0.0

    none = dict.fromkeys(("marrow", "blood", "extramedullary", "cns"), 0.0)
    normal = {"marrow": 0.0, "blood": 0.0}
    full = states(p, **dict.fromkeys(blasts.STATES, 3.0))
    without, _ = blasts.blast_rates(full, p, none, normal, 0.0, 0.0)
    with_, _ = blasts.blast_rates(full, p, none, normal, 0.0, 0.0, 0.0, rate)
    for name in blasts.STATES:
        share = p.csf_penetration if "cns" in name else 1.0
        assert without[name] - with_[name] == pytest.approx(3.0 * rate * share)


def test_venetoclax_thins_t_cells_by_about_half() -> None:
    assembly = treated(*(dose("venetoclax", 400e3, float(day), route="po") for day in range(100)))
    found = simulate(assembly, [typical(assembly, blasts_initial=0.0)], [0.0, 100.0], ["t_cells_blood"], 1e-5)
    before, after = found["t_cells_blood"][0, -2:]
    assert 0.35 < after / before < 0.65


def test_acalabrutinib_holds_btk_and_does_nothing_in_the_typical_patient() -> None:
    # Byrd 2020: 97 % of BTK occupied at trough under 100 mg twice a day; here at the mean concentration.
    p, term = parameters(), TERMS["acalabrutinib"]
    mean = 200e3 * drug("acalabrutinib").pk["F_po"].parameter.value / p.acalabrutinib_CL
    y = states(p, acalabrutinib_effect=mean)
    assert chemotherapy.occupancy(term, y, p) == pytest.approx(0.97, abs=0.005)
    assert p.acalabrutinib_dependence == 0.0
    assert chemotherapy.targeted_kill_rate([term], y, p) == 0.0
    dependent = parameters(acalabrutinib_dependence=1.0)
    assert chemotherapy.targeted_kill_rate([term], y, dependent) == pytest.approx(
        0.97 * p.acalabrutinib_k_blasts, rel=0.01
    )


def test_one_patient_in_seven_depends_on_btk() -> None:
    assembly = treated(dose("acalabrutinib", 1.0, route="po"))
    drawn = np.array([x["acalabrutinib_dependence"] for x in draws.draw(assembly.parameters, 7, 0, 2000)])
    assert set(drawn) == {0.0, 1.0}
    assert drawn.mean() == pytest.approx(0.135, abs=0.03)  # four standard errors


@pytest.mark.parametrize("name", COMPARATORS)
def test_a_drug_without_a_dose_changes_nothing(name: str) -> None:
    outputs = ["marrow_blast_percent", "t_cells_blood", "temperature", "anc", "b_cells_blood"]
    course = (dose("dexamethasone", 16e3, -HOUR, 0.5), Administration("blinatumomab", 0.0, 28.0, 252.0, "civ"))
    plain = treated(*course)
    silent = treated(*course, Administration(name, -1e3, 0.0, 0.0, drug(name).routes[0]))
    assert len(silent.system.states) > len(plain.system.states)
    times = [1.0, 7.0, 28.0, 60.0]
    one, other = (simulate(a, [typical(a, acalabrutinib_dependence=1.0)], times, outputs) for a in (plain, silent))
    for output in outputs:
        assert other[output] == pytest.approx(one[output], rel=2e-4)  # two solutions at rtol 1e-6 differ in their steps


def test_pd1_blockade_lets_an_engager_kill_more() -> None:
    course = (dose("dexamethasone", 16e3, -HOUR, 0.5), Administration("blinatumomab", 0.0, 28.0, 784.0, "civ"))
    alone = treated(*course)
    both = treated(*course, dose("pembrolizumab", 200e3, 0.0, 0.5))
    left = [
        simulate(a, [typical(a)], [28.0], ["marrow_blast_percent"])["marrow_blast_percent"][0, -1]
        for a in (alone, both)
    ]
    assert left[1] < left[0]


def test_other_systems_have_none_of_these_terms() -> None:
    assert leukaemia.build(()).outputs == leukaemia.OUTPUTS
    assert not [n for n in leukaemia.build(()).parameters if n.startswith((*COMPARATORS, "car_t"))]
