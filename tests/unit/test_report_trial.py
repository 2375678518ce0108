"""A virtual trial as shown: endpoints in order, values in words, a figure that says its numbers, an escaped page."""

from __future__ import annotations

import io
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import trial_table_sample as sample
from rich.console import Console
from test_report_html import outline

import trimer.library as library
from trimer.errors import InputError
from trimer.report import trial as terminal
from trimer.report import trial_words as words
from trimer.report.trial_figure import STEPS, draw, endings, save, thinned
from trimer.report.trial_page import design, render, write
from trimer.study.trial.estimates import kaplan_meier
from trimer.study.trial.power import power
from trimer.study.trial.run import TrialResult, summarise
from trimer.study.trial.summary import ENDPOINTS

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<script>alert('x')</script> & $x_1$ [red]"
STARTS = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def result(name: str = "tower", label: str = "", failed: int = 0) -> TrialResult:
    """Return a trial of made-up patients, the first ``failed`` of each arm not solved."""
    trial = library.trial(name)
    trial = replace(trial, label=label or trial.label)
    tables = [sample.trial(200, arm=a.name, better=0.6 if a.reference else 1.0) for a in trial.arms]
    for table in tables:
        table["status"][:failed] = 3
    provenance = {"seed": 1, "draws": 0, "allocation": "shared", "equations": "ab" * 32, "versions": {"numpy": "2"}}
    return summarise(trial, sample.joined(*tables), provenance)


@pytest.fixture(scope="module")
def tower() -> TrialResult:
    return result()


@pytest.fixture(scope="module")
def page(tower: TrialResult) -> str:
    curves = {"blinatumomab": {n: power(tower.table, "blinatumomab", "chemotherapy", "cr_crh", n) for n in (20, 90)}}
    return render(tower, (words.power_title("cr_crh", None, "chemotherapy"), curves))


def printed(found: TrialResult, width: int = 120) -> str:
    stream = io.StringIO()
    terminal.render(found, Console(file=stream, width=width))
    return stream.getvalue()


def words_of(path: Path) -> str:
    return "\n".join("".join(t.itertext()) for t in ET.parse(path).iter(f"{SVG}text"))


# ---- words


def test_every_endpoint_has_a_place() -> None:
    assert sorted(key for keys in words.SECTIONS.values() for key in keys) == sorted(ENDPOINTS)


def test_the_trials_own_endpoints_come_first_and_none_twice(tower: TrialResult) -> None:
    found = words.sections(tower.trial, tower.estimates["blinatumomab"])
    assert found[0] == (words.FIRST, list(tower.trial.endpoints))
    every = [key for _, keys in found for key in keys]
    assert sorted(every) == sorted(tower.estimates["blinatumomab"])


def test_response_is_not_shown_of_patients_who_are_in_remission() -> None:
    headings = [heading for heading, _ in words.sections(library.trial("blast"), ENDPOINTS)]
    assert headings[:2] == [words.FIRST, "Depth of response"]


def test_values_in_words(tower: TrialResult) -> None:
    one = tower.estimates["blinatumomab"]["cr_crh"]
    share = replace(one, value=0.42857, low=0.3575, high=0.5029, n=1189, events=81)
    assert (words.value(share), words.interval(share)) == ("42.9 %", "35.8 to 50.3")
    assert words.counted(share) == "81 of 1,189"
    survival = tower.estimates["blinatumomab"]["os_median"]
    later = replace(survival, value=6.14, low=4.2, high=math.nan)
    assert (words.value(later), words.interval(later)) == ("6.1 months", "4.2 to not reached")
    never = replace(survival, value=math.nan, low=9.0, high=math.nan)
    assert (words.value(never), words.interval(never)) == ("not reached", "9.0 to not reached")
    assert words.interval(replace(never, low=math.nan)) == "–"
    ratio = tower.estimates["blinatumomab"]["hr_os"]
    assert words.value(replace(ratio, value=math.inf)) == "∞"
    assert words.interval(replace(ratio, low=math.nan, high=math.nan)) == "–"
    css = replace(tower.estimates["blinatumomab"]["css_mean"], value=0.5702, low=0.5, high=100.0)
    assert (words.value(css), words.interval(css)) == ("0.570 ng/mL", "0.500 to 100")


def test_what_is_no_mechanism_is_marked(tower: TrialResult) -> None:
    marked = {key for key, one in tower.estimates["blinatumomab"].items() if words.SIGN in words.name(one)}
    assert {"os_median", "hr_os", "hsct", "rfs_18mo", "efs_6mo", "dor_median"} <= marked
    assert not marked & {"cr_crh", "mrd_response", "crs_any", "css_mean", "cd19_negative_at_failure"}
    assert words.OUTCOME in words.remarks(tower)


def test_remarks_say_what_was_not_done(tower: TrialResult) -> None:
    assert words.remarks(tower)[2:] == [words.SHARED, words.UNCALIBRATED]
    calibrated = replace(tower, provenance={**tower.provenance, "draws": 200, "allocation": "parallel"})
    assert words.remarks(calibrated)[2:] == []
    assert "200 calibrated draws" in words.who(calibrated)


def test_predicted_holds_the_quantiles_over_replicates() -> None:
    found = library.trial("mt103_211")
    tables = [sample.trial(40, arm="blinatumomab", replicate=k) for k in range(50)]
    shares = sorted(float(np.isin(t["response"], ["CR", "CRh"]).mean()) for t in tables)
    told = words.predicted(found, sample.joined(*tables))["blinatumomab"]["cr_crh"]
    assert (told.low, told.value, told.high) == (shares[1], shares[24], shares[48])
    assert (told.kind, told.n, told.events) == ("proportion", 50, 50)


def test_power_says_its_test() -> None:
    assert words.power_title("cr_crh", 0.2, "") == "Power: CR or CRh, exact 95 % interval above 20 %"
    assert "against chemotherapy, log-rank test, two-sided 5 %" in words.power_title("hr_os", None, "chemotherapy")
    assert "Fisher's exact test" in words.power_title("cr", None, "chemotherapy")


# ---- terminal


def test_the_terminal_tells_every_endpoint_with_interval_and_patients(tower: TrialResult) -> None:
    told = printed(tower)
    assert tower.trial.label in told
    assert "200 virtual patients in each of 2 arms" in told
    one = tower.estimates["blinatumomab"]["cr_crh"]
    row = next(line for line in told.splitlines() if line.strip().startswith("CR or CRh  "))
    assert row.split("  ")[-1].strip() == f"{one.events} of 200"
    assert f"{100 * one.low:.1f} to {100 * one.high:.1f}" in row
    assert told.count("hazard ratio of death") == 1
    assert "never advice for a patient" in told


def test_the_terminal_counts_who_could_not_be_solved() -> None:
    told = printed(result("mt103_211", failed=7))
    assert "blinatumomab: 7 of 200 patients could not be solved" in told
    assert "of 193" in told


def test_markup_in_a_label_stays_text() -> None:
    assert EVIL in printed(result("mt103_211", label=EVIL))


def test_an_arm_of_which_nobody_was_solved_is_still_printed() -> None:
    told = printed(result("mt103_211", failed=200))
    assert "200 of 200 patients could not be solved" in told


def test_power_is_printed_by_size_under_its_title(tower: TrialResult) -> None:
    title = words.power_title("os_median", None, "chemotherapy")
    curve = {n: power(tower.table, "blinatumomab", "chemotherapy", "os_median", n, repeats=20) for n in (10, 1500)}
    stream = io.StringIO()
    terminal.render_power(title, {"blinatumomab": curve}, Console(file=stream, width=100))
    told = stream.getvalue()
    assert title in told
    rows = [line.split() for line in told.splitlines() if line.strip().startswith(("10 ", "1,500"))]
    assert [row[0] for row in rows] == ["10", "1,500"]
    assert rows[1][1] == f"{100 * curve[1500].value:.1f}"


# ---- figure


@pytest.mark.parametrize("kind", STARTS)
def test_the_figure_is_written(tower: TrialResult, tmp_path: Path, kind: str) -> None:
    save(tower, tmp_path / f"t{kind}", dpi=50)
    assert (tmp_path / f"t{kind}").read_bytes().startswith(STARTS[kind])
    assert [p.name for p in tmp_path.iterdir()] == [f"t{kind}"], "no draft is left"


def test_the_figure_says_its_numbers(tower: TrialResult, tmp_path: Path) -> None:
    save(tower, tmp_path / "t.svg")
    seen = words_of(tmp_path / "t.svg")
    estimates = tower.estimates["blinatumomab"]
    assert f"blinatumomab: median {words.value(estimates['os_median'])}" in seen
    assert f"hazard ratio {words.value(estimates['hr_os'])} ({words.interval(estimates['hr_os'])})" in seen
    at_risk = int((tower.table["os_time"][tower.table["arm"] == "chemotherapy"] >= 6.0).sum())
    assert f"\n{at_risk}\n" in seen
    assert "never advice for a patient" in seen


def test_a_hostile_label_stays_text_in_the_figure(tmp_path: Path) -> None:
    save(result("mt103_211", label=EVIL), tmp_path / "t.svg")
    assert EVIL in words_of(tmp_path / "t.svg")
    assert "<script" not in (tmp_path / "t.svg").read_text()


@pytest.mark.parametrize("name", ["blast", "flag_ida_bari"])
def test_other_trials_are_drawn(name: str) -> None:
    titles = [axes.get_title(loc="left") for axes in draw(result(name)).axes]
    assert titles[0].startswith("Overall survival")
    assert ("MRD response after cycle 1, by burden" in titles) == (name == "blast")


def test_where_nobody_responded_or_had_crs_the_panels_say_so() -> None:
    found = result("mt103_211")
    table = {**found.table, "response": np.full(200, ""), "crs_day": np.full(200, np.nan)}
    table |= {name: np.full(200, np.nan) for name in ("rfs_time", "dor_time")}
    figure = draw(summarise(found.trial, table, found.provenance))
    said = [t.get_text() for axes in figure.axes for t in axes.texts]
    assert said.count("no remission") == 2
    assert "no CRS reported" in said


def test_nobody_to_draw_is_refused() -> None:
    with pytest.raises(InputError, match="no patient who could be solved"):
        draw(result("mt103_211", failed=200))


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    rng = np.random.default_rng(1)
    curve = kaplan_meier(rng.exponential(9.0, 3000), np.ones(3000, dtype=int))
    times, value, *_ = thinned(curve)
    assert len(times) == STEPS
    assert (times[0], times[-1]) == (0.0, curve.last)
    np.testing.assert_allclose(value / 100.0, [curve.at(t).value for t in times])


def test_remissions_end_by_what_comes_first() -> None:
    nan = math.nan
    rows = {
        "response_day": np.array([10.0, 10.0, 10.0, 10.0, 10.0, nan]),
        "rfs_time": np.array([5.0, 5.0, 5.0, 23.0, 9.0, nan]),
        "rfs_event": np.array([1, 1, 1, 0, 1, 0]),
        "hsct_day": np.array([nan, 10.0 + 2.0 * 30.4375, nan, nan, nan, nan]),
        "relapse_day": np.array([10.0 + 5.0 * 30.4375, nan, nan, nan, 283.9, nan]),
    }
    times, causes = endings(rows)
    assert causes.tolist() == [1, 2, 3, 0, 1]
    np.testing.assert_allclose(times, [5.0, 2.0, 5.0, 23.0, 9.0])


# ---- page


def test_the_page_is_one_well_nested_file_that_loads_nothing(page: str) -> None:
    found = outline(page)
    assert (found.bad, found.open) == ([], [])
    assert len(found.ids) == len(set(found.ids))
    assert all(link.startswith("#") and link[1:] in found.ids for link in found.links)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "default-src 'none'" in page
    assert "script" not in found.tags
    assert len(page.encode()) < 1_500_000


def test_the_page_holds_endpoints_power_design_and_provenance(tower: TrialResult, page: str) -> None:
    text = unescape(page)
    for arm in tower.estimates.values():
        for one in arm.values():
            assert words.value(one) in text
            assert words.name(one) in text
    assert "Fisher's exact test" in text
    assert "62.4 % flag_ida" in text
    assert "age ≥ 18 year" in text
    assert "ab" * 32 in text
    assert "TOWERtab1" in text
    assert words.UNCALIBRATED in text


def test_a_hostile_label_is_escaped_on_the_page() -> None:
    page = render(result("mt103_211", label=EVIL))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 3
    assert outline(page).bad == []


def test_the_page_is_written_whole_or_refused(tower: TrialResult, tmp_path: Path) -> None:
    write(tower, tmp_path / "t.html")
    assert (tmp_path / "t.html").read_text(encoding="utf-8").endswith("</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["t.html"]
    for name in ("t.txt", "nowhere/t.html"):
        with pytest.raises(InputError, match="--html"):
            write(tower, tmp_path / name)


def test_the_design_of_every_trial_can_be_told() -> None:
    for name in library.list_entries("trials"):
        rows = dict(design(library.trial(name)))
        assert {"Population", "Eligibility", "Response", "CRS"} <= rows.keys()


def test_who_entered_counts_each_patient_once(tower: TrialResult) -> None:
    rows = dict(words.baseline(tower))
    first = {key: column[:200] for key, column in tower.table.items()}
    assert rows["Female"] == f"{100 * (first['female'] == 1).mean():.1f} %"
    assert rows["Half of the marrow or more"] == f"{100 * (first['blasts_at_entry'] >= 50).mean():.1f} %"
    assert "Residual disease, share of marrow cells" in dict(words.baseline(result("blast")))
