"""Dates: what a month became once all statements are put together, what stays wide, and where follow-up ends."""

from __future__ import annotations

import math
from collections.abc import Iterator

from trimer.criteria.response.evidence import treatments
from trimer.study.quality.record import Record
from trimer.study.quality.rule import Found, rule

_WIDE = 62.0  # day; two months, wider than the dates of most records (assumed)


@rule(
    "information",
    "A printed month is narrower than a month",
    "Other events leave only part of the printed month or year, so an order of events that looks free is not.",
    "The window is used, and the day within it is an assumption that stands beside it.",
)
def date_tightened(record: Record) -> Iterator[Found]:
    """Find dates to a month or year that other statements tighten; events that share a window share a finding."""
    plan = record.case.schedule
    groups: dict[tuple[str, str, str], list[tuple[str, tuple[str, ...]]]] = {}
    for event in record.case.events:
        window = plan.windows[event.id]
        if window.precision not in ("month", "year") or event.date.on is None:
            continue
        own = f"{event.id} dated {event.date.on}"
        reasons = tuple(r for r in (*window.not_before, *window.not_after) if r != own)
        if reasons and math.isfinite(window.earliest) and math.isfinite(window.latest):
            key = (event.date.on, str(plan.earliest(event.id)), str(plan.latest(event.id)))
            groups.setdefault(key, []).append((event.id, reasons))
    for (printed, first, last), members in groups.items():
        if (last, first) != _whole(printed):
            because = "; ".join(dict.fromkeys(reason for _, reasons in members for reason in reasons))
            yield [event for event, _ in members], f"{printed} became {first} to {last}, because: {because}."


@rule(
    "information",
    "Dated to more than two months",
    "Durations counted from such a date are uncertain by the width of its window.",
    "The whole window is kept; a day is chosen for simulation only, and marked as an assumption.",
)
def date_wide(record: Record) -> Iterator[Found]:
    """Find events whose window is open or wider than two months."""
    plan = record.case.schedule
    wide = [e.id for e in record.case.events if plan.windows[e.id].latest - plan.windows[e.id].earliest > _WIDE]
    if wide:
        windows = {i: plan.windows[i] for i in wide}
        told = ", ".join(f"{i} {record.date(w.earliest)} to {record.date(w.latest)}" for i, w in windows.items())
        yield wide, f"{len(wide)} of {len(record.case.events)} events: {told}."


@rule(
    "information",
    "Follow-up ends with the patient alive",
    "Survival is censored there, and nothing is known of what came after.",
    "Alive on the last day used, never counted as an event.",
)
def alive_at_the_end(record: Record) -> Iterator[Found]:
    """Find where a living patient leaves the record."""
    status = [r for r in record.course.of("vital_status") if r.text]
    if status and status[-1].text == "alive":
        last = status[-1]
        window = record.case.schedule.windows[last.source]
        when = f"{record.date(window.earliest)} to {record.date(window.latest)}"
        yield [last.source], f"Alive at some day of {when}; censored on the day used, {record.date(window.day)}."


@rule(
    "warning",
    "No vital status",
    "Without it, survival can be neither counted nor censored.",
    "Missing; the last event is not taken as a date last known alive.",
)
def vital_status_missing(record: Record) -> Iterator[Found]:
    """Find a treated patient whose vital status is never recorded."""
    if treatments(record.course) and not any(r.text for r in record.course.of("vital_status")):
        yield [record.case.events[-1].id], "No event says whether the patient is alive or dead."


def _whole(printed: str) -> tuple[str, str]:
    """Return the last and first day that a printed month or year allows by itself."""
    import calendar

    year, month = int(printed[:4]), int(printed[5:7] or 0)
    last = calendar.monthrange(year, month)[1] if month else 31
    return f"{printed[:4]}-{month or 12:02d}-{last:02d}", f"{printed[:4]}-{month or 1:02d}-01"
