"""Schedules beside the reference on the same fresh subjects: paired differences, intervals, what they allow to say.

Intervals of each difference by itself are 90 % percentile intervals of a paired bootstrap over subjects. What is
claimed of a whole search rests on simultaneous ones: the largest standardised deviation over all schedules and
objectives (the max-t method; Westfall and Young 1993, recalled), so that looking at many finds no winner by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trimer.study.optimise.evaluate import Goal, Values

Array = NDArray[np.float64]
Verdict = Literal["better", "no difference shown", "worse"]

LEVEL = 0.90
RESAMPLES = 4000


@dataclass(frozen=True)
class Interval:
    """Hold a mean with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Hold the mean paired difference of one outcome from the reference.

    Attributes
    ----------
    outcome : str
    value, low, high : float
        With its 90 % interval.
    sure_low, sure_high : float
        Of the interval that holds for all schedules and objectives together.
    n : int
        Subjects known under both.
    verdict : {"better", "no difference shown", "worse"}
        By the interval.
    no_loss : bool
        Whether even the bad end of the simultaneous interval is within the margin.
    surely_better : bool
        Whether the whole simultaneous interval is on the good side.
    """

    outcome: str
    value: float
    low: float
    high: float
    sure_low: float
    sure_high: float
    n: int
    verdict: Verdict
    no_loss: bool
    surely_better: bool


def weights(count: int, seed: int, resamples: int = RESAMPLES) -> Array:
    """Return how much each subject weighs in each resample, shape (resamples, count); rows add up to 1."""
    stream = np.random.default_rng([seed, 2])
    return stream.multinomial(count, np.full(count, 1.0 / count), size=resamples) / count


def intervals(values: Values, names: Sequence[str], shares: Array) -> dict[str, Interval]:
    """Return the mean of each outcome with its interval; subjects of whom it is not known are left out."""
    return {name: _interval(*_means(values[name], shares)) for name in names}


def compare(
    values: Sequence[Values], reference: Values, goals: Sequence[Goal], shares: Array
) -> list[dict[str, Difference]]:
    """Return the differences of each schedule from the reference, by outcome.

    Parameters
    ----------
    values : sequence of mapping of str to array, shape (n_subjects,)
        Of each schedule, the same subjects in the same order.
    reference : mapping
    goals : sequence of Goal
    shares : array, shape (n_resamples, n_subjects)
        See :func:`weights`: the same for all, so that differences stay paired and comparable.
    """
    found = [[_means(one[g.outcome] - reference[g.outcome], shares) for g in goals] for one in values]
    known = [[int(np.isfinite(one[g.outcome] - reference[g.outcome]).sum()) for g in goals] for one in values]
    width = _common([pair for row in found for pair in row])
    return [
        {g.outcome: _difference(g, *pair, width, n) for g, pair, n in zip(goals, row, counts, strict=True)}
        for row, counts in zip(found, known, strict=True)
    ]


def claims(differences: Mapping[str, Difference]) -> tuple[str, ...]:
    """Return the outcomes on which a schedule beats the reference without loss on the others; empty for none.

    A loss is any that is shown, and any that is not excluded and larger than the margin.
    """
    better = tuple(name for name, d in differences.items() if d.surely_better)
    lost = any(d.verdict == "worse" or not d.no_loss for d in differences.values())
    return () if lost else better


def _means(x: Array, shares: Array) -> tuple[float, Array]:
    """Return the mean over subjects who are known, and that of every resample."""
    known = np.isfinite(x)
    if not known.any():
        return np.nan, np.full(len(shares), np.nan)
    weight = shares[:, known]
    with np.errstate(invalid="ignore"):
        return float(x[known].mean()), (weight @ x[known]) / weight.sum(axis=1)


def _interval(value: float, resampled: Array) -> Interval:
    low, high = np.quantile(resampled, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return Interval(value, float(low), float(high))


def _common(pairs: Sequence[tuple[float, Array]]) -> float:
    """Return how many standard errors wide each side of a simultaneous interval is."""
    deviations = [np.abs(x - value) / x.std() for value, x in pairs if x.std() > 0.0]
    return float(np.quantile(np.max(deviations, axis=0), LEVEL)) if deviations else 0.0


def _difference(goal: Goal, value: float, resampled: Array, width: float, n: int) -> Difference:
    own = _interval(value, resampled)
    error = float(resampled.std())
    sure = (value - width * error, value + width * error)
    good, bad = sorted(goal.sign * x for x in (own.low, own.high))  # less is better from here on
    sure_good, sure_bad = sorted(goal.sign * x for x in sure)
    verdict: Verdict = "better" if bad < 0.0 else "worse" if good > 0.0 else "no difference shown"
    return Difference(
        goal.outcome, value, own.low, own.high, *sure, n, verdict,
        no_loss=sure_bad <= goal.margin, surely_better=sure_bad < 0.0 and sure_good < 0.0,
    )  # fmt: skip
