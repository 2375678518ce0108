"""Rules of a protocol that can never act, and rules that act for ever.

A rule never acts when its conditions cannot hold together in a patient, when what must last cannot, when its rate does
not run in its cycles, or when an earlier rule takes the patient away whenever its conditions hold. It acts for ever
when what ends it is true while its cause is: a hold that is over at the next round and taken again at the one after.
Only what is certain is refused. Conditions are compared as regions of signals (:mod:`trimer.therapy.conditions`), so
that the order of rules, their cycles and their rates decide and no patient is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trimer.errors import ProtocolError
from trimer.library.protocol_words import at_rule, time
from trimer.therapy.conditions import OVER, Grading, always_hold, can_hold, implies, possible, regions, words
from trimer.therapy.protocol import Condition, Protocol, Rule
from trimer.therapy.reach import longest_watch, rates_of

TOUCH = 1e-9  # day


def check_logic(protocol: Protocol, where: str, grading: Grading | None = None) -> None:
    """Raise when a rule can never act, or acts for ever.

    Parameters
    ----------
    protocol : Protocol
    where : str
    grading : Grading, optional
        The table of the scale's grades; without it a grade is any from 0 to 4, whatever the signs.

    Raises
    ------
    ProtocolError
        At the first such rule.
    """
    for rule in protocol.rules:
        place = at_rule(where, protocol, rule)
        _check_possible(rule.when, f"{place}: when", "can never act", grading)
        _check_over_lowest(protocol, rule, place)
        _check_lasting(protocol, rule, place)
        _check_rate(protocol, rule, place)
        if rule.do == "hold":
            _check_hold(rule, place, grading)
        if rule.do == "wait" and always_hold(rule.when, grading):
            found = f"{words(rule.when)}, which holds in every patient"
            raise ProtocolError(f"{place}: when", found, "what a cycle can stop waiting for", _ALWAYS)
    _check_skips(protocol, where, grading)
    _check_shadows(protocol, where, grading)


_ALWAYS = "As it stands no cycle ever starts."


def _check_possible(conditions: Sequence[Condition], where: str, outcome: str, grading: Grading | None) -> None:
    """Raise when conditions cannot hold together, and say which of them is to blame."""
    if can_hold(conditions, grading):
        return
    for c in conditions:
        if not can_hold((c,)):
            axis = f"{c.signal}{OVER}" if c.over_lowest else c.signal
            expected = f"what can be, as {axis} is {possible(axis).words}"
            raise ProtocolError(where, f"{words((c,))}, so that it {outcome}", expected)
    reason = "conditions that can hold together"
    hint = "" if grading is None or not can_hold(conditions) else _grades(conditions, grading)
    raise ProtocolError(where, f"{words(conditions)}, so that it {outcome}", reason, hint)


def _grades(conditions: Sequence[Condition], grading: Grading) -> str:
    """Return which grades of the scale the other conditions leave."""
    others = [c for c in conditions if c.signal != "crs_grade"]
    grades = sorted({round(found["crs_grade"].low) for found in regions(others, grading)})
    return f"With the signs asked for, the scale gives grade {' or '.join(map(str, grades))} only."


def _check_over_lowest(protocol: Protocol, rule: Rule, where: str) -> None:
    """Raise when a rise over the lowest value is asked for only where there is nothing to compare with."""
    last = rule.cycles[-1] if rule.cycles else protocol.cycles
    if last == 1 and any(c.over_lowest and c.above for c in rule.when):
        found = "a rise over the lowest value, asked for at the end of the first cycle only"
        raise ProtocolError(f"{where}: when", found, "a later cycle too, as the first has nothing to compare with")


def _check_lasting(protocol: Protocol, rule: Rule, where: str) -> None:
    """Raise when what must last cannot, in the time in which a rule looks."""
    longest = longest_watch(protocol, rule)
    if rule.lasting > longest + TOUCH:
        found = f"{time(rule.lasting)}, longer than anybody looks for it"
        phase = {"treatment": "the treatment of its cycles", "cycle end": "the treatment before it"}
        what = phase.get(rule.at, "the time before its cycles")
        expected = f"at most {time(longest)}, {what}"
        hint = "" if longest else "Nothing looks before that moment; leave it out."
        raise ProtocolError(f"{where}: for", found, expected, hint)
    if rule.longest and rule.until_lasting > rule.longest + TOUCH:
        found = f"{time(rule.until_lasting)}, in a hold that is given up after {time(rule.longest)}"
        raise ProtocolError(f"{where}: until_for", found, f"at most longest, {time(rule.longest)}")


def _check_rate(protocol: Protocol, rule: Rule, where: str) -> None:
    """Raise when the rate of a rule runs in none of its cycles."""
    if rule.rate and not rates_of(protocol, rule):
        cycles = f"cycles {rule.cycles[0]} to {rule.cycles[-1]}" if rule.cycles else "any cycle"
        found = f'"{rule.rate}", which does not run in {cycles}'
        raise ProtocolError(f"{where}: rate", found, "a rate that runs then, or the rule can never act")


def _check_hold(rule: Rule, where: str, grading: Grading | None) -> None:
    """Raise when a hold cannot end, or ends while what began it lasts and is taken again.

    A hold that resumes at another rate than its own (``rate``) is no circle: it lowers the rate.
    """
    _check_possible(rule.until, f"{where}: until", "can never end", grading)
    if rule.rate and rule.rate != rule.resume:
        return
    hint = "Let `until` ask for the end of what began it; the shortest hold is `least`."
    if always_hold(rule.when, grading):
        found = f"{words(rule.when)}, which holds in every patient, so that it holds for ever"
        raise ProtocolError(f"{where}: when", found, "what a patient can be without", hint)
    if implies(rule.when, rule.until, grading):
        circle = "so that the hold ends and is taken again for ever"
        found = f"{words(rule.until)}, true whenever {words(rule.when)} is, {circle}"
        raise ProtocolError(f"{where}: until", found, "what is not yet true while the cause of the hold lasts", hint)


def _check_skips(protocol: Protocol, where: str, grading: Grading | None) -> None:
    """Raise when every cycle is skipped, whoever the patient."""
    skips = [r for r in protocol.rules if r.do == "skip" and not r.lasting and always_hold(r.when, grading)]
    if skips and all(any(r.counts_in(i) for r in skips) for i in range(1, protocol.cycles + 1)):
        found = f"{words(skips[0].when)}, which holds in every patient, so that every cycle is skipped"
        raise ProtocolError(f"{at_rule(where, protocol, skips[0])}: when", found, "what a patient can be without")


def _check_shadows(protocol: Protocol, where: str, grading: Grading | None) -> None:
    """Raise when a rule is never reached because an earlier one takes the patient away whenever it could act."""
    for earlier, later in _in_order(protocol):
        covers = implies(later.when, earlier.when, grading) and earlier.lasting <= later.lasting + TOUCH
        in_cycles = all(earlier.counts_in(i) for i in range(1, protocol.cycles + 1) if later.counts_in(i))
        at_rate = not earlier.rate or earlier.rate == later.rate
        if covers and in_cycles and at_rate:
            found = f'{words(later.when)}, at which "{earlier.name}" ({words(earlier.when)}) always acts before it'
            order = "Stops are asked before holds, and these before what is given, whatever their order in the file."
            hint = order if earlier.do != later.do and earlier.at == "treatment" else "Earlier rules go first."
            raise ProtocolError(f"{at_rule(where, protocol, later)}: when", found, "a rule that can act", hint)


def _in_order(protocol: Protocol) -> Iterator[tuple[Rule, Rule]]:
    """Yield pairs of rules of which the first, when it acts, leaves the second nothing to act on.

    The order is the compiler's: of a treatment's round stops, then holds, then what is given; of a cycle's start and
    end the order of the file. What is given is looked for while held too, unless it is for one rate; and it has the
    hour of premedication, in which no hold is looked for, to itself.
    """
    rules = protocol.rules
    for moment in ("cycle start", "cycle end"):
        asked = [r for r in rules if r.at == moment]
        yield from ((a, b) for i, a in enumerate(asked) for b in asked[i + 1 :])
    stops, holds, gives = ([r for r in rules if r.at == "treatment" and r.do == do] for do in ("stop", "hold", "give"))
    for same in (stops, holds):
        yield from ((a, b) for i, a in enumerate(same) for b in same[i + 1 :])
    yield from ((a, b) for a in stops for b in (*holds, *gives))
    if protocol.premedication is None:
        yield from ((a, b) for a in holds for b in gives if b.rate)
