"""Regimens: without doses, peculiar to this report, in an unusual order, with cycles that do not fit their time."""

from __future__ import annotations

import math
from collections.abc import Iterator

from trimer.study.quality.record import Block, Record, known_drugs, known_regimens
from trimer.study.quality.rule import Found, rule


@rule(
    "information",
    "Regimen named without a dose",
    "Hospitals give a regimen of one name in several versions.",
    "A replay gives the doses of the library's source and marks them as assumed for this patient.",
)
def regimen_without_doses(record: Record) -> Iterator[Found]:
    """Find regimens of which the record prints no dose, though their source does."""
    for block in _undosed(record):
        if any(d.kind == "stated" for d in block.regimen.doses):
            cited = f"doses exist in its source [{block.regimen.source}]"
            yield [block.event], f"{block.regimen.label}{_times(block)}: no dose in the record; {cited}."


@rule(
    "warning",
    "Regimen whose every dose is an assumption",
    "Neither the record nor a source prints a dose, so what a simulation gives is a guess throughout.",
    "The library's doses are marked as assumed, with the reason of each.",
)
def regimen_doses_assumed(record: Record) -> Iterator[Found]:
    """Find regimens without a dose in the record or in the library's source."""
    for block in _undosed(record):
        if all(d.kind == "assumed" for d in block.regimen.doses):
            drugs = ", ".join(block.regimen.drugs)
            yield [block.event], f"{block.regimen.label}{_times(block)}: drugs are named ({drugs}), doses nowhere."


@rule(
    "information",
    "Regimen known from this report only",
    "It bears the name of a published regimen, or none, but is not that regimen; results of the namesake do not apply.",
    "Kept as a regimen of its own, never merged with its namesake.",
)
def regimen_of_this_report(record: Record) -> Iterator[Found]:
    """Find regimens whose only source is the report itself."""
    own = record.case.document.source.citation
    found: dict[str, list[Block]] = {}
    for block in record.blocks:
        if block.regimen.source == own:
            found.setdefault(block.regimen.name, []).append(block)
    for blocks in found.values():
        regimen = blocks[0].regimen
        yield [b.event for b in blocks], f"{regimen.label}: {regimen.note or 'no other source in the library.'}"


@rule(
    "information",
    "Not in the library",
    "It is judged by its name: as a treatment, a line of therapy, a rescue. Its dose is held against no usual range.",
    "Recorded as it stands. A replay could give it only once the library has it.",
)
def treatment_unknown_to_the_library(record: Record) -> Iterator[Found]:
    """Find drugs and regimens that the library does not have."""
    for event in record.case.events:
        lacking = [g.drug for g in event.given if g.drug and g.drug not in known_drugs()]
        lacking += [g.regimen for g in event.given if g.regimen and g.regimen not in known_regimens()]
        if lacking:
            yield [event.id], f"{', '.join(dict.fromkeys(lacking))}: no such entry in the library."


@rule(
    "information",
    "Part B before part A",
    "Alternating regimens begin with part A; a cycle's number does not tell its part.",
    "Number of the cycle and part are kept apart.",
)
def part_order(record: Record) -> Iterator[Found]:
    """Find an alternating regimen whose part B is given before its first part A."""
    families = {name.removesuffix("_a") for name in known_regimens() if name.endswith("_a")}
    for family in sorted(families):
        parts = [b for b in record.blocks if b.family == family]
        if parts and parts[0].regimen.name == f"{family}_b":
            later = next((b for b in parts if b.regimen.name == f"{family}_a"), None)
            then = f"part A follows with {later.event}" if later else "part A is never given"
            yield [parts[0].event, later.event if later else ""], f"{parts[0].regimen.label} comes first; {then}."


@rule(
    "warning",
    "Intrathecal therapy unlike the protocol's",
    "The protocol's schedule and doses are another treatment of the central nervous system.",
    "What the record prints stands; a replay leaves the protocol's intrathecal doses out only where its orders say so.",
)
def intrathecal_differs(record: Record) -> Iterator[Found]:
    """Find intrathecal drugs given beside a regimen that has other intrathecal drugs."""
    plan = record.case.schedule
    for event in record.case.events:
        own = tuple(dict.fromkeys(g.drug for g in event.given if g.drug and g.route == "it"))
        start, end = plan.day(event.id), plan.end(event.id)
        beside = [b for b in record.blocks if own and b.start <= end and start <= b.end]
        protocol = {(d.drug, d.text, d.days): d for b in beside for d in b.regimen.doses if d.route == "it"}
        if protocol and {d.drug for d in protocol.values()} != set(own):
            lines = [f"{d.drug} {d.text} on day {d.days[0]}" for d in protocol.values()]
            reservoir = any("ommaya" in spec.name.lower() for e in record.case.events for spec in e.episodes)
            notes = [d.note for d in protocol.values() if reservoir and "Ommaya" in d.note]
            extra = f" ({notes[0]})" if notes else ""
            told = f"{' and '.join(own)} beside {beside[0].regimen.label}, whose protocol has"
            yield [event.id, *(b.event for b in beside)], f"{told} {' and '.join(lines)}{extra}."


@rule(
    "warning",
    "More cycles than fit",
    "So many cycles take longer than the dates leave, so a date, a count or a spacing must be wrong.",
    "Dates and count stand; a replay follows its orders.",
)
def cycles_do_not_fit(record: Record) -> Iterator[Found]:
    """Find runs of cycles that need more days than the record leaves at most."""
    for run in _runs(record):
        longest = max(b.regimen.period for b in run)
        need = (_cycles(run) - 1) * min(b.regimen.period for b in run)
        _, most = _span(record, run)
        if most < need:
            told = f"{_cycles(run)} cycles of {run[0].family} need at least {need:g} days"
            yield _events(run), f"{told} (one every {longest:g}), but the dates leave at most {most:g}."


@rule(
    "information",
    "A break or delays between cycles",
    "The cycles take less time than passed, so treatment stopped in between and nobody says where.",
    "The orders of the replay place the cycles; their spacing is an assumption.",
)
def break_implied(record: Record) -> Iterator[Found]:
    """Find runs of cycles with at least one whole cycle of time to spare."""
    for run in _runs(record):
        period = max(b.regimen.period for b in run)
        need = _cycles(run) * period
        least, _ = _span(record, run)
        if least >= need + period:
            told = f"{_cycles(run)} cycles of {run[0].family} take {need:g} days at {period:g} each"
            yield _events(run), f"{told}; at least {least:g} days lie between start and end. Delays are implied."


def _undosed(record: Record) -> Iterator[Block]:
    """Yield the regimens of events that print no dose of any drug."""
    dosed = {e.id for e in record.case.events if any(g.amount or g.rate for g in e.given)}
    yield from (block for block in record.blocks if block.event not in dosed)


def _runs(record: Record) -> Iterator[list[Block]]:
    """Yield the consecutive regimens of one family that end on a date, when they are more than one cycle."""
    run: list[Block] = []
    for block in (*record.blocks, None):
        if block is not None and (not run or block.family == run[0].family):
            run.append(block)
            continue
        if run and _cycles(run) > 1 and run[-1].ended:
            yield run
        run = [block] if block is not None else []


def _cycles(run: list[Block]) -> int:
    return sum(block.repeat for block in run)


def _span(record: Record, run: list[Block]) -> tuple[float, float]:
    """Return the fewest and most days between the start of the first and the end of the last."""
    windows = record.case.schedule.windows
    start, end = windows[run[0].event], windows[f"{run[-1].event}.end"]
    least = end.earliest - start.latest
    return (-math.inf if math.isnan(least) else least), end.latest - start.earliest


def _events(run: list[Block]) -> list[str]:
    return [block.event for block in run]


def _times(block: Block) -> str:
    return f", {block.repeat} cycles" if block.repeat > 1 else ""
