"""A JSON Schema of Dataset-JSON 1.1, written from CDISC's specification (tables of attributes, 5 December 2024)."""

from __future__ import annotations

from typing import Any

MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?$"}
TEXT, NAME = {"type": "string"}, {"type": "string", "minLength": 1}

COLUMN: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["itemOID", "name", "label", "dataType"],
    "properties": {
        "itemOID": NAME,
        "name": NAME,
        "label": TEXT,
        "dataType": {
            "enum": ["string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI"]
        },
        "targetDataType": {"enum": ["integer", "decimal"]},
        "length": {"type": "integer", "minimum": 1},
        "displayFormat": TEXT,
        "keySequence": {"type": "integer", "minimum": 1},
    },
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": [
        "datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns",
    ],
    "properties": {
        "datasetJSONCreationDateTime": MOMENT,
        "datasetJSONVersion": {"type": "string", "pattern": r"^1\.1(\.(0|[1-9][0-9]*))?$"},
        "fileOID": NAME,
        "dbLastModifiedDateTime": MOMENT,
        "originator": TEXT,
        "sourceSystem": {
            "type": "object",
            "additionalProperties": False,
            "required": ["name", "version"],
            "properties": {"name": TEXT, "version": TEXT},
        },
        "studyOID": NAME,
        "metaDataVersionOID": NAME,
        "metaDataRef": TEXT,
        "itemGroupOID": NAME,
        "records": {"type": "integer", "minimum": 0},
        "name": NAME,
        "label": TEXT,
        "columns": {"type": "array", "items": COLUMN},
        "rows": {
            "type": "array",
            "items": {"type": "array", "items": {"type": ["string", "integer", "number", "boolean", "null"]}},
        },
    },
}  # fmt: skip

HELD: dict[str, type | tuple[type, ...]] = {"string": str, "date": str, "integer": int, "double": (int, float)}
"""What a value of a data type is in JSON, by the table of supported combinations."""


def faults(document: dict[str, Any]) -> list[str]:
    """Return what is wrong with a Dataset-JSON document, values compared with their columns' types included."""
    from jsonschema import Draft202012Validator

    found = [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(document)]
    columns = document["columns"]
    found += [f"{len(row)} values for {len(columns)} columns" for row in document["rows"] if len(row) != len(columns)]
    found += [
        f"{column['name']}: {value!r}"
        for row in document["rows"]
        for column, value in zip(columns, row, strict=True)
        if value is not None and not isinstance(value, HELD[column["dataType"]])
    ]
    return found + ([] if document["records"] == len(document["rows"]) else ["another number of records"])
