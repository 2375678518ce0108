"""The prior of one patient is the population's, seen by somebody who is new to it: centres, spreads, correlations."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import trimer.library as library
from trimer.errors import InputError, LibraryError
from trimer.library.load_calibration import calibrated
from trimer.parameters import Parameter
from trimer.study.population.draw import untreated
from trimer.study.population.patients import SPREAD, sample
from trimer.study.scenario import SIZE
from trimer.study.twin.prior import MODEL, POPULATION, Prior, others_settled, own_parameters, prior_of

Array = NDArray[np.float64]


def known() -> dict[str, Parameter]:
    return dict(untreated().parameters)


@cache
def prior() -> Prior:
    return prior_of(known(), {"temperature_0": 36.9})


@cache
def draws() -> dict[str, Array]:
    return dict(calibrated(library.population(POPULATION).calibration))


def scaled(item: Parameter, x: Array) -> Array:
    """Return values on the scale on which a parameter is normal."""
    if item.distribution == "lognormal":
        return np.log(x)
    return np.log(x / (1.0 - x)) if item.distribution == "logitnormal" else x


def test_a_twins_own_are_the_models_and_the_engagers_and_the_others_are_settled() -> None:
    drugs = {name: library.drug(name) for name in ("blinatumomab", "dexamethasone", "mesna")}
    names = {"k_kill", "blinatumomab_CL", "blinatumomab_V", "dexamethasone_CL", "venetoclax_CL"}
    assert own_parameters(names, drugs) == {"k_kill", "blinatumomab_CL", "blinatumomab_V"}
    assert own_parameters(names, {}) == {"k_kill"}
    known = {"k_kill": prior().items["k_kill"], **library.drug_parameters("dexamethasone", SIZE)}
    settled = others_settled(known, drugs)
    assert settled == {n: p.value for n, p in known.items() if n != "k_kill" and p.distribution != "fixed"}
    assert "dexamethasone_CL" in settled
    fixed = {"dexamethasone_CL": replace(known["dexamethasone_CL"], distribution="fixed")}
    assert others_settled(fixed, drugs) == {}


def test_zero_is_the_typical_patient() -> None:
    found = prior().columns(np.zeros((2, len(prior().names))))
    assert set(found) == set(known())
    for name, item in prior().items.items():
        wanted = 36.9 if name == "temperature_0" else item.value
        if item.distribution == "bernoulli":
            wanted = float(item.value > 0.5)
        assert found[name].tolist() == pytest.approx([wanted] * 2, rel=1e-12), name


def test_what_is_settled_does_not_vary_and_neither_does_what_is_fixed() -> None:
    assert "temperature_0" not in prior().names
    fixed = [n for n, p in prior().items.items() if p.distribution == "fixed"]
    assert set(fixed) | {"temperature_0"} == set(prior().fixed)
    assert "blood_volume" in fixed
    assert set(prior().fixed) | set(prior().names) == set(known())
    found = prior().columns(np.random.default_rng(1).standard_normal((5, len(prior().names))))
    assert all(np.ptp(found[name]) == 0.0 for name in prior().fixed)
    assert all(np.ptp(found[name]) > 0.0 for name in prior().names if prior().items[name].distribution != "bernoulli")


def test_centres_are_the_middle_of_the_calibrated_draws() -> None:
    taught = [n for n in draws() if n in known() and known()[n].distribution == "lognormal"]
    assert len(taught) > 10
    for name in taught:
        assert prior().items[name].value == pytest.approx(np.exp(np.log(draws()[name]).mean())), name


@pytest.mark.parametrize("name", ["k_kill", "k_sink"])
def test_what_the_calibration_left_open_widens_the_spread_between_patients(name: str) -> None:
    """One of them with a calibrated spread, the other with the model's own."""
    own = library.population(POPULATION).parameters.get(name, known()[name]).spread
    within = np.mean(draws().get(name + SPREAD, np.array([own])) ** 2)
    between = np.var(np.log(draws()[name]))
    assert between > 0.01
    assert prior().items[name].spread ** 2 == pytest.approx(within + between)


def test_it_is_the_population_that_trials_draw_from() -> None:
    """Means and spreads of every parameter agree with those of virtual patients, calibrated draw by draw."""
    count = 6000
    population = library.population(POPULATION)
    moved = {effect.parameter for effect in population.effects}  # by covariates, which are not known here
    drawn = sample(population, known(), 3, 0, count, calibrated=draws()).columns
    mine = prior().columns(np.random.default_rng(1).standard_normal((count, len(prior().names))))
    for name in prior().names:
        item = prior().items[name]
        if name in moved:
            continue
        if item.distribution == "bernoulli":
            assert mine[name].mean() == pytest.approx(drawn[name].mean(), abs=0.04), name
            continue
        one, other = scaled(item, mine[name]), scaled(item, drawn[name])
        assert one.mean() == pytest.approx(other.mean(), abs=5.0 * one.std() * (2.0 / count) ** 0.5), name
        assert one.std() == pytest.approx(other.std(), rel=0.08), name


def test_correlations_of_the_population_are_kept() -> None:
    found = prior().columns(np.random.default_rng(1).standard_normal((20000, len(prior().names))))
    asked = [c for c in library.population(POPULATION).correlations if c.first in known() and c.second in known()]
    assert asked
    for c in asked:
        pair = [scaled(prior().items[n], found[n]) for n in (c.first, c.second)]
        assert np.corrcoef(pair)[0, 1] == pytest.approx(c.r, abs=0.03)
    others = [scaled(prior().items[n], found[n]) for n in ("k_growth", "anc_0")]
    assert np.corrcoef(others)[0, 1] == pytest.approx(0.0, abs=0.03)


def test_effects_of_covariates_that_are_known_move_the_typical_value_and_others_do_not() -> None:
    effects = [e for e in library.population(POPULATION).effects if e.parameter in known()]
    size = next(e for e in effects if e.covariate == "bsa")
    told = prior_of(known(), {}, POPULATION, {"bsa": 1.4})
    assert told.items[size.parameter].value == pytest.approx(
        prior().items[size.parameter].value * float(size.factor(np.array([1.4]))[0])
    )
    salvage = next(e for e in effects if e.covariate == "salvages")
    assert told.items[salvage.parameter] == prior().items[salvage.parameter]


def test_without_a_population_the_spreads_of_the_files_stand() -> None:
    found = prior_of(known(), {}, MODEL)
    assert found.items == known()
    assert np.array_equal(found.factor, np.eye(len(found.names)))


def test_a_population_that_is_none_is_refused() -> None:
    with pytest.raises(LibraryError, match="adult_rr_ball"):
        prior_of(known(), {}, "adult_rr_bal")


def test_a_patient_of_whom_everything_is_settled_has_no_prior() -> None:
    with pytest.raises(InputError, match="no parameter that varies"):
        prior_of(known(), {n: p.value for n, p in known().items()})
