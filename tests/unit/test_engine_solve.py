"""The engine's front door: what it refuses, and what it does when the fast backend cannot be built."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trimer.engine.backends import cpu, gpu
from trimer.engine.problem import Events, Problem
from trimer.engine.solve import achieved_error, relative_error, solve, subset
from trimer.errors import ModelError, SolveError
from trimer.model import minimal


@pytest.fixture
def problem() -> Problem:
    n = 3
    return Problem(
        system=minimal.SYSTEM,
        y0=np.tile([0.0, 3.0, 100.0], (n, 1)),
        parameters=np.tile(list(minimal.TYPICAL.values()), (n, 1)),
        inputs=np.zeros((n, 1)),
        events=Events.per_patient([[(1.0, 3, 10.0 * i), (5.0, 3, 0.0)] for i in range(n)]),
        times=np.array([0.0, 2.0, 10.0]),
        outputs=("drug", "blasts"),
    )


def events(problem: Problem, **changes: Any) -> Problem:
    return replace(problem, events=replace(problem.events, **changes))


def test_unknown_backend(problem: Problem) -> None:
    with pytest.raises(SolveError, match="no backend 'gpu9'; there are: cpu, "):
        solve(problem, "gpu9")


def test_what_would_break_a_backend_is_refused(problem: Problem) -> None:
    rows = problem.events
    cases = {
        "different lengths": events(problem, value=rows.value[:-1]),
        "outside the table": events(problem, stop=rows.stop + 1),
        "target outside 0 to 3": events(problem, target=rows.target + 1),
        "no finite time": events(problem, time=rows.time * np.nan),
        "not in order": events(problem, time=-rows.time),
        "must be positive": replace(problem, rtol=0.0),
        "scale must be positive": replace(problem, system=replace(problem.system, scale=(1.0, 0.0, 1.0))),
    }
    for message, bad in cases.items():
        with pytest.raises(SolveError, match=f"minimal: .*{message}"):
            solve(bad)


def test_patients_may_share_rows_or_stand_in_any_order(problem: Problem) -> None:
    rows = problem.events
    mixed = events(problem, start=rows.start[[2, 0, 2]], stop=rows.stop[[2, 0, 2]])
    found, plain = solve(mixed), solve(problem)
    np.testing.assert_array_equal(found.values, plain.values[[2, 0, 2]])


def test_model_errors_are_not_answered_by_the_reference(problem: Problem) -> None:
    bad = replace(problem, system=replace(problem.system, rhs=lambda t, y, p, u: {"drug": y.drug}))
    for backend in ("cpu", "reference"):
        with pytest.raises(ModelError, match="minimal: rhs does not return the derivative of 'marker'"):
            solve(bad, backend)


def test_where_the_fast_backend_cannot_be_built_the_reference_answers(
    problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("no target for this processor\nand more")

    fast = solve(problem)
    monkeypatch.setattr(cpu, "kernel", broken)
    with pytest.warns(UserWarning, match=r"cpu backend cannot be used here \(no target for this processor\); the slow"):
        slow = solve(problem)
    assert (fast.backend, slow.backend) == ("cpu", "reference")
    assert relative_error(fast.values, slow.values).max() < 1e-5


def test_where_there_is_no_gpu_the_cpu_answers(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise RuntimeError("no GPU")

    monkeypatch.setattr(gpu, "device", absent)
    with pytest.warns(UserWarning, match=r"the gpu backend cannot be used here \(no GPU\); the cpu backend answers"):
        found = solve(problem, "gpu")
    assert found.backend == "cpu"
    np.testing.assert_array_equal(found.values, solve(problem).values)


def test_subset_keeps_each_patient_s_own_events(problem: Problem) -> None:
    found = solve(subset(problem, [2, 1]))
    np.testing.assert_array_equal(found.values, solve(problem).values[[2, 1]])


def test_achieved_error_needs_a_solved_patient(problem: Problem) -> None:
    solution = solve(problem)
    failed = replace(solution, status=np.ones(3, dtype=np.int64))
    with pytest.raises(SolveError, match="no patient was solved"):
        achieved_error(problem, failed)
    assert 0 < achieved_error(problem, solution).maximum < 1e-5


def test_relative_error_is_relative_to_each_output_s_size() -> None:
    truth = np.zeros((2, 3, 2))
    truth[:, :, 0], truth[:, :, 1] = 100.0, 1e-3
    found = truth.copy()
    found[0, 1, 0] += 1.0
    found[1, 2, 1] += 1e-4
    np.testing.assert_allclose(relative_error(found, truth), [0.01, 0.1])


def test_the_kernel_of_a_system_is_made_once_a_process() -> None:
    assert cpu.kernel(minimal.SYSTEM) is cpu.kernel(minimal.SYSTEM)
