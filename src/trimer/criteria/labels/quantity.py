"""Doses as labels print them: fixed, or by body surface with an upper limit; and where a statement comes from."""

from __future__ import annotations

from dataclasses import dataclass

from trimer.criteria.verdict import Provenance


@dataclass(frozen=True)
class Origin:
    """Hold whether a statement was seen in its source, is recalled or assumed; with the source and what to know."""

    provenance: Provenance
    source: str
    note: str = ""


@dataclass(frozen=True)
class Dosage:
    """Hold a dose: ``value`` in ``unit`` (``ug/day``, ``ug/m2/day``, ``mg``, ``mg/m2``), at most ``cap``."""

    value: float
    unit: str
    cap: float | None = None

    @property
    def by_area(self) -> bool:
        """Whether it goes by body surface."""
        return "/m2" in self.unit

    @property
    def text(self) -> str:
        """Return ``"9 ug/day"`` or ``"5 ug/m2/day (at most 9 ug/day)"``."""
        most = "" if self.cap is None else f" (at most {self.cap:g} {self.unit.replace('/m2', '')})"
        return f"{self.value:g} {self.unit}{most}"

    def amount(self, area: float | None = None) -> float | None:
        """Return the dose of a body of this surface (m2), in the unit without ``/m2``; None when it is needed."""
        if not self.by_area:
            return self.value
        if area is None:
            return None
        return self.value * area if self.cap is None else min(self.value * area, self.cap)


@dataclass(frozen=True)
class Tiered:
    """Hold a dose for heavy bodies and one for light ones; None where the version has none, or none was seen."""

    heavy: Dosage | None
    light: Dosage | None = None

    def at(self, weight: float, limit: float) -> Dosage | None:
        """Return the dose for a weight (kg); the limit itself counts as heavy."""
        return self.heavy if weight >= limit else self.light

    @property
    def text(self) -> str:
        """Return both doses as text."""
        return " or ".join(d.text for d in (self.heavy, self.light) if d is not None)
