"""Figures for posters and papers: every one of a trial, an optimisation and a treatment by one body of rules."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import asdict, replace
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.transforms import Bbox

from trimer.errors import InputError
from trimer.report import trial_words
from trimer.report.plots import base, pareto, tornado
from trimer.study.optimise.compare import Difference
from trimer.study.optimise.evaluate import Goal
from trimer.study.optimise.result import SCHEMA
from trimer.study.research import NOTICE
from trimer.study.sensitivity import Factor, Output
from trimer.study.tornado import Tornado, swings
from trimer.study.tornado import tornado as of_treatment
from trimer.study.trial import courses as courses_module
from trimer.study.trial.courses import assessed, courses, drawn
from trimer.study.trial.kept import kept
from trimer.study.trial.run import TrialResult, trial
from trimer.study.trial.summary import solved
from trimer.study.trial.survival import MONTH
from trimer.study.trial.treat import treat

SVG = "{http://www.w3.org/2000/svg}"
CHOICES: tuple[tuple[str, dict[str, Any], tuple[str, ...]], ...] = (  # figure, options, what its axes must say
    ("km", {"endpoint": "os"}, ("months", "% of patients")),
    ("km", {"endpoint": "dor"}, ("months", "% of remissions")),
    ("swimmer", {"patients": 20}, ("months",)),
    ("waterfall", {"patients": 50}, ("best change", "(×)", "virtual patients")),
    ("waterfall", {"arm": "chemotherapy"}, ("(×)",)),
    ("crs_timing", {}, ("day", "% of patients")),
    ("pareto", {}, ("[day]", "[percentage points]", "is better")),
    ("pareto", {"across": "drug_amount"}, ("[µg]",)),
    ("tornado", {}, ("fraction",)),
    ("tornado", {"endpoint": "il6_peak", "most": 6}, ("pg/mL",)),
)


@pytest.fixture(scope="module")
def tower() -> TrialResult:
    return trial("tower", patients=60)


@pytest.fixture(scope="module")
def typical() -> Tornado:
    return of_treatment("blinatumomab_rr", cycles=1)


def optimisation() -> dict[str, Any]:
    """Return what a small optimisation tells: five candidates, two compared, one of which wins."""
    goals = (
        Goal("days_in_remission", "Days in remission", "day", -1.0, 7.0),
        Goal("severe_crs", "CRS of grade 3 or more", "fraction", 1.0, 0.02),
        Goal("drug_amount", "Engager given", "ug", 1.0, 100.0),
    )
    means = [(60.0, 0.05, 900.0), (70.0, 0.04, 800.0), (80.0, 0.07, 1200.0), (50.0, 0.02, 500.0), (99.0, 0.01, 1.0)]
    candidates = [
        {"means": dict(zip((g.outcome for g in goals), row, strict=True)), "refused": "", "excess": {"limit": -0.1}}
        for row in means
    ]
    candidates[4]["excess"] = {"limit": 0.5}  # forbidden: best, and nowhere to be seen
    candidates.append({"means": {}, "refused": "no protocol", "excess": {}})

    def differences(*values: float) -> dict[str, Any]:
        wide = {"days_in_remission": 3.0, "severe_crs": 0.01, "drug_amount": 50.0}
        return {
            g.outcome: asdict(
                Difference(g.outcome, x, x - wide[g.outcome], x + wide[g.outcome], x, x, 100, "better", True, True)
            )
            for g, x in zip(goals, values, strict=True)
        }

    front = [
        {"name": "front_01", "words": "9 for 7 days, then 28", "differences": differences(10.0, -0.01, -100.0)},
        {"name": "front_02", "words": "28 at once", "differences": differences(20.0, 0.02, 300.0)},
    ]
    return {
        "schema": SCHEMA, "optimisation": "small", "label": "A small search", "protocol": "blinatumomab_label",
        "days": 90.0, "objectives": [asdict(goal) for goal in goals], "fresh_subjects": "100 virtual patients",
        "verdict": "Beaten by front_01.", "winners": ["front_01"], "reference": {"searched": candidates[0]["means"]},
        "front": front, "front_size": 4, "candidates": candidates,
    }  # fmt: skip


def source_of(kind: str, tower: TrialResult, typical: Tornado) -> Any:
    return {"pareto": optimisation(), "tornado": typical}.get(kind, tower)


def texts(figure: Any) -> list[Any]:
    """Return every text that is to be seen."""
    found = list(figure.texts)
    for axes in figure.axes:
        found += [axes.title, axes._left_title, axes._right_title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        found += axes.get_legend().get_texts() if axes.get_legend() else []
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(limits)
            ticks = [tick for tick in axis.get_major_ticks() if low - 1e-9 <= tick.get_loc() <= high + 1e-9]
            found += [tick.label1 for tick in ticks if tick.label1.get_visible()]
    return [text for text in found if text is not None and text.get_visible() and text.get_text().strip()]


def written(text: Any) -> Any:
    """Return where a text's letters are: a title's blank lines, which keep room for the line under it, left out."""
    box, lines = text.get_window_extent(), text.get_text().split("\n")
    kept = len(text.get_text().rstrip().split("\n"))
    return Bbox([[box.x0, box.y1 - box.height * kept / len(lines)], [box.x1, box.y1]])


# ---- one body for every figure


@pytest.mark.parametrize("width", [base.COLUMN, base.PAGE])
@pytest.mark.parametrize(("kind", "options", "said"), CHOICES)
def test_conforms(
    kind: str, options: dict[str, Any], said: tuple[str, ...], width: float, tower: TrialResult, typical: Tornado
) -> None:
    source = source_of(kind, tower, typical)
    figure = base.draw(kind, source, width, **options)
    with matplotlib.rc_context(base.settings(width)):
        figure.draw_without_rendering()
    shown = texts(figure)
    assert min(text.get_fontsize() for text in shown) >= 6.0
    assert " ".join(figure._supxlabel.get_text().split()).endswith(NOTICE)
    assert figure.get_figwidth() == width
    for axes in figure.axes:
        assert np.isfinite([*axes.get_xlim(), *axes.get_ylim()]).all()
    labels = " ".join(label.get_text() for axes in figure.axes for label in (axes.xaxis.label, axes.yaxis.label))
    for words in said:
        assert words in labels
    whole = figure.bbox
    boxes = {}
    for text in shown:
        box = boxes[text] = written(text)
        assert min(box.x0 - whole.x0, box.y0 - whole.y0, whole.x1 - box.x1, whole.y1 - box.y1) >= -1.0, text.get_text()
    numbers = {text for axes in figure.axes for text in axes.texts} if kind == "pareto" else set()  # beside points
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        if one not in numbers and other not in numbers:
            wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            assert min(wide, high) <= 1.5, (one.get_text(), other.get_text())


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in CHOICES}))
def test_svg_is_well_formed_and_described(kind: str, tower: TrialResult, typical: Tornado) -> None:
    text = base.render_svg(kind, source_of(kind, tower, typical))
    root = ET.fromstring(text)
    plot = base.find(kind)
    assert root.attrib["role"] == "img"
    assert root.find(f"{SVG}title").text == plot.label
    described = root.find(f"{SVG}desc").text
    assert plot.note in described
    assert NOTICE in described
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert all(name.startswith(f"plot-{kind}") for name in ids)


@pytest.mark.parametrize("ending", base.SUFFIXES)
def test_the_same_figure_is_the_same_file(ending: str, tmp_path: Any, tower: TrialResult) -> None:
    paths = [base.save("km", tower, tmp_path / f"{k}{ending}", base.COLUMN, dpi=60) for k in range(2)]
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    head = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF"}[ending]
    assert first.startswith(head)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"0{ending}", f"1{ending}"]  # no draft is left


def test_every_figure_is_found_by_its_file() -> None:
    plots = base.list_plots()
    assert {"km", "swimmer", "waterfall", "crs_timing", "pareto", "tornado"} <= {plot.name for plot in plots}
    assert [plot.name for plot in base.list_plots("trial")] == ["crs_timing", "km", "swimmer", "waterfall"]
    assert base.options("km") == {"endpoint": "os"}


# ---- what is drawn is what was found


@pytest.mark.parametrize("endpoint", ["os", "efs", "rfs", "dor"])
def test_km_tells_numbers_at_risk_and_medians_of_the_table(endpoint: str, tower: TrialResult) -> None:
    found = base.data("km", tower, endpoint=endpoint)["arms"]
    for arm, told in found.items():
        rows = solved(tower.table, arm)
        times = rows[f"{endpoint}_time"][~np.isnan(rows[f"{endpoint}_time"])]
        for month, n in zip(told["at_risk"]["months"], told["at_risk"]["patients"], strict=True):
            assert n == (times >= month - 1e-9).sum()
        assert told["at_risk"]["patients"][0] == told["patients"] == len(times)
        assert told["events"] == rows[f"{endpoint}_event"][~np.isnan(rows[f"{endpoint}_time"])].sum()
        np.testing.assert_equal(told["median"]["value"], tower.estimates[arm][f"{endpoint}_median"].value)


def test_waterfall_counts_the_responses_of_its_patients(tower: TrialResult) -> None:
    told = base.data("waterfall", tower, patients=60)
    rows = solved(tower.table, told["arm"])
    bars = {bar["patient"]: bar for bar in told["patients"]}
    for patient, response, entry in zip(rows["patient"], rows["response"], rows["mrd_at_entry"], strict=True):
        if patient in bars:
            assert (bars[patient]["response"], bars[patient]["entry"]) == (response, entry)
    assert sum(told["responses"].values()) + told["not_assessed"] == len(rows["patient"])
    for name in ("CR", "CRh"):
        assert told["responses"].get(name, 0) == (rows["response"] == name).sum() > 0
    changes = [bar["change"] for bar in told["patients"]]
    assert changes == sorted(changes, reverse=True)
    assert all(bar["least"] >= told["floor"] for bar in told["patients"])
    remission = [bar for bar in told["patients"] if bar["response"] in ("CR", "CRh")]
    assert all(bar["least"] < 0.05 for bar in remission)  # no remission with 5 % of blasts or more


def test_patients_treated_again_are_the_same(tower: TrialResult) -> None:
    for arm in ("blinatumomab", "chemotherapy"):
        again = courses(tower, arm, 25, seed=2)
        assert len(again) == 25
        infused = [float((spans[:, 1] - spans[:, 0]).sum()) for spans in again.spans]
        np.testing.assert_allclose(infused, again.rows["drug_days"], atol=1e-9)
        assert [len(cycles) for cycles in again.cycles] == again.rows["cycles"].tolist()
        assert [float(len(days) > 0) for days in again.holds] == again.rows["interrupted"].tolist()
    assert not np.array_equal(courses(tower, arm, 25, seed=3).rows["patient"], again.rows["patient"])


def test_swimmer_is_longest_first_and_ends_as_the_table(tower: TrialResult) -> None:
    bars = base.data("swimmer", tower, patients=30)["patients"]
    days = [bar["days"] for bar in bars]
    assert days == sorted(days, reverse=True)
    assert len(bars) == 30
    for bar in bars:
        row = np.flatnonzero((tower.table["patient"] == bar["patient"]) & (tower.table["arm"] == "blinatumomab"))
        assert bar["relapse"] == pytest.approx(tower.table["relapse_day"][row[0]]) or bar["relapse"] is None
        if bar["death"] is not None and bar["death"] <= tower.trial.follow_up:
            assert bar["days"] == pytest.approx(bar["death"])
        assert all(end <= bar["days"] + 1e-6 for _, end in bar["infusions"])


def test_crs_timing_adds_up_to_the_trial_s_incidence(tower: TrialResult) -> None:
    told = base.data("crs_timing", tower)["arms"]["blinatumomab"]
    rows = solved(tower.table, "blinatumomab")
    assert told["onsets"] == (rows["crs_grade"] > 0).sum() > 0
    drawn = sum(sum(counts) for counts in told["by_grade"].values())
    assert drawn + told["later"] == told["onsets"]
    assert told["incidence"]["any"]["share"][-1] == pytest.approx(drawn / told["patients"])
    severe = ((rows["crs_grade"] >= 3) & (rows["crs_day"] < base.data("crs_timing", tower)["days"])).sum()
    assert told["incidence"]["severe"]["share"][-1] == pytest.approx(severe / told["patients"])


def test_pareto_leaves_out_the_forbidden_and_finds_the_edge() -> None:
    found = base.data("pareto", optimisation())
    assert found["searched"] == [pytest.approx(x) for x in ([0.0, 0.0], [-1.0, 10.0], [2.0, 20.0], [-3.0, -10.0])]
    assert found["edge"] == [pytest.approx(x) for x in ([-3.0, -10.0], [-1.0, 10.0], [2.0, 20.0])]
    assert [one["winner"] for one in found["schedules"]] == [True, False]
    assert found["schedules"][0]["across"] == pytest.approx({"value": -1.0, "low": -2.0, "high": 0.0})


def test_tornado_orders_by_swing_in_the_endpoint_s_unit() -> None:
    class Known:
        factors = (Factor("weak", 0.0, 2.0), Factor("strong", 1.0, 100.0, "log"), Factor("idle", 0.0, 1.0))
        outputs = (Output("peak", "Peak", "pg/mL", log=True),)
        note = "None."

        def __call__(self, values: Any) -> Any:
            return (0.1 * values[:, [0]] + np.log10(values[:, [1]])) + 0.0 * values[:, [2]]

    found = swings(Known(), "nobody")
    told = tornado.data(found, endpoint="peak")
    assert [one["name"] for one in told["parameters"]] == ["strong", "weak"]  # what does not move it has no bar
    assert told["base"] == pytest.approx(10.0**1.1)
    assert told["parameters"][0]["low"] == pytest.approx(10.0**0.1)
    assert told["parameters"][0]["high"] == pytest.approx(10.0**2.1)
    assert found.to_dict()["outputs"][0]["factors"][0]["name"] == "strong"


def test_a_kept_trial_is_read_back(tmp_path: Any) -> None:
    ran = trial("mt103_211", patients=12, chunk=8, keep=tmp_path / "run")
    read = kept(tmp_path / "run")
    assert read.to_dict() == ran.to_dict()
    for name, column in ran.table.items():
        np.testing.assert_array_equal(read.table[name], column)
    next((tmp_path / "run" / "chunks").glob("*.parquet")).unlink()
    with pytest.raises(InputError, match=r"1 of 2 chunks are missing.*--resume"):
        kept(tmp_path / "run")
    with pytest.raises(InputError, match="the folder of a trial"):
        kept(tmp_path)


# ---- what cannot be drawn says so


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("swim", {}, "plot: found 'swim', expected one of .*swimmer"),
        ("km", {"endpoint": "pfs"}, "endpoint: found 'pfs', expected one of os, efs, rfs, dor"),
        ("km", {"arm": "x"}, "plot km: found option 'arm', expected endpoint"),
        ("swimmer", {"arm": "placebo"}, "arm: found 'placebo'.*blinatumomab, chemotherapy"),
        ("waterfall", {"patients": 0}, "patients: found 0"),
        ("waterfall", {"patients": 501}, "patients: found 501, expected a whole number from 1 to 500"),
        ("swimmer", {"patients": 10**30}, "patients: found 10000"),
        ("swimmer", {"sample": -1}, "sample: found -1, expected a whole number, at least 0"),
        ("swimmer", {"months": math.nan}, "months: found nan, expected a finite number"),
        ("swimmer", {"months": math.inf}, "months: found inf, expected a finite number"),
        ("swimmer", {"months": 1e308}, r"months: found 1e\+308, expected months within follow-up, from 0 to \d+"),
        ("swimmer", {"months": -1.0}, "months: found -1"),
        ("km", {"width": 1.0}, "^width: found 1"),
        ("km", {"width": math.nan}, "width: found nan"),
        ("km", {"width": 49.0}, "width: found 49"),
        ("tornado", {}, "source of plot tornado: found TrialResult, expected trimer.study.tornado.Tornado"),
    ],
)
def test_bad_requests(kind: str, options: dict[str, Any], said: str, tower: TrialResult) -> None:
    with pytest.raises(InputError, match=said):
        base.draw(kind, tower, **options)


def test_options_said_as_text() -> None:
    said = {"patients": "12", "months": "6", "arm": "soc"}
    found = base.read_options("swimmer", said)
    assert found == {"patients": 12, "months": 6.0, "arm": "soc"}
    assert isinstance(found["months"], float)
    for name, text, expected in (
        ("patients", "few", "--with patients: found 'few', expected a whole number"),
        ("months", "1e400", "--with months: found inf, expected a finite number"),
        ("months", "nan", "--with months: found nan, expected a finite number"),
        ("month", "6", "plot swimmer: found option 'month', expected arm, patients"),
    ):
        with pytest.raises(InputError, match=expected):
            base.read_options("swimmer", {name: text}, "--with ")
    assert [base.read_width(text) for text in ("column", "page", "5")] == [base.COLUMN, base.PAGE, 5.0]
    for text in ("wide", "nan", "1e400", "0", ""):
        with pytest.raises(InputError, match=r"^width: found"):
            base.read_width(text)


def test_a_month_s_axis_within_follow_up_is_drawn(tower: TrialResult) -> None:
    most = math.ceil(tower.trial.follow_up / MONTH)
    for months in (1e-9, 1.0, float(most)):
        figure = base.draw("swimmer", tower, patients=5, months=months)
        figure.draw_without_rendering()
        assert figure.axes[0].get_xlim()[1] == pytest.approx(1.012 * months)
        assert len(figure.axes[0].get_xticks()) < 12


def test_patients_of_a_waterfall_are_treated_once(tower: TrialResult, monkeypatch: pytest.MonkeyPatch) -> None:
    treated: list[int] = []

    def once_more(plan: Any, columns: Any, *rest: Any) -> Any:
        treated.append(len(next(iter(columns.values()))))
        return treat(plan, columns, *rest)

    monkeypatch.setattr(courses_module, "treat", once_more)
    base.render_svg("waterfall", tower, patients=20)
    assert treated == [20]


def test_who_died_before_an_assessment_has_no_bar_and_is_counted(tower: TrialResult) -> None:
    table = {**tower.table, "death_day": tower.table["death_day"].copy()}
    rows = drawn(tower, "blinatumomab", 30)
    early = np.isin(table["patient"], rows["patient"][:3]) & (table["arm"] == rows["arm"][0])
    table["death_day"][early] = 2.0
    found = replace(tower, table=table)
    told = base.data("waterfall", found, arm="blinatumomab", patients=30, sample=0)
    assert told["not_assessed"] == int((~assessed(found, drawn(found, "blinatumomab", 30))).sum()) >= 3
    assert len(told["patients"]) == 30 - told["not_assessed"]
    assert not set(rows["patient"][:3].tolist()) & {bar["patient"] for bar in told["patients"]}
    assert f" {told['not_assessed']} died before an assessment" in told["remarks"][0]


def test_bad_sources(typical: Tornado, tower: TrialResult) -> None:
    for document, said in (({}, "schema None"), ({"schema": SCHEMA}, "no optimisation, label")):
        with pytest.raises(InputError, match=said):
            pareto.plane_of(pareto._document(document))
    with pytest.raises(InputError, match="one of days_in_remission"):
        base.draw("pareto", optimisation(), up="age")
    with pytest.raises(InputError, match="two different objectives"):
        base.draw("pareto", optimisation(), up="severe_crs")
    with pytest.raises(InputError, match="endpoint: found 'age'"):
        base.draw("tornado", typical, endpoint="age")
    with pytest.raises(InputError, match="without its seed"):
        base.draw("swimmer", replace(tower, provenance={}))
    nobody = replace(tower, table={**tower.table, "status": np.ones_like(tower.table["status"])})
    with pytest.raises(InputError, match="no patient who could be solved"):
        base.draw("km", nobody)


def test_bad_files_are_refused_before_anything_is_drawn(tmp_path: Any) -> None:
    with pytest.raises(InputError, match=r"--out: .*\.svg, \.png, \.pdf"):
        base.save("km", None, tmp_path / "x.gif")
    with pytest.raises(InputError, match="a folder that exists"):
        base.save("km", None, tmp_path / "none" / "x.svg")
    with pytest.raises(ValueError, match="is none of case, trial"):
        base.Plot("x", "X", "nothing", "")  # type: ignore[arg-type]


def test_what_is_not_mechanism_is_said(tower: TrialResult) -> None:
    assert trial_words.OUTCOME in base.data("km", tower)["remarks"]
    assert trial_words.OUTCOME not in base.data("waterfall", tower)["remarks"]
