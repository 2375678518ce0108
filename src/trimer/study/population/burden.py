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
STEPS = 18
CLOSE = 0.01  # of the logit: half a point of blasts at 50 %, a hundredth of a low burden
LARGEST = 0.97  # share of the marrow's capacity that a seed may take
LEAST = float(np.log(1e-9))  # one cell
RTOL = 1e-4
MARGIN = 0.05  # of the bounds, within which a secant is not trusted
NARROW = 0.01  # bounds of the seed's logarithm between which there is nothing left to find


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
    before, gap_before = x.copy(), np.full(len(share), np.nan)
    open_ = np.flatnonzero(share > 0.0)
    for _ in range(STEPS):
        part = {name: np.asarray(column)[open_] for name, column in columns.items()}
        problem = idle.batch({**part, "blasts_initial": np.exp(x[open_])}, [entry], ("mrd_marrow",), RTOL)
        reached = solve(problem, "cpu", threads)["mrd_marrow"][:, -1]
        gap = _logit(np.clip(np.nan_to_num(reached, nan=1.0), 1e-12, 1.0 - 1e-9)) - goal[open_]
        here = x[open_]
        better = np.abs(gap) < np.abs(gap_best[open_])
        best[open_[better]], gap_best[open_[better]] = here[better], gap[better]
        low[open_], high[open_] = np.where(gap < 0.0, here, low[open_]), np.where(gap < 0.0, high[open_], here)
        with np.errstate(divide="ignore", invalid="ignore"):
            guess = here - gap * (here - before[open_]) / (gap - gap_before[open_])
            guess = np.where(np.isfinite(guess), guess, here - gap)
        margin = MARGIN * (high[open_] - low[open_])
        inside = (guess > low[open_] + margin) & (guess < high[open_] - margin)
        before[open_], gap_before[open_] = here, gap
        x[open_] = np.where(inside, guess, 0.5 * (low[open_] + high[open_]))
        open_ = open_[(np.abs(gap) > CLOSE) & (high[open_] - low[open_] > NARROW)]
        if not len(open_):
            break
    return np.where(share > 0.0, np.exp(best), 0.0)


def _logit(share: Array) -> Array:
    return np.asarray(np.log(share / (1.0 - share)))
