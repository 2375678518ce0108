"""The fast backend: compiled kernels over vectors of patients, threads over vectors."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.kernel.build import Kernel, build
from trimer.engine.problem import Problem, System
from trimer.engine.rules import LOGGED, TIE, tabulate
from trimer.engine.solution import Decisions, Solution
from trimer.engine.trace import trace

if TYPE_CHECKING:
    from trimer.engine.kernel.driver import Filled

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
    from trimer.engine.kernel.driver import drive, entry

    entry()
    start = time.perf_counter()
    vectors = -(-problem.n_patients // compiled.lanes)
    n_threads = max(1, min(threads if threads is not None else available_threads(), vectors))
    batch, machine, functions = _batch(problem, compiled), _machine(problem, compiled), _functions(compiled)

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


def _batch(problem: Problem, compiled: Kernel) -> Filled:
    """Return the problem and room for its answers as the loop takes them."""
    from trimer.engine.kernel.driver import Batch, Filled

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


def _machine(problem: Problem, compiled: Kernel) -> Filled:
    """Return the tables of the rules with the workspace's rows of what they read."""
    from trimer.engine.kernel.driver import Filled, Machine

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


def _functions(compiled: Kernel) -> Filled:
    """Return the kernel's functions and the rows of its workspace that the loop reads or writes."""
    from trimer.engine.kernel import driver
    from trimer.engine.kernel.layout import BLOCKS
    from trimer.engine.kernel.module import ENTRIES

    rows = {name: compiled.layout[name] for name in BLOCKS}
    return driver.Filled(
        driver.Kernel, {**dict(zip(ENTRIES, compiled.addresses, strict=True)), **rows, "width": compiled.lanes}
    )


def available_threads() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _rows_of(names: Iterable[str], problem: Problem, compiled: Kernel) -> NDArray[np.int64]:
    """Return the workspace row of each output; an observable hides a state of the same name."""
    system, layout = problem.system, compiled.layout
    place = {name: layout["at"] + i for i, name in enumerate(system.states)}
    place |= {name: layout["outputs"] + i for i, name in enumerate(system.outputs)}
    return np.array([place[name] for name in names], dtype=np.int64)


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
