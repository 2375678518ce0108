"""Codes of public terminologies that a phenopacket uses, each used only where its meaning is the record's.

What has no code that was read in a source keeps its own name under the prefix ``trimer``. LOINC codes are of one
property (a mass per volume is another code than an amount per volume) and one specimen; where unit or specimen differ,
the code is not used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import trimer.library as library
import trimer.units as units
from trimer.errors import LibraryError
from trimer.record.schema import Observation
from trimer.record.vocabulary import label

OWN = "trimer"
Class = dict[str, str]
"""An ontology class of the phenopacket schema: ``id`` and ``label``."""

BLOOD = ("blood", "peripheral blood")
SERUM = (*BLOOD, "serum", "plasma")


@dataclass(frozen=True)
class Loinc:
    """Hold a LOINC code of an observable.

    Attributes
    ----------
    code, label : str
    unit : str
        Some unit of the property it measures.
    specimens : tuple of str
        Specimens it fits, besides none stated; empty where no specimen is taken.
    seen : bool
        Whether the code was read in a public source; else it is recalled.
    """

    code: str
    label: str
    unit: str
    specimens: tuple[str, ...] = ()
    seen: bool = False


LOINC: dict[str, Loinc] = {
    "wbc": Loinc("26464-8", "Leukocytes [#/volume] in Blood", "1e9/L", BLOOD, True),
    "anc": Loinc("26499-4", "Neutrophils [#/volume] in Blood", "1e9/L", BLOOD),
    "platelets": Loinc("26515-7", "Platelets [#/volume] in Blood", "1e9/L", BLOOD, True),
    "haemoglobin": Loinc("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", BLOOD, True),
    "il6": Loinc("26881-3", "Interleukin 6 [Mass/volume] in Serum or Plasma", "pg/mL", SERUM, True),
    "temperature": Loinc("8310-5", "Body temperature", "Cel"),
    "age": Loinc("30525-0", "Age", "year"),
    "weight": Loinc("29463-7", "Body weight", "kg"),
    "height": Loinc("8302-2", "Body height", "m"),
    "urate": Loinc("3084-1", "Urate [Mass/volume] in Serum or Plasma", "mg/dL", SERUM),
    "potassium": Loinc("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", SERUM),
    "phosphate": Loinc("2777-1", "Phosphate [Mass/volume] in Serum or Plasma", "mg/dL", SERUM),
    "creatinine": Loinc("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", SERUM),
}

DISEASE: Class = {"id": "SNOMED:277571004", "label": "B-cell acute lymphoblastic leukemia (disorder)"}
"""What every case file is about."""

HUMAN: Class = {"id": "NCBITaxon:9606", "label": "Homo sapiens"}

PHENOTYPES: dict[str, Class] = {"fever": {"id": "HP:0001945", "label": "Fever"}}
"""Toxicities whose HPO code was read in a source; cytokine release syndrome is not among them."""

_RESOURCES: dict[str, tuple[str, str, str, str]] = {
    "ATC": ("Anatomical Therapeutic Chemical Classification", "https://atcddd.fhi.no", "2022", "https://atcddd.fhi.no/?code="),
    "HP": ("Human Phenotype Ontology", "http://purl.obolibrary.org/obo/hp.owl", "any", "http://purl.obolibrary.org/obo/HP_"),
    "LOINC": ("Logical Observation Identifiers Names and Codes", "https://loinc.org", "any", "https://loinc.org/"),
    "NCBITaxon": ("NCBI organismal classification", "http://purl.obolibrary.org/obo/ncbitaxon.owl", "any",
                  "http://purl.obolibrary.org/obo/NCBITaxon_"),
    "SNOMED": ("SNOMED CT", "http://snomed.info/sct", "any", "http://snomed.info/id/"),
    "UCUM": ("Unified Code for Units of Measure", "https://ucum.org", "2.1", "http://unitsofmeasure.org/"),
    OWN: ("Trimer, words of the case file", "urn:trimer", "trimer/case/1", "urn:trimer:"),
}  # fmt: skip
"""Name, address, version and prefix of addresses. ``any``: codes keep their meaning, no release is meant."""

_SPELLINGS = {
    "fraction": "1", "number": "1", "percent": "%", "day": "d", "days": "d", "week": "wk", "weeks": "wk", "hour": "h",
    "hours": "h", "minute": "min", "second": "s", "year": "a", "years": "a", "IU": "[IU]", "degF": "[degF]",
    "degC": "Cel", "mmHg": "mm[Hg]", "grade": "{grade}", "cell": "{cells}", "cells": "{cells}", "mcg": "ug", "gm": "g",
    "l": "L", "dl": "dL", "ml": "mL", "ul": "uL",
}  # fmt: skip
_SIGNS = {
    "\N{MICRO SIGN}": "u",
    "\N{GREEK SMALL LETTER MU}": "u",
    "\N{DEGREE SIGN}C": "Cel",
    "K/uL": "10*3/uL",
    " ": "",
}
_POWER = re.compile(r"(?:1e|10\^|10\*)(\d{1,2})")
_CODE = re.compile(r"(?:[pnumcdk]?(?:g|L|mol|m)|k?Pa|wk|[dahs%1]|min|Cel|K|\[degF\]|\[IU\]|mm\[Hg\]|\{\w+\})")


def own(name: str, words: str) -> Class:
    """Return a class of Trimer's own words."""
    return {"id": f"{OWN}:{name}", "label": words}


def assay(item: Observation) -> Class:
    """Return what an observation measured: by LOINC where property and specimen are those of the code."""
    found = LOINC.get(item.observable)
    numeric = item.value is not None or item.interval is not None
    if found and numeric and item.unit and units.same_dimension(item.unit, found.unit):
        stated = (item.specimen or "").lower()
        if not stated or stated in found.specimens:
            return {"id": f"LOINC:{found.code}", "label": found.label}
    return own(item.observable, label(item.observable))


def unit(text: str) -> Class:
    """Return a unit: its UCUM code, labelled as it was written, or what was written where it has no code."""
    code = ucum(text)
    return {"id": f"UCUM:{code}", "label": text} if code else own("unit", text)


@cache
def ucum(text: str) -> str:
    """Return the UCUM code of a unit as :mod:`trimer.units` accepts it, or nothing where we know of none."""
    for sign, spelling in _SIGNS.items():
        text = text.replace(sign, spelling)
    found = []
    for term in text.split("/"):
        factors = [_factor(factor) for factor in term.split(".")] if term else [""]
        if None in factors:
            return ""
        found.append(".".join(factor or "" for factor in factors))
    return "/".join(found)


def _factor(text: str) -> str | None:
    if power := _POWER.fullmatch(text):
        return f"10*{power[1]}"
    name, exponent = (text[:-1], text[-1]) if text[-1:].isdigit() and len(text) > 1 else (text, "")
    name = _SPELLINGS.get(name, name)
    return f"{name}{exponent}" if _CODE.fullmatch(name) else None


@cache
def _agent(drug: str) -> tuple[str, str]:
    try:
        found = library.drug(drug) if drug in library.list_entries("drugs") else None
    except LibraryError:
        found = None
    return (f"ATC:{found.atc}", found.label) if found and found.atc else (f"{OWN}:{drug}", drug)


def agent(drug: str) -> Class:
    """Return a drug: by the ATC code of the library, or by its name in the record."""
    code, words = _agent(drug)
    return {"id": code, "label": words}


def phenotype(name: str) -> Class:
    """Return a toxicity by its name in the record."""
    return dict(PHENOTYPES.get(name.lower(), own("toxicity", name)))


def resources(packet: Any) -> list[dict[str, str]]:
    """Return the terminologies whose prefixes are used anywhere in a packet."""
    used = {found.partition(":")[0] for found in _identifiers(packet)}
    return [
        {
            "id": prefix.lower(),
            "name": name,
            "url": url,
            "version": version,
            "namespacePrefix": prefix,
            "iriPrefix": iri,
        }
        for prefix, (name, url, version, iri) in _RESOURCES.items()
        if prefix in used
    ]


def _identifiers(value: Any) -> set[str]:
    """Return the identifiers of all ontology classes."""
    if isinstance(value, dict):
        mine = {value["id"]} if set(value) == {"id", "label"} else set()
        return mine.union(*(_identifiers(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_identifiers(item) for item in value))
    return set()
