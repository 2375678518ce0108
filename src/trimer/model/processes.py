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
