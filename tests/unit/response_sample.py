"""Small courses that the tests of every response set build from numbers and words."""

from __future__ import annotations

import datetime as dt
from types import ModuleType

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.response import amg, cibmtr, eln_2024, nccn, nci_2010, paediatric_2022, sg_maf
from trimer.criteria.verdict import Verdict
from trimer.observables import OBSERVABLES

SETS: tuple[ModuleType, ...] = (amg, cibmtr, eln_2024, nccn, nci_2010, paediatric_2022, sg_maf)
LASTING: tuple[ModuleType, ...] = (cibmtr, nccn, nci_2010)

CLEAR = {"blood_blast_percent": 0.0, "blasts_blood": 0.0, "extramedullary_blasts": 0.0}
NOTHING_GIVEN = {"red_cell_transfusion": "absent", "platelet_transfusion": "absent"}
WHOLE = {"trilineage_haematopoiesis": "present", "marrow_cellularity_text": "normocellular"}
SOUND = {**CLEAR, **NOTHING_GIVEN, **WHOLE}


def reading(name: str, value: object) -> Reading:
    """Return an exact number, an interval (pair), a word, or a reason for absence."""
    if isinstance(value, Reading):
        return value
    if isinstance(value, str):
        return Reading(name, absence=value) if value == "not stated" else Reading(name, text=value)  # type: ignore[arg-type]
    low, high = value if isinstance(value, tuple) else (value, value)
    return Reading(name, float(low), float(high), unit=OBSERVABLES[name].unit)  # type: ignore[arg-type]


def visit(day: float, context: str = "response assessment", **values: object) -> Visit:
    return Visit(f"d{day:g}", f"day {day:g}", day, {n: reading(n, v) for n, v in values.items()}, context=context)


def course(*visits: Visit, episodes: tuple[Episode, ...] = ()) -> Course:
    return Course("test", "record", dt.date(2014, 1, 13), visits, (), episodes)


def before(blasts: float = 60.0) -> Visit:
    return visit(0.0, "presentation", marrow_blast_percent=blasts, **CLEAR)


def remission(day: float, **changed: object) -> Visit:
    facts: dict[str, object] = {"marrow_blast_percent": 1.0, "anc": 2.0, "platelets": 200.0, **SOUND}
    return visit(day, **(facts | changed))


def judged(module: ModuleType, *visits: Visit, episodes: tuple[Episode, ...] = ()) -> dict[str, Verdict]:
    return {v.visit: v for v in module.judge(course(*visits, episodes=episodes))}
