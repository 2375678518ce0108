"""The engines compared, one a file: the folder is the registry.

A file gives ``LABEL`` (what is run, with which settings), ``PACKAGES`` (distributions whose versions are written down),
``PATIENTS`` (how many of the first patients it solves: fewer where it is slow), where it is slow ``RTOLS`` (fewer
tolerances), and ``build(problem)``, which returns an :class:`Engine`. Building may compile; solving another patient or
to another tolerance may not. The name ``trimer_*`` is for our own.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Engine:
    """Hold one tool made ready for one problem.

    Attributes
    ----------
    solve : callable
        ``solve(rtol, patients)``: solve the first patients. This is what the clock sees.
    values : callable
        From what ``solve`` returned to the problem's outputs, shape (patients, n_times, n_outputs). Not timed.
    """

    solve: Callable[[float, int], Any]
    values: Callable[[Any], Floats]


def names() -> list[str]:
    """Return the engines there are."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> ModuleType:
    """Return one engine's file."""
    return importlib.import_module(f"{__name__}.{name}")
