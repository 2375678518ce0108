"""A recorded case as a GA4GH Phenopacket (schema version 2, JSON).

Every statement of the record is somewhere in the packet. What the schema has an element for is an element: who the
patient is, what was measured, what was given, which toxicity came. What it has none for stands as lines of a
``description``, ``name: value`` each: how the report dates an event, its denominators, notes and ambiguities. A date
that is not known to the day is an interval, the first to the last day the record allows, and never a day of its own.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import trimer.units as units
from trimer.errors import InputError
from trimer.record.case import Case
from trimer.record.dates import Window
from trimer.record.schema import CaseDocument, EpisodeSpec, Event, Given, Measure, Observation, Realisation
from trimer.record.vocabulary import allowed_words
from trimer.storage import write_file
from trimer.study.cases import case_of
from trimer.study.export import phenopacket_codes as codes
from trimer.study.export.phenopacket_codes import Class, own

SCHEMA_VERSION = "2.0"

LOST: tuple[tuple[str, str], ...] = (
    (
        "realisation",
        "readings of an ambiguous dosing text, and what a replay gives: how Trimer simulates the case, no fact of it",
    ),
)
"""What a phenopacket does not hold, and why."""

Packet = dict[str, Any]
Line = tuple[str, str]

SEXES = {"female": "FEMALE", "male": "MALE", "not stated": "UNKNOWN_SEX"}
COMPARATORS = {"<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}


def held(document: CaseDocument) -> CaseDocument:
    """Return a case document without what a phenopacket cannot hold (:data:`LOST`)."""
    return document.model_copy(update={"realisation": Realisation()})


def phenopacket(case: str | Path | Case, created: dt.datetime | None = None) -> Packet:
    """Return a case as a phenopacket, ready for JSON.

    Parameters
    ----------
    case : str, Path or Case
        Name of a bundled case, a file, or a case already read.
    created : datetime with a time zone, optional
        When the packet was made, which the schema requires; now, if not given.

    Returns
    -------
    dict
        Keys as the schema spells them in JSON. The same case and time give the same packet.

    Raises
    ------
    CaseError
        When the case cannot be read.
    """
    found = case_of(case)
    document, events = found.document, found.events
    packet: Packet = {
        "id": document.id,
        "subject": _subject(document),
        "phenotypicFeatures": [_toxicity(found, e, x) for e in events for x in e.episodes if x.kind == "toxicity"],
        "measurements": [*_patient(found), *(m for event in events for m in _measurements(found, event))],
        "diseases": [_disease(found)],
        "medicalActions": [action for event in events for action in _actions(found, event)],
    }
    packet["metaData"] = {
        "created": _moment(created or dt.datetime.now(dt.UTC)),
        "createdBy": f"Trimer {version('trimer')}",
        "resources": codes.resources(packet),
        "phenopacketSchemaVersion": SCHEMA_VERSION,
        "externalReferences": _references(document),
    }
    return packet


def phenopacket_text(case: str | Path | Case, created: dt.datetime | None = None) -> str:
    """Return a case as the text of a phenopacket file; arguments and errors as :func:`phenopacket`."""
    return json.dumps(phenopacket(case, created), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_phenopacket(case: str | Path | Case, path: str | Path, created: dt.datetime | None = None) -> Path:
    """Write a case as a phenopacket file, whole or not at all, and return the file.

    Raises
    ------
    CaseError
        When the case cannot be read.
    InputError
        When the file's folder does not exist, or it cannot be written.
    """
    return write_file(path, phenopacket_text(case, created))


def described(lines: Iterable[Line]) -> str:
    """Return lines of ``name: value`` as one text; a backslash and a line end within a value are escaped."""
    return "\n".join(f"{name}: {_escaped(value)}" for name, value in lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _plain(model: Any) -> str:
    """Return a part of the case file as it stands there, on one line."""
    return json.dumps(model.model_dump(mode="json", by_alias=True, exclude_defaults=True), ensure_ascii=False)


# ---- the patient


def _subject(document: CaseDocument) -> Packet:
    told = {x.text for e in document.events for x in e.observations if x.observable == "vital_status" and x.text}
    status = "DECEASED" if "dead" in told else "ALIVE" if "alive" in told else ""
    return {
        "id": document.id,
        **({"vitalStatus": {"status": status}} if status else {}),
        "sex": SEXES[document.patient.sex],
        "taxonomy": dict(codes.HUMAN),
    }


def _patient(case: Case) -> Iterator[Packet]:
    """Yield age, weight and height, as of the day from which the record counts."""
    patient = case.patient
    when = _time(case, case.document.origin)
    age = Measure(value=patient.age, kind="stated")
    for name, measure in (("age", age), ("weight", patient.size.weight), ("height", patient.size.height)):
        value, unit = units.split(measure.value, f"{case.id}: patient.{name}")
        lines = [("patient", name), ("as written", measure.value), ("kind", measure.kind)]
        lines += [("note", measure.note)] if measure.note is not None else []
        code = codes.LOINC[name]
        yield {
            "description": described(lines),
            "assay": {"id": f"LOINC:{code.code}", "label": code.label},
            "value": {"quantity": {"unit": codes.unit(unit), "value": value}},
            **when,
        }


def _disease(case: Case) -> Packet:
    """Return the leukaemia, with the day of presentation where an event is marked so; the record has no stages."""
    first = next((event.id for event in case.events if event.context == "presentation"), "")
    return {"term": dict(codes.DISEASE), **(_time(case, first, "onset") if first else {})}


def _references(document: CaseDocument) -> list[Packet]:
    source = document.source
    key = f"DOI:{source.doi}" if source.doi else f"{codes.OWN}:{source.citation}"
    article = {
        "citation": source.citation, "title": source.title, "authors": source.authors, "journal": source.journal,
        "year": str(source.year), "case": document.title,
    }  # fmt: skip
    found = [(f"{codes.OWN}:article", described(article.items()))]
    found += [(f"{codes.OWN}:seen", text) for text in source.seen]
    found += [(f"{codes.OWN}:recalled", text) for text in source.recalled]
    found += [(f"{codes.OWN}:note", _plain(note)) for note in document.article_notes]
    return [{"id": key, "reference": kind, "description": text} for kind, text in found]


# ---- what was seen


def _measurements(case: Case, event: Event) -> Iterator[Packet]:
    """Yield the event itself with all that is told of it, then its observations."""
    when = _time(case, event.id)
    yield {
        "description": described(_told(case, event)),
        "assay": own("event", "Event of the record"),
        "value": {"ontologyClass": own(event.kind, event.label)},
        **when,
    }
    for item in event.observations:
        yield {"description": described(_qualified(event, item)), "assay": codes.assay(item), **_value(item), **when}


def _told(case: Case, event: Event) -> Iterator[Line]:
    """Yield what is told of an event and what the schema has no element for."""
    yield "event", event.id
    yield "number", str(event.number)
    if event.id == case.document.origin:
        yield "origin", "day 0 of the record"
        yield from (("clock", _plain(clock)) for clock in case.document.clocks)
    yield "date", _plain(event.date)
    if event.end is not None:
        yield "end", _plain(event.end)
    if event.with_ is not None:
        yield "with", event.with_
    if event.context is not None:
        yield "context", event.context
    for name, parts in (("given", event.given), ("episode", event.episodes), ("note", event.notes)):
        yield from ((name, _plain(part)) for part in parts)
    if event.conclusion is not None:
        yield "conclusion", event.conclusion


def _qualified(event: Event, item: Observation) -> Iterator[Line]:
    """Yield what qualifies an observation."""
    yield "event", event.id
    yield "observable", item.observable
    if item.text is not None and (item.value is not None or item.interval is not None):
        yield "text", item.text
    if item.unit is not None and item.value is None and item.interval is None:
        yield "unit", item.unit
    if item.basis != "stated":
        yield "basis", item.basis
    for name in ("specimen", "denominator", "method", "sensitivity", "precision", "note"):
        value = getattr(item, name)
        if value is not None:
            yield name, value if isinstance(value, str) else repr(value)


def _value(item: Observation) -> Packet:
    """Return a value; a bound is a quantity typed as one, so that nobody takes ``< 5`` for 5."""
    unit = codes.unit(item.unit or "")
    if item.interval is not None:
        typed = [(own("low", "lower bound"), item.interval[0]), (own("high", "upper bound"), item.interval[1])]
    elif item.value is not None and item.comparator != "=":
        typed = [(own(COMPARATORS[item.comparator], item.comparator), item.value)]
    elif item.value is not None:
        return {"value": {"quantity": {"unit": unit, "value": item.value}}}
    else:
        return {"value": {"ontologyClass": _words(item)}}
    quantities = [{"type": kind, "quantity": {"unit": unit, "value": value}} for kind, value in typed]
    return {"complexValue": {"typedQuantities": quantities}}


def _words(item: Observation) -> Class:
    if item.absence is not None:
        return own(f"absence_{item.absence.replace(' ', '_')}", item.absence)
    text = item.text or ""
    return own(text.replace(" ", "_") if text in allowed_words(item.observable) else "text", text)


def _toxicity(case: Case, event: Event, item: EpisodeSpec) -> Packet:
    """Return a toxicity as the record names it; no grade is judged here."""
    return {
        "description": described([("event", event.id), *([("detail", item.detail)] if item.detail else [])]),
        "type": codes.phenotype(item.name),
        **_time(case, event.id, "onset"),
        **_resolution(case, event, item),
    }


def _resolution(case: Case, event: Event, item: EpisodeSpec) -> Packet:
    if item.lasts is not None:
        days = units.parse(item.lasts, "day", f"{case.id}: {event.id}: lasts")
        start = case.schedule.windows[event.id]
        return _element("resolution", _days(case, start.earliest + days, start.latest + days))
    until = item.until or f"{event.id}.end"
    return _time(case, until, "resolution") if until in case.schedule.windows else {}


# ---- what was done


def _actions(case: Case, event: Event) -> Iterator[Packet]:
    """Yield drugs, regimens and procedures of an event."""
    start, end = _time(case, event.id, "startTime"), f"{event.id}.end"
    for given in event.given:
        if given.regimen is not None:
            stop = _time(case, end, "endTime") if end in case.schedule.windows else {}
            name = own(f"regimen_{given.regimen}", given.regimen)
            yield {"therapeuticRegimen": {"ontologyClass": name, **start, **stop, "regimenStatus": "UNKNOWN_STATUS"}}
        else:
            yield {"treatment": _treatment(case, event, given)}
    names = [item.name for item in event.episodes if item.kind == "procedure"]
    if event.kind == "procedure" and not names:
        names = [event.label]
    for words in names:
        yield {"procedure": {"code": own("procedure", words), **_time(case, event.id, "performed")}}


def _treatment(case: Case, event: Event, given: Given) -> Packet:
    found: Packet = {"agent": codes.agent(given.drug or "")}
    if given.route is not None:
        found["routeOfAdministration"] = own(f"route_{given.route}", given.route)
    text = given.amount or given.rate
    if text is not None:
        value, unit = units.split(text, f"{case.id}: {event.id}: given {given.drug}")
        quantity = {"unit": codes.unit(unit), "value": value}
        spans = [(frequency, _interval(span)) for frequency, span in _spans(case, event, given)]
        found["doseIntervals"] = [
            {"quantity": quantity, "scheduleFrequency": frequency, "interval": span}
            for frequency, span in spans
            if span is not None
        ]
    return found


def _spans(case: Case, event: Event, given: Given) -> Iterator[tuple[Class, tuple[dt.date, dt.date] | None]]:
    """Yield when each dose was given, as narrowly as the record says, and how often within that time."""
    start = case.schedule.windows[event.id]
    end = case.schedule.windows.get(f"{event.id}.end", start)
    if given.days:
        for day in given.days:
            later = day - 1.0
            frequency = own("treatment_day", f"on treatment day {day}")
            yield frequency, _days(case, start.earliest + later, start.latest + later)
    else:
        frequency = own("within", "within the interval, as described")
        if given.rate:
            infusion = own("infusion", "continuous"), own("infusion_begun", "continuous, begun within the interval")
            frequency = infusion[event.end is None]
        yield frequency, _days(case, start.earliest, max(start.latest, end.latest))


# ---- time


def _time(case: Case, point: str, name: str = "timeObserved") -> Packet:
    """Return when an event was as an element of that name, or nothing where the record sets no bound."""
    window: Window = case.schedule.windows[point]
    return _element(name, _days(case, window.earliest, window.latest))


def _element(name: str, span: tuple[dt.date, dt.date] | None) -> Packet:
    if span is None:
        return {}
    if span[0] == span[1]:
        return {name: {"timestamp": f"{span[0].isoformat()}T00:00:00Z"}}
    return {name: {"interval": _interval(span)}}


def _interval(span: tuple[dt.date, dt.date] | None) -> Packet | None:
    """Return whole days as an interval: from the beginning of the first to the end of the last."""
    if span is None:
        return None
    return {"start": f"{span[0].isoformat()}T00:00:00Z", "end": f"{span[1].isoformat()}T23:59:59Z"}


def _days(case: Case, earliest: float, latest: float) -> tuple[dt.date, dt.date] | None:
    """Return first and last day as dates; None where one is open, or lies outside the calendar."""
    if math.isinf(earliest) or math.isinf(latest):
        return None
    try:
        first, last = (case.schedule.origin + dt.timedelta(days=math.floor(day)) for day in (earliest, latest))
    except OverflowError:
        return None
    return first, last


def _moment(when: dt.datetime) -> str:
    if when.tzinfo is None:
        raise InputError("created", when.isoformat(), "a time with its time zone")
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
