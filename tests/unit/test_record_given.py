"""Doses and patient facts of a course: what is printed and nothing else; the infusion as each reading has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from trimer.course import Course, Dose
from trimer.errors import CaseError
from trimer.record.case import Case
from trimer.record.read_yaml import load_case
from trimer.study.check import check


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("linder2016")


@pytest.fixture(scope="module")
def course(case: Case) -> Course:
    return case.course()


def of(course: Course, drug: str) -> list[Dose]:
    return [dose for dose in course.doses if dose.drug == drug]


@pytest.mark.parametrize(("reading", "total"), [("R1", 557.0), ("R2", 613.0), ("R3", 595.0), ("R4", 557.0)])
def test_each_reading_gives_its_total(case: Case, reading: str, total: float) -> None:
    given = [d for d in of(case.course(reading), "blinatumomab") if d.value is not None]
    assert sum((d.value or 0.0) * (d.end - d.start) for d in given) == pytest.approx(total)
    assert {d.unit for d in given} == {"ug/day"}
    assert case.total(reading) == pytest.approx(total)


def test_a_hold_is_a_gap(course: Course) -> None:
    first, second = of(course, "blinatumomab")[:2]
    assert (second.start - first.end, first.source, second.source) == (2.0, "e22", "e25")


def test_a_dose_that_is_not_printed_has_no_value(course: Course) -> None:
    assert [d.value for d in of(course, "cladribine")] == [None]
    assert [(d.value, d.unit) for d in of(course, "blinatumomab") if d.source in ("e33", "e36")] == [(None, "")] * 2


def test_listed_treatment_days_are_one_dose_each(course: Course) -> None:
    days = [d.start - 1 for d in of(course, "vincristine")]
    assert [int(day - days[0]) + 1 for day in days] == [1, 8, 15, 22, 30, 37, 44]
    assert {(d.value, d.unit, d.start == d.end) for d in of(course, "vincristine")} == {(2000.0, "ug", True)}


def test_a_dose_without_listed_days_may_fall_anywhere_in_its_event(course: Course) -> None:
    tapered = next(d for d in of(course, "prednisone") if d.value == 80_000.0)
    assert tapered.latest - tapered.start >= 60.0


def test_doses_are_in_time_order_and_only_from_the_record(case: Case, course: Course) -> None:
    assert [d.start for d in course.doses] == sorted(d.start for d in course.doses)
    assert {d.source for d in course.doses} <= {event.id for event in case.events}
    assert all(d.stated for d in course.doses)


def test_the_patient_is_what_the_record_says(course: Course) -> None:
    patient = course.patient
    assert (patient["age"].low, patient["age"].high, patient["age"].high_open) == (32.0, 33.0, True)
    assert patient["sex"].text == "female"
    assert (patient["weight"].low, patient["weight"].unit, patient["weight"].inferred) == (65.0, "kg", True)
    assert patient["height"].low == pytest.approx(1.63)


def test_an_unknown_reading_is_one_clear_error(case: Case) -> None:
    with pytest.raises(CaseError, match="found 'R9', expected R1, R2, R3, R4"):
        case.course("R9")


MADE_UP = """
schema: trimer/case/1
id: made_up
title: Made-up patient
source: {citation: Linder2016, title: none, authors: nobody, journal: none, year: 2020}
patient:
  sex: male
  age: 44 year
  size: {weight: {value: 80 kg, kind: stated}, height: {value: 180 cm, kind: stated}}
origin: e01
events:
  - id: e01
    number: 1
    kind: lab
    label: presentation
    date: {on: "2020-01-10"}
    observations: [{observable: wbc, value: 50, unit: 10*9/L}]
  - {id: e02, number: 2, kind: drug, label: a drug, date: {on: "2020-01-12"}, given: [{drug: DRUG, amount: 600 mg}]}
  - {id: e03, number: 3, kind: procedure, label: Allogeneic stem cell transplantation, date: {on: "2020-06-01"}}
"""


def made_up(folder: Path, drug: str) -> Path:
    path = folder / "made_up.yaml"
    path.write_text(MADE_UP.replace("DRUG", drug), encoding="utf-8")
    return path


def test_a_procedure_is_an_episode_without_being_marked_as_one(tmp_path: Path) -> None:
    course = load_case(made_up(tmp_path, "imatinib")).course()
    assert [(e.name, e.source) for e in course.episodes if e.kind == "procedure"] == [
        ("Allogeneic stem cell transplantation", "e03")
    ]


def test_a_drug_the_library_lacks_is_recorded_and_told(tmp_path: Path) -> None:
    found = check(made_up(tmp_path, "imatinib"))
    (finding,) = [f for f in found.findings if f.rule == "treatment_unknown_to_the_library"]
    assert (finding.events, finding.severity) == (("e02",), "information")
    assert "imatinib" in finding.found


def test_a_slip_of_the_pen_is_refused_with_the_name_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"found 'blinatumumab'.*Nearest: blinatumomab"):
        check(made_up(tmp_path, "blinatumumab"))
