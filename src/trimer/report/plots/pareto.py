"""Pareto plot of an optimisation: two objectives against each other, schedules beside the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trimer.errors import InputError
from trimer.report import style, text
from trimer.report.optimise import scale, unit
from trimer.report.plots.base import PAGE, Plot, sheet, sizes
from trimer.study.optimise.compare import Difference
from trimer.study.optimise.evaluate import Goal
from trimer.study.optimise.result import SCHEMA, Optimised

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT = Plot(
    "pareto",
    "Pareto plot of schedules",
    "optimise",
    "Two objectives of an optimisation against each other, as differences from the reference schedule.",
    takes=(Optimised, dict),
)
WINNER, OTHER, CLOUD = style.T_CELLS, style.INK, style.UNFITTED
NEEDED = (
    "optimisation", "label", "protocol", "days", "objectives", "fresh_subjects", "verdict", "winners", "reference",
    "front", "front_size", "candidates",
)  # fmt: skip
TOLD = 3  # schedules that are told in words under the figure


@dataclass(frozen=True)
class Plane:
    """Hold what is drawn.

    Attributes
    ----------
    across, up : Goal
        Objectives on the axes.
    cloud : array, shape (n_candidates, 2)
        Differences of the means in the search's own subjects, in printed units.
    edge : array, shape (n_edge, 2)
        Those of the cloud that no other beats on both, from left to right.
    schedules : list of dict
        Compared in fresh subjects: number, words, whether it wins, and differences on the two axes.
    """

    across: Goal
    up: Goal
    cloud: NDArray[np.float64]
    edge: NDArray[np.float64]
    schedules: list[dict[str, Any]]


def draw(found: Optimised | dict[str, Any], width: float = PAGE, *, across: str = "", up: str = "") -> Figure:
    """Return the Pareto plot of an optimisation.

    Parameters
    ----------
    found : Optimised or dict
        Or what its ``to_dict`` gave, as ``trimer optimise --json`` prints it.
    width : float
        Inches.
    across, up : str
        Outcomes of two objectives; by default the second and the first.

    Raises
    ------
    InputError
        When it is no optimisation, or has no two such objectives.
    """
    document = _document(found)
    plane = plane_of(document, across, up)
    small, _, _ = sizes(width)
    figure = sheet(width, 0.72 * width + (1.35 if width < 5.0 else 1.1), document["label"], _under(document))
    axes = figure.subplots()
    axes.axvline(0.0, color=style.RULE, linewidth=1.0, zorder=1)
    axes.axhline(0.0, color=style.RULE, linewidth=1.0, zorder=1)
    axes.plot(*plane.cloud.T, "o", color=CLOUD, markersize=0.36 * small, markeredgewidth=0.0, zorder=2)
    axes.plot(*plane.edge.T, "-", color=style.DRUG, linewidth=0.9, drawstyle=_step(plane), zorder=2)
    for one in plane.schedules:
        _point(axes, one, plane, small)
    axes.plot(0.0, 0.0, "P", color=style.BLASTS, markersize=1.35 * small, markeredgecolor=style.PAPER, zorder=6)
    _good_corner(axes, plane)
    axes.set_xlabel(_axis(plane.across), color=style.SOFT)
    axes.set_ylabel(_axis(plane.up), color=style.SOFT)
    axes.grid(color=style.GRID, linewidth=0.6)
    _key(axes, plane, small, width)
    return figure


def data(found: Optimised | dict[str, Any], *, across: str = "", up: str = "") -> dict[str, Any]:
    """Return the points in printed units; parameters as :func:`draw`."""
    document = _document(found)
    plane = plane_of(document, across, up)
    return {
        "optimisation": document["optimisation"],
        "reference": document["protocol"],
        "axes": [
            {"outcome": goal.outcome, "label": goal.label, "unit": _shown(goal), "better": _better(goal)}
            for goal in (plane.across, plane.up)
        ],
        "searched": plane.cloud.tolist(),
        "edge": plane.edge.tolist(),
        "schedules": plane.schedules,
    }


def remarks(found: Optimised | dict[str, Any], *, across: str = "", up: str = "") -> list[str]:
    """Return what has to be known to read the points."""
    document = _document(found)
    plane = plane_of(document, across, up)
    said = (
        f"Differences from the reference, {document['protocol']}. Grey: schedules of the search in its own subjects, "
        "which flatters them; line: the best of them on these two objectives. Numbered: compared in fresh subjects, "
        "with 90 % intervals. Filled: beats the reference on something without loss on the rest. Shaded: better on "
        "both."
    )
    winners = [one for one in plane.schedules if one["winner"]][:TOLD]
    told = ["; ".join(f"{one['number']}: {one['words']}" for one in winners) + "."] if winners else []
    return [said, *told, str(document["verdict"])]


def plane_of(document: Mapping[str, Any], across: str = "", up: str = "") -> Plane:
    """Return what is drawn of an optimisation's document; parameters and errors as :func:`draw`."""
    goals = [Goal(**goal) for goal in document["objectives"]]
    if len(goals) < 2:
        raise InputError("plot pareto", f"{len(goals)} objective", "an optimisation of two objectives or more")
    x, y = _goal(goals, across, goals[1]), _goal(goals, up, goals[0])
    if x == y:
        raise InputError("plot pareto", f"{x.outcome} on both axes", "two different objectives")
    own = document["reference"]["searched"]
    feasible = [
        one["means"] for one in document["candidates"]
        if one["means"] and not one["refused"] and all(excess <= 0.0 for excess in one["excess"].values())
    ]  # fmt: skip
    cloud = np.array(
        [[scale(g) * (_known(means[g.outcome]) - _known(own[g.outcome])) for g in (x, y)] for means in feasible]
    ).reshape(-1, 2)
    winners = set(document["winners"])
    schedules = []
    for one in document["front"]:
        number = str(one["name"]).removeprefix("front_").lstrip("0")
        at = {axis: _difference(one, goal) for axis, goal in (("across", x), ("up", y))}
        schedules.append({"number": number, "words": one["words"], "winner": one["name"] in winners, **at})
    return Plane(x, y, cloud, _edge(cloud, x.sign, y.sign), schedules)


def _document(found: Optimised | dict[str, Any]) -> dict[str, Any]:
    """Return the document of an optimisation."""
    document = found.to_dict() if isinstance(found, Optimised) else found
    if document.get("schema") != SCHEMA:
        raise InputError("source of plot pareto", f"schema {document.get('schema')!r}", f"{SCHEMA!r}")
    if missing := [name for name in NEEDED if name not in document]:
        raise InputError("source of plot pareto", f"no {', '.join(missing)}", "what `trimer optimise --json` prints")
    return document


def _goal(goals: list[Goal], outcome: str, otherwise: Goal) -> Goal:
    if not outcome:
        return otherwise
    for goal in goals:
        if goal.outcome == outcome:
            return goal
    raise InputError("objective", repr(outcome), f"one of {', '.join(goal.outcome for goal in goals)}")


def _difference(one: Mapping[str, Any], goal: Goal) -> dict[str, float]:
    """Return a schedule's difference on an objective with its interval, in printed units."""
    raw = one["differences"][goal.outcome]
    held = raw if isinstance(raw, Difference) else Difference(**raw)
    k = scale(goal)
    return {"value": k * _known(held.value), "low": k * _known(held.low), "high": k * _known(held.high)}


def _known(x: float | None) -> float:
    """Return a number; what JSON has none for is NaN."""
    return np.nan if x is None else x


def _edge(cloud: NDArray[np.float64], x_sign: float, y_sign: float) -> NDArray[np.float64]:
    """Return those that no other beats on both, by the first; ``sign`` is 1 where less is better."""
    if not len(cloud):
        return cloud
    order = np.lexsort((y_sign * cloud[:, 1], x_sign * cloud[:, 0]))
    best = np.minimum.accumulate(y_sign * cloud[order, 1])
    first = np.concatenate([[True], best[1:] < best[:-1]])
    kept = order[first]
    return np.asarray(cloud[kept[np.argsort(cloud[kept, 0], kind="stable")]])


def _step(plane: Plane) -> str:
    """Return how the edge steps: what lies between two of it is no better than either."""
    return "steps-post" if plane.across.sign > 0.0 else "steps-pre"


def _under(document: Mapping[str, Any]) -> str:
    treated = sum(bool(one["means"]) for one in document["candidates"])
    return (
        f"{treated:,} schedules tried against {document['protocol']} over {document['days']:g} days; "
        f"{len(document['front'])} of the {document['front_size']} best compared. {document['fresh_subjects']}"
    )


def _point(axes: Axes, one: Mapping[str, Any], plane: Plane, size: float) -> None:
    """Draw a compared schedule with its intervals and its number."""
    x, y, won = one["across"], one["up"], one["winner"]
    colour = WINNER if won else OTHER
    axes.errorbar(
        x["value"], y["value"], xerr=_arms(x), yerr=_arms(y), fmt="D" if won else "o", color=colour,
        markersize=0.68 * size, markerfacecolor=colour if won else style.PAPER, markeredgewidth=1.0, elinewidth=0.8,
        zorder=5,
    )  # fmt: skip
    axes.annotate(
        one["number"], (x["value"], y["value"]), (3.5, 3.0), textcoords="offset points", fontsize=size, color=colour,
        weight="bold" if won else "normal", zorder=7,
    )  # fmt: skip


def _arms(held: Mapping[str, float]) -> NDArray[np.float64]:
    value = held["value"]
    return np.array([[max(value - held["low"], 0.0)], [max(held["high"] - value, 0.0)]])


def _good_corner(axes: Axes, plane: Plane) -> None:
    """Shade where a schedule is better on both, within what is shown."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = (left, 0.0) if plane.across.sign > 0.0 else (0.0, right)
    y = (bottom, 0.0) if plane.up.sign > 0.0 else (0.0, top)
    axes.fill_between(x, *y, color=WINNER, alpha=0.07, linewidth=0, zorder=0)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def _shown(goal: Goal) -> str:
    return {"%": "percentage points", "": text.unit(goal.unit)}.get(unit(goal), unit(goal))


def _better(goal: Goal) -> str:
    return "lower" if goal.sign > 0.0 else "higher"


def _axis(goal: Goal) -> str:
    """Return the label of an axis of differences, with unit and which way is better."""
    return f"{goal.label}, difference [{_shown(goal)}]\n({'less' if goal.sign > 0.0 else 'more'} is better)"


def _key(axes: Axes, plane: Plane, size: float, width: float) -> None:
    from matplotlib.lines import Line2D

    def mark(marker: str, colour: str, fill: str, label: str) -> Any:
        return Line2D([], [], marker=marker, color=colour, markerfacecolor=fill, markeredgecolor=colour,
                      markersize=0.7 * size, linewidth=0, label=label)  # fmt: skip

    handles = [mark("P", style.BLASTS, style.BLASTS, "reference"), mark("o", CLOUD, CLOUD, "tried in the search")]
    if any(one["winner"] for one in plane.schedules):
        handles.append(mark("D", WINNER, WINNER, "beats the reference"))
    if any(not one["winner"] for one in plane.schedules):
        handles.append(mark("o", OTHER, style.PAPER, "compared"))
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 1.0), borderaxespad=0.1,
        ncols=2 if width < 5.0 else 4, handlelength=1.0, columnspacing=1.2, labelcolor=style.INK,
    )  # fmt: skip
