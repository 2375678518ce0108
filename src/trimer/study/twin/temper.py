"""From the prior to the posterior by degrees: sequential Monte Carlo with a tempered likelihood starts the walkers.

Points drawn from the prior are reweighted to a likelihood raised to a rising power, resampled, and moved a little at
each power (Del Moral et al. 2006, J R Stat Soc B 68:411). Powers are chosen so that half of the points would stay.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
KEPT = 0.5  # effective share of the points at each new power
CROWD = 4  # times as many points are drawn from the prior as walkers are wanted
MOVES = 8  # at each power
HALVINGS = 40


def temper(
    log_likelihood: Callable[[Array], Array],
    dimensions: int,
    walkers: int,
    random: np.random.Generator,
    say: Callable[[float], None],
) -> Array:
    """Return walkers spread as the posterior roughly is, shape (walkers, dimensions).

    Parameters
    ----------
    log_likelihood : callable
        From points, shape (m, dimensions), to numbers, shape (m,).
    dimensions, walkers : int
    random : Generator
    say : callable
        Called with the power reached, 0 to 1.
    """
    import emcee

    x = random.standard_normal((CROWD * walkers, dimensions))
    found, power = log_likelihood(x), 0.0
    while power < 1.0:
        power, weights = _next(found, power, KEPT * walkers)
        chosen = np.searchsorted(np.cumsum(weights), (random.random() + np.arange(walkers)) / walkers)
        x = x[np.minimum(chosen, len(x) - 1)] + 1e-4 * random.standard_normal((walkers, dimensions))

        def tempered(z: Array, power: float = power) -> list[tuple[float, float]]:
            likelihood = log_likelihood(z)
            total = power * likelihood - 0.5 * np.sum(z**2, axis=1)
            return list(zip(total.tolist(), likelihood.tolist(), strict=True))

        moves = [
            (emcee.moves.DEMove(live_dangerously=True), 0.8),
            (emcee.moves.DESnookerMove(live_dangerously=True), 0.2),
        ]
        sampler = emcee.EnsembleSampler(walkers, dimensions, tempered, moves=moves, vectorize=True)
        sampler.random_state = np.random.RandomState(int(random.integers(2**31))).get_state()
        *_, state = sampler.sample(x, iterations=MOVES, skip_initial_state_check=True)
        x, found = state.coords, np.asarray(state.blobs, dtype=float).ravel()
        say(power)
    return np.asarray(x)


def _next(found: Array, power: float, wanted: float) -> tuple[float, Array]:
    """Return the next power, and the normalised weights of the points."""

    def weights(to: float) -> Array:
        raw = (to - power) * found
        scaled = np.exp(raw - raw.max())
        return np.asarray(scaled / scaled.sum())

    def effective(to: float) -> float:
        return float(1.0 / np.sum(weights(to) ** 2))

    if effective(1.0) >= wanted:
        return 1.0, weights(1.0)
    low, high = power, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if effective(middle) > wanted else (low, middle)
    return high, weights(high)
