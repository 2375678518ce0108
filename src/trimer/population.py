"""A population of patients: covariates with their distributions, what they do to parameters, and correlations.

A library file states one (:mod:`trimer.library.load_population`); :mod:`trimer.study.population` draws from it. Bounds
of eligibility or of a stratum narrow a covariate's distribution, so that every draw is a patient who is in: nobody is
drawn and thrown away, and patient *i* stays the same patient.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.parameters import Kind, Parameter

Shape = Literal["normal", "lognormal", "classes", "categories"]
Array = NDArray[np.float64]
Bounds = tuple[float, float]
EVERYWHERE: Bounds = (-np.inf, np.inf)


@dataclass(frozen=True)
class Class:
    """Hold one class of a covariate: ``share`` of patients lie evenly between ``low`` and ``high``.

    Of a category, ``low`` and ``high`` are its number.
    """

    low: float
    high: float
    share: float


@dataclass(frozen=True)
class Covariate:
    """Hold how one property is distributed over patients at entry.

    Attributes
    ----------
    name, unit : str
    shape : {"normal", "lognormal", "classes", "categories"}
    centre, spread : tuple of float
        Of ``normal``: mean and standard deviation; of ``lognormal``: median and standard deviation of the logarithm.
        One value, or two for patients whose ``by`` is 0 and 1.
    low, high : float
        Where ``normal`` and ``lognormal`` are cut off.
    classes : tuple of Class
        Of ``classes`` and ``categories``, in rising order.
    logarithmic : bool
        Whether patients lie evenly on the logarithm within each class.
    by : str
        Covariate of 0 and 1 on which centre and spread depend; empty for none.
    kind, source, where, note : str
    """

    name: str
    unit: str
    shape: Shape
    centre: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    low: float = -np.inf
    high: float = np.inf
    classes: tuple[Class, ...] = ()
    logarithmic: bool = False
    by: str = ""
    kind: Kind = "assumed"
    source: str = "trimer"
    where: str = ""
    note: str = ""

    def quantile(self, u: Array, group: Array | None = None, within: Bounds = EVERYWHERE) -> Array:
        """Return the values at the quantiles ``u`` of the distribution narrowed to ``within``.

        Parameters
        ----------
        u : array, shape (n,)
            Uniform numbers in (0, 1).
        group : array, shape (n,), optional
            Values of ``by``, 0 or 1.
        within : (low, high)
            Both included.

        Raises
        ------
        InputError
            When nobody lies within.
        """
        if self.shape in ("classes", "categories"):
            return self._of_classes(u, within)
        from scipy.special import ndtr, ndtri

        which = np.zeros(len(u), dtype=int) if group is None or len(self.centre) == 1 else group.astype(int)
        centre, spread = np.array(self.centre)[which], np.array(self.spread)[which]
        low, high = max(self.low, within[0]), min(self.high, within[1])
        if self.shape == "lognormal":
            centre, low, high = np.log(centre), np.log(max(low, 0.0) or 1e-300), np.log(high)
        if not low < high:
            raise self._nobody(within)
        start, end = ndtr((low - centre) / spread), ndtr((high - centre) / spread)
        z = centre + spread * ndtri(start + u * (end - start))
        found: Array = np.clip(z, low, high)
        return np.exp(found) if self.shape == "lognormal" else found

    def _of_classes(self, u: Array, within: Bounds) -> Array:
        """Return values of classes or categories, each class cut to the bounds and its share with it."""
        rows = []
        for item in self.classes:
            low, high = max(item.low, within[0]), min(item.high, within[1])
            if low > high or (low == high and item.low < item.high):
                continue
            width = self._width(item.low, item.high)
            rows.append((low, high, item.share * (self._width(low, high) / width if width else 1.0)))
        if not rows or not sum(share for _, _, share in rows) > 0.0:
            raise self._nobody(within)
        shares = np.array([share for _, _, share in rows])
        ends = np.cumsum(shares / shares.sum())
        k = np.minimum(np.searchsorted(ends, u, side="right"), len(rows) - 1)
        inside = np.clip((u - (ends[k] - shares[k] / shares.sum())) / (shares[k] / shares.sum()), 0.0, 1.0)
        low, high = np.array([r[0] for r in rows])[k], np.array([r[1] for r in rows])[k]
        if self.logarithmic:
            found: Array = low * (high / low) ** inside
            return found
        return low + (high - low) * inside

    def _width(self, low: float, high: float) -> float:
        return float(np.log(high / low)) if self.logarithmic else high - low

    def _nobody(self, within: Bounds) -> InputError:
        return InputError(self.name, f"{within[0]:g} to {within[1]:g} {self.unit}", "bounds that some patient meets")


@dataclass(frozen=True)
class Effect:
    """Hold what a covariate does to a parameter.

    The parameter is multiplied by ``exp(slope * (x - reference))``, or by ``(x / reference) ** slope`` when ``power``.
    """

    parameter: str
    covariate: str
    slope: float
    reference: float
    power: bool = False
    kind: Kind = "assumed"
    source: str = "trimer"
    where: str = ""
    note: str = ""

    def factor(self, x: Array) -> Array:
        """Return what the parameter is multiplied by, shape as ``x``."""
        found: Array = (x / self.reference) ** self.slope if self.power else np.exp(self.slope * (x - self.reference))
        return found


@dataclass(frozen=True)
class Correlation:
    """Hold the correlation ``r`` between two parameters, on the scale on which each is normal."""

    first: str
    second: str
    r: float
    kind: Kind = "assumed"
    source: str = "trimer"
    where: str = ""
    note: str = ""


@dataclass(frozen=True)
class Population:
    """Hold a population.

    Attributes
    ----------
    name, label, source, where, note : str
    calibration : str
        Name of the calibrated distribution of population parameters that goes with it; empty for none.
    burden : str
        Covariate whose value the untreated disease is grown to before entry: ``"marrow_blast_percent"`` or
        ``"mrd_marrow"``.
    covariates : dict of str to Covariate
    parameters : dict of str to Parameter
        Typical values and spreads that differ from the model's.
    effects : tuple of Effect
    correlations : tuple of Correlation
    """

    name: str
    label: str
    burden: str
    covariates: dict[str, Covariate]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    calibration: str = ""
    source: str = ""
    where: str = ""
    note: str = ""

    def sources(self) -> tuple[str, ...]:
        """Return the citation keys used, sorted."""
        items = (*self.covariates.values(), *self.parameters.values(), *self.effects, *self.correlations)
        return tuple(sorted({self.source, *(item.source for item in items)} - {"", "trimer"}))
