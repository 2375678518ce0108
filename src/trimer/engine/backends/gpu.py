"""The backend for a GPU: the same equations and the same loop as on the CPU, one thread a patient, double precision.

The solver of one model is C (``kernel/c_source.py``), compiled for the card where it runs and kept on disk. As many
threads as the card works on at once take patients from a queue until it is empty. A batch too large for the card's
memory is solved in parts. Not yet run on a card: tests compile the very same source for the CPU.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trimer.engine.kernel import cache, driver
from trimer.engine.kernel.build import Kernel
from trimer.engine.kernel.c_source import ENTRY, source
from trimer.engine.kernel.cuda import OPTIONS, Device, Memory
from trimer.engine.kernel.fill import batch_of, functions_of, machine_of
from trimer.engine.kernel.module import ENTRIES
from trimer.engine.problem import Problem, System
from trimer.engine.solution import Decisions, Solution
from trimer.engine.trace import trace

THREADS = 32  # of a block: one warp, whose memory is interleaved, and which ends when its patients do
SHARE = 0.8  # of the free memory that is used
LISTEN = 0.002  # seconds between two looks at whether the card is done

OF_EACH = ("y0", "parameters", "inputs")  # what the batch holds of each patient
ANSWERS = ("values", "status", "steps", "fired", "ties", "fired_time", "fired_rule")
NAN_BYTE, ZERO_BYTE = 0xFF, 0x00  # eight of the first are a NaN


@functools.cache
def device() -> Device:
    """Return the GPU, kept for the life of the process.

    Raises
    ------
    ImportError, RuntimeError
        When there is none, or what it needs is not installed.
    """
    return Device()


@functools.lru_cache(maxsize=64)
def kernel(system: System) -> Kernel:
    """Return the compiled solver of ``system`` for the GPU, kept for the life of the process.

    Raises
    ------
    ModelError
        When the equations cannot be traced.
    ImportError, RuntimeError
        When there is no GPU, or its compiler refuses.
    """
    start = time.perf_counter()
    made, card = source(trace(system), THREADS), device()
    key = hashlib.sha256("\n".join((made.text, card.architecture, card.compiler, *OPTIONS)).encode()).hexdigest()
    code = cache.read(key)
    found = code is not None
    if code is None:
        code = card.compile(made.text)
        cache.write(key, code)
    function = card.load(code, ENTRY)
    return Kernel(key, 1, made.layout, (0,) * len(ENTRIES), time.perf_counter() - start, found, function)


def solve(problem: Problem, threads: int | None = None) -> Solution:
    """Solve a batch; ``threads`` is ignored, the card takes as many as it can.

    Raises
    ------
    ModelError, ImportError, RuntimeError
        See :func:`kernel`; and when a call to the card fails.
    KeyboardInterrupt
        Within a moment of an interrupt; nothing of the batch is returned.
    """
    card = device()
    card.use()
    compiled = kernel(problem.system)
    start = time.perf_counter()
    batch, machine = batch_of(problem, compiled), machine_of(problem, compiled)
    run = _Run(card, compiled, problem, batch, machine)
    parts = list(run.parts())
    with card.memory() as memory:
        run.prepare(memory)
        for first, last in parts:
            run.solve(first, last)
    info: dict[str, float | str] = {
        "kernel_seconds": compiled.seconds,
        "kernel_cached": float(compiled.cached),
        "solve_seconds": time.perf_counter() - start,
        "device": card.name,
        "threads": float(run.blocks * THREADS),
        "parts": float(len(parts)),
    }
    names = tuple(t.name for t in problem.rules.transitions) if problem.rules else ()
    decisions = Decisions(names, *(batch[name] for name in ("fired", "fired_time", "fired_rule", "ties")))
    values, status, steps = (batch[name] for name in ("values", "status", "steps"))
    return Solution(problem.times, problem.outputs, values, status, steps, "gpu", info, decisions)


class _Run:
    """One batch on the card: what stays there for all its parts, and the parts one after the other."""

    def __init__(
        self, card: Device, compiled: Kernel, problem: Problem, batch: driver.Filled, machine: driver.Filled
    ) -> None:
        self.card, self.compiled, self.batch, self.machine = card, compiled, batch, machine
        self.functions = functions_of(compiled)
        self.tolerances = np.append(problem.atol * np.asarray(problem.system.scale), problem.rtol)
        kept = sum(int(machine[n]) for n in ("n_registers", "n_transitions", "n_signals", "n_lookups"))
        self.slab, self.scratch = (8 * THREADS * rows for rows in (compiled.layout.rows, kept))
        budget = int(SHARE * card.free())
        wanted = -(-problem.n_patients // THREADS)
        most = min(wanted, card.resident(compiled.owner, THREADS), budget // 2 // (self.slab + self.scratch))
        self.blocks = max(1, most)
        self.budget = budget - self.blocks * (self.slab + self.scratch)

    def parts(self) -> Iterator[tuple[int, int]]:
        """Yield first and one past the last patient of each part that the card's memory takes."""
        n = int(self.batch["n_patients"])
        held = (*OF_EACH, *ANSWERS, "first_event", "last_event", "event_time", "event_target", "event_value")
        each = sum(self.batch[name].nbytes for name in held) // max(1, n) + 1
        size = max(THREADS, self.budget // each)
        return ((first, min(n, first + size)) for first in range(0, n, size))

    def prepare(self, memory: Memory) -> None:
        """Put what all parts share on the card."""

        def place(values: dict[str, NDArray[np.float64] | float]) -> dict[str, NDArray[np.float64] | float]:
            return {name: memory.put(v) if isinstance(v, np.ndarray) else v for name, v in values.items()}

        self.on_card = driver.Filled(driver.Machine, place(self.machine.values))
        self.shared = place({name: self.batch[name] for name in ("times", "wanted")})
        self.room = [ctypes.c_void_p(memory.put(self.tolerances))]
        self.room += [ctypes.c_void_p(memory.take(self.blocks * size)) for size in (self.slab, self.scratch)]

    def solve(self, first: int, last: int) -> None:
        """Solve patients ``first`` to ``last - 1`` and fetch their answers."""
        answers = {name: self.batch[name][first:last] for name in ANSWERS}
        with self.card.memory() as memory:
            queue = memory.put(np.zeros(2, dtype=np.int64))
            places = {name: memory.take(a.nbytes) for name, a in answers.items()}
            for name, a in answers.items():
                self.card.fill(places[name], NAN_BYTE if name == "values" else ZERO_BYTE, max(8, a.nbytes))
            given = {name: memory.put(a) for name, a in self._given(first, last).items()}
            numbers = {name: v for name, v in self.batch.values.items() if not isinstance(v, np.ndarray)}
            numbers["n_patients"] = last - first
            filled = driver.Filled(driver.Batch, {**numbers, **self.shared, **places, **given, "queue": queue})
            structures = (filled.structure, self.on_card.structure, self.functions.structure)
            self.card.start(self.compiled.owner, self.blocks, THREADS, (*structures, *self.room))
            self._wait(queue)
            for name, a in answers.items():
                if a.nbytes:
                    self.card.fetch(places[name], a)

    def _given(self, first: int, last: int) -> dict[str, NDArray[np.float64]]:
        """Return what a part is solved from, with no more of the table of events than it needs."""
        batch = self.batch
        start, stop = (batch[name][first:last] for name in ("first_event", "last_event"))
        low, high = int(start.min()), int(stop.max())
        rows = {name: batch[name][low:high] for name in ("event_time", "event_target", "event_value")}
        of_each = {name: batch[name][first:last] for name in OF_EACH}
        return {**of_each, **rows, "first_event": start - low, "last_event": stop - low}

    def _wait(self, queue: int) -> None:
        """Wait for the card so that an interrupt is heard; it stops the threads within a few steps."""
        try:
            while not self.card.finished():
                time.sleep(LISTEN)
        except BaseException:
            self.card.tell(np.array([1 << 62, 1], dtype=np.int64), queue)
            raise
