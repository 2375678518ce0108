"""The fit finds a synthetic patient again, says how surely, and refuses what it cannot estimate."""

from __future__ import annotations

import numpy as np
import pytest
from model_sample import at, course, infusion, panel, patient, premedication, simulate
from numpy.typing import NDArray

from trimer.errors import FitError
from trimer.study.assemble import Assembly
from trimer.study.draws import value_at
from trimer.study.fit import BOUND, Fit, Objective, fit_map
from trimer.study.likelihood import ERRORS, FAILED, Datum

NAMES = ("blasts_initial", "k_growth", "platelets_0", "haemoglobin_0")
TRUTH = np.array([1.2, -0.8, 0.7, -1.1])
DAYS = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
SEEN = ("marrow_blast_percent", "platelets", "haemoglobin", "wbc")
BACKGROUND = patient()


def values(z: NDArray[np.float64]) -> dict[str, float]:
    known = panel().parameters
    return {n: value_at(known[n], float(x)) for n, x in zip(NAMES, z, strict=True)}


@pytest.fixture(scope="module")
def assembly() -> Assembly:
    return course(premedication(21.0), infusion(9.0, 21.0, 7.0))


def recorded(assembly: Assembly, noise: float = 0.0, seed: int = 0) -> list[Datum]:
    """Return readings of the true patient, each off by ``noise`` of its error's standard deviations."""
    found = simulate(assembly, [BACKGROUND | values(TRUTH)], DAYS, SEEN, rtol=1e-8)
    chance, read = np.random.default_rng(seed), []
    for name in SEEN:
        error = ERRORS[name]
        for day, x in zip(DAYS, at(found, name, DAYS)[0], strict=True):
            off = noise * error.sd * chance.standard_normal()
            if error.scale == "log":
                value = x * np.exp(off)
            elif error.scale == "logit":
                odds = x / (100.0 - x) * np.exp(off)
                value = 100.0 * odds / (1.0 + odds)
            else:
                value = x + off
            read.append(Datum(f"day {day:g}", name, day, float(value), float(value)))
    return read


def estimate(assembly: Assembly, data: list[Datum], limit: int = 30) -> Fit:
    objective = Objective(assembly, NAMES, data, BACKGROUND, 1e-6)
    return fit_map(objective, np.array([np.zeros(4), [-1.0, 1.0, 0.0, 0.0]]), limit=limit)


@pytest.fixture(scope="module")
def fit(assembly: Assembly) -> Fit:
    return estimate(assembly, recorded(assembly))


def test_the_true_patient_is_found_up_to_the_pull_of_the_prior(fit: Fit) -> None:
    assert fit.converged
    assert np.all(np.abs(fit.z - TRUTH) < fit.sd)
    assert fit.deviance < 0.3
    assert {n: fit.values[n] for n in NAMES} == pytest.approx(values(fit.z))
    assert fit.prior == pytest.approx(float(np.sum(fit.z**2)))
    assert fit.deviance == pytest.approx(float(np.sum(fit.residuals**2)))


def test_the_posterior_is_narrower_than_the_prior_and_pulled_towards_it(fit: Fit) -> None:
    assert np.all(fit.sd > 0.0)
    assert np.all(fit.sd < 1.0)
    # A linear problem would shrink by 1 - sd^2; the curvature is nearly constant here.
    np.testing.assert_allclose(fit.z, TRUTH * (1.0 - fit.sd**2), atol=0.15)


def test_intervals_hold_the_truth_as_often_as_they_should(assembly: Assembly) -> None:
    # 8 records with noise, 4 parameters each: of 32, about 22 lie within one standard deviation, about 31 within two.
    fits = [estimate(assembly, recorded(assembly, 1.0, seed), limit=12) for seed in range(8)]
    off = np.array([(f.z - TRUTH) / f.sd for f in fits])
    assert 14 <= np.sum(np.abs(off) < 1.0) <= 30
    assert np.sum(np.abs(off) < 2.0) >= 28
    assert np.all(np.abs(off.mean(axis=0)) < 1.2)


def test_more_data_tell_more(assembly: Assembly, fit: Fit) -> None:
    few = estimate(assembly, [d for d in recorded(assembly) if d.day <= 5.0])
    assert np.all(few.sd >= fit.sd - 1e-6)
    assert few.sd[NAMES.index("k_growth")] > 1.5 * fit.sd[NAMES.index("k_growth")]


def test_without_information_the_prior_stands(assembly: Assembly) -> None:
    data = [Datum("e", "temperature", 1.0, 30.0, 45.0)]
    found = estimate(assembly, data, limit=6)
    np.testing.assert_allclose(found.z, 0.0, atol=0.02)
    np.testing.assert_allclose(found.sd, 1.0, atol=0.02)


def test_comparators_and_intervals_inform_too(assembly: Assembly) -> None:
    data = [Datum("e", "platelets", 0.0, 0.0, 100.0), Datum("e", "haemoglobin", 0.0, 14.0, 15.0)]
    found = estimate(assembly, data)
    assert found.values["platelets_0"] < 180.0
    assert 13.0 < found.values["haemoglobin_0"] < 15.0


def test_estimates_stay_within_bounds(assembly: Assembly) -> None:
    found = estimate(assembly, [Datum("e", "platelets", 0.0, 1e5, 1e5)] * 50, limit=8)
    assert np.all(np.abs(found.z) <= BOUND)
    assert found.z[NAMES.index("platelets_0")] == pytest.approx(BOUND)


def test_a_fit_is_the_same_again(assembly: Assembly, fit: Fit) -> None:
    again = estimate(assembly, recorded(assembly))
    np.testing.assert_array_equal(again.z, fit.z)


def test_progress_is_told(assembly: Assembly) -> None:
    told: list[tuple[str, float]] = []
    objective = Objective(assembly, NAMES, recorded(assembly), BACKGROUND, 1e-4)
    fit_map(objective, np.zeros((1, 4)), lambda text, share: told.append((text, share)), limit=6)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[0][0] == "fit: start 1 of 1"
    assert shares[-1] == 1.0


@pytest.mark.parametrize("name", ["no_such", "k_t_renewal"])
def test_what_has_no_prior_cannot_be_fitted(assembly: Assembly, name: str) -> None:
    with pytest.raises(FitError, match=f"cannot fit {name}"):
        Objective(assembly, ("k_growth", name), recorded(assembly), {}, 1e-4)


def test_a_patient_who_cannot_be_simulated_is_refused(assembly: Assembly) -> None:
    objective = Objective(assembly, NAMES, recorded(assembly), BACKGROUND | {"marrow_capacity": float("nan")}, 1e-4)
    residuals = objective.residuals(np.zeros((2, 4)))
    assert np.all(np.abs(residuals[:, : len(objective.data)]) == FAILED)
    with pytest.raises(FitError, match="no starting point"):
        fit_map(objective, np.zeros((1, 4)), limit=6)


def test_residuals_are_of_data_then_of_parameters(assembly: Assembly) -> None:
    data = recorded(assembly)
    objective = Objective(assembly, NAMES, data, BACKGROUND, 1e-8)
    found = objective.residuals(np.vstack([TRUTH, np.zeros(4)]))
    assert found.shape == (2, len(data) + 4)
    np.testing.assert_allclose(found[0, : len(data)], 0.0, atol=1e-6)
    np.testing.assert_array_equal(found[0, len(data) :], TRUTH)
    assert np.abs(found[1, : len(data)]).max() > 1.0


def test_fixed_values_stay_out_of_the_estimate(assembly: Assembly) -> None:
    objective = Objective(assembly, ("k_growth",), recorded(assembly), {"dim_presence": 1.0}, 1e-4)
    assert objective.values(np.array([0.0])) == {"dim_presence": 1.0, "k_growth": panel().parameters["k_growth"].value}
