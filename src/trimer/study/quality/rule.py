"""A rule and its findings: where, what was found, why it matters, and how Trimer holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from trimer.study.quality.record import Record

Severity = Literal["information", "warning"]
Found = tuple[Sequence[str], str]
Search = Callable[[Record], Iterable[Found]]


@dataclass(frozen=True)
class Finding:
    """Hold one thing a reader of the record should know.

    Attributes
    ----------
    rule : str
        Name of the rule that found it.
    severity : {"information", "warning"}
        A warning may change an answer, or may be a slip; information explains.
    title : str
        The rule in a few words.
    events : tuple of str
        Events it stands on; empty for the patient or the record as a whole.
    found : str
        What was found, with the values.
    why : str
        Why it matters.
    held : str
        How Trimer holds it; the record is never changed.
    """

    rule: str
    severity: Severity
    title: str
    events: tuple[str, ...]
    found: str
    why: str
    held: str


@dataclass(frozen=True)
class Rule:
    """Hold one rule: what it is called, how serious its findings are, and the function that searches a record."""

    name: str
    severity: Severity
    title: str
    why: str
    held: str
    search: Search

    def findings(self, record: Record) -> Iterator[Finding]:
        """Yield what the rule finds in a record."""
        for events, found in self.search(record):
            where = tuple(dict.fromkeys(event for event in events if event))
            yield Finding(self.name, self.severity, self.title, where, found, self.why, self.held)


def rule(severity: Severity, title: str, why: str, held: str) -> Callable[[Search], Rule]:
    """Return a decorator that makes a rule of a searching function; the rule takes the function's name."""

    def made(search: Search) -> Rule:
        return Rule(getattr(search, "__name__", ""), severity, title, why, held, search)

    return made
