"""A trial: who is treated how, when they are looked at, and by which definitions, before anybody is simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trimer.parameters import Parameter

Operator = Literal[">=", ">", "<=", "<", "=="]
NoRemission = Literal["day 1", "window end"]
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Criterion:
    """Hold one criterion of eligibility: the covariate at entry, compared with a value in its own unit.

    Units: ``age`` year, ``weight`` kg, ``marrow_blast_percent`` %, ``mrd_marrow`` fraction; the others are counts, or
    0 and 1.
    """

    covariate: str
    op: Operator
    value: float
    text: str = ""

    @property
    def bounds(self) -> Bounds:
        """Lowest and highest value that is let in; what a strict comparison leaves out is the next number."""
        low, high = {
            ">=": (self.value, math.inf),
            ">": (math.nextafter(self.value, math.inf), math.inf),
            "<=": (-math.inf, self.value),
            "<": (-math.inf, math.nextafter(self.value, -math.inf)),
            "==": (self.value, self.value),
        }[self.op]
        return low, high


@dataclass(frozen=True)
class Share:
    """Hold one regimen of a mix: the ``share`` of the arm's patients who get it, and for how many cycles at most."""

    name: str
    share: float
    cycles: int


@dataclass(frozen=True)
class Arm:
    """Hold one arm.

    Attributes
    ----------
    name, label : str
    n : int
        Patients as published; the denominator of efficacy.
    treated : int
        Of them, those who got any treatment; the denominator of safety.
    share : float
        Of the trial's patients who go to this arm.
    protocol : str
        Library name, or path of one's own file; empty when the arm gets regimens.
    regimens : tuple of Share
        Each patient gets one, drawn by its share; a name in the library or the path of one's own file.
    reference : bool
        Whether ratios compare the other arms with this one.
    source, where, note : str
    """

    name: str
    label: str
    n: int
    treated: int
    share: float
    protocol: str = ""
    regimens: tuple[Share, ...] = ()
    reference: bool = False
    source: str = ""
    where: str = ""
    note: str = ""


@dataclass(frozen=True)
class Assessment:
    """Hold when and by what response is judged.

    Attributes
    ----------
    response : str
        Criterion of response (``trimer list criteria``).
    days : tuple of float, day
        Days of assessment within the window, from entry. Empty: at the end of every cycle, which is where a
        protocol's rules look (``at = "cycle end"``), and the last day of a regimen's cycle.
    window : int
        Cycles in which a response counts.
    cycle_length : float, day
        Nominal.
    mrd_limit : float, fraction of marrow cells
        Below it a patient counts as MRD negative.
    mrd_assessed : float
        Share of assessments in remission that have an MRD result.
    follow_up_days : tuple of (until, every), day
        After the window: every so many days, until that day from entry; the last goes on to the end of follow-up.
    efs : {"day 1", "window end"}
        When a patient without a remission in the window counts as an event of event-free survival.
    source, where, note : str
    """

    response: str
    window: int
    cycle_length: float
    mrd_limit: float
    mrd_assessed: float = 1.0
    days: tuple[float, ...] = ()
    follow_up_days: tuple[tuple[float, float], ...] = ()
    efs: NoRemission = "window end"
    source: str = ""
    where: str = ""
    note: str = ""

    @property
    def window_end(self) -> float:
        """Day on which the window closes, from entry."""
        return self.window * self.cycle_length

    def later(self, end: float) -> tuple[float, ...]:
        """Return the days after the window on which patients are looked at, up to ``end`` (day from entry)."""
        found, day = [], self.window_end
        for until, every in self.follow_up_days:
            while day + every <= min(until, end):
                day += every
                found.append(day)
        return tuple(found)


@dataclass(frozen=True)
class CrsReporting:
    """Hold how cytokine release syndrome was counted: by which scale, and from which grade it was reported as such."""

    scale: str
    reported_from: int = 1
    source: str = ""
    where: str = ""
    note: str = ""


@dataclass(frozen=True)
class Trial:
    """Hold one trial.

    Attributes
    ----------
    name, label : str
    registry : str
        Number in a public registry, such as ``"NCT01466179"``; empty for none.
    population : str
        Library name, or path of one's own file.
    shift : mapping of str to mapping
        Covariates of the population whose distribution is another here, as a population file writes them.
    eligibility : tuple of Criterion
        All must hold.
    arms : tuple of Arm
    assessment : Assessment
    crs : CrsReporting
    follow_up : float, day
        From entry.
    after : dict of str to Parameter
        What follows treatment and is not in the equations, such as ``hsct_share``.
    endpoints : tuple of str
        Those that are shown first.
    source, where, note : str
    """

    name: str
    label: str
    population: str
    arms: tuple[Arm, ...]
    assessment: Assessment
    crs: CrsReporting
    follow_up: float
    registry: str = ""
    shift: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    eligibility: tuple[Criterion, ...] = ()
    after: Mapping[str, Parameter] = field(default_factory=dict)
    endpoints: tuple[str, ...] = ()
    source: str = ""
    where: str = ""
    note: str = ""

    @property
    def n(self) -> int:
        """Patients of all arms as published."""
        return sum(arm.n for arm in self.arms)

    @property
    def reference(self) -> Arm | None:
        """The arm that others are compared with, if there is one."""
        return next((arm for arm in self.arms if arm.reference), None)

    def bounds(self) -> dict[str, Bounds]:
        """Return the lowest and highest value that eligibility lets in, both included, by covariate."""
        found: dict[str, Bounds] = {}
        for criterion in self.eligibility:
            low, high = found.get(criterion.covariate, (-math.inf, math.inf))
            found[criterion.covariate] = (max(low, criterion.bounds[0]), min(high, criterion.bounds[1]))
        return found

    def sources(self) -> tuple[str, ...]:
        """Return the citation keys used, sorted."""
        found = {self.source, self.assessment.source, self.crs.source, *(arm.source for arm in self.arms)}
        found |= {item.source for item in self.after.values()}
        found |= {str(entry.get("source", "")) for entry in self.shift.values()}
        return tuple(sorted(found - {"", "trimer"}))
