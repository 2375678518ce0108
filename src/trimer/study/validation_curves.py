"""Digitised series beside virtual cohorts of the same size: lymphocytes of 20 patients, and IL-6 by schedule.

Cohorts are those of the calibration; here each replicate has patients of its own, as many as were sampled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.chunks import spans_of
from trimer.engine.solve import solve
from trimer.library.load_published import Published
from trimer.study.assemble import Assembly
from trimer.study.calibrate.cohorts import FLOOR_B, FLOOR_IL6, LYMPHOMA, SURFACE, WINDOWS, course, infusion
from trimer.study.population.patients import sample

Array = NDArray[np.float64]

POPULATION = "adult_mrd_ball"
PATIENTS = 19  # of the digitised 20 one is left out of nearly all figures
MICROLITRE = 1000.0  # 1e9/L in cells a microlitre
FLOOR_CELLS = 1.0  # 1/uL: what is lower counts as this
HOURS = 1e-6  # day; digitised times are matched to this
SCHEDULES = {  # ug/m2/day, day, days
    "flat": ((60.0, 0.0, 28.0),),
    "step": ((5.0, 0.0, 7.0), (15.0, 7.0, 7.0), (60.0, 14.0, 14.0)),
}


def lymphocytes(
    published: Sequence[Published], calibrated: Mapping[str, Array], count: int, seed: int, threads: int | None
) -> list[Array]:
    """Return of every replicate what the digitised cohort would have shown, for each published row.

    Parameters
    ----------
    published : sequence of Published
        Rows of ``lymphocytes_klinger``.
    calibrated : mapping of str to array, shape (n_draws,)
    count : int
        Replicates.
    seed : int
    threads : int, optional

    Returns
    -------
    list of array, shape (count,)
        In the units of the rows.
    """
    times = sorted({day for p in published for day in (p.days or ())})
    doses = (infusion(15.0 * SURFACE, 0.0, 28.0),)
    found = cohorts(
        course(doses), calibrated, count, PATIENTS, {"blasts_initial": 1.0}, times, ("cd8_blood", "b_cells_blood"),
        seed, threads,
    )  # fmt: skip
    cd8 = np.maximum(MICROLITRE * found["cd8_blood"], FLOOR_CELLS)
    b = found["b_cells_blood"]
    ratio = cd8 / cd8[:, :, :1]
    counted = {"cd8": cd8, "b_cells": np.maximum(MICROLITRE * b, FLOOR_CELLS), "cd8_ratio": ratio}

    def row(p: Published) -> Array:
        first, last = p.days or (0.0, 0.0)
        at = [k for k, day in enumerate(times) if first - HOURS <= day <= last + HOURS]
        if p.key == "b_cells_at_floor":
            share: Array = 100.0 * np.mean(b[:, :, at[0]] <= FLOOR_B, axis=1)
            return share
        if p.key == "cd8_ratio_lowest":
            return np.asarray(np.nanmedian(ratio[:, :, at].min(axis=2), axis=1))
        if p.key == "cd8_ratio_highest":
            return np.asarray(np.nanmedian(ratio[:, :, at].max(axis=2), axis=1))
        return np.asarray(np.nanmedian(counted[p.key][:, :, at[0]], axis=1))

    return [row(p) for p in published]


def il6(
    published: Sequence[Published], calibrated: Mapping[str, Array], count: int, seed: int, threads: int | None
) -> list[Array]:
    """Return of every replicate the median of detectable IL-6 in each scored window, as :func:`lymphocytes` does.

    As many patients are sampled as a window's samples ask for, each on the days on which samples were drawn.
    """
    found = {}
    for arm, windows in WINDOWS.items():
        doses = tuple(infusion(rate * SURFACE, start, days) for rate, start, days in SCHEDULES[arm])
        mine = [p for p in published if p.arm == arm]
        times = sorted({d for window in windows for d in window})
        patients = max(_patients(p, window) for p, window in zip(mine, windows, strict=True))
        values = cohorts(
            course(doses), calibrated, count, patients, {"blasts_initial": 0.0}, times, ("il6",), seed, threads,
            LYMPHOMA,
        )["il6"]  # fmt: skip
        for p, window in zip(mine, windows, strict=True):
            at = [times.index(d) for d in window]
            samples = values[:, : _patients(p, window), at].reshape(count, -1)
            detected = np.where(samples >= FLOOR_IL6, samples, np.nan)
            none = np.isnan(detected).all(axis=1)
            detected[none] = FLOOR_IL6
            found[p] = np.asarray(np.nanmedian(detected, axis=1))
    return [found[p] for p in published]


def _patients(published: Published, window: Sequence[float]) -> int:
    return math.ceil((published.n or len(window)) / len(window))


def cohorts(
    assembly: Assembly,
    calibrated: Mapping[str, Array],
    count: int,
    patients: int,
    fixed: Mapping[str, float],
    times: Sequence[float],
    outputs: Sequence[str],
    seed: int,
    threads: int | None,
    spread: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, Array]:
    """Return outputs of every replicate's patients of :data:`POPULATION`, under a calendar of infusions.

    Parameters
    ----------
    assembly : Assembly
    calibrated : mapping of str to array, shape (n_draws,)
        A draw for each replicate, in turn.
    count, patients : int
        Replicates, and patients of each.
    fixed : mapping of str to float
        Columns that are the same of everybody.
    times : sequence of float, day
    outputs : sequence of str
    seed : int
    threads : int or None
    spread : mapping of str to (float, float), optional
        Parameters that have a value and a spread of their own, lognormal.

    Returns
    -------
    dict of str to array, shape (count, patients, n_times)
        NaN of a patient who could not be solved.
    """
    population = library.population(POPULATION)
    known = dict(assembly.parameters)
    for name, (value, sd) in (spread or {}).items():
        known[name] = replace(known[name], value=value, spread=sd, distribution="lognormal")
    parts: dict[str, list[Array]] = {name: [] for name in outputs}
    for first, size in spans_of(0, count * patients):
        drawn = sample(population, known, seed, first, size, calibrated=calibrated, per_draw=patients)
        columns = drawn.columns | {name: np.full(size, value) for name, value in fixed.items()}
        solved = solve(assembly.batch(columns, times, outputs), threads=threads)
        at = np.searchsorted(solved.times, np.asarray(times) - 1e-9)
        for name in outputs:
            parts[name].append(np.where(solved.ok[:, None], solved[name][:, at], np.nan))
    return {name: np.concatenate(found).reshape(count, patients, len(times)) for name, found in parts.items()}
