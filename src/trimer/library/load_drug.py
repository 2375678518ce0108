"""A drug file read into a Drug: text with units becomes numbers, per m2 and per kg become scaling."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimer.errors import LibraryError
from trimer.library.entries import parameter_from
from trimer.library.files import read_toml, validate
from trimer.model import car_t
from trimer.model.pharmacokinetics import ENGAGEMENT, ENGAGER, EQUIVALENCE
from trimer.therapy.amount import Measure, parse_amount, split_measure
from trimer.therapy.drug import Drug, Scaled
from trimer.therapy.usual import Precedent, UsualDose

_CONCENTRATIONS = ("EC50", "EC50_kill", "EC50_activation", "IC50", "Kd", "Km")
_RATES = ("ka", "ke0", "k_blasts", "k_marrow", "k_lymphocytes", "k_csf")
_UNITS: dict[str, str] = {
    **dict.fromkeys(("CL", "Q"), "L/day"),
    **dict.fromkeys(("V", "V2", "V_csf"), "L"),
    **dict.fromkeys(_RATES, "1/day"),
    **dict.fromkeys(("F_po", "F_sc", "F_im", "I_max", "E_max", "relative_potency", "csf_partition"), "fraction"),
    **dict.fromkeys(("KD_CD3", "KD_CD19"), "nM"),
    **dict.fromkeys(EQUIVALENCE, "1"),
    **dict.fromkeys(("blockable", "dependence"), "fraction"),
    **car_t.UNITS,
}
_SCALING = ("bsa_exponent", "bsa_reference", "weight_exponent", "weight_reference")
_ABSORBED = ("po", "sc", "im")


def drug_from(path: Path) -> Drug:
    """Return the drug that a file describes.

    Raises
    ------
    LibraryError
        When the file cannot be read, breaks the schema or contradicts itself.
    UnitError
        When a value has no unit or one of the wrong kind.
    """
    document = read_toml(path)
    validate(document, "drug", path.name)
    if path.stem != document["name"]:
        raise LibraryError(f"{path.name}: name", f'"{document["name"]}"', f'"{path.stem}", as the file is called')
    unit = document.get("amount_unit", "ug")
    pk = dict(document.get("pk", {}))
    structure = pk.pop("structure", "none")
    pk.pop("note", None)
    kinetics = _table(pk, unit, f"{path.name}: pk")
    effects = {
        mechanism: _table(table, unit, f"{path.name}: effects.{mechanism}")
        for mechanism, table in document.get("effects", {}).items()
    }
    drug = Drug(
        name=document["name"],
        label=document["label"],
        drug_class=document["class"],
        routes=tuple(document["routes"]),
        amount_unit=unit,
        structure=structure,
        pk=kinetics,
        effects=effects,
        molecular_weight=_molecular_weight(document, path.name),
        half_life_range=_half_life(document, path.name),
        half_life_source=document.get("check", {}).get("source", ""),
        atc=document["atc"]["code"],
        cap=_cap(document, unit, path.name),
        simulated=document.get("simulated", True),
        note=document.get("note", ""),
        usual=tuple(_usual(e, unit, f"{path.name}: usual[{i}]") for i, e in enumerate(document.get("usual", ()))),
        precedents=tuple(
            _precedent(e, unit, f"{path.name}: precedents[{i}]") for i, e in enumerate(document.get("precedents", ()))
        ),
    )
    _check_complete(drug, path.name)
    return drug


def _table(table: Mapping[str, Any], amount_unit: str, where: str) -> dict[str, Scaled]:
    """Return one table of entries as scaled parameters; ``note`` of the table itself is skipped."""
    return {key: _scaled(key, entry, amount_unit, f"{where}.{key}") for key, entry in table.items() if key != "note"}


def _scaled(key: str, entry: Mapping[str, Any], amount_unit: str, where: str) -> Scaled:
    """Return one entry with its scaling, which is in the unit (``/m2``) or in explicit exponents, not in both."""
    from trimer.units import parse, split

    plain = {name: value for name, value in entry.items() if name not in _SCALING}
    number, written = split(plain["value"], f"{where}.value")
    bare, measure = split_measure(written)
    plain["value"] = f"{number!r} {bare}"
    parameter = parameter_from(key, plain, plain.pop("unit", "") or _unit(key, amount_unit, where), where, "drug")
    explicit: list[tuple[Measure, str]] = [("bsa", "m2"), ("weight", "kg")]
    for name, unit in explicit:
        if f"{name}_exponent" not in entry:
            continue
        if measure:
            raise LibraryError(where, f"{written} and {name}_exponent", "one way of scaling with size")
        reference = parse(entry[f"{name}_reference"], unit, f"{where}.{name}_reference")
        return Scaled(parameter, name, reference, float(entry[f"{name}_exponent"]))
    return Scaled(parameter, measure)


def _unit(key: str, amount_unit: str, where: str) -> str:
    """Return the canonical unit of a parameter by its name."""
    if key in _CONCENTRATIONS:
        return "ng/mL" if amount_unit == "ug" else "IU/L"
    if key == "Vmax":
        return f"{amount_unit}/day"
    if key not in _UNITS:
        raise LibraryError(where, f'parameter "{key}" without a canonical unit', 'an entry with its own "unit"')
    return _UNITS[key]


def _molecular_weight(document: Mapping[str, Any], file: str) -> Any:
    entry = document.get("molecular_weight")
    if entry is None:
        return None
    return parameter_from("molecular_weight", entry, "g/mol", f"{file}: molecular_weight", "drug")


def _half_life(document: Mapping[str, Any], file: str) -> tuple[float, float] | None:
    """Return the plausible range of the terminal half-life, day."""
    if "check" not in document:
        return None
    from trimer.units import parse

    low, high = (parse(text, "day", f"{file}: check.half_life") for text in document["check"]["half_life"])
    if not 0.0 < low < high:
        raise LibraryError(f"{file}: check.half_life", f"{low:g} to {high:g} day", "a range, smaller first")
    return low, high


def _cap(document: Mapping[str, Any], unit: Any, file: str) -> str:
    cap = document.get("cap")
    if cap is None:
        return ""
    parse_amount(cap["value"], unit, f"{file}: cap.value")
    return str(cap["value"])


def _usual(entry: Mapping[str, Any], unit: Any, where: str) -> UsualDose:
    """Return one usual dose: a range, smaller first, or one fixed dose."""
    from trimer.units import parse

    texts = entry.get("range") or [entry["dose"], entry["dose"]]
    low, high = (parse_amount(text, unit, where) for text in texts)
    if (low.measure, low.rate) != (high.measure, high.rate) or low.value > high.value:
        raise LibraryError(f"{where}.range", " to ".join(texts), "two doses of one kind, the smaller first")
    _reasoned(entry, where)
    return UsualDose(
        low=low,
        high=high,
        text=" to ".join(dict.fromkeys(texts)),
        routes=tuple(entry.get("routes", ())),
        every=parse(entry["every"], "day", f"{where}.every") if "every" in entry else 0.0,
        **{key: entry[key] for key in ("purpose", "provenance", "source", "where", "note") if key in entry},
    )


def _precedent(entry: Mapping[str, Any], unit: Any, where: str) -> Precedent:
    _reasoned(entry, where)
    return Precedent(
        dose=parse_amount(entry["dose"], unit, where),
        text=entry["dose"],
        schedule=entry["schedule"],
        routes=tuple(entry.get("routes", ())),
        **{key: entry[key] for key in ("provenance", "source", "where") if key in entry},
    )


def _reasoned(entry: Mapping[str, Any], where: str) -> None:
    """Raise when a dose that was seen or recalled has no source, or one that is assumed no reason."""
    assumed = entry["provenance"] == "assumed"
    if not entry.get("note" if assumed else "source"):
        found, expected = ("no note", "the reason") if assumed else ("no source", "a key in references.bib")
        raise LibraryError(where, found, expected)


def _check_complete(drug: Drug, file: str) -> None:
    """Raise when a structure lacks a parameter, a route its absorption, an engager its potency, or a name is twice."""
    if not drug.simulated:
        if not drug.note:
            raise LibraryError(f"{file}: note", "nothing", "the reason why this drug is not simulated")
        return
    needed = {
        "one_compartment": ("CL", "V"),
        "two_compartment": ("CL", "V", "Q", "V2"),
        "cells": car_t.KINETICS,
        "none": ("structure",),
    }
    absorbed = [route for route in _ABSORBED if route in drug.routes]
    wanted = (*needed[drug.structure], *(("ka",) if absorbed else ()), *(f"F_{route}" for route in absorbed))
    for key in wanted:
        if key not in drug.pk:
            raise LibraryError(f"{file}: pk", f"no {key}", f"{key}, for {drug.structure} by {', '.join(drug.routes)}")
    if ENGAGEMENT in drug.effects and drug.name != ENGAGER:
        for key in EQUIVALENCE:
            if key not in drug.effects[ENGAGEMENT]:
                expected = f"{key}, as an engager other than {ENGAGER} acts by its equivalents"
                raise LibraryError(f"{file}: effects.{ENGAGEMENT}", f"no {key}", expected)
    names = [key for key, _ in drug.entries()]
    twice = sorted({key for key in names if names.count(key) > 1})
    if twice:
        raise LibraryError(f"{file}: effects", f"{twice[0]} twice", "each parameter name once in a drug")
