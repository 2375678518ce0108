"""Our log likelihood against PEtab's own on a simulation of libRoadRunner, which are given nothing but the six files.

Both solve far tighter than the difference allowed, and absolute tolerances are set state by state (see
``test_sbml_roadrunner``).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import petab.v1 as petab_tool
import pytest
import roadrunner
import sympy
from numpy.typing import NDArray
from petab.v1.math import sympify_petab
from petab_sample import TEXT
from scipy.special import ndtri

from trimer.engine.solve import solve
from trimer.record.case import Case
from trimer.record.read_yaml import load_case
from trimer.study.export.petab_problem import PetabExport, petab
from trimer.study.likelihood import FAILED, residual
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.run import ERROR_SCALE
from trimer.study.twin.segment import Segment, segment_of

pytestmark = pytest.mark.usefixtures("quick_to_load")
Array = NDArray[np.float64]
ALLOWED = 1e-6  # of the log likelihood, which is some hundreds
OURS = (1e-11, 1e-13)  # relative tolerance, and absolute in units of each state's scale
VECTORS = 6


@pytest.fixture
def short(tmp_path: Path) -> Case:
    path = tmp_path / "short.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return load_case(path)


class Theirs:
    """Evaluate a PEtab problem from its folder."""

    def __init__(self, problem: Path, scales: dict[str, float], tolerances: tuple[float, float]) -> None:
        self.problem: Any = petab_tool.Problem.from_yaml(str(problem))
        self.model = roadrunner.RoadRunner(str(problem.parent / "model.xml"))
        integrator = self.model.getIntegrator()
        integrator.setValue("relative_tolerance", tolerances[0])
        integrator.setValue("maximum_num_steps", 1_000_000)
        for state in self.model.getRateRuleIds():
            integrator.setIndividualTolerance(state, tolerances[1] * scales[state])
        formulas = {name: sympify_petab(text) for name, text in self.problem.observable_df.observableFormula.items()}
        self.read = sorted({str(symbol) for formula in formulas.values() for symbol in formula.free_symbols})
        symbols = [sympy.Symbol(name, real=True) for name in self.read]
        self.observables = {name: sympy.lambdify(symbols, formula) for name, formula in formulas.items()}

    def simulate(self, point: dict[str, float]) -> pd.DataFrame:
        """Return what is simulated at parameters of the problem, as PEtab's simulation table."""
        for name, value in point.items():
            self.model.setValue(name, value)
        self.model.reset()
        times = sorted(self.problem.measurement_df.time.unique())
        found = np.array(self.model.simulate(times=[0.0, *times], selections=["time", *self.read]))[1:]
        at = {time: row[1:] for time, row in zip(times, found, strict=True)}
        table = self.problem.measurement_df.rename(columns={"measurement": "simulation"})
        pairs = zip(table.observableId, table.time, strict=True)
        return table.assign(simulation=[float(self.observables[name](*at[time])) for name, time in pairs])

    def log_likelihood(self, point: dict[str, float]) -> float:
        """Return PEtab's own log likelihood."""
        tables = self.problem.measurement_df, self.simulate(point), self.problem.observable_df
        return float(petab_tool.calculate_llh(*tables, self.problem.parameter_df))


def ours(segment: Segment, z: Array) -> Array:
    """Return what :class:`trimer.study.twin.target.Target` does, solved more exactly; shape (n_points,)."""
    days = sorted({datum.day for datum in segment.known})
    names = sorted({datum.observable for datum in segment.known})
    problem = segment.assembly.batch(segment.prior.columns(z), days, names, OURS[0])
    found = solve(replace(problem, atol=OURS[1]))
    assert found.ok.all()
    at = {day: int(np.searchsorted(found.times, day - 1e-9)) for day in days}
    columns = np.array([residual(d, found[d.observable][:, at[d.day]]) for d in segment.known]).T
    assert np.abs(columns).max() < FAILED, "nothing is cut off, which PEtab would not do"
    return np.asarray(-0.5 * np.sum((columns / ERROR_SCALE) ** 2, axis=1))


def points(segment: Segment, count: int) -> Array:
    """Return the typical patient and random ones; what is present or absent is absent, as in the export."""
    prior = segment.prior
    z = 0.7 * np.random.default_rng(1).standard_normal((count, len(prior.names)))
    z[0] = 0.0
    absent = [k for k, name in enumerate(prior.names) if prior.items[name].distribution == "bernoulli"]
    z[:, absent] = ndtri(0.999)
    return z


def differences(case: str | Case, folder: Path, tolerances: tuple[float, float], count: int = VECTORS) -> list[float]:
    """Return theirs less ours, constant left aside, at points of the prior; and see that they differ widely."""
    export, segment = petab(case), segment_of(case, None, POPULATION)  # type: ignore[arg-type]
    system, z = segment.assembly.system, points(segment, count)
    theirs = Theirs(export.write(folder), dict(zip(system.states, system.scale, strict=True)), tolerances)
    wanted, columns = ours(segment, z), segment.prior.columns(z)
    assert np.ptp(wanted) > 50.0
    found = []
    for k in range(count):
        point = export.point({name: float(column[k]) for name, column in columns.items()})
        found.append(theirs.log_likelihood(point) - export.constant - float(wanted[k]))
        print(f"log likelihood {wanted[k]:.6f}, difference {found[-1]:+.1e}")
    return found


def test_petab_evaluates_a_short_record_to_our_likelihood(short: Case, tmp_path: Path) -> None:
    assert max(map(abs, differences(short, tmp_path / "twin", (1e-10, 1e-12)))) <= ALLOWED


@pytest.mark.slow
def test_petab_evaluates_the_reference_case_to_our_likelihood(tmp_path: Path) -> None:
    assert max(map(abs, differences("linder2016", tmp_path / "twin", (1e-11, 1e-13), 5))) <= ALLOWED


def test_priors_of_the_table_are_ours_but_for_a_constant(short: Case, tmp_path: Path) -> None:
    export, segment = petab(short), segment_of(short, None, POPULATION)
    problem: Any = petab_tool.Problem.from_yaml(str(export.write(tmp_path / "twin")))
    z = points(segment, 4)
    normal = [k for k, name in enumerate(segment.prior.names) if segment.prior.items[name].distribution != "bernoulli"]
    columns = segment.prior.columns(z)
    logs = [_log_prior(export, problem, {name: float(column[k]) for name, column in columns.items()}) for k in range(4)]
    wanted = -0.5 * np.sum(z[:, normal] ** 2, axis=1)
    assert np.ptp(wanted) > 1.0
    assert np.ptp(np.array(logs) - wanted) < 1e-9


def _log_prior(export: PetabExport, problem: Any, values: dict[str, float]) -> float:
    """Return the sum of the normal densities that the table states on the parameters' scales."""
    found = 0.0
    for name, value in export.point(values).items():
        row = problem.parameter_df.loc[name]
        assert row.objectivePriorType == "parameterScaleNormal"
        centre, sd = map(float, row.objectivePriorParameters.split(";"))
        inner = np.log(value) if row.parameterScale == "log" else value
        found -= 0.5 * ((inner - centre) / sd) ** 2
    return found
