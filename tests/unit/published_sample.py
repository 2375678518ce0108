"""Which files of published results were opened: a recorder for tests of what calibration may read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trimer.library.load_published import FOLDER

_recording: list[list[Path]] = []


def _note(event: str, args: tuple[Any, ...]) -> None:
    if not _recording or event != "open" or not isinstance(args[0], str | bytes | os.PathLike):
        return
    path = Path(os.path.abspath(os.fsdecode(args[0])))  # never resolve(): that would open files itself
    if FOLDER in path.parents:
        for record in _recording:
            record.append(path)


sys.addaudithook(_note)  # for the life of the process: a hook cannot be removed, only left idle


@contextmanager
def published_opened() -> Iterator[list[Path]]:
    """Yield a list that grows by each file under ``library/published`` opened while the block runs.

    It sees this process alone, by Python's own ``open``, in every thread; a worker process needs a recorder of its own.
    """
    record: list[Path] = []
    _recording.append(record)
    try:
        yield record
    finally:
        _recording[:] = [each for each in _recording if each is not record]
