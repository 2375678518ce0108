"""Measure the cohort store: adding, filters and neighbours among a million virtual courses.

usage: python benchmarks/bench_cohort.py FOLDER... [--db FILE] [--fill N] [--repeats N] [--out F]

FOLDER is what `trimer trial --keep` left. They are added to the store at --db; each question is then asked N times as
`CohortStore` does it, the file opened and closed each time, and through the terminal, with the start of Python. Times
are wall-clock seconds: the first, the median and the longest.

--fill N brings the store to N virtual courses, where simulating so many takes too long: rows of the first FOLDER drawn
with replacement, their continuous columns moved by 1 % at random so that hardly two are tied, under a source whose name
says so. Such rows are for timing and for nothing else; how many there are is told.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import trimer.library as library
from trimer.study.cohorts import CohortStore
from trimer.study.cohorts.virtual import of_folder
from trimer.study.trial.run import TrialResult
from trimer.study.trial.store import TrialStore, versions

PART = 100_000
MOVED = ("age", "weight", "blasts_at_entry", "mrd_at_entry", "t_cells_at_entry", "os_time", "rfs_time")

QUERIES: dict[str, dict[str, str]] = {
    "all": {},
    "ph": {"ph": "negative"},
    "ph, salvage, marrow": {"ph": "negative", "salvage": ">= 2", "marrow": ">= 50 %"},
    "refractory last, age": {"refractory": "last", "age": "18 to 35 year"},
    "refractory blinatumomab": {"refractory": "blinatumomab"},
    "antigen at failure": {"antigen_at_failure": "negative"},
    "nobody": {"antigen": "dim", "origin": "virtual"},
}
SIMILAR = {"at first engager": {"k": 50}, "at e36, k 1000": {"k": 1000, "at": "e36"}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--db", type=Path, default=Path("million.db"))
    parser.add_argument("--fill", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    store = CohortStore(options.db)
    found: dict[str, Any] = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0], "adding": {}}
    for folder in ("linder2016", *options.folders):
        start = time.perf_counter()
        (added,) = store.add(folder)
        found["adding"][added.name] = {"courses": added.courses, "seconds": time.perf_counter() - start}
    found["filled"] = fill(store, options.folders[0], options.fill) if options.fill else 0
    listed = store.list()
    found |= {"rows": listed.rows, "courses": listed.courses, "megabytes": options.db.stat().st_size / 1e6}
    found["query"] = {name: timed(lambda q=q: store.query(**q), options.repeats) for name, q in QUERIES.items()}
    found["similar"] = {
        name: timed(lambda s=s: store.similar("linder2016", **s), options.repeats) for name, s in SIMILAR.items()
    }
    query = ["query", str(options.db), "--ph", "negative", "--salvage", ">= 2", "--json"]
    found["terminal"] = {
        "query": terminal(query, options.repeats),
        "similar": terminal(["similar", str(options.db), "linder2016", "--json"], options.repeats),
        "list": terminal(["list", str(options.db), "--json"], options.repeats),
    }
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def fill(store: CohortStore, folder: Path, wanted: int) -> int:
    """Bring a store to so many virtual courses with rows drawn from a trial's; return how many were drawn."""
    listed = store.list()
    if any("resampled" in source["name"] for source in listed.sources):
        return sum(source["courses"] for source in listed.sources if "resampled" in source["name"])
    count = wanted - listed.courses["virtual"]
    kept = of_folder(folder)
    rows = TrialStore(folder, kept.sha256).table(kept.spans)
    solved = np.flatnonzero(rows["status"] == 0)
    said = dict(kept.about["description"])
    for start in range(0, count, PART):
        size = min(PART, count - start)
        rng = np.random.default_rng(start)
        drawn = rng.choice(solved, size)
        table = {name: column[drawn] for name, column in rows.items()}
        for name in MOVED:
            table[name] = table[name] * rng.uniform(0.99, 1.01, size)
        table["patient"] = np.arange(start, start + size)
        about = {**said, "trial": f"resampled {said['trial']}", "first": start, "patients": size}
        trial = library.trial(said["trial"])
        store.add(TrialResult(trial, table, {}, {}, {**about, "versions": versions()}))
    return count


def timed(what: Callable[[], Any], repeats: int) -> dict[str, float]:
    """Return the first, the median and the longest time of a call, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        what()
        times.append(time.perf_counter() - start)
    return {"first": times[0], "median": statistics.median(times), "longest": max(times)}


def terminal(command: list[str], repeats: int) -> dict[str, float]:
    whole = [sys.executable, "-m", "trimer", "cohort", *command]
    return timed(lambda: subprocess.run(whole, check=True, stdout=subprocess.DEVNULL), repeats)


if __name__ == "__main__":
    main()
