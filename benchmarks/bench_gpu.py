"""Check the gpu backend against the cpu backend, and print what patients cost on it. Needs an NVIDIA GPU.

usage: python benchmarks/bench_gpu.py [patients ...]

The flagship model under the first cycle of blinatumomab, 90 days, rtol 1e-4, twelve outputs once a week. Virtual
patients are drawn once and repeated to fill large batches. Seconds are of the whole call: copying to and from the card
is part of them, the compiler is not. The last column is the time of the cpu backend on all processors of this machine.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import models
import numpy as np

from trimer.engine.backends import cpu, gpu
from trimer.engine.problem import Events, Problem
from trimer.engine.solve import relative_error, subset

SIZES = (10_000, 100_000, 1_000_000)
DRAWN = 2_000
CHECKED = 500
RTOL = 1e-4
WEEK = 28  # quarters of a day


def repeated(problem: Problem, n: int) -> Problem:
    """Return ``n`` patients, those of ``problem`` over and over."""
    i, rows = np.arange(n) % problem.n_patients, problem.events
    return replace(
        problem,
        y0=problem.y0[i],
        parameters=problem.parameters[i],
        inputs=problem.inputs[i],
        events=Events(rows.start[i], rows.stop[i], rows.time, rows.target, rows.value),
    )


def check(problem: Problem) -> bool:
    """Print how the two backends differ; tell whether only by rounding."""
    found, expected = gpu.solve(problem), cpu.solve(problem)
    statuses = bool(np.array_equal(found.status, expected.status))
    same = found.steps == expected.steps
    both = found.ok & expected.ok
    differences = relative_error(found.values[both], expected.values[both])
    print(
        f"{problem.n_patients} patients, 361 times, 12 outputs: statuses {'the same' if statuses else 'DIFFER'}; "
        f"the same number of steps in {100 * same.mean():.1f} %; difference median {np.median(differences):.1e}, "
        f"largest {differences.max():.1e}"
    )
    return statuses and bool(np.median(differences) < 1e-9 and differences.max() < 10 * problem.rtol)


def main() -> int:
    try:
        card = gpu.device()
    except (ImportError, RuntimeError) as error:
        print(f"Nothing was measured: no GPU can be used here ({str(error).splitlines()[0]}).")
        return 1
    problem = models.at(models.flagship(DRAWN), RTOL)
    compiled = gpu.kernel(problem.system)
    print(f"{card.name} ({card.architecture}, {card.compiler}); kernel {compiled.seconds:.1f} s", end=" ")
    print("from the cache" if compiled.cached else "compiled")
    right = check(subset(problem, range(CHECKED)))
    weekly = replace(problem, times=problem.times[::WEEK])
    start = time.perf_counter()
    on_cpu = cpu.solve(weekly)
    cpu_cost = 1e6 * (time.perf_counter() - start) / DRAWN
    print(
        f"cpu backend, {on_cpu.info['threads']:.0f} threads: {cpu_cost:.1f} us a patient; weekly outputs from here on"
    )
    print(" patients  seconds  us/patient  steps/s  threads  parts  failed  cpu/gpu")
    for n in [int(a) for a in sys.argv[1:]] or SIZES:
        batch = repeated(weekly, n)
        start = time.perf_counter()
        found = gpu.solve(batch)
        seconds = time.perf_counter() - start
        cost = 1e6 * seconds / n
        print(
            f"{n:9d} {seconds:8.2f} {cost:11.2f} {found.steps.sum() / seconds:8.1e} {found.info['threads']:8.0f} "
            f"{found.info['parts']:6.0f} {int((~found.ok).sum()):7d} {cpu_cost / cost:8.1f}"
        )
    print("the GPU agrees with the CPU" if right else "THE GPU DISAGREES WITH THE CPU")
    return 0 if right else 1


if __name__ == "__main__":
    raise SystemExit(main())
