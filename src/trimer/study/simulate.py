"""Simulate a treatment for one virtual patient or for any number, a chunk at a time."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.chunks import CHUNK, Chunk, solve_chunks, spans_of
from trimer.engine.problem import Problem
from trimer.engine.solve import achieved_error
from trimer.engine.trace import trace
from trimer.errors import InputError
from trimer.study.scenario import RUN_IN, SEED, SIZE, Scenario, scenario
from trimer.study.simulation import Simulation, Tally
from trimer.study.store import Store
from trimer.therapy.size import Size

Progress = Callable[[str, float], None]

#: What is simulated unless something else is asked for.
OUTPUTS = (
    "marrow_blast_percent",
    "mrd_marrow",
    "blasts_blood",
    "anc",
    "platelets",
    "haemoglobin",
    "t_cells_blood",
    "b_cells_blood",
    "il6",
    "temperature",
    "hypotension",
    "blinatumomab_plasma",
)
ONE_RTOL, MANY_RTOL = 1e-6, 1e-4
AFTER = 28.0  # days after the last dose of a regimen that are simulated
PROTOCOL_DAYS = 365.0
SAMPLE = 4  # patients of a chunk solved again for the achieved error
LONGEST, MOST_TIMES = 36525.0, 1_000_000


@dataclass(frozen=True)
class Settings:
    """Hold what may be chosen of a simulation.

    Attributes
    ----------
    patients : int or None
        How many virtual patients; None for the typical patient alone.
    first : int
        Number of the first of them. Patient *i* is the same whatever else is simulated.
    days : float or None, day
        To what day; None for 28 days past the last dose of a regimen, a year of a protocol.
    every : float, day
        Between outputs, which begin on day 0.
    outputs : tuple of str
        Observables or states of the model.
    rtol : float or None
        Relative tolerance; None for 1e-6 of one patient, 1e-4 of many.
    threads : int or None
    backend : str
    chunk : int
        Patients held in memory at a time.
    """

    patients: int | None = None
    first: int = 0
    days: float | None = None
    every: float = 1.0
    outputs: tuple[str, ...] = OUTPUTS
    rtol: float | None = None
    threads: int | None = None
    backend: str = "cpu"
    chunk: int = CHUNK

    def __post_init__(self) -> None:
        for name, least in (("patients", 1), ("first", 0), ("chunk", 1), ("threads", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InputError(name, str(value), f"at least {least}")
        if not (math.isfinite(self.every) and self.every > 0.0):
            raise InputError("every", f"{self.every:g} day", "a time above zero")
        if self.rtol is not None and not 1e-12 <= self.rtol <= 0.1:
            raise InputError("rtol", f"{self.rtol:g}", "1e-12 to 0.1")

    @property
    def tolerance(self) -> float:
        """Relative tolerance."""
        return self.rtol or (ONE_RTOL if self.patients is None else MANY_RTOL)


def simulate(
    treatment: str | Path,
    *,
    patients: int | None = None,
    first: int = 0,
    days: float | None = None,
    every: float = 1.0,
    outputs: Sequence[str] | None = None,
    cycles: int | None = None,
    size: Size = SIZE,
    run_in: float = RUN_IN,
    changes: Mapping[str, float] | None = None,
    seed: int = SEED,
    rtol: float | None = None,
    threads: int | None = None,
    backend: str = "cpu",
    keep: str | Path | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Simulate a treatment, for the typical patient or for virtual patients.

    Parameters
    ----------
    treatment, cycles, size, run_in, changes, seed
        See :func:`trimer.study.scenario.scenario`.
    patients, first, days, every, outputs, rtol, threads, backend
        See :class:`Settings`.
    keep : str or Path, optional
        Folder to which endpoints and decisions are written, a chunk at a time. What is already there, of the same
        simulation, is not simulated again.
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    TrimerError
        When something given is at fault.
    KeyboardInterrupt
        On an interrupt; chunks already finished stay in ``keep``.
    """
    chosen = Settings(patients, first, days, every, tuple(outputs or OUTPUTS), rtol, threads, backend)
    setting = scenario(treatment, cycles=cycles, size=size, run_in=run_in, changes=changes, seed=seed)
    return run(setting, chosen, keep, progress)


def run(
    setting: Scenario, chosen: Settings, keep: str | Path | None = None, progress: Progress | None = None
) -> Simulation:
    """Simulate a scenario; see :func:`simulate`."""
    times = _times(chosen.days if chosen.days is not None else _end(setting), chosen.every)
    tally = Tally(setting.treatment, setting.label, chosen.outputs, times, chosen.patients is None, chosen.first)

    def problem_of(start: int, count: int) -> Problem:
        people = [setting.typical()] if chosen.patients is None else setting.patients(start, count)
        return setting.problem(people, times, chosen.outputs, chosen.tolerance)

    problem_of(chosen.first, 1)  # refuses unknown outputs before anything is written
    store = Store.open(keep, _description(setting, chosen, times)) if keep else None
    spans = spans_of(chosen.first, chosen.patients or 1, chosen.chunk)
    done = [span for span in spans if store and store.has(*span)]
    for span in done:
        assert store is not None
        tally.restore(*store.read(*span))
    say = progress or (lambda _text, _share: None)
    say("simulating", len(done) / len(spans))
    left = solve_chunks(problem_of, [s for s in spans if s not in done], chosen.backend, chosen.threads)
    for number, solved in enumerate(left, start=1 + len(done)):
        found = tally.add(solved, _error(solved))
        if store:
            store.write(solved.first, solved.count, *found)
        say(f"simulating, {tally.patients} patients done", number / len(spans))
    return tally.simulation(_description(setting, chosen, times))


def _error(solved: Chunk) -> Any:
    """Return the achieved error of a sample of the chunk, or None when nobody was solved."""
    return achieved_error(solved.problem, solved.solution, SAMPLE) if solved.solution.ok.any() else None


def _end(setting: Scenario) -> float:
    return max((a.end for a in setting.administrations), default=PROTOCOL_DAYS - AFTER) + AFTER


def _times(end: float, every: float) -> NDArray[np.float64]:
    """Return the output times: day 0, and every so many days to the end."""
    if not (math.isfinite(end) and 0.0 < end <= LONGEST):
        raise InputError("days", f"{end:g}", f"a time above zero, at most {LONGEST:g} days")
    count = end / every
    if count > MOST_TIMES:
        raise InputError("every", f"{every:g} day, which is {count:.3g} outputs", f"at most {MOST_TIMES:,} outputs")
    times: NDArray[np.float64] = np.arange(int(count + 1e-9) + 1, dtype=np.float64) * every
    return times if times[-1] >= end - 1e-9 else np.concatenate([times, [end]])


def _description(setting: Scenario, chosen: Settings, times: NDArray[np.float64]) -> dict[str, Any]:
    """Return what a simulation is, so that chunks of another are not taken for its own."""
    parameters = {n: (p.value, p.spread, p.distribution) for n, p in setting.assembly.parameters.items()}
    hashed = {"rules": setting.rules, "doses": setting.assembly.rows, "parameters": sorted(parameters.items())}
    return {
        "trimer": version("trimer"),
        "treatment": setting.treatment,
        "equations": trace(setting.assembly.system).fingerprint(),
        **{name: hashlib.sha256(repr(what).encode()).hexdigest() for name, what in hashed.items()},
        "changes": setting.changes,
        "seed": setting.seed,
        "start": setting.assembly.start,
        "outputs": list(chosen.outputs),
        "times": [float(times[0]), float(times[-1]), len(times)],
        "rtol": chosen.tolerance,
    }
