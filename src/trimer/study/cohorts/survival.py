"""Kaplan-Meier curves of a million courses at once; and of courses whose times are known as intervals.

:func:`trimer.study.trial.estimates.kaplan_meier` gives the same curve through lifelines, and is what this is tested
against; here nothing but sorting is done, so that a query does not wait for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.study.trial.estimates import Estimate, Floats, Survival, Z

LANDMARKS = (6.0, 12.0, 24.0)  # months
STEPS = 200  # of a curve as it is handed out


@dataclass(frozen=True)
class Lived:
    """Hold the survival of some courses.

    Attributes
    ----------
    earliest, latest : Survival
        With every event, and every end of follow-up, on the first and on the last day that the records allow; the same
        where all are exact.
    exact : bool
        Whether they are.
    undated : int
        Events that happened at a time which has no upper limit: in ``latest`` they have not happened yet.
    """

    earliest: Survival
    latest: Survival
    exact: bool
    undated: int

    def to_dict(self) -> dict[str, Any]:
        """Return numbers of both curves as plain values."""
        curves = {"by_earliest_dates": _plain(self.earliest), "by_latest_dates": _plain(self.latest)}
        told = {"value": _plain(self.latest)} if self.exact else curves
        return {"n": self.latest.n, "exact": self.exact, "undated_events": self.undated, **told}


def lived(low: Floats, high: Floats, events: NDArray[np.bool_]) -> Lived | None:
    """Return the survival of courses with a known time; None when there is none.

    Parameters
    ----------
    low, high : array of float, shape (n,), month
        NaN where not known; ``high`` infinite where it has no limit.
    events : array of bool, shape (n,)
    """
    known = ~(np.isnan(low) | np.isnan(high))
    low, high, events = low[known], high[known], events[known]
    if not len(low):
        return None
    latest = curve(high, events)
    if exact := bool((low == high).all()):
        return Lived(latest, latest, exact, 0)
    return Lived(curve(low, events), latest, exact, int((np.isinf(high) & events).sum()))


def curve(times: Floats, events: NDArray[np.bool_]) -> Survival:
    """Return the Kaplan-Meier curve with its 95 % band (exponential Greenwood, that is log-log).

    Parameters
    ----------
    times : array of float, shape (n,), month
        An infinite one is of an event that came at no time one can name; nobody leaves the curve there.
    events : array of bool, shape (n,)
    """
    fell = events & np.isfinite(times)
    falls, others = np.sort(times[fell]), np.sort(times[~fell])
    first = np.flatnonzero(np.append(True, falls[1:] != falls[:-1])) if len(falls) else np.empty(0, dtype=np.int64)
    at, d = falls[first], np.diff(np.append(first, len(falls)))
    n = len(times) - first - np.searchsorted(others, at, side="left")  # falls and others before it are gone
    with np.errstate(all="ignore"):
        value = np.cumprod(1.0 - d / n, dtype=np.float64)
        spread = Z * np.sqrt(np.cumsum(d / (n * (n - d)))) / np.log(value)
        low, high = (value ** np.exp(sign * spread) for sign in (-1.0, 1.0))
    high = np.where(value == 0.0, high[value > 0.0].min(initial=1.0), high)
    low = np.where(value == 0.0, 0.0, low)
    if not len(at) or at[0] > 0.0:
        at, d = np.append(0.0, at), np.append(0, d)
        value, low, high = (np.append(1.0, x) for x in (value, low, high))
    last = float(times.max(initial=0.0, where=np.isfinite(times)))
    return Survival(at, value, low, high, d.cumsum(), len(times), last)


def estimate(found: Estimate) -> dict[str, Any]:
    """Return an estimate as plain values; what was not reached is None."""
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {
        **{k: float(x) if np.isfinite(x) else None for k, x in numbers.items()},
        "n": found.n,
        "events": found.events,
    }


def thinned(found: Survival) -> NDArray[np.int64]:
    """Return the places of the steps that show a curve: all of a short one, evenly spread ones of a long."""
    count = len(found.times)
    return np.unique(np.linspace(0, count - 1, min(count, STEPS)).astype(np.int64))


def _plain(found: Survival) -> dict[str, Any]:
    steps = thinned(found)
    shown = {name: getattr(found, name)[steps].tolist() for name in ("times", "value", "low", "high")}
    return {
        "median_months": estimate(found.median()),
        **{f"at_{month:g}_months": estimate(found.at(month)) for month in LANDMARKS},
        "curve": {"steps_shown": len(steps), "steps": len(found.times), **shown},
    }
