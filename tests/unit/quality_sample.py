"""A small record to which tests add what a rule should find."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from trimer.library import list_entries, regimen_parts
from trimer.record.case import Case
from trimer.record.read_yaml import read_case
from trimer.study.quality import Finding, look

PATIENT = {
    "sex": "male",
    "age": "40 year",
    "size": {"weight": {"value": "80 kg", "kind": "stated"}, "height": {"value": "180 cm", "kind": "stated"}},
}


def event(number: int, on: str, kind: str = "lab", **fields: Any) -> dict[str, Any]:
    """Return one event dated to a day (or month)."""
    return {
        "id": f"e{number:02d}",
        "number": number,
        "kind": kind,
        "label": f"event {number}",
        "date": {"on": on},
        **fields,
    }


def seen(observable: str, value: float | None = None, unit: str = "", **fields: Any) -> dict[str, Any]:
    """Return one observation."""
    number = {} if value is None else {"value": value, "unit": unit}
    return {"observable": observable, **number, **fields}


def document(
    events: Sequence[Mapping[str, Any]], patient: Mapping[str, Any] = PATIENT, **fields: Any
) -> dict[str, Any]:
    """Return a whole case as plain values."""
    source = {"citation": "Nobody2020", "title": "T", "authors": "A", "journal": "J", "year": 2020}
    start = {"schema": "trimer/case/1", "id": "small", "title": "A small case", "source": source}
    return {**start, "patient": dict(patient), "origin": events[0]["id"], "events": list(events), **fields}


def read(content: Mapping[str, Any]) -> Case:
    """Return the case of a document, checked against the library."""
    return read_case(json.dumps(dict(content)), "small.yaml", list_entries("drugs"), regimen_parts())


def findings(*events: Mapping[str, Any], rule: str = "", **fields: Any) -> list[Finding]:
    """Return what the rules (or one of them) find in a small case."""
    return [f for f in look(read(document(events, **fields))) if rule in ("", f.rule)]


def measured(*observations: Mapping[str, Any], rule: str) -> list[Finding]:
    """Return what one rule finds in a case of one assessment."""
    return findings(event(1, "2020-03-05", observations=list(observations)), rule=rule)


def given(*drugs: Mapping[str, Any], rule: str, **fields: Any) -> list[Finding]:
    """Return what one rule finds in a case of one treatment."""
    return findings(event(1, "2020-03-05", "drug", given=list(drugs), **fields), rule=rule)
