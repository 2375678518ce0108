"""Another system's Bundle as a case: what has a date and a meaning we know; all else is listed, nothing invented.

Observations of one date become one event, everything else an event of its own, in the order of their dates; the first
is the origin. Orders are not what was given, so they are not read.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import trimer.units as units
from trimer.errors import InputError, UnitError
from trimer.record.fhir import codes
from trimer.record.fhir.cursor import Cursor
from trimer.record.fhir.elements import filled
from trimer.record.fhir.foreign_observation import genes, loinc, measured, observable
from trimer.record.fhir.foreign_treatment import given
from trimer.record.fhir.own import valid
from trimer.record.fhir.source import Resource
from trimer.record.fhir.unread import Unread, name_of
from trimer.record.schema import SCHEMA, CaseDocument

MOST = 400
"""Events of a case."""
_FINAL = ("final", "amended", "corrected", "completed", "in-progress", None)
_BODY_UNITS = {"age": ("year",), "weight": ("kg",), "height": ("m",)}
_UNDATED = "no date, and a case is made of dated events"
_ADDED = "Added at import; the Bundle does not say it."


@dataclass(frozen=True)
class Known:
    """Hold what the user adds, because a case needs it and the Bundle does not say it.

    Attributes
    ----------
    weight, height, age : str or None
        With unit, e.g. ``"13 kg"``, ``"92 cm"``, ``"3 year"``; used only where the Bundle has none. Weight and height
        enter the case as assumed; a note tells of an added age.
    """

    weight: str | None = None
    height: str | None = None
    age: str | None = None


def read(resources: Sequence[tuple[str, Resource]], name: str, known: Known) -> tuple[CaseDocument, tuple[Unread, ...]]:
    """Return the case of a Bundle that another system wrote, and what of it was not read.

    Raises
    ------
    InputError
        When it has not exactly one patient, nothing dated that a case could hold, or neither it nor ``known`` says
        what a case needs.
    """
    patients = [resource for _, resource in resources if resource["resourceType"] == "Patient"]
    if len(patients) != 1:
        raise InputError(name, f"{len(patients)} patients", "a Bundle of one patient", "Make one Bundle a patient.")
    reader = _Reader(resources)
    for _, resource in sorted(resources, key=lambda pair: pair[1]["resourceType"] == "Medication"):
        reader.take(Cursor(resource))
    return valid(reader.case(name, known), name), tuple(reader.unread)


class _Reader:
    def __init__(self, resources: Sequence[tuple[str, Resource]]) -> None:
        self.named: dict[str, Resource] = {}
        for address, resource in resources:
            for name in (address, name_of(resource)):
                self.named.setdefault(name, resource)
        self.referred: list[Resource] = []
        self.unread: list[Unread] = []
        self.events: list[dict[str, Any]] = []
        self.results: dict[str, dict[str, Any]] = {}
        self.body: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self.facts: dict[str, str] = {}

    def take(self, cursor: Cursor) -> None:
        """Read one resource; what it has beyond is told."""
        take = getattr(self, f"_take_{cursor.kind.lower()}", None)
        status = cursor.look("status")
        why = f"a case has no place for a {cursor.kind[:40]}"
        if cursor.modified():
            why = "something in it may turn its meaning (modifierExtension, implicitRules)"
        elif self._of_another(cursor):
            why = "about another than the patient of the Bundle"
        elif cursor.kind == "MedicationRequest":
            why = "an order, not what was given"
        elif take is not None:
            why = take(cursor) if status in _FINAL else f"its status is {str(status)[:40]!r}"
            cursor.use("status")
        self.unread += cursor.unread() if why is None else cursor.refused(why)

    def _of_another(self, cursor: Cursor) -> bool:
        about = cursor.look("subject", "reference") or cursor.look("patient", "reference")
        if isinstance(about, str) and self._at(about).get("resourceType") != "Patient":
            return True
        count = len(found) if isinstance(found := cursor.look("focus"), list) else 0
        focus = [cursor.look("focus", i, "reference") for i in range(count)]  # a donor, a child
        return any(self._at(str(one)).get("resourceType") not in ("Patient", "Condition") for one in focus)

    def _at(self, reference: str) -> Resource:
        """Return the resource of a reference: a ``fullUrl``, or one that ends with type and id; else an empty one."""
        return self.named.get(reference) or self.named.get("/".join(reference.split("/")[-2:])) or {}

    def _take_patient(self, cursor: Cursor) -> str | None:
        sex = cursor.text("gender")
        self.facts |= filled(sex=sex if sex in ("female", "male") else "not stated", born=cursor.date("birthDate"))
        if died := cursor.date("deceasedDateTime"):
            self._event("status", "Died", {"on": died}, observations=[{"observable": "vital_status", "text": "dead"}])
        return None

    def _take_condition(self, cursor: Cursor) -> str | None:
        profiles = cursor.look("meta", "profile")
        primary = isinstance(profiles, list) and f"{codes.MCODE}primary-cancer-condition" in profiles
        if not primary and (codes.SNOMED, codes.B_ALL) not in cursor.codes("code"):
            return "not the primary cancer"
        certain = cursor.codes("verificationStatus")
        if certain and certain[0][1] != "confirmed":
            return f"its verification status is {certain[0][1][:40]!r}"
        cursor.use("verificationStatus")
        onset, words = cursor.when("onset"), cursor.words("code")
        when = onset or cursor.when("recorded")
        if when is None or words is None:
            return _UNDATED if words else "a diagnosis without words"
        label = "Diagnosis" if onset else "Diagnosis, by the date of its record; it may be older"
        self._event("status", label, when[0], conclusion=words)
        return None

    def _take_observation(self, cursor: Cursor) -> str | None:
        when = cursor.when("effective")
        code = next((c for pair in cursor.codes("code") if (c := loinc(*pair))), "")
        body = next((name for name, (loinc_code, _) in codes.BODY.items() if code == loinc_code), None)
        if body is not None:
            return self._body(cursor, body, when)
        if when is None:
            return _UNDATED
        name = cursor.meant(observable, "code")
        if name is not None or code == codes.VARIANT:
            made = genes(cursor) if name is None else measured(cursor, name)
            if isinstance(made, str):
                return made
            self._result(when, made)
            return None
        if code == codes.DISEASE_STATUS:
            return self._status(cursor, when)
        if code in codes.REPORTS and (words := cursor.text("valueString")):
            label = cursor.words("code") or "Report"
            cursor.use("category")
            self._event(codes.REPORTS[code], label, _span(when), notes=[{"text": words}])
            return None
        return "no observable of a case has this code"

    def _body(self, cursor: Cursor, name: str, when: tuple[dict[str, Any], str | None] | None) -> str | None:
        value, unit = cursor.number("valueQuantity", "value"), cursor.look("valueQuantity", "code")
        unit = unit if isinstance(unit, str) else cursor.look("valueQuantity", "unit")
        if value is None or not isinstance(unit, str) or cursor.look("valueQuantity", "comparator") is not None:
            return "no measure with a unit"
        try:
            size = units.parse_any(f"{value!r} {unit}", _BODY_UNITS[name], name)[0]
        except UnitError as error:
            return f"its {error.found}; {name} needs {error.expected}"
        if size <= 0:
            return "a measure that is not positive"
        for path in ("code", "category", "valueQuantity"):
            cursor.use(path)
        on = "" if when is None else _first(when[0])
        made = {"value": f"{value!r} {unit}", "kind": "stated"} | ({"note": f"Measured {on}."} if on else {})
        self.body.setdefault(name, []).append((on, made))
        return None

    def _status(self, cursor: Cursor, when: tuple[dict[str, Any], str | None]) -> str | None:
        known = {(codes.SNOMED, code): words for words, code in codes.STATUS.items()}
        trend = next((known[pair] for pair in cursor.codes("valueCodeableConcept") if pair in known), None)
        words = cursor.words("valueCodeableConcept")
        if words is None:
            return "no status in words"
        cursor.use("code")
        label = "Cancer disease status" + (f": {trend}" if trend else "")
        self._event("status", label, when[0], conclusion=words)
        return None

    def _take_medicationadministration(self, cursor: Cursor) -> str | None:
        when, made = cursor.when("effective"), given(cursor, self._medication(cursor))
        if isinstance(made, str):
            return made
        if when is None:
            return _UNDATED
        self._event("drug", made["drug"].capitalize(), when[0], when[1], given=[made])
        return None

    def _medication(self, cursor: Cursor) -> str | None:
        """Return the drug of the Medication that an administration refers to, or None."""
        reference = cursor.look("medicationReference", "reference")
        medication = self._at(reference) if isinstance(reference, str) else {}
        drug = Cursor(medication).meant(codes.drug_of, "code") if "resourceType" in medication else None
        if drug is not None:
            cursor.use("medicationReference")
            self.referred.append(medication)
        return drug

    def _take_medication(self, cursor: Cursor) -> str | None:
        if not any(cursor.resource is one for one in self.referred):
            return "nothing that was given refers to it"
        cursor.use("code")
        return None

    def _take_procedure(self, cursor: Cursor) -> str | None:
        known = [codes.PROCEDURES.get(c) for system, c in cursor.codes("code") if system == codes.SNOMED]
        when = cursor.when("performed")
        words = cursor.words("code")
        if when is None or words is None:
            return _UNDATED if words else "a procedure without words"
        name = next(filter(None, known), words)
        self._event("procedure", words, when[0], when[1], episodes=[{"kind": "procedure", "name": name}])
        return None

    def _take_adverseevent(self, cursor: Cursor) -> str | None:
        if cursor.look("actuality") != "actual":
            return "not an event that happened"
        cursor.use("actuality")
        known = {pair: name for name, pairs in codes.TOXICITIES.items() for pair in pairs}
        found = next((known[pair] for pair in cursor.codes("event") if pair in known), None)
        words, when = cursor.words("event"), cursor.when("date")
        if when is None or words is None:
            return _UNDATED if words else "an event without words"
        self._event("toxicity", words, when[0], episodes=[{"kind": "toxicity", "name": found or words}])
        return None

    def _result(self, when: tuple[dict[str, Any], str | None], made: dict[str, Any]) -> None:
        date = _span(when)
        words = date.get("on") or " to ".join(date["between"])
        if words not in self.results:
            self.results[words] = self._event("lab", f"Results of {words}", date, observations=[])
        self.results[words]["observations"].append(made)

    def _event(
        self, kind: str, label: str, date: dict[str, Any], end: str | None = None, **more: Any
    ) -> dict[str, Any]:
        made = {"kind": kind, "label": label, "date": date, **({} if end is None else {"end": {"on": end}}), **more}
        self.events.append(made)
        return made

    def case(self, name: str, known: Known) -> dict[str, Any]:
        """Return the plain fields of the case."""
        if not self.events:
            raise InputError(name, "nothing dated that a case could hold", "results, doses, procedures or a diagnosis")
        ordered = sorted(self.events, key=lambda event: _first(event["date"]))
        for event in ordered[MOST:]:
            self.unread.append(Unread("Bundle", "", f"{event['label']}"[:80], f"more than {MOST} events"))
        ordered = ordered[:MOST]
        events = [{"id": f"e{n:02d}", "number": n, **event} for n, event in enumerate(ordered, 1)]
        age = self._age(name, known, ordered[0]["date"])
        added = [{"text": f"Age: {_ADDED}"}] if age == known.age else []
        note = f"Imported from the FHIR Bundle {name[:200]}, of which {len(self.unread)} values are not in this case."
        return {
            "schema": SCHEMA,
            "id": _name(name),
            "title": f"FHIR Bundle {name[:200]}",
            "source": _source(name, ordered),
            "patient": {
                "sex": self.facts["sex"],
                "age": age,
                "size": {side: self._measure(side, name, getattr(known, side)) for side in ("weight", "height")},
            },
            "origin": "e01",
            "events": events,
            "article_notes": [{"text": note}, *added],
        }

    def _measure(self, side: str, name: str, added: str | None) -> dict[str, Any]:
        found = sorted(self.body.get(side, []), key=lambda pair: pair[0])
        for _, later in found[1:]:
            self.unread.append(Unread("Observation", side, later["value"], "a later measure; a case holds one"))
        if found:
            return found[0][1]
        if added is None:
            code = codes.BODY[side][0]
            hint = f"Give it with --{side}; it is kept as assumed."
            raise InputError(name, f"no body {side}", f"an Observation of LOINC {code}", hint)
        return {"value": added, "kind": "assumed", "note": _ADDED}

    def _age(self, name: str, known: Known, origin: dict[str, Any]) -> str:
        if stated := self.body.get("age"):
            return str(min(stated, key=lambda pair: pair[0])[1]["value"])
        born = self.facts.get("born")
        if born is not None:
            least = _years(_last_day(born), _day(_first(origin)))
            if least == _years(_day(born), _last_day(_end(origin))) and least >= 1:
                return f"{least} year"
        if known.age is None:
            expected = "a date of birth that gives the age in completed years, of one year or more"
            raise InputError(name, f"born {born}" if born else "no age", expected, "Give the age with --age.")
        return known.age


def _span(when: tuple[dict[str, Any], str | None]) -> dict[str, Any]:
    """Return the date of something that happened once within a period."""
    date, end = when
    return date if end is None else {"between": [date["on"], end]}


def _first(date: dict[str, Any]) -> str:
    return str(date.get("on") or date["between"][0])


def _end(date: dict[str, Any]) -> str:
    return str(date.get("on") or date["between"][1])


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{text}-01-01"[:10])


def _last_day(text: str) -> dt.date:
    first = _day(text)
    month = 12 if len(text) == 4 else first.month
    day = first.day if len(text) == 10 else calendar.monthrange(first.year, month)[1]
    return dt.date(first.year, month, day)


def _years(born: dt.date, day: dt.date) -> int:
    """Return the completed years between two days."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _name(name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "_", PurePath(name).stem).strip("_")
    return (words if words[:1].isalpha() else f"case_{words}")[:64]


def _source(name: str, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return where the case comes from; its year is that of the last event."""
    year = max(int(_first(event["date"])[:4]) for event in events)
    unknown = {"authors": "not stated", "journal": "not stated"}
    return {"citation": "fhir_bundle", "title": f"FHIR Bundle {name[:200]}", **unknown, "year": year}
