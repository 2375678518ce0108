"""Dose, step, length and spacing of a cycle, held against the schedule of a label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trimer.criteria.labels.cycles import SHORT, Stretch
from trimer.criteria.labels.finding import Finding, Look, Status, status_of
from trimer.criteria.labels.label import Block, Step
from trimer.criteria.labels.modification import Modification
from trimer.criteria.labels.quantity import Origin
from trimer.criteria.words import claims

_FAILURE = re.compile(r"refractory|relaps|progress|no response", re.I)
_LONGER = "that the label sets no longest interval is our reading"


def dosing(look: Look) -> Iterator[Finding]:
    """Yield what the schedule says about one cycle: its number, interval, doses, step, breaks and length."""
    block = look.setting.block(look.cycle.number)
    yield _number(look, block)
    if look.previous is not None and look.cycle.number > 1:
        yield _interval(look)
    if block is None:
        return
    yield _start(look, block)
    low = block.steps[0] if len(block.steps) > 1 else _resumed_low(look, block)
    if low is not None:
        yield _step(look, block, low)
    yield from _others(look, block)
    yield from _breaks(look)
    yield _length(look, block)


def _number(look: Look, block: Block | None) -> Finding:
    most, number = look.setting.cycles, look.cycle.number
    status: Status = "on label" if block else "off label"
    first = "the first of its course" if number == 1 else f"cycle {number} of its course, no relapse being between"
    text = f"Counted as {first}; the label has up to {most}."
    origin = look.setting.blocks[0].origin
    return look.finding("number of cycles", status, text, f"up to {most} cycles", origin, (str(number),))


def _interval(look: Look) -> Finding:
    assert look.previous is not None
    before = look.setting.block(look.previous.number)
    days = look.cycle.start - look.previous.end
    given = (f"{days:.4g} days",)
    if before is None:
        origin = look.setting.blocks[-1].origin
        text = f"{days:.4g} days since the last cycle; the label has no cycle {look.previous.number} to rest from."
        return look.finding("treatment-free interval", "not applicable", text, "", origin, given)
    asked = f"{before.rest} days without treatment"
    if look.resumed:
        text = f"Taken up {days:.4g} days after a cycle that was broken off; the rest is for complete cycles."
        return look.finding("treatment-free interval", "not applicable", text, asked, before.origin, given)
    short = days < before.rest - SHORT
    text = f"{days:.4g} days since the last cycle; the label has {before.rest}"
    text += ", so it is shorter." if short else f"; {_LONGER}." if days > before.rest + SHORT else "."
    status: Status = "off label" if short else "on label"
    return look.finding("treatment-free interval", status, text, asked, before.origin, given)


def _start(look: Look, block: Block) -> Finding:
    first, rate = look.cycle.stretches[0], block.steps[0].rate
    asked = f"{look.wanted(rate)} from day 1 of cycle {look.cycle.number}"
    met = look.at_rate(first, rate)
    text = f"Started at {first.text}; the label has {look.wanted(rate)}."
    if first.value is None:
        text = f"The dose is not stated; the label has {look.wanted(rate)}."
    status, low = _status(look, first, met), _restart_row(look)
    if look.resumed and met is False and low is not None and low.restart and look.at_rate(first, low.restart):
        assert look.previous is not None
        after = look.after_event(look.previous.end)
        status = "on label" if after else "open"
        text = f"Started at {first.text}, the dose of a restart, after a hold so long that it makes a new cycle"
        text += "; it was held for an event." if after else ", and no event is recorded for which it was held."
    return look.finding("starting dose", status, text, asked, block.origin, (first.text,), first.sources)


def _restart_row(look: Look) -> Modification | None:
    """Return the row that says at which dose to restart after CRS."""
    return next((m for m in look.label.modifications if m.event == "CRS" and m.restart), None)


def _resumed_low(look: Look, block: Block) -> Step | None:
    """Return the step at the restart's dose of a cycle that takes up one broken off, None where it has none."""
    row = _restart_row(look)
    if row is None or row.restart is None or not look.resumed or not look.at_rate(look.cycle.stretches[0], row.restart):
        return None
    return Step(1, round(row.escalate_after), row.restart)


def _status(look: Look, stretch: Stretch, met: bool | None) -> Status:
    if stretch.value is None:
        return look.silent if look.course.kind == "record" else "open"
    return status_of(met)


def _step(look: Look, block: Block, low: Step) -> Finding:
    """Judge the day of the step: day 8, or seven days after a restart that followed an event."""
    full = block.steps[-1]
    asked = f"{look.wanted(low.rate)} for {low.days} days, then {look.wanted(full.rate)}"
    stretches = look.cycle.stretches
    stepped = next((s for s in stretches[1:] if look.at_rate(s, full.rate)), None)
    if any(s.value is None for s in stretches) and stepped is None:
        text = "Doses are not stated, so the step cannot be placed."
        return look.finding("step", _status(look, stretches[0], None), text, asked, block.origin)
    if stepped is None:
        return _no_step(look, block, low, asked)
    since = look.cycle.before(stepped.start)
    days = sum(min(s.end, stepped.start) - s.start for s in stretches if since - SHORT <= s.start < stepped.start)
    answered = [h for h in look.cycle.holds if h.end <= stepped.start and look.after_event(h.start)]
    earlier = sum(s.days for s in stretches if s.start < since)
    origin = _escalation(look) or block.origin if answered or look.resumed else block.origin
    status: Status
    if answered or look.resumed:
        status = "on label" if days >= low.days - SHORT else "off label"
        rule = f"the label has {low.days} days at the restart's dose first"
    elif earlier:  # a break without an event: whether its days count is not said
        status = "on label" if abs(days - low.days) <= SHORT or abs(days + earlier - low.days) <= SHORT else "open"
        rule = f"the label has {low.days} days, and does not say how a break without an event counts"
    else:
        status = "on label" if abs(days - low.days) <= SHORT else "off label"
        rule = f"the label steps after {low.days} days"
    text = f"Stepped to {stepped.text} {days:.4g} days after the last {'restart' if earlier else 'start'}; {rule}."
    return look.finding("step", status, text, asked, origin, (f"{days:.4g} days",), stepped.sources)


def _no_step(look: Look, block: Block, low: Step, asked: str) -> Finding:
    """Return the finding of a cycle in which the step's dose was not reached."""
    stretches, full = look.cycle.stretches, block.steps[-1].rate
    at_low = sum(s.days for s in stretches if look.at_rate(s, low.rate))
    rates = ", then ".join(s.text for s in stretches)
    if any(look.at_rate(s, rate) is None for s in stretches for rate in (low.rate, full)):
        text = f"It ran at {rates}; whether that is a step of this label hangs on the body, which is not known."
        return look.finding("step", "open", text, asked, block.origin)
    if any(look.at_rate(s, low.rate) is False for s in stretches):
        text = f"It ran at {rates}, which are not the rates of the label, so its step was not made."
        return look.finding("step", "not applicable", text, asked, block.origin)
    late = at_low > low.days + SHORT
    text = f"{at_low:.4g} days at the starting dose and no step."
    return look.finding("step", "off label" if late else "not applicable", text, asked, block.origin)


def _escalation(look: Look) -> Origin | None:
    return next((m.origin for m in look.label.modifications if m.event == "CRS" and m.escalate), None)


def _others(look: Look, block: Block) -> Iterator[Finding]:
    """Yield the stretches after the first that ran at no rate of the block."""
    for stretch in look.cycle.stretches[1:]:
        low = _resumed_low(look, block)
        met = [look.at_rate(stretch, step.rate) for step in (*block.steps, *((low,) if low else ()))]
        restarted = any(abs(h.end - stretch.start) <= SHORT for h in look.cycle.holds) and stretch.value is not None
        if any(met) or (restarted and len(block.steps) == 1):
            continue  # the dose of a restart is judged with the event
        asked = " or ".join(look.wanted(step.rate) for step in block.steps)
        status = _status(look, stretch, False if all(m is False for m in met) else None)
        text = f"{stretch.text[:1].upper()}{stretch.text[1:]} from day {stretch.start - look.cycle.start + 1:.4g}; "
        text += f"the label has {asked}."
        yield look.finding("later dose", status, text, asked, block.origin, (stretch.text,), stretch.sources)


def _breaks(look: Look) -> Iterator[Finding]:
    """Yield each break within the cycle: being in it, it is no longer than the label allows."""
    rules = look.label.breaks
    assert rules is not None
    for hold in look.cycle.holds:
        asked = f"up to {rules.same_cycle:g} days: the same cycle to {rules.total} infusion days; longer: a new cycle"
        length = f"{hold.days * 24.0:.3g} h" if hold.days < 1.0 else f"{hold.days:.4g} days"
        again = f" The restart is premedicated and supervised, as after any break of {rules.premedicate:g} h or more."
        text = f"Held for {length}; the same cycle goes on to {rules.total} infusion days."
        text += again if rules.again(hold.days) else ""
        yield look.finding("break", "on label", text, asked, rules.same_origin, (length,))


def _length(look: Look, block: Block) -> Finding:
    days, calendar = look.cycle.infusion_days, look.cycle.last_day
    given = (f"{days:.4g} infusion days", f"{calendar:.4g} calendar days")
    asked = f"{block.days} infusion days"
    origin = look.label.breaks.same_origin if look.label.breaks and look.cycle.holds else block.origin
    text = f"{days:.4g} infusion days, ending on calendar day {calendar:.4g}; the label has {block.days} infusion days."
    if abs(days - block.days) <= SHORT:
        return look.finding("infusion days", "on label", text, asked, origin, given)
    ended = [
        e for e in look.course.episodes
        if look.cycle.start < e.start <= look.cycle.end + 1.0 and days < block.days
        and e.kind == "conclusion" and claims(e.name, _FAILURE)
    ]  # fmt: skip
    if ended:
        text += f' The record then concludes "{ended[0].name}"; whether it was stopped or went on is not judged.'
        events = (*look.cycle.sources, ended[0].source)
        return look.finding("infusion days", "open", text, asked, origin, given, events)
    stops = (e for e in look.course.episodes if e.kind == "stop" and abs(e.start - look.cycle.end) <= 1.0)
    stop = next((e for e in stops if look.label.drug in e.name.lower()), None)
    if stop is not None and stop.detail:
        text += f" The record says: {stop.detail}."
    return look.finding("infusion days", "off label", text, asked, origin, given)
