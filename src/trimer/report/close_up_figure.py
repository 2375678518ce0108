"""The first engager cycle by day: infusion, hold and rescue above cytokine, vital signs, lymphocytes, blasts, counts.

Two columns with their own day scales share every row: the days up to the last dose step, wide, then the rest.
"""

from __future__ import annotations

import math
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from trimer.report import course_figure, lanes, marks, panels, style, text
from trimer.report.panels import Drawn, Panel, Trace
from trimer.study.result import DoseItem, ReplayResult

WIDTH, LEFT, RIGHT, BETWEEN = course_figure.FULL.width, 1.95, 0.86, 0.14
WIDE = 0.66
STEP_MARGIN = 2.5
GRADES = {
    "hypotension": ("none", "fluids", "1 pressor", "several"),
    "hypoxia": ("none", "low flow", "high flow", "pressure"),
}
PANELS = (
    Panel("Drug in plasma", "ng/mL", (Trace("blinatumomab_plasma"),), (0.01, 3.0), 0.7, ticks=(0.01, 0.1, 1)),
    Panel("IL-6", "pg/mL", (Trace("il6"),), (1.0, 10000.0), 0.95, ticks=(1, 10, 100, 1000, 10000)),
    Panel(
        "Temperature",
        "°C",
        (Trace("temperature"),),
        (36.0, 41.5),
        0.85,
        log=False,
        lines=((38.0, "fever"),),
        ticks=(37, 38, 39, 40, 41),
    ),
    Panel("Blood pressure\nsupport", "", (Trace("hypotension"),), (-0.15, 3.3), 0.68, log=False, ticks=(0, 1, 2, 3)),
    Panel("Oxygen", "", (Trace("hypoxia"),), (-0.15, 3.3), 0.68, log=False, ticks=(0, 1, 2, 3)),
    Panel(
        "Cells in blood",
        "×10⁹/L",
        (
            Trace("t_cells_blood", "T cells"),
            course_figure.NORMAL_B,
            Trace("blasts_blood", "blasts", banded=False),
        ),
        (0.0002, 10.0),
        1.25,
        ticks=(0.001, 0.01, 0.1, 1),
    ),
    replace(course_figure.MARROW, ticks=(0.01, 0.1, 5, 25, 50, 75, 100)),
    Panel(
        "Neutrophils", "×10⁹/L", (Trace("anc"),), (0.01, 10.0), 0.72, lines=((1.0, "CR > 1"),), ticks=(0.01, 0.1, 1, 10)
    ),
    Panel(
        "Platelets",
        "×10⁹/L",
        (Trace("platelets"),),
        (5.0, 500.0),
        0.72,
        lines=((100.0, "CR > 100"),),
        ticks=(10, 30, 100, 300),
    ),
)


def draw(result: ReplayResult) -> Drawn:
    """Return the close-up figure.

    Parameters
    ----------
    result : ReplayResult

    Returns
    -------
    Drawn
    """
    drug = lanes.engager(result)
    cycle = cycle_doses(result, drug)
    start, split, end = spans(result, cycle)
    shown = [
        panels.widened(p, result.close_up, result)
        for p in PANELS
        if any(t.observable in result.close_up.fitted for t in p.traces)
    ]
    heights = [0.55, 1.0] + [1.35 if p.hybrid else p.height for p in shown]
    gap, top, bottom = 0.11, 0.42, 0.5
    total = sum(heights) + gap * (len(heights) - 1) + top + bottom
    figure = Figure(figsize=(WIDTH, total))
    width = WIDTH - LEFT - RIGHT - BETWEEN
    rows, edge = [], total - top
    for height in heights:
        box = ((edge - height) / total, height / total)
        left = figure.add_axes((LEFT / WIDTH, box[0], WIDE * width / WIDTH, box[1]))
        right = figure.add_axes(((LEFT + BETWEEN + WIDE * width) / WIDTH, box[0], (1 - WIDE) * width / WIDTH, box[1]))
        rows.append((left, right))
        edge -= height + gap
    tips: dict[str, str] = {}
    for column, limits in enumerate(((start, split), (split, end))):
        _column([row[column] for row in rows], result, drug, cycle, limits, shown, tips, first=column == 0)
    inside = [o for o in result.observations if start <= o.day <= end]
    marks.key(figure, (LEFT / WIDTH, 1 - 0.3 / total, width / WIDTH, 0.2 / total), inside, width, dated=False)
    return Drawn(figure, tips)


def cycle_doses(result: ReplayResult, drug: str) -> list[DoseItem]:
    """Return the engager's infusions of the cycle that the close-up covers, in time order."""
    days = result.close_up.days
    groups = lanes.courses([d for d in result.doses if d.drug == drug]) if drug and days else []
    return next((g for g in groups if g[-1].end > days[0] and g[0].start < days[-1]), [])


def spans(result: ReplayResult, cycle: list[DoseItem]) -> tuple[float, float, float]:
    """Return first day, day at which the columns part, last day."""
    days = result.close_up.days or (0.0, 1.0)
    start = max(days[0], cycle[0].start - 1.5) if cycle else days[0]
    end = days[-1]
    split = cycle[-1].start + STEP_MARGIN if cycle else start + (end - start) / 2
    return start, min(max(split, start + 0.25 * (end - start)), start + 0.6 * (end - start)), end


def _column(
    axes: list[Axes],
    result: ReplayResult,
    drug: str,
    cycle: list[DoseItem],
    limits: panels.Limits,
    shown: list[Panel],
    tips: dict[str, str],
    first: bool,
) -> None:
    points = axes[0].get_window_extent().width * 72.0 / axes[0].figure.dpi / (limits[1] - limits[0])
    inside = [v for v in lanes.verdicts(result, "crs") if limits[0] <= v.day < limits[1]]
    lanes.judged_lane(axes[0], inside, limits, points, names=first)
    _infusion(axes[1], result, drug, cycle, limits)
    for spot, panel in zip(axes[2:], shown, strict=True):
        tips |= course_figure.draw_panel(spot, panel, result, result.close_up, limits, "left" if first else "right")
        _grades(spot, panel, result)
    for spot in axes:
        _shade(spot, cycle)
        _day_axis(spot, result.origin, cycle[0].start if cycle else limits[0], limits, labels=spot is axes[-1])
        if not first:
            spot.tick_params(axis="y", labelleft=False)
    if first:
        panels.heading(axes[0], "Judged CRS", text.criteria(lanes.set_name(result, "crs")), -62)
        panels.heading(
            axes[1],
            text.words(drug).capitalize() or "Infusion",
            f"{text.unit(cycle[0].unit)}/day" if cycle else "",
            -50,
        )
        for spot, panel in zip(axes[2:], shown, strict=True):
            panels.heading(spot, panel.heading, panel.unit, -50)
    else:
        for spot, panel in zip(axes[2:], shown, strict=True):
            panels.label_traces(spot, panel, result.close_up)


def _infusion(axes: Axes, result: ReplayResult, drug: str, cycle: list[DoseItem], limits: panels.Limits) -> None:
    """Draw the infusion rate as steps, with the rescue drugs above the hold."""
    top = max((lanes.rate(d) for d in cycle), default=1.0) or 1.0
    axes.set_xlim(*limits)
    axes.set_ylim(0, top * 2.1)
    axes.set_yticks(sorted({round(lanes.rate(d), 1) for d in cycle} | {0.0}))
    axes.yaxis.set_major_formatter(lambda v, _: text.number(v))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for dose in cycle:
        axes.add_patch(
            Rectangle((dose.start, 0), dose.end - dose.start, lanes.rate(dose), facecolor=style.ENGAGER, linewidth=0)
        )
    for start, end in lanes.gaps(cycle):
        if limits[0] <= start < limits[1]:
            axes.text(
                (start + end) / 2,
                top * 0.06,
                "hold",
                ha="center",
                va="bottom",
                fontsize=style.SMALL,
                color=style.RESCUE,
                fontweight="bold",
            )
    others = [d for d in result.doses if d.drug != drug and limits[0] <= d.start < limits[1]]
    for row, name in enumerate(lanes.unique(d.drug for d in others)):
        doses = [d for d in others if d.drug == name]
        level = top * (1.9 - 0.28 * (row % 5))
        axes.plot(
            [d.start for d in doses],
            [level] * len(doses),
            marker="v",
            markersize=4.5,
            linestyle="none",
            color=style.RESCUE,
            markeredgewidth=0,
        )
        amounts = lanes.unique(text.dose(d.amount, d.unit) for d in doses)
        times = f" × {len(doses)}" if len(doses) > 1 else ""
        assumed = " (assumed)" if all(d.kind == "assumed" for d in doses) else ""
        axes.annotate(
            f"{text.words(name)} {', '.join(amounts)}{times}{assumed}",
            (doses[-1].start, level),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            color=style.RESCUE,
        )


def _grades(axes: Axes, panel: Panel, result: ReplayResult) -> None:
    """Name the steps of an ordinal panel and fill under its course."""
    name = panel.traces[0].observable
    if name not in GRADES:
        return
    axes.set_yticks([0, 1, 2, 3], GRADES[name])
    x, y = panels.thin(result.close_up.days, result.close_up.fitted[name])
    axes.fill_between(x, 0, y, color=panel.traces[0].ink, alpha=0.25, linewidth=0, zorder=2)


def _shade(axes: Axes, cycle: list[DoseItem]) -> None:
    if cycle:
        axes.axvspan(cycle[0].start, cycle[-1].end, color=style.ENGAGER, alpha=0.05, linewidth=0, zorder=0.4)
    for start, end in lanes.gaps(cycle):
        axes.axvspan(start, end, facecolor=style.RESCUE, alpha=0.13, linewidth=0, zorder=0.6)
    panels.guides(axes, [dose.start for dose in cycle[1:]], "#a5a3cf")


def _day_axis(axes: Axes, origin: str, zero: float, limits: panels.Limits, labels: bool) -> None:
    """Label days from 1 at the first infusion; dates stand under the labels."""
    axes.set_xlim(*limits)
    length = limits[1] - limits[0]
    step = 1 if length < 12 else 2 if length < 22 else 7
    first, final = math.ceil(limits[0] - zero), math.floor(limits[1] - zero - 0.02 * length)
    found = [k for k in range(first, final + 1) if k % step == 0]
    panels.guides(axes, [zero + k for k in found], style.GRID)
    if not labels:
        axes.xaxis.set_major_locator(NullLocator())
        return
    names = []
    for k in found:
        date = text.calendar(origin, zero + k)
        names.append(f"day {k + 1}\n{date.day} {date:%b}" if date else f"day {k + 1}")
    axes.set_xticks([zero + k for k in found], names)
