"""A recorder of arithmetic: equations run once on these expressions become one list of statements without repeats.

Why not SymPy: for a model of 90 states its import alone takes half a second and common-subexpression elimination with
derivatives several seconds. Here every operation is stored once when it is written (hash-consing), so repeated
subexpressions never exist, tracing takes milliseconds, and nothing has to be cached that could go stale.

Normal form: a product is *(factor of parameters) x (factor of states)*, so that everything that stays constant between
events gathers in one factor that is computed once an event; a division is a product with a reciprocal, so that
equations and their derivatives share it; a power with an integer exponent is a product, any other is
``exp(e * log(max(b, 1e-200)))``, sharing the logarithm. The floor defines powers of zero and of rounding errors below
zero as zero, and keeps their derivatives finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import NoReturn

from trimer.errors import ModelError

POWER_FLOOR = 1e-200
LARGEST_PRODUCT = 16  # integer exponents above this go through the logarithm


class Op(IntEnum):
    """What a node does."""

    CONSTANT = 0
    TIME = 1
    STATE = 2
    PARAMETER = 3
    INPUT = 4
    ADD = 5
    SUB = 6
    MUL = 7
    NEG = 8
    INV = 9
    EXP = 10
    LOG = 11
    SQRT = 12
    FLOOR = 13  # the larger of the operand and POWER_FLOOR


LEAVES = frozenset({Op.CONSTANT, Op.TIME, Op.STATE, Op.PARAMETER, Op.INPUT})
BINARY = frozenset({Op.ADD, Op.SUB, Op.MUL})
_FUNCTIONS: dict[Op, Callable[[float], float]] = {
    Op.EXP: math.exp,
    Op.LOG: math.log,
    Op.SQRT: math.sqrt,
    Op.FLOOR: lambda x: max(x, POWER_FLOOR),
}
Node = tuple[Op, float, int]  # (what, value or index or first operand, second operand or -1)


class Graph:
    """Hold nodes in order of creation: operands always stand before their users.

    Attributes
    ----------
    nodes : list of Node
    varies : list of bool
        Whether the node depends on a state (otherwise it is constant between events).
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.varies: list[bool] = []
        self._seen: dict[Node, int] = {}
        self.zero, self.one = self.constant(0.0), self.constant(1.0)

    def _node(self, op: Op, a: float, b: int = -1) -> int:
        key = (op, a, b)
        found = self._seen.get(key)
        if found is not None:
            return found
        varies = op == Op.STATE
        if op not in LEAVES:
            varies = self.varies[int(a)] or (b >= 0 and self.varies[b])
        self.nodes.append(key)
        self.varies.append(varies)
        self._seen[key] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def constant(self, value: float) -> int:
        """Return the node of a number."""
        return self._node(Op.CONSTANT, float(value))

    def leaf(self, op: Op, index: int) -> int:
        """Return the node of state, parameter or input number ``index``."""
        return self._node(op, index)

    def value(self, a: int) -> float | None:
        """Return the number a node stands for, or None."""
        op, number, _ = self.nodes[a]
        return number if op == Op.CONSTANT else None

    def _operand_of(self, a: int, op: Op) -> int | None:
        node = self.nodes[a]
        return int(node[1]) if node[0] == op else None

    def add(self, a: int, b: int) -> int:
        """Return a + b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.constant(x + y)
        if x == 0.0:
            return b
        if y == 0.0:
            return a
        if (n := self._operand_of(b, Op.NEG)) is not None:
            return self.sub(a, n)
        if (n := self._operand_of(a, Op.NEG)) is not None:
            return self.sub(b, n)
        return self._node(Op.ADD, min(a, b), max(a, b))

    def sub(self, a: int, b: int) -> int:
        """Return a - b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.constant(x - y)
        if a == b:
            return self.zero
        if x == 0.0:
            return self.neg(b)
        if y == 0.0:
            return a
        if (n := self._operand_of(b, Op.NEG)) is not None:
            return self.add(a, n)
        if (n := self._operand_of(a, Op.NEG)) is not None:
            return self.neg(self.add(n, b))
        return self._node(Op.SUB, a, b)

    def neg(self, a: int) -> int:
        """Return -a."""
        op, first, second = self.nodes[a]
        if op == Op.CONSTANT:
            return self.constant(-first)
        if op == Op.NEG:
            return int(first)
        if op == Op.SUB:
            return self._node(Op.SUB, second, int(first))
        return self._node(Op.NEG, a)

    def mul(self, a: int, b: int) -> int:
        """Return a * b in normal form."""
        if (n := self._operand_of(a, Op.NEG)) is not None:
            return self.neg(self.mul(n, b))
        if (n := self._operand_of(b, Op.NEG)) is not None:
            return self.neg(self.mul(a, n))
        fixed_a, varying_a = self._split(a)
        fixed_b, varying_b = self._split(b)
        return self._product(self._product(fixed_a, fixed_b), self._product(varying_a, varying_b))

    def _split(self, a: int) -> tuple[int, int]:
        if not self.varies[a]:
            return a, self.one
        op, first, second = self.nodes[a]
        if op == Op.MUL and self.varies[int(first)] != self.varies[second]:
            return (second, int(first)) if self.varies[int(first)] else (int(first), second)
        return self.one, a

    def _product(self, a: int, b: int) -> int:
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.constant(x * y)
        if x == 0.0 or y == 0.0:
            return self.zero
        if x == 1.0:
            return b
        if y == 1.0:
            return a
        if x == -1.0:
            return self.neg(b)
        if y == -1.0:
            return self.neg(a)
        return self._node(Op.MUL, min(a, b), max(a, b))

    def inv(self, a: int) -> int:
        """Return 1 / a.

        Raises
        ------
        ModelError
            When ``a`` is the number zero.
        """
        x = self.value(a)
        if x == 0.0:
            raise ModelError("the equations divide by the constant zero.")
        if x is not None:
            return self.constant(1.0 / x)
        if (n := self._operand_of(a, Op.INV)) is not None:
            return n
        if (n := self._operand_of(a, Op.NEG)) is not None:
            return self.neg(self.inv(n))
        return self._node(Op.INV, a)

    def unary(self, op: Op, a: int) -> int:
        """Return exp, log, sqrt or floor of a."""
        x = self.value(a)
        if x is None:
            return self._node(op, a)
        try:
            return self.constant(_FUNCTIONS[op](x))
        except (ValueError, OverflowError) as error:
            raise ModelError(f"the equations take {op.name.lower()} of the constant {x:g}: {error}.") from error

    def power(self, base: int, exponent: int) -> int:
        """Return base ** exponent, with the floor of this module for exponents that are not integers."""
        e = self.value(exponent)
        if e is not None and e.is_integer() and abs(e) <= LARGEST_PRODUCT:
            product = self._integer_power(base, abs(int(e)))
            return self.inv(product) if e < 0 else product
        if e is not None and abs(e) == 0.5:
            root = self.unary(Op.SQRT, self.unary(Op.FLOOR, base))
            return self.inv(root) if e < 0 else root
        logarithm = self.unary(Op.LOG, self.unary(Op.FLOOR, base))
        return self.unary(Op.EXP, self.mul(exponent, logarithm))

    def _integer_power(self, base: int, exponent: int) -> int:
        result, square = self.one, base
        while exponent:
            if exponent & 1:
                result = self.mul(result, square)
            exponent >>= 1
            if exponent:
                square = self.mul(square, square)
        return result

    def operands(self, a: int) -> tuple[int, ...]:
        """Return the nodes that node ``a`` reads."""
        op, first, second = self.nodes[a]
        if op in LEAVES:
            return ()
        return (int(first), second) if op in BINARY else (int(first),)

    def needed(self, targets: Iterable[int]) -> list[int]:
        """Return all nodes that ``targets`` read, themselves included, operands first."""
        found: set[int] = set()
        stack = list(targets)
        while stack:
            a = stack.pop()
            if a not in found:
                found.add(a)
                stack.extend(self.operands(a))
        return sorted(found)


class Expr:
    """Stand for one value while equations are being recorded; supports + - * / ** and nothing that branches."""

    __slots__ = ("graph", "index")
    __array_ufunc__ = None  # so that NumPy scalars leave the operation to us

    def __init__(self, graph: Graph, index: int) -> None:
        self.graph, self.index = graph, index

    def _lift(self, other: object) -> int:
        if isinstance(other, Expr):
            if other.graph is not self.graph:
                raise ModelError("the equations mix expressions of two traces.")
            return other.index
        try:
            number = float(other)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise ModelError(f"the equations combine a value with {type(other).__name__}.") from error
        if not math.isfinite(number):
            raise ModelError(f"the equations contain the constant {number}.")
        return self.graph.constant(number)

    def _make(self, index: int) -> Expr:
        return Expr(self.graph, index)

    def __add__(self, other: object) -> Expr:
        return self._make(self.graph.add(self.index, self._lift(other)))

    __radd__ = __add__

    def __sub__(self, other: object) -> Expr:
        return self._make(self.graph.sub(self.index, self._lift(other)))

    def __rsub__(self, other: object) -> Expr:
        return self._make(self.graph.sub(self._lift(other), self.index))

    def __mul__(self, other: object) -> Expr:
        return self._make(self.graph.mul(self.index, self._lift(other)))

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Expr:
        return self._make(self.graph.mul(self.index, self.graph.inv(self._lift(other))))

    def __rtruediv__(self, other: object) -> Expr:
        return self._make(self.graph.mul(self._lift(other), self.graph.inv(self.index)))

    def __pow__(self, other: object) -> Expr:
        return self._make(self.graph.power(self.index, self._lift(other)))

    def __rpow__(self, other: object) -> Expr:
        return self._make(self.graph.power(self._lift(other), self.index))

    def __neg__(self) -> Expr:
        return self._make(self.graph.neg(self.index))

    def __pos__(self) -> Expr:
        return self

    def unary(self, op: Op) -> Expr:
        """Return exp, log or sqrt of this value."""
        return self._make(self.graph.unary(op, self.index))

    def _branches(self, *_: object) -> NoReturn:
        raise ModelError("the equations branch on a value (if, min, max, abs, comparison); write a smooth function.")

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __abs__ = __float__ = __int__ = _branches
    __eq__ = __ne__ = _branches
    __hash__ = None  # type: ignore[assignment]
