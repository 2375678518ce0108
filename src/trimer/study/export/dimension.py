"""Units as exact algebra: a factor and powers of bases, multiplied as the equations multiply their quantities.

Pint proves dimensions by computing with quantities; here every intermediate value of recorded equations needs a unit to
be written down, so the units themselves are multiplied, inverted and compared, exactly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from trimer.units import root

_PURE = ("[share]", "[grade]", "[number]")  # kinds of number that equations use as pure numbers


@dataclass(frozen=True)
class Unit:
    """Hold one unit.

    Attributes
    ----------
    factor : Fraction
        In terms of gram, metre, day, mole, kelvin, cell and international unit.
    powers : tuple of (str, Fraction)
        Exponent by dimension, e.g. ``("[mass]", 1)``; sorted, none is zero.
    """

    factor: Fraction = Fraction(1)
    powers: tuple[tuple[str, Fraction], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        total: Counter[str] = Counter()
        for dimension, exponent in (*self.powers, *other.powers):
            total[dimension] += exponent  # type: ignore[assignment]
        return Unit(self.factor * other.factor, _sorted(total))

    def __pow__(self, exponent: Fraction) -> Unit:
        powers = {dimension: own * exponent for dimension, own in self.powers}
        return Unit(_power(self.factor, exponent), _sorted(powers))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other ** Fraction(-1)


PURE = Unit()


@cache
def unit_of(text: str) -> Unit:
    """Return the unit that a text names; a temperature counts as its difference from the zero of its scale.

    Raises
    ------
    UnitError
        When the unit is unknown.
    """
    factor, dimensions = root(text, "export")
    powers = {name: Fraction(e).limit_denominator() for name, e in dimensions.items() if name not in _PURE}
    return Unit(Fraction(f"{factor:.12g}"), _sorted(powers))


def _sorted(powers: Mapping[str, Fraction | int]) -> tuple[tuple[str, Fraction], ...]:
    return tuple(sorted((name, Fraction(exponent)) for name, exponent in powers.items() if exponent))


def _power(factor: Fraction, exponent: Fraction) -> Fraction:
    """Return a power, exact wherever it is rational."""
    whole: Fraction = factor**exponent.numerator
    if exponent.denominator == 1:
        return whole
    roots = [round(math.pow(x, 1 / exponent.denominator)) for x in (whole.numerator, whole.denominator)]
    if [x**exponent.denominator for x in roots] == [whole.numerator, whole.denominator]:
        return Fraction(roots[0], roots[1])
    return Fraction(f"{float(whole) ** (1 / exponent.denominator):.12g}")
