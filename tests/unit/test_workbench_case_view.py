"""What the Case page shows: every event once, values as written, verdicts as judged, and what another scale changes."""

from __future__ import annotations

import json
import time
from functools import cache
from typing import Any

import pytest

from trimer.criteria import list_criteria
from trimer.errors import InputError, LibraryError
from trimer.record.case import Case
from trimer.record.schema import DateSpec, EventKind, Observation
from trimer.study.cases import case_of
from trimer.study.check import check
from trimer.study.judge import judge_case
from trimer.study.label import label
from trimer.study.lines import lines
from trimer.workbench import case_words
from trimer.workbench.case_view import LANE_OF, view


@cache
def case() -> Case:
    return case_of("linder2016")


@cache
def seen(response: str = "amg", crs: str = "astct_2019_crs") -> dict[str, Any]:
    return view(case(), response, crs)


def items() -> dict[str, dict[str, Any]]:
    return {item["id"]: item for lane in seen()["lanes"] for item in lane["items"]}


def test_every_event_is_shown_once_in_its_lane() -> None:
    shown = [item["id"] for lane in seen()["lanes"] for item in lane["items"]]
    assert sorted(shown) == [event.id for event in case().events]
    assert all(item["lane"] == lane["id"] for lane in seen()["lanes"] for item in lane["items"])
    assert set(LANE_OF) == set(EventKind.__args__)


def test_windows_are_those_of_the_check() -> None:
    origin = case().schedule.origin
    for event in check(case()).events:
        item = items()[event.event]
        assert (item["date"], item["precision"]) == (event.used, event.precision)
        earliest = (case().schedule.earliest(event.event) - origin).days if event.earliest else None
        assert item["earliest_day"] == earliest
        assert (item["latest_day"] is None) == (event.latest == "")
        assert item["start_day"] <= item["end_day"]
        for day in (item["start_day"], item["earliest_day"], item["latest_day"]):
            assert day is None or seen()["span"]["start_day"] <= day <= seen()["span"]["end_day"]


def test_values_stand_as_written() -> None:
    def texts(event: str) -> dict[str, str]:
        return {value["observable"]: value["text"] for value in items()[event]["values"]}

    assert texts("e03")["wbc"] == "164 ×10⁹/L"
    assert texts("e03")["blood_blast_percent"] == "94.4 % of white cells"
    assert texts("e10")["b_lineage_blast_percent"] == "1.8 % of total B cells"
    assert texts("e28")["anc"] == "> 1 ×10⁹/L"
    assert texts("e34")["wbc"] == "4 to 11 ×10⁹/L"
    assert texts("e23")["temperature"] == "102.7 °F"
    assert texts("e09")["marrow_blast_percent"] == "not stated"
    assert items()["e22"]["given"][0]["text"].startswith("9 µg/day civ")
    inferred = {value["observable"] for item in items().values() for value in item["values"] if value["inferred"]}
    assert "marrow_blast_percent" in inferred


def test_dates_are_told_in_words() -> None:
    assert items()["e23"]["date_written"] == "day 3 of e22"
    assert items()["e02"]["date_written"] == "2 weeks ± 3 days before e03"
    assert items()["e12"]["date_written"] == "in completed week 34 of gestation; after e09"
    assert items()["e22"]["date_written"] == "2015-02; not before e21; ends: 29 days ± 1 day after e22"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"between": ["2014-11", "2014-12"]}, "between 2014-11 and 2014-12"),
        ({"relative": [{"to": "e01", "offset": "0 day"}]}, "on the day of e01"),
        ({"relative": [{"to": "e01", "offset": "+1 day"}]}, "1 day after e01"),
        ({"after": [{"event": "e01", "min": "2 week", "max": "3 week"}]}, "2 weeks to 3 weeks after e01"),
        ({"before": [{"event": "e01", "min": "0 day"}]}, "not after e01"),
        ({"before": [{"event": "e01", "min": "5 day"}]}, "at least 5 days before e01"),
        ({}, ""),
    ],
)
def test_words_of_a_date(spec: dict[str, Any], words: str) -> None:
    assert case_words.dated(DateSpec.model_validate(spec)) == words


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"value": 0.0, "unit": "%"}, "0 %"),
        ({"value": 5, "unit": "%", "comparator": "<="}, "≤ 5 %"),
        ({"interval": [2, 3], "unit": "grade"}, "grade 2 to 3"),
        ({"interval": [0, 1e-4], "unit": "fraction"}, "0 to 0.0001 fraction"),
        ({"absence": "not done"}, "not done"),
        ({"text": "<b>dim</b>"}, "<b>dim</b>"),
    ],
)
def test_words_of_an_observation(item: dict[str, Any], words: str) -> None:
    assert case_words.observed(Observation.model_validate({"observable": "x", **item})) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (9.0, "ug/day", "9 µg/day"),
        (1e6, "ug/m2", "1 g/m²"),
        (8000.0, "ug/kg", "8 mg/kg"),
        (2500.0, "IU/m2", "2500 IU/m²"),
        (None, "", "dose not stated"),
    ],
)
def test_words_of_a_dose(value: float | None, unit: str, words: str) -> None:
    assert case_words.dose(value, unit) == words


def test_readings_keep_what_is_open() -> None:
    series = {row["observable"]: row for row in seen()["readings"]}
    assert (series["wbc"]["unit"], series["wbc"]["log"]) == ("×10⁹/L", True)
    anc = {point["event"]: point for point in series["anc"]["points"]}
    assert (anc["e28"]["comparator"], anc["e28"]["low"], anc["e28"]["high"]) == (">", 1.0, None)
    assert (anc["e34"]["comparator"], anc["e34"]["text"]) == ("to", "1.8 to 7.5 ×10⁹/L")
    blasts = {point["event"]: point for point in series["marrow_blast_percent"]["points"]}
    assert (blasts["e32"]["comparator"], blasts["e32"]["low"], blasts["e32"]["inferred"]) == ("<=", None, True)
    absent = {(row["event"], row["observable"]) for row in seen()["absent"]}
    assert ("e09", "marrow_blast_percent") in absent
    shown = sum(len(row["points"]) for row in seen()["readings"]) + len(absent)
    texts = sum(bool(reading.text) for reading in case().course().readings)
    assert shown + texts == len(case().course().readings)


def test_verdicts_are_those_of_the_judge() -> None:
    judged = judge_case(case(), ["nccn"], ["lee_2014_crs"])
    found = seen("nccn", "lee_2014_crs")["verdicts"]
    for subject in ("response", "crs"):
        expected = [v for v in judged.verdicts if v.subject == subject]
        assert [(v["visit"], v["category"], tuple(v["possible"])) for v in found[subject]] == [
            (v.visit, v.category, v.possible) for v in expected
        ]
        assert [len(v["decided_by"]) for v in found[subject]] == [len(v.decided_by) for v in expected]
    assert [v["recorded"] for v in found["crs"]] == [True, False, False]
    assert found["crs"][0]["grade_text"] == "2 to 3"


def test_the_matrix_says_what_another_scale_changes() -> None:
    (episode,) = seen()["matrix"]
    rows = {row["scale"]: row for row in episode["rows"]}
    assert set(rows) == {c.name for c in list_criteria() if c.subject == "crs"}
    assert episode["label"] == "CRS in cycle 1, day 3, 2015-02-12"
    assert (rows["astct_2019_crs"]["grade_text"], rows["astct_2019_crs"]["action"]) == ("3 to 4", "hold or stop")
    assert (rows["ctcae_v4_crs"]["grade_text"], rows["ctcae_v4_crs"]["action"]) == ("4", "stop")
    assert (rows["cartox_crs"]["grade_text"], rows["cartox_crs"]["action"]) == ("2 to 3", "no change or hold")
    assert [name for name, row in rows.items() if row["same"]] == ["astct_2019_crs", "penn_crs"]
    assert [name for name, row in rows.items() if row["chosen"]] == ["astct_2019_crs"]
    (other,) = seen("amg", "ctcae_v5_crs")["matrix"]
    assert other["chosen"] == "hold"
    assert {row["scale"]: row["action"] for row in other["rows"]} == {n: row["action"] for n, row in rows.items()}


def test_the_label_is_that_of_the_study() -> None:
    report = label(case(), scale="ctcae_v4_crs").report
    found = seen("amg", "ctcae_v4_crs")["label"]
    assert [(f["rule"], f["status"], f["text"]) for f in found["findings"]] == [
        (f.rule, f.status, f.text) for f in report.findings
    ]
    assert sum(found["counts"].values()) == len(report.findings)
    assert [row["scale"] for row in found["requirements"]] == ["ctcae_v4_crs"]
    assert [cycle["date"] for cycle in found["cycles"]] == ["2015-02-10", "2015-09-08", "2016-02-08"]
    assert (found["reading"], found["dosing"][0]["total"]) == ("R1", 651.0)


def test_lines_are_those_of_the_study() -> None:
    result, found = lines(case().course(), response_set="amg").found, seen()["lines"]
    assert [(line["number"], line["kind"], line["start_day"]) for line in found["lines"]] == [
        (line.number, line.kind, line.start) for line in result.lines
    ]
    assert (found["salvage"], found["last_seen"], found["remark"]) == ("4", "2016-03-15", "")
    assert found["lines"][1]["refractory"]["text"] == "yes, no response at e19, the first adequate marrow (L5)"
    assert found["lines"][1]["began"]["text"] == "relapse of CR1 (L1)"


def test_a_set_that_counts_no_lines_says_so() -> None:
    found = seen("sg_maf")["lines"]
    assert found["response_set"] == "amg"
    assert found["remark"].startswith("Counted by amg, since sg_maf cannot count lines")


def test_what_is_open_is_told() -> None:
    assert [item["id"] for item in seen()["ambiguities"]] == [f"A{n}" for n in range(1, 31)]
    severities = [finding["severity"] for finding in seen()["findings"]]
    assert severities == sorted(severities, reverse=True)
    assert severities[0] == "warning"
    assert seen()["assumed"]
    assert seen()["patient"]["weight"]["kind"] == "assumed"
    assert "never advice for a patient" in seen()["notice"]


def test_the_document_is_plain_json() -> None:
    text = json.dumps(seen(), allow_nan=False)
    assert json.loads(text) == seen()


@pytest.mark.parametrize(("response", "crs"), [("astct_2019_crs", "astct_2019_crs"), ("amg", "amg")])
def test_a_criterion_of_something_else_is_refused(response: str, crs: str) -> None:
    with pytest.raises(InputError, match="a criterion of"):
        view(case(), response, crs)


def test_an_unknown_criterion_is_refused() -> None:
    with pytest.raises(LibraryError, match="Nearest: amg"):
        view(case(), "amgg")


def test_it_is_quick() -> None:
    seen()
    took = []
    for _ in range(3):
        began = time.process_time()
        view(case())
        took.append(time.process_time() - began)
    assert min(took) < 1.0  # 0.25 s on a machine that does nothing else
