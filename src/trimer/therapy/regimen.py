"""A regimen: who-gets-what-when as it stands in a protocol, before any patient's size is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trimer.therapy.administration import DoseKind, Route

Role = Literal["treatment", "premedication", "support"]


@dataclass(frozen=True)
class Dose:
    """Hold one line of a regimen.

    Attributes
    ----------
    drug : str
        Library name.
    route : {"iv", "civ", "po", "sc", "im", "it"}
    amount, rate : str
        One of the two: a dose such as ``"50 mg/m2"``, or a rate such as ``"28 ug/day"`` kept up for ``duration``.
    days : tuple of int
        Days of the cycle on which it is given; day 1 is the start of the cycle.
    duration : float, day
        Of each infusion; zero for a bolus, a tablet, an injection.
    at : float, day
        Time within the day, from the hour the cycle started; negative for a premedication.
    times, interval : int, day
        How many doses start from each of the days, and how far apart.
    cycles : tuple of int
        Cycles in which it is given; empty for all.
    cap : str
        Largest single dose (or rate), as text; empty when there is none.
    role : {"treatment", "premedication", "support"}
    kind : {"stated", "assumed"}
        Whether the source states it, or the library fills a gap.
    source, where, note : str
        Citation key, place in it, remark.
    """

    drug: str
    route: Route
    days: tuple[int, ...]
    amount: str = ""
    rate: str = ""
    duration: float = 0.0
    at: float = 0.0
    times: int = 1
    interval: float = 0.0
    cycles: tuple[int, ...] = ()
    cap: str = ""
    role: Role = "treatment"
    kind: DoseKind = "stated"
    source: str = ""
    where: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        """Amount or rate, whichever was written."""
        return self.amount or self.rate

    def within(self, cycle: int) -> bool:
        """Whether it is given in this cycle (1 is the first)."""
        return not self.cycles or cycle in self.cycles


@dataclass(frozen=True)
class Total:
    """Hold what a source (or arithmetic) says one cycle adds up to, so that a test can compare.

    ``kind`` is ``"stated"`` when only stated doses count, ``"all"`` when all do; an empty route counts all routes.
    """

    drug: str
    amount: str
    cycle: int = 1
    route: str = ""
    kind: Literal["stated", "all"] = "all"
    role: Role = "treatment"
    source: str = ""
    where: str = ""


@dataclass(frozen=True)
class Regimen:
    """Hold one regimen of the library.

    Attributes
    ----------
    name, label : str
    doses : tuple of Dose
    length, rest : float, day
        Length of a cycle's treatment part and of the pause after it; the next cycle starts after both.
    cycles : int
        Most cycles the source foresees.
    totals : tuple of Total
    source, where, note : str
    """

    name: str
    label: str
    doses: tuple[Dose, ...]
    length: float
    rest: float = 0.0
    cycles: int = 1
    totals: tuple[Total, ...] = ()
    source: str = ""
    where: str = ""
    note: str = ""

    @property
    def period(self) -> float:
        """Days from the start of one cycle to the start of the next."""
        return self.length + self.rest

    @property
    def drugs(self) -> tuple[str, ...]:
        """Drugs of the regimen in order of appearance."""
        return tuple(dict.fromkeys(dose.drug for dose in self.doses))

    def sources(self) -> tuple[str, ...]:
        """Return the citation keys used, sorted."""
        keys = {self.source, *(d.source for d in self.doses), *(t.source for t in self.totals)}
        return tuple(sorted(keys - {""}))
