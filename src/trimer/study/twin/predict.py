"""What posterior draws foretell: courses, the states at a decision, predictions of data with their errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.study.likelihood import ERRORS, Datum
from trimer.study.simulated import ORDINAL
from trimer.study.twin.posterior import Mixing, Posterior, mixing
from trimer.study.twin.segment import Segment
from trimer.study.twin.target import RTOL

Array = NDArray[np.float64]
MONTH = 30.4375
OF_MONTHS = ("marrow_blast_percent", "platelets", "t_cells_blood")
MOST = 8192  # draws simulated to see how well walkers agree


@dataclass(frozen=True)
class Courses:
    """Hold simulated courses of draws.

    Attributes
    ----------
    times : array, shape (n_times,), day
    values : dict of str to array, shape (n_draws, n_times)
    """

    times: Array
    values: Mapping[str, Array]

    def at(self, name: str, day: float) -> Array:
        """Return an output at a day that was asked for, shape (n_draws,)."""
        return np.asarray(self.values[name][:, int(np.searchsorted(self.times, day - 1e-9))])


def courses(segment: Segment, z: Array, times: Array, outputs: tuple[str, ...], threads: int | None = None) -> Courses:
    """Return the treatment as recorded, simulated for draws."""
    problem = segment.assembly.batch(segment.prior.columns(z), times, outputs, RTOL)
    found = solve(problem, "cpu", threads)
    return Courses(found.times, {name: found[name] for name in outputs})


def states_at(segment: Segment, z: Array, day: float) -> dict[str, Array]:
    """Return the model's states of draws at a day, what was given until then given.

    Raises
    ------
    InputError
        When the day is before the twin begins or after the record ends.
    """
    assembly = segment.assembly
    if not assembly.start < day <= segment.setting.end + 1.0:
        record = segment.setting.record
        first, last = (record.date(x).isoformat() for x in (assembly.start + 1.0, segment.setting.end))
        raise InputError("date of the decision", record.date(day).isoformat(), f"a date from {first} to {last}")
    # Just before the day's own treatment begins.
    before = replace(assembly, rows=tuple(row for row in assembly.rows if row[0] < day - 1e-9))
    found = solve(before.batch(segment.prior.columns(z), [day], assembly.system.states, RTOL), "cpu", None)
    return {name: found[name][:, -1].copy() for name in assembly.system.states}


def monthly(segment: Segment) -> Array:
    """Return days a month apart from the start of the engager's segment to the end of the record."""
    return np.arange(segment.assembly.start + 2.0 * MONTH, segment.setting.end, MONTH)


def quantities(segment: Segment) -> dict[str, tuple[str, float]]:
    """Return what is reported, by name: observable and day of everything observed, and of the course month by month."""
    asked = {(name, float(day)) for name in OF_MONTHS for day in monthly(segment)}
    asked |= {(d.observable, d.day) for d in segment.data}
    date = segment.setting.record.date
    return {f"{name} on {date(day).isoformat()}": (name, day) for name, day in sorted(asked)}


def paths(
    segment: Segment, posterior: Posterior, asked: Mapping[str, tuple[str, float]], threads: int | None = None
) -> dict[str, Array]:
    """Return the values that walkers give to quantities, each of shape (n_walkers, n_kept)."""
    times = np.unique([day for _, day in asked.values()])
    outputs = tuple(dict.fromkeys(name for name, _ in asked.values()))
    found = courses(segment, posterior.z, times, outputs, threads)
    return {key: found.at(name, day).reshape(posterior.paths.shape[:2]) for key, (name, day) in asked.items()}


def reported(segment: Segment, posterior: Posterior, threads: int | None = None) -> dict[str, Mixing]:
    """Return how well the walkers agree on what is reported; see :func:`quantities`."""
    found = paths(segment, posterior.thinned(MOST), quantities(segment), threads)
    return {name: mixing(values) for name, values in found.items()}


def measured(datum: Datum, simulated: Array, random: np.random.Generator, error_scale: float) -> Array:
    """Return what would be measured of simulated values: with the errors the likelihood gives them."""
    error = ERRORS[datum.observable]
    noise = error.sd * error_scale * random.standard_normal(simulated.shape)
    if error.scale == "linear":
        found = simulated + noise
        return np.clip(found, 0.0, 100.0) if datum.observable.endswith("_percent") else found
    if error.scale == "log":
        found = np.maximum(simulated, error.floor) * np.exp(noise)
        return np.asarray(np.minimum(found, 100.0) if datum.observable.endswith("_percent") else found)
    share = np.clip(simulated, error.floor, 100.0 - error.floor)
    odds = share / (100.0 - share) * np.exp(noise)
    return np.asarray(100.0 * odds / (1.0 + odds))


def bounds(datum: Datum) -> tuple[float, float]:
    """Return the interval a datum says a value lies in, as the likelihood has it.

    A category is the whole part of a severity; nothing lies below zero, so an interval from zero has no lower end.
    """
    high = datum.high + (1.0 if datum.observable in ORDINAL and math.isfinite(datum.high) else 0.0)
    return (-math.inf if datum.low < high and datum.low <= 0.0 else datum.low), high


def covered(datum: Datum, draws: Array, level: float = 0.9) -> bool:
    """Return whether the central predictive interval reaches into what was observed."""
    low, high = np.quantile(draws, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    first, last = bounds(datum)
    return bool(low <= last and high >= first)


def crps(draws: Array, observed: float) -> float:
    """Return the continuous ranked probability score of a sample, in the unit of the quantity; smaller is better.

    Notes
    -----
    ``E|X - y| - E|X - X'| / 2`` (Gneiting & Raftery 2007, J Am Stat Assoc 102:359, eq. 21), with the unbiased estimate
    of the second term, from the ordered sample.
    """
    x = np.sort(np.asarray(draws, dtype=float))
    n = len(x)
    spread = float(np.sum((2.0 * np.arange(1, n + 1) - n - 1.0) * x) / (n * (n - 1)))
    return float(np.mean(np.abs(x - observed)) - spread)
