"""Facts of an episode of CRS from what a course holds: readings, dense series, rescues, holds, words."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.course import Course, Episode, Reading
from trimer.criteria import criterion
from trimer.criteria.crs.episodes import search
from trimer.criteria.crs.facts import SIGNS, Finding, observe
from trimer.criteria.verdict import Verdict
from trimer.observables import OBSERVABLES

START = Episode("drug", "blinatumomab", 100.0, 128.0, source="e01")
OLDER = ("ctcae_v4_crs", "ctcae_v5_crs", "lee_2014_crs", "penn_crs", "mskcc_crs", "cartox_crs")
Value = float | tuple[float, float] | str


def reading(name: str, value: Value, day: float = 102.0, source: str = "e02") -> Reading:
    if isinstance(value, str):
        return Reading(name, absence=value, day=day, source=source)  # type: ignore[arg-type]
    low, high = value if isinstance(value, tuple) else (value, value)
    return Reading(name, low, high, unit=OBSERVABLES[name].unit, day=day, source=source)


def record(*more: Reading | Episode, **values: Value) -> Course:
    """One morning with fever and whatever else is given."""
    rows = [reading(name, value) for name, value in ({"temperature": 39.0} | values).items()]
    rows += [item for item in more if isinstance(item, Reading)]
    episodes = (START, *(item for item in more if isinstance(item, Episode)))
    return Course("c", "record", dt.date(2015, 1, 1), (), tuple(rows), episodes)


def series(hypotension: list[float], hours: float = 3.0, *episodes: Episode) -> Course:
    rows = []
    for k, value in enumerate(hypotension):
        day = 102.0 + k * hours / 24.0
        rows += [reading("temperature", 39.0, day, "simulated"), reading("hypotension", value, day, "simulated")]
        rows.append(reading("hypoxia", 0.0, day, "simulated"))
    end = 102.0 + len(hypotension) * hours / 24.0
    for k in range(12):
        calm = (("temperature", 37.0), ("hypotension", 0.0), ("hypoxia", 0.0))
        rows += [reading(name, value, end + k / 8.0, "simulated") for name, value in calm]
    return Course("c", "simulation", dt.date(2015, 1, 1), (), tuple(rows), (START, *episodes))


def found(course: Course) -> dict[str, Finding]:
    (here,) = search(course)
    (episode,) = here.found
    return observe(course, here, episode)


def first(name: str, course: Course) -> Verdict:
    return criterion(name).judge(course)[0]


def rescue(name: str, start: float = 102.0, end: float | None = None) -> Episode:
    return Episode("rescue", name, start, start if end is None else end, source="e03")


NOT_REPORTED = {
    "organ", "transaminases", "threatening", "refractory", "interrupted", "treated", "hospital", "coagulopathy",
    "oxygen",
}  # fmt: skip


def test_what_is_not_reported_is_open_and_by_convention_none() -> None:
    facts = found(record())
    for name, finding in facts.items():
        assert finding.usual <= finding.allowed
        assert finding.allowed <= SIGNS[name].fact.all
        assert bool(finding.convention) == (finding.usual != finding.allowed)
    assert {name for name, f in facts.items() if f.convention} == NOT_REPORTED
    for name in NOT_REPORTED:
        assert facts[name].allowed == SIGNS[name].fact.all
        assert facts[name].usual == {0}
    for name in ("hypotension", "dose", "duration", "prolonged"):
        assert facts[name].allowed == facts[name].usual == SIGNS[name].fact.all
    assert facts["death"].allowed == {0}


@pytest.mark.parametrize(
    ("values", "allowed", "usual"),
    [
        ({"hypoxia": 0.0}, {0}, {0}),
        ({"hypoxia": 1.0}, {1, 2}, {1}),  # 6 L/min may be more than 40 %
        ({"hypoxia": 2.0}, {1, 2}, {2}),
        ({"hypoxia": 3.0}, {3, 4}, {3, 4}),
        ({"hypoxia": (1.0, 2.0)}, {1, 2}, {1, 2}),
        ({"hypoxia": 1.0, "oxygen_fraction": 40.0}, {2}, {2}),
        ({"hypoxia": 2.0, "oxygen_fraction": 39.0}, {1}, {1}),
        ({"hypoxia": 3.0, "oxygen_fraction": 30.0}, {3, 4}, {3, 4}),
        ({"oxygen_fraction": 39.0}, {1, 3, 4}, {1}),
        ({"oxygen_fraction": 60.0}, {2, 3, 4}, {2}),
        ({"oxygen_fraction": 21.0}, {0, 3, 4}, {0}),
        ({"hypoxia": 0.0, "oxygen_fraction": 60.0}, {0, 2}, {0, 2}),  # they exclude each other: both stay open
        ({"hypoxia": "not stated"}, {0, 1, 2, 3, 4}, {0}),
    ],
)
def test_oxygen_by_fraction_and_device(values: dict[str, Value], allowed: set[int], usual: set[int]) -> None:
    oxygen = found(record(**values))["oxygen"]
    assert oxygen.allowed == allowed
    assert oxygen.usual == usual


@pytest.mark.parametrize(
    ("name", "oxygen"),
    [
        ("mechanical ventilation", {4}),
        ("intubated", {4}),
        ("BiPAP", {3}),
        ("non-invasive ventilation", {3}),
        ("ventilation", {3, 4}),
    ],
)
def test_ventilation_that_a_record_names_is_positive_pressure(name: str, oxygen: set[int]) -> None:
    course = record(Episode("procedure", name, 102.0, 103.0, source="e03"), hypotension=0.0)
    assert found(course)["oxygen"].allowed == oxygen
    assert first("astct_2019_crs", course).grade == (4, 4)


@pytest.mark.parametrize(
    ("values", "hypotension"),
    [
        ({"vasopressor_count": 1.0}, {2}),
        ({"vasopressor_count": 2.0}, {3}),
        ({"vasopressor_count": 0.0}, {0, 1}),
        ({"hypotension": (2.0, 3.0), "vasopressor_count": 1.0}, {2}),
        ({"hypotension": (2.0, 3.0), "vasopressor_count": "not stated"}, {2, 3}),
        ({"hypotension": (0.0, 3.0), "vasopressor_count": (1.0, 2.0)}, {2, 3}),
        ({"hypotension": 1.0, "vasopressor_count": 2.0}, {1, 2, 3}),  # they exclude each other: both stay open
    ],
)
def test_the_number_of_vasopressors_narrows_hypotension(values: dict[str, Value], hypotension: set[int]) -> None:
    course = record(hypoxia=0.0, **values)
    assert found(course)["hypotension"].allowed == hypotension
    assert first("astct_2019_crs", course).grade == (min(hypotension) + 1, max(hypotension) + 1)


@pytest.mark.parametrize(
    ("names", "grade"),
    [
        (("vasopressors",), (3, 4)),
        (("norepinephrine",), (3, 4)),
        (("vasopressin",), (3, 4)),
        (("norepinephrine", "vasopressin"), (3, 4)),  # vasopressin does not count towards several
        (("norepinephrine", "epinephrine"), (4, 4)),
        (("noradrenaline", "phenylephrine"), (4, 4)),
        (("norepinephrine", "norepinephrine"), (3, 4)),
    ],
)
def test_vasopressors_that_a_record_names_count_without_vasopressin(
    names: tuple[str, ...], grade: tuple[int, int]
) -> None:
    course = record(*(rescue(name, end=103.0) for name in names), hypotension="not stated", hypoxia=0.0)
    assert first("astct_2019_crs", course).grade == grade


def test_a_simulation_is_judged_by_its_own_signs_not_by_what_the_record_gave() -> None:
    given = (rescue("vasopressors", 102.0, 104.0), rescue("mechanical ventilation", 102.0, 104.0))
    facts = found(series([1.2] * 6, 3.0, *given))
    assert facts["hypotension"].allowed == {1}
    assert facts["oxygen"].allowed == {0}
    assert facts["duration"].allowed == {0}
    assert facts["treated"].allowed == {1}  # treatment is an input of both


@pytest.mark.parametrize(
    ("course", "duration"),
    [
        (record(hypotension=2.0, vasopressor_days=2.0), {1}),
        (record(hypotension=2.0, vasopressor_days=1.0), {1}),
        (record(hypotension=2.0, vasopressor_days=0.9), {0}),
        (record(hypotension=2.0, vasopressor_days=(0.5, 2.0)), {0, 1}),
        (record(hypotension=2.0), {0, 1}),
        (record(rescue("vasopressors", end=104.0), hypotension=2.0), {1}),
        (record(rescue("vasopressors", end=102.5), hypotension=2.0), {0}),
        (record(rescue("vasopressors"), hypotension=2.0), {0, 1}),
        (record(rescue("fluids", end=104.0), hypotension=2.0), {0, 1}),
        (series([0.0] + [2.0] * 9 + [0.0]), {1}),  # nine samples: 24 h from first to last
        (series([0.0] + [2.0] * 8 + [0.0]), {0, 1}),  # 21 h to less than 27 h
        (series([0.0] + [2.0] * 7 + [0.0]), {0, 1}),  # 18 h to 24 h
        (series([0.0] + [2.0] * 6 + [0.0]), {0}),
        (series([0.0] + [2.0] * 5 + [1.0] + [2.0] * 5 + [0.0]), {0}),  # two stretches, not one
        (series([1.0] * 16), {0}),
    ],
)
def test_a_day_on_vasopressors_from_reading_series_or_rescue(course: Course, duration: set[int]) -> None:
    assert found(course)["duration"].allowed == duration


def test_a_gap_in_the_chart_shows_no_stretch() -> None:
    later = [reading(n, v, 103.5) for n, v in (("temperature", 39.0), ("hypotension", 2.0))]
    assert found(record(*later, hypotension=2.0))["duration"].allowed == {0, 1}


@pytest.mark.parametrize(
    ("fact", "value", "allowed"),
    [
        ("dose", ("vasopressor_dose", 1.0), {0}),
        ("dose", ("vasopressor_dose", 2.0), {1}),
        ("dose", ("vasopressor_dose", (1.0, 2.0)), {0, 1}),
        ("organ", ("organ_toxicity", 0.0), {0}),
        ("organ", ("organ_toxicity", (2.0, math.inf)), {2, 3, 4}),
        ("transaminases", ("transaminase_toxicity", 4.0), {4}),
    ],
)
def test_numbers_recorded_once(fact: str, value: tuple[str, Value], allowed: set[int]) -> None:
    finding = found(record(**{value[0]: value[1]}))[fact]
    assert finding.allowed == finding.usual == allowed


def test_of_several_values_the_worst_counts() -> None:
    course = record(reading("organ_toxicity", 3.0, 102.5), reading("organ_toxicity", 9.0, 140.0), organ_toxicity=1.0)
    assert found(course)["organ"].allowed == {3}


@pytest.mark.parametrize(
    ("episode", "fact", "allowed"),
    [
        (Episode("toxicity", "CRS", 102.0, 103.0, "life-threatening"), "threatening", {1}),
        # A denial cancels a claim; it is no recorded "no", because it may deny something else.
        (Episode("toxicity", "CRS", 102.0, 103.0, "not life-threatening"), "threatening", {0, 1}),
        (Episode("toxicity", "CRS", 102.0, 103.0, "non-life-threatening"), "threatening", {0, 1}),
        (Episode("toxicity", "CRS", 102.0, 103.0, "not a life-threatening course"), "threatening", {0, 1}),
        (Episode("toxicity", "CRS", 102.0, 103.0, "no response to fluids and transferred to ICU"), "hospital", {1}),
        (Episode("toxicity", "CRS", 102.0, 103.0, "hypotension refractory to fluids"), "refractory", {0, 1}),
        (Episode("rescue", "tocilizumab", 102.0, 102.0, "not given"), "treated", {0, 1}),
        (Episode("toxicity", "shock", 102.0, 103.0, "refractory to high doses"), "refractory", {1}),
        (Episode("conclusion", "refractory to blinatumomab", 102.0, 102.0), "refractory", {0, 1}),
        (Episode("procedure", "intensive care", 102.0, 103.0), "hospital", {1}),
        (Episode("procedure", "intensive care", 110.0, 112.0), "hospital", {0, 1}),
        (Episode("toxicity", "coagulopathy", 102.0, 103.0), "coagulopathy", {1}),
        (Episode("hold", "blinatumomab", 102.0, 104.0), "interrupted", {1}),
        (Episode("stop", "pegaspargase", 102.0, 102.0), "interrupted", {0, 1}),
        (rescue("methylprednisolone"), "treated", {1}),
    ],
)
def test_what_a_record_tells_in_words(episode: Episode, fact: str, allowed: set[int]) -> None:
    assert found(record(episode))[fact].allowed == allowed


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ((1.0, 4.0), {2, 3, 4}),
        ((0.0, 4.0), {2, 3, 4}),
        ((0.0, 1.0), {2}),
        (4.0, {4}),
        ("not stated", {2, 3, 4}),
    ],
)
def test_the_worst_of_several_values_holds_all_they_may_be(later: Value, expected: set[int]) -> None:
    course = record(reading("organ_toxicity", later, 103.0), organ_toxicity=2.0)
    assert found(course)["organ"].allowed == expected


@pytest.mark.parametrize("name", ["lee_2014_crs", "cartox_crs"])
@pytest.mark.parametrize(("early", "later", "low"), [(2.0, (1.0, 4.0), 2), (1.0, (0.0, 4.0), 1)])
def test_a_later_interval_of_organ_toxicity_is_not_dropped(name: str, early: float, later: Value, low: int) -> None:
    signs: dict[str, Value] = {"hypotension": 0.0, "hypoxia": 0.0, "transaminase_toxicity": 0.0}
    course = record(reading("organ_toxicity", later, 103.0), organ_toxicity=early, **signs)
    assert first(name, course).possible == tuple(f"grade {g}" for g in range(low, 5))


def test_a_fraction_of_oxygen_tells_of_its_own_moment_only() -> None:
    later = [reading(n, v, 103.5) for n, v in (("temperature", 39.0), ("hypoxia", 2.0))]
    assert found(record(*later, hypoxia=1.0, oxygen_fraction=30.0))["oxygen"].allowed == {1, 2}


@pytest.mark.parametrize(("normal", "prolonged"), [(102.3, {0}), (103.0, {0}), (103.5, {0, 1}), (104.0, {0, 1})])
def test_the_first_normal_chart_is_only_an_upper_bound_of_the_duration(normal: float, prolonged: set[int]) -> None:
    signs = (("temperature", 37.0), ("hypotension", 0.0))
    calm = [reading(n, v, day) for day in (normal, normal + 1.0) for n, v in signs]
    course = record(*calm, rescue("fluids"), hypotension=1.0, hypoxia=0.0)
    assert found(course)["prolonged"].allowed == prolonged
    assert first("ctcae_v4_crs", course).grade == (2, 2 + max(prolonged))


def test_a_second_fever_is_a_recurrence_of_grade_3_without_treatment() -> None:
    days = [(102.0, 39.0), (102.5, 37.0), (103.5, 37.0), (105.0, 38.5), (105.5, 37.0), (106.5, 37.0)]
    rows = tuple(reading(n, v, d) for d, t in days for n, v in (("temperature", t), ("hypotension", 0.0)))
    verdicts = criterion("ctcae_v4_crs").judge(Course("c", "record", dt.date(2015, 1, 1), (), rows, (START,)))
    assert [v.grade for v in verdicts] == [(1, 1), (3, 3)]


SEVEN = (*OLDER, "astct_2019_crs")


@pytest.mark.parametrize("name", SEVEN)
def test_a_denial_in_words_settles_nothing(name: str) -> None:
    told = Episode("toxicity", "CRS", 102.0, 103.0, "hypotension, not intubated")
    silent = Episode("toxicity", "CRS", 102.0, 103.0)
    denied, plain = (first(name, record(event, hypotension=1.0)) for event in (told, silent))
    assert (denied.grade, denied.possible) == (plain.grade, plain.possible)
    assert denied.possible[0] != "grade 4"


@pytest.mark.parametrize(("name", "least"), [("astct_2019_crs", 1), ("ctcae_v4_crs", 2), ("ctcae_v5_crs", 1)])
def test_no_vasopressors_needed_is_no_vasopressor_given(name: str, least: int) -> None:
    course = record(Episode("rescue", "fluids", 102.0, 103.0, "no vasopressors needed"), hypoxia=0.0)
    assert first(name, course).possible[0] == f"grade {least}"


@pytest.mark.parametrize("name", SEVEN)
def test_death_from_something_else_is_not_grade_5(name: str) -> None:
    died = Episode("status", "died", 120.0, 120.0, "of sepsis after CRS had resolved")
    assert "grade 5" not in first(name, record(died, hypotension=0.0, hypoxia=0.0)).possible


def test_what_is_denied_beside_a_claim_leaves_the_claim() -> None:
    told = Episode("toxicity", "CRS", 102.0, 103.0, "hypotension not responsive to fluids requiring norepinephrine")
    assert first("astct_2019_crs", record(told, hypoxia=0.0)).grade == (3, 4)
    moved = Episode("toxicity", "CRS", 102.0, 103.0, "hypotension with no response to fluids and transferred to ICU")
    assert first("penn_crs", record(moved)).possible == ("grade 2", "grade 3", "grade 4")


@pytest.mark.parametrize("name", SEVEN)
def test_a_vasopressor_given_at_the_moment_outweighs_a_milder_chart(name: str) -> None:
    given = rescue("norepinephrine", 101.5, 102.5)
    charted, open_ = (first(name, record(given, hypotension=v, hypoxia=0.0)) for v in (1.0, (2.0, 3.0)))
    assert charted.possible == open_.possible


@pytest.mark.parametrize("name", SEVEN)
def test_no_crs_of_a_window_charted_in_part_says_so(name: str) -> None:
    rows = (reading("temperature", 37.0, 100.0 + 2.0 / 24.0),)
    verdict = first(name, Course("c", "record", dt.date(2015, 1, 1), (), rows, (START,)))
    assert (verdict.category, verdict.grade, verdict.possible) == ("no CRS", (0, 0), ("no CRS",))
    assert verdict.conventions == ("no fever between charted temperatures",)
    assert "1 temperature charted on 1 of 14 days" in verdict.reason
    assert "no fever between charted temperatures" in verdict.reason


@pytest.mark.parametrize("name", SEVEN)
@pytest.mark.parametrize(("later", "named"), [(103.0, False), (103.5, True)])
def test_an_episode_with_a_gap_of_over_24_hours_says_so(name: str, later: float, named: bool) -> None:
    rows = [reading(n, v, later) for n, v in (("temperature", 39.0), ("hypotension", 0.0), ("hypoxia", 0.0))]
    verdict = first(name, record(*rows, hypotension=0.0, hypoxia=0.0))
    assert ("no fever between charted temperatures" in verdict.conventions) == named
    assert ("no fever between charted temperatures" in verdict.reason) == named


def test_how_long_symptoms_lasted() -> None:
    assert found(series([0.0] * 8))["prolonged"].allowed == {0}
    assert found(series([0.0] * 10))["prolonged"].allowed == {1}
    stated = Episode("toxicity", "CRS", 102.0, 104.0)
    assert found(record(stated))["prolonged"].allowed == {1}
    assert found(record())["prolonged"].allowed == {0, 1}


def test_a_second_episode_in_one_exposure_is_a_recurrence() -> None:
    days = [100.0 + k / 8.0 for k in range(80)]
    hot = [38.5 if 102.0 <= d < 102.5 or 105.0 <= d < 105.5 else 37.0 for d in days]
    rows = tuple(reading("temperature", t, d) for t, d in zip(hot, days, strict=True))
    (here,) = search(Course("c", "record", dt.date(2015, 1, 1), (), rows, (START,)))
    assert [f.recurrent for f in here.found] == [False, True]


@pytest.mark.parametrize("name", [*OLDER, "astct_2019_crs"])
def test_death_from_crs_is_grade_5_of_the_episode_before_it_only(name: str) -> None:
    died = Episode("status", "died of CRS", 155.0, 155.0)
    again = Episode("drug", "blinatumomab", 150.0, 155.0)
    course = record(died, again, reading("temperature", 39.0, 152.0), hypotension=1.0)
    before, fatal = criterion(name).judge(course)
    assert before.category != "grade 5"
    assert (fatal.category, fatal.possible, fatal.missing) == ("grade 5", ("grade 5",), ())


@pytest.mark.parametrize(
    ("name", "category"),
    [("ctcae_v4_crs", "grade 4"), ("lee_2014_crs", "grade 2 to 3"), ("astct_2019_crs", "undetermined")],
)
def test_crs_that_a_record_names_without_temperature_is_graded_by_the_rest(name: str, category: str) -> None:
    stated = Episode("toxicity", "CRS", 102.0, 104.0)
    rows = (reading("hypotension", (2.0, 3.0)),)
    verdict = first(name, Course("c", "record", dt.date(2015, 1, 1), (), rows, (START, stated)))
    assert (verdict.category, verdict.onset, verdict.resolved) == (category, 102.0, 104.0)
    if name != "astct_2019_crs":  # the conclusion names the category, but does not shorten what is possible
        assert verdict.supported_by == "stated conclusion"
        assert verdict.possible[0] == "no CRS"
        assert any(text.startswith("fever not recorded") for text in verdict.conventions)


@pytest.mark.parametrize("name", OLDER)
def test_fever_that_is_only_possible_leaves_it_undetermined(name: str) -> None:
    verdict = first(name, record(temperature=(37.5, 38.5), hypotension=0.0, hypoxia=0.0))
    assert verdict.category == "undetermined"
    assert verdict.possible[0] == "no CRS"
    assert "temperature" in verdict.missing


@pytest.mark.parametrize("name", OLDER)
def test_no_fever_no_crs_and_no_temperature_none_recorded(name: str) -> None:
    assert first(name, record(temperature=37.0, hypotension=3.0)).category == "no CRS"
    bare = Course("c", "record", dt.date(2015, 1, 1), (), (), (START,))
    assert first(name, bare).category == "none recorded"


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("ctcae_v4_crs", "grade 3"),  # treated by fluids, and no prompt response
        ("ctcae_v5_crs", "grade 2"),
        ("lee_2014_crs", "grade 2"),
        ("penn_crs", "grade 3"),
        ("mskcc_crs", "grade 1"),
        ("cartox_crs", "grade 2"),
    ],
)
def test_a_simulated_course_with_vital_signs_only(name: str, category: str) -> None:
    verdict = first(name, series([1.5] * 16))
    assert verdict.category == category
    assert (verdict.onset, verdict.resolved) == (102.0, 104.0)


OPEN = {
    "hypotension": (0.0, 1.0, 2.0, 3.0),
    "hypoxia": (0.0, 1.0, 2.0, 3.0),
    "vasopressor_dose": (1.0, 2.0),
    "vasopressor_days": (0.5, 1.0, 3.0),
    "organ_toxicity": (0.0, 1.0, 2.0, 3.0, 4.0),
    "transaminase_toxicity": (0.0, 2.0, 3.0, 4.0),
}
WORDS = (
    Episode("hold", "blinatumomab", 102.0, 103.0),
    Episode("toxicity", "CRS", 102.0, 103.0, "life-threatening"),
    Episode("procedure", "intensive care", 102.0, 103.0),
    Episode("toxicity", "coagulopathy", 102.0, 103.0),
    rescue("methylprednisolone", 102.0),
)


@pytest.mark.parametrize("name", [*OLDER, "astct_2019_crs"])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_grade_of_every_completed_course_is_among_the_possible(name: str, data: st.DataObject) -> None:
    known = {n: data.draw(st.sampled_from(OPEN[n])) for n in data.draw(st.sets(st.sampled_from(sorted(OPEN))))}
    told = data.draw(st.sets(st.integers(0, len(WORDS) - 1)))
    partial = first(name, record(*(WORDS[k] for k in sorted(told)), **known))
    full = known | {n: data.draw(st.sampled_from(v)) for n, v in OPEN.items() if n not in known}
    more = told | data.draw(st.sets(st.integers(0, len(WORDS) - 1)))
    completed = first(name, record(*(WORDS[k] for k in sorted(more)), **full))
    assert set(completed.possible) <= set(partial.possible)
    assert partial.grade is not None
    assert {f"grade {g}" for g in range(partial.grade[0], partial.grade[1] + 1)} <= set(partial.possible)
    assert bool(partial.missing) == (len(partial.possible) > 1)
