"""The courses nearest to a case: an inspectable distance, what each feature adds to it, and what came of them.

The distance is that of :class:`trimer.study.cohorts.features.Features`, computed here by the database for all courses
at once. The nearest recorded and the nearest virtual courses are two lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from trimer.criteria.lines import LinesOfTherapy
from trimer.errors import InputError
from trimer.library.load_published import Published
from trimer.record.case import Case
from trimer.study.cohorts.answers import Outcome, comparators, outcome_of
from trimer.study.cohorts.features import Feature, Features, Value, features
from trimer.study.cohorts.filters import Filters
from trimer.study.cohorts.recorded import entry_of, features_at, fingerprint
from trimer.study.cohorts.tables import ORIGINS
from trimer.study.lines import lines
from trimer.study.research import NOTICE

SCHEMA = "trimer/cohort-similar/1"
NEAREST, MOST = 50, 10_000
TOLD = ("response", "os_low", "os_event")  # of a neighbour, beside its features


@dataclass(frozen=True)
class Neighbour:
    """Hold one neighbour.

    Attributes
    ----------
    origin, source, subject, arm : str
    distance : float
        0 (alike in all that is known of the case) to 1.
    contributions : dict of str to float
        What each feature adds to the distance.
    values : dict of str to interval, bool, str or None
        Its features.
    response : str or None
    os_months : float or None
    died : bool or None
    """

    origin: str
    source: str
    subject: str
    arm: str
    distance: float
    contributions: dict[str, float]
    values: dict[str, Value]
    response: str | None
    os_months: float | None
    died: bool | None


@dataclass(frozen=True)
class Similar:
    """Hold the courses that are similar to a case.

    Attributes
    ----------
    case, at : str
        The case, and what it was compared at.
    values : dict of str to interval, bool, str or None
        Its features there.
    wanted : int
        Neighbours asked for, of each origin.
    neighbours : dict of str to tuple of Neighbour
        By origin, nearest first.
    outcomes : dict of str to Outcome
        What came of them, by origin.
    left_out : int
        Courses of the store that are the case itself.
    comparators : tuple of Published
    """

    case: str
    at: str
    values: dict[str, Value]
    wanted: int
    neighbours: dict[str, tuple[Neighbour, ...]]
    outcomes: dict[str, Outcome]
    left_out: int
    comparators: tuple[Published, ...]
    schema: str = SCHEMA
    notice: str = NOTICE

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON, with the table that the distance is made of."""
        known = features()
        return {
            "schema": self.schema,
            "case": self.case,
            "at": self.at,
            "features": [
                {**asdict(f), "value": self.values[f.name], "words": f.words(self.values[f.name])}
                for f in known.features
            ],
            "missing": known.missing,
            "within_day": known.within,
            "k": self.wanted,
            "left_out_as_the_case_itself": self.left_out,
            "answers": {origin: outcome.to_dict() for origin, outcome in self.outcomes.items()},
            "neighbours": {origin: [asdict(n) for n in found] for origin, found in self.neighbours.items()},
            "published": [asdict(p) | {"provenance": p.provenance} for p in self.comparators],
            "notice": self.notice,
        }


def similar(connection: Any, case: Case, k: int = NEAREST, at: str | None = None) -> Similar:
    """Return the courses of a store that are nearest to a case.

    Parameters
    ----------
    connection
    case : Case
    k : int
        Neighbours of each origin.
    at : str, optional
        Event at which the case is compared; by default where it is entered (see ``recorded.py``).

    Raises
    ------
    InputError
        When ``k`` is out of range, nothing is known of the case there, or the store has no course.
    CaseError
        When the case has no such event.
    """
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST:
        raise InputError("k", repr(k)[:80], f"a whole number, 1 to {MOST:,}")
    course = case.course()
    found = lines(course).found
    name, day = _moment(case, found, at)
    values = features_at(course, found, day)
    known = features()
    known.known(values)
    own = fingerprint(course)
    itself = connection.execute("SELECT count(*) FROM courses WHERE content = ?", [own]).fetchone()[0]
    neighbours, outcomes = {}, {}
    for origin in ORIGINS:
        near = list(_nearest(connection, known, values, origin, own, k))
        if near:
            neighbours[origin] = tuple(neighbour for _, neighbour in near)
            outcomes[origin] = outcome_of(
                connection, "(SELECT c.* FROM courses c SEMI JOIN near USING (course))", origin
            )
    if not neighbours:
        raise InputError("cohort store", "no other course", "at least one", "Add some: trimer cohort add FILE SOURCE")
    return Similar(case.id, name, values, k, neighbours, outcomes, itself, comparators(Filters()))


def _moment(case: Case, found: LinesOfTherapy, at: str | None) -> tuple[str, float]:
    if at is None:
        entry = entry_of(case.course(), found)
        return f"{entry.name}, {case.course().date(entry.when.day).isoformat()}", entry.when.day
    event = case.event(at)
    day = case.schedule.day(event.id)
    return f"{event.id}, {event.label}, {case.course().date(day).isoformat()}", day


def _nearest(
    connection: Any, known: Features, case: Mapping[str, Value], origin: str, own: str, k: int
) -> Iterator[tuple[int, Neighbour]]:
    """Yield the nearest courses of an origin with their numbers in the store, nearest first."""
    used = [f for f in known.features if case[f.name] is not None]
    whole = known.known(case)
    parts, values = [], []
    for feature in used:
        sql, bound = _contribution(feature, case[feature.name], known.missing)
        parts.append(sql)
        values += bound
    total = " + ".join(parts)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE near AS SELECT course FROM courses WHERE origin = ? AND content <> ? "
        f"ORDER BY {total}, course LIMIT ?",
        [origin, own, *values, k],
    )
    columns = [c for f in known.features for c in ((f"{f.name}_low", f"{f.name}_high") if f.numeric else (f.name,))]
    rows = connection.execute(
        f"SELECT c.course, s.name, c.subject, c.arm, c.{', c.'.join(TOLD)}, c.{', c.'.join(columns)} "
        "FROM courses c JOIN sources s ON s.source = c.source SEMI JOIN near ON near.course = c.course"
    ).fetchall()
    made = [_neighbour(row, known, case, origin, whole) for row in rows]
    yield from sorted(made, key=lambda pair: (pair[1].distance, pair[0]))


def _contribution(feature: Feature, case: Value, missing: float) -> tuple[str, list[Any]]:
    """Return SQL of :meth:`Feature.contribution`, and its values; names and numbers are those of ``features.toml``."""
    lacking = feature.weight * missing
    if isinstance(case, tuple):
        a, b = (f"{feature.name}_{end}" for end in ("low", "high"))
        if feature.kind == "logarithm":
            a, b = (f"log10(greatest({column}, {feature.floor!r}))" for column in (a, b))
        low, high = feature.placed(case)
        gap = f"least(1.0, greatest(0.0, {a} - ?, ? - {b}) / {feature.scale!r})"
        unknown = f"{feature.name}_low IS NULL OR {feature.name}_high IS NULL"  # greatest and least pass over NULL
        return f"(CASE WHEN {unknown} THEN {lacking!r} ELSE {feature.weight!r} * {gap} END)", [high, low]
    unlike = f"WHEN {feature.name} IS NULL THEN {lacking!r} ELSE {feature.weight!r}"
    return f"(CASE WHEN {feature.name} = ? THEN 0.0 {unlike} END)", [case]


def _neighbour(
    row: tuple[Any, ...], known: Features, case: Mapping[str, Value], origin: str, whole: float
) -> tuple[int, Neighbour]:
    number, source, subject, arm, response, os_low, os_event, *rest = row
    values: dict[str, Value] = {}
    for feature in known.features:
        if feature.numeric:
            low, high, *rest = rest
            values[feature.name] = None if low is None or high is None else (low, high)
        else:
            values[feature.name], *rest = rest
    distance, parts = known.distance(case, values)
    return number, Neighbour(origin, source, subject, arm, distance, parts, values, response, os_low, os_event)
