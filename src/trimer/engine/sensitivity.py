"""How one patient's course answers to its parameters: exact derivatives of every output, by the same compiled engine.

The equations are joined by their own derivatives in one direction (Dickinson and Gelinas, *Sensitivity analysis of
ordinary differential equation systems*, J Comput Phys 21, 123 (1976)): with states y, parameters p and a direction d,

    y' = f(y, p, u),    s' = f_y s + f_p d,    outputs g and g_y s + g_p d.

That is again a system, made by calling the equations with dual numbers, so that tracing, kernel and reference take it
as they take any other. A direction is a patient of the batch and fills a lane of the kernel. Doses stand at fixed times
and add fixed amounts, so s does not jump with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.engine.dual import Dual, parts
from trimer.engine.names import Named
from trimer.engine.problem import Equations, Events, Problem, System
from trimer.engine.solution import Status
from trimer.engine.solve import solve
from trimer.errors import SolveError


@dataclass(frozen=True)
class Sensitivities:
    """Hold one patient's course and its derivatives.

    Attributes
    ----------
    times : array, shape (n_times,), day
    outputs : tuple of str
    values : array, shape (n_times, n_outputs)
        The course itself.
    derivatives : array, shape (n_directions, n_times, n_outputs)
        Derivative of each output in each direction; NaN after the point at which a direction failed.
    status : array of int, shape (n_directions,)
        Values of :class:`trimer.engine.solution.Status`.
    steps : array of int, shape (n_directions,)
        Accepted steps.
    backend : str
    info : dict
        Timings and settings of the backend.
    """

    times: NDArray[np.float64]
    outputs: tuple[str, ...]
    values: NDArray[np.float64]
    derivatives: NDArray[np.float64]
    status: NDArray[np.int64]
    steps: NDArray[np.int64]
    backend: str
    info: dict[str, float | str] = field(default_factory=dict)

    def __getitem__(self, output: str) -> NDArray[np.float64]:
        """Return the derivatives of one output, shape (n_directions, n_times)."""
        found: NDArray[np.float64] = self.derivatives[:, :, self.outputs.index(output)]
        return found

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Which directions were solved."""
        solved: NDArray[np.bool_] = self.status == int(Status.OK)
        return solved


def sensitivities(
    problem: Problem,
    directions: Mapping[str, ArrayLike],
    dy0: ArrayLike | None = None,
    backend: str = "cpu",
    threads: int | None = None,
) -> Sensitivities:
    """Return the derivatives of one patient's outputs with respect to its parameters.

    Parameters
    ----------
    problem : Problem
        Of one patient, without treatment rules.
    directions : mapping of str to array, shape (n_directions,)
        By parameter, its component in each direction; parameters that are not named stay. The same set of names uses
        the same kernel. The step's error counts a derivative like the state it belongs to, absolute tolerance included,
        so give directions in which a unit is a change that matters: ``d p = p`` (the derivative by log p), or a
        standard deviation.
    dy0 : array, shape (n_directions, n_states), optional
        Derivatives of the initial states in these directions, see :func:`start`; by default they do not depend on the
        parameters.
    backend : str
    threads : int, optional

    Returns
    -------
    Sensitivities
        Of ``problem.outputs`` at ``problem.times``.

    Raises
    ------
    SolveError
        When there is not exactly one patient, when treatment rules act, when a name is unknown, or shapes do not fit.
    ModelError
        When the equations cannot be differentiated.
    """
    names = _names(problem, directions)
    moved = np.array([np.asarray(directions[n], dtype=float) for n in names]).T
    states_moved = np.zeros((len(moved), problem.y0.shape[1])) if dy0 is None else np.asarray(dy0, dtype=float)
    solution = solve(_joined(problem, names, moved, states_moved), backend, threads)
    split = len(problem.outputs)
    return Sensitivities(
        times=solution.times,
        outputs=problem.outputs,
        values=solution.values[int(np.argmax(solution.ok)), :, :split],
        derivatives=solution.values[:, :, split:],
        status=solution.status,
        steps=solution.steps,
        backend=solution.backend,
        info=solution.info,
    )


def _names(problem: Problem, directions: Mapping[str, ArrayLike]) -> tuple[str, ...]:
    """Return the parameters that move, in the system's order, or raise."""
    name, known = problem.system.name, problem.system.parameters
    if problem.n_patients != 1:
        raise SolveError(f"{name}: sensitivities of {problem.n_patients} patients asked for, expected one patient.")
    if problem.rules is not None:
        raise SolveError(f"{name}: sensitivities of a course with treatment rules asked for, expected fixed dosing.")
    unknown = [n for n in directions if n not in known]
    if unknown:
        raise SolveError(f"{name}: a direction moves {unknown[0]!r}, which is no parameter.")
    shapes = {np.shape(d) for d in directions.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1 or shapes == {(0,)}:
        raise SolveError(f"{name}: directions have the shapes {sorted(shapes)}, expected one shape (n_directions,).")
    return tuple(n for n in known if n in directions)


def _joined(problem: Problem, names: tuple[str, ...], moved: NDArray[np.float64], dy0: NDArray[np.float64]) -> Problem:
    """Return the batch of one patient per direction; ``moved`` has the shape (n_directions, len(names))."""
    count, n, events = len(moved), problem.y0.shape[1], problem.events
    if dy0.shape != (count, n):
        raise SolveError(f"{problem.system.name}: dy0 has shape {dy0.shape}, expected {(count, n)}.")
    return replace(
        problem,
        system=augmented(problem.system, names),
        y0=np.hstack([np.repeat(problem.y0, count, axis=0), dy0]),
        parameters=np.hstack([np.repeat(problem.parameters, count, axis=0), moved]),
        inputs=np.repeat(problem.inputs, count, axis=0),
        events=Events(
            np.repeat(events.start, count),
            np.repeat(events.stop, count),
            events.time,
            np.where(events.target < n, events.target, events.target + n),  # inputs stand behind 2 n states
            events.value,
        ),
        outputs=_with_tangents(problem.outputs),
    )


def start(
    initial: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    values: Mapping[str, float],
    directions: Mapping[str, ArrayLike],
    states: tuple[str, ...],
) -> NDArray[np.float64]:
    """Return how the initial states move with the parameters: ``dy0`` of :func:`sensitivities`.

    Parameters
    ----------
    initial : callable
        From parameters by name to initial states by name; arithmetic, and ``min`` or ``max`` (by value).
    values : mapping of str to float
        Every parameter that ``initial`` reads.
    directions : mapping of str to array, shape (n_directions,)
    states : tuple of str

    Returns
    -------
    array, shape (n_directions, n_states)
    """
    moved = {n: np.asarray(d, dtype=float) for n, d in directions.items()}
    found = initial({n: Dual(v, moved[n]) if n in moved else v for n, v in values.items()})
    count = len(next(iter(moved.values())))
    return np.array([np.broadcast_to(parts(found[name])[1], count) for name in states]).T


@lru_cache(maxsize=64)
def augmented(system: System, names: tuple[str, ...]) -> System:
    """Return ``system`` joined by its derivative in one direction.

    Parameters
    ----------
    system : System
    names : tuple of str
        Parameters that have a component in the direction; the components are parameters of the new system.

    Returns
    -------
    System
        States, parameters and outputs of ``system``, then their derivatives, in the same order.
    """

    def differentiated(equations: Equations) -> Equations:
        def both(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
            found = equations(
                t,
                Named("state", {n: Dual(y[n], y[_tangent(n)]) for n in system.states}),
                Named("parameter", {n: Dual(p[n], p[_tangent(n)]) if n in names else Dual(p[n]) for n in p_names}),
                Named("input", {n: Dual(u[n]) for n in system.inputs}),
            )
            values, tangents = {}, {}
            for name, x in found.items():
                values[name], tangents[_tangent(name)] = parts(x)
            return values | tangents

        return both

    p_names = system.parameters
    return System(
        name=f"{system.name} with derivatives",
        states=_with_tangents(system.states),
        parameters=p_names + tuple(map(_tangent, names)),
        inputs=system.inputs,
        outputs=_with_tangents(system.outputs),
        rhs=differentiated(system.rhs),
        observables=differentiated(system.observables),
        scale=system.scale * 2,
    )


def _tangent(name: str) -> str:
    return f"d {name}"  # no attribute of a model has a space in its name


def _with_tangents(names: tuple[str, ...]) -> tuple[str, ...]:
    return names + tuple(map(_tangent, names))
