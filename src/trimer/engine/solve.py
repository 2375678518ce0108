"""The engine's front door: solve a problem with a backend, and say how exact the answer is."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimer.engine import backends
from trimer.engine.problem import Events, Problem
from trimer.engine.rules import ROUNDS, tabulate
from trimer.engine.solution import Solution
from trimer.errors import SolveError

INSTEAD = {"gpu": "cpu", "cpu": "reference"}  # who answers where a backend cannot be used
SAME_ROUND = 1e-3  # day; rounds lie further apart, and a clock set by a signal runs out within it
NEGLIGIBLE = 1e-6  # an output below this part of its largest value in the sample is judged against that part


def solve(problem: Problem, backend: str = "cpu", threads: int | None = None) -> Solution:
    """Solve ``problem``.

    Parameters
    ----------
    problem : Problem
    backend : str
        A module of ``trimer.engine.backends``: ``"cpu"``, ``"gpu"`` or ``"reference"``.
    threads : int, optional
        Default: as many as are useful.

    Returns
    -------
    Solution
        With the name of the backend that answered: where the one asked for cannot be used, a warning says so and the
        next slower one answers.

    Raises
    ------
    SolveError
        When there is no such backend, or the problem cannot be taken.
    ModelError
        When the equations cannot be used.
    """
    known = sorted(m.name for m in pkgutil.iter_modules(backends.__path__))
    if backend not in known:
        raise SolveError(f"no backend {backend!r}; there are: {', '.join(known)}.")
    check(problem)
    while True:
        try:
            return _call(backend, problem, threads)
        except (ImportError, RuntimeError, OSError) as error:
            if backend not in INSTEAD:
                raise
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            other = {"cpu": "cpu backend", "reference": "slow reference"}[INSTEAD[backend]]
            warnings.warn(f"the {backend} backend cannot be used here ({reason}); the {other} answers.", stacklevel=2)
            backend = INSTEAD[backend]


def _call(backend: str, problem: Problem, threads: int | None) -> Solution:
    found: Solution = importlib.import_module(f"trimer.engine.backends.{backend}").solve(problem, threads)
    return found


def check(problem: Problem) -> None:
    """Refuse what would make a backend read past its arrays or never end.

    Raises
    ------
    SolveError
        Naming what is wrong.
    """
    name, events = problem.system.name, problem.events
    sizes = {len(a) for a in (events.time, events.target, events.value)}
    if len(sizes) != 1:
        raise SolveError(f"{name}: the events' time, target and value have different lengths.")
    if events.start.shape != events.stop.shape:
        raise SolveError(f"{name}: the events' start and stop have different shapes.")
    if any(a.dtype.kind not in "iu" for a in (events.start, events.stop, events.target)):
        raise SolveError(f"{name}: the events' start, stop and target must be whole numbers.")
    rows = len(events.time)
    if np.any(events.start < 0) or np.any(events.stop < events.start) or np.any(events.stop > rows):
        raise SolveError(f"{name}: the events of a patient lie outside the table of {rows} rows.")
    targets = len(problem.system.states) + len(problem.system.inputs)
    if rows and (events.target.min() < 0 or events.target.max() >= targets):
        raise SolveError(f"{name}: an event has a target outside 0 to {targets - 1}.")
    if not np.all(np.isfinite(events.time)):
        raise SolveError(f"{name}: an event has no finite time.")
    falls = np.concatenate([[0], np.cumsum(np.diff(events.time) < 0)])  # rows so far that are earlier than the last
    some = events.stop > events.start
    if np.any(falls[events.stop[some] - 1] > falls[events.start[some]]):
        raise SolveError(f"{name}: the events of a patient are not in order of time.")
    if not np.all(np.isfinite(problem.times)):
        raise SolveError(f"{name}: an output time is not finite.")
    if not (0 < problem.rtol < np.inf and 0 < problem.atol < np.inf and 0 < problem.max_steps < 2**63):
        raise SolveError(f"{name}: rtol, atol and max_steps must be positive and finite.")
    if not all(s > 0 for s in problem.system.scale):
        raise SolveError(f"{name}: every state's scale must be positive.")
    tabulate(problem.rules, problem.system.states, problem.system.inputs)
    if problem.rules is not None and problem.rules.start < problem.times[0]:
        raise SolveError(f"{name}: the first round, at {problem.rules.start:g}, lies before the start.")
    if problem.rules is not None and problem.times[-1] - problem.rules.start > ROUNDS * problem.rules.every:
        raise SolveError(f"{name}: rounds every {problem.rules.every:g} day are more than {ROUNDS} in one course.")


def subset(problem: Problem, patients: Sequence[int]) -> Problem:
    """Return the problem of some of its patients."""
    i = np.asarray(patients, dtype=np.int64)
    events = problem.events
    chosen = Events(events.start[i], events.stop[i], events.time, events.target, events.value)
    return replace(problem, y0=problem.y0[i], parameters=problem.parameters[i], inputs=problem.inputs[i], events=chosen)


@dataclass(frozen=True)
class AchievedError:
    """Say how far a solution is from one a hundred times tighter.

    Attributes
    ----------
    median, maximum : float
        Over the patients of the sample, of the largest difference at any time in any output, relative to that output's
        largest value in that patient.
    patients : int
        How many were compared.
    decided_otherwise : int
        Patients of the sample in whom the rules decided otherwise when solved tighter, being near a limit; they are
        not compared.
    """

    median: float
    maximum: float
    patients: int
    decided_otherwise: int = 0


def achieved_error(problem: Problem, solution: Solution, sample: int = 8) -> AchievedError:
    """Solve a sample of the patients again, a hundred times tighter, and compare.

    Parameters
    ----------
    problem : Problem
    solution : Solution
        Of ``problem``.
    sample : int
        How many patients, spread evenly over those that were solved.

    Raises
    ------
    SolveError
        When no patient was solved.
    """
    solved = np.flatnonzero(solution.ok)
    if not len(solved):
        raise SolveError(f"{problem.system.name}: no patient was solved, so there is no error to report.")
    chosen = solved[np.unique(np.linspace(0, len(solved) - 1, sample).round().astype(int))]
    tight = replace(subset(problem, chosen.tolist()), rtol=problem.rtol / 100, atol=problem.atol / 100)
    truth = solve(tight, solution.backend)
    alike = np.array([_alike(solution.decisions.of(i), truth.decisions.of(k)) for k, i in enumerate(chosen)])
    compared, otherwise = truth.ok & alike, int((truth.ok & ~alike).sum())
    if not truth.ok.any():
        raise SolveError(f"{problem.system.name}: no patient of the sample could be solved a hundred times tighter.")
    if not compared.any():
        return AchievedError(np.nan, np.nan, 0, otherwise)
    errors = relative_error(solution.values[chosen][compared], truth.values[compared])
    return AchievedError(float(np.median(errors)), float(errors.max()), int(compared.sum()), otherwise)


def _alike(one: tuple[tuple[float, str], ...], other: tuple[tuple[float, str], ...]) -> bool:
    """Return whether two courses of decisions are the same, at the same rounds."""
    if [name for _, name in one] != [name for _, name in other]:
        return False
    return all(abs(a - b) < SAME_ROUND for (a, _), (b, _) in zip(one, other, strict=True))


def relative_error(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return each patient's largest error relative to each output's largest value, shape (n_patients,).

    Parameters
    ----------
    found, truth : array, shape (n_patients, n_times, n_outputs)
    """
    size = np.abs(truth).max(axis=1, keepdims=True)
    size = np.maximum(size, NEGLIGIBLE * size.max(axis=0, keepdims=True))
    difference = np.abs(found - truth) / np.where(size > 0, size, 1.0)
    largest: np.ndarray = difference.max(axis=(1, 2))
    return largest
