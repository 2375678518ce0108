"""Estimates and paired differences: intervals against closed forms, coverage, and no number without its interval."""

from __future__ import annotations

import json
import math
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.binomial import exact_limits
from trimer.errors import InputError
from trimer.study import paired
from trimer.study.outcomes import OUTCOMES, Outcomes
from trimer.study.paired import Estimated, difference, estimate, score_limits
from trimer.study.scenario import SIZE
from trimer.study.subjects import Origin, Subjects

Array = NDArray[np.float64]
SHARE, NUMBER = "remission", "drug_amount"
Z = 1.6448536269514722


def people(n: int, origin: str = "population", seed: int = 5) -> Subjects:
    return Subjects("people", cast("Origin", origin), {}, {"blasts": np.zeros(n)}, SIZE, seed)


def under(x: Any, key: str = SHARE, name: str = "plan") -> Outcomes:
    """Outcomes of which only one is of interest; the others tell one plan from another."""
    values = {k: np.full(len(x), float(len(name))) for k in OUTCOMES} | {key: np.asarray(x, dtype=float)}
    return Outcomes(name, 365.0, np.zeros(len(x), dtype=np.int64), values, cast("Any", None))


def binary(n: int, events: int) -> Array:
    return (np.arange(n) < events).astype(float)


def mcnemar_higher(more: int, less: int) -> bool:
    return (more - less) / math.sqrt(more + less) > Z


@pytest.mark.parametrize("events", [0, 1, 20, 49, 50])
def test_a_share_of_independent_draws_has_exact_limits(events: int) -> None:
    found = estimate(under(binary(50, events)), SHARE, people(50, "posterior"))
    low, high = exact_limits(events, 50, 0.90)
    assert (found.value, found.low, found.high) == pytest.approx((events / 50, float(low), float(high)))


def test_fewer_effective_draws_give_the_limits_of_so_few() -> None:
    found = estimate(under(binary(200, 80)), SHARE, people(200, "posterior"), effective=50.0)
    low, high = exact_limits(20, 50, 0.90)
    assert (found.value, found.low, found.high) == pytest.approx((0.4, float(low), float(high)))
    fraction = estimate(under(binary(200, 81)), SHARE, people(200, "posterior"), effective=50.0)
    assert fraction.low == pytest.approx(float(low))  # 20.25 events: rounded outwards
    assert fraction.high == pytest.approx(float(exact_limits(21, 50, 0.90)[1]))


def test_patients_alike_within_a_draw_count_for_fewer() -> None:
    """All four patients of a draw do the same: the limits are those of as many patients as draws."""
    x = np.tile(binary(60, 24), 4)  # patient i uses draw i mod 60
    alike = estimate(under(x), SHARE, people(240), draws=60)
    apart = estimate(under(x), SHARE, people(240), draws=240)
    size = int(60 * 59 / 60)  # the variance between 60 groups is divided by 59
    low, high = exact_limits(np.array([math.floor(0.4 * size), math.ceil(0.4 * size)]), size, 0.90)
    assert (alike.low, alike.high) == pytest.approx((float(low[0]), float(high[1])))
    independent = exact_limits(96, 240, 0.90)
    assert (apart.low, apart.high) == pytest.approx((float(independent[0]), float(independent[1])), abs=4e-3)


def test_a_number_of_draws_has_their_quantiles() -> None:
    x = np.random.default_rng(1).lognormal(size=101)
    found = estimate(under(x, NUMBER), NUMBER, people(101, "posterior"))
    assert [found.low, found.value, found.high] == pytest.approx(np.sort(x)[[5, 50, 95]].tolist())


@pytest.mark.parametrize("n", [8, 400])
def test_a_mean_of_patients_has_students_limits_when_it_is_normal(n: int) -> None:
    from scipy.stats import t

    x = np.random.default_rng(2).normal(10.0, 2.0, n)
    found = estimate(under(x, NUMBER), NUMBER, people(n), draws=n)
    half = t.ppf(0.95, n - 1) * x.std(ddof=1) / math.sqrt(n)
    assert found.value == pytest.approx(x.mean())
    assert [found.value - found.low, found.high - found.value] == pytest.approx(
        [half, half], rel=0.2 if n < 10 else 0.1
    )


def test_the_bootstrap_is_that_of_whole_groups() -> None:
    """Against resampling group by group, one at a time."""
    random = np.random.default_rng(3)
    x = random.normal(size=30) + np.repeat(random.normal(0.0, 3.0, 10), 3)
    groups = np.repeat(np.arange(10), 3)
    means = [np.concatenate([x[groups == g] for g in random.integers(0, 10, 10)]).mean() for _ in range(20_000)]
    tail = 1.0 - (1.0 + math.erf(math.sqrt(10 / 9) * 1.8331129326536335 / math.sqrt(2.0))) / 2.0  # t(0.95, 9)
    wanted = np.quantile(means, [tail, 1.0 - tail])
    assert paired._bootstrap(x, groups, 7) == pytest.approx(tuple(wanted), abs=0.12)


def test_the_same_treatment_twice_differs_by_nothing() -> None:
    x, who = binary(80, 30), people(80)
    for origin in ("population", "posterior"):
        found = difference(under(x), under(x), SHARE, people(80, origin))
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
        assert str(found) == "0 (0 to 0) points"
        assert found.shown == "not shown to differ"
    assert difference(under(x, NUMBER), under(x, NUMBER), NUMBER, who).high == 0.0


def test_another_plan_without_a_difference_seen_may_still_differ() -> None:
    x = binary(300, 120)
    found = difference(under(x), under(x, name="another"), SHARE, people(300))
    assert (found.low, found.value, found.high) == pytest.approx((-(Z**2) / (300 + Z**2), 0.0, Z**2 / (300 + Z**2)))


@pytest.mark.parametrize(("more", "less", "n"), [(3, 0, 300), (2, 0, 300), (12, 3, 50), (30, 18, 200), (7, 7, 40)])
def test_score_limits_say_what_mcnemar_says_and_are_symmetric(more: int, less: int, n: int) -> None:
    low, high = score_limits(more, less, n)
    assert (low > 0.0) == mcnemar_higher(more, less)
    assert score_limits(less, more, n) == pytest.approx((-high, -low))
    assert low <= (more - less) / n <= high
    for limit, z in ((low, Z), (high, -Z)):
        assert paired._score(limit, more, less, n) == pytest.approx(z, abs=1e-6)


@pytest.mark.parametrize(("more", "less", "n"), [(3, 0, 300), (12, 3, 50), (30, 18, 200), (40, 20, 160)])
def test_score_limits_are_roots_of_the_quartic(more: int, less: int, n: int) -> None:
    """In closed form (Yang, Sun and Hardin 2013, Stat Med 32:1336, recalled): the outer real roots that are limits."""
    g, gap, total = Z**2, more - less, more + less
    quartic = [
        n**2 * (n / g + 1) ** 2,
        -n * gap * (n / g + 1) * (4 * n / g + 1),
        2 * n * gap**2 * (3 * n / g + 2) / g - n**2 * (total / g + 1),
        n * gap * (2 * total / g + 1) - gap**3 * (4 * n / g + 1) / g,
        gap**2 * (gap**2 / g - total) / g,
    ]
    roots = np.roots(quartic)
    for limit in score_limits(more, less, n):
        assert np.abs(roots - limit).min() < 1e-6


def test_tangos_own_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tango 1998, sections 6.1 (90 %) and 6.2 (95 %), as others quote them."""
    assert score_limits(0.0, 1.0, 44.0)[0] == pytest.approx(-0.096, abs=5e-4)
    monkeypatch.setattr(paired, "TAIL", 0.025)
    assert score_limits(9.0, 3.0, 32.0) == pytest.approx((-0.027, 0.390), abs=5e-4)


def test_pairing_narrows() -> None:
    random = np.random.default_rng(4)
    x = (random.random(300) < 0.5).astype(float)
    y = np.where(random.random(300) < 0.08, 1.0 - x, x)
    own = difference(under(x), under(y, name="other"), SHARE, people(300))
    shuffled = difference(under(x), under(random.permutation(y), name="other"), SHARE, people(300))
    assert own.value == pytest.approx(shuffled.value)
    assert own.high - own.low < 0.5 * (shuffled.high - shuffled.low)


def test_a_difference_is_taken_draw_by_draw_among_those_known_under_both() -> None:
    random = np.random.default_rng(6)
    x, d = random.normal(0.0, 50.0, 201), random.normal(3.0, 1.0, 201)
    y = x - d
    y[:41] = np.nan
    found = difference(under(x, NUMBER), under(y, NUMBER, "other"), NUMBER, people(201, "posterior"))
    low, middle, high = np.quantile(d[41:], [0.05, 0.5, 0.95])
    assert (found.low, found.value, found.high) == pytest.approx((low, middle, high))
    assert found.n == 160
    assert found.shown == "higher"


def test_the_sign_turns_with_the_plans() -> None:
    x, y = binary(100, 60), binary(100, 40)
    for origin in ("population", "posterior"):
        who = people(100, origin)
        one, other = (difference(*pair, SHARE, who) for pair in ((under(x), under(y, name="b")),
                                                                 (under(y, name="b"), under(x))))  # fmt: skip
        assert (one.shown, other.shown) == ("higher", "lower")
        assert one.value == pytest.approx(0.2)
        assert other.low == pytest.approx(-one.high, abs=0.02)


@pytest.mark.parametrize("origin", ["population", "posterior"])
def test_nobody_known_is_not_known(origin: str) -> None:
    who, x = people(20, origin), np.full(20, np.nan)
    for found in (estimate(under(x), SHARE, who), estimate(under(x, NUMBER), NUMBER, who),
                  difference(under(x), under(binary(20, 5), name="b"), SHARE, who)):  # fmt: skip
        assert not found.known
        assert str(found) == "not known"
        assert found.shown == "not shown to differ"
        assert found.to_dict()["value"] is None


def test_an_estimate_is_never_written_alone() -> None:
    found = Estimated(0.461, 0.409, 0.512, 300, "share")
    assert str(found) == f"{found}" == "46 (41 to 51) %"
    assert f"{found:bare}" == "46 (41 to 51)"
    for spec in (".2f", "value", "g", "s", ">20"):
        with pytest.raises(ValueError, match="interval"):
            format(found, spec)
    with pytest.raises(TypeError):
        float(cast("Any", found))
    assert {"value", "low", "high", "level"} <= set(json.loads(json.dumps(found.to_dict())))


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (Estimated(0.04, -0.02, 0.09, 300, "share", difference=True), "+4 (−2 to +9) points"),
        (Estimated(-3.2, -9.6, 1.4, 9, "number", "%", difference=True), "−3 (−10 to +1) points"),
        (Estimated(38.914, 38.1, 40.2, 9, "number", "Cel"), "38.9 (38.1 to 40.2) °C"),
        (Estimated(12.0, 12.0, 12.0, 9, "day", "day"), "12 (12 to 12) days"),
        (Estimated(36.8, 36.8, 36.8, 9, "number", "Cel"), "36.8 (36.8 to 36.8) °C"),
        (Estimated(21675.0, 20246.2, 23065.4, 9, "number", "ug"), "21,675 (20,246 to 23,065) µg"),
        (Estimated(2.1e-5, 1.2e-5, 4.4e-5, 9, "number", "1e6/L"), "2.1e-05 (1.2e-05 to 4.4e-05) ×10⁶/L"),
    ],
)
def test_digits_follow_the_interval(found: Estimated, shown: str) -> None:
    assert str(found) == shown


def test_who_is_compared_must_be_the_same() -> None:
    with pytest.raises(InputError, match=r"remision.*Nearest: remission"):
        estimate(under(binary(5, 2)), "remision", people(5))
    with pytest.raises(InputError, match="the same 6"):
        estimate(under(binary(5, 2)), SHARE, people(6))


@pytest.mark.slow
@pytest.mark.parametrize("origin", ["population", "posterior"])
@pytest.mark.parametrize(("more", "less", "n"), [(0.10, 0.04, 200), (0.02, 0.0, 300), (0.3, 0.2, 60)])
def test_nine_in_ten_intervals_hold_the_difference(origin: str, more: float, less: float, n: int) -> None:
    """Synthetic pairs: concordant with probability 1 - more - less."""
    random, who = np.random.default_rng(8), people(n, origin)
    times = 1000
    held = 0
    for _ in range(times):
        u = random.random(n)
        x = np.where(u < more, 1.0, np.where(u < more + less, 0.0, random.random(n) < 0.4))
        y = np.where(u < more, 0.0, np.where(u < more + less, 1.0, x))
        found = difference(under(x), under(y, name="b"), SHARE, who, draws=n)
        held += found.low <= more - less <= found.high
    assert 0.88 <= held / times <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize(("share", "between"), [(0.4, 0.6), (0.4, 0.0), (0.02, 0.0)])
def test_nine_in_ten_intervals_hold_the_share_of_groups(share: float, between: float) -> None:
    """Patients of one draw are alike; the share aimed at is that over draws."""
    from scipy.special import expit

    random, who = np.random.default_rng(9), people(300)
    at = math.log(share / (1.0 - share))
    truth = expit(at + between * random.normal(size=1_000_000)).mean()
    held = 0
    for _ in range(600):
        p = expit(at + between * random.normal(size=100))
        x = random.random(300) < p[np.arange(300) % 100]
        found = estimate(under(x), SHARE, who, draws=100)
        held += found.low <= truth <= found.high
    assert 0.87 <= held / 600 <= 0.99


@pytest.mark.slow
def test_nine_in_ten_intervals_hold_a_skewed_mean_of_few() -> None:
    random, held = np.random.default_rng(10), 0
    for _ in range(600):
        x = random.lognormal(0.0, 0.6, 25)
        found = estimate(under(x, NUMBER), NUMBER, people(25), draws=25)
        held += found.low <= math.exp(0.18) <= found.high
    assert 0.85 <= held / 600 <= 0.95
