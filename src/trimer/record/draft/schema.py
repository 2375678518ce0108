"""The shape of a draft (``trimer/draft/1``): the fields of a case as items, each with its words and its status."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from trimer.record.schema import (
    Clock,
    Context,
    DateSpec,
    EpisodeSpec,
    EventId,
    EventKind,
    Given,
    Name,
    Observation,
    Size,
    Source,
    Text,
)

Status = Literal["proposed", "accepted", "rejected", "edited"]
"""``edited`` says that a person changed the value and stands by it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Span(_Strict):
    """Point at words of the report.

    Attributes
    ----------
    start, end : int, characters
        Half-open range in the text of the file as it is, from 0; a byte-order mark is not counted.
    quote : str
        The words there, with line breaks and hyphenation of the page taken out.
    """

    start: Annotated[int, Field(strict=True, ge=0)]
    end: Annotated[int, Field(strict=True, ge=0)]
    quote: Annotated[str, Field(strict=True, max_length=4000)]


class Doubt(_Strict):
    """Name a field that was left empty because the text does not decide it, and what it might be."""

    field: Text
    candidates: tuple[Text, ...] = ()
    why: Text


class Item(_Strict):
    """What every proposal has: a status, its words, and what it leaves open."""

    status: Status = "proposed"
    spans: Annotated[tuple[Span, ...], Field(max_length=20)] = ()
    doubts: tuple[Doubt, ...] = ()


class SexItem(Item):
    """Propose the sex."""

    value: Literal["female", "male", "not stated"]


class TextItem(Item):
    """Propose words or a quantity as text."""

    value: Text


class DateItem(Item):
    """Propose what is known of a date."""

    value: DateSpec


class ObservationItem(Item):
    """Propose one observation."""

    value: Observation


class GivenItem(Item):
    """Propose what was given."""

    value: Given


class EpisodeItem(Item):
    """Propose a hold, a rescue, a toxicity, ..."""

    value: EpisodeSpec


class EventItem(Item):
    """Propose one event; a rejected event takes everything in it along."""

    id: EventId
    kind: EventKind
    label: Text
    with_: EventId | None = Field(default=None, alias="with")
    context: Context | None = None
    date: DateItem
    end: DateItem | None = None
    observations: tuple[ObservationItem, ...] = ()
    given: tuple[GivenItem, ...] = ()
    episodes: tuple[EpisodeItem, ...] = ()
    conclusion: TextItem | None = None


class PatientDraft(_Strict):
    """Hold what the text says of the patient; the size is the reviewer's to fill in where the text has none."""

    sex: SexItem | None = None
    age: TextItem | None = None
    size: Size | None = None


class Report(_Strict):
    """Say which file was read.

    Attributes
    ----------
    name : str
    sha256 : str
        Of the file's bytes, so that spans can be trusted to point into the same text.
    characters : int
    """

    name: Text
    sha256: Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$")]
    characters: Annotated[int, Field(strict=True, ge=0)]


class Draft(_Strict):
    """Hold a whole draft. ``id``, ``title``, ``source`` and the size are the reviewer's to fill in."""

    schema_: Literal["trimer/draft/1"] = Field(default="trimer/draft/1", alias="schema")
    report: Report
    id: Name | None = None
    title: Text | None = None
    source: Source | None = None
    patient: PatientDraft = PatientDraft()
    origin: EventId | None = None
    clocks: Annotated[tuple[Clock, ...], Field(max_length=20)] = ()
    events: Annotated[tuple[EventItem, ...], Field(max_length=400)] = ()
