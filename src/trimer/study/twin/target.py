"""What a record says of a patient, as a density over the prior's numbers: one batch of patients an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trimer.engine.solve import solve
from trimer.study.assemble import Assembly
from trimer.study.likelihood import FAILED, Datum, residual
from trimer.study.twin.prior import Prior

Array = NDArray[np.float64]
RTOL = 1e-4
IMPOSSIBLE = -1e8
FAR = 8.0  # standard deviations of the prior beyond which nobody is looked for


@dataclass(frozen=True)
class Target:
    """Evaluate the unnormalised posterior of a patient.

    Attributes
    ----------
    assembly : Assembly
        The model with the treatment the patient was given.
    prior : Prior
    data : tuple of Datum
    error_scale : float
        By how much errors are wider than those of measurement alone, for what the model itself gets wrong.
    threads : int or None
    """

    assembly: Assembly
    prior: Prior
    data: tuple[Datum, ...]
    error_scale: float = 1.0
    threads: int | None = None

    @property
    def times(self) -> list[float]:
        """Days at which something was observed."""
        return sorted({d.day for d in self.data})

    @property
    def observables(self) -> tuple[str, ...]:
        """What was observed."""
        return tuple(sorted({d.observable for d in self.data}))

    def residuals(self, z: Array) -> Array:
        """Return the residuals of the data, in standard deviations; shape (n_points, n_data)."""
        if not self.data:
            return np.zeros((len(z), 0))
        problem = self.assembly.batch(self.prior.columns(z), self.times, self.observables, RTOL)
        found = solve(problem, "cpu", self.threads)
        at = {day: int(np.searchsorted(found.times, day - 1e-9)) for day in self.times}
        columns = [residual(d, found[d.observable][:, at[d.day]]) for d in self.data]
        return np.clip(np.array(columns).T, -FAILED, FAILED) / self.error_scale

    def log_likelihood(self, z: Array) -> Array:
        """Return the log likelihood up to a constant, shape (n_points,)."""
        inside = np.abs(z).max(axis=1) < FAR
        found = np.full(len(z), IMPOSSIBLE)
        if inside.any():
            found[inside] = -0.5 * np.sum(self.residuals(z[inside]) ** 2, axis=1)
        return found

    def log_density(self, z: Array) -> Array:
        """Return the log posterior up to a constant, shape (n_points,)."""
        return np.asarray(self.log_likelihood(z) - 0.5 * np.sum(z**2, axis=1))


def observed(data: Sequence[Datum], until: float) -> tuple[Datum, ...]:
    """Return the data up to a day."""
    return tuple(d for d in data if d.day <= until)
