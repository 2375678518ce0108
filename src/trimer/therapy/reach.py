"""Which rates a plan can come to, cycle by cycle, and for how long its rules can watch what they wait for."""

from __future__ import annotations

import math

from trimer.therapy.protocol import Protocol, Rule


def running(protocol: Protocol) -> tuple[frozenset[str], ...]:
    """Return the rates that can run in each cycle, the first being cycle 1.

    A cycle begins with its own; a step leads to the next when the cycle outlasts ``step_after``; a hold resumes at its
    rate, in the same cycle or, after a long break, as the next one. Conditions are taken as possible.
    """
    numbered = protocol.numbered
    found = [{block.first} for block in numbered]
    higher = dict(zip(protocol.rates, protocol.rates[1:], strict=False))
    grown = True
    while grown:
        before = sum(map(len, found))
        for i, block in enumerate(numbered):
            if block.infusion > protocol.step_after:
                found[i] |= {higher[rate] for rate in found[i] if rate in higher}
            for rule in protocol.rules:
                if rule.do == "hold" and rule.counts_in(i + 1) and (not rule.rate or rule.rate in found[i]):
                    for later in found[i : i + 2]:
                        later.add(rule.resume)
        grown = sum(map(len, found)) > before
    return tuple(map(frozenset, found))


def rates_of(protocol: Protocol, rule: Rule) -> frozenset[str]:
    """Return the rates at which a rule of the treatment can act: those of its cycles that can run, or its own."""
    by_cycle = running(protocol)
    found = frozenset().union(*(rates for i, rates in enumerate(by_cycle, start=1) if rule.counts_in(i)))
    return found & {rule.rate} if rule.rate else found


def watched(protocol: Protocol, cycle: int) -> bool:
    """Whether rules look at the patient in the rounds of a cycle's treatment, so that what lasts is seen to last."""
    return any(rule.at == "treatment" and rule.counts_in(cycle) for rule in protocol.rules)


def longest_watch(protocol: Protocol, rule: Rule) -> float:
    """Return for how long at most, day, what a rule asks for can have lasted in its eyes when it is looked at.

    Rounds of the treatment follow one another from the start of a cycle to its end, and into the next where a rest is
    no longer than a round; a rest is watched only for what is asked at the start of a cycle. While held, what may stop
    or give is looked for too. Without limit where a hold or a wait has none.
    """
    if protocol.cycles > 1 and any(block.rest <= protocol.every for block in protocol.numbered):
        return math.inf
    if rule.at == "cycle start":
        return _before_a_cycle(protocol, rule)
    cycles = [i for i in range(1, protocol.cycles + 1) if rule.counts_in(i)]
    if rule.at == "cycle end":
        cycles = [i for i in cycles if watched(protocol, i)]
    treated = max((protocol.numbered[i - 1].infusion for i in cycles), default=0.0)
    if rule.do == "hold" or rule.rate:
        return treated
    return treated + sum(r.longest or math.inf for r in protocol.rules if r.do == "hold")


def _before_a_cycle(protocol: Protocol, rule: Rule) -> float:
    """Return how long the time before a rule's cycles is watched: not at all before the first."""
    if any(other.do == "wait" for other in protocol.rules if other is not rule):
        return math.inf
    before = protocol.premedication
    lead = before.before if before and "cycle" in before.moments else 0.0
    return max(
        (
            block.rest - lead + (block.infusion if watched(protocol, i) else 0.0)
            for i, block in enumerate(protocol.numbered[:-1], start=1)
            if rule.counts_in(i + 1)
        ),
        default=0.0,
    )
