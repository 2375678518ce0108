"""What was given and done: drugs, regimens and episodes of a case, to and from the resources that hold them."""

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
    taken,
    texts,
    timed,
)
from trimer.record.fhir.extensions import absent, read

Dates = tuple[str | None, str | None]

_STATUS = {"hold": "on-hold", "stop": "stopped"}
_SAID = ("conclusion", "status")


def given(fields: dict[str, Any], when: Dates) -> Element:
    """Return what was given (plain fields of the schema, used up) as a MedicationAdministration or a CarePlan."""
    regimen = fields.pop("regimen", None)
    detail = taken(fields, "detail")
    if regimen is not None:
        return _plan("given.regimen", regimen, detail, fields, when)
    drug = fields.pop("drug")
    amounts = filled(
        route=_route(fields.pop("route", None)),
        dose=_dose(fields.pop("amount", None)),
        rateQuantity=_dose(fields.pop("rate", None)),
    )
    if list(amounts) == ["route"]:
        amounts["dose"] = {"extension": [absent()]}  # R4 wants a dose or a rate beside a route
    return {
        "against_cancer": codes.against_cancer(drug),
        **_administration("given.drug", "completed", drug, detail, fields, when),
        **filled(dosage=amounts),
    }


def episode(fields: dict[str, Any], when: Dates) -> Element:
    """Return an episode (plain fields of the schema, used up) as the resource of its kind."""
    kind = fields.pop("kind")
    role, name, detail = f"episode.{kind}", taken(fields, "name"), taken(fields, "detail")
    if kind == "toxicity":
        return _adverse(role, name, detail, fields, when)
    if kind == "procedure":
        return {
            "resourceType": "Procedure",
            **filled(extension=texts(fields), status="completed", category=concept(None, codes.local(role))),
            **filled(code=concept(name), **timed("performed", when), note=_note(detail)),
        }
    if kind == "regimen":
        return _plan(role, name, detail, fields, when)
    if kind in _SAID:
        made = filled(extension=texts(fields), status="final", code=concept(None, codes.local(role)))
        return {
            "resourceType": "Observation",
            **made,
            **timed("effective", when),
            **filled(valueString=name, note=_note(detail)),
        }
    return _administration(role, _STATUS.get(kind, "completed"), name, detail, fields, when)


def _adverse(role: str, name: str | None, detail: str | None, fields: dict[str, Any], when: Dates) -> Element:
    """Return a toxicity; R4 has no place for words beside its name, so the detail is an extension."""
    known = [codes.coding(*pair) for pair in codes.TOXICITIES.get(name or "", ())]
    return {
        "resourceType": "AdverseEvent",
        **filled(
            extension=texts(fields | filled(detail=detail)),
            actuality="actual",
            event=concept(name, codes.local(role), *known),
            date=when[0],
        ),
    }


def _plan(role: str, name: str | None, detail: str | None, fields: dict[str, Any], when: Dates) -> Element:
    return {
        "resourceType": "CarePlan",
        **filled(
            extension=texts(fields),
            status="unknown",
            intent="plan",
            category=[concept(None, codes.local(role))],
            title=name,
            description=detail,
            period=filled(start=when[0], end=when[1]),
        ),
    }


def _administration(
    role: str, status: str, name: str | None, detail: str | None, fields: dict[str, Any], when: Dates
) -> Element:
    return {
        "resourceType": "MedicationAdministration",
        **filled(
            extension=texts(fields),
            status=status,
            category=concept(None, codes.local(role)),
            medicationCodeableConcept=concept(name, *codes.drug_codings(name or "")) or {"extension": [absent()]},
            **timed("effective", when),
            note=_note(detail),
        ),
    }


def _note(detail: str | None) -> list[Element] | None:
    return None if detail is None else as_annotations([{"text": detail}])


def _dose(text: str | None) -> Element | None:
    return None if text is None else amount(text)


def _route(name: str | None) -> Element | None:
    return None if name is None else concept(name, codes.coding(codes.SNOMED, codes.ROUTES[name]))


def role_of(resource: Element) -> str | None:
    """Return the local code that says what a resource is in a case: ``given.drug``, ``episode.hold`` ..."""
    for name in ("category", "event", "code"):
        made = resource.get(name)
        made = made[0] if isinstance(made, list) and made else made
        found = made.get("coding") if isinstance(made, dict) else None
        for item in found if isinstance(found, list) else []:
            code = item.get("code") if isinstance(item, dict) and item.get("system") == codes.LOCAL else None
            if isinstance(code, str) and code.startswith(("given.", "episode.")):
                return code
    return None


def done(resource: Element) -> dict[str, Any]:
    """Return the plain fields of what :func:`given` or :func:`episode` wrote, as far as its elements allow."""
    field, _, kind = (role_of(resource) or "").partition(".")
    fields = read(resource.get("extension"))
    detail = resource.get("description")
    for note in notes_of(resource.get("note")):
        detail = note.get("text")
    fields |= filled(detail=detail)
    name = _name(resource)
    if field == "episode":
        return fields | {"kind": kind} | filled(name=name)
    dosage = resource.get("dosage")
    dosage = dosage if isinstance(dosage, dict) else {}
    route = dosage.get("route")
    return (
        fields
        | filled(**{kind: name})
        | filled(
            amount=amount_text(dosage.get("dose")),
            rate=amount_text(dosage.get("rateQuantity")),
            route=route.get("text") if isinstance(route, dict) else None,
        )
    )


def _name(resource: Element) -> Any:
    for element in ("medicationCodeableConcept", "event", "code"):
        made = resource.get(element)
        if isinstance(made, dict) and "text" in made:
            return made["text"]
    return resource.get("title", resource.get("valueString"))
