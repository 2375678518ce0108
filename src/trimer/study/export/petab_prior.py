"""The parameters a PEtab problem estimates: those of a twin, each with a prior of its own that stands on its own.

PEtab priors are independent of each other and know a normal distribution on a linear or logarithmic scale. Of a
parameter that is correlated with earlier ones, what it does not share with them is estimated; of one that is a share,
its logit. The model then gives the parameter from these, so that the prior of a twin is kept exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.parameters import Parameter
from trimer.study.twin.prior import Prior
from trimer.study.twin.target import FAR

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Lean:
    """Hold how much a parameter moves with an earlier one: by ``slope`` times the latter's distance from its centre."""

    on: Free
    slope: float


@dataclass(frozen=True)
class Free:
    """Hold one parameter of the problem.

    Attributes
    ----------
    id : str
        In the problem: the parameter itself, ``own_NAME`` for what it does not share, ``logit_NAME`` for a share.
    item : Parameter
        Of the model, with centre and spread of the prior.
    scale : {"log", "lin"}
        On which the prior is normal.
    centre, sd : float
        Of the prior, on that scale.
    leans : tuple of Lean
        What else moves the parameter of the model.
    """

    id: str
    item: Parameter
    scale: Literal["log", "lin"]
    centre: float
    sd: float
    leans: tuple[Lean, ...] = ()

    @property
    def derived(self) -> bool:
        """Whether the model computes its parameter from this one."""
        return self.id != self.item.name

    @property
    def unit(self) -> str:
        """Unit of the parameter of the problem."""
        return "1" if self.item.distribution == "logitnormal" else self.item.unit

    def at(self, z: float) -> float:
        """Return the value ``z`` standard deviations from the centre, in ``unit``."""
        return self.item.value * math.exp(self.sd * z) if self.scale == "log" else self.centre + self.sd * z

    def formula(self, units: Mapping[str, str]) -> str:
        """Return the parameter of the model as an SBML formula of parameters of the problem.

        Parameters
        ----------
        units : mapping of str to str
            Identifier of the SBML unit, by parameter of the problem.
        """
        moves = [_moved(lean, units[lean.on.id]) for lean in self.leans]
        if self.item.distribution == "lognormal":
            return f"{self.id} * exp({' + '.join(moves)})"
        if self.item.distribution == "logitnormal":
            return f"1 dimensionless / (1 dimensionless + exp(-({' + '.join([self.id, *moves])})))"
        return f"{self.id} + ({' + '.join(moves)}) * 1 {units[self.id]}"


def _moved(lean: Lean, unit: str) -> str:
    other = lean.on
    if other.scale == "log":
        distance = f"ln({other.id} / {math.exp(other.centre)!r} {unit})"
    else:
        distance = f"({other.id} / 1 {unit} - ({other.centre!r} dimensionless))"
    return f"({lean.slope!r} dimensionless) * {distance}"


def free_parameters(prior: Prior) -> tuple[Free, ...]:
    """Return the parameters of the problem, in the prior's order; what is either present or absent is none."""
    found: dict[int, Free] = {}
    for k, name in enumerate(prior.names):
        item = prior.items[name]
        if item.distribution == "bernoulli":
            continue
        row = item.spread * prior.factor[k]
        leans = tuple(Lean(found[j], float(row[j]) / found[j].sd) for j in range(k) if row[j] and j in found)
        share = item.distribution == "logitnormal"
        own = f"logit_{name}" if share else f"own_{name}" if leans else name
        scale: Literal["log", "lin"] = "log" if item.distribution == "lognormal" else "lin"
        found[k] = Free(own, item, scale, _inner(item, item.value), float(row[k]), leans)
    return tuple(found.values())


def _inner(item: Parameter, value: float) -> float:
    """Return a value on the scale on which its distribution is normal."""
    if item.distribution == "lognormal":
        return math.log(value)
    return math.log(value / (1.0 - value)) if item.distribution == "logitnormal" else value


def places(prior: Prior, values: Mapping[str, float]) -> dict[str, float]:
    """Return where values stand in their prior, by parameter of the model, in standard deviations of what is its own.

    Parameters
    ----------
    prior : Prior
    values : mapping of str to float
        In the parameters' units. A parameter that is not given is where the others lead one to expect it.

    Raises
    ------
    InputError
        When a value is none that the prior can have, or farther from its centre than a twin is looked for.
    """
    z: Array = np.zeros(len(prior.names))
    for k, name in enumerate(prior.names):
        item = prior.items[name]
        if name not in values or item.distribution == "bernoulli":
            continue
        try:
            normal = (_inner(item, values[name]) - _inner(item, item.value)) / item.spread
        except (ValueError, ZeroDivisionError):
            wanted = "a share between 0 and 1" if item.distribution == "logitnormal" else "a number above zero"
            raise InputError(f"parameter {name}", f"{values[name]:g}", wanted) from None
        z[k] = (normal - float(prior.factor[k, :k] @ z[:k])) / prior.factor[k, k]
        if not abs(z[k]) < FAR:
            found = f"{values[name]:g} {item.unit}, {z[k]:+.1f} standard deviations from where the prior expects it"
            raise InputError(f"parameter {name}", found, f"less than {FAR:g}", f"Its centre is {item.value:g}.")
    return dict(zip(prior.names, z.tolist(), strict=True))
