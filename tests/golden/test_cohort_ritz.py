"""A real cohort, read whole: 128 patients with ALL, their counts, every derived number recomputed from its cells."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from trimer.study.cohort import CohortResult, import_cohort

TABLE = Path(__file__).parents[2] / ".." / "shared" / "data" / "all-ritz-128.csv"

pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="the table lies beside the repository, in ../shared/data")


@pytest.fixture(scope="module")
def found() -> CohortResult:
    return import_cohort(TABLE, "ritz_all")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_counts_of_the_source_come_out(found: CohortResult) -> None:
    counts = found.counts
    assert len(found.cohort.patients) == 128
    assert counts["remission"] == {"complete remission": 99, "refractory": 15, "unknown": 14}
    assert counts["lineage"] == {"B": 95, "T": 33}
    assert {p.kind: 0 for p in found.cohort.problems if p.kind == "unknown value"} == {}, "every text is listed"


def test_relapse_and_transplant_agree_with_their_own_columns(found: CohortResult, rows: list[dict[str, str]]) -> None:
    words = {"TRUE": "yes", "FALSE": "no", "": "unknown"}
    for field in ("relapse", "transplant"):
        differ = {r["cod"] for r in rows if (found.derived[r["cod"]][field].value or "unknown") != words[r[field]]}
        assert differ == ({"48001"} if field == "transplant" else set()), "48001: FALSE beside an unrelated donor"
    assert found.counts["relapse"] == {"no": 35, "unknown": 28, "yes": 65}


def test_every_oddity_of_the_table_is_told_by_row_and_column(found: CohortResult) -> None:
    told = {(p.kind, p.patient, p.column) for p in found.cohort.problems}
    assert told == {
        ("missing date", "8024", "remission, date.cr"),
        ("missing date", "28047", "remission, CR, date.cr"),
        ("missing date", "24006", "remission, CR, date.cr"),
        ("missing date", "LAL5", "diagnosis"),
        ("missing date", "LAL4", "diagnosis"),
        ("unreadable date", "9008", "date last seen"),
        ("unreadable date", "24008", "date last seen"),
        ("contradiction", "24008", "ccr, f.u"),
        ("contradiction", "48001", "transplant, f.u"),
        ("contradiction", "12026", "f.u, remission, CR"),
        ("missing status", "16009", "ccr, f.u"),
    }
    rows = {p.patient: p.row for p in found.cohort.problems}
    assert (rows["9008"], rows["24008"], rows["LAL4"]) == (16, 38, 129)


def test_every_derived_value_has_cells_and_every_missing_one_a_reason(
    found: CohortResult, rows: list[dict[str, str]]
) -> None:
    for derived in found.derived.values():
        for item in derived.values():
            assert bool(item.value) != bool(item.why_not)
            assert item.value == "" or (item.cells and item.rule)
            assert all(rows[c.row - 2][c.column] == c.text for c in item.cells), "a cell is quoted as it stands"


def date(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%m/%d/%Y").date()


def test_every_derived_number_follows_from_its_cells(found: CohortResult) -> None:
    checked: Counter[str] = Counter()
    for patient, derived in found.derived.items():
        for field in ("time_to_remission", "remission_duration"):
            item = derived[field]
            if item.low is None:
                assert item.high is None
                continue
            first, last = (date(cell.text) for cell in item.cells)
            days = (last - first).days
            columns = tuple(cell.column for cell in item.cells)
            event = derived["event"].value
            expected = {"relapse": (0, days), "death in remission": (days, None)}.get(event, (days, days))
            if field == "time_to_remission":
                assert columns == ("diagnosis", "date.cr")
                expected = (days, days)
            else:
                assert columns == ("date.cr", "date last seen")
            assert (item.low, item.high) == expected, patient
            checked[field] += 1
    # 99 remissions, 3 of them without a date; 64 relapses, 23 censored and 1 death with both dates.
    assert checked == {"time_to_remission": 96, "remission_duration": 88}


def test_the_survival_table_can_be_used_as_it_is(found: CohortResult) -> None:
    table = found.table()
    assert Counter(row["event"] for row in table) == {"": 29, "0": 26, "1": 65, "2": 8}
    for row in table:
        assert row["time"] == (row["time_low"] if row["time_low"] == row["time_high"] else "")
    assumed = import_cohort(TABLE, "ritz_all", relapse_at_last_seen=True).table()
    exact = [row for row in assumed if row["event"] == "1" and row["time"]]
    assert len(exact) == 64
    assert min(int(row["time"]) for row in exact) == 1, "19005, seen for the last time the day after remission"


def test_courses_keep_what_the_table_says_and_no_more(found: CohortResult) -> None:
    courses = {course.id: course for course in found.cohort.courses}
    assert len(courses) == 126
    first = courses["1010"]
    assert first.origin == dt.date(2000, 3, 29)
    assert [(v.id, v.day, v.earliest, v.latest) for v in first.visits] == [
        ("diagnosis", 0.0, 0.0, 0.0),
        ("remission", 90.0, 90.0, 90.0),
        ("relapse", 152.0, 90.0, 152.0),
    ]
    readings = first.visits[0].readings
    assert readings["karyotype"].text == "simple alt."
    assert readings["philadelphia_chromosome"].text == "negative"
    assert readings["bcr_abl"].text == "negative"
    assert "kmt2a_rearrangement" not in readings, "the absence of one partner does not say that KMT2A is intact"
    assert "bcr_abl" not in courses["4006"].visits[0].readings, "ALL1/AF4 does not say that BCR/ABL was looked for"
