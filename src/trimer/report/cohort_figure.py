"""What came of the courses nearest to a case: response with exact limits, and survival, recorded and virtual apart."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.report import style
from trimer.report.sensitivity_figure import write
from trimer.report.simulation_figure import check
from trimer.report.trial_figure import thinned
from trimer.study.cohorts.neighbours import Similar
from trimer.study.trial.estimates import Survival

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, HIGH = 11.0, 5.6  # inches
COLOURS = {"recorded": style.BLASTS, "virtual": style.ENGAGER}
PUBLISHED = style.SOFT
MONTHS = 24.0
_ENDPOINTS = {"cr_crh_cri": "CR, CRh or CRi", "cr_crh": "CR or CRh", "cr": "CR"}


def draw(found: Similar) -> Figure:
    """Return the figure: remission on the left with published results below, overall survival on the right."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(style.SETTINGS):
        figure = Figure(figsize=(WIDE, HIGH), facecolor=style.PAPER)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.0, 1.15)})
        _responses(left, found)
        _survival(right, found)
        figure.suptitle(
            f"Courses similar to {found.case} at {found.at}", x=0.02, y=0.975, ha="left", fontsize=12.5, color=style.INK
        )
        known = ", ".join(f"{len(near)} {origin}" for origin, near in found.neighbours.items())
        below = (
            f"Nearest courses by the features at entry ({known}); weights and scales of the distance are assumed. "
            f"Virtual courses are simulations. 95 % intervals, exact for shares, log-log for survival. {found.notice}"
        )
        figure.text(0.02, 0.02, textwrap.fill(below, 185), fontsize=style.SMALL, color=style.SOFT, va="bottom")
        figure.subplots_adjust(left=0.235, right=0.985, top=0.86, bottom=0.2, wspace=0.2)
    return figure


def _responses(axes: Axes, found: Similar) -> None:
    """Draw shares as points with their limits, a row each: neighbours first, published trials in order below."""
    rows: list[tuple[str, float, float, float, str]] = []
    for origin, outcome in found.outcomes.items():
        e = outcome.remission
        if e.n:
            share, low, high = (100.0 * x for x in (e.value, e.low, e.high))
            rows.append((f"{origin}: CR, CRh or CRi ({e.events} of {e.n})", share, low, high, COLOURS[origin]))
    for p in found.comparators:
        if p.key in _ENDPOINTS and p.group == "all":
            name = f"{p.trial}, {p.arm}: {_ENDPOINTS[p.key]}"
            rows.append((name, p.value, p.low, p.high, PUBLISHED))
    places = -np.arange(len(rows), dtype=float)
    for y, (_, value, low, high, colour) in zip(places, rows, strict=True):
        axes.plot([low, high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot([value], [y], "o", color=colour, markersize=5.0)
    axes.set_yticks(places, [row[0] for row in rows])
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(row[4])
    axes.set_xlim(0.0, 100.0)
    _dress(axes, "Remission (published results in grey)", "% of patients", "x")


def _survival(axes: Axes, found: Similar) -> None:
    """Draw overall survival of each origin; where dates are partial, by the earliest and by the latest of them."""
    drawn = False
    for origin, outcome in found.outcomes.items():
        held = outcome.survival["os"]
        if held is None:
            continue
        drawn = True
        words = f"{origin}, n = {held.latest.n}"
        if held.exact:
            _step(axes, held.latest, COLOURS[origin], "-", words)
        else:
            _step(axes, held.latest, COLOURS[origin], "-", f"{words}, by the latest dates")
            _step(axes, held.earliest, COLOURS[origin], (0, (4, 2)), f"{words}, by the earliest dates")
    axes.set_ylim(0.0, 104.0)
    axes.set_xlim(0.0, MONTHS)
    axes.set_xticks(np.arange(0.0, MONTHS + 1.0, 3.0))
    _dress(axes, "Overall survival from entry (Kaplan-Meier)", "months", "y")
    axes.set_ylabel("% alive", color=style.SOFT)
    if drawn:
        axes.legend(loc="upper right", frameon=False, fontsize=style.TEXT, labelcolor=style.INK)
    else:
        axes.text(0.5, 0.5, "no survival recorded", transform=axes.transAxes, ha="center", color=style.SOFT)


def _step(axes: Axes, curve: Survival, colour: str, dashes: Any, label: str) -> None:
    times, value, low, high = thinned(curve)
    times, value, low, high = (
        np.append(a, end) for a, end in ((times, curve.last), *((a, a[-1]) for a in (value, low, high)))
    )
    axes.fill_between(times, low, high, step="post", color=colour, alpha=0.12, linewidth=0)
    axes.step(times, value, where="post", color=colour, linestyle=dashes, linewidth=1.8, label=label)


def _dress(axes: Axes, title: str, below: str, lines: Any) -> None:
    axes.set_title(title, loc="left", fontsize=style.TITLE, color=style.INK, pad=8)
    axes.set_xlabel(below, color=style.SOFT)
    axes.grid(axis=lines, color=style.GRID, linewidth=0.8)


def save(found: Similar, path: str | os.PathLike[str], dpi: int = 160) -> None:
    """Write the figure as the file's ending says.

    Raises
    ------
    InputError
        When the ending is another than .svg, .png or .pdf, or the file cannot be written.
    """
    check(path)
    write(draw(found), path, dpi)
