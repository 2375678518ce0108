"""Library files on disk: finding them by name, reading TOML, checking it against its published schema."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError

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
}


def list_entries(kind: str) -> tuple[str, ...]:
    """Return the names of the bundled entries of a kind, sorted.

    Parameters
    ----------
    kind : str
        ``"drugs"``, ``"regimens"``, ``"cases"``, ``"mappings"``, ``"protocols"``, ``"populations"``, ``"trials"``;
        singular also.

    Raises
    ------
    LibraryError
        When there is no such kind.
    """
    folder, suffix = _folder(kind)
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
            raise LibraryError(str(path)[:80], "no such file", f"a {singular} file")
        return path
    names = list_entries(kind)
    if name in names:
        return folder / f"{name}{suffix}"
    near = difflib.get_close_matches(name, names, n=3)
    hint = f"Nearest: {', '.join(near)}. " if near else ""
    raise UnknownEntryError(
        f"No {singular} '{name}'. {hint}`trimer list {folder.name}` shows all.", singular, name, hint
    )


class UnknownEntryError(LibraryError):
    """A name the library does not have; says the nearest ones."""

    def __init__(self, message: str, kind: str, name: str, hint: str) -> None:
        super().__init__(kind, f'"{name}"', f"the name of a {kind} in the library", hint.strip())
        self.args = (message,)


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
    field = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault.path).lstrip(".")
    expected = str(fault.schema.get("description", "")) if isinstance(fault.schema, dict) else ""
    message, found = fault.message, repr(fault.instance)
    if fault.validator in ("required", "additionalProperties", "oneOf", "anyOf", "dependentRequired"):
        found, expected = _missing(fault), expected or message[:120]
    raise LibraryError(f"{where}: {field or 'file'}", found[:80], expected or message[:160])


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
