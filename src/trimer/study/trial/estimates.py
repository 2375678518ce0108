"""Estimates of a trial's endpoints with their 95 % intervals: shares, times to an event, ratios.

What is computed for hundreds of replicate trials (`median_time`, `survival_at`, `hazard_ratio`) is plain NumPy;
lifelines draws the curves with their intervals, and is what the plain functions are tested against. A time that was
not reached is NaN, as value and as a limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.binomial import exact_limits

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

Z = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval
_HALF = 0.5 + 1e-12  # a product of fractions that is a half in exact arithmetic may come out a rounding above it


@dataclass(frozen=True)
class Estimate:
    """Hold one estimate.

    Attributes
    ----------
    key, label, group : str
        Endpoint, its name in words, and the patients counted; empty until a summary names them.
    kind : {"proportion", "time", "ratio", "mean", "odds ratio"}
    value, low, high : float
        Point and 95 % interval. NaN: a time not reached, or not estimable.
    n, events : int
        Patients counted, and those with the event.
    unit : str
        Unit of the three numbers; empty for proportions and ratios.
    """

    key: str
    label: str
    group: str
    kind: str
    value: float
    low: float
    high: float
    n: int
    events: int
    unit: str


@dataclass(frozen=True)
class Curve:
    """Hold a step function of time with its 95 % band; each step holds from its time on.

    Attributes
    ----------
    times : array, shape (m,)
        Months, ascending, the first 0.
    value, low, high : array, shape (m,)
    occurred : array of int, shape (m,)
        Events so far.
    n : int
        Patients at the start.
    last : float
        Time of the last patient seen.
    """

    times: Floats
    value: Floats
    low: Floats
    high: Floats
    occurred: NDArray[np.int64]
    n: int
    last: float

    def at(self, time: float) -> Estimate:
        """Return the proportion at a time, NaN beyond follow-up (see `survival_at`)."""
        step = int(np.searchsorted(self.times, time, side="right")) - 1
        known = _followed(self.last, float(self.value[-1]), time)
        value, low, high = (float(a[step]) if known else math.nan for a in (self.value, self.low, self.high))
        return Estimate("", "", "", "proportion", value, low, high, self.n, int(self.occurred[step]), "")


@dataclass(frozen=True)
class Survival(Curve):
    """Hold a Kaplan-Meier curve."""

    def median(self) -> Estimate:
        """Return the median, its limits where those of the curve cross a half (Brookmeyer and Crowley 1982)."""
        value, low, high = (_crossing(self.times, a) for a in (self.value, self.low, self.high))
        return Estimate("", "", "", "time", value, low, high, self.n, int(self.occurred[-1]), "months")


def proportion(events: int, n: int) -> Estimate:
    """Return a proportion with its exact (Clopper-Pearson) interval."""
    low, high = exact_limits(events, n)
    return Estimate("", "", "", "proportion", events / n if n else math.nan, float(low), float(high), n, events, "")


def mean(x: Floats) -> Estimate:
    """Return a mean with its normal interval; ``unit`` is left to the caller."""
    half = Z * float(x.std(ddof=1)) / math.sqrt(len(x)) if len(x) > 1 else math.nan
    return _about(float(x.mean()), half, len(x))


def deviation(x: Floats) -> Estimate:
    """Return a standard deviation; its interval takes the fourth moment, for exposures are far from normal."""
    if len(x) < 2:
        return _about(math.nan, math.nan, len(x))
    s = float(x.std(ddof=1))
    spread = math.sqrt(max(float(((x - x.mean()) ** 4).mean()) - s**4, 0.0) / len(x))  # of the variance
    return _about(s, Z * spread / (2.0 * s) if s > 0.0 else 0.0, len(x))


def _about(value: float, half: float, n: int) -> Estimate:
    return Estimate("", "", "", "mean", value, value - half, value + half, n, n, "")


# ---- times to an event


def _survival(times: Floats, events: Any) -> tuple[Floats, Floats]:
    """Return the times in order and the Kaplan-Meier estimate after each; deaths come before censoring at a tie."""
    happened = np.asarray(events, dtype=bool)
    order = np.lexsort((~happened, times))
    at_risk = np.arange(len(times), 0, -1)
    return times[order], np.cumprod(1.0 - happened[order] / at_risk, dtype=np.float64)


def _crossing(times: Floats, values: Floats) -> float:
    below = values <= _HALF
    return float(times[np.argmax(below)]) if below.any() else math.nan


def _followed(last: float, value: float, time: float) -> bool:
    return value == 0.0 or math.ceil(last) >= time


def median_time(times: Floats, events: Any) -> float:
    """Return the median time: the first at which the Kaplan-Meier estimate is a half or less.

    Parameters
    ----------
    times : array of float, shape (n,)
    events : array, shape (n,)
        1 the event, 0 censored.

    Returns
    -------
    float
        NaN where it was not reached.
    """
    return _crossing(*_survival(times, events))


def survival_at(times: Floats, events: Any, time: float) -> float:
    """Return the Kaplan-Meier estimate at a time.

    Follow-up counts in whole months begun, so that one of 547 days reaches 18 months; beyond it the answer is NaN,
    unless the estimate had come down to 0.
    """
    ordered, survival = _survival(times, events)
    if not len(ordered) or not _followed(float(ordered[-1]), float(survival[-1]), time):
        return math.nan
    return float(survival[step - 1]) if (step := int(np.searchsorted(ordered, time, side="right"))) else 1.0


def kaplan_meier(times: Floats, events: Any) -> Survival:
    """Return the Kaplan-Meier curve with its 95 % band (exponential Greenwood, that is log-log), by lifelines.

    Where the curve has come down to 0 its upper limit, which Greenwood's formula does not give, stays as it was.
    """
    from lifelines import KaplanMeierFitter

    with np.errstate(all="ignore"):  # lifelines switches the warnings off for good; this puts them back
        fitted = KaplanMeierFitter().fit(times, events)
    at = fitted.survival_function_.index.to_numpy(dtype=float)
    value = fitted.survival_function_.to_numpy(dtype=float)[:, 0]
    low, high = fitted.confidence_interval_.to_numpy(dtype=float).T
    high = np.where(value == 0.0, high[value > 0.0].min(initial=1.0), high)
    occurred = fitted.event_table["observed"].to_numpy(dtype=np.int64).cumsum()
    return Survival(at, value, low, high, occurred, len(times), float(at[-1]))


def cumulative_incidence(times: Floats, causes: NDArray[Any]) -> dict[Any, Curve]:
    """Return the cumulative incidence of each of several competing causes (Aalen and Johansen 1978).

    Written out rather than taken from lifelines, which moves tied times by random amounts: assessments fall on a
    calendar, so that nearly all times here are tied. The band is log-log with the delta-method variance (Marubini and
    Valsecchi 1995), as lifelines has it.

    Parameters
    ----------
    times : array of float, shape (n,)
    causes : array of int, shape (n,)
        0 for censored.

    Returns
    -------
    dict of int to Curve
        By cause; with the Kaplan-Meier estimate of no event at all they add to 1.
    """
    at = np.unique(np.append(times, 0.0))
    n = _at_risk(times, at)
    d = _falling(times[causes != 0], at)
    survival = np.cumprod(1.0 - d / n)
    before = np.append(1.0, survival[:-1])
    curves = {}
    for cause in np.unique(causes[causes != 0]).tolist():
        own = _falling(times[causes == cause], at)
        value = np.cumsum(before * own / n)
        with np.errstate(all="ignore"):
            a = np.where(n > d, d / (n * (n - d)), 0.0)  # nobody is left where n = d: nothing varies after
            b, c = before * own / n**2, before**2 * own * (n - own) / n**3
            variance = value**2 * np.cumsum(a) - 2.0 * value * np.cumsum(a * value + b)
            variance += np.cumsum(a * value**2 + 2.0 * b * value + c)
            spread = Z * np.sqrt(np.maximum(variance, 0.0)) / (value * np.log(value))
            low, high = (np.nan_to_num(value ** np.exp(sign * spread)) for sign in (-1.0, 1.0))
        curves[cause] = Curve(at, value, low, high, own.cumsum(), len(times), float(at[-1]))
    return curves


def _at_risk(times: Floats, at: Floats) -> NDArray[np.int64]:
    """Return how many were still followed just before each time."""
    return np.asarray(len(times) - np.searchsorted(np.sort(times), at, side="left"))


def _falling(times: Floats, at: Floats) -> NDArray[np.int64]:
    """Return how many of the times equal each of ``at``."""
    ordered = np.sort(times)
    return np.asarray(np.searchsorted(ordered, at, side="right") - np.searchsorted(ordered, at, side="left"))


# ---- two groups


def _tables(times: Floats, events: Any, arm: Any) -> tuple[NDArray[np.int64], ...]:
    """Return, at each distinct time of an event, (events, at risk) in the arm and (events, at risk) in both."""
    happened, inside = np.asarray(events, dtype=bool), np.asarray(arm, dtype=bool)
    at = np.unique(times[happened])
    own = _falling(times[happened & inside], at), _at_risk(times[inside], at)
    return *own, _falling(times[happened], at), _at_risk(times, at)


def log_rank(times: Floats, events: Any, arm: Any) -> tuple[float, float]:
    """Return chi-square (one degree of freedom) and two-sided p of the log-rank test (Mantel 1966).

    Parameters
    ----------
    times : array of float, shape (n,)
    events : array, shape (n,)
        1 the event, 0 censored.
    arm : array, shape (n,)
        1 for one arm, 0 for the other.

    Returns
    -------
    chi_square, p : float
        0 and 1 where nothing can be compared.
    """
    d1, n1, d, n = _tables(times, events, arm)
    share = n1 / n
    variance = float((d * share * (1.0 - share) * (n - d) / np.maximum(n - 1, 1)).sum())
    if variance <= 0.0:
        return 0.0, 1.0
    chi_square = float((d1 - d * share).sum()) ** 2 / variance
    return chi_square, math.erfc(math.sqrt(chi_square / 2.0))


def hazard_ratio(times: Floats, events: Any, arm: Any) -> Estimate:
    """Return the hazard ratio of one arm against the other (Cox 1972; ties by Efron 1977) with its Wald interval.

    With one covariate of two values Newton's method needs a few lines, and a replicate trial a tenth of what
    lifelines takes, which gives the same numbers. Parameters are those of `log_rank`. Where only one arm has events
    while both are at risk, the value is 0 or infinite and has no interval; NaN where nothing can be compared.
    """
    d1, n1, d, n = _tables(times, events, arm)
    both = (n1 > 0) & (n1 < n)
    d1, n1, d, n = d1[both], n1[both], d[both], n[both]
    counted = len(times), int(np.asarray(events, dtype=bool).sum())
    deaths = int(d1.sum())
    if deaths in (0, int(d.sum())):
        value = math.nan if not len(d) else 0.0 if deaths == 0 else math.inf
        return Estimate("", "", "", "ratio", value, math.nan, math.nan, *counted, "")
    # Efron: of d tied events the i-th sees i/d of them already gone.
    row = np.repeat(np.arange(len(d)), d)
    gone = (np.arange(len(row)) - np.repeat(np.cumsum(d) - d, d)) / d[row]
    inside, outside = n1[row] - gone * d1[row], (n - n1)[row] - gone * (d - d1)[row]
    beta = 0.0
    for _ in range(50):
        share = 1.0 / (1.0 + outside / np.maximum(inside, 1e-300) * math.exp(-beta))
        information = float((share * (1.0 - share)).sum())
        step = max(-2.0, min(2.0, (deaths - float(share.sum())) / information))
        beta += step
        if abs(step) < 1e-10:
            break
    return _ratio("ratio", beta, 1.0 / math.sqrt(information), *counted)


def odds_ratio(x: Floats, y: Any) -> Estimate:
    """Return the odds ratio of a yes or no for each unit of ``x``: logistic regression, Wald interval.

    Parameters
    ----------
    x : array of float, shape (n,)
    y : array, shape (n,)
        1 yes, 0 no.

    Returns
    -------
    Estimate
        0 or infinite without an interval where ``x`` tells yes from no without overlap; NaN where either is constant.
    """
    yes = np.asarray(y, dtype=bool)
    n, events, spread = len(x), int(yes.sum()), float(x.std()) if len(x) else 0.0
    value = math.nan
    if spread > 0.0 and 0 < events < n:
        value = math.inf if x[~yes].max() <= x[yes].min() else 0.0 if x[yes].max() <= x[~yes].min() else 1.0
    if value != 1.0:
        return Estimate("", "", "", "odds ratio", value, math.nan, math.nan, n, events, "")
    design = np.column_stack([np.ones(n), (x - x.mean()) / spread])
    beta = np.zeros(2)
    for _ in range(50):
        p = 0.5 * (1.0 + np.tanh(design @ beta / 2.0))
        information = design.T @ (design * (p * (1.0 - p))[:, None])
        step = np.linalg.solve(information, design.T @ (yes - p))
        beta += step / max(1.0, float(np.abs(step).max()) / 2.0)
        if np.abs(step).max() < 1e-10:
            break
    error = math.sqrt(float(np.linalg.inv(information)[1, 1]))
    return _ratio("odds ratio", float(beta[1]) / spread, error / spread, n, events)


def odds_ratio_2x2(exposed: Any, y: Any) -> Estimate:
    """Return the odds ratio of a yes in one group against the other, interval by Woolf (1955).

    A half is added to all four cells where one is empty (Haldane 1956). NaN where a group has no patient.

    Parameters
    ----------
    exposed, y : array, shape (n,)
        1 or 0.
    """
    inside, yes = np.asarray(exposed, dtype=bool), np.asarray(y, dtype=bool)
    cells = [float((a & b).sum()) for a in (inside, ~inside) for b in (yes, ~yes)]
    n, events = len(yes), int(yes.sum())
    if not 0 < int(inside.sum()) < n:
        return Estimate("", "", "", "odds ratio", math.nan, math.nan, math.nan, n, events, "")
    a, b, c, d = (cell + 0.5 for cell in cells) if 0.0 in cells else cells
    return _ratio("odds ratio", math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d), n, events)


def _ratio(kind: str, log_value: float, error: float, n: int, events: int) -> Estimate:
    value, low, high = (math.exp(log_value + z * error) for z in (0.0, -Z, Z))
    return Estimate("", "", "", kind, value, low, high, n, events, "")
