"""Ours, the slow one: SciPy's LSODA on the plain Python equations. It goes a hundred times tighter than asked."""

from __future__ import annotations

from models import at

from peers import Engine
from trimer.engine.problem import Problem
from trimer.engine.solve import solve, subset

LABEL = "Trimer, reference backend (SciPy LSODA, equations in Python)"
PACKAGES = ("trimer", "scipy", "numpy")
PATIENTS = 2
RTOLS = (1e-6, 1e-7)


def build(problem: Problem) -> Engine:
    """Return the reference."""

    def run(rtol: float, n: int) -> object:
        return solve(at(subset(problem, range(n)), 100 * rtol), "reference")

    return Engine(run, lambda found: found.values)
