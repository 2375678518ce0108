"""Virtual patients recorded as sparsely as the reference case, whose twins can be held against the truth.

A patient is a draw from the twin's own prior, treated by a calendar that is the same for all: were there rules, what
was given would tell of the patient, and a twin takes treatment as given. Of that course only what the
reference record holds until the end of its first cycle is written down, on the same days and in the same kinds of
words, with the errors the likelihood assumes. Who shows disease in the marrow shortly before the engager is taken:
that condition is one on what is recorded, so it leaves the posterior of those taken as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trimer.criteria.crs.astct_2019_crs import THRESHOLDS
from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.study.draws import uniforms
from trimer.study.likelihood import CONCLUSIONS, Datum
from trimer.study.scenario import SIZE, Scenario, scenario
from trimer.study.twin.predict import measured
from trimer.study.twin.prior import POPULATION, Prior, others_settled, prior_of
from trimer.study.twin.target import RTOL

Array = NDArray[np.float64]
REGIMEN, CYCLES = "blinatumomab_rr", 3
END = 150.0  # day until which courses are followed
KNOWN = 38.0  # day of the last thing recorded
ENTRY = -4.0  # day of the marrow at which disease must show
ACTIVE = 5.0  # % of marrow blasts
NEUTROPHILS = 1.0  # 1e9/L, the bound the reference record gives
MOST = 100  # candidates a patient wanted, after which the population is said to have no such patients

#: What the reference record holds of its first cycle: observable and day from the start of the engager.
GLANCES = (
    ("marrow_blast_percent", -35.0),
    ("marrow_blast_percent", ENTRY),
    ("temperature", 1.0),
    ("hypotension", 2.0),
    ("temperature", 2.0),
    ("hypotension", 5.0),
    ("temperature", 5.0),
    ("blasts_blood", KNOWN),
    ("marrow_blast_percent", KNOWN),
    ("anc", KNOWN),
    ("platelets", KNOWN),
)


@dataclass(frozen=True)
class Ward:
    """Hold what all virtual patients share.

    Attributes
    ----------
    plan : Scenario
        The treatment.
    prior : Prior
        What patients are drawn from, and their twins too.
    """

    plan: Scenario
    prior: Prior


@dataclass(frozen=True)
class Virtual:
    """Hold a virtual patient.

    Attributes
    ----------
    number : int
        Running number among all candidates; with the seed it is the patient.
    z : array, shape (n_names,)
        In standard deviations of the prior.
    data : tuple of Datum
        What was recorded.
    truth : dict of str to array, shape (n_days,)
    """

    number: int
    z: Array
    data: tuple[Datum, ...]
    truth: dict[str, Array]


def ward(population: str = POPULATION) -> Ward:
    """Return the plan and the prior; kinetics and effects of drugs that are no engagers do not vary, as in a fit."""
    plan = scenario(REGIMEN, cycles=CYCLES)
    known = plan.assembly.parameters
    settled = others_settled(known, plan.drugs)
    return Ward(plan, prior_of(known, settled, population, {"bsa": SIZE.bsa, "weight": SIZE.weight}))


def said(observable: str, value: float) -> tuple[float, float]:
    """Return the bounds a record gives of what was measured: equal for a printed value.

    Marrows and temperatures are printed from their published thresholds up and told as below them otherwise;
    hypotension is told as with or without a vasopressor, neutrophils and blasts in blood by a bound.
    """
    fever, pressor = THRESHOLDS["fever"].value, THRESHOLDS["hypotension_3"].value
    few = {name: high for name, _, high in CONCLUSIONS["CR"]}
    if observable == "hypotension":
        return (0.0, pressor - 1.0) if value < pressor else (pressor, math.inf)
    if observable == "temperature":
        return (-math.inf, fever) if value < fever else (value, value)
    if observable == "marrow_blast_percent":
        return (-math.inf, few[observable]) if value <= few[observable] else (value, value)
    if observable == "blasts_blood":
        return (0.0, few[observable]) if value <= few[observable] else (few[observable], math.inf)
    if observable == "anc":
        return (NEUTROPHILS, math.inf) if value >= NEUTROPHILS else (-math.inf, NEUTROPHILS)
    return (value, value)


def meet(ward: Ward, seed: int, first: int, count: int, days: Array, outputs: tuple[str, ...]) -> list[Virtual]:
    """Return those of candidates ``first`` and following who show disease at entry.

    Parameters
    ----------
    ward : Ward
    seed, first, count : int
        Candidate *i* is the same whatever the batch.
    days : array, shape (n_days,), day
        At which the truth is kept.
    outputs : tuple of str
        Of which it is kept.
    """
    from scipy.special import ndtri

    z = np.column_stack([ndtri(uniforms(f"virtual {n}", seed, first, count)) for n in ward.prior.names])
    times = np.unique([*days, *(day for _, day in GLANCES), END])
    names = tuple(dict.fromkeys([*outputs, *(name for name, _ in GLANCES)]))
    problem = ward.plan.assembly.batch(ward.prior.columns(z), times, names, RTOL)
    found = solve(problem, "cpu")
    at = {float(day): int(np.searchsorted(found.times, day - 1e-9)) for day in times}
    taken = []
    for k in np.flatnonzero(found.status == 0).tolist():
        values = {(name, day): found[name][k, at[day]] for name, day in GLANCES}
        data = recorded(values, np.random.default_rng([seed, first + k]))
        if any(d.day == ENTRY and d.exact and d.low >= ACTIVE for d in data):
            truth = {name: np.array([found[name][k, at[day]] for day in days.tolist()]) for name in outputs}
            taken.append(Virtual(first + k, z[k], data, truth))
    return taken


def recorded(values: dict[tuple[str, float], float], random: np.random.Generator) -> tuple[Datum, ...]:
    """Return what is recorded of true values by observable and day, with the likelihood's own errors."""
    data = []
    for (name, day), value in values.items():
        blank = Datum("virtual", name, day, value, value)
        low, high = said(name, float(measured(blank, np.array([value]), random, 1.0)[0]))
        data.append(replace(blank, low=low, high=high))
    return tuple(data)


def meet_all(ward: Ward, seed: int, patients: int, days: Array, outputs: tuple[str, ...]) -> tuple[list[Virtual], int]:
    """Return the first so many who show disease at entry, and of how many candidates they are.

    Raises
    ------
    InputError
        When there are none to be found.
    """
    taken: list[Virtual] = []
    for first in range(0, MOST * patients, batch := max(2 * patients, 16)):
        taken += meet(ward, seed, first, batch, days, outputs)
        if len(taken) >= patients:
            return taken[:patients], taken[patients - 1].number + 1
    raise InputError(
        f"population {ward.prior.population}",
        f"{len(taken)} of {MOST * patients} with disease on day {ENTRY:g}",
        f"{patients} patients with at least {ACTIVE:g} % of marrow blasts",
    )
