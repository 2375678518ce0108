"""Jobs of the workbench: none is lost, none is stuck, and one that was stopped ends as one that was not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the packages of the extra workbench are not installed")
pytest.importorskip("httpx2", reason="the packages of the extra workbench are not installed")

from starlette.testclient import TestClient

import trimer.library as library
from trimer.errors import InputError, TrimerError
from trimer.study.trial.kept import kept
from trimer.study.trial.run import trial
from trimer.study.trial.summary import ENDPOINTS
from trimer.workbench import jobs as module
from trimer.workbench.answers import NotFoundError, plain
from trimer.workbench.app import application
from trimer.workbench.job_worker import CHUNK
from trimer.workbench.jobs import Jobs
from trimer.workbench.trial_view import trial_view

SMALL = {"trial": "mt103_211", "patients": 20, "seed": 7}
LONG = {"trial": "mt103_211", "patients": 8 * CHUNK, "seed": 7}
MARKED = {"X-Trimer": "1"}


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs(tmp_path / "jobs")
    yield made
    made.close()


@pytest.fixture(scope="module")
def direct() -> dict[str, Any]:
    """What the long trial gives when nothing ever stops it."""
    return result_of(LONG)


def result_of(settings: dict[str, Any]) -> dict[str, Any]:
    found = trial(settings["trial"], patients=settings["patients"], seed=settings["seed"], chunk=CHUNK)
    return dict(json.loads(json.dumps(plain(found.to_dict()))))


def until(jobs: Jobs, name: str, holds: Callable[[dict[str, Any]], bool], seconds: float = 60.0) -> dict[str, Any]:
    """Wait until a job stands as wanted."""
    end = time.monotonic() + seconds
    while not holds(found := jobs.get(name)):
        assert time.monotonic() < end, found
        time.sleep(0.01)
    return found


def ended(found: dict[str, Any]) -> bool:
    return found["state"] not in ("waiting", "running")


def under_way(found: dict[str, Any]) -> bool:
    """Whether something is finished, and something is left."""
    assert not ended(found), found
    return bool(found["share"] > 0.0)


def resumed(jobs: Jobs, name: str) -> dict[str, Any]:
    assert jobs.resume(name)["state"] == "running"
    assert until(jobs, name, ended)["state"] == "done"
    return jobs.result(name)


# ---- real processes


def test_a_trial_is_that_of_the_package(jobs: Jobs) -> None:
    name = jobs.start("trial", SMALL)
    assert jobs.get(name)["state"] == "running"
    with pytest.raises(InputError, match="running"):
        jobs.result(name)
    found = until(jobs, name, ended)
    assert (found["state"], found["share"], found["error"]) == ("done", 1.0, None)
    assert found["settings"] == SMALL
    assert found["seconds"] > 0.1
    assert "20 of 20 patients" in found["stage"]
    assert jobs.result(name) == result_of(SMALL)
    assert kept(jobs.finished(name)[0] / "keep").patients == 20
    with pytest.raises(InputError, match="done"):
        jobs.resume(name)
    assert jobs.cancel(name)["state"] == "done"


def test_one_that_was_cancelled_and_killed_goes_on_after_a_restart_to_the_same_result(
    jobs: Jobs, direct: dict[str, Any]
) -> None:
    name, other = jobs.start("trial", LONG), jobs.start("trial", SMALL)
    assert jobs.get(other)["state"] == "waiting"
    assert jobs.cancel(other)["state"] == "cancelled"
    before = until(jobs, name, under_way)
    began = time.monotonic()
    cancelled = jobs.cancel(name)
    assert time.monotonic() - began < 4.0
    assert cancelled["state"] == "cancelled"
    assert before["share"] <= cancelled["share"] < 1.0
    chunks = list((jobs.folder / name / "keep" / "chunks").glob("*.parquet"))
    assert 0 < len(chunks) < 8
    stamps = {path: path.stat().st_mtime_ns for path in chunks}

    jobs.resume(name)
    until(jobs, name, lambda found: under_way(found) and found["share"] > cancelled["share"])
    pid = jobs._workers[name].process.pid
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getsid(pid) != os.getsid(0)
    os.kill(pid, 9)
    killed = until(jobs, name, ended)
    assert killed["state"] == "failed"
    assert "killed (signal 9)" in killed["error"]
    assert killed["seconds"] > cancelled["seconds"]

    jobs.close()
    again = Jobs(jobs.folder)
    try:
        assert again.list() == jobs.list()
        assert resumed(again, name) == direct
        assert again.get(name)["error"] is None
    finally:
        again.close()
    assert {path: path.stat().st_mtime_ns for path in chunks} == stamps  # not simulated again


def test_a_restart_interrupts_and_loses_nothing(tmp_path: Path) -> None:
    first = Jobs(tmp_path)
    running, waiting = first.start("trial", LONG), first.start("trial", SMALL)
    with pytest.raises(InputError, match="server that runs"):
        Jobs(tmp_path)
    first.close()
    first.close()
    assert [first.get(name)["state"] for name in (running, waiting)] == ["interrupted", "interrupted"]
    with pytest.raises(InputError, match="being stopped"):
        first.start("trial", SMALL)
    (tmp_path / "0123456789abcdef").mkdir()
    (tmp_path / "0123456789abcdef" / "job.json").write_text("{", encoding="utf-8")
    second = Jobs(tmp_path)
    assert second.list() == first.list()
    assert [second.resume(name)["state"] for name in (waiting, running)] == ["running", "waiting"]
    second.close()
    assert {found["state"] for found in second.list()} == {"interrupted"}


def test_a_crash_of_the_server_is_an_interruption(jobs: Jobs, tmp_path: Path) -> None:
    name = jobs.start("trial", SMALL)
    told = json.loads((jobs.folder / name / "job.json").read_text(encoding="utf-8"))
    assert told["state"] == "running"  # what is on the disk while it runs
    place = tmp_path / "other" / name
    place.mkdir(parents=True)
    (place / "job.json").write_text(json.dumps(told), encoding="utf-8")
    other = Jobs(tmp_path / "other")
    assert other.get(name)["state"] == "interrupted"
    other.close()


def test_a_process_ends_with_the_server(jobs: Jobs) -> None:
    jobs.most_running = 0
    name = jobs.start("trial", {**LONG, "patients": 20_000})
    with module._process(jobs.folder / name) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert "share" in process.stdout.readline()
        process.stdin.close()
        assert process.wait(10.0) == 3


def test_what_a_process_cannot_do_it_says_in_words(jobs: Jobs) -> None:
    jobs.most_running = 0
    name = jobs.start("trial", SMALL)
    jobs.cancel(name)
    (jobs.folder / name / "keep").mkdir()
    (jobs.folder / name / "keep" / "manifest.json").write_text("{", encoding="utf-8")
    jobs.most_running = 1
    jobs.resume(name)
    found = until(jobs, name, ended)
    assert found["state"] == "failed"
    assert "manifest.json: found something unreadable" in found["error"]
    assert "Traceback" not in found["error"]


@pytest.mark.slow
def test_a_fit_leaves_its_result_and_figures(tmp_path: Path) -> None:
    text = library.case_path("linder2016").read_text(encoding="utf-8")
    jobs = Jobs(tmp_path, case_text=lambda name: {"sha256-0123456789abcdef": text}[name])
    asked = {"case": "sha256-0123456789abcdef", "walkers": 8, "warm_up": 100, "steps": 100, "seed": 3}
    name = jobs.start("fit", asked)
    until(jobs, name, lambda found: under_way(found) and "step" in found["stage"], 200.0)
    jobs.cancel(name)
    jobs.resume(name)
    assert until(jobs, name, ended, 200.0)["state"] == "done"
    found = jobs.result(name)
    assert found["case"] == "linder2016"
    assert found["provenance"]["walkers"] == 8
    client = TestClient(asks(jobs), raise_server_exceptions=False)
    for figure in ("twin.svg", "walkers.png", "twin.pdf"):
        assert client.get(f"/jobs/{name}/figure/{figure}").status_code == 200
    jobs.close()


# ---- the queue


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let jobs be done at once, and note the folder of each that was."""
    started: list[str] = []

    def process(folder: Path) -> subprocess.Popen[str]:
        started.append(folder.name)
        return stub('print("hello"); print("{\\"share\\": 0.5}")')

    monkeypatch.setattr(module, "_process", process)
    return started


def stub(code: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-S", "-c", code], stdin=pipe, stdout=pipe, text=True)


def test_of_many_that_start_at_once_none_is_lost_and_none_done_twice(tmp_path: Path, quick: list[str]) -> None:
    jobs, together = Jobs(tmp_path, most_running=3, most_kept=100), Barrier(60)

    def start(seed: int) -> str:
        together.wait()
        return jobs.start("trial", {**SMALL, "seed": seed})

    with ThreadPoolExecutor(60) as pool:
        names = list(pool.map(start, range(60)))
    for name in names:
        assert until(jobs, name, ended)["state"] == "done"
    assert sorted(quick) == sorted(set(names))
    assert [jobs.get(name)["settings"]["seed"] for name in names] == list(range(60))
    assert {found["id"] for found in jobs.list()} == set(names)
    jobs.close()
    again = Jobs(tmp_path, most_kept=10)
    assert len(again.list()) == 10
    assert {path.parent.name for path in tmp_path.glob("*/job.json")} == {found["id"] for found in again.list()}
    again.close()


def test_they_run_in_order_and_one_at_a_time(tmp_path: Path, quick: list[str]) -> None:
    jobs = Jobs(tmp_path, most_kept=3)
    names = [jobs.start("trial", SMALL) for _ in range(5)]
    until(jobs, names[-1], ended)
    assert quick == names
    assert [found["id"] for found in jobs.list()][:3] == names[:1:-1]  # the newest first
    jobs.start("trial", SMALL)
    with pytest.raises(NotFoundError):
        jobs.get(names[0])
    jobs.close()


def test_a_full_queue_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.MOST_WAITING == 200
    monkeypatch.setattr(module, "MOST_WAITING", 20)
    jobs = Jobs(tmp_path, most_running=0)
    names = [jobs.start("trial", SMALL) for _ in range(20)]
    with pytest.raises(InputError, match="20 jobs that wait"):
        jobs.start("trial", SMALL)
    with ThreadPoolExecutor(8) as pool:
        states = {found["state"] for found in pool.map(jobs.cancel, names)}
    assert states == {"cancelled"}
    jobs.start("trial", SMALL)
    jobs.close()


def test_a_process_that_will_not_end_is_made_to(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('{\"share\": 0.1}', flush=True); time.sleep(60)"
    )
    monkeypatch.setattr(module, "_process", lambda _: stub(deaf))
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    name = jobs.start("trial", SMALL)
    until(jobs, name, under_way)
    assert jobs.cancel(name)["state"] == "cancelled"


def test_a_process_that_cannot_start_is_a_failure(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> subprocess.Popen[str]:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(module, "_process", refuse)
    found = jobs.get(jobs.start("trial", SMALL))
    assert found["state"] == "failed"
    assert "Cannot allocate memory" in found["error"]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        Jobs(tmp_path / "file" / "jobs")


# ---- settings and names


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("shell", {}, "kind"),
        ("trial", {}, "trial: found nothing"),
        ("trial", {"trial": "mt103_21"}, "one of alcantara"),
        ("trial", {"trial": "../trials/tower"}, "one of alcantara"),
        ("trial", {"trial": "/etc/passwd"}, "one of alcantara"),
        ("trial", {"trial": ["tower"]}, "trial: found"),
        ("trial", {**SMALL, "patients": 0}, "patients: found 0"),
        ("trial", {**SMALL, "patients": 20_001}, "patients: found 20001"),
        ("trial", {**SMALL, "patients": 10.5}, "whole number"),
        ("trial", {**SMALL, "patients": True}, "patients: found true"),
        ("trial", {**SMALL, "patients": float("nan")}, "patients: found"),
        ("trial", {**SMALL, "seed": -1}, "seed: found -1"),
        ("trial", {**SMALL, "seed": 2**60}, "seed: found"),
        ("trial", {**SMALL, "keep": "/tmp"}, "keep: found a field"),
        ("trial", "tower", "settings: found a str"),
        ("fit", {"case": "/etc/passwd"}, "case: found"),
        ("fit", {"case": "linder2016", "walkers": 9}, "an even number"),
        ("fit", {"case": "linder2016", "walkers": 10_000}, "walkers: found"),
        ("fit", {"case": "linder2016", "population": "/etc/passwd"}, "population: found"),
        ("fit", {"case": "linder2016", "until": "never"}, "never"),
        ("fit", {"case": "linder2016", "seed": 2**32}, "seed: found"),
    ],
)
def test_bad_settings_are_refused_before_anything_waits(jobs: Jobs, kind: str, settings: Any, said: str) -> None:
    with pytest.raises(TrimerError, match=said):
        jobs.start(kind, settings)
    assert jobs.list() == []
    assert {path.name for path in jobs.folder.iterdir()} == {"lock"}


@pytest.mark.parametrize("name", ["", "..", "../jobs", "lock", "0123456789abcdef", "a" * 5000, "%2e%2e"])
def test_a_name_that_is_no_job_is_not_found(jobs: Jobs, name: str) -> None:
    for verb in (jobs.get, jobs.cancel, jobs.resume, jobs.result):
        with pytest.raises(NotFoundError):
            verb(name)


# ---- routes


def asks(jobs: Jobs) -> Any:
    from starlette.applications import Starlette

    from trimer.workbench.job_routes import routes

    return Starlette(routes=routes(jobs))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    app = application(tmp_path_factory.mktemp("workbench"))
    return TestClient(app, base_url="http://localhost:8642", raise_server_exceptions=False)


def test_a_job_from_the_page_to_its_figures(client: TestClient) -> None:
    asked = client.post("/api/jobs", json={"kind": "trial", **SMALL}, headers=MARKED)
    assert asked.status_code == 200
    base = f"/api/jobs/{asked.json()['id']}"
    end = time.monotonic() + 60.0
    while (found := client.get(base).json())["state"] in ("waiting", "running"):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert found["state"] == "done"
    assert client.get("/api/jobs").json()["jobs"] == [found]
    result = client.get(f"{base}/result").json()
    assert result["trial"] == "mt103_211"
    assert client.get(f"{base}/result.json").headers["content-disposition"] == 'attachment; filename="mt103_211.json"'
    report = client.get(f"{base}/report.html")
    assert report.headers["content-disposition"] == 'attachment; filename="mt103_211.html"'
    assert "Research software" in report.text
    for ending, head in (("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")):
        assert client.get(f"{base}/figure/km.{ending}?width=column&endpoint=rfs").content.startswith(head), ending
    for path, status in (
        ("figure/km.exe", 404),
        ("figure/course.svg", 404),
        ("figure/km.svg?width=wide", 400),
        ("figure/km.svg?width=nan", 400),
        ("figure/km.svg?endpoint=nothing", 400),
        ("figure/km.svg?colour=red", 400),
        ("figure/swimmer.svg?patients=many", 400),
        ("figure/swimmer.png?patients=20000&width=48", 400),
        ("figure/swimmer.svg?sample=-1", 400),
        *((f"figure/swimmer.svg?months={months}", 400) for months in ("nan", "1e308", "1e9", "-1")),
    ):
        answer = client.get(f"{base}/{path}")
        assert answer.status_code == status, path
        assert answer.json()["error"]["text"]
    assert client.post(f"{base}/resume", headers=MARKED).status_code == 400
    assert client.post(f"{base}/cancel", headers=MARKED).json()["state"] == "done"


def test_what_is_not_there_or_too_large_is_said(client: TestClient) -> None:
    assert client.get("/api/jobs/0123456789abcdef").status_code == 404
    assert client.get("/api/jobs/..%2f..%2flock/result").status_code == 404
    assert client.get("/api/trials/nothing").status_code == 404
    assert client.post("/api/jobs", json={"kind": "x" * 30_000}, headers=MARKED).status_code == 413
    assert client.post("/api/jobs", json={"kind": "trial", "trial": "none"}, headers=MARKED).status_code == 400


# ---- designs


@pytest.mark.parametrize("name", library.list_entries("trials"))
def test_every_design_is_told(name: str) -> None:
    found, trial_ = trial_view(name), library.trial(name)
    json.dumps(found, allow_nan=False)
    keys = {row["key"] for row in found["endpoints"]}
    assert len(keys) == len(found["endpoints"])
    assert [row["key"] for row in found["endpoints"] if row["first"]] == list(trial_.endpoints)
    arms = {arm["name"] for arm in found["arms"]}
    for row in found["published"]:
        assert row["arm"] in arms
        assert row["key"] in ENDPOINTS
        assert row["citation"]
        assert row["text"]
        if row["kind"] == "proportion":
            assert all(x is None or 0.0 <= x <= 1.0 for x in (row["value"], row["low"], row["high"]))


def test_published_numbers_stand_beside_those_of_a_result(direct: dict[str, Any]) -> None:
    found = trial_view("mt103_211")
    simulated = direct["arms"]["blinatumomab"]
    assert {row["key"] for row in found["endpoints"]} >= set(simulated)
    for row in found["endpoints"]:
        if row["key"] in simulated:
            assert {k: simulated[row["key"]][k] for k in ("label", "group", "kind", "unit")} == {
                k: row[k] for k in ("label", "group", "kind", "unit")
            }
    (response,) = [r for r in found["published"] if r["key"] == "cr_crh"]
    assert (response["value"], response["low"], response["high"]) == (0.43, 0.36, 0.5)
    assert (response["role"], response["own"], response["text"]) == ("fitted", True, "43 % (36 to 50)")


def test_what_was_foretold_is_told_from_what_was_fitted() -> None:
    roles = {(row["arm"], row["key"]): row["role"] for row in trial_view("tower")["published"]}
    assert roles["blinatumomab", "cr_crh"] == "validation"
    assert roles["blinatumomab", "hr_os"] == "validation"
    assert roles["blinatumomab", "fever_cycle_1"] == "fitted"  # in view when cytokine release was set by hand
