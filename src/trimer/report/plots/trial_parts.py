"""What figures of a virtual trial have in common: of which arm and whom they are, how axes are dressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.errors import InputError
from trimer.report import style, text
from trimer.report import trial_words as words
from trimer.study.trial.run import TrialResult
from trimer.study.trial.summary import solved
from trimer.study.trial.survival import MONTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def chosen_arm(found: TrialResult, name: str) -> str:
    """Return the arm of that name; by default the first that is not the reference.

    Raises
    ------
    InputError
        When the trial has no such arm.
    """
    names = [arm.name for arm in found.trial.arms]
    if not name:
        return next((arm.name for arm in found.trial.arms if not arm.reference), names[0])
    if name not in names:
        raise InputError("arm", repr(name), f"an arm of {found.trial.name}: {', '.join(names)}")
    return name


def who(found: TrialResult, arm: str = "", shown: int = 0) -> str:
    """Return of whom a figure is: the trial, and how many of its virtual patients."""
    if not arm:
        return f"{found.trial.label}: {words.who(found)}"
    solvable = len(solved(found.table, arm)["status"])
    some = f"{shown:,} of {solvable:,} virtual patients, by lot" if shown < solvable else f"all {shown:,} patients"
    return f"{found.trial.label}: {some} · arm {arm} · population {found.trial.population}"


def remarks(found: TrialResult, stated: bool = False) -> list[str]:
    """Return what has to be said under every figure of a trial; ``stated``: it shows survival, transplant or death."""
    calibrated = [] if found.provenance.get("draws") else [words.UNCALIBRATED]
    return [*([words.OUTCOME] if stated else []), *calibrated, *words.unsolved(found)]


def dress(axes: Axes, below: str, beside: str, across: bool = True) -> None:
    """Label the axes of a panel and rule it lightly, ``across`` or down the page."""
    axes.set_xlabel(below, color=style.SOFT)
    axes.set_ylabel(beside, color=style.SOFT)
    axes.grid(axis="y" if across else "x", color=style.GRID, linewidth=0.7)


def ticks(months: float, width: float) -> list[float]:
    """Return the months that are marked on an axis that ends at ``months``, fewer where there is less room."""
    most = 5.0 if width < 5.0 else 9.0
    step = next((s for s in (1.0, 2.0, 3.0, 6.0, 12.0, 24.0) if months / s <= most), 60.0)
    return [float(x) for x in np.arange(0.0, months + 0.01, step)]


def follow_up(found: TrialResult) -> float:
    """Return how long patients were followed, in months."""
    return found.trial.follow_up / MONTH


def per_cent(x: float) -> str:
    """Return a share as a percentage."""
    return f"{text.number(100.0 * x, 2 if x < 0.1 else 3)} %"
