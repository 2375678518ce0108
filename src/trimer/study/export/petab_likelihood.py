"""What a record says, as PEtab observables: exact values as normal noise, bounds as the probability of keeping them.

PEtab has no censored observation, but a Laplace density: of a simulated ``-ln P`` against a measured 0 at scale ``b``
it is ``ln P / b`` and a constant. So the model computes ``-ln P`` of every bound, and no datum is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trimer.observables import OBSERVABLES
from trimer.study.likelihood import ERRORS, Datum, Error, scaled
from trimer.study.simulated import ORDINAL

BOUNDS_NOISE = "noise_of_bounds"
TAIL, SURPRISE = "log_upper_tail", "minus_log_probability"
_RATE = 0.3
#: Polynomial in ``u = 1 / (1 + 0.3 s)`` of ``ln P(Z > s) + s**2 / 2 - ln u`` for s from 0 to infinity, Z standard
#: normal; lowest power first. Interpolated by us at 13 Chebyshev nodes; a test measures its largest error, 2.2e-9.
_TAIL_SERIES = (
    -2.12291133977, 1.00000075837, 0.409956750102, 0.154315435324, -0.0114641300567, 0.00474849257376,
    -0.474708007727, 1.1303420717, -2.38546450661, 3.27793957423, -2.51820786614, 1.00860695158, -0.166301366247,
)  # fmt: skip


@dataclass(frozen=True)
class Observed:
    """Hold one observable of the problem.

    Attributes
    ----------
    id, name : str
    formula : str
        In PEtab's words.
    transformation : str
        ``"log"`` or ``"lin"``.
    distribution : str
        ``"normal"`` or ``"laplace"``.
    noise : str
        Parameter that holds its standard deviation or scale.
    output : str
        Of the model.
    bounds : tuple of (low, high), optional
        On the scale of the error; the model computes their ``-ln P``.
    """

    id: str
    name: str
    formula: str
    transformation: str
    distribution: str
    noise: str
    output: str
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True)
class Measured:
    """Hold one row of the measurement table; ``day`` is that of the record, ``source`` its event."""

    observable: str
    day: float
    measurement: float
    source: str


@dataclass(frozen=True)
class Likelihood:
    """Hold what a record says in PEtab's terms.

    Attributes
    ----------
    observables : tuple of Observed
    measurements : tuple of Measured
    noises : dict of str to float
        Parameters that are noise, with their values.
    constant : float
        What the problem's log likelihood has on top of ours.
    silent : tuple of Datum
        Data that say nothing, since nothing lies beyond their bounds.
    """

    observables: tuple[Observed, ...]
    measurements: tuple[Measured, ...]
    noises: dict[str, float]
    constant: float
    silent: tuple[Datum, ...]

    @property
    def bounds(self) -> int:
        """How many measurements are bounds or intervals."""
        kept = {observed.id for observed in self.observables if observed.bounds is not None}
        return sum(row.observable in kept for row in self.measurements)


def likelihood_of(data: Iterable[Datum], error_scale: float) -> Likelihood:
    """Return the likelihood of :mod:`trimer.study.likelihood` as observables and measurements.

    Parameters
    ----------
    data : iterable of Datum
    error_scale : float
        By how much errors are wider than those of measurement alone.
    """
    observables: dict[str, Observed] = {}
    rows: list[Measured] = []
    noises: dict[str, float] = {}
    silent: list[Datum] = []
    constant = 0.0
    for datum in data:
        low, high = _limits(datum)
        if math.isinf(low) and math.isinf(high):
            silent.append(datum)
            continue
        observed = _exact(datum.observable) if low == high else _bounded(datum.observable, low, high)
        noise = error_scale * ERRORS[datum.observable].sd if observed.bounds is None else error_scale**2
        value, density = _density(observed, low, noise)
        observables.setdefault(observed.id, observed)
        noises[observed.noise] = noise
        constant += density
        rows.append(Measured(observed.id, datum.day, value, datum.event))
    return Likelihood(tuple(observables.values()), tuple(rows), noises, constant, tuple(silent))


def _limits(datum: Datum) -> tuple[float, float]:
    """Return the bounds as the likelihood takes them, canonical unit; equal for an exact value."""
    low, high = datum.low, datum.high + (1.0 if datum.observable in ORDINAL else 0.0)
    if low == high:
        return low, high
    percent = datum.observable.endswith("_percent")
    return -math.inf if low <= 0.0 else low, math.inf if percent and high >= 100.0 else high


def _density(observed: Observed, value: float, noise: float) -> tuple[float, float]:
    """Return the measurement, and the log density of a simulation that meets it."""
    if observed.bounds is not None:
        return 0.0, -math.log(2.0 * noise)
    error = ERRORS[observed.output]
    peak = -0.5 * math.log(2.0 * math.pi * noise**2)
    if error.scale == "log":
        floored = max(value, error.floor)
        return floored, peak - math.log(floored)
    return float(scaled(value, error.scale, error.floor)), peak


def _exact(output: str) -> Observed:
    error, label = ERRORS[output], f"{OBSERVABLES[output].label}, {OBSERVABLES[output].unit}"
    floored = f"max({output}, {error.floor!r})"
    formula = {"linear": output, "log": floored, "logit": f"ln({floored} / max(100 - {output}, {error.floor!r}))"}
    name = f"logit of {label}" if error.scale == "logit" else label
    transformation = "log" if error.scale == "log" else "lin"
    return Observed(
        f"observed_{output}", name, formula[error.scale], transformation, "normal", f"noise_{output}", output
    )


def _bounded(output: str, low: float, high: float) -> Observed:
    if math.isinf(low):
        words, mark = f"below {high:.12g}", f"below_{_mark(high)}"
    elif math.isinf(high):
        words, mark = f"above {low:.12g}", f"above_{_mark(low)}"
    else:
        words, mark = f"from {low:.12g} to {high:.12g}", f"from_{_mark(low)}_to_{_mark(high)}"
    known, error = OBSERVABLES[output], ERRORS[output]
    bounds = tuple(float(scaled(x, error.scale, error.floor)) for x in (low, high))
    return Observed(
        f"observed_{output}_{mark}", f"-ln P of {known.label} {words} {known.unit}", f"{SURPRISE}_{output}_{mark}",
        "lin", "laplace", BOUNDS_NOISE, output, (bounds[0], bounds[1]),
    )  # fmt: skip


def _mark(value: float) -> str:
    """Return a number as part of an identifier, every digit of it."""
    return repr(value).removesuffix(".0").replace("-", "m").replace("+", "").replace(".", "p")


def functions() -> dict[str, str]:
    """Return the functions the model needs, as SBML lambdas: ``ln P(Z > s)`` for s from 0 on, and ``-ln P(Z > s)``."""
    u = f"(1 dimensionless / (1 dimensionless + {_RATE!r} dimensionless * s))"
    series = ""
    for factor in reversed(_TAIL_SERIES):
        series = f"({factor!r} dimensionless + {u} * {series})" if series else f"({factor!r} dimensionless)"
    tail = f"ln({u}) + {series} - s * s / 2 dimensionless"
    inside = f"-ln(1 dimensionless - exp({TAIL}(-s)))"
    return {
        TAIL: f"lambda(s, {tail})",
        SURPRISE: f"lambda(s, piecewise(-{TAIL}(s), s >= 0 dimensionless, {inside}))",
    }


def surprise(observed: Observed, unit: str) -> str:
    """Return ``-ln P`` of an observable with bounds, as an SBML formula; ``unit`` is the unit of its output."""
    assert observed.bounds is not None
    error = ERRORS[observed.output]
    low, high = observed.bounds
    x = _SCALED[error.scale](observed.output, error, unit)
    beyond = []
    if math.isfinite(low):
        beyond.append(f"({low!r} dimensionless - {x}) / {error.sd!r} dimensionless")
    if math.isfinite(high):
        beyond.append(f"({x} - ({high!r} dimensionless)) / {error.sd!r} dimensionless")
    nearer = f"max({', '.join(beyond)})" if len(beyond) > 1 else beyond[0]
    return f"{SURPRISE}({nearer})"


def _log(output: str, error: Error, unit: str) -> str:
    return f"ln(max({output}, {error.floor!r} {unit}) / 1 {unit})"


def _logit(output: str, error: Error, unit: str) -> str:
    rest = f"max(100 {unit} - {output}, {error.floor!r} {unit})"
    return f"ln(max({output}, {error.floor!r} {unit}) / {rest})"


def _linear(output: str, _: Error, unit: str) -> str:
    return f"{output} / 1 {unit}"


_SCALED: dict[str, Callable[[str, Error, str], str]] = {"log": _log, "logit": _logit, "linear": _linear}
