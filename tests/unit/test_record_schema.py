"""The published JSON Schema is the one the models make, and the bundled cases obey it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import trimer.record.schema as schema
from trimer.record import tree
from trimer.record.read_yaml import BUNDLED, bundled_cases

PUBLISHED = Path(schema.__file__).parents[1] / "library" / "schemas" / "case.schema.json"


def test_the_published_schema_is_up_to_date() -> None:
    hint = f"write it again with trimer.record.schema.write_json_schema(Path(.../{PUBLISHED.name}))"
    assert PUBLISHED.read_text(encoding="utf-8") == schema.json_schema_text(), hint


def test_the_published_schema_is_a_json_schema_with_named_fields() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    assert published["$id"] == schema.SCHEMA
    assert {"schema", "id", "patient", "events", "realisation"} <= set(published["properties"])
    assert published["additionalProperties"] is False


@pytest.mark.parametrize("name", bundled_cases())
def test_bundled_cases_obey_the_published_schema(name: str) -> None:
    validator = Draft202012Validator(json.loads(PUBLISHED.read_text(encoding="utf-8")))
    value, _ = tree.parse((BUNDLED / f"{name}.yaml").read_text(encoding="utf-8"), name)
    assert list(validator.iter_errors(value)) == []
    value["events"][0]["colour"] = "red"
    assert len(list(validator.iter_errors(value))) == 1


def test_the_schema_is_written_as_published(tmp_path: Path) -> None:
    schema.write_json_schema(tmp_path / "case.json")
    assert (tmp_path / "case.json").read_text(encoding="utf-8") == PUBLISHED.read_text(encoding="utf-8")
