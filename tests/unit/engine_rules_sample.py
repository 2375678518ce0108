"""Random treatment rules over a small system whose signals cross their thresholds often and are never rounding noise.

The system turns steadily (``wave``), takes up and clears a drug (``level``), and lags behind it (``marker``); what it
was given is counted (``total`` is the integral of both inputs and the sum of boluses).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from trimer.engine.problem import Events, Problem, System
from trimer.engine.rules import Action, Do, Guard, Lookup, Rules, Transition
from trimer.engine.solution import Solution

TYPICAL = {"turn": 2.5, "loss": 1.2, "follow": 0.7}
SIGNALS = ("wave", "level", "marker", "beat")
RANGES = {"wave": (1.2, 2.8), "level": (1.05, 2.5), "marker": (1.05, 2.2), "beat": (1.5, 5.0)}
END = 30.0


def _rhs(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
    return {
        "swing": -p.turn * y.sway,
        "sway": p.turn * y.swing,
        "drug": u.infusion + u.trickle - p.loss * y.drug,
        "marker": p.follow * (1 + y.drug / 20 - y.marker),
        "total": u.infusion + u.trickle,
    }


def _observables(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
    level = 1 + y.drug / 20
    return {"wave": 2 + y.swing, "level": level, "beat": (2 + y.swing) * level}


SYSTEM = System(
    name="turning",
    states=("total", "drug", "marker", "swing", "sway"),  # two share their numbers with the inputs
    parameters=tuple(TYPICAL),
    inputs=("infusion", "trickle"),
    outputs=("wave", "level", "beat"),
    rhs=_rhs,
    observables=_observables,
    scale=(1.0, 1.0, 1.0, 1.0, 1.0),
)
TOTAL, DRUG, INFUSION = 0, 1, 5  # targets of events


def problem(
    rules: Rules | None,
    n: int = 1,
    *,
    rows: Sequence[tuple[float, int, float]] = (),
    times: Sequence[float] | np.ndarray = (0.0, END),
    outputs: Sequence[str] = ("wave", "drug", "marker", "total"),
    rng: np.random.Generator | None = None,
    **settings: Any,
) -> Problem:
    """Return a batch of ``n`` patients: all typical, or each drawn when ``rng`` is given."""
    spread = np.zeros((n, len(TYPICAL))) if rng is None else 0.3 * rng.standard_normal((n, len(TYPICAL)))
    return Problem(
        system=SYSTEM,
        y0=np.tile([0.0, 0.0, 1.0, 1.0, 0.0], (n, 1)),
        parameters=np.array(list(TYPICAL.values())) * np.exp(spread),
        inputs=np.zeros((n, 2)),
        events=Events.shared(n, list(rows)),
        times=np.asarray(times, dtype=float),
        outputs=tuple(outputs),
        rules=rules,
        **{"rtol": 1e-7, "atol": 1e-10, **settings},
    )


class Draw:
    """Draw rules; ``kept_clocks`` lets a register keep a signal and run as a clock, which makes times continuous."""

    def __init__(self, rng: np.random.Generator, *, kept_clocks: bool = False) -> None:
        self.rng = rng
        self.modes = tuple(f"mode {i}" for i in range(rng.integers(1, 5)))
        self.clocks = {f"clock {i}": self._some(self.modes, 0.7) for i in range(rng.integers(1, 4))}
        self.registers = {name: float(rng.uniform(-3, 3)) for name in (*self.clocks, "kept", "count")}
        self.keepers = tuple(self.registers) if kept_clocks else ("kept",)
        self.lookups = tuple(self._lookup(i) for i in range(rng.integers(0, 3)))

    def _some(self, names: Sequence[str], share: float) -> tuple[str, ...]:
        return tuple(name for name in names if self.rng.random() < share)

    def _one(self, names: Sequence[str]) -> str:
        return names[int(self.rng.integers(len(names)))]

    def _limit(self, signal: str) -> float:
        return float(self.rng.uniform(*RANGES[signal]))

    def _lookup(self, number: int) -> Lookup:
        signals = tuple(self._one(SIGNALS) for _ in range(self.rng.integers(1, 4)))
        edges = tuple(tuple(sorted(self._limit(s) for _ in range(self.rng.integers(1, 4)))) for s in signals)
        cells = int(np.prod([len(e) + 1 for e in edges]))
        return Lookup(f"grade {number}", signals, edges, tuple(float(x) for x in self.rng.integers(0, 5, cells)))

    def guard(self) -> Guard:
        """Return a comparison of a clock, a count, a grade, a signal, or a signal with one that was kept."""
        rng, kind, above = self.rng, self.rng.random(), bool(self.rng.random() < 0.6)
        if kind < 0.35:
            return Guard(register=self._one(tuple(self.clocks)), limit=float(rng.integers(0, 40)) / 4, above=above)
        if kind < 0.42:  # counts down
            limit, above = -float(rng.uniform(0, 8)), bool(rng.random() < 0.5)
            return Guard(register=self._one(tuple(self.clocks)), weight=-1.0, limit=limit, above=above)
        if kind < 0.5:
            return Guard(register="count", limit=float(rng.integers(-2, 6)) + 0.5, above=above)
        if kind < 0.62 and self.lookups:
            grade = self._one(tuple(k.name for k in self.lookups))
            return Guard(signal=grade, limit=float(rng.integers(1, 4)), above=above)
        signal = self._one(SIGNALS)
        if kind < 0.72:
            return Guard(signal, "kept", -1.0, above, float(rng.uniform(-1, 1)))
        return Guard(signal, above=above, limit=self._limit(signal))

    def actions(self) -> list[Action]:
        """Return one act, or an infusion with its end."""
        rng = self.rng
        delay, kind = float(rng.choice([0.0, 0.0, 1 / 24, 0.5, 3.0])), int(rng.integers(0, 7))
        if kind == 0:
            return [Action(Do.ADD, self._one(("drug", "marker", "total")), float(rng.uniform(0, 8)), delay)]
        if kind == 1:
            return [Action(Do.SET, "infusion", float(rng.uniform(0, 40)) if rng.random() < 0.7 else 0.0, delay)]
        if kind == 2:
            rate, end = float(rng.uniform(0, 20)), delay + float(rng.choice([0.25, 1.0, 2.3]))
            return [Action(Do.CHANGE, "trickle", rate, delay), Action(Do.CHANGE, "trickle", -rate, end)]
        if kind == 3:
            return [Action(Do.CANCEL, self._one(("infusion", "trickle")))]
        if kind == 4:
            return [Action(Do.PUT, self._one(tuple(self.clocks)), float(rng.uniform(-5, 2)))]
        if kind == 5:
            return [Action(Do.COUNT, self._one((*self.clocks, "count")), float(rng.integers(-2, 2)))]
        return [Action(Do.KEEP, self._one(self.keepers), signal=self._one(SIGNALS))]

    def transition(self, number: int) -> Transition:
        """Return a transition of some modes."""
        rng = self.rng
        guards = tuple(self.guard() for _ in range(rng.integers(1, 4)))
        actions = tuple(a for _ in range(rng.integers(0, 4)) for a in self.actions())
        to = self._one(self.modes) if rng.random() < 0.7 else ""
        lasting = float(rng.choice([0.0, 0.0, 0.0, 0.75, 1.5]))
        return Transition(f"rule {number}", self._some(self.modes, 0.6), guards, actions, to, lasting)

    def rules(self) -> Rules:
        """Return the whole."""
        rng = self.rng
        transitions = tuple(self.transition(i) for i in range(rng.integers(1, 8)))
        start, every = float(rng.choice([0.0, 0.3, 4.0])), float(rng.choice([0.25, 0.25, 0.4, 1.0]))
        return Rules(transitions, self.modes, self.registers, self.clocks, self.lookups, start, every)


def drawn(seed: int, patients: int = 2, *, kept_clocks: bool = False) -> Problem:
    """Return patients of random rules, with a batch's own doses beside them: the same for the same seed."""
    rng = np.random.default_rng(seed)
    rules = Draw(rng, kept_clocks=kept_clocks).rules()
    rows = [(0.0, INFUSION, 12.0), (float(rng.integers(1, 40)) / 4, DRUG, 9.0)]
    rows += [(7.0, INFUSION, 30.0), (7.0, TOTAL, 5.0), (21.5, INFUSION, 0.0)]
    return problem(rules, patients, rows=rows, times=np.linspace(0.0, END, 61), rng=rng)


def parting(one: Solution, other: Solution, patient: int, tolerance: float = 1e-9) -> int | None:
    """Return the number of the first decision of a patient in which two solutions differ; None when none does."""
    a, b = one.decisions.of(patient), other.decisions.of(patient)
    for k, ((t, name), (s, same)) in enumerate(zip(a, b, strict=False)):
        if name != same or abs(t - s) > tolerance:
            return k
    alike = one.decisions.count[patient] == other.decisions.count[patient]
    return None if alike and one.status[patient] == other.status[patient] else min(len(a), len(b))
