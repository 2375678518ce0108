"""What a job may be asked to do: its settings, complete and within what the page may ask, before anything waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import trimer.library as library
from trimer.errors import InputError
from trimer.study.population.patients import SEED
from trimer.workbench.answers import known, text, whole

KINDS = ("trial", "fit")
PATIENTS, MOST_PATIENTS = 400, 20_000
MOST_WALKERS, MOST_STEPS = 256, 20_000
LARGEST_SEED = 2**53  # the largest whole number that a page can hold exactly
LONGEST = 120  # letters of a name

#: Returns the YAML text of a case by its name or address.
CaseText = Callable[[str], str]


@dataclass(frozen=True)
class Asked:
    """Hold what a job is to do.

    Attributes
    ----------
    kind : {"trial", "fit"}
    title : str
    settings : dict
        Complete, as plain values: those of :func:`trimer.study.trial.run.trial` or
        :func:`trimer.study.twin.run.fit`, and ``trial`` or ``case``.
    case : str
        YAML text of the case of a fit, so that the job needs nothing but its own folder; empty for a trial.
    """

    kind: str
    title: str
    settings: dict[str, Any]
    case: str = ""


def asked(kind: str, settings: Mapping[str, Any], case_text: CaseText | None = None) -> Asked:
    """Return what a job is to do.

    Parameters
    ----------
    kind : str
        ``"trial"`` or ``"fit"``.
    settings : mapping
        Of a trial: ``trial`` (a name of the library), ``patients``, ``seed``. Of a fit: ``case``, ``until`` (a date or
        an event), ``population`` (a name of the library or ``"model"``), ``walkers``, ``warm_up``, ``steps``, ``seed``.
    case_text : callable, optional
        Where cases are had from; default: the library's own.

    Raises
    ------
    TrimerError
        When a setting is unknown, missing or out of range, or the case cannot be fitted.
    """
    if kind not in KINDS:
        raise InputError("kind", f'"{kind[:40]}"', " or ".join(f'"{name}"' for name in KINDS))
    if not isinstance(settings, Mapping):
        raise InputError("settings", f"a {type(settings).__name__}", "a table")
    return _trial(settings) if kind == "trial" else _fit(settings, case_text or _bundled)


def _trial(settings: Mapping[str, Any]) -> Asked:
    known(settings, "trial", "patients", "seed")
    name = _one_of("trial", text(settings, "trial", None, LONGEST), library.list_entries("trials"))
    patients = whole(settings, "patients", PATIENTS, 1, MOST_PATIENTS)
    seed = whole(settings, "seed", SEED, 0, LARGEST_SEED)
    title = f"{library.trial(name).label}, {patients:,} virtual patients"
    return Asked("trial", title, {"trial": name, "patients": patients, "seed": seed})


def _fit(settings: Mapping[str, Any], case_text: CaseText) -> Asked:
    from trimer.record.read_yaml import read_case
    from trimer.study.twin import run
    from trimer.study.twin.prior import POPULATION
    from trimer.study.twin.sampler import Sampling
    from trimer.study.twin.segment import segment_of

    known(settings, "case", "until", "population", "walkers", "warm_up", "steps", "seed")
    name = text(settings, "case", None, LONGEST)
    until = text(settings, "until", "", 40)
    populations = (*library.list_entries("populations"), "model")
    population = _one_of("population", text(settings, "population", POPULATION, LONGEST), populations)
    usual = Sampling()
    sampling = Sampling(
        walkers=whole(settings, "walkers", usual.walkers, 8, MOST_WALKERS),
        warm_up=whole(settings, "warm_up", usual.warm_up, 100, MOST_STEPS),
        steps=whole(settings, "steps", usual.steps, 100, MOST_STEPS),
        seed=whole(settings, "seed", run.SEED, 0, 2**32 - 1),
    )
    yaml = case_text(name)
    case = read_case(yaml.removeprefix("\ufeff"), name, library.list_entries("drugs"), library.regimen_parts())
    segment_of(case, until or None, population)  # a case without an engager is refused here
    title = f"Twin of {case.title}" + (f", record until {until}" if until else "")
    complete = {"case": name, "until": until, "population": population}
    complete |= {key: getattr(sampling, key) for key in ("walkers", "warm_up", "steps", "seed")}
    return Asked("fit", title, complete, yaml)


def _one_of(where: str, name: str, names: tuple[str, ...]) -> str:
    """Return a name that is known; a path is none, whatever it leads to."""
    if name not in names:
        raise InputError(where, f'"{name[:80]}"', f"one of {', '.join(names)}")
    return name


def _bundled(name: str) -> str:
    from trimer.record import tree

    return tree.read_text(library.case_path(_one_of("case", name, library.list_entries("cases"))))
