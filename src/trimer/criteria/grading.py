"""Grades from facts that may be unknown: every completion of what is missing is graded, the interval is their range.

A scale is a plain function from complete facts to a grade. Each fact takes one of a few classes, told from mild to
severe; what a record leaves open is a set of classes. Grading all combinations is exact, whatever the shape of the rule
(durations, counts, exceptions), and shows which missing fact would narrow the answer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from trimer.course import Reading
from trimer.criteria.logic import Relation, compare, known

Classes = frozenset[int]


@dataclass(frozen=True)
class Fact:
    """Name one thing a scale reads.

    Attributes
    ----------
    name : str
        Name of the argument of the scale's rule.
    label : str
        In words, as said when it is missing.
    classes : tuple of str
        What it can be, from mild to severe; a class is told by its index.
    """

    name: str
    label: str
    classes: tuple[str, ...]

    @property
    def all(self) -> Classes:
        """Every class: nothing is known."""
        return frozenset(range(len(self.classes)))


@dataclass(frozen=True)
class Graded:
    """Hold what facts allow.

    Attributes
    ----------
    low, high : int
        Lowest and highest grade over every completion of the missing facts.
    narrowing : tuple of str
        Labels of the open facts the grade still depends on: to know one shortens the interval, alone or together with
        others of them. Empty when the grade is settled.
    """

    low: int
    high: int
    narrowing: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return ``"grade 3"`` or ``"grade 2 to 3"``."""
        return f"grade {self.low}" if self.low == self.high else f"grade {self.low} to {self.high}"


@dataclass(frozen=True, eq=False)  # told apart by identity: its hash is taken at every grading
class Scale:
    """Hold a rule with the facts it reads.

    Attributes
    ----------
    facts : tuple of Fact
    rule : callable
        Takes the class of every fact by name (int) and returns the grade (int, 0 is none).
    """

    facts: tuple[Fact, ...]
    rule: Callable[..., int]

    @property
    def combinations(self) -> int:
        """Number of completions when nothing is known: what grading costs at worst."""
        return math.prod(len(fact.classes) for fact in self.facts)

    def grade(self, found: Mapping[str, Classes]) -> Graded:
        """Grade facts of which some are open.

        Parameters
        ----------
        found : mapping of str to frozenset of int
            Classes that each fact may be; a fact that is not named may be any.

        Returns
        -------
        Graded

        Raises
        ------
        KeyError
            When a name is not a fact of the scale.
        ValueError
            When a fact is left without any class.
        """
        unknown = set(found) - {fact.name for fact in self.facts}
        if unknown:
            raise KeyError(f"no fact {', '.join(sorted(unknown))} in this scale")
        return _grade(self, tuple(found.get(fact.name, fact.all) for fact in self.facts))


@lru_cache(maxsize=65536)
def _grade(scale: Scale, allowed: tuple[Classes, ...]) -> Graded:
    if not all(allowed):
        raise ValueError("a fact that can be nothing at all")
    names = [fact.name for fact in scale.facts]
    combinations = itertools.product(*(sorted(a) for a in allowed))
    grades = {values: scale.rule(**dict(zip(names, values, strict=True))) for values in combinations}
    low, high = min(grades.values()), max(grades.values())
    if low == high:
        return Graded(low, high)
    narrowing = []
    for k, fact in enumerate(scale.facts):
        mildest = (min(allowed[k]),)
        if any(grades[values[:k] + mildest + values[k + 1 :]] != grade for values, grade in grades.items()):
            narrowing.append(fact.label)
    return Graded(low, high, tuple(narrowing))


def classes(reading: Reading | None, cuts: tuple[tuple[Relation, float], ...]) -> Classes:
    """Return the classes a numeric reading may fall into: the number of cuts it meets.

    Parameters
    ----------
    reading : Reading or None
        None, absent or textual readings may be anything.
    cuts : tuple of (relation, value)
        Each implied by the one after it, e.g. ``((">=", 38.0), (">", 39.0), (">", 40.0))``.

    Returns
    -------
    frozenset of int
        From ``0`` (no cut met) to ``len(cuts)``.
    """
    if not known(reading):
        return frozenset(range(len(cuts) + 1))
    met = [compare(reading, relation, value) for relation, value in cuts]
    return frozenset(range(sum(m is True for m in met), sum(m is not False for m in met) + 1))
