"""What ``make bench`` measured, as Markdown for ``docs/performance.md``: from the committed results, never retyped."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from generated import code, table

FOLDER = Path(__file__).parents[2] / "benchmarks"
HEAD = ["engine", "ms a patient", "times ours", "error, median", "error, largest", "rtol", "patients", "ready after s"]


@cache
def results() -> dict[str, Any]:
    """Return the raw results."""
    found: dict[str, Any] = json.loads((FOLDER / "results" / "engines.json").read_text(encoding="utf-8"))
    return found


@cache
def summary() -> ModuleType:
    """Return the benchmarks' own arithmetic."""
    spec = importlib.util.spec_from_file_location("summary", FOLDER / "summary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def machine() -> str:
    """Return where and when this was measured."""
    m, s = results()["machine"], results()["settings"]
    load = f"load {m['load_before'][0]:g} before and {m['load_after'][0]:g} after" if m["load_before"] else ""
    return (
        f"Measured on {m['date'][:10]}: {m['cpu']} ({code(m['target'])}, {m['cores']} cores, {m['lanes']} patients a "
        f"vector), Python {m['python']}, {m['system']}; {load}. One thread on one processor; processor time, median "
        f'(least to largest) over the rounds; "times ours" is the median (least to largest) of the ratios round by '
        f"round, each from two measurements that stand next to each other in time. Absolute tolerance: {s['atol']}."
        + (" **Quick run: few rounds and patients.**" if s["quick"] else "")
    )


def number(value: float) -> str:
    """Return three figures without an exponent, thousands apart."""
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 999.5 else f"{value:.3g}"


def spread(values: tuple[float, float, float]) -> str:
    """Return ``median (least to largest)``."""
    middle, least, largest = map(number, values)
    return f"{middle} ({least} to {largest})"


def comparison(model: str) -> str:
    """Return the race of one model as a table, fastest first; engines not measured stand last, with the reason."""
    found, sums = results()["models"][model], summary()
    rows, missing = [], []
    for name, e in found["engines"].items():
        if e.get("failed"):
            missing.append([f"{e.get('label', name)} (not measured: {e['failed']})", *[""] * 7])
        elif not e.get("race"):
            least = min(x["error_median"] for x in e["sweep"])
            missing.append([f"{e['label']} (median error never below {least:.1e})", *[""] * 7])
        else:
            ms = sums.milliseconds(e["race"], e["patients"])
            ratio = sums.factors(found["engines"], name)
            times = spread(ratio) if ratio and name != sums.OURS else ""
            errors = (f"{e['race'][k]:.1e}" for k in ("error_median", "error_max"))
            row = [
                spread(ms),
                times,
                *errors,
                f"{e['race']['rtol']:.0e}",
                e["patients"],
                f"{e['start_seconds']:.1f}",
            ]
            rows.append((ms[0], [e["label"], *row]))
    return table(HEAD, [row for _, row in sorted(rows, key=lambda x: x[0])] + missing)


def sweep(model: str) -> str:
    """Return ms a patient with its median error, for each engine (row) and tolerance (column)."""
    engines = results()["models"][model]["engines"]
    rtols = sorted({x["rtol"] for e in engines.values() for x in e.get("sweep", [])}, reverse=True)
    rows = []
    for e in engines.values():
        at = {x["rtol"]: x for x in e.get("sweep", [])}
        cells = (
            f"{number(1e3 * at[r]['seconds'][0] / e['patients'])} at {at[r]['error_median']:.0e}" if r in at else ""
            for r in rtols
        )
        rows.append([e.get("label", ""), *cells])
    return table(["engine", *(f"{r:.0e}" for r in rtols)], rows)


def checks() -> str:
    """Return how far independent engines are from the solution that errors are measured against."""
    rows = [
        [model, name, f"{c['rtol']:.0e}", c["patients"], f"{c['median']:.1e}", f"{c['largest']:.1e}"]
        for model, found in results()["models"].items()
        for name, c in found["cross_check"].items()
        if "failed" not in c
    ]
    return table(["model", "engine", "rtol", "patients", "difference, median", "largest"], rows)


def bound() -> str:
    """Return operations counted, and how far we are from this machine's limit."""
    peak, parts, rows = results()["machine"]["peak"], [], []
    for model, found in results()["models"].items():
        limit, counted = summary().bound(found, peak), found["operations"]
        if limit:
            rows.append(
                [
                    model,
                    f"{sum(counted['per step'].values())}",
                    f"{counted['steps']:.0f}",
                    f"{limit['operations'] / 1e6:.2f}",
                    f"{limit['least']:.3f}",
                    f"{limit['taken']:.3f}",
                    f"{limit['away']:.1f}",
                ]
            )
            shares = ", ".join(f"{name} {n}" for name, n in counted["per step"].items())
            parts.append(f"- {model}: {shares}; {counted['per output']} for each of {counted['outputs']} output times.")
    head = ["model", "operations a step", "steps", "Mflop a patient", "least ms", "our ms", "times the least"]
    said = f"Most that one core here does, measured with fused multiply-adds: {peak / 1e9:.1f} Gflop/s.\n\n"
    return said + table(head, rows) + "\n" + "\n".join(parts) + "\n"


def startup() -> str:
    """Return what a user waits for before a first result."""
    s = results()["startup"]
    keys = {
        "ready": "imports, library, patients",
        "kernel": "kernel",
        "first solution": "first solution, kernel included",
    }
    rows = [
        [text, *(f"{s[state][key]:.3f}" for state in ("nothing cached", "all cached"))] for key, text in keys.items()
    ]
    rows += [["in all", *(f"{s[state]['in all']:.3f}" for state in ("nothing cached", "all cached"))]]
    said = (
        f"`import trimer` takes {1e3 * s['import trimer']:.0f} ms. One patient of the flagship, in a fresh process:\n\n"
    )
    return said + table(["seconds", "nothing cached", "all cached"], rows)


def versions() -> str:
    """Return what was installed."""
    seen: dict[str, str] = {}
    for found in results()["models"].values():
        for e in found["engines"].values():
            seen |= e.get("packages", {})
    return ", ".join(f"{name} {version}" for name, version in sorted(seen.items())) + "."


def cohort() -> str:
    """Return how long a store of a million virtual courses takes to answer."""
    found = json.loads((FOLDER / "results" / "cohort.json").read_text(encoding="utf-8"))
    asked = {
        **{f"filter: {name}": x for name, x in found["query"].items()},
        **{f"similar {n}": x for n, x in found["similar"].items()},
        **{f"`trimer cohort {n}`": x for n, x in found["terminal"].items()},
    }
    rows = [[name, *(f"{x[k]:.2f}" for k in ("first", "median", "longest"))] for name, x in asked.items()]
    simulated = found["courses"]["virtual"] - found["filled"]
    said = (
        f"\n\n{simulated:,} courses were simulated, {found['filled']:,} drawn again from them with their numbers moved "
        f"by 1 %; {found['megabytes']:.0f} MB."
    )
    return table(["seconds", "first", "median", "longest"], rows) + said


def workbench() -> str:
    """Return what the page takes to stand and to redraw, and what many users at once meet."""
    found = json.loads((FOLDER / "results" / "workbench.json").read_text(encoding="utf-8"))
    page, moves, users = found["page"], found["moves"], found["users"]
    rows = [
        [f"redraw after release, {moves['n']} moves", *(f"{moves[k]:.0f}" for k in ("median_ms", "p95_ms", "max_ms"))],
        *(
            [f"{label}, {users['users']} users", *(f"{users[key][k]:.0f}" for k in ("median_ms", "p95_ms", "max_ms"))]
            for key, label in (("course", "a course"), ("look", "page, library, case, jobs"), ("outcomes", "verdicts"))
        ),
    ]
    jobs = ", ".join(f"{count} {state}" for state, count in users["jobs"].items())
    faults = sum(users["faults"].values())
    memory = users["memory_MB"]
    said = (
        f"\n\nThe first page stands after {page['load_ms']:.0f} ms: {page['files']} files, "
        f"{page['kB_unpacked']:.0f} kB ({page['kB_sent']:.0f} kB sent). In {users['seconds']:.0f} s of "
        f"{users['users']} users: {faults} faults; trials: {jobs}; memory of the server {memory['at_start']:.0f} MB at "
        f"the start, {memory['at_half']:.0f} at half time, {memory['at_end']:.0f} at the end."
    )
    return table(["milliseconds", "median", "95 %", "largest"], rows) + said
