"""What the page asks of the live course: who, under which plan, for how long. Whoever is asked about is kept ready."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

import trimer.library as library
from trimer.errors import InputError
from trimer.study.calibrated_range import subjects_outside
from trimer.study.plan import plan_of
from trimer.study.population.patients import SEED
from trimer.study.scenario import Scenario
from trimer.study.subjects import Subjects, from_population
from trimer.workbench.answers import known, number, text, whole
from trimer.workbench.schedule import plan_from

DRAWS, MOST_DRAWS = 200, 500
DAYS, MOST_DAYS = 42.0, 730.0
GROUPS = 6  # subjects kept ready: some 1 MB each
MOST_BOUNDS = 4


@dataclass(frozen=True)
class Asked:
    """Hold what the page asks.

    Attributes
    ----------
    subjects : Subjects
    about : tuple of str
        Where they leave what the model was calibrated on.
    plan : Scenario
    days : float, day
    key : str
        The same for the same question, of the same version.
    """

    subjects: Subjects
    about: tuple[str, ...]
    plan: Scenario
    days: float
    key: str


def asked(found: Mapping[str, Any], version: str, days: float = DAYS) -> Asked:
    """Return what a request asks, with everybody ready at day 0.

    Parameters
    ----------
    found : mapping
        ``subjects`` (``{"kind": "twin", "case", "at"}`` or ``{"kind": "population", "name", "within"}``), ``draws``
        of them, ``sample`` (how many of these are enough while a slider is dragged), ``seed``, ``days`` and ``plan``
        (see :mod:`trimer.workbench.schedule`).
    version : str
        Of the package.
    days : float, day
        When the request says none.

    Raises
    ------
    InputError, LibraryError, ProtocolError, UnitError
        When it cannot be asked, naming the field.
    """
    known(found, "subjects", "draws", "sample", "seed", "days", "plan", "against", "crs", "response")
    draws = whole(found, "draws", DRAWS, 2, MOST_DRAWS)
    sample = whole(found, "sample", draws, 2, draws)
    seed = whole(found, "seed", SEED, 0, 2**53)
    horizon = number(found, "days", days, 1.0, MOST_DAYS)
    subjects, about = _some(_who(found.get("subjects")), draws, seed, sample)
    return Asked(subjects, about, plan_for(subjects, found.get("plan")), horizon, key_of(found, version))


def plan_for(subjects: Subjects, given: Any) -> Scenario:
    """Return a plan ready for subjects; raises as :func:`trimer.workbench.schedule.plan_from`."""
    return plan_of(plan_from(given), subjects.size, keep=subjects.remaining())


def key_of(found: Mapping[str, Any], version: str) -> str:
    """Return the same text for the same question, of the same version."""
    said = json.dumps([version, found], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _who(found: Any) -> str:
    """Return who is asked about as text that names the same people the same way."""
    if not isinstance(found, Mapping):
        raise InputError("subjects", f"a {type(found).__name__}", 'a table with kind = "twin" or "population"')
    kind = text(found, "kind")
    if kind == "twin":
        known(found, "kind", "case", "at")
        case = text(found, "case")
        if case not in twins():
            raise InputError(
                "subjects.case", f'"{case[:80]}"', f"a case with a fitted twin: {', '.join(twins())}",
                "Virtual patients of a population can be had for any case.",
            )  # fmt: skip
        return json.dumps({"kind": kind, "case": case, "at": text(found, "at", "", 40)})
    if kind != "population":
        raise InputError("subjects.kind", f'"{kind[:40]}"', '"twin" or "population"')
    known(found, "kind", "name", "within")
    name = text(found, "name", "adult_rr_ball")
    if name not in library.list_entries("populations"):
        raise InputError("subjects.name", f'"{name[:80]}"', f"one of {', '.join(library.list_entries('populations'))}")
    within = found.get("within", [])
    if not isinstance(within, list) or len(within) > MOST_BOUNDS or any(not _short(x) for x in within):
        raise InputError("subjects.within", json.dumps(within)[:80], f"at most {MOST_BOUNDS} conditions as text")
    return json.dumps({"kind": kind, "name": name, "within": within})


def _short(item: Any) -> bool:
    return isinstance(item, str) and len(item) <= 120


@lru_cache(maxsize=1)
def twins() -> tuple[str, ...]:
    """Return the cases of which a twin is shipped."""
    from trimer.study.twin.bundled import shipped

    return tuple(name for name in library.list_entries("cases") if shipped(name) is not None)


@lru_cache(maxsize=GROUPS)
def _some(who: str, draws: int, seed: int, sample: int) -> tuple[Subjects, tuple[str, ...]]:
    """Return subjects, evenly spread among all draws, and where they leave what was calibrated."""
    subjects, about = _subjects(who, draws, seed)
    if sample == draws:
        return subjects, about
    return subjects.take(np.linspace(0, len(subjects) - 1, min(sample, len(subjects))).round()), about


@lru_cache(maxsize=GROUPS)
def _subjects(who: str, draws: int, seed: int) -> tuple[Subjects, tuple[str, ...]]:
    found = json.loads(who)
    if found["kind"] == "twin":
        from trimer.study.twin.bundled import twin_of

        subjects = twin_of(found["case"]).subjects(found["at"] or None, draws)
    else:
        subjects = from_population(found["name"], draws, seed=seed, within=found["within"])
    return subjects, subjects_outside(subjects)
