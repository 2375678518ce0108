"""Library files on disk: finding them by name, reading TOML, checking it against its published schema."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.protocol_words import called

HERE = Path(__file__).parent
LARGEST = 1_000_000  # bytes; a library file is a few kilobytes, anything near this is not one
_KINDS = {
    "drugs": ".toml",
    "regimens": ".toml",
    "cases": ".yaml",
    "mappings": ".toml",
    "protocols": ".toml",
    "populations": ".toml",
    "trials": ".toml",
    "questions": ".toml",
    "optimisations": ".toml",
}


def list_entries(kind: str) -> tuple[str, ...]:
    """Return the names of the bundled entries of a kind, sorted.

    Parameters
    ----------
    kind : str
        ``"drugs"``, ``"regimens"``, ``"cases"``, ``"mappings"``, ``"protocols"``, ``"populations"``, ``"trials"``,
        ``"questions"``, ``"optimisations"``; singular also.

    Raises
    ------
    LibraryError
        When there is no such kind.
    """
    return _listed(*_folder(kind))


@lru_cache
def _listed(folder: Path, suffix: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob(f"*{suffix}")))


def find(kind: str, name: str | Path) -> Path:
    """Return the file of a bundled entry, or of the user's own file when a path is given.

    A path is a :class:`~pathlib.Path`, or text that ends like a file of the kind or has a slash.

    Raises
    ------
    LibraryError
        When the library has no such entry (with the nearest names), or the file does not exist.
    """
    folder, suffix = _folder(kind)
    singular = folder.name.removesuffix("s")
    if isinstance(name, Path) or name.endswith((suffix, ".yml")) or "/" in name:
        path = Path(name)
        try:
            there = path.is_file()
        except OSError:  # a name longer than any file's
            there = False
        if not there:
            raise LibraryError(str(path)[:80], "no such file", f"{_a(singular)} file")
        return path
    names = list_entries(kind)
    if name in names:
        return folder / f"{name}{suffix}"
    near = difflib.get_close_matches(name, names, n=3) or [n for n in names if name and name in n][:3]
    hint = f"Nearest: {', '.join(near)}. " if near else ""
    raise UnknownEntryError(
        f"No {singular} '{name}'. {hint}`trimer list {folder.name}` shows all.", singular, name, hint
    )


class UnknownEntryError(LibraryError):
    """A name the library does not have; says the nearest ones."""

    def __init__(self, message: str, kind: str, name: str, hint: str) -> None:
        super().__init__(kind, f'"{name}"', f"the name of {_a(kind)} in the library", hint.strip())
        self.args = (message,)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises
    ------
    LibraryError
        When it cannot be read, is too large to be a library file, or is not TOML.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise LibraryError(path.name, f"{path.stat().st_size:,} bytes", f"at most {LARGEST:,} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise LibraryError(path.name, fault.strerror or "an unreadable file", "a readable file") from fault
    except UnicodeDecodeError as fault:
        raise LibraryError(path.name, "bytes that are not UTF-8 text", "TOML text") from fault
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise LibraryError(path.name, f"a fault in its syntax: {str(fault)[:120]}", "TOML text") from fault


def extended_by(document: Mapping[str, Any], kind: str, where: str) -> dict[str, Any]:
    """Return the document of the library that another extends; empty when it extends none.

    Parameters
    ----------
    document : mapping
    kind : str
        E.g. ``"protocol"``.
    where : str
        For the error.

    Raises
    ------
    LibraryError
        When the document breaks its schema, or the library has no such entry, or that one extends another.
    """
    if "extends" not in document:
        return {}
    validate(document, kind, where)
    base = document["extends"]
    below = read_toml(find(f"{kind}s", base))
    if "extends" in below:
        raise LibraryError(f"{where}: extends", f'"{base}", which extends another', f"a {kind} that extends none")
    return below


def schema(name: str) -> dict[str, Any]:
    """Return a published JSON Schema, ``"drug"`` or ``"regimen"``."""
    found: dict[str, Any] = json.loads((HERE / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


def validate(document: Mapping[str, Any], kind: str, where: str) -> None:
    """Check a document against the JSON Schema of its kind.

    Raises
    ------
    LibraryError
        At the first fault, naming the field, what stands there and what was expected.
    """
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    faults = sorted(Draft202012Validator(schema(kind)).iter_errors(document), key=lambda e: list(map(str, e.path)))
    if not faults:
        return
    fault = faults[0]
    raise LibraryError(
        f"{where}: {_place(document, list(fault.path)) or 'file'}", _found(fault)[:80], _expected(fault)[:240]
    )


def _place(document: Mapping[str, Any], path: list[str | int]) -> str:
    """Return where a fault stands, such as ``cycles[0].first``; a rule of a protocol is called by its name."""
    match path:
        case ["rules", int(index), *rest] if isinstance(document["rules"][index], dict):
            first = called(index, document["rules"][index].get("name"))
        case _:
            first, rest = "", path
    return (first + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in rest)).lstrip(".")


_PRESENCE = ("required", "additionalProperties", "oneOf", "anyOf", "dependentRequired")
_TYPES = {
    "string": "text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}
#: Units in the examples of fields that are text with a unit.
_UNITS = {"rates": "ug/day", "rate": "ug/day", "amount": "mg", "dose": "mg", "range": "mg", "value": "L"}


def _found(fault: Any) -> str:
    """Return what stands at a fault, as the file has it."""
    value = fault.instance
    if isinstance(value, dict):
        if not value:
            return "{}" if fault.path else "an empty file"
        return _missing(fault) if fault.validator in _PRESENCE else "a table"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _expected(fault: Any) -> str:
    """Return what a schema expected, in words: those of its author, and what he left unsaid."""
    rule = fault.schema if isinstance(fault.schema, dict) else {}
    said = str(rule.get("description", "")).rstrip(".")
    said = said[:1].lower() + said[1:] if said[1:2] in (" ", *"abcdefghijklmnopqrstuvwxyz") else said
    limit = fault.validator_value
    if fault.validator == "type":
        kind = _TYPES.get(str(limit), f"one of {limit}")
        if limit != "string":
            return said or kind
        if isinstance(fault.instance, int | float) and not isinstance(fault.instance, bool):
            named = [part for part in fault.path if isinstance(part, str)]
            unit = _UNITS.get(named[-1], "") if named else ""
            kind += f', such as "{fault.instance:g} {unit}"' if unit else ""
        return f"{said}, as {kind}" if said and "as text" not in said else said or kind
    if fault.validator in ("minimum", "maximum"):
        return _kind(rule, said)
    if fault.validator in ("oneOf", "anyOf") and not said:
        return " or ".join(str(choice.get("description", _kind(choice))) for choice in limit)
    if said:
        return said + {"minLength": ", not empty", "uniqueItems": ", each once"}.get(fault.validator, "")
    unsaid = {
        "minLength": "text that is not empty",
        "minItems": f"a list of at least {limit}",
        "maxItems": f"a list of at most {limit}",
        "enum": f"one of {', '.join(map(str, limit))}" if isinstance(limit, list) else "",
    }
    return unsaid.get(fault.validator, str(fault.message))


def _kind(rule: Mapping[str, Any], said: str = "") -> str:
    """Return in words what type and limits a schema asks for."""
    bounds = [f"{word} {rule[key]}" for key, word in (("minimum", "at least"), ("maximum", "at most")) if key in rule]
    form = f", of the form {rule['pattern']}" if "pattern" in rule else ""
    limits = f", {' and '.join(bounds)}" if bounds else ""
    return f"{said or _TYPES.get(str(rule.get('type')), 'a value')}{limits}{form}"


def _missing(fault: Any) -> str:
    """Return what a fault of presence found, in words."""
    if fault.validator == "required":
        missing = [key for key in fault.validator_value if key not in fault.instance]
        return f"no field {missing[0]!r}" if missing else "a missing field"
    if fault.validator == "additionalProperties":
        known = set(fault.schema.get("properties", {}))
        extra = sorted(set(fault.instance) - known)
        return f"unknown field {', '.join(map(repr, extra[:3]))}"
    return "fields " + ", ".join(map(repr, sorted(fault.instance)))


def _folder(kind: str) -> tuple[Path, str]:
    plural = kind if kind.endswith("s") else f"{kind}s"
    if plural not in _KINDS:
        raise LibraryError("library", f'kind "{kind}"', f"one of {', '.join(_KINDS)}")
    return HERE / plural, _KINDS[plural]
