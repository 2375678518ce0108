"""Turn the FSH instances of the mCODE guide's paediatric example into the collection Bundle beside this script.

Source: HL7/fhir-mCODE-ig, input/fsh/EX_ExtendedExample_Pediatric.fsh ("Brian L", version of commit
459b57261abe673318890c2706ec19894455136c), licence CC0-1.0. Only this example's grammar is understood: instances, and
rules ``* path = value`` with codes, quantities, references, quoted text and numbers. What a profile fixes (codes,
categories) is not in the instances and is added here, from the guide's profiles.

Run: python mcode_brian_l.py EX_ExtendedExample_Pediatric.fsh > mcode_brian_l.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

BASE = "http://example.org/fhir"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
SYSTEMS = {
    "SCT": "http://snomed.info/sct",
    "LNC": "http://loinc.org",
    "RXN": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "HGNC": "http://www.genenames.org",
    "SO": "http://www.sequenceontology.org/",
    "IDTYPE": "http://terminology.hl7.org/CodeSystem/v2-0203",
    "OmbRaceCat": "urn:oid:2.16.840.1.113883.6.238",
    "ClinStatus": "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "VerStatus": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "CondCat": "http://terminology.hl7.org/CodeSystem/condition-category",
    "RefMeaning": "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
    "MedReqCat": "http://terminology.hl7.org/CodeSystem/medicationrequest-category",
}
# Profile: resource type, its address, and what it fixes.
LAB = {"category": "http://terminology.hl7.org/CodeSystem/observation-category#laboratory"}
PROFILES: dict[str, tuple[str, str, dict[str, str]]] = {
    "CancerPatient": ("Patient", f"{MCODE}mcode-cancer-patient", {}),
    "USCoreCondition": ("Condition", f"{CORE}us-core-condition-problems-health-concerns", {}),
    "FamilyMemberHistory": ("FamilyMemberHistory", "", {}),
    "USCoreObservationLab": ("Observation", f"{CORE}us-core-observation-lab", LAB),
    "USCoreDiagnosticReportLab": ("DiagnosticReport", f"{CORE}us-core-diagnosticreport-lab", {}),
    "USCoreProcedure": ("Procedure", f"{CORE}us-core-procedure", {}),
    "PrimaryCancerCondition": ("Condition", f"{MCODE}mcode-primary-cancer-condition", {}),
    "LanskyPlayPerformanceStatus": (
        "Observation",
        f"{MCODE}mcode-lansky-play-performance-status",
        {"code": "NCIT#C38144"},
    ),
    "CancerRelatedMedicationRequest": ("MedicationRequest", f"{MCODE}mcode-cancer-related-medication-request", {}),
    "CancerRelatedMedicationAdministration": (
        "MedicationAdministration",
        f"{MCODE}mcode-cancer-related-medication-administration",
        {},
    ),
    "GenomicVariant": ("Observation", f"{MCODE}mcode-genomic-variant", LAB | {"code": "LNC#69548-6"}),
    "CancerDiseaseStatus": ("Observation", f"{MCODE}mcode-cancer-disease-status", {"code": "LNC#97509-4"}),
    "BodySurfaceArea": ("Observation", f"{MCODE}mcode-body-surface-area", {"code": "LNC#8277-6"}),
    "ALLRiskAssessment": ("Observation", f"{MCODE}mcode-ALL-risk-assessment", {"code": "NCIT#C167435"}),
}
COMPONENTS = {"gene-studied": "48018-6", "coding-change-type": "48019-4", "genomic-source-class": "48002-0"}
EXTENSIONS = {
    "USCoreRace": f"{CORE}us-core-race",
    "USCoreEthnicity": f"{CORE}us-core-ethnicity",
    "USCoreBirthSex": f"{CORE}us-core-birthsex",
    "treatmentIntent": f"{MCODE}mcode-treatment-intent",
    "normalizationBasis": f"{MCODE}mcode-normalization-basis",
    "evidenceType": f"{MCODE}mcode-evidence-type",
}
LISTS = {
    "identifier", "name", "given", "address", "line", "contact", "telecom", "communication", "category",
    "referenceRange", "performer", "result", "partOf", "component", "coding", "interpretation", "note", "condition",
    "dosageInstruction", "doseAndRate", "reasonReference", "extension", "focus",
}  # fmt: skip
SINGLE = {("MedicationAdministration", "category"), ("Condition", "code"), ("HumanName", "family")}
CONCEPTS = {
    "code", "type", "category", "clinicalStatus", "verificationStatus", "relationship", "interpretation", "method",
    "route", "language",
}  # fmt: skip
PRIMITIVE_CODES = {"status", "gender", "use", "intent", "valueCode"}


def value_of(text: str, name: str, path: str) -> Any:
    """Return the JSON value of the right-hand side of a rule."""
    if found := re.fullmatch(r"Reference\((.+)\)", text):
        return {"reference": found[1]}
    if found := re.fullmatch(r"""([-\d.]+) '(.+?)'(?: "(.*)")?""", text):
        unit = {"unit": found[3]} if found[3] else {}
        return {"value": number(found[1]), **unit, "system": "http://unitsofmeasure.org", "code": found[2]}
    if found := re.fullmatch(r'(\S*?)#(\S+)(?: "(.*)")?', text):
        system = SYSTEMS.get(found[1], found[1])
        coding = {**({"system": system} if system else {}), "code": found[2]}
        coding |= {"display": found[3]} if found[3] else {}
        if name in PRIMITIVE_CODES or (name == "system" and "telecom" in path):
            return found[2]
        return {"coding": [coding]} if name in CONCEPTS or name.endswith("CodeableConcept") else coding
    if found := re.fullmatch(r'"(.*)"', text):
        return found[1]
    return number(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def number(text: str) -> float | int:
    return float(text) if "." in text else int(text)


def put(resource: dict[str, Any], path: str, text: str) -> None:
    """Set a value at an FSH path."""
    here: Any = resource
    steps = [re.fullmatch(r"([\w-]+)((?:\[[\w-]+\])*)", step) for step in path.split(".")]
    for i, step in enumerate(steps):
        assert step is not None, path
        name, marks = step[1], re.findall(r"\[([\w-]+)\]", step[2])
        last = i == len(steps) - 1
        made = value_of(text, name, path) if last else {}
        many = name in LISTS and (resource["resourceType"], name) not in SINGLE
        if not many:
            here = here.setdefault(name, made)
            if last and isinstance(made, dict) and here is not made:
                here.update(made)
            continue
        rows = here.setdefault(name, [])
        row = row_of(rows, name, marks, last)
        if last and not isinstance(made, dict):
            rows[row] = made
            return
        rows[row].update(made)
        here = rows[row]


def row_of(rows: list[Any], name: str, marks: list[str], last: bool) -> int:
    """Return which member of a list a step means, making it where it is not there."""
    slices = [mark for mark in marks if not mark.isdigit()]
    index = next((int(mark) for mark in marks if mark.isdigit()), 0)
    if name == "extension":
        url = EXTENSIONS.get(slices[0], slices[0])
        rows += [] if any(row.get("url") == url for row in rows) else [{"url": url}]
        return next(i for i, row in enumerate(rows) if row.get("url") == url)
    if name == "component":
        code = {"coding": [{"system": SYSTEMS["LNC"], "code": COMPONENTS[slices[0]]}]}
        same = [i for i, row in enumerate(rows) if row["code"] == code]
        if index < len(same):
            return same[index]
        rows.append({"code": code})
        return len(rows) - 1
    while len(rows) <= index:
        rows.append({})
    return index


def bundle(fsh: str) -> dict[str, Any]:
    """Return the instances of an FSH file as a collection Bundle."""
    resources: dict[str, dict[str, Any]] = {}
    current: dict[str, Any] = {}
    for line in fsh.splitlines():
        if found := re.fullmatch(r"Instance:\s*(\S+)\s*", line):
            current = resources[found[1]] = {"id": found[1]}
        elif found := re.fullmatch(r"InstanceOf:\s*(\S+)\s*", line):
            kind, address, fixed = PROFILES[found[1]]
            current |= {"resourceType": kind, **({"meta": {"profile": [address]}} if address else {})}
            for path, text in fixed.items():
                put(current, path, text)
        elif found := re.fullmatch(r"\* (\S+) = (.+?)\s*", line):
            put(current, found[1], found[2])
    text = json.dumps(list(resources.values()), ensure_ascii=False)
    for name, resource in resources.items():
        text = text.replace(f'"reference": "{name}"', f'"reference": "{resource["resourceType"]}/{name}"')
    text = text.replace('"reference": "us-core-practitioner', '"reference": "Practitioner/us-core-practitioner')
    entries = [{"fullUrl": f"{BASE}/{r['resourceType']}/{r['id']}", "resource": r} for r in json.loads(text)]
    return {"resourceType": "Bundle", "id": "mcode-brian-l", "type": "collection", "entry": entries}


if __name__ == "__main__":
    made = bundle(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(made, ensure_ascii=False, indent=1))
