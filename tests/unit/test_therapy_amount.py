"""Amounts as written, and the sizes they are multiplied by."""

from __future__ import annotations

import math

import pytest

from trimer.errors import InputError, ProtocolError, UnitError
from trimer.therapy.amount import parse_amount
from trimer.therapy.size import Size

SIZE = Size(weight=70.0, height=1.75, bsa=1.8)


@pytest.mark.parametrize(
    ("text", "unit", "duration", "total"),
    [
        ("2 mg", "ug", 0.0, 2000.0),
        ("50 mg/m2", "ug", 0.0, 90_000.0),
        ("3 g/m2", "ug", 0.1, 5_400_000.0),
        ("8 mg/kg", "ug", 0.0, 560_000.0),
        ("28 ug/day", "ug", 21.0, 588.0),
        ("28 mcg/d", "ug", 21.0, 588.0),
        ("15 ug/m2/day", "ug", 2.0, 54.0),
        ("1 mg/h", "ug", 0.5, 12_000.0),
        ("2000 IU/m2", "IU", 0.0, 3600.0),
        ("5ug/kg", "ug", 0.0, 350.0),
    ],
)
def test_total(text: str, unit: str, duration: float, total: float) -> None:
    assert parse_amount(text, unit, "here").total(SIZE, duration) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("text", ["2", "0", "2 mL", "2 mg/L", "two mg", "2 IU", "2 mg/m2/kg", ""])
def test_without_a_dose_unit(text: str) -> None:
    with pytest.raises((UnitError, ProtocolError), match="here"):
        parse_amount(text, "ug", "here")


def test_negative_dose() -> None:
    with pytest.raises(ProtocolError, match="not negative"):
        parse_amount("-9 ug/day", "ug", "here")


def test_mosteller() -> None:
    assert Size.of(weight=80.0, height=1.8).bsa == pytest.approx(2.0)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_impossible_size(bad: float) -> None:
    with pytest.raises(InputError, match="weight"):
        Size(weight=bad, height=1.7, bsa=1.8)
    with pytest.raises(InputError, match="size"):
        Size.of(weight=bad, height=1.7)
