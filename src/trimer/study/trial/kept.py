"""A virtual trial read back from the folder in which it was kept, without simulating anything."""

from __future__ import annotations

import json
from pathlib import Path

import trimer.library as library
from trimer.engine.chunks import spans_of
from trimer.errors import InputError
from trimer.study.trial.run import TrialResult, describe, summarise, task_of
from trimer.study.trial.store import MANIFEST, SCHEMA, TrialStore, versions


def kept(folder: str | Path) -> TrialResult:
    """Return the trial that a folder of ``trimer trial --keep`` holds.

    Parameters
    ----------
    folder : str or Path

    Raises
    ------
    LibraryError
        When the library has no trial of that name, as of one that came from a file of one's own.
    InputError
        When the folder holds no trial, one that is not finished, or one of other versions, equations or parameters
        than those here.
    """
    place = Path(folder)
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        said = manifest["description"]
        first, patients, chunk = (int(said[name]) for name in ("first", "patients", "chunk"))
        name, seed, calibration, allocation = (said[n] for n in ("trial", "seed", "calibration", "allocation"))
        if manifest["schema"] != SCHEMA:
            raise ValueError("not a trial")
    except (OSError, ValueError, LookupError, TypeError) as fault:
        expected = "the folder of a trial"
        raise InputError(str(place), f"no readable {MANIFEST}", expected, "Make one: trimer trial --keep.") from fault
    named = "" if calibration == "none" else calibration
    task = task_of(library.trial(name), seed=seed, calibration=named, allocation=allocation)
    description = describe(task, patients, first, chunk)
    store = TrialStore.open(place, description, patients=patients, chunk=chunk)
    spans = spans_of(first, patients, chunk)
    if missing := store.missing(spans):
        found = f"a trial of which {len(missing)} of {len(spans)} chunks are missing"
        raise InputError(str(place), found, "a finished one", f"Go on: trimer trial {name} --keep {place} --resume")
    return summarise(task.trial, store.table(spans), {**description, "versions": versions()})
