"""Tables of patients through a mapping: every class of problem on made-up tables, dates, derived values, commands."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trimer.cli import BAD_INPUT, run
from trimer.errors import InputError
from trimer.record.cohort import Cohort, Dates
from trimer.record.mapping import TableMapping, mapping_from
from trimer.record.outcomes import FIELDS, derive
from trimer.record.read_table import read_table
from trimer.record.table_dates import format_fault, read_date
from trimer.study.cohort import bundled_mappings, import_cohort, load_mapping

MAPPING: dict[str, Any] = {
    "schema": "trimer/mapping/1",
    "name": "made_up",
    "label": "A made-up table",
    "missing": ["NA"],
    "columns": [
        {"name": "id", "role": "patient"},
        {"name": "diagnosed", "role": "date", "of": "diagnosis", "formats": ["yyyy-mm-dd", "yyyy-mm", "yyyy"]},
        {"name": "sex", "role": "fact", "of": "sex", "values": {"f": "female", "m": "male"}},
        {"name": "age", "role": "fact", "of": "age", "unit": "year"},
        {"name": "wbc", "role": "reading", "of": "wbc", "unit": "10*3/uL", "specimen": "blood"},
        {"name": "blasts", "role": "reading", "of": "marrow_blast_percent", "unit": "%", "at": "remission"},
        {"name": "response", "role": "states", "values": {"CR": "complete remission", "REF": "refractory"}},
        {"name": "cr", "role": "date", "of": "remission", "formats": ["yyyy-mm-dd", "yyyy-mm"]},
        {"name": "relapsed", "role": "states", "values": {"1": "relapse", "0": "no relapse"}},
        {
            "name": "course",
            "role": "states",
            "values": {
                "CCR": "continuous remission",
                "BMT": "transplant",
                "no BMT": "no transplant",
                "DEATH IN CR": "death in remission",
                "DEATH IN INDUCTION": "death in induction",
                "REL": "relapse",
                "-": [],
            },
        },
        {"name": "seen", "role": "date", "of": "last seen", "formats": ["yyyy-mm-dd"]},
    ],
}
HEADER = "id,diagnosed,sex,age,wbc,blasts,response,cr,relapsed,course,seen"
PLAIN = "p1,2000-01-10,f,40,12.5,3,CR,2000-02-20,0,CCR,2001-02-20"


def made_up(**changes: Any) -> TableMapping:
    return mapping_from(MAPPING | changes, "made_up.toml")


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def call(*rows: str, mapping: TableMapping | None = None) -> Cohort:
        path = tmp_path / "table.csv"
        path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
        return read_table(path, mapping or made_up())

    return call


def changed(**cells: str) -> str:
    values = dict(zip(HEADER.split(","), PLAIN.split(","), strict=True))
    return ",".join((values | cells).values())


def test_a_plain_row_becomes_a_course_without_a_problem(read: Any) -> None:
    cohort = read(PLAIN)
    (course,) = cohort.courses
    assert cohort.problems == ()
    assert (course.id, course.origin) == ("p1", dt.date(2000, 1, 10))
    assert [(v.id, v.day) for v in course.visits] == [("diagnosis", 0.0), ("remission", 41.0)]
    wbc = course.visits[0].readings["wbc"]
    assert (wbc.low, wbc.high, wbc.unit, wbc.specimen, wbc.source) == (12.5, 12.5, "1e9/L", "blood", "row 2, wbc")
    assert course.visits[1].readings["marrow_blast_percent"].low == 3.0
    assert [(e.kind, e.name, e.start) for e in course.episodes] == [
        ("conclusion", "complete remission", 41.0),
        ("status", "last seen", 407.0),
    ]
    assert (course.patient["sex"].text, course.patient["age"].low) == ("female", 40.0)


@pytest.mark.parametrize(
    ("cells", "kind", "column"),
    [
        ({"id": ""}, "no patient", "id"),
        ({"id": "NA"}, "no patient", "id"),
        ({"sex": "x"}, "unknown value", "sex"),
        ({"course": "alive and well"}, "unknown value", "course"),
        ({"response": "PR"}, "unknown value", "response"),
        ({"age": "forty"}, "not a number", "age"),
        ({"wbc": "1e400"}, "not a number", "wbc"),
        ({"wbc": "12,5"}, "not a number", "wbc"),
        ({"wbc": "-3"}, "implausible value", "wbc"),
        ({"blasts": "130"}, "implausible value", "blasts"),
        ({"age": "200"}, "implausible value", "age"),
        ({"cr": "20/02/2000"}, "unreadable date", "cr"),
        ({"cr": "2000-02-30"}, "impossible date", "cr"),
        ({"cr": "2000-13-01"}, "impossible date", "cr"),
        ({"diagnosed": ""}, "missing date", "diagnosed"),
        ({"cr": ""}, "missing date", "response, cr"),
        ({"cr": "2000-01-09"}, "contradiction", "diagnosed, cr"),
        ({"seen": "2000-02-19"}, "contradiction", "cr, seen"),
        ({"seen": "1999-12-31"}, "contradiction", "diagnosed, seen"),
        ({"relapsed": "1"}, "contradiction", "relapsed, course"),
        ({"response": "REF"}, "contradiction", "cr, response"),
        ({"response": "REF", "cr": ""}, "contradiction", "course, response"),
        ({"course": "DEATH IN INDUCTION"}, "contradiction", "course, response"),
        ({"relapsed": "1", "course": "DEATH IN CR"}, "contradiction", "relapsed, course"),
        ({"relapsed": "0", "course": "REL"}, "contradiction", "relapsed, course"),
        ({"response": "NA", "cr": ""}, "missing status", "course"),
        ({"response": "", "cr": "", "relapsed": "1", "course": "-"}, "missing status", "relapsed"),
    ],
)
def test_every_fault_is_told_by_row_and_column(read: Any, cells: dict[str, str], kind: str, column: str) -> None:
    cell = f'"{cells["wbc"]}"' if "," in cells.get("wbc", "") else None
    row = changed(**(cells | ({"wbc": cell} if cell else {})))
    cohort = read("p0,2000-01-10,m,30,1,1,CR,2000-02-20,0,CCR,2001-02-20", row)
    found = [p for p in cohort.problems if p.kind == kind and p.column == column]
    assert [p.row for p in found] == [3], cohort.problems
    assert found[0].expected
    assert found[0].follows


def test_no_value_takes_the_place_of_a_cell_that_is_not_understood(read: Any) -> None:
    cohort = read(changed(sex="x", age="forty", wbc="high", cr="2000-02-30", course="?", relapsed="maybe"))
    (patient,) = cohort.patients
    assert "sex" not in patient.facts
    assert "age" not in patient.facts
    assert patient.course is not None
    assert [r.observable for r in patient.course.readings] == []
    assert patient.value("relapse") == patient.value("continuous remission") == ""
    derived = derive(cohort)["p1"]
    assert {name for name in FIELDS if derived[name].value} == {"remission"}


def test_a_patient_in_two_rows_is_told_twice_and_kept_twice(read: Any) -> None:
    cohort = read(PLAIN, changed(id="p2"), PLAIN)
    assert [p.id for p in cohort.patients] == ["p1 (row 2)", "p2", "p1 (row 4)"]
    assert [c.id for c in cohort.courses] == ["p1 (row 2)", "p2", "p1 (row 4)"]
    assert [(p.kind, p.row) for p in cohort.problems] == [("duplicate patient", 2), ("duplicate patient", 4)]


def test_many_rows_of_one_patient_name_five_others_and_count_the_rest(read: Any) -> None:
    cohort = read(*[PLAIN] * 3000)  # rows 2 to 3001
    told = {p.row: p.found for p in cohort.problems if p.kind == "duplicate patient"}
    assert len(told) == len({p.id for p in cohort.patients}) == 3000
    assert told[2] == "'p1', also in row 3, 4, 5, 6, 7 and 2994 more"
    assert told[3001] == "'p1', also in row 2, 3, 4, 5, 6 and 2994 more"


@pytest.mark.parametrize(
    ("of", "unit", "text", "low"),
    [
        ("lesion_area_change", "%", "150", 150.0),  # growth has no upper end
        ("lesion_area_change", "%", "-100", -100.0),
        ("lesion_area_change", "%", "-130", None),
        ("mrd_marrow", "fraction", "5", None),
        ("mrd_marrow", "%", "0.01", 1e-4),
        ("mrd_marrow", "%", "101", None),
        ("marrow_blast_percent", "%", "> 100", None),
        ("creatinine_ratio", "fraction", "3", 3.0),
        ("urate", "mg/dL", "8", 80e3 / 168.11),
        ("creatinine", "mg/dL", "1", 10e3 / 113.12),
    ],
)
def test_ranges_and_units_follow_the_quantity(read: Any, of: str, unit: str, text: str, low: float | None) -> None:
    columns = [c | {"of": of, "unit": unit} if c["name"] == "blasts" else c for c in MAPPING["columns"]]
    cohort = read(changed(blasts=text), mapping=made_up(columns=columns))
    found = cohort.courses[0].visits[1].readings.get(of)
    assert (found is None) == (low is None)
    if low is None:
        assert [(p.kind, p.column) for p in cohort.problems] == [("implausible value", "blasts")]
    else:
        assert found.low == pytest.approx(low)


def test_the_name_given_to_a_second_row_is_never_that_of_another_patient(read: Any) -> None:
    cohort = read(PLAIN, PLAIN, changed(id="p1 (row 2)"))
    assert len({p.id for p in cohort.patients}) == 3
    assert len(derive(cohort)) == 3


def test_a_patient_without_a_date_of_diagnosis_has_facts_and_no_course(read: Any) -> None:
    cohort = read(changed(diagnosed=""))
    (patient,) = cohort.patients
    assert patient.course is None
    assert patient.facts["sex"][0].text == "female"
    assert derive(cohort)["p1"]["remission"].value == "complete remission"
    assert derive(cohort)["p1"]["time_to_remission"].why_not == "no date of diagnosis"


def test_partial_dates_keep_their_window(read: Any) -> None:
    cohort = read(changed(diagnosed="2000-01", cr="2000-02", seen="2001-02-20"))
    derived = derive(cohort)["p1"]
    # From 31 January to 1 February is a day, from 1 January to 29 February (2000 was a leap year) 59.
    assert (derived["time_to_remission"].low, derived["time_to_remission"].high) == (1, 59)
    assert (derived["remission_duration"].low, derived["remission_duration"].high) == (357, 385)
    course = cohort.courses[0]
    assert course.origin == dt.date(2000, 1, 1)
    assert [(v.earliest, v.latest) for v in course.visits] == [(0.0, 30.0), (31.0, 59.0)]
    assert all(v.earliest <= v.day <= v.latest for v in course.visits)


def test_overlapping_windows_give_no_negative_time(read: Any) -> None:
    derived = derive(read(changed(diagnosed="2000-02", cr="2000-02-10")))["p1"]["time_to_remission"]
    assert (derived.low, derived.high) == (0, 9)


def test_a_relapse_without_a_date_lies_between_remission_and_last_seen(read: Any) -> None:
    row = changed(relapsed="1", course="REL", seen="2000-05-20")
    cohort = read(row)
    derived = derive(cohort)["p1"]
    assert derived["relapse_date"].value == "2000-02-20 to 2000-05-20"
    assert (derived["remission_duration"].low, derived["remission_duration"].high) == (0, 90)
    assert not derived["remission_duration"].assumed
    relapse = next(v for v in cohort.courses[0].visits if v.id == "relapse")
    assert (relapse.earliest, relapse.latest, relapse.day) == (41.0, 131.0, 131.0)
    assumed = derive(read(row, mapping=made_up(relapse_at_last_seen=True)))["p1"]
    assert (assumed["relapse_date"].value, assumed["relapse_date"].assumed) == ("2000-05-20", True)
    assert (assumed["remission_duration"].low, assumed["remission_duration"].assumed) == (90, True)


def test_death_in_remission_competes_and_its_time_stays_open(read: Any) -> None:
    dead = derive(read(changed(course="DEATH IN CR")))["p1"]
    assert dead["event"].value == "death in remission"
    assert (dead["remission_duration"].low, dead["remission_duration"].high) == (366, None)
    unseen = derive(read(changed(course="DEATH IN CR", seen="")))["p1"]["remission_duration"]
    assert (unseen.low, unseen.high) == (None, None)
    assert "no date of last seen" in unseen.why_not


def test_comparators_are_kept_and_units_converted(read: Any) -> None:
    (below,) = read(changed(wbc="<0.1")).courses
    wbc = below.visits[0].readings["wbc"]
    assert (wbc.low, wbc.high, wbc.low_open, wbc.high_open) == (-math.inf, 0.1, False, True)
    (above,) = read(changed(wbc=">= 100")).courses
    wbc = above.visits[0].readings["wbc"]
    assert (wbc.low, wbc.high, wbc.low_open, wbc.high_open) == (100.0, math.inf, False, False)
    columns = [c | {"unit": "/uL"} if c["name"] == "wbc" else c for c in MAPPING["columns"]]
    (counted,) = read(changed(wbc="12500"), mapping=made_up(columns=columns)).courses
    assert counted.visits[0].readings["wbc"].low == pytest.approx(12.5)


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("5/21/1997", ["m/d/yyyy"], (dt.date(1997, 5, 21),) * 2),
        ("05/21/1997", ["m/d/yyyy"], (dt.date(1997, 5, 21),) * 2),
        ("21.5.97", ["d.m.yy"], (dt.date(1997, 5, 21),) * 2),
        ("21.5.69", ["d.m.yy"], (dt.date(2069, 5, 21),) * 2),
        ("21.5.70", ["d.m.yy"], (dt.date(1970, 5, 21),) * 2),
        ("21 May 1997", ["dd mmm yyyy"], (dt.date(1997, 5, 21),) * 2),
        ("5/1997", ["m/yyyy"], (dt.date(1997, 5, 1), dt.date(1997, 5, 31))),
        ("1997", ["yyyy"], (dt.date(1997, 1, 1), dt.date(1997, 12, 31))),
        ("2/29/2001", ["m/d/yyyy"], "impossible date"),
        ("0/1/2001", ["m/d/yyyy"], "impossible date"),
        ("1/1/0000", ["m/d/yyyy"], "impossible date"),
        ("5 Mei 1997", ["d mmm yyyy"], "impossible date"),
        ("00/09/01", ["m/d/yyyy"], "unreadable date"),
        ("5/21/1997x", ["m/d/yyyy"], "unreadable date"),
        ("٥/٢١/1997", ["m/d/yyyy"], "unreadable date"),
        ("4/5/1997", ["m/d/yyyy", "d/m/yyyy"], "ambiguous date"),
        ("4/4/1997", ["m/d/yyyy", "d/m/yyyy"], (dt.date(1997, 4, 4),) * 2),
        ("4/25/1997", ["m/d/yyyy", "d/m/yyyy"], (dt.date(1997, 4, 25),) * 2),
    ],
)
def test_dates_are_read_as_declared_and_never_guessed(text: str, formats: list[str], expected: Any) -> None:
    found = read_date(text, formats, first_year=1970)
    assert found == (expected if isinstance(expected, str) else Dates(*expected))


def test_formats_without_a_sense_are_refused() -> None:
    assert "one year" in format_fault("m/d", None)
    assert "two_digit_years" in format_fault("m/d/yy", None)
    assert format_fault("m/d/yy", 1970) == ""
    assert "at most once" in format_fault("m/mmm/yyyy", None)
    assert "month" in format_fault("d.yyyy", None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"role": "date", "of": "birth", "formats": ["yyyy"]}, "what the date is of"),
        ({"role": "date", "of": "death", "formats": ["m/d"]}, "one year"),
        ({"role": "date", "of": "diagnosis", "formats": ["yyyy"]}, "one column for each date"),
        ({"role": "states", "values": {"x": "cured"}}, "a statement Trimer knows"),
        ({"role": "reading", "of": "white_cells", "unit": "1e9/L"}, "a known observable"),
        ({"role": "reading", "of": "wbc", "unit": "mg"}, "a unit that converts to '1e9/L'"),
        ({"role": "reading", "of": "wbc"}, "the unit of its numbers"),
        ({"role": "reading", "of": "anc", "unit": "1e9/L", "at": "death"}, "a date that a column"),
        ({"role": "reading", "of": "bcr_abl", "values": {"x": "maybe"}}, "a word of this observable"),
        ({"role": "patient"}, "exactly one"),
        ({"role": "fact", "of": "sex"}, "a name of its own"),
        ({"role": "states"}, "what its texts mean"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_one_clear_error(change: dict[str, Any], words: str) -> None:
    columns = [*MAPPING["columns"], {"name": "extra", **change}]
    with pytest.raises(InputError, match=r"made_up\.toml") as error:
        made_up(columns=columns)
    assert words in str(error.value)


def test_a_mapping_file_is_checked_against_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    head = 'schema = "trimer/mapping/1"\nname = "mine"\nlabel = "Mine"\n'
    path.write_text(head + '[[columns]]\nname = "id"\nrole = "patient"\n', encoding="utf-8")
    assert load_mapping(path).name == "mine"
    for fault in ('code = "import os"\n', '[[columns]]\nname = "d"\nrole = "date"\n', '[[columns]]\nrole = "ignore"\n'):
        path.write_text(head + fault + '[[columns]]\nname = "id"\nrole = "patient"\n', encoding="utf-8")
        with pytest.raises(InputError, match=r"mine\.toml"):
            load_mapping(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml: found an empty file, expected a mapping with schema, name"):
        load_mapping(path)
    path.write_text('schema = "trimer/mapping/1"\nname = "mine"\n', encoding="utf-8")
    with pytest.raises(InputError, match="no field 'label', 'columns'"):
        load_mapping(path)
    with pytest.raises(InputError, match="Nearest: ritz_all"):
        load_mapping("ritz_al")


def test_every_bundled_mapping_is_sound() -> None:
    assert "ritz_all" in bundled_mappings()
    for name in bundled_mappings():
        assert load_mapping(name).name == name


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no row"),
        (b"\n\n", "no row"),
        (b",,\n", "no header"),
        (b"id,id\n", "'id' twice"),
        (b"id,age\n1,2\n", "no such column"),
        (HEADER.encode() + b"\np1,2000-01-10\n", "row 2: found 2 cells, expected 11 cells"),
        (HEADER.encode() + b'\n"p1,2000-01-10\n', "row 2"),
        (HEADER.encode() + b"\n\xff\xfe\n", "no UTF-8 text"),
        (HEADER.encode() + b"\n" + b"x" * 200_000 + b"\n", "row 2: found a cell longer than any table has"),
        (b"id,sex,cr\n", "'diagnosed', 'age', 'wbc', 'blasts', 'response', 'relapsed', 'course', 'seen'"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_error(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"table\.csv") as error:
        read_table(path, made_up())
    assert words in str(error.value)


def test_a_byte_order_mark_empty_lines_and_other_delimiters_are_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    text = "\n".join([HEADER, "", PLAIN]).replace(",", ";")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    cohort = read_table(path, replace(made_up(), delimiter=";"))
    assert [(p.id, p.row) for p in cohort.patients] == [("p1", 3)]


def test_columns_that_the_mapping_does_not_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{HEADER},extra\n{PLAIN},1\n", encoding="utf-8")
    assert read_table(path, made_up()).unread == ("extra",)


CELL = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["", "NA", "CR", "REF", "1", "0", "CCR", "REL", "DEATH IN CR", "2000", "2000-01", "2000-02-30", "2001-05-06", "<5"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=st.lists(st.lists(CELL, min_size=11, max_size=11), max_size=4))
def test_any_cells_give_patients_or_problems_and_nothing_invented(tmp_path: Path, rows: list[list[str]]) -> None:
    import csv

    path = tmp_path / "any.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER.split(","), *rows])
    try:
        cohort = read_table(path, made_up())
    except InputError:
        return
    derived = derive(cohort)
    assert len(derived) == len(cohort.patients) <= len(rows)
    for found in derived.values():
        assert set(found) == set(FIELDS)
        for item in found.values():
            assert bool(item.value) != bool(item.why_not)
            assert item.value == "" or item.cells
            assert item.low is None or item.low >= 0
            assert item.low is None or item.high is None or item.low <= item.high


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "ignore")))
def test_any_bytes_give_a_cohort_or_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.csv"
    for payload in (content, HEADER.encode() + b"\n" + content):
        path.write_bytes(payload)
        try:
            derive(read_table(path, made_up()))
        except InputError:
            continue


TOML = """
schema = "trimer/mapping/1"
name = "mine"
label = "Mine"
columns = [
  {name = "id", role = "patient"},
  {name = "d", role = "date", of = "diagnosis", formats = ["d.m.yyyy"]},
  {name = "r", role = "states", values = {CR = "complete remission"}},
]
"""


def test_the_command_writes_whole_tables_or_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text(TOML, encoding="utf-8")
    table, mapping, out = tmp_path / "t.csv", str(tmp_path / "mine.toml"), tmp_path / "out"
    table.write_text("id,d,r\n=1+1,3.2.2001,CR\nb,31.2.2001,CR\n", encoding="utf-8")
    assert run(["cohort", "import", str(table), "--mapping", mapping, "-o", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "2 patients in 2 rows, 1 with a course" in printed
    assert "impossible date: '31.2.2001'" in printed
    assert sorted(p.name for p in out.iterdir()) == ["manifest.json", "patients.csv", "problems.csv", "traces.csv"]
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["remission"] == {"complete remission": 2}
    assert "=1+1,2" in (out / "patients.csv").read_text(encoding="utf-8")
    assert run(["cohort", "import", str(table), "--mapping", mapping, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["schema"], len(shown["table_rows"])) == ("trimer/cohort/1", 2)
    table.write_text("id,d\na,3.2.2001\n", encoding="utf-8")
    empty = tmp_path / "none"
    for arguments in (
        [str(table), "--mapping", mapping],
        [str(table), "--mapping", "nope"],
        ["x", "--mapping", mapping],
    ):
        assert run(["cohort", "import", *arguments, "-o", str(empty)]) == BAD_INPUT
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not empty.exists()
    blocked = tmp_path / "t.csv" / "inside"
    table.write_text("id,d,r\na,3.2.2001,CR\n", encoding="utf-8")
    assert run(["cohort", "import", str(table), "--mapping", mapping, "-o", str(blocked)]) == BAD_INPUT


def test_what_stands_in_the_way_of_one_file_keeps_all_of_them_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("id,d,r\na,3.2.2001,CR\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "out" / "traces.csv").mkdir(parents=True)
    words = ["cohort", "import", "t.csv", "--mapping", "mine.toml", "-o"]
    for folder in ("out", "", " "):
        assert run([*words, folder]) == BAD_INPUT
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["traces.csv"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.toml", "out", "t.csv"]
    assert run(words[:-1]) == 0
    assert "research use only" in capsys.readouterr().out
    assert run([*words[:-1], "--json"]) == 0
    assert "research use only" in json.loads(capsys.readouterr().out)["note"]


def test_python_and_the_result_as_plain_values(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{HEADER}\n{PLAIN}\n", encoding="utf-8")
    found = import_cohort(path, made_up())
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text)["table_rows"][0]["time"] == "366"
    (row,) = found.table()
    assert (row["event"], row["cause"], row["time_low"], row["time_high"]) == (
        "0",
        "in remission when last seen",
        "366",
        "366",
    )
