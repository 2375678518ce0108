"""numbalsoda: LSODA in C++, called from Numba with a compiled right-hand side; the loop over patients is compiled too.

It takes no Jacobian: LSODA forms its own by differences.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from courses import Course

from peers import Engine, Floats
from trimer.engine.problem import Problem

LABEL = "numbalsoda (LSODA; right-hand side and loop compiled by Numba)"
PACKAGES = ("numbalsoda", "numba")
PATIENTS = 64
MAX_STEPS = 1_000_000


def build(problem: Problem) -> Engine:
    """Return numbalsoda on this problem."""
    import numba
    from numbalsoda import lsoda, lsoda_sig

    course = Course(problem)
    n, m = course.y0.shape[1], len(course.text.slots)
    derivatives = course.functions["derivatives"]

    @numba.cfunc(lsoda_sig)
    def rhs(t: Any, y: Any, f: Any, c: Any) -> None:
        derivatives(numba.carray(y, (n,)), numba.carray(c, (m,)), numba.carray(f, (n,)))

    address, segments = rhs.address, course.segments
    grid = np.concatenate([s.grid for s in segments])
    at = np.cumsum([0, *(len(s.grid) for s in segments)])
    first, count, leading = (np.array([getattr(s, x) for s in segments]) for x in ("first", "count", "leading"))
    added = np.array([s.added for s in segments])

    @numba.njit
    def run(y0: Floats, constants: Floats, rtol: float, out: Floats) -> None:
        for i in range(out.shape[0]):
            y = y0[i].copy()
            for k in range(len(first)):
                y = y + added[k]
                found, fine = lsoda(
                    address, y, grid[at[k] : at[k + 1]], constants[i, k], rtol=rtol, atol=1e-3 * rtol, mxstep=MAX_STEPS
                )
                if not fine:
                    break
                out[i, first[k] : first[k] + count[k]] = found[leading[k] : leading[k] + count[k]]
                y = found[-1].copy()

    def solve(rtol: float, patients: int) -> Floats:
        out = course.empty(patients)
        run(course.y0, course.constants, rtol, out)
        return out

    solve.rhs = rhs  # type: ignore[attr-defined]  # the machine code lives as long as this
    return Engine(solve, course.values)
