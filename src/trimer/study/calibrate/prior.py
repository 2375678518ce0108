"""What is known of a free parameter before calibration, and the normal space in which calibration works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.errors import InputError
from trimer.study.draws import uniforms

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

# Each scale: there, back, and the open range of what it takes.
SCALES: dict[str, tuple[Function, Function, float, float]] = {
    "linear": (lambda x: x, lambda s: s, -np.inf, np.inf),
    "log": (np.log, np.exp, 0.0, np.inf),
    "logit": (lambda x: np.log(x) - np.log1p(-x), lambda s: 1.0 / (1.0 + np.exp(-s)), 0.0, 1.0),
}


def to_scale(scale: str, values: ArrayLike) -> Array:
    """Return natural values on ``"linear"``, ``"log"`` or ``"logit"`` scale, NaN where the scale has no place for one.

    Parameters
    ----------
    scale : str
    values : array, any shape

    Returns
    -------
    array, same shape
    """
    there, _, low, high = SCALES[scale]
    x = np.asarray(values, dtype=float)
    inside = (x > low) & (x < high)
    return np.where(inside, there(np.where(inside, x, 0.5)), np.nan)


def from_scale(scale: str, values: ArrayLike) -> Array:
    """Return natural values from values on a scale; the inverse of :func:`to_scale`."""
    return SCALES[scale][1](np.asarray(values, dtype=float))


def known_scale(where: str, scale: str) -> None:
    """Refuse a scale that does not exist.

    Raises
    ------
    InputError
    """
    if scale not in SCALES:
        raise InputError(where, f"scale {scale!r}", f"one of {', '.join(SCALES)}")


@dataclass(frozen=True)
class Free:
    """Hold one population parameter to be calibrated: normal about ``middle`` on ``scale``.

    The bounds say where the model may be evaluated, not how likely a value is: a value beyond one is set to it when it
    is asked for, and the normal space stays unbounded, so that an update that is linear there stays so.

    Attributes
    ----------
    name : str
    low, high : float
        Bounds, in the parameter's own unit.
    middle : float
        Median before calibration, in the parameter's own unit.
    sd : float
        Standard deviation on the scale: 0.5 on ``"log"`` is a factor of 1.65.
    scale : str
        ``"log"``, ``"logit"`` (of a share between 0 and 1) or ``"linear"``.

    Raises
    ------
    InputError
        When the scale is unknown, the bounds do not lie on it, the middle not between them, or the spread is not
        positive.
    """

    name: str
    low: float
    high: float
    middle: float
    sd: float
    scale: str = "log"

    def __post_init__(self) -> None:
        where = f"prior of {self.name}"
        known_scale(where, self.scale)
        _, _, least, most = SCALES[self.scale]
        if not (least < self.low < self.middle < self.high < most):
            found = f"{self.low:g} to {self.high:g} about {self.middle:g}"
            expected = f"low < middle < high, all between {least:g} and {most:g} on {self.scale} scale"
            raise InputError(where, found, expected)
        if not self.sd > 0.0:
            raise InputError(where, f"sd {self.sd:g}", "a positive standard deviation", "Leave a known value out.")


def distinct(where: str, names: Sequence[str]) -> None:
    """Refuse names that stand twice: each keys a stream of random numbers of its own.

    Raises
    ------
    InputError
    """
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise InputError(where, f"twice: {', '.join(twice)}", "each name once")


def normals(name: str, seed: int, count: int) -> Array:
    """Return standard normal numbers, a function of (seed, name, position) alone.

    Parameters
    ----------
    name : str
        Stream; the prefix keeps it apart from the patients' streams of the same seed.
    seed, count : int

    Returns
    -------
    array, shape (count,)
    """
    from scipy.special import ndtri  # takes longer to load than the package

    return np.asarray(ndtri(uniforms(f"calibration: {name}", seed, 0, count)), dtype=float)


def sample(prior: Sequence[Free], members: int, seed: int) -> Array:
    """Return members drawn from the prior, in normal space: each column standard normal.

    Member *i*'s value of a parameter depends on (seed, name, *i*) alone: more members, or another parameter beside,
    leave it as it is.

    Parameters
    ----------
    prior : sequence of Free
    members, seed : int

    Returns
    -------
    array, shape (members, n_parameters)

    Raises
    ------
    InputError
        When a parameter stands twice.
    """
    distinct("prior", [f.name for f in prior])
    return np.stack([normals(f.name, seed, members) for f in prior], axis=1)


def from_normal(prior: Sequence[Free], z: ArrayLike) -> Array:
    """Return natural values from normal space, held within each parameter's bounds.

    Parameters
    ----------
    prior : sequence of Free
    z : array, shape (..., n_parameters)
        Standard deviations from the prior's middle, on each parameter's scale.

    Returns
    -------
    array, same shape, each parameter in its own unit
    """
    columns = np.moveaxis(np.asarray(z, dtype=float), -1, 0)
    made = [
        np.clip(from_scale(f.scale, to_scale(f.scale, f.middle) + f.sd * c), f.low, f.high)
        for f, c in zip(prior, columns, strict=True)
    ]
    return np.stack(made, axis=-1)


def to_normal(prior: Sequence[Free], values: ArrayLike) -> Array:
    """Return normal space from natural values: the inverse of :func:`from_normal` within the bounds.

    Parameters
    ----------
    prior : sequence of Free
    values : array, shape (..., n_parameters)

    Returns
    -------
    array, same shape; NaN where a value does not lie on its parameter's scale
    """
    columns = np.moveaxis(np.asarray(values, dtype=float), -1, 0)
    made = [(to_scale(f.scale, c) - to_scale(f.scale, f.middle)) / f.sd for f, c in zip(prior, columns, strict=True)]
    return np.stack(made, axis=-1)
