"""A population file read into a Population. A file may extend one of the library and say only what differs.

Tables (covariates, parameters) are merged entry by entry; lists (effects, correlations) are replaced whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.entries import parameter_from
from trimer.library.files import find, read_toml, validate
from trimer.population import Class, Correlation, Covariate, Effect, Population
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
    if "extends" in document:
        base = read_toml(find("populations", document["extends"]))
        if document.get("burden", base.get("burden")) != base.get("burden"):
            base["covariates"].pop(base["burden"], None)
        document = _merged(base, {k: v for k, v in document.items() if k != "extends"})
    for name, entry in (shift or {}).items():
        document = _merged(document, {"covariates" if name in UNITS else "parameters": {name: entry}})
    return population_from_document(document, path.name)


def population_from_document(document: Mapping[str, Any], where: str) -> Population:
    """Return the population that a document describes; raises as :func:`population_from`."""
    validate(document, "population", where)
    covariates = {n: _covariate(n, entry, f"{where}: covariates.{n}") for n, entry in document["covariates"].items()}
    for name, covariate in covariates.items():
        if covariate.by and covariate.by not in list(covariates)[: list(covariates).index(name)]:
            raise LibraryError(f"{where}: covariates.{name}.by", f'"{covariate.by}"', "a covariate that stands before")
    if document["burden"] not in covariates:
        raise LibraryError(f"{where}: covariates", f"no {document['burden']}", "the covariate named as burden")
    parameters = {
        n: parameter_from(n, entry, "", f"{where}: parameters.{n}", "population")
        for n, entry in document.get("parameters", {}).items()
    }
    return Population(
        name=document["name"],
        label=document["label"],
        burden=document["burden"],
        covariates=covariates,
        parameters=parameters,
        effects=tuple(_effects(document.get("effects", ()), covariates, where)),
        correlations=tuple(
            Correlation(*entry["between"], float(entry["r"]), **_provenance(entry))
            for entry in document.get("correlations", ())
        ),
        calibration=document.get("calibration", ""),
        **{name: document.get(name, "") for name in ("source", "where", "note")},
    )


def _merged(base: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    tables = {
        n: {**base.get(n, {}), **document.get(n, {})}
        for n in ("covariates", "parameters")
        if n in base or n in document
    }
    return {**base, **document, **tables}


def _covariate(name: str, entry: Mapping[str, Any], where: str) -> Covariate:
    if name not in UNITS:
        raise LibraryError(where, "an unknown covariate", f"one of {', '.join(UNITS)}")
    unit, shape = UNITS[name], entry["distribution"]
    wanted = ("classes",) if shape in ("classes", "categories") else ("centre", "spread")
    for field in wanted:
        if field not in entry:
            raise LibraryError(where, f"no {field}", f"{field}, as the distribution is {shape}")
    bounds = {side: parse(entry[side], unit, f"{where}.{side}") for side in ("low", "high") if side in entry}
    centre = _numbers(entry.get("centre", ()), unit, f"{where}.centre")
    spread = _numbers(entry.get("spread", ()), "fraction" if shape == "lognormal" else unit, f"{where}.spread")
    if any(not s > 0.0 for s in spread) or (len(spread) not in (1, len(centre)) and centre):
        raise LibraryError(f"{where}.spread", repr(entry.get("spread")), "a positive spread for each centre")
    if (len(centre) == 2) != bool(entry.get("by")):
        raise LibraryError(
            f"{where}.by", repr(entry.get("by", "")), "a covariate of 0 and 1 exactly when there are two centres"
        )
    return Covariate(
        name=name,
        unit=unit,
        shape=shape,
        centre=centre,
        spread=spread * (len(centre) if len(spread) == 1 else 1),
        classes=tuple(_classes(entry.get("classes", ()), unit, where)),
        logarithmic=entry.get("logarithmic", False),
        by=entry.get("by", ""),
        **bounds,
        **_provenance(entry),
    )


def _numbers(texts: Any, unit: str, where: str) -> tuple[float, ...]:
    return tuple(parse(text, unit, where) for text in ([texts] if isinstance(texts, str) else texts))


def _classes(entries: Iterable[Mapping[str, Any]], unit: str, where: str) -> Iterable[Class]:
    total = 0.0
    for i, entry in enumerate(entries):
        here = f"{where}.classes[{i}]"
        if ("value" in entry) == ("low" in entry or "high" in entry) or ("low" in entry) != ("high" in entry):
            raise LibraryError(here, ", ".join(entry), "either value, or low and high")
        low, high = (parse(entry.get(side, entry.get("value")), unit, f"{here}.{side}") for side in ("low", "high"))
        share = parse(entry["share"], "fraction", f"{here}.share")
        if not (low <= high and 0.0 <= share <= 1.0):
            raise LibraryError(here, f"{low:g} to {high:g}, share {share:g}", "rising bounds and a share of 0 to 1")
        total += share
        yield Class(low, high, share)
    if entries and abs(total - 1.0) > 0.005:  # printed percentages are rounded
        raise LibraryError(f"{where}.classes", f"shares that add to {total:g}", "shares that add to 1")


def _effects(entries: Iterable[Mapping[str, Any]], covariates: Mapping[str, Covariate], where: str) -> Iterable[Effect]:
    for i, entry in enumerate(entries):
        name = entry["covariate"]
        if name not in (*covariates, "bsa"):
            raise LibraryError(
                f"{where}: effects[{i}].covariate", f'"{name}"', f"one of {', '.join((*covariates, 'bsa'))}"
            )
        unit = "m2" if name == "bsa" else UNITS[name]
        reference = parse(entry["reference"], unit, f"{where}: effects[{i}].reference")
        yield Effect(
            entry["parameter"], name, float(entry["slope"]), reference, entry.get("power", False), **_provenance(entry)
        )


def _provenance(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in _PROVENANCE if name in entry}
