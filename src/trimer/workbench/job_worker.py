"""The process that does one job: ``python -m trimer.workbench.job_worker FOLDER``.

It reads ``job.json`` of its folder, works in ``keep/``, from where it goes on when it was stopped, and leaves
``result.json``. How far it is goes to the standard output, one JSON object a line; whatever else is printed goes to the
standard error. It ends with the process that started it, whose end closes its standard input.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

from trimer.errors import InputError, TrimerError
from trimer.storage import keep

JOB, RESULT, KEEP, CASE, FIGURES = "job.json", "result.json", "keep", "case.yaml", "figures"
FORMATS = ("svg", "png", "pdf")
CHUNK = 64
"""Patients solved and kept at a time: a fraction of a second, so that little is lost when a job is stopped, and a
twentieth slower than chunks as large as can be."""
NICE = 10  # steps by which the page goes first
LONGEST = 1000  # letters of an error: a line stays below the 4096 bytes that a pipe takes whole

Progress = Callable[[str, float], None]


def main(folder: Path) -> int:
    """Do the job of a folder; return 0 when its result is there, else 1, the error having been said."""
    channel = os.dup(1)
    os.dup2(2, 1)
    Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICE)

    def say(**told: Any) -> None:
        os.write(channel, f"{json.dumps(told, ensure_ascii=False)}\n".encode(errors="replace"))

    try:
        job = json.loads((folder / JOB).read_text(encoding="utf-8"))
        run(folder, job["kind"], job["settings"], lambda stage, share: say(stage=stage[:200], share=share))
    except TrimerError as fault:
        say(error=str(fault)[:LONGEST])
    except MemoryError:
        say(error="There was not memory enough for it. Ask for fewer patients, or close something else and resume.")
    except Exception as fault:
        traceback.print_exc()
        say(error=f"Something went wrong, which is a fault of Trimer ({type(fault).__name__}); {folder} has the log.")
    else:
        return 0
    return 1


def run(folder: Path, kind: str, settings: Mapping[str, Any], progress: Progress) -> None:
    """Do a job, or what is left of it, and keep its result.

    Parameters
    ----------
    folder : Path
    kind : {"trial", "fit"}
    settings : mapping
        Complete; see :mod:`trimer.workbench.job_settings`.
    progress : callable
        Called with a sentence and a fraction done.

    Raises
    ------
    TrimerError
        As of the trial or fit, or when the result cannot be written.
    """
    from trimer.workbench.answers import plain

    found = (_trial if kind == "trial" else _fit)(folder, settings, progress)
    payload = json.dumps(plain(found), ensure_ascii=False, allow_nan=False).encode()
    if not keep(folder, RESULT, payload):
        raise InputError(str(folder / RESULT), "a file that cannot be written", "room on the disk")


def _trial(folder: Path, settings: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    from trimer.study.trial.run import trial

    found = trial(
        settings["trial"], patients=settings["patients"], seed=settings["seed"], chunk=CHUNK, threads=1,
        keep=folder / KEEP, resume=True, progress=progress,
    )  # fmt: skip
    return found.to_dict()


def _fit(folder: Path, settings: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    from trimer.report.twin import as_plain
    from trimer.report.twin_figure import save
    from trimer.study.twin.forecast import scored
    from trimer.study.twin.run import fit
    from trimer.study.twin.view import learned

    options = {key: settings[key] for key in ("population", "walkers", "warm_up", "steps", "seed")}
    twin = fit(
        folder / CASE, until=settings["until"] or None, **options, threads=1, keep=folder / KEEP, resume=True,
        progress=lambda stage, share: progress(stage, 0.95 * share),
    )  # fmt: skip
    progress("fit: what it says", 0.95)
    found = as_plain(twin, learned(twin), scored(twin))
    (folder / FIGURES).mkdir(exist_ok=True)
    for ending in FORMATS:  # here, not when somebody looks: it takes some seconds
        save(twin, folder / FIGURES / f"twin.{ending}")
    return found


def _end_with_parent() -> None:
    """Wait for the end of the standard input; read below Python's buffers, which a thread must not hold at the end."""
    while os.read(0, 1):
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
