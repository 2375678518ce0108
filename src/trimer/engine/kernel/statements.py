"""Printing a graph's statements as straight-line vector code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from trimer.engine.graph import LEAVES, POWER_FLOOR, Graph, Op
from trimer.engine.kernel import elementary
from trimer.engine.kernel.emitter import Emitter

Loader = Callable[[Emitter, int], str]


def hoisted(graph: Graph, targets: Iterable[int]) -> dict[int, int]:
    """Return the nodes that stay constant between events and that ``targets`` need, numbered: node to slot.

    Only those read by varying statements, or wanted themselves, get a slot; what they are made of does not.
    """
    wanted: set[int] = set()
    targets = list(targets)
    for a in graph.needed(targets):
        if graph.varies[a]:
            wanted.update(graph.operands(a))
    wanted.update(targets)
    fixed = sorted(a for a in wanted if not graph.varies[a] and graph.nodes[a][0] not in LEAVES)
    return {a: slot for slot, a in enumerate(fixed)}


def print_statements(
    e: Emitter,
    graph: Graph,
    targets: Iterable[int],
    loaders: Mapping[Op, Loader],
    known: Mapping[int, Callable[[], str]],
) -> dict[int, str]:
    """Emit all statements that ``targets`` need.

    Parameters
    ----------
    e : Emitter
    graph : Graph
    targets : iterable of int
        Nodes wanted.
    loaders : mapping
        How to load a leaf, by kind.
    known : mapping
        Nodes that are loaded instead of computed (their operands are not visited).

    Returns
    -------
    dict
        Node to the name of its value, for every node emitted.
    """
    values: dict[int, str] = {}
    for a in _order(graph, targets, known):
        e.breathe()
        if a in known:
            values[a] = known[a]()
            continue
        op, first, second = graph.nodes[a]
        if op == Op.CONSTANT:
            values[a] = e.constant(first)
        elif op in loaders:
            values[a] = loaders[op](e, int(first))
        else:
            values[a] = _operation(e, op, values[int(first)], values[second] if second >= 0 else "")
    return values


def _order(graph: Graph, targets: Iterable[int], known: Mapping[int, object]) -> list[int]:
    """Return nodes so that each stands shortly before its first use, which keeps values in registers."""
    order: list[int] = []
    done: set[int] = set()
    for target in targets:
        stack = [(target, False)]
        while stack:
            a, ready = stack.pop()
            if a in done:
                continue
            if ready:
                done.add(a)
                order.append(a)
                continue
            stack.append((a, True))
            if a not in known:
                stack.extend((b, False) for b in graph.operands(a) if b not in done)
    return order


def _operation(e: Emitter, op: Op, a: str, b: str) -> str:
    match op:
        case Op.ADD:
            return e.add(a, b)
        case Op.SUB:
            return e.sub(a, b)
        case Op.MUL:
            return e.mul(a, b)
        case Op.NEG:
            return e.neg(a)
        case Op.INV:
            return e.div(e.constant(1.0), a)
        case Op.EXP:
            return elementary.exp(e, a)
        case Op.LOG:
            return elementary.log(e, a)
        case Op.SQRT:
            return e.sqrt(a)
        case Op.FLOOR:
            floor = e.constant(POWER_FLOOR)
            return e.select(e.compare("olt", a, floor), floor, a)
        case _:
            raise AssertionError(f"no instruction for {op.name}")
