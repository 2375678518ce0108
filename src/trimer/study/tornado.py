"""How far each parameter alone moves an endpoint: one at a time, to the 5th and the 95th percentile of patients.

What the screening of :mod:`trimer.study.sensitivity` averages over the whole space, this shows at one point of it, the
typical patient, with its sign and in the endpoint's own unit; interactions it does not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.study.research import NOTICE
from trimer.study.sensitivity import Factor, Output

Array = NDArray[np.float64]
SCHEMA = "trimer/tornado/1"


class Endpoints(Protocol):
    """What gives endpoints of parameters; as :class:`trimer.study.patient_endpoints.PatientEndpoints`."""

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Parameters that are moved."""

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Endpoints, in order of columns."""

    @property
    def note(self) -> str:
        """How both are to be read."""

    def __call__(self, values: Array) -> Array:
        """Return endpoints, shape (M, n_outputs), of parameter values, shape (M, n_factors)."""


@dataclass(frozen=True)
class Tornado:
    """Hold the endpoints where one parameter at a time is low or high; a logarithm stays one, see ``Output.log``.

    Attributes
    ----------
    label, note : str
        Of whom under what; how it is to be read.
    factors : tuple of Factor
        Their ``low`` and ``high`` are the ends.
    outputs : tuple of Output
    base : array, shape (n_outputs,)
        Every parameter at its middle.
    low, high : array, shape (n_factors, n_outputs)
        That parameter at its low or high end; NaN where it could not be solved.
    """

    label: str
    note: str
    factors: tuple[Factor, ...]
    outputs: tuple[Output, ...]
    base: Array
    low: Array
    high: Array

    def output(self, name: str) -> int:
        """Return the number of an endpoint.

        Raises
        ------
        InputError
            When there is none of that name.
        """
        names = [one.name for one in self.outputs]
        if name not in names:
            raise InputError("endpoint", repr(name), f"one of {', '.join(names)}")
        return names.index(name)

    def swing(self, i: int, j: int) -> float:
        """Return how far factor ``i`` moves endpoint ``j``: between the lowest and highest of low, base and high."""
        ends = np.array([self.low[i, j], self.base[j], self.high[i, j]])
        return float(np.nanmax(ends) - np.nanmin(ends)) if np.isfinite(ends).any() else 0.0

    def order(self, j: int) -> tuple[int, ...]:
        """Return the factors' numbers by how far they move endpoint ``j``, widest first."""
        count = range(len(self.factors))
        return tuple(sorted(count, key=lambda i: -self.swing(i, j)))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "label": self.label,
            "note": self.note,
            "outputs": [
                {
                    "name": out.name,
                    "label": out.label,
                    "unit": out.unit,
                    "log10": out.log,
                    "base": float(self.base[j]),
                    "factors": [
                        {"name": self.factors[i].name, "unit": self.factors[i].unit, "from": self.factors[i].low,
                         "to": self.factors[i].high, "low": float(self.low[i, j]), "high": float(self.high[i, j])}
                        for i in self.order(j)
                    ],
                }
                for j, out in enumerate(self.outputs)
            ],
        }  # fmt: skip


def swings(forward: Endpoints, label: str = "") -> Tornado:
    """Return the endpoints at the base and with each parameter alone at either end: 2 n + 1 evaluations.

    Raises
    ------
    InputError
        When there is no parameter to move.
    """
    factors = forward.factors
    if not factors:
        raise InputError("tornado", "no parameter that differs between patients", "at least one")
    middle = np.array([factor.middle for factor in factors])
    low, high = np.tile(middle, (len(factors), 1)), np.tile(middle, (len(factors), 1))
    np.fill_diagonal(low, [factor.low for factor in factors])
    np.fill_diagonal(high, [factor.high for factor in factors])
    found = forward(np.vstack([middle, low, high]))
    return Tornado(
        label, forward.note, factors, forward.outputs, found[0], found[1 : len(factors) + 1], found[len(factors) + 1 :]
    )


def tornado(treatment: str | Path, **settings: Any) -> Tornado:
    """Return how far each parameter moves ten endpoints of the typical patient under a treatment.

    Parameters
    ----------
    treatment : str or Path
        A regimen or a protocol, by library name or file.
    **settings
        Those of :func:`trimer.study.patient_endpoints.typical_endpoints`: ``days``, ``cycles``, ``changes``,
        ``backend``, ``threads``.

    Raises
    ------
    TrimerError
        When something given is at fault.
    """
    from trimer.study.patient_endpoints import typical_endpoints

    forward = typical_endpoints(treatment, **settings)
    return swings(forward, f"{forward.setting.label} · typical patient, day 0 to {forward.days:g}")
