"""Treat virtual patients in one arm: the engine's answer at the times a trial looks, and what the rules did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trimer.engine.rules import Do
from trimer.engine.solution import Solution
from trimer.engine.solve import solve
from trimer.model.pharmacokinetics import ENGAGER
from trimer.study.draws import uniforms
from trimer.study.scenario import RUN_IN, Scenario, scenario
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
JOINED = 0.1  # day between infusions that count as one
CLOSE, CLOSELY, SPARSE = 56.0, 0.25, 7.0  # days read every 6 h (the rounds of the rules); then days between readings
RTOL = 1e-4
STARTS = ("start of a cycle", "resume", "new cycle", "step")
CYCLES = ("start of a cycle", "new cycle")
ENDS = ("end of a cycle", "hold", "stop")


@dataclass(frozen=True)
class Treated:
    """Hold the course of an arm's patients.

    Attributes
    ----------
    times : array, shape (n_times,), day
    values : dict of str to array, shape (n_patients, n_times)
    status : array of int, shape (n_patients,)
    starts : list of n_patients arrays, day
        When infusion was started, resumed or stepped up.
    spans : list of n_patients arrays, shape (n_spans, 2), day
        When the engager ran.
    holds : list of n_patients arrays, day
        When infusion was held.
    ends : array, shape (n_patients,), day
        Of the last treatment given.
    cycles : list of n_patients arrays, day
        When cycles began.
    """

    times: Array
    values: dict[str, Array]
    status: NDArray[np.int64]
    starts: list[Array]
    spans: list[Array]
    holds: list[Array]
    ends: Array
    cycles: list[Array]

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
    values = {name: np.full((count, len(times)), np.nan) for name in OUTPUTS}
    status = np.zeros(count, dtype=np.int64)
    given = [Given.none()] * count
    for k, (chosen, _) in enumerate(choices):
        rows = np.flatnonzero(which == k)
        if not len(rows):
            continue
        part = {name: column[rows] for name, column in columns.items()}
        problem = replace(chosen.assembly.batch(part, times, OUTPUTS, RTOL), rules=chosen.rules)
        solution = solve(problem, "cpu", threads)
        at = np.searchsorted(solution.times, times - 1e-9)
        for name in OUTPUTS:
            values[name][rows] = solution[name][:, at]
        status[rows] = solution.status
        calendar, delays = _calendar(chosen), _delays(chosen)
        for i, row in enumerate(rows):
            given[row] = _log(solution, i, delays) if chosen.rules is not None else calendar
    return Treated(
        times,
        values,
        status,
        starts=[g.starts for g in given],
        spans=[g.spans for g in given],
        holds=[g.holds for g in given],
        ends=np.array([g.end for g in given]),
        cycles=[g.cycles for g in given],
    )


@dataclass(frozen=True)
class Given:
    """Hold what one patient was given; see :class:`Treated`."""

    starts: Array
    spans: Array
    holds: Array
    end: float
    cycles: Array

    @classmethod
    def none(cls) -> Given:
        """Return nothing."""
        return cls(np.empty(0), np.empty((0, 2)), np.empty(0), 0.0, np.empty(0))


def _calendar(chosen: Scenario) -> Given:
    """Return what a regimen gives, as planned."""
    infused = sorted((a.start, a.end) for a in chosen.administrations if a.drug == ENGAGER and a.duration > 0.0)
    spans: list[list[float]] = []
    for start, end in infused:  # rates that follow one another are one span
        if spans and start <= spans[-1][1] + JOINED:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    last = max((a.end for a in chosen.administrations), default=0.0)
    cycles = np.arange(chosen.cycles, dtype=float) * chosen.length
    return Given(np.array([s for s, _ in infused]), np.array(spans).reshape(-1, 2), np.empty(0), last, cycles)


def _delays(chosen: Scenario) -> dict[str, float]:
    """Return by how much (day) an infusion follows the decision for it, since premedication comes first."""
    found: dict[str, float] = {}
    for transition in chosen.rules.transitions if chosen.rules else ():
        later = [a.delay for a in transition.actions if a.do is Do.SET and a.value > 0.0]
        found[transition.name] = max([found.get(transition.name, 0.0), *later])
    return found


def _log(solution: Solution, patient: int, delays: Mapping[str, float]) -> Given:
    """Return what the rules of a protocol gave."""
    begun: list[float] = []
    cycles: list[float] = []
    holds: list[float] = []
    runs: list[tuple[float, float]] = []
    on: float | None = None
    for day, what in solution.decisions.of(patient):
        if what.startswith(STARTS):
            day += delays[what]
            begun.append(day)
            on = day if on is None else on
            if what.startswith(CYCLES):
                cycles.append(day)
        elif what.startswith(ENDS) and on is not None:
            runs.append((on, max(day, on)))
            on = None
        if what.startswith("hold"):
            holds.append(day)
    if on is not None:
        runs.append((on, max(float(solution.times[-1]), on)))
    spans = np.array(runs).reshape(-1, 2)
    return Given(np.array(begun), spans, np.array(holds), runs[-1][1] if runs else 0.0, np.array(cycles))
