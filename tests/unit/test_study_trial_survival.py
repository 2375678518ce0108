"""What follows treatment: closed forms of its stated distributions, and what may come before what."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.library import outcome_parameters
from trimer.study.trial.survival import MONTH, YEAR, Fate, active_death, fates

N = 40_000
SEED = 7
LONG = 1e6  # day; follow-up that sees everything
NEVER = np.full(N, np.nan)
ALL = {name: item.value for name, item in outcome_parameters().items()}
SURE = 4.5  # standard errors within which a share of N must lie: one in 150,000 does not


def columns(count: int = N, **changes: float) -> dict[str, NDArray[Any]]:
    """Return the outcome's parameters at their typical values, some of them changed, the same in every patient."""
    return {name: np.full(count, value) for name, value in (ALL | changes).items()}


def at(day: float, count: int = N) -> NDArray[Any]:
    return np.full(count, day)


def close_to(share: float, found: NDArray[Any]) -> bool:
    """Return whether a share of patients is the one expected, but for chance."""
    return bool(abs(found.mean() - share) <= SURE * math.sqrt(share * (1.0 - share) / len(found)))


def followed(remission: NDArray[Any], relapse: NDArray[Any], until: float = LONG, **changes: float) -> Fate:
    return fates(columns(len(remission), **changes), remission, relapse, until, SEED, 0)


def test_the_parameters_are_in_days() -> None:
    assert ALL["remission_mortality"] * YEAR == pytest.approx(0.10)
    assert ALL["active_survival"] == 91.0
    assert pytest.approx(YEAR) == 12 * MONTH


@pytest.mark.parametrize("day", [10.0, 91.0, 200.0])
def test_survival_with_active_leukaemia_is_weibull_about_its_median(day: float) -> None:
    days = active_death(columns(long_survivors=0.0), "a spell", SEED, 0)
    assert np.isfinite(days).all()
    assert close_to(0.5 ** ((day / 91.0) ** ALL["active_shape"]), days > day)


def test_the_plateau_is_who_is_saved() -> None:
    days = active_death(columns(), "a spell", SEED, 0)
    assert close_to(ALL["long_survivors"], np.isinf(days))
    everybody = active_death(columns(long_survivors=0.0), "a spell", SEED, 0)
    assert np.array_equal(days[np.isfinite(days)], everybody[np.isfinite(days)])


def test_every_spell_has_draws_of_its_own() -> None:
    one, other = (active_death(columns(long_survivors=0.0), name, SEED, 0) for name in ("one", "other"))
    assert abs(np.corrcoef(np.log(one), np.log(other))[0, 1]) < SURE / math.sqrt(N)


def test_who_never_gets_a_remission_dies_of_the_disease() -> None:
    found = followed(NEVER, NEVER)
    assert np.isnan(found.hsct_day).all()
    assert np.isnan(found.relapse_day).all()
    assert close_to(1.0 - ALL["long_survivors"], found.death_cause == "disease")
    assert set(found.death_cause) == {"disease", ""}
    expected = active_death(columns(), "before remission", SEED, 0)
    assert np.array_equal(found.death_day, np.where(np.isinf(expected), np.nan, expected), equal_nan=True)


def test_death_in_remission_is_exponential_from_its_first_day() -> None:
    found = followed(at(28.0), NEVER, hsct_share=0.0, long_survivors=1.0)
    assert set(found.death_cause) == {"remission"}
    assert found.death_day.min() >= 28.0
    for years in (1.0, 5.0, 20.0):
        assert close_to(math.exp(-0.10 * years), found.death_day - 28.0 > years * YEAR)


def test_all_who_are_meant_to_be_are_transplanted_where_nothing_comes_first() -> None:
    found = followed(at(28.0), NEVER, remission_mortality=1e-12, long_survivors=1.0)
    grafted = ~np.isnan(found.hsct_day)
    assert close_to(ALL["hsct_share"], grafted)
    assert set(found.hsct_day[grafted]) == {28.0 + ALL["hsct_wait"]}


def test_the_graft_kills_in_its_first_year_and_never_after() -> None:
    found = followed(at(28.0), NEVER, remission_mortality=1e-12, long_survivors=1.0, hsct_share=1.0)
    after = found.death_day - found.hsct_day
    assert close_to(ALL["hsct_mortality"], found.death_cause == "transplant")
    assert (after[~np.isnan(after)] > 0.0).all()
    assert (after[~np.isnan(after)] < YEAR).all()
    half = 1.0 - (1.0 - ALL["hsct_mortality"]) ** 0.5  # a constant hazard: of the first half-year
    assert close_to(half, np.nan_to_num(after, nan=np.inf) < YEAR / 2.0)


def test_the_graft_prevents_some_relapses_and_delays_the_others() -> None:
    quiet = {"remission_mortality": 1e-12, "long_survivors": 1.0, "hsct_mortality": 1e-12}
    found = followed(at(28.0), at(300.0), hsct_share=1.0, **quiet)
    relapsed = ~np.isnan(found.relapse_day)
    assert close_to(1.0 - ALL["hsct_protection"], relapsed)
    assert set(found.relapse_day[relapsed]) == {300.0 + ALL["hsct_delay"]}
    assert set(followed(at(28.0), at(300.0), hsct_share=0.0, **quiet).relapse_day) == {300.0}


def test_a_relapse_before_the_transplant_forestalls_it() -> None:
    found = followed(at(28.0), at(100.0), hsct_share=1.0, hsct_wait=75.0, remission_mortality=1e-12)
    assert np.isnan(found.hsct_day[found.relapse_day == 100.0]).all()
    assert (found.relapse_day == 100.0).any()
    assert np.isnan(found.hsct_day).all()


def test_survival_after_a_relapse_begins_at_it() -> None:
    found = followed(at(0.0), at(200.0), hsct_share=0.0, remission_mortality=1e-12, long_survivors=0.0)
    expected = 200.0 + active_death(columns(long_survivors=0.0), "after relapse", SEED, 0)
    assert np.allclose(found.death_day, expected, rtol=1e-12)
    assert set(found.death_cause) == {"disease"}


def test_who_is_in_remission_from_entry_does_not_die_of_the_disease_before_a_relapse() -> None:
    found = followed(at(0.0), NEVER, hsct_share=0.0, active_survival=1e-3, long_survivors=0.0)
    assert set(found.death_cause) == {"remission"}


def test_who_dies_before_the_remission_has_neither_transplant_nor_relapse() -> None:
    found = followed(at(28.0), at(100.0), active_survival=1e-3, long_survivors=0.0)
    assert found.death_day.max() < 28.0
    assert set(found.death_cause) == {"disease"}
    assert np.isnan(found.hsct_day).all()
    assert np.isnan(found.relapse_day).all()


def test_what_comes_after_the_end_of_follow_up_is_not_told() -> None:
    everything, some = (followed(at(28.0), at(300.0), until) for until in (LONG, 365.0))
    for name in ("hsct_day", "relapse_day", "death_day"):
        day = getattr(everything, name)
        assert np.array_equal(getattr(some, name), np.where(day <= 365.0, day, np.nan), equal_nan=True)
    assert ((some.death_cause == "") == np.isnan(some.death_day)).all()


def test_a_patient_s_fate_does_not_depend_on_who_else_is_asked_about() -> None:
    everybody = followed(at(28.0, 100), at(300.0, 100), 730.0)
    part = fates(columns(7), at(28.0, 7), at(300.0, 7), 730.0, SEED, 41)
    for name in ("hsct_day", "relapse_day", "death_day"):
        assert np.array_equal(getattr(part, name), getattr(everybody, name)[41:48], equal_nan=True)
    assert np.array_equal(part.death_cause, everybody.death_cause[41:48])


@pytest.mark.parametrize("name", ["remission_mortality", "hsct_mortality"])
def test_a_hazard_may_be_zero(name: str) -> None:
    found = followed(at(28.0), NEVER, **{name: 0.0}, long_survivors=1.0)
    cause = {"remission_mortality": "remission", "hsct_mortality": "transplant"}
    assert not (found.death_cause == cause.pop(name)).any()
    assert (found.death_cause == cause.popitem()[1]).any()


# ---- free of active leukaemia before a visit says so, or without one


def freed(free: float, remission: float, relapse: float, until: float = LONG, **changes: float) -> Fate:
    return fates(columns(**changes), at(remission), at(relapse), until, SEED, 0, at(free))


def test_death_of_active_leukaemia_ends_when_the_marrow_is_free() -> None:
    early = active_death(columns(long_survivors=0.0), "before remission", SEED, 0)
    for free in (5.0, 20.0, 28.0):
        found = freed(free, 28.0, np.nan, hsct_share=0.0, remission_mortality=0.0, long_survivors=0.0)
        assert np.array_equal(found.death_cause == "disease", early < free)
        assert np.array_equal(found.death_day, np.where(early < free, early, np.nan), equal_nan=True)


def test_death_in_remission_begins_when_the_marrow_is_free_and_transplants_wait_for_the_visit() -> None:
    quiet = {"hsct_mortality": 0.0, "hsct_protection": 0.0, "long_survivors": 1.0}
    found = freed(10.0, 28.0, np.nan, hsct_share=0.0, **quiet)
    told = followed(at(28.0), NEVER, hsct_share=0.0, **quiet)
    assert np.allclose(told.death_day - found.death_day, 18.0)
    grafted = freed(10.0, 28.0, np.nan, hsct_share=1.0, remission_mortality=0.0, **quiet)
    assert set(grafted.hsct_day) == {28.0 + ALL["hsct_wait"]}


def test_a_marrow_free_from_the_day_of_remission_is_what_is_taken_without_a_word() -> None:
    one, other = freed(28.0, 28.0, 300.0), followed(at(28.0), at(300.0))
    for name in ("hsct_day", "relapse_day", "death_day"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
    assert np.array_equal(one.death_cause, other.death_cause)


def test_without_a_remission_a_marrow_that_is_free_ends_one_spell_and_leukaemia_back_begins_another() -> None:
    certain = columns(long_survivors=0.0)
    early, second = (active_death(certain, name, SEED, 0) for name in ("before remission", "after relapse"))
    found = freed(20.0, np.nan, 60.0, hsct_share=1.0, remission_mortality=0.0, long_survivors=0.0)
    assert np.isnan(found.hsct_day).all(), "there is no remission to be transplanted in"
    assert np.allclose(found.death_day, np.where(early < 20.0, early, 60.0 + second), rtol=1e-12)
    assert set(found.death_cause) == {"disease"}
    never = freed(20.0, np.nan, np.nan, remission_mortality=0.0, long_survivors=0.0)
    assert np.array_equal(np.isnan(never.death_day), early >= 20.0)
