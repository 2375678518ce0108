"""A population file read into a Population. A file may extend one of the library and say only what differs.

Tables (covariates, parameters) are merged entry by entry; lists (effects, correlations) are replaced whole.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import trimer.library as library
from trimer.errors import LibraryError
from trimer.library.entries import parameter_from
from trimer.library.files import extended_by, read_toml, validate
from trimer.parameters import Parameter
from trimer.population import EVERYWHERE, Class, Correlation, Covariate, Effect, Population
from trimer.therapy.size import Size
from trimer.units import parse

#: Covariates that patients have, with their canonical units.
UNITS = {
    "age": "year",
    "female": "number",
    "weight": "kg",
    "height": "m",
    "salvages": "number",
    "prior_hsct": "number",
    "ph_positive": "number",
    "refractory": "number",
    "marrow_blast_percent": "%",
    "mrd_marrow": "fraction",
}
_LARGEST = {"marrow_blast_percent": 100.0} | dict.fromkeys(
    ("mrd_marrow", "female", "prior_hsct", "ph_positive", "refractory"), 1.0
)
_SIZE = Size(weight=70.0, height=1.75, bsa=1.876)  # any; a drug's names and units do not depend on it
_ROUNDING = 0.005  # printed percentages are rounded
_PROVENANCE = ("kind", "source", "where", "note")


def population_from(path: Path, shift: Mapping[str, Any] | None = None) -> Population:
    """Return the population that a file describes.

    Parameters
    ----------
    path : Path
    shift : mapping, optional
        Tables of covariates or parameters, as in a file, that replace its own: how a trial's patients differ.

    Raises
    ------
    LibraryError
        When the file cannot be read, breaks the schema or contradicts itself.
    UnitError
        When a number has no unit or one of the wrong kind.
    """
    document = read_toml(path)
    if path.stem != document.get("name", path.stem):
        raise LibraryError(f"{path.name}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    document = extended(document, path.name)
    if shift:
        validate(document, "population", path.name)
        for name, entry in shift.items():
            document = _merged(document, {"covariates" if name in UNITS else "parameters": {name: entry}})
    return population_from_document(document, path.name)


def extended(document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a document laid over the one of the library that it extends, if it does.

    Where the burden is another, the covariate that was the burden goes.

    Raises
    ------
    LibraryError
        When the library has no such population, or that one extends another.
    """
    below = extended_by(document, "population", where)
    if not below:
        return dict(document)
    if document.get("burden", below["burden"]) != below["burden"]:
        del below["covariates"][below["burden"]]
    return _merged(below, {k: v for k, v in document.items() if k != "extends"})


def population_from_document(document: Mapping[str, Any], where: str) -> Population:
    """Return the population that a whole document describes; raises as :func:`population_from`."""
    validate(document, "population", where)
    covariates = dict(_covariates(document["covariates"], where))
    if document["burden"] not in covariates:
        raise LibraryError(f"{where}: covariates", f"no {document['burden']}", "the covariate named as burden")
    parameters = {
        n: parameter_from(n, entry, known_parameter(n, here).unit, here, "population")
        for n, entry in document.get("parameters", {}).items()
        for here in [f"{where}: parameters.{n}"]
    }
    return Population(
        name=document["name"],
        label=document["label"],
        burden=document["burden"],
        covariates=covariates,
        parameters=parameters,
        effects=tuple(_effects(document.get("effects", ()), covariates, parameters, where)),
        correlations=tuple(_correlations(document.get("correlations", ()), parameters, where)),
        settles=_settles(document, parameters, where),
        calibration=document.get("calibration", ""),
        **{name: document.get(name, "") for name in ("source", "where", "note")},
    )


def _settles(document: Mapping[str, Any], parameters: Mapping[str, Parameter], where: str) -> tuple[str, ...]:
    """Return the parameters that the calibration does not change, or raise when the file gives one no value."""
    names = tuple(document.get("settles", ()))
    for name in names:
        if name not in parameters:
            expected = f"one of its parameters: {', '.join(parameters) or 'it has none'}"
            raise LibraryError(f"{where}: settles", f'"{name}"', expected)
    return names


def known_parameter(name: str, where: str) -> Parameter:
    """Return a parameter of the model, of what follows treatment or of a drug of the library, by name.

    Raises
    ------
    LibraryError
        When there is none; the nearest names are given.
    """
    found = _always()
    if name not in found:
        for drug in library.list_entries("drugs"):
            if name.startswith(f"{drug}_"):
                found = found | library.drug_parameters(drug, _SIZE)
    if name not in found:
        near = ", ".join(difflib.get_close_matches(name, found, n=3))
        raise LibraryError(where, f'"{name}"', "a parameter of the model", f"Nearest: {near}." if near else "")
    return found[name]


@lru_cache(maxsize=1)
def _always() -> dict[str, Parameter]:
    """Return the parameters that every virtual patient has, drugs aside."""
    model = Path(str(files("trimer.model").joinpath("leukaemia.toml")))
    return library.parameter_file(model) | library.outcome_parameters()


def _merged(base: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    tables = {n: {**base.get(n, {}), **document.get(n, {})} for n in ("covariates", "parameters")}
    return {**base, **document, **tables}


def _covariates(entries: Mapping[str, Any], where: str) -> Iterator[tuple[str, Covariate]]:
    """Yield covariates; one that others depend on stands before them and is 0 or 1."""
    flags: list[str] = []
    for name, entry in entries.items():
        here = f"{where}: covariates.{name}"
        covariate = _covariate(name, entry, here)
        if covariate.by and covariate.by not in flags:
            raise LibraryError(f"{here}.by", f'"{covariate.by}"', "a covariate of 0 and 1 that stands before")
        if covariate.shape == "categories" and {c.low for c in covariate.classes} <= {0.0, 1.0}:
            flags.append(name)
        yield name, covariate


def _covariate(name: str, entry: Mapping[str, Any], where: str) -> Covariate:
    if name not in UNITS:
        near = difflib.get_close_matches(name, UNITS, n=1)
        hint = f"Nearest: {near[0]}." if near else ""
        raise LibraryError(where, "an unknown covariate", f"one of {', '.join(UNITS)}", hint)
    unit, shape = UNITS[name], entry["distribution"]
    wanted = ("classes",) if shape in ("classes", "categories") else ("centre", "spread", "low", "high")
    for field in wanted:
        if field not in entry:
            raise LibraryError(where, f"no {field}", f"{field}, as the distribution is {shape}")
    centre = _numbers(entry.get("centre", ()), unit, f"{where}.centre")
    spread = _numbers(entry.get("spread", ()), "fraction" if shape == "lognormal" else unit, f"{where}.spread")
    covariate = Covariate(
        name=name,
        unit=unit,
        shape=shape,
        centre=centre,
        spread=spread * (len(centre) if len(spread) == 1 else 1),
        classes=tuple(_classes(entry.get("classes", ()), unit, where)),
        logarithmic=entry.get("logarithmic", False),
        by=entry.get("by", ""),
        **_provenance(entry),
    )
    if not covariate.classes:
        low, high = (parse(entry[side], unit, f"{where}.{side}") for side in ("low", "high"))
        covariate = replace(covariate, low=low, high=high)
    _check(covariate, where)
    return covariate


def _check(item: Covariate, where: str) -> None:
    """Raise when what a covariate's entry states does not go together."""
    if item.classes:
        _check_classes(item, where)
        return
    most = _LARGEST.get(item.name, float("inf"))
    if not 0.0 <= item.low < item.high <= most:
        raise LibraryError(f"{where}.low", f"{item.low:g} to {item.high:g}", f"rising bounds from 0 to {most:g}")
    if len(item.spread) != len(item.centre) or not min(item.spread) > 0.0:
        raise LibraryError(f"{where}.spread", ", ".join(map(str, item.spread)), "a positive spread for each centre")
    if item.shape == "lognormal" and not min(item.centre) > 0.0:
        raise LibraryError(f"{where}.centre", f"{min(item.centre):g}", "a median of more than 0")
    if not item.share(EVERYWHERE, np.arange(2.0)).all():
        raise LibraryError(f"{where}.low", f"{item.low:g} to {item.high:g}", "bounds that some patient meets")
    if (len(item.centre) == 2) != bool(item.by):
        there = f'"{item.by}" with {len(item.centre)} centre{"s" * (len(item.centre) - 1)}'
        raise LibraryError(f"{where}.by", there, "a covariate of 0 and 1 exactly when there are two centres")


def _check_classes(item: Covariate, where: str) -> None:
    here, most = f"{where}.classes", _LARGEST.get(item.name, float("inf"))
    if not (item.classes[0].low >= 0.0 and item.classes[-1].high <= most):
        raise LibraryError(here, f"{item.classes[0].low:g} to {item.classes[-1].high:g}", f"values from 0 to {most:g}")
    for i, (one, other) in enumerate(pairwise(item.classes), start=1):
        if not (one.high <= other.low and one.low < other.high):
            raise LibraryError(f"{here}[{i}]", f"{other.low:g} after {one.high:g}", "classes in rising order")
    for i, one in enumerate(item.classes):
        if (one.low == one.high) != (item.shape == "categories"):
            expected = "a value" if item.shape == "categories" else "low and high that differ"
            raise LibraryError(f"{here}[{i}]", f"{one.low:g} to {one.high:g}", f"{expected}, as these are {item.shape}")
    if item.logarithmic and not item.classes[0].low > 0.0:
        raise LibraryError(here, f"a class from {item.classes[0].low:g}", "classes above 0, as they are logarithmic")
    total = sum(one.share for one in item.classes)
    if abs(total - 1.0) > _ROUNDING:
        raise LibraryError(here, f"shares that add to {100.0 * total:g} %", "shares that add to 100 %")


def _numbers(texts: Any, unit: str, where: str) -> tuple[float, ...]:
    return tuple(parse(text, unit, where) for text in ([texts] if isinstance(texts, str) else texts))


def _classes(entries: Iterable[Mapping[str, Any]], unit: str, where: str) -> Iterator[Class]:
    for i, entry in enumerate(entries):
        here = f"{where}.classes[{i}]"
        if ("value" in entry) == ("low" in entry or "high" in entry) or ("low" in entry) != ("high" in entry):
            raise LibraryError(here, ", ".join(entry), "either value, or low and high")
        low, high = (parse(entry.get(side, entry.get("value")), unit, f"{here}.{side}") for side in ("low", "high"))
        share = parse(entry["share"], "fraction", f"{here}.share")
        if not (low <= high and 0.0 <= share <= 1.0):
            raise LibraryError(here, f"{low:g} to {high:g}, share {share:g}", "rising bounds and a share of 0 to 1")
        yield Class(low, high, share)


def _effects(
    entries: Iterable[Mapping[str, Any]],
    covariates: Mapping[str, Covariate],
    parameters: Mapping[str, Parameter],
    where: str,
) -> Iterator[Effect]:
    derived = ("bsa",) if {"weight", "height"} <= set(covariates) else ()
    for i, entry in enumerate(entries):
        here = f"{where}: effects[{i}]"
        name, parameter, power = entry["covariate"], entry["parameter"], entry.get("power", False)
        if name not in (*covariates, *derived):
            expected = f"one of {', '.join((*covariates, *derived))}"
            raise LibraryError(f"{here}.covariate", f'"{name}"', expected)
        known = parameters.get(parameter) or known_parameter(parameter, f"{here}.parameter")
        if known.distribution in ("bernoulli", "logitnormal"):
            found = f'"{parameter}", which is a share'
            raise LibraryError(f"{here}.parameter", found, "a parameter that may be multiplied by any factor")
        reference = parse(entry["reference"], "m2" if name == "bsa" else UNITS[name], f"{here}.reference")
        if power and not reference > 0.0:
            raise LibraryError(f"{here}.reference", f"{reference:g}", "more than 0, as the effect is a power")
        yield Effect(parameter, name, float(entry["slope"]), reference, power, **_provenance(entry))


def _correlations(
    entries: Iterable[Mapping[str, Any]], parameters: Mapping[str, Parameter], where: str
) -> Iterator[Correlation]:
    seen: set[frozenset[str]] = set()
    for i, entry in enumerate(entries):
        here, pair = f"{where}: correlations[{i}].between", entry["between"]
        for name in pair:
            if (parameters.get(name) or known_parameter(name, here)).distribution == "fixed":
                raise LibraryError(here, f'"{name}", the same in everybody', "parameters that have a spread")
        if len(set(pair)) < 2 or frozenset(pair) in seen:
            raise LibraryError(here, f"{' and '.join(pair)}", "two parameters, each pair once")
        seen.add(frozenset(pair))
        yield Correlation(pair[0], pair[1], float(entry["r"]), **_provenance(entry))


def _provenance(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in _PROVENANCE if name in entry}
