"""Follow treated patients as a trial does: assess, judge by its criteria, find relapse, and fill the trial table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trimer.study.draws import uniforms
from trimer.study.population.patients import Patients
from trimer.study.scenario import levels
from trimer.study.simulation import Table
from trimer.study.trial import toxicity
from trimer.study.trial.response import Responses, response_judge
from trimer.study.trial.survival import MONTH, Fate, fates
from trimer.study.trial.treat import Treated
from trimer.therapy.trial import Trial

Array = NDArray[np.float64]
JUDGED = ("marrow_blast_percent", "blood_blast_percent", "blasts_blood", "extramedullary_blasts", "mrd_marrow", "anc",
          "platelets")  # fmt: skip
FREE = 5.0  # % of marrow cells: at or below it leukaemia is not active (the limit of remission in most definitions)
AFTERMATH = 14.0  # days after the last treatment that still count as treatment for toxicity
EXPOSED = 0.01  # ng/mL; below it no engager runs
CSS_DAY = 27.0
DIM = 50.0  # % of blasts with dim or absent CD19 from which a failure counts as antigen-negative
EARLIEST = 1.0 / MONTH  # month: the day on which a trial counts a failure of induction that it dates back to entry


@dataclass(frozen=True)
class Seen:
    """Hold what assessments found.

    Attributes
    ----------
    days : array, shape (n_visits,), day
        Entry first.
    window : array of bool, shape (n_visits,)
        Those within the window of response.
    responses : Responses
    first : array, shape (n_patients,), day
        Of first remission; NaN for none. 0 for patients who enter in remission.
    free : array, shape (n_patients,), day
        When the marrow was first free of active leukaemia, at any reading; NaN for never.
    relapse : array, shape (n_patients,), day
        Found first at; of those without a remission, when active leukaemia was back; NaN for none.
    """

    days: Array
    window: NDArray[np.bool_]
    responses: Responses
    first: Array
    free: Array
    relapse: Array


def visits(trial: Trial) -> tuple[Array, NDArray[np.bool_]]:
    """Return the days of assessment, entry first, and which lie within the window of response."""
    plan = trial.assessment
    within = [*(plan.days or [plan.cycle_length * (k + 1) for k in range(plan.window)])]
    later = [day for day in plan.later(trial.follow_up) if day > within[-1]]
    days = np.array([0.0, *within, *later])
    return days, np.concatenate([[False], np.ones(len(within), bool), np.zeros(len(later), bool)])


def assess(trial: Trial, treated: Treated, in_remission: bool) -> Seen:
    """Return responses at a trial's visits, had everybody lived to be seen.

    Parameters
    ----------
    trial : Trial
    treated : Treated
    in_remission : bool
        Whether patients enter in remission, so that losing it is relapse from entry.
    """
    days, window = visits(trial)
    readings = {name: treated.at(name, days) for name in JUDGED}
    failed = treated.status != 0
    readings = {name: np.where(failed[:, None], np.nan, x) for name, x in readings.items()}
    judge = response_judge(trial.assessment.response)
    responses = judge.judge(days, readings)
    definition = judge.definition
    remission = responses.among(*definition.remissions)
    counted = remission & window
    first = np.where(counted.any(axis=1), days[counted.argmax(axis=1)], np.nan)
    lost = responses.among(*(n for n in definition.order if definition.ends(n)))
    if in_remission:
        first = np.zeros(len(first))
    marrow, times = treated.values["marrow_blast_percent"], treated.times[None, :]
    cleared = toxicity.first_day(treated.times, (marrow <= FREE) & (times > 0.0))
    free = np.where(np.isnan(first), cleared, np.fmin(first, cleared))
    again = toxicity.first_day(treated.times, (marrow > FREE) & (times > np.nan_to_num(free, nan=np.inf)[:, None]))
    lost = lost & (days > np.nan_to_num(first, nan=np.inf)[:, None])
    relapse = np.where(lost.any(axis=1), days[lost.argmax(axis=1)], np.nan)
    relapse = np.where(np.isnan(first), again, relapse)
    unknown = np.where(failed, np.nan, 0.0)
    return Seen(days, window, responses, first + unknown, free + unknown, relapse + unknown)


def follow(trial: Trial, arm: str, patients: Patients, treated: Treated, seed: int, in_remission: bool) -> Table:
    """Return the rows of an arm's patients; see ``docs/reference/trials.md`` for the columns.

    Parameters
    ----------
    trial : Trial
    arm : str
    patients : Patients
        Their columns hold the values of ``library/outcome.toml`` too.
    treated : Treated
    seed : int
    in_remission : bool
        See :func:`assess`.
    """
    seen = assess(trial, treated, in_remission)
    fate = fates(patients.columns, seen.first, seen.relapse, trial.follow_up, seed, patients.first, seen.free)
    return {
        "arm": np.array([arm] * len(patients)),
        "status": treated.status,
        **_entry(patients, treated, fate),
        **_responses(trial, patients, treated, seen, fate, seed),
        **_toxicity(trial, treated, fate),
        **_times(trial, seen, fate),
    }


def _entry(patients: Patients, treated: Treated, fate: Fate) -> Table:
    zero = np.zeros(1)
    known = {n: patients.covariates[n] for n in patients.covariates if n not in ("marrow_blast_percent", "mrd_marrow")}
    day = np.array([CSS_DAY])
    css = np.max([treated.at(name, day)[:, 0] for name in levels(treated.values)], axis=0)  # an arm has one engager
    return {
        "patient": np.arange(patients.first, patients.first + len(patients)),
        "draw": patients.draw,
        **known,
        "blasts_at_entry": treated.at("marrow_blast_percent", zero)[:, 0],
        "mrd_at_entry": treated.at("mrd_marrow", zero)[:, 0],
        "treg": patients.columns["treg_fraction"],
        "t_cells_at_entry": treated.at("t_cells_blood", zero)[:, 0],
        "css": np.where((css > EXPOSED) & ~(fate.death_day < CSS_DAY), css, np.nan),
    }


def _responses(trial: Trial, patients: Patients, treated: Treated, seen: Seen, fate: Fate, seed: int) -> Table:
    """Return best response, depth and antigen; nobody is seen after death."""
    alive = ~(seen.days[None, :] > np.where(np.isnan(fate.death_day), np.inf, fate.death_day)[:, None])
    solved = treated.status == 0
    best = seen.responses.best(seen.window & alive)
    names = np.array((*seen.responses.names, ""))
    response = np.where(solved, names[best], "")
    there = alive[np.arange(len(best)), np.searchsorted(seen.days, np.nan_to_num(seen.first))]
    first = np.where(there, seen.first, np.nan)
    length = trial.assessment.cycle_length
    limit = trial.assessment.mrd_limit
    free = seen.responses.among(*response_judge(trial.assessment.response).definition.remissions)
    mrd = treated.at("mrd_marrow", seen.days)
    had = uniforms("residual disease assessed", seed, patients.first, len(best)) < trial.assessment.mrd_assessed
    looked = seen.window & alive
    negative = ((mrd < limit) & free & looked).any(axis=1)
    one = seen.window & (seen.days <= length + 1e-6)
    negative_1 = ((mrd < limit) & looked & one).any(axis=1)
    seen_1 = (looked & one).any(axis=1)
    dim = treated.at("cd19_dim_percent", seen.days)
    relapsed = ~np.isnan(fate.relapse_day) & ~np.isnan(first)
    primary = solved & np.isnan(first) & looked.any(axis=1)
    last = np.where(looked, np.arange(len(seen.days)), 0).max(axis=1)
    at = np.where(relapsed, np.searchsorted(seen.days, np.nan_to_num(seen.relapse)), last)
    lost = dim[np.arange(len(best)), np.minimum(at, len(seen.days) - 1)] >= DIM
    progression = seen.responses.among(*({"PD"} & set(seen.responses.names))) & looked
    return {
        "response": response,
        "response_day": np.where(solved, first, np.nan),
        "response_cycle": np.where(np.isnan(first), 0, np.ceil(np.nan_to_num(first) / length)).astype(int),
        "mrd_negative": np.where(solved & had & looked.any(axis=1), negative.astype(float), np.nan),
        "mrd_negative_cycle_1": np.where(solved & had & seen_1, negative_1.astype(float), np.nan),
        "relapse_day": np.where(relapsed, fate.relapse_day, np.nan),
        "progression_day": np.where(progression.any(axis=1), seen.days[progression.argmax(axis=1)], np.nan),
        "cd19_at_failure": np.where(relapsed | primary, np.where(lost, "negative", "positive"), ""),
    }


def _toxicity(trial: Trial, treated: Treated, fate: Fate) -> Table:
    """Return the grades of what treatment did, until death or transplant."""
    stop = np.fmin(fate.death_day, fate.hsct_day)
    stop = np.where(np.isnan(stop), np.inf, stop)
    times = treated.times[None, :]
    during = (times <= np.minimum(stop, treated.ends + AFTERMATH)[:, None]) & (times >= 0.0)
    temperature, hypotension, hypoxia = (treated.values[n] for n in ("temperature", "hypotension", "hypoxia"))
    grades = toxicity.crs_grades(trial.crs.scale, temperature, hypotension, hypoxia, "highest")
    grades = np.where(during & treated.exposed, toxicity.reported(grades, trial.crs.reported_from), 0).astype(np.int8)
    day = toxicity.first_day(treated.times, grades > 0)
    anc = treated.values["anc"]
    cells = np.where(during, anc, anc[:, [0]])
    ran = [np.clip(spans, None, end) for spans, end in zip(treated.spans, stop, strict=True)]
    first = times <= trial.assessment.cycle_length
    return {
        "crs_grade": toxicity.worst(grades),
        "crs_grade_cycle_1": toxicity.worst(np.where(first, grades, 0)),
        "crs_day": day,
        "crs_near_start": toxicity.near_start(day, treated.starts),
        "fever_cycle_1": toxicity.fever(np.where(during & first, temperature, temperature[:, [0]])),
        "neutropenia_grade": toxicity.newly_arising(cells, anc[:, 0]),
        "interrupted": np.array([float((days < end).any()) for days, end in zip(treated.holds, stop, strict=True)]),
        "drug_days": np.array([float((spans[:, 1] - spans[:, 0]).sum()) for spans in ran]),
        "cycles": np.array([float((days < end).sum()) for days, end in zip(treated.cycles, stop, strict=True)]),
    }


def _times(trial: Trial, seen: Seen, fate: Fate) -> Table:
    """Return times to events in months, each with 1 for the event and 0 for the end of follow-up (or transplant)."""
    end = trial.follow_up
    death = np.where(np.isnan(fate.death_day), np.inf, fate.death_day)
    relapse = np.where(np.isnan(fate.relapse_day), np.inf, fate.relapse_day)
    hsct = np.where(np.isnan(fate.hsct_day), np.inf, fate.hsct_day)
    responded = ~np.isnan(seen.first) & (seen.first <= death)
    start = np.where(responded, seen.first, np.nan)
    loss = np.minimum(relapse, death)
    window = trial.assessment.window_end
    no_remission = np.minimum(window, death)

    def months(day: Array, origin: Array | float, until: Array | float = np.inf) -> tuple[Array, NDArray[np.int64]]:
        stop = np.minimum(end, until)
        event = (day <= stop) & np.isfinite(day)
        return (np.minimum(day, stop) - origin) / MONTH, event.astype(np.int64)

    rfs, rfs_event = months(loss, start)
    dor, dor_event = months(loss, start, hsct)
    efs, efs_event = months(np.where(responded, loss, no_remission), 0.0)
    if trial.assessment.efs == "day 1":
        efs, efs_event = np.where(responded, efs, EARLIEST), np.where(responded, efs_event, 1)
    overall, overall_event = months(death, 0.0)
    none = ~responded
    return {
        "hsct_day": fate.hsct_day,
        "death_day": fate.death_day,
        "death_cause": fate.death_cause,
        "rfs_time": np.where(none, np.nan, rfs),
        "rfs_event": np.where(none, 0, rfs_event),
        "dor_time": np.where(none, np.nan, dor),
        "dor_event": np.where(none, 0, dor_event),
        "efs_time": efs,
        "efs_event": efs_event,
        "os_time": overall,
        "os_event": overall_event,
    }
