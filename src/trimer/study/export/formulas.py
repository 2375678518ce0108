"""Recorded equations as formulas: what is used twice has a name, every name a unit, every number a unit.

Formulas are infix text as libSBML's parser of Level 3 formulas reads it: ``1 dimensionless + n / burden``. Units are
carried through the statements exactly, so that an equation that does not end in the declared unit is refused; unlike
the check of an SBML tool, this one sees a wrong factor too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from trimer.engine.graph import POWER_FLOOR, Op
from trimer.errors import ModelError
from trimer.study.export.dimension import PURE, Unit
from trimer.study.export.record import Recorded
from trimer.study.export.sharing import shared_names

_FUNCTIONS = {Op.EXP: "exp", Op.LOG: "ln", Op.SQRT: "sqrt"}
_SUMS = frozenset({Op.ADD, Op.SUB, Op.NEG})


@dataclass(frozen=True)
class Formula:
    """Hold ``name = text``.

    Attributes
    ----------
    name : str
    text : str
    unit : Unit
        Of the value.
    origin : str
        Functions of the model that wrote it, outermost first; empty for outputs.
    """

    name: str
    text: str
    unit: Unit
    origin: str = ""


@dataclass(frozen=True)
class Formulas:
    """Hold a system's equations as formulas.

    Attributes
    ----------
    values : tuple of Formula
        Shared expressions and all outputs; each reads only earlier ones.
    rates : tuple of Formula
        Derivatives by name of the state, in the state's unit per day.
    """

    values: tuple[Formula, ...]
    rates: tuple[Formula, ...]


def formulas(
    found: Recorded,
    declared: Mapping[str, Unit],
    time: Unit,
    unit_name: Callable[[Unit], str],
    reserved: frozenset[str],
) -> Formulas:
    """Return the recorded equations as formulas.

    Parameters
    ----------
    found : Recorded
    declared : mapping of str to Unit
        Of every state, parameter, input and output.
    time : Unit
    unit_name : callable
        Name of a unit, to stand behind a number.
    reserved : frozenset of str
        Further names that may not be used.

    Raises
    ------
    ModelError
        When an equation adds what cannot be added, or ends in another unit than the declared one.
    """
    writer = _Writer(found, declared, unit_name)
    outputs: dict[int, str] = {}
    for name, node in found.outputs.items():
        if node not in found.leaves and writer.units[node] == declared[name]:
            outputs.setdefault(node, name)
    names = shared_names(found, outputs, frozenset(declared) | reserved)
    values: list[Formula] = []
    for node, name in names.items():
        unit = writer.units[node] or PURE
        origin = "" if node in outputs else " > ".join(found.origins[node])
        values.append(Formula(name, writer.text(node, unit), unit, origin))
        writer.names[node] = name
    for name, node in found.outputs.items():
        if outputs.get(node) != name:
            values.append(Formula(name, writer.text(node, declared[name], name), declared[name]))
    rates = [
        Formula(name, writer.text(node, declared[name] / time, f"the derivative of {name}"), declared[name] / time)
        for name, node in found.rates.items()
    ]
    return Formulas(tuple(values), tuple(rates))


class _Writer:
    """Write nodes as text, and know their units."""

    def __init__(self, found: Recorded, declared: Mapping[str, Unit], unit_name: Callable[[Unit], str]) -> None:
        self.graph, self.unit_name = found.graph, unit_name
        self.names = dict(found.leaves)
        self.units: dict[int, Unit | None] = {}  # None: a number, which takes the unit of what it is added to
        for node in self.graph.needed((*found.rates.values(), *found.outputs.values())):
            name = found.leaves.get(node)
            try:
                self.units[node] = declared[name] if name else self._unit(node)
            except ModelError as error:
                raise ModelError(f"units do not close in {' > '.join(found.origins[node])}: {error}") from error

    def text(self, node: int, unit: Unit, what: str = "") -> str:
        """Return a node in the unit asked for; a factor between units must stand in the equation as a number.

        Raises
        ------
        ModelError
            When the node is in another unit.
        """
        own = self.units[node]
        if own is None or own == unit:
            return self._sum(node, unit)
        if own.powers == unit.powers:
            numbers, rest = self._converting(node, own, unit)
            if numbers:
                return f"{numbers} * {rest}"
        raise ModelError(f"{what} is declared in {self.unit_name(unit)}, its equation gives {self.unit_name(own)}.")

    def _unit(self, node: int) -> Unit | None:
        op = self.graph.nodes[node][0]
        if op == Op.CONSTANT:
            return None
        known = [self.units[operand] for operand in self.graph.operands(node)]
        first, last = known[0], known[-1]
        if op in _SUMS:
            if first is not None and last is not None and first != last:
                raise ModelError(f"{self.unit_name(first)} and {self.unit_name(last)} are added.")
            return first if first is not None else last
        if op == Op.MUL:
            return (first or PURE) * (last or PURE)
        if op in (Op.INV, Op.SQRT):
            return (first or PURE) ** (Fraction(-1) if op == Op.INV else Fraction(1, 2))
        if first not in (None, PURE):
            raise ModelError(f"{op.name.lower()} is taken of {self.unit_name(first)}.")
        return PURE

    def _number(self, value: float, unit: Unit) -> str:
        return f"{repr(value).removesuffix('.0')} {self.unit_name(unit)}"

    def _sum(self, node: int, unit: Unit) -> str:
        """Return a node as terms with their signs."""
        text = ""
        for positive, term in self._terms(node):
            value = self.graph.value(term)
            if value is not None:
                positive, written = positive == (value >= 0), self._number(abs(value), unit)
            else:
                written = self._product(term)
            text += (" + " if positive else " - ") + written if text else written if positive else f"-{written}"
        return text

    def _terms(self, node: int, positive: bool = True) -> list[tuple[bool, int]]:
        op, first, second = self.graph.nodes[node]
        if op not in _SUMS or node in self.names:
            return [(positive, node)]
        if op == Op.NEG:
            return self._terms(int(first), not positive)
        return [*self._terms(int(first), positive), *self._terms(second, positive == (op == Op.ADD))]

    def _product(self, node: int) -> str:
        """Return a node without a sign as factors over divisors."""
        factors, divisors = self._factors(node)
        return self._quotient([self._factor(f) for f in factors], [self._factor(d) for d in divisors])

    def _quotient(self, factors: list[str], divisors: list[str]) -> str:
        above = " * ".join(factors) or self._number(1.0, PURE)
        if not divisors:
            return above
        return f"{above} / {divisors[0]}" if len(divisors) == 1 else f"{above} / ({' * '.join(divisors)})"

    def _factors(self, node: int, through: bool = False) -> tuple[list[int], list[int]]:
        """Return what a product multiplies and what it divides by; ``through`` names too."""
        op, first, second = self.graph.nodes[node]
        if node in self.names and not through:
            return [node], []
        if op == Op.INV:
            above, below = self._factors(int(first), through)
            return below, above
        if op != Op.MUL:
            return [node], []
        left, right = self._factors(int(first), through), self._factors(second, through)
        return left[0] + right[0], left[1] + right[1]

    def _factor(self, node: int) -> str:
        """Return a node so that it can stand in a product."""
        if node in self.names:
            return self.names[node]
        op, first, _ = self.graph.nodes[node]
        if op == Op.CONSTANT:
            number = self._number(first, PURE)
            return number if first >= 0 else f"({number})"
        if op in _FUNCTIONS:
            return f"{_FUNCTIONS[op]}({self._sum(int(first), self.units[int(first)] or PURE)})"
        if op == Op.FLOOR:
            return f"max({self._sum(int(first), PURE)}, {self._number(POWER_FLOOR, PURE)})"
        return f"({self._sum(node, self.units[node] or PURE)})"

    def _converting(self, node: int, own: Unit, unit: Unit) -> tuple[str, str]:
        """Return the number that converts a product to another unit, written in the ratio of the two, and the rest."""
        ratio = unit / own
        number = float(1 / ratio.factor)
        factors, divisors = self._factors(node, through=True)
        place = next((i for i, factor in enumerate(factors) if self.graph.value(factor) == number), None)
        if place is None:
            return "", ""
        rest = [self._factor(factor) for factor in factors[:place] + factors[place + 1 :]]
        return self._number(number, ratio), self._quotient(rest, [self._factor(divisor) for divisor in divisors])
