"""Fever and pancreatitis by CTCAE v5.0: printed limits, how long a fever lasted, a pancreatitis without its facts."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import trimer
from trimer.course import Course, Episode, Reading
from trimer.criteria import Criterion, list_criteria
from trimer.criteria.toxicity import ctcae_v5_fever, ctcae_v5_pancreatitis
from trimer.criteria.toxicity.chart import extent, lasting
from trimer.criteria.toxicity.treatment import starts, treatments
from trimer.criteria.verdict import Verdict
from trimer.observables import OBSERVABLES

HOUR = 1.0 / 24.0
START = Episode("regimen", "mtx_vcr_peg_dex", 100.0, 128.0)
NAMED = Episode("toxicity", "pancreatitis", 103.0, 103.0)


def reading(name: str, day: float, low: float, high: float | None = None) -> Reading:
    return Reading(name, low, low if high is None else high, unit=OBSERVABLES[name].unit, day=day)


def course(*readings: Reading, episodes: tuple[Episode, ...] = (START,)) -> Course:
    return Course("c", "record", dt.date(2015, 1, 1), (), readings, episodes)


def fever(*charted: tuple[float, float]) -> Verdict:
    """Judge temperatures given as (hours, temperature)."""
    found = ctcae_v5_fever.judge(course(*(reading("temperature", 103.0 + h * HOUR, t) for h, t in charted)))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("temperature", "grade"),
    [
        (37.99, (0, 0)), (38.0, (1, 1)), (39.0, (1, 1)), (39.01, (2, 2)), (39.28, (2, 2)), (40.0, (2, 2)),
        (40.01, (3, 4)),
    ],
)  # fmt: skip
def test_each_grade_of_fever_begins_as_printed(temperature: float, grade: tuple[int, int]) -> None:
    verdict = fever((0, temperature))
    assert verdict.grade == grade
    assert (verdict.missing != ()) == (grade == (3, 4))


def test_above_40_for_24_hours_or_less_is_grade_3() -> None:
    assert fever((-6, 39.0), (0, 40.5), (6, 39.0)).grade == (3, 3)
    assert fever((-12, 39.0), (0, 40.5), (12, 40.0)).grade == (3, 3)  # 24 h between the readings that are not above
    assert fever((-12, 39.0), (0, 40.5), (12.5, 39.0)).grade == (3, 4)


def test_above_40_for_more_than_24_hours_is_grade_4() -> None:
    assert fever((0, 40.5), (12, 40.2), (24.5, 40.1)).grade == (4, 4)
    assert fever((0, 40.5), (12, 40.2), (24, 40.1)).grade == (3, 4)  # 24 h exactly is shown, more is open
    assert fever((0, 40.5), (12, 39.9), (24.5, 40.1)).grade == (3, 4)  # interrupted; the second may go on
    assert fever((0, 40.5), (30, 40.5)).grade == (3, 4)  # nothing charted for more than 24 h between


def test_the_worst_temperature_under_a_treatment_counts() -> None:
    verdict = fever((0, 37.0), (24, 38.5), (48, 39.5), (72, 38.2))
    assert (verdict.grade, verdict.onset, verdict.treatment_day) == ((2, 2), 104.0, 5)


def test_a_temperature_not_stated_leaves_worse_possible_and_is_graded_as_one_left_out() -> None:
    unsaid = Reading("temperature", absence="not stated", day=104.0)
    verdict = ctcae_v5_fever.judge(course(reading("temperature", 103.0, 38.5), unsaid))[0]
    assert verdict.grade == fever((0, 38.5)).grade == (1, 1)
    assert verdict.possible == ("grade 1", "grade 2", "grade 3", "grade 4")
    assert "temperature" in verdict.missing
    assert "nothing worse where a value is not stated" in verdict.conventions
    only = ctcae_v5_fever.judge(course(unsaid))[0]
    assert (only.category, only.grade) == ("none recorded", (0, 4))


def test_one_normal_temperature_is_no_fever_by_a_named_convention() -> None:
    verdict = fever((2, 36.5))
    assert verdict.category == "no fever"
    assert verdict.conventions == ("nothing worse between charted values",)
    assert "1 value on 1 of 59 days" in verdict.reason  # 28 days and the 30 after, both ends counted


def test_a_long_fever_names_how_near_its_readings_are() -> None:
    assert fever((0, 40.5), (12, 40.2), (24.5, 40.1)).conventions == (
        "above 40.0 \u00b0C also between readings at most 24 h apart",
    )
    late = ctcae_v5_fever.judge(course(reading("temperature", 140.0, 38.5)))[0]
    assert "put down to the treatment although after its end" in late.conventions


@pytest.mark.parametrize("bounds", [(37.0, 38.0), (37.0, 39.5), (38.5, 40.5), (39.5, 39.9), (36.0, 41.0)])
def test_the_interval_of_fever_is_the_range_over_every_completion(bounds: tuple[float, float]) -> None:
    grid = [t for t in (36.0, 37.0, 38.0, 38.5, 39.0, 39.5, 39.9, 40.0, 40.5, 41.0) if bounds[0] <= t <= bounds[1]]
    completions = [g for t in grid for g in fever((0, t)).grade or ()]
    verdict = ctcae_v5_fever.judge(course(reading("temperature", 103.0, *bounds)))[0]
    assert verdict.grade == (min(completions), max(completions))


def test_no_temperature_is_none_recorded_not_grade_0() -> None:
    verdict = ctcae_v5_fever.judge(course())[0]
    assert (verdict.category, verdict.grade) == ("none recorded", (0, 4))
    assert verdict.missing[0] == "temperature"


def test_the_reference_case_has_fever_of_grade_2_on_day_3() -> None:
    found = ctcae_v5_fever.judge(trimer.load_case("linder2016").course())
    verdict = next(v for v in found if v.label == "blinatumomab")
    assert (verdict.category, verdict.possible, verdict.treatment_day) == ("grade 2", ("grade 2",), 3)


@pytest.mark.parametrize(
    ("truths", "longer", "expected"),
    [
        ([True], 0.5, [None]),
        ([True, True], 0.5, [True, True]),
        ([True, True], 1.0, [None, None]),
        ([False, True, False], 2.0, [False, False, False]),
        ([False, True, False], 1.5, [False, None, False]),
        ([True, None, True], 1.5, [None, None, None]),
        ([False, True, True, False], 0.5, [False, True, True, False]),
    ],
)
def test_how_long_a_sign_lasted(truths: list[bool | None], longer: float, expected: list[bool | None]) -> None:
    assert list(lasting([float(k) for k in range(len(truths))], truths, longer)) == expected


def test_how_much_was_charted() -> None:
    rows = [reading("temperature", day, 37.0) for day in (100.0, 100.5, 103.0)]
    unsaid = Reading("temperature", absence="not stated", day=104.0)
    assert extent([*rows, unsaid], 100.0, 128.0) == "3 values on 2 of 29 days"
    assert extent(rows, 100.0, 128.0 - 1e-9) == "3 values on 2 of 28 days"  # until the next treatment starts
    assert extent(rows[:1], 100.0, math.inf) == "1 value on 1 day"
    assert extent([unsaid], 100.0, 128.0) == ""


def test_readings_too_far_apart_show_nothing_between_them() -> None:
    assert lasting([0.0, 1.0], [True, True], 0.5, near=0.9) == (None, None)
    assert lasting([0.0, 1.0], [True, True], 0.5, near=1.0) == (True, True)


def pancreatitis(lipase: float | None, imaging: str | None, pain: str | None, detail: str | None = None) -> Verdict:
    found = [] if lipase is None else [reading("lipase_ratio", 103.0, lipase)]
    found += [] if imaging is None else [Reading("pancreatitis_imaging", text=imaging, day=103.0)]
    found += [] if pain is None else [Reading("abdominal_pain", text=pain, day=103.0)]
    event = () if detail is None else (Episode("toxicity", "pancreatitis", 103.0, 103.0, detail),)
    return ctcae_v5_pancreatitis.judge(course(*found, episodes=(START, *event)))[0]


SAFE = "not life-threatening"


def test_enzymes_or_imaging_alone_are_grade_2() -> None:
    assert pancreatitis(1.01, "absent", "absent", SAFE).grade == (2, 2)
    assert pancreatitis(1.0, "present", "mild", SAFE).grade == (2, 2)
    assert pancreatitis(1.0, "absent", "severe").category == "no pancreatitis"


def test_severe_symptoms_are_grade_3_and_danger_to_life_is_grade_4() -> None:
    assert pancreatitis(5.0, "present", "severe", SAFE).grade == (3, 3)
    assert pancreatitis(5.0, "present", "mild", "life-threatening").grade == (4, 4)
    died = Episode("status", "death from pancreatitis", 110.0, 110.0)
    assert ctcae_v5_pancreatitis.judge(course(episodes=(START, NAMED, died)))[0].grade == (5, 5)


@pytest.mark.parametrize(
    ("enzymes", "imaging", "pain", "detail"),
    list(
        itertools.product([0.5, 3.0, None], ["absent", "present", None], ["absent", "severe", None], ["", SAFE, None])
    ),
)
def test_the_interval_of_pancreatitis_is_the_range_over_every_completion(
    enzymes: float | None, imaging: str | None, pain: str | None, detail: str | None
) -> None:
    def grade(named: bool, raised: bool, seen: bool, severe: bool, danger: bool) -> int:
        return (4 if danger else 3 if severe else 2) if named or raised or seen else 0

    completions = {
        grade(detail is not None, raised, seen, severe, danger)
        for raised in ([True, False] if enzymes is None else [enzymes > 1.0])
        for seen in ([True, False] if imaging is None else [imaging == "present"])
        for severe in ([True, False] if pain is None else [pain == "severe"])
        for danger in ([False] if detail == SAFE else [True, False])
    }
    verdict = pancreatitis(enzymes, imaging, pain, detail)
    assert verdict.grade == (min(completions), max(completions))
    assert {f"grade {g}" if g else "no pancreatitis" for g in completions} <= set(verdict.possible)
    assert "grade 1" not in verdict.possible
    assert bool(verdict.missing) == (len(completions) > 1)


def graded(*events: tuple[str, str], status: str = "") -> Verdict:
    """Judge events given as (name, detail), and a status."""
    told = [Episode("toxicity", name, 103.0, 103.0, detail) for name, detail in events]
    told += [Episode("status", status, 110.0, 110.0)] if status else []
    return ctcae_v5_pancreatitis.judge(course(episodes=(START, *told)))[0]


@pytest.mark.parametrize(
    ("name", "detail", "grade"),
    [
        ("non-fatal pancreatitis", "", (2, 4)),
        ("pancreatitis", "not fatal", (2, 4)),
        ("pancreatitis", "possibly life-threatening", (2, 4)),
        ("pancreatitis", "without life-threatening complications", (2, 4)),
        ("pancreatitis", "non-life-threatening", (2, 3)),
        ("pancreatitis", "not a life-threatening course", (2, 3)),
        ("non-life-threatening pancreatitis", "", (2, 3)),
        ("pancreatitis", "first not life-threatening, then life-threatening", (4, 4)),
        ("pancreatitis", "fatal", (5, 5)),
    ],
)
def test_words_that_deny_settle_no_grade_but_their_own(name: str, detail: str, grade: tuple[int, int]) -> None:
    assert graded((name, detail)).grade == grade


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("abdominal pain", "pancreatitis ruled out"),
        ("abdominal pain", "no pancreatitis"),
        ("pancreatitis", "ruled out by CT"),
        ("pancreatitis", "was excluded"),
    ],
)
def test_a_pancreatitis_that_is_denied_is_not_named(name: str, detail: str) -> None:
    verdict = graded((name, detail))
    assert (verdict.category, verdict.grade) == ("none recorded", (0, 4))


def test_a_death_of_something_else_is_no_death_of_it() -> None:
    assert graded(("pancreatitis", ""), status="died of relapse, no pancreatitis").grade == (2, 4)
    assert graded(("pancreatitis", ""), status="died of sepsis after pancreatitis had resolved").grade == (2, 4)


def test_pancreatitis_names_what_it_takes_for_granted() -> None:
    none = pancreatitis(1.0, "absent", "absent")
    assert none.conventions == ("a pancreatitis that is not named is none", "nothing worse between charted values")
    assert "no death but a recorded one" in pancreatitis(5.0, "present", "severe", SAFE).conventions


def test_facts_told_in_words_are_no_ratio_of_lipase() -> None:
    rows = ctcae_v5_pancreatitis.THRESHOLDS
    assert {rows[name].observable for name in ("symptoms", "danger")} == {"judged_fact"}
    assert rows["enzymes"].observable == "lipase_ratio"


def test_nothing_that_bears_on_it_is_none_recorded() -> None:
    verdict = pancreatitis(None, None, None)
    assert (verdict.category, verdict.grade) == ("none recorded", (0, 4))


def test_the_reference_case_has_a_pancreatitis_of_grade_2_to_4() -> None:
    found = ctcae_v5_pancreatitis.judge(trimer.load_case("linder2016").course())
    verdict = next(v for v in found if v.label == "mtx vcr peg dex")
    assert verdict.grade == (2, 4)
    assert verdict.possible == ("grade 2", "grade 3", "grade 4")
    assert verdict.missing == ("symptoms (severe pain or vomiting)", "whether it threatened life")
    assert {v.category for v in found if v is not verdict} == {"none recorded"}


def test_treatments_merge_where_they_overlap_and_starts_do_not() -> None:
    episodes = (
        Episode("regimen", "a", 0.0, 20.0),
        Episode("drug", "b", 1.0, 30.0),
        Episode("hold", "b", 5.0, 7.0),
        Episode("regimen", "c", 30.0, 40.0),
        Episode("rescue", "d", 35.0, 36.0),
    )
    found = treatments(course(episodes=episodes[::-1]))
    assert [(t.number, t.name, t.start, t.end) for t in found] == [(1, "a + b", 0.0, 30.0), (2, "c", 30.0, 70.0)]
    assert [(t.number, t.name, t.start) for t in starts(course(episodes=episodes))] == [
        (1, "a", 0.0),
        (2, "b", 1.0),
        (3, "c", 30.0),
    ]
    assert treatments(course(episodes=())) == starts(course(episodes=())) == ()


SCALES = [
    c
    for c in list_criteria()
    if c.module.split(".")[2] in ("toxicity", "counts", "neutropenia", "neurologic", "tls") and c.scale
]
VALUES = {
    "temperature": (37.0, 38.0, 38.3, 38.6, 39.5, 40.5),
    "anc": (0.0, 0.4, 0.7, 1.2, 3.0),
    "haemoglobin": (7.0, 9.0, 12.5, 14.0),
    "urate": (200.0, 300.0, 600.0),
    "phosphate": (1.0, 1.6, 2.5),
    "calcium": (1.5, 2.3),
    "ionised_calcium": (0.2, 1.2),
    "creatinine_ratio": (1.0, 2.0, 7.0),
    "seizure": (0.0, 1.0, 2.0),
    "ice_score": (0.0, 5.0, 10.0),
    "neurologic_toxicity": (0.0, 2.0, 5.0),
    "lipase_ratio": (0.5, 3.0),
}


@st.composite
def charts(draw: st.DrawFn) -> list[Reading]:
    days = st.sampled_from((99.0, 100.0, 101.0, 101.04, 101.5, 103.0, 107.0))
    rows = draw(st.lists(st.tuples(st.sampled_from(sorted(VALUES)), days), min_size=1, max_size=14, unique=True))
    bounds = [sorted((draw(st.sampled_from(VALUES[n])), draw(st.sampled_from(VALUES[n])))) for n, _ in rows]
    return [reading(n, day, *pair) for (n, day), pair in zip(rows, bounds, strict=True)]


@given(charts(), st.data(), st.sampled_from(SCALES))
@settings(max_examples=400, deadline=None)
def test_knowing_less_never_narrows_what_is_possible(
    found: list[Reading], data: st.DataObject, scale: Criterion
) -> None:
    at = data.draw(st.integers(0, len(found) - 1))
    unsaid = Reading(found[at].observable, absence="not stated", day=found[at].day)
    wider = replace(found[at], low=-math.inf, high=math.inf)
    without = [r for r in found if r.observable != found[at].observable]
    episodes = (START, NAMED)
    full = {v.visit: v for v in scale.judge(course(*found, episodes=episodes))}
    for less in ([*found[:at], unsaid, *found[at + 1 :]], [*found[:at], wider, *found[at + 1 :]], without):
        for verdict in scale.judge(course(*less, episodes=episodes)):
            assert bool(verdict.missing) or len(verdict.possible) == 1
            if verdict.visit in full:
                assert set(verdict.possible) >= set(full[verdict.visit].possible)


def test_the_law_covers_every_scale_of_these_folders() -> None:
    assert {c.name for c in SCALES} >= {
        "astct_2019_icans", "ctcae_neurologic", "tls_cairo_bishop", "tls_howard", "idsa_febrile_neutropenia",
        "esmo_2010_febrile_neutropenia", "esmo_2016_febrile_neutropenia",
        "ctcae_v5_febrile_neutropenia", "ctcae_v5_anc", "ctcae_v5_platelets",
        "ctcae_v5_wbc", "ctcae_v5_lymphocytes", "ctcae_v5_haemoglobin", "ctcae_v5_fever", "ctcae_v5_pancreatitis",
    }  # fmt: skip
