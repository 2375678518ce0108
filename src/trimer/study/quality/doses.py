"""Doses: usual or with a precedent, by a usual route and often enough, agreeing with the regimen they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from trimer.study.quality.record import Block, Record, StatedDose
from trimer.study.quality.rule import Found, rule
from trimer.therapy.amount import AmountUnit, parse_amount
from trimer.therapy.regimen import Dose
from trimer.therapy.size import Size
from trimer.therapy.usual import comparable, within
from trimer.units import split

_MASSES = ("ug", "mg", "g")
_PER = ("", "/m2", "/kg")
_MEASURED: dict[AmountUnit, str] = {"ug": "mass", "IU": "international units", "1e9": "cells"}


@rule(
    "warning",
    "Dose outside the usual range",
    "A slip of the unit or of a digit looks like this; so does a rare protocol.",
    "The dose is given as printed; it is neither corrected nor left out.",
)
def dose_unusual(record: Record) -> Iterator[Found]:
    """Find doses outside the usual ranges of their drug, with a precedent where one is known."""
    size = record.case.size
    for dose in record.doses:
        near = comparable(dose.amount, dose.route, dose.drug.usual)
        if not near or within(dose.amount, dose.route, dose.drug.usual, size):
            continue
        ranges = " or ".join(f"{u.text}{f' ({u.purpose})' if u.purpose else ''}" for u in near)
        above = any(u.side(dose.amount, size) == "above" for u in near)
        known = [p for p in dose.drug.precedents if above and p.covers(dose.amount, dose.route, size)]
        precedent = "".join(f" Precedent: {p.text} {p.schedule} [{p.source}]." for p in known)
        yield [dose.event], f"{dose.words}; usual: {ranges}.{precedent}{_other_unit(dose, size)}"


@rule(
    "warning",
    "Dose in a unit this drug is not measured in",
    "Mass, activity and numbers of cells do not convert into each other, so the dose says nothing.",
    "The record keeps it; a replay that orders it is refused.",
)
def dose_of_another_kind(record: Record) -> Iterator[Found]:
    """Find doses in mass of a drug measured by activity or in cells, and the other way round."""
    for dose in record.written:
        if not dose.readable:
            yield [dose.event], f"{dose.words}; {dose.drug.label} is measured in {_MEASURED[dose.drug.amount_unit]}."


@rule(
    "information",
    "Dose limited by a cap",
    "Per m2 or per kg the dose would be larger than the largest single dose.",
    "A simulation gives the cap; the record keeps what it prints.",
)
def dose_capped(record: Record) -> Iterator[Found]:
    """Find doses by size that exceed the cap of their drug for this patient."""
    size = record.case.size
    for dose in record.doses:
        if not (dose.drug.cap and dose.amount.measure) or dose.amount.rate:
            continue
        cap = parse_amount(dose.drug.cap, dose.drug.amount_unit, dose.drug.name).total(size)
        ratio = dose.amount.total(size) / cap
        if ratio > 1.0 + 1e-9:
            assumed = ", which is assumed," if record.case.size_kind == "assumed" else ""
            yield [dose.event], f"{dose.words} at this size{assumed} is {ratio:.2g} times the cap of {dose.drug.cap}."


@rule(
    "warning",
    "Route that this drug is not given by",
    "Some drugs kill by the wrong route, and the route decides the kinetics.",
    "The record keeps the route; a replay that orders the drug by it is refused.",
)
def route_unusual(record: Record) -> Iterator[Found]:
    """Find drugs by a route that the library does not know for them."""
    for dose in record.doses:
        if dose.route and dose.route not in dose.drug.routes:
            yield [dose.event], f"{dose.words}; known routes: {', '.join(dose.drug.routes)}."


@rule(
    "warning",
    "Less often than usual for this dose",
    "Frequency changes the total dose and the time above a killing concentration as much as the dose does.",
    "One dose on each printed day, as the record has it.",
)
def dose_frequency(record: Record) -> Iterator[Found]:
    """Find doses printed once a day whose usual schedule is several times a day."""
    for dose in record.doses:
        every = [u.every for u in within(dose.amount, dose.route, dose.drug.usual, record.case.size)]
        several = bool(every) and all(0.0 < time < 1.0 for time in every)
        line = next((d for d in _lines(record, dose) if _equal(d, dose)), None)
        if not (dose.days and several) or (line is not None and line.times > 1):
            continue
        number, unit = split(dose.text, dose.event)
        total = f"{number * len(dose.days):g} {unit} in all"
        same = [p for p in dose.drug.precedents if p.dose == dose.amount]
        precedent = "".join(f" Precedent: {p.text} {p.schedule} [{p.source}]." for p in same)
        usual = f"this dose is usually given every {24.0 * min(every):g} h"
        yield [dose.event], f"{dose.words} on {len(dose.days)} days, {total}; {usual}.{precedent}"


@rule(
    "information",
    "Dose without its days",
    "The day decides what else it meets: the nadir, another drug, a restart.",
    "The regimen of the library says the day, which is then an assumption.",
)
def dose_without_days(record: Record) -> Iterator[Found]:
    """Find doses within a regimen of which the record prints no day."""
    regimens = {block.event for block in record.blocks}
    for dose in record.doses:
        if dose.event in regimens and not dose.days and not dose.assumed:
            yield [dose.event], f"{dose.words}: no days in the structured record."


@rule(
    "warning",
    "Drug without a dose",
    "Without a dose nothing can be said about its effect, and a simulation must assume one.",
    "No dose in the record; a replay says which dose it assumes.",
)
def drug_without_dose(record: Record) -> Iterator[Found]:
    """Find single drugs (outside a regimen) of which the record prints no dose; one finding a drug."""
    found: dict[str, list[str]] = {}
    for event in record.case.events:
        if any(item.regimen for item in event.given):
            continue
        for item in event.given:
            if item.drug and not (item.amount or item.rate):
                found.setdefault(item.drug, []).append(event.id)
    for name, events in found.items():
        yield events, f"{name}: no dose in {', '.join(events)}."


@rule(
    "warning",
    "Dose other than the regimen's",
    "The name promises one dose and the record prints another: either is a slip, or a variant needs its own name.",
    "The printed dose stands; a replay follows its orders, which name the regimen and every replaced amount.",
)
def dose_differs_from_regimen(record: Record) -> Iterator[Found]:
    """Find printed doses that the regimen named beside them does not have."""
    for dose in record.doses:
        lines = _lines(record, dose)
        if lines and not any(_equal(line, dose) for line in lines) and not dose.assumed:
            texts = " or ".join(dict.fromkeys(line.text for line in lines))
            yield [dose.event], f"{dose.words}; the library's {_blocks(record, dose)[0].regimen.label} has {texts}."
    for event in record.case.events:
        blocks = [b for b in record.blocks if b.event == event.id]
        names = {name for b in blocks for name in b.regimen.drugs}
        extra = [i.drug for i in event.given if i.drug and blocks and i.drug not in names]
        if extra:
            yield [event.id], f"{', '.join(extra)}: not a drug of {blocks[0].regimen.label}."


def _blocks(record: Record, dose: StatedDose) -> list[Block]:
    return [block for block in record.blocks if block.event == dose.event]


def _lines(record: Record, dose: StatedDose) -> list[Dose]:
    """Return the lines of the event's regimens for this drug, and for its route where one is stated."""
    lines = [d for b in _blocks(record, dose) for d in b.regimen.doses if d.drug == dose.drug.name]
    return [d for d in lines if not dose.route or d.route == dose.route]


def _equal(line: Dose, dose: StatedDose) -> bool:
    one, other = parse_amount(line.text, dose.drug.amount_unit, line.drug), dose.amount
    alike = (one.measure, one.rate) == (other.measure, other.rate)
    return alike and abs(one.value - other.value) <= 1e-6 * one.value


def _other_unit(dose: StatedDose, size: Size) -> str:
    """Return a sentence naming a unit in which the number would be usual: another mass, or per m2, per kg, or flat."""
    number, unit = split(dose.text, dose.event)
    head, *rest = unit.replace(" ", "").split("/")
    per = "".join(f"/{part}" for part in rest if part not in ("m2", "kg"))
    own = "".join(f"/{part}" for part in rest if part in ("m2", "kg"))
    masses = [head, *(m for m in _MASSES if m != head)] if head in (*_MASSES, "mcg") else [head]
    tried = [f"{number:g} {mass}{own}{per}" for mass in masses] + [f"{number:g} {head}{p}{per}" for p in _PER]
    for text in dict.fromkeys(tried):
        other = replace(dose, text=text)
        if text != f"{number:g} {unit}" and within(other.amount, dose.route, dose.drug.usual, size):
            return f" As {text} it would be usual."
    return ""
