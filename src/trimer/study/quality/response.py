"""Response and relapse: what was concluded, and whether the values recorded beside it can carry the conclusion."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from trimer.course import Episode, Reading, Visit
from trimer.criteria import Threshold, list_criteria
from trimer.criteria.denominators import mrd_from_b_cells
from trimer.criteria.logic import compare, known
from trimer.criteria.response.evidence import (
    NEGATIVE,
    POSITIVE,
    assessments,
    conclusions,
    of_all_cells,
    sources,
    treatments,
)
from trimer.criteria.threshold import describe
from trimer.library import regimen
from trimer.record.vocabulary import MARKERS, label
from trimer.study.quality.record import Record, alone, known_regimens
from trimer.study.quality.rule import Found, rule

_SHARE = (1.0, 5.0)  # %; B cells of nucleated marrow cells, for orientation only (assumed: usual in recovering marrow)
_AFTER = 31.0  # day; how far to look for evidence after a relapse (assumed)
_DISEASE = ("response", "relapse", "mrd")


@rule(
    "warning",
    "Remission concluded without a marrow blast count",
    "Every definition of complete remission asks for it; blood counts alone cannot carry the word.",
    "The blast share is missing, not zero; a criterion says that remission rests on the stated conclusion.",
)
def remission_without_marrow(record: Record) -> Iterator[Found]:
    """Find assessments concluded as remission at which marrow blasts have no number."""
    for visit in record.visits:
        marrow = visit.readings.get("marrow_blast_percent")
        if "remission" in conclusions(record.course, visit) and not known(marrow):
            yield _events(visit), f"{visit.label}: concluded as remission; marrow blasts {describe(marrow)}."


@rule(
    "warning",
    "Two conclusions that do not go together",
    "Counts and flow answer different questions; one word for both hides one of them.",
    "Both conclusions stand: remission by counts is told with residual disease as its qualifier.",
)
def conclusions_disagree(record: Record) -> Iterator[Found]:
    """Find assessments concluded both as remission and as disease."""
    for visit in record.visits:
        found = conclusions(record.course, visit)
        others = sorted(found - {"remission"})
        if "remission" in found and others:
            yield _events(visit), f"{visit.label}: concluded as remission and as {' and '.join(others)}."


@rule(
    "warning",
    "A share of some cells where a share of all is asked",
    "A percentage of B cells is no MRD level and no marrow blast percentage; it cannot be compared with their limits.",
    "Kept with its denominator; compared only after a stated conversion.",
)
def share_of_subset(record: Record) -> Iterator[Found]:
    """Find percentages of a subset of cells at visits without an MRD level or a recorded share of that subset."""
    for visit in record.visits:
        for reading in _subset_shares(visit):
            text = f"{label(reading.observable)} {describe(reading)} of {reading.denominator or 'marrow B cells'}"
            yield [reading.source], f"{text}.{_converted_text(reading)}"


@rule(
    "warning",
    "Read without its denominator, the share would change the answer",
    "The same number is failure as a share of all cells and no failure as a share of B cells.",
    "The converted interval is what a criterion may read, and only on request; the naive reading is shown, never used.",
)
def naive_share_decides(record: Record) -> Iterator[Found]:
    """Find shares of a subset that cross an MRD limit if they are taken for shares of all nucleated cells."""
    for visit in record.visits:
        for reading in _subset_shares(visit):
            naive = replace(reading, low=reading.low / 100.0, high=reading.high / 100.0, unit="fraction")
            level = _level(reading)
            crossed = []
            for text, (limit, sets) in _limits("mrd_marrow").items():
                at, own = (compare(r, limit.relation, limit.value) for r in (naive, level))
                if at is not None and at != own:
                    crossed.append(f"{text} ({', '.join(sets)})")
            if crossed:
                share = f"{_SHARE[0]:g} to {_SHARE[1]:g} % of marrow cells"
                told = f"MRD {describe(naive)} if read naively, {describe(level)} if B cells are {share}"
                yield [reading.source], f"{told}. The two do not agree on {'; '.join(crossed)}."


@rule(
    "information",
    "A value given as a bound settles every definition",
    "A value such as > 1 has no number, but no limit of any definition lies where it is unknown.",
    "Kept as an interval with its open bound.",
)
def bound_settles(record: Record) -> Iterator[Found]:
    """Find intervals and bounds that decide every threshold of every response set."""
    for reading, open_limits, count in _bounds(record):
        if not open_limits:
            yield [reading.source], f"{label(reading.observable)} {describe(reading)} settles all {count} limits."


@rule(
    "warning",
    "A value given as a bound leaves a definition open",
    "Definitions print different limits, and this value does not say on which side of one it lies.",
    "Kept as an interval; the criterion answers with every category that stays possible.",
)
def bound_leaves_open(record: Record) -> Iterator[Found]:
    """Find intervals and bounds that leave a threshold of a response set undecided."""
    for reading, open_limits, _ in _bounds(record):
        if open_limits:
            told = "; ".join(f"{text} ({', '.join(names)})" for text, names in list(open_limits.items())[:4])
            yield [reading.source], f"{label(reading.observable)} {describe(reading)} does not settle {told}."


@rule(
    "warning",
    "MRD negative without a sensitivity",
    "Negative means nothing below the sensitivity of the assay: it is not MRD below 1e-4 unless the assay sees 1e-4.",
    "Negative with unknown sensitivity, a category of its own.",
)
def mrd_without_sensitivity(record: Record) -> Iterator[Found]:
    """Find negative MRD results that do not say what the assay can see."""
    for reading in record.course.of("mrd_marrow"):
        if reading.sensitivity is None and (reading.text.lower() in NEGATIVE or reading.high == 0.0):
            by = f" by {reading.method}" if reading.method else ""
            yield [reading.source], f"MRD {reading.text or describe(reading)}{by}; sensitivity not stated."


@rule(
    "information",
    "MRD positive without a level",
    "Limits at 1e-4, 1e-3 or 1 % cannot be compared with a word.",
    "Positive, level missing.",
)
def mrd_without_level(record: Record) -> Iterator[Found]:
    """Find positive MRD results without a number."""
    for reading in record.course.of("mrd_marrow"):
        if reading.text.lower() in POSITIVE:
            yield [reading.source], f"MRD {reading.text}; no level."


@rule(
    "information",
    "Response assessed in the middle of a block",
    "The day of the marrow is not the end of a cycle, and counts are still under treatment.",
    "The assessment keeps its day; nothing is moved to the end of the block.",
)
def response_inside_block(record: Record) -> Iterator[Found]:
    """Find marrow assessments that fall inside a running regimen."""
    for visit in record.visits:
        marrow = [r for r in visit.readings.values() if "marrow" in r.specimen or "marrow" in r.observable]
        for block in record.blocks:
            if marrow and block.ended and block.repeat == 1 and block.start < visit.day < block.end:
                day, length = visit.day - block.start + 1.0, block.end - block.start + 1.0
                told = f"Marrow on day {day:g} of {block.regimen.label}, a block of about {length:g} days"
                yield [visit.id, block.event], f"{told} counted by the days used."


@rule(
    "warning",
    "Refractory concluded before a cycle was complete",
    "Trials judge after one or two cycles; earlier, only progression on treatment can be told.",
    "The conclusion stands as the record's own; the counts beside it are judged by themselves.",
)
def refractory_before_cycle_end(record: Record) -> Iterator[Found]:
    """Find conclusions of refractoriness earlier than one cycle after the treatment began."""
    for visit in record.visits:
        begun = [e for e in treatments(record.course) if e.start < visit.day]
        if begun and "refractory" in conclusions(record.course, visit):
            length = _cycle(begun[-1])
            days = visit.day - begun[-1].start
            if length is not None and days < length:
                told = f"{begun[-1].name} had run for {days:g} days; a cycle has {length:g}"
                yield [*_events(visit), begun[-1].source], f"{visit.label}: {told}."


@rule(
    "warning",
    "Relapse concluded without a blast count",
    "More than 5 % blasts, the limit of most definitions, is not proven by flow or low counts.",
    "Relapse is the record's own conclusion; a criterion that asks for a blast share leaves it open.",
)
def relapse_without_blasts(record: Record) -> Iterator[Found]:
    """Find relapses concluded without blasts above 5 % in marrow or any count of blasts in blood."""
    for visit in record.visits:
        if "relapse" not in conclusions(record.course, visit):
            continue
        marrow, blood = visit.get("marrow_blast_percent"), visit.get("blood_blast_percent") or visit.get("blasts_blood")
        if compare(marrow, ">", 5.0) or compare(blood, ">", 0.0):
            continue
        later = [
            r
            for name in ("marrow_blast_percent", "blood_blast_percent")
            for r in record.course.of(name, visit.day + 0.5, visit.day + _AFTER)
            if known(r)
        ]
        seen = later[0] if later else None
        then = f" {seen.day - visit.day:g} days later: {label(seen.observable)} {describe(seen)}." if seen else ""
        stated = describe(visit.readings.get("marrow_blast_percent"))
        yield _events(visit), f"{visit.label}: marrow blasts {stated}.{then}"


@rule(
    "information",
    "Antigen neither positive nor negative",
    "Dim or heterogeneous expression is what a target-negative relapse may begin with; two levels could not hold it.",
    "The word is kept; the share of dim cells is missing unless it is recorded.",
)
def antigen_dim(record: Record) -> Iterator[Found]:
    """Find antigens reported as dim or heterogeneous."""
    for visit in record.visits:
        for marker in MARKERS:
            reading = visit.get(f"{marker}_intensity")
            if reading is not None and reading.text in ("dim", "heterogeneous"):
                share = describe(visit.readings.get("cd19_dim_percent")) if marker == "cd19" else ""
                extra = f"; share of dim blasts {share}" if share else ""
                yield [reading.source], f"{label(reading.observable)}: {reading.text}{extra}."


def _events(visit: Visit) -> list[str]:
    return [visit.id, *sorted(sources(visit) - {visit.id})]


def _subset_shares(visit: Visit) -> Iterator[Reading]:
    """Yield percentages of a subset of marrow cells at a visit that has no MRD level and no share of the subset."""
    if known(visit.readings.get("mrd_marrow")) and of_all_cells(visit.get("mrd_marrow")) is visit.get("mrd_marrow"):
        return
    if known(visit.get("b_cells_marrow_percent")):
        return
    for name in ("b_lineage_blast_percent", "marrow_blast_percent"):
        reading = visit.get(name)
        whole = of_all_cells(reading)
        if reading is not None and known(reading) and (name.startswith("b_lineage") or not known(whole)):
            yield reading


def _level(reading: Reading) -> Reading:
    return mrd_from_b_cells(reading, _SHARE, "for orientation")


def _converted_text(reading: Reading) -> str:
    level, share = _level(reading), f"{_SHARE[0]:g} to {_SHARE[1]:g} %"
    if not math.isfinite(level.low) or not math.isfinite(level.high):
        return ""
    return f" If B cells are {share} of marrow cells, MRD is {100 * level.low:.2g} to {100 * level.high:.2g} %."


def _limits(observable: str) -> dict[str, tuple[Threshold, list[str]]]:
    """Return the limits of all response sets on an observable, by their text, with the sets that print them."""
    found: dict[str, tuple[Threshold, list[str]]] = {}
    for item in list_criteria():
        for limit in item.thresholds.values() if item.subject in _DISEASE else ():
            if limit.observable == observable and not limit.quantity and not limit.wording:
                names = found.setdefault(limit.text, (limit, []))[1]
                names += [item.name] if item.name not in names else []
    return found


def _bounds(record: Record) -> Iterator[tuple[Reading, dict[str, list[str]], int]]:
    """Yield the readings of assessments that are no single number, with the limits they leave open."""
    for visit in assessments(record.course):
        for reading in visit.readings.values():
            limits = _limits(reading.observable)
            if limits and known(reading) and not reading.exact:
                open_limits = {t: names for t, (limit, names) in limits.items() if limit.test(reading) is None}
                yield reading, open_limits, len(limits)


def _cycle(episode: Episode) -> float | None:
    """Return the length (day) of one cycle of a treatment, or None when the library has no schedule for it."""
    if episode.kind == "regimen" and episode.name in known_regimens():
        return regimen(episode.name).length
    return min((r.length for r in alone(episode.name)), default=None)
