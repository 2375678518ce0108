"""Tornado: how far each parameter alone moves an endpoint, widest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.errors import InputError
from trimer.report import style, text
from trimer.report.plots.base import PAGE, Plot, sheet, sizes
from trimer.report.sensitivity_figure import heading
from trimer.study.sensitivity import Factor, Output
from trimer.study.tornado import Tornado

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT = Plot(
    "tornado",
    "Tornado of the parameters",
    "sensitivity",
    "How far an endpoint of the typical patient moves when one parameter alone goes to either end of its spread.",
    takes=(Tornado,),
)
SHOWN = 15
SAME = 1e-3  # of the endpoint: less than what the solver's tolerance lets it vary is no bar
LOW, HIGH = style.B_CELLS, style.BLASTS  # light and dark, and one of them hatched


def draw(found: Tornado, width: float = PAGE, *, endpoint: str = "mrd_day_28", most: int = SHOWN) -> Figure:
    """Return the tornado of one endpoint.

    Parameters
    ----------
    found : Tornado
    width : float
        Inches.
    endpoint : str
        Name of one of its outputs.
    most : int
        Parameters that are shown, the widest first.

    Raises
    ------
    InputError
        When there is no such endpoint, nothing moves it, the base could not be solved, or ``most`` is not positive.
    """
    j, order = _chosen(found, endpoint, most)
    out, base = found.outputs[j], float(found.base[j])
    small, _, _ = sizes(width)
    bar = 2.5 * small / 72.0  # inches a parameter: its name, and its range under it
    head = out.label or out.name
    figure = sheet(width, bar * len(order) + 1.5, head[:1].upper() + head[1:], found.label)
    axes = figure.subplots()
    for row, i in enumerate(order):
        for end, colour, hatch in ((found.low[i, j], LOW, ""), (found.high[i, j], HIGH, "/////")):
            look: Any = {"color": colour, "hatch": hatch, "edgecolor": style.PAPER, "linewidth": 0.0, "zorder": 2}
            if np.isfinite(end):
                axes.barh(row, end - base, 0.56, base, **look)
    axes.axvline(base, color=style.INK, linewidth=0.9, zorder=4)
    _reach(axes, found, j, order, 0.3 if width < 5.0 else 0.16)
    for row, i in enumerate(order):
        _ends(axes, row, found, i, j, small)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_yticks(range(len(order)), [f"{found.factors[i].name}\n{_range(found.factors[i])}" for i in order])
    axes.tick_params(axis="y", length=0, labelcolor=style.INK)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_xlabel(f"{head}{_in_unit(out)}; typical patient: {_number(out, base)}", color=style.SOFT)
    _scale(axes, out, 4 if width < 5.0 else 8)
    _key(axes)
    return figure


def data(found: Tornado, *, endpoint: str = "mrd_day_28", most: int = SHOWN) -> dict[str, Any]:
    """Return the bars, widest first, in the endpoint's unit; parameters as :func:`draw`."""
    j, order = _chosen(found, endpoint, most)
    out = found.outputs[j]
    return {
        "of": found.label,
        "endpoint": endpoint,
        "title": heading(out),
        "unit": out.unit,
        "base": _natural(out, float(found.base[j])),
        "parameters": [
            {
                "name": found.factors[i].name,
                "unit": found.factors[i].unit,
                "from": found.factors[i].low,
                "to": found.factors[i].high,
                "low": _natural(out, float(found.low[i, j])),
                "high": _natural(out, float(found.high[i, j])),
            }
            for i in order
        ],
    }


def remarks(found: Tornado, *, endpoint: str = "mrd_day_28", most: int = SHOWN) -> list[str]:
    """Return what has to be known to read the bars."""
    j, order = _chosen(found, endpoint, most)
    hidden = len(found.factors) - len(order)
    more = f" {hidden} more parameters move it less or not at all." if hidden > 0 else ""
    lost = int((~np.isfinite(found.low[:, j]) | ~np.isfinite(found.high[:, j])).sum())
    failed = f" {lost} could not be solved at an end." if lost else ""
    return [f"One parameter at a time, all others at their middle; interactions do not show.{more}{failed}", found.note]


def _chosen(found: Tornado, endpoint: str, most: int) -> tuple[int, tuple[int, ...]]:
    """Return the number of the endpoint and those of the factors shown."""
    j = found.output(endpoint)
    if not np.isfinite(found.base[j]):
        raise InputError("plot tornado", "a typical patient who could not be solved", "one who can")
    if most < 1:
        raise InputError("most", str(most), "a whole number, at least 1")
    moves = [i for i in found.order(j) if found.swing(i, j) > SAME * max(abs(float(found.base[j])), 1.0)]
    if not moves:
        raise InputError(f"endpoint {endpoint}", "no parameter that moves it", "at least one", "Choose another.")
    return j, tuple(moves[:most])


def _natural(out: Output, x: float) -> float:
    """Return a number of the endpoint in its own unit, where it is a decimal logarithm."""
    return float(10.0**x) if out.log else x


def _number(out: Output, x: float) -> str:
    return text.number(float(f"{_natural(out, x):.2g}"))


def _in_unit(out: Output) -> str:
    """Return the unit of the axis in brackets; ratios have none but say so."""
    shown = text.unit(out.unit) or ("fraction of cells" if out.name.startswith("mrd") else "ratio")
    return f" [{shown}]"


def _range(factor: Factor) -> str:
    """Return from where to where a parameter went, with its unit."""
    if factor.scale == "switch":
        return "no or yes"
    low, high = (text.number(float(f"{x:.2g}")) for x in (factor.low, factor.high))
    return f"{low} to {high} {text.unit(factor.unit)}".strip()


def _reach(axes: Axes, found: Tornado, j: int, order: tuple[int, ...], beside: float) -> None:
    """Set the ends of the axis so that the bars fit, and the values beside them, which need that part of the whole."""
    every = np.concatenate([found.low[list(order), j], found.high[list(order), j], [found.base[j]]])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    room = (high - low or 1.0) * beside
    axes.set_xlim(low - room, high + room)


def _ends(axes: Axes, row: int, found: Tornado, i: int, j: int, size: float) -> None:
    """Write the endpoint at either end of a bar, outside of it; one above the other where both lie on one side."""
    out, base = found.outputs[j], float(found.base[j])
    ends = [(float(found.low[i, j]), LOW), (float(found.high[i, j]), HIGH)]
    ends = [(x, colour) for x, colour in ends if np.isfinite(x)]
    left = min((x for x, _ in ends), default=base)
    right = max((x for x, _ in ends), default=base)
    shades = {LOW: style.T_CELLS, HIGH: style.BLASTS}
    for x, colour in ends:
        if x == base:
            continue
        outward = x > base
        if x not in (left, right) or (left > base and x == left) or (right < base and x == right):
            continue  # it lies within the other's bar, whose end is written
        axes.annotate(
            _number(out, x), (x, row), (3 if outward else -3, 0), textcoords="offset points", va="center",
            ha="left" if outward else "right", fontsize=size, color=shades[colour],
        )  # fmt: skip


def _scale(axes: Axes, out: Output, most: int) -> None:
    """Label an axis of logarithms with the numbers they are of."""
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_xlim()
    if not out.log:
        axes.xaxis.set_major_locator(MaxNLocator(most))
        return
    whole = np.arange(np.ceil(low), np.floor(high) + 1)
    if len(whole) >= 2:
        step = int(np.ceil(len(whole) / most))
        ticks = whole[::step]
        axes.set_xticks(ticks, [text.power_of_ten(int(k)) if k not in (0, 1) else f"{10 ** int(k)}" for k in ticks])
        return
    steps = np.array([a * 10.0**k for k in range(int(np.floor(low)), int(np.ceil(high)) + 1) for a in (1, 2, 3, 5, 7)])
    ticks = np.log10(steps)
    inside = (ticks >= low) & (ticks <= high)
    axes.set_xticks(ticks[inside], [text.number(float(x)) for x in steps[inside]])


def _key(axes: Axes) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=LOW, label="at its 5th percentile"),
        Patch(facecolor=HIGH, hatch="/////", edgecolor=style.PAPER, linewidth=0.0, label="at its 95th percentile"),
    ]
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderaxespad=0.1, ncols=2, handlelength=1.4,
        columnspacing=1.2, labelcolor=style.INK,
    )  # fmt: skip
