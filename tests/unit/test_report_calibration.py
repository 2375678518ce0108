"""A calibration as people see it: tables and figures that say its numbers, and the page made from a shipped one."""

from __future__ import annotations

import ast
import io
import math
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from trimer.errors import InputError
from trimer.library import load_calibration as artefact
from trimer.report import calibration as report
from trimer.report.calibration import error_limits, heading, in_errors, in_spreads, render, shown, target_rows
from trimer.report.calibration_figure import FITS, RIDGE, caption, draw, learned, save
from trimer.report.sensitivity_figure import write
from trimer.study.calibrate.ensemble import Target, from_proportion
from trimer.study.calibrate.prior import Free
from trimer.study.calibrate.run import Calibration, calibrate
from trimer.study.calibrate.ship import document, ship
from trimer.study.calibrate.stages import Stage

Array = NDArray[np.float64]
SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parents[2]
STARTS = {".png": b"\x89PNG", ".pdf": b"%PDF"}
ODD = "IL-6 [red] <b>&$x_1$"


def response(columns: Mapping[str, Array], patients: int, tell: Callable[[float], None]) -> Array:
    """Return a response that only the product of three decides, a time beyond what is followed, and what is missed."""
    together = columns["marrow_partition"] / (columns["k_sink"] * columns["exhaustion_load"])
    return np.column_stack(
        [together / (together + 0.05), np.full(len(together), 40.0), 3.0 + 0.0 * together, 2.0 * columns["k_sink"]]
    )


def only(columns: Mapping[str, Array], patients: int, tell: Callable[[float], None]) -> Array:
    return np.column_stack([columns["persister_fraction"], 1.0 + 0.0 * columns["persister_fraction"]])


REMISSION = Stage(
    "remission",
    "On a ridge",
    (
        Free("k_sink", 0.01, 1.0, 0.1, 0.5),
        Free("exhaustion_load", 5.0, 500.0, 50.0, 0.5),
        Free("marrow_partition", 0.05, 1.0, 0.35, 0.4),
    ),
    lambda n: (
        from_proportion("cr_crh", 81.0, 189.0),
        Target("rfs_median", 5.9, 0.2, "log", 0.1, 0.3, 14.0),
        Target(ODD, 1.0, 0.5),
        Target("linear", 0.2, 0.1),
    ),
    response,
    32,
)
RARE = Stage(
    "rare", "One parameter", (Free("persister_fraction", 1e-9, 1e-2, 1e-5, 1.0),),
    lambda n: (Target("persisters", 3e-5, 0.2, "log"), Target("as it is", 1.0, 0.1)), only, 8,
)  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    return calibrate(tmp_path_factory.mktemp("report"), stages=[REMISSION, RARE], members=40, steps=3)


@pytest.fixture(scope="module")
def said(found: Calibration) -> dict[str, Any]:
    return document(found, "mine")


def printed(said: Mapping[str, Any], width: int = 130) -> str:
    stream = io.StringIO()
    render(said, Console(file=stream, width=width))
    return stream.getvalue()


def words(path: Path) -> str:
    return "\n".join("".join(t.itertext()) for t in ET.parse(path).iter(f"{SVG}text"))


# ---- numbers


def test_values_read_as_people_write_them() -> None:
    share = {"name": "cr_crh", "scale": "logit", "observed": 0.4, "error": 0.2}
    time = {"name": "os_median", "scale": "log", "observed": 6.1, "error": 0.1, "highest": 14.0}
    assert [shown(share, x) for x in (0.428, 0.0, math.nan)] == ["43 %", "0 %", "–"]
    assert [shown(time, x) for x in (6.123, 13.99, 460.0)] == ["6.12", "14", "> 14"]
    assert heading("cr_crh") == "CR or CRh"
    assert heading("cr_crh_blasts_below_50") == "CR or CRh, blasts below 50 %"
    assert heading("CD8 at baseline") == "CD8 at baseline"
    assert error_limits(time) == pytest.approx((6.1 * math.exp(-0.1), 6.1 * math.exp(0.1)))
    odds = [0.4 / 0.6 * math.exp(x) for x in (-0.2, 0.2)]
    assert error_limits(share) == pytest.approx([o / (1.0 + o) for o in odds])


def test_distances_are_those_of_the_calibration(found: Calibration, said: dict[str, Any]) -> None:
    own = found.stages[0]
    for k, (target, entry) in enumerate(zip(own.targets, said["stages"]["remission"]["targets"], strict=True)):
        predicted = own.ensemble.predictions[:, k]
        errors = in_errors(entry, predicted)
        assert float(errors.mean()) == pytest.approx(entry["gap"], abs=2e-4), target.name
    z = own.ensemble.steps[-1].members[:, 0]
    first = said["stages"]["remission"]["parameters"][0]
    np.testing.assert_allclose(in_spreads(first, found.columns["k_sink"]), z, atol=1e-4)


# ---- terminal


def test_the_terminal_says_targets_and_parameters_of_each_stage(said: dict[str, Any]) -> None:
    told = printed(said)
    flat = re.sub(r"\s+", " ", told)
    assert "Calibration mine" in flat
    assert "40 draws of 4 population parameters, taught by 6 published figures." in flat
    assert "More than 2 errors from the mean prediction: 2." in flat
    assert "seed: 20261123" in flat
    for stage in said["stages"].values():
        assert stage["label"] in flat
        for parameter in stage["parameters"]:
            assert f"{100 * parameter['spread_left']:.0f} %" in flat
    assert "32 virtual patients a member" in flat
    for name in (ODD, "CR or CRh", "median relapse-free survival", "k_sink", "10⁻⁵ ("):
        assert name in flat, name
    assert "> 14 (> 14 to > 14)" in flat
    assert "never advice for a patient" in flat


def test_a_miss_is_marked_and_a_hit_is_not(said: dict[str, Any]) -> None:
    by_name = {row[0]: row for row in target_rows(said["stages"]["remission"])}
    assert by_name[ODD][3] == "+4.0 !"
    assert by_name[ODD][1:3] == ["1 (0.5 to 1.5)", "3 (3 to 3)"]
    assert not by_name["CR or CRh"][3].endswith("!")
    assert by_name["CR or CRh"][1] == "43 % (39 % to 47 %)"
    gaps = {t["name"]: t["gap"] for t in said["stages"]["remission"]["targets"]}
    assert by_name["CR or CRh"][3] == f"{gaps['cr_crh']:+.1f}".replace("-", "−")


def test_failed_members_are_told_only_when_there_are_some(said: dict[str, Any]) -> None:
    assert "Members without a prediction" not in printed(said)
    stages = {name: {**stage, "failed": [0, 3, 1, 0]} for name, stage in said["stages"].items()}
    assert "Members without a prediction, by step: 0, 3, 1, 0" in printed({**said, "stages": stages})


def test_a_target_without_a_gap_is_a_miss(said: dict[str, Any]) -> None:
    entry = {**said["stages"]["rare"]["targets"][0], "gap": math.nan}
    assert report.far(entry)


# ---- figures


@pytest.mark.parametrize("kind", STARTS)
def test_figures_are_written(found: Calibration, said: dict[str, Any], tmp_path: Path, kind: str) -> None:
    small = {**said, "stages": {"rare": said["stages"]["rare"]}}
    written = save(small, {"persister_fraction": found.columns["persister_fraction"]}, tmp_path / f"c{kind}", dpi=50)
    assert [path.name for path in written] == [f"c{kind}", f"c-rare{kind}"]
    assert sorted(tmp_path.iterdir()) == sorted(written), "no draft is left"
    for path in written:
        assert path.read_bytes().startswith(STARTS[kind])
        assert path.stat().st_size > 5_000


def test_the_figure_says_its_numbers_and_is_the_same_twice(
    found: Calibration, said: dict[str, Any], tmp_path: Path
) -> None:
    one, *of_stages = save(said, found.columns, tmp_path / "one.svg")
    write(draw(said, found.columns), tmp_path / "other.svg")
    assert one.read_bytes() == (tmp_path / "other.svg").read_bytes()
    assert [path.name for path in of_stages] == ["one-remission.svg", "one-rare.svg"]
    seen = words(one)
    assert ODD in seen
    assert "remission: On a ridge" in seen
    assert "> 14 (> 14 to > 14)" in seen
    assert "CR or CRh in MT103-211, %" in seen
    for stage in said["stages"].values():
        for row in (*report.parameter_rows(stage), *target_rows(stage)):
            assert row[0] in seen
    z = [in_spreads(p, found.columns[p["name"]]) for p in said["stages"]["remission"]["parameters"][:2]]
    assert f"r = {np.corrcoef(z)[0, 1]:+.2f}".replace("-", "−") in seen


def test_the_marks_lie_at_the_numbers(found: Calibration, said: dict[str, Any]) -> None:
    parameters, targets, first, *_ = draw(said, found.columns).axes
    by_row = {float(line.get_ydata()[0]): float(line.get_xdata()[0]) for line in parameters.lines}
    entries = sorted(said["stages"]["remission"]["parameters"], key=lambda p: p["spread_left"])
    for row, entry in enumerate(entries, 1):
        assert by_row[row] == pytest.approx(float(in_spreads(entry, entry["posterior"])[1]))
    diamonds = {float(line.get_ydata()[0]): line for line in targets.lines if line.get_marker() == "D"}
    for row, entry in enumerate(said["stages"]["remission"]["targets"], 1):
        middle = float(in_errors(entry, entry["predicted"])[1])
        assert float(diamonds[row].get_xdata()[0]) == pytest.approx(middle)
    (points,) = first.collections
    np.testing.assert_array_equal(
        points.get_offsets(), np.column_stack([found.columns[name] for name in ("k_sink", "exhaustion_load")])
    )
    np.testing.assert_allclose(points.get_array(), 100.0 * np.array(said["response"]))


def test_what_lies_outside_is_pointed_to(found: Calibration, said: dict[str, Any]) -> None:
    target = {**said["stages"]["rare"]["targets"][0], "predicted": [1e-9, 1e-9, 1e-9]}
    stages = {**said["stages"], "rare": {**said["stages"]["rare"], "targets": [target]}}
    lines = draw({**said, "stages": stages}, found.columns).axes[1].lines
    arrows = [line for line in lines if line.get_marker() in ("<", ">")]
    assert [line.get_marker() for line in arrows] == ["<"]
    low, _ = draw({**said, "stages": stages}, found.columns).axes[1].get_xlim()
    assert float(arrows[0].get_xdata()[0]) == low


def test_without_the_ridge_the_most_correlated_draws_are_shown(tmp_path: Path) -> None:
    names = ("p", "q", "r", "s")
    stage = Stage(
        "other", "Four", tuple(Free(name, 0.01, 100.0, 1.0, 0.5) for name in names),
        lambda n: (Target("q s", 1.0, 0.05, "log"),), lambda c, n, tell: np.column_stack([c["q"] * c["s"]]), 4,
    )  # fmt: skip
    found = calibrate(tmp_path, stages=[stage], members=40, steps=2)
    said = document(found)
    told = caption(said, found.columns).replace("\n", " ")
    assert "draws of q, s, " in told
    assert "Colour:" not in told
    assert "response" not in said
    assert len(draw(said, found.columns).axes) == 2 + 3 + 1
    assert RIDGE[0] not in told


def test_one_parameter_has_no_pairs(tmp_path: Path) -> None:
    found = calibrate(tmp_path, stages=[RARE], members=12, steps=1)
    assert len(draw(document(found), found.columns).axes) == 3


def test_a_stage_shows_what_is_known_best_in_the_spread_that_is_told(found: Calibration, said: dict[str, Any]) -> None:
    stage = said["stages"]["remission"]
    known = learned(stage, found.columns)
    left = {p["name"]: p["spread_left"] for p in stage["parameters"]}
    assert dict(zip(known.names, known.share_left, strict=True)) == pytest.approx(left)
    many = [{**stage["parameters"][0], "name": f"n{k}", "spread_left": 1.0 / (k + 1)} for k in range(FITS + 4)]
    rng = np.random.default_rng(3)
    draws = {p["name"]: rng.lognormal(size=40) for p in many}
    assert learned({**stage, "parameters": many}, draws).names == tuple(f"n{k}" for k in range(FITS + 3, 3, -1))


def test_a_stage_with_too_few_draws_has_no_page(tmp_path: Path) -> None:
    free = tuple(Free(f"p{k}", 0.01, 100.0, 1.0, 0.5) for k in range(9))
    stage = Stage(
        "many", "Nine", free, lambda n: (Target("p0", 1.5, 0.2, "log"),), lambda c, n, tell: c["p0"][:, None], 4
    )
    found = calibrate(tmp_path / "c", stages=[stage], members=9, steps=1)
    assert save(document(found), found.columns, tmp_path / "c.svg") == [tmp_path / "c.svg"]


def test_draws_that_all_stand_at_a_bound_are_drawn(found: Calibration, said: dict[str, Any]) -> None:
    draws = {**found.columns, "k_sink": np.full(40, 1.0)}
    pairs = draw(said, draws).axes[2:]
    assert [t.get_text() for axes in pairs for t in axes.texts].count("r = +0.00") == 2
    known = learned(said["stages"]["remission"], draws)
    assert known.share_left[known.names.index("k_sink")] < 1e-9


@pytest.mark.parametrize("name", ["figure.txt", "nowhere/figure.png"])
def test_a_figure_that_cannot_be_written_is_refused(
    found: Calibration, said: dict[str, Any], tmp_path: Path, name: str
) -> None:
    with pytest.raises(InputError, match="--figure"):
        save(said, found.columns, tmp_path / name)


# ---- the page


def test_the_page_of_the_model_is_made_from_a_shipped_calibration(
    found: Calibration, said: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    display = pytest.importorskip("IPython.display")
    ship(found, "adult_ball", tmp_path)
    monkeypatch.setattr(artefact, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    page = ROOT / "docs" / "model" / "calibration.md"
    monkeypatch.chdir(page.parent)
    cells = re.findall(r"```\{code-cell\} ipython3\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    scope: dict[str, Any] = {}
    shown_there = []
    artefact.calibrated.cache_clear()
    try:
        for cell in cells:
            *body, last = ast.parse(cell).body
            assert isinstance(last, ast.Expr)
            exec(compile(ast.Module(body, []), str(page), "exec"), scope)
            shown_there.append(eval(compile(ast.Expression(last.value), str(page), "eval"), scope))
    finally:
        artefact.calibrated.cache_clear()
    told = "\n".join(item.data for item in shown_there if isinstance(item, display.Markdown))
    assert "**`adult_ball`**, kind *fitted*" in told
    assert f"| remission | {ODD.replace('<', '&lt;')} |" in told, "what is missed comes first"
    assert told.index(ODD.replace("<", "&lt;")) < told.index("**On a ridge**")
    for stage in said["stages"].values():
        for row in (*report.parameter_rows(stage), *target_rows(stage)):
            assert " | ".join(row[1:]).strip() in told
