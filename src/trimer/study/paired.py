"""Outcomes with their 90 % intervals, and differences between two plans in the same subjects.

What an interval means depends on what the spread between subjects is.

Posterior draws of one patient: the spread is what is not known of that patient. A number has the 5th, 50th and 95th
percentile of the draws, and so has its difference between two plans, taken draw by draw. A share of draws is itself a
probability; its interval says only how exactly so many draws give it (exact limits at the effective number of draws).

Virtual patients of a population: the spread is how patients differ, so that means and shares are told with the error
of so many patients. Patients who share a draw of the calibration are resampled together, as whole groups (Davison and
Hinkley 1997, Bootstrap Methods and their Application, section 3.8, recalled): resampling within groups as well would
count the spread within them twice. This is the error of the mean over the calibration's draws; it shrinks with more
patients, whereas what the calibration leaves unknown of that mean does not, and is not in it.

Rare events are where resampling fails: what no subject had it can never find. Shares therefore have exact limits
(Clopper and Pearson 1934), at the effective number of patients where groups differ (Korn and Graubard 1998, Surv
Methodol 24:193-201, recalled), and a difference of shares the wider of the bootstrap's limits and those of the score
for paired proportions (Tango 1998, Stat Med 17:891-908, recalled), which does as McNemar's test says.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trimer.binomial import exact_limits
from trimer.errors import InputError
from trimer.library.load_calibration import calibrated
from trimer.study.outcomes import Outcomes
from trimer.study.outcomes_table import OUTCOMES, Kind
from trimer.study.subjects import Subjects

Array = NDArray[np.float64]
Groups = NDArray[np.int64]
Shown = Literal["higher", "lower", "not shown to differ"]

LEVEL = 0.90
TAIL = (1.0 - LEVEL) / 2.0
RESAMPLES = 2000
CALIBRATION = "adult_ball"
FEWEST = 2  # subjects (or groups) of whom a number has a spread
UNKNOWN = "not known"
_UNITS = {"Cel": "°C", "ug": "µg", "1e6/L": "×10⁶/L", "day": "days"}


@dataclass(frozen=True)
class Estimated:
    """Hold an estimate with its 90 % interval; as text it never stands without it.

    Attributes
    ----------
    value, low, high : float
        Shares as fractions of 1, everything else in its unit; NaN where it is not known.
    n : int
        Subjects of whom it is known (in both plans, for a difference).
    kind : {"share", "number", "day"}
    unit : str
    difference : bool
        Whether it is a difference; then it is written with its sign, and of shares in percentage points.
    method : str
        How the interval was made.
    """

    value: float
    low: float
    high: float
    n: int
    kind: Kind = "number"
    unit: str = ""
    difference: bool = False
    method: str = ""

    @property
    def known(self) -> bool:
        """Whether there is anything to say."""
        return math.isfinite(self.value) and not math.isnan(self.low) and not math.isnan(self.high)

    @property
    def shown(self) -> Shown:
        """What the interval allows to say of a difference: 0 outside it, and on which side, or not."""
        if self.known and self.low > 0.0:
            return "higher"
        return "lower" if self.known and self.high < 0.0 else "not shown to differ"

    def __str__(self) -> str:
        """Return it as printed: ``46 (41 to 51) %``, ``+4 (−2 to +9) points``."""
        return format(self)

    def __format__(self, spec: str) -> str:
        """Return it with its interval and unit; ``bare``: without the unit; ``word``: what is shown, no number.

        Raises
        ------
        ValueError
            For any other specification: there is none that writes the value alone.
        """
        if spec == "word":
            return self.shown
        if spec not in ("", "bare"):
            raise ValueError(f'"{spec}": an estimate is written with its interval; use "", "bare" or "word"')
        if not self.known:
            return UNKNOWN
        scale = 100.0 if self.kind == "share" else 1.0
        value, low, high = written([scale * x for x in (self.value, self.low, self.high)], signed=self.difference)
        unit = "" if spec == "bare" else self.written_unit
        return f"{value} ({low} to {high}) {unit}".strip()

    @property
    def written_unit(self) -> str:
        """The unit as printed: shares in per cent; differences of what is in per cent, in points."""
        if self.kind == "share" or self.unit == "%":
            return "points" if self.difference else "%"
        return _UNITS.get(self.unit, self.unit)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; what is not known is None."""
        value, low, high = (x if math.isfinite(x) else None for x in (self.value, self.low, self.high))
        found: dict[str, Any] = {
            "value": value, "low": low, "high": high, "level": LEVEL, "n": self.n, "unit": self.unit, "kind": self.kind,
            "method": self.method,
        }  # fmt: skip
        return found | ({"shown": self.shown} if self.difference else {})


def estimate(
    found: Outcomes, key: str, subjects: Subjects, *, effective: float | None = None, draws: int | None = None
) -> Estimated:
    """Return an outcome of subjects under a plan, with its 90 % interval.

    Parameters
    ----------
    found : Outcomes
    key : str
        Of :data:`trimer.study.outcomes.OUTCOMES`. Subjects of whom it is not known are left out.
    subjects : Subjects
        Those of ``found``: their origin says what the interval means.
    effective : float, optional
        Effective number of posterior draws; default: all of them are independent.
    draws : int, optional
        Draws of the population's calibration; default: those of the one that is shipped. Any number is right for
        patients who share no draw.

    Returns
    -------
    Estimated
        A share; the median over draws; or the mean over virtual patients.

    Raises
    ------
    InputError
        When there is no such outcome, or the subjects are others.
    """
    x, kind, unit = _values(found, key, subjects), OUTCOMES[key].kind, OUTCOMES[key].unit
    known = np.isfinite(x)
    n = int(known.sum())
    posterior = subjects.origin == "posterior"
    if n == 0 or (n < FEWEST and kind != "share"):
        return Estimated(math.nan, math.nan, math.nan, n, kind, unit)
    x, groups = x[known], group_of(subjects, draws)[known]
    if kind == "share":
        share = float(x.mean())
        size = _effective(n, effective) if posterior else _survey_size(x, groups)
        method = "share of draws, exact limits" if posterior else "exact limits at the effective number of patients"
        return Estimated(share, *_exact(share, size), n, kind, unit, method=method)
    if posterior:
        return Estimated(*_quantiles(x), n, kind, unit, method="median and 5 to 95 % of draws")
    limits = _bootstrap(x, groups, subjects.seed)
    return Estimated(float(x.mean()), *limits, n, kind, unit, method="mean, bootstrap over patients")


def difference(
    first: Outcomes,
    second: Outcomes,
    key: str,
    subjects: Subjects,
    *,
    effective: float | None = None,
    draws: int | None = None,
) -> Estimated:
    """Return how much higher an outcome is under the first plan than under the second, subject by subject.

    Of an outcome that not everybody has, such as the day of relapse, it is the difference in those who have it under
    both plans, which need not be the difference of the two estimates.

    Parameters
    ----------
    first, second : Outcomes
        Of the same subjects.
    key, subjects, effective, draws
        See :func:`estimate`.

    Returns
    -------
    Estimated
        The difference of shares; the median over draws of the difference; or its mean over virtual patients. Exactly
        0 with limits of 0 where the two plans do the same to everybody.

    Raises
    ------
    InputError
        As :func:`estimate`.
    """
    a, b = _values(first, key, subjects), _values(second, key, subjects)
    kind, unit = OUTCOMES[key].kind, OUTCOMES[key].unit
    known = np.isfinite(a) & np.isfinite(b)
    n = int(known.sum())
    if n < FEWEST:
        return Estimated(math.nan, math.nan, math.nan, n, kind, unit, difference=True)
    if same(first, second):
        return Estimated(0.0, 0.0, 0.0, n, kind, unit, difference=True, method="the same in every subject")
    d = (a - b)[known]
    if kind == "share":
        size = _effective(n, effective) if subjects.origin == "posterior" else n
        groups = np.arange(n) if subjects.origin == "posterior" else group_of(subjects, draws)[known]
        low, high = _share_difference(d, groups, size, subjects.seed)
        method = "paired: the wider of bootstrap and score limits"
        return Estimated(float(d.mean()), low, high, n, kind, unit, difference=True, method=method)
    if subjects.origin == "posterior":
        method = "paired: median and 5 to 95 % of draws"
        return Estimated(*_quantiles(d), n, kind, unit, difference=True, method=method)
    limits = _bootstrap(d, group_of(subjects, draws)[known], subjects.seed)
    method = "paired: mean, bootstrap over patients"
    return Estimated(float(d.mean()), *limits, n, kind, unit, difference=True, method=method)


def same(first: Outcomes, second: Outcomes) -> bool:
    """Return whether two plans did the same to every subject, in every outcome."""
    return all(np.array_equal(x, second.values[name], equal_nan=True) for name, x in first.values.items())


def group_of(subjects: Subjects, draws: int | None = None) -> Groups:
    """Return which draw of the calibration each virtual patient uses, shape (n,): his number modulo their count."""
    if draws is None:
        draws = len(next(iter(calibrated(CALIBRATION).values())))
    found: Groups = subjects.numbers % max(draws, 1)
    return found


def written(values: list[float], *, signed: bool = False) -> list[str]:
    """Return a value and its limits with as many decimals as the interval's width deserves (two figures of it)."""
    width, size = abs(values[2] - values[1]), max(map(abs, values))
    if width == 0.0 and all(x == round(x) for x in values):
        return [_sign(f"{abs(x):,.0f}", x, signed) for x in values]
    width = width if width > 1e-3 * size else 0.1 * size  # of what hardly varies, three figures
    if width < 1e-3:
        return [_sign(f"{abs(x):.1e}", x, signed) for x in values]
    decimals = min(max(1 - math.floor(math.log10(width)), 0), 4)
    return [_sign(f"{abs(x):,.{decimals}f}", x, signed) for x in values]


def _sign(shown: str, x: float, signed: bool) -> str:
    if not float(shown.replace(",", "")):
        return shown
    return f"{'−' if x < 0.0 else '+' if signed else ''}{shown}"


def _values(found: Outcomes, key: str, subjects: Subjects) -> Array:
    if key not in OUTCOMES or key not in found.values:
        near = difflib.get_close_matches(key, found.values, n=1)
        hint = f"Nearest: {near[0]}." if near else ""
        raise InputError("outcome", f'"{key}"', f"one of {', '.join(found.values)}", hint)
    x = found.values[key]
    if len(x) != len(subjects):
        raise InputError("subjects", f"{len(x)} under {found.treatment}", f"the same {len(subjects)} under every plan")
    return x


def _effective(n: int, effective: float | None) -> int:
    """Return how many independent draws these are worth, at least one."""
    return n if effective is None else max(1, min(n, int(effective)))


def _survey_size(x: Array, groups: Groups) -> int:
    """Return how many independent patients these are worth for their share (Korn and Graubard 1998)."""
    share, n = float(x.mean()), len(x)
    totals, sizes = _sums(x, groups)
    if len(sizes) < FEWEST or share in (0.0, 1.0):
        return n
    variance = len(sizes) / (len(sizes) - 1.0) * float(((totals - share * sizes) ** 2).sum()) / n**2
    return n if variance == 0.0 else max(1, min(n, int(round(share * (1.0 - share) / variance, 6))))


def _exact(share: float, size: int) -> tuple[float, float]:
    """Return exact limits of a share at an effective number; events that are no whole number are rounded outwards."""
    events = round(share * size, 9)
    low, _ = exact_limits(math.floor(events), size, LEVEL)
    _, high = exact_limits(math.ceil(events), size, LEVEL)
    return float(low), float(high)


def _quantiles(x: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(x, [TAIL, 0.5, 1.0 - TAIL])
    return float(middle), float(low), float(high)


def _sums(x: Array, groups: Groups) -> tuple[Array, Array]:
    """Return the total and the size of every group that has anybody."""
    _, at = np.unique(groups, return_inverse=True)
    return np.asarray(np.bincount(at, weights=x), dtype=float), np.bincount(at).astype(float)


@lru_cache(maxsize=8)
def _weights(groups: int, taken: int, seed: int) -> Array:
    """Return how often each group is in each resample, shape (RESAMPLES, groups)."""
    stream = np.random.default_rng([seed, groups, taken])
    return stream.multinomial(taken, np.full(groups, 1.0 / groups), size=RESAMPLES).astype(float)


def _bootstrap(x: Array, groups: Groups, seed: int, taken: int | None = None) -> tuple[float, float]:
    """Return percentile limits of a mean, groups resampled whole; wider for few groups, as Student's t is.

    The percentiles are those of Hesterberg's expanded interval (2015, Am Stat 69:371-386, recalled): a bootstrap of
    *n* has a variance too small by (n - 1)/n, and takes it as known.

    Parameters
    ----------
    x : array, shape (n,)
    groups : array of int, shape (n,)
    seed : int
    taken : int, optional
        Groups in a resample: fewer than there are where these are not independent.
    """
    from scipy.special import ndtr, stdtrit

    totals, sizes = _sums(x, groups)
    count = len(sizes)
    if count < FEWEST:
        return -math.inf, math.inf
    weights = _weights(count, taken or count, seed)
    means = (weights @ totals) / (weights @ sizes)
    tail = float(ndtr(math.sqrt(count / (count - 1.0)) * stdtrit(count - 1, TAIL)))
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return float(low), float(high)


def _share_difference(d: Array, groups: Groups, size: int, seed: int) -> tuple[float, float]:
    """Return limits of a difference of shares from the differences (1, 0 or -1) of subjects: the wider of two."""
    n = len(d)
    taken = size if size < n else None
    boot = _bootstrap(d, groups, seed, taken)
    part = size / n
    score = score_limits(part * float((d > 0.0).sum()), part * float((d < 0.0).sum()), part * n)
    return min(boot[0], score[0]), max(boot[1], score[1])


def score_limits(more: float, less: float, n: float) -> tuple[float, float]:
    """Return the score limits of a difference of paired proportions (Tango 1998, Stat Med 17:891-908, recalled).

    Parameters
    ----------
    more, less : float
        Pairs with the event under the first plan alone, and under the second alone.
    n : float
        All pairs.

    Returns
    -------
    low, high : float
        0 is outside exactly when McNemar's test (asymptotic, no correction) says so at this level. Without a
        discordant pair they are -z²/(n + z²) and z²/(n + z²).
    """
    from scipy.special import ndtri

    z = -float(ndtri(TAIL))
    low = _crossing(lambda d: _score(d, more, less, n) - z)
    high = _crossing(lambda d: _score(d, more, less, n) + z)
    return low, high


def _score(delta: float, more: float, less: float, n: float) -> float:
    """Return Tango's statistic; it falls as the difference supposed, ``delta``, rises."""
    a, b, c = 2.0 * n, -more - less + (2.0 * n - more + less) * delta, -less * delta * (1.0 - delta)
    rare = (math.sqrt(max(b * b - 4.0 * a * c, 0.0)) - b) / (2.0 * a)
    gap, variance = more - less - n * delta, n * (2.0 * rare + delta * (1.0 - delta))
    return 0.0 if gap == 0.0 else gap / math.sqrt(variance) if variance > 0.0 else math.copysign(math.inf, gap)


def _crossing(falls: Callable[[float], float]) -> float:
    """Return where a falling function of a difference of shares crosses zero, by bisection."""
    low, high = -1.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if falls(middle) > 0.0 else (low, middle)
    return (low + high) / 2.0
