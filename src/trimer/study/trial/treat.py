"""Treat virtual patients in one arm: the engine's answer at the times a trial looks, and what the rules did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trimer.engine.solve import solve
from trimer.study.draws import uniforms
from trimer.study.given import Given, given
from trimer.study.scenario import RUN_IN, Scenario, exposures, scenario
from trimer.therapy.trial import Arm

Array = NDArray[np.float64]

#: What a trial reads of a patient.
OUTPUTS = (
    "marrow_blast_percent",
    "blood_blast_percent",
    "blasts_blood",
    "extramedullary_blasts",
    "mrd_marrow",
    "cd19_dim_percent",
    "anc",
    "platelets",
    "t_cells_blood",
    "temperature",
    "hypotension",
    "hypoxia",
    "blinatumomab_plasma",
)
CLOSE, CLOSELY, SPARSE = 56.0, 0.25, 7.0  # days read every 6 h (the rounds of the rules); then days between readings
RTOL = 1e-4


@dataclass(frozen=True)
class Treated:
    """Hold the course of an arm's patients.

    Attributes
    ----------
    times : array, shape (n_times,), day
    values : dict of str to array, shape (n_patients, n_times)
    status : array of int, shape (n_patients,)
    starts, spans, holds, cycles, doses : list of n_patients arrays
        See :class:`trimer.study.given.Given`.
    ends, stops : array, shape (n_patients,), day
        Likewise, ``end`` and ``stop``.
    """

    times: Array
    values: dict[str, Array]
    status: NDArray[np.int64]
    starts: list[Array]
    spans: list[Array]
    holds: list[Array]
    ends: Array
    cycles: list[Array]
    doses: list[Array] = field(default_factory=list)
    stops: Array = field(default_factory=lambda: np.empty(0))

    @classmethod
    def of(cls, times: Array, values: dict[str, Array], status: NDArray[np.int64], given: Sequence[Given]) -> Treated:
        """Return the course of patients of whom each was given what is said of him."""
        return cls(
            times,
            values,
            status,
            starts=[g.starts for g in given],
            spans=[g.spans for g in given],
            holds=[g.holds for g in given],
            ends=np.array([g.end for g in given]),
            cycles=[g.cycles for g in given],
            doses=[g.doses for g in given],
            stops=np.array([g.stop for g in given]),
        )

    @classmethod
    def joined(cls, parts: Sequence[Treated]) -> Treated:
        """Return groups of patients, read at the same times, as one."""
        return cls(
            parts[0].times,
            {name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values},
            np.concatenate([part.status for part in parts]),
            starts=[x for part in parts for x in part.starts],
            spans=[x for part in parts for x in part.spans],
            holds=[x for part in parts for x in part.holds],
            ends=np.concatenate([part.ends for part in parts]),
            cycles=[x for part in parts for x in part.cycles],
            doses=[x for part in parts for x in part.doses],
            stops=np.concatenate([part.stops for part in parts]),
        )

    @property
    def exposed(self) -> NDArray[np.bool_]:
        """Whether an engager or CAR-T cells are in the body, at every reading; shape (n_patients, n_times)."""
        found: NDArray[np.bool_] = np.logical_or.reduce([self.values[name] > 0.0 for name in exposures(self.values)])
        return found

    def at(self, name: str, days: Array) -> Array:
        """Return one output at the first reading not before each day: of all (n,), or of each (n_patients, n)."""
        where = np.clip(np.searchsorted(self.times, np.nan_to_num(days) - 1e-6), 0, len(self.times) - 1)
        if where.ndim == 1:
            return self.values[name][:, where]
        return np.take_along_axis(self.values[name], where, axis=1)


def reading_times(visits: Array, end: float) -> Array:
    """Return the times at which outputs are read: every 6 h for eight weeks, weekly to the end, and at the visits."""
    dense, rest = np.arange(0.0, min(CLOSE, end), CLOSELY), np.arange(min(CLOSE, end), end, SPARSE)
    return np.unique(np.concatenate([dense, rest, visits[visits <= end], [end]]))


@lru_cache(maxsize=32)
def plan(treatment: str, cycles: int | None = None) -> Scenario:
    """Return a treatment made ready; drugs are dosed and cleared as in a patient of the reference surface.

    Doses by surface and clearances by surface cancel; the engager's fixed dose does not, and its clearance follows each
    patient's own surface (an effect of the population).
    """
    return scenario(treatment, cycles=cycles, run_in=RUN_IN)


def plans(arm: Arm) -> list[tuple[Scenario, float]]:
    """Return the treatments of an arm with the share of patients that gets each."""
    if arm.protocol:
        return [(plan(arm.protocol), 1.0)]
    return [(plan(part.name, part.cycles), part.share) for part in arm.regimens]


def outputs_of(plan: Scenario) -> tuple[str, ...]:
    """Return what a trial reads under a plan: the usual, and what tells of its engagers and CAR-T cells."""
    return tuple(dict.fromkeys((*OUTPUTS, *exposures(plan.assembly.system.outputs))))


def treat(
    arm: Arm, columns: Mapping[str, Array], times: Array, seed: int, first: int, threads: int | None = None
) -> Treated:
    """Return the course of patients ``first`` and following under an arm's treatment.

    Parameters
    ----------
    arm : Arm
    columns : mapping of str to array, shape (n_patients,)
        Parameters.
    times : array, shape (n_times,), day
    seed, first : int
        Which of a mix of regimens a patient gets is drawn by them.
    threads : int, optional
    """
    choices = plans(arm)
    count = len(next(iter(columns.values())))
    ends = np.cumsum([share for _, share in choices])
    u = uniforms(f"regimen of {arm.name}", seed, first, count) * ends[-1]
    which = np.minimum(np.searchsorted(ends, u, side="right"), len(choices) - 1)
    names = dict.fromkeys(name for chosen, _ in choices for name in outputs_of(chosen))
    values = {name: np.zeros((count, len(times))) for name in names}  # none of a drug that a model does not have
    status = np.zeros(count, dtype=np.int64)
    found: dict[int, Given] = {}
    for k, (chosen, _) in enumerate(choices):
        rows = np.flatnonzero(which == k)
        if not len(rows):
            continue
        part = {name: column[rows] for name, column in columns.items()}
        own = outputs_of(chosen)
        problem = replace(chosen.assembly.batch(part, times, own, RTOL), rules=chosen.rules)
        solution = solve(problem, "cpu", threads)
        at = np.searchsorted(solution.times, times - 1e-9)
        for name in own:
            values[name][rows] = solution[name][:, at]
        status[rows] = solution.status
        found |= zip(rows.tolist(), given(solution, chosen), strict=True)
    return Treated.of(times, values, status, [found[i] for i in range(count)])
