"""What people are shown of a twin: what the record taught, bands of the course before and after it, walkers' paths."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from trimer.study.likelihood import ERRORS
from trimer.study.population.patients import values_of
from trimer.study.twin import predict
from trimer.study.twin.forecast import Row
from trimer.study.twin.posterior import QUANTILES, Mixing
from trimer.study.twin.run import Twin
from trimer.study.twin.segment import first_engager

Array = NDArray[np.float64]
SHIFTED, NARROWED = 0.25, 0.1
"""Of a prior's standard deviation: a smaller shift of the mean and a smaller loss of spread are no more than the Monte
Carlo error of a fit that just passes (400 effective draws: 0.05 and 0.035) with a margin."""
DRAWS = 400  # courses simulated for a band
PRIOR = 11  # of the population's draws, beside the seed
CLOSE, CLOSELY = 14.0, 0.25  # days from the first engager shown closely, and how closely
MOST = 4096  # draws simulated for paths
NINETY = float(ndtri(QUANTILES[-1]))
SHOWN = ("marrow_blast_percent", "platelets", "anc", "temperature")


@dataclass(frozen=True)
class Learned:
    """Hold what a record taught of one parameter.

    Attributes
    ----------
    name, unit : str
    prior, posterior : tuple of float
        5, 50 and 95 %; of what is there or not, its probability three times.
    shift : float
        Of the mean, in standard deviations of the prior, on the scale on which that is normal.
    shrinkage : float
        One less the posterior's standard deviation over the prior's, on that scale.
    mixing : Mixing
    """

    name: str
    unit: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    shift: float
    shrinkage: float
    mixing: Mixing

    @property
    def gain(self) -> float:
        """Information gained in bits: the divergence of two normals with these means and spreads."""
        sd = max(1.0 - self.shrinkage, 1e-6)
        return 0.5 * (sd**2 + self.shift**2 - 1.0 - 2.0 * math.log(sd)) / math.log(2.0)

    @property
    def moved(self) -> bool:
        """Whether it moved by more than the sampler's own error."""
        return abs(self.shift) > SHIFTED or self.shrinkage > NARROWED


def learned(twin: Twin) -> tuple[Learned, ...]:
    """Return what the record taught of every parameter, most first."""
    prior, z = twin.segment.prior, twin.posterior.z
    normal, columns = z @ prior.factor.T, prior.columns(z)
    ends = np.array([-NINETY, 0.0, NINETY])
    found = []
    for k, name in enumerate(prior.names):
        item = prior.items[name]
        before = values_of(item, np.full(3, item.value), np.full(3, item.spread), ends)
        after = np.quantile(columns[name], QUANTILES)
        if item.distribution == "bernoulli":
            before, after = np.full(3, item.value), np.full(3, columns[name].mean())
        found.append(
            Learned(
                name=name,
                unit=item.unit,
                prior=_triple(before),
                posterior=_triple(after),
                shift=float(normal[:, k].mean()),
                shrinkage=1.0 - float(normal[:, k].std()),
                mixing=twin.parameters[name],
            )
        )
    return tuple(sorted(found, key=lambda item: -item.gain))


def _triple(values: Array) -> tuple[float, float, float]:
    low, middle, high = (float(x) for x in values)
    return low, middle, high


@dataclass(frozen=True)
class Bands:
    """Hold 5, 50 and 95 % of the course under the treatment as recorded.

    Attributes
    ----------
    days : array, shape (n_times,)
        From the record's origin.
    posterior, prior : dict of str to array, shape (3, n_times)
        By observable: of the twin, and of patients of its population given the same.
    close : tuple of float
        First and last of the days around the first engager that are read closely.
    """

    days: Array
    posterior: dict[str, Array]
    prior: dict[str, Array]
    close: tuple[float, float]


def bands(twin: Twin, end: float | None = None, draws: int = DRAWS, threads: int | None = None) -> Bands:
    """Return bands of everything observed, and of what is always shown.

    Parameters
    ----------
    twin : Twin
    end : float, optional
        Last day, from the record's origin; default: the record's.
    draws : int
        Courses simulated for each band.
    threads : int, optional
    """
    segment = twin.segment
    first = first_engager(segment.setting)
    last = segment.setting.end if end is None else end
    close = (first - 1.0, min(first + CLOSE, last))
    days = np.unique(np.concatenate([np.arange(segment.assembly.start + 1.0, last), np.arange(*close, CLOSELY)]))
    outputs = tuple(dict.fromkeys([*SHOWN, *(d.observable for d in segment.data)]))
    random = np.random.default_rng([int(twin.provenance.get("seed", 0)), PRIOR])
    anybody = random.standard_normal((draws, len(segment.prior.names)))
    found = []
    for z in (twin.posterior.draws(min(draws, len(twin.posterior))), anybody):
        courses = predict.courses(segment, z, days, outputs, threads)
        at = np.searchsorted(courses.times, days - 1e-9)
        found.append({name: np.nanquantile(courses.values[name][:, at], QUANTILES, axis=0) for name in outputs})
    return Bands(days, found[0], found[1], close)


def error_limits(row: Row, error_scale: float) -> tuple[float, float]:
    """Return the limits of 90 % of the measurement error around a recorded value; an interval's own ends.

    Parameters
    ----------
    row : Row
    error_scale : float
        See :func:`trimer.study.twin.run.fit`.
    """
    if row.low != row.high:
        return row.low, row.high
    error = ERRORS[row.observable]
    reach = NINETY * error.sd * error_scale
    if error.scale == "linear":
        return row.low - reach, row.low + reach
    if error.scale == "log":
        return row.low * math.exp(-reach), row.low * math.exp(reach)
    share = min(max(row.low / 100.0, error.floor), 1.0 - error.floor)
    odds = share / (1.0 - share)
    low, high = (100.0 * odds * f / (1.0 + odds * f) for f in (math.exp(-reach), math.exp(reach)))
    return low, high


def worst(twin: Twin, count: int) -> dict[str, Mixing]:
    """Return the reported quantities on which walkers agree least, the worst first; what is not known comes first."""
    order = sorted(twin.reported.items(), key=lambda item: -item[1].rhat if math.isfinite(item[1].rhat) else -math.inf)
    return dict(order[:count])


def paths(twin: Twin, count: int = 6, threads: int | None = None) -> dict[str, Array]:
    """Return the walkers' values of the quantities that mix worst, each of shape (n_walkers, n_kept)."""
    known = predict.quantities(twin.segment)
    asked = {name: known[name] for name in worst(twin, count) if name in known}
    return predict.paths(twin.segment, twin.posterior.thinned(MOST), asked, threads) if asked else {}
