"""The space that an optimisation searches: decisions, schedules, and protocols as documents.

A decision is a value of every variable; what is not varied is as in the base protocol. Rules on holds and stops stay
the base's: they name the new doses where they named the old ones, and count cycles as the new plan numbers them.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from trimer.errors import InputError, ProtocolError
from trimer.library.load_protocol import protocol_from_document
from trimer.therapy.amount import Amount, parse_amount
from trimer.therapy.optimisation import Optimisation, Value, Variable
from trimer.therapy.protocol import Protocol
from trimer.therapy.schedule import CONTINUOUS, Schedule
from trimer.units import parse

Document = dict[str, Any]
Decision = dict[str, Value]
Span = tuple[int, int]  # numbers of the first and last cycle of a plan
PROSE = ("name", "label", "source", "where", "note")
DEXAMETHASONE = "dexamethasone"


@dataclass(frozen=True)
class Space:
    """Hold an optimisation with its base protocol read as a schedule.

    Attributes
    ----------
    optimisation : Optimisation
    base : Protocol
    reference : Schedule
        Of the base.
    """

    optimisation: Optimisation
    base: Protocol
    reference: Schedule

    @classmethod
    def of(cls, optimisation: Optimisation) -> Space:
        """Return the space of an optimisation.

        Raises
        ------
        InputError
            When the base is no protocol of a step-dosed infusion, or lacks what a variable varies.
        TrimerError
            When the base is at fault.
        """
        base = protocol_from_document(optimisation.base, f"protocol {optimisation.protocol}")
        space = cls(optimisation, base, _schedule_of(base, optimisation.base))
        space._check()
        return space

    def _check(self) -> None:
        names = {v.name for v in self.optimisation.variables}
        where = f"{self.optimisation.name}: variables"
        if names & {"first_dose", "second_dose"} and _amount(self.base, 0).measure != self.optimisation.measure:
            raise InputError(where, "doses of another kind", f"doses as in {self.base.name}, {self.base.rates[0]}")
        before = self.base.premedication
        if DEXAMETHASONE in names and (before is None or before.give.drug != DEXAMETHASONE):
            raise InputError(f"{where}.{DEXAMETHASONE}", f"{self.base.name} without it", "a protocol that gives it")
        if "maintenance" in names and not self.reference.maintenance:
            raise InputError(f"{where}.maintenance", f"{self.base.name} without", "a protocol with later, rarer cycles")

    def schedule(self, decision: Mapping[str, Value]) -> Schedule:
        """Return the base's schedule with the decided fields in place of its own."""
        return replace(self.reference, **decision)  # type: ignore[arg-type]

    def nearest(self) -> Decision:
        """Return the decision next to the base's schedule."""
        return {v.name: _nearest(v, getattr(self.reference, v.name)) for v in self.optimisation.variables}

    def document(self, schedule: Schedule, name: str = "candidate", label: str = "", note: str = "") -> Document:
        """Return a schedule as the document of a protocol; see :func:`trimer.library.write_toml.toml_text`.

        Raises
        ------
        ProtocolError
            When the first dose is above the second.
        """
        if schedule.first_dose > schedule.second_dose:
            doses = f"{schedule.first_dose:g} before {schedule.second_dose:g} ug/day"
            raise ProtocolError("first dose", doses, "at most the second")
        base = self.optimisation.base
        unit = base["rates"][0].split(maxsplit=1)[1]
        low, high = (f"{dose:g} {unit}" for dose in (schedule.first_dose, schedule.second_dose))
        document = copy.deepcopy(dict(base))
        document |= {"name": name, "label": label or told(schedule, unit), "source": "trimer", "note": note}
        document.pop("where", None)
        document["rates"] = [low] if low == high else [low, high]
        document |= {"step_after": f"{schedule.days_before_step:g} day"}
        if low == high:
            del document["step_after"]
        if "premedication" in document and schedule.dexamethasone > 0.0:
            document["premedication"]["amount"] = f"{schedule.dexamethasone:g} mg"
        elif DEXAMETHASONE in {v.name for v in self.optimisation.variables}:
            document.pop("premedication", None)
        renamed = {base["rates"][0]: low, base["rates"][-1]: high}
        document["cycles"], groups = self._cycles(schedule, low, high)
        rules = [r for rule in document.get("rules", ()) for r in self._rules(rule, groups, schedule.cycles)]
        for rule in rules:
            rule |= {key: renamed[rule[key]] for key in ("rate", "resume") if key in rule}
        document["rules"] = rules
        return document

    def protocol(self, schedule: Schedule, name: str = "candidate") -> Protocol:
        """Return a schedule as a protocol.

        Raises
        ------
        TrimerError
            When the schedule makes none.
        """
        return protocol_from_document(self.document(schedule, name), name)

    def _cycles(self, schedule: Schedule, low: str, high: str) -> tuple[list[Document], list[Span]]:
        """Return the blocks of a plan, and the numbers that its cycles have where each is several periods."""
        main, later = _parts(self.optimisation.base["cycles"])
        labels = [entry.get("label", "") for entry in main for _ in range(entry["count"])]
        blocks: list[Document] = []
        groups: list[Span] = []
        number, given = 0, 0.0
        for cycle in range(schedule.cycles):
            first = number + 1
            for on, off in schedule.periods():
                stepped = cycle > 0 or given >= schedule.days_before_step
                rest = off if off > 0.0 else self.base.every  # the next cycle starts at the next round
                _add(blocks, high if stepped else low, on, rest, labels[min(cycle, len(labels) - 1)])
                number, given = number + 1, given + on
            groups.append((first, number))
        for entry in later if schedule.maintenance else ():
            blocks.append({**copy.deepcopy(entry), "first": high})
            groups += [(number + k, number + k) for k in range(1, entry["count"] + 1)]
            number += entry["count"]
        return blocks, groups

    def _rules(self, rule: Document, groups: list[Span], cycles: int) -> list[Document]:
        """Return a rule for the cycles of a new plan; none when it counts in none of them, several when split."""
        single = all(first == last for first, last in groups)
        when = rule.get("at", "treatment")
        if "cycles" not in rule and (single or when == "treatment"):
            return [rule]
        before = self.reference.cycles  # a rule that counts to the end of the induction or of the plan still does
        total = self.base.cycles
        low, high = rule.get("cycles", (1, total))
        low = low - before + cycles if low > before else low
        high = high - before + cycles if high >= before else min(high, cycles)
        high = min(high, len(groups))
        if low > high:
            return []
        if single or when == "treatment":
            return [{**rule, "cycles": [groups[low - 1][0], groups[high - 1][1]]}]
        side = 0 if when == "cycle start" else 1  # of several periods only the first starts a cycle, the last ends it
        return [
            {**copy.deepcopy(rule), "name": f"{rule['name']} (cycle {k})", "cycles": [groups[k - 1][side]] * 2}
            for k in range(low, high + 1)
        ]


def mark(document: Mapping[str, Any]) -> str:
    """Return what tells documents of different treatment apart, whatever they are called."""
    kept = {key: value for key, value in document.items() if key not in PROSE}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def told(schedule: Schedule, unit: str = "ug/day") -> str:
    """Return a schedule in words."""
    s = schedule
    dose = f"{s.first_dose:g} {unit}"
    if s.second_dose > s.first_dose:
        dose += f" for {_days(s.days_before_step)}, then {s.second_dose:g}"
    pattern = "" if s.pattern == CONTINUOUS else f" ({s.pattern})"
    cycles = f"{s.cycles} cycle{'s' * (s.cycles > 1)} of {_days(s.infusion_days)}{pattern}"
    rest = f"{_days(s.interval)} between" if s.interval else "no break between"
    between = f", {rest}" if s.cycles > 1 or s.maintenance else ""
    after = ", maintenance" if s.maintenance else ""
    before = f"dexamethasone {s.dexamethasone:g} mg" if s.dexamethasone else "no dexamethasone"
    return f"{dose}; {cycles}{between}{after}; {before}"


def _days(count: float) -> str:
    return f"{count:g} day{'s' * (count != 1.0)}"


def _add(blocks: list[Document], first: str, on: float, off: float, label: str) -> None:
    """Add a cycle to the last block if it is like it."""
    block = {"count": 1, "first": first, "infusion": f"{on:g} day", "rest": f"{off:g} day"}
    if label:
        block["label"] = label
    if blocks and {**blocks[-1], "count": 1} == block:
        blocks[-1]["count"] += 1
    else:
        blocks.append(block)


def _schedule_of(base: Protocol, document: Mapping[str, Any]) -> Schedule:
    """Return the schedule of a protocol."""
    where = f"protocol {base.name}"
    if getattr(base, "dosing", "infusion") == "intermittent":
        raise InputError(where, "single doses", "a protocol of infusions")
    if len(base.rates) > 2 or base.blocks[0].first != base.rates[0]:
        raise InputError(where, f"rates {', '.join(base.rates)}", "one or two, of which the first cycle starts low")
    main, later = _parts(document["cycles"])
    low, high = _amount(base, 0), _amount(base, -1)
    infusion, rest = (parse(main[0][key], "day", where) for key in ("infusion", "rest"))
    before = base.premedication
    given = parse_amount(before.give.amount, "ug", where).value / 1e3 if before else 0.0
    return Schedule(
        first_dose=low.value,
        days_before_step=base.step_after,
        second_dose=high.value,
        infusion_days=infusion,
        interval=rest,
        pattern=CONTINUOUS,
        cycles=sum(entry["count"] for entry in main),
        dexamethasone=given,
        maintenance=bool(later),
    )


def _parts(cycles: list[Document]) -> tuple[list[Document], list[Document]]:
    """Return the blocks of induction and consolidation, and the later ones, which differ in infusion or rest."""
    alike = [(entry["infusion"], entry["rest"]) == (cycles[0]["infusion"], cycles[0]["rest"]) for entry in cycles]
    split = alike.index(False) if False in alike else len(cycles)
    return cycles[:split], cycles[split:]


def _amount(base: Protocol, which: int) -> Amount:
    return parse_amount(base.rates[which], "ug", f"protocol {base.name}: rates")


def _nearest(variable: Variable, wanted: Value) -> Value:
    for value in variable.values:
        if value == wanted:
            return value
    if isinstance(wanted, str) or not variable.ordered:
        return variable.values[0]
    return min(variable.values, key=lambda value: math.fabs(float(value) - wanted))
