"""Numbers of a table: how they are written, and what a number of an observable cannot be, whoever wrote it."""

from __future__ import annotations

import math

import trimer.units as units
from trimer.record.vocabulary import canonical_unit, molar_mass

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
"""A number as a table writes it: ASCII digits, a point, no sign between thousands."""

_OLDEST = 130.0  # years; nobody has reached it
_LEAST = {"temperature": -273.15, "lesion_area_change": -100.0}  # every other number is zero or more
_MOST = {"age": _OLDEST, "mrd_marrow": 1.0, "lesion_area_change": math.inf}  # a share is at most 100 %


def impossible(observable: str, low: float, high: float, low_open: bool = False, high_open: bool = False) -> str:
    """Return what would have been possible, where the bounds of a number are not; else an empty text.

    Parameters
    ----------
    observable : str
        A name of the vocabulary; of any other only negative numbers are refused.
    low, high : float
        In the canonical unit; infinite where the number is open to that side.
    low_open, high_open : bool
        Whether the bound itself is excluded: nothing is above 100 %, nothing below zero.
    """
    unit = canonical_unit(observable) or ""
    least = _LEAST.get(observable, 0.0)
    most = _MOST.get(observable, 100.0 if unit == "%" else math.inf)
    told = [n for n in (low, high) if math.isfinite(n)]
    if any(n < least for n in told) or (high == least and high_open):
        return f"a number of at least {least:g} {unit}".rstrip() if least else "a number that is not negative"
    if any(n > most for n in told) or (low == most and low_open):
        return f"a share of at most {most:g} %" if unit == "%" else f"at most {most:g} {unit}".rstrip()
    return ""


def to_canonical(observable: str, value: float, unit: str, where: str) -> float:
    """Return a number in the canonical unit; a substance reported by mass (mg/dL) goes through its molar mass.

    Raises
    ------
    UnitError
        When the unit is unknown or does not fit.
    """
    target = canonical_unit(observable) or unit
    return units.convert(value, unit, target, where, molar_mass(observable)) if math.isfinite(value) else value
