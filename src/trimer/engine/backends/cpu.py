"""The fast backend: compiled kernels over vectors of patients, threads over vectors."""

from __future__ import annotations

import functools
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.kernel.build import Kernel, build
from trimer.engine.problem import Problem, System
from trimer.engine.solution import Solution
from trimer.engine.trace import trace


@functools.lru_cache(maxsize=64)
def kernel(system: System) -> Kernel:
    """Return the compiled kernel of ``system``, kept for the life of the process.

    Raises
    ------
    ModelError
        When the equations cannot be traced.
    RuntimeError
        When LLVM cannot build for this machine.
    """
    return build(trace(system))


def solve(problem: Problem, threads: int | None = None) -> Solution:
    """Solve a batch.

    Parameters
    ----------
    problem : Problem
    threads : int, optional
        Default: as many as there are processors for this process and vectors to fill.

    Raises
    ------
    ModelError, RuntimeError
        See :func:`kernel`.
    """
    machine = kernel(problem.system)
    from trimer.engine.kernel import driver

    start = time.perf_counter()
    vectors = -(-problem.n_patients // machine.lanes)
    n_threads = max(1, min(threads if threads is not None else available_threads(), vectors))
    batch = _batch(problem, machine)
    rows = driver.Rows(*(machine.layout[block] for block in driver.Rows._fields))

    def work(_: int) -> int:
        workspace = _workspace(problem, machine)
        return int(driver.drive(batch, driver.Entries(*machine.addresses), rows, driver.idle(machine.lanes), workspace))

    if n_threads == 1:
        vector_steps = work(0)
    else:
        with ThreadPoolExecutor(n_threads) as pool:
            vector_steps = sum(pool.map(work, range(n_threads)))
    info: dict[str, float | str] = {
        "kernel_seconds": machine.seconds,
        "kernel_cached": float(machine.cached),
        "solve_seconds": time.perf_counter() - start,
        "threads": float(n_threads),
        "lanes": float(machine.lanes),
        "vector_steps": float(vector_steps),
    }
    return Solution(problem.times, problem.outputs, batch.values, batch.status, batch.steps, "cpu", info)


def _batch(problem: Problem, machine: Kernel) -> Any:
    from trimer.engine.kernel.driver import Batch

    def floats(a: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.ascontiguousarray(a, dtype=np.float64)

    def integers(a: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.ascontiguousarray(a, dtype=np.int64)

    n, events = problem.n_patients, problem.events
    wanted = _wanted(problem, machine)
    return Batch(
        y0=floats(problem.y0),
        parameters=floats(problem.parameters),
        inputs=floats(problem.inputs),
        first_event=integers(events.start),
        last_event=integers(events.stop),
        event_time=floats(events.time),
        event_target=integers(events.target),
        event_value=floats(events.value),
        times=floats(problem.times),
        wanted=wanted,
        observing=bool(np.any(wanted >= machine.layout["outputs"])),
        max_steps=int(problem.max_steps),
        queue=np.zeros(1, dtype=np.int64),
        values=np.full((n, len(problem.times), len(problem.outputs)), np.nan),
        status=np.zeros(n, dtype=np.int64),
        steps=np.zeros(n, dtype=np.int64),
    )


def available_threads() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _wanted(problem: Problem, machine: Kernel) -> NDArray[np.int64]:
    """Return the workspace row of each output wanted; an observable hides a state of the same name."""
    system, layout = problem.system, machine.layout
    place = {name: layout["at"] + i for i, name in enumerate(system.states)}
    place |= {name: layout["outputs"] + i for i, name in enumerate(system.outputs)}
    return np.array([place[name] for name in problem.outputs], dtype=np.int64)


def _workspace(problem: Problem, machine: Kernel) -> NDArray[Any]:
    """Return one thread's workspace, aligned for vector loads, with the tolerances filled in."""
    width, rows = machine.lanes, machine.layout.rows
    raw = np.zeros((rows + 1) * width)
    offset = (-raw.ctypes.data // 8) % width
    work = raw[offset : offset + rows * width].reshape(rows, width)
    first = machine.layout["tolerance"]
    work[first : first + len(problem.system.states)] = problem.atol * np.asarray(problem.system.scale)[:, None]
    work[machine.layout["rtol"]] = problem.rtol
    return work
