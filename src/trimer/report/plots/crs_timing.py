"""When cytokine release syndrome begins: patients by day of onset and grade, and the cumulative incidence by arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.binomial import exact_limits
from trimer.criteria import criterion
from trimer.report import style
from trimer.report.plots import trial_parts
from trimer.report.plots.base import PAGE, Plot, sheet, sizes
from trimer.report.trial_figure import Drawn, arms_of
from trimer.study.trial.run import TrialResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT = Plot(
    "crs_timing",
    "Onset of cytokine release syndrome",
    "trial",
    "On which day cytokine release syndrome was first reported, by its worst grade, and its cumulative incidence.",
    takes=(TrialResult,),
)
SPAN, FEWEST = 42, 14  # days that are drawn, at most and at least
SEVERE = 3
GRADES = {1: "#ecd5a6", 2: "#d99a4e", 3: "#b2452b", 4: "#6b1a3f", 5: style.INK}  # light to dark
ENDS = ("o", "s", "^", "D")  # at the end of an arm's curves


@dataclass(frozen=True)
class Onset:
    """Hold the onsets of one arm.

    Attributes
    ----------
    drawn : Drawn
    days : array, shape (n_events,), day
        Of first report, from entry.
    grades : array of int, shape (n_events,)
        The worst of the same patients.
    """

    drawn: Drawn
    days: NDArray[np.float64]
    grades: NDArray[np.int64]

    def counts(self, grade: int, span: int) -> NDArray[np.int64]:
        """Return how many of a grade had their onset on each day from entry, shape (span,)."""
        part = self.days[(self.grades == grade) & (self.days < span)]
        return np.bincount(part.astype(int), minlength=span)

    def incidence(self, least: int, span: float) -> tuple[NDArray[np.float64], ...]:
        """Return days, and the share with an onset of at least that grade by then with its exact 95 % limits.

        Nobody is censored before the end of treatment, so that the share of all patients is the cumulative incidence
        with death as a competing event.
        """
        days = np.sort(self.days[self.grades >= least])
        days = days[days < span]
        at = np.unique(np.concatenate([[0.0], days, [span]]))
        so_far = np.searchsorted(days, at, side="right")
        low, high = (np.asarray(x, dtype=float) for x in exact_limits(so_far, np.full(len(at), self.drawn.n)))
        return at, so_far / self.drawn.n, low, high


def draw(found: TrialResult, width: float = PAGE) -> Figure:
    """Return days of onset by grade, a panel an arm, above the cumulative incidence.

    Parameters
    ----------
    found : TrialResult
    width : float
        Inches.

    Raises
    ------
    InputError
        When no patient could be solved.
    """
    onsets = onsets_of(found)
    seen = [one for one in onsets if len(one.days)]
    span = _span(seen)
    high = 0.3 * width + 0.2
    figure = sheet(width, high * (len(seen) + 1.25) + 1.15, PLOT.label, trial_parts.who(found))
    ratios = [*([1.0] * len(seen)), 1.25]
    panels = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios, squeeze=False)[:, 0]
    grades = sorted({int(grade) for one in seen for grade in one.grades})
    top = max((_heights(one, grades, span).sum(axis=0).max() for one in seen), default=1.0)
    for axes, one in zip(panels[:-1], seen, strict=True):
        _bars(axes, one, grades, span)
        axes.set_ylim(0.0, 1.08 * top)
    _incidence(panels[-1], onsets, seen, span, width)
    for axes in panels:
        axes.set_xlim(0.0, span)
        axes.set_xticks(range(0, span + 1, 7))
        axes.tick_params(labelbottom=True)
    if seen:
        _key(panels[0], grades)
    return figure


def data(found: TrialResult) -> dict[str, Any]:
    """Return patients by day of onset and grade, and the cumulative incidence, by arm; parameters as :func:`draw`."""
    onsets = onsets_of(found)
    span = _span([one for one in onsets if len(one.days)])
    arms = {}
    for one in onsets:
        grades = sorted({int(grade) for grade in one.grades})
        curves = {}
        for name, least in (("any", 1), ("severe", SEVERE)):
            at, share, low, high = one.incidence(least, span)
            curves[name] = {"days": at.tolist(), "share": share.tolist(), "low": low.tolist(), "high": high.tolist()}
        arms[one.drawn.arm.name] = {
            "patients": one.drawn.n,
            "onsets": len(one.days),
            "later": int((one.days >= span).sum()),
            "by_grade": {str(grade): one.counts(grade, span).tolist() for grade in grades},
            "incidence": curves,
        }
    return {"trial": found.trial.name, "unit": "day", "scale": found.trial.crs.scale, "days": span, "arms": arms}


def remarks(found: TrialResult) -> list[str]:
    """Return what has to be known to read the figure."""
    onsets = onsets_of(found)
    span = _span([one for one in onsets if len(one.days)])
    later = sum(int((one.days >= span).sum()) for one in onsets)
    none = [one.drawn.arm.name for one in onsets if not len(one.days)]
    said = (
        f"Scale: {criterion(found.trial.crs.scale).label}, reported from grade {found.trial.crs.reported_from}. Each "
        "patient counts once, on the day of first report, with the worst grade of all. Bands: exact 95 %, pointwise."
    )
    if none:
        said += f" None was reported under {', '.join(none)}."
    if later:
        said += f" Onsets after day {span}, not drawn: {later:,}."
    return [said, *trial_parts.remarks(found)]


def onsets_of(found: TrialResult) -> list[Onset]:
    """Return the onsets of every arm with a solved patient."""
    onsets = []
    for drawn in arms_of(found):
        had = ~np.isnan(drawn.rows["crs_day"])
        onsets.append(Onset(drawn, drawn.rows["crs_day"][had], drawn.rows["crs_grade"][had].astype(np.int64)))
    return onsets


def _span(seen: list[Onset]) -> int:
    """Return how many days are drawn: whole weeks, to the last onset but no further than :data:`SPAN`."""
    last = max((float(one.days.max()) for one in seen), default=0.0)
    return int(np.clip(7 * np.ceil((last + 1.0) / 7.0), FEWEST, SPAN))


def _heights(one: Onset, grades: list[int], span: int) -> NDArray[np.float64]:
    """Return per cent of the arm's patients by grade and day, shape (n_grades, span)."""
    return np.array([100.0 * one.counts(grade, span) / one.drawn.n for grade in grades])


def _bars(axes: Axes, one: Onset, grades: list[int], span: int) -> None:
    base, day = np.zeros(span), np.arange(span) + 0.5
    for grade, height in zip(grades, _heights(one, grades, span), strict=True):
        axes.bar(day, height, 0.86, base, color=GRADES[grade], edgecolor=style.PAPER, linewidth=0.3, zorder=2)
        base += height
    trial_parts.dress(axes, "day from entry", "onset, % of patients")
    axes.set_title(f"{one.drawn.arm.name}, n = {one.drawn.n:,}", loc="right", color=one.drawn.colour)
    axes.locator_params(axis="y", nbins=5)


def _key(axes: Axes, grades: list[int]) -> None:
    """Write the key of grades, whose colours go from light to dark, worst first as in the bars."""
    from matplotlib.patches import Patch

    handles = [Patch(color=GRADES[grade], label=f"worst grade {grade}") for grade in reversed(grades)]
    axes.legend(handles=handles, loc="upper right", handlelength=1.1, labelcolor=style.INK)


def _incidence(axes: Axes, onsets: list[Onset], seen: list[Onset], span: int, width: float) -> None:
    """Draw the cumulative incidence of any and of severe syndrome, arms told apart by colour and end mark."""
    small, _, _ = sizes(width)
    trial_parts.dress(axes, "day from entry", "cumulative, % of patients")
    if not seen:
        axes.text(0.5, 0.5, "none was reported", transform=axes.transAxes, ha="center", color=style.SOFT)
        axes.set_ylim(0.0, 100.0)
        return
    top = 0.0
    for one, end in zip(seen, ENDS * len(seen), strict=False):
        for least, dashes, name in ((1, "-", "any grade"), (SEVERE, (0, (4, 1.6)), f"grade {SEVERE} or more")):
            at, share, low, high = one.incidence(least, span)
            colour = one.drawn.colour
            axes.fill_between(at, 100.0 * low, 100.0 * high, step="post", color=colour, alpha=0.13, linewidth=0)
            said = f"{trial_parts.per_cent(share[-1])} ({100.0 * low[-1]:.1f} to {100.0 * high[-1]:.1f})"
            who = f"{one.drawn.arm.name}, " if len(seen) > 1 else ""
            axes.step(
                at, 100.0 * share, where="post", color=colour, linestyle=dashes, marker=end, markevery=[len(at) - 1],
                markersize=0.6 * small, label=f"{who}{name} by day {span}: {said}", clip_on=False,
            )  # fmt: skip
            top = max(top, 100.0 * float(high[-1]))
    room = 1.0 + 0.11 * 2 * len(seen) * (1.7 if width < 5.0 else 1.0)
    axes.set_ylim(0.0, min(max(room * top, 5.0), 130.0))
    axes.legend(loc="upper left", labelcolor=style.INK, handlelength=2.6)
