"""A small protocol to bend, and a patient of scripted signals whom its compiled machine treats: no equations."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trimer.engine.machine import Dose, Machine
from trimer.engine.problem import System
from trimer.engine.rules import Do, tabulate
from trimer.library import drug, drug_parameters
from trimer.library.load_protocol import protocol_from_document
from trimer.model import leukaemia
from trimer.study.assemble import drug_term
from trimer.study.protocol_rules import protocol_rules
from trimer.therapy.protocol import Protocol
from trimer.therapy.size import Size

SIZE = Size(weight=70.0, height=1.75, bsa=1.876)
HOUR = 1.0 / 24.0
ENGAGER = "blinatumomab"
WELL = {"temperature": 36.8, "hypotension": 0.0, "hypoxia": 0.0, "marrow_blast_percent": 1.0, "anc": 2.0, "il6": 5.0}
GRADE_3 = {"temperature": 39.5, "hypotension": 2.0}
GRADE_4 = {"temperature": 39.5, "hypotension": 3.0}
Signals = Callable[[float], Mapping[str, float]]

SMALL: dict[str, Any] = {
    "name": "small",
    "label": "A small protocol",
    "source": "trimer",
    "drug": ENGAGER,
    "rates": ["9 ug/day", "28 ug/day"],
    "step_after": "7 day",
    "new_cycle_after": "7 day",
    "scale": "astct_2019_crs",
    "cycles": [
        {"count": 1, "first": "9 ug/day", "infusion": "28 day", "rest": "14 day"},
        {"count": 2, "first": "28 ug/day", "infusion": "28 day", "rest": "14 day"},
    ],
    "rules": [],
}
PREMEDICATION = {
    "drug": "dexamethasone", "amount": "20 mg", "route": "iv", "before": "1 h",
    "moments": ["cycle", "step", "restart"], "after_break": "4 h",
}  # fmt: skip
HOLD = {
    "name": "fever",
    "when": {"temperature": ">= 38 Cel"},
    "do": "hold",
    "until": {"temperature": "< 38 Cel"},
    "resume": "9 ug/day",
    "source": "trimer",
}


def document(**changes: Any) -> dict[str, Any]:
    """Return the small protocol as a document with some fields replaced."""
    return copy.deepcopy(SMALL) | copy.deepcopy(changes)


def hold(**changes: Any) -> dict[str, Any]:
    """Return a rule that holds for fever, with some fields replaced (None: left out)."""
    return {k: v for k, v in (HOLD | changes).items() if v is not None}


def rule(do: str, when: Mapping[str, str], **others: Any) -> dict[str, Any]:
    """Return a rule called as what it does."""
    return {"name": do, "when": dict(when), "do": do, "source": "trimer", **others}


def protocol(**changes: Any) -> Protocol:
    """Return the small protocol with some fields replaced."""
    return protocol_from_document(document(**changes), "small.toml")


def built(found: Protocol) -> System:
    """Return the model with the terms of every drug that a protocol gives."""
    routes = {found.drug: {str(found.route)}}
    for give in found.gives:
        routes.setdefault(give.drug, set()).add(give.route)
    return leukaemia.build([drug_term(drug(name), used) for name, used in sorted(routes.items())])


@dataclass
class Treated:
    """Follow one patient of scripted signals through a protocol.

    Attributes
    ----------
    log : list of (day, transition)
    infused : list of (day, ug/day)
        Changes of the engager's rate.
    given : list of (day, state or input, amount or rate)
        Everything else.
    """

    protocol: Protocol
    signals: Signals = lambda _day: {}
    end: float = 600.0
    size: Size = SIZE
    log: list[tuple[float, str]] = field(default_factory=list)
    infused: list[tuple[float, float]] = field(default_factory=list)
    given: list[tuple[float, str, float]] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        drugs = {name: drug(name) for name in (self.protocol.drug, *(g.drug for g in self.protocol.gives))}
        shares = {k: p.value for name in drugs for k, p in drug_parameters(name, self.size).items()}
        self.system = built(self.protocol)
        self.rules = protocol_rules(self.protocol, self.system, drugs, self.size, shares)
        self.machine = Machine(tabulate(self.rules, self.system.states, self.system.inputs), 0.0)
        while (now := self._next()) <= self.end:
            for dose in self.machine.due(now):
                self._act(dose)
            if self.machine.next <= now:
                self.rounds.append(now)
                shown = WELL | dict(self.signals(now))
                self.machine.look(now, [shown[name] for name in self.machine.tables.signals], self._act)
        names = [t.name for t in self.rules.transitions]
        self.log = [(t, names[k]) for t, k in self.machine.fired]

    def _next(self) -> float:
        return min([self.machine.next, *(d.time for d in self.machine.pending[:1])])

    def _act(self, dose: Dose) -> None:
        if dose.do == Do.ADD:
            self.given.append((dose.time, self.system.states[dose.index], dose.value))
        elif self.system.inputs[dose.index] == ENGAGER:
            assert dose.do == Do.SET
            self.infused.append((dose.time, dose.value))
        else:
            self.given.append((dose.time, self.system.inputs[dose.index], dose.value))

    @property
    def mode(self) -> str:
        return self.rules.modes[self.machine.mode]

    def days(self, name: str) -> list[float]:
        """Return when transitions whose names begin so were taken."""
        return [t for t, n in self.log if n.startswith(name)]

    def names(self) -> list[str]:
        """Return the transitions in order."""
        return [n for _, n in self.log]

    def starts(self) -> list[tuple[float, float]]:
        """Return when the engager's rate changed, and to what; zero when it ended."""
        seen: list[tuple[float, float]] = []
        for t, rate in self.infused:
            if rate != (seen[-1][1] if seen else 0.0):
                seen.append((t, rate))
        return seen

    def total(self, start: float = -1.0, end: float = float("inf")) -> float:
        """Return the engager infused between two days, ug."""
        edges = [*self.infused, (self.end, 0.0)]
        spans = itertools.pairwise(edges)
        return sum(rate * max(0.0, min(b, end) - max(a, start)) for (a, rate), (b, _) in spans)

    def doses(self, name: str) -> list[tuple[float, float]]:
        """Return day and amount (mg) of what was given of another drug."""
        return [(t, amount / 1000.0) for t, place, amount in self.given if place.startswith(name)]


def sick(*spans: tuple[float, float], signs: Mapping[str, float] = GRADE_3) -> Signals:
    """Return a patient who is well but for some spans of days (ends excluded, whatever rounding does to a round)."""
    return lambda day: signs if any(a <= day + 1e-7 < b for a, b in spans) else {}
