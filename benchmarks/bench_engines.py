"""Compare our engine with others: one command, one run, every time beside the error it was reached with.

usage: python benchmarks/bench_engines.py [--quick] [--models A,B] [--engines A,B] [--rounds N] [--patients N] [--out F]

First every engine solves the same patients once at each tolerance, in turn (the sweep). Then each takes the loosest
tolerance with which its median error is at most 2e-6, and all are timed in turn, round after round (the race).
Processor time, one thread, one processor. The error is that of ``trimer.engine.solve.relative_error`` against our
solution at rtol 1e-11, which is itself compared with engines that share nothing with it.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import flops
import llvmlite.binding as llvm
import numpy as np
import peers
import startup
import summary
from courses import Course
from models import MODELS, at
from worker import EngineError, Measurement, Worker

from trimer.engine.solve import solve

TIGHT = 1e-11
ERROR = 2e-6
RTOLS = (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8, 1e-8)
QUICK_RTOLS = (1e-4, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7)
CHECKS = {"trimer_reference": (1e-10, 2), "numbalsoda": (1e-11, 8)}  # rtol, patients
QUICK = ("trimer_cpu", "numbalsoda", "diffsol", "roadrunner")
SLOW, SLOW_ROUNDS = 2.0, 3  # an engine whose turn takes longer than this (s) runs in fewer rounds
PATIENCE = 420.0  # s
RESULT = Path(__file__).parent / "results" / "engines.json"


def main() -> None:
    options = _options()
    os.environ.setdefault("PYTHONHASHSEED", "0")
    results: dict[str, Any] = {"machine": _machine(), "settings": _settings(options), "models": {}}
    results["startup"] = startup.measure(1 if options.quick else 3)
    print(json.dumps(results["startup"], indent=1), flush=True)
    for model in options.models:
        results["models"][model] = compare(model, options)
    results["machine"]["load_after"] = _load()
    print(summary.text(results))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(f"written to {options.out}")


def compare(model: str, options: argparse.Namespace) -> dict[str, Any]:
    """Return everything measured on one model."""
    most = options.patients or (16 if options.quick else 64)
    problem = at(MODELS[model](most), TIGHT)
    truth = solve(problem, "cpu", 1)
    found: dict[str, Any] = {
        "states": len(problem.system.states),
        "outputs": list(problem.outputs),
        "days": [float(problem.times[0]), float(problem.times[-1])],
        "segments": len(Course(problem).segments),
        "truth_solved": bool(truth.ok.all()),
        "engines": {},
    }
    workers = dict(_workers(model, most, truth.values, found["engines"], options.engines))
    _sweep(workers, found["engines"], QUICK_RTOLS if options.quick else RTOLS)
    _race(workers, found["engines"], options.rounds or (3 if options.quick else 7))
    found["cross_check"] = _cross_check(workers)
    found["operations"] = _operations(model, found["engines"])
    for worker in workers.values():
        worker.close()
    return found


def _workers(
    model: str, most: int, truth: np.ndarray, engines: dict[str, Any], wanted: Iterable[str]
) -> Iterable[tuple[str, Worker]]:
    """Give each engine that could be built, and write down why where one could not."""
    for name in wanted:
        entry: dict[str, Any] = {}
        engines[name] = entry
        try:
            file = peers.load(name)
            entry |= {"label": file.LABEL, "patients": min(file.PATIENTS, most)}
            worker = Worker(name, model, entry["patients"], truth, PATIENCE)
            entry |= worker.about
            print(f"{model}: {name} ready in {entry['start_seconds']:.1f} s", flush=True)
            yield name, worker
        except EngineError as error:
            entry["failed"] = str(error)
            print(f"{model}: {name} not measured: {error}", flush=True)


def _turn(workers: dict[str, Worker], engines: dict[str, Any], name: str, rtol: float) -> Measurement | None:
    try:
        return workers[name].measure(rtol, engines[name]["patients"])
    except EngineError as error:
        engines[name]["failed"] = f"at rtol {rtol:.0e}: {error}"
        print(f"{name} fails {engines[name]['failed']}", flush=True)
        workers.pop(name).close()
        return None


def _sweep(workers: dict[str, Worker], engines: dict[str, Any], rtols: Iterable[float]) -> None:
    """Solve once at each tolerance, engine after engine within each."""
    for rtol in rtols:
        for name in list(workers):
            if rtol not in getattr(peers.load(name), "RTOLS", (rtol,)):
                continue
            found = _turn(workers, engines, name, rtol)
            if found:
                engines[name].setdefault("sweep", []).append(_entry(rtol, found))
                each = 1e3 * found.seconds / engines[name]["patients"]
                print(f"{name:18} rtol {rtol:.0e} {each:9.3f} ms  error {found.median:.1e}", flush=True)


def _race(workers: dict[str, Worker], engines: dict[str, Any], rounds: int) -> None:
    """Time each engine at its loosest tolerance that is exact enough, in turn."""
    chosen = {}
    for name in workers:
        exact = [e for e in engines[name].get("sweep", []) if e["error_median"] <= ERROR]
        if exact:
            chosen[name] = max(e["rtol"] for e in exact)
    for number in range(rounds):
        for name, rtol in chosen.items():
            race = engines[name].get("race")
            if name not in workers or (race and number >= SLOW_ROUNDS and min(race["seconds"]) > SLOW):
                continue
            found = _turn(workers, engines, name, rtol)
            if found is None:
                engines[name].pop("race", None)
            elif race is None:
                engines[name]["race"] = _entry(rtol, found)
            else:
                race["seconds"].append(found.seconds)
                race["wall"].append(found.wall)


def _entry(rtol: float, found: Measurement) -> dict[str, Any]:
    errors = {"error_median": found.median, "error_max": found.largest}
    return {"rtol": rtol, **errors, "seconds": [found.seconds], "wall": [found.wall]}


def _cross_check(workers: dict[str, Worker]) -> dict[str, Any]:
    """Return how far engines that share nothing with ours are from what we call the truth, at tight tolerances."""
    found: dict[str, Any] = {}
    for name, (rtol, patients) in CHECKS.items():
        if name not in workers:
            continue
        try:
            measured = workers[name].measure(rtol, patients)
        except EngineError as error:
            found[name] = {"failed": str(error)}
            continue
        found[name] = {"rtol": rtol, "patients": patients, "median": measured.median, "largest": measured.largest}
        print(f"truth against {name} at rtol {rtol:.0e}: median {measured.median:.1e}, largest {measured.largest:.1e}")
    return found


def _operations(model: str, engines: dict[str, Any]) -> dict[str, Any]:
    """Return the operations of one patient at our tolerance in the race, by part."""
    ours = engines.get(summary.OURS, {})
    problem = MODELS[model](ours.get("patients", 8))
    rtol = ours["race"]["rtol"] if ours.get("race") else 1e-6
    return {
        "per step": flops.per_step(problem.system),
        "per output": flops.per_output(problem.system),
        "steps": float(solve(at(problem, rtol), "cpu", 1).steps.mean()),
        "outputs": len(problem.times),
    }


def _machine() -> dict[str, Any]:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    model = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": model[0] if model else platform.processor(),
        "target": llvm.get_host_cpu_name(),
        "lanes": flops.lanes(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "peak": flops.peak(),
        "load_before": _load(),
    }


def _load() -> list[float]:
    return [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else []


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "error": ERROR,
        "truth_rtol": TIGHT,
        "atol": "a thousandth of rtol, in units of each state's scale",
        "threads": 1,
        "quick": options.quick,
        "command": " ".join(sys.argv[1:]),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer engines, patients, tolerances: about a minute")
    parser.add_argument("--models", type=_list_of(MODELS), default=list(MODELS))
    parser.add_argument("--engines", type=_list_of(peers.names()))
    parser.add_argument("--rounds", type=int, help="rounds of the race")
    parser.add_argument("--patients", type=int, help="at most so many")
    parser.add_argument("--out", type=Path, help=f"default: {RESULT.name} in results/; not written with --quick")
    options = parser.parse_args()
    names = [n for n in peers.names() if not options.quick or n in QUICK]
    options.engines = options.engines or sorted(names, key=lambda n: (n != summary.OURS, n))
    if options.out is None and not options.quick:
        options.out = RESULT
    return options


def _list_of(known: Iterable[str]) -> Any:
    def parse(text: str) -> list[str]:
        wanted = text.split(",")
        unknown = [name for name in wanted if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {unknown[0]!r}; there are: {', '.join(known)}")
        return wanted

    return parse


if __name__ == "__main__":
    main()
