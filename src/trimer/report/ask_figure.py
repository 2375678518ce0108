"""An answer as one figure: outcomes by option with their intervals, the trade-off, scans, and the sentences."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.report import style
from trimer.report.ask import Document, heading
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

WIDE, ROW, EDGE, LOWER = 16.5, 0.52, 1.15, 4.9  # inches: page, an option's row, titles and axes, lower panels
PANELS = 4  # outcomes drawn
REFERENCE = ("reference", style.INK, "s")
LOOKS = {  # colour and shape of a verdict: told apart without colour
    "better": (style.T_CELLS, "D"),
    "worse": (style.BLASTS, "X"),
    "not shown to differ": (style.SOFT, "o"),
    "higher": (style.ENGAGER, "^"),
    "lower": (style.ENGAGER, "v"),
}
LINES = (style.T_CELLS, style.BLASTS, style.ENGAGER, style.NEUTROPHILS, style.IL6, style.PLATELETS)


def draw(found: Document) -> Figure:
    """Return the figure of an answer.

    Parameters
    ----------
    found : mapping
        Of :meth:`trimer.study.ask.answer.Answer.to_dict`.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    options = sorted(found["options"], key=lambda option: option["name"] != found["reference"])
    rows = ROW * len(options) + EDGE
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 10.0}):
        padded = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08)
        figure = Figure(figsize=(WIDE, rows + LOWER + 1.9), layout=padded)
        title = f"{found['title']}\n{textwrap.fill(found['question'], 150)}"
        figure.suptitle(title, x=0.012, ha="left", fontsize=13.5, color=style.INK, linespacing=1.45)
        top, bottom = figure.subfigures(2, 1, squeeze=False, height_ratios=[rows, LOWER], hspace=0.05).ravel()
        _forest(top, found, options)
        scans = found["scans"]
        widths = [1.0, *([1.0] if scans else []), 1.15]
        parts = bottom.subfigures(1, len(widths), squeeze=False, width_ratios=widths).ravel()
        _plane(parts[0], found, options)
        if scans:
            _scan(parts[1], found, scans[0])
        _sentences(parts[-1], found)
        figure.supxlabel(caption(found), x=0.012, ha="left", fontsize=8.6, color=style.SOFT, linespacing=1.4)
    return figure


def caption(found: Document, width: int = 210) -> str:
    """Return what has to be known to read the figure, wrapped to ``width`` letters."""
    read = (
        f"{found['subjects']['label']}, {found['days']:g} days. Above: each option's outcome with its interval; the "
        "figures beside it are paired differences from the reference (dashed) in the same subjects, bold where shown."
    )
    lines = (*found["remarks"], read, *found["meaning"], found["note"])
    return "\n".join(part for line in lines for part in textwrap.wrap(line, width))


def _scale(outcome: Document) -> float:
    return 100.0 if outcome["kind"] == "share" else 1.0


def _look(option: Document, outcome: str) -> tuple[str, str]:
    """Return the colour and shape of an option's outcome."""
    if "differences" not in option:
        return REFERENCE[1:]
    return LOOKS[option["differences"][outcome]["verdict"]]


def _finite(estimate: Document) -> bool:
    return None not in (estimate["value"], estimate["low"], estimate["high"])


def _forest(place: SubFigure, found: Document, options: list[Document]) -> None:
    """Draw each option's outcomes as intervals, a column an outcome."""
    shown = found["outcomes"][:PANELS]
    panels = place.subplots(1, len(shown), squeeze=False, sharey=True)[0]
    for axes, outcome in zip(panels, shown, strict=True):
        name, k = outcome["name"], _scale(outcome)
        base = options[0]["values"][name]
        if _finite(base):
            axes.axvline(k * base["value"], color=style.SOFT, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
        for row, option in enumerate(options):
            _interval(axes, row, option, outcome)
        _room(axes)
        for row, option in enumerate(options[1:], start=1):
            _difference(axes, row, option, name)
        way = {"higher": "more is better", "lower": "less is better"}.get(outcome["better"], "")
        axes.set_title("\n".join(textwrap.wrap(heading(outcome), 38)), loc="left", fontsize=10.5, color=style.INK)
        axes.set_xlabel(way, fontsize=9, color=style.SOFT)
        axes.grid(axis="x", color=style.GRID, linewidth=0.8)
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", labelsize=9)
        axes.spines["left"].set_visible(False)
    labels = [f"{row + 1}   {textwrap.fill(option['label'], 34)}" for row, option in enumerate(options)]
    panels[0].set_yticks(range(len(options)), labels, fontsize=10, color=style.INK, linespacing=1.1)
    panels[0].get_yticklabels()[0].set_weight("bold")
    panels[0].set_ylim(len(options) - 0.45, -0.6)
    _legend(place, options, [outcome["name"] for outcome in shown])


def _interval(axes: Axes, row: int, option: Document, outcome: Document) -> None:
    estimate, k = option["values"][outcome["name"]], _scale(outcome)
    if not _finite(estimate):
        return
    colour, shape = _look(option, outcome["name"])
    axes.hlines(row, k * estimate["low"], k * estimate["high"], color=colour, linewidth=3.2, alpha=0.55, zorder=2)
    axes.plot(
        k * estimate["value"], row, shape, color=colour, markersize=8.0, markeredgecolor=style.PAPER,
        markeredgewidth=0.9, zorder=3,
    )  # fmt: skip


def _room(axes: Axes) -> None:
    """Leave room on the right for the differences, which are written there."""
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.9 * (high - low))


def _difference(axes: Axes, row: int, option: Document, outcome: str) -> None:
    difference = option["differences"][outcome]
    if difference["value"] is None:
        return
    colour, _ = _look(option, outcome)
    shown = difference["verdict"] != "not shown to differ"
    axes.text(
        1.0, row, difference["bare"], transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=9,
        color=colour, weight="bold" if shown else "normal",
        bbox={"facecolor": style.PAPER, "alpha": 0.85, "edgecolor": "none", "pad": 0.8}, zorder=4,
    )  # fmt: skip


def _legend(place: SubFigure, options: list[Document], outcomes: list[str]) -> None:
    from matplotlib.lines import Line2D

    used = {option["differences"][name]["verdict"] for option in options[1:] for name in outcomes}
    looks = [REFERENCE, *((verdict, *look) for verdict, look in LOOKS.items() if verdict in used)]
    marks = [
        Line2D([], [], marker=shape, color=colour, linewidth=2.4, markersize=7, label=verdict)
        for verdict, colour, shape in looks
    ]
    place.legend(handles=marks, loc="outside upper right", ncols=len(marks), frameon=False, fontsize=9.5)


def _plane(place: SubFigure, found: Document, options: list[Document]) -> None:
    """Draw the differences of two outcomes against each other, an option a point with its number."""
    known = {outcome["name"]: outcome for outcome in found["plane"]}
    x, y = (known[name] for name in found["trade_off"])
    axes = place.subplots()
    axes.axhline(0.0, color=style.SOFT, linewidth=1.0, zorder=1)
    axes.axvline(0.0, color=style.SOFT, linewidth=1.0, zorder=1)
    axes.plot(0.0, 0.0, REFERENCE[2], color=REFERENCE[1], markersize=8.5, zorder=4)
    for row, option in enumerate(options[1:], start=2):
        a, b = (option["differences"][name["name"]] for name in (x, y))
        if not (_finite(a) and _finite(b)):
            continue
        colour = _weighed(a["verdict"], b["verdict"])
        at = (_scale(x) * a["value"], _scale(y) * b["value"])
        axes.errorbar(
            *at, xerr=_arms(a, _scale(x)), yerr=_arms(b, _scale(y)), fmt="o", color=colour, markersize=7.5,
            markeredgecolor=style.PAPER, markeredgewidth=0.9, elinewidth=1.6, zorder=3,
        )  # fmt: skip
        axes.annotate(
            str(row), at, (6, 5), textcoords="offset points", fontsize=12, color=colour, weight="bold", zorder=5
        )
    axes.set_title("Trade-off: differences from the reference (square)", loc="left", fontsize=10.5, color=style.INK)
    axes.set_xlabel(_axis(x, "points"), fontsize=9.5)
    axes.set_ylabel(_axis(y, "points"), fontsize=9.5)
    axes.tick_params(labelsize=9)
    axes.grid(color=style.GRID, linewidth=0.8)
    _better(axes, x, y)


def _weighed(*verdicts: str) -> str:
    """Return the colour of two verdicts together: better or worse without the other, or some of each."""
    if "better" in verdicts:
        return style.ENGAGER if "worse" in verdicts else style.T_CELLS
    return style.BLASTS if "worse" in verdicts else style.SOFT


def _axis(outcome: Document, share: str = "%") -> str:
    """Return the label of an axis, wrapped; ``share`` is the unit of shares."""
    label = heading(outcome)
    label = f"{label.removesuffix(', %')}, {share}" if outcome["kind"] == "share" else label
    return "\n".join(textwrap.wrap(label, 46))


def _better(axes: Axes, x: Document, y: Document) -> None:
    """Shade where an option is better on both, where both have a better way."""
    if not (x["better"] and y["better"]):
        return
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    rightwards, up = x["better"] == "higher", y["better"] == "higher"
    across, along = ((0.0, right) if rightwards else (left, 0.0)), ((0.0, top) if up else (bottom, 0.0))
    axes.fill_between(across, *along, color=style.T_CELLS, alpha=0.08, linewidth=0, zorder=0)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.text(
        0.985 if rightwards else 0.015, 0.98 if up else 0.02, "better on both", transform=axes.transAxes,
        ha="right" if rightwards else "left", va="top" if up else "bottom", fontsize=9.5, color=style.T_CELLS,
        style="italic", zorder=1,
    )  # fmt: skip


def _arms(estimate: Document, k: float) -> Any:
    """Return the lengths of an interval's arms, shape (2, 1)."""
    value, low, high = (k * estimate[key] for key in ("value", "low", "high"))
    return np.array([[max(value - low, 0.0)], [max(high - value, 0.0)]])


def _scan(place: SubFigure, found: Document, scan: Document) -> None:
    """Draw the differences from the reference along a scan."""
    axes = place.subplots()
    k = _scale(scan["outcome"])
    at = np.arange(len(scan["values"]), dtype=float)
    labels = {option["name"]: option["label"] for option in found["options"]}
    count = len(scan["options"])
    for i, (name, points) in enumerate(scan["options"].items()):
        colour = LINES[i % len(LINES)]
        known = np.array([_finite(point) for point in points])
        value, low, high = (
            np.array([np.nan if point[key] is None else k * point[key] for point in points])
            for key in ("value", "low", "high")
        )
        x = at + 0.09 * (i - (count - 1) / 2.0)
        axes.vlines(x[known], low[known], high[known], color=colour, linewidth=2.6, alpha=0.55)
        axes.plot(x, value, "o-", color=colour, markersize=6.5, linewidth=1.3, label=labels[name])
    axes.axhline(0.0, color=style.INK, linewidth=1.0)
    axes.set_xticks(at, scan["values"])
    axes.tick_params(labelsize=9)
    axes.set_ylabel(_axis(scan["outcome"], "points") + "\ndifference from the reference", fontsize=9.5)
    axes.set_xlabel(scan["parameter"], fontsize=9.5)
    axes.set_title("How much rests on one parameter", loc="left", fontsize=10.5, color=style.INK)
    axes.grid(axis="y", color=style.GRID, linewidth=0.8)
    axes.margins(x=0.08, y=0.18)
    axes.legend(frameon=False, fontsize=9, loc="best")


def _sentences(place: SubFigure, found: Document) -> None:
    """Write the answer and what not to conclude."""
    width = 62 if found["scans"] else 84
    axes = place.subplots()
    axes.axis("off")
    blocks = [(f"{number}. {sentence}", style.INK) for number, sentence in enumerate(found["answer"], start=1)]
    blocks.append((found["do_not_conclude"], style.BLASTS))
    wrapped = [(textwrap.wrap(body, width), colour) for body, colour in blocks]
    lines = sum(len(part) for part, _ in wrapped) + len(wrapped)
    size = min(10.5, 72.0 * (LOWER - 0.6) / (1.42 * lines))
    step = 1.0 / max(lines, 72.0 * (LOWER - 0.6) / (1.42 * size))
    y = 1.0
    for part, colour in wrapped:
        axes.text(0.0, y, "\n".join(part), ha="left", va="top", fontsize=size, color=colour, linespacing=1.3)
        y -= step * (len(part) + 0.8)


def svg(found: Document) -> str:
    """Return the figure as SVG text, for a page."""
    import io

    import matplotlib

    picture = io.StringIO()
    with matplotlib.rc_context(style.SETTINGS):
        draw(found).savefig(picture, format="svg", facecolor=style.PAPER, metadata={"Date": None})
    return picture.getvalue()


def save(found: Document, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    check(path)
    write(draw(found), path, dpi)
