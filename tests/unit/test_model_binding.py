"""Ternary complexes against the equilibrium they solve, and the smooth helpers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from trimer.model.binding import positive_part, saturation, softplus, ternary_complex

amounts = st.floats(1e-6, 1e4)


def by_equilibrium(drug: float, target: float, effector: float, kd_target: float, kd_effector: float) -> float:
    """Return the complex from the two balances: free target and effector with free drug known, solved by bisection."""

    def complex_of(free_target: float) -> float:
        effective = 1.0 + drug / kd_effector + free_target * drug / (kd_target * kd_effector)
        return effector / effective * free_target * drug / (kd_target * kd_effector)

    def excess(free_target: float) -> float:
        return free_target * (1.0 + drug / kd_target) + complex_of(free_target) - target

    return complex_of(brentq(excess, 0.0, target, xtol=1e-300, rtol=1e-14))


@given(amounts, amounts, amounts, amounts, amounts)
def test_complex_is_the_equilibrium_s(drug: float, target: float, effector: float, kd_1: float, kd_2: float) -> None:
    found = ternary_complex(drug, target, effector, kd_1, kd_2)
    assert found == pytest.approx(by_equilibrium(drug, target, effector, kd_1, kd_2), rel=1e-6)


@given(st.floats(0.0, 1e6), amounts, amounts, amounts, amounts)
def test_complex_is_bounded_and_symmetric(drug: float, a: float, b: float, kd_a: float, kd_b: float) -> None:
    found = ternary_complex(drug, a, b, kd_a, kd_b)
    assert 0.0 <= found <= min(a, b) * (1 + 1e-12)
    assert found == pytest.approx(ternary_complex(drug, b, a, kd_b, kd_a), rel=1e-12)


def test_complex_is_bell_shaped_with_its_top_at_the_geometric_mean() -> None:
    # Douglass 2013: the peak stands at sqrt(K1 K2) whatever the receptors, and excess drug parts the two cells.
    drug = np.geomspace(1e-3, 1e6, 2001)
    complexes = ternary_complex(drug, 33.0, 100.0, 1.49, 260.0)
    assert drug[complexes.argmax()] == pytest.approx(np.sqrt(1.49 * 260.0), rel=0.02)
    assert np.all(np.diff(complexes[: complexes.argmax()]) > 0)
    assert np.all(np.diff(complexes[complexes.argmax() :]) < 0)


def test_no_drug_no_target_or_no_effector_is_no_complex() -> None:
    assert ternary_complex(0.0, 33.0, 100.0, 1.49, 260.0) == 0.0
    assert ternary_complex(1.0, 0.0, 100.0, 1.49, 260.0) == 0.0
    assert ternary_complex(1.0, 33.0, 0.0, 1.49, 260.0) == 0.0


@given(st.floats(0.0, 1e9), st.floats(1e-9, 1e9))
def test_saturation_is_a_half_at_half(x: float, half: float) -> None:
    assert 0.0 <= saturation(x, half) <= 1.0
    assert saturation(half, half) == 0.5


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1.0))
def test_positive_part_is_rounded_from_above_by_half_its_width_at_most(x: float, width: float) -> None:
    found = positive_part(x, width)
    assert found > 0.0 or x < 0.0
    assert -1e-9 <= found - max(x, 0.0) <= width / 2 + 1e-9


@given(st.floats(-100.0, 1.0))
def test_softplus_vanishes_below_zero_and_is_the_identity_above(x: float) -> None:
    found = softplus(x, 0.05)
    assert found >= 0.0
    assert found - max(x, 0.0) == pytest.approx(0.05 * np.log1p(np.exp(-abs(x) / 0.05)), abs=1e-12)
    assert softplus(-2.0, 0.05) < 1e-15
