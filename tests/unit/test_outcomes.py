"""Outcomes of subjects under a plan: those a trial finds, the drug accounted for to the microgram, nobody's luck."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from protocol_sample import hold, protocol

import trimer.library as library
from trimer.errors import InputError
from trimer.study.outcome_values import Judging, exposed, judged
from trimer.study.outcomes import OUTCOMES, OUTPUTS, Outcomes, course, course_times, outcomes
from trimer.study.plan import plan_of
from trimer.study.simulation import Table
from trimer.study.subjects import Subjects, from_population
from trimer.study.trial.follow import AFTERMATH, assess, follow
from trimer.study.trial.run import task_of
from trimer.study.trial.task import population_of
from trimer.study.trial.treat import Treated
from trimer.therapy.protocol import Protocol
from trimer.therapy.trial import Trial

Array = NDArray[np.float64]
N, SEED, DAYS = 48, 3, 160.0
PROTOCOL = "blinatumomab_five_cycles"
AMOUNT = tuple(f"blinatumomab_{place}" for place in ("depot", "central", "marrow", "eliminated"))


@cache
def trial() -> Trial:
    """Return MT103-211, seen every 14 days and not at the ends of its cycles."""
    found = library.trial("mt103_211")
    days = tuple(14.0 * k for k in range(1, 7))
    assessment = replace(found.assessment, days=days, follow_up_days=((1e9, 14.0),))
    return replace(found, follow_up=DAYS, assessment=assessment)


@cache
def everybody() -> Subjects:
    return from_population(population_of(trial()), N, seed=SEED, within=trial().bounds())


@cache
def found() -> Outcomes:
    return outcomes(everybody(), PROTOCOL, DAYS)


@cache
def table() -> Table:
    return task_of(trial(), seed=SEED)(0, N)


def until(day: Array | float) -> NDArray[np.bool_]:
    """Return who neither died nor was transplanted before a day: what a trial stops at, and outcomes do not know."""
    return ~(np.fmin(table()["death_day"], table()["hsct_day"]) < day)


@cache
def feverish() -> Protocol:
    """Return a protocol that holds for every fever, so that much is held and resumed."""
    return protocol(rules=[hold()])


INJECTED = "blinatumomab_sc_250_500"


# ---- as a trial finds them


def test_a_trial_of_the_same_patients_finds_the_same() -> None:
    """The trial grows, treats and follows by itself: runs of other lengths and models, so nearly everybody agrees."""
    values, own = found().values, table()
    assert found().treated.values["marrow_blast_percent"][:, 0] == pytest.approx(own["blasts_at_entry"], rel=1e-3)
    graded = until(found().treated.ends + AFTERMATH)
    assert np.mean((values["crs_grade"] == own["crs_grade"])[graded]) >= 0.95
    assert np.mean((values["remission"] == np.isin(own["response"], ("CR", "CRh")))[until(84.0)]) >= 0.95
    known = until(found().treated.ends)
    assert np.mean(np.abs(values["infusion_days"] - own["drug_days"])[known] < 1e-6) >= 0.95
    assert min(graded.sum(), until(84.0).sum(), known.sum()) >= N // 3


def test_a_trial_that_follows_the_same_course_finds_exactly_the_same() -> None:
    values, treated = found().values, found().treated
    patients = task_of(trial(), seed=SEED).patients(0, N)
    own = follow(trial(), PROTOCOL, patients, treated, SEED, in_remission=False)
    graded = until(treated.ends + AFTERMATH)
    for name in ("crs_grade", "crs_day"):
        assert np.array_equal(values[name][graded], own[name][graded], equal_nan=True), name
    responded = np.isin(own["response"], ("CR", "CRh"))
    assert np.array_equal(values["remission"][until(84.0)], responded[until(84.0)])
    seen = assess(trial(), treated, in_remission=False)
    alike = seen.first == values["remission_day"]  # a CRi before it is a remission of the definition, not of ours
    assert np.array_equal(seen.relapse[alike], values["relapse_day"][alike], equal_nan=True)
    assert alike.sum() >= 10
    assert 0 < np.isfinite(values["relapse_day"][alike]).sum() < alike.sum()


def test_every_outcome_is_there_and_shares_are_0_or_1() -> None:
    assert tuple(found().values) == tuple(OUTCOMES)
    assert (found().status == 0).all()
    for name, values in found().values.items():
        assert values.shape == (N,)
        assert values.dtype == float
        if OUTCOMES[name].kind == "share":
            assert set(values[np.isfinite(values)]) <= {0.0, 1.0}, name
        elif OUTCOMES[name].kind == "day":
            assert np.nanmin(values) >= 0.0, name
            assert np.nanmax(values) <= DAYS, name
        else:
            assert np.isfinite(values).all(), name


def test_outcomes_of_a_subject_do_not_contradict_one_another() -> None:
    v = found().values
    remission, relapsed = v["remission"] == 1.0, v["relapsed"] == 1.0
    assert np.array_equal(np.isfinite(v["remission_day"]), remission)
    assert np.array_equal(np.isfinite(v["relapsed"]), remission)
    assert np.array_equal(np.isfinite(v["relapse_day"]), relapsed)
    assert np.array_equal(v["remission_at_end"] == 1.0, remission & ~relapsed)
    assert (v["mrd_negative"] <= v["remission"]).all()
    assert (v["days_in_remission"][~remission] == 0.0).all()
    lasted = np.where(relapsed, v["relapse_day"], DAYS) - v["remission_day"]
    assert np.array_equal(v["days_in_remission"][remission], lasted[remission])
    assert (v["severe_crs"] <= v["crs"]).all()
    assert np.array_equal(np.isfinite(v["crs_day"]), v["crs"] == 1.0)
    assert np.array_equal(v["crs_grade"] >= 2.0, v["crs"] == 1.0)
    assert 0 < remission.sum() < N
    assert 0 < relapsed.sum() < remission.sum()


# ---- the drug, to the microgram


@pytest.mark.parametrize("treatment", ["blinatumomab_rr", PROTOCOL, "feverish", INJECTED])
def test_what_was_given_is_what_the_body_got(treatment: str) -> None:
    """What is in depot, plasma and marrow and was eliminated, is what the log or the calendar says was given."""
    chosen = feverish() if treatment == "feverish" else treatment
    own, day = everybody().take(np.arange(16)), 61.3
    plan = plan_of(chosen, own.size)
    treated = course(own, plan, day, outputs=(*OUTPUTS, *AMOUNT), rtol=1e-6)
    got = sum(treated.values[name][:, -1] - treated.values[name][:, 0] for name in AMOUNT)
    share = plan.drugs["blinatumomab"].pk["F_sc"].parameter.value if treatment == INJECTED else 1.0
    given = judged(treated, Judging(day))
    assert got == pytest.approx(share * given["drug_amount"], rel=1e-5)
    assert given["drug_amount"].min() > 100.0
    assert (given["injections"] > 0.0).all() == (given["infusion_days"] == 0.0).all() == (treatment == INJECTED)
    if treatment == "feverish":
        assert given["holds"].max() >= 2.0
        assert np.ptp(given["drug_amount"]) > 50.0


def test_a_regimen_gives_what_its_calendar_says_until_the_horizon() -> None:
    own = everybody().take(np.arange(4))
    whole, part = outcomes(own, "blinatumomab_rr", 250.0).values, outcomes(own, "blinatumomab_rr", 60.0).values
    assert whole["drug_amount"] == pytest.approx([651.0 + 4 * 784.0] * 4)
    assert whole["infusion_days"] == pytest.approx([140.0] * 4)
    assert part["drug_amount"] == pytest.approx([651.0 + 18 * 28.0] * 4)
    assert part["infusion_days"] == pytest.approx([28.0 + 18.0] * 4)
    for name in ("injections", "holds", "stopped"):
        assert (whole[name] == 0.0).all()


def test_nothing_given_is_nothing_and_of_chemotherapy_the_days_in_hospital_are_not_known() -> None:
    own = everybody().take(np.arange(4))
    none, other = outcomes(own, None, 30.0), outcomes(own, "hidac", 30.0)
    assert none.treatment == "nothing"
    for name in ("drug_amount", "infusion_days", "injections", "holds", "stopped", "hospital_days", "crs", "remission"):
        assert (none.values[name] == 0.0).all(), name
    assert np.isnan(other.values["hospital_days"]).all()
    assert (other.values["drug_amount"] == 0.0).all()
    week = np.array([7.0])  # it takes lymphocytes with it
    assert (other.treated.at("t_cells_blood", week) < none.treated.at("t_cells_blood", week)).all()


# ---- the same subjects in every plan


def test_the_same_plan_twice_is_the_same() -> None:
    again = outcomes(everybody(), library.protocol(PROTOCOL), DAYS, threads=1)
    for name, values in found().values.items():
        assert np.array_equal(values, again.values[name], equal_nan=True), name


def test_nobody_s_outcome_depends_on_who_is_asked_beside_him() -> None:
    rows = np.array([40, 3, 11])
    some = outcomes(everybody().take(rows), PROTOCOL, DAYS)
    for name, values in found().values.items():
        assert np.array_equal(values[rows], some.values[name], equal_nan=True), name
    for name, curves in found().treated.values.items():
        assert np.array_equal(curves[rows], some.treated.values[name]), name


def test_who_cannot_be_solved_has_a_status_and_nothing_else() -> None:
    own = everybody()
    states = {name: x.copy() for name, x in own.states.items()}
    states["il6"][5] = np.nan
    broken = outcomes(replace(own, states=states), PROTOCOL, DAYS)
    assert np.flatnonzero(broken.status).tolist() == [5]
    for name, values in broken.values.items():
        assert np.isnan(values[5]), name
        assert np.array_equal(np.delete(values, 5), np.delete(found().values[name], 5), equal_nan=True), name


# ---- how a course is judged


def treated(days: float = 30.0, **of: Any) -> Treated:
    """Return the course of one subject who is well but for what is given."""
    times = course_times(days)
    well = {"temperature": 36.8, "hypotension": 0.0, "hypoxia": 0.0, "il6": 2.0, "marrow_blast_percent": 60.0}
    values = {name: np.full((1, len(times)), well.get(name, 0.0)) for name in OUTPUTS}
    for name, (low, high, value) in of.pop("signs", {}).items():
        values[name][0, (times >= low) & (times < high)] = value
    given: dict[str, Any] = {"starts": [np.zeros(1)], "cycles": [np.zeros(1)], "ends": np.array([28.0])}
    others = {
        "spans": [np.empty((0, 2))],
        "holds": [np.empty(0)],
        "doses": [np.empty((0, 3))],
        "stops": np.full(1, np.nan),
    }
    return Treated(times, values, np.zeros(1, dtype=np.int64), **{**given, **others, **of})


SICK = {"temperature": (10.0, 12.0, 39.0), "hypotension": (10.0, 12.0, 1.0)}


def test_days_in_hospital_are_the_first_of_two_cycles_and_those_of_crs() -> None:
    cycles = [np.array([0.0, 20.0])]
    assert judged(treated(cycles=cycles), Judging(30.0))["hospital_days"].tolist() == [11.0]
    assert judged(treated(cycles=cycles, signs=SICK), Judging(30.0))["hospital_days"].tolist() == [13.0]
    ill_in_hospital = {name: (5.0, 7.0, value) for name, (_, _, value) in SICK.items()}
    assert judged(treated(cycles=cycles, signs=ill_in_hospital), Judging(30.0))["hospital_days"].tolist() == [11.0]
    assert judged(treated(days=5.0, cycles=cycles), Judging(5.0))["hospital_days"].tolist() == [5.0]


def test_crs_counts_from_the_first_dose_until_two_weeks_after_the_last() -> None:
    by = Judging(30.0)
    assert judged(treated(signs=SICK), by)["crs_day"].tolist() == [10.0]
    late = treated(signs=SICK, starts=[np.array([12.0])])
    assert judged(late, by)["crs"].tolist() == [0.0]
    over = treated(signs=SICK, ends=np.array([-5.0]))
    assert exposed(over).any(axis=1).tolist() == [True]
    assert judged(over, by)["crs"].tolist() == [0.0]
    never = treated(signs=SICK, starts=[np.empty(0)])
    assert judged(never, by)["crs"].tolist() == [0.0]
    still = treated(signs={**SICK, "blinatumomab_plasma": (0.0, 1.0, 0.5)}, starts=[np.empty(0)])
    assert judged(still, by)["crs"].tolist() == [1.0]


def test_fever_alone_is_reported_by_no_grade_and_seen_as_a_temperature() -> None:
    values = judged(treated(signs={"temperature": (10.0, 12.0, 39.0)}), Judging(30.0))
    assert (values["crs_grade"][0], values["temperature_max"][0]) == (0.0, 39.0)
    assert judged(treated(signs=SICK), Judging(30.0))["crs_grade"].tolist() == [2.0]


def test_infusions_that_overlap_are_days_once_and_amounts_twice() -> None:
    doses = [
        np.array([[0.0, 10.0, 100.0], [5.0, 12.0, 70.0], [12.0, 12.0, 9.0], [20.0, 40.0, 40.0], [31.0, 31.0, 9.0]])
    ]
    values = judged(treated(doses=doses), Judging(30.0))
    assert values["drug_amount"] == pytest.approx([100.0 + 70.0 + 9.0 + 20.0])
    assert values["infusion_days"] == pytest.approx([22.0])
    assert values["injections"].tolist() == [1.0]


def test_criteria_without_a_remission_and_days_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="amg"):
        judged(treated(), Judging(30.0, response="paediatric_2022_relapse"))
    for days in (0.0, -3.0, float("nan"), 1e6):
        with pytest.raises(InputError, match="days"):
            course_times(days)


def test_a_course_is_read_at_every_visit_and_on_its_last_day() -> None:
    times = course_times(100.5)
    assert np.isin(np.arange(0.0, 100.0, 14.0), times).all()
    assert (times[0], times[-1]) == (0.0, 100.5)
    assert np.diff(times).max() <= 1.0
    assert np.allclose(np.diff(times[times <= 56.0]), 0.25)


def test_car_t_cells_are_given_and_are_no_engager() -> None:
    """Their CRS counts from the day of the cells, and no microgram of an engager, nor an injection, was given."""
    own = everybody().take(np.arange(8))
    found = outcomes(own, "car_t_cd19_flu_cy", 40.0)
    (day,) = (a.start for a in plan_of("car_t_cd19_flu_cy", own.size).administrations if a.drug == "car_t_cd19")
    assert found.treated.starts[0].tolist() == [day]
    assert (found.values["drug_amount"] == 0.0).all()
    assert (found.values["injections"] == 0.0).all()
    assert (found.values["hospital_days"] >= 9.0).all()
    assert not exposed(found.treated)[:, found.treated.times <= day].any()
