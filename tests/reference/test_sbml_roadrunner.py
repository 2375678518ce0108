"""Our engine against libRoadRunner, an independent simulator, which is given nothing but the exported SBML.

Every dose reaches it through the document's events. Both run far tighter than the difference allowed. Absolute
tolerances are set state by state: libRoadRunner scales a single one by the states' values (its issue 1349), so that it
cannot be met where a drug or a clone has all but vanished.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import roadrunner
from numpy.typing import NDArray

from trimer.engine.problem import Events, Problem, System
from trimer.engine.solve import relative_error, solve
from trimer.library import list_entries
from trimer.study.export import SbmlExport, sbml
from trimer.study.scenario import Scenario, scenario

pytestmark = pytest.mark.usefixtures("quick_to_load")
ALLOWED = 1e-4
RTOL, ATOL = 1e-9, 1e-10  # the latter in units of each state's scale
AFTER = 10.0  # days simulated after the last event
REGIMENS = list_entries("regimens")
PATIENTS = 50


def everything(system: System) -> tuple[str, ...]:
    return (*system.states, *system.outputs)


def output_times(start: float, end: float) -> NDArray[np.float64]:
    """Return days, on which most doses are given (so the value just after a dose counts), and times in between."""
    return np.unique(np.concatenate([np.arange(start, end), np.arange(-1.0, end, 0.37)]))


def ours(made: Scenario, patient: int | str, end: float) -> Problem:
    people = [made.typical()] if patient == "typical" else made.patients(int(patient), 1)
    times = output_times(made.assembly.start, end)
    return replace(made.problem(people, times, everything(made.assembly.system), RTOL), atol=ATOL)


def theirs(exported: SbmlExport, problem: Problem) -> NDArray[np.float64]:
    """Return what libRoadRunner makes of a document, shape (1, n_times, n_outputs)."""
    model = roadrunner.RoadRunner(exported.text)
    integrator = model.getIntegrator()
    integrator.setValue("relative_tolerance", RTOL)
    integrator.setValue("maximum_num_steps", 1_000_000)
    for name, scale in zip(problem.system.states, problem.system.scale, strict=True):
        integrator.setIndividualTolerance(name, ATOL * scale)
    times = problem.times - exported.start
    found = np.array(model.simulate(times=times.tolist(), selections=["time", *problem.outputs]))
    np.testing.assert_allclose(found[:, 0], times, rtol=0, atol=1e-9)
    return found[None, :, 1:]


def difference(treatment: str, patient: int | str, cycles: int | None = None) -> float:
    exported = sbml(treatment, patient=patient, cycles=cycles)
    made = scenario(treatment, cycles=cycles)
    problem = ours(made, patient, exported.end + AFTER)
    solution, found = solve(problem), theirs(exported, problem)
    assert solution.ok.all()
    undosed = solve(replace(problem, events=Events.shared(1, ()), rules=None))
    assert relative_error(found, undosed.values)[0] > 100 * ALLOWED, "a lost dose would be noticed"
    return float(relative_error(found, solution.values)[0])


@pytest.mark.parametrize(
    ("treatment", "patient", "cycles"),
    [
        ("mtx_vcr_peg_dex", "typical", 2),  # by vein, muscle, mouth and into the CSF; an enzyme in IU
        ("hypercvad_b", 7, 1),  # eight drugs, infusions that overlap
        ("blinatumomab_label_cartox", 3, None),  # what a protocol's rules decided for this patient
    ],
)
def test_same_numbers(treatment: str, patient: int | str, cycles: int | None) -> None:
    assert difference(treatment, patient, cycles) <= ALLOWED


@pytest.mark.slow
@pytest.mark.parametrize("treatment", REGIMENS)
def test_same_numbers_in_fifty_random_patients(treatment: str) -> None:
    share = range(REGIMENS.index(treatment), PATIENTS, len(REGIMENS))
    found = {patient: difference(treatment, patient) for patient in share}
    print(f"{treatment}: largest difference {max(found.values()):.1e} of {len(found)} patients")
    assert max(found.values()) <= ALLOWED


@pytest.mark.slow
def test_same_numbers_in_the_reference_case() -> None:
    from trimer.study.replay import prepare

    exported, setting = sbml(case="linder2016"), prepare("linder2016")
    times = output_times(setting.assembly.start, setting.end)
    outputs = everything(setting.assembly.system)
    problem = replace(setting.assembly.problem([setting.known], times, outputs, RTOL), atol=ATOL)
    assert relative_error(theirs(exported, problem), solve(problem).values)[0] <= ALLOWED
