"""One patient's parameters from one patient's record: maximum a posteriori, the population as prior.

The posterior's mode is a least-squares problem in standard deviations of the prior: one residual a datum, one a
parameter. The Jacobian comes from simulating all neighbours of a point as one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq

from trimer.engine.solve import solve
from trimer.errors import FitError
from trimer.study.assemble import Assembly
from trimer.study.draws import value_at
from trimer.study.likelihood import FAILED, Datum, residual

Progress = Callable[[str, float], None]
STEP = 1e-3
BOUND = 4.0
PATIENCE = 3  # iterations without a noticeable gain after which a descent ends
NEGLIGIBLE_GAIN = 1.0  # of the sum of squares; one is what a standard deviation in one direction costs


@dataclass(frozen=True)
class Fit:
    """Hold a fit.

    Attributes
    ----------
    names : tuple of str
        Parameters estimated.
    z : array, shape (n_parameters,)
        Estimates, in standard deviations of the prior from its typical value.
    values : dict
        The same in the parameters' units.
    deviance, prior : float
        Sum of squared residuals of the data, and of the parameters.
    sd : array, shape (n_parameters,)
        Posterior standard deviations in the same scale, by the curvature at the mode (Laplace).
    iterations : int
    converged : bool
        Whether no step found improved the fit and the expected gain is small.
    expected_gain : float
        Fall of the sum of squares that a full Gauss-Newton step from the mode promises.
    data : tuple of Datum
    residuals : array, shape (n_data,)
    """

    names: tuple[str, ...]
    z: NDArray[np.float64]
    values: dict[str, float]
    deviance: float
    prior: float
    sd: NDArray[np.float64]
    iterations: int
    converged: bool
    expected_gain: float
    data: tuple[Datum, ...]
    residuals: NDArray[np.float64]


class Objective:
    """Evaluate residuals of a batch of points in prior space for one assembly and one set of data."""

    def __init__(
        self, assembly: Assembly, names: Sequence[str], data: Sequence[Datum], fixed: dict[str, float], rtol: float
    ) -> None:
        unknown = [n for n in names if n not in assembly.parameters or assembly.parameters[n].spread <= 0.0]
        if unknown:
            raise FitError(f"cannot fit {', '.join(unknown)}: not in the model, or without a spread to serve as prior.")
        self.assembly, self.names, self.data, self.fixed, self.rtol = assembly, tuple(names), tuple(data), fixed, rtol
        self.times = sorted({d.day for d in data})
        self.outputs = tuple(sorted({d.observable for d in data}))

    def values(self, z: NDArray[np.float64]) -> dict[str, float]:
        """Return parameter values at a point in prior space."""
        known = self.assembly.parameters
        return {**self.fixed, **{n: value_at(known[n], float(x)) for n, x in zip(self.names, z, strict=True)}}

    def residuals(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return data residuals then parameter residuals, shape (n_points, n_data + n_parameters)."""
        solution = solve(
            self.assembly.problem([self.values(z) for z in points], self.times, self.outputs, rtol=self.rtol)
        )
        columns = []
        for datum in self.data:
            at = int(np.searchsorted(solution.times, datum.day))
            columns.append(residual(datum, solution[datum.observable][:, at]))
        measured = np.clip(np.array(columns).T, -FAILED, FAILED)
        return np.hstack([measured, points])


def fit_map(
    objective: Objective, starts: NDArray[np.float64], progress: Progress | None = None, limit: int = 60
) -> Fit:
    """Return the best mode found from several starting points by damped Gauss-Newton (Levenberg-Marquardt).

    Parameters
    ----------
    objective : Objective
    starts : array, shape (n_starts, n_parameters)
        Points in prior space.
    progress : callable, optional
        Called with a sentence and a fraction done.
    limit : int
        Iterations of the final descent; each start first gets a sixth of them.

    Raises
    ------
    FitError
        When no starting point can be simulated.
    """
    say = progress or (lambda _text, _share: None)
    scouts = []
    for k, start in enumerate(starts):
        say(f"fit: start {k + 1} of {len(starts)}", 0.6 * k / len(starts))
        scouts.append(_descend(objective, start, max(4, limit // 6), lambda *_: None))
    best = min(scouts, key=lambda s: s[1])
    if np.all(np.abs(best[2][: len(objective.data)]) >= FAILED):
        raise FitError("no starting point of the fit could be simulated.")
    z, cost, residuals, steps, converged = _descend(
        objective,
        best[0],
        limit,
        lambda i, c: say(f"fit: iteration {i}, cost {c:.1f}", 0.6 + 0.4 * i / limit),
        central=True,
    )
    n = len(objective.data)
    jacobian = _jacobian(objective, z, residuals, central=True)
    covariance = np.linalg.pinv(jacobian.T @ jacobian)
    slope = jacobian.T @ residuals
    expected = float(slope @ covariance @ slope)  # what a full Gauss-Newton step promises
    converged = converged and expected < NEGLIGIBLE_GAIN
    say(f"fit: {'converged' if converged else 'stopped'}, cost {cost:.1f}", 1.0)
    return Fit(
        names=objective.names,
        z=z,
        values=objective.values(z),
        deviance=float(np.sum(residuals[:n] ** 2)),
        prior=float(np.sum(residuals[n:] ** 2)),
        sd=np.sqrt(np.diag(covariance)),
        iterations=steps,
        converged=converged,
        expected_gain=expected,
        data=objective.data,
        residuals=residuals[:n],
    )


_Point = tuple[NDArray[np.float64], float, NDArray[np.float64], int, bool]


def _jacobian(
    objective: Objective, z: NDArray[np.float64], r: NDArray[np.float64], central: bool
) -> NDArray[np.float64]:
    """Return the derivatives of the residuals, shape (n_residuals, n_parameters), all neighbours being one batch."""
    steps = STEP * np.eye(len(z))
    if not central:
        return np.asarray((objective.residuals(z + steps) - r).T / STEP)
    both = objective.residuals(np.vstack([z + steps, z - steps]))
    return np.asarray((both[: len(z)] - both[len(z) :]).T / (2.0 * STEP))


def _descend(
    objective: Objective,
    start: NDArray[np.float64],
    limit: int,
    say: Callable[[int, float], None],
    central: bool = False,
) -> _Point:
    """Descend from one point; several dampings are tried as one batch, the best is kept.

    Central differences are for the last descent: forward ones err by more than the slope that is left near the mode.
    """
    z = np.clip(start, -BOUND, BOUND)
    size = len(z)
    damping, converged, small = 1.0, False, 0
    r = objective.residuals(z[None, :])[0]
    count = 0
    for count in range(1, limit + 1):
        jacobian = _jacobian(objective, z, r, central)
        trials, dampings = [], damping * 10.0 ** np.arange(-2.0, 2.1, 0.57)
        for d in dampings:
            stacked = np.vstack([jacobian, np.sqrt(d) * np.eye(size)])
            move = lstsq(stacked, np.concatenate([-r, np.zeros(size)]))[0]
            trials.append(np.clip(z + np.clip(move, -1.0, 1.0), -BOUND, BOUND))
        found = objective.residuals(np.array(trials))
        costs = np.sum(found**2, axis=1)
        best = int(np.argmin(costs))
        cost = float(np.sum(r**2))
        say(count, min(cost, float(costs[best])))
        if costs[best] >= cost:
            damping *= 30.0
            if damping > 1e6:
                converged = True
                break
            continue
        gain = cost - float(costs[best])
        z, r, damping = trials[best], found[best], max(float(dampings[best]) / 3.0, 1e-3)
        small = small + 1 if gain < NEGLIGIBLE_GAIN / 200.0 else 0
        if small == PATIENCE:
            converged = True
            break
    return z, float(np.sum(r**2)), r, count, converged
