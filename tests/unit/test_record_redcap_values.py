"""Values of REDCap records: days they take from their assessment, units, what cannot be, rows that lack something."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from redcap_sample import reading, records, treatment

from trimer.library import list_entries
from trimer.record.redcap_read import Records, read_records

Read = Callable[..., Records]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def call(text: str) -> Records:
        path = tmp_path / "records.csv"
        path.write_bytes(text.encode("utf-8"))
        return read_records(path)

    return call


def test_a_reading_without_a_day_of_its_own_has_that_of_its_assessment(read: Read) -> None:
    visit = {"redcap_repeat_instrument": "assessment", "visit_id": "m1", "visit_date": "2014-02-10"}
    fever = {"observable": "temperature", "value": "39.1", "visit": "m1"}
    found = read(records(visit | {"visit_precision": "month"}, reading(place="assessment", **fever)))
    assert found.problems == ()
    (course,) = found.courses
    (item,) = course.readings
    assert (item.earliest, item.day, item.latest) == (19.0, 32.0, 46.0), "1 to 28 February, from 13 January"
    assert course.visits[0].readings["temperature"] == item
    alone = read(records(visit, reading(**{"place": ""} | fever)))
    assert alone.problems == ()
    assert alone.courses[0].visits[0].readings["temperature"].day == 28.0, "the assessment it names is where it belongs"
    wrong = read(records(visit, reading(place="assessment", date="2014-02-30", **fever)))
    assert math.isnan(wrong.courses[0].readings[0].day), "a day of its own that nobody can read is not replaced"
    assert {(p.row, p.column) for p in wrong.problems} == {(4, "reading_date")}
    for rows in (reading(value="1"), visit | {"visit_date": ""}):
        (problem,) = read(records(rows)).problems
        assert (problem.kind, problem.row) == ("no date", 3)


@pytest.mark.parametrize("absence", ["not_done", "not_stated"])
def test_a_result_beside_a_reason_for_its_absence_is_told_and_neither_kept(read: Read, absence: str) -> None:
    found = read(records(reading(value="1", day="2", absence=absence)))
    (item,) = found.courses[0].readings
    assert (math.isnan(item.low), item.absence) == (True, None)
    assert [p.column for p in found.problems] == ["reading_absence"]


def test_a_substance_reported_by_mass_goes_through_its_molar_mass(read: Read) -> None:
    rows = (("urate", "8"), ("creatinine", "1"), ("calcium", "10"))
    found = read(records(*(reading(observable=n, value=v, unit="mg/dL", day="1") for n, v in rows)))
    assert found.problems == ()
    values = {r.observable: r.low for r in found.courses[0].readings}
    assert values["urate"] == pytest.approx(80e3 / 168.11)  # 8 mg/dL is 80 mg/L
    assert values["creatinine"] == pytest.approx(10e3 / 113.12)
    assert values["calcium"] == pytest.approx(100 / 40.078)


def test_a_change_of_lesions_may_exceed_100_per_cent_and_may_be_negative(read: Read) -> None:
    for value, kept in (("150", True), ("-30", True), ("-100", True), ("-101", False)):
        (item,) = read(records(reading(observable="lesion_area_change", value=value, day="1"))).courses[0].readings
        assert math.isnan(item.low) != kept


@pytest.mark.parametrize(
    ("cells", "column", "kept"),
    [
        ({"value": "-9", "unit": "ug/day", "end_day": "5"}, "dose_value", True),
        ({"value": "9", "unit": "foo"}, "dose_unit", True),
        ({"value": "9", "unit": "1e9/L"}, "dose_unit", True),
        ({"value": "9"}, "dose_unit", True),
        ({"drug": "blinatumab"}, "dose_drug", False),
        ({"drug": ""}, "dose_drug", False),
        ({"day": "", "value": "9", "unit": "mg"}, "dose_date", True),
        ({"value": "9", "unit": "ug/day"}, "dose_end_date", True),
        ({"route": "civ"}, "dose_end_date", True),
        ({"value": "9", "unit": "ug/day", "end_day": "0"}, "dose_end_date", True),
    ],
)
def test_a_dose_that_does_not_fit_is_told_and_not_kept(
    tmp_path: Path, cells: dict[str, str], column: str, kept: bool
) -> None:
    path = tmp_path / "records.csv"
    path.write_text(records(treatment(**cells)), encoding="utf-8")
    found = read_records(path, known_drugs=list_entries("drugs"))
    assert [(p.row, p.column) for p in found.problems] == [(3, column)]
    doses = found.courses[0].doses
    assert bool(doses) == kept
    if column == "dose_drug" and cells["drug"]:
        assert "Nearest: blinatumomab" in found.problems[0].expected
    if column in ("dose_value", "dose_unit"):
        assert doses[0].value is None
    if column == "dose_end_date":
        assert math.isnan(doses[0].end)


def test_doses_come_in_the_units_of_a_course_and_a_single_one_ends_where_it_starts(read: Read) -> None:
    found = read(records(treatment(value="1", unit="ug/h", end_day="5"), treatment(value="15", unit="mg/m2")))
    assert found.problems == ()
    infusion, single = found.courses[0].doses
    assert (infusion.value, infusion.unit, infusion.infusion) == (pytest.approx(24.0), "ug/day", True)
    assert (single.value, single.unit, single.start, single.end) == (pytest.approx(15e3), "ug/m2", 1.0, 1.0)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"redcap_repeat_instrument": "event", "event_name": "sepsis", "event_day": "1"}, "event_kind"),
        ({"redcap_repeat_instrument": "event", "event_kind": "toxicity", "event_day": "1"}, "event_name"),
        ({"redcap_repeat_instrument": "assessment", "visit_day": "1"}, "visit_id"),
    ],
)
def test_a_row_without_what_it_needs_is_told_and_not_read(read: Read, row: dict[str, str], column: str) -> None:
    found = read(records(row))
    assert [(p.row, p.column) for p in found.problems] == [(3, column)]
    assert found.problems[0].found == "an empty cell"
    assert (found.courses[0].episodes, found.courses[0].visits) == ((), ())


def test_an_event_without_a_day_and_a_row_without_a_record_are_told(read: Read) -> None:
    event = {"redcap_repeat_instrument": "event", "event_kind": "toxicity", "event_name": "fever"}
    assert [(p.kind, p.row) for p in read(records(event)).problems] == [("no date", 3)]
    found = read(records(event | {"record_id": "", "event_day": "1"}))
    assert [(p.row, p.column) for p in found.problems] == [(3, "record_id")]
    assert [c.id for c in found.courses] == ["a"]
