"""Draws from the population: each patient is himself whatever the batch, and the distributions are the stated ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_sample import panel

from trimer.parameters import Parameter, ParameterSet
from trimer.study.draws import draw, typical, uniforms, value_at

MANY = 20_000
FAMILY = ParameterSet(
    {
        "fixed": Parameter("fixed", 3.0, "1"),
        "log": Parameter("log", 5.0, "1", 0.4, "lognormal"),
        "logit": Parameter("logit", 0.3, "1", 0.7, "logitnormal"),
        "plain": Parameter("plain", -2.0, "1", 1.5, "normal"),
        "coin": Parameter("coin", 0.12, "1", 0.0, "bernoulli"),
    }
)
NAMES = st.sampled_from(["k_growth", "k_kill", "x", ""])
SEEDS = st.integers(-(2**63), 2**64)


@given(NAMES, SEEDS, st.integers(0, 10_000), st.integers(0, 40), st.integers(1, 20))
def test_a_patient_is_the_same_in_any_batch(name: str, seed: int, first: int, before: int, count: int) -> None:
    alone = uniforms(name, seed, first + before, count)
    together = uniforms(name, seed, first, before + count + 5)
    np.testing.assert_array_equal(together[before : before + count], alone)
    assert np.all((alone > 0.0) & (alone < 1.0))


@given(st.integers(0, 10_000), st.integers(1, 9))
def test_so_is_every_parameter_of_his(first: int, count: int) -> None:
    whole = draw(panel().parameters, 7, first, count)
    assert draw(panel().parameters, 7, first + count - 1, 1) == whole[-1:]
    assert [draw(panel().parameters, 7, first + i, 1)[0] for i in range(count)] == whole


def test_order_of_parameters_does_not_matter() -> None:
    backwards = ParameterSet(dict(reversed(list(FAMILY.items()))))
    assert draw(FAMILY, 3, 0, 5) == draw(backwards, 3, 0, 5)


def test_seed_parameter_and_patient_each_make_a_difference() -> None:
    base = uniforms("k_growth", 1, 0, 1000)
    others = (uniforms("k_growth", 2, 0, 1000), uniforms("k_kill", 1, 0, 1000), uniforms("k_growth", 1, 1000, 1000))
    for other in others:
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.1
        assert not np.any(base == other)


def test_uniforms_are_uniform_to_the_tails() -> None:
    u = np.sort(uniforms("k_growth", 20160216, 0, MANY))
    steps = (np.arange(MANY) + 0.5) / MANY
    assert np.abs(u - steps).max() < 1.63 / math.sqrt(MANY)  # Kolmogorov at 1 %
    assert u[0] < 1e-3 < 1 - 1e-3 < u[-1]


def test_distributions_have_the_stated_middle_and_spread() -> None:
    people = draw(FAMILY, 20160216, 0, MANY)
    assert all("fixed" not in p for p in people)
    value = {name: np.array([p[name] for p in people]) for name in people[0]}
    scales = {
        "log": (np.log(value["log"]), math.log(5.0), 0.4),
        "logit": (np.log(value["logit"] / (1 - value["logit"])), math.log(0.3 / 0.7), 0.7),
        "plain": (value["plain"], -2.0, 1.5),
    }
    for x, middle, sd in scales.values():
        assert x.mean() == pytest.approx(middle, abs=4 * sd / math.sqrt(MANY))
        assert x.std() == pytest.approx(sd, rel=0.02)
    assert set(value["coin"]) == {0.0, 1.0}
    assert value["coin"].mean() == pytest.approx(0.12, abs=4 * math.sqrt(0.12 * 0.88 / MANY))


def test_parameters_of_the_model_are_drawn_independently() -> None:
    people = draw(panel().parameters, 20160216, 0, 2000)
    logs = np.log([[p[n] for n in ("k_growth", "k_kill", "blinatumomab_CL", "marrow_partition")] for p in people])
    correlation = np.corrcoef(logs.T) - np.eye(4)
    assert np.abs(correlation).max() < 0.08


@given(st.floats(-6.0, 6.0))
def test_value_at_is_monotone_and_typical_at_zero(z: float) -> None:
    for name in ("log", "logit", "plain"):
        parameter = FAMILY[name]
        assert value_at(parameter, 0.0) == pytest.approx(parameter.value)
        assert (value_at(parameter, z) - parameter.value) * z >= 0.0
        assert value_at(parameter, z + 0.5) > value_at(parameter, z)
    assert 0.0 < value_at(FAMILY["logit"], z) < 1.0
    assert value_at(FAMILY["fixed"], z) == 3.0


def test_a_typical_patient_has_no_escape_clone() -> None:
    assert typical(FAMILY) == {"fixed": 3.0, "log": 5.0, "logit": 0.3, "plain": -2.0, "coin": 0.0}
    assert typical(panel().parameters)["dim_presence"] == 0.0
