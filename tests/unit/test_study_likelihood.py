"""Residuals: numbers, comparators, intervals, shares, categories, conclusions; and what a record yields."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from trimer.course import Course, Reading, Visit
from trimer.criteria.verdict import Verdict
from trimer.observables import OBSERVABLES
from trimer.study.likelihood import ERRORS, FAILED, Datum, data, residual, scaled

INF = math.inf


def of(observable: str, low: float, high: float, *simulated: float) -> list[float]:
    return [float(r) for r in residual(Datum("e", observable, 0.0, low, high), np.array(simulated))]


def test_every_error_belongs_to_the_vocabulary() -> None:
    assert set(ERRORS) <= set(OBSERVABLES)
    for name, error in ERRORS.items():
        assert error.sd > 0.0
        assert error.scale != "log" or error.floor > 0.0, name


def test_values_are_scaled_as_their_errors_are() -> None:
    x = np.array([-INF, 0.0, 0.5, 50.0, 99.5, 100.0, INF])
    np.testing.assert_array_equal(scaled(x, "linear", 7.0), x)
    np.testing.assert_allclose(scaled(x, "log", 1.0), [-INF, 0.0, 0.0, *np.log([50.0, 99.5, 100.0]), INF])
    edge = math.log(1.0 / 99.0)
    np.testing.assert_allclose(scaled(x, "logit", 1.0), [-INF, edge, edge, 0.0, math.log(99.5), math.log(100.0), INF])


def test_an_exact_value_is_the_scaled_difference() -> None:
    assert of("haemoglobin", 10.0, 10.0, 10.0, 10.8, 9.2) == pytest.approx([0.0, 1.0, -1.0])
    sd = ERRORS["wbc"].sd
    assert of("wbc", 8.0, 8.0, 8.0 * math.exp(sd), 4.0) == pytest.approx([1.0, -math.log(2.0) / sd])
    odds = math.exp(ERRORS["marrow_blast_percent"].sd)
    assert of("marrow_blast_percent", 50.0, 50.0, 100 * odds / (1 + odds)) == pytest.approx([1.0])


def test_counts_below_the_floor_are_at_the_floor() -> None:
    assert of("anc", 0.0, 0.0, 0.0, 1e-9) == [0.0, 0.0]
    assert of("anc", 1.0, 1.0, 0.0)[0] == pytest.approx(math.log(1e-3) / 0.25)


@given(st.floats(2.0, 1e3), st.sampled_from(["wbc", "anc", "platelets"]))
def test_a_comparator_says_little_on_its_side_and_more_the_further_away(bound: float, name: str) -> None:
    r = of(name, bound, INF, bound * 10, bound * 1.5, bound, bound / 1.5, bound / 10)
    squares = [x * x for x in r]
    assert squares == sorted(squares)
    assert squares[0] < 1e-6
    assert squares[2] == pytest.approx(2 * math.log(2.0))  # half of the measurements would fall on either side
    mirrored = of(name, -INF, bound, bound / 10, bound / 1.5, bound, bound * 1.5, bound * 10)
    assert [abs(x) for x in mirrored] == pytest.approx([abs(x) for x in r])


def test_a_comparator_is_the_probability_of_its_side() -> None:
    r = of("haemoglobin", 12.0, INF, 11.0, 13.0)
    for found, x in zip(r, (11.0, 13.0), strict=True):
        assert found**2 == pytest.approx(-2.0 * norm.logcdf((x - 12.0) / 0.8))
    assert r[0] < 0.0  # below what was seen


def test_an_interval_is_flat_inside_and_rises_on_both_sides() -> None:
    r = of("platelets", 150.0, 400.0, 50.0, 150.0, 245.0, 400.0, 1200.0)
    assert r[0] < r[1] < 0.0 < r[3] < r[4]
    assert abs(r[2]) < 0.3
    assert r[1] == pytest.approx(-r[3])


def test_the_ends_of_a_share_are_no_bounds() -> None:
    assert of("cd19_dim_percent", 50.0, 100.0, 100.0, 99.0) == pytest.approx([0.0, 0.0], abs=1e-2)
    assert of("marrow_blast_percent", 0.0, 5.0, 0.0, 1e-6) == pytest.approx([0.0, 0.0], abs=1e-6)
    assert of("marrow_blast_percent", 5.0, 100.0, 100.0)[0] == pytest.approx(0.0, abs=1e-6)


def test_an_ordinal_category_is_the_whole_part() -> None:
    inside, below, above = of("hypotension", 2.0, 2.0, 2.5, 1.0, 4.0)
    assert abs(inside) < 0.4
    assert below < -3.0 < 3.0 < above


@given(
    st.sampled_from(sorted(ERRORS)),
    st.floats(-1e12, 1e12) | st.just(-INF),
    st.floats(0.0, 1e12) | st.just(INF),
    st.floats(0.0, 1e12),
)
def test_residuals_are_finite_everywhere(name: str, low: float, width: float, simulated: float) -> None:
    high = low + width if math.isfinite(low) else INF
    assert np.all(np.isfinite(of(name, low, high, simulated)))


def test_far_tails_are_finite_and_grow() -> None:
    r = of("haemoglobin", 1e4, INF, 0.0, 5e3)
    assert np.all(np.isfinite(r))
    assert abs(r[0]) > abs(r[1]) > 1e3


def test_a_failed_course_counts_as_far_off() -> None:
    assert of("wbc", 5.0, 5.0, math.nan) == [FAILED]
    assert of("wbc", 5.0, INF, math.nan) == [FAILED]
    assert of("marrow_blast_percent", 5.0, 5.0, math.nan) == [FAILED]


def reading(observable: str, low: float, high: float | None = None, **more: object) -> Reading:
    end = low if high is None else high
    return Reading(observable, low, end, day=10.0, source="e1", **more)  # type: ignore[arg-type]


def course(*readings: Reading, visit: Visit | None = None) -> Course:
    visits = () if visit is None else (visit,)
    return Course("c", "record", dt.date(2020, 1, 1), visits, readings)


def test_numbers_of_a_record_are_used_and_silence_is_not() -> None:
    record = course(
        reading("wbc", 5.0),
        reading("anc", 1.0, INF, low_open=True),
        reading("platelets", 150.0, 400.0, inferred=True),
        reading("haemoglobin", math.nan, absence="not done"),
        reading("temperature", math.nan, text="febrile"),
        reading("crp", 12.0),
    )
    found = {d.observable: d for d in data(record, ())}
    assert set(found) == {"wbc", "anc", "platelets"}
    assert found["wbc"].exact
    assert (found["anc"].low, found["anc"].high) == (1.0, INF)
    assert {n: d.origin for n, d in found.items()} == {
        "wbc": "measured", "anc": "measured", "platelets": "inferred from words",
    }  # fmt: skip


def test_a_stated_remission_is_an_interval_unless_the_number_is_there() -> None:
    stated = Verdict("amg", "response", "v1", "marrow", 30.0, "CR", "", supported_by="stated conclusion")
    found = data(course(), (stated,))
    assert {(d.observable, d.low, d.high, d.origin) for d in found} == {
        ("marrow_blast_percent", 0.0, 5.0, "stated conclusion"),
        ("blasts_blood", 0.0, 0.05, "stated conclusion"),
    }
    counted = Reading("marrow_blast_percent", 2.0, 2.0, day=30.0, source="v1")
    both = data(course(counted), (stated,))
    assert [(d.low, d.high) for d in both if d.observable == "marrow_blast_percent"] == [(2.0, 2.0)]
    measured = Verdict("amg", "response", "v1", "marrow", 30.0, "CR", "", supported_by="measured")
    assert data(course(), (measured,)) == ()


def test_relapse_residual_disease_and_release_yield_their_bounds() -> None:
    relapse = Verdict("amg", "response", "v2", "", 60.0, "relapse", "", supported_by="stated conclusion")
    residual_disease = Verdict("amg", "response", "v1", "", 30.0, "CR", "", "with detectable residual disease")
    episode = Verdict("astct", "crs", "crs-1.1", "", 40.0, "grade 3", "", grade=(3, 3), onset=42.0, resolved=45.0)
    found = {
        (d.event, d.observable): (d.day, d.low, d.high) for d in data(course(), (relapse, residual_disease, episode))
    }
    assert found == {
        ("v2", "marrow_blast_percent"): (60.0, 5.0, 100.0),
        ("v1", "mrd_marrow"): (30.0, 1e-4, INF),
        ("crs-1.1 onset", "temperature"): (41.0, -INF, 38.0),
        ("crs-1.1 end", "temperature"): (46.0, -INF, 38.0),
        ("crs-1.1 end", "hypotension"): (46.0, 0.0, 1.0),
    }


def test_intensity_of_cd19_is_a_share_at_assessments_only() -> None:
    dim = Reading("cd19_intensity", text="dim", day=50.0, source="e9")
    for context, expected in (("response assessment", [(50.0, 100.0)]), ("follow-up", [])):
        visit = Visit("v", "marrow", 50.0, {"cd19_intensity": dim}, context=context)
        assert [(d.low, d.high) for d in data(course(visit=visit), ())] == expected


def test_data_are_in_order_of_time() -> None:
    late, early = Reading("wbc", 5.0, 5.0, day=9.0, source="b"), Reading("wbc", 6.0, 6.0, day=2.0, source="z")
    assert [d.day for d in data(course(late, early), ())] == [2.0, 9.0]
