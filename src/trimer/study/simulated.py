"""A solved patient as a course: read at the record's own assessments, so that the same criteria judge both."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from trimer.course import Course, Episode, Reading, Visit
from trimer.engine.solution import Solution
from trimer.observables import OBSERVABLES

#: What a simulated assessment reads; units as in the vocabulary.
ASSESSED = (
    "marrow_blast_percent",
    "blood_blast_percent",
    "blasts_blood",
    "b_lineage_blast_percent",
    "mrd_marrow",
    "cd19_dim_percent",
    "extramedullary_blasts",
    "wbc",
    "anc",
    "platelets",
    "haemoglobin",
)
VITAL = ("temperature", "hypotension", "hypoxia")
ORDINAL = ("hypotension", "hypoxia")
JUDGED = ("presentation", "response assessment")
GIVEN = ("regimen", "drug", "hold", "resume", "step", "rescue", "stop")
DENOMINATORS = {
    "marrow_blast_percent": "nucleated cells",
    "mrd_marrow": "nucleated cells",
    "b_lineage_blast_percent": "total B cells",
    "blood_blast_percent": "white cells",
}
INTERVAL = 0.125  # day between readings of vital signs
WATCH = 14.0  # days after the last dose during which vital signs are read


def watch_times(record: Course, *engagers: str) -> NDArray[np.float64]:
    """Return the times (day) at which vital signs are read: every three hours while an engager runs and 14 days on."""
    spans = [(e.start, e.end + WATCH) for e in record.episodes if e.name in engagers and e.kind in GIVEN]
    grids = [np.arange(a, b + INTERVAL / 2, INTERVAL) for a, b in spans]
    return np.unique(np.concatenate(grids)) if grids else np.array([])


def visit_days(record: Course) -> tuple[float, ...]:
    """Return the days of the recorded assessments."""
    return tuple(float(v.day) for v in record.visits if v.context in JUDGED)


def course_of(record: Course, solution: Solution, patient: int, watch: NDArray[np.float64]) -> Course:
    """Return one simulated patient as a course with the record's calendar, assessments and treatment.

    Parameters
    ----------
    record : Course
        Supplies when the patient was looked at and what was given; none of its findings are carried over.
    solution : Solution
        Must hold every output of ``ASSESSED`` and ``VITAL`` at the days of the assessments and at ``watch``.
    patient : int
        Row of the solution.
    watch : array, shape (n_times,), day
        Times at which vital signs are read.
    """

    def read(names: Iterable[str], day: float) -> dict[str, Reading]:
        at = int(np.searchsorted(solution.times, day - 1e-9))
        return {n: _reading(n, float(solution[n][patient, at]), day) for n in names}

    visits = tuple(
        Visit(id=v.id, label=v.label, day=v.day, readings=read(ASSESSED, v.day), context=v.context)
        for v in record.visits
        if v.context in JUDGED
    )
    signs = [r for day in watch for r in read(VITAL, float(day)).values()]
    readings = sorted([*(r for v in visits for r in v.readings.values()), *signs], key=lambda r: r.day)
    return Course(
        id=record.id,
        kind="simulation",
        origin=record.origin,
        visits=visits,
        readings=tuple(readings),
        episodes=tuple(_given(record.episodes)),
    )


def _given(episodes: Iterable[Episode]) -> Iterable[Episode]:
    return (e for e in episodes if e.kind in GIVEN)


def _reading(name: str, value: float, day: float) -> Reading:
    value = float(math.floor(value)) if name in ORDINAL else value
    return Reading(
        observable=name,
        low=value,
        high=value,
        unit=OBSERVABLES[name].unit,
        day=day,
        earliest=day,
        latest=day,
        denominator=DENOMINATORS.get(name, ""),
    )
