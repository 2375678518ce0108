"""Thousands of visits judged by lookup agree with the criterion that judges whole courses, at every visit."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria import Verdict, criterion, judge, list_criteria
from trimer.criteria.logic import Relation, compare
from trimer.engine.solution import Solution
from trimer.errors import InputError, LibraryError
from trimer.study.simulated import ASSESSED, course_of
from trimer.study.trial.response import TRACE, ResponseTable, against, detectable, meets, response_judge

Readings = dict[str, NDArray[np.float64]]

SETS = [found.name for found in list_criteria() if found.subject == "response"]
LASTING = ("cibmtr", "nccn", "nci_2010")
DAYS = {  # day of six visits; the first is before treatment
    "cycles": (0.0, 15.0, 42.0, 84.0, 126.0, 210.0),
    "weeks": (0.0, 8.0, 15.0, 22.0, 29.0, 50.0),
}
BESIDE = (1.0 - 1e-6, 1.0 - 1e-11, 1.0, 1.0 + 1e-11, 1.0 + 1e-6)
LIMITS = {
    "marrow_blast_percent": (5.0, 5.0, 25.0),
    "blood_blast_percent": (TRACE, 1.0, 25.0),
    "blasts_blood": (0.05, 5.0),
    "extramedullary_blasts": (1.0,),
    "mrd_marrow": (1e-4, 1e-2),
    "anc": (0.5, 1.0),
    "platelets": (50.0, 100.0),
}
HEALTHY = {
    "marrow_blast_percent": 1.0,
    "blood_blast_percent": 0.01,
    "blasts_blood": 0.001,
    "extramedullary_blasts": 0.0,
    "mrd_marrow": 1e-5,
    "anc": 2.0,
    "platelets": 150.0,
}
BLASTS = tuple(LIMITS)[:5]


@cache
def sample(seed: int, patients: int) -> Readings:
    """Values at every limit, beside it and far away, and changes at the limits of change; one visit in ten missed."""
    rng = np.random.default_rng(seed)
    shape = (patients, 6)
    found: Readings = {}
    for name, limits in LIMITS.items():
        at = rng.choice(limits, shape) * rng.choice(BESIDE, shape)
        far = np.exp(rng.uniform(math.log(limits[0] / 20.0), math.log(3.0 * limits[-1]), shape))
        found[name] = np.choose(rng.choice(3, shape, p=(0.25, 0.35, 0.4)), (at, far, np.full(shape, HEALTHY[name])))
    for k in range(1, 6):
        changed = rng.random(patients) < 0.25
        earlier = np.where(rng.random(patients) < 0.5, k - 1, 0)
        for name in BLASTS:
            x = found[name]
            share = rng.choice((0.5, 1.0, 1.25), patients) * rng.choice(BESIDE, patients)
            x[changed, k] = (x[np.arange(patients), earlier] * share)[changed]
    found["marrow_blast_percent"][rng.random(shape) < 0.1] = 0.0
    for name, most in (("marrow_blast_percent", 100.0), ("blood_blast_percent", 100.0), ("mrd_marrow", 1.0)):
        found[name] = np.minimum(found[name], most)
    found["anc"][:, 1:][rng.random((patients, 5)) < 0.1] = np.nan
    return found


def courses(days: tuple[float, ...], found: Readings) -> list[Course]:
    """Return the same patients as courses, as a simulation of a record with these assessments gives them."""
    seen = {**found, **{n: detectable(found[n], found["blood_blast_percent"]) for n in BLASTS[1:3]}}
    shape = seen["anc"].shape
    values = np.stack([seen.get(name, np.full(shape, 7.0)) for name in ASSESSED], axis=2)
    ok = np.zeros(shape[0], dtype=np.int64)
    solution = Solution(np.array(days), ASSESSED, values, ok, ok, "cpu")
    drug = Episode("drug", "blinatumomab", 1.0, 29.0)
    made: list[Course] = []
    for p in range(shape[0]):
        visits = tuple(
            Visit(f"{k}", "", day, {}, context="response assessment" if k else "presentation")
            for k, day in enumerate(days)
            if not np.isnan(seen["anc"][p, k])
        )
        record = Course("trial", "record", dt.date(2020, 1, 1), visits=visits, episodes=(drug,))
        made.append(course_of(record, solution, p, np.array([])))
    return made


def verdicts(name: str, days: tuple[float, ...], found: Readings) -> tuple[NDArray[np.str_], list[Verdict]]:
    """Return the categories of the criterion itself, empty where there was no assessment, and its verdicts."""
    text = np.full(found["anc"].shape, "", dtype="<U40")
    told: list[Verdict] = []
    for p, course in enumerate(courses(days, found)):
        for verdict in judge(course, (name,)):
            text[p, int(verdict.visit)] = verdict.category
            told.append(verdict)
    return text, told


@pytest.mark.parametrize(("schedule", "patients"), [("cycles", 300), ("weeks", 100)])
def test_amg_is_judged_as_the_criterion_judges_whole_courses(schedule: str, patients: int) -> None:
    found = sample(1, patients)
    expected, _ = verdicts("amg", DAYS[schedule], found)
    table = response_judge("amg").judge(DAYS[schedule], found)
    assert np.array_equal(table.text, expected)
    assert set(np.unique(expected)) == {"", *table.names}, "every category is met"


@pytest.mark.parametrize("schedule", DAYS)
@pytest.mark.parametrize("name", [n for n in SETS if n != "amg"])
def test_every_other_set_is_too(name: str, schedule: str) -> None:
    found = sample(2, 50)
    expected, told = verdicts(name, DAYS[schedule], found)
    assert np.array_equal(response_judge(name).judge(DAYS[schedule], found).text, expected)
    lost = any("did not last" in verdict.reason for verdict in told)
    assert lost == (name in LASTING), "remissions that did not last are among them"


@pytest.mark.slow
@pytest.mark.parametrize("schedule", DAYS)
@pytest.mark.parametrize("name", SETS)
def test_thousands_of_visits_are_judged_as_the_criterion_judges_them(name: str, schedule: str) -> None:
    found = sample(5, 1500)
    expected, _ = verdicts(name, DAYS[schedule], found)
    assert np.array_equal(response_judge(name).judge(DAYS[schedule], found).text, expected)


def test_a_level_of_mrd_may_be_left_out() -> None:
    table = response_judge("eln_2024")
    found = sample(3, 60)
    without = {name: x for name, x in found.items() if name != "mrd_marrow"}
    days = DAYS["cycles"]
    bare = np.full((60, 6), "", dtype="<U40")
    for p, course in enumerate(courses(days, found)):
        visits = tuple(
            Visit(v.id, "", v.day, {n: r for n, r in v.readings.items() if n != "mrd_marrow"}, context=v.context)
            for v in course.visits
        )
        for verdict in judge(Course("trial", "simulation", course.origin, visits, (), course.episodes), ("eln_2024",)):
            bare[p, int(verdict.visit)] = verdict.category
    assert np.array_equal(table.judge(days, without).text, bare)
    assert not np.array_equal(table.judge(days, found).text, bare)


def test_what_was_asked_once_is_not_asked_again() -> None:
    table = ResponseTable(response_judge("amg").definition)
    found = sample(4, 600)
    first = table.judge(DAYS["cycles"], found)
    asked = table.asked
    assert 0 < asked < 1000  # of 2700 assessments
    again = table.judge(DAYS["cycles"], {name: x[::-1] for name, x in found.items()})
    assert table.asked == asked
    assert np.array_equal(again.categories[::-1], first.categories)
    assert response_judge("amg") is response_judge("amg")


def healthy(visits: int = 4) -> Readings:
    found = {name: np.full((1, visits), value) for name, value in HEALTHY.items()}
    found["marrow_blast_percent"][0, 0] = 60.0
    return found


def test_a_remission_that_is_lost_is_a_relapse_and_one_never_reached_none() -> None:
    found = healthy()
    found["marrow_blast_percent"][0, 2] = 20.0
    table = response_judge("amg").judge((0.0, 15.0, 42.0, 84.0), found)
    assert table.text.tolist() == [["baseline", "CR", "relapse", "CR"]]
    assert table.in_remission.tolist() == [[False, True, False, True]]
    found["marrow_blast_percent"][0, 1] = 50.0
    assert response_judge("amg").judge((0.0, 15.0, 42.0, 84.0), found).text.tolist() == [
        ["baseline", "no response", "PR", "CR"]
    ]


def test_a_visit_that_was_not_made_neither_counts_nor_is_the_last_assessment() -> None:
    found = healthy()
    found["marrow_blast_percent"][0] = (30.0, 22.0, np.nan, 29.0)
    table = response_judge("amg").judge((0.0, 15.0, 42.0, 84.0), found)
    assert table.text.tolist() == [["baseline", "no response", "", "PD"]]  # 29 is more than a quarter above 22
    assert table.best().tolist() == [table.names.index("no response")]


def test_a_patient_who_was_not_solved_has_no_response() -> None:
    found = {name: np.full((2, 3), np.nan) for name in HEALTHY}
    table = response_judge("amg").judge((0.0, 15.0, 42.0), found)
    assert np.all(table.categories == -1)
    assert not table.in_remission.any()
    assert table.best().tolist() == [-1, -1]
    assert not table.among("CR", "baseline").any()


def test_the_best_response_of_some_visits() -> None:
    found = healthy(5)
    found["platelets"][0] = (20.0, 40.0, 60.0, 120.0, 120.0)
    table = response_judge("amg").judge((0.0, 15.0, 42.0, 84.0, 126.0), found)
    assert table.text.tolist() == [["baseline", "CRi", "CRh", "CR", "CR"]]
    assert table.names[table.best((True, True, True, False, False))[0]] == "CRh"
    assert table.names[table.best()[0]] == "CR"
    assert table.among("CR", "CRh").tolist() == [[False, False, True, True, True]]
    assert table.best([True, False, False, False, False]).tolist() == [-1]


def test_traces_of_blasts_in_blood_are_none() -> None:
    percent = np.array([0.0, 0.4999, 0.5, 0.9, np.nan])
    assert detectable(percent, percent)[:4].tolist() == [0.0, 0.0, 0.5, 0.9]
    assert detectable(np.full(4, 0.02), percent[:4]).tolist() == [0.0, 0.0, 0.02, 0.02]
    found = healthy()
    found["marrow_blast_percent"][:] = 60.0  # a rise among traces is no progression, one that can be seen is
    found["blood_blast_percent"][0] = (0.1, 0.2, 0.4, 2.0)
    found["blasts_blood"][0] = (0.001, 0.003, 0.02, 0.2)
    table = response_judge("nccn").judge((0.0, 15.0, 42.0, 84.0), found)
    assert table.text.tolist() == [["baseline", "refractory", "refractory", "PD"]]


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("limit", [0.5, 38.0, -50.0, 1e-4, 0.0])
def test_arrays_are_compared_as_readings_are(relation: Relation, limit: float) -> None:
    factors = (0.0, 0.5, *BESIDE, 1.0 + 0.9e-9, 1.0 + 1.1e-9, 1.0 - 0.9e-9, 1.0 - 1.1e-9, 2.0)
    values = [*(limit * f for f in factors), -1.0, 1e-16, 1e-14, -1e-16, 1e9, -math.inf, math.inf]
    expected = [compare(Reading("anc", x, x), relation, limit) for x in values]
    assert meets(values, relation, limit).tolist() == expected


def test_what_is_not_known_meets_nothing() -> None:
    assert not any(meets(np.nan, relation, 1.0) for relation in ("<", "<=", ">", ">="))
    assert against([0.5, 1.0, 2.0], 1.0).tolist() == [-1, 0, 1]


@pytest.mark.parametrize("name", ["paediatric_2022", "astct_2019_crs", "blast_mrd"])
def test_only_definitions_of_response_have_a_table(name: str) -> None:
    assert criterion(name)
    with pytest.raises(LibraryError, match="expected a criterion of response"):
        response_judge(name)


def test_a_name_that_is_not_known_is_refused() -> None:
    with pytest.raises(LibraryError, match="Nearest: amg"):
        response_judge("amgen")


def test_what_is_missing_or_does_not_fit_is_said() -> None:
    table, days = response_judge("amg"), (0.0, 15.0, 42.0, 84.0)
    found = healthy()
    with pytest.raises(InputError, match="found no platelets, expected all of marrow_blast_percent, anc"):
        table.judge(days, {name: x for name, x in found.items() if name != "platelets"})
    with pytest.raises(InputError, match="expected one shape"):
        table.judge(days, {**found, "anc": np.ones((1, 3))})
    with pytest.raises(InputError, match=r"found shape \(3,\), expected \(4,\) or \(1, 4\)"):
        table.judge(days[:3], found)
    with pytest.raises(InputError, match="days that do not increase"):
        table.judge((0.0, 15.0, 15.0, 84.0), found)
    with pytest.raises(InputError, match="expected a baseline"):
        table.judge(days, {**found, "anc": np.array([[np.nan, 1.0, 1.0, 1.0]])})
    with pytest.raises(InputError, match="found 'CRp', expected one of CR, CRh"):
        table.judge(days, found).among("CRp")
