"""What was seen: observations and body measures of a case, to and from Observations."""

from __future__ import annotations

from typing import Any

from trimer.record.fhir import codes
from trimer.record.fhir.elements import (
    Element,
    amount,
    amount_text,
    as_annotations,
    concept,
    filled,
    notes_of,
    quantity,
    taken,
    texts,
)
from trimer.record.fhir.extensions import read
from trimer.record.vocabulary import allowed_words, label

_ABSENT = {code: words for words, code in codes.ABSENCE.items()}


def observation(fields: dict[str, Any], specimen: str | None = None) -> Element:
    """Return the elements of an observation of a specimen (plain fields of the schema, which are used up)."""
    name = fields.pop("observable")
    loinc = codes.loinc_of(name, fields.get("unit", ""), specimen, fields.get("denominator"))
    value = _value(name, fields)
    method, note = taken(fields, "method"), taken(fields, "note")
    codings = [codes.local(f"observable.{name}")]
    lab = codes.LABS.get(name)
    if loinc:
        codings.append(codes.coding(codes.LOINC, loinc))
    category = "laboratory" if name in codes.GENES else getattr(lab, "category", "")
    if name in codes.GENES:
        codings.append(codes.coding(codes.LOINC, codes.VARIANT))
        value["component"] = [_gene(gene) for gene in codes.GENES[name]]
    return filled(
        extension=texts(fields),
        status="final",
        category=[concept(None, codes.coding(codes.OBSERVATION_CATEGORY, category))] if category else None,
        code=concept(label(name), *codings),
        method=concept(method) if method is not None else None,
        note=as_annotations([{"text": note}]) if note is not None else None,
        **value,
    )


def _gene(gene: str) -> Element:
    return {
        "code": concept("Gene studied", codes.coding(codes.LOINC, codes.GENE_STUDIED)),
        "valueCodeableConcept": concept(None, codes.coding(codes.HGNC, gene)),
    }


def _value(name: str, fields: dict[str, Any]) -> Element:
    """Return the value of an observation; words beside a number stay for an extension."""
    absence = fields.pop("absence", None)
    if absence is not None:
        code = codes.ABSENCE[absence]
        return {"dataAbsentReason": concept(absence, codes.coding(codes.ABSENT_REASON, code))}
    if "value" in fields:
        unit = taken(fields, "unit")
        return {"valueQuantity": quantity(fields.pop("value"), unit, fields.pop("comparator", None))}
    if "interval" in fields:
        unit = taken(fields, "unit")
        low, high = (quantity(bound, unit) for bound in fields.pop("interval"))
        return {"valueRange": {"low": low, "high": high}}
    words = taken(fields, "text")
    if words is None:
        return {}
    if words not in allowed_words(name):
        return {"valueString": words}
    codings = [codes.coding(codes.SNOMED, codes.WORDS[words])] if words in codes.WORDS else []
    if name in codes.GENES:
        codings.append(codes.coding(codes.LOINC, codes.PRESENT if words == "positive" else codes.NOT_PRESENT))
    return {"valueCodeableConcept": concept(words, *codings)}


def observed(resource: Element, specimen: str | None) -> dict[str, Any]:
    """Return the plain fields of an observation that :func:`observation` wrote, as far as its elements allow."""
    fields = read(resource.get("extension"))
    fields |= filled(
        observable=local_code(resource, "observable."), specimen=specimen, method=_words(resource, "method")
    )
    for note in notes_of(resource.get("note")):
        fields |= {"note": note.get("text")}
    number, bounds = resource.get("valueQuantity"), resource.get("valueRange")
    if isinstance(number, dict):
        fields |= {"value": number.get("value")} | filled(unit=number.get("unit"), comparator=number.get("comparator"))
    elif isinstance(bounds, dict):
        ends = [end if isinstance(end := bounds.get(side), dict) else {} for side in ("low", "high")]
        fields |= {"interval": [end.get("value") for end in ends]} | filled(unit=ends[0].get("unit"))
    words = resource.get("valueString") or _words(resource, "valueCodeableConcept")
    reason = _words(resource, "dataAbsentReason")
    return fields | filled(text=words) | filled(absence=reason)


def body(name: str, fields: dict[str, Any]) -> Element:
    """Return the elements of age, weight or height; an assumed measure is no value, and travels as an extension."""
    loinc, _ = codes.BODY[name]
    kind, note = fields["kind"], taken(fields, "note")
    value: Element
    if kind == "stated":
        del fields["kind"]
        value = {"valueQuantity": amount(fields.pop("value"))}
    else:
        value = {"dataAbsentReason": concept(None, codes.coding(codes.ABSENT_REASON, "unknown"))}
    category = None if name == "age" else [concept(None, codes.coding(codes.OBSERVATION_CATEGORY, "vital-signs"))]
    return filled(
        extension=texts(fields),
        status="final",
        category=category,
        code=concept(None, codes.local(f"patient.{name}"), codes.coding(codes.LOINC, loinc)),
        note=as_annotations([{"text": note}]) if note is not None else None,
        **value,
    )


def measured(resource: Element) -> dict[str, Any]:
    """Return the plain fields of a body measure that :func:`body` wrote."""
    fields = {"kind": "stated"} | read(resource.get("extension"))
    for note in notes_of(resource.get("note")):
        fields |= {"note": note.get("text")}
    return fields | filled(value=amount_text(resource.get("valueQuantity")))


def local_code(resource: Element, prefix: str) -> str | None:
    """Return what follows a prefix in the local code of a resource, or None."""
    code = resource.get("code")
    found = code.get("coding") if isinstance(code, dict) else None
    for item in found if isinstance(found, list) else []:
        if isinstance(item, dict) and item.get("system") == codes.LOCAL and isinstance(item.get("code"), str):
            own: str = item["code"]
            if own.startswith(prefix):
                return own.removeprefix(prefix)
    return None


def _words(resource: Element, name: str) -> str | None:
    made = resource.get(name)
    return made.get("text") if isinstance(made, dict) else None
