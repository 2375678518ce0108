"""What holds for every course: worse facts are never judged better, less known never judged narrower."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria import judge
from trimer.criteria.crs import astct_2019_crs
from trimer.criteria.logic import compare
from trimer.criteria.response import amg
from trimer.criteria.verdict import Verdict
from trimer.observables import OBSERVABLES

BLOOD = ("anc", "platelets")
BLASTS = ("marrow_blast_percent", "blood_blast_percent", "extramedullary_blasts")
VITAL = ("temperature", "hypotension", "hypoxia")
RANGE = {
    "marrow_blast_percent": [0.0, 1.0, 4.9, 5.0, 5.5, 6.0, 12.0, 25.0, 26.0, 50.0, 79.0, 100.0],
    "blood_blast_percent": [0.0, 0.5, 1.0, 20.0, 90.0],
    "extramedullary_blasts": [0.0, 0.5, 1.0, 30.0],
    "wbc": [0.1, 1.0, 5.0, 16.4, 164.0],
    "anc": [0.0, 0.5, 0.51, 1.0, 1.01, 4.0],
    "platelets": [0.0, 50.0, 51.0, 100.0, 101.0, 300.0],
    "temperature": [36.5, 37.9, 38.0, 39.3],
    "hypotension": [0.0, 1.0, 1.7, 2.0, 3.0],
    "hypoxia": [0.0, 1.0, 2.0, 3.0],
}


def exact(name: str, value: float, day: float = math.nan) -> Reading:
    return Reading(name, value, value, unit=OBSERVABLES[name].unit, day=day)


def readings(name: str, day: float = math.nan) -> st.SearchStrategy[Reading | None]:
    """Exact, interval, open bound, absent, or not recorded at all."""
    values = st.sampled_from(RANGE[name])
    pair = st.tuples(values, values).map(sorted)
    unit = OBSERVABLES[name].unit
    return st.one_of(
        values.map(lambda v: exact(name, v, day)),
        pair.map(lambda p: Reading(name, p[0], p[1], unit=unit, day=day)),
        values.map(lambda v: Reading(name, v, math.inf, low_open=True, unit=unit, day=day)),
        values.map(lambda v: Reading(name, -math.inf, v, high_open=True, unit=unit, day=day)),
        st.just(Reading(name, absence="not stated", day=day)),
        st.none(),
    )


def visits(day: float, exactly: bool = False) -> st.SearchStrategy[Visit]:
    names = (*BLOOD, *BLASTS, "wbc")
    rows = {n: st.sampled_from(RANGE[n]).map(lambda v, n=n: exact(n, v)) if exactly else readings(n) for n in names}
    return st.fixed_dictionaries(rows).map(
        lambda found: Visit(
            f"d{day:g}", f"day {day:g}", day, {n: r for n, r in found.items() if r is not None}, context="response"
        )
    )


EPISODES = st.lists(
    st.builds(
        lambda kind, name, start: Episode(kind, name, float(start), float(start) + 28.0),
        st.sampled_from(("regimen", "drug")),
        st.sampled_from(("clag", "blinatumomab")),
        st.integers(0, 90),
    ),
    max_size=3,
).map(tuple)


@st.composite
def courses(draw: st.DrawFn, exactly: bool = False) -> Course:
    days = draw(st.lists(st.integers(1, 120), min_size=1, max_size=4, unique=True).map(sorted))
    chosen = tuple(draw(visits(float(day), exactly)) for day in days)
    if draw(st.booleans()):
        first = replace(draw(visits(0.0, exactly)), context="presentation")
        chosen = (first, *chosen)
    return Course("c", "record", dt.date(2014, 1, 13), chosen, (), draw(EPISODES))


def with_last(course: Course, name: str, reading: Reading | None) -> Course:
    final = course.visits[-1]
    kept = {n: r for n, r in final.readings.items() if n != name}
    if reading is not None:
        kept[name] = reading
    return replace(course, visits=(*course.visits[:-1], replace(final, readings=kept)))


def rank(verdict: Verdict) -> int:
    return amg.ORDER.index(verdict.category)


def settled(*found: Verdict) -> bool:
    return all(v.category in amg.ORDER for v in found)


@given(courses(exactly=True), st.sampled_from(BLASTS), st.data())
def test_more_blasts_never_improve_the_response(course: Course, name: str, data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.tuples(*[st.sampled_from(RANGE[name])] * 2)))
    better = amg.judge(with_last(course, name, exact(name, low)))[-1]
    worse = amg.judge(with_last(course, name, exact(name, high)))[-1]
    if settled(better, worse):
        assert rank(worse) >= rank(better)
    assert (better.category == "baseline") == (worse.category == "baseline")


@given(courses(exactly=True), st.sampled_from(BLOOD), st.data())
def test_more_neutrophils_or_platelets_never_worsen_the_response(
    course: Course, name: str, data: st.DataObject
) -> None:
    low, high = sorted(data.draw(st.tuples(*[st.sampled_from(RANGE[name])] * 2)))
    fewer = amg.judge(with_last(course, name, exact(name, low)))[-1]
    more = amg.judge(with_last(course, name, exact(name, high)))[-1]
    if settled(fewer, more):
        assert rank(more) <= rank(fewer)


def wider(reading: Reading | None, data: st.DataObject) -> Reading | None:
    if reading is None or reading.absence is not None:
        return data.draw(st.sampled_from([reading, None]))
    low = min(reading.low, data.draw(st.sampled_from([reading.low, 0.0, -math.inf])))
    high = max(reading.high, data.draw(st.sampled_from([reading.high, 100.0, math.inf])))
    stretched = replace(
        reading,
        low=low,
        high=high,
        low_open=reading.low_open and low == reading.low,
        high_open=reading.high_open and high == reading.high,
    )
    return data.draw(st.sampled_from([stretched, replace(reading, absence="not done"), None]))


@given(courses(), st.sampled_from((*BLOOD, *BLASTS, "wbc")), st.data())
def test_knowing_less_at_a_visit_never_narrows_what_is_possible(course: Course, name: str, data: st.DataObject) -> None:
    before = amg.judge(course)[-1]
    less = with_last(course, name, wider(course.visits[-1].readings.get(name), data))
    after = amg.judge(less)[-1]
    if after.visit == before.visit:  # a visit with nothing left on it is no assessment any more
        assert set(after.possible) >= set(before.possible)


@given(courses())
def test_a_determined_category_is_always_among_the_possible(course: Course) -> None:
    for verdict in amg.judge(course):
        assert verdict.possible
        if verdict.category not in verdict.possible:
            assert verdict.category == "undetermined"
        if len(verdict.possible) == 1:
            assert verdict.category == verdict.possible[0]


@given(courses(), st.integers(-5000, 5000))
def test_shifting_the_calendar_changes_nothing(course: Course, days: int) -> None:
    assert judge(replace(course, origin=course.origin + dt.timedelta(days=days))) == judge(course)


@given(courses(), st.sampled_from([-64.0, 0.5, 1024.0]))
def test_shifting_every_day_shifts_only_the_days(course: Course, shift: float) -> None:
    moved = replace(
        course,
        visits=tuple(replace(v, day=v.day + shift) for v in course.visits),
        episodes=tuple(replace(e, start=e.start + shift, end=e.end + shift) for e in course.episodes),
    )
    assert [replace(v, day=v.day - shift) for v in amg.judge(moved)] == list(amg.judge(course))


@st.composite
def charts(draw: st.DrawFn, exactly: bool = False) -> Course:
    """Return vital signs every six hours for some days under blinatumomab."""
    rows: list[Reading] = []
    for k in range(draw(st.integers(1, 16))):
        for name in VITAL:
            row = exact(name, draw(st.sampled_from(RANGE[name])), k / 4.0)
            other = None if exactly else draw(readings(name, k / 4.0))
            rows += [row] if exactly else [other] if other is not None else []
    return Course("c", "record", dt.date(2014, 1, 1), (), tuple(rows), (Episode("drug", "blinatumomab", 0.0, 28.0),))


def grade(course: Course) -> tuple[int, int]:
    return astct_2019_crs.maximum_grade(course, 0.0, 14.0) or (0, 4)


@given(charts(exactly=True), st.data())
def test_worse_vital_signs_never_lower_the_grade(course: Course, data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(course.readings) - 1))
    old = course.readings[i]
    value = data.draw(st.sampled_from([v for v in RANGE[old.observable] if v >= old.low]))
    rows = (*course.readings[:i], exact(old.observable, value, old.day), *course.readings[i + 1 :])
    before, after = grade(course), grade(replace(course, readings=rows))
    assert before[0] == before[1]
    assert after[0] == after[1] >= before[0]


@given(charts(), st.data())
def test_the_grade_of_every_completion_lies_in_the_interval(course: Course, data: st.DataObject) -> None:
    low, high = grade(course)
    completed = []
    for reading in course.readings:
        inside = [v for v in RANGE[reading.observable] if _allows(reading, v)]
        if not inside:
            return  # an interval between the values tried
        completed.append(exact(reading.observable, data.draw(st.sampled_from(inside)), reading.day))
    for name, k in itertools.product(VITAL, {r.day for r in course.readings}):
        if not any(r.observable == name and r.day == k for r in completed) and _never_charted(course, name):
            completed.append(exact(name, data.draw(st.sampled_from(RANGE[name])), k))
    exactly = grade(replace(course, readings=tuple(completed)))
    assert low <= exactly[0]
    assert exactly[1] <= high


def _allows(reading: Reading, value: float) -> bool:
    if reading.absence is not None:
        return True
    return compare(reading, "<", value) is not True and compare(reading, ">", value) is not True


def _never_charted(course: Course, name: str) -> bool:
    return not any(r.observable == name and r.absence is None for r in course.readings)
