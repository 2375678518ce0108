"""``trimer trial`` from the terminal: what it prints and writes, how it goes on, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trimer.cli import BAD_INPUT, INTERRUPTED, cli, run
from trimer.errors import InputError
from trimer.study.trial.task import TrialTask

FEW = ("trial", "flag_ida_bari", "-n", "24", "--calibration", "none", "--quiet")
REFUSED = [
    (["trial", "nowhere"], "nowhere"),
    (["trial", "mt103_211", "-n", "0", "--calibration", "none"], "patients"),
    (["trial", "mt103_211", "--calibration", "nobody.csv"], "calibration"),
    (["trial", "mt103_211", "--resume", "--calibration", "none"], "--keep"),
    (["trial", "mt103_211", "--figure", "trial.txt"], "--figure"),
    (["trial", "mt103_211", "--html", "nowhere/trial.html"], "--html"),
    (["trial", "mt103_211", "--power", "cr_crh"], "--null"),
    (["trial", "mt103_211", "--power", "remission", "--null", "0.2"], "os_median"),
    (["trial", "mt103_211", "--power", "os_median", "--null", "0.2"], "a share of patients"),
    (["trial", "mt103_211", "--power", "cr_crh", "--null", "20"], "--null"),
    (["trial", "tower", "--power", "css_mean"], "--power"),
    (["trial", "tower", "--power", "os_median", "--per-arm", "50,many"], "--per-arm"),
    (["trial", "tower", "--per-arm", "50"], "--power"),
    (["trial", "tower", "--replicates", "3", "--keep", "run1", "--power", "cr"], "--power, --keep"),
]  # fmt: skip


def invoke(*args: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(cli, args)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return the folder of a finished run of chunks of eight, and what it printed."""
    folder = tmp_path_factory.mktemp("trial")
    answer = invoke(*FEW, "--chunk", "8", "--keep", str(folder / "run"), "--html", str(folder / "t.html"))
    return folder, answer


def test_the_terminal_shows_endpoints_notice_and_what_to_ask_next(kept: tuple[Path, Result]) -> None:
    folder, answer = kept
    assert answer.exit_code == 0
    assert "FLAG-IDA in relapsed or refractory ALL, Bari" in answer.output
    assert "24 virtual patients · population adult_rr_ball, not calibrated" in answer.output
    assert "of 24" in answer.output
    assert "never advice for a patient" in answer.output
    assert "trimer trial flag_ida_bari --replicates 200" in answer.output
    assert f"Report: {folder / 't.html'}" in answer.output
    assert "FLAG-IDA in relapsed" in (folder / "t.html").read_text(encoding="utf-8")


def test_json_is_the_kept_summary_and_can_be_resumed(kept: tuple[Path, Result]) -> None:
    folder, _ = kept
    summary = json.loads((folder / "run" / "summary.json").read_text())
    answer = invoke(*FEW, "--chunk", "8", "--keep", str(folder / "run"), "--resume", "--json")
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert found == summary
    assert found["schema"] == "trimer/trial-summary/1"
    assert (found["trial"], found["patients"]) == ("flag_ida_bari", 24)
    share = found["arms"]["chemotherapy"]["cr_crh"]
    assert set(share) == {"label", "group", "kind", "unit", "value", "low", "high", "n", "events"}
    assert share["value"] == share["events"] / 24
    assert found["provenance"]["calibration"] == "none"


def test_a_finished_folder_is_not_run_over(kept: tuple[Path, Result]) -> None:
    folder, _ = kept
    with pytest.raises(InputError, match="--resume to go on"):
        CliRunner().invoke(
            cli, [*FEW, "--chunk", "8", "--keep", str(folder / "run")], catch_exceptions=False, standalone_mode=False
        )
    other = invoke(*FEW, "--chunk", "8", "--seed", "7", "--keep", str(folder / "run"), "--resume")
    assert "another trial (other in description: seed" in str(other.exception)


def test_an_interrupted_run_says_what_is_kept_and_goes_on(
    kept: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    solve = TrialTask.__call__

    def stopped(task: TrialTask, first: int, count: int) -> object:
        if first == 8:
            raise KeyboardInterrupt
        return solve(task, first, count)

    place = str(tmp_path / "run")
    with monkeypatch.context() as patched:
        patched.setattr(TrialTask, "__call__", stopped)
        assert run([*FEW, "--chunk", "8", "--keep", place]) == INTERRUPTED
    said = f"trimer: interrupted; finished patients are kept in {place}; add --resume to go on."
    assert " ".join(capsys.readouterr().err.split()) == said
    assert run([*FEW, "--chunk", "8", "--keep", place, "--resume", "--json"]) == 0
    capsys.readouterr()
    whole, again = (Path(p, "summary.json").read_bytes() for p in (kept[0] / "run", place))
    assert again == whole


def test_power_is_printed_and_told_to_machines() -> None:
    asked = (*FEW, "--power", "cr_crh", "--null", "0.05", "--per-arm", "200,20")
    told = invoke(*asked)
    assert told.exit_code == 0
    assert "Power: CR or CRh, exact 95 % interval above 5 %" in told.output
    found = json.loads(invoke(*asked, "--json").stdout)["power"]
    assert (found["endpoint"], found["null"]) == ("cr_crh", 0.05)
    small, large = found["arms"]["chemotherapy"]
    assert (small["per_arm"], large["per_arm"], large["trials"]) == (20, 200, 1000)
    assert small["low"] <= small["power"] <= small["high"]
    assert small["power"] <= large["power"]


@pytest.mark.slow
def test_two_arms_are_compared_and_drawn(tmp_path: Path) -> None:
    figure = tmp_path / "t.svg"
    asked = ("trial", "tower", "-n", "12", "--calibration", "none", "--quiet", "--figure", str(figure))
    told = invoke(*asked, "--power", "os_median", "--per-arm", "10")
    assert told.exit_code == 0
    assert "Power: median overall survival, against chemotherapy, log-rank test, two-sided 5 %" in told.output
    assert "12 virtual patients in each of 2 arms" in told.output
    assert figure.read_bytes().startswith(b"<?xml")


def test_replicates_have_the_published_size() -> None:
    asked = ("trial", "flag_ida_bari", "--replicates", "2", "--calibration", "none", "--quiet")
    told = invoke(*asked)
    assert told.exit_code == 0
    assert "2 replicates of the trial, each with its own patients: 23 in chemotherapy" in told.output
    assert "95 % predictive" in told.output
    found = json.loads(invoke(*asked, "--json").stdout)
    assert (found["schema"], found["replicates"]) == ("trimer/trial-replicates/1", 2)
    one = found["arms"]["chemotherapy"]["endpoints"]["cr_crh"]
    assert one["low"] <= one["median"] <= one["high"]
    assert round(23 * one["median"]) == pytest.approx(23 * one["median"])


@pytest.mark.parametrize(("args", "said"), REFUSED, ids=[" ".join(args[1:]) for args, _ in REFUSED])
def test_bad_input_is_one_line_and_exits_with_2(
    args: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(TrialTask, "__call__", lambda *_: pytest.fail("a patient was simulated"))
    assert run([*args, "--quiet"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("trimer: ")
    assert err.count("\n") == 1
    assert said in err
