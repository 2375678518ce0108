"""Three-valued comparison of intervals with thresholds, and the folder as registry."""

from __future__ import annotations

import datetime as dt
import json
import math

import pytest

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria import judge, list_criteria
from trimer.criteria.logic import all_of, any_of, compare, difference, first_of, negate, relative_change
from trimer.criteria.response.evidence import circulating, conclusions, of_all_cells
from trimer.criteria.response.residual import residual
from trimer.criteria.threshold import Threshold, describe
from trimer.errors import LibraryError

INF = math.inf


def exact(value: float, unit: str = "1e9/L", name: str = "anc") -> Reading:
    return Reading(name, value, value, unit=unit)


ABOVE_ONE = Reading("anc", 1.0, INF, low_open=True, unit="1e9/L")
FROM_ONE = Reading("anc", 1.0, INF, unit="1e9/L")
BELOW_ONE = Reading("anc", -INF, 1.0, high_open=True, unit="1e9/L")


@pytest.mark.parametrize(
    ("reading", "relation", "met"),
    [
        (exact(1.0), "<=", True),
        (exact(1.0), "<", False),
        (exact(1.0), ">", False),
        (exact(1.0), ">=", True),
        (exact(1.01), ">", True),
        (ABOVE_ONE, ">", True),
        (ABOVE_ONE, ">=", True),
        (ABOVE_ONE, "<=", False),
        (FROM_ONE, ">", None),
        (FROM_ONE, ">=", True),
        (FROM_ONE, "<", False),
        (BELOW_ONE, "<", True),
        (BELOW_ONE, ">=", False),
        (Reading("anc", -INF, 1.0), "<", None),
        (Reading("anc", 0.5, 1.5), "<", None),
        (Reading("anc", -INF, INF), ">", None),
        (Reading("anc", text="normal"), ">", None),
        (Reading("anc", absence="not stated"), ">", None),
        (Reading("anc", 2.0, 2.0, absence="not done"), ">", None),
        (None, ">", None),
    ],
)
def test_comparison_with_one_is_as_printed(reading: Reading | None, relation: str, met: bool | None) -> None:
    assert compare(reading, relation, 1.0) is met  # type: ignore[arg-type]


def test_the_rounding_of_a_unit_conversion_does_not_move_a_boundary() -> None:
    fahrenheit = (100.4 - 32.0) * 5.0 / 9.0
    for celsius in (fahrenheit, 38.0 - 1e-12, 38.0 + 1e-12):
        assert compare(exact(celsius), ">=", 38.0) is True
        assert compare(exact(celsius), ">", 38.0) is False
    assert compare(exact(37.99), ">=", 38.0) is False


def test_kleene_tables() -> None:
    assert [all_of(a, b) for a in (True, None, False) for b in (True, None, False)] == [
        True, None, False, None, None, False, False, False, False,
    ]  # fmt: skip
    assert [any_of(a, b) for a in (True, None, False) for b in (True, None, False)] == [
        True, True, True, True, None, None, True, None, False,
    ]  # fmt: skip
    assert (negate(True), negate(None), negate(False)) == (False, None, True)
    assert (all_of(), any_of()) == (True, False)


def test_the_first_rule_that_holds_ends_the_search() -> None:
    assert first_of((("a", False), ("b", None), ("c", True), ("d", True))) == ("b", "c")


def test_changes_of_intervals() -> None:
    rise = difference(Reading("blasts_blood", 50.0, 55.0), Reading("blasts_blood", 0.0, 16.4))
    assert rise is not None
    assert (rise.low, rise.high) == pytest.approx((33.6, 55.0))
    fall = relative_change(exact(43.0, "%"), exact(79.0, "%"))
    assert fall is not None
    assert fall.low == fall.high == pytest.approx(-45.57, abs=0.01)
    grown = relative_change(exact(68.0, "%"), Reading("marrow_blast_percent", 40.0, 50.0))
    assert grown is not None
    assert (grown.low, grown.high) == pytest.approx((36.0, 70.0))
    from_nothing = relative_change(exact(5.0, "%"), Reading("marrow_blast_percent", 0.0, 5.0))
    assert from_nothing is not None
    assert (from_nothing.low, from_nothing.high) == (0.0, INF)
    assert difference(None, exact(1.0)) is None
    assert relative_change(exact(1.0), Reading("anc", absence="not stated")) is None


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (exact(1.43), "1.43 x10^9/L"),
        (ABOVE_ONE, "> 1 x10^9/L"),
        (FROM_ONE, ">= 1 x10^9/L"),
        (BELOW_ONE, "< 1 x10^9/L"),
        (Reading("hypotension", 2.0, 3.0, unit="grade"), "2 to 3"),
        (Reading("marrow_blast_percent", absence="not stated"), "not stated"),
        (Reading("cd19_intensity", text="dim"), "dim"),
        (None, "not recorded"),
    ],
)
def test_readings_in_words(reading: Reading | None, text: str) -> None:
    assert describe(reading) == text


def test_a_decision_says_value_threshold_outcome_and_provenance() -> None:
    row = Threshold("anc", ">", 1.0, "1e9/L", "CR", "seen", "somewhere")
    decision = row.decide(exact(1.43))
    assert decision.phrase == "neutrophils 1.43 x10^9/L (> 1 x10^9/L)"
    assert row.decide(None).met is None
    assert row.decide(Reading("anc", text="normal"), words=True).met is True


def visit(*readings: Reading) -> Visit:
    return Visit("v", "visit", 10.0, {r.observable: r for r in readings})


def test_a_share_of_b_cells_compares_with_nothing() -> None:
    share = Reading("marrow_blast_percent", 1.8, 1.8, unit="%", denominator="total B cells")
    refused = of_all_cells(share)
    assert refused is not None
    assert compare(refused, "<=", 5.0) is None
    assert "not of all nucleated cells" in describe(refused)
    whole = Reading("marrow_blast_percent", 1.8, 1.8, unit="%", denominator="nucleated cells")
    assert of_all_cells(whole) is whole


def test_circulating_blasts_are_bounded_by_the_white_count() -> None:
    by_share = circulating(visit(exact(74.4, name="wbc"), exact(71.0, "%", "blood_blast_percent")))
    assert by_share is not None
    assert by_share.low == by_share.high == pytest.approx(52.824)
    bound = circulating(visit(exact(16.4, name="wbc"), Reading("blood_blast_percent", absence="not stated")))
    assert bound is not None
    assert (bound.low, bound.high) == (0.0, 16.4)
    assert circulating(visit(exact(3.0, name="blasts_blood"), exact(9.0, name="wbc"))) == exact(
        3.0, name="blasts_blood"
    )
    assert circulating(visit(exact(100.0, name="platelets"))) is None


@pytest.mark.parametrize(
    ("reading", "detected", "qualifier"),
    [
        (Reading("mrd_marrow", 1e-4, 1e-4, unit="fraction"), True, "with detectable residual disease"),
        (Reading("mrd_marrow", 9e-5, 9e-5, unit="fraction"), False, "MRD negative at 0.01 %"),
        (
            Reading("mrd_marrow", 5e-5, 5e-5, unit="fraction", sensitivity=1e-5),
            True,
            "with detectable residual disease",
        ),
        (Reading("mrd_marrow", 0.0, 1e-3, unit="fraction"), None, "MRD not settled"),
        (Reading("mrd_marrow", text="negative"), False, "MRD negative, sensitivity unknown"),
        (Reading("mrd_marrow", text="negative", sensitivity=1e-4), False, "MRD negative at 0.01 %"),
        (Reading("b_lineage_blast_percent", 1.8, 1.8, source="e10"), True, "with detectable residual disease"),
        (
            Reading("b_lineage_blast_percent", text="not detected", source="e27"),
            False,
            "MRD negative, sensitivity unknown",
        ),
        (
            Reading("b_lineage_blast_percent", 0.0, 0.01, high_open=True, sensitivity=1e-4, source="e27"),
            False,
            "MRD negative at 0.01 %",
        ),
        (Reading("b_lineage_blast_percent", 1e-9, 1e-9), None, "MRD not stated"),  # simulated: always positive
        (Reading("mrd_marrow", absence="not done"), None, "MRD not stated"),
    ],
)
def test_residual_disease_is_a_qualifier(reading: Reading, detected: bool | None, qualifier: str) -> None:
    found = residual(visit(reading), frozenset(), 1e-4)
    assert (found.detected, found.qualifier) == (detected, qualifier)


def test_an_mrd_among_b_cells_shows_presence_but_no_level() -> None:
    below = Reading("mrd_marrow", 5e-5, 5e-5, unit="fraction", denominator="B cells", source="e10")
    found = residual(visit(below), frozenset(), 1e-4)
    assert found.detected is True
    assert "no MRD level" in found.why


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ("complete remission by standard definition", {"remission"}),
        ("still in CR", {"remission"}),
        ("full (first) relapse", {"relapse"}),
        ("refractory to CLAG", {"refractory"}),
        ("residual disease of precursor B-ALL", {"residual disease"}),
        ("complete remission without residual disease", {"remission"}),
        ("no evidence of relapse", set()),
        ("suspected CRS", set()),
    ],
)
def test_conclusions_are_read_with_their_negations(name: str, claims: set[str]) -> None:
    course = Course("c", "record", dt.date(2014, 1, 1), episodes=(Episode("conclusion", name, 10.0, 10.0, "", "e1"),))
    assert conclusions(course, visit(exact(1.0))) == claims


def test_conclusions_belong_to_their_event_or_day() -> None:
    said = (Episode("conclusion", "relapse", 50.0, 50.0, "", "e17"),)
    course = Course("c", "record", dt.date(2014, 1, 1), episodes=said)
    assert conclusions(course, visit(exact(1.0))) == frozenset()
    assert conclusions(course, visit(Reading("anc", 1.0, 1.0, source="e17"))) == {"relapse"}


def test_an_unknown_set_is_one_clear_error() -> None:
    with pytest.raises(LibraryError, match=r"found 'amgen'.*expected one of .*amg, .*astct_2019_crs.*Nearest: amg"):
        judge(Course("c", "record", dt.date(2014, 1, 1)), ("amgen",))


def test_an_empty_course_has_no_verdicts() -> None:
    assert judge(Course("c", "record", dt.date(2014, 1, 1))) == ()


def test_the_folder_is_the_registry() -> None:
    assert {"amg", "astct_2019_crs"} <= {c.name for c in list_criteria()}


def test_verdicts_are_plain_json() -> None:
    readings = {"marrow_blast_percent": exact(60.0, "%", "marrow_blast_percent")}
    course = Course(
        "c",
        "simulation",
        dt.date(2014, 1, 1),
        visits=(Visit("v", "visit", 5.0, readings),),
        episodes=(Episode("drug", "blinatumomab", 0.0, 28.0),),
    )
    plain = [v.to_dict() for v in judge(course)]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert {"category", "reason", "decided_by", "missing", "pending", "headline", "unverified"} <= plain[0].keys()


@pytest.mark.parametrize(
    ("value", "shown"), [(5.0004, "5.0004 %"), (5.0, "5 %"), (4.99996, "4.99996 %"), (12.3456, "12.35 %")]
)
def test_a_value_that_is_not_the_threshold_does_not_look_like_it(value: float, shown: str) -> None:
    row = Threshold("marrow_blast_percent", "<=", 5.0, "%", "CR", "seen", "somewhere")
    assert row.decide(exact(value, "%", "marrow_blast_percent")).value == shown


def test_a_fraction_of_cells_is_told_in_per_cent_and_another_fraction_is_not() -> None:
    limit = Threshold("mrd_marrow", "<", 0.01, "fraction", "CR", "seen", "somewhere")
    assert limit.text == "< 1 %"
    assert describe(Reading("mrd_marrow", -math.inf, 1e-4, high_open=True, unit="fraction")) == "< 0.01 %"
    assert Threshold("creatinine_ratio", ">", 1.5, "fraction", "TLS", "seen", "somewhere").text == "> 1.5"
