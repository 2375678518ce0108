"""Swimmer plot: a sample of virtual patients, a bar each, with infusions, holds, remission and how it ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.report import style
from trimer.report import trial_words as words
from trimer.report.plots import trial_parts
from trimer.report.plots.base import PAGE, Plot, sheet, sizes
from trimer.study.trial.courses import Courses, courses
from trimer.study.trial.run import TrialResult
from trimer.study.trial.survival import MONTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT = Plot(
    "swimmer",
    "Swimmer plot",
    "trial",
    "One bar a virtual patient, from entry to death or the end of follow-up, with what was given and what came of it.",
    takes=(TrialResult,),
)
PATIENTS = 40
ALIVE, REMISSION = "#dfe4ea", "#7cc4ad"
MARKS: dict[str, tuple[str, str, float]] = {  # what happened: marker, colour, size over that of a bar
    "hold": ("|", style.BLASTS, 1.0),
    "treatment stopped": ("s", style.PLATELETS, 0.72),
    "remission": ("o", style.NEUTROPHILS, 0.8),
    "relapse": ("D", style.BLASTS, 0.74),
    "transplant": ("^", style.T_CELLS, 0.92),
    "death": ("X", style.INK, 0.95),
    "alive at the end": (">", style.SOFT, 0.85),
}
Events = dict[str, tuple[NDArray[np.float64], NDArray[np.int64]]]  # months and rows of every mark


def draw(
    found: TrialResult, width: float = PAGE, *, arm: str = "", patients: int = PATIENTS, sample: int = 1,
    months: float = 0.0,
) -> Figure:  # fmt: skip
    """Return the swimmer plot of an arm.

    Parameters
    ----------
    found : TrialResult
    width : float
        Inches.
    arm : str
        By default the first that is not the reference.
    patients, sample : int
        How many, and the seed of the lot by which they are drawn.
    months : float
        Where the axis ends, within follow-up; 0: with the last bar.

    Raises
    ------
    InputError
        When there is no such arm, nobody in it could be solved, or the axis ends nowhere within follow-up.
    """
    most = math.ceil(trial_parts.follow_up(found))
    if not 0.0 <= months <= most:
        raise InputError("months", f"{months:g}", f"months within follow-up, from 0 to {most}")
    shown = _courses(found, arm, patients, sample)
    small, _, _ = sizes(width)
    order, ends = _order(shown)
    bar = max(0.07, min(0.1 if width < 5.0 else 0.125, 5.2 / len(order)))  # inches
    figure = sheet(width, bar * len(order) + 1.35 + (0.5 if width < 5.0 else 0.2), PLOT.label,
                   trial_parts.who(found, shown.arm, len(order)))  # fmt: skip
    axes = figure.subplots()
    last = months or float(np.ceil(ends.max()))
    trial_parts.dress(axes, f"months from entry {words.SIGN}", "virtual patients, longest first", across=False)
    for row, i in enumerate(order):
        axes.barh(row, ends[row], 0.8, color=ALIVE, linewidth=0, zorder=2)
        _spans(axes, row, _remission(shown, int(i)), REMISSION, 0.8, 2.5)
        _spans(axes, row, shown.spans[i] / MONTH, style.ENGAGER, 0.44, 3.0)
        axes.vlines(shown.doses[i] / MONTH, row - 0.22, row + 0.22, color=style.ENGAGER, linewidth=0.8, zorder=3)
    happened = _events(shown, order, ends)
    size = 0.92 * bar * 72.0
    for name, (at, rows) in happened.items():
        marker, colour, share = MARKS[name]
        edge = {} if marker == "|" else {"markeredgecolor": style.PAPER, "markeredgewidth": 0.35}
        stroke = {"markeredgewidth": 1.1} if marker == "|" else edge
        axes.plot(at, rows, marker, color=colour, markersize=share * size, zorder=5, clip_on=bool(months), **stroke)
    axes.set_xlim(0.0, last + 0.012 * last)
    axes.set_ylim(len(order) - 0.3, -0.7)
    axes.set_xticks(trial_parts.ticks(last, width))
    axes.set_yticks([])
    _key(axes, [name for name in MARKS if name in happened], shown, width, small)
    return figure


def data(
    found: TrialResult, *, arm: str = "", patients: int = PATIENTS, sample: int = 1, months: float = 0.0
) -> dict[str, Any]:
    """Return every bar with its spans and events in days, longest first; parameters as :func:`draw`."""
    shown = _courses(found, arm, patients, sample)
    order, ends = _order(shown)
    rows = shown.rows

    def day(name: str, i: int) -> float | None:
        value = float(rows[name][i])
        return None if np.isnan(value) else value

    bars = [
        {
            "patient": int(rows["patient"][i]),
            "days": float(end) * MONTH,
            "infusions": shown.spans[i].tolist(),
            "injections": shown.doses[i].tolist(),
            "cycles": shown.cycles[i].tolist(),
            "holds": shown.holds[i].tolist(),
            "stopped": None if np.isnan(shown.stops[i]) else float(shown.stops[i]),
            "response": str(rows["response"][i]),
            "remission": day("response_day", i),
            "relapse": day("relapse_day", i),
            "transplant": day("hsct_day", i),
            "death": day("death_day", i),
        }
        for i, end in zip(order, ends, strict=True)
    ]
    return {"trial": found.trial.name, "arm": shown.arm, "unit": "day", "patients": bars}


def remarks(
    found: TrialResult, *, arm: str = "", patients: int = PATIENTS, sample: int = 1, months: float = 0.0
) -> list[str]:
    """Return what has to be known to read the bars."""
    said = (
        "Holds are those of the protocol's rules; a transplant ends treatment. Remission and relapse are shown on the "
        "day on which the trial's assessments found them."
    )
    return [said, *trial_parts.remarks(found, stated=True)]


def _courses(found: TrialResult, arm: str, patients: int, sample: int) -> Courses:
    return courses(found, trial_parts.chosen_arm(found, arm), patients, sample)


def _order(shown: Courses) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the patients' places, longest first and then by duration of remission, and their bars' ends in months."""
    ends = shown.rows["os_time"]
    remission = np.nan_to_num(shown.rows["rfs_time"], nan=-1.0)
    order = np.lexsort((shown.rows["patient"], -remission, -ends))
    return order, ends[order]


def _remission(shown: Courses, i: int) -> NDArray[np.float64]:
    """Return from when to when a patient was in remission, in months, shape (n, 2)."""
    lasted = float(shown.rows["rfs_time"][i])
    if np.isnan(lasted):
        return np.empty((0, 2))
    start = float(shown.rows["response_day"][i]) / MONTH
    return np.array([[start, start + lasted]])


def _spans(axes: Axes, row: int, spans: NDArray[np.float64], colour: str, height: float, zorder: float) -> None:
    if len(spans):
        axes.barh(
            [row] * len(spans), spans[:, 1] - spans[:, 0], height, spans[:, 0], color=colour, linewidth=0, zorder=zorder
        )


def _events(shown: Courses, order: NDArray[np.int64], ends: NDArray[np.float64]) -> Events:
    """Return where each mark stands; what nobody had is left out."""
    rows = shown.rows
    count = np.arange(len(order))
    single = {
        "treatment stopped": shown.stops[order],
        "remission": np.where(rows["response_day"] > 0.0, rows["response_day"], np.nan)[order],
        "relapse": rows["relapse_day"][order],
        "transplant": rows["hsct_day"][order],
        "death": np.where(rows["os_event"] == 1, rows["death_day"], np.nan)[order],
        "alive at the end": np.where(rows["os_event"] == 1, np.nan, MONTH * rows["os_time"])[order],
    }
    held = [(day / MONTH, row) for row, i in enumerate(order) for day in shown.holds[i]]
    found_events: Events = {}
    if held:
        found_events["hold"] = (np.array([m for m, _ in held]), np.array([r for _, r in held]))
    for name, days in single.items():
        seen = ~np.isnan(days) & (days / MONTH <= ends + 1e-6)
        if seen.any():
            found_events[name] = (days[seen] / MONTH, count[seen])
    return found_events


def _key(axes: Axes, names: Sequence[str], shown: Courses, width: float, size: float) -> None:
    """Write the key above the bars."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(color=ALIVE, label="alive"), Patch(color=REMISSION, label="in remission")]
    if any(len(spans) for spans in shown.spans):
        handles.insert(1, Patch(color=style.ENGAGER, label="infusion"))
    if any(len(doses) for doses in shown.doses):
        handles.insert(1, Line2D([], [], color=style.ENGAGER, marker="|", linewidth=0, label="injection"))
    for name in names:
        marker, colour, share = MARKS[name]
        edge = 1.2 if marker == "|" else 0.0
        look: Any = {"color": colour, "marker": marker, "markersize": share * size, "markeredgewidth": edge}
        handles.append(Line2D([], [], linewidth=0, label=name, **look))
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.03, 1.0), borderaxespad=0.15, ncols=3 if width < 5 else 5,
        handlelength=1.1, handletextpad=0.5, columnspacing=1.1, labelspacing=0.35, labelcolor=style.INK,
    )  # fmt: skip
