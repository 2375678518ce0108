"""Toxicity of many patients at once is graded as the criteria grade a course."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pytest

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria import judge, list_criteria
from trimer.criteria.counts import ctcae, ctcae_v5_anc
from trimer.errors import InputError, ProtocolError
from trimer.observables import OBSERVABLES
from trimer.study.simulated import ORDINAL
from trimer.study.trial.toxicity import (
    NEAR,
    crs_grades,
    fever,
    first_day,
    near_start,
    neutropenia_grades,
    newly_arising,
    reported,
    worst,
)

ORIGIN = dt.date(2020, 1, 1)
SCALES = [found.name for found in list_criteria() if found.subject == "crs"]
SIGNS = ("temperature", "hypotension", "hypoxia")
MOMENTS = [
    *itertools.product((37.999, 38.0, 40.1), (0.0, 0.999, 1.0), (0.0, 1.0)),
    *itertools.product((38.0, 39.0), (1.999, 2.0, 3.0), (0.0, 1.999, 2.0, 2.999, 3.0)),
    *itertools.product((36.5,), (0.0, 3.0), (0.0, 3.0)),
]
DRUG = Episode("drug", "blinatumomab", 0.0, 28.0)


def exact(name: str, value: float, day: float = 1.0) -> Reading:
    return Reading(name, value, value, unit=OBSERVABLES[name].unit, day=day, earliest=day, latest=day)


def graded(scale: str, moment: tuple[float, ...]) -> tuple[int, int]:
    """Return the grade of one moment by the criterion, its signs read as a simulated course reads them."""
    values = [math.floor(x) if name in ORDINAL else x for name, x in zip(SIGNS, moment, strict=True)]
    readings = tuple(exact(name, float(x)) for name, x in zip(SIGNS, values, strict=True))
    (verdict,) = judge(Course("moment", "simulation", ORIGIN, (), readings, (DRUG,)), (scale,))
    return verdict.grade or (0, 0)


@pytest.mark.parametrize("scale", SCALES)
def test_crs_is_graded_as_the_scale_grades_a_moment(scale: str) -> None:
    temperature, hypotension, hypoxia = np.array(MOMENTS).T
    expected = np.array([graded(scale, moment) for moment in MOMENTS])
    assert np.array_equal(crs_grades(scale, temperature, hypotension, hypoxia), expected[:, 0])
    highest = crs_grades(scale, temperature, hypotension, hypoxia, certainty="highest")
    assert np.array_equal(highest, expected[:, 1])
    assert {0, 1}.issubset(expected[:, 0])
    assert expected.max() >= 3


def test_crs_of_many_patients_keeps_their_shape_and_what_is_not_known() -> None:
    temperature = np.array([[38.0, 39.0, 36.9], [np.nan, 39.0, 39.0]])
    hypotension = np.array([[0.0, 1.5, 0.0], [0.0, np.nan, 3.0]])
    found = crs_grades("astct_2019_crs", temperature, hypotension, 0.0)
    assert found.tolist() == [[1, 2, 0], [-1, -1, 4]]
    assert found.dtype == np.int8
    assert worst(found).tolist() == [2, 4]
    assert worst(np.full((2, 3), -1)).tolist() == [-1, -1]
    assert worst(np.zeros((2, 0))).tolist() == [-1, -1]


def test_a_scale_that_grades_no_crs_is_refused() -> None:
    with pytest.raises(ProtocolError, match="Nearest: astct_2019_crs"):
        crs_grades("astct_2019", 38.0, 0.0, 0.0)


def test_what_a_trial_does_not_report_is_none() -> None:
    assert reported([-1, 0, 1, 2, 3, 4, 5], 3).tolist() == [-1, 0, 0, 0, 3, 4, 5]
    assert reported([-1, 0, 1, 2], 1).tolist() == [-1, 0, 1, 2]


def test_the_first_day_of_an_event() -> None:
    happened = np.array([[False, True, True], [False, False, False], [True, False, True]])
    assert first_day([0.0, 0.25, 0.5], happened)[[0, 2]].tolist() == [0.25, 0.0]
    assert np.isnan(first_day([0.0, 0.25, 0.5], happened)[1])
    times = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert first_day(times, happened)[[0, 2]].tolist() == [2.0, 4.0]


def test_near_a_start_is_within_three_days_after_the_last_of_them() -> None:
    starts = [0.0, 7.0]
    days = [0.0, 3.0, 3.01, 6.99, 7.0, 7.0 + NEAR, 7.0 + NEAR + 0.01, np.nan, -0.5]
    found = near_start(days, [starts] * len(days))
    assert found[:7].tolist() == [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    assert np.isnan(found[7])
    assert found[8] == 0.0
    third = 0.1 + 0.2  # instants that rounding parts are one
    assert near_start([third, 3.0 + third], [[0.3], [0.3]]).tolist() == [1.0, 1.0]
    assert near_start([0.3, 3.3], [[third], [third]]).tolist() == [1.0, 1.0]


def test_each_patient_has_starts_of_their_own() -> None:
    starts = [np.array([0.0, 9.0]), np.empty(0), np.array([20.0, 2.0])]
    assert near_start([10.0, 1.0, 4.5], starts).tolist() == [1.0, 0.0, 1.0]
    assert near_start([10.0, 1.0, 4.5], starts, within=0.5).tolist() == [0.0, 0.0, 0.0]
    assert near_start([], []).tolist() == []
    with pytest.raises(InputError, match="found 1 patients, expected 2"):
        near_start([1.0, 2.0], [[0.0]])


def test_fever_begins_at_its_limit() -> None:
    temperature = [[36.8, 37.9999], [36.8, 38.0], [np.nan, 39.0], [np.nan, 36.8], [np.nan, np.nan]]
    found = fever(temperature)
    assert found[:4].tolist() == [0.0, 1.0, 1.0, 0.0]
    assert np.isnan(found[4])
    for row, expected in zip(temperature[:2], (0, 1), strict=True):
        readings = tuple(exact("temperature", x, day) for day, x in enumerate(row, start=1))
        (verdict,) = judge(Course("chart", "simulation", ORIGIN, (), readings, (DRUG,)), ("ctcae_v5_fever",))
        assert verdict.grade == (expected, expected)


def test_neutrophils_are_graded_as_the_criterion_grades_them() -> None:
    limits = [row.value for key, row in ctcae_v5_anc.THRESHOLDS.items() if key.startswith("grade")]
    values = np.array([0.0, *(v * k for v in limits for k in (0.999, 1.0 - 1e-11, 1.0, 1.001)), 7.0])
    count = ctcae.Count("ctcae_v5_anc", "anc", ctcae_v5_anc.THRESHOLDS)
    expected = [count.grades(exact("anc", float(x))) for x in values]
    assert [frozenset((int(g),)) for g in neutropenia_grades(values)] == expected
    assert neutropenia_grades([[np.nan, 0.1]]).tolist() == [[-1, 4]]
    assert neutropenia_grades(np.array([0.49, 0.5, 1.0, 1.5, 1.8])).tolist() == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("before", [0.2, 0.5, 0.7, 1.2, 1.6, 3.0])
def test_low_neutrophils_count_as_the_criterion_counts_them(before: float) -> None:
    lowest = np.array([0.1, 0.5, 0.9, 1.0, 1.7, 2.5])
    anc = np.stack([np.full(6, 4.0), lowest, np.full(6, np.nan)], axis=1)
    expected = []
    for value in lowest:
        readings = (exact("anc", before, -1.0), exact("anc", 4.0, 2.0), exact("anc", float(value), 9.0))
        visit = Visit("v", "", -1.0, {"anc": readings[0]})
        course = Course("counts", "simulation", ORIGIN, (visit,), readings, (DRUG,))
        (verdict,) = judge(course, ("ctcae_v5_anc",))
        assert verdict.grade is not None
        assert verdict.grade[0] == verdict.grade[1]
        expected.append(verdict.grade[0])
    assert newly_arising(anc, np.full(6, before)).tolist() == expected


def test_neutrophils_that_are_not_known_have_no_grade() -> None:
    anc = np.array([[0.1, 0.2], [np.nan, np.nan], [0.1, np.nan]])
    assert newly_arising(anc, [np.nan, 3.0, 3.0]).tolist() == [-1, -1, 4]
