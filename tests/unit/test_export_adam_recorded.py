"""A recorded case as analysis tables: dates as far as they are known, values as they are, verdicts of the criteria."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from case_sample import dated
from click.testing import CliRunner

from trimer.cli import cli
from trimer.errors import CaseError, InputError
from trimer.observables import OBSERVABLES
from trimer.record.case import Case
from trimer.record.read_yaml import load_case, read_case
from trimer.record.vocabulary import RECORD_ONLY
from trimer.study.export.adam import AdamTables, adam
from trimer.study.export.adam.parameters import codes
from trimer.study.export.adam.write import csv_text
from trimer.study.judge import judge_case

KEPT = ("schema", "id", "title", "source", "patient")
INFUSION = {"drug": "blinatumomab", "rate": "28 ug/day", "route": "civ"}


@pytest.fixture(scope="module")
def tables() -> AdamTables:
    return adam("linder2016")


def treated(given: dict[str, Any], start: str, end: str | None = None) -> Case:
    """Return a case of one event, which gives something."""
    event = {"id": "e01", "number": 1, "kind": "drug", "label": "x", "date": {"on": start}, "given": [given]}
    event |= {"end": {"on": end}} if end else {}
    kept = {name: value for name, value in load_case("linder2016").to_dict().items() if name in KEPT}
    return read_case(json.dumps({**kept, "origin": "e01", "events": [event]}))


def rows(tables: AdamTables, name: str, **wanted: str) -> list[dict[str, str]]:
    read = csv.DictReader(io.StringIO(csv_text(tables[name]), newline=""))
    return [row for row in read if all(row[key] == value for key, value in wanted.items())]


def test_the_subject_has_a_period_a_line_of_therapy(tables: AdamTables) -> None:
    (row,) = rows(tables, "ADSL")
    assert (row["STUDYID"], row["SEX"], row["AGE"], row["SAFFL"]) == ("CASE-LINDER2016", "F", "32.0", "Y")
    assert [row[f"LINE{n:02d}"] for n in range(1, 6)] == [
        "frontline", "salvage 1", "salvage 2", "salvage 3", "salvage 4",
    ]  # fmt: skip
    assert row["TRT01A"] == "modified_linker; hypercvad"
    assert row["SIZEKIND"] == "assumed"
    assert (row["TRT01P"], row["ITTFL"], row["TRTSDT"]) == ("", "", "")  # no plan, no allocation, no day


def test_a_day_that_is_not_known_is_not_made_up(tables: AdamTables) -> None:
    (marrow,) = rows(tables, "ADLB", SRCEVENT="e17", PARAMCD="BLASTBM")
    assert (marrow["AVAL"], marrow["AVALU"], marrow["LBDENOM"]) == ("79.0", "%", "nucleated cells")
    assert (marrow["LBDTC"], marrow["ADT"], marrow["ADTF"], marrow["ADY"]) == ("2014-11", "", "", "")
    assert int(marrow["ADYLO"]) < int(marrow["ADYHI"])
    for dataset in tables.datasets:
        dates = [variable.name for variable in dataset.variables if variable.type == "date"]
        assert all(set(dataset.columns[name]) <= {None} for name in dates)  # the report dates nothing to a day


def test_a_day_of_treatment_is_kept_where_the_report_gives_it(tables: AdamTables) -> None:
    assert {row["ADY"] for row in rows(tables, "ADLB", SRCEVENT="e09")} == {"38"}
    vincristine = rows(tables, "ADEX", EXTRT="vincristine", SRCEVENT="e07")
    assert [row["ASTDY"] for row in vincristine] == ["1", "8", "15", "22", "30", "37", "44"]
    assert {row["AVAL"] for row in vincristine} == {"2000.0"}


def test_a_bound_is_no_value(tables: AdamTables) -> None:
    (anc,) = rows(tables, "ADLB", SRCEVENT="e28", PARAMCD="NEUT")
    assert (anc["AVAL"], anc["AVALC"], anc["AVALLO"], anc["AVALHI"]) == ("", "> 1.0", "1.0", "")
    (normal,) = rows(tables, "ADLB", SRCEVENT="e34", PARAMCD="PLAT")
    assert (normal["AVAL"], normal["AVALLO"], normal["AVALHI"], normal["LBINFER"]) == ("", "150.0", "400.0", "Y")
    (silent,) = rows(tables, "ADLB", SRCEVENT="e03", PARAMCD="NEUT")
    assert (silent["AVALC"], silent["LBREASND"], silent["LBSTAT"]) == ("", "not stated", "")


def test_verdicts_are_those_of_the_criteria(tables: AdamTables) -> None:
    verdicts = judge_case("linder2016").verdicts
    judged = rows(tables, "ADRS")
    assert [(row["AVISIT"], row["AVALC"]) for row in judged] == [
        (verdict.visit, verdict.category) for verdict in verdicts if verdict.subject == "response"
    ]
    (crs,) = rows(tables, "ADAE", AECAT="JUDGED")
    assert (crs["AETOXGR"], crs["AETOXGLO"], crs["AETOXGHI"]) == ("", "3", "4")
    assert (crs["AETOXSCL"], crs["EXPODY"], crs["SRCEVENT"]) == ("astct_2019_crs", "3", "e23")
    assert [row["AETERM"] for row in rows(tables, "ADAE", AECAT="STATED")] == ["CRS", "pancreatitis"]


def test_times_have_the_bounds_of_their_dates(tables: AdamTables) -> None:
    found = {row["PARAMCD"]: row for row in rows(tables, "ADTTE")}
    assert (found["OS"]["CNSR"], found["OS"]["AVAL"]) == ("1", "")
    assert (found["DOR1"]["AVALLO"], found["DOR1"]["AVALHI"]) == ("237.0", "296.0")  # as `trimer lines` has it
    assert (found["DOR2"]["CNSR"], found["DOR2"]["EVNTDESC"]) == ("0", "RELAPSE")


def test_known_days_are_dates_and_there_is_no_day_0() -> None:
    tables = adam(dated(e03="2014-01-14", e07="2014-01-15"))
    assert rows(tables, "ADSL")[0]["TRTSDT"] == "2014-01-15"
    (wbc,) = rows(tables, "ADLB", SRCEVENT="e03", PARAMCD="WBC")
    assert (wbc["ADT"], wbc["ADY"], wbc["LBDTC"]) == ("2014-01-14", "-1", "2014-01-14")
    assert {row["ASTDY"] for row in rows(tables, "ADEX", SRCEVENT="e07", PARAMCD="REGIMEN")} == {"1"}


@pytest.mark.parametrize(
    ("given", "end", "last", "begun"),
    [
        (INFUSION, "2014-02-12", "2014-02-12", "2014-01-15"),
        (INFUSION, None, "", "2014-01-15"),
        ({"regimen": "hypercvad_a"}, None, "", "2014-01-15"),
        ({"regimen": "hypercvad_a"}, "2014-02-12", "2014-02-12", "2014-01-15"),
        ({"drug": "vincristine", "amount": "2 mg", "days": [1, 8]}, None, "2014-01-22", "2014-01-15"),
        ({"drug": "vincristine", "amount": "2 mg"}, None, "2014-01-15", "2014-01-15"),
        ({"drug": "vincristine", "amount": "2 mg", "repeat": 3}, None, "", "2014-01-15"),
        ({"drug": "vincristine", "amount": "2 mg"}, "2014-02", "", "2014-01-15/2014-02-28"),
        ({"drug": "vincristine", "amount": "2 mg", "days": [1, 40]}, "2014-02-12", "2014-02-23", "2014-01-15"),
    ],
)  # fmt: skip
def test_treatment_begins_and_ends_when_the_record_says(given: dict[str, Any], end: str, last: str, begun: str) -> None:
    tables = adam(treated(given, "2014-01-15", end))
    (subject,) = rows(tables, "ADSL")
    assert (subject["TRTSDT"], subject["TRTEDT"]) == ("2014-01-15", last)
    dose = rows(tables, "ADEX")[0]
    assert (dose["EXSTDTC"], dose["ASTDT"], dose["ASTDY"]) == (begun, *(("", "") if "/" in begun else (begun, "1")))


def test_a_dose_within_a_stretch_has_no_day_of_its_own() -> None:
    (dose,) = rows(adam(treated({"drug": "vincristine", "amount": "2 mg"}, "2014-01", "2014-01")), "ADEX")
    assert (dose["EXSTDTC"], dose["ASTDY"]) == ("2014-01", "")  # the first day of treatment, or a later one
    (dose,) = rows(adam(treated(INFUSION, "2014-01", "2014-03")), "ADEX")
    assert (dose["EXSTDTC"], dose["ASTDY"]) == ("2014-01", "1")


def test_a_month_gives_no_day_on_which_somebody_was_last_seen() -> None:
    (time,) = rows(adam(treated({"regimen": "hypercvad_a"}, "2014-01")), "ADTTE", PARAMCD="OS")
    assert (time["ADT"], time["AVAL"], time["AVALLO"], time["AVALHI"]) == ("", "", "0.0", "30.0")
    (time,) = rows(adam(treated(INFUSION, "2014-01-15", "2014-02-12")), "ADTTE", PARAMCD="OS")
    assert (time["ADT"], time["AVAL"], time["CNSR"], time["ADY"]) == ("2014-02-12", "28.0", "1", "29")


def test_the_definition_of_a_remission_is_named(tables: AdamTables) -> None:
    assert {row["PARCAT1"] for row in rows(tables, "ADTTE") if row["PARAMCD"] != "OS"} == {"amg"}


def test_a_folder_of_that_name_does_not_hide_a_bundled_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "linder2016").mkdir()
    monkeypatch.chdir(tmp_path)
    assert adam("linder2016").study == "CASE-LINDER2016"


def test_parameter_codes_are_short_and_unlike() -> None:
    found = list(codes().values())
    assert set(codes()) == {*OBSERVABLES, *RECORD_ONLY}
    assert len(set(found)) == len(found)
    assert all(1 <= len(code) <= 8 and code.isalnum() and code.upper() == code for code in found)


def test_other_definitions_are_asked_for_as_in_judge(tmp_path: Path) -> None:
    out = tmp_path / "tables"
    arguments = ["export", "adam", "linder2016", "-o", str(out), "--criteria", "amg,eln_2024", "--scale", "all"]
    answer = CliRunner().invoke(cli, arguments)
    assert answer.exit_code == 0, answer.output
    read = list(csv.DictReader(io.StringIO((out / "adrs.csv").read_text(encoding="utf-8"), newline="")))
    assert {row["PARCAT1"] for row in read} == {"amg", "eln_2024"}
    described = json.loads((out / "define.json").read_text(encoding="utf-8"))
    assert described["simulated"] is False
    assert described["not_in_the_tables"]
    with pytest.raises(InputError):
        adam("linder2016", criteria=["no such set"])


def test_what_is_no_case_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        adam("nobody2000")
    with pytest.raises(CaseError, match="no such file"):
        adam("a" * 5000)
    (tmp_path / "x.yaml").write_text("[1, 2")
    with pytest.raises(CaseError):
        adam(tmp_path / "x.yaml")
    with pytest.raises(InputError, match="ADXX"):
        adam("linder2016")["ADXX"]
