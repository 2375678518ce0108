"""Protocols that dose the engager now and then: when doses are given, what holds and steps do to them, and that the
engine, both backends, the export and the log tell the same doses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from protocol_sample import GRADE_4, HOUR, PREMEDICATION, SIZE, Treated, hold, protocol, rule, sick

from trimer.engine.solution import Solution
from trimer.engine.solve import solve
from trimer.errors import ProtocolError
from trimer.library import drug, drug_parameters
from trimer.library import protocol as bundled
from trimer.model import leukaemia
from trimer.study.export.given import rows_of
from trimer.study.given import CYCLES, JOINED, Given, logged
from trimer.study.protocol_rules import protocol_rules
from trimer.study.scenario import Scenario, scenario
from trimer.therapy.protocol import Protocol
from trimer.therapy.size import Size

NAME = "blinatumomab_sc_250_500"
TRIAL = bundled(NAME)
SHARE, KA = 0.3, 1.7  # of the drug's file
FIRST = [float(k) for k in range(7)]  # 250 ug once a day
THEN = [7.0 + k * 56.0 * HOUR for k in range(9)]  # 500 ug every 56 h, to day 26
CYCLE = [k * 56.0 * HOUR for k in range(12)]  # 500 ug from the first day of a cycle
FEVER = {"temperature": ">= 38 Cel"}


def approx(values: Any) -> Any:
    return pytest.approx(values, abs=1e-7)


def dosed(**changes: Any) -> Protocol:
    """Return two cycles of 250 ug a day, then 500 ug every 56 h, with some fields replaced."""
    given = {
        "dosing": "intermittent",
        "route": "sc",
        "rates": [{"dose": "250 ug", "every": "1 day"}, {"dose": "500 ug", "every": "56 h"}],
        "cycles": [{"count": 2, "first": "250 ug", "treatment": "26 day", "rest": "7 day"}],
    }
    return protocol(**given | changes)


def depot(found: Treated) -> list[tuple[float, float]]:
    """Return day and amount (ug) of what went under the skin, as given."""
    return [(t, 1000.0 * amount / SHARE) for t, amount in found.doses("blinatumomab_depot")]


# ---- the calendar, with scripted signals


def test_the_bundled_protocol_gives_its_doses_to_the_hour() -> None:
    found = Treated(TRIAL, end=170.0)
    doses = depot(found)
    later = [33.0 * n + day for n in range(1, 5) for day in CYCLE]
    assert [t for t, _ in doses] == approx([*FIRST, *THEN, *later])
    assert [a for _, a in doses] == approx([250.0] * 7 + [500.0] * (9 + 48))
    assert found.days("dose of 250 ug") == approx(FIRST)
    assert len(found.days("dose of 500 ug")) == 57
    medicated = [t for t, _ in found.doses("dexamethasone")]
    assert medicated == approx([day - HOUR for day in (0.0, 7.0, 33.0, 66.0, 99.0, 132.0)])
    plan = [n for n in found.names() if not n.startswith("dose")]
    assert plan[:4] == ["start of a cycle", "step to 500 ug", "end of a cycle", "start of a cycle"]
    assert (found.mode, plan[-1]) == ("done", "end of the plan")
    assert found.infused == [], "nothing runs"


@pytest.mark.parametrize("moments", [[], ["cycle"], ["step"], ["cycle", "step", "restart"]])
def test_the_first_doses_come_on_time_whatever_is_premedicated(moments: list[str]) -> None:
    found = Treated(dosed(premedication=PREMEDICATION | {"moments": moments}), end=26.0)
    assert [t for t, _ in depot(found)] == approx([*FIRST, *THEN])


def test_one_interval_for_all_doses() -> None:
    cycles = [{"count": 1, "first": "250 ug", "infusion": "28 day", "rest": "14 day"}]
    found = Treated(dosed(rates=["250 ug", "500 ug"], dose_every="7 day", cycles=cycles), end=60.0)
    assert depot(found) == [(approx(0.0), approx(250.0)), *((approx(d), approx(500.0)) for d in (7.0, 14.0, 21.0))]


def test_doses_by_surface_follow_the_patient() -> None:
    small = Size.of(30.0, 1.30)
    cycles = [{"count": 1, "first": "150 ug/m2", "treatment": "26 day", "rest": "7 day"}]
    plan = dosed(rates=["150 ug/m2"], dose_every="7 day", step_after="0 day", cycles=cycles)
    assert [a for _, a in depot(Treated(plan, size=small))] == approx([150.0 * small.bsa] * 4)


def test_a_dose_into_the_vein_goes_to_plasma_whole() -> None:
    cycles = [{"count": 1, "first": "10 mg", "treatment": "28 day", "rest": "7 day"}]
    plan = dosed(
        drug="hle_cd19_engager", route="iv", rates=["10 mg"], dose_every="7 day", step_after="0 day", cycles=cycles
    )
    found = Treated(plan)
    assert found.given == [(approx(7.0 * k), "hle_cd19_engager_central", approx(10_000.0)) for k in range(4)]


def test_another_engager_under_the_skin_goes_to_its_own_depot() -> None:
    cycles = [{"count": 1, "first": "10 mg", "treatment": "28 day", "rest": "7 day"}]
    plan = dosed(drug="hle_cd19_engager", rates=["10 mg"], dose_every="14 day", step_after="0 day", cycles=cycles)
    share = drug_parameters("hle_cd19_engager", SIZE)["hle_cd19_engager_F_sc"].value
    found = Treated(plan)
    assert found.given == [(approx(14.0 * k), "hle_cd19_engager_depot", approx(share * 10_000.0)) for k in range(2)]
    with pytest.raises(
        ProtocolError, match="small: route: found hle_cd19_engager by route sc, and a model without its"
    ):
        protocol_rules(plan, leukaemia.build([]), {"hle_cd19_engager": drug("hle_cd19_engager")}, SIZE, {})


# ---- holds, steps, stops


def test_a_hold_ends_the_doses_and_the_restart_begins_low_with_premedication() -> None:
    plan = dosed(premedication=PREMEDICATION, rules=[hold(resume="250 ug")])
    found = Treated(plan, sick((9.0, 12.0)), end=60.0)
    (held,), (back,) = found.days("hold"), found.days("resume")
    assert found.names()[-1] != "hold"
    doses = depot(found)
    assert [t for t, _ in doses if t < held] == approx([*FIRST, 7.0])
    assert [t for t, _ in doses if held <= t < back + HOUR - 1e-6] == []
    low = [back + HOUR + k for k in range(7)]
    end = 26.0 + back + HOUR - held
    high = [t for k in range(9) if (t := low[0] + 7.0 + k * 56.0 * HOUR) < end - 1e-6]
    assert [t for t, _ in doses if held < t < end] == approx([*low, *high])
    assert [a for t, a in doses if held < t < end] == approx([250.0] * 7 + [500.0] * len(high))
    assert found.days("end of a cycle")[0] == approx(end)


def test_signs_at_the_very_round_of_a_dose_keep_it_from_being_given() -> None:
    found = Treated(dosed(rules=[hold(resume="250 ug")]), sick((3.0, 3.4)), end=6.0)
    assert found.days("hold") == [3.0]
    assert [t for t, _ in depot(found)] == approx([0.0, 1.0, 2.0, 3.5, 4.5, 5.5])


def test_a_stop_in_the_hour_of_premedication_keeps_the_dose_from_being_given() -> None:
    plan = dosed(every="15 min", premedication=PREMEDICATION, rules=[rule("stop", {"temperature": ">= 40 Cel"})])
    found = Treated(plan, sick((7.0 - 0.5 * HOUR, 8.0), signs=GRADE_4 | {"temperature": 40.5}), end=40.0)
    assert found.days("step") == approx([7.0 - HOUR])
    assert [t for t, _ in depot(found)] == approx(FIRST)
    assert found.mode == "stopped"


def test_a_rule_for_one_dose_acts_while_that_dose_is_due_only() -> None:
    plan = dosed(rules=[hold(rate="500 ug", resume="250 ug")])
    found = Treated(plan, sick((2.0, 3.0), (10.0, 11.0)), end=20.0)
    assert found.days("hold") == [10.0]


def test_a_cycle_ends_before_the_dose_of_its_last_moment() -> None:
    cycles = [{"count": 2, "first": "250 ug", "treatment": "14 day", "rest": "0 day"}]
    found = Treated(dosed(rates=["250 ug"], dose_every="7 day", step_after="0 day", cycles=cycles), end=60.0)
    assert [t for t, _ in depot(found)] == approx([0.0, 7.0, 14.0, 21.0]), "the next cycle gives its own"


# ---- by the engine


@pytest.fixture(scope="module")
def chosen() -> Scenario:
    """Return the bundled protocol with a hold at any fever, so that rules act in most patients."""
    fever = replace(
        TRIAL.rules[1], name="fever", when=(replace(TRIAL.rules[1].until[0], above=True, text=">= 38 Cel"),)
    )
    return scenario(replace(TRIAL, rules=(TRIAL.rules[0], fever, TRIAL.rules[2])))


TIMES = np.arange(0.0, 16.01, 0.5)
AMOUNTS = tuple(f"blinatumomab_{place}" for place in ("depot", "central", "marrow", "eliminated"))


@pytest.fixture(scope="module")
def solutions(chosen: Scenario) -> dict[str, Solution]:
    people = [chosen.typical(), *chosen.patients(0, 1)]
    return {
        name: solve(chosen.problem(people, TIMES, (*AMOUNTS, "temperature"), 1e-6), name)
        for name in ("cpu", "reference")
    }


def doses_given(found: Given) -> NDArray[np.float64]:
    """Return day and amount of every dose."""
    assert (found.doses[:, 0] == found.doses[:, 1]).all(), "a dose takes no time"
    return found.doses[:, [0, 2]]


def test_backends_decide_alike_and_agree(solutions: dict[str, Solution]) -> None:
    ours, truth = solutions["cpu"], solutions["reference"]
    assert ours.ok.all()
    assert truth.ok.all()
    for i in range(2):
        assert [n for _, n in ours.decisions.of(i)] == [n for _, n in truth.decisions.of(i)]
        assert [t for t, _ in ours.decisions.of(i)] == approx([t for t, _ in truth.decisions.of(i)])
    for name in AMOUNTS:
        np.testing.assert_allclose(ours[name], truth[name], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("backend", ["cpu", "reference"])
def test_every_dose_is_logged_and_every_microgram_is_somewhere(
    chosen: Scenario, solutions: dict[str, Solution], backend: str
) -> None:
    found = solutions[backend]
    held = 0
    for i, given in enumerate(logged(found, chosen)):
        doses = doses_given(given)
        log = found.decisions.of(i)
        assert len(doses) == sum(name.startswith("dose of") for _, name in log) > 5
        assert set(doses[:, 1]) <= {250.0, 500.0}
        there = np.sum([found[name][i] for name in AMOUNTS], axis=0)
        given = np.array([doses[doses[:, 0] <= t + 1e-9, 1].sum() for t in found.times])
        np.testing.assert_allclose(there, SHARE * given, rtol=1e-8, atol=1e-6)
        held += sum(name.startswith("hold") for _, name in log)
        off = [
            (t, next((s for s, n in log if s > t and n.startswith("resume")), np.inf))
            for t, n in log
            if n[:4] == "hold"
        ]
        assert not any(a <= t < b for t in doses[:, 0] for a, b in off)
    assert held, "so that there is a hold to look at"


def test_the_depot_is_the_sum_of_its_doses(chosen: Scenario, solutions: dict[str, Solution]) -> None:
    """In closed form: what each dose left there after its time, ``F D exp(-ka t)``."""
    found = solutions["cpu"]
    for i, given in enumerate(logged(found, chosen)):
        doses = doses_given(given)
        ages = found.times[:, None] - doses[None, :, 0]
        wanted = np.where(ages >= -1e-9, SHARE * doses[:, 1] * np.exp(-KA * np.maximum(ages, 0.0)), 0.0).sum(axis=1)
        np.testing.assert_allclose(found["blinatumomab_depot"][i], wanted, rtol=1e-5, atol=1e-4)


def test_the_export_has_every_dose(chosen: Scenario, solutions: dict[str, Solution]) -> None:
    decisions = solutions["cpu"].decisions
    assert chosen.rules is not None
    fired = [(float(t), int(k)) for t, k in zip(decisions.time[0], decisions.rule[0], strict=True)]
    system = chosen.assembly.system
    rows = rows_of(chosen.rules, system, fired[: int(decisions.count[0])])
    place = system.states.index("blinatumomab_depot")
    doses = [(t, value / SHARE) for t, target, value in rows if target == place]
    assert doses == [tuple(map(approx, dose)) for dose in doses_given(logged(solutions["cpu"], chosen)[0])]


def test_what_was_given_follows_the_log(chosen: Scenario, solutions: dict[str, Solution]) -> None:
    """Every dose is a start; nothing runs; cycles begin with a dose, and holds are those of the log."""
    found = solutions["cpu"]
    for i, given in enumerate(logged(found, chosen)):
        log = found.decisions.of(i)
        assert list(given.holds) == approx([t for t, name in log if name.startswith("hold")])
        assert list(given.starts) == approx([t for t, name in log if name.startswith("dose of")])
        assert (given.spans.shape, given.end) == ((0, 2), given.starts[-1])
        began = [t for t, name in log if name.startswith(CYCLES)]
        assert np.isin(given.cycles, given.starts).all()
        assert ((given.cycles - began > -JOINED) & (given.cycles - began < JOINED)).all()


def test_doses_of_a_log_that_overflowed_are_not_known(chosen: Scenario, solutions: dict[str, Solution]) -> None:
    found = solutions["cpu"]
    over = replace(found, decisions=replace(found.decisions, count=found.decisions.count + 600))
    for given, whole in zip(logged(over, chosen), logged(found, chosen), strict=True):
        assert np.isnan(given.doses).all()
        assert len(whole.doses) > 5


def test_an_infusion_is_a_dose_that_lasts() -> None:
    label = scenario("blinatumomab_label_astct_2019")
    (found,) = logged(solve(label.problem([label.typical()], [0.0, 10.0], ("temperature",)), "cpu"), label)
    assert found.doses == approx(np.array([[0.0, 7.0, 63.0], [7.0, 10.0, 84.0]]))
    assert found.spans.tolist() == [[approx(0.0), approx(10.0)]]
