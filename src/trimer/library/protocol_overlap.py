"""Infusions and courses of a protocol that would run into one another.

Two infusions of one drug overlap when the second can begin before the first has ended. What a rule orders is laid out
from the round at which it acts; how soon a rule can act after another follows from what the two do.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trimer.errors import ProtocolError
from trimer.library.protocol_words import at_rule, time
from trimer.therapy.conditions import can_hold
from trimer.therapy.protocol import Give, Protocol, Rule

TOUCH = 1e-9  # day by which one may end and the next begin, up to rounding


@dataclass(frozen=True)
class _Window:
    """One dose of a course, in days from the round that orders it; a bolus ends as it starts."""

    drug: str
    start: float
    end: float


def check_overlap(protocol: Protocol, where: str) -> None:
    """Raise when infusions of one drug, or courses of one rule, can overlap.

    Raises
    ------
    ProtocolError
    """
    before = protocol.premedication
    if before and before.give.duration > before.before + TOUCH:
        found = f"an infusion of {time(before.give.duration)} that begins {time(before.before)} before"
        expected = f"before of at least {time(before.give.duration)}, so that it is over when {protocol.drug} starts"
        raise ProtocolError(f"{where}: premedication", found, expected)
    for rule in protocol.rules:
        _check_course(rule, at_rule(where, protocol, rule))
        if rule.do == "give" and rule.most > 1:
            _check_again(protocol, rule, at_rule(where, protocol, rule))
    for first, second in itertools.product(protocol.rules, repeat=2):
        _check_pair(protocol, first, second, where)


def _windows(given: Sequence[Give]) -> Iterator[_Window]:
    for give in given:
        for k in range(give.times):
            start = give.after + k * give.every
            yield _Window(give.drug, start, start + give.duration)


def _check_course(rule: Rule, where: str) -> None:
    """Raise when infusions overlap within what one rule orders at once."""
    for i, give in enumerate(rule.give):
        if give.times > 1 and give.duration > give.every + TOUCH:
            found = f"infusions of {give.drug} of {time(give.duration)} every {time(give.every)}"
            expected = f"every of at least {time(give.duration)}, so that one has ended when the next begins"
            raise ProtocolError(f"{where}: give[{i}]", found, expected)
    infusions = sorted((w for w in _windows(rule.give) if w.end > w.start), key=lambda w: (w.drug, w.start))
    for one, two in itertools.pairwise(infusions):
        if one.drug == two.drug and one.end > two.start + TOUCH:
            found = f"infusions of {one.drug} from {_span(one)} and from {_span(two)}"
            raise ProtocolError(f"{where}: give", found, "one infusion of a drug at a time", "Move one by `after`.")


def _span(window: _Window) -> str:
    return f"{time(window.start)} to {time(window.end)}"


def _check_again(protocol: Protocol, rule: Rule, where: str) -> None:
    """Raise when a rule may give again before its course has ended, or more often than the plan is long."""
    for drug in dict.fromkeys(give.drug for give in rule.give):
        course = [w for w in _windows(rule.give) if w.drug == drug]
        first, last = min(w.start for w in course), max(w.end for w in course)
        ends_in_a_bolus = any(w.start == w.end == last for w in course) and last > first
        if rule.again < last - first - TOUCH or (ends_in_a_bolus and rule.again <= last - first + TOUCH):
            found = f"{time(rule.again)}, while a course of {drug} takes {time(last - first)}"
            expected = f"more than {time(last - first)}" if ends_in_a_bolus else f"at least {time(last - first)}"
            raise ProtocolError(f"{where}: again", found, expected, "Or give fewer doses at a time.")
    room = 1 + math.floor(protocol.span / rule.again + TOUCH)
    if rule.most > room:
        found = f"{rule.most} times {time(rule.again)} apart, in a plan of {time(protocol.span)}"
        raise ProtocolError(f"{where}: most", found, f"at most {room}, or there is no limit at all")


def _check_pair(protocol: Protocol, first: Rule, second: Rule, where: str) -> None:
    """Raise when ``second`` can act so soon after ``first`` that an infusion of the same drug still runs."""
    gap = _soonest(protocol, first, second)
    for one, two in itertools.product(_windows(first.give), _windows(second.give)):
        infused = one.drug == two.drug and one.end > one.start and two.end > two.start
        if not infused or one.end <= gap + two.start + TOUCH:
            continue
        place = f"{at_rule(where, protocol, first)}: give"
        expected = "one infusion of a drug at a time"
        if first is second:
            found = f"{one.drug} infused until {time(one.end)}, and a hold that may come again after {time(gap)}"
            raise ProtocolError(place, found, expected, f'Shorten it, or say least = "{time(one.end)}".')
        then = time(gap + two.start)
        found = f'{one.drug} infused until {time(one.end)}, and by the rule "{second.name}" from {then} on'
        raise ProtocolError(place, found, expected, "Shorten it, or let one of the rules do without.")


def _soonest(protocol: Protocol, first: Rule, second: Rule) -> float:
    """Return how soon a rule can act after another has, day; infinite where it cannot.

    In one round a hold comes before what is given, and rules that give follow one another; each asks for its own
    conditions. After a stop nothing acts, after a hold another needs the drug to run again first, and a stop out of a
    hold does not begin the same course again.
    """
    if first.at != "treatment" or second.at != "treatment" or first.do == "stop":
        return math.inf
    if not set(_cycles(protocol, first)) & set(_cycles(protocol, second)):
        return math.inf
    if first.do == second.do == "hold":
        return max(first.least, first.until_lasting, protocol.every) + protocol.every
    if first is second:
        return math.inf if first.most == 1 else max(first.again, protocol.every)
    if first.do == "hold" and (second.rate or (second.do == "stop" and second.give == first.give)):
        return math.inf
    rates = {first.rate, second.rate} - {""}
    at_once = second.do == "give" and len(rates) < 2 and can_hold((*first.when, *second.when))
    return 0.0 if at_once else protocol.every


def _cycles(protocol: Protocol, rule: Rule) -> range:
    return range(rule.cycles[0], rule.cycles[-1] + 1) if rule.cycles else range(1, protocol.cycles + 1)
