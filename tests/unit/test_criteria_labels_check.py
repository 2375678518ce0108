"""The label as a checker: breaks, doses, steps, length, body, what goes beside, and what each scale would require."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace

import hypothesis
import pytest
from hypothesis import strategies as st
from label_sample import HOUR, check, course, dose, only, patient, premedicine, scale

from trimer.course import Course, Episode, Reading
from trimer.criteria.labels import Label, label, list_labels
from trimer.criteria.labels.check import NOTICE, check_label
from trimer.criteria.labels.cycles import Cycle, cycles
from trimer.criteria.labels.situation import disease

CURRENT = label("us_2025")


def cycles_of(given: Course) -> tuple[Cycle, ...]:
    assert CURRENT.breaks is not None
    return cycles(given, "blinatumomab", CURRENT.breaks, disease(given))


# --- breaks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "same"), [(6.9, True), (7.0, True), (7.0 + HOUR, False), (14.0, False)])
def test_a_break_of_exactly_seven_days_leaves_the_cycle_the_same(days: float, same: bool) -> None:
    breaks = CURRENT.breaks
    assert breaks is not None
    assert breaks.same(days) is same
    found = cycles_of(course(dose(0, 10), dose(10 + days, 28 + days)))
    assert len(found) == (1 if same else 2)
    assert [c.number for c in found] == ([1] if same else [1, 2])


@pytest.mark.parametrize(("hours", "again"), [(3.9, False), (4.0, True), (4.1, True)])
def test_a_break_of_exactly_four_hours_is_premedicated_again(hours: float, again: bool) -> None:
    gap = hours * HOUR
    given = course(dose(0, 7, 9.0), dose(7, 10), dose(10 + gap, 28 + gap))
    report = check(given)
    assert bool(report.of("premedication, restart")) is again
    assert ("premedicated and supervised" in only(report, "break").text) is again
    assert only(report, "infusion days").status == "on label"


def test_a_change_of_bag_is_no_break() -> None:
    found = cycles_of(course(dose(0, 4), dose(4, 8), dose(8, 28)))
    assert found[0].holds == ()
    assert len(found[0].stretches) == 1


def test_a_rate_of_zero_is_a_hold() -> None:
    (found,) = cycles_of(course(dose(0, 2, 9.0), dose(2, 4, 0.0), dose(4, 11, 9.0), dose(11, 30)))
    assert (found.hold_days, found.infusion_days, found.last_day) == (2.0, 28.0, 30.0)
    assert found.total() == 613.0


def test_a_relapse_starts_the_numbers_again() -> None:
    relapse = Episode("conclusion", "second relapse", 100.0, 100.0)
    none = Episode("conclusion", "no relapse", 30.0, 30.0)
    given = course(dose(0, 7, 9.0), dose(7, 28), dose(42, 70), dose(120, 148), episodes=(relapse, none))
    assert [c.number for c in cycles_of(given)] == [1, 2, 1]


# --- doses, steps, length, spacing --------------------------------------------------------------------------------

REGULAR = (dose(0, 7, 9.0), dose(7, 28))


def test_a_cycle_as_the_label_has_it() -> None:
    drugs = (*REGULAR, premedicine(0), premedicine(7))
    blasts = Reading("marrow_blast_percent", 30.0, 30.0, unit="%", day=-1.0)
    counts = Reading("blasts_blood", 0.5, 0.5, unit="1e9/L", day=-1.0)
    stay = Episode("procedure", "hospital admission", 0.0, 9.0)
    report = check(course(*drugs, readings=(blasts, counts), episodes=(stay,)))
    assert {f.rule: f.status for f in report.findings} == {
        "weight": "on label", "version": "on label", "indication": "on label", "number of cycles": "on label",
        "starting dose": "on label", "step": "on label", "infusion days": "on label",
        "premedication, start": "on label", "premedication, step": "on label",
        "prephase (EU)": "not applicable", "hospital": "on label",
    }  # fmt: skip
    assert report.totals == (651.0,)
    assert report.notice == NOTICE


@pytest.mark.parametrize(
    ("first", "status"), [(9.0, "on label"), (28.0, "off label"), (None, "undocumented"), (8.9, "off label")]
)
def test_starting_dose(first: float | None, status: str) -> None:
    assert only(check(course(dose(0, 7, first), dose(7, 28))), "starting dose").status == status


@pytest.mark.parametrize(("day", "status"), [(6.0, "off label"), (7.0, "on label"), (8.0, "off label")])
def test_step_without_an_event_is_on_day_8(day: float, status: str) -> None:
    assert only(check(course(dose(0, day, 9.0), dose(day, 28))), "step").status == status


@pytest.mark.parametrize(
    ("days", "status"), [(5.0, "off label"), (6.9, "off label"), (7.0, "on label"), (9.0, "on label")]
)
def test_step_after_an_event_is_seven_days_after_the_restart(days: float, status: str) -> None:
    event = Episode("toxicity", "CRS", 2.0, 4.0)
    given = course(dose(0, 2, 9.0), dose(4, 4 + days, 9.0), dose(4 + days, 30), episodes=(event,))
    assert only(check(given), "step").status == status


def test_a_grade_alone_makes_a_hold_an_answer() -> None:
    given = course(dose(0, 2, 9.0), dose(4, 9, 9.0), dose(9, 30), kind="simulation")
    assert only(check(given), "step").status == "on label"  # seven days in all, and no event
    assert only(check(given, scale((3, 3), 2.0, 4.0)), "step").status == "off label"


def test_a_first_cycle_that_never_steps() -> None:
    assert only(check(course(dose(0, 28, 9.0))), "step").status == "off label"
    assert only(check(course(dose(0, 5, 9.0))), "step").status == "not applicable"


def test_a_dose_of_no_schedule() -> None:
    found = only(check(course(dose(0, 7, 9.0), dose(7, 20), dose(20, 28, 60.0))), "later dose")
    assert found.status == "off label"
    assert found.values == ("60 ug/day",)


@pytest.mark.parametrize(
    ("days", "status"), [(14.0, "off label"), (27.0, "off label"), (28.0, "on label"), (29.0, "off label")]
)
def test_infusion_days(days: float, status: str) -> None:
    assert only(check(course(dose(0, 7, 9.0), dose(7, days))), "infusion days").status == status


def test_a_cycle_that_ends_with_failure_is_open() -> None:
    failed = Episode("conclusion", "refractory to treatment", 14.0, 14.0, source="e9")
    found = only(check(course(dose(0, 7, 9.0), dose(7, 14), episodes=(failed,))), "infusion days")
    assert found.status == "open"
    assert "e9" in found.events


@pytest.mark.parametrize(("rest", "status"), [(10.0, "off label"), (14.0, "on label"), (20.0, "on label")])
def test_treatment_free_interval(rest: float, status: str) -> None:
    report = check(course(*REGULAR, dose(28 + rest, 56 + rest)))
    assert only(report, "treatment-free interval", 2).status == status


def test_continued_therapy_rests_for_56_days() -> None:
    given = [dose(0, 7, 9.0), dose(7, 28), *(dose(42.0 * n, 42.0 * n + 28) for n in range(1, 7))]
    report = check(course(*given))
    assert only(report, "treatment-free interval", 6).status == "on label"  # after cycle 5: 14 days
    assert only(report, "treatment-free interval", 7).status == "off label"  # after cycle 6: 56 days


def test_more_cycles_than_the_version_has() -> None:
    given = [dose(0, 7, 9.0), dose(7, 28), *(dose(42.0 * n, 42.0 * n + 28) for n in range(1, 6))]
    assert only(check(course(*given)), "number of cycles", 6).status == "on label"
    assert only(check(course(*given), version="us_2014"), "number of cycles", 6).status == "off label"


# --- the body -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("weight", "status"), [(45.0, "on label"), (44.9, "off label")])
def test_fixed_doses_from_45_kg_on(weight: float, status: str) -> None:
    given = course(*REGULAR, body=patient(weight, 1.0))
    assert only(check(given), "starting dose").status == status


def test_a_light_body_by_surface() -> None:
    body = patient(40.0, 1.44)  # 1.265 m2
    area = math.sqrt(144.0 * 40.0 / 3600.0)
    per_area = course(dose(0, 7, 5.0, "ug/m2/day"), dose(7, 28, 15.0, "ug/m2/day"), body=body)
    flat = course(dose(0, 7, 5.0 * area), dose(7, 28, 15.0 * area), body=body)
    for given in (per_area, flat):
        report = check(given)
        assert [only(report, rule).status for rule in ("starting dose", "step")] == ["on label", "on label"]
        assert report.totals[0] == pytest.approx((7 * 5.0 + 21 * 15.0) * area)
    assert only(check(flat, version="us_2014"), "weight", 0).status == "off label"
    assert only(check(flat, version="us_2014"), "starting dose").status == "open"


def test_a_light_body_of_unknown_surface_is_open() -> None:
    given = course(*REGULAR, body=patient(40.0, None))
    assert only(check(given), "starting dose").status == "open"


def test_an_unknown_weight_is_open_and_an_assumed_one_is_said() -> None:
    report = check(course(*REGULAR, body=patient(None)))
    assert only(report, "weight", 0).status == "open"
    assert only(report, "starting dose").status == "open"
    assumed = patient()
    assumed["weight"] = replace(assumed["weight"], inferred=True)
    found = only(check(course(*REGULAR, body=assumed)), "weight", 0)
    assert found.status == "undocumented"
    assert "assumed" in found.text


# --- beside the infusion ------------------------------------------------------------------------------------------


def test_missing_premedication_is_undocumented_in_a_record_and_absent_in_a_simulation() -> None:
    assert only(check(course(*REGULAR)), "premedication, start").status == "undocumented"
    assert only(check(course(*REGULAR, kind="simulation")), "premedication, start").status == "off label"


@pytest.mark.parametrize(("amount", "status"), [(20.0, "on label"), (16.0, "off label"), (None, "undocumented")])
def test_premedication_is_compared_with_the_dose(amount: float | None, status: str) -> None:
    given = course(*REGULAR, premedicine(0, amount))
    assert only(check(given), "premedication, start").status == status


def test_premedication_in_remission_with_mrd_takes_either_steroid() -> None:
    for drug, amount, status in (("prednisone", 100, "on label"), ("dexamethasone", 16, "on label"),
                                 ("dexamethasone", 12, "off label")):  # fmt: skip
        report = check(course(dose(0, 28), premedicine(0, amount, drug)), setting="mrd")
        assert only(report, "premedication, start").status == status


def test_a_child_is_premedicated_by_surface_and_in_cycle_1_only() -> None:
    body = patient(30.0, 1.3, age=10.0)
    report = check(course(*REGULAR, dose(42, 70), premedicine(0, 5.3), body=body))
    assert only(report, "premedication, start").status == "on label"  # 5 mg/m2 of 1.04 m2
    assert report.of("premedication, start", 2) == ()


@pytest.mark.parametrize(
    ("marrow", "blood", "status"),
    [
        (49.9, 1.0, "not applicable"),
        (50.0, 1.0, "undocumented"),
        (10.0, 15.0, "not applicable"),
        (10.0, 15.1, "undocumented"),
        (None, 20.0, "undocumented"),
        (None, 1.0, "open"),
        (49.0, None, "open"),
    ],
)
def test_prephase_trigger(marrow: float | None, blood: float | None, status: str) -> None:
    values = {"marrow_blast_percent": marrow, "blasts_blood": blood}
    readings = tuple(Reading(name, v, v, day=-2.0) for name, v in values.items() if v is not None)
    assert only(check(course(*REGULAR, readings=readings)), "prephase (EU)").status == status


@pytest.mark.parametrize(("version", "text", "status"), [
    ("us_2014", "positive", "off label"), ("us_2014", "negative", "on label"), ("us_2014", "", "open"),
    ("us_2018", "positive", "on label"),
])  # fmt: skip
def test_indication_and_ph(version: str, text: str, status: str) -> None:
    readings = (Reading("bcr_abl", text=text, day=-1.0),) if text else ()
    assert only(check(course(*REGULAR, readings=readings), version=version), "indication").status == status


def test_indication_without_a_conclusion_is_open_and_remission_is_not_r_r() -> None:
    given = course(*REGULAR)
    silent = replace(given, episodes=())
    assert only(check(silent), "indication").status == "open"
    well = replace(given, episodes=(Episode("conclusion", "complete remission", -1.0, -1.0),))
    assert only(check(well, setting="rr"), "indication").status == "off label"


def test_mrd_is_told_from_the_state_of_the_disease() -> None:
    well = (Episode("conclusion", "complete remission", -1.0, -1.0),)
    mrd = (Reading("mrd_marrow", 0.002, 0.002, unit="fraction", day=-1.0),)
    given = replace(course(dose(0, 28), readings=mrd), episodes=well)
    report = check(given)
    assert report.settings == ("mrd",)
    assert only(report, "starting dose").status == "on label"


# --- which version, which facts -----------------------------------------------------------------------------------


def test_a_version_asked_for_that_was_not_in_force_is_said() -> None:
    found = only(check(course(*REGULAR), version="us_2014"), "version")
    assert found.status == "not applicable"
    assert "us_2018 was in force" in found.text


def test_before_any_label_everything_is_off_label() -> None:
    found = only(check(course(*REGULAR, origin=dt.date(2013, 1, 1))), "version")
    assert found.status == "off label"


def test_a_start_dated_across_two_versions_is_open() -> None:
    first = replace(REGULAR[0], earliest=0.0, latest=40.0)
    found = only(check(course(first, REGULAR[1], origin=dt.date(2018, 3, 1))), "version")
    assert found.status == "open"


def test_a_course_without_doses_is_open_and_one_without_the_drug_not_applicable() -> None:
    named = course(kind="simulation", episodes=(Episode("drug", "blinatumomab", 0.0, 28.0),))
    report = check(named)
    assert report.findings
    assert {f.status for f in report.findings} == {"open"}
    assert {f.status for f in check(course(kind="simulation")).findings} == {"not applicable"}


def test_the_european_version_has_no_schedule_to_check() -> None:
    assert {f.status for f in check(course(*REGULAR), version="eu").findings} == {"open"}


# --- what the scales would have required --------------------------------------------------------------------------

HELD = (dose(0, 2, 9.0), dose(4, 11, 9.0), dose(11, 30))
STEROID = (premedicine(2.1, 8.0),)


@pytest.mark.parametrize(
    ("grade", "status"),
    [((1, 1), "on label"), ((2, 2), "on label"), ((3, 3), "on label"), ((4, 4), "off label"), ((2, 3), "on label"),
     ((3, 4), "open"), ((1, 4), "open"), ((5, 5), "not applicable")],
)  # fmt: skip
def test_held_and_restarted_two_days_later(grade: tuple[int, int], status: str) -> None:
    report = check(course(*HELD), scale(grade, 2.0, 4.0))
    assert only(report, "CRS").status == status
    (found,) = report.requirements
    assert [p.grade for p in found.paths] == [g for g in range(grade[0], grade[1] + 1) if g < 5]


def test_not_held_fits_neither_grade_3_nor_4() -> None:
    assert only(check(course(*REGULAR), scale((3, 4), 2.0, 4.0)), "CRS").status == "off label"
    assert only(check(course(*REGULAR), scale((2, 3), 2.0, 4.0)), "CRS").status == "open"


def test_stopped_for_good_fits_grade_4_unless_it_is_given_again() -> None:
    stopped = dose(0, 2, 9.0)
    assert only(check(course(stopped), scale((4, 4), 2.0, 4.0)), "CRS").status == "on label"
    again = course(stopped, dose(60, 67, 9.0), dose(67, 88))
    assert only(check(again, scale((4, 4), 2.0, 4.0)), "CRS").status == "off label"


@pytest.mark.parametrize(("resolved", "status"), [(4.0, "on label"), (6.0, "off label"), (None, "open")])
def test_the_restart_waits_until_resolved(resolved: float | None, status: str) -> None:
    assert only(check(course(*HELD), scale((3, 3), 2.0, resolved)), "CRS").status == status


@pytest.mark.parametrize(("rate", "status"), [(9.0, "on label"), (28.0, "off label"), (None, "open")])
def test_the_restart_is_at_the_low_dose(rate: float | None, status: str) -> None:
    given = course(dose(0, 2, 9.0), dose(4, 30, rate))
    assert only(check(given, scale((3, 3), 2.0, 4.0)), "CRS").status == status


def test_a_steroid_missing_from_a_record_is_said_and_from_a_simulation_counts() -> None:
    graded = scale((3, 3), 2.0, 4.0)
    record, simulation = check(course(*HELD), graded), check(course(*HELD, kind="simulation"), graded)
    assert record.requirements[0].paths[0].silent
    assert only(record, "CRS").status == "on label"
    assert only(simulation, "CRS").status == "off label"
    assert only(check(course(*HELD, *STEROID, kind="simulation"), graded), "CRS").status == "on label"


def test_the_scale_changes_the_answer() -> None:
    scales = scale((4, 4), 2.0, 4.0), scale((3, 3), 2.0, 4.0, "other_crs")
    given = course(*HELD)
    answers = {
        name: only(check_label(given, scale=name, scales=scales), "CRS").status
        for name in ("ctcae_v4_crs", "other_crs")
    }
    assert answers == {"ctcae_v4_crs": "off label", "other_crs": "on label"}
    assert {r.scale for r in check_label(given, scales=scales).requirements} == set(answers)


# --- whatever is given --------------------------------------------------------------------------------------------

STRETCH = st.tuples(
    st.floats(0.0, 20.0), st.floats(0.05, 30.0), st.sampled_from([None, 0.0, 9.0, 28.0, 60.0]),
    st.sampled_from(["ug/day", "ug/m2/day", "ug/kg/day", ""]),
)  # fmt: skip
GRADES = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda g: (min(g), max(g)))
WEIGHT = st.sampled_from([None, 20.0, 45.0, 70.0])
STATUSES = {"on label", "off label", "undocumented", "not applicable", "open"}


def random_course(stretches: list[tuple[float, float, float | None, str]], weight: float | None) -> Course:
    given, day = [], 0.0
    for gap, length, value, unit in stretches:
        given.append(dose(day + gap, day + gap + length, value, unit))
        day += gap + length
    return course(*given, body=patient(weight))


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(
    stretches=st.lists(STRETCH, max_size=6), weight=WEIGHT, grade=GRADES, version=st.sampled_from(list_labels())
)
def test_any_course_gets_plain_findings(
    stretches: list[tuple[float, float, float | None, str]],
    weight: float | None,
    grade: tuple[int, int],
    version: Label,
) -> None:
    report = check(random_course(stretches, weight), scale(grade, 1.0), version=version.name)
    assert report.findings
    assert {f.status for f in report.findings} <= STATUSES
    for found, total in zip(report.cycles, report.totals, strict=True):
        assert (total is None) or all(s.value is not None for s in found.stretches)
    assert json.loads(json.dumps(report.to_dict(), allow_nan=False)) == report.to_dict()


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(stretches=st.lists(STRETCH, min_size=1, max_size=4), grade=GRADES)
def test_an_interval_of_grades_is_no_surer_than_each_of_them(
    stretches: list[tuple[float, float, float | None, str]], grade: tuple[int, int]
) -> None:
    given = random_course(stretches, 70.0)
    wide = [f.status for f in check(given, scale(grade, 1.0, 3.0)).of("CRS")]
    for g in range(max(grade[0], 1), min(grade[1], 4) + 1):
        narrow = [f.status for f in check(given, scale((g, g), 1.0, 3.0)).of("CRS")]
        assert len(narrow) == len(wide)
        assert all(w == n for w, n in zip(wide, narrow, strict=True) if w in ("on label", "off label"))


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(stretches=st.lists(STRETCH, min_size=1, max_size=4), weight=WEIGHT)
def test_a_dose_that_is_not_stated_is_never_on_label(
    stretches: list[tuple[float, float, float | None, str]], weight: float | None
) -> None:
    silent = [(gap, length, None, unit) for gap, length, _, unit in stretches]
    report = check(random_course(silent, weight))
    for rule in ("starting dose", "later dose", "step"):
        assert {f.status for f in report.of(rule)} <= {"undocumented", "open", "not applicable"}
    assert set(report.totals) <= {None}
