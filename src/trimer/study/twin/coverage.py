"""Whether stated intervals and probabilities hold: coverage against the truth, with limits that know the clusters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.binomial import exact_limits

Array = NDArray[np.float64]
LEVELS = (0.5, 0.8, 0.9)
BINS = (0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0)
SURE = 0.9


def place(draws: Array, truth: float) -> float:
    """Return the share of draws below the truth, those equal to it by half; 0.5 where it is their median.

    A central interval of level ``p`` covers the truth where this lies within ``p / 2`` of one half.
    """
    return float(np.mean(draws < truth) + 0.5 * np.mean(draws == truth))


def coverage(places: Array, level: float = 0.9) -> dict[str, float]:
    """Return how often central intervals cover, with 95 % limits that know values of one patient belong together.

    Parameters
    ----------
    places : array, shape (n_patients, n_values)
        See :func:`place`; NaN where there is none.
    level : float

    Returns
    -------
    dict
        ``share``, ``low``, ``high`` (Clopper-Pearson at the effective number), ``patients``, ``values``, ``effective``.

    Notes
    -----
    Limits after Korn & Graubard (1998, Surv Methodol 24:193): the exact ones, at the number of independent values that
    would estimate the share as precisely as the patients do; at most all values. Where all values are covered, or
    none, nothing tells how patients differ, and each counts once.
    """
    known = np.isfinite(places)
    inside = (np.abs(places - 0.5) <= 0.5 * level + 1e-12) & known
    values, hits = known.sum(axis=1), inside.sum(axis=1)
    kept = values > 0
    values, hits = values[kept].astype(float), hits[kept].astype(float)
    total, patients = float(values.sum()), len(values)
    if not patients:
        return {"share": math.nan, "low": 0.0, "high": 1.0, "patients": 0, "values": 0, "effective": 0.0}
    share = float(hits.sum() / total)
    effective = total if np.all(values == 1.0) else _effective(hits, values, share)
    low, high = exact_limits(share * effective, effective)
    return {
        "share": share,
        "low": float(low),
        "high": float(high),
        "patients": patients,
        "values": int(total),
        "effective": effective,
    }


def _effective(hits: Array, values: Array, share: float) -> float:
    """Return the number of independent values that would estimate the share as precisely."""
    patients, total = len(values), float(values.sum())
    if patients < 2 or share in (0.0, 1.0):
        return float(patients)
    variance = patients / (patients - 1.0) * float(np.sum((hits - share * values) ** 2)) / total**2
    return float(min(max(share * (1.0 - share) / variance, 1.0), total)) if variance > 0.0 else total


def forecast(probability: Sequence[float], happened: Sequence[bool], before: Sequence[bool]) -> dict[str, Any]:
    """Return how well probabilities of an event hold.

    Parameters
    ----------
    probability, happened : sequence
    before : sequence of bool
        What one would say who expects no change.

    Returns
    -------
    dict
        Brier scores (of the forecast, of always saying the base rate, of no change), reliability in three bins, and
        the 90 % prediction sets: the fewest outcomes whose probabilities add up to 90 %.
    """
    p, y = np.asarray(probability, dtype=float), np.asarray(happened, dtype=bool)
    base = float(y.mean())
    one = np.maximum(p, 1.0 - p) >= SURE
    right = (p >= 0.5) == y
    covered = ~one | right
    inner = np.digitize(p, BINS[1:-1])
    return {
        "patients": len(p),
        "events": int(y.sum()),
        "brier": float(np.mean((p - y) ** 2)),
        "brier of the base rate": base * (1.0 - base),
        "brier of no change": float(np.mean((np.asarray(before, dtype=float) - y) ** 2)),
        "mean probability": float(p.mean()),
        "bins": [
            {
                "from": BINS[k],
                "to": BINS[k + 1],
                "mean probability": float(p[inner == k].mean()),
                **_rate(y[inner == k]),
            }
            for k in range(len(BINS) - 1)
            if (inner == k).any()
        ],
        "prediction sets": {"level": SURE, **_rate(covered)},
        "of one outcome": _rate(right[one]) if one.any() else None,
    }


def _rate(hits: NDArray[np.bool_]) -> dict[str, Any]:
    low, high = exact_limits(int(hits.sum()), len(hits))
    return {"share": float(hits.mean()), "low": float(low), "high": float(high), "n": len(hits)}
