"""Administrations of another system as what a case says was given."""

from __future__ import annotations

from typing import Any

import trimer.units as units
from trimer.errors import UnitError
from trimer.record.check import AMOUNT_UNITS, RATE_UNITS
from trimer.record.fhir import codes
from trimer.record.fhir.cursor import Cursor

_ROUTES = {code: route for route, code in reversed(codes.ROUTES.items())}
_ROUTE = ("dosage", "route")


def given(cursor: Cursor, drug: str | None) -> dict[str, Any] | str:
    """Return the plain fields of what was given, or why there are none.

    Parameters
    ----------
    cursor : Cursor
        Of a MedicationAdministration.
    drug : str or None
        What a Medication says that it refers to.
    """
    drug = drug or cursor.meant(codes.drug_of, "medicationCodeableConcept")
    if drug is None:
        return "a drug for which the library has no name"
    fields: dict[str, Any] = {"drug": drug}
    cursor.use("category")
    if text := _quantity(cursor, AMOUNT_UNITS, "dosage", "dose"):
        fields["amount"] = text
    rate = _quantity(cursor, RATE_UNITS, "dosage", "rateQuantity") or _ratio(cursor)
    if rate:
        fields["rate"] = rate
    if route := cursor.meant(lambda system, code: _ROUTES.get(code) if system == codes.SNOMED else None, *_ROUTE):
        fields["route"] = "civ" if rate and route == "iv" else route
    if detail := cursor.text("note", 0, "text"):
        fields["detail"] = detail
    return fields


def _quantity(cursor: Cursor, fitting: tuple[str, ...], *path: str) -> str | None:
    """Return a dose as text with the unit it has; one that is no dose is told."""
    value, why = cursor.look(*path, "value"), "no unit"
    bounded = cursor.look(*path, "comparator") is not None  # which is no dose; every part of it is then told
    if bounded or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for unit in (cursor.look(*path, "code"), cursor.look(*path, "unit")):
        if isinstance(unit, str):
            text = f"{value!r} {unit}"
            try:
                number, _ = units.parse_any(text, fitting, "dose")
            except UnitError as error:
                why = f"expected {error.expected}"
                continue
            if number >= 0:
                cursor.use(*path)
                return text
            why = "a dose below zero"
    cursor.fault(why, *path, "value")
    return None


def _ratio(cursor: Cursor) -> str | None:
    """Return a rate told as an amount over a time, as one number with its unit."""
    parts: dict[str, tuple[float, str]] = {}
    for side in ("numerator", "denominator"):
        value = cursor.look("dosage", "rateRatio", side, "value")
        unit = cursor.look("dosage", "rateRatio", side, "code") or cursor.look("dosage", "rateRatio", side, "unit")
        if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(unit, str):
            return None
        if cursor.look("dosage", "rateRatio", side, "comparator") is not None or (parts and not unit.isalnum()):
            return None  # a bound is no dose, and "28 ug / (1 kg/h)" no rate
        parts[side] = (float(value), unit)
    (amount, own), (time, per) = parts["numerator"], parts["denominator"]
    text = f"{amount / time!r} {own}/{per}" if time > 0 else ""
    try:
        units.parse_any(text, RATE_UNITS, "rate")
    except UnitError as error:
        cursor.fault(f"expected {error.expected}", "dosage", "rateRatio", "numerator", "value")
        return None
    cursor.use("dosage", "rateRatio")
    return text
