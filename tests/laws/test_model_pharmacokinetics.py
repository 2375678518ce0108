"""Kinetics of every drug of the library: what goes in comes out, linearly, unless the file says saturable."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_sample import SIZE, at, course, dose, drugs, examples, panel, population, simulate
from scipy.integrate import simpson

from trimer.engine.names import Named
from trimer.model.car_t import CellTerm, products
from trimer.model.leukaemia import marrow_antigen
from trimer.model.pharmacokinetics import marrow_loss

TERMS = {term.name: term for term in panel().terms if not isinstance(term, CellTerm)}
ENGAGING = sorted(name for name, term in TERMS.items() if term.engages)
LINEAR = sorted(name for name, term in TERMS.items() if not term.saturable)
ABSORBED = sorted((name, route) for name in LINEAR for route in ("po", "sc", "im") if route in drugs()[name].routes)
STRAIGHT = sorted(name for name in LINEAR if "iv" in drugs()[name].routes)
INTRATHECAL = sorted(name for name in LINEAR if "it" in drugs()[name].routes)


def exposure(name: str, route: str, amount: float, patients: list[dict[str, float]], of: str = "central") -> np.ndarray:
    """Return the area under a state from dose to disappearance, one a patient (quantity times day)."""
    value = panel().parameters.values_by_name()
    rates = [value[f"{name}_CL"] / value[f"{name}_V"]]
    rates += [value[f"{name}_{key}"] for key in ("ka", "ke0") if f"{name}_{key}" in value]
    if TERMS[name].two_compartment:
        rates += [math.log(2.0) / drugs()[name].half_life(SIZE)]
    # Fine where it moves fast, and long enough for the slowest of these patients: a logarithmic grid does both.
    times = np.concatenate([[0.0], np.geomspace(1e-4 / max(rates), 60.0 / min(rates), 4001)])
    found = simulate(course(dose(name, amount, route=route)), patients, times, (f"{name}_{of}",), rtol=1e-8)
    tail = at(found, f"{name}_{of}", times)
    assert np.all(tail[:, -1] < 1e-6 * tail.max(axis=1))
    area: np.ndarray = simpson(tail, x=times, axis=1)
    return area


def share(name: str, route: str) -> float:
    """Return the bioavailability of a route."""
    return drugs()[name].parameters(SIZE)[f"{name}_F_{route}"].value


def typical_and_drawn(**changes: float) -> list[dict[str, float]]:
    """Return patients whose target cells take no engager, unless they are asked to; of other drugs they take none."""
    changes = {"k_sink": 0.0} | changes
    return [changes, *population(7, **changes)]


def clearance(name: str, patients: list[dict[str, float]]) -> np.ndarray:
    own = panel().parameters[f"{name}_CL"].value
    return np.array([p.get(f"{name}_CL", own) for p in patients])


def volume(name: str, patients: list[dict[str, float]]) -> np.ndarray:
    own = panel().parameters[f"{name}_V"].value
    return np.array([p.get(f"{name}_V", own) for p in patients])


@pytest.mark.parametrize("name", STRAIGHT)
def test_exposure_times_clearance_is_the_dose(name: str) -> None:
    patients = typical_and_drawn()
    area = exposure(name, "iv", 1e4, patients) / volume(name, patients)
    np.testing.assert_allclose(area * clearance(name, patients), 1e4, rtol=2e-3)


@pytest.mark.parametrize("name", ENGAGING)
def test_what_is_not_cleared_of_an_engager_was_taken_by_target_cells(name: str) -> None:
    sink, given = panel().parameters["k_sink"].value, 50.0
    patients, half_life = typical_and_drawn(k_sink=sink), drugs()[name].half_life(SIZE)
    states = (
        f"{name}_central",
        *(s for s in panel().system.states if s.startswith(("blasts_marrow_", "b_precursors"))),
    )
    times = np.concatenate([[0.0], np.geomspace(1e-5, 60.0 * half_life, 4001)])
    found = simulate(course(dose(name, given)), patients, times, states, rtol=1e-8)
    y = Named("state", {state: at(found, state, times) for state in states})
    typical = panel().parameters.values_by_name()
    columns = {n: np.array([[p.get(n, x)] for p in patients]) for n, x in typical.items()}
    p = Named("parameter", columns)
    taken = simpson(marrow_loss(name, marrow_antigen(y, p), y, p), x=times, axis=1)
    area = simpson(y[f"{name}_central"] / columns[f"{name}_V"], x=times, axis=1)
    np.testing.assert_allclose(area * clearance(name, patients) + taken, given, rtol=2e-3)
    assert np.all(taken > 0.003 * given), "so that there is something to lose"


@pytest.mark.parametrize("name", [term.name for term in products(panel().terms)])
def test_infused_cells_all_leave_for_engraftment(name: str) -> None:
    given, patients, times = 0.07, typical_and_drawn(), np.linspace(0.0, 6.0, 601)
    found = simulate(course(dose(name, given)), patients, times, (f"{name}_central",), rtol=1e-9)
    area = simpson(at(found, f"{name}_central", times), x=times, axis=1)
    np.testing.assert_allclose(area * panel().parameters[f"{name}_k_engraftment"].value, given, rtol=1e-3)


@pytest.mark.parametrize(("name", "route"), ABSORBED)
def test_exposure_by_other_routes_is_the_bioavailable_share(name: str, route: str) -> None:
    patients = typical_and_drawn()
    area = exposure(name, route, 1e4, patients) / volume(name, patients)
    np.testing.assert_allclose(area * clearance(name, patients), 1e4 * share(name, route), rtol=2e-3)


@pytest.mark.parametrize("name", INTRATHECAL)
def test_intrathecal_drug_passes_csf_and_then_the_body(name: str) -> None:
    patients = typical_and_drawn()
    area = exposure(name, "it", 1e4, patients) / volume(name, patients)
    np.testing.assert_allclose(area * clearance(name, patients), 1e4, rtol=2e-3)
    in_csf = exposure(name, "it", 1e4, patients, of="csf")
    np.testing.assert_allclose(in_csf * panel().parameters["k_csf_turnover"].value, 1e4, rtol=2e-3)


@pytest.mark.parametrize("name", [n for n in STRAIGHT if TERMS[n].effect_site])
def test_the_effect_site_sees_as_much_as_plasma(name: str) -> None:
    # The rate of exchange delays and flattens; the area stays.
    patients = typical_and_drawn()
    plasma = exposure(name, "iv", 1e4, patients) / volume(name, patients)
    np.testing.assert_allclose(exposure(name, "iv", 1e4, patients, of="effect"), plasma, rtol=2e-3)


@given(st.sampled_from(STRAIGHT), st.floats(1e5, 1e6), st.floats(0.1, 10.0), st.integers(0, 10_000))
@settings(max_examples=examples(40))
def test_linear_drugs_scale_with_the_dose(name: str, amount: float, factor: float, first: int) -> None:
    times, drawn = [0.0, 0.1, 0.5, 1.0, 3.0], population(2, first, k_sink=0.0)
    one, other = (
        simulate(course(dose(name, a)), drawn, times, (f"{name}_central",), rtol=1e-9)[f"{name}_central"][:, 1:]
        for a in (amount, factor * amount)
    )
    # The solver resolves a drug to a hundred-millionth of its scale, 1e5 ug.
    np.testing.assert_allclose(other, factor * one, rtol=1e-4, atol=0.02 * max(1.0, factor))


def test_saturable_elimination_gives_more_than_proportional_exposure() -> None:
    saturable = [name for name, term in TERMS.items() if term.saturable]
    assert saturable == ["tocilizumab"]
    times = np.linspace(0.0, 20.0, 401)
    low, high = (
        simpson(at(simulate(course(dose("tocilizumab", a)), [{}], times, ("tocilizumab_central",)),
                   "tocilizumab_central", times)[0], x=times) / a
        for a in (10e3, 560e3)
    )  # fmt: skip
    assert high > 2.0 * low
