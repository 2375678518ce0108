"""Exact limits of a binomial proportion: what trials print, and what virtual trials are given beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def exact_limits(events: Any, n: Any, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the exact binomial limits of Clopper and Pearson (Biometrika 1934;26:404-413); of no patients, 0 and 1.

    Each limit is the proportion at which so many events or more (or fewer) have a probability of (1 - level)/2, a
    quantile of a beta distribution.

    Parameters
    ----------
    events, n : int or array of int
    level : float

    Returns
    -------
    low, high : array, of their common shape
    """
    from scipy.special import betaincinv

    k, n = np.broadcast_arrays(np.asarray(events, dtype=float), np.asarray(n, dtype=float))
    tail = (1.0 - level) / 2.0
    low = np.where(k > 0.0, betaincinv(np.maximum(k, 1.0), n - k + 1.0, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1.0, np.maximum(n - k, 1.0), 1.0 - tail), 1.0)
    return low, high
