"""The patient's size, by which doses and drug parameters scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trimer.errors import InputError


@dataclass(frozen=True)
class Size:
    """Hold a patient's size.

    Attributes
    ----------
    weight : float, kg
    height : float, m
    bsa : float, m2
        Body surface area.

    Raises
    ------
    InputError
        When a measure is not a positive, finite number.
    """

    weight: float
    height: float
    bsa: float

    def __post_init__(self) -> None:
        for name in ("weight", "height", "bsa"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(f"size.{name}", f"{value}", "a positive number")

    @classmethod
    def of(cls, weight: float, height: float) -> Size:
        """Return the size of a patient of this weight (kg) and height (m).

        Notes
        -----
        bsa = sqrt(height_cm * weight_kg / 3600), the formula of Mosteller (key ``Mosteller1987``).
        """
        product = 100.0 * height * weight / 3600.0
        return cls(weight, height, math.sqrt(product) if product > 0.0 else math.nan)

    def measure(self, name: str) -> float:
        """Return the measure called ``"bsa"`` or ``"weight"``; 1 for the empty name."""
        return {"": 1.0, "bsa": self.bsa, "weight": self.weight}[name]
