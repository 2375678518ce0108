"""Where results are kept between runs, and how a file is written: whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
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


def keep(place: Path, name: str, payload: bytes, private: bool = True) -> bool:
    """Store bytes as a file of a folder in one step; return False, having done nothing, where that is not allowed.

    Parameters
    ----------
    place : Path
        Folder, made when it is not there.
    name : str
    payload : bytes
    private : bool
        Whether folder and file are for the user alone, as a cache is; a result has the permissions new files usually
        have.
    """
    draft = place / f"{secrets.token_hex(8)}.part"
    of_folder, of_file = (0o700, 0o600) if private else (0o777, 0o666)  # less the umask
    try:
        place.mkdir(parents=True, exist_ok=True, mode=of_folder)
        with open(draft, "xb", opener=lambda path, flags: os.open(path, flags, of_file)) as file:
            file.write(payload)
        os.replace(draft, place / name)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        return False
    return True
