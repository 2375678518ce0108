"""Draws are spread over walkers and time; agreement of chains is measured as for chains of which it is known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.study.twin.posterior import ESS, RHAT, Mixing, Posterior, mixing, summary

Array = NDArray[np.float64]


@cache
def marked() -> Posterior:
    """Return a posterior whose values say where they come from: walker and moment."""
    walkers, kept = 8, 25
    where = np.stack(np.meshgrid(np.arange(walkers), np.arange(kept), indexing="ij"), axis=-1).astype(float)
    return Posterior(("walker", "moment"), where, where[:, :, 0] * 100.0 + where[:, :, 1])


def chains(keep: float, walkers: int, kept: int, seed: int = 1) -> Array:
    """Return stationary chains x' = keep x + noise, of variance one."""
    random = np.random.default_rng(seed)
    found = np.empty((walkers, kept))
    found[:, 0] = random.standard_normal(walkers)
    for t in range(1, kept):
        found[:, t] = keep * found[:, t - 1] + (1.0 - keep**2) ** 0.5 * random.standard_normal(walkers)
    return found


@pytest.mark.parametrize("count", [5, 8, 20, 100, 200])
def test_every_walker_is_asked_before_any_is_asked_again(count: int) -> None:
    found = marked().draws(count)
    assert len(found) == count
    assert len(np.unique(found, axis=0)) == count, "no draw twice"
    asked = np.bincount(found[:, 0].astype(int), minlength=8)
    assert asked.max() - asked.min() <= 1
    assert (found[:8, 1] == 24).all(), "the latest first"
    if count > 8:
        assert found[:, 1].min() == (0 if count % 8 == 0 else found[-1, 1])


def test_moments_are_as_far_apart_as_can_be() -> None:
    moments = np.unique(marked().draws(8 * 5)[:, 1])
    assert moments.tolist() == [0, 6, 12, 18, 24]


def test_fewer_moments_of_the_same_walkers() -> None:
    found = marked().thinned(60)
    assert found.paths.shape[0] == 8
    assert len(found) <= 64
    assert np.unique(np.diff(found.paths[0, :, 1])).tolist() == [4.0]
    assert found.paths[0, -1, 1] == 24, "the last is kept"
    assert np.array_equal(found.log_density, found.paths[:, :, 0] * 100.0 + found.paths[:, :, 1])
    assert np.array_equal(marked().thinned(200).paths, marked().paths)


def test_all_draws_come_walker_after_walker() -> None:
    assert np.array_equal(marked().z[:25, 1], np.arange(25.0))
    assert np.array_equal(marked().z.reshape(marked().paths.shape), marked().paths)


# ---- agreement


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.9])
def test_the_effective_size_of_known_chains(keep: float) -> None:
    """Of a first-order chain, with tau its integrated correlation time: n / tau, and means of halves that scatter."""
    walkers, kept, tau = 32, 1500, (1.0 + keep) / (1.0 - keep)
    found = mixing(chains(keep, walkers, kept))
    assert found.rhat == pytest.approx((1.0 + (tau - 1.0) / (kept / 2.0)) ** 0.5, abs=0.003)
    assert found.ess == pytest.approx(walkers * kept / tau, rel=0.12)


def test_chains_in_two_places_do_not_agree() -> None:
    apart = chains(0.3, 16, 400)
    apart[:8] += 3.0
    found = mixing(apart)
    assert found.rhat > 1.5
    assert found.ess < 50.0
    assert not found.good


def test_chains_that_drift_do_not_agree() -> None:
    assert mixing(chains(0.3, 16, 400) + np.linspace(-2.0, 2.0, 400)).rhat > RHAT


def test_what_never_changes_agrees_and_what_is_not_known_does_not() -> None:
    assert mixing(np.ones((4, 50))) == Mixing(1.0, 200.0)
    broken = chains(0.0, 4, 50)
    broken[2, 7] = np.nan
    found = mixing(broken)
    assert np.isnan(found.rhat)
    assert not found.good


def test_what_may_be_reported() -> None:
    assert Mixing(RHAT - 1e-6, ESS + 1.0).good
    assert not Mixing(RHAT, ESS + 1.0).good
    assert not Mixing(RHAT - 1e-6, ESS).good


def test_parameters_are_looked_at_one_by_one() -> None:
    paths = np.stack([chains(0.0, 8, 300), chains(0.9, 8, 300)], axis=-1)
    found = Posterior(("fast", "slow"), paths, paths[:, :, 0]).mixing()
    assert found["fast"].ess > 5.0 * found["slow"].ess
    assert found["fast"] == mixing(paths[:, :, 0])


def test_quantiles() -> None:
    assert summary({"x": np.arange(101.0)}) == {"x": (5.0, 50.0, 95.0)}
