"""The course of one row: days counted from the diagnosis, every date with the window that the table leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from trimer.course import Course, Episode, Reading, Visit
from trimer.record.cohort import Dates, Patient

_CONTEXTS = {"diagnosis": "presentation", "remission": "response assessment", "relapse": "relapse"}
_LABELS = {"diagnosis": "Diagnosis", "remission": "Complete remission", "relapse": "Relapse", "last seen": "Last seen"}


@dataclass(frozen=True)
class _Window:
    day: float
    earliest: float
    latest: float


def course_of(patient: Patient) -> Course:
    """Return the course of a patient with a date of diagnosis.

    Day 0 is the first day that the date of diagnosis allows. What is stated without a date stands in the notes; a date
    that a contradiction leaves in doubt is not used. A relapse without a date of its own lies after the date of
    remission and no later than the day the patient was last seen; the visit carries that window, and its day is the
    last of it, on which the relapse is known to have happened.

    Parameters
    ----------
    patient : Patient

    Returns
    -------
    Course
    """
    origin = patient.dates["diagnosis"].dates.earliest
    windows = {
        of: _window(found.dates, origin.toordinal())
        for of, found in patient.dates.items()
        if of == "diagnosis" or f"date of {of}" not in patient.doubts
    }
    relapsed = patient.value("relapse") == "yes"
    if relapsed and "relapse" not in windows and "last seen" in windows:
        begin = windows.get("remission", windows["diagnosis"])
        last = windows["last seen"].latest
        windows["relapse"] = _Window(last, begin.earliest, last)
    visits = _visits(patient, windows)
    episodes, notes = _episodes(patient, windows)
    return Course(
        id=patient.id,
        kind="record",
        origin=origin,
        visits=tuple(sorted(visits, key=lambda v: v.day)),
        readings=tuple(sorted((r for v in visits for r in v.readings.values()), key=lambda r: r.day)),
        episodes=tuple(sorted(episodes, key=lambda e: e.start)),
        notes=notes,
        patient={name: reading for name, (reading, _) in patient.facts.items()},
    )


def _window(dates: Dates, zero: int) -> _Window:
    first, last = dates.earliest.toordinal() - zero, dates.latest.toordinal() - zero
    return _Window(float(math.floor((first + last) / 2)), float(first), float(last))


def _visits(patient: Patient, windows: Mapping[str, _Window]) -> list[Visit]:
    """Return one visit for each date that readings belong to, or that a conclusion stands on."""
    concluded = {key for key in ("remission", "relapse") if _concludes(patient, key) and key in windows}
    visits = []
    for of, window in windows.items():
        readings: dict[str, Reading] = {}
        for at, reading, _ in patient.readings:
            if at == of:
                dated = replace(reading, day=window.day, earliest=window.earliest, latest=window.latest)
                name = dated.observable
                # A second method for the same quantity stays visible beside the first.
                readings[f"{name} ({dated.method or dated.source})" if name in readings else name] = dated
        if readings or of in concluded or of == "diagnosis":
            label, context = _LABELS.get(of, of.capitalize()), _CONTEXTS.get(of, "follow-up")
            visits.append(Visit(of, label, window.day, readings, window.earliest, window.latest, context))
    return visits


def _concludes(patient: Patient, key: str) -> bool:
    return patient.value(key) in ("complete remission", "yes")


def _episodes(patient: Patient, windows: Mapping[str, _Window]) -> tuple[list[Episode], dict[str, str]]:
    """Return what stands on a date, and in notes what is stated without one."""
    said = {
        "remission": patient.value("remission"),
        "relapse": "relapse" if _concludes(patient, "relapse") else "",
        "transplant": "transplant" if patient.value("transplant") == "yes" else "",
        "death": f"death {patient.value('death while')}".strip() if patient.value("death") == "yes" else "",
    }
    episodes, notes = [], {}
    for of, name in said.items():
        if not name:
            continue
        if of in windows and name != "refractory":
            window = windows[of]
            kind = {"transplant": "procedure", "death": "status"}.get(of, "conclusion")
            first_to_last = f"between day {window.earliest:g} and day {window.latest:g}"
            detail = "" if window.earliest == window.latest else first_to_last
            episodes.append(Episode(kind, name, window.day, window.day, detail, of))
        else:
            notes[of] = f"{name}, without a date that can be used"
    if "last seen" in windows:
        day = windows["last seen"].day
        state = "in continuous remission" if patient.value("continuous remission") == "yes" else ""
        episodes.append(Episode("status", "last seen", day, day, state, "last seen"))
    for key, doubt in patient.doubts.items():
        notes[f"in doubt: {key}"] = doubt
    texts = {c.cell: None for c in patient.claims}
    for number, cell in enumerate(texts, start=1):
        notes[f"as written {number}"] = f"{cell.column}: {cell.text}"
    return episodes, notes
