"""Codes of other systems beside Trimer's words, and Trimer's own code system.

Where a code was not seen in a source but is remembered, the row says so (``recalled``); a receiver should check those.
LOINC codes are used under its licence (Regenstrief Institute); SNOMED CT, RxNorm, ATC, ICD-10-CM and MedDRA codes are
references only, without the systems' content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, get_args

from trimer.observables import OBSERVABLES
from trimer.record.schema import EpisodeKind, EventKind
from trimer.record.vocabulary import RECORD_ONLY, label

Coding = dict[str, str]

LOCAL = "urn:trimer:fhir:1:codes"
"""Identifier of the local code system. A URN names no host, so nobody has to own one."""
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
RXNORM, ATC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://www.whocc.no/atc"
ICD10CM, MEDDRA = "http://hl7.org/fhir/sid/icd-10-cm", "https://www.meddra.org"
HGNC_HOST = "http://www.genenames.org"
HGNC = f"{HGNC_HOST}/geneId"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"

B_ALL = "277571004"


@dataclass(frozen=True)
class Lab:
    """Name an observable's LOINC code.

    Attributes
    ----------
    code : str
        Written on export.
    also : tuple of str
        Read as well: the same quantity by a named method.
    molar : str
        The same in moles per volume, written for such a unit and read as well.
    specimen, denominator : str
        What the code's own definition says of them.
    category : str
        Observation category of FHIR.
    recalled : bool
        Whether the code is remembered rather than seen.
    """

    code: str
    also: tuple[str, ...] = ()
    specimen: str = ""
    denominator: str = ""
    category: str = "laboratory"
    recalled: bool = True
    molar: str = ""


LABS: dict[str, Lab] = {
    "wbc": Lab("26464-8", ("6690-2",), "blood", recalled=False),
    "anc": Lab("26499-4", ("751-8",), "blood"),
    "platelets": Lab("26515-7", ("777-3",), "blood"),
    "haemoglobin": Lab("718-7", (), "blood", recalled=False),
    "blood_blast_percent": Lab("26446-5", ("709-6",), "blood", "white cells"),
    "il6": Lab("26881-3", recalled=False),
    "temperature": Lab("8310-5", category="vital-signs"),
    "urate": Lab("3084-1", molar="14933-6"),
    "potassium": Lab("2823-3"),
    "phosphate": Lab("2777-1", molar="14879-1"),
    "creatinine": Lab("2160-0", molar="14682-9"),
    "t_cells_blood": Lab("8122-4", (), "blood"),
    "cd8_blood": Lab("14135-8", (), "blood"),
}
"""Observables and LOINC. Total calcium (17861-6) and CD19 cells (8116-6) are not here: Trimer's are corrected calcium
and normal B cells. Marrow blasts have no code that could be confirmed."""

BODY = {"age": ("30525-0", "a"), "weight": ("29463-7", "kg"), "height": ("8302-2", "cm")}
"""Body measures: LOINC code and UCUM unit; recalled."""

DISEASE_STATUS = "97509-4"
STATUS = {
    "improved": "268910001",
    "stable": "359746009",
    "worsened": "271299001",
    "undetermined": "709137006",
    "in full remission": "103338009",
    "in partial remission": "103337004",
}
"""Values of the mCODE cancer disease status, SNOMED CT."""

VARIANT, GENE_STUDIED = "69548-6", "48018-6"
PRESENT, NOT_PRESENT = "LA9633-4", "LA9634-2"
GENES = {
    "bcr_abl": ("HGNC:1014", "HGNC:76"),
    "philadelphia_chromosome": ("HGNC:1014", "HGNC:76"),
    "kmt2a_rearrangement": ("HGNC:7132",),
}
"""Genes of a rearrangement, by HGNC; recalled."""

WORDS = {
    "positive": "10828004", "negative": "260385009", "not detected": "260415000", "present": "52101004",
    "absent": "2667000",
}  # fmt: skip
"""Words of results and their SNOMED CT qualifiers; recalled."""

ABSENCE = {"not stated": "unknown", "not done": "not-performed"}
SPECIMENS = {"blood": "119297000", "marrow": "119359002", "marrow aspirate": "396997002", "CSF": "258450006"}
"""Specimens and SNOMED CT; recalled."""
ROUTES = {
    "iv": "47625008", "civ": "47625008", "po": "26643006", "sc": "34206005", "im": "78421000", "it": "72607000",
}  # fmt: skip
"""Routes and SNOMED CT; that of ``iv`` seen, the others recalled."""
REPORTS = {"48807-2": "marrow", "33721-2": "marrow", "101119-6": "flow"}
"""LOINC codes of reports in words, and the kind of event they make."""
PROCEDURES = {"49401003": "marrow aspiration", "234326005": "marrow sampling", "277762005": "lumbar puncture"}
TOXICITIES = {
    "CRS": ((ICD10CM, "D89.839"), (MEDDRA, "10052015")),
    "febrile neutropenia": ((MEDDRA, "10016288"),),
    "tumour lysis syndrome": ((MEDDRA, "10045152"),),
    "pancreatitis": ((MEDDRA, "10033645"),),
}
"""Names of toxicities that have a code (no grade is implied); recalled."""

DRUGS: dict[str, tuple[str, str]] = {
    "blinatumomab": ("L01FX07", "1597258"),
    "pembrolizumab": ("L01FF02", ""),
    "tocilizumab": ("L04AC07", "612865"),
    "cyclophosphamide": ("L01AA01", "3002"),
    "vincristine": ("L01CA02", "11202"),
    "idarubicin": ("L01DB06", "5650"),
    "daunorubicin": ("L01DB02", "3109"),
    "doxorubicin": ("L01DB01", "3639"),
    "mitoxantrone": ("L01DB07", "7005"),
    "prednisone": ("H02AB07", "8640"),
    "cytarabine": ("L01BC01", "3041"),
    "methotrexate": ("L01BA01", "6851"),
    "cladribine": ("L01BB04", "44157"),
    "fludarabine": ("L01BB05", "24698"),
    "pegaspargase": ("L01XX24", "34132"),
    "dexamethasone": ("H02AB02", "3264"),
    "methylprednisolone": ("H02AB04", "6902"),
    "filgrastim": ("L03AA02", "68442"),
    "venetoclax": ("L01XX52", ""),
    "acalabrutinib": ("L01EL02", ""),
}
"""Drugs: ATC (of 2026; codes of L01X moved in 2022) and RxNorm ingredient. Seen: RxNorm of cyclophosphamide,
vincristine, idarubicin, prednisone, ATC of blinatumomab and pembrolizumab; the others are recalled."""
_AGAINST_CANCER = "L01"

_UCUM = {
    "1e9": "10*9", "1e6": "10*6", "10*9": "10*9", "10*6": "10*6", "10*3": "10*3", "K": "10*3", "fraction": "1",
    "number": "{number}", "grade": "{grade}", "day": "d", "days": "d", "d": "d", "week": "wk", "weeks": "wk",
    "wk": "wk", "hour": "h", "hours": "h", "h": "h", "min": "min", "year": "a", "years": "a", "a": "a", "mcg": "ug",
    "IU": "[IU]", "[IU]": "[IU]", "%": "%", "Cel": "Cel", "[degF]": "[degF]",
    **{unit: unit for unit in (
        "kg", "g", "mg", "ug", "ng", "pg", "L", "dL", "mL", "uL", "m2", "m", "cm", "mm", "mol", "mmol", "umol",
    )},
}  # fmt: skip


def ucum(unit: str) -> str | None:
    """Return a unit of ours as UCUM (``1e9/L`` as ``10*9/L``), or None when not all of it is known to be UCUM."""
    parts = unit.replace(" ", "").split("/")
    known = [_UCUM.get(part) for part in parts if part]
    return "/".join(["", *filter(None, known)] if not parts[0] else filter(None, known)) if all(known) else None


def coding(system: str, code: str, display: str = "") -> Coding:
    """Return a Coding."""
    return {"system": system, "code": code, **({"display": display} if display else {})}


def local(code: str) -> Coding:
    """Return a Coding of the local code system, with its words."""
    return coding(LOCAL, code, concepts()[code])


def drug_codings(name: str) -> list[Coding]:
    """Return the codings of a drug of the library; none for one without a code here."""
    atc, rxnorm = DRUGS.get(name, ("", ""))
    return [coding(system, code) for system, code in ((ATC, atc), (RXNORM, rxnorm)) if code]


def against_cancer(name: str) -> bool:
    """Return whether a drug is antineoplastic by ATC; why a glucocorticoid was given, its name does not say."""
    return DRUGS.get(name, ("", ""))[0].startswith(_AGAINST_CANCER)


def drug_of(system: str, code: str) -> str | None:
    """Return the library's drug of a code, or None."""
    column = {ATC: 0, RXNORM: 1}.get(system)
    return next((name for name, row in DRUGS.items() if column is not None and code and row[column] == code), None)


def observable_of(code: str) -> str | None:
    """Return the observable of a LOINC code, or None."""
    return next((name for name, lab in LABS.items() if code and code in (lab.code, *lab.also, lab.molar)), None)


def loinc_of(name: str, unit: str, specimen: str | None, denominator: str | None) -> str:
    """Return the LOINC code of an observation; nothing where the code would say another specimen or share."""
    lab = LABS.get(name)
    if (
        lab is None
        or (lab.specimen and specimen not in (None, lab.specimen))
        or denominator != (lab.denominator or None)
    ):
        return ""
    return lab.molar if lab.molar and "mol" in unit else lab.code


_CONCEPTS: dict[str, str] = {
    "case": "Case: the events of one patient, in the order of the report",
    **{f"event.{kind}": f"Event of a record: {kind}" for kind in get_args(EventKind)},
    **{f"observable.{name}": label(name) for name in (*OBSERVABLES, *RECORD_ONLY)},
    "patient.age": "Age at the case's origin",
    "patient.weight": "Body weight",
    "patient.height": "Body height",
    "given.drug": "Drug as given",
    "given.regimen": "Regimen as given",
    **{f"episode.{kind}": f"Episode of a record: {kind}" for kind in get_args(EpisodeKind)},
    "source": "Publication of the case",
    "judgement": "Judgement by a published definition, worked out by software",
    "judgement.definition": "Name of the definition",
    "judgement.possible": "Category that the facts leave open",
    "judgement.reason": "Why: the values and thresholds that decided",
    "judgement.missing": "Fact that would narrow the categories",
    "judgement.grade": "Grade of toxicity, lowest and highest by the facts",
    "line": "Line of therapy",
    "line.salvage": "Salvage number of a line of therapy",
    "line.best": "Best response of a line of therapy",
    "derived": "Worked out from the record; not part of it",
}


def concepts() -> dict[str, str]:
    """Return the local code system: code and words."""
    return _CONCEPTS


def code_system() -> dict[str, Any]:
    """Return the local code system as a CodeSystem resource."""
    return {
        "resourceType": "CodeSystem",
        "id": "codes",
        "url": LOCAL,
        "version": "1",
        "name": "TrimerCodes",
        "title": "Trimer's words for recorded courses of B-cell acute lymphoblastic leukaemia",
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "concept": [{"code": code, "display": words} for code, words in _CONCEPTS.items()],
    }


def slug(words: str) -> str:
    """Return words as a code: letters, digits, dots and hyphens."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-") or "none"
