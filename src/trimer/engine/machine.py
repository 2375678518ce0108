"""The state machine of :mod:`trimer.engine.rules` for one patient, in plain Python: what the reference backend runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trimer.engine.rules import AGES, FOREVER, PENDING, RESIDUE, SAME, Do, Tables


@dataclass(frozen=True)
class Dose:
    """Hold one act on a state or an input: at once, or scheduled."""

    time: float
    do: Do
    index: int
    value: float

    def apply_to(self, y: NDArray[np.float64], u: NDArray[np.float64]) -> None:
        """Add to a state, or set or change an input, in place."""
        if self.do == Do.ADD:
            y[self.index] += self.value
        elif self.do == Do.SET:
            u[self.index] = self.value
        else:
            found = u[self.index] + self.value
            u[self.index] = 0.0 if abs(found) < RESIDUE * abs(self.value) else found


class Machine:
    """Follow one patient's rules.

    Parameters
    ----------
    tables : Tables
    tie : float
        Relative distance of a comparison from its limit that counts as a tie.

    Attributes
    ----------
    next : float, day
        Time of the next round.
    pending : list of Dose
        What is scheduled, in order of time.
    fired : list of (time, transition)
    ties : int
    crowded : bool
        Whether more was scheduled than is kept.
    """

    def __init__(self, tables: Tables, tie: float) -> None:
        self.tables, self.tie = tables, tie
        self.mode, self.grid, self.last = 0, 0, tables.start
        self.registers = [float(x) for x in tables.registers]
        self.since = [FOREVER] * len(tables.to)
        self.pending: list[Dose] = []
        self.fired: list[tuple[float, int]] = []
        self.ties, self.crowded = 0, False
        self.next = tables.start if len(tables.to) else FOREVER

    def due(self, t: float) -> list[Dose]:
        """Return, and forget, what was scheduled until ``t``."""
        found = [dose for dose in self.pending if dose.time <= t]
        self.pending = self.pending[len(found) :]
        return found

    def look(self, t: float, outputs: Sequence[float], act: Callable[[Dose], None]) -> bool:
        """Hold the round of time ``t``; ``act`` is called for what is to be done at once; tell whether a rule acted."""
        tables = self.tables
        for r, runs in enumerate(tables.runs[:, self.mode]):
            if runs:
                self.registers[r] += t - self.last
        self.last = t
        missed = tables.start + self.grid * tables.every < t - SAME
        while tables.start + self.grid * tables.every <= t + SAME:
            self.grid += 1
        if missed:  # nobody looked in between
            self.since = [FOREVER] * len(self.since)
        signals = [float(x) for x in outputs]
        tied = self._look_up(signals)
        tied = self._lasts(signals) or tied
        acted = False
        for k in range(len(tables.to)):
            taken, near = self._holds(k, signals)
            tied = tied or near
            if taken:
                self._fire(k, signals, act)
                acted = True
        self.ties += tied
        self._plan()
        return acted

    def _look_up(self, signals: list[float]) -> bool:
        """Append the grades; tell whether a signal is at an edge."""
        tables, tied, outputs = self.tables, False, list(signals)
        for k, start in enumerate(tables.lookup_table):
            cell, unknown = 0, False
            for d in range(tables.lookup_first[k], tables.lookup_first[k + 1]):
                x = outputs[tables.lookup_signal[d]]
                unknown = unknown or math.isnan(x)
                edges = tables.edges[tables.lookup_edge[d] : tables.lookup_edge[d + 1]]
                cell = cell * (len(edges) + 1) + sum(bool(x >= edge) for edge in edges)
                tied = tied or any(abs(x - edge) <= self.tie * abs(edge) for edge in edges)
            signals.append(math.nan if unknown else float(tables.table[start + cell]))
        return tied

    def _guard(self, g: int, signals: Sequence[float]) -> tuple[bool, bool]:
        """Return whether a guard is met, and whether it is a tie."""
        tables = self.tables
        s, r, limit = int(tables.guard_signal[g]), int(tables.guard_register[g]), float(tables.guard_limit[g])
        value = (signals[s] if s >= 0 else 0.0) + (tables.guard_weight[g] * self.registers[r] if r >= 0 else 0.0)
        near = 0 <= s < len(tables.signals) and abs(value - limit) <= self.tie * max(abs(limit), abs(signals[s]))
        if s < 0:
            limit -= SAME
        return bool(value >= limit if tables.guard_above[g] else value < limit), bool(near)

    def _guards(self, k: int) -> range:
        return range(int(self.tables.guard[k]), int(self.tables.guard[k + 1]))

    def _lasts(self, signals: Sequence[float]) -> bool:
        """Keep since when the signals of each rule that asks for it have held; tell whether one is at its limit."""
        tied = False
        for k, lasting in enumerate(self.tables.lasting):
            if lasting == 0.0:
                continue
            found = [self._guard(g, signals) for g in self._guards(k) if self.tables.guard_signal[g] >= 0]
            tied = tied or any(near for _, near in found)
            if not all(met for met, _ in found):
                self.since[k] = FOREVER
            elif self.since[k] == FOREVER:
                self.since[k] = self.last
        return tied

    def _holds(self, k: int, signals: Sequence[float]) -> tuple[bool, bool]:
        """Return whether a transition may be taken, and whether a comparison on the way was a tie."""
        tables = self.tables
        if not tables.modes[k, self.mode]:
            return False, False
        if tables.lasting[k] > 0.0 and self.last - self.since[k] < tables.lasting[k] - SAME:
            return False, False
        tied = False
        for g in self._guards(k):
            met, near = self._guard(g, signals)
            tied = tied or near
            if not met:
                return False, tied
        return True, tied

    def _fire(self, k: int, signals: Sequence[float], act: Callable[[Dose], None]) -> None:
        """Take a transition."""
        tables = self.tables
        if not tables.quiet[k]:
            self.fired.append((self.last, k))
        if tables.to[k] >= 0:
            self.mode = int(tables.to[k])
        for a in range(int(tables.action[k]), int(tables.action[k + 1])):
            do, index, value = Do(int(tables.action_do[a])), int(tables.action_index[a]), float(tables.action_value[a])
            delay = float(tables.action_delay[a])
            if do == Do.CANCEL:
                self.pending = [d for d in self.pending if d.do == Do.ADD or d.index != index]
            elif do == Do.PUT:
                self.registers[index] = value
            elif do == Do.COUNT:
                self.registers[index] += value
            elif do == Do.KEEP:
                self.registers[index] = signals[int(value)]
            elif self.last + delay <= self.last + SAME:
                act(Dose(self.last, do, index, value))
            elif len(self.pending) == PENDING:
                self.crowded = True
            else:
                self.pending.append(Dose(self.last + delay, do, index, value))
                self.pending.sort(key=lambda d: d.time)  # stable: those of one time stay in order

    def _in_time(self, g: int) -> float:
        """Return how long until a guard of a register alone holds, if nothing else changes it; FOREVER for never."""
        tables = self.tables
        r, limit, weight = (t[g].item() for t in (tables.guard_register, tables.guard_limit, tables.guard_weight))
        value = weight * self.registers[r] if r >= 0 else 0.0
        if value >= limit - SAME if tables.guard_above[g] else value < limit - SAME:
            return 0.0
        if r < 0 or not tables.runs[r, self.mode]:
            return FOREVER
        if tables.guard_above[g] and weight > 0.0:
            left = limit / weight - self.registers[r]
            return float(left) if left < AGES else FOREVER  # NaN too
        return 0.0 if weight < 0.0 else FOREVER  # a clock that counts down: looked at in every round

    def _plan(self) -> None:
        """Find the next round at which a rule of this mode could be taken."""
        tables = self.tables
        self.next = FOREVER
        for k in range(len(tables.to)):
            if not tables.modes[k, self.mode]:
                continue
            alone = [g for g in self._guards(k) if tables.guard_signal[g] < 0]
            reads = len(alone) < len(self._guards(k)) or tables.lasting[k] > 0.0
            wait = max([self._in_time(g) for g in alone], default=0.0)
            if wait >= FOREVER:
                continue
            if tables.lasting[k] > 0.0:  # looked at while it waits, so that what lasts is seen to last
                wait = 0.0
            then, grid = self.last + wait, self.grid
            if wait > SAME:  # the first round of the grid that is not before it
                number = int((then - SAME - tables.start) / tables.every)
                if tables.start + number * tables.every < then - SAME:
                    number += 1
                grid = max(grid, number)
            on_grid = tables.start + grid * tables.every
            held_then = not reads and wait > SAME and self.last < then <= on_grid - SAME
            self.next = min(self.next, then if held_then else on_grid)
