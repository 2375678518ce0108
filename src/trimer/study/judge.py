"""Judge a recorded case, or every record of a REDCap file, by any of the published definitions, side by side."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trimer.course import Course
from trimer.criteria import DEFAULT, criterion, judge, list_criteria
from trimer.criteria.denominators import converted
from trimer.criteria.verdict import Verdict
from trimer.errors import InputError, LibraryError
from trimer.library import list_entries
from trimer.record.case import Case
from trimer.record.cohort import Problem
from trimer.record.redcap_read import Records, read_records
from trimer.study.cases import case_of
from trimer.study.research import RESEARCH

SCHEMA = "trimer/judge/1"
RECORDS_SCHEMA = "trimer/judge-records/1"
ALL = "all"


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
    problems : tuple of Problem
        What of a REDCap record could not be read, by row and field; empty for a case file, which is read whole or not.
    """

    case: str
    title: str
    origin: str
    sets: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    assumed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
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
            "problems": [asdict(p) for p in self.problems],
            "verdicts": [v.to_dict() for v in self.verdicts],
            "note": self.note,
        }


@dataclass(frozen=True)
class JudgedRecords:
    """Hold what the chosen definitions say of the records of a REDCap file.

    Attributes
    ----------
    table : str
        Name of the file.
    results : tuple of JudgeResult
        In the order of the file, each with the problems of its own record.
    problems : tuple of Problem
        Those of the file as a whole, and of records that could not be judged.
    """

    table: str
    results: tuple[JudgeResult, ...]
    problems: tuple[Problem, ...]
    schema: str = RECORDS_SCHEMA
    note: str = RESEARCH

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        return {
            "schema": self.schema,
            "table": self.table,
            "results": [result.to_dict() for result in self.results],
            "problems": [asdict(p) for p in self.problems],
            "note": self.note,
        }


def is_records(case: object) -> bool:
    """Return whether a case is named by a file of REDCap records (``.csv``)."""
    return isinstance(case, str | Path) and str(case).lower().endswith(".csv")


def judge_case(
    case: str | Path | Case | Course,
    criteria: Sequence[str] | None = None,
    scales: Sequence[str] | None = None,
    b_cells: tuple[float, float] | None = None,
    record: str | None = None,
) -> JudgeResult:
    """Judge a case by response sets and toxicity scales.

    Parameters
    ----------
    case : str, Path, Case or Course
        Name of a bundled case, a case file, a file of REDCap records (``.csv``), or what was read from one; a
        simulated course is judged alike.
    criteria : sequence of str, optional
        Sets that judge the disease (response, relapse, MRD, extramedullary, CNS), or ``["all"]``. When neither these
        nor ``scales`` are given, the default sets are used.
    scales : sequence of str, optional
        Scales that grade toxicity, or ``["all"]``.
    b_cells : (float, float), %, optional
        Share of B cells among nucleated marrow cells, by which a percentage of B cells becomes an interval of MRD.
        Without it such a percentage is never compared with an MRD level.
    record : str, optional
        Which record of a REDCap file; needed where it holds several. :func:`judge_records` judges all.

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
        When a scale is asked for as a criterion or the other way round, no name is given, the share is no interval of
        0 to 100 %, or a REDCap file holds several records, or none of this name.
    """
    sets = _sets(criteria, scales)
    if isinstance(case, str | Path) and is_records(case):
        records = _records(case, None)
        names = [course.id for course in records.courses]
        if record is None and len(names) > 1:
            raise InputError(Path(case).name, f"{len(names)} records", "one record", f"Name it: {_listed(names)}.")
        course = _chosen(records, Path(case).name, record)[0]
        return _judged(course, f"record {course.id} of {Path(case).name}", sets, b_cells, _of(records, course.id))
    if record is not None:
        raise InputError("--record", repr(record), "no record, as the case is no file of REDCap records (.csv)")
    if isinstance(case, Course):
        return _judged(case, f"{case.kind} {case.id}", sets, b_cells)
    if isinstance(case, str) and not case.strip():
        raise InputError("CASE", "an empty name", "the name of a case, or a file")
    found = case_of(case)
    return _judged(found.course(), found.title, sets, b_cells)


def judge_records(
    path: str | Path,
    criteria: Sequence[str] | None = None,
    scales: Sequence[str] | None = None,
    b_cells: tuple[float, float] | None = None,
    record: str | None = None,
    dictionary: str | Path | None = None,
) -> JudgedRecords:
    """Judge every record of a REDCap file, or one of them; drugs are checked against the library.

    Parameters
    ----------
    path : str or Path
        CSV with raw codes, as :func:`trimer.record.redcap_read.read_records` reads it.
    criteria, scales, b_cells
        As :func:`judge_case` takes them.
    record : str, optional
        The one to judge.
    dictionary : str or Path, optional
        The project's data dictionary, where it is not Trimer's own.

    Returns
    -------
    JudgedRecords

    Raises
    ------
    InputError
        When the file cannot be read, or has no record that could be judged, or none of this name.
    """
    sets, name = _sets(criteria, scales), Path(path).name
    records = _records(path, dictionary)
    results = tuple(
        _judged(course, f"record {course.id} of {name}", sets, b_cells, _of(records, course.id))
        for course in _chosen(records, name, record)
    )
    judged = {course.id for course in records.courses}
    return JudgedRecords(name, results, tuple(p for p in records.problems if p.patient not in judged))


def _records(path: str | Path, dictionary: str | Path | None) -> Records:
    return read_records(path, dictionary, list_entries("drugs"))


def _chosen(records: Records, name: str, record: str | None) -> tuple[Course, ...]:
    """Return the course of a record, or all of them; what is not there is told with what is."""
    found = tuple(course for course in records.courses if record in (None, course.id))
    if found:
        return found
    whose = next((p for p in records.problems if p.kind == "no origin" and record in (None, p.patient)), None)
    if whose is not None:
        raise InputError(f"{name}: row {whose.row}: {whose.column}", whose.found, whose.expected)
    names = [course.id for course in records.courses]
    expected = f"one of its records: {_listed(names)}" if names else "a record to judge"
    raise InputError(name, "no records" if record is None else f"no record {record!r}", expected)


def _of(records: Records, record: str) -> tuple[Problem, ...]:
    return tuple(p for p in records.problems if p.patient == record)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"{', '.join(names[:8])}{more}"


def _judged(
    course: Course,
    title: str,
    sets: tuple[str, ...],
    b_cells: tuple[float, float] | None,
    problems: tuple[Problem, ...] = (),
) -> JudgeResult:
    assumed: tuple[str, ...] = ()
    if b_cells is not None:
        low, high = b_cells
        share = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        assumed = (f"B cells are {share} % of nucleated marrow cells, where not recorded",)
    verdicts = judge(converted(course, b_cells), sets)
    return JudgeResult(course.id, title, course.origin.isoformat(), sets, verdicts, assumed, problems)


def _sets(criteria: Sequence[str] | None, scales: Sequence[str] | None) -> tuple[str, ...]:
    """Return the sets asked for; those of each kind that are not named fall back to the default of neither."""
    if criteria is None and scales is None:
        return DEFAULT
    for option, names in (("criteria", criteria), ("scale", scales)):
        if names is not None and not names:
            raise InputError(f"--{option}", "no name", f"{ALL}, or names as `trimer list criteria` shows them")
    chosen = (*_named(criteria or (), False, "criteria"), *_named(scales or (), True, "scale"))
    return tuple(dict.fromkeys(chosen))


def _named(names: Sequence[str], scale: bool, option: str) -> tuple[str, ...]:
    fitting = tuple(item.name for item in list_criteria() if item.scale is scale)
    expected = f"{ALL} or one of {', '.join(fitting)}"
    found: list[str] = []
    for name in names:
        if name == ALL:
            found += fitting
        elif name in fitting:
            found.append(name)
        elif any(item.name == name for item in list_criteria()):
            other = "scale" if option == "criteria" else "criteria"
            raise InputError(f"--{option}", name, expected, f"Ask for it with --{other}.")
        else:
            near = difflib.get_close_matches(name, fitting, n=1)
            raise LibraryError(f"--{option}", repr(name), expected, f"Nearest: {near[0]}." if near else "")
    return tuple(found)
