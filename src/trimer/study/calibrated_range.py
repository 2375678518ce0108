"""Where a question leaves what the model was calibrated on, in sentences; the range itself is read from the data.

The calibration's trials are those of the library whose published figures it was fitted to. What they gave (drugs,
routes, rates, cycles), to whom (burden) and for how long is read from their files, and where parameters lie from the
population drawn with the calibration. Within this range the model was compared with data; outside it extrapolates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.rules import Do
from trimer.engine.solve import solve
from trimer.library.load_published import calibration
from trimer.model.pharmacokinetics import ENGAGEMENT
from trimer.study.calibrate.cohorts import LONG_ENOUGH
from trimer.study.plan import plan_of, problem_of
from trimer.study.population.draw import draw_population
from trimer.study.scenario import SIZE, Scenario
from trimer.study.subjects import Subjects
from trimer.study.trial.task import population_of
from trimer.study.trial.treat import Treated

Array = NDArray[np.float64]
Limits = tuple[float, float]

POPULATION = "adult_rr_ball"
DRAWN, CENTRAL = 4000, 0.99  # patients drawn for the range of parameters, and the part of them that lies in it
SAME = 1e-6  # relative difference from a value that all patients of the population share
PART = 0.25  # of the subjects outside the burden of the trials before it is worth a sentence
NAMED = 6  # parameters named in a sentence
CNS_BLASTS = 5.0  # 1e6/L: five cells a microlitre with blasts are CNS 3 in the usual grouping
MOMENT = 0.01  # day: what is read on day 0 is read from a course of this length
LEEWAY = 0.5  # day of infusion more than planned, as rounds make it
PLACES = ("depot", "central", "csf")  # states that doses enter; longest words of a target
WORDS = {"infusion": "by infusion", "injection": "by injection or short infusion", "intrathecal": "intrathecally"}
_ROUTE_WAYS = {"civ": "infusion", "it": "intrathecal"}
_PLACE_WAYS = {"csf": "intrathecal"}


@dataclass(frozen=True)
class Given:
    """Hold what a plan may give of drugs with a simulated effect.

    Attributes
    ----------
    ways : dict of str to set of str
        By drug: ``"infusion"`` (continuous), ``"injection"`` (any other single dose), ``"intrathecal"``.
    rate : dict of str to float, ug/day
        Highest rate of continuous infusion, by drug.
    """

    ways: dict[str, set[str]]
    rate: dict[str, float]


@dataclass(frozen=True)
class CalibratedRange:
    """Hold what the model was calibrated on.

    Attributes
    ----------
    trials : tuple of str
        Library names.
    drugs : frozenset of str
        All that the trials give and the model simulates.
    engager : str
        Of the trial of an engager.
    ways : frozenset of str
        How it was given; see :class:`Given`.
    rate : float, ug/day
        Its highest.
    cycles : int
        The most cycles.
    infusion : float, day
        The longest infusion of all cycles together.
    horizon : float, day
        To which patients were followed.
    burden : (low, high), %
        Marrow blasts at entry.
    parameters : mapping of str to (low, high)
        The central 99 % of the population.
    """

    trials: tuple[str, ...]
    drugs: frozenset[str]
    engager: str
    ways: frozenset[str]
    rate: float
    cycles: int
    infusion: float
    horizon: float
    burden: Limits
    parameters: Mapping[str, Limits]


def outside(
    subjects: Subjects, plan: Scenario, days: float | None = None, treated: Treated | None = None
) -> tuple[str, ...]:
    """Return where a question leaves the calibrated range, one sentence each; none when it does not.

    Parameters
    ----------
    subjects : Subjects
    plan : Scenario
    days : float, day, optional
        Horizon.
    treated : Treated, optional
        Their course under the plan: cycles and infusion are those really given. Without it, a calendar's are looked
        at, and rules are not.
    """
    return *plan_outside(plan, days, treated), *subjects_outside(subjects)


def plan_outside(plan: Scenario, days: float | None = None, treated: Treated | None = None) -> tuple[str, ...]:
    """Return where a plan leaves the calibrated range, whoever it is for; see :func:`outside`."""
    known = calibrated_range()
    return *_drugs(plan, known), *_doses(plan, known), *_length(plan, known, treated), *_horizon(days, known)


def subjects_outside(subjects: Subjects) -> tuple[str, ...]:
    """Return where subjects leave the calibrated range, whatever their plan; see :func:`outside`."""
    known = calibrated_range()
    return *_disease(subjects, known), *_parameters(subjects, known)


@lru_cache(maxsize=1)
def calibrated_range() -> CalibratedRange:
    """Return what the model was calibrated on, from the files of the trials and the population."""
    fitted = {p.trial.replace("_", "") for p in calibration()}
    names = tuple(name for name in library.list_entries("trials") if name.replace("_", "") in fitted)
    trials = [library.trial(name) for name in names]
    arms = [arm for trial in trials for arm in trial.arms]
    plans = [plan_of(part, SIZE) for a in arms for part in (a.protocol, *(r.name for r in a.regimens)) if part]
    main, arm = next((trial, arm) for trial in trials for arm in trial.arms if arm.protocol)
    protocol, given = library.protocol(arm.protocol), given_by(plan_of(arm.protocol, SIZE))
    classes = population_of(main).covariates["marrow_blast_percent"].classes
    low, high = main.bounds().get("marrow_blast_percent", (-np.inf, np.inf))
    return CalibratedRange(
        trials=names,
        drugs=frozenset(drug for plan in plans for drug in given_by(plan).ways),
        engager=protocol.drug,
        ways=frozenset(given.ways[protocol.drug]),
        rate=given.rate[protocol.drug],
        cycles=protocol.cycles,
        infusion=sum(block.count * block.infusion for block in protocol.blocks),
        horizon=min(LONG_ENOUGH, main.follow_up),
        burden=(max(low, classes[0].low), min(high, classes[-1].high)),
        parameters=_bands(),
    )


def given_by(plan: Scenario) -> Given:
    """Return what a plan may give, by its calendar or its rules; what is only recorded is left out."""
    ways: dict[str, set[str]] = {}
    rate: dict[str, float] = {}
    for a in plan.administrations:
        if plan.drugs[a.drug].simulated:
            way = _ROUTE_WAYS.get(a.route, "injection")
            ways.setdefault(a.drug, set()).add(way)
            if way == "infusion":
                rate[a.drug] = max(rate.get(a.drug, 0.0), a.amount / a.duration)
    for transition in plan.rules.transitions if plan.rules else ():
        for action in transition.actions:
            if action.value <= 0.0 or action.do not in (Do.ADD, Do.SET, Do.CHANGE):
                continue
            place = next((p for p in PLACES if action.target.endswith(f"_{p}")), "")
            drug = action.target.removesuffix(f"_{place}") if action.do is Do.ADD else action.target
            if drug not in plan.drugs:
                continue
            way = _PLACE_WAYS.get(place, "injection") if action.do is Do.ADD else "infusion"
            way = "injection" if action.do is Do.CHANGE else way  # short infusions raise an input and lower it again
            ways.setdefault(drug, set()).add(way)
            if way == "infusion":
                rate[drug] = max(rate.get(drug, 0.0), action.value)
    return Given(ways, rate)


def _bands() -> dict[str, Limits]:
    """Return the central part of every parameter of the calibrated population; the start of the disease is no trait."""
    drawn = draw_population(POPULATION, DRAWN)
    tails = [0.5 - CENTRAL / 2.0, 0.5 + CENTRAL / 2.0]
    found = {name: np.quantile(x, tails) for name, x in drawn.parameters.items() if name != "blasts_initial"}
    return {name: (float(low), float(high)) for name, (low, high) in found.items()}


def _drugs(plan: Scenario, known: CalibratedRange) -> list[str]:
    """Return sentences on drugs that the calibration's trials did not give."""
    new = [name for name in given_by(plan).ways if name not in known.drugs]
    acting = [name for name in new if _engages(plan, name) or plan.drugs[name].structure == "cells"]
    others = [name for name in new if name not in acting]
    like = f"how it acts is taken from {_label(known.engager).lower()} and its own published properties"
    found = [
        f"{_label(name)} was given in none of the calibration's trials: "
        f"{like if _engages(plan, name) else 'its effect is what is published of it'}."
        for name in acting
    ]
    if others:
        labels = ", ".join(map(_label, others))
        found.append(f"{labels}: given in none of the calibration's trials; the effect is their drug file's.")
    return found


def _doses(plan: Scenario, known: CalibratedRange) -> list[str]:
    """Return sentences on other routes and higher rates of the engager."""
    given = given_by(plan)
    label = _label(known.engager)
    found = []
    for way in sorted(given.ways.get(known.engager, set()) - known.ways):
        found.append(f"{label} {WORDS[way]}: the calibration's trials gave it by continuous infusion only.")
    rate = given.rate.get(known.engager, 0.0)
    if rate > known.rate * (1.0 + SAME):
        found.append(
            f"{label} at up to {rate:,.3g} µg/day: response was calibrated at no more than {known.rate:g} µg/day."
        )
    return found


def _length(plan: Scenario, known: CalibratedRange, treated: Treated | None) -> list[str]:
    """Return a sentence on more cycles, or a longer infusion, than the trial of the engager gave."""
    cycles, infused = 0, 0.0
    if treated is not None:
        cycles = max((len(x) for x in treated.cycles), default=0)
        infused = max((float((x[:, 1] - x[:, 0]).sum()) for x in treated.spans), default=0.0)
    elif plan.rules is None:
        own = [a for a in plan.administrations if _engages(plan, a.drug)]
        cycles, infused = plan.cycles if own else 0, sum(a.duration for a in own)
    if cycles <= known.cycles and infused <= known.infusion + LEEWAY:
        return []
    return [
        f"Up to {cycles} cycles and {infused:.0f} days of infusion are given: the calibration's trial planned "
        f"{known.cycles} and {known.infusion:g}."
    ]


def _horizon(days: float | None, known: CalibratedRange) -> list[str]:
    if days is None or days <= known.horizon:
        return []
    return [f"Day {days:g} is later than day {known.horizon:g}, to which patients of the calibration were followed."]


def _disease(subjects: Subjects, known: CalibratedRange) -> list[str]:
    """Return sentences on who enters with another burden than the trial's patients, and on disease of the CNS."""
    nothing = plan_of(None, subjects.size, keep=subjects.remaining())
    solution = solve(problem_of(subjects, nothing, [0.0, MOMENT], ("marrow_blast_percent", "csf_blasts")), "cpu")
    marrow, csf = (solution[name][:, 0] for name in ("marrow_blast_percent", "csf_blasts"))
    low, high = known.burden
    found = []
    away = float(((marrow < low) | (marrow > high)).mean())
    if away > PART:
        found.append(
            f"Marrow blasts on day 0 are outside {low:g} to {high:g} %, those of the calibration's patients, in "
            f"{'most' if away > 0.5 else 'many'} of {_who(subjects)}."
        )
    if float((csf >= CNS_BLASTS).mean()) > PART:
        found.append("The CNS is involved on day 0: the calibration has no data of the CNS.")
    return found


def _parameters(subjects: Subjects, known: CalibratedRange) -> list[str]:
    """Return a sentence on parameters whose middle lies outside the calibrated population's central part."""
    far: dict[str, float] = {}
    both = [name for name in subjects.columns if name in known.parameters]
    for name in both:
        low, high = known.parameters[name]
        middle = float(np.median(subjects.columns[name]))
        slack = SAME * max(abs(low), abs(high))
        if not low - slack <= middle <= high + slack:
            far[name] = (low - middle if middle < low else middle - high) / max(high - low, abs(high), 1e-300)
    if not far:
        return []
    names = sorted(far, key=lambda name: -far[name])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return [
        f"{len(far)} of {len(both)} parameters lie, at their median, outside the central {100.0 * CENTRAL:.0f} % of "
        f"the calibrated population: {', '.join(names[:NAMED])}{more}."
    ]


def _engages(plan: Scenario, drug: str) -> bool:
    return ENGAGEMENT in plan.drugs[drug].effects


def _label(drug: str) -> str:
    return library.drug(drug).label


def _who(subjects: Subjects) -> str:
    return "the posterior draws" if subjects.origin == "posterior" else "the subjects"
