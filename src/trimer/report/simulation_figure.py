"""A simulation as small multiples: one panel an output, median and the middle 90 % of patients, and what rules did."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.report import style
from trimer.study.simulation import NOTICE, Simulation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS, WIDE, HIGH = 3, 4.1, 2.15  # panels a row; inches of a panel
KINDS = (".svg", ".png", ".pdf")
DECADES = 8.0  # decades that a logarithmic panel shows at most
MARKS = (
    ("start of a cycle", style.ENGAGER),
    ("hold", style.TEMPERATURE),
    ("resume", style.T_CELLS),
    ("stop", style.BLASTS),
)


def draw(found: Simulation) -> Figure:
    """Return the figure of a simulation."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.size": 8.5, "axes.spines.top": False, "axes.spines.right": False}):
        rows = math.ceil(len(found.outputs) / COLUMNS)
        figure = Figure(figsize=(COLUMNS * WIDE, rows * HIGH + 1.0), layout="constrained")
        panels = figure.subplots(rows, COLUMNS, squeeze=False, sharex=True).ravel()
        for j, output in enumerate(found.outputs):
            _panel(panels[j], found, j, output)
        for spare in panels[len(found.outputs) :]:
            spare.set_visible(False)
        for axes in panels[max(0, len(found.outputs) - COLUMNS) : len(found.outputs)]:
            axes.set_xlabel("day of treatment")
            axes.tick_params(labelbottom=True)
        who = "typical patient" if found.typical else f"{found.patients:,} virtual patients, median and middle 90 %"
        figure.suptitle(f"{found.label}\n{who}", x=0.01, ha="left", fontsize=11, color=style.INK)
        figure.supxlabel(NOTICE, x=0.01, ha="left", fontsize=7, color=style.SOFT)
    return figure


def _panel(axes: Axes, found: Simulation, j: int, output: str) -> None:
    """Draw one output."""
    known = OBSERVABLES.get(output)
    low, middle, high = found.curves[:, :, j]
    colour = style.of(output)
    floor = known.floor if known and known.log else 0.0
    if floor > 0.0:
        low, middle, high = (np.maximum(x, floor / 10.0) for x in (low, middle, high))
        axes.set_yscale("log")
        bottom, top = _span(low, high, floor / 10.0)
        axes.set_ylim(bottom, top)
    if found.typical:
        _decisions(axes, found)
    else:
        axes.fill_between(found.times, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(found.times, middle, color=colour, linewidth=1.4)
    axes.set_title(known.label.split(" (0 ")[0] if known else output, loc="left", fontsize=9, color=style.INK)
    axes.set_ylabel(known.unit if known else "", color=style.SOFT)
    axes.set_xlim(found.times[0], found.times[-1])
    axes.grid(True, color=style.GRID, linewidth=0.6)
    axes.tick_params(colors=style.SOFT)
    axes.set_axisbelow(True)


def _span(low: NDArray[np.float64], high: NDArray[np.float64], least: float) -> tuple[float, float]:
    """Return the limits of a logarithmic axis: the data with a little room, at least a decade, at most ``DECADES``."""
    if not (np.isfinite(low).any() and np.isfinite(high).any()):
        return least, 10.0 * least
    bottom, top = max(float(np.nanmin(low)), least), max(float(np.nanmax(high)), 10.0 * least)
    bottom = max(bottom, top / 10.0**DECADES)
    return min(bottom / 1.5, top / 10.0), top * 1.5


def _decisions(axes: Axes, found: Simulation) -> None:
    """Mark what rules did to the one patient."""
    for _, day, rule in found.decisions:
        colour = next((c for begin, c in MARKS if rule.startswith(begin)), None)
        if colour:
            axes.axvline(max(day, found.times[0]), color=colour, linewidth=0.8, alpha=0.5)


def save(found: Simulation, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    place = Path(path)
    if place.suffix not in KINDS:
        raise InputError("--figure", str(place), f"a file that ends with {', '.join(KINDS)}")
    draft = place.with_name(f".{place.name}.part")
    try:
        draw(found).savefig(draft, format=place.suffix[1:], dpi=dpi, facecolor=style.PAPER)
        os.replace(draft, place)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise InputError("--figure", str(place), "a file that can be written", fault.strerror or "") from fault
