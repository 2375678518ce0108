"""A twin on two pages: its course beside the record and the population, and the paths of the walkers."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trimer.observables import OBSERVABLES
from trimer.report import panels, style, text, twin_panels
from trimer.report.panels import Panel
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check
from trimer.report.twin import mixed, quantity
from trimer.report.twin_panels import CLOSELY, ORDER, Content
from trimer.study.research import NOTICE
from trimer.study.twin.forecast import scored
from trimer.study.twin.posterior import ESS, RHAT
from trimer.study.twin.run import Twin
from trimer.study.twin.view import NINETY, Learned, bands, learned, paths, worst

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import Locator

Array = NDArray[np.float64]
Beside = Callable[["Figure", float, float, float, float], None]
WIDE, LEFT, RIGHT, CLOSE = 13.0, 1.72, 8.45, 1.15  # inches: page, calendar from and to, margin of the right column
GAP, TOP, BOTTOM = 0.12, 1.25, 0.75  # between panels, title and key, caption
STRETCH = 1.12  # of panel heights given in the course figure
PARAMETERS = 14  # most shown beside the course
AFTER = 30.0  # days shown after what a twin was fitted to
TRACES = 6


def content_of(twin: Twin) -> Content:
    """Return what the page of a fit shows: the course until a month after the last datum the twin knows."""
    rows = tuple(row for row in scored(twin).rows if row.role == "fitted")
    last = min(max(row.day for row in rows) + AFTER, twin.segment.setting.end)
    return Content(twin, rows, bands(twin, last))


def draw(content: Content, taught: Sequence[Learned]) -> Figure:
    """Return the page of a twin's course.

    Parameters
    ----------
    content : Content
    taught : sequence of Learned
        Of :func:`trimer.study.twin.view.learned`.
    """
    twin = content.twin
    seen = sum(row.covered for row in content.rows)
    day = twin.segment.until
    until = f", fitted to its record until {twin.segment.setting.record.date(day)}" if math.isfinite(day) else ""
    lines = [
        (f"The twin of {twin.case.id}{until}", style.INK),
        (f"{seen} of {len(content.rows)} data it was fitted to within 90 % of what would be measured", style.SOFT),
        verdict(twin),
    ]
    return page(content, lines, partial(_taught, taught=taught), False)


def verdict(twin: Twin) -> tuple[str, str]:
    """Return whether the walkers agree, in few words, and the colour of that."""
    rhat = max((m.rhat for m in twin.reported.values()), default=float("nan"))
    few = min((m.ess for m in twin.reported.values()), default=0.0)
    figures = f"worst R-hat {rhat:.3f}, fewest effective draws {few:.0f}, of {len(twin.reported)} reported quantities"
    if twin.converged:
        return f"Converged: {figures}", style.TONES["good"]
    return f"NOT CONVERGED: {figures}", style.TONES["bad"]


def page(content: Content, lines: Sequence[tuple[str, str]], beside: Beside, foretold: bool) -> Figure:
    """Return a page: title, key, calendar at the left, close-up of the first engager at the right, and what is below.

    Parameters
    ----------
    content : Content
    lines : sequence of (words, colour)
        Of the title.
    beside : callable
        Draws below the close-up: takes the figure and left, top, width and height in inches.
    foretold : bool
        Whether some of what was recorded was not known.
    """
    import matplotlib
    from matplotlib.figure import Figure

    calendar, close = content.shown(ORDER), content.shown(CLOSELY)
    tall = sum(p.height * STRETCH + GAP for p in calendar)
    with matplotlib.rc_context(style.SETTINGS):
        figure = Figure(figsize=(WIDE, TOP + tall + BOTTOM))
        twin_panels.title(figure, lines, 0.2, 0.14)
        twin_panels.key(figure, 0.2, 1.02, foretold)
        top = TOP
        for panel in calendar:
            axes = place(figure, LEFT, top, RIGHT - LEFT, panel.height * STRETCH)
            twin_panels.draw(axes, panel, content, content.limits)
            twin_panels.heading(axes, panel)
            panels.month_axis(axes, content.origin, content.limits, labels=panel is calendar[-1])
            if foretold:
                twin_panels.until(axes, content)
            top += panel.height * STRETCH + GAP
        left = RIGHT + CLOSE + 0.55
        top = _close(figure, content, close, left)
        beside(figure, left, top + 0.75, WIDE - left - 0.3, TOP + tall - top - 0.8)
        _foot(figure, caption(foretold))
    return figure


def place(figure: Figure, left: float, top: float, wide: float, tall: float) -> Axes:
    """Return axes placed in inches from the page's upper left corner."""
    x, y = figure.get_size_inches()
    return figure.add_axes((left / x, 1.0 - (top + tall) / y, wide / x, tall / y))


def _close(figure: Figure, content: Content, shown: Sequence[Panel], left: float) -> float:
    """Draw the close-up; return how many inches from the top it ends."""
    top = TOP
    for panel in shown:
        tall = 1.15
        axes = place(figure, left, top, WIDE - left - 0.5, tall)
        twin_panels.draw(axes, panel, content, content.bands.close)
        twin_panels.heading(axes, panel)
        twin_panels.day_axis(axes, content, labels=panel is shown[-1])
        top += tall + GAP
    return top


def caption(foretold: bool) -> str:
    """Return what has to be known to read the page."""
    known = "The black line is the date of the forecast; treatment after it is given as recorded. " if foretold else ""
    return (
        f"{known}Bands: 5 to 95 % of the course itself, errors of measurement left out; blue tint: an engager runs. "
        f"{NOTICE}"
    )


def _foot(figure: Figure, words: str, width: int = 210) -> None:
    high = figure.get_figheight()
    figure.text(
        0.2 / WIDE, 0.1 / high, textwrap.fill(words, width), va="bottom", fontsize=style.SMALL, color=style.SOFT,
        linespacing=1.35,
    )  # fmt: skip


def _taught(figure: Figure, left: float, top: float, wide: float, tall: float, taught: Sequence[Learned]) -> None:
    """Draw what the record taught of the parameters it moved most, in standard deviations of the prior."""
    moved = [item for item in taught if item.moved]
    room = max(int(tall / 0.25), 1)
    shown = moved[: min(PARAMETERS, room)]
    axes = place(figure, left + 0.55, top, wide - 0.65, min(tall, 0.27 * max(len(shown), 1)))
    rest = len(taught) - len(moved)
    axes.set_title(
        f"What the record taught: the {len(shown)} parameters\nit moved most; {rest} of {len(taught)} it did not move",
        loc="left", fontsize=style.TEXT, fontweight="bold", color=style.INK, x=-0.62,
    )  # fmt: skip
    axes.axvspan(-NINETY, NINETY, color=twin_panels.PRIOR, alpha=0.22, linewidth=0, zorder=0)
    axes.axvline(0.0, color=twin_panels.PRIOR, linewidth=1.0, linestyle=(0, (4, 2)))
    for row, item in enumerate(shown):
        reach = NINETY * (1.0 - item.shrinkage)
        axes.plot([item.shift - reach, item.shift + reach], [row, row], color=style.T_CELLS, linewidth=2.4)
        axes.plot([item.shift], [row], "o", markersize=4.6, color=style.T_CELLS, markerfacecolor=style.PAPER)
    axes.set_yticks(range(len(shown)), [item.name for item in shown], fontsize=style.SMALL)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    most = max([2.4, *(abs(item.shift) + NINETY * (1.0 - item.shrinkage) + 0.1 for item in shown)])
    axes.set_xlim(-most, most)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=style.INK)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_xlabel("standard deviations of the prior; 90 %", fontsize=style.SMALL, color=style.SOFT)


# ---- walkers


def traces_figure(twin: Twin, values: Mapping[str, Array]) -> Figure:
    """Return the page of the walkers' paths.

    Parameters
    ----------
    twin : Twin
    values : mapping of str to array, shape (n_walkers, n_kept)
        Of :func:`trimer.study.twin.view.paths`.
    """
    import matplotlib
    from matplotlib.figure import Figure

    rows = -(-len(values) // 2)
    with matplotlib.rc_context(style.SETTINGS):
        figure = Figure(figsize=(WIDE, 1.2 + 1.85 * rows + 0.25))
        head = f"Walkers of the twin of {twin.case.id}: the {len(values)} reported quantities on which they agree least"
        how = (
            f"Asked: R-hat below {RHAT:g}, effective size above {ESS:g}. A line is a walker, three of them darker; "
            "beside them all draws of the first half (blue) and the second (vermilion)."
        )
        twin_panels.title(figure, [(head, style.INK), verdict(twin), (how, style.SOFT)], 0.2, 0.14)
        wide = (WIDE - 0.8 - 2 * 0.75) / 2.0
        for k, (name, found) in enumerate(values.items()):
            left = 0.8 + (k % 2) * (wide + 0.75)
            top = 1.2 + (k // 2) * 1.85
            _trace(figure, (left, top, wide, 1.2), twin, name, found)
        _foot(figure, NOTICE)
    return figure


def _trace(figure: Figure, spot: tuple[float, float, float, float], twin: Twin, name: str, found: Array) -> None:
    """Draw the paths of the walkers and, beside them, where each half of the paths lies."""
    left, top, wide, tall = spot
    axes = place(figure, left, top, wide - 0.75, tall)
    aside = place(figure, left + wide - 0.7, top, 0.65, tall)
    known = OBSERVABLES.get(name.partition(" on ")[0])
    logarithmic = known is not None and known.log
    shown = np.log10(np.maximum(found, known.floor)) if known and logarithmic else found
    for k, path in enumerate(shown):
        dark = k % max(len(shown) // 3, 1) == 0
        axes.plot(path, color=style.INK if dark else style.T_CELLS, alpha=0.75 if dark else 0.22,
                  linewidth=0.8 if dark else 0.6, zorder=3 if dark else 2)  # fmt: skip
    half = shown.shape[1] // 2
    edges = np.linspace(float(shown.min()), float(shown.max()) + 1e-12, 26)
    for part, colour in ((shown[:, :half], style.T_CELLS), (shown[:, half:], style.BLASTS)):
        counts = np.histogram(part, edges)[0]
        aside.stairs(counts, edges, orientation="horizontal", color=colour, linewidth=1.1)
    low, high = float(edges[0]), float(edges[-1])
    for place_ in (axes, aside):
        place_.set_ylim(low - 0.03 * (high - low + 1e-9), high + 0.03 * (high - low + 1e-9))
    rhat, size = mixed(worst(twin, TRACES)[name])
    unit = text.unit(known.unit) if known else ""
    axes.set_title(
        f"{quantity(name)}{f', {unit}' if unit else ''}   R-hat {rhat}   effective {size}", loc="left",
        fontsize=style.TEXT, color=style.INK,
    )  # fmt: skip
    if logarithmic:
        axes.yaxis.set_major_locator(_decades(low, high))
        axes.yaxis.set_major_formatter(lambda x, _: text.number(10.0**x, 2))
    else:
        axes.yaxis.set_major_formatter(lambda x, _: text.number(float(f"{x:.3g}")))
    axes.grid(axis="y", color=style.GRID, linewidth=0.7)
    axes.set_xlim(0, shown.shape[1] - 1)
    axes.set_xlabel("draw kept", fontsize=style.SMALL, color=style.SOFT, labelpad=1)
    aside.set_axis_off()


def _decades(low: float, high: float) -> Locator:
    """Return where ticks of logarithms stand: at decades, or at 1, 2 and 5 where there are few."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    if high - low > 2.0:
        return MaxNLocator(4, integer=True)
    return FixedLocator([k + np.log10(x) for k in range(int(low) - 2, int(high) + 2) for x in (1.0, 2.0, 5.0)])


# ---- files


def save(twin: Twin, path: str | os.PathLike[str], dpi: int = 160) -> list[Path]:
    """Write the page of the course as the file's ending says, and beside it that of the walkers.

    Parameters
    ----------
    twin : Twin
    path : path
        Of the first page; the other has ``-walkers`` before the ending. Without walkers' figures there is one page.
    dpi : int
        Pixels per inch of a raster file.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or a file cannot be written.
    """
    first = check(path)
    write(draw(content_of(twin), learned(twin)), first, dpi)
    written = [first]
    values = paths(twin, TRACES)
    if values:
        written.append(first.with_name(f"{first.stem}-walkers{first.suffix}"))
        write(traces_figure(twin, values), written[-1], dpi)
    return written
