"""The dictionary beside an event table (``trimer/nonmem/1``, JSON): units, meaning of CMT, DVID and codes, subjects."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from trimer.errors import InputError
from trimer.record.schema import Context as VisitContext
from trimer.record.schema import Count, EventId, EventKind, Name, RouteName, Source, Text

SCHEMA = "trimer/nonmem/1"
SIZE_LIMIT = 20_000_000
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
Unit = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=20)]
MINIMAL = (
    '{"schema": "trimer/nonmem/1", "time_unit": "day", '
    '"compartments": {"1": {"drug": "blinatumomab", "unit": "ug", "route": "civ"}}, '
    '"observations": {"1": {"observable": "blinatumomab_plasma", "unit": "ng/mL"}}}'
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Compartment(_Strict):
    """Say what a dose with a number in CMT is.

    ``place`` is where it arrives; ``bioavailability`` the share that does, which AMT does not contain.
    """

    drug: Name
    unit: Unit
    route: RouteName | None = None
    place: Literal["depot", "central", "csf"] | None = None
    simulated: bool | None = None
    state: Name | None = None
    input: Name | None = None
    bioavailability: Annotated[float, Field(gt=0, le=1)] | None = None


class Observed(_Strict):
    """Say what a number in DVID is, and in which unit DV is."""

    observable: Name
    unit: Unit = "1"
    label: Text | None = None


class EventEntry(_Strict):
    """Say what a number in EVENT is."""

    id: EventId
    number: Count
    kind: EventKind
    label: Text
    context: VisitContext | None = None
    with_: EventId | None = Field(default=None, alias="with")


class SubjectEntry(_Strict):
    """Say who a number in ID is; ``date`` and ``day`` are those of TIME 0."""

    case: Name | None = None
    title: Text | None = None
    source: Source | None = None
    origin: EventId | None = None
    date: dt.date | None = None
    day: Annotated[float, Field(allow_inf_nan=False, ge=-1e7, le=1e7)] = 0.0
    assumed: tuple[Literal["WT", "HT"], ...] = ()
    events: dict[Code, EventEntry] = Field(default_factory=dict)


class ColumnEntry(_Strict):
    """Say what a column is, for a person."""

    label: Text
    unit: Unit | None = None


class Dictionary(_Strict):
    """Hold a whole dictionary; ``columns``, ``notice`` and ``left_out`` are for people and are not read back."""

    schema_: Literal["trimer/nonmem/1"] = Field(alias="schema")
    title: Text = "Event table"
    notice: Text | None = None
    time_unit: Unit
    compartments: dict[Code, Compartment] = Field(default_factory=dict)
    observations: dict[Code, Observed] = Field(default_factory=dict)
    codes: dict[Literal["WORD", "SPECIMEN", "METHOD", "DENOM"], dict[Code, Text]] = Field(default_factory=dict)
    subjects: dict[Code, SubjectEntry] = Field(default_factory=dict)
    columns: dict[str, ColumnEntry] = Field(default_factory=dict)
    left_out: tuple[Text, ...] = ()
    provenance: dict[str, str] = Field(default_factory=dict)

    def text(self) -> str:
        """Return it as JSON text."""
        made = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def read_dictionary(path: str | Path) -> Dictionary:
    """Return the dictionary of a JSON file.

    Raises
    ------
    InputError
        When the file cannot be read, is no JSON, or is not the dictionary of a table.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        found = getattr(error, "strerror", None) or "an unreadable file"
        hint = f"The least that a dictionary says: {MINIMAL}"
        raise InputError(path.name, found, "the dictionary of the table, a JSON file", hint) from error
    return parse_dictionary(raw, path.name)


def parse_dictionary(raw: bytes, name: str) -> Dictionary:
    """Return the dictionary in JSON bytes; errors as :func:`read_dictionary`."""
    if len(raw) > SIZE_LIMIT:
        raise InputError(name, f"more than {SIZE_LIMIT // 1_000_000} MB", "a dictionary, which is far smaller")
    try:
        value = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_each_once)
    except UnicodeDecodeError as error:
        raise InputError(name, f"byte {error.start} that is no UTF-8 text", "JSON in UTF-8") from None
    except RecursionError:
        raise InputError(name, "lists or objects nested too deeply", "the dictionary of a table") from None
    except ValueError as error:
        raise InputError(name, f"broken JSON: {str(error)[:120]}", "a JSON file") from None
    try:
        return Dictionary.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        field = ".".join(str(part)[:40] for part in fault["loc"] if part != "[key]")
        expected = fault["msg"].removeprefix("Input should be ")[:200]
        found = "nothing" if fault["type"] == "missing" else repr(fault["input"])[:60]
        raise InputError(f"{name}: {field or 'file'}", found, expected) from None


def _each_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the field {key[:40]!r} twice")
        found[key] = value
    return found
