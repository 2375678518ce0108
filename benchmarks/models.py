"""The two models that engines are compared on: the flagship under one cycle, and the public one of 25 states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import engager_25
import numpy as np

from trimer.engine.problem import Problem
from trimer.engine.solve import solve
from trimer.study.scenario import Scenario, scenario

START, END = -0.5, 90.0
OUTPUTS = (
    "blinatumomab_plasma",
    "marrow_blast_percent",
    "blasts_blood",
    "mrd_marrow",
    "wbc",
    "anc",
    "t_cells_blood",
    "b_cells_blood",
    "temperature",
    "il6",
    "platelets",
    "haemoglobin",
)
DISEASE = 1e-9  # tolerance with which the disease is grown once, before anything is measured


def flagship(n_patients: int) -> Problem:
    """Return virtual patients half a day before blinatumomab, their disease grown as far as it is at presentation.

    The run-in of sixty days is solved once and is no part of what is measured: the benchmark starts at day -0.5.
    """
    grown, given = _scenarios()
    patients = grown.patients(0, n_patients)
    states = grown.assembly.system.states
    before = solve(grown.problem(patients, [START - 0.1, START], states, DISEASE), "cpu", 1)
    problem = given.problem(patients, np.arange(START, END + 0.1, 0.25), OUTPUTS)
    return replace(problem, y0=before.values[:, -1])


@cache
def _scenarios() -> tuple[Scenario, Scenario]:
    """Return the treatment with its run-in, and the same without."""
    return scenario("blinatumomab_rr", cycles=1), scenario("blinatumomab_rr", cycles=1, run_in=-START)


def engager(n_patients: int) -> Problem:
    """Return the public model: its outputs are its states."""
    return engager_25.problem(n_patients)


MODELS: dict[str, Callable[[int], Problem]] = {"flagship": flagship, "engager_25": engager}


def at(problem: Problem, rtol: float) -> Problem:
    """Return ``problem`` with this tolerance; the absolute one is a thousandth of it, in units of the scales."""
    return replace(problem, rtol=rtol, atol=1e-3 * rtol)
