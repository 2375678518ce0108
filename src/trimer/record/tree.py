"""YAML text to plain values that remember their lines: no aliases, no tags, no duplicate keys, bounded depth and size.

Only events of the YAML parser are used, so nothing is constructed that could be dangerous or large, and every value
keeps its line for the error message. Scalars follow the YAML 1.2 core schema: ``no`` is a word and ``2014-01-17`` text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from trimer.errors import CaseError

SIZE_LIMIT = 1_000_000
DEPTH_LIMIT = 20
NODE_LIMIT = 50_000

Key = str | int
_PLACE = re.compile(r"(?:: )?(.*?)(?: ?\(line ([0-9]+)\))?", re.DOTALL)
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Origin:
    """Know where values come from: the file's name, and the line of every field, by path."""

    name: str = "case"
    lines: Mapping[tuple[Key, ...], int] = field(default_factory=dict)
    ids: Mapping[int, str] = field(default_factory=dict)

    def where(self, *path: Key) -> str:
        """Return file, field and line, e.g. ``linder2016.yaml: events[e03].observations[0].unit (line 61)``."""
        text = ""
        for i, key in enumerate(path):
            if isinstance(key, int):
                text += f"[{self.ids.get(key, key) if path[:i] == ('events',) else key}]"
            else:
                text += f".{key}" if text else key
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        return f"{self.name}: {text or 'file'}" + (f" (line {line})" if line else "")


def place(where: str, name: str) -> tuple[str, int | None]:
    """Return field and line of what :meth:`Origin.where` wrote for a file of this name; empty and None for neither."""
    found = _PLACE.fullmatch(where.removeprefix(name))
    return (found[1], int(found[2]) if found[2] else None) if found else (where, None)


def read_text(path: Path) -> str:
    """Return the text of a case file.

    Raises
    ------
    CaseError
        When it cannot be read, is larger than a case can be, or is not UTF-8 text.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise CaseError(path.name, error.strerror or "an unreadable file", "a readable case file") from None
    if len(raw) > SIZE_LIMIT:
        raise CaseError(path.name, f"more than {SIZE_LIMIT // 1000} kB", "a case file, which is far smaller")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(path.name, f"byte {error.start} that is no UTF-8 text", "a YAML case file in UTF-8") from None


def parse(text: str, name: str) -> tuple[Any, Origin]:
    """Return the plain value of a YAML document, and where its parts stand.

    Raises
    ------
    CaseError
        For broken YAML, an alias or anchor, a tag, a duplicate key, several documents, or excessive depth or size.
    """
    if len(text.encode("utf-8", "replace")) > SIZE_LIMIT:
        raise CaseError(name, f"more than {SIZE_LIMIT // 1000} kB", "a case file, which is far smaller")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" (line {mark.line + 1})" if mark else ""
        raise CaseError(f"{name}{line}", f"broken YAML: {error.problem or error.context}", "a YAML case file") from None
    except yaml.YAMLError as error:
        raise CaseError(name, f"broken YAML: {str(error).splitlines()[0]}", "a YAML case file") from None
    value = builder.value
    return value, Origin(name, builder.lines, dict(_event_ids(value)))


def _event_ids(value: Any) -> Iterator[tuple[int, str]]:
    events = value.get("events") if isinstance(value, dict) else None
    for number, event in enumerate(events if isinstance(events, list) else []):
        if isinstance(event, dict) and isinstance(event.get("id"), str) and len(event["id"]) < 20:
            yield number, event["id"]


class _Builder:
    """Build plain values from parser events, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.value: Any = None
        self.lines: dict[tuple[Key, ...], int] = {}
        self._open: list[Any] = []
        self._keys: list[Key | None] = []
        self._nodes = self._documents = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._fault(line, "a second document", "one case in a file")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._fault(line, "a YAML anchor or alias", "every value written out")
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event, line)
            self._scalar(_plain(event), line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._refuse_tag(event, line)
            self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._keys.pop()
            self._free_key()

    def _scalar(self, value: Any, line: int) -> None:
        if self._open and isinstance(self._open[-1], dict) and self._keys[-1] is None:
            key = str(value)
            if key in self._open[-1]:
                raise self._fault(line, f"{key!r} twice", "each field once", "Remove or rename one of them.")
            self._keys[-1] = key
            return
        self._put(value, line)

    def _begin(self, container: Any, line: int) -> None:
        if len(self._open) >= DEPTH_LIMIT:
            raise self._fault(line, f"more than {DEPTH_LIMIT} levels of nesting", "the fields of a case")
        if self._open and isinstance(self._open[-1], dict) and self._keys[-1] is None:
            raise self._fault(line, "a list or mapping as a field's name", "a word")
        self._put(container, line)
        self._open.append(container)
        self._keys.append(None)

    def _put(self, value: Any, line: int) -> None:
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            raise self._fault(line, f"more than {NODE_LIMIT} values", "a case file, which is far smaller")
        if not self._open:
            self.value, self.lines[()] = value, line
            return
        top = self._open[-1]
        if isinstance(top, list):
            self._keys[-1] = len(top)
            top.append(value)
        else:
            top[self._keys[-1]] = value
        # Every key on the stack is set here: together they are the path of the value just put.
        self.lines[tuple(key for key in self._keys if key is not None)] = line
        if not isinstance(value, dict | list):
            self._free_key()

    def _free_key(self) -> None:
        """Wait for the next field of a mapping; called when a value is complete."""
        if self._open and isinstance(self._open[-1], dict):
            self._keys[-1] = None

    def _refuse_tag(self, event: Any, line: int) -> None:
        if event.tag is not None and event.tag != "!":
            raise self._fault(line, f"the YAML tag {event.tag!r}", "plain values")

    def _fault(self, line: int, found: str, expected: str, hint: str = "") -> CaseError:
        return CaseError(f"{self.name} (line {line})", found, expected, hint)


def _plain(event: Any) -> Any:
    """Return the value of a scalar under the YAML 1.2 core schema."""
    text: str = event.value
    if not event.implicit[0] or is_word(text):
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INT.fullmatch(text) else float(text)


def is_word(text: str) -> bool:
    """Return whether a scalar without quotes is text, not a number, a truth value or nothing."""
    return text not in _WORDS and not _INT.fullmatch(text) and not _FLOAT.fullmatch(text)
