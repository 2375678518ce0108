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
        from scipy.special import ndtri

        low, high = max(self.low, within[0]), min(self.high, within[1])
        if not low < high:
            raise self._nobody(within)
        centre, spread = self._normal(group)
        start, end = self._below(low, group), self._below(high, group)
        if not np.all(start < end):
            raise self._nobody(within)
        z = centre + spread * ndtri(start + u * (end - start))
        return np.clip(np.exp(z) if self.shape == "lognormal" else z, low, high)

    def share(self, within: Bounds, group: Array | None = None) -> Array:
        """Return the part of patients who lie within bounds, of each group.

        Parameters
        ----------
        within : (low, high)
            Both included.
        group : array, shape (n,), optional
            Values of ``by``, 0 or 1.

        Returns
        -------
        array, shape (n,), or a scalar without ``group``
        """
        if self.classes:
            return np.asarray(sum(self._cut(within)) / sum(item.share for item in self.classes))
        low, high = max(self.low, within[0]), min(self.high, within[1])
        if not low < high:
            return np.zeros(1 if group is None else len(group)).squeeze()
        part = self._below(high, group) - self._below(low, group)
        whole = self._below(self.high, group) - self._below(self.low, group)
        return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0.0).squeeze()

    def class_shares(self, within: Bounds = EVERYWHERE) -> tuple[float, ...]:
        """Return the share of each class among patients within bounds; they add to 1.

        Raises
        ------
        InputError
            When nobody lies within.
        """
        cut = self._cut(within)
        if not sum(cut) > 0.0:
            raise self._nobody(within)
        return tuple(share / sum(cut) for share in cut)

    def _normal(self, group: Array | None) -> tuple[Array, Array]:
        """Return mean and standard deviation of each patient, on the scale on which they are normal."""
        which = np.zeros(1, dtype=int) if group is None or len(self.centre) == 1 else group.astype(int)
        centre, spread = np.array(self.centre)[which], np.array(self.spread)[which]
        return (np.log(centre), spread) if self.shape == "lognormal" else (centre, spread)

    def _below(self, x: float, group: Array | None) -> Array:
        """Return the part of patients below a value, were the distribution not cut off."""
        from scipy.special import ndtr

        centre, spread = self._normal(group)
        z = (np.log(x) if x > 0.0 else -np.inf) if self.shape == "lognormal" else x
        return np.asarray(ndtr((z - centre) / spread))

    def _cut(self, within: Bounds) -> tuple[float, ...]:
        """Return the share of each class that lies within bounds."""
        found = []
        for item in self.classes:
            low, high = self._ends(item, within)
            width = self._width(item.low, item.high) if item.low < item.high else 0.0
            part = self._width(low, high) / width if width and low < high else float(low <= high and not width)
            found.append(item.share * part)
        return tuple(found)

    def _ends(self, item: Class, within: Bounds) -> Bounds:
        return max(item.low, within[0]), min(item.high, within[1])

    def _of_classes(self, u: Array, within: Bounds) -> Array:
        """Return values of classes or categories, each class cut to the bounds and its share with it."""
        kept = [(*self._ends(c, within), s) for c, s in zip(self.classes, self.class_shares(within), strict=True) if s]
        low, high, shares = np.array(kept).T
        ends = np.cumsum(shares)
        k = np.minimum(np.searchsorted(ends, u, side="right"), len(kept) - 1)
        inside = np.clip((u - (ends[k] - shares[k])) / shares[k], 0.0, 1.0)
        low, high = low[k], high[k]
        found: Array = low * (high / low) ** inside if self.logarithmic else low + (high - low) * inside
        return found

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
    settles : tuple of str
        Parameters whose value here stands whatever the calibration says: those that make these patients others than
        the ones it was fitted to.
    """

    name: str
    label: str
    burden: str
    covariates: dict[str, Covariate]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    settles: tuple[str, ...] = ()
    calibration: str = ""
    source: str = ""
    where: str = ""
    note: str = ""

    def sources(self) -> tuple[str, ...]:
        """Return the citation keys used, sorted."""
        items: list[Covariate | Parameter | Effect | Correlation] = [*self.covariates.values()]
        items += [*self.parameters.values(), *self.effects, *self.correlations]
        return tuple(sorted({self.source, *(item.source for item in items)} - {"", "trimer"}))
