"""Every number the model rests on, with its unit, spread, kind and source: model, drugs, populations, calibrations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import trimer.library as library
from trimer.library.load_calibration import FOLDER, described
from trimer.parameters import Parameter
from trimer.population import Correlation, Covariate, Effect, Population
from trimer.report import text
from trimer.therapy.drug import Scaled


@dataclass(frozen=True)
class Row:
    """Hold one number as it is shown.

    Attributes
    ----------
    group : str
        What it belongs to, such as ``"drug blinatumomab"``.
    name, label : str
        In the equations, and in words.
    value : float or None
        In ``unit``; None of a covariate in classes.
    unit, value_text : str
        As printed.
    spread : float
        As :class:`trimer.parameters.Parameter` has it; 0 for none.
    spread_text, distribution, kind, source, where, note : str
    """

    group: str
    name: str
    label: str
    value: float | None
    unit: str
    value_text: str
    spread: float
    spread_text: str
    distribution: str
    kind: str
    source: str
    where: str
    note: str


def parameters() -> Iterator[Row]:
    """Yield every number: of the model, what follows treatment, drugs, populations and calibrations, in this order."""
    for file in sorted(Path(__file__).parents[1].glob("model/*.toml")):
        yield from (_row(f"model {file.stem}", item) for item in library.parameter_file(file).values())
    yield from (_row("outcome of treatment", item) for item in library.outcome_parameters().values())
    for name in library.list_entries("drugs"):
        yield from (_of_drug(name, key, item) for key, item in library.drug(name).entries())
    for name in library.list_entries("populations"):
        yield from _of_population(library.population(name))
    for path in sorted(FOLDER.glob("*.toml")):
        for stage in described(path.stem)["stages"].values():
            yield from (_of_calibration(path.stem, stage["label"], item) for item in stage["parameters"])


def _row(group: str, item: Parameter, label: str = "") -> Row:
    return Row(
        group=group,
        name=item.name,
        label=label or text.words(item.name),
        value=item.value,
        unit=text.unit(item.unit),
        value_text=text.quantity(item.value, item.unit),
        spread=item.spread,
        spread_text=spread(item.distribution, item.spread, item.unit),
        distribution=item.distribution,
        kind=item.kind,
        source=item.source,
        where=item.where,
        note=item.note,
    )


def spread(distribution: str, value: float, unit: str) -> str:
    """Return how patients differ, in words: a coefficient of variation, or a standard deviation and on which scale.

    The CV of a lognormal variable is sqrt(exp(s**2) - 1), s being its standard deviation on the log scale.
    """
    if not value:
        return ""
    if distribution == "lognormal":
        return f"{text.number(100.0 * math.sqrt(math.expm1(value**2)), 2)} % between patients"
    scale = " on the logit scale" if distribution == "logitnormal" else f" {text.unit(unit)}"
    return f"SD {text.number(value)}{scale}".rstrip()


def _of_drug(drug: str, key: str, item: Scaled) -> Row:
    """Return a drug's number at the size it is stated for."""
    row = _row(f"drug {drug}", replace(item.parameter, name=f"{drug}_{key}"), text.words(key))
    if not item.measure:
        return row
    size, unit = {"bsa": "body surface", "weight": "weight"}[item.measure], {"bsa": "m²", "weight": "kg"}[item.measure]
    at = f"At {item.reference:g} {unit}; grows with {size} to the power {item.exponent:g}."
    return replace(row, note=f"{at} {row.note}".rstrip())


def _of_population(found: Population) -> Iterator[Row]:
    group = f"population {found.name}"
    yield from (_of_covariate(group, item) for item in found.covariates.values())
    yield from (_row(group, item) for item in found.parameters.values())
    for effect in found.effects:
        name = f"effect of {text.words(effect.covariate)} on {text.words(effect.parameter)}"
        shape = "power" if effect.power else f"log per unit, from {effect.reference:g}"
        yield _plain(group, f"{effect.parameter} by {effect.covariate}", name, effect.slope, shape, effect)
    for pair in found.correlations:
        name = f"correlation of {text.words(pair.first)} and {text.words(pair.second)}"
        yield _plain(group, f"{pair.first} with {pair.second}", name, pair.r, "correlation", pair)


def _plain(group: str, name: str, label: str, value: float, shape: str, item: Effect | Correlation) -> Row:
    shown = text.number(value)
    return Row(group, name, label, value, "", shown, 0.0, "", shape, item.kind, item.source, item.where, item.note)


def _of_covariate(group: str, item: Covariate) -> Row:
    """Return a covariate: its centre and spread, of two groups where they differ, or its classes with their shares."""
    unit, value = text.unit(item.unit), item.centre[0] if len(item.centre) == 1 else None
    values = " or ".join(text.number(x) for x in item.centre)
    if item.classes:
        total = sum(one.share for one in item.classes)
        shares = (
            f"{text.span(one.low, one.high)}: {text.number(100.0 * one.share / total, 3)} %" for one in item.classes
        )
        values = "; ".join(shares)
    by = f" by {text.words(item.by)}" if item.by else ""
    spreads = dict.fromkeys(spread(item.shape, x, item.unit) for x in item.spread)
    return Row(
        group=group,
        name=item.name,
        label=text.words(item.name),
        value=value,
        unit="" if item.unit == "number" else unit,
        value_text=f"{values} {'' if item.unit == 'number' or item.classes else unit}".strip() + by,
        spread=item.spread[0] if len(item.spread) == 1 else 0.0,
        spread_text=" or ".join(filter(None, spreads)),
        distribution=item.shape,
        kind=item.kind,
        source=item.source,
        where=item.where,
        note=item.note,
    )


def _of_calibration(name: str, stage: str, item: Mapping[str, Any]) -> Row:
    """Return a population parameter as calibrated: median and 90 % interval before and after."""
    low, middle, high = item["posterior"]
    unit = item.get("unit", "")
    before = f"{text.number(item['prior'][0])} to {text.number(item['prior'][2])}"
    return Row(
        group=f"calibration {name}",
        name=item["name"],
        label=text.words(item["name"]),
        value=middle,
        unit=text.unit(unit),
        value_text=text.quantity(middle, unit),
        spread=0.0,
        spread_text=f"{text.number(low)} to {text.number(high)} (90 % of draws; {before} before)",
        distribution="ensemble",
        kind="fitted",
        source="trimer",
        where=stage,
        note="",
    )
