"""What the Evidence page shows: published beside predicted, every number with its source, limits in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

import trimer.library as library
from trimer.errors import InputError
from trimer.report.validation import summary
from trimer.study.validation_result import stored
from trimer.workbench.evidence import STORED, cited, evidence
from trimer.workbench.numbers import parameters, spread


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    return evidence(STORED)


def test_every_published_number_has_a_row(shown: dict[str, Any]) -> None:
    found = stored(STORED)
    rows = shown["validation"]
    assert shown["stored"] is True
    assert len(rows) == len(found.items)
    assert sum(row["role"] == "validation" for row in rows) == sum(i.role == "predicted" for i in found.items)
    assert {row["role"] for row in rows} == {"fitted", "validation"}
    tested = [row for row in rows if row["met"] is not None and not row["series"] and "could not" not in row["verdict"]]
    for role, word in (("predicted", "validation"), ("calibrated", "fitted")):
        mine = [row for row in tested if row["role"] == word]
        assert sum(row["met"] for row in mine) == shown["counts"][role]["inside"]
        assert len(mine) == shown["counts"][role]["compared"]
        assert any(shown["counts"][role]["text"].split(" the ")[0] in line for line in summary(found))


def test_misses_come_first_with_what_is_known_of_them(shown: dict[str, Any]) -> None:
    first = shown["validation"][0]
    assert (first["role"], first["met"]) == ("validation", False)
    assert first["why"]
    assert first["published"] is not None
    assert not first["predicted_low"] <= first["published"] <= first["predicted_high"]
    assert first["citation"] != first["source"]


def test_aims_and_limits_are_told(shown: dict[str, Any]) -> None:
    aims = {aim["what"]: aim for aim in shown["aims"]}
    assert aims["CR or CRh"]["asked"] == "36 to 50 %"
    assert aims["CR or CRh"]["text"].endswith(" %")
    titles = [section["title"] for section in shown["limits"]]
    assert titles[-1] == "What not to conclude"
    assert len(shown["limits"][-1]["items"]) == len(library.list_entries("questions"))
    missed = sum(row["met"] is False and bool(row["why"]) for row in shown["validation"])
    assert 0 < len(shown["limits"][2]["items"]) <= missed


def test_every_number_has_unit_kind_and_source(shown: dict[str, Any]) -> None:
    rows = shown["parameters"]
    assert len(rows) == shown["counts"]["parameters"] == len(list(parameters()))
    assert sum(shown["counts"][kind] for kind in ("measured", "fitted", "assumed")) == len(rows)
    for row in rows:
        assert row["value_text"], row
        assert row["citation"], row
        assert row["source"] in library.references(), row
    keys = {reference["key"] for reference in shown["references"]}
    assert {row["source"] for row in rows} <= keys


def test_a_number_stands_as_in_its_file(shown: dict[str, Any]) -> None:
    found = {(row["group"], row["name"]): row for row in shown["parameters"]}
    clearance = found["drug blinatumomab", "blinatumomab_CL"]
    assert clearance["value"] == pytest.approx(2.22 * 24.0)
    assert clearance["note"].startswith("At 1.876 m²; grows with body surface to the power 0.62.")
    partition = found["model leukaemia", "marrow_partition"]
    assert (partition["value"], partition["spread_text"], partition["kind"]) == (
        0.35,
        "40 % between patients",
        "fitted",
    )
    age = found["population adult_rr_ball", "age"]
    assert (age["value_text"], age["spread_text"], age["distribution"]) == ("40.8 year", "SD 17.1 year", "normal")
    burden = found["population adult_rr_ball", "marrow_blast_percent"]
    assert burden["value_text"] == "5 to 10: 4 %; 10 to 50: 27.2 %; 50 to 95: 68.8 %"
    assert found["calibration adult_ball", "k_margination"]["spread_text"].startswith("197 to 395 (90 % of draws")


def test_spreads_in_words() -> None:
    assert spread("lognormal", 0.0, "") == ""
    assert spread("lognormal", 0.3853, "1/day") == "40 % between patients"
    assert spread("logitnormal", 0.5, "fraction") == "SD 0.5 on the logit scale"
    assert spread("normal", 1.25, "1e9/L") == "SD 1.25 ×10⁹/L"


def test_without_a_stored_result_it_says_so(tmp_path: Path) -> None:
    found = evidence(tmp_path / "none.json")
    assert (found["stored"], found["validation"], found["aims"]) == (False, [], [])
    assert "holds no validation result" in found["validation_note"]
    assert found["parameters"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="what trimer validate --json printed"):
        evidence(other)


def test_it_is_plain_json_and_kept(shown: dict[str, Any]) -> None:
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    assert evidence(STORED) is shown
    assert cited("nobody knows") == "nobody knows"
