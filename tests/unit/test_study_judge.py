"""`trimer judge`: the sets asked for and no others, the share of B cells on the user's word, JSON, the terminal."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from redcap_sample import reading, treatment
from redcap_sample import records as redcap
from rich.console import Console

from trimer.cli import run
from trimer.criteria import DEFAULT, list_criteria
from trimer.errors import InputError, LibraryError
from trimer.record.read_yaml import load_case
from trimer.record.redcap_write import records_csv
from trimer.report.judgement import render
from trimer.study.judge import JudgeResult, judge_case, judge_records

CASE = "linder2016"


@pytest.fixture(scope="module")
def everything() -> JudgeResult:
    return judge_case(CASE, ["all"], ["all"])


def shown(result: JudgeResult, width: int = 120) -> str:
    buffer = io.StringIO()
    render(result, Console(file=buffer, width=width))
    return buffer.getvalue()


def test_without_names_the_sets_of_the_replay_judge() -> None:
    assert judge_case(CASE).sets == DEFAULT


def test_all_is_every_file_of_the_folder(everything: JudgeResult) -> None:
    assert set(everything.sets) == {c.name for c in list_criteria()}
    assert {c.name for c in list_criteria() if c.scale} == set(judge_case(CASE, scales=["all"]).sets)


def test_a_case_a_file_and_a_course_are_judged_alike() -> None:
    case = load_case(CASE)
    assert judge_case(case).verdicts == judge_case(CASE).verdicts == judge_case(case.course()).verdicts


def test_a_name_given_twice_judges_once() -> None:
    assert judge_case(CASE, ["amg", "amg"]).sets == ("amg",)


def test_a_scale_is_no_criterion_and_the_message_says_where_it_belongs() -> None:
    with pytest.raises(InputError, match="Ask for it with --scale"):
        judge_case(CASE, ["astct_2019_crs"])
    with pytest.raises(InputError, match="Ask for it with --criteria"):
        judge_case(CASE, scales=["amg"])


def test_an_unknown_name_is_told_with_its_nearest() -> None:
    with pytest.raises(LibraryError, match="Nearest: astct_2019_crs"):
        judge_case(CASE, scales=["astct_2019"])


@pytest.mark.parametrize("share", [(5.0, 1.0), (-1.0, 5.0), (1.0, 101.0)])
def test_a_share_that_is_none_is_refused(share: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="share of B cells"):
        judge_case(CASE, b_cells=share)


def test_json_is_plain_and_names_label_and_citation_of_every_set(everything: JudgeResult) -> None:
    plain = everything.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert {s["name"] for s in plain["sets"]} == set(everything.sets)
    assert all(s["citation"] and s["label"] for s in plain["sets"])
    assert len(plain["verdicts"]) == len(everything.verdicts)


def test_the_terminal_shows_every_verdict_with_its_reason_and_says_what_it_is_for(everything: JudgeResult) -> None:
    text = shown(everything, width=400)
    assert "never advice for a patient" in text
    for verdict in everything.verdicts:
        assert verdict.label in text
        assert re.search(rf"\b{verdict.set}[,:] ", text)
    for name in everything.sets:
        assert name in text


def test_no_line_is_wider_than_the_terminal(everything: JudgeResult) -> None:
    assert max(len(line.rstrip()) for line in shown(everything, width=100).splitlines()) <= 100


def test_the_command_line_takes_names_and_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["judge", CASE, "--criteria", "amg", "--scale", "astct_2019_crs", "--b-cells", "1-5%", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [s["name"] for s in found["sets"]] == ["amg", "astct_2019_crs"]
    assert "1 to 5 %" in found["assumed"][0]


def test_a_share_of_one_number_is_told_as_one() -> None:
    assert judge_case(CASE, b_cells=(3.0, 3.0)).assumed[0].startswith("B cells are 3 % of")


def test_an_unknown_name_lists_only_what_its_option_takes() -> None:
    scales = [c.name for c in list_criteria() if c.scale]
    with pytest.raises(LibraryError, match=r"^--criteria: found 'foo'") as error:
        judge_case(CASE, ["foo"])
    assert not [name for name in scales if name in str(error.value)]
    with pytest.raises(LibraryError, match=r"^--criteria: .* Nearest: eln_2024\.$"):
        judge_case(CASE, ["eln_2025"])


def test_what_a_verdict_takes_for_granted_stands_under_it(everything: JudgeResult) -> None:
    conventions = {text for v in everything.verdicts for text in v.conventions}
    assert conventions
    text = " ".join(shown(everything, width=2000).split())
    assert "taken for granted: " in text
    verdict = replace(everything.verdicts[0], category="CR", conventions=("one is none", "two is one"))
    assert "taken for granted: one is none; two is one" in shown(replace(everything, verdicts=(verdict,)))


def test_tables_fold_words_and_leave_no_blanks_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in ("60", "80", "120"):
        monkeypatch.setenv("COLUMNS", width)
        assert run(["judge", CASE, "--criteria", "all", "--scale", "all"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if line != line.rstrip()] == []
        assert [line for line in lines if len(line) > int(width)] == []
        assert not [line for line in lines if "\u2026" in line]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Return a file with the reference case as two records, and a third without a day to count from."""
    course = load_case(CASE).course()
    path = tmp_path / "records.csv"
    path.write_text(records_csv([replace(course, id="A"), replace(course, id="B")]), encoding="utf-8", newline="")
    empty = "," * path.read_text(encoding="utf-8").splitlines()[0].count(",")
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(f"C{empty}\r\n")
    return path


def test_every_record_of_a_redcap_file_is_judged_as_its_case_is(records: Path) -> None:
    found = judge_records(records, ["all"], ["all"])
    direct = judge_case(CASE, ["all"], ["all"]).verdicts
    assert [r.case for r in found.results] == ["A", "B"]
    assert found.results[0].verdicts == found.results[1].verdicts == direct
    assert [(p.patient, p.kind) for p in found.problems] == [("C", "no origin")], "what was left out is told"
    assert judge_case(records, ["all"], ["all"], record="B").verdicts == direct
    with pytest.raises(InputError, match=r"found 2 records, expected one record\. Name it: A, B"):
        judge_case(records)
    with pytest.raises(InputError, match="no record 'D', expected one of its records: A, B"):
        judge_case(records, record="D")
    with pytest.raises(InputError, match="patient_origin"):
        judge_case(records, record="C")
    with pytest.raises(InputError, match="--record"):
        judge_case(CASE, record="A")


def test_what_a_record_lost_in_reading_stands_beside_its_judgement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (reading(observable="platelets", value="-5", day="1"), treatment(drug="blinatumab"))
    path = tmp_path / "mine.csv"
    path.write_text(redcap(*rows), encoding="utf-8")
    assert run(["judge", str(path), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["results"]
    assert [(p["row"], p["column"]) for p in found["problems"]] == [(3, "reading_value"), (4, "dose_drug")]
    assert run(["judge", str(path)]) == 0
    out = capsys.readouterr().out
    assert "What in this record could not be read" in out
    assert "row 3, reading_value: '-5'" in out


def test_the_command_prints_every_record_or_the_one_named(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["judge", str(records)]) == 0
    out = capsys.readouterr().out
    assert out.index("A: record A of records.csv") < out.index("B: record B of records.csv")
    assert "patient_origin" in out, "the record that was left out"
    assert run(["judge", str(records), "--record", "B", "--json"]) == 0
    assert [r["case"] for r in json.loads(capsys.readouterr().out)["results"]] == ["B"]


@pytest.mark.parametrize(
    "words",
    [
        ["--criteria", "amgen"],
        ["--b-cells", "few"],
        ["--scale", "amg"],
        ["--criteria", ""],
        ["--criteria", ","],
        ["--scale", " "],
        ["--record", "A"],
        ["--dictionary", "d.csv"],
    ],
)
def test_bad_input_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["judge", CASE, *words]) == 2
    err = capsys.readouterr().err
    assert err.startswith("trimer: ")
    assert err.count("\n") == 1
