"""Which statements get a name of their own in an export: those used again, named after the function that wrote them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from trimer.engine.graph import LEAVES, Op
from trimer.study.export.record import Recorded

_NEVER = LEAVES | {Op.INV, Op.NEG}  # of a shared reciprocal the divisor is named, so that quotients stay quotients
_WORTH_A_NAME = 2  # operations that a name must save


def shared_names(found: Recorded, outputs: Mapping[int, str], reserved: frozenset[str]) -> dict[int, str]:
    """Return names for the nodes that are worth one, operands first.

    Parameters
    ----------
    found : Recorded
    outputs : mapping of int to str
        Nodes that are outputs and keep those names.
    reserved : frozenset of str
        Names that are taken.
    """
    graph = found.graph
    targets = (*found.rates.values(), *found.outputs.values())
    needed = graph.needed(targets)
    uses = Counter(targets)
    for node in reversed(needed):
        for operand in graph.operands(node):
            uses[operand] += uses[node] if graph.nodes[node][0] in _NEVER else 1
    size: dict[int, int] = {}  # operations written out where a node is read
    names: dict[int, str] = {}
    count: Counter[str] = Counter()
    for node in needed:
        op = graph.nodes[node][0]
        inside = sum(size[operand] for operand in graph.operands(node) if operand not in names)
        size[node] = inside + (op not in _NEVER)
        if node in outputs:
            names[node] = outputs[node]
        elif op not in _NEVER and (uses[node] - 1) * size[node] > _WORTH_A_NAME:
            stem = found.origins[node][-1].rpartition(".")[2].strip("_")
            count[stem] += 1
            while f"{stem}_{count[stem]}" in reserved:
                count[stem] += 1
            names[node] = f"{stem}_{count[stem]}"
    return names
