"""A resource of another system, read value by value; what was not asked for is known at the end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from trimer.record.fhir.source import Path_, Resource, leaves, told
from trimer.record.fhir.unread import Unread, name_of, remaining, shown

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T.{1,40})?)?)?")
_LONGEST = 4000
ADMINISTRATIVE: tuple[Path_, ...] = (("resourceType",), ("id",), ("meta",), ("subject",), ("patient",))
NO_PLACE = "a case has no place for it"


class Cursor:
    """Read a resource by paths, remembering what was read."""

    def __init__(self, resource: Resource) -> None:
        self.resource, self.kind = resource, resource["resourceType"]
        self.read: set[Path_] = set(ADMINISTRATIVE)
        self.told: list[Unread] = []
        if self.look("text", "status") == "generated":
            self.read.add(("text",))

    def look(self, *path: str | int) -> Any:
        """Return the value at a path without counting it as read; None where there is none."""
        value: Any = self.resource
        for key in path:
            if isinstance(key, str):
                value = value.get(key) if isinstance(value, dict) else None
            else:
                value = value[key] if isinstance(value, list) and key < len(value) else None
        return value

    def use(self, *path: str | int) -> None:
        """Count all under a path as read."""
        self.read.add(path)

    def text(self, *path: str | int) -> str | None:
        """Return the text at a path; None where there is none, or one that is no text of a case."""
        value = self.look(*path)
        if not isinstance(value, str) or not value:
            return None
        if len(value) > _LONGEST:
            self.fault(f"longer than {_LONGEST} characters", *path)
            return None
        self.use(*path)
        return value

    def number(self, *path: str | int) -> float | None:
        """Return the number at a path, or None."""
        value = self.look(*path)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        self.use(*path)
        return float(value)

    def codes(self, *path: str | int) -> list[tuple[str, str]]:
        """Return system and code of the codings of a concept, without counting it as read."""
        found = self.look(*path, "coding")
        rows = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
        pairs = [(row.get("system"), row.get("code")) for row in rows]
        return [(s, c) for s, c in pairs if isinstance(s, str) and isinstance(c, str)]

    def meant(self, table: Callable[[str, str], str | None], *path: str | int) -> str | None:
        """Return what a table makes of the first coding it knows; the whole concept then counts as read."""
        found = next((word for pair in self.codes(*path) if (word := table(*pair)) is not None), None)
        if found is not None:
            self.use(*path)
        return found

    def words(self, *path: str | int) -> str | None:
        """Return a concept in words: its text, else the display of its first coding, else its code."""
        choices = ((*path, "text"), (*path, "coding", 0, "display"), (*path, "coding", 0, "code"))
        for choice in choices:
            value = self.text(*choice)
            if value is not None:
                self.use(*path)
                return value
        return None

    def date(self, *path: str | int) -> str | None:
        """Return a date as partial as it is written; a time of day is told as not read."""
        value = self.look(*path)
        found = _DATE.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return None
        year, month, day = (int(part or 1) for part in found.groups()[:3])
        try:
            dt.date(year, month, day)
        except ValueError:
            self.fault("a date that does not exist", *path)
            return None
        if found[4]:
            self.fault("the time of day, as a case knows days", *path)
        self.use(*path)
        return found[0].removesuffix(found[4] or "")

    def when(self, name: str) -> tuple[dict[str, Any], str | None] | None:
        """Return what a case says of a date (``on`` or ``between``), and the last day of a period; None if undated."""
        kinds = (f"{name}DateTime", f"{name}Instant", f"{name}Date", name)
        day = next(filter(None, map(self.date, kinds)), None)
        if day is not None:
            return {"on": day}, None
        start, end = self.date(f"{name}Period", "start"), self.date(f"{name}Period", "end")
        if start is not None and end is not None and end < start[: len(end)]:
            self.fault("an end before the beginning", f"{name}Period", "end")
            end = None
        return None if start is None else ({"on": start}, end)

    def fault(self, why: str, *path: str | int) -> None:
        """Tell that a value was not read, and why."""
        self.use(*path)
        self.told.append(Unread(name_of(self.resource), told(path), shown(self.look(*path)), why))

    def modified(self) -> bool:
        """Return whether something in the resource may turn its meaning, so that a reader must leave it alone."""
        turning = ("modifierExtension", "implicitRules")
        return any(key in turning for path, _ in leaves(self.resource) for key in path)

    def refused(self, why: str) -> list[Unread]:
        """Return that the resource as a whole was not read, named by what it is about."""
        whats = (self.look(name) for name in ("code", "medicationCodeableConcept", "valueCodeableConcept", "event"))
        about = next((w for w in whats if isinstance(w, dict)), {})
        found = about.get("coding")
        first = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
        return [
            Unread(
                name_of(self.resource),
                "",
                shown(about.get("text") or first.get("display") or first.get("code") or "the resource"),
                why,
            )
        ]

    def unread(self) -> list[Unread]:
        """Return what was told, and every value that nobody asked for."""
        return self.told + remaining(self.resource, self.read, NO_PLACE)
