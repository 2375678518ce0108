"""Recorded against fitted: one row per recorded value, rows of one unit on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from trimer.observables import OBSERVABLES
from trimer.report import marks, panels, style, text
from trimer.report.panels import Drawn
from trimer.study.result import ObservationItem, ReplayResult

WIDTH, LEFT, RIGHT, ROW = 9.4, 3.2, 2.35, 0.205
Row = tuple[int, ObservationItem]


def draw(result: ReplayResult) -> Drawn:
    """Return the agreement figure.

    Parameters
    ----------
    result : ReplayResult

    Returns
    -------
    Drawn
    """
    groups = grouped(result.observations)
    gap, top, bottom = 0.38, 0.36, 0.34
    total = sum(ROW * len(g) for g in groups) + gap * max(len(groups) - 1, 0) + top + bottom
    figure = Figure(figsize=(WIDTH, max(total, 1.2)))
    tips: dict[str, str] = {}
    edge = total - top
    for group in groups:
        height = ROW * len(group)
        axes = figure.add_axes((LEFT / WIDTH, (edge - height) / total, (WIDTH - LEFT - RIGHT) / WIDTH, height / total))
        tips |= _group(axes, group, result.origin)
        edge -= height + gap
    _key(figure, total)
    return Drawn(figure, tips)


def grouped(items: Sequence[ObservationItem]) -> list[list[Row]]:
    """Return the comparable observations by unit and scale, each with its index, larger groups first."""
    found: dict[tuple[str, bool], list[Row]] = {}
    for index, item in enumerate(items):
        if math.isnan(item.low) and math.isnan(item.high):
            continue
        known = OBSERVABLES.get(item.observable)
        found.setdefault((item.unit, bool(known and known.log)), []).append((index, item))
    for group in found.values():
        first = {item.observable: index for index, item in reversed(group)}
        group.sort(key=lambda row: (first[row[1].observable], row[1].day))
    return sorted(found.values(), key=len, reverse=True)


def _group(axes: Axes, group: list[Row], origin: str) -> dict[str, str]:
    log = bool(OBSERVABLES[group[0][1].observable].log) if group[0][1].observable in OBSERVABLES else False
    low, high = _range([item for _, item in group], log)
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(low, high)
    axes.set_ylim(len(group) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: text.number(v)))
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.spines["left"].set_visible(False)
    axes.annotate(
        text.unit(group[0][1].unit),
        (1, 0),
        xycoords="axes fraction",
        xytext=(6, -10),
        textcoords="offset points",
        fontsize=style.SMALL,
        color=style.SOFT,
    )
    tips = {}
    for row, (index, item) in enumerate(group):
        gid = marks.mark_id(item, index)
        _row(axes, row, item, (low, high), gid)
        _words(axes, row, item, origin)
        tips[gid] = marks.tip(item)
    return tips


def _range(items: Sequence[ObservationItem], log: bool) -> panels.Limits:
    values = [v for i in items for v in (i.low, i.high, i.fitted) if v is not None and math.isfinite(v)]
    values += [v for i in items if i.band is not None for v in (i.band[0], i.band[2]) if text.finite(v)]
    if items[0].unit == "%" and not log:
        return -2.0, 102.0
    values = [v for v in values if v > 0] if log else values
    if not values:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(values), max(values)
    if log:
        least = min(text.floor(i.observable) for i in items)
        return max(low, least / 10.0) * 0.7, high * 1.4
    pad = 0.06 * (high - low or abs(high) or 1.0)
    return low - pad, high + pad


def _row(axes: Axes, row: int, item: ObservationItem, limits: panels.Limits, gid: str) -> None:
    """Draw prior band, recorded value and fitted value of one row."""
    ink, missed = style.of(item.observable), item.hit is False

    def clip(value: float) -> float:
        return min(max(value, limits[0]), limits[1])

    if row % 2 == 0:
        axes.axhspan(row - 0.5, row + 0.5, color="#f6f8fa", linewidth=0, zorder=0)
    if item.band is not None and text.finite(*item.band):
        axes.plot(
            [clip(item.band[0]), clip(item.band[2])],
            [row, row],
            color=ink,
            alpha=0.2,
            linewidth=6,
            solid_capstyle="butt",
            zorder=1,
        )
        axes.plot([clip(item.band[1])], [row], marker="|", markersize=6, color=ink, alpha=0.6, zorder=2)
    fill = style.PAPER if item.role == "fitted" else style.UNFITTED
    if item.low == item.high:
        axes.plot(
            [clip(item.low)],
            [row],
            marker="o",
            markersize=6,
            markerfacecolor=fill,
            color=style.INK,
            markeredgewidth=1.2,
            zorder=4,
            gid=gid,
        )
    else:
        ends = [
            clip(item.low if not math.isnan(item.low) else limits[0]),
            clip(item.high if not math.isnan(item.high) else limits[1]),
        ]
        read = style.SOFT if text.concluded(item.remark) else style.INK
        axes.plot(ends, [row, row], color=read, linewidth=1.2, marker="|", markersize=6, zorder=4, gid=gid)
    if item.fitted is not None and math.isfinite(item.fitted):
        beyond = item.fitted < limits[0]
        axes.plot(
            [clip(item.fitted)],
            [row],
            marker="X" if missed else "<" if beyond else "D",
            clip_on=False,
            markersize=6.6 if missed else 3.8,
            zorder=5,
            color=style.TONES["bad"] if missed else ink,
            markeredgecolor=style.PAPER,
            markeredgewidth=0.6,
        )


def _words(axes: Axes, row: int, item: ObservationItem, origin: str) -> None:
    """Write month, observable and recorded value to the left of a row, fitted value and agreement to the right."""
    missed = item.hit is False
    tone = style.TONES["bad"] if missed else style.SOFT
    known = OBSERVABLES.get(item.observable)
    date = text.calendar(origin, item.day)
    told = text.reading(item.recorded, item.low, item.high, item.unit, item.remark)
    recorded = told if len(told) <= 20 else text.bounds(item.low, item.high, item.unit)
    for x, dx, ha, words, colour in (
        (0, -178, "right", f"{date:%b %Y}" if date else item.date, style.SOFT),
        (0, -172, "left", (known.label if known else item.label).split(" (")[0], style.INK),
        (0, -6, "right", recorded, style.SOFT if text.concluded(item.remark) else style.INK),
        (1, 8, "left", text.number(item.fitted), tone),
        (1, 60, "left", text.tidy(item.agreement)[:30], tone),
    ):
        axes.annotate(
            words,
            (x, row),
            xycoords=("axes fraction", "data"),
            xytext=(dx, 0),
            textcoords="offset points",
            ha=ha,
            va="center",
            fontsize=style.SMALL,
            color=colour,
            annotation_clip=False,
            fontweight="bold" if missed and x == 1 else "normal",
        )


def _key(figure: Figure, total: float) -> None:
    """Write column headings and the key of the marks above the first group."""
    width = WIDTH - LEFT - RIGHT
    axes = figure.add_axes((LEFT / WIDTH, 1 - 0.28 / total, width / WIDTH, 0.2 / total))
    axes.set_axis_off()
    axes.set_xlim(0, 72.0 * width)  # points
    axes.set_ylim(0, 1)
    x = 6.0
    axes.plot([x], [0.5], marker="o", markersize=6, markerfacecolor=style.PAPER, color=style.INK, markeredgewidth=1.2)
    x = _key_words(axes, x, "recorded")
    axes.plot([x], [0.5], marker="D", markersize=4, color=style.BLASTS)
    x = _key_words(axes, x, "fitted")
    axes.plot([x], [0.5], marker="X", markersize=6, color=style.TONES["bad"])
    x = _key_words(axes, x, "missed") + 8.0
    axes.plot([x - 10, x + 4], [0.5, 0.5], color=style.BLASTS, alpha=0.2, linewidth=6, solid_capstyle="butt")
    _key_words(axes, x, "before fitting, 5 to 95 %")
    for x, dx, ha, words in ((0, -6, "right", "recorded"), (1, 8, "left", "fitted"), (1, 60, "left", "agreement")):
        axes.annotate(
            words,
            (x, 0.48),
            xycoords="axes fraction",
            xytext=(dx, 0),
            textcoords="offset points",
            ha=ha,
            va="center",
            fontsize=style.SMALL,
            color=style.SOFT,
            annotation_clip=False,
        )


def _key_words(axes: Axes, x: float, words: str) -> float:
    """Write what the mark at ``x`` points means beside it; return where the next mark belongs."""
    axes.text(x + 8, 0.48, words, fontsize=style.SMALL, va="center", color=style.SOFT)
    return x + 8 + 0.58 * style.SMALL * len(words) + 18
