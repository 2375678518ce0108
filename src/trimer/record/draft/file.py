"""Drafts as YAML: written with every status in view, read back with one clear error for whatever is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from trimer.errors import CaseError
from trimer.record import tree
from trimer.record.draft.schema import Draft, EventItem, Item
from trimer.record.schema import DRAFT

_PARTS = ("observations", "given", "episodes")


class _Dumper(yaml.SafeDumper):
    """Quote what YAML 1.2 takes for a number and YAML 1.1, which PyYAML writes, does not: ``1e5``."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if tree.is_word(text) else "'")


_Dumper.add_representer(str, _Dumper.represent_text)


def dump_draft(draft: Draft) -> str:
    """Return a draft as YAML text that :func:`read_draft` reads back as the same draft."""
    head = (
        "# A draft: nobody has reviewed it. Give every item a status: accepted, rejected, or edited after you changed\n"
        "# its value. Fill in id, title, source and patient.size, and what the doubts name where you know it. Then:\n"
        "#   trimer draft accept THIS_FILE -o case.yaml\n"
    )
    return head + yaml.dump(
        to_dict(draft), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
    )


def to_dict(draft: Draft) -> dict[str, Any]:
    """Return a draft as plain values, ready for YAML or JSON; fields to be filled in stand as null."""
    patient = draft.patient
    told = {name: None if item is None else _item(item) for name, item in (("sex", patient.sex), ("age", patient.age))}
    size = None if patient.size is None else _plain(patient.size)
    return {
        "schema": DRAFT,
        "report": _plain(draft.report),
        "id": draft.id,
        "title": draft.title,
        "source": None if draft.source is None else _plain(draft.source),
        "patient": {**told, "size": size},
        "origin": draft.origin,
        "clocks": [_plain(clock) for clock in draft.clocks],
        "events": [_event(event) for event in draft.events],
    }


def load_draft(path: str | Path) -> Draft:
    """Return the draft in a YAML file.

    Raises
    ------
    CaseError
        One message with file, field and line, what was found, what was expected, and a hint.
    """
    place = Path(path)
    try:
        text = tree.read_text(place)
    except ValueError:  # a name with a character no file's name can have
        raise CaseError(str(path)[:60], "a name that no file can have", "a draft file") from None
    return read_draft(text, place.name)


def read_draft(text: str, name: str = "draft") -> Draft:
    """Return the draft in YAML text; errors as :func:`load_draft`."""
    value, origin = tree.parse(text, name)
    if not isinstance(value, dict) or value.get("schema") != DRAFT:
        raise CaseError(origin.where("schema"), "no draft", f"a file with schema: {DRAFT}, as `trimer draft` writes it")
    try:
        return Draft.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        found = repr(fault["input"])
        found = found if len(found) <= 60 else f"{found[:57]}..."
        path = tuple(key for key in fault["loc"] if key != "[key]")
        kinds = {"extra_forbidden": "only fields of a draft", "missing": "this field, which is required"}
        expected = kinds.get(fault["type"], fault["msg"].removeprefix("Input should be "))
        found = {"extra_forbidden": "a field that does not exist", "missing": "nothing"}.get(fault["type"], found)
        raise CaseError(origin.where(*path), found, expected) from None


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _item(item: Item, *without: str) -> dict[str, Any]:
    found = item.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(without))
    return {"status": item.status, **found}


def _event(event: EventItem) -> dict[str, Any]:
    found = _item(event, "date", "end", "conclusion", *_PARTS)
    found["date"] = _item(event.date)
    for name in ("end", "conclusion"):
        part = getattr(event, name)
        if part is not None:
            found[name] = _item(part)
    for name in _PARTS:
        if getattr(event, name):
            found[name] = [_item(part) for part in getattr(event, name)]
    return found
