"""Febrile neutropenia by IDSA, ESMO and CTCAE: printed limits, lasting fever, expected fall, unknown neutrophils."""

from __future__ import annotations

import datetime as dt
import itertools
from types import ModuleType

import pytest

import trimer
from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.neutropenia import (
    ctcae_v5_febrile_neutropenia,
    esmo_2010_febrile_neutropenia,
    esmo_2016_febrile_neutropenia,
    idsa_febrile_neutropenia,
)
from trimer.observables import OBSERVABLES

HOUR = 1.0 / 24.0
START = Episode("drug", "blinatumomab", 100.0, 128.0)
IDSA, CTCAE = idsa_febrile_neutropenia, ctcae_v5_febrile_neutropenia
ESMO, ESMO_2016 = esmo_2010_febrile_neutropenia, esmo_2016_febrile_neutropenia
ALL = pytest.mark.parametrize(
    "definition", [IDSA, ESMO, ESMO_2016, CTCAE], ids=["idsa", "esmo_2010", "esmo_2016", "ctcae"]
)
YES = {IDSA: ("febrile neutropenia",), ESMO: ("febrile neutropenia",), CTCAE: ("grade 3", "grade 4")}
YES[ESMO_2016] = YES[ESMO]
NO = ("no febrile neutropenia",)


def reading(name: str, day: float, low: float, high: float | None = None) -> Reading:
    return Reading(name, low, low if high is None else high, unit=OBSERVABLES[name].unit, day=day)


def fever(value: float, hours: float = 0.0) -> Reading:
    return reading("temperature", 103.0 + hours * HOUR, value)


def anc(value: float, hours: float = 0.0) -> Reading:
    return reading("anc", 103.0 + hours * HOUR, value)


def course(*readings: Reading, episodes: tuple[Episode, ...] = (START,)) -> Course:
    return Course("c", "record", dt.date(2015, 1, 1), (), readings, episodes)


def possible(definition: ModuleType, *readings: Reading) -> tuple[str, ...]:
    (verdict,) = definition.judge(course(*readings))
    assert bool(verdict.missing) == (len(verdict.possible) > 1)
    found: tuple[str, ...] = verdict.possible
    return found


@pytest.mark.parametrize(
    ("definition", "temperature", "single"),
    [
        (IDSA, 38.29, False), (IDSA, 38.3, True),
        (CTCAE, 38.3, False), (CTCAE, 38.31, True),
        (ESMO, 38.5, False), (ESMO, 38.51, True),
        (ESMO_2016, 38.3, False), (ESMO_2016, 38.31, True),
    ],
)  # fmt: skip
def test_a_single_temperature_counts_as_printed(definition: ModuleType, temperature: float, single: bool) -> None:
    found = possible(definition, fever(temperature), anc(0.3))
    assert found == (YES[definition] if single else NO + YES[definition])


@ALL
def test_no_fever_is_no_febrile_neutropenia(definition: ModuleType) -> None:
    assert possible(definition, fever(37.9), fever(37.5, 3), anc(0.0)) == NO


@pytest.mark.parametrize("definition", [IDSA, CTCAE])
@pytest.mark.parametrize(("hours", "lasts"), [(1.0, False), (1.1, True), (5.0, True)])
def test_38_0_must_last_longer_than_one_hour(definition: ModuleType, hours: float, lasts: bool) -> None:
    found = possible(definition, fever(38.0), fever(38.0, hours), anc(0.3))
    assert found == (YES[definition] if lasts else NO + YES[definition])


@pytest.mark.parametrize("definition", [IDSA, CTCAE])
def test_a_reading_below_between_breaks_the_hour(definition: ModuleType) -> None:
    assert possible(definition, fever(38.0), fever(37.9, 1), fever(38.0, 2), anc(0.3)) == NO + YES[definition]


@pytest.mark.parametrize("definition", [IDSA, CTCAE])
def test_readings_below_on_both_sides_within_the_hour_refute_it(definition: ModuleType) -> None:
    assert possible(definition, fever(37.5, -0.5), fever(38.2), fever(37.5, 0.5), anc(0.3)) == NO
    assert possible(definition, fever(37.5, -0.6), fever(38.2), fever(37.5, 0.6), anc(0.3)) == NO + YES[definition]


@pytest.mark.parametrize("definition", [IDSA, CTCAE])
@pytest.mark.parametrize("hours", [6.1, 21.6, 24.0, 24.0 * 7])
def test_two_readings_more_than_6_hours_apart_do_not_show_a_lasting_fever(definition: ModuleType, hours: float) -> None:
    assert possible(definition, fever(38.1), fever(38.1, hours), anc(0.3)) == NO + YES[definition]


@pytest.mark.parametrize("definition", [IDSA, CTCAE])
def test_a_lasting_fever_names_how_near_its_readings_are(definition: ModuleType) -> None:
    said = "fever also between readings at most 6 h apart"
    lasting = definition.judge(course(fever(38.1), fever(38.1, 6.0), anc(0.3)))[0]
    assert lasting.possible == YES[definition]
    assert said in lasting.conventions
    assert said in lasting.reason
    assert said not in definition.judge(course(fever(39.0), anc(0.3)))[0].conventions


@ALL
def test_one_normal_temperature_is_none_by_a_named_convention(definition: ModuleType) -> None:
    verdict = definition.judge(course(reading("temperature", 100.0 + 2 * HOUR, 36.5)))[0]
    assert verdict.category == "no febrile neutropenia"
    assert verdict.conventions == ("nothing worse between charted values",)
    assert "1 value on 1 day" in verdict.reason


@ALL
def test_who_writes_not_stated_is_told_the_same_as_who_writes_nothing(definition: ModuleType) -> None:
    unsaid = Reading("temperature", absence="not stated", day=104.0)
    silent = definition.judge(course(fever(37.0), anc(0.3)))[0]
    honest = definition.judge(course(fever(37.0), anc(0.3), unsaid))[0]
    assert honest.category == silent.category == "no febrile neutropenia"
    assert honest.possible == NO + YES[definition]
    assert "nothing worse where a value is not stated" in honest.conventions


@pytest.mark.parametrize("definition", [IDSA, ESMO, ESMO_2016])
def test_neutrophils_of_another_hour_and_an_expected_fall_are_named(definition: ModuleType) -> None:
    verdict = definition.judge(course(fever(39.0), anc(0.8, 5.0), anc(0.4, 40.0)))[0]
    assert verdict.possible == YES[definition]
    assert verdict.conventions == (
        "neutrophils charted within 24 h stand for the fever",
        "an expected fall is told by the next 48 h",
    )
    assert definition.judge(course(fever(39.0), anc(0.3)))[0].conventions == ()


@pytest.mark.parametrize(
    ("second", "hours", "expected"),
    [
        (38.1, 2.0, YES[ESMO]),
        (38.1, 2.1, NO + YES[ESMO]),
        (38.0, 1.0, NO),
        (37.9, 2.0, NO),
        (37.9, 3.0, NO + YES[ESMO]),
    ],
)
def test_esmo_wants_two_readings_above_38_0_within_2_hours(
    second: float, hours: float, expected: tuple[str, ...]
) -> None:
    assert possible(ESMO, fever(38.1), fever(second, hours), anc(0.3)) == expected


@pytest.mark.parametrize(
    ("definition", "count", "expected"),
    [
        (IDSA, 0.49, YES[IDSA]), (IDSA, 0.5, NO + YES[IDSA]), (IDSA, 0.99, NO + YES[IDSA]), (IDSA, 1.0, NO),
        (ESMO, 0.49, YES[ESMO]), (ESMO, 0.5, NO + YES[ESMO]), (ESMO, 1.0, NO),
        (CTCAE, 0.99, YES[CTCAE]), (CTCAE, 1.0, NO),
    ],
)  # fmt: skip
def test_neutrophils_count_as_printed(definition: ModuleType, count: float, expected: tuple[str, ...]) -> None:
    assert possible(definition, fever(39.0), anc(count)) == expected


@pytest.mark.parametrize("definition", [IDSA, ESMO])
@pytest.mark.parametrize(
    ("later", "hours", "expected"),
    [
        (0.49, 48.0, "yes"),
        (0.49, 49.0, "open"),
        (0.5, 48.0, "no"),
        (0.7, 30.0, "no"),
        (0.7, 10.0, "open"),
    ],
)
def test_an_expected_fall_is_shown_or_refuted_by_the_next_48_hours(
    definition: ModuleType, later: float, hours: float, expected: str
) -> None:
    found = possible(definition, fever(39.0), anc(0.8), anc(later, hours))
    assert found == {"yes": YES[definition], "no": NO, "open": NO + YES[definition]}[expected]


def test_ctcae_does_not_look_ahead() -> None:
    assert possible(CTCAE, fever(39.0), anc(1.2), anc(0.3, 30.0)) == NO


@ALL
@pytest.mark.parametrize(("hours", "counts"), [(-24.0, True), (-25.0, False), (24.0, True), (25.0, False)])
def test_neutrophils_farther_than_24_hours_are_unknown(definition: ModuleType, hours: float, counts: bool) -> None:
    found = possible(definition, fever(39.0), anc(0.2, hours))
    assert found == (YES[definition] if counts else NO + YES[definition])


@ALL
def test_the_nearest_neutrophils_count_and_one_not_stated_is_unknown(definition: ModuleType) -> None:
    assert possible(definition, fever(39.0), anc(0.2, 1.0), anc(3.0, -20.0)) == YES[definition]
    unsaid = Reading("anc", absence="not stated", day=103.0)
    assert possible(definition, fever(39.0), unsaid, anc(3.0, -20.0)) == NO + YES[definition]


@ALL
@pytest.mark.parametrize(
    ("temperature", "count"),
    list(itertools.product([(37.0, 37.5), (37.9, 38.6), (38.6, 40.0)], [(0.0, 0.4), (0.3, 1.2), (1.1, 2.0)])),
)
def test_possible_categories_hold_those_of_every_completion(
    definition: ModuleType, temperature: tuple[float, float], count: tuple[float, float]
) -> None:
    grid = [
        (t, n)
        for t in (37.0, 37.5, 37.9, 38.0, 38.1, 38.3, 38.4, 38.5, 38.6, 40.0)
        for n in (0.0, 0.3, 0.4, 0.5, 0.7, 1.0, 1.1, 1.2, 2.0)
        if temperature[0] <= t <= temperature[1] and count[0] <= n <= count[1]
    ]
    completions = {c for t, n in grid for c in possible(definition, fever(t), anc(n))}
    interval = possible(definition, reading("temperature", 103.0, *temperature), reading("anc", 103.0, *count))
    assert set(interval) == completions


@ALL
def test_without_neutrophils_a_fever_is_undetermined(definition: ModuleType) -> None:
    (verdict,) = definition.judge(course(fever(39.0)))
    assert verdict.category == "undetermined"
    assert verdict.missing[0] == "neutrophils (ANC) within 24 h of the fever"


@ALL
def test_without_a_temperature_nothing_is_said(definition: ModuleType) -> None:
    (verdict,) = definition.judge(course(anc(0.1)))
    assert verdict.category == "none recorded"
    assert verdict.possible == NO + YES[definition]
    assert verdict.missing[0] == "temperature"


def test_ctcae_grade_4_is_what_a_record_calls_life_threatening() -> None:
    def graded(detail: str) -> tuple[int, int] | None:
        named = Episode("toxicity", "febrile neutropenia", 103.0, 105.0, detail)
        return CTCAE.judge(course(fever(39.0), anc(0.2), episodes=(START, named)))[0].grade

    assert graded("") == (3, 4)
    assert graded("life-threatening, vasopressors") == (4, 4)
    assert graded("not life-threatening") == (3, 3)
    assert graded("non-life-threatening") == (3, 3)
    assert graded("possibly life-threatening") == (3, 4)
    other = Episode("status", "died of relapse, no neutropenic sepsis", 110.0, 110.0)
    assert CTCAE.judge(course(fever(39.0), anc(0.2), episodes=(START, other)))[0].grade == (3, 4)
    died = Episode("status", "died of neutropenic sepsis", 110.0, 110.0)
    assert CTCAE.judge(course(fever(39.0), anc(0.2), episodes=(START, died)))[0].grade == (5, 5)


@ALL
def test_fever_before_treatment_and_under_each_treatment_is_told_apart(definition: ModuleType) -> None:
    early = [reading("temperature", 90.0, 39.5), reading("anc", 90.0, 0.2)]
    later = Episode("regimen", "clag", 140.0, 145.0)
    last = [reading("temperature", 150.0, 39.5), reading("anc", 150.0, 0.2)]
    found = definition.judge(course(*early, fever(37.0), *last, episodes=(later, START)))
    assert [(v.visit, v.day) for v in found] == [("fn-0", 90.0), ("fn-1", 100.0), ("fn-2", 150.0)]
    assert [v.possible for v in found] == [YES[definition], NO, YES[definition]]
    assert [v.treatment_day for v in found] == [None, None, 11]


@ALL
def test_readings_of_a_visit_and_of_a_series_are_the_same(definition: ModuleType) -> None:
    both = {"temperature": fever(39.0), "anc": anc(0.2)}
    visit = Visit("v", "visit", 103.0, both)
    charted = Course("c", "record", dt.date(2015, 1, 1), (visit,), (), (START,))
    assert definition.judge(charted) == definition.judge(course(*both.values()))


@ALL
def test_day_3_of_the_reference_case_is_undetermined_for_want_of_neutrophils(definition: ModuleType) -> None:
    found = definition.judge(trimer.load_case("linder2016").course())
    verdict = next(v for v in found if v.label == "blinatumomab")
    assert (verdict.category, verdict.treatment_day) == ("undetermined", 3)
    assert verdict.possible == NO + YES[definition]
    assert verdict.missing[0] == "neutrophils (ANC) within 24 h of the fever"
