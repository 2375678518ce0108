"""Finished chunks of a simulation on disk: written whole, recognised again, so that an interrupted run can go on.

A folder holds ``manifest.json`` (what the simulation is) and, a chunk, ``endpoints-<first>-<count>.csv`` (a row a
patient), ``decisions-<first>-<count>.csv`` (a row a decision) and ``error-<first>-<count>.json``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trimer.errors import InputError
from trimer.storage import keep
from trimer.study.simulation import Log, Table

MANIFEST = "manifest.json"
WHOLE = ("patient", "status", "steps", "ties", "decisions")  # columns of whole numbers

TOLD = ("median", "largest", "compared", "decided otherwise")  # of the achieved error


@dataclass(frozen=True)
class Store:
    """Hold the folder of one simulation."""

    folder: Path

    @classmethod
    def open(cls, folder: str | Path, description: Mapping[str, Any]) -> Store:
        """Return the store in a folder, which is made if it is not there.

        Raises
        ------
        InputError
            When the folder holds another simulation, or cannot be written.
        """
        place = Path(folder)
        text = json.dumps(description, sort_keys=True, indent=1)
        mark = hashlib.sha256(text.encode()).hexdigest()
        try:
            known = json.loads((place / MANIFEST).read_text(encoding="utf-8")).get("sha256")
        except FileNotFoundError:
            known = None
        except (OSError, ValueError, AttributeError) as fault:
            raise InputError(str(place / MANIFEST), "something unreadable", "the manifest of a simulation") from fault
        if known is not None and known != mark:
            raise InputError(str(place), "another simulation", "a folder of its own for each", "Name another folder.")
        if known is None:
            document = json.dumps({"schema": "trimer/simulation-store/1", "sha256": mark, **description}, indent=1)
            if not keep(place, MANIFEST, document.encode(), private=False):
                raise InputError("--keep", str(place), "a folder that can be written")
        return cls(place)

    def _path(self, what: str, first: int, count: int, suffix: str) -> Path:
        return self.folder / f"{what}-{first:09d}-{count}.{suffix}"

    def has(self, first: int, count: int) -> bool:
        """Return whether a chunk is there, all of it."""
        parts = (("endpoints", "csv"), ("decisions", "csv"), ("error", "json"))
        return all(self._path(what, first, count, suffix).exists() for what, suffix in parts)

    def write(self, first: int, count: int, table: Table, log: Log, error: Mapping[str, float]) -> None:
        """Keep a chunk.

        Raises
        ------
        InputError
            When it cannot be written.
        """
        columns = [table[name].tolist() for name in table]
        parts = {
            self._path("endpoints", first, count, "csv"): _csv(list(table), zip(*columns, strict=True)),
            self._path("decisions", first, count, "csv"): _csv(["patient", "day", "rule"], log),
            self._path("error", first, count, "json"): json.dumps({k: _plain(v) for k, v in error.items()}),
        }
        for path, text in parts.items():
            if not keep(self.folder, path.name, text.encode(), private=False):
                raise InputError("--keep", str(path), "a file that can be written")

    def read(self, first: int, count: int) -> tuple[Table, Log, dict[str, float]]:
        """Return a chunk.

        Raises
        ------
        InputError
            When its files are damaged.
        """
        path = self._path("endpoints", first, count, "csv")
        try:
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
            columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
            table = {n: np.array([int(x) if n in WHOLE else float(x) for x in c]) for n, c in columns.items()}
            if table["patient"].tolist() != list(range(first, first + count)):
                raise ValueError("patients are missing")
            path = self._path("decisions", first, count, "csv")
            entries = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))[1:]
            log = [(int(patient), float(day), rule) for patient, day, rule in entries]
            path = self._path("error", first, count, "json")
            told = json.loads(path.read_text(encoding="utf-8"))
            error = {name: np.nan if told[name] is None else told[name] for name in TOLD}
        except (OSError, ValueError, LookupError, TypeError) as fault:
            raise InputError(
                str(path), "a damaged file", "a chunk as it was written", "Delete it, and the chunk is solved again."
            ) from fault
        return table, log, error


def _csv(names: list[str], rows: Any) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue()


def _plain(value: float) -> float | None:
    return None if value != value else value
