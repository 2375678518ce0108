"""Units in SBML's terms: unit definitions under readable names, made as they are needed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

from trimer.study.export.dimension import PURE, Unit, unit_of

#: By dimension: SBML's unit, the scale and the multiplier in which it is used here, its name, and in terms of ours.
_BASES: dict[str, tuple[str, int, float, str, Fraction]] = {
    "[mass]": ("gram", -6, 1.0, "ug", Fraction(1, 10**6)),
    "[substance]": ("mole", -9, 1.0, "nmol", Fraction(1, 10**9)),
    "[count]": ("item", 9, 1.0, "Gcell", Fraction(10**9)),
    "[molecule]": ("item", 0, 1.0, "molecule", Fraction(1)),
    # An international unit of an enzyme turns over one micromole a minute; SBML has no unit of other activities.
    "[activity]": ("katal", -6, 1 / 60, "IU", Fraction(1)),
    "[temperature]": ("kelvin", 0, 1.0, "K", Fraction(1)),
    "[pressure]": ("pascal", 2, 1.0, "hPa", Fraction(1)),
    "[length]": ("metre", 0, 1.0, "m", Fraction(1)),
    "[volume]": ("litre", 0, 1.0, "L", Fraction(1, 1000)),
    "[time]": ("second", 0, 86400.0, "day", Fraction(1)),
}
_OWN = {"litre": unit_of("L"), "kelvin": unit_of("K")}  # SBML has these by itself
CELSIUS = "Cel"


@dataclass(frozen=True)
class Part:
    """Hold one factor of a unit definition: ``(multiplier * 10**scale * kind) ** exponent``."""

    kind: str
    exponent: float
    scale: int
    multiplier: float


class UnitNames:
    """Name units; remembers which were used.

    Attributes
    ----------
    definitions : dict of str to (str, tuple of Part)
        What a person reads, and the factors, by identifier; in order of first use.
    """

    def __init__(self) -> None:
        self.definitions: dict[str, tuple[str, tuple[Part, ...]]] = {}
        self._names: dict[Unit, str] = {PURE: "dimensionless", **{unit: name for name, unit in _OWN.items()}}

    def of_text(self, text: str) -> str:
        """Return the identifier of a unit under the name that our files give it.

        A temperature in degrees Celsius is a number of kelvins above 273.15 K, which SBML can only say in words.
        """
        if text == CELSIUS:
            self.definitions[CELSIUS] = ("degree Celsius: kelvins above 273.15 K", (Part("kelvin", 1.0, 0, 1.0),))
            return CELSIUS
        return self._of(unit_of(text), text)

    def of(self, unit: Unit) -> str:
        """Return the identifier of a unit."""
        return self._of(unit, "")

    def _of(self, unit: Unit, text: str) -> str:
        if unit not in self._names:
            parts, made = _parts(unit)
            name = _identifier(text) if text else made
            self._names[unit] = name
            self.definitions[name] = (text or made, parts)
        return self._names[unit]


def _identifier(text: str) -> str:
    spelt = text.replace("1e9", "Gcell").replace("1e6", "Mcell").replace("%", "percent").removeprefix("1/")
    spelt = re.sub(r"\W+", "_per_", spelt)
    return f"per_{spelt}" if text.startswith("1/") else spelt


def _parts(unit: Unit) -> tuple[tuple[Part, ...], str]:
    """Return a unit as factors, what is left of its own factor in the first one, and an identifier."""
    powers: dict[str, Fraction] = {}
    for dimension, exponent in unit.powers:
        volume = dimension == "[length]" and (exponent / 3).denominator == 1
        powers["[volume]" if volume else dimension] = exponent / 3 if volume else exponent
    rest, parts = float(unit.factor), []
    order = sorted(powers, key=lambda d: (powers[d] < 0, list(_BASES).index(d)))
    for dimension in order:
        kind, scale, multiplier, _, size = _BASES[dimension]
        rest /= float(size) ** float(powers[dimension])
        parts.append(Part(kind, float(powers[dimension]), scale, multiplier))
    name = "_".join(_word(d, powers[d]) for d in order)
    if math.isclose(rest, 1.0):
        return tuple(parts), name
    tens = round(math.log10(rest))
    if not math.isclose(rest, 10.0**tens):
        return (Part("dimensionless", 1.0, 0, rest), *parts), f"scaled_{rest:.6g}_{name}".replace(".", "p").replace(
            "-", "m"
        )
    label = f"e{tens}_{name}".rstrip("_").replace("-", "m")
    if parts and abs(parts[0].exponent) == 1:
        first = parts[0]
        parts[0] = Part(first.kind, first.exponent, first.scale + round(tens * first.exponent), first.multiplier)
        return tuple(parts), label
    return (Part("dimensionless", 1.0, tens, 1.0), *parts), label


def _word(dimension: str, exponent: Fraction) -> str:
    name = _BASES[dimension][3]
    size = abs(exponent)
    power = "" if size == 1 else f"{size.numerator}" if size.denominator == 1 else f"{float(size):g}".replace(".", "p")
    return f"{'per_' if exponent < 0 else ''}{name}{power}"
