"""Synthetic trial tables with every column, and published survival times, that several tests use."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.study.simulation import Table
from trimer.study.trial.summary import MONTH

# Freireich 1963, remission of acute leukaemia in weeks under mercaptopurine and under placebo (recalled; the data of
# many textbooks). 1 relapse, 0 censored.
MERCAPTOPURINE = np.array([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], dtype=float)
RELAPSED = np.array([1] * 9 + [0] * 12)
PLACEBO = np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], dtype=float)


def freireich() -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return times, events and arm (1 placebo) of both arms together."""
    times = np.concatenate([MERCAPTOPURINE, PLACEBO])
    return times, np.concatenate([RELAPSED, np.ones(21, dtype=int)]), np.repeat([0, 1], 21)


def trial(n: int = 300, seed: int = 1, arm: str = "engager", better: float = 1.0, replicate: int = 0) -> Table:
    """Return one arm of made-up patients; ``better`` lengthens survival and raises the chance of a response."""
    rng = np.random.default_rng([seed, replicate])

    def coin(chance: float | NDArray[Any]) -> NDArray[Any]:
        return (rng.random(n) < chance).astype(float)

    blasts = rng.uniform(5.0, 100.0, n)
    css = rng.lognormal(np.log(0.55), 0.5, n)
    responded = coin(1.0 - 1.0 / (1.0 + better * np.where(blasts < 50.0, 2.0, 0.5) * css / 0.55)) == 1.0
    response = np.where(responded, rng.choice(["CR", "CR", "CRh", "CRi"], n), rng.choice(["", "PR", "none"], n))
    remission = np.isin(response, ["CR", "CRh"])
    death = rng.exponential(np.where(responded, 14.0, 5.0) * better)
    os_time, os_event = np.minimum(death, 24.0), (death < 24.0).astype(int)
    relapse = rng.exponential(8.0 * better, n)
    rfs = np.ceil(np.minimum(np.minimum(relapse, os_time), 23.0) * 4.0) / 4.0  # seen at assessments: tied
    rfs_event = ((relapse < 23.0) | (os_event == 1)).astype(int)
    efs = np.where(remission, np.minimum(rfs + 1.0, 24.0), 1.0 / MONTH)
    crs = rng.choice([0, 1, 2, 3, 4], n, p=[0.6, 0.2, 0.1, 0.08, 0.02])
    assessed = np.where(coin(0.9) == 1.0, coin(0.8), np.nan)
    return {
        "patient": np.arange(n), "replicate": np.full(n, replicate), "draw": np.zeros(n, dtype=int),
        "arm": np.array([arm] * n), "status": np.zeros(n, dtype=int),
        "age": rng.uniform(18, 80, n), "female": coin(0.4), "weight": rng.normal(70, 10, n),
        "height": rng.normal(1.72, 0.1, n), "bsa": rng.normal(1.85, 0.15, n),
        "salvages": rng.choice([0.0, 1.0, 2.0, 3.0, 4.0], n), "prior_hsct": coin(0.34), "ph_positive": coin(0.0),
        "refractory": coin(0.4), "blasts_at_entry": blasts, "mrd_at_entry": np.minimum(blasts / 100.0, 1.0),
        "treg": rng.uniform(1, 15, n), "t_cells_at_entry": rng.lognormal(-0.7, 0.6, n), "css": css,
        "response": response, "response_day": np.where(responded, 28.0, np.nan),
        "response_cycle": np.where(responded, rng.choice([1, 1, 1, 2], n), 0),
        "mrd_negative": np.where(responded, assessed, np.nan), "mrd_negative_cycle_1": assessed,
        "relapse_day": np.where(remission & (relapse < os_time), relapse * MONTH, np.nan),
        "progression_day": np.full(n, np.nan),
        "cd19_at_failure": np.where(remission, "", rng.choice(["positive", "positive", "negative"], n)),
        "crs_grade": crs, "crs_grade_cycle_1": np.where(coin(0.8) == 1.0, crs, 0),
        "crs_day": np.where(crs > 0, 2.0, np.nan), "crs_near_start": np.where(crs > 0, coin(0.85), np.nan),
        "fever_cycle_1": coin(0.6), "neutropenia_grade": rng.integers(0, 5, n), "interrupted": coin(0.3),
        "drug_days": rng.uniform(1, 140, n), "cycles": rng.integers(1, 6, n).astype(float),
        "hsct_day": np.where(remission & (coin(0.4) == 1.0), 80.0, np.nan),
        "death_day": np.where(os_event == 1, death * MONTH, np.nan),
        "death_cause": np.where(os_event == 1, "disease", ""),
        "rfs_time": np.where(remission, rfs, np.nan), "rfs_event": np.where(remission, rfs_event, 0),
        "dor_time": np.where(remission, rfs, np.nan), "dor_event": np.where(remission, rfs_event, 0),
        "efs_time": efs, "efs_event": np.where(remission, rfs_event, 1), "os_time": os_time, "os_event": os_event,
    }  # fmt: skip


def joined(*tables: Table) -> Table:
    """Return tables one below the other."""
    return {name: np.concatenate([t[name] for t in tables]) for name in tables[0]}


def rows(table: Table, which: Any) -> Table:
    """Return some rows, or all in another order."""
    return {name: column[which] for name, column in table.items()}
