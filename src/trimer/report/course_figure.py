"""The course at a glance: therapy above disease, counts, immune cells, cytokine, temperature, clones; one calendar."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from trimer.report import lanes, marks, panels, style, text
from trimer.report.panels import Drawn, Panel, Trace
from trimer.study.result import Curves, ReplayResult

WIDTH = 11.0
LEFT, RIGHT = 1.62, 1.02
CR_LIMIT = 5.0

MARROW = Panel(
    "Marrow blasts",
    "% of nucleated cells\nlinear above 5,\nlogarithmic below",
    (Trace("marrow_blast_percent"),),
    (0.001, 100.0),
    1.9,
    log=False,
    lines=((CR_LIMIT, ""), (0.01, "")),
    ticks=(0.01, 0.1, 1, 5, 25, 50, 75, 100),
    hybrid=True,
)
PANELS = (
    MARROW,
    Panel(
        "White cells",
        "×10⁹/L",
        (Trace("wbc", "white cells"), Trace("blasts_blood", "blasts", dashed=True, banded=False)),
        (0.01, 1000.0),
        1.15,
        ticks=(0.01, 0.1, 1, 10, 100),
    ),
    Panel(
        "Neutrophils", "×10⁹/L", (Trace("anc"),), (0.01, 20.0), 0.95, lines=((1.0, "CR > 1"),), ticks=(0.01, 0.1, 1, 10)
    ),
    Panel(
        "Platelets",
        "×10⁹/L",
        (Trace("platelets"),),
        (3.0, 600.0),
        0.95,
        lines=((100.0, "CR > 100"),),
        ticks=(10, 30, 100, 300),
    ),
    Panel(
        "Lymphocytes\nin blood",
        "×10⁹/L",
        (Trace("t_cells_blood", "T cells"), Trace("b_cells_blood", "normal B", dashed=True, banded=False)),
        (0.0005, 5.0),
        1.05,
        ticks=(0.001, 0.01, 0.1, 1),
    ),
    Panel("IL-6", "pg/mL", (Trace("il6"),), (1.0, 5000.0), 0.75, ticks=(1, 10, 100, 1000)),
    Panel(
        "Temperature",
        "°C",
        (Trace("temperature"),),
        (36.0, 41.0),
        0.62,
        log=False,
        lines=((38.0, ""),),
        ticks=(37, 38, 40),
    ),
)


def draw(result: ReplayResult) -> Drawn:
    """Return the course figure.

    Parameters
    ----------
    result : ReplayResult

    Returns
    -------
    Drawn
    """
    limits = _limits(result)
    drug = lanes.engager(result)
    heights = [0.84, 0.74, 0.5 if drug else 0.02, 0.108 * max(len(lanes.drug_order(result, drug)), 1) + 0.05]
    shown = [
        panels.widened(p, result.curves, result)
        for p in PANELS
        if any(t.observable in result.curves.fitted for t in p.traces)
    ]
    heights += [p.height for p in shown] + [1.25, 0.42]
    gap, top, bottom = 0.1, 0.62, 0.34
    total = sum(heights) + gap * (len(heights) - 1) + top + bottom
    figure = Figure(figsize=(WIDTH, total))
    axes, edge = [], total - top
    for height in heights:
        axes.append(
            figure.add_axes((LEFT / WIDTH, (edge - height) / total, (WIDTH - LEFT - RIGHT) / WIDTH, height / total))
        )
        edge -= height + gap
    scale = (WIDTH - LEFT - RIGHT) * 72.0 / (limits[1] - limits[0])
    _therapy(axes[:4], result, drug, limits, scale)
    tips: dict[str, str] = {}
    for spot, panel in zip(axes[4:-2], shown, strict=True):
        tips |= draw_panel(spot, panel, result, result.curves, limits)
        panels.heading(spot, panel.heading, panel.unit)
        panels.label_traces(spot, panel, result.curves)
    _clones(axes[-2], result, limits)
    _shares(axes[-1], result, limits)
    for spot in axes[1:]:
        _infusions(spot, result, drug)
    for spot in axes:
        panels.month_axis(spot, result.origin, limits, labels=spot is axes[-1], above=spot is axes[0])
    marks.key(figure, (LEFT / WIDTH, 1 - 0.26 / total, (WIDTH - LEFT - RIGHT) / WIDTH, 0.2 / total))
    return Drawn(figure, tips)


def _limits(result: ReplayResult) -> panels.Limits:
    days = [d for d in result.curves.days if math.isfinite(d)]
    days += [d for dose in result.doses for d in (dose.start, dose.end) if math.isfinite(d)]
    return (min(days) - 4.0, max(days) + 4.0) if days else (0.0, 30.0)


def _therapy(axes: list[Axes], result: ReplayResult, drug: str, limits: panels.Limits, scale: float) -> None:
    lanes.judged_lane(axes[0], lanes.verdicts(result, "response"), limits, scale)
    panels.heading(axes[0], "Judged\nresponse", text.criteria(lanes.set_name(result, "response")), -60)
    lanes.regimen_lane(axes[1], result, limits, scale)
    panels.heading(axes[1], "Regimens", "", -5)
    if drug:
        lanes.engager_lane(axes[2], result, drug, limits)
        panels.heading(axes[2], text.words(drug).capitalize(), "infusion rate", -5)
    else:
        axes[2].set_axis_off()
    lanes.drug_lanes(axes[3], result, drug, limits)


def draw_panel(
    axes: Axes,
    panel: Panel,
    result: ReplayResult,
    curves: Curves,
    limits: panels.Limits,
    column: Literal["only", "left", "right"] = "only",
) -> dict[str, str]:
    """Draw one panel with its curves and recorded values; return the hover texts by gid."""
    axes.set_xlim(*limits)
    if panel.hybrid:
        axes.set_yscale("function", functions=(hybrid, unhybrid))
        axes.axhspan(panel.limits[0], CR_LIMIT, color="#e8f3ee", linewidth=0, zorder=0)
        for value, words in () if column == "right" else ((CR_LIMIT, "remission: at most 5 %"), (0.01, "MRD 10⁻⁴")):
            panels.halo(
                axes.annotate(
                    words,
                    (0, value),
                    xycoords=("axes fraction", "data"),
                    xytext=(4, 2),
                    zorder=6,
                    textcoords="offset points",
                    fontsize=style.SMALL,
                    color=style.TONES["good"],
                )
            )
    panels.draw(axes, panel, curves, margin=column != "left")
    return marks.observations(axes, panel, result, limits, dated=column == "only")


def hybrid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map per cent to height: logarithmic from 0.001 to 5 over one unit, linear from 5 to 100 over 1.6 units."""
    v = np.maximum(np.asarray(values, dtype=float), 1e-12)
    log = 1.0 + np.log10(v / CR_LIMIT) / math.log10(CR_LIMIT / 0.001)
    return np.asarray(np.where(v > CR_LIMIT, 1.0 + 1.6 * (v - CR_LIMIT) / 95.0, log), dtype=float)


def unhybrid(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Invert :func:`hybrid`."""
    h = np.asarray(heights, dtype=float)
    low = CR_LIMIT * 10.0 ** ((np.minimum(h, 1.0) - 1.0) * math.log10(CR_LIMIT / 0.001))
    return np.asarray(np.where(h > 1.0, CR_LIMIT + 95.0 * (h - 1.0) / 1.6, low), dtype=float)


def _infusions(axes: Axes, result: ReplayResult, drug: str) -> None:
    """Tint the engager's cycles through every panel, so that cause and effect line up."""
    for group in lanes.courses([d for d in result.doses if d.drug == drug]) if drug else ():
        axes.axvspan(group[0].start, group[-1].end, color=style.ENGAGER, alpha=0.07, linewidth=0, zorder=0.5)


def _clones(axes: Axes, result: ReplayResult, limits: panels.Limits) -> None:
    top = max((v for values in result.clones.values() for v in values if math.isfinite(v)), default=1.0)
    panel = Panel("Marrow clones", "×10⁹ cells", (), (1e-5, max(5000.0, 2.0 * top)), ticks=(1e-4, 1e-2, 1, 100))
    panels.scale(axes, panel)
    axes.set_xlim(*limits)
    names = []
    for index, (name, values) in enumerate(result.clones.items()):
        x, y = panels.thin(result.curves.days, values)
        colour = style.clone(name, index)
        axes.plot(x, np.maximum(y, 1e-6), color=colour, linewidth=1.6, zorder=3)
        names.append((text.words(name).replace("cd19", "CD19"), colour, panels.last(values)))
    panels.heading(axes, panel.heading, panel.unit)
    if names:
        panels.end_labels(axes, names)


def _shares(axes: Axes, result: ReplayResult, limits: panels.Limits) -> None:
    """Draw each clone's share of marrow blasts as stacked bands."""
    axes.set_xlim(*limits)
    axes.set_ylim(0, 1)
    panels.heading(axes, "Share", "of marrow blasts", -36)
    axes.set_yticks([0, 1], ["0", "100 %"])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if not result.clones:
        return
    days = np.asarray(result.curves.days, dtype=float)
    count = min(len(days), *(len(v) for v in result.clones.values()))
    rows = np.array([np.nan_to_num(np.asarray(v[:count], dtype=float)) for v in result.clones.values()])
    days = days[:count]
    step = max(len(days) // 420, 1)
    days, rows = days[::step], np.maximum(rows[:, ::step], 0.0)
    share = rows / np.maximum(rows.sum(axis=0), 1e-300)
    colours = [style.clone(name, i) for i, name in enumerate(result.clones)]
    axes.stackplot(days, share, colors=colours, alpha=0.85, linewidth=0)
