"""Which directions of the prior a record informs: few of many, so that the sampler can stride through the rest.

With residuals r(z) and the prior standard normal, a direction is informed where the data's Gauss-Newton curvature
J'J is not small beside the prior's, which is one. Averaged over points of the posterior, its eigenvectors split the
space (the likelihood-informed subspace of Cui et al. 2014, Inverse Problems 30:114015).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
STEP = 1e-2  # of the finite differences: wide enough to see past the solver's tolerance
CUT = 0.02  # of the share of a direction's information that comes from the data, below which it is hardly informed
LEAST = 2


@dataclass(frozen=True)
class Subspace:
    """Hold the split of the prior's space.

    Attributes
    ----------
    informed, rest : array, shape (n, r) and (n, n - r)
        Orthonormal columns.
    shares : array, shape (n,)
        Share of each direction's information that the data bring, largest first.
    """

    informed: Array
    rest: Array
    shares: Array


def subspace_of(residuals: Callable[[Array], Array], points: Array) -> Subspace:
    """Return the split by the mean information at some points.

    Parameters
    ----------
    residuals : callable
        From points, shape (m, n), to residuals, shape (m, n_data).
    points : array, shape (n_points, n)
    """
    count, size = points.shape
    steps = [points, *(points + STEP * row for row in np.eye(size))]
    found = residuals(np.vstack(steps)).reshape(size + 1, count, -1)
    jacobians = np.moveaxis((found[1:] - found[0]) / STEP, 0, 2)  # (n_points, n_data, n)
    mean = np.zeros((size, size))
    for jacobian in jacobians:
        curvature, directions = np.linalg.eigh(jacobian.T @ jacobian)
        share = np.clip(curvature, 0.0, None) / (1.0 + np.clip(curvature, 0.0, None))
        mean += (directions * share) @ directions.T / count
    shares, directions = np.linalg.eigh(mean)
    order = np.argsort(-shares)
    shares, directions = shares[order], directions[:, order]
    rank = min(max(int((shares > CUT).sum()), LEAST), size)
    return Subspace(directions[:, :rank], directions[:, rank:], shares)
