"""Which of many are not dominated, and a few of them that stand for all."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rows = NDArray[np.int64]


def non_dominated(values: ArrayLike) -> Rows:
    """Return the rows that no other row dominates: is nowhere worse and somewhere better. Less is better.

    Parameters
    ----------
    values : array, shape (n, n_objectives)

    Returns
    -------
    array of int
        In order; of equal rows the first only.
    """
    x = np.asarray(values, dtype=float)
    no_worse = (x[:, None, :] <= x[None, :, :]).all(axis=2)
    better = (x[:, None, :] < x[None, :, :]).any(axis=2)
    dominated = (no_worse & better).any(axis=0)
    again = np.triu(no_worse & no_worse.T, k=1).any(axis=0)
    return np.flatnonzero(~dominated & ~again).astype(np.int64)


def spread(values: ArrayLike, most: int) -> Rows:
    """Return at most so many rows that lie far apart: the best by each objective, then always the one farthest off.

    Distances are Euclidean over objectives scaled to their range. Ties go to the earlier row.
    """
    x = np.asarray(values, dtype=float)
    if len(x) <= most:
        return np.arange(len(x), dtype=np.int64)
    width = np.ptp(x, axis=0)
    scaled = (x - x.min(axis=0)) / np.where(width > 0.0, width, 1.0)
    chosen = list(dict.fromkeys(int(k) for k in scaled.argmin(axis=0)))[:most]
    while len(chosen) < most:
        gap = np.linalg.norm(scaled[:, None, :] - scaled[None, chosen, :], axis=2).min(axis=1)
        gap[chosen] = -1.0
        chosen.append(int(gap.argmax()))
    return np.array(sorted(chosen), dtype=np.int64)
