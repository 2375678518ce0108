"""Estimates against published figures, textbooks and the libraries of the field."""

from __future__ import annotations

import math
from timeit import repeat
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from trial_table_sample import MERCAPTOPURINE, PLACEBO, RELAPSED, freireich

from trimer.binomial import exact_limits
from trimer.study.trial.estimates import (
    cumulative_incidence,
    deviation,
    hazard_ratio,
    kaplan_meier,
    log_rank,
    mean,
    median_time,
    odds_ratio,
    odds_ratio_2x2,
    proportion,
    survival_at,
)


def drawn(seed: int, n: int, tied: bool) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return times, events and arm; tied times fall on whole numbers."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, n)
    times = rng.exponential(np.where(arm == 1, 14.0, 8.0)) + 0.01
    return np.ceil(times) if tied else times, rng.integers(0, 4, n).clip(0, 1), arm


# ---- proportions


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    # MT103-211, MT103-206 and ALCANTARA as printed: whole percents, rounded from one decimal (71.48, 71.5, 72).
    [(81, 189, 36, 50), (63, 189, 27, 41), (18, 189, 6, 15), (60, 73, 72, 90), (25, 36, 52, 84), (16, 45, 22, 51)],
)
def test_intervals_of_published_trials(events: int, n: int, low: int, high: int) -> None:
    found = proportion(events, n)
    printed = [math.floor(round(100 * x, 1) + 0.5) for x in (found.low, found.high)]
    assert printed == [low, high]
    assert found.value == events / n
    assert (found.n, found.events, found.kind) == (n, events, "proportion")


def test_intervals_as_scipy_has_them_and_at_the_ends() -> None:
    from scipy.stats import binomtest

    for events, n in ((0, 7), (7, 7), (1, 20), (13, 20), (450, 1000)):
        for level in (0.9, 0.95):
            expected = binomtest(events, n).proportion_ci(level, "exact")
            assert exact_limits(events, n, level) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (found := proportion(0, 0)).low == 0.0
    assert found.high == 1.0
    assert math.isnan(found.value)


# ---- survival


def test_mercaptopurine_as_textbooks_have_it() -> None:
    curve = kaplan_meier(MERCAPTOPURINE, RELAPSED)
    median = curve.median()
    assert (median.value, median.low) == (23.0, 13.0)
    assert math.isnan(median.high), "the upper limit is not reached"
    at_10 = curve.at(10.0)
    assert (at_10.value, at_10.low, at_10.high) == pytest.approx((0.7529, 0.5032, 0.8894), abs=5e-5)
    assert (at_10.n, at_10.events) == (21, 5)
    assert median_time(PLACEBO, np.ones(21)) == 8.0


def test_log_rank_and_cox_of_mercaptopurine_as_textbooks_have_them() -> None:
    chi_square, p = log_rank(*freireich())
    assert chi_square == pytest.approx(16.79, abs=0.005)
    assert p == pytest.approx(4.17e-5, abs=5e-8)
    ratio = hazard_ratio(*freireich())
    assert (math.log(ratio.value), ratio.n, ratio.events) == (pytest.approx(1.572, abs=5e-4), 42, 30)
    assert math.log(ratio.high / ratio.low) / (2 * 1.959964) == pytest.approx(0.4124, abs=5e-5)


@pytest.mark.parametrize("tied", [False, True])
def test_log_rank_and_cox_as_lifelines_has_them(tied: bool) -> None:
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.statistics import logrank_test

    for seed, n in enumerate((12, 40, 300)):
        times, events, arm = drawn(seed, n, tied)
        test = logrank_test(times[arm == 1], times[arm == 0], events[arm == 1], events[arm == 0])
        assert log_rank(times, events, arm) == pytest.approx((test.test_statistic, test.p_value), rel=1e-9)
        frame = pd.DataFrame({"times": times, "events": events, "arm": arm})
        cox = CoxPHFitter().fit(frame, "times", "events", fit_options={"precision": 1e-10})
        expected = [cox.hazard_ratios_["arm"], *np.exp(cox.confidence_intervals_.loc["arm"])]
        found = hazard_ratio(times, events, arm)
        assert [found.value, found.low, found.high] == pytest.approx(expected, rel=1e-6)


def test_a_hazard_ratio_without_events_on_one_side_has_no_interval() -> None:
    times, arm = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 0])
    assert hazard_ratio(times, np.array([1, 0, 1, 0]), arm).value == math.inf
    assert hazard_ratio(times, np.array([0, 1, 0, 0]), arm).value == 0.0
    assert math.isnan(hazard_ratio(times, np.zeros(4), arm).value)
    assert math.isnan(hazard_ratio(times, np.array([1, 0, 1, 0]), arm).high)
    assert log_rank(times, np.zeros(4), arm) == (0.0, 1.0)


@pytest.mark.parametrize("tied", [False, True])
def test_cumulative_incidence_as_lifelines_has_it_and_adding_to_one(tied: bool) -> None:
    from lifelines import AalenJohansenFitter

    times, causes, _ = drawn(3, 120, tied)
    causes = causes * np.random.default_rng(5).integers(1, 3, len(times))
    found = cumulative_incidence(times, causes)
    assert sorted(found) == [1, 2]
    survival = kaplan_meier(times, causes > 0)
    assert found[1].times == pytest.approx(survival.times)
    assert found[1].value + found[2].value + survival.value == pytest.approx(np.ones(len(survival.times)), abs=1e-12)
    assert found[1].occurred[-1] + found[2].occurred[-1] == np.count_nonzero(causes)
    if not tied:  # at tied times lifelines would move them by chance
        with np.errstate(all="ignore"):
            fitted = AalenJohansenFitter().fit(times, causes, event_of_interest=1)
        known = (found[1].value > 0.0) & (survival.value > 0.0)  # lifelines has no limits at the end
        assert found[1].value == pytest.approx(fitted.cumulative_density_.to_numpy()[:, 0])
        limits = fitted.confidence_interval_.to_numpy()[known]
        assert found[1].low[known] == pytest.approx(limits[:, 0], abs=1e-6)
        assert found[1].high[known] == pytest.approx(limits[:, 1], abs=1e-6)


def test_competing_causes_by_hand() -> None:
    # Five patients: relapse at 1, death and relapse at 2, censored at 2, death at 4.
    found = cumulative_incidence(np.array([1.0, 2.0, 2.0, 2.0, 4.0]), np.array([1, 2, 1, 0, 2]))
    assert found[1].value == pytest.approx([0.0, 0.2, 0.4, 0.4])
    assert found[2].value == pytest.approx([0.0, 0.0, 0.2, 0.6])
    assert found[2].at(3.0).value == pytest.approx(0.2)
    assert found[2].at(3.0).events == 1


def test_a_curve_ends_with_its_follow_up() -> None:
    times, events = np.array([3.0, 8.0, 17.97, 17.97]), np.array([1, 1, 0, 0])
    curve = kaplan_meier(times, events)
    assert curve.at(18.0).value == pytest.approx(0.5)
    assert survival_at(times, events, 18.0) == pytest.approx(0.5)
    assert math.isnan(curve.at(18.5).value)
    assert math.isnan(survival_at(times, events, 18.5))
    assert survival_at(times, events, 2.9) == 1.0
    assert math.isnan(survival_at(times[:0], events[:0], 1.0))


def test_all_dead_leaves_the_last_upper_limit_that_could_be_had() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0, 3.0]), np.ones(3))
    assert curve.value[-1] == 0.0
    assert curve.low[-1] == 0.0
    assert curve.high[-1] == curve.high[-2] > 0.5
    assert math.isnan(curve.median().high)
    assert curve.at(99.0).value == 0.0


def test_the_fast_median_is_fast() -> None:
    times, events, _ = drawn(9, 300, True)
    assert min(repeat(lambda: median_time(times, events), number=100, repeat=5)) / 100 < 100e-6


def test_lifelines_leaves_warnings_as_they_were() -> None:
    before = np.geterr()
    kaplan_meier(MERCAPTOPURINE, RELAPSED)
    assert np.geterr() == before


# ---- odds and means


def test_odds_ratio_of_two_groups() -> None:
    # MT103-211: 43 of 59 with blasts below 50 %, 38 of 130 with more.
    exposed = np.repeat([1, 0], [59, 130])
    y = np.concatenate([np.repeat([1, 0], [43, 16]), np.repeat([1, 0], [38, 92])])
    found = odds_ratio_2x2(exposed, y)
    assert found.value == pytest.approx(43 * 92 / (16 * 38))
    error = math.sqrt(1 / 43 + 1 / 16 + 1 / 38 + 1 / 92)
    assert (found.low, found.high) == pytest.approx(
        tuple(found.value * math.exp(s * 1.959964 * error) for s in (-1, 1))
    )
    same = odds_ratio(exposed.astype(float), y)
    assert [same.value, same.low, same.high] == pytest.approx([found.value, found.low, found.high])


def test_an_empty_cell_takes_half_a_patient_everywhere() -> None:
    found = odds_ratio_2x2(np.array([1, 1, 0, 0, 0]), np.array([1, 1, 1, 0, 0]))
    assert found.value == pytest.approx(2.5 * 2.5 / (0.5 * 1.5))
    assert found.low < found.value < found.high
    assert math.isnan(odds_ratio_2x2(np.ones(3), np.array([1, 0, 1])).value)


def test_logistic_regression_maximises_the_likelihood() -> None:
    from scipy.optimize import minimize

    rng = np.random.default_rng(4)
    x = rng.lognormal(0.0, 0.5, 200)
    y = rng.random(200) < 1.0 / (1.0 + np.exp(1.0 - 0.9 * x))

    def loss(beta: NDArray[Any]) -> float:
        eta = beta[0] + beta[1] * x
        return float(np.logaddexp(0.0, eta).sum() - eta[y].sum())

    best = minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-8})
    found = odds_ratio(x, y)
    assert math.log(found.value) == pytest.approx(best.x[1], abs=1e-5)
    error = math.log(found.high / found.low) / (2 * 1.959964)
    step = 1e-4
    profile = [
        minimize(lambda a, b=b: loss(np.array([a[0], b])), [best.x[0]]).fun for b in best.x[1] + [-step, 0, step]
    ]
    assert error == pytest.approx(math.sqrt(step**2 / (profile[0] + profile[2] - 2 * profile[1])), rel=0.01)


def test_separated_answers_have_no_interval() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert odds_ratio(x, np.array([0, 0, 1, 1])).value == math.inf
    assert odds_ratio(x, np.array([1, 1, 0, 0])).value == 0.0
    assert math.isnan(odds_ratio(x, np.array([0, 0, 1, 1])).low)
    assert math.isnan(odds_ratio(x, np.ones(4)).value)
    assert math.isnan(odds_ratio(np.ones(4), np.array([0, 1, 0, 1])).value)


def test_intervals_of_mean_and_deviation_cover_skewed_exposures() -> None:
    rng = np.random.default_rng(8)
    x = rng.lognormal(-0.6, 0.55, (400, 300))
    true_mean = math.exp(-0.6 + 0.55**2 / 2)
    true_deviation = true_mean * math.sqrt(math.exp(0.55**2) - 1.0)
    for estimate, true, least in ((mean, true_mean, 0.92), (deviation, true_deviation, 0.82)):
        found = [estimate(row) for row in x]
        assert least < np.mean([f.low <= true <= f.high for f in found]) < 0.98
    assert math.isnan(deviation(x[0, :1]).value)
    assert mean(x[0, :1]).value == x[0, 0]
    assert math.isnan(mean(x[0, :1]).low)
