"""Figures: well-formed, honest about peaks and misses, and unbroken by odd values."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from report_sample import sample

from trimer.report import agreement_figure, close_up_figure, course_figure, figures, lanes, panels, style, svg
from trimer.report.svg import _attributes
from trimer.study.result import Curves

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result():
    return sample()


@pytest.fixture(scope="module")
def drawn(result):
    return {
        "course": figures.course(result),
        "close_up": figures.close_up(result),
        "agreement": figures.agreement(result),
    }


def words(svg: str) -> set[str]:
    return {"".join(t.itertext()).strip() for t in ET.fromstring(svg).iter(f"{SVG}text")}


@pytest.mark.parametrize("name", ["course", "close_up", "agreement"])
def test_svg_is_well_formed_labelled_and_small(drawn, name):
    root = ET.fromstring(drawn[name])
    assert root.get("role") == "img"
    assert [child.tag for child in list(root)[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert "synthetic" in root[0].text
    assert len(drawn[name]) < 700_000
    assert "<style" not in drawn[name]


def test_ids_do_not_collide_when_figures_share_a_page(drawn):
    ids = [set(re.findall(r'\bid="([^"]+)"', drawing)) for drawing in drawn.values()]
    assert sum(map(len, ids)) == len(set.union(*ids))
    for drawing in drawn.values():
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', drawing))
        assert used <= set(re.findall(r'\bid="([^"]+)"', drawing))


def test_course_names_panels_units_and_recorded_values(drawn):
    seen = words(drawn["course"])
    assert {"Marrow blasts", "White cells", "Neutrophils", "Platelets", "IL-6", "Temperature", "Marrow clones"} <= seen
    assert {"×10⁹/L", "pg/mL", "°C", "µg/day", "1 cell", "10¹²", "Haemoglobin"} <= seen
    assert {"79 %", "43 %", "68 %", "> 1", "247", "0.001", "Jan 2014", "9 → 28"} <= seen


def test_brief_course_keeps_the_main_panels_and_names_the_clones(result, tmp_path):
    target = tmp_path / "brief.svg"
    figures.save(result, "brief", target)
    seen = words(target.read_text())
    assert {"Marrow blasts", "White cells", "Platelets", "Clones", "CD19 dim", "chemoresistant"} <= seen
    assert not {"Neutrophils", "Marrow clones", "cyclophosphamide"} & seen


def test_clones_end_at_one_cell(result):
    gone = {name: tuple(v * (1e-80 if i > 900 else 1) for i, v in enumerate(values))
            for name, values in result.clones.items()}  # fmt: skip
    figure = course_figure.draw(replace(result, clones=gone)).figure
    clones = next(axes for axes in figure.axes if axes.get_ylim()[0] == course_figure.ONE_CELL)
    lowest = min(float(np.min(line.get_ydata())) for line in clones.lines)
    assert 0.1 * course_figure.ONE_CELL < lowest < course_figure.ONE_CELL
    assert {"CD19 dim: none", "chemoresistant: none"} <= {t.get_text() for t in clones.texts}


def test_an_interval_read_from_words_is_grey_and_has_its_key(result, drawn):
    assert "read from words" not in words(drawn["course"])
    chosen = next(i for i, o in enumerate(result.observations) if o.recorded == "<= 5 %")
    item = replace(result.observations[chosen], remark="interval read from a stated conclusion")
    items = (*result.observations[:chosen], item, *result.observations[chosen + 1 :])
    figure = course_figure.draw(replace(result, observations=items)).figure
    written = {t.get_text(): t.get_color() for axes in figure.axes for t in axes.texts}
    assert written["≤ 5 %"] == style.SOFT
    assert "read from words" in written


def test_close_up_shows_hold_rescue_and_grades(drawn):
    seen = words(drawn["close_up"])
    assert {"hold", "tocilizumab 560 mg", "methylprednisolone 60 mg × 3 (assumed)", "grade 3 to 4", "1 pressor"} <= seen


def test_agreement_has_a_row_for_each_number_and_names_the_misses(result, drawn):
    numbers = [o for o in result.observations if not (math.isnan(o.low) and math.isnan(o.high))]
    assert sum(len(group) for group in agreement_figure.grouped(result.observations)) == len(numbers)
    assert {"miss: 2.4 times too low", "miss: 2.6 times too low", "miss: above the interval"} <= words(
        drawn["agreement"]
    )


def test_hover_text_carries_recorded_and_fitted(drawn):
    tips = [t.text or "" for t in ET.fromstring(drawn["course"]).iter(f"{SVG}title")]
    assert any("recorded 79 %" in t and "fitted 77.6 %" in t for t in tips)


def test_thinning_keeps_the_extremes():
    days = np.linspace(0, 100, 5000)
    values = np.sin(days)
    values[1234], values[4321] = 50.0, -50.0
    x, y = panels.thin(days, values, buckets=200)
    assert len(x) <= 402
    assert (y.max(), y.min()) == (50.0, -50.0)
    assert (x[0], x[-1]) == (0.0, 100.0)
    assert np.all(np.diff(x) > 0)


def test_ribbon_covers_the_finer_band():
    days = np.linspace(0, 10, 3000)
    low, high = np.sin(9 * days) - 1, np.sin(9 * days) + 1
    x, a, b = panels.ribbon(days, low, high, pieces=100)
    assert len(x) == 100
    assert a.min() == low.min()
    assert b.max() == high.max()


def test_hybrid_scale_turns_back_and_is_continuous_at_five_per_cent():
    values = np.array([0.001, 0.01, 1.0, 5.0, 5.0001, 43.0, 79.0, 100.0])
    heights = course_figure.hybrid(values)
    assert np.allclose(course_figure.unhybrid(heights), values)
    assert np.all(np.diff(heights) > 0)
    assert heights[4] - heights[3] < 1e-4


def test_hold_is_found_between_infusions(result):
    cycle = close_up_figure.cycle_doses(result, lanes.engager(result))
    assert lanes.engager(result) == "blinatumomab"
    assert [lanes.rate(d) for d in cycle] == pytest.approx([9.0, 9.0, 28.0])
    assert lanes.gaps(cycle) == [(413.0, 415.0)]


def test_limits_follow_a_course_that_leaves_them(result):
    wild = dict(result.close_up.fitted) | {"il6": tuple(v * 400 for v in result.close_up.fitted["il6"])}
    panel = next(p for p in close_up_figure.PANELS if p.heading == "IL-6")
    wide = panels.widened(panel, replace(result.close_up, fitted=wild), result)
    assert wide.limits[1] >= max(wild["il6"])
    assert panels.widened(panel, result.close_up, result) is panel


def awkward(result):
    """Return the sample with nothing, nan, inf and odd letters in many places."""
    fitted = dict(result.curves.fitted)
    fitted["wbc"] = tuple(math.nan for _ in fitted["wbc"])
    fitted["anc"] = tuple(0.0 for _ in fitted["anc"])
    fitted["il6"] = (math.inf, *fitted["il6"][1:])
    del fitted["temperature"]
    unknown = {"band": (math.nan, math.nan, math.inf), "fitted": math.nan}
    items = [
        replace(o, **({"fitted": None, "band": None} if i % 2 else unknown)) for i, o in enumerate(result.observations)
    ]
    timeline = tuple(replace(t, label="a $ b $ <script>alert(1)</script> & 血") for t in result.timeline)
    return replace(result, curves=replace(result.curves, fitted=fitted, low={}), observations=tuple(items),
                   timeline=timeline, origin="unknown")  # fmt: skip


def empty(result):
    """Return a result with nothing in it."""
    none = Curves((), {}, {}, {}, {}, {}, {})
    return replace(result, timeline=(), doses=(), observations=(), verdicts=(), states=(), parameters=(), curves=none,
                   close_up=none, clones={}, fit={}, provenance={})  # fmt: skip


@pytest.mark.parametrize("change", [awkward, empty])
@pytest.mark.parametrize("draw", [figures.course, figures.close_up, figures.agreement])
def test_odd_and_missing_values_still_draw(result, change, draw):
    svg = draw(change(result))
    ET.fromstring(svg)
    assert "<script" not in svg
    assert not re.search(r'(?i)[ "]nan[ "]', re.sub(r"<title.*?</title>", "", svg))


@pytest.mark.parametrize(("suffix", "magic"), [(".png", b"\x89PNG"), (".svg", b"<svg")])
def test_save_writes_whole_files_only(result, tmp_path, suffix, magic):
    target = tmp_path / f"figure{suffix}"
    figures.save(result, "agreement", target, dpi=60)
    assert target.read_bytes().startswith(magic)
    assert os.listdir(tmp_path) == [target.name]


def test_figures_are_reproducible(result, drawn):
    assert figures.agreement(result) == drawn["agreement"]


def test_importing_the_report_does_not_load_matplotlib():
    code = ("import sys; import trimer.report.figures, trimer.report.html, trimer.report.terminal; "
            "sys.exit('matplotlib' in sys.modules or 'jinja2' in sys.modules)")  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_declarations_become_the_attributes_that_mean_the_same():
    said = _attributes("font: italic 700 7.2px 'DejaVu Sans'; text-anchor: start; fill: #c2410c; stroke-width: 2px")
    assert said == (
        ' font-style="italic" font-weight="700" font-size="7.2" font-family="\'DejaVu Sans\'" fill="#c2410c"'
        ' stroke-width="2"'
    )
    assert _attributes("text-anchor: end") == ' text-anchor="end"'


def test_what_a_label_says_is_no_markup():
    import matplotlib
    from matplotlib.figure import Figure

    said = (
        'A style="x" case',
        'style="a:b" id="c"',
        'd="1.23456  7"  2.34567',
        'href="#a" url(#b) <b>',
        '< style="q" >',
    )
    figure = Figure()
    for k, text in enumerate(said):
        figure.text(0.1, 0.1 * k, text)
    figure.text(0.5, 0.5, "a tip", gid="tip")
    with matplotlib.rc_context(style.SETTINGS):
        drawn = svg.render(figure, "mine", 'A style="x" title', "of 1.23456", {"tip": ' style="x" 1.23456'})
    assert {*said, "a tip"} <= words(drawn)
    titles = {found.text for found in ET.fromstring(drawn).iter(f"{SVG}title")}
    assert {'A style="x" title', ' style="x" 1.23456'} <= titles
