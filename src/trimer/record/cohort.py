"""What a table of patients is once read: facts with the cells they stand in, courses, and what is wrong with the table.

A fact never stands without its cell, so that every derived number can be traced to the row and column it came from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from trimer.course import Course, Reading


@dataclass(frozen=True)
class Cell:
    """Hold one cell: its row as a spreadsheet counts (the header is row 1), its column's name, its text."""

    row: int
    column: str
    text: str


@dataclass(frozen=True)
class Problem:
    """Hold one fault of a table: where, what was found, what was expected, and what follows from it.

    Attributes
    ----------
    kind : str
        For instance ``"unreadable date"``, ``"unknown value"``, ``"contradiction"``.
    row : int
        As a spreadsheet counts; 0 for the table as a whole.
    column : str
        One column, or several joined by ``", "``.
    patient : str
    found, expected, follows : str
    """

    kind: str
    row: int
    column: str
    patient: str
    found: str
    expected: str
    follows: str


@dataclass(frozen=True)
class Dates:
    """Hold the calendar dates that a partial date allows; equal when it is exact."""

    earliest: dt.date
    latest: dt.date

    @property
    def exact(self) -> bool:
        """Whether only one day is possible."""
        return self.earliest == self.latest

    @property
    def text(self) -> str:
        """The date in ISO form, or the window as ``first to last``."""
        return self.earliest.isoformat() if self.exact else f"{self.earliest} to {self.latest}"


@dataclass(frozen=True)
class Dated:
    """Hold a date of a patient and the cell it was read from."""

    dates: Dates
    cell: Cell


@dataclass(frozen=True)
class Claim:
    """Hold what one cell claims under one heading, e.g. ``relapse``: ``yes``."""

    key: str
    value: str
    statement: str
    cell: Cell


@dataclass(frozen=True)
class Patient:
    """Hold one row of a table as read.

    Attributes
    ----------
    id : str
        As the table writes it; with the row added where the table has it twice.
    row : int
    dates : mapping of str to Dated
        By what they are of: ``diagnosis``, ``remission``, ``relapse``, ``transplant``, ``death``, ``last seen``.
    absent : mapping of str to Cell
        Date cells that hold no usable date, by what they are of.
    claims : tuple of Claim
    facts : mapping of str to (Reading, Cell)
        What does not change: sex, age, lineage, ...
    readings : tuple of (str, Reading, Cell)
        What was measured, with the date it belongs to.
    doubts : mapping of str to str
        Headings (of claims) and dates that a contradiction touches, with the contradiction in words.
    course : Course or None
        None when the table gives no date of diagnosis to count from.
    """

    id: str
    row: int
    dates: Mapping[str, Dated] = field(default_factory=dict)
    absent: Mapping[str, Cell] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()
    facts: Mapping[str, tuple[Reading, Cell]] = field(default_factory=dict)
    readings: tuple[tuple[str, Reading, Cell], ...] = ()
    doubts: Mapping[str, str] = field(default_factory=dict)
    course: Course | None = None

    def claimed(self, key: str) -> tuple[Claim, ...]:
        """Return the claims under one heading, in the order of the columns."""
        return tuple(claim for claim in self.claims if claim.key == key)

    def value(self, key: str) -> str:
        """Return what the claims under a heading agree on; empty when there is none, or they contradict each other."""
        values = {claim.value for claim in self.claimed(key)}
        return values.pop() if len(values) == 1 and key not in self.doubts else ""


@dataclass(frozen=True)
class Cohort:
    """Hold a table as read: its patients, and every problem by row and column.

    ``unread`` are the columns that the mapping does not mention; ``relapse_at_last_seen`` says whether the mapping
    takes the day a relapsed patient was last seen for the day of relapse.
    """

    table: str
    mapping: str
    rows: int
    patients: tuple[Patient, ...]
    problems: tuple[Problem, ...]
    unread: tuple[str, ...] = ()
    relapse_at_last_seen: bool = False

    @property
    def courses(self) -> tuple[Course, ...]:
        """The courses of all patients that have one."""
        return tuple(patient.course for patient in self.patients if patient.course is not None)
