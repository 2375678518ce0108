"""Parameters that know what they are: value, unit, spread, kind, source, and the layer that set them.

Layers, later wins: ``model`` default, ``drug`` file, ``population`` draw, ``case`` measurement, ``fit``, ``override``.
Floats here are in canonical units already; parsing text with units is :mod:`trimer.library`'s work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["measured", "fitted", "assumed"]
Distribution = Literal["fixed", "lognormal", "logitnormal", "normal", "bernoulli"]
Layer = Literal["model", "drug", "population", "case", "fit", "override"]


@dataclass(frozen=True)
class Parameter:
    """Hold one number with its whole story.

    Attributes
    ----------
    name : str
        Name used by the equations.
    value : float
        Typical value in ``unit``.
    unit : str
        Canonical unit text.
    spread : float
        Between-patient spread: standard deviation on the log scale (lognormal), logit scale (logitnormal) or in
        ``unit`` (normal). Zero when fixed.
    distribution : str
        Shape of the between-patient distribution.
    kind : {"measured", "fitted", "assumed"}
        How the value is known. ``fitted`` names the data in ``where``.
    source : str
        Key in ``library/references.bib``, or ``"trimer"`` for our own choice or fit.
    where : str
        Table, page or data set.
    note : str
        Why, for assumed values; provenance remarks such as "recalled".
    layer : str
        Which layer set the present value.
    """

    name: str
    value: float
    unit: str
    spread: float = 0.0
    distribution: Distribution = "fixed"
    kind: Kind = "assumed"
    source: str = "trimer"
    where: str = ""
    note: str = ""
    layer: Layer = "model"


class ParameterSet(Mapping[str, Parameter]):
    """Hold parameters by name; immutable, changed by :meth:`updated`."""

    def __init__(self, items: Mapping[str, Parameter]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> Parameter:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"ParameterSet({len(self)} parameters)"

    def updated(
        self, values: Mapping[str, float], layer: Layer, kind: Kind | None = None, where: str = ""
    ) -> ParameterSet:
        """Return a copy with new values, each remembering the layer that set it.

        With ``where``, the new values are our own work on that data: their source becomes ``"trimer"``, and the note
        keeps where the replaced value came from.

        Raises
        ------
        KeyError
            When a name is not in the set.
        """
        items = dict(self._items)
        for name, value in values.items():
            old = items[name]
            new = replace(old, value=float(value), layer=layer, kind=kind or old.kind)
            if where:
                prior = f"prior {old.value:g} from {old.source}" + (f", {old.where}" if old.where else "")
                new = replace(new, source="trimer", where=where, note="; ".join(x for x in (prior, old.note) if x))
            items[name] = new
        return ParameterSet(items)

    def merged(self, other: Mapping[str, Parameter]) -> ParameterSet:
        """Return a copy in which ``other`` adds or replaces whole entries."""
        return ParameterSet({**self._items, **dict(other)})

    def values_by_name(self) -> dict[str, float]:
        """Return plain floats by name."""
        return {name: item.value for name, item in self._items.items()}
