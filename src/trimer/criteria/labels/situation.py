"""What a patient is before a cycle: state of the disease as concluded or judged, MRD, Ph; and which setting fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from trimer.course import Course, Reading
from trimer.criteria.conclusions import read
from trimer.criteria.denominators import converted
from trimer.criteria.labels.label import Label, Setting
from trimer.criteria.logic import Truth, all_of, any_of, negate
from trimer.criteria.mrd.levels import Level, level
from trimer.criteria.response import amg
from trimer.criteria.response.evidence import in_words
from trimer.criteria.words import claims

StateName = Literal["relapsed or refractory", "remission", ""]

_ACTIVE: StateName = "relapsed or refractory"
_WELL: StateName = "remission"
_SAME_DAY = 0.5
# What a simulated level below this shows is not settled; a printed level speaks for itself.
_FINEST = 1e-4

_MEANS: dict[str, StateName] = {"relapse": _ACTIVE, "refractory": _ACTIVE, "remission": _WELL}
_POSITIVE, _NEGATIVE = re.compile(r"\bpositive\b", re.IGNORECASE), re.compile(r"\bnegative\b", re.IGNORECASE)
_VERDICTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(amg.REMISSIONS, ("remission",)),
    **dict.fromkeys(("no response", "PR", "PD"), ("refractory",)),
    "relapse": ("relapse",),
}


@dataclass(frozen=True)
class Said:
    """Hold what one conclusion of the record, or one verdict on response, says of the disease.

    ``claimed`` and ``denied`` hold words of ``relapse, refractory, remission``; ``doubt`` is whether the text hedges.
    """

    day: float
    words: str
    event: str
    claimed: frozenset[str]
    denied: frozenset[str] = frozenset()
    doubt: bool = False

    @property
    def state(self) -> StateName:
        """State claimed; empty when none is, or two that exclude each other."""
        found = {_MEANS[word] for word in self.claimed}
        return found.pop() if len(found) == 1 and not self.doubt else ""


@dataclass(frozen=True)
class State:
    """Hold the state of the disease on a day, empty when not settled, with the words and the event that say so."""

    name: StateName
    words: str = ""
    event: str = ""


@dataclass(frozen=True)
class Disease:
    """Hold all that a course says about the state of the disease, in time order."""

    said: tuple[Said, ...]

    def at(self, day: float) -> State:
        """Return the last state said up to a day.

        A later denial of the same ("no relapse", "remission not reached") takes an earlier claim back without claiming
        the opposite; a doubt, or two opposite claims on one day, leave the state open.
        """
        denied: set[str] = set()
        for group in _by_day([s for s in self.said if s.day <= day]):
            words = next((s for s in group if s.claimed), group[0])
            states = {s.state for s in group if s.claimed}
            if len(states) == 1 and "" not in states and not words.claimed & denied:
                return State(states.pop(), words.words, words.event)
            if states or any(s.doubt for s in group):
                return State("", words.words, words.event)
            denied |= {word for s in group for word in s.denied}
        return State("")

    def relapsed(self, start: float, end: float) -> bool:
        """Return whether a relapse is said between two days."""
        return any("relapse" in s.claimed and s.state == _ACTIVE for s in self.said if start <= s.day <= end)

    def active_until(self, day: float) -> float:
        """Return when active disease was last said up to a day: an MRD from before says nothing of a remission."""
        return max((s.day for s in self.said if s.day <= day and s.state == _ACTIVE), default=-float("inf"))


@dataclass(frozen=True)
class Situation:
    """Hold what decides between settings: the state of the disease, the last MRD in this remission, and Ph status."""

    state: State
    mrd: Level | None
    philadelphia: Truth

    def disease_fits(self, setting: Setting) -> Truth:
        """Return whether the disease is one the setting is for."""
        if not self.state.name:
            return None
        if not setting.disease.startswith(self.state.name):
            return False
        return True if setting.mrd is None else setting.mrd.test(self.mrd.reading) if self.mrd else None

    def philadelphia_fits(self, setting: Setting) -> Truth:
        """Return whether the Ph status is one the setting is for."""
        return True if setting.philadelphia == "any" else negate(self.philadelphia)

    def fits(self, setting: Setting) -> Truth:
        """Return whether the setting is for this patient."""
        return all_of(self.disease_fits(setting), self.philadelphia_fits(setting))

    def settings(self, label: Label) -> tuple[Setting, ...]:
        """Return the setting of a label that is for this patient, several where the facts leave several.

        Where none is, the ones for this state of the disease are returned: treatment outside the label is held against
        the schedule it comes nearest to.
        """
        sure = tuple(s for s in label.settings if self.fits(s))
        if sure:
            return sure[:1]
        tests = (self.fits, self.disease_fits)
        for test in tests:
            left = tuple(s for s in label.settings if test(s) is not False)
            if left:
                return left
        near = tuple(s for s in label.settings if s.disease.startswith(self.state.name))
        return near or label.settings


def disease(course: Course) -> Disease:
    """Return what a course says about the state of the disease: the record's conclusions, and the Amgen verdicts.

    An undetermined verdict, and one before treatment, say nothing.
    """
    found = [_said(e.start, e.name, e.source) for e in course.episodes if e.kind == "conclusion"]
    for verdict in amg.judge(course):
        if verdict.category in _VERDICTS:
            words = f"{verdict.category} ({amg.LABEL})"
            found.append(Said(verdict.day, words, verdict.visit, frozenset(_VERDICTS[verdict.category])))
    return Disease(tuple(sorted(found, key=lambda s: s.day)))


def situation(course: Course, found: Disease, day: float) -> Situation:
    """Return what is known of a patient before a day."""
    return Situation(found.at(day), _mrd(course, found.active_until(day), day), _philadelphia(course, day))


def _said(day: float, text: str, event: str) -> Said:
    """Return what a conclusion says of the state of the disease."""
    found = read(text)
    told = frozenset(_MEANS)
    return Said(day, text, event, found.claimed & told, found.denied & told, found.doubtful)


def _by_day(said: Sequence[Said]) -> Iterator[tuple[Said, ...]]:
    """Yield what was said day by day, the last day first; the record's own words before a verdict."""
    left = list(said)
    while left:
        last = max(s.day for s in left)
        yield tuple(s for s in left if last - s.day < _SAME_DAY)
        left = [s for s in left if last - s.day >= _SAME_DAY]


def _mrd(course: Course, since: float, day: float) -> Level | None:
    """Return the last finding on MRD after active disease was last said, up to a day."""
    for visit in sorted(converted(course).visits, key=lambda v: v.day, reverse=True):
        if since < visit.day <= day:
            found = level(visit, _FINEST)
            if found is not None:
                return found
    return None


def _philadelphia(course: Course, day: float) -> Truth:
    """Return whether the disease is Ph-positive, None when not recorded."""
    readings = [r for r in course.readings if r.observable in ("philadelphia_chromosome", "bcr_abl") and r.day <= day]
    return any_of(*(_positive(r) for r in readings)) if readings else None


def _positive(reading: Reading) -> Truth:
    """Return whether a result is positive: by its word, else as its text claims ("negative by FISH")."""
    said = [claims(reading.text, _POSITIVE), claims(reading.text, _NEGATIVE)]
    return in_words(reading) if said[0] is said[1] else said[0]


def state_words(here: Situation, setting: Setting) -> str:
    """Return what the record says of the disease as part of a sentence, with MRD where the setting asks for it."""
    said = f'the record concluded "{here.state.words}"' if here.state.words else ""
    said = said or "the record concludes neither relapse nor remission"
    if here.state.words and not here.state.name:
        said += ", which settles no state"
    if setting.mrd is not None and here.state.name == _WELL:
        said += f"; {here.mrd.why if here.mrd else 'MRD not recorded'}"
    return said


def names(settings: Sequence[Setting]) -> str:
    """Return settings as one name, e.g. ``"mrd"`` or ``"rr or mrd"``."""
    return " or ".join(s.name for s in settings)


def by_name(label: Label, wanted: Sequence[str]) -> tuple[Setting, ...]:
    """Return the settings of a label that have one of some names."""
    known: Mapping[str, Setting] = {s.name: s for s in label.settings}
    return tuple(known[name] for name in wanted if name in known)
