"""What the figures of a case share: the numbered therapy strip with its key, infusion tints, calendar and day axes."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.report import lanes, panels, style, text
from trimer.report.plots import base

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

    from trimer.study.result import ReplayResult, VerdictItem

ENGAGER, CHEMOTHERAPY, OTHER = "engager", "chemotherapy", "other"
BETWEEN = 0.26  # inches between panels, for their heads
PALE = "#dfe4ea"  # of regimens, as in the lanes of the report


@dataclass(frozen=True)
class Treatment:
    """Hold one regimen or one exposure to the engager: its number in the figure, words, days, and kind."""

    number: int
    label: str
    start: float
    end: float
    kind: str


def treatments(result: ReplayResult) -> tuple[Treatment, ...]:
    """Return regimens and the engager's exposures in time order, numbered from one.

    An exposure's words give its rates in the order in which they were first given.
    """
    drug = lanes.engager(result)
    whole = {lanes.block_name(item.label): item.label for item in result.timeline}
    found = [(b.start, b.end, whole.get(b.label, b.label), CHEMOTHERAPY) for b in lanes.blocks(result)]
    for group in lanes.courses([d for d in result.doses if d.drug == drug]) if drug else ():
        rates = " → ".join(dict.fromkeys(text.number(lanes.rate(d), 2) for d in group))
        words = f"{text.words(drug)} {rates} {text.unit(group[0].unit)}/day"
        found.append((group[0].start, group[-1].end, words, ENGAGER))
    return tuple(Treatment(k, label, a, b, kind) for k, (a, b, label, kind) in enumerate(sorted(found), start=1))


def key(result: ReplayResult, limits: panels.Limits = (-math.inf, math.inf)) -> str:
    """Return the words of the treatments inside the limits by their numbers; empty when there is none."""
    inside = [t for t in treatments(result) if t.end > limits[0] and t.start < limits[1]]
    if not inside:
        return ""
    return "Therapy: " + "; ".join(f"{t.number} {t.label}" for t in inside) + "."


def strip(axes: Axes, result: ReplayResult, limits: panels.Limits, size: float) -> None:
    """Draw the treatments as numbered blocks, infusions as tall as their rate, and other drugs as ticks below.

    Parameters
    ----------
    axes : Axes
    result : ReplayResult
    limits : (float, float), day
    size : float
        Of the numbers, points.
    """
    axes.set_xlim(*limits)
    axes.set_ylim(-0.55, 2.1)
    drug = lanes.engager(result)
    most = max((lanes.rate(d) for d in result.doses if d.drug == drug), default=1.0) or 1.0
    for dose in result.doses:
        if drug and dose.drug == drug:
            tall = 1.0 if dose.end - dose.start < lanes.BLINK else 0.25 + 0.75 * lanes.rate(dose) / most
            axes.fill_between([dose.start, dose.end], 0.0, tall, color=style.ENGAGER, linewidth=0)
    for item in treatments(result):
        if item.kind == CHEMOTHERAPY:
            axes.fill_between([item.start, item.end], 0.0, 0.7, color=PALE, linewidth=0)
        middle = 0.5 * (max(item.start, limits[0]) + min(item.end, limits[1]))
        if limits[0] <= middle <= limits[1] and item.end > limits[0] and item.start < limits[1]:
            axes.text(
                middle, 1.15, str(item.number), ha="center", va="bottom", fontsize=size, fontweight="bold",
                color=style.ENGAGER if item.kind == ENGAGER else style.INK,
            )  # fmt: skip
    given = {item.event for item in result.timeline if "regimen" in item.kind.lower()}
    others = sorted({d.start for d in result.doses if d.drug != drug})
    within = sorted({d.start for d in result.doses if d.event.split("/")[0] in given})
    axes.vlines(within, 0.0, 0.7, color=style.SOFT, linewidth=0.6)
    axes.vlines([x for x in others if x not in set(within)], -0.45, -0.1, color=style.DRUG, linewidth=0.7)
    bare(axes)


def bare(axes: Axes) -> None:
    """Take the frame and the ticks of heights from a lane."""
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def tint(axes: Axes, result: ReplayResult, chemotherapy: bool = False, alpha: float = 0.07) -> None:
    """Tint the days of the engager, and of regimens if asked, from bottom to top of a panel."""
    for item in treatments(result):
        if item.kind == ENGAGER or chemotherapy:
            colour = style.ENGAGER if item.kind == ENGAGER else style.DRUG
            axes.axvspan(item.start, item.end, color=colour, alpha=alpha, linewidth=0, zorder=0.4)


def head(axes: Axes, words: str, unit: str, width: float, right: str = "") -> None:
    """Write a panel's name and unit above it at the left, a remark at the right."""
    small, size, _ = base.sizes(width)
    axes.set_title(words, loc="left", fontsize=size, fontweight="bold", color=style.INK, pad=2.5)
    if unit:
        axes.annotate(
            unit, (0, 1), xycoords="axes fraction", xytext=(length(words, size, "bold") + 5.0, 2.5),
            textcoords="offset points", va="baseline", fontsize=small, color=style.SOFT, annotation_clip=False,
        ).set_in_layout(False)  # fmt: skip
    if right:
        axes.set_title(right, loc="right", fontsize=small, color=style.SOFT, pad=2.5)


def length(words: str, size: float, weight: str = "normal") -> float:
    """Return how long words are, in points, whatever the screen."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    if not words.strip():
        return 0.0
    return float(TextPath((0, 0), words, size=size, prop=FontProperties(weight=weight)).get_extents().width)


def judged(axes: Axes, found: Sequence[VerdictItem], limits: panels.Limits, width: float) -> None:
    """Draw judged categories over time, record above and simulation below, a cross where they part.

    Words stand at the right of their marks, at the left where the axis ends, in as many rows as they need.
    """
    small, _, _ = base.sizes(width)
    per_day = axes.get_window_extent().width * 72.0 / axes.figure.dpi / (limits[1] - limits[0])
    axes.set_xlim(*limits)
    axes.set_ylim(0.0, 2.0)
    axes.set_yticks([1.5, 0.5], ["record", "simulation"])
    for base_line, which in ((1.0, "record"), (0.0, "simulation")):
        words = [lanes.short(str(getattr(v, which).get("category", "")) or text.DASH) for v in found]
        long = [(length(w, small, "bold") + 9.0) / per_day for w in words]
        late = [v.day + n > limits[1] for v, n in zip(found, long, strict=True)]
        starts = [v.day - (n if end else 3.0 / per_day) for v, n, end in zip(found, long, late, strict=True)]
        order = sorted(range(len(found)), key=lambda k: starts[k])
        lengths = [n + 7.0 / per_day for n in long]
        rows = panels.stacked([starts[k] for k in order], [lengths[k] for k in order])
        for k, row in zip(order, rows, strict=True):
            tone = style.TONES[text.tone(words[k])]
            level = base_line + 0.08 + 0.84 * (row + 0.5) / (max(rows) + 1)
            mark = "X" if found[k].agree is False else "o"
            axes.plot([found[k].day], [level], mark, color=tone, markersize=3.8, markeredgewidth=0, clip_on=False)
            axes.annotate(
                words[k], (found[k].day, level), xytext=(-4.5 if late[k] else 4.5, 0), textcoords="offset points",
                va="center", ha="right" if late[k] else "left", fontsize=small, fontweight="bold", color=tone,
            )  # fmt: skip
    axes.axhline(1.0, color=style.GRID, linewidth=0.8)
    axes.tick_params(length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def calendar(axes: Axes, origin: str, limits: panels.Limits, width: float, labels: bool, guides: bool = True) -> None:
    """Put the calendar on a day axis: months where they fit, else quarters or years; with lines through the panel."""
    first, last, zero = (text.calendar(origin, day) for day in (limits[0], limits[1], 0.0))
    if first is None or last is None or zero is None:
        days_from(axes, 0.0, limits, labels)
        return
    axes.set_xlim(*limits)
    every = 1 if limits[1] - limits[0] < 60.0 * width else 3 if limits[1] - limits[0] < 300.0 * width else 12
    starts = [dt.date(y, m, 1) for y in range(first.year, last.year + 1) for m in range(1, 13, every)]
    inside = [m for m in starts if first <= m <= last]
    if guides:
        panels.guides(axes, [(m - zero).days for m in inside], style.GRID)
    names = [f"{m:%b}\n{m.year}" if m.month == 1 or m is inside[0] else f"{m:%b}" for m in inside]
    axes.set_xticks([(m - zero).days for m in inside], names if labels else [""] * len(names))
    axes.tick_params(axis="x", length=3.0 if labels else 0.0, labelbottom=labels)


def days_from(axes: Axes, zero: float, limits: panels.Limits, labels: bool) -> None:
    """Count days from 1 at ``zero`` on a day axis."""
    axes.set_xlim(*limits)
    length = limits[1] - limits[0]
    step = next((s for s in (1, 2, 7, 14, 28, 56, 112) if length / s <= 9), 365)
    found = [zero + k for k in range(0, math.ceil(length) + 1, step) if limits[0] <= zero + k <= limits[1]]
    panels.guides(axes, found, style.GRID)
    axes.set_xticks(found, [f"{x - zero + 1:g}" for x in found] if labels else [""] * len(found))
    axes.tick_params(axis="x", length=3.0 if labels else 0.0, labelbottom=labels)


def page(width: float, heights: Sequence[float], title: str, under: str, columns: int = 1) -> tuple[Figure, GridSpec]:
    """Return a sheet with a title, a line under it, and rows of these heights in inches below from row 1 on."""
    from matplotlib.gridspec import GridSpec
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    small, _, big = base.sizes(width)
    letters = int((width - 0.2) * 72.0 / (small * base.LETTER))
    lines = textwrap.wrap(under, letters)
    top = len(lines) * small * base.LINE / 72.0
    figure = base.sheet(width, sum(heights) + top + BETWEEN * (len(heights) + 1) + 2.2 * big / 72.0, title)
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.04, hspace=0.0)
    grid = GridSpec(len(heights) + 1, columns, figure, height_ratios=[top, *heights])
    axes = figure.add_subplot(grid[0, :])
    axes.set_axis_off()
    edge = (0.06 + 0.004 * width) / width  # as of the title
    axes.annotate(
        "\n".join(lines), (edge, 1.0), xycoords=("figure fraction", "axes fraction"), va="top",
        fontsize=small, color=style.SOFT, linespacing=base.LINE / 1.16, annotation_clip=False,
    ).set_in_layout(False)  # fmt: skip
    return figure, grid


def stack(width: float, heights: Sequence[float], title: str, under: str) -> tuple[Figure, list[Axes]]:
    """Return a page and axes below one another, so many inches high."""
    figure, grid = page(width, heights, title, under)
    return figure, [figure.add_subplot(grid[k + 1, 0]) for k in range(len(heights))]


def settle(figure: Figure) -> None:
    """Lay the axes out now, so that words can be put where there is room for them."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
