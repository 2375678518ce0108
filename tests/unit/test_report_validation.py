"""A validation as printed: misses first, numbers as people read them, nothing fetched, nothing taken for markup."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from trimer.cli import BAD_INPUT, run
from trimer.errors import InputError
from trimer.report import validation as told
from trimer.report.validation import render, render_acceptance
from trimer.report.validation_figure import save
from trimer.report.validation_page import render as page_of
from trimer.report.validation_page import write
from trimer.study.validation_result import Aim, Item, ValidationResult

ODD = "[red]<b>&trial"
STARTS = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def item(**given: Any) -> Item:
    known: dict[str, Any] = {
        "trial": "tower", "title": "TOWER, phase 3", "arm": "blinatumomab", "key": "cr", "group": "all",
        "endpoint": "CR", "role": "predicted", "unit": "%", "n": 271, "events": 91, "observed": 33.58, "low": 28.0,
        "high": 40.0, "interval": "published", "recalled": False, "predicted": (28.8, 34.7, 41.7),
        "simulated": "tower", "counted": 271.0,
    }  # fmt: skip
    return Item(**(known | given))


def found_of() -> ValidationResult:
    time: dict[str, Any] = {"unit": "month", "key": "os_median", "events": None}
    late = (9.0, 20.0, math.inf)
    items = (
        item(),
        item(arm="chemotherapy", observed=16.0, recalled=True, why="Known reason.", remarks=("in 100 patients",)),
        item(**time, observed=4.0, low=2.9, high=math.inf, predicted=late, endpoint="median overall survival"),
        item(**time, observed=12.0, low=9.0, high=14.0, predicted=late, title=ODD, trial="odd", endpoint=ODD),
        item(key="hr_os", endpoint="hazard ratio of death", unit="ratio", observed=0.71, low=0.55, high=0.93,
             predicted=(0.6, 0.7, 0.8), role="calibrated"),
        item(key="cd8", endpoint="CD8 T cells, day 1", unit="1/uL", days=(1.0, 1.0), role="calibrated",
             observed=13.7, low=9.7, high=30.4, interval="quartiles", predicted=(12.0, 14.0, 40.0)),
        item(key="il6", arm="flat", endpoint="IL-6, flat schedule, days 0 to 0.7", unit="pg/mL", days=(0.0, 0.7),
             role="calibrated", observed=504.0, low=94.5, high=1343.0, interval="quartiles",
             predicted=(10.0, 50.0, 90.0)),
        item(key="neurologic_any", endpoint="neurologic event", predicted=None, simulated="", reason="not modelled"),
    )  # fmt: skip
    trials = {"tower": {"label": ODD, "patients": 405, "follow_up": 24.0, "population": "p", "failed": {"a": 3}}}
    return ValidationResult(items, trials, 200, {}, {"calibration": "adult_ball", "draws": 128})


def printed(found: ValidationResult, width: int = 120, aims: bool = False) -> str:
    out = io.StringIO()
    (render_acceptance if aims else render)(found, Console(file=out, width=width))
    return out.getvalue()


def test_misses_come_first_and_the_worst_of_them_first() -> None:
    said = printed(found_of())
    places = [said.index(x) for x in ("Predicted, outside: 2", "Predicted, inside: 2", "Calibrated, inside: 1",
                                      "Digitised series", "Nothing to compare with: 1")]  # fmt: skip
    assert places == sorted(places)
    outside = said[places[0] : places[1]]
    assert outside.index("16° (28 to 40)") < outside.index("4 (2.9 to n.r.)")
    for words in ("34.7 (28.8 to 41.7)", "✗ lower", "20 (9 to n.r.)", "Known reason.", "in 100 patients"):
        assert words in outside
    assert ODD in said
    assert "3 of 81,000 patients failed" in said
    assert "128 calibrated draws (adult_ball)" in said


def test_the_counts_are_those_of_the_rows() -> None:
    said = " ".join(printed(found_of()).split())
    assert "Predicted: 2 of 4 inside (50 %)" in said
    assert "2 of 4 intervals at most twice as wide as the trial's own; 1 of the observed values recalled" in said
    assert "Calibrated: 1 of 1 inside (100 %)" in said
    assert "IL-6, flat schedule" in said


def test_series_say_how_often_the_median_lies_in_the_quartiles() -> None:
    groups = told.series([i for i in found_of().items if i.digitised])
    assert {name: told.within(points) for name, points in groups.items()} == {
        "CD8 T cells": (1, 1),
        "IL-6, flat schedule": (0, 1),
    }


@pytest.mark.parametrize(
    ("x", "unit", "shown"),
    [(33.58, "%", "33.6"), (45.0, "%", "45"), (0.7, "ratio", "0.70"), (math.inf, "month", "n.r."),
     (math.nan, "%", "–"), (0.621, "ng/mL", "0.621"), (504.2, "pg/mL", "504")],
)  # fmt: skip
def test_numbers_are_shown_as_precisely_as_they_are_published(x: float, unit: str, shown: str) -> None:
    assert told.figure(x, unit) == shown


def test_an_interval_that_is_no_confidence_interval_is_named() -> None:
    assert told.observed(item(interval="range", low=1.0, high=3.0, observed=2.0)) == "2 (range 1 to 3)"
    assert told.observed(item(interval="range", low=11.0, high=15.0, observed=math.nan)) == "(range 11 to 15)"
    assert told.observed(item(interval="", low=math.nan, high=math.nan)) == "33.6"


def test_a_wide_interval_is_no_clean_verdict() -> None:
    wide = item(predicted=(0.0, 34.0, 90.0))
    assert told.brief(wide) == "✓ inside, but more than 2 times as wide"
    assert told.brief(item()) == "✓ inside"
    assert told.brief(item(observed=99.0)) == "✗ higher"


def test_distances_have_a_sign() -> None:
    assert told.distance(item(observed=20.0)).startswith("−")
    assert told.distance(item(observed=1.7, predicted=(0.0, 0.0, 0.0))) == "∞"


def test_aims_say_what_is_wanted_and_what_came() -> None:
    said = printed(found_of(), aims=True)
    assert "not simulated" in said
    assert re.search(r"observed value inside the predictive interval +≥ 80 % +50\.0 +✗", said)
    assert told.wanted(Aim("x", "calibrated", 10, 12, "of 12 times", 11)) == "≥ 10 of 12 times"
    assert told.wanted(Aim("x", "calibrated", 100, 100, "%", 90)) == "100 %"
    assert told.reached(Aim("x", "calibrated", 1.3, 2.8, "ratio", 1.234)) == "1.23"


def test_the_page_fetches_nothing_and_takes_no_text_for_markup() -> None:
    page = page_of(found_of())
    assert "[red]&lt;b&gt;&amp;trial" in page
    assert "<b>&trial" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    for words in ("34.7<small>(28.8 to 41.7)</small>", "✗ lower", "not modelled", "Known reason.", "TOWER"):
        assert words in page
    assert page.count("<svg") == 1


@pytest.mark.parametrize("kind", list(STARTS))
def test_the_figure_is_written_as_its_name_says(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure{kind}"
    save(found_of(), path, dpi=40)
    assert path.read_bytes().startswith(STARTS[kind])


def test_the_figure_of_few_endpoints_can_be_drawn(tmp_path: Path) -> None:
    few = replace(found_of(), items=found_of().items[:1])
    save(few, tmp_path / "few.png", dpi=40)
    save(replace(few, items=()), tmp_path / "none.png", dpi=40)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--html"):
        write(found_of(), tmp_path / "none" / "page.html")


def test_the_command_shows_a_stored_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "found.json"
    path.write_text(json.dumps(found_of().to_dict()), encoding="utf-8")
    page = tmp_path / "page.html"
    assert run(["validate", "--stored", str(path), "--html", str(page)]) == 0
    assert "Predicted, outside: 2" in capsys.readouterr().out
    assert page.is_file()
    assert run(["validate", "--stored", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found_of().to_dict()
    assert run(["validate", "--stored", str(path), "--acceptance"]) == 0
    assert "Aims:" in capsys.readouterr().out
    assert run(["validate", "--trials", "towr"]) == BAD_INPUT
    assert "towr" in capsys.readouterr().err
