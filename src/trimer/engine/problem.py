"""What the engine solves: equations, numbers, events, output times. Arrays only; no biology, no units."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trimer.engine.rules import Rules
from trimer.errors import SolveError

FEW = 8  # names that a message can list

Equations = Callable[[Any, Any, Any, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class System:
    """Hold one model's equations, written once for one patient.

    ``rhs(t, y, p, u)`` and ``observables(t, y, p, u)`` take mappings with attribute access (``y.drug`` and
    ``y["drug"]``) of floats, arrays or expressions, and return derivatives and outputs by name. Only arithmetic and the
    functions of :mod:`trimer.model.processes` may be used; ``t`` is there for readers and must not be used (all time
    dependence comes through ``u``, which is constant between events).

    Attributes
    ----------
    name : str
    states, parameters, inputs, outputs : tuple of str
        Names, in storage order. ``outputs`` are the keys ``observables`` returns.
    rhs, observables : callable
    scale : tuple of float
        Typical magnitude of each state; absolute tolerances are ``atol * scale``.
    """

    name: str
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rhs: Equations
    observables: Equations
    scale: tuple[float, ...]


@dataclass(frozen=True)
class Events:
    """Hold the events of a batch: at ``time``, add ``value`` to a state or set an input to ``value``.

    Patient *i* owns rows ``start[i]:stop[i]``, in time order; patients may share rows. ``target`` below ``n_states``
    means *add to that state*; otherwise *set input* ``target - n_states``. Several events may stand at one time; they
    are applied in order. Events at or before the start time are applied before the first output: outputs are
    right-continuous (the value just after the events at that time).
    """

    start: NDArray[np.int64]  # (n_patients,) first row of each patient
    stop: NDArray[np.int64]  # (n_patients,) one past the last row
    time: NDArray[np.float64]  # (n_rows,) day
    target: NDArray[np.int64]  # (n_rows,)
    value: NDArray[np.float64]  # (n_rows,)

    @classmethod
    def shared(cls, n_patients: int, rows: Sequence[tuple[float, int, float]]) -> Events:
        """Return events in which every patient has the same rows ``(time, target, value)``."""
        one = cls.per_patient([rows])
        start, stop = np.repeat(one.start, n_patients), np.repeat(one.stop, n_patients)
        return cls(start, stop, one.time, one.target, one.value)

    @classmethod
    def per_patient(cls, rows: Sequence[Sequence[tuple[float, int, float]]]) -> Events:
        """Return events from one list of ``(time, target, value)`` per patient; each list is sorted stably by time."""
        sizes = [len(r) for r in rows]
        stop = np.cumsum(sizes, dtype=np.int64)
        flat = [row for r in rows for row in sorted(r, key=lambda x: x[0])]
        return cls(
            start=stop - np.asarray(sizes, dtype=np.int64),
            stop=stop,
            time=np.array([r[0] for r in flat], dtype=float),
            target=np.array([r[1] for r in flat], dtype=np.int64),
            value=np.array([r[2] for r in flat], dtype=float),
        )


@dataclass(frozen=True)
class Problem:
    """Hold a batch to be solved.

    Attributes
    ----------
    system : System
    y0 : array, shape (n_patients, n_states)
    parameters : array, shape (n_patients, n_parameters)
    inputs : array, shape (n_patients, n_inputs)
        Values of the inputs before the first event.
    events : Events
    times : array, shape (n_times,), day
        Output times, increasing, shared by the batch; the first is the start, the last the end.
    outputs : tuple of str
        Names wanted: states or observables.
    rtol, atol : float
        Relative tolerance, and absolute tolerance in units of each state's scale.
    max_steps : int
        Steps after which a patient is given up (a status, not an error).
    rules : Rules, optional
        Treatment rules that look at each patient and act.

    Raises
    ------
    SolveError
        When shapes or names do not fit.
    """

    system: System
    y0: NDArray[np.float64]
    parameters: NDArray[np.float64]
    inputs: NDArray[np.float64]
    events: Events
    times: NDArray[np.float64]
    outputs: tuple[str, ...]
    rtol: float = 1e-6
    atol: float = 1e-9
    max_steps: int = 200_000
    rules: Rules | None = None

    def __post_init__(self) -> None:
        n = self.y0.shape[0]
        shapes = {
            "y0": (self.y0.shape, (n, len(self.system.states))),
            "parameters": (self.parameters.shape, (n, len(self.system.parameters))),
            "inputs": (self.inputs.shape, (n, len(self.system.inputs))),
            "events": (self.events.start.shape, (n,)),
        }
        for name, (found, wanted) in shapes.items():
            if found != wanted:
                raise SolveError(f"{self.system.name}: {name} has shape {found}, expected {wanted}.")
        if self.times.ndim != 1 or len(self.times) < 2 or np.any(np.diff(self.times) <= 0):
            raise SolveError(f"{self.system.name}: output times must be at least two and increasing.")
        known = set(self.system.states) | set(self.system.outputs)
        read = self.rules.signals if self.rules else ()
        hidden = [k.name for k in (self.rules.lookups if self.rules else ()) if k.name in known]
        if hidden:
            raise SolveError(f"{self.system.name}: the lookup {hidden[0]!r} has the name of an output.")
        unknown = [name for name in (*self.outputs, *read) if name not in known]
        if unknown:
            raise SolveError(f"{self.system.name}: unknown output {unknown[0]!r}{_hint(unknown[0], known)}.")

    @property
    def n_patients(self) -> int:
        """Number of patients in the batch."""
        return int(self.y0.shape[0])


def _hint(name: str, known: Collection[str]) -> str:
    """Return what there is instead: all of a few names, the nearest three of many."""
    if len(known) <= FEW:
        return f"; known: {', '.join(sorted(known))}"
    spelled = {other.lower(): other for other in sorted(known)}
    near = [spelled[found] for found in difflib.get_close_matches(name.lower(), spelled, n=3, cutoff=0.4)]
    return f"; nearest: {', '.join(near)}" if near else f"; none of the {len(known)} known ones is like it"
