"""A label version as data: for whom, how much on which day, with what beside it, and what to do after an event.

Everything a version says is a value with its provenance. What was not seen is absent (None or an empty tuple), and the
checker then says so instead of assuming it. Rates are in ug/day, amounts in mg, both "for a body of 45 kg and more" and
by body surface for a lighter one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trimer.criteria.labels.modification import Breaks, Modification
from trimer.criteria.labels.quantity import Dosage, Origin, Tiered
from trimer.criteria.threshold import Threshold
from trimer.errors import InputError

Moment = Literal["start of a cycle", "step", "restart"]
Who = Literal["adult", "child"]


@dataclass(frozen=True)
class Step:
    """Hold one stretch of a cycle at one rate: first and last day (counted from 1, both included) and the rate."""

    first: int
    last: int
    rate: Tiered

    @property
    def days(self) -> int:
        """Number of days."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Block:
    """Hold cycles that are alike.

    Attributes
    ----------
    name : str
        As the label calls them: ``"induction"``, ``"consolidation"``, ``"continued therapy"``.
    first, last : int
        Cycles, counted from 1 within the course, both included.
    steps : tuple of Step
    rest : int, day
        Treatment-free interval after each of them.
    origin : Origin
    """

    name: str
    first: int
    last: int
    steps: tuple[Step, ...]
    rest: int
    origin: Origin

    @property
    def days(self) -> int:
        """Infusion days of one cycle."""
        return sum(step.days for step in self.steps)


@dataclass(frozen=True)
class Premedicine:
    """Hold one way to premedicate: a drug (library name) with its dose (mg); alternatives stand beside each other."""

    drug: str
    dose: Dosage


@dataclass(frozen=True)
class Premedication:
    """Hold what is given before a dose, to whom and when.

    Attributes
    ----------
    who : {"adult", "child"}
    options : tuple of Premedicine
        Any one of them.
    before : float, h
        How long before the dose.
    moments : tuple
        At which moments it is asked for.
    cycles : tuple of int
        Cycles in which it is asked for; empty for every cycle.
    origin : Origin
    """

    who: Who
    options: tuple[Premedicine, ...]
    before: float
    moments: tuple[Moment, ...]
    origin: Origin
    cycles: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """Return drug and dose, e.g. ``"dexamethasone 20 mg"``."""
        return " or ".join(f"{o.drug} {o.dose.text}" for o in self.options)


@dataclass(frozen=True)
class Hospital:
    """Hold for how many first days of a cycle a stay in hospital is recommended, by cycle."""

    days: Mapping[int, int]
    origin: Origin


@dataclass(frozen=True)
class Setting:
    """Hold one indication with its schedule.

    Attributes
    ----------
    name : {"rr", "mrd", "consolidation"}
    label : str
    disease : str
        State of the disease it is for: ``"relapsed or refractory"``, ``"remission with MRD"``, ``"remission"``.
    philadelphia : {"negative", "any"}
    blocks : tuple of Block
    premedication : tuple of Premedication
    hospital : Hospital or None
    origin : Origin
        Of the indication.
    mrd : Threshold or None
        Level of MRD the indication asks for; None where it asks for none.
    """

    name: str
    label: str
    disease: str
    philadelphia: Literal["negative", "any"]
    blocks: tuple[Block, ...]
    premedication: tuple[Premedication, ...]
    hospital: Hospital | None
    origin: Origin
    mrd: Threshold | None = None

    @property
    def cycles(self) -> int:
        """Highest number of cycles."""
        return max(block.last for block in self.blocks)

    def block(self, cycle: int) -> Block | None:
        """Return the block of a cycle, None beyond the last."""
        return next((b for b in self.blocks if b.first <= cycle <= b.last), None)


@dataclass(frozen=True)
class Prephase:
    """Hold when a steroid before the first cycle is asked for: any of the burdens, compared as printed."""

    marrow_blasts: float  # percent, reached or exceeded
    blood_blasts: float  # 1e9/L, exceeded
    drug: str
    most: float  # mg/day
    days: int
    trigger: Origin
    dose: Origin


@dataclass(frozen=True)
class Fact:
    """Hold a fact of the label that no course is checked against, such as a pump rate, with its numbers by name."""

    name: str
    text: str
    values: Mapping[str, float]
    origin: Origin


@dataclass(frozen=True)
class Label:
    """Hold one dated version of a label.

    Attributes
    ----------
    name : str
        Name of its file.
    title, jurisdiction, drug, citation : str
    valid_from, valid_to : date
        First and last day in force; ``valid_to`` None for the current one.
    dated : Origin
        Where the dates come from.
    settings : tuple of Setting
    breaks : Breaks or None
    modifications : tuple of Modification
    prephase : Prephase or None
    facts : tuple of Fact
    weight_limit : float, kg
        From which weight on doses are fixed.
    doubts : tuple of str
        What could not be seen, or is in doubt.
    """

    name: str
    title: str
    jurisdiction: str
    drug: str
    valid_from: dt.date
    valid_to: dt.date | None
    dated: Origin
    citation: str
    settings: tuple[Setting, ...] = ()
    breaks: Breaks | None = None
    modifications: tuple[Modification, ...] = ()
    prephase: Prephase | None = None
    facts: tuple[Fact, ...] = ()
    weight_limit: float = 45.0
    doubts: tuple[str, ...] = field(default=())

    def covers(self, day: dt.date) -> bool:
        """Return whether the version was in force on a date."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def setting(self, name: str) -> Setting:
        """Return one setting by name.

        Raises
        ------
        InputError
            When this version does not have it.
        """
        for item in self.settings:
            if item.name == name:
                return item
        names = ", ".join(item.name for item in self.settings) or "none, as no schedule of this version was seen"
        raise InputError(f"{self.name}: setting", repr(name), names)

    def total(self, setting: str, cycle: int | None = None, weight: float = 65.0, area: float | None = None) -> float:
        """Return the dose (ug) of one cycle, or of the whole course when no cycle is given.

        Parameters
        ----------
        setting : str
        cycle : int, optional
        weight : float, kg
        area : float, m2, optional
            Body surface; needed below the limit of fixed doses.

        Raises
        ------
        InputError
            When the version has no such cycle, or no dose for this body.
        """
        blocks = self._blocks(setting, cycle)
        return sum(self._amount(step, weight, area) * step.days for block in blocks for step in block.steps)

    def days(self, setting: str, cycle: int | None = None) -> int:
        """Return the calendar days of one cycle, or of the whole course, treatment-free intervals included."""
        return sum(block.days + block.rest for block in self._blocks(setting, cycle))

    def _blocks(self, setting: str, cycle: int | None) -> list[Block]:
        found = self.setting(setting)
        wanted = range(1, found.cycles + 1) if cycle is None else (cycle,)
        blocks = [found.block(number) for number in wanted]
        if any(block is None for block in blocks):
            raise InputError(f"{self.name}: {setting}: cycle", str(cycle), f"1 to {found.cycles}")
        return [block for block in blocks if block is not None]

    def _amount(self, step: Step, weight: float, area: float | None) -> float:
        rate = step.rate.at(weight, self.weight_limit)
        value = None if rate is None else rate.amount(area)
        if value is None:
            below = f"a body below {self.weight_limit:g} kg"
            found = f"no dose for {below}" if rate is None else f"{below} without its surface"
            raise InputError(f"{self.name}: dose", found, "a version with doses by body surface, and a surface in m2")
        return value
