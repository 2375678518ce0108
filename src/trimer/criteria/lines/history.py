"""The disease over time as one response set judges it: assessments, remissions, relapses, and how long they lasted.

Days are windows, because a record is dated to months: a duration is what the windows of both ends allow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trimer.course import Course, Reading, Visit
from trimer.criteria import criterion, list_criteria
from trimer.criteria.lines.rules import LineRules
from trimer.criteria.logic import Truth, compare
from trimer.criteria.response.evidence import BASELINE_CONTEXTS, MARROW_EVIDENCE
from trimer.criteria.verdict import UNDETERMINED, Verdict
from trimer.errors import InputError

MONTH = 30.4375
"""Days of a mean month (365.25 / 12), for limits that are printed in months."""

RANK = (
    "CR", "complete response", "CRh", "boundary", "CRi", "MLFS", "blast-free hypoplastic marrow",
    "PR", "SD", "no response", "failure", "refractory", "no complete response", "PD", "relapse",
)  # fmt: skip
"""Categories of all response sets, best first."""

BLAST_FREE = ("CR", "CRh", "CRi", "MLFS", "blast-free hypoplastic marrow")
"""Never active disease: those that the rules do not count as remission are neither."""

GAP = "boundary"
"""What a definition leaves between remission and relapse: not active, and open whether it is remission."""

PROGRESSION = ("PD",)
NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Statement:
    """Hold what is said, by which rule, why, and from which events or visits.

    ``value`` is None where the facts leave it open; the reason then says what is missing.
    """

    value: str | bool | None
    rule: str
    reason: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Window:
    """Hold a day (from the course's origin) with the first and last day the record allows."""

    day: float
    earliest: float
    latest: float


@dataclass(frozen=True)
class Span:
    """Hold a duration (day): as used, and the shortest and longest that the dates allow; None where it has no end."""

    low: float
    used: float | None
    high: float | None

    def shorter_than(self, days: float) -> Truth:
        """Return whether it is shorter than a limit; None when the dates leave both open."""
        high = math.inf if self.high is None else self.high
        return compare(Reading("duration", self.low, high, unit="day"), "<", days)


@dataclass(frozen=True)
class Assessment:
    """Hold what a verdict says of the disease: whether in remission, whether active, each True, False or open.

    Both are False for a marrow without blasts that is no remission by counts. ``marrow`` is whether marrow was judged.
    """

    visit: str
    label: str
    when: Window
    category: str
    remission: Truth
    active: Truth
    marrow: bool
    possible: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return category, day and visit as part of a sentence."""
        return f"{self.category} at {self.visit}"


@dataclass(frozen=True)
class Remission:
    """Hold one remission; CR1 is the first, CR2 the one after one relapse, and so on (CIBMTR).

    ``ended`` is None while it lasts; ``duration`` then counts to the last assessment in remission and has no upper end.
    It counts from the assessment that first shows it.
    """

    number: int
    category: str
    visit: str
    began: Window
    ended: Window | None
    last_visit: str
    duration: Span


@dataclass(frozen=True)
class Relapse:
    """Hold one relapse, when it came, and whether it is early as TOWER and as GMALL count."""

    number: int
    visit: str
    when: Window
    remission: int
    from_diagnosis: Span | None
    early_tower: Statement
    early_gmall: Statement


@dataclass(frozen=True)
class History:
    """Hold all that the response set says about a course."""

    assessments: tuple[Assessment, ...]
    remissions: tuple[Remission, ...]
    relapses: tuple[Relapse, ...]
    diagnosis: Assessment | None

    def between(self, start: float, end: float) -> tuple[Assessment, ...]:
        """Return the assessments after one day up to and with another: one made on the first day came before."""
        return tuple(a for a in self.assessments if start < a.when.day <= end)

    def last(self, day: float) -> Assessment | None:
        """Return the last assessment up to and with a day."""
        before = self.between(-math.inf, day)
        return before[-1] if before else None


def history(course: Course, rules: LineRules) -> History:
    """Return the disease over time as ``rules.response_set`` judges it.

    Raises
    ------
    LibraryError
        When there is no such criterion.
    InputError
        When it does not judge response.
    """
    found = criterion(rules.response_set)
    if found.subject != "response":
        known = ", ".join(item.name for item in list_criteria() if item.subject == "response")
        raise InputError("rule response_set", repr(found.name), f"a criterion that judges response: {known}")
    visits = {visit.id: visit for visit in course.visits}
    verdicts = sorted(found.judge(course), key=lambda v: (v.day, v.visit))
    assessments = tuple(_assessment(v, visits.get(v.visit), rules) for v in verdicts)
    _check_meaning(found.name, assessments, rules)
    diagnosis = _diagnosis(assessments, visits, rules)
    return _follow(assessments, diagnosis, rules)


def _check_meaning(name: str, found: Sequence[Assessment], rules: LineRules) -> None:
    """Refuse a response set of whose categories the rules know none: every count would be open."""
    named = {a.category for a in found} - {"baseline", UNDETERMINED}
    if named and not named & {*rules.remissions, *rules.active, *BLAST_FREE, GAP}:
        raise InputError(
            "rule response_set", f"{name!r} with the categories {', '.join(sorted(named))}",
            "a set whose categories the rules remissions and active name", "Name them with these two rules.",
        )  # fmt: skip


def span(start: Window, end: Window | None, seen: Window | None = None) -> Span:
    """Return the duration from one day to another; without an end, from the first to when it was last seen."""
    if end is not None:
        return Span(max(0.0, end.earliest - start.latest), end.day - start.day, end.latest - start.earliest)
    return Span(max(0.0, seen.earliest - start.latest) if seen else 0.0, None, None)


def window(day: float, earliest: float = math.nan, latest: float = math.nan) -> Window:
    """Return a day with its window; a bound that is not known is the day itself."""
    return Window(day, day if math.isnan(earliest) else earliest, day if math.isnan(latest) else latest)


def _meaning(category: str, rules: LineRules) -> tuple[Truth, Truth]:
    """Return whether a category means remission, and whether it means active disease."""
    if category in rules.remissions:
        return True, False
    if category in rules.active:
        return False, True
    if category in BLAST_FREE:
        return False, False
    return None, False if category == GAP else None


def _agreed(truths: Iterable[Truth]) -> Truth:
    """Return what all say alike, else None."""
    found = set(truths)
    return found.pop() if len(found) == 1 else None


def _assessment(verdict: Verdict, visit: Visit | None, rules: LineRules) -> Assessment:
    categories = verdict.possible if verdict.category == UNDETERMINED else (verdict.category,)
    meant = [_meaning(name, rules) for name in categories]
    seen = visit is not None and any(visit.get(name) for name in MARROW_EVIDENCE)
    when = window(verdict.day, visit.earliest, visit.latest) if visit else window(verdict.day)
    return Assessment(
        verdict.visit, verdict.label, when, verdict.category, _agreed(m[0] for m in meant),
        _agreed(m[1] for m in meant), seen or verdict.supported_by == "stated conclusion", verdict.possible,
    )  # fmt: skip


def _diagnosis(found: Sequence[Assessment], visits: dict[str, Visit], rules: LineRules) -> Assessment | None:
    """Return the assessment of the diagnosis: the first one, if it is a baseline and nothing came before."""
    first = found[0] if found else None
    if first is None or rules.prior_lines or rules.prior_remissions:
        return None
    context = visits[first.visit].context if first.visit in visits else ""
    return first if first.category == "baseline" or context in BASELINE_CONTEXTS else None


def _follow(found: tuple[Assessment, ...], diagnosis: Assessment | None, rules: LineRules) -> History:
    """Walk through the assessments: a remission begins with the first that shows one and ends with active disease."""
    remissions: list[Remission] = []
    relapses: list[Relapse] = []
    current: list[Assessment] = []  # assessments of the present remission
    earlier: list[Assessment] = []  # all since the last relapse
    before = rules.prior_relapses
    unrecorded = rules.prior_remissions > rules.prior_relapses  # a remission that the record does not show
    for item in found:
        if item.remission:
            current.append(item)
            unrecorded = False
        elif item.active and (current or unrecorded or (item.category == "relapse" and _unseen(earlier))):
            number = before + len(relapses) + 1
            if current:
                remissions.append(_remission(number, current, item))
            earlier = []
            relapses.append(_relapse(number, item, remissions[-1] if current else None, diagnosis, rules))
            current, unrecorded = [], False
        earlier.append(item)
    if current:
        remissions.append(_remission(before + len(relapses) + 1, current, None))
    return History(found, tuple(remissions), tuple(relapses), diagnosis)


def _unseen(earlier: Sequence[Assessment]) -> bool:
    """Return whether a remission may have come before without being recorded."""
    return not earlier or any(a.remission is None for a in earlier)


def _remission(number: int, seen: Sequence[Assessment], end: Assessment | None) -> Remission:
    first, last = seen[0], seen[-1]
    best = min((a.category for a in seen), key=rank)
    ended = end.when if end else None
    return Remission(number, best, first.visit, first.when, ended, last.visit, span(first.when, ended, last.when))


def rank(category: str) -> int:
    """Return the place of a category, best first; unknown ones come last."""
    return RANK.index(category) if category in RANK else len(RANK)


def _relapse(
    number: int, item: Assessment, remission: Remission | None, diagnosis: Assessment | None, rules: LineRules
) -> Relapse:
    since = span(diagnosis.when, item.when) if diagnosis else None
    sources = (remission.visit, item.visit) if remission else (item.visit,)
    tower = _early(number, remission.duration if remission else None, rules.early_remission, "TOWER", "CR1", sources)
    from_start = (diagnosis.visit, item.visit) if diagnosis else (item.visit,)
    gmall = _early(number, since, rules.early_from_diagnosis, "GMALL", "time from diagnosis", from_start)
    return Relapse(number, item.visit, item.when, number, since, tower, gmall)


def _early(
    number: int, lasted: Span | None, months: float, rule: str, what: str, sources: tuple[str, ...]
) -> Statement:
    """Return whether a first relapse is early; the definitions say nothing about later ones."""
    if number > 1:
        return Statement(NOT_APPLICABLE, rule, "defined for the first relapse only", sources)
    if lasted is None:
        return Statement(None, rule, f"{what} is not in the record", sources)
    early = lasted.shorter_than(months * MONTH)
    relation = {True: "below", False: "not below", None: "on both sides of"}[early]
    return Statement(early, rule, f"{what} {months_text(lasted)}, {relation} {months:g} months", sources)


def months_text(lasted: Span) -> str:
    """Return a duration in months as text, e.g. ``"7.8 to 9.7 months"``."""
    low, high = (None if days is None else f"{days / MONTH:.1f}" for days in (lasted.low, lasted.high))
    if high is None:
        return f"at least {low} months"
    return f"{low} months" if low == high else f"{low} to {high} months"
