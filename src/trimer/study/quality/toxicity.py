"""Toxicity: events without a grade, what would decide it, and consequences that a record leaves unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trimer.course import Episode
from trimer.criteria import judge, list_criteria
from trimer.criteria.logic import compare, known
from trimer.criteria.threshold import describe
from trimer.library import drug, regimen
from trimer.study.quality.record import Record, known_drugs, known_regimens
from trimer.study.quality.rule import Found, rule

_GRADE = re.compile(r"\bgrade\s*[0-5]\b", re.IGNORECASE)
_CRS = re.compile(r"\bCRS\b|cytokine", re.IGNORECASE)


@rule(
    "warning",
    "Toxicity without a grade",
    "Whether treatment is held or stopped for good depends on the grade, and the grade on the scale.",
    "The grade is an interval, scale by scale, from what is recorded; what would narrow it is named.",
)
def toxicity_without_grade(record: Record) -> Iterator[Found]:
    """Find toxicities without a printed grade; for cytokine release, with the grades each scale leaves possible."""
    for episode in _toxicities(record):
        if not _GRADE.search(f"{episode.name} {episode.detail}"):
            grades = _crs_grades(record, episode) if _CRS.search(episode.name) else ""
            yield [episode.source], f"{episode.name}: no grade printed.{grades}"


@rule(
    "warning",
    "Vasopressors without their number",
    "One and several are different grades of hypotension, in some scales on either side of a permanent stop.",
    "One or several: both stay possible.",
)
def vasopressors_uncounted(record: Record) -> Iterator[Found]:
    """Find vasopressors whose number is not recorded at the same visit."""
    for visit in record.visits:
        here = {r.source for r in visit.readings.values()} | {visit.id}
        named = [e for e in record.course.episodes if "vasopressor" in e.name.lower() and e.source in here]
        pressure = visit.get("hypotension")
        needed = bool(named) or known(visit.get("vasopressor_days")) or bool(compare(pressure, ">=", 2.0))
        if needed and not known(visit.get("vasopressor_count")):
            told = f"; hypotension recorded as {describe(pressure)}" if known(pressure) else ""
            events = [*(e.source for e in named), pressure.source if pressure is not None else visit.id]
            count = describe(visit.readings.get("vasopressor_count"))
            yield events, f"{visit.label}: number of vasopressors {count}{told}."


@rule(
    "warning",
    "Pancreatitis after asparaginase",
    "Pancreatitis of grade 3 or more ends asparaginase for good (recalled); below, it may be given again.",
    "A stop is implied, never assumed; it stands in the record only where the record says so.",
)
def asparaginase_pancreatitis(record: Record) -> Iterator[Found]:
    """Find pancreatitis after an asparaginase: whether a stop is recorded, and whether it was given again."""
    for episode in _toxicities(record):
        given = [(e, name) for e in record.course.episodes for name in _asparaginases(e)]
        before = [(e, name) for e, name in given if e.start <= episode.start]
        if "pancreatitis" not in episode.name.lower() or not before:
            continue
        last, name = before[-1]
        stops = [e for e in record.course.episodes if e.kind == "stop" and e.name == name and e.source]
        again = [e.source for e, _ in given if e.start > episode.start]
        stop = f"its stop stands in {stops[0].source}" if stops else "no stop is recorded"
        more = f"; given again in {', '.join(again)}" if again else ""
        yield [episode.source, last.source, *again], f"{name} ({last.name}) before pancreatitis; {stop}{more}."


def _toxicities(record: Record) -> Iterator[Episode]:
    yield from (e for e in record.course.episodes if e.kind == "toxicity")


def _crs_grades(record: Record, episode: Episode) -> str:
    """Return the grades that each scale of cytokine release leaves possible around an episode, and what is missing."""
    told: dict[str, list[str]] = {}
    scales = [item for item in list_criteria() if item.subject == "crs"]
    for verdict in judge(record.course, [item.name for item in scales]):
        near = episode.start - 1.0 <= verdict.day <= max(episode.end, episode.start)
        if near and (len(verdict.possible) > 1 or verdict.category != "none"):
            grades = " to ".join(dict.fromkeys(_ends(verdict.possible or (verdict.category,))))
            told.setdefault(grades, []).append(
                next(s.label.removeprefix("CRS, ") for s in scales if s.name == verdict.set)
            )
    parts = [f"{grades} by {', '.join(dict.fromkeys(names))}" for grades, names in told.items()]
    return f" From what is recorded: {'; '.join(parts)}." if parts else ""


def _ends(possible: tuple[str, ...]) -> tuple[str, ...]:
    return (possible[0], possible[-1])


def _asparaginases(episode: Episode) -> list[str]:
    """Return the asparaginases that a treatment contains."""
    if episode.kind == "regimen" and episode.name in known_regimens():
        names: tuple[str, ...] = regimen(episode.name).drugs
    else:
        names = (episode.name,) if episode.kind == "drug" else ()
    found = [n for n in names if n in known_drugs()]
    return [n for n in found if "asparagine_depletion" in drug(n).effects]
