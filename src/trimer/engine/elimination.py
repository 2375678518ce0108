"""The order in which a sparse matrix is eliminated, and the fill-in that order causes, found once per model.

No pivoting: the matrix is ``I / (gamma h) - J``, whose diagonal dominates once the step ``h`` is small enough; a step
whose solution does not satisfy its equations is rejected by the residual check of the step and repeated with smaller h.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Elimination:
    """Hold the plan.

    Attributes
    ----------
    order : tuple of int
        Pivots (diagonal elements), first eliminated first.
    lower, upper : tuple of tuple of int
        For each row *i* (by state index): columns left and right of its pivot, in elimination order.
    slot : dict
        (row, column) to position in the array of factors.
    """

    order: tuple[int, ...]
    lower: tuple[tuple[int, ...], ...]
    upper: tuple[tuple[int, ...], ...]
    slot: dict[tuple[int, int], int]


def plan(n: int, nonzeros: Iterable[tuple[int, int]]) -> Elimination:
    """Return the plan for an ``n`` by ``n`` matrix with these non-zeros, by Markowitz's rule on the diagonal."""
    rows: list[set[int]] = [set() for _ in range(n)]
    columns: list[set[int]] = [set() for _ in range(n)]
    for i, j in nonzeros:
        if i != j:
            rows[i].add(j)
            columns[j].add(i)
    lower: list[list[int]] = [[] for _ in range(n)]
    upper: list[tuple[int, ...]] = [()] * n
    left, order = set(range(n)), []
    while left:
        k = min(left, key=lambda i: (len(rows[i]) * len(columns[i]), i))
        order.append(k)
        left.remove(k)
        for i in columns[k]:
            lower[i].append(k)
            rows[i].discard(k)
            rows[i] |= rows[k] - {i}
        for j in rows[k]:
            columns[j].discard(k)
            columns[j] |= columns[k] - {j}
        upper[k] = tuple(rows[k])
    position = {k: i for i, k in enumerate(order)}
    upper = [tuple(sorted(row, key=position.__getitem__)) for row in upper]
    slot: dict[tuple[int, int], int] = {}
    for i in order:
        for j in (*lower[i], i, *upper[i]):
            slot[i, j] = len(slot)
    return Elimination(tuple(order), tuple(tuple(row) for row in lower), tuple(upper), slot)
