"""Every endpoint as a forest plot, observed beside predicted, on one page; for the printer."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trimer.report import style
from trimer.report import validation as told
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check
from trimer.study.research import NOTICE
from trimer.study.validation_result import TWICE, Item, Role, ValidationResult, Z

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INSIDE, OUTSIDE = style.T_CELLS, style.BLASTS
WIDE, ROW, TOP, BLOCK, BOTTOM = 17.0, 0.212, 1.62, 0.86, 0.75  # inches: page, row, title, between panels, caption
COLUMN, LABEL, PLOT = 8.35, 3.35, 2.75  # inches: of a column, its labels, its panel; numbers take the rest
MAP, SERIES = 5.4, 3.0  # inches: the panel of distance and width, those of digitised series
LEAST, MOST = 0.1, 10.0  # limits of the widths drawn
FAR = 8.0  # distances beyond are drawn at the edge
SCALES: dict[str, tuple[str, tuple[float, float] | None, tuple[float, ...]]] = {
    "%": ("Proportions, %", (0.0, 100.0), (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)),
    "month": ("Median times, months", None, (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)),
    "ratio": ("Ratios", None, (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)),
}
DECADES = (1.0, 10.0, 100.0, 1000.0)
SHORTER = (
    ("odds ratio", "OR"), ("hazard ratio", "HR"), (" to below ", " to "), (" against 50 % or more", " v ≥ 50 %"),
    ("1 or more salvages", "≥ 1 salvage"), ("2 or more salvages", "≥ 2 salvages"),
)  # fmt: skip
Line = Item | str  # an endpoint, or the name of its source above it


def draw(found: ValidationResult) -> Figure:
    """Return the figure of a validation: predicted endpoints on the left, calibrated ones on the right."""
    import matplotlib
    from matplotlib.figure import Figure

    roles: tuple[Role, Role] = ("predicted", "calibrated")
    columns = [_blocks(found, role) for role in roles]
    lengths = [sum(len(lines) * ROW + BLOCK for _, lines in blocks) for blocks in columns]
    high = max(lengths[0], lengths[1] + MAP + SERIES) + TOP + BOTTOM
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 8.6}):
        figure = Figure(figsize=(WIDE, high))
        _head(figure, found, high)
        for k, (role, blocks) in enumerate(zip(roles, columns, strict=True)):
            left, top = 0.25 + k * COLUMN, high - TOP
            for unit, lines in blocks:
                top = _block(figure, found, unit, lines, left, top, high)
            if role == "calibrated":
                top = _digitised(figure, found, left, top, high)
                _map(figure, found, left, top, high)
        figure.text(0.3 / WIDE, 0.2 / high, _caption(found), ha="left", va="bottom", fontsize=8.0, color=style.SOFT,
                    linespacing=1.45)  # fmt: skip
    return figure


def save(found: ValidationResult, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    write(draw(found), check(path), dpi)


def _blocks(found: ValidationResult, role: Role) -> list[tuple[str, list[Line]]]:
    """Return the lines of each panel of a role: sources, and under each its endpoints in that unit."""
    items = [i for i in found.endpoints(role) if i.compared]
    blocks = []
    for unit in SCALES:
        lines: list[Line] = []
        for item in items:
            if item.unit != unit:
                continue
            title = told.short(item.title)
            if title not in lines:
                lines.append(title)
            lines.append(item)
        if lines:
            blocks.append((unit, lines))
    return blocks


def _head(figure: Figure, found: ValidationResult, high: float) -> None:
    """Write title, counts and the headings of both columns."""

    def write_at(x: float, y: float, words: str, **options: Any) -> None:
        figure.text(x / WIDE, 1.0 - y / high, words, ha="left", va="top", **options)

    write_at(0.3, 0.2, "Published endpoints beside virtual trials", fontsize=17, weight="bold", color=style.INK)
    write_at(0.3, 0.55, told.setting(found), fontsize=10.5, color=style.SOFT)
    roles: tuple[Role, Role] = ("predicted", "calibrated")
    meaning = "kept from the calibration", "used by the calibration"
    for k, (role, words) in enumerate(zip(roles, meaning, strict=True)):
        count = found.count(role)
        x = 0.3 + k * COLUMN
        write_at(x, 0.93, f"{role.capitalize()}: {count.inside} of {count.compared} inside", fontsize=13, weight="bold",
                 color=style.INK)  # fmt: skip
        write_at(x, 1.2, words, fontsize=9.0, color=style.SOFT)
    _legend(figure, high)


def _legend(figure: Figure, high: float) -> None:
    from matplotlib.lines import Line2D

    mark: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 5.2}
    handles = [
        Line2D([], [], color=style.INK, markerfacecolor=style.INK, label="observed, 95 % interval", **mark),
        Line2D([], [], color=style.INK, markerfacecolor=style.PAPER, label="recalled", **mark),
        Line2D([], [], color=INSIDE, alpha=0.4, linewidth=6.5, label="95 % of virtual trials, and their median"),
        Line2D([], [], color=OUTSIDE, alpha=0.4, linewidth=6.5, label="observed value outside"),
    ]
    figure.legend(
        handles=handles, loc="upper right", bbox_to_anchor=(1.0 - 0.25 / WIDE, 1.0 - 0.16 / high), ncols=4,
        frameon=False, fontsize=8.8, labelcolor=style.INK, borderpad=0.0, handlelength=1.6, columnspacing=1.6,
    )  # fmt: skip


def _block(
    figure: Figure, found: ValidationResult, unit: str, lines: Sequence[Line], left: float, top: float, high: float
) -> float:
    """Draw one panel, its upper edge at ``top`` inches; return where the next may begin."""
    title, limits, ticks = SCALES[unit]
    tall = len(lines) * ROW
    axes = figure.add_axes(((left + LABEL) / WIDE, (top - tall) / high, PLOT / WIDE, tall / high))
    axes.set_ylim(len(lines) - 0.5, -0.5)
    if limits is None:
        axes.set_xscale("log")
        limits = _span([i for i in lines if not isinstance(i, str)])
    axes.set_xlim(limits)
    shown = [t for t in ticks if limits[0] <= t <= limits[1]]
    axes.set_xticks(shown, [f"{t:g}" for t in shown])
    axes.set_xticks([], minor=True)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.8)
    axes.set_title(title, loc="left", fontsize=9.2, color=style.SOFT, pad=4)
    if unit == "ratio":
        axes.axvline(1.0, color=style.SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
    right = (PLOT + 1.05) / PLOT
    for words, x in (("observed", right), ("virtual", right + 1.13 / PLOT)):
        axes.text(x, -0.62, words, transform=axes.get_yaxis_transform(), fontsize=7.8, color=style.SOFT, ha="right",
                  va="bottom")  # fmt: skip
    arms = told.armed(found)
    for row, line in enumerate(lines):
        if isinstance(line, str):
            _text(axes, -(LABEL - 0.05) / PLOT, row, line, weight="bold", fontsize=8.8)
        else:
            _row(axes, row, line, told.words(line, arms), limits, right)
    return top - tall - BLOCK


def _row(axes: Axes, row: int, item: Item, label: str, limits: tuple[float, float], right: float) -> None:
    """Draw one endpoint: the bar of virtual trials, the observed value, both as numbers."""
    assert item.predicted is not None
    colour = INSIDE if item.inside else OUTSIDE
    low, middle, high = item.predicted
    start, end = (min(max(x, limits[0]), limits[1]) for x in (low, high))
    axes.hlines(row, start, end, color=colour, alpha=0.34, linewidth=7.0, capstyle="butt")
    if math.isfinite(middle):
        axes.plot([middle], [row], marker="|", markersize=8.0, markeredgewidth=2.0, color=colour)
    if high > limits[1]:
        axes.plot([limits[1]], [row], marker=">", markersize=4.5, color=colour, alpha=0.8, clip_on=False)
    if item.own:
        axes.hlines(row, max(item.low, limits[0]), min(item.high, limits[1]), color=style.INK, linewidth=1.1)
        if item.high > limits[1]:
            axes.plot([limits[1]], [row], marker=">", markersize=3.4, color=style.INK, clip_on=False)
    axes.plot([item.observed], [row], marker="o", markersize=4.6, color=style.INK, markeredgewidth=1.1,
              markerfacecolor=style.PAPER if item.recalled else style.INK, clip_on=False)  # fmt: skip
    ink = style.INK if item.inside else OUTSIDE
    _text(axes, -(LABEL - 0.2) / PLOT, row, _shortened(label), fontsize=8.2, color=ink)
    for words, x in ((told.observed(item), right), (told.predicted(item), right + 1.13 / PLOT)):
        _text(axes, x, row, words, fontsize=7.0, color=style.SOFT if item.inside else OUTSIDE, ha="right")


def _text(axes: Axes, x: float, row: int, words: str, **options: Any) -> None:
    axes.text(x, row, words, transform=axes.get_yaxis_transform(), va="center", **{"ha": "left", **options})


def _shortened(label: str, most: int = 52) -> str:
    label = label.removeprefix("median ")
    for words, shorter in SHORTER:
        label = label.replace(words, shorter)
    return label if len(label) <= most else label[: most - 1].rstrip(" ,") + "…"


def _span(items: Sequence[Item]) -> tuple[float, float]:
    """Return the limits of a logarithmic panel: all that is finite, and a little more."""
    values = [x for i in items for x in (i.observed, i.low, i.high, *(i.predicted or ())) if math.isfinite(x) and x > 0]
    return min(values) / 1.25, max(values) * 1.25


def _digitised(figure: Figure, found: ValidationResult, left: float, top: float, high: float) -> float:
    """Draw the series of CD8 T cells and IL-6, sample by sample; return where the next panel may begin."""
    drawn = {key: [i for i in found.items if i.key == key and i.compared] for key in ("cd8", "il6")}
    wanted = {key: items for key, items in drawn.items() if items}
    if not wanted:
        return top
    wide, tall = (COLUMN - 1.9) / 2.0, SERIES - 1.3
    for k, (key, items) in enumerate(wanted.items()):
        x = left + 0.75 + k * (wide + 0.55)
        axes = figure.add_axes((x / WIDE, (top - 0.3 - tall) / high, wide / WIDE, tall / high))
        for at, item in enumerate(items):
            assert item.predicted is not None
            colour = INSIDE if item.inside else OUTSIDE
            axes.vlines(at, item.predicted[0], item.predicted[2], color=colour, alpha=0.34, linewidth=9.0)
            axes.plot([at], [item.predicted[1]], marker="_", markersize=10.0, markeredgewidth=2.0, color=colour)
            axes.vlines(at, item.low, item.high, color=style.INK, linewidth=1.1)
            axes.plot([at], [item.observed], marker="o", markersize=4.6, color=style.INK)
        names = [_when(item) for item in items]
        axes.set_yscale("log")
        shown = [t for t in DECADES if t >= 0.8 * min(min(i.low, *(i.predicted or ())) for i in items)]
        axes.set_yticks(shown, [f"{t:,.0f}" for t in shown])
        axes.set_yticks([], minor=True)
        axes.set_ylim(top=max(max(i.high, *(i.predicted or ())) for i in items) * 1.3)
        axes.set_xticks(range(len(items)), names, fontsize=7.2)
        axes.grid(axis="y", color=style.GRID, linewidth=0.8)
        title = "CD8 T cells/µL, by day" if key == "cd8" else "IL-6, pg/mL, by day and schedule"
        axes.set_title(f"{title}; observed with quartiles", loc="left", fontsize=9.2, color=style.SOFT, pad=5)
    return top - SERIES


def _when(item: Item) -> str:
    first, last = item.days or (0.0, 0.0)
    if first == last:
        return f"{first:g}" if first in (0.0, round(first)) else f"{24.0 * first:.0f} h"
    return f"{first:g}\nto {last:g}\n{item.arm}"


def _map(figure: Figure, found: ValidationResult, left: float, top: float, high: float) -> None:
    """Draw how far off each endpoint is, against how much its predictive interval says."""
    items = [i for i in found.items if i.tested and not i.digitised and i.wide is not None]
    if not items:
        return
    wide, tall = COLUMN - 1.35, MAP - 1.4
    axes = figure.add_axes(((left + 0.75) / WIDE, (top - 0.3 - tall) / high, wide / WIDE, tall / high))
    axes.axhspan(-Z, Z, xmin=0.0, color=INSIDE, alpha=0.07, linewidth=0)
    axes.axvline(TWICE, color=style.SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.axhline(0.0, color=style.RULE, linewidth=0.9)
    for item in items:
        x, y = min(max(item.width_ratio, LEAST), MOST), min(max(item.z, -FAR), FAR)
        colour = INSIDE if item.inside else OUTSIDE
        fill = colour if item.role == "predicted" else style.PAPER
        axes.plot([x], [y], marker="o", markersize=5.6, color=colour, markerfacecolor=fill, clip_on=False)
    axes.set_xscale("log")
    axes.set_xlim(LEAST, MOST)
    axes.set_ylim(-FAR - 0.4, FAR + 0.4)
    axes.set_xticks([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0], ["≤ 0.1", "0.2", "0.5", "1", "2", "5", "≥ 10"])
    axes.set_xticks([], minor=True)
    axes.set_yticks([-FAR, -4.0, -Z, 0.0, Z, 4.0, FAR], ["≤ −8", "−4", "−1.96", "0", "1.96", "4", "≥ 8"])
    axes.set_xlabel("width of the predictive interval over the trial's own", color=style.SOFT)
    axes.set_title(
        "Distance of the observed value (z) and width; filled predicted, open calibrated", loc="left", fontsize=9.2,
        color=style.SOFT, pad=5,
    )  # fmt: skip
    beside: dict[str, Any] = {"fontsize": 7.8, "color": style.SOFT}
    axes.text(TWICE * 1.06, -FAR, "wider than twice", ha="left", va="bottom", **beside)
    axes.text(LEAST * 1.03, Z - 0.15, "inside", ha="left", va="top", **beside)


def _caption(found: ValidationResult) -> str:
    other = [i for i in found.items if i.tested and not i.digitised and i.unit not in SCALES]
    more = f" {len(other)} endpoints in other units are in the table." if other else ""
    lines = (
        told.LEGEND + " Grey dashes: a ratio of one, and twice the width. Arrows: beyond the panel." + more,
        NOTICE,
    )
    return "\n".join(part for line in lines for part in textwrap.wrap(line, 262))
