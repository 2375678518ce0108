"""The guide's own paediatric B-ALL example ("Brian L", mCODE, CC0) as a case: what is read, and all that is not.

The Bundle is made from the guide's FSH by data/mcode_brian_l.py, which names the source. Weight and height are ours:
the example gives a surface of 0.59 m2 only, and a case has no place for that.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from trimer.errors import InputError
from trimer.record.fhir.foreign import Known
from trimer.record.fhir.read import Imported, load_bundle

BUNDLE = Path(__file__).parent / "data" / "mcode_brian_l.json"


@pytest.fixture(scope="module")
def brian() -> Imported:
    return load_bundle(BUNDLE, Known(weight="13.5 kg", height="93 cm"))


def test_the_bundle_is_r4() -> None:
    pytest.importorskip("fhir.resources", reason="needs the extra clinical")
    from trimer.record.fhir.validate import validate

    validate(json.loads(BUNDLE.read_text(encoding="utf-8")))


def test_what_a_case_needs_is_asked_for_and_not_invented() -> None:
    with pytest.raises(InputError, match=r"no body weight.*29463-7.*--weight"):
        load_bundle(BUNDLE)


def test_events_are_read_in_the_order_of_their_dates(brian: Imported) -> None:
    assert not brian.ours
    told = [(e.date.on, e.kind, e.label) for e in brian.document.events]
    assert told == [
        ("2024-01-01", "status", "Diagnosis"),
        ("2024-01-04", "lab", "Results of 2024-01-04"),
        ("2024-01-06", "procedure", "Bone marrow aspiration procedure (procedure)"),
        ("2024-01-06", "procedure", "Bone marrow sampling (procedure)"),
        ("2024-01-07", "marrow", "Bone marrow aspiration report"),
        ("2024-01-07", "marrow", "Mar Path Bx report"),
        ("2024-01-07", "flow", "Leuk and lymphma immnphntypng Spec"),
        ("2024-01-07", "marrow", "Bone marrow aspiration report"),
        ("2024-01-08", "procedure", "Lumbar puncture (procedure)"),
        ("2024-01-09", "drug", "Cyclophosphamide"),
        ("2024-01-09", "drug", "Idarubicin"),
        ("2024-01-09", "drug", "Vincristine"),
        ("2024-01-09", "drug", "Prednisone"),
        ("2024-02-08", "status", "Cancer disease status: improved"),
    ]
    assert brian.document.patient.age == "3 year"
    assert brian.document.patient.sex == "male"
    assert brian.document.patient.size.weight.kind == "assumed"


def test_counts_keep_their_unit_and_convert(brian: Imported) -> None:
    rows = {(o.observable, o.value, o.unit, o.specimen) for e in brian.document.events for o in e.observations}
    assert rows == {("haemoglobin", 6.7, "g/dL", "blood"), ("wbc", 88.5, "10*3/uL", "blood")}
    readings = {r.observable: (r.low, r.unit) for r in brian.case.course().readings}
    assert readings == {"haemoglobin": (6.7, "g/dL"), "wbc": (pytest.approx(88.5), "1e9/L")}


def test_doses_are_those_given_not_those_ordered(brian: Imported) -> None:
    given = {(g.drug, g.amount, g.route) for e in brian.document.events for g in e.given}
    assert given == {
        ("cyclophosphamide", "105.96 mg", "iv"),  # the order says 450.03 mg
        ("idarubicin", "5.4 mg", "iv"),
        ("vincristine", "2 mg", "iv"),
        ("prednisone", "36.01 mg", "iv"),
    }


def test_reports_in_words_stay_words(brian: Imported) -> None:
    notes = [note.text for event in brian.document.events for note in event.notes]
    assert "positive for CD10, CD79a, TdT, CD19, and CD20" in notes
    assert notes.count("predominance of immature cells") == 2
    assert {e.conclusion for e in brian.document.events} == {
        None,
        "B-cell acute lymphoblastic leukemia (disorder)",
        "Patient's condition improved (finding)",
    }


def test_whole_resources_that_are_lost_are_listed_with_the_reason(brian: Imported) -> None:
    whole = {u.resource.split("/")[1].removesuffix("-brian-l"): u.why for u in brian.unread if not u.path}
    order, strange = "an order, not what was given", "no observable of a case has this code"
    fusion = "a variant of HGNC:10471, HGNC:3495, for which a case has no observable"
    assert whole == {
        "us-core-condition-atrial-septal-defect": "not the primary cancer",
        "family-member-history-grandmother": "a case has no place for a FamilyMemberHistory",
        "hematocrit": strange,
        "us-core-diagnosticreport-cbc": "a case has no place for a DiagnosticReport",
        "lansky-performance-status": strange,
        "cancer-related-medication-request-cyclophosphamide": order,
        "cancer-related-medication-request-idarubicin": order,
        "cancer-related-medication-request-vincristine": order,
        "cancer-related-medication-request-prednisone": order,
        "gx-genomic-variant-fusion-ETV6-RUNX1": fusion,
        "body-surface-area": strange,
        "all-risk-assessment-standard": strange,
    }


def test_single_values_that_are_lost_are_listed_by_path(brian: Imported) -> None:
    parts = Counter(
        (u.resource.split("/")[0], u.path.split(".")[0].split("[")[0]) for u in brian.unread if u.path
    )  # by type and element
    assert parts == {
        ("Patient", "identifier"): 6,
        ("Patient", "name"): 2,
        ("Patient", "address"): 4,
        ("Patient", "contact"): 5,
        ("Patient", "communication"): 3,
        ("Patient", "extension"): 16,
        ("Observation", "referenceRange"): 22,
        ("Observation", "performer"): 7,
        ("Observation", "partOf"): 4,
        ("Observation", "extension"): 4,
        ("Condition", "clinicalStatus"): 2,
        ("Condition", "category"): 2,
        ("Condition", "asserter"): 1,
        ("MedicationAdministration", "performer"): 4,
        ("MedicationAdministration", "reasonReference"): 4,
        ("MedicationAdministration", "request"): 4,
        ("MedicationAdministration", "note"): 8,
        ("MedicationAdministration", "extension"): 16,
    }
    birth = [u for u in brian.unread if u.path == "birthDate"]
    assert not birth  # it gave the age
