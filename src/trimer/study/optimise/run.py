"""Optimise a schedule: search on some subjects, compare what is left with the base protocol on others."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from trimer.engine.trace import trace
from trimer.errors import InputError
from trimer.library.load_optimisation import optimisation as optimisation_of
from trimer.study.optimise import compare
from trimer.study.optimise.evaluate import (
    Candidate,
    Evaluator,
    Goal,
    Limit,
    Values,
    check_known,
    goals_of,
    limits_of,
    plan_values,
)
from trimer.study.optimise.evolve import Decision, Score, evolve
from trimer.study.optimise.pareto import non_dominated, spread
from trimer.study.optimise.result import Judged, Optimised
from trimer.study.optimise.space import Space
from trimer.study.optimise.store import SearchStore
from trimer.study.outcomes import OUTCOMES, outcomes
from trimer.study.plan import plan_of
from trimer.study.population.patients import SEED
from trimer.study.subjects import Subjects, from_population
from trimer.study.trial.treat import RTOL
from trimer.therapy.optimisation import Optimisation
from trimer.therapy.protocol import Protocol
from trimer.therapy.schedule import planned

Progress = Callable[[str, float], None]

PATIENTS, FRESH, GENERATIONS, POPULATION, FRONT = 400, 1200, 20, 24, 12
PACKAGES = ("trimer", "numpy", "scipy", "llvmlite", "pymoo")
ALSO = ("remission", "hospital_days", "infusion_days")  # outcomes that are told besides objectives and limits
FEWEST, MOST = 2, 100_000


@dataclass(frozen=True)
class _Task:
    """Hold all that stays the same during one optimisation."""

    space: Space
    goals: tuple[Goal, ...]
    limits: tuple[Limit, ...]
    searched: Subjects
    fresh: Subjects
    seed: int
    threads: int | None
    tell: Progress

    @property
    def names(self) -> tuple[str, ...]:
        """Outcomes that are looked at."""
        limited = (limit.of for limit in self.limits if not limit.of_plan)
        return tuple(dict.fromkeys((*(g.outcome for g in self.goals), *limited, *ALSO)))

    def treat(self, protocol: Protocol, subjects: Subjects) -> Values:
        """Return the outcomes that are looked at; NaN for who could not be solved."""
        found = outcomes(subjects, protocol, self.space.optimisation.days, threads=self.threads)
        return {name: np.where(found.status == 0, found.values[name], np.nan) for name in self.names}


def optimise(
    search: str | Path | Optimisation = "label_schedule",
    *,
    patients: int = PATIENTS,
    fresh: int = FRESH,
    generations: int = GENERATIONS,
    population: int = POPULATION,
    front: int = FRONT,
    seed: int = SEED,
    of: str | Path | None = None,
    subjects: Subjects | None = None,
    lift: Sequence[str] = (),
    keep: str | Path | None = None,
    resume: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Optimised:
    """Search for schedules that the base protocol does not dominate, and compare them with it on fresh subjects.

    Parameters
    ----------
    search : str, Path or Optimisation
        A bundled optimisation, or a file.
    patients, fresh : int
        Virtual patients of the search, and those of the comparison, who follow them in the population.
    generations, population, front : int
        Generations of the search, the first included; schedules in each; most schedules that are compared.
    seed, of
        Of virtual patients, search and bootstrap; population of the patients, by default the file's.
    subjects : Subjects, optional
        Instead of virtual patients, such as one patient's posterior draws: even ones are searched on, odd ones
        compared in. Then ``patients``, ``fresh`` and ``of`` do not count.
    lift : sequence of str
        Constraints that are left out.
    keep, resume
        Folder for candidates, written after each generation; whether to go on with what it holds.
    threads, progress
        As elsewhere.

    Raises
    ------
    TrimerError
        When an argument, the file or the base protocol is at fault, or pymoo is not installed.
    """
    numbers = dict(patients=patients, fresh=fresh, generations=generations, population=population, front=front)
    _check_numbers(numbers, seed)
    if resume and keep is None:
        raise InputError("resume", "no folder", "the folder to go on with", "Give --keep as well.")
    found = search if isinstance(search, Optimisation) else optimisation_of(search)
    space, goals, limits = Space.of(found), goals_of(found, OUTCOMES), limits_of(found, OUTCOMES, lift)
    tell = progress or (lambda _text, _share: None)
    tell("virtual patients", 0.0)
    whose, cut = of or found.population, patients if subjects is None else None
    if subjects is None:
        subjects = from_population(whose, patients + fresh, seed=seed, threads=threads)
    searched, others = _split(subjects, cut)
    task = _Task(space, goals, limits, searched, others, seed, threads, tell)
    store = None if keep is None else SearchStore.open(keep, _described(task))
    return _judged(task, _searched(task, generations, population, store, resume), {**numbers, "lifted": list(lift)})


def _judged(task: _Task, evaluator: Evaluator, numbers: Mapping[str, Any]) -> Optimised:
    """Return what a finished search comes to on the fresh subjects."""
    best, some = chosen(evaluator, numbers["front"])
    reference, judged = _compared(task, evaluator, some)
    return Optimised(
        task.space.optimisation,
        task.goals,
        task.searched.label,
        task.fresh.label,
        reference,
        tuple(judged),
        tuple(evaluator.known.values()),
        len(best),
        {**_described(task), **numbers, "resamples": compare.RESAMPLES},
    )


def _check_numbers(numbers: Mapping[str, int], seed: int) -> None:
    for what, number in numbers.items():
        least = 1 if what in ("generations", "front") else 4 if what == "population" else FEWEST
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= MOST:
            raise InputError(what, repr(number), f"a whole number, {least} to {MOST:,}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError("seed", repr(seed), "a whole number, at least 0")


def _split(everybody: Subjects, patients: int | None) -> tuple[Subjects, Subjects]:
    """Return those who are searched on and those who are compared in: nobody is in both."""
    rows = np.arange(len(everybody))
    if len(rows) < 2 * FEWEST:
        raise InputError("subjects", str(len(rows)), f"at least {2 * FEWEST}, half of them to compare in")
    first = rows % 2 == 0 if patients is None else rows < patients
    parts = []
    for chosen, use in ((first, "searched on"), (~first, "compared in")):
        part = everybody.take(rows[chosen])
        parts.append(replace(part, label=f"{everybody.label} ({len(part)} {use})"))
    return parts[0], parts[1]


def _described(task: _Task) -> dict[str, Any]:
    """Return what a search is, so that candidates of another are not taken for its own.

    Generations, schedules in each and fresh subjects are left out: no candidate depends on them, and a longer search
    goes on from a shorter one.
    """
    found, searched = task.space.optimisation, task.searched
    assembly = plan_of(task.space.base, searched.size, keep=searched.remaining()).assembly
    who = hashlib.sha256(searched.numbers.tobytes())
    for name, column in sorted({**searched.columns, **searched.states}.items()):
        who.update(name.encode())
        who.update(np.ascontiguousarray(column).tobytes())
    return {
        "optimisation": found.name,
        "design": hashlib.sha256(repr(found).encode()).hexdigest(),
        "limits": [asdict(limit) for limit in task.limits],
        "equations": trace(assembly.system).fingerprint(),
        "parameters": hashlib.sha256(repr(sorted(assembly.parameters.items())).encode()).hexdigest(),
        "subjects": who.hexdigest(),
        "seed": task.seed,
        "rtol": RTOL,
        "versions": {name: version(name) for name in PACKAGES},
    }


def _searched(task: _Task, generations: int, population: int, store: SearchStore | None, resume: bool) -> Evaluator:
    """Return the evaluator of a finished search, which knows every candidate that was met."""
    searched = task.searched
    evaluator = Evaluator(task.space, task.goals, task.limits, lambda p: task.treat(p, searched), searched.size)
    before = {c.mark: c for c in store.read(resume)} if store else {}
    evaluator.known.update(before)
    check_known(task.treat(task.space.base, searched), [g.outcome for g in task.goals])
    total, began = generations * population, time.monotonic()
    asked: list[str] = []

    def judge(decision: Decision) -> Score:
        candidate = evaluator(decision)
        asked.append(candidate.mark)
        task.tell(
            _progress(len(asked), total, len(evaluator.known), time.monotonic() - began), 0.9 * len(asked) / total
        )
        return evaluator.score(candidate)

    def after(_: int) -> None:
        if store is not None:
            store.write(evaluator.known)

    evolve(
        task.space.optimisation.variables, judge,
        objectives=len(task.goals), constraints=len(task.limits) + 1, population=population, generations=generations,
        seed=task.seed, start=[task.space.nearest()], allowed=evaluator.allowed, after=after,
    )  # fmt: skip
    evaluator.known = {name: evaluator.known[name] for name in dict.fromkeys(asked)}  # as met, whoever ran it before
    return evaluator


def _progress(done: int, total: int, different: int, seconds: float) -> str:
    left = seconds / done * (total - done)
    time_left = f"{left / 60.0:.0f} min" if left > 90.0 else f"{left:.0f} s"
    return f"search, {done} of {total} schedules, {different} different, {time_left} left"


def chosen(evaluator: Evaluator, most: int) -> tuple[list[Candidate], list[Candidate]]:
    """Return the candidates that none dominates, and at most so many of them to compare, best first.

    Two thirds of the places are for those that lose no more than the margins to the base's schedule in the subjects of
    the search; the others show the rest of the front. Within both, those that lie far apart. Which are chosen rests on
    the search alone, so that the fresh subjects judge without having chosen.
    """
    feasible = [c for c in evaluator.known.values() if c.feasible]
    if not feasible:
        return [], []
    best = [feasible[k] for k in non_dominated([evaluator.score(c)[0] for c in feasible])]
    own = evaluator(evaluator.space.nearest())
    close = [c for c in best if own.means and _close(c, own, evaluator.goals)]
    picked = _spread(evaluator, close, max(math.ceil(2 * most / 3), most - (len(best) - len(close))))
    picked += _spread(evaluator, [c for c in best if c not in close], most - len(picked))
    return best, sorted(picked, key=lambda c: evaluator.score(c)[0])


def _close(candidate: Candidate, own: Candidate, goals: Sequence[Goal]) -> bool:
    """Return whether a candidate loses no more than the margin on any objective, and is another than the base's."""
    losses = [goal.sign * (candidate.means[goal.outcome] - own.means[goal.outcome]) - goal.margin for goal in goals]
    return candidate.mark != own.mark and all(loss <= 0.0 for loss in losses)


def _spread(evaluator: Evaluator, candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    if not candidates or most < 1:
        return []
    return [candidates[k] for k in spread([evaluator.score(c)[0] for c in candidates], most)]


def _compared(task: _Task, evaluator: Evaluator, some: Sequence[Candidate]) -> tuple[Judged, list[Judged]]:
    """Return the reference and the chosen candidates on the fresh subjects."""
    optimisation, size = task.space.optimisation, task.fresh.size
    shares = compare.weights(len(task.fresh), task.seed)
    base = task.treat(task.space.base, task.fresh)
    documents = [task.space.document(c.schedule, f"front_{k + 1:02d}") for k, c in enumerate(some)]
    values: list[Values] = []
    for k, candidate in enumerate(some):
        task.tell(f"fresh patients, {k + 1} of {len(some)} schedules", 0.9 + 0.1 * k / len(some))
        values.append(task.treat(task.space.protocol(candidate.schedule), task.fresh))
    found = compare.compare(values, base, task.goals, shares) if values else []
    own = evaluator(task.space.nearest())
    reference = Judged(
        task.space.base.name,
        task.space.reference,
        dict(optimisation.base),
        plan_values(planned(task.space.base, size, optimisation.supply)),
        {g.outcome: own.means.get(g.outcome, np.nan) for g in task.goals},
        compare.intervals(base, task.names, shares),
    )
    judged = []
    for candidate, document, one, differences in zip(some, documents, values, found, strict=True):
        fresh = compare.intervals(one, task.names, shares)
        means = {**{name: interval.value for name, interval in fresh.items()}, **candidate.plan}
        judged.append(
            Judged(
                document["name"], candidate.schedule, document, candidate.plan,
                {g.outcome: candidate.means[g.outcome] for g in task.goals}, fresh, differences,
                compare.claims(differences), tuple(x.name for x in task.limits if x.excess(means) > 0.0),
            )
        )  # fmt: skip
    return reference, judged
