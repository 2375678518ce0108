"""ICANS by ASTCT 2019 and neurologic events by CTCAE: each step, the worst decides, unknown findings, no conversion."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

import trimer
from trimer.course import Course, Episode, Reading
from trimer.criteria.neurologic import astct_2019_icans, ctcae_neurologic
from trimer.observables import OBSERVABLES

NORMAL = {
    "ice_score": 10.0,
    "consciousness": 0.0,
    "seizure": 0.0,
    "motor_weakness": 0.0,
    "cerebral_oedema": 0.0,
}
TABLE = {  # the published steps, by value of each finding
    "ice_score": {10.0: 0, 9.0: 1, 7.0: 1, 6.0: 2, 3.0: 2, 2.0: 3, 0.0: 3},
    "consciousness": {0.0: 0, 1.0: 1, 2.0: 2, 3.0: 3, 4.0: 4},
    "seizure": {0.0: 0, 1.0: 3, 2.0: 4},
    "motor_weakness": {0.0: 0, 1.0: 4},
    "cerebral_oedema": {0.0: 0, 1.0: 3, 2.0: 4},
}
START = Episode("drug", "blinatumomab", 100.0, 128.0)


def reading(name: str, low: float, high: float | None = None, day: float = 103.0) -> Reading:
    return Reading(name, low, low if high is None else high, unit=OBSERVABLES[name].unit, day=day)


def course(*readings: Reading, episodes: tuple[Episode, ...] = (START,)) -> Course:
    return Course("c", "record", dt.date(2015, 1, 1), (), readings, episodes)


def found(**values: float) -> Course:
    return course(*(reading(name, value) for name, value in values.items()))


@pytest.mark.parametrize(
    ("name", "value", "grade"), [(name, value, grade) for name, row in TABLE.items() for value, grade in row.items()]
)
def test_each_step_of_the_table(name: str, value: float, grade: int) -> None:
    verdict = astct_2019_icans.judge(found(**{**NORMAL, name: value}))[0]
    assert verdict.grade == (grade, grade)
    assert verdict.category == (f"grade {grade}" if grade else "no ICANS")
    assert verdict.missing == ()


def test_a_score_of_zero_is_grade_3_or_4_by_whether_the_patient_can_be_woken() -> None:
    zero = {**NORMAL, "ice_score": 0.0}
    assert astct_2019_icans.judge(found(**{**zero, "consciousness": 2.0}))[0].grade == (3, 3)
    assert astct_2019_icans.judge(found(**{**zero, "consciousness": 4.0}))[0].grade == (4, 4)
    del zero["consciousness"]
    verdict = astct_2019_icans.judge(found(**zero))[0]
    assert verdict.grade == (3, 4)
    assert verdict.missing == ("level of consciousness",)


def test_the_worst_finding_decides_also_on_different_days() -> None:
    verdict = astct_2019_icans.judge(
        course(
            *(reading(name, value) for name, value in NORMAL.items()),
            reading("ice_score", 5.0, day=104.0),
            reading("seizure", 1.0, day=105.0),
        )
    )[0]
    assert verdict.category == "grade 3"
    assert verdict.onset == 104.0
    assert verdict.treatment_day == 5


@pytest.mark.parametrize("unknown", [names for n in range(6) for names in itertools.combinations(NORMAL, n)])
@pytest.mark.parametrize("mild", [True, False])
def test_the_interval_is_the_range_over_every_completion(unknown: tuple[str, ...], mild: bool) -> None:
    known = {n: v for n, v in (NORMAL if mild else {**NORMAL, "ice_score": 6.0, "seizure": 1.0}).items()}
    known = {n: v for n, v in known.items() if n not in unknown}
    completions = [
        max(TABLE[n][v] for n, v in {**known, **dict(zip(unknown, values, strict=True))}.items())
        for values in itertools.product(*(TABLE[n] for n in unknown))
    ]
    verdict = astct_2019_icans.judge(found(**known))[0]
    assert verdict.grade == (min(completions), max(completions))


def test_a_value_given_as_an_interval_leaves_its_grades_open() -> None:
    rest = [reading(name, value) for name, value in NORMAL.items() if name != "ice_score"]
    verdict = astct_2019_icans.judge(course(*rest, reading("ice_score", 2.0, 7.0)))[0]
    assert verdict.grade == (1, 3)
    assert verdict.missing == ("ICE score",)


def test_a_finding_that_was_not_stated_is_unknown_not_normal() -> None:
    rest = [reading(name, value) for name, value in NORMAL.items() if name != "seizure"]
    unsaid = Reading("seizure", absence="not stated", day=103.0)
    verdict = astct_2019_icans.judge(course(*rest, unsaid))[0]
    assert verdict.grade == (0, 4)
    assert verdict.missing == ("seizures",)


def test_neurologic_events_are_not_converted_into_icans() -> None:
    graded = course(reading("neurologic_toxicity", 3.0))
    icans, events = astct_2019_icans.judge(graded)[0], ctcae_neurologic.judge(graded)[0]
    assert icans.category == "not convertible"
    assert "cannot be converted into ICANS" in icans.reason
    assert icans.grade == (0, 4)
    assert len(icans.missing) == 5
    assert events.category == "grade 3"
    assert events.qualifier == "not ICANS"


def test_a_named_event_without_a_grade_is_of_any_grade_and_not_convertible() -> None:
    named = course(episodes=(START, Episode("toxicity", "encephalopathy", 103.0, 104.0)))
    assert astct_2019_icans.judge(named)[0].category == "not convertible"
    verdict = ctcae_neurologic.judge(named)[0]
    assert verdict.grade == (1, 5)
    assert verdict.missing == ("CTCAE grade of neurologic events",)
    later = course(Reading("anc", 1.0, 1.0, day=200.0), episodes=named.episodes)
    assert ctcae_neurologic.judge(later)[0].grade == (1, 4)  # whoever is seen later lived


def test_a_recorded_grade_of_none_is_neither_an_event_nor_icans() -> None:
    none = course(reading("neurologic_toxicity", 0.0))
    assert ctcae_neurologic.judge(none)[0].category == "no neurologic event"
    assert astct_2019_icans.judge(none)[0].category == "none recorded"


def test_findings_of_icans_are_graded_also_beside_neurologic_events() -> None:
    both = course(reading("neurologic_toxicity", 2.0), *(reading(n, v) for n, v in NORMAL.items()))
    assert astct_2019_icans.judge(both)[0].category == "no ICANS"


@pytest.mark.parametrize("grade", [1, 2, 3, 4, 5])
def test_neurologic_events_keep_the_grade_of_the_record(grade: int) -> None:
    assert ctcae_neurologic.judge(course(reading("neurologic_toxicity", float(grade))))[0].grade == (grade, grade)


def test_the_worst_recorded_grade_counts_and_one_not_stated_leaves_worse_possible() -> None:
    two = course(reading("neurologic_toxicity", 2.0), reading("neurologic_toxicity", 1.0, day=110.0))
    assert ctcae_neurologic.judge(two)[0].grade == (2, 2)
    unsaid = Reading("neurologic_toxicity", absence="not stated", day=110.0)
    honest = ctcae_neurologic.judge(course(reading("neurologic_toxicity", 2.0), unsaid))[0]
    silent = ctcae_neurologic.judge(course(reading("neurologic_toxicity", 2.0)))[0]
    assert (honest.category, honest.grade) == (silent.category, silent.grade) == ("grade 2", (2, 2))
    assert honest.possible == ("grade 2", "grade 3", "grade 4", "grade 5")
    assert "nothing worse where a value is not stated" in honest.conventions
    assert "nothing worse between charted values" in silent.conventions


@pytest.mark.parametrize(
    ("name", "detail"),
    [("CRS", "no neurotoxicity"), ("headache", "no seizure, no confusion"), ("seizure", "ruled out by EEG")],
)
def test_a_denied_event_is_neither_an_event_nor_a_recorded_none(name: str, detail: str) -> None:
    denied = course(episodes=(START, Episode("toxicity", name, 103.0, 103.0, detail)))
    icans, events = astct_2019_icans.judge(denied)[0], ctcae_neurologic.judge(denied)[0]
    assert (icans.category, icans.grade) == ("none recorded", (0, 4))
    assert (events.category, events.grade) == ("none recorded", (0, 5))
    said = course(Reading("neurologic_event", text="no seizures", day=103.0))
    assert astct_2019_icans.judge(said)[0].category == "none recorded"


def test_an_event_named_in_a_detail_is_told_with_it() -> None:
    named = course(episodes=(START, Episode("toxicity", "CRS", 103.0, 103.0, "with confusion, no seizure")))
    verdict = astct_2019_icans.judge(named)[0]
    assert verdict.category == "not convertible"
    assert "CRS: with confusion" in verdict.reason


def test_a_death_of_something_else_is_no_death_of_neurotoxicity() -> None:
    seizure = Episode("toxicity", "seizure", 103.0, 103.0)
    died = Episode("status", "died of relapse, no neurotoxicity", 110.0, 110.0)
    verdict = ctcae_neurologic.judge(course(episodes=(START, seizure, died)))[0]
    assert verdict.grade == (1, 5)
    assert astct_2019_icans.judge(course(episodes=(START, seizure, died)))[0].grade == (0, 4)


def test_what_is_taken_for_granted_is_named() -> None:
    verdict = astct_2019_icans.judge(found(**{**NORMAL, "ice_score": 8.0}))[0]
    assert verdict.conventions == ("nothing worse between charted values", "no death but a recorded one")
    assert "5 values on 1 of 15 days" in verdict.reason  # the start and the 14 days after it
    later = course(*(reading(n, v) for n, v in NORMAL.items()), Reading("anc", 1.0, 1.0, day=300.0))
    assert "no death but a recorded one" not in astct_2019_icans.judge(later)[0].conventions


def test_death_is_told_where_it_happened() -> None:
    died = Episode("status", "died of neurotoxicity", 110.0, 110.0)
    assert astct_2019_icans.judge(course(episodes=(START, died)))[0].grade == (5, 5)
    assert ctcae_neurologic.judge(course(episodes=(START, died)))[0].grade == (5, 5)


def test_findings_outside_the_exposure_are_not_put_down_to_the_engager() -> None:
    late = [reading(name, value, day=170.0) for name, value in {**NORMAL, "seizure": 2.0}.items()]
    assert astct_2019_icans.judge(course(*late))[0].category == "none recorded"


def test_the_reference_case_records_neither() -> None:
    record = trimer.load_case("linder2016").course()
    first = astct_2019_icans.judge(record)[0]
    assert (first.visit, first.category, first.grade) == ("icans-1", "none recorded", (0, 4))
    assert first.possible == ("no ICANS", "grade 1", "grade 2", "grade 3", "grade 4")
    assert {v.category for v in ctcae_neurologic.judge(record)} == {"none recorded"}
