"""A case as a FHIR R4 Bundle: every event an Observation, with what was seen, given and done as resources of their own.

What the standard has an element for stands there. The rest of a field's content stands in extensions of ours on the
same resource, so that :func:`trimer.record.fhir.read.read_bundle` gives back the same case.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from trimer.record.dates import Schedule
from trimer.record.fhir import codes
from trimer.record.fhir.elements import Element, as_annotations, concept, effective, filled, taken, texts, timed
from trimer.record.fhir.extensions import BASE, absent, written
from trimer.record.fhir.observation import body, observation
from trimer.record.fhir.treatment import episode, given
from trimer.record.schema import CaseDocument
from trimer.record.timing import make_schedule
from trimer.record.tree import Origin

Resource = dict[str, Any]

NOTICE = "Research software, never advice for a patient."
LOST: tuple[tuple[str, str], ...] = ()
"""What of a case a Bundle cannot hold, and why: nothing, as extensions carry what the standard has no element for."""
CASE_ID = "urn:trimer:case"
DOI = "https://doi.org"


def held(document: CaseDocument) -> CaseDocument:
    """Return a case without what a Bundle cannot hold (see :data:`LOST`): the case as it is."""
    return document


def address(case: str, kind: str, resource: str) -> str:
    """Return the ``fullUrl`` of a resource: a name-based UUID, the same for the same case and resource."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{CASE_ID}/{case}/{kind}/{resource}')}"


def bundle(document: CaseDocument, derived: Iterable[Resource] = ()) -> Resource:
    """Return a case as a collection Bundle, as plain JSON values; the same case gives the same Bundle.

    Parameters
    ----------
    document : CaseDocument
    derived : iterable of dict
        Resources worked out from the case (judgements), which are added as they are.

    Raises
    ------
    CaseError, UnitError
        When its dates contradict each other, or a quantity is none.
    """
    return _Writer(document).bundle(derived)


def text(made: Resource) -> str:
    """Return a Bundle as JSON text."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


class _Writer:
    def __init__(self, document: CaseDocument) -> None:
        self.id = document.id
        self.schedule: Schedule = make_schedule(document, Origin(document.id))
        self.fields = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        self.resources: list[Resource] = []
        self.specimens: dict[str, str] = {}

    def bundle(self, derived: Iterable[Resource]) -> Resource:
        self._people()
        events = [self._event(fields) for fields in self.fields.pop("events")]
        self._case(events)
        self._origin()
        entries = [
            {"fullUrl": address(self.id, r["resourceType"], r["id"]), "resource": r}
            for r in (*self.resources, *derived)
        ]
        return {"resourceType": "Bundle", "id": codes.slug(self.id), "type": "collection", "entry": entries}

    def add(self, kind: str, name: str, /, **elements: Any) -> Element:
        """Add a resource, about the patient, and return a reference to it."""
        about = {} if kind in ("Patient", "Device") else {"subject": self.ref("Patient", "patient")}
        self.resources.append({"resourceType": kind, "id": name, **about, **filled(**elements)})
        return self.ref(kind, name)

    def ref(self, kind: str, name: str) -> Element:
        return {"reference": address(self.id, kind, name)}

    def _people(self) -> None:
        patient = self.fields.pop("patient")
        sex = patient.pop("sex")
        self.add(
            "Patient",
            "patient",
            meta={"profile": [f"{codes.MCODE}cancer-patient"]},
            identifier=[{"system": CASE_ID, "value": self.fields.pop("id")}],
            name=[{"extension": [absent("masked")]}],
            gender=sex if sex in ("female", "male") else "unknown",
        )
        self.add(
            "Condition",
            "b-all",
            meta={"profile": [f"{codes.MCODE}primary-cancer-condition"]},
            clinicalStatus={"extension": [absent()]},
            category=[concept(None, codes.coding(codes.CONDITION_CATEGORY, "problem-list-item"))],
            code=concept("B-cell acute lymphoblastic leukaemia", codes.coding(codes.SNOMED, codes.B_ALL)),
        )
        age = {"value": patient["age"], "kind": "stated"}
        when = effective(self.schedule, self.fields["origin"])
        for name, measure in (("age", age), *patient["size"].items()):
            self.add("Observation", f"patient-{name}", **body(name, dict(measure)), **timed("effective", when, True))

    def _event(self, fields: dict[str, Any]) -> Element:
        name, kind = fields.pop("id"), fields.pop("kind")
        when = effective(self.schedule, name)
        seen = [self._seen(name, i, item, when) for i, item in enumerate(fields.pop("observations", ()), 1)]
        done = [self._done(name, "given", i, given(item, when)) for i, item in _numbered(fields, "given")]
        done += [self._done(name, "episode", i, episode(item, when)) for i, item in _numbered(fields, "episodes")]
        notes = as_annotations(fields.pop("notes", ()))
        label, conclusion = taken(fields, "label"), taken(fields, "conclusion")
        members = [{"url": f"{BASE}member", "valueReference": one} for one in done]
        return self.add(
            "Observation",
            name,
            extension=[*written(fields), *members],
            status="final",
            code=concept(label, codes.local(f"event.{kind}")),
            **timed("effective", when),
            valueString=conclusion,
            note=notes,
            hasMember=seen,
        )

    def _seen(self, event: str, number: int, fields: dict[str, Any], when: tuple[str | None, str | None]) -> Element:
        specimen = taken(fields, "specimen")
        place = None if specimen is None else self._specimen(specimen)
        return self.add(
            "Observation",
            f"{event}-observation-{number}",
            **observation(fields, specimen or fields.get("specimen")),
            **timed("effective", when, True),
            **filled(specimen=place),
        )

    def _specimen(self, words: str) -> Element:
        if words not in self.specimens:
            self.specimens[words] = f"specimen-{len(self.specimens) + 1}"
            known = codes.SPECIMENS.get(words)
            codings = [codes.coding(codes.SNOMED, known)] if known else []
            self.add("Specimen", self.specimens[words], type=concept(words, *codings))
        return self.ref("Specimen", self.specimens[words])

    def _done(self, event: str, field: str, number: int, made: Resource) -> Element:
        kind = made.pop("resourceType")
        if kind == "MedicationAdministration" and made.pop("against_cancer", False):
            made["meta"] = {"profile": [f"{codes.MCODE}cancer-related-medication-administration"]}
            made["reasonReference"] = [self.ref("Condition", "b-all")]
        return self.add(kind, f"{event}-{field}-{number}", **made)

    def _case(self, events: list[Element]) -> None:
        """Add the list of events, with what holds for the whole case, and the publication."""
        source, fields = self.fields.pop("source"), self.fields
        fields.pop("schema")
        title, notes = taken(fields, "title"), as_annotations(fields.pop("article_notes", ()))
        self.add(
            "List",
            "case",
            extension=texts(fields),
            status="current",
            mode="snapshot",
            title=title,
            code=concept(None, codes.local("case")),
            note=notes,
            entry=[{"item": event} for event in events],
        )
        name, doi, year = taken(source, "title"), taken(source, "doi"), source.pop("year")
        self.add(
            "DocumentReference",
            "source",
            extension=texts(source),
            identifier=[{"system": DOI, "value": doi}] if doi else None,
            status="current",
            type=concept(None, codes.local("source")),
            content=[{"attachment": filled(title=name, creation=f"{year:04d}")}],
        )

    def _origin(self) -> None:
        """Add the local code system, the software, and the statement of where the Bundle comes from."""
        self.resources.append(codes.code_system())
        device = self.add(
            "Device",
            "trimer",
            deviceName=[{"name": "Trimer", "type": "other"}],
            version=[{"value": version("trimer")}],
            note=[{"text": NOTICE}],
        )
        words = f"<p>Written by Trimer {version('trimer')}. {NOTICE}</p>"
        self.resources.append(
            {
                "resourceType": "Provenance",
                "id": "provenance",
                "text": {"status": "generated", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{words}</div>"},
                "target": [self.ref("List", "case"), self.ref("Patient", "patient")],
                # No time of writing: the same case gives the same bytes.
                "_recorded": {"extension": [absent("not-applicable")]},
                "agent": [{"type": concept("assembler"), "who": device}],
            }
        )


def _numbered(fields: dict[str, Any], name: str) -> Iterable[tuple[int, dict[str, Any]]]:
    return enumerate(fields.pop(name, ()), 1)
