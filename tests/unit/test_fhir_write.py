"""A case as FHIR resources: each element where a receiver looks for it."""

from __future__ import annotations

from typing import Any

import pytest

from trimer.record.fhir import codes
from trimer.record.fhir.elements import amount, amount_text
from trimer.record.fhir.extensions import BASE, legal, read, written
from trimer.record.fhir.observation import observation
from trimer.record.fhir.write import NOTICE, bundle, text
from trimer.record.read_yaml import load_case

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def linder() -> dict[str, Resource]:
    return {e["resource"]["id"]: e["resource"] for e in bundle(load_case("linder2016").document)["entry"]}


def code_in(concept: Resource, system: str) -> list[str]:
    return [c["code"] for c in concept.get("coding", ()) if c["system"] == system]


def named(linder: dict[str, Resource], event: str, observable: str) -> Resource:
    return next(
        r
        for name, r in linder.items()
        if name.startswith(f"{event}-obs") and code_in(r["code"], codes.LOCAL) == [f"observable.{observable}"]
    )


def test_a_comparator_is_the_quantitys(linder: dict[str, Resource]) -> None:
    anc = named(linder, "e28", "anc")
    quantity = {"value": 1.0, "comparator": ">", "unit": "10*9/L", "system": codes.UCUM, "code": "10*9/L"}
    assert anc["valueQuantity"] == quantity
    assert code_in(anc["code"], codes.LOINC) == ["26499-4"]


def test_an_interval_is_a_range_and_what_was_inferred_says_so(linder: dict[str, Resource]) -> None:
    wbc = named(linder, "e34", "wbc")
    assert (wbc["valueRange"]["low"]["value"], wbc["valueRange"]["high"]["value"]) == (4.0, 11.0)
    assert read(wbc["extension"]) == {"text": "normal", "basis": "inferred"}
    assert wbc["note"][0]["text"].startswith("The word is normal")


def test_a_share_keeps_denominator_specimen_and_method(linder: dict[str, Resource]) -> None:
    share = named(linder, "e10", "b_lineage_blast_percent")
    assert read(share["extension"])["denominator"] == "total B cells"
    assert share["method"] == {"text": "flow cytometry"}
    address = share["specimen"]["reference"]
    specimens = {
        e["fullUrl"]: e["resource"]["type"]
        for e in bundle(load_case("linder2016").document)["entry"]
        if e["resource"]["resourceType"] == "Specimen"
    }
    assert specimens[address]["text"] == "marrow"


def test_what_is_not_known_is_absent_with_its_reason(linder: dict[str, Resource]) -> None:
    blasts = named(linder, "e09", "marrow_blast_percent")
    assert not [key for key in blasts if key.startswith("value")]
    assert code_in(blasts["dataAbsentReason"], codes.ABSENT_REASON) == ["unknown"]
    weight = linder["patient-weight"]
    assert "valueQuantity" not in weight  # 65 kg is assumed, so no receiver may take it for a measurement
    assert read(weight["extension"]) == {"value": "65 kg", "kind": "assumed"}


def test_dates_are_as_partial_as_the_record(linder: dict[str, Resource]) -> None:
    assert linder["e19"]["effectiveDateTime"] == "2015-01"
    assert linder["e07"]["effectivePeriod"] == {"start": "2014-01", "end": "2014"}  # it ends in March or April
    assert read(linder["e19"]["extension"])["date"]["prefer"]["date"] == "2015-01-06"
    assert "effectiveDateTime" not in linder["e30"] or len(linder["e30"]["effectiveDateTime"]) < 10


def test_an_infusion_has_its_rate_and_its_codes(linder: dict[str, Resource]) -> None:
    infusion = linder["e22-given-1"]
    assert infusion["resourceType"] == "MedicationAdministration"
    assert infusion["dosage"]["rateQuantity"]["value"] == 9.0
    assert infusion["dosage"]["rateQuantity"]["code"] == "ug/d"
    assert code_in(infusion["medicationCodeableConcept"], codes.ATC) == ["L01FX07"]
    assert infusion["meta"]["profile"] == [f"{codes.MCODE}cancer-related-medication-administration"]
    rescue = linder["e24-given-1"]
    assert "meta" not in rescue  # tocilizumab is no drug against cancer
    assert linder["e24-episode-1"]["status"] == "on-hold"


def test_a_steroid_against_toxicity_is_not_said_to_be_given_for_the_leukaemia(linder: dict[str, Resource]) -> None:
    named = {name: code_in(r.get("medicationCodeableConcept", {}), codes.ATC) for name, r in linder.items()}
    steroids = [linder[name] for name, atc in named.items() if atc and atc[0].startswith("H02")]
    assert steroids
    assert not any("reasonReference" in r or "meta" in r for r in steroids)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"observable": "creatinine", "value": 1.1, "unit": "mg/dL"}, ["2160-0"]),
        ({"observable": "creatinine", "value": 97.0, "unit": "umol/L"}, ["14682-9"]),
        ({"observable": "blood_blast_percent", "value": 8.0, "unit": "%", "denominator": "white cells"}, ["26446-5"]),
        ({"observable": "blood_blast_percent", "value": 8.0, "unit": "%", "denominator": "total cells"}, []),
        ({"observable": "blood_blast_percent", "value": 8.0, "unit": "%"}, []),
    ],
)
def test_a_loinc_code_says_what_was_measured_or_is_left_out(fields: Resource, code: list[str]) -> None:
    assert code_in(observation(fields)["code"], codes.LOINC) == code


def test_a_loinc_code_of_blood_is_not_written_for_another_specimen() -> None:
    fields = {"observable": "wbc", "value": 5.0, "unit": "1e9/L"}
    assert code_in(observation(dict(fields), "blood")["code"], codes.LOINC) == ["26464-8"]
    assert code_in(observation(dict(fields), "CSF")["code"], codes.LOINC) == []


def test_cytokine_release_is_an_adverse_event_without_a_grade(linder: dict[str, Resource]) -> None:
    crs = linder["e23-episode-1"]
    assert crs["resourceType"] == "AdverseEvent"
    assert code_in(crs["event"], codes.ICD10CM) == ["D89.839"]


def test_a_rearrangement_names_its_genes(linder: dict[str, Resource]) -> None:
    found = named(linder, "e06", "bcr_abl")
    assert code_in(found["code"], codes.LOINC) == [codes.VARIANT]
    assert code_in(found["valueCodeableConcept"], codes.LOINC) == [codes.NOT_PRESENT]
    assert [code_in(c["valueCodeableConcept"], codes.HGNC)[0] for c in found["component"]] == ["HGNC:1014", "HGNC:76"]


def test_every_reference_points_into_the_bundle_and_every_code_is_in_the_code_system() -> None:
    made = bundle(load_case("linder2016").document)
    there = {entry["fullUrl"] for entry in made["entry"]}
    assert len(there) == len(made["entry"])
    system = next(e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "CodeSystem")
    known = {concept["code"] for concept in system["concept"]}
    references, used, pending = set(), set(), [made]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            references |= {item["reference"]} if "reference" in item else set()
            used |= {item["code"]} if item.get("system") == codes.LOCAL else set()
            pending += item.values()
        elif isinstance(item, list):
            pending += item
    assert references <= there
    assert len(references) > 150
    assert used <= known
    assert len(used) > 40


def test_the_bundle_says_what_wrote_it_and_what_it_is_for(linder: dict[str, Resource]) -> None:
    assert NOTICE == "Research software, never advice for a patient."
    assert linder["trimer"]["note"] == [{"text": NOTICE}]
    assert NOTICE in linder["provenance"]["text"]["div"]
    assert linder["b-all"]["code"]["coding"] == [{"system": codes.SNOMED, "code": "277571004"}]


def test_the_same_case_gives_the_same_bytes() -> None:
    document = load_case("linder2016").document
    assert text(bundle(document)) == text(bundle(document))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("1e9/L", "10*9/L"), ("ug/m2/day", "ug/m2/d"), ("fraction", "1"), ("/uL", "/uL"), ("K/uL", "10*3/uL"),
     ("mcg", "ug"), ("furlong", None), ("mg/furlong", None)],
)  # fmt: skip
def test_units_are_ucum_only_where_known(ours: str, theirs: str | None) -> None:
    assert codes.ucum(ours) == theirs


@pytest.mark.parametrize("words", ["8 mg/kg", "8.0 mg/kg", "8mg/kg", "1e-300 ug", "0.1000000000000000055 g"])
def test_a_quantity_keeps_its_spelling_until_somebody_changes_it(words: str) -> None:
    made = amount(words)
    assert amount_text(made) == words
    assert amount_text(made | {"value": 4.5}).startswith("4.5 ")  # type: ignore[union-attr]


def test_plain_values_survive_as_extensions() -> None:
    fields = {"a": "x\x0by", "b": [1, 2.5, True, "\u00a0"], "c": {"d/e": {"f": ["g"]}}, "h": [[1], [2]]}
    assert read(written(fields)) == fields
    assert not legal("x\x0by")
    assert not legal("\u00a0")
    assert legal("37\u00a0\u00b0C")
    assert read([{"url": f"{BASE}a", "valueBase64Binary": "no base64!"}, {"url": "urn:x"}, 3]) == {"a": None}
