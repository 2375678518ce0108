"""The flagship on the fast backend against the plain reference, for patients drawn from the population."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trimer.engine.problem import Problem
from trimer.engine.solve import relative_error, solve
from trimer.model.leukaemia import CORE
from trimer.study.scenario import Scenario, scenario

LIMIT = 1e-5


def cycle(first: int, count: int) -> Problem:
    """Return the first cycle with its premedication, day 0 to 42, every output and every state of the model's own."""
    setting = scenario("blinatumomab_rr", cycles=1, run_in=30.0)
    outputs = tuple(dict.fromkeys((*setting.assembly.system.outputs, *CORE)))
    return setting.problem(setting.patients(first, count), np.arange(0.0, 42.25, 0.25), outputs, rtol=1e-7)


def largest(problem: Problem) -> float:
    """Return the largest relative error of any output at any time in any patient."""
    fast, slow = solve(problem), solve(replace(problem, rtol=1e-7, atol=1e-10), "reference")
    assert fast.ok.all()
    assert slow.ok.all()
    return float(relative_error(fast.values, slow.values).max())


def test_a_cycle_agrees_with_the_reference() -> None:
    assert largest(cycle(0, 4)) < LIMIT


@pytest.mark.slow
def test_two_hundred_patients_agree_with_the_reference() -> None:
    found = [largest(cycle(first, 20)) for first in range(0, 200, 20)]
    print(f"largest relative error over 200 patients: {max(found):.1e}")
    assert max(found) < LIMIT


def by_rules(frail: float) -> Scenario:
    return scenario("blinatumomab_label_astct_2019", run_in=30.0, changes={"crs_frailty": frail})


@pytest.mark.parametrize("frail", [1.0, 6.0])
def test_the_label_s_rules_decide_alike(frail: float) -> None:
    setting = by_rules(frail)
    outputs = (*setting.assembly.system.outputs, "il6", "platelets")
    problem = setting.problem(setting.patients(0, 3), np.arange(0.0, 50.0), outputs, rtol=1e-7)
    fast, slow = solve(problem), solve(problem, "reference")
    for i in range(3):
        assert fast.decisions.of(i) == slow.decisions.of(i)
        assert "start of a cycle" in {name for _, name in fast.decisions.of(i)}
    assert relative_error(fast.values, slow.values).max() < LIMIT


def test_frail_patients_are_held_and_resumed() -> None:
    setting = by_rules(10.0)
    problem = setting.problem(setting.patients(0, 30), np.array([0.0, 60.0]), ("anc",), rtol=1e-6)
    found = solve(problem)
    names = [{name.split(":")[0] for _, name in found.decisions.of(i)} for i in range(30)]
    assert sum("hold" in n for n in names) >= 5
    assert sum("resume at 9 ug/day" in n for n in names) >= 3
    assert sum("stop" in n for n in names) >= 3
