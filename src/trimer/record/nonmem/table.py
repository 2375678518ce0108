"""What an event table tells of a subject: doses, observations, marks, covariates; times in days, amounts canonical."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from trimer.course import Absence
from trimer.record.schema import Source

DIGITS = 9  # decimals kept of a time in days: a tenth of a millisecond
COMPARATORS = ("=", "<", "<=", ">", ">=", "within")
ROUTES = ("iv", "civ", "po", "sc", "im", "it")
ABSENCES: tuple[Absence, ...] = ("not stated", "not done")
PLACES = {"po": "depot", "sc": "depot", "im": "depot", "it": "csf", "iv": "central", "civ": "central"}
"""Where a dose by a route arrives."""


def cut(length: float) -> float:
    """Return a length in days with the decimals of a time, never longer: infusions back to back must not overlap."""
    return round(math.floor(length * 10.0**DIGITS + 1e-3) / 10.0**DIGITS, DIGITS)


@dataclass(frozen=True)
class Dose:
    """Hold one dose.

    Attributes
    ----------
    time : float, day
        From the table's time zero.
    drug, route : str
    amount : float
        In ``unit``; above zero.
    rate : float, ``unit``/day
        Zero: at once.
    unit : str
        ``ug``, ``IU`` or ``1e9`` (cells).
    assumed : bool
        Whether whoever wrote the table filled it in.
    event : int
        Number of its event in :attr:`Subject.events`; 0 for none.
    """

    time: float
    drug: str
    route: str
    amount: float
    rate: float = 0.0
    unit: str = "ug"
    assumed: bool = False
    event: int = 0

    @property
    def duration(self) -> float:
        """Days over which it is given."""
        return cut(self.amount / self.rate) if self.rate > 0.0 else 0.0


@dataclass(frozen=True)
class Observation:
    """Hold one observation: a number, one limit, two limits (``comparator="within"``), words, or why there is none.

    ``value`` is in ``unit``, and the upper limit of two; ``low`` the lower one. The rest as in
    :class:`trimer.record.schema.Observation`.
    """

    time: float
    observable: str
    value: float | None = None
    unit: str = ""
    comparator: str = "="
    low: float | None = None
    text: str | None = None
    absence: Absence | None = None
    inferred: bool = False
    sensitivity: float | None = None
    precision: float | None = None
    specimen: str | None = None
    method: str | None = None
    denominator: str | None = None
    event: int = 0


@dataclass(frozen=True)
class Mark:
    """Hold when an event was that has no observation (a record with EVID 2)."""

    time: float
    event: int = 0


@dataclass(frozen=True)
class EventCode:
    """Say what a number in the column EVENT stands for; fields as in :class:`trimer.record.schema.Event`."""

    id: str
    number: int
    kind: str
    label: str
    context: str | None = None
    with_: str | None = None


@dataclass(frozen=True)
class Subject:
    """Hold one subject of a table.

    Attributes
    ----------
    id : str
        The number in the column ID.
    name, title : str
        Of the case.
    source : Source or None
        Where a recorded case was published.
    origin : str
        Event from which the case counts its days; empty when the table names no events.
    date : date or None
        Calendar date of time zero; None when it is not known.
    day : float
        Day of the case or treatment at time zero.
    covariates : mapping of str to float
        ``WT`` kg, ``HT`` cm, ``AGE`` year, ``SEX`` (0 male, 1 female), ``PH`` (0 negative, 1 positive) as far as known.
    assumed : tuple of str
        Covariates that were assumed.
    events : mapping of int to EventCode
    doses : tuple of Dose
        In the order of :func:`in_order`.
    observations : tuple of Observation
    marks : tuple of Mark
    """

    id: str
    name: str = ""
    title: str = ""
    source: Source | None = None
    origin: str = ""
    date: dt.date | None = None
    day: float = 0.0
    covariates: Mapping[str, float] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    events: Mapping[int, EventCode] = field(default_factory=dict)
    doses: tuple[Dose, ...] = ()
    observations: tuple[Observation, ...] = ()
    marks: tuple[Mark, ...] = ()


def in_order(doses: list[Dose]) -> tuple[Dose, ...]:
    """Return doses by time; those of one time by what they are, so that their order tells nothing."""
    return tuple(sorted(doses, key=lambda d: (d.time, d.drug, d.route, d.event, d.amount, d.rate, d.assumed)))


COLUMNS: Mapping[str, tuple[str, str]] = {
    "ID": ("Subject", ""),
    "TIME": ("Time from the subject's time zero", "day"),
    "EVID": ("Event: 0 observation, 1 dose, 2 other", ""),
    "MDV": ("1 where there is no DV", ""),
    "CMT": ("Compartment of a dose; 0 elsewhere", ""),
    "AMT": ("Amount of a dose, in the unit of its compartment", ""),
    "RATE": ("Rate of an infusion, per day; 0 for a bolus", ""),
    "ADDL": ("Additional doses like this one", ""),
    "II": ("Time between additional doses", "day"),
    "SS": ("Steady state: never assumed", ""),
    "DV": ("Observed or simulated value, in the unit of its DVID", ""),
    "DVID": ("What is observed; 0 elsewhere", ""),
    "CENS": ("1: the value is below DV, -1: above DV, 0: it is DV (as in Monolix)", ""),
    "LIMIT": ("Other end of the interval that CENS opens", ""),
    "BLQ": ("1 where the value is below LLOQ (method M3)", ""),
    "LLOQ": ("Limit below which it is", ""),
    "COMP": (f"Comparator: {', '.join(f'{k} {c}' for k, c in enumerate(COMPARATORS))}", ""),
    "WORD": ("Result in words, by code", ""),
    "ABSENT": (f"Why there is none: {', '.join(f'{k} {a}' for k, a in enumerate(ABSENCES, 1))}", ""),
    "INFERRED": ("1 where the number was read out of words", ""),
    "SENS": ("Smallest fraction that the assay detects", "fraction"),
    "PREC": ("Precision with which the number is printed", ""),
    "SPECIMEN": ("Specimen, by code", ""),
    "METHOD": ("Method, by code", ""),
    "DENOM": ("What a share is of, by code", ""),
    "ROUTE": (f"Route of a dose: {', '.join(f'{k} {r}' for k, r in enumerate(ROUTES, 1))}", ""),
    "ASSUMED": ("1 where the dose is not stated but assumed", ""),
    "EVENT": ("Event of the record, by code", ""),
    "WT": ("Weight", "kg"),
    "HT": ("Height", "cm"),
    "BSA": ("Body surface area (Mosteller, unless the treatment says otherwise)", "m2"),
    "AGE": ("Age", "year"),
    "SEX": ("0 male, 1 female", ""),
    "PH": ("Philadelphia chromosome: 0 negative, 1 positive", ""),
}
"""Every column of a table: what it is, and in which unit."""
