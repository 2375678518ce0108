"""Sensitivities against closed forms, against the independent backend, and against differences of the flagship."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_sample import SIZE, drugs, infusion
from numpy.typing import NDArray

from trimer.engine.problem import Events, Problem
from trimer.engine.sensitivity import sensitivities, start
from trimer.engine.solve import solve
from trimer.model import leukaemia, minimal
from trimer.study.assemble import assemble
from trimer.study.draws import typical

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ALLOWED = 1e-5  # of each sensitivity curve's largest value, at rtol 1e-6; 1e-4 is what is promised
START = {"drug": 2.0, "marker": 4.0, "blasts": 10.0}
DOSING = [(1.0, 3, 28.0), (3.0, 0, 10.0), (8.0, 3, 0.0)]
PIECES = [(0.0, 1.0, 0.0, 0.0), (1.0, 3.0, 28.0, 0.0), (3.0, 8.0, 28.0, 10.0), (8.0, 14.001, 0.0, 0.0)]
TIMES = np.array([0.0, 0.2, 1.0, 1.1, 2.0, 3.0, 3.05, 7.9, 8.0, 8.01, 14.0])


def apart(found: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Return the largest difference, relative to each curve's largest value; shape (directions, times, outputs).

    A curve below a millionth of its output's largest one in any direction is judged against that.
    """
    size = np.abs(expected).max(axis=1, keepdims=True)
    size = np.maximum(size, 1e-6 * size.max(axis=0, keepdims=True))
    return float(np.max(np.abs(found - expected) / np.where(size > 0, size, 1.0)))


def exact_course(p: dict[str, Any], y: dict[str, Any]) -> NDArray[Any]:
    """Return the minimal model's states at ``TIMES``, shape (times, states); complex parameters are welcome."""
    found = np.empty((len(TIMES), 3), dtype=complex)
    for begin, end, rate, bolus in PIECES:
        y["drug"] = y["drug"] + bolus
        inside = (begin <= TIMES) & (end > TIMES)
        values = minimal.exact(y, p, rate, TIMES[inside] - begin)
        found[inside] = np.array([values[name] for name in minimal.STATES]).T
        y = minimal.exact(y, p, rate, end - begin)
    return found


@pytest.mark.parametrize("backend", ["cpu", "reference"])
def test_every_parameter_of_the_minimal_model(backend: str) -> None:
    """Infusion and bolus; the marker starts at its baseline and the drug at a third of V, so that starts move too."""

    def initial(p: Any) -> dict[str, Any]:
        return START | {"marker": p["baseline"], "drug": p["V"] / 3}

    p = minimal.TYPICAL
    scaled = dict(zip(p, np.diag(list(p.values())), strict=True))  # derivatives by the logarithm of each parameter
    problem = Problem(
        system=minimal.SYSTEM,
        y0=np.array([list(initial(p).values())]),
        parameters=np.array([list(p.values())]),
        inputs=np.zeros((1, 1)),
        events=Events.shared(1, DOSING),
        times=TIMES,
        outputs=(*minimal.STATES, "concentration", "log10_blasts"),
        rtol=1e-6,
        atol=1e-9,
    )
    found = sensitivities(problem, scaled, start(initial, p, scaled, minimal.STATES), backend=backend)
    assert found.ok.all()
    expected = np.empty((len(p), len(TIMES), 5))
    for i, name in enumerate(p):
        moved = dict(p) | {name: p[name] * complex(1.0, 1e-30)}
        course = exact_course(moved, initial(moved))
        course = np.column_stack([course, course[:, 0] / moved["V"], np.log10(course[:, 2])])
        np.testing.assert_allclose(found.values, course.real, rtol=1e-5, atol=1e-9)
        expected[i] = course.imag / 1e-30
    assert apart(found.derivatives, expected) < ALLOWED


def test_the_stiff_benchmark_against_the_independent_backend() -> None:
    """25 states, powers and Hill's law, ten dosing events: no code of the fast backend is in the other."""
    spec = importlib.util.spec_from_file_location("engager_25", BENCHMARKS / "engager_25.py")
    assert spec is not None
    assert spec.loader is not None
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    problem = model.problem(1, 1e-6)  # the reference is slow: twenty days, and directions that move several at once
    problem = replace(problem, times=problem.times[:81], outputs=(*model.STATES, "blasts", "t_cells"))
    values = dict(zip(problem.system.parameters, problem.parameters[0], strict=True))
    mixed = {"gam": (0.0, 1.0), "kint19": (1.0, 0.0), "Ktri": (1.0, -1.0), "SC50": (0.0, 1.0), "g1": (1.0, 0.0)}
    directions = {n: values[n] * np.array(d) for n, d in mixed.items()}
    fast = sensitivities(problem, directions)
    slow = sensitivities(problem, directions, backend="reference")
    assert fast.backend == "cpu"
    assert fast.ok.all()
    assert slow.ok.all()
    assert apart(fast.derivatives, slow.derivatives) < ALLOWED


def test_the_flagship_against_differences() -> None:
    """Two weeks of infusion: central differences, extrapolated (Richardson), of courses four digits tighter."""
    assembly = assemble([infusion(9.0, 0.0, 14.0)], drugs(), SIZE, -5.0)
    names = ("k_growth", "k_kill", "blasts_initial", "k_egress", "il6_release", "blinatumomab_CL")
    outputs = ("marrow_blast_percent", "wbc", "il6", "platelets", "temperature", "blinatumomab_plasma", "mrd_marrow")
    values = typical(assembly.parameters)
    directions = {n: values[n] * np.eye(len(names))[i] for i, n in enumerate(names)}
    times = np.linspace(0.0, 21.0, 43)
    problem = assembly.problem([values], times, outputs, rtol=1e-6)
    dy0 = start(lambda p: leukaemia.initial(p, assembly.terms), values, directions, assembly.system.states)
    found = sensitivities(problem, directions, dy0)
    assert found.ok.all()

    def central(h: float) -> NDArray[np.float64]:
        moved = [values | {n: values[n] * np.exp(x)} for x in (h, -h) for n in names]
        course = solve(replace(assembly.problem(moved, times, outputs, rtol=1e-10), atol=1e-12)).values
        return (course[: len(names)] - course[len(names) :]) / (2 * h)

    expected = (4 * central(2e-3) - central(4e-3)) / 3
    assert apart(found.derivatives, expected) < ALLOWED
