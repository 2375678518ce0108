"""A problem cut at its events: what a tool that integrates from one time to another has to be told.

Every tool restarts at an event, as we do; output times inside a segment belong to it, its end to the next one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from printed import Text, scaled

from trimer.engine.problem import Problem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """Hold the time between two events.

    Attributes
    ----------
    start, end : float, day
    added : array, shape (n_states,)
        Boluses at the start.
    inputs : array, shape (n_inputs,)
    grid : array
        Start, the output times inside, end.
    first, count : int
        Place of the segment's own output times among all.
    leading : int
        1 where the start is no output time (it stands first in ``grid`` and is dropped), else 0.
    """

    start: float
    end: float
    added: Floats
    inputs: Floats
    grid: Floats
    first: int
    count: int
    leading: int


class Course:
    """Hold a problem whose patients share their events, in units of its scales, cut into segments.

    Parameters
    ----------
    problem : Problem
    slopes : bool
        Whether the tool is given the Jacobian.

    Raises
    ------
    ValueError
        When the patients have events of their own.
    """

    def __init__(self, problem: Problem, slopes: bool = False) -> None:
        events = problem.events
        if len(set(zip(events.start.tolist(), events.stop.tolist(), strict=True))) > 1:
            raise ValueError("the patients of a benchmark share their events.")
        self.natural, self.problem = problem, scaled(problem)
        self.text = Text(self.problem.system, slopes)
        self.segments = self._cut()
        self.y0 = self.problem.y0

    def _cut(self) -> list[Segment]:
        problem, events = self.problem, self.problem.events
        rows = slice(int(events.start[0]), int(events.stop[0]))
        when, target, value = events.time[rows], events.target[rows], events.value[rows]
        times, n = problem.times, problem.y0.shape[1]
        when = np.maximum(when, times[0])  # what was before the start is applied at it
        cuts = np.unique(np.concatenate([[times[0]], when[when < times[-1]], [times[-1]]]))
        inputs = problem.inputs[0].copy()
        found = []
        for start, end in itertools.pairwise(cuts):
            added = np.zeros(n)
            for i in np.flatnonzero(when == start):
                if target[i] < n:
                    added[target[i]] += value[i]
                else:
                    inputs[target[i] - n] = value[i]
            inside = np.flatnonzero((times >= start) & ((times < end) | (end == times[-1])))
            grid = np.unique(np.concatenate([[start], times[inside], [end]]))
            first = int(inside[0]) if len(inside) else 0
            leading = int(not len(inside) or times[inside[0]] != start)
            found.append(Segment(start, end, added, inputs.copy(), grid, first, len(inside), leading))
        return found

    @cached_property
    def functions(self) -> dict[str, Any]:
        """Return prepare, derivatives, slopes and observe, compiled by Numba."""
        import numba  # a tool's way to machine code, not ours

        jit = numba.njit(error_model="numpy", fastmath={"contract", "arcp", "nsz"})
        return self.text.functions(jit)

    @cached_property
    def constants(self) -> Floats:
        """Return ``c``, shape (n_patients, n_segments, n_constants)."""
        prepare = self.functions["prepare"]
        c = np.zeros((len(self.y0), len(self.segments), len(self.text.slots)))
        for i, p in enumerate(self.problem.parameters):
            for k, segment in enumerate(self.segments):
                prepare(p, segment.inputs, c[i, k])
        return c

    def empty(self, patients: int) -> Floats:
        """Return room for the states of so many patients, shape (patients, n_times, n_states), filled with NaN."""
        return np.full((patients, len(self.problem.times), self.y0.shape[1]), np.nan)

    def values(self, states: Floats) -> Floats:
        """Return the problem's outputs, given a tool's states: shape (patients, n_times, n_outputs)."""
        system, wanted = self.problem.system, self.problem.outputs
        observed = np.empty((*states.shape[:2], len(system.outputs)))
        if any(name in system.outputs for name in wanted):
            inputs = np.empty((states.shape[1], len(system.inputs)))
            for s in self.segments:
                inputs[s.first : s.first + s.count] = s.inputs
            observe_all = _observe_all()
            observe_all(self.functions["observe"], states, self.problem.parameters, inputs, observed)
        natural = states * np.asarray(self.natural.system.scale)
        columns = [
            observed[:, :, system.outputs.index(name)]
            if name in system.outputs
            else natural[:, :, system.states.index(name)]
            for name in wanted
        ]
        return np.stack(columns, axis=2)

    def compared(self) -> NDArray[np.bool_]:
        """Return which output times are compared: not those of events, where tools differ in before and after."""
        starts = [s.start for s in self.segments]
        return ~np.isin(self.problem.times, starts)


@cache
def _observe_all() -> Any:
    import numba

    @numba.njit
    def observe_all(observe: Any, states: Floats, parameters: Floats, inputs: Floats, out: Floats) -> None:
        for i in range(states.shape[0]):
            for k in range(states.shape[1]):
                observe(states[i, k], parameters[i], inputs[k], out[i, k])

    return observe_all
