"""Tumour lysis syndrome: each printed limit, the days around the start, 25 % or 24 hours, clinical grades."""

from __future__ import annotations

import datetime as dt
import itertools
from types import ModuleType

import pytest

import trimer
from trimer.course import Course, Episode, Reading
from trimer.criteria.tls import tls_cairo_bishop, tls_howard
from trimer.observables import OBSERVABLES

NORMAL = {"urate": 300.0, "potassium": 4.0, "phosphate": 1.0, "calcium": 2.3}
ABNORMAL = {"urate": 600.0, "potassium": 6.5, "phosphate": 2.5, "calcium": 1.5}
QUIET = {"creatinine_ratio": 1.0, "seizure": 0.0}
START = Episode("drug", "blinatumomab", 100.0, 128.0)
AGE = Reading("age", 34.0, 34.0, unit="year")
BOTH = pytest.mark.parametrize("tls", [tls_cairo_bishop, tls_howard], ids=["cairo_bishop", "howard"])


def reading(name: str, value: float, day: float = 102.0) -> Reading:
    return Reading(name, value, value, unit=OBSERVABLES[name].unit, day=day)


def arrhythmia(text: str, day: float = 102.0) -> Reading:
    return Reading("arrhythmia", text=text, day=day)


def course(*readings: Reading, age: Reading | None = AGE, episodes: tuple[Episode, ...] = (START,)) -> Course:
    patient = {} if age is None else {"age": age}
    return Course("c", "record", dt.date(2015, 1, 1), (), readings, episodes, patient=patient)


def at(day: float = 102.0, **values: float) -> list[Reading]:
    return [reading(name, value, day) for name, value in values.items()]


def chemistry(day: float = 102.0, **changed: float) -> list[Reading]:
    """Everything charted and quiet but what is named; the baseline is the same, so that nothing changes by 25 %."""
    values = {**NORMAL, "ionised_calcium": 1.2, **QUIET, **changed}
    return [*at(day, **values), *at(99.5, **{n: v for n, v in values.items() if n in NORMAL}), arrhythmia("absent")]


def category(tls: ModuleType, *readings: Reading, age: Reading | None = AGE) -> str:
    return str(tls.judge(course(*readings, age=age))[0].category)


@BOTH
@pytest.mark.parametrize(
    ("name", "meets", "fails"),
    [
        ("urate", 476.0, 475.0),
        ("urate", 8.0 * 10.0 / 168.11 * 1000.0, 7.9 * 10.0 / 168.11 * 1000.0),
        ("potassium", 6.0, 5.99),
        ("phosphate", 1.45, 1.44),
        ("phosphate", 4.5 * 10.0 / 30.974, 4.4 * 10.0 / 30.974),
        ("calcium", 1.75, 1.76),
        ("calcium", 7.0 * 10.0 / 40.078, 7.1 * 10.0 / 40.078),
    ],
)
def test_each_limit_counts_at_its_printed_value(tls: ModuleType, name: str, meets: float, fails: float) -> None:
    other = {"potassium": 6.5} if name != "potassium" else {"urate": 600.0}
    assert category(tls, *chemistry(**{name: meets}, **other)) == "laboratory TLS"
    assert category(tls, *chemistry(**{name: fails}, **other)) == "no TLS"


@BOTH
def test_one_abnormal_analyte_is_no_tls(tls: ModuleType) -> None:
    for name, value in ABNORMAL.items():
        assert category(tls, *chemistry(**{name: value})) == "no TLS"


@BOTH
@pytest.mark.parametrize(("day", "inside"), [(96.9, False), (97.0, True), (107.0, True), (107.1, False)])
def test_from_3_days_before_to_7_days_after_the_start(tls: ModuleType, day: float, inside: bool) -> None:
    found = [*chemistry(), *at(day, urate=600.0, potassium=6.5)]
    assert category(tls, *found) == ("laboratory TLS" if inside else "no TLS")


@pytest.mark.parametrize(
    ("name", "before", "meets", "fails"),
    [
        ("urate", 200.0, 250.0, 249.0),
        ("potassium", 4.0, 5.0, 4.99),
        ("phosphate", 0.8, 1.0, 0.99),
        ("calcium", 2.4, 1.8, 1.81),
    ],
)
def test_a_change_of_25_percent_counts_only_in_cairo_bishop(
    name: str, before: float, meets: float, fails: float
) -> None:
    def with_change(value: float) -> list[Reading]:
        other = "potassium" if name != "potassium" else "urate"
        rest = {n: v for n, v in NORMAL.items() if n not in (name, other)}
        first = at(99.5, **rest, **{name: before, other: ABNORMAL[other]})
        later = at(103.0, **rest, **{name: value, other: ABNORMAL[other]}, ionised_calcium=1.2, **QUIET)
        return [*first, *later, arrhythmia("absent")]

    assert category(tls_cairo_bishop, *with_change(meets)) == "laboratory TLS"
    assert category(tls_cairo_bishop, *with_change(fails)) == "no TLS"
    assert category(tls_howard, *with_change(meets)) == "no TLS"


def test_without_a_baseline_the_change_is_open_in_cairo_bishop_and_irrelevant_in_howard() -> None:
    found = [*at(103.0, **{**NORMAL, "potassium": 6.5}, ionised_calcium=1.2, **QUIET), arrhythmia("absent")]
    verdict = tls_cairo_bishop.judge(course(*found))[0]
    assert verdict.possible == ("no TLS", "laboratory TLS")
    assert "uric acid before the start" in verdict.missing
    assert category(tls_howard, *found) == "no TLS"


def test_a_baseline_older_than_30_days_is_none() -> None:
    later = [*at(103.0, **{**NORMAL, "potassium": 6.5}, **QUIET), arrhythmia("absent")]
    assert category(tls_cairo_bishop, *at(70.0, **NORMAL), *later) == "no TLS"
    assert category(tls_cairo_bishop, *at(69.9, **NORMAL), *later) == "undetermined"


@pytest.mark.parametrize(("apart", "together"), [(0.0, True), (1.0, True), (1.1, False)])
def test_howard_wants_both_within_24_hours(apart: float, together: bool) -> None:
    first, second = 101.0, 101.0 + apart
    quiet = [*at(100.9, ionised_calcium=1.2, **QUIET), arrhythmia("absent")]
    found = [*at(first, **{**NORMAL, "urate": 600.0}), *at(second, **{**NORMAL, "phosphate": 2.0}), *quiet]
    found += [reading("ionised_calcium", 1.2, d) for d in (first, second)]
    assert category(tls_howard, *found) == ("laboratory TLS" if together else "no TLS")
    assert category(tls_cairo_bishop, *found, *at(99.0, **NORMAL)) == "laboratory TLS"


def test_howard_leaves_open_what_was_not_charted_beside_an_abnormal_value() -> None:
    quiet = [*at(100.9, ionised_calcium=1.2, **QUIET), arrhythmia("absent")]
    found = [*at(101.0, urate=600.0), *at(104.0, **{**NORMAL, "phosphate": 2.0}), *quiet]
    verdict = tls_howard.judge(course(*found))[0]
    assert verdict.possible == ("no TLS", "laboratory TLS")
    assert "phosphate within 24 h" in verdict.missing


def test_ionised_calcium_counts_in_howard_at_its_printed_value_and_unit() -> None:
    assert category(tls_howard, *chemistry(ionised_calcium=0.3, urate=600.0)) == "laboratory TLS"
    assert category(tls_howard, *chemistry(ionised_calcium=1.12 * 10.0 / 40.078, urate=600.0)) == "laboratory TLS"
    # The trap: 1.12 belongs to mg/dL; 1.12 mmol/L is a normal ionised calcium.
    assert category(tls_howard, *chemistry(ionised_calcium=1.12, urate=600.0)) == "no TLS"
    assert category(tls_howard, *chemistry(ionised_calcium=0.31, urate=600.0)) == "no TLS"
    assert category(tls_cairo_bishop, *chemistry(ionised_calcium=0.3, urate=600.0)) == "no TLS"


@BOTH
def test_the_phosphate_limit_goes_by_age(tls: ModuleType) -> None:
    found = chemistry(phosphate=1.8, urate=600.0)
    child = Reading("age", 9.0, 9.0, unit="year")
    assert category(tls, *found, age=AGE) == "laboratory TLS"
    assert category(tls, *found, age=child) == "no TLS"
    assert category(tls, *chemistry(phosphate=2.1, urate=600.0), age=child) == "laboratory TLS"
    unknown = tls.judge(course(*found, age=None))[0]
    assert unknown.possible == ("no TLS", "laboratory TLS")
    assert unknown.missing == ("age",)
    assert category(tls, *chemistry(phosphate=2.1, urate=600.0), age=None) == "laboratory TLS"


@BOTH
@pytest.mark.parametrize(("ratio", "grade"), [(1.49, 0), (1.5, 1), (1.51, 2), (3.0, 2), (3.01, 3), (6.0, 3), (6.01, 4)])
def test_creatinine_grades_clinical_tls(tls: ModuleType, ratio: float, grade: int) -> None:
    verdict = tls.judge(course(*chemistry(urate=600.0, potassium=6.5, creatinine_ratio=ratio)))[0]
    assert verdict.category == ("clinical TLS" if grade else "laboratory TLS")
    assert verdict.grade == (grade, grade)
    assert verdict.onset == 99.5  # this chart is abnormal from half a day before the start


@BOTH
def test_arrhythmia_seizure_and_sudden_death_make_it_clinical(tls: ModuleType) -> None:
    lab = chemistry(urate=600.0, potassium=6.5)
    rhythm = tls.judge(course(*lab, arrhythmia("present", 103.0)))[0]
    assert (rhythm.category, rhythm.grade, rhythm.missing) == ("clinical TLS", (1, 4), ("arrhythmia and its grade",))
    assert tls.judge(course(*lab, reading("seizure", 1.0)))[0].grade == (2, 3)
    assert tls.judge(course(*lab, reading("seizure", 2.0)))[0].grade == (4, 4)
    died = Episode("status", "sudden death", 104.0, 104.0)
    assert tls.judge(course(*lab, episodes=(START, died)))[0].grade == (5, 5)


@BOTH
def test_without_laboratory_tls_nothing_is_clinical(tls: ModuleType) -> None:
    found = chemistry(creatinine_ratio=5.0, seizure=2.0)
    assert category(tls, *found, arrhythmia("present")) == "no TLS"


@BOTH
def test_unknown_clinical_facts_leave_laboratory_tls_open_upward(tls: ModuleType) -> None:
    verdict = tls.judge(course(*at(**ABNORMAL)))[0]
    assert verdict.category == "undetermined"
    assert verdict.possible == ("laboratory TLS", "clinical TLS")
    assert verdict.grade == (0, 4)
    assert verdict.missing == ("creatinine over its upper limit", "arrhythmia and its grade", "seizure and its grade")


@BOTH
@pytest.mark.parametrize("abnormal", list(itertools.product([True, False, None], repeat=4)))
def test_possible_categories_are_those_of_every_completion(tls: ModuleType, abnormal: tuple[bool | None, ...]) -> None:
    known = dict(zip(NORMAL, abnormal, strict=True))
    completions = set()
    for guess in itertools.product([True, False], repeat=4):
        full = [g if k is None else k for k, g in zip(abnormal, guess, strict=True)]
        completions.add("laboratory TLS" if sum(full) >= 2 else "no TLS")
    values = {n: (ABNORMAL if bad else NORMAL)[n] for n, bad in known.items() if bad is not None}
    ionised = {} if known["calcium"] is None else {"ionised_calcium": 1.2}
    found = [*at(102.0, **values, **ionised, **QUIET), *at(99.5, **values), arrhythmia("absent")]
    verdict = tls.judge(course(*found))[0]
    assert set(verdict.possible) == completions
    assert bool(verdict.missing) == (len(completions) > 1)


def test_every_start_has_its_own_days_and_id() -> None:
    later = Episode("regimen", "clag", 130.0, 135.0)
    found = [*chemistry(), *at(131.0, **{**NORMAL, "urate": 600.0, "potassium": 6.5})]
    verdicts = tls_howard.judge(course(*found, episodes=(later, START)))
    assert [(v.visit, v.day) for v in verdicts] == [("tls-1", 100.0), ("tls-2", 130.0)]
    assert verdicts[0].category == "no TLS"
    assert "laboratory TLS" in verdicts[1].possible


@BOTH
@pytest.mark.parametrize(("day", "settled"), [(97.0, False), (99.9, False), (100.0, True), (102.0, True)])
def test_normal_values_from_before_the_start_exclude_nothing(tls: ModuleType, day: float, settled: bool) -> None:
    baseline = at(97.0, **NORMAL)
    normal = at(day, **NORMAL, ionised_calcium=1.2, **QUIET)
    verdict = tls.judge(course(*baseline, *normal, arrhythmia("absent", day)))[0]
    assert verdict.category == ("no TLS" if settled else "undetermined")
    assert verdict.possible == (("no TLS",) if settled else ("no TLS", "laboratory TLS", "clinical TLS"))
    assert ("nothing worse between charted values" in verdict.conventions) == settled
    if not settled:
        assert "uric acid after the start" in verdict.missing
        assert "none charted after" in verdict.reason


@BOTH
def test_clinical_facts_from_before_the_start_exclude_no_clinical_tls(tls: ModuleType) -> None:
    lab = [*at(102.0, **ABNORMAL), *at(99.5, **NORMAL), *at(97.0, **QUIET), arrhythmia("absent", 97.0)]
    verdict = tls.judge(course(*lab))[0]
    assert verdict.possible == ("laboratory TLS", "clinical TLS")
    assert verdict.grade == (0, 4)
    after = tls.judge(course(*lab, *at(102.0, **QUIET), arrhythmia("absent")))[0]
    assert after.possible == ("laboratory TLS",)
    assert "no death but a recorded one" in after.conventions


@BOTH
def test_two_analytes_abnormal_before_the_start_are_enough(tls: ModuleType) -> None:
    early = [*at(98.0, urate=600.0, potassium=6.5), *at(102.0, **QUIET), arrhythmia("absent")]
    assert tls.judge(course(*early))[0].possible == ("laboratory TLS",)
    one = [*at(98.0, **{**NORMAL, "urate": 600.0}), *at(102.0, **QUIET), arrhythmia("absent")]
    assert tls.judge(course(*one))[0].possible == ("no TLS", "laboratory TLS")


@BOTH
def test_a_value_not_stated_is_told_as_one_left_out(tls: ModuleType) -> None:
    unsaid = Reading("urate", absence="not stated", day=104.0)
    silent, honest = (
        tls.judge(course(*rows))[0] for rows in (chemistry(potassium=6.5), [*chemistry(potassium=6.5), unsaid])
    )
    assert silent.category == honest.category == "no TLS"
    assert silent.possible == ("no TLS",)
    assert honest.possible == ("no TLS", "laboratory TLS")


def test_sudden_death_is_claimed_not_denied() -> None:
    lab = chemistry(urate=600.0, potassium=6.5)
    denied = Episode("status", "died of relapse, no sudden death", 104.0, 104.0)
    assert tls_howard.judge(course(*lab, episodes=(START, denied)))[0].category == "laboratory TLS"


def test_the_baseline_is_named_where_a_change_counts() -> None:
    said = "the last value of the 30 days before is the baseline"
    assert said in tls_cairo_bishop.judge(course(*chemistry()))[0].conventions
    assert said not in tls_howard.judge(course(*chemistry()))[0].conventions


@BOTH
def test_the_reference_case_has_no_chemistry(tls: ModuleType) -> None:
    verdicts = tls.judge(trimer.load_case("linder2016").course())
    at_blinatumomab = next(v for v in verdicts if v.label == "blinatumomab")
    assert at_blinatumomab.category == "none recorded"  # undetermined: everything is possible
    assert at_blinatumomab.possible == ("no TLS", "laboratory TLS", "clinical TLS")
    assert set(at_blinatumomab.missing) >= {"uric acid", "potassium", "phosphate", "calcium (corrected)"}
    assert {v.category for v in verdicts} == {"none recorded"}
    assert {v.conventions for v in verdicts} == {()}
