"""From what was given to treatments: courses of one regimen joined, what makes no line left out with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trimer.course import Course, Episode
from trimer.criteria.lines.rules import SUPPORTIVE, LineRules

# The dose of an episode's detail stands before its first comma: "12 mg it day 2".
_INTRATHECAL = re.compile(r"^(?:[\d.]+ \S+ )?it(?:$|,| day\b)")


@dataclass(frozen=True)
class Given:
    """Hold consecutive courses of one treatment, or parts of one regimen.

    Attributes
    ----------
    name : str
        Without the ending that marks a part.
    kind : {"regimen", "drug"}
    parts : tuple of str
        Names as recorded.
    start, end : float, day
    courses : tuple of float, day
        Start of each course.
    sources : tuple of str
        Event ids.
    """

    name: str
    kind: str
    parts: tuple[str, ...]
    start: float
    end: float
    courses: tuple[float, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """Hold something given that makes no line, with the reason."""

    name: str
    kind: str
    start: float
    reason: str
    source: str


def given(course: Course, rules: LineRules) -> tuple[tuple[Episode, ...], tuple[LeftOut, ...]]:
    """Return the episodes that can make lines, in time order, and those that cannot, each with the reason."""
    kept, left = [], []
    for episode in sorted(course.episodes, key=_order):
        if episode.kind not in ("regimen", "drug", "rescue"):
            continue
        reason = _no_line(course, episode, rules)
        if reason:
            left.append(LeftOut(episode.name, episode.kind, episode.start, reason, episode.source))
        else:
            kept.append(episode)
    return tuple(kept), tuple(left)


def _order(episode: Episode) -> tuple[float, float, str, str, str]:
    """Return a key that does not depend on the order in which episodes were listed."""
    return (episode.start, episode.end, episode.name, episode.kind, episode.source)


def _no_line(course: Course, episode: Episode, rules: LineRules) -> str:
    if episode.kind == "rescue":
        return "rescue from toxicity"
    if intrathecal(course, episode):
        return "given into the cerebrospinal fluid"
    if episode.kind == "drug" and episode.name in rules.supportive:
        return SUPPORTIVE.get(episode.name, "named as supportive by the rules")
    return ""


def intrathecal(course: Course, episode: Episode) -> bool:
    """Return whether a treatment goes into the cerebrospinal fluid only: by its doses, else by its name or detail."""
    routes = {
        dose.route
        for dose in course.doses
        if dose.drug == episode.name and dose.source == episode.source and dose.source != "simulated" and dose.route
    }
    if routes:
        return routes == {"it"}
    return episode.name.startswith("intrathecal") or bool(_INTRATHECAL.match(episode.detail))


def joined(name: str, episodes: Sequence[Episode]) -> Given:
    """Return episodes of one treatment as one, whatever order they come in."""
    items = sorted(episodes, key=_order)
    return Given(
        name=name,
        kind="regimen" if any(e.kind == "regimen" for e in items) else "drug",
        parts=tuple(dict.fromkeys(e.name for e in items)),
        start=items[0].start,
        end=max(e.end for e in items),
        courses=tuple(dict.fromkeys(e.start for e in items)),
        sources=tuple(dict.fromkeys(e.source for e in items)),
    )
