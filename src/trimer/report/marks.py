"""Recorded values drawn over the curves with their doubt: bounds, intervals, date windows, and their key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from trimer.report import panels, style, text
from trimer.report.panels import Panel
from trimer.study.result import ObservationItem, ReplayResult, TimelineItem


def windows(result: ReplayResult) -> Mapping[str, TimelineItem]:
    """Return the timeline by event."""
    return {item.event: item for item in result.timeline}


def observations(
    axes: Axes, panel: Panel, result: ReplayResult, limits: panels.Limits, dated: bool = True
) -> dict[str, str]:
    """Overlay recorded values: rings, intervals as bars, bounds as arrows, date windows as thin lines (when ``dated``).

    Returns
    -------
    dict
        Hover text by gid.
    """
    names = {t.observable for t in panel.traces}
    events, tips, taken, drawn = windows(result), {}, [], []
    for index, item in enumerate(result.observations):
        if item.observable not in names or not limits[0] <= item.day <= limits[1]:
            continue
        ends = _bounds(item, *panel.limits)
        if math.isnan(ends[0]) or math.isnan(ends[1]):
            continue
        gid = mark_id(item, index)
        observation(axes, item, ends, panel, events.get(item.event) if dated else None, gid)
        tips[gid] = tip(item)
        taken.append(_mark_box(axes, item, ends))
        drawn.append((item, ends))
    for item, ends in drawn:
        _value(axes, item, ends, panel, taken)
    return tips


def mark_id(item: ObservationItem, index: int) -> str:
    """Return the id of an observation's mark inside a figure."""
    return re.sub(r"\W", "-", item.observable) + f"-{index}"


def tip(item: ObservationItem) -> str:
    """Return the hover text of an observation."""
    unit = text.unit(item.unit)
    return (
        f"{item.label}, {item.date}: recorded {item.recorded}; fitted {text.number(item.fitted)} {unit}; "
        f"prior 5 to 95 %: {text.band(item.band)} ({item.role}; {item.agreement})"
    )


def observation(
    axes: Axes, item: ObservationItem, ends: panels.Limits, panel: Panel, event: TimelineItem | None, gid: str
) -> None:
    """Draw one recorded value (``ends`` are its bounds, cut to the panel) and its date window."""
    low, high = ends
    ink = style.TONES["bad"] if item.hit is False else style.INK
    fill = style.PAPER if item.role == "fitted" else style.UNFITTED
    middle = _middle(low, high, panel.log)
    if event is not None and event.latest > event.earliest:
        axes.plot([event.earliest, event.latest], [middle, middle], color=ink, linewidth=0.7, alpha=0.55, zorder=4)
    if item.low == item.high:
        axes.plot(
            [item.day],
            [low],
            marker="o",
            markersize=4.4,
            color=ink,
            markerfacecolor=fill,
            markeredgewidth=1.2,
            zorder=7,
            gid=gid,
            linestyle="none",
        )
    else:
        _interval(axes, item, ends, panel, ink, gid)


def _bounds(item: ObservationItem, bottom: float, top: float) -> panels.Limits:
    low, high = item.low, item.high
    if math.isnan(low) and math.isnan(high):
        return math.nan, math.nan
    low = bottom if math.isnan(low) or low < bottom else min(low, top)
    high = top if math.isnan(high) or high > top else max(high, bottom)
    return low, high


def _middle(low: float, high: float, log: bool) -> float:
    return math.sqrt(low * high) if log and low > 0 else 0.5 * (low + high)


def _interval(axes: Axes, item: ObservationItem, ends: panels.Limits, panel: Panel, ink: str, gid: str) -> None:
    """Draw a bar between two bounds; an open side is a short arrow away from the other bound."""
    low, high = ends
    up = item.high == math.inf or item.high > panel.limits[1]
    down = item.low == -math.inf or item.low < panel.limits[0] or (panel.log and item.low <= 0)
    anchor, arrow = (low, 13) if up else (high, -13)
    if up or down:
        axes.annotate(
            "",
            (item.day, anchor),
            xytext=(0, arrow),
            textcoords="offset points",
            zorder=7,
            arrowprops={
                "arrowstyle": "<|-",
                "color": ink,
                "linewidth": 1.2,
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 7,
            },
        )
        axes.plot([item.day], [anchor], marker="_", markersize=8, color=ink, markeredgewidth=1.4, zorder=7, gid=gid)
    else:
        axes.plot(
            [item.day, item.day],
            [low, high],
            marker="_",
            markersize=6,
            color=ink,
            linewidth=1.3,
            markeredgewidth=1.3,
            zorder=7,
            gid=gid,
        )


def _value(axes: Axes, item: ObservationItem, ends: panels.Limits, panel: Panel, taken: list[Bbox]) -> None:
    """Write the recorded value beside its mark, at the first of six places that is free and inside the panel."""
    words = text.tidy(item.recorded) if len(item.recorded) <= 9 else text.span(item.low, item.high)
    spot = ends[1] if item.low != item.high and item.high < panel.limits[1] else ends[0]
    x, y = axes.transData.transform((item.day, spot))
    pixel = axes.figure.dpi / 72.0
    width, height = 0.64 * style.SMALL * len(words) * pixel, style.SMALL * pixel
    frame = axes.get_window_extent()
    choices: list[tuple[float, tuple[int, int], Bbox]] = []
    for rank, (dx, dy) in enumerate(((6, 4), (-6, 4), (6, -5), (-6, -5), (6, 12), (-6, 12))):
        left = x + dx * pixel - (width if dx < 0 else 0)
        box = Bbox.from_bounds(left, y + dy * pixel - height / 2, width, height)
        crowd = sum(_overlap(box, other) for other in taken)
        outside = max(frame.x0 - box.x0, 0) + max(box.x1 - frame.x1, 0) + max(box.y1 - frame.y1 - 2, 0)
        cost = crowd + 50.0 * outside + 0.01 * rank
        choices.append((cost, (dx, dy), box))
    _, (dx, dy), box = min(choices, key=lambda choice: choice[0])
    taken.append(box)
    ink = style.TONES["bad"] if item.hit is False else style.INK
    panels.halo(
        axes.annotate(
            words,
            (item.day, spot),
            xytext=(dx, dy),
            textcoords="offset points",
            fontsize=style.SMALL,
            color=ink,
            ha="left" if dx > 0 else "right",
            va="center",
            zorder=8,
            fontweight="bold",
        )
    )


def _overlap(a: Bbox, b: Bbox) -> float:
    return float(max(min(a.x1, b.x1) - max(a.x0, b.x0), 0.0) * max(min(a.y1, b.y1) - max(a.y0, b.y0), 0.0))


def _mark_box(axes: Axes, item: ObservationItem, ends: panels.Limits) -> Bbox:
    (x, low), (_, high) = axes.transData.transform((item.day, ends[0])), axes.transData.transform((item.day, ends[1]))
    return Bbox.from_extents(x - 3, low - 3, x + 3, high + 3)


def key(figure: Figure, box: tuple[float, float, float, float], dated: bool = True) -> None:
    """Write the key of the marks once, in ``box`` (figure fractions: left, bottom, width, height)."""
    axes = figure.add_axes(box)
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1)
    axes.plot([0, 2.5], [0.5, 0.5], color=style.BLASTS, linewidth=1.8)
    axes.fill_between([10.5, 13], 0.1, 0.9, color=style.BLASTS, alpha=0.18, linewidth=0)
    if dated:
        axes.plot([36.6, 39.4], [0.5, 0.5], color=style.INK, linewidth=0.7, alpha=0.6, zorder=1)
    for x, fill, ink in (
        (38, style.PAPER, style.INK),
        (68, style.UNFITTED, style.INK),
        (83.5, style.PAPER, style.TONES["bad"]),
    ):
        axes.plot([x], [0.5], marker="o", markersize=4.6, markerfacecolor=fill, color=ink, markeredgewidth=1.3)
    for x, words in (
        (3.2, "fitted"),
        (13.7, "before fitting, 5 to 95 %"),
        (40.2, "recorded" + ", within its date window" * dated),
        (69.2, "not fitted to"),
        (84.7, "missed"),
    ):
        axes.text(x, 0.48, words, fontsize=style.SMALL, va="center", color=style.SOFT)
