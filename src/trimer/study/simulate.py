"""Simulate a treatment for one virtual patient or for any number, a chunk at a time."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.chunks import CHUNK, Chunk, solve_chunks, spans_of
from trimer.engine.problem import Problem
from trimer.engine.solve import achieved_error
from trimer.engine.trace import trace
from trimer.errors import InputError, SolveError
from trimer.model.pharmacokinetics import ENGAGER
from trimer.study.scenario import RUN_IN, SEED, SIZE, Scenario, exposures, scenario
from trimer.study.simulation import CURVES_OF, Simulation, Tally
from trimer.study.store import Store
from trimer.therapy.size import Size

Progress = Callable[[str, float], None]
ENGAGER_PLASMA = f"{ENGAGER}_plasma"

#: What is simulated unless something else is asked for, of a treatment with blinatumomab; see :func:`usual_outputs`.
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
    ENGAGER_PLASMA,
)
ONE_RTOL, MANY_RTOL = 1e-6, 1e-4
AFTER = 28.0  # days after the last dose of a regimen that are simulated
PROTOCOL_DAYS = 365.0
SAMPLE = 4  # patients of a chunk solved again for the achieved error
LONGEST, MOST_TIMES = 36525.0, 1_000_000
MOST_PATIENTS = 100_000_000
MOST_HELD = 2.0**31  # bytes of curves in memory


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
        Observables or states of the model; none for the usual ones.
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
    outputs: tuple[str, ...] = ()
    rtol: float | None = None
    threads: int | None = None
    backend: str = "cpu"
    chunk: int = CHUNK

    def __post_init__(self) -> None:
        for name, least in (("patients", 1), ("first", 0), ("chunk", 1), ("threads", 1)):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, int) and value >= least):
                raise InputError(name, repr(value), f"a whole number, at least {least}")
        if (self.patients or 0) + self.first > MOST_PATIENTS:
            raise InputError("patients", f"{self.patients:,}", f"at most {MOST_PATIENTS:,}")
        if self.first and self.patients is None:
            raise InputError("first", str(self.first), "patients with it, as the typical patient has no number")
        for name in ("days", "every", "rtol"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, int | float):
                raise InputError(name, repr(value), "a number")
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
        Folder to which endpoints and decisions are written, a chunk at a time. Whole chunks that are already there, of
        the same simulation, are not simulated again, except the first, whose curves are shown. A folder holds one run:
        files of runs of other lengths overlap.
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    TrimerError
        When something given is at fault.
    KeyboardInterrupt
        On an interrupt; chunks already finished stay in ``keep``.
    """
    wanted = (outputs,) if isinstance(outputs, str) else tuple(dict.fromkeys(outputs or ()))
    chosen = Settings(patients, first, days, every, wanted, rtol, threads, backend)
    setting = scenario(treatment, cycles=cycles, size=size, run_in=run_in, changes=changes, seed=seed)
    return run(setting, chosen, keep, progress)


def usual_outputs(setting: Scenario) -> tuple[str, ...]:
    """Return the usual outputs of a treatment: in place of blinatumomab the engager or CAR-T cells that it gives."""
    every = exposures(setting.assembly.system.outputs)
    other = tuple(name for name in every if name != ENGAGER_PLASMA)
    shown = every if ENGAGER in setting.drugs or not other else other
    return (*(name for name in OUTPUTS if name != ENGAGER_PLASMA), *shown)


def run(
    setting: Scenario, chosen: Settings, keep: str | Path | None = None, progress: Progress | None = None
) -> Simulation:
    """Simulate a scenario; see :func:`simulate`."""
    chosen = chosen if chosen.outputs else replace(chosen, outputs=usual_outputs(setting))
    times = _times(chosen.days if chosen.days is not None else _end(setting), chosen.every)
    held = 8.0 * len(times) * len(chosen.outputs) * min(chosen.patients or 1, max(chosen.chunk, CURVES_OF))
    if held > MOST_HELD:
        large = f"{chosen.every:g} day, which is {held / 2**30:.3g} GiB of curves"
        raise InputError("every", large, "at most 2 GiB: fewer outputs or patients")
    tally = Tally(setting.treatment, setting.label, chosen.outputs, times, chosen.patients is None, chosen.first)

    def problem_of(start: int, count: int) -> Problem:
        people = [setting.typical()] if chosen.patients is None else setting.patients(start, count)
        return setting.problem(people, times, chosen.outputs, chosen.tolerance)

    problem_of(chosen.first, 1)  # refuses unknown outputs before anything is written
    description = _description(setting, chosen, times)
    store = Store.open(keep, description) if keep else None
    spans = spans_of(chosen.first, chosen.patients or 1, chosen.chunk)
    drawn = [span for span in spans if span[0] - chosen.first < CURVES_OF]  # solved again: curves are not kept
    done = {span for span in spans[len(drawn) :] if store and store.has(*span)}
    for span in sorted(done):
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
    return tally.simulation(description)


def _error(solved: Chunk) -> Any:
    """Return the achieved error of a sample of the chunk, or None when nobody was solved."""
    try:
        return achieved_error(solved.problem, solved.solution, SAMPLE)
    except SolveError:  # nobody was solved, or none of the sample a hundred times tighter
        return None


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
        "typical patient": chosen.patients is None,
        "times": hashlib.sha256(times.tobytes()).hexdigest(),
        "rtol": chosen.tolerance,
        "backend": chosen.backend,
    }
