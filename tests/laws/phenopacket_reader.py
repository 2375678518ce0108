"""Read a phenopacket back as a case document, by the published message classes, to see what it says."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf.json_format import Parse
from phenopackets.schema.v2.phenopackets_pb2 import Phenopacket

from trimer.record.schema import SCHEMA, CaseDocument

COMPARATORS = {"less_than": "<", "at_most": "<=", "more_than": ">", "at_least": ">="}
QUALIFIERS = ("text", "unit", "basis", "specimen", "denominator", "method", "note")


def parsed(text: str) -> Phenopacket:
    """Return the message of a file; an unknown field or a wrong type is an error of protobuf."""
    return Parse(text, Phenopacket())


def lines(description: str) -> dict[str, list[str]]:
    """Return the values of every name in a description."""
    found: dict[str, list[str]] = {}
    for line in description.split("\n"):
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(unescaped(value))
    return found


def unescaped(text: str) -> str:
    halves = text.split("\\\\")
    return "\\".join(half.replace("\\n", "\n") for half in halves)


def document(packet: Phenopacket) -> CaseDocument:
    """Return what a packet says as a case document."""
    events: list[dict[str, Any]] = []
    patient: dict[str, Any] = {"sex": sex(packet), "size": {}}
    said: dict[str, Any] = {"clocks": []}
    for item in packet.measurements:
        told = lines(item.description)
        if "patient" in told:
            measured(told, patient)
        elif item.assay.id == "trimer:event":
            events.append(event(item, told, said))
        else:
            assert told["event"] == [events[-1]["id"]]
            events[-1]["observations"].append(observation(item, told))
    return CaseDocument.model_validate(
        {"schema": SCHEMA, "id": packet.id, "patient": patient, "events": events, **said, **article(packet)}
    )


def sex(packet: Phenopacket) -> str:
    return {1: "female", 2: "male", 0: "not stated"}[packet.subject.sex]


def measured(told: dict[str, list[str]], patient: dict[str, Any]) -> None:
    name, note = told["patient"][0], {"note": told["note"][0]} if "note" in told else {}
    if name == "age":
        patient["age"] = told["as written"][0]
    else:
        patient["size"][name] = {"value": told["as written"][0], "kind": told["kind"][0], **note}


def event(item: Any, told: dict[str, list[str]], said: dict[str, Any]) -> dict[str, Any]:
    if "origin" in told:
        said["origin"] = told["event"][0]
        said["clocks"] = [json.loads(text) for text in told.get("clock", [])]
    word = item.value.ontology_class
    return {
        "id": told["event"][0],
        "number": int(told["number"][0]),
        "kind": word.id.removeprefix("trimer:"),
        "label": word.label,
        "date": json.loads(told["date"][0]),
        "end": json.loads(told["end"][0]) if "end" in told else None,
        "with": told.get("with", [None])[0],
        "context": told.get("context", [None])[0],
        "given": [json.loads(text) for text in told.get("given", [])],
        "episodes": [json.loads(text) for text in told.get("episode", [])],
        "notes": [json.loads(text) for text in told.get("note", [])],
        "conclusion": told.get("conclusion", [None])[0],
        "observations": [],
    }


def observation(item: Any, told: dict[str, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {"observable": told["observable"][0]}
    found |= {name: told[name][0] for name in QUALIFIERS if name in told}
    found |= {name: float(told[name][0]) for name in ("sensitivity", "precision") if name in told}
    if item.HasField("complex_value"):
        typed = [(q.type.id.removeprefix("trimer:"), q.quantity) for q in item.complex_value.typed_quantities]
        found["unit"] = typed[0][1].unit.label
        if [name for name, _ in typed] == ["low", "high"]:
            return found | {"interval": [quantity.value for _, quantity in typed]}
        [(name, quantity)] = typed
        return found | {"comparator": COMPARATORS[name], "value": quantity.value}
    if item.value.HasField("quantity"):
        return found | {"value": item.value.quantity.value, "unit": item.value.quantity.unit.label}
    word = item.value.ontology_class
    return found | {"absence" if word.id.startswith("trimer:absence_") else "text": word.label}


def article(packet: Phenopacket) -> dict[str, Any]:
    kinds: dict[str, list[str]] = {}
    for reference in packet.meta_data.external_references:
        kinds.setdefault(reference.reference.removeprefix("trimer:"), []).append(reference.description)
        doi = reference.id.removeprefix("DOI:") if reference.id.startswith("DOI:") else None
    facts = {name: values[0] for name, values in lines(kinds["article"][0]).items()}
    title, year = facts.pop("case"), int(facts.pop("year"))
    source = {**facts, "year": year, "doi": doi, "seen": kinds.get("seen", []), "recalled": kinds.get("recalled", [])}
    return {"title": title, "source": source, "article_notes": [json.loads(t) for t in kinds.get("note", [])]}
