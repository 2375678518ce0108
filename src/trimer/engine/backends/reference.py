"""The slow backend: SciPy's LSODA from event to event on the plain equations. Nothing in common with the fast one.

It is run a hundred times tighter than asked, so that the other backends can be judged by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.machine import Machine
from trimer.engine.names import Named
from trimer.engine.problem import Problem
from trimer.engine.rules import LOGGED, SAME, TIE, tabulate
from trimer.engine.solution import Decisions, Solution, Status
from trimer.engine.trace import check_names

TIGHTER = 100.0
TIGHTEST = 1e-12  # below this LSODA cannot tell steps apart
RESOLVED = 1e-14  # time, relative to itself, over which nothing is integrated

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
    status, steps, ties = (np.zeros(n, dtype=np.int64) for _ in range(3))
    fired: list[list[tuple[float, int]]] = []
    tables = tabulate(problem.rules, problem.system.states, problem.system.inputs)
    _check(problem)
    with np.errstate(all="ignore"):
        for i in range(n):
            patient = _Patient(problem, i, Machine(tables, TIE * problem.rtol))
            status[i], values[i], steps[i] = patient.follow(), patient.values, patient.steps
            ties[i] = patient.machine.ties
            fired.append(patient.machine.fired)
    info: dict[str, float | str] = {"solve_seconds": time.perf_counter() - start, "method": "LSODA"}
    return Solution(
        problem.times, problem.outputs, values, status, steps, "reference", info, _decisions(problem, fired, ties)
    )


def _decisions(problem: Problem, fired: list[list[tuple[float, int]]], ties: NDArray[np.int64]) -> Decisions:
    """Return the transitions in the form that all backends share."""
    logged = LOGGED if problem.rules else 0
    count = np.array([len(rows) for rows in fired], dtype=np.int64)
    when, rule = np.zeros((len(fired), logged)), np.zeros((len(fired), logged), dtype=np.int64)
    for i, rows in enumerate(fired):
        for k, (t, transition) in enumerate(rows[:logged]):
            when[i, k], rule[i, k] = t, transition
    names = tuple(t.name for t in problem.rules.transitions) if problem.rules else ()
    return Decisions(names, count, when, rule, ties)


def _check(problem: Problem) -> None:
    system = problem.system
    if problem.n_patients:
        arguments = [
            Named(kind, dict.fromkeys(names, np.float64(1.0)))
            for kind, names in (("state", system.states), ("parameter", system.parameters), ("input", system.inputs))
        ]
        with np.errstate(all="ignore"):
            check_names(system, "rhs", system.rhs(0.0, *arguments), system.states)
            check_names(system, "observables", system.observables(0.0, *arguments), system.outputs)


class _Patient:
    """Follow one patient from event to event and from round to round."""

    def __init__(self, problem: Problem, i: int, machine: Machine) -> None:
        self.problem, self.system, self.times = problem, problem.system, problem.times
        self.machine, self.signals = machine, machine.tables.signals
        self.y, self.u = problem.y0[i].copy(), problem.inputs[i].copy()
        self.p = Named("parameter", dict(zip(self.system.parameters, problem.parameters[i].tolist(), strict=True)))
        self.row, self.last = int(problem.events.start[i]), int(problem.events.stop[i])
        self.values = np.full((len(self.times), len(problem.outputs)), np.nan)
        self.t, self.written, self.steps = float(self.times[0]), 0, 0

    def named(self, y: Vector) -> tuple[Named, Named, Named]:
        """Return what the equations are called with: plain numbers, which are faster than those of arrays."""
        return (
            Named("state", dict(zip(self.system.states, y.tolist(), strict=True))),
            self.p,
            Named("input", dict(zip(self.system.inputs, self.u.tolist(), strict=True))),
        )

    def derivatives(self, t: float, y: Vector) -> Vector:
        """Return the derivatives in storage order; NaN where plain numbers refuse what arrays would let pass."""
        try:
            found = self.system.rhs(t, *self.named(y))
        except (ZeroDivisionError, OverflowError):
            return np.full(len(y), np.nan)
        return np.array([found[name] for name in self.system.states], dtype=float)

    def outputs(self, t: float, y: Vector, names: tuple[str, ...]) -> list[float]:
        """Return states or observables; an observable hides a state of the same name."""
        named = self.named(y)
        try:
            found: dict[str, Any] = {**named[0], **self.system.observables(t, *named)}
        except (ZeroDivisionError, OverflowError):
            return [np.nan] * len(names)
        return [float(found[name]) for name in names]

    def follow(self) -> Status:
        """Solve to the end."""
        while True:
            self._events()
            while self.machine.next <= self.t:
                self._look(self.t, self.y)
            while self.written < len(self.times) and self.times[self.written] <= self.t:
                self._write(self.y)
            if self.machine.crowded:
                return Status.CROWDED
            if self.written == len(self.times):
                return Status.OK if np.all(np.isfinite(self.y)) else Status.NOT_FINITE
            until = float(self.times[-1])
            if self.row < self.last:
                until = min(until, float(self.problem.events.time[self.row]))
            if self.machine.pending:
                until = min(until, self.machine.pending[0].time)
            status = self._segment(until)
            if status != Status.OK:
                return status

    def _events(self) -> None:
        """Apply what is due: the batch's events, then what rules had scheduled."""
        events = self.problem.events
        while self.row < self.last and events.time[self.row] <= self.t:
            target, value = int(events.target[self.row]), events.value[self.row]
            if target < len(self.y):
                self.y[target] += value
            else:
                self.u[target - len(self.y)] = value
            self.row += 1
        for dose in self.machine.due(self.t):
            dose.apply_to(self.y, self.u)

    def _look(self, t: float, y: Vector) -> bool:
        """Hold a round at ``t`` with the states ``y``; a rule that acts makes them the present ones."""
        here = y.copy()
        acted = self.machine.look(t, self.outputs(t, y, self.signals), lambda dose: dose.apply_to(here, self.u))
        if acted:
            self.y, self.t = here, t
        return acted

    def _write(self, y: Vector) -> None:
        self.values[self.written] = self.outputs(self.times[self.written], y, self.problem.outputs)
        self.written += 1

    def _segment(self, until: float) -> Status:
        """Integrate to ``until``, where the next event stands, or to the round at which a rule acts."""
        from scipy.integrate import LSODA

        if not np.all(np.isfinite(self.y)) or not np.all(np.isfinite(self.derivatives(self.t, self.y))):
            return Status.NOT_FINITE
        if until - self.t < RESOLVED * max(abs(self.t), 1.0):  # two events that rounding alone keeps apart
            self.t = until
            return Status.OK
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
            if self._inside(solver.dense_output(), solver.t, until):
                return Status.OK
        self.y, self.t = solver.y.copy(), until
        return Status.OK

    def _inside(self, states: Callable[[float], Vector], end: float, until: float) -> bool:
        """Write the outputs and hold the rounds of one step in order of time; tell whether a rule acted."""
        while True:
            time, look = float(self.times[self.written]), self.machine.next
            if look > until - SAME:  # one instant with what ends the segment: held after it
                look = max(look, until)
            if min(time, look) > end or min(time, look) >= until:
                return False
            if time < look:
                self._write(states(time))
            elif self._look(look, states(look)):
                return True
