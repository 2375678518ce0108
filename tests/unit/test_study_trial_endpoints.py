"""Endpoints of virtual trials as a function of population parameters, and what a calibration has learned of these."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import trimer.library as library
from trimer.cli import run as command_line
from trimer.errors import InputError, LibraryError
from trimer.library.load_calibration import table_text
from trimer.study import trial_endpoints as module
from trimer.study.calibrate.prior import from_normal, sample
from trimer.study.calibrate.stages import STAGES
from trimer.study.identifiability import identifiability, of_calibration
from trimer.study.sensitivity import Factor, morris
from trimer.study.trial.run import summarise
from trimer.study.trial.summary import MONTH, values
from trimer.study.trial.task import TrialTask, population_of
from trimer.study.trial_endpoints import (
    ENDPOINTS,
    TrialEndpoints,
    endpoints_of,
    runs,
    told,
    trial_endpoints,
    trial_sensitivity,
)

Array = NDArray[np.float64]
FEW = ("stress_max", "active_survival")
EVERY = [free for stage in STAGES for free in stage.prior]
AT = {output.name: j for j, output in enumerate(ENDPOINTS)}


def small(**changes: Any) -> TrialEndpoints:
    return trial_endpoints(patients=16, **({"only": FEW} | changes))


@pytest.fixture(scope="module")
def draws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 128 draws: of the prior, but ``k_kill`` a tenth as wide, and ``k_sink`` going with ``k_exhaustion``."""
    z = sample(EVERY, 128, 3)
    names = [free.name for free in EVERY]
    z[:, names.index("k_kill")] *= 0.1
    z[:, names.index("k_sink")] = -z[:, names.index("k_exhaustion")]
    place = tmp_path_factory.mktemp("calibration") / "mine.csv"
    place.write_text(table_text(dict(zip(names, from_normal(EVERY, z).T, strict=True))))
    return place


def test_what_the_calibration_leaves_free_is_varied_over_its_prior() -> None:
    found = trial_endpoints().factors
    names = [f.name for f in found]
    assert {"t_blood_0", "il6_release spread", "k_kill", "hsct_share"} <= {*names} <= {free.name for free in EVERY}
    assert len(names) == len({*names})
    free = next(free for free in EVERY if free.name == "k_kill")
    one = next(f for f in found if f.name == "k_kill")
    assert (one.scale, one.unit) == ("log", "1/day")
    assert one.middle == pytest.approx(free.middle)
    assert math.log(one.high / one.low) == pytest.approx(2 * 1.6449 * free.sd, rel=1e-3)
    share = next(f for f in found if f.name == "hsct_share")
    assert (share.scale, share.unit) == ("logit", "1")
    assert next(f for f in found if f.name == "k_kill spread").unit == "1"


def test_the_posterior_ranges_over_the_draws(draws: Path) -> None:
    wide = {f.name: f for f in trial_endpoints().factors}
    found = trial_endpoints(posterior=True, calibration=str(draws))
    narrow = {f.name: f for f in found.factors}
    ratio = math.log(narrow["k_kill"].high / narrow["k_kill"].low) / math.log(wide["k_kill"].high / wide["k_kill"].low)
    assert ratio == pytest.approx(0.1, abs=0.03)
    assert narrow["k_exhaustion"].high == pytest.approx(wide["k_exhaustion"].high, rel=0.2)
    assert "the calibration mine" in found.note
    assert "the prior" in trial_endpoints().note


def test_endpoints_are_those_of_the_trial() -> None:
    forward = small()
    row = np.array([0.9, 150.0])
    found = dict(zip(AT, forward(row[None])[0], strict=True))
    own = {name: np.array([x]) for name, x in zip(FEW, row, strict=True)}
    trial = replace(library.trial("mt103_211"), follow_up=460.0)
    table = TrialTask(trial, population_of(trial), own, forward.seed, 16)(0, 16)
    truth = values(table, "blinatumomab")
    for key in ("cr_crh", "cr_crh_blasts_50_up", "mrd_response", "crs_any", "cd19_negative_at_failure"):
        assert found[key] == pytest.approx(100.0 * truth[key]), key
    assert found["count_recovery"] == pytest.approx(100.0 * truth["cr"] / truth["cr_crh"])
    assert found["drug_days_mean"] == pytest.approx(truth["drug_days_mean"])
    assert found["os_median"] == pytest.approx(truth["os_median"])
    months = table["rfs_time"][np.isfinite(table["rfs_time"])]
    assert found["rfs_mean"] == pytest.approx(np.minimum(months, 12.0).mean())
    assert summarise(trial, table, {}).failed == {"blinatumomab": 0}


def test_a_parameter_moves_what_it_makes_and_patients_stay_the_same() -> None:
    forward = small()
    low, high = (np.array([f.low for f in forward.factors]), np.array([f.high for f in forward.factors]))
    mild, severe = forward(np.array([[low[0], low[1]], [high[0], low[1]]]))
    assert severe[AT["crs_severity"]] > 1.5 * mild[AT["crs_severity"]]
    short, long = forward(np.array([[low[0], low[1]], [low[0], high[1]]]))
    assert long[AT["os_median"]] > short[AT["os_median"]]
    assert long[AT["crs_severity"]] == short[AT["crs_severity"]]
    np.testing.assert_array_equal(short, mild)


def table(count: int, responders: int) -> dict[str, NDArray[Any]]:
    """Return so many patients, the first of whom respond, without relapse, death or CRS."""
    answered = np.arange(count) < responders
    none = np.full(count, np.nan)
    return {
        "arm": np.array(["one"] * count),
        "status": np.zeros(count, dtype=int),
        "response": np.where(answered, "CRh", ""),
        "blasts_at_entry": np.full(count, 60.0),
        "mrd_negative": np.where(answered, 1.0, np.nan),
        "crs_grade": np.zeros(count, dtype=int),
        "cd19_at_failure": np.where(answered, "", "positive"),
        "drug_days": np.full(count, 28.0),
        "os_time": np.full(count, 15.0),
        "os_event": np.zeros(count, dtype=int),
        "rfs_time": np.where(answered, 14.0, none),
    }


def test_what_has_no_value_and_what_is_not_reached() -> None:
    peaks = np.array([0.0, 1.0, 2.0, np.nan, 3.0, 4.0])
    found = dict(zip(AT, endpoints_of(table(5, 2), peaks, 460.0), strict=True))
    assert (found["cr_crh"], found["mrd_response"], found["count_recovery"]) == (40.0, 100.0, 0.0)
    assert found["os_median"] == pytest.approx(460.0 / MONTH)
    assert found["rfs_mean"] == 12.0
    assert found["crs_severity"] == pytest.approx(3.6)
    nobody = dict(zip(AT, endpoints_of(table(5, 0), peaks, 460.0), strict=True))
    assert {name for name, x in nobody.items() if math.isnan(x)} == {"mrd_response", "count_recovery", "rfs_mean"}
    assert np.isnan(endpoints_of(table(0, 0), peaks[:0], 460.0)).all()


def test_kept_trials_are_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forward = small(keep=tmp_path / "kept")
    ran: list[float] = []

    def endpoints(_self: TrialEndpoints, row: Array) -> Array:
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(row[0])
        return np.append(row.sum() * np.arange(9.0), np.nan)

    monkeypatch.setattr(TrialEndpoints, "endpoints", endpoints)
    points = np.array([[0.5, 50.0], [0.6, 50.0], [0.7, 60.0]])
    with pytest.raises(KeyboardInterrupt):
        forward(points)
    ran[:] = [0.0]  # one more may be run
    seen: list[bool] = []
    found = forward(points, seen.append)
    assert (ran[1:], seen) == ([0.7], [False, False, True])
    np.testing.assert_array_equal(found[:, :9], points.sum(axis=1)[:, None] * np.arange(9.0))
    assert np.isnan(found[:, 9]).all()
    with pytest.raises(InputError, match="other virtual trials"):
        trial_endpoints(patients=17, only=FEW, keep=tmp_path / "kept")(points)
    one = next(p for p in (tmp_path / "kept").iterdir() if p.name != "manifest.json")
    one.write_text("{}")
    with pytest.raises(InputError, match="Delete it"):
        forward(points)


def test_an_analysis_of_a_trial() -> None:
    forward = small()
    said: list[tuple[str, float]] = []
    found = trial_sensitivity(
        forward, strongest=2, trajectories=2, base=2, progress=lambda text, share: said.append((text, share))
    )
    assert len(said) == runs(2, 2, 2, 2) == found.morris.runs + found.sobol.runs == 14
    assert said[0][0] == "screening, 1 of 14 trials"
    assert said[6][0].startswith("indices, 7 of 14 trials, ")
    assert said[6][0].endswith(" s left")
    assert said[-1] == ("indices, 14 of 14 trials", 1.0)
    share = found.morris.normalised
    assert (share[0, AT["crs_severity"]], share[1, AT["os_median"]]) == (1.0, 1.0)
    assert "virtual patients, day 0 to 460" in found.label
    assert (told(59.4), told(119.0), told(600.0)) == ("59 s", "119 s", "10 min")


def test_one_output_that_jumped_once_takes_no_place() -> None:
    """The first output follows two factors; the second scatters, and jumps once, with the third."""
    factors = [Factor(name, 0.0, 1.0) for name in ("a", "b", "jump", "idle")]

    def forward(x: Array) -> Array:
        jumps = np.zeros(len(x))
        jumps[: 1 + int(np.flatnonzero(np.diff(x[:5, 2]))[0])] = 1.0
        return np.column_stack([3 * x[:, 0] + x[:, 1], jumps])

    found = morris(forward, factors, ["y", "z"], trajectories=8)
    assert found.normalised[2].tolist() == [0.0, 1.0]
    assert found.ranking() == (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"trial": "blast"}, "patients in remission"),
        ({"trial": "flag_ida_bari"}, "days of follow-up, expected at least 460"),
        ({"patients": 7}, "patients: found 7"),
        ({"only": ("k_kill", "no_such")}, "only: found no_such"),
        ({"posterior": True, "calibration": "no_such"}, "no_such"),
    ],
)
def test_what_cannot_be_used_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        trial_endpoints(**given)


# --- identifiability of a calibration ---------------------------------------------------------------------------------


def test_what_a_calibration_has_learned(draws: Path) -> None:
    found = of_calibration(str(draws))
    assert (found.members, found.failed, len(found.names)) == (128, 0, len(EVERY))
    left = dict(zip(found.names, found.share_left, strict=True))
    assert left["k_kill"] == pytest.approx(0.1, abs=0.02)
    assert left["k_t_homing"] == pytest.approx(1.0, abs=0.2)
    (one, other, r), *others = found.pairs()
    assert {one, other} == {"k_sink", "k_exhaustion"}
    assert r < -0.97, "clipped at a bound in a few"
    assert abs(others[0][2]) < found.chance
    assert {name for name, _ in found.leading(0)[:2]} <= {"k_sink", "k_exhaustion", "k_kill"}
    told_plainly = json.loads(json.dumps(found.to_dict()))
    assert told_plainly["chance"]["correlation"] == pytest.approx(found.chance)


def test_chance_is_what_the_prior_itself_shows() -> None:
    """Of 40 ensembles of an unchanged prior, one in twenty shows a correlation beyond what chance is said to show."""
    count, members = 12, 100
    found = [
        identifiability(1.0, np.random.default_rng(seed).normal(size=(members, count)), [str(k) for k in range(count)])
        for seed in range(40)
    ]
    assert sum(abs(f.pairs()[0][2]) > f.chance for f in found) <= 5
    low, high = found[0].scatter
    ends = np.array([f.eigenvalues[[0, -1]] for f in found])
    assert low < ends[:, 0].mean() < 1.25 * low
    assert high / 1.25 < ends[:, 1].mean() < high


def test_draws_that_name_no_free_parameter_are_refused(tmp_path: Path) -> None:
    place = tmp_path / "other.csv"
    place.write_text("blood_volume\n5\n6\n")
    with pytest.raises(InputError, match="no parameter of a stage"):
        of_calibration(str(place))
    (tmp_path / "wrong.csv").write_text("shoe_size\n42\n43\n")
    with pytest.raises(LibraryError, match=r'wrong\.csv: column: found "shoe_size", expected a parameter of the model'):
        of_calibration(str(tmp_path / "wrong.csv"))


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def few_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every analysis move two factors only."""
    real: Callable[..., TrialEndpoints] = module.trial_endpoints
    monkeypatch.setattr(module, "trial_endpoints", lambda *a, **k: real(*a, **k, only=FEW))


@pytest.mark.usefixtures("few_factors")
def test_the_command_for_a_trial(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    figure, kept = tmp_path / "trial.svg", tmp_path / "kept"
    given = ["sensitivity", "--trial", "mt103_211", "--patients", "16", "--trajectories", "2", "--strongest", "2"]
    given += ["--base", "2", "--keep", str(kept), "--figure", str(figure)]
    assert command_line(given) == 0
    first = capsys.readouterr()
    assert "14 virtual trials of 16 patients" in first.err
    assert "CRS signs, P90" in first.out
    assert figure.stat().st_size > 10_000
    assert len(list(kept.glob("*.json"))) <= 15
    assert command_line([*given, "--json", "--quiet"]) == 0
    again = capsys.readouterr()
    assert again.err == ""
    assert json.loads(again.out)["morris"]["runs"] == 6


def test_the_command_for_a_calibration(capsys: pytest.CaptureFixture[str], tmp_path: Path, draws: Path) -> None:
    figure = tmp_path / "known.png"
    given = ["sensitivity", "--identifiability", "--calibration", str(draws)]
    assert command_line([*given, "--figure", str(figure)]) == 0
    printed = capsys.readouterr().out
    assert "Calibration mine" in printed
    assert f"128 draws of {len(EVERY)} parameters" in printed
    assert figure.stat().st_size > 10_000
    assert command_line([*given, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["directions"]) == len(EVERY)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "found neither"),
        (["blinatumomab_rr", "--trial", "mt103_211"], "TREATMENT and --trial"),
        (["--trial", "mt103_211", "--cycles", "2"], "--cycles: found beside --trial"),
        (["blinatumomab_rr", "--keep", "folder"], "--keep: found beside TREATMENT"),
        (["--identifiability", "--base", "4"], "--base: found beside --identifiability"),
    ],
)
def test_forms_are_not_mixed(capsys: pytest.CaptureFixture[str], given: list[str], words: str) -> None:
    assert command_line(["sensitivity", *given]) == 2
    assert words in capsys.readouterr().err
