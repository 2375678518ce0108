"""One recorded course as rows of the store: features at entry, what came of it, treatments, judgements, readings.

A course is entered with its first T-cell engager; without one with its first treatment; without any with its first
assessment. Response is the best category of the line that begins or goes on there, survival counts from there. What the
record leaves open stays open: an interval, or nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import trimer.library as library
from trimer.course import Course, Reading
from trimer.criteria.lines import MONTH, LinesOfTherapy, Span, Treatment, Window
from trimer.criteria.lines.history import span
from trimer.criteria.verdict import Verdict
from trimer.errors import InputError
from trimer.record.outcomes import Derived
from trimer.study.cohorts.features import Interval, Value, features
from trimer.study.cohorts.tables import RECORDED
from trimer.study.judge import judge_case
from trimer.study.label import label
from trimer.study.lines import lines

Row = dict[str, Any]
REMISSIONS = ("CR", "complete response", "CRh", "CRi")
MRD_LIMIT = 1e-4
_EPSILON = 1e-6
_PH = ("philadelphia_chromosome", "bcr_abl")
_STATED = {"complete remission": "CR", "refractory": "refractory"}


@dataclass(frozen=True)
class Rows:
    """Hold the rows of one course, without its number in a store."""

    course: Row
    treatments: list[Row] = field(default_factory=list)
    judgements: list[Row] = field(default_factory=list)
    readings: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """Hold where a course is entered: what with, the day, and the treatment that begins there, if one does."""

    name: str
    when: Window
    treatment: Treatment | None = None


def rows(course: Course, stated: Mapping[str, Derived] | None = None) -> Rows:
    """Return the rows of a recorded course.

    Parameters
    ----------
    course : Course
    stated : mapping of str to Derived, optional
        Outcomes that a table states rather than events (see :func:`trimer.record.outcomes.derive`).

    Raises
    ------
    TrimerError
        When the course cannot be judged.
    """
    found = lines(course).found
    entry = entry_of(course, found)
    zero = entry.when.day
    verdicts = judge_case(course).verdicts
    row = {
        "origin": RECORDED,
        "content": fingerprint(course),
        "subject": course.id,
        "arm": "",
        "entry": entry.name,
        "entry_day": zero,
        **_columns(features_at(course, found, zero)),
        **(_outcome(course, found, entry, verdicts) if stated is None else _stated(stated, course)),
    }
    readings = [*course.patient.values(), *course.readings]
    return Rows(
        row,
        [_treatment(line.number, line.salvage, t, zero) for line in found.lines for t in line.treatments],
        [*(_judgement(v, zero) for v in verdicts), *_findings(course)],
        [_reading(r, zero) for r in readings],
    )


def fingerprint(course: Course) -> str:
    """Return the SHA-256 of everything a course says."""
    text = json.dumps(asdict(course), sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def entry_of(course: Course, found: LinesOfTherapy) -> Entry:
    """Return where a course is entered; see the head of this module."""
    chosen = next((t for t in found.treatments if _engager(t)), next(iter(found.treatments), None))
    if chosen is not None:
        return Entry(chosen.name, Window(chosen.start, chosen.start, chosen.start), chosen)
    first = next(iter(course.visits), None)
    if first is None:
        return Entry("day 0", Window(0.0, 0.0, 0.0))
    low, high = (first.day if math.isnan(x) else x for x in (first.earliest, first.latest))
    return Entry(first.label or first.id, Window(first.day, low, high))


# ---- features at entry


def features_at(course: Course, found: LinesOfTherapy, day: float) -> dict[str, Value]:
    """Return the features of a course as they were known on a day, before what begins on it.

    Parameters
    ----------
    course : Course
    found : LinesOfTherapy
        Of the same course.
    day : float
        From the course's origin.
    """
    earlier = [t for t in found.treatments if t.start < day - _EPSILON]
    told = bool(found.treatments) or day <= _EPSILON  # a record without treatments is silent on those before
    prior = found.prior_salvages(day)
    before = [e for e in course.episodes if e.kind == "procedure" and "transplant" in e.name.lower() and e.start < day]
    last = earlier[-1].refractory.value if earlier else None
    within = features().within
    return {
        "age": _fact(course, "age"),
        "female": {"female": True, "male": False}.get(course.patient["sex"].text) if "sex" in course.patient else None,
        "weight": _fact(course, "weight"),
        "ph_positive": _positive(course, day),
        "prior_salvages": (float(prior.low), float(prior.high)) if told else None,
        "prior_hsct": True if before else False if told else None,
        "refractory": last if isinstance(last, bool) else None,
        "marrow_blast_percent": _last(course, "marrow_blast_percent", day, within),
        "mrd": _last(course, "mrd_marrow", day, within),
        "t_cells": _last(course, "t_cells_blood", day, within),
        "cd19": _words(course, "cd19_intensity", -math.inf, day),
    }


def _columns(found: Mapping[str, Value]) -> Row:
    """Return features as columns: an interval is two."""
    row: Row = {}
    for feature in features().features:
        value = found[feature.name]
        if feature.numeric:
            row[f"{feature.name}_low"], row[f"{feature.name}_high"] = (
                value if isinstance(value, tuple) else (None, None)
            )
        else:
            row[feature.name] = value
    return row


def _interval(reading: Reading | None) -> Interval | None:
    """Return the interval of a reading, ends included; None for words and for what was not stated."""
    if reading is None or reading.absence is not None or math.isnan(reading.low) or math.isnan(reading.high):
        return None
    low, high = reading.low, reading.high
    # an end that is itself excluded becomes the next number inside: 59 years are less than 60, "< 1e-4" is below 1e-4
    low = math.nextafter(low, math.inf) if reading.low_open and math.isfinite(low) else low
    high = math.nextafter(high, -math.inf) if reading.high_open and math.isfinite(high) else high
    return low, high


def _fact(course: Course, name: str) -> Interval | None:
    return _interval(course.patient.get(name))


def _before(course: Course, name: str, start: float, end: float) -> list[Reading]:
    return [r for r in course.of(name, start, end + _EPSILON) if not math.isnan(r.day)]


def _last(course: Course, name: str, day: float, within: float) -> Interval | None:
    numbers = [_interval(r) for r in _before(course, name, day - within, day)]
    return next((n for n in reversed(numbers) if n is not None), None)


def _words(course: Course, name: str, start: float, end: float) -> str | None:
    return next((r.text for r in reversed(_before(course, name, start, end)) if r.text), None)


def _positive(course: Course, day: float) -> bool | None:
    said = {r.text for name in _PH for r in _before(course, name, -math.inf, day)}
    return True if "positive" in said else False if said & {"negative", "not detected"} else None


# ---- what came of it


def _outcome(course: Course, found: LinesOfTherapy, entry: Entry, verdicts: Iterable[Verdict]) -> Row:
    """Return response, residual disease, toxicity and survival after entry."""
    zero = entry.when.day
    line = next((item for item in found.lines if entry.treatment in item.treatments), None)
    after = (line.end if line and line.end is not None else math.inf) if line else math.inf
    best = line.best.value if line else None
    if line and not _begins(line.treatments, entry):  # the line's best may have come before
        inside = [a.category for a in found.history.between(zero, after) if a.remission or a.active]
        best = min(inside, key=lambda c: REMISSIONS.index(c) if c in REMISSIONS else len(REMISSIONS), default=None)
    remission = next((r for r in found.remissions if r.began.day > zero - _EPSILON), None)
    failed = _failure(remission, best, zero, after)
    grades = [v.grade for v in verdicts if v.subject == "crs" and v.grade and v.visit.startswith("crs-1.")]
    exposed = entry.treatment is not None and _engager(entry.treatment)
    dead = found.status.value == "dead"
    seen = found.last_seen
    lived = span(entry.when, seen) if seen and seen.day >= zero else None
    return {
        "response": best,
        "response_set": found.rules.response_set,
        "remission": None if best is None else best in REMISSIONS,
        "mrd_negative": _negative(course, zero, after),
        "crs_grade_low": float(max(g[0] for g in grades)) if exposed and grades else None,
        "crs_grade_high": float(max(g[1] for g in grades)) if exposed and grades else None,
        "cd19_at_failure": _words(course, "cd19_intensity", *failed) if failed else None,
        **_time("os", lived, dead),
        **(_remission_time(remission, seen, dead) if remission else _time("rfs", None, False)),
    }


def _failure(remission: Any, best: object, zero: float, after: float) -> tuple[float, float] | None:
    """Return when a failure would show: from remission to relapse; without one, from entry to the next line."""
    if remission:
        return (remission.began.day + _EPSILON, remission.ended.day) if remission.ended else None
    failed = best is not None and best not in REMISSIONS and math.isfinite(after)
    return (zero + _EPSILON, after) if failed else None


def _begins(treatments: tuple[Treatment, ...], entry: Entry) -> bool:
    return treatments[0] is entry.treatment


def _remission_time(remission: Any, seen: Window | None, dead: bool) -> Row:
    if remission.ended is None and dead and seen:
        return _time("rfs", span(remission.began, seen), True)
    return _time("rfs", remission.duration, remission.ended is not None)


def _time(name: str, lasted: Span | None, event: bool) -> Row:
    """Return a time to an event in months; of one that did not come, the least that it was followed."""
    low = high = None
    if lasted is not None:
        low = lasted.low / MONTH
        high = low if not event else math.inf if lasted.high is None else lasted.high / MONTH
    return {f"{name}_low": low, f"{name}_high": high, f"{name}_event": None if low is None else event}


def _negative(course: Course, start: float, end: float) -> bool | None:
    """Return whether residual disease was ever below the limit; None where no reading settles it."""
    found = [n for r in course.of("mrd_marrow", start + _EPSILON, end) if (n := _interval(r)) is not None]
    if any(high < MRD_LIMIT for _, high in found):
        return True
    return False if found and all(low >= MRD_LIMIT for low, _ in found) else None


def _stated(stated: Mapping[str, Derived], course: Course) -> Row:
    """Return what a table states of its patient; days become months, a time that is open upwards has no end.

    A table's course is counted, and entered, from the day of diagnosis.
    """
    response = _STATED.get(stated["remission"].value)
    cause, lasted = stated["event"].value, stated["remission_duration"]
    event = cause in ("relapse", "death in remission")
    low = None if lasted.low is None else lasted.low / MONTH
    high = low if not event else math.inf if lasted.high is None else lasted.high / MONTH
    if event and low is None:  # it happened; the table does not say when
        low, high = 0.0, math.inf
    return {
        "response": response,
        "response_set": "as stated",
        "remission": None if response is None else response in REMISSIONS,
        "rfs_low": low,
        "rfs_high": None if low is None else high,
        "rfs_event": None if low is None else event,
        **_life(stated["death"].value, course),
    }


def _life(death_stated: str, course: Course) -> Row:
    """Return survival from the first day of a table's course: a death without a date came at some time or other.

    Whoever the table calls neither dead nor alive has none: to be last seen is not to be alive.
    """
    if not death_stated:
        return _time("os", None, False)
    dead = death_stated.startswith("yes")
    days = {e.name: e.start for e in course.episodes if e.kind == "status"}
    death = next((day for name, day in days.items() if name.startswith("death")), None)
    seen = days.get("last seen")
    if dead and death is None:
        return {"os_low": 0.0 if seen is None else seen / MONTH, "os_high": math.inf, "os_event": True}
    day = death if dead else seen
    low = None if day is None else day / MONTH
    return {"os_low": low, "os_high": low, "os_event": None if low is None else dead}


# ---- the other tables


@cache
def _engagers() -> tuple[str, ...]:
    return tuple(name for name in library.list_entries("drugs") if "T-cell engager" in library.drug(name).drug_class)


def _engager(treatment: Treatment) -> bool:
    """Return whether a treatment is, or has, a T-cell engager: the drug, or a regimen called by it."""
    names = (treatment.name, *treatment.parts)
    return any(name == drug or name.startswith(f"{drug}_") for name in names for drug in _engagers())


def _treatment(line: int, salvage: int | None, item: Treatment, zero: float) -> Row:
    said = item.refractory
    return {
        "line": line,
        "salvage": salvage,
        "kind": item.kind,
        "name": item.name,
        "drugs": list(item.parts),
        "role": item.role,
        "start_day": item.start - zero,
        "end_day": item.end - zero,
        "refractory": said.value if isinstance(said.value, bool) else None,
        "reason": f"{said.rule}: {said.reason}",
    }


def _judgement(verdict: Verdict, zero: float) -> Row:
    low, high = verdict.grade or (None, None)
    return {
        "judged_by": verdict.set,
        "subject": verdict.subject,
        "visit": verdict.visit,
        "day": verdict.day - zero,
        "category": verdict.category,
        "grade_low": low,
        "grade_high": high,
        "reason": verdict.reason,
    }


def _findings(course: Course) -> list[Row]:
    """Return what the label of its day says of a course with the drug; nothing where none was given."""
    try:
        reports = label(course).reports
    except InputError:  # no such drug in this course
        return []
    return [
        {"judged_by": f.version, "subject": "label", "visit": f.rule, "category": f.status, "reason": f.text}
        for report in reports.values()
        if report.cycles
        for f in report.findings
    ]


def _reading(reading: Reading, zero: float) -> Row:
    known = {name: getattr(reading, name) for name in ("low", "high", "unit", "specimen", "denominator", "method")}
    return {
        **known,
        "observable": reading.observable,
        "low_open": reading.low_open,
        "high_open": reading.high_open,
        "words": reading.text,
        "day": reading.day - zero,
        "earliest": reading.earliest - zero,
        "latest": reading.latest - zero,
        "absence": reading.absence,
        "inferred": reading.inferred,
        "event": reading.source,
    }
