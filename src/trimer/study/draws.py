"""Draws from the population: counter-based, so that patient *i* is the same patient whatever the batch or the order."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from trimer.parameters import Parameter, ParameterSet

_BLOCK = 4  # Philox yields four words a counter step


def uniforms(name: str, seed: int, first: int, count: int) -> NDArray[np.float64]:
    """Return one uniform number in (0, 1) for each patient, a function of (seed, parameter name, patient) alone.

    Parameters
    ----------
    name : str
        Parameter; it keys a stream of its own.
    seed : int
    first, count : int
        Patients ``first`` to ``first + count - 1``.

    Returns
    -------
    array, shape (count,)
    """
    digest = hashlib.sha256(name.encode()).digest()[:8]
    key = np.array([seed & (2**64 - 1), int.from_bytes(digest, "little")], dtype=np.uint64)
    stream = np.random.Philox(key=key)
    stream.advance(first // _BLOCK)
    skip = first % _BLOCK
    words = stream.random_raw(skip + count)[skip:]
    result: NDArray[np.float64] = ((words >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53
    return result


def value_at(parameter: Parameter, z: float) -> float:
    """Return the value ``z`` standard deviations from the typical one, on the scale of the parameter's distribution."""
    if parameter.distribution == "lognormal":
        return parameter.value * math.exp(parameter.spread * z)
    if parameter.distribution == "logitnormal":
        odds = parameter.value / (1.0 - parameter.value) * math.exp(parameter.spread * z)
        return odds / (1.0 + odds)
    if parameter.distribution == "normal":
        return parameter.value + parameter.spread * z
    return parameter.value


def draw(parameters: ParameterSet, seed: int, first: int, count: int) -> list[dict[str, float]]:
    """Return the values of every parameter that varies between patients, for patients ``first`` and following.

    Parameters
    ----------
    parameters : ParameterSet
        Typical values with spreads; a Bernoulli parameter's value is its probability and its draw 0 or 1.
    seed : int
    first, count : int

    Returns
    -------
    list of dict
        One mapping a patient.
    """
    from scipy.special import ndtri  # takes longer to load than one patient to simulate

    patients: list[dict[str, float]] = [{} for _ in range(count)]
    for name, parameter in parameters.items():
        if parameter.distribution == "fixed":
            continue
        u = uniforms(name, seed, first, count)
        if parameter.distribution == "bernoulli":
            values: Sequence[float] = [float(x < parameter.value) for x in u]
        else:
            values = [value_at(parameter, float(z)) for z in ndtri(u)]
        for patient, value in zip(patients, values, strict=True):
            patient[name] = value
    return patients


def typical(parameters: Mapping[str, Parameter]) -> dict[str, float]:
    """Return the typical value of every parameter; a Bernoulli parameter is absent in a typical patient."""
    return {n: 0.0 if p.distribution == "bernoulli" else p.value for n, p in parameters.items()}
