"""Observations of another system as observations of a case: by LOINC, in their own unit where that converts."""

from __future__ import annotations

import re
from typing import Any

import trimer.units as units
from trimer.errors import UnitError
from trimer.record.fhir import codes
from trimer.record.fhir.cursor import Cursor
from trimer.record.table_values import impossible
from trimer.record.vocabulary import canonical_unit, molar_mass

_ABSENCE = {
    "unknown": "not stated",
    "asked-unknown": "not stated",
    "not-asked": "not stated",
    "not-performed": "not done",
}
_COMPARATORS = ("<", "<=", ">=", ">")
_ANNOTATION = re.compile(r"\{[^{}]{0,40}\}")
"""What UCUM lets one write beside a unit without changing it: ``{cells}/uL``."""


def loinc(system: str, code: str) -> str | None:
    """Return a LOINC code as it is; None for one of another system."""
    return code if system == codes.LOINC else None


def observable(system: str, code: str) -> str | None:
    """Return the observable of a coding, or None."""
    return codes.observable_of(code) if system == codes.LOINC else None


def measured(cursor: Cursor, name: str) -> dict[str, Any] | str:
    """Return the plain fields of an observation whose observable is known, or why there are none."""
    lab = codes.LABS[name]
    cursor.use("code")
    cursor.use("category")
    fields: dict[str, Any] = {"observable": name}
    fields |= {key: words for key in ("specimen", "denominator") if (words := getattr(lab, key))}
    if method := cursor.words("method"):
        fields["method"] = method
    if isinstance(cursor.look("valueQuantity"), dict):
        return _number(cursor, name, fields)
    if isinstance(cursor.look("valueRange"), dict):
        return _interval(cursor, name, fields)
    reason = cursor.meant(lambda system, code: _ABSENCE.get(code), "dataAbsentReason")
    return fields | {"absence": reason} if reason else "no value that a case could hold"


def _number(cursor: Cursor, name: str, fields: dict[str, Any]) -> dict[str, Any] | str:
    value, comparator = cursor.number("valueQuantity", "value"), cursor.look("valueQuantity", "comparator")
    if value is None:
        return "no number"
    if comparator is not None and comparator not in _COMPARATORS:
        return "a comparator that R4 does not have"
    unit, why = _unit(cursor, name, (value,), "valueQuantity")
    if comparator is not None:
        fields["comparator"] = comparator
    return fields | {"value": value, "unit": unit} if unit is not None else why


def _interval(cursor: Cursor, name: str, fields: dict[str, Any]) -> dict[str, Any] | str:
    low, high = (cursor.number("valueRange", side, "value") for side in ("low", "high"))
    if low is None or high is None or low > high:
        return "no interval with both bounds in order"
    if any(cursor.look("valueRange", "low", key) != cursor.look("valueRange", "high", key) for key in ("unit", "code")):
        return "bounds in two units"
    unit, why = _unit(cursor, name, (low, high), "valueRange", "low")
    cursor.use("valueRange")
    return fields | {"interval": [low, high], "unit": unit} if unit is not None else why


def _unit(cursor: Cursor, name: str, values: tuple[float, ...], *path: str) -> tuple[str | None, str]:
    """Return the unit of a Quantity, code before print, or None and why no number of the observable has it."""
    canonical, why = canonical_unit(name) or "", "no unit"
    for key in ("code", "unit"):
        own = cursor.look(*path, key)
        if not isinstance(own, str):
            continue
        own = _ANNOTATION.sub("", own)
        try:
            converted = [units.convert(n, own, canonical, name, molar_mass(name)) for n in values]
        except UnitError as error:
            why = f"its {error.found}; {name} needs {error.expected}"
            continue
        if expected := impossible(name, min(converted), max(converted)):
            return None, f"a value that cannot be; {expected} is expected"
        cursor.use(*path)
        return own, ""
    return None, why


def genes(cursor: Cursor) -> dict[str, Any] | str:
    """Return a rearrangement that a case knows, from an mCODE genomic variant; or why there is none."""
    components = cursor.look("component")
    studied = set()
    for i in range(len(components) if isinstance(components, list) else 0):
        if (codes.LOINC, codes.GENE_STUDIED) in cursor.codes("component", i, "code"):
            named = cursor.codes("component", i, "valueCodeableConcept")
            studied |= {code for system, code in named if system.startswith(codes.HGNC_HOST)}
    name = next((n for n in ("bcr_abl", "kmt2a_rearrangement") if set(codes.GENES[n]) <= studied), None)
    found = cursor.meant(
        lambda system, code: {codes.PRESENT: "positive", codes.NOT_PRESENT: "negative"}.get(code),
        "valueCodeableConcept",
    )
    if name is None:
        return f"a variant of {', '.join(sorted(studied)) or 'no gene'}, for which a case has no observable"
    if found is None:
        return "neither present nor absent"
    if name == "kmt2a_rearrangement" and not _rearranged(cursor):
        return "a variant of KMT2A that is not said to be a rearrangement"
    for path in ("code", "component", "category"):
        cursor.use(path)
    return {"observable": name, "text": found} | ({"method": method} if (method := cursor.words("method")) else {})


def _rearranged(cursor: Cursor) -> bool:
    """Return whether a component names a translocation (Sequence Ontology 1000044) or a fusion of genes (0001565)."""
    components = cursor.look("component")
    return any(
        code in ("SO:1000044", "SO:0001565")
        for i in range(len(components) if isinstance(components, list) else 0)
        for _, code in cursor.codes("component", i, "valueCodeableConcept")
    )
