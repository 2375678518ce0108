"""What goes with the infusion: indication, premedication, prephase, days in hospital, and the body it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trimer.course import Course, Dose, Reading
from trimer.criteria.labels.finding import Finding, Look, Status
from trimer.criteria.labels.label import Label, Premedication, Prephase
from trimer.criteria.labels.quantity import Dosage
from trimer.criteria.logic import Truth, all_of, any_of, compare
from trimer.criteria.threshold import describe

ADULT = 18.0  # year (assumed: where trials and labels divide adults from children)
RECENT = 42.0  # day for which a blast count describes the burden before a cycle (assumed: a cycle with its rest)
WITHIN = 1.0  # day before a dose in which a premedication counts (assumed: records give days, not hours)

_ACTIVE = re.compile(r"(?<!no )(?<!without )relaps(?!e-free)|refractory", re.I)
_REMISSION = re.compile(r"(?<!no )(?<!not in )remission", re.I)
_BED = re.compile(r"hospital|admi(t|ssion)|inpatient|intensive care|\bICU\b", re.I)


def disease(course: Course, day: float) -> tuple[str, str, str]:
    """Return the last stated state of the disease before a day: the state, the words of the record, the event.

    The state is ``"relapsed or refractory"``, ``"remission"`` or empty when the record concludes neither.
    """
    stated = [e for e in course.episodes if e.kind == "conclusion" and e.start <= day]
    for episode in sorted(stated, key=lambda e: e.start, reverse=True):
        if _ACTIVE.search(episode.name):
            return "relapsed or refractory", episode.name, episode.source
        if _REMISSION.search(episode.name):
            return "remission", episode.name, episode.source
    return "", "", ""


def indication(look: Look) -> Finding:
    """Return whether the cycle's first day has the disease the setting is for, and the Ph status it asks for."""
    setting, cycle = look.setting, look.cycle
    state, words, event = disease(look.course, cycle.start)
    ph = _philadelphia(look.course, cycle.start)
    fits: Truth = None
    if cycle.number > 1:
        fits = True  # a course goes on through the remission it brought
    elif state:
        fits = setting.disease.startswith(state)
    allowed = True if setting.philadelphia == "any" else None if ph is None else not ph
    met = all_of(fits, allowed)
    said = {None: "Ph status not recorded", True: "Ph-positive", False: "Ph-negative"}[ph]
    if cycle.number > 1:
        now = f' The record last concluded "{words}".' if words else ""
        text = f"Goes on with a course begun for {setting.label}; {said}.{now}"
    else:
        what = f'the record concluded "{words}"' if words else "the record concludes neither relapse nor remission"
        text = f"Before it, {what}; {said}. The label is for {setting.label}."
    status: Status = {True: "on label", False: "off label", None: "open"}[met]  # type: ignore[assignment]
    events = (*((event,) if event else ()), *cycle.sources)
    return look.finding("indication", status, text, setting.label, setting.origin, (words,) if words else (), events)


def _philadelphia(course: Course, day: float) -> Truth:
    """Return whether the disease is Ph-positive, None when not recorded."""
    texts = [
        r.text.lower()
        for r in course.readings
        if r.observable in ("philadelphia_chromosome", "bcr_abl") and r.text and r.day <= day
    ]
    return any_of(*(True if "positive" in t else False if "negative" in t else None for t in texts)) if texts else None


def weight(label: Label, course: Course) -> Finding:
    """Return which doses the patient's weight asks for, and whether the record states it."""
    reading = course.patient.get("weight")
    origin = label.settings[0].blocks[0].origin
    limit = f"{label.weight_limit:g} kg"
    asked = f"fixed doses from {limit} on, below it by body surface"
    heavy = compare(reading, ">=", label.weight_limit)
    rate = label.settings[0].blocks[0].steps[0].rate
    said = describe(reading)
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
    return Finding(
        0, "weight", status, text, asked, label.name, origin.provenance, origin.source, origin.note, (said,),
        (reading.source,) if reading else (),
    )  # fmt: skip


def premedication(look: Look) -> Iterator[Finding]:
    """Yield one finding for each moment at which the label asks for premedication."""
    rows = look.setting.premedication
    child = compare(look.course.patient.get("age"), "<", ADULT)
    row = next((r for r in rows if r.who == ("child" if child else "adult")), None)
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
    status: Status = {True: "on label", False: "off label", None: "undocumented"}[met]  # type: ignore[assignment]
    text = f"Before {moment}: {', '.join(shown)}; the label has {row.text}."
    return look.finding(rule, status, text, asked, row.origin, tuple(shown), tuple(d.source for d in given))


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
    start = look.cycle.start
    marrow, blood = _latest(look, "marrow_blast_percent"), _latest(look, "blasts_blood")
    trigger = any_of(compare(marrow, ">=", rule.marrow_blasts), compare(blood, ">", rule.blood_blasts))
    shown = (f"marrow blasts {describe(marrow)}", f"blood blasts {describe(blood)}")
    asked = (
        f"{rule.drug}, at most {rule.most:g} mg/day, up to {rule.days} days before, if marrow blasts are "
        f"{rule.marrow_blasts:g} % or more or blood blasts exceed {rule.blood_blasts:g} x10^9/L"
    )
    steroids = [
        d for d in look.course.doses
        if d.drug in (rule.drug, "prednisone", "methylprednisolone") and start - 7.0 <= d.start < start - 1e-6
    ]  # fmt: skip
    status: Status
    if trigger is None:
        status, text = "open", "The burden before the cycle leaves open whether a prephase is recommended"
    elif not trigger:
        status, text = "not applicable", f"No prephase is recommended: {', '.join(shown)}"
    else:
        # A rule of another jurisdiction binds no simulation; a record is only asked whether it was followed.
        silent = look.silent if version.name == look.label.name or look.silent == "undocumented" else "not applicable"
        status = "on label" if steroids else silent
        is_given = f"{steroids[0].drug} is recorded" if steroids else f"the {look.course.kind} mentions none"
        text = f"Recommended, as {shown[0] if compare(marrow, '>=', rule.marrow_blasts) else shown[1]}; {is_given}"
    other = version.name != look.label.name
    text += f". This is the rule of {version.title}, not of {look.label.title}." if other else "."
    events = tuple(dict.fromkeys(r.source for r in (marrow, blood) if r is not None))
    note = f"Dose {rule.dose.provenance}: {rule.dose.source}."
    return Finding(
        look.cycle.exposure, f"prephase ({version.jurisdiction})", status, text, asked, version.name,
        rule.trigger.provenance, rule.trigger.source, note, shown, events,
    )  # fmt: skip


def _latest(look: Look, observable: str) -> Reading | None:
    found = look.course.of(observable, look.cycle.start - RECENT, look.cycle.start)
    return found[-1] if found else None
