"""What was ordered for a patient: a library regimen, or one drug, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from trimer.therapy.administration import DoseKind


@dataclass(frozen=True)
class Order:
    """Hold one order, before it is turned into administrations for a patient of a given size.

    Attributes
    ----------
    event : str
        Event in the record it realises.
    start : float, day
        From the course's origin.
    regimen : str
        Library regimen; then ``drug, amount, rate, route`` are empty.
    drug, amount, rate, route : str
        One drug: ``amount`` such as ``"8 mg/kg"`` (a dose given over ``duration``), or ``rate`` such as ``"9 ug/day"``
        (a continuous infusion that runs for ``duration``).
    duration : float or None, day
        How long it runs; None leaves a regimen to its own length and a single dose to the route's usual length.
    repeat, interval : int, day
        How many times the order is given, and how far apart the starts are.
    kind : {"stated", "assumed"}
        Whether the record states this, or the replay fills a gap.
    label, note : str
    omit : tuple of str
        Drugs of the regimen that were not given.
    amounts : mapping of str to str
        Stated amounts that replace the regimen's, by drug.
    """

    event: str
    start: float
    regimen: str = ""
    drug: str = ""
    amount: str = ""
    rate: str = ""
    route: str = ""
    duration: float | None = None
    repeat: int = 1
    interval: float = 0.0
    kind: DoseKind = "stated"
    label: str = ""
    note: str = ""
    omit: tuple[str, ...] = ()
    amounts: Mapping[str, str] = field(default_factory=dict)
