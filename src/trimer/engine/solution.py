"""What the engine answers: values by name, one status a patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Status(IntEnum):
    """How one patient's integration ended."""

    OK = 0
    MAX_STEPS = 1
    STEP_TOO_SMALL = 2
    NOT_FINITE = 3
    CROWDED = 4
    STOPPED = 5

    @property
    def sentence(self) -> str:
        """Return what happened, in words."""
        return {
            Status.OK: "solved",
            Status.MAX_STEPS: "gave up: the step limit was reached",
            Status.STEP_TOO_SMALL: "gave up: the step size fell below the resolution of time",
            Status.NOT_FINITE: "gave up: a state was no longer a finite number",
            Status.CROWDED: "gave up: the rules scheduled more doses ahead than are kept",
            Status.STOPPED: "not finished: the run was interrupted",
        }[self]


@dataclass(frozen=True)
class Decisions:
    """Hold what the treatment rules did.

    Attributes
    ----------
    names : tuple of str
        Of the transitions.
    count : array of int, shape (n_patients,)
        Transitions taken; those beyond the ones kept are counted only.
    time : array, shape (n_patients, n_kept), day
    rule : array of int, shape (n_patients, n_kept)
        Numbers into ``names``.
    ties : array of int, shape (n_patients,)
        Rounds at which a comparison was nearer to its limit than the solution is exact, so that another solver may
        decide otherwise.
    """

    names: tuple[str, ...]
    count: NDArray[np.int64]
    time: NDArray[np.float64]
    rule: NDArray[np.int64]
    ties: NDArray[np.int64]

    def of(self, patient: int) -> tuple[tuple[float, str], ...]:
        """Return time (day) and name of the transitions of one patient, as far as they are kept."""
        kept = min(int(self.count[patient]), self.time.shape[1])
        rows = zip(self.time[patient, :kept], self.rule[patient, :kept], strict=True)
        return tuple((float(t), self.names[int(k)]) for t, k in rows)

    @classmethod
    def none(cls, n_patients: int) -> Decisions:
        """Return what no rules did."""
        zero = np.zeros(n_patients, dtype=np.int64)
        return cls((), zero, np.zeros((n_patients, 0)), np.zeros((n_patients, 0), dtype=np.int64), zero)


@dataclass(frozen=True)
class Solution:
    """Hold a solved batch.

    Attributes
    ----------
    times : array, shape (n_times,), day
    outputs : tuple of str
    values : array, shape (n_patients, n_times, n_outputs)
        NaN after the point at which a patient failed.
    status : array of int, shape (n_patients,)
        Values of :class:`Status`.
    steps : array of int, shape (n_patients,)
        Accepted steps.
    backend : str
    info : dict
        Timings and settings of the backend.
    decisions : Decisions
        What the treatment rules did.
    """

    times: NDArray[np.float64]
    outputs: tuple[str, ...]
    values: NDArray[np.float64]
    status: NDArray[np.int64]
    steps: NDArray[np.int64]
    backend: str
    info: dict[str, float | str] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=lambda: Decisions.none(0))

    def __getitem__(self, output: str) -> NDArray[np.float64]:
        """Return one output, shape (n_patients, n_times)."""
        found: NDArray[np.float64] = self.values[:, :, self.outputs.index(output)]
        return found

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Which patients were solved."""
        solved: NDArray[np.bool_] = self.status == int(Status.OK)
        return solved
