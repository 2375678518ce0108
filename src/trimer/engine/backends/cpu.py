"""The fast backend: compiled kernels over vectors of patients, threads over vectors."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.kernel.build import Kernel, build
from trimer.engine.kernel.driver import drive, entry
from trimer.engine.kernel.fill import batch_of, functions_of, machine_of
from trimer.engine.problem import Problem, System
from trimer.engine.solution import Decisions, Solution
from trimer.engine.trace import trace

LISTEN = 0.1  # seconds between two chances for an interrupt to be heard


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
    KeyboardInterrupt
        Within a moment of an interrupt; nothing of the batch is returned.
    """
    compiled = kernel(problem.system)

    entry()
    start = time.perf_counter()
    vectors = -(-problem.n_patients // compiled.lanes)
    n_threads = max(1, min(threads if threads is not None else available_threads(), vectors))
    batch, machine, functions = batch_of(problem, compiled), machine_of(problem, compiled), functions_of(compiled)

    def work(_: int) -> int:
        return drive(batch, machine, functions, _workspace(problem, compiled))

    vector_steps = _run(work, n_threads, batch["queue"])
    info: dict[str, float | str] = {
        "kernel_seconds": compiled.seconds,
        "kernel_cached": float(compiled.cached),
        "solve_seconds": time.perf_counter() - start,
        "threads": float(n_threads),
        "lanes": float(compiled.lanes),
        "vector_steps": float(vector_steps),
    }
    names = tuple(t.name for t in problem.rules.transitions) if problem.rules else ()
    decisions = Decisions(names, *(batch[name] for name in ("fired", "fired_time", "fired_rule", "ties")))
    values, status, steps = (batch[name] for name in ("values", "status", "steps"))
    return Solution(problem.times, problem.outputs, values, status, steps, "cpu", info, decisions)


def _run(work: Callable[[int], int], n_threads: int, queue: NDArray[np.int64]) -> int:
    """Run the threads and wait for them so that an interrupt is heard; it stops them within a few steps."""
    with ThreadPoolExecutor(n_threads) as pool:
        running = [pool.submit(work, k) for k in range(n_threads)]
        try:
            while wait(running, timeout=LISTEN).not_done:
                pass
        except BaseException:
            queue[:] = 1 << 62, 1  # no more patients, and those at work stop
            raise
        return sum(future.result() for future in running)


def available_threads() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _workspace(problem: Problem, compiled: Kernel) -> NDArray[Any]:
    """Return one thread's workspace, aligned for vector loads, with the tolerances filled in."""
    width, rows = compiled.lanes, compiled.layout.rows
    raw = np.zeros((rows + 1) * width)
    offset = (-raw.ctypes.data // 8) % width
    work = raw[offset : offset + rows * width].reshape(rows, width)
    first = compiled.layout["tolerance"]
    work[first : first + len(problem.system.states)] = problem.atol * np.asarray(problem.system.scale)[:, None]
    work[compiled.layout["rtol"]] = problem.rtol
    return work
