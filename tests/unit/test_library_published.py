"""Published results as data: every file valid and cited, calibration apart from validation, intervals as printed."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from published_sample import published_opened

from trimer import library
from trimer.errors import LibraryError
from trimer.library.load_published import (
    EXACT,
    FOLDER,
    Published,
    calibration,
    exact_binomial,
    names,
    published_from,
    validation,
)

CALIBRATION = {
    "cladribine_arac",
    "duell_2017",
    "flag_ida_bari",
    "il6_hijazi",
    "ino_vate_soc",
    "jabbour_2018",
    "label_crs",
    "lymphocytes_klinger",
    "mt103_211",
    "pooled_2023",
    "zhu_2018",
}
VALIDATION = {
    "alcantara",
    "blast",
    "gmall_2012",
    "gokbuget_2016",
    "historical",
    "kantarjian_2010",
    "mt103_202",
    "mt103_206",
    "obrien_2008",
    "pethema_2010",
    "tower",
}
#: Sources of trials kept for validation; DrugSafety2019 and Gokbuget2016 print MT103-211 beside them, so serve both.
KEPT_BACK = {"TOWER", "TOWERtab1", "TOWERexposure2018", "TOWERsalvage2019", "eviQ3404", "CRUKTOWER"}
KEPT_BACK |= {"Gokbuget2018", "BLASTfinal2020", "ALCANTARAfinal", "Klinger2012", "ehoReview2019", "OBrien2008"}
KEPT_BACK |= {"Kantarjian2010", "GMALL2012", "PETHEMA2010"}
#: Endpoints that a virtual trial has.
ENDPOINTS = {
    *("cr_crh", "cr", "crh", "cr_crh_cri", "mrd_response", "mrd_response_all", "mrd_response_cycle_1"),
    *("hsct", "hsct_all", "crs_any", "crs_grade_3", "crs_any_cycle_1", "crs_grade_3_cycle_1", "fever_cycle_1"),
    *("neutropenia_grade_3", "interrupted", "rfs_18mo", "efs_6mo", "os_12mo", "os_24mo"),
    *("os_median", "rfs_median", "dor_median", "efs_median", "rfs_median_mrd_response", "rfs_median_mrd_no_response"),
    *("os_median_mrd_response", "os_median_mrd_no_response", "hr_os", "hr_efs", "or_cr_crh"),
}
DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
OWN = """
name = "mine"
label = "My trial"
source = "trimer"
population = "nobody"

[[results]]
key = "cr"
group = "all"
n = 10
events = 4
unit = "%"
seen = true
"""

with_data = pytest.mark.skipif(not DATA.is_dir(), reason="the data lie beside the repository, in ../shared/data")


def every() -> tuple[Published, ...]:
    return calibration() + validation()


def one(name: str, key: str, arm: str = "blinatumomab", group: str = "all") -> Published:
    read = calibration if name in CALIBRATION else validation
    (found,) = [r for r in read(name) if (r.key, r.arm, r.group) == (key, arm, group)]
    return found


def own(folder: Path, text: str = OWN) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


# ---- calibration apart from validation


def test_each_folder_holds_exactly_what_it_may() -> None:
    assert set(names("calibration")) == CALIBRATION
    assert set(names("validation")) == VALIDATION
    assert not CALIBRATION & VALIDATION
    assert {p.parent.name for p in FOLDER.rglob("*.toml")} == {"calibration", "validation"}


def test_no_result_of_a_trial_kept_back_is_among_the_calibrated() -> None:
    kept_back = re.compile(r"TOWER|BLAST|MT103-206|MT103-202|ALCANTARA|[Hh]istorical")
    assert {r.source for r in calibration()} & KEPT_BACK == set()
    assert {r.source for r in validation()} - {"DrugSafety2019", "Gokbuget2016"} <= KEPT_BACK
    assert [r.label for r in calibration() if kept_back.search(f"{r.label}; {r.population}; {r.where}")] == []
    assert {(r.trial, r.arm) for r in calibration() if r.arm == "chemotherapy"} == {
        (name, "chemotherapy") for name in ("ino_vate_soc", "flag_ida_bari", "cladribine_arac")
    }


def test_reading_calibration_opens_nothing_kept_for_validation() -> None:
    with published_opened() as opened:
        calibration()
        for name in names("calibration"):
            calibration(name)
    assert Counter(opened) == {FOLDER / "calibration" / f"{name}.toml": 2 for name in CALIBRATION}


def test_the_recorder_sees_what_it_should_and_only_while_it_runs() -> None:
    with published_opened() as outer:
        names("validation")
        assert outer == []
        with published_opened() as inner:
            validation("tower")
        validation("blast")
    validation("tower")
    assert [path.stem for path in inner] == ["tower"]
    assert [path.stem for path in outer] == ["tower", "blast"]


def test_a_name_of_the_other_folder_is_unknown() -> None:
    for name in VALIDATION:
        with published_opened() as opened, pytest.raises(LibraryError):
            calibration(name)
        assert opened == []
    with pytest.raises(LibraryError, match=r"No published results 'mt103_206' for calibration\. Nearest: mt103_211\."):
        calibration("mt103_206")
    with pytest.raises(LibraryError, match=r"No published results 'towr' for validation\. Nearest: tower\."):
        validation("towr")
    with pytest.raises(LibraryError, match=r"There are alcantara, blast"):
        validation("zzzz")
    with pytest.raises(LibraryError, match="calibration or validation"):
        names("test")  # type: ignore[arg-type]


# ---- what each file says


def test_every_source_is_in_the_bibliography() -> None:
    assert {r.source for r in every()} <= set(library.references())


def test_each_number_stands_once() -> None:
    counts = Counter((r.role, r.trial, r.arm, r.key, r.group, r.days) for r in every())
    assert [number for number, count in counts.items() if count > 1] == []


def test_every_number_is_possible() -> None:
    for r in every():
        at = f"{r.trial}: {r.key}, {r.group}"
        assert all((r.arm, r.label, r.population, r.source)), at
        assert math.isnan(r.low) == math.isnan(r.high) == (r.interval == ""), at
        stated = [x for x in (0.0, r.low, r.value, r.high, 100.0 if r.unit == "%" else math.inf) if not math.isnan(x)]
        assert stated == sorted(stated), at
        assert r.events is None or r.n is None or r.events <= r.n, at
        assert not math.isnan(r.value) or r.note, at
        assert bool(r.reference) == (r.key in ("or_blasts_below_50", "or_cr_crh", "hr_os", "hr_efs")), at
        assert r.provenance == ("seen" if r.seen else "recalled"), at


def test_a_printed_percentage_is_its_events_of_n() -> None:
    given = [r for r in every() if r.unit == "%" and r.events is not None and r.n is not None]
    assert len(given) > 60
    for r in given:
        assert r.events is not None
        assert r.n is not None
        assert abs(r.value - 100.0 * r.events / r.n) <= 0.51, f"{r.trial}: {r.key}, {r.group}"


def test_the_margins_of_mt103_211_add_up() -> None:
    parts = {r.key: r for r in calibration("mt103_211") if r.key.startswith("cr_crh_")}
    splits = (("blasts_below_50", "blasts_50_up"), ("prior_hsct", "no_prior_hsct"))
    for split in (*splits, tuple(f"salvage_{i}" for i in ("0", "1", "2", "3up"))):
        pieces = [parts[f"cr_crh_{name}"] for name in split]
        assert (sum(r.events or 0 for r in pieces), sum(r.n or 0 for r in pieces)) == (81, 189)
        assert not any(r.seen for r in pieces)


def test_what_is_to_be_predicted_is_an_endpoint_of_virtual_trials() -> None:
    modelled = {r.key for r in validation() if r.modelled}
    assert modelled <= ENDPOINTS
    assert {"cr_crh", "crs_any", "os_median", "hr_os", "mrd_response_cycle_1", "rfs_18mo", "efs_6mo"} <= modelled
    left_out = {r.key for r in validation() if not r.modelled}
    assert {"neurologic_grade_3", "infection_grade_3", "fatal_serious_event", "os_36mo"} <= left_out


def test_numbers_that_the_rest_leans_on() -> None:
    assert one("historical", "hr_os").value == 0.536
    assert one("tower", "os_median", arm="chemotherapy").value == 4.0
    assert one("alcantara", "rfs_median", group="responders").high == math.inf
    assert one("zhu_2018", "css_mean").value == 0.621
    assert one("label_crs", "crs_any", group="pooled in a review").interval == "range"
    cd19 = one("jabbour_2018", "cd19_negative_at_failure", group="failures")
    assert (cd19.events, cd19.n, cd19.interval) == (5, 61, EXACT)


# ---- intervals


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [
        (81, 189, 35.7, 50.2),
        (63, 189, 26.7, 40.5),
        (18, 189, 5.7, 14.6),
        (60, 73, 71.5, 90.2),
        (25, 36, 51.9, 83.7),
        (16, 45, 21.9, 51.2),
    ],
)
def test_the_exact_interval_is_the_one_that_trials_print(events: int, n: int, low: float, high: float) -> None:
    assert tuple(round(limit, 1) for limit in exact_binomial(events, n)) == (low, high)


def test_every_printed_interval_of_events_is_the_exact_one() -> None:
    printed = [r for r in every() if r.unit == "%" and r.interval == "published" and r.events is not None]
    assert {"mt103_211", "mt103_206", "alcantara", "tower"} == {r.trial for r in printed}
    for r in printed:
        assert r.events is not None
        assert r.n is not None
        assert exact_binomial(r.events, r.n) == pytest.approx((r.low, r.high), abs=0.55), f"{r.trial}: {r.key}"


@pytest.mark.parametrize(("events", "n"), [(0, 45), (1, 12), (6, 12), (45, 45)])
def test_at_an_exact_limit_the_tail_has_its_probability(events: int, n: int) -> None:
    def at_least(k: int, p: float) -> float:
        return sum(math.comb(n, i) * p**i * (1.0 - p) ** (n - i) for i in range(k, n + 1))

    low, high = (limit / 100.0 for limit in exact_binomial(events, n, level=0.9))
    assert low == 0.0 if events == 0 else at_least(events, low) == pytest.approx(0.05)
    assert high == 1.0 if events == n else 1.0 - at_least(events + 1, high) == pytest.approx(0.05)


# ---- the digitised series, recomputed


@with_data
def test_lymphocytes_are_those_of_the_digitised_counts() -> None:
    with (DATA / "blinatumomab-lymphocytes-20.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    column = {"cd8": "cd8_t_cells_per_ul", "b_cells": "b_cells_per_ul"}
    counts = {
        key: {(r["patient"], float(r["time_day"])): float(r[name]) for r in rows if r[name]}
        for key, name in column.items()
    }
    dead = {p for p, _ in counts["cd8"]} - {p for (p, _), count in counts["cd8"].items() if count > 1.0}
    counts["cd8"] = {at: count for at, count in counts["cd8"].items() if at[0] not in dead}
    counts["cd8_ratio"] = {(p, t): count / counts["cd8"][p, 0.0] for (p, t), count in counts["cd8"].items()}
    series = calibration("lymphocytes_klinger")
    assert len(dead) == 1
    assert Counter(r.key for r in series) >= Counter(cd8=12, cd8_ratio=11, b_cells=12, b_cells_at_floor=12)
    for r in series:
        assert r.days is not None
        if r.key.startswith("cd8_ratio_"):
            best = min if r.key.endswith("lowest") else max
            inside = [(p, x) for (p, t), x in counts["cd8_ratio"].items() if r.days[0] <= t <= r.days[1] and t > 0.0]
            values = [best(x for p, x in inside if p == patient) for patient in {p for p, _ in inside}]
        else:
            values = [x for (_, t), x in counts[r.key.removesuffix("_at_floor")].items() if t == r.days[0]]
        assert len(values) == r.n
        if r.key == "b_cells_at_floor":
            assert sum(x <= 1.0 for x in values) == r.events
        else:
            assert np.percentile(values, (25, 50, 75)) == pytest.approx((r.low, r.value, r.high), abs=0.051)


@with_data
def test_interleukin_6_is_that_of_the_digitised_samples() -> None:
    files = {"flat": "il6-60ug-m2-day.csv", "step": "il6-dose-up.csv"}
    for r in calibration("il6_hijazi"):
        with (DATA / files[r.arm]).open(encoding="utf-8", newline="") as file:
            rows = [(float(row["time_day"]), float(row["il6_pgmL"])) for row in csv.DictReader(file)]
        assert r.days is not None
        values = [x for t, x in rows if r.days[0] <= t <= r.days[1]]
        assert (len(values), sum(x > 10.0 for x in values)) == (r.n, r.events)
        assert np.percentile(values, (25, 50, 75)) == pytest.approx((r.low, r.value, r.high), abs=0.051)


def test_eight_windows_of_interleukin_6_are_scored() -> None:
    scored = [(r.arm, r.days) for r in calibration("il6_hijazi") if r.group == "scored"]
    first = [(0.0, 0.7), (0.7, 1.5), (1.5, 3.0)]
    steps = [(6.5, 7.3), (13.5, 14.5)]
    assert scored == [("flat", days) for days in first] + [("step", days) for days in first + steps]


# ---- faults


def test_a_proportion_without_a_value_or_limits_gets_both(tmp_path: Path) -> None:
    (result,) = published_from(own(tmp_path), "calibration")
    assert (result.value, result.interval) == (40.0, EXACT)
    assert (result.low, result.high) == exact_binomial(4, 10)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "mine"', 'name = "other"', 'mine.toml: name: found "other", expected "mine", as the file is called'),
        ("seen = true", "", "mine.toml: results[0]: found no field 'seen'"),
        ("seen = true", 'seen = "S"', "results[0].seen: found 'S', expected true when the number was seen"),
        ('unit = "%"', 'unit = "percent"', "results[0].unit: found 'percent', expected one of %, month"),
        ("n = 10", "", "mine.toml: results[0]: found fields 'events'"),
        ("events = 4", "", "mine.toml: results[0]: found fields 'group'"),
        ("events = 4", "low = 1", "mine.toml: results[0]: found fields"),
        (
            'unit = "%"',
            'unit = "%"\nlow = 1\nhigh = 9\ninterval = "exact binomial"',
            "interval: found 'exact binomial'",
        ),
        ('unit = "%"', 'unit = "%"\ncolour = "red"', "results[0]: found unknown field 'colour'"),
        ('population = "nobody"', "", "mine.toml: file: found no field 'population'"),
    ],
)
def test_one_fault_in_a_file_is_one_clear_error(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(LibraryError) as found:
        published_from(own(tmp_path, OWN.replace(old, new)), "calibration")
    assert says in str(found.value)
