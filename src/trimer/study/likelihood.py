"""What a record says about a simulated course, as residuals: values, comparators, intervals, stated conclusions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from trimer.course import Course, Reading
from trimer.criteria.crs.astct_2019_crs import THRESHOLDS
from trimer.criteria.verdict import Verdict
from trimer.study.simulated import ORDINAL

Scale = Literal["log", "logit", "linear"]
Origin = Literal["measured", "inferred from words", "stated conclusion"]
FAILED = 30.0  # residual of a course that could not be simulated


@dataclass(frozen=True)
class Error:
    """Hold the measurement error of an observable: standard deviation on the log or logit scale, or in its unit."""

    scale: Scale
    sd: float
    floor: float = 0.0


#: Analytical error, sampling within a day or two and dating to a window, taken together: our choice.
ERRORS: dict[str, Error] = {
    "marrow_blast_percent": Error("logit", 0.2, 1e-9),
    "blood_blast_percent": Error("linear", 6.0),
    "blasts_blood": Error("log", 0.5, 1e-9),
    "b_lineage_blast_percent": Error("log", 0.5, 1e-6),
    "mrd_marrow": Error("log", 0.5, 1e-12),
    "cd19_dim_percent": Error("linear", 10.0),
    "wbc": Error("log", 0.2, 1e-3),
    "anc": Error("log", 0.25, 1e-3),
    "platelets": Error("log", 0.25, 1e-1),
    "haemoglobin": Error("linear", 0.8),
    "temperature": Error("linear", 0.4),
    "hypotension": Error("linear", 0.25),
}

#: What a stated conclusion says in numbers, by category of the AMG set: its threshold of 5 % marrow blasts, and no
#: blasts to be seen in blood (the working limit of the set's file).
CONCLUSIONS = {
    "CR": (("marrow_blast_percent", 0.0, 5.0), ("blasts_blood", 0.0, 0.05)),
    "relapse": (("marrow_blast_percent", 5.0, 100.0),),
}
#: What a stated intensity says about the share of dim blasts: half of them at least, or at most.
INTENSITIES = {"dim": (50.0, 100.0), "positive": (0.0, 50.0)}


@dataclass(frozen=True)
class Datum:
    """Hold one thing the record says, as the likelihood uses it.

    Attributes
    ----------
    event, observable : str
    day : float
    low, high : float
        Equal for an exact value; an interval or a half-line otherwise, canonical unit.
    origin : {"measured", "inferred from words", "stated conclusion"}
        Whether the record prints the number, words that we read as one, or a conclusion whose published threshold
        supplies it.
    """

    event: str
    observable: str
    day: float
    low: float
    high: float
    origin: Origin = "measured"

    @property
    def exact(self) -> bool:
        """Whether it is a single value."""
        return self.low == self.high


#: Residual disease that flow cytometry finds is at least this share of nucleated cells: the usual sensitivity, assumed.
DETECTABLE = ("with detectable residual disease", 1e-4)


def data(course: Course, verdicts: Sequence[Verdict]) -> tuple[Datum, ...]:
    """Return what the likelihood can use of a recorded course, in time order.

    Numbers come first; where a marrow is told only as a conclusion (complete remission, relapse), the interval that the
    published threshold implies stands in for it; where CD19 is told only as an intensity, dim means most blasts.
    """
    found = list(_measured(course.readings))
    have = {(d.event, d.observable) for d in found}
    for verdict in verdicts:
        if verdict.subject != "crs" and verdict.supported_by == "stated conclusion":
            for name, low, high in CONCLUSIONS.get(verdict.category, ()):
                if (verdict.visit, name) not in have:
                    found.append(Datum(verdict.visit, name, verdict.day, low, high, "stated conclusion"))
        if verdict.subject == "crs" and verdict.onset is not None and verdict.grade and verdict.grade[0] > 0:
            found += _charted(verdict)
        if verdict.qualifier == DETECTABLE[0]:
            found.append(Datum(verdict.visit, "mrd_marrow", verdict.day, DETECTABLE[1], math.inf, "stated conclusion"))
    for visit in course.visits:
        intensity = visit.get("cd19_intensity")
        assessed = visit.context == "response assessment"
        if intensity is not None and assessed and intensity.text in INTENSITIES:
            low, high = INTENSITIES[intensity.text]
            found.append(Datum(intensity.source, "cd19_dim_percent", visit.day, low, high, "stated conclusion"))
    return tuple(sorted(found, key=lambda d: (d.day, d.event, d.observable)))


def _charted(verdict: Verdict) -> Iterable[Datum]:
    """Yield what a stated beginning and end say: no fever the day before; no fever, no vasopressor the day after."""
    if verdict.onset is not None:
        fever = THRESHOLDS["fever"].value
        yield Datum(f"{verdict.visit} onset", "temperature", verdict.onset - 1.0, -math.inf, fever, "stated conclusion")
    if verdict.resolved is not None:
        pressor, fever = THRESHOLDS["hypotension_3"].value, THRESHOLDS["fever"].value
        after = verdict.resolved + 1.0
        yield Datum(f"{verdict.visit} end", "temperature", after, -math.inf, fever, "stated conclusion")
        yield Datum(f"{verdict.visit} end", "hypotension", after, 0.0, pressor - 1.0, "stated conclusion")


def _measured(readings: Iterable[Reading]) -> Iterable[Datum]:
    for r in readings:
        if r.observable in ERRORS and r.absence is None and not r.text and not math.isnan(r.low):
            origin: Origin = "inferred from words" if r.inferred else "measured"
            yield Datum(r.source, r.observable, r.day, r.low, r.high, origin)


def scaled(value: NDArray[np.float64] | float, scale: Scale, floor: float = 0.0) -> NDArray[np.float64]:
    """Return values on the scale on which their error is of one size.

    Parameters
    ----------
    value : array or float
        Infinite ones (bounds) stay so.
    scale : {"log", "logit", "linear"}
        ``"logit"`` is for a share in per cent, which has two ends.
    floor : float
        Less counts as this much; of a share, what is left to 100 % too.
    """
    x = np.asarray(value, dtype=float)
    if scale == "linear":
        return x
    floored = np.maximum(x, floor)
    with np.errstate(invalid="ignore"):
        found = np.log(floored if scale == "log" else floored / np.maximum(100.0 - floored, floor))
    return np.where(np.isfinite(x), found, x)


def residual(datum: Datum, simulated: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the residuals of simulated values against one datum, in standard deviations.

    Parameters
    ----------
    datum : Datum
    simulated : array, shape (n_patients,)

    Returns
    -------
    array, shape (n_patients,)
        Exact data: the scaled difference. Intervals and half-lines: ``sqrt(-2 log P)``, P being the probability that a
        measurement of the simulated value would fall on the right side of the nearer bound; signed towards it.
    """
    error = ERRORS[datum.observable]
    low, high = datum.low, datum.high
    if datum.observable in ORDINAL:
        high = high + 1.0  # a category is the whole part of a continuous severity
    exact = low == high
    if not exact and datum.observable.endswith("_percent"):
        # The ends of a share are no bounds: nothing lies beyond them.
        high = math.inf if high >= 100.0 else high
    if not exact and low <= 0.0:
        low = -math.inf
    x = scaled(simulated, error.scale, error.floor)
    low, high = (float(scaled(bound, error.scale, error.floor)) for bound in (low, high))
    if exact:
        r = (x - low) / error.sd
    else:
        below, above = (low - x) / error.sd, (x - high) / error.sd
        log_p = log_ndtr(-np.maximum(below, above))
        r = np.sqrt(np.maximum(-2.0 * log_p, 0.0)) * np.where(below > above, -1.0, 1.0)
    return np.where(np.isfinite(r), r, FAILED)
