"""Clones of one patient over time as a fish plot: shares of the leukaemia stacked about a midline, burden as height."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.report import style, text
from trimer.report.plots.base import PAGE, Plot, sizes
from trimer.study.result import ObservationItem, ReplayResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Height = Literal["log", "linear"]

PLOT = Plot(
    "fish",
    "Fish plot of the clones",
    "case",
    "The clones' shares of the marrow's blasts over time, as tall together as the leukaemia is large, with what was "
    "given and what was recorded of the antigen.",
    (ReplayResult,),
)
ONE_CELL = 1e-9  # in 1e9 cells
NAMES = {  # by a word in the clone's name; from the edge to the midline: escape within what it escapes
    "sensitive": "chemosensitive",
    "resistant": "chemoresistant",
    "persister": "persister in its niche",
    "dim": "CD19-dim",
}
DIM = 50.0  # % of blasts from which an antigen recorded in words is dim
PIECES = 900  # points of an outline
SEEN = 0.02  # of the largest height; a thinner clone has no outline, which would be all that one sees of it


@dataclass(frozen=True)
class Fish:
    """Hold what a fish plot shows.

    Attributes
    ----------
    days : array, shape (n_times,)
    total : array, shape (n_times,), 1e9 cells
        Blasts of all clones in marrow.
    shares : dict of str to array, shape (n_times,)
        Of the total, by clone from the edge inwards; they add up to one, or to zero where there is no blast.
    """

    days: Array
    total: Array
    shares: dict[str, Array]

    def thickness(self, height: Height) -> Array:
        """Return the height of the whole, shape (n_times,): decades of cells above one, or 1e9 cells."""
        if height == "linear":
            return self.total
        return np.log10(np.maximum(self.total / ONE_CELL, 1.0))


def fish_of(result: ReplayResult) -> Fish:
    """Return the clones' shares in the fitted course of a replay.

    Raises
    ------
    InputError
        When it holds no clones.
    """
    if not result.clones:
        raise InputError("plot fish", f"no clones in the replay of {result.case}", "a course with clones")
    order = sorted(result.clones, key=lambda name: next((k for k, word in enumerate(NAMES) if word in name), -1))
    cells = {name: np.maximum(np.nan_to_num(np.asarray(result.clones[name], dtype=float)), 0.0) for name in order}
    total = np.sum(list(cells.values()), axis=0)
    some = np.where(total > 0.0, total, 1.0)
    return Fish(np.asarray(result.curves.days, dtype=float), total, {name: x / some for name, x in cells.items()})


def _called(clone: str) -> str:
    return next((words for word, words in NAMES.items() if word in clone), text.words(clone))


def antigen(result: ReplayResult) -> list[tuple[ObservationItem, str]]:
    """Return what was recorded of CD19, each with ``"dim"`` or ``"positive"``: the share of dim blasts as read."""
    seen = [o for o in result.observations if o.observable == "cd19_dim_percent"]
    return [(o, "dim" if o.low >= DIM else "positive") for o in sorted(seen, key=lambda o: o.day)]


def draw(result: ReplayResult, width: float = PAGE, *, height: Height = "log") -> Figure:
    """Return the figure.

    Parameters
    ----------
    result : ReplayResult
    width : float
        Inches.
    height : {"log", "linear"}
        Whether the height is decades of cells, or their number.

    Raises
    ------
    InputError
        When the height is another, or the replay holds no clones.
    """
    from trimer.report.plots import case_parts

    if height not in ("log", "linear"):
        raise InputError("height", repr(height), '"log" or "linear"')
    found = fish_of(result)
    heights = [0.36, 0.34 * width + 1.05, 0.26, 0.16]
    figure, (therapy, body, marrow, cd19) = case_parts.stack(width, heights, "Clones of the leukaemia", result.title)
    limits = _limits(found)
    small, _, _ = sizes(width)
    case_parts.strip(therapy, result, limits, small)
    case_parts.head(therapy, "Therapy", "", width)
    _body(body, found, height, width)
    case_parts.tint(body, result, chemotherapy=True, alpha=0.13)
    for axes in (body, marrow, cd19):
        case_parts.calendar(axes, result.origin, limits, width, labels=axes is cd19, guides=axes is body)
    case_parts.settle(figure)
    _recorded(marrow, cd19, result, limits, small)
    return figure


def _limits(found: Fish) -> tuple[float, float]:
    return float(found.days[0]), float(found.days[-1]) + 4.0


def _body(axes: Axes, found: Fish, height: Height, width: float) -> None:
    """Draw the clones, mirrored about the midline, each outlined in white."""
    small, size, _ = sizes(width)
    every = max(len(found.days) // PIECES, 1)
    days, half = found.days[::every], 0.5 * found.thickness(height)[::every]
    within = np.ones(len(days))  # share of this clone and of those inwards of it: painted over one another
    for k, (name, share) in enumerate(found.shares.items()):
        colour, edge = style.clone(name, k), within * half
        axes.fill_between(days, -edge, edge, color=colour, linewidth=0, zorder=2.0 + 0.1 * k, label=_called(name))
        seen = np.where(edge > SEEN * half.max(), edge, np.nan)
        for side in (1.0, -1.0):
            axes.plot(days, side * seen, color=style.PAPER, linewidth=0.5, zorder=2.05 + 0.1 * k)
        within = np.maximum(within - share[::every], 0.0)
    most = float(half.max())
    axes.set_ylim(-1.06 * most, 1.06 * most)
    _heights(axes, height, 2.0 * most)
    axes.set_ylabel(
        "Blasts in marrow, cells\n(height of the whole, log scale)" if height == "log"
        else "Blasts in marrow, 10⁹ cells\n(height of the whole)",
        fontsize=small, color=style.SOFT,
    )  # fmt: skip
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.012, 1.0), ncols=2 if width < 5.0 else 4, borderaxespad=0.1,
        handlelength=1.1, handleheight=0.8, columnspacing=1.3, fontsize=size,
    )  # fmt: skip


def _heights(axes: Axes, height: Height, most: float) -> None:
    """Write the whole's height at its edges above and below the midline."""
    if height == "log":
        powers = [k for k in (3, 6, 9, 12) if k <= 1.06 * most]
        ticks = [(0.5 * k, text.power_of_ten(k)) for k in powers]
        zero = "1"
    else:
        step = 10.0 ** math.floor(math.log10(most))
        marks: Sequence[float] = [x for x in (0.5 * step, step, 2 * step, 5 * step) if x <= most]
        ticks = [(0.5 * x, text.number(x)) for x in marks]
        zero = "0"
    both = [*((-x, words) for x, words in reversed(ticks)), (0.0, zero), *ticks]
    axes.set_yticks([x for x, _ in both], [words for _, words in both])
    axes.hlines([x for x, _ in both], 0, 1, transform=axes.get_yaxis_transform(), color=style.GRID, lw=0.6, zorder=0)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.spines["left"].set_visible(False)


def _recorded(marrow: Axes, cd19: Axes, result: ReplayResult, limits: tuple[float, float], small: float) -> None:
    """Write recorded marrow blasts, and what was recorded of CD19, in two lanes under the fish."""
    from trimer.report import panels

    per_day = marrow.get_window_extent().width * 72.0 / marrow.figure.dpi / (limits[1] - limits[0])
    seen = [o for o in result.observations if o.observable == "marrow_blast_percent"]
    told = [(o.day, text.bounds(o.low, o.high, "%").removesuffix(" %").replace(" ", "")) for o in seen]
    marks = [(o.day, words) for o, words in antigen(result)]
    for axes, name, items in ((marrow, "marrow, %", told), (cd19, "CD19", marks)):
        axes.set_ylim(0.0, 1.0)
        axes.set_yticks([0.5], [name])
        axes.tick_params(axis="y", length=0, pad=3, labelcolor=style.INK)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(side == "bottom" and axes is cd19)
        long = [(0.62 * small * len(words) + 3.0) / per_day for _, words in items]
        rows = panels.stacked([day - 0.5 * n for (day, _), n in zip(items, long, strict=True)], long)
        for (day, words), row in zip(items, rows, strict=True):
            level = (row + 0.5) / (max(rows) + 1)
            if axes is marrow:
                axes.text(day, level, words, ha="center", va="center", fontsize=small, color=style.INK)
            else:
                _antigen(axes, day, level, words, small, day + long[0] > limits[1])


def _antigen(axes: Axes, day: float, level: float, words: str, small: float, late: bool) -> None:
    dim = words == "dim"
    colour = style.clone("dim", 0) if dim else style.INK
    axes.plot(
        [day], [level], "D" if dim else "o", markersize=4.4 if dim else 3.8, color=colour, clip_on=False,
        markerfacecolor=colour if dim else style.PAPER, markeredgewidth=1.0,
    )  # fmt: skip
    axes.annotate(
        words, (day, level), xytext=(-5 if late else 5, 0), textcoords="offset points", va="center_baseline",
        ha="right" if late else "left", fontsize=small, color=colour, fontweight="bold" if dim else "normal",
    )  # fmt: skip


def data(result: ReplayResult, *, height: Height = "log") -> Mapping[str, Any]:
    """Return the numbers drawn: days, blasts of all clones, shares, treatments, and what was recorded of CD19."""
    from trimer.report.plots import case_parts

    found = fish_of(result)
    return {
        "case": result.case,
        "origin": result.origin,
        "height": height,
        "days": found.days.tolist(),
        "blasts_marrow_1e9_cells": found.total.tolist(),
        "shares": {name: x.tolist() for name, x in found.shares.items()},
        "treatments": [
            {"number": t.number, "label": t.label, "start": t.start, "end": t.end, "kind": t.kind}
            for t in case_parts.treatments(result)
        ],
        "recorded_cd19": [{"day": o.day, "date": o.date, "cd19": words} for o, words in antigen(result)],
    }


def remarks(result: ReplayResult, *, height: Height = "log") -> tuple[str, ...]:
    """Return what has to be known to read the figure."""
    from trimer.report.plots import case_parts

    how = "from one cell, a power of ten an equal step" if height == "log" else "in proportion to their number"
    told = len(antigen(result))
    recorded = (
        f"what flow cytometry found of it ({told} times) is marked under the clones"
        if told
        else "none is recorded here"
    )
    found = [
        f"The height of the whole is the number of blasts in the marrow, {how}; within it, clones are as wide as their "
        "shares, mirrored about the midline. That one lies within another says nothing of descent.",
        "Clones and their shares are those of the simulation fitted to the record: no clone was counted in the "
        f"patient. Of the antigen only a reading is recorded; {recorded}.",
        case_parts.key(result),
        f"Record: {result.citation}",
    ]
    return tuple(words for words in found if words)
