"""Evaluated candidates on disk: written whole after each generation, known again when the same search goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trimer.errors import InputError
from trimer.storage import keep
from trimer.study.optimise.evaluate import Candidate

SCHEMA = "trimer/optimisation-search/1"
FILE = "candidates.json"


@dataclass(frozen=True)
class SearchStore:
    """Hold the folder of one search; ``said`` is what tells it from others."""

    folder: Path
    said: str

    @classmethod
    def open(cls, folder: str | Path, description: Mapping[str, Any]) -> SearchStore:
        """Return the store of a search in a folder, which is made when something is written."""
        text = json.dumps(dict(description), sort_keys=True)
        return cls(Path(folder), hashlib.sha256(text.encode()).hexdigest())

    def read(self, resume: bool) -> list[Candidate]:
        """Return the candidates that the folder holds.

        Raises
        ------
        InputError
            When it holds any and ``resume`` is not given, or those of another search, or a damaged file.
        """
        path = self.folder / FILE
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            said, entries = document["search"], document["candidates"]
            candidates = [Candidate.from_dict(entry) for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, ValueError, LookupError, TypeError) as fault:
            raise InputError(str(path), "something unreadable", "the candidates of a search", "Delete it.") from fault
        if said != self.said:
            raise InputError(str(self.folder), "another search", "a folder of its own for each", "Name another folder.")
        if candidates and not resume:
            found = f"{len(candidates)} candidates of this search, evaluated by an earlier run"
            hint = "Give --resume to go on with it, or name another folder."
            raise InputError(str(self.folder), found, "a folder without", hint)
        return candidates

    def write(self, candidates: Mapping[str, Candidate]) -> None:
        """Keep the candidates, in one step.

        Raises
        ------
        InputError
            When they cannot be written.
        """
        entries = [candidate.to_dict() for candidate in candidates.values()]
        document = {"schema": SCHEMA, "search": self.said, "candidates": entries}
        payload = json.dumps(document, indent=1, ensure_ascii=False).encode()
        if not keep(self.folder, FILE, payload, private=False):
            raise InputError(str(self.folder), "no place to write", "a folder that can be written", "Name another.")
