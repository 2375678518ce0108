"""Forecast a record from its own beginning: fit until a date, foretell the rest, score it against what then happened.

What was given after the date is given as recorded; the twin does not know why it was given. So a forecast is of the
patient under that treatment, not of the treatment.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.binomial import exact_limits
from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.study.likelihood import ERRORS, Datum, scaled
from trimer.study.research import NOTICE
from trimer.study.states import REMISSION_LIMIT
from trimer.study.twin import predict
from trimer.study.twin.posterior import QUANTILES, mixing
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.run import Twin, fit
from trimer.study.twin.segment import Source, segment_of

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
SCHEMA = "trimer/forecast/1"
MOST = 4096  # draws simulated
NOISE = 7  # of the errors of the data foretold, beside the seed
READ = ("marrow_blast_percent",)


@dataclass(frozen=True)
class Row:
    """Hold one recorded thing beside what was foretold of it.

    Attributes
    ----------
    event, observable, label, unit : str
    day : float
    date : str
    low, high : float
        Recorded; equal for a value, infinite where nothing bounds it.
    role : {"fitted", "foretold"}
        Whether it was known when the forecast was made.
    quantiles : tuple of float
        5, 50 and 95 % of what would be measured.
    covered : bool
        Whether the central 90 % reach into what was recorded.
    crps : float or None
        Continuous ranked probability score of a value, on the scale of its error (log or logit; its unit when linear);
        None for an interval.
    probability : float
        Share of draws that would be measured within the recorded interval (of values: NaN).
    """

    event: str
    observable: str
    label: str
    unit: str
    day: float
    date: str
    low: float
    high: float
    role: str
    quantiles: tuple[float, float, float]
    covered: bool
    crps: float | None
    probability: float


@dataclass(frozen=True)
class Statement:
    """Hold a probability stated of one thing that happened or not.

    Attributes
    ----------
    name : str
    probability, low, high : float
        Share of draws, with 90 % of its Monte Carlo error.
    happened : bool or None
    role : {"fitted", "foretold"}
    """

    name: str
    probability: float
    low: float
    high: float
    happened: bool | None
    role: str


@dataclass(frozen=True)
class Forecast:
    """Hold a forecast.

    Attributes
    ----------
    twin : Twin
    until : str
        Date until which the record was known.
    rows : tuple of Row
    statements : tuple of Statement
    """

    twin: Twin
    until: str
    rows: tuple[Row, ...]
    statements: tuple[Statement, ...]

    def coverage(self, role: str = "foretold") -> tuple[int, int]:
        """Return how many of the rows of a role the 90 % intervals cover, and how many there are."""
        asked = [r for r in self.rows if r.role == role]
        return sum(r.covered for r in asked), len(asked)

    @property
    def crps(self) -> float | None:
        """Mean score of the values foretold, in standard deviations of measurement; None when there is none.

        Divided by these, scores of counts (logarithms) and of shares (per cent) can be averaged.
        """
        asked = [r for r in self.rows if r.role == "foretold" and r.crps is not None]
        scores = [r.crps / ERRORS[r.observable].sd for r in asked if r.crps is not None]
        return float(np.mean(scores)) if scores else None

    @property
    def brier(self) -> float | None:
        """Mean squared error of the probabilities stated of what was not known; None when there is none."""
        asked = [s for s in self.statements if s.role == "foretold" and s.happened is not None]
        return float(np.mean([(s.probability - float(bool(s.happened))) ** 2 for s in asked])) if asked else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; bounds that do not exist are None."""

        def plain(x: float) -> float | None:
            return float(x) if math.isfinite(x) else None

        hit, of = self.coverage()
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "case": self.twin.case.id,
            "until": self.until,
            "converged": self.twin.converged,
            "remarks": list(self.twin.remarks),
            "covered": hit,
            "foretold": of,
            "crps": self.crps,
            "brier": self.brier,
            "statements": [
                {
                    "name": s.name,
                    "probability": s.probability,
                    "low": s.low,
                    "high": s.high,
                    "happened": s.happened,
                    "role": s.role,
                }
                for s in self.statements
            ],
            "rows": [
                {
                    "event": r.event,
                    "observable": r.observable,
                    "unit": r.unit,
                    "date": r.date,
                    "low": plain(r.low),
                    "high": plain(r.high),
                    "role": r.role,
                    "q05": r.quantiles[0],
                    "q50": r.quantiles[1],
                    "q95": r.quantiles[2],
                    "covered": r.covered,
                    "crps": r.crps,
                    "probability": plain(r.probability),
                }
                for r in self.rows
            ],
            "provenance": self.twin.provenance,
        }


def forecast(
    case: Source,
    until: str | dt.date | float,
    *,
    twin: Twin | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Forecast:
    """Fit a record up to a date and foretell the rest.

    Parameters
    ----------
    case : str, Path, Case or Setting
    until : str, date or day
        A date (the whole of it is known), or an event, itself still known to its last dose or stop.
    twin : Twin, optional
        Fitted already, to this record up to that date.
    progress : callable, optional
    **settings
        Of :func:`trimer.study.twin.run.fit`.

    Raises
    ------
    InputError
        When nothing was recorded after the date, or the twin is of another case or date.
    TrimerError
        As of the fit.
    """
    segment = segment_of(case, until, settings.get("population", POPULATION))
    if twin:
        twin.must_be_of(segment)
    if not segment.later:
        record = segment.setting.record
        end = record.date(segment.setting.end).isoformat()
        raise InputError("until", str(until), f"a date before something that can be foretold (the record ends {end})")
    return scored(twin or fit(segment.setting, until=until, progress=progress, **settings))


def scored(twin: Twin) -> Forecast:
    """Return everything recorded beside what a twin says of it, known to it or not."""
    segment = twin.segment
    posterior = twin.posterior.thinned(MOST)
    times = np.array(sorted({d.day for d in segment.data}))
    outputs = tuple(dict.fromkeys([*READ, *(d.observable for d in segment.data)]))
    courses = predict.courses(segment, posterior.z, times, outputs)
    random = np.random.default_rng([int(twin.provenance.get("seed", 0)), NOISE])
    scale = float(twin.provenance.get("error_scale", 1.0))
    rows = tuple(_row(twin, d, courses, random, scale) for d in segment.data)
    date = segment.setting.record.date(segment.until).isoformat() if math.isfinite(segment.until) else ""
    return Forecast(twin, date, rows, tuple(_statements(twin, courses, posterior.paths.shape[0])))


def _row(twin: Twin, datum: Datum, courses: predict.Courses, random: np.random.Generator, scale: float) -> Row:
    solved = courses.at(datum.observable, datum.day)
    draws = predict.measured(datum, solved[np.isfinite(solved)], random, scale)  # a draw that failed foretells nothing
    low, high = predict.bounds(datum)
    exact = low == high
    names = OBSERVABLES[datum.observable]
    return Row(
        event=datum.event,
        observable=datum.observable,
        label=names.label,
        unit=names.unit,
        day=datum.day,
        date=twin.segment.setting.record.date(datum.day).isoformat(),
        low=datum.low,
        high=datum.high,
        role="fitted" if datum.day <= twin.segment.until else "foretold",
        quantiles=tuple(np.quantile(draws, QUANTILES).tolist()),
        covered=predict.covered(datum, draws),
        crps=_crps(datum, draws) if exact else None,
        probability=math.nan if exact else float(np.mean((draws >= low) & (draws <= high))),
    )


def _crps(datum: Datum, draws: Array) -> float:
    """Return the score of a value on the scale of its error, so that those of counts and of shares are of one kind."""
    error = ERRORS[datum.observable]
    values, observed = (scaled(x, error.scale, error.floor) for x in (draws, datum.low))
    return predict.crps(values, float(observed))


def _statements(twin: Twin, courses: predict.Courses, walkers: int) -> list[Statement]:
    """Return the probability of a marrow free of disease at every assessment of it.

    What happened is what the record says of the marrow there: at most 5 % or more.
    """
    found = []
    record, until = twin.segment.setting.record, twin.segment.until
    marrows = {d.day: d for d in twin.segment.data if d.observable == "marrow_blast_percent"}
    for day, datum in sorted(marrows.items()):
        marrow = courses.at("marrow_blast_percent", day).reshape(walkers, -1)
        remission: bool | None = None
        if datum.high <= REMISSION_LIMIT:
            remission = True
        elif datum.low >= REMISSION_LIMIT:
            remission = False
        name = f"marrow blasts at most 5 % on {record.date(day).isoformat()}"
        found.append(_statement(name, marrow, remission, "fitted" if day <= until else "foretold"))
    return found


def _statement(name: str, paths: Array, happened: bool | None, role: str) -> Statement:
    """Return the share of draws of marrow blasts, shape (n_walkers, n_kept), at most the limit, with its error.

    The error is that of as many independent draws as they are worth, by exact limits; where all agree, as many as the
    blasts themselves are worth.
    """
    free = (paths <= REMISSION_LIMIT).astype(float)
    agree = mixing(paths).ess if np.ptp(free) == 0.0 else mixing(free).ess
    share, size = float(np.mean(free[np.isfinite(paths)])), max(agree, 1.0)
    low, high = exact_limits(share * size, size, 0.90)
    return Statement(name, share, float(low), float(high), happened, role)
