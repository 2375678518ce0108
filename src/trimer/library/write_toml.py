"""A document written as TOML: what a library file can hold, laid out as the bundled ones are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

WIDE = 110  # letters of a list on one line


def toml_text(document: Mapping[str, Any]) -> str:
    """Return a document as TOML text that reads back the same.

    Parameters
    ----------
    document : mapping
        Of text, numbers, truth values, lists and mappings with keys that TOML takes bare. Mappings and lists of
        mappings at the top become tables of their own; deeper ones stand in line.

    Raises
    ------
    TypeError
        When it holds something else.
    """
    plain, tables = [], []
    for key, value in document.items():
        if isinstance(value, Mapping):
            tables.append(_table(f"[{key}]", value))
        elif _mappings(value):
            tables += [_table(f"[[{key}]]", item) for item in value]
        else:
            plain.append(f"{key} = {_value(value)}\n")
    return "\n".join(["".join(plain), *tables])


def _mappings(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _table(head: str, entry: Mapping[str, Any]) -> str:
    return "\n".join([head, *(f"{key} = {_value(value)}" for key, value in entry.items())]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, Sequence):
        items = [_value(item) for item in value]
        line = f"[{', '.join(items)}]"
        return line if len(line) <= WIDE else "[\n" + "".join(f"  {item},\n" for item in items) + "]"
    raise TypeError(f"no {type(value).__name__} in TOML")
