"""Measured values: credible, in the right unit, agreeing with each other; and numbers read out of words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from trimer.course import Reading, Visit
from trimer.criteria.logic import known, same
from trimer.criteria.threshold import describe, quantity_text
from trimer.library.plausibility import Limits, limits
from trimer.record.schema import Observation
from trimer.record.vocabulary import label, molar_mass
from trimer.study.quality.record import Record
from trimer.study.quality.rule import Found, rule
from trimer.units import convert, same_dimension, split

# A whole, and parts of it that are counted apart and so must fit into it together.
_PARTS = (
    ("wbc", ("anc", "lymphocytes", "blasts_blood")),
    ("wbc", ("t_cells_blood", "b_cells_blood")),
    ("t_cells_blood", ("cd8_blood",)),
)
_ROUNDING = 1.05  # printed counts are rounded to two figures (assumed)
_ADULT = 18.0  # year


@rule(
    "warning",
    "Value hardly credible",
    "A slip of the unit or of the point changes every answer that reads the value.",
    "The value is used as it stands; no other unit is put in its place.",
)
def value_implausible(record: Record) -> Iterator[Found]:
    """Find values beyond credible bounds, with the unit in which they would be credible."""
    for event, item in record.observed():
        bounds = limits().get(item.observable)
        numbers = [n for n in (item.value, *(item.interval or ())) if n is not None]
        if bounds is None or item.unit is None or not numbers:
            continue
        outside = [n for n in numbers if not _inside(n, item.unit, item.observable, bounds)]
        if outside:
            hint = _other_unit(item, outside[0], bounds)
            name, shown = label(item.observable), f"{outside[0]:g} {item.unit}"
            yield [event.id], f"{name} {shown}, while {bounds.text} is credible.{hint}"


@rule(
    "warning",
    "Age or body size hardly credible",
    "Doses per m2 and per kg are multiplied by the size, and some rules ask for the age.",
    "The size is used as it stands.",
)
def size_implausible(record: Record) -> Iterator[Found]:
    """Find an age, weight, height or body mass index beyond credible bounds."""
    patient, size = record.case.patient, record.case.size
    age = convert(*split(patient.age, "patient.age"), "year", "patient.age")
    adult = "_adult" if age >= _ADULT else ""
    written = (
        ("age", patient.age, age),
        (f"weight{adult}", patient.size.weight.value, size.weight),
        (f"height{adult}", patient.size.height.value, size.height),
    )
    for name, text, value in written:
        bounds = limits()[name]
        if not bounds.low <= value <= bounds.high:
            number, unit = split(text, name)
            near = [u for u in ("cm", "m", "kg", "g", "year", "week", "day") if u != unit]
            also = [u for u in near if _credible(number, u, bounds)]
            hint = f" In {also[0]} it would be credible." if also else ""
            who = " of an adult" if adult in name and adult else ""
            yield [], f"{label(name.removesuffix('_adult'))}{who} {text}, while {bounds.text} is credible.{hint}"
    mass = limits()["body_mass_index"]
    index = size.weight / size.height**2
    if not mass.low <= index <= mass.high:
        yield [], f"Body mass index {index:.1f} kg/m2, while {mass.text} is credible: are weight and height swapped?"


@rule(
    "warning",
    "The parts exceed the whole",
    "One of the counts must be wrong, or not of the same day.",
    "Both counts stand; neither is made to fit.",
)
def parts_exceed_whole(record: Record) -> Iterator[Found]:
    """Find visits at which counts of parts are together larger than the count they are parts of."""
    for visit in record.visits:
        for name, names in _PARTS:
            whole = visit.get(name)
            parts = [r for r in (visit.get(n) for n in names) if known(r) and r is not None and r.low > 0.0]
            if whole is None or not known(whole) or not parts:
                continue
            least = sum(r.low for r in parts)
            if least > whole.high * _ROUNDING:
                told = " and ".join(f"{label(r.observable)} {describe(r)}" for r in parts)
                yield _sources(parts, whole), f"{told}, but {label(name)} {describe(whole)}."


@rule(
    "warning",
    "Blast count and blast share disagree",
    "White cells times the share of blasts is the count of blasts; here it is not.",
    "Each criterion reads what it asks for: the count where it asks for a count, the share for a share.",
)
def blasts_disagree(record: Record) -> Iterator[Found]:
    """Find visits whose blast count is not the white cell count times the share of blasts."""
    for visit in record.visits:
        count, white, share = (visit.get(n) for n in ("blasts_blood", "wbc", "blood_blast_percent"))
        if count is None or white is None or share is None or not (known(count) and known(white) and known(share)):
            continue
        low, high = max(white.low, 0.0) * max(share.low, 0.0) / 100.0, white.high * min(share.high, 100.0) / 100.0
        if count.low > high * 1.1 or count.high < low / 1.1:
            product = quantity_text(low, "1e9/L") if same(low, high) else f"{low:.3g} to {quantity_text(high, '1e9/L')}"
            yield _sources([count, share], white), f"Blasts {describe(count)}, but white cells times share: {product}."


@rule(
    "information",
    "One quantity measured by two methods",
    "The methods count different cells, so both numbers can be true.",
    "Both stand, each with its method; a criterion reads the first recorded, the second stays visible beside it.",
)
def two_methods(record: Record) -> Iterator[Found]:
    """Find visits with two values of one observable."""
    for visit in record.visits:
        for name, readings in _by_observable(visit).items():
            if len(readings) > 1:
                told = " and ".join(_with_method(r) for r in readings)
                yield [r.source for r in readings], f"{label(name)}: {told}."


@rule(
    "information",
    "Numbers read out of words",
    "The record prints a word (normal, no increase); the interval is our reading of it.",
    "Kept as an interval and marked as inferred; a criterion that depends on it says so.",
)
def value_from_words(record: Record) -> Iterator[Found]:
    """Find values that the record does not print as numbers."""
    words = [(event, item) for event, item in record.observed() if item.basis == "inferred"]
    if words:
        told = "; ".join(f"{e.id} {item.observable}{f' ({item.text})' if item.text else ''}" for e, item in words)
        yield [event.id for event, _ in words], f"{len(words)} values: {told}."


def _inside(value: float, unit: str, observable: str, bounds: Limits) -> bool:
    number = convert(value, unit, bounds.unit, observable, molar_mass(observable))
    slack = 1e-9 * max(abs(bounds.low), abs(bounds.high))
    return bounds.low - slack <= number <= bounds.high + slack


def _other_unit(item: Observation, value: float, bounds: Limits) -> str:
    """Return a sentence naming the unit in which the number would be credible; empty when none is."""
    for unit in bounds.also:
        if unit != item.unit and _inside(value, unit, item.observable, bounds):
            meant = convert(value, unit, bounds.unit, item.observable, molar_mass(item.observable))
            return f" In {unit} it would be credible: {value:g} {unit} is {meant:.4g} {bounds.unit}."
    return ""


def _credible(number: float, unit: str, bounds: Limits) -> bool:
    if not same_dimension(unit, bounds.unit):
        return False
    return bounds.low <= convert(number, unit, bounds.unit, "size") <= bounds.high


def _by_observable(visit: Visit) -> dict[str, list[Reading]]:
    """Return the readings of a visit that have a number, by observable."""
    found: dict[str, list[Reading]] = {}
    for reading in visit.readings.values():
        if known(reading) and not math.isnan(reading.low):
            found.setdefault(reading.observable, []).append(reading)
    return found


def _with_method(reading: Reading) -> str:
    share = f" of {reading.denominator}" if reading.denominator else ""
    return f"{describe(reading)}{share} by {reading.method or 'a method not stated'}"


def _sources(parts: Iterable[Reading], whole: Reading) -> list[str]:
    return [*(r.source for r in parts), whole.source]
