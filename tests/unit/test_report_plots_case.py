"""Figures of a case: drawn of the reference case and of small ones, with units, and with their source's numbers."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from report_sample import sample

from trimer.errors import CaseError, InputError
from trimer.report.plots import base, case_parts, course, fish, sources, vpc
from trimer.study.vpc import CaseCheck, case_check
from trimer.study.vpc_cohort import COHORTS, CohortCheck, cohort_check

SVG = "{http://www.w3.org/2000/svg}"
SMALL = """\
schema: trimer/case/1
id: small
title: A small case
source: {citation: Nobody2020, title: T, authors: A, journal: J, year: 2020}
patient:
  sex: male
  age: 40 year
  size:
    weight: {value: 80 kg, kind: stated}
    height: {value: 180 cm, kind: stated}
origin: e01
events:
  - id: e01
    number: 1
    kind: lab
    label: Counts and marrow
    date: {on: "2020-03-05"}
    observations:
      - {observable: platelets, value: 30, unit: 10*9/L}
      - {observable: marrow_blast_percent, value: 60, unit: "%", specimen: marrow}
  - id: e02
    number: 2
    kind: drug
    label: Treatment
    date: {on: "2020-03-10"}
    given:
      - {drug: DRUG}
  - id: e03
    number: 3
    kind: lab
    label: Counts after
    date: {on: "2020-04-05"}
    observations:
      - {observable: anc, comparator: "<", value: 0.5, unit: 10*9/L}
realisation:
  orders:
    - {event: e02, DOSE, kind: stated}
"""
ENGAGER = "drug: blinatumomab, rate: 9 ug/day, route: civ, lasts: 7 day"
STEROID = "drug: dexamethasone, amount: 20 mg, route: po, repeat: 4, interval: 1 day"


def small(folder: Path, dose: str = ENGAGER) -> Path:
    """Write a case with three observations that nobody fitted and return where."""
    drug = dose.split(",")[0].removeprefix("drug: ")
    place = folder / "small.yaml"
    place.write_text(SMALL.replace("DRUG", drug).replace("DOSE", dose), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def result():
    return sample()


@pytest.fixture(scope="module")
def check() -> CaseCheck:
    return case_check("linder2016", draws=60)


@pytest.fixture(scope="module")
def cohort() -> CohortCheck:
    return cohort_check("il6_hijazi", replicates=20)


def words(svg: str) -> set[str]:
    return {"".join(t.itertext()).strip() for t in ET.fromstring(svg).iter(f"{SVG}text")}


def smallest(figure) -> float:
    from matplotlib.text import Text

    written = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    return min(t.get_fontsize() for t in written)


@pytest.fixture(scope="module")
def drawn(result, check) -> dict[str, str]:
    return {kind: base.render_svg(kind, check if kind == "vpc" else result) for kind in ("course", "fish", "vpc")}


@pytest.mark.parametrize("kind", ["course", "fish", "vpc"])
def test_svg_is_labelled_and_no_text_is_below_six_points_at_column_width(kind, drawn, result, check):
    svg = drawn[kind]
    root = ET.fromstring(svg)
    assert [child.tag for child in list(root)[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == base.find(kind).label
    assert "never advice for a patient" in root[1].text
    assert len(svg) < 900_000
    assert smallest(base.draw(kind, check if kind == "vpc" else result, base.COLUMN)) >= 6.0


def test_course_has_units_therapy_and_both_judgements(result, drawn):
    seen = words(drawn["course"])
    assert {"Marrow blasts", "Lymphocytes", "IL-6", "Temperature", "Neutrophils", "Platelets"} <= seen
    assert {"pg/mL", "°C", "×10⁹/L", "×10⁹/L; T cells, dashed: normal B", "record", "simulation"} <= seen
    numbers = {str(t.number) for t in case_parts.treatments(result)}
    assert len(numbers) > 3
    assert numbers <= seen


def test_treatments_are_numbered_in_time_and_the_key_names_the_engagers_rates(result):
    found = case_parts.treatments(result)
    assert [t.number for t in found] == list(range(1, len(found) + 1))
    assert [t.start for t in found] == sorted(t.start for t in found)
    first = next(t for t in found if t.kind == case_parts.ENGAGER)
    assert f"{first.number} blinatumomab 9 → 28 µg/day" in case_parts.key(result)
    assert case_parts.key(result, (first.start, first.end)).count(";") < case_parts.key(result).count(";")


def test_course_draws_the_curves_of_its_window(result):
    told = base.data("course", result, window="cycle1")
    first = next(t for t in case_parts.treatments(result) if t.kind == case_parts.ENGAGER)
    assert told["days"][0] >= first.start - 1.5
    k = result.close_up.days.index(told["days"][-1])
    assert told["curves"]["il6"]["fitted"][-1] == result.close_up.fitted["il6"][k]
    figure = base.draw("course", result, window="cycle1")
    panel = next(a for a in figure.axes if a.get_title(loc="left") == "Platelets")
    assert panel.get_xlim() == course.window_of(result, "cycle1").limits
    assert panel.get_xlabel() == "day of the first engager"


def test_course_between_two_dates(result):
    seen = course.window_of(result, "2015-01-01/2015-05-31")
    assert seen.limits == (365.0, 515.0)
    assert all(
        365.0 <= o["day"] <= 515.0 for o in base.data("course", result, window="2015-01-01/2015-05-31")["recorded"]
    )


@pytest.mark.parametrize("window", ["cycle9", "2015-05-31/2015-01-01", "2031-01-01/2031-02-01", "2015-01-01"])
def test_a_window_that_is_none_is_refused(result, window):
    with pytest.raises(InputError, match="window"):
        base.draw("course", result, window=window)


def test_without_an_engager_there_is_no_first_cycle(result):
    without = replace(result, doses=tuple(d for d in result.doses if d.drug != "blinatumomab"))
    with pytest.raises(InputError, match="no engager"):
        base.draw("course", without, window="cycle1")
    base.draw("course", without, base.COLUMN)


def test_shares_of_clones_add_up_to_one_and_the_outline_to_the_burden(result):
    found = fish.fish_of(result)
    assert np.allclose(np.sum(list(found.shares.values()), axis=0), 1.0)
    cells = np.sum([np.asarray(v) for v in result.clones.values()], axis=0)
    assert np.allclose(found.total, cells)
    assert np.allclose(found.thickness("log"), np.log10(cells / 1e-9))
    assert np.array_equal(found.thickness("linear"), found.total)


def test_fish_draws_each_clone_as_thick_as_its_share(result):
    found = fish.fish_of(result)
    figure = base.draw("fish", result, height="linear")
    body = next(axes for axes in figure.axes if axes.get_legend())
    clones = [c for c in body.collections if not c.get_label().startswith("_")]
    assert len(clones) == len(found.shares)
    at = np.searchsorted(found.days, found.days[len(found.days) // 2])
    heights = []
    for area in clones:  # painted over one another from the edge inwards
        points = area.get_paths()[0].vertices
        near = points[points[:, 0] == found.days[at]]
        heights.append(near[:, 1].max() - near[:, 1].min())
    widths = -np.diff([*heights, 0.0])
    expected = [share[at] * found.total[at] for share in found.shares.values()]
    assert np.allclose(widths, expected)


def test_fish_says_what_is_simulated_and_marks_the_recorded_antigen(result):
    item = next(o for o in result.observations if o.observable == "marrow_blast_percent")
    dim = replace(item, observable="cd19_dim_percent", low=50.0, high=100.0, day=770.0)
    positive = replace(item, observable="cd19_dim_percent", low=0.0, high=50.0, day=39.0)
    told = replace(result, observations=(item, dim, positive))
    seen = words(base.render_svg("fish", told))
    assert {"dim", "positive", "CD19-dim", "10⁹", "10¹²", "marrow, %"} <= seen
    assert [x["cd19"] for x in base.data("fish", told)["recorded_cd19"]] == ["positive", "dim"]
    assert any("no clone was counted" in remark for remark in fish.remarks(told))
    assert any("none is recorded here" in remark for remark in fish.remarks(replace(told, observations=())))


def test_fish_needs_clones_and_a_known_height(result):
    with pytest.raises(InputError, match="no clones"):
        base.draw("fish", replace(result, clones={}))
    with pytest.raises(InputError, match="height"):
        base.draw("fish", result, height="cubic")


def test_vpc_states_how_many_recorded_values_its_bands_reach(check, drawn):
    assert check.basis == "posterior"
    for role in ("fitted", "foretold"):
        rows = [r for r in check.rows if r.role == role]
        ends = [(r.low, r.high + (1.0 if r.observable == "hypotension" else 0.0)) for r in rows]
        pairs = zip(rows, ends, strict=True)
        hit = sum(r.quantiles[0] <= last and (r.quantiles[2] >= first or first <= 0.0) for r, (first, last) in pairs)
        of = len(rows)
        assert check.coverage(role) == (hit, of)
        assert any(f"{hit} of {of} " in remark for remark in vpc.remarks(check))
    seen = words(drawn["vpc"])
    hit, of = check.coverage(observable="platelets")
    assert {f"{hit} of {of}", "Marrow blasts", "% of nucleated cells", "×10⁹/L", "°C"} <= seen
    assert base.data("vpc", check)["coverage_90"]["fitted"]["of"] == check.coverage("fitted")[1]


def test_vpc_bands_are_those_of_what_would_be_measured(check):
    rows = [r for r in check.rows if r.observable == "platelets"]
    for row in rows:
        band = [float(np.interp(row.day, check.days, line)) for line in check.bands["platelets"]]
        # 60 draws here, 512 there: the middles agree within the spread between patients
        assert row.quantiles[0] < band[1] < row.quantiles[2]
    low, middle, high = check.bands["platelets"]
    assert np.all(low < middle)
    assert np.all(middle < high)
    assert np.all(high / low > math.exp(2 * 1.645 * 0.25))  # never narrower than the error of a count


@pytest.mark.parametrize("dose", [ENGAGER, STEROID])
def test_a_case_without_a_posterior_falls_back_to_the_population_and_says_so(tmp_path, dose):
    found = case_check(small(tmp_path, dose), draws=40)
    assert found.basis == "population"
    assert (found.engager is None) == (dose == STEROID)
    assert {r.role for r in found.rows} == {"foretold"}
    assert {"platelets", "marrow_blast_percent", "anc"} <= set(found.bands)
    figure = base.draw("vpc", found, base.COLUMN)
    written = figure.get_supxlabel()
    assert "no posterior of this record" in written.replace("\n", " ")
    assert "Prior predictive check of small" in figure.get_suptitle()


def test_a_fault_of_the_case_is_told(tmp_path):
    place = small(tmp_path)
    place.write_text(place.read_text().replace("blinatumomab", "blinatumomap"), encoding="utf-8")
    with pytest.raises(CaseError, match="blinatumomap"):
        sources.of_case("vpc", place)


def test_cohort_counts_quartiles_inside(cohort):
    for series in cohort.series:
        assert series.simulated.shape == (3, 3, len(series.days))
        assert np.all(np.diff(series.simulated, axis=1) >= 0.0)
        by_hand = sum(
            series.simulated[q, 0, t] <= series.published[q, t] <= series.simulated[q, 2, t]
            for q in range(3)
            for t in range(len(series.days))
        )
        assert by_hand == series.inside.sum()
    hit, of = cohort.coverage()
    assert of == 24
    seen = words(base.render_svg("vpc", cohort, base.COLUMN))
    assert {"IL-6", "pg/mL; 60 µg/m²/day", f"{cohort.series[0].inside.sum()} of 9"} <= seen
    assert vpc.remarks(cohort)[0].startswith(f"{hit} of {of} published quartiles")
    assert "no validation" in vpc.remarks(cohort)[0]


def test_every_published_cohort_can_be_checked_by_name():
    found = sources.of_case("vpc", COHORTS[0])
    assert isinstance(found, CohortCheck)
    assert [s.label for s in found.series] == ["CD8 T cells in blood", "B cells in blood"]
    assert found.series[0].published[1, 0] == 180.1
    with pytest.raises(InputError, match="cohort"):
        cohort_check("nobody")
    with pytest.raises(InputError, match="replicates"):
        cohort_check(COHORTS[0], replicates=1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["course", "fish"])
def test_replays_of_a_small_case_and_of_the_reference_case_are_drawn(tmp_path, kind):
    for source in (small(tmp_path), "linder2016"):
        found = sources.of_case(kind, source)
        assert found.case in str(source)
        for width in (base.COLUMN, base.PAGE):
            assert base.save(kind, found, tmp_path / f"{kind}.pdf", width).stat().st_size > 5_000
