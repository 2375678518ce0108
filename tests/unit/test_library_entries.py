"""One number in a file: value, spread, distribution; the parameter file of a model."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from trimer.errors import LibraryError, TrimerError, UnitError
from trimer.library import parameter_file
from trimer.library.entries import parameter_from

BASE = {"value": "2 L/h", "kind": "measured", "source": "paper"}


def made(unit: str = "L/day", **fields: str):  # type: ignore[no-untyped-def]
    return parameter_from("x", BASE | fields, unit, "file: x", "model")


def test_cv_becomes_log_sd() -> None:
    p = made(spread="47.6 %")
    assert p.value == pytest.approx(48.0)
    assert p.distribution == "lognormal"
    assert p.spread == pytest.approx(math.sqrt(math.log(1 + 0.476**2)))
    assert made(spread="47.6 %CV").spread == p.spread


def test_other_spreads() -> None:
    assert (made(spread="sd 0.3 log").spread, made(spread="sd 0.3 log").distribution) == (0.3, "lognormal")
    assert made(unit="fraction", value="40 %", spread="sd 0.5 logit").distribution == "logitnormal"
    normal = made(spread="sd 1 L/h")
    assert (normal.spread, normal.distribution) == (pytest.approx(24.0), "normal")
    relative = made(spread="25 %", distribution="normal")
    assert (relative.spread, relative.distribution) == (pytest.approx(12.0), "normal")
    assert made().distribution == "fixed"
    assert made(unit="fraction", value="12 %", distribution="bernoulli").value == pytest.approx(0.12)


@pytest.mark.parametrize(
    "fields",
    [
        {"spread": "0 %"},
        {"spread": "-10 %"},
        {"spread": "sd 0.3 log", "distribution": "normal"},
        {"spread": "45 %", "distribution": "logitnormal"},
        {"distribution": "lognormal"},
        {"distribution": "cauchy"},
        {"kind": "guess"},
        {"colour": "red"},
        {"value": "-2 L/h", "spread": "30 %"},
        {"value": "2 kg"},
        {"value": "2"},
        {"spread": "sd 1 kg"},
        {"spread": "45"},
    ],
)
def test_contradictions_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(TrimerError, match="file: x"):
        made(**fields)


def test_probability_stays_one() -> None:
    with pytest.raises(LibraryError, match="probability"):
        made(unit="fraction", value="120 %", distribution="bernoulli")
    with pytest.raises(LibraryError, match="between 0 and 1"):
        made(unit="fraction", value="100 %", spread="sd 0.5 logit")


def test_assumed_values_are_ours_unless_they_cite() -> None:
    entry = {"value": "2 L/h", "kind": "assumed", "note": "choice"}
    assert parameter_from("x", entry, "", "f", "model").source == "trimer"
    with pytest.raises(LibraryError, match="no source"):
        parameter_from("x", entry | {"kind": "fitted"}, "", "f", "model")


def test_parameter_file(tmp_path: Path) -> None:
    file = tmp_path / "model.toml"
    file.write_text(
        """
        [k_growth]
        value = "0.10 1/day"
        spread = "45 %"
        kind = "measured"
        source = "paper"
        where = "Table 1"

        [half]
        value = "12 h"
        unit = "day"
        kind = "assumed"
        note = "choice"
        """,
        encoding="utf-8",
    )
    found = parameter_file(file)
    assert list(found) == ["k_growth", "half"]
    assert (found["k_growth"].value, found["k_growth"].unit, found["k_growth"].layer) == (0.10, "1/day", "model")
    assert (found["half"].value, found["half"].unit) == (0.5, "day")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[a]\nvalue = "1"\nkind = "assumed"', UnitError),
        ('[a]\nvalue = "1 parrot"\nkind = "assumed"', UnitError),
        ('[a]\nvalue = 1\nkind = "assumed"', UnitError),
        ('[a]\nkind = "assumed"', LibraryError),
        ("a = 1", LibraryError),
        ('[a]\nvalue = "1 day"\nunit = "L"\nkind = "assumed"', UnitError),
        ('[a]\nvalue = "1 day"\nkind = ["assumed"]', LibraryError),
    ],
)
def test_parameter_file_faults_name_file_and_entry(tmp_path: Path, text: str, fault: type[TrimerError]) -> None:
    file = tmp_path / "model.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(fault, match=r"model\.toml: a"):
        parameter_file(file)
