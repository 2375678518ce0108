"""A recorded case: events with resolved dates, as a course that criteria judge and as orders that a replay gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import trimer.units as units
from trimer.course import Course, Episode, Reading, Visit
from trimer.errors import CaseError
from trimer.record.check import RATE_UNITS
from trimer.record.dates import Schedule
from trimer.record.given import doses_of, patient_of
from trimer.record.schema import (
    CaseDocument,
    EpisodeSpec,
    Event,
    Given,
    Interpretation,
    Observation,
    OrderSpec,
    Patient,
)
from trimer.record.vocabulary import canonical_unit, molar_mass
from trimer.therapy.order import Order
from trimer.therapy.size import Size


@dataclass(frozen=True)
class Remark:
    """Hold one note of the case, with the event it stands on (empty for the article as a whole)."""

    id: str
    event: str
    text: str


@dataclass(frozen=True)
class Case:
    """Hold one recorded case.

    Attributes
    ----------
    document : CaseDocument
        The file, validated.
    schedule : Schedule
        When each event may have happened, and the day that is used.
    """

    document: CaseDocument
    schedule: Schedule

    @property
    def id(self) -> str:
        """Name of the case."""
        return self.document.id

    @property
    def title(self) -> str:
        """Title in our words."""
        return self.document.title

    @property
    def patient(self) -> Patient:
        """Sex, age and size as written."""
        return self.document.patient

    @property
    def citation(self) -> str:
        """Where the case was published, in one line."""
        source = self.document.source
        doi = f" doi:{source.doi}" if source.doi else ""
        return f"{source.authors}. {source.title}. {source.journal} {source.year}.{doi}"

    @property
    def events(self) -> tuple[Event, ...]:
        """Events in the order of the report."""
        return self.document.events

    @property
    def size(self) -> Size:
        """Weight (kg), height (m) and body surface area (m2, Mosteller)."""
        size = self.patient.size
        weight = units.parse(size.weight.value, "kg", "patient.size.weight")
        return Size.of(weight, units.parse(size.height.value, "m", "patient.size.height"))

    @property
    def size_kind(self) -> str:
        """Whether the report states the size (``stated``) or any part of it is ``assumed``."""
        kinds = {self.patient.size.weight.kind, self.patient.size.height.kind}
        return "assumed" if "assumed" in kinds else "stated"

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Every note, with the event it stands on."""
        of_events = [Remark(n.id or "", e.id, n.text) for e in self.events for n in e.notes]
        return (*of_events, *(Remark(n.id or "", "", n.text) for n in self.document.article_notes))

    @property
    def interpretations(self) -> tuple[Interpretation, ...]:
        """The readings of an ambiguous dosing text."""
        return self.document.realisation.interpretations

    def event(self, event_id: str) -> Event:
        """Return one event.

        Raises
        ------
        CaseError
            When the case has no such event.
        """
        for event in self.events:
            if event.id == event_id:
                return event
        raise CaseError(self.id, f"no event {event_id!r}", f"one of {self.events[0].id} to {self.events[-1].id}")

    def interpretation(self, name: str = "chosen") -> Interpretation:
        """Return one reading of the ambiguous dosing text, by default the one the replay follows.

        Raises
        ------
        CaseError
            When the case has no such reading.
        """
        wanted = self.document.realisation.chosen if name == "chosen" else name
        for item in self.interpretations:
            if item.id == wanted:
                return item
        names = ", ".join(item.id for item in self.interpretations) or "none, as the case has no such text"
        raise CaseError(f"{self.id}: realisation.interpretations", repr(name), names)

    def total(self, name: str = "chosen") -> float:
        """Return the total dose (ug) that a reading of the dosing text implies, for this patient's size."""
        return sum(
            self._rate(phase.rate, f"{self.id}: {name}: rate")
            * units.parse(phase.lasts, "day", f"{self.id}: {name}: lasts")
            for phase in self.interpretation(name).phases
        )

    def course(self, reading: str = "chosen") -> Course:
        """Return the record as a course: readings as intervals in canonical units, visits, episodes, doses, notes.

        Parameters
        ----------
        reading : str
            Which reading of the ambiguous infusion its doses follow (``"R1"`` ...), by default the case's choice.

        Raises
        ------
        CaseError
            When there is no such reading.
        """
        readings = [self._reading(event, item) for event in self.events for item in event.observations]
        episodes = [episode for event in self.events for episode in self._episodes(event)]
        return Course(
            id=self.id,
            kind="record",
            origin=self.schedule.origin,
            visits=tuple(sorted(self._visits(), key=lambda v: v.day)),
            readings=tuple(sorted(readings, key=lambda r: r.day)),
            episodes=tuple(sorted(episodes, key=lambda e: e.start)),
            notes={f"{r.id or 'note'} {r.event}".strip(): r.text for r in self.remarks},
            doses=doses_of(self, reading),
            patient=patient_of(self),
        )

    def orders(self, interpretation: str = "chosen") -> tuple[Order, ...]:
        """Return what the replay gives, in time order.

        Parameters
        ----------
        interpretation : str
            Which reading of the ambiguous infusion to follow (``"R1"`` ...), instead of the case's choice.

        Raises
        ------
        CaseError
            When there is no such reading.
        """
        orders: list[Order] = []
        for item in self.document.realisation.orders:
            if item.interpretation is None:
                orders.append(self._order(item))
            else:
                asked = interpretation if item.interpretation == "chosen" else item.interpretation
                orders += self._infusion(item, self.interpretation(asked))
        return tuple(sorted(orders, key=lambda order: order.start))

    def to_dict(self) -> dict[str, Any]:
        """Return the file's content as plain values, ready for YAML or JSON."""
        return self.document.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def _visits(self) -> list[Visit]:
        """Group the observations of an event with those of the events marked as the same assessment."""
        members: dict[str, list[Event]] = {}
        for event in self.events:
            members.setdefault(event.with_ or event.id, []).append(event)
        visits = []
        for lead_id, group in members.items():
            readings: dict[str, Reading] = {}
            for event in group:
                for item in event.observations:
                    reading = self._reading(event, item)
                    name = item.observable
                    # A second method for the same quantity stays visible beside the first.
                    readings[f"{name} ({item.method or event.id})" if name in readings else name] = reading
            if readings:
                lead, window = self.event(lead_id), self.schedule.windows[lead_id]
                context = next((e.context for e in (lead, *group) if e.context), "")
                visits.append(
                    Visit(lead_id, lead.label, window.day, readings, window.earliest, window.latest, context or "")
                )
        return visits

    def _reading(self, event: Event, item: Observation) -> Reading:
        """Return one observation as an interval; ``> 1`` is open at 1 and unbounded above."""
        window, unit = self.schedule.windows[event.id], canonical_unit(item.observable) or ""
        low, high = item.interval or (item.value, item.value)
        low, high = (math.nan if n is None else n for n in (low, high))
        if item.comparator in ("<", "<="):
            low = -math.inf
        elif item.comparator in (">", ">="):
            high = math.inf
        where, own, mass = f"{self.id}: {event.id}: {item.observable}", item.unit or unit, molar_mass(item.observable)
        low, high = (units.convert(n, own, unit, where, mass) if math.isfinite(n) else n for n in (low, high))
        return Reading(
            observable=item.observable,
            low=low,
            high=high,
            low_open=item.comparator == ">",
            high_open=item.comparator == "<",
            unit=unit,
            day=window.day,
            earliest=window.earliest,
            latest=window.latest,
            specimen=item.specimen or "",
            denominator=item.denominator or "",
            method=item.method or "",
            text=(item.text or "") if math.isnan(low) else "",
            sensitivity=item.sensitivity,
            absence=item.absence,
            source=event.id,
            inferred=item.basis == "inferred",
        )

    def _episodes(self, event: Event) -> list[Episode]:
        start, end = self.schedule.day(event.id), self.schedule.end(event.id)
        found = [Episode(kind, name, start, end, detail, event.id) for kind, name, detail in _treatments(event)]
        for spec in event.episodes:
            until = self._until(spec, start, end)
            begin = until if spec.kind == "stop" else start
            found.append(Episode(spec.kind, spec.name, begin, until, spec.detail or "", event.id))
        if event.conclusion is not None:
            found.append(Episode("conclusion", event.conclusion, start, start, "", event.id))
        if event.kind == "status":
            found.append(Episode("status", event.label, start, end, "", event.id))
        if event.kind == "procedure" and not any(spec.kind == "procedure" for spec in event.episodes):
            found.append(Episode("procedure", event.label, start, end, "", event.id))
        return found

    def _until(self, spec: EpisodeSpec, start: float, end: float) -> float:
        if spec.lasts is not None:
            return start + units.parse(spec.lasts, "day", f"{self.id}: {spec.name}: lasts")
        if spec.until is None:
            return end
        return self.schedule.windows[spec.until].day if spec.until in self.schedule.windows else end

    def _order(self, item: OrderSpec) -> Order:
        where = f"{self.id}: realisation: {item.event}"
        return Order(
            event=item.event,
            start=self.schedule.day(item.start or item.event) + units.parse(item.offset, "day", where),
            regimen=item.regimen or "",
            drug=item.drug or "",
            amount=item.amount or "",
            rate=item.rate or "",
            route=item.route or "",
            duration=None if item.lasts is None else units.parse(item.lasts, "day", where),
            repeat=item.repeat,
            interval=units.parse(item.interval, "day", where),
            kind=item.kind,
            label=item.label or "",
            note=item.note or "",
            omit=item.omit,
            amounts=dict(item.amounts),
        )

    def _rate(self, text: str, where: str) -> float:
        """Return a rate in ug/day; one by surface or weight is scaled by the patient's size."""
        rate, unit = units.parse_any(text, RATE_UNITS, where)
        return rate * self.size.measure({"ug/m2/day": "bsa", "ug/kg/day": "weight"}.get(unit, ""))

    def _infusion(self, item: OrderSpec, reading: Interpretation) -> list[Order]:
        """Return one order per phase with drug running; phases follow each other without gaps."""
        where, orders = f"{self.id}: realisation: {reading.id}", []
        start = self.schedule.day(reading.start)
        for phase in reading.phases:
            lasts = units.parse(phase.lasts, "day", where)
            if self._rate(phase.rate, where) > 0:
                orders.append(
                    Order(
                        event=phase.event,
                        start=start,
                        drug=reading.drug,
                        rate=phase.rate,
                        route=reading.route,
                        duration=lasts,
                        kind=item.kind,
                        label=item.label or "",
                        note=f"reading {reading.id}: {reading.label}",
                    )
                )
            start += lasts
        return orders


def _treatments(event: Event) -> list[tuple[str, str, str]]:
    """Return kind, name and detail of the treatments an event begins.

    The drugs of a regimen are its detail, and a drug that the event marks as rescue, restart or step is no new start.
    """
    regimens = [given for given in event.given if given.regimen is not None]
    drugs = [(given, _dose(given)) for given in event.given if given.drug is not None]
    if regimens:
        parts = "; ".join(f"{given.drug} {dose}".strip() for given, dose in drugs)
        return [("regimen", g.regimen or "", "; ".join(filter(None, (g.detail, parts)))) for g in regimens]
    marked = {spec.name for spec in event.episodes if spec.kind in ("rescue", "resume", "step")}
    return [("drug", given.drug or "", dose) for given, dose in drugs if given.drug not in marked]


def _dose(given: Given) -> str:
    days = f"day {', '.join(map(str, given.days))}" if given.days else ""
    dose = " ".join(filter(None, (given.amount or given.rate, given.route, days)))
    return ", ".join(filter(None, (dose, given.detail)))
