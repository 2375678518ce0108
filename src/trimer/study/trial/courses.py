"""Some patients of a virtual trial treated once more, for what its table does not keep: infusions, holds, readings.

A patient of a trial is given by seed and number, so that treated again he is the same patient; his rows in the table
stay what is said of his outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.study.simulation import Table
from trimer.study.trial.follow import visits
from trimer.study.trial.run import TrialResult, task_of
from trimer.study.trial.summary import solved
from trimer.study.trial.treat import treat

Array = NDArray[np.float64]
READ = ("marrow_blast_percent", "mrd_marrow")
MOST = 500
"""Patients who are treated again at most: more have no bar wide enough to be seen."""


@dataclass(frozen=True)
class Courses:
    """Hold patients of one arm with what was given to them; days count from entry.

    Attributes
    ----------
    arm : str
    rows : dict of str to array, shape (n,)
        Theirs of the trial's table.
    spans : list of n arrays, shape (n_spans, 2), day
        When an infusion ran, to death or transplant.
    holds, cycles, doses : list of n arrays, day
        When the rules held the infusion, when cycles began, and when something was injected; likewise.
    stops : array, shape (n,), day
        When a rule stopped treatment; NaN where none did, or where death or transplant came first.
    days : array, shape (n_visits,), day
        Assessments within the window of response.
    readings : dict of str to array, shape (n, n_visits)
        :data:`READ` at these; NaN after death.
    """

    arm: str
    rows: Table
    spans: list[Array]
    holds: list[Array]
    cycles: list[Array]
    doses: list[Array]
    stops: Array
    days: Array
    readings: dict[str, Array]

    def __len__(self) -> int:
        """Return the number of patients."""
        return len(self.rows["patient"])


def courses(found: TrialResult, arm: str, most: int, seed: int = 0) -> Courses:
    """Return patients of an arm, drawn by lot, with what was given to them.

    Parameters
    ----------
    found : TrialResult
        Of :func:`trimer.study.trial.run.trial`, whose provenance says how to draw the patients again.
    arm, most, seed
        As of :func:`drawn`.

    Raises
    ------
    InputError
        As :func:`drawn`, and when the result does not say of which patients it is.
    """
    return _again(found, arm, drawn(found, arm, most, seed))


def drawn(found: TrialResult, arm: str, most: int, seed: int = 0) -> Table:
    """Return rows of an arm's patients who stand side by side by number, from one that is drawn by lot.

    As patients are independent draws, neighbours are as good a sample as any.

    Parameters
    ----------
    found : TrialResult
    arm : str
    most : int
        Patients wanted, :data:`MOST` at most; all, where the arm has fewer that could be solved.
    seed : int
        Of the lot; not negative.

    Raises
    ------
    InputError
        When ``most`` or ``seed`` is out of range, the trial has no such arm, or nobody in it could be solved.
    """
    if not 1 <= most <= MOST:
        raise InputError("patients", str(most)[:20], f"a whole number from 1 to {MOST}")
    if seed < 0:
        raise InputError("sample", str(seed)[:20], "a whole number, at least 0")
    rows = solved(found.table, arm)
    if not len(rows["patient"]):
        raise InputError(f"arm {arm}", "no patient who could be solved", "at least one")
    order = np.argsort(rows["patient"], kind="stable")
    first = int(np.random.default_rng([seed, 3]).integers(max(len(order) - most, 0) + 1))
    return {name: column[order[first : first + most]] for name, column in rows.items()}


def assessed(found: TrialResult, rows: Table) -> NDArray[np.bool_]:
    """Return which patients of these rows lived to be assessed within the window of response, shape (n,)."""
    days, window = visits(found.trial)
    return ~np.asarray(rows["death_day"] < days[window][0])  # NaN: alive


def _again(found: TrialResult, arm: str, rows: Table) -> Courses:
    """Treat the patients of these rows again."""
    said = found.provenance
    if "seed" not in said or "allocation" not in said:
        raise InputError("trial", "a result without its seed", "one whose patients can be drawn again")
    named = "" if said["calibration"] == "none" else said["calibration"]
    task = task_of(found.trial, seed=said["seed"], calibration=named, allocation=said["allocation"])
    numbers = rows["patient"]
    low, high = int(numbers[0]), int(numbers[-1]) + 1
    columns = task.patients(low, high - low).columns
    plan = next(one for one in found.trial.arms if one.name == arm)
    treated = treat(plan, columns, task.times, task.seed, low)
    at = (numbers - low).astype(int)
    end = np.fmin(rows["death_day"], rows["hsct_day"])
    end = np.where(np.isnan(end), np.inf, end)

    def until(days: list[Array]) -> list[Array]:
        return [days[i][days[i] < stop] for i, stop in zip(at, end, strict=True)]

    stops = treated.stops[at]
    days, window = visits(found.trial)
    days = days[window]
    dead = days[None, :] > np.where(np.isnan(rows["death_day"]), np.inf, rows["death_day"])[:, None]
    return Courses(
        arm,
        rows,
        spans=[_clipped(treated.spans[i], stop) for i, stop in zip(at, end, strict=True)],
        holds=until(treated.holds),
        cycles=until(treated.cycles),
        doses=until([given[given[:, 0] == given[:, 1], 0] for given in treated.doses]),
        stops=np.where(stops < end, stops, np.nan),
        days=days,
        readings={name: np.where(dead, np.nan, treated.at(name, days)[at]) for name in READ},
    )


def _clipped(spans: Array, end: float) -> Array:
    """Return those infusions, or parts of them, that ran before ``end``."""
    cut = np.minimum(spans, end)
    return cut[cut[:, 1] > cut[:, 0]]
