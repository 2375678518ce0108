"""One engine in a process of its own, so that a crash, a hang or a clash of libraries costs that engine only.

The worker is pinned to one processor and measures its own processor time; the caller decides whose turn it is.
"""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
    "PYTHONWARNINGS": "ignore",
}


@dataclass(frozen=True)
class Measurement:
    """Hold one solution of a batch: seconds for all its patients, and its errors over them."""

    seconds: float
    wall: float
    median: float
    largest: float


class EngineError(Exception):
    """Say why an engine is not in the comparison."""


class Worker:
    """Hold an engine that has been built for a model.

    Parameters
    ----------
    engine, model : str
        A file of ``peers``, and a name of ``models.MODELS``.
    patients : int
    truth : array, shape (patients of the model, n_times, n_outputs)
        Of a batch whose first patients are solved.
    patience : float
        Seconds after which an answer is no longer waited for.

    Raises
    ------
    EngineError
        When the engine is not installed or cannot be built.
    """

    def __init__(self, engine: str, model: str, patients: int, truth: NDArray[np.float64], patience: float) -> None:
        context = multiprocessing.get_context("spawn")
        self.patience = patience
        self._log = Path(tempfile.mkstemp(prefix=f"{engine}-", suffix=".log")[1])
        self._pipe, theirs = context.Pipe()
        arguments = (theirs, engine, model, patients, truth, str(self._log))
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self.about: dict[str, Any] = self._answer()

    def measure(self, rtol: float, patients: int) -> Measurement:
        """Solve the first patients once.

        Raises
        ------
        EngineError
            When it does not answer, crashes or raises.
        """
        self._pipe.send((rtol, patients))
        found: Measurement = self._answer()
        return found

    def _answer(self) -> Any:
        try:
            if not self._pipe.poll(self.patience):
                self.close()
                raise EngineError(f"no answer within {self.patience:.0f} s")
            fine, found = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.join(5)
            last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            raise EngineError(
                f"its process ended with code {self._process.exitcode} {' '.join(last)}".strip()
            ) from error
        if not fine:
            self.close()
            raise EngineError(found)
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._log.unlink(missing_ok=True)


def _serve(pipe: Connection, engine: str, model: str, patients: int, truth: NDArray[np.float64], log: str) -> None:
    os.environ.update(ONE_THREAD)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    written = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):  # some engines write a line a step to the terminal
        os.dup2(written, stream)
    try:
        import peers
        from courses import Course
        from models import MODELS

        from trimer.engine.solve import relative_error, subset

        file = peers.load(engine)
        problem = subset(MODELS[model](len(truth)), range(patients))  # a smaller batch may draw other patients
        keep = Course(problem).compared()
        start = time.perf_counter()
        ready = file.build(problem)
        ready.solve(1e-4, patients if getattr(file, "BATCHED", False) else 1)
        pipe.send((True, {"start_seconds": time.perf_counter() - start, "packages": _versions(file.PACKAGES)}))
        while True:
            rtol, n = pipe.recv()
            wall, processor = time.perf_counter(), time.process_time()
            raw = ready.solve(rtol, n)
            processor, wall = time.process_time() - processor, time.perf_counter() - wall
            errors = relative_error(ready.values(raw)[:, keep], truth[:n, keep])
            errors = np.where(np.isnan(errors), np.inf, errors)  # a patient not finished
            pipe.send((True, Measurement(processor, wall, float(np.median(errors)), float(errors.max()))))
    except EOFError:
        sys.exit(0)
    except BaseException as error:
        traceback.print_exc()
        pipe.send((False, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"))


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in packages}
