"""Recording equations: what is shared, what is refused, and that derivatives are exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trimer.engine.differentiate import jacobian
from trimer.engine.elimination import plan
from trimer.engine.graph import POWER_FLOOR, Expr, Graph, Op
from trimer.engine.names import Named
from trimer.engine.problem import System
from trimer.engine.trace import Trace, trace
from trimer.errors import ModelError
from trimer.model import minimal
from trimer.model.processes import exp, hill, log, power, sqrt

OPERATIONS: dict[Op, Callable[..., float]] = {
    Op.ADD: lambda a, b: a + b,
    Op.SUB: lambda a, b: a - b,
    Op.MUL: lambda a, b: a * b,
    Op.NEG: lambda a: -a,
    Op.INV: lambda a: 1 / a,
    Op.EXP: math.exp,
    Op.LOG: math.log,
    Op.SQRT: math.sqrt,
    Op.FLOOR: lambda a: max(a, POWER_FLOOR),
}


def evaluate(graph: Graph, targets: list[int], leaves: Mapping[Op, list[float]]) -> list[float]:
    values: dict[int, float] = {}
    for a in graph.needed(targets):
        op, first, _ = graph.nodes[a]
        if op == Op.CONSTANT:
            values[a] = first
        elif op in leaves:
            values[a] = leaves[op][int(first)]
        else:
            values[a] = OPERATIONS[op](*(values[b] for b in graph.operands(a)))
    return [values[a] for a in targets]


def system(rhs: Callable[..., Any], states: tuple[str, ...] = ("x", "z"), **changes: Any) -> System:
    made = System(
        name="test",
        states=states,
        parameters=("a", "n"),
        inputs=("dose",),
        outputs=(),
        rhs=rhs,
        observables=lambda t, y, p, u: {},
        scale=(1.0,) * len(states),
    )
    return replace(made, **changes)


def rough(t: Any, y: Any, p: Any, u: Any) -> dict[str, Any]:
    inside = power(y.x / p.a, p.n) + hill(y.z, p.a, 2) - sqrt(1 + y.x**2) / 3
    shared = exp(-y.z / (1 + y.x)) * log(2 + y.x * y.z)
    return {"x": inside * shared - y.x**-2 + 2.0**y.z, "z": (y.x - y.z) ** 3 / (p.a + shared) + u["dose"]}


def test_repeated_subexpressions_are_one_node() -> None:
    graph = Graph()
    x, z = (Expr(graph, graph.leaf(Op.STATE, i)) for i in range(2))
    assert ((x + z) * x).index == (x * (z + x)).index
    assert (x / z).index == (x * (1 / z)).index
    assert (x - z).index == (-(z - x)).index
    assert (x * 1 + 0).index == x.index
    assert (x - x).index == graph.zero
    before = len(graph.nodes)
    _ = (x + z) * x
    assert len(graph.nodes) == before


def test_parameters_gather_in_one_factor() -> None:
    graph = Graph()
    x, a, b = (Expr(graph, graph.leaf(op, i)) for op, i in ((Op.STATE, 0), (Op.PARAMETER, 0), (Op.PARAMETER, 1)))
    assert ((a * x) * b).index == (x * (a * b)).index == ((x * b) * a).index


def test_values_are_those_of_plain_numbers() -> None:
    made = trace(system(rough))
    y, p, u = [0.7, 1.9], [0.4, 1.7], [0.3]
    found = evaluate(made.graph, list(made.derivatives), {Op.STATE: y, Op.PARAMETER: p, Op.INPUT: u})
    plain = rough(0.0, Named("state", dict(x=0.7, z=1.9)), Named("p", dict(a=0.4, n=1.7)), Named("u", dict(dose=0.3)))
    assert found == pytest.approx([plain["x"], plain["z"]], rel=1e-13)


@pytest.mark.parametrize("y", [[0.7, 1.9], [2.0, 0.1], [0.05, 3.0]])
def test_jacobian_is_that_of_central_differences(y: list[float]) -> None:
    made = trace(system(rough))
    found = jacobian(made.graph, made.derivatives)
    fixed = {Op.PARAMETER: [0.4, 1.7], Op.INPUT: [0.3]}

    def f(state: list[float]) -> np.ndarray:
        return np.array(evaluate(made.graph, list(made.derivatives), {Op.STATE: state, **fixed}))

    exact = np.zeros((2, 2))
    for (i, j), node in found.items():
        exact[i, j] = evaluate(made.graph, [node], {Op.STATE: y, **fixed})[0]
    for j in range(2):
        h = 1e-5 * y[j]
        up, down = (f([v + s * h * (k == j) for k, v in enumerate(y)]) for s in (1, -1))
        np.testing.assert_allclose(exact[:, j], (up - down) / (2 * h), rtol=2e-8, atol=1e-9)


def test_jacobian_holds_only_what_depends() -> None:
    made = trace(system(lambda t, y, p, u: {"x": -p.a * y.x, "z": u.dose - y.z * y.x}))
    assert set(jacobian(made.graph, made.derivatives)) == {(0, 0), (1, 0), (1, 1)}


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
def test_powers_of_nothing_have_finite_values_and_derivatives(exponent: float) -> None:
    made = trace(system(lambda t, y, p, u: {"x": power(y.x, p.n), "z": y.z}))
    (node,) = (v for k, v in jacobian(made.graph, made.derivatives).items() if k == (0, 0))
    for x in (0.0, -1e-12):
        leaves = {Op.STATE: [x, 1.0], Op.PARAMETER: [1.0, exponent], Op.INPUT: [0.0]}
        value, slope = evaluate(made.graph, [made.derivatives[0], node], leaves)
        assert value == pytest.approx(0.0, abs=1e-150)
        assert slope == pytest.approx(1.0 if exponent == 1.0 else 0.0, abs=1e-12)


def faulty() -> dict[str, tuple[Callable[..., Any], str]]:
    return {
        "missing derivative": (lambda t, y, p, u: {"x": y.x}, "does not return the derivative of 'z'"),
        "unknown derivative": (lambda t, y, p, u: {"x": y.x, "z": y.z, "w": y.z}, "unknown derivative 'w'"),
        "unknown state": (lambda t, y, p, u: {"x": y.w, "z": y.z}, "read the state 'w'"),
        "unknown parameter": (lambda t, y, p, u: {"x": p["k"], "z": y.z}, "read the parameter 'k'"),
        "time": (lambda t, y, p, u: {"x": y.x * t, "z": y.z}, "use t"),
        "branch": (lambda t, y, p, u: {"x": max(y.x, 0), "z": y.z}, "branch on a value"),
        "absolute value": (lambda t, y, p, u: {"x": abs(y.x), "z": y.z}, "branch on a value"),
        "equality": (lambda t, y, p, u: {"x": 1.0 if y.x == 0 else y.x, "z": y.z}, "branch on a value"),
        "NumPy function": (lambda t, y, p, u: {"x": np.exp(y.x), "z": y.z}, "cannot be recorded"),
        "division by zero": (lambda t, y, p, u: {"x": y.x / 0.0, "z": y.z}, "constant zero"),
        "text": (lambda t, y, p, u: {"x": "fast", "z": y.z}, "with str"),
        "infinity": (lambda t, y, p, u: {"x": y.x + math.inf, "z": y.z}, "constant inf"),
        "logarithm": (lambda t, y, p, u: {"x": y.x + log(Expr(y.x.graph, y.x.graph.zero)), "z": y.z}, "log of the co"),
    }


@pytest.mark.parametrize("case", faulty())
def test_what_cannot_be_recorded_is_said(case: str) -> None:
    rhs, message = faulty()[case]
    with pytest.raises(ModelError, match=message) as caught:
        trace(system(rhs))
    assert str(caught.value).startswith("test: ")


def test_outputs_and_scales_must_close() -> None:
    with pytest.raises(ModelError, match="does not return the output of 'concentration'"):
        trace(replace(minimal.SYSTEM, observables=lambda t, y, p, u: {}))
    with pytest.raises(ModelError, match="2 scales for 3 states"):
        trace(replace(minimal.SYSTEM, scale=(1.0, 1.0)))
    with pytest.raises(ModelError, match="two states have the same name"):
        trace(replace(minimal.SYSTEM, states=("drug", "drug", "blasts")))
    with pytest.raises(ModelError, match="the state 'items' has the name of a mapping's method"):
        trace(replace(minimal.SYSTEM, states=("drug", "marker", "items")))


def test_numpy_numbers_may_stand_on_either_side() -> None:
    made = trace(system(lambda t, y, p, u: {"x": np.float64(2.0) * y.x + np.int64(1), "z": y.z / np.float64(4)}))
    leaves = {Op.STATE: [3.0, 8.0], Op.PARAMETER: [1.0, 1.0], Op.INPUT: [0.0]}
    assert evaluate(made.graph, list(made.derivatives), leaves) == [7.0, 2.0]


def test_fingerprint_is_of_the_statements() -> None:
    def decay(rate: float) -> Trace:
        return trace(system(lambda t, y, p, u: {"x": -rate * y.x, "z": y.z}))

    assert decay(0.1).fingerprint() == decay(0.1).fingerprint()
    assert decay(0.1).fingerprint() != decay(np.nextafter(0.1, 1)).fingerprint()


def test_elimination_orders_an_arrow_without_fill_in() -> None:
    arrow = [(i, i) for i in range(6)] + [(0, i) for i in range(6)] + [(i, 0) for i in range(6)]
    found = plan(6, arrow)
    assert found.order[-1] == 0 or set(found.order[-2:]) >= {0}
    assert set(found.slot) == set(arrow)


def test_elimination_reproduces_a_matrix() -> None:
    draws = np.random.default_rng(4)
    n = 12
    matrix = np.where(draws.random((n, n)) < 0.2, draws.standard_normal((n, n)), 0.0) + 8 * np.eye(n)
    found = plan(n, [(int(i), int(j)) for i, j in zip(*np.nonzero(matrix), strict=True)])
    w = matrix.copy()
    for i in found.order:
        for k in found.lower[i]:
            w[i, k] /= w[k, k]
            for j in found.upper[k]:
                assert (i, j) in found.slot
                w[i, j] -= w[i, k] * w[k, j]
    order = list(found.order)
    permuted = w[np.ix_(order, order)]
    lower, upper = np.tril(permuted, -1) + np.eye(n), np.triu(permuted)
    np.testing.assert_allclose(lower @ upper, matrix[np.ix_(order, order)], atol=1e-12)
