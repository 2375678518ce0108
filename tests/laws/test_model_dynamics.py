"""What holds for every patient and every schedule: signs, balances, symmetries of time, dose and batch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from model_sample import (
    at,
    course,
    dose,
    drugs,
    examples,
    infusion,
    panel,
    patient,
    population,
    premedication,
    simulate,
)

from trimer.engine.solve import relative_error, solve
from trimer.model.chemotherapy import CYTOTOXIC
from trimer.model.pharmacokinetics import amounts
from trimer.study.assemble import Assembly
from trimer.therapy.administration import Administration

# A usual single dose of each drug, ug (IU for pegaspargase, 1e9 for cells); schedules are of zero to three times that.
USUAL = {
    "cladribine": 9.4e3, "cyclophosphamide": 560e3, "cytarabine": 5.6e6, "daunorubicin": 110e3, "dexamethasone": 20e3,
    "doxorubicin": 94e3, "filgrastim": 300.0, "methotrexate": 1.9e6, "methylprednisolone": 1e6, "mitoxantrone": 22e3,
    "pegaspargase": 3750.0, "prednisone": 110e3, "tocilizumab": 560e3, "vincristine": 2e3, "fludarabine": 56e3,
    "idarubicin": 22e3, "acalabrutinib": 100e3, "pembrolizumab": 200e3, "venetoclax": 400e3, "car_t_cd19": 0.07,
    "hle_cd19_engager": 4.5, "tetravalent_cd19_engager": 7.6,
}  # fmt: skip
STATES = panel().system.states
OUTPUTS = tuple(name for name in panel().system.outputs if name not in STATES)
BLASTS = [name for name in STATES if name.startswith("blasts_")]
SCALE = np.array(panel().system.scale)


def quarters(first: int, last: int) -> st.SearchStrategy[float]:
    """Return days on the quarter of an hour: no two events stand closer than that unless they stand together."""
    return st.integers(96 * first, 96 * last).map(lambda k: k / 96)


# A rate far below any dose would only show the noise of the solver.
infusions = st.builds(infusion, rate=st.just(0.0) | st.floats(0.5, 112.0), start=quarters(0, 40), days=quarters(1, 28))
patients = st.integers(0, 100_000)


ENGAGERS = {name for name in USUAL if "t_cell_engagement" in drugs()[name].effects}


@st.composite
def others(draw: st.DrawFn, names: Collection[str] = USUAL) -> Administration:
    """Return one dose of a drug other than blinatumomab, by any of its routes."""
    name, route = draw(st.sampled_from([(name, route) for name in names for route in drugs()[name].routes]))
    hours = 24.0 if route == "civ" else draw(st.sampled_from([0.0, 1.0, 3.0, 24.0]))
    factor = draw(st.just(0.0) | st.floats(0.01, 3.0)) * (0.01 if route == "it" else 1.0)
    return dose(name, factor * USUAL[name], draw(quarters(0, 60)), hours, route)


schedules = st.tuples(st.lists(infusions, max_size=3), st.lists(others(), max_size=5)).map(lambda x: [*x[0], *x[1]])


def test_every_simulated_drug_can_be_drawn() -> None:
    assert {*USUAL, "blinatumomab"} == set(drugs())


@given(schedules, patients)
@settings(max_examples=examples(60))
def test_nothing_is_ever_negative(schedule: list[Administration], first: int) -> None:
    found = simulate(course(*schedule), population(4, first), np.linspace(0.0, 90.0, 181), (*STATES, *OUTPUTS))
    assert np.all(np.isfinite(found.values))
    lowest = found.values.min(axis=(0, 1))
    assert {n: x for n, x in zip(STATES, lowest / np.resize(SCALE, len(lowest)), strict=False) if x < -1e-9} == {}
    assert {n: x for n, x in zip(OUTPUTS, lowest[len(STATES) :], strict=True) if x < -1e-9} == {}


injections = st.builds(dose, st.just("blinatumomab"), st.floats(1.0, 500.0), quarters(0, 40), route=st.just("sc"))


@given(schedules, st.lists(injections, max_size=3), patients)
@settings(max_examples=examples(40))
def test_engager_is_neither_lost_nor_made(
    schedule: list[Administration], injected: list[Administration], first: int
) -> None:
    names = tuple(name for name in STATES if name.startswith("blinatumomab_"))
    times = np.linspace(0.0, 80.0, 161)
    found = simulate(course(*schedule, *injected), population(4, first), times, names)
    inside = np.asarray(amounts({name: at(found, name, times) for name in names}))
    running = [d for d in schedule if d.drug == "blinatumomab" and d.duration > 0.0]
    given_by = sum((d.amount * np.clip((times - d.start) / d.duration, 0.0, 1.0) for d in running), 0.0 * times)
    share = drugs()["blinatumomab"].pk["F_sc"].parameter.value
    given_by = given_by + sum((share * d.amount * (times >= d.start) for d in injected), 0.0 * times)
    np.testing.assert_allclose(inside, np.tile(given_by, (4, 1)), rtol=1e-6, atol=1e-4)


@given(st.lists(others([name for name in USUAL if name not in ENGAGERS]), max_size=5), patients)
@settings(max_examples=examples(25))
def test_no_engager_no_engager_killing(schedule: list[Administration], first: int) -> None:
    doses = (*schedule, infusion(0.0))
    found = simulate(course(*doses), population(4, first), np.linspace(0.0, 90.0, 91), ("engager_kill_rate",))
    assert np.all(found.values == 0.0)


@given(schedules, patients)
@settings(max_examples=examples(25))
def test_no_t_cells_no_engager_killing(schedule: list[Administration], first: int) -> None:
    drawn = population(4, first, k_t_renewal=0.0)
    problem = course(*schedule).problem(drawn, np.linspace(0.0, 60.0, 61), ("engager_kill_rate", "t_cells_marrow"))
    empty = np.where([name.startswith("t_") for name in STATES], 0.0, problem.y0)
    found = solve(replace(problem, y0=empty))
    assert found.ok.all()
    assert np.all(found.values == 0.0)


def shifted(assembly: Assembly, days: float) -> Assembly:
    rows = tuple((time + days, target, value) for time, target, value in assembly.rows)
    return replace(assembly, rows=rows, start=assembly.start + days)


@given(schedules, patients, st.sampled_from([-730.0, 1.0, 365.25, 40_000.0]))
@settings(max_examples=examples(25))
def test_the_calendar_does_not_matter(schedule: list[Administration], first: int, days: float) -> None:
    assembly, times, drawn = course(*schedule), np.linspace(0.0, 60.0, 61), population(2, first)
    here = simulate(assembly, drawn, times, OUTPUTS)
    there = simulate(shifted(assembly, days), drawn, times + days, OUTPUTS)
    assert relative_error(there.values, here.values).max() < 1e-4


@given(schedules, patients)
@settings(max_examples=examples(25))
def test_a_dose_in_two_halves_at_once_is_the_same_dose(schedule: list[Administration], first: int) -> None:
    halves = [replace(d, amount=d.amount / 2) for d in schedule for _ in range(2)]
    times, drawn = np.linspace(0.0, 60.0, 61), population(2, first)
    whole, split = (simulate(course(*doses), drawn, times, OUTPUTS) for doses in (schedule, halves))
    assert relative_error(split.values, whole.values).max() < 1e-6


@given(schedules, patients)
@settings(max_examples=examples(25))
def test_an_infusion_in_two_pieces_is_the_same_infusion(schedule: list[Administration], first: int) -> None:
    def halved(d: Administration) -> list[Administration]:
        first_half = replace(d, amount=d.amount / 2, duration=d.duration / 2)
        return [first_half, replace(first_half, start=first_half.end)]

    running = [d for d in schedule if d.duration > 0.0 and d.route in ("iv", "civ")]
    pieces = [part for d in running for part in halved(d)]
    times, drawn = np.linspace(0.0, 60.0, 61), population(2, first)
    whole, split = (simulate(course(*doses), drawn, times, OUTPUTS) for doses in (running, pieces))
    assert relative_error(split.values, whole.values).max() < 1e-3


@given(schedules, st.permutations(range(7)), patients)
@settings(max_examples=examples(15))
def test_a_patient_s_answer_is_his_own(schedule: list[Administration], order: list[int], first: int) -> None:
    assembly, times, drawn = course(*schedule), np.linspace(0.0, 60.0, 31), population(7, first)
    together = simulate(assembly, drawn, times, OUTPUTS)
    mixed = simulate(assembly, [drawn[i] for i in order], times, OUTPUTS)
    np.testing.assert_array_equal(mixed.values, together.values[list(order)])
    alone = simulate(assembly, [drawn[order[0]]], times, OUTPUTS)
    np.testing.assert_array_equal(alone.values[0], together.values[order[0]])


@given(patients, st.lists(st.floats(0.5, 112.0), min_size=2, max_size=2, unique=True).map(sorted))
@settings(max_examples=examples(40))
def test_more_drug_gives_more_of_a_first_cytokine_release(first: int, rates: list[float]) -> None:
    times, drawn = np.linspace(0.0, 2.0, 97), population(4, first)
    low, high = (simulate(course(infusion(r)), drawn, times, ("il6",))["il6"].max(axis=1) for r in rates)
    assert np.all(high >= low * (1 - 1e-3))


@given(patients, st.floats(1.0, 40.0), st.floats(1.0, 3.0))
@settings(max_examples=examples(40))
def test_a_steroid_before_lowers_the_first_release(first: int, milligrams: float, more: float) -> None:
    times, drawn = np.linspace(0.0, 2.0, 97), population(4, first)
    doses = [(infusion(28.0),), *((premedication(0.0, m), infusion(28.0)) for m in (milligrams, more * milligrams))]
    peaks = [simulate(course(*d), drawn, times, ("il6",))["il6"].max(axis=1) for d in doses]
    assert np.all(peaks[1] < peaks[0])
    assert np.all(peaks[2] <= peaks[1] * (1 + 1e-4))


@given(st.sampled_from(sorted(USUAL)), st.floats(0.1, 1.0))
@settings(max_examples=examples(30))
def test_treatment_never_adds_blasts(name: str, factor: float) -> None:
    """Cytotoxic drugs and venetoclax take some from the first day, engagers within two weeks, the others none by then.

    Among the others are CAR T cells, which find no room without chemotherapy before them.
    """
    route = next(r for r in drugs()[name].routes if r != "civ")
    assembly, typical = course(dose(name, factor * USUAL[name], route=route)), patient(blasts_initial=300.0)
    # All clones together: what one clone loses gives room to the others.
    left, alone = (simulate(a, [typical], [1.0, 3.0, 14.0], BLASTS).values.sum(axis=2) for a in (assembly, course()))
    assert np.all(left <= alone * (1 + 1e-6))
    fewer = left[0, 1:] < alone[0, 1:] * (1 - 1e-3)
    if name in ENGAGERS:
        assert fewer[-1]
    else:
        assert fewer.all() == bool(set(drugs()[name].effects) & {*CYTOTOXIC, "bcl2_inhibition"})
