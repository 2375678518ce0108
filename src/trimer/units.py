"""Units at the door: text such as ``"9 ug/day"`` or ``"164 10*9/L"`` becomes a float in a canonical unit.

The only module that knows pint, and only inside functions. Spellings follow UCUM (``10*9/L``, ``Cel``, ``[degF]``,
``[IU]/m2``) with the usual shortcuts (``1e9/L``, ``IU``, ``day``); ``mcg``, a micro sign and a degree sign are
understood and never written. The registry holds our own short table instead of pint's thousands of units, so that
``grade`` is a grade of toxicity (not an angle), ``%`` is a share (not ``mg/kg``), and a count of cells is a dimension
of its own.
"""

from __future__ import annotations

import difflib
import math
import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trimer.errors import UnitError

if TYPE_CHECKING:
    import pint

_TABLE = """
@defaults
    group = international
    system = mks
@end
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = u-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
deci- = 1e-1 = d-
kilo- = 1e3 = k-
gram = [mass] = g
metre = [length] = m
litre = 1e-3 * metre ** 3 = L
day = [time] = day
hour = day / 24
minute = hour / 60
second = minute / 60
week = 7 * day
year = 365.25 * day
mole = [substance] = mol
molar = mole / litre = M
cell = [count]
molecule = [molecule]
fraction = [share]
number = [number]
percent = 0.01 * fraction
grade = [grade]
international_unit = [activity] = IU
hectopascal = [pressure] = hPa
mmHg = 1.33322387415 * hectopascal
kelvin = [temperature]; offset: 0 = K
degC = kelvin; offset: 273.15
degF = 5 / 9 * kelvin; offset: 233.15 + 200 / 9
"""

_SPELLINGS = {
    "%": "percent",
    "1": "fraction",
    "d": "day",
    "days": "day",
    "h": "hour",
    "hours": "hour",
    "min": "minute",
    "s": "second",
    "wk": "week",
    "weeks": "week",
    "a": "year",
    "years": "year",
    "mcg": "ug",
    "gm": "g",
    "l": "L",
    "dl": "dL",
    "ml": "mL",
    "ul": "uL",
    "cells": "cell",
    "molecules": "molecule",
    "Cel": "degC",
    "[degF]": "degF",
    "[IU]": "IU",
    "mm[Hg]": "mmHg",
}

# Signs that print has and UCUM does not: both micro signs of Unicode, and the degree.
_SIGNS = {"\N{MICRO SIGN}": "u", "\N{GREEK SMALL LETTER MU}": "u", "\N{DEGREE SIGN}C": "Cel"}

# Offered as near misses.
# fmt: off
_COMMON = (
    "1e9/L", "10*9/L", "10*6/L", "10*3/uL", "/uL", "g/dL", "g/L", "mg/dL", "ng/mL", "pg/mL", "ug/L", "%",
    "fraction", "Cel", "[degF]", "day", "week", "h", "year", "kg", "g", "mg", "ug", "m", "cm", "mm", "m2",
    "mg/m2", "g/m2", "ug/m2", "mg/kg", "ug/kg", "ug/day", "mg/day", "ug/m2/day", "mg/m2/day", "mg/kg/day", "IU",
    "IU/m2", "[IU]/m2", "L", "L/day", "L/h", "mL/min", "1/day", "1/h", "nM", "pM", "mol/L", "grade", "cell",
    "mm[Hg]",
)
# fmt: on

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?(?![\d,])")
_FACTOR = re.compile(r"(?:10[*^]|1e)(?P<power>\d{1,2})|(?P<name>1|(?:[A-Za-z%_]|\[[A-Za-z]+\])+)(?P<exponent>-?[1-4])?")
_ONE = threading.RLock()
_LONGEST = 80


def parse(text: object, unit: str, where: str) -> float:
    """Return the number that text with a unit states, in the canonical unit asked for.

    Parameters
    ----------
    text : str
        A number and its unit, e.g. ``"8 mg/kg"``.
    unit : str
        Canonical unit of the answer, e.g. ``"ug/kg"``.
    where : str
        File and field, for the message.

    Returns
    -------
    float
        In ``unit``.

    Raises
    ------
    UnitError
        When there is no number or no unit (a zero needs one too), or the unit is unknown or of another dimension.
    """
    value, own = split(text, where, unit)
    return convert(value, own, unit, where)


def parse_any(text: object, units: Sequence[str], where: str) -> tuple[float, str]:
    """Return ``(value, unit)`` in the first of several canonical units whose dimension the text has.

    Serves doses, which come per person, per kg or per m2.

    Raises
    ------
    UnitError
        As :func:`parse`, when none of the units fits.
    """
    expected = " or ".join(units)
    value, own = split(text, where, expected)
    for unit in units:
        if same_dimension(own, unit):
            return convert(value, own, unit, where), unit
    raise UnitError(where, f"{text!r}", f"a quantity in {expected}", _near(own))


def split(text: object, where: str, expected: str = "") -> tuple[float, str]:
    """Return the number and the unit text of a quantity, neither converted.

    Raises
    ------
    UnitError
        When the text does not begin with a number, or has no unit, or an unknown one.
    """
    example = f"a number with a unit, such as '5 {expected.split(' or ')[0]}'" if expected else "a number with a unit"
    if not isinstance(text, str):
        hint = "Write the unit beside the number." if isinstance(text, int | float) else ""
        raise UnitError(where, f"{_short(text)} without a unit", example, hint)
    found = _NUMBER.match(text.strip())
    if found is None:
        raise UnitError(where, f"{_short(text)}", example, "Write 3750, not 3,750." if "," in text else "")
    value, unit = float(found.group()), text.strip()[found.end() :].strip()
    if not unit:
        raise UnitError(where, f"{_short(text)} without a unit", example, "Zero needs a unit too.")
    if not math.isfinite(value):
        raise UnitError(where, f"{_short(text)}", "a finite number")
    _definition(unit, where)
    return value, unit


def convert(value: float, unit: str, to: str, where: str, molar_mass: float | None = None) -> float:
    """Return a value given in one unit in another of the same dimension (temperatures with their offsets).

    Parameters
    ----------
    value : float
        In ``unit``.
    unit, to : str
    where : str
        File and field, for the message.
    molar_mass : float, g/mol, optional
        Of the substance measured; then a mass (mg/dL) also converts to an amount (mmol/L).

    Raises
    ------
    UnitError
        When a unit is unknown, or the two have different dimensions.
    """
    source, target = _definition(unit, where), _definition(to, where)
    if source == target:
        return float(value)
    quantity = _registry().Quantity(value, source)
    if molar_mass is not None and not source.is_compatible_with(target):
        quantity = quantity / _registry().Quantity(molar_mass, _definition("g/mol", where))
    if not quantity.is_compatible_with(target):
        raise UnitError(where, f"unit {unit!r}", f"a unit that converts to {to!r}", _near(unit, to))
    return float(quantity.to(target).magnitude)


def same_dimension(unit: str, other: str, where: str = "unit") -> bool:
    """Return whether two units measure the same kind of quantity.

    Raises
    ------
    UnitError
        When either is unknown.
    """
    return bool(_definition(unit, where).is_compatible_with(_definition(other, where)))


def _registry() -> pint.UnitRegistry[Any]:
    """Return the one registry, whichever thread asks first: units of two registries do not meet."""
    with _ONE:
        return _built()


@lru_cache(maxsize=1)
def _built() -> pint.UnitRegistry[Any]:
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, autoconvert_offset_to_baseunit=True)
    registry.load_definitions(_TABLE.strip().splitlines())
    return registry


def _definition(unit: str, where: str) -> Any:
    """Return the pint unit of a text, or raise what is wrong with it."""
    found = _lookup(unit) if isinstance(unit, str) else None
    if found is None:
        raise UnitError(where, f"unit {_short(unit)}", "a unit Trimer knows", _near(str(unit)))
    return found


@lru_cache(maxsize=512)
def _lookup(unit: str) -> Any:
    """Return the pint unit of a UCUM-like text, or None; only names reach pint, never an expression."""
    if len(unit) > _LONGEST:
        return None
    for printed, spelling in _SIGNS.items():
        unit = unit.replace(printed, spelling)
    text = unit.replace("K/uL", "10*3/uL").replace(" ", "")
    named: list[tuple[str, int]] = []
    power, bare = 0, True
    for index, term in enumerate(text.split("/")):
        sign = 1 if index == 0 else -1
        # A product below a slash reads differently in UCUM and in print (mg/kg.day), so it is not accepted.
        for factor in term.split(".") if index == 0 else [term]:
            if factor == "" and index == 0 and text.startswith("/"):
                continue
            match = _FACTOR.fullmatch(factor)
            if match is None:
                return None
            if match["power"]:
                power += sign * int(match["power"])
                named.append(("10^", sign))
            elif match["name"] != "1":
                name = _SPELLINGS.get(match["name"], match["name"])
                named.append((name, sign * int(match["exponent"] or 1)))
            bare = bare and (index > 0 or match["name"] in (None, "1"))
    return _multiply(_counted(named, bare, text), power)


def _counted(named: list[tuple[str, int]], bare: bool, text: str) -> list[tuple[str, int]]:
    """Give a bare power of ten, or a bare number per volume, its meaning: a count of cells."""
    plain = [(name, exponent) for name, exponent in named if name != "10^"]
    signs = [exponent for name, exponent in named if name == "10^"]
    counted = any(name in ("cell", "molecule") for name, _ in plain)
    if counted or not text:
        return plain
    if signs:
        return plain if not bare and signs[0] > 0 else [("cell", sum(signs)), *plain]
    if bare and len(plain) == 1 and plain[0][0].endswith("L"):
        return [("cell", 1), *plain]
    return plain or [("fraction", 1)]


def _multiply(named: list[tuple[str, int]], power: int) -> Any:
    registry = _registry()
    product = registry.Unit("dimensionless")
    try:
        for name, exponent in named:
            product = product * registry.Unit(name) ** exponent
    except Exception:  # pint raises several kinds for a name it lacks; all mean: unknown unit
        return None
    if power:
        product = product * registry.Unit(_scale(power))
    return product


def _scale(power: int) -> str:
    """Return the name of a unit worth a power of ten, made on first use."""
    name = f"ten_to_{power}" if power > 0 else f"ten_to_minus_{-power}"
    registry = _registry()
    with _ONE:
        if name not in registry:
            registry.define(f"{name} = 1e{power}")
    return name


def _near(unit: str, to: str = "") -> str:
    known = [name for name in _COMMON if not to or same_dimension(name, to)]
    nearest = list(dict.fromkeys([*difflib.get_close_matches(unit, known, n=3, cutoff=0.5), *known]))[: 3 if to else 2]
    return f"Nearest: {', '.join(nearest)}." if nearest else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def root(unit: str, where: str) -> tuple[float, dict[str, float]]:
    """Return a unit's size in root units (a temperature's as a difference), and its exponents by dimension.

    Raises
    ------
    UnitError
        When there is no such unit.
    """
    found, quantity = _definition(unit, where), _registry().Quantity
    size = (quantity(1.0, found).to_root_units() - quantity(0.0, found).to_root_units()).magnitude
    return float(size), {name: float(e) for name, e in found.dimensionality.items()}
