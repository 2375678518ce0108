"""Recorded values drawn over the curves with their doubt: bounds, intervals, date windows, and their key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

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
    ink = _ink(item)
    fill = style.PAPER if item.role == "fitted" else style.UNFITTED
    up, down = _open(item, panel)
    middle = low if up else high if down else _middle(low, high, panel.log)
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


def _ink(item: ObservationItem) -> str:
    """Return red for a miss, grey for an interval read from words, else black."""
    if item.hit is False:
        return style.TONES["bad"]
    return style.SOFT if text.concluded(item.remark) else style.INK


def _bounds(item: ObservationItem, bottom: float, top: float) -> panels.Limits:
    low, high = item.low, item.high
    if math.isnan(low) and math.isnan(high):
        return math.nan, math.nan
    low = bottom if math.isnan(low) or low < bottom else min(low, top)
    high = top if math.isnan(high) or high > top else max(high, bottom)
    return low, high


def _middle(low: float, high: float, log: bool) -> float:
    return math.sqrt(low * high) if log and low > 0 else 0.5 * (low + high)


def _open(item: ObservationItem, panel: Panel) -> tuple[bool, bool]:
    """Return whether an interval is open above and below as drawn: beyond the panel, or at the ends of a percentage."""
    share = item.unit == "%" and item.low < item.high
    up = item.high > panel.limits[1] or (share and item.high >= 100)
    return up, item.low < panel.limits[0] or ((panel.log or share) and item.low <= 0)


def _interval(axes: Axes, item: ObservationItem, ends: panels.Limits, panel: Panel, ink: str, gid: str) -> None:
    """Draw a bar between two bounds; an open side is a short arrow away from the other bound."""
    low, high = ends
    up, down = _open(item, panel)
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
    read = text.concluded(item.remark)
    told = text.reading(item.recorded, item.low, item.high, "%" if item.unit == "%" else "", item.remark)
    told = told.removesuffix("×10⁹/L").rstrip()  # the panel's heading has it
    words = told if len(told) <= 9 or read else text.bounds(item.low, item.high, "%" if item.unit == "%" else "")
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
    panels.halo(
        axes.annotate(
            words,
            (item.day, spot),
            xytext=(dx, dy),
            textcoords="offset points",
            fontsize=style.SMALL,
            color=_ink(item),
            ha="left" if dx > 0 else "right",
            va="center",
            zorder=8,
            fontweight="normal" if read else "bold",
        )
    )


def _overlap(a: Bbox, b: Bbox) -> float:
    return float(max(min(a.x1, b.x1) - max(a.x0, b.x0), 0.0) * max(min(a.y1, b.y1) - max(a.y0, b.y0), 0.0))


def _mark_box(axes: Axes, item: ObservationItem, ends: panels.Limits) -> Bbox:
    (x, low), (_, high) = axes.transData.transform((item.day, ends[0])), axes.transData.transform((item.day, ends[1]))
    return Bbox.from_extents(x - 3, low - 3, x + 3, high + 3)


def key(
    figure: Figure,
    box: tuple[float, float, float, float],
    items: Sequence[ObservationItem],
    width: float,
    dated: bool = True,
) -> None:
    """Write the key of the marks that occur, once, in ``box`` (figure fractions), ``width`` inches wide."""
    axes = figure.add_axes(box)
    axes.set_axis_off()
    axes.set_xlim(0, width * 72.0)
    axes.set_ylim(0, 1)
    x = 0.0
    for mark, words in _entries(items, dated):
        _entry(axes, mark, x)
        axes.text(x + 24, 0.48, words, fontsize=style.SMALL, va="center", color=style.SOFT)
        x += 24 + 0.56 * style.SMALL * len(words) + 16


def _entries(items: Sequence[ObservationItem], dated: bool) -> list[tuple[str, str]]:
    found = [("line", "fitted"), ("band", "before fitting, 5 to 95 %"), ("dated" if dated else "ring", "recorded")]
    if any(text.concluded(o.remark) for o in items):
        found.append(("read", "read from words"))
    if any(o.role != "fitted" for o in items):
        found.append(("unused", "not fitted to"))
    if any(o.hit is False for o in items):
        found.append(("missed", "missed"))
    return found


def _entry(axes: Axes, mark: str, x: float) -> None:
    """Draw one mark of the key from ``x`` to ``x + 20`` points."""
    if mark == "line":
        axes.plot([x, x + 20], [0.5, 0.5], color=style.BLASTS, linewidth=1.8)
    elif mark == "band":
        axes.fill_between([x, x + 20], 0.1, 0.9, color=style.BLASTS, alpha=0.18, linewidth=0)
    elif mark == "read":
        axes.plot([x + 10, x + 10], [0.05, 0.95], color=style.SOFT, linewidth=1.3, marker="_", markersize=6)
    else:
        if mark == "dated":
            axes.plot([x, x + 20], [0.5, 0.5], color=style.INK, linewidth=0.7, alpha=0.6, zorder=1)
        ink = style.TONES["bad"] if mark == "missed" else style.INK
        fill = style.UNFITTED if mark == "unused" else style.PAPER
        axes.plot([x + 10], [0.5], marker="o", markersize=4.6, markerfacecolor=fill, color=ink, markeredgewidth=1.3)
