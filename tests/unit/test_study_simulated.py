"""A solved patient as a course: the record's calendar and treatment, none of its findings."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from trimer.course import Course, Episode, Reading, Visit
from trimer.engine.solution import Solution
from trimer.observables import OBSERVABLES
from trimer.study.simulated import ASSESSED, INTERVAL, VITAL, WATCH, course_of, visit_days, watch_times

ORIGIN = dt.date(2020, 1, 1)


def visit(name: str, day: float, context: str) -> Visit:
    found = {"wbc": Reading("wbc", 9.9, 9.9, day=day, source=name)}
    return Visit(name, name.upper(), day, found, context=context)


RECORD = Course(
    "case",
    "record",
    ORIGIN,
    visits=(
        visit("v1", 0.0, "presentation"),
        visit("v2", 3.0, "follow-up"),
        visit("v3", 5.0, "response assessment"),
    ),
    readings=(Reading("il6", 400.0, 400.0, day=2.0, source="v2"),),
    episodes=(
        Episode("drug", "blinatumomab", 1.0, 3.0, source="e1"),
        Episode("step", "blinatumomab", 3.0, 4.0, source="e2"),
        Episode("rescue", "tocilizumab", 2.0, 2.0, source="e3"),
        Episode("toxicity", "CRS", 2.0, 3.0, source="e4"),
        Episode("conclusion", "CR", 5.0, 5.0, source="e5"),
    ),
)


@pytest.fixture
def solution() -> Solution:
    times = np.unique(np.concatenate([np.arange(-1.0, 25.0), watch_times(RECORD, "blinatumomab")]))
    outputs = (*ASSESSED, *VITAL)
    values = np.zeros((2, len(times), len(outputs)))
    for k in range(len(outputs)):
        values[0, :, k] = 100.0 * k + times
        values[1, :, k] = -1.0
    values[0, :, outputs.index("hypotension")] = 1.7
    ok = np.zeros(2, dtype=np.int64)
    return Solution(times, outputs, values, ok, ok, "cpu")


def test_watching_covers_the_engager_and_two_weeks_on() -> None:
    times = watch_times(RECORD, "blinatumomab")
    assert times[0] == 1.0
    assert times[-1] == pytest.approx(4.0 + WATCH)
    assert np.diff(times).max() == pytest.approx(INTERVAL)
    assert np.all(np.diff(times) > 0.0)
    assert watch_times(RECORD, "teclistamab").size == 0
    assert watch_times(RECORD, "teclistamab", "blinatumomab").tolist() == times.tolist()


def test_assessments_are_looked_at_and_follow_ups_are_not() -> None:
    assert visit_days(RECORD) == (0.0, 5.0)


def test_values_are_read_where_the_record_looked(solution: Solution) -> None:
    course = course_of(RECORD, solution, 0, watch_times(RECORD, "blinatumomab"))
    assert (course.kind, course.origin, course.id) == ("simulation", ORIGIN, "case")
    assert [(v.id, v.label, v.day) for v in course.visits] == [("v1", "V1", 0.0), ("v3", "V3", 5.0)]
    last = course.visits[-1]
    assert set(last.readings) == set(ASSESSED)
    for k, name in enumerate(ASSESSED):
        found = last.readings[name]
        assert found.exact
        assert (found.low, found.unit, found.day) == (100.0 * k + 5.0, OBSERVABLES[name].unit, 5.0)
    assert last.readings["marrow_blast_percent"].denominator == "nucleated cells"


def test_vital_signs_are_watched_and_categories_are_whole(solution: Solution) -> None:
    watch = watch_times(RECORD, "blinatumomab")
    course = course_of(RECORD, solution, 0, watch)
    assert len(course.of("temperature")) == len(watch)
    assert {r.low for r in course.of("hypotension")} == {1.0}
    days = [r.day for r in course.readings]
    assert days == sorted(days)


def test_nothing_that_was_found_in_the_patient_is_carried_over(solution: Solution) -> None:
    course = course_of(RECORD, solution, 0, np.array([1.0]))
    assert {e.kind for e in course.episodes} == {"drug", "step", "rescue"}
    assert not course.of("il6")
    assert all(r.source == "simulated" for r in course.readings)
    assert 9.9 not in {r.low for r in course.readings}


def test_each_patient_has_his_own_row(solution: Solution) -> None:
    course = course_of(RECORD, solution, 1, np.array([1.0]))
    assert {r.low for r in course.readings} == {-1.0}
