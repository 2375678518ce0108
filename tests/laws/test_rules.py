"""Laws of treatment rules: nothing is given never or twice, and all happens when, and in the order, it should."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine_rules_sample import DRUG, INFUSION, TOTAL, drawn, problem
from hypothesis import example, given, settings
from hypothesis import strategies as st
from model_sample import examples

from trimer.engine.problem import Problem
from trimer.engine.rules import LOGGED, PENDING, Action, Do, Guard, Lookup, Rules, Transition
from trimer.engine.solution import Decisions, Solution, Status
from trimer.engine.solve import solve

BACKENDS = ("cpu", "reference")
both = pytest.mark.parametrize("backend", BACKENDS)


def rules(*transitions: Transition, modes: str = "A", clock: str = "", every: float = 1.0, **more: Any) -> Rules:
    """Return rules with modes of one letter, a clock from 0 that runs in some, and two registers at 0."""
    registers = {"clock": 0.0, "kept": 0.0, "count": 0.0}
    return Rules(transitions, tuple(modes), registers, {"clock": tuple(clock)}, every=every, **more)


def after(time: float) -> tuple[Guard, ...]:
    """Return the guard of what waits for the clock."""
    return (Guard(register="clock", limit=time),)


def add(amount: float, delay: float = 0.0) -> Action:
    return Action(Do.ADD, "total", amount, delay)


def fired(found: Solution, patient: int = 0) -> list[tuple[float, str]]:
    assert found.status[patient] == Status.OK
    return list(found.decisions.of(patient))


# ---- nothing is missed, nothing is doubled


def accounted(asked: Problem, decisions: Decisions, patient: int) -> list[float]:
    """Return what was given by each output time, worked out from the decisions alone."""
    assert asked.rules is not None
    by_name = {t.name: t.actions for t in asked.rules.transitions}
    number = itertools.count()
    heap: list[tuple[float, int, int, Any]] = []
    events = asked.events
    for row in range(int(events.start[patient]), int(events.stop[patient])):
        heap.append((events.time[row], 0, next(number), (int(events.target[row]), events.value[row])))
    heap += [(t, 2, next(number), by_name[name]) for t, name in decisions.of(patient)]
    heap += [(t, 3, next(number), None) for t in asked.times]
    heapq.heapify(heap)
    rate, total, last, found = {"infusion": 0.0, "trickle": 0.0}, 0.0, float(asked.times[0]), []

    def act(action: Action) -> float:
        if action.do == Do.SET:
            rate[action.target] = action.value
        elif action.do == Do.CHANGE:
            rate[action.target] += action.value
        return action.value if action.do == Do.ADD and action.target == "total" else 0.0

    while heap:
        time, kind, _, what = heapq.heappop(heap)
        total, last = total + (time - last) * sum(rate.values()), time
        if kind == 0 and what[0] == INFUSION:
            rate["infusion"] = what[1]
        elif kind == 0:
            total += what[1] if what[0] == TOTAL else 0.0
        elif kind == 1:
            total += act(what)
        elif kind == 3:
            found.append(total)
        for action in what if kind == 2 else ():
            if action.do == Do.CANCEL:
                kept = [e for e in heap if e[1] != 1 or e[3].do == Do.ADD or e[3].target != action.target]
                heap[:] = kept
                heapq.heapify(heap)
            elif action.do in (Do.ADD, Do.SET, Do.CHANGE) and action.delay > 0.0:
                heapq.heappush(heap, (time + action.delay, 1, next(number), action))
            else:
                total += act(action)
    return found


@settings(max_examples=examples(60))
@given(st.integers(0, 2**32 - 1))
def test_what_was_given_is_what_the_decisions_say(seed: int) -> None:
    asked = drawn(seed, 3)
    found = solve(asked, "cpu", 1)
    for i in np.flatnonzero(found.ok & (found.decisions.count <= LOGGED)):
        expected = np.array(accounted(asked, found.decisions, int(i)))
        np.testing.assert_allclose(found["total"][i], expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("seed", range(4))
def test_what_the_reference_gave_is_what_its_decisions_say(seed: int) -> None:
    asked = drawn(seed, 1)
    found = solve(asked, "reference")
    if found.ok[0]:
        np.testing.assert_allclose(found["total"][0], accounted(asked, found.decisions, 0), rtol=1e-6, atol=1e-5)


def test_a_course_of_ten_thousand_rounds_looks_at_each_once() -> None:
    each = Transition("each", actions=(add(1.0), add(1.0, 0.004), Action(Do.COUNT, "count", 1.0)))
    last = Transition("last", guards=(Guard(register="count", limit=10_000.5),), actions=(add(0.25),), to="B")
    found = solve(problem(rules(each, last, modes="AB", every=0.01), 9, times=(0.0, 50.0, 100.0, 101.0)))
    assert found.ok.all()
    # each is taken in B too; up to 100 there are 10,001 rounds; the dose that the last one delays is not yet due
    np.testing.assert_allclose(found["total"][:, 2], 10_001 + 10_000 + 0.25, rtol=1e-12)
    assert (found.decisions.count > 10_000).all()


def test_what_is_not_logged_is_counted_and_done() -> None:
    found = solve(problem(rules(Transition("each", actions=(add(1.0),)), every=0.01), 3, times=(0.0, 9.995)))
    np.testing.assert_array_equal(found.decisions.count, 1000)
    np.testing.assert_allclose(found["total"][:, -1], 1000.0, rtol=1e-12)
    assert len(found.decisions.of(1)) == LOGGED


def test_ten_thousand_events_beside_rules() -> None:
    rows = [(0.003 * k, TOTAL, 1.0) for k in range(10_000)]
    found = solve(
        problem(rules(Transition("each", actions=(add(1000.0),))), 2, rows=rows, times=(0.0, 29.9, 29.999, 30.0))
    )
    expected = [30_000 + 9967, 30_000 + 10_000, 31_000 + 10_000]
    np.testing.assert_allclose(found["total"][0], [1001.0, *expected], rtol=1e-12)


# ---- when


@both
@settings(max_examples=examples(15))
@given(start=st.floats(0.0, 20.0), delay=st.floats(1e-6, 9.0))
@example(start=0.0, delay=0.25)
@example(start=0.1, delay=0.2)
def test_a_delayed_dose_is_given_at_its_very_time(backend: str, start: float, delay: float) -> None:
    time = start + delay
    once = Transition("once", ("A",), actions=(add(1.0, delay),), to="B")
    times = (-1.0, np.nextafter(time, -1.0), time, 31.0)
    found = solve(problem(rules(once, modes="AB", start=start), times=times), backend)
    assert fired(found) == [(start, "once")]
    np.testing.assert_array_equal(found["total"][0], [0.0, 0.0, 1.0, 1.0])


@both
@settings(max_examples=examples(15))
@given(start=st.floats(0.0, 20.0), wait=st.floats(1e-6, 9.0))
@example(start=0.0, wait=3.0)
@example(start=0.1, wait=0.2)
def test_a_clock_runs_out_at_its_very_time(backend: str, start: float, wait: float) -> None:
    once = Transition("once", ("A",), after(wait), (add(1.0),), "B")
    times = (-1.0, start + wait - 2e-9, start + wait + 2e-9, 31.0)
    found = solve(problem(rules(once, modes="AB", clock="A", start=start), times=times), backend)
    assert fired(found) == [(pytest.approx(start + wait, abs=1.5e-9), "once")]
    np.testing.assert_array_equal(found["total"][0], [0.0, 0.0, 1.0, 1.0])


@both
def test_a_clock_that_runs_out_on_the_grid_is_met_there_once(backend: str) -> None:
    again = Transition("again", (), after(3 * 0.1), (Action(Do.PUT, "clock", 0.0),))
    found = solve(problem(rules(again, clock="A", every=0.1), times=(0.0, 9.95)), backend)
    assert fired(found) == [((3 * k) * 0.1, "again") for k in range(1, 34)]


@both
def test_rounds_off_the_grid(backend: str) -> None:
    again = Transition("again", (), after(0.3), (Action(Do.PUT, "clock", 0.0), add(1.0)))
    found = solve(problem(rules(again, clock="A", every=1.0), times=(0.0, 7.45)), backend)
    np.testing.assert_allclose([t for t, _ in fired(found)], 0.3 * np.arange(1, 25), atol=1e-12)
    assert found["total"][0, -1] == 24.0


@both
def test_rules_that_start_later_see_nothing_before(backend: str) -> None:
    seen = Transition("seen", ("A",), (Guard("wave", limit=2.9),), (add(1.0),), "B")
    out = Transition("out", ("B",), after(2.0), (add(10.0),), "C")
    start = 4 * np.pi / 2.5 - 0.1  # the wave is at its top at 0, 1 and 2 turns
    found = solve(problem(rules(seen, out, modes="ABC", clock="AB", every=0.1, start=start)), backend)
    assert [name for _, name in fired(found)] == ["seen", "out"]
    np.testing.assert_allclose([t for t, _ in fired(found)], [start, start + 2.0], atol=1e-12)


@both
def test_a_clock_that_counts_down_is_looked_at_in_every_round(backend: str) -> None:
    low = Transition("low", ("A",), (Guard(register="clock", weight=-1.0, above=False, limit=-2.3),), (), "B")
    while_left = Transition("left", ("A",), (Guard(register="clock", weight=-1.0, limit=-1.7),), (add(1.0),))
    found = solve(problem(rules(while_left, low, modes="AB", clock="A", every=0.5)), backend)
    assert fired(found) == [(0.5 * k, "left") for k in range(4)] + [(2.5, "low")]


@both
def test_a_register_below_its_limit(backend: str) -> None:
    early = Transition("early", ("A",), (Guard(register="clock", above=False, limit=1.0),), (add(1.0),))
    found = solve(problem(rules(early, clock="A", every=0.25)), backend)
    assert fired(found) == [(0.25 * k, "early") for k in range(4)]  # at 1 the clock is no longer below


# ---- in which order, at one instant

INSTANTS = (0.0, 5.0, 30.0)  # the start, a time at which a step ends, the end


@both
@pytest.mark.parametrize("at", INSTANTS[1:])
def test_the_batch_s_events_come_before_scheduled_doses(backend: str, at: float) -> None:
    sets = Transition("sets", ("A",), (), (Action(Do.SET, "infusion", 7.0, at), add(1.0, at)), "B")
    held = Transition("held", ("B",), (*after(at), Guard("level", limit=2.0)), (add(0.5),), "C")
    asked = problem(rules(sets, held, modes="ABC", clock="AB"), rows=[(at, INFUSION, 5.0), (at, DRUG, 20.0)],
                    times=(0.0, at, at + 1.0))  # fmt: skip
    found = solve(asked, backend)
    np.testing.assert_allclose(found["total"][0], [0.0, 1.5, 8.5], rtol=1e-12)  # 7 a day: the scheduled act was last


@both
@pytest.mark.parametrize("at", INSTANTS)
def test_the_batch_s_events_come_before_the_round(backend: str, at: float) -> None:
    sees = Transition("sees", ("A",), (Guard("level", limit=1.5),), (Action(Do.SET, "infusion", 3.0),), "B")
    rows = [(at, DRUG, 20.0), (at, INFUSION, 5.0)]
    found = solve(problem(rules(sees, modes="AB"), rows=rows, times=(-1.0, at, at + 1.0)), backend)
    assert fired(found) == [(at, "sees")]
    assert found["total"][0, -1] == pytest.approx(3.0, rel=1e-9)


@both
@pytest.mark.parametrize("at", INSTANTS[1:])
def test_scheduled_doses_come_before_the_round(backend: str, at: float) -> None:
    gives = Transition("gives", ("A",), (), (Action(Do.ADD, "drug", 20.0, at),), "B")
    sees = Transition("sees", ("B",), (Guard("level", limit=1.5),), (), "C")
    found = solve(problem(rules(gives, sees, modes="ABC"), times=(0.0, at)), backend)
    assert fired(found) == [(0.0, "gives"), (at, "sees")]


@both
@pytest.mark.parametrize("at", INSTANTS)
def test_outputs_come_last(backend: str, at: float) -> None:
    acts = Transition("acts", ("A",), after(at), (add(1.0),), "B")
    times = (-1.0, at, 31.0) if at == 0.0 else (0.0, np.nextafter(at, 0.0), at)
    found = solve(problem(rules(acts, modes="AB", clock="A"), times=times, rows=[(at, TOTAL, 2.0)]), backend)
    np.testing.assert_array_equal(found["total"][0], [0.0, 3.0, 3.0] if at == 0.0 else [0.0, 0.0, 3.0])


@both
def test_a_dose_between_rounds_is_seen_at_the_next(backend: str) -> None:
    gives = Transition("gives", ("A",), (), (Action(Do.ADD, "drug", 200.0, 2.0001),), "B")
    sees = Transition("sees", ("B",), (Guard("level", limit=1.5),), (), "C")
    found = solve(problem(rules(gives, sees, modes="ABC", every=0.5)), backend)
    assert fired(found) == [(0.0, "gives"), (2.5, "sees")]


@both
def test_transitions_are_taken_in_order_and_each_once_a_round(backend: str) -> None:
    steps = [Transition(f"{a} to {b}", (a,), to=b) for a, b in itertools.pairwise("ABCD")]
    chain = solve(problem(rules(*steps, modes="ABCD")), backend)
    assert fired(chain) == [(0.0, "A to B"), (0.0, "B to C"), (0.0, "C to D")]
    back = solve(problem(rules(*steps[::-1], modes="ABCD")), backend)
    assert fired(back) == [(0.0, "A to B"), (1.0, "B to C"), (2.0, "C to D")]
    rivals = (Transition("first", ("A",), to="B"), Transition("second", ("A",), to="C"))
    assert fired(solve(problem(rules(*rivals, modes="ABC")), backend)) == [(0.0, "first")]


@both
def test_modes_that_toss_a_patient_to_and_fro_end(backend: str) -> None:
    toss = (Transition("there", ("A",), to="B"), Transition("back", ("B",), to="A"))
    found = solve(problem(rules(*toss, modes="AB")), backend)
    assert fired(found) == [(float(t), name) for t in range(31) for name in ("there", "back")]


# ---- what actions and guards mean


@both
def test_cancel_forgets_the_input_s_acts_and_no_others(backend: str) -> None:
    plan = (Action(Do.SET, "infusion", 5.0, 2.0), Action(Do.CHANGE, "infusion", 5.0, 3.0), add(100.0, 2.5),
            Action(Do.CHANGE, "trickle", 1.0, 2.0))  # fmt: skip
    stop = Transition("stop", ("B",), after(1.0), (Action(Do.CANCEL, "infusion"),), "C")
    asked = problem(rules(Transition("plan", ("A",), (), plan, "B"), stop, modes="ABC", clock="AB"), times=(0.0, 4.0))
    assert solve(asked, backend)["total"][0, -1] == pytest.approx(102.0, rel=1e-9)


@both
@settings(max_examples=examples(20))
@given(limit=st.floats(1.2, 2.8), lasting=st.sampled_from([0.2, 0.5, 0.75, 1.1]), above=st.booleans())
def test_what_lasts_has_held_at_every_round(backend: str, limit: float, lasting: float, above: bool) -> None:
    rounds = 0.1 * np.arange(301)
    wave = 2 + np.cos(2.5 * rounds)
    if np.min(np.abs(wave - limit)) < 1e-4:
        return
    held = wave >= limit if above else wave < limit
    since, expected = None, []
    for t, now in zip(rounds, held, strict=True):
        since = (t if since is None else since) if now else None
        if since is not None and t - since >= lasting - 1e-9:
            expected.append((t, "held"))
    rule = Transition("held", guards=(Guard("wave", above=above, limit=limit),), lasting=lasting)
    found = solve(problem(rules(rule, every=0.1), times=(0.0, 30.0)), backend)
    assert fired(found) == expected


@settings(max_examples=examples(25))
@given(st.lists(st.sets(st.sampled_from([0.5, 1.0, 2.0, 3.0, 3.5]), min_size=1), min_size=1, max_size=4), st.data())
def test_grades_are_read_from_the_table_at_edges_too(edges: Sequence[set[float]], data: st.DataObject) -> None:
    """At the start wave is exactly 3, level 2 and marker 1: on edges of their own."""
    values = {"wave": 3.0, "level": 2.0, "marker": 1.0}
    names = tuple(data.draw(st.sampled_from(sorted(values))) for _ in edges)
    cuts = tuple(tuple(sorted(e)) for e in edges)
    shape = [len(c) + 1 for c in cuts]
    cell = tuple(int(np.searchsorted(c, values[n], side="right")) for n, c in zip(names, cuts, strict=True))
    number = int(np.ravel_multi_index(cell, shape))
    lookup = Lookup("grade", names, cuts, tuple(float(k) for k in range(int(np.prod(shape)))))
    exact = (Guard("grade", limit=number - 0.5), Guard("grade", above=False, limit=number + 0.5))
    asked = problem(rules(Transition("found", ("A",), exact, to="B"), modes="AB", lookups=(lookup,)),
                    rows=[(0.0, DRUG, 20.0)], times=(0.0, 0.5))  # fmt: skip
    for backend in BACKENDS:
        assert fired(solve(asked, backend)) == [(0.0, "found")]


@both
def test_a_signal_that_was_kept(backend: str) -> None:
    keep = Transition("keep", ("A",), after(1.0), (Action(Do.KEEP, "kept", signal="wave"),), "B")
    fell = Transition("rose", ("B",), (Guard("wave", "kept", -1.0, limit=1.5),), (), "C")
    found = solve(problem(rules(keep, fell, modes="ABC", clock="A", every=0.1)), backend)
    wave = 2 + np.cos(2.5 * 0.1 * np.arange(301))
    first = next(k for k in range(11, 301) if wave[k] - wave[10] >= 1.5)
    assert fired(found) == [(1.0, "keep"), (pytest.approx(0.1 * first), "rose")]


@both
def test_more_than_can_be_kept_is_a_status(backend: str) -> None:
    def asked(number: int) -> Problem:
        many = tuple(add(1.0, 1.0 + 0.01 * k) for k in range(number))
        stuffed = Transition("stuffed", ("A",), (Guard("level", limit=1.5),), many, "B")
        rows = [[(0.0, DRUG, 20.0 * (i % 2))] for i in range(4)]
        batch = problem(rules(stuffed, modes="AB"), 4, times=(0.0, 9.0))
        return replace(batch, events=type(batch.events).per_patient(rows))

    room, crowded = solve(asked(PENDING), backend), solve(asked(PENDING + 1), backend)
    np.testing.assert_array_equal(room["total"][:, -1], [0.0, PENDING, 0.0, PENDING])
    assert crowded.status.tolist() == [Status.OK, Status.CROWDED] * 2
    np.testing.assert_array_equal(crowded.values[::2], room.values[::2])
    assert np.isnan(crowded["total"][1::2, -1]).all()


def test_places_are_free_again_when_doses_are_given_or_forgotten() -> None:
    each = tuple(Action(Do.CHANGE, "trickle", 1.0, 0.2 + 0.001 * k) for k in range(PENDING))
    given_in_time = solve(problem(rules(Transition("each", actions=each)), times=(0.0, 9.9)))
    assert given_in_time.decisions.count[0] == 10
    assert given_in_time.ok.all()
    forgotten = (Action(Do.CANCEL, "trickle"), *(replace(a, delay=a.delay + 1.0) for a in each))
    assert solve(problem(rules(Transition("each", actions=forgotten)), times=(0.0, 9.9))).ok.all()


def test_rules_that_act_without_end_stop_at_the_step_limit() -> None:
    busy = Transition("busy", guards=after(1e-8), actions=(Action(Do.PUT, "clock", 0.0), add(1.0)))
    found = solve(problem(rules(busy, clock="A"), 2, max_steps=2000))
    assert found.status.tolist() == [Status.MAX_STEPS] * 2
