"""What patients were given, dose by dose: by the calendar of a regimen, or by what the rules of a protocol decided.

Decisions are carried out once more without a patient.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from trimer.engine.rules import SAME, Action, Do
from trimer.engine.solution import Solution
from trimer.study.assemble import ABSORBED
from trimer.study.scenario import Scenario

Array = NDArray[np.float64]
PLACES = ("depot", "central", "csf")  # states that doses enter
JOINED = 0.1  # day between infusions that count as one
CYCLES = ("start of a cycle", "new cycle")  # how transitions that begin one are named


@dataclass(frozen=True)
class Given:
    """Hold what one patient was given of engagers and CAR-T cells.

    Attributes
    ----------
    starts : array, day
        When something was given, or its infusion started, resumed or stepped up.
    spans : array, shape (n_spans, 2), day
        When an infusion ran.
    holds : array, day
        When the rules held it.
    end : float, day
        Of the last; of a regimen, of the last dose of any drug. 0 where nothing was given.
    cycles : array, day
        When cycles began.
    doses : array, shape (n_doses, 3)
        Of engagers alone: start and end (day; the same for an injection), and amount (ug, before bioavailability).
    stop : float, day
        When a rule stopped treatment; NaN where none did.
    """

    starts: Array
    spans: Array
    holds: Array
    end: float
    cycles: Array
    doses: Array
    stop: float = np.nan


def given(solution: Solution, plan: Scenario) -> list[Given]:
    """Return what every patient of a solved plan was given, by its rules or, where it has none, by its calendar."""
    return [calendar(plan)] * len(solution.status) if plan.rules is None else logged(solution, plan)


def calendar(plan: Scenario) -> Given:
    """Return what a regimen gives, as planned."""
    began = _planned(plan, {*plan.engagers, *plan.cells})
    last = max((a.end for a in plan.administrations), default=0.0)
    cycles = np.arange(plan.cycles, dtype=float) * plan.length
    return Given(began[:, 0], joined(began), np.empty(0), last, cycles, _planned(plan, {*plan.engagers}))


def _planned(plan: Scenario, drugs: Collection[str]) -> Array:
    doses = sorted((a.start, a.end, a.amount) for a in plan.administrations if a.drug in drugs)
    return np.array(doses).reshape(-1, 3)


def joined(doses: Array) -> Array:
    """Return when infusions ran, shape (n_spans, 2): those that follow one another within a moment are one span."""
    spans: list[list[float]] = []
    for start, end, _ in doses[doses[:, 1] > doses[:, 0]].tolist():
        if spans and start <= spans[-1][1] + JOINED:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    return np.array(spans).reshape(-1, 2)


def logged(solution: Solution, plan: Scenario) -> list[Given]:
    """Return what every patient was given, by the log of the plan's rules.

    Actions are carried out as the engine does: what was scheduled comes before the round of the same time, and what is
    cancelled never happens. Doses count before bioavailability, infusions up to the end of the solution. Doses of a
    patient with more decisions than a log keeps are not known: NaN. Patients with the same decisions were given the
    same.

    Parameters
    ----------
    solution : Solution
    plan : Scenario
        With rules.
    """
    assert plan.rules is not None
    shares, also = _shares(plan, plan.engagers), _shares(plan, plan.cells)
    actions = [tuple(a for a in t.actions if a.target in shares or a.target in also) for t in plan.rules.transitions]
    end, decisions = float(solution.times[-1]), solution.decisions
    known: dict[tuple[bytes, bytes], Given] = {}
    found = []
    for patient, count in enumerate(decisions.count):
        days, rules = decisions.time[patient, :count], decisions.rule[patient, :count]
        key = days.tobytes(), rules.tobytes()
        if key not in known:
            log = [(float(t), decisions.names[k], actions[k]) for t, k in zip(days, rules, strict=True)]
            known[key] = _given(log, shares, end)
        lost = count > len(days)
        found.append(replace(known[key], doses=np.full((1, 3), np.nan)) if lost else known[key])
    return found


def _shares(plan: Scenario, drugs: tuple[str, ...]) -> dict[str, float]:
    """Return every input and state that takes doses of some drugs, each with the share of a dose that arrives there."""
    found = dict.fromkeys(drugs, 1.0)
    for name in drugs:
        drug = plan.drugs[name]
        absorbed = [drug.pk[f"F_{r}"].parameter.value for r in ABSORBED if f"F_{r}" in drug.pk]
        found |= {f"{name}_{place}": 1.0 for place in PLACES}
        found[f"{name}_depot"] = absorbed[0] if absorbed else 1.0
    return found


@dataclass
class _Tally:
    """Add up what one patient is given, by the input or state that takes it."""

    running: dict[str, tuple[float, float]] = field(default_factory=dict)  # since when, and the rate (ug/day)
    doses: list[tuple[float, float, float, str]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    waiting: list[tuple[float, Action]] = field(default_factory=list)

    def until(self, day: float) -> None:
        """Carry out what was scheduled until then."""
        due = [item for item in self.waiting if item[0] <= day]
        self.waiting = self.waiting[len(due) :]
        for when, action in due:
            self._act(when, action)

    def take(self, day: float, action: Action) -> None:
        """Carry out one action of a transition taken now, or schedule it."""
        if action.do is Do.CANCEL:
            self.waiting = [w for w in self.waiting if w[1].do is Do.ADD or w[1].target != action.target]
        elif action.delay <= SAME:
            self._act(day, action)
        else:
            self.waiting.append((day + action.delay, action))
            self.waiting.sort(key=lambda item: item[0])

    def close(self, end: float) -> None:
        """End what still runs."""
        for target in tuple(self.running):
            self._runs(target, end, 0.0)

    def _act(self, day: float, action: Action) -> None:
        if action.do is Do.ADD:
            self.doses.append((day, day, action.value, action.target))
            self.starts.append(day)
            return
        _, before = self.running.get(action.target, (day, 0.0))
        rate = action.value if action.do is Do.SET else before + action.value
        if rate > before or (rate > 0.0 and action.do is Do.SET):
            self.starts.append(day)
        self._runs(action.target, day, rate)

    def _runs(self, target: str, day: float, rate: float) -> None:
        """Let an input run at a rate from now on."""
        since, before = self.running.get(target, (day, 0.0))
        if before > 0.0 and day > since:
            self.doses.append((since, day, before * (day - since), target))
        self.running[target] = (day, rate)


def _given(log: Iterable[tuple[float, str, tuple[Action, ...]]], shares: Mapping[str, float], end: float) -> Given:
    """Return what one log gave; two transitions may have one name (cycles of two kinds), so each brings its actions."""
    tally, begun, holds, stops = _Tally(), [], [], []
    for day, what, actions in log:
        tally.until(day)
        for action in actions:
            tally.take(day, action)
        if what.startswith(CYCLES):
            begun.append(day)
        elif what.startswith("hold"):
            holds.append(day)
        elif what.startswith("stop"):
            stops.append(day)
    tally.until(end)
    tally.close(end)
    table = np.array(sorted((a, b, x / shares[to]) for a, b, x, to in tally.doses if to in shares)).reshape(-1, 3)
    starts = np.unique(np.array(tally.starts)) + 0.0  # no negative zero
    after = np.searchsorted(starts, np.array(begun) - SAME)  # premedication comes first
    cycles = starts[after[after < len(starts)]]
    last = max((b for _, b, _, _ in tally.doses), default=0.0)
    return Given(starts, joined(table), np.array(holds), last, cycles, table, min(stops, default=np.nan))
