"""What a patient is given: a regimen's calendar, or what a protocol's rules decided for this very patient.

An export has no rules: it has the doses that came of them, which depend on the patient. So a protocol is followed by
Trimer first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trimer.engine.machine import Dose
from trimer.engine.problem import System
from trimer.engine.rules import Do, Rules
from trimer.engine.solve import solve
from trimer.errors import InputError, SolveError
from trimer.study.export.sheet import Row
from trimer.study.scenario import Scenario

PROTOCOL_DAYS = 365.0  # for which a protocol is followed unless told otherwise
_RTOL = 1e-6


@dataclass(frozen=True)
class Given:
    """Hold what is given.

    Attributes
    ----------
    rows : tuple of (day, target, value)
        The engine's events.
    words : dict of float to tuple of str
        What begins, or why, by day.
    note : str
        What a reader has to know of the rows; may be empty.
    """

    rows: tuple[Row, ...]
    words: dict[float, tuple[str, ...]]
    note: str


def given(chosen: Scenario, values: Mapping[str, float], until: float | None) -> Given:
    """Return what a patient is given.

    Parameters
    ----------
    chosen : Scenario
    values : mapping of str to float
        The patient's parameters.
    until : float or None, day
        After which nothing changes.

    Raises
    ------
    InputError
        When nothing is given up to ``until``.
    SolveError
        When a protocol cannot be followed for this patient.
    """
    if chosen.rules is not None:
        found = _decided(chosen, chosen.rules, values, PROTOCOL_DAYS if until is None else until)
    else:
        found = _planned(chosen, until)
    if until is not None and not found.rows:
        raise InputError("until", f"day {until:g}", "a day by which something is given")
    return found


def _planned(chosen: Scenario, until: float | None) -> Given:
    """Return a calendar as it stands."""
    rows = tuple(row for row in chosen.assembly.rows if until is None or row[0] <= until)
    left_out = len(rows) < len(chosen.assembly.rows)
    return Given(rows, _doses(chosen), f"What changes after day {until:g} was left out." if left_out else "")


def _doses(chosen: Scenario) -> dict[float, tuple[str, ...]]:
    found: dict[float, list[str]] = defaultdict(list)
    for dose in chosen.administrations:
        drug = chosen.drugs[dose.drug]
        if drug.simulated:
            length = f"over {24 * dose.duration:.4g} h" if dose.duration else "at once"
            what = f"{drug.label} {dose.amount:.6g} {drug.amount_unit} {dose.route} {length}, {dose.kind}"
            found[dose.start].append(f"{what} ({dose.note})." if dose.note else f"{what}.")
    return {day: tuple(texts) for day, texts in found.items()}


def _decided(chosen: Scenario, rules: Rules, values: Mapping[str, float], end: float) -> Given:
    """Follow a protocol with the engine and write down what its rules did."""
    solution = solve(chosen.problem([values], [max(end, chosen.assembly.start + 1.0)], (), _RTOL))
    decisions = solution.decisions
    if not solution.ok[0] or decisions.count[0] > decisions.time.shape[1]:
        why = "more was decided than is kept" if solution.ok[0] else "the patient could not be simulated"
        raise SolveError(f"{chosen.treatment} cannot be followed to day {end:g}: {why}.")
    fired = [(float(t), int(k)) for t, k in zip(decisions.time[0], decisions.rule[0], strict=True)]
    fired = fired[: int(decisions.count[0])]
    words: dict[float, list[str]] = defaultdict(list)
    for day, k in fired:
        words[day].append(f"Decided by the protocol: {decisions.names[k]}.")
    note = (
        f"Doses are those that the rules of the protocol came to for this patient until day {end:g}; nothing follows."
    )
    if decisions.ties[0]:
        note += (
            f" At {decisions.ties[0]} rounds a value was so near to its limit that another solver may decide otherwise."
        )
    rows = tuple(row for row in rows_of(rules, chosen.assembly.system, fired) if row[0] <= end)
    return Given(rows, {day: tuple(texts) for day, texts in words.items()}, note)


def rows_of(rules: Rules, system: System, fired: list[tuple[float, int]]) -> list[Row]:
    """Return what transitions did to states and inputs, as events.

    Parameters
    ----------
    rules : Rules
    system : System
    fired : list of (day, number of the transition)
        In order.
    """
    y, u = np.zeros(len(system.states)), np.zeros(len(system.inputs))
    rows: list[Row] = []
    pending: list[Dose] = []

    def act(dose: Dose) -> None:
        if dose.do == Do.ADD:
            rows.append((dose.time, dose.index, dose.value))
        else:
            dose.apply_to(y, u)
            rows.append((dose.time, len(y) + dose.index, float(u[dose.index])))

    for day, k in fired:
        while pending and pending[0].time <= day:
            act(pending.pop(0))
        for action in rules.transitions[k].actions:
            if action.do == Do.CANCEL:
                index = system.inputs.index(action.target)
                pending = [dose for dose in pending if dose.do == Do.ADD or dose.index != index]
            elif action.do in (Do.ADD, Do.SET, Do.CHANGE):
                names = system.states if action.do == Do.ADD else system.inputs
                dose = Dose(day + action.delay, action.do, names.index(action.target), action.value)
                if action.delay == 0.0:
                    act(dose)
                else:
                    pending = sorted([*pending, dose], key=lambda d: d.time)
    for dose in pending:
        act(dose)
    return rows
