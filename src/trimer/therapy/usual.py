"""What is usual for a drug: the doses that protocols print, and unusual ones that were really given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trimer.therapy.administration import Route
from trimer.therapy.amount import Amount
from trimer.therapy.size import Size

Provenance = Literal["seen", "recalled", "assumed"]
Side = Literal["", "below", "above"]
_ROUNDING = 1e-6


@dataclass(frozen=True)
class UsualDose:
    """Hold one usual single dose (or rate) of a drug.

    Attributes
    ----------
    low, high : Amount
        Bounds; equal for one fixed dose.
    text : str
        The same as written, e.g. ``"6 mg/m2 to 12 mg/m2"``.
    routes : tuple of str
        Routes it holds for; empty for all.
    every : float, day
        Usual time between two such doses; zero when none is kept.
    purpose : str
        For what, in a few words.
    provenance : {"seen", "recalled", "assumed"}
    source, where, note : str
        Citation key, place in it, remark.
    """

    low: Amount
    high: Amount
    text: str
    routes: tuple[Route, ...] = ()
    every: float = 0.0
    purpose: str = ""
    provenance: Provenance = "recalled"
    source: str = ""
    where: str = ""
    note: str = ""

    def applies(self, dose: Amount, route: str) -> bool:
        """Return whether it speaks of this kind of dose (a rate or a single dose) by this route (any when empty)."""
        return self.low.rate == dose.rate and (not route or not self.routes or route in self.routes)

    def side(self, dose: Amount, size: Size) -> Side:
        """Return on which side of the range a dose lies; empty when within.

        The two are compared per m2 or per kg where both are written so, else as the whole dose of a patient of this
        size.
        """
        whole = dose.measure != self.low.measure
        given, low, high = (a.total(size, 1.0) if whole else a.value for a in (dose, self.low, self.high))
        if given < low * (1.0 - _ROUNDING):
            return "below"
        return "above" if given > high * (1.0 + _ROUNDING) else ""


@dataclass(frozen=True)
class Precedent:
    """Hold one unusual dose that a published protocol gave: so an unusual record need not be a slip."""

    dose: Amount
    text: str
    schedule: str
    routes: tuple[Route, ...] = ()
    provenance: Provenance = "recalled"
    source: str = ""
    where: str = ""

    def covers(self, dose: Amount, route: str, size: Size) -> bool:
        """Return whether a dose is of the same kind, by the same route (any when empty), and no larger."""
        if dose.rate != self.dose.rate or (route and self.routes and route not in self.routes):
            return False
        if dose.measure == self.dose.measure:
            return dose.value <= self.dose.value * (1.0 + _ROUNDING)
        return dose.total(size, 1.0) <= self.dose.total(size, 1.0) * (1.0 + _ROUNDING)


def comparable(dose: Amount, route: str, usual: Sequence[UsualDose]) -> tuple[UsualDose, ...]:
    """Return the usual doses that a dose is compared with: those written as it is, per m2 or flat, else all."""
    found = tuple(u for u in usual if u.applies(dose, route))
    return tuple(u for u in found if u.low.measure == dose.measure) or found


def within(dose: Amount, route: str, usual: Sequence[UsualDose], size: Size) -> tuple[UsualDose, ...]:
    """Return the usual doses that a dose agrees with."""
    return tuple(u for u in comparable(dose, route, usual) if not u.side(dose, size))
