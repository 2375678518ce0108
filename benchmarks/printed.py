"""Our equations as other tools' source, printed from the trace: no peer has a second copy of a model.

The system is first written in units of its scales (``z = y / scale``), so that a tool that knows only one absolute
tolerance works to the same tolerances as we do. What is constant between two events (``c``) is worked out once for
every tool, by ``prepare``, and given to it as parameters: no tool is charged for it. An expression that is read once is
written where it is read; one that is read more often becomes a statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trimer.engine.differentiate import jacobian
from trimer.engine.graph import LEAVES, POWER_FLOOR, Op
from trimer.engine.kernel.statements import hoisted
from trimer.engine.names import Named
from trimer.engine.problem import Problem, System
from trimer.engine.trace import trace

DEEPEST = 20  # levels of brackets; beyond, a statement of its own (parsers have limits)


def scaled(problem: Problem) -> Problem:
    """Return the same problem in units of each state's scale; values of its states come back divided by it."""
    system = problem.system
    scale = np.asarray(system.scale)
    size = dict(zip(system.states, system.scale, strict=True))

    def natural(z: Mapping[str, Any]) -> Named:
        return Named("state", {name: z[name] * size[name] for name in system.states})

    def rhs(t: Any, y: Any, p: Any, u: Any) -> dict[str, Any]:
        found = system.rhs(t, natural(y), p, u)
        return {name: found[name] / size[name] for name in system.states}

    def observables(t: Any, y: Any, p: Any, u: Any) -> Mapping[str, Any]:
        return system.observables(t, natural(y), p, u)

    events = problem.events
    per = np.concatenate([scale, np.ones(len(system.inputs))])[events.target]
    return replace(
        problem,
        system=replace(system, rhs=rhs, observables=observables, scale=(1.0,) * len(scale)),
        y0=problem.y0 / scale,
        events=replace(events, value=events.value / per),
    )


@dataclass(frozen=True)
class Dialect:
    """Say how one language writes what the graph holds.

    Attributes
    ----------
    state, constant, parameter, input, statement : str
        Format of a name, given its number.
    number : callable
        A literal.
    operations : dict of Op to str
        Format of each operation, given its operands.
    """

    state: str
    constant: str
    parameter: str
    input: str
    statement: str
    number: Callable[[float], str]
    operations: dict[Op, str]

    def leaf(self, op: Op, value: float) -> str:
        """Return a name or a number."""
        names = {Op.STATE: self.state, Op.PARAMETER: self.parameter, Op.INPUT: self.input}
        return self.number(value) if op == Op.CONSTANT else names[op].format(int(value))


ARITHMETIC = {
    Op.ADD: "({0} + {1})",
    Op.SUB: "({0} - {1})",
    Op.MUL: "({0} * {1})",
    Op.NEG: "(-1.0 * {0})",
    Op.INV: "(1.0 / {0})",
    Op.EXP: "exp({0})",
    Op.LOG: "log({0})",
    Op.SQRT: "sqrt({0})",
    Op.FLOOR: f"max({{0}}, {POWER_FLOOR!r})",
}
PYTHON = Dialect("y[{}]", "c[{}]", "p[{}]", "u[{}]", "v{}", repr, ARITHMETIC)


@dataclass(frozen=True)
class Printed:
    """Hold named statements, in order, and the expression of each target."""

    statements: list[tuple[str, str]]
    targets: list[str]


class Text:
    """Hold one system's statements, ready to be printed in any dialect.

    Parameters
    ----------
    system : System
    slopes : bool
        Whether the Jacobian is wanted too (it reads more constants).

    Attributes
    ----------
    slots : dict of int to int
        What is constant between events and read by the equations: node to position in ``c``.
    """

    def __init__(self, system: System, slopes: bool = False) -> None:
        self.system, self.trace = system, trace(system)
        self.graph = self.trace.graph
        self.jacobian = jacobian(self.graph, self.trace.derivatives) if slopes else {}
        self.slots = self._slots((*self.trace.derivatives, *self.jacobian.values()))

    def _slots(self, targets: tuple[int, ...]) -> dict[int, int]:
        graph = self.graph
        slots = dict(hoisted(graph, targets))
        read = {b for a in graph.needed(targets) if graph.varies[a] for b in graph.operands(a)} | set(targets)
        leaves = [a for a in sorted(read) if graph.nodes[a][0] in (Op.PARAMETER, Op.INPUT)]
        return slots | {a: len(slots) + i for i, a in enumerate(leaves)}

    def from_inputs(self) -> list[int]:
        """Return the positions in ``c`` that depend on an input, and so change at events."""
        graph = self.graph
        return [k for a, k in self.slots.items() if any(graph.nodes[b][0] == Op.INPUT for b in graph.needed([a]))]

    def derivatives(self, dialect: Dialect) -> Printed:
        """Return the derivatives of the states, given states and ``c``."""
        return self._print(dialect, self.trace.derivatives, self._known(dialect))

    def _known(self, dialect: Dialect) -> dict[int, str]:
        return {a: dialect.constant.format(k) for a, k in self.slots.items()}

    def _print(self, dialect: Dialect, targets: Iterable[int], known: dict[int, str]) -> Printed:
        graph, targets = self.graph, list(targets)
        order = [a for a in self._needed(targets, known) if a not in known]
        inner = [a for a in order if graph.nodes[a][0] not in LEAVES]
        uses = Counter(b for a in inner for b in graph.operands(a))
        uses.update(targets)
        text, depth, named = dict(known), Counter[int](), []
        for a in order:
            op, first, _ = graph.nodes[a]
            if op in LEAVES:
                text[a] = dialect.leaf(op, first)
                continue
            operands = graph.operands(a)
            text[a] = dialect.operations[op].format(*(text[b] for b in operands))
            depth[a] = 1 + max(depth[b] for b in operands)
            if uses[a] > 1 or depth[a] > DEEPEST:
                name = dialect.statement.format(len(named))
                named.append((name, text[a]))
                text[a], depth[a] = name, 0
        return Printed(named, [text[a] for a in targets])

    def _needed(self, targets: list[int], known: Mapping[int, object]) -> list[int]:
        found: set[int] = set()
        stack = list(targets)
        while stack:
            a = stack.pop()
            if a not in found:
                found.add(a)
                stack.extend(() if a in known else self.graph.operands(a))
        return sorted(found)

    def _function(self, head: str, target: str, targets: Iterable[int], known: dict[int, str]) -> str:
        printed = self._print(PYTHON, targets, known)
        lines = [f"{name} = {expression}" for name, expression in printed.statements]
        lines += [target.format(i, value) for i, value in enumerate(printed.targets)]
        return f"def {head}:\n    " + "\n    ".join(lines or ["pass"]) + "\n"

    def python(self) -> str:
        """Return Python source, which Numba can compile, of four functions that fill their last argument.

        ``prepare(p, u, c)``, ``derivatives(y, c, f)``, ``slopes(y, c, J)`` (dense Jacobian; zeros are not written) and
        ``observe(y, p, u, o)``.
        """
        entries = sorted(self.jacobian)
        places = "".join(f"    J[{i}, {j}] = s{n}\n" for n, (i, j) in enumerate(entries))
        known, nodes = self._known(PYTHON), [self.jacobian[k] for k in entries]
        return "from math import exp, log, sqrt\n\n\n" + "\n\n".join(
            [
                self._function("prepare(p, u, c)", "c[{}] = {}", self.slots, {}),
                self._function("derivatives(y, c, f)", "f[{}] = {}", self.trace.derivatives, known),
                self._function("slopes(y, c, J)", "s{} = {}", nodes, known) + places,
                self._function("observe(y, p, u, o)", "o[{}] = {}", self.trace.observables, {}),
            ]
        )

    def functions(self, compiler: Callable[[Any], Any] = lambda f: f) -> dict[str, Any]:
        """Return the functions of :meth:`python`, each through ``compiler``."""
        space: dict[str, Any] = {}
        exec(self.python(), space)  # our own text, printed a moment ago
        return {name: compiler(space[name]) for name in ("prepare", "derivatives", "slopes", "observe")}
