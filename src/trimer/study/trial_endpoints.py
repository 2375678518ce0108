"""Ten main endpoints of a virtual trial as a function of the parameters of its population.

One evaluation is one whole trial: the same virtual patients (common random numbers) under other population parameters,
so that endpoints differ by these alone. What is moved is what the calibration leaves free.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.errors import InputError
from trimer.library.load_calibration import calibrated as calibrated_draws
from trimer.parameters import Parameter
from trimer.storage import keep as keep_file
from trimer.study.calibrate.cohorts import LONG_ENOUGH
from trimer.study.calibrate.prior import Free, from_normal
from trimer.study.calibrate.stages import STAGES
from trimer.study.population.patients import SPREAD
from trimer.study.scenario import SEED
from trimer.study.sensitivity import LEVELS, Factor, Output, Progress, Scale, Sensitivity, screen_then_sobol
from trimer.study.simulation import Table
from trimer.study.trial.follow import follow
from trimer.study.trial.run import describe
from trimer.study.trial.summary import MEDIAN, MONTH, SHARE, definition, solved
from trimer.study.trial.task import TrialTask, population_of
from trimer.study.trial.treat import Treated, treat
from trimer.therapy.trial import Trial

Array = NDArray[np.float64]
Tell = Callable[[bool], None]

TRIAL = "mt103_211"
PATIENTS, FEWEST, MOST = 128, 8, 100_000
TRAJECTORIES, STRONGEST, BASE = 8, 8, 64
Z_RANGE = 1.6448536269514722  # factors range from the 5th to the 95th percentile
RFS_MONTHS = 12.0  # from response; all responders are followed for longer
PERCENTILE = 0.9  # of patients, by the severity of their worst moment
STEADY = 5  # trials after which the time left is told
SCALES: dict[str, Scale] = {"linear": "linear", "log": "log", "logit": "logit"}
ENDPOINTS = (
    Output("cr_crh", "CR or CRh", "%"),
    Output("cr_crh_blasts_50_up", "CR or CRh, blasts ≥ 50 %", "%"),
    Output("mrd_response", "MRD response of responders", "%"),
    Output("count_recovery", "CR among CR or CRh", "%"),
    Output("rfs_mean", "RFS in 12 months, mean", "month"),
    Output("os_median", "Median OS", "month"),
    Output("crs_any", "CRS, any", "%"),
    Output("crs_severity", "CRS signs, P90", "grade"),
    Output("cd19_negative_at_failure", "CD19 lost at failure", "%"),
    Output("drug_days_mean", "Days of infusion, mean", "day"),
)


@dataclass(frozen=True)
class TrialEndpoints:
    """Give the endpoints of a trial under other parameters of its population; calling it with values does.

    Attributes
    ----------
    trial : Trial
        Followed for no longer than the endpoints need. Its first arm is looked at.
    factors : tuple of Factor
        Population parameters of the calibration's stages that this trial depends on.
    patients : int
        Virtual patients of one evaluation.
    seed : int
    ranges : str
        Where the factors' ranges come from, as it is printed.
    keep : Path or None
        Folder in which every finished evaluation is kept, so that a run that was interrupted goes on.
    threads : int or None
    """

    trial: Trial
    factors: tuple[Factor, ...]
    patients: int = PATIENTS
    seed: int = SEED
    ranges: str = "the prior"
    keep: Path | None = None
    threads: int | None = None
    outputs: tuple[Output, ...] = field(default=ENDPOINTS, init=False)

    @property
    def label(self) -> str:
        """Of what trial and patients."""
        return f"{self.trial.label} · {self.patients:,} virtual patients, day 0 to {self.trial.follow_up:g}"

    @property
    def note(self) -> str:
        """How factors and endpoints are to be read."""
        return (
            f"Each parameter ranges from the 5th to the 95th percentile of {self.ranges}, by itself, whatever it "
            f"correlates with; “spread” is how much it differs between patients. The same {self.patients:,} virtual "
            "patients in all runs. An endpoint of responders has no value where there are none, and the run counts as "
            f"failed. RFS: restricted mean, as its median jumps between visits. A median OS not reached by day "
            f"{self.trial.follow_up:g} is set there. CRS signs: the worst of hypotension and hypoxia under the engager "
            "(2 at low-dose support, 3 at high-dose) of the patient at the 90th percentile, as grades jump."
        )

    def __call__(self, values: Array, tell: Tell | None = None) -> Array:
        """Return the endpoints of trials.

        Parameters
        ----------
        values : array, shape (M, n_factors)
            Each factor in its unit.
        tell : callable, optional
            Called after each trial, with whether it had to be run (False: it was kept).

        Returns
        -------
        array, shape (M, 10)
            In the units of ``outputs``; NaN where nobody counts.

        Raises
        ------
        InputError
            When the folder holds other trials, cannot be written, or has a damaged file.
        """
        if self.keep is not None:
            self._claim(self.keep)
        rows = []
        for row in np.asarray(values, dtype=float):
            kept = None if self.keep is None else self._kept(self.keep, row)
            rows.append(self.endpoints(row) if kept is None else kept)
            if self.keep is not None and kept is None:
                self._store(self.keep, row, rows[-1])
            if tell is not None:
                tell(kept is None)
        return np.array(rows).reshape(-1, len(self.outputs))

    def endpoints(self, row: Array) -> Array:
        """Return the endpoints of one trial, shape (10,), from one value a factor; see :meth:`__call__`."""
        own = {f.name: np.array([x]) for f, x in zip(self.factors, row, strict=True)}
        task, arm = self._task(own), self.trial.arms[0]
        everybody = task.patients(0, self.patients)
        treated = treat(arm, everybody.columns, task.times, self.seed, 0, self.threads)
        table = follow(self.trial, arm.name, everybody, treated, self.seed, task.in_remission)
        return endpoints_of(solved(table, arm.name), severity(treated), self.trial.follow_up)

    @property
    def middle(self) -> Array:
        """Every factor in the middle of its range, shape (n_factors,)."""
        return np.array([f.middle for f in self.factors])

    def seconds(self) -> float:
        """Return how long one trial takes here, s; measured on the second, as the first prepares the equations."""
        self.endpoints(self.middle)
        began = monotonic()
        self.endpoints(self.middle)
        return monotonic() - began

    def _task(self, own: Mapping[str, Array]) -> TrialTask:
        return TrialTask(self.trial, population_of(self.trial), own, self.seed, self.patients, threads=self.threads)

    def _claim(self, place: Path) -> None:
        """Write what the trials are into the folder, or make sure that they are those it holds."""
        what = describe(self._task({}), self.patients, 0, self.patients)
        what |= {"factors": [f.name for f in self.factors], "endpoints": [o.name for o in self.outputs]}
        text = json.dumps(what, indent=1, sort_keys=True)
        path = place / "manifest.json"
        if not path.is_file():
            _write(place, path.name, text)
        elif path.read_text(encoding="utf-8") != text:
            raise InputError(str(place), "other virtual trials", "a folder of its own", "Name another folder.")

    def _kept(self, place: Path, row: Array) -> Array | None:
        path = place / _name(row)
        if not path.is_file():
            return None
        try:
            found = json.loads(path.read_text(encoding="utf-8"))["endpoints"]
            return np.array([math.nan if found[o.name] is None else float(found[o.name]) for o in self.outputs])
        except (OSError, ValueError, LookupError, TypeError) as fault:
            hint = "Delete it, and its trial is run again."
            raise InputError(str(path), "a damaged file", "endpoints as they were written", hint) from fault

    def _store(self, place: Path, row: Array, found: Array) -> None:
        told = {
            "parameters": dict(zip([f.name for f in self.factors], row.tolist(), strict=True)),
            "endpoints": {
                o.name: x if math.isfinite(x) else None for o, x in zip(self.outputs, found.tolist(), strict=True)
            },
        }
        _write(place, _name(row), json.dumps(told, indent=1))


def _name(row: Array) -> str:
    """Return the name of the file of one trial, which follows from its parameters."""
    return f"{hashlib.sha256(row.tobytes()).hexdigest()[:20]}.json"


def _write(place: Path, name: str, text: str) -> None:
    if not keep_file(place, name, text.encode(), private=False):
        raise InputError(str(place / name), "a file that cannot be written", "a folder that can be written")


def severity(treated: Treated) -> Array:
    """Return the worst of hypotension and hypoxia under the engager, shape (n_patients,); NaN where unsolved.

    The model's grades before they are cut into whole ones, which move with a parameter where counts of patients jump;
    whether a patient dies before is not looked at.
    """
    worst = np.maximum(treated.values["hypotension"], treated.values["hypoxia"])
    peak = np.where(treated.exposed, np.nan_to_num(worst), 0.0).max(axis=1)
    return np.where(treated.status == 0, peak, np.nan)


def endpoints_of(table: Table, peaks: Array, follow_up: float) -> Array:
    """Return the endpoints of an arm, in the order of ``ENDPOINTS``.

    Parameters
    ----------
    table : dict of str to array, shape (n_patients,)
        Rows of solved patients; see :mod:`trimer.study.trial.follow`.
    peaks : array
        Severity of each patient's worst moment; NaN where unsolved.
    follow_up : float, day

    Returns
    -------
    array, shape (10,)
        NaN where nobody counts.

    Notes
    -----
    The restricted mean of relapse-free survival (Royston & Parmar 2013, recalled) needs no correction for censoring:
    everybody is followed for longer than twelve months from response.
    """
    if not len(table["status"]):
        return np.full(len(ENDPOINTS), np.nan)
    responders = np.isin(table["response"], ("CR", "CRh"))
    known = table["rfs_time"][np.isfinite(table["rfs_time"])]
    special = {
        "count_recovery": 100.0 * _mean(table["response"][responders] == "CR"),
        "rfs_mean": _mean(np.minimum(known, RFS_MONTHS)),
        "crs_severity": float(np.nanquantile(peaks, PERCENTILE)),
    }
    found = (special[o.name] if o.name in special else _endpoint(o.name, table, follow_up) for o in ENDPOINTS)
    return np.array(list(found))


def _endpoint(key: str, table: Table, follow_up: float) -> float:
    """Return an endpoint as trials have it, shares in %; a median that is not reached is the end of follow-up."""
    one = definition(key)
    data = one.counted(table, None)
    if data is None:
        return math.nan
    value = one.measure.point(*data)
    if one.measure is SHARE:
        return 100.0 * value
    return follow_up / MONTH if one.measure is MEDIAN and math.isnan(value) else value


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else math.nan


def factors_of(known: Mapping[str, Parameter], draws: Mapping[str, Array] | None = None) -> tuple[Factor, ...]:
    """Return the calibration's free parameters that are known to a trial.

    Parameters
    ----------
    known : mapping of str to Parameter
        Of the trial's models.
    draws : mapping of str to array, shape (n_draws,), optional
        Of a calibration: ranges are theirs instead of the prior's where it has the parameter.
    """
    every = [free for stage in STAGES for free in stage.prior if free.name.removesuffix(SPREAD) in known]
    return tuple(_factor(free, known, (draws or {}).get(free.name)) for free in every)


def _factor(free: Free, known: Mapping[str, Parameter], drawn: Array | None) -> Factor:
    if drawn is None:
        low, high = (float(from_normal([free], [z])[0]) for z in (-Z_RANGE, Z_RANGE))
    else:
        low, high = (float(q) for q in np.quantile(drawn, (0.05, 0.95)))
    unit = "1" if free.name.endswith(SPREAD) else known[free.name].unit.replace("fraction", "1")
    return Factor(free.name, low, high, SCALES[free.scale], unit)


def trial_endpoints(
    trial: str | Path | Trial = TRIAL,
    patients: int = PATIENTS,
    *,
    seed: int = SEED,
    posterior: bool = False,
    calibration: str | None = None,
    only: tuple[str, ...] = (),
    keep: str | Path | None = None,
    threads: int | None = None,
) -> TrialEndpoints:
    """Return the endpoints of a virtual trial as a function of its population's parameters.

    Parameters
    ----------
    trial : str, Path or Trial
        One that patients enter with active disease and that follows them for at least 460 days.
    patients : int
        Virtual patients of each evaluation; shares move in steps of one of them.
    seed : int
        Of the patients.
    posterior : bool
        Whether factors range over the calibrated draws' 5th to 95th percentiles instead of the prior's.
    calibration : str, optional
        Whose draws: a name in the library or a CSV file. Default: the population's own.
    only : tuple of str
        Factors that are moved, instead of all; the others stay as the population has them.
    keep : str or Path, optional
        Folder for finished evaluations.
    threads : int, optional

    Raises
    ------
    TrimerError
        When something given is at fault.
    """
    found = trial if isinstance(trial, Trial) else library.trial(trial)
    if not FEWEST <= patients <= MOST:
        raise InputError("patients", str(patients), f"a whole number, {FEWEST} to {MOST:,}")
    if found.follow_up < LONG_ENOUGH:
        raise InputError(f"trial {found.name}", f"{found.follow_up:g} days of follow-up", f"at least {LONG_ENOUGH:g}")
    short = replace(found, follow_up=LONG_ENOUGH)
    task = TrialTask(short, population_of(short))
    if task.in_remission:
        raise InputError(
            f"trial {found.name}", "patients in remission", "patients with active disease",
            "Its endpoints begin with their remission.",
        )  # fmt: skip
    name = task.population.calibration if calibration is None else calibration
    factors = factors_of(task.known, calibrated_draws(name) if posterior else None)
    unknown = sorted({*only} - {f.name for f in factors})
    if unknown:
        raise InputError("only", ", ".join(unknown), f"some of {', '.join(f.name for f in factors)}")
    chosen = tuple(f for f in factors if not only or f.name in only)
    ranges = f"the calibration {Path(name).stem}" if posterior else "the prior"
    return TrialEndpoints(short, chosen, patients, seed, ranges, None if keep is None else Path(keep), threads)


def runs(factors: int, trajectories: int = TRAJECTORIES, strongest: int = STRONGEST, base: int = BASE) -> int:
    """Return how many trials screening and indices take: r (k + 1) and n (d + 2)."""
    return trajectories * (factors + 1) + base * (min(strongest, factors) + 2)


def trial_sensitivity(
    forward: TrialEndpoints,
    *,
    strongest: int = STRONGEST,
    trajectories: int = TRAJECTORIES,
    levels: int = LEVELS,
    base: int = BASE,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Sensitivity:
    """Return what decides the endpoints of a virtual trial.

    Parameters
    ----------
    forward : TrialEndpoints
        From :func:`trial_endpoints`.
    strongest, trajectories, levels, base, seed, progress
        As for :func:`trimer.study.sensitivity.screen_then_sobol`; progress tells trials done and time left.

    Raises
    ------
    TrimerError
        When something given is at fault, or SALib is not installed.
    KeyboardInterrupt
        On an interrupt; finished trials stay in the folder of ``forward``.
    """
    screened = trajectories * (len(forward.factors) + 1)
    total = runs(len(forward.factors), trajectories, strongest, base)
    tell = _teller(progress or (lambda _text, _share: None), screened, total)
    return screen_then_sobol(
        lambda values: forward(values, tell), forward.factors, forward.outputs, strongest, trajectories=trajectories,
        levels=levels, base=base, seed=seed, label=forward.label, note=forward.note,
    )  # fmt: skip


def _teller(progress: Progress, screened: int, total: int) -> Tell:
    """Return what is to be called with every finished trial, and whether it was run."""
    began, done, ran = monotonic(), 0, 0

    def tell(new: bool) -> None:
        nonlocal done, ran
        done, ran = done + 1, ran + new
        left = (total - done) * (monotonic() - began) / ran if ran >= STEADY else 0.0
        stage = "screening" if done <= screened else "indices"
        progress(f"{stage}, {done:,} of {total:,} trials" + (f", {told(left)} left" if left else ""), done / total)

    return tell


def told(seconds: float) -> str:
    """Return a time in words: whole seconds below two minutes, minutes above."""
    return f"{seconds:.0f} s" if seconds < 120.0 else f"{seconds / 60.0:.0f} min"
