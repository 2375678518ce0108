"""Published definitions of response and toxicity, one a file; the folder is the registry.

A file in this folder, or in one of its folders, is a criterion when it defines ``CITATION`` (str), ``SUBJECT`` (one of
:data:`trimer.criteria.verdict.Subject`), ``LABEL`` (str), ``THRESHOLDS`` (mapping of name to
:class:`trimer.criteria.threshold.Threshold`) and ``judge(course)`` (returning verdicts in time order). Its file name is
its name. Nothing needs to be registered.
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
from trimer.criteria.verdict import TOXICITY, Decision, Subject, Verdict
from trimer.errors import LibraryError

__all__ = ["DEFAULT", "Criterion", "Decision", "Threshold", "Verdict", "criterion", "judge", "list_criteria"]

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
    module: str

    @property
    def scale(self) -> bool:
        """Whether it grades toxicity, rather than judging the disease."""
        return self.subject in TOXICITY


@cache
def list_criteria() -> tuple[Criterion, ...]:
    """Return every criterion in the folder, by name.

    Raises
    ------
    LibraryError
        When a file defines ``CITATION`` but not the rest of what a criterion needs.
    """
    found: list[Criterion] = []
    for info in pkgutil.walk_packages(__path__, f"{__name__}."):
        module = importlib.import_module(info.name)
        if not hasattr(module, "CITATION"):
            continue
        lacking = [name for name in _FIELDS if not hasattr(module, name)]
        if lacking:
            where = info.name.removeprefix("trimer.").replace(".", "/")
            raise LibraryError(f"{where}.py", f"no {', '.join(lacking)}", f"a file that defines {', '.join(_FIELDS)}")
        name = info.name.rpartition(".")[2]
        found.append(
            Criterion(name, module.LABEL, module.SUBJECT, module.CITATION, module.THRESHOLDS, module.judge, info.name)
        )
    return tuple(sorted(found, key=lambda c: c.name))


def criterion(name: str) -> Criterion:
    """Return one criterion by name.

    Raises
    ------
    LibraryError
        When the folder has none of this name; the nearest is given.
    """
    known = {item.name: item for item in list_criteria()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Nearest: {near[0]}." if near else ""
        raise LibraryError("criteria", repr(name), f"one of {', '.join(known)}", hint)
    return known[name]


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
    return tuple(verdict for name in sets for verdict in criterion(name).judge(course))
