"""Difference constraints: windows, reasons, choices, contradictions."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import pytest

from trimer.errors import CaseError
from trimer.record.dates import CALENDAR, Constraint, Network, schedule


def dated(point: str, low: float, high: float) -> Constraint:
    return Constraint(CALENDAR, point, low, high, f"{point} dated", f"{point}.date")


def apart(a: str, b: str, low: float, high: float = math.inf) -> Constraint:
    return Constraint(a, b, low, high, f"{b} {low:g} to {high:g} days after {a}", f"{b}.after")


def test_a_relative_date_narrows_both_sides() -> None:
    network = Network(["a", "b"], [dated("a", 100, 130), dated("b", 150, 180), apart("a", "b", 60, 70)])
    assert network.window("a") == (100, 120)
    assert network.window("b") == (160, 180)
    assert network.not_after("a") == ("b dated", "b 60 to 70 days after a")
    assert network.not_before("b") == ("b 60 to 70 days after a", "a dated")


def test_choices_hold_together_and_preferences_come_first() -> None:
    network = Network(["a", "b"], [dated("a", 100, 130), dated("b", 100, 200), apart("a", "b", 10, 10)])
    assert network.choose({}) == {"a": 115, "b": 125}
    assert network.choose({"b": 111}) == {"a": 101, "b": 111}


def test_an_open_side_uses_the_bound_there_is() -> None:
    network = Network(["a", "b", "c"], [dated("a", 10, 10), apart("a", "b", 1), apart("c", "a", 1)])
    assert network.window("b") == (11, math.inf)
    assert network.choose({}) == {"a": 10, "b": 11, "c": 9}


def test_a_point_without_a_tie_to_the_calendar_is_an_error() -> None:
    with pytest.raises(CaseError, match="date of b"):
        Network(["a", "b"], [dated("a", 1, 2)]).choose({})


def test_a_preference_outside_its_window_is_an_error_with_the_window() -> None:
    network = Network(["a"], [dated("a", 735234, 735264)])
    with pytest.raises(CaseError, match="a day between 2014-01-01 and 2014-01-31"):
        network.choose({"a": 735300})


def test_a_contradiction_names_both_events_and_every_constraint_of_the_loop() -> None:
    wrong = [dated("e01", 100, 130), dated("e02", 90, 95), dated("e03", 0, 500), apart("e01", "e02", 1)]
    with pytest.raises(CaseError) as caught:
        Network(["e01", "e02", "e03"], wrong, "case.yaml")
    assert caught.value.where == "case.yaml: dates of e01 and e02"
    for reason in ("e01 dated", "e02 dated", "e02 1 to inf days after e01"):
        assert reason in caught.value.found
    assert "e03" not in str(caught.value)


def test_a_loop_of_order_alone_is_a_contradiction_too() -> None:
    loop = [apart("a", "b", 1), apart("b", "c", 1), apart("c", "a", 1)]
    with pytest.raises(CaseError, match="contradict"):
        Network(["a", "b", "c"], loop)
    with pytest.raises(CaseError, match="dates of a"):
        Network(["a"], [apart("a", "a", 1)])


def test_two_dates_of_one_event_that_exclude_each_other() -> None:
    with pytest.raises(CaseError, match="dates of a:"):
        Network(["a"], [dated("a", 1, 2), dated("a", 3, 4)])


def test_a_large_network_is_quick() -> None:
    names = [f"e{i:03d}" for i in range(300)]
    chain = [apart(a, b, 1, 3) for a, b in itertools.pairwise(names)]
    network = Network(names, [dated(names[0], 1000, 1000), *chain])
    assert network.window(names[-1]) == (1000 + 299, 1000 + 897)


def test_the_schedule_counts_from_its_origin() -> None:
    network = Network(["a", "b"], [dated("a", 735234, 735234), apart("a", "b", 5, 9)])
    found = schedule(network, {}, "a", {"a": "day", "b": "relative"})
    assert found.origin == dt.date(2014, 1, 1)
    assert (found.windows["b"].earliest, found.windows["b"].latest, found.day("b")) == (5, 9, 7)
    assert found.end("b") == found.day("b")
    assert found.explain("b").splitlines()[0] == "b: 2014-01-06 to 2014-01-10; 2014-01-08 is used."


def test_a_point_without_an_early_bound_is_open_on_that_side() -> None:
    network = Network(["a", "b"], [dated("a", 735000, 735000), apart("b", "a", 1)])
    plan = schedule(network, {}, "a", {"a": "day", "b": "order"})
    assert plan.earliest("b") is None
    assert plan.explain("b").startswith("b: open to 2013-05-11; 2013-05-11 is used.")
