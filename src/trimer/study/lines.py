"""Lines of therapy of a case or a course, with calendar dates, ready to print or to write as JSON."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from trimer.course import Course
from trimer.criteria.lines import RULES, LineRules, LinesOfTherapy, Window, count
from trimer.study.cases import case_of
from trimer.study.research import RESEARCH

SCHEMA = "trimer/lines/1"


@dataclass(frozen=True)
class LinesResult:
    """Hold the lines of one course.

    Attributes
    ----------
    case, title : str
    kind : {"record", "simulation"}
    found : LinesOfTherapy
        Lines, treatments, remissions, relapses, what the patient counted as at each start; times in days.
    """

    case: str
    title: str
    kind: str
    found: LinesOfTherapy
    schema: str = SCHEMA
    notice: str = RESEARCH

    def date(self, day: float) -> dt.date:
        """Return the calendar date of a day from the course's origin."""
        return self.found.origin + dt.timedelta(days=math.floor(day))

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON: every day with its date, rules with what they say."""
        found = self.found
        return {
            "schema": self.schema,
            "case": self.case,
            "title": self.title,
            "kind": self.kind,
            "origin": found.origin.isoformat(),
            "rules": self._plain(found.rules),
            "switched": self._plain(found.rules.switched()),
            "rule_texts": dict(RULES),
            "salvage_lines": self._plain(found.salvage_number),
            "regimens": list(found.regimens()),
            "lines": self._plain(found.lines),
            "starts": self._plain(found.starts),
            "remissions": self._plain(found.remissions),
            "relapses": self._plain(found.relapses),
            "left_out": self._plain(found.left_out),
            "open": self._plain(found.open),
            "status": self._plain(found.status),
            "last_seen": self._plain(found.last_seen),
            "notice": self.notice,
        }

    def _plain(self, value: Any) -> Any:
        """Return a value without dataclasses; windows and days of a treatment get their calendar dates."""
        if isinstance(value, Window):
            days = {f.name: getattr(value, f.name) for f in fields(value)}
            return days | {f"{name}_date": self._iso(day) for name, day in days.items()}
        if is_dataclass(value) and not isinstance(value, type):
            plain = {f.name: self._plain(getattr(value, f.name)) for f in fields(value)}
            dated = {f"{k}_date": self._iso(v) for k, v in plain.items() if k in ("start", "end", "day")}
            return plain | dated
        if isinstance(value, Mapping):
            return {key: self._plain(item) for key, item in value.items()}
        if isinstance(value, tuple):
            return self._pairs(value)
        return None if isinstance(value, float) and not math.isfinite(value) else value

    def _pairs(self, items: tuple[Any, ...]) -> Any:
        """Return a tuple as a list, or as a mapping where it holds named items."""
        named = all(
            isinstance(i, tuple) and len(i) == 2 and isinstance(i[0], str) and is_dataclass(i[1]) for i in items
        )
        if items and named:
            return {name: self._plain(item) for name, item in items}
        return [self._plain(item) for item in items]

    def _iso(self, day: float | None) -> str | None:
        return self.date(day).isoformat() if day is not None and math.isfinite(day) else None


def lines(
    case_or_course: str | Path | Course, rules: LineRules | None = None, response_set: str | None = None
) -> LinesResult:
    """Count the lines of therapy of a case or of a recorded or simulated course.

    Parameters
    ----------
    case_or_course : str, Path or Course
        Name of a bundled case, a file, or a course.
    rules : LineRules, optional
        Rules L1 to L6 by default.
    response_set : str, optional
        Criterion that says what state the disease is in; that of the rules (``"amg"``) by default.

    Returns
    -------
    LinesResult

    Raises
    ------
    CaseError
        When the case cannot be read.
    LibraryError, InputError
        When there is no such criterion, or it does not judge response.
    """
    chosen = rules or LineRules()
    if response_set is not None:
        chosen = replace(chosen, response_set=response_set)
    if isinstance(case_or_course, Course):
        course, title = case_or_course, ""
    else:
        case = case_of(case_or_course)
        course, title = case.course(), case.title
    return LinesResult(course.id, title, course.kind, count(course, chosen))
