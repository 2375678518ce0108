"""Sensitivity as printed: figures that are written and say their numbers, names that stay as they are, odd results."""

from __future__ import annotations

import io
import math
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from trimer.errors import InputError
from trimer.report.sensitivity import render
from trimer.report.sensitivity_figure import ROWS, caption, draw, heading, identifiability_figure, save, span
from trimer.study.identifiability import Identifiability, identifiability
from trimer.study.sensitivity import Factor, Output, Sensitivity, screen_then_sobol

Array = NDArray[np.float64]
SVG = "{http://www.w3.org/2000/svg}"
ODD = "k_[red]<b>&$x_1$"
STARTS = {".svg": b"<?xml", ".png": b"\x89PNG", ".pdf": b"%PDF"}


def found_of(count: int = 4, outputs: int = 3, broken: bool = False) -> Sensitivity:
    """Return an analysis of a weighted sum with one product; the last output does not vary when there are two."""
    factors = [Factor(ODD if k == 0 else f"factor_{k}", 0.5, 2.0, "log", "1/day") for k in range(count)]
    named = [Output(f"y{j}", f"{ODD} {j}", "pg/mL", log=j == 0) for j in range(outputs)]

    def forward(x: Array) -> Array:
        y = np.column_stack([x @ np.arange(count, 0.0, -1.0) ** (j + 1) + x[:, 0] * x[:, 1] for j in range(outputs)])
        if outputs > 1:
            y[:, -1] = 1.0
        if broken:
            y[::50] = math.nan
        return y

    return screen_then_sobol(forward, factors, named, 3, base=64, label=f"Treatment {ODD}", note="Read it so.")


def ensemble() -> Identifiability:
    rng = np.random.default_rng(2)
    names = [ODD, "b", "c"]
    members = rng.normal(size=(50, 3)) * [0.1, 1.0, 0.5]
    members[0, 0] = math.nan
    return identifiability([1.0, 1.0, 1.0], members, names)


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    return found_of()


def words(path: Path) -> str:
    return "\n".join("".join(t.itertext()) for t in ET.parse(path).iter(f"{SVG}text"))


def printed(found: Sensitivity, width: int = 120) -> str:
    stream = io.StringIO()
    render(found, Console(file=stream, width=width))
    return stream.getvalue()


@pytest.mark.parametrize("kind", STARTS)
def test_figures_are_written(found: Sensitivity, tmp_path: Path, kind: str) -> None:
    for name, what in (("s", found), ("i", ensemble())):
        place = tmp_path / f"{name}{kind}"
        save(what, place, dpi=60)
        assert place.read_bytes().startswith(STARTS[kind])
        assert place.stat().st_size > 8_000
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"i{kind}", f"s{kind}"], "no draft is left"


def test_the_figure_says_its_numbers_and_keeps_names_as_they_are(found: Sensitivity, tmp_path: Path) -> None:
    save(found, tmp_path / "one.svg")
    save(found, tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    seen = words(tmp_path / "one.svg")
    assert f"Treatment {ODD}" in seen
    assert f"{ODD} 0, log₁₀ pg/mL" in seen
    assert "0.5 to 2 1/day" in seen
    assert "does not vary" in seen
    first = found.sobol.s1[:, 0].sum()
    assert f"Σ S1 {first:.2f}" in seen
    share = found.morris.normalised[found.morris.ranking()[1], 0]
    assert f"{share:.2f}" in seen


def test_the_caption_counts_runs_and_failures() -> None:
    told = caption(found_of(broken=True)).replace("\n", " ")
    assert "Morris screening of 4 parameters, 20 trajectories on 4 levels, 100 runs of which 2 failed" in told
    assert "the 3 strongest, base sample 64, 320 runs of which 7 failed" in told
    assert "Read it so." in told
    assert "never advice for a patient" in told


def test_the_weakest_of_many_are_left_out_and_counted() -> None:
    many = found_of(count=ROWS + 2, outputs=1)
    weakest = many.morris.normalised[list(many.morris.ranking()[ROWS:])].max()
    assert f"2 more parameters, none above {weakest:.2g}, are not shown." in caption(many).replace("\n", " ")
    (left, *_) = draw(many).subfigs
    names = [t.get_text() for t in left.axes[0].texts]
    assert sum(name.startswith("factor_") for name in names) == ROWS - 1


def test_the_marks_lie_at_the_indices(found: Sensitivity) -> None:
    _, right = draw(found).subfigs
    first, total = (line for line in right.axes[0].lines if len(line.get_xdata()) == 3)
    np.testing.assert_array_equal(first.get_xdata(), found.sobol.s1[:, 0])
    np.testing.assert_array_equal(total.get_xdata(), found.sobol.st[:, 0])
    assert [t.get_text() for t in right.axes[0].get_yticklabels()] == [f.name for f in found.sobol.factors]
    assert sum(axes.get_visible() for axes in right.axes) == 3, "the fourth panel is not needed"


def test_the_ensemble_is_drawn_in_units_of_its_prior(tmp_path: Path) -> None:
    known = ensemble()
    save(known, tmp_path / "i.svg", label=f"Calibrated {ODD}")
    seen = words(tmp_path / "i.svg")
    assert f"Calibrated {ODD}" in seen
    assert "49 members of the posterior (1 failed)" in seen
    for share in known.share_left:
        assert f"{100 * share:.0f} %" in seen
    assert f"{known.correlation[1, 0]:.2f}".replace("-", "−") in seen
    moved = replace(
        known, prior_mean=known.prior_mean + 5.0, quantiles=known.quantiles * 2 + 5.0, prior_sd=np.full(3, 2.0)
    )
    one, other = (identifiability_figure(k).axes[0].lines[-1].get_xdata() for k in (known, moved))
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=1e-12)


@pytest.mark.parametrize("name", ["figure.txt", "nowhere/figure.png"])
def test_a_figure_that_cannot_be_written_is_refused(found: Sensitivity, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="--figure"):
        save(found, tmp_path / name)


def test_the_terminal_tells_the_same() -> None:
    found = found_of(broken=True)
    told = printed(found)
    assert ODD in told
    assert f"Treatment {ODD}" in told
    assert "2 of 100 runs of the screening failed" in told
    assert "7 of 320 runs of the indices failed" in told
    assert "does not vary" in told
    k = int(found.sobol.st[:, 0].argmax())
    index = f"{found.sobol.st[k, 0]:.2f} ± {found.sobol.st_confidence[k, 0]:.2f} ({found.sobol.s1[k, 0]:.2f})"
    assert index in told.replace("\u00a0", " ")
    assert "Read it so." in told


def test_where_nothing_matters_there_is_nothing_to_rank() -> None:
    factors = [Factor("a", 0.0, 1.0), Factor("b", 0.0, 1.0, "switch")]
    found = screen_then_sobol(lambda x: np.ones((len(x), 1)), factors, ["y"], base=4)
    told = printed(found)
    assert "does not vary" in told
    assert "0 of 1" in told
    assert len(draw(found).subfigs) == 2


def test_ranges_and_headings_have_units() -> None:
    assert span(Factor("k", 1269.4, 28368.0, "log", "pg/mL/day")) == "1300 to 28000 pg/mL/day"
    assert span(Factor("c", 0.0, 1.0, "switch")) == "0 or 1"
    assert heading(Output("y")) == "y"
    assert heading(Output("y", "ANC nadir", "1e9/L", log=True)) == "ANC nadir, log₁₀ ×10⁹/L"
    assert heading(Output("y", "Rise", "Cel")) == "Rise, °C"
