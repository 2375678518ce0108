"""A sampled posterior: walkers' paths, what they say, and whether they agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RHAT, ESS = 1.05, 400.0  # what a reported quantity must reach; Vehtari et al. 2021 ask for 1.01 and 400 to publish
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Mixing:
    """Hold how well the walkers agree on one quantity.

    Attributes
    ----------
    rhat : float
        Rank-normalised, split, every walker a chain (Vehtari et al. 2021, Bayesian Anal 16:667).
    ess : float
        Effective number of independent draws, the smaller of bulk and tails.
    """

    rhat: float
    ess: float

    @property
    def good(self) -> bool:
        """Whether it may be reported without a remark."""
        return bool(self.rhat < RHAT and self.ess > ESS)


@dataclass(frozen=True)
class Posterior:
    """Hold the walkers' paths after they have warmed up.

    Attributes
    ----------
    names : tuple of str
    paths : array, shape (n_walkers, n_kept, n_names)
        In standard deviations of the prior.
    log_density : array, shape (n_walkers, n_kept)
    """

    names: tuple[str, ...]
    paths: Array
    log_density: Array

    def __len__(self) -> int:
        return int(self.paths.shape[0] * self.paths.shape[1])

    @property
    def z(self) -> Array:
        """All draws, shape (n_draws, n_names): walker after walker."""
        return self.paths.reshape(-1, self.paths.shape[-1])

    def thinned(self, most: int) -> Posterior:
        """Return the same walkers at fewer moments, evenly apart, so that at most about ``most`` draws are left."""
        every = max(1, -(-len(self) // most))
        return Posterior(self.names, self.paths[:, ::-every][:, ::-1], self.log_density[:, ::-every][:, ::-1])

    def draws(self, count: int) -> Array:
        """Return ``count`` draws spread evenly over walkers and time, shape (count, n_names).

        Every walker is asked before any is asked again, at moments as far apart as can be.
        """
        walkers, kept, _ = self.paths.shape
        rounds = -(-count // walkers)
        moments = np.linspace(kept - 1, 0, rounds).astype(int) if rounds > 1 else np.array([kept - 1])
        order = [(w, m) for m in moments for w in range(walkers)][:count]
        return np.array([self.paths[w, m] for w, m in order])

    def mixing(self) -> dict[str, Mixing]:
        """Return how well the walkers agree on every parameter."""
        return {name: mixing(self.paths[:, :, k]) for k, name in enumerate(self.names)}


def mixing(paths: Array) -> Mixing:
    """Return how well chains agree on one quantity.

    Parameters
    ----------
    paths : array, shape (n_walkers, n_kept)
        One value a walker and moment; a quantity that never changes agrees with itself.
    """
    from arviz_stats.base.array import array_stats

    if not np.isfinite(paths).all():
        return Mixing(float("nan"), 0.0)
    if np.ptp(paths) == 0.0:
        return Mixing(1.0, float(paths.size))
    with np.errstate(divide="ignore", invalid="ignore"):
        rhat = float(array_stats.rhat(paths))
        bulk = float(array_stats.ess(paths))
        tail = float(array_stats.ess(paths, method="tail", prob=(0.05, 0.95)))
    return Mixing(rhat, min(bulk, tail) if np.isfinite(tail) else bulk)


def summary(columns: Mapping[str, Array]) -> dict[str, tuple[float, float, float]]:
    """Return 5, 50 and 95 % of each column."""
    return {name: tuple(np.quantile(x, QUANTILES).tolist()) for name, x in columns.items()}
