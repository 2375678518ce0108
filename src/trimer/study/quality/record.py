"""A record as the rules look at it: the case, its course, its treatments and the doses it states."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import known
from trimer.errors import TrimerError
from trimer.library import drug, list_entries, regimen
from trimer.record.case import Case
from trimer.record.schema import Event, Observation
from trimer.therapy.amount import Amount, parse_amount
from trimer.therapy.drug import Drug
from trimer.therapy.regimen import Regimen


@dataclass(frozen=True)
class StatedDose:
    """Hold one dose or rate as written, where, and how often; ``assumed`` when the replay fills it in."""

    event: str
    drug: Drug
    route: str
    text: str
    days: tuple[int, ...] = ()
    assumed: bool = False

    @property
    def amount(self) -> Amount:
        """Return it as a number."""
        return parse_amount(self.text, self.drug.amount_unit, self.event)

    @property
    def readable(self) -> bool:
        """Whether it has the unit of its drug; a weight for an enzyme has not, and a replay refuses it."""
        try:
            return self.amount.value >= 0.0
        except TrimerError:
            return False

    @property
    def words(self) -> str:
        """Return it in words."""
        by = f" {self.route}" if self.route else ""
        return f"{self.drug.label} {self.text}{by}{' (assumed for the replay)' if self.assumed else ''}"


@dataclass(frozen=True)
class Block:
    """Hold one regimen given by an event, ``repeat`` cycles of it, with the days used."""

    event: str
    regimen: Regimen
    repeat: int
    start: float
    end: float
    ended: bool

    @property
    def family(self) -> str:
        """Name of the regimen without its part (hypercvad for hypercvad_a)."""
        return self.regimen.name.removesuffix("_a").removesuffix("_b")


@dataclass(frozen=True)
class Record:
    """Hold a case and its course; what rules ask for more than once is worked out once."""

    case: Case
    course: Course

    @classmethod
    def of(cls, case: Case) -> Record:
        """Return the record of a case."""
        return cls(case, case.course())

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Return the regimens given, in time order."""
        plan, found = self.case.schedule, []
        for event in self.case.events:
            for item in event.given:
                if item.regimen in known_regimens():
                    start, end, ended = plan.day(event.id), plan.end(event.id), event.end is not None
                    found.append(Block(event.id, regimen(item.regimen), item.repeat, start, end, ended))
        return tuple(sorted(found, key=lambda block: block.start))

    @cached_property
    def doses(self) -> tuple[StatedDose, ...]:
        """Return the written doses that can be read as an amount above zero."""
        return tuple(dose for dose in self.written if dose.readable and dose.amount.value > 0.0)

    @cached_property
    def written(self) -> tuple[StatedDose, ...]:
        """Return every dose or rate of a library drug that the record prints or its realisation fills in."""
        stated = [
            StatedDose(event.id, drug(item.drug), item.route or "", item.amount or item.rate or "", item.days)
            for event in self.case.events
            for item in event.given
            if item.drug in known_drugs() and (item.amount or item.rate)
        ]
        seen = {(dose.drug.name, dose.text) for dose in stated}
        plan = self.case.document.realisation
        filled: list[tuple[str, str, str, str, bool]] = []
        for reading in plan.interpretations:
            filled += [(p.event, reading.drug, reading.route, p.rate, False) for p in reading.phases]
        for order in plan.orders:
            text, assumed = order.amount or order.rate, order.kind == "assumed"
            if order.drug is not None and text:
                filled.append((order.event, order.drug, order.route or "", text, assumed))
            for key, replaced in order.amounts.items():
                name, _, route = key.partition("/")
                filled.append((order.event, name, route, replaced, assumed))
        for at, name, by, text, assumed in filled:
            if name in known_drugs() and (name, text) not in seen:
                seen.add((name, text))
                stated.append(StatedDose(at, drug(name), by, text, assumed=assumed))
        return tuple(stated)

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """Return the visits of the course, in time order."""
        return self.course.visits

    def observed(self) -> Iterator[tuple[Event, Observation]]:
        """Yield every observation with its event."""
        for event in self.case.events:
            for item in event.observations:
                yield event, item

    def last_known(self, observable: str, start: float, end: float) -> Reading | None:
        """Return the last reading of an observable that has a number, between two days."""
        return next((r for r in reversed(self.course.of(observable, start, end)) if known(r)), None)

    def date(self, day: float) -> str:
        """Return a day of the course as a date; ``open`` where nothing bounds it."""
        return "open" if math.isinf(day) else self.course.date(day).isoformat()


@cache
def known_drugs() -> tuple[str, ...]:
    """Return the drugs of the library, which do not change while we run."""
    return list_entries("drugs")


@cache
def known_regimens() -> tuple[str, ...]:
    """Return the regimens of the library, which do not change while we run."""
    return list_entries("regimens")


@cache
def alone(name: str) -> tuple[Regimen, ...]:
    """Return the library's regimens in which a drug is the only treatment: its own schedules."""
    found = (regimen(entry) for entry in known_regimens())
    return tuple(r for r in found if {d.drug for d in r.doses if d.role == "treatment"} == {name})
