"""Values that are hardly credible, in another unit than meant, or at odds with each other: told, never changed."""

from __future__ import annotations

import pytest
from quality_sample import PATIENT, document, event, findings, given, measured, read, seen

from trimer.errors import CaseError
from trimer.library import drug, list_entries, regimen
from trimer.library.plausibility import limits
from trimer.record.case import Case
from trimer.record.vocabulary import canonical_unit
from trimer.therapy.amount import parse_amount
from trimer.therapy.size import Size
from trimer.therapy.usual import within
from trimer.units import same_dimension

# value, unit as written; the unit in which it would be credible (none: no suggestion).
TRAPS = [
    ("platelets", 247000, "10*9/L", "/uL"),
    ("wbc", 164000, "10*9/L", "/uL"),
    ("temperature", 102.7, "Cel", "[degF]"),
    ("temperature", 312.4, "Cel", "K"),
    ("haemoglobin", 104, "g/dL", "g/L"),
    ("haemoglobin", 1000, "g/dL", ""),
    ("creatinine", 1.0, "umol/L", "mg/dL"),
    ("calcium", 9.0, "mmol/L", "mg/dL"),
    ("urate", 8.0, "umol/L", "mg/dL"),
    ("oxygen_fraction", 0.4, "%", "fraction"),
    ("temperature", 29.9, "Cel", ""),
    ("ice_score", 11, "number", ""),
]


@pytest.mark.parametrize(("observable", "value", "unit", "meant"), TRAPS)
def test_a_value_beyond_credible_bounds_is_told_with_the_unit_it_may_be_in(
    observable: str, value: float, unit: str, meant: str
) -> None:
    (found,) = measured(seen(observable, value, unit), rule="value_implausible")
    assert found.severity == "warning"
    assert found.events == ("e01",)
    assert f"{value:g} {unit}" in found.found
    assert ("it would be credible" in found.found) == bool(meant)
    assert not meant or f" In {meant} " in found.found


@pytest.mark.parametrize(
    ("observable", "value", "unit"),
    [
        ("platelets", 247, "10*9/L"), ("platelets", 247000, "/uL"), ("temperature", 102.7, "[degF]"),
        ("haemoglobin", 104, "g/L"), ("urate", 8.0, "mg/dL"), ("calcium", 9.0, "mg/dL"), ("wbc", 0, "10*9/L"),
        ("temperature", 45, "Cel"), ("mrd_marrow", 100, "%"), ("oxygen_fraction", 0.21, "fraction"),
    ],
)  # fmt: skip
def test_credible_values_are_not_told(observable: str, value: float, unit: str) -> None:
    assert measured(seen(observable, value, unit), rule="value_implausible") == []


def test_every_bound_is_in_a_unit_of_its_observable_and_gives_its_reason() -> None:
    for name, bounds in limits().items():
        unit = canonical_unit(name.removesuffix("_adult"))
        assert name == "body_mass_index" or (unit and same_dimension(unit, bounds.unit)), name
        assert bounds.provenance != "assumed" or len(bounds.note) > 20, name
        for other in bounds.also:
            assert other != bounds.unit


@pytest.mark.parametrize(
    ("weight", "height", "age", "words"),
    [
        ("163 kg", "65 cm", "40 year", ["height of an adult", "Body mass index"]),
        ("300 kg", "180 cm", "40 year", ["weight of an adult", "Body mass index"]),
        ("70 kg", "1.7 cm", "40 year", ["In m it would be credible", "Body mass index"]),
        ("20 kg", "115 cm", "40 year", ["weight of an adult", "height of an adult"]),
        ("70 kg", "1.7 m", "1980 year", ["1980 year"]),
        ("20 kg", "115 cm", "6 year", []),
        ("65 kg", "163 cm", "32 year", []),
    ],
)
def test_size_and_age(weight: str, height: str, age: str, words: list[str]) -> None:
    size = {"weight": {"value": weight, "kind": "stated"}, "height": {"value": height, "kind": "stated"}}
    patient = {**PATIENT, "age": age, "size": size}
    found = findings(event(1, "2020-03-05"), rule="size_implausible", patient=patient)
    assert len(found) == len(words)
    for word in words:
        assert any(word.lower() in f.found.lower() for f in found), [f.found for f in found]


def test_parts_larger_than_the_whole() -> None:
    white, rule = seen("wbc", 2.0, "10*9/L"), "parts_exceed_whole"
    assert len(measured(white, seen("anc", 2.5, "10*9/L"), rule=rule)) == 1
    assert measured(white, seen("anc", 2.0, "10*9/L"), rule=rule) == []
    assert len(measured(white, seen("anc", 1.5, "10*9/L"), seen("blasts_blood", 1.5, "10*9/L"), rule=rule)) == 1
    assert measured(white, seen("anc", 1.5, "10*9/L", comparator="<"), rule=rule) == []
    assert measured(seen("wbc", absence="not stated"), seen("anc", 2.5, "10*9/L"), rule=rule) == []
    open_above = seen("wbc", 2.0, "10*9/L", comparator=">")
    assert measured(open_above, seen("anc", 2.5, "10*9/L"), rule=rule) == []


def test_blasts_against_white_cells_times_share() -> None:
    white, share, rule = seen("wbc", 164, "10*9/L"), seen("blood_blast_percent", 94.4, "%"), "blasts_disagree"
    assert measured(white, share, seen("blasts_blood", 154.8, "10*9/L"), rule=rule) == []
    (found,) = measured(white, share, seen("blasts_blood", 15.48, "10*9/L"), rule=rule)
    assert "154.8" in found.found
    assert measured(white, seen("blasts_blood", 15.48, "10*9/L"), rule=rule) == []


# dose as written, route; a word the finding must hold, or none when the dose is usual.
DOSES = [
    ("mitoxantrone", {"amount": "60 mg/m2"}, "ALL-2"),
    ("mitoxantrone", {"amount": "12 mg/m2"}, ""),
    ("mitoxantrone", {"amount": "90 mg/m2"}, "usual: 6 mg/m2 to 12 mg/m2"),
    ("vincristine", {"amount": "2 mg", "route": "iv"}, ""),
    ("vincristine", {"amount": "2.5 mg", "route": "iv"}, "usual"),
    ("vincristine", {"amount": "1.4 mg/m2"}, ""),
    ("vincristine", {"amount": "2 g"}, "As 2 mg it would be usual"),
    ("cytarabine", {"amount": "3 g/m2", "route": "iv"}, ""),
    ("cytarabine", {"amount": "3 mg/m2", "route": "iv"}, "As 3 g/m2 it would be usual"),
    ("cytarabine", {"amount": "100 mg", "route": "it"}, ""),
    ("methotrexate", {"amount": "12 mg", "route": "it"}, ""),
    ("methotrexate", {"amount": "12 mg/m2", "route": "it"}, "As 12 mg it would be usual"),
    ("methotrexate", {"amount": "100 mg", "route": "it"}, "usual"),
    ("pegaspargase", {"amount": "2000 IU/m2"}, ""),
    ("pegaspargase", {"amount": "25000 IU/m2"}, "2000 IU/m2 to 2500 IU/m2"),
    ("tocilizumab", {"amount": "8 mg/kg"}, ""),
    ("tocilizumab", {"amount": "80 mg/kg"}, "8 mg/kg"),
    ("tocilizumab", {"amount": "8 mg"}, "As 8 mg/kg it would be usual"),
    ("blinatumomab", {"rate": "9 ug/day", "route": "civ"}, ""),
    ("blinatumomab", {"rate": "28 ug/day", "route": "civ"}, ""),
    ("blinatumomab", {"rate": "15 ug/m2/day", "route": "civ"}, ""),
    ("blinatumomab", {"rate": "12 ug/day", "route": "civ"}, "28 ug/day"),
    ("blinatumomab", {"rate": "28 mg/day", "route": "civ"}, "As 28 ug/day it would be usual"),
    ("blinatumomab", {"rate": "60 ug/m2/day", "route": "civ"}, "lymphoma"),
]


@pytest.mark.parametrize(("name", "dose", "word"), DOSES)
def test_doses_against_the_usual_ones(name: str, dose: dict[str, str], word: str) -> None:
    found = given({"drug": name, **dose}, rule="dose_unusual")
    assert len(found) == bool(word)
    assert all(word in f.found and f.severity == "warning" for f in found), [f.found for f in found]


@pytest.mark.parametrize("name", list_entries("regimens"))
def test_regimens_of_the_library_give_usual_doses_or_doses_with_a_precedent(name: str) -> None:
    size = Size.of(weight=70.0, height=1.70)
    for line in regimen(name).doses:
        found = drug(line.drug)
        amount = parse_amount(line.text, found.amount_unit, name)
        known = within(amount, line.route, found.usual, size) or any(
            p.covers(amount, line.route, size) for p in found.precedents
        )
        assert known or not found.usual, f"{name}: {line.drug} {line.text}"


def test_a_dose_in_a_unit_of_another_kind() -> None:
    rule = "dose_of_another_kind"
    (found,) = given({"drug": "pegaspargase", "amount": "2500 mg/m2"}, rule=rule)
    assert "international units" in found.found
    (found,) = given({"drug": "blinatumomab", "amount": "9 IU"}, rule=rule)
    assert "mass" in found.found
    (found,) = given({"drug": "car_t_cd19", "amount": "9 ug"}, rule=rule)
    assert "measured in cells" in found.found
    assert given({"drug": "pegaspargase", "amount": "2500 IU/m2"}, rule=rule) == []
    assert given({"drug": "car_t_cd19", "amount": "1e6 cells/kg"}, rule=rule) == []


def test_the_cap_of_a_dose_by_size_is_told() -> None:
    (found,) = given({"drug": "vincristine", "amount": "1.4 mg/m2"}, rule="dose_capped")
    assert found.severity == "information"
    assert "1.4 times the cap of 2 mg" in found.found  # 1.4 mg/m2 x 2.0 m2 = 2.8 mg
    assert given({"drug": "vincristine", "amount": "1 mg/m2"}, rule="dose_capped") == []
    assert given({"drug": "vincristine", "amount": "4 mg"}, rule="dose_capped") == []


def test_a_route_the_drug_is_not_given_by() -> None:
    (found,) = given({"drug": "vincristine", "amount": "2 mg", "route": "it"}, rule="route_unusual")
    assert found.severity == "warning"
    assert given({"drug": "vincristine", "amount": "2 mg", "route": "iv"}, rule="route_unusual") == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"amount": "3 g/m2", "days": [1, 2, 3, 4, 5]}, "15 g/m2 in all"),
        ({"amount": "3 g/m2"}, ""),
        ({"amount": "2 g/m2", "days": [1, 2, 3, 4, 5]}, ""),
        ({"amount": "100 mg/m2", "days": [1, 2, 3]}, ""),
    ],
)
def test_high_dose_cytarabine_once_a_day(fields: dict[str, object], told: str) -> None:
    found = given({"drug": "cytarabine", "route": "iv", **fields}, rule="dose_frequency")
    assert len(found) == bool(told)
    assert all(told in f.found and "every 12 h" in f.found for f in found)


def test_twice_a_day_by_the_regimen_is_no_finding() -> None:
    line = {"drug": "cytarabine", "amount": "3 g/m2", "route": "iv", "days": [2, 3]}
    assert given({"regimen": "hypercvad_b"}, line, rule="dose_frequency") == []


def test_a_dose_other_than_the_regimens() -> None:
    line, rule = {"drug": "cytarabine", "route": "iv"}, "dose_differs_from_regimen"
    assert given({"regimen": "hypercvad_b"}, {**line, "amount": "3000 mg/m2"}, rule=rule) == []
    (found,) = given({"regimen": "hypercvad_b"}, {**line, "amount": "1 g/m2"}, rule=rule)
    assert "3 g/m2" in found.found
    (extra,) = given({"regimen": "hypercvad_b"}, {"drug": "tocilizumab", "amount": "8 mg/kg"}, rule=rule)
    assert "tocilizumab" in extra.found


def test_drugs_and_doses_left_open() -> None:
    (found,) = given({"drug": "methotrexate", "route": "it"}, rule="drug_without_dose")
    assert found.severity == "warning"
    assert given({"regimen": "clag"}, {"drug": "cladribine"}, rule="drug_without_dose") == []
    assert len(given({"regimen": "clag"}, rule="regimen_without_doses")) == 1
    assert given({"regimen": "clag"}, {"drug": "cladribine", "amount": "5 mg/m2"}, rule="regimen_without_doses") == []
    assert len(given({"regimen": "mtx_vcr_peg_dex"}, rule="regimen_doses_assumed")) == 1
    assert given({"regimen": "clag"}, rule="regimen_doses_assumed") == []
    dose = {"drug": "cladribine", "amount": "5 mg/m2"}
    assert len(given({"regimen": "clag"}, dose, rule="dose_without_days")) == 1
    assert given({"regimen": "clag"}, {**dose, "days": [1]}, rule="dose_without_days") == []


def ordered(**fields: object) -> Case:
    start = event(1, "2020-03-05", "drug", given=[{"regimen": "hypercvad_b"}])
    order = {"event": "e01", "kind": "assumed", **fields}
    return read(document([start], realisation={"orders": [order]}))


@pytest.mark.parametrize(
    ("field", "value", "near"),
    [
        ("omit", ["methotrexat/it"], "methotrexate/it"),
        ("omit", ["cytarabin"], "cytarabine"),
        ("omit", ["vincristine"], ""),  # a drug, but none of this regimen's
        ("amounts", {"cytarabine/po": "1 g/m2"}, "cytarabine"),
    ],
)
def test_a_typo_in_what_an_order_omits_or_replaces_is_an_error_at_once(field: str, value: object, near: str) -> None:
    with pytest.raises(CaseError) as caught:
        ordered(regimen="hypercvad_b", **{field: value})
    assert f"realisation.orders[0].{field}" in str(caught.value)
    assert "hypercvad_b" in caught.value.expected
    assert near in caught.value.hint


def test_orders_may_omit_and_replace_what_the_regimen_gives() -> None:
    found = ordered(regimen="hypercvad_b", omit=["methotrexate/it"], amounts={"cytarabine/iv": "1 g/m2"})
    assert found.orders()[0].omit == ("methotrexate/it",)
    with pytest.raises(CaseError, match="omit without a regimen"):
        ordered(drug="tocilizumab", amount="8 mg/kg", omit=["cytarabine"])
