"""The generator of cases keeps its promises, and YAML carries every case: what is written reads back identically.

Whatever is done to a file, reading it gives a case or one :class:`CaseError`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

from generated_cases import document, malformed
from pydantic import BaseModel

import trimer.library as library
from trimer.errors import CaseError
from trimer.observables import OBSERVABLES
from trimer.record import check, timing, tree
from trimer.record.case import Case
from trimer.record.read_yaml import load_case, read_case
from trimer.record.schema import CaseDocument
from trimer.record.vocabulary import RECORD_ONLY
from trimer.record.write_yaml import dump_case

CASES = int(os.environ.get("TRIMER_GENERATED", "60"))  # `make nightly` asks for ten thousand


@cache
def documents() -> tuple[CaseDocument, ...]:
    return tuple(document(seed) for seed in range(60))


def case_of(made: CaseDocument) -> Case:
    """Return a document as a case, checked as a file is."""
    origin = tree.Origin(made.id)
    check.check(made, origin, library.list_entries("drugs"), library.regimen_parts())
    return Case(made, timing.make_schedule(made, origin))


def test_a_seed_gives_one_document_and_another_seed_another() -> None:
    again = tuple(document(seed) for seed in range(60))
    assert again == documents()
    assert len({made.model_dump_json() for made in documents()}) == 60


def test_every_document_is_a_case_that_can_be_used() -> None:
    for made in documents():
        case = case_of(made)
        course = case.course()
        assert len(course.readings) == sum(len(event.observations) for event in made.events)
        assert len(case.orders()) >= sum(order.interpretation is None for order in made.realisation.orders)


def fields_of(value: Any, path: str = "") -> Counter[str]:
    """Count the fields that are filled, by their path."""
    found: Counter[str] = Counter()
    if isinstance(value, dict):
        for key, item in value.items():
            name = f"{path}.{key}" if path != ".realisation.orders.amounts" else path
            found[name] += 1
            found += fields_of(item, name)
    elif isinstance(value, list):
        for item in value:
            found += fields_of(item, path)
    return found


def fields_known(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Yield the fields of the schema, by their path."""
    for name, field in model.model_fields.items():
        here = f"{path}.{field.alias or name}"
        yield here
        for inner in models_in(field.annotation):
            yield from fields_known(inner, here)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def test_documents_fill_every_field_and_name_every_observable() -> None:
    made = [document(seed) for seed in range(1000, 1400)]
    counts = sum((fields_of(m.model_dump(mode="json", by_alias=True, exclude_defaults=True)) for m in made), Counter())
    schema = set(fields_known(CaseDocument))
    constant = {p for p in schema if p.endswith(".prefer.kind")}  # it has one value only, its default
    assert schema - constant - set(counts) == set()
    named = {item.observable for m in made for event in m.events for item in event.observations}
    assert named == {*OBSERVABLES, *RECORD_ONLY}
    precisions = {len(event.date.on) for m in made for event in m.events if event.date.on}
    assert precisions == {4, 7, 10}


def test_yaml_carries_every_case() -> None:
    for seed in range(CASES):
        made = document(seed)
        assert read_case(dump_case(case_of(made)), made.id).document == made, seed


def outcome(path: Path) -> str:
    """Return what comes of reading a file; an error that does not name it is none of ours."""
    try:
        load_case(path)
    except CaseError as fault:
        return "refused" if fault.where.startswith(path.name) else repr(fault)
    return "read"


def test_a_spoilt_file_gives_a_case_or_one_error_that_says_where(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.yaml"
    payloads = [dump_case(case_of(document(seed))).encode() for seed in range(min(CASES, 200))]
    outcomes: Counter[str] = Counter()
    spoilt = 10 * CASES if CASES > 60 else 300
    for seed in range(spoilt):
        path.write_bytes(malformed(payloads[seed % len(payloads)], seed))
        outcomes[outcome(path)] += 1
    assert set(outcomes) == {"refused", "read"}, outcomes
    assert outcomes["refused"] > spoilt / 2
