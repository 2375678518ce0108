"""What the checker answers, and what its rules look at."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from trimer.course import Course, Reading
from trimer.criteria.labels.cycles import Cycle, Stretch
from trimer.criteria.labels.label import Label, Setting
from trimer.criteria.labels.quantity import Dosage, Origin, Tiered
from trimer.criteria.logic import Truth, any_of, compare, known, same

Status = Literal["on label", "off label", "undocumented", "not applicable", "open"]

ROUNDING = 0.05  # share by which a dose by body surface may differ (assumed: pumps and pharmacies round)


@dataclass(frozen=True)
class Finding:
    """Hold one rule held against one cycle.

    Attributes
    ----------
    exposure : int
        Cycle, counted through the whole course; 0 when it is about the patient.
    rule : str
        Name, such as ``"starting dose"``.
    status : str
        ``"undocumented"`` when the record is silent: missing is never "not given". ``"open"`` when facts leave both.
    text : str
        One sentence or two.
    asked : str
        What the label asks for.
    version : str
        Version the rule was taken from.
    provenance, source, note : str
        Of the rule.
    values : tuple of str
        What was compared.
    events : tuple of str
        Event ids, or ``"simulated"``.
    """

    exposure: int
    rule: str
    status: Status
    text: str
    asked: str
    version: str
    provenance: str
    source: str
    note: str = ""
    values: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists and text, ready for JSON."""
        return asdict(self) | {"values": list(self.values), "events": list(self.events)}


@dataclass(frozen=True)
class Look:
    """Hold what the rules look at: one cycle of a course, under one version and setting.

    ``previous`` is the cycle before it, of whichever course of treatment; ``later`` says whether any follows; ``toxic``
    holds the days on which a toxicity began.
    """

    course: Course
    label: Label
    setting: Setting
    cycle: Cycle
    previous: Cycle | None
    later: bool
    toxic: tuple[float, ...] = ()

    @property
    def silent(self) -> Status:
        """Status of what ought to be there and is not: a record may be silent, a simulation gives what it gives."""
        return "off label" if self.course.kind == "simulation" else "undocumented"

    @property
    def weight(self) -> Reading | None:
        """Weight (kg) as a reading."""
        return self.course.patient.get("weight")

    @property
    def heavy(self) -> Truth:
        """Whether doses are fixed; None when the weight leaves it open."""
        return compare(self.weight, ">=", self.label.weight_limit)

    @property
    def kilograms(self) -> float:
        """Weight for reading the tables (kg); the limit of fixed doses when it is not known."""
        return weight_of(self.course) or self.label.weight_limit

    @property
    def area(self) -> float | None:
        """Body surface (m2) by Mosteller, None when weight or height is not known."""
        return area_of(self.course)

    def finding(
        self,
        rule: str,
        status: Status,
        text: str,
        asked: str,
        origin: Origin,
        values: tuple[str, ...] = (),
        events: tuple[str, ...] | None = None,
    ) -> Finding:
        """Return a finding about this cycle, with its events unless others are named."""
        events = self.cycle.sources if events is None else events
        return Finding(
            self.cycle.exposure, rule, status, text, asked, self.label.name,
            origin.provenance, origin.source, origin.note, values, events,
        )  # fmt: skip

    def wanted(self, rate: Tiered) -> str:
        """Return the rate for this body in words; both where the weight leaves it open."""
        if self.heavy is None:
            return rate.text
        dosage = rate.heavy if self.heavy else rate.light
        return "no dose for this weight" if dosage is None else dosage.text

    def at_rate(self, stretch: Stretch, rate: Tiered) -> Truth:
        """Return whether a stretch ran at a rate of the label; None when not stated, or when size leaves it open."""
        if stretch.value is None:
            return None
        if self.heavy is not None:
            return self._matches(stretch, rate.heavy if self.heavy else rate.light)
        either = any_of(*(self._matches(stretch, dosage) for dosage in (rate.heavy, rate.light)))
        return False if either is False else None

    def _matches(self, stretch: Stretch, dosage: Dosage | None) -> Truth:
        if dosage is None or stretch.value is None:
            return None
        if stretch.unit == dosage.unit and not (dosage.by_area and self.area is not None):
            return same(stretch.value, dosage.value)
        kilograms = weight_of(self.course)
        size = {"ug/day": 1.0, "ug/m2/day": self.area, "ug/kg/day": kilograms}.get(stretch.unit)
        wanted = dosage.amount(self.area)
        if size is None or wanted is None:
            return None
        near = ROUNDING if dosage.by_area or stretch.unit != "ug/day" else 1e-9
        return math.isclose(stretch.value * size, wanted, rel_tol=near)


def weight_of(course: Course) -> float | None:
    """Return the weight (kg) when it is a single number."""
    return _number(course.patient.get("weight"))


def area_of(course: Course) -> float | None:
    """Return the body surface (m2) by Mosteller, None when weight or height is not a single number."""
    weight, height = weight_of(course), _number(course.patient.get("height"))
    return None if weight is None or height is None else math.sqrt(100.0 * height * weight / 3600.0)


def _number(reading: Reading | None) -> float | None:
    return reading.low if reading is not None and known(reading) and reading.exact else None
