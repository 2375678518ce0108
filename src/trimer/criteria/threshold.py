"""A published threshold as data: what it limits, how it is printed, and whether the source was seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from trimer.course import Reading
from trimer.criteria.logic import Relation, Truth, compare, known, same
from trimer.criteria.verdict import Decision, Provenance
from trimer.observables import OBSERVABLES

_UNITS = {
    "1e9/L": "x10^9/L", "1e9": "x10^9 cells", "Cel": "\u00b0C", "fraction": "", "grade": "", "number": "",
    "1e6/L": "x10^6/L",
}  # fmt: skip
_SHARES = ("mrd_marrow", "b_lineage_blast_percent")  # told in per cent: a bare "0.01" is read as 0.01 %, and means 1 %
_DIGITS = 4


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
        if self.wording:
            return self.wording
        return f"{self.relation} {_text(self.observable, self.value, self.unit)}"

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
        value = describe(reading, self._digits(reading))
        return Decision(self.observable, self.label, value, self.text, met, self.provenance, self.source)

    def _digits(self, reading: Reading | None) -> int:
        """Return how many digits tell an exact value from the threshold: 5.0004 % is not "5 %" beside "<= 5 %"."""
        digits = _DIGITS
        if reading is None or not known(reading) or not reading.exact or same(reading.low, self.value):
            return digits
        while digits < 16 and f"{reading.low:.{digits}g}" == f"{self.value:.{digits}g}":
            digits += 1
        return digits


def quantity_text(value: float, unit: str, digits: int = _DIGITS) -> str:
    """Return a number with its unit as people write it."""
    return f"{value:.{digits}g} {_UNITS.get(unit, unit)}".strip()


def level_text(fraction: float, digits: int = _DIGITS) -> str:
    """Return a fraction of cells in per cent, as limits of MRD are printed: ``1e-4`` is ``"0.01 %"``."""
    return quantity_text(100.0 * fraction, "%", digits)


def _text(observable: str, value: float, unit: str) -> str:
    """Return a number with its unit; a share of cells in per cent."""
    return level_text(value) if unit == "fraction" and observable in _SHARES else quantity_text(value, unit)


def describe(reading: Reading | None, digits: int = _DIGITS) -> str:
    """Return a reading as text with unit: ``"1.43 x10^9/L"``, ``"> 1 x10^9/L"``, ``"2 to 3"``, ``"not stated"``.

    Parameters
    ----------
    reading : Reading or None
        A fraction of cells (MRD) is told in per cent.
    digits : int, optional
        Significant digits of its numbers.
    """
    if reading is None:
        return "not recorded"
    if reading.absence is not None:
        return reading.absence
    if math.isnan(reading.low) or math.isnan(reading.high):
        return reading.text or "not recorded"
    if reading.low == math.inf:
        return "new, from zero"
    if reading.unit == "fraction" and reading.observable in _SHARES:
        reading = replace(reading, low=100.0 * reading.low, high=100.0 * reading.high, unit="%")
    if reading.exact:
        return quantity_text(reading.low, reading.unit, digits)
    if reading.high == math.inf:
        return f"{'>' if reading.low_open else '>='} {quantity_text(reading.low, reading.unit, digits)}"
    if reading.low == -math.inf:
        return f"{'<' if reading.high_open else '<='} {quantity_text(reading.high, reading.unit, digits)}"
    return f"{reading.low:.{digits}g} to {quantity_text(reading.high, reading.unit, digits)}"
