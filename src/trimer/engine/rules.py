"""Treatment rules as tables: a small state machine per patient that every backend runs in the same way.

A patient is in one *mode*. At *rounds* (a regular grid, and the instants at which a clock that a rule of the present
mode waits for runs out) the machine looks at its *signals* (outputs of the system, and grades looked up from them) and
*registers* (numbers it keeps; some run as clocks in some modes), and takes its *transitions* in order: one whose mode
and guards all hold acts (doses now or later, inputs, registers) and may change the mode, which the next ones see. Each
is taken at most once a round. Rounds of the grid at which no rule of the mode could be taken, because a clock it asks
for has not run out, are left out, but not while a rule of the mode waits for something to last; where any was left
out, what must last is counted anew.

At one time, the batch's own events come first, then what rules had scheduled, then the round, then the outputs.
No biology here: names and units are the caller's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from trimer.errors import SolveError

PENDING = 96  # doses a patient may have scheduled ahead
LOGGED = 512  # transitions kept a patient
SAME = 1e-9  # day within which two instants are one, and a clock has run out
TIE = 10.0  # comparisons nearer than this many relative tolerances to their limit are counted as ties
RESIDUE = 1e-12  # what rounding leaves of an input after an infusion ends, relative to the infusion
FOREVER = 1e300  # a time that never comes
AGES = 1e9  # days beyond which no clock is waited for
ROUNDS = 1_000_000  # of the grid, in one course

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Do(IntEnum):
    """What an action does; ``index`` says to which state, input or register."""

    ADD = 0  # add ``value`` to a state
    SET = 1  # set an input to ``value``
    CHANGE = 2  # add ``value`` to an input
    CANCEL = 3  # forget what is scheduled for an input
    PUT = 4  # set a register to ``value``
    COUNT = 5  # add ``value`` to a register
    KEEP = 6  # set a register to the signal of number ``value``


@dataclass(frozen=True)
class Guard:
    """Compare ``signal + weight * register`` with a limit; a name left empty counts as zero.

    Attributes
    ----------
    signal, register : str
    weight : float
    above : bool
        Whether the value must be at least the limit; otherwise it must be below.
    limit : float
    """

    signal: str = ""
    register: str = ""
    weight: float = 1.0
    above: bool = True
    limit: float = 0.0


@dataclass(frozen=True)
class Action:
    """Do something, ``delay`` days after the round (registers and cancellations at once).

    ``target`` is a state, an input or a register by ``do``; for ``Do.KEEP``, ``signal`` is what is kept.
    """

    do: Do
    target: str
    value: float = 0.0
    delay: float = 0.0
    signal: str = ""


@dataclass(frozen=True)
class Transition:
    """Take the patient from one of ``modes`` (all, when empty) to mode ``to`` (the same, when empty).

    ``lasting`` (day) is how long the guards that read a signal must have held, at every round in between. A ``quiet``
    transition does not enter the log of decisions.
    """

    name: str
    modes: tuple[str, ...] = ()
    guards: tuple[Guard, ...] = ()
    actions: tuple[Action, ...] = ()
    to: str = ""
    lasting: float = 0.0
    quiet: bool = False


@dataclass(frozen=True)
class Lookup:
    """Grade several signals at once: each is cut at its ``edges`` (at an edge counts as above), and ``table`` says.

    Attributes
    ----------
    name : str
        A signal of its own.
    signals : tuple of str
        Outputs of the system.
    edges : tuple of tuple of float
        Increasing, one tuple a signal.
    table : tuple of float
        One value for each combination, the last signal's class changing fastest.
    """

    name: str
    signals: tuple[str, ...]
    edges: tuple[tuple[float, ...], ...]
    table: tuple[float, ...]


@dataclass(frozen=True)
class Rules:
    """Hold a state machine by names.

    Attributes
    ----------
    transitions : tuple of Transition
    modes : tuple of str
        The first is the one a patient starts in.
    registers : mapping of str to float
        Names and values at the start.
    clocks : mapping of str to tuple of str
        Modes in which a register runs, 1 a day.
    lookups : tuple of Lookup
    start, every : float, day
        First round, and the time between rounds of the grid.
    """

    transitions: tuple[Transition, ...]
    modes: tuple[str, ...]
    registers: Mapping[str, float]
    clocks: Mapping[str, tuple[str, ...]]
    lookups: tuple[Lookup, ...] = ()
    start: float = 0.0
    every: float = 0.25

    @property
    def signals(self) -> tuple[str, ...]:
        """Outputs of the system that the rules read."""
        looked_up = {lookup.name for lookup in self.lookups}
        read = [g.signal for t in self.transitions for g in t.guards]
        read += [a.signal for t in self.transitions for a in t.actions]
        read += [name for lookup in self.lookups for name in lookup.signals]
        return tuple(dict.fromkeys(name for name in read if name and name not in looked_up))


@dataclass(frozen=True)
class Tables:
    """Hold the machine as arrays: what kernels run. ``signals`` counts outputs first, then lookups."""

    signals: tuple[str, ...]  # outputs read
    start: float
    every: float
    registers: Floats  # (n_registers,) at the start
    runs: Integers  # (n_registers, n_modes) 1 where a register is a running clock
    lookup_first: Integers  # (n_lookups + 1,) first dimension of each lookup
    lookup_signal: Integers  # (n_dimensions,)
    lookup_edge: Integers  # (n_dimensions + 1,) first edge of each dimension
    edges: Floats
    lookup_table: Integers  # (n_lookups,) first entry in ``table``
    table: Floats
    modes: Integers  # (n_transitions, n_modes) 1 where a transition may be taken
    to: Integers  # (n_transitions,) -1: stay
    lasting: Floats  # (n_transitions,)
    quiet: Integers  # (n_transitions,) 1 where not logged
    guard: Integers  # (n_transitions + 1,) first guard of each
    guard_signal: Integers  # -1: none
    guard_register: Integers  # -1: none
    guard_weight: Floats
    guard_above: Integers
    guard_limit: Floats
    action: Integers  # (n_transitions + 1,) first action of each
    action_do: Integers
    action_index: Integers
    action_value: Floats
    action_delay: Floats


def tabulate(rules: Rules | None, states: Sequence[str], inputs: Sequence[str]) -> Tables:
    """Return the tables of a machine; of one that never looks, for None.

    Raises
    ------
    SolveError
        When a name is unknown, or a number cannot be used.
    """
    if rules is None:
        rules = Rules((), ("",), {}, {}, start=FOREVER)
    _check(rules)
    names = _Names(rules, states, inputs)
    guards = [g for t in rules.transitions for g in t.guards]
    actions = [a for t in rules.transitions for a in t.actions]
    dimensions = [(s, e) for k in rules.lookups for s, e in zip(k.signals, k.edges, strict=True)]
    for transition in rules.transitions:
        for mode in (*transition.modes, *filter(None, [transition.to])):
            names.mode(mode)
    return Tables(
        signals=rules.signals,
        start=rules.start,
        every=rules.every,
        registers=np.array(list(rules.registers.values()), dtype=float),
        runs=np.array(
            [[mode in rules.clocks.get(r, ()) for mode in rules.modes] for r in rules.registers], dtype=np.int64
        ).reshape(len(rules.registers), len(rules.modes)),
        lookup_first=_firsts([len(k.signals) for k in rules.lookups]),
        lookup_signal=_integers(names.signal(s) for s, _ in dimensions),
        lookup_edge=_firsts([len(e) for _, e in dimensions]),
        edges=np.array([x for _, e in dimensions for x in e], dtype=float),
        lookup_table=_firsts([len(k.table) for k in rules.lookups])[:-1].copy(),
        table=np.array([x for k in rules.lookups for x in k.table], dtype=float),
        modes=np.array(
            [[not t.modes or mode in t.modes for mode in rules.modes] for t in rules.transitions], dtype=np.int64
        ).reshape(len(rules.transitions), len(rules.modes)),
        to=_integers(names.mode(t.to) if t.to else -1 for t in rules.transitions),
        lasting=np.array([t.lasting for t in rules.transitions], dtype=float),
        quiet=_integers(int(t.quiet) for t in rules.transitions),
        guard=_firsts([len(t.guards) for t in rules.transitions]),
        guard_signal=_integers(names.signal(g.signal) if g.signal else -1 for g in guards),
        guard_register=_integers(names.register(g.register) if g.register else -1 for g in guards),
        guard_weight=np.array([g.weight for g in guards], dtype=float),
        guard_above=_integers(int(g.above) for g in guards),
        guard_limit=np.array([g.limit for g in guards], dtype=float),
        action=_firsts([len(t.actions) for t in rules.transitions]),
        action_do=_integers(int(a.do) for a in actions),
        action_index=_integers(names.target(a) for a in actions),
        action_value=np.array([names.signal(a.signal) if a.do == Do.KEEP else a.value for a in actions], dtype=float),
        action_delay=np.array([a.delay for a in actions], dtype=float),
    )


class _Names:
    """Turn names into numbers."""

    def __init__(self, rules: Rules, states: Sequence[str], inputs: Sequence[str]) -> None:
        self._of = {
            "signal": {n: i for i, n in enumerate((*rules.signals, *(k.name for k in rules.lookups)))},
            "register": {n: i for i, n in enumerate(rules.registers)},
            "mode": {n: i for i, n in enumerate(rules.modes)},
            "state": {n: i for i, n in enumerate(states)},
            "input": {n: i for i, n in enumerate(inputs)},
        }

    def _find(self, kind: str, name: str) -> int:
        found = self._of[kind].get(name)
        if found is None:
            raise SolveError(f"rules: {name!r} is no {kind}; there are: {', '.join(self._of[kind]) or 'none'}.")
        return found

    def signal(self, name: str) -> int:
        return self._find("signal", name)

    def register(self, name: str) -> int:
        return self._find("register", name)

    def mode(self, name: str) -> int:
        return self._find("mode", name)

    def target(self, action: Action) -> int:
        kind = {Do.ADD: "state", Do.SET: "input", Do.CHANGE: "input", Do.CANCEL: "input"}.get(action.do, "register")
        return self._find(kind, action.target)


def _firsts(sizes: Sequence[int]) -> Integers:
    return np.concatenate([[0], np.cumsum(np.asarray(sizes, dtype=np.int64))]).astype(np.int64)


def _integers(values: object) -> Integers:
    return np.array(list(values), dtype=np.int64)  # type: ignore[call-overload]


def _check(rules: Rules) -> None:
    """Raise when a number could make a backend run for ever or read past its tables."""
    if not (math.isfinite(rules.every) and rules.every > 0.0 and math.isfinite(rules.start)):
        raise SolveError("rules: start and every must be finite, and every above zero.")
    if not rules.modes or len(set(rules.modes)) != len(rules.modes):
        raise SolveError("rules: there must be at least one mode, and no two of one name.")
    if not all(math.isfinite(x) for x in rules.registers.values()):
        raise SolveError("rules: a register starts with a value that is not finite.")
    astray = [m for modes in rules.clocks.values() for m in modes if m not in rules.modes]
    if astray:
        raise SolveError(f"rules: a clock runs in {astray[0]!r}, which is no mode.")
    names = [lookup.name for lookup in rules.lookups]
    if len(set(names)) != len(names) or set(names) & {s for k in rules.lookups for s in k.signals}:
        raise SolveError("rules: the names of lookups must differ from one another and from what they read.")
    unknown = [r for r in rules.clocks if r not in rules.registers]
    if unknown:
        raise SolveError(f"rules: the clock {unknown[0]!r} is no register.")
    for lookup in rules.lookups:
        cells = math.prod(len(e) + 1 for e in lookup.edges)
        if len(lookup.signals) != len(lookup.edges) or len(lookup.table) != cells:
            raise SolveError(f"rules: the table of {lookup.name!r} has {len(lookup.table)} values for {cells} cells.")
        if not all(math.isfinite(x) for x in (*lookup.table, *(x for e in lookup.edges for x in e))):
            raise SolveError(f"rules: {lookup.name!r} has a number that is not finite.")
        if any(list(e) != sorted(set(e)) for e in lookup.edges):
            raise SolveError(f"rules: the edges of {lookup.name!r} must increase.")
    for t in rules.transitions:
        numbers = [t.lasting, *(x for g in t.guards for x in (g.weight, g.limit))]
        numbers += [x for a in t.actions for x in (a.value, a.delay)]
        if not all(math.isfinite(x) for x in numbers):
            raise SolveError(f"rules: {t.name!r} has a number that is not finite.")
        if not all(isinstance(a.do, Do) for a in t.actions):
            raise SolveError(f"rules: {t.name!r} has an act that is none of {', '.join(d.name for d in Do)}.")
        if t.lasting < 0.0 or any(a.delay < 0.0 for a in t.actions):
            raise SolveError(f"rules: {t.name!r} reaches into the past.")
