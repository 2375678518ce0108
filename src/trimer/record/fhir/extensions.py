"""Plain values as FHIR extensions and back: whatever the standard's elements have no place for keeps its exact value.

A field becomes an extension whose URL is :data:`BASE` and its name. A mapping nests one extension a key (under the
key's name), a list one a member (under ``item``). Text that FHIR forbids (control characters) travels as base64.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

Extension = dict[str, Any]

BASE = "urn:trimer:fhir:1:"
"""Every extension of ours begins so; what follows is the name of the field of a case file."""
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_ITEM = "item"
_SIMPLE = ("valueString", "valueDecimal", "valueInteger", "valueBoolean", "valueBase64Binary")


def legal(text: str) -> bool:
    """Return whether FHIR allows a text: no control character but tab and line ends, and not only odd blanks."""
    clean = all(char >= " " or char in "\t\r\n" for char in text)
    return clean and any(char in " \t\r\n" or not char.isspace() for char in text)


def absent(reason: str = "unknown") -> Extension:
    """Return the standard extension that says why an element has no value."""
    return {"url": ABSENT, "valueCode": reason}


def written(fields: Mapping[str, Any]) -> list[Extension]:
    """Return plain fields (text, numbers, lists, mappings) as extensions."""
    return [_extension(f"{BASE}{name}", value) for name, value in fields.items()]


def _extension(url: str, value: Any) -> Extension:
    if isinstance(value, Mapping):
        return {"url": url, "extension": [_extension(key, item) for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return {"url": url, "extension": [_extension(_ITEM, item) for item in value]}
    if isinstance(value, bool):
        return {"url": url, "valueBoolean": value}
    if isinstance(value, int):
        return {"url": url, "valueInteger": value}
    if isinstance(value, float):
        return {"url": url, "valueDecimal": value}
    if legal(value):
        return {"url": url, "valueString": value}
    return {"url": url, "valueBase64Binary": base64.b64encode(value.encode()).decode()}


def read(extensions: Any) -> dict[str, Any]:
    """Return the plain fields of our extensions; what is no extension of ours is left out."""
    found: dict[str, Any] = {}
    for item in extensions if isinstance(extensions, list) else []:
        url = item.get("url") if isinstance(item, dict) else None
        if isinstance(url, str) and url.startswith(BASE):
            found.setdefault(url.removeprefix(BASE), _value(item))
    return found


def _value(extension: Mapping[str, Any]) -> Any:
    """Return what an extension says; nesting is as deep as the file's, which has been limited."""
    inner = extension.get("extension")
    if isinstance(inner, list):
        return _nested([item for item in inner if isinstance(item, dict) and isinstance(item.get("url"), str)])
    for key in _SIMPLE:
        if key in extension:
            return _decoded(extension[key]) if key == "valueBase64Binary" else extension[key]
    return None


def _nested(items: Sequence[Mapping[str, Any]]) -> Any:
    if all(item["url"] == _ITEM for item in items):
        return [_value(item) for item in items]
    return {item["url"]: _value(item) for item in items}


def _decoded(value: Any) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode() if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        return None
