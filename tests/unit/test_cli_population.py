"""``trimer population``: what it prints, writes and draws, and bad input as one line."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from population_sample import SMALL, small
from rich.console import Console

from trimer.cli import run
from trimer.report.population import burden_reached, class_label, condition, label_of, render
from trimer.report.population_figure import ROWS, caption, draw, save
from trimer.report.text import number
from trimer.study.population.draw import ENTRY, PopulationSample, draw_population
from trimer.study.research import NOTICE

SVG = "{http://www.w3.org/2000/svg}"
STARTS = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}
Invoke = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines as in a wide terminal, whatever runs the tests."""
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str]) -> Invoke:
    def call(*args: str) -> tuple[int, str, str]:
        code = run(["population", *args])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@cache
def grown() -> PopulationSample:
    return draw_population("adult_rr_ball", 150, calibration="", grow=True)


def printed(found: PopulationSample, width: int = 120) -> str:
    stream = io.StringIO()
    render(found, Console(file=stream, width=width))
    return stream.getvalue()


def test_it_prints_covariates_beside_what_was_published(invoke: Invoke) -> None:
    code, out, err = invoke("adult_rr_ball", "-n", "300", "--calibration", "")
    assert (code, err) == (0, "")
    found = draw_population("adult_rr_ball", 300, calibration="")
    age = found.covariates["age"]
    (line,) = (row for row in out.splitlines() if row.startswith("age, year"))
    told = (age.mean(), age.std(), *np.quantile(age, (0.05, 0.5, 0.95)))
    assert line.split()[2:7] == [number(float(x)) for x in told]
    assert line.endswith("measured, TOWERtab1")
    half = found.shares("marrow_blast_percent")[2]
    (line,) = (row for row in out.splitlines() if row.strip().startswith("50 to 95 %"))
    assert line.split()[4:] == [str(half["patients"]), f"{100 * half['drawn']:.1f}", "%", "68.8", "%"]
    assert "300 virtual patients from number 0 · typical values of the library" in out
    assert "expected" not in out, "nothing was narrowed"
    first = next(iter(found.ranges()))
    assert f"{first} " in out
    assert "only margins" in out
    assert out.rstrip().endswith(NOTICE)


def test_conditions_narrow_what_is_printed(invoke: Invoke) -> None:
    where = ("--where", "marrow_blast_percent >= 50 %", "--where", "ph_positive is 0")
    code, out, _ = invoke("adult_rr_ball", "-n", "50", "--calibration", "", *where)
    assert code == 0
    assert "marrow blast percent ≥ 50 % and ph positive is 0: 51.6 % of the population" in out.replace("\n", " ")
    (line,) = (row for row in out.splitlines() if row.strip().startswith("50 to 95 %"))
    assert line.split()[4:] == ["50", "100.0", "%", "100.0", "%", "68.8", "%"]


def test_growing_tells_the_state_at_entry_and_what_cannot_be_reached(invoke: Invoke) -> None:
    code, out, err = invoke("adult_rr_ball", "-n", "150", "--calibration", "", "--grow")
    assert code == 0
    assert "growing to entry" in err
    assert "At entry, simulated without treatment" in out
    assert "Neutrophils, ×10⁹/L" in out
    assert "Marrow MRD" not in out, "the same as marrow blasts here"
    assert burden_reached(grown()) in out
    assert invoke("adult_rr_ball", "-n", "5", "--calibration", "", "--grow", "--quiet")[2] == ""


def test_the_sentence_on_burdens_counts_everybody() -> None:
    found = grown()
    missed, below = found.missed, found.entry["marrow_blast_percent"] < found.covariates["marrow_blast_percent"]
    told = burden_reached(found)
    assert told.startswith(f"{int((~missed).sum())} of 150 enter with the burden drawn; {int((missed & below).sum())} ")
    gap = (found.covariates["marrow_blast_percent"] - found.entry["marrow_blast_percent"])[missed & below]
    assert f"by {np.median(gap):.2g} % in the median, {gap.max():.2g} % at most" in told


def test_json_is_the_summary(invoke: Invoke) -> None:
    code, out, err = invoke("adult_rr_ball", "-n", "40", "--first", "7", "--calibration", "", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["schema"] == "trimer/population/1"
    assert document["notice"] == NOTICE
    assert (document["first"], document["patients"], document["calibration"]) == (7, 40, "")
    assert document == draw_population("adult_rr_ball", 40, first=7, calibration="").to_dict()


def test_patients_are_written(invoke: Invoke, tmp_path: Path) -> None:
    for kind in ("csv", "parquet"):
        place = tmp_path / f"p.{kind}"
        code, out, _ = invoke("adult_rr_ball", "-n", "6", "--calibration", "", "--out", str(place))
        assert code == 0
        assert out.rstrip().endswith(f"Patients: {place}")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "p.csv").read_text())))
    expected = draw_population("adult_rr_ball", 6, calibration="").covariates["age"]
    assert [float(row["age"]) for row in rows] == expected.tolist()


def test_strata_stand_side_by_side(invoke: Invoke, tmp_path: Path) -> None:
    place = tmp_path / "strata.csv"
    told = ("adult_rr_ball", "--calibration", "", "--strata", "marrow_blast_percent:5,50,95", "--each", "40")
    code, out, _ = invoke(*told, "--out", str(place), "--grow", "--quiet")
    assert code == 0
    assert "2 strata of 40 virtual patients" in out
    assert "marrow blast percent 5 to <50 %" in out
    (line,) = (row for row in out.splitlines() if row.startswith("share of the population"))
    assert line.split()[-4:] == ["31.2", "%", "68.8", "%"]
    assert out.count("enter with the burden drawn") == 2
    rows = list(csv.DictReader(io.StringIO(place.read_text())))
    assert [row["stratum"] for row in rows] == ["0"] * 40 + ["1"] * 40
    assert {f"entry_{name}" for name in ENTRY} <= set(rows[0])
    code, out, _ = invoke(*told, "--json")
    document = json.loads(out)
    assert document["schema"] == "trimer/population-strata/1"
    assert [one["share of the population"] for one in document["strata"]] == pytest.approx([0.312, 0.688])


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("nobody",), "No population 'nobody'"),
        (
            ("adult_rr_ball", "--where", "age >= 90 year"),
            "age: found 90 to inf year, expected bounds that some patient",
        ),
        (("adult_rr_ball", "--where", "agee > 3 year"), 'covariate: found "agee"'),
        (("adult_rr_ball", "-n", "0"), "patients: found 0"),
        (("adult_rr_ball", "--strata", "age"), '--strata: found "age"'),
        (("adult_rr_ball", "--strata", "age:50,20"), "strata: found 50, 20"),
        (("adult_rr_ball", "--strata", "age:20,50", "-n", "5"), "-n: found 5, expected --each with --strata"),
        (("adult_rr_ball", "--each", "5"), "--each: found 5, expected --strata with it"),
        (("adult_rr_ball", "--strata", "age:20,50", "--figure", "x.png"), "--figure: found x.png"),
        (("adult_rr_ball", "--out", "x.txt"), "--out: found x.txt"),
        (("adult_rr_ball", "--figure", "x.txt"), "--figure: found x.txt"),
        (("adult_rr_ball", "--calibration", "nobody_s"), 'calibration: found "nobody_s"'),
    ],
)
def test_bad_input_is_one_line(invoke: Invoke, args: tuple[str, ...], told: str) -> None:
    calibrated = () if "--calibration" in args else ("--calibration", "")
    code, out, err = invoke(*args, *calibrated)
    assert (code, out) == (2, "")
    assert err.startswith("trimer: ")
    assert err.count("\n") == 1
    assert told in err


def test_a_file_of_one_s_own(invoke: Invoke, tmp_path: Path) -> None:
    place = tmp_path / "mine.toml"
    place.write_text('extends = "adult_rr_ball"\nname = "mine"\nlabel = "[b]Mine[/b]"\ncalibration = ""\n')
    code, out, _ = invoke(str(place), "-n", "5")
    assert code == 0
    assert out.startswith("[b]Mine[/b]\nmine · 5 virtual patients"), "no word of a file is taken for markup"


def test_words() -> None:
    found = draw_population(small(), 5, within=["weight > 60 kg", "height <= 1.9 m", "female is 1"])
    assert [condition(found, n) for n in found.within] == ["weight > 60 kg", "height ≤ 1.9 m", "female is 1"]
    covariates = small().covariates
    assert [class_label(covariates["female"], c) for c in covariates["female"].classes] == ["no", "yes"]
    salvages = draw_population("adult_rr_ball", 1, calibration="").population.covariates["salvages"]
    assert class_label(salvages, salvages.classes[1]) == "1"
    assert label_of(found, "bsa") == "body surface, m²"


# ---- the figure


@pytest.mark.parametrize("kind", STARTS)
def test_figures_are_written(tmp_path: Path, kind: str) -> None:
    place = tmp_path / f"p{kind}"
    save(draw_population(small(), 50), place, dpi=50)
    assert place.read_bytes().startswith(STARTS[kind])
    assert [p.name for p in tmp_path.iterdir()] == [place.name], "no draft is left"


def test_bars_are_those_drawn_and_marks_are_the_file_s() -> None:
    found = grown()
    panels = draw(found).subfigs[0].axes
    titles = [axes.get_title(loc="left") for axes in panels]
    axes = panels[titles.index("marrow blast percent, %")]
    shares = found.shares("marrow_blast_percent")
    assert [bar.get_height() for bar in axes.patches] == [row["drawn"] for row in shares]
    marks, rings = (line.get_ydata() for line in axes.lines)
    np.testing.assert_allclose(marks, [row["published"] for row in shares])
    reached = found.entry["marrow_blast_percent"]
    assert rings[2] == np.mean((reached >= 50.0) & (reached <= 95.0))
    assert rings[2] < shares[2]["drawn"], "not everybody reaches what was drawn"
    age = panels[titles.index("age, year")]
    assert sum(bar.get_height() for bar in age.patches) == pytest.approx(1.0)
    assert sum(age.lines[0].get_ydata()) == pytest.approx(1.0)


def test_the_same_patients_are_the_same_file(tmp_path: Path) -> None:
    found = draw_population(small(), 60)
    save(found, tmp_path / "one.svg")
    save(found, tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    words = ["".join(t.itertext()) for t in ET.parse(tmp_path / "one.svg").iter(f"{SVG}text")]
    assert {"Topp2015", "set by the model", "10 to 50 %", next(iter(found.ranges()))} <= set(words)


def test_parameters_are_drawn_over_their_median() -> None:
    found = draw_population(small(), 300)
    names = list(found.ranges())[:ROWS]
    axes = draw(found).subfigs[-1].axes[0]
    assert [t.get_text() for t in axes.texts][::2] == names
    low, high = np.quantile(found.parameters[names[0]], (0.05, 0.95)) / np.median(found.parameters[names[0]])
    (ends,) = axes.collections[0].get_segments()
    np.testing.assert_allclose(ends[:, 0], [low, high])


def test_one_patient_and_narrow_bounds_can_be_drawn_and_printed() -> None:
    for found in (draw_population(small(), 1), draw_population(small(), 3, within=["female is 1"])):
        draw(found)
        assert "virtual patients" in printed(found, width=70)
    narrowed = caption(draw_population(small(), 3, within=["female is 1"]))
    assert "narrowed to these patients" in narrowed
    assert SMALL["label"] in printed(draw_population(small(), 3))
