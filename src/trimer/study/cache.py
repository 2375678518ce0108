"""Results that took time, kept as JSON under a key made of everything they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from trimer.storage import cache_folder, keep

MODULES = ("model", "study", "therapy", "engine", "criteria", "record")


def folder() -> Path:
    """Return where results are kept."""
    return cache_folder("fits")


def key_of(*parts: object) -> str:
    """Return a key of the given parts and of the source of every module a result can depend on."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode())
    for module in MODULES:
        for path in sorted(_sources(Path(str(files(f"trimer.{module}"))))):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _sources(place: Path) -> Iterable[Path]:
    return (p for p in place.rglob("*") if p.suffix in (".py", ".toml"))


def read(key: str) -> dict[str, Any] | None:
    """Return what was stored under a key, or None when it is absent or damaged."""
    try:
        found = json.loads((folder() / f"{key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):  # RuntimeError: no home folder
        return None
    return found if isinstance(found, dict) else None


def write(key: str, value: dict[str, Any]) -> bool:
    """Store a value in one step; return False, having done nothing, where that is not allowed."""
    try:
        place = folder()
    except RuntimeError:
        return False
    return keep(place, f"{key}.json", json.dumps(value).encode())
