"""`trimer judge`: the sets asked for and no others, the share of B cells on the user's word, JSON, the terminal."""

from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console

from trimer.cli import run
from trimer.criteria import DEFAULT, list_criteria
from trimer.errors import InputError, LibraryError
from trimer.record.read_yaml import load_case
from trimer.report.judgement import render
from trimer.study.judge import JudgeResult, judge_case

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


@pytest.mark.parametrize("words", [["--criteria", "amgen"], ["--b-cells", "few"], ["--scale", "amg"]])
def test_bad_input_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["judge", CASE, *words]) == 2
    err = capsys.readouterr().err
    assert err.startswith("trimer: ")
    assert err.count("\n") == 1
