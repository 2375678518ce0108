"""A case as a course and as orders; what is written reads back the same."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from trimer.course import Course
from trimer.errors import CaseError
from trimer.record.case import Case
from trimer.record.read_yaml import bundled_cases, load_case, read_case
from trimer.record.write_yaml import dump_case, save_case

TEXT = """\
schema: trimer/case/1
id: small
title: A small case
source: {citation: Nobody2020, title: T, authors: A, journal: J, year: 2020}
patient:
  sex: male
  age: 40 year
  size:
    weight: {value: 80 kg, kind: stated}
    height: {value: 180 cm, kind: assumed, note: not stated}
origin: e02
events:
  - id: e01
    number: 1
    kind: lab
    label: Counts
    context: presentation
    date: {relative: [{to: e02, offset: -3 day}]}
    observations:
      - {observable: wbc, value: 16400, unit: /uL, method: counter}
      - {observable: platelets, value: 100, unit: 10*9/L, comparator: "<"}
      - {observable: anc, value: 1, unit: 10*9/L, comparator: ">"}
      - {observable: haemoglobin, interval: [90, 120], unit: g/L, text: low, basis: inferred, note: words}
      - {observable: marrow_blast_percent, absence: not done}
      - {observable: il6, absence: not stated}
      - {observable: cd19_intensity, text: dim}
  - id: e02
    number: 2
    kind: drug
    label: Treatment
    date: {on: "2020-03", prefer: {date: "2020-03-10"}}
    end: {relative: [{to: e02, treatment_day: 8}]}
    given:
      - {drug: blinatumomab, rate: 9 ug/day, route: civ}
    episodes:
      - {kind: stop, name: blinatumomab}
  - id: e03
    number: 3
    kind: lab
    label: Second method
    with: e01
    date: {relative: [{to: e01, offset: 0 day}]}
    observations:
      - {observable: wbc, value: 17, unit: 10*9/L, method: smear}
    conclusion: relapse
    notes:
      - {text: a remark}
realisation:
  chosen: A
  interpretations:
    - id: A
      label: four days
      drug: blinatumomab
      route: civ
      start: e02
      phases: [{rate: 9 ug/day, lasts: 4 day, event: e02}]
    - id: B
      label: a hold
      drug: blinatumomab
      route: civ
      start: e02
      phases:
        - {rate: 9 ug/day, lasts: 24 h, event: e02}
        - {rate: 0 ug/day, lasts: 2 day, event: e02}
        - {rate: 28 ug/day, lasts: 1 day, event: e02}
  orders:
    - {event: e02, interpretation: chosen, kind: stated}
    - {event: e02, start: e01, offset: 12 h, drug: tocilizumab, amount: 8 mg/kg, kind: assumed, note: why}
"""


@pytest.fixture
def case() -> Case:
    return read_case(TEXT)


@pytest.fixture
def course(case: Case) -> Course:
    return case.course()


def test_readings_are_intervals_in_canonical_units(course: Course) -> None:
    visit = course.visits[0]
    assert (visit.id, visit.day, visit.context) == ("e01", -3, "presentation")
    assert visit.readings["wbc"].exact
    assert visit.readings["wbc"].low == pytest.approx(16.4)
    low, high = visit.readings["platelets"], visit.readings["anc"]
    assert (low.low, low.high, low.low_open, low.high_open) == (-math.inf, 100, False, True)
    assert (high.low, high.high, high.low_open, high.high_open) == (1, math.inf, True, False)
    haemoglobin = visit.readings["haemoglobin"]
    assert (haemoglobin.low, haemoglobin.high, haemoglobin.text) == (9.0, 12.0, "")


def test_not_stated_not_done_and_words_stay_apart(course: Course) -> None:
    visit = course.visits[0]
    assert visit.readings["marrow_blast_percent"].absence == "not done"
    assert visit.readings["il6"].absence == "not stated"
    assert math.isnan(visit.readings["il6"].low)
    assert visit.get("il6") is None
    assert (visit.readings["cd19_intensity"].text, visit.readings["cd19_intensity"].unit) == ("dim", "")


def test_a_second_method_stays_beside_the_first(course: Course) -> None:
    assert len(course.visits) == 1
    assert course.visits[0].readings["wbc"].method == "counter"
    assert course.visits[0].readings["wbc (smear)"].low == 17
    assert [r.source for r in course.of("wbc")] == ["e01", "e03"]


def test_episodes_begin_and_end(course: Course) -> None:
    assert course.kind == "record"
    found = {(e.kind, e.name): (e.start, e.end, e.source) for e in course.episodes}
    assert found == {
        ("conclusion", "relapse"): (-3, -3, "e03"),
        ("drug", "blinatumomab"): (0, 7, "e02"),
        ("stop", "blinatumomab"): (7, 7, "e02"),
    }
    assert course.notes == {"note e03": "a remark"}
    assert course.origin.isoformat() == "2020-03-10"


def test_orders_follow_the_chosen_reading_or_the_one_asked_for(case: Case) -> None:
    first = case.orders()
    assert [(o.drug, o.start, o.duration, o.rate, o.amount, o.kind) for o in first] == [
        ("tocilizumab", -2.5, None, "", "8 mg/kg", "assumed"),
        ("blinatumomab", 0, 4, "9 ug/day", "", "stated"),
    ]
    second = case.orders("B")[1:]
    assert [(o.start, o.duration, o.rate) for o in second] == [(0, 1, "9 ug/day"), (3, 1, "28 ug/day")]
    assert (case.total(), case.total("B")) == (36, 37)
    with pytest.raises(CaseError, match="A, B"):
        case.orders("C")


def test_size_and_its_kind(case: Case) -> None:
    assert (case.size.weight, case.size.height) == (80, pytest.approx(1.8))
    assert case.size.bsa == pytest.approx(math.sqrt(180 * 80 / 3600))
    assert case.size_kind == "assumed"


def test_an_unknown_event_is_an_error(case: Case) -> None:
    with pytest.raises(CaseError, match="e01 to e03"):
        case.event("e99")


def test_what_is_written_reads_back_the_same(case: Case, tmp_path: Path) -> None:
    assert read_case(dump_case(case)) == case
    save_case(case, tmp_path / "copy.yaml")
    assert load_case(tmp_path / "copy.yaml") == case


@pytest.mark.parametrize("name", bundled_cases())
def test_bundled_cases_read_back_the_same(name: str) -> None:
    case = load_case(name)
    again = read_case(dump_case(case))
    assert again.document == case.document
    assert again.schedule == case.schedule
    assert again.orders() == case.orders()
