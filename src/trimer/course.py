"""A course: what happened to one patient over time, recorded or simulated, in one shape.

Criteria read nothing but this. A reading is an interval in canonical units, so that ``> 1``, a rounded figure, an
assay floor and an exact simulated number are the same kind of thing; what was not stated stays a reason, never a zero.
Days count from ``Course.origin``; a day is itself a window, because records are dated to a month as often as to a day.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Absence = Literal["not stated", "not done"]


@dataclass(frozen=True)
class Reading:
    """Hold one observed or simulated value as an interval.

    Attributes
    ----------
    observable : str
        A name in :data:`trimer.observables.OBSERVABLES`, or a record-only name such as ``"cd19_intensity"``.
    low, high : float
        Bounds in the canonical unit; equal when exact. ``-inf``/``inf`` where unbounded, ``nan`` when ``text`` speaks.
    low_open, high_open : bool
        Whether the bound itself is excluded (``> 1`` is ``low=1, low_open=True, high=inf``).
    unit : str
        Canonical unit.
    day, earliest, latest : float
        Point used, and the window it was taken from, in days from the course's origin.
    specimen, denominator, method : str
        Empty when not stated. ``denominator`` is the population a percentage is of, e.g. ``"nucleated cells"``.
    text : str
        Qualitative value (``"dim"``, ``"negative"``), empty when numeric.
    sensitivity : float or None
        Smallest detectable fraction of the assay, if known.
    absence : {"not stated", "not done"} or None
        Why there is no value.
    source : str
        Event id in the record, or ``"simulated"``.
    inferred : bool
        Whether the number was read out of words ("normal", "no increase in blasts") rather than printed.
    """

    observable: str
    low: float = math.nan
    high: float = math.nan
    low_open: bool = False
    high_open: bool = False
    unit: str = ""
    day: float = math.nan
    earliest: float = math.nan
    latest: float = math.nan
    specimen: str = ""
    denominator: str = ""
    method: str = ""
    text: str = ""
    sensitivity: float | None = None
    absence: Absence | None = None
    source: str = "simulated"
    inferred: bool = False

    @property
    def exact(self) -> bool:
        """Whether the interval is a single number."""
        return self.low == self.high


@dataclass(frozen=True)
class Episode:
    """Hold something with a duration or a label that criteria read: a treatment, a hold, an event, a conclusion.

    ``kind`` is one of ``regimen, drug, hold, resume, step, stop, rescue, toxicity, procedure, conclusion, status``.
    """

    kind: str
    name: str
    start: float
    end: float
    detail: str = ""
    source: str = "simulated"


@dataclass(frozen=True)
class Dose:
    """Hold one dose or one stretch of an infusion at one rate, as far as it is stated; a hold is a gap between two.

    Attributes
    ----------
    drug, route : str
        Library name; route empty when not stated.
    start, end : float, day
        Equal for a single dose.
    value : float or None
        What was given, in ``unit``; None when not stated.
    unit : str
        ``ug/day``, ``ug/m2/day``, ``ug/kg/day`` for an infusion; ``ug``, ``ug/m2``, ``ug/kg`` or ``IU...`` for a dose,
        ``1e9`` or ``1e9/kg`` for one of cells.
    earliest, latest : float, day
        Window of the start.
    stated : bool
        Whether the record states it (False: filled in by an assumption).
    detail : str
    source : str
        Event id, or ``"simulated"``.
    """

    drug: str
    start: float
    end: float
    value: float | None = None
    unit: str = ""
    route: str = ""
    earliest: float = math.nan
    latest: float = math.nan
    stated: bool = True
    detail: str = ""
    source: str = "simulated"

    @property
    def infusion(self) -> bool:
        """Whether it runs over time at a rate."""
        return self.unit.endswith("/day")


@dataclass(frozen=True)
class Visit:
    """Group the readings of one assessment (same marrow, same morning), for a criterion to look at together."""

    id: str
    label: str
    day: float
    readings: Mapping[str, Reading]
    earliest: float = math.nan
    latest: float = math.nan
    context: str = ""

    def get(self, observable: str) -> Reading | None:
        """Return the reading of an observable, or None when the visit has none or it is absent."""
        reading = self.readings.get(observable)
        return None if reading is None or reading.absence is not None else reading


@dataclass(frozen=True)
class Course:
    """Hold a whole course, in time order.

    ``kind`` says where it came from: ``"record"`` or ``"simulation"``. ``patient`` holds what does not change within a
    course (``age``, ``weight``, ``height`` as readings; ``sex`` as text); ``doses`` what was given, drug by drug.
    """

    id: str
    kind: Literal["record", "simulation"]
    origin: dt.date
    visits: tuple[Visit, ...] = ()
    readings: tuple[Reading, ...] = ()
    episodes: tuple[Episode, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    doses: tuple[Dose, ...] = ()
    patient: Mapping[str, Reading] = field(default_factory=dict)

    def date(self, day: float) -> dt.date:
        """Return the calendar date of a day."""
        return self.origin + dt.timedelta(days=math.floor(day))

    def of(self, observable: str, start: float = -math.inf, end: float = math.inf) -> tuple[Reading, ...]:
        """Return the readings of one observable between two days, in time order."""
        found: Iterable[Reading] = (
            r for r in self.readings if r.observable == observable and start <= r.day <= end and r.absence is None
        )
        return tuple(sorted(found, key=lambda r: r.day))
