"""A drawn population on one page: covariates beside what the file says, the state at entry, spreads of parameters."""

from __future__ import annotations

import math
import os
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.observables import OBSERVABLES
from trimer.population import EVERYWHERE, Covariate
from trimer.report import style, text
from trimer.report.population import class_label, label_of, output_label, shown_at_entry, who
from trimer.report.sensitivity_figure import write
from trimer.study.population.draw import PopulationSample, class_counts
from trimer.study.research import NOTICE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Array = NDArray[np.float64]
COLUMNS, BINS, ROWS = 6, 18, 18  # panels a row; bars of a number; parameters that are shown
WIDE, PANEL, ROW, EDGE = 16.5, 2.1, 0.25, 2.0  # inches: page, panels, a parameter's row, title and caption
DRAWN, REACHED = style.B_CELLS, style.BLASTS
SET_BY = {"calibration": style.ENGAGER, "population": style.T_CELLS, "model": style.SOFT, "burden": style.BLASTS}
COUNTED = 1.96  # standard errors of a share


def draw(found: PopulationSample) -> Figure:
    """Return the figure of a drawn population."""
    import matplotlib
    from matplotlib.figure import Figure

    entry = shown_at_entry(found)[1:]  # the burden itself stands among the covariates
    parameters = list(found.ranges())[:ROWS]
    heights = [PANEL * math.ceil(len(found.covariates) / COLUMNS)]
    heights += [PANEL * math.ceil((len(entry) + 1) / COLUMNS)] if entry else []
    heights += [ROW * len(parameters) + 0.9]
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 8.5}):
        figure = Figure(figsize=(WIDE, sum(heights) + EDGE), layout="constrained")
        figure.suptitle(f"{found.population.label}\n{who(found)}", x=0.01, ha="left", fontsize=11.5, color=style.INK)
        parts = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights, hspace=0.03).ravel()
        _all_covariates(parts[0], found)
        if entry:
            _entry(parts[1], found, entry)
        _parameters(parts[-1], found, parameters)
        figure.supxlabel(caption(found), x=0.01, ha="left", fontsize=8, color=style.SOFT, linespacing=1.4)
    return figure


def caption(found: PopulationSample, width: int = 250) -> str:
    """Return what has to be known to read the figure, wrapped to ``width`` letters."""
    says = "what the population's file says" + (", narrowed to these patients" if found.within else "")
    grown = ""
    if found.entry:
        grown = " Orange rings: share of patients whose simulated disease reaches the class; the line is equality."
    lines = (
        f"Bars: share of the {len(found):,} patients drawn. Diamonds and dots: {says}; whiskers hold 95 % of samples "
        f"of this size.{grown} Parameters: 5th to 95th percentile, thick 25th to 75th, ring at the median; those whose "
        "95th percentile is the largest multiple of the 5th.",
        found.population.note,
        NOTICE,
    )
    return "\n".join(part for line in lines if line for part in textwrap.wrap(line, width))


def save(found: PopulationSample, path: str | os.PathLike[str], dpi: int = 150) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    write(draw(found), path, dpi)


def _panels(place: SubFigure, count: int) -> list[Axes]:
    rows = math.ceil(count / COLUMNS)
    panels: list[Axes] = list(place.subplots(rows, COLUMNS, squeeze=False).ravel())
    for spare in panels[count:]:
        spare.set_visible(False)
    for axes in panels:
        axes.grid(axis="y", color=style.GRID, linewidth=0.6)
        axes.tick_params(which="both", color=style.RULE, labelcolor=style.SOFT)
    return panels


def _all_covariates(place: SubFigure, found: PopulationSample) -> None:
    """Draw each covariate, bars for those drawn and marks for the file."""
    for axes, (name, values) in zip(_panels(place, len(found.covariates)), found.covariates.items(), strict=False):
        item = found.population.covariates.get(name)
        if item and item.classes:
            _classes(axes, found, item)
        else:
            _number(axes, found, name, values, item)
        origin = "of weight and height" if item is None else item.kind if item.source == "trimer" else item.source
        axes.set_title(label_of(found, name), loc="left", fontsize=9, color=style.INK)
        axes.set_title(origin, loc="right", fontsize=7, color=style.SOFT)
        axes.yaxis.set_major_formatter(lambda y, _: f"{100.0 * y:g} %")


def _classes(axes: Axes, found: PopulationSample, item: Covariate) -> None:
    """Draw the shares of classes, and of those reached at entry when the covariate is the burden grown to."""
    shares = found.shares(item.name)
    at = np.arange(float(len(shares)))
    expected = np.array([row["expected"] for row in shares])
    axes.bar(at, [row["drawn"] for row in shares], width=0.62, color=DRAWN, alpha=0.35, linewidth=0)
    _marks(axes, at, expected, len(found), "D", 4.5)
    if found.entry and item.name == found.population.burden:
        reached = np.array(class_counts(item, found.entry[item.name])) / len(found)
        axes.plot(at, reached, "o", color=REACHED, markerfacecolor="none", markersize=8.0, markeredgewidth=1.4)
    axes.set_xticks(at, [class_label(item, one) for one in item.classes], color=style.INK)
    axes.set_xlim(-0.6, len(at) - 0.4)
    axes.set_ylim(0.0, None)


def _number(axes: Axes, found: PopulationSample, name: str, values: Array, item: Covariate | None) -> None:
    """Draw the shares of bins of a number."""
    least, most = found.within.get(name, EVERYWHERE)
    low, high = (item.low, item.high) if item else (float(values.min()) - 1e-6, float(values.max()) + 1e-6)
    ends = max(low, least), min(high, most)
    edges = np.linspace(*ends, BINS + 1)
    counts = np.histogram(values, edges)[0] / len(values)
    axes.bar(edges[:-1], counts, width=np.diff(edges), align="edge", color=DRAWN, alpha=0.35, linewidth=0)
    if item is not None:
        group = found.covariates.get(item.by)
        expected = [np.mean(item.share(one, group) / item.share(ends, group)) for one in pairwise(edges)]
        _marks(axes, (edges[:-1] + edges[1:]) / 2.0, np.array(expected), len(found), "o", 2.4)
    axes.set_ylim(0.0, None)


def _marks(axes: Axes, at: Array, share: Array, count: int, shape: str, size: float) -> None:
    """Draw what the file says, with the error that a sample of this size has."""
    half = COUNTED * np.sqrt(share * (1.0 - share) / count)
    axes.errorbar(
        at, share, yerr=np.array([np.minimum(half, share), half]), fmt=shape, markersize=size, color=style.INK,
        elinewidth=0.9, linestyle="none",
    )  # fmt: skip


def _entry(place: SubFigure, found: PopulationSample, names: list[str]) -> None:
    """Draw the burden reached against the burden drawn, and the other outputs at entry."""
    panels = _panels(place, len(names) + 1)
    burden = found.population.burden
    first = panels[0]
    wanted, reached = found.covariates[burden], found.entry[burden]
    first.plot(wanted, reached, ".", color=REACHED, markersize=2.5, alpha=0.5, markeredgewidth=0, rasterized=True)
    ends = [wanted.min(), wanted.max()]
    first.plot(ends, ends, color=style.INK, linewidth=0.9)
    if OBSERVABLES[burden].log:
        first.set_xscale("log")
        first.set_yscale("log")
    first.set_title(f"{label_of(found, burden)}, reached", loc="left", fontsize=9, color=style.INK)
    first.set_xlabel("drawn", fontsize=8, color=style.SOFT)
    for axes, name in zip(panels[1:], names, strict=False):
        known, values = OBSERVABLES[name], found.entry[name]
        values = values[np.isfinite(values)]
        spread = np.maximum(values, known.floor) if known.log else values
        scale = np.geomspace if known.log else np.linspace
        edges = scale(spread.min(), spread.max() * (1.0 + 1e-9), BINS + 1)
        shares = np.histogram(spread, edges)[0] / max(len(values), 1)
        axes.bar(edges[:-1], shares, width=np.diff(edges), align="edge", color=style.of(name), alpha=0.4, linewidth=0)
        axes.axvline(float(np.median(values)), color=style.of(name), linewidth=1.2)
        if known.log:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(lambda x, _: text.number(float(x)))
            axes.xaxis.set_minor_formatter(lambda x, _: "")
        axes.yaxis.set_major_formatter(lambda y, _: f"{100.0 * y:g} %")
        axes.set_title(output_label(name), loc="left", fontsize=9, color=style.INK)
        axes.set_title(f"median {text.number(float(np.median(values)))}", loc="right", fontsize=7.5, color=style.SOFT)
    place.suptitle("At entry, simulated without treatment", x=0.01, ha="left", fontsize=10)


def _parameters(place: SubFigure, found: PopulationSample, names: list[str]) -> None:
    """Draw the spread of the parameters that vary most, over the median."""
    from matplotlib.lines import Line2D

    axes = place.subplots()
    beside: Any = {"transform": axes.get_yaxis_transform(), "va": "center"}
    for row, name in enumerate(names):
        values = found.parameters[name]
        middle = float(np.median(values))
        low, near, far, high = np.quantile(values, [0.05, 0.25, 0.75, 0.95]) / middle
        colour = SET_BY[found.set_by(name)]
        axes.hlines(row, low, high, color=colour, linewidth=1.4)
        axes.hlines(row, near, far, color=colour, linewidth=4.0)
        axes.plot(1.0, row, "o", color=colour, markerfacecolor=style.PAPER, markersize=5.0)
        axes.text(-0.004, row, name, ha="right", color=style.INK, fontsize=8.5, **beside)
        told = text.quantity(middle, found.known[name].unit)
        axes.text(1.004, row, told, ha="left", color=style.SOFT, fontsize=8, **beside)
    axes.set_xscale("log")
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks([])
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda x, _: f"× {text.number(float(x))}")
    axes.tick_params(which="both", color=style.RULE, labelcolor=style.SOFT)
    axes.set_title("median", loc="right", x=1.004, ha="left", fontsize=8, color=style.SOFT)
    used = [who for who in SET_BY if any(found.set_by(name) == who for name in names)]
    marks = [Line2D([], [], color=SET_BY[who], linewidth=4.0, label=f"set by the {who}") for who in used]
    axes.legend(handles=marks, loc="lower right", frameon=False, fontsize=8, labelcolor=style.SOFT)
    place.suptitle("Parameters that vary most, over their median", x=0.01, ha="left", fontsize=10)
