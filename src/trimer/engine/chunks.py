"""Batches too large to hold: solved a chunk at a time, the next being put together while one is solved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from trimer.engine.problem import Problem
from trimer.engine.solution import Solution
from trimer.engine.solve import solve

CHUNK = 1024  # patients; a chunk of daily outputs over two years is some 70 MB


@dataclass(frozen=True)
class Chunk:
    """Hold the solved patients ``first`` to ``first + count - 1``."""

    first: int
    count: int
    problem: Problem
    solution: Solution


def solve_chunks(
    problem_of: Callable[[int, int], Problem],
    spans: list[tuple[int, int]],
    backend: str = "cpu",
    threads: int | None = None,
) -> Iterator[Chunk]:
    """Yield solved chunks in order; at most two are held at a time, whatever their number.

    Parameters
    ----------
    problem_of : callable
        Takes the first patient and how many; returns their problem. Called from another thread.
    spans : list of (first, count)
        See :func:`spans_of`.
    backend, threads
        As in :func:`trimer.engine.solve.solve`.

    Raises
    ------
    SolveError, ModelError
        As :func:`trimer.engine.solve.solve`.
    """
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(problem_of, *spans[0]) if spans else None
        for k, (first, count) in enumerate(spans):
            assert following is not None
            problem = following.result()
            following = pool.submit(problem_of, *spans[k + 1]) if k + 1 < len(spans) else None
            yield Chunk(first, count, problem, solve(problem, backend, threads))


def spans_of(first: int, count: int, size: int = CHUNK) -> list[tuple[int, int]]:
    """Return ``count`` patients from ``first`` on as (first, count) of chunks of at most ``size``."""
    starts = range(first, first + count, size)
    return [(start, min(size, first + count - start)) for start in starts]
