"""``trimer calibrate``: a toy calibration in the terminal, taken up again, drawn, shipped; one line for bad input."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from trimer.cli import BAD_INPUT, INTERRUPTED, run
from trimer.cli.calibrate import duration, with_time_left
from trimer.library.load_calibration import calibrated
from trimer.study.calibrate import stages

TOY = ("--stage", "lymphocytes", "--members", "8", "--steps", "1", "--patients", "8")
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines as in a wide terminal, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def invoke(*args: object) -> tuple[int, str, str]:
        code = run(["calibrate", *map(str, args)])
        out, err = capsys.readouterr()
        return code, out, err

    return invoke


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "toy"
    assert run(["calibrate", str(folder), *TOY, "--quiet", "--json"]) == 0
    return folder


def one_line(err: str) -> bool:
    return err.startswith("trimer: ") and err.count("\n") == 1 and "Traceback" not in err


def test_a_finished_calibration_is_shown_again(done: Path, call: Call) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in done.glob("*.npz")}
    code, out, err = call(done, *TOY)
    assert code == 0
    assert err == "trimer: calibrated ...\n", "nothing is simulated"
    assert {path.name: path.stat().st_mtime_ns for path in done.glob("*.npz")} == before
    assert "lymphocytes: Redistribution, expansion" in out
    assert "8 draws of 13 population parameters" in out
    assert "CD8 at baseline" in out
    assert "k_margination" in out
    assert "never advice for a patient" in out


def test_json_is_all_there_is(done: Path, call: Call) -> None:
    code, out, err = call(done, *TOY, "--json", "--quiet")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found == json.loads((done / "calibration.json").read_text())
    assert list(found["stages"]) == ["lymphocytes"]


def test_figures_and_artefact_are_written_and_named(done: Path, call: Call, tmp_path: Path) -> None:
    figure = tmp_path / "page.svg"
    code, out, _ = call(done, *TOY, "--quiet", "--figure", figure, "--ship", "mine", "--into", tmp_path / "draws")
    assert code == 0
    written = [tmp_path / "draws" / "mine.csv", tmp_path / "draws" / "mine.toml", figure]
    assert [line.removeprefix("Written: ") for line in out.splitlines() if line.startswith("Written")] == [
        str(path) for path in written
    ], "8 members are too few for the page of 13 parameters"
    assert all(path.is_file() for path in written)
    assert "Calibration mine" in out
    said = tomllib.loads(written[1].read_text(encoding="utf-8"))
    assert (said["name"], said["stages"]["lymphocytes"]["patients"]) == ("mine", 8)
    assert set(calibrated(str(written[0]))) == {free.name for free in stages.LYMPHOCYTES.prior}


def test_shipped_without_a_folder_goes_here(
    done: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(done, *TOY, "--quiet", "--ship", "here")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here.csv", "here.toml"]


def test_interrupted_and_taken_up_again(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: Path
) -> None:
    from trimer.study.calibrate import run as module

    write = module._write

    def stopping(place: Path, name: str, payload: bytes) -> None:
        write(place, name, payload)
        if name == "lymphocytes-0.npz":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_write", stopping)
        assert call(tmp_path, *TOY, "--quiet")[0] == INTERRUPTED
    assert (tmp_path / "lymphocytes-0.npz").is_file()
    assert not (tmp_path / "draws.csv").exists()
    assert call(tmp_path, *TOY, "--quiet")[0] == 0
    assert (tmp_path / "draws.csv").read_bytes() == (done / "draws.csv").read_bytes()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--stage", "nothing"), "one of lymphocytes, il6, remission, chemotherapy"),
        (("--members", "9"), "another calibration"),
        (("--members", "3"), "at least 8 members"),
        (("--steps", "0"), "at least 8 members and 1 step"),
        (("--patients", "0"), "'--patients'"),
        (("--figure", "page.txt"), "--figure"),
        (("--ship", "Not A Name"), "small letters, digits and _"),
        (("--into", "somewhere"), "Give --ship as well"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(done: Path, call: Call, options: tuple[str, ...], said: str) -> None:
    before = sorted(done.iterdir())
    code, out, err = call(done, *TOY, *options)
    assert (code, out) == (BAD_INPUT, "")
    assert one_line(err), err
    assert said in err
    assert sorted(done.iterdir()) == before


def test_stages_run_in_their_order_whatever_the_order_asked(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trimer.study.calibrate import run as module

    asked: list[str] = []

    def watching(folder: Path, **settings: object) -> None:
        asked.extend(stage.name for stage in settings["stages"])  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "calibrate", watching)
    assert call(tmp_path, "--stage", "il6", "--stage", "lymphocytes")[0] == INTERRUPTED
    assert asked == ["lymphocytes", "il6"]
    asked.clear()
    assert call(tmp_path)[0] == INTERRUPTED
    assert asked == [stage.name for stage in stages.STAGES]


def test_time_left_is_that_of_the_stage() -> None:
    told: list[tuple[str, float]] = []
    times = iter([0.0, 60.0, 100.0, 1000.0, 1030.0, 1060.0])
    tell = with_time_left(lambda text, share: told.append((text, share)), 2, lambda: next(times))
    tell("a", 0.1)  # a fifth of the first stage, taken up where it was stopped: no telling yet
    tell("a", 0.3)  # two fifths in 60 s, two fifths to go
    tell("a", 0.4)  # three fifths in 100 s
    tell("b", 0.5)
    tell("b", 0.75)
    tell("b", 1.0)
    assert told == [
        ("a", 0.1),
        ("a, 60 s left in this stage", 0.3),
        ("a, 33 s left in this stage", 0.4),
        ("b", 0.5),
        ("b, 30 s left in this stage", 0.75),
        ("b", 1.0),
    ]


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (89.0, "89 s"), (90.0, "2 min"), (5000.0, "83 min"), (5400.0, "2 h")]
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said
