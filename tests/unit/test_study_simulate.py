"""Simulating treatments: what is asked for, what is kept, what an interrupted run leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trimer.engine.chunks as chunks
from trimer.cli import run as command_line
from trimer.engine.chunks import spans_of
from trimer.errors import InputError, LibraryError, SolveError
from trimer.report.simulation_figure import draw
from trimer.study import simulate as module
from trimer.study.scenario import scenario
from trimer.study.simulate import OUTPUTS as USUAL
from trimer.study.simulate import Settings, run, simulate
from trimer.study.simulation import MEASURES, Simulation

LABEL = "blinatumomab_label_astct_2019"
OUTPUTS = ("anc", "temperature", "marrow_blast_percent")


@pytest.fixture(scope="module")
def few() -> Simulation:
    return simulate(LABEL, patients=20, days=60, outputs=OUTPUTS)


def in_chunks(size: int, keep: Path | None = None, **changes: Any) -> Simulation:
    return run(scenario(LABEL), Settings(patients=20, days=60, outputs=OUTPUTS, chunk=size, **changes), keep)


def same(one: Simulation, other: Simulation) -> None:
    for name in one.endpoints:
        np.testing.assert_array_equal(one.endpoints[name], other.endpoints[name], name)
    assert one.decisions == other.decisions


def test_the_typical_patient() -> None:
    found = simulate("blinatumomab_rr", cycles=1, outputs=("anc", "blinatumomab_plasma"))
    assert found.typical
    assert found.patients == 1
    assert found.times[[0, -1]].tolist() == [0.0, 56.0], "28 days past the last dose"
    level = found.curves[1, :, 1]
    assert level[20] / level[6] == pytest.approx(28.0 / 9.0, rel=0.02)
    assert level[40] < 1e-6
    assert found.error["largest"] < 1e-5
    assert not found.decisions


@pytest.mark.parametrize(
    ("treatment", "level"),
    [
        ("blinatumomab_rr", "blinatumomab_plasma"),
        ("hidac", "blinatumomab_plasma"),
        ("hle_engager_weekly", "hle_cd19_engager_plasma"),
        ("car_t_cd19_flu_cy", "car_t_blood"),
    ],
)
def test_what_is_shown_unless_asked_for_is_the_level_of_what_is_given(treatment: str, level: str) -> None:
    found = simulate(treatment, days=12.0)
    assert found.outputs == (*USUAL[:-1], level)
    assert found.curves[1, :, -1].max() > 0.0 or treatment == "hidac"
    assert found.to_dict()["units"][level] == ("1e9/L" if level == "car_t_blood" else "ng/mL")


def test_a_population(few: Simulation) -> None:
    assert few.patients == 20
    assert few.statuses == {"solved": 20}
    assert set(few.endpoints) == {"patient", "status", "steps", "ties", "decisions"} | {
        f"{o}_{m}" for o in OUTPUTS for m in MEASURES
    }
    assert (few.endpoints["anc_lowest"] <= few.endpoints["anc_last"]).all()
    assert (few.endpoints["anc_last"] <= few.endpoints["anc_highest"]).all()
    assert few.patients_by_rule()["start of a cycle"] == 20
    assert (np.diff(few.curves, axis=0) >= 0).all(), "quantiles are in order"
    assert few.error["compared"] + few.error["decided otherwise"] == 4
    assert few.error["largest"] < 1e-3


def test_patients_are_the_same_whatever_the_chunks(few: Simulation) -> None:
    for size in (1, 7, 20):
        same(in_chunks(size), few)


def test_patients_are_the_same_wherever_one_begins(few: Simulation) -> None:
    later = simulate(LABEL, patients=5, first=15, days=60, outputs=OUTPUTS)
    np.testing.assert_array_equal(later.endpoints["anc_lowest"], few.endpoints["anc_lowest"][15:])
    assert later.endpoints["patient"].tolist() == [15, 16, 17, 18, 19]


def test_endpoints_are_those_of_the_curves() -> None:
    one = simulate(LABEL, patients=1, days=60, outputs=OUTPUTS)
    for j, output in enumerate(OUTPUTS):
        curve = one.curves[1, :, j]
        found = {m: one.endpoints[f"{output}_{m}"][0] for m in MEASURES}
        assert found["lowest"] == curve.min()
        assert found["highest"] == curve.max()
        assert found["last"] == curve[-1]
        assert curve[int(found["day_lowest"])] == curve.min()
        assert curve[int(found["day_highest"])] == curve.max()


def test_what_was_kept_is_not_simulated_again(few: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same(in_chunks(8, tmp_path / "run"), few)
    names = sorted(p.name.split("-")[0] for p in (tmp_path / "run").iterdir())
    assert names == ["decisions"] * 3 + ["endpoints"] * 3 + ["error"] * 3 + ["manifest.json"]

    def never(*_: Any) -> Any:
        raise AssertionError("nothing is left to simulate")

    monkeypatch.setattr(chunks, "solve", never)
    monkeypatch.setattr(module, "CURVES_OF", 0)  # no curves are asked for
    again = in_chunks(8, tmp_path / "run")
    same(again, few)
    assert again.error["compared"] == 12 - again.error["decided otherwise"]


def test_the_first_chunks_are_solved_again_for_their_curves(few: Simulation, tmp_path: Path) -> None:
    once, again = in_chunks(8, tmp_path), in_chunks(8, tmp_path)
    np.testing.assert_array_equal(again.curves, once.curves)
    np.testing.assert_array_equal(again.curves, few.curves)
    assert again.curves_of == 20
    assert again.provenance == once.provenance


def test_an_interrupted_run_goes_on(few: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = chunks.solve, []
    monkeypatch.setattr(module, "CURVES_OF", 8)

    def interrupted(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(chunks, "solve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        in_chunks(8, tmp_path)
    assert [p.name for p in tmp_path.glob("endpoints*")] == ["endpoints-000000000-8.csv"]
    same(in_chunks(8, tmp_path), few)
    assert len(calls) == 5, "two chunks were left, and one has the curves"


def test_a_folder_belongs_to_one_simulation(tmp_path: Path) -> None:
    simulate(LABEL, patients=2, days=10, outputs=("anc",), keep=tmp_path)
    with pytest.raises(InputError, match="found another simulation, expected a folder of its own"):
        simulate(LABEL, patients=2, days=10, outputs=("anc",), keep=tmp_path, seed=5)
    for changed in ({"days": 12.0}, {"patients": None}, {"every": 2.0}, {"rtol": 1e-5}):
        with pytest.raises(InputError, match="found another simulation"):
            simulate(LABEL, **({"patients": 2, "days": 10, "outputs": ("anc",), "keep": tmp_path} | changed))
    (tmp_path / "manifest.json").write_text("[1")
    with pytest.raises(InputError, match=r"manifest\.json: found something unreadable"):
        simulate(LABEL, patients=2, days=10, outputs=("anc",), keep=tmp_path)


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("endpoints", lambda text: text.replace(",", ";")),
        ("endpoints", lambda text: "\n".join(text.splitlines()[:2])),
        ("decisions", lambda text: text + "1,2\n"),
        ("error", lambda text: "[]"),
        ("error", lambda text: "{}"),
    ],
)
def test_a_damaged_chunk_is_told_and_solved_again_once_deleted(
    part: str, damage: Callable[[str], str], few: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CURVES_OF", 0)
    in_chunks(20, tmp_path)
    path = next(tmp_path.glob(f"{part}*"))
    path.write_text(damage(path.read_text()))
    with pytest.raises(InputError, match=rf"{part}-000000000-20.*: found a damaged file"):
        in_chunks(20, tmp_path)
    path.unlink()
    same(in_chunks(20, tmp_path), few)


def test_a_failed_patient_is_a_status_and_has_no_endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    found = simulate("blinatumomab_rr", patients=2, cycles=1, days=5, outputs=("anc",), changes={"anc_0": 0.0})
    assert found.statuses == {"gave up: a state was no longer a finite number": 2}
    assert np.isnan(found.endpoints["anc_last"]).all()
    assert np.isnan(found.quantiles("anc_last")).all()
    assert found.error["compared"] == 0


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"patients": 0}, "patients: found 0, expected a whole number, at least 1"),
        ({"patients": 2.5}, "patients: found 2.5, expected a whole number"),
        ({"patients": "3"}, "patients: found '3', expected a whole number"),
        ({"patients": 10**12}, "patients: found 1,000,000,000,000, expected at most 100,000,000"),
        ({"days": "9"}, "days: found '9', expected a number"),
        ({"first": 5}, "first: found 5, expected patients with it"),
        ({"first": -1}, "first: found -1"),
        ({"days": -1.0}, "days: found -1, expected a time above zero"),
        ({"days": float("nan")}, "days: found nan"),
        ({"every": 0.0}, "every: found 0 day"),
        ({"every": 1e-9}, "outputs, expected at most 1,000,000 outputs"),
        ({"every": 5e-4, "patients": 1000}, "GiB of curves, expected at most 2 GiB"),
        ({"rtol": 1.0}, "rtol: found 1, expected 1e-12 to 0.1"),
        ({"threads": 0}, "threads: found 0"),
        ({"run_in": -1.0}, "run-in: found -1 day"),
        ({"changes": {"k_growth": float("nan")}}, "parameter k_growth: found nan, expected a finite number"),
        ({"changes": {"k_growth": "x"}}, "parameter k_growth: found 'x', expected a finite number"),
        ({"changes": {"k_grwth": 1.0}}, "parameter: found 'k_grwth'.* Nearest: k_growth"),
        ({"cycles": 2}, "cycles: found 2, expected none, as a protocol says"),
    ],
)
def test_refusals(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate(LABEL, **choices)


def test_unknown_names() -> None:
    with pytest.raises(LibraryError, match=r'treatment: found "blinatumomab_rrr".*Nearest: blinatumomab_rr'):
        simulate("blinatumomab_rrr")
    with pytest.raises(SolveError, match="unknown output 'ank'"):
        simulate(LABEL, outputs=("ank",))


def test_nothing_is_written_before_the_outputs_are_known(tmp_path: Path) -> None:
    with pytest.raises(SolveError):
        simulate(LABEL, patients=2, outputs=("ank",), keep=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_spans_cover_every_patient_once() -> None:
    assert spans_of(5, 10, 4) == [(5, 4), (9, 4), (13, 2)]
    assert spans_of(0, 3, 3) == [(0, 3)]


def test_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    figure = tmp_path / "curves.svg"
    asked = ["simulate", LABEL, "--patients", "5", "--days", "30", "--outputs", "anc,temperature", "--quiet"]
    assert command_line([*asked, "--keep", str(tmp_path / "run"), "--figure", str(figure)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "5 virtual patients · day 0 to 30" in out
    assert "start of a cycle" in out
    assert "Achieved relative error" in out
    assert "never advice for a patient" in out
    assert figure.read_text().startswith("<?xml")
    assert command_line([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["patients"] == 5
    assert told["endpoints"]["anc_lowest"]["q05"] <= told["endpoints"]["anc_lowest"]["q95"]
    assert told["units"] == {"anc": "1e9/L", "temperature": "Cel"}


def test_command_line_one_patient(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        command_line(["simulate", "blinatumomab_rr", "--cycles", "1", "--set", "crs_frailty=3", "--json", "--quiet"])
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["typical patient"] is True
    assert len(told["curves"]["anc"]) == len(told["days"]) == 57
    assert told["provenance"]["changes"] == {"crs_frailty": 3.0}
    assert max(told["curves"]["temperature"]) > max(
        simulate("blinatumomab_rr", cycles=1, outputs=("temperature",)).curves[1, :, 0]
    )


@pytest.mark.parametrize(
    "bad",
    [
        ["--set", "crs_frailty"],
        ["--set", "crs_frailty=high"],
        ["--outputs", "ank"],
        ["--figure", "curves.bmp"],
        ["--figure", "/no/such/place/curves.svg"],
        ["--keep", "/dev/null/run"],
        ["--weight", "-70"],
        ["--backend", "abacus"],
    ],
)
def test_command_line_refuses_in_one_line(bad: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(["simulate", LABEL, "--days", "3", "--quiet", *bad]) == 2
    error = capsys.readouterr().err
    assert len(error.strip().splitlines()) == 1
    assert "Traceback" not in error


@pytest.mark.parametrize("figure", ["curves.bmp", "/no/such/place/curves.svg"])
def test_a_figure_that_cannot_be_drawn_is_refused_before_the_run(figure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("nothing is to be simulated")

    monkeypatch.setattr(module, "simulate", never)
    assert command_line(["simulate", LABEL, "--quiet", "--figure", figure]) == 2


def test_the_figure_says_whose_curves_it_shows(few: Simulation) -> None:
    def title(found: Simulation) -> str:
        return str(draw(found).get_suptitle())

    assert "20 virtual patients, median and middle 90 %" in title(few)
    assert "of the first 8" in title(replace(few, curves_of=8))
    with pytest.raises(InputError, match="--figure"):
        draw(replace(few, curves_of=0))


def test_an_interrupt_says_what_was_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "simulate", interrupted)
    assert command_line(["simulate", LABEL, "--quiet", "--keep", str(tmp_path)]) == 130
    assert "finished patients are kept in" in capsys.readouterr().err
