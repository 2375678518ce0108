"""Check a record before anything is simulated: resolve its dates, list what it leaves open and what looks odd."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trimer.errors import InputError
from trimer.record.case import Case, Remark
from trimer.record.dates import Schedule
from trimer.study.cases import case_of
from trimer.study.quality import Finding, look
from trimer.study.research import RESEARCH

SCHEMA = "trimer/check/1"


@dataclass(frozen=True)
class DatedEvent:
    """Hold one event with its window: dates in ISO form, ``earliest`` or ``latest`` empty when nothing bounds it.

    ``not_before`` and ``not_after`` are the statements of the record that bind the window on either side.
    """

    event: str
    number: int
    label: str
    precision: str
    earliest: str
    latest: str
    used: str
    not_before: tuple[str, ...]
    not_after: tuple[str, ...]


@dataclass(frozen=True)
class CheckResult:
    """Hold what a check found.

    Attributes
    ----------
    case, title : str
    readings, absent : int
        Observations with a value, and those that say why there is none.
    events : tuple of DatedEvent
    remarks : tuple of Remark
        The ambiguities (``id`` such as ``"A9"``) and other notes, each with the event it stands on.
    assumed : tuple of str
        What the replay fills in because the record does not state it.
    findings : tuple of Finding
        Warnings and information from the rules of :mod:`trimer.study.quality`, warnings first. None is an error.
    """

    case: str
    title: str
    readings: int
    absent: int
    events: tuple[DatedEvent, ...]
    remarks: tuple[Remark, ...]
    assumed: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    schema: str = SCHEMA
    note: str = RESEARCH

    @property
    def ambiguities(self) -> tuple[Remark, ...]:
        """The remarks that name an ambiguity of the text."""
        return tuple(remark for remark in self.remarks if remark.id)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that may change an answer, or may be a slip."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and text, ready for JSON."""
        return asdict(self)


def check(case: str | Path | Case) -> CheckResult:
    """Check a case: read it, compare its names with the library, resolve its dates, look for what looks odd.

    Parameters
    ----------
    case : str, Path or Case
        Name of a bundled case, a file, or what was read from one.

    Returns
    -------
    CheckResult

    Raises
    ------
    CaseError
        At the first fault: file and field, what was found, what was expected; for contradicting dates both events.
    InputError
        When no case is named.
    """
    if isinstance(case, str) and not case.strip():
        raise InputError("CASE", "an empty name", "the name of a case, or a file")
    found = case_of(case)
    readings = found.course().readings
    absent = sum(reading.absence is not None for reading in readings)
    return CheckResult(
        case=found.id,
        title=found.title,
        readings=len(readings) - absent,
        absent=absent,
        events=tuple(_dated(e.id, e.number, e.label, found.schedule) for e in found.events),
        remarks=found.remarks,
        assumed=_assumed(found),
        findings=look(found),
    )


def _dated(event: str, number: int, label: str, schedule: Schedule) -> DatedEvent:
    window, earliest, latest = schedule.windows[event], schedule.earliest(event), schedule.latest(event)
    return DatedEvent(
        event=event,
        number=number,
        label=label,
        precision=window.precision,
        earliest=earliest.isoformat() if earliest else "",
        latest=latest.isoformat() if latest else "",
        used=schedule.date(event).isoformat(),
        not_before=window.not_before,
        not_after=window.not_after,
    )


def _assumed(case: Case) -> tuple[str, ...]:
    """Return what is assumed: parts of the body size, and orders that fill a gap."""
    size = case.patient.size
    parts = [
        f"{name} {m.value}" for name, m in (("weight", size.weight), ("height", size.height)) if m.kind == "assumed"
    ]
    orders = []
    for order in case.orders():
        if order.kind == "assumed":
            dose = order.regimen or " ".join(x for x in (order.drug, order.amount or order.rate) if x)
            orders.append(f"{order.event}: {order.label or dose}")
    return (*parts, *dict.fromkeys(orders))
