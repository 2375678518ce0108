"""Run a virtual trial: every patient in every arm, or replicates of the trial as it was, and what comes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.chunks import spans_of
from trimer.engine.trace import trace
from trimer.errors import InputError
from trimer.library.load_calibration import calibrated as calibrated_draws
from trimer.study.population.patients import SEED
from trimer.study.research import NOTICE
from trimer.study.simulation import Table
from trimer.study.trial.estimates import Estimate
from trimer.study.trial.runner import run_chunks
from trimer.study.trial.store import TrialStore, versions
from trimer.study.trial.summary import endpoints, failed
from trimer.study.trial.task import Allocation, TrialTask, population_of
from trimer.study.trial.treat import RTOL, plans
from trimer.therapy.trial import Trial

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
SCHEMA = "trimer/trial-summary/1"
PATIENTS, CHUNK = 2000, 1024
MOST = 10_000_000


@dataclass(frozen=True)
class TrialResult:
    """Hold a virtual trial.

    Attributes
    ----------
    trial : Trial
    table : dict of str to array, shape (n_rows,)
        One row a patient and arm; columns as in ``docs/reference``.
    estimates : dict of str to dict of str to Estimate
        By arm and endpoint; ratios stand with the arm that is compared.
    failed : dict of str to int
        Patients of each arm that could not be solved; no estimate counts them.
    provenance : dict
    """

    trial: Trial
    table: Table
    estimates: dict[str, dict[str, Estimate]]
    failed: dict[str, int]
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def patients(self) -> int:
        """Virtual patients, each counted once."""
        return len(np.unique(self.table["patient"]))

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values; rows are in the store's files."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "trial": self.trial.name,
            "label": self.trial.label,
            "patients": self.patients,
            "failed": self.failed,
            "arms": {
                arm: {
                    key: {
                        "label": e.label,
                        "group": e.group,
                        "kind": e.kind,
                        "unit": e.unit,
                        "value": _plain(e.value),
                        "low": _plain(e.low),
                        "high": _plain(e.high),
                        "n": e.n,
                        "events": e.events,
                    }
                    for key, e in found.items()
                }
                for arm, found in self.estimates.items()
            },
            "provenance": self.provenance,
        }


def trial(
    name: str | Path | Trial,
    *,
    patients: int = PATIENTS,
    first: int = 0,
    seed: int = SEED,
    calibration: str | None = None,
    allocation: Allocation = "shared",
    keep: str | Path | None = None,
    resume: bool = False,
    dask: str | None = None,
    threads: int | None = None,
    chunk: int = CHUNK,
    progress: Progress | None = None,
) -> TrialResult:
    """Run a virtual trial.

    Parameters
    ----------
    name : str, Path or Trial
    patients, first, seed : int
        Virtual patients, and the number of the first. Patient *i* uses calibrated draw *i* modulo their number.
    calibration : str, optional
        Calibrated population parameters: a name in the library, a CSV file, or ``""`` for typical values. Default: the
        population's own.
    allocation : {"shared", "parallel"}
        Shared, each patient is treated in every arm. ``"parallel"`` makes replicates of the trial as it was: each has
        the trial's own number of patients, every patient in one arm, and one calibrated draw.
    keep : str or Path, optional
        Folder for rows (Parquet, a chunk at a time), manifest and summary.
    resume, dask
        Whether to go on with what the folder holds; address of a Dask scheduler on whose workers chunks are run.
    threads, chunk : int
    progress : callable, optional

    Raises
    ------
    TrimerError
    KeyboardInterrupt
        On an interrupt; chunks already finished stay in ``keep``.
    """
    found = name if isinstance(name, Trial) else library.trial(name)
    for what, number, least in (("patients", patients, 1), ("first", first, 0), ("chunk", chunk, 1)):
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= MOST:
            raise InputError(what, repr(number), f"a whole number, {least} to {MOST:,}")
    if allocation == "parallel" and (patients % found.n or first % found.n):
        raise InputError("patients", f"{patients} from {first} on", f"whole replicates of {found.n} patients")
    if resume and keep is None:
        raise InputError("resume", "no folder", "the folder to go on with", "Give --keep as well.")
    task = task_of(found, seed=seed, calibration=calibration, allocation=allocation, threads=threads)
    spans = spans_of(first, patients, chunk)
    store = None
    description = describe(task, patients, first, chunk)
    if keep is not None:
        store = TrialStore.open(keep, description, patients=patients, chunk=chunk)
    table = run_chunks(task, spans, store, dask=dask, progress=progress, resume=resume)
    result = summarise(found, table, {**description, "versions": versions()})
    if store is not None:
        store.write_summary(result.to_dict())
    return result


def task_of(
    found: Trial,
    *,
    seed: int = SEED,
    calibration: str | None = None,
    allocation: Allocation = "shared",
    threads: int | None = None,
) -> TrialTask:
    """Return what runs any chunk of a trial; see :func:`trial`."""
    population = population_of(found)
    named = population.calibration if calibration is None else calibration
    draws = dict(calibrated_draws(named))
    size = found.n if allocation == "parallel" else 1
    return TrialTask(found, population, draws, seed, size, allocation, threads, named)


def summarise(found: Trial, table: Table, provenance: Mapping[str, Any]) -> TrialResult:
    """Return the estimates of every arm."""
    reference = found.reference.name if found.reference else None
    estimates = {
        arm.name: endpoints(table, arm.name, reference if reference != arm.name else None) for arm in found.arms
    }
    return TrialResult(found, table, estimates, failed(table), dict(provenance))


def replicates(name: str | Path | Trial, count: int, **settings: Any) -> tuple[Trial, Table]:
    """Return ``count`` replicates of a trial as it was, each with its own patients and calibrated draw.

    Parameters
    ----------
    name : str, Path or Trial
    count : int
    **settings
        ``seed, calibration, threads, progress`` of :func:`trial`.

    Returns
    -------
    (Trial, table)
        Column ``replicate`` numbers them.
    """
    found = name if isinstance(name, Trial) else library.trial(name)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count * found.n <= MOST:
        raise InputError("replicates", repr(count), f"a whole number, 1 to {MOST // found.n:,}")
    progress = settings.pop("progress", None)
    task = task_of(found, allocation="parallel", **settings)
    return found, run_chunks(task, spans_of(0, count * found.n, CHUNK), None, progress=progress)


def describe(task: TrialTask, patients: int, first: int, chunk: int) -> dict[str, Any]:
    """Return what a virtual trial is, so that chunks of another are not taken for its own."""
    arms = [
        {
            "arm": arm.name,
            "treatments": [
                {
                    "name": plan.treatment,
                    "share": share,
                    "equations": trace(plan.assembly.system).fingerprint(),
                    "rules": _mark(repr(plan.rules)),
                    "doses": _mark(repr(plan.assembly.rows)),
                }
                for plan, share in plans(arm)
            ],
        }
        for arm in task.trial.arms
    ]
    drawn = {name: [float(x) for x in column] for name, column in task.calibrated.items()}
    return {
        "trimer": version("trimer"),
        "trial": task.trial.name,
        "design": _mark(repr(replace(task.trial, shift=dict(task.trial.shift)))),
        "population": task.population.name,
        "distributions": _mark(repr(task.population)),
        "parameters": _mark(repr(sorted(task.known.items()))),
        "calibration": task.calibration or "none",
        "calibrated": _mark(repr(sorted(drawn.items()))) if drawn else "none",
        "draws": len(next(iter(drawn.values()))) if drawn else 0,
        "arms": arms,
        "allocation": task.allocation,
        "first": first,
        "patients": patients,
        "chunk": chunk,
        "seed": task.seed,
        "rtol": RTOL,
    }


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
