"""Kaplan-Meier curves by arm, with bands, medians, censoring and numbers at risk."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.errors import InputError
from trimer.report import style
from trimer.report import trial_words as words
from trimer.report.plots import trial_parts
from trimer.report.plots.base import PAGE, Plot, sheet, sizes
from trimer.report.trial_figure import Drawn, arms_of, thinned
from trimer.study.trial.estimates import Floats, Mask, Survival, kaplan_meier
from trimer.study.trial.run import TrialResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT = Plot(
    "km",
    "Kaplan-Meier curves",
    "trial",
    "What share of patients is still free of an event, by arm, with 95 % bands and the numbers at risk.",
    takes=(TrialResult,),
)
ENDPOINTS = {  # what is drawn, how its axis is called, who counts, from when
    "os": ("Overall survival", "alive, % of patients", "entry"),
    "efs": ("Event-free survival", "event-free, % of patients", "entry"),
    "rfs": ("Relapse-free survival", "relapse-free, % of remissions", "remission"),
    "dor": ("Duration of remission", "still in remission, % of remissions", "remission"),
}
FEW = 60  # censored patients of an arm, before the end of follow-up, above which ticks would run into one another
NARROW = 46  # letters of a line of the key at column width
NOTES = {
    "os": "",
    "efs": "Events: no remission by the end of the window, relapse, death.",
    "rfs": "Events: relapse, death.",
    "dor": "Events: relapse, death; a transplant ends the count.",
}


@dataclass(frozen=True)
class Line:
    """Hold the curve of one arm; ``at_risk`` stands at the ticks, ``censored`` are months before the end."""

    drawn: Drawn
    times: Floats
    events: Mask
    curve: Survival
    at_risk: list[int]
    censored: Floats


def draw(found: TrialResult, width: float = PAGE, *, endpoint: str = "os") -> Figure:
    """Return the Kaplan-Meier curves of a virtual trial.

    Parameters
    ----------
    found : TrialResult
    width : float
        Inches.
    endpoint : {"os", "efs", "rfs", "dor"}
        Overall, event-free or relapse-free survival, or duration of remission.

    Raises
    ------
    InputError
        When there is no such endpoint, or nobody in whom it counts.
    """
    title, beside, start = _endpoint(endpoint, found)
    months = trial_parts.follow_up(found)
    ticks = trial_parts.ticks(months, width)
    lines = _lines(found, endpoint, ticks)
    small, _, _ = sizes(width)
    row = 1.45 * small / 72.0
    below = row * (len(lines) + 1)
    keys = (0.3 if width < 5.0 else 0.2) * len(lines)
    figure = sheet(width, 0.62 * width + below + 0.5 + keys, title, trial_parts.who(found))
    axes, table = figure.subplots(2, 1, sharex=True, height_ratios=(0.6 * width, below))
    trial_parts.dress(axes, f"months from {start}", beside)
    axes.axhline(50.0, color=style.SOFT, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
    handles = [_draw(axes, line, months) for line in lines]
    axes.set_xlim(0.0, months)
    axes.set_ylim(0.0, 101.0)
    axes.set_yticks(range(0, 101, 25))
    axes.set_xticks(ticks)
    axes.tick_params(labelbottom=True)
    labels = [_key(line, endpoint, narrow=width < 5.0) for line in lines]
    axes.legend(
        handles, labels, loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderaxespad=0.1, handlelength=2.6,
        labelcolor=style.INK,
    )  # fmt: skip
    _at_risk(table, lines, ticks, small)
    return figure


def data(found: TrialResult, *, endpoint: str = "os") -> dict[str, Any]:
    """Return curves, bands, medians and numbers at risk as plain values; parameters as :func:`draw`."""
    title, _, start = _endpoint(endpoint, found)
    ticks = trial_parts.ticks(trial_parts.follow_up(found), PAGE)
    arms = {}
    for line in _lines(found, endpoint, ticks):
        curve, median = line.curve, line.curve.median()
        arms[line.drawn.arm.name] = {
            "patients": curve.n,
            "events": int(curve.occurred[-1]),
            "median": {"value": median.value, "low": median.low, "high": median.high},
            "times": curve.times.tolist(),
            "free": curve.value.tolist(),
            "low": curve.low.tolist(),
            "high": curve.high.tolist(),
            "at_risk": {"months": ticks, "patients": line.at_risk},
            "censored": line.censored.tolist(),
        }
    head = {"trial": found.trial.name, "endpoint": endpoint, "title": title, "unit": "months", "from": start}
    return {**head, "arms": arms}


def remarks(found: TrialResult, *, endpoint: str = "os") -> list[str]:
    """Return what has to be known to read the curves."""
    _endpoint(endpoint, found)
    lines = _lines(found, endpoint, [0.0])
    few = any(0 < len(line.censored) <= FEW for line in lines)
    ticked = "Ticks: censored before the end of follow-up. " if few else ""
    shared = [words.SHARED] if len(lines) > 1 and found.provenance.get("allocation") == "shared" else []
    said = f"{NOTES[endpoint]} Bands: pointwise 95 % (log-log). {ticked}Medians with 95 % intervals.".strip()
    return [said, *shared, *trial_parts.remarks(found, stated=True)]


def _endpoint(endpoint: str, found: TrialResult) -> tuple[str, str, str]:
    """Return title, axis and start of an endpoint."""
    if endpoint not in ENDPOINTS:
        raise InputError("endpoint", repr(endpoint), f"one of {', '.join(ENDPOINTS)}")
    title, beside, start = ENDPOINTS[endpoint]
    entered_free = start == "remission" and words.in_remission(found.trial)
    return f"{title} {words.SIGN}", beside, "entry" if entered_free else start


def _lines(found: TrialResult, endpoint: str, ticks: list[float]) -> list[Line]:
    """Return the curve of every arm in which somebody counts."""
    lines = []
    for drawn in arms_of(found):
        times, events = drawn.rows[f"{endpoint}_time"], drawn.rows[f"{endpoint}_event"]
        known = ~np.isnan(times)
        times, events = times[known], events[known] == 1
        if not len(times):
            continue
        curve = kaplan_meier(times, events)
        at_risk = [int((times >= tick - 1e-9).sum()) for tick in ticks]
        censored = np.sort(times[~events & (times < trial_parts.follow_up(found) - 1e-6)])
        lines.append(Line(drawn, times, events, curve, at_risk, censored))
    if not lines:
        raise InputError("plot km", f"nobody in whom {endpoint} counts", "at least one remission, or another endpoint")
    return lines


def _draw(axes: Axes, line: Line, months: float) -> Any:
    """Draw the band, the curve and its ticks; level on to the end where nothing can change after it."""
    times, *others = thinned(line.curve)
    if line.events.all() and months > line.curve.last:
        times, *others = (np.append(a, end) for a, end in ((times, months), *((a, a[-1]) for a in others)))
    value, low, high = others
    colour, dashes = line.drawn.colour, line.drawn.dashes
    axes.fill_between(times, low, high, step="post", color=colour, alpha=0.16, linewidth=0)
    (mark,) = axes.step(times, value, where="post", color=colour, linestyle=dashes)
    if 0 < len(line.censored) <= FEW:
        at = np.searchsorted(line.curve.times, line.censored, side="right") - 1
        axes.plot(line.censored, 100.0 * line.curve.value[at], "|", color=colour, markersize=5, markeredgewidth=0.9)
    return mark


def _key(line: Line, endpoint: str, narrow: bool) -> str:
    """Return an arm's name with median and events, and its hazard ratio where there is one; on lines of their own."""
    estimates, curve = line.drawn.estimates, line.curve
    median = estimates[f"{endpoint}_median"]
    parts = [
        f"{line.drawn.arm.name}: median {words.value(median)} ({words.interval(median)})",
        f"{int(curve.occurred[-1]):,} events in {curve.n:,}",
    ]
    ratio = estimates.get(f"hr_{endpoint}")
    if ratio is not None:
        parts.append(f"hazard ratio {words.value(ratio)} ({words.interval(ratio)})")
    if not narrow:
        return ", ".join(parts)
    return "\n".join(textwrap.fill(part, NARROW) for part in (parts[0], ", ".join(parts[1:])))


def _at_risk(axes: Axes, lines: list[Line], ticks: list[float], size: float) -> None:
    """Write the numbers at risk, a row an arm in its colour, under the ticks."""
    axes.set_ylim(len(lines) - 0.5, -1.3)
    axes.set_yticks(range(len(lines)), [line.drawn.arm.name for line in lines])
    axes.tick_params(axis="both", length=0, labelbottom=False, pad=1.6 * size)
    axes.spines[:].set_visible(False)
    axes.text(0.0, -0.95, "patients at risk", ha="left", va="center", fontsize=size, color=style.SOFT)
    for row, (line, label) in enumerate(zip(lines, axes.get_yticklabels(), strict=True)):
        label.set_color(line.drawn.colour)
        for tick, n in zip(ticks, line.at_risk, strict=True):
            axes.text(tick, row, f"{n:,}", ha="center", va="center", fontsize=size, color=line.drawn.colour)
