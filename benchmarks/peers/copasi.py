"""COPASI: LSODA on SBML with the dosing as events, through its Python binding; one model for all patients.

Values per patient are set as initial values. Reading its table, value by value, is timed with the rest.
"""

from __future__ import annotations

import numpy as np
from courses import Course
from print_sbml import sbml

from peers import Engine, Floats
from trimer.engine.problem import Problem

LABEL = "COPASI (LSODA, SBML with events)"
PACKAGES = ("copasi-basico", "python-copasi")
PATIENTS = 4
RTOLS = (1e-5, 1e-6, 1e-7)
MAX_STEPS = 1_000_000


def build(problem: Problem) -> Engine:
    """Return COPASI on this problem."""
    import COPASI

    course = Course(problem)
    n, m = course.y0.shape[1], len(course.text.slots)
    data = COPASI.CRootContainer.addDatamodel()
    if not data.importSBMLFromString(sbml(course.text, course)):
        raise RuntimeError("COPASI does not read the SBML.")
    model = data.getModel()
    quantities = [model.getModelValue(i) for i in range(model.getNumModelValues())]
    quantity = {q.getObjectName(): q for q in quantities}
    changing = course.text.from_inputs()
    model.setInitialTime(float(course.segments[0].start))
    task = data.getTask("Time-Course")
    task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
    setup = task.getProblem()
    setup.setTimeSeriesRequested(True)
    setup.setOutputStartTime(float(problem.times[0]))
    setup.setUseValues(True)
    setup.setValues(" ".join(repr(float(t)) for t in problem.times))
    method = task.getMethod()
    method.getParameter("Max Internal Steps").setUIntValue(MAX_STEPS)
    tables: list[Floats] = []

    def start(i: int) -> None:
        c, changed = course.constants[i], COPASI.ObjectStdVector()
        values = {f"y{j}": v for j, v in enumerate(course.y0[i] + course.segments[0].added)}
        values |= {f"c{k}": c[0, k] for k in range(m)}
        values |= {f"c{k}e{e}": c[e, k] for e in range(1, len(course.segments)) for k in changing}
        for name, value in values.items():
            quantity[name].setInitialValue(float(value))
            changed.append(quantity[name].getInitialValueReference())
        model.updateInitialValues(changed)

    def solve(rtol: float, patients: int) -> list[Floats]:
        method.getParameter("Relative Tolerance").setDblValue(rtol)
        method.getParameter("Absolute Tolerance").setDblValue(1e-3 * rtol)
        tables.clear()
        for i in range(patients):
            start(i)
            if not task.processWithOutputFlags(True, COPASI.CCopasiTask.ONLY_TIME_SERIES):
                raise RuntimeError(f"COPASI gave up on patient {i}.")
            tables.append(read())
        return tables

    def read() -> Floats:
        series = task.getTimeSeries()
        titles = [series.getTitle(i) for i in range(series.getNumVariables())]
        columns = [titles.index(f"Values[y{i}]") for i in range(n)]
        rows = series.getRecordedSteps()
        return np.array([[series.getConcentrationData(r, c) for c in columns] for r in range(rows)])

    return Engine(solve, lambda found: course.values(np.array(found)))
