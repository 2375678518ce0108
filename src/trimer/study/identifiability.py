"""How far data have narrowed a prior: parameter by parameter, in pairs, and along the posterior's own directions.

Directions that data pin down ("stiff") or leave free ("sloppy") as Gutenkunst et al. (PLoS Comput Biol 2007;3:e189,
recalled), here from the covariance of an ensemble instead of a local Hessian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import trimer.library as library
from trimer.errors import InputError
from trimer.library.load_calibration import calibrated
from trimer.study.calibrate.prior import to_normal
from trimer.study.calibrate.stages import STAGES

Array = NDArray[np.float64]
LEADING = 3
POPULATION = "adult_rr_ball"  # whose calibration is looked at when none is named
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Identifiability:
    """Hold what an ensemble says of its parameters, P of them, on the scale in which the prior is normal.

    Attributes
    ----------
    names : tuple of str
    members, failed : int
        How many were used, and how many were not finite.
    prior_mean, prior_sd : array, shape (P,)
    quantiles : array, shape (3, P)
        0.05, 0.5 and 0.95 of the members.
    share_left : array, shape (P,)
        Standard deviation of the members over that of the prior: 0 known exactly, 1 nothing learned.
    correlation : array, shape (P, P)
        Between parameters over the members; 0 with one that does not vary.
    eigenvalues : array, shape (P,)
        Of the covariance in units of the prior's standard deviations, smallest (stiffest) first: the share of the
        prior's variance left along a direction.
    directions : array, shape (P, P)
        Of length one, a column an eigenvalue; the largest loading is positive.
    """

    names: tuple[str, ...]
    members: int
    failed: int
    prior_mean: Array
    prior_sd: Array
    quantiles: Array
    share_left: Array
    correlation: Array
    eigenvalues: Array
    directions: Array

    @property
    def scatter(self) -> tuple[float, float]:
        """About the least and largest eigenvalue that so many members would show had nothing been learned.

        Marchenko & Pastur (Math USSR Sb 1967;1:457, recalled): ``(1 -+ sqrt(P / M)) ** 2``, of many parameters.
        """
        root = float(np.sqrt(len(self.names) / self.members))
        return (1.0 - root) ** 2, (1.0 + root) ** 2

    @property
    def chance(self) -> float:
        """Size that by chance no correlation of any pair exceeds, nineteen times in twenty (normal, Bonferroni)."""
        pairs = len(self.names) * (len(self.names) - 1) / 2
        return min(NormalDist().inv_cdf(1.0 - 0.025 / max(pairs, 1.0)) / float(np.sqrt(self.members)), 1.0)

    def pairs(self) -> list[tuple[str, str, float]]:
        """Return every pair of parameters with its correlation, the strongest first."""
        first, second = np.triu_indices(len(self.names), 1)
        found = self.correlation[first, second]
        order = np.argsort(-np.abs(found), kind="stable")
        return [(self.names[first[k]], self.names[second[k]], float(found[k])) for k in order]

    def leading(self, direction: int, count: int = LEADING) -> list[tuple[str, float]]:
        """Return the parameters with the largest loadings on a direction, and the loadings."""
        loading = self.directions[:, direction]
        order = np.argsort(-np.abs(loading), kind="stable")[:count]
        return [(self.names[k], float(loading[k])) for k in order]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "members": self.members,
            "failed": self.failed,
            "parameters": {
                name: {
                    "prior_mean": float(self.prior_mean[k]),
                    "prior_sd": float(self.prior_sd[k]),
                    **dict(zip(("q05", "q50", "q95"), self.quantiles[:, k].tolist(), strict=True)),
                    "share_left": float(self.share_left[k]),
                }
                for k, name in enumerate(self.names)
            },
            "correlation": self.correlation.tolist(),
            "chance": {"correlation": self.chance, "variance_left": list(self.scatter)},
            "directions": [
                {
                    "variance_left": float(x),
                    "loadings": dict(zip(self.names, self.directions[:, k].tolist(), strict=True)),
                }
                for k, x in enumerate(self.eigenvalues)
            ],
        }


def identifiability(
    prior_sd: ArrayLike, members: ArrayLike, names: Sequence[str], prior_mean: ArrayLike = 0.0
) -> Identifiability:
    """Compare a posterior ensemble with its prior.

    Parameters
    ----------
    prior_sd : array, shape (P,) or number
        Of the prior, which is taken as normal and independent on this scale (the logarithm, for a log-normal one).
    members : array, shape (M, P)
        Posterior members on the same scale; one with a NaN is left out and counted.
    names : sequence of str
    prior_mean : array, shape (P,) or number
        The default takes ``members`` as deviations from it.

    Raises
    ------
    InputError
        When shapes do not agree, a prior has no spread, or members are too few to span every direction.
    """
    rows = np.atleast_2d(np.asarray(members, dtype=float))
    count = len(names)
    for where, given in (("prior_sd", prior_sd), ("prior_mean", prior_mean)):
        if np.shape(given) not in ((), (count,)):
            raise InputError(where, f"shape {np.shape(given)}", f"{(count,)}, one a name")
    sd, mean = (np.broadcast_to(np.asarray(x, dtype=float), (count,)) for x in (prior_sd, prior_mean))
    if rows.shape[1] != count:
        raise InputError("members", f"{rows.shape[1]} columns", f"{count}, one a name")
    if not np.all(np.isfinite(sd) & (sd > 0.0)):
        at = int(np.flatnonzero(~(np.isfinite(sd) & (sd > 0.0)))[0])
        raise InputError(f"prior_sd of {names[at]}", f"{sd[at]:g}", "a finite number above zero")
    kept = rows[np.isfinite(rows).all(axis=1)]
    if len(kept) <= count:
        raise InputError("members", f"{len(kept)} for {count} parameters", "more members than parameters")
    covariance = np.atleast_2d(np.cov(kept / sd, rowvar=False))
    spread = np.sqrt(np.diag(covariance))
    scaled = covariance / np.outer(*2 * [np.where(spread > 0.0, spread, 1.0)])
    np.fill_diagonal(scaled, 1.0)
    values, vectors = np.linalg.eigh(covariance)
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), range(count)])
    return Identifiability(
        tuple(names), len(kept), len(rows) - len(kept), mean.copy(), sd.copy(), np.quantile(kept, QUANTILES, axis=0),
        spread, np.clip(scaled, -1.0, 1.0), np.maximum(values, 0.0), vectors * signs,
    )  # fmt: skip


def calibration_of(name: str | None = None) -> str:
    """Return the calibration that is meant: the one named, or that of adults with relapsed disease."""
    return library.population(POPULATION).calibration if name is None else name


def of_calibration(name: str | None = None) -> Identifiability:
    """Return how far a calibration has narrowed the prior of its stages, in the prior's normal space.

    Parameters
    ----------
    name : str, optional
        A calibration of the library or a CSV file of draws. Default: that of adults with relapsed disease.

    Raises
    ------
    InputError
        When there is none, it is damaged, holds no free parameter of the stages, or has too few draws.
    """
    chosen = calibration_of(name)
    draws = calibrated(chosen)
    prior = [free for stage in STAGES for free in stage.prior if free.name in draws]
    if not prior:
        raise InputError(f"calibration {chosen}".strip(), "no parameter of a stage", "draws of free parameters")
    members = to_normal(prior, np.column_stack([draws[free.name] for free in prior]))
    return identifiability(1.0, members, [free.name for free in prior])
