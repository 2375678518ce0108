"""A Bundle that Trimer wrote, read back as the same case.

The case is built from the resources and written again: every value of the file that the new Bundle does not have was
not read, whoever added or changed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from trimer.errors import InputError
from trimer.record import check
from trimer.record.fhir import codes
from trimer.record.fhir.elements import filled, notes_of
from trimer.record.fhir.extensions import BASE
from trimer.record.fhir.extensions import read as extended
from trimer.record.fhir.observation import local_code, measured, observed
from trimer.record.fhir.source import Path_, Resource, leaves, told
from trimer.record.fhir.treatment import done, role_of
from trimer.record.fhir.unread import Unread, name_of, remaining
from trimer.record.fhir.write import CASE_ID, bundle
from trimer.record.schema import SCHEMA, CaseDocument
from trimer.record.timing import make_schedule
from trimer.record.tree import Origin

Resources = Sequence[tuple[str, Resource]]

CHANGED = "differs from what the case says here"
STRANGE = "no part of a case"
DERIVED = "worked out from the record, so worked out anew"


def written_by_us(resources: Resources) -> bool:
    """Return whether a Bundle has the list of events that Trimer writes."""
    return any(_is_case(resource) for _, resource in resources)


def read(resources: Resources, name: str) -> tuple[CaseDocument, tuple[Unread, ...]]:
    """Return the case of a Bundle that Trimer wrote, and what others added or changed.

    Raises
    ------
    InputError
        When what is there is no valid case any more.
    """
    document = valid(_Reader(resources).case(), name)
    return document, tuple(_unread(resources, document))


def valid(fields: dict[str, Any], name: str) -> CaseDocument:
    """Return plain fields as a case that passes every check of a case file.

    Raises
    ------
    InputError
        At the first fault.
    """
    try:
        document = CaseDocument.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = told(tuple(first["loc"]))
        found = "nothing" if first["type"] == "missing" else repr(first["input"])[:60]
        expected = "this field, which a case needs" if first["type"] == "missing" else first["msg"]
        raise InputError(f"{name}: as a case: {where}", found, expected) from None
    origin = Origin(name)
    check.check(document, origin)
    make_schedule(document, origin)
    return document


class _Reader:
    def __init__(self, resources: Resources) -> None:
        self.top = next(resource for _, resource in resources if _is_case(resource))
        self.found: dict[str, Resource] = {}
        self.kinds: dict[tuple[str, str], Resource] = {}
        for address, resource in resources:
            self.found.setdefault(address, resource)
            self.kinds.setdefault((resource["resourceType"], str(resource.get("id"))), resource)

    def case(self) -> dict[str, Any]:
        top = self.top
        patient = self.kind("Patient", "patient")
        entries = top.get("entry")
        events = [self.at(e.get("item")) for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
        return {
            "schema": SCHEMA,
            **filled(id=_identifier(patient, CASE_ID), title=top.get("title")),
            **extended(top.get("extension")),
            "source": self._source(),
            "patient": self._patient(patient),
            "events": [self._event(event) for event in events if event],
            **filled(article_notes=notes_of(top.get("note"))),
        }

    def kind(self, kind: str, name: str) -> Resource:
        return self.kinds.get((kind, name), {})

    def at(self, reference: Any) -> Resource:
        """Return the resource a reference points to; an empty one when it is not in the Bundle."""
        address = reference.get("reference") if isinstance(reference, dict) else None
        return self.found.get(address, {}) if isinstance(address, str) else {}

    def _source(self) -> dict[str, Any]:
        made = self.kind("DocumentReference", "source")
        content = made.get("content")
        first = content[0] if isinstance(content, list) and content else None
        attachment = first.get("attachment") if isinstance(first, dict) else None
        attachment = attachment if isinstance(attachment, dict) else {}
        year = attachment.get("creation")
        number = int(year) if isinstance(year, str) and year.isascii() and year.isdigit() and len(year) == 4 else None
        return extended(made.get("extension")) | filled(
            title=attachment.get("title"), doi=_identifier(made), year=number
        )

    def _patient(self, patient: Resource) -> dict[str, Any]:
        measures = {name: measured(self.kind("Observation", f"patient-{name}")) for name in codes.BODY}
        sex = patient.get("gender")
        return {
            "sex": "not stated" if sex == "unknown" else sex,
            **filled(age=measures.pop("age").get("value")),
            "size": measures,
        }

    def _event(self, made: Resource) -> dict[str, Any]:
        code = made.get("code")
        label = code.get("text") if isinstance(code, dict) else None
        extension = made.get("extension")
        items = [item for item in extension if isinstance(item, dict)] if isinstance(extension, list) else []
        members = [self.at(i.get("valueReference")) for i in items if i.get("url") == f"{BASE}member"]
        seen = made.get("hasMember")
        lists: dict[str, list[dict[str, Any]]] = {"given": [], "episodes": []}
        for member in members:
            if role := role_of(member):
                lists["given" if role.startswith("given.") else "episodes"].append(done(member))
        fields = extended(extension)
        fields.pop("member", None)
        return {
            **filled(id=made.get("id"), kind=local_code(made, "event."), label=label),
            "date": {},
            **fields,
            **filled(
                observations=[self._observation(self.at(one)) for one in seen] if isinstance(seen, list) else None,
                **lists,
                conclusion=made.get("valueString"),
                notes=notes_of(made.get("note")),
            ),
        }

    def _observation(self, made: Resource) -> dict[str, Any]:
        specimen = self.at(made.get("specimen")).get("type")
        return observed(made, specimen.get("text") if isinstance(specimen, dict) else None)


def _is_case(resource: Resource) -> bool:
    return resource["resourceType"] == "List" and local_code(resource, "case") == ""


def _identifier(resource: Mapping[str, Any], system: str | None = None) -> str | None:
    found = resource.get("identifier")
    for item in found if isinstance(found, list) else []:
        if isinstance(item, dict) and system in (None, item.get("system")) and isinstance(item.get("value"), str):
            value: str = item["value"]
            return value
    return None


def _unread(resources: Resources, document: CaseDocument) -> list[Unread]:
    """Return what the Bundle of the case as read has not, or otherwise."""
    again = {e["fullUrl"]: e["resource"] for e in bundle(document)["entry"]}
    found: list[Unread] = []
    for address, resource in resources:
        same = again.pop(address, None)
        if same is None:
            why = DERIVED if _derived(resource) else STRANGE
            found.append(Unread(name_of(resource), "", "the resource", why))
            continue
        kept = {path for path, leaf in leaves(same) if _at(resource, path) == leaf}
        found += remaining(resource, kept, CHANGED)
    return found


def _at(value: Any, path: Path_) -> Any:
    for key in path:
        inside = isinstance(value, dict) if isinstance(key, str) else isinstance(value, list) and key < len(value)
        value = value.get(key) if inside and isinstance(key, str) else value[key] if inside else None
    return value


def _derived(resource: Resource) -> bool:
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    listed = tags if isinstance(tags, list) else []
    return any(isinstance(tag, dict) and tag.get("code") == "derived" for tag in listed)
