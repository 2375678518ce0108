"""Plans compared on one page: blasts and signs of cytokine release over time, and a forest of differences."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trimer.report import style
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check
from trimer.report.whatif import INSIDE, OUTSIDE, title, who
from trimer.study.outcomes_table import OUTCOMES
from trimer.study.paired import Estimated
from trimer.study.research import NOTICE
from trimer.study.whatif import Compared, WhatIf

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Array = NDArray[np.float64]
WIDE, CURVES_HIGH, ROW, EDGE = 15.0, 7.4, 0.3, 2.2  # inches: page, curves, a row of the forest, titles and caption
EARLY = 42.0  # day to which signs of cytokine release are drawn
MOST = 7  # curves that can be told apart
COLOURS = (style.INK, style.ENGAGER, style.BLASTS, style.NEUTROPHILS, style.IL6, style.PLATELETS, style.DRUG)
DASHES = ("-", "-", "--", "-.", ":", "-", "--")
MARKERS = ("o", "o", "s", "D", "^", "v", "X")
SHARES = ("remission", "mrd_negative", "remission_at_end", "relapsed", "crs", "severe_crs", "stopped")
DAYS = ("days_in_remission", "infusion_days", "hospital_days")
GAP = 0.23  # rows between plans of one outcome


def draw(found: WhatIf) -> Figure:
    """Return the figure of plans compared."""
    import matplotlib
    from matplotlib.figure import Figure

    rows = ROW * max(len(found.plans), 1) * (len(SHARES) + len(DAYS)) + 2.4
    high = max(CURVES_HIGH, rows) + EDGE
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 9.0}):
        figure = Figure(figsize=(WIDE, high), layout="constrained")
        head = (title(found), who(found), *found.warnings, *_outside(found))
        lines = [part for line in head for part in textwrap.wrap(line, 175)]
        figure.suptitle("\n".join(lines), x=0.008, ha="left", fontsize=10.5, color=style.INK, linespacing=1.4)
        halves = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.0, 1.12), wspace=0.03)[0]
        _curves(halves[0], found)
        _forests(halves[1], found)
        figure.supxlabel(caption(found), x=0.008, ha="left", fontsize=8, color=style.SOFT, linespacing=1.4)
    return figure


def caption(found: WhatIf, width: int = 215) -> str:
    """Return what has to be known to read the figure, wrapped to ``width`` letters."""
    lines = (
        f"Left: median and middle 90 % of {len(found.subjects)} subjects. Right: differences from "
        f"{found.reference.name} in the same subjects, with 90 % intervals; filled where 0 is outside. Numbers: as "
        "drawn.",
        *found.notes,
        NOTICE,
    )
    return "\n".join(part for line in lines for part in textwrap.wrap(line, width))


def _outside(found: WhatIf) -> tuple[str, ...]:
    """Return where the question leaves the calibrated range, as it stands above the figure."""
    sentences = found.outside()
    return (OUTSIDE, *(f"– {sentence}" for sentence in sentences)) if sentences else (INSIDE,)


def save(found: WhatIf, path: str | os.PathLike[str]) -> None:
    """Write the figure, as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    place = check(path)
    write(draw(found), place)


def _curves(place: SubFigure, found: WhatIf) -> None:
    """Draw marrow blasts to the horizon, and the signs of cytokine release of the first weeks."""
    early = min(EARLY, found.days)
    panels = place.subplots(3, 1, height_ratios=(1.25, 1.0, 1.0))
    for k, plan in enumerate(found.every[:MOST]):
        times, values = plan.outcomes.treated.times, plan.outcomes.treated.values
        known = plan.outcomes.status == 0
        if not known.any():
            continue
        name = plan.name + (" (reference)" if k == 0 else "")
        _band(panels[0], times, values["marrow_blast_percent"][known], k, name)
        near = times <= early
        _band(panels[1], times[near], values["temperature"][known][:, near], k, name)
        signs = np.maximum(values["hypotension"], values["hypoxia"])
        _band(panels[2], times[near], signs[known][:, near], k, name)
    heads = ("Marrow blasts, %", "Temperature, °C", "Worse of hypotension and hypoxia, grade")
    for axes, head in zip(panels, heads, strict=True):
        axes.set_title(head, loc="left", fontsize=9.5, color=style.INK)
        axes.set_xlabel("day from the decision", color=style.SOFT)
        axes.grid(color=style.GRID, linewidth=0.7)
        axes.set_xlim(0.0, found.days if axes is panels[0] else early)
    panels[0].set_ylim(0.0, 100.0)
    panels[2].set_ylim(bottom=0.0)
    place.legend(
        *panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=1, fontsize=8.8, frameon=False
    )  # fmt: skip


def _band(axes: Axes, times: Array, values: Array, k: int, name: str) -> None:
    """Draw median and middle 90 % of one plan."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95], axis=0)
    colour = COLOURS[k]
    axes.fill_between(times, low, high, color=colour, alpha=0.12, linewidth=0.0)
    axes.plot(times, middle, color=colour, linestyle=DASHES[k], linewidth=1.7, label=name)


def _forests(place: SubFigure, found: WhatIf) -> None:
    """Draw the differences of shares, and those of days."""
    panels = place.subplots(2, 1, height_ratios=(len(SHARES), len(DAYS) + 0.6))
    for axes, keys, factor, unit in ((panels[0], SHARES, 100.0, "percentage points"), (panels[1], DAYS, 1.0, "days")):
        _forest(axes, found, keys, factor)
        axes.set_xlabel(f"difference from {found.reference.name}, {unit}", color=style.SOFT)
    panels[0].set_title("Differences, subject by subject", loc="left", fontsize=9.5, color=style.INK)


def _forest(axes: Axes, found: WhatIf, keys: Sequence[str], factor: float) -> None:
    axes.axvline(0.0, color=style.SOFT, linewidth=0.9, zorder=1)
    count = len(found.plans[: MOST - 1])
    for row, key in enumerate(keys):
        for k, plan in enumerate(found.plans[: MOST - 1]):
            y = row + GAP * (k - (count - 1) / 2.0) * min(1.0, 4.0 / max(count, 1))
            _row(axes, plan, key, y, k + 1, factor)
    axes.set_yticks(range(len(keys)), [_wrapped(key) for key in keys], fontsize=8.8, color=style.INK)
    axes.set_ylim(len(keys) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.spines["left"].set_visible(False)


def _row(axes: Axes, plan: Compared, key: str, y: float, k: int, factor: float) -> None:
    """Draw one difference with its interval, and write both beside it."""
    own: Estimated = plan.differences[key]
    colour = COLOURS[k]
    if own.known:
        middle, low, high = (factor * x for x in (own.value, own.low, own.high))
        filled = own.shown != "not shown to differ"
        axes.plot([low, high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=2)
        axes.plot(
            [middle], [y], MARKERS[k], color=colour, markersize=5.6, markeredgewidth=1.2, zorder=3,
            markerfacecolor=colour if filled else style.PAPER,
        )  # fmt: skip
    axes.annotate(
        f"{own:bare}", (1.0, y), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=8.0, color=colour, annotation_clip=False,
    )  # fmt: skip


def _wrapped(key: str) -> str:
    return "\n".join(textwrap.wrap(OUTCOMES[key].label, 24))
