"""A patient's twin as a PEtab problem (version 1): model, data, errors and prior for other tools to estimate with.

The problem is that of ``trimer fit``: the record from shortly before the first engager, the population as prior, the
same likelihood up to a constant, which the export tells.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from trimer.errors import InputError
from trimer.storage import write_folder
from trimer.study.export.document import libsbml
from trimer.study.export.petab_likelihood import BOUNDS_NOISE, Likelihood, likelihood_of
from trimer.study.export.petab_model import model_text, sheet_of
from trimer.study.export.petab_prior import Free, free_parameters, places
from trimer.study.likelihood import FAILED
from trimer.study.scenario import known_changes
from trimer.study.twin.prior import POPULATION, Prior
from trimer.study.twin.run import ERROR_SCALE
from trimer.study.twin.segment import Segment, Source, segment_of
from trimer.study.twin.target import FAR

CONDITION = "as_recorded"
MODEL, CONDITIONS, OBSERVABLES, MEASUREMENTS, PARAMETERS, PROBLEM = (
    "model.xml", "conditions.tsv", "observables.tsv", "measurements.tsv", "parameters.tsv", "problem.yaml",
)  # fmt: skip
HELD_SCALE = "lin"  # of what is not estimated: pyPESTO 0.7 takes the logarithm of such a parameter for its value
NOISE_RANGE = 100.0  # by which a noise may be made smaller or larger, should somebody want to estimate it

LOST: tuple[tuple[str, str], ...] = (
    (
        "parameters that are present or absent",
        "PEtab estimates numbers; they stand in the model as the record has them, or as absent",
    ),
    (
        f"that no datum counts for more than {FAILED:g} standard deviations",
        "a guard of our solver, no statement on errors; nearer than that both likelihoods are the same",
    ),
    (
        "the record before the run-in, and what the model has no output for",
        "`trimer fit` does not use it either; a case file holds all of a record",
    ),
)
"""What a PEtab problem does not hold of what ``trimer fit`` knows, and why."""


@dataclass(frozen=True)
class PetabExport:
    """Hold a PEtab problem.

    Attributes
    ----------
    id, title : str
        Of the case.
    files : dict of str to str
        Text by file name; ``problem.yaml`` names the others.
    estimated, held : tuple of str
        Parameters of the problem that are to be estimated, and those that could be.
    exact, bounds : int
        How many data are exact values, and how many bounds.
    silent : tuple of str
        Data that are not in it, since nothing lies beyond their bounds.
    start : float, day
        Day of the record at time 0.
    constant : float
        The problem's log likelihood less ours, while the noise parameters are as given.
    prior : Prior
    """

    id: str
    title: str
    files: dict[str, str]
    estimated: tuple[str, ...]
    held: tuple[str, ...]
    exact: int
    bounds: int
    silent: tuple[str, ...]
    start: float
    constant: float
    prior: Prior

    def point(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the parameters of the problem at values of the model's parameters.

        Parameters
        ----------
        values : mapping of str to float
            In the parameters' units, such as one draw of a twin. A parameter that is not given is where the others
            lead one to expect it; names that do not vary are left aside.

        Returns
        -------
        dict of str to float
            By parameter of the problem, estimated or held, on the linear scale.

        Raises
        ------
        InputError
            When a value is outside what the prior allows.
        """
        z = places(self.prior, values)
        return {free.id: free.at(z[free.item.name]) for free in free_parameters(self.prior)}

    def write(self, folder: str | Path) -> Path:
        """Write the problem as a new folder, whole or not at all, and return its ``problem.yaml``.

        Raises
        ------
        InputError
            When the folder is there already and not empty, or cannot be written.
        """
        write_folder(folder, self.files)
        return Path(folder) / PROBLEM

    @property
    def lost(self) -> tuple[tuple[str, str], ...]:
        """What the problem does not hold, and why: :data:`LOST`."""
        return LOST

    def to_dict(self) -> dict[str, Any]:
        """Return what is in the problem, without its files."""
        return {
            "id": self.id,
            "title": self.title,
            "files": list(self.files),
            "estimated": list(self.estimated),
            "held": list(self.held),
            "exact": self.exact,
            "bounds": self.bounds,
            "silent": list(self.silent),
            "start": self.start,
            "log_likelihood_constant": self.constant,
            "lost": [{"what": what, "why": why} for what, why in self.lost],
        }


def petab(
    case: Source,
    *,
    until: str | dt.date | float | None = None,
    population: str = POPULATION,
    parameters: Sequence[str] | None = None,
    changes: Mapping[str, float] | None = None,
    error_scale: float = ERROR_SCALE,
) -> PetabExport:
    """Return the twin of a case as a PEtab problem.

    Parameters
    ----------
    case : str, Path, Case or Setting
        With an engager among what was given.
    until : str, date, day or None
        Use the record up to then only, as ``trimer fit`` does.
    population : str
        The prior; ``"model"`` for the spreads of the model files alone.
    parameters : sequence of str, optional
        Names of the model's parameters to estimate, the others held at their nominal values. Default: all that a twin
        varies.
    changes : mapping of str to float, optional
        Parameter values in canonical units: nominal values of what is estimated, values of all else.
    error_scale : float
        By how much errors are wider than those of measurement.

    Raises
    ------
    CaseError
        When the case has no engager, or nothing was observed.
    InputError
        When something else that is given is at fault, or libSBML is not installed.
    """
    libsbml()  # before the work
    if not 0.0 < error_scale < math.inf:
        raise InputError("error_scale", f"{error_scale:g}", "a factor above zero, such as 1.5")
    segment = segment_of(case, until, population)
    prior, values = segment.prior, dict(changes or {})
    free = free_parameters(prior)
    chosen = _chosen(free, parameters)
    known_changes(values, segment.assembly)
    z = places(prior, values)
    sheet = sheet_of(segment, _followed(prior, values, z) if values else {}, _facts(segment, error_scale))
    nominal = {parameter.id: parameter.at(z[parameter.item.name]) for parameter in free}
    found = likelihood_of(segment.known, error_scale)
    files = {
        MODEL: model_text(segment, sheet, free, nominal, found.observables),
        CONDITIONS: _table([{"conditionId": CONDITION, "conditionName": segment.case.title}]),
        OBSERVABLES: _table(_observables(found)),
        MEASUREMENTS: _table(_measurements(found, segment)),
        PARAMETERS: _table([*_parameters(free, chosen, nominal), *_noises(found)]),
        PROBLEM: _problem(),
    }
    return PetabExport(
        segment.case.id, segment.case.title, files,
        tuple(p.id for p in free if p.id in chosen), tuple(p.id for p in free if p.id not in chosen),
        len(found.measurements) - found.bounds, found.bounds, tuple(f"{d.event} {d.observable}" for d in found.silent),
        segment.assembly.start, found.constant, prior,
    )  # fmt: skip


def _facts(segment: Segment, error_scale: float) -> dict[str, str]:
    """Return what the problem depends on, as provenance."""
    facts = {"population": segment.prior.population, "error_scale": f"{error_scale!r}"}
    known = segment.until < math.inf
    return facts | ({"known_until": segment.setting.record.date(segment.until).isoformat()} if known else {})


def _chosen(free: Sequence[Free], parameters: Sequence[str] | None) -> set[str]:
    """Return the parameters of the problem that are to be estimated."""
    own = {parameter.item.name: parameter.id for parameter in free}
    if parameters is None:
        return set(own.values())
    for name in parameters:
        if name not in own:
            near = ", ".join(difflib.get_close_matches(name, own, n=3))
            hint = f"Nearest: {near}." if near else f"They are {', '.join(own)}."
            raise InputError("parameters", repr(name), "a parameter that varies between patients", hint)
    if not parameters:
        raise InputError("parameters", "none", "at least one to estimate")
    return {own[name] for name in parameters}


def _followed(prior: Prior, values: Mapping[str, float], z: Mapping[str, float]) -> dict[str, float]:
    """Return values, and those of the parameters that are correlated with them."""
    columns = prior.columns(np.array([list(z.values())]))
    moved = (n for n, row in zip(prior.names, prior.factor, strict=True) if np.count_nonzero(row) > 1)
    return {n: float(columns[n][0]) for n in moved if prior.items[n].distribution != "bernoulli"} | dict(values)


def _observables(found: Likelihood) -> list[dict[str, Any]]:
    return [
        {
            "observableId": o.id,
            "observableName": o.name,
            "observableFormula": o.formula,
            "observableTransformation": o.transformation,
            "noiseFormula": o.noise,
            "noiseDistribution": o.distribution,
        }
        for o in found.observables
    ]


def _measurements(found: Likelihood, segment: Segment) -> list[dict[str, Any]]:
    return [
        {
            "observableId": row.observable,
            "simulationConditionId": CONDITION,
            "measurement": row.measurement,
            "time": row.day - segment.assembly.start,
            "datasetId": row.source,
        }
        for row in found.measurements
    ]


def _parameters(free: Iterable[Free], chosen: set[str], nominal: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the rows of what varies; those that are held have no prior."""
    rows = []
    for parameter in free:
        estimated = parameter.id in chosen
        kind, numbers = ("parameterScaleNormal", f"{parameter.centre!r};{parameter.sd!r}") if estimated else ("", "")
        rows.append({
            "parameterId": parameter.id,
            "parameterName": f"{parameter.item.name}, {parameter.item.unit}",
            "parameterScale": parameter.scale if estimated else HELD_SCALE,
            "lowerBound": parameter.at(-FAR),
            "upperBound": parameter.at(FAR),
            "nominalValue": nominal[parameter.id],
            "estimate": int(estimated),
            "initializationPriorType": kind,
            "initializationPriorParameters": numbers,
            "objectivePriorType": kind,
            "objectivePriorParameters": numbers,
        })  # fmt: skip
    return rows


def _noises(found: Likelihood) -> list[dict[str, Any]]:
    return [
        {
            "parameterId": name,
            "parameterName": "scale of bounds" if name == BOUNDS_NOISE else "standard deviation",
            "parameterScale": HELD_SCALE,
            "lowerBound": value / NOISE_RANGE,
            "upperBound": value * NOISE_RANGE,
            "nominalValue": value,
            "estimate": 0,
        }
        for name, value in found.noises.items()
    ]


def _problem() -> str:
    files = {
        "sbml_files": [MODEL],
        "condition_files": [CONDITIONS],
        "observable_files": [OBSERVABLES],
        "measurement_files": [MEASUREMENTS],
    }
    return yaml.safe_dump({"format_version": 1, "parameter_file": PARAMETERS, "problems": [files]}, sort_keys=False)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a table of tabs, the first row's names on top; numbers keep every digit."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), restval="", delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: repr(v) if isinstance(v, float) else v for k, v in row.items()} for row in rows)
    return text.getvalue()
