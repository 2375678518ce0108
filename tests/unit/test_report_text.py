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
    ("low", "high", "unit", "shown"),
    [
        (50, 100, "%", "≥ 50 %"), (0, 5, "%", "≤ 5 %"), (100, 100, "%", "100 %"), (0, 2, "grade", "≤ 2"),
        (4, 11, "1e9/L", "4 to 11 ×10⁹/L"), (0, 0.05, "1e9/L", "≤ 0.05 ×10⁹/L"), (math.nan, math.nan, "%", "–"),
    ],
)  # fmt: skip
def test_bounds_know_that_a_share_ends_at_one_hundred(low, high, unit, shown):
    assert text.bounds(low, high, unit) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2.274e-05 %", "2.27×10⁻⁵ %"), ("<= 5 %", "≤ 5 %"), ("> 1 x10^9/L", "> 1 ×10⁹/L"),
        ("8.958e-08 x10^9 cells", "89.6 cells"), ("< 1 x10^9 cells", "< 10⁹ cells"),
        ("-45.57 %", "-45.57 %"), ("CLAG-1e-A", "CLAG-1e-A"),
    ],
)  # fmt: skip
def test_tidy_prints_signs_powers_and_cells(written, shown):
    assert text.tidy(written) == shown


@pytest.mark.parametrize(
    ("recorded", "low", "high", "remark", "shown"),
    [
        ("0 to 5 %", 0, 5, "interval read from a stated conclusion", "≤ 5 %"), ("0 to 5 %", 0, 5, "", "0 to 5 %"),
        ("< 5 %", -math.inf, 5, "read out of words", "< 5 %"),
        (">= 0.0001", 1e-4, math.inf, "read out of words", "≥ 0.0001"),
        ("50 to 100 %", 50, 100, "read out of words", "≥ 50 %"),
    ],
)  # fmt: skip
def test_an_interval_read_from_words_is_printed_as_its_bound(recorded, low, high, remark, shown):
    assert text.reading(recorded, low, high, "%", remark) == shown


def test_band_stops_at_what_a_method_can_find():
    assert text.band((1e-24, 0.3, 95.0), 0.01) == "< 0.01 to 95"
    assert text.band((1e-24, 1e-9, 1e-3), 0.01) == "< 0.01"
    assert text.band((1e-24, 0.3, 95.0)) == "10⁻²⁴ to 95"
    assert text.band(None, 0.01) == "–"
    assert text.floor("marrow_blast_percent") == 0.01
    assert text.floor("no such thing") == 0.0


@pytest.mark.parametrize(
    ("amount", "unit", "shown"),
    [(520000.0, "ug", "520 mg"), (1715533.6, "ug", "1.72 g"), (28.0, "ug", "28 µg"), (2500.0, "IU", "2500 IU")],
)
def test_dose_is_written_as_prescribed(amount, unit, shown):
    assert text.dose(amount, unit) == shown


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
