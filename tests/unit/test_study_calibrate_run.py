"""A calibration as it runs and is shipped: interrupted or not, the same bytes; one error for what is wrong."""

from __future__ import annotations

import json
import math
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import trimer.library as library
from trimer.errors import InputError, LibraryError
from trimer.library import load_calibration as artefact
from trimer.library.load_calibration import calibrated, described, table_text
from trimer.study.calibrate import run, ship
from trimer.study.calibrate.ensemble import Target
from trimer.study.calibrate.prior import Free
from trimer.study.calibrate.run import Calibration, calibrate
from trimer.study.calibrate.stages import Stage

Array = NDArray[np.float64]
Columns = Mapping[str, Array]
MEMBERS, STEPS = 16, 2


def first(columns: Columns, patients: int, tell: Callable[[float], None]) -> Array:
    """Return a and a * b."""
    tell(0.5)
    tell(1.0)
    return np.column_stack([columns["a"], columns["a"] * columns["b"]])


def second(columns: Columns, patients: int, tell: Callable[[float], None]) -> Array:
    """Return the share c of what the first stage left of a."""
    tell(1.0)
    return np.column_stack([columns["a"] * columns["c"]])


FIRST = Stage(
    "first",
    "Two that trade off",
    (Free("a", 0.1, 10.0, 1.0, 0.5), Free("b", 0.1, 10.0, 1.0, 0.5)),
    lambda patients: (Target("a", 2.0, 0.2, "log"), Target("a b", 3.0, 0.1, "log", 1.0 / patients)),
    first,
    50,
)
SECOND = Stage(
    "second", "One more", (Free("c", 0.01, 0.99, 0.5, 0.8, "logit"),),
    lambda patients: (Target("a c", 0.6, 0.1, "log"),), second, 40,
)  # fmt: skip
CALLS = 2 * (STEPS + 1)  # of both stages' simulations


def go(folder: Path, *stages: Stage, **settings: Any) -> Calibration:
    return calibrate(folder, stages=stages or (FIRST, SECOND), members=MEMBERS, steps=STEPS, **settings)


def counted(stage: Stage, calls: list[str], stop_at: int = -1) -> Stage:
    """Return a stage that notes each simulation, and is interrupted in the ``stop_at``-th."""

    def simulate(columns: Columns, patients: int, tell: Callable[[float], None]) -> Array:
        if len(calls) == stop_at:
            raise KeyboardInterrupt
        calls.append(stage.name)
        return stage.simulate(columns, patients, tell)

    return replace(stage, simulate=simulate)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Calibration]:
    folder = tmp_path_factory.mktemp("whole")
    return folder, go(folder)


def test_the_targets_are_met_and_the_ridge_is_found(whole: tuple[Path, Calibration]) -> None:
    _, found = whole
    a, b, c = (found.columns[name] for name in "abc")
    assert float(np.median(a * b)) == pytest.approx(3.0, rel=0.1)
    assert float(np.median(a * c)) == pytest.approx(0.6, rel=0.15)
    assert np.corrcoef(np.log(a), np.log(b))[0, 1] < -0.5, "their product is known better than either"


@pytest.mark.parametrize("stop_at", range(CALLS))
def test_interrupted_anywhere_and_resumed_is_the_same_to_the_byte(
    whole: tuple[Path, Calibration], tmp_path: Path, stop_at: int
) -> None:
    calls: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        go(tmp_path, counted(FIRST, calls, stop_at), counted(SECOND, calls, stop_at))
    assert not (tmp_path / "draws.csv").exists()
    assert len(calls) == stop_at
    go(tmp_path, counted(FIRST, calls), counted(SECOND, calls))
    assert calls == ["first"] * (STEPS + 1) + ["second"] * (STEPS + 1), "nothing is simulated twice"
    for name in ("draws.csv", "calibration.json"):
        assert (tmp_path / name).read_bytes() == (whole[0] / name).read_bytes()


def test_a_finished_folder_answers_without_simulating(whole: tuple[Path, Calibration]) -> None:
    calls: list[str] = []
    again = go(whole[0], counted(FIRST, calls), counted(SECOND, calls))
    assert calls == []
    assert again.to_dict() == whole[1].to_dict()


def test_members_keep_what_earlier_stages_gave_them(tmp_path: Path) -> None:
    seen: list[Array] = []

    def watching(columns: Columns, patients: int, tell: Callable[[float], None]) -> Array:
        seen.append(columns["a"].copy())
        return second(columns, patients, tell)

    found = go(tmp_path, FIRST, replace(SECOND, simulate=watching))
    assert list(found.columns) == ["a", "b", "c"]
    assert len(seen) == STEPS + 1
    for a in seen:
        np.testing.assert_array_equal(a, found.columns["a"])
    alone = calibrate(tmp_path / "alone", stages=[FIRST], members=MEMBERS, steps=STEPS)
    np.testing.assert_array_equal(alone.columns["a"], found.columns["a"])


def test_the_number_of_patients_reaches_targets_and_simulation(tmp_path: Path) -> None:
    seen: set[int] = set()

    def watching(columns: Columns, patients: int, tell: Callable[[float], None]) -> Array:
        seen.add(patients)
        return first(columns, patients, tell)

    found = go(tmp_path, replace(FIRST, simulate=watching), patients=7)
    assert seen == {7}
    assert found.stages[0].targets[1].noise == 1.0 / 7.0


def test_progress_rises_to_one(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    go(tmp_path, progress=lambda text, share: told.append((text, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[0] == ("first, step 0 of 2", pytest.approx(0.5 / 3 / 2))
    assert told[-1][1] == 1.0


OTHER_PRIOR = replace(FIRST, prior=(Free("a", 0.1, 10.0, 1.0, 0.6), FIRST.prior[1]))
OTHER_TARGETS = replace(FIRST, targets=lambda n: (Target("a", 2.1, 0.2, "log"), FIRST.targets(n)[1]))


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"patients": 9},
        {"members": MEMBERS + 1},
        {"steps": STEPS + 1},
        {"stages": [FIRST]},
        {"stages": [OTHER_PRIOR, SECOND]},
        {"stages": [OTHER_TARGETS, SECOND]},
    ],
)
def test_another_calibration_in_the_folder_is_refused(whole: tuple[Path, Calibration], change: dict[str, Any]) -> None:
    settings = {"stages": [FIRST, SECOND], "members": MEMBERS, "steps": STEPS, **change}
    before = {path.name: path.read_bytes() for path in whole[0].iterdir()}
    with pytest.raises(InputError, match="found another calibration, expected a folder of its own"):
        calibrate(whole[0], **settings)
    assert {path.name: path.read_bytes() for path in whole[0].iterdir()} == before


def test_other_equations_are_another_calibration(
    whole: tuple[Path, Calibration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "equations", lambda: "other")
    with pytest.raises(InputError, match="another calibration"):
        go(whole[0])


@pytest.mark.parametrize("kind", ["populations", "trials", "drugs", "regimens", "protocols", "outcome.toml"])
def test_other_files_of_the_library_are_another_calibration(
    whole: tuple[Path, Calibration], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "library"
    shutil.copytree(Path(library.__file__).parent, folder, ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.setattr(library, "__file__", str(folder / "__init__.py"))
    go(whole[0])  # the same files elsewhere are the same
    changed = folder / kind if kind.endswith(".toml") else sorted((folder / kind).glob("*.toml"))[-1]
    changed.write_text(changed.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
    with pytest.raises(InputError, match="another calibration"):
        go(whole[0])


def test_a_manifest_that_cannot_be_read_is_that_of_another_calibration(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"\xff")
    with pytest.raises(InputError, match="another calibration"):
        go(tmp_path)


def truncated(payload: bytes) -> bytes:
    return payload[: len(payload) // 2]


def flipped(payload: bytes) -> bytes:
    at = payload.index(b"NUMPY") + 200
    return payload[:at] + bytes([payload[at] ^ 255]) + payload[at + 1 :]


def emptied(_: bytes) -> bytes:
    return b""


def replaced(_: bytes) -> bytes:
    return b"hello"


@pytest.mark.parametrize(
    "damage",
    [replaced, emptied, flipped, truncated],
)
def test_a_damaged_step_is_one_error_and_deleted_is_run_again(
    whole: tuple[Path, Calibration], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    go(tmp_path)
    step = tmp_path / f"first-{STEPS}.npz"
    step.write_bytes(damage(step.read_bytes()))
    with pytest.raises(InputError, match=rf"first-{STEPS}\.npz: found a damaged file"):
        go(tmp_path)
    step.unlink()
    calls: list[str] = []
    go(tmp_path, counted(FIRST, calls), counted(SECOND, calls))
    assert calls == ["first"]
    assert (tmp_path / "draws.csv").read_bytes() == (whole[0] / "draws.csv").read_bytes()


@pytest.mark.parametrize("numbers", [{"members": 7}, {"steps": 0}])
def test_too_few_members_or_steps_are_refused(tmp_path: Path, numbers: dict[str, int]) -> None:
    with pytest.raises(InputError, match="at least 8 members and 1 step"):
        calibrate(tmp_path / "none", stages=[FIRST], **{"members": 8, "steps": 1, **numbers})
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="a folder that can be written"):
        go(tmp_path / "file")


def test_a_member_that_fails_is_drawn_anew_and_counted(tmp_path: Path) -> None:
    def failing(columns: Columns, patients: int, tell: Callable[[float], None]) -> Array:
        out = first(columns, patients, tell)
        out[columns["b"] > np.sort(columns["b"])[-2]] = math.nan
        return out

    found = go(tmp_path, replace(FIRST, simulate=failing))
    assert found.to_dict()["stages"]["first"]["failed members by step"] == [1, 1, 1]
    assert ship.document(found)["stages"]["first"]["failed"] == [1, 1, 1]
    assert np.isfinite(np.column_stack(list(found.columns.values()))).all()


# ---- shipped


def test_what_is_shipped_says_what_was_found(whole: tuple[Path, Calibration], tmp_path: Path) -> None:
    folder, found = whole
    table, about = ship.ship(found, "small", tmp_path / "new")
    assert table.read_bytes() == (folder / "draws.csv").read_bytes()
    said = tomllib.loads(about.read_text(encoding="utf-8"))
    assert said == ship.document(found, "small"), "what is written is what is told"
    assert (said["name"], said["kind"], said["draws"], said["members"], said["steps"]) == ("small", "fitted", 16, 16, 2)
    assert "Emerick & Reynolds 2013" in said["method"]
    assert said["equations"] == run.equations()
    one, two = said["stages"].values()
    assert (one["patients"], two["patients"]) == (50, 40)
    a, b = one["parameters"]
    assert (a["name"], a["low"], a["middle"], a["high"], a["scale"]) == ("a", 0.1, 1.0, 10.0, "log")
    assert a["prior"] == pytest.approx([math.exp(-0.5 * 1.644854), 1.0, math.exp(0.5 * 1.644854)], rel=1e-5)
    assert b["posterior"] == pytest.approx(np.quantile(found.columns["b"], (0.05, 0.5, 0.95)), rel=1e-5)
    last = found.stages[0].ensemble.steps[-1]
    product = one["targets"][1]
    assert product["predicted"] == pytest.approx(np.quantile(last.predictions[:, 1], (0.05, 0.5, 0.95)), rel=1e-5)
    assert (product["observed"], product["error"], product["noise"]) == (3.0, 0.1, 0.02)
    assert product["gap"] == pytest.approx(found.stages[0].ensemble.diagnostics.gap[1], rel=1e-5)
    assert "response" not in said, "no target is CR or CRh"


def test_shipped_twice_is_the_same_to_the_byte(whole: tuple[Path, Calibration], tmp_path: Path) -> None:
    one = ship.ship(whole[1], "small", tmp_path / "one")
    other = ship.ship(go(tmp_path / "again"), "small", tmp_path / "other")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
    assert str(tmp_path) not in one[1].read_text(encoding="utf-8")


def test_a_folder_is_shipped_without_simulating(
    whole: tuple[Path, Calibration], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(ship, "STAGES", (counted(FIRST, calls), counted(SECOND, calls)))
    table, _ = ship.ship(whole[0], "small", tmp_path)
    assert calls == []
    assert table.read_bytes() == (whole[0] / "draws.csv").read_bytes()


def test_what_cannot_be_shipped(
    whole: tuple[Path, Calibration], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ship, "STAGES", (FIRST, SECOND))
    for name in ("", "Small", "a/b", "../x", "9a", "a b", "a\n"):
        with pytest.raises(InputError, match="small letters"):
            ship.ship(whole[1], name, tmp_path)
    with pytest.raises(InputError, match="no calibration"):
        ship.ship(tmp_path / "nowhere", "small", tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(InputError, match="no calibration"):
        ship.ship(tmp_path, "small", tmp_path)
    with pytest.raises(KeyboardInterrupt):
        go(tmp_path / "half", FIRST, counted(SECOND, [], 0))
    with pytest.raises(InputError, match=r"unfinished calibration.*trimer calibrate .*half"):
        ship.ship(tmp_path / "half", "small", tmp_path)
    monkeypatch.setattr(ship, "STAGES", (FIRST,))
    with pytest.raises(InputError, match="found stages first, second, expected stages of first"):
        ship.ship(whole[0], "small", tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="a folder that can be written"):
        ship.ship(whole[1], "small", tmp_path / "file")


def test_toml_returns_what_it_was_given() -> None:
    given: dict[str, Any] = {
        "text": 'quotes " and \\ and\nlines\tand \x00\x1f\x7f and µ',
        "numbers": [1, -2, 0.5, 1e-300, 1e22, math.inf, -math.inf],
        "none": [],
        "yes": True,
        "empty": {},
        "a key": {"deep": {"deeper": {"x": 1.0}}, "list": [{"y": 1, "in": {"z": [1.5]}}, {"y": 2}]},
        "ümlaut": {"": "empty key"},
    }
    again = tomllib.loads(ship.toml(given))
    assert again == given
    assert [type(x) for x in again["numbers"]] == [type(x) for x in given["numbers"]]
    assert math.isnan(tomllib.loads(ship.toml({"x": math.nan}))["x"])
    assert list(again["a key"]) == list(given["a key"]), "in the order given"


# ---- the artefact


def test_draws_go_round(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    columns = {
        "k_kill": rng.lognormal(size=9),
        "k_kill spread": rng.uniform(size=9),
        "dim_fraction": 1e-9 * rng.random(9),
    }
    path = tmp_path / "mine.csv"
    path.write_text(table_text(columns))
    again = calibrated(str(path))
    assert list(again) == list(columns)
    for name, column in columns.items():
        np.testing.assert_allclose(again[name], column, rtol=5e-6)
    assert table_text(again) == table_text(columns), "rounded once is rounded"
    assert calibrated("") == calibrated("none") == {}


@pytest.mark.parametrize("name", ["k_kil", "k_kill  spread", "spread", ""])
def test_a_column_that_is_no_parameter_is_one_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"k_exhaustion,{name}\n1,2\n")
    with pytest.raises(LibraryError, match=r"mine\.csv: column: found .* expected a parameter of the model"):
        calibrated(str(path))


@pytest.mark.parametrize(
    "content", ["", "a,b\n", "a,b\n1,2\n3\n", "a,b\n1,2,3\n", "a\nx\n", "a\nnan\n", "a\ninf\n", "1,2\n\xff"]
)
def test_a_damaged_table_is_one_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "damaged.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(LibraryError, match=r"damaged\.csv: found a damaged file, expected a table of numbers"):
        calibrated(str(path))


def test_a_name_that_is_not_there_is_one_error(
    whole: tuple[Path, Calibration], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artefact, "FOLDER", tmp_path)
    for call in (calibrated, described):
        with pytest.raises(LibraryError, match='calibration: found "nowhere"'):
            call("nowhere")
    ship.ship(whole[1], "somewhere", tmp_path)
    with pytest.raises(LibraryError, match="one of the library's: somewhere"):
        calibrated("nowhere")
    monkeypatch.setattr(artefact, "known_parameter", lambda *_: None)  # those of the stages here are made up
    try:
        assert calibrated("somewhere")["a"] == pytest.approx(whole[1].columns["a"], rel=1e-5)
    finally:
        calibrated.cache_clear()
    assert described("somewhere")["name"] == "somewhere"


def test_the_json_file_holds_what_is_returned(whole: tuple[Path, Calibration]) -> None:
    told = json.loads((whole[0] / "calibration.json").read_text())
    assert told == json.loads(json.dumps(whole[1].to_dict()))
    assert set(told["stages"]) == set(ship.document(whole[1])["stages"])
