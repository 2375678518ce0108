"""What holds for every trial: bounds, order, the fast estimates beside lifelines, size and level of tests."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_sample import examples
from numpy.typing import NDArray
from trial_table_sample import joined, rows, trial

from trimer.study.trial.estimates import (
    cumulative_incidence,
    hazard_ratio,
    kaplan_meier,
    log_rank,
    median_time,
    odds_ratio,
    odds_ratio_2x2,
    proportion,
    survival_at,
)
from trimer.study.trial.power import power, single_arm_power
from trimer.study.trial.summary import endpoints, replicates, values

Patients = tuple[NDArray[np.float64], NDArray[Any], NDArray[Any]]


@st.composite
def patients(draw: st.DrawFn) -> Patients:
    """Draw times (some tied, some not), codes (0 censored, 1 or 2) and arms."""
    whole = st.integers(1, 12).map(float)
    one = st.tuples(whole | st.floats(0.01, 40.0), st.sampled_from([0, 1, 1, 2]), st.integers(0, 1))
    times, codes, arm = zip(*draw(st.lists(one, min_size=1, max_size=40)), strict=True)
    return np.array(times), np.array(codes), np.array(arm)


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_proportion_lies_in_its_interval(events: int, more: int) -> None:
    found = proportion(events, events + more)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    mirrored = proportion(more, events + more)
    assert (1.0 - mirrored.high, 1.0 - mirrored.low) == pytest.approx((found.low, found.high), abs=1e-12)


@settings(max_examples=examples(40))
@given(patients())
def test_the_fast_median_is_that_of_lifelines(who: Patients) -> None:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times

    times, codes, _ = who
    with np.errstate(all="ignore"):
        fitted = KaplanMeierFitter().fit(times, codes > 0)
    # lifelines adds logarithms, so that its half may come out a rounding above a half.
    expected = median_survival_times(fitted.survival_function_.round(12))
    found = median_time(times, codes > 0)
    assert found == expected if math.isfinite(expected) else math.isnan(found)
    for time in {0.0, times.min(), times.mean(), times.max()}:
        assert survival_at(times, codes > 0, time) == pytest.approx(float(fitted.predict(time)))
    curve = kaplan_meier(times, codes > 0)
    assert curve.median().value == pytest.approx(found, nan_ok=True)
    assert (curve.low <= curve.value + 1e-12).all()
    assert (curve.value <= curve.high + 1e-12).all()
    assert (np.diff(curve.value) <= 0.0).all()


@settings(max_examples=examples(40))
@given(patients())
def test_causes_and_survival_add_to_one(who: Patients) -> None:
    times, codes, _ = who
    found = cumulative_incidence(times, codes)
    survival = kaplan_meier(times, codes > 0)
    assert sum(curve.value for curve in found.values()) + survival.value == pytest.approx(np.ones(len(survival.times)))
    for curve in found.values():
        assert ((curve.low >= 0.0) & (curve.low <= curve.value + 1e-12)).all()
        assert ((curve.high <= 1.0 + 1e-12) & (curve.value <= curve.high + 1e-12)).all()


@given(patients())
def test_swapping_the_arms_inverts_the_ratios(who: Patients) -> None:
    times, codes, arm = who
    assert log_rank(times, codes > 0, arm) == pytest.approx(log_rank(times, codes > 0, 1 - arm), abs=1e-9)
    for one, other in (
        (hazard_ratio(times, codes > 0, arm), hazard_ratio(times, codes > 0, 1 - arm)),
        (odds_ratio_2x2(arm, codes > 0), odds_ratio_2x2(1 - arm, codes > 0)),
        (odds_ratio(times, codes > 0), odds_ratio(-times, codes > 0)),
    ):
        inverse = math.inf if other.value == 0.0 else 1.0 / other.value
        assert one.value == pytest.approx(inverse, rel=1e-6, nan_ok=True)
        if math.isfinite(one.low):
            assert one.low <= one.value <= one.high


@given(patients(), st.floats(0.1, 10.0))
def test_the_unit_of_time_scales_medians_and_leaves_ratios(who: Patients, unit: float) -> None:
    times, codes, arm = who
    assert median_time(times * unit, codes > 0) == pytest.approx(median_time(times, codes > 0) * unit, nan_ok=True)
    ranks = np.unique(times, return_inverse=True)[1].astype(float)  # ratios look at the order alone
    expected = hazard_ratio(times, codes > 0, arm).value
    assert hazard_ratio(ranks, codes > 0, arm).value == pytest.approx(expected, nan_ok=True)


@settings(max_examples=examples(6))
@given(st.integers(0, 2**32 - 1), st.integers(3, 60))
def test_the_order_of_rows_does_not_matter(seed: int, n: int) -> None:
    table = joined(trial(n, seed, "a"), trial(n, seed + 1, "b", replicate=1), trial(n, seed + 2, "b"))
    shuffled = rows(table, np.random.default_rng(seed).permutation(3 * n))
    one, other = endpoints(table, "a", "b"), endpoints(shuffled, "a", "b")
    assert list(one) == list(other)
    for key in one:
        for name in ("value", "low", "high", "n", "events"):
            assert getattr(one[key], name) == pytest.approx(getattr(other[key], name), rel=1e-9, nan_ok=True), key
    first, second = replicates(table, "b"), replicates(shuffled, "b")
    assert all(first[key] == pytest.approx(second[key], rel=1e-9, nan_ok=True) for key in first)
    for key in ("cr_crh", "os_median"):
        assert power(table, "a", "b", key, 20, repeats=20) == power(shuffled, "a", "b", key, 20, repeats=20)


@settings(max_examples=examples(15))
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_proportions_and_their_intervals_lie_between_none_and_all(seed: int, n: int) -> None:
    table = trial(n, seed)
    found = endpoints(table, "engager")
    shares = [e for e in found.values() if e.kind == "proportion" and not math.isnan(e.value)]
    assert len(shares) > 10
    assert all(0.0 <= e.low <= e.value + 1e-12 and e.value <= e.high + 1e-12 <= 1.0 + 2e-12 for e in shares)
    fast = values(table, "engager")
    assert all(fast[key] == pytest.approx(e.value, rel=1e-9, nan_ok=True) for key, e in found.items())


@pytest.mark.parametrize(("key", "sizes"), [("cr_crh", (40, 120, 400)), ("os_median", (5, 15, 40))])
def test_power_rises_with_the_number_of_patients(key: str, sizes: tuple[int, ...]) -> None:
    table = joined(trial(2000, 1, "engager"), trial(2000, 2, "chemotherapy", better=0.5))
    found = [power(table, "engager", "chemotherapy", key, n, repeats=500) for n in sizes]
    assert all(few.high < more.low for few, more in itertools.pairwise(found))


def test_power_of_one_arm_rises_with_the_number_of_patients() -> None:
    found = [single_arm_power(trial(2000, 1), "engager", "cr_crh", n, 0.25, repeats=1000) for n in (20, 60, 180, 540)]
    assert all(few.high < more.low for few, more in itertools.pairwise(found))


@pytest.mark.parametrize("key", ["cr_crh", "os_median", "rfs_median"])
def test_an_arm_against_its_copy_is_found_different_as_often_as_the_level_says(key: str) -> None:
    one = trial(1500, 3, "engager")
    table = joined(one, one | {"arm": np.array(["copy"] * 1500)})
    for alpha in (0.05, 0.2):
        found = power(table, "engager", "copy", key, 100, alpha, repeats=4000).value
        chance = 4.0 * math.sqrt(alpha * (1.0 - alpha) / 4000)
        assert found < alpha + chance
        assert found > (alpha / 2.0 if key == "cr_crh" else alpha) - chance  # Fisher's test stays below its level


def test_the_answer_depends_on_the_seed_and_on_nothing_drawn_before() -> None:
    table = joined(trial(300, 1, "engager"), trial(300, 2, "chemotherapy"))

    def asked(seed: int) -> float:
        return power(table, "engager", "chemotherapy", "os_median", 50, repeats=200, seed=seed).value

    first = asked(1)
    assert len({asked(seed) for seed in range(2, 7)}) > 1
    assert asked(1) == first
