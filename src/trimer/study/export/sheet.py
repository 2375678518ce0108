"""What an export says, before any file format: quantities with units and notes, equations, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trimer.study.export.record import Recorded

Row = tuple[float, int, float]


@dataclass(frozen=True)
class Quantity:
    """Hold one named number.

    Attributes
    ----------
    value : float
        In ``unit``; at the start for a state or an input.
    unit : str
    label : str
        What a person reads.
    notes : tuple of str
        Sentences: how the value is known, who set it.
    """

    value: float
    unit: str
    label: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Hold one patient under one treatment.

    Attributes
    ----------
    id, title : str
        A name that can be an identifier, and a heading.
    notes : tuple of str
        Paragraphs on the whole.
    provenance : mapping of str to str
        The same facts for machines, by attribute name.
    equations : Recorded
    parameters, inputs, states : mapping of str to Quantity
        In the system's order.
    outputs : mapping of str to Quantity
        Their values are not used.
    rows : tuple of (day, target, value)
        Dosing as the engine's events.
    doses : mapping of float to tuple of str
        What begins on a day, in words.
    start : float, day
    """

    id: str
    title: str
    notes: tuple[str, ...]
    provenance: Mapping[str, str]
    equations: Recorded
    parameters: Mapping[str, Quantity]
    inputs: Mapping[str, Quantity]
    states: Mapping[str, Quantity]
    outputs: Mapping[str, Quantity]
    rows: tuple[Row, ...]
    doses: Mapping[float, tuple[str, ...]]
    start: float


@dataclass(frozen=True)
class Change:
    """Hold one event: what is set or added at one time.

    Attributes
    ----------
    day : float
    added, set : mapping of str to float
        Amount by state; value by input.
    """

    day: float
    added: Mapping[str, float]
    set: Mapping[str, float]


def changes(sheet: Sheet) -> list[Change]:
    """Return the rows as one event a time: of several at one time, amounts add up and the last value of an input holds.

    So no event depends on the order in which a simulator takes events of one time.
    """
    names = (*sheet.states, *sheet.inputs)
    added: dict[float, dict[str, float]] = {}
    values: dict[float, dict[str, float]] = {}
    for day, target, value in sheet.rows:
        of_day, of_values = added.setdefault(day, {}), values.setdefault(day, {})
        if target < len(sheet.states):
            of_day[names[target]] = of_day.get(names[target], 0.0) + value
        else:
            of_values[names[target]] = float(value)
    return [Change(day, added[day], values[day]) for day in sorted(added)]
