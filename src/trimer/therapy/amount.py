"""A dose as written (``"50 mg/m2"``, ``"28 ug/day"``) turned into an amount for one patient."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from trimer.errors import ProtocolError
from trimer.therapy.size import Size

AmountUnit = Literal["ug", "IU", "1e9"]  # the last for cells: a thousand million of them
Measure = Literal["", "bsa", "weight"]
_MEASURES: dict[str, Measure] = {"m2": "bsa", "kg": "weight"}
_TIMES = ("day", "d", "h", "min")


@dataclass(frozen=True)
class Amount:
    """Hold a dose before the patient's size is known.

    Attributes
    ----------
    value : float, ug, IU or 1e9 cells (per m2, per kg, per day as the flags say)
    measure : {"", "bsa", "weight"}
        What it is multiplied by.
    rate : bool
        Whether it is an amount per day.
    """

    value: float
    measure: Measure = ""
    rate: bool = False

    def total(self, size: Size, duration: float = 0.0) -> float:
        """Return the whole amount, ug, IU or 1e9 cells, for a patient, over ``duration`` days when this is a rate."""
        return self.value * size.measure(self.measure) * (duration if self.rate else 1.0)


def split_measure(unit: str) -> tuple[str, Measure]:
    """Return a unit without its ``/m2`` or ``/kg``, and the measure of the patient that stood there."""
    first, *below = unit.replace(" ", "").split("/")
    for token, measure in _MEASURES.items():
        if token in below:
            below.remove(token)
            return "/".join([first, *below]), measure
    return unit, ""


def parse_amount(text: str, unit: AmountUnit, where: str) -> Amount:
    """Return the dose that a text states.

    Parameters
    ----------
    text : str
        For example ``"2 mg"``, ``"50 mg/m2"``, ``"9 ug/day"``, ``"5 ug/m2/day"``, ``"2000 IU/m2"``,
        ``"1e6 cells/kg"``.
    unit : {"ug", "IU", "1e9"}
        Canonical unit of the drug's amounts.
    where : str
        File and field, for the error.

    Raises
    ------
    UnitError
        When the text has no unit, or not one of a dose.
    ProtocolError
        When the dose is negative or not finite.
    """
    from trimer.units import convert, split

    number, stated = split(text, where, f"{unit} or {unit}/m2 or {unit}/kg or {unit}/day")
    plain, measure = split_measure(stated)
    rate = any(part in _TIMES for part in plain.split("/")[1:])
    value = convert(number, plain, f"{unit}/day" if rate else unit, where)
    if not math.isfinite(value) or value < 0.0:
        raise ProtocolError(where, f'"{text}"', "a dose that is not negative")
    return Amount(value, measure, rate)
