"""Measure the workbench: redraws in a real browser, many users at once, what the first page weighs.

usage: python benchmarks/bench_workbench.py [moves] [users] [page] [--moves N] [--users N] [--seconds S] [--out F]

``moves``: sliders of the Schedule view are dragged N times with the mouse of a real browser; time from the release to
redrawn curves with a band of 200 draws, as the page itself measures it. ``users``: N users ask at once for S seconds,
each its own course, and some start trials; faults, times, the server's memory, and whether any job was lost.
``page``: time and bytes until the page stands. The server is a process of its own, on the same cores.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import numpy as np

SEED = 20261123
MARKED = {"X-Trimer": "1", "Content-Type": "application/json"}
TWIN = {"kind": "twin", "case": "linder2016", "at": "e22"}
PEOPLE = {"kind": "population", "name": "adult_rr_ball", "within": []}
LABEL = "blinatumomab_label_astct_2019"
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
JOBS_BY_USERS = 10
PATIENTS = 40
SLIDERS = 3  # two rates and the day of the step
MEASURES = "() => performance.getEntriesByName('trimer:redraw').length"


def main() -> None:
    options = _options()
    found: dict[str, Any] = {"cores": os.cpu_count(), "load_before": os.getloadavg()[0]}
    with server() as (port, process):
        if "page" in options.parts:
            found["page"] = page(port)
        if "moves" in options.parts:
            found["moves"] = moves(port, options.moves)
        if "users" in options.parts:
            found["users"] = users(port, process.pid, options.users, options.seconds)
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["page", "moves", "users"])
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


@contextmanager
def server() -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run the workbench in a process of its own; yield its port."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "trimer", "serve", "--port", "0", "--json", "--keep", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            address = json.loads(process.stdout.readline())["address"]
            port = int(address.rstrip("/").rpartition(":")[2])
            ask(HTTPConnection("127.0.0.1", port, timeout=120), "/api/course", body(9.0, 7.0))  # warm
            yield port, process
        finally:
            process.terminate()
            process.wait(20)


def body(rate: float, step: float, who: dict[str, Any] | None = None) -> dict[str, Any]:
    plan = {"extends": LABEL, "rates": [f"{rate:.2f} ug/day", "28 ug/day"], "step_after": f"{step:.2f} day"}
    return {"subjects": who or TWIN, "draws": 200, "seed": 20161123, "days": 42, "plan": plan}


def ask(connection: HTTPConnection, path: str, document: dict[str, Any] | None = None) -> tuple[int, bytes]:
    if document is None:
        connection.request("GET", path)
    else:
        connection.request("POST", path, json.dumps(document), MARKED)
    answer = connection.getresponse()
    return answer.status, answer.read()


# ---- the first page


@contextmanager
def browser(port: int) -> Iterator[Any]:
    """Yield a page of a fresh browser."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=BROWSER)
        try:
            yield opened.new_context(viewport={"width": 1280, "height": 900}).new_page()
        finally:
            opened.close()


def page(port: int) -> dict[str, Any]:
    """Return how long the page takes to stand, and its weight."""
    with browser(port) as tab:
        tab.goto(f"http://127.0.0.1:{port}/", wait_until="networkidle")
        weights = tab.evaluate(
            "() => performance.getEntries().filter(e => e.decodedBodySize)"
            ".map(e => [e.decodedBodySize, e.transferSize])"
        )
        timing = tab.evaluate(
            "() => { const n = performance.getEntriesByType('navigation')[0];"
            " const p = performance.getEntriesByName('first-contentful-paint')[0];"
            " return {dom: n.domContentLoadedEventEnd, load: n.loadEventEnd, paint: p ? p.startTime : null} }"
        )
        again = time.perf_counter()
        tab.goto(f"http://127.0.0.1:{port}/", wait_until="load")
        return {
            **{f"{key}_ms": round(value, 1) for key, value in timing.items()},
            "again_ms": round(1e3 * (time.perf_counter() - again), 1),
            "files": len(weights),
            "kB_unpacked": round(sum(unpacked for unpacked, _ in weights) / 1024, 1),
            "kB_sent": round(sum(sent for _, sent in weights) / 1024, 1),
        }


# ---- moves of a slider


def moves(port: int, count: int) -> dict[str, Any]:
    """Return times of this many redraws from release to curves, as the page measures them.

    Sliders are dragged with the mouse of a real browser.
    """
    stream, asked = random.Random(SEED), Counter[str]()
    with browser(port) as tab:
        tab.on("request", lambda request: asked.update([_kind(request)]))
        tab.goto(f"http://127.0.0.1:{port}/#/schedule", wait_until="load")
        tab.wait_for_selector("body[data-redraws]", timeout=60_000)
        tab.wait_for_timeout(5000)
        tab.evaluate("() => performance.clearMeasures('trimer:redraw')")
        sliders = tab.locator("input[type=range]:visible")
        asked.clear()
        moved = 0
        while (done := tab.evaluate(MEASURES)) < count and moved < 2 * count:
            _drag(tab, sliders.nth(moved % SLIDERS), stream)
            moved += 1
            tab.wait_for_timeout(500)  # who asks the page all the time takes the processor that it is timed on
            if tab.evaluate(MEASURES) == done:
                tab.wait_for_timeout(2000)  # let go where it was taken, as a rule: nothing to draw
            tab.wait_for_timeout(stream.uniform(0, 1000))  # a reader looks, sometimes long enough for verdicts
        found = tab.evaluate("() => performance.getEntriesByName('trimer:redraw').map(e => e.duration)")
    return {"moves": moved, "unchanged": moved - len(found), "requests": dict(asked), **quantiles(found)}


def _kind(request: Any) -> str:
    """Return what a request of the page asks for: all draws, or a sketch while something is dragged."""
    path = request.url.rpartition("/")[2]
    return f"{path} sketch" if path == "course" and "sample" in json.loads(request.post_data) else path


def _drag(tab: Any, slider: Any, stream: random.Random) -> None:
    """Drag a slider from where it stands to a random place, and release it."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    at = slider.evaluate("x => (x.value - x.min) / (x.max - x.min)")
    margin = 8  # pixels, half a thumb
    start, end = (box["x"] + margin + share * (box["width"] - 2 * margin) for share in (at, stream.uniform(0.05, 0.95)))
    y = box["y"] + box["height"] / 2
    tab.mouse.move(start, y)
    tab.mouse.down()
    for step in range(1, 7):
        tab.mouse.move(start + (end - start) * step / 6, y)
        tab.wait_for_timeout(16)
    tab.mouse.up()


def quantiles(milliseconds: Sequence[float]) -> dict[str, float]:
    x = np.asarray(milliseconds)
    at = {"median": 0.5, "p90": 0.9, "p95": 0.95, "max": 1.0}
    return {"n": len(x), **{f"{key}_ms": round(float(np.quantile(x, q)), 1) for key, q in at.items()}}


# ---- many users


def users(port: int, pid: int, count: int, seconds: float) -> dict[str, Any]:
    """Return what many users at once meet."""
    until, lock = time.monotonic() + seconds, threading.Lock()
    times: dict[str, list[float]] = {"course": [], "look": [], "outcomes": []}
    faults: Counter[str] = Counter()
    started: list[str] = []
    memory: list[float] = []

    def one(number: int) -> None:
        stream = random.Random(SEED + number)
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        if number < JOBS_BY_USERS:
            settings = {"kind": "trial", "trial": "mt103_211", "patients": PATIENTS, "seed": number}
            _, answer = checked("job", connection, "/api/jobs", settings)
            with lock:
                started.append(json.loads(answer).get("id", "refused"))
        while time.monotonic() < until:
            kind = stream.choices(["course", "look", "outcomes"], [8, 3, 0.3])[0]
            who = stream.choice([TWIN, PEOPLE])
            asked = body(stream.uniform(3, 20), stream.uniform(2, 12), who)
            paths = {"course": "/api/course", "outcomes": "/api/outcomes"}
            if kind == "look":
                path = stream.choice(["/", "/api/library", "/api/cases/linder2016", "/api/jobs", "/api/evidence"])
                checked(kind, connection, path)
            else:
                asked |= {"days": 180, "against": LABEL} if kind == "outcomes" else {}
                checked(kind, connection, paths[kind], asked)
            time.sleep(stream.uniform(0.1, 1.0))

    def checked(kind: str, connection: HTTPConnection, path: str, asked: Any = None) -> tuple[int, bytes]:
        start = time.perf_counter()
        try:
            status, answer = ask(connection, path, asked)
        except (OSError, HTTPException) as fault:
            with lock:
                faults[f"{kind}: {type(fault).__name__}"] += 1
            connection.close()
            return 0, b"{}"
        with lock:
            times.setdefault(kind, []).append(1e3 * (time.perf_counter() - start))
            if status != 200:
                faults[f"{kind}: {status} {answer[:120]!r}"] += 1
        return status, answer

    threads = [threading.Thread(target=one, args=(k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        memory.append(resident(pid))
        time.sleep(2.0)
    return {
        "users": count,
        "seconds": seconds,
        "faults": dict(faults),
        **{kind: quantiles(found) for kind, found in times.items() if found},
        "jobs": _settled(port, started),
        "memory_MB": {
            "at_start": memory[0],
            "at_half": memory[len(memory) // 2],
            "at_end": memory[-1],
            "most": max(memory),
        },
    }


def _settled(port: int, started: list[str]) -> dict[str, int]:
    """Return states of the jobs that were started, once none is waiting or running."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    for _ in range(600):
        states = Counter()
        for job in started:
            _, answer = ask(connection, f"/api/jobs/{job}")
            states[json.loads(answer).get("state", "lost")] += 1
        if not states["waiting"] + states["running"]:
            break
        time.sleep(0.5)
    return {"started": len(started), **states}


def resident(pid: int) -> float:
    """Return resident memory of a process, MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


if __name__ == "__main__":
    main()
