"""How walkers move: moves of emcee that know which directions the record informs.

Both leave the posterior as it is. In the directions the record informs, a walker steps along the difference of two
others (ter Braak 2006, Stat Comput 16:239), in one or a few directions at a time (as the crossover of Vrugt et al.
2009, Int J Nonlinear Sci 10:273, in a basis that separates stiff directions from loose ones): where a posterior is
curved, a step in all at once would have to be tiny. In the others it takes the Crank-Nicolson step of the prior (Cotter
et al. 2013, Stat Sci 28:424), of which only the likelihood decides, the longer the less a direction is informed.
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
    difference : float
        Length of difference steps, times the usual.
    prior : float
        Stride of the prior's steps where all of a direction's information came from the data.
    accepted : dict of str to list of float
    """

    subspace: Subspace
    difference: float = 1.0
    prior: float = 0.05
    accepted: dict[str, list[float]] = field(default_factory=dict)

    def tune(self, wanted: float = WANTED) -> None:
        """Make strides longer where too many are accepted and shorter where too few."""
        for name, rates in self.accepted.items():
            factor = float(np.exp(np.clip(np.mean(rates) - wanted, -0.3, 0.3) * 2.0))
            if name == "difference":
                self.difference = float(np.clip(self.difference * factor, 0.05, 1.5))
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


class PriorMove(MHMove):  # type: ignore[misc]
    """Step as the prior does in the directions that are hardly informed."""

    def __init__(self, strides: Strides) -> None:
        self.strides = strides
        super().__init__(self._proposal)

    def _proposal(self, x: Array, random: Any) -> tuple[Array, Array]:
        split = self.strides.subspace
        shares = np.maximum(split.shares[split.informed.shape[1] :], LEAST)
        rest = x @ split.rest
        length = self.strides.prior * np.exp(UNEVEN * random.standard_normal((len(x), 1)))
        stride = np.minimum(length / np.sqrt(shares), 1.0)
        new = np.sqrt(1.0 - stride**2) * rest + stride * random.standard_normal(rest.shape)
        # The step keeps the prior as it is; emcee judges by the posterior, so the prior's ratio is taken out again.
        ratio = 0.5 * (np.sum(new**2, axis=1) - np.sum(rest**2, axis=1))
        return x + (new - rest) @ split.rest.T, ratio

    def propose(self, model: Any, state: Any) -> tuple[Any, Array]:
        """Move and note how many were accepted."""
        state, accepted = super().propose(model, state)
        self.strides.accepted.setdefault("prior", []).append(float(np.mean(accepted)))
        return state, accepted
