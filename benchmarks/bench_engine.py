"""Print what the engine costs: ms a patient of the cpu backend and the reference, each with its achieved error.

usage: python benchmarks/bench_engine.py [patients] [patients for the reference]

The error is the largest difference from a solution at rtol 1e-10, in any output at any time, relative to that output's
largest value in that patient: median and largest over the patients. Times are processor time, best of five, one thread.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import engager_25
import numpy as np

from trimer.engine.solve import relative_error, solve, subset


def best(repeats: int, *arguments: object) -> float:
    """Return the least processor seconds a solution took."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        solve(*arguments)  # type: ignore[arg-type]
        seconds.append(time.process_time() - start)
    return min(seconds)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    few = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    start = time.perf_counter()
    first = solve(engager_25.problem(8), "cpu", 1)
    print(
        f"first call {time.perf_counter() - start:.2f} s (kernel {first.info['kernel_seconds']:.3f} s, "
        f"{'from the cache' if first.info['kernel_cached'] else 'compiled'}; {first.info['lanes']:.0f} lanes)"
    )
    truth = solve(engager_25.problem(n, 1e-10), "cpu").values
    print("backend     rtol    ms/patient  steps  error median   largest")
    for rtol in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
        problem = engager_25.problem(n, rtol)
        found = solve(problem, "cpu", 1)
        error = relative_error(found.values, truth)
        cost = 1e3 * best(5, problem, "cpu", 1) / n
        print(
            f"cpu         {rtol:.0e} {cost:10.3f} {found.steps.mean():7.0f} {np.median(error):12.1e} {error.max():9.1e}"
        )
    problem = subset(engager_25.problem(n), range(few))
    slow = replace(problem, rtol=1e-4, atol=1e-7)  # the reference goes a hundred times tighter by itself
    start = time.process_time()
    found = solve(slow, "reference")
    cost = 1e3 * (time.process_time() - start) / few
    error = relative_error(found.values, truth[:few])
    print(f"reference   1e-06 {cost:10.1f} {found.steps.mean():7.0f} {np.median(error):12.1e} {error.max():9.1e}")
    fast = 1e3 * best(5, engager_25.problem(n), "cpu", 1) / n
    print(f"ratio reference/cpu at rtol 1e-6: {cost / fast:.0f}")


if __name__ == "__main__":
    main()
