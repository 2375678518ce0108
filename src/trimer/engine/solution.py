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

    @property
    def sentence(self) -> str:
        """Return what happened, in words."""
        return {
            Status.OK: "solved",
            Status.MAX_STEPS: "gave up: the step limit was reached",
            Status.STEP_TOO_SMALL: "gave up: the step size fell below the resolution of time",
            Status.NOT_FINITE: "gave up: a state was no longer a finite number",
        }[self]


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
    """

    times: NDArray[np.float64]
    outputs: tuple[str, ...]
    values: NDArray[np.float64]
    status: NDArray[np.int64]
    steps: NDArray[np.int64]
    backend: str
    info: dict[str, float | str] = field(default_factory=dict)

    def __getitem__(self, output: str) -> NDArray[np.float64]:
        """Return one output, shape (n_patients, n_times)."""
        found: NDArray[np.float64] = self.values[:, :, self.outputs.index(output)]
        return found

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Which patients were solved."""
        solved: NDArray[np.bool_] = self.status == int(Status.OK)
        return solved
