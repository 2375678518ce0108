"""The engine against solutions written down in closed form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from trimer.engine.problem import Events, Problem, System
from trimer.engine.solution import Solution
from trimer.engine.solve import solve
from trimer.model import minimal

BACKENDS = ("cpu", "reference")
START = {"drug": 2.0, "marker": 4.0, "blasts": 10.0}


def minimal_problem(
    events: Sequence[tuple[float, int, float]], times: Sequence[float], rtol: float = 1e-8, **changes: float
) -> Problem:
    p = minimal.TYPICAL | changes
    return Problem(
        system=minimal.SYSTEM,
        y0=np.array([list(START.values())]),
        parameters=np.array([list(p.values())]),
        inputs=np.zeros((1, 1)),
        events=Events.shared(1, events),
        times=np.asarray(times, dtype=float),
        outputs=(*minimal.STATES, "concentration"),
        rtol=rtol,
        atol=rtol * 1e-3,
    )


def scalar(
    rhs: Callable[[Any, Any], Any], y0: Sequence[float], p: float, times: Sequence[float], **changes: Any
) -> Problem:
    system = System(
        name="scalar",
        states=("x",),
        parameters=("p",),
        inputs=("u",),
        outputs=(),
        rhs=lambda t, y, p, u: {"x": rhs(y.x, p.p)},
        observables=lambda t, y, p, u: {},
        scale=(1.0,),
    )
    n = len(y0)
    given = {"events": Events.shared(n, []), "rtol": 1e-8, "atol": 1e-11} | changes
    return Problem(
        system=system,
        y0=np.asarray(y0, dtype=float)[:, None],
        parameters=np.full((n, 1), p),
        inputs=np.zeros((n, 1)),
        times=np.asarray(times, dtype=float),
        outputs=("x",),
        **given,
    )


def column(solution: Solution, name: str) -> np.ndarray:
    assert solution.ok.all()
    return solution[name][0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_infusion_and_bolus(backend: str) -> None:
    """Infusion from day 1 to day 8, two boluses on day 3, one of them split in two."""
    times = np.array([0.0, 0.2, 1.0, 1.1, 2.0, 3.0, 3.05, 7.9, 8.0, 8.01, 14.0])
    events = [(1.0, 3, 28.0), (3.0, 0, 5.0), (3.0, 0, 2.5), (3.0, 0, 2.5), (8.0, 3, 0.0)]
    solution = solve(minimal_problem(events, times), backend)
    p = minimal.TYPICAL
    expected = {name: np.empty_like(times) for name in minimal.STATES}
    pieces = [(0.0, 1.0, 0.0, 0.0), (1.0, 3.0, 28.0, 0.0), (3.0, 8.0, 28.0, 10.0), (8.0, 14.001, 0.0, 0.0)]
    y: dict[str, Any] = dict(START)
    for start, end, infusion, bolus in pieces:
        y["drug"] += bolus
        inside = (times >= start) & (times < end)
        for name, values in minimal.exact(y, p, infusion, times[inside] - start).items():
            expected[name][inside] = values
        y = minimal.exact(y, p, infusion, end - start)
    for name in minimal.STATES:
        np.testing.assert_allclose(column(solution, name), expected[name], rtol=3e-7, atol=1e-10)
    np.testing.assert_allclose(column(solution, "concentration"), expected["drug"] / p["V"], rtol=3e-7, atol=1e-10)


@pytest.mark.parametrize("backend", BACKENDS)
def test_logistic_growth(backend: str) -> None:
    times = np.linspace(0, 30, 61)
    y0 = [0.01, 1.0, 5.0, 9.0, 20.0]
    solution = solve(scalar(lambda x, p: p * x * (1 - x / 10), y0, 0.7, times), backend)
    for i, start in enumerate(y0):
        exact = 10 / (1 + (10 / start - 1) * np.exp(-0.7 * times))
        np.testing.assert_allclose(solution["x"][i], exact, rtol=2e-7)


@pytest.mark.parametrize("backend", BACKENDS)
def test_outputs_stand_just_after_their_events(backend: str) -> None:
    """Events at the start, in between, between outputs, and at the end; each output is the value just after."""
    events = [(-1.0, 0, 1.0), (0.0, 0, 2.0), (2.0, 0, 4.0), (2.5, 0, 8.0), (4.0, 0, 16.0), (4.5, 0, 32.0)]
    times = [0.0, 1.0, 2.0, 3.0, 4.0]
    problem = scalar(lambda x, p: 0 * x, [0.0], 1.0, times, events=Events.shared(1, events))
    assert solve(problem, backend)["x"][0].tolist() == [3.0, 3.0, 7.0, 15.0, 31.0]


def test_an_event_is_met_exactly() -> None:
    """A step never reaches over an event: just before it nothing is felt, however coarse the tolerance."""
    at = 10.0 / 3.0
    times = [0.0, np.nextafter(at, 0), at, 20.0]
    events = Events.shared(1, [(at, 1, 1.0)])
    system = System(
        name="switch",
        states=("x",),
        parameters=(),
        inputs=("on",),
        outputs=("now",),
        rhs=lambda t, y, p, u: {"x": u.on},
        observables=lambda t, y, p, u: {"now": u.on},
        scale=(1.0,),
    )
    one = np.zeros((1, 1))
    problem = Problem(system, one, np.zeros((1, 0)), one, events, np.array(times), ("x", "now"), rtol=1e-2, atol=1e-2)
    solution = solve(problem)
    assert solution["x"][0, :3].tolist() == [0.0, 0.0, 0.0]
    assert solution["x"][0, 3] == pytest.approx(20 - at, rel=1e-14)
    assert solution["now"][0].tolist() == [0.0, 0.0, 1.0, 1.0]


def test_the_method_has_order_five_and_its_interpolation_four() -> None:
    """Error per tolerance: a method of order p with step control has an error proportional to the tolerance."""
    times = np.linspace(0, 10, 241)

    def errors(rtol: float) -> tuple[float, float]:
        problem = scalar(lambda x, p: p * x * (1 - x / 10), [0.1], 1.0, times, rtol=rtol, atol=rtol * 1e-3)
        solution = solve(problem)
        exact = 10 / (1 + 99 * np.exp(-times))
        return float(np.max(np.abs(solution["x"][0] / exact - 1))), float(solution.steps[0])

    (coarse, few), (fine, many) = errors(1e-5), errors(1e-10)
    order = np.log(coarse / fine) / np.log(many / few)
    assert 4.0 < order < 6.5
    assert coarse < 1e-4
    assert fine < 1e-9


def test_very_different_time_scales() -> None:
    """A decay of 1e7 a day beside one of 0.1: no more steps than the slow one needs."""
    system = System(
        name="stiff",
        states=("fast", "slow"),
        parameters=(),
        inputs=(),
        outputs=(),
        rhs=lambda t, y, p, u: {"fast": -1e7 * (y.fast - y.slow), "slow": -0.1 * y.slow},
        observables=lambda t, y, p, u: {},
        scale=(1.0, 1.0),
    )
    empty, times = np.zeros((1, 0)), np.linspace(0, 50, 11)
    problem = Problem(system, np.array([[0.0, 1.0]]), empty, empty, Events.shared(1, []), times, ("fast", "slow"))
    solution = solve(problem)
    exact = np.exp(-0.1 * times)
    np.testing.assert_allclose(solution["slow"][0], exact, rtol=1e-5)
    np.testing.assert_allclose(solution["fast"][0, 1:], exact[1:], rtol=1e-5)
    assert solution.steps[0] < 150
