"""A subject of an event table as a case document."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import replace

from pydantic import ValidationError

from trimer.errors import InputError
from trimer.record.nonmem.table import Dose, EventCode, Mark, Observation, Subject
from trimer.record.schema import SCHEMA, CaseDocument

MOST_EVENTS = 400
UNKNOWN_DATE = dt.date(2000, 1, 1)
PUSH = round(1.0 / 1440.0, 9)  # day; what stands for a bolus into a vein, which an order of a case cannot say
INFERRED = "Marked as inferred in the table, which does not say how."
Row = dict[str, object]


def document_of(subject: Subject) -> CaseDocument:
    """Return a subject as a case: every dose as an order, every stated one as given, every observation at its day.

    Raises
    ------
    InputError
        When the subject has no age, more than 400 events, or anything else that no case may have.
    """
    where = f"subject {subject.id}"
    whole = _named(subject)
    if not whole.events:
        raise InputError(where, "no record", "at least one dose or observation")
    if len(whole.events) > MOST_EVENTS:
        found = f"{len(whole.events)} times with observations or infusions"
        raise InputError(where, found, f"at most {MOST_EVENTS}, as a case has", "Thin out the observations.")
    try:
        return CaseDocument.model_validate(_case(whole, where))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InputError(f"{where}: {place}", repr(fault["input"])[:60], fault["msg"]) from None


def _case(subject: Subject, where: str) -> Row:
    times = _times(subject, where)
    events = [_event(subject, number, code, times) for number, code in sorted(subject.events.items())]
    found: Row = {
        "schema": SCHEMA,
        "id": subject.name or f"subject_{subject.id}",
        "title": subject.title or f"Subject {subject.id} of an event table",
        "source": subject.source or _source(subject),
        "patient": _patient(subject, where),
        "origin": subject.origin or next(iter(events))["id"],
        "events": events,
        "realisation": {"orders": [_order(dose, subject.events[dose.event].id, times) for dose in subject.doses]},
    }
    if subject.date is None:
        note = "The table has no calendar dates; its time zero was put on 2000-01-01."
        found["article_notes"] = [{"text": note}]
    return found


def _source(subject: Subject) -> Row:
    year = (subject.date or UNKNOWN_DATE).year
    named: Row = {"title": "An event table", "authors": "not stated", "journal": "not stated", "year": max(year, 1900)}
    return {"citation": "event_table", **named, "recalled": ["title, authors, journal and year are not in the table"]}


def _patient(subject: Subject, where: str) -> Row:
    known = subject.covariates
    if known.get("AGE", 0.0) <= 0.0:
        raise InputError(f"{where}: AGE", "none" if "AGE" not in known else f"{known['AGE']:g}", "the age in years")
    size: Row = {}
    for field, column, unit, usual in (("weight", "WT", "kg", 70.0), ("height", "HT", "cm", 170.0)):
        told = column in known
        kind = "stated" if told and column not in subject.assumed else "assumed"
        size[field] = {"value": f"{number(known.get(column, usual))} {unit}", "kind": kind}
        if not told:
            size[field] |= {"note": f"The table has no {column}."}  # type: ignore[operator]
    sex = {0.0: "male", 1.0: "female"}.get(known.get("SEX", -1.0), "not stated")
    return {"sex": sex, "age": f"{number(known['AGE'])} year", "size": size}


# -- events


def _named(subject: Subject) -> Subject:
    """Return the subject with an event for everything: those the table does not name are numbered in time order.

    Observations of one time are one event; so are all doses of one kind and amount, but for continuous infusions, each
    of which is its own.
    """
    keys: dict[tuple[object, ...], float] = {}
    for seen in subject.observations:
        if not seen.event:
            keys.setdefault(("seen", seen.time), seen.time)
    for dose in subject.doses:
        if not dose.event:
            keys.setdefault(_kind(dose), dose.time)
    if not keys:
        return subject
    used = {event.id for event in subject.events.values()}
    free = (name for name in (f"e{n:02d}" for n in range(1, 10_000)) if name not in used)
    most = max((event.number for event in subject.events.values()), default=0)
    last = max(subject.events, default=0)
    events, codes = dict(subject.events), {}
    for count, key in enumerate(sorted(keys, key=lambda k: keys[k]), start=1):
        if len(events) > MOST_EVENTS:
            break
        codes[key] = last + count
        label = f"{key[1]} {key[2]}" if key[0] == "dose" else "Observations"
        kind = "drug" if key[0] == "dose" else "lab"
        events[last + count] = EventCode(next(free), most + count, kind, label)
    return replace(
        subject,
        events=events,
        doses=tuple(d if d.event else replace(d, event=codes.get(_kind(d), 0)) for d in subject.doses),
        observations=tuple(
            o if o.event else replace(o, event=codes.get(("seen", o.time), 0)) for o in subject.observations
        ),
    )


def _kind(dose: Dose) -> tuple[object, ...]:
    alone = dose.time if dose.route == "civ" else None
    return ("dose", dose.drug, dose.route, dose.amount, dose.rate, dose.unit, dose.assumed, alone)


def _times(subject: Subject, where: str) -> dict[int, float]:
    """Return the time of every event: of its observations or its mark, else of its first dose."""
    found: dict[int, float] = {}
    rows: list[Observation | Mark | Dose] = [*subject.observations, *subject.marks, *subject.doses]
    for row in rows:
        found.setdefault(row.event, row.time)
    found.pop(0, None)
    for number_, event in subject.events.items():
        if number_ not in found:
            raise InputError(f"{where}: event {event.id}", "no record", "a record, at least one with EVID 2")
    return found


def _event(subject: Subject, number_: int, code: EventCode, times: dict[int, float]) -> Row:
    at = math.floor(times[number_])
    given, end = _given([d for d in subject.doses if d.event == number_ and not d.assumed], at)
    found: Row = {
        "id": code.id,
        "number": code.number,
        "kind": code.kind,
        "label": code.label,
        "date": {"on": _date(subject, at)},
        "observations": [_observation(o) for o in subject.observations if o.event == number_],
        "given": given,
    }
    found |= {} if end is None else {"end": {"on": _date(subject, end)}}
    found |= {} if code.context is None else {"context": code.context}
    return found | ({} if code.with_ is None else {"with": code.with_})


def _date(subject: Subject, day: int) -> str:
    try:
        return ((subject.date or UNKNOWN_DATE) + dt.timedelta(days=day)).isoformat()
    except OverflowError:
        raise InputError(f"subject {subject.id}: TIME", f"day {day}", "a time within years 1 to 9999") from None


def _observation(seen: Observation) -> Row:
    found: Row = {"observable": seen.observable}
    if seen.comparator == "within":
        found |= {"interval": [seen.low, seen.value], "unit": seen.unit}
    elif seen.value is not None:
        found |= {"value": seen.value, "unit": seen.unit, "comparator": seen.comparator}
    for name in ("text", "absence", "sensitivity", "precision", "specimen", "method", "denominator"):
        if getattr(seen, name) is not None:
            found[name] = getattr(seen, name)
    return found | ({"basis": "inferred", "note": INFERRED} if seen.inferred else {})


# -- doses


def _given(doses: list[Dose], at: int) -> tuple[list[Row], int | None]:
    """Return what the stated doses of an event are as given, and the day on which a continuous infusion ends."""
    running = [d for d in doses if d.route == "civ" and d.rate > 0.0 and d.unit == "ug"]
    if len(running) == 1 and math.floor(running[0].time) == at:
        only = running[0]
        end: int | None = math.floor(only.time + only.duration)
    else:
        only, end = None, None
    found: list[Row] = []
    if only is not None:
        found.append({"drug": only.drug, "rate": f"{number(only.rate)} ug/day", "route": "civ"})
    days: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for dose in doses:
        if dose is not only:
            days[dose.drug, f"{number(dose.amount)} {dose.unit}", dose.route].append(math.floor(dose.time) - at + 1)
    for (drug, amount, route), when in days.items():
        row: Row = {"drug": drug, "amount": amount, "route": route}
        if when != [1] and all(1 <= day <= 1000 for day in when):
            row["days"] = when
        found.append(row)
    return found, end


def _order(dose: Dose, event: str, times: dict[int, float]) -> Row:
    """Return a dose as an order from the day of its event on."""
    offset = round(dose.time - math.floor(times[dose.event]), 9)
    found: Row = {
        "event": event,
        "offset": f"{number(offset)} day",
        "drug": dose.drug,
        "amount": f"{number(dose.amount)} {dose.unit}",
        "route": dose.route,
        "kind": "assumed" if dose.assumed else "stated",
    }
    lasts = dose.duration or (PUSH if dose.route in ("iv", "civ") else 0.0)
    return found | ({"lasts": f"{number(lasts)} day"} if lasts else {})


def number(value: float) -> str:
    """Return a number as text that reads back as the same number."""
    return f"{value:.0f}" if value == math.floor(value) and abs(value) < 1e15 else repr(float(value))
