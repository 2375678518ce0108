"""Compiled kernels on disk: found by what they were made from, checked before use, safe between processes."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

MAGIC = b"trimer-kernel-1\n"


def folder() -> Path:
    """Return where compiled kernels are kept: ``TRIMER_CACHE_DIR``, or the platform's cache folder of the user."""
    chosen = os.environ.get("TRIMER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser() / "kernels"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "trimer" / "kernels"


def read(key: str) -> bytes | None:
    """Return what was stored under ``key``, or None when it is absent or damaged."""
    try:
        content = (folder() / f"{key}.bin").read_bytes()
    except (OSError, RuntimeError):  # RuntimeError: no home folder
        return None
    head = len(MAGIC) + 32
    payload = content[head:]
    if content[: len(MAGIC)] != MAGIC or content[len(MAGIC) : head] != _digest(key, payload):
        return None
    return payload


def write(key: str, payload: bytes) -> bool:
    """Store ``payload`` under ``key`` in one step; return False, having done nothing, where that is not allowed."""
    try:
        place = folder()
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=place, suffix=".part")
    except (OSError, RuntimeError):
        return False
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(MAGIC + _digest(key, payload) + payload)
        os.replace(name, place / f"{key}.bin")
    except OSError:
        Path(name).unlink(missing_ok=True)
        return False
    return True


def _digest(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + payload).digest()
