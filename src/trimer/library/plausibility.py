"""What a measured value can credibly be: the bounds of ``plausibility.toml``, in canonical units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from trimer.errors import LibraryError
from trimer.library.files import HERE, read_toml

_FIELDS = {"low", "high", "also", "provenance", "source", "note"}


@dataclass(frozen=True)
class Limits:
    """Hold the bounds beyond which a value of one observable is hardly credible.

    Attributes
    ----------
    low, high : float
        In ``unit``.
    unit : str
        As the file writes it; a unit of the observable.
    also : tuple of str
        Units that records mix up with it.
    provenance : {"seen", "recalled", "assumed"}
    source, note : str
        Citation key, and the reason of a bound that is our own choice.
    """

    low: float
    high: float
    unit: str
    also: tuple[str, ...]
    provenance: Literal["seen", "recalled", "assumed"]
    source: str
    note: str

    @property
    def text(self) -> str:
        """Return the bounds as text."""
        return f"{self.low:g} to {self.high:g} {self.unit}"


@lru_cache(maxsize=1)
def limits() -> dict[str, Limits]:
    """Return the bounds by observable (and by measure of the body: ``weight_adult``, ``body_mass_index``).

    Raises
    ------
    LibraryError
        When an entry has an unknown field, lacks one, or its bounds are not in one unit and in order.
    """
    from trimer.units import split

    found = {}
    for name, entry in read_toml(HERE / "plausibility.toml").items():
        where = f"plausibility.toml: {name}"
        if not {"low", "high", "provenance"} <= set(entry) <= _FIELDS:
            raise LibraryError(where, ", ".join(entry), f"low, high, provenance, and others of {', '.join(_FIELDS)}")
        (low, unit), (high, same) = (split(entry[key], f"{where}.{key}") for key in ("low", "high"))
        if unit != same or not low < high:
            raise LibraryError(where, f"{entry['low']} to {entry['high']}", "two bounds in one unit, the smaller first")
        also, source, note = tuple(entry.get("also", ())), entry.get("source", ""), entry.get("note", "")
        found[name] = Limits(low, high, unit, also, entry["provenance"], source, note)
    return found
