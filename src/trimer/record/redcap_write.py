"""Courses written as REDCap records: one row for the patient, one for each instance of a repeating form.

Texts are written as they are. A spreadsheet program may take one that begins with ``=``, ``+``, ``-`` or ``@`` for a
formula; changing it here would change the record.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

from trimer.course import Course, Dose, Episode, Reading
from trimer.errors import InputError
from trimer.record.redcap_dictionary import OTHER, Field, dictionary

Row = dict[str, str]


def records_csv(courses: Iterable[Course]) -> str:
    """Return courses as the CSV text of REDCap records (raw codes), which :func:`read_records` reads back.

    Carried: identifier, kind and origin; visits, readings, doses, episodes and notes with all their fields. Not
    carried: whether an infinite bound is open, an infinite day of a dose or an episode, and the order of readings
    within a visit where it differs from the course's. A reading without a day comes back on the day of its visit.

    Raises
    ------
    InputError
        When two courses have the same identifier.
    """
    fields = dictionary()
    header = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance", *(f.name for f in fields[1:])]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="")
    writer.writeheader()
    seen: set[str] = set()
    for course in courses:
        if course.id in seen:
            raise InputError(
                f"course {course.id!r}", "the same identifier twice", "a course of its own for each record"
            )
        seen.add(course.id)
        for row in _rows(course, {field.name: field for field in fields}):
            writer.writerow({"record_id": course.id, **row})
    return text.getvalue()


def _rows(course: Course, fields: dict[str, Field]) -> Iterator[Row]:
    yield {"patient_origin": course.origin.isoformat(), "patient_kind": course.kind}
    forms: dict[str, list[Row]] = {
        "assessment": [
            {"visit_id": v.id, "visit_label": v.label, "visit_context": v.context}
            | _time("visit", course, v.day, v.earliest, v.latest)
            for v in course.visits
        ],
        "reading": [_reading(course, *placed, fields) for placed in _placed(course)],
        "treatment": [_dose(course, dose, fields) for dose in course.doses],
        "event": [_episode(course, episode) for episode in course.episodes],
        "note": [{"note_key": key, "note_text": text} for key, text in course.notes.items()],
    }
    for form, rows in forms.items():
        for number, row in enumerate(rows, start=1):
            yield {"redcap_repeat_instrument": form, "redcap_repeat_instance": str(number), **row}


def _placed(course: Course) -> Iterator[tuple[Reading, str, str, str]]:
    """Yield every reading once, with its place, its visit and the name it has there."""
    for name, reading in course.patient.items():
        yield reading, "patient", "", name
    visited: dict[str, list[tuple[str, str]]] = defaultdict(list)
    held: dict[str, Reading] = {}
    for visit in course.visits:
        for key, reading in visit.readings.items():
            mark = repr(reading)  # not equality: nan differs from itself
            visited[mark].append((visit.id, key))
            held[mark] = reading
    for reading in course.readings:
        places = visited[repr(reading)]
        if places:
            yield reading, "assessment", *places.pop(0)
        else:
            yield reading, "alone", "", ""
    for mark, places in visited.items():
        for visit_id, key in places:
            yield held[mark], "assessment_only", visit_id, key


def _reading(course: Course, reading: Reading, place: str, visit: str, key: str, fields: dict[str, Field]) -> Row:
    known = any(code == reading.observable for code, _ in fields["reading_observable"].choices)
    return {
        "reading_place": place,
        "reading_visit": visit,
        "reading_observable": reading.observable if known else OTHER,
        "reading_other": "" if known else reading.observable,
        "reading_key": "" if key == reading.observable else key,
        **_interval(reading),
        "reading_unit": reading.unit,
        "reading_text": reading.text,
        "reading_absence": (reading.absence or "").replace(" ", "_"),
        "reading_specimen": reading.specimen,
        "reading_method": reading.method,
        "reading_denominator": reading.denominator,
        "reading_sensitivity": "" if reading.sensitivity is None else repr(float(reading.sensitivity)),
        "reading_inferred": str(int(reading.inferred)),
        "reading_source": reading.source,
        **_time("reading", course, reading.day, reading.earliest, reading.latest),
    }


def _interval(reading: Reading) -> Row:
    """Return comparator and bounds; empty where words or an absence speak."""
    low, high = reading.low, reading.high
    if math.isnan(low) or math.isnan(high):
        return {}
    if math.isinf(low) and math.isinf(high):
        return {"reading_comparator": "any"}
    if math.isinf(low):
        return {"reading_comparator": "lt" if reading.high_open else "le", "reading_value": _number(high)}
    if math.isinf(high):
        return {"reading_comparator": "gt" if reading.low_open else "ge", "reading_value": _number(low)}
    if low == high and not (reading.low_open or reading.high_open):
        return {"reading_comparator": "eq", "reading_value": _number(low)}
    kinds = {(False, False): "between", (True, False): "over_to", (False, True): "to_under", (True, True): "inside"}
    comparator = kinds[reading.low_open, reading.high_open]
    return {"reading_comparator": comparator, "reading_value": _number(low), "reading_upper": _number(high)}


def _dose(course: Course, dose: Dose, fields: dict[str, Field]) -> Row:
    routes = [code for code, _ in fields["dose_route"].choices]
    if dose.route and dose.route not in routes:
        raise InputError(f"course {course.id!r}: dose of {dose.drug}", repr(dose.route), f"one of {', '.join(routes)}")
    return {
        "dose_drug": dose.drug,
        "dose_value": "" if dose.value is None else _number(dose.value),
        "dose_unit": dose.unit,
        "dose_route": dose.route,
        "dose_stated": str(int(dose.stated)),
        "dose_detail": dose.detail,
        "dose_source": dose.source,
        **_time("dose", course, dose.start, dose.earliest, dose.latest),
        "dose_end_date": _date(course, dose.end),
        "dose_end_day": _number(dose.end),
    }


def _episode(course: Course, episode: Episode) -> Row:
    return {
        "event_kind": episode.kind,
        "event_name": episode.name,
        "event_date": _date(course, episode.start),
        "event_day": _number(episode.start),
        "event_end_date": _date(course, episode.end),
        "event_end_day": _number(episode.end),
        "event_detail": episode.detail,
        "event_source": episode.source,
    }


def _time(prefix: str, course: Course, day: float, earliest: float, latest: float) -> Row:
    return {
        f"{prefix}_date": _date(course, day),
        f"{prefix}_precision": _precision(course, day, earliest, latest),
        f"{prefix}_day": _number(day),
        f"{prefix}_day_low": _number(earliest),
        f"{prefix}_day_high": _number(latest),
    }


def _precision(course: Course, day: float, earliest: float, latest: float) -> str:
    """Return what of the date is known: the code that tells a person how to read the date beside it."""
    if math.isnan(earliest) or math.isnan(latest):
        return ""
    if math.isinf(earliest) or math.isinf(latest):
        return "open"
    if earliest == latest == day:
        return "day"
    try:
        first, last = course.date(earliest), course.date(latest)
    except OverflowError:
        return "window"
    if earliest == math.floor(earliest) and latest == math.floor(latest):
        if (first, last) == _month(first):
            return "month"
        if (first, last) == (dt.date(first.year, 1, 1), dt.date(first.year, 12, 31)):
            return "year"
    return "window"


def _month(day: dt.date) -> tuple[dt.date, dt.date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _date(course: Course, day: float) -> str:
    try:
        return course.date(day).isoformat() if math.isfinite(day) else ""
    except OverflowError:
        return ""


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else ""
