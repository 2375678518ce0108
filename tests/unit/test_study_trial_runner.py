"""The same table and the same bytes on disk however a trial was run: at once, killed and resumed, or on a cluster."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trimer.engine.chunks import spans_of
from trimer.errors import InputError, SolveError, TrimerError
from trimer.study.simulation import Table
from trimer.study.trial import runner
from trimer.study.trial.runner import progress_text, run_chunks
from trimer.study.trial.store import TrialStore

PATIENTS, CHUNK = 293, 7
SPANS = spans_of(0, PATIENTS, CHUNK)  # 42 chunks, the last of 6
DESCRIPTION = {"trial": "a cheap one", "seed": 7}


@dataclass(frozen=True)
class Cheap:
    """A task that costs no more than it is told to, and fails as told."""

    pause: float = 0.0
    fault: str = ""

    def __call__(self, first: int, count: int) -> Table:
        time.sleep(self.pause)
        if self.fault == "on purpose":
            raise SolveError("nobody can be solved")
        if self.fault == "unforeseen":
            raise OSError("the task's own")
        if self.fault == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        patients = np.arange(first, first + count)
        arms = []
        for number, arm in enumerate(("blinatumomab", "chemotherapy")):
            day = np.exp(3.0 + np.sin(patients * 12.9898 + number))
            arms.append(
                {
                    "patient": patients,
                    "arm": np.full(count, arm),
                    "response": np.where(day > 20.0, "CR", ""),
                    "response_day": np.where(day > 20.0, day, np.nan),
                    "pace": np.full(count, number, dtype=np.int32),
                }
            )
        return {name: np.concatenate([arm[name] for arm in arms]) for name in arms[0]}


def whole(folder: Path, task: Callable[[int, int], Table] | None = None, **how: Any) -> Table:
    """Run the trial to its end, summary and all."""
    store = TrialStore.open(folder, DESCRIPTION, patients=PATIENTS, chunk=CHUNK)
    table = run_chunks(task or Cheap(), SPANS, store, **how)
    store.write_summary({"responders": np.sum(table["response"] == "CR"), "day": np.nanmean(table["response_day"])})
    return table


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def chunks_in(folder: Path) -> int:
    return len(list((folder / "chunks").glob("*.parquet")))


def same(one: Table, other: Table) -> bool:
    return list(one) == list(other) and all(
        a.dtype == other[name].dtype and a.tobytes() == other[name].tobytes() for name, a in one.items()
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "trial"
    whole(folder)
    assert len(contents(folder)) == len(SPANS) + 2
    return folder


def test_in_memory_and_on_disk_the_table_is_the_same_and_in_the_order_of_patients(tmp_path: Path) -> None:
    held = run_chunks(Cheap(), SPANS, None)
    assert same(held, whole(tmp_path))
    assert same(held, run_chunks(Cheap(), SPANS[::-1], None))
    of_blinatumomab = held["patient"][held["arm"] == "blinatumomab"]
    assert of_blinatumomab.tolist() == list(range(PATIENTS))
    assert held["pace"].dtype == np.int64


@dataclass(frozen=True)
class Killed:
    """Progress that ends the process, without any notice, some time after its first chunk."""

    after: float

    def __call__(self, text: str, _share: float) -> None:
        if " left" in text and threading.active_count() == 1:
            threading.Timer(self.after, os.kill, (os.getpid(), signal.SIGKILL)).start()


def code_of(folder: Path, *lines: str) -> list[str]:
    """Return the command of another process that runs these lines, with this module as ``runs``."""
    ready = (f"sys.path.insert(0, {str(Path(__file__).parent)!r})", f"import {Path(__file__).stem} as runs")
    return [sys.executable, "-c", "\n".join(("import os, signal, sys, pathlib", *ready, *lines)), str(folder)]


def test_killed_five_times_and_resumed_every_byte_is_that_of_an_undisturbed_run(
    tmp_path: Path, undisturbed: Path
) -> None:
    folder, chance, seen = tmp_path / "trial", random.Random(5), [0]
    for _ in range(5):  # 42 chunks of 0.05 s are not done in five times 0.05 to 0.3 s
        progress = f"runs.Killed({chance.uniform(0.0, 0.25)})"
        line = f"runs.whole(pathlib.Path(sys.argv[1]), runs.Cheap(0.05), resume=True, progress={progress})"
        assert subprocess.run(code_of(folder, line), check=False).returncode == -signal.SIGKILL
        seen.append(chunks_in(folder))
    assert seen == sorted({*seen}), "every run finishes some chunks"
    assert seen[-1] < len(SPANS)
    whole(folder, resume=True)
    assert contents(folder) == contents(undisturbed)


def test_killed_between_writing_and_renaming_a_chunk_is_not_there(tmp_path: Path, undisturbed: Path) -> None:
    folder = tmp_path / "trial"
    lines = (
        "rename = os.replace",
        "def replace(draft, name):",
        "    if '000000014' in str(name): os.kill(os.getpid(), signal.SIGKILL)",
        "    rename(draft, name)",
        "os.replace = replace",
        "runs.whole(pathlib.Path(sys.argv[1]))",
    )
    assert subprocess.run(code_of(folder, *lines), check=False).returncode == -signal.SIGKILL
    assert chunks_in(folder) == 2
    assert len(list(folder.rglob("*.part"))) == 1
    whole(folder, resume=True)
    assert contents(folder) == contents(undisturbed)


def test_an_interrupt_leaves_whole_chunks_and_resume_runs_only_the_others(tmp_path: Path, undisturbed: Path) -> None:
    done: list[int] = []

    def interrupted(first: int, count: int) -> Table:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(first)
        return Cheap()(first, count)

    with pytest.raises(KeyboardInterrupt):
        whole(tmp_path, interrupted)
    assert chunks_in(tmp_path) == 3
    again: list[int] = []

    def counted(first: int, count: int) -> Table:
        again.append(first)
        return Cheap()(first, count)

    whole(tmp_path, counted, resume=True)
    assert again == [first for first, _ in SPANS[3:]]
    assert contents(tmp_path) == contents(undisturbed)


def test_a_finished_trial_resumed_runs_nothing(tmp_path: Path) -> None:
    first = whole(tmp_path)
    before = contents(tmp_path)
    assert same(whole(tmp_path, Cheap(fault="on purpose"), resume=True), first)
    assert same(whole(tmp_path, resume=True, dask="tcp://127.0.0.1:1"), first)  # no cluster is asked for either
    assert contents(tmp_path) == before


def test_existing_chunks_without_resume_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SolveError, match="nobody can be solved"):
        whole(tmp_path, Cheap(fault="on purpose"))
    run_chunks(Cheap(), SPANS[:2], TrialStore.open(tmp_path, DESCRIPTION, patients=PATIENTS, chunk=CHUNK))
    with pytest.raises(InputError, match="Give --resume to go on with it, or name another folder") as fault:
        whole(tmp_path)
    assert fault.value.found == "2 of the 42 chunks of this trial, finished by an earlier run"


def test_a_damaged_chunk_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    whole(tmp_path)
    chunk = sorted((tmp_path / "chunks").iterdir())[4]
    chunk.write_bytes(chunk.read_bytes()[:-9])
    sorted((tmp_path / "chunks").iterdir())[-1].unlink()
    with pytest.raises(InputError, match="Delete it, and the chunk is simulated again") as fault:
        whole(tmp_path, Cheap(fault="on purpose"), resume=True)
    assert fault.value.where == str(chunk)


def test_a_chunk_that_cannot_be_kept_ends_the_run(tmp_path: Path) -> None:
    store = TrialStore.open(tmp_path, DESCRIPTION, patients=PATIENTS, chunk=CHUNK)
    (tmp_path / "chunks").write_text("not a folder")
    with pytest.raises(InputError, match="cannot be written"):
        run_chunks(Cheap(), SPANS, store)


@pytest.mark.parametrize(
    ("done", "total", "seconds", "before", "text"),
    [
        (12288, 100000, 12288 / 870, 0, "virtual trial, 12,288 of 100,000 patients, 870/s, 1 min 41 s left"),
        (12288, 100000, 1000 / 870, 11288, "virtual trial, 12,288 of 100,000 patients, 870/s, 1 min 41 s left"),
        (0, 500, 0.0, 0, "virtual trial, 0 of 500 patients"),
        (300, 500, 0.0, 300, "virtual trial, 300 of 500 patients"),
        (500, 500, 10.0, 0, "virtual trial, 500 of 500 patients, 50/s"),
        (100, 500, 40.0, 0, "virtual trial, 100 of 500 patients, 2.5/s, 2 min 40 s left"),
        (10, 500, 60.0, 0, "virtual trial, 10 of 500 patients, 10.0/min, 49 min 0 s left"),
        (1000, 1000000, 1.0, 0, "virtual trial, 1,000 of 1,000,000 patients, 1,000/s, 16 min 39 s left"),
        (10, 100000, 2.0, 0, "virtual trial, 10 of 100,000 patients, 5.0/s, 5 h 33 min left"),
        (10, 1000000, 2.0, 0, "virtual trial, 10 of 1,000,000 patients, 5.0/s, 2 d 7 h left"),
        (499, 500, 2.0, 490, "virtual trial, 499 of 500 patients, 4.5/s, 0 s left"),
    ],
)
def test_progress_in_words(done: int, total: int, seconds: float, before: int, text: str) -> None:
    assert progress_text(done, total, seconds, before) == text


def test_progress_tells_the_recent_rate_of_this_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clock = [0.0]
    monkeypatch.setattr(runner, "monotonic", lambda: clock[0])

    def slowing(first: int, count: int) -> Table:  # 70 patients a second, and 0.07 from patient 140 on
        clock[0] += 0.1 if first < 140 else 100.0
        return Cheap()(first, count)

    told: list[tuple[str, float]] = []
    store = TrialStore.open(tmp_path, DESCRIPTION, patients=PATIENTS, chunk=CHUNK)
    run_chunks(Cheap(), SPANS[:10], store)
    run_chunks(slowing, SPANS, store, resume=True, progress=lambda *how: told.append(how))
    assert told[0] == ("virtual trial, 70 of 293 patients", 70 / 293)
    assert told[1] == ("virtual trial, 77 of 293 patients, 70/s, 3 s left", 77 / 293)
    assert told[-2] == ("virtual trial, 287 of 293 patients, 4.2/min, 1 min 26 s left", 287 / 293)
    assert [share for _, share in told] == [min(7 * k, 293) / 293 for k in range(10, 43)]


# On a cluster


@contextmanager
def local_cluster(workers: int, processes: bool = False) -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="the packages of the cluster extra are not installed")
    how: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": logging.CRITICAL}
    with distributed.LocalCluster(n_workers=workers, processes=processes, **how) as cluster:
        yield cluster


def test_on_a_cluster_with_a_worker_killed_every_byte_is_that_of_an_undisturbed_run(
    tmp_path: Path, undisturbed: Path
) -> None:
    told: list[str] = []
    with local_cluster(2, processes=True) as cluster:

        def kill_one(text: str, _share: float) -> None:
            told.append(text)
            if len(told) == 8:
                os.kill(cluster.workers[0].pid, signal.SIGKILL)

        whole(tmp_path / "trial", Cheap(0.05), dask=cluster.scheduler_address, progress=kill_one)
    assert len(told) == len(SPANS) + 1
    assert contents(tmp_path / "trial") == contents(undisturbed)


def test_a_chunk_that_kills_every_worker_is_given_up() -> None:
    dask = pytest.importorskip("dask", reason="the packages of the cluster extra are not installed")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        local_cluster(1, processes=True) as cluster,
        pytest.raises(InputError, match="workers that died, one after the other, of patients 0 to 6"),
    ):
        run_chunks(Cheap(fault="killed"), SPANS[:1], None, dask=cluster.scheduler_address)


def test_what_a_task_raises_on_a_cluster_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with local_cluster(1) as cluster:
        address = cluster.scheduler_address
        assert same(run_chunks(Cheap(), SPANS[:5], None, dask=address), run_chunks(Cheap(), SPANS[:5], None))
        with pytest.raises(TrimerError, match="nobody can be solved"):
            run_chunks(Cheap(fault="on purpose"), SPANS, None, dask=address)
        with pytest.raises(OSError, match="the task's own"):
            run_chunks(Cheap(fault="unforeseen"), SPANS[:1], None, dask=address)
        here = runner.versions()
        monkeypatch.setattr(runner, "versions", lambda: here if in_a_worker() else {**here, "numpy": "1.0"})
        with pytest.raises(TrimerError, match=f"numpy {here['numpy']} for 1.0: install the same versions"):
            run_chunks(Cheap(), SPANS, None, dask=address)


def in_a_worker() -> bool:
    return threading.current_thread() is not threading.main_thread()


def test_a_cluster_that_is_lost_or_has_no_workers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with local_cluster(1) as cluster, pytest.raises(InputError, match="a scheduler that no longer answers"):
        whole(tmp_path, dask=cluster.scheduler_address, progress=lambda _text, share: share > 0.2 and cluster.close())
    assert 0 < chunks_in(tmp_path) < len(SPANS)
    monkeypatch.setattr(runner, "PATIENCE", 0.2)
    with local_cluster(1) as cluster, pytest.raises(InputError, match="a scheduler without workers"):
        run_chunks(
            Cheap(0.1), SPANS, None, dask=cluster.scheduler_address,
            progress=lambda _text, share: share > 0.2 and cluster.scale(0),
        )  # fmt: skip
    monkeypatch.setattr(runner, "WORKERS", 0.2)
    with local_cluster(0) as cluster, pytest.raises(InputError, match="a scheduler without workers"):
        run_chunks(Cheap(), SPANS, None, dask=cluster.scheduler_address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "tcp://127.0.0.1", "127.0.0.1:1", "gopher://here:70", "x"])
def test_an_address_where_nothing_answers_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(address, monkeypatch)


def test_what_listens_and_never_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        refused(f"tcp://127.0.0.1:{silent.getsockname()[1]}", monkeypatch)


def test_an_address_is_refused_within_a_running_event_loop_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asked() -> None:
        refused("tcp://127.0.0.1:1", monkeypatch)

    asyncio.run(asked())


def refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that an address is refused, before there is a client with threads of its own."""
    distributed = pytest.importorskip("distributed", reason="the packages of the cluster extra are not installed")
    monkeypatch.setattr(runner, "CONNECT", 0.3)
    monkeypatch.setattr(distributed, "Client", lambda *_args, **_how: pytest.fail("a client was made"))
    with pytest.raises(InputError, match="nothing that answers") as fault:
        run_chunks(Cheap(), SPANS, None, dask=address)
    assert fault.value.where == f"--dask {address}"


def test_without_the_packages_of_a_cluster_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'trimer\[cluster\]'"):
        run_chunks(Cheap(), SPANS, None, dask="tcp://127.0.0.1:1")
