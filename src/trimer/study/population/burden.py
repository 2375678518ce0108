"""Grow each patient's untreated disease to the burden it has at entry.

A trial reports blasts at entry, the model begins with a seed of blasts some weeks before. The seed that leads there is
found by the secant method, kept between bounds, on the logit of the marrow's blast share; each step is a solution of
the run-in without treatment. Patients do not touch one another, so each is the same whatever the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trimer.engine.solve import solve
from trimer.study.assemble import Assembly

Array = NDArray[np.float64]
STEPS = 10
CLOSE = 0.01  # of the logit: half a point of blasts at 50 %, a hundredth of a low burden
LARGEST = 0.97  # share of the marrow's capacity that a seed may take
LEAST = float(np.log(1e-9))  # one cell
RTOL = 1e-4


def seeds(
    assembly: Assembly, columns: Mapping[str, Array], share: Array, entry: float = 0.0, threads: int | None = None
) -> Array:
    """Return the blasts at the start of the run-in (1e9 cells) from which untreated disease reaches a burden.

    Parameters
    ----------
    assembly : Assembly
        Its start is that of the run-in; its doses are not given.
    columns : mapping of str to array, shape (n_patients,)
        Parameters.
    share : array, shape (n_patients,)
        Blasts over nucleated marrow cells at entry, 0 to 1; 0 for none.
    entry : float, day
    threads : int, optional

    Returns
    -------
    array, shape (n_patients,)
        Where a burden cannot be reached, what comes nearest.
    """
    idle = replace(assembly, rows=())
    goal = _logit(np.clip(share, 1e-9, 0.999))
    top = np.log(LARGEST * np.broadcast_to(columns["marrow_capacity"], share.shape))
    growth = np.asarray(columns["k_growth"]) * (entry - assembly.start)
    cells = np.asarray(columns["marrow_cells_0"])
    x = np.clip(np.log(np.maximum(share, 1e-9) * cells) - 0.6 * growth * (1.0 - share), LEAST, top)
    best, gap_best = x.copy(), np.full(len(share), np.inf)
    low, high = np.full(len(share), LEAST), top.copy()
    before = x, np.full(len(share), np.nan)
    for _ in range(STEPS):
        problem = idle.batch({**columns, "blasts_initial": np.exp(x)}, [entry], ("mrd_marrow",), RTOL)
        reached = solve(problem, "cpu", threads)["mrd_marrow"][:, -1]
        gap = np.where(np.isfinite(reached), _logit(np.clip(reached, 1e-12, 1.0 - 1e-9)) - goal, np.inf)
        better = np.abs(gap) < np.abs(gap_best)
        best, gap_best = np.where(better, x, best), np.where(better, gap, gap_best)
        settled = np.abs(gap) <= CLOSE
        if settled.all():
            break
        low, high = np.where(gap < 0.0, x, low), np.where(gap < 0.0, high, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            guess = x - gap * (x - before[0]) / (gap - before[1])
            guess = np.where(np.isfinite(guess), guess, x - gap)
        margin = 0.1 * (high - low)
        inside = (guess > low + margin) & (guess < high - margin)
        before = x, gap
        x = np.where(settled, x, np.where(inside, guess, 0.5 * (low + high)))
    return np.where(share > 0.0, np.exp(best), 0.0)


def _logit(share: Array) -> Array:
    return np.asarray(np.log(share / (1.0 - share)))
