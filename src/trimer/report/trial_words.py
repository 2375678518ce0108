"""What a virtual trial says, in words: endpoints in order, values, intervals, remarks; the same on every surface."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from trimer.report import text
from trimer.study.simulation import Table
from trimer.study.trial.estimates import Estimate, Floats, Mask
from trimer.study.trial.run import TrialResult
from trimer.study.trial.summary import definition, predictive, replicates
from trimer.study.trial.survival import MONTH
from trimer.study.trial.task import population_of
from trimer.therapy.trial import Arm, Trial

Curves = Mapping[str, Mapping[int, Estimate]]  # power by arm and patients an arm
Predicted = Mapping[str, Mapping[str, Estimate]]  # median and predictive interval by arm and endpoint

SIGN = "†"
NEXT = "\u00a0"  # a blank at which no line ends
REACHED_NOT = "not reached"
RESPONSE = ("Response", "Response by what patients bring")
FIRST = "Endpoints of the trial"
SECTIONS: dict[str, tuple[str, ...]] = {
    RESPONSE[0]: ("cr_crh_cri", "cr_crh", "cr", "crh", "response_in_cycle_1"),
    RESPONSE[1]: (
        "cr_crh_blasts_below_50", "cr_crh_blasts_50_up", "cr_crh_salvage_0", "cr_crh_salvage_1", "cr_crh_salvage_2",
        "cr_crh_salvage_3up", "cr_crh_prior_hsct", "cr_crh_no_prior_hsct", "or_blasts_below_50",
    ),
    "Depth of response": ("mrd_response", "mrd_response_all", "mrd_response_cycle_1"),
    "Transplant and relapse": ("hsct", "hsct_all", "cd19_negative_at_failure"),
    "Time to an event": (
        "os_median", "os_12mo", "os_24mo", "hr_os", "efs_median", "efs_6mo", "hr_efs", "rfs_median", "rfs_18mo",
        "dor_median", "rfs_median_mrd_response", "rfs_median_mrd_no_response", "os_median_mrd_response",
        "os_median_mrd_no_response",
    ),
    "Toxicity": (
        "crs_any", "crs_grade_3", "crs_any_cycle_1", "crs_grade_3_cycle_1", "crs_near_start", "fever_cycle_1",
        "neutropenia_grade_3", "interrupted",
    ),
    "Exposure": ("css_mean", "css_sd", "or_css", "drug_days_mean"),
}  # fmt: skip
OUTCOME = (
    f"{SIGN} Survival, transplant and death are a stated model on top of the equations, not mechanism "
    "(library/outcome.toml and the trial's [after]); loss of remission without a transplant is of the equations."
)
INTERVALS = (
    "Intervals are 95 %: exact binomial for shares, log-log Kaplan-Meier for times, Wald for ratios. They say how well "
    "this many virtual patients settle the value, not how far a real trial may lie from it."
)
REPLICATES = (
    "Predictive: between these limits lie 95 % of replicates, that is of trials of this size, were model, population "
    "and calibration true. A time that a replicate did not reach counts as later than any that was reached."
)
ENOUGH = 40  # replicates, so that one lies beyond either limit
FEW = f"With fewer than {ENOUGH} replicates the limits are the extremes."
POWER = (
    "Trials are drawn from the virtual patients of this run, again and again, and tested; the interval is of the "
    "drawing alone, and what these patients leave open stays open."
)
SHARED = (
    "The arms share their virtual patients; intervals of ratios take them for different people, and are wider than "
    "they need be."
)
UNCALIBRATED = "No calibration was used: the population has the library's typical values."
_OUTCOME = frozenset(
    {"os", "efs", "rfs", "dor", "hr", "hsct"}
)  # beginnings of the keys that take in study/trial/survival


def sections(trial: Trial, keys: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return the keys of endpoints in the order in which they are shown, under headings.

    Parameters
    ----------
    trial : Trial
        Its own endpoints come first.
    keys : iterable of str
        Those there are.

    Returns
    -------
    list of (heading, keys)
        Without empty ones, and without response where patients enter in remission.
    """
    known = set(keys)
    own = [key for key in trial.endpoints if key in known]
    skipped = RESPONSE if in_remission(trial) else ()
    found = [(FIRST, own)]
    found += [
        (heading, [key for key in rest if key in known and key not in own])
        for heading, rest in SECTIONS.items()
        if heading not in skipped
    ]
    return [(name, shown) for name, shown in found if shown]


def stated(key: str) -> bool:
    """Return whether an endpoint takes in survival, transplant or death, which the equations do not have."""
    return key.split("_")[0] in _OUTCOME


def name(estimate: Estimate) -> str:
    """Return what was measured in whom; those that are not of the equations have a sign."""
    whom = "" if estimate.group == "all patients" else f", {estimate.group}"
    return f"{estimate.label}{whom}{f'{NEXT}{SIGN}' if stated(estimate.key) else ''}"


def value(estimate: Estimate) -> str:
    """Return the value with its unit: a percentage, months, a ratio."""
    shown = _one(estimate, estimate.value)
    return shown if shown in (REACHED_NOT, text.DASH) else f"{shown} {_unit(estimate)}".strip()


def interval(estimate: Estimate) -> str:
    """Return the interval in the unit of the value: ``35.8 to 61.3``; a dash where there is none."""
    low, high = estimate.low, estimate.high
    if math.isnan(low) and (math.isnan(high) or estimate.kind != "time"):
        return text.DASH
    return f"{_one(estimate, low)} to {_one(estimate, high)}"


def counted(estimate: Estimate) -> str:
    """Return how many had it of how many, or of how many a curve or ratio was made."""
    if definition(estimate.key).measure.name == "share":
        return f"{estimate.events:,} of {estimate.n:,}"
    return f"{estimate.n:,}"


def _unit(estimate: Estimate) -> str:
    return "%" if estimate.kind == "proportion" else text.unit(estimate.unit)


def _one(estimate: Estimate, x: float) -> str:
    if math.isnan(x):
        return REACHED_NOT if estimate.kind == "time" else text.DASH
    if math.isinf(x):
        return text.number(x)
    if estimate.kind == "mean":
        return f"{x:#.3g}".rstrip(".")
    return f"{100.0 * x:.1f}" if estimate.kind == "proportion" else f"{x:.{1 if estimate.kind == 'time' else 2}f}"


def share(x: float) -> str:
    """Return a share as a percentage without needless decimals: ``20 %``, ``12.5 %``."""
    return f"{100.0 * x:.4g} %"


def who(found: TrialResult) -> str:
    """Return how many patients of which population, followed for how long."""
    arms = len(found.trial.arms)
    each = f" in each of {arms} arms" if arms > 1 else ""
    months = text.number(found.trial.follow_up / MONTH)
    return (
        f"{found.patients:,} virtual patients{each} · population {found.trial.population}, {drawn(found)} · "
        f"followed for {months} months"
    )


def drawn(found: TrialResult) -> str:
    """Return of what the population's parameters are."""
    draws = found.provenance.get("draws", 0)
    return f"{draws:,} calibrated draws" if draws else "not calibrated"


def unsolved(found: TrialResult) -> list[str]:
    """Return, for each arm with such patients, how many could not be solved."""
    return [
        f"{arm}: {n:,} of {found.patients:,} patients could not be solved and are left out"
        for arm, n in found.failed.items()
        if n
    ]


def remarks(found: TrialResult) -> list[str]:
    """Return what has to be known to read the tables."""
    shared = len(found.trial.arms) > 1 and found.provenance.get("allocation") == "shared"
    calibrated = found.provenance.get("draws")
    return [OUTCOME, INTERVALS, *([SHARED] if shared else []), *([] if calibrated else [UNCALIBRATED])]


def caption(arm: Arm) -> str:
    """Return an arm's name and label as one heading."""
    return f"{arm.name}: {arm.label}"


# ---- power and replicates


def power_title(endpoint: str, null: float | None, reference: str, alpha: float = 0.05) -> str:
    """Return what a power curve is of.

    Parameters
    ----------
    endpoint : str
    null : float or None
        Rate that a single arm has to exceed; None: the arm is compared with ``reference``.
    reference : str
    alpha : float
    """
    one = definition(endpoint)
    if null is not None:
        return f"Power: {one.label}, exact {share(1.0 - alpha)} interval above {share(null)}"
    test = "Fisher's exact test" if one.measure.name == "share" else "log-rank test"
    return f"Power: {one.label}, against {reference}, {test}, two-sided {share(alpha)}"


def predicted(trial: Trial, table: Table) -> dict[str, dict[str, Estimate]]:
    """Return the median and the 95 % predictive interval of every endpoint over replicate trials.

    Parameters
    ----------
    trial : Trial
    table : dict of str to array, shape (n_rows,)
        See :func:`trimer.study.trial.run.replicates`.

    Returns
    -------
    dict of str to dict of str to Estimate
        By arm and endpoint; ``n`` is the number of replicates, ``events`` of those in which the endpoint had a value.
    """
    reference = trial.reference.name if trial.reference else None
    found: dict[str, dict[str, Estimate]] = {}
    for arm in trial.arms:
        every = replicates(table, arm.name, reference if reference != arm.name else None)
        known = {key: int(np.isfinite(x).sum()) for key, x in every.items()}
        found[arm.name] = {
            key: _predictive(key, predictive(key, x), len(x), known[key]) for key, x in every.items() if known[key]
        }
    return found


def _predictive(key: str, found: tuple[float, float, float], n: int, known: int) -> Estimate:
    one = definition(key)
    low, middle, high = found
    kind = {"share": "proportion", "time": "time" if one.measure.unit else "proportion"}.get(one.measure.name)
    return Estimate(
        key, one.label, one.group.name, kind or one.measure.name, middle, low, high, n, known, one.measure.unit
    )


def in_remission(trial: Trial) -> bool:
    """Return whether patients enter in remission, with residual disease."""
    return population_of(trial).burden == "mrd_marrow"


def baseline(found: TrialResult) -> list[tuple[str, str]]:
    """Return who the virtual patients were at entry, each counted once, as rows of words and value."""
    _, once = np.unique(found.table["patient"], return_index=True)
    t = {key: column[once] for key, column in found.table.items()}

    def spread(x: Floats, digits: int = 2) -> str:
        known = x[~np.isnan(x)]
        if not len(known):
            return text.DASH
        low, middle, high = (text.number(float(q), digits) for q in np.quantile(known, [0.05, 0.5, 0.95]))
        return f"{middle} ({low} to {high})"

    def part(yes: Mask) -> str:
        return f"{100.0 * yes.mean():.1f} %"

    burden = (
        [("Residual disease, share of marrow cells", spread(t["mrd_at_entry"]))]
        if in_remission(found.trial)
        else [
            ("Marrow blasts, %", spread(t["blasts_at_entry"])),
            ("Half of the marrow or more", part(t["blasts_at_entry"] >= 50.0)),
        ]
    )
    return [
        ("Age, years", spread(t["age"])),
        ("Female", part(t["female"] == 1.0)),
        *burden,
        ("No prior salvage", part(t["salvages"] == 0.0)),
        ("One prior salvage", part(t["salvages"] == 1.0)),
        ("Two prior salvages", part(t["salvages"] == 2.0)),
        ("Three or more prior salvages", part(t["salvages"] >= 3.0)),
        ("Prior transplant", part(t["prior_hsct"] == 1.0)),
        ("Refractory", part(t["refractory"] == 1.0)),
        ("Ph positive", part(t["ph_positive"] == 1.0)),
    ]
