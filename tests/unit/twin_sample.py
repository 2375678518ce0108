"""Posteriors known in closed form that stand in for a patient's, and the reference case's segment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from trimer.study.twin import predict
from trimer.study.twin.forecast import Forecast, scored
from trimer.study.twin.posterior import Mixing, Posterior
from trimer.study.twin.run import Twin
from trimer.study.twin.segment import Segment, segment_of
from trimer.study.twin.target import Target
from trimer.study.twin.view import Bands, bands

Array = NDArray[np.float64]
CASE, POPULATION = "linder2016", "adult_rr_ball"


class Fake:
    """A target of residuals that can be written down; counts how many points it was asked about."""

    def __init__(self, dimensions: int) -> None:
        self.prior = SimpleNamespace(names=tuple(f"z{k}" for k in range(dimensions)))
        self.asked = 0

    def residuals(self, z: Array) -> Array:
        raise NotImplementedError

    def log_likelihood(self, z: Array) -> Array:
        self.asked += len(z)
        return np.asarray(-0.5 * np.sum(self.residuals(z) ** 2, axis=1))

    def log_density(self, z: Array) -> Array:
        return np.asarray(self.log_likelihood(z) - 0.5 * np.sum(z**2, axis=1))

    @property
    def target(self) -> Target:
        return cast("Target", self)


class Linear(Fake):
    """Residuals ``A z - y``: the posterior is normal, with precision ``I + A'A``."""

    def __init__(self, matrix: Array, data: Array) -> None:
        super().__init__(matrix.shape[1])
        self.matrix, self.data = matrix, data
        self.covariance = np.linalg.inv(np.eye(matrix.shape[1]) + matrix.T @ matrix)
        self.mean = self.covariance @ matrix.T @ data

    def residuals(self, z: Array) -> Array:
        return np.asarray(z @ self.matrix.T - self.data)


@dataclass(frozen=True)
class _Moments:
    mean: Array
    sd: Array


class Banana(Fake):
    """One residual ``(z1 - z0^2 + 1) / width``: a bent ridge; what is beside it stays as the prior has it."""

    def __init__(self, dimensions: int, width: float = 0.3) -> None:
        super().__init__(dimensions)
        self.width = width

    def residuals(self, z: Array) -> Array:
        return np.asarray((z[:, 1:2] - z[:, 0:1] ** 2 + 1.0) / self.width)

    def moments(self) -> _Moments:
        """Mean and standard deviation of the two that are informed, by quadrature."""
        axis = np.linspace(-7.0, 7.0, 1401)
        grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
        log = -0.5 * self.residuals(grid)[:, 0] ** 2 - 0.5 * np.sum(grid**2, axis=1)
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        mean = weight @ grid
        return _Moments(mean, np.sqrt(weight @ (grid - mean) ** 2))


def line(dimensions: int = 40, informed: int = 5, seed: int = 3) -> Linear:
    """Return a posterior of which few directions are informed, each to another degree (residuals' slopes 1 to 12)."""
    random = np.random.default_rng(seed)
    basis = np.linalg.qr(random.standard_normal((dimensions, dimensions)))[0][:informed]
    return Linear(np.geomspace(1.0, 12.0, informed)[:, None] * basis, 3.0 * random.standard_normal(informed))


@cache
def segment(until: Any = "e28") -> Segment:
    """Return the reference case's segment, made once."""
    return segment_of(CASE, until, POPULATION)


@cache
def twin(until: Any = "e28", rhat: float = 1.01) -> Twin:
    """Return a twin whose posterior was made up: somewhat narrower than the prior, one parameter moved a lot."""
    known = segment(until)
    names = known.prior.names
    paths = 0.8 * np.random.default_rng(9).standard_normal((8, 6, len(names)))
    paths[:, :, names.index("crs_frailty")] = 1.5 + 0.4 * paths[:, :, names.index("crs_frailty")]
    reported = {name: Mixing(1.001, 900.0) for name in predict.quantities(known)}
    reported[f"platelets on {known.setting.record.date(known.known[-1].day)}"] = Mixing(rhat, 450.0)
    how = {"seed": 5, "walkers": 8, "warm_up": 100, "steps": 60, "error_scale": 1.5, "population": POPULATION}
    return Twin(known, Posterior(names, paths, np.zeros((8, 6))), reported, how)


_SCORED: dict[int, Forecast] = {}
_BANDS: dict[tuple[int, float | None], Bands] = {}


def scored_once(found: Twin) -> Forecast:
    """Return what :func:`trimer.study.twin.forecast.scored` does, remembered."""
    return _SCORED.setdefault(id(found), _SCORED.get(id(found)) or scored(found))


def bands_once(found: Twin, end: float | None = None) -> Bands:
    """Return what :func:`trimer.study.twin.view.bands` does with few draws, remembered."""
    key = id(found), end
    return _BANDS.setdefault(key, _BANDS.get(key) or bands(found, end, 24))
