"""Which setting of a label a patient is in, cycles broken off, bodies that grow, and what a grade rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from label_sample import check, course, dose, only, patient, premedicine, scale

from trimer.course import Course, Dose, Episode, Reading, Visit
from trimer.criteria import Criterion
from trimer.criteria.labels import label
from trimer.criteria.labels.situation import disease
from trimer.criteria.verdict import Verdict
from trimer.study.label import label as label_of

WHOLE = dose(0, 28)  # 28 ug/day from day 1: the schedule in remission, never that of relapse
IN_2020, IN_2025 = dt.date(2020, 3, 1), dt.date(2025, 3, 1)
NEGATIVE = Reading("bcr_abl", text="negative", day=-1.0)
POSITIVE = Reading("bcr_abl", text="positive", day=-1.0)


def level(fraction: float, day: float = -1.0) -> Reading:
    return Reading("mrd_marrow", fraction, fraction, unit="fraction", day=day, source="m")


def stated(text: str, day: float = -1.0) -> Reading:
    return Reading("mrd_marrow", text=text, unit="fraction", day=day, source="m")


def said(text: str, day: float) -> Episode:
    return Episode("conclusion", text, day, day, source=f"c{day:g}")


# --- which setting ------------------------------------------------------------------------------------------------


def test_remission_without_mrd_in_2025_is_the_consolidation_phase() -> None:
    """A patient in remission, MRD-negative and Ph-negative, 28 ug/day for 28 days (indication added in June 2024)."""
    given = course(
        WHOLE, concluded="complete remission, MRD negative", origin=IN_2025, readings=(NEGATIVE, stated("negative"))
    )
    report = check(given)
    assert (report.versions, report.settings) == (("us_2025",), ("consolidation",))
    assert [only(report, rule).status for rule in ("indication", "starting dose", "infusion days")] == ["on label"] * 3


def test_the_consolidation_phase_is_for_ph_negative_disease() -> None:
    given = course(WHOLE, concluded="complete remission", origin=IN_2025, readings=(POSITIVE, level(1e-4)))
    assert only(check(given), "indication").status == "off label"
    unknown = course(WHOLE, concluded="complete remission", origin=IN_2025, readings=(level(1e-4),))
    assert only(check(unknown), "indication").status == "open"


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (level(2e-4), "off label"),
        (level(9.9e-4), "off label"),
        (level(1e-3), "on label"),
        (level(2e-2), "on label"),
        (replace(level(0.0), high=1e-2), "open"),
        (stated("positive"), "open"),
        (stated("negative"), "open"),
        (replace(stated("negative"), sensitivity=1e-4), "off label"),
        (replace(stated("positive"), sensitivity=1e-4), "open"),
    ],
)
def test_the_indication_by_mrd_begins_at_a_tenth_of_a_percent(found: Reading, status: str) -> None:
    report = check(course(WHOLE, concluded="complete remission", origin=IN_2020, readings=(found,)))
    assert report.settings == ("mrd",)
    assert only(report, "indication").status == status
    assert only(report, "starting dose").status == "on label"


def test_the_limit_of_mrd_is_data_with_its_origin() -> None:
    limits = {name: label(name).setting("mrd").mrd for name in ("us_2018", "us_2025")}
    for limit in limits.values():
        assert limit is not None
        assert (limit.relation, limit.value) == (">=", 1e-3)
    assert {name: limit.provenance for name, limit in limits.items() if limit} == {
        "us_2018": "recalled", "us_2025": "seen",
    }  # fmt: skip
    assert label("us_2025").setting("consolidation").mrd is None


def test_mrd_of_an_earlier_remission_says_nothing_of_this_one() -> None:
    told = (said("relapse", -60.0), said("complete remission", -5.0))
    given = course(WHOLE, concluded="", episodes=told, origin=IN_2020, readings=(level(2e-2, -100.0),))
    assert only(check(given), "indication").status == "open"


def test_without_a_state_of_the_disease_what_hangs_on_the_setting_is_open() -> None:
    report = check(course(WHOLE, concluded="", origin=IN_2020))
    assert report.settings == ("rr or mrd",)
    assert [only(report, rule).status for rule in ("indication", "starting dose", "number of cycles")] == [
        "open", "open", "on label",
    ]  # fmt: skip
    assert "relapsed or refractory" in only(report, "starting dose").text
    assert only(report, "infusion days").status == "on label"  # 28 in either
    # The label of 2014 has one schedule only.
    assert only(check(course(WHOLE, concluded="", origin=dt.date(2015, 3, 1))), "starting dose").status == "off label"


def test_a_setting_can_be_asked_for() -> None:
    given = course(WHOLE, concluded="", origin=IN_2020)
    assert only(check(given, setting="mrd"), "starting dose").status == "on label"
    assert only(check(given, setting="rr"), "starting dose").status == "off label"
    assert label_of(given, setting="mrd").report.settings == ("mrd",)


# --- what conclusions claim ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("no evidence of relapse", ""),
        ("not relapsed, complete remission", "remission"),
        ("relapse excluded", ""),
        ("no complete remission", ""),
        ("did not achieve remission", ""),
        ("remission not reached", ""),
        ("complete remission, no evidence of relapse", "remission"),
        ("relapse after complete remission", "relapsed or refractory"),
        ("complete remission after second relapse", "remission"),
        ("refractory to CLAG", "relapsed or refractory"),
        ("relapse-free", ""),
        ("suspected relapse", ""),
        ("relapse cannot be excluded", ""),
        ("hypotension refractory to fluids", ""),
        ("molecular relapse in complete remission", "remission"),
        ("partial remission", ""),
        ("CR2", "remission"),
        ("suspected CRS", ""),
    ],
)
def test_a_state_is_read_from_a_claim_only(text: str, state: str) -> None:
    assert disease(course(concluded=text)).at(0.0).name == state


@pytest.mark.parametrize(
    ("earlier", "later", "state"),
    [
        ("complete remission", "no evidence of relapse", "remission"),
        ("relapse", "no evidence of relapse", ""),
        ("relapse", "no complete remission", "relapsed or refractory"),
        ("complete remission", "remission not confirmed", ""),
        ("complete remission", "suspected relapse", ""),
    ],
)
def test_a_denial_takes_back_the_same_claim_and_claims_nothing(earlier: str, later: str, state: str) -> None:
    given = course(concluded="", episodes=(said(earlier, -20.0), said(later, -1.0)))
    assert disease(given).at(0.0).name == state


def test_no_evidence_of_relapse_goes_on_with_the_course() -> None:
    told = (said("complete remission, no evidence of relapse", 35.0),)
    report = check(course(dose(0, 7, 9.0), dose(7, 28), dose(42, 70), episodes=told))
    assert [c.number for c in report.cycles] == [1, 2]
    assert only(report, "starting dose", 2).status == "on label"


def test_a_verdict_on_response_tells_the_state_where_nobody_concludes() -> None:
    def marrow(day: float, blasts: float) -> Visit:
        facts = {"marrow_blast_percent": blasts, "blood_blast_percent": 0.0, "anc": 2.0, "platelets": 200.0,
                 "extramedullary_blasts": 0.0}  # fmt: skip
        return Visit(f"v{day:g}", "", day, {n: Reading(n, v, v, day=day) for n, v in facts.items()}, context="response")

    given = replace(
        course(dose(0, 7, 9.0), dose(7, 28), dose(42, 70), dose(200, 207, 9.0), dose(207, 228), concluded=""),
        visits=(marrow(-200, 90), marrow(-100, 1), marrow(-2, 60), marrow(35, 1), marrow(190, 70)),
        episodes=(Episode("regimen", "hypercvad_a", -190.0, -170.0), Episode("drug", "blinatumomab", 0.0, 228.0)),
    )
    report = check(given)
    assert report.settings == ("rr", "rr", "rr")
    assert only(report, "indication").status == "on label"
    assert [c.number for c in report.cycles] == [1, 2, 1]  # the marrow of day 190 is a relapse


# --- cycles that were broken off ----------------------------------------------------------------------------------

HELD_LONG = (dose(0, 2, 9.0), dose(10, 17, 9.0), dose(17, 38))
CRS_3 = scale((3, 3), 2.0, 5.0)


def test_held_for_eight_days_after_crs_and_restarted_as_the_label_asks() -> None:
    """More than 7 days make a new cycle; grade 3 restarts at 9 and steps after 7 days, with no rest before."""
    report = check(course(*HELD_LONG), CRS_3)
    assert [c.number for c in report.cycles] == [1, 2]
    assert only(report, "treatment-free interval", 2).status == "not applicable"
    for rule in ("starting dose", "step", "infusion days"):
        assert only(report, rule, 2).status == "on label"
    assert report.of("later dose", 2) == ()
    (path,) = report.requirements[0].paths
    assert path.met is True
    assert "held for 8 days" in path.words
    assert "stepped after 7 days" in path.words


def test_stepped_too_early_in_a_cycle_after_a_long_hold() -> None:
    early = course(dose(0, 2, 9.0), dose(10, 15, 9.0), dose(15, 38))
    report = check(early, CRS_3)
    assert only(report, "step", 2).status == "off label"
    assert report.requirements[0].paths[0].met is False
    assert check(early, scale((4, 4), 2.0, 5.0)).requirements[0].paths[0].met is False


def test_a_long_hold_without_an_event_leaves_the_low_restart_open() -> None:
    report = check(course(*HELD_LONG))
    assert only(report, "starting dose", 2).status == "open"
    assert only(report, "treatment-free interval", 2).status == "not applicable"


def test_a_short_rest_after_a_full_cycle_is_a_rest_and_no_hold() -> None:
    report = check(course(dose(0, 7, 9.0), dose(7, 28), dose(33, 61)))
    assert [c.number for c in report.cycles] == [1, 2]
    assert [only(report, "infusion days", n).status for n in (1, 2)] == ["on label", "on label"]
    assert only(report, "treatment-free interval", 2).status == "off label"


# --- bodies -------------------------------------------------------------------------------------------------------


def test_a_patient_comes_of_age_and_a_childs_weight_does_not_hold_for_years() -> None:
    years = 3.0 * 365.25
    body = patient(30.0, 1.3, age=16.0)
    later = course(dose(years, years + 28, 9.0), premedicine(years, 20.0), body=body)
    report = check(later)
    assert "20 mg" in only(report, "premedication, start").asked
    assert "mg/m2" not in only(report, "premedication, start").asked  # 19 years old
    assert only(report, "weight", 0).status == "open"
    assert only(report, "starting dose").status == "open"
    grown = course(dose(years, years + 28, 9.0), body=patient(70.0, 1.8, age=40.0))
    assert only(check(grown), "starting dose").status == "on label"
    assert "on day 0" in only(check(grown), "weight", 0).text


def test_an_age_around_eighteen_leaves_the_premedication_open() -> None:
    body = {**patient(60.0, 1.7), "age": Reading("age", 17.5, 18.5, unit="year")}
    given = course(dose(0, 7, 9.0), dose(7, 28), premedicine(0, 9.0), body=body)  # 5 mg/m2 of 1.68 m2; an adult has 20
    assert only(check(given), "premedication, start").status == "open"


def test_child_premedication_in_remission_with_mrd_is_recalled() -> None:
    rows = {s.name: {p.who: p.origin.provenance for p in s.premedication} for s in label("us_2018").settings}
    assert rows["rr"]["child"] == "seen"
    assert rows["mrd"]["child"] == "recalled"


def test_a_light_body_that_ran_at_the_rates_of_a_heavy_one() -> None:
    found = only(check(course(dose(0, 7, 9.0), dose(7, 28), body=patient(44.9, 1.0))), "step")
    assert found.status == "not applicable"
    assert "9 ug/day, then 28 ug/day" in found.text


# --- prephase -----------------------------------------------------------------------------------------------------

BLASTS = (Reading("marrow_blast_percent", 68.0, 68.0, unit="%", day=-7.0),)


@pytest.mark.parametrize(
    ("drug", "day", "amount", "status"),
    [
        ("dexamethasone", -2.0, 20.0, "on label"),
        ("dexamethasone", -3.9, 24.0, "on label"),
        ("dexamethasone", -6.0, 20.0, "undocumented"),  # up to 4 days before
        ("dexamethasone", -2.0, 40.0, "off label"),  # at most 24 mg a day
        ("dexamethasone", -2.0, None, "undocumented"),
        ("prednisone", -6.0, 20.0, "undocumented"),
        ("prednisone", -2.0, 100.0, "undocumented"),
        ("dexamethasone", 0.0, 20.0, "undocumented"),  # an hour before: the premedication
    ],
)
def test_prephase_is_dexamethasone_within_four_days(drug: str, day: float, amount: float | None, status: str) -> None:
    given = course(dose(0, 7, 9.0), dose(7, 28), premedicine(day, amount, drug), readings=BLASTS)
    assert only(check(given), "prephase (EU)").status == status


def test_two_doses_a_day_add_up() -> None:
    doses = (premedicine(-1.9, 16.0), premedicine(-1.6, 16.0))
    given = course(dose(0, 7, 9.0), dose(7, 28), *doses, readings=BLASTS)
    assert only(check(given), "prephase (EU)").status == "off label"


# --- what a grade rests on ----------------------------------------------------------------------------------------


def test_a_grade_by_convention_says_so_and_what_the_facts_alone_leave() -> None:
    verdict = Verdict(
        "ctcae_v4_crs", "crs", "crs-1.1", "CRS", 2.0, "grade 3", ".", grade=(3, 3), onset=2.0, resolved=4.0,
        possible=("grade 2", "grade 3", "grade 4"), conventions=("organs not charted, taken as normal",),
    )  # fmt: skip
    graded = Criterion("ctcae_v4_crs", "CTCAE", "crs", "2009", {}, lambda _: (verdict,), "")
    report = check(course(dose(0, 2, 9.0), dose(4, 11, 9.0), dose(11, 30)), graded)
    (found,) = report.requirements
    assert found.status == "on label"  # by the headline grade
    assert (found.grade, found.strict) == ((3, 3), (2, 4))
    for text in (found.basis, only(report, "CRS").text, found.to_dict()["basis"]):
        assert "organs not charted, taken as normal" in text
        assert "grade 2 to 4" in text
    assert found.to_dict()["conventions"] == ["organs not charted, taken as normal"]


def test_a_simulated_course_still_gets_findings() -> None:
    empty = Course("none", "record", IN_2020, doses=(Dose("blinatumomab", 0, 28, 28.0, "ug/day"),))
    assert only(check(empty), "starting dose").status == "open"
