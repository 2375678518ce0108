"""Treatment rules that cannot be meant are refused, and none makes a backend read past its tables or run for ever."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine_rules_sample import DRUG, INFUSION, SYSTEM, TOTAL, problem

from trimer.engine.problem import Problem, System
from trimer.engine.rules import Action, Do, Guard, Lookup, Rules, Transition
from trimer.engine.solution import Status
from trimer.engine.solve import check, solve
from trimer.errors import SolveError
from trimer.model.processes import log

both = pytest.mark.parametrize("backend", ["cpu", "reference"])


def one(**changes: Any) -> Transition:
    return replace(Transition("one", ("A",), (Guard("level", limit=1.5),), (), "B"), **changes)


def rules(*transitions: Transition, **changes: Any) -> Rules:
    plain = Rules(transitions or (one(),), ("A", "B"), {"clock": 0.0}, {"clock": ("A", "B")}, every=1.0)
    return replace(plain, **changes)


GRADE = Lookup("grade", ("level",), ((1.5,),), (0.0, 1.0))
GUARD, ACT = Guard("level", limit=1.5), Action(Do.ADD, "drug", 1.0)
NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"every": 0.0}, "every above zero"),
        ({"every": -1.0}, "every above zero"),
        ({"every": NAN}, "must be finite"),
        ({"every": INF}, "must be finite"),
        ({"start": NAN}, "must be finite"),
        ({"start": -INF}, "must be finite"),
        ({"start": -0.5}, "lies before the start"),
        ({"modes": ()}, "at least one mode"),
        ({"modes": ("A", "B", "A")}, "no two of one name"),
        ({"clocks": {"hour": ("A",)}}, "'hour' is no register"),
        ({"transitions": (one(modes=("C",)),)}, "'C' is no mode"),
        ({"transitions": (one(to="C"),)}, "'C' is no mode"),
        ({"transitions": (one(lasting=-1.0),)}, "into the past"),
        ({"transitions": (one(lasting=NAN),)}, "not finite"),
        ({"transitions": (one(guards=(replace(GUARD, limit=NAN),)),)}, "not finite"),
        ({"transitions": (one(guards=(replace(GUARD, weight=INF),)),)}, "not finite"),
        ({"transitions": (one(guards=(replace(GUARD, register="hour"),)),)}, "'hour' is no register"),
        ({"transitions": (one(actions=(replace(ACT, value=NAN),)),)}, "not finite"),
        ({"transitions": (one(actions=(replace(ACT, delay=INF),)),)}, "not finite"),
        ({"transitions": (one(actions=(replace(ACT, delay=-1e-9),)),)}, "into the past"),
        ({"transitions": (one(actions=(replace(ACT, target="infusion"),)),)}, "'infusion' is no state"),
        ({"transitions": (one(actions=(Action(Do.SET, "drug"),)),)}, "'drug' is no input"),
        ({"transitions": (one(actions=(Action(Do.CANCEL, "clock"),)),)}, "'clock' is no input"),
        ({"transitions": (one(actions=(Action(Do.PUT, "drug"),)),)}, "'drug' is no register"),
        ({"transitions": (one(actions=(Action(Do.KEEP, "clock"),)),)}, "'' is no signal"),
        ({"lookups": (replace(GRADE, table=(0.0,)),)}, "1 values for 2 cells"),
        ({"lookups": (replace(GRADE, signals=("level", "wave")),)}, "values for 2 cells"),
        ({"lookups": (replace(GRADE, edges=((2.0, 1.5),), table=(0.0, 1.0, 2.0)),)}, "must increase"),
        ({"lookups": (replace(GRADE, edges=((1.5, 1.5),), table=(0.0, 1.0, 2.0)),)}, "must increase"),
        ({"every": 1e-9}, "rounds"),
        ({"registers": {"clock": NAN}}, "not finite"),
        ({"registers": {"clock": INF}}, "not finite"),
        ({"clocks": {"clock": ("A", "hold")}}, "'hold', which is no mode"),
        ({"lookups": (replace(GRADE, table=(0.0, NAN)),)}, "not finite"),
        ({"lookups": (replace(GRADE, edges=((NAN,),)),)}, "not finite"),
        ({"lookups": (GRADE, GRADE)}, "names of lookups"),
        ({"lookups": (replace(GRADE, signals=("of",)), replace(GRADE, name="of"))}, "lookups"),
        ({"lookups": (replace(GRADE, name="level"),)}, "lookup"),
        ({"transitions": (one(actions=(Action(9, "clock"),)),)}, "act"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_rules_that_cannot_be_meant_are_refused(bad: dict[str, Any], message: str) -> None:
    check(problem(rules()))
    with pytest.raises(SolveError, match=message):
        check(problem(rules(**bad)))


def test_a_signal_that_is_no_output_is_refused() -> None:
    with pytest.raises(SolveError, match="unknown output 'fever'; known: "):
        problem(rules(one(guards=(Guard("fever"),))))


@pytest.mark.parametrize("field", ["start", "stop", "target"])
@pytest.mark.parametrize("value", [0.5, NAN])
def test_events_are_numbered_by_whole_numbers(field: str, value: float) -> None:
    asked = problem(None, 2, rows=[(1.0, DRUG, 1.0)] * 2)
    events = replace(asked.events, **{field: np.full(2, value)})
    with pytest.raises(SolveError, match="whole numbers"):
        check(replace(asked, events=events))


@pytest.mark.parametrize("name", ["rtol", "atol", "max_steps"])
def test_settings_are_finite(name: str) -> None:
    with pytest.raises(SolveError, match="finite"):
        check(problem(None, **{name: INF}))


# ---- numbers that are no fault of the rules


def logarithm() -> System:
    """Return the sample's system with a signal that is NaN from the first round on and finite states."""
    return replace(
        SYSTEM,
        name="turning with a logarithm",
        outputs=(*SYSTEM.outputs, "unknown"),
        observables=lambda t, y, p, u: {**SYSTEM.observables(t, y, p, u), "unknown": log(-y.marker)},
    )


def unknowing(asked: Rules, **more: Any) -> Problem:
    plain = problem(None, times=np.linspace(0.0, 10.0, 21), rows=[(0.0, INFUSION, 2.0)], **more)
    return replace(plain, system=logarithm(), rules=asked)


@both
def test_what_is_not_a_number_meets_no_guard(backend: str) -> None:
    guards = (Guard("unknown", limit=-1e9), Guard("unknown", above=False, limit=1e9))
    found = solve(unknowing(rules(*(one(guards=(g,)) for g in guards))), backend)
    assert found.decisions.count[0] == 0


@both
def test_what_is_not_a_number_has_no_grade(backend: str) -> None:
    grade = Lookup("grade", ("unknown",), ((1.5,),), (0.0, 1.0))
    low = one(guards=(Guard("grade", above=False, limit=0.5),))
    found = solve(unknowing(rules(low, lookups=(grade,))), backend)
    assert found.decisions.count[0] == 0


@pytest.mark.parametrize("backend", ["cpu", "reference"])
def test_a_clock_that_is_not_a_number_leaves_the_outputs_right(backend: str) -> None:
    keep = one(guards=(), actions=(Action(Do.KEEP, "clock", signal="unknown"),))
    waits = Transition("waits", ("B",), (Guard(register="clock", limit=3.0),))
    found = solve(unknowing(rules(keep, waits)), backend)
    np.testing.assert_allclose(found["total"][0], 2.0 * found.times, rtol=1e-9)


@both
def test_limits_and_delays_that_never_come_are_harmless(backend: str) -> None:
    never = [one(guards=(Guard(register="clock", limit=x, weight=w),)) for x in (1e20, 1e290) for w in (1.0, 1e-300)]
    far = one(guards=(), actions=(replace(ACT, delay=1e300), replace(ACT, value=0.5, delay=1.0)))
    found = solve(problem(rules(*never, far), times=(0.0, 0.5, 1.0)), backend)
    assert found.decisions.of(0) == ((0.0, "one"),)
    np.testing.assert_array_equal(found["drug"][0], [0.0, 0.0, 0.5])


@pytest.mark.parametrize("backend", ["cpu", "reference"])
def test_a_delay_that_rounding_swallows_is_none(backend: str) -> None:
    acts = one(guards=(Guard("level", limit=1.5),), actions=(Action(Do.ADD, "total", 1.0, 1e-17),))
    found = solve(problem(rules(acts), rows=[(1.0, DRUG, 20.0)], times=(0.0, 1.0 + 1e-8)), backend)
    assert found.ok.all()
    assert found["total"][0, -1] == 1.0


# ---- one instant


@both
def test_a_dose_and_a_round_that_rounding_keeps_apart_are_one_instant(backend: str) -> None:
    """The dose falls due at 0.6000000000000001 + 0.3, one last digit after the round of 9 * 0.1."""
    gives = one(guards=(Guard(register="clock", limit=6 * 0.1),), actions=(Action(Do.ADD, "drug", 20.0, 0.3),))
    sees = Transition("sees", ("B",), (Guard("level", limit=1.5),), to="A", actions=(Action(Do.PUT, "clock", -1e9),))
    assert 6 * 0.1 + 0.3 > 9 * 0.1
    found = solve(problem(rules(gives, sees, every=0.1)), backend)
    assert [t for t, name in found.decisions.of(0) if name == "sees"] == [pytest.approx(0.9)]


@both
def test_an_event_and_a_round_that_rounding_keeps_apart_are_one_instant(backend: str) -> None:
    assert 5 / 6 > 5 * (1 / 6)
    sees = one(guards=(Guard("level", limit=1.5),))
    found = solve(problem(rules(sees, every=1 / 6), rows=[(5 / 6, DRUG, 20.0)]), backend)
    assert [t for t, _ in found.decisions.of(0)] == [pytest.approx(5 / 6)]


# ---- what lasts


@both
def test_one_round_left_out_is_noticed(backend: str) -> None:
    """The round at 1 is left out, so what lasts is counted from 1.5."""
    go = one(guards=(Guard(register="clock", limit=1.5),))
    held = Transition("held", ("B",), (Guard("wave", limit=0.0),), (), "A", 1.5)
    found = solve(problem(rules(go, held, clocks={"clock": ("A",)})), backend)
    assert found.decisions.of(0)[:2] == ((1.5, "one"), (3.0, "held"))


@both
def test_another_rule_that_looks_does_not_change_what_lasts(backend: str) -> None:
    held = one(guards=(Guard("wave", limit=0.0), Guard(register="clock", limit=5.0)), lasting=2.0)
    looks = Transition("looks", ("A",), (Guard("wave", limit=1e9),))
    alone, beside = (solve(problem(rules(*r)), backend).decisions.of(0) for r in ((held,), (held, looks)))
    assert alone == beside == ((5.0, "one"),)


# ---- without end

LATE = """
from engine_rules_sample import problem
from trimer.engine.rules import Action, Do, Guard, Rules, Transition
from trimer.engine.solve import solve
again = Transition("again", ("A",), (Guard(register="clock", limit=2.5e-9),), (Action(Do.PUT, "clock", 0.0),))
rules = Rules((again,), ("A",), {"clock": 0.0}, {"clock": ("A",)}, start=1e8, every=1.0)
print(solve(problem(rules, times=(1e8, 1e8 + 10)), BACKEND).backend)
"""


@both
def test_a_clock_finer_than_time_itself_ends(backend: str) -> None:
    code = f"import sys; sys.path[:0] = {sys.path!r}\n" + LATE.replace("BACKEND", repr(backend))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == backend


@pytest.mark.parametrize("backend", ["cpu", "reference"])
@pytest.mark.parametrize(
    ("when", "target", "value"), [(30.0, TOTAL, NAN), (30.0, DRUG, NAN), (30.0, DRUG, INF), (9.0, TOTAL, INF)]
)
def test_a_state_that_is_no_number_at_the_end_is_a_status(backend: str, when: float, target: int, value: float) -> None:
    found = solve(problem(None, 2, rows=[(when, target, value)]), backend)
    assert found.status.tolist() == [Status.NOT_FINITE] * 2
