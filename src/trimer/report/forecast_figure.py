"""A forecast on one page: the course foretold beside what then happened, and the probabilities that were stated."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from trimer.report import style
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check
from trimer.report.twin import covered, scores
from trimer.report.twin_figure import page, place, verdict
from trimer.report.twin_panels import Content
from trimer.study.twin.forecast import Forecast, Statement
from trimer.study.twin.view import bands

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 0.34  # inches of a stated probability
YES, NO = style.TONES["good"], style.TONES["bad"]


def draw(found: Forecast) -> Figure:
    """Return the figure of a forecast."""
    twin, worth = found.twin, scores(found).partition("; ")[2]
    content = Content(twin, found.rows, bands(twin))
    lines = [
        (f"Forecast of {twin.case.id} from {found.until}: {covered(found, 'foretold')}", style.INK),
        (worth[:1].upper() + worth[1:], style.SOFT),
        verdict(twin),
    ]
    stated = [s for s in found.statements if s.role == "foretold"]
    return page(content, lines, partial(_stated, stated=stated), True)


def _stated(figure: Figure, left: float, top: float, wide: float, tall: float, stated: list[Statement]) -> None:
    """Draw the probability stated of each thing that could happen, with its Monte Carlo error, and what happened."""
    if not stated:
        return
    shown = stated[: max(int(tall / ROW), 1)]
    axes = place(figure, left + 0.25, top, wide - 0.75, ROW * len(shown))
    axes.set_title("Marrow blasts at most 5 %: probability\nstated, and what was then recorded", loc="left",
                   fontsize=style.TEXT, fontweight="bold", color=style.INK, x=-0.3)  # fmt: skip
    for row, one in enumerate(shown):
        axes.plot([100.0 * one.low, 100.0 * one.high], [row, row], color=style.T_CELLS, linewidth=2.4)
        axes.plot([100.0 * one.probability], [row], "o", markersize=5.0, color=style.T_CELLS,
                  markerfacecolor=style.PAPER, zorder=4)  # fmt: skip
        words, colour = {True: ("yes", YES), False: ("no", NO), None: ("not known", style.SOFT)}[one.happened]
        axes.annotate(
            words, (1, row), xycoords=("axes fraction", "data"), xytext=(5, 0), textcoords="offset points",
            fontsize=style.TEXT, color=colour, fontweight="bold", va="center", annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(shown)), [s.name.rpartition(" on ")[2] for s in shown], fontsize=style.SMALL)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0.0, 100.0)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=style.INK)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_xlabel("% of draws; bar: 90 % of the Monte Carlo error", fontsize=style.SMALL, color=style.SOFT)


def save(found: Forecast, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    check(path)
    write(draw(found), path, dpi)
