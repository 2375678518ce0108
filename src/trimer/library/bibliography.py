"""The bibliography: every citation key that a library file may use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trimer.errors import LibraryError

_HEAD = re.compile(r"@(\w+)\s*\{\s*([^,\s{}]+)\s*,")
_FIELD = re.compile(r"(\w+)\s*=\s*\{")


@dataclass(frozen=True)
class Reference:
    """Hold one entry of the bibliography: its key, its kind (``article``, ``misc``) and its fields as written."""

    key: str
    kind: str
    fields: Mapping[str, str]

    def __str__(self) -> str:
        """Return a one-line citation."""
        order = ("author", "title", "journal", "year", "doi", "note")
        return ". ".join(self.fields[name] for name in order if name in self.fields)


def parse_bibliography(text: str, where: str) -> dict[str, Reference]:
    """Return the entries of BibTeX text by key; fields must be in braces.

    Raises
    ------
    LibraryError
        When a key stands twice or a brace is not closed.
    """
    found: dict[str, Reference] = {}
    for head in _HEAD.finditer(text):
        kind, key = head.group(1).lower(), head.group(2)
        if key in found:
            raise LibraryError(f"{where}: {key}", "the key twice", "each key once")
        body = text[head.end() : _close(text, head.end(), f"{where}: {key}")]
        fields: dict[str, str] = {}
        position = 0
        while (match := _FIELD.search(body, position)) is not None:
            position = _close(body, match.end(), f"{where}: {key}.{match.group(1)}")
            value = " ".join(body[match.end() : position].split())
            fields[match.group(1).lower()] = value.replace("{", "").replace("}", "")
        found[key] = Reference(key, kind, fields)
    return found


def _close(text: str, start: int, where: str) -> int:
    """Return the position of the brace that closes the one before ``start``."""
    depth = 1
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    raise LibraryError(where, "an open brace", "a closed one")


def read_bibliography(path: Path) -> dict[str, Reference]:
    """Return the entries of a BibTeX file by key."""
    return parse_bibliography(path.read_text(encoding="utf-8"), path.name)
