"""Virtual trials made up for tests of the cohort store: a trial's table, drawn at random, nothing solved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import trimer.library as library
from trimer.study.simulation import Table
from trimer.study.trial.run import TrialResult
from trimer.study.trial.store import TrialStore, versions

CHUNK = 50


def table(first: int, count: int, lacking: float = 0.0) -> Table:
    """Return rows of patients, the same for the same patient whatever the span; a share of the numbers is NaN."""
    rows = [_row(patient, lacking) for patient in range(first, first + count)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _row(patient: int, lacking: float) -> dict[str, Any]:
    rng = np.random.default_rng(patient)
    response = str(rng.choice(["CR", "CRh", "CRi", "no response", "PD", ""]))
    remission = response.startswith("CR")
    numbers = {
        "age": rng.uniform(18, 80), "weight": rng.normal(75, 15), "height": 1.7, "bsa": 1.9,
        "female": float(rng.integers(2)), "salvages": float(rng.integers(4)), "prior_hsct": float(rng.integers(2)),
        "refractory": float(rng.integers(2)), "ph_positive": float(rng.integers(2)),
        "blasts_at_entry": rng.uniform(5, 95), "mrd_at_entry": 10 ** rng.uniform(-5, 0),
        "t_cells_at_entry": 10 ** rng.uniform(-2, 0.5), "mrd_negative": float(rng.integers(2)),
    }  # fmt: skip
    for name in numbers:
        if rng.random() < lacking:
            numbers[name] = np.nan
    return {
        "arm": "blinatumomab", "patient": patient, "draw": 0, "replicate": 0, "status": int(rng.random() < 0.05),
        **numbers, "response": response, "response_day": 42.0 if remission else np.nan,
        "relapse_day": np.nan, "cd19_at_failure": str(rng.choice(["positive", "negative", ""])),
        "crs_grade": int(rng.integers(5)), "neutropenia_grade": 0,
        "os_time": float(rng.integers(1, 25)), "os_event": int(rng.integers(2)),
        "rfs_time": float(rng.integers(1, 25)) if remission else np.nan, "rfs_event": int(rng.integers(2)),
    }  # fmt: skip


def description(first: int, count: int, chunk: int = CHUNK) -> dict[str, Any]:
    """Return what a manifest says of such a trial."""
    arms = [{"arm": "blinatumomab", "treatments": [{"name": "blinatumomab_five_cycles", "share": 1.0}]}]
    return {"trial": "mt103_211", "seed": 1, "arms": arms, "first": first, "patients": count, "chunk": chunk}


def folder(place: Path, first: int, count: int) -> Path:
    """Keep a trial as `trimer trial --keep` does; return its folder."""
    store = TrialStore.open(place, description(first, count), patients=count, chunk=CHUNK)
    for start in range(first, first + count, CHUNK):
        size = min(CHUNK, first + count - start)
        store.write(start, size, table(start, size))
    return place


def result(first: int, count: int, lacking: float = 0.0) -> TrialResult:
    """Return the same trial as one that was just run."""
    provenance = {**description(first, count), "versions": versions()}
    return TrialResult(library.trial("mt103_211"), table(first, count, lacking), {}, {}, provenance)
