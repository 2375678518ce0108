"""What a label asks for after an event of a grade: a table as data, and the action for one patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trimer.criteria.labels.quantity import Dosage, Origin, Tiered

if TYPE_CHECKING:
    from trimer.criteria.labels.label import Label

Event = Literal["CRS", "neurologic", "seizure", "other"]
Kind = Literal["nothing", "hold", "consider stopping", "stop"]

EVENTS: tuple[Event, ...] = ("CRS", "neurologic", "seizure", "other")
NO_ROW = Origin("seen", "dose-modification table of the label: no row for this event and grade")


@dataclass(frozen=True)
class Steroid:
    """Hold the steroid that goes with an action: dose (mg), interval (h), longest course and taper (day)."""

    drug: str
    dose: Tiered
    interval: float
    days: int
    taper: int
    origin: Origin


@dataclass(frozen=True)
class Breaks:
    """Hold the rules on interruptions.

    Attributes
    ----------
    same_cycle : float, day
        Longest break after which the same cycle goes on; a longer one starts a new cycle.
    total : int, day
        Infusion days of that cycle, before and after the break together.
    premedicate : float, h
        From which length on a restart is premedicated and supervised.
    same_origin, premedicate_origin : Origin
    """

    same_cycle: float
    total: int
    premedicate: float
    same_origin: Origin
    premedicate_origin: Origin

    def same(self, days: float) -> bool:
        """Return whether a break of this length (day) leaves the cycle the same."""
        return days <= self.same_cycle + 1e-9

    def again(self, days: float) -> bool:
        """Return whether a restart after a break of this length (day) is premedicated."""
        return days * 24.0 >= self.premedicate - 1e-6


@dataclass(frozen=True)
class Modification:
    """Hold one row of the dose-modification table.

    Attributes
    ----------
    event : {"CRS", "neurologic", "seizure", "other"}
    grades : tuple of int
        Grades it is for (CTCAE).
    kind : {"hold", "consider stopping", "stop"}
    origin : Origin
    until : str
        When the infusion may restart: ``"resolved"`` or ``"grade 1 or less"``.
    wait : float, day
        Shortest hold.
    restart, escalate : Tiered or None
        Rates of the restart and of the step after it.
    escalate_after : float, day
        Days at the restart's rate, if there is no recurrence.
    longest : float or None, day
        A longer time to resolve means to stop.
    stop_at : Tiered or None
        An event at this rate means to stop.
    more_than : int
        The row is for more events than this (seizures).
    stop_on_recurrence : bool
    steroid : Steroid or None
    limits : Origin or None
        Of ``longest``, ``stop_at`` and ``stop_on_recurrence``; None when as ``origin``.
    """

    event: Event
    grades: tuple[int, ...]
    kind: Kind
    origin: Origin
    until: str = ""
    wait: float = 0.0
    restart: Tiered | None = None
    escalate: Tiered | None = None
    escalate_after: float = 7.0
    longest: float | None = None
    stop_at: Tiered | None = None
    more_than: int = 0
    stop_on_recurrence: bool = False
    steroid: Steroid | None = None
    limits: Origin | None = None


@dataclass(frozen=True)
class Action:
    """Hold what a label asks for in one patient, doses chosen by weight.

    Attributes
    ----------
    event : str
    grade : int
    kind : {"nothing", "hold", "consider stopping", "stop"}
    until : str
    wait, escalate_after : float, day
    restart, escalate : Dosage or None
        None when nothing restarts, or when the version has no dose for this weight.
    longest : float or None, day
    steroid : Steroid or None
    steroid_dose : Dosage or None
    reason : str
        Why, where a limit and not the grade decided.
    origin : Origin
    """

    event: Event
    grade: int
    kind: Kind
    origin: Origin
    until: str = ""
    wait: float = 0.0
    restart: Dosage | None = None
    escalate: Dosage | None = None
    escalate_after: float = 0.0
    longest: float | None = None
    steroid: Steroid | None = None
    steroid_dose: Dosage | None = None
    reason: str = ""

    @property
    def text(self) -> str:
        """Return the action in words, e.g. ``"hold; dexamethasone 8 mg every 8 h ...; restart at 9 ug/day ..."``."""
        if self.kind == "nothing":
            return "no change of dose"
        first = {"hold": "hold", "stop": "stop for good", "consider stopping": "consider stopping for good"}[self.kind]
        parts = [f"{first} ({self.reason})" if self.reason else first]
        if self.steroid is not None and self.steroid_dose is not None:
            s = self.steroid
            times = f"every {s.interval:g} h up to {s.days} days, taper over {s.taper} days"
            parts.append(f"{s.drug} {self.steroid_dose.text} {times}")
        if self.kind == "hold":
            least = f" and held for at least {self.wait:g} days" if self.wait else ""
            dose = "a rate this version does not state" if self.restart is None else self.restart.text
            parts.append(f"when {self.until}{least}, restart at {dose}")
            step = "step up" if self.escalate is None else f"step to {self.escalate.text}"
            parts.append(f"{step} after {self.escalate_after:g} days without recurrence")
            if self.longest is not None:
                parts.append(f"stop for good if it takes more than {self.longest:g} days to resolve")
        return "; ".join(parts)


def required(
    label: Label,
    event: Event = "CRS",
    grade: int = 3,
    weight: float = 65.0,
    *,
    count: int = 1,
    rate: float | None = None,
    days: float | None = None,
    recurred: bool = False,
) -> Action:
    """Return what a label asks for after one event.

    Parameters
    ----------
    label : Label
    event : {"CRS", "neurologic", "seizure", "other"}
    grade : int
        CTCAE grade, 0 to 5; which scale gave it is the caller's choice and changes the answer.
    weight : float, kg
    count : int
        How many such events so far (seizures).
    rate : float, optional
        Rate at which it happened, in the unit of the dose for this weight (ug/day or ug/m2/day).
    days : float, optional
        Days it took to resolve.
    recurred : bool
        Whether it came again after a restart.

    Returns
    -------
    Action
        ``kind="nothing"`` where the table has no row.
    """
    row = next(
        (m for m in label.modifications if m.event == event and grade in m.grades and count > m.more_than),
        None,
    )
    if row is None:
        return Action(event, grade, "nothing", NO_ROW)
    reason = _limit(row, weight, label.weight_limit, rate, days, recurred)
    dose = row.steroid.dose.at(weight, label.weight_limit) if row.steroid else None
    if reason or row.kind != "hold":
        kind: Kind = "stop" if reason else row.kind
        origin = (row.limits or row.origin) if reason else row.origin
        return Action(event, grade, kind, origin, steroid=row.steroid, steroid_dose=dose, reason=reason)
    return Action(
        event=event,
        grade=grade,
        kind=row.kind,
        origin=row.origin,
        until=row.until,
        wait=row.wait,
        restart=row.restart.at(weight, label.weight_limit) if row.restart else None,
        escalate=row.escalate.at(weight, label.weight_limit) if row.escalate else None,
        escalate_after=row.escalate_after,
        longest=row.longest,
        steroid=row.steroid,
        steroid_dose=dose,
    )


def _limit(
    row: Modification, weight: float, limit: float, rate: float | None, days: float | None, recurred: bool
) -> str:
    """Return which limit turns a hold into a stop, empty when none does."""
    low = row.stop_at.at(weight, limit) if row.stop_at else None
    if rate is not None and low is not None and rate <= low.value:
        return f"it happened at {low.text}"
    if days is not None and row.longest is not None and days > row.longest:
        return f"it took more than {row.longest:g} days to resolve"
    if recurred and row.stop_on_recurrence:
        return "it came again"
    return ""
