"""REDCap: a dictionary that keeps its rules and follows the vocabulary, records that read back as the same courses."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redcap_sample import reading, records

from trimer.cli import BAD_INPUT, run
from trimer.course import Course, Dose, Episode, Reading, Visit
from trimer.errors import InputError
from trimer.library import list_entries
from trimer.observables import OBSERVABLES
from trimer.record.read_yaml import load_case
from trimer.record.redcap_dictionary import (
    COMPARATORS,
    HEADERS,
    check_dictionary,
    dictionary,
    dictionary_csv,
    read_dictionary,
)
from trimer.record.redcap_read import Records, read_records
from trimer.record.redcap_write import records_csv
from trimer.record.vocabulary import RECORD_ONLY

Read = Callable[..., Records]
ORIGIN = dt.date(2014, 1, 13)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def call(text: str, dictionary_text: str = "") -> Records:
        path, other = tmp_path / "records.csv", tmp_path / "dictionary.csv"
        path.write_bytes(text.encode("utf-8"))
        other.write_bytes(dictionary_text.encode("utf-8"))
        return read_records(path, other if dictionary_text else None)

    return call


def shown(course: Course) -> list[str]:
    """Return a course as text that two equal courses share, nan and all; readings of a visit in order of name."""
    visits = [dataclasses.replace(v, readings=dict(sorted(v.readings.items()))) for v in course.visits]
    return [
        repr(getattr(dataclasses.replace(course, visits=tuple(visits)), f.name)) for f in dataclasses.fields(course)
    ]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_dictionary_has_the_columns_of_redcap_and_keeps_its_rules() -> None:
    rows = rows_of(dictionary_csv())
    assert tuple(rows[0]) == HEADERS
    assert len(HEADERS) == 18
    assert list(check_dictionary(rows)) == []
    assert rows[0]["Variable / Field Name"] == "record_id"
    assert max(len(row["Variable / Field Name"]) for row in rows) <= 26, "what REDCap advises"


def test_the_dictionary_follows_the_vocabulary() -> None:
    choices = dict(next(f for f in dictionary() if f.name == "reading_observable").choices)
    assert set(choices) == {*OBSERVABLES, *RECORD_ONLY, "other"}
    assert OBSERVABLES["wbc"].label in choices["wbc"]
    assert "|" not in "".join(choices.values())
    kinds = dict(next(f for f in dictionary() if f.name == "event_kind").choices)
    assert {e.kind for e in load_case("linder2016").course().episodes} <= set(kinds)


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        (0, "WBC", "lower-case"),
        (0, "2wbc", "lower-case"),
        (0, "wbc__x", "lower-case"),
        (0, "wbc_", "lower-case"),
        (0, "a" * 101, "at most 100"),
        (0, "record_id", "no other field has"),
        (0, "redcap_event_name", "lower-case"),
        (1, "Second Form", "a form's name"),
        (1, "patient", "side by side"),
        (3, "number", "one of text"),
        (3, "text", "nothing, for a field of type text"),
        (5, "yes, Yes | yes, Again", "each code once"),
        (5, "yes | no", "choices as"),
        (5, "", "choices as"),
        (7, "number", None),
        (4, "", "a label"),
        (11, "[nothing] = '1'", "a field of this dictionary"),
        (12, "yes", "y, or nothing"),
    ],
)
def test_a_dictionary_that_redcap_refuses_is_told_by_field(column: int, text: str, expected: str | None) -> None:
    rows = rows_of(dictionary_csv())
    place = next(i for i, row in enumerate(rows) if row["Variable / Field Name"] == "reading_comparator")
    rows[place][HEADERS[column]] = text
    found = [p for p in check_dictionary(rows) if p.row == place + 2]
    assert [p for p in found if expected and expected in p.expected] or expected is None, found
    rows = rows_of(dictionary_csv())
    rows[0]["Text Validation Type OR Show Slider Number"] = "whole"
    assert [p.column for p in check_dictionary(rows)] == ["Text Validation Type OR Show Slider Number"]


def test_the_reference_case_goes_to_redcap_and_comes_back_equal(tmp_path: Path) -> None:
    course = load_case("linder2016").course()
    path = tmp_path / "records.csv"
    path.write_text(records_csv([course]), encoding="utf-8", newline="")
    found = read_records(path, known_drugs=list_entries("drugs"))
    assert found.problems == ()
    assert shown(found.courses[0]) == shown(course)
    assert len(course.readings) > 90
    assert any(r.absence for r in course.readings)
    assert any(r.low_open for r in course.readings)
    assert any(r.denominator == "total B cells" for r in course.readings)


def test_a_record_names_each_thing_by_its_own_instance() -> None:
    rows = rows_of(records_csv([load_case("linder2016").course()]))
    instances = [(r["redcap_repeat_instrument"], r["redcap_repeat_instance"]) for r in rows]
    assert instances[0] == ("", "")
    assert len(set(instances)) == len(instances)
    codes = {f.name: {code for code, _ in f.choices} for f in dictionary() if f.choices}
    assert [(n, r[n]) for r in rows for n in codes if r[n] and r[n] not in codes[n]] == []


NUMBER = st.floats(-1e6, 1e6)
AMOUNT = st.floats(0, 1e6)  # what a count or a dose can be
DAY = st.floats(-1000, 1000) | st.integers(-40, 400).map(float)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8) | st.sampled_from(
    ["=1+1", "+", "-5", "@x", 'a "b", c', "two\nlines", " spaces "]
)


@st.composite
def windows(draw: st.DrawFn) -> tuple[float, float, float]:
    low, day, high = sorted(draw(st.tuples(NUMBER, NUMBER, NUMBER)))
    open_low, open_high, none = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    if none:
        return draw(DAY), math.nan, math.nan
    return day, -math.inf if open_low else low, math.inf if open_high else high


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    observable = draw(st.sampled_from(["wbc", "karyotype", "something_else"]))
    low, high = sorted(draw(st.tuples(AMOUNT, AMOUNT)))
    shape = (
        "none"
        if observable == "karyotype"
        else draw(
            st.sampled_from(["eq", "lt", "le", "gt", "ge", "between", "over_to", "to_under", "inside", "any", "none"])
        )
    )
    if shape == "eq" or low == high:
        bounds: dict[str, Any] = {"low": low, "high": low}
    else:
        below, above, free = shape in ("lt", "le"), shape in ("gt", "ge"), shape == "any"
        bounds = {
            "low": -math.inf if below or free else low,
            "high": math.inf if above or free else high,
            "low_open": shape in ("gt", "over_to", "inside"),
            "high_open": shape in ("lt", "to_under", "inside"),
        }
    bounds = {} if shape == "none" else bounds
    day, earliest, latest = draw(windows())
    texts = {name: draw(WORDS) for name in ("specimen", "denominator", "method", "text", "source")}
    absence = None if bounds else draw(st.sampled_from([None, "not stated", "not done"]))
    texts["text"] = "" if absence else f"told {texts['text']}"
    return Reading(
        observable=observable,
        day=day,
        earliest=earliest,
        latest=latest,
        sensitivity=draw(st.none() | st.floats(1e-8, 0.5)),
        absence=absence,
        inferred=draw(st.booleans()),
        unit="1e9/L" if bounds else "",
        **bounds,
        **texts,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(readings(), max_size=3), st.lists(readings(), max_size=2), windows(), windows(), WORDS, st.none() | AMOUNT
)
def test_any_course_comes_back_equal(
    read: Read,
    held: list[Reading],
    alone: list[Reading],
    visited: tuple[float, float, float],
    given_at: tuple[float, float, float],
    words: str,
    value: float | None,
) -> None:
    visit = Visit("v1", words, visited[0], {f"r{i}": r for i, r in enumerate(held)}, *visited[1:], words)
    dose = Dose("x", given_at[0], given_at[0] + 5.0, value, "ug/day", "civ", *given_at[1:], value is None, words, words)
    course = Course(
        id="c1",
        kind="simulation",
        origin=ORIGIN,
        visits=(visit,),
        readings=(*held, *alone),
        episodes=(Episode("hold", f"hold {words}", 1.25, 2.5, words, words),),
        notes={"n1": words},
        doses=(dose,),
        patient={f"p{i}": r for i, r in enumerate(alone)},
    )
    found = read(records_csv([course]))
    assert found.problems == ()
    assert shown(found.courses[0]) == shown(course)


def test_what_a_person_fills_in_is_enough(read: Read) -> None:
    assessment = {"redcap_repeat_instrument": "assessment", "visit_id": "m1", "visit_date": "2014-02-10"}
    text = records(
        assessment | {"visit_precision": "month", "visit_context": "response assessment"},
        reading(place="assessment", visit="m1", value="12500", unit="/uL", date="2014-02-10", precision="day"),
        reading(observable="anc", comparator="gt", value="1.0", date="2014-02-11"),
        reading(
            observable="platelets", comparator="between", value="50", upper="60", date="2014-05-05", precision="year"
        ),
        {
            "redcap_repeat_instrument": "event",
            "event_kind": "procedure",
            "event_name": "biopsy",
            "event_date": "2014-03-13",
        },
    )
    found = read(text)
    assert found.problems == ()
    (course,) = found.courses
    (visit,) = course.visits
    assert (visit.earliest, visit.day, visit.latest) == (19.0, 32.0, 46.0), "1 to 28 February, from 13 January"
    wbc = visit.readings["wbc"]
    assert (wbc.low, wbc.unit, wbc.day, wbc.earliest, wbc.latest) == (pytest.approx(12.5), "1e9/L", 28.0, 28.0, 28.0)
    anc, platelets = course.readings[1:]
    assert (anc.low, anc.low_open, anc.high, anc.unit, anc.day) == (1.0, True, math.inf, "1e9/L", 29.0)
    assert (platelets.low, platelets.high, platelets.earliest, platelets.latest) == (50.0, 60.0, -12.0, 352.0)
    assert (course.episodes[0].start, course.episodes[0].end) == (59.0, 59.0)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"value": "many"}, "reading_value"),
        ({"value": "inf"}, "reading_value"),
        ({"value": "1_000"}, "reading_value"),
        ({"value": "1,000"}, "reading_value"),
        ({"value": "٣"}, "reading_value"),
        ({"value": "-5", "observable": "platelets"}, "reading_value"),
        ({"value": "150", "observable": "marrow_blast_percent"}, "reading_value"),
        ({"value": "100", "comparator": "gt", "observable": "marrow_blast_percent"}, "reading_value"),
        ({"value": "0", "comparator": "lt", "observable": "platelets"}, "reading_value"),
        ({"value": "2", "observable": "mrd_marrow"}, "reading_value"),
        ({"value": "200", "unit": "%", "observable": "mrd_marrow"}, "reading_value"),
        ({"value": "1", "observable": "karyotype"}, "reading_value"),
        ({"value": "1", "unit": "mg/dL", "observable": "wbc"}, "reading_unit"),
        ({"text": "perhaps", "observable": "bcr_abl"}, "reading_text"),
        ({"value": "1", "sensitivity": "2"}, "reading_sensitivity"),
        ({}, "reading_value"),
        ({"value": "1", "visit": "m9"}, "reading_visit"),
        ({"value": "1e400"}, "reading_value"),
        ({"value": "1", "unit": "mg"}, "reading_unit"),
        ({"value": "1", "comparator": "about"}, "reading_comparator"),
        ({"value": "1", "comparator": "between"}, "reading_upper"),
        ({"value": "2", "upper": "1", "comparator": "between"}, "reading_upper"),
        ({"value": "1", "date": "2014-02-30"}, "reading_date"),
        ({"value": "1", "precision": "month"}, "reading_date"),
        ({"value": "1", "date": "2014-02-01", "precision": "window"}, "reading_precision"),
        ({"value": "1", "date": "2014-02-01", "day": "5"}, "reading_day"),
        ({"value": "1", "observable": "white"}, "reading_observable"),
        ({"value": "1", "place": "assessment", "visit": "m9"}, "reading_visit"),
        ({"value": "1", "absence": "lost"}, "reading_absence"),
        ({"value": "1", "inferred": "perhaps"}, "reading_inferred"),
    ],
)
def test_a_cell_that_does_not_fit_is_told_by_row_and_field(read: Read, cells: dict[str, str], column: str) -> None:
    found = read(records(reading(**cells)))
    assert (3, column) in {(p.row, p.column) for p in found.problems}
    number_is_lost = column in ("reading_value", "reading_unit", "reading_comparator", "reading_upper", "reading_text")
    for item in found.courses[0].readings:
        assert item.low == 1.0 or math.isnan(item.low)
        assert math.isnan(item.low) == number_is_lost
        if column == "reading_date" or "precision" in cells:
            assert math.isnan(item.earliest)


def test_a_precision_that_is_not_understood_makes_no_date_exact(read: Read) -> None:
    found = read(records(reading(value="1", date="2014-02-01", precision="about")))
    (item,) = found.courses[0].readings
    assert math.isnan(item.day)
    assert math.isnan(item.earliest)
    assert [(p.row, p.column) for p in found.problems] == [(3, "reading_precision")]


def test_what_stands_twice_is_told_and_the_first_kept(read: Read) -> None:
    twice = [{"redcap_repeat_instrument": "note", "note_key": "n", "note_text": text} for text in ("one", "two")]
    facts = [reading(place="patient", observable="age", value=value) for value in ("40", "41")]
    form = {"redcap_repeat_instrument": "assessment", "visit_id": "v", "visit_day": "1"}
    visits = [form | {"visit_label": text} for text in ("x", "y")]
    found = read(records(*twice, *facts, *visits))
    (course,) = found.courses
    assert (dict(course.notes), course.patient["age"].low, course.visits[0].label) == ({"n": "one"}, 40.0, "x")
    fields = [(4, "note_key"), (6, "reading_observable"), (8, "visit_id")]
    assert [(p.row, p.column) for p in found.problems] == fields


def test_records_without_an_origin_or_of_no_form_are_reported_and_left_out(read: Read) -> None:
    found = read(records(reading(value="1"), origin=""))
    assert found.courses == ()
    assert [p.kind for p in found.problems] == ["no origin"]
    strange = read(records({"redcap_repeat_instrument": "labs", "labs_hb": "9"}))
    assert {p.column for p in strange.problems} == {"redcap_repeat_instrument", "labs_hb"}
    with pytest.raises(InputError, match="record_id"):
        read("study_id\n1\n")
    with pytest.raises(InputError, match="row 2"):
        read("record_id,patient_origin\n1\n")


def test_a_foreign_dictionary_is_matched_by_labels_and_told_by_field(read: Read) -> None:
    rows = rows_of(dictionary_csv())
    kept = [row for row in rows if row["Variable / Field Name"] != "reading_method"]
    labels = [text for text in COMPARATORS.values() if "," not in text]
    for row in kept:
        if row["Variable / Field Name"] == "reading_comparator":
            row[HEADERS[5]] = " | ".join([*(f"{i}, {text}" for i, text in enumerate(labels, 1)), "99, roughly"])
    kept.append(dict.fromkeys(HEADERS, "") | dict(zip(HEADERS[:5], ("labs_hb", "labs", "", "text", "Hb"), strict=True)))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADERS)
    writer.writeheader()
    writer.writerows(kept)
    greater = str(labels.index(">") + 1)
    answers = (reading(comparator=greater, value="7"), reading(comparator="99", value="8"))
    found = read(records(*answers), text.getvalue())
    fields = {p.column for p in found.problems if p.kind == "dictionary"}
    assert fields == {"reading_method", "reading_comparator", "labs_hb"}
    assert [p.row for p in found.problems if p.kind == "cell"] == [4]
    above, roughly = found.courses[0].readings
    assert (above.low, above.low_open, above.high) == (7.0, True, math.inf)
    assert math.isnan(roughly.low), "a comparator that is not understood leaves no number"


def test_a_file_that_is_no_dictionary_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("name,type\nx,text\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"d\.csv"):
        read_dictionary(path)


def test_two_courses_of_one_name_are_refused() -> None:
    course = Course("a", "record", ORIGIN)
    with pytest.raises(InputError, match="same identifier"):
        records_csv([course, course])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.tuples(st.sampled_from([f.name for f in dictionary()[1:]]), WORDS), max_size=6))
def test_any_cells_give_courses_or_problems(read: Read, cells: list[tuple[str, str]]) -> None:
    for form in ("assessment", "reading", "treatment", "event", "note", "x"):
        found = read(records({"redcap_repeat_instrument": form} | dict(cells)))
        assert len(found.courses) <= 1


def test_the_commands_write_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records_file, dictionary_file = tmp_path / "records.csv", tmp_path / "dictionary.csv"
    assert run(["redcap", "export", "linder2016", "-o", str(records_file)]) == 0
    assert run(["redcap", "dictionary", "-o", str(dictionary_file)]) == 0
    assert dictionary_file.read_bytes().decode() == dictionary_csv()
    capsys.readouterr()
    assert run(["redcap", "dictionary", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fields"] == rows_of(dictionary_csv())
    assert run(["redcap", "export", "linder2016", "--json"]) == 0
    written = records_file.read_bytes().decode()
    assert json.loads(capsys.readouterr().out)["records"] == list(csv.DictReader(io.StringIO(written, newline="")))
    capsys.readouterr()
    arguments = ["redcap", "import", str(records_file), "--dictionary", str(dictionary_file)]
    assert run(arguments) == 0
    assert "1 courses, 0 problems" in capsys.readouterr().out
    assert run([*arguments, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["courses"][0]["visits"]) == 18
    assert run(["redcap", "import", str(tmp_path / "none.csv")]) == BAD_INPUT
    assert run(["redcap", "export", "linder2016", "-o", str(records_file / "x.csv")]) == BAD_INPUT
