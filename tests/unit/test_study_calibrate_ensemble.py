"""The smoother's parts: scales and priors, targets and errors, one update, failures, and going on after a stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.errors import FitError, InputError
from trimer.study.calibrate.ensemble import (
    Comparison,
    Ensemble,
    Step,
    Target,
    from_interval,
    from_proportion,
    from_quartiles,
    moves,
    simulated_errors,
    smooth,
)
from trimer.study.calibrate.prior import Free, from_normal, from_scale, normals, sample, to_normal, to_scale
from trimer.study.draws import uniforms

Array = NDArray[np.float64]
RATE = Free("rate", 0.01, 100.0, 2.0, 0.5)
SHARE = Free("share", 0.01, 0.99, 0.3, 0.8, "logit")
SHIFT = Free("shift", -10.0, 10.0, 1.0, 2.0, "linear")
PRIOR = (RATE, SHARE, SHIFT)
TARGETS = (Target("a", 3.0, 0.1, "log"), Target("b", 0.5, 0.3, "logit"), Target("c", 2.0, 0.5))


def same(values: Array, step: int) -> Array:
    """Predict each parameter by itself."""
    return values


def calibrated(forward: Callable[[Array, int], Array] = same, **more: object) -> Ensemble:
    return smooth(PRIOR, forward, TARGETS, **{"seed": 3, "members": 80, **more})  # type: ignore[arg-type]


def test_the_middle_is_zero_and_one_sd_is_one():
    assert to_normal(PRIOR, [2.0, 0.3, 1.0]) == pytest.approx([0.0, 0.0, 0.0])
    one = from_normal(PRIOR, [1.0, 1.0, 1.0])
    odds = 0.3 / 0.7 * math.exp(0.8)
    assert one == pytest.approx([2.0 * math.exp(0.5), odds / (1.0 + odds), 3.0])
    z = sample(PRIOR, 50, 1)
    assert to_normal(PRIOR, from_normal(PRIOR, z)) == pytest.approx(z)


def test_a_value_beyond_a_bound_is_set_to_it_and_only_when_asked_for():
    assert from_normal(PRIOR, [[50.0, -50.0, 50.0]]).tolist() == [[100.0, 0.01, 10.0]]
    tight = replace(RATE, low=1.9, high=2.1)
    assert np.abs(sample([tight], 200, 1)).max() > 2.0


@pytest.mark.parametrize("scale", ["linear", "log", "logit"])
def test_scales_there_and_back(scale: str):
    x = np.array([0.02, 0.5, 0.97])
    assert from_scale(scale, to_scale(scale, x)) == pytest.approx(x)


def test_what_has_no_place_on_a_scale_is_missing():
    assert np.isnan(to_scale("log", [0.0, -1.0, math.nan])).all()
    assert np.isnan(to_scale("logit", [0.0, 1.0, 1.2])).all()
    assert np.isfinite(to_scale("linear", [-1.0, 0.0])).all()


def test_members_depend_on_seed_name_and_place_alone():
    few, many = sample(PRIOR, 10, 5), sample(PRIOR[1:], 40, 5)
    assert np.array_equal(few[:, 1:], many[:10])
    assert not np.allclose(few, sample(PRIOR, 10, 6))


def test_members_are_standard_normal_and_not_the_patients_numbers():
    z = sample(PRIOR, 4000, 2)
    assert np.abs(z.mean(axis=0)).max() < 4.0 / math.sqrt(4000)
    assert z.std(axis=0) == pytest.approx(1.0, abs=4.0 / math.sqrt(8000))
    assert np.abs(np.corrcoef(z.T) - np.eye(3)).max() < 4.0 / math.sqrt(4000)
    assert not np.allclose(uniforms("rate", 2, 0, 4), uniforms("calibration: rate", 2, 0, 4))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"scale": "cubic"}, "scale 'cubic'"),
        ({"low": 3.0}, "low < middle < high"),
        ({"low": -1.0}, "between 0 and inf on log scale"),
        ({"scale": "logit"}, "between 0 and 1 on logit scale"),
        ({"sd": 0.0}, "positive standard deviation"),
    ],
)
def test_a_prior_that_cannot_be_is_refused(change: dict[str, object], told: str):
    with pytest.raises(InputError, match=told):
        replace(RATE, **change)


def test_a_name_may_stand_once():
    with pytest.raises(InputError, match="twice: rate"):
        sample([RATE, RATE], 4, 1)
    with pytest.raises(InputError, match="twice: a"):
        Comparison((TARGETS[0], TARGETS[0]))


def test_a_proportion_is_compared_on_its_odds():
    t = from_proportion("cr", 119, 271)
    assert t.value == pytest.approx(119.5 / 272)
    interval = from_scale("logit", to_scale("logit", t.value) + np.array([-1.96, 1.96]) * t.sd)
    p, n, z = 119 / 271, 271, 1.96
    wilson = (p + z**2 / (2 * n) + np.array([-z, z]) * math.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)) / (1 + z**2 / n)
    assert interval == pytest.approx(wilson, abs=0.002)


def test_none_of_n_has_a_place_and_cannot_be_told_from_fewer():
    t = from_proportion("rare", 0, 20)
    assert t.value == t.lowest
    assert t.compared(0.0) == t.compared(0.001) == to_scale("logit", 0.5 / 21)
    assert from_proportion("all", 20, 20).value == pytest.approx(20.5 / 21)


def test_an_interval_gives_back_its_error():
    assert from_interval("os", 7.7, 5.6, 9.6).sd == pytest.approx(math.log(9.6 / 5.6) / (2 * 1.959964), rel=1e-6)
    assert from_interval("x", 1.0, 0.0, 2.0, level=0.9, scale="linear").sd == pytest.approx(1 / 1.644854, rel=1e-6)


def test_quartiles_give_the_error_of_a_median():
    n, spread = 201, 0.8
    medians = np.median(np.random.default_rng(1).normal(0.0, spread, (5000, n)), axis=1)
    ends = np.exp(np.array([-1, 1]) * 0.67449 * spread)
    assert from_quartiles("m", 1.0, ends[0], ends[1], n).sd == pytest.approx(medians.std(), rel=0.04)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Target("t", 0.0, 0.1, "log"), "a value on log scale"),
        (lambda: Target("t", 1.0, 0.0), "a positive standard error"),
        (lambda: Target("t", 1.0, 0.1, noise=-1.0), "no negative noise"),
        (lambda: Target("t", 1.0, 0.1, lowest=2.0), "within its limits"),
        (lambda: Target("t", 1.0, 0.1, "sqrt"), "scale 'sqrt'"),
        (lambda: from_proportion("t", 5, 4), "0 to n events"),
        (lambda: from_interval("t", 1.0, 2.0, 1.5), "low < high"),
        (lambda: from_quartiles("t", 1.0, 0.0, 2.0, 9), "lower < upper on log"),
        (lambda: Comparison(()), "at least one"),
        (lambda: Comparison(TARGETS, np.ones((3, 3))), "not positive definite"),
        (lambda: Comparison(TARGETS, np.eye(2)), "3 targets"),
        (lambda: calibrated(inflation=[2.0, 4.0]), "inverses sum to 1"),
        (lambda: calibrated(done=[Step(np.zeros((2, 3)), np.zeros((2, 3)))]), "Begin anew"),
        (lambda: simulated_errors(TARGETS, np.ones((3, 3))), "more than the 3 targets"),
    ],
)
def test_what_does_not_fit_is_refused(make: Callable[[], object], told: str):
    with pytest.raises(InputError, match=told):
        make()


def test_one_update_is_the_published_one():
    rng = np.random.default_rng(4)
    members, errors = rng.standard_normal((30, 4)), rng.standard_normal((30, 6))
    distances = members @ rng.standard_normal((4, 6)) + 0.3 * rng.standard_normal((30, 6)) + 1.0
    alpha = 4.0
    md = np.cov(members.T, distances.T)[:4, 4:]
    gain = md @ np.linalg.inv(np.cov(distances.T) + alpha * np.eye(6))
    expected = (math.sqrt(alpha) * errors - distances) @ gain.T
    assert moves(members, distances, errors, alpha, 0.0) == pytest.approx(expected, abs=1e-10)


def test_more_targets_than_members_are_taken():
    rng = np.random.default_rng(5)
    members = rng.standard_normal((20, 2))
    distances = members @ rng.standard_normal((2, 60))
    alpha = 2.0
    gain = np.cov(members.T, distances.T)[:2, 2:] @ np.linalg.inv(np.cov(distances.T) + alpha * np.eye(60))
    assert moves(members, distances, np.zeros((20, 60)), alpha, 0.0) == pytest.approx(-distances @ gain.T, abs=1e-8)


def test_a_parameter_that_nothing_follows_stays():
    rng = np.random.default_rng(6)
    members = rng.standard_normal((100, 2))
    members -= members.mean(axis=0)
    members[:, 1] -= members[:, 0] * (members[:, 0] @ members[:, 1]) / (members[:, 0] @ members[:, 0])
    distances = members[:, :1] @ np.ones((1, 3)) + 0.01 * rng.standard_normal((100, 3))
    moved, all_moved = (moves(members, distances, np.zeros((100, 3)), 1e-4, s) for s in (3.0, 0.0))
    assert np.abs(moved[:, 0]).max() > 1.0
    assert np.abs(moved[:, 1]).max() < 1e-9 < 1e-2 < np.abs(all_moved[:, 1]).max()


def test_a_known_product_is_moved_though_its_factors_are_not_known():
    rng = np.random.default_rng(7)
    product, ratio = 0.05 * rng.standard_normal(100), rng.standard_normal(100)
    members = np.stack([product + ratio, product - ratio], axis=1)
    distances = 10.0 * (product[:, None] + 0.3)
    moved = moves(members, distances, np.zeros((100, 1)), 0.01, 1.0)
    assert moved.sum(axis=1).mean() == pytest.approx(-0.6, rel=0.1)


def test_the_ensemble_goes_to_the_targets_as_far_as_prior_and_error_allow():
    e = calibrated(members=400)
    weight = np.array([0.5**2 / 0.1**2, 0.8**2 / 0.3**2, 2.0**2 / 0.5**2])
    expected = to_normal(PRIOR, [3.0, 0.5, 2.0]) * weight / (1.0 + weight)
    sd = 1.0 / np.sqrt(1.0 + weight)
    assert e.members.mean(axis=0) == pytest.approx(expected, abs=0.25 * sd.min())
    assert e.members.std(axis=0, ddof=1) == pytest.approx(sd, rel=0.15)
    assert e.diagnostics.spread[-1] == pytest.approx(sd, rel=0.2)
    assert e.diagnostics.identified == pytest.approx(1.0 - sd**2, abs=0.06)
    assert e.diagnostics.misfit[0] > 5.0 > 1.5 > e.diagnostics.misfit[-1]
    assert np.abs(e.diagnostics.gap).max() < 0.5
    assert np.abs(e.diagnostics.correlation - np.eye(3)).max() < 0.25


def test_targets_that_contradict_each_other_show_as_misfit():
    prior, sd = (SHIFT,), 0.1
    targets = (Target("low", 0.0, sd), Target("high", 2.0, sd))
    e = smooth(prior, lambda v, _: np.repeat(v, 2, axis=1), targets, seed=1, members=60)
    assert e.diagnostics.misfit[-1] == pytest.approx(100.0, rel=0.1)
    assert e.diagnostics.gap == pytest.approx([10.0, -10.0], abs=0.6)


def test_noise_of_the_simulator_widens_what_is_left():
    def left(noise: float) -> float:
        found = smooth((SHIFT,), same, (Target("c", 2.0, 0.3, noise=noise),), seed=2, members=300)
        return float(found.members.std(ddof=1) * SHIFT.sd)

    assert left(0.0) == pytest.approx(0.3, rel=0.12)
    assert left(0.4) == pytest.approx(0.5, rel=0.12)


def test_correlated_errors_are_not_counted_twice():
    targets = tuple(Target(f"t{k}", 2.0, 0.5) for k in range(4))
    close = 0.98 * np.ones((4, 4)) + 0.02 * np.eye(4)

    def left(correlation: Array | None) -> float:
        found = smooth(
            (SHIFT,), lambda v, _: np.repeat(v, 4, axis=1), targets, seed=2, members=300, correlation=correlation
        )
        return float(found.members.std(ddof=1) * SHIFT.sd)

    assert left(None) == pytest.approx(0.25, rel=0.12)
    assert left(close) == pytest.approx(0.5 / math.sqrt(1.0 + 0.5**2 / 2.0**2), rel=0.12)


def test_errors_of_simulated_replicates():
    truth = np.array([[1.0, 0.9, 0.0], [0.9, 1.0, 0.0], [0.0, 0.0, 1.0]])
    sds = np.array([0.2, 0.4, 1.5])
    x = np.random.default_rng(3).multivariate_normal(np.zeros(3), truth * np.outer(sds, sds), 4000)
    rows = np.stack([np.exp(x[:, 0]), 1.0 / (1.0 + np.exp(-x[:, 1])), x[:, 2]], axis=1)
    rows[7, 2] = np.nan
    noisy = (replace(TARGETS[0], noise=0.05), *TARGETS[1:])
    targets, correlation = simulated_errors(noisy, rows)
    assert [t.sd for t in targets] == pytest.approx(sds, rel=0.05)
    assert [t.value for t in targets] == [t.value for t in TARGETS]
    assert targets[0].noise == pytest.approx(0.5 * targets[0].sd)
    assert correlation == pytest.approx(truth, abs=0.06)


def test_failed_members_are_drawn_anew_from_the_survivors_and_counted():
    def forward(values: Array, step: int) -> Array:
        broken = values.copy()
        if step == 0:
            broken[values[:, 2] < 0.0, 1] = np.nan
        return broken

    e = calibrated(forward, members=200)
    failed = e.diagnostics.failed
    assert failed[0] == np.count_nonzero(e.steps[0].members[:, 2] < -0.5)
    assert failed[0] > 20
    assert failed[1:].tolist() == [0, 0, 0, 0]
    lost, kept = e.steps[1].members[~e.steps[0].sound], e.steps[1].members[e.steps[0].sound]
    assert len(np.unique(lost[:, 0])) == failed[0]
    standard_error = kept.std(axis=0) / math.sqrt(failed[0])
    assert (np.abs(lost.mean(axis=0) - kept.mean(axis=0)) < 4.0 * standard_error).all()
    assert lost.std(axis=0) == pytest.approx(kept.std(axis=0), rel=0.4)
    assert e.members.shape == (200, 3)


def test_members_that_fail_at_the_end_are_left_out():
    def forward(values: Array, step: int) -> Array:
        return np.where((np.arange(len(values)) < 5)[:, None] & (step == 4), np.nan, values)

    e = calibrated(forward)
    assert e.members.shape == e.values.shape == e.predictions.shape == (75, 3)
    assert np.isfinite(e.diagnostics.misfit).all()


def test_what_the_scale_has_no_place_for_is_a_failure():
    e = calibrated(lambda v, _: np.where(np.arange(len(v))[:, None] < 3, 0.0, v))
    assert e.diagnostics.failed.tolist() == [3] * 5


def test_too_many_failures_name_the_target():
    def forward(values: Array, step: int) -> Array:
        return np.where(np.array([False, True, False]), np.nan, values)

    with pytest.raises(FitError, match="80 of 80 members have no prediction, most often of b"):
        calibrated(forward)


def test_predictions_of_another_shape_are_refused():
    with pytest.raises(FitError, match=r"shape \(80, 2\), not \(members, targets\) = \(80, 3\)"):
        calibrated(lambda v, _: v[:, :2])


@pytest.mark.parametrize("stopped", [1, 3, 5])
def test_going_on_after_a_stop_gives_the_same(stopped: int):
    kept: list[Step] = []
    numbers: list[int] = []

    def on_step(number: int, step: Step) -> None:
        numbers.append(number)
        kept.append(step)

    whole = calibrated(on_step=on_step)
    assert numbers == [0, 1, 2, 3, 4]
    called: list[int] = []

    def counted(values: Array, step: int) -> Array:
        called.append(step)
        return values

    again = calibrated(counted, done=kept[:stopped])
    assert called == list(range(stopped, 5))
    assert np.array_equal(again.members, whole.members)
    assert np.array_equal(again.diagnostics.misfit, whole.diagnostics.misfit)


def test_another_seed_gives_another_ensemble_and_the_same_answer():
    one, other = calibrated(members=300), calibrated(members=300, seed=4)
    assert not np.allclose(one.members, other.members)
    assert one.members.mean(axis=0) == pytest.approx(other.members.mean(axis=0), abs=0.15)


def test_factors_of_the_errors_may_differ_between_steps():
    e = calibrated(members=400, inflation=[9.0, 4.5, 1.5])
    assert len(e.steps) == 4
    assert e.members.std(axis=0, ddof=1) == pytest.approx(calibrated(members=400).members.std(axis=0, ddof=1), rel=0.15)


def test_the_interval_of_few_members_covers_as_it_says():
    z = np.random.default_rng(8).standard_normal((1500, 21))
    covered = []
    for row in z:
        step = Step(row[:20, None], row[:20, None])
        low, high = Ensemble((SHIFT,), Comparison((TARGETS[2],)), (step,)).interval(0.8)[0]
        covered.append(low <= from_normal((SHIFT,), row[20:])[0] <= high)
    assert np.mean(covered) == pytest.approx(0.8, abs=0.03)


def test_normals_are_a_function_of_their_name():
    assert np.array_equal(normals("x", 1, 8)[:5], normals("x", 1, 5))
    assert not np.allclose(normals("x", 1, 5), normals("y", 1, 5))
