"""Rows of a REDCap record as parts of a course, each under the checks of a case file; a bad value is told, not kept."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection

import trimer.units as units
from trimer.course import Absence, Dose, Episode, Reading
from trimer.errors import UnitError
from trimer.record.check import AMOUNT_UNITS, RATE_UNITS
from trimer.record.redcap_cells import Cells, read_day, read_time
from trimer.record.redcap_dictionary import OTHER
from trimer.record.table_values import impossible, to_canonical
from trimer.record.vocabulary import allowed_words, canonical_unit, nearest

_INF = math.inf
_NONE = (math.nan, math.nan)
_LOST = "no number is read"
_ABSENCES: dict[str, Absence] = {"not_stated": "not stated", "not_done": "not done"}


def read_reading(cells: Cells, origin: dt.date) -> Reading | None:
    """Return the reading of a row, or None when it does not say what was read.

    Its day is that of its own cells; whoever places it at an assessment adds the day of that.
    """
    name = cells.code("reading_observable")
    name = cells.text("reading_other") if name == OTHER else name
    if not name:
        cells.fault("reading_observable", "what was read", "the row is not read")
        return None
    day, earliest, latest = read_time(cells, "reading", origin)
    low, high, low_open, high_open = _interval(cells)
    low, high, unit = _number(cells, name, low, high, low_open, high_open)
    text, absence = _words(cells, name), _ABSENCES.get(cells.code("reading_absence"))
    if absence is not None and (text or not math.isnan(low)):
        cells.fault("reading_absence", "either a result or why there is none", "neither is read")
        (low, high), text, absence = _NONE, "", None
    elif cells.blank("reading_absence", "reading_text", "reading_value", "reading_comparator"):
        cells.fault("reading_value", "a value, a result in words, or why there is none", "nothing is read")
    return Reading(
        observable=name,
        low=low,
        high=high,
        low_open=low_open,
        high_open=high_open,
        unit=unit,
        day=day,
        earliest=earliest,
        latest=latest,
        specimen=cells.text("reading_specimen"),
        denominator=cells.text("reading_denominator"),
        method=cells.text("reading_method"),
        text=text,
        sensitivity=_sensitivity(cells),
        absence=absence,
        source=cells.text("reading_source"),
        inferred=cells.yes("reading_inferred", False),
    )


def _interval(cells: Cells) -> tuple[float, float, bool, bool]:
    """Return bounds and whether they are open; a value without a comparator is exact."""
    comparator, value, upper = cells.code("reading_comparator"), cells.number("reading_value"), math.nan
    if comparator == "any":
        return -_INF, _INF, False, False
    if math.isnan(value) or cells.unclear("reading_comparator"):
        return *_NONE, False, False
    if comparator in ("", "eq"):
        return value, value, False, False
    if comparator in ("lt", "le"):
        return -_INF, value, False, comparator == "lt"
    if comparator in ("gt", "ge"):
        return value, _INF, comparator == "gt", False
    upper = cells.number("reading_upper")
    if math.isnan(upper) or upper < value:
        cells.fault("reading_upper", "a second value no smaller than the first", _LOST)
        return *_NONE, False, False
    return value, upper, comparator in ("over_to", "inside"), comparator in ("to_under", "inside")


def _number(
    cells: Cells, name: str, low: float, high: float, low_open: bool, high_open: bool
) -> tuple[float, float, str]:
    """Return bounds in the canonical unit of an observable; what does not fit, or cannot be, leaves no number."""
    target, unit = canonical_unit(name), cells.text("reading_unit")
    if math.isnan(low):
        return low, high, unit
    if target == "":
        cells.fault("reading_value", f"words, as {name} has no unit", _LOST)
        return *_NONE, ""
    try:
        low, high = (to_canonical(name, n, unit or target or "", f"row {cells.row}: reading_unit") for n in (low, high))
    except UnitError as error:
        cells.fault("reading_unit", error.expected, _LOST)
        return *_NONE, unit
    if expected := impossible(name, low, high, low_open, high_open):
        cells.fault("reading_value", expected, _LOST)
        return *_NONE, target or unit
    return low, high, target or unit


def _words(cells: Cells, name: str) -> str:
    text, allowed = cells.text("reading_text"), allowed_words(name)
    if text and allowed and text not in allowed:
        cells.fault("reading_text", f"one of {', '.join(allowed)}", "the words are not read")
        return ""
    return text


def _sensitivity(cells: Cells) -> float | None:
    value = cells.number("reading_sensitivity")
    if not math.isnan(value) and not 0.0 < value < 1.0:
        cells.fault("reading_sensitivity", "a fraction above 0 and below 1", _LOST)
        return None
    return None if math.isnan(value) else value


def read_dose(cells: Cells, origin: dt.date, known_drugs: Collection[str] | None) -> Dose | None:
    """Return the dose of a row, or None when it names no drug that is known; a single dose ends where it starts."""
    drug = cells.text("dose_drug").strip()
    if not drug or (known_drugs is not None and drug not in known_drugs):
        near = nearest(drug, known_drugs or ()).removesuffix(".")
        cells.fault("dose_drug", f"a drug of the library{f' ({near})' if near else ''}", "the dose is not read")
        return None
    cells.tell_undated("dose")
    start, earliest, latest = read_time(cells, "dose", origin)
    value, unit = _amount(cells)
    route = cells.code("dose_route")
    return Dose(
        drug=drug,
        start=start,
        end=_end(cells, start, origin, unit in RATE_UNITS or route == "civ"),
        value=value,
        unit=unit,
        route="" if route == OTHER else route,
        earliest=earliest,
        latest=latest,
        stated=cells.yes("dose_stated", True),
        detail=cells.text("dose_detail"),
        source=cells.text("dose_source"),
    )


def _amount(cells: Cells) -> tuple[float | None, str]:
    """Return a dose or rate in its canonical unit; a unit without a number stays, for a dose not stated."""
    number, unit = cells.number("dose_value"), cells.text("dose_unit").strip()
    if not unit:
        if not math.isnan(number):
            cells.fault("dose_unit", "a unit beside the number, such as ug/day", _LOST)
        return None, ""
    try:
        written = f"{0.0 if math.isnan(number) else number!r} {unit}"
        value, unit = units.parse_any(written, (*AMOUNT_UNITS, *RATE_UNITS), f"row {cells.row}: dose_unit")
    except UnitError as error:
        cells.fault("dose_unit", error.expected, "no number and no unit are read")
        return None, ""
    if number < 0:
        cells.fault("dose_value", "a dose that is not negative", _LOST)
        return None, unit
    return (None if math.isnan(number) else value), unit


def _end(cells: Cells, start: float, origin: dt.date, infusion: bool) -> float:
    end = read_day(cells, "dose_end", origin)
    if math.isnan(end) and cells.blank("dose_end_day", "dose_end_date"):
        if not infusion:
            return start
        follows = "the end stays unknown, and what counts days of infusion leaves it out"
        cells.fault("dose_end_date", "the end of the infusion", follows, "no end")
    if end < start:
        cells.fault("dose_end_date", "an end no earlier than the start", "the end stays unknown")
        return math.nan
    return end


def read_episode(cells: Cells, origin: dt.date) -> Episode | None:
    """Return the event of a row, or None when it does not say what kind it is or what happened."""
    kind, name = cells.code("event_kind"), cells.text("event_name")
    for field, told in (("event_kind", kind), ("event_name", name.strip())):
        if not told:
            if cells.blank(field):
                cells.fault(field, "what happened", "the row is not read")
            return None
    if cells.blank("event_date", "event_day"):
        cells.fault("event_date", "a date or a day number", "the day stays unknown", "no date")
    start, end = read_day(cells, "event", origin), read_day(cells, "event_end", origin)
    if end < start:
        cells.fault("event_end_date", "an end no earlier than the start", "the end is taken as that of the start")
        end = start
    end = start if math.isnan(end) else end
    return Episode(kind, name, start, end, cells.text("event_detail"), cells.text("event_source"))
