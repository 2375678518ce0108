"""The engager's infusion: texts that can be read in several ways, and what should stand around a start."""

from __future__ import annotations

from collections.abc import Iterator

from trimer.criteria.labels import eu, list_labels
from trimer.criteria.labels.finding import ADULT, age_at
from trimer.criteria.labels.label import Prephase
from trimer.criteria.logic import compare
from trimer.criteria.response.evidence import circulating
from trimer.criteria.threshold import describe
from trimer.record.schema import Event, Interpretation
from trimer.study.quality.record import Record, alone
from trimer.study.quality.rule import Found, rule
from trimer.therapy.amount import parse_amount
from trimer.units import parse

_STEROIDS = ("dexamethasone", "prednisone", "methylprednisolone")
_BEFORE = 28.0  # day; how old a marrow may be to speak for a start (assumed: one cycle)


@rule(
    "warning",
    "An infusion that can be read in more than one way",
    "The days at each rate decide whether the step came too early, and how much was given.",
    "All readings are kept and compared; a replay follows one of them and says which.",
)
def infusion_readings(record: Record) -> Iterator[Found]:
    """Find infusions whose days at a rate differ between the readings kept."""
    for readings in _ambiguous(record):
        shapes = {tuple((p.rate, p.lasts) for p in r.phases[:-1]) for r in readings}
        if len(shapes) > 1:
            chosen = record.case.document.realisation.chosen
            told = "; ".join(f"{r.id} {_phases(r)}" for r in readings)
            yield _events(readings), f"{len(readings)} readings, {chosen or 'none'} is replayed: {told}."


@rule(
    "warning",
    "The end of an infusion can be read in more than one way",
    "A day of the calendar and a day of infusion differ by the days it was held, and so does the total dose.",
    "The totals of all readings are kept.",
)
def infusion_end(record: Record) -> Iterator[Found]:
    """Find infusions that end on different days, or give different totals, by the readings kept."""
    for readings in _ambiguous(record):
        ends = [sum(_days(p.lasts) for p in r.phases) for r in readings]
        totals = [_total(record, r) for r in readings]
        if len(set(ends)) > 1 or max(totals) - min(totals) > 1e-6 * max(totals):
            last = " or ".join(f"{d:g}" for d in sorted(set(ends)))
            told = f"It ends after day {last}; the total is {min(totals):.4g} to {max(totals):.4g} ug"
            each = ", ".join(f"{r.id} {total:.4g}" for r, total in zip(readings, totals, strict=True))
            yield _events(readings), f"{told} ({each})."


@rule(
    "warning",
    "Premedication not mentioned",
    "The drug's own schedules give a corticosteroid before the first dose; not printed is not the same as not given.",
    "Missing; a replay gives none unless it is ordered.",
)
def premedication_missing(record: Record) -> Iterator[Found]:
    """Find starts and restarts of a drug whose schedules have premedication, without any corticosteroid beside them."""
    found: dict[str, list[str]] = {}
    for event, name in _starts(record):
        if any(d.role == "premedication" for r in alone(name) for d in r.doses) and not _steroid(record, event, 1.0):
            found.setdefault(name, []).append(event.id)
    for name, events in found.items():
        told = f"{name} begins, restarts or steps up in {', '.join(events)}"
        yield events, f"{told}; its schedules have {_premedication(record, name, events[0])}."


@rule(
    "warning",
    "Prephase criterion met, prephase not mentioned",
    "A high burden asks for dexamethasone before the first dose to soften cytokine release.",
    "Missing, not omitted; a replay gives none unless it is ordered.",
)
def prephase_missing(record: Record) -> Iterator[Found]:
    """Find first starts of an engager at a burden that meets the criterion for a prephase (the European label's)."""
    asked = eu.VERSION.prephase
    for event, name in _starts(record):
        if asked is None or eu.VERSION.drug != name or _resumed(event, name):
            continue
        told = _burden(record, record.case.schedule.day(event.id), asked)
        if told and not _steroid(record, event, asked.days, (asked.drug,)):
            yield [event.id], f"{told}; no {asked.drug} in the {asked.days} days before {name}."


def _premedication(record: Record, name: str, event: str) -> str:
    """Return the premedication for a patient of this age in words; for a child that of the label, by body surface."""
    age = age_at(record.course, record.case.schedule.day(event))
    child = compare(age, "<", ADULT)
    adult = {f"{d.drug} {d.text}" for r in alone(name) for d in r.doses if d.role == "premedication"}
    young = {
        row.text
        for version in list_labels() if version.drug == name
        for setting in version.settings
        for row in setting.premedication if row.who == "child"
    }  # fmt: skip
    if child is False or not young:
        return " or ".join(sorted(adult))
    for_child = f"{' or '.join(sorted(young))} for a child"
    return for_child if child else f"{' or '.join(sorted(adult))} for an adult, {for_child}"


def _ambiguous(record: Record) -> Iterator[list[Interpretation]]:
    """Yield the readings of each drug of which there is more than one."""
    groups: dict[tuple[str, str], list[Interpretation]] = {}
    for reading in record.case.interpretations:
        groups.setdefault((reading.drug, reading.start), []).append(reading)
    yield from (group for group in groups.values() if len(group) > 1)


def _phases(reading: Interpretation) -> str:
    return ", ".join(f"{_days(p.lasts):g} d at {p.rate}" for p in reading.phases)


def _total(record: Record, reading: Interpretation) -> float:
    size = record.case.size
    return sum(parse_amount(p.rate, "ug", reading.id).total(size, _days(p.lasts)) for p in reading.phases)


def _days(text: str) -> float:
    return parse(text, "day", "lasts")


def _events(readings: list[Interpretation]) -> list[str]:
    return sorted({p.event for r in readings for p in r.phases})


def _starts(record: Record) -> Iterator[tuple[Event, str]]:
    """Yield the events that begin, restart or step a drug given by itself."""
    for event in record.case.events:
        if not any(item.regimen for item in event.given):
            for name in dict.fromkeys(item.drug for item in event.given if item.drug):
                if not any(spec.kind == "rescue" and spec.name == name for spec in event.episodes):
                    yield event, name


def _resumed(event: Event, name: str) -> bool:
    return any(spec.kind in ("resume", "step") and spec.name == name for spec in event.episodes)


def _steroid(record: Record, event: Event, days: float, drugs: tuple[str, ...] = _STEROIDS) -> bool:
    """Return whether the record has one of some steroids on the day of an event or in the days before."""
    day = record.case.schedule.day(event.id)
    for other in record.case.events:
        there = day - days <= record.case.schedule.day(other.id) <= day
        if there and any(item.drug in drugs for item in other.given):
            return True
    return False


def _burden(record: Record, day: float, asked: Prephase) -> str:
    """Return the values that meet the criterion for a prephase, in words; empty when none does."""
    marrow = record.last_known("marrow_blast_percent", day - _BEFORE, day)
    visits = [v for v in record.visits if day - _BEFORE <= v.day <= day]
    blood = next((r for r in (circulating(v) for v in reversed(visits)) if r is not None), None)
    told = []
    if compare(marrow, ">=", asked.marrow_blasts):
        told.append(f"Marrow blasts {describe(marrow)} (asked from {asked.marrow_blasts:g} %)")
    if compare(blood, ">", asked.blood_blasts):
        told.append(f"blood blasts {describe(blood)} (asked above {asked.blood_blasts:g} x10^9/L)")
    return " and ".join(told)
