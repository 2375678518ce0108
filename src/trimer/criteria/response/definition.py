"""What a published definition of response is made of: rows of thresholds, categories, order of rules, history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from trimer.course import Course, Visit
from trimer.criteria.logic import Truth, all_of
from trimer.criteria.response.facts import Condition, Facts, Met, Scene
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Subject

BASELINE = "baseline"
BOUNDARY = "boundary"
NONE, REMISSION, PARTIAL = "none", "remission", "partial response"
"""States of history: what came before an assessment."""

Rules = Callable[[Met, Truth, str], tuple[str, ...]]


@dataclass(frozen=True)
class Definition:
    """Hold one published definition of response.

    Attributes
    ----------
    name : str
    order : tuple of str
        Categories, best first.
    thresholds : mapping of str to Threshold
    free : tuple of str
        Comparisons that must all hold where there is no evidence of disease.
    rules : callable
        Takes the outcomes, whether the visit is free of disease, and the state of history; returns the categories left
        open.
    after : mapping of str to str
        State of history that a category leaves; one that is not named leaves it as it was.
    says : mapping of str to tuple of str
        Categories that agree with a conclusion of the record (``remission``, ``relapse``, ``refractory``), best first.
    shows : mapping of str to tuple of str
        Comparisons told for a category: for one of ``remission`` the counts, for any other all.
    active : tuple of str
        Categories of active disease; the first needs no further evidence, the others are declared on evidence.
    rises : tuple of str
        Comparisons that make a progression.
    conditions : mapping of str to Condition
        What is told in words.
    lasting : float, day
        How long a remission must last; zero where the definition does not ask.
    waived : callable
        Whether that is not asked of a visit.
    remark : callable
        Words to add to the reason of a category.
    unjudged : mapping of str to str
        What the definition asks for a category and no field of a record holds, as a convention in words.
    subject : {"response", "relapse"}
    """

    name: str
    order: tuple[str, ...]
    thresholds: Mapping[str, Threshold]
    free: tuple[str, ...]
    rules: Rules
    after: Mapping[str, str]
    says: Mapping[str, tuple[str, ...]]
    shows: Mapping[str, tuple[str, ...]]
    active: tuple[str, ...]
    rises: tuple[str, ...] = ()
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    lasting: float = 0.0
    waived: Callable[[Course, Visit], bool] = lambda course, visit: False
    remark: Callable[[Scene, str], str] = lambda scene, category: ""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    subject: Subject = "response"

    @property
    def remissions(self) -> tuple[str, ...]:
        """Return the categories that are a remission for what comes after."""
        return tuple(name for name in self.order if self.after.get(name) == REMISSION)

    def ends(self, category: str) -> bool:
        """Return whether a category shows that a remission is over."""
        return category not in (*self.says["remission"], *self.remissions, BOUNDARY, UNDETERMINED)

    def states(self) -> frozenset[str]:
        """Return every state of history: nothing is known."""
        return frozenset(self.after.values()) | {NONE}

    def leaves(self, states: frozenset[str], categories: Sequence[str]) -> frozenset[str]:
        """Return the states of history that any of some categories leaves; ``states`` came before."""
        return frozenset(s for name in categories for s in ({self.after[name]} if name in self.after else states))

    def possible(self, facts: Facts, states: frozenset[str], denied: bool) -> tuple[str, ...]:
        """Return the categories left open, best first; ``denied`` is a remission that is known not to have lasted."""
        return self.left(facts.met, states, denied)

    def left(self, met: Met, states: frozenset[str], denied: bool) -> tuple[str, ...]:
        """Return the same by the outcomes themselves."""
        free = False if denied else all_of(*(met[key] for key in self.free))
        found = {name for state in states for name in self.rules(met, free, state)}
        return tuple(name for name in self.order if name in found)
