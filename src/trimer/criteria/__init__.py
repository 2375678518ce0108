"""Published definitions of response and toxicity, one a file; the folder is the registry.

A file in this folder is a criterion when it defines ``CITATION`` (str), ``SUBJECT`` (response, relapse or crs),
``LABEL`` (str), ``THRESHOLDS`` (mapping of name to :class:`trimer.criteria.threshold.Threshold`) and
``judge(course)`` (returning verdicts in time order). Its file name is its name. Nothing needs to be registered.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from trimer.course import Course
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Decision, Subject, Verdict
from trimer.errors import LibraryError

__all__ = ["DEFAULT", "Criterion", "Decision", "Threshold", "Verdict", "judge", "list_criteria"]

DEFAULT = ("amg", "astct_2019_crs")
_FIELDS = ("CITATION", "SUBJECT", "LABEL", "THRESHOLDS", "judge")


@dataclass(frozen=True)
class Criterion:
    """Hold one published definition as found in its file."""

    name: str
    label: str
    subject: Subject
    citation: str
    thresholds: Mapping[str, Threshold]
    judge: Callable[[Course], tuple[Verdict, ...]]


@cache
def list_criteria() -> tuple[Criterion, ...]:
    """Return every criterion in the folder, by name.

    Raises
    ------
    LibraryError
        When a file defines ``CITATION`` but not the rest of what a criterion needs.
    """
    found: list[Criterion] = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda i: i.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if not hasattr(module, "CITATION"):
            continue
        lacking = [name for name in _FIELDS if not hasattr(module, name)]
        if lacking:
            raise LibraryError(
                f"criteria/{info.name}.py", f"no {', '.join(lacking)}", f"a file that defines {', '.join(_FIELDS)}"
            )
        found.append(
            Criterion(info.name, module.LABEL, module.SUBJECT, module.CITATION, module.THRESHOLDS, module.judge)
        )
    return tuple(found)


def judge(course: Course, sets: Sequence[str] = DEFAULT) -> tuple[Verdict, ...]:
    """Judge a recorded or simulated course by the named criteria.

    Parameters
    ----------
    course : Course
    sets : sequence of str
        Names from :func:`list_criteria`.

    Returns
    -------
    tuple of Verdict
        Set by set, each in time order.

    Raises
    ------
    LibraryError
        When a name is not in the folder.
    """
    known = {criterion.name: criterion for criterion in list_criteria()}
    verdicts: list[Verdict] = []
    for name in sets:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Nearest: {near[0]}." if near else ""
            raise LibraryError("criteria", repr(name), f"one of {', '.join(known)}", hint)
        verdicts.extend(known[name].judge(course))
    return tuple(verdicts)
