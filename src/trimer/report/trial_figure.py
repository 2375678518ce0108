"""A virtual trial on one page, for a poster: survival, response by burden, what ends remission, onset of CRS."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.errors import InputError
from trimer.report import style, text
from trimer.report import trial_words as words
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check
from trimer.study.research import NOTICE
from trimer.study.simulation import Table
from trimer.study.trial.estimates import Curve, Estimate, Floats, Mask, cumulative_incidence, kaplan_meier, proportion
from trimer.study.trial.run import TrialResult
from trimer.study.trial.summary import solved
from trimer.study.trial.survival import MONTH
from trimer.therapy.trial import Arm

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HIGH = 14.0, 10.4  # inches
STEPS = 400  # of a curve that are drawn at most
ARMS = (style.ENGAGER, style.NEUTROPHILS, style.PLATELETS, style.T_CELLS)
REFERENCE = style.SOFT
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1)))
CAUSES = {1: ("relapse", style.BLASTS), 2: ("transplant", style.T_CELLS), 3: ("death", style.INK)}
BLASTS = (0.0, 10.0, 25.0, 50.0, 75.0, 100.0)  # % of marrow cells
RESIDUAL = (0.0, 1e-3, 1e-2, 1.0)  # share of marrow cells
INCIDENCE = "What ends remission first: cumulative incidence, each against the others (Aalen-Johansen)."
ONSET = 42  # days of which each has a bar
FEWEST = 14


@dataclass(frozen=True)
class Drawn:
    """Hold an arm as it is drawn: its solved patients, colour and dashes."""

    arm: Arm
    rows: Table
    estimates: dict[str, Estimate]
    colour: str
    dashes: Any

    @property
    def n(self) -> int:
        """Patients."""
        return len(self.rows["status"])


def draw(found: TrialResult) -> Figure:
    """Return the figure of a virtual trial.

    Raises
    ------
    InputError
        When no patient could be solved.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    arms = arms_of(found)
    with matplotlib.rc_context({**style.SETTINGS, "font.size": 9.5}):
        layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08, hspace=0.03, wspace=0.02)
        figure = Figure(figsize=(WIDE, HIGH), layout=layout)
        figure.suptitle(
            f"{textwrap.shorten(found.trial.label, 110)}\n", x=0.008, ha="left", fontsize=16, weight="bold",
            color=style.INK,
        )  # fmt: skip
        figure.text(0.008, 1.0 - 0.43 / HIGH, words.who(found), ha="left", va="top", fontsize=11.5, color=style.SOFT)
        grid = figure.add_gridspec(2, 6, height_ratios=(1.12, 1.0))
        months = found.trial.follow_up / MONTH
        _survival(figure.add_subplot(grid[0, :3]), arms, "os", "Overall survival", "months from entry", months)
        free = words.in_remission(found.trial)
        start = "entry" if free else "remission"
        title = f"Relapse-free survival {words.SIGN}"
        _survival(figure.add_subplot(grid[0, 3:]), arms, "rfs", title, f"months from {start}", months)
        _burden(figure.add_subplot(grid[1, :2]), arms, free)
        _incidence(figure.add_subplot(grid[1, 2:4]), arms, start, months)
        _onset(figure.add_subplot(grid[1, 4:]), arms)
        figure.supxlabel(caption(found), x=0.008, ha="left", fontsize=8.6, color=style.SOFT, linespacing=1.45)
    return figure


def caption(found: TrialResult, width: int = 205) -> str:
    """Return what has to be known to read the figure, wrapped to ``width`` letters."""
    lines = (
        f"{' '.join(words.remarks(found)[1:])} {INCIDENCE}",
        words.OUTCOME,
        *words.unsolved(found),
        NOTICE,
    )
    return "\n".join(part for line in lines for part in textwrap.wrap(line, width))


def arms_of(found: TrialResult) -> list[Drawn]:
    """Return the arms that have a solved patient, each with its colour and dashes; the reference is grey.

    Raises
    ------
    InputError
        When no patient could be solved.
    """
    drawn: list[Drawn] = []
    spare = iter(ARMS * len(found.trial.arms))
    for arm in found.trial.arms:
        rows = solved(found.table, arm.name)
        colour = REFERENCE if arm.reference else next(spare)
        if len(rows["status"]):
            drawn.append(Drawn(arm, rows, found.estimates[arm.name], colour, DASHES[len(drawn) % len(DASHES)]))
    if not drawn:
        raise InputError("figure", "no patient who could be solved", "at least one, whose course can be drawn")
    return drawn


def _dress(axes: Axes, title: str, below: str, beside: str) -> None:
    axes.set_title(title, loc="left", fontsize=12.5, color=style.INK, pad=8)
    axes.set_xlabel(below, color=style.SOFT)
    axes.set_ylabel(beside, color=style.SOFT)
    axes.grid(axis="y", color=style.GRID, linewidth=0.8)
    axes.tick_params(color=style.RULE, labelcolor=style.SOFT, labelsize=9)


def _pale(colour: str) -> Any:
    """Return a colour mixed with paper, so that no line shows through."""
    from matplotlib.colors import to_rgb

    return tuple(0.34 * x + 0.66 for x in to_rgb(colour))


def _percent(axes: Axes, lines: int = 0) -> None:
    """Let an axis go from 0 to 100 %, with room above for a key of so many lines."""
    axes.set_ylim(0.0, 100.0 + (4.0 + 7.0 * lines if lines else 0.0))
    axes.set_yticks(range(0, 101, 20))


def _key(axes: Axes, marks: Sequence[Any], labels: Sequence[str], free: bool = False) -> None:
    """Write the key of a panel at the upper right, or where the most room is ``free``."""
    axes.legend(
        marks, labels, loc="best" if free else "upper right", frameon=False, fontsize=9.0, labelcolor=style.INK,
        handlelength=2.4,
    )  # fmt: skip


# ---- time to an event


def thinned(curve: Curve, most: int = STEPS) -> list[Floats]:
    """Return times, value, low and high of a curve in per cent, with at most ``most`` steps, first and last kept.

    Parameters
    ----------
    curve : Curve
    most : int

    Returns
    -------
    list of array, each of shape (at most ``most``,)
    """
    at = np.unique(np.linspace(0, len(curve.times) - 1, most).round().astype(int))
    return [curve.times[at], *(100.0 * a[at] for a in (curve.value, curve.low, curve.high))]


def _curve(axes: Axes, curve: Curve, colour: str, dashes: Any, until: float = 0.0) -> Any:
    """Draw a step function with its band, level on to ``until`` where nothing can change after it; return the line."""
    times, *others = thinned(curve)
    if until > curve.last:
        times, *others = (np.append(a, end) for a, end in ((times, until), *((a, a[-1]) for a in others)))
    value, low, high = others
    axes.fill_between(times, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
    (line,) = axes.step(times, value, where="post", color=colour, linestyle=dashes, linewidth=1.9)
    return line


def _survival(axes: Axes, arms: Sequence[Drawn], key: str, title: str, below: str, months: float) -> None:
    """Draw the Kaplan-Meier curve of each arm, and under it how many are still at risk."""
    every = _every(months)
    ticks = np.arange(0.0, months + 0.5, every)
    lines, labels = [], []
    for drawn in arms:
        times, events = _known(drawn.rows[f"{key}_time"], drawn.rows[f"{key}_event"])
        if not len(times):
            continue
        until = months if events.all() else 0.0
        lines.append(_curve(axes, kaplan_meier(times, events), drawn.colour, drawn.dashes, until))
        labels.append(_median(drawn, key))
    if key == "os":
        title = f"{title} {words.SIGN}"
    _dress(axes, title, below, "% of patients")
    _percent(axes)
    axes.axhline(50.0, color=style.RULE, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    axes.set_xlim(0.0, months)
    axes.set_xticks(ticks)
    if lines:
        _key(axes, lines, labels, free=True)
    else:
        _nobody(axes, "no remission")
    _at_risk(axes, arms, key, ticks, months)


def _every(months: float) -> float:
    """Return the months between two ticks."""
    return 3.0 if months <= 27.0 else 6.0 if months <= 60.0 else 12.0


def _median(drawn: Drawn, key: str) -> str:
    """Return an arm's name with its median and, of overall survival, its hazard ratio."""
    median = drawn.estimates[f"{key}_median"]
    said = f"{drawn.arm.name}: median {words.value(median)} ({words.interval(median)})"
    ratio = drawn.estimates.get("hr_os") if key == "os" else None
    return said if ratio is None else f"{said}\nhazard ratio {words.value(ratio)} ({words.interval(ratio)})"


def _at_risk(axes: Axes, arms: Sequence[Drawn], key: str, ticks: Floats, months: float) -> None:
    """Write the numbers at risk under the axis, a row an arm; follow-up counts in months begun."""
    place = axes.get_xaxis_transform()
    beside: Any = {"xycoords": place, "textcoords": "offset points", "va": "center", "annotation_clip": False}
    axes.annotate("at risk", (0.0, 0.0), (-8, -31), ha="left", fontsize=8.6, color=style.SOFT, **beside)
    for row, drawn in enumerate(arms):
        times = drawn.rows[f"{key}_time"]
        down = -44 - 13 * row
        for tick in ticks:
            n = int((times >= min(tick, months) - 1e-9).sum())
            axes.annotate(f"{n:,}", (tick, 0.0), (0, down), ha="center", fontsize=8.6, color=drawn.colour, **beside)


# ---- response, what ends remission, toxicity


def _known(times: Floats, events: Floats) -> tuple[Floats, Floats]:
    known = ~np.isnan(times)
    return times[known], events[known]


def _burden(axes: Axes, arms: Sequence[Drawn], in_remission: bool) -> None:
    """Draw the share who responded in classes of the burden at entry, with exact intervals."""
    column, edges = ("mrd_at_entry", RESIDUAL) if in_remission else ("blasts_at_entry", BLASTS)
    inside = [[_between(d.rows[column], *pair) for pair in pairwise(edges)] for d in arms]
    shown = [k for k in range(len(edges) - 1) if any(masks[k].any() for masks in inside)]
    width = 0.72 / len(arms)
    for j, (drawn, masks) in enumerate(zip(arms, inside, strict=True)):
        yes = _responded(drawn.rows, in_remission)
        for place, k in enumerate(shown):
            n = int(masks[k].sum())
            if not n:
                continue
            one = proportion(int((yes & masks[k]).sum()), n)
            x = place + (j - 0.5 * (len(arms) - 1)) * width
            axes.bar(x, 100.0 * one.value, 0.9 * width, color=_pale(drawn.colour), linewidth=0)
            axes.plot([x, x], [100.0 * one.low, 100.0 * one.high], color=drawn.colour, linewidth=1.6)
            axes.plot(x, 100.0 * one.value, "o", color=drawn.colour, markerfacecolor=style.PAPER, markersize=5.0)
    counts = [max(int(masks[k].sum()) for masks in inside) for k in shown]
    labels = [f"{_class(edges, k, in_remission)}\nn = {n:,}" for k, n in zip(shown, counts, strict=True)]
    title = "MRD response after cycle 1" if in_remission else "CR or CRh"
    below = "residual disease at entry" if in_remission else "marrow blasts at entry, %"
    _dress(axes, f"{title}, by burden", below, "% of patients")
    _percent(axes, len(arms) if len(arms) > 1 else 0)
    middle, half = 0.5 * (len(shown) - 1), 0.5 * max(len(shown), 4) + 0.1
    axes.set_xlim(middle - half, middle + half)
    axes.set_xticks(range(len(shown)), labels)
    axes.tick_params(axis="x", length=0)
    if len(arms) > 1:
        marks = [axes.plot([], [], "o", color=d.colour, markerfacecolor=style.PAPER, markersize=5.0)[0] for d in arms]
        _key(axes, marks, [d.arm.name for d in arms])


def _between(x: Floats, low: float, high: float) -> Mask:
    """Return who lies from ``low`` to below ``high``; the end of the scale belongs to the last class."""
    return np.asarray((x >= low) & ((x < high) | (high in (BLASTS[-1], RESIDUAL[-1]))))


def _class(edges: Sequence[float], k: int, in_remission: bool) -> str:
    """Return a class of burden in words."""
    shown = [text.power_of_ten(round(np.log10(x))) if in_remission and x else text.number(x) for x in edges]
    if k == 0:
        return f"< {shown[1]}"
    return f"≥ {shown[k]}" if k == len(edges) - 2 else f"{shown[k]} to {shown[k + 1]}"


def _responded(rows: Table, in_remission: bool) -> Mask:
    if in_remission:
        return np.asarray(rows["mrd_negative_cycle_1"] == 1.0)
    return np.asarray((rows["response"] == "CR") | (rows["response"] == "CRh"))


def endings(rows: Table) -> tuple[Floats, Floats]:
    """Return when and how the remissions of an arm end first.

    Parameters
    ----------
    rows : dict of str to array, shape (n_rows,)
        Solved patients.

    Returns
    -------
    times : array, shape (n_remissions,)
        Months from remission.
    causes : array of int, shape (n_remissions,)
        Keys of :data:`CAUSES`; 0 still in remission, without transplant, at the end of follow-up.
    """
    remission = ~np.isnan(rows["rfs_time"])
    start, until, event = (rows[key][remission] for key in ("response_day", "rfs_time", "rfs_event"))
    graft = (rows["hsct_day"][remission] - start) / MONTH
    grafted = graft <= until  # NaN is not
    relapsed = ~np.isnan(rows["relapse_day"][remission])
    causes = np.where(grafted, 2, np.where(event == 1, np.where(relapsed, 1, 3), 0))
    return np.where(grafted, graft, until), causes


def _incidence(axes: Axes, arms: Sequence[Drawn], start: str, months: float) -> None:
    """Draw the cumulative incidence of what ends remission first."""
    lines, labels = [], []
    for drawn in arms:
        times, causes = endings(drawn.rows)
        if not len(times):
            continue
        curves, until = cumulative_incidence(times, causes), months if causes.all() else 0.0
        for cause, (name, colour) in CAUSES.items():
            if cause in curves:
                lines.append(_curve(axes, curves[cause], colour, drawn.dashes, until))
                at = 100.0 * curves[cause].value[-1]
                labels.append(f"{name} {at:.0f} %" if len(arms) == 1 else f"{name} {at:.0f} %, {drawn.arm.name}")
    _dress(axes, f"What ends remission first {words.SIGN}", f"months from {start}", "% of patients in remission")
    _percent(axes, len(lines))
    axes.set_xlim(0.0, months)
    axes.set_xticks(np.arange(0.0, months + 0.5, 2.0 * _every(months)))
    if lines:
        _key(axes, lines, labels)
    else:
        _nobody(axes, "no remission")


def _onset(axes: Axes, arms: Sequence[Drawn]) -> None:
    """Draw the day of first cytokine release syndrome, what became grade 3 or more in full colour."""
    days = [np.floor(d.rows["crs_day"]) for d in arms]
    seen = [d for d in days if (d < ONSET).any()]
    last = int(max((float(d[d < ONSET].max()) for d in seen), default=0.0)) + 1
    span = min(max(last + 1, FEWEST), ONSET)
    width = 0.86 / max(len(seen), 1)
    labels, handles, place = [], [], 0
    for drawn, day in zip(arms, days, strict=True):
        if not (day < ONSET).any():
            continue
        for severe in (False, True):
            if severe and not (drawn.rows["crs_grade"] >= 3).any():
                continue
            part = day[drawn.rows["crs_grade"] >= 3] if severe else day
            counts = np.bincount(part[part < span].astype(int), minlength=span)
            x = np.arange(span) + 0.5 + (place - 0.5 * (len(seen) - 1)) * width
            colour = drawn.colour if severe else _pale(drawn.colour)
            bars = axes.bar(x, 100.0 * counts / drawn.n, width, color=colour, linewidth=0)
            grade = "became grade 3 or more" if severe else "any grade"
            handles.append(bars)
            labels.append(grade if len(seen) == 1 else f"{drawn.arm.name}, {grade}")
        place += 1
    title = "Onset of CRS" if len(seen) != 1 or len(arms) == 1 else f"Onset of CRS, {_only(arms, days)}"
    _dress(axes, title, "day of treatment", "% of patients")
    axes.set_xlim(0.0, span)
    axes.set_xticks(range(0, span + 1, 7))
    if not seen:
        _nobody(axes, "no CRS reported")
        _percent(axes)
        return
    axes.locator_params(axis="y", nbins=5)
    later = sum(int((d >= span).sum()) for d in days)
    _key(axes, handles, labels, free=True)
    if later:
        axes.set_title(f"{later:,} later", loc="right", fontsize=8.8, color=style.SOFT)


def _only(arms: Sequence[Drawn], days: Sequence[Floats]) -> str:
    return next(d.arm.name for d, day in zip(arms, days, strict=True) if (day < ONSET).any())


def _nobody(axes: Axes, said: str) -> None:
    axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", va="center", color=style.SOFT)


def save(found: TrialResult, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, the file cannot be written, or no patient could be solved.
    """
    check(path)
    write(draw(found), path, dpi)
