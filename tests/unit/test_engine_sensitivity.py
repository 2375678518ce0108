"""Dual numbers follow the rules of differentiation; sensitivities refuse what they cannot answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trimer.engine.dual import Dual, parts
from trimer.engine.graph import Expr, Graph, Op
from trimer.engine.problem import Events, Problem, System
from trimer.engine.rules import Rules, Transition
from trimer.engine.sensitivity import augmented, sensitivities, start
from trimer.engine.solution import Status
from trimer.engine.trace import trace
from trimer.errors import ModelError, SolveError
from trimer.model import leukaemia, minimal
from trimer.model.binding import positive_part, softplus, ternary_complex
from trimer.model.processes import exp, hill, log, power, sqrt

TINY = 1e-30  # a complex step has no rounding error to trade against
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda x, y: 2 + x + y + 1.5,
    "difference": lambda x, y: (3 - x) - (y - 0.5) - x,
    "product": lambda x, y: 2 * x * y * 3,
    "quotient": lambda x, y: (2 / x) / y + x / 4,
    "signs": lambda x, y: +x * -y,
    "whole powers": lambda x, y: x**3 + y**-2 + x**1 + y**0,
    "whole powers below zero": lambda x, y: (x - 9) ** 3 + (y - 9) ** np.int64(2),
    "powers": lambda x, y: x**0.7 + y**-1.3 + x**0.5,
    "power of a variable": lambda x, y: x**y + 2.0**x,
    "exponential": lambda x, y: exp(x * y),
    "logarithm": lambda x, y: log(x + 3 * y),
    "root": lambda x, y: sqrt(x * y),
    "array on the left": lambda x, y: np.float64(2.0) * x + np.float64(1.0) / y - np.float64(1.0),
    "positive part": lambda x, y: positive_part(x - y) + positive_part(y - x),
    "softplus": lambda x, y: softplus(x / 10 - y / 20),
    "binding": lambda x, y: ternary_complex(x, y, 2.0, 0.3 * y, 0.1 * x),
    "composition": lambda x, y: exp(-x / y) * sqrt(log(2 + x)) / (1 + y * y),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("at", [(0.7, 1.9), (2.5, 0.4)])
def test_a_dual_number_carries_the_derivative(name: str, at: tuple[float, float]) -> None:
    function, (x, y), (dx, dy) = FUNCTIONS[name], at, (0.8, -1.7)
    found = function(Dual(x, dx), Dual(y, dy))
    expected = function(complex(x, TINY * dx), complex(y, TINY * dy))
    assert found.value == pytest.approx(np.real(expected), rel=1e-14)
    assert found.tangent == pytest.approx(np.imag(expected) / TINY, rel=1e-12)


def test_several_directions_go_in_one_array() -> None:
    x = Dual(2.0, np.array([1.0, 0.0, 3.0]))
    y = Dual(5.0, np.array([0.0, 1.0, 1.0]))
    np.testing.assert_allclose((x * y).tangent, [5.0, 2.0, 17.0])
    np.testing.assert_allclose((np.ones(3) * x).tangent, x.tangent)


@pytest.mark.parametrize("exponent", [0.4, 1.6, Dual(1.6, 1.0), 2])
@pytest.mark.parametrize("at", [0.0, -1e-18])
def test_powers_of_nothing_have_a_finite_derivative(at: float, exponent: Any) -> None:
    """Zero, and what rounding leaves below it, count as the floor: no infinity, and none times zero."""
    still = power(Dual(at, 0.0), exponent)
    assert still.value == pytest.approx(0.0, abs=1e-70)
    assert still.tangent == pytest.approx(0.0, abs=1e-70)
    assert np.isfinite(power(Dual(at, 1.0), exponent).tangent)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 3.5])
def test_powers_are_differentiated_by_value_and_exponent(exponent: float) -> None:
    x = 0.3
    found = power(Dual(x, 2.0), Dual(exponent, 0.7))
    assert found.tangent == pytest.approx(exponent * x ** (exponent - 1) * 2.0 + x**exponent * np.log(x) * 0.7)
    assert power(Dual(x, 2.0), exponent).tangent == pytest.approx(exponent * x ** (exponent - 1) * 2.0)


def test_larger_and_smaller_go_by_value() -> None:
    one, two = Dual(1.0, 7.0), Dual(2.0, 8.0)
    assert max(one, two) is two
    assert min(one, 3.0) is one
    assert parts(max(one, 1.5)) == (1.5, 0.0)
    assert one < two <= 2.0
    assert two > one >= 1.0
    assert one == 1.0
    assert not Dual(0.0, 1.0)


def test_equations_that_branch_are_still_refused() -> None:
    graph = Graph()
    x = Dual(Expr(graph, graph.leaf(Op.STATE, 0)), Expr(graph, graph.leaf(Op.STATE, 1)))
    for branch in (lambda: max(x, 0.0), lambda: bool(x), lambda: x == 1.0):
        with pytest.raises(ModelError, match="branch"):
            branch()


def test_zero_derivatives_leave_no_statements() -> None:
    """A parameter that does not move costs nothing: the graph folds what its zero derivative touches."""
    few = trace(augmented(minimal.SYSTEM, ("k_kill",)))
    all_ = trace(augmented(minimal.SYSTEM, minimal.SYSTEM.parameters))
    plain = trace(minimal.SYSTEM)

    def size(t: Any) -> int:
        return len(t.graph.needed(t.derivatives))

    assert size(plain) < size(few) < size(all_)
    assert few.derivatives[:3] != few.derivatives[3:]
    assert few.n_parameters == plain.n_parameters + 1


def problem(**changes: Any) -> Problem:
    given: dict[str, Any] = {
        "system": minimal.SYSTEM,
        "y0": np.array([[2.0, 4.0, 10.0]]),
        "parameters": np.array([list(minimal.TYPICAL.values())]),
        "inputs": np.zeros((1, 1)),
        "events": Events.shared(1, [(1.0, 3, 28.0), (3.0, 0, 5.0), (8.0, 3, 0.0)]),
        "times": np.linspace(0.0, 12.0, 25),
        "outputs": ("drug", "marker", "log10_blasts"),
        "rtol": 1e-8,
        "atol": 1e-11,
    }
    return Problem(**given | changes)


def test_derivatives_are_linear_in_the_direction() -> None:
    found = sensitivities(problem(), {"CL": [50.0, 0.0, 100.0], "k_growth": [0.0, 0.08, -0.08]})
    assert found.ok.all()
    assert found.values.shape == (25, 3)
    assert found.derivatives.shape == (3, 25, 3)
    np.testing.assert_allclose(found.derivatives[2], 2 * found.derivatives[0] - found.derivatives[1], atol=1e-7)
    np.testing.assert_array_equal(found["marker"], found.derivatives[:, :, 1])
    assert np.abs(found["log10_blasts"]).max(axis=1).min() > 0.1


def test_the_order_in_which_parameters_are_named_does_not_matter() -> None:
    one = sensitivities(problem(), {"CL": [50.0], "V": [6.0]})
    other = sensitivities(problem(), {"V": [6.0], "CL": [50.0]})
    np.testing.assert_array_equal(one.derivatives, other.derivatives)


def test_what_starts_at_a_parameter_moves_with_it() -> None:
    def initial(p: Mapping[str, Any]) -> dict[str, Any]:
        return {"drug": 0.0, "marker": p["baseline"], "blasts": max(10.0 * p["k_growth"], 0.0)}

    directions = {"baseline": [3.0, 0.0], "k_growth": [0.0, 0.08]}
    dy0 = start(initial, minimal.TYPICAL, directions, minimal.STATES)
    np.testing.assert_allclose(dy0, [[0.0, 3.0, 0.0], [0.0, 0.0, 0.8]])
    still = problem(y0=np.array([[0.0, 3.0, 0.8]]), events=Events.shared(1, []), outputs=("marker", "blasts"))
    found = sensitivities(still, directions, dy0)
    np.testing.assert_allclose(found["marker"][0], 3.0, rtol=1e-9)  # at rest, whatever its level
    grown = 0.8 * np.exp(0.08 * still.times)
    np.testing.assert_allclose(found["blasts"][1], grown * (1.0 + 0.08 * still.times), rtol=1e-7)


def test_the_flagships_start_moves_with_its_parameters() -> None:
    names = ("blasts_initial", "resistant_fraction", "dim_fraction", "k_b_exit", "platelets_0")
    values = dict.fromkeys(leukaemia.core_parameters(), 0.3)
    states = leukaemia.CORE
    found = start(lambda p: leukaemia.initial(p, ()), values, dict(zip(names, np.eye(5), strict=True)), states)
    for name, moved in zip(names, found, strict=True):
        up, down = (leukaemia.initial(values | {name: 0.3 + h}, ()) for h in (1e-6, -1e-6))
        expected = [(up[s] - down[s]) / 2e-6 for s in states]
        np.testing.assert_allclose(moved, expected, atol=1e-8)
    assert np.all(np.abs(found).max(axis=1) > 0.01)


def test_a_drug_that_is_not_there_yet() -> None:
    """Hill's law at zero, with an exponent that is itself a parameter: both backends start from nothing and agree."""
    system = System(
        name="effect",
        states=("drug", "effect"),
        parameters=("k", "half", "exponent"),
        inputs=("infusion",),
        outputs=(),
        rhs=lambda t, y, p, u: {
            "drug": u.infusion - p.k * y.drug,
            "effect": hill(y.drug, p.half, p.exponent) - y.effect,
        },
        observables=lambda t, y, p, u: {},
        scale=(1.0, 1.0),
    )
    one = Problem(
        system,
        np.zeros((1, 2)),
        np.array([[1.0, 0.5, 1.4]]),
        np.zeros((1, 1)),
        Events.shared(1, [(1.0, 2, 1.0), (3.0, 2, 0.0)]),
        np.linspace(0.0, 40.0, 81),
        ("drug", "effect"),
    )
    directions = dict(zip(system.parameters, np.diag([1.0, 0.5, 1.4]), strict=True))
    fast = sensitivities(one, directions)
    slow = sensitivities(one, directions, backend="reference")
    assert fast.ok.all()
    assert slow.ok.all()
    assert (fast.backend, slow.backend) == ("cpu", "reference")
    np.testing.assert_allclose(fast.derivatives, slow.derivatives, atol=1e-6)
    assert np.abs(slow["effect"]).max(axis=1).min() > 0.01


def test_a_course_that_fails_says_so() -> None:
    bad = np.array([list((minimal.TYPICAL | {"V": np.nan}).values())])
    found = sensitivities(problem(parameters=bad), {"CL": [50.0]})
    assert found.status.tolist() == [Status.NOT_FINITE]
    assert np.isnan(found.derivatives[0, -1]).all()


def rules() -> Rules:
    return Rules((Transition("stay"),), ("on",), {}, {})


@pytest.mark.parametrize(
    ("given", "directions", "dy0", "message"),
    [
        ({}, {"no_such": [1.0]}, None, "moves 'no_such', which is no parameter"),
        ({}, {"CL": [1.0], "V": [1.0, 2.0]}, None, r"shapes \[\(1,\), \(2,\)\], expected one shape"),
        ({}, {}, None, "expected one shape"),
        ({}, {"CL": []}, None, "expected one shape"),
        ({}, {"CL": 1.0}, None, "expected one shape"),
        ({}, {"CL": [1.0]}, [0.0, 0.0, 0.0], r"dy0 has shape \(3,\), expected \(1, 3\)"),
        ({"rules": rules()}, {"CL": [1.0]}, None, "treatment rules"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    given: dict[str, Any], directions: dict[str, Any], dy0: Any, message: str
) -> None:
    with pytest.raises(SolveError, match=message):
        sensitivities(problem(**given), directions, dy0)


def test_one_patient_at_a_time() -> None:
    two = problem()
    two = replace(
        two,
        y0=np.repeat(two.y0, 2, axis=0),
        parameters=np.repeat(two.parameters, 2, axis=0),
        inputs=np.zeros((2, 1)),
        events=Events.shared(2, []),
    )
    with pytest.raises(SolveError, match="of 2 patients asked for, expected one"):
        sensitivities(two, {"CL": [1.0]})
