"""Judge the course of subjects: the outcomes of :mod:`trimer.study.outcomes_table`, for all subjects at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.study.outcomes_table import CSF_SEEN, MRD_LIMIT, STAY, STAY_GRADE, WINDOW
from trimer.study.trial import toxicity
from trimer.study.trial.follow import AFTERMATH, EXPOSED, JUDGED
from trimer.study.trial.response import response_judge
from trimer.study.trial.treat import Treated

Array = NDArray[np.float64]
VISITS = 14.0  # days between visits, the same for every plan, so that a plan's own cycles do not favour it
REPORTED_FROM = 2  # fever alone was reported as pyrexia in MT103-211, so CRS of grade 1 is not counted (assumed)
REMISSIONS = ("CR", "CRh")
SEVERE = 3
ENGAGER_PLASMA = "blinatumomab_plasma"
MOMENT = 1e-6  # day


@dataclass(frozen=True)
class Judging:
    """Say by what subjects are judged.

    Attributes
    ----------
    days : float, day
        Horizon.
    scale, response : str
        Criteria of CRS and of response.
    window : float, day
        Within which a remission counts.
    reported_from : int
        Lowest grade of CRS that is reported.
    """

    days: float
    scale: str = "astct_2019_crs"
    response: str = "amg"
    window: float = WINDOW
    reported_from: int = REPORTED_FROM


def visits(days: float) -> Array:
    """Return the days on which subjects are assessed: day 0, and every 14 days to the horizon."""
    return np.arange(0.0, days + MOMENT, VISITS)


def judged(treated: Treated, by: Judging) -> dict[str, Array]:
    """Return every outcome by name, shape (n,); NaN where it is not known, or has not happened.

    Parameters
    ----------
    treated : Treated
        Under a plan, with ``doses`` and ``stops``.
    by : Judging

    Raises
    ------
    InputError
        When the set of criteria of response has neither CR nor CRh.
    """
    unknown = np.where(treated.status == 0, 0.0, np.nan)
    found = {
        **_response(treated, by),
        **_toxicity(treated, by),
        **_given(treated, by.days),
        **_burden(treated, by.days),
    }
    return {name: x + unknown for name, x in found.items()}


def _response(treated: Treated, by: Judging) -> dict[str, Array]:
    """Return remission and what becomes of it, as a trial finds them at visits."""
    days = visits(by.days)
    failed = (treated.status != 0)[:, None]
    readings = {name: np.where(failed, np.nan, treated.at(name, days)) for name in JUDGED}
    judge = response_judge(by.response)
    names = [name for name in REMISSIONS if name in judge.names]
    if not names:
        raise InputError("response", f'"{by.response}"', "criteria with a complete remission, such as amg")
    responses = judge.judge(days, readings)
    counted = responses.among(*names) & (days <= by.window + MOMENT)
    remission = counted.any(axis=1)
    first = np.where(remission, days[counted.argmax(axis=1)], np.nan)
    ends = [name for name in judge.definition.order if judge.definition.ends(name)]
    lost = responses.among(*ends) & (days > np.nan_to_num(first, nan=np.inf)[:, None])
    relapsed = lost.any(axis=1)
    relapse = np.where(relapsed, days[lost.argmax(axis=1)], np.nan)
    negative = counted & (readings["mrd_marrow"] < MRD_LIMIT)
    found = {
        "remission": remission,
        "remission_day": first,
        "mrd_negative": negative.any(axis=1),
        "relapse_day": relapse,
        "relapsed": np.where(remission, relapsed, np.nan),
        "remission_at_end": remission & ~relapsed,
        "days_in_remission": np.where(remission, np.fmin(relapse, by.days) - np.nan_to_num(first), 0.0),
    }
    return {name: np.asarray(x, dtype=float) for name, x in found.items()}


def exposed(treated: Treated) -> NDArray[np.bool_]:
    """Return when subjects are under an engager or CAR-T cells, for toxicity; shape (n, n_times).

    From the first dose (or day 0, where the engager of an earlier treatment is still above 0.01 ng/mL) until 14 days
    after the last treatment. Drugs that last longer are not told apart from those that do not: an engager with a long
    half-life, and CAR-T cells, act on after the last dose, but their CRS belongs to the days after a dose.
    """
    begun = np.array([starts[0] if len(starts) else np.inf for starts in treated.starts])
    plasma = treated.values.get(ENGAGER_PLASMA)
    if plasma is not None:
        begun = np.where(plasma[:, 0] > EXPOSED, -np.inf, begun)
    times = treated.times[None, :]
    after: NDArray[np.bool_] = times > begun[:, None]
    return after & _treated(treated)


def _treated(treated: Treated) -> NDArray[np.bool_]:
    """Return when subjects are in treatment, for toxicity: until 14 days after the last dose."""
    until: NDArray[np.bool_] = treated.times[None, :] <= treated.ends[:, None] + AFTERMATH
    return until


def _toxicity(treated: Treated, by: Judging) -> dict[str, Array]:
    """Return CRS by the scale, and the highest temperature and interleukin 6 under treatment."""
    temperature, hypotension, hypoxia = (treated.values[n] for n in ("temperature", "hypotension", "hypoxia"))
    graded = toxicity.crs_grades(by.scale, temperature, hypotension, hypoxia, "highest")
    graded = np.where(exposed(treated), graded, 0).astype(np.int8)
    grades = toxicity.reported(graded, by.reported_from)
    during = _treated(treated)
    hottest, most = (np.where(during, treated.values[n], -np.inf).max(axis=1) for n in ("temperature", "il6"))
    worst = toxicity.worst(grades).astype(float)
    return {
        "crs": (worst > 0.0).astype(float),
        "severe_crs": (worst >= SEVERE).astype(float),
        "crs_grade": worst,
        "crs_day": toxicity.first_day(treated.times, grades > 0),
        "temperature_max": hottest,
        "il6_max": most,
        "hospital_days": _hospital(treated, graded >= STAY_GRADE, by.days),
    }


def _hospital(treated: Treated, ill: NDArray[np.bool_], days: float) -> Array:
    """Return how many days are spent in hospital: the first days of two cycles, and every day of worse CRS (assumed).

    Not known of treatment without an engager or CAR-T cells, such as chemotherapy.
    """
    stay = np.zeros((len(ill), int(np.ceil(days))), dtype=bool)
    at = np.minimum(treated.times.astype(int), stay.shape[1] - 1)
    patient, reading = np.nonzero(ill)
    stay[patient, at[reading]] = True
    for i, cycles in enumerate(treated.cycles):
        for start, length in zip(cycles, STAY, strict=False):
            begin = int(start + MOMENT)
            stay[i, begin : begin + int(length)] = True
    other = np.array([end > 0.0 and not len(starts) for end, starts in zip(treated.ends, treated.starts, strict=True)])
    return np.where(other, np.nan, stay.sum(axis=1))


def _given(treated: Treated, days: float) -> dict[str, Array]:
    """Return what was given of the engager until the horizon, and what the rules did."""
    rows = np.array([given_until(doses, days) for doses in treated.doses]).reshape(-1, 3)
    return {
        "drug_amount": rows[:, 0],
        "infusion_days": rows[:, 1],
        "injections": rows[:, 2],
        "holds": np.array([float((held <= days).sum()) for held in treated.holds]),
        "stopped": (treated.stops <= days).astype(float),
    }


def given_until(doses: Array, days: float) -> tuple[float, float, float]:
    """Return amount (ug), days of infusion, and injections until a day; infusions that overlap count once.

    Parameters
    ----------
    doses : array, shape (n_doses, 3)
        Start and end (day), and amount (ug), in order of start.
    days : float, day
    """
    if np.isnan(doses).any():
        return np.nan, np.nan, np.nan
    start, end, amount = doses[doses[:, 0] <= days].T
    length = end - start
    kept = np.minimum(end, days) - start
    shot = length <= 0.0
    part = np.where(shot, 1.0, kept / np.where(shot, 1.0, length))
    infused = 0.0
    until = -np.inf
    for a, b in zip(start[~shot], np.minimum(end, days)[~shot], strict=True):
        infused += max(0.0, b - max(a, until))
        until = max(until, b)
    return float((amount * part).sum()), infused, float(shot.sum())


def _burden(treated: Treated, days: float) -> dict[str, Array]:
    """Return blasts on two early days and at the horizon."""
    marrow = treated.values["marrow_blast_percent"]
    csf = treated.at("csf_blasts", visits(days))
    seen = (csf >= CSF_SEEN).any(axis=1).astype(float)

    def on(day: float) -> Array:
        return (
            treated.at("marrow_blast_percent", np.array([day]))[:, 0] if day <= days else np.full(len(marrow), np.nan)
        )

    return {
        "marrow_blasts_day_15": on(14.0),
        "marrow_blasts_day_29": on(28.0),
        "marrow_blasts_end": marrow[:, -1],
        "dim_at_end": treated.values["cd19_dim_percent"][:, -1],
        "csf_blasts_max": treated.values["csf_blasts"].max(axis=1),
        "csf_blasts_seen": np.where(csf[:, 0] >= CSF_SEEN, np.nan, seen),
    }
