"""A visual predictive check of one patient: what would be measured, with its errors, beside what was.

The bands are of the posterior of the patient's twin where one is shipped. Where none is, they are of the population
given the same treatment, and know nothing of the record; :attr:`CaseCheck.basis` says which.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.model.pharmacokinetics import ENGAGEMENT
from trimer.record.case import Case
from trimer.study.cases import case_of
from trimer.study.likelihood import Datum
from trimer.study.replay import Setting, prepare
from trimer.study.twin import predict
from trimer.study.twin.bundled import shipped
from trimer.study.twin.forecast import Row, scored
from trimer.study.twin.posterior import QUANTILES, Posterior
from trimer.study.twin.prior import MODEL, POPULATION, prior_of
from trimer.study.twin.run import ERROR_SCALE, SEED, Twin
from trimer.study.twin.segment import Segment, first_engager, segment_of
from trimer.study.twin.view import CLOSE, CLOSELY

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]

DRAWS = 400  # courses simulated for the bands
REPEATS = 5  # errors drawn for each course
NOISE, BEFORE = 23, 29  # streams of random numbers beside the seed: of errors, of patients of the population
CHAINS = 4  # in which patients of the population stand in the place of walkers
AFTER = 14.0  # days shown after the last thing recorded


@dataclass(frozen=True)
class CaseCheck:
    """Hold a visual predictive check of one patient.

    Attributes
    ----------
    case, title, citation, origin : str
        ``origin`` is the date of day 0.
    basis : {"posterior", "population"}
        Whether the bands know the record up to ``until``, or nothing of it.
    population : str
        Population the patient is drawn from; ``"model"`` for the typical values and spreads of the model files.
    until : float, day
        Until when the record was known: infinite for all of it, minus infinite for none.
    draws : int
        Courses simulated.
    error_scale : float
        By how much errors are wider than those of measurement alone.
    days : array, shape (n_times,)
        From the origin.
    bands : dict of str to array, shape (3, n_times)
        5, 50 and 95 % of what would be measured, by observable; an output of a category as a continuous severity.
    rows : tuple of Row
        Everything recorded, with its own predictive quantiles and whether the central 90 % reach into it.
    engager : float or None, day
        On which the first engager starts.
    infusions : tuple of (float, float)
        Days from and to which engagers ran.
    remarks : tuple of str
    """

    case: str
    title: str
    citation: str
    origin: str
    basis: str
    population: str
    until: float
    draws: int
    error_scale: float
    days: Array
    bands: dict[str, Array]
    rows: tuple[Row, ...]
    engager: float | None
    infusions: tuple[tuple[float, float], ...]
    remarks: tuple[str, ...] = ()

    def coverage(self, role: str | None = None, observable: str | None = None) -> tuple[int, int]:
        """Return how many recorded things the central 90 % reach into, and of how many.

        Parameters
        ----------
        role : {"fitted", "foretold"}, optional
            Only those known, or not known, to the bands.
        observable : str, optional
        """
        asked = [r for r in self.rows if role in (None, r.role) and observable in (None, r.observable)]
        return sum(r.covered for r in asked), len(asked)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; bounds and days that do not exist are None."""

        def plain(x: float) -> float | None:
            return float(x) if math.isfinite(x) else None

        inside = {role: dict(zip(("covered", "of"), self.coverage(role), strict=True)) for role in ROLES}
        return {
            "case": self.case,
            "basis": self.basis,
            "population": self.population,
            "origin": self.origin,
            "known_until_day": plain(self.until),
            "draws": self.draws,
            "error_scale": self.error_scale,
            "coverage_90": inside,
            "days": self.days.tolist(),
            "bands": {
                name: dict(zip(("q05", "q50", "q95"), rows.tolist(), strict=True)) for name, rows in self.bands.items()
            },
            "recorded": [
                {
                    "event": r.event, "observable": r.observable, "unit": r.unit, "day": r.day, "date": r.date,
                    "low": plain(r.low), "high": plain(r.high), "role": r.role, "q05": r.quantiles[0],
                    "q50": r.quantiles[1], "q95": r.quantiles[2], "covered": r.covered,
                }
                for r in self.rows
            ],
        }  # fmt: skip


ROLES = ("fitted", "foretold")


def case_check(
    case: str | Path | Case,
    *,
    twin: Twin | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    threads: int | None = None,
    progress: Progress | None = None,
) -> CaseCheck:
    """Return the visual predictive check of a case.

    Parameters
    ----------
    case : str, Path or Case
    twin : Twin, optional
        Of this case. Default: the one that is shipped; where there is none, patients of the population.
    draws, seed : int
        Courses simulated for the bands; of the patients of the population.
    threads : int, optional
    progress : callable, optional
        Called with a sentence and a fraction done.

    Raises
    ------
    TrimerError
        When the case is at fault, or nothing was recorded that could be compared.
    """
    say = progress or (lambda _text, _share: None)
    found = case_of(case)
    known = twin or shipped(found)
    used = known or _anybody(found, draws, seed)
    say("simulating what would be measured", 0.2)
    rows = scored(used).rows
    if known is None:
        rows = tuple(replace(row, role="foretold") for row in rows)
    setting = used.segment.setting
    last = min(max(row.day for row in rows) + AFTER, setting.end)
    first = _first(setting)
    days = _days(used.segment.assembly.start + 1.0, last, first)
    bands = _bands(used, days, draws, threads)
    return CaseCheck(
        case=found.id,
        title=found.title,
        citation=found.citation,
        origin=setting.record.origin.isoformat(),
        basis="posterior" if known else "population",
        population=used.segment.prior.population,
        until=used.segment.until if known else -math.inf,
        draws=min(draws, len(used.posterior)),
        error_scale=_scale(used),
        days=days,
        bands=bands,
        rows=rows,
        engager=first,
        infusions=_infusions(used.segment),
        remarks=known.remarks if known else (),
    )


def _first(setting: Setting) -> float | None:
    """Return the day on which the first engager starts, None without one."""
    engagers = any(ENGAGEMENT in setting.drugs[a.drug].effects for a in setting.administrations)
    return first_engager(setting) if engagers else None


def _anybody(case: Case, draws: int, seed: int) -> Twin:
    """Return patients of the population given the same, in the place of a twin.

    With an engager they enter as its trials' patients do; without one they are those of the replay's band, over the
    whole record.
    """
    setting = prepare(case)
    if _first(setting) is not None:
        segment = segment_of(case, None, POPULATION)
    else:
        settled = {name: x for name, x in setting.known.items() if x > 0.0}
        prior = prior_of(setting.assembly.parameters, settled, MODEL)
        segment = Segment(setting, setting.assembly, setting.administrations, setting.data, math.inf, prior)
    names = segment.prior.names
    shape = CHAINS, -(-draws // CHAINS)
    paths = np.random.default_rng([seed, BEFORE]).standard_normal((*shape, len(names)))
    how = {"seed": seed, "error_scale": ERROR_SCALE}
    return Twin(segment, Posterior(names, paths, np.zeros(shape)), provenance=how)


def _scale(twin: Twin) -> float:
    return float(twin.provenance.get("error_scale", 1.0))


def _days(start: float, end: float, engager: float | None) -> Array:
    """Return days to the end, closer around the first engager."""
    daily = np.arange(start, end + 1e-9)
    if engager is None:
        return daily
    close = np.arange(max(engager - 1.0, start), min(engager + CLOSE, end), CLOSELY)
    return np.unique(np.concatenate([daily, close]))


def _bands(twin: Twin, days: Array, draws: int, threads: int | None) -> dict[str, Array]:
    """Return quantiles of what would be measured of everything that was recorded.

    The same errors are drawn on every day, so that a band is no rougher than its courses.
    """
    segment, scale = twin.segment, _scale(twin)
    outputs = tuple(dict.fromkeys(d.observable for d in segment.data))
    found = predict.courses(segment, twin.posterior.draws(min(draws, len(twin.posterior))), days, outputs, threads)
    at = np.searchsorted(found.times, days - 1e-9)
    seed = [int(twin.provenance.get("seed", SEED)), NOISE]
    bands = {}
    for name in outputs:
        datum = Datum("", name, 0.0, 0.0, 0.0)
        solved = found.values[name][:, at]
        kept = np.repeat(solved[np.isfinite(solved).all(axis=1)], REPEATS, axis=0)
        measured = [predict.measured(datum, x, np.random.default_rng(seed), scale) for x in kept.T]
        bands[name] = np.quantile(np.array(measured), QUANTILES, axis=1)
    return bands


def _infusions(segment: Segment) -> tuple[tuple[float, float], ...]:
    """Return from and to which day engagers ran, infusions that follow one another as one."""
    spans: list[tuple[float, float]] = []
    for dose in sorted(segment.administrations, key=lambda a: a.start):
        if ENGAGEMENT not in segment.setting.drugs[dose.drug].effects:
            continue
        end = max(dose.end, dose.start + 0.5)
        if spans and dose.start <= spans[-1][1] + 0.1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((dose.start, end))
    return tuple(spans)
