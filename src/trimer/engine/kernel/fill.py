"""A problem, its rules and a kernel as the loop takes them: structures filled from arrays, and room for the answers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from trimer.engine.kernel.build import Kernel
from trimer.engine.kernel.driver import Batch, Filled, Machine
from trimer.engine.kernel.driver import Kernel as Functions
from trimer.engine.kernel.layout import BLOCKS
from trimer.engine.kernel.module import ENTRIES
from trimer.engine.problem import Problem
from trimer.engine.rules import LOGGED, TIE, tabulate


def batch_of(problem: Problem, compiled: Kernel) -> Filled:
    """Return the problem and room for its answers as the loop takes them."""

    def floats(a: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.ascontiguousarray(a, dtype=np.float64)

    def integers(a: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.ascontiguousarray(a, dtype=np.int64)

    n, events = problem.n_patients, problem.events
    wanted = _rows_of(problem.outputs, problem, compiled)
    logged = LOGGED if problem.rules else 0
    values = {
        "y0": floats(problem.y0),
        "parameters": floats(problem.parameters),
        "inputs": floats(problem.inputs),
        "first_event": integers(events.start),
        "last_event": integers(events.stop),
        "event_time": floats(events.time),
        "event_target": integers(events.target),
        "event_value": floats(events.value),
        "times": floats(problem.times),
        "wanted": wanted,
        "queue": np.zeros(2, dtype=np.int64),
        "values": np.full((n, len(problem.times), len(problem.outputs)), np.nan),
        "fired_time": np.zeros((n, logged)),
        "fired_rule": np.zeros((n, logged), dtype=np.int64),
    }
    counts = {name: np.zeros(n, dtype=np.int64) for name in ("status", "steps", "fired", "ties")}
    numbers = {
        "n_patients": n,
        "n_states": len(problem.system.states),
        "n_parameters": len(problem.system.parameters),
        "n_inputs": len(problem.system.inputs),
        "n_times": len(problem.times),
        "n_wanted": len(problem.outputs),
        "observing": int(np.any(wanted >= compiled.layout["outputs"])),
        "max_steps": int(problem.max_steps),
        "logged": logged,
    }
    return Filled(Batch, {**values, **counts, **numbers})


def machine_of(problem: Problem, compiled: Kernel) -> Filled:
    """Return the tables of the rules with the workspace's rows of what they read."""
    tables = tabulate(problem.rules, problem.system.states, problem.system.inputs)
    rows = _rows_of(tables.signals, problem, compiled)
    numbers = {
        "rows": rows,
        "n_transitions": len(tables.to),
        "n_modes": tables.modes.shape[1],
        "n_registers": len(tables.registers),
        "n_signals": len(tables.signals),
        "n_lookups": len(tables.lookup_table),
        "observing": int(np.any(rows >= compiled.layout["outputs"])),
        "tie": TIE * problem.rtol,
    }
    return Filled(Machine, {**vars(tables), **numbers})


def functions_of(compiled: Kernel) -> Filled:
    """Return the kernel's functions and the rows of its workspace that the loop reads or writes."""
    rows = {name: compiled.layout[name] for name in BLOCKS}
    return Filled(Functions, {**dict(zip(ENTRIES, compiled.addresses, strict=True)), **rows, "width": compiled.lanes})


def _rows_of(names: Iterable[str], problem: Problem, compiled: Kernel) -> NDArray[np.int64]:
    """Return the workspace row of each output; an observable hides a state of the same name."""
    system, layout = problem.system, compiled.layout
    place = {name: layout["at"] + i for i, name in enumerate(system.states)}
    place |= {name: layout["outputs"] + i for i, name in enumerate(system.outputs)}
    return np.array([place[name] for name in names], dtype=np.int64)
