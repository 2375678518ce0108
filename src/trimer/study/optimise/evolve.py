"""The search itself: NSGA-II (Deb et al., IEEE Trans Evol Comput 2002;6:182, recalled) by pymoo.

A variable is the number of one of its values: steps are crossed and mutated as whole numbers (simulated binary
crossover, polynomial mutation), choices are swapped. Limits are met by constrained dominance: whoever violates less is
better, whatever the objectives. The draws of the search come from its seed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from trimer.errors import InputError
from trimer.therapy.optimisation import Value, Variable

Decision = dict[str, Value]
Score = tuple[Sequence[float], Sequence[float]]
WORST = 1e9  # stands for an objective that nobody has
TRIES = 50  # draws for each place in the first generation


def evolve(
    variables: Sequence[Variable],
    judge: Callable[[Decision], Score],
    *,
    objectives: int,
    constraints: int,
    population: int,
    generations: int,
    seed: int,
    start: Sequence[Decision] = (),
    allowed: Callable[[Decision], bool] | None = None,
    after: Callable[[int], None] | None = None,
) -> list[Decision]:
    """Return the last generation of a search.

    Parameters
    ----------
    variables : sequence of Variable
    judge : callable
        From a decision to objectives, of which less is better, and violations, of which at most 0 is none.
    objectives, constraints : int
        How many of each it returns.
    population, generations : int
        Decisions in each generation; generations, the first included.
    seed : int
    start : sequence of dict
        Decisions of the first generation; the rest of it is drawn.
    allowed : callable, optional
        Which of those drawn may stand in the first generation, as far as can be told beforehand.
    after : callable, optional
        Called with the number of a generation (from 1) when it has been judged.

    Raises
    ------
    InputError
        When pymoo is not installed.
    """
    first = _first(variables, start, allowed, population, seed)
    problem = _pymoo("core.problem").Problem(vars=_vars(variables), n_obj=objectives, n_ieq_constr=constraints)
    algorithm = _nsga2(population, first)
    algorithm.setup(problem, termination=("n_gen", generations), seed=seed, verbose=False)
    for generation in range(1, generations + 1):
        asked = algorithm.ask()
        if asked is None:  # everything that could be asked has been
            break
        scores = [judge(_decision(variables, item.X)) for item in asked]
        _tell(algorithm, problem, asked, scores)
        if after is not None:
            after(generation)
    return [_decision(variables, item.X) for item in algorithm.pop]


def _pymoo(module: str) -> Any:
    """Return a module of pymoo."""
    try:
        return import_module(f"pymoo.{module}")
    except ImportError as error:
        hint = "Install it with: pip install 'trimer[optimise]'"
        raise InputError("optimise", "no pymoo", "the Python package pymoo", hint) from error


def _nsga2(population: int, first: Any) -> Any:
    """Return the algorithm for mixed variables, with the tournament that it has for others."""
    mixed, nsga2 = _pymoo("core.mixed"), _pymoo("algorithms.moo.nsga2")
    selection = _pymoo("operators.selection.tournament").TournamentSelection(func_comp=nsga2.binary_tournament)
    single = mixed.MixedVariableDuplicateElimination()
    mating = mixed.MixedVariableMating(selection=selection, eliminate_duplicates=single)
    return nsga2.NSGA2(pop_size=population, sampling=first, mating=mating, eliminate_duplicates=single)


def _tell(algorithm: Any, problem: Any, asked: Any, scores: Sequence[Score]) -> None:
    """Tell the algorithm the scores of those it asked for."""
    goals, limits = (np.array([score[k] for score in scores], dtype=float) for k in (0, 1))
    said = {"F": np.where(np.isfinite(goals), goals, WORST)} | ({"G": limits} if limits.size else {})
    _pymoo("core.evaluator").Evaluator().eval(_pymoo("problems.static").StaticProblem(problem, **said), asked)
    algorithm.tell(infills=asked)


def _vars(variables: Sequence[Variable]) -> dict[str, Any]:
    """Return the numbers of values as pymoo's variables."""
    kinds = _pymoo("core.variable")
    found: dict[str, Any] = {}
    for variable in variables:
        count = len(variable.values)
        if variable.ordered and count > 1:
            found[variable.name] = kinds.Integer(bounds=(0, count - 1))
        else:
            found[variable.name] = kinds.Choice(options=list(range(count)))
    return found


def _first(
    variables: Sequence[Variable],
    start: Sequence[Decision],
    allowed: Callable[[Decision], bool] | None,
    population: int,
    seed: int,
) -> Any:
    """Return the first generation: the decisions given, then drawn ones that differ from them and each other."""
    members = [{v.name: v.values.index(decision[v.name]) for v in variables} for decision in start][:population]
    stream = np.random.default_rng([seed, 1])
    for _ in range(TRIES * population):  # a small space may hold fewer, or allow fewer
        if len(members) >= population:
            break
        drawn = {v.name: int(stream.integers(len(v.values))) for v in variables}
        if drawn not in members and (allowed is None or allowed(_decision(variables, drawn))):
            members.append(drawn)
    return _pymoo("core.population").Population.new(X=members)


def _decision(variables: Sequence[Variable], x: Any) -> Decision:
    return {v.name: v.values[int(x[v.name])] for v in variables}
