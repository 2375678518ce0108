"""The shape of a case file (``trimer/case/1``), field by field; unknown fields are refused.

This module says only what may stand where. Names, units, dates and references between events are the work of
:mod:`trimer.record.check` and :mod:`trimer.record.timing`. The published JSON Schema is :func:`json_schema`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SCHEMA = "trimer/case/1"
DRAFT = "trimer/draft/1"  # which a person has not reviewed, and which is no case

NAME = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"
DRUG_ROUTE = r"^[A-Za-z][A-Za-z0-9_]{0,63}(/[a-z]{2,3})?$"
EVENT_ID = r"^e[0-9]{2,4}$"
DATE_NODE = r"^e[0-9]{2,4}(\.end)?$"
PARTIAL_DATE = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
WHOLE_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
NOTE_ID = r"^A[1-9][0-9]?$"
PATTERNS = {
    NAME: "a name of letters, digits and underscores",
    DRUG_ROUTE: "a drug, or a drug and route such as methotrexate/it",
    EVENT_ID: "an event id such as e01",
    DATE_NODE: "an event id such as e01, or its end, e01.end",
    PARTIAL_DATE: "a date as 2014-01-17, 2014-01 or 2014, in quotes",
    WHOLE_DATE: "a date as 2014-01-17, in quotes",
    NOTE_ID: "an id such as A1",
}

Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(strict=True, pattern=NAME)]
DrugRoute = Annotated[str, StringConstraints(strict=True, pattern=DRUG_ROUTE)]
EventId = Annotated[str, StringConstraints(strict=True, pattern=EVENT_ID)]
DateNode = Annotated[str, StringConstraints(strict=True, pattern=DATE_NODE)]
Quantity = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=80)]
PartialDate = Annotated[str, StringConstraints(strict=True, pattern=PARTIAL_DATE)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1, le=1000)]

Comparator = Literal["=", "<", "<=", ">", ">="]
Absent = Literal["not stated", "not done"]
EventKind = Literal[
    "demography", "symptom", "lab", "flow", "cytogenetics", "fish", "regimen", "csf", "marrow", "obstetric",
    "procedure", "drug", "toxicity", "action", "decision", "status",
]  # fmt: skip
EpisodeKind = Literal[
    "regimen", "drug", "hold", "resume", "step", "stop", "rescue", "toxicity", "procedure", "conclusion", "status"
]
Context = Literal["presentation", "response assessment", "toxicity", "follow-up"]
RouteName = Literal["iv", "civ", "po", "sc", "im", "it"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(_Strict):
    """Say where the case was published, and what of that was seen and what recalled."""

    citation: Name
    title: Text
    authors: Text
    journal: Text
    year: Annotated[int, Field(strict=True, ge=1900, le=2200)]
    doi: Text | None = None
    seen: tuple[Text, ...] = ()
    recalled: tuple[Text, ...] = ()


class Measure(_Strict):
    """Hold a body measure as text with unit, and whether the report states it."""

    value: Quantity
    kind: Literal["stated", "assumed"]
    note: Text | None = None


class Size(_Strict):
    """Hold weight and height."""

    weight: Measure
    height: Measure


class Patient(_Strict):
    """Describe the patient."""

    sex: Literal["female", "male", "not stated"]
    age: Quantity
    size: Size


class Note(_Strict):
    """Hold a remark; ``id`` names an ambiguity of the text (A1, A2, ...)."""

    id: Annotated[str, StringConstraints(strict=True, pattern=NOTE_ID)] | None = None
    text: Text


class Relative(_Strict):
    """Date something from another event: by an offset, or by treatment day (day 1 is the day treatment starts)."""

    to: DateNode
    offset: Quantity | None = None
    treatment_day: Count | None = None
    tolerance: Quantity = "0 day"
    note: Text | None = None


class Gap(_Strict):
    """Order something after or before another event; ``min`` and ``max`` bound the time between."""

    event: DateNode
    min: Quantity = "1 day"
    max: Quantity | None = None
    note: Text | None = None


class CompletedWeeks(_Strict):
    """Date something by completed weeks of a clock: week 24 runs from 24 weeks + 0 days to 24 weeks + 6 days."""

    clock: Name
    weeks: Annotated[int, Field(strict=True, ge=0, le=1000)]


class Preferred(_Strict):
    """Choose one day within the window for the replay; always an assumption."""

    date: Annotated[str, StringConstraints(strict=True, pattern=WHOLE_DATE)]
    kind: Literal["assumed"] = "assumed"
    note: Text | None = None


class DateSpec(_Strict):
    """Say all that is known of a date; every entry narrows it."""

    on: PartialDate | None = None
    between: tuple[PartialDate, PartialDate] | None = None
    completed: CompletedWeeks | None = None
    relative: tuple[Relative, ...] = ()
    after: tuple[Gap, ...] = ()
    before: tuple[Gap, ...] = ()
    prefer: Preferred | None = None


class Observation(_Strict):
    """Hold one observation: a number, an interval, words, or the reason there is none.

    ``basis: inferred`` marks a number that we read out of words; ``note`` then says how.
    """

    observable: Name
    value: Number | None = None
    interval: tuple[Number, Number] | None = None
    unit: Quantity | None = None
    comparator: Comparator = "="
    text: Text | None = None
    absence: Absent | None = None
    basis: Literal["stated", "inferred"] = "stated"
    specimen: Text | None = None
    denominator: Text | None = None
    method: Text | None = None
    sensitivity: Annotated[float, Field(strict=True, gt=0, lt=1)] | None = None
    precision: Annotated[float, Field(strict=True, gt=0)] | None = None
    note: Text | None = None


class Given(_Strict):
    """Say what was given, as the report prints it: a regimen, or one drug with its dose."""

    regimen: Name | None = None
    drug: Name | None = None
    amount: Quantity | None = None
    rate: Quantity | None = None
    route: RouteName | None = None
    days: tuple[Count, ...] = ()
    repeat: Count = 1
    detail: Text | None = None


class EpisodeSpec(_Strict):
    """Mark a hold, a rescue, a toxicity, ... that begins with the event and lasts until its end or another event."""

    kind: EpisodeKind
    name: Text
    until: DateNode | None = None
    lasts: Quantity | None = None
    detail: Text | None = None


class Event(_Strict):
    """Hold one event of the report."""

    id: EventId
    number: Count
    kind: EventKind
    label: Text
    date: DateSpec
    end: DateSpec | None = None
    with_: EventId | None = Field(default=None, alias="with")
    context: Context | None = None
    observations: tuple[Observation, ...] = ()
    given: tuple[Given, ...] = ()
    episodes: tuple[EpisodeSpec, ...] = ()
    conclusion: Text | None = None
    notes: tuple[Note, ...] = ()


class Clock(_Strict):
    """Declare a clock that counts completed weeks, such as gestation."""

    id: Name
    label: Text


class Phase(_Strict):
    """Hold one stretch of an infusion at one rate; a rate of zero is a hold."""

    rate: Quantity
    lasts: Quantity
    event: EventId


class Interpretation(_Strict):
    """Hold one way to read an ambiguous dosing text."""

    id: Name
    label: Text
    drug: Name
    route: RouteName
    start: EventId
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    note: Text | None = None


class OrderSpec(_Strict):
    """Say how the replay gives what an event reports: a library regimen, one drug, or an ambiguous infusion as read.

    It starts on the day of ``event``, or of ``start`` where that differs, plus ``offset``.
    """

    event: EventId
    start: EventId | None = None
    offset: Quantity = "0 day"
    regimen: Name | None = None
    drug: Name | None = None
    interpretation: Name | None = None
    amount: Quantity | None = None
    rate: Quantity | None = None
    route: RouteName | None = None
    lasts: Quantity | None = None
    repeat: Count = 1
    interval: Quantity = "0 day"
    kind: Literal["stated", "assumed"]
    label: Text | None = None
    note: Text | None = None
    omit: tuple[DrugRoute, ...] = ()
    amounts: dict[DrugRoute, Quantity] = Field(default_factory=dict)


class Realisation(_Strict):
    """Say how the replay fills what the record leaves open."""

    chosen: Name | None = None
    interpretations: tuple[Interpretation, ...] = ()
    orders: tuple[OrderSpec, ...] = ()


class CaseDocument(_Strict):
    """Hold a whole case file."""

    schema_: Literal["trimer/case/1"] = Field(alias="schema")
    id: Name
    title: Text
    source: Source
    patient: Patient
    origin: EventId
    clocks: Annotated[tuple[Clock, ...], Field(max_length=20)] = ()
    events: Annotated[tuple[Event, ...], Field(min_length=1, max_length=400)]
    realisation: Realisation = Realisation()
    article_notes: tuple[Note, ...] = ()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a case file, made from the models above."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **CaseDocument.model_json_schema(by_alias=True),
    }


def json_schema_text() -> str:
    """Return the JSON Schema as the text that is published beside the library's cases."""
    return json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def write_json_schema(path: Path) -> None:
    """Write the published JSON Schema."""
    path.write_text(json_schema_text(), encoding="utf-8")
