"""Judge a recorded case by any of the published definitions, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trimer.course import Course
from trimer.criteria import DEFAULT, criterion, judge, list_criteria
from trimer.criteria.denominators import converted
from trimer.criteria.verdict import Verdict
from trimer.errors import InputError
from trimer.record.case import Case
from trimer.study.cases import case_of

SCHEMA = "trimer/judge/1"
ALL = "all"
RESEARCH = "Research software. Judged courses are for research use only, never advice for a patient."


@dataclass(frozen=True)
class JudgeResult:
    """Hold what the chosen definitions say of one course.

    Attributes
    ----------
    case, title, origin : str
        ``origin`` is the date of day 0, in ISO form.
    sets : tuple of str
        Names of the criteria and scales, in the order asked for.
    verdicts : tuple of Verdict
        Set by set, each in time order.
    assumed : tuple of str
        What was assumed on the user's word, such as the share of B cells.
    """

    case: str
    title: str
    origin: str
    sets: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    assumed: tuple[str, ...] = ()
    schema: str = SCHEMA
    note: str = RESEARCH

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON; each set with its label and citation."""
        found = [criterion(name) for name in self.sets]
        return {
            "schema": self.schema,
            "case": self.case,
            "title": self.title,
            "origin": self.origin,
            "sets": [{"name": c.name, "subject": c.subject, "label": c.label, "citation": c.citation} for c in found],
            "assumed": list(self.assumed),
            "verdicts": [v.to_dict() for v in self.verdicts],
            "note": self.note,
        }


def judge_case(
    case: str | Path | Case | Course,
    criteria: Sequence[str] | None = None,
    scales: Sequence[str] | None = None,
    b_cells: tuple[float, float] | None = None,
) -> JudgeResult:
    """Judge a case by response sets and toxicity scales.

    Parameters
    ----------
    case : str, Path, Case or Course
        Name of a bundled case, a file, or what was read from one; a simulated course is judged alike.
    criteria : sequence of str, optional
        Sets that judge the disease (response, relapse, MRD, extramedullary, CNS), or ``["all"]``. When neither these
        nor ``scales`` are given, the default sets are used.
    scales : sequence of str, optional
        Scales that grade toxicity, or ``["all"]``.
    b_cells : (float, float), %, optional
        Share of B cells among nucleated marrow cells, by which a percentage of B cells becomes an interval of MRD.
        Without it such a percentage is never compared with an MRD level.

    Returns
    -------
    JudgeResult

    Raises
    ------
    CaseError
        When the file is no valid case.
    LibraryError
        When a name is not in the folder.
    InputError
        When a scale is asked for as a criterion or the other way round, or the share is no interval of 0 to 100 %.
    """
    course, title = _course(case)
    sets = _sets(criteria, scales)
    assumed: tuple[str, ...] = ()
    if b_cells is not None:
        assumed = (f"B cells are {b_cells[0]:g} to {b_cells[1]:g} % of nucleated marrow cells, where not recorded",)
    verdicts = judge(converted(course, b_cells), sets)
    return JudgeResult(course.id, title, course.origin.isoformat(), sets, verdicts, assumed)


def _course(case: str | Path | Case | Course) -> tuple[Course, str]:
    if isinstance(case, Course):
        return case, f"{case.kind} {case.id}"
    found = case_of(case)
    return found.course(), found.title


def _sets(criteria: Sequence[str] | None, scales: Sequence[str] | None) -> tuple[str, ...]:
    """Return the sets asked for; those of each kind that are not named fall back to the default of neither."""
    if criteria is None and scales is None:
        return DEFAULT
    chosen = (*_named(criteria or (), False, "criteria"), *_named(scales or (), True, "scale"))
    return tuple(dict.fromkeys(chosen))


def _named(names: Sequence[str], scale: bool, option: str) -> tuple[str, ...]:
    fitting = tuple(item.name for item in list_criteria() if item.scale is scale)
    found: list[str] = []
    for name in names:
        if name == ALL:
            found += fitting
            continue
        if criterion(name).scale is not scale:
            other = "scale" if option == "criteria" else "criteria"
            raise InputError(f"--{option}", name, f"one of {', '.join(fitting)}", f"Ask for it with --{other}.")
        found.append(name)
    return tuple(found)
