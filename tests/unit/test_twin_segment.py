"""The part of a record that a twin lives through: where it begins, what is known of it, and what is not yet."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from twin_sample import CASE, POPULATION, segment

import trimer.library as library
from trimer.errors import CaseError, InputError, LibraryError
from trimer.model.leukaemia import core_parameters
from trimer.study.replay import Setting, prepare
from trimer.study.scenario import RUN_IN
from trimer.study.twin.prior import prior_of
from trimer.study.twin.segment import day_of, first_engager, segment_of

MARROW, ENGAGER, COUNTS, RELAPSE = 389.0, 393.0, 431.0, 752.0  # days of e21, e22, e28 and e35


@cache
def setting() -> Setting:
    return prepare(CASE)


# ---- beginning and treatment


def test_it_begins_a_run_in_before_the_last_active_marrow_ahead_of_the_engager() -> None:
    assert segment().assembly.start == MARROW - RUN_IN
    assert first_engager(setting()) == ENGAGER


def test_chemotherapy_before_it_is_not_simulated_and_everything_after_is() -> None:
    begin = MARROW - RUN_IN
    assert all(a.start >= begin for a in segment().administrations)
    wanted = [a for a in setting().administrations if a.start >= begin]
    assert list(segment().administrations) == wanted
    assert len(wanted) < len(setting().administrations)


def test_treatment_after_until_is_given_all_the_same() -> None:
    early, late = segment("e22"), segment(None)
    assert early.assembly.rows == late.assembly.rows
    assert max(a.start for a in early.administrations) > early.until


# ---- data


def test_data_are_known_up_to_until_and_foretold_after() -> None:
    found = segment()
    assert all(d.day <= COUNTS + 1e-6 for d in found.known)
    assert all(d.day > COUNTS + 1e-6 for d in found.later)
    assert (*found.known, *found.later) == found.data
    assert any(d.event == "e28" for d in found.known), "the event itself is known"
    assert {d.event for d in found.later} >= {"e34", "e35", "e37"}
    assert segment(None).later == ()


def test_data_of_the_whole_are_those_of_the_record_within_the_segment() -> None:
    assert set(segment(None).data) == {d for d in setting().data if d.day > MARROW - RUN_IN}


def test_what_is_foretold_is_what_the_record_says_however_early_one_stops() -> None:
    """An episode cut off by until has no end of its own: nothing is foretold that the record does not say."""
    for until in ("e22", "e23", "2015-02-12", "2015-02"):
        assert set(segment(until).later) <= set(setting().data), until


def test_an_episode_that_is_not_over_says_nothing_of_its_end() -> None:
    known = [(d.event, d.observable) for d in segment("e23").known]
    assert ("e23", "temperature") in known
    assert not [event for event, _ in known if event.endswith("end")]
    assert [d for d in segment("2015-02").known if d.event.endswith("end")], "three days later it is over"


# ---- what the record settles


def test_the_escape_clone_is_settled_only_once_its_relapse_is_known() -> None:
    for until in ("e22", "e28", "e34"):
        assert "dim_presence" in segment(until).prior.names, until
    for until in ("e35", None):
        assert "dim_presence" not in segment(until).prior.names
        assert segment(until).prior.fixed["dim_presence"] == 1.0


def test_only_the_patient_is_estimated_not_other_drugs() -> None:
    own = set(core_parameters())
    assert all(n in own or n.startswith("blinatumomab_") for n in segment().prior.names)
    assert "dexamethasone_CL" in segment().prior.fixed
    assert set(segment().prior.names) <= segment().estimable


def test_salvages_before_the_engager_move_the_prior() -> None:
    effect = next(e for e in library.population(POPULATION).effects if e.parameter == "t_marrow_0")
    assert effect.covariate == "salvages"
    usual, without = (
        prior_of(segment().assembly.parameters, {}, POPULATION, known).items["t_marrow_0"].value
        for known in ({"salvages": 2.0}, {})
    )
    assert usual == pytest.approx(without * np.exp(effect.slope * (2.0 - effect.reference)))
    assert segment().prior.items["t_marrow_0"].value < without


def test_the_patients_size_counts_once() -> None:
    item = segment().prior.items["blinatumomab_CL"]
    assert item.value == library.drug_parameters("blinatumomab", segment().case.size)["blinatumomab_CL"].value


# ---- moments


@pytest.mark.parametrize(
    ("moment", "before", "after"),
    [
        ("e28", COUNTS, COUNTS),
        ("2015-02-11", 395.0, 396.0),
        ("2015-02", 385.0, 413.0 - 1.0),
        (dt.date(2015, 2, 11), 395.0, 396.0),
        (400.5, 400.5, 400.5),
        ("e22", ENGAGER, ENGAGER),
    ],
)
def test_a_moment_is_a_date_as_precise_as_one_likes_an_event_or_a_day(moment: Any, before: float, after: float) -> None:
    zero = setting().record.origin
    if isinstance(moment, str) and moment.startswith("2015-02"):
        first = (dt.date(2015, 2, 11 if len(moment) > 7 else 1) - zero).days
        before, after = float(first), float(first + (1 if len(moment) > 7 else 28))
    if isinstance(moment, dt.date):
        before, after = float((moment - zero).days), float((moment - zero).days + 1)
    assert day_of(setting(), moment) == before
    assert day_of(setting(), moment, after=True) == pytest.approx(after, abs=2e-6)


def test_until_an_event_is_until_the_last_thing_that_begins_in_it() -> None:
    doses = [a.start for a in setting().administrations if a.event == "e36"]
    assert len(doses) == 2
    assert day_of(setting(), "e36", after=True) == pytest.approx(max(doses), abs=2e-6)
    assert day_of(setting(), "e36") == min(doses)
    stop = next(e.start for e in setting().record.episodes if e.source == "e33" and e.kind == "stop")
    assert day_of(setting(), "e33", after=True) == pytest.approx(stop, abs=2e-6)


def test_until_a_month_is_until_its_end() -> None:
    assert [d.event for d in segment("2015-03").known] == [d.event for d in segment("2015-03-31").known]
    assert segment("2015-02").until < segment("2015-03").until < segment("2015").until


def test_before_anything_was_observed_there_is_nothing_to_fit() -> None:
    with pytest.raises(CaseError, match="nothing observed from day 329"):
        segment_of(CASE, "2014-12", POPULATION)


@pytest.mark.parametrize("moment", ["nope", "2015-13", "2015-02-30", "2015-02-11-03", "e99", ""])
def test_what_is_neither_is_refused_with_what_there_is(moment: str) -> None:
    with pytest.raises(InputError, match=r"a date such as 2015-02 or an event of the record.*[Ee]vents"):
        day_of(setting(), moment)


def test_a_case_without_an_engager_has_no_twin() -> None:
    from dataclasses import replace

    none = replace(setting(), administrations=tuple(a for a in setting().administrations if a.drug != "blinatumomab"))
    with pytest.raises(CaseError, match="no engager"):
        first_engager(none)


def test_a_case_or_population_that_is_none_is_refused() -> None:
    with pytest.raises((CaseError, LibraryError), match="linder2016"):
        segment_of("linder2061", None, POPULATION)
    with pytest.raises(LibraryError, match="adult_rr_ball"):
        segment_of(CASE, None, "adult_rr_bal")


def test_the_segment_can_be_simulated_from_its_beginning() -> None:
    found = segment()
    assert found.case.id == CASE
    assert math.isfinite(found.until)
    assert np.isfinite([d.day for d in found.data]).all()
    assert min(d.day for d in found.data) > found.assembly.start
