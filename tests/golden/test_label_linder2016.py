"""The reference case against the label of its day: the table of readings, and the verdicts it is known for."""

from __future__ import annotations

import json

import pytest

from trimer.cli import run
from trimer.criteria.labels.finding import Finding
from trimer.study.label import DosingRow, LabelResult, label

CRS_SCALES = {
    "astct_2019_crs", "ctcae_v4_crs", "ctcae_v5_crs", "lee_2014_crs", "penn_crs", "mskcc_crs", "cartox_crs",
}  # fmt: skip


@pytest.fixture(scope="module")
def result() -> LabelResult:
    return label("linder2016")


def only(result: LabelResult, rule: str, exposure: int = 1, reading: str = "R1") -> Finding:
    (found,) = result.reports[reading].of(rule, exposure)
    return found


@pytest.mark.parametrize(
    ("reading", "low", "hold", "full", "last", "total"),
    [("", 7, 0, 21, 28, 651), ("R1", 9, 2, 17, 28, 557), ("R2", 9, 2, 19, 30, 613), ("R3", 7, 2, 19, 28, 595),
     ("R4", 9, 2, 17, 28, 557)],
)  # fmt: skip
def test_the_table_of_readings(
    result: LabelResult, reading: str, low: float, hold: float, full: float, last: float, total: float
) -> None:
    (row,) = [r for r in result.dosing if r.reading == reading]
    found = (row.days_low, row.hold, row.days_full, row.last_day, row.total)
    assert found == pytest.approx((low, hold, full, last, total))


@pytest.mark.parametrize(
    ("reading", "step", "length"),
    [("R1", "on label", "off label"), ("R2", "on label", "on label"), ("R3", "off label", "off label"),
     ("R4", "off label", "off label")],
)  # fmt: skip
def test_which_readings_obey_the_seven_and_the_28_days(
    result: LabelResult, reading: str, step: str, length: str
) -> None:
    (row,) = [r for r in result.dosing if r.reading == reading]
    assert (row.step, row.length) == (step, length)


def test_the_label_of_2014_was_in_force_all_along(result: LabelResult) -> None:
    assert result.report.versions == ("us_2014",) * 3
    assert result.dates == ("2015-02-10", "2015-09-08", "2016-02-08")
    assert [only(result, "version", n).status for n in (1, 2, 3)] == ["on label"] * 3


def test_indication_and_weight(result: LabelResult) -> None:
    assert only(result, "indication").status == "on label"
    assert "e21" in only(result, "indication").events
    weight = only(result, "weight", 0)
    assert weight.status == "undocumented"
    assert "assumed" in weight.text


@pytest.mark.parametrize("moment", ["start", "restart", "step"])
def test_premedication_is_required_and_not_documented(result: LabelResult, moment: str) -> None:
    found = only(result, f"premedication, {moment}")
    assert found.status == "undocumented"
    assert "dexamethasone 20 mg" in found.asked


def test_prephase_and_hospital(result: LabelResult) -> None:
    prephase = only(result, "prephase (EU)")
    assert prephase.status == "undocumented"
    assert prephase.version == "eu"
    assert prephase.values[0] == "marrow blasts 68 %"
    assert only(result, "hospital").status == "undocumented"
    assert only(result, "hospital").values == ("intensive care",)


def test_ctcae_v4_says_stop_and_it_was_restarted(result: LabelResult) -> None:
    found = only(result, "CRS")
    assert found.status == "off label"
    assert "stop for good" in found.asked
    assert set(found.events) == {"e23", "e24", "e25"}


@pytest.mark.parametrize("scale", sorted(CRS_SCALES - {"ctcae_v4_crs"}))
def test_the_path_of_grade_3_was_followed(result: LabelResult, scale: str) -> None:
    for reading, obeyed in (("R1", True), ("R2", True), ("R3", False), ("R4", False)):
        (found,) = [r for r in result.reports[reading].requirements if r.scale == scale]
        (path,) = [p for p in found.paths if p.grade == 3]
        assert path.met is obeyed
        assert path.action.kind == "hold"
        assert path.action.restart is not None
        assert path.action.restart.text == "9 ug/day"
        assert path.silent == ("Dexamethasone is not mentioned; methylprednisolone is.",)


def test_the_scale_changes_the_answer(result: LabelResult) -> None:
    status = {r.scale: r.status for r in result.report.requirements}
    assert status.keys() >= CRS_SCALES
    assert status["ctcae_v4_crs"] == "off label"
    assert status["astct_2019_crs"] == "open"  # grade 3 followed, grade 4 would have meant to stop
    assert status["lee_2014_crs"] == "on label"  # grade 2 asks for nothing, grade 3 was followed
    by_astct = label("linder2016", scale="astct_2019_crs")
    assert only(by_astct, "CRS").status == "open"


def test_two_weeks_in_september_2015_are_off_label(result: LabelResult) -> None:
    assert only(result, "infusion days", 2).status == "off label"
    assert "28 infusion days" in only(result, "infusion days", 2).asked
    assert only(result, "starting dose", 2).status == "undocumented"
    assert "28 ug/day" in only(result, "starting dose", 2).asked
    assert only(result, "treatment-free interval", 2).status == "on label"


def test_re_treatment_in_2016_is_a_first_cycle_from_9_ug_a_day(result: LabelResult) -> None:
    assert [c.number for c in result.report.cycles] == [1, 2, 1]
    dose = only(result, "starting dose", 3)
    assert dose.status == "undocumented"
    assert dose.asked == "9 ug/day from day 1 of cycle 1"
    assert only(result, "infusion days", 3).status == "open"


def test_a_dose_that_is_not_stated_has_no_total(result: LabelResult) -> None:
    assert result.report.totals == (pytest.approx(557.0), None, None)


def test_the_result_is_json(result: LabelResult) -> None:
    plain = result.to_dict()
    assert plain["schema"] == "trimer/label/1"
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert set(plain["reports"]) == {"R1", "R2", "R3", "R4"}


def test_the_command_prints_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["label", "linder2016"]) == 0
    text = " ".join(capsys.readouterr().out.split())  # wherever the lines are broken
    assert "Not for treating a patient" in text
    assert "stop for good" in text
    assert run(["label", "linder2016", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["case"] == "linder2016"
    assert run(["label", "--list"]) == 0
    assert "2014-12-03 to 2018-03-28" in capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 110])
@pytest.mark.parametrize("arguments", [["linder2016"], ["--list"]])
def test_no_line_is_wider_than_columns(
    arguments: list[str], width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert run(["label", *arguments]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= width


def test_the_setting_can_be_named_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["label", "linder2016", "--version", "us_2018", "--setting", "mrd", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["reports"]["R1"]
    assert report["settings"] == ["mrd"] * 3
    assert next(f["status"] for f in report["findings"] if f["rule"] == "indication") == "off label"
    assert run(["label", "linder2016", "--setting", "mrd"]) == 2
    assert "'mrd'" in capsys.readouterr().err  # the label of 2014 has no such setting


def test_rows_say_what_the_grades_rest_on(result: LabelResult, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["label", "linder2016"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for item in result.report.requirements:
        for convention in item.conventions:
            assert convention in text
        assert ("recalled, not seen in its source" in item.basis) is (item.provenance == "recalled")
        assert item.strict[0] <= item.grade[0] <= item.grade[1] <= item.strict[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--version", "us_2104"], "us_2014"), (["--scale", "astct_crs"], "astct_2019_crs"), (["--scale", "amg"], "CRS")],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["label", "linder2016", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_rows_are_of_the_cycle_the_readings_are_about(result: LabelResult) -> None:
    assert [row.reading for row in result.dosing] == ["", "R1", "R2", "R3", "R4"]
    assert all(isinstance(row, DosingRow) for row in result.dosing)
    assert result.chosen == "R1"
