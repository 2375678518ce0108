"""The course of one patient, recorded and simulated: therapy and judged response above blasts, T cells and counts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from trimer.errors import InputError
from trimer.report import text
from trimer.report.plots.base import COLUMN, PAGE, Plot, sizes
from trimer.study.result import Curves, ObservationItem, ReplayResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trimer.report.panels import Panel

PLOT = Plot(
    "course",
    "Course, recorded and simulated",
    "case",
    "What was given and how the response was judged, above marrow blasts, lymphocytes, interleukin 6, temperature, "
    "neutrophils and platelets: lines are the simulation fitted to the record, bands the population before fitting.",
    (ReplayResult,),
)
SHOWN = ("marrow_blast_percent", "t_cells_blood", "il6", "temperature", "anc", "platelets")
HEIGHTS = (1.35, 0.8, 0.7, 0.62, 0.72, 0.72)  # inches, before they are stretched to the width
ALL, FIRST_CYCLE = "all", "cycle1"
SUBJECTS = {ALL: "response", FIRST_CYCLE: "crs"}
NARROW = 5.0  # inches up to which only values have words beside their marks
HYBRID_TICKS = (0.01, 1, 5, 50, 100)


@dataclass(frozen=True)
class Window:
    """Hold which days are shown, from which curves, and whether days are counted or dated."""

    limits: tuple[float, float]
    curves: Curves
    subject: str
    zero: float | None


def window_of(result: ReplayResult, name: str) -> Window:
    """Return a window of a course.

    Parameters
    ----------
    result : ReplayResult
    name : str
        ``"all"``, ``"cycle1"`` (days of the first engager cycle), or two dates, ``"2015-01-01/2015-05-31"``.

    Raises
    ------
    InputError
        When it is none of these, or nothing was simulated there.
    """
    from trimer.report import lanes

    days = result.curves.days
    if name == ALL:
        ends = [*days, *(d.end for d in result.doses)]
        return Window((min(ends) - 4.0, max(ends) + 4.0), result.curves, "response", None)
    if name == FIRST_CYCLE:
        drug = lanes.engager(result)
        groups = lanes.courses([d for d in result.doses if d.drug == drug]) if drug else []
        if not groups:
            raise InputError("window", repr(name), f'"{ALL}" or two dates', f"{result.case} was given no engager.")
        start, close = groups[0][0].start, result.close_up.days
        return Window((max(close[0], start - 1.5), close[-1]), result.close_up, "crs", start)
    try:
        origin = dt.date.fromisoformat(result.origin)
        first, last = (float((dt.date.fromisoformat(part) - origin).days) for part in name.split("/"))
    except ValueError:
        raise InputError("window", repr(name), f'"{ALL}", "{FIRST_CYCLE}", or dates as 2015-01-01/2015-05-31') from None
    if not (first < last and first < days[-1] and last > days[0]):
        reach = " to ".join(str(text.calendar(result.origin, day)) for day in (days[0], days[-1]))
        raise InputError("window", repr(name), f"an earlier and a later date from {reach}")
    return Window((first, last), result.curves, "response", None)


def draw(result: ReplayResult, width: float = PAGE, *, window: str = ALL) -> Figure:
    """Return the figure.

    Parameters
    ----------
    result : ReplayResult
    width : float
        Inches.
    window : str
        See :func:`window_of`.

    Raises
    ------
    InputError
        When there is no such window.
    """
    from trimer.report import course_figure, lanes, panels
    from trimer.report.plots import case_parts

    seen = window_of(result, window)
    shown = _panels(result, seen)
    stretch = 1.0 + 0.05 * (width - COLUMN)
    small, _, _ = sizes(width)
    verdicts = [v for v in lanes.verdicts(result, seen.subject) if seen.limits[0] <= v.day <= seen.limits[1]]
    heights = [0.3, 0.62 if width > 5.0 else 0.78, *(p.height * stretch for p in shown)]
    figure, (therapy, judged, *rest) = case_parts.stack(width, heights, _title(window), result.title)
    case_parts.strip(therapy, result, seen.limits, small)
    case_parts.head(therapy, "Therapy", "", width)
    for axes, panel in zip(rest, shown, strict=True):
        # Scales first, since where words find room depends on the layout.
        axes.set_xlim(*seen.limits)
        case_parts.head(axes, panel.heading.split("\n")[0], _unit(panel, seen.curves), width)
        if not panel.hybrid:
            panels.scale(axes, panel)
        _axis(axes, result, seen, width, labels=axes is rest[-1])
    case_parts.settle(figure)
    for axes, panel in zip(rest, shown, strict=True):
        column: Literal["only", "right"] = "only" if seen.zero is None else "right"
        labelled = result if width > NARROW else replace(result, observations=_values(result))
        course_figure.draw_panel(axes, panel, labelled, seen.curves, seen.limits, column)
        if width <= NARROW:
            _intervals(axes, panel, result, seen.limits)
        case_parts.tint(axes, result)
        _axis(axes, result, seen, width, labels=axes is rest[-1])
    case_parts.settle(figure)  # names of reference lines made the panels narrower
    case_parts.judged(judged, verdicts, seen.limits, width)
    what = "Judged response" if seen.subject == "response" else "Judged CRS"
    case_parts.head(judged, what, text.criteria(lanes.set_name(result, seen.subject)), width)
    return figure


def _values(result: ReplayResult) -> tuple[ObservationItem, ...]:
    """Return what was recorded as a number."""
    return tuple(o for o in result.observations if o.low == o.high)


def _intervals(axes: Axes, panel: Panel, result: ReplayResult, limits: tuple[float, float]) -> None:
    """Draw recorded bounds and intervals without words, for which a column has no room."""
    from trimer.report import marks

    bottom, top = panel.limits
    names = {t.observable for t in panel.traces}
    for index, item in enumerate(result.observations):
        if item.observable in names and item.low < item.high and limits[0] <= item.day <= limits[1]:
            ends = max(item.low, bottom), min(item.high, top)
            marks.observation(axes, item, ends, panel, None, marks.mark_id(item, index))


def _title(window: str) -> str:
    if window == FIRST_CYCLE:
        return "First engager cycle, recorded and simulated"
    return "Course, recorded and simulated"


def _panels(result: ReplayResult, seen: Window) -> list[Panel]:
    """Return the panels whose curves there are, with limits that hold them."""
    from trimer.report import course_figure, panels

    known = {p.traces[0].observable: p for p in course_figure.PANELS}
    found = []
    for name, height in zip(SHOWN, HEIGHTS, strict=True):
        if name not in seen.curves.fitted:
            continue
        panel = panels.widened(replace(known[name], height=height), seen.curves, result)
        found.append(replace(panel, ticks=HYBRID_TICKS) if panel.hybrid else panel)
    return found


def _unit(panel: Panel, curves: Curves) -> str:
    """Return a panel's unit and, where it has more than one line, which is which."""
    drawn = [t for t in panel.traces if t.label and t.observable in curves.fitted]
    names = ", ".join(f"dashed: {t.label}" if t.dashed else t.label for t in drawn)
    unit = "% of nucleated cells (grey: logarithmic)" if panel.hybrid else panel.unit
    return f"{unit}; {names}" if names else unit


def _axis(axes: Axes, result: ReplayResult, seen: Window, width: float, labels: bool) -> None:
    from trimer.report.plots import case_parts

    if seen.zero is None:
        case_parts.calendar(axes, result.origin, seen.limits, width, labels)
        return
    case_parts.days_from(axes, seen.zero, seen.limits, labels)
    if labels:
        axes.set_xlabel("day of the first engager")


def data(result: ReplayResult, *, window: str = ALL) -> dict[str, Any]:
    """Return the numbers drawn: curves, bands, what was recorded, and the judgements, inside the window."""
    from trimer.report import lanes
    from trimer.report.plots import case_parts

    seen = window_of(result, window)
    first, last = seen.limits
    kept = [k for k, day in enumerate(seen.curves.days) if first <= day <= last]

    def part(values: Sequence[float]) -> list[float | None]:
        return [float(values[k]) if math.isfinite(values[k]) else None for k in kept]

    names = [t.observable for p in _panels(result, seen) for t in p.traces if t.observable in seen.curves.fitted]
    return {
        "case": result.case,
        "origin": result.origin,
        "window": window,
        "days": [seen.curves.days[k] for k in kept],
        "curves": {
            name: {
                "unit": seen.curves.units[name],
                "fitted": part(seen.curves.fitted[name]),
                "low": part(seen.curves.low[name]),
                "median": part(seen.curves.median[name]),
                "high": part(seen.curves.high[name]),
            }
            for name in names
        },
        "recorded": [
            {"day": o.day, "observable": o.observable, "recorded": o.recorded, "fitted": o.fitted, "role": o.role}
            for o in result.observations
            if o.observable in names and first <= o.day <= last
        ],
        "judged": [
            {"day": v.day, "record": v.record.get("category"), "simulation": v.simulation.get("category")}
            for v in lanes.verdicts(result, seen.subject)
            if first <= v.day <= last
        ],
        "therapy": case_parts.key(result, seen.limits),
    }


def remarks(result: ReplayResult, *, window: str = ALL) -> tuple[str, ...]:
    """Return what has to be known to read the figure."""
    from trimer.report.plots import case_parts

    seen = window_of(result, window)
    found = [
        "Lines: the simulation fitted to this record, so that they pass through what was recorded is no surprise; "
        f"bands: 5 to 95 % of {result.provenance.get('draws solved', 'the')} patients of the population given the same,"
        " before fitting. Rings: recorded, with the days they may be of; grey: read from words; red: missed; arrows: "
        "bounds. Blue: an engager runs; ticks below the therapy: other drugs.",
        case_parts.key(result, seen.limits),
        f"Record: {result.citation}",
    ]
    return tuple(words for words in found if words)
