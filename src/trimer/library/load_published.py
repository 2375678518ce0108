"""What trials published, in two folders: one that calibration may read, one kept for validation.

Each reader opens files of its own folder alone and keeps nothing, so a test can watch which were opened.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from trimer.binomial import exact_limits
from trimer.errors import LibraryError
from trimer.library.files import HERE, UnknownEntryError, read_toml, validate

Role = Literal["calibration", "validation"]

FOLDER = HERE / "published"
EXACT = "exact binomial"
_SHARED = ("source", "where", "arm")  # a file may say these once for all of its results


@dataclass(frozen=True)
class Published:
    """Hold one published number and what is known of it.

    Attributes
    ----------
    trial, label : str
        Name of the file and what a person reads.
    arm : str
        Treatment arm, ``"both"`` for both together, or a schedule.
    key : str
        Endpoint, such as ``"cr_crh"``; an observable (``"cd8"``, ``"il6"``) in the digitised series.
    group : str
        Of whom: ``"all"``, ``"treated"``, ``"responders"``, ``"failures"``, ``"those with CRS"``, or a subgroup.
    n, events : int or None
        Patients and those with the event (samples and those above the assay's floor for ``"il6"``); None if not given.
    value : float
        The number [unit]; NaN where the source prints a range, or only words that stand in the note.
    unit : str
        ``"%"``, ``"month"``, ``"day"``, ``"ratio"``, ``"ng/mL"``, ``"pg/mL"``, ``"1/uL"`` or ``"1/year"``.
    low, high : float
        Limits [unit]; NaN when there are none, inf for one that was not reached.
    interval : str
        What the limits are: ``"published"`` (95 %), ``"exact binomial"`` (95 %, computed here), ``"quartiles"``,
        ``"range"``, or empty.
    seen : bool
        Whether the number was seen in its source; else it is recalled.
    source, where, note : str
        Key in references.bib, the place there, and what else one must know of the number.
    modelled : bool
        Whether a virtual trial has this outcome and group.
    role : str
        ``"calibration"`` or ``"validation"``.
    reference : str
        The arm or group that a ratio is against.
    days : tuple of float or None
        First and last day of the samples, from the start of the infusion.
    population, about : str
        Who was treated, and what one must know of the whole file.
    """

    trial: str
    label: str
    arm: str
    key: str
    group: str
    n: int | None
    events: int | None
    value: float
    unit: str
    low: float
    high: float
    interval: str
    seen: bool
    source: str
    where: str
    note: str
    modelled: bool
    role: Role
    reference: str = ""
    days: tuple[float, float] | None = None
    population: str = ""
    about: str = ""

    @property
    def provenance(self) -> str:
        """Return ``"seen"`` or ``"recalled"``."""
        return "seen" if self.seen else "recalled"


def calibration(name: str | None = None) -> tuple[Published, ...]:
    """Return the published results that calibration may use: of one source, or of all in order of name.

    Raises
    ------
    LibraryError
        When there is no such source among them (the nearest names are given), or its file has a fault.
    """
    return _results("calibration", name)


def validation(name: str | None = None) -> tuple[Published, ...]:
    """Return the published results kept for validation: of one trial, or of all in order of name.

    Raises
    ------
    LibraryError
        When there is no such trial among them (the nearest names are given), or its file has a fault.
    """
    return _results("validation", name)


def names(role: Role) -> tuple[str, ...]:
    """Return the names of the sources of a role, sorted; opens no file.

    Raises
    ------
    LibraryError
        When there is no such role.
    """
    if role not in ("calibration", "validation"):
        raise LibraryError("published results", f'role "{role}"', "calibration or validation")
    return tuple(sorted(path.stem for path in (FOLDER / role).glob("*.toml")))


def published_from(path: Path, role: Role) -> tuple[Published, ...]:
    """Return the results that a file holds.

    Raises
    ------
    LibraryError
        When the file cannot be read, breaks the schema, or has a name unlike the file's.
    """
    document = read_toml(path)
    validate(document, "published", path.name)
    if path.stem != document["name"]:
        raise LibraryError(f"{path.name}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    shared = {key: document[key] for key in _SHARED if key in document}
    return tuple(_published(document, {**shared, **entry}, role) for entry in document["results"])


def exact_binomial(events: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact limits of a proportion, %; see :func:`trimer.binomial.exact_limits`."""
    low, high = exact_limits(events, n, level)
    return 100.0 * float(low), 100.0 * float(high)


def _results(role: Role, name: str | None) -> tuple[Published, ...]:
    known = names(role)
    if name is not None and name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"Nearest: {', '.join(near)}." if near else f"There are {', '.join(known)}."
        raise UnknownEntryError(f"No published results '{name}' for {role}. {hint}", "source", name, hint)
    wanted = known if name is None else (name,)
    return tuple(result for each in wanted for result in published_from(FOLDER / role / f"{each}.toml", role))


def _published(document: Mapping[str, Any], entry: Mapping[str, Any], role: Role) -> Published:
    """Return one result, with a proportion and its exact limits worked out where the file has only the events."""
    n, events, unit = entry.get("n"), entry.get("events"), entry["unit"]
    value, low, high = (float(entry.get(key, math.nan)) for key in ("value", "low", "high"))
    interval = entry.get("interval", "")
    if unit == "%" and n is not None and events is not None:
        value = 100.0 * events / n if math.isnan(value) else value
        if not interval:
            (low, high), interval = exact_binomial(events, n), EXACT
    return Published(
        trial=document["name"],
        label=document["label"],
        arm=entry.get("arm", ""),
        key=entry["key"],
        group=entry["group"],
        n=n,
        events=events,
        value=value,
        unit=unit,
        low=low,
        high=high,
        interval=interval,
        seen=entry["seen"],
        source=entry["source"],
        where=entry.get("where", ""),
        note=entry.get("note", ""),
        modelled=entry.get("modelled", True),
        role=role,
        reference=entry.get("reference", ""),
        days=tuple(entry["days"]) if "days" in entry else None,
        population=document["population"],
        about=document.get("note", ""),
    )
