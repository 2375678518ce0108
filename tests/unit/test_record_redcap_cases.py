"""Whole cases in REDCap: a dictionary that keeps its rules, what a person fills in, every fault by row and field."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from trimer.cli import BAD_INPUT, run
from trimer.errors import InputError
from trimer.record.read_yaml import load_case, read_case
from trimer.record.redcap_case_forms import case_dictionary, case_forms
from trimer.record.redcap_case_read import CaseRecords, read_cases
from trimer.record.redcap_case_write import LOST, cases_csv, held
from trimer.record.redcap_dictionary import HEADERS, check_dictionary, dictionary_csv
from trimer.record.schema import CaseDocument

Row = dict[str, str]
Read = Callable[..., CaseRecords]
HEAD = {
    "case_id": "made_up", "case_title": "A made-up case", "case_citation": "Nobody2026", "case_article": "Nothing",
    "case_authors": "N Body", "case_journal": "None", "case_year": "2026", "case_sex": "female", "case_age": "40 year",
    "case_weight": "60 kg", "case_weight_kind": "stated", "case_height": "1.7 m", "case_height_kind": "assumed",
    "case_origin": "e01",
}  # fmt: skip
FIRST = {"evt_id": "e01", "evt_number": "1", "evt_kind": "lab", "evt_label": "Counts", "evt_on": "2014-01-13"}
SECOND = {"evt_id": "e02", "evt_number": "2", "evt_kind": "drug", "evt_label": "Infusion", "end_stated": "1"}


def rows(*filled: tuple[str, Row], head: Mapping[str, str] = HEAD) -> list[Row]:
    """Return the rows of one record: the case, two events, and what is given as form and cells."""
    found: list[Row] = [{"record_id": "1", **head}]
    tied = {"tie_point": "e02", "tie_relation": "after", "tie_to": "e01"}
    ended = {"tie_point": "e02.end", "tie_relation": "relative", "tie_to": "e02", "tie_offset": "3 day"}
    count: dict[str, int] = {}
    start = (("case_event", FIRST), ("case_event", SECOND), ("case_tie", tied), ("case_tie", ended))
    for form, cells in (*start, *filled):
        count[form] = count.get(form, 0) + 1
        repeat = {"redcap_repeat_instrument": form, "redcap_repeat_instance": str(count[form])}
        found.append({"record_id": "1", **repeat, **cells})
    return found


def csv_of(records: list[Row]) -> str:
    header = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    names = dict.fromkeys([*header, *(f.name for f in case_dictionary()), *(name for row in records for name in row)])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(names), restval="")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def call(records: list[Row] | str, **names: Any) -> CaseRecords:
        path = tmp_path / "records.csv"
        path.write_text(records if isinstance(records, str) else csv_of(records), encoding="utf-8", newline="")
        return read_cases(path, **names)

    return call


def test_the_dictionary_keeps_the_rules_of_redcap() -> None:
    table = list(csv.DictReader(io.StringIO(dictionary_csv(case_dictionary()))))
    assert list(check_dictionary(table)) == []
    assert max(len(row[HEADERS[0]]) for row in table) <= 26, "what REDCap advises"
    assert table[0][HEADERS[0]] == "record_id"
    assert not [row for row in table if any("|" in text for _, text in case_dictionary()[table.index(row)].choices)]


def test_every_field_of_the_schema_has_a_place() -> None:
    """What the forms hold, put together, are the fields of the schema."""
    paths = {str(key) for form in case_forms() for column in form.columns for key in column.path}
    linked = {"schema", "relative", "after", "before", "clocks", "events", "observations", "given", "episodes", "notes"}
    linked |= {"article_notes", "interpretations", "phases", "orders", "amounts", "seen", "recalled"}
    known = set()
    stack: list[Any] = [CaseDocument.model_json_schema(by_alias=True)]
    while stack:
        top = stack.pop()
        if isinstance(top, dict):
            known |= set(top.get("properties", {}))
            stack += top.values()
        elif isinstance(top, list):
            stack += top
    assert known - paths - linked == set()


def test_the_reference_case_comes_back_identical_and_nothing_of_it_is_lost(read: Read) -> None:
    made = load_case("linder2016").document
    found = read(cases_csv([made]))
    assert found.problems == ()
    assert found.cases[0].document == made == held(made)
    assert len(LOST) == 1
    records = list(csv.DictReader(io.StringIO(cases_csv([made]), newline="")))
    assert [r["evt_on"] for r in records if r["evt_id"] == "e03"] == ["2014-01"], "as written, no day invented"
    assert {r["obs_comparator"] for r in records} >= {"gt", ""}
    assert sum(r["rem_id"].startswith("A") for r in records) == 30


def test_what_a_person_fills_in_is_a_case(read: Read) -> None:
    given = ("case_given", {"giv_event": "e02", "giv_drug": "blinatumomab", "giv_rate": "9 ug/day", "giv_days": "1, 2"})
    seen = {"obs_event": "e01", "obs_observable": "anc", "obs_comparator": "gt", "obs_value": "1", "obs_unit": "1e9/L"}
    amount = ("case_amount", {"amt_order": "1", "amt_part": "cytarabine", "amt_amount": "1 g/m2"})
    order = (
        "case_order",
        {"ord_event": "e02", "ord_regimen": "hidac", "ord_kind": "assumed", "ord_omit": "mesna, x/it"},
    )
    note = ("case_note", {"rem_text": "=1+1"})
    found = read(rows(given, ("case_observation", seen), amount, order, note))
    assert found.problems == ()
    case = found.cases[0]
    assert (case.id, case.schedule.day("e02"), case.schedule.end("e02")) == ("made_up", 1.0, 4.0)
    assert case.event("e02").given[0].days == (1, 2)
    (reading,) = case.course().readings
    assert (reading.low, reading.low_open, reading.unit) == (1.0, True, "1e9/L")
    assert case.document.realisation.orders[0].omit == ("mesna", "x/it")
    assert case.document.realisation.orders[0].amounts == {"cytarabine": "1 g/m2"}
    assert case.document.article_notes[0].text == "=1+1"


OBSERVED = {"obs_event": "e01", "obs_observable": "wbc", "obs_value": "5", "obs_unit": "1e9/L"}
READING = {"int_id": "R1", "int_label": "x", "int_drug": "blinatumomab", "int_route": "civ", "int_start": "e02"}
PHASE = {"pha_reading": "R1", "pha_rate": "9 ug/day", "pha_lasts": "7 day", "pha_event": "e02"}
ORDER = {"ord_event": "e02", "ord_regimen": "hidac", "ord_kind": "assumed"}


@pytest.mark.parametrize(
    ("form", "cells", "column"),
    [
        ("case_observation", OBSERVED | {"obs_value": "many"}, "obs_value"),
        ("case_observation", OBSERVED | {"obs_value": "-5"}, "obs_value"),
        ("case_observation", OBSERVED | {"obs_value": "1e999"}, "obs_value"),
        ("case_observation", OBSERVED | {"obs_unit": "mg"}, "obs_unit"),
        ("case_observation", OBSERVED | {"obs_unit": ""}, "obs_unit"),
        ("case_observation", OBSERVED | {"obs_event": "e09"}, "obs_event"),
        ("case_observation", OBSERVED | {"obs_observable": "white"}, "obs_observable"),
        ("case_observation", OBSERVED | {"obs_observable": ""}, "obs_observable"),
        ("case_observation", OBSERVED | {"obs_comparator": "about"}, "obs_comparator"),
        ("case_observation", OBSERVED | {"obs_value": "", "obs_low": "3", "obs_high": "2"}, "obs_low"),
        ("case_observation", OBSERVED | {"obs_value": "", "obs_low": "3"}, "obs_high"),
        ("case_observation", OBSERVED | {"obs_sensitivity": "2"}, "obs_sensitivity"),
        ("case_observation", OBSERVED | {"giv_drug": "x"}, "giv_drug"),
        ("case_given", {"giv_event": "e02", "giv_drug": "blinatumomab", "giv_rate": "9"}, "giv_rate"),
        ("case_given", {"giv_event": "e02", "giv_drug": "blinatumomab", "giv_days": "1; 2"}, "giv_days"),
        ("case_given", {"giv_event": "e02", "giv_drug": "blinatumomab", "giv_repeat": "1.5"}, "giv_repeat"),
        ("case_given", {"giv_event": "e02", "giv_drug": "blinatumomab", "giv_repeat": "0"}, "giv_repeat"),
        ("case_given", {"giv_event": "e02", "giv_drug": "blinatumomap"}, "giv_drug"),
        ("case_episode", {"epi_event": "e02", "epi_kind": "hold", "epi_name": "x", "epi_until": "e77"}, "epi_until"),
        ("case_episode", {"epi_event": "e02", "epi_kind": "hold"}, "epi_name"),
        ("case_event", FIRST | {"evt_number": "3"}, "evt_id"),
        ("case_event", FIRST | {"evt_id": "e03", "evt_number": "1"}, "evt_number"),
        ("case_event", FIRST | {"evt_id": "e3", "evt_number": "3"}, "evt_id"),
        ("case_event", FIRST | {"evt_id": "e03", "evt_number": "3", "evt_on": "2014-13"}, "evt_on"),
        ("case_event", FIRST | {"evt_id": "e03", "evt_number": "3", "evt_to": "2014"}, "evt_from"),
        ("case_event", FIRST | {"evt_id": "e03", "evt_number": "3", "evt_clock": "c"}, "evt_weeks"),
        ("case_event", FIRST | {"evt_id": "e03", "evt_number": "3", "evt_with": "e05"}, "evt_with"),
        ("case_event", FIRST | {"evt_id": "e03", "evt_number": "3", "end_on": "2014", "end_stated": "0"}, "end_stated"),
        ("case_tie", {"tie_point": "e01.end", "tie_relation": "after", "tie_to": "e02"}, "tie_point"),
        ("case_tie", {"tie_point": "e02", "tie_relation": "after"}, "tie_to"),
        ("case_tie", {"tie_point": "e02", "tie_relation": "before", "tie_to": "e77"}, "tie_to"),
        ("case_tie", {"tie_point": "e02", "tie_to": "e01"}, "tie_relation"),
        ("case_tie", {"tie_point": "e02", "tie_relation": "after", "tie_to": "e01", "tie_offset": "x"}, "tie_offset"),
        ("case_phase", PHASE, "pha_reading"),
        ("case_interpretation", READING, "case_interpretation"),
        ("case_order", ORDER | {"ord_interval": "-1 day"}, "ord_interval"),
        ("case_order", ORDER | {"ord_drug": "vincristine"}, "case_order"),
        ("case_order", ORDER | {"ord_omit": "mesna,"}, "ord_omit"),
        ("case_amount", {"amt_order": "1", "amt_part": "cytarabine", "amt_amount": "1 g"}, "amt_order"),
        ("case_source", {"src_kind": "seen"}, "src_text"),
        ("case_note", {"rem_event": "e01", "rem_id": "B1", "rem_text": "x"}, "rem_id"),
        ("case_observatoin", OBSERVED, "redcap_repeat_instrument"),
        ("case_note", {"rem_text": "x", "redcap_repeat_instance": "first"}, "redcap_repeat_instance"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_row_and_field_and_leaves_the_case_out(
    read: Read, form: str, cells: Row, column: str
) -> None:
    assert read(rows()).problems == ()
    found = read(rows((form, cells)), known_drugs=["blinatumomab", "vincristine"], known_regimens=["hidac"])
    assert found.cases == ()
    assert [(p.row, p.column, p.patient) for p in found.problems][:1] == [(7, column, "1")], found.problems
    assert found.problems[0].follows in ("the case is left out", "the row is not read")


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("case_id", "17", "case_id"),
        ("case_title", "", "case_title"),
        ("case_year", "MMXVI", "case_year"),
        ("case_weight", "60", "case_weight"),
        ("case_weight_kind", "guessed", "case_weight_kind"),
        ("case_age", "-3 year", "case_age"),
        ("case_origin", "e55", "case_origin"),
        ("case_chosen", "R1", "case_chosen"),
        ("case_sex", "f", "case_sex"),
    ],
)
def test_a_fault_of_the_case_itself_is_told(read: Read, name: str, text: str, column: str) -> None:
    found = read(rows(head=HEAD | {name: text}))
    assert (found.cases, [(p.row, p.column) for p in found.problems]) == ((), [(2, column)])


def test_dates_that_contradict_each_other_leave_the_case_out(read: Read) -> None:
    late = {"tie_point": "e01", "tie_relation": "after", "tie_to": "e02"}
    found = read(rows(("case_tie", late)))
    assert found.cases == ()
    assert "e02" in found.problems[0].found + found.problems[0].expected


def test_records_stand_alone_and_a_record_without_a_name_of_its_own_has_that_of_the_record(read: Read) -> None:
    second = [row | {"record_id": "other"} for row in rows(head=HEAD | {"case_id": ""})]
    broken = [row | {"record_id": "third"} for row in rows(head=HEAD | {"case_year": ""})]
    again = [row | {"record_id": "fourth"} for row in rows(head=HEAD | {"case_id": "Made_Up"})]
    headless = [row | {"record_id": "fifth"} for row in rows()[1:]]
    twice = [row | {"record_id": "sixth"} for row in (rows()[0], *rows())]
    found = read([*rows(), *second, *broken, *again, *headless, *twice])
    assert [case.id for case in found.cases] == ["made_up", "other"]
    assert [(p.patient, p.column) for p in found.problems] == [
        ("third", "case_year"), ("fourth", "case_id"), ("fifth", "record_id"), ("sixth", "record_id")
    ]  # fmt: skip


def test_rows_and_columns_that_are_not_ours_are_told_and_the_case_kept(read: Read) -> None:
    found = read(rows(("labs", {"labs_hb": "9"})))
    assert [case.id for case in found.cases] == ["made_up"]
    assert {(p.column, p.row) for p in found.problems} == {("labs_hb", 1), ("redcap_repeat_instrument", 7)}


def test_a_file_that_lacks_a_field_is_refused_as_it_would_read_as_something_else(read: Read, tmp_path: Path) -> None:
    records = [{name: text for name, text in row.items() if name != "obs_comparator"} for row in rows()]
    text = csv_of(records).replace("obs_comparator", "obs_compared")
    with pytest.raises(InputError, match="obs_comparator"):
        read(text)
    project = [f for f in case_dictionary() if f.name != "case_doi"]
    path = tmp_path / "dictionary.csv"
    path.write_text(dictionary_csv(project), encoding="utf-8", newline="")
    found = read(csv_of(rows()).replace("case_doi", "my_doi"), dictionary_path=path)
    assert len(found.cases) == 1
    assert {p.column for p in found.problems} == {"case_doi", "my_doi"}
    with pytest.raises(InputError, match="trimer redcap import"):
        read("record_id,patient_origin\na,2014-01-13\n")


def test_codes_of_a_foreign_dictionary_are_matched_by_their_labels(read: Read, tmp_path: Path) -> None:
    table = list(csv.DictReader(io.StringIO(dictionary_csv(case_dictionary()))))
    kinds = next(row for row in table if row[HEADERS[0]] == "evt_kind")
    kinds[HEADERS[5]] = " | ".join(
        f"{i}, {part.split(',')[1].strip()}" for i, part in enumerate(kinds[HEADERS[5]].split("|"))
    )
    numbers = {part.split(", ")[1].strip(): part.split(",")[0].strip() for part in kinds[HEADERS[5]].split("|")}
    path = tmp_path / "dictionary.csv"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADERS)
    writer.writeheader()
    writer.writerows(table)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    coded = [row | ({"evt_kind": numbers[row["evt_kind"]]} if "evt_kind" in row else {}) for row in rows()]
    found = read(coded, dictionary_path=path)
    assert found.problems == ()
    assert [event.kind for event in found.cases[0].events] == ["lab", "drug"]
    assert read(coded).cases == ()


def test_what_cannot_be_written_is_refused() -> None:
    made = load_case("linder2016").document
    with pytest.raises(InputError, match="same name twice"):
        cases_csv([made, made])
    plan = made.realisation
    doubled = plan.model_copy(update={"interpretations": (*plan.interpretations, plan.interpretations[0])})
    with pytest.raises(InputError, match="each name once"):
        cases_csv([made.model_copy(update={"realisation": doubled})])


def test_the_commands_write_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, folder, dictionary = tmp_path / "cases.csv", tmp_path / "cases", tmp_path / "dictionary.csv"
    assert run(["redcap", "dictionary", "--whole", "-o", str(dictionary)]) == 0
    assert dictionary.read_bytes().decode() == dictionary_csv(case_dictionary())
    assert run(["export", "redcap", "linder2016", "-o", str(file)]) == 0
    capsys.readouterr()
    assert run(["redcap", "export", "--whole", "linder2016"]) == 0
    assert capsys.readouterr().out == file.read_bytes().decode()
    assert run(["import", "redcap", str(file), "--dictionary", str(dictionary), "-o", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "1 cases, 0 problems" in shown
    assert "38 events" in shown
    written = (folder / "linder2016.yaml").read_text(encoding="utf-8")
    assert read_case(written).document == load_case("linder2016").document
    assert run(["import", "redcap", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["cases"][0]["id"], answer["problems"]) == ("trimer/redcap/1", "linder2016", [])
    assert run(["import", "redcap", str(tmp_path / "none.csv")]) == BAD_INPUT
    assert run(["import", "redcap", str(file), "-o", str(file)]) == BAD_INPUT
    (folder / "linder2016.yaml").unlink()
    (folder / "linder2016.yaml").mkdir()
    assert run(["import", "redcap", str(file), "-o", str(folder)]) == BAD_INPUT
