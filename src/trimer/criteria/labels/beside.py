"""What goes with the infusion: indication, premedication, prephase, days in hospital, and the body it is for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from trimer.course import Course, Dose, Reading
from trimer.criteria.labels.finding import ADULT, Finding, Look, Status, agreed, status_of
from trimer.criteria.labels.label import Label, Premedication, Prephase, Setting, Who
from trimer.criteria.labels.quantity import Dosage
from trimer.criteria.labels.situation import state_words
from trimer.criteria.logic import Truth, any_of, compare
from trimer.criteria.threshold import describe

RECENT = 42.0  # day for which a blast count describes the burden before a cycle (assumed: a cycle with its rest)
WITHIN = 1.0  # day before a dose in which a premedication counts (assumed: records give days, not hours)
PREMEDICATED = 0.5  # day before the infusion from which a steroid is premedication, no prephase (assumed: the same day)

_STEROIDS = ("dexamethasone", "prednisone", "prednisolone", "methylprednisolone")
_BED = re.compile(r"hospital|admi(t|ssion)|inpatient|intensive care|\bICU\b", re.I)


def indication(look: Look, settings: Sequence[Setting]) -> Finding:
    """Return whether the cycle's first day has the disease one of the settings is for, and the Ph status it asks for.

    Parameters
    ----------
    look : Look
    settings : sequence of Setting
        Those that the facts leave, or the one asked for.
    """
    here, cycle = look.here, look.cycle
    allowed = any_of(*(here.philadelphia_fits(s) for s in settings))
    # A course goes on through the remission it brought.
    met = allowed if cycle.number > 1 else any_of(*(here.fits(s) for s in settings))
    said = {None: "Ph status not recorded", True: "Ph-positive", False: "Ph-negative"}[here.philadelphia]
    asked = " or ".join(_wanted(s) for s in settings)
    words = here.state.words
    if cycle.number > 1:
        now = f' The record last concluded "{words}".' if words else ""
        text = f"Goes on with a course begun for {asked}; {said}.{now}"
    else:
        by_mrd = next((s for s in settings if s.mrd), settings[0])
        text = f"Before it, {state_words(here, by_mrd)}; {said}. The label is for {asked}."
    events = (*((here.state.event,) if here.state.event else ()), *cycle.sources)
    return look.finding(
        "indication", status_of(met), text, asked, look.setting.origin, (words,) if words else (), events
    )


def _wanted(setting: Setting) -> str:
    limit = f" of {100.0 * setting.mrd.value:g} % or more ({setting.mrd.provenance})" if setting.mrd else ""
    return f"{setting.label}{limit}"


def weight(looks: Sequence[Look]) -> Finding:
    """Return which doses the patient's weight asks for at the first cycle, and whether the record states it."""
    label, reading = looks[0].label, looks[0].weight
    old = looks[0].course.patient.get("weight") if reading is None else None
    origin = label.settings[0].blocks[0].origin
    limit = f"{label.weight_limit:g} kg"
    asked = f"fixed doses from {limit} on, below it by body surface"
    heavy = compare(reading, ">=", label.weight_limit)
    rate = label.settings[0].blocks[0].steps[0].rate
    said = describe(reading)
    if reading is not None:
        said += f" on day {reading.day if math.isfinite(reading.day) else 0.0:.4g}"
    if old is not None:
        said = f"{describe(old)} on day 0, a child's of long before the first cycle"
    if heavy is None:
        status: Status = "open"
        text = f"The weight is {said}, so either fixed doses ({limit} or more) or doses by body surface may apply."
    elif heavy:
        status, text = "on label", f"{said}: fixed doses, as for any body of {limit} or more."
    elif rate.light is None:
        status, text = "off label", f"{said}: this version words its doses for {limit} and more."
    else:
        status, text = "on label", f"{said}: doses by body surface, from {rate.light.text}."
    if reading is not None and reading.inferred and heavy is not None:
        status, text = "undocumented", f"{text} The record does not state the weight; it is assumed."
    grown = next((look.cycle for look in looks if look.weight is None), None)
    if reading is not None and grown is not None:
        text += f" From cycle {grown.exposure} on the weight is open, as a child grows."
    return Finding(
        0, "weight", status, text, asked, label.name, origin.provenance, origin.source, origin.note, (said,),
        (reading.source,) if reading else (),
    )  # fmt: skip


def premedication(look: Look) -> Iterator[Finding]:
    """Yield one finding for each moment at which the label asks for premedication; open where the age decides."""
    child = compare(look.age, "<", ADULT)
    who: tuple[Who, ...] = ("adult", "child") if child is None else ("child" if child else "adult",)
    found = [(name, tuple(_premedications(look, name))) for name in who]
    yield from agreed(found)


def _premedications(look: Look, who: Who) -> Iterator[Finding]:
    row = next((r for r in look.setting.premedication if r.who == who), None)
    if row is None or (row.cycles and look.cycle.number not in row.cycles):
        return
    for rule, name, day in _moments(look, row):
        asked = f"{row.text}, {row.before:g} h before {rule}"
        given = [d for d in _doses(look.course, row, day)]
        yield _premedicated(look, row, given, f"premedication, {name}", rule, asked)


def _moments(look: Look, row: Premedication) -> list[tuple[str, str, float]]:
    """Return what comes, its name and its day, for every moment of the cycle that the row is for."""
    cycle, breaks, block = look.cycle, look.label.breaks, look.setting.block(look.cycle.number)
    found: list[tuple[str, str, float]] = []
    if "start of a cycle" in row.moments:
        found.append(("the first dose of the cycle", "start", cycle.start))
    if "restart" in row.moments and breaks is not None:
        holds = [h for h in cycle.holds if breaks.again(h.days)]
        found += [(f"a restart after a break of {breaks.premedicate:g} h or more", "restart", h.end) for h in holds]
    if "step" in row.moments and block is not None and len(block.steps) > 1:
        full = block.steps[1].rate
        steps = [s for s in cycle.stretches[1:] if look.at_rate(s, full)]
        found += [("the step of the dose", "step", steps[0].start)] if steps else []
    return sorted(found, key=lambda item: item[2])


def _doses(course: Course, row: Premedication, day: float) -> Iterator[Dose]:
    names = {option.drug for option in row.options}
    return (d for d in course.doses if d.drug in names and day - WITHIN <= d.start <= day + 1e-6)


def _premedicated(look: Look, row: Premedication, given: Sequence[Dose], rule: str, moment: str, asked: str) -> Finding:
    if not given:
        who = (
            "The simulation gives no premedication"
            if look.course.kind == "simulation"
            else "The record names no premedication"
        )
        caution = "" if look.course.kind == "simulation" else ", which does not mean that none was given"
        text = f"{who} before {moment}{caution}; the label has {row.text}."
        return look.finding(rule, look.silent, text, asked, row.origin)
    doses = {option.drug: option.dose for option in row.options}
    outcomes = [_enough(dose, doses[dose.drug], look.area) for dose in given]
    met = any_of(*outcomes)
    shown = [f"{d.drug} {'dose not stated' if d.value is None else f'{d.value:g} {d.unit}'}" for d in given]
    text = f"Before {moment}: {', '.join(shown)}; the label has {row.text}."
    return look.finding(
        rule, status_of(met, "undocumented"), text, asked, row.origin, tuple(shown), tuple(d.source for d in given)
    )


def _enough(dose: Dose, wanted: Dosage, area: float | None) -> Truth:
    """Return whether a dose reaches what is asked for (mg); None when not stated or in an unknown size."""
    most = wanted.amount(area)
    size = {"ug": 1.0, "ug/m2": area}.get(dose.unit)
    if dose.value is None or size is None or most is None:
        return None
    return dose.value * size / 1000.0 >= most * (1.0 - 1e-9)


def hospital(look: Look) -> Finding | None:
    """Return whether the first days were spent in hospital, None where the label recommends nothing."""
    rule = look.setting.hospital
    days = rule.days.get(look.cycle.number) if rule else None
    if rule is None or days is None:
        return None
    asked = f"in hospital for the first {days} days of cycle {look.cycle.number}"
    stays = [
        e for e in look.course.episodes
        if e.kind in ("procedure", "status") and _BED.search(f"{e.name} {e.detail}")
        and e.start < look.cycle.start + days and e.end >= look.cycle.start
    ]  # fmt: skip
    if look.course.kind == "simulation":
        return look.finding("hospital", "not applicable", "A simulated patient has no bed.", asked, rule.origin)
    covering = any(e.start <= look.cycle.start and e.end >= look.cycle.start + days for e in stays)
    if covering:
        return look.finding("hospital", "on label", f"In hospital throughout: {stays[0].name}.", asked, rule.origin)
    seen = f" Recorded: {stays[0].name} from day {stays[0].start - look.cycle.start + 1:.4g}." if stays else ""
    text = f"The label recommends the first {days} days in hospital; the record does not say.{seen}"
    events = (*look.cycle.sources, *(e.source for e in stays))
    return look.finding("hospital", "undocumented", text, asked, rule.origin, tuple(e.name for e in stays), events)


def prephase(look: Look, european: Label | None) -> Finding | None:
    """Return whether the burden before a first cycle asks for a prephase, by this label or the European one."""
    version = look.label if look.label.prephase else european
    if look.cycle.number > 1 or version is None or version.prephase is None:
        return None
    rule: Prephase = version.prephase
    marrow, blood = _latest(look, "marrow_blast_percent"), _latest(look, "blasts_blood")
    trigger = any_of(compare(marrow, ">=", rule.marrow_blasts), compare(blood, ">", rule.blood_blasts))
    shown = (f"marrow blasts {describe(marrow)}", f"blood blasts {describe(blood)}")
    asked = (
        f"{rule.drug}, at most {rule.most:g} mg/day, up to {rule.days} days before, if marrow blasts are "
        f"{rule.marrow_blasts:g} % or more or blood blasts exceed {rule.blood_blasts:g} x10^9/L"
    )
    # A rule of another jurisdiction binds no simulation; a record is only asked whether it was followed.
    other = version.name != look.label.name
    silent: Status = "not applicable" if other and look.silent != "undocumented" else look.silent
    status: Status
    if trigger is None:
        status, text = "open", "The burden before the cycle leaves open whether a prephase is recommended"
    elif not trigger:
        status, text = "not applicable", f"No prephase is recommended: {', '.join(shown)}"
    else:
        status, given = _prephased(look, rule, silent)
        text = f"Recommended, as {shown[0] if compare(marrow, '>=', rule.marrow_blasts) else shown[1]}; {given}"
    text += f". This is the rule of {version.title}, not of {look.label.title}." if other else "."
    events = tuple(dict.fromkeys(r.source for r in (marrow, blood) if r is not None))
    note = f"Dose {rule.dose.provenance}: {rule.dose.source}."
    return Finding(
        look.cycle.exposure, f"prephase ({version.jurisdiction})", status, text, asked, version.name,
        rule.trigger.provenance, rule.trigger.source, note, shown, events,
    )  # fmt: skip


def _prephased(look: Look, rule: Prephase, silent: Status) -> tuple[Status, str]:
    """Return whether the steroid of a prephase was given in its days and within its dose, and the words for it."""
    start = look.cycle.start
    near = [d for d in look.course.doses if start - 2.0 * rule.days <= d.start < start - 1e-6]
    own = [d for d in near if d.drug == rule.drug and d.start < start - PREMEDICATED]
    timely = [d for d in own if d.start >= start - rule.days - 1e-6]
    if not timely:
        other = next((d for d in near if d.drug in _STEROIDS and (d.drug != rule.drug or d in own)), None)
        seen = f"{other.drug} {start - other.start:.3g} days before" if other else ""
        none = f"the {look.course.kind} mentions no {rule.drug} in the {rule.days} days before"
        return silent, f"{none} ({seen} is not what the rule asks for)" if seen else none
    sizes = {"ug": 1.0, "ug/m2": look.area}
    amounts = [(d.start, d.value, sizes.get(d.unit)) for d in timely]
    if any(value is None or size is None for _, value, size in amounts):
        return "undocumented", f"{rule.drug} is recorded, its dose is not stated"
    daily: dict[int, float] = {}
    for day, value, size in amounts:
        daily[math.floor(day)] = daily.get(math.floor(day), 0.0) + (value or 0.0) * (size or 0.0) / 1000.0
    most = max(daily.values())
    status: Status = "on label" if most <= rule.most * (1.0 + 1e-9) else "off label"
    return status, f"{rule.drug} up to {most:.4g} mg/day is recorded"


def _latest(look: Look, observable: str) -> Reading | None:
    found = look.course.of(observable, look.cycle.start - RECENT, look.cycle.start)
    return found[-1] if found else None
