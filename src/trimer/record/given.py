"""What a record says was given, drug by drug with its dose, and what it says of the patient, as parts of a course."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import trimer.units as units
from trimer.course import Dose, Reading
from trimer.record.check import AMOUNT_UNITS, RATE_UNITS
from trimer.record.schema import Event, Given, Interpretation, Measure

if TYPE_CHECKING:
    from trimer.record.case import Case


def doses_of(case: Case, reading: str = "chosen") -> tuple[Dose, ...]:
    """Return every drug the record says was given, in time order.

    Parameters
    ----------
    case : Case
    reading : str
        Which reading of the ambiguous infusion to follow; its phases stand for what their events say of that drug.

    Returns
    -------
    tuple of Dose
        A drug given on listed treatment days has one dose a day; one without listed days may fall anywhere within its
        event. The drugs of a named regimen appear as far as the record prints them. A dose that is not printed has no
        value; nothing is filled in from the library.

    Raises
    ------
    CaseError
        When there is no such reading.
    """
    settled = reading != "chosen" or case.document.realisation.chosen is not None
    chosen = case.interpretation(reading) if settled else None
    replaced = {(phase.event, chosen.drug) for phase in chosen.phases} if chosen else set()
    found = [
        dose
        for event in case.events
        for given in event.given
        if given.drug is not None and (event.id, given.drug) not in replaced
        for dose in _doses(case, event, given)
    ]
    found += _phases(case, chosen) if chosen else []
    return tuple(sorted(found, key=lambda dose: (dose.start, dose.drug)))


def patient_of(case: Case) -> dict[str, Reading]:
    """Return age (year), weight (kg), height (m) and sex; what the record assumes is marked as inferred."""
    size, day = case.patient.size, case.schedule.day(case.document.origin)
    found = {
        "weight": _measure(case, "weight", size.weight, "kg", day),
        "height": _measure(case, "height", size.height, "m", day),
    }
    years = units.parse(case.patient.age, "year", f"{case.id}: patient.age")
    whole = years == round(years)  # somebody of 32 is up to, not including, 33
    found["age"] = Reading(
        "age", years, years + 1.0 if whole else years, high_open=whole, unit="year", day=day, source="patient"
    )
    if case.patient.sex == "not stated":
        found["sex"] = Reading("sex", absence="not stated", day=day, source="patient")
    else:
        found["sex"] = Reading("sex", text=case.patient.sex, day=day, source="patient")
    return found


def _measure(case: Case, name: str, measure: Measure, unit: str, day: float) -> Reading:
    value = units.parse(measure.value, unit, f"{case.id}: patient.size.{name}.value")
    return Reading(name, value, value, unit=unit, day=day, source="patient", inferred=measure.kind == "assumed")


def _doses(case: Case, event: Event, given: Given) -> list[Dose]:
    """Return what one line of an event says was given: one dose, one infusion, or one dose a listed day."""
    window, where = case.schedule.windows[event.id], f"{case.id}: {event.id}: given {given.drug}"
    value, unit = None, ""
    if given.rate is not None:
        value, unit = units.parse_any(given.rate, RATE_UNITS, f"{where}: rate")
    elif given.amount is not None:
        value, unit = units.parse_any(given.amount, AMOUNT_UNITS, f"{where}: amount")
    end = case.schedule.end(event.id)
    dose = Dose(
        drug=given.drug or "",
        start=window.day,
        end=window.day if given.amount is not None else end,
        value=value,
        unit=unit,
        route=given.route or "",
        earliest=window.earliest,
        latest=window.latest if given.days else max(window.latest, end),
        detail=given.detail or "",
        source=event.id,
    )
    return [_later(dose, day - 1.0) for day in given.days] or [dose]


def _later(dose: Dose, days: float) -> Dose:
    return replace(
        dose,
        start=dose.start + days,
        end=dose.start + days,
        earliest=dose.earliest + days,
        latest=dose.latest + days,
    )


def _phases(case: Case, reading: Interpretation) -> list[Dose]:
    """Return the stretches of an infusion as one reading of the text has them; a phase without drug is a gap."""
    where, start = f"{case.id}: {reading.id}", case.schedule.windows[reading.start]
    found, passed = [], 0.0
    for phase in reading.phases:
        lasts = units.parse(phase.lasts, "day", f"{where}: lasts")
        rate, unit = units.parse_any(phase.rate, RATE_UNITS, f"{where}: rate")
        if rate > 0:
            found.append(
                Dose(
                    drug=reading.drug,
                    start=start.day + passed,
                    end=start.day + passed + lasts,
                    value=rate,
                    unit=unit,
                    route=reading.route,
                    earliest=start.earliest + passed,
                    latest=start.latest + passed,
                    detail=f"reading {reading.id}: {reading.label}",
                    source=phase.event,
                )
            )
        passed += lasts
    return found
