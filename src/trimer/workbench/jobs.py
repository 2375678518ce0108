"""Jobs: virtual trials and fits that run beside the page, one at a time, each in a process and a folder of its own.

A job is ``<folder>/<id>/`` with ``job.json`` (what it is to do and how it stands; written whole, by the server alone),
``keep/`` (what is finished, from which it goes on), ``result.json`` and ``log.txt``. Whatever happens to its process or
to the server, a job ends in one of the states below and can be resumed unless it is done.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock, Thread
from time import monotonic
from typing import Any, Literal, get_args

from trimer.errors import InputError
from trimer.storage import keep
from trimer.study.trial.store import versions
from trimer.workbench.answers import NotFoundError
from trimer.workbench.job_settings import CaseText, asked
from trimer.workbench.job_worker import CASE, JOB, RESULT

State = Literal["waiting", "running", "done", "cancelled", "failed", "interrupted"]
SCHEMA = "trimer/job/1"
MOST_WAITING = 200
PATIENCE = 5.0  # s a process is given to end before it is made to
NOTED = 2.0  # s between two notes on the disk of how far a job is
LOG, LOCK = "log.txt", "lock"
_ID = re.compile(r"[0-9a-f]{16}")
_log = logging.getLogger("trimer.workbench")


@dataclass
class Job:
    """Hold one job.

    Attributes
    ----------
    id : str
        Sixteen random hexadecimal digits.
    kind : {"trial", "fit"}
    title : str
    settings : dict
        Complete; see :mod:`trimer.workbench.job_settings`.
    created : str
        ISO time, UTC.
    versions : dict of str to str
        Of the packages that a number can depend on, as the job was last started.
    state : {"waiting", "running", "done", "cancelled", "failed", "interrupted"}
    stage : str
        What it is at, in words.
    share : float
        Of the work that is finished.
    seconds : float, s
        For which it has run.
    error : str or None
        Why it failed, in words.
    """

    id: str
    kind: str
    title: str
    settings: dict[str, Any]
    created: str
    versions: dict[str, str] = field(default_factory=dict)
    state: State = "waiting"
    stage: str = ""
    share: float = 0.0
    seconds: float = 0.0
    error: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it neither waits nor runs."""
        return self.state not in ("waiting", "running")


@dataclass
class _Worker:
    """Hold the process of a running job, and in which state the job is to end if it is stopped."""

    process: subprocess.Popen[str]
    thread: Thread
    began: float
    before: float  # s for which the job had run
    noted: float
    stopped: State | None = None

    def stop(self) -> None:
        """End the process, gently at first, and wait until that is known."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.thread.join()


class Jobs:
    """Hold the jobs of a folder and run them; safe to use from any thread.

    Parameters
    ----------
    folder : path
        Made when it is not there, and for the user alone. Jobs that were waiting or running when another server stopped
        using it are interrupted.
    most_running : int
        Jobs that run at the same time.
    most_kept : int
        Jobs that have ended and are kept; the oldest go first, with their folders.
    case_text : callable, optional
        Returns the YAML text of a case by name or address; default: the library's cases.

    Raises
    ------
    InputError
        When the folder cannot be written, or another server uses it.
    """

    def __init__(
        self, folder: str | Path, most_running: int = 1, most_kept: int = 50, case_text: CaseText | None = None
    ) -> None:
        self.folder, self.most_running, self.most_kept = Path(folder).absolute(), most_running, most_kept
        self._case_text = case_text
        self._lock = RLock()
        self._waiting: deque[str] = deque()
        self._workers: dict[str, _Worker] = {}
        self._held: int | None = _hold(self.folder)
        self._jobs = {job.id: job for job in _found(self.folder)}
        for job in self._jobs.values():
            if not job.ended:
                self._turn(job, "interrupted")
        self._make_room()

    def start(self, kind: str, settings: Mapping[str, Any]) -> str:
        """Put a job at the end of the queue and return its id.

        Parameters
        ----------
        kind : {"trial", "fit"}
        settings : mapping
            See :func:`trimer.workbench.job_settings.asked`.

        Raises
        ------
        TrimerError
            When the settings are at fault, too many jobs wait, or the disk is full; nothing has been queued then.
        """
        wanted = asked(kind, settings, self._case_text)
        with self._lock:
            self._check_queue()
            now = datetime.now(UTC).isoformat(timespec="microseconds")
            job = Job(secrets.token_hex(8), wanted.kind, wanted.title, wanted.settings, now, versions())
            place = self.folder / job.id
            if (wanted.case and not keep(place, CASE, wanted.case.encode())) or not self._note(job):
                shutil.rmtree(place, ignore_errors=True)
                raise _unwritable(self.folder)
            self._jobs[job.id] = job
            self._make_room()
            self._waiting.append(job.id)
            self._next()
        return job.id

    def list(self) -> list[dict[str, Any]]:
        """Return every job as :meth:`get` does, the newest first."""
        with self._lock:
            return [self._told(job) for job in sorted(self._jobs.values(), key=lambda job: job.created, reverse=True)]

    def get(self, name: str) -> dict[str, Any]:
        """Return how a job stands, as plain values: the attributes of :class:`Job` but the versions.

        Raises
        ------
        NotFoundError
            When there is no such job.
        """
        with self._lock:
            return self._told(self._job(name))

    def cancel(self, name: str) -> dict[str, Any]:
        """Stop a job that waits or runs, keeping what is finished of it; return how it stands.

        Raises
        ------
        NotFoundError
            As :meth:`get`.
        """
        with self._lock:
            job = self._job(name)
            if job.state == "waiting":
                self._waiting.remove(job.id)
                self._turn(job, "cancelled")
            worker = self._workers.get(job.id)
            if worker:
                worker.stopped = "cancelled"
        if worker:
            worker.stop()
        return self.get(name)

    def resume(self, name: str) -> dict[str, Any]:
        """Put a job that was stopped or failed back into the queue; return how it stands.

        Raises
        ------
        NotFoundError
            As :meth:`get`.
        InputError
            When it is done, or too many jobs wait.
        """
        with self._lock:
            job = self._job(name)
            if job.state == "done":
                raise InputError("job", "one that is done", "one that was stopped or failed")
            if job.ended:
                self._check_queue()
                job.error, job.versions = None, versions()
                self._turn(job, "waiting")
                self._waiting.append(job.id)
                self._next()
            return self._told(job)

    def result(self, name: str) -> dict[str, Any]:
        """Return the result of a job that is done.

        Returns
        -------
        dict
            Of a trial, :meth:`trimer.study.trial.run.TrialResult.to_dict`; of a fit, what ``trimer fit --json`` prints.

        Raises
        ------
        NotFoundError
            As :meth:`get`.
        InputError
            When it is not done, or its result cannot be read.
        """
        place = self.finished(name)[0] / RESULT
        try:
            found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        except (OSError, ValueError) as fault:
            raise InputError("job", "a result that cannot be read", "one as it was written", "Run it again.") from fault
        return found

    def finished(self, name: str) -> tuple[Path, Job]:
        """Return the folder of a job that is done, and the job; raises as :meth:`result`."""
        with self._lock:
            job = self._job(name)
            if job.state != "done":
                raise InputError("job", f"one that is {job.state}", "one that is done")
            return self.folder / job.id, replace(job)

    def close(self) -> None:
        """Stop every job; those that waited or ran are interrupted, and nothing starts any more."""
        with self._lock:
            workers = list(self._workers.values())
            for worker in workers:
                worker.stopped = worker.stopped or "interrupted"
            while self._waiting:
                self._turn(self._jobs[self._waiting.popleft()], "interrupted")
            held, self._held = self._held, None
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.stop()
        if held is not None:
            os.close(held)

    # ---- with the lock held

    def _job(self, name: str) -> Job:
        if name not in self._jobs:
            raise NotFoundError(f"No job {name[:40]!r}. It never was, or was dropped for newer ones.")
        return self._jobs[name]

    def _told(self, job: Job) -> dict[str, Any]:
        told = asdict(job)
        del told["versions"]
        worker = self._workers.get(job.id)
        seconds = worker.before + monotonic() - worker.began if worker else job.seconds
        return {**told, "seconds": round(seconds, 2)}

    def _check_queue(self) -> None:
        if self._held is None:
            raise InputError("job", "a server that is being stopped", "one that runs", "Start it again.")
        if len(self._waiting) >= MOST_WAITING:
            hint = "Wait for some, or cancel them."
            raise InputError("job", f"{len(self._waiting)} jobs that wait", f"fewer than {MOST_WAITING}", hint)

    def _note(self, job: Job) -> bool:
        payload = json.dumps({"schema": SCHEMA, **asdict(job)}, ensure_ascii=False, indent=1).encode()
        return keep(self.folder / job.id, JOB, payload)

    def _turn(self, job: Job, state: State) -> None:
        """Change a job's state; on a full disk it is known here alone, and is interrupted after a restart."""
        job.state = state
        if not self._note(job):
            _log.warning("The state of job %s cannot be written to %s.", job.id, self.folder)

    def _make_room(self) -> None:
        ended = sorted((job for job in self._jobs.values() if job.ended), key=lambda job: job.created)
        for job in ended[: max(0, len(ended) - self.most_kept)]:
            del self._jobs[job.id]
            shutil.rmtree(self.folder / job.id, ignore_errors=True)

    def _next(self) -> None:
        """Start jobs while there is room."""
        while self._waiting and len(self._workers) < self.most_running and self._held is not None:
            job = self._jobs[self._waiting.popleft()]
            try:
                process = _process(self.folder / job.id)
            except OSError as fault:
                job.error = f"Its process could not be started ({fault.strerror}). Resume it later."
                self._turn(job, "failed")
                continue
            thread = Thread(target=self._watch, args=(job, process), name=f"trimer-job-{job.id}", daemon=True)
            now = monotonic()
            self._workers[job.id] = _Worker(process, thread, now, job.seconds, now)
            self._turn(job, "running")
            thread.start()

    # ---- in a thread of each running job

    def _watch(self, job: Job, process: subprocess.Popen[str]) -> None:
        """Listen to a job's process until it ends, and say what became of it."""
        error = ""
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                told = _read(line)
                error = told.get("error", error)
                with self._lock:
                    self._heard(job, told)
        with self._lock:
            worker = self._workers.pop(job.id)
            job.seconds = worker.before + monotonic() - worker.began
            if process.returncode == 0:
                job.share = 1.0
                self._turn(job, "done")
            elif worker.stopped:
                self._turn(job, worker.stopped)
            else:
                job.error = error or _died(process.returncode)
                self._turn(job, "failed")
            self._next()

    def _heard(self, job: Job, told: Mapping[str, Any]) -> None:
        job.stage, job.share = told.get("stage", job.stage), told.get("share", job.share)
        worker, now = self._workers[job.id], monotonic()
        if now - worker.noted > NOTED:
            worker.noted, job.seconds = now, worker.before + now - worker.began
            self._note(job)


def _process(folder: Path) -> subprocess.Popen[str]:
    """Start the process of a job: a session of its own, so that an interrupt of the server's is not its own, too."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    with (folder / LOG).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "trimer.workbench.job_worker", str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **one},
            start_new_session=True, text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip


def _read(line: str) -> dict[str, Any]:
    """Return what a process told; nothing of what an interpreter made to greet printed before it."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _died(code: int) -> str:
    how = f"was killed (signal {-code})" if code < 0 else f"ended with code {code}"
    return f"Its process {how}, perhaps for want of memory. What is finished is kept; resume it to go on."


def _hold(folder: Path) -> int:
    """Return a lock on a folder that no other server has; it is let go when the process ends, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise _unwritable(folder) from fault
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            os.close(held)
            hint = "Stop the other one, or name another folder."
            raise InputError(str(folder), "the jobs of a server that runs", "a folder of its own", hint) from fault
    return held


def _found(folder: Path) -> list[Job]:
    """Return the jobs of a folder; what is no job is left alone."""
    found = []
    for place in sorted(folder.glob(f"*/{JOB}")):
        try:
            told = json.loads(place.read_text(encoding="utf-8"))
            if told.pop("schema") != SCHEMA or told["state"] not in get_args(State) or not isinstance(told["id"], str):
                raise ValueError("no job")
            job = Job(**told)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            _log.warning("%s cannot be read, and is left out.", place)
            continue
        if job.id == place.parent.name and _ID.fullmatch(job.id):
            found.append(job)
    return found


def _unwritable(folder: Path) -> InputError:
    return InputError(str(folder), "a folder that cannot be written", "one that can", "Is the disk full?")
