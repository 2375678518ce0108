"""The course of an arm: when a trial looks, what the rules' log says, and who gets which regimen of a mix."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.solution import Decisions, Solution
from trimer.study.draws import uniforms
from trimer.study.given import CYCLES
from trimer.study.population.patients import Patients
from trimer.study.trial import treat as module
from trimer.study.trial.run import task_of
from trimer.study.trial.treat import OUTPUTS, Treated, plan, reading_times, treat
from trimer.therapy.trial import Arm, Share

SEED, FIRST, N = 3, 40, 24
TIMES = reading_times(np.array([0.0, 28.0]), 100.0)
MIX = (Share("hidac", 0.25, 1), Share("cytarabine_mitoxantrone", 0.75, 1))
PLACES = ("starts", "spans", "holds", "cycles")
HOUR = 1.0 / 24.0  # premedication comes so long before an infusion


def arm(*regimens: Share, protocol: str = "") -> Arm:
    return Arm("an arm", "", 10, 10, 1.0, protocol=protocol, regimens=regimens)


@cache
def patients() -> Patients:
    return task_of(library.trial("mt103_211"), seed=SEED, calibration="").patients(FIRST, N)


@cache
def engager() -> Treated:
    return treat(arm(protocol="blinatumomab_five_cycles"), patients().columns, TIMES, SEED, FIRST)


@cache
def mixed() -> Treated:
    return treat(arm(*MIX), patients().columns, TIMES, SEED, FIRST)


# ---- when it looks


def test_it_looks_every_six_hours_for_eight_weeks_then_weekly_and_at_every_visit() -> None:
    visits = np.array([0.0, 28.0, 70.0, 84.0, 91.3, 500.0])
    times = reading_times(visits, 200.0)
    assert (np.diff(times) > 0.0).all()
    assert (times[0], times[-1]) == (0.0, 200.0)
    assert np.isin(visits[:-1], times).all()
    assert np.allclose(np.diff(times[times <= 55.8]), 0.25)
    assert np.diff(times).max() == 7.0


def test_follow_up_shorter_than_eight_weeks_ends_the_readings() -> None:
    times = reading_times(np.array([0.0, 14.0]), 21.0)
    assert times[-1] == 21.0
    assert np.diff(times).max() == 0.25


def test_a_reading_is_found_by_its_day_for_all_or_for_each() -> None:
    times = np.array([0.0, 7.0, 28.0])
    values = {"anc": np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])}
    held = Treated(times, values, np.zeros(2, int), [], [], [], np.zeros(2), [])
    assert held.at("anc", np.array([0.0, 28.0])).tolist() == [[0.0, 2.0], [3.0, 5.0]]
    assert held.at("anc", np.array([[7.0], [28.0]])).tolist() == [[1.0], [5.0]]


# ---- what the rules did


def logged(*log: tuple[float, str], end: float = 200.0, protocol: str = "blinatumomab_five_cycles") -> Treated:
    """Return the reading of one patient's log; ``"hold"`` is the first transition whose name begins so.

    Of transitions with one name it is that with premedication: the shortest breaks need none, and rounds are six hours
    apart, so that none is as short.
    """
    rules = plan(protocol).rules
    assert rules is not None
    names = tuple(t.name for t in rules.transitions)

    def number(what: str) -> int:
        named = [k for k, name in enumerate(names) if name.startswith(what)]
        return max(named, key=lambda k: max((a.delay for a in rules.transitions[k].actions), default=0.0))

    when = np.array([[day for day, _ in log]])
    rule = np.array([[number(what) for _, what in log]])
    decisions = Decisions(names, np.array([len(log)]), when, rule, np.zeros(1, int))
    times = np.array([0.0, end])
    solved = Solution(
        times, OUTPUTS, np.zeros((1, 2, len(OUTPUTS))), np.zeros(1, int), np.zeros(1, int), "", {}, decisions
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "solve", lambda *_: solved)
        columns = {name: column[:1] for name, column in patients().columns.items()}
        return treat(arm(protocol=protocol), columns, times, SEED, 0)


STEPPED = ((-HOUR, "start of a cycle"), (7.0 - HOUR, "step to 28 ug/day"), (28.0, "end of a cycle"))


def test_a_cycle_with_a_step_is_one_run() -> None:
    again = ((42.0 - HOUR, "start of a cycle"), (70.0, "end of a cycle"), (70.0, "stop: no remission"))
    found = logged(*STEPPED, *again)
    assert len(found.starts[0]) == 3
    assert found.starts[0][[0, 2]].tolist() == [0.0, 42.0]
    assert found.spans[0].tolist() == [[0.0, 28.0], [42.0, 70.0]]
    assert found.cycles[0].tolist() == [0.0, 42.0]
    assert (found.holds[0].tolist(), found.ends[0]) == ([], 70.0)


def test_a_hold_ends_a_run_and_a_resumption_begins_the_next() -> None:
    held = ((-HOUR, "start of a cycle"), (2.0, "hold: CRS of grade 3"), (5.0, "resume at 9 ug/day: CRS of grade 3"))
    found = logged(*held, (12.0, "step to 28 ug/day"), (31.0, "end of a cycle"))
    assert len(found.starts[0]) == 3
    assert found.starts[0][:2].tolist() == [0.0, 5.0 + HOUR]
    assert found.spans[0].tolist() == [[0.0, 2.0], [5.0 + HOUR, 31.0]]
    assert (found.cycles[0].tolist(), found.holds[0].tolist(), found.ends[0]) == ([0.0], [2.0], 31.0)


def test_a_long_hold_starts_a_new_cycle() -> None:
    found = logged(
        (-HOUR, "start of a cycle"), (2.0, "hold: CRS of grade 3"), (12.0, "new cycle at 9 ug/day: CRS of grade 3"),
        (40.0, "end of a cycle"),
    )  # fmt: skip
    assert found.cycles[0].tolist() == [0.0, 12.0 + HOUR]
    assert found.spans[0].tolist() == [[0.0, 2.0], [12.0 + HOUR, 40.0]]


def test_an_infusion_that_is_never_resumed_ended_when_it_was_held() -> None:
    found = logged((-HOUR, "start of a cycle"), (2.0, "hold"), (16.0, "end of the last cycle"))
    assert found.spans[0].tolist() == [[0.0, 2.0]]
    assert (found.holds[0].tolist(), found.ends[0]) == ([2.0], 2.0)


def test_a_stop_ends_the_run_and_is_no_hold() -> None:
    found = logged((-HOUR, "start of a cycle"), (2.0, "stop: CRS of grade 4"))
    assert found.spans[0].tolist() == [[0.0, 2.0]]
    assert (len(found.holds[0]), found.stops[0]) == (0, 2.0)


def test_what_is_ended_during_its_premedication_never_ran() -> None:
    found = logged((-HOUR, "start of a cycle"), (-0.5 * HOUR, "stop: CRS of grade 4"))
    assert (found.spans[0].shape, len(found.starts[0]), len(found.cycles[0]), found.ends[0]) == ((0, 2), 0, 0, 0.0)


def test_what_still_runs_at_the_end_of_follow_up_ran_until_then() -> None:
    assert logged((-HOUR, "start of a cycle"), end=20.0).spans[0].tolist() == [[0.0, 20.0]]


def test_what_is_premedicated_when_follow_up_ends_never_ran() -> None:
    found = logged((20.0 - 0.5 * HOUR, "start of a cycle"), end=20.0)
    assert found.spans[0].shape == (0, 2)


def test_who_never_starts_has_had_nothing() -> None:
    found = logged((0.0, "stop: no remission"))
    assert found.spans[0].shape == (0, 2)
    assert (len(found.cycles[0]), found.ends[0], len(found.starts[0])) == (0, 0.0, 0)


# ---- arms


def test_cycles_and_holds_are_known_by_the_first_words_of_the_rules_names() -> None:
    """What begins to infuse or to dose counts the time at a rate anew; if it numbers a cycle too, it begins one."""
    for name in library.list_entries("protocols"):
        rules = plan(name).rules
        assert rules is not None
        for rule in rules.transitions:
            targets = {a.target for a in rule.actions if a.do.name in ("PUT", "COUNT")}
            assert rule.name.startswith(CYCLES) == ({"cycle", "at_rate"} <= targets), rule.name
            assert rule.name.startswith("hold") == (rule.to.startswith("held")), rule.name
            assert rule.name.startswith("stop") == (rule.to == "stopped"), rule.name


def test_the_engager_runs_where_it_is_in_plasma() -> None:
    found = engager()
    plasma = found.values["blinatumomab_plasma"]
    assert (found.status == 0).all()
    for i, spans in enumerate(found.spans):
        assert (spans[:, 0] < spans[:, 1]).all()
        assert (spans[1:, 0] > spans[:-1, 1]).all()
        inside = ((TIMES[:, None] > spans[:, 0] + 0.5) & (TIMES[:, None] < spans[:, 1])).any(axis=1)
        outside = ((TIMES[:, None] > spans[:, 1] + 2.0) | (TIMES[:, None] < spans[:, 0])).all(axis=1)
        assert plasma[i, inside].min() > 0.01
        assert plasma[i, outside].max(initial=0.0) < 0.01
        assert found.ends[i] == spans[-1, 1]
        assert len(spans) == len(found.cycles[i]) or (len(found.holds[i]) and len(spans) > len(found.cycles[i]))
        assert np.isin(found.cycles[i], found.starts[i]).all()
        assert np.isin(spans[:, 0], found.starts[i]).all()
        assert (np.isin(found.holds[i], spans[:, 1])).all()


def test_an_infusion_begins_after_its_premedication() -> None:
    found = engager()
    assert [starts[0] for starts in found.starts] == pytest.approx([0.0] * N, abs=1e-9)
    at = np.searchsorted(TIMES, [0.0, 0.25])
    assert (found.values["blinatumomab_plasma"][:, at[0]] == 0.0).all()
    assert (found.values["blinatumomab_plasma"][:, at[1]] > 0.01).all()


@pytest.mark.parametrize("name", ["blinatumomab_five_cycles", "blinatumomab_mrd_four_cycles"])
def test_what_the_log_says_is_dated_as_the_rules_act(name: str) -> None:
    """Premedication is for the moments that a protocol names; where it is given, the rate changes after it."""
    drug, rules = library.protocol(name).drug, plan(name).rules
    assert rules is not None
    delay: dict[str, float] = {}
    for rule in rules.transitions:
        for action in rule.actions:
            if action.target == drug and action.do.name == "SET" and action.value > 0.0:
                # The shortest breaks need none; rounds are six hours apart, so that none is as short.
                delay[rule.name] = max(action.delay, delay.get(rule.name, 0.0))
    assert len(delay) >= 4
    for what, later in delay.items():
        before = () if what == "start of a cycle" else ((0.0, "start of a cycle"), (2.0, "hold"))
        found = logged(*before, (9.0, what), (20.0, "end of a cycle"), protocol=name)
        assert found.starts[0][-1] == 9.0 + later, what


def test_the_first_readings_are_those_of_the_untreated_disease() -> None:
    blasts = patients().covariates["marrow_blast_percent"]
    found = engager().at("marrow_blast_percent", np.zeros(1))[:, 0]
    assert np.median(np.abs(found / blasts - 1.0)) < 0.01


def test_a_regimen_s_treatment_ends_with_its_last_dose() -> None:
    one = treat(arm(MIX[0]), patients().columns, TIMES, SEED, FIRST)
    last = max(dose.end for dose in plan("hidac", 1).administrations)
    assert set(one.ends) == {last}
    assert {len(days) for days in one.cycles} == {1}
    assert not any(len(days) for days in one.holds)
    assert all(len(starts) == 0 for starts in one.starts)


def test_an_engager_in_a_regimen_runs_as_its_calendar_says() -> None:
    found = treat(arm(Share("blinatumomab_rr", 1.0, 2)), patients().columns, TIMES, SEED, FIRST)
    plasma = found.values["blinatumomab_plasma"]
    infused = [(0.0, 28.0), (42.0, 70.0)]  # with the step on day 7 of the first cycle
    inside = np.logical_or.reduce([(low + 0.5 < TIMES) & (high > TIMES) for low, high in infused])
    outside = np.logical_or.reduce([(TIMES > 30.0) & (TIMES < 42.0), TIMES > 72.0])
    assert (plasma[:, inside] > 0.01).all()
    assert (plasma[:, outside] < 0.01).all()
    for i in range(N):
        assert found.starts[i].tolist() == [0.0, 7.0, 42.0]
        assert [tuple(span) for span in found.spans[i].tolist()] == infused
        assert found.cycles[i].tolist() == [0.0, 42.0]
        assert len(found.holds[i]) == 0


def chosen() -> NDArray[np.bool_]:
    """Return who gets the first regimen of the mix, as it is drawn."""
    return uniforms("regimen of an arm", SEED, FIRST, N) < MIX[0].share


def test_in_a_mix_each_patient_gets_one_regimen_as_if_it_were_the_only_one() -> None:
    found, who = mixed(), chosen()
    assert 0 < who.sum() < N
    for share, rows in zip(MIX, (who, ~who), strict=True):
        alone = treat(arm(replace(share, share=1.0)), patients().columns, TIMES, SEED, FIRST)
        for name in OUTPUTS:
            assert np.array_equal(found.values[name][rows], alone.values[name][rows])
        assert np.array_equal(found.ends[rows], alone.ends[rows])


@pytest.mark.parametrize(("first", "count"), [(FIRST, 1), (FIRST + 5, 9), (FIRST + N - 1, 1)])
def test_a_patient_s_course_does_not_depend_on_who_else_is_treated(first: int, count: int) -> None:
    low = first - FIRST
    part: dict[str, NDArray[Any]] = {n: x[low : low + count] for n, x in patients().columns.items()}
    for whole, given in ((engager(), arm(protocol="blinatumomab_five_cycles")), (mixed(), arm(*MIX))):
        found = treat(given, part, TIMES, SEED, first)
        for name in OUTPUTS:
            assert np.array_equal(found.values[name], whole.values[name][low : low + count], equal_nan=True)
        for place in PLACES:
            pairs = zip(getattr(found, place), getattr(whole, place)[low : low + count], strict=True)
            assert all(np.array_equal(one, other) for one, other in pairs)


# ---- other engagers, and cells


def test_another_engager_is_read_where_it_is() -> None:
    found = treat(arm(protocol="hle_engager_weekly"), patients().columns, TIMES, SEED, FIRST)
    assert (found.status == 0).all()
    assert (found.values["blinatumomab_plasma"] == 0.0).all()
    assert np.array_equal(found.exposed, found.values["hle_cd19_engager_plasma"] > 0.0)
    for i, doses in enumerate(found.doses):
        assert found.starts[i].tolist() == doses[:, 0].tolist()
        assert found.ends[i] == doses[-1, 0]
        assert found.spans[i].shape == (0, 2), "doses, and nothing that runs"
        assert found.exposed[i, doses[0, 0] + 1e-6 < TIMES].all(), "it lasts longer than a hundred days"
        assert not found.exposed[i, doses[0, 0] > TIMES].any()
    assert {round(float(x), 6) for doses in found.doses for x in np.diff(doses[:, 0])} >= {7.0}


def test_car_t_cells_begin_their_treatment_and_chemotherapy_before_them_does_not() -> None:
    found = treat(arm(Share("car_t_cd19_flu_cy", 1.0, 1)), patients().columns, TIMES, SEED, FIRST)
    (day,) = (a.start for a in plan("car_t_cd19_flu_cy", 1).administrations if a.drug == "car_t_cd19")
    assert {tuple(starts) for starts in found.starts} == {(day,)}
    assert {len(doses) for doses in found.doses} == {0}, "no microgram of an engager"
    assert np.array_equal(found.exposed, found.values["car_t_blood"] > 0.0)
    assert found.exposed[:, (day + 0.3 < TIMES) & (day + 60.0 > TIMES)].all()
    assert not found.exposed[:, day > TIMES].any()


def test_who_gets_another_regimen_of_a_mix_has_none_of_the_cells() -> None:
    cells = treat(arm(Share("car_t_cd19_flu_cy", 0.25, 1), MIX[1]), patients().columns, TIMES, SEED, FIRST)
    assert cells.exposed[chosen()].any(axis=1).all()
    assert (cells.values["car_t_blood"][~chosen()] == 0.0).all()
    assert np.array_equal(cells.values["anc"][~chosen()], mixed().values["anc"][~chosen()])
