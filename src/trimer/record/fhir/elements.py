"""Parts of resources: concepts, quantities, as_annotations, dates as partial as the record's."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import trimer.units as units
from trimer.errors import UnitError
from trimer.record.dates import Schedule
from trimer.record.fhir.codes import UCUM, Coding, ucum
from trimer.record.fhir.extensions import absent, legal, read, written

Element = dict[str, Any]

AS_WRITTEN = "as_written"


def taken(fields: dict[str, Any], name: str) -> Any:
    """Take a field out for an element of the standard; text that FHIR forbids stays for an extension."""
    value = fields.get(name)
    return None if isinstance(value, str) and not legal(value) else fields.pop(name, None)


def filled(**elements: Any) -> Element:
    """Return the elements that hold something."""
    return {name: value for name, value in elements.items() if value is not None and value not in ([], {})}


def concept(text: str | None, *codings: Coding) -> Element:
    """Return a CodeableConcept."""
    return filled(coding=list(codings), text=text)


def quantity(value: float, unit: str | None, comparator: str | None = None) -> Element:
    """Return a Quantity with the unit as written, and its UCUM code where that is known."""
    code = None if unit is None else ucum(unit)
    system = None if code is None else UCUM
    return {"value": value, **filled(comparator=comparator, unit=unit, system=system, code=code)}


def amount(text: str) -> Element:
    """Return the Quantity of text such as ``"8 mg/kg"``; another spelling of the same travels as an extension.

    Raises
    ------
    UnitError
        When it is no number with a unit.
    """
    value, unit = units.split(text, "quantity")
    made = quantity(value, unit)
    return made if _spelt(value, unit) == text else {"extension": written({AS_WRITTEN: text}), **made}


def amount_text(made: Any) -> str | None:
    """Return the text of a Quantity, as written where that still says the same."""
    if not isinstance(made, dict):
        return None
    value, unit = made.get("value"), made.get("unit")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(unit, str):
        return None
    text = read(made.get("extension")).get(AS_WRITTEN)
    return text if isinstance(text, str) and _said(text) == (value, unit) else _spelt(value, unit)


def _said(text: str) -> tuple[float, str] | None:
    try:
        return units.split(text, "quantity")
    except UnitError:
        return None


def _spelt(value: float, unit: str) -> str:
    number = f"{value:.15g}"
    return f"{number if float(number) == value else repr(float(value))} {unit}"


def as_annotations(notes: Any) -> list[Element]:
    """Return notes of a case (plain mappings) as Annotations, their names as extensions."""
    return [_annotation(dict(note)) for note in notes or ()]


def _annotation(note: dict[str, Any]) -> Element:
    text = taken(note, "text")
    told = {"text": text} if text is not None else {"_text": {"extension": [absent("error")]}}
    return {**filled(extension=written(note)), **told}


def notes_of(found: Any) -> list[dict[str, Any]]:
    """Return Annotations as notes of a case (plain mappings)."""
    notes = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    return [read(item.get("extension")) | filled(text=item.get("text")) for item in notes]


def effective(schedule: Schedule, event: str) -> tuple[str | None, str | None]:
    """Return begin and end of an event as FHIR dates, each as partial as the record leaves it.

    The date is the finest of YYYY-MM-DD, YYYY-MM and YYYY that holds the whole window of the event; None when the
    window spans years. The end is None for an event without one.
    """
    end = f"{event}.end"
    return _date(schedule, event), _date(schedule, end) if end in schedule.windows else None


def _date(schedule: Schedule, point: str) -> str | None:
    window = schedule.windows[point]
    if math.isinf(window.earliest) or math.isinf(window.latest):
        return None
    first, last = (schedule.origin + dt.timedelta(days=math.floor(day)) for day in (window.earliest, window.latest))
    same = next((n for n in (10, 7, 4) if first.isoformat()[:n] == last.isoformat()[:n]), 0)
    return first.isoformat()[:same] or None


def timed(name: str, dates: tuple[str | None, str | None], instant: bool = False) -> Element:
    """Return the dated element of a resource: ``<name>DateTime``, ``<name>Period``, or why there is none.

    Parameters
    ----------
    name : str
        ``"effective"`` or ``"performed"``.
    dates : (str or None, str or None)
        As :func:`effective` returns them.
    instant : bool
        Whether what is dated stands at the beginning, as an observation does.
    """
    start, end = dates
    if end is not None and not instant:
        return {f"{name}Period": filled(start=start, end=end)}
    return {f"{name}Period": {"extension": [absent()]}} if start is None else {f"{name}DateTime": start}


def texts(fields: Mapping[str, Any]) -> list[Element] | None:
    """Return what is left over as extensions, or None when nothing is."""
    return written(fields) or None
