"""Drugs as values: scaling with size, names, half-lives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import eigvals

from trimer.parameters import Parameter
from trimer.therapy.drug import Drug, Scaled
from trimer.therapy.size import Size

SMALL, LARGE = Size(50.0, 1.6, 1.5), Size(100.0, 1.9, 2.25)


def number(value: float, unit: str = "L/day") -> Parameter:
    return Parameter("x", value, unit, source="paper")


def drug(structure: str = "one_compartment", **pk: Scaled) -> Drug:
    return Drug("d", "D", "test", ("iv",), structure=structure, pk=pk)  # type: ignore[arg-type]


def test_scaling_per_size_and_by_power() -> None:
    per_m2 = Scaled(number(10.0), "bsa")
    power = Scaled(number(53.3), "bsa", 1.876, 0.62)
    fixed = Scaled(number(6.0))
    assert per_m2.at(LARGE).value == pytest.approx(22.5)
    assert power.at(LARGE).value == pytest.approx(53.3 * (2.25 / 1.876) ** 0.62)
    assert fixed.at(SMALL).value == fixed.at(LARGE).value == 6.0


def test_normal_spread_scales_and_log_spread_does_not() -> None:
    normal = Scaled(Parameter("x", 10.0, "L", spread=2.0, distribution="normal"), "weight", 50.0, 1.0)
    log = Scaled(Parameter("x", 10.0, "L", spread=0.3, distribution="lognormal"), "weight", 50.0, 1.0)
    assert normal.at(LARGE).spread == pytest.approx(4.0)
    assert log.at(LARGE).spread == 0.3


def test_parameters_are_named_after_the_drug() -> None:
    found = drug(CL=Scaled(number(10.0), "bsa"), V=Scaled(number(5.0, "L"))).parameters(SMALL)
    assert set(found) == {"d_CL", "d_V"}
    assert found["d_CL"].name == "d_CL"
    assert found["d_CL"].value == pytest.approx(15.0)


def test_half_life_of_one_compartment() -> None:
    d = drug(CL=Scaled(number(10.0)), V=Scaled(number(5.0, "L")))
    assert d.half_life(SMALL) == pytest.approx(math.log(2.0) / 2.0)


def test_half_life_of_two_compartments_is_the_slow_eigenvalue() -> None:
    cl, v, q, v2 = 30.0, 10.0, 7.0, 90.0
    d = drug(
        "two_compartment",
        CL=Scaled(number(cl)), V=Scaled(number(v)), Q=Scaled(number(q)), V2=Scaled(number(v2)),
    )  # fmt: skip
    matrix = np.array([[-(cl + q) / v, q / v2], [q / v, -q / v2]])
    slow = min(abs(eigvals(matrix).real))
    assert d.half_life(SMALL) == pytest.approx(math.log(2.0) / slow, rel=1e-12)


def test_sources_are_collected() -> None:
    d = Drug(
        "d", "D", "test", ("iv",), structure="one_compartment",
        pk={"CL": Scaled(number(1.0))}, half_life_source="label",
        molecular_weight=Parameter("mw", 1.0, "g/mol", source="table"),
    )  # fmt: skip
    assert d.sources() == ("label", "paper", "table")
