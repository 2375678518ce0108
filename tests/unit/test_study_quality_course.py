"""Dates, regimens, infusions, responses, toxicities: each rule on a record with its fault and on one without."""

from __future__ import annotations

from typing import Any

import pytest
from quality_sample import event, findings, given, seen

MARROW = {"specimen": "marrow", "denominator": "nucleated cells"}
ASSESSED = {"kind": "marrow", "context": "response assessment"}


def assessed(*observations: dict[str, Any], rule: str, **fields: Any) -> list[Any]:
    """Return what one rule finds at one assessment of response."""
    return findings(event(1, "2020-03-05", **ASSESSED, observations=list(observations), **fields), rule=rule)


def blasts(value: float | None = None, **fields: Any) -> dict[str, Any]:
    return seen("marrow_blast_percent", value, "%", **{**MARROW, **fields})


def test_a_month_that_other_events_tighten() -> None:
    first = event(1, "2020-03-20")
    free = event(2, "2020-03")
    tied = {**free, "date": {"on": "2020-03", "after": [{"event": "e01"}]}}
    assert findings(first, free, rule="date_tightened") == []
    (found,) = findings(first, tied, rule="date_tightened")
    assert found.events == ("e02",)
    assert "2020-03 became 2020-03-21 to 2020-03-31" in found.found


def test_dates_wider_than_two_months() -> None:
    assert findings(event(1, "2020-03"), rule="date_wide") == []
    (found,) = findings(event(1, "2020"), event(2, "2020-03-05"), rule="date_wide")
    assert found.events == ("e01",)
    assert "2020-01-01 to 2020-12-31" in found.found


def test_vital_status() -> None:
    drug = {"drug": "blinatumomab", "rate": "9 ug/day", "route": "civ"}
    start = event(1, "2020-03-05", "drug", given=[drug])
    alive = event(2, "2020-05", "status", observations=[seen("vital_status", text="alive")])
    dead = event(2, "2020-05", "status", observations=[seen("vital_status", text="dead")])
    assert len(findings(start, rule="vital_status_missing")) == 1
    assert findings(start, alive, rule="vital_status_missing") == []
    assert findings(event(1, "2020-03-05"), rule="vital_status_missing") == []
    (found,) = findings(start, alive, rule="alive_at_the_end")
    assert "2020-05-01 to 2020-05-31" in found.found
    assert findings(start, dead, rule="alive_at_the_end") == []


def test_remission_without_a_marrow_count() -> None:
    rule, fields = "remission_without_marrow", {"conclusion": "complete remission"}
    assert len(assessed(blasts(absence="not stated"), rule=rule, **fields)) == 1
    assert len(assessed(seen("platelets", 140, "10*9/L"), rule=rule, **fields)) == 1
    assert assessed(blasts(3), rule=rule, **fields) == []
    assert assessed(blasts(5, comparator="<"), rule=rule, **fields) == []
    assert assessed(blasts(absence="not stated"), rule=rule, conclusion="no remission") == []


def test_two_conclusions_at_one_assessment() -> None:
    rule = "conclusions_disagree"
    assert len(assessed(blasts(3), rule=rule, conclusion="complete remission with residual disease")) == 1
    assert assessed(blasts(3), rule=rule, conclusion="complete remission") == []


def test_a_share_of_b_cells_is_told_with_its_interval() -> None:
    share, rule = seen("b_lineage_blast_percent", 1.8, "%", denominator="total B cells"), "share_of_subset"
    (found,) = assessed(share, rule=rule)
    assert "0.018 to 0.09 %" in found.found
    assert assessed(share, seen("b_cells_marrow_percent", 3, "%"), rule=rule) == []
    assert assessed(share, seen("mrd_marrow", 1e-4, "fraction", denominator="nucleated cells"), rule=rule) == []
    assert assessed(blasts(43), rule=rule) == []
    (odd,) = assessed(blasts(43, denominator="B cells"), rule=rule)
    assert "43 % of B cells" in odd.found


@pytest.mark.parametrize(("percent", "told"), [(1.8, True), (0.002, False), (60.0, True)])
def test_a_naive_reading_is_told_only_where_it_would_decide(percent: float, told: bool) -> None:
    share = seen("b_lineage_blast_percent", percent, "%", denominator="total B cells")
    assert bool(assessed(share, rule="naive_share_decides")) is told


def test_bounds_that_settle_every_definition_and_bounds_that_do_not() -> None:
    above, exact = seen("anc", 1, "10*9/L", comparator=">"), seen("anc", 1, "10*9/L")
    weak = seen("anc", 1, "10*9/L", comparator=">=")
    assert len(assessed(blasts(3), above, rule="bound_settles")) == 1
    assert assessed(blasts(3), above, rule="bound_leaves_open") == []
    assert assessed(blasts(3), exact, rule="bound_settles") == []
    (found,) = assessed(blasts(3), weak, rule="bound_leaves_open")
    assert "> 1 x10^9/L" in found.found
    (found,) = assessed(blasts(5, comparator="<="), rule="bound_leaves_open")
    assert "< 5 %" in found.found


def test_mrd_without_sensitivity_or_level() -> None:
    negative, positive = seen("mrd_marrow", text="negative"), seen("mrd_marrow", text="positive")
    assert len(assessed(negative, rule="mrd_without_sensitivity")) == 1
    assert assessed({**negative, "sensitivity": 1e-4}, rule="mrd_without_sensitivity") == []
    assert assessed(positive, rule="mrd_without_sensitivity") == []
    assert len(assessed(positive, rule="mrd_without_level")) == 1
    assert assessed(negative, rule="mrd_without_level") == []


def test_a_marrow_inside_a_block() -> None:
    block = event(1, "2020-01-01", "regimen", given=[{"regimen": "modified_linker"}], end={"on": "2020-03-02"})
    inside = event(2, "2020-02-07", **ASSESSED, observations=[blasts(3)])
    after = event(2, "2020-03-10", **ASSESSED, observations=[blasts(3)])
    (found,) = findings(block, inside, rule="response_inside_block")
    assert "day 38" in found.found
    assert "62 days" in found.found
    assert findings(block, after, rule="response_inside_block") == []


@pytest.mark.parametrize(("day", "told"), [("2020-03-15", True), ("2020-03-28", True), ("2020-03-29", False)])
def test_refractory_before_the_cycle_is_over(day: str, told: bool) -> None:
    drug = {"drug": "blinatumomab", "rate": "9 ug/day", "route": "civ"}
    start = event(1, "2020-03-01", "drug", given=[drug])
    marrow = event(2, day, **ASSESSED, observations=[blasts(71)], conclusion="refractory to blinatumomab")
    assert bool(findings(start, marrow, rule="refractory_before_cycle_end")) is told


def test_relapse_without_blasts() -> None:
    rule, fields = "relapse_without_blasts", {"conclusion": "relapse"}
    assert len(assessed(blasts(absence="not stated"), rule=rule, **fields)) == 1
    assert len(assessed(blasts(5), rule=rule, **fields)) == 1
    assert assessed(blasts(5.1), rule=rule, **fields) == []
    assert assessed(seen("blood_blast_percent", 2, "%"), rule=rule, **fields) == []


def test_antigens_between_positive_and_negative() -> None:
    rule = "antigen_dim"
    assert len(assessed(seen("cd19_intensity", text="dim"), rule=rule)) == 1
    assert assessed(seen("cd19_intensity", text="positive"), seen("cd20_intensity", text="negative"), rule=rule) == []


def test_part_b_first() -> None:
    a, b = ({"regimen": f"hypercvad_{part}"} for part in "ab")
    one, two = event(1, "2020-01-01", "regimen"), event(2, "2020-01-22", "regimen")
    assert findings({**one, "given": [a]}, {**two, "given": [b]}, rule="part_order") == []
    (found,) = findings({**one, "given": [b]}, {**two, "given": [a]}, rule="part_order")
    assert found.events == ("e01", "e02")


def test_intrathecal_therapy_against_the_protocol() -> None:
    block = event(1, "2020-01-01", "regimen", given=[{"regimen": "hypercvad_a"}], end={"on": "2020-01-21"})
    methotrexate, cytarabine = ({"drug": name, "route": "it"} for name in ("methotrexate", "cytarabine"))
    rule, at = "intrathecal_differs", "2020-01-02"
    (found,) = findings(block, event(2, at, "procedure", given=[methotrexate]), rule=rule)
    assert "cytarabine 100 mg on day 8" in found.found
    assert findings(block, event(2, at, "procedure", given=[methotrexate, cytarabine]), rule=rule) == []
    assert findings(block, event(2, "2020-02-02", "procedure", given=[methotrexate]), rule=rule) == []


@pytest.mark.parametrize(
    ("end", "fits", "idle"),
    [
        ("2020-02-20", False, False),
        ("2020-03-25", True, False),
        ("2020-04-14", True, False),
        ("2020-04-15", True, True),
    ],
)
def test_cycles_against_the_time_they_had(end: str, fits: bool, idle: bool) -> None:
    """Four cycles of 21 days: 63 days from first to last start, 84 with the last, 105 with one to spare."""
    cycles = [{"regimen": "hypercvad_a", "repeat": 4}]
    start = event(1, "2020-01-01", "regimen", given=cycles, end={"on": end})
    assert bool(findings(start, rule="cycles_do_not_fit")) is not fits
    assert bool(findings(start, rule="break_implied")) is idle


def infusion(*phases: tuple[str, str]) -> dict[str, Any]:
    return {"phases": [{"rate": rate, "lasts": lasts, "event": "e01"} for rate, lasts in phases]}


def test_readings_of_an_infusion() -> None:
    start = event(1, "2020-03-01", "drug", given=[{"drug": "blinatumomab", "rate": "9 ug/day", "route": "civ"}])
    label = {"drug": "blinatumomab", "route": "civ", "start": "e01"}
    one = {"id": "R1", "label": "one", **label, **infusion(("9 ug/day", "7 day"), ("28 ug/day", "21 day"))}
    longer = {"id": "R2", "label": "two", **label, **infusion(("9 ug/day", "7 day"), ("28 ug/day", "23 day"))}
    early = {"id": "R3", "label": "three", **label, **infusion(("9 ug/day", "5 day"), ("28 ug/day", "23 day"))}

    def found(rule: str, *readings: dict[str, Any]) -> list[Any]:
        return findings(start, rule=rule, realisation={"chosen": "R1", "interpretations": list(readings)})

    assert found("infusion_readings", one) == []
    assert found("infusion_readings", one, longer) == []
    (end,) = found("infusion_end", one, longer)
    assert "day 28 or 30" in end.found
    assert "651 to 707 ug" in end.found  # 7 x 9 + 21 x 28; two days of 28 more
    assert len(found("infusion_readings", one, early)) == 1
    per_m2 = {"id": "R2", "label": "two", **label, **infusion(("5 ug/m2/day", "7 day"), ("15 ug/m2/day", "21 day"))}
    (end,) = found("infusion_end", one, per_m2)
    assert "651 to 700 ug" in end.found  # 2.0 m2: 7 x 10 + 21 x 30


def test_premedication_and_prephase() -> None:
    marrow = event(1, "2020-02-25", **ASSESSED, observations=[blasts(68)])
    mild = event(1, "2020-02-25", **ASSESSED, observations=[blasts(49)])
    drug = {"drug": "blinatumomab", "rate": "9 ug/day", "route": "civ"}
    steroid = {"drug": "dexamethasone", "amount": "20 mg"}
    start, with_steroid = (event(2, "2020-03-01", "drug", given=items) for items in ([drug], [drug, steroid]))
    assert len(findings(marrow, start, rule="premedication_missing")) == 1
    assert findings(marrow, with_steroid, rule="premedication_missing") == []
    assert len(findings(marrow, start, rule="prephase_missing")) == 1
    assert findings(mild, start, rule="prephase_missing") == []
    assert findings(marrow, with_steroid, rule="prephase_missing") == []
    blood = event(1, "2020-02-25", observations=[seen("wbc", 20, "10*9/L"), seen("blood_blast_percent", 80, "%")])
    (found,) = findings(blood, start, rule="prephase_missing")
    assert "16 x10^9/L" in found.found


@pytest.mark.parametrize(("age", "words", "never"), [("5 year", "5 mg/m2", "20 mg;"), ("40 year", "20 mg", "mg/m2")])
def test_a_child_is_premedicated_by_surface(age: str, words: str, never: str) -> None:
    start = event(2, "2020-03-01", "drug", given=[{"drug": "blinatumomab", "rate": "5 ug/m2/day", "route": "civ"}])
    size = {"weight": {"value": "20 kg", "kind": "stated"}, "height": {"value": "1.1 m", "kind": "stated"}}
    patient = {"sex": "female", "age": age, "size": size}
    (found,) = findings(start, rule="premedication_missing", patient=patient)
    assert words in found.found
    assert never not in found.found


def test_toxicity_without_a_grade() -> None:
    def toxicity(detail: str | None = None) -> list[Any]:
        episode = {"kind": "toxicity", "name": "pancreatitis", **({"detail": detail} if detail else {})}
        return findings(event(1, "2020-03-05", "toxicity", episodes=[episode]), rule="toxicity_without_grade")

    assert len(toxicity()) == 1
    assert len(toxicity("no grade printed")) == 1
    assert toxicity("grade 3") == []


def test_crs_without_a_grade_shows_the_grades_that_stay_possible() -> None:
    fever = seen("temperature", 39.3, "Cel")
    low = {"observable": "hypotension", "interval": [2, 3], "unit": "grade", "basis": "inferred", "note": "n"}
    crs = {"kind": "toxicity", "name": "CRS"}
    start = event(1, "2020-03-03", "drug", given=[{"drug": "blinatumomab", "rate": "9 ug/day", "route": "civ"}])
    at = event(2, "2020-03-05", "toxicity", context="toxicity", observations=[fever, low], episodes=[crs])
    (found,) = findings(start, at, rule="toxicity_without_grade")
    assert "grade 3 to grade 4 by ASTCT 2019" in found.found


def test_vasopressors_without_their_number() -> None:
    days = seen("vasopressor_days", 2, "day")
    rule, at = "vasopressors_uncounted", {"kind": "toxicity", "context": "toxicity"}
    assert len(findings(event(1, "2020-03-05", **at, observations=[days]), rule=rule)) == 1
    count = seen("vasopressor_count", 1, "number")
    assert findings(event(1, "2020-03-05", **at, observations=[days, count]), rule=rule) == []
    assert findings(event(1, "2020-03-05", **at, observations=[seen("wbc", 3, "10*9/L")]), rule=rule) == []


def test_asparaginase_before_pancreatitis() -> None:
    dose = {"drug": "pegaspargase", "amount": "2500 IU/m2", "route": "iv"}
    first = event(1, "2020-03-01", "drug", given=[dose])
    pancreatitis = {"kind": "toxicity", "name": "pancreatitis"}
    ill = event(2, "2020-03-10", "toxicity", episodes=[pancreatitis])
    stopped = event(2, "2020-03-10", "toxicity", episodes=[pancreatitis, {"kind": "stop", "name": "pegaspargase"}])
    rule = "asparaginase_pancreatitis"
    assert "no stop is recorded" in findings(first, ill, rule=rule)[0].found
    assert "its stop stands in e02" in findings(first, stopped, rule=rule)[0].found
    again = event(3, "2020-04-01", "drug", given=[dose])
    assert "given again in e03" in findings(first, ill, again, rule=rule)[0].found
    assert findings(event(1, "2020-03-05", "toxicity", episodes=[pancreatitis]), rule=rule) == []


def test_a_regimen_known_only_from_this_report() -> None:
    source = {"citation": "Linder2016", "title": "T", "authors": "A", "journal": "J", "year": 2016}
    rule = "regimen_of_this_report"
    assert len(given({"regimen": "modified_linker"}, rule=rule)) == 0
    start = event(1, "2020-03-05", "regimen", given=[{"regimen": "modified_linker"}])
    assert len(findings(start, rule=rule, source=source)) == 1
