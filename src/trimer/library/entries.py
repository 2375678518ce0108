"""One number in a library file, with its unit, spread, kind and source, turned into a Parameter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args

from trimer.errors import LibraryError
from trimer.parameters import Distribution, Kind, Layer, Parameter

FIELDS = ("value", "unit", "spread", "distribution", "kind", "source", "where", "note")
_DISTRIBUTIONS = get_args(Distribution)
_KINDS = get_args(Kind)


def parameter_from(name: str, entry: Mapping[str, Any], unit: str, where: str, layer: Layer) -> Parameter:
    """Return the parameter that one table of a TOML file states.

    Parameters
    ----------
    name : str
        Name used by the equations.
    entry : mapping
        ``value`` (text with unit), ``spread``, ``distribution``, ``kind``, ``source``, ``where``, ``note``.
    unit : str
        Canonical unit; empty to keep the unit that is written.
    where : str
        File and field, for the error.
    layer : str
        Layer the value belongs to.

    Raises
    ------
    LibraryError
        When a field is missing, unknown or contradicts another.
    UnitError
        When the value or spread has no unit or the wrong one.
    """
    _check(entry, where)
    value, unit = _value(entry["value"], unit, f"{where}.value")
    spread, implied = _spread(str(entry.get("spread", "")), value, unit, where)
    distribution = entry.get("distribution", implied)
    _agree(distribution, implied, entry, where)
    _bounded(value, distribution, where)
    if (distribution, implied) == ("normal", "lognormal"):  # a CV, and the shape named: back to CV, times the value
        spread = math.sqrt(math.expm1(spread**2)) * abs(value)
    return Parameter(
        name=name,
        value=value,
        unit=unit,
        spread=spread,
        distribution=distribution,
        kind=entry["kind"],
        source=entry.get("source", "trimer"),
        where=entry.get("where", ""),
        note=entry.get("note", ""),
        layer=layer,
    )


def _value(text: Any, unit: str, where: str) -> tuple[float, str]:
    """Return the number and its unit: converted to ``unit``, or as written when that is empty."""
    from trimer.units import parse, split

    if unit:
        return parse(text, unit, where), unit
    return split(text, where)


def _check(entry: Mapping[str, Any], where: str) -> None:
    """Raise when a field is missing, unknown, or not text."""
    if not isinstance(entry, Mapping):
        raise LibraryError(where, repr(entry)[:60], "a table with value, kind and source")
    for field in ("value", "kind", *(("source",) if entry.get("kind") != "assumed" else ())):
        if field not in entry:
            raise LibraryError(where, f"no {field}", f"the field {field}", "A value needs unit, kind and source.")
    for field, content in entry.items():
        if field not in FIELDS:
            raise LibraryError(f"{where}.{field}", "an unknown field", f"one of {', '.join(FIELDS)}")
        if not isinstance(content, str) and field != "value":
            raise LibraryError(f"{where}.{field}", repr(content)[:60], "text")
    if entry["kind"] not in _KINDS:
        raise LibraryError(f"{where}.kind", f'"{entry["kind"]}"', f"one of {', '.join(_KINDS)}")


def _spread(text: str, value: float, unit: str, where: str) -> tuple[float, Distribution]:
    """Return a spread (CV as log-sd) and the distribution its form implies."""
    if not text:
        return 0.0, "fixed"
    from trimer.units import parse

    here = f"{where}.spread"
    words = text.replace("%CV", "%").replace("% CV", "%").split()
    if words[0] != "sd":
        cv = _positive(parse(" ".join(words), "fraction", here), here)
        return math.sqrt(math.log1p(cv**2)), "lognormal"
    if words[-1] in ("log", "logit") and len(words) == 3:
        sd = parse(f"{words[1]} fraction", "fraction", here)
        return _positive(sd, here), "lognormal" if words[-1] == "log" else "logitnormal"
    return _positive(parse(" ".join(words[1:]), unit, here), here), "normal"


def _positive(spread: float, where: str) -> float:
    if not spread > 0.0:
        raise LibraryError(where, f"{spread:g}", "a positive spread, or none")
    return spread


def _agree(distribution: str, implied: str, entry: Mapping[str, Any], where: str) -> None:
    """Raise when the distribution named does not go with the form of the spread."""
    here = f"{where}.distribution"
    if distribution not in _DISTRIBUTIONS:
        raise LibraryError(here, f'"{distribution}"', f"one of {', '.join(_DISTRIBUTIONS)}")
    free = distribution == "bernoulli"  # a spread beside it says how well the probability itself is known
    relative = implied == "lognormal" and distribution == "normal" and not str(entry["spread"]).startswith("sd")
    if distribution != implied and not free and not relative:
        raise LibraryError(here, f'"{distribution}" with spread "{entry.get("spread", "")}"', f'"{implied}"')


def _bounded(value: float, distribution: str, where: str) -> None:
    """Raise when a typical value lies outside what its distribution can give."""
    if distribution == "lognormal" and not value > 0.0:
        raise LibraryError(f"{where}.value", f"{value:g}", "a positive value for a lognormal spread")
    if distribution == "logitnormal" and not 0.0 < value < 1.0:
        raise LibraryError(f"{where}.value", f"{value:g}", "a fraction between 0 and 1 for a logitnormal spread")
    if distribution == "bernoulli" and not 0.0 <= value <= 1.0:
        raise LibraryError(f"{where}.value", f"{value:g}", "a probability")
