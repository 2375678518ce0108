"""Patients made by hand, followed as a trial does, with known answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import trimer.library as library
from trimer.library import outcome_parameters
from trimer.study.population.patients import Patients
from trimer.study.simulation import Table
from trimer.study.trial.follow import AFTERMATH, assess, follow, visits
from trimer.study.trial.survival import MONTH
from trimer.study.trial.treat import OUTPUTS, Treated, reading_times
from trimer.therapy.trial import Trial

Array = NDArray[np.float64]
SEED = 5
MT = library.trial("mt103_211")
TOWER = library.trial("tower")
BLAST = library.trial("blast")
SURE = replace(MT, assessment=replace(MT.assessment, mrd_assessed=1.0))  # every patient's residual disease is known
# Nobody is transplanted or dies in remission, and later treatment saves whoever has active disease.
QUIET = {"hsct_share": 0.0, "remission_mortality": 1e-12, "long_survivors": 1.0}
DYING = QUIET | {"long_survivors": 0.0}
HEALTHY = {
    "marrow_blast_percent": 80.0, "blood_blast_percent": 0.0, "blasts_blood": 0.0, "extramedullary_blasts": 0.0,
    "mrd_marrow": 0.8, "cd19_dim_percent": 0.0, "anc": 2.0, "platelets": 200.0, "t_cells_blood": 0.5,
    "temperature": 36.8, "hypotension": 0.0, "hypoxia": 0.0, "blinatumomab_plasma": 0.5,
}  # fmt: skip


def treated(
    trial: Trial = MT, spans: Any = ((0.0, 28.0), (42.0, 70.0)), holds: Sequence[float] = (), **courses: Any
) -> Treated:
    """Return one patient: each output a number, or what takes days and returns values; blasts say residual disease.

    What runs after a hold is the same cycle.
    """
    times = reading_times(visits(trial)[0], trial.follow_up)
    values = {}
    for name in OUTPUTS:
        course = courses.get(name, HEALTHY[name])
        values[name] = np.asarray(course(times) if callable(course) else np.full(len(times), course), float)[None, :]
    if "marrow_blast_percent" in courses and "mrd_marrow" not in courses:
        values["mrd_marrow"] = values["marrow_blast_percent"] / 100.0
    ran = np.array(spans, float).reshape(-1, 2)
    cycles = ran[~np.isin(np.roll(ran[:, 1], 1), holds), 0]
    given = {"starts": [ran[:, 0]], "spans": [ran], "holds": [np.array(holds, float)], "cycles": [cycles]}
    return Treated(times, values, np.zeros(1, int), ends=ran[-1:, 1], **given)


def steps(*changes: tuple[float, float]) -> Callable[[Array], Array]:
    """Return a course that takes each value from its day on."""
    days, values = np.array(changes).T
    return lambda t: values[np.searchsorted(days, t + 1e-9, side="right") - 1]


def between(low: float, high: float, inside: float, outside: float) -> Callable[[Array], Array]:
    """Return a course with one value from ``low`` to ``high``, both included, and another elsewhere."""
    return lambda t: np.where((t >= low - 1e-9) & (t <= high + 1e-9), inside, outside)


def patient(**outcome: float) -> Patients:
    values = {n: p.value for n, p in outcome_parameters().items()} | QUIET | outcome | {"treg_fraction": 0.05}
    covariates = {"age": 40.0, "bsa": 1.9, "marrow_blast_percent": 80.0}
    return Patients(
        0, np.zeros(1, int), {n: np.full(1, x) for n, x in covariates.items()},
        {n: np.full(1, x) for n, x in values.items()},
    )  # fmt: skip


def row(one: Treated, trial: Trial = SURE, in_remission: bool = False, **outcome: float) -> dict[str, Any]:
    """Return what a trial writes down of one patient."""
    table: Table = follow(trial, "blinatumomab", patient(**outcome), one, SEED, in_remission)
    assert {len(column) for column in table.values()} == {1}
    return {name: column[0] for name, column in table.items()}


REMISSION = steps((0.0, 80.0), (20.0, 0.001))
RELAPSING = steps((0.0, 80.0), (20.0, 0.001), (100.0, 30.0))


# ---- when


def test_visits_are_the_trial_s_with_entry_first() -> None:
    days, window = visits(MT)
    assert days[:6].tolist() == [0.0, 28.0, 42.0, 70.0, 84.0, 126.0]
    assert window.tolist() == [False, True, True, True, True, *[False] * (len(days) - 5)]
    assert days.max() <= MT.follow_up
    assert set(np.diff(days[5:])) == {42.0, 91.0}


# ---- response and relapse


def test_a_response_at_the_first_visit_that_lasts() -> None:
    found = row(treated(marrow_blast_percent=REMISSION))
    assert (found["response"], found["response_day"], found["response_cycle"]) == ("CR", 28.0, 1)
    assert np.isnan(found["relapse_day"])
    assert (found["rfs_event"], found["dor_event"], found["efs_event"], found["os_event"]) == (0, 0, 0, 0)
    assert found["rfs_time"] == found["dor_time"] == pytest.approx((MT.follow_up - 28.0) / MONTH)
    assert found["efs_time"] == found["os_time"] == pytest.approx(24.0)
    assert found["cd19_at_failure"] == ""


def test_a_relapse_is_found_at_the_next_visit() -> None:
    found = row(treated(marrow_blast_percent=RELAPSING))
    assert (found["relapse_day"], found["response_day"]) == (126.0, 28.0)
    assert (found["rfs_event"], found["dor_event"], found["efs_event"], found["os_event"]) == (1, 1, 1, 0)
    assert found["rfs_time"] == pytest.approx((126.0 - 28.0) / MONTH)
    assert found["efs_time"] == pytest.approx(126.0 / MONTH)
    assert found["cd19_at_failure"] == "positive"


def test_a_response_may_come_late_in_the_window() -> None:
    found = row(treated(marrow_blast_percent=steps((0.0, 80.0), (60.0, 0.001))))
    assert (found["response_day"], found["response_cycle"], found["response"]) == (70.0, 2, "CR")
    assert found["mrd_negative"] == 1.0
    assert found["mrd_negative_cycle_1"] == 0.0


def test_a_remission_after_the_window_is_none() -> None:
    found = row(treated(marrow_blast_percent=steps((0.0, 80.0), (90.0, 0.001))))
    assert (found["response"], found["response_cycle"]) == ("no response", 0)
    assert np.isnan(found["response_day"])
    assert np.isnan(found["rfs_time"])
    assert np.isnan(found["relapse_day"])
    assert found["efs_time"] == pytest.approx(84.0 / MONTH)
    assert found["efs_event"] == 1


def test_the_best_response_of_the_window_counts_and_the_first_remission_dates_it() -> None:
    found = row(treated(marrow_blast_percent=REMISSION, anc=steps((0.0, 2.0), (10.0, 0.7), (40.0, 2.0))))
    assert (found["response"], found["response_day"]) == ("CR", 28.0)


def test_a_failure_is_an_event_when_the_window_closes_or_on_the_first_day() -> None:
    late, early = row(treated(marrow_blast_percent=80.0)), row(treated(TOWER, marrow_blast_percent=80.0), TOWER)
    assert late["efs_time"] == pytest.approx(84.0 / MONTH)
    assert early["efs_time"] == pytest.approx(1.0 / MONTH)
    assert late["efs_event"] == early["efs_event"] == 1
    assert late["response"] == early["response"] == "no response"
    assert late["dor_event"] == late["rfs_event"] == 0


def test_a_death_before_the_first_visit_leaves_nothing_to_assess() -> None:
    found = row(treated(marrow_blast_percent=REMISSION), **DYING, active_survival=5.0)
    assert 0.0 < found["death_day"] < 28.0
    assert (found["response"], found["response_cycle"], found["death_cause"]) == ("", 0, "disease")
    assert np.isnan(found["response_day"])
    assert np.isnan(found["mrd_negative_cycle_1"])
    assert found["cd19_at_failure"] == ""
    assert found["os_time"] == found["efs_time"] == pytest.approx(found["death_day"] / MONTH)
    assert (found["os_event"], found["efs_event"], found["rfs_event"]) == (1, 1, 0)


def test_nobody_is_assessed_after_death() -> None:
    one = treated(marrow_blast_percent=steps((0.0, 80.0), (50.0, 0.001)))
    found = row(one, **DYING, active_survival=34.0, active_shape=50.0)
    assert 28.0 < found["death_day"] < 70.0
    assert found["response"] == "no response"
    assert np.isnan(found["response_day"])


def test_death_after_relapse_ends_survival_and_not_what_ended_before() -> None:
    found = row(treated(marrow_blast_percent=RELAPSING), **DYING, active_survival=200.0, active_shape=50.0)
    assert found["death_day"] > 126.0 + 100.0
    assert (found["death_cause"], found["relapse_day"]) == ("disease", 126.0)
    assert found["rfs_time"] == pytest.approx((126.0 - 28.0) / MONTH)
    assert found["os_time"] == pytest.approx(found["death_day"] / MONTH)
    assert found["os_event"] == 1


def test_duration_of_remission_is_censored_at_the_transplant_and_relapse_free_survival_is_not() -> None:
    graft = {"hsct_share": 1.0, "hsct_wait": 50.0, "hsct_protection": 1e-9, "hsct_mortality": 1e-9, "hsct_delay": 90.0}
    found = row(treated(marrow_blast_percent=RELAPSING), **graft)
    assert found["hsct_day"] == 78.0
    assert found["relapse_day"] == 216.0
    assert (found["dor_event"], found["rfs_event"], found["efs_event"]) == (0, 1, 1)
    assert found["dor_time"] == pytest.approx(50.0 / MONTH)
    assert found["rfs_time"] == pytest.approx((216.0 - 28.0) / MONTH)


def test_progression_is_dated_by_the_visit_that_shows_it() -> None:
    found = row(treated(marrow_blast_percent=steps((0.0, 40.0), (10.0, 80.0))))
    assert found["progression_day"] == 28.0
    assert np.isnan(row(treated(marrow_blast_percent=80.0))["progression_day"])


# ---- residual disease and antigen


def test_residual_disease_counts_in_remission_below_the_limit() -> None:
    deep, shallow = (treated(marrow_blast_percent=steps((0.0, 80.0), (20.0, x))) for x in (0.009, 0.011))
    assert row(deep)["mrd_negative"] == row(deep)["mrd_negative_cycle_1"] == 1.0
    assert row(shallow)["mrd_negative"] == row(shallow)["mrd_negative_cycle_1"] == 0.0
    assert row(shallow)["response"] == "CR"
    nobody = replace(MT, assessment=replace(MT.assessment, mrd_assessed=0.0))
    assert np.isnan(row(deep, nobody)["mrd_negative"])
    assert np.isnan(row(deep, nobody)["mrd_negative_cycle_1"])


def test_antigen_is_looked_at_when_the_failure_is() -> None:
    late = steps((0.0, 0.0), (100.0, 80.0))
    assert row(treated(marrow_blast_percent=RELAPSING, cd19_dim_percent=late))["cd19_at_failure"] == "negative"
    early = steps((0.0, 0.0), (20.0, 80.0), (90.0, 0.0))
    assert row(treated(marrow_blast_percent=RELAPSING, cd19_dim_percent=early))["cd19_at_failure"] == "positive"
    assert row(treated(marrow_blast_percent=80.0, cd19_dim_percent=early))["cd19_at_failure"] == "negative"
    assert row(treated(marrow_blast_percent=80.0, cd19_dim_percent=late))["cd19_at_failure"] == "positive"


# ---- patients who enter in remission


def in_remission(blasts: Any, **outcome: float) -> dict[str, Any]:
    sure = replace(BLAST, assessment=replace(BLAST.assessment, mrd_assessed=1.0))
    return row(treated(BLAST, marrow_blast_percent=blasts), sure, True, **outcome)


def test_in_remission_from_entry_times_begin_there() -> None:
    found = in_remission(steps((0.0, 1.0), (20.0, 0.001), (400.0, 30.0)))
    assert (found["response"], found["response_day"], found["response_cycle"]) == ("CR", 0.0, 0)
    assert (found["mrd_negative"], found["mrd_negative_cycle_1"]) == (1.0, 1.0)
    assert found["relapse_day"] > 400.0
    assert found["rfs_time"] == found["efs_time"] == pytest.approx(found["relapse_day"] / MONTH)


@pytest.mark.parametrize("blasts", [6.0, 20.0, 60.0])
def test_in_remission_from_entry_active_disease_at_the_first_visit_is_a_relapse(blasts: float) -> None:
    found = in_remission(steps((0.0, 1.0), (20.0, blasts)))
    assert found["relapse_day"] == 28.0
    assert found["mrd_negative_cycle_1"] == 0.0
    assert found["rfs_event"] == 1
    assert found["rfs_time"] == pytest.approx(28.0 / MONTH)
    assert found["cd19_at_failure"] == "positive"


def test_in_remission_from_entry_residual_disease_that_stays_is_no_relapse() -> None:
    found = in_remission(1.0)
    assert np.isnan(found["relapse_day"])
    assert (found["mrd_negative"], found["mrd_negative_cycle_1"]) == (0.0, 0.0)
    assert found["rfs_event"] == 0


# ---- toxicity


def fever(low: float, high: float, hypotension: float = 0.0) -> dict[str, Any]:
    return {
        "temperature": between(low, high, 39.0, 36.8),
        "hypotension": between(low, high, hypotension, 0.0),
        "marrow_blast_percent": REMISSION,
    }


@pytest.mark.parametrize(
    ("start", "hypotension", "grade", "near"), [(2.0, 1.0, 2, 1.0), (2.0, 2.0, 3, 1.0), (3.25, 1.0, 2, 0.0)]
)
def test_cytokine_release_is_graded_and_dated(start: float, hypotension: float, grade: int, near: float) -> None:
    found = row(treated(**fever(start, start + 1.0, hypotension)))
    assert (found["crs_grade"], found["crs_grade_cycle_1"], found["crs_day"]) == (grade, grade, start)
    assert found["crs_near_start"] == near
    assert found["fever_cycle_1"] == 1.0


def test_fever_alone_is_not_reported_as_cytokine_release_where_the_trial_did_not() -> None:
    feverish = treated(**fever(2.0, 3.0))
    found, told = row(feverish), row(feverish, replace(SURE, crs=replace(MT.crs, reported_from=1)))
    assert (found["crs_grade"], found["fever_cycle_1"]) == (0, 1.0)
    assert np.isnan(found["crs_day"])
    assert np.isnan(found["crs_near_start"])
    assert told["crs_grade"] == 1


def test_cytokine_release_after_a_later_start_is_near_it_and_not_of_cycle_1() -> None:
    found = row(treated(**fever(43.0, 44.0, 2.0)))
    assert (found["crs_grade"], found["crs_grade_cycle_1"], found["crs_near_start"]) == (3, 0, 1.0)
    assert found["fever_cycle_1"] == 0.0


def test_without_an_engager_there_is_no_cytokine_release() -> None:
    found = row(treated(blinatumomab_plasma=0.0, **fever(2.0, 3.0, 2.0)))
    assert found["crs_grade"] == 0
    assert np.isnan(found["css"])


@pytest.mark.parametrize(("other", "css"), [("hle_cd19_engager_plasma", 0.25), ("car_t_blood", np.nan)])
def test_another_engager_and_car_t_cells_count_as_an_engager(other: str, css: float) -> None:
    one = treated(blinatumomab_plasma=0.0, **fever(2.0, 3.0, 2.0))
    one.values[other] = np.where(one.times > 1.0, 0.25, 0.0)[None, :]
    assert row(one)["crs_grade"] == 3
    assert row(one)["css"] == pytest.approx(css, nan_ok=True)
    early = treated(blinatumomab_plasma=0.0, **fever(0.0, 0.9, 2.0))
    early.values[other] = one.values[other]
    assert row(early)["crs_grade"] == 0


@pytest.mark.parametrize(("after", "grade"), [(AFTERMATH - 1.0, 3), (AFTERMATH + 1.0, 0)])
def test_treatment_and_a_fortnight_after_count(after: float, grade: int) -> None:
    stopped = ((0.0, 3.0),)
    found = row(treated(spans=stopped, **fever(3.0 + after, 3.5 + after, 2.0)))
    assert found["crs_grade"] == grade
    assert found["drug_days"] == 3.0


def test_toxicity_ends_with_the_patient_or_the_transplant() -> None:
    one = treated(anc=between(50.0, 60.0, 0.1, 2.0), **fever(45.0, 46.0, 2.0))
    assert row(one)["crs_grade"] == 3
    assert row(one)["neutropenia_grade"] == 4
    dead = row(one, **DYING, active_survival=10.0, active_shape=50.0)
    grafted = row(one, hsct_share=1.0, hsct_wait=10.0, hsct_mortality=1e-9)
    assert dead["death_day"] < 28.0
    assert grafted["hsct_day"] == 38.0
    for found in (dead, grafted):
        assert found["crs_grade"] == found["neutropenia_grade"] == 0
        assert np.isnan(found["crs_day"])
    assert dead["drug_days"] == pytest.approx(dead["death_day"])
    assert grafted["drug_days"] == 28.0


def test_neutropenia_is_what_newly_arises() -> None:
    def grade(before: float, lowest: float) -> int:
        return int(row(treated(anc=steps((0.0, before), (10.0, lowest), (20.0, 2.0))))["neutropenia_grade"])

    assert [grade(*pair) for pair in ((2.0, 0.3), (0.3, 0.3), (0.7, 0.3), (0.3, 2.0))] == [4, 0, 4, 0]


def test_a_hold_is_an_interruption() -> None:
    found = row(treated(spans=((0.0, 2.0), (5.0, 31.0)), holds=(2.0,)))
    assert (found["interrupted"], found["drug_days"], found["cycles"]) == (1.0, 28.0, 1.0)
    found = row(treated())
    assert (found["interrupted"], found["drug_days"], found["cycles"]) == (0.0, 56.0, 2.0)


# ---- who could not be solved


def test_a_patient_who_was_not_solved_is_reported_without_a_response() -> None:
    one = treated(marrow_blast_percent=REMISSION)
    values = {name: np.where(one.times > 10.0, np.nan, x) for name, x in one.values.items()}
    found = row(replace(one, status=np.array([3]), values=values))
    assert (found["status"], found["response"], found["response_cycle"]) == (3, "", 0)
    for name in ("response_day", "mrd_negative", "mrd_negative_cycle_1", "relapse_day", "rfs_time", "dor_time"):
        assert np.isnan(found[name]), name
    assert found["cd19_at_failure"] == ""


def test_what_is_found_does_not_depend_on_who_else_is_followed() -> None:
    one, other = treated(marrow_blast_percent=RELAPSING), treated(marrow_blast_percent=80.0)
    each = {name: [*getattr(one, name), *getattr(other, name)] for name in ("starts", "spans", "holds", "cycles")}
    values = {n: np.concatenate([x, other.values[n]]) for n, x in one.values.items()}
    both = Treated(one.times, values, np.zeros(2, int), ends=np.repeat(one.ends, 2), **each)
    seen = assess(SURE, both, False)
    assert np.array_equal(seen.first, [28.0, np.nan], equal_nan=True)
    assert np.array_equal(seen.relapse, [126.0, np.nan], equal_nan=True)
    assert assess(SURE, one, False).responses.text.tolist() == seen.responses.text[:1].tolist()


# ---- nobody is asked who is dead


def test_who_dies_early_has_no_steady_state() -> None:
    one = treated()
    early, late = (row(one, **DYING, active_survival=day, active_shape=50.0) for day in (5.0, 40.0))
    assert early["death_day"] < 27.0 < late["death_day"]
    assert np.isnan(early["css"])
    assert late["css"] == HEALTHY["blinatumomab_plasma"]


def test_cycles_and_holds_end_with_the_patient_or_the_transplant() -> None:
    one = treated(
        spans=((0.0, 28.0), (42.0, 50.0), (55.0, 75.0), (84.0, 112.0)), holds=(50.0,), marrow_blast_percent=REMISSION
    )
    assert [row(one)[name] for name in ("cycles", "interrupted", "drug_days")] == [3.0, 1.0, 84.0]
    active = treated(spans=one.spans[0], holds=(50.0,))
    dead = row(active, **DYING, active_survival=10.0, active_shape=50.0)
    assert dead["death_day"] < 28.0
    assert (dead["cycles"], dead["interrupted"], dead["drug_days"]) == (1.0, 0.0, pytest.approx(dead["death_day"]))
    grafted = row(one, hsct_share=1.0, hsct_wait=20.0, hsct_mortality=1e-9)
    assert grafted["hsct_day"] == 48.0
    assert (grafted["cycles"], grafted["interrupted"], grafted["drug_days"]) == (2.0, 0.0, 34.0)


def test_residual_disease_of_who_was_never_seen_is_not_known() -> None:
    never = row(treated(), **DYING, active_survival=5.0, active_shape=50.0)
    once = row(treated(), **DYING, active_survival=40.0, active_shape=50.0)
    assert never["death_day"] < 28.0 < once["death_day"]
    assert np.isnan(never["mrd_negative"])
    assert np.isnan(never["mrd_negative_cycle_1"])
    assert (once["mrd_negative"], once["mrd_negative_cycle_1"]) == (0.0, 0.0)


# ---- free of active leukaemia, whether or not a visit finds it


def soon(day: float) -> dict[str, float]:
    """Return what makes a spell of active leukaemia end in death about so many days after it began."""
    return DYING | {"active_survival": day, "active_shape": 50.0}


def seen_free(blasts: Any, remission: bool = False) -> float:
    return float(assess(SURE, treated(marrow_blast_percent=blasts), remission).free[0])


def test_the_marrow_is_free_from_the_first_reading_at_the_limit() -> None:
    assert seen_free(steps((0.0, 80.0), (20.1, 0.001))) == 20.25, "the reading after it, not the visit"
    assert seen_free(steps((0.0, 80.0), (20.0, 5.0))) == 20.0
    assert np.isnan(seen_free(steps((0.0, 80.0), (20.0, 5.01))))
    assert seen_free(steps((0.0, 80.0), (20.0, 1.0), (22.0, 30.0))) == 20.0, "also where it does not last"
    assert seen_free(steps((0.0, 1.0), (20.0, 30.0)), True) == 0.0


def test_a_marrow_free_at_the_visit_only_is_free_then() -> None:
    """A remission is free of active leukaemia by its definition, whatever is read in between."""
    assert seen_free(between(28.0, 28.0, 0.001, 80.0)) == 28.0


def test_death_of_active_leukaemia_ends_when_the_marrow_is_free_not_when_a_visit_finds_it() -> None:
    one = treated(marrow_blast_percent=steps((0.0, 80.0), (20.0, 0.001)))
    saved = row(one, **soon(24.0))
    assert np.isnan(saved["death_day"])
    assert (saved["response"], saved["response_day"]) == ("CR", 28.0)
    dead = row(one, **soon(15.0))
    assert dead["death_day"] < 20.0
    assert (dead["death_cause"], dead["response"]) == ("disease", "")


def test_death_in_remission_begins_when_the_marrow_is_free() -> None:
    found = row(treated(marrow_blast_percent=REMISSION), **(QUIET | {"remission_mortality": 1e4}))
    assert found["death_day"] == pytest.approx(20.0, abs=0.01)
    assert (found["death_cause"], found["response"]) == ("remission", "")
    assert np.isnan(found["response_day"])


def test_who_is_free_without_a_remission_has_a_spell_after_it_and_no_relapse() -> None:
    """Blasts are gone between two visits only; survival with active leukaemia begins anew when they are back."""
    passing = treated(marrow_blast_percent=steps((0.0, 80.0), (10.0, 0.001), (20.0, 30.0)))
    found = row(passing, **soon(15.0))
    second = found["death_day"] - 20.0
    assert 10.0 < second < 20.0
    assert row(passing, **soon(40.0))["death_day"] - 20.0 == pytest.approx(second * 40.0 / 15.0)
    assert (found["death_cause"], found["response"]) == ("disease", "no response")
    assert np.isnan(found["response_day"])
    assert np.isnan(found["relapse_day"])
    assert (found["rfs_event"], found["efs_event"], found["cd19_at_failure"]) == (0, 1, "positive")
    assert found["efs_time"] == pytest.approx(found["death_day"] / MONTH)
    assert row(treated(marrow_blast_percent=80.0), **soon(15.0))["death_day"] < 20.0, "without it there is one spell"


def test_a_late_remission_that_no_visit_counts_ends_the_spell_too() -> None:
    late = treated(marrow_blast_percent=steps((0.0, 80.0), (90.0, 0.001)))
    found = row(late, **soon(120.0))
    assert np.isnan(found["death_day"])
    assert np.isnan(found["response_day"])
    assert row(late, **soon(60.0))["death_cause"] == "disease"


def test_no_transplant_without_an_assessed_remission() -> None:
    passing = treated(marrow_blast_percent=steps((0.0, 80.0), (90.0, 0.001)))
    assert np.isnan(row(passing, hsct_share=1.0, hsct_wait=10.0)["hsct_day"])


# ---- definitions


@pytest.mark.parametrize(
    "criterion",
    [
        "eln_2024",
        "nci_2010",
        "nccn",
        "cibmtr",
    ],
)
def test_any_criterion_of_response_can_judge_a_trial(criterion: str) -> None:
    other = replace(SURE, assessment=replace(SURE.assessment, response=criterion))
    found = row(treated(other, marrow_blast_percent=RELAPSING), other)
    assert (found["response"], found["response_day"], found["relapse_day"]) == ("CR", 28.0, 126.0)
    assert np.isnan(found["progression_day"])
