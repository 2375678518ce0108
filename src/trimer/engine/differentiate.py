"""The exact sparse Jacobian, by eliminating intermediate values from the graph of partial derivatives.

Each statement contributes its local partial derivatives as edges; taking out one intermediate value multiplies the
edges into it with the edges out of it (chain rule). The order is Markowitz's: the value with the fewest such products
first, which costs far fewer operations than forward or reverse accumulation (Griewank and Walther, *Evaluating
Derivatives*, 2nd ed. 2008, chapter 10).
"""

from __future__ import annotations

import heapq

from trimer.engine.graph import Graph, Op


def jacobian(graph: Graph, targets: tuple[int, ...]) -> dict[tuple[int, int], int]:
    """Return the non-zero derivatives of ``targets`` by states.

    Parameters
    ----------
    graph : Graph
        Is extended by the derivatives' statements.
    targets : tuple of int
        Nodes to differentiate.

    Returns
    -------
    dict
        (position in ``targets``, state index) to node.
    """
    into: dict[int, dict[int, int]] = {}  # value -> operand -> partial derivative
    out: dict[int, dict[int, int]] = {}  # value -> user -> partial derivative

    def link(operand: int, user: int, partial: int) -> None:
        total = graph.add(into[user][operand], partial) if operand in into[user] else partial
        into[user][operand] = out[operand][user] = total

    inner = [a for a in graph.needed(targets) if graph.varies[a]]
    for a in inner:
        into[a], out[a] = {}, {}
        for operand, partial in _partials(graph, a):
            if graph.varies[operand]:
                link(operand, a, partial)
    for i, target in enumerate(targets):  # users of their own, since one value may serve twice
        into[-1 - i] = {}
        if graph.varies[target]:
            link(target, -1 - i, graph.one)

    heap = [(len(into[a]) * len(out[a]), -a) for a in inner if graph.nodes[a][0] != Op.STATE]
    heapq.heapify(heap)
    while heap:
        cost, negative = heapq.heappop(heap)
        a = -negative
        if a not in out:
            continue
        now = len(into[a]) * len(out[a])
        if now != cost:
            heapq.heappush(heap, (now, negative))
            continue
        for operand, inward in into[a].items():
            del out[operand][a]
            for user, outward in out[a].items():
                link(operand, user, graph.mul(outward, inward))
        for user in out[a]:
            del into[user][a]
        del into[a], out[a]
    return {
        (i, int(graph.nodes[state][1])): partial
        for i in range(len(targets))
        for state, partial in into[-1 - i].items()
        if graph.value(partial) != 0.0
    }


def _partials(graph: Graph, a: int) -> list[tuple[int, int]]:
    op, first, second = graph.nodes[a]
    x = int(first)
    match op:
        case Op.ADD:
            return [(x, graph.one), (second, graph.one)]
        case Op.SUB:
            return [(x, graph.one), (second, graph.neg(graph.one))]
        case Op.MUL:
            return [(x, second), (second, x)]
        case Op.NEG:
            return [(x, graph.neg(graph.one))]
        case Op.INV:
            return [(x, graph.neg(graph.mul(a, a)))]
        case Op.EXP:
            return [(x, a)]
        case Op.LOG:
            return [(x, graph.inv(x))]
        case Op.SQRT:
            return [(x, graph.mul(graph.constant(0.5), graph.inv(a)))]
        case Op.FLOOR:
            return [(x, graph.one)]
        case _:
            return []
