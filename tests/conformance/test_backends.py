"""Both backends must say the same, and no answer may depend on how the batch was run."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trimer.engine.problem import Events, Problem, System
from trimer.engine.solution import Solution, Status
from trimer.engine.solve import achieved_error, relative_error, solve, subset
from trimer.model import minimal

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def engager_25() -> Any:
    """Return the benchmark's stiff model of 25 states."""
    spec = importlib.util.spec_from_file_location("engager_25", BENCHMARKS / "engager_25.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stiff() -> Callable[..., Problem]:
    found: Callable[..., Problem] = engager_25().problem
    return found


@pytest.fixture(scope="module")
def outputs() -> tuple[str, ...]:
    return ("blasts", "TRI", "IL6", "ANC", "TAb", "ST")


@pytest.fixture(scope="module")
def batch(stiff: Callable[..., Problem], outputs: tuple[str, ...]) -> Problem:
    return stiff(37, 1e-5, outputs)


@pytest.fixture(scope="module")
def answer(batch: Problem) -> Solution:
    return solve(batch, "cpu", 1)


def test_the_fast_backend_is_the_one_that_answers(answer: Solution) -> None:
    assert answer.backend == "cpu"
    assert answer.ok.all()
    assert np.isfinite(answer.values).all()
    assert (answer.steps > 100).all()


def test_stiff_model_agrees_with_the_reference(stiff: Callable[..., Problem], outputs: tuple[str, ...]) -> None:
    problem = stiff(2, 1e-6, outputs)
    short = replace(problem, times=problem.times[:121])
    fast, slow = solve(short), solve(replace(short, rtol=1e-5), "reference")
    assert slow.backend == "reference"
    assert slow.ok.all()
    assert relative_error(fast.values, slow.values).max() < 5e-6


def test_minimal_model_agrees_with_the_reference() -> None:
    n = 5
    draws = np.random.default_rng(3)
    p = np.array(list(minimal.TYPICAL.values())) * np.exp(0.3 * draws.standard_normal((n, len(minimal.TYPICAL))))
    rows = [[(0.0, 3, 9.0 * i), (7.0, 3, 28.0), (10.0, 0, float(i)), (28.0, 3, 0.0)][i % 2 :] for i in range(n)]
    problem = Problem(
        system=minimal.SYSTEM,
        y0=np.tile([0.0, 3.0, 100.0], (n, 1)),
        parameters=p,
        inputs=np.zeros((n, 1)),
        events=Events.per_patient(rows),
        times=np.linspace(0, 35, 141),
        outputs=(*minimal.STATES, *minimal.SYSTEM.outputs),
        atol=1e-15,  # blasts fall to 1e-9, and their logarithm is an output
    )
    fast, slow = solve(problem), solve(problem, "reference")
    assert relative_error(fast.values, slow.values).max() < 3e-6
    assert achieved_error(problem, fast).maximum < 3e-6


def test_the_achieved_error_is_near_the_true_one(batch: Problem, answer: Solution) -> None:
    found = achieved_error(batch, answer, sample=37)
    truth = solve(replace(batch, rtol=1e-10, atol=1e-13))
    true = relative_error(answer.values, truth.values)
    assert found.patients == 37
    assert found.maximum == pytest.approx(true.max(), rel=0.05)
    assert found.median == pytest.approx(np.median(true), rel=0.05)
    assert found.median < 1e-4


def test_order_of_patients_does_not_matter(batch: Problem, answer: Solution) -> None:
    order = np.random.default_rng(0).permutation(batch.n_patients)
    shuffled = solve(subset(batch, order.tolist()), "cpu", 1)
    np.testing.assert_array_equal(shuffled.values, answer.values[order])
    np.testing.assert_array_equal(shuffled.steps, answer.steps[order])


def test_a_patient_alone_gets_the_same_answer(batch: Problem, answer: Solution) -> None:
    for i in (0, 8, 36):
        np.testing.assert_array_equal(solve(subset(batch, [i])).values[0], answer.values[i])


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_matter(batch: Problem, answer: Solution, threads: int) -> None:
    found = solve(batch, "cpu", threads)
    assert found.info["threads"] == threads
    np.testing.assert_array_equal(found.values, answer.values)


def test_output_times_do_not_change_the_steps(batch: Problem, answer: Solution) -> None:
    every_fourth = solve(replace(batch, times=batch.times[::4]))
    np.testing.assert_array_equal(every_fourth.values, answer.values[:, ::4])
    np.testing.assert_array_equal(every_fourth.steps, answer.steps)


def test_outputs_asked_for_do_not_change_each_other(batch: Problem, answer: Solution) -> None:
    found = solve(replace(batch, outputs=("ANC", "blasts")))
    np.testing.assert_array_equal(found["ANC"], answer["ANC"])
    np.testing.assert_array_equal(found["blasts"], answer["blasts"])


def test_events_that_change_nothing_change_nothing_but_steps(batch: Problem, answer: Solution) -> None:
    rows = engager_25().rows()
    rows += [(float(day) + 0.3, 0, 0.0) for day in range(80)]
    rows += [(13.0, 25, 518.0)]
    found = solve(replace(batch, events=Events.shared(batch.n_patients, rows)))
    assert not np.array_equal(found.steps, answer.steps)
    assert relative_error(found.values, answer.values).max() < 3e-4


def test_a_split_dose_is_the_same_dose(batch: Problem, answer: Solution) -> None:
    whole = engager_25().rows()
    split = [half for t, k, v in whole for half in ([(t, k, v / 2)] * 2 if k < 25 else [(t, k, v)])]
    found = solve(replace(batch, events=Events.shared(batch.n_patients, split)))
    np.testing.assert_array_equal(found.steps, answer.steps)
    assert relative_error(found.values, answer.values).max() < 1e-8  # halves of a sum are rounded


def blow_up(n: int) -> Problem:
    """Return y' = p y**2 from 1: infinite at 1/p; harmless for p = 0."""
    system = System(
        name="blow_up",
        states=("y",),
        parameters=("p",),
        inputs=(),
        outputs=("twice",),
        rhs=lambda t, y, p, u: {"y": p.p * y.y**2},
        observables=lambda t, y, p, u: {"twice": 2 * y.y},
        scale=(1.0,),
    )
    p = np.where(np.arange(n) % 3 == 1, 1.0, 0.0)[:, None]
    times = np.linspace(0, 2, 21)
    return Problem(system, np.ones((n, 1)), p, np.zeros((n, 0)), Events.shared(n, []), times, ("y", "twice"))


@pytest.mark.parametrize(("backend", "n"), [("cpu", 30), ("reference", 4)])
def test_one_patient_s_failure_is_a_status(backend: str, n: int) -> None:
    problem = blow_up(n)
    found = solve(problem, backend)
    bad = problem.parameters[:, 0] == 1.0
    np.testing.assert_array_equal(found.ok, ~bad)
    assert set(found.status[bad]) <= {Status.STEP_TOO_SMALL, Status.NOT_FINITE}
    assert (found["y"][~bad] == 1.0).all()
    before, after = problem.times < 0.99, problem.times > 1.01
    np.testing.assert_allclose(
        found["y"][bad][:, before], np.tile(1 / (1 - problem.times[before]), (bad.sum(), 1)), rtol=1e-4
    )
    assert np.isnan(found.values[bad][:, after]).all()


@pytest.mark.parametrize("backend", ["cpu", "reference"])
def test_numbers_that_are_not_finite_are_a_status(backend: str) -> None:
    problem = blow_up(3)
    problem.y0[0], problem.parameters[2] = np.nan, np.nan
    found = solve(problem, backend)
    assert found.status[0] == Status.NOT_FINITE
    assert found.status[2] == Status.NOT_FINITE
    assert np.isnan(found.values[[0, 2], 1:]).all()


@pytest.mark.parametrize("backend", ["cpu", "reference"])
def test_too_many_steps_are_a_status(batch: Problem, backend: str) -> None:
    found = solve(replace(subset(batch, [0]), max_steps=50), backend)
    assert found.status.tolist() == [Status.MAX_STEPS]
    assert np.isfinite(found.values[0, 0]).all()
    assert np.isnan(found.values[0, -1]).all()


def test_a_failed_patient_leaves_nothing_behind_for_the_next() -> None:
    """More patients than lanes: those that take over the lanes of failed ones are solved as if alone."""
    problem = blow_up(90)
    alone = solve(subset(problem, [0]))
    found = solve(problem, "cpu", 1)
    for i in range(0, 90, 3):
        np.testing.assert_array_equal(found.values[i], alone.values[0])


def test_no_patients_no_answers(batch: Problem) -> None:
    found = solve(subset(batch, []))
    assert found.values.shape == (0, len(batch.times), len(batch.outputs))
