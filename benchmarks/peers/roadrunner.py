"""libRoadRunner: CVODE on SBML compiled by LLVM; one loaded model, restarted at every event."""

from __future__ import annotations

import numpy as np
from courses import Course
from print_sbml import sbml

from peers import Engine, Floats
from trimer.engine.problem import Problem

LABEL = "libRoadRunner (CVODE, compiled SBML)"
PACKAGES = ("libroadrunner",)
PATIENTS = 32
MAX_STEPS = 1_000_000


def build(problem: Problem) -> Engine:
    """Return libRoadRunner on this problem."""
    import roadrunner

    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    course = Course(problem)
    runner = roadrunner.RoadRunner(sbml(course.text))
    n, m = course.y0.shape[1], len(course.text.slots)
    runner.timeCourseSelections = [f"y{i}" for i in range(n)]
    runner.integrator = "cvode"
    model, integrator = runner.model, runner.integrator
    integrator.maximum_num_steps = MAX_STEPS
    ids = list(model.getGlobalParameterIds())
    constants = [ids.index(f"c{k}") for k in range(m)]
    states = [ids.index(f"y{i}") for i in range(n)]
    grids = [list(map(float, s.grid)) for s in course.segments]

    def solve(rtol: float, patients: int) -> Floats:
        integrator.relative_tolerance, integrator.absolute_tolerance = rtol, 1e-3 * rtol
        out = course.empty(patients)
        for i in range(patients):
            y = course.y0[i]
            for k, segment in enumerate(course.segments):
                model.setGlobalParameterValues(constants, course.constants[i, k])
                model.setGlobalParameterValues(states, y + segment.added)
                found = np.asarray(runner.simulate(times=grids[k]))
                out[i, segment.first : segment.first + segment.count] = found[segment.leading :][: segment.count]
                y = found[-1].copy()
        return out

    return Engine(solve, course.values)
