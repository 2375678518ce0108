"""How walkers move: moves of emcee that know which directions the record informs.

All leave the posterior as it is. In the directions the record informs, a walker steps along the difference of two
others (ter Braak 2006, Stat Comput 16:239), in one or a few directions at a time (as the crossover of Vrugt et al.
2009, Int J Nonlinear Sci 10:273, in a basis that separates stiff directions from loose ones): where a posterior is
curved, a step in all at once would have to be tiny. Where it is not, strides around the centre of the cloud, a
Crank-Nicolson step of its Gaussian (Cotter et al. 2013, Stat Sci 28:424), go much farther. In the directions that are
hardly informed it takes the same step of the prior, of which only the likelihood decides, the longer the less a
direction is informed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from emcee.moves import DEMove, MHMove
from numpy.typing import NDArray

from trimer.study.twin.subspace import Subspace

Array = NDArray[np.float64]
DIRECTIONS, OFTEN = (1, 2, 3), (0.6, 0.25, 0.15)  # how many directions a difference step takes, and how often
JUMP = 0.05  # share of difference steps that go the whole way in all, from one mode to another
JITTER = 1e-5
UNEVEN = 0.5  # spread of the logarithm of the strides
LEAST = 1e-6  # share of information below which a direction is not informed at all
WANTED = 0.25  # acceptance


@dataclass
class Strides:
    """Hold what is tuned while the sampler warms up, and stands still afterwards.

    Attributes
    ----------
    subspace : Subspace
    cloud : array, shape (n_points, n)
        Where walkers have lately been.
    difference : float
        Length of difference steps, times the usual.
    around : float
        Stride around the centre of the cloud.
    prior : float
        Stride of the prior's steps where all of a direction's information came from the data.
    accepted : dict of str to list of float
    """

    subspace: Subspace
    cloud: Array
    difference: float = 1.0
    around: float = 0.5
    prior: float = 0.05
    accepted: dict[str, list[float]] = field(default_factory=dict)

    def tune(self, wanted: float = WANTED) -> None:
        """Make strides longer where too many are accepted and shorter where too few."""
        for name, rates in self.accepted.items():
            factor = float(np.exp(np.clip(np.mean(rates) - wanted, -0.3, 0.3) * 2.0))
            if name == "difference":
                self.difference = float(np.clip(self.difference * factor, 0.05, 1.5))
            elif name == "around":
                self.around = float(np.clip(self.around * factor, 0.01, 1.0))
            else:
                self.prior = float(np.clip(self.prior * factor, 1e-3, 1.0))
        self.accepted.clear()


class DifferenceMove(DEMove):  # type: ignore[misc]
    """Step along the difference of two other walkers, in a few informed directions."""

    def __init__(self, strides: Strides) -> None:
        super().__init__(live_dangerously=True)  # few informed directions, many others: walkers need not outnumber all
        self.strides = strides

    def setup(self, coords: Array) -> None:
        """Set nothing up: strides are tuned elsewhere."""

    def get_proposal(self, s: Array, c: list[Array], random: Any) -> tuple[Array, Array]:
        """Return proposed walkers and the log ratio of proposal densities, which is zero: steps are symmetric."""
        others, count = c[0], len(s)
        first = random.randint(len(others), size=count)
        second = random.randint(len(others) - 1, size=count)
        second = second + (second >= first)
        directions = self.strides.subspace.informed
        rank = directions.shape[1]
        taken = np.minimum(random.choice(DIRECTIONS, size=count, p=OFTEN), rank)
        order = random.rand(count, rank).argsort(axis=1).argsort(axis=1)
        chosen = order < taken[:, None]
        length = self.strides.difference * 2.38 / np.sqrt(2.0 * taken) * np.exp(0.3 * random.standard_normal(count))
        whole = random.rand(count) < JUMP
        chosen[whole], length = True, np.where(whole, 1.0, length)
        along = (others[first] - others[second]) @ directions
        step = chosen * (length[:, None] * along + JITTER * random.standard_normal(along.shape))
        return s + step @ directions.T, np.zeros(count)

    def propose(self, model: Any, state: Any) -> tuple[Any, Array]:
        """Move and note how many were accepted."""
        state, accepted = super().propose(model, state)
        self.strides.accepted.setdefault("difference", []).append(float(np.mean(accepted)))
        return state, accepted


def _beside(x: Array, strides: Strides, random: Any) -> tuple[Array, Array]:
    """Return the prior's step in the directions that are hardly informed, and the log ratio that goes with it.

    The step keeps the prior as it is; emcee judges by the posterior, so the prior's ratio is taken out again.
    """
    split = strides.subspace
    shares = np.maximum(split.shares[split.informed.shape[1] :], LEAST)
    rest = x @ split.rest
    length = strides.prior * np.exp(UNEVEN * random.standard_normal((len(x), 1)))
    stride = np.minimum(length / np.sqrt(shares), 1.0)
    new = np.sqrt(1.0 - stride**2) * rest + stride * random.standard_normal(rest.shape)
    return (new - rest) @ split.rest.T, 0.5 * (np.sum(new**2, axis=1) - np.sum(rest**2, axis=1))


class AroundMove(MHMove):  # type: ignore[misc]
    """Step towards the centre of the cloud and away at random, with its covariance; as the prior does elsewhere."""

    def __init__(self, strides: Strides) -> None:
        self.strides = strides
        inside = strides.cloud @ strides.subspace.informed
        covariance = np.atleast_2d(np.cov(inside.T)) + 1e-8 * np.eye(inside.shape[1])
        self.centre, self.scale = inside.mean(axis=0), np.linalg.cholesky(covariance)
        self.inverse = np.linalg.inv(self.scale)
        super().__init__(self._proposal)

    def _proposal(self, x: Array, random: Any) -> tuple[Array, Array]:
        directions = self.strides.subspace.informed
        now = (x @ directions - self.centre) @ self.inverse.T
        stride = np.minimum(self.strides.around * np.exp(UNEVEN * random.standard_normal((len(x), 1))), 1.0)
        new = np.sqrt(1.0 - stride**2) * now + stride * random.standard_normal(now.shape)
        beside, ratio = _beside(x, self.strides, random)
        ratio = ratio + 0.5 * (np.sum(new**2, axis=1) - np.sum(now**2, axis=1))
        return x + ((new - now) @ self.scale.T) @ directions.T + beside, ratio

    def propose(self, model: Any, state: Any) -> tuple[Any, Array]:
        """Move and note how many were accepted."""
        state, accepted = super().propose(model, state)
        self.strides.accepted.setdefault("around", []).append(float(np.mean(accepted)))
        return state, accepted


class PriorMove(MHMove):  # type: ignore[misc]
    """Step as the prior does in the directions that are hardly informed."""

    def __init__(self, strides: Strides) -> None:
        self.strides = strides
        super().__init__(self._proposal)

    def _proposal(self, x: Array, random: Any) -> tuple[Array, Array]:
        step, ratio = _beside(x, self.strides, random)
        return x + step, ratio

    def propose(self, model: Any, state: Any) -> tuple[Any, Array]:
        """Move and note how many were accepted."""
        state, accepted = super().propose(model, state)
        self.strides.accepted.setdefault("prior", []).append(float(np.mean(accepted)))
        return state, accepted
