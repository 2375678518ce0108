"""Where results are kept between runs, and how a file is written: whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def cache_folder(kind: str) -> Path:
    """Return where one kind of result is kept: under ``TRIMER_CACHE_DIR``, or the platform's cache folder of the user.

    Raises
    ------
    RuntimeError
        When the user has no home folder.
    """
    chosen = os.environ.get("TRIMER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser() / kind
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "trimer" / kind


def keep(place: Path, name: str, payload: bytes) -> bool:
    """Store bytes as a file of a folder in one step; return False, having done nothing, where that is not allowed."""
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(dir=place, suffix=".part")
    except OSError:
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
        os.replace(draft, place / name)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        return False
    return True
