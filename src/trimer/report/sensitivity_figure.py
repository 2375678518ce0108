"""What decides each endpoint, and what data have taught, on one page each; for the printer."""

from __future__ import annotations

import math
import os
import re
import textwrap
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.report import style, text
from trimer.report.simulation_figure import check
from trimer.study.identifiability import QUANTILES, Identifiability
from trimer.study.research import NOTICE
from trimer.study.sensitivity import Factor, Morris, Output, Sensitivity, Sobol

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

ROWS = 24  # parameters of the screening that are shown
COLUMNS = 2  # of small multiples
SHADES = (style.PAPER, "#d9e8f2", "#8fbcd9", "#3a86b7", style.T_CELLS, "#00304f")
DENSE = 20  # parameters of an ensemble above which cells are too small for numbers
WEAK = 0.05  # a smaller share of the largest effect is drawn as a point
FIRST, TOTAL = style.B_CELLS, style.BLASTS  # told apart by shape as well
WIDE, ROW, PANEL, EDGE = 16.5, 0.285, 1.72, 2.5  # inches: page, row of the screening, panel, titles and caption


def draw(found: Sensitivity) -> Figure:
    """Return the figure of a sensitivity analysis."""
    import matplotlib

    shown = found.morris.ranking()[:ROWS]
    panels = math.ceil(len(found.sobol.outputs) / COLUMNS)
    high = max(len(shown) * ROW + 1.2, panels * PANEL) + EDGE
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 9.0}):
        figure = _page(high, "What decides each endpoint", found.label)
        halves = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.32, 1.0), wspace=0.02)
        _screening(halves[0, 0], found.morris, shown, len(found.sobol.factors))
        _indices(halves[0, 1], found.sobol)
        figure.supxlabel(caption(found), x=0.008, ha="left", fontsize=8.5, color=style.SOFT, linespacing=1.45)
    return figure


def _page(high: float, title: str, label: str) -> Figure:
    """Return an empty page, so many inches high, with a title and under it what it is about."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    figure = Figure(figsize=(WIDE, high), layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.06))
    figure.suptitle(f"{title}\n", x=0.008, ha="left", fontsize=15, weight="bold", color=style.INK)
    figure.text(0.008, 1.0 - 0.4 / high, label, ha="left", va="top", fontsize=11.5, color=style.SOFT)
    return figure


def caption(found: Sensitivity, width: int = 250) -> str:
    """Return what has to be known to read the figure, wrapped to ``width`` letters."""
    screened, indices = found.morris, found.sobol
    hidden = len(screened.factors) - ROWS
    more = ""
    if hidden > 0:
        most = screened.normalised[list(screened.ranking()[ROWS:])].max()
        more = f" {hidden} more parameters, none above {text.number(float(most), 2)}, are not shown."
    lines = (
        f"Left: Morris screening of {len(screened.factors)} parameters, {screened.trajectories} trajectories on "
        f"{screened.levels} levels, {screened.runs:,} runs of which {screened.failed:,} failed. μ* is the mean size of "
        "the change of an endpoint when one parameter crosses its whole range (in grey); cells are shares of the "
        "endpoint's largest μ*, which the last row gives in its unit with its 95 % half-width. A corner "
        "marks σ > μ*: the effect changes with the other parameters or along the range. Rows by their mean part in the "
        f"squared effects, taken at the intervals' lower ends. Bold: followed up on the right.{more}",
        f"Right: the {len(indices.factors)} strongest, base sample {indices.base:,}, {indices.runs:,} runs of which "
        f"{indices.failed:,} failed; all others at the middle of their ranges. Bars: 95 % intervals by bootstrap. "
        "Pale: what a parameter does only together with others.",
        found.note,
        NOTICE,
    )
    return "\n".join(part for line in lines for part in textwrap.wrap(line, width))


def heading(output: Output) -> str:
    """Return an endpoint's label with its unit."""
    return ", ".join(part for part in (output.label or output.name, unit(output)) if part)


def unit(output: Output) -> str:
    """Return the unit in which an endpoint's number stands, as printed."""
    shown = text.unit(output.unit)
    return f"log₁₀ {shown}".strip() if output.log else shown


def span(factor: Factor) -> str:
    """Return a factor's range with its unit."""
    if factor.scale == "switch":
        return f"{text.number(factor.low)} or {text.number(factor.high)}"
    low, high = (text.number(float(f"{x:.2g}")) for x in (factor.low, factor.high))
    return f"{low} to {high} {text.unit(factor.unit)}".strip()


def identifiability_figure(found: Identifiability, label: str = "") -> Figure:
    """Return the figure of an ensemble beside its prior: intervals, correlations, directions.

    Parameters
    ----------
    found : Identifiability
    label : str
        Of what, under the title.
    """
    import matplotlib

    count = len(found.names)
    order = np.argsort(found.share_left, kind="stable")
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 9.0}):
        row = 0.34 if count <= DENSE else 0.25
        figure = _page(max(count * row, 2.5) + 2.6, "What the data have taught", label)
        panels = figure.subplots(1, 3, width_ratios=(0.72, 1.3, 0.5))
        _intervals(panels[0], found, order)
        _correlations(panels[1], found, order)
        _directions(panels[2], found)
        low, high = found.scatter
        lines = (
            f"{found.members:,} members of the posterior ({found.failed:,} failed). Left: grey the prior, orange the "
            "posterior, 5 to 95 % with the median, from the prior's mean in its standard deviations, and how much of "
            "that deviation is left. Middle: over the members, a column under its name. Right: variance left along the "
            "posterior's own directions, stiffest first, with the largest loadings; 1 is the prior's. Had nothing been "
            f"learned, so many members would by chance show correlations up to {found.chance:.2f} (drawn paler) and "
            f"variances from about {low:.2f} to {high:.2f} (band).",
            NOTICE,
        )
        told = "\n".join(part for line in lines for part in textwrap.wrap(line, 250))
        figure.supxlabel(told, x=0.008, ha="left", fontsize=8.5, color=style.SOFT, linespacing=1.45)
    return figure


def _intervals(axes: Axes, found: Identifiability, order: NDArray[np.int64]) -> None:
    """Draw prior and posterior of each parameter, the best known first."""
    rows = np.arange(len(order))
    low, middle, high = (found.quantiles[:, order] - found.prior_mean[order]) / found.prior_sd[order]
    edge = -NormalDist().inv_cdf(QUANTILES[0])
    axes.barh(rows, 2 * edge, left=-edge, height=0.62, color=style.RULE, alpha=0.75, linewidth=0)
    axes.axvline(0.0, color=style.PAPER, linewidth=1.2)
    axes.hlines(rows, low, high, color=TOTAL, linewidth=3.2)
    axes.plot(middle, rows, "o", color=TOTAL, markerfacecolor=style.PAPER, markersize=5.5, markeredgewidth=1.5)
    axes.set_yticks(rows, [found.names[k] for k in order], fontsize=8.8, color=style.INK)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    reach = max(2.2, float(np.abs([low, high]).max()) + 0.3)
    axes.set_xlim(-reach, reach)
    beside: Any = {"transform": axes.get_yaxis_transform(), "va": "center", "ha": "left"}
    for row, share in enumerate(found.share_left[order]):
        axes.text(1.02, row, f"{100.0 * share:.0f} %", fontsize=8.4, color=style.SOFT, **beside)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_xlabel("standard deviations of the prior", color=style.SOFT, fontsize=8.5)
    axes.set_title("Prior and posterior", loc="left", fontsize=11.5, color=style.INK)
    axes.set_title("spread left", loc="right", fontsize=8.4, color=style.SOFT)


def _correlations(axes: Axes, found: Identifiability, order: NDArray[np.int64]) -> None:
    """Draw the correlations under the diagonal."""
    from matplotlib.colors import LinearSegmentedColormap

    count = len(order)
    shown = found.correlation[np.ix_(order, order)]
    told = np.where(np.abs(shown) > found.chance, shown, shown / 2.0)
    under = np.ma.masked_where(~np.tri(count, k=-1, dtype=bool), told)
    edges = np.arange(count + 1) - 0.5
    shades = LinearSegmentedColormap.from_list("correlation", (style.T_CELLS, style.PAPER, style.BLASTS))
    axes.pcolormesh(
        edges,
        edges,
        under,
        cmap=shades,
        vmin=-1.0,
        vmax=1.0,
        edgecolors=style.PAPER,
        linewidth=1.6 if count <= DENSE else 0.6,
    )
    for i in range(count):
        axes.text(i - 0.35, i, found.names[order[i]], ha="left", va="center", fontsize=8.6, color=style.INK)
        for j in range(i if count <= DENSE else 0):
            x = float(shown[i, j])
            ink = style.PAPER if abs(x) > 0.55 else style.INK if abs(x) >= found.chance else style.SOFT
            axes.text(j, i, f"{x:.2f}".replace("-", "−"), ha="center", va="center", fontsize=7.4, color=ink)
    axes.set_xlim(-0.5, count + 1.2 + 0.06 * max(count - DENSE, 0))
    axes.set_ylim(count - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_title("Correlation in the posterior", loc="left", fontsize=11.5, color=style.INK)


def _directions(axes: Axes, found: Identifiability) -> None:
    """Draw the variance left along each direction, with what it is made of."""
    rows = np.arange(len(found.names))
    left = np.maximum(found.eigenvalues, 1e-6)
    axes.hlines(rows, left.min() / 2.0, left, color=TOTAL, linewidth=1.2, alpha=0.5)
    axes.plot(left, rows, "D", color=TOTAL, markersize=5.0)
    axes.axvline(1.0, color=style.SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.axvspan(*found.scatter, color=style.RULE, alpha=0.5, linewidth=0, zorder=0)
    axes.set_xscale("log")
    low, high = left.min() / 2.0, max(left.max(), 1.0) * 2.0
    decades = 10.0 ** np.arange(math.ceil(math.log10(low)), math.log10(high))
    axes.set_xticks(decades, [f"{x:g}" for x in decades])
    axes.minorticks_off()
    axes.set_xlim(low, high)
    axes.set_yticks(rows, [str(k + 1) for k in rows], fontsize=8.4, color=style.SOFT)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    beside: Any = {"transform": axes.get_yaxis_transform(), "va": "center", "ha": "left"}
    for k in range(len(rows)):
        made = "  ".join(f"{'−' if x < 0 else '+'}{abs(x):.2f} {name}" for name, x in found.leading(k))
        axes.text(1.04, k, made, fontsize=7.8, color=style.INK, **beside)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("variance left", color=style.SOFT, fontsize=8.5)
    axes.set_title("Stiff and sloppy directions", loc="left", fontsize=11.5, color=style.INK)


def _wrapped(label: str, width: int) -> str:
    """Return a label on several lines; a number stays with the word before it."""
    return textwrap.fill(re.sub(r" (?=[\d%])", "\u00a0", label), width, break_long_words=False)


def _screening(place: SubFigure, found: Morris, shown: tuple[int, ...], kept: int) -> None:
    """Draw the shares of the largest effect, a row a parameter, the strongest first."""
    from matplotlib.colors import LinearSegmentedColormap

    axes = place.subplots()
    share = found.normalised[list(shown)]
    edges = [np.arange(n + 1) - 0.5 for n in (len(found.outputs), len(shown))]
    axes.pcolormesh(
        *edges, share, cmap=LinearSegmentedColormap.from_list("effect", SHADES), vmin=0.0, vmax=1.0,
        edgecolors=style.PAPER, linewidth=2.0,
    )  # fmt: skip
    axes.invert_yaxis()
    beside: Any = {"transform": axes.get_yaxis_transform(), "ha": "right", "va": "center"}
    for i, k in enumerate(shown):
        for j in range(len(found.outputs)):
            _cell(axes, i, j, float(share[i, j]), bool(found.sigma[k, j] > found.mu_star[k, j]))
        row = found.factors[k]
        weight = "bold" if i < kept else "normal"
        axes.text(-0.222, i, row.name, color=style.INK, weight=weight, fontsize=9.0, **beside)
        axes.text(-0.012, i, span(row), color=style.SOFT, fontsize=7.2, **beside)
    leaders = np.nan_to_num(found.mu_star).argmax(axis=0)
    for j, output in enumerate(found.outputs):
        size, half = (text.number(float(x[leaders[j], j]), 2) for x in (found.mu_star, found.confidence))
        told = f"{size}\n± {half}\n{_wrapped(unit(output), 8)}"
        axes.text(j, len(shown) - 0.35, told, ha="center", va="top", fontsize=7.6, color=style.SOFT, linespacing=1.3)
    axes.text(
        -0.012, len(shown) - 0.35, "largest μ*", transform=axes.get_yaxis_transform(), ha="right", va="top",
        fontsize=8.5, color=style.SOFT,
    )  # fmt: skip
    labels = [_wrapped(output.label or output.name, 9) for output in found.outputs]
    axes.set_xticks(range(len(labels)), labels, fontsize=8.2, color=style.INK, linespacing=1.15)
    axes.tick_params(top=False, labeltop=True, bottom=False, labelbottom=False, pad=6)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    if kept < len(found.factors):
        axes.axhline(kept - 0.5, xmin=-0.4, color=style.INK, linewidth=1.0, clip_on=False)
    place.suptitle("Share of the largest effect (Morris μ*)", x=0.015, ha="left", fontsize=11.5)


def _cell(axes: Axes, i: int, j: int, share: float, bent: bool) -> None:
    """Write one share; a point when it is weak, a corner when its spread exceeds its size."""
    ink = style.PAPER if share > 0.62 else style.INK
    if share < WEAK:
        axes.plot(j, i, marker="o", markersize=1.8, color=style.RULE)
        return
    axes.text(j, i, f"{share:.2f}", ha="center", va="center", fontsize=8.6, color=ink)
    if bent:
        axes.fill([j + 0.3, j + 0.475, j + 0.475], [i - 0.465, i - 0.465, i - 0.15], color=ink, linewidth=0)


def _indices(place: SubFigure, found: Sobol) -> None:
    """Draw first-order and total indices with their intervals, a panel an endpoint."""
    from matplotlib.lines import Line2D

    rows = math.ceil(len(found.outputs) / COLUMNS)
    panels = place.subplots(rows, COLUMNS, squeeze=False, sharex=True, sharey=True)
    for j, output in enumerate(found.outputs):
        _panel(panels.flat[j], found, j, output)
    for spare in list(panels.flat)[len(found.outputs) :]:
        spare.set_visible(False)
    for axes in panels[-1]:
        axes.set_xlabel("index", color=style.SOFT, fontsize=8.5)
    marks = [
        Line2D([], [], marker=shape, color=colour, markerfacecolor=fill, markersize=5.5, linewidth=1.3, label=label)
        for shape, colour, fill, label in (
            ("o", FIRST, style.PAPER, "S1, alone"),
            ("D", TOTAL, TOTAL, "ST, with all it takes part in"),
        )
    ]
    place.legend(
        handles=marks, loc="upper right", bbox_to_anchor=(0.985, 0.995), ncols=2, frameon=False, fontsize=8.6,
        labelcolor=style.INK, borderpad=0.0,
    )  # fmt: skip
    place.suptitle("Share of the variance (Sobol)", x=0.015, ha="left", fontsize=11.5)


def _panel(axes: Axes, found: Sobol, j: int, output: Output) -> None:
    """Draw the indices of one endpoint."""
    rows = np.arange(len(found.factors))
    axes.set_title(heading(output), loc="left", fontsize=8.8, color=style.INK, pad=4)
    axes.set_yticks(rows, [f.name for f in found.factors], fontsize=8.2, color=style.INK)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(-0.06, 1.1)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "", "0.5", "", "1"])
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for row in rows[1::2]:
        axes.axhspan(row - 0.5, row + 0.5, color=style.GRID, alpha=0.45, linewidth=0, zorder=0)
    if np.isnan(found.st[:, j]).all():
        axes.text(0.52, (len(rows) - 1) / 2, "does not vary", ha="center", va="center", color=style.SOFT)
        return
    first, total = found.s1[:, j], found.st[:, j]
    axes.barh(rows, total - first, left=first, height=0.3, color=TOTAL, alpha=0.16, linewidth=0)
    for values, half, at, shape, colour, fill in (
        (first, found.s1_confidence[:, j], rows - 0.15, "o", FIRST, style.PAPER),
        (total, found.st_confidence[:, j], rows + 0.15, "D", TOTAL, TOTAL),
    ):
        axes.errorbar(
            values, at, xerr=half, fmt=shape, markersize=4.2 if shape == "o" else 3.6, color=colour,
            markerfacecolor=fill, markeredgewidth=1.2, elinewidth=1.2,
        )  # fmt: skip
    axes.set_title(f"Σ S1 {first.sum():.2f}".replace("-", "−"), loc="right", fontsize=7.8, color=style.SOFT, pad=4)


def save(found: Sensitivity | Identifiability, path: str | os.PathLike[str], dpi: int = 160, label: str = "") -> None:
    """Write the figure as the file's ending says; ``label`` is for one of identifiability.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    check(path)
    write(draw(found) if isinstance(found, Sensitivity) else identifiability_figure(found, label), path, dpi)


def write(figure: Figure, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write a figure to a file in one step; see :func:`save`."""
    import matplotlib

    place = check(path)
    draft = place.with_name(f".{place.name}.part")
    kind = place.suffix[1:].lower()
    dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)  # the same figure is the same file
    try:
        with matplotlib.rc_context(style.SETTINGS):  # text stays text, and names inside a file are not drawn by lot
            figure.savefig(draft, format=kind, dpi=dpi, facecolor=style.PAPER, metadata=dated)
        os.replace(draft, place)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise InputError("--figure", str(place), "a file that can be written", fault.strerror or "") from fault
