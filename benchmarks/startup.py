"""What a user waits for before the first result, each measured in a fresh process (seconds of wall clock)."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

IMPORT = "import time; s = time.perf_counter(); import trimer; print(time.perf_counter() - s)"
FIRST = """
import json, time
start = time.perf_counter()
from trimer.study.scenario import scenario
from trimer.engine.solve import solve
given = scenario("blinatumomab_rr", cycles=1)
problem = given.problem([given.typical()], [0.25 * k for k in range(361)], ["anc", "blasts_blood"])
ready = time.perf_counter()
found = solve(problem, "cpu", 1)
end = time.perf_counter()
print(json.dumps({"ready": ready - start, "kernel": found.info["kernel_seconds"], "cached": found.info["kernel_cached"],
                  "first solution": end - ready, "in all": end - start, "backend": found.backend}))
"""


def measure(repeats: int = 3) -> dict[str, dict[str, float | str] | float]:
    """Return start-up figures.

    Returns
    -------
    dict
        Seconds for ``import trimer``; then, for nothing in the cache and for all in it: until the problem stands
        (imports, library, patients), building or loading the kernel, the first solution (the kernel included), and
        the process from its first line to its last.
    """
    with tempfile.TemporaryDirectory() as empty:
        fresh = {**os.environ, "TRIMER_CACHE_DIR": empty, "NUMBA_CACHE_DIR": str(Path(empty) / "numba")}
        return {
            "import trimer": statistics.median(float(_run(IMPORT, fresh)) for _ in range(repeats)),
            "nothing cached": json.loads(_run(FIRST, fresh)),
            "all cached": min((json.loads(_run(FIRST, fresh)) for _ in range(repeats)), key=lambda x: x["in all"]),
        }


def _run(code: str, environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else f"exit code {done.returncode}")
    return done.stdout.strip().splitlines()[-1]
