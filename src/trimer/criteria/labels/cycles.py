"""From doses to cycles: what ran when and at which rate, how long it was held, and what that adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trimer.course import Course, Dose
from trimer.criteria.labels.modification import Breaks
from trimer.criteria.labels.situation import Disease
from trimer.criteria.logic import same

_TOUCH = 1e-6  # day; doses closer than this follow each other without a break
SHORT = 1.0 / 24.0  # day; a cycle this much off its length still has it (assumed: bags are changed within the hour)
_REST = 1.0  # day; a shorter break after the last day of a cycle is one of the bag, not a rest (assumed)


@dataclass(frozen=True)
class Stretch:
    """Hold a time at one rate: start and end (day), ``value`` in ``unit`` (None when not stated), the events."""

    start: float
    end: float
    value: float | None
    unit: str
    sources: tuple[str, ...]

    @property
    def days(self) -> float:
        """Length."""
        return self.end - self.start

    @property
    def text(self) -> str:
        """Return the rate in words."""
        return "a rate that is not stated" if self.value is None else f"{self.value:g} {self.unit}"


@dataclass(frozen=True)
class Hold:
    """Hold a break within a cycle: from and to (day)."""

    start: float
    end: float

    @property
    def days(self) -> float:
        """Length."""
        return self.end - self.start


@dataclass(frozen=True)
class Cycle:
    """Hold one cycle as given.

    Attributes
    ----------
    exposure : int
        Counted from 1 through the whole course of the patient.
    number : int
        Counted from 1 since the last relapse: the number the label's schedule goes by.
    stretches : tuple of Stretch
    earliest, latest : float, day
        Window of its start.
    """

    exposure: int
    number: int
    stretches: tuple[Stretch, ...]
    earliest: float
    latest: float

    @property
    def start(self) -> float:
        """First day of infusion, from the course's origin."""
        return self.stretches[0].start

    @property
    def end(self) -> float:
        """End of the last stretch."""
        return self.stretches[-1].end

    @property
    def holds(self) -> tuple[Hold, ...]:
        """Breaks between stretches."""
        pairs = zip(self.stretches, self.stretches[1:], strict=False)
        return tuple(Hold(a.end, b.start) for a, b in pairs if b.start - a.end > _TOUCH)

    @property
    def infusion_days(self) -> float:
        """Days with the infusion running."""
        return sum(s.days for s in self.stretches)

    @property
    def hold_days(self) -> float:
        """Days held."""
        return sum(h.days for h in self.holds)

    @property
    def last_day(self) -> float:
        """Calendar day of the cycle on which the infusion ends, counted from 1."""
        return self.end - self.start

    @property
    def sources(self) -> tuple[str, ...]:
        """Events of the record the doses come from."""
        return tuple(dict.fromkeys(source for s in self.stretches for source in s.sources))

    def days_at(self, rate: float, unit: str = "ug/day") -> float:
        """Return the days at one stated rate."""
        return sum(s.days for s in self.stretches if s.value is not None and s.unit == unit and same(s.value, rate))

    def total(self, weight: float | None = None, area: float | None = None) -> float | None:
        """Return the dose given (ug), None when a rate is not stated or needs a size that is not known."""
        per = {"ug/day": 1.0, "ug/kg/day": weight, "ug/m2/day": area}
        parts = [(s.value, per.get(s.unit), s.days) for s in self.stretches]
        if any(value is None or size is None for value, size, _ in parts):
            return None
        return sum((value or 0.0) * (size or 0.0) * days for value, size, days in parts)

    def before(self, day: float) -> float:
        """Return when the infusion last started or restarted before a day."""
        return max([self.start, *(h.end for h in self.holds if h.end < day - _TOUCH)])


def cycles(course: Course, drug: str, breaks: Breaks, disease: Disease) -> tuple[Cycle, ...]:
    """Return the cycles of a drug; a longer break than the label allows starts a new one, as does any after a full one.

    Numbers start again from 1 after a relapse that the record concludes, or a verdict shows, between two cycles.

    Parameters
    ----------
    course : Course
    drug : str
    breaks : Breaks
        Rules of the label on interruptions.
    disease : Disease
        State of the disease over time.
    """
    groups: list[list[Dose]] = []
    for dose in sorted((d for d in course.doses if d.drug == drug and _runs(d)), key=lambda d: d.start):
        if groups and _goes_on(groups[-1], dose, breaks):
            groups[-1].append(dose)
        else:
            groups.append([dose])
    found: list[Cycle] = []
    for group in groups:
        last = found[-1] if found else None
        fresh = last is None or disease.relapsed(last.end, group[0].start)
        number = 1 if last is None or fresh else last.number + 1
        first = group[0]
        found.append(Cycle(len(found) + 1, number, _stretches(group), first.earliest, first.latest))
    return tuple(found)


def _runs(dose: Dose) -> bool:
    """Return whether a dose is an infusion that runs; one without a stated rate counts, a rate of zero is a hold."""
    return dose.end > dose.start and dose.value != 0.0


def _goes_on(group: Sequence[Dose], dose: Dose, breaks: Breaks) -> bool:
    """Return whether a dose belongs to a cycle: no longer break than allowed, and no rest after its last day."""
    pause = dose.start - max(d.end for d in group)
    full = sum(s.days for s in _stretches(group)) >= breaks.total - SHORT
    return breaks.same(pause) and not (full and pause >= _REST)


def _stretches(doses: Sequence[Dose]) -> tuple[Stretch, ...]:
    """Return the doses with what follows at the same rate, such as the next bag, joined."""
    found: list[Stretch] = []
    for dose in doses:
        last = found[-1] if found else None
        joined = last is not None and dose.start - last.end <= _TOUCH
        if last is not None and joined and (last.value, last.unit) == (dose.value, dose.unit):
            sources = tuple(dict.fromkeys((*last.sources, dose.source)))
            found[-1] = Stretch(last.start, max(last.end, dose.end), last.value, last.unit, sources)
        else:
            found.append(Stretch(dose.start, dose.end, dose.value, dose.unit, (dose.source,)))
    return tuple(found)
