"""Laws of subjects under a plan: nobody depends on anybody, and what was given is what the rules gave."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from model_sample import examples
from numpy.typing import NDArray
from population_sample import small
from protocol_sample import PREMEDICATION, SIZE, Treated, hold, protocol, rule, sick

from trimer.engine.solution import Decisions, Solution
from trimer.study.given import logged
from trimer.study.outcome_values import Judging, judged
from trimer.study.outcomes import Outcomes, course, outcomes
from trimer.study.plan import plan_of
from trimer.study.subjects import Subjects, from_population
from trimer.therapy.protocol import Protocol

N, DAYS = 24, 40.0
rows = st.lists(st.integers(0, N - 1), min_size=1, max_size=N)


@cache
def everybody() -> Subjects:
    return from_population(small(), N, seed=5)


@cache
def feverish() -> Protocol:
    return protocol(rules=[hold()], premedication=PREMEDICATION)


@cache
def whole() -> Outcomes:
    return outcomes(everybody(), feverish(), DAYS)


@given(rows)
@settings(max_examples=examples(20))
def test_any_subjects_in_any_order_and_number_come_to_the_same(chosen: list[int]) -> None:
    """Whoever is asked beside, before or twice: outcomes and curves are the same bit for bit."""
    some = outcomes(everybody().take(chosen), feverish(), DAYS)
    for name, values in whole().values.items():
        assert np.array_equal(values[chosen], some.values[name], equal_nan=True), name
    for name, curves in whole().treated.values.items():
        assert np.array_equal(curves[chosen], some.treated.values[name]), name


@given(rows, rows)
@settings(max_examples=examples(50))
def test_who_is_taken_of_those_taken_keeps_his_number_and_his_parameters(first: list[int], then: list[int]) -> None:
    then = [k % len(first) for k in then]
    known = plan_of(feverish(), SIZE).assembly.parameters
    one, other = everybody().take(first).take(then), everybody().take([first[k] for k in then])
    assert one.numbers.tolist() == other.numbers.tolist() == [first[k] for k in then]
    mine, theirs = one.parameters(known), other.parameters(known)
    assert all(np.array_equal(mine[name], theirs[name]) for name in known)


@given(st.floats(1.0, DAYS))
@settings(max_examples=examples(30))
def test_more_is_given_by_a_later_day_and_never_more_than_the_highest_rate(day: float) -> None:
    early = judged(whole().treated, Judging(day))
    late = whole().values
    assert (early["drug_amount"] <= late["drug_amount"] + 1e-9).all()
    assert (early["infusion_days"] <= day + 1e-9).all()
    assert (early["drug_amount"] <= 28.0 * early["infusion_days"] + 1e-9).all()
    assert (early["drug_amount"] >= 9.0 * early["infusion_days"] - 1e-9).all()


# ---- the log of rules, against the machine that made it

BEFORE = ("", "1 h", "6 h", "9 h")  # premedication, also so long before that a rule may act in between
STOP = rule("stop", {"temperature": ">= 40 Cel"})
spells = st.lists(st.tuples(st.floats(0.0, 100.0), st.floats(0.1, 12.0)), max_size=5)


@cache
def treatments(before: str) -> Protocol:
    """Return a protocol that holds for fever and stops for a high one, with premedication so long before infusions."""
    own: dict[str, Any] = {
        "rules": [STOP, hold()],
        **({"premedication": PREMEDICATION | {"before": before}} if before else {}),
    }
    return protocol(**own)


def replayed(treated: Treated, before: str) -> NDArray[np.float64]:
    """Return the doses that the log of a scripted patient tells of."""
    time, which = (np.array([[fired[k] for fired in treated.machine.fired]]) for k in (0, 1))
    plan = plan_of(treatments(before), SIZE)
    assert plan.rules is not None
    names = tuple(t.name for t in plan.rules.transitions)
    decisions = Decisions(names, np.array([which.shape[1]]), time, which.astype(np.int64), np.zeros(1, int))
    times = np.array([-1.0, treated.end])
    solution = Solution(times, (), np.zeros((1, 2, 0)), np.zeros(1, int), np.zeros(1, int), "", {}, decisions)
    return logged(solution, plan)[0].doses


@given(spells, st.floats(0.0, 100.0), st.sampled_from(BEFORE), st.floats(20.0, 200.0))
@example([(1.0, 1.0)], 2.3, "9 h", 60.0)  # stopped while the restart is premedicated
@example([], 6.8, "6 h", 60.0)  # the step's rate is due in the round that stops
@settings(max_examples=examples(60))
def test_the_log_tells_every_microgram_that_the_rules_gave(
    ill: list[tuple[float, float]], worse: float, before: str, end: float
) -> None:
    """Steps, holds, restarts, breaks that begin a new cycle, infusions ended while they were premedicated."""
    fever = sick(*((day, day + length) for day, length in ill), signs={"temperature": 39.0})
    high = sick((worse, worse + 0.5), signs={"temperature": 40.5})
    treated = Treated(treatments(before), lambda day: {**fever(day), **high(day)}, end)
    doses = replayed(treated, before)
    assert doses[:, 2].sum() == pytest.approx(treated.total(end=end), rel=1e-9, abs=1e-9)
    edges = [*treated.starts(), (end, 0.0)]
    runs = [(day, rate) for (day, rate), (then, _) in pairwise(edges) if rate > 0.0 and day < then]
    assert doses[:, 0] == pytest.approx(np.array([day for day, _ in runs]), abs=1e-9)
    assert doses[:, 2] / (doses[:, 1] - doses[:, 0]) == pytest.approx(np.array([rate for _, rate in runs]), rel=1e-6)


@given(st.floats(-2.0, 2.0), st.floats(5.0, 60.0))
@settings(max_examples=examples(20))
def test_a_subject_who_cannot_be_solved_is_a_status_and_leaves_the_others(broken: float, day: float) -> None:
    own = everybody()
    row = int(abs(broken) * (N - 1) / 2.0)
    states = {name: x.copy() for name, x in own.states.items()}
    states["neutrophils"][row] = np.nan if broken < 0.0 else np.inf
    found = course(replace(own, states=states), plan_of(feverish(), SIZE), day)
    assert np.flatnonzero(found.status).tolist() == [row]
    values = judged(found, Judging(day))
    assert all(np.isnan(x[row]) for x in values.values())
    assert np.isfinite(np.delete(values["marrow_blasts_end"], row)).all()
