"""Numbers, units and categories as people read them."""

from __future__ import annotations

import math

import pytest

from trimer.report import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"), (math.nan, "–"), (math.inf, "∞"), (-math.inf, "−∞"), (0.0, "0"), (True, "yes"), (412, "412"),
        (164.0, "164"), (1.43, "1.43"), (39.28, "39.3"), (-2.5, "−2.5"), (0.0018, "0.0018"), (1e-4, "10⁻⁴"),
        (1.81e-5, "1.81×10⁻⁵"), (3.2e7, "3.2×10⁷"), ("dim", "dim"), (100.0, "100"), (0.999999, "1"),
    ],
)  # fmt: skip
def test_number_reads_as_a_person_writes_it(value, shown):
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (1, math.inf, "> 1"),
        (0, 5, "≤ 5"),
        (-math.inf, 5, "≤ 5"),
        (4, 11, "4 to 11"),
        (27, 27, "27"),
        (math.nan, math.nan, "–"),
    ],
)
def test_span_reads_bounds_and_intervals(low, high, shown):
    assert text.span(low, high) == shown


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("1e9/L", "×10⁹/L"),
        ("1e9", "×10⁹"),
        ("Cel", "°C"),
        ("ug/day", "µg/day"),
        ("%", "%"),
        ("pg/mL", "pg/mL"),
        ("1", ""),
    ],
)
def test_unit_is_printed_as_the_field_prints_it(unit, shown):
    assert text.unit(unit) == shown


@pytest.mark.parametrize(
    ("category", "tone"),
    [
        ("CR", "good"), ("CR with residual disease", "good"), ("no CR (43 %)", "bad"), ("no response", "bad"),
        ("relapse", "bad"), ("PD", "bad"), ("CRh", "warn"), ("PR", "warn"), ("undetermined", "neutral"),
        ("not assessable", "neutral"), ("none recorded", "neutral"), ("", "neutral"), ("grade 0", "good"),
        ("grade 1", "warn"), ("grade 2 to 3", "bad"), ("grade 3 to 4", "bad"),
    ],
)  # fmt: skip
def test_tone_of_a_category(category, tone):
    assert text.tone(category) == tone


def test_window_shortens_what_both_ends_share():
    assert text.window("2014-01-01", 0, 18) == "1 to 19 Jan 2014"
    assert text.window("2014-01-01", 20, 40) == "21 Jan to 10 Feb 2014"
    assert text.window("2014-01-01", 360, 380) == "27 Dec 2014 to 16 Jan 2015"
    assert text.window("2014-01-01", 3, 3.5) == "4 Jan 2014"
    assert text.window("not a date", 0, 1) == "–"


@pytest.mark.parametrize(
    ("name", "shown"), [("amg", "AMG"), ("astct_2019_crs", "ASTCT 2019"), ("ASTCT 2019", "ASTCT 2019")]
)
def test_criteria_names(name, shown):
    assert text.criteria(name) == shown
