"""Whom a question is asked about, and what stands in each option before its treatment begins."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.parameters import Parameter
from trimer.study.plan import plan_of, problem_of
from trimer.study.population.draw import Progress
from trimer.study.replay import Setting
from trimer.study.scenario import Scenario
from trimer.study.subjects import Subjects, from_population
from trimer.therapy.question import RECORDED, Before, Change, Treatment, Who

if TYPE_CHECKING:
    from trimer.study.twin.run import Twin


@dataclass(frozen=True)
class Group:
    """Hold whom a question is asked about.

    Attributes
    ----------
    subjects : Subjects
    setting : Setting, optional
        The record, of a twin.
    day : float
        Of the decision, from the record's origin.
    effective : float, optional
        Effective number of posterior draws; see :func:`trimer.study.paired.estimate`.
    remarks : tuple of str
        What has to be said before any number.
    """

    subjects: Subjects
    setting: Setting | None = None
    day: float = 0.0
    effective: float | None = None
    remarks: tuple[str, ...] = ()


def group_of(
    who: Who, seed: int, *, twin: Twin | None = None, threads: int | None = None, progress: Progress | None = None
) -> Group:
    """Return the subjects of a question on day 0.

    Parameters
    ----------
    who : Who
    seed : int
        Of virtual patients.
    twin : Twin, optional
        One that is at hand; default: :func:`trimer.study.twin.bundled.twin_of`.
    threads, progress
        See :func:`trimer.study.population.draw.draw_population`.

    Raises
    ------
    InputError, LibraryError
        When the population, or the case and its date, are at fault, or the twin is of another case.
    """
    if who.kind == "population":
        drawn = from_population(
            who.population, who.count, seed=seed, within=who.within, threads=threads, progress=progress
        )
        return Group(drawn)
    from trimer.study.cases import case_of
    from trimer.study.recorded_plan import decision
    from trimer.study.twin.bundled import twin_of

    if twin:
        twin.must_be_of(case_of(who.case))
    known = twin or twin_of(who.case, progress=progress, **({"until": who.until} if who.until else {}))
    setting = known.segment.setting
    sizes = [mixing.ess for mixing in known.reported.values()]
    subjects = known.subjects(who.at, who.count)
    return Group(subjects, setting, decision(setting, who.at), min(sizes) if sizes else None, tuple(known.remarks))


def plan_for(treatment: Treatment, group: Group, subjects: Subjects) -> Scenario:
    """Return the plan of a treatment for subjects of a group; that of :data:`RECORDED` is the record's.

    Raises
    ------
    InputError
        When there is no record.
    LibraryError, ProtocolError
        When the treatment is at fault.
    """
    keep = subjects.remaining()
    if treatment != RECORDED:
        return plan_of(treatment, subjects.size, keep=keep)
    if group.setting is None:
        raise InputError("treatment", f'"{RECORDED}"', "a protocol or regimen, as virtual patients have no record")
    from trimer.study.recorded_plan import recorded_plan

    return recorded_plan(group.setting, group.day, keep)


def changed(subjects: Subjects, changes: Mapping[str, Change], known: Mapping[str, Parameter]) -> Subjects:
    """Return subjects with parameters set, or multiplied.

    Parameters
    ----------
    subjects : Subjects
    changes : mapping of str to Change
    known : mapping of str to Parameter
        Those of the plan's model.

    Raises
    ------
    InputError
        When the model has no such parameter.
    """
    if not changes:
        return subjects
    for name in changes:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"Nearest: {', '.join(near)}." if near else ""
            raise InputError("parameters", f'"{name}"', "a parameter of the model with the drugs of the option", hint)
    own = subjects.parameters({name: known[name] for name in changes})
    values = {
        name: own[name] * change.value if change.factor else np.full(len(subjects), change.value)
        for name, change in changes.items()
    }
    return replace(subjects, columns={**subjects.columns, **values})


def treated_before(subjects: Subjects, before: Before | None, *, threads: int | None = None) -> Subjects:
    """Return subjects after what is given before day 0; what it would give later than that is not given.

    Raises
    ------
    LibraryError, ProtocolError
        When the treatment is at fault.
    """
    if before is None:
        return subjects
    plan = plan_of(before.treatment, subjects.size, keep=subjects.remaining())
    names = plan.assembly.system.states
    solution = solve(problem_of(subjects, plan, [before.days], names), "cpu", threads)
    return replace(subjects, states={name: solution[name][:, -1].copy() for name in names})
