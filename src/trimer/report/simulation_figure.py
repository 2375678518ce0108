"""A simulation as small multiples, a panel an output: median and middle 90 % of patients, or one patient and rules."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.observables import described
from trimer.report import style, text
from trimer.study.simulation import NOTICE, Simulation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS, WIDE, HIGH = 3, 4.1, 2.15  # most panels a row; inches of a panel
KINDS = (".svg", ".png", ".pdf")
DECADES = 8.0  # decades that a logarithmic panel shows at most
PLAIN = (1e-3, 1e4)  # a logarithmic axis within this has plain numbers, any other powers of ten
MARKS: tuple[tuple[str, str, Any], ...] = (  # beginning of a rule's name, colour, dashes
    ("start of a cycle", style.SOFT, (0, (1, 1.5))),
    ("hold", style.TONES["warn"], (0, (4, 2))),
    ("resume", style.TONES["good"], "-"),
    ("stop", style.TONES["bad"], "-"),
)


def draw(found: Simulation) -> Figure:
    """Return the figure of a simulation.

    Raises
    ------
    InputError
        When no patient's curve is there.
    """
    import matplotlib
    from matplotlib.figure import Figure

    if not found.curves_of:
        raise InputError("--figure", "no patient who could be solved", "at least one, whose curve can be drawn")
    count = len(found.outputs)
    columns = 2 if count == 4 else min(COLUMNS, count)
    rows = math.ceil(count / columns)
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 8.5}):
        figure = Figure(figsize=(max(columns, 2) * WIDE, rows * HIGH + 1.0), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
        for j, output in enumerate(found.outputs):
            _panel(panels[j], found, j, output)
        for spare in panels[count:]:
            spare.set_visible(False)
        for axes in panels[max(0, count - columns) : count]:
            axes.set_xlabel("day of treatment", color=style.SOFT)
            axes.tick_params(labelbottom=True)
        figure.align_ylabels()
        figure.suptitle(f"{found.label}\n{_who(found)}", x=0.01, ha="left", fontsize=11, color=style.INK)
        figure.supxlabel(NOTICE, x=0.01, ha="left", fontsize=7, color=style.SOFT)
        drawn = {name: line for axes in panels[:1] for line in axes.lines if (name := line.get_gid())}
        if drawn:
            figure.legend(
                list(drawn.values()), list(drawn), loc="outside lower right", ncols=len(MARKS), fontsize=7.5,
                frameon=False, labelcolor=style.SOFT,
            )  # fmt: skip
    return figure


def _alone(found: Simulation) -> bool:
    """Return whether there is one patient only, whose decisions can be drawn."""
    return found.typical or found.patients == 1


def _who(found: Simulation) -> str:
    """Return whose curves these are."""
    if _alone(found):
        return "typical patient" if found.typical else f"virtual patient {found.endpoints['patient'][0]}"
    solved = int((found.endpoints["status"] == 0).sum())
    part = f" of the first {found.curves_of:,}" if found.curves_of < solved else ""
    return f"{found.patients:,} virtual patients, median and middle 90 %{part}"


def _panel(axes: Axes, found: Simulation, j: int, output: str) -> None:
    """Draw one output."""
    known = described(output)
    low, middle, high = found.curves[:, :, j]
    colour = style.of(output)
    floor = known.floor if known and known.log else 0.0
    if floor > 0.0:
        low, middle, high = (np.maximum(x, floor / 10.0) for x in (low, middle, high))
        axes.set_yscale("log")
        bottom, top = _span(low, high, floor / 10.0)
        axes.set_ylim(bottom, top)
        _decades(axes, bottom, top)
    if _alone(found):
        _decisions(axes, found)
    else:
        axes.fill_between(found.times, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(found.times, middle, color=colour, linewidth=1.4)
    axes.set_title(known.label.split(" (0 ")[0] if known else output, loc="left", fontsize=9, color=style.INK)
    axes.set_ylabel(text.unit(known.unit) if known else "", color=style.SOFT)
    axes.set_xlim(found.times[0], found.times[-1])
    axes.grid(True, color=style.GRID, linewidth=0.6)
    axes.tick_params(which="both", color=style.RULE, labelcolor=style.SOFT)
    axes.tick_params(which="minor", length=1.6)


def _span(low: NDArray[np.float64], high: NDArray[np.float64], least: float) -> tuple[float, float]:
    """Return the limits of a logarithmic axis: the data with a little room, at least a decade, at most ``DECADES``."""
    if not (np.isfinite(low).any() and np.isfinite(high).any()):
        return least, 10.0 * least
    bottom, top = max(float(np.nanmin(low)), least), max(float(np.nanmax(high)), 10.0 * least)
    bottom = max(bottom, top / 10.0**DECADES)
    return min(bottom / 1.5, top / 10.0), top * 1.5


def _decades(axes: Axes, bottom: float, top: float) -> None:
    """Label a logarithmic axis at decades, at 1, 2 and 5 where there are few, all as plain numbers or all as powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    plain = PLAIN[0] <= bottom and top <= PLAIN[1]
    few = plain and top / bottom < 60.0
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=6))

    def label(value: float, _place: int) -> str:
        return f"{value:,.10g}" if plain else text.power_of_ten(round(math.log10(value)))

    axes.yaxis.set_major_formatter(FuncFormatter(label))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _decisions(axes: Axes, found: Simulation) -> None:
    """Mark what rules did to the one patient."""
    for _, day, rule in found.decisions:
        for name, colour, dashes in MARKS:
            if rule.startswith(name):
                at = max(day, found.times[0])
                axes.axvline(at, color=colour, linestyle=dashes, linewidth=1.0, alpha=0.8, zorder=1, gid=name)


def check(path: str | os.PathLike[str]) -> Path:
    """Return where a figure is to be written, before anything is simulated for it.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or there is no such folder.
    """
    place = Path(path)
    if place.suffix.lower() not in KINDS:
        raise InputError("--figure", str(place), f"a file that ends with {', '.join(KINDS)}")
    if not place.parent.is_dir():
        raise InputError("--figure", str(place), "a file in a folder that exists")
    return place


def save(found: Simulation, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, the file cannot be written, or there is no curve to draw.
    """
    place = check(path)
    draft = place.with_name(f".{place.name}.part")
    try:
        draw(found).savefig(draft, format=place.suffix[1:].lower(), dpi=dpi, facecolor=style.PAPER)
        os.replace(draft, place)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise InputError("--figure", str(place), "a file that can be written", fault.strerror or "") from fault
