"""Drawing pieces shared by the figures: calendar axes, curves with prior bands, recorded values with their doubt."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator
from numpy.typing import NDArray

from trimer.report import style, text
from trimer.study.result import Curves, ReplayResult

Array = NDArray[np.float64]
Limits = tuple[float, float]
HALO = "halo"


@dataclass(frozen=True)
class Drawn:
    """A finished figure with the hover text of its marks."""

    figure: Figure
    tips: dict[str, str]


@dataclass(frozen=True)
class Trace:
    """Name one curve of a panel: which observable, and the words beside it (empty: none)."""

    observable: str
    label: str = ""
    dashed: bool = False
    banded: bool = True
    colour: str = ""

    @property
    def ink(self) -> str:
        """Colour used."""
        return self.colour or style.of(self.observable)


@dataclass(frozen=True)
class Panel:
    """Describe one panel: heading and unit in the margin, traces, limits, reference lines (value, words).

    ``hybrid`` panels are scaled by their figure: linear above a limit, logarithmic below.
    """

    heading: str
    unit: str
    traces: tuple[Trace, ...]
    limits: Limits
    height: float = 1.0
    log: bool = True
    lines: tuple[tuple[float, str], ...] = ()
    ticks: tuple[float, ...] = ()
    hybrid: bool = False


def thin(days: Sequence[float], values: Sequence[float], buckets: int = 520) -> tuple[Array, Array]:
    """Return a curve with the extremes of each bucket kept, so that peaks survive and files stay small.

    Parameters
    ----------
    days, values : sequence, shape (n,)
    buckets : int
        Pieces; at most two points are kept of each.

    Returns
    -------
    tuple of array, shape (m,)
        ``m <= 2 * buckets``; ``nan`` stays where a bucket has nothing else.
    """
    x, y = np.asarray(days, dtype=float), np.asarray(values, dtype=float)
    count = min(len(x), len(y))
    x, y = x[:count], np.where(np.isfinite(y[:count]), y[:count], np.nan)
    if count <= 2 * buckets:
        return x, y
    length = -(-count // buckets)
    padded = np.full(length * -(-count // length), np.nan)
    padded[:count] = y
    table, starts = padded.reshape(-1, length), np.arange(0, count, length)
    low = starts + np.argmin(np.where(np.isnan(table), np.inf, table), axis=1)
    high = starts + np.argmax(np.where(np.isnan(table), -np.inf, table), axis=1)
    index = np.unique(np.concatenate([low, high, [0, count - 1]]))
    return x[index], y[index]


def ribbon(days: Sequence[float], low: Sequence[float], high: Sequence[float], pieces: int = 420) -> tuple[Array, ...]:
    """Return a band on a coarser grid that still covers the finer one (minimum of low, maximum of high)."""
    x, a, b = (np.asarray(v, dtype=float) for v in (days, low, high))
    a, b = (np.where(np.isfinite(v), v, np.nan) for v in (a, b))
    count = min(len(x), len(a), len(b))
    x, a, b = x[:count], a[:count], b[:count]
    if count <= pieces:
        return x, a, b
    parts = np.array_split(np.arange(count), pieces)
    middle = np.array([x[p].mean() for p in parts])
    middle[0], middle[-1] = x[0], x[-1]
    return middle, np.array([a[p].min() for p in parts]), np.array([b[p].max() for p in parts])


def draw(axes: Axes, panel: Panel, curves: Curves, margin: bool = True) -> None:
    """Draw a panel's scale, reference lines (named in the right margin), prior bands and fitted curves."""
    scale(axes, panel)
    for value, words in panel.lines:
        axes.axhline(value, color=style.SOFT, linewidth=0.7, dashes=(3, 2.5), zorder=1.5)
        if words and margin:
            axes.annotate(
                words,
                (1, value),
                xycoords=("axes fraction", "data"),
                xytext=(5, 0),
                textcoords="offset points",
                fontsize=style.SMALL,
                color=style.SOFT,
                va="center",
                annotation_clip=False,
            )
    for trace in panel.traces:
        curve(axes, trace, curves, panel)


def widened(panel: Panel, curves: Curves, result: ReplayResult) -> Panel:
    """Return the panel with limits that hold its fitted curves and recorded values; ticks follow when they move."""
    if panel.hybrid:
        return panel
    names = {t.observable for t in panel.traces}
    values = [v for name in names for v in curves.fitted.get(name, ()) if v is not None and math.isfinite(v)]
    first, final = (curves.days[0], curves.days[-1]) if curves.days else (-math.inf, math.inf)
    seen = [o for o in result.observations if o.observable in names and first <= o.day <= final]
    values += [v for o in seen for v in (o.low, o.high) if math.isfinite(v)]
    if not values:
        return panel
    low, high = panel.limits
    if panel.log:
        high = max(high, 10.0 ** math.ceil(math.log10(max(*values, high) * 1.05)) if max(values) > high else high)
    else:
        low = min(low, min(values) - 0.3) if min(values) < low and low > 0 else low
        high = max(values) + 0.3 if max(values) > high else high
    return panel if (low, high) == panel.limits else replace(panel, limits=(low, high), ticks=())


def scale(axes: Axes, panel: Panel) -> None:
    """Set limits, scale and ticks of a panel."""
    if panel.log:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(*panel.limits)
    ticks = panel.ticks or (_decades(panel.limits) if panel.log else ())
    if ticks:
        axes.set_yticks(list(ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: text.number(v)))
    axes.grid(axis="y", color=style.GRID, linewidth=0.7)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)


def _decades(limits: Limits) -> tuple[float, ...]:
    low, high = math.ceil(math.log10(limits[0]) - 1e-9), math.floor(math.log10(limits[1]) + 1e-9)
    step = 1 if high - low <= 4 else 2
    return tuple(10.0**k for k in range(low, high + 1, step))


def curve(axes: Axes, trace: Trace, curves: Curves, panel: Panel) -> None:
    """Draw one observable: prior band as a light fill, fitted course as a line."""
    name, days = trace.observable, curves.days
    part = within(days, axes.get_xlim())
    floor = panel.limits[0] * 0.3 if panel.log else -math.inf
    if trace.banded and name in curves.low and name in curves.high:
        x, low, high = ribbon(days[part], curves.low[name][part], curves.high[name][part])
        low, high = np.maximum(low, floor), np.maximum(high, floor)
        axes.fill_between(x, low, high, color=trace.ink, alpha=0.1, linewidth=0, zorder=1)
        for edge in (low, high):
            axes.plot(x, edge, color=trace.ink, alpha=0.28, linewidth=0.6, zorder=1.1)
    if name in curves.fitted:
        x, y = thin(days[part], curves.fitted[name][part])
        axes.plot(
            x,
            np.maximum(y, floor),
            color=trace.ink,
            zorder=3,
            linestyle=(0, (4, 1.6)) if trace.dashed else "-",
            linewidth=1.2 if trace.dashed else 1.6,
        )


def within(days: Sequence[float], limits: Limits) -> slice:
    """Return the part of the days inside the limits, with one neighbour on each side."""
    inside = np.flatnonzero((np.asarray(days) >= limits[0]) & (np.asarray(days) <= limits[1]))
    return slice(max(int(inside[0]) - 1, 0), int(inside[-1]) + 2) if len(inside) else slice(0, 0)


def end_labels(axes: Axes, items: Sequence[tuple[str, str, float]], gap: float = 9.0) -> None:
    """Write names at the right edge at their curve's last height, pushed apart by at least ``gap`` points.

    Parameters
    ----------
    axes : Axes
    items : sequence of (words, colour, value)
    gap : float, points
    """
    low, high = axes.get_ylim()
    height = axes.get_window_extent().height * 72.0 / axes.figure.dpi
    clipped = [min(max(v if math.isfinite(v) else low, low), high) for _, _, v in items]
    spots = [axes.transData.transform((0.0, v))[1] for v in clipped]
    base, pixel = axes.get_window_extent().y0, 72.0 / axes.figure.dpi
    placed = _apart([(s - base) * pixel for s in spots], gap, height)
    for (words, colour, _), spot in zip(items, placed, strict=True):
        axes.annotate(
            words,
            (1, 0),
            xycoords="axes fraction",
            xytext=(5, spot),
            textcoords="offset points",
            color=colour,
            fontsize=style.SMALL,
            va="center",
            ha="left",
            fontweight="bold",
            annotation_clip=False,
        )


def _apart(spots: Sequence[float], gap: float, height: float) -> list[float]:
    order = sorted(range(len(spots)), key=lambda i: spots[i])
    placed = list(spots)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    over = placed[order[-1]] - height if order else 0.0
    if over > 0:
        placed = [p - over if p > height - gap * len(order) - over else p for p in placed]
        for after, before in pairwise(order[::-1]):
            placed[before] = min(placed[before], placed[after] - gap)
    return placed


def last(values: Sequence[float]) -> float:
    """Return the last finite value, or nan."""
    found = [v for v in values if v is not None and math.isfinite(v)]
    return float(found[-1]) if found else math.nan


def label_traces(axes: Axes, panel: Panel, curves: Curves) -> None:
    """Write the traces' names at the right edge."""
    items = [
        (t.label, t.ink, last(curves.fitted[t.observable]))
        for t in panel.traces
        if t.label and curves.fitted.get(t.observable)
    ]
    if items:
        end_labels(axes, items)


def heading(axes: Axes, words: str, unit: str, offset: float = -36.0) -> None:
    """Write a panel's name and unit in the left margin."""
    axes.annotate(
        words,
        (0, 0.5),
        xycoords="axes fraction",
        xytext=(offset, 1),
        textcoords="offset points",
        ha="right",
        va="bottom" if unit else "center",
        fontsize=style.TEXT,
        fontweight="bold",
        annotation_clip=False,
        linespacing=1.25,
    )
    if unit:
        axes.annotate(
            unit,
            (0, 0.5),
            xycoords="axes fraction",
            xytext=(offset, -1),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=style.SMALL,
            color=style.SOFT,
            annotation_clip=False,
            linespacing=1.25,
        )


def month_axis(axes: Axes, origin: str, limits: Limits, labels: bool, above: bool = False) -> None:
    """Put calendar quarters on a day axis, with the year beside January; months are minor ticks."""
    axes.set_xlim(*limits)
    start = text.calendar(origin, limits[0])
    end = text.calendar(origin, limits[1])
    zero = text.calendar(origin, 0.0)
    if start is None or end is None or zero is None:
        axes.tick_params(axis="x", labelbottom=labels)
        return
    months = [dt.date(y, m, 1) for y in range(start.year, end.year + 1) for m in range(1, 13)]
    inside = [m for m in months if start <= m <= end]
    quarters = [m for m in inside if m.month in (1, 4, 7, 10)]
    guides(axes, [(m - zero).days for m in quarters if m.month != 1], style.GRID)
    guides(axes, [(m - zero).days for m in quarters if m.month == 1], style.RULE)
    if not (labels or above):
        axes.xaxis.set_major_locator(NullLocator())
        return
    names = [f"{m:%b} {m.year}" if m.month == 1 or m is quarters[0] else f"{m:%b}" for m in quarters]
    axes.set_xticks([(m - zero).days for m in quarters], names)
    axes.set_xticks([(m - zero).days for m in inside], minor=True)
    axes.tick_params(axis="x", which="both", labelbottom=labels, bottom=labels, labeltop=above, top=False)


def guides(axes: Axes, days: Sequence[float], colour: str) -> None:
    """Draw thin vertical lines through a panel, behind everything."""
    if days:
        axes.vlines(days, 0, 1, transform=axes.get_xaxis_transform(), color=colour, linewidth=0.8, zorder=0)


def halo(words: Text) -> Text:
    """Give small text a white outline, so that it stays legible over curves (the SVG writer turns it into CSS)."""
    words.set_gid(HALO)
    words.set_path_effects([withStroke(linewidth=2.2, foreground=style.PAPER)])
    return words


def stacked(starts: Iterable[float], lengths: Iterable[float], gap: float = 0.0) -> list[int]:
    """Return a row for each item so that items on one row do not overlap (greedy, in the given order)."""
    ends: list[float] = []
    rows = []
    for start, length in zip(starts, lengths, strict=True):
        row = next((r for r, end in enumerate(ends) if end + gap <= start), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = start + length
        rows.append(row)
    return rows
