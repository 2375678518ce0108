"""Cytopenia by CTCAE v5.0: every printed limit, and the rule that disease cytopenia is no adverse event."""

from __future__ import annotations

import datetime as dt
import itertools
from types import ModuleType

import pytest

import trimer
from trimer.course import Course, Episode, Reading
from trimer.criteria.counts import (
    ctcae_v5_anc,
    ctcae_v5_haemoglobin,
    ctcae_v5_lymphocytes,
    ctcae_v5_platelets,
    ctcae_v5_wbc,
)
from trimer.observables import OBSERVABLES

START = Episode("drug", "blinatumomab", 100.0, 128.0)
FEMALE = Reading("sex", text="female")
COUNTS = {  # the published limits: at each the milder grade, below it the next
    "anc": (ctcae_v5_anc, (1.8, 1.5, 1.0, 0.5)),
    "platelets": (ctcae_v5_platelets, (150.0, 75.0, 50.0, 25.0)),
    "wbc": (ctcae_v5_wbc, (4.0, 3.0, 2.0, 1.0)),
    "lymphocytes": (ctcae_v5_lymphocytes, (1.0, 0.8, 0.5, 0.2)),
}
LIMITS = [(name, *row) for name, row in COUNTS.items()]


def reading(name: str, day: float, low: float, high: float | None = None) -> Reading:
    return Reading(name, low, low if high is None else high, unit=OBSERVABLES[name].unit, day=day)


def course(*readings: Reading, episodes: tuple[Episode, ...] = (START,), sex: Reading | None = FEMALE) -> Course:
    patient = {} if sex is None else {"sex": sex}
    return Course("c", "record", dt.date(2015, 1, 1), (), readings, episodes, patient=patient)


def platelets(before: float | None, *under: float) -> Course:
    first = [] if before is None else [reading("platelets", 99.0, before)]
    return course(*first, *(reading("platelets", 103.0 + k, value) for k, value in enumerate(under)))


@pytest.mark.parametrize(("name", "criterion", "limits"), LIMITS)
def test_each_grade_begins_below_its_printed_limit(name: str, criterion: ModuleType, limits: tuple[float, ...]) -> None:
    normal = reading(name, 99.0, limits[0] * 2)
    for grade, limit in enumerate(limits):
        at = criterion.judge(course(normal, reading(name, 103.0, limit)))[0]
        below = criterion.judge(course(normal, reading(name, 103.0, limit * 0.999)))[0]
        assert at.grade == (grade, grade)
        assert below.grade == (grade + 1, grade + 1)
        assert below.onset == 103.0
        assert below.treatment_day == 4


@pytest.mark.parametrize(
    ("value", "grade"),
    [(12.0, (0, 0)), (11.99, (1, 1)), (10.0, (1, 1)), (9.99, (2, 2)), (8.0, (2, 2)), (7.99, (3, 4))],
)
def test_haemoglobin_has_no_number_for_grade_4(value: float, grade: tuple[int, int]) -> None:
    found = course(reading("haemoglobin", 99.0, 14.0), reading("haemoglobin", 103.0, value))
    verdict = ctcae_v5_haemoglobin.judge(found)[0]
    assert verdict.grade == grade
    assert ("whether the anaemia was life-threatening" in verdict.missing) == (grade == (3, 4))


def test_the_lower_limit_of_haemoglobin_goes_by_sex() -> None:
    values = (reading("haemoglobin", 99.0, 14.0), reading("haemoglobin", 103.0, 12.5))

    def grade(sex: Reading | None) -> tuple[int, int] | None:
        return ctcae_v5_haemoglobin.judge(course(*values, sex=sex))[0].grade

    assert grade(FEMALE) == (0, 0)
    assert grade(Reading("sex", text="male")) == (1, 1)
    assert grade(None) == (0, 1)
    assert "sex" in ctcae_v5_haemoglobin.judge(course(*values, sex=None))[0].missing


def test_a_red_cell_transfusion_is_grade_3_or_more() -> None:
    values = (reading("haemoglobin", 99.0, 12.5), reading("haemoglobin", 103.0, 9.0))
    given = Episode("procedure", "red-cell transfusion", 105.0, 105.0)
    assert ctcae_v5_haemoglobin.judge(course(*values))[0].grade == (2, 2)
    assert ctcae_v5_haemoglobin.judge(course(*values, episodes=(START, given)))[0].grade == (3, 4)
    charted = Reading("red_cell_transfusion", text="present", day=105.0)
    assert ctcae_v5_haemoglobin.judge(course(*values, charted))[0].grade == (3, 4)
    denied = Episode("procedure", "no red-cell transfusion needed", 105.0, 105.0)
    assert ctcae_v5_haemoglobin.judge(course(*values, episodes=(START, denied)))[0].grade == (2, 2)
    platelet = Episode("procedure", "platelet transfusion", 105.0, 105.0)
    assert ctcae_v5_haemoglobin.judge(course(*values, episodes=(START, platelet)))[0].grade == (2, 2)


def test_a_normal_baseline_counts_every_grade() -> None:
    assert ctcae_v5_platelets.judge(platelets(200.0, 140.0))[0].category == "grade 1"
    assert ctcae_v5_platelets.judge(platelets(200.0, 140.0, 20.0, 60.0))[0].category == "grade 4"


@pytest.mark.parametrize(
    ("before", "under", "adverse", "absolute"),
    [(60.0, 55.0, 0, 2), (60.0, 50.0, 0, 2), (60.0, 49.0, 3, 3), (60.0, 140.0, 0, 1), (20.0, 5.0, 0, 4)],
)
def test_a_low_baseline_counts_only_what_is_a_grade_worse(
    before: float, under: float, adverse: int, absolute: int
) -> None:
    verdict = ctcae_v5_platelets.judge(platelets(before, under))[0]
    assert verdict.grade == (adverse, adverse)
    assert verdict.category == (f"grade {adverse}" if adverse else "no adverse event")
    assert f"absolute grade {absolute}" in verdict.reason


def test_without_a_baseline_the_grade_is_open_between_none_and_the_absolute_one() -> None:
    verdict = ctcae_v5_platelets.judge(platelets(None, 30.0))[0]
    assert verdict.category == "undetermined"
    assert verdict.grade == (0, 3)
    assert verdict.possible == ("no adverse event", "grade 3")
    assert verdict.missing == ("Platelets before the treatment",)
    assert verdict.qualifier == "absolute grade 3"


def test_without_a_baseline_a_normal_count_is_still_no_adverse_event() -> None:
    assert ctcae_v5_platelets.judge(platelets(None, 200.0))[0].possible == ("no adverse event",)


def test_the_baseline_is_the_last_value_at_or_before_the_start_and_not_older_than_30_days() -> None:
    def grade(*readings: Reading) -> tuple[int, int] | None:
        return ctcae_v5_platelets.judge(course(*readings, reading("platelets", 103.0, 60.0)))[0].grade

    assert grade(reading("platelets", 80.0, 40.0), reading("platelets", 100.0, 200.0)) == (2, 2)
    assert grade(reading("platelets", 70.0, 200.0)) == (2, 2)
    assert grade(reading("platelets", 69.9, 200.0)) == (0, 2)
    unsaid = Reading("platelets", absence="not stated", day=95.0)
    assert grade(reading("platelets", 90.0, 200.0), unsaid) == (2, 2)  # as if nothing had been written
    found = course(reading("platelets", 90.0, 200.0), unsaid, reading("platelets", 103.0, 60.0))
    assert ctcae_v5_platelets.judge(found)[0].possible == ("no adverse event", "grade 2")


def test_a_count_not_stated_may_have_been_worse_and_is_graded_as_one_left_out() -> None:
    unsaid = Reading("platelets", absence="not stated", day=104.0)
    verdict = ctcae_v5_platelets.judge(course(*platelets(200.0, 60.0).readings, unsaid))[0]
    assert (verdict.category, verdict.grade) == ("grade 2", (2, 2))
    assert verdict.possible == ("grade 2", "grade 3", "grade 4")
    assert "nothing worse where a value is not stated" in verdict.conventions
    assert verdict.missing == ("Platelets under the treatment",)


def test_an_anc_not_stated_later_does_not_change_the_grade() -> None:
    normal = [reading("anc", 99.0, 4.0), reading("anc", 103.0, 4.0)]
    unsaid = Reading("anc", absence="not stated", day=110.0)
    silent, honest = (ctcae_v5_anc.judge(course(*rows))[0] for rows in (normal, [*normal, unsaid]))
    assert (silent.category, silent.grade) == (honest.category, honest.grade) == ("no adverse event", (0, 0))
    assert "nothing worse between charted values" in silent.conventions
    assert "1 value on 1 of 59 days" in silent.reason


def test_what_a_grade_takes_for_granted_is_named() -> None:
    verdict = ctcae_v5_platelets.judge(platelets(140.0, 60.0))[0]
    assert verdict.grade == (2, 2)
    assert verdict.conventions == (
        "nothing worse between charted values",
        "the last value of the 30 days before is the baseline",
        "a count that was low before counts only when it is a grade worse",
    )
    assert all(said in verdict.reason for said in verdict.conventions)
    mild = ctcae_v5_platelets.judge(platelets(200.0, 140.0))[0]
    assert "the typical lower limit of normal is the laboratory's" in mild.conventions


@pytest.mark.parametrize(
    ("said", "words"),
    [("relapse", "relapse"), ("refractory to CLAG", "refractory disease"), ("no relapse", ""), ("remission", "")],
)
def test_a_fall_while_the_leukaemia_progresses_is_remarked(said: str, words: str) -> None:
    concluded = Episode("conclusion", said, 104.0, 104.0)
    verdict = ctcae_v5_platelets.judge(course(*platelets(75.0, 19.0).readings, episodes=(START, concluded)))[0]
    remark = f"counted although the record concludes {words} under this treatment"
    assert verdict.grade == (4, 4)
    assert (remark in verdict.conventions) == bool(words)
    assert any("concludes" in c for c in verdict.conventions) == bool(words)


def test_no_value_under_the_treatment_is_none_recorded() -> None:
    verdict = ctcae_v5_platelets.judge(platelets(200.0))[0]
    assert (verdict.category, verdict.grade) == ("none recorded", (0, 4))


@pytest.mark.parametrize(
    ("before", "under"),
    list(
        itertools.product(
            [(200.0, 200.0), (60.0, 200.0), (30.0, 80.0), None], [(10.0, 10.0), (20.0, 160.0), (60.0, 80.0), None]
        )
    ),
)
def test_the_interval_is_the_range_over_every_completion(
    before: tuple[float, float] | None, under: tuple[float, float] | None
) -> None:
    grid = (10.0, 20.0, 25.0, 30.0, 49.0, 50.0, 60.0, 74.0, 75.0, 80.0, 149.0, 150.0, 160.0, 200.0)

    def absolute(value: float) -> int:
        return sum(value < limit for limit in (150.0, 75.0, 50.0, 25.0))

    def inside(bounds: tuple[float, float] | None) -> list[int]:
        return [absolute(v) for v in grid if bounds is None or bounds[0] <= v <= bounds[1]]

    completions = {now if now > then else 0 for then in inside(before) for now in inside(under)}
    readings = [reading("platelets", day, *b) for day, b in ((99.0, before), (103.0, under)) if b is not None]
    verdict = ctcae_v5_platelets.judge(course(*readings))[0]
    assert verdict.grade == (min(completions), max(completions))
    assert set(verdict.possible) == {f"grade {g}" if g else "no adverse event" for g in completions}
    assert bool(verdict.missing) == (len(completions) > 1)


def test_each_treatment_has_its_own_baseline_and_overlapping_ones_are_one() -> None:
    inside = Episode("drug", "methotrexate", 101.0, 120.0)
    later = Episode("regimen", "clag", 140.0, 145.0)
    counts = [reading("platelets", day, value) for day, value in ((99, 200), (110, 60), (139, 40), (150, 30))]
    found = ctcae_v5_platelets.judge(course(*counts, episodes=(later, inside, START)))
    assert [(v.visit, v.label) for v in found] == [
        ("platelets-1", "blinatumomab + methotrexate"),
        ("platelets-2", "clag"),
    ]
    assert [v.grade for v in found] == [(3, 3), (0, 0)]  # 40 before the second treatment is grade 3, so is 30


def test_more_than_30_days_after_a_treatment_nothing_is_put_down_to_it() -> None:
    def grade(day: float) -> tuple[int, int] | None:
        return ctcae_v5_platelets.judge(course(reading("platelets", 99.0, 200.0), reading("platelets", day, 20.0)))[
            0
        ].grade

    assert grade(158.0) == (4, 4)
    assert grade(158.1) == (0, 4)


def test_the_reference_case_is_judged_against_its_own_disease() -> None:
    found = {v.visit: v for v in ctcae_v5_platelets.judge(trimer.load_case("linder2016").course())}
    induction, first = found["platelets-1"], found["platelets-5"]
    assert induction.category == "no adverse event"  # 27 before, 140 on the day of the marrow
    assert induction.qualifier == "absolute grade 1"
    assert first.category == "no adverse event"  # 247 after the first cycle
    last = found["platelets-8"]  # 19 in the second relapse, two weeks into re-treatment
    assert last.grade == (4, 4)
    assert "counted although the record concludes refractory disease under this treatment" in last.conventions
    neutrophils = {v.visit: v for v in ctcae_v5_anc.judge(trimer.load_case("linder2016").course())}["anc-1"]
    assert neutrophils.possible == ("no adverse event", "grade 2")  # 1.43, and none stated at presentation
