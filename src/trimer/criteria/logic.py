"""Three-valued logic over intervals: a reading may satisfy a threshold, fail it, or leave it open.

``True`` and ``False`` hold for every value the reading allows; ``None`` means some do and some do not, or that there is
no reading. Strict and weak inequalities stay as printed: ``> 1`` satisfies ``> 1.0``, ``1.0`` does not.
"""

from __future__ import annotations

import math
from typing import Literal

from trimer.course import Reading

Truth = bool | None
Relation = Literal["<", "<=", ">", ">="]


def known(reading: Reading | None) -> bool:
    """Return whether there is a number to compare: not absent, not mere text."""
    if reading is None or reading.absence is not None:
        return False
    return not (math.isnan(reading.low) or math.isnan(reading.high))


def same(a: float, b: float) -> bool:
    """Return whether two numbers are equal but for the rounding of a unit conversion (1 part in 1e9)."""
    return a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-15)


def compare(reading: Reading | None, relation: Relation, value: float) -> Truth:
    """Compare every value a reading allows with a threshold.

    Parameters
    ----------
    reading : Reading or None
        Interval in the unit of ``value``; None, absent or textual readings compare as unknown.
    relation : {"<", "<=", ">", ">="}
        As the definition prints it.
    value : float
        Threshold.

    Returns
    -------
    bool or None
        None when the interval lies on both sides, or nothing is known.
    """
    if reading is None or not known(reading):
        return None
    if relation == ">":
        return negate(compare(reading, "<=", value))
    if relation == ">=":
        return negate(compare(reading, "<", value))
    low_at, high_at = same(reading.low, value), same(reading.high, value)
    low_above, high_below = reading.low > value and not low_at, reading.high < value and not high_at
    if relation == "<=":
        if high_below or high_at:
            return True
        return False if low_above or (low_at and reading.low_open) else None
    if high_below or (high_at and reading.high_open):
        return True
    return False if low_above or low_at else None


def negate(truth: Truth) -> Truth:
    """Return the Kleene negation."""
    return None if truth is None else not truth


def all_of(*truths: Truth) -> Truth:
    """Return the Kleene conjunction: one False settles it, else one unknown leaves it open."""
    if False in truths:
        return False
    return None if None in truths else True


def any_of(*truths: Truth) -> Truth:
    """Return the Kleene disjunction: one True settles it, else one unknown leaves it open."""
    if True in truths:
        return True
    return None if None in truths else False


def first_of(rules: tuple[tuple[str, Truth], ...]) -> tuple[str, ...]:
    """Return the categories an ordered list of rules leaves possible.

    The first rule that holds takes the case; a rule that is open may take it, so the search goes on past it.
    """
    found: list[str] = []
    for category, truth in rules:
        if truth is not False:
            found.append(category)
        if truth is True:
            break
    return tuple(found)


def difference(later: Reading | None, earlier: Reading | None) -> Reading | None:
    """Return ``later - earlier`` as an interval (same unit), or None when one of them is not known."""
    if later is None or earlier is None or not (known(later) and known(earlier)):
        return None
    low, high = later.low - earlier.high, later.high - earlier.low
    return Reading(
        later.observable,
        low=-math.inf if math.isnan(low) else low,
        high=math.inf if math.isnan(high) else high,
        low_open=later.low_open or earlier.high_open,
        high_open=later.high_open or earlier.low_open,
        unit=later.unit,
    )


def relative_change(later: Reading | None, earlier: Reading | None) -> Reading | None:
    """Return ``100 * (later - earlier) / earlier`` (%) as an interval, for quantities that are never negative.

    None when one of them is not known; unbounded above when the earlier one may be zero, and infinite when it was zero
    and something is there now.
    """
    if later is None or earlier is None or not (known(later) and known(earlier)):
        return None
    before_low, before_high = max(earlier.low, 0.0), max(earlier.high, 0.0)
    now_low, now_high = max(later.low, 0.0), max(later.high, 0.0)
    if before_high == 0.0 and (now_low > 0.0 or now_high == 0.0):
        change = math.inf if now_low > 0.0 else 0.0
        return Reading(later.observable, low=change, high=change, unit="%")
    low = now_low / before_high if 0.0 < before_high < math.inf else 0.0
    high = now_high / before_low if before_low > 0.0 else math.inf
    return Reading(
        later.observable,
        low=100.0 * (low - 1.0),
        high=100.0 * (high - 1.0),
        low_open=later.low_open or earlier.high_open,
        high_open=later.high_open or earlier.low_open,
        unit="%",
    )
