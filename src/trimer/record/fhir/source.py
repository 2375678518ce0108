"""A FHIR file as plain JSON values, whatever is wrong with it told as one :class:`InputError`."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from trimer.errors import InputError

SIZE_LIMIT = 20_000_000
DEPTH_LIMIT = 40
NODE_LIMIT = 1_000_000
EXPECTED = "a FHIR R4 Bundle in JSON"

Resource = dict[str, Any]
Path_ = tuple[str | int, ...]


def load(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    InputError
        When it cannot be read, or is larger than a Bundle of one patient can be.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise InputError(path.name, error.strerror or "an unreadable file", EXPECTED) from None
    except ValueError:  # a null byte in the name
        raise InputError("the file's name", "a name no file can have", EXPECTED) from None
    return raw


def parse(payload: bytes, name: str) -> list[tuple[str, Resource]]:
    """Return the resources of a Bundle, each with its ``fullUrl`` (empty where it has none).

    Raises
    ------
    InputError
        When the payload is too large, no JSON, nested too deeply, has a name twice or a number that is none, or is no
        Bundle.
    """
    value = _json(payload, name)
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        kind = value.get("resourceType") if isinstance(value, dict) else None
        found = f"a resource {str(kind)[:40]!r}" if kind else "no FHIR resource"
        raise InputError(name, found, EXPECTED)
    entries = value.get("entry", [])
    if not isinstance(entries, list):
        raise InputError(f"{name}: entry", "no list", "a list of entries")
    return list(_resources(entries, name))


def _resources(entries: list[Any], name: str) -> Iterator[tuple[str, Resource]]:
    for number, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            raise InputError(f"{name}: entry[{number}].resource", "no resource", "a resource with its resourceType")
        address = entry.get("fullUrl")
        yield (address if isinstance(address, str) else ""), resource


def _json(payload: bytes, name: str) -> Any:
    if len(payload) > SIZE_LIMIT:
        raise InputError(name, f"more than {SIZE_LIMIT // 1_000_000} MB", EXPECTED)
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, f"byte {error.start} that is no UTF-8 text", EXPECTED) from None

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) < len(items):
            [(twice, _)] = Counter(key for key, _ in items).most_common(1)
            raise InputError(name, f"the name {twice[:40]!r} twice in one object", "each name once")
        return made

    def constant(word: str) -> NoReturn:
        raise InputError(name, f"the number {word}", "a finite number")

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise InputError(f"{name} (line {error.lineno})", f"broken JSON: {error.msg}", EXPECTED) from None
    except RecursionError:
        raise InputError(name, f"more than {DEPTH_LIMIT} levels of nesting", EXPECTED) from None
    except ValueError:  # an integer of thousands of digits
        raise InputError(name, "a number longer than any quantity", "numbers of FHIR") from None
    for path, leaf in leaves(value, name):
        _usable(leaf, f"{name}: {told(path)}")
    return value


def _usable(leaf: Any, where: str) -> None:
    if isinstance(leaf, float) and not math.isfinite(leaf):
        raise InputError(where, "a number too large to hold", "a finite number")
    if isinstance(leaf, int) and abs(leaf) > 10**300:
        raise InputError(where, "a number too large to hold", "a finite number")
    if isinstance(leaf, str) and any("\ud800" <= char <= "\udfff" for char in leaf):
        raise InputError(where, "half of a character (a lone surrogate)", "Unicode text")


def leaves(value: Any, name: str = "") -> Iterator[tuple[Path_, Any]]:
    """Yield every value that is no object or list, and every empty one, with its path; without recursion.

    Raises
    ------
    InputError
        When there are too many, or they are nested too deeply.
    """
    pending: list[tuple[Path_, Any]] = [((), value)]
    count = 0
    while pending:
        path, item = pending.pop()
        count += 1
        if count > NODE_LIMIT:
            raise InputError(name, f"more than {NODE_LIMIT} values", EXPECTED)
        if isinstance(item, dict | list) and item:
            if len(path) >= DEPTH_LIMIT:
                raise InputError(name, f"more than {DEPTH_LIMIT} levels of nesting", EXPECTED)
            inner = item.items() if isinstance(item, dict) else enumerate(item)
            pending += [((*path, key), one) for key, one in inner][::-1]
        else:
            yield path, item


def told(path: Path_) -> str:
    """Return a path in words, e.g. ``code.coding[0].code``."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)[:80]
    return text
