"""A published threshold as data: what it limits, how it is printed, and whether the source was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trimer.course import Reading
from trimer.criteria.logic import Relation, Truth, compare
from trimer.criteria.verdict import Decision, Provenance
from trimer.observables import OBSERVABLES

_UNITS = {
    "1e9/L": "x10^9/L", "1e9": "x10^9 cells", "Cel": "\u00b0C", "fraction": "", "grade": "", "number": "",
    "1e6/L": "x10^6/L",
}  # fmt: skip


@dataclass(frozen=True)
class Threshold:
    """Hold one row of a definition.

    Attributes
    ----------
    observable : str
        Standard name of the quantity limited.
    relation : {"<", "<=", ">", ">="}
        As printed.
    value : float
        In ``unit``.
    unit : str
        Canonical unit.
    purpose : str
        Categories or grades it serves.
    provenance : {"seen", "recalled", "assumed"}
    source : str
        Where it stands, or why it was chosen.
    note : str
        How it is to be read.
    quantity : str
        Words for a derived quantity (``"change of marrow blasts ..."``); empty when it is the observable itself.
    wording : str
        Words instead of the number, for ordinal scales.
    """

    observable: str
    relation: Relation
    value: float
    unit: str
    purpose: str
    provenance: Provenance
    source: str
    note: str = ""
    quantity: str = ""
    wording: str = ""

    @property
    def text(self) -> str:
        """Return the condition as printed, e.g. ``"<= 5 %"``."""
        return self.wording or f"{self.relation} {quantity_text(self.value, self.unit)}"

    @property
    def label(self) -> str:
        """Return the quantity in words."""
        known = OBSERVABLES.get(self.observable)
        return self.quantity or (known.label if known else self.observable.replace("_", " "))

    def test(self, reading: Reading | None) -> Truth:
        """Return whether every value a reading allows satisfies the threshold (None: open)."""
        return compare(reading, self.relation, self.value)

    def decide(self, reading: Reading | None, words: Truth = None) -> Decision:
        """Return the comparison of a reading with this threshold.

        Parameters
        ----------
        reading : Reading or None
            May be absent: the decision then says why there is no value.
        words : bool or None, optional
            Outcome where a qualitative result settles it; None compares the number.
        """
        met = self.test(reading) if words is None else words
        return Decision(self.observable, self.label, describe(reading), self.text, met, self.provenance, self.source)


def quantity_text(value: float, unit: str) -> str:
    """Return a number with its unit as people write it."""
    return f"{value:.4g} {_UNITS.get(unit, unit)}".strip()


def describe(reading: Reading | None) -> str:
    """Return a reading as text with unit: ``"1.43 x10^9/L"``, ``"> 1 x10^9/L"``, ``"2 to 3"``, ``"not stated"``."""
    if reading is None:
        return "not recorded"
    if reading.absence is not None:
        return reading.absence
    if math.isnan(reading.low) or math.isnan(reading.high):
        return reading.text or "not recorded"
    if reading.low == math.inf:
        return "new, from zero"
    if reading.exact:
        return quantity_text(reading.low, reading.unit)
    if reading.high == math.inf:
        return f"{'>' if reading.low_open else '>='} {quantity_text(reading.low, reading.unit)}"
    if reading.low == -math.inf:
        return f"{'<' if reading.high_open else '<='} {quantity_text(reading.high, reading.unit)}"
    return f"{reading.low:.4g} to {quantity_text(reading.high, reading.unit)}"
