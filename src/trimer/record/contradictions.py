"""What the cells of one row cannot all mean: rules, each with the headings it leaves in doubt.

A contradiction is reported and never resolved: what it touches is not derived. One heading is exempt, the remission
status, which stays as its own column states it while everything that contradicts it is left in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trimer.record.cohort import Cell, Patient, Problem

_ORDER = (
    ("remission", "diagnosis"),
    ("relapse", "diagnosis"),
    ("transplant", "diagnosis"),
    ("death", "diagnosis"),
    ("last seen", "diagnosis"),
    ("relapse", "remission"),
    ("last seen", "remission"),
    ("last seen", "relapse"),
    ("last seen", "transplant"),
    ("death", "remission"),
    ("death", "relapse"),
    ("death", "last seen"),
)
"""Dates of which the first cannot lie before the second."""

# (heading, value) pairs that exclude each other, with the headings that are then in doubt.
_EXCLUSIVE = (
    (("relapse", "yes"), ("continuous remission", "yes"), ("relapse", "continuous remission")),
    (("relapse", "yes"), ("death while", "in remission"), ("relapse", "death while")),
    (("relapse", "yes"), ("remission", "refractory"), ("relapse",)),
    (("relapse", "yes"), ("death while", "in induction"), ("relapse", "death while")),
    (("continuous remission", "yes"), ("remission", "refractory"), ("continuous remission",)),
    (("continuous remission", "yes"), ("death", "yes"), ("continuous remission", "death")),
    (("death while", "in remission"), ("remission", "refractory"), ("death while",)),
    (("death while", "in induction"), ("remission", "complete remission"), ("death while",)),
)

_NEED_REMISSION = (("relapse", "yes"), ("continuous remission", "yes"), ("death while", "in remission"))


@dataclass(frozen=True)
class Finding:
    """Hold one problem and what it leaves in doubt (headings, and dates as ``date of relapse``)."""

    problem: Problem
    doubts: tuple[str, ...] = ()


def find_contradictions(patient: Patient) -> Iterator[Finding]:
    """Yield what the row of a patient contradicts itself in, or leaves out although it follows from what it says."""
    yield from _disagreeing(patient)
    yield from _exclusive(patient)
    yield from _order(patient)
    yield from _remission(patient)


def _disagreeing(patient: Patient) -> Iterator[Finding]:
    for key in dict.fromkeys(claim.key for claim in patient.claims):
        claims = patient.claimed(key)
        if len({claim.value for claim in claims}) > 1:
            cells = [claim.cell for claim in claims]
            yield _contradiction(patient, cells, f"columns that agree on: {key}", f"{key} is not derived", key)


def _exclusive(patient: Patient) -> Iterator[Finding]:
    for one, other, doubts in _EXCLUSIVE:
        cells = [c.cell for key, value in (one, other) for c in patient.claimed(key) if c.value == value]
        both = all(any(c.value == value for c in patient.claimed(key)) for key, value in (one, other))
        if both:
            expected = f"not both {_said(*one)} and {_said(*other)}"
            yield _contradiction(patient, cells, expected, f"not used: {', '.join(doubts)}", *doubts)


def _order(patient: Patient) -> Iterator[Finding]:
    for later, earlier in _ORDER:
        if later not in patient.dates or earlier not in patient.dates:
            continue
        second, first = patient.dates[later], patient.dates[earlier]
        if second.dates.latest < first.dates.earliest:
            expected = f"the date of {later} no earlier than that of {earlier}"
            doubts = (f"date of {later}", f"date of {earlier}")
            yield _contradiction(
                patient, [first.cell, second.cell], expected, "no time between them is derived", *doubts
            )


def _remission(patient: Patient) -> Iterator[Finding]:
    status, date = patient.value("remission"), patient.dates.get("remission")
    if status == "refractory" and date is not None:
        cells = [date.cell, *(c.cell for c in patient.claimed("remission"))]
        yield _contradiction(
            patient, cells, "no date of remission when refractory", "the date is not used", "date of remission"
        )
    if status == "complete remission" and date is None:
        cells = [c.cell for c in patient.claimed("remission")]
        cells += [patient.absent["remission"]] if "remission" in patient.absent else []
        follows = "time to remission and duration of remission are not derived"
        yield Finding(_problem("missing date", patient, cells, "a date of remission", follows))
    if not patient.claimed("remission"):
        for key, value in _NEED_REMISSION:
            cells = [c.cell for c in patient.claimed(key) if c.value == value]
            if cells:
                follows = "the remission status stays unknown"
                yield Finding(_problem("missing status", patient, cells, "a remission status in this row", follows))


def _said(key: str, value: str) -> str:
    return (
        key
        if value == "yes"
        else f"{key}: {value}"
        if value not in ("in remission", "in induction")
        else f"death {value}"
    )


def _contradiction(patient: Patient, cells: list[Cell], expected: str, follows: str, *doubts: str) -> Finding:
    return Finding(_problem("contradiction", patient, cells, expected, follows), doubts)


def _problem(kind: str, patient: Patient, cells: list[Cell], expected: str, follows: str) -> Problem:
    unique = list(dict.fromkeys(cells))
    return Problem(
        kind=kind,
        row=patient.row,
        column=", ".join(cell.column for cell in unique),
        patient=patient.id,
        found=", ".join(f"{cell.column} {cell.text!r}" for cell in unique),
        expected=expected,
        follows=follows,
    )
