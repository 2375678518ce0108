"""``trimer plot``: the list, what a figure takes, files, numbers, and what is refused before anything runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import trimer.cli.plot
from trimer.cli import cli
from trimer.errors import InputError
from trimer.report.plots import base
from trimer.study.trial.run import TrialResult, trial


def said(*words: str) -> Result:
    return CliRunner().invoke(cli, ["plot", *words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    place: Path = tmp_path_factory.mktemp("trial") / "run"
    trial("mt103_211", patients=20, keep=place)
    return place


def test_alone_it_lists_every_figure_once() -> None:
    text = said().output
    for plot in base.list_plots():
        assert text.count(f"\n  {plot.name} ") == 1
    listed = json.loads(said("--json").output)
    assert [one["name"] for one in listed] == [plot.name for plot in base.list_plots()]


def test_a_figure_alone_says_what_it_takes() -> None:
    text = said("km").output
    assert "Drawn of a virtual trial" in text
    assert "--with endpoint=os" in text


def test_of_a_kept_trial(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "km.svg"
    found = said("km", str(folder), "--out", str(out), "--width", "column", "--with", "endpoint=efs", "--json")
    assert found.exit_code == 0
    told = json.loads(found.stdout)
    assert told["endpoint"] == "efs"
    assert told["arms"]["blinatumomab"]["patients"] == 20
    assert 'viewBox="0 0 252 ' in out.read_text()  # 3.5 inches of 72 points
    assert said("swimmer", str(folder), "--with", "patients=5", "--json").exit_code == 0


def test_of_a_trial_that_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def stand_in(name: str, **settings: Any) -> TrialResult:
        asked.update(settings, name=name)
        return trial(name, patients=15, seed=settings["seed"])

    monkeypatch.setattr("trimer.study.trial.run.trial", stand_in)
    out = tmp_path / "crs.png"
    found = said("crs_timing", "mt103_211", "--seed", "3", "--out", str(out), "--quiet", "--dpi", "50")
    assert found.exit_code == 0
    assert found.stdout == f"Onset of cytokine release syndrome: {out}\n"
    asked.pop("progress")
    assert asked == {"name": "mt103_211", "patients": 400, "seed": 3}
    assert out.read_bytes().startswith(b"\x89PNG")


def test_of_a_treatment() -> None:
    found = said("tornado", "blinatumomab_rr", "--cycles", "1", "--with", "most=3", "--json", "--quiet")
    assert len(json.loads(found.stdout)["parameters"]) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("pie", "x"), "expected one of"),
        (("km", "mt103_211", "--out", "km.gif"), r"--out: found km\.gif"),
        (("km", "mt103_211", "--json", "--width", "wide"), "--width: found 'wide'"),
        (("km", "mt103_211", "--json", "--width", "99"), "--width: found 99"),
        (("km", "mt103_211", "--json", "--width", "nan"), "--width: found nan"),
        (("swimmer", "mt103_211", "--json", "--with", "months=inf"), "--with months: found inf"),
        (("km", "mt103_211", "--json", "--with", "endpoint"), "NAME=VALUE"),
        (("km", "mt103_211", "--json", "--with", "arm=x"), "expected endpoint"),
        (("swimmer", "mt103_211", "--json", "--with", "patients=few"), "a whole number"),
        (("km", "mt103_211", "--json", "--cycles", "2"), "--cycles: found beside km"),
        (("tornado", "blinatumomab_rr", "--json", "-n", "9"), "--patients: found beside tornado"),
        (("pareto", "nothing.json", "--json"), "no readable JSON"),
    ],
)
def test_refused_before_anything_runs(
    words: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("something was run")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("trimer.study.trial.run.trial", never)
    monkeypatch.setattr("trimer.study.tornado.tornado", never)
    found = said(*words)
    assert isinstance(found.exception, InputError)
    with pytest.raises(InputError, match=message):
        raise found.exception


def test_something_must_be_asked_for(folder: Path) -> None:
    assert "Give --out FILE" in said("km", str(folder)).output
    assert isinstance(said("km", str(folder), "-n", "9", "--json").exception, InputError)


def test_every_source_can_be_loaded() -> None:
    assert {plot.source for plot in base.list_plots()} <= set(trimer.cli.plot._LOAD) == set(trimer.cli.plot.SOURCES)
