"""CRS by ASTCT 2019: each grade of the table, unknown inputs, episodes in dense series, the reference case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import pytest

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.crs.astct_2019_crs import ENGAGERS, exposures, judge, maximum_grade

START = Episode("drug", "blinatumomab", 100.0, 128.0, "9 ug/day", "e22")
STEP = Episode("step", "blinatumomab", 111.0, 111.0, "28 ug/day", "e26")
RESCUE = Episode("rescue", "tocilizumab", 102.5, 102.5, "8 mg/kg", "e24")


def reading(name: str, day: float, value: float | tuple[float, float] | str) -> Reading:
    if isinstance(value, str):
        return Reading(name, absence=value, day=day)  # type: ignore[arg-type]
    low, high = value if isinstance(value, tuple) else (value, value)
    return Reading(name, low, high, unit="Cel" if name == "temperature" else "grade", day=day)


def at(day: float, **values: float | tuple[float, float] | str) -> Visit:
    readings = {name: reading(name, day, value) for name, value in values.items()}
    return Visit(f"d{day:g}", f"day {day:g}", day, readings, context="toxicity")


def record(*visits: Visit, episodes: tuple[Episode, ...] = (START,)) -> Course:
    return Course("c", "record", dt.date(2015, 1, 1), visits, (), episodes)


def series(
    temperature: Callable[[float], float],
    hypotension: Callable[[float], float] = lambda _: 0.0,
    hypoxia: Callable[[float], float] = lambda _: 0.0,
    episodes: Iterable[Episode] = (START,),
    hours: int = 24 * 30,
) -> Course:
    days = [100.0 + hour / 24.0 for hour in range(hours)]
    readings = [
        reading(name, day, value(day))
        for day in days
        for name, value in (("temperature", temperature), ("hypotension", hypotension), ("hypoxia", hypoxia))
    ]
    return Course("c", "simulation", dt.date(2015, 1, 1), (), tuple(readings), tuple(episodes))


def between(start: float, end: float, inside: float, outside: float) -> Callable[[float], float]:
    return lambda day: inside if start <= day < end else outside


@pytest.mark.parametrize(
    ("temperature", "hypotension", "hypoxia", "category"),
    [
        (37.9, 0.0, 0.0, "no CRS"),
        (37.9, 2.0, 2.0, "no CRS"),
        (38.0, 0.0, 0.0, "grade 1"),
        (41.0, 0.0, 0.0, "grade 1"),
        (38.0, 1.0, 0.0, "grade 2"),
        (38.0, 0.0, 1.0, "grade 2"),
        (38.0, 1.0, 1.0, "grade 2"),
        (38.0, 2.0, 0.0, "grade 3"),
        (38.0, 2.0, 1.0, "grade 3"),
        (38.0, 0.0, 2.0, "grade 3"),
        (38.0, 3.0, 0.0, "grade 4"),
        (38.0, 0.0, 3.0, "grade 4"),
        (38.0, 1.0, 3.0, "grade 4"),
        (38.0, 3.0, 3.0, "grade 4"),
    ],
)
def test_each_grade_of_the_table(temperature: float, hypotension: float, hypoxia: float, category: str) -> None:
    verdict = judge(record(at(102.0, temperature=temperature, hypotension=hypotension, hypoxia=hypoxia)))[0]
    assert verdict.category == category
    assert verdict.possible == (category,)
    assert verdict.missing == ()


def test_death_from_crs_is_grade_5() -> None:
    died = Episode("status", "death", 104.0, 104.0, "fatal cytokine release syndrome")
    course = record(at(102.0, temperature=39.0, hypotension=3.0, hypoxia=0.0), episodes=(START, died))
    assert judge(course)[0].category == "grade 5"


@pytest.mark.parametrize(
    ("value", "grade"), [(0.0, 1), (0.99, 1), (1.0, 2), (1.7, 2), (2.0 - 1e-12, 3), (2.9, 3), (3.4, 4)]
)
def test_a_continuous_driver_counts_by_its_floor(value: float, grade: int) -> None:
    assert judge(record(at(102.0, temperature=39.0, hypotension=value, hypoxia=0.0)))[0].grade == (grade, grade)


@pytest.mark.parametrize(
    ("hypotension", "hypoxia", "grade", "missing"),
    [
        ((2.0, 3.0), 0.0, (3, 4), ("hypotension (number of vasopressors)",)),
        ((2.0, 3.0), "not stated", (3, 4), ("hypotension (number of vasopressors)", "hypoxia (oxygen given)")),
        ((1.0, 2.0), 3.0, (4, 4), ()),
        (3.0, "not stated", (4, 4), ()),
        ("not stated", "not stated", (1, 4), ("hypotension (number of vasopressors)", "hypoxia (oxygen given)")),
        (1.0, "not stated", (2, 4), ("hypoxia (oxygen given)",)),
    ],
)
def test_unknown_inputs_give_an_interval_and_say_what_would_narrow_it(
    hypotension: float | tuple[float, float] | str,
    hypoxia: float | str,
    grade: tuple[int, int],
    missing: tuple[str, ...],
) -> None:
    verdict = judge(record(at(102.0, temperature=39.0, hypotension=hypotension, hypoxia=hypoxia)))[0]
    assert verdict.grade == grade
    assert verdict.missing == missing
    assert verdict.possible == tuple(f"grade {g}" for g in range(grade[0], grade[1] + 1))


def test_a_temperature_that_may_be_fever_leaves_the_episode_undetermined() -> None:
    verdict = judge(record(at(102.0, temperature=(37.5, 38.5), hypotension=0.0, hypoxia=0.0)))[0]
    assert verdict.category == "undetermined"
    assert verdict.possible == ("no CRS", "grade 1")
    assert "temperature" in verdict.missing


def test_a_temperature_expressly_not_stated_may_have_been_fever() -> None:
    verdict = judge(record(at(102.0, temperature="not stated", hypotension=2.0, hypoxia=0.0)))[0]
    assert (verdict.category, verdict.grade) == ("undetermined", (0, 3))
    assert verdict.missing == ("temperature",)


def test_the_reference_case_is_grade_3_or_4_if_more_than_one_vasopressor() -> None:
    crs = Episode("toxicity", "suspected cytokine release syndrome", 402.0, 404.0, "", "e23")
    episodes = (
        Episode("drug", "blinatumomab", 400.0, 428.0, "9 ug/day", "e22"),
        crs,
        Episode("hold", "blinatumomab", 402.0, 404.0, "", "e24"),
        Episode("rescue", "tocilizumab", 402.0, 402.0, "", "e24"),
        Episode("rescue", "methylprednisolone", 402.0, 402.0, "", "e24"),
        Episode("resume", "restarted at 9 ug/day", 404.0, 404.0, "", "e25"),
        Episode("step", "raised to 28 ug/day", 411.0, 411.0, "", "e26"),
        Episode("drug", "blinatumomab", 600.0, 614.0, "", "e33"),
    )
    visit = at(402.0, temperature=39.28, hypotension=(2.0, 3.0), hypoxia="not stated")
    course = record(visit, episodes=episodes)
    first, second = judge(course)
    assert first.category == "grade 3 to 4"
    assert first.possible == ("grade 3", "grade 4")
    assert (first.visit, first.onset, first.resolved, first.treatment_day) == ("crs-1.1", 402.0, 404.0, 3)
    assert first.missing[0] == "hypotension (number of vasopressors)"
    assert "one vasopressor or more" in first.reason
    assert "hypoxia not stated" in first.reason
    assert (second.visit, second.category) == ("crs-2.1", "none recorded")
    assert second.grade == (0, 4)
    assert exposures(course)[0].end == 425.0
    assert maximum_grade(course, 405.0, 425.0) is None  # nothing charted then


def test_an_episode_in_a_dense_series_has_onset_maximum_and_resolution() -> None:
    course = series(
        between(101.5, 104.0, 39.5, 37.0),
        lambda day: 2.6 if 102.0 <= day < 103.0 else 1.2 if 103.0 <= day < 104.5 else 0.3,
        episodes=(START, STEP, RESCUE),
    )
    (verdict,) = judge(course)
    assert verdict.category == "grade 3"
    assert (verdict.onset, verdict.resolved) == (101.5, 104.5)
    assert verdict.treatment_day == 2
    assert maximum_grade(course, 100.0, 101.4) == (0, 0)
    assert maximum_grade(course, 103.1, 104.4) == (2, 2)
    assert maximum_grade(course, 104.5, 125.0) == (0, 0)


def test_two_episodes_are_two_when_a_quiet_day_lies_between() -> None:
    def fever(second: float) -> Course:
        return series(lambda day: 38.5 if 101.0 <= day < 102.0 or second <= day < second + 0.5 else 37.0)

    assert [v.visit for v in judge(fever(103.5))] == ["crs-1.1", "crs-1.2"]
    (merged,) = judge(fever(102.5))
    assert (merged.onset, merged.resolved) == (101.0, 103.0)


def test_fever_is_needed_until_an_antipyretic_or_anticytokine_drug_masks_it() -> None:
    def hypotension(day: float) -> float:
        return 2.0 if 102.6 <= day < 103.5 else 0.0

    short_fever = between(102.0, 102.4, 39.0, 37.0)
    assert judge(series(short_fever, hypotension))[0].category == "grade 1"
    assert judge(series(short_fever, hypotension, episodes=(START, RESCUE)))[0].category == "grade 3"
    fluids = Episode("rescue", "fluids", 102.5, 102.5)
    assert judge(series(short_fever, hypotension, episodes=(START, fluids)))[0].category == "grade 1"


def test_hypotension_without_any_fever_is_no_crs() -> None:
    assert judge(series(lambda _: 37.0, lambda _: 3.0))[0].category == "no CRS"


def test_fever_outside_the_window_is_not_put_down_to_the_engager() -> None:
    assert judge(series(between(115.0, 116.0, 39.0, 37.0)))[0].category == "no CRS"
    assert judge(series(between(115.0, 116.0, 39.0, 37.0), episodes=(START, STEP)))[0].category == "grade 1"
    assert judge(series(lambda _: 39.0, episodes=(Episode("drug", "cytarabine", 100.0, 105.0),))) == ()


def test_an_episode_that_does_not_end_in_the_data_is_not_resolved() -> None:
    verdict = judge(series(between(101.0, 999.0, 38.5, 37.0), hours=96))[0]
    assert verdict.resolved is None
    assert verdict.category == "grade 1"


@pytest.mark.parametrize("drug", ENGAGERS)
@pytest.mark.parametrize("kind", ["drug", "regimen"])
def test_every_engager_and_car_t_cells_open_an_exposure(drug: str, kind: str) -> None:
    name = drug if kind == "drug" else f"{drug}_flu_cy"
    course = record(
        at(106.0, temperature=38.5, hypotension=0.0, hypoxia=0.0), episodes=(Episode(kind, name, 100.0, 101.0),)
    )
    (found,) = judge(course)
    assert (found.category, found.label) == ("grade 1", f"CRS on day 7 of {drug}")


def test_another_engager_is_named_by_the_course() -> None:
    course = record(
        at(102.0, temperature=38.5, hypotension=0.0, hypoxia=0.0), episodes=(Episode("drug", "afm11", 100.0, 114.0),)
    )
    assert judge(course) == ()
    named = Course("c", "record", course.origin, course.visits, (), course.episodes, {"engagers": "afm11"})
    assert judge(named)[0].category == "grade 1"


def test_crs_that_a_record_names_without_vital_signs_has_no_grade() -> None:
    crs = Episode("toxicity", "CRS", 102.0, 104.0)
    verdict = judge(record(episodes=(START, crs)))[0]
    assert (verdict.category, verdict.grade, verdict.onset, verdict.resolved) == ("undetermined", (1, 4), 102.0, 104.0)
