"""Compiled kernels on disk: found by what they were made from, checked before use, safe between processes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from trimer.storage import cache_folder, keep

MAGIC = b"trimer-kernel-1\n"


def folder() -> Path:
    """Return where compiled kernels are kept."""
    return cache_folder("kernels")


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
    except RuntimeError:
        return False
    return keep(place, f"{key}.bin", MAGIC + _digest(key, payload) + payload)


def _digest(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + payload).digest()
