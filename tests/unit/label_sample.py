"""Courses, doses and scales from which the tests of the label checker are built."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from trimer.course import Course, Dose, Episode, Reading, Visit
from trimer.criteria import Criterion
from trimer.criteria.labels.check import LabelReport, check_label
from trimer.criteria.labels.finding import Finding
from trimer.criteria.verdict import Verdict

ORIGIN = dt.date(2019, 3, 1)
HOUR = 1.0 / 24.0


def dose(
    start: float, end: float, value: float | None = 28.0, unit: str = "ug/day", drug: str = "blinatumomab"
) -> Dose:
    return Dose(drug, start, end, value, unit, source=f"d{start:g}")


def premedicine(day: float, milligrams: float | None = 20.0, drug: str = "dexamethasone") -> Dose:
    value = None if milligrams is None else 1000.0 * milligrams
    return Dose(drug, day - HOUR, day - HOUR, value, "ug", source=f"p{day:g}")


def patient(weight: float | None = 70.0, height: float | None = 1.75, age: float = 40.0) -> dict[str, Reading]:
    found = {"age": Reading("age", age, age, unit="year")}
    if weight is not None:
        found["weight"] = Reading("weight", weight, weight, unit="kg", source="patient")
    if height is not None:
        found["height"] = Reading("height", height, height, unit="m", source="patient")
    return found


def course(
    *doses: Dose,
    kind: Literal["record", "simulation"] = "record",
    episodes: tuple[Episode, ...] = (),
    body: dict[str, Reading] | None = None,
    readings: tuple[Reading, ...] = (),
    origin: dt.date = ORIGIN,
    concluded: str = "relapsed B-ALL",
) -> Course:
    state = Episode("conclusion", concluded, -1.0, -1.0, source="e0")
    told = (state, *episodes) if concluded else episodes
    days = sorted({r.day for r in readings})
    visits = tuple(Visit(f"v{d:g}", "", d, {r.observable: r for r in readings if r.day == d}) for d in days)
    body = patient() if body is None else body
    return Course("c", kind, origin, visits, readings, told, doses=doses, patient=body)


def scale(grade: tuple[int, int], onset: float, resolved: float | None = None, name: str = "ctcae_v4_crs") -> Criterion:
    verdict = Verdict(name, "crs", "crs-1.1", "CRS", onset, "grade", ".", grade=grade, onset=onset, resolved=resolved)
    return Criterion(name, name, "crs", "2019", {}, lambda _: (verdict,), "")


QUIET = Criterion("ctcae_v4_crs", "CTCAE", "crs", "2009", {}, lambda _: (), "")


def check(found: Course, *scales: Criterion, version: str | None = None, setting: str | None = None) -> LabelReport:
    return check_label(found, version, setting=setting, scales=scales or (QUIET,))


def only(report: LabelReport, rule: str, exposure: int = 1) -> Finding:
    (found,) = report.of(rule, exposure)
    return found
