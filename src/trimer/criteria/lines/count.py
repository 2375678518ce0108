"""Lines of therapy from a course: each treatment in one line, each line with why it began, ended, and what it did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from trimer.course import Course, Episode
from trimer.criteria.lines.classes import starts
from trimer.criteria.lines.history import (
    PROGRESSION,
    Assessment,
    History,
    Relapse,
    Statement,
    Window,
    history,
    rank,
    window,
)
from trimer.criteria.lines.refractory import refractory
from trimer.criteria.lines.result import Line, LinesOfTherapy, Open, Treatment
from trimer.criteria.lines.rules import LineRules
from trimer.criteria.lines.treatments import Given, given, joined
from trimer.criteria.logic import Truth

_CHANGE = "change of treatment"


@dataclass
class _Draft:
    """Collect the treatments of one line while it is being built."""

    began: Statement
    active: Truth  # whether the disease was active when it began
    groups: list[list[Episode]] = field(default_factory=list)

    @property
    def start(self) -> float:
        return min(e.start for group in self.groups for e in group)

    @property
    def end(self) -> float:
        return max(e.end for group in self.groups for e in group)


def count(course: Course, rules: LineRules | None = None) -> LinesOfTherapy:
    """Count the lines of therapy of a recorded or simulated course.

    Parameters
    ----------
    course : Course
        Its episodes of kind ``regimen`` and ``drug`` are what was given.
    rules : LineRules, optional
        Rules L1 to L6 by default.

    Returns
    -------
    LinesOfTherapy

    Raises
    ------
    LibraryError, InputError
        When the rules name a criterion that does not exist, or that does not judge response.
    """
    chosen = rules or LineRules()
    disease = history(course, chosen)
    episodes, left = given(course, chosen)
    drafts: list[_Draft] = []
    questions: list[Open] = []
    for episode in episodes:
        name = chosen.stem(episode.name)
        if not drafts:
            before = disease.last(episode.start)
            drafts.append(_Draft(_first(before, episode, chosen), before.active if before else True))
        else:
            decided = _boundary(course, drafts[-1], episode, disease, chosen)
            if decided.value is None:
                questions.append(Open(episode.start, name, "line", decided.reason, decided.sources))
            elif decided.value:
                since = _since(drafts[-1], episode.start, disease)
                active = since[-1].active if since else None
                if active is None and chosen.salvage == "active disease":
                    why = "whether the disease was active when it began is not recorded"
                    questions.append(Open(episode.start, name, "salvage", why, (episode.source,)))
                drafts.append(_Draft(decided, active))
        _add(drafts[-1], episode, disease, chosen)
    result = LinesOfTherapy(
        course.id, course.origin, chosen, _finish(drafts, disease, chosen), disease, left, tuple(questions),
        *_outcome(course, disease),
    )  # fmt: skip
    return replace(result, starts=starts(course, result))


def _outcome(course: Course, disease: History) -> tuple[Statement, Window | None]:
    """Return whether the patient lives, and when that was last known."""
    reading = next(iter(reversed(course.of("vital_status"))), None)
    if reading:
        seen = window(reading.day, reading.earliest, reading.latest)
        return Statement(reading.text, "record", "as recorded", (reading.source,)), seen
    return Statement(None, "record", "not recorded"), _last_seen(course, disease)


def _last_seen(course: Course, disease: History) -> Window | None:
    """Return when the patient was last known to live without being called alive: seen, or given something."""
    found = [window(v.day, v.earliest, v.latest) for v in course.visits]
    found += [a.when for a in disease.assessments]
    found += [window(d.start, d.earliest, d.latest) for d in course.doses if d.stated]
    found += [window(e.start) for e in course.episodes]
    return max(found, key=lambda w: w.day, default=None)


def _first(before: Assessment | None, episode: Episode, rules: LineRules) -> Statement:
    """Return why the first recorded line began."""
    seen = _seen(before)
    if rules.prior_lines:
        return Statement(
            "first record", "L2", f"first recorded treatment, after {rules.prior_lines} earlier lines", seen
        )
    return Statement("diagnosis", "L1", "first treatment", (*seen, episode.source))


def _since(draft: _Draft, day: float, disease: History) -> tuple[Assessment, ...]:
    """Return the assessments of a line up to a day; one begun without active disease keeps the last before it."""
    after = disease.between(draft.start, day)
    before = disease.last(draft.start)
    return (before,) if before and not after and draft.active is False else after


def _add(draft: _Draft, episode: Episode, disease: History, rules: LineRules) -> None:
    """Put an episode with earlier courses of its treatment, or begin another treatment of the line."""
    group = _continued(draft, episode, disease, rules)
    if group is None:
        draft.groups.append([episode])
    else:
        group.append(episode)


def _continued(draft: _Draft, episode: Episode, disease: History, rules: LineRules) -> list[Episode] | None:
    """Return the courses that an episode goes on from: same treatment, no longer pause, no relapse between."""
    for group in reversed(draft.groups):
        end, start = max(e.end for e in group), min(e.start for e in group)
        same = rules.stem(group[0].name) == rules.stem(episode.name)
        if same and episode.start - end <= rules.same_treatment_gap and not _relapse(disease, start, episode.start):
            return group
    return None


def _relapse(disease: History, start: float, end: float) -> Relapse | None:
    return next((r for r in disease.relapses if start < r.when.day <= end), None)


def _boundary(course: Course, draft: _Draft, episode: Episode, disease: History, rules: LineRules) -> Statement:
    """Return what ended the line before a treatment: a cause, False when the line goes on, None when that is open."""
    since = _since(draft, episode.start, disease)
    relapse = _relapse(disease, draft.start, episode.start)
    if relapse:
        return Statement("relapse", "L1", f"relapse of CR{relapse.remission}", (relapse.visit,))
    if _continued(draft, episode, disease, rules):
        return Statement(False, "L1", "goes on as before")
    together = episode.start <= draft.end
    last = since[-1] if since else None
    if last and last.active is False:
        new = rules.remission_therapy == "new line" and not together
        return Statement(_CHANGE if new else False, "L6", f"begun without active disease ({last.words})", (last.visit,))
    if last and last.active:
        progressed = [a for a in since if a.category in PROGRESSION]
        if progressed:
            return Statement("progression", "L1", f"progression: {progressed[-1].words}", (progressed[-1].visit,))
        before = joined(rules.stem(draft.groups[-1][0].name), draft.groups[-1])
        failed = refractory(before, True, episode.start, disease, rules)
        if failed.value:
            return Statement("refractory", "L1", f"refractory to {before.name}: {failed.reason}", failed.sources)
    if together:
        return Statement(False, "L1", "given together with what was running")
    if rules.switch_without_failure == "new line":
        return Statement(_CHANGE, "L1", "another treatment, as the rules are set", (episode.source,))
    events = [e for e in course.episodes if e.kind in ("toxicity", "stop") and draft.start <= e.start <= episode.start]
    if events:
        names = ", ".join(sorted({e.name for e in events}))
        return Statement(
            False, "L1", f"switch after {names}, no failure documented", tuple(sorted({e.source for e in events}))
        )
    why = f"{last.words} settles nothing" if last else f"no assessment since day {draft.start:g}"
    return Statement(None, "L1", f"{why}: a planned step and a switch for failure are both possible", _seen(last))


def _seen(item: Assessment | None) -> tuple[str, ...]:
    return (item.visit,) if item else ()


def _finish(drafts: Sequence[_Draft], disease: History, rules: LineRules) -> tuple[Line, ...]:
    """Return the drafts as lines, numbered, each with its response and its end."""
    starts = sorted(min(e.start for e in group) for draft in drafts for group in draft.groups)
    lines: list[Line] = []
    salvages, seen, kept = max(rules.prior_lines - 1, 0), set[str](), Upkeep(rules)
    for place, draft in enumerate(drafts):
        following = drafts[place + 1] if place + 1 < len(drafts) else None
        number = rules.prior_lines + place + 1
        later = number > 1 and (draft.active or rules.salvage == "any later line")
        salvages += later
        kind = "frontline" if number == 1 else f"salvage {salvages}" if later else f"line {number}"
        until = following.start if following else math.inf
        treatments: list[Treatment] = []
        for group in sorted(draft.groups, key=lambda g: min(e.start for e in g)):
            item = joined(rules.stem(group[0].name), group)
            first = not treatments
            state = _state(draft, item, treatments, disease)
            after = next((day for day in starts if day > item.end), math.inf)
            role = kept.role(item.name, first or item.start == draft.start, state, item.name in seen)
            treatments.append(
                Treatment(
                    item.name, item.kind, item.parts, item.start, item.end, len(item.courses), role,
                    refractory(item, state, after, disease, rules), item.sources,
                )
            )  # fmt: skip
        seen |= {t.name for t in treatments}
        ended, end = _ended(draft, following, disease)
        best = _best(disease.between(draft.start, until))
        failed = _line_refractory(treatments, disease.between(draft.start, until))
        lines.append(
            Line(number, kind, salvages if later else None, draft.start, end, tuple(treatments), draft.began, ended,
                 best, failed)
        )  # fmt: skip
    return tuple(lines)


def _state(draft: _Draft, item: Given, earlier: Sequence[Treatment], disease: History) -> Truth:
    """Return whether a treatment was begun with active disease; what is given together shares the state."""
    since = _since(draft, item.start, disease)
    if since:
        return since[-1].active
    together = not earlier or item.start <= max(t.end for t in earlier)
    return draft.active if together else None


class Upkeep:
    """Name the role of treatments in time order; once maintenance has begun, what follows in remission is it too."""

    def __init__(self, rules: LineRules) -> None:
        self.rules, self.begun = rules, False

    def role(self, name: str, first: bool, active: Truth, earlier: bool) -> str:
        """Return the role of the next treatment.

        Parameters
        ----------
        name : str
        first : bool
            Whether it begins its line.
        active : bool or None
            State of the disease at its start.
        earlier : bool
            Whether it was given in an earlier line.
        """
        if active is False:
            self.begun = self.begun or name in self.rules.maintenance
            return "maintenance" if self.begun else "consolidation"
        if first or active:
            self.begun = False
            return "re-treatment" if earlier else "induction"
        return "open"


def _best(after: Sequence[Assessment]) -> Statement:
    """Return the best category, the earliest of equals; a relapse only where nothing else was seen."""
    judged = [a for a in after if a.category != "undetermined"]
    if not judged:
        return Statement(None, "response set", "no assessment settles it", tuple(a.visit for a in after))
    best = min(judged, key=lambda a: (rank(a.category), a.when.day))
    return Statement(best.category, "response set", best.label, (best.visit,))


def _line_refractory(treatments: Sequence[Treatment], after: Sequence[Assessment]) -> Statement:
    """Return whether the disease was refractory to a line: to one of its treatments, with no remission in it."""
    reached = next((a for a in after if a.remission), None)
    if reached:
        return Statement(False, "L5", reached.words, (reached.visit,))
    failed = [t.refractory for t in treatments if t.refractory.value]
    return failed[-1] if failed else treatments[-1].refractory


def _ended(draft: _Draft, following: _Draft | None, disease: History) -> tuple[Statement, float | None]:
    """Return why a line ended, and the day on which that was seen."""
    until = following.start if following else math.inf
    relapse = _relapse(disease, draft.start, until)
    if relapse:
        return Statement("relapse", "L1", f"relapse of CR{relapse.remission}", (relapse.visit,)), relapse.when.day
    last = (disease.between(draft.start, until) or (None,))[-1]
    if following is None:
        state = f"last {last.words}" if last else "no assessment after it"
        return Statement(None, "L1", f"no later treatment is recorded; {state}", _seen(last)), None
    began = following.began
    day = next((a.when.day for a in disease.assessments if a.visit in began.sources), following.start)
    return began, day
