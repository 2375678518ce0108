"""Run the chunks of a virtual trial: in this process or on a Dask cluster, from the start or from where it stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from trimer.errors import InputError, TrimerError
from trimer.study.simulation import Table
from trimer.study.trial.store import Span, TrialStore, joined, settled, versions

if TYPE_CHECKING:
    from distributed import Client

#: Takes the first patient and how many; returns the rows of all arms. For Dask it must be picklable.
Task = Callable[[int, int], Table]
Progress = Callable[[str, float], None]

RETRIES = 3  # of a chunk whose worker raises something unforeseen
CONNECT, WORKERS = 10.0, 60.0  # seconds to wait for a scheduler, for its first worker
PATIENCE = 600.0  # seconds without a finished chunk after which a cluster without workers is given up
RECENT, FEWEST = 300.0, 20  # the rate shown is that of the last 300 s, or of the last 20 chunks if these took longer


def run_chunks(
    task: Task,
    spans: Sequence[Span],
    store: TrialStore | None,
    *,
    dask: str | None = None,
    progress: Progress | None = None,
    resume: bool = False,
) -> Table:
    """Run a task for every chunk; return all rows in the order of patients, the same however it was run.

    Parameters
    ----------
    task : callable
        Takes (first, count) and returns the rows of these patients; the same call must give the same rows. On a
        cluster it is sent to the workers with every chunk, so an instance of a frozen dataclass that holds little.
    spans : sequence of (first, count)
        See :func:`trimer.engine.chunks.spans_of`.
    store : TrialStore or None
        Where chunks are kept as soon as they are finished; None to hold them in memory.
    dask : str, optional
        Address of a Dask scheduler, e.g. ``tcp://10.0.0.5:8786``. A task uses all cores, so give workers one thread.
    progress : callable, optional
        Called with a sentence (see :func:`progress_text`) and a fraction done.
    resume : bool
        Whether to go on with a store that has chunks; only those that are missing are run.

    Raises
    ------
    InputError
        When the store has chunks and ``resume`` is not given, has a damaged one, or cannot be written; when the
        cluster cannot be reached, is lost, or has other versions of the packages.
    TrimerError
        What the task raises on purpose.
    KeyboardInterrupt
        On an interrupt; chunks already finished stay in the store.
    """
    left = list(spans) if store is None else _left(spans, store, resume)
    tell = _teller(progress or (lambda _text, _share: None), spans, left)
    held: dict[Span, Table] = {}
    found = _here(task, left) if dask is None else _on_cluster(task, left, dask)
    with closing(found):  # an error or interrupt here lets go of the cluster at once
        for span, table in found:
            if store is None:
                held[span] = settled(*span, table)
            else:
                store.write(*span, table)
            tell(span)
    return joined([held[span] for span in sorted(spans)]) if store is None else store.table(spans)


def progress_text(done: int, total: int, seconds: float, before: int = 0) -> str:
    """Return how far a virtual trial is, in words.

    Parameters
    ----------
    done, total : int
        Patients finished, and in all.
    seconds : float, s
        Time in which those past ``before`` were finished; 0 when that is not known yet.
    before : int
        Patients that had been finished when this time began.

    Returns
    -------
    str
        E.g. ``"virtual trial, 12,288 of 100,000 patients, 870/s, 1 min 41 s left"``.
    """
    text = f"virtual trial, {done:,} of {total:,} patients"
    if seconds <= 0.0 or done <= before:
        return text
    rate = (done - before) / seconds
    pace = f"{rate:,.0f}/s" if rate >= 10.0 else f"{rate:.1f}/s" if rate >= 1.0 else f"{60.0 * rate:.1f}/min"
    return f"{text}, {pace}" + (f", {_duration((total - done) / rate)} left" if done < total else "")


def _duration(seconds: float) -> str:
    """Return a time in its two largest units."""
    whole = round(seconds)
    for size, name, part, of_part in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {name} {whole % size // part} {of_part}"
    return f"{whole} s"


def _left(spans: Sequence[Span], store: TrialStore, resume: bool) -> list[Span]:
    """Return the chunks still to be run, after those that are there were found readable."""
    left = store.missing(spans)
    finished = sorted({*spans} - {*left})
    if finished and not resume:
        raise InputError(
            str(store.folder),
            f"{len(finished)} of the {len(spans)} chunks of this trial, finished by an earlier run",
            "a folder without",
            "Give --resume to go on with it, or name another folder.",
        )
    store.clean()
    for span in finished:  # a damaged one is better refused now than at the end
        store.read(*span)
    return left


def _teller(progress: Progress, spans: Sequence[Span], left: Sequence[Span]) -> Callable[[Span], None]:
    """Return what is to be called with every finished chunk."""
    total = sum(count for _, count in spans)
    done = total - sum(count for _, count in left)
    marks = [(done, monotonic())]
    progress(progress_text(done, total, 0.0, done), done / total)

    def tell(span: Span) -> None:
        done, now = marks[-1][0] + span[1], monotonic()
        while len(marks) > FEWEST and now - marks[1][1] > RECENT:
            del marks[0]
        before, then = marks[0]
        marks.append((done, now))
        progress(progress_text(done, total, now - then, before), done / total)

    return tell


def _here(task: Task, spans: Sequence[Span]) -> Generator[tuple[Span, Table]]:
    """Yield finished chunks in order."""
    for span in spans:
        yield span, task(*span)


def _on_cluster(task: Task, spans: Sequence[Span], address: str) -> Generator[tuple[Span, Table]]:
    """Yield finished chunks in any order; twice as many as the workers have threads are in flight."""
    if not spans:
        return
    waiting, flying, installed = list(reversed(spans)), dict[Any, Span](), versions()
    with _cluster(address) as client:
        while waiting or flying:
            window = 2 * max(_threads(client, address), 1)
            while waiting and len(flying) < window:
                span = waiting.pop()
                flying[client.submit(_solve, task, *span, installed, pure=False, retries=RETRIES)] = span
            for future in _finished(client, list(flying), address):
                span = flying.pop(future)
                answer = _answer(future, span, address)
                if isinstance(answer, str):
                    raise TrimerError(answer)
                yield span, answer


@contextmanager
def _cluster(address: str) -> Generator[Client]:
    """Yield a connection to a cluster that has a worker."""
    try:
        from distributed import Client
    except ImportError as fault:
        raise InputError(
            "--dask", "no package distributed", "the packages of a cluster", "pip install 'trimer[cluster]'"
        ) from fault
    try:
        with ThreadPoolExecutor(1) as aside:  # a thread without an event loop, in case the caller's has one
            aside.submit(asyncio.run, _knock(address)).result()
        client = Client(address, timeout=CONNECT)
    except (OSError, ValueError, TypeError) as fault:
        raise InputError(
            f"--dask {address}", "nothing that answers", "the address of a Dask scheduler", "Is it running?"
        ) from fault
    log = logging.getLogger("distributed.client")
    log.addFilter(_unexpected)
    try:
        try:
            client.wait_for_workers(1, timeout=WORKERS)
        except TimeoutError as fault:
            raise _without_workers(address) from fault
        yield client
    finally:
        client.close()
        log.removeFilter(_unexpected)


async def _knock(address: str) -> None:
    """Raise when nothing answers there: a bare connection fails at once and cleanly, a client only after its threads.

    Raises
    ------
    OSError, ValueError, TypeError
        What the transport says of the address.
    """
    from distributed.comm import connect
    from distributed.security import Security

    how = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=CONNECT, **how), CONNECT)
    await comm.close()


def _unexpected(record: logging.LogRecord) -> bool:
    """Return whether a log entry is more than the traceback of an attempt to reconnect that we gave up."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _solve(task: Task, first: int, count: int, expected: dict[str, str]) -> Table | str:
    """Run one chunk on a worker; return in words what was raised on purpose, as a second try would not help."""
    found = versions()
    if found != expected:
        differing = ", ".join(
            f"{name} {found[name]} for {expected[name]}" for name in found if found[name] != expected[name]
        )
        return f"A worker of the cluster has {differing}: install the same versions there as here."
    try:
        return task(first, count)
    except TrimerError as fault:
        return str(fault)


def _finished(client: Client, futures: list[Any], address: str) -> list[Any]:
    """Return the futures that are done, at least one; wait for it."""
    from distributed import wait

    while True:
        try:
            return list(wait(futures, timeout=PATIENCE, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            if not _threads(client, address):
                raise _without_workers(address) from None
        except (CancelledError, OSError) as fault:
            raise _gone(address) from fault


def _threads(client: Client, address: str) -> int:
    """Return how many threads the workers have now, none when there is no worker."""
    try:
        if client.status == "running":
            return sum(client.nthreads().values())
    except OSError as fault:
        raise _gone(address) from fault
    raise _gone(address)


def _answer(future: Any, span: Span, address: str) -> Table | str:
    """Return what a worker answered."""
    from distributed import KilledWorker

    try:
        answer: Table | str = future.result()
    except KilledWorker as fault:
        raise InputError(
            f"--dask {address}",
            f"workers that died, one after the other, of patients {span[0]} to {sum(span) - 1}",
            "workers with memory enough for a chunk",
            "Make chunks smaller or workers larger.",
        ) from fault
    except (CancelledError, OSError) as fault:
        if future.status == "error":  # the task's own
            raise
        raise _gone(address) from fault
    return answer


def _gone(address: str) -> InputError:
    return InputError(
        f"--dask {address}",
        "a scheduler that no longer answers",
        "one that stays to the end of the trial",
        "With --keep, finished chunks are there: start it again and give --resume.",
    )


def _without_workers(address: str) -> InputError:
    return InputError(f"--dask {address}", "a scheduler without workers", "at least one worker", "Start some.")
