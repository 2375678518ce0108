"""The rows of a virtual trial as rows of the store: from the folder it was kept in, chunk by chunk, or from memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import trimer.library as library
from trimer.engine.chunks import spans_of
from trimer.errors import InputError, LibraryError
from trimer.study.cohorts.recorded import REMISSIONS
from trimer.study.cohorts.tables import VIRTUAL
from trimer.study.simulation import Table
from trimer.study.trial.run import MOST, TrialResult
from trimer.study.trial.store import MANIFEST, SCHEMA, Span, TrialStore

LARGEST, CHUNKS = 4_000_000, 100_000  # bytes of a manifest; chunks that it may speak of
TOGETHER = 65_536  # patients that are handed over at a time
_ENTRY = "first dose of the trial"
_MANY = 3.0  # salvages; a trial's table says 3 for three or more
_NUMBERS = (
    "patient", "status", "age", "female", "weight", "salvages", "prior_hsct", "refractory", "ph_positive",
    "blasts_at_entry", "mrd_at_entry", "t_cells_at_entry", "mrd_negative", "crs_grade", "response_day", "os_time",
    "os_event", "rfs_time", "rfs_event", "relapse_day", "neutropenia_grade",
)  # fmt: skip
_WORDS = ("arm", "response", "cd19_at_failure")


@dataclass(frozen=True)
class Virtual:
    """Hold a virtual trial to be added.

    Attributes
    ----------
    name : str
        Trial, seed and patients.
    sha256 : str
        Of its manifest.
    content : str
        SHA-256 of what any patient of it is drawn and treated by, versions included, whichever patients were run.
    about : mapping
        The manifest.
    spans : tuple of (int, int)
        First patient and how many, a chunk each.
    read : callable
        Takes spans and returns their rows.
    """

    name: str
    sha256: str
    content: str
    about: Mapping[str, Any]
    spans: tuple[Span, ...]
    read: Callable[[Sequence[Span]], Table]

    def tables(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Yield columns of some courses for the tables of the store, and how many patients could not be simulated.

        Raises
        ------
        InputError
            When a chunk is damaged, or is no table of a trial.
        """
        design = Design.of(self.about["description"])
        of = [list(group) for _, group in groupby(self.spans, key=lambda span: span[0] // TOGETHER)]
        for spans in of:
            table = self.read(spans)
            yield _store_columns(_checked(table, self.name), self.content, design)


@dataclass(frozen=True)
class Design:
    """Hold what the library says of a trial's arms, as far as it has the trial."""

    criterion: str
    scale: str
    treatments: Mapping[str, str]
    drugs: Mapping[str, list[str]]

    @classmethod
    def of(cls, description: Mapping[str, Any]) -> Design:
        """Return the design that a manifest describes."""
        treatments = {arm["arm"]: [part["name"] for part in arm["treatments"]] for arm in description["arms"]}
        try:
            found = library.trial(description["trial"])
            criterion, scale = found.assessment.response, found.crs.scale
        except LibraryError:  # a trial from a file of one's own
            criterion = scale = f"of trial {description['trial']}"
        return cls(
            criterion,
            scale,
            {arm: " or ".join(names) for arm, names in treatments.items()},
            {arm: [drug for name in names for drug in _drug(name)] for arm, names in treatments.items()},
        )


def _drug(treatment: str) -> list[str]:
    """Return the drug of a protocol; the name of a regimen, or of what the library does not have, as it is."""
    try:
        return [library.protocol(treatment).drug]
    except LibraryError:
        return [treatment]


def of_folder(folder: Path) -> Virtual:
    """Return the virtual trial that ``trimer trial --keep`` left in a folder.

    Nothing is simulated, and the trial may have been made with other versions; its manifest says which.

    Raises
    ------
    InputError
        When the folder holds no trial, a changed manifest, or a trial that is not finished.
    """
    path = folder / MANIFEST
    expected = "the manifest of a trial, as `trimer trial --keep` writes it"
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(str(path), f"{path.stat().st_size:,} bytes", f"at most {LARGEST:,} bytes")
        manifest = json.loads(path.read_text(encoding="utf-8"))
        held = {name: manifest[name] for name in ("schema", "versions", "patients", "chunk", "description")}
        said = held["description"]
        first, patients, chunk = (_whole(said[name]) for name in ("first", "patients", "chunk"))
        mark = _mark(held)
        name, content = _named(said, held["versions"])
        Design.of(said)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise InputError(str(path), "something unreadable", expected) from fault
    if held["schema"] != SCHEMA or manifest.get("sha256") != mark or not _possible(patients, chunk):
        raise InputError(str(path), "a manifest of something else, or a changed one", expected)
    store = TrialStore(folder, mark)
    spans = tuple(spans_of(first, patients, chunk))
    if any(not store.has(*span) for span in spans):
        hint = f"Go on: trimer trial {said['trial']} --keep {folder} --resume"
        raise InputError(str(folder), "a trial of which chunks are missing", "a finished one", hint)
    return Virtual(name, mark, content, held, spans, store.table)


def of_result(result: TrialResult) -> Virtual:
    """Return a virtual trial that was just run.

    Raises
    ------
    InputError
        When it does not say of which patients it is.
    """
    said = {name: value for name, value in result.provenance.items() if name != "versions"}
    if not {"seed", "patients", "chunk", "first", "arms"} <= set(said):
        raise InputError("trial", "a result without its provenance", "one of trimer.trial")
    held = {
        "schema": SCHEMA,
        "versions": result.provenance["versions"],
        "patients": said["patients"],
        "chunk": said["chunk"],
        "description": said,
    }
    name, content = _named(said, held["versions"])
    return Virtual(name, _mark(held), content, held, ((0, 0),), lambda _: result.table)


def _named(said: Mapping[str, Any], versions: object) -> tuple[str, str]:
    """Return what a trial is called here, and the SHA-256 of what any patient of it is drawn, treated and solved by."""
    first, last = said["first"], said["first"] + said["patients"] - 1
    name = f"{said['trial']}, seed {said['seed']}, patients {first} to {last}"
    same = {k: v for k, v in said.items() if k not in ("first", "patients", "chunk")}
    return name, _mark({**same, "versions": versions})


def _possible(patients: int, chunk: int) -> bool:
    return chunk >= 1 and 1 <= patients <= min(MOST, chunk * CHUNKS)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("not a whole number")
    return value


def _mark(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _checked(table: Table, name: str) -> Table:
    """Return a table that has the columns needed, numbers as numbers and words as words."""
    for columns, kinds in ((_NUMBERS, "iufb"), (_WORDS, "U")):
        for column in columns:
            if column not in table or table[column].dtype.kind not in kinds:
                raise InputError(name, f"rows without a usable column {column!r}", "the rows of a virtual trial")
    return table


def _store_columns(table: Table, content: str, design: Design) -> tuple[dict[str, Any], int]:
    """Return columns by table of the store, keyed by a row number, and how many patients could not be simulated."""
    solved = table["status"] == 0
    t = {name: table[name][solved] for name in (*_NUMBERS, *_WORDS)}
    n = len(t["patient"])
    arms, response = t["arm"], t["response"]
    remission = np.isin(response, REMISSIONS)
    salvages = t["salvages"].astype(float)
    both = {
        "age": t["age"], "weight": t["weight"], "marrow_blast_percent": t["blasts_at_entry"], "mrd": t["mrd_at_entry"],
        "t_cells": t["t_cells_at_entry"], "crs_grade": t["crs_grade"].astype(float), "os": t["os_time"],
        "rfs": t["rfs_time"],
    }  # fmt: skip
    courses = {
        "row": np.arange(n),
        "origin": np.full(n, VIRTUAL),
        "content": np.full(n, content),
        "subject": t["patient"].astype(str),
        "arm": arms,
        "entry": np.full(n, _ENTRY),
        "entry_day": np.zeros(n),
        **{f"{name}_{end}": x for name, x in both.items() for end in ("low", "high")},
        "prior_salvages_low": salvages,
        "prior_salvages_high": np.where(salvages >= _MANY, np.inf, salvages),
        **{name: _truth(t[name]) for name in ("female", "ph_positive", "prior_hsct", "refractory", "mrd_negative")},
        "response": _told(response),
        "response_set": np.full(n, design.criterion),
        "remission": remission,
        "cd19_at_failure": _told(t["cd19_at_failure"]),
        "os_event": _truth(t["os_event"]),
        "rfs_event": _known(t["rfs_event"] == 1, ~np.isnan(t["rfs_time"])),
    }
    known = response != ""
    treatments = {
        "row": np.arange(n),
        "kind": np.full(n, "arm of a trial"),
        "name": np.array([design.treatments.get(arm, arm) for arm in arms.tolist()], dtype=object),
        "drugs": [design.drugs.get(arm, []) for arm in arms.tolist()],
        "role": np.full(n, "induction"),
        "start_day": np.zeros(n),
        "refractory": _known(~remission, known),
        "reason": np.where(known, "no remission within the trial's window, or one", "not assessed"),
    }
    return {"courses": courses, "treatments": treatments, "judgements": _judged(t, design)}, int((~solved).sum())


def _judged(t: Mapping[str, NDArray[Any]], design: Design) -> dict[str, Any]:
    """Return the judgements of a trial: best response of those assessed, and the worst grade of cytokine release."""
    n = len(t["patient"])
    rows = np.flatnonzero(t["response"] != "")
    day = np.where(t["response_day"][rows] > 0, t["response_day"][rows], np.nan)
    grades = t["crs_grade"].astype(float)
    m = len(rows)
    return {
        "row": np.concatenate([rows, np.arange(n)]),
        "judged_by": np.repeat([design.criterion, design.scale], [m, n]),
        "subject": np.repeat(["response", "crs"], [m, n]),
        "visit": np.repeat(["best within the window", "worst of the trial"], [m, n]),
        "day": np.concatenate([day, np.full(n, np.nan)]),
        "category": np.concatenate(
            [t["response"][rows].astype(object), np.char.add("grade ", grades.astype(int).astype(str)).astype(object)]
        ),
        "grade_low": np.concatenate([np.full(m, np.nan), grades]),
        "grade_high": np.concatenate([np.full(m, np.nan), grades]),
    }


def _truth(x: NDArray[Any]) -> NDArray[Any]:
    """Return 1 and 0 as true and false, NaN as None."""
    numbers = x.astype(float)
    return _known(numbers == 1.0, ~np.isnan(numbers))


def _told(words: NDArray[Any]) -> NDArray[Any]:
    return _known(words, words != "")


def _known(values: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[Any]:
    """Return values as objects, None where they are not known."""
    found: NDArray[Any] = values.astype(object)
    found[~known] = None
    return found
