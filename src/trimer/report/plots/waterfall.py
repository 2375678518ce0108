"""Waterfall plot: the deepest fall of each virtual patient's leukaemia, one bar a patient, and how it was judged."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.observables import OBSERVABLES
from trimer.report import style, text
from trimer.report import trial_words as words
from trimer.report.plots import trial_parts
from trimer.report.plots.base import PAGE, Plot, sheet, sizes
from trimer.study.trial.courses import assessed, courses, drawn
from trimer.study.trial.response import response_judge
from trimer.study.trial.run import TrialResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT = Plot(
    "waterfall",
    "Waterfall plot",
    "trial",
    "The deepest fall of marrow blasts from entry, one bar a virtual patient, coloured by the best response.",
    takes=(TrialResult,),
)
PATIENTS = 150
FLOOR = OBSERVABLES["mrd_marrow"].floor  # share of marrow cells
REMISSIONS = ("#00543f", "#00957a", "#7cc4ad")  # by depth, light as the response is less
OTHERS = {"PR": "#c99a2e", "PD": "#c2410c"}
GREYS = ("#9aa4b0", "#b9c1ca", "#d0d6dd")


@dataclass(frozen=True)
class Bars:
    """Hold what is drawn, in the order of the bars.

    Attributes
    ----------
    arm : str
    patients : array of int, shape (n,)
    change : array, shape (n,)
        Decimal logarithm of the least share of leukaemic cells at an assessment over that at entry.
    entry, least : array, shape (n,)
        These shares; ``least`` is :data:`FLOOR` where it was below.
    below : array of bool, shape (n,)
        Whether it was.
    response : array of str, shape (n,)
    counts : dict of str to int
        Patients by best response, in the order of the definition.
    unseen : int
        Patients who died before any assessment, of whom nothing is drawn.
    """

    arm: str
    patients: NDArray[np.int64]
    change: NDArray[np.float64]
    entry: NDArray[np.float64]
    least: NDArray[np.float64]
    below: NDArray[np.bool_]
    response: NDArray[Any]
    counts: dict[str, int]
    unseen: int


def draw(
    found: TrialResult, width: float = PAGE, *, arm: str = "", patients: int = PATIENTS, sample: int = 1
) -> Figure:
    """Return the waterfall plot of an arm.

    Parameters
    ----------
    found : TrialResult
    width : float
        Inches.
    arm : str
        By default the first that is not the reference.
    patients, sample : int
        How many at most, and the seed of the lot by which they are drawn.

    Raises
    ------
    InputError
        When there is no such arm, or nobody in it was assessed.
    """
    bars = bars_of(found, arm, patients, sample)
    small, _, _ = sizes(width)
    kinds = list(bars.counts)
    letters = 24 if width < 5.0 else 40
    named = {name: textwrap.fill(f"{name}{2 * words.NEXT}{n:,}", letters) for name, n in bars.counts.items()}
    strip = (2.5 if any("\n" in name for name in named.values()) else 1.75) * small / 72.0 * len(kinds)
    total = len(bars.change) + bars.unseen
    figure = sheet(width, 0.5 * width + strip + 0.95, PLOT.label, trial_parts.who(found, bars.arm, total))
    axes, rug = figure.subplots(2, 1, sharex=True, height_ratios=(0.5 * width, strip))
    looks = _colours(found, kinds)
    at = np.arange(len(bars.change))
    colours = [looks[str(name)] for name in bars.response]
    axes.bar(at, bars.change, 0.86, color=colours, linewidth=0, zorder=2)
    axes.plot(at[bars.below], bars.change[bars.below], ".", color=style.INK, markersize=1.6, clip_on=False, zorder=3)
    axes.axhline(0.0, color=style.INK, linewidth=0.8, zorder=4)
    trial_parts.dress(axes, "", "leukaemic cells in marrow,\nbest change from entry (×)")
    low = float(np.floor(bars.change.min()))
    axes.set_ylim(low - 0.1, max(1.0, float(np.ceil(bars.change.max()))))
    powers = range(int(low), int(axes.get_ylim()[1]) + 1)
    axes.set_yticks(list(powers), [text.power_of_ten(k) if k else "1" for k in powers])
    axes.set_xlim(-0.8, len(at) - 0.2)
    axes.tick_params(axis="x", length=0, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    _rug(rug, bars, named, looks)
    return figure


def data(found: TrialResult, *, arm: str = "", patients: int = PATIENTS, sample: int = 1) -> dict[str, Any]:
    """Return every bar and the counts of best responses; parameters as :func:`draw`."""
    bars = bars_of(found, arm, patients, sample)
    return {
        "trial": found.trial.name,
        "arm": bars.arm,
        "unit": "decimal logarithm of the share of marrow cells over that at entry",
        "floor": FLOOR,
        "responses": bars.counts,
        "not_assessed": bars.unseen,
        "patients": [
            {"patient": int(p), "change": float(c), "entry": float(e), "least": float(x), "below_floor": bool(b),
             "response": str(r)}
            for p, c, e, x, b, r in zip(
                bars.patients, bars.change, bars.entry, bars.least, bars.below, bars.response, strict=True
            )
        ],
    }  # fmt: skip


def remarks(found: TrialResult, *, arm: str = "", patients: int = PATIENTS, sample: int = 1) -> list[str]:
    """Return what has to be known to read the bars."""
    rows = drawn(found, trial_parts.chosen_arm(found, arm), patients, sample)
    missed = int((~assessed(found, rows)).sum())
    unseen = f" {missed:,} died before an assessment and have no bar." if missed else ""
    floor = text.power_of_ten(round(np.log10(FLOOR)))
    said = (
        "Leukaemic share of nucleated marrow cells, the least at the trial's assessments over that at entry, in powers "
        f"of ten: in per cent every remission would stand at −100. Dots: below {floor} of cells, drawn at {floor}; the "
        f"morphologist's limit of 5 % lies far above.{unseen}"
    )
    return [said, *trial_parts.remarks(found)]


def bars_of(found: TrialResult, arm: str = "", patients: int = PATIENTS, sample: int = 1) -> Bars:
    """Return what is drawn, largest rise first; parameters and errors as :func:`draw`."""
    shown = courses(found, trial_parts.chosen_arm(found, arm), patients, sample)
    seen = assessed(found, shown.rows)
    if not seen.any():
        raise InputError("plot waterfall", f"nobody of arm {shown.arm} who was assessed", "at least one")
    least = np.nanmin(shown.readings["mrd_marrow"][seen], axis=1)
    entry = shown.rows["mrd_at_entry"][seen]
    below = least < FLOOR
    least = np.maximum(least, FLOOR)
    change = np.log10(least / np.maximum(entry, FLOOR))
    response = shown.rows["response"][seen]
    ranks = {name: k for k, name in enumerate(_order(found))}
    rank = np.array([ranks[str(name)] for name in response])
    order = np.lexsort((shown.rows["patient"][seen], -rank, -change))
    counts = {name: int((response == name).sum()) for name in ranks}
    return Bars(
        shown.arm, shown.rows["patient"][seen][order], change[order], entry[order], least[order], below[order],
        response[order], {name: n for name, n in counts.items() if n}, int((~seen).sum()),
    )  # fmt: skip


def _order(found: TrialResult) -> tuple[str, ...]:
    """Return the categories of the trial's definition of response, best first."""
    return tuple(response_judge(found.trial.assessment.response).definition.order)


def _colours(found: TrialResult, kinds: list[str]) -> dict[str, str]:
    """Return a colour for each category: remissions in greens, other answers ochre and vermilion, the rest grey."""
    remissions = response_judge(found.trial.assessment.response).definition.remissions
    green, grey = iter((*REMISSIONS, *REMISSIONS[-1:] * len(kinds))), iter((*GREYS, *GREYS[-1:] * len(kinds)))
    return {
        name: next(green) if name in remissions else OTHERS[name] if name in OTHERS else next(grey) for name in kinds
    }


def _rug(axes: Axes, bars: Bars, named: dict[str, str], looks: dict[str, str]) -> None:
    """Draw a row a category with a tick for each of its patients, so that no one has to tell colours apart."""
    for row, name in enumerate(named):
        at = np.flatnonzero(bars.response == name)
        axes.bar(at, 0.78, 0.86, row - 0.39, color=looks[name], linewidth=0, zorder=2)
        axes.axhline(row + 0.5, color=style.GRID, linewidth=0.6)
    axes.set_ylim(len(named) - 0.5, -0.5)
    axes.set_yticks(range(len(named)), list(named.values()), linespacing=1.0)
    for label in axes.get_yticklabels():
        label.set_color(style.INK)
    axes.tick_params(length=0, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(f"{len(bars.change):,} virtual patients, by change", color=style.SOFT)
