"""Fit a patient's twin: the posterior of one patient's parameters, the population as prior, the record as data."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.trace import trace
from trimer.errors import InputError
from trimer.record.case import Case
from trimer.study.likelihood import ERRORS
from trimer.study.research import NOTICE
from trimer.study.subjects import Subjects
from trimer.study.twin import predict
from trimer.study.twin.posterior import ESS, RHAT, Mixing, Posterior, summary
from trimer.study.twin.prior import POPULATION
from trimer.study.twin.sampler import Sampling, sample
from trimer.study.twin.segment import Segment, Source, day_of, first_engager, segment_of
from trimer.study.twin.target import RTOL, Target

Array = NDArray[np.float64]
Progress = Callable[[str, float], None]
SCHEMA = "trimer/twin/1"
SEED = 20160216
ERROR_SCALE = 1.5
"""Errors of the data against those of measurement alone, since the model is wrong too: what the reference case leaves
over when fitted (deviance 55 of 39 data, some 14 directions of them informed), rounded (assumed)."""
DRAWS = 512  # kept of a posterior where all of it would be too many


@dataclass(frozen=True)
class Twin:
    """Hold one patient's posterior.

    Attributes
    ----------
    segment : Segment
        The record, the model and the prior.
    posterior : Posterior
    reported : dict of str to Mixing
        How well the walkers agree on what is reported of the patient.
    provenance : dict
    mixed : dict of str to Mixing
        How well they agree on each parameter, where the paths are thinned too far to say: those of a shipped posterior.
    """

    segment: Segment
    posterior: Posterior
    reported: dict[str, Mixing] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    mixed: dict[str, Mixing] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """Return the case."""
        return self.segment.case

    @cached_property
    def parameters(self) -> dict[str, Mixing]:
        """How well the walkers agree on each parameter."""
        return self.mixed or self.posterior.mixing()

    @property
    def converged(self) -> bool:
        """Whether the walkers agree on everything reported."""
        return bool(self.reported) and all(m.good for m in self.reported.values())

    @property
    def remarks(self) -> tuple[str, ...]:
        """What has to be said before any figure."""
        if self.converged:
            return ()
        if not self.reported:
            return ("How well the walkers agree is not known of this posterior.",)
        bad = [n for n, m in self.reported.items() if not m.good]
        worst = max((m.rhat for m in self.reported.values()), default=math.nan)
        few = min((m.ess for m in self.reported.values()), default=0.0)
        return (
            f"NOT CONVERGED: of {len(self.reported)} reported quantities {len(bad)} miss R-hat below {RHAT:g} and an "
            f"effective size above {ESS:g} (worst R-hat {worst:.2f}, fewest {few:.0f}). Sample longer before believing "
            "any of it.",
        )

    def columns(self, draws: int = DRAWS) -> dict[str, Array]:
        """Return parameter values of draws by name, shape (n_draws,); other drugs' kinetics are left out."""
        found = self.segment.prior.columns(self.posterior.draws(min(draws, len(self.posterior))))
        own = self.segment.estimable
        return {name: x for name, x in found.items() if name in own}

    def subjects(self, at: str | dt.date | float | None = None, draws: int = 200) -> Subjects:
        """Return posterior draws standing at a decision, with the other drugs of the record as they were in the fit.

        How strong another drug is cannot be told from how sensitive the patient is, so a fit holds the kinetics and
        effects of the record's other drugs at their typical values. Drawn anew, they would be of another patient;
        those of drugs that are not in the record are drawn from their spread.

        Parameters
        ----------
        at : str, date, day or None
            A date, or an event of the record: just before its treatment begins. Default: before the first engager.
        draws : int

        Raises
        ------
        InputError
            When it is no date or event of the record, or before the twin begins.
        """
        day = first_engager(self.segment.setting) if at is None else day_of(self.segment.setting, at)
        z = self.posterior.draws(min(draws, len(self.posterior)))
        states = predict.states_at(self.segment, z, day)
        columns = self.segment.prior.columns(z)
        date = self.segment.setting.record.date(day).isoformat()
        label = f"{self.case.id} at {date}, {len(z)} posterior draws"
        if math.isfinite(self.segment.until):
            label += f", record known until {self._date(self.segment.until)}"
        return Subjects(label, "posterior", columns, states, self.case.size, int(self.provenance.get("seed", SEED)))

    def must_be_of(self, asked: Case | Segment) -> None:
        """Raise when it is the twin of another case, or does not know just what a segment knows of the record.

        Raises
        ------
        InputError
            Whose twin it is, and whose was asked for.
        """
        case, known = (asked.case, asked.known) if isinstance(asked, Segment) else (asked, self.segment.known)
        if (self.case.id, self.segment.known) == (case.id, known):
            return
        expected = _whose(asked) if isinstance(asked, Segment) else f"a twin of {case.id}"
        raise InputError("twin", _whose(self.segment), expected, "Leave it out, and the twin asked for is fitted.")

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the paths, as plain values."""
        table = summary(self.columns())
        prior = self.segment.prior
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "case": self.case.id,
            "until": None if math.isinf(self.segment.until) else self._date(self.segment.until),
            "converged": self.converged,
            "remarks": list(self.remarks),
            "parameters": {
                name: {
                    "unit": prior.items[name].unit,
                    "prior": prior.items[name].value,
                    "spread": prior.items[name].spread,
                    "q05": table[name][0],
                    "q50": table[name][1],
                    "q95": table[name][2],
                    "rhat": self.parameters[name].rhat,
                    "ess": self.parameters[name].ess,
                }
                for name in prior.names
            },
            "reported": {n: {"rhat": m.rhat, "ess": m.ess} for n, m in self.reported.items()},
            "data": [
                {"event": d.event, "observable": d.observable, "date": self._date(d.day), "low": d.low, "high": d.high}
                for d in self.segment.known
            ],
            "provenance": self.provenance,
        }

    def _date(self, day: float) -> str:
        return self.segment.setting.record.date(day).isoformat()


def _whose(segment: Segment) -> str:
    """Return in words whose twin is made from a segment."""
    end = f" until {segment.setting.record.date(segment.until).isoformat()}" if math.isfinite(segment.until) else ""
    return f"a twin of {segment.case.id} that knows {'the record' if end else 'all of the record'}{end}"


def fit(
    case: Source,
    *,
    until: str | dt.date | float | None = None,
    population: str = POPULATION,
    walkers: int = 64,
    warm_up: int = 600,
    steps: int = 2000,
    seed: int = SEED,
    error_scale: float = ERROR_SCALE,
    keep: str | Path | None = None,
    resume: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Twin:
    """Fit a patient's twin.

    Parameters
    ----------
    case : str, Path, Case or Setting
        With an engager among what was given.
    until : str, date, day or None
        Use the record up to then only: a date (the whole of it), or an event, itself still known to its last dose or
        stop.
    population : str
        The prior: a population of the library or a file, or ``"model"`` for the spreads of the model files alone.
    walkers, warm_up, steps : int
        Walkers, and steps of each before and while draws are kept.
    seed : int
    error_scale : float
        By how much errors are wider than those of measurement, for what the model gets wrong.
    keep : str or Path, optional
        Folder in which walkers are kept after each block.
    resume : bool
        Go on with what the folder holds.
    threads, progress : optional

    Raises
    ------
    TrimerError
        When the case has no engager, nothing to be fitted to, or an input is at fault.
    """
    if not 0.0 < error_scale < math.inf:
        raise InputError("error_scale", f"{error_scale:g}", "a factor above zero, such as 1.5")
    sampling = Sampling(walkers, warm_up, steps, seed)
    segment = segment_of(case, until, population)
    target = Target(segment.assembly, segment.prior, segment.known, error_scale, threads)
    identity = identity_of(segment, error_scale)
    folder = Path(keep) if keep else None
    posterior = sample(target, sampling, folder=folder, identity=identity, resume=resume, progress=progress)
    provenance = {**identity, "seed": seed, "walkers": walkers, "warm_up": warm_up, "steps": steps}
    provenance |= {"emcee": version("emcee"), "arviz_stats": version("arviz-stats")}
    return Twin(segment, posterior, predict.reported(segment, posterior, threads), provenance)


def identity_of(segment: Segment, error_scale: float) -> dict[str, Any]:
    """Return what a posterior depends on, so that one of something else is not taken for it."""
    prior = segment.prior
    items = [(n, prior.items[n].value, prior.items[n].spread) for n in prior.names]
    data = [(d.event, d.observable, d.day, d.low, d.high) for d in segment.known]
    return {
        "trimer": version("trimer"),
        "case": segment.case.id,
        "data": _mark(data),
        "doses": _mark((segment.assembly.start, segment.assembly.rows)),
        "equations": trace(segment.assembly.system).fingerprint(),
        "population": prior.population,
        "prior": _mark((items, sorted(prior.fixed.items()), prior.factor.tolist())),
        "errors": _mark([(n, e.scale, e.sd, e.floor) for n, e in sorted(ERRORS.items())]),
        "error_scale": error_scale,
        "rtol": RTOL,
    }


def _mark(what: object) -> str:
    """Return a mark of nested values, numbers to six digits: the last bits differ between machines."""
    return hashlib.sha256(_text(what).encode()).hexdigest()[:16]


def _text(what: object) -> str:
    if isinstance(what, float):
        return f"{what:.6g}"
    if isinstance(what, tuple | list):
        return f"[{','.join(_text(x) for x in what)}]"
    return str(what)
