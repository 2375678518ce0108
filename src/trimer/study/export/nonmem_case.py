"""Recorded cases as event tables and back: what a table holds of a case, and what it cannot."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import trimer.library as library
import trimer.units as units
from trimer.errors import InputError
from trimer.record import check, timing, tree
from trimer.record.case import Case
from trimer.record.nonmem.dictionary import Compartment, Dictionary
from trimer.record.nonmem.document import document_of
from trimer.record.nonmem.read import Table, read_table
from trimer.record.nonmem.records import Ignore
from trimer.record.nonmem.table import DIGITS, PLACES, Dose, EventCode, Mark, Observation, Subject, cut, in_order
from trimer.record.nonmem.write import write_table
from trimer.record.schema import CaseDocument, Event
from trimer.record.schema import Observation as Noted
from trimer.record.table_values import to_canonical
from trimer.record.vocabulary import canonical_unit
from trimer.study.assemble import ABSORBED
from trimer.study.cases import case_of
from trimer.therapy.administration import Administration
from trimer.therapy.drug import Drug
from trimer.therapy.realise import realise

LOST: tuple[tuple[str, str], ...] = (
    ("what is known of a date", "TIME is one number: the day that the replay uses stands for its window"),
    ("ends of events, clocks", "only doses last in an event table; an infusion gives its event an end again"),
    ("notes, ambiguities, conclusions, details, episodes", "sentences about the record, which no row measures"),
    ("what was given, as worded", "doses are those the replay gives, in the chosen reading, for the patient's size"),
    ("regimens and readings", "a table has doses; each comes back as an order of its own"),
    ("the unit a value was printed in", "DV has one unit for each DVID, the canonical one"),
    ("how a value was inferred", "a flag says that it was"),
    ("notes on weight and height", "covariates are numbers; that they are assumed is kept"),
    ("a dose below 1e-12 ug, IU or 1e9 cells", "NONMEM knows no dose of zero, and rates follow from amounts"),
    ("a bolus into a vein", "an order of a case cannot say 'at once': it comes back over a minute"),
    ("the time of day of an observation", "events of a case have days; TIME of foreign tables is cut to its day"),
)
"""What a table and its dictionary cannot hold of a case, and why."""

LEAST = 1e-12  # ug, IU or 1e9 cells: what counts as a dose


def held(document: CaseDocument, reading: str = "chosen") -> CaseDocument:
    """Return a document as a table holds it: what :data:`LOST` lists is gone, the rest is written as a table says it.

    Parameters
    ----------
    document : CaseDocument
        One that passes the checks of a case file.
    reading : str
        Which reading of an ambiguous infusion the doses follow.

    Raises
    ------
    TrimerError
        When its dates contradict each other, or its orders cannot be carried out.
    """
    return document_of(subject_of(_case(document), 1, reading))


def write_cases(
    cases: Sequence[Case | CaseDocument | str | Path], reading: str = "chosen", title: str = ""
) -> tuple[str, Dictionary]:
    """Return cases as an event table, one subject each, and its dictionary.

    Doses are those that a replay of the case gives. Times are days from each subject's first day, amounts ug (IU, or
    1e9 cells), rates those a day, DV in canonical units.

    Parameters
    ----------
    cases : sequence of Case, CaseDocument, str or Path
    reading : str
        Which reading of an ambiguous infusion to follow.
    title : str

    Raises
    ------
    TrimerError
        When a case is at fault, or its orders cannot be carried out.
    """
    found = [_case(case) for case in cases]
    subjects = [subject_of(case, number, reading) for number, case in enumerate(found, 1)]
    drugs = {dose.drug for subject in subjects for dose in subject.doses}
    left_out = [f"Not held: {what} ({why})." for what, why in LOST]
    return write_table(
        subjects,
        title or (found[0].title if len(found) == 1 else f"{len(found)} recorded cases"),
        compartments_of({name: library.drug(name) for name in sorted(drugs)}),
        left_out,
        {"cases": " ".join(case.id for case in found), "reading": reading},
    )


def read_cases(
    path: str | Path, dictionary: str | Path | None = None, ignore: Ignore = "@"
) -> tuple[tuple[CaseDocument, ...], Table]:
    """Return one case for every subject of an event table, checked as a case file is, and the table itself.

    Parameters are those of :func:`trimer.record.nonmem.read.read_table`.

    Raises
    ------
    InputError
        When the table or its dictionary is at fault, or a subject cannot be a case.
    """
    table = read_table(path, dictionary, ignore)
    documents = tuple(document_of(subject) for subject in table.subjects)
    for document in documents:
        origin = tree.Origin(f"{Path(path).name}: {document.id}")
        check.check(document, origin, library.list_entries("drugs"), library.regimen_parts())
        timing.make_schedule(document, origin)
    return documents, table


def compartments_of(drugs: dict[str, Drug]) -> dict[tuple[str, str], Compartment]:
    """Return what is known of every place where doses of these drugs may arrive."""
    found = {}
    for name, drug in drugs.items():
        for place in set(PLACES.values()):
            shares = [drug.pk[f"F_{r}"].parameter.value for r in ABSORBED if f"F_{r}" in drug.pk and r in drug.routes]
            depot = place == "depot" and shares
            found[name, place] = Compartment(
                drug=name,
                unit=drug.amount_unit,
                simulated=drug.simulated,
                state=f"{name}_{place}" if drug.simulated else None,
                input=name if drug.simulated and place == "central" else None,
                bioavailability=shares[0] if depot else None,
            )
    return found


def subject_of(case: Case, number: int, reading: str = "chosen") -> Subject:
    """Return a case as a subject of a table.

    Raises
    ------
    ProtocolError, LibraryError, UnitError
        When its orders cannot be carried out.
    InputError
        When it begins before the calendar does.
    """
    orders = case.orders(reading)
    given = realise(orders, case.size, *library.needed(orders))
    days = [case.schedule.day(event.id) for event in case.events]
    zero = math.floor(min([*days, *(a.start for a in given)]))
    numbers = {event.id: k for k, event in enumerate(case.events, 1)}
    units_of = {a.drug: library.drug(a.drug).amount_unit for a in given}
    doses = [_dose(a, zero, numbers.get(a.event, 0), units_of[a.drug]) for a in given]
    seen, marks = [], []
    for event, day in zip(case.events, days, strict=True):
        time = round(day - zero, DIGITS)
        seen += [_seen(item, time, numbers[event.id]) for item in event.observations]
        marks += [] if event.observations else [Mark(time, numbers[event.id])]
    order = sorted(range(len(seen)), key=lambda k: (seen[k].time, seen[k].event))
    return Subject(
        id=str(number),
        name=case.id,
        title=case.title,
        source=case.document.source,
        origin=case.document.origin,
        date=_date(case, zero),
        day=float(zero),
        covariates=_covariates(case),
        assumed=tuple(
            name
            for name, measure in (("WT", case.patient.size.weight), ("HT", case.patient.size.height))
            if measure.kind == "assumed"
        ),
        events={numbers[event.id]: _code(event) for event in case.events},
        doses=in_order([dose for dose in doses if dose is not None]),
        observations=tuple(seen[k] for k in order),
        marks=tuple(marks),
    )


def _case(case: Case | CaseDocument | str | Path) -> Case:
    if isinstance(case, CaseDocument):
        return Case(case, timing.make_schedule(case, tree.Origin(case.id)))
    return case_of(case)


def _date(case: Case, zero: int) -> dt.date:
    try:
        return case.schedule.origin + dt.timedelta(days=zero)
    except OverflowError:
        raise InputError(case.id, f"something on day {zero}", "a course that begins in year 1 or later") from None


def _covariates(case: Case) -> dict[str, float]:
    patient, where = case.patient, f"{case.id}: patient"
    found = {
        "WT": units.parse(patient.size.weight.value, "kg", where),
        "HT": units.parse(patient.size.height.value, "cm", where),
        "BSA": case.size.bsa,
        "AGE": units.parse(patient.age, "year", where),
    }
    return found | ({} if patient.sex == "not stated" else {"SEX": float(patient.sex == "female")})


def _code(event: Event) -> EventCode:
    return EventCode(event.id, event.number, event.kind, event.label, event.context, event.with_)


def _dose(given: Administration, zero: int, event: int, unit: str) -> Dose | None:
    """Return a dose of the table; None for one of next to nothing."""
    length = cut(given.duration)
    rate = given.amount / length if length > 0.0 else 0.0
    if given.amount < LEAST:
        return None
    return Dose(
        time=round(given.start - zero, DIGITS),
        drug=given.drug,
        route=given.route,
        amount=given.amount,
        rate=rate,
        unit=unit,
        assumed=given.kind == "assumed",
        event=event,
    )


def _seen(item: Noted, time: float, event: int) -> Observation:
    unit = canonical_unit(item.observable) or ""
    numbers = item.interval or (None, item.value)
    low, value = (
        n if n is None else to_canonical(item.observable, n, item.unit or unit, item.observable) for n in numbers
    )
    return Observation(
        time=time,
        observable=item.observable,
        value=value,
        unit=unit,
        comparator="within" if item.interval else item.comparator,
        low=low,
        text=item.text,
        absence=item.absence,
        inferred=item.basis == "inferred",
        sensitivity=item.sensitivity,
        precision=item.precision,
        specimen=item.specimen,
        method=item.method,
        denominator=item.denominator,
        event=event,
    )
