"""diffsol (Rust) through pydiffsol: BDF, model compiled from DiffSL, its own exact Jacobian and dense output."""

from __future__ import annotations

import numpy as np
from courses import Course
from print_diffsl import diffsl

from peers import Engine, Floats
from trimer.engine.problem import Problem

LABEL = "diffsol (BDF, compiled DiffSL)"
PACKAGES = ("pydiffsol",)
PATIENTS = 64
METHOD, MATRIX = "bdf", "nalgebra_dense"


def build(problem: Problem) -> Engine:
    """Return diffsol on this problem."""
    import pydiffsol

    course = Course(problem)
    ode = pydiffsol.Ode(diffsl(course.text), matrix_type=getattr(pydiffsol, MATRIX))
    ode.ode_solver = getattr(pydiffsol, METHOD)
    m = len(course.text.slots)
    inputs = np.empty(m + course.y0.shape[1])
    grids = [s.grid - s.start for s in course.segments]  # it starts at 0

    def solve(rtol: float, patients: int) -> Floats:
        ode.rtol, ode.atol = rtol, 1e-3 * rtol
        out = course.empty(patients)
        for i in range(patients):
            y = course.y0[i]
            for k, segment in enumerate(course.segments):
                inputs[:m] = course.constants[i, k]
                inputs[m:] = y + segment.added
                found = ode.solve_dense(inputs, grids[k]).ys.T
                out[i, segment.first : segment.first + segment.count] = found[segment.leading :][: segment.count]
                y = found[-1]
        return out

    return Engine(solve, course.values)
