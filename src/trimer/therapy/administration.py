"""One realised dose: the common currency between records, regimens and the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Route = Literal["iv", "civ", "po", "sc", "im", "it"]
DoseKind = Literal["stated", "assumed"]


@dataclass(frozen=True)
class Administration:
    """Hold one dose as given (or as assumed to have been given).

    Attributes
    ----------
    drug : str
        Library name.
    start : float, day
        From the course's origin.
    duration : float, day
        Zero for a bolus; infusions run at ``amount / duration``.
    amount : float, ug (IU for enzymes)
        Total amount over ``duration``.
    route : {"iv", "civ", "po", "sc", "im", "it"}
        ``civ`` is continuous intravenous infusion.
    kind : {"stated", "assumed"}
        Whether the record states this dose.
    event : str
        Event in the record, or regimen and cycle, it belongs to.
    note : str
    """

    drug: str
    start: float
    duration: float
    amount: float
    route: Route
    kind: DoseKind = "stated"
    event: str = ""
    note: str = ""

    @property
    def end(self) -> float:
        """Day on which it ends."""
        return self.start + self.duration
