"""CVODE (SUNDIALS) through scikit-SUNDAE: dense BDF, right-hand side and exact Jacobian compiled by Numba."""

from __future__ import annotations

from typing import Any

from courses import Course

from peers import Engine, Floats
from trimer.engine.problem import Problem

LABEL = "CVODE through scikit-SUNDAE (right-hand side and exact Jacobian compiled by Numba)"
PACKAGES = ("scikit-sundae", "numba")
PATIENTS = 32
MAX_STEPS = 1_000_000


def build(problem: Problem) -> Engine:
    """Return CVODE on this problem."""
    from sksundae.cvode import CVODE

    course = Course(problem, slopes=True)
    derivatives, slopes = course.functions["derivatives"], course.functions["slopes"]
    current = [course.constants[0, 0]]

    def rhs(t: float, y: Any, f: Any) -> None:
        derivatives(y, current[0], f)

    def jacobian(t: float, y: Any, f: Any, matrix: Any) -> None:
        slopes(y, current[0], matrix)

    def solve(rtol: float, patients: int) -> Floats:
        cvode = CVODE(rhs, rtol=rtol, atol=1e-3 * rtol, jacfn=jacobian, max_num_steps=MAX_STEPS)
        out = course.empty(patients)
        for i in range(patients):
            y = course.y0[i]
            for k, segment in enumerate(course.segments):
                current[0] = course.constants[i, k]
                found = cvode.solve(segment.grid, y + segment.added).y
                out[i, segment.first : segment.first + segment.count] = found[segment.leading :][: segment.count]
                y = found[-1]
        return out

    return Engine(solve, course.values)
