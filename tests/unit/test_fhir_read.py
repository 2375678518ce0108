"""Bundles read: what others changed in ours is told, what another system says is never read as more than it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trimer.errors import InputError
from trimer.record.fhir.foreign import Known
from trimer.record.fhir.read import Imported, load_bundle, read_bundle
from trimer.record.fhir.write import bundle, text
from trimer.record.read_yaml import load_case

Resource = dict[str, Any]
LOINC, SNOMED, RXNORM = "http://loinc.org", "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
KNOWN = Known("70 kg", "170 cm", "40 year")
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1980"}


def concept(system: str, code: str, **more: Any) -> Resource:
    return {"coding": [{"system": system, "code": code}], **more}


def lab(code: str = "751-8", day: str = "2020-05-01", **more: Any) -> Resource:
    base = {"resourceType": "Observation", "id": "o", "status": "final", "code": concept(LOINC, code)}
    return {**base, "effectiveDateTime": day, **more}


def dose(**more: Any) -> Resource:
    base = {"resourceType": "MedicationAdministration", "id": "m", "status": "completed"}
    drug = {"medicationCodeableConcept": concept(RXNORM, "1597258"), "effectiveDateTime": "2020-05-02"}
    return {**base, **drug, **more}


def quantity(value: float, unit: str, **more: Any) -> Resource:
    return {"valueQuantity": {"value": value, "unit": unit, **more}}


def imported(*resources: Resource, known: Known = KNOWN) -> Imported:
    entries = [{"resource": resource} for resource in (PATIENT, *resources)]
    made = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    return read_bundle(json.dumps(made).encode(), "b.json", known)


def whys(found: Imported) -> dict[str, str]:
    return {f"{u.resource} {u.path}".strip(): u.why for u in found.unread if not u.resource.startswith("Patient")}


ANCHOR = lab("718-7", "2020-04-01", **quantity(9.1, "g/dL")) | {"id": "anchor"}


# -- ours


@pytest.fixture
def ours() -> Resource:
    return bundle(load_case("linder2016").document)


def resource(made: Resource, name: str) -> Resource:
    found: Resource = next(e["resource"] for e in made["entry"] if e["resource"]["id"] == name)
    return found


def test_a_changed_value_counts(ours: Resource) -> None:
    resource(ours, "e11-observation-1")["valueQuantity"]["value"] = 141.0
    found = read_bundle(text(ours).encode())
    assert found.document.events[10].observations[0].value == 141.0
    assert found.unread == ()


def test_what_others_add_or_change_beside_the_case_is_told(ours: Resource) -> None:
    resource(ours, "e11")["effectiveDateTime"] = "2014-03-01"
    resource(ours, "e11")["performer"] = [{"display": "Dr Who"}]
    extra = {"resourceType": "Basic", "id": "x", "code": {"text": "y"}}
    ours["entry"].append({"fullUrl": "urn:uuid:5", "resource": extra})
    found = read_bundle(text(ours).encode())
    assert found.document == load_case("linder2016").document
    assert [(u.resource, u.path, u.found) for u in found.unread] == [
        ("Observation/e11", "effectiveDateTime", "2014-03-01"),
        ("Observation/e11", "performer[0].display", "Dr Who"),
        ("Basic/x", "", "the resource"),
    ]


@pytest.mark.parametrize("tag", [5, True, [3], {"code": "derived"}])
def test_tags_of_any_type_are_no_fault(ours: Resource, tag: Any) -> None:
    extra = {"resourceType": "Basic", "id": "x", "meta": {"tag": tag}}
    ours["entry"].append({"fullUrl": "urn:uuid:5", "resource": extra})
    assert [u.why for u in read_bundle(text(ours).encode()).unread] == ["no part of a case"]


def test_another_list_of_the_same_name_does_not_hide_the_case(ours: Resource) -> None:
    other = {"resourceType": "List", "id": "case", "status": "current", "mode": "working"}
    ours["entry"].insert(0, {"fullUrl": "urn:uuid:6", "resource": other})
    assert read_bundle(text(ours).encode()).document == load_case("linder2016").document


def test_a_case_that_no_longer_holds_is_refused(ours: Resource) -> None:
    resource(ours, "e11-observation-1")["valueQuantity"]["unit"] = "kg"
    with pytest.raises(InputError, match=r"b\.json: events\[10\].*unit 'kg'"):
        read_bundle(text(ours).encode(), "b.json")


# -- files that are none


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"{", "broken JSON"),
        (b"[" * 200_000, "levels of nesting|broken JSON"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, "levels of nesting"),
        (b'{"resourceType": "Patient"}', "a resource 'Patient'"),
        (b"null", "no FHIR resource"),
        (b'{"resourceType": "Bundle", "resourceType": "Bundle"}', "twice"),
        (b'{"resourceType": "Bundle", "x": NaN}', "the number NaN"),
        (b'{"resourceType": "Bundle", "x": 1e999}', "too large to hold"),
        (b'{"resourceType": "Bundle", "x": ' + b"9" * 5000 + b"}", "longer than any quantity"),
        (b'{"resourceType": "Bundle", "x": "\\ud800"}', "surrogate"),
        (b'{"resourceType": "Bundle", "entry": [1]}', "no resource"),
        (b'{"resourceType": "Bundle"}', "0 patients"),
        (b"\xff", "no UTF-8"),
    ],
)
def test_a_file_that_is_no_bundle_is_refused_in_one_sentence(payload: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as fault:
        read_bundle(payload, "b.json")
    assert fault.value.where.startswith("b.json")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.json", tmp_path / "a\0b"):
        with pytest.raises(InputError):
            load_bundle(path)


# -- another system's


def test_comparators_ranges_and_absences() -> None:
    found = imported(
        ANCHOR,
        lab(**quantity(0.1, "10*9/L", comparator="<")),
        lab("777-3", valueRange={"low": {"value": 10, "unit": "K/uL"}, "high": {"value": 20, "unit": "K/uL"}}),
        lab("6690-2", dataAbsentReason=concept("urn:x", "not-performed")),
    )
    rows = found.document.events[1].observations
    assert [(o.observable, o.value, o.comparator, o.interval, o.absence) for o in rows] == [
        ("anc", 0.1, "<", None, None),
        ("platelets", None, "=", (10.0, 20.0), None),
        ("wbc", None, "=", None, "not done"),
    ]


def test_a_unit_of_another_dimension_is_not_converted() -> None:
    found = imported(ANCHOR, lab(**quantity(3, "mg")), lab("3084-1", **quantity(5, "mg/dL")) | {"id": "u"})
    assert [o.observable for e in found.document.events for o in e.observations] == ["haemoglobin", "urate"]
    assert "unit 'mg'" in whys(found)["Observation/o"]  # a mass of neutrophils
    assert {r.observable: round(r.low, 1) for r in found.case.course().readings}["urate"] == 297.4  # umol/L


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"code": {"coding": 5}}, "no observable"),
        ({"status": "entered-in-error"}, "entered-in-error"),
        ({"status": "preliminary"}, "preliminary"),
        ({"modifierExtension": [{"url": "urn:not", "valueBoolean": True}]}, "turn its meaning"),
        ({"subject": {"reference": "Patient/other"}}, "another than the patient"),
        ({"effectiveDateTime": "2020-02-30"}, "no date"),
        ({"effectiveDateTime": None}, "no date"),
        ({"valueQuantity": {"value": -3, "unit": "10*9/L"}}, "cannot be"),
        ({"valueQuantity": {"value": True, "unit": "10*9/L"}}, "no number"),
        ({"valueQuantity": {"value": 3}}, "no unit"),
        ({"code": concept(LOINC, "99999-9")}, "no observable"),
    ],
)
def test_what_may_mean_something_else_is_left_alone(changed: Resource, why: str) -> None:
    found = imported(ANCHOR, lab(**quantity(3, "10*9/L")) | changed)
    assert len(found.document.events) == 1
    assert why in whys(found)["Observation/o"]


def test_partial_dates_stay_partial_and_times_of_day_are_told() -> None:
    found = imported(
        lab(**quantity(3, "10*9/L"), day="2020-05") | {"id": "m"},
        lab(**quantity(2, "10*9/L"), day="2020-06-01T08:30:00+02:00"),
    )
    assert [e.date.on for e in found.document.events] == ["2020-05", "2020-06-01"]
    assert "time of day" in whys(found)["Observation/o effectiveDateTime"]


def test_an_infusion_by_ratio_becomes_a_rate() -> None:
    ratio = {"numerator": {"value": 28, "code": "ug"}, "denominator": {"value": 1, "code": "d"}}
    route = concept(SNOMED, "47625008")
    period = {"start": "2020-05-02", "end": "2020-05-30"}
    made = dose(dosage={"rateRatio": ratio, "route": route}, effectivePeriod=period)
    del made["effectiveDateTime"]
    event = imported(ANCHOR, made).document.events[1]
    assert [(g.drug, g.rate, g.route) for g in event.given] == [("blinatumomab", "28.0 ug/d", "civ")]
    assert event.end is not None
    assert event.end.on == "2020-05-30"


def test_drugs_by_reference_and_drugs_unknown() -> None:
    medication = {"resourceType": "Medication", "id": "x", "code": concept(RXNORM, "11202"), "form": {"text": "vial"}}
    by_reference = dose(medicationReference={"reference": "Medication/x"})
    del by_reference["medicationCodeableConcept"]
    unknown = dose(medicationCodeableConcept={"text": "elixir"}) | {"id": "n"}
    found = imported(ANCHOR, medication, by_reference, unknown)
    assert [g.drug for e in found.document.events for g in e.given] == ["vincristine"]
    assert whys(found) == {
        "MedicationAdministration/n": "a drug for which the library has no name",
        "Medication/x form.text": "a case has no place for it",
    }


def test_genes_diagnoses_toxicities_and_death() -> None:
    studied = [
        {"code": concept(LOINC, "48018-6"), "valueCodeableConcept": concept("http://www.genenames.org", f"HGNC:{n}")}
        for n in (1014, 76)
    ]
    variant = lab("69548-6", component=studied, valueCodeableConcept=concept(LOINC, "LA9634-2"))
    crs = {"resourceType": "AdverseEvent", "id": "a", "actuality": "actual", "date": "2020-05-04"}
    crs["event"] = concept("http://hl7.org/fhir/sid/icd-10-cm", "D89.839")
    refuted = {"resourceType": "Condition", "id": "c", "code": concept(SNOMED, "277571004"), "onsetDateTime": "2020"}
    refuted["verificationStatus"] = concept("urn:x", "refuted")
    entries = [PATIENT | {"deceasedDateTime": "2021-01-05"}, variant, crs, refuted]
    made = {"resourceType": "Bundle", "entry": [{"resource": r} for r in entries]}
    found = read_bundle(json.dumps(made).encode(), "b.json", KNOWN)
    events = found.document.events
    assert [(o.observable, o.text) for e in events for o in e.observations] == [
        ("bcr_abl", "negative"),
        ("vital_status", "dead"),
    ]
    assert [(s.kind, s.name) for e in events for s in e.episodes] == [("toxicity", "CRS")]
    assert "refuted" in whys(found)["Condition/c"]


def test_the_body_is_the_bundles_where_it_has_one() -> None:
    weight = lab("29463-7", **quantity(61.5, "kg")) | {"id": "w"}
    later = lab("29463-7", day="2020-07-01", **quantity(60, "kg")) | {"id": "l"}
    patient = imported(ANCHOR, later, weight).document.patient
    assert (patient.size.weight.value, patient.size.weight.kind) == ("61.5 kg", "stated")
    assert patient.size.height.kind == "assumed"
    assert patient.age == "40 year"  # a year of birth leaves 39 or 40 open, so it is the user's


def test_nothing_dated_or_two_patients_is_no_case() -> None:
    with pytest.raises(InputError, match="nothing dated"):
        imported()
    with pytest.raises(InputError, match="2 patients"):
        imported(PATIENT)
    with pytest.raises(InputError, match="Give the age with --age"):
        imported(ANCHOR, known=Known("70 kg", "170 cm"))


def test_an_observation_of_a_donor_is_not_the_patients() -> None:
    found = imported(ANCHOR, lab(focus=[{"reference": "RelatedPerson/donor"}], **quantity(1.0, "10*9/L")))
    assert [o.observable for e in found.document.events for o in e.observations] == ["haemoglobin"]
    assert "another than the patient" in whys(found)["Observation/o"]


def test_annotations_of_ucum_change_no_unit_and_molar_codes_are_read() -> None:
    cells = lab(**quantity(300, "cells", code="{cells}/uL"))
    molar = lab("14682-9", **quantity(97, "umol/L")) | {"id": "c"}
    moment = lab("718-7", **quantity(9.1, "g/dL")) | {"id": "h", "effectiveInstant": "2020-05-01T10:00:00Z"}
    del moment["effectiveDateTime"]
    (event,) = imported(cells, molar, moment).document.events
    seen = {(o.observable, o.value, o.unit) for o in event.observations}
    assert seen == {("anc", 300.0, "/uL"), ("creatinine", 97.0, "umol/L"), ("haemoglobin", 9.1, "g/dL")}


@pytest.mark.parametrize(
    "dosage",
    [
        {"dose": {"value": 28, "unit": "ug", "comparator": "<"}},
        {"rateRatio": {"numerator": {"value": 28, "code": "ug"}, "denominator": {"value": 1, "code": "kg/h"}}},
        {
            "rateRatio": {
                "numerator": {"value": 28, "code": "ug", "comparator": ">"},
                "denominator": {"value": 1, "code": "d"},
            }
        },
    ],
)
def test_a_dose_that_is_a_bound_or_a_ratio_of_ratios_is_told(dosage: Resource) -> None:
    found = imported(dose(dosage=dosage))
    (given,) = found.document.events[0].given
    assert (given.drug, given.amount, given.rate) == ("blinatumomab", None, None)
    assert any(place.startswith("MedicationAdministration/m dosage") for place in whys(found))


def test_a_diagnosis_dated_by_its_record_says_so() -> None:
    disease = {"resourceType": "Condition", "id": "c", "code": concept(SNOMED, "277571004", text="B-ALL")}
    (event,) = imported({**disease, "recordedDate": "2022-05-01"}).document.events
    assert event.label == "Diagnosis, by the date of its record; it may be older"
    (event,) = imported({**disease, "recordedDate": "2022-05-01", "onsetDateTime": "2019"}).document.events
    assert (event.label, event.date.on) == ("Diagnosis", "2019")


def test_a_code_of_another_system_is_not_a_procedure_we_know() -> None:
    done = {"resourceType": "Procedure", "id": "r", "status": "completed", "performedDateTime": "2020"}
    (event,) = imported({**done, "code": concept("urn:mine", "277762005", text="x")}).document.events
    assert [e.name for e in event.episodes] == ["x"]


def test_a_name_twice_among_many_is_found_at_once() -> None:
    members = ",".join(f'"{i}":0' for i in range(50_000))
    with pytest.raises(InputError, match="'49999' twice"):
        read_bundle(f'{{{members},"49999":1}}'.encode())


def test_a_file_whose_name_is_no_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "b\udcff.json"
    entries = [{"resource": resource} for resource in (PATIENT, ANCHOR)]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    assert load_bundle(path, KNOWN).document.title == "FHIR Bundle b?.json"
