"""Visual predictive checks: what would be measured, errors included, beside what was; of a patient or of a cohort."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.observables import OBSERVABLES
from trimer.report import style, text
from trimer.report.plots.base import COLUMN, PAGE, Plot
from trimer.study.simulated import ORDINAL
from trimer.study.vpc import CaseCheck
from trimer.study.vpc_cohort import CohortCheck, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.report.panels import Panel
    from trimer.study.twin.forecast import Row

Check = CaseCheck | CohortCheck

PLOT = Plot(
    "vpc",
    "Visual predictive check",
    "case",
    "What would be measured of the patient (5, 50 and 95 %, errors of measurement included) beside what was recorded; "
    "of a published cohort, quartiles of virtual cohorts beside its own.",
    (CaseCheck, CohortCheck),
)
TWO_COLUMNS = 5.0  # inches of width from which panels stand in two columns
HIGH = 0.6  # inches of a panel at column width
MARROW_TICKS = (0.01, 5, 50, 100)
HOURS = ((0.0, "0"), (1 / 24, "1 h"), (0.25, "6 h"), (1.0, "1 d"), (2.0, "2"), (7.0, "7"), (14.0, "14"), (28.0, "28"))
BEND = 0.03  # day below which the axis of a cohort is linear, above logarithmic
QUARTILE_INKS = (style.B_CELLS, style.BLASTS, style.B_CELLS)  # of 25, 50 and 75 %


def draw(found: Check, width: float = PAGE) -> Figure:
    """Return the figure of a check; ``width`` in inches."""
    return _cohort(found, width) if isinstance(found, CohortCheck) else _case(found, width)


# ---- one patient


def _case(found: CaseCheck, width: float) -> Figure:
    from trimer.report.plots import case_parts

    shown = _panels(found)
    columns = 2 if width >= TWO_COLUMNS else 1
    rows = math.ceil(len(shown) / columns)
    stretch = 1.0 + 0.13 * (width - COLUMN)
    lines = math.ceil(len(_entries(found)) / _key_columns(width))
    heights = [HIGH * stretch] * rows + [0.16 * lines]
    figure, grid = case_parts.page(width, heights, _title(found), found.title, columns)
    limits = float(found.days[0]) - 3.0, float(found.days[-1]) + 3.0
    for k, panel in enumerate(shown):
        axes = figure.add_subplot(grid[1 + k % rows, k // rows])
        name = panel.traces[0].observable
        closely = name in _closely() and found.engager is not None
        close = (found.engager - 1.0, min(found.engager + 14.0, limits[1])) if found.engager is not None else limits
        span = close if closely else limits
        _panel(axes, panel, found, span)
        hit, of = found.coverage(observable=name)
        case_parts.head(axes, panel.heading.split("\n")[0], _unit(panel), width, f"{hit} of {of}")
        if closely:
            case_parts.days_from(axes, close[0] + 1.0, close, labels=True)
            axes.set_xlabel("day of the first engager", labelpad=1.0)
        else:
            case_parts.calendar(axes, found.origin, limits, width, labels=_labelled(k, rows, shown))
    _key(figure.add_subplot(grid[-1, :]), _entries(found), width)
    return figure


def _closely() -> tuple[str, ...]:
    from trimer.report.twin_panels import CLOSELY

    return CLOSELY


def _labelled(k: int, rows: int, shown: Sequence[Panel]) -> bool:
    """Return whether a panel of the calendar is the last of its column, or the next is of the close-up."""
    after = k + 1
    return after >= len(shown) or after % rows == 0 or shown[after].traces[0].observable in _closely()


def _title(found: CaseCheck) -> str:
    kind = "Posterior" if found.basis == "posterior" else "Prior"
    return f"{kind} predictive check of {found.case}"


def _panels(found: CaseCheck) -> list[Panel]:
    """Return a panel for everything recorded, with limits that hold it; vital signs last."""
    from trimer.report.panels import Panel, Trace
    from trimer.report.twin_panels import CLOSELY, ORDER, OTHERS, USUAL

    names = [n for n in (*ORDER, *CLOSELY) if n in found.bands]
    names += [n for n in found.bands if n not in names]
    shown = []
    for name in names:
        known = OBSERVABLES[name]
        spare = Panel(known.label, text.unit(known.unit), (Trace(name),), (max(known.floor, 1e-3), 1.0), 1.0, known.log)
        panel = USUAL.get(name) or OTHERS.get(name) or spare
        shown.append(_wide(replace(panel, ticks=MARROW_TICKS) if panel.hybrid else panel, found))
    return shown


def _wide(panel: Panel, found: CaseCheck) -> Panel:
    """Return a panel that reaches what was recorded and the band."""
    name = panel.traces[0].observable
    if panel.hybrid:
        return panel
    ends = [x for r in found.rows if r.observable == name for x in _bounds(r) if math.isfinite(x)]
    low, high = panel.limits
    band = [] if name in ORDINAL else [float(found.bands[name][0].min())]
    least, most = min([low, *ends, *band]), max([high, *ends, float(found.bands[name][2].max())])
    if panel.log:
        most = high if most <= high else 10.0 ** math.ceil(math.log10(most))
        return replace(panel, limits=(low, most), ticks=panel.ticks if most == high else ())
    if OBSERVABLES[name].unit == "%":
        return replace(panel, limits=(-3.0, 104.0))
    return replace(panel, limits=(least, most), ticks=panel.ticks if most == high else ())


def _unit(panel: Panel) -> str:
    return "% of nucleated cells" if panel.hybrid else panel.unit.replace("\n", " ")


def _panel(axes: Axes, panel: Panel, found: CaseCheck, limits: tuple[float, float]) -> None:
    """Draw the band of what would be measured, its median, and what was."""
    from trimer.report import course_figure, panels

    name, ink = panel.traces[0].observable, panel.traces[0].ink
    axes.set_xlim(*limits)
    if panel.hybrid:
        axes.set_yscale("function", functions=(course_figure.hybrid, course_figure.unhybrid))
        axes.axhspan(panel.limits[0], course_figure.CR_LIMIT, color="#eef1f5", linewidth=0, zorder=0)
    panels.scale(axes, panel)
    floor = 0.3 * panel.limits[0] if panel.log or panel.hybrid else -math.inf
    inside = (found.days >= limits[0]) & (found.days <= limits[1])
    low, middle, high = np.maximum(found.bands[name][:, inside], floor)
    days = found.days[inside]
    axes.fill_between(days, low, high, color=ink, alpha=0.2, linewidth=0, zorder=1.0)
    for edge in (low, high):
        axes.plot(days, edge, color=ink, alpha=0.5, linewidth=0.6, zorder=1.1)
    axes.plot(days, middle, color=ink, linewidth=1.4, zorder=3.0)
    for start, end in found.infusions:
        axes.axvspan(start, end, color=style.ENGAGER, alpha=0.08, linewidth=0, zorder=0.5)
    if limits[0] < found.until < limits[1]:
        axes.axvline(found.until, color=style.INK, linewidth=0.9, dashes=(1.5, 1.5), zorder=2.5)
    for row in found.rows:
        if row.observable == name and limits[0] <= row.day <= limits[1]:
            _mark(axes, row, panel)
    axes.set_xlim(*limits)


def _bounds(row: Row) -> tuple[float, float]:
    """Return the ends of what was recorded, as coverage has them: a category is the whole part of a severity."""
    whole = row.observable in ORDINAL and math.isfinite(row.high)
    return row.low, row.high + 1.0 if whole else row.high


def _mark(axes: Axes, row: Row, panel: Panel) -> None:
    """Draw what was recorded: a ring (filled: not known to the band), a bar for an interval, an arrow from a bound.

    What the 90 % do not reach is red and crossed.
    """
    ink = style.INK if row.covered else style.TONES["bad"]
    bottom, top = panel.limits
    first, last = _bounds(row)
    share = OBSERVABLES[row.observable].unit == "%"
    above = last > top or (share and first < last and last >= 100.0)
    below = first < bottom or (first < last and (panel.log or panel.hybrid or share) and first <= 0.0)
    low, high = (min(max(x, bottom), top) for x in (first, last))
    if first == last:
        spot = low
        axes.plot(
            [row.day], [spot], "o", markersize=4.0, color=ink, markeredgewidth=1.1, zorder=7.0, clip_on=False,
            markerfacecolor=style.PAPER if row.role == "fitted" else ink,
        )  # fmt: skip
    elif above == below:
        spot = 0.5 * (low + high) if not panel.log else math.sqrt(low * high)
        axes.plot(
            [row.day] * 2, [low, high], "_-", color=ink, markersize=5.0, markeredgewidth=1.2, linewidth=1.2, zorder=7
        )
    else:
        spot, way = (low, 11.0) if above else (high, -11.0)
        axes.annotate(
            "", (row.day, spot), xytext=(0, way), textcoords="offset points", zorder=7.0, annotation_clip=False,
            arrowprops={"arrowstyle": "<|-", "color": ink, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0,
                        "mutation_scale": 6},
        ).set_in_layout(False)  # fmt: skip
        axes.plot([row.day], [spot], "_", markersize=6.0, color=ink, markeredgewidth=1.3, zorder=7.0)
    if row.role != "fitted" and first != last:
        axes.plot([row.day], [spot], "o", markersize=2.8, color=ink, zorder=7.5, clip_on=False)
    if not row.covered:
        axes.plot([row.day], [spot], "x", markersize=7.5, color=ink, markeredgewidth=1.3, zorder=8.0, clip_on=False)


def _key_columns(width: float) -> int:
    return 2 if width < TWO_COLUMNS else 3


def _key(axes: Axes, items: Sequence[Any], width: float) -> None:
    """Write which mark is what, once, under the panels."""
    axes.set_axis_off()
    legend = axes.legend(
        handles=items, loc="lower left", bbox_to_anchor=(-0.06 if width < TWO_COLUMNS else -0.03, 0.0),
        ncols=_key_columns(width), borderaxespad=0.0, columnspacing=1.2, handletextpad=0.6, handlelength=1.5,
        labelspacing=0.35,
    )  # fmt: skip
    legend.set_in_layout(False)


def _entries(found: CaseCheck) -> list[Any]:
    """Return the entries of the key: marks that occur."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    ink = style.INK
    ring: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 4.0, "color": ink}
    items: list[Any] = [
        Patch(facecolor=style.BLASTS, alpha=0.25, label="would be measured, 90 %"),
        Line2D([], [], color=style.BLASTS, linewidth=1.4, label="median"),
    ]
    roles = {r.role for r in found.rows}
    if "fitted" in roles:
        items.append(Line2D([], [], markerfacecolor=style.PAPER, label="recorded, known to it", **ring))
    if "foretold" in roles:
        items.append(Line2D([], [], label="recorded, not known to it", **ring))
    if any(r.low != r.high for r in found.rows):
        items.append(Line2D([], [], linestyle="none", marker=11, markersize=5, color=ink, label="bound or interval"))
    if not all(r.covered for r in found.rows):
        bad = style.TONES["bad"]
        items.append(Line2D([], [], linestyle="none", marker="x", markersize=5.5, color=bad, label="outside the 90 %"))
    return items


# ---- a cohort


def _cohort(found: CohortCheck, width: float) -> Figure:
    from trimer.report.plots import case_parts

    columns = 2 if width >= TWO_COLUMNS else 1
    rows = math.ceil(len(found.series) / columns)
    under = f"{found.label}: quartiles of {found.replicates} virtual cohorts beside those published"
    high = 1.65 + 0.12 * (width - COLUMN)
    entries = _cohort_entries()
    heights = [high] * rows + [0.17 * math.ceil(len(entries) / _key_columns(width))]
    figure, grid = case_parts.page(width, heights, "Visual predictive check of a cohort", under, columns)
    for k, series in enumerate(found.series):
        _series(figure.add_subplot(grid[1 + k // columns, k % columns]), series, width)
    _key(figure.add_subplot(grid[-1, :]), entries, width)
    return figure


def _series(axes: Axes, series: Series, width: float) -> None:
    """Draw the replicates' 90 % of each quartile as bands, and the published quartiles as marks."""
    from trimer.report.plots import case_parts

    days = series.days
    axes.set_xscale("symlog", linthresh=BEND, linscale=0.35)
    axes.set_yscale("log")
    for k, ink in enumerate(QUARTILE_INKS):
        low, middle, high = series.simulated[k]
        axes.fill_between(days, low, high, color=ink, alpha=0.24, linewidth=0, zorder=1.0 + (k == 1))
        axes.plot(days, middle, color=ink, linewidth=1.2, dashes=(1, 0) if k == 1 else (3, 1.5), zorder=3.0)
        for day, value, inside in zip(days, series.published[k], series.inside[k], strict=True):
            axes.plot(
                [day], [value], "D" if k == 1 else "_", markersize=3.6 if k == 1 else 7.0, markeredgewidth=1.2,
                color=style.INK if inside else style.TONES["bad"], zorder=5.0 + (k == 1), clip_on=False,
            )  # fmt: skip
            if not inside:
                axes.plot([day], [value], "x", markersize=6.5, color=style.TONES["bad"], markeredgewidth=1.2, zorder=7)
    axes.axhline(series.floor, color=style.SOFT, linewidth=0.7, dashes=(3, 2.5), zorder=0.5)
    marks = [*HOURS, (0.5, "12 h")] if days[0] > BEND else HOURS
    ticks = [(day, words) for day, words in marks if days[0] - 1e-9 <= day <= days[-1] * 1.02]
    axes.set_xticks([day for day, _ in ticks], [words for _, words in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(0.0 if days[0] < BEND else 0.8 * days[0], 1.15 * days[-1])
    axes.yaxis.set_major_formatter(lambda value, _: text.number(value))
    axes.minorticks_off()
    axes.grid(axis="y", color=style.GRID, linewidth=0.7)
    axes.set_xlabel("time from the start of the infusion (hours, days)", labelpad=1.5)
    inside, of = int(series.inside.sum()), series.inside.size
    case_parts.head(axes, series.label, f"{series.unit}; {series.under}", width, f"{inside} of {of}")


def _cohort_entries() -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    bad: dict[str, Any] = {"linestyle": "none", "color": style.TONES["bad"]}
    none: dict[str, Any] = {"linestyle": "none", "color": style.INK}
    middle, outer = QUARTILE_INKS[1], QUARTILE_INKS[0]
    return [
        Patch(facecolor=middle, alpha=0.3, label="simulated median, 90 %"),
        Patch(facecolor=outer, alpha=0.3, label="simulated quartiles, 90 %"),
        Line2D([], [], marker="D", markersize=3.6, label="published median", **none),
        Line2D([], [], marker="_", markersize=7.0, markeredgewidth=1.2, label="published quartile", **none),
        Line2D([], [], marker="x", markersize=5.5, label="outside the 90 %", **bad),
        Line2D([], [], color=style.SOFT, linewidth=0.7, dashes=(3, 2.5), label="floor of the assay"),
    ]


# ---- what is told of both


def data(found: Check) -> dict[str, Any]:
    """Return the numbers drawn, with the coverage."""
    return found.to_dict()


def remarks(found: Check) -> tuple[str, ...]:
    """Return what has to be known to read the figure: of what the bands are, and how much they cover."""
    return _cohort_remarks(found) if isinstance(found, CohortCheck) else _case_remarks(found)


def _case_remarks(found: CaseCheck) -> tuple[str, ...]:
    told = []
    for role, words in (("fitted", "known to the band"), ("foretold", "not known to it")):
        hit, of = found.coverage(role)
        if of:
            told.append(f"{hit} of {of} {words}")
    if found.basis == "posterior":
        until = "all of the record" if math.isinf(found.until) else f"the record until {_until(found)} (dotted line)"
        basis = f"Bands: {found.draws} draws of the patient's posterior, which knows {until}."
    else:
        basis = (
            f"Bands: {found.draws} patients of the population ({found.population}) given the same, before any fit: no "
            "posterior of this record is at hand, so that they know nothing of it."
        )
    return (
        f"{basis} Errors of measurement are in them, {found.error_scale:g} times those of the assay for what the model "
        "gets wrong; what was given is given as recorded.",
        f"Within the central 90 %: {', '.join(told)}; above each panel its own. Values of one patient hang together: "
        "this is no estimate of how often such bands hold. A recorded bound, or a value below the floor of an assay, "
        "counts as covered when the 90 % reach beyond it.",
        *found.remarks,
        f"Record: {found.citation}",
    )


def _until(found: CaseCheck) -> str:
    day = text.calendar(found.origin, found.until)
    return f"{day.day} {day:%b %Y}" if day else "then"


def _cohort_remarks(found: CohortCheck) -> tuple[str, ...]:
    hit, of = found.coverage()
    fitted = (
        "The population was calibrated to numbers of this series, so that this is a check of the fit, no validation."
    )
    kept = "The population was not calibrated to this series."
    return (
        f"{hit} of {of} published quartiles lie within 90 % of those of virtual cohorts of the same size "
        f"({found.population}, a calibrated draw each); above each panel its own. "
        + (fitted if found.role == "calibration" else kept),
        "Only summaries are published: no patient's own series is drawn, and with one schedule and one set of times a "
        "panel, a correction for predictions has nothing to correct.",
        f"{found.about} Source: {found.source}.",
    )
