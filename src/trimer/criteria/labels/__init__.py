"""Dated versions of the label of blinatumomab, one a file, and the checker that holds a course against one of them.

A file of this folder that defines ``VERSION`` (a :class:`trimer.criteria.labels.label.Label`) is a version; nothing
needs to be registered.
"""

from __future__ import annotations

import datetime as dt
import difflib
import importlib
import pkgutil
from functools import cache

from trimer.criteria.labels.label import Label
from trimer.criteria.labels.modification import Action, required
from trimer.errors import LibraryError

__all__ = ["Action", "Label", "in_force", "label", "list_labels", "required"]


@cache
def list_labels() -> tuple[Label, ...]:
    """Return every version in the folder, by jurisdiction and date."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__))
    found = [module.VERSION for module in modules if hasattr(module, "VERSION")]
    return tuple(sorted(found, key=lambda v: (v.jurisdiction, v.valid_from)))


def label(name: str) -> Label:
    """Return one version by name.

    Raises
    ------
    LibraryError
        When there is none of this name; the nearest is given.
    """
    known = {item.name: item for item in list_labels()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Nearest: {near[0]}." if near else ""
        raise LibraryError("label versions", repr(name), f"one of {', '.join(known)}", hint)
    return known[name]


def in_force(day: dt.date, jurisdiction: str = "US") -> Label | None:
    """Return the version in force on a date, None before the first one."""
    return next((v for v in list_labels() if v.jurisdiction == jurisdiction and v.covers(day)), None)
