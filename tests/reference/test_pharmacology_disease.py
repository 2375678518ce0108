"""The disease and healthy blood: steady without either seed or drug, progressive untreated, answering by burden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from model_sample import (
    SIZE,
    at,
    course,
    dose,
    drugs,
    infusion,
    minimal_residual_disease,
    panel,
    patient,
    population,
    premedication,
    relapsed,
    simulate,
    without_leukaemia,
)

import trimer.library as library
from trimer.engine.solve import solve
from trimer.study.assemble import Assembly
from trimer.study.draws import uniforms
from trimer.therapy.order import Order
from trimer.therapy.realise import realise

STATES = panel().system.states


def test_health_is_steady() -> None:
    """No blast and no drug: every state stays where it starts, for 300 days."""
    days = np.linspace(0.0, 300.0, 31)
    found = simulate(course(), [without_leukaemia()], days, STATES)
    start, course_of = found.values[0, 0], found.values[0]
    moved = np.abs(course_of - start).max(axis=0)
    drifting = {n: float(m) for n, m, s in zip(STATES, moved, start, strict=True) if m > 1e-6 * max(abs(s), 1.0)}
    assert drifting == {}


def test_untreated_leukaemia_progresses() -> None:
    days = np.arange(0.0, 301.0, 15.0)
    outputs = ("marrow_blast_percent", "blasts_blood", "anc", "platelets", "haemoglobin", "extramedullary_blasts")
    found = simulate(course(), [minimal_residual_disease(), patient(), relapsed()], days, outputs)
    # To a tenth of a point: a full marrow only trades clones.
    assert np.all(np.diff(found["marrow_blast_percent"], axis=1) > -0.1)
    assert np.all(found["marrow_blast_percent"][:, -1] > 80.0)
    assert np.all(np.diff(found["extramedullary_blasts"], axis=1) >= -1e-9)
    for count, factor in (("anc", 0.25), ("platelets", 0.3), ("haemoglobin", 0.75)):
        assert np.all(found[count][:, -1] < factor * found[count][:, 0])
    assert np.all(found["blasts_blood"][:, -1] > 10.0)


def test_residual_disease_doubles_as_published() -> None:
    # From residual disease to relapse: doubling in 10 to 16 days (here the setting's 0.05/day), 4 to 10 untreated.
    for p, low, high in ((minimal_residual_disease(), 10.0, 16.0), (patient(blasts_initial=1.0), 4.0, 10.0)):
        mrd = at(simulate(course(), [p], [10.0, 40.0], ("mrd_marrow",)), "mrd_marrow", [10.0, 40.0])[0]
        assert low < 30.0 * np.log(2.0) / np.log(mrd[1] / mrd[0]) < high


def test_without_engager_t_cells_do_nothing_to_leukaemia() -> None:
    blasts = [n for n in STATES if n.startswith("blasts_")]
    few, many = (simulate(course(), [relapsed(t_marrow_0=t)], [0.0, 30.0], blasts).values for t in (1.0, 50.0))
    np.testing.assert_allclose(few, many, rtol=1e-5)


def test_engager_clears_residual_disease_later_with_fewer_t_cells() -> None:
    days, cleared = np.arange(0.0, 29.0, 0.25), []
    for share in (1.0, 0.1, 0.01):
        p = minimal_residual_disease(t_blood_0=2.5 * share, t_marrow_0=12.0 * share, t_lymphoid_0=110.0 * share)
        mrd = at(simulate(course(infusion(28.0)), [p], days, ("mrd_marrow",)), "mrd_marrow", days)[0]
        assert mrd[0] > 1e-3 > 1e-4 > mrd[-1]
        cleared.append(days[mrd < 1e-4].min())
    assert cleared[0] < cleared[1] < cleared[2]


def test_dim_blasts_are_spared_and_take_over() -> None:
    clones = ("blasts_marrow_sensitive", "blasts_marrow_dim", "cd19_dim_percent")
    escape = minimal_residual_disease(dim_presence=1.0, dim_fraction=1e-3, cd19_dim=0.03)
    found = simulate(course(infusion(28.0)), [escape], [0.0, 28.0], clones)
    assert found["cd19_dim_percent"][0, 1] < 0.2
    killed = {name: found[name][0, -1] / found[name][0, 1] for name in clones[:2]}
    assert killed["blasts_marrow_sensitive"] < 1e-2 * killed["blasts_marrow_dim"]


def regimen(name: str) -> Assembly:
    """Return a course of one library regimen from day 0."""
    orders = [Order("regimen", 0.0, regimen=name)]
    regimens, used = library.needed(orders)
    return course(*(d for d in realise(orders, SIZE, regimens, used) if d.drug in drugs()))


@pytest.mark.parametrize("name", ["modified_linker", "hypercvad_a", "hypercvad_b", "cytarabine_mitoxantrone", "clag"])
def test_chemotherapy_lowers_blasts_and_counts_and_the_marrow_recovers(name: str) -> None:
    days = np.arange(0.0, 71.0)
    outputs = ("marrow_blast_percent", "anc", "platelets")
    found = simulate(regimen(name), [patient(blasts_initial=300.0), without_leukaemia()], days, outputs)
    blasts, anc, platelets = (at(found, output, days) for output in outputs)
    assert blasts[0].min() < 0.3 * blasts[0, 0]
    for count, last in ((anc[1], 28.0), (platelets[1], 35.0)):
        assert 5.0 < days[count.argmin()] < last
        assert count.min() < 0.65 * count[0]
        assert count[-1] > 0.9 * count[0]


@pytest.mark.parametrize("name", ["cytarabine_mitoxantrone", "clag"])
def test_salvage_empties_the_blood_for_weeks(name: str) -> None:
    # High-dose cytarabine with or without mitoxantrone: nadir on days 10 to 15, recovery on days 25 to 32 (recalled).
    # FLAG-IDA in 23 adults with relapsed ALL: neutrophils above 0.5e9/L on day 20 (16 to 25), above 1.0 on day 24
    # (20 to 28), to which k_progenitors says it is fitted. Cytarabine's file: nadir below 0.2e9/L.
    days = np.arange(0.0, 61.0, 0.25)
    anc = at(simulate(regimen(name), [without_leukaemia()], days, ("anc",)), "anc", days)[0]
    assert anc.min() < 0.5
    after = days > days[anc.argmin()]
    assert 16.0 <= days[after & (anc > 0.5)].min() <= 32.0
    assert 20.0 <= days[after & (anc > 1.0)].min() <= 36.0


def test_filgrastim_shortens_neutropenia() -> None:
    chemotherapy = [dose("cytarabine", 5.6e6, day, 3.0) for day in (0.0, 1.0, 2.0)]
    support = [dose("filgrastim", 300.0, day, route="sc") for day in range(4, 18)]
    days = np.arange(0.0, 35.0, 0.25)
    alone, helped = (
        at(simulate(course(*d), [without_leukaemia()], days, ("anc",)), "anc", days)[0]
        for d in (chemotherapy, chemotherapy + support)
    )
    low = 0.75 * alone[0]
    assert 0 < np.sum(helped < low) < np.sum(alone < low)
    assert helped.min() > alone.min()


COHORT = 300


@pytest.fixture(scope="module")
def cohort() -> tuple[np.ndarray, np.ndarray]:
    """Return burden at entry (%) and CR or CRh within two label cycles, for adults with relapsed disease.

    Each patient's untreated disease grows until marrow blasts reach a share drawn as in MT103-211: 130 of 189 patients
    with half or more, uniform inside.
    """
    heavy = uniforms("burden class", 1, 0, COHORT) < 130 / 189
    share = 100.0 * np.where(heavy, 0.5, 0.06) + uniforms("burden", 1, 0, COHORT) * np.where(heavy, 45.0, 44.0)
    people, days = population(COHORT), np.arange(0.0, 500.0, 2.0)
    grown = solve(replace(course(), start=0.0).problem(people, days, (*STATES, "marrow_blast_percent"), 1e-4))
    reached = grown["marrow_blast_percent"] >= share[:, None]
    entry = np.where(reached.any(axis=1), reached.argmax(axis=1), len(grown.times) - 1)
    start = grown.values[np.arange(COHORT), entry, : len(STATES)]
    burden = grown["marrow_blast_percent"][np.arange(COHORT), entry]

    label = course(
        premedication(0.0, 20.0), infusion(9.0, 0.0, 7.0), premedication(7.0, 20.0), infusion(28.0, 7.0, 21.0),
        premedication(42.0, 20.0), infusion(28.0, 42.0, 28.0),
    )  # fmt: skip
    judged = [28.0, 42.0, 70.0, 84.0]
    outputs = ("marrow_blast_percent", "blood_blast_percent", "anc", "platelets")
    found = solve(replace(label.problem(people, judged, outputs, 1e-4), y0=start))
    assert found.ok.all()
    blasts, blood, anc, platelets = (at(found, name, judged) for name in outputs)
    remission = (blasts <= 5.0) & (blood < 1.0) & (anc > 0.5) & (platelets > 50.0)
    return burden, remission.any(axis=1)


def test_response_in_relapsed_disease(cohort: tuple[np.ndarray, np.ndarray]) -> None:
    """Calibration: CR or CRh of 43 % (36 to 50) in MT103-211, 42 % (37 to 49) in TOWER."""
    assert 0.36 <= cohort[1].mean() <= 0.50


def test_response_depends_on_burden(cohort: tuple[np.ndarray, np.ndarray]) -> None:
    """Calibration: 73 % (43 of 59) below half of the marrow, 29 % (38 of 130) above (recalled); pooled odds 3.5 to 3.9.

    Accepted: the binomial 95 % intervals of these fractions.
    """
    burden, answer = cohort
    light, heavy = answer[burden < 50.0].mean(), answer[burden >= 50.0].mean()
    assert 0.60 < light < 0.84
    assert 0.22 < heavy < 0.38
    assert 2.2 < light / (1 - light) / (heavy / (1 - heavy)) < 6.5
