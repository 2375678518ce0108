"""The course at a glance: therapy above disease, counts, immune cells, cytokine, temperature, clones; one calendar."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from trimer.report import lanes, marks, panels, style, text
from trimer.report.contrast import legible
from trimer.report.panels import Drawn, Panel, Trace
from trimer.study.result import Curves, ReplayResult

CR_LIMIT = 5.0
ONE_CELL = 1e-9  # in 1e9 cells


@dataclass(frozen=True)
class Layout:
    """Say what a course figure shows and how wide it is (inches)."""

    width: float
    left: float
    right: float
    panels: tuple[Panel, ...]
    drugs: bool = True
    clones: float = 1.25


NORMAL_B = Trace("b_cells_blood", "normal B", dashed=True, banded=False, colour=legible(style.B_CELLS))
MARROW = Panel(
    "Marrow blasts",
    "% of nucleated cells;\ngrey: logarithmic",
    (Trace("marrow_blast_percent"),),
    (0.001, 100.0),
    1.9,
    log=False,
    lines=((CR_LIMIT, "CR ≤ 5"), (0.01, "MRD 10⁻⁴")),
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
    Panel("Haemoglobin", "g/dL", (Trace("haemoglobin"),), (5.0, 17.0), 0.72, log=False, ticks=(6, 9, 12, 15)),
    Panel(
        "Lymphocytes\nin blood",
        "×10⁹/L",
        (Trace("t_cells_blood", "T cells"), NORMAL_B),
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
        lines=((38.0, "fever"),),
        ticks=(37, 38, 40),
    ),
)
FULL = Layout(9.4, 1.62, 1.06, PANELS)  # so wide that its text is 12 pixels high on the page of a report
#: What is read in one look at the width of a column of text: no lanes of single drugs, no secondary panels.
BRIEF = Layout(
    8.2,
    1.62,
    0.92,
    tuple(
        replace(p, height=p.height * 0.86)
        for p in PANELS
        if p.heading in ("Marrow blasts", "White cells", "Platelets", "Lymphocytes\nin blood", "IL-6", "Temperature")
    ),
    drugs=False,
    clones=0.0,
)


def draw(result: ReplayResult, layout: Layout = FULL) -> Drawn:
    """Return the course figure.

    Parameters
    ----------
    result : ReplayResult
    layout : Layout
        ``FULL`` for a page, ``BRIEF`` for one look.

    Returns
    -------
    Drawn
    """
    limits = _limits(result)
    drug = lanes.engager(result)
    drugs = 0.116 * max(len(lanes.drug_order(result, drug)), 1) + 0.05 if layout.drugs else 0.0
    shown = [
        panels.widened(p, result.curves, result)
        for p in layout.panels
        if any(t.observable in result.curves.fitted for t in p.traces)
    ]
    shares = 0.42 if layout.clones else 0.52
    heights = [0.84, 0.74, 0.5 if drug else 0.0, drugs, *(p.height for p in shown), layout.clones, shares]
    figure, axes = _grid(layout, heights)
    total = figure.get_figheight()
    width = layout.width - layout.left - layout.right
    scale = width * 72.0 / (limits[1] - limits[0])
    judged, regimens, infusion, given, *rest, clones, share = axes
    _therapy((judged, regimens, infusion, given), result, drug, limits, scale)
    tips: dict[str, str] = {}
    for spot, panel in zip(rest, shown, strict=True):
        if spot is not None:
            tips |= draw_panel(spot, panel, result, result.curves, limits)
            panels.heading(spot, panel.heading, panel.unit)
            panels.label_traces(spot, panel, result.curves)
    if clones is not None:
        _clones(clones, result, limits)
    _shares(share, result, limits, named=clones is None)
    drawn = [spot for spot in axes if spot is not None]
    for spot in drawn[1:]:
        _infusions(spot, result, drug)
    for spot in drawn:
        panels.month_axis(spot, result.origin, limits, labels=spot is drawn[-1], above=spot is drawn[0])
    key = (layout.left / layout.width, 1 - 0.26 / total, width / layout.width, 0.2 / total)
    marks.key(figure, key, result.observations, width)
    return Drawn(figure, tips)


def _grid(layout: Layout, heights: list[float]) -> tuple[Figure, list[Axes | None]]:
    """Return a figure with one row of axes for each height above zero, None for the others."""
    gap, top, bottom = 0.1, 0.62, 0.34
    used = [h for h in heights if h > 0]
    total = sum(used) + gap * (len(used) - 1) + top + bottom
    figure = Figure(figsize=(layout.width, total))
    axes: list[Axes | None] = []
    edge = total - top
    left, width = layout.left / layout.width, (layout.width - layout.left - layout.right) / layout.width
    for height in heights:
        if height <= 0:
            axes.append(None)
            continue
        axes.append(figure.add_axes((left, (edge - height) / total, width, height / total)))
        edge -= height + gap
    return figure, axes


def _limits(result: ReplayResult) -> panels.Limits:
    days = [d for d in result.curves.days if math.isfinite(d)]
    days += [d for dose in result.doses for d in (dose.start, dose.end) if math.isfinite(d)]
    return (min(days) - 4.0, max(days) + 4.0) if days else (0.0, 30.0)


def _therapy(
    axes: tuple[Axes | None, ...], result: ReplayResult, drug: str, limits: panels.Limits, scale: float
) -> None:
    judged, regimens, infusion, given = axes
    if judged is not None:
        lanes.judged_lane(judged, lanes.verdicts(result, "response"), limits, scale)
        panels.heading(judged, "Judged\nresponse", text.criteria(lanes.set_name(result, "response")), -52)
    if regimens is not None:
        lanes.regimen_lane(regimens, result, limits, scale)
        panels.heading(regimens, "Regimens", "", -5)
    if infusion is not None:
        lanes.engager_lane(infusion, result, drug, limits)
        rates = [d for d in result.doses if d.drug == drug]
        panels.heading(infusion, text.words(drug).capitalize(), f"{text.unit(rates[0].unit)}/day", -5)
    if given is not None:
        lanes.drug_lanes(given, result, drug, limits)


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
        axes.axhspan(panel.limits[0], CR_LIMIT, color="#eef1f5", linewidth=0, zorder=0)
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
    """Draw each clone down to one cell; what is left of a clone below that is none."""
    top = max((v for values in result.clones.values() for v in values if math.isfinite(v)), default=1.0)
    panel = Panel("Marrow clones", "cells", (), (ONE_CELL, max(5000.0, 2.0 * top)), ticks=(1e-9, 1e-6, 1e-3, 1, 1e3))
    panels.scale(axes, panel)
    axes.set_yticks(panel.ticks, ["1 cell", *(text.power_of_ten(k) for k in (3, 6, 9, 12))])
    axes.set_xlim(*limits)
    names = []
    for index, (name, values) in enumerate(result.clones.items()):
        x, y = panels.thin(result.curves.days, values)
        axes.plot(x, np.maximum(y, 0.3 * ONE_CELL), color=style.clone(name, index), linewidth=1.6, zorder=3)
        final = panels.last(values)
        gone = ": none" if final < ONE_CELL else ""
        names.append((_clone_name(name) + gone, legible(style.clone(name, index)), final))
    panels.heading(axes, panel.heading, panel.unit)
    if names:
        panels.end_labels(axes, names)


def _clone_name(name: str) -> str:
    return {"dim": "CD19 dim"}.get(name, text.words(name).replace("cd19", "CD19"))


def _shares(axes: Axes | None, result: ReplayResult, limits: panels.Limits, named: bool = False) -> None:
    """Draw each clone's share of marrow blasts as stacked bands, blank where less than one cell is left."""
    if axes is None:
        return
    axes.set_xlim(*limits)
    axes.set_ylim(0, 1)
    panels.heading(axes, "Clones" if named else "Share", "of marrow blasts", -36)
    axes.set_yticks([0, 1], ["0", "100 %"])
    lowest, highest = axes.get_yticklabels()
    lowest.set_verticalalignment("bottom")
    highest.set_verticalalignment("top")
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
    total = rows.sum(axis=0)
    share = np.where(total >= ONE_CELL, rows / np.maximum(total, 1e-300), 0.0)
    colours = [style.clone(name, i) for i, name in enumerate(result.clones)]
    axes.stackplot(days, share, colors=colours, alpha=0.85, linewidth=0)
    if named and share.size:
        heights = np.cumsum(share[:, -1]) - share[:, -1] / 2
        panels.end_labels(
            axes, [(_clone_name(n), legible(c), h) for n, c, h in zip(result.clones, colours, heights, strict=True)]
        )
