"""What the checker answers, and what its rules look at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from trimer.course import Course, Reading
from trimer.criteria.labels.cycles import SHORT, Cycle, Stretch
from trimer.criteria.labels.label import Label, Setting
from trimer.criteria.labels.quantity import Dosage, Origin, Tiered
from trimer.criteria.labels.situation import Situation
from trimer.criteria.logic import Truth, any_of, compare, known, same

Status = Literal["on label", "off label", "undocumented", "not applicable", "open"]


def status_of(met: Truth, unknown: Status = "open") -> Status:
    """Return the status of a rule that is met, is not, or is left open."""
    if met is None:
        return unknown
    return "on label" if met else "off label"


ADULT = 18.0  # year (assumed: where trials and labels divide adults from children)
GROWTH = 182.0  # day for which a child's weight and height hold (assumed: half a year; dose tiers may change later)
REACTION = 2.0  # day between an event and a hold that answers it (assumed: a record may name the day, not the hour)
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

    ``here`` is what the patient was when it began; ``previous`` and ``following`` are the cycles around it, of
    whichever course of treatment; ``toxic`` holds the days on which a toxicity began.
    """

    course: Course
    label: Label
    setting: Setting
    cycle: Cycle
    here: Situation
    previous: Cycle | None
    following: Cycle | None
    toxic: tuple[float, ...] = ()

    def after_event(self, day: float) -> bool:
        """Return whether a toxicity begins on a day or shortly before it, so that a hold on that day answers it."""
        return any(onset - SHORT <= day <= onset + REACTION + SHORT for onset in self.toxic)

    def resumes(self, earlier: Cycle | None, later: Cycle | None) -> bool:
        """Return whether a cycle takes up one that was broken off: no full one, held for an event or without a rest."""
        breaks = self.label.breaks
        if earlier is None or later is None or breaks is None or later.number == 1:
            return False
        block = self.setting.block(earlier.number)
        rest = block.rest if block else 0
        short = later.start - earlier.end < rest - SHORT
        return earlier.infusion_days < breaks.total - SHORT and (short or self.after_event(earlier.end))

    @property
    def resumed(self) -> bool:
        """Whether this cycle takes up the one before it after a longer hold than one cycle may have."""
        return self.resumes(self.previous, self.cycle)

    @property
    def silent(self) -> Status:
        """Status of what ought to be there and is not: a record may be silent, a simulation gives what it gives."""
        return "off label" if self.course.kind == "simulation" else "undocumented"

    @property
    def age(self) -> Reading | None:
        """Age (year) when the cycle began."""
        return age_at(self.course, self.cycle.start)

    @property
    def weight(self) -> Reading | None:
        """Weight (kg) when the cycle began, None where the last one is a child's of long before."""
        return weight_at(self.course, self.cycle.start)

    @property
    def heavy(self) -> Truth:
        """Whether doses are fixed; None when the weight leaves it open."""
        return compare(self.weight, ">=", self.label.weight_limit)

    @property
    def kilograms(self) -> float:
        """Weight for reading the tables (kg); the limit of fixed doses when it is not known."""
        return number(self.weight) or self.label.weight_limit

    @property
    def area(self) -> float | None:
        """Body surface (m2) by Mosteller, None when weight or height is not known."""
        return area_of(self.course, self.cycle.start)

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
        kilograms = number(self.weight)
        size = {"ug/day": 1.0, "ug/m2/day": self.area, "ug/kg/day": kilograms}.get(stretch.unit)
        wanted = dosage.amount(self.area)
        if size is None or wanted is None:
            return None
        near = ROUNDING if dosage.by_area or stretch.unit != "ug/day" else 1e-9
        return math.isclose(stretch.value * size, wanted, rel_tol=near)


def agreed(found: Sequence[tuple[str, Sequence[Finding]]]) -> Iterator[Finding]:
    """Yield what findings made under several assumptions agree on; where they differ, what is left is open.

    Parameters
    ----------
    found : sequence of (str, sequence of Finding)
        The assumption in words, and the findings under it; rules come in the same order under each.
    """
    keyed = [(name, _keyed(findings)) for name, findings in found]
    for key in dict.fromkeys(key for _, findings in keyed for key in findings):
        under = [(name, findings.get(key)) for name, findings in keyed]
        items = [item for _, item in under if item is not None]
        same_status = len({item.status for item in items}) == 1 and len(items) == len(under)
        if same_status and len({item.text for item in items}) == 1:
            yield items[0]
            continue
        text = " ".join(f"For {name}: {item.text if item else 'the label has no such rule.'}" for name, item in under)
        asked = " or ".join(dict.fromkeys(item.asked for item in items if item.asked))
        yield replace(items[0], status=items[0].status if same_status else "open", text=text, asked=asked)


def _keyed(findings: Sequence[Finding]) -> dict[tuple[str, int], Finding]:
    """Return findings by rule and by how often the rule came before, as a cycle may have several breaks."""
    found: dict[tuple[str, int], Finding] = {}
    for item in findings:
        found[item.rule, sum(rule == item.rule for rule, _ in found)] = item
    return found


def age_at(course: Course, day: float) -> Reading | None:
    """Return the age (year) on a day, counted on from the day it was stated for."""
    stated = course.patient.get("age")
    if stated is None or not known(stated):
        return stated
    years = max(0.0, day - _day(stated)) / 365.25
    return replace(stated, low=stated.low + years, high=stated.high + years)


def weight_at(course: Course, day: float) -> Reading | None:
    """Return the last weight (kg) up to a day; None where it is a child's of more than :data:`GROWTH` before."""
    return _still(course, "weight", day)


def area_of(course: Course, day: float) -> float | None:
    """Return the body surface (m2) by Mosteller on a day, None when weight or height is not a single number then."""
    weight, height = number(weight_at(course, day)), number(_still(course, "height", day))
    return None if weight is None or height is None else math.sqrt(100.0 * height * weight / 3600.0)


def number(reading: Reading | None) -> float | None:
    """Return a reading's value when it is a single number."""
    return reading.low if reading is not None and known(reading) and reading.exact else None


def _still(course: Course, name: str, day: float) -> Reading | None:
    """Return a measure of the body that still holds on a day: a child's does for a while only."""
    measured = course.of(name, end=day)
    reading = measured[-1] if measured else course.patient.get(name)
    if reading is None:
        return None
    old = day - _day(reading) > GROWTH
    child = compare(age_at(course, _day(reading)), "<", ADULT)
    return None if old and child else reading


def _day(reading: Reading) -> float:
    return 0.0 if math.isnan(reading.day) else reading.day
