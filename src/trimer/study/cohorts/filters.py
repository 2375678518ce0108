"""What a query asks for, as plain filters; each becomes a condition on columns with its values bound, never pasted.

A condition is true, false or open: open where the course does not say, or its interval lies on both sides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, Literal

import trimer.units as units
from trimer.errors import InputError
from trimer.study.cohorts.tables import ORIGINS

Words = Literal["positive", "negative"]

SIGNS = ("positive", "negative")
ANTIGEN = ("positive", "dim", "heterogeneous", "negative")
YES_NO = ("yes", "no")
SEX = ("female", "male")
LAST = "last"
_LONGEST = 200
_RANGE = re.compile(r"\s*(<=|>=|<|>|=)?\s*(.+?)\s*(?:\bto\b\s*(.+?)\s*)?$", re.DOTALL)


@dataclass(frozen=True)
class Clause:
    """Hold one condition: its filter, what was asked, SQL of our own making with ``?`` for values, and the values."""

    name: str
    asked: str
    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Filters:
    """Hold what a query asks for; None asks for nothing.

    Attributes
    ----------
    origin : {"recorded", "virtual"}
    ph : {"positive", "negative"}
    sex : {"female", "male"}
    age, salvage, marrow, mrd : str
        A range: ``">= 2"``, ``"< 50 %"``, ``"18 year to 35 year"``; age, marrow and MRD with their units.
    prior_hsct : {"yes", "no"}
    refractory : str
        ``"last"``: to the last treatment before entry; else the name of a treatment or drug, at any time.
    antigen, antigen_at_failure : {"positive", "dim", "heterogeneous", "negative"}
        CD19 on blasts at entry, and at relapse or primary failure after it.
    treatment : str
        Name of a treatment or drug given at any time.
    response : str
        Category, such as ``"CR"``.
    source : str
        Name of the source.
    """

    origin: str | None = None
    ph: str | None = None
    sex: str | None = None
    age: str | None = None
    salvage: str | None = None
    marrow: str | None = None
    mrd: str | None = None
    prior_hsct: str | None = None
    refractory: str | None = None
    antigen: str | None = None
    antigen_at_failure: str | None = None
    treatment: str | None = None
    response: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None and (not isinstance(value, str) or not value.strip() or len(value) > _LONGEST):
                raise InputError(option(item.name), repr(value)[:80], f"some text of at most {_LONGEST} characters")
        for name, words in _CHOICES.items():
            if getattr(self, name) not in (None, *words):
                raise InputError(option(name), repr(getattr(self, name))[:80], f"one of {', '.join(words)}")

    def asked(self) -> dict[str, str]:
        """Return the filters that were given."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}

    def clauses(self) -> tuple[Clause, ...]:
        """Return the conditions, in the order of the fields.

        Raises
        ------
        InputError
            When a range cannot be read, or has another unit.
        """
        return tuple(_clause(name, text) for name, text in self.asked().items())


_CHOICES: dict[str, tuple[str, ...]] = {
    "origin": ORIGINS, "ph": SIGNS, "sex": SEX, "prior_hsct": YES_NO, "antigen": ANTIGEN, "antigen_at_failure": ANTIGEN,
}  # fmt: skip
_RANGES = {
    "age": ("age", "year"),
    "salvage": ("prior_salvages", ""),
    "marrow": ("marrow_blast_percent", "%"),
    "mrd": ("mrd", "fraction"),
}
_WORDS = {"origin": "origin", "antigen": "cd19", "antigen_at_failure": "cd19_at_failure", "response": "response"}
_TRUTHS = {"ph": ("ph_positive", "positive"), "sex": ("female", "female"), "prior_hsct": ("prior_hsct", "yes")}


def option(name: str) -> str:
    """Return how the command line calls a filter."""
    return f"--{name.replace('_', '-')}"


def _clause(name: str, text: str) -> Clause:
    if name in _RANGES:
        column, unit = _RANGES[name]
        return _range(name, text, column, unit)
    if name in _WORDS:
        return Clause(name, text, f"({_WORDS[name]} = ?)", (text,))
    if name in _TRUTHS:
        column, yes = _TRUTHS[name]
        return Clause(name, text, f"({column} = ?)", (text == yes,))
    if name == "source":
        return Clause(name, text, "(source IN (SELECT s.source FROM sources s WHERE s.name = ?))", (text,))
    if name == "refractory" and text == LAST:
        return Clause(name, "to the last treatment", "refractory", ())
    given = "SELECT t.course FROM treatments t WHERE (t.name = ? OR list_contains(t.drugs, ?))"
    if name == "treatment":
        return Clause(name, text, f"(course IN ({given}))", (text, text))
    unsettled = f"course IN ({given} AND t.refractory IS NULL)"
    sql = f"CASE WHEN course IN ({given} AND t.refractory) THEN true WHEN NOT {unsettled} THEN false END"
    return Clause(name, text, f"({sql})", (text, text, text, text))


def _range(name: str, text: str, column: str, unit: str) -> Clause:
    """Return a condition on an interval: true where all of it fits, false where none does, open between."""
    found = _RANGE.match(text)
    sign, first, second = found.groups() if found else (None, "", None)
    if not first or (sign and second):
        example = f">= 2{f' {unit}' if unit else ''}"
        raise InputError(
            option(name), repr(text)[:80], f"a range, such as '{example}' or '1 to 3{f' {unit}' if unit else ''}'"
        )
    if second and unit and re.fullmatch(r"[-+0-9.eE ]+", first):
        first = f"{first} {second.lstrip('+-0123456789.eE')}"  # "1 to 3 %": the unit stands once
    low = _number(name, first, unit)
    if second:
        values = low, _number(name, second, unit)
        return _between(name, text, column, *values)
    a, b = f"{column}_low", f"{column}_high"
    true, false = {
        ">=": (f"{a} >= ?", f"{b} < ?"),
        ">": (f"{a} > ?", f"{b} <= ?"),
        "<=": (f"{b} <= ?", f"{a} > ?"),
        "<": (f"{b} < ?", f"{a} >= ?"),
    }.get(sign or "=", ("", ""))
    if not true:
        return _between(name, text, column, low, low)
    return Clause(name, text, f"(CASE WHEN {true} THEN true WHEN {false} THEN false END)", (low, low))


def _between(name: str, text: str, column: str, low: float, high: float) -> Clause:
    a, b = f"{column}_low", f"{column}_high"
    sql = f"(CASE WHEN {a} >= ? AND {b} <= ? THEN true WHEN {b} < ? OR {a} > ? THEN false END)"
    return Clause(name, text, sql, (low, high, low, high))


def _number(name: str, text: str, unit: str) -> float:
    if unit:
        return units.parse(text, unit, option(name))
    if not re.fullmatch(r"[0-9]{1,3}", text):
        raise InputError(option(name), repr(text)[:80], "a whole number")
    return float(text)
