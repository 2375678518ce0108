"""The slow backend: SciPy's LSODA from event to event on the plain equations. Nothing in common with the fast one.

It is run a hundred times tighter than asked, so that the other backends can be judged by it.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.names import Named
from trimer.engine.problem import Problem
from trimer.engine.solution import Solution, Status
from trimer.engine.trace import check_names

TIGHTER = 100.0
TIGHTEST = 1e-12  # below this LSODA cannot tell steps apart

Vector = NDArray[np.float64]


def solve(problem: Problem, threads: int | None = None) -> Solution:
    """Solve a batch, one patient after the other; ``threads`` is ignored.

    Raises
    ------
    ModelError
        When the equations read or leave out a name.
    """
    start = time.perf_counter()
    n = problem.n_patients
    values = np.empty((n, len(problem.times), len(problem.outputs)))
    status, steps = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    _check(problem)
    with np.errstate(all="ignore"):
        for i in range(n):
            patient = _Patient(problem, i)
            status[i], values[i], steps[i] = patient.follow(), patient.values, patient.steps
    info: dict[str, float | str] = {"solve_seconds": time.perf_counter() - start, "method": "LSODA"}
    return Solution(problem.times, problem.outputs, values, status, steps, "reference", info)


def _check(problem: Problem) -> None:
    system = problem.system
    if problem.n_patients:
        arguments = _Patient(problem, 0).named(problem.y0[0])
        with np.errstate(all="ignore"):
            check_names(system, "rhs", system.rhs(problem.times[0], *arguments), system.states)
            check_names(system, "observables", system.observables(problem.times[0], *arguments), system.outputs)


class _Patient:
    """Follow one patient from event to event."""

    def __init__(self, problem: Problem, i: int) -> None:
        self.problem, self.system, self.times = problem, problem.system, problem.times
        self.y, self.u = problem.y0[i].copy(), problem.inputs[i].copy()
        self.p = Named("parameter", dict(zip(self.system.parameters, problem.parameters[i], strict=True)))
        self.row, self.last = int(problem.events.start[i]), int(problem.events.stop[i])
        self.values = np.full((len(self.times), len(problem.outputs)), np.nan)
        self.t, self.written, self.steps = float(self.times[0]), 0, 0

    def named(self, y: Vector) -> tuple[Named, Named, Named]:
        """Return what the equations are called with."""
        return (
            Named("state", dict(zip(self.system.states, y, strict=True))),
            self.p,
            Named("input", dict(zip(self.system.inputs, self.u, strict=True))),
        )

    def derivatives(self, t: float, y: Vector) -> Vector:
        """Return the derivatives in storage order."""
        found = self.system.rhs(t, *self.named(y))
        return np.array([found[name] for name in self.system.states], dtype=float)

    def follow(self) -> Status:
        """Solve to the end."""
        while True:
            self._events()
            while self.written < len(self.times) and self.times[self.written] <= self.t:
                self._write(self.y)
            if self.written == len(self.times):
                return Status.OK if np.all(np.isfinite(self.y)) else Status.NOT_FINITE
            end = float(self.times[-1])
            until = min(end, float(self.problem.events.time[self.row])) if self.row < self.last else end
            status = self._segment(until)
            if status != Status.OK:
                return status

    def _events(self) -> None:
        events = self.problem.events
        while self.row < self.last and events.time[self.row] <= self.t:
            target, value = int(events.target[self.row]), events.value[self.row]
            if target < len(self.y):
                self.y[target] += value
            else:
                self.u[target - len(self.y)] = value
            self.row += 1

    def _write(self, y: Vector) -> None:
        named = self.named(y)
        found: dict[str, Any] = {**named[0], **self.system.observables(self.times[self.written], *named)}
        self.values[self.written] = [found[name] for name in self.problem.outputs]
        self.written += 1

    def _segment(self, until: float) -> Status:
        """Integrate to ``until``, where the next event stands, and write the outputs before it."""
        from scipy.integrate import LSODA

        if not np.all(np.isfinite(self.y)) or not np.all(np.isfinite(self.derivatives(self.t, self.y))):
            return Status.NOT_FINITE
        rtol = max(self.problem.rtol / TIGHTER, TIGHTEST)
        atol = self.problem.atol / TIGHTER * np.asarray(self.system.scale)
        solver: Any = LSODA(self.derivatives, self.t, self.y, until, rtol=rtol, atol=atol)
        while solver.status == "running":
            if self.steps >= self.problem.max_steps:
                return Status.MAX_STEPS
            solver.step()
            self.steps += 1
            if not np.all(np.isfinite(solver.y)):
                return Status.NOT_FINITE
            if solver.status == "failed" or solver.t - solver.t_old < 4 * np.spacing(abs(solver.t)):
                return Status.STEP_TOO_SMALL
            inside = solver.dense_output()
            while self.times[self.written] <= solver.t and self.times[self.written] < until:
                self._write(inside(float(self.times[self.written])))
        self.y, self.t = solver.y.copy(), until
        return Status.OK
