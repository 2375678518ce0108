"""Rate laws shared by the models: pure functions of numbers, arrays, quantities or expressions.

The elementary functions dispatch on their argument, so that one written equation can be evaluated (floats, arrays),
checked (quantities with units) or traced (symbols): whoever brings a new kind of number registers it here.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np


@singledispatch
def exp(x: Any) -> Any:
    """Return e to the power x."""
    return np.exp(x)


@singledispatch
def log(x: Any) -> Any:
    """Return the natural logarithm of x."""
    return np.log(x)


@singledispatch
def sqrt(x: Any) -> Any:
    """Return the square root of x."""
    return np.sqrt(x)


@singledispatch
def power(x: Any, exponent: Any) -> Any:
    """Return x to the power ``exponent``, for x above zero; zero or a rounding error below it counts as zero.

    Use it, rather than ``**``, where the exponent is not a whole number and x may reach zero: ``**`` of a number that
    rounding has made slightly negative is not a number.
    """
    return np.maximum(x, 1e-200) ** exponent


def hill(x: Any, half: Any, exponent: Any = 1) -> Any:
    """Return the share of the largest effect at x: 0 at zero, one half at ``half``, towards 1 above.

    Parameters
    ----------
    x, half : concentration, same unit
    exponent : number, optional
        Hill's coefficient; 1 is Michaelis and Menten's form and needs no power.
    """
    if isinstance(exponent, int) and exponent == 1:
        return x / (half + x)
    ratio = power(x / half, exponent)
    return ratio / (1 + ratio)
