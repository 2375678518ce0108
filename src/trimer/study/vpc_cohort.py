"""A visual predictive check of a population: percentiles of virtual cohorts beside those published of a real one.

What is published is digitised: lymphocytes of 20 patients, and IL-6 under two schedules. Only summaries are at hand,
and each is of one schedule at one set of nominal times, so that nothing is left for a prediction correction (Bergstrand
et al. 2011, AAPS J 13:143) to correct: within a bin every patient has the same time and the same dose.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.errors import InputError
from trimer.library.load_calibration import calibrated as calibrated_draws
from trimer.library.load_published import Published, calibration
from trimer.study.calibrate.cohorts import FLOOR_IL6, LYMPHOMA, SURFACE, WINDOWS, course, infusion
from trimer.study.population.patients import SEED
from trimer.study.validation_curves import FLOOR_CELLS, MICROLITRE, PATIENTS, POPULATION, SCHEDULES, cohorts

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

COHORTS = ("lymphocytes_klinger", "il6_hijazi")
CALIBRATED = "adult_rr_ball"  # whose calibration all virtual cohorts use
REPLICATES = 200
QUARTILES = (0.25, 0.50, 0.75)
LIMITS = (0.05, 0.50, 0.95)  # over replicates
ARMS = {"flat": "60 µg/m²/day", "step": "5, 15, 60 µg/m²/day in steps"}


@dataclass(frozen=True)
class Series:
    """Hold one published series beside its replicates.

    Attributes
    ----------
    label, under, unit : str
        What it is of, under which schedule, in which unit.
    floor : float
        Of the assay; what is lower counts as this [unit].
    days : array, shape (n_times,)
        From the start of the infusion; the middle of a window.
    patients : int
        Patients of each replicate.
    published : array, shape (3, n_times)
        Quartiles.
    simulated : array, shape (3, 3, n_times)
        5, 50 and 95 % over replicates (second axis) of each quartile (first axis).
    """

    label: str
    under: str
    unit: str
    floor: float
    days: Array
    patients: int
    published: Array
    simulated: Array

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether a published quartile lies within 90 % of the replicates' own, shape (3, n_times).

        Both at the floor of the assay is inside.
        """
        slack = 1e-9 * np.abs(self.published)
        return np.asarray(
            (self.published >= self.simulated[:, 0] - slack) & (self.published <= self.simulated[:, 2] + slack)
        )


@dataclass(frozen=True)
class CohortCheck:
    """Hold a visual predictive check of a population.

    Attributes
    ----------
    name, label, source, about : str
        Of what is published: file, words, key of the reference, what one must know of it.
    role : {"calibration", "validation"}
        Whether the population was calibrated to these numbers.
    population : str
    replicates : int
    series : tuple of Series
    """

    name: str
    label: str
    source: str
    about: str
    role: str
    population: str
    replicates: int
    series: tuple[Series, ...]

    def coverage(self) -> tuple[int, int]:
        """Return how many published quartiles lie within 90 % of the replicates' own, and of how many."""
        return sum(int(s.inside.sum()) for s in self.series), sum(s.inside.size for s in self.series)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        covered, of = self.coverage()
        return {
            "name": self.name,
            "label": self.label,
            "source": self.source,
            "role": self.role,
            "population": self.population,
            "replicates": self.replicates,
            "coverage_90": {"covered": covered, "of": of},
            "series": [
                {
                    "label": s.label, "under": s.under, "unit": s.unit, "floor": s.floor, "days": s.days.tolist(),
                    "patients": s.patients, "published_quartiles": s.published.tolist(),
                    "simulated_quartiles_q05_q50_q95": s.simulated.tolist(), "inside": s.inside.tolist(),
                }
                for s in self.series
            ],
        }  # fmt: skip


def cohort_check(
    name: str,
    *,
    replicates: int = REPLICATES,
    seed: int = SEED,
    threads: int | None = None,
    progress: Progress | None = None,
) -> CohortCheck:
    """Return the visual predictive check of a population against a published series.

    Parameters
    ----------
    name : {"lymphocytes_klinger", "il6_hijazi"}
    replicates : int
        Virtual cohorts, each of as many patients as were sampled and with a calibrated draw of its own.
    seed : int
    threads : int, optional
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    InputError
        When there is no such series, or fewer than two replicates are asked for.
    """
    if name not in COHORTS:
        raise InputError("cohort", repr(name), f"one of {', '.join(COHORTS)}")
    if replicates < 2:
        raise InputError("replicates", str(replicates), "a whole number, at least 2")
    say = progress or (lambda _text, _share: None)
    say("simulating virtual cohorts", 0.0)
    rows = [p for p in calibration(name) if p.group != "not scored" and p.interval == "quartiles"]
    make = _lymphocytes if name == COHORTS[0] else _il6
    series = tuple(make(rows, replicates, seed, threads))
    say("done", 1.0)
    first = rows[0]
    return CohortCheck(name, first.label, first.source, first.about, first.role, POPULATION, replicates, series)


def _lymphocytes(rows: Sequence[Published], count: int, seed: int, threads: int | None) -> list[Series]:
    times = sorted({p.days[0] for p in rows if p.days and p.key in ("cd8", "b_cells")})
    doses = (infusion(15.0 * SURFACE, 0.0, 28.0),)
    outputs = {"cd8": "cd8_blood", "b_cells": "b_cells_blood"}
    found = cohorts(
        course(doses), _calibrated(), count, PATIENTS, {"blasts_initial": 1.0}, times, tuple(outputs.values()),
        seed, threads,
    )  # fmt: skip
    made = []
    for key, label in (("cd8", "CD8 T cells in blood"), ("b_cells", "B cells in blood")):
        mine = sorted((p for p in rows if p.key == key and p.days), key=lambda p: p.days or (0.0, 0.0))
        counted = np.maximum(MICROLITRE * found[outputs[key]], FLOOR_CELLS)
        each = np.nanquantile(counted, QUARTILES, axis=1)  # (3, replicates, times)
        made.append(
            Series(
                label, "15 µg/m²/day", "cells/µL", FLOOR_CELLS, np.array(times), PATIENTS, _quartiles(mine),
                np.moveaxis(np.quantile(each, LIMITS, axis=1), 0, 1),
            )
        )  # fmt: skip
    return made


def _il6(rows: Sequence[Published], count: int, seed: int, threads: int | None) -> list[Series]:
    made = []
    for arm, windows in WINDOWS.items():
        mine = [p for p in rows if p.arm == arm]
        times = sorted({day for window in windows for day in window})
        sizes = [math.ceil((p.n or len(w)) / len(w)) for p, w in zip(mine, windows, strict=True)]
        doses = tuple(infusion(rate * SURFACE, start, days) for rate, start, days in SCHEDULES[arm])
        found = cohorts(
            course(doses), _calibrated(), count, max(sizes), {"blasts_initial": 0.0}, times, ("il6",), seed, threads,
            LYMPHOMA,
        )["il6"]  # fmt: skip
        columns = []
        for size, window in zip(sizes, windows, strict=True):
            at = [times.index(day) for day in window]
            samples = found[:, :size, at].reshape(count, -1)
            detected = np.where(samples >= FLOOR_IL6, samples, np.nan)  # what is published are detected samples only
            detected[np.isnan(detected).all(axis=1)] = FLOOR_IL6
            columns.append(np.quantile(np.nanquantile(detected, QUARTILES, axis=1), LIMITS, axis=1).T)
        middle = np.array([0.5 * (window[0] + window[-1]) for window in windows])
        made.append(
            Series("IL-6", ARMS[arm], "pg/mL", FLOOR_IL6, middle, max(sizes), _quartiles(mine), np.stack(columns, 2))
        )
    return made


def _calibrated() -> Mapping[str, Array]:
    return calibrated_draws(library.population(CALIBRATED).calibration)


def _quartiles(rows: Sequence[Published]) -> Array:
    return np.array([[p.low for p in rows], [p.value for p in rows], [p.high for p in rows]])
