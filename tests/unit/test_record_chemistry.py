"""Chemistry by mass or by amount: both come through the record's door as the same number."""

from __future__ import annotations

import pytest
from quality_sample import document, event, read, seen

from trimer.errors import CaseError, UnitError
from trimer.units import convert

# as printed by mass; the same by amount, as rounded in the published limits of tumour lysis; half of its last digit.
PAIRS = [
    ("urate", 8.0, "mg/dL", 476.0, "umol/L", 0.5),
    ("phosphate", 4.5, "mg/dL", 1.45, "mmol/L", 0.005),
    ("calcium", 7.0, "mg/dL", 1.75, "mmol/L", 0.005),
    ("creatinine", 1.0, "mg/dL", 88.4, "umol/L", 0.05),
    ("creatinine", 10.0, "mg/L", 88.4, "umol/L", 0.05),
    ("ionised_calcium", 1.2, "mg/dL", 0.3, "mmol/L", 0.005),
]


def stored(observable: str, value: float, unit: str) -> float:
    case = read(document([event(1, "2020-03-05", observations=[seen(observable, value, unit)])]))
    return case.course().readings[0].low


@pytest.mark.parametrize(("observable", "by_mass", "mass", "by_amount", "amount", "half_digit"), PAIRS)
def test_mass_and_amount_are_the_same_quantity(
    observable: str, by_mass: float, mass: str, by_amount: float, amount: str, half_digit: float
) -> None:
    assert stored(observable, by_mass, mass) == pytest.approx(by_amount, abs=half_digit)
    assert stored(observable, by_amount, amount) == by_amount


def test_bounds_and_intervals_convert_too() -> None:
    above = seen("urate", 8.0, "mg/dL", comparator=">")
    between = {"observable": "urate", "interval": [4.0, 8.0], "unit": "mg/dL"}
    case = read(document([event(1, "2020-03-05", observations=[above, between])]))
    first, second = case.course().readings
    assert (round(first.low), first.low_open) == (476, True)
    assert second.high == pytest.approx(2.0 * second.low)


def test_a_substance_without_molar_mass_and_another_dimension_are_refused() -> None:
    for name, unit in (("potassium", "mg/dL"), ("urate", "g"), ("urate", "10*9/L"), ("haemoglobin", "mmol/L")):
        with pytest.raises(CaseError) as caught:
            stored(name, 5.0, unit)
        assert unit in str(caught.value)


def test_the_molar_mass_changes_nothing_where_no_mass_stands() -> None:
    assert convert(2.0, "mmol/L", "umol/L", "x", 100.0) == pytest.approx(2000.0)
    with pytest.raises(UnitError):
        convert(2.0, "mg/dL", "mmol/L", "x")
