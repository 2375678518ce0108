"""A protocol: treatment as rules rather than as a calendar, before any patient's size is known.

A plan of cycles runs by itself; rules look at the patient at rounds and hold, give, resume, step, stop, wait or skip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trimer.therapy.administration import Route

Dosing = Literal["infusion", "intermittent"]
What = Literal["hold", "stop", "give", "wait", "skip"]
When = Literal["treatment", "cycle start", "cycle end"]
Moment = Literal["cycle", "step", "restart"]
Certainty = Literal["lowest", "highest"]


@dataclass(frozen=True)
class Condition:
    """Compare a signal with a limit.

    Attributes
    ----------
    signal : str
        An observable, or ``"crs_grade"``.
    above : bool
        Whether it must be at least the limit; otherwise below it.
    limit : float
        In the observable's canonical unit.
    over_lowest : bool
        Whether the signal counts from its lowest value at the ends of the cycles so far.
    text : str
        As written.
    """

    signal: str
    above: bool
    limit: float
    over_lowest: bool = False
    text: str = ""


@dataclass(frozen=True)
class Give:
    """Hold what a rule gives: ``times`` doses of ``amount``, ``every`` days, the first ``after`` days from now.

    ``duration`` (day) is that of each infusion; zero for a bolus or a tablet.
    """

    drug: str
    amount: str
    route: Route
    times: int = 1
    every: float = 0.0
    after: float = 0.0
    duration: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Premedication:
    """Hold what is given ``before`` (day) an infusion starts, at which moments, and how long a break calls for it."""

    give: Give
    before: float
    moments: tuple[Moment, ...]
    after_break: float


@dataclass(frozen=True)
class Block:
    """Hold ``count`` cycles of one kind: the rate they begin with, days of treatment, days of rest after them.

    ``infusion`` is how long the drug is infused, or dosed, in one of them.
    """

    count: int
    first: str
    infusion: float
    rest: float
    label: str = ""


@dataclass(frozen=True)
class Rule:
    """Hold one rule.

    Attributes
    ----------
    name : str
    when : tuple of Condition
        All must hold.
    lasting : float, day
        How long they must have held.
    at : {"treatment", "cycle start", "cycle end"}
        When it is looked at: at every round of the treatment, or only then.
    cycles : tuple of int
        First and last cycle in which it counts; empty for all.
    rate : str
        Only while this rate runs; empty for any.
    do : {"hold", "stop", "give", "wait", "skip"}
        ``wait`` and ``skip`` are for the start of a cycle: look again a round later; leave the cycle out.
    give : tuple of Give
    most, again : int, float
        For ``give``: how often, and how many days apart at least.
    until : tuple of Condition
        What ends a hold.
    until_lasting : float, day
    least, longest : float, day
        A hold lasts at least and at most so long; one that would last longer stops treatment, and so does a cycle that
        would wait longer.
    resume : str
        The rate at which infusion goes on.
    source, where, note : str
    """

    name: str
    when: tuple[Condition, ...]
    do: What
    lasting: float = 0.0
    at: When = "treatment"
    cycles: tuple[int, ...] = ()
    rate: str = ""
    give: tuple[Give, ...] = ()
    most: int = 1
    again: float = 0.0
    until: tuple[Condition, ...] = ()
    until_lasting: float = 0.0
    least: float = 0.0
    longest: float = 0.0
    resume: str = ""
    source: str = ""
    where: str = ""
    note: str = ""

    def counts_in(self, cycle: int) -> bool:
        """Whether it counts in this cycle (1 is the first)."""
        return not self.cycles or self.cycles[0] <= cycle <= self.cycles[-1]


@dataclass(frozen=True)
class Protocol:
    """Hold one protocol.

    Attributes
    ----------
    name, label : str
    drug : str
        The engager.
    rates : tuple of str
        Rates in rising order, e.g. ``("9 ug/day", "28 ug/day")``; doses, e.g. ``("250 ug", "500 ug")``, when it is
        dosed intermittently.
    step_after : float, day
        Time at a rate (or dose) before the next higher one.
    blocks : tuple of Block
        Cycles in order; they end when the infusion (or dosing) has run for so long in all, however often it was held.
    new_cycle_after : float, day
        A longer break starts a new cycle.
    rules : tuple of Rule
        Earlier ones go first.
    premedication : Premedication or None
    every : float, day
        Between rounds.
    scale : str
        Criterion that grades CRS.
    grade : {"lowest", "highest"}
        Which grade counts where the scale leaves several open, because the model lacks what it asks for.
    dosing : {"infusion", "intermittent"}
        Whether a rate runs, or a dose is given at the start, at a step, at a restart, and every so often from then on.
    route : {"iv", "civ", "po", "sc", "im", "it"}
        By which the engager is given.
    dose_every : tuple of float, day
        Time between doses, one for each of ``rates``; empty for an infusion.
    source, where, note : str
    """

    name: str
    label: str
    drug: str
    rates: tuple[str, ...]
    step_after: float
    blocks: tuple[Block, ...]
    new_cycle_after: float
    rules: tuple[Rule, ...] = ()
    premedication: Premedication | None = None
    every: float = 0.25
    scale: str = ""
    grade: Certainty = "highest"
    dosing: Dosing = "infusion"
    route: Route = "civ"
    dose_every: tuple[float, ...] = ()
    source: str = ""
    where: str = ""
    note: str = ""

    @property
    def cycles(self) -> int:
        """Cycles of the whole plan."""
        return sum(block.count for block in self.blocks)

    @property
    def numbered(self) -> tuple[Block, ...]:
        """The block of each cycle in turn; the first is that of cycle 1."""
        return tuple(block for block in self.blocks for _ in range(block.count))

    @property
    def span(self) -> float:
        """Days from the first cycle's start to the end of the last one's rest, when nothing holds or waits."""
        return sum(block.count * (block.infusion + block.rest) for block in self.blocks)

    @property
    def gives(self) -> tuple[Give, ...]:
        """Everything that is given besides the engager."""
        found = [give for rule in self.rules for give in rule.give]
        return (*([self.premedication.give] if self.premedication else []), *found)

    def sources(self) -> tuple[str, ...]:
        """Return the citation keys used, sorted."""
        return tuple(sorted({self.source, *(r.source for r in self.rules)} - {""}))
