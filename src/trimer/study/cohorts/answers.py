"""What a store answers about some of its courses: how many, their response with exact limits, their survival.

Recorded and virtual courses are answered for separately, always.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

from trimer.errors import InputError
from trimer.library.load_published import Published, calibration, validation
from trimer.study.cohorts.filters import Clause, Filters
from trimer.study.cohorts.survival import LANDMARKS, Lived, estimate, lived
from trimer.study.cohorts.tables import ORIGINS, VIRTUAL
from trimer.study.research import NOTICE
from trimer.study.trial.estimates import Estimate, proportion

SCHEMA = "trimer/cohort-query/1"
TIMES = {"os": "overall survival, from entry", "rfs": "relapse-free survival, from remission"}
_OF_TIMES = ("low", "high", "event")
TIMED = ", ".join(f"{n}_{x}" for n in TIMES for x in _OF_TIMES)
OUTCOMES = f"response, remission, mrd_negative, {TIMED}"
ENDPOINTS = ("cr", "cr_crh", "cr_crh_cri", "os_median", "rfs_median")
_GROUPS = {
    "salvage": ("salvage",),
    "marrow": ("blasts",),
    "prior_hsct": ("transplant before",),
    "ph": ("Ph-",),
}


@dataclass(frozen=True)
class Outcome:
    """Hold what came of some courses of one origin.

    Attributes
    ----------
    origin : {"recorded", "virtual"}
    courses : int
    open : int
        Courses that no filter excludes, of which some filter is open; not counted in anything else here.
    remission : Estimate
        CR, CRh or CRi, of those whose response is known.
    mrd_negative : Estimate
        Of those of whom it is known.
    responses : dict of str to Estimate
        Every category, of those whose response is known.
    survival : dict of str to Lived or None
        By :data:`TIMES`.
    """

    origin: str
    courses: int
    open: int
    remission: Estimate
    mrd_negative: Estimate
    responses: dict[str, Estimate]
    survival: dict[str, Lived | None]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "origin": self.origin,
            "courses": self.courses,
            "open": self.open,
            "remission": estimate(self.remission),
            "mrd_negative": estimate(self.mrd_negative),
            "responses": {name: estimate(e) for name, e in self.responses.items()},
            "survival": {name: None if found is None else found.to_dict() for name, found in self.survival.items()},
        }


@dataclass(frozen=True)
class Answer:
    """Hold the answer to a query.

    Attributes
    ----------
    filters : Filters
    outcomes : tuple of Outcome
        One an origin, where the store has courses of it and the query does not ask for the other alone.
    unknown : dict of str to dict of str to int
        By origin and filter: courses of which the filter is open.
    comparators : tuple of Published
        What trials published, to hold beside; nothing of it is in the store.
    """

    filters: Filters
    outcomes: tuple[Outcome, ...]
    unknown: dict[str, dict[str, int]]
    comparators: tuple[Published, ...]
    schema: str = SCHEMA
    notice: str = NOTICE

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "schema": self.schema,
            "asked": self.filters.asked(),
            "answers": [outcome.to_dict() for outcome in self.outcomes],
            "open_filters": self.unknown,
            "published": [asdict(p) | {"provenance": p.provenance} for p in self.comparators],
            "notice": self.notice,
        }

    def table(self) -> list[dict[str, Any]]:
        """Return one row a number: origin, what, value, limits, n and events; published results below the store's."""
        found = [row for outcome in self.outcomes for row in outcome_rows(outcome)]
        return found + [published_row(p) for p in self.comparators]


def query(connection: Any, filters: Filters) -> Answer:
    """Return the answer of a store.

    Raises
    ------
    InputError
        When a filter cannot be read, or the store has no course at all.
    """
    clauses = filters.clauses()
    values = [value for clause in clauses for value in clause.values]
    counted = _counted(connection, clauses, values, filters.origin)
    fits = " AND ".join(clause.sql for clause in clauses) or "true"
    times = connection.execute(f"SELECT origin = 'virtual' AS virtual, {TIMED} FROM courses WHERE {fits}", values)
    columns = times.fetchnumpy()
    virtual = np.asarray(columns.pop("virtual"), dtype=np.bool_)
    outcomes: list[Outcome] = []
    unknown: dict[str, dict[str, int]] = {}
    for origin in (o for o in ORIGINS if o in counted):
        rows = counted[origin]
        mine = virtual if origin == VIRTUAL else ~virtual
        held = {name: column[mine] for name, column in columns.items()}
        open_ = sum(row.n for row in rows if row.fits is None)
        outcomes.append(_outcome(origin, [row for row in rows if row.fits], held, open_))
        opened = {clause.name: sum(row.n for row in rows if row.open[i]) for i, clause in enumerate(clauses)}
        unknown[origin] = {name: n for name, n in opened.items() if n}
    return Answer(filters, tuple(outcomes), unknown, comparators(filters))


@dataclass(frozen=True)
class _Count:
    """Hold how many courses are alike: whether they fit, which filters are open, and what came of them."""

    fits: bool | None
    open: tuple[bool, ...]
    response: str | None
    remission: bool | None
    mrd_negative: bool | None
    n: int


def _counted(
    connection: Any, clauses: Sequence[Clause], values: list[Any], only: str | None
) -> dict[str, list[_Count]]:
    """Return how many courses there are of each kind, by origin; one look at the store tells all of it."""
    flags = [f"f{i}" for i in range(len(clauses))]
    said = "".join(f", {clause.sql} AS {flag}" for clause, flag in zip(clauses, flags, strict=True))
    asked = [f"({' AND '.join(flags) or 'true'}) AS fits", *(f"{flag} IS NULL AS open_{flag}" for flag in flags)]
    found = connection.execute(
        f"SELECT origin, {', '.join(asked)}, response, remission, mrd_negative, count(*) "
        f"FROM (SELECT origin, response, remission, mrd_negative{said} FROM courses) GROUP BY ALL",
        values,
    ).fetchall()
    if not found:
        raise InputError("cohort store", "no course", "at least one", "Add some: trimer cohort add FILE SOURCE")
    counted: dict[str, list[_Count]] = {}
    for origin, fits, *opened, response, remission, negative, n in found:
        if only in (None, origin):
            counted.setdefault(origin, []).append(_Count(fits, tuple(opened), response, remission, negative, n))
    return counted


def outcome_of(connection: Any, chosen: str, origin: str) -> Outcome:
    """Return what came of some courses.

    Parameters
    ----------
    connection
    chosen : str
        A table, or a statement of our own making in brackets, with the columns :data:`OUTCOMES`.
    origin : str
    """
    found = connection.execute(
        f"SELECT response, remission, mrd_negative, count(*) FROM {chosen} GROUP BY ALL"
    ).fetchall()
    columns = connection.execute(f"SELECT {TIMED} FROM {chosen}").fetchnumpy()
    return _outcome(origin, [_Count(True, (), *row) for row in found], columns, 0)


def _outcome(origin: str, counted: Sequence[_Count], columns: dict[str, Any], open_: int) -> Outcome:
    responses = _tally((row.response, row.n) for row in counted)
    remission = _tally((row.remission, row.n) for row in counted)
    negative = _tally((row.mrd_negative, row.n) for row in counted)
    known = sum(remission.values())
    with ThreadPoolExecutor(len(TIMES)) as pool:  # a million times are sorted, which lets go of the interpreter
        survival = dict(zip(TIMES, pool.map(lambda name: _lived(columns, name), TIMES), strict=True))
    return Outcome(
        origin,
        sum(row.n for row in counted),
        open_,
        proportion(remission[True], known),
        proportion(negative[True], sum(negative.values())),
        {name: proportion(n, known) for name, n in sorted(responses.items(), key=lambda item: (-item[1], item[0]))},
        survival,
    )


def _tally(counts: Iterable[tuple[Any, int]]) -> Counter[Any]:
    """Return how many there are of each value, unknown ones left out."""
    found: Counter[Any] = Counter()
    for value, n in counts:
        if value is not None:
            found[value] += n
    return found


def _lived(columns: dict[str, Any], name: str) -> Lived | None:
    """Return the survival of whom time (month) and event are known."""
    found = [np.ma.asarray(columns[f"{name}_{x}"]) for x in _OF_TIMES]
    known = ~np.logical_or.reduce([np.ma.getmaskarray(x) for x in found])
    low, high, event = (x.data[known].astype(kind) for x, kind in zip(found, (float, float, bool), strict=True))
    return lived(low, high, event)


# ---- what was published


def comparators(filters: Filters) -> tuple[Published, ...]:
    """Return published responses and median times: of all patients, and of the subgroups that the filters are about."""
    asked = filters.asked()
    words = [word for name, found in _GROUPS.items() if name in asked for word in found]
    return tuple(
        p
        for p in _published()
        if p.key in ENDPOINTS and (p.group in ("all", "responders") or any(word in p.group for word in words))
    )


@cache
def _published() -> tuple[Published, ...]:
    return (*calibration(), *validation())


def published_row(p: Published) -> dict[str, Any]:
    """Return a published result as a row of :meth:`Answer.table`."""
    return {
        "origin": f"published: {p.trial}, {p.arm}".rstrip(", "), "what": p.key, "group": p.group, "unit": p.unit,
        "value": p.value, "low": p.low, "high": p.high, "n": p.n, "events": p.events,
        "note": f"{p.interval or 'no interval'}; {p.provenance}; {p.source}",
    }  # fmt: skip


def outcome_rows(found: Outcome) -> list[dict[str, Any]]:
    """Return an outcome as rows: counts, shares in %, medians and shares at landmarks."""
    shares = {"CR, CRh or CRi": found.remission, "MRD-negative": found.mrd_negative, **found.responses}
    told = [
        _row(found.origin, what, "%", e, "response known" if what != "MRD-negative" else "MRD known", 100.0)
        for what, e in shares.items()
    ]
    for name, held in found.survival.items():
        for words, curve in _curves(held):
            told.append(_row(found.origin, f"median {name}", "month", curve.median(), words))
            told += [_row(found.origin, f"{name} at {m:g} months", "%", curve.at(m), words, 100.0) for m in LANDMARKS]
    count = {"origin": found.origin, "what": "courses", "group": "", "unit": "number", "value": found.courses}
    return [{**count, "low": None, "high": None, "n": found.courses, "events": None, "note": ""}, *told]


def _curves(held: Lived | None) -> list[tuple[str, Any]]:
    if held is None:
        return []
    if held.exact:
        return [("time known", held.latest)]
    return [("by the earliest dates", held.earliest), ("by the latest dates", held.latest)]


def _row(origin: str, what: str, unit: str, e: Estimate, group: str, times: float = 1.0) -> dict[str, Any]:
    note = "exact binomial" if unit == "%" and "at" not in what.split() else "log-log Kaplan-Meier"
    return {
        "origin": origin, "what": what, "group": group, "unit": unit, "value": times * e.value, "low": times * e.low,
        "high": times * e.high, "n": e.n, "events": e.events,
        "note": f"{note}; {'a simulation' if origin == VIRTUAL else 'a record'}",
    }  # fmt: skip
