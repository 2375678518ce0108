"""Rates and doses of a protocol that nobody can be given, and rules that give what does nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trimer.engine.rules import LOGGED, PENDING
from trimer.errors import ProtocolError
from trimer.library.protocol_words import at_rule, time
from trimer.therapy.drug import Drug
from trimer.therapy.protocol import Give, Protocol, Rule
from trimer.therapy.reach import rates_of, running

SHORTEST = 1.0 / 24.0  # day between doses
MOST_DOSES = LOGGED - 112  # of the engager in the whole plan; every dose is logged, and so is every other decision


def check_rates(protocol: Protocol, where: str) -> None:
    """Raise when a rate or dose cannot be given, or is never reached, or a rule gives what has no effect.

    Raises
    ------
    ProtocolError
    """
    _check_drug(protocol, where)
    if protocol.dosing == "intermittent":
        _check_doses(protocol, where)
    _check_reached(protocol, where)
    for rule in protocol.rules:
        if rule.do == "hold":
            _check_resume(protocol, rule, at_rule(where, protocol, rule))
        if rule.do == "give":
            _check_effect(rule.give, f"{at_rule(where, protocol, rule)}: give")
        _check_pending(rule, at_rule(where, protocol, rule))
    if protocol.premedication:
        _check_effect((protocol.premedication.give,), f"{where}: premedication")


def _drug(name: str) -> Drug:
    from trimer.library import drug

    return drug(name)


def _check_drug(protocol: Protocol, where: str) -> None:
    """Raise when the engager has no equations, or none for the route."""
    drug, field = _drug(protocol.drug), f"{where}: drug"
    if not drug.simulated:
        found = f'"{drug.name}", which is recorded and not simulated'
        raise ProtocolError(field, found, "a drug with equations, as rates of any other change nothing")
    if protocol.route not in drug.routes:
        place = field if protocol.dosing == "infusion" else f"{where}: route"
        found = f'{drug.name} by route "{protocol.route}"'
        hint = 'What is not infused day and night is dosed: dosing = "intermittent".' if place == field else ""
        raise ProtocolError(place, found, f"one of {', '.join(drug.routes)}, for which it has equations", hint)
    if protocol.route in ("sc", "im", "po") and "ka" not in drug.pk:
        found = f"{drug.name} by route {protocol.route}, without absorption (ka) in its file"
        raise ProtocolError(f"{where}: route", found, "a route for which it has equations")


def _check_doses(protocol: Protocol, where: str) -> None:
    """Raise when doses cannot follow one another as the file says."""
    if protocol.route == "civ":
        raise ProtocolError(f"{where}: route", '"civ", a continuous infusion', 'a route of single doses, "sc" or "iv"')
    for dose, every in zip(protocol.rates, protocol.dose_every, strict=True):
        if every < SHORTEST:
            raise ProtocolError(f"{where}: dose_every", f"{time(every)} between doses of {dose}", "at least 1 h")
    planned = sum(math.ceil(block.infusion / min(protocol.dose_every)) for block in protocol.numbered)
    if planned > MOST_DOSES:
        expected = f"at most {MOST_DOSES}, as each is kept in a patient's log"
        raise ProtocolError(f"{where}: cycles", f"up to {planned} doses", expected, "Plan fewer cycles.")
    before, every = protocol.premedication, min(protocol.dose_every)
    if before and before.before >= every:
        expected = f"less than the time between doses, {time(every)}"
        raise ProtocolError(f"{where}: premedication.before", time(before.before), expected)


def _check_reached(protocol: Protocol, where: str) -> None:
    """Raise when there is a rate that no patient ever comes to, or a time before a step that nobody takes."""
    if len(protocol.rates) == 1 and protocol.step_after > 0.0:
        found = f"{time(protocol.step_after)}, and a single rate, {protocol.rates[0]}"
        hint = 'Leave it out; a file that extends another writes step_after = "0 day".'
        raise ProtocolError(f"{where}: step_after", found, "a second rate to step to", hint)
    reached = frozenset().union(*running(protocol))
    for i, rate in enumerate(protocol.rates):
        if rate not in reached:
            found = f'"{rate}", which no cycle begins with, no step leads to and no hold resumes at'
            longest = time(max(block.infusion for block in protocol.blocks))
            hint = (
                f"Steps come after {time(protocol.step_after)} at a rate; the longest cycle is treated for {longest}."
            )
            raise ProtocolError(f"{where}: rates[{i}]", found, "a rate that somebody can be given", hint)


def _check_resume(protocol: Protocol, rule: Rule, where: str) -> None:
    """Raise when a hold raises the rate, or never finds the rate it is for."""
    held = rates_of(protocol, rule)
    rank = protocol.rates.index
    if held and rank(rule.resume) > min(map(rank, held)):
        lowest = protocol.rates[min(map(rank, held))]
        found = f'"{rule.resume}", above {lowest}, at which it may have been held'
        hint = f'Raising is what steps are for. With rate = "{rule.resume}" the rule holds at that rate only.'
        raise ProtocolError(f"{where}: resume", found, f'at most "{lowest}"', "" if rule.rate else hint)


def _check_effect(given: Sequence[Give], where: str) -> None:
    """Raise when nothing of what is given has an effect."""
    if any(_drug(give.drug).simulated and _drug(give.drug).effects for give in given):
        return
    names = ", ".join(dict.fromkeys(give.drug for give in given))
    found = f"{names}, without any simulated effect, and nothing else"
    raise ProtocolError(where, found, "a drug that does something, as this changes nothing", "Leave it out.")


def _check_pending(rule: Rule, where: str) -> None:
    """Raise when more is ordered at once than the engine keeps ahead for a patient."""
    ahead = sum(give.times * (2 if give.duration else 1) for give in rule.give)
    if ahead > PENDING:
        found = f"{sum(give.times for give in rule.give)} doses ordered at once"
        hint = "The start and the end of an infusion count as two."
        raise ProtocolError(f"{where}: give", found, f"at most {PENDING} that the engine keeps ahead", hint)
