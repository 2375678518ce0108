"""A plan of treatment made ready for subjects who stand at day 0, and the problem that it sets them.

A plan's model holds the drugs of the plan and those that subjects still have in their body, and no others, so that a
question about an engager is solved without the chemotherapy of two years before. Plans are made once: the same
treatment is the same object, and plans with the same drugs share one system, and so one kernel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

import trimer.library as library
from trimer.engine.problem import Problem, System
from trimer.errors import InputError
from trimer.model.pharmacokinetics import DrugTerm
from trimer.study.assemble import assemble
from trimer.study.scenario import SEED, Scenario, resolve, scenario
from trimer.study.subjects import Subjects
from trimer.therapy.protocol import Protocol
from trimer.therapy.regimen import Regimen
from trimer.therapy.size import Size

NOTHING = "nothing"  # the treatment that is none
KEPT = 256  # plans remembered: an optimiser asks about some hundred

Routes = tuple[tuple[str, str], ...]
_SYSTEMS: dict[tuple[tuple[DrugTerm, ...], tuple[str, ...], tuple[str, ...]], System] = {}


def plan_of(
    treatment: str | Path | Protocol | Regimen | None,
    size: Size,
    *,
    keep: Mapping[str, Iterable[str]] | None = None,
) -> Scenario:
    """Return a plan of treatment for subjects of a size; day 0 is its first infusion (or other first treatment).

    Parameters
    ----------
    treatment : str, Path, Protocol, Regimen or None
        A regimen or protocol by name or file, or made in memory; None: nothing is given.
    size : Size
    keep : mapping of str to iterable of str, optional
        Drugs whose states the model must have besides, each with its routes; see
        :meth:`trimer.study.subjects.Subjects.remaining`.

    Raises
    ------
    LibraryError, ProtocolError, UnitError
        When the treatment is at fault.
    """
    kept = tuple(sorted((drug, route) for drug, routes in (keep or {}).items() for route in routes))
    return _plan(_resolved(treatment), size, kept)


def problem_of(
    subjects: Subjects, plan: Scenario, times: ArrayLike, outputs: Iterable[str], rtol: float = 1e-4
) -> Problem:
    """Return the problem that a plan sets subjects.

    Their states are taken as standing at the plan's first act: day 0, or the premedication some hours before it. States
    that the subjects do not have start as in a healthy, drug-free patient: at zero for drugs.

    Parameters
    ----------
    subjects : Subjects
    plan : Scenario
    times : array, shape (n_times,), day
        The first act is added.
    outputs : iterable of str
    rtol : float

    Raises
    ------
    InputError
        When the plan's model lacks a drug of which somebody still has more than a negligible amount.
    SolveError
        When an output is unknown.
    """
    assembly = plan.assembly
    problem = assembly.batch(
        subjects.parameters(assembly.parameters) | _changed(plan, len(subjects)), times, outputs, rtol
    )
    lost = set(subjects.states) - set(assembly.system.states)
    if missing := {drug for drug in subjects.remaining() if any(state.startswith(f"{drug}_") for state in lost)}:
        raise InputError(
            f"plan {plan.treatment}",
            f"a model without {', '.join(sorted(missing))}, which the subjects still have in their body",
            "the terms of every such drug",
            "Make it by plan_of(treatment, subjects.size, keep=subjects.remaining()).",
        )
    for k, name in enumerate(assembly.system.states):
        if name in subjects.states:
            problem.y0[:, k] = subjects.states[name]
    return replace(problem, rules=plan.rules)


def _changed(plan: Scenario, count: int) -> dict[str, np.ndarray]:
    return {name: np.full(count, value) for name, value in plan.changes.items()}


def _resolved(treatment: str | Path | Protocol | Regimen | None) -> Protocol | Regimen | None:
    """Return what a treatment is; bundled files are read once."""
    if isinstance(treatment, str) and treatment in library.list_entries("protocols"):
        return _bundled(treatment)
    return None if treatment is None else resolve(treatment)


@lru_cache(maxsize=KEPT)
def _bundled(protocol: str) -> Protocol:
    return library.protocol(protocol)


@lru_cache(maxsize=KEPT)
def _plan(treatment: Protocol | Regimen | None, size: Size, kept: Routes) -> Scenario:
    if treatment is None:
        drugs = {name: library.drug(name) for name, _ in kept}
        made = Scenario(NOTHING, "Nothing given", assemble((), drugs, size, 0.0, kept), (), drugs, {}, SEED)
    else:
        made = scenario(treatment, size=size, run_in=0.0, keep=kept)
    found = made.assembly
    key = found.terms, found.system.states, found.system.parameters
    return replace(made, assembly=replace(found, system=_SYSTEMS.setdefault(key, found.system)))
