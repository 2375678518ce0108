"""Analysis tables: variables with names, labels and types as ADaM has them, and their values, column by column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from trimer.errors import InputError

Type = Literal["text", "integer", "float", "date"]
Value = str | int | float | None
Column = Sequence[Value]

NAME, LABEL = 8, 40
"""Most characters of a name and of a label (the limits of SAS transport files, which ADaM keeps)."""


@dataclass(frozen=True)
class Variable:
    """Hold one variable.

    Attributes
    ----------
    name, label : str
    type : {"text", "integer", "float", "date"}
        A date is an ISO 8601 date, known to the day.
    origin : {"Assigned", "Collected", "Derived"}
        As Define-XML has it; of a virtual trial everything that is not assigned is derived.
    codelist : tuple of str
        The values it may take; empty when there is no list.
    unit, comment : str
    own : bool
        Whether the variable is Trimer's, and not of ADaM or SDTM.
    """

    name: str
    label: str
    type: Type = "text"
    origin: Literal["Assigned", "Collected", "Derived"] = "Derived"
    codelist: tuple[str, ...] = ()
    unit: str = ""
    comment: str = ""
    own: bool = False


@dataclass(frozen=True)
class Dataset:
    """Hold one dataset.

    Attributes
    ----------
    name, label : str
    kind : str
        Class of the dataset, as ADaM calls it.
    structure : str
        What one record is.
    keys : tuple of str
        Variables that together name a record.
    variables : tuple of Variable
    columns : mapping of str to sequence
        Values by variable, None where there is none; all of one length.
    """

    name: str
    label: str
    kind: str
    structure: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    columns: Mapping[str, Column]

    @property
    def records(self) -> int:
        """Number of records."""
        return len(self.columns[self.variables[0].name])

    def length(self, variable: Variable) -> int:
        """Return the length of a variable: of a text the longest value, of a number 8 bytes."""
        if variable.type == "text":
            return max((len(str(value)) for value in self.columns[variable.name] if value is not None), default=1) or 1
        return 10 if variable.type == "date" else 8

    def rows(self) -> list[tuple[Value, ...]]:
        """Return the records, values in the order of the variables."""
        return list(zip(*(self.columns[variable.name] for variable in self.variables), strict=True))


@dataclass(frozen=True)
class AdamTables:
    """Hold the analysis datasets of one study.

    Attributes
    ----------
    study, title : str
        ``study`` is STUDYID.
    simulated : bool
        Whether the patients are virtual.
    datasets : tuple of Dataset
    lost : tuple of (str, str)
        What of the source is not in the tables, and why.
    provenance : mapping
    """

    study: str
    title: str
    simulated: bool
    datasets: tuple[Dataset, ...]
    lost: tuple[tuple[str, str], ...]
    provenance: Mapping[str, Any]

    def __getitem__(self, name: str) -> Dataset:
        """Return a dataset by name, such as ``"ADTTE"``.

        Raises
        ------
        InputError
            When there is none of that name.
        """
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise InputError("dataset", repr(name), f"one of {', '.join(d.name for d in self.datasets)}")

    def write(
        self, folder: str | Path, dataset_json: bool = False, created: dt.datetime | None = None
    ) -> tuple[Path, ...]:
        """Write the tables as a folder, whole or not at all; see :func:`trimer.study.export.adam.write.write`."""
        from trimer.study.export.adam.write import write

        return write(self, Path(folder), dataset_json, created)


def dataset(
    name: str,
    label: str,
    kind: str,
    structure: str,
    keys: tuple[str, ...],
    variables: Sequence[Variable],
    columns: Mapping[str, Column],
    simulated: bool,
) -> Dataset:
    """Return a dataset with the label of what it is; a virtual one says so, and nothing in it was collected."""
    if simulated:
        label = f"{label} (VIRTUAL)"
        variables = [replace(v, origin="Derived") if v.origin == "Collected" else v for v in variables]
    return Dataset(name, label, kind, structure, keys, tuple(variables), columns)


def of_rows(variables: Sequence[Variable], rows: Sequence[Mapping[str, Value]]) -> dict[str, list[Value]]:
    """Return records as columns; what a record does not name is None."""
    return {variable.name: [row.get(variable.name) for row in rows] for variable in variables}
