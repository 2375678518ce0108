"""What of a Bundle was not read: by resource and path, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trimer.record.fhir.source import Path_, Resource, leaves, told


@dataclass(frozen=True)
class Unread:
    """Hold one value that a case does not hold.

    Attributes
    ----------
    resource : str
        Type and id, e.g. ``"Observation/e03-observation-1"``.
    path : str
        Within the resource, e.g. ``"code.coding[0].display"``; empty for the whole of it.
    found : str
        The value, shortened.
    why : str
    """

    resource: str
    path: str
    found: str
    why: str


def name_of(resource: Resource) -> str:
    """Return type and id of a resource."""
    return f"{resource['resourceType']}/{str(resource.get('id', '(no id)'))[:80]}"


def shown(value: Any) -> str:
    """Return a value as short text."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def remaining(resource: Resource, read: frozenset[Path_] | set[Path_], why: str) -> list[Unread]:
    """Return the values of a resource that were not read.

    Parameters
    ----------
    resource : dict
    read : set of path
        What was read; a path stands for all under it.
    why : str
    """
    name = name_of(resource)
    return [
        Unread(name, told(path), shown(leaf), why)
        for path, leaf in leaves(resource)
        if not any(path[:n] in read for n in range(len(path) + 1))
    ]
