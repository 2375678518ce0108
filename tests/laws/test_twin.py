"""Laws of a twin: scores and intervals keep their meaning under change of scale, draws and splits lose nothing."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_sample import examples
from numpy.typing import NDArray

from trimer.study.likelihood import ERRORS, Datum
from trimer.study.twin.posterior import Posterior, mixing
from trimer.study.twin.predict import covered, crps, measured
from trimer.study.twin.prior import MODEL, Prior, prior_of
from trimer.study.twin.subspace import subspace_of

Array = NDArray[np.float64]
numbers = st.floats(-50.0, 50.0)
samples = st.lists(numbers, min_size=2, max_size=40).map(np.array)
sizes = st.integers(1, 12)


def normals(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


# ---- scores and intervals


@given(samples, numbers, numbers, st.floats(0.1, 20.0))
@settings(max_examples=examples(200))
def test_a_score_follows_a_change_of_origin_unit_and_sign(x: Array, seen: float, by: float, unit: float) -> None:
    before = crps(x, seen)
    assert crps(x + by, seen + by) == pytest.approx(before, abs=1e-9)
    assert crps(unit * x, unit * seen) == pytest.approx(unit * before, rel=1e-9, abs=1e-9)
    assert crps(-x, -seen) == pytest.approx(before, abs=1e-9)
    assert crps(x[::-1], seen) == before


@given(samples, numbers)
@settings(max_examples=examples(200))
def test_a_score_is_the_worse_the_farther_outside_a_value_lies(x: Array, seen: float) -> None:
    """Outside the sample by one unit for each unit, and nowhere better than between its values."""
    top = float(x.max())
    assert crps(x, top + 7.0) == pytest.approx(crps(x, top) + 7.0, abs=1e-9)
    assert crps(x, seen) >= crps(x, float(np.median(x))) - 1e-9


@given(samples, st.floats(0.05, 0.9), numbers, st.floats(0.0, 30.0))
@settings(max_examples=examples(200))
def test_what_a_narrow_interval_covers_a_wider_one_does(x: Array, level: float, low: float, wide: float) -> None:
    one = Datum("e", "temperature", 0.0, low, low)
    more = Datum("e", "temperature", 0.0, low, low + wide)
    if covered(one, x, level):
        assert covered(one, x, level + 0.05)
        assert covered(more, x, level), "more of the record cannot be missed"


@given(st.sampled_from(sorted(ERRORS)), st.floats(0.0, 100.0), st.floats(0.5, 3.0), st.integers(0, 99))
@settings(max_examples=examples(200))
def test_what_would_be_measured_is_possible_and_keeps_ranks(name: str, value: float, scale: float, seed: int) -> None:
    datum = Datum("e", name, 0.0, value, value)
    values = value * np.array([1.0, 1.0, 1.0, 1.0])
    found = measured(datum, values, np.random.default_rng(seed), scale)
    more = measured(datum, values + 5.0, np.random.default_rng(seed), scale)
    assert np.isfinite(found).all()
    assert (more >= found).all(), "the same error on more is not less"
    if name.endswith("_percent") or ERRORS[name].scale == "logit":
        assert ((found >= 0.0) & (found <= 100.0)).all()
    if ERRORS[name].scale == "log":
        assert (found > 0.0).all()


# ---- draws


@given(sizes, sizes, st.integers(1, 200), st.integers(1, 200))
@settings(max_examples=examples(200))
def test_draws_are_spread_and_come_from_the_walkers(walkers: int, kept: int, count: int, most: int) -> None:
    where = np.stack(np.meshgrid(np.arange(walkers), np.arange(kept), indexing="ij"), axis=-1).astype(float)
    posterior = Posterior(("walker", "moment"), where, where[:, :, 1])
    count = min(count, len(posterior))
    found = posterior.draws(count)
    assert len(np.unique(found, axis=0)) == len(found) == count
    asked = np.bincount(found[:, 0].astype(int), minlength=walkers)
    assert asked.max() - asked.min() <= 1
    fewer = posterior.thinned(most)
    assert fewer.paths.shape[0] == walkers
    assert 1 <= fewer.paths.shape[1] <= kept
    assert len(fewer) <= most + walkers
    assert (fewer.paths[:, -1, 1] == kept - 1).all()


@given(st.integers(0, 999), st.floats(0.1, 10.0), numbers)
@settings(max_examples=examples(30))
def test_agreement_of_walkers_does_not_depend_on_unit_or_order(seed: int, unit: float, by: float) -> None:
    paths = normals(seed, 6, 40)
    one, other = mixing(paths), mixing(unit * paths[::-1] + by)
    assert other.rhat == pytest.approx(one.rhat, abs=1e-3), "ranks of rounded values"
    assert other.ess == pytest.approx(one.ess, rel=1e-2)
    assert mixing(np.exp(paths)).rhat == pytest.approx(one.rhat, abs=0.02), "by ranks"


# ---- informed directions


@given(st.integers(0, 999), st.integers(3, 9), st.integers(1, 4), st.floats(0.0, 20.0))
@settings(max_examples=examples(60))
def test_a_split_is_a_rotation_whose_shares_are_shares(seed: int, size: int, data: int, slope: float) -> None:
    matrix, points = slope * normals(seed, data, size), normals(seed + 1, 3, size)
    found = subspace_of(lambda z: z @ matrix.T, points)
    whole = np.hstack([found.informed, found.rest])
    assert whole.T @ whole == pytest.approx(np.eye(size), abs=1e-9)
    assert (np.diff(found.shares) <= 1e-9).all()
    assert found.shares.min() >= -1e-9
    assert found.shares.max() <= 1.0 + 1e-9
    curvature = np.linalg.eigvalsh(matrix.T @ matrix)[::-1]
    assert found.shares == pytest.approx(curvature / (1.0 + curvature), abs=1e-6)
    moved = matrix @ found.rest
    assert np.abs(moved).max(initial=0.0) <= 0.25 * max(1.0, slope), "what is left moves the data little"


# ---- prior


@cache
def prior() -> Prior:
    from trimer.study.population.draw import untreated

    return prior_of(untreated().parameters, {}, MODEL)


@given(st.integers(0, 999), st.integers(1, 5))
@settings(max_examples=examples(40))
def test_every_point_is_a_patient_whatever_stands_beside_him(seed: int, count: int) -> None:
    z = 2.0 * normals(seed, count, len(prior().names))
    together = prior().columns(z)
    alone = [prior().columns(z[k : k + 1]) for k in range(count)]
    for name, values in together.items():
        assert np.isfinite(values).all(), name
        assert values == pytest.approx(np.concatenate([a[name] for a in alone]), rel=1e-12), name
        item = prior().items[name]
        if item.distribution == "lognormal":
            assert (values > 0.0).all(), name
        if item.distribution in ("logitnormal", "bernoulli"):
            assert ((values >= 0.0) & (values <= 1.0)).all(), name


@given(st.integers(0, 999))
@settings(max_examples=examples(40))
def test_more_of_a_number_is_more_of_its_parameter(seed: int) -> None:
    z = normals(seed, 1, len(prior().names))
    before, after = prior().columns(z), prior().columns(z + 0.5)
    for name in prior().names:
        if prior().items[name].distribution == "bernoulli":
            assert after[name][0] <= before[name][0], "there when the number is low"
        else:
            assert after[name][0] > before[name][0] or math.isclose(after[name][0], 1.0), name
