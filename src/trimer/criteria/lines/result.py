"""What a count of lines answers: lines, their treatments, and what the patient counted as at the start of each."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Literal

from trimer.criteria.lines.history import History, Relapse, Remission, Statement, Window
from trimer.criteria.lines.rules import LineRules
from trimer.criteria.lines.treatments import LeftOut


@dataclass(frozen=True)
class Treatment:
    """Hold one treatment of a line: what was given, in which role, and whether the disease was refractory to it (L5).

    ``role`` is ``induction``, ``consolidation``, ``maintenance``, ``re-treatment`` or ``open``; times as in
    :class:`trimer.criteria.lines.treatments.Given`.
    """

    name: str
    kind: str
    parts: tuple[str, ...]
    start: float
    end: float
    courses: int
    role: str
    refractory: Statement
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """Hold one line of therapy.

    Attributes
    ----------
    number : int
        From 1, or from one more than the lines before the record.
    kind : str
        ``"frontline"``, ``"salvage 2"``, or ``"line 3"`` for one begun without active disease.
    salvage : int or None
    start : float, day
    end : float or None, day
        When what ended it was seen.
    treatments : tuple of Treatment
    began, ended, refractory : Statement
    best : Statement
        Best category after its start and until the next line, with its visit.
    """

    number: int
    kind: str
    salvage: int | None
    start: float
    end: float | None
    treatments: tuple[Treatment, ...]
    began: Statement
    ended: Statement
    best: Statement
    refractory: Statement


@dataclass(frozen=True)
class Open:
    """Hold a change of treatment that the facts leave open.

    ``about`` is ``"line"`` where they do not say whether it began a new line, ``"salvage"`` where it did by the rules,
    but not whether the disease was active.
    """

    day: float
    treatment: str
    about: Literal["line", "salvage"]
    reason: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """Hold a number as the lowest and the highest that the facts allow."""

    low: int
    high: int

    @property
    def text(self) -> str:
        """Return ``"2"`` or ``"2 to 3"``."""
        return f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"

    @property
    def group(self) -> str:
        """Return the class of MT103-211: 0, 1, 2 or > 2; two classes where the facts allow both."""
        names = [">2" if n > 2 else f"{n}" for n in (self.low, self.high)]
        return " or ".join(dict.fromkeys(names))


@dataclass(frozen=True)
class Start:
    """Hold what the patient counted as when a treatment began.

    Attributes
    ----------
    treatment : str
    day : float
    line : int
    salvage : int or None
        Number of the salvage it begins; None when it begins none.
    prior : Count
        What came before, as ``rules.prior`` counts it (L3).
    regimens : int
        Regimens begun before, as ``rules.regimens`` counts them (L4).
    state : Statement
        ``"active"``, ``"no active disease"``, or None.
    tower : Statement
        Class of TOWER's eligibility.
    terms : tuple of (str, Statement)
        Terms of the trial document of NCT04521231, each True, False or None.
    """

    treatment: str
    day: float
    line: int
    salvage: int | None
    prior: Count
    regimens: int
    state: Statement
    tower: Statement
    terms: tuple[tuple[str, Statement], ...]


@dataclass(frozen=True)
class LinesOfTherapy:
    """Hold the lines of one course, with the disease over time that they were counted from.

    ``open`` holds what the facts leave undecided: such a change of treatment is counted in its old line, and widens
    every count after it.
    """

    course: str
    origin: dt.date
    rules: LineRules
    lines: tuple[Line, ...]
    history: History
    left_out: tuple[LeftOut, ...]
    open: tuple[Open, ...]
    status: Statement
    last_seen: Window | None
    starts: tuple[Start, ...] = ()

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """All treatments, in time order."""
        return tuple(sorted((t for line in self.lines for t in line.treatments), key=lambda t: t.start))

    @property
    def remissions(self) -> tuple[Remission, ...]:
        """Remissions CR1, CR2 ..."""
        return self.history.remissions

    @property
    def relapses(self) -> tuple[Relapse, ...]:
        """Relapses, in time order."""
        return self.history.relapses

    @property
    def salvage_number(self) -> Count:
        """Salvage lines in all (L2)."""
        return self.prior_salvages(math.inf)

    def prior_salvages(self, date: float | dt.date) -> Count:
        """Return the salvage lines begun before a date, or before a day from the course's origin (L3)."""
        day = self._day(date)
        before = [line for line in self.lines if line.salvage is not None and line.start < day]
        low = len(before) + max(self.rules.prior_lines - 1, 0)
        return Count(low, low + sum(question.day < day for question in self.open))

    def prior(self, date: float | dt.date) -> Count:
        """Return what came before a date, as ``rules.prior`` counts it."""
        day = self._day(date)
        if self.rules.prior == "salvage lines":
            return self.prior_salvages(day)
        if self.rules.prior == "regimens":
            known = len(self.regimens(day)) + self.rules.prior_lines
            return Count(known, known)
        lines = sum(line.start < day for line in self.lines) + self.rules.prior_lines
        return Count(lines, lines + sum(question.day < day for question in self.open if question.about == "line"))

    def regimens(self, before: float | dt.date = math.inf) -> tuple[str, ...]:
        """Return the distinct regimens begun before a date, in time order, as rule L4 is set."""
        day, rules = self._day(before), self.rules
        groups: list[list[str]] = []
        for line in self.lines:
            found = [t for t in line.treatments if t.start < day]
            found = [t for t in found if t.kind == "regimen" or rules.single_drugs == "regimen"]
            names = [name for t in found for name in (t.parts if rules.regimens == "parts" else (t.name,))]
            names = list(dict.fromkeys(names))
            groups += [names] if rules.regimens == "one per line" else [[name] for name in names]
        return tuple(dict.fromkeys(" + ".join(names) for names in groups if names))

    def _day(self, date: float | dt.date) -> float:
        return float((date - self.origin).days) if isinstance(date, dt.date) else date
