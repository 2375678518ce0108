"""exp and log over vectors, from arithmetic and bit patterns alone: no vector mathematics library is needed.

Both reduce the argument to a small interval and sum a series there; the measured error over the whole range is below
2e-16 relative times a small factor (see the tests). Infinities, NaN, zero and subnormal numbers behave as in C.
"""

from __future__ import annotations

import math

from trimer.engine.kernel.emitter import Emitter

LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")  # log 2 to 32 bits: products with small integers are exact
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")  # the rest of log 2
ROUNDING = 1.5 * 2.0**52  # added to a number below 2**51, leaves its nearest integer in the low bits
ROUNDING_BITS = 0x4338000000000000
EXPONENT_BIAS = 1023
MANTISSA_BITS = 52
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
EXP_DEGREE = 13  # (log(2)/2)**14 / 14! < 5e-18
LOG_TERMS = 10  # (3 - 2 sqrt 2)**(2 * 11) / 23 < 1e-17


def exp(e: Emitter, x: str) -> str:
    """Emit e to the power x: x = n log 2 + r, Taylor series of exp(r), then the exponent n in two halves."""
    x = e.select(e.compare("olt", x, e.constant(-760.0)), e.constant(-760.0), x)
    x = e.select(e.compare("ogt", x, e.constant(720.0)), e.constant(720.0), x)
    shifted = e.add(e.mul(x, e.constant(1.0 / math.log(2.0))), e.constant(ROUNDING))
    n = e.sub(shifted, e.constant(ROUNDING))
    r = e.sub(e.sub(x, e.mul(n, e.constant(LN2_HIGH))), e.mul(n, e.constant(LN2_LOW)))
    series = e.constant(1.0 / math.factorial(EXP_DEGREE))
    for k in range(EXP_DEGREE - 1, 1, -1):
        series = e.add(e.mul(series, r), e.constant(1.0 / math.factorial(k)))
    value = e.add(e.add(e.mul(e.mul(r, r), series), r), e.constant(1.0))
    whole = e.integer("sub", e.bits(shifted), e.whole(ROUNDING_BITS))
    half = e.integer("ashr", whole, e.whole(1))
    for part in (half, e.integer("sub", whole, half)):
        scale = e.integer("shl", e.integer("add", part, e.whole(EXPONENT_BIAS)), e.whole(MANTISSA_BITS))
        value = e.mul(value, e.doubles(scale))
    return value


def log(e: Emitter, x: str) -> str:
    """Emit the natural logarithm: x = 2**n m, m in [sqrt(1/2), sqrt(2)), log m = f - s (f - series of s = f/(2+f))."""
    subnormal = e.compare("olt", x, e.constant(2.0**-1022))
    scaled = e.select(subnormal, e.mul(x, e.constant(2.0**54)), x)
    bits = e.bits(scaled)
    n = e.integer("ashr", e.integer("sub", bits, e.whole(SQRT_HALF_BITS)), e.whole(MANTISSA_BITS))
    m = e.doubles(e.integer("sub", bits, e.integer("shl", n, e.whole(MANTISSA_BITS))))
    exponent = e.sub(e.doubles(e.integer("add", n, e.whole(ROUNDING_BITS))), e.constant(ROUNDING))
    exponent = e.select(subnormal, e.sub(exponent, e.constant(54.0)), exponent)
    f = e.sub(m, e.constant(1.0))
    s = e.div(f, e.add(m, e.constant(1.0)))
    z = e.mul(s, s)
    series = e.constant(2.0 / (2 * LOG_TERMS + 1))
    for k in range(LOG_TERMS - 1, 0, -1):
        series = e.add(e.mul(series, z), e.constant(2.0 / (2 * k + 1)))
    rest = e.sub(e.mul(exponent, e.constant(LN2_LOW)), e.mul(s, e.sub(f, e.mul(series, z))))
    value = e.add(e.mul(exponent, e.constant(LN2_HIGH)), e.add(f, rest))
    value = e.select(e.compare("oeq", x, e.constant(math.inf)), x, value)
    value = e.select(e.compare("oeq", x, e.constant(0.0)), e.constant(-math.inf), value)
    return e.select(e.compare("oge", x, e.constant(0.0)), value, e.constant(math.nan))
