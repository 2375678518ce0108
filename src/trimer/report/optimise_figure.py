"""An optimisation on one page: where schedules lie beside the reference, and how sure that is."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.report import style
from trimer.report.optimise import heading, remarks, scale, unit, words
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check
from trimer.study.optimise.compare import Difference
from trimer.study.optimise.evaluate import Goal
from trimer.study.optimise.result import Judged, Optimised

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

WIDE, PANEL, ROW, EDGE = 16.5, 4.6, 0.42, 2.9  # inches: page, scatter, a schedule's row, titles and caption
WORDS = 62  # letters of a schedule on a line
WINNER, OTHER, CLOUD = style.T_CELLS, style.INK, style.UNFITTED
LOOKS = {  # colour and shape of a verdict: told apart without colour
    "better": (style.T_CELLS, "D"),
    "no difference shown": (style.SOFT, "o"),
    "worse": (style.BLASTS, "X"),
}


def draw(found: Optimised) -> Figure:
    """Return the figure of an optimisation."""
    import matplotlib
    from matplotlib.figure import Figure

    rows = ROW * max(len(found.front), 1) + 1.3
    pairs = len(found.goals) > 1
    high = (PANEL if pairs else 0.0) + rows + EDGE
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 9.0}):
        figure = Figure(figsize=(WIDE, high), layout="constrained")
        title = f"{found.optimisation.label}\n{_under(found)}"
        figure.suptitle(title, x=0.008, ha="left", fontsize=11.5, color=style.INK)
        heights = [PANEL, rows] if pairs else [rows]
        parts = figure.subfigures(len(heights), 1, squeeze=False, height_ratios=heights, hspace=0.04).ravel()
        if pairs:
            _planes(parts[0], found)
        if found.front:
            _forest(parts[-1], found)
        figure.supxlabel(caption(found), x=0.008, ha="left", fontsize=8, color=style.SOFT, linespacing=1.4)
    return figure


def caption(found: Optimised, width: int = 235) -> str:
    """Return what has to be known to read the figure, wrapped to ``width`` letters."""
    lines = (
        f"Top: differences from the reference, {found.optimisation.protocol}, which is the cross at zero. Grey: "
        "schedules of the search in its own subjects. Circles and filled diamonds: those compared, in fresh subjects "
        "with 90 % intervals; diamonds beat the reference on something without loss on the rest. Shaded: better on "
        "both. Bottom: the same differences, thick 90 % by themselves, thin such that all hold together; dashed: the "
        "loss that counts as none.",
        found.verdict(),
        *remarks(found)[1:],
    )
    return "\n".join(part for line in lines for part in textwrap.wrap(line, width))


def _under(found: Optimised) -> str:
    count = f"{found.treated:,} schedules treated with, {len(found.front)} of the {found.front_size} best compared"
    return f"{count} with {found.optimisation.protocol} over {found.optimisation.days:g} days. {found.fresh_subjects}"


def _planes(place: SubFigure, found: Optimised) -> None:
    """Draw the first objective against each other one."""
    first, *others = found.goals
    panels = place.subplots(1, len(others), squeeze=False, sharey=True)[0]
    for axes, goal in zip(panels, others, strict=True):
        _plane(axes, found, goal, first)
    panels[0].set_ylabel(_axis(first), fontsize=9.5)


def _plane(axes: Axes, found: Optimised, across: Goal, up: Goal) -> None:
    own = found.reference.searched
    cloud = [c for c in found.candidates if c.feasible]
    axes.axvline(0.0, color=style.RULE, linewidth=1.0, zorder=1)
    axes.axhline(0.0, color=style.RULE, linewidth=1.0, zorder=1)
    x, y = (scale(goal) * np.array([c.means[goal.outcome] - own[goal.outcome] for c in cloud]) for goal in (across, up))
    axes.plot(x, y, "o", color=CLOUD, markersize=3.4, markeredgewidth=0.0, zorder=2, label="tried in the search")
    for one in found.front:
        _point(axes, one, across, up, one in found.winners)
    axes.plot(0.0, 0.0, "P", color=style.BLASTS, markersize=11, markeredgecolor=style.PAPER, zorder=6)
    axes.annotate(
        "reference", (0.0, 0.0), (0, -17), textcoords="offset points", ha="center", fontsize=8.6,
        color=style.BLASTS, zorder=4,
        bbox={"facecolor": style.PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip
    _good_corner(axes, across, up)
    axes.set_xlabel(_axis(across), fontsize=9.5)
    axes.grid(color=style.GRID, linewidth=0.7)


def _point(axes: Axes, one: Judged, across: Goal, up: Goal, won: bool) -> None:
    """Draw one compared schedule with its intervals, and its number beside it."""
    (j, x), (k, y) = ((scale(goal), one.differences[goal.outcome]) for goal in (across, up))
    colour = WINNER if won else OTHER
    axes.errorbar(
        j * x.value, k * y.value, xerr=_arms(j, x), yerr=_arms(k, y), fmt="D" if won else "o", color=colour,
        markersize=6.0, markerfacecolor=colour if won else style.PAPER, markeredgewidth=1.2, elinewidth=1.0, zorder=5,
    )  # fmt: skip
    number = one.name.removeprefix("front_").lstrip("0")
    axes.annotate(
        number, (j * x.value, k * y.value), (5, 4), textcoords="offset points", fontsize=8.4, color=colour,
        weight="bold" if won else "normal", zorder=6,
    )  # fmt: skip


def _arms(factor: float, d: Difference) -> Any:
    """Return the lengths of an interval's arms, shape (2, 1)."""
    return factor * np.array([[max(d.value - d.low, 0.0)], [max(d.high - d.value, 0.0)]])


def _good_corner(axes: Axes, across: Goal, up: Goal) -> None:
    """Shade where a schedule is better on both, within what is shown."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = (left, 0.0) if across.sign > 0.0 else (0.0, right)
    y = (bottom, 0.0) if up.sign > 0.0 else (0.0, top)
    axes.fill_between(x, *y, color=style.T_CELLS, alpha=0.07, linewidth=0, zorder=0)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _axis(goal: Goal) -> str:
    """Return the label of an axis of differences, with which way is better."""
    shown = {"%": "percentage points"}.get(unit(goal), unit(goal))
    way = "less is better" if goal.sign > 0.0 else "more is better"
    return f"{goal.label}: difference from the reference" + (f" [{shown}]" if shown else "") + f"\n({way})"


def _forest(place: SubFigure, found: Optimised) -> None:
    """Draw each schedule's differences as intervals, a column an objective."""
    panels = place.subplots(1, len(found.goals), squeeze=False, sharey=True)[0]
    rows = [float(k) for k in range(len(found.front))]
    for axes, goal in zip(panels, found.goals, strict=True):
        axes.axvline(0.0, color=style.SOFT, linewidth=1.0)
        axes.axvline(goal.sign * goal.margin * scale(goal), color=style.SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
        for row, one in zip(rows, found.front, strict=True):
            _bar(axes, row, one.differences[goal.outcome], goal)
        axes.set_title(heading(goal), loc="left", fontsize=9.5, color=style.INK)
        shown = {"%": "percentage points"}.get(unit(goal), unit(goal))
        axes.set_xlabel(f"difference [{shown}]" if shown else "difference", fontsize=8.5, color=style.SOFT)
        axes.grid(axis="x", color=style.GRID, linewidth=0.7)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    won = [one in found.winners for one in found.front]
    labels = [
        f"{textwrap.fill(words(one), WORDS)}   {one.name.removeprefix('front_').lstrip('0')}" for one in found.front
    ]
    panels[0].set_yticks(rows, labels, fontsize=8.0, color=style.INK, linespacing=1.15)
    for label, winner in zip(panels[0].get_yticklabels(), won, strict=True):
        label.set_color(WINNER if winner else style.INK)
        label.set_weight("bold" if winner else "normal")
    panels[0].set_ylim(len(rows) - 0.4, -0.6)
    _legend(place)


def _bar(axes: Axes, row: float, d: Difference, goal: Goal) -> None:
    colour, shape = LOOKS[d.verdict]
    k = scale(goal)
    axes.hlines(row, k * d.sure_low, k * d.sure_high, color=colour, linewidth=1.0)
    axes.hlines(row, k * d.low, k * d.high, color=colour, linewidth=3.0)
    axes.plot(k * d.value, row, shape, color=colour, markersize=6.0, markeredgecolor=style.PAPER, markeredgewidth=0.8)


def _legend(place: SubFigure) -> None:
    from matplotlib.lines import Line2D

    marks = [
        Line2D([], [], marker=shape, color=colour, linewidth=2.0, markersize=5.5, label=verdict)
        for verdict, (colour, shape) in LOOKS.items()
    ]
    place.legend(handles=marks, loc="outside upper left", ncols=3, frameon=False, fontsize=8.6, labelcolor=style.INK)


def save(found: Optimised, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    check(path)
    write(draw(found), path, dpi)
