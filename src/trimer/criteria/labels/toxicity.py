"""What each scale would have required after cytokine release syndrome, and whether that was done.

A grade known as an interval asks for one of several actions. What was done is compared with each: it may fit all of
them, none, or some, and then the answer hangs on the grade and is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from trimer.course import Episode
from trimer.criteria import Criterion, list_criteria
from trimer.criteria.labels.cycles import Cycle, Stretch
from trimer.criteria.labels.finding import REACTION, Look, Status
from trimer.criteria.labels.modification import Action, required
from trimer.criteria.labels.quantity import Tiered
from trimer.criteria.logic import Truth, all_of
from trimer.criteria.verdict import Verdict

_HOUR = 1.0 / 24.0


@dataclass(frozen=True)
class Path:
    """Hold one grade with the action it asks for, and how what was done compares.

    ``met`` is None when the record leaves it open; ``words`` say why; ``silent`` is what the record does not mention.
    """

    grade: int
    action: Action
    met: bool | None
    words: str
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Requirement:
    """Hold what one scale would have required for one episode.

    Attributes
    ----------
    scale, label : str
        Name of the criterion and its words.
    exposure : int
    episode : str
        Id of the episode, such as ``"crs-1.1"``.
    onset : float or None, day
    grade : (int, int)
    paths : tuple of Path
        One for each grade the facts allow (grade 5, death, asks for nothing).
    status : str
    text : str
    missing : tuple of str
        Facts that would narrow the grade.
    events : tuple of str
    conventions : tuple of str
        What was taken for granted to name the grade.
    strict : (int, int)
        Lowest and highest grade that the measured facts leave, without any convention.
    provenance : str
        ``"recalled"`` where a limit of the scale that decided was not seen in its source, else ``"seen"``.
    """

    scale: str
    label: str
    exposure: int
    episode: str
    onset: float | None
    grade: tuple[int, int]
    paths: tuple[Path, ...]
    status: Status
    text: str
    missing: tuple[str, ...]
    events: tuple[str, ...]
    conventions: tuple[str, ...] = ()
    strict: tuple[int, int] = (0, 5)
    provenance: str = "seen"

    @property
    def basis(self) -> str:
        """Return what the grade rests on in words: conventions, the grade without them, limits not seen; or nothing."""
        low, high = self.strict
        parts = []
        if self.conventions:
            parts.append(f"By convention: {'; '.join(self.conventions)}.")
        if self.strict != self.grade:
            parts.append(f"The measured facts alone leave grade {low}{f' to {high}' if low != high else ''}.")
        if self.provenance == "recalled":
            parts.append("A limit of this scale that decided is recalled, not seen in its source.")
        return " ".join(parts)

    @property
    def graded(self) -> str:
        """Return ``"grade 3"`` or ``"grade 2 to 3"``."""
        low, high = self.grade
        return f"grade {low}" if low == high else f"grade {low} to {high}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        plain = asdict(self)
        for row, path in zip(plain["paths"], self.paths, strict=True):
            row["action"] = {"kind": path.action.kind, "text": path.action.text, **asdict(path.action.origin)}
            row["silent"] = list(path.silent)
        plain["paths"], plain["grade"] = list(plain["paths"]), list(self.grade)
        plain["missing"], plain["events"] = list(self.missing), list(self.events)
        plain["conventions"], plain["strict"] = list(self.conventions), list(self.strict)
        plain["basis"] = self.basis
        return plain


@dataclass(frozen=True)
class Conduct:
    """Hold what was done after an event: held from, restarted with which stretch, stepped after how many days."""

    held: float | None
    restart: Stretch | None
    stepped_after: float | None
    again: bool

    @property
    def days(self) -> float:
        """Length of the hold (day); infinite without a restart."""
        return float("inf") if self.restart is None or self.held is None else self.restart.start - self.held


def crs_scales() -> tuple[Criterion, ...]:
    """Return every scale of CRS that the package knows."""
    return tuple(c for c in list_criteria() if c.subject == "crs")


def requirements(
    looks: Sequence[Look], judged: Sequence[tuple[Criterion, Sequence[Verdict]]]
) -> tuple[Requirement, ...]:
    """Return what each scale would have required, from its verdicts; exposures without an event are left out."""
    return tuple(item for scale, verdicts in judged for item in _of_scale(looks, scale, verdicts))


def _of_scale(looks: Sequence[Look], scale: Criterion, verdicts: Sequence[Verdict]) -> Iterator[Requirement]:
    for verdict in verdicts:
        if verdict.grade is None or verdict.grade[1] == 0 or verdict.onset is None:
            continue
        during = [look for look in looks if look.cycle.start <= verdict.onset + 1e-9]
        if during:
            yield _requirement(during[-1], scale, verdict)


def _requirement(look: Look, scale: Criterion, verdict: Verdict) -> Requirement:
    assert verdict.grade is not None
    assert verdict.onset is not None
    low, high = verdict.grade
    did = conduct(look, verdict.onset)
    paths = tuple(_path(look, grade, did, verdict) for grade in range(low, min(high, 4) + 1) if grade)
    status = combine([path.met for path in paths])
    words = " ".join(f"Grade {p.grade}: {p.action.text}. {p.words}" for p in paths)
    text = words or "Grade 5 is death; the label asks for nothing more."
    events = tuple(
        e.source for e in look.course.episodes if e.kind in ("toxicity", "hold", "resume") and _near(e, look)
    )
    return Requirement(
        scale.name, scale.label, look.cycle.exposure, verdict.visit, verdict.onset, (low, high), paths, status, text,
        verdict.missing, tuple(dict.fromkeys(events)), verdict.conventions, strict(verdict),
        "recalled" if verdict.unverified else "seen",
    )  # fmt: skip


def strict(verdict: Verdict) -> tuple[int, int]:
    """Return the lowest and highest grade that ``possible`` names; the grade itself where it names none."""
    assert verdict.grade is not None
    named = [int(found.group()) if (found := re.search(r"\d", name)) else 0 for name in verdict.possible]
    return (min(named), max(named)) if named else verdict.grade


def _near(episode: Episode, look: Look) -> bool:
    return bool(look.cycle.start <= episode.start <= look.cycle.end)


def combine(met: Sequence[Truth]) -> Status:
    """Return the status over the grades that are possible: all fit, none fits, or it hangs on the grade."""
    if not met:
        return "not applicable"
    if all(m is True for m in met):
        return "on label"
    return "off label" if all(m is False for m in met) else "open"


def conduct(look: Look, onset: float) -> Conduct:
    """Return what was done in a cycle after an event: the first hold within two days of it, and what followed."""
    cycle = look.cycle
    hold = next((h for h in cycle.holds if _answers(h.start, onset)), None)
    again = look.following is not None
    if hold is None:
        ended = cycle.end if _answers(cycle.end, onset) else None
        following = look.following if ended is not None and look.resumes(cycle, look.following) else None
        if following is None:
            return Conduct(ended, None, None, again)
        # Held for longer than one cycle may be: what followed stands in the next one.
        first = following.stretches[0]
        stepped = _stepped(following, first)
        return Conduct(ended, first, None if stepped is None else stepped - first.start, again)
    restart = next(s for s in cycle.stretches if s.start >= hold.end - 1e-9)
    stepped = _stepped(cycle, restart)
    return Conduct(hold.start, restart, None if stepped is None else stepped - restart.start, again)


def _answers(day: float, onset: float) -> bool:
    return onset - 0.5 <= day <= onset + REACTION + _HOUR


def _stepped(cycle: Cycle, restart: Stretch) -> float | None:
    """Return when the dose next rose after a restart, None when it did not."""
    for stretch in cycle.stretches:
        known = stretch.value is not None and restart.value is not None
        if known and stretch.start > restart.start and (stretch.value or 0.0) > (restart.value or 0.0):
            return stretch.start
    return None


def _path(look: Look, grade: int, did: Conduct, verdict: Verdict) -> Path:
    action = required(look.label, "CRS", grade, look.kilograms)
    if action.kind == "nothing":
        return Path(grade, action, True, "Holding is neither asked for nor ruled out." if did.held is not None else "")
    if action.kind != "hold":
        return _stop(look, grade, action, did)
    if did.held is None:
        return Path(grade, action, False, "It was not held.")
    silent = _silent(look, action, verdict)
    missed = not silent and not _steroid_given(look, action, verdict)
    if did.restart is None:
        return Path(grade, action, not missed, "It was held and not restarted in this cycle.", silent)
    row = next(m for m in look.label.modifications if m.event == "CRS" and grade in m.grades)
    resolved = None if verdict.resolved is None else verdict.resolved <= did.restart.start + _HOUR
    at_low = look.at_rate(did.restart, row.restart or Tiered(None))
    waited = None if did.stepped_after is None else did.stepped_after >= action.escalate_after - _HOUR
    parts = [
        f"It was held for {did.days:.4g} days",
        {True: "restarted once resolved", False: "restarted before it had resolved",
         None: "restarted, with its end not shown"}[resolved],
        f"at {did.restart.text}",
    ]  # fmt: skip
    if did.stepped_after is not None:
        parts.append(f"and stepped after {did.stepped_after:.4g} days" + ("" if waited else ", too early"))
    steroid = f" {silent[0]}" if silent else " The steroid it asks for was not given." if missed else ""
    met = all_of(resolved, at_low, True if waited is None else waited, not missed)
    return Path(grade, action, met, f"{', '.join(parts[:2])} {' '.join(parts[2:])}.{steroid}", silent)


def _stop(look: Look, grade: int, action: Action, did: Conduct) -> Path:
    if did.held is None:
        return Path(grade, action, False, "It was not stopped.")
    if did.restart is not None:
        return Path(grade, action, False, f"It was restarted after {did.days:.4g} days.")
    if did.again:
        return Path(grade, action, False, "It was stopped, and given again in a later cycle.")
    return Path(grade, action, True, "It was stopped and not given again.", _silent_stop(look, action))


def _silent_stop(look: Look, action: Action) -> tuple[str, ...]:
    named = action.steroid.drug if action.steroid else ""
    given = any(d.drug == named and d.start >= look.cycle.start for d in look.course.doses)
    return () if not named or given or look.course.kind == "simulation" else (f"{named} is not mentioned.",)


def _steroid_given(look: Look, action: Action, verdict: Verdict) -> bool:
    if action.steroid is None or verdict.onset is None:
        return True
    window = (verdict.onset - 0.5, verdict.onset + REACTION + _HOUR)
    return any(d.drug == action.steroid.drug and window[0] <= d.start <= window[1] for d in look.course.doses)


def _silent(look: Look, action: Action, verdict: Verdict) -> tuple[str, ...]:
    """Return what the record does not mention; in a simulation what is not there was not given."""
    if look.course.kind == "simulation" or _steroid_given(look, action, verdict):
        return ()
    assert verdict.onset is not None
    assert action.steroid is not None
    near = (d.drug for d in look.course.doses if abs(d.start - (verdict.onset or 0.0)) <= REACTION)
    other = next((drug for drug in near if "sol" in drug and drug != action.steroid.drug), "")
    instead = f"; {other} is" if other else ""
    return (f"{action.steroid.drug[:1].upper()}{action.steroid.drug[1:]} is not mentioned{instead}.",)
