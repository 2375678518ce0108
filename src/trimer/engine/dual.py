"""Dual numbers: a value with its derivative in one direction, so that equations written once also yield derivatives.

Every operation carries the derivative by its own rule (forward differentiation; Griewank and Walther, *Evaluating
Derivatives*, 2nd ed. 2008, chapter 3): exact, no difference quotient. Value and derivative are floats, arrays or the
recorded expressions of :mod:`trimer.engine.graph`; a number without a derivative is constant.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from numbers import Real
from typing import Any

import numpy as np

from trimer.engine.graph import POWER_FLOOR, Expr, Op
from trimer.model import processes


class Dual:
    """Stand for ``value + tangent * e`` with ``e * e = 0``; supports + - * / **, and comparison by value.

    Parameters
    ----------
    value : float, array or Expr
    tangent : float, array or Expr
        Derivative of the value in the direction looked at; an array holds several directions.
    """

    __slots__ = ("tangent", "value")
    __array_ufunc__ = None  # so that NumPy leaves the operation to us

    def __init__(self, value: Any, tangent: Any = 0.0) -> None:
        self.value, self.tangent = value, tangent

    def __add__(self, other: Any) -> Dual:
        v, d = parts(other)
        return Dual(self.value + v, self.tangent + d)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dual:
        v, d = parts(other)
        return Dual(self.value - v, self.tangent - d)

    def __rsub__(self, other: Any) -> Dual:
        return Dual(other) - self

    def __mul__(self, other: Any) -> Dual:
        v, d = parts(other)
        return Dual(self.value * v, self.tangent * v + self.value * d)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        v, d = parts(other)
        quotient = self.value / v
        return Dual(quotient, (self.tangent - quotient * d) / v)

    def __rtruediv__(self, other: Any) -> Dual:
        return Dual(other) / self

    def __pow__(self, other: Any) -> Dual:
        return _power(self, other, lambda x, e: x**e)

    def __rpow__(self, other: Any) -> Dual:
        return _power(Dual(other), self, lambda x, e: x**e)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.tangent)

    def __pos__(self) -> Dual:
        return self

    def __lt__(self, other: Any) -> Any:
        return self.value < parts(other)[0]

    def __le__(self, other: Any) -> Any:
        return self.value <= parts(other)[0]

    def __gt__(self, other: Any) -> Any:
        return self.value > parts(other)[0]

    def __ge__(self, other: Any) -> Any:
        return self.value >= parts(other)[0]

    def __eq__(self, other: object) -> Any:
        return self.value == parts(other)[0]

    def __bool__(self) -> bool:
        return bool(self.value)

    __hash__ = None  # type: ignore[assignment]


def parts(x: Any) -> tuple[Any, Any]:
    """Return value and derivative of a dual number, or of a constant."""
    return (x.value, x.tangent) if isinstance(x, Dual) else (x, 0.0)


@singledispatch
def _floored(x: Any) -> Any:
    return np.maximum(x, POWER_FLOOR)


_floored.register(Expr, lambda x: x.unary(Op.FLOOR))


def _power(x: Dual, exponent: Any, power: Callable[[Any, Any], Any]) -> Dual:
    """Return x to a power, where ``power`` is what computes its value.

    A whole number keeps the rule ``e x^(e-1)`` for every x. Any other exponent shares the floor of powers: there zero
    counts as the floor, so that no derivative is infinite and none of the second ones, which the solver needs, is not a
    number.
    """
    e, change = parts(exponent)
    value = power(x.value, e)
    if not isinstance(exponent, Dual) and isinstance(e, Real) and float(e).is_integer():
        return Dual(value, e * power(x.value, e - 1) * x.tangent if e else 0.0)
    logarithm = processes.log(_floored(x.value))
    return Dual(value, e * processes.exp((e - 1) * logarithm) * x.tangent + value * logarithm * change)


@processes.exp.register
def _(x: Dual) -> Dual:
    value = processes.exp(x.value)
    return Dual(value, value * x.tangent)


@processes.log.register
def _(x: Dual) -> Dual:
    return Dual(processes.log(x.value), x.tangent / x.value)


@processes.sqrt.register
def _(x: Dual) -> Dual:
    value = processes.sqrt(x.value)
    return Dual(value, x.tangent / (2 * value))


@processes.power.register
def _(x: Dual, exponent: Any) -> Dual:
    return _power(x, exponent, processes.power)
