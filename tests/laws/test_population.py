"""What holds for every population: bounds kept, ranks kept, shares right, patients themselves whatever the batch."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from model_sample import examples
from numpy.typing import NDArray
from population_sample import small

from trimer.errors import InputError
from trimer.population import EVERYWHERE, Bounds, Class, Covariate, Effect
from trimer.study.population.draw import draw_population, draw_strata

Array = NDArray[np.float64]
U = np.linspace(0.0, 1.0, 203)[1:-1]
EVERYBODY = draw_population(small(), 400)


@st.composite
def numbers(draw: st.DrawFn) -> Covariate:
    """Draw a normal or lognormal covariate, its ends no farther than a few spreads from the middle."""
    shape = draw(st.sampled_from(["normal", "lognormal"]))
    centre = draw(st.floats(5.0, 100.0))
    spread = draw(st.floats(0.05, 0.4)) * (1.0 if shape == "lognormal" else centre)
    low = draw(st.floats(0.0, 1.2)) * centre
    return Covariate("x", "kg", shape, (centre,), (spread,), low, low + draw(st.floats(0.1, 1.5)) * centre)


@st.composite
def classed(draw: st.DrawFn) -> Covariate:
    """Draw a covariate in classes or categories, side by side or with gaps, some of them of nobody."""
    kinds = st.sampled_from(["classes", "categories"])
    shape, logarithmic, count = draw(kinds), draw(st.booleans()), draw(st.integers(1, 5))
    steps = draw(st.lists(st.floats(0.1, 20.0), min_size=2 * count, max_size=2 * count))
    gaps = draw(st.booleans())
    edges = list(accumulate(steps))
    ends = [(edges[2 * k], edges[2 * k + 1]) for k in range(count)] if gaps else list(pairwise(edges[: count + 1]))
    weights = draw(st.lists(st.integers(0, 5), min_size=count, max_size=count).filter(any))
    classes = [
        Class(low, high if shape == "classes" else low, weight / sum(weights))
        for (low, high), weight in zip(ends, weights, strict=True)
    ]
    return Covariate("x", "%", shape, classes=tuple(classes), logarithmic=logarithmic and shape == "classes")


COVARIATES = numbers().filter(lambda item: float(item.share(EVERYWHERE)) > 0.0) | classed()
BOUNDS = st.tuples(st.floats(0.0, 120.0), st.floats(0.0, 120.0)).map(lambda ends: (min(ends), max(ends)))


def narrowed(item: Covariate, within: Bounds) -> Array | None:
    """Return the values at ``U`` within bounds; None when nobody is there, which must be one error."""
    if float(item.share(within)) > 0.0:
        return item.quantile(U, within=within)
    with pytest.raises(InputError, match="bounds that some patient meets"):
        item.quantile(U, within=within)
    return None


@given(COVARIATES, BOUNDS)
def test_narrowing_keeps_bounds_and_ranks(item: Covariate, within: Bounds) -> None:
    values = narrowed(item, within)
    assert 0.0 <= float(item.share(within)) <= 1.0 + 1e-12
    if values is None:
        return
    rounding = 1e-12 * np.abs(values)
    assert np.all((values >= within[0] - rounding) & (values <= within[1] + rounding))
    assert np.all(np.diff(values) >= -rounding[1:]), "who ranked higher ranks higher"
    if item.classes:
        inside = [(values >= c.low - rounding) & (values <= c.high + rounding) for c in item.classes if c.share]
        assert np.any(inside, axis=0).all(), "nobody lies between classes"
    else:
        assert np.all((values >= item.low) & (values <= item.high))


@given(COVARIATES, BOUNDS)
def test_narrowing_is_the_distribution_among_those_within(item: Covariate, within: Bounds) -> None:
    """The value at rank u has the part u of those within below it."""
    values = narrowed(item, within)
    part = float(item.share(within))
    assume(values is not None and part > 1e-6)
    assert values is not None
    for u, x in zip(U[::20], values[::20], strict=True):
        below = float(item.share((within[0], float(x)))) / part
        if item.shape == "categories":
            assert below >= u - 1e-9
            assert float(item.share((within[0], math.nextafter(float(x), -math.inf)))) / part <= u + 1e-9
        else:
            assert below == pytest.approx(u, abs=1e-6)


@given(COVARIATES, BOUNDS, BOUNDS)
def test_narrowing_twice_is_narrowing_to_both(item: Covariate, one: Bounds, other: Bounds) -> None:
    both = max(one[0], other[0]), min(one[1], other[1])
    assert float(item.share(both)) <= min(float(item.share(one)), float(item.share(other))) + 1e-12
    assert float(item.share(EVERYWHERE)) == pytest.approx(1.0)


@given(classed(), BOUNDS)
def test_shares_of_classes_add_to_one(item: Covariate, within: Bounds) -> None:
    if float(item.share(within)) == 0.0:
        with pytest.raises(InputError):
            item.class_shares(within)
        return
    shares = item.class_shares(within)
    assert math.fsum(shares) == pytest.approx(1.0)
    values = item.quantile(U, within=within)
    for share, one in zip(shares, item.classes, strict=True):
        if item.shape == "categories":
            assert np.mean(values == one.low) == pytest.approx(share, abs=1.0 / len(U) + 1e-9)
        elif share == 0.0:
            assert not np.any((values > one.low) & (values < one.high))


@given(st.floats(-3.0, 3.0), st.floats(0.1, 50.0), st.floats(0.1, 50.0), st.floats(0.1, 50.0), st.booleans())
def test_effects_are_one_at_the_reference_and_add_up(
    slope: float, reference: float, one: float, other: float, power: bool
) -> None:
    """From a to b and from b to c is from a to c."""
    slope = slope if power else slope / 50.0

    def factor(x: float, at: float) -> float:
        return float(Effect("p", "c", slope, at, power).factor(np.array([x]))[0])

    assert factor(reference, reference) == 1.0
    assert factor(one, reference) * factor(other, one) == pytest.approx(factor(other, reference), rel=1e-9)


@settings(max_examples=examples(25), deadline=None)
@given(st.integers(0, 380), st.integers(1, 20))
def test_a_patient_is_himself_in_any_batch(first: int, count: int) -> None:
    found = draw_population(small(), count, first=first).table()
    for name, column in EVERYBODY.table().items():
        np.testing.assert_array_equal(found[name], column[first : first + count], err_msg=name)


@settings(max_examples=examples(25), deadline=None)
@given(st.floats(12.0, 88.0), st.floats(12.0, 88.0))
def test_bounds_on_one_covariate_move_nothing_but_it_and_what_it_does(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other) + 1.0
    found = draw_population(small(), 400, within={"marrow_blast_percent": (low, high)})
    before, after = EVERYBODY.covariates, found.covariates
    assert found.share == pytest.approx(float(small().covariates["marrow_blast_percent"].share((low, high))))
    moved = "marrow_blast_percent"
    np.testing.assert_array_equal(np.argsort(before[moved]), np.argsort(after[moved]))
    for name in set(before) - {moved}:
        np.testing.assert_array_equal(before[name], after[name], err_msg=name)
    changed = {n for n, x in EVERYBODY.parameters.items() if not np.array_equal(x, found.parameters[n])}
    assert changed <= {"anc_0"}, "its only effect"


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.floats(11.0, 89.0), max_size=4, unique=True))
def test_strata_part_the_population(cuts: list[float]) -> None:
    edges = [10.0, *sorted(cuts), 90.0]
    found = draw_strata(small(), "marrow_blast_percent", edges, 7)
    assert math.fsum(s.share for s in found) == pytest.approx(1.0)
    for stratum, (low, high) in zip(found, pairwise(edges), strict=True):
        values = stratum.covariates["marrow_blast_percent"]
        assert np.all((values >= low) & (values <= high))
    numbers = np.concatenate([s.table()["patient"] for s in found])
    assert numbers.tolist() == list(range(7 * len(found)))
