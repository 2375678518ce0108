"""Panels of a twin's course: bands of the posterior over those of its population, and what was recorded with its error.

Shared by the figures of a fit and of a forecast.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.model.pharmacokinetics import ENGAGEMENT
from trimer.report import course_figure, panels, style, text
from trimer.report.panels import Panel, Trace
from trimer.study.twin.forecast import Row
from trimer.study.twin.run import Twin
from trimer.study.twin.view import Bands, error_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
PRIOR, BAND = "#9aa3ae", 0.30  # colour of the population's band, opacity of the posterior's
USUAL = {panel.traces[0].observable: panel for panel in course_figure.PANELS} | {
    "marrow_blast_percent": replace(course_figure.MARROW, unit="% of nucleated cells;\nbelow 5 logarithmic")
}
OTHERS = {
    "cd19_dim_percent": Panel(
        "CD19-dim", "% of blasts", (Trace("cd19_dim_percent"),), (0.0, 100.0), 0.6, log=False, ticks=(0, 50, 100)
    ),
    "blasts_blood": Panel(
        "Blood blasts", "×10⁹/L", (Trace("blasts_blood"),), (0.001, 1000.0), 0.8, ticks=(0.001, 0.1, 10, 1000)
    ),
    "blood_blast_percent": Panel(
        "Blood blasts", "% of\nwhite cells", (Trace("blood_blast_percent"),), (0.0, 100.0), 0.6, log=False,
        ticks=(0, 50, 100),
    ),
    "mrd_marrow": Panel("MRD", "of nucleated\ncells", (Trace("mrd_marrow"),), (1e-7, 1.0), 0.8),
    "b_lineage_blast_percent": Panel(
        "Immature B", "% of marrow\nB cells", (Trace("b_lineage_blast_percent"),), (0.01, 100.0), 0.8
    ),
    "hypotension": Panel(
        "Hypotension", "grade", (Trace("hypotension"),), (-0.15, 4.0), 1.0, log=False, ticks=(0, 1, 2, 3)
    ),
}  # fmt: skip
ORDER = (
    "marrow_blast_percent", "mrd_marrow", "b_lineage_blast_percent", "cd19_dim_percent", "blood_blast_percent",
    "blasts_blood", "wbc", "anc", "platelets", "haemoglobin",
)  # fmt: skip
CLOSELY = ("temperature", "hypotension")  # hours and days: shown around the first engager


@dataclass(frozen=True)
class Content:
    """Hold what the panels of a twin show.

    Attributes
    ----------
    twin : Twin
    rows : tuple of Row
        What was recorded; those of role ``"foretold"`` were not known to the twin.
    bands : Bands
    """

    twin: Twin
    rows: tuple[Row, ...]
    bands: Bands

    @property
    def origin(self) -> str:
        """Date of day 0."""
        return self.twin.segment.setting.record.origin.isoformat()

    @property
    def limits(self) -> panels.Limits:
        """First and last day shown."""
        return float(self.bands.days[0]) - 3.0, float(self.bands.days[-1]) + 3.0

    @property
    def error_scale(self) -> float:
        """By how much errors are wider than those of measurement."""
        return float(self.twin.provenance.get("error_scale", 1.0))

    def shown(self, names: Sequence[str]) -> list[Panel]:
        """Return the panels of these that there is something to show of, with limits that hold what was recorded."""
        observed = {row.observable for row in self.rows} | {"marrow_blast_percent", "platelets", "anc", "temperature"}
        found = [USUAL.get(name) or OTHERS[name] for name in names if name in observed and name in self.bands.posterior]
        return [self._wide(panel) for panel in found]

    def _wide(self, panel: Panel) -> Panel:
        """Return a panel that reaches the values recorded and the posterior's band."""
        name = panel.traces[0].observable
        if panel.hybrid or not panel.log:
            return panel
        values = [x for row in self.rows if row.observable == name for x in (row.low, row.high) if math.isfinite(x)]
        top = max([*values, float(np.nanmax(self.bands.posterior[name][2]))], default=panel.limits[1])
        high = panel.limits[1] if top < panel.limits[1] else 10.0 ** math.ceil(math.log10(1.05 * top))
        return replace(panel, limits=(panel.limits[0], high), ticks=panel.ticks if high == panel.limits[1] else ())


def draw(axes: Axes, panel: Panel, content: Content, limits: panels.Limits, named: bool = True) -> None:
    """Draw a panel: bands, medians, reference lines, what was recorded, the days on which an engager ran."""
    name = panel.traces[0].observable
    axes.set_xlim(*limits)
    if panel.hybrid:
        axes.set_yscale("function", functions=(course_figure.hybrid, course_figure.unhybrid))
    panels.scale(axes, panel)
    for value, words in panel.lines:
        axes.axhline(value, color=style.SOFT, linewidth=0.7, dashes=(3, 2.5), zorder=1.5)
        if named:
            axes.annotate(
                words, (1, value), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points",
                fontsize=style.SMALL, color=style.SOFT, va="center", annotation_clip=False,
            )  # fmt: skip
    days = content.bands.days
    inside = (days >= limits[0]) & (days <= limits[1])
    floor = panel.limits[0] * 0.3 if panel.log or panel.hybrid else -math.inf
    for bands, colour, alpha, order in (
        (content.bands.prior, PRIOR, 0.22, 1.0),
        (content.bands.posterior, panel.traces[0].ink, BAND, 2.0),
    ):
        low, middle, high = np.maximum(bands[name][:, inside], floor)
        axes.fill_between(days[inside], low, high, color=colour, alpha=alpha, linewidth=0, zorder=order)
        dashes = (0, (4, 2)) if bands is content.bands.prior else "-"
        axes.plot(days[inside], middle, color=colour, linewidth=1.1 if order == 1.0 else 1.7, linestyle=dashes,
                  zorder=order + 0.5)  # fmt: skip
    for row in content.rows:
        if row.observable == name and limits[0] <= row.day <= limits[1]:
            recorded(axes, row, panel, content.error_scale)
    for start, end in infusions(content.twin):
        axes.axvspan(start, end, color=style.ENGAGER, alpha=0.07, linewidth=0, zorder=0.5)
    axes.set_xlim(*limits)


def recorded(axes: Axes, row: Row, panel: Panel, error_scale: float) -> None:
    """Draw what was recorded: a ring with 90 % of its error, an interval as a bar, a bound as an arrow.

    Filled: not known to the twin. Red: outside the 90 % of what would be measured.
    """
    ink = style.INK if row.covered else style.TONES["bad"]
    bottom, top = panel.limits
    low, high = (min(max(x, bottom), top) for x in error_limits(row, error_scale))
    ends: dict[str, Any] = {"color": ink, "zorder": 7.0, "linewidth": 1.2}
    if row.low == row.high:
        known = row.role == "fitted"
        axes.plot([row.day] * 2, [low, high], **ends)
        axes.plot(
            [row.day], [min(max(row.low, bottom), top)], "o", markersize=4.6, color=ink, zorder=7.5,
            markerfacecolor=style.PAPER if known else ink, markeredgewidth=1.2, clip_on=False,
        )  # fmt: skip
        return
    above = row.high > top or (row.unit == "%" and row.high >= 100.0)
    below = row.low < bottom or ((panel.log or row.unit == "%") and row.low <= 0.0)
    if above == below:
        axes.plot([row.day] * 2, [low, high], marker="_", markersize=6, markeredgewidth=1.3, **ends)
    else:
        spot, way = (low, 13.0) if above else (high, -13.0)
        axes.annotate(
            "", (row.day, spot), xytext=(0, way), textcoords="offset points", zorder=7.0, annotation_clip=False,
            arrowprops={"arrowstyle": "<|-", "color": ink, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0,
                        "mutation_scale": 7},
        )  # fmt: skip
        axes.plot([row.day], [spot], "_", markersize=8, color=ink, markeredgewidth=1.4, zorder=7.0)
    if row.role != "fitted":
        middle = math.sqrt(low * high) if panel.log and low > 0.0 else 0.5 * (low + high)
        spot = low if above and not below else high if below and not above else middle
        axes.plot([row.day], [spot], "o", markersize=3.4, color=ink, zorder=7.5)


def infusions(twin: Twin) -> list[tuple[float, float]]:
    """Return the days on which an engager was given, infusions that follow one another as one."""
    setting = twin.segment.setting
    spans: list[tuple[float, float]] = []
    for dose in sorted(twin.segment.administrations, key=lambda a: a.start):
        if ENGAGEMENT not in setting.drugs[dose.drug].effects:
            continue
        end = max(dose.end, dose.start + 0.5)
        if spans and dose.start <= spans[-1][1] + 0.1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((dose.start, end))
    return spans


def until(axes: Axes, content: Content) -> None:
    """Mark until when the record was known."""
    day = content.twin.segment.until
    first, last = axes.get_xlim()
    if first < day < last:
        axes.axvline(day, color=style.INK, linewidth=1.1, zorder=6.0)


def day_axis(axes: Axes, content: Content, labels: bool) -> None:
    """Put days from the first engager on the axis of a close-up."""
    first = content.bands.close[0] + 1.0
    last = content.bands.close[1]
    ticks = np.arange(0.0, last - first + 1e-9, 2.0)
    axes.set_xticks(first + ticks, [f"{x + 1:g}" for x in ticks] if labels else [""] * len(ticks))
    axes.tick_params(axis="x", bottom=labels)
    if labels:
        axes.set_xlabel("day of the first engager", fontsize=style.SMALL, color=style.SOFT)


def key(figure: Figure, left: float, top: float, foretold: bool) -> None:
    """Write the key of bands and marks in one line, from a place in inches from the upper left corner."""
    wide, high = figure.get_size_inches()
    axes = figure.add_axes((left / wide, 1.0 - top / high, 1.0 - left / wide, 0.2 / high))
    axes.set_axis_off()
    axes.set_xlim(0, (wide - left) * 72.0)
    axes.set_ylim(0, 1)
    entries = [
        ("posterior", "this patient: median and 90 %"),
        ("prior", "population given the same"),
        ("ring", "recorded, 90 % error"),
        ("bar", "interval or bound"),
        *([("dot", "not known then")] if foretold else []),
        ("miss", "outside 90 % of what would be measured"),
    ]
    x = 0.0
    for mark, words in entries:
        _entry(axes, mark, x)
        axes.text(x + 24, 0.45, words, fontsize=style.SMALL, va="center", color=style.SOFT)
        x += 24 + 0.535 * style.SMALL * len(words) + 13


def _entry(axes: Axes, mark: str, x: float) -> None:
    if mark in ("posterior", "prior"):
        colour, alpha = (style.BLASTS, BAND) if mark == "posterior" else (PRIOR, 0.22)
        axes.fill_between([x, x + 20], 0.05, 0.95, color=colour, alpha=alpha, linewidth=0)
        axes.plot([x, x + 20], [0.5, 0.5], color=colour, linestyle="-" if mark == "posterior" else (0, (4, 2)))
        return
    ink = style.TONES["bad"] if mark == "miss" else style.INK
    if mark != "dot":
        axes.plot([x + 10] * 2, [0.0, 1.0], color=ink, linewidth=1.2, marker="_" if mark == "bar" else "", markersize=6)
    if mark != "bar":
        fill = ink if mark == "dot" else style.PAPER
        axes.plot([x + 10], [0.5], "o", markersize=4.6, color=ink, markerfacecolor=fill, markeredgewidth=1.2)


def title(figure: Figure, lines: Sequence[tuple[str, str]], left: float, top: float) -> None:
    """Write lines of a title, each with its colour; the first one bold."""
    wide, high = figure.get_size_inches()
    for k, (words, colour) in enumerate(lines):
        figure.text(
            left / wide, 1.0 - (top + 0.21 * k) / high, words, va="top", color=colour,
            fontsize=style.TITLE if k == 0 else style.TEXT + 0.4, fontweight="bold" if k == 0 else "normal",
        )  # fmt: skip


def heading(axes: Axes, panel: Panel) -> None:
    """Write a panel's name and unit in its left margin."""
    panels.heading(axes, panel.heading, panel.unit, -34.0)


def quantity(row: Row) -> str:
    """Return what a row is of, in few words."""
    return f"{text.head(row.label)}, {row.date}"
