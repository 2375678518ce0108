"""Every trial of the library through one body: columns with their types, times that agree, estimates that are sane."""

from __future__ import annotations

import json
import math
from functools import cache

import numpy as np
import pytest

import trimer.library as library
from trimer.study.simulation import Table
from trimer.study.trial.follow import CSS_DAY
from trimer.study.trial.response import response_judge
from trimer.study.trial.run import TrialResult, trial
from trimer.study.trial.summary import ENDPOINTS
from trimer.study.trial.survival import MONTH

TRIALS = library.list_entries("trials")
PATIENTS = 24
NUMBERS = {"patient", "replicate", "draw", "status", "response_cycle", "crs_grade", "crs_grade_cycle_1"} | {
    "neutropenia_grade", "rfs_event", "dor_event", "efs_event", "os_event",
}  # fmt: skip
WORDS = {"arm", "response", "cd19_at_failure", "death_cause"}
MEASURES = {
    "age", "female", "weight", "height", "bsa", "salvages", "prior_hsct", "ph_positive", "refractory",
    "blasts_at_entry", "mrd_at_entry", "treg", "t_cells_at_entry", "css", "response_day", "mrd_negative",
    "mrd_negative_cycle_1", "relapse_day", "progression_day", "crs_day", "crs_near_start", "fever_cycle_1",
    "interrupted", "drug_days", "cycles", "hsct_day", "death_day", "rfs_time", "dor_time", "efs_time", "os_time",
}  # fmt: skip
COVARIATES = ("age", "female", "weight", "height", "bsa", "salvages", "prior_hsct", "ph_positive", "refractory")
YES = ("female", "prior_hsct", "ph_positive", "refractory", "mrd_negative", "mrd_negative_cycle_1", "crs_near_start",
       "fever_cycle_1", "interrupted")  # fmt: skip
CAUSES = {"disease", "remission", "transplant", ""}


@cache
def run(name: str) -> TrialResult:
    return trial(name, patients=PATIENTS, calibration="")


def never_last(table: Table, name: str) -> np.ndarray:
    return np.where(np.isnan(table[name]), np.inf, table[name])


pytestmark = pytest.mark.parametrize("name", TRIALS)


def test_every_column_is_there_with_its_type(name: str) -> None:
    table = run(name).table
    assert set(table) == NUMBERS | WORDS | MEASURES
    for kind, names in (("i", NUMBERS), ("U", WORDS), ("f", MEASURES)):
        assert {n for n in names if table[n].dtype.kind != kind} == set()
    assert {len(column) for column in table.values()} == {PATIENTS * len(run(name).trial.arms)}


def test_every_patient_is_solved_once_in_every_arm(name: str) -> None:
    found = run(name)
    assert (found.table["status"] == 0).all()
    assert found.failed == {arm.name: 0 for arm in found.trial.arms}
    for arm in found.trial.arms:
        assert np.array_equal(found.table["patient"][found.table["arm"] == arm.name], np.arange(PATIENTS))
    assert set(found.table["replicate"]) == {0}, "a shared trial is one"


def test_arms_enter_with_the_same_patients(name: str) -> None:
    table, (first, *others) = run(name).table, run(name).trial.arms
    for arm in others:
        for column in (*COVARIATES, "draw", "blasts_at_entry", "mrd_at_entry", "treg", "t_cells_at_entry"):
            one, other = (table[column][table["arm"] == which.name] for which in (first, arm))
            assert np.array_equal(one, other), column


def test_patients_are_eligible(name: str) -> None:
    table, bounds = run(name).table, run(name).trial.bounds()
    for covariate, (low, high) in bounds.items():
        if covariate in table:
            assert (table[covariate] >= low).all(), covariate
            assert (table[covariate] <= high).all(), covariate
    for covariate in (*COVARIATES, "blasts_at_entry", "mrd_at_entry", "treg", "t_cells_at_entry"):
        assert np.isfinite(table[covariate]).all(), covariate
    assert np.allclose(table["mrd_at_entry"], table["blasts_at_entry"] / 100.0)


def test_values_are_of_their_kind(name: str) -> None:
    table, result = run(name).table, run(name)
    for column in YES:
        assert set(table[column][~np.isnan(table[column])]) <= {0.0, 1.0}, column
    for column in ("crs_grade", "crs_grade_cycle_1", "neutropenia_grade"):
        assert table[column].min() >= 0
        assert table[column].max() <= 4
    known = {*response_judge(result.trial.assessment.response).names, ""}
    assert set(table["response"].tolist()) <= known
    assert set(table["death_cause"].tolist()) <= CAUSES
    assert set(table["cd19_at_failure"].tolist()) <= {"positive", "negative", ""}
    engager = np.isin(table["arm"], [arm.name for arm in result.trial.arms if arm.protocol])
    assert ((table["drug_days"] > 0.0) == engager).all()
    assert (~engager <= np.isnan(table["css"])).all()
    dead = never_last(table, "death_day") < CSS_DAY
    assert np.isnan(table["css"][dead]).all()
    assert (table["crs_grade"][~engager] == 0).all()
    assert (table["cycles"] >= 1.0).all()


def test_events_come_in_order(name: str) -> None:
    table, end = run(name).table, run(name).trial.follow_up
    days = {n: never_last(table, n) for n in ("response_day", "relapse_day", "hsct_day", "death_day", "crs_day")}
    for which, when in days.items():
        assert (when[np.isfinite(when)] <= end).all(), which
        assert (when[np.isfinite(when)] <= days["death_day"][np.isfinite(when)]).all(), which
    for which in ("relapse_day", "hsct_day"):
        seen = np.isfinite(days[which])
        assert (days[which][seen] > days["response_day"][seen]).all(), which
    assert ((table["death_cause"] == "") == np.isnan(table["death_day"])).all()
    stop = np.minimum(np.minimum(days["death_day"], days["hsct_day"]), end)
    assert (table["drug_days"] <= stop + 1e-9).all()
    assert ((table["crs_grade"] > 0) == ~np.isnan(table["crs_day"])).all()
    assert ((table["crs_grade"] > 0) == ~np.isnan(table["crs_near_start"])).all()
    assert (table["crs_grade_cycle_1"] <= table["crs_grade"]).all()


def test_times_agree_with_days(name: str) -> None:
    table, looked, end = run(name).table, run(name).trial.assessment, run(name).trial.follow_up
    relapse, death, hsct = (never_last(table, n) for n in ("relapse_day", "death_day", "hsct_day"))
    start, loss = table["response_day"], np.minimum(relapse, death)
    responded = ~np.isnan(start)

    def agree(what: str, days: np.ndarray, events: np.ndarray, who: np.ndarray) -> None:
        assert np.allclose(table[f"{what}_time"][who], days[who] / MONTH), what
        assert np.array_equal(table[f"{what}_event"][who], events[who].astype(int)), what

    everybody = np.ones(len(start), bool)
    agree("os", np.minimum(death, end), death <= end, everybody)
    agree("rfs", np.minimum(loss, end) - start, loss <= end, responded)
    agree("dor", np.minimum(np.minimum(loss, hsct), end) - start, loss <= np.minimum(hsct, end), responded)
    agree("efs", np.minimum(loss, end), loss <= end, responded)
    failed = np.full(len(start), 1.0) if looked.efs == "day 1" else np.minimum(looked.window_end, death)
    agree("efs", failed, everybody, ~responded)
    for what in ("rfs", "dor"):
        assert np.isnan(table[f"{what}_time"][~responded]).all()
        assert (table[f"{what}_event"][~responded] == 0).all()
        assert (table[f"{what}_time"][responded] >= 0.0).all()


def test_responses_agree_with_their_day(name: str) -> None:
    table, looked = run(name).table, run(name).trial.assessment
    entered = run(name).trial.population == "adult_mrd_ball"
    responded = ~np.isnan(table["response_day"])
    if entered:
        assert (table["response_day"] == 0.0).all()
    else:
        assert np.array_equal(responded, np.isin(table["response"], ["CR", "CRh", "CRi"]))
        assert set(table["response_day"][responded]) <= set(looked.days)
        cycle = np.ceil(table["response_day"][responded] / looked.cycle_length)
        assert np.array_equal(table["response_cycle"][responded], cycle)
        assert (table["mrd_negative"][~responded] != 1.0).all()
    assert (table["response_cycle"][~responded] == 0).all()
    unseen = never_last(table, "death_day") < min(looked.days)
    for column in ("mrd_negative", "mrd_negative_cycle_1", "relapse_day"):
        assert np.isnan(table[column][unseen]).all(), column
    assert np.array_equal(table["response"] == "", unseen)
    failed = ~np.isnan(table["relapse_day"]) | (~responded & ~unseen)
    assert np.array_equal(table["cd19_at_failure"] != "", failed)


def test_estimates_are_finite_or_absent(name: str) -> None:
    found = run(name)
    for arm, estimates in found.estimates.items():
        rows = int((found.table["arm"] == arm).sum())
        assert {"os_median", "efs_median", "cr_crh", "hsct_all", "interrupted", "os_12mo"} <= set(estimates)
        assert set(estimates) <= set(ENDPOINTS)
        for key, one in estimates.items():
            assert 0 < one.n <= 2 * rows, key
            assert 0 <= one.events <= one.n, key
            if one.kind == "proportion" and not math.isnan(one.value):
                assert 0.0 <= one.value <= 1.0, key
            if one.kind in ("proportion", "mean") and one.n > 1 and math.isfinite(one.low) and math.isfinite(one.high):
                assert one.low <= one.value + 1e-12, key
                assert one.value <= one.high + 1e-12, key
            if one.kind in ("time", "mean") and not math.isnan(one.value):
                assert one.value >= 0.0, key
        reference = found.trial.reference
        assert ("hr_os" in estimates) == (reference is not None and reference.name != arm)


def test_what_it_promises_first_can_be_told(name: str) -> None:
    """The endpoints a trial shows first are known ones."""
    assert set(run(name).trial.endpoints) <= set(ENDPOINTS)


def test_the_summary_is_plain(name: str) -> None:
    told = json.loads(json.dumps(run(name).to_dict(), allow_nan=False))
    assert told["trial"] == name
    assert told["patients"] == PATIENTS
    assert set(told["arms"]) == {arm.name for arm in run(name).trial.arms}
    assert told["provenance"]["allocation"] == "shared"
