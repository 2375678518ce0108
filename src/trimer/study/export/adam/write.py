"""Write analysis tables: CSV, a description of every variable, and Dataset-JSON 1.1; a whole folder or none.

Dataset-JSON follows the specification of CDISC (version 1.1, 5 December 2024).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trimer.errors import InputError
from trimer.storage import write_folder
from trimer.study.export.adam.tables import AdamTables, Dataset, Variable
from trimer.study.research import NOTICE, RESEARCH

DEFINE = "define.json"
DATA_TYPES = {"text": "string", "integer": "integer", "float": "double", "date": "date"}


def write(tables: AdamTables, folder: Path, dataset_json: bool, created: dt.datetime | None) -> tuple[Path, ...]:
    """Write the tables as a folder: one CSV file a dataset and ``define.json``, with Dataset-JSON beside if asked for.

    Parameters
    ----------
    tables : AdamTables
    folder : Path
        One that is not there yet, or is empty.
    dataset_json : bool
    created : datetime with a time zone, optional
        Which Dataset-JSON requires; now, if not given.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    InputError
        When the folder holds something, or cannot be written; then nothing is.
    """
    files = {f"{d.name.lower()}.csv": csv_text(d) for d in tables.datasets}
    files[DEFINE] = f"{json.dumps(define(tables), ensure_ascii=False, indent=1, allow_nan=False)}\n"
    if dataset_json:
        when = created or dt.datetime.now(dt.UTC)
        files |= {f"{d.name.lower()}.json": f"{_compact(dataset_json_of(tables, d, when))}\n" for d in tables.datasets}
    return write_folder(folder, files)


def csv_text(dataset: Dataset) -> str:
    """Return a dataset as CSV: a header of variable names, what has no value empty, numbers in full precision.

    Texts are those of the record, unchanged: a spreadsheet program may take one that begins with ``=`` for a formula.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([variable.name for variable in dataset.variables])
    writer.writerows(dataset.rows())
    return out.getvalue()


def define(tables: AdamTables) -> dict[str, Any]:
    """Return what Define-XML says of datasets and variables, as plain values."""
    return {
        "schema": "trimer/adam-define/1",
        "study": tables.study,
        "title": tables.title,
        "simulated": tables.simulated,
        "standard": "names and structures of ADaM IG 1.1; not a submission",
        "trimer": version("trimer"),
        "provenance": dict(tables.provenance),
        "datasets": [_described(dataset) for dataset in tables.datasets],
        "not_in_the_tables": [{"what": what, "why": why} for what, why in tables.lost],
        "note": NOTICE if tables.simulated else RESEARCH,
    }


def _described(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "label": dataset.label,
        "class": dataset.kind,
        "structure": dataset.structure,
        "keys": list(dataset.keys),
        "records": dataset.records,
        "parameters": _parameters(dataset),
        "variables": [
            {
                "name": v.name,
                "label": v.label,
                "type": v.type,
                "length": dataset.length(v),
                "origin": v.origin,
                "codelist": list(v.codelist),
                "unit": v.unit,
                "comment": v.comment,
                "of": "trimer" if v.own else "cdisc",
            }
            for v in dataset.variables
        ],
    }


def _parameters(dataset: Dataset) -> dict[str, str]:
    """Return what the parameter codes of a dataset stand for."""
    columns = dataset.columns
    if "PARAMCD" not in columns:
        return {}
    return {str(code): str(name) for code, name in zip(columns["PARAMCD"], columns["PARAM"], strict=True)}


def dataset_json_of(tables: AdamTables, dataset: Dataset, created: dt.datetime) -> dict[str, Any]:
    """Return a dataset as Dataset-JSON 1.1, attributes in the order the specification recommends.

    Raises
    ------
    InputError
        When the time has no time zone.
    """
    if created.tzinfo is None:
        raise InputError("created", created.isoformat(), "a time with its time zone")
    return {
        "datasetJSONCreationDateTime": created.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datasetJSONVersion": "1.1.0",
        "fileOID": f"trimer.{tables.study}.{dataset.name}",
        "originator": "Trimer, virtual patients" if tables.simulated else "Trimer",
        "sourceSystem": {"name": "Trimer", "version": version("trimer")},
        "studyOID": tables.study,
        "metaDataRef": DEFINE,
        "itemGroupOID": f"IG.{dataset.name}",
        "records": dataset.records,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, variable) for variable in dataset.variables],
        "rows": dataset.rows(),
    }


def _column(dataset: Dataset, variable: Variable) -> dict[str, Any]:
    column: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": DATA_TYPES[variable.type],
    }
    if variable.type == "date":  # numeric in ADaM, an ISO date in JSON
        column |= {"targetDataType": "integer", "displayFormat": "E8601DA."}
    if variable.type == "text":
        column["length"] = dataset.length(variable)
    if variable.name in dataset.keys:
        column["keySequence"] = dataset.keys.index(variable.name) + 1
    return column


def _compact(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
