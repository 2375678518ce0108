"""Whatever one patient's numbers are, the batch ends, the patient has a status, and the neighbours never notice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from trimer.engine.problem import Events, Problem
from trimer.engine.rules import Do, Rules
from trimer.engine.solution import Solution, Status
from trimer.engine.solve import solve, subset
from trimer.study.scenario import Scenario, scenario

BOUND = 20_000  # steps that an abused patient may take
SECONDS = 60.0  # for a patient alone; no speed is judged, only that there is an end


@pytest.fixture(scope="module", params=["blinatumomab_rr", "blinatumomab_label_astct_2019"])
def treated(request: pytest.FixtureRequest) -> Scenario:
    cycles = {"cycles": 1} if request.param == "blinatumomab_rr" else {}
    return scenario(request.param, run_in=0.5, **cycles)


@pytest.fixture(scope="module")
def typical(treated: Scenario) -> Callable[[int], Problem]:
    outputs = treated.assembly.system.outputs[:4]
    one = replace(treated.problem([treated.typical()], np.arange(0.0, 60.0), outputs, 1e-4), max_steps=BOUND)
    return lambda n: subset(one, [0] * n)


def judged(found: Solution) -> Solution:
    """Require of every patient an end with a reason, and of those solved that they are whole."""
    reasons = {Status.OK, Status.MAX_STEPS, Status.STEP_TOO_SMALL, Status.NOT_FINITE, Status.CROWDED}
    assert set(found.status.tolist()) <= reasons
    assert (found.steps <= BOUND).all()
    assert np.isnan(found.values[~found.ok, -1]).all()
    print(
        {Status(s).name: int(np.sum(found.status == s)) for s in np.unique(found.status)},
        "most steps",
        found.steps.max(),
    )
    return found


def scaled_alone(asked: Problem, factors: tuple[float, ...]) -> Problem:
    """Return as many patients as there are parameters and factors, each with one parameter scaled."""
    n = asked.parameters.shape[1]
    each = np.repeat(asked.parameters[:1], n * len(factors), axis=0)
    for k, factor in enumerate(factors):
        each[k * n + np.arange(n), np.arange(n)] *= factor
    return replace(subset(asked, [0] * len(each)), parameters=each)


def scaled_together(asked: Problem, n: int, seed: int) -> Problem:
    powers = np.random.default_rng(seed).uniform(-3, 3, (n, asked.parameters.shape[1]))
    return replace(subset(asked, [0] * n), parameters=asked.parameters[0] * 10**powers)


def test_each_parameter_a_thousandfold(typical: Callable[[int], Problem]) -> None:
    found = judged(solve(scaled_alone(typical(1), (1e-3, 0.1, 10.0, 1e3))))
    assert found.ok.mean() > 0.95


def test_all_parameters_a_thousandfold_at_random(typical: Callable[[int], Problem]) -> None:
    judged(solve(scaled_together(typical(1), 300, 1)))


@pytest.mark.slow
def test_many_times_all_parameters_and_none_hangs(typical: Callable[[int], Problem]) -> None:
    asked = scaled_together(typical(1), 4000, 2)
    found = judged(solve(asked))
    worst = 0.0
    for i in np.argsort(-found.steps)[:8]:
        start = time.perf_counter()
        alone = solve(subset(asked, [int(i)]), threads=1)
        worst = max(worst, time.perf_counter() - start)
        np.testing.assert_array_equal(alone.values[0], found.values[i])
    print(f"worst patient alone: {worst:.2f} s")
    assert worst < SECONDS


def test_negative_parameters(typical: Callable[[int], Problem]) -> None:
    judged(solve(scaled_alone(typical(1), (-1.0,))))
    asked = typical(20)
    judged(solve(replace(asked, parameters=-asked.parameters)))


def scaled_doses(rules: Rules, factor: float) -> Rules:
    """Return rules that give a multiple of what they give."""
    doses = (Do.ADD, Do.SET, Do.CHANGE)
    return replace(rules, transitions=tuple(
        replace(t, actions=tuple(replace(a, value=a.value * factor) if a.do in doses else a for a in t.actions))
        for t in rules.transitions
    ))  # fmt: skip


@pytest.mark.parametrize("factor", [0.0, 1e6, -1.0])
def test_doses_of_nothing_and_of_far_too_much(typical: Callable[[int], Problem], factor: float) -> None:
    asked = typical(9)
    events = replace(asked.events, value=asked.events.value * factor)
    found = judged(solve(replace(asked, events=events, rules=asked.rules and scaled_doses(asked.rules, factor))))
    assert factor < 0.0 or found.ok.all()


def with_rows(asked: Problem, patient: int, rows: list[tuple[float, int, float]]) -> Problem:
    """Return the batch in which one patient has these events more."""
    events = asked.events
    each = []
    for i in range(asked.n_patients):
        own = slice(int(events.start[i]), int(events.stop[i]))
        columns = (events.time[own].tolist(), events.target[own].tolist(), events.value[own].tolist())
        each.append([*zip(*columns, strict=True), *(rows if i == patient else [])])
    return replace(asked, events=Events.per_patient(each))


def test_ten_thousand_events_in_one_patient(typical: Callable[[int], Problem]) -> None:
    asked = replace(typical(10), max_steps=200_000)
    target = asked.system.states.index("blinatumomab_central")
    rows = [(0.004 * k, target, 1e-3) for k in range(10_000)]
    found, plain = solve(with_rows(asked, 4, rows)), solve(asked)
    assert found.ok.all()
    assert found.steps[4] >= 10_000
    np.testing.assert_array_equal(np.delete(found.values, 4, 0), np.delete(plain.values, 4, 0))


BAD = (np.nan, np.inf, -np.inf)


def spoiled(asked: Problem, where: str, value: float) -> Problem:
    """Return the batch with one number of patient 5 spoiled."""
    if where == "event of a state":
        return with_rows(asked, 5, [(3.3, 0, value)])
    if where == "event of an input":
        return with_rows(asked, 5, [(3.3, len(asked.system.states), value)])
    changed = getattr(asked, where).copy()
    changed[5, 0] = value
    return replace(asked, **{where: changed})


@pytest.mark.parametrize("where", ["y0", "parameters", "inputs", "event of a state", "event of an input"])
def test_numbers_that_are_none_leave_the_neighbours_alone(typical: Callable[[int], Problem], where: str) -> None:
    asked = typical(19)
    plain = solve(asked, threads=1)
    assert plain.ok.all()
    for value in BAD:
        found = judged(solve(spoiled(asked, where, value), threads=1))
        others = np.arange(19) != 5
        assert found.ok[others].all()
        if np.isnan(value):
            assert found.status[5] == Status.NOT_FINITE
            assert np.isnan(found.values[5, -1]).all()
        for a, b in (
            (found.values, plain.values),
            (found.steps, plain.steps),
            (found.decisions.time, plain.decisions.time),
        ):
            np.testing.assert_array_equal(a[others], b[others])


def test_bad_patients_leave_good_ones_alone_whatever_their_share(typical: Callable[[int], Problem]) -> None:
    """Lanes change hands between patients that fail and patients that do not."""
    good, bad = typical(60), scaled_together(typical(1), 60, 3)
    spoilt = np.random.default_rng(4).random(60) < 0.6
    mixed = replace(good, parameters=np.where(spoilt[:, None], bad.parameters, good.parameters))
    one = solve(subset(good, [0]), threads=1)
    for threads in (1, 2):
        found = judged(solve(mixed, threads=threads))
        for i in np.flatnonzero(~spoilt):
            np.testing.assert_array_equal(found.values[i], one.values[0])
            np.testing.assert_array_equal(found.decisions.time[i], one.decisions.time[0])


ENDLESS = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin with it ignored
import numpy as np
from dataclasses import replace
from trimer.engine.solve import solve, subset
from trimer.study.scenario import scenario
study = scenario("blinatumomab_label_astct_2019", run_in=0.5)
one = study.problem([study.typical()], np.arange(0.0, 200.0, 10.0), study.assembly.system.outputs[:1], 1e-6)
solve(one)
many = subset(one, [0] * 100_000)
print("begin", flush=True)
try:
    solve(many, threads=int(sys.argv[1]))
except KeyboardInterrupt:
    print("interrupted", flush=True)
else:
    print("ended by itself", flush=True)
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_is_heard_within_a_second(threads: int) -> None:
    command = [sys.executable, "-c", ENDLESS, str(threads)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == "begin\n"
            time.sleep(1.5)
            start = time.perf_counter()
            child.send_signal(signal.SIGINT)
            said = child.stdout.readline()
            heard = time.perf_counter() - start
            child.wait(timeout=10)
        finally:
            child.kill()
    print(f"heard after {heard:.3f} s, gone after {time.perf_counter() - start:.3f} s")
    assert said == "interrupted\n"
    assert heard < 1.0
