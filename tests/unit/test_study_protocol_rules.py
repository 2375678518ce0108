"""A protocol as a machine, driven by scripted signals: the label's calendar to the hour, breaks, holds, every rule."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import pytest
from protocol_sample import GRADE_3, GRADE_4, HOUR, PREMEDICATION, SIZE, Treated, hold, protocol, rule, sick

from trimer.errors import LibraryError, ProtocolError
from trimer.library import protocol as bundled
from trimer.therapy.size import Size

LABEL = bundled("blinatumomab_label_astct_2019")
STARTS = [0.0, 42.0, 84.0, 126.0, 168.0, 210.0, 294.0, 378.0, 462.0]
ROUND = 2.0 - HOUR  # a round of the label's grid
WELL_AGAIN = {"temperature": "< 37 Cel"}
COURSE = [8.0] * 9 + [16.0, 12.0, 8.0, 4.0]  # dexamethasone, mg


def approx(values: Any) -> Any:
    return pytest.approx(values, abs=1e-7)


# ---- the plan


def test_without_events_the_label_s_calendar_runs_to_the_hour() -> None:
    found = Treated(LABEL)
    rates = [(0.0, 9.0), (7.0, 28.0), (28.0, 0.0)]
    rates += [pair for day in STARTS[1:] for pair in ((day, 28.0), (day + 28.0, 0.0))]
    assert [t for t, _ in found.starts()] == approx([t for t, _ in rates])
    assert [r for _, r in found.starts()] == [r for _, r in rates]
    assert [t for t, _ in found.doses("dexamethasone")] == approx(sorted([d - HOUR for d in (*STARTS, 7.0)]))
    assert {mg for _, mg in found.doses("dexamethasone")} == {20.0}
    assert found.total(-1.0, 42.0) == approx(651.0)
    assert [found.total(d, d + 42.0) for d in STARTS[1:]] == approx([784.0] * 8)
    assert found.total() == approx(6923.0)
    assert (found.mode, found.log[-1]) == ("done", (490.0, "end of the plan"))


def test_rates_by_surface_follow_the_patient() -> None:
    small, large = Size.of(30.0, 1.30), Size.of(40.0, 1.50)
    plan = protocol(
        rates=["5 ug/m2/day", "15 ug/m2/day"],
        cycles=[{"count": 1, "first": "5 ug/m2/day", "infusion": "28 day", "rest": "14 day"}],
    )
    for size in (small, large):
        assert Treated(plan, size=size).total() == approx((7 * 5 + 21 * 15) * size.bsa)


@pytest.mark.parametrize("moments", [[], ["cycle"], ["step"], ["restart"], ["cycle", "step"], ["step", "restart"]])
def test_the_infusion_starts_on_day_0_whatever_is_premedicated(moments: list[str]) -> None:
    given = PREMEDICATION | {"moments": moments}
    found = Treated(protocol(premedication=given, rules=[hold()]), sick((10.0, 12.0)), end=60.0)
    assert found.starts()[:2] == [(approx(0.0), 9.0), (approx(7.0), 28.0)]
    held, resumed = found.days("hold")[0], found.days("resume")[0]
    begins = resumed + (HOUR if "restart" in moments else 0.0)
    assert found.starts()[2:5] == [(approx(held), 0.0), (approx(begins), 9.0), (approx(begins + 7.0), 28.0)]
    ends = 28.0 + begins - held
    assert found.starts()[5:7] == [(approx(ends), 0.0), (approx(ends + 14.0), 28.0)]
    wanted = {"cycle": [-HOUR, ends + 14.0 - HOUR], "step": [7.0 - HOUR, begins + 7.0 - HOUR], "restart": [resumed]}
    assert [t for t, _ in found.doses("dexamethasone")] == approx(sorted(t for m in moments for t in wanted[m]))


# ---- breaks


@pytest.mark.parametrize(("days", "same"), [(2.0, True), (3.0, True), (6.75, True), (7.0, False), (8.0, False)])
def test_a_break_of_the_label(days: float, same: bool) -> None:
    """Free of signs for a day, then premedicated: the infusion is off an hour longer than the hold, and that counts."""
    found = Treated(LABEL, sick((ROUND, ROUND + days - 1.0)), end=120.0)
    back = ROUND + days + HOUR
    assert found.days("hold") == approx([ROUND])
    assert found.doses("dexamethasone")[1][0] == approx(ROUND)
    assert found.days("resume" if same else "new cycle") == approx([ROUND + days])
    assert (back, 9.0) in [(approx(t), r) for t, r in found.starts()]
    assert (back + 7.0, 28.0) in [(approx(t), r) for t, r in found.starts()]
    infused = ROUND if same else 0.0  # what is left of the cycle's 28 days
    end = back + 28.0 - infused
    assert found.days("end of a cycle")[0] == approx(end)
    assert found.starts()[5] == (approx(end + 14.0), 28.0)
    at_9 = ROUND + 7.0
    total = 9.0 * at_9 + 28.0 * (28.0 - at_9 if same else 21.0)
    assert found.total(-1.0, end) == approx(total)
    if not same:
        assert total - 9.0 * ROUND == approx(651.0)  # the new cycle is a whole one


def test_the_reference_case_under_the_label_gets_613_ug() -> None:
    """Reading R2: two days at 9, two held, seven at 9, then 28 to the 28th day of infusion, which is day 30."""
    plan = replace(LABEL, premedication=None, every=1.0)
    found = Treated(plan, sick((2.0, 3.0)), end=40.0)
    assert found.starts() == [(0.0, 9.0), (2.0, 0.0), (4.0, 9.0), (11.0, 28.0), (30.0, 0.0)]
    assert found.total() == approx(613.0)


@pytest.mark.parametrize(("hours", "medicated"), [(1, False), (2, False), (3, False), (4, True), (5, True)])
def test_a_break_of_four_hours_is_premedicated(hours: int, medicated: bool) -> None:
    plan = protocol(every="1 h", premedication=PREMEDICATION, rules=[hold()])
    found = Treated(plan, sick((2.0, 2.0 + hours * HOUR)), end=40.0)
    assert found.days("resume") == approx([2.0 + hours * HOUR])
    back = 2.0 + (hours + medicated) * HOUR
    assert found.starts()[2] == (approx(back), 9.0)
    restarted = [t for t, _ in found.doses("dexamethasone") if 2.0 < t < 3.0]
    assert restarted == approx([2.0 + hours * HOUR] if medicated else [])
    assert found.days("end of a cycle") == approx([28.0 + back - 2.0])


@pytest.mark.parametrize(("day", "same"), [(9.0, True), (10.0, False)])
def test_exactly_seven_days_is_not_longer_than_seven_days(day: float, same: bool) -> None:
    found = Treated(protocol(every="1 day", rules=[hold()]), sick((2.0, day)), end=30.0)
    assert found.names()[2].startswith("resume" if same else "new cycle")


def test_a_new_cycle_after_a_long_break_is_premedicated_as_a_cycle() -> None:
    plan = protocol(premedication=PREMEDICATION | {"moments": ["cycle"]}, rules=[hold()])
    found = Treated(plan, sick((2.0, 12.0)), end=30.0)
    (again,) = found.days("new cycle")
    assert [t for t, _ in found.doses("dexamethasone")] == approx([-HOUR, again])
    assert found.starts()[2] == (approx(again + HOUR), 9.0)


def test_a_long_break_in_the_last_cycle_ends_the_plan() -> None:
    found = Treated(protocol(rules=[hold()]), sick((86.0, 95.0)), end=200.0)
    assert found.names()[-1] == "end of the last cycle: fever"
    assert (found.mode, found.total(84.0)) == ("done", approx(28.0 * 2.0))


def test_long_breaks_use_up_the_cycles() -> None:
    found = Treated(protocol(rules=[hold()]), sick((2.0, 12.0)), end=300.0)
    assert len(found.days("start of a cycle")) == 2  # of three; the break began one
    assert found.mode == "done"


# ---- cytokine release


def test_grade_4_stops_for_good() -> None:
    found = Treated(LABEL, sick((3.0, 4.0), signs=GRADE_4), end=300.0)
    (stopped,) = found.days("stop: CRS of grade 4")
    assert found.starts() == [(approx(0.0), 9.0), (approx(stopped), 0.0)]
    assert found.names()[-1] == "stop: CRS of grade 4"
    assert found.mode == "stopped"
    given = found.doses("dexamethasone")[1:]
    assert [mg for _, mg in given] == COURSE
    steps = [k * 8 * HOUR for k in range(9)] + [3.0, 4.0, 5.0, 6.0]
    assert [t - stopped for t, _ in given] == approx(steps)


def test_worse_while_held_stops_and_gives_nothing_twice() -> None:
    found = Treated(LABEL, lambda day: GRADE_4 if 3.5 <= day < 4 else GRADE_3 if 3 <= day < 5 else {}, end=100.0)
    assert [n.split(":")[0] for n in found.names()] == ["start of a cycle", "hold", "stop"]
    assert [mg for _, mg in found.doses("dexamethasone")[1:]] == COURSE


def test_grade_2_changes_nothing() -> None:
    found = Treated(LABEL, sick((3.0, 5.0), signs={"temperature": 39.0, "hypotension": 1.9, "hypoxia": 1.0}), end=40.0)
    assert found.total() == approx(651.0)
    assert not found.days("hold")


def test_low_pressure_without_fever_is_no_cytokine_release() -> None:
    found = Treated(LABEL, sick((3.0, 5.0), signs={"temperature": 37.9, "hypotension": 3.0}), end=40.0)
    assert found.total() == approx(651.0)


def test_recurrence_holds_again_and_the_week_before_the_step_begins_anew() -> None:
    found = Treated(LABEL, sick((ROUND, ROUND + 1.0), (8.0, 9.0)), end=60.0)
    assert len(found.days("hold")) == len(found.days("resume")) == 2
    back = found.days("resume")[1] + HOUR
    assert found.days("step") == approx([back + 7.0 - HOUR])
    rates = [rate for t, rate in found.starts() if t < back + 8.0]
    assert rates == [9.0, 0.0, 9.0, 0.0, 9.0, 28.0]
    assert found.total(-1.0, 45.0) == approx(9.0 * _at(found, 9.0) + 28.0 * (28.0 - _at(found, 9.0)))


def _at(found: Treated, rate: float) -> float:
    """Return how long the first cycle ran at a rate, day."""
    edges = [(t, r) for t, r in found.starts() if t < 45.0]
    return sum(b - a for (a, r), (b, _) in itertools.pairwise(edges) if r == rate)


def test_recurrence_at_28_goes_back_to_9() -> None:
    found = Treated(LABEL, sick((50.0, 51.0)), end=75.0)
    rates = [rate for t, rate in found.starts() if t > 41.0]
    assert rates[:4] == [28.0, 0.0, 9.0, 28.0]
    assert found.days("end of a cycle")[1] == approx(70.0 + found.days("resume")[0] + HOUR - found.days("hold")[0])


# ---- edges of the plan


def test_a_hold_waits_for_the_infusion_that_premedication_is_for() -> None:
    """Quarter-hourly rounds: signs again between premedication and infusion; nothing of the 28 days is lost."""
    plan = protocol(every="15 min", premedication=PREMEDICATION, rules=[hold()])
    found = Treated(plan, sick((2.0, 3.0), (3.0 + 0.5 * HOUR, 3.5)), end=40.0)
    first, second = found.days("hold")
    assert second == approx(found.days("resume")[0] + HOUR)
    on = [b - a for (a, r), (b, _) in itertools.pairwise(found.infused) if r > 0.0]
    assert sum(on) == approx(28.0)
    assert min(on) == approx(0.0)
    assert first < second


def test_a_stop_while_premedicated_keeps_the_infusion_from_starting() -> None:
    plan = protocol(
        every="15 min", premedication=PREMEDICATION, rules=[rule("stop", {"temperature": ">= 40 Cel"}), hold()]
    )
    hot = sick((3.0 + 0.5 * HOUR, 4.0), signs={"temperature": 40.5})
    found = Treated(plan, lambda day: hot(day) or sick((2.0, 3.0))(day), end=40.0)
    assert [rate for _, rate in found.starts()] == [9.0, 0.0]
    assert found.mode == "stopped"


def test_a_hold_in_the_hour_before_the_step_takes_the_step_back() -> None:
    plan = protocol(every="15 min", premedication=PREMEDICATION, rules=[hold()])
    found = Treated(plan, sick((7.0 - 0.5 * HOUR, 8.0)), end=12.0)
    assert [rate for _, rate in found.starts()] == [9.0, 0.0, 9.0]
    assert found.starts()[1][0] == approx(7.0 - 0.5 * HOUR)


def test_signs_at_the_very_end_of_a_cycle_do_not_lengthen_it() -> None:
    found = Treated(LABEL, sick((28.0, 30.0)), end=60.0)
    assert found.log[2:4] == [(approx(28.0), "hold: CRS of grade 3"), (approx(28.0), "end of a cycle")]
    assert found.starts()[2:] == [(approx(28.0), 0.0), (approx(42.0), 28.0)]
    assert [mg for t, mg in found.doses("dexamethasone") if 28.0 <= t < 40.0] == COURSE
    assert found.total(-1.0, 40.0) == approx(651.0)


def test_remission_is_asked_for_at_the_ends_of_cycles_two_to_nine_only() -> None:
    late = {"marrow_blast_percent": 60.0}
    first = Treated(LABEL, lambda day: late if day < 60.0 else {}, end=80.0)
    assert not first.days("stop")
    second = Treated(LABEL, lambda _day: late, end=600.0)
    assert second.log[-1] == (approx(70.0), "stop: no remission after induction, or relapse")
    assert second.total() == approx(651.0 + 784.0)
    relapse = Treated(LABEL, lambda day: late if day > 300.0 else {}, end=600.0)
    assert relapse.log[-1] == (approx(322.0), "stop: no remission after induction, or relapse")


# ---- rules of one's own


def test_wait_looks_again_every_round_until_it_may_start() -> None:
    low = {"anc": 0.4}
    plan = protocol(
        premedication=PREMEDICATION, every="1 day", rules=[rule("wait", {"anc": "< 0.5 1e9/L"}, at="cycle start")]
    )
    found = Treated(plan, lambda day: low if 30.0 < day < 45.5 else {}, end=60.0)
    due = 42.0 - HOUR
    assert found.days("wait") == approx([due]), "only the first round is logged"
    assert found.days("start of a cycle")[1] == approx(due + 4.0)
    assert found.starts()[3] == (approx(46.0), 28.0)
    assert found.total(40.0, 80.0) == approx(28.0 * 14.0)


def test_a_cycle_that_waits_too_long_stops_treatment() -> None:
    wait = rule("wait", {"anc": "< 0.5 1e9/L"}, at="cycle start", longest="5 day")
    found = Treated(protocol(rules=[wait]), lambda day: {"anc": 0.1} if day > 30.0 else {}, end=80.0)
    assert found.days("wait") == approx([42.0])
    assert found.log[-1] == (approx(47.0), "stop: wait, waited too long")
    assert found.mode == "stopped"


def test_each_wait_counts_for_itself() -> None:
    wait = rule("wait", {"anc": "< 0.5 1e9/L"}, at="cycle start", longest="5 day")
    low = lambda day: {"anc": 0.1 if 41.0 < day < 45.9 or 85.0 < day < 90.4 else 2.0}  # noqa: E731
    found = Treated(protocol(rules=[wait]), low, end=100.0)
    assert found.days("wait") == approx([42.0, 88.0])
    assert found.days("start of a cycle") == approx([0.0, 46.0, 90.5])


def test_waiting_before_the_first_cycle() -> None:
    plan = protocol(rules=[rule("wait", {"anc": "< 0.5 1e9/L"}, at="cycle start")])
    found = Treated(plan, lambda day: {"anc": 0.1} if day < 3.0 else {}, end=12.0)
    assert found.starts() == [(3.0, 9.0), (10.0, 28.0)]


def test_skip_leaves_out_one_cycle_of_the_calendar() -> None:
    skip = rule("skip", {"anc": "< 0.5 1e9/L"}, at="cycle start")
    look = rule("stop", {"il6": ">= 100 pg/mL"}, at="cycle end")
    plan = protocol(premedication=PREMEDICATION, rules=[skip, look])
    found = Treated(plan, lambda day: {"anc": 0.1 if 40 < day < 43 else 2.0, "il6": 200.0 if 43 < day < 70 else 5.0})
    assert found.days("skip") == approx([42.0 - HOUR])
    assert found.starts()[3:] == [(approx(84.0), 28.0), (approx(112.0), 0.0)]
    assert not found.days("stop"), "a cycle left out has no end at which anything is asked"
    assert found.mode == "done"


def test_skipping_the_last_cycle_ends_the_plan() -> None:
    plan = protocol(rules=[rule("skip", {"anc": "< 0.5 1e9/L"}, at="cycle start", cycles=[3, 3])])
    found = Treated(plan, lambda day: {"anc": 0.1}, end=300.0)
    assert len(found.days("start of a cycle")) == 2
    assert found.mode == "done"


def test_stop_before_a_cycle() -> None:
    plan = protocol(rules=[rule("stop", {"anc": "< 0.5 1e9/L"}, at="cycle start", cycles=[2, 2])])
    found = Treated(plan, lambda day: {"anc": 0.1}, end=300.0)
    assert (found.mode, found.days("stop"), found.total()) == ("stopped", [42.0], approx(651.0))


def test_give_so_often_and_so_far_apart() -> None:
    dose = {"drug": "tocilizumab", "amount": "8 mg/kg", "route": "iv", "duration": "1 h"}
    plan = protocol(rules=[rule("give", {"temperature": ">= 38 Cel"}, give=[dose], most=3, again="8 h")])
    found = Treated(plan, sick((2.0, 5.0)), end=28.0)
    assert found.days("give") == approx([2.0, 2.5, 3.0])  # rounds are six hours apart
    rates = [(t, amount) for t, place, amount in found.given if place == "tocilizumab"]
    assert [t for t, _ in rates] == approx([t for d in (2.0, 2.5, 3.0) for t in (d, d + HOUR)])
    assert [r for _, r in rates] == approx([8000.0 * 70.0 * 24.0, -8000.0 * 70.0 * 24.0] * 3)
    assert found.total() == approx(651.0), "the engager runs on"
    heavy = Treated(plan, sick((2.0, 5.0)), end=3.0, size=Size.of(130.0, 1.80))
    assert heavy.given[0][2] == approx(800_000.0 * 24.0), "the drug's largest dose"


def test_give_while_held_but_not_at_rest() -> None:
    dose = {"drug": "tocilizumab", "amount": "400 mg", "route": "iv"}
    give = rule("give", {"temperature": ">= 38 Cel"}, give=[dose], most=9, again="1 day")
    found = Treated(protocol(rules=[hold(), give]), sick((27.0, 31.0), (50.0, 52.0)), end=70.0)
    assert found.days("give") == approx([27.0, 28.0, 29.0, 30.0, 50.0, 51.0])
    found = Treated(protocol(rules=[give]), sick((27.0, 31.0)), end=40.0)
    assert found.days("give") == approx([27.0, 28.0])


def test_a_tablet_goes_through_the_gut_and_a_course_of_days_is_laid_out() -> None:
    dose = {"drug": "dexamethasone", "amount": "10 mg/m2", "route": "po", "times": 3, "every": "12 h", "after": "6 h"}
    found = Treated(
        protocol(rules=[rule("give", {"temperature": ">= 38 Cel"}, give=[dose])]), sick((2.0, 3.0)), end=9.0
    )
    assert found.given == [(approx(t), "dexamethasone_depot", approx(10_000.0 * SIZE.bsa)) for t in (2.25, 2.75, 3.25)]


def test_what_must_last_counts_from_when_it_was_first_seen() -> None:
    slow = [hold(**{"for": "12 h", "until_for": "1 day"})]
    found = Treated(protocol(rules=slow), sick((2.0, 2.4), (3.0, 3.6)), end=10.0)
    assert found.days("hold") == approx([3.5])
    assert found.days("resume") == approx([4.75])


@pytest.mark.parametrize(("least", "back"), [(None, 2.5), ("3 day", 5.0)])
def test_a_hold_lasts_at_least(least: str | None, back: float) -> None:
    found = Treated(protocol(rules=[hold(least=least)]), sick((2.0, 2.5)), end=10.0)
    assert found.days("resume") == approx([back])


@pytest.mark.parametrize(("until", "ends"), [(4.9, "resume"), (5.0, "resume"), (5.1, "stop")])
def test_a_hold_lasts_at_most(until: float, ends: str) -> None:
    found = Treated(protocol(rules=[hold(longest="3 day")]), sick((2.0, until)), end=20.0)
    assert found.names()[2].startswith(ends)
    assert found.log[2][0] == approx(5.0)


def test_a_rule_for_one_rate_acts_at_that_rate_only() -> None:
    low = rule("stop", {"temperature": ">= 38 Cel"}, rate="9 ug/day")
    high = hold(rate="28 ug/day")
    fever = sick((2.0, 3.0), (10.0, 11.0))
    assert Treated(protocol(rules=[low]), fever, end=20.0).days("stop") == [2.0]
    assert Treated(protocol(rules=[low]), sick((10.0, 11.0)), end=20.0).mode == "infusion at 28 ug/day"
    assert Treated(protocol(rules=[high]), fever, end=20.0).days("hold") == [10.0]


def test_a_rule_for_some_cycles() -> None:
    found = Treated(protocol(rules=[hold(cycles=[2, 2])]), sick((2.0, 3.0), (50.0, 51.0), (90.0, 91.0)), end=100.0)
    assert found.days("hold") == [50.0]


def test_over_lowest_counts_from_the_lowest_end_of_a_cycle_each_signal_by_itself() -> None:
    blasts = rule("stop", {"marrow_blast_percent": ">= 25 % over lowest"}, at="cycle end", name="blasts")
    anc = rule("stop", {"anc": ">= 2 1e9/L over lowest"}, at="cycle end", name="anc")

    def signals(at: tuple[float, float, float]) -> Any:
        return lambda day: {"marrow_blast_percent": at[min(int(day // 42.0), 2)], "anc": 1.0}

    kept = Treated(protocol(rules=[blasts, anc]), signals((50.0, 20.0, 44.0)), end=130.0)
    assert kept.mode == "done"
    assert not kept.days("lowest"), "what is only kept in mind is not logged"
    risen = Treated(protocol(rules=[blasts, anc]), signals((50.0, 20.0, 46.0)), end=130.0)
    assert risen.log[-1] == (approx(112.0), "stop: blasts")
    first = Treated(protocol(rules=[blasts]), signals((90.0, 90.0, 90.0)), end=130.0)
    assert first.mode == "done", "the first end is the first to compare with"


def test_three_rates_are_climbed_one_by_one() -> None:
    found = Treated(
        protocol(
            rates=["5 ug/day", "15 ug/day", "28 ug/day"], step_after="3 day", premedication=PREMEDICATION,
            cycles=[{"count": 1, "first": "5 ug/day", "infusion": "10 day", "rest": "1 day"}],
        ),
        end=20.0,
    )  # fmt: skip
    assert found.starts() == [(approx(t), r) for t, r in ((0.0, 5.0), (3.0, 15.0), (6.0, 28.0), (10.0, 0.0))]
    assert found.total() == approx(15.0 + 45.0 + 112.0)


def test_earlier_rules_go_first() -> None:
    both = [hold(name="first"), hold(name="second", when={"temperature": ">= 37.5 Cel"}, until=WELL_AGAIN)]
    assert Treated(protocol(rules=both), sick((2.0, 3.0)), end=5.0).names()[1] == "hold: first"


# ---- faults


def test_a_signal_that_no_equation_gives_is_refused() -> None:
    with pytest.raises(ProtocolError, match='small: rules: found "ice_score", expected crs_grade or what the model'):
        Treated(protocol(rules=[rule("stop", {"ice_score": "< 3 number"})]))


@pytest.mark.parametrize("scale", ["no_such_crs", "nccn"])
def test_a_scale_that_grades_no_cytokine_release_is_refused(scale: str) -> None:
    with pytest.raises((LibraryError, ProtocolError), match=scale):
        Treated(protocol(scale=scale, rules=[rule("stop", {"crs_grade": ">= 4 grade"})]))


def test_amounts_are_finite_and_places_are_known() -> None:
    found = Treated(LABEL, sick((3.0, 4.0)), end=60.0)
    assert all(math.isfinite(amount) and amount > 0.0 for _, _, amount in found.given)
    assert {place for _, place, _ in found.given} == {"dexamethasone_central"}
    assert not found.machine.crowded
