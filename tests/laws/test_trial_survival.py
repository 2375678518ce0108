"""What follows treatment, for any parameters and any course: the order of events, and nothing after death."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from trimer.library import outcome_parameters
from trimer.study.trial.survival import YEAR, Fate, fates

N = 64
NAMES = tuple(outcome_parameters())
SHARES = ("long_survivors", "hsct_share", "hsct_mortality", "hsct_protection")
OUTCOMES = st.fixed_dictionaries(
    {
        **dict.fromkeys(SHARES, st.floats(0.01, 0.99)),
        "active_survival": st.floats(1.0, 1000.0),
        "active_shape": st.floats(0.5, 3.0),
        "remission_mortality": st.floats(1e-5, 1e-2),
        "hsct_wait": st.floats(1.0, 200.0),
        "hsct_delay": st.floats(0.0, 300.0),
    }
)
# Days on which the marrow is first free, of the remission a visit finds, and from the later of them to relapse; NaN:
# none. Days of visits are tied, so these are.
GAPS = st.sampled_from([np.nan, 14.0, 42.0, 126.0, 300.0])
ASSESSED = st.sampled_from([(0.0, 0.0), (28.0, 28.0), (9.5, 28.0), (42.0, 42.0), (28.25, 42.0), (3.0, 84.0)])
MISSED = st.sampled_from([(np.nan, np.nan), (12.5, np.nan), (90.0, np.nan)])
Course = tuple[float, float, float]
COURSES = st.tuples(ASSESSED | MISSED, GAPS).map(lambda both: (*both[0], both[1]))


def told(outcome: dict[str, float], course: Course, end: float, seed: int, first: int = 0) -> Fate:
    free, remission, gap = (np.full(N, x) for x in course)
    columns = {n: np.full(N, x) for n, x in outcome.items()}
    return fates(columns, remission, np.fmax(free, remission) + gap, end, seed, first, free)


def later(day: NDArray[Any]) -> NDArray[Any]:
    """Return days, those that never come last of all."""
    return np.where(np.isnan(day), np.inf, day)


def test_every_parameter_is_varied() -> None:
    assert set(NAMES) == {*SHARES, "active_survival", "active_shape", "remission_mortality", "hsct_wait", "hsct_delay"}


@given(OUTCOMES, COURSES, st.floats(100.0, 2000.0), st.integers(0, 2**32))
def test_events_come_in_order_and_none_after_death_or_follow_up(
    outcome: dict[str, float], course: Course, end: float, seed: int
) -> None:
    found = told(outcome, course, end, seed)
    hsct, relapse, death = later(found.hsct_day), later(found.relapse_day), later(found.death_day)
    for day in (found.hsct_day, found.relapse_day, found.death_day):
        assert (day[~np.isnan(day)] > 0.0).all()
        assert (day[~np.isnan(day)] <= end).all()
    assert (relapse[np.isfinite(relapse)] <= death[np.isfinite(relapse)]).all()
    assert (hsct[np.isfinite(hsct)] <= death[np.isfinite(hsct)]).all()
    assert (hsct[np.isfinite(hsct)] <= relapse[np.isfinite(hsct)]).all()
    free, assessed = (np.nan_to_num(day, nan=np.inf) for day in course[:2])
    assert (relapse > free).all() | np.isinf(free)
    assert (np.isinf(hsct) | (hsct >= assessed + outcome["hsct_wait"] * 0.999)).all()


@given(OUTCOMES, COURSES, st.floats(100.0, 2000.0), st.integers(0, 2**32))
def test_causes_are_those_of_the_course(outcome: dict[str, float], course: Course, end: float, seed: int) -> None:
    found = told(outcome, course, end, seed)
    died, grafted, relapsed = (~np.isnan(x) for x in (found.death_day, found.hsct_day, found.relapse_day))
    before = died & ~(found.death_day >= course[0])
    cause = found.death_cause
    assert ((cause != "") == died).all()
    assert (cause[before | (died & relapsed)] == "disease").all()
    assert (cause[died & ~before & ~relapsed & grafted] == "transplant").all()
    assert (cause[died & ~before & ~relapsed & ~grafted] == "remission").all()
    assert np.isnan(found.hsct_day).all() | ~np.isnan(course[1])
    graft = cause == "transplant"
    assert (found.death_day[graft] - found.hsct_day[graft] < YEAR * (1.0 + 1e-12)).all()
    assert not (grafted | relapsed)[before].any()


@given(OUTCOMES, COURSES, st.integers(0, 2**32))
def test_longer_follow_up_only_adds(outcome: dict[str, float], course: Course, seed: int) -> None:
    short, long = (told(outcome, course, end, seed) for end in (365.0, 1500.0))
    for name in ("hsct_day", "relapse_day", "death_day"):
        day = getattr(long, name)
        assert np.array_equal(getattr(short, name), np.where(day <= 365.0, day, np.nan), equal_nan=True)


@given(OUTCOMES, COURSES, st.integers(0, 2**32), st.floats(0.0, 1.0))
def test_who_dies_of_active_leukaemia_before_a_remission_is_free_of_it_on_no_day(
    outcome: dict[str, float], course: Course, seed: int, part: float
) -> None:
    """The sooner the marrow is free, the fewer die before; whoever still does, dies on the same day."""
    free, remission, gap = course
    late, soon = (told(outcome, (day, remission, gap), 1e6, seed) for day in (free, free * part))
    before = late.death_day < np.nan_to_num(free, nan=np.inf)
    still = soon.death_day < np.nan_to_num(free * part, nan=np.inf)
    assert (~still | before).all()
    assert np.array_equal(soon.death_day[still], late.death_day[still])
    assert (late.death_cause[before] == "disease").all()


@given(OUTCOMES, COURSES, st.integers(0, 2**32), st.floats(1.05, 3.0))
def test_better_salvage_lengthens_every_life(
    outcome: dict[str, float], course: Course, seed: int, better: float
) -> None:
    """With the same draws, longer survival with active leukaemia kills nobody of the disease who lived before."""
    worse = told(outcome, course, 1e6, seed)
    gained = told(outcome | {"active_survival": outcome["active_survival"] * better}, course, 1e6, seed)
    same = worse.death_cause == gained.death_cause
    assert (later(gained.death_day) >= later(worse.death_day))[same].all()


@given(OUTCOMES, COURSES, st.integers(0, 2**32), st.integers(0, 10**6), st.integers(1, N - 1))
def test_patients_are_the_same_from_any_first_one_on(
    outcome: dict[str, float], course: Course, seed: int, first: int, skip: int
) -> None:
    all_of_them, from_later = (
        told(outcome, course, 730.0, seed, first),
        told(outcome, course, 730.0, seed, first + skip),
    )
    for name in ("hsct_day", "relapse_day", "death_day"):
        one, other = getattr(all_of_them, name)[skip:], getattr(from_later, name)[: N - skip]
        assert np.array_equal(one, other, equal_nan=True)
    assert np.array_equal(all_of_them.death_cause[skip:], from_later.death_cause[: N - skip])
