"""A protocol turned into the engine's rules for a patient of a given size.

Modes: ``rest`` between cycles (and before the first), one for each rate, one for each rule that holds, ``stopped`` and
``done``. Clocks: infusion in this cycle and since it last began, time at this rate, rest, time off, and time since each
rule gave something. Transitions stand in the order in which a round asks: stop, hold, give, end of a cycle, resume,
what is asked at a cycle's end, start of the next, step.

Premedication is given at the round, the infusion follows ``before`` later; the clocks of the infusion start then, and
holds are looked for from then on. A break lasts until the infusion runs again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from trimer.engine.problem import System
from trimer.engine.rules import Action, Do, Guard, Lookup, Rules, Transition
from trimer.errors import ProtocolError
from trimer.library.protocol_checks import check_protocol
from trimer.observables import OBSERVABLES
from trimer.study.assemble import ABSORBED
from trimer.study.grades import crs_lookup
from trimer.therapy.administration import Route
from trimer.therapy.amount import parse_amount
from trimer.therapy.conditions import GRADE
from trimer.therapy.drug import Drug
from trimer.therapy.protocol import Block, Condition, Give, Moment, Protocol, Rule
from trimer.therapy.size import Size

REST, STOPPED, DONE = "rest", "stopped", "done"
CYCLE, INFUSED, RUNNING, AT_RATE, RESTED, OFF = "cycle", "infused", "running", "at_rate", "rested", "off"
SINCE_DOSE = "since_dose"  # day, of an engager that is dosed intermittently
DOSE = "dose of "  # begins the name of a transition that gives a dose of the engager
LONG_AGO = 1e6  # day
MOMENT = 1e-6  # day, less than which nothing lasts
HALF = 0.5  # cycles are counted in whole numbers; halves divide them whatever rounding does


@dataclass(frozen=True)
class _Cycles:
    """A block with the numbers of its first and last cycle."""

    block: Block
    first: int
    last: int


def _waited(rule: Rule) -> str:
    """Return the clock of how long a cycle has waited by a rule."""
    return f"waited {rule.name}"


def _lowest(signal: str) -> str:
    """Return the register in which the lowest value of a signal is kept."""
    return f"lowest {signal}"


def protocol_rules(
    protocol: Protocol, system: System, drugs: Mapping[str, Drug], size: Size, shares: Mapping[str, float]
) -> Rules:
    """Return a protocol as rules of the engine.

    Parameters
    ----------
    protocol : Protocol
        Its first infusion (or dose) starts on day 0.
    system : System
        With the terms of every drug the protocol gives.
    drugs : mapping of str to Drug
    size : Size
    shares : mapping of str to float
        Bioavailability by ``<drug>_F_<route>``; 1 where it is not there.

    Raises
    ------
    ProtocolError
        When a drug cannot be given as the protocol says, or the protocol cannot be carried out by the grades of its
        scale (see :mod:`trimer.library.protocol_checks`).
    LibraryError, UnitError
        When the scale or an amount is at fault.
    """
    compiler = _Compiler(protocol, system, drugs, size, shares)
    check_protocol(protocol, protocol.name, next(iter(compiler.lookups()), None))
    return compiler.rules()


class _Compiler:
    """Write the transitions of one protocol."""

    def __init__(
        self, protocol: Protocol, system: System, drugs: Mapping[str, Drug], size: Size, shares: Mapping[str, float]
    ) -> None:
        self.protocol, self.system, self.drugs, self.size, self.shares = protocol, system, drugs, size, shares
        self.lead = protocol.premedication.before if protocol.premedication else 0.0
        self.every = dict(zip(protocol.rates, protocol.dose_every, strict=False))
        self.rates = {rate: f"doses of {rate}" if self.every else f"infusion at {rate}" for rate in protocol.rates}
        self.holds = {rule.name: f"held: {rule.name}" for rule in protocol.rules if rule.do == "hold"}
        self.blocks: list[_Cycles] = []
        for block in protocol.blocks:
            first = self.blocks[-1].last + 1 if self.blocks else 1
            self.blocks.append(_Cycles(block, first, first + block.count - 1))

    def rules(self) -> Rules:
        """Return everything."""
        running, held = tuple(self.rates.values()), tuple(self.holds.values())
        everywhere = (REST, *running, *held, STOPPED, DONE)
        giving = [r for r in self.protocol.rules if r.do == "give"]
        waiting = [_waited(r) for r in self.protocol.rules if r.do == "wait"]
        registers = {CYCLE: 0.0, INFUSED: 0.0, RUNNING: 0.0, AT_RATE: 0.0, RESTED: LONG_AGO, OFF: 0.0}
        registers |= {_lowest(signal): LONG_AGO for signal in self._over_lowest()}
        registers |= {f"{what} {r.name}": n for r in giving for what, n in (("since", LONG_AGO), ("count", 0.0))}
        clocks = {INFUSED: running, RUNNING: running, AT_RATE: running, RESTED: (REST,), OFF: held}
        clocks |= {f"since {r.name}": everywhere for r in giving}
        registers |= {SINCE_DOSE: 0.0} if self.every else {}
        clocks |= {SINCE_DOSE: running} if self.every else {}
        registers |= dict.fromkeys(waiting, -LONG_AGO)
        clocks |= dict.fromkeys(waiting, (REST,))
        return Rules(
            transitions=tuple(self._transitions()),
            modes=everywhere,
            registers=registers,
            clocks=clocks,
            lookups=self.lookups(),
            start=0.0 - self._wait("cycle"),
            every=self.protocol.every,
        )

    def lookups(self) -> tuple[Lookup, ...]:
        """Return the table of grades, when a rule asks for one."""
        graded = any(c.signal == GRADE for r in self.protocol.rules for c in (*r.when, *r.until))
        return (crs_lookup(GRADE, self.protocol.scale, self.protocol.grade),) if graded else ()

    def _over_lowest(self) -> tuple[str, ...]:
        """Return the signals that some rule counts from their lowest value."""
        return tuple(dict.fromkeys(c.signal for r in self.protocol.rules for c in r.when if c.over_lowest))

    def _transitions(self) -> Iterator[Transition]:
        rules = self.protocol.rules
        for rule in rules:
            if rule.at == "treatment" and rule.do == "stop":
                yield from self._stops(rule)
        for rule in rules:
            if rule.do == "hold":
                yield self._hold(rule)
        for rule in rules:
            if rule.do == "give":
                yield self._give_rule(rule)
        for cycles in self.blocks:
            yield from self._end(cycles)
        for rule in rules:
            if rule.do == "hold":
                yield from self._resume(rule)
        at_end = (Guard(register=RESTED, above=False, limit=MOMENT), Guard(register=INFUSED, limit=MOMENT))
        for rule in rules:
            if rule.at == "cycle end":
                stop = self._stop(rule, (REST,), rule.give)
                yield replace(stop, guards=(*at_end, *stop.guards))
        for signal in self._over_lowest():
            lower = Guard(signal=signal, register=_lowest(signal), weight=-1.0, above=False)
            keep = Action(Do.KEEP, _lowest(signal), signal=signal)
            yield Transition(f"lowest {signal} so far", (REST,), (*at_end, lower), (keep,), quiet=True)
        for number, cycles in enumerate(self.blocks):
            before = self.blocks[number - 1] if number else None
            yield from self._start(cycles, cycles.first, cycles.first, (before or cycles).block.rest)
            if cycles.last > cycles.first:
                yield from self._start(cycles, cycles.first + 1, cycles.last, cycles.block.rest)
        yield from self._steps()
        for rate, every in self.every.items():
            yield self._dose(rate, every)

    # ---- what treatment reacts to

    def _guards(self, rule: Rule) -> tuple[Guard, ...]:
        found = [self._guard(c) for c in rule.when]
        if rule.cycles:
            found.append(Guard(register=CYCLE, limit=rule.cycles[0] - HALF))
            found.append(Guard(register=CYCLE, above=False, limit=rule.cycles[-1] + HALF))
        return tuple(found)

    def _guard(self, condition: Condition) -> Guard:
        simulated = (*self.system.outputs, *self.system.states)
        if condition.signal not in (GRADE, *simulated):
            known = ", ".join(name for name in OBSERVABLES if name in simulated)
            where = f"{self.protocol.name}: rules"
            raise ProtocolError(where, f'"{condition.signal}"', f"{GRADE} or what the model knows: {known}")
        if condition.over_lowest:
            return Guard(condition.signal, _lowest(condition.signal), -1.0, condition.above, condition.limit)
        return Guard(condition.signal, above=condition.above, limit=condition.limit)

    def _modes(self, rule: Rule) -> tuple[str, ...]:
        return (self.rates[rule.rate],) if rule.rate else tuple(self.rates.values())

    def _off(self) -> tuple[Action, ...]:
        """Return what ends the infusion now; doses end with their mode."""
        if self.every:
            return ()
        return Action(Do.CANCEL, self.protocol.drug), Action(Do.SET, self.protocol.drug, 0.0)

    def _stops(self, rule: Rule) -> Iterator[Transition]:
        """Yield how a rule stops treatment; out of a hold that began the same course, it is not begun again."""
        same = tuple(
            self.holds[r.name] for r in self.protocol.rules if r.do == "hold" and r.give and r.give == rule.give
        )
        held = () if rule.rate else tuple(mode for mode in self.holds.values() if mode not in same)
        yield self._stop(rule, (*self._modes(rule), *held), rule.give)
        if same and not rule.rate:
            yield self._stop(rule, same, ())

    def _stop(self, rule: Rule, modes: tuple[str, ...], give: tuple[Give, ...]) -> Transition:
        actions = (*self._off(), *self._gives(give))
        return Transition(f"stop: {rule.name}", modes, self._guards(rule), actions, STOPPED, rule.lasting)

    def _hold(self, rule: Rule) -> Transition:
        actions = (*self._off(), Action(Do.PUT, OFF, 0.0), *self._gives(rule.give))
        guards = (*self._guards(rule), *([Guard(register=RUNNING)] if self.lead else []))
        return Transition(f"hold: {rule.name}", self._modes(rule), guards, actions, self.holds[rule.name], rule.lasting)

    def _give_rule(self, rule: Rule) -> Transition:
        since, count = f"since {rule.name}", f"count {rule.name}"
        guards = (*self._guards(rule), Guard(register=since, limit=rule.again))
        guards += (Guard(register=count, above=False, limit=rule.most - HALF),)
        actions = (Action(Do.PUT, since, 0.0), Action(Do.COUNT, count, 1.0), *self._gives(rule.give))
        modes = self._modes(rule) if rule.rate else (*self._modes(rule), *self.holds.values())
        return Transition(f"give: {rule.name}", modes, guards, actions, "", rule.lasting)

    def _resume(self, rule: Rule) -> Iterator[Transition]:
        """Yield how a hold ends: as the length of the break asks, or by stopping when it takes too long."""
        held, to = (self.holds[rule.name],), self.rates[rule.resume]
        ready = (*(self._guard(c) for c in rule.until), Guard(register=OFF, limit=rule.least))
        again, last = self.protocol.new_cycle_after - self._wait("restart") + MOMENT, self.protocol.cycles
        short = self._break()
        name = f"resume at {rule.resume}: {rule.name}"

        def ends(
            name: str, low: float, high: float | None, actions: tuple[Action, ...], to: str, *also: Guard
        ) -> Transition:
            length = [Guard(register=OFF, limit=low)] if low else []
            length += [Guard(register=OFF, above=False, limit=high)] if high is not None else []
            return Transition(name, held, (*ready, *length, *also), actions, to, rule.until_lasting)

        if short > 0.0:
            yield ends(name, 0.0, min(short, again), self._begin(rule.resume, None), to)
        if short < again:
            continued = (*self._begin(rule.resume, "restart"), Action(Do.COUNT, INFUSED, -self._wait("restart")))
            yield ends(name, short, again, continued, to)
        moment: Moment = "cycle" if self._medicated("cycle") else "restart"
        anew = (*self._begin(rule.resume, moment), Action(Do.COUNT, CYCLE, 1.0))
        anew += (Action(Do.PUT, INFUSED, -self._wait(moment)),)
        fewer = Guard(register=CYCLE, above=False, limit=last - HALF)
        yield ends(f"new cycle at {rule.resume}: {rule.name}", again, None, anew, to, fewer)
        yield ends(f"end of the last cycle: {rule.name}", again, None, (), DONE, replace(fewer, above=True))
        if rule.longest:
            too_long = (Guard(register=OFF, limit=rule.longest),)
            yield Transition(f"stop: {rule.name}, held too long", held, too_long, self._off(), STOPPED)

    def _break(self) -> float:
        """Return how long a break needs no premedication, day."""
        before = self.protocol.premedication
        return before.after_break if before and "restart" in before.moments else math.inf

    # ---- the plan

    def _cycle(self, first: int, last: int) -> tuple[Guard, ...]:
        """Return the guards of cycles ``first`` to ``last``."""
        return Guard(register=CYCLE, limit=first - HALF), Guard(register=CYCLE, above=False, limit=last + HALF)

    def _end(self, cycles: _Cycles) -> Iterator[Transition]:
        over = (*self._cycle(cycles.first, cycles.last), Guard(register=INFUSED, limit=cycles.block.infusion))
        actions = (*self._off(), Action(Do.PUT, RESTED, 0.0))
        modes = (*self.rates.values(), *self.holds.values())  # held in the round in which the cycle was over anyway
        yield Transition("end of a cycle", modes, over, actions, REST)

    def _start(self, cycles: _Cycles, first: int, last: int, rest: float) -> Iterator[Transition]:
        """Yield how cycles ``first`` to ``last`` start after a rest, and what may keep them from it."""
        lead = self._wait("cycle")
        due = max(rest - lead, 0.0)
        ready = (*self._cycle(first - 1, last - 1), Guard(register=RESTED, limit=due))
        for rule in self.protocol.rules:
            if rule.at != "cycle start":
                continue
            guards = (*ready, *(self._guard(c) for c in rule.when))
            if rule.cycles:
                guards += self._cycle(rule.cycles[0] - 1, rule.cycles[-1] - 1)
            if rule.do == "wait":
                yield from self._waits(rule, guards, due)
                continue
            actions: tuple[Action, ...]
            if rule.do == "skip":
                whole = Action(Do.PUT, RESTED, -lead - cycles.block.infusion)
                actions, to = (whole, Action(Do.PUT, INFUSED, 0.0), Action(Do.COUNT, CYCLE, 1.0)), ""
            else:
                actions, to = self._off(), STOPPED
            name = f"{rule.do}: {rule.name}"
            yield Transition(name, (REST,), guards, (*actions, *self._gives(rule.give)), to, rule.lasting)
        actions = (*self._begin(cycles.block.first, "cycle"), Action(Do.COUNT, CYCLE, 1.0))
        actions += (Action(Do.PUT, INFUSED, -lead),)
        actions += tuple(Action(Do.PUT, _waited(r), -LONG_AGO) for r in self.protocol.rules if r.do == "wait")
        yield Transition("start of a cycle", (REST,), ready, actions, self.rates[cycles.block.first])
        if last == self.protocol.cycles:
            all_given = Guard(register=CYCLE, limit=last - HALF)
            yield Transition("end of the plan", (REST,), (all_given,), (), DONE)

    def _waits(self, rule: Rule, guards: tuple[Guard, ...], due: float) -> Iterator[Transition]:
        """Yield how a cycle that is due waits, from round to round; only the first round is logged and gives."""
        clock = _waited(rule)
        again = (Action(Do.PUT, RESTED, due - self.protocol.every), Action(Do.PUT, INFUSED, 0.0))
        if rule.longest:
            too_long = (*guards, Guard(register=clock, limit=rule.longest))
            yield Transition(f"stop: {rule.name}, waited too long", (REST,), too_long, self._off(), STOPPED)
        began = Guard(register=clock, limit=-HALF)
        yield Transition(f"wait: {rule.name}, still", (REST,), (*guards, began), again, quiet=True)
        first = (Action(Do.PUT, clock, 0.0), *again, *self._gives(rule.give))
        anew = replace(began, above=False)
        yield Transition(f"wait: {rule.name}", (REST,), (*guards, anew), first, "", rule.lasting)

    def _steps(self) -> Iterator[Transition]:
        for low, high in zip(self.protocol.rates, self.protocol.rates[1:], strict=False):
            long_enough = Guard(register=AT_RATE, limit=self.protocol.step_after - self._wait("step"))
            yield Transition(
                f"step to {high}", (self.rates[low],), (long_enough,), self._begin(high, "step"), self.rates[high]
            )

    # ---- doses

    def _medicated(self, moment: Moment) -> bool:
        before = self.protocol.premedication
        return before is not None and moment in before.moments

    def _wait(self, moment: Moment) -> float:
        """Return how long before an infusion its premedication is given, day."""
        return self.lead if self._medicated(moment) else 0.0

    def _begin(self, rate: str, moment: Moment | None) -> tuple[Action, ...]:
        """Return what begins an infusion, with its premedication if it is a moment for it, and starts its clocks."""
        wait = self._wait(moment) if moment else 0.0
        before = self._given(self.protocol.premedication.give) if wait and self.protocol.premedication else ()
        if self.every:
            start = Action(Do.PUT, SINCE_DOSE, self.every[rate] - wait)
        else:
            start = Action(Do.SET, self.protocol.drug, self._amount(rate), wait)
        clocks = [AT_RATE] if moment == "step" else [AT_RATE, RUNNING]
        return *before, start, *(Action(Do.PUT, clock, -wait) for clock in clocks)

    def _amount(self, rate: str) -> float:
        """Return a rate of the engager, ug/day, or a dose of it, ug, for this patient."""
        drug, where = self.drugs[self.protocol.drug], f"{self.protocol.name}: rates"
        amount = parse_amount(rate, drug.amount_unit, where)
        if amount.rate != (not self.every):
            raise ProtocolError(where, f'"{rate}"', "a dose" if self.every else "an amount per day")
        return amount.total(self.size, 1.0)

    def _dose(self, rate: str, every: float) -> Transition:
        """Return how one dose of the engager is given when it is due."""
        drug, route, amount = self.protocol.drug, self.protocol.route, self._amount(rate)
        if route in ABSORBED and f"{drug}_depot" not in self.system.states:
            found = f"{drug} by route {route}, and a model without its depot"
            raise ProtocolError(f"{self.protocol.name}: route", found, "the model with the route of the protocol")
        state, share = self._place(drug, route)
        given = Action(Do.ADD, state, share * amount), Action(Do.PUT, SINCE_DOSE, 0.0)
        return Transition(f"{DOSE}{rate}", (self.rates[rate],), (Guard(register=SINCE_DOSE, limit=every),), given)

    def _gives(self, give: tuple[Give, ...]) -> tuple[Action, ...]:
        return tuple(action for line in give for action in self._given(line))

    def _given(self, give: Give) -> tuple[Action, ...]:
        """Return the doses of one line."""
        drug, where = self.drugs[give.drug], f"{self.protocol.name}: {give.drug}"
        if give.route not in drug.routes:
            raise ProtocolError(where, f'route "{give.route}"', f"one of {', '.join(drug.routes)}")
        if not drug.simulated:
            return ()
        if give.drug == self.protocol.drug:
            raise ProtocolError(where, "the infused drug among what a rule gives", "another drug")
        amount = parse_amount(give.amount, drug.amount_unit, where)
        total = amount.total(self.size, give.duration)
        if amount.measure and drug.cap:
            total = min(
                total, parse_amount(drug.cap, drug.amount_unit, f"{where}: cap").total(self.size, give.duration)
            )
        actions: list[Action] = []
        for k in range(give.times):
            at = give.after + k * give.every
            if give.duration > 0.0 and give.route in ("iv", "civ"):
                rate = total / give.duration
                actions += [
                    Action(Do.CHANGE, give.drug, rate, at),
                    Action(Do.CHANGE, give.drug, -rate, at + give.duration),
                ]
            else:
                state, share = self._place(give.drug, give.route)
                actions.append(Action(Do.ADD, state, share * total, at))
        return tuple(actions)

    def _place(self, drug: str, route: Route) -> tuple[str, float]:
        """Return the state a dose goes to, and the share of it that arrives."""
        if route in ABSORBED and f"{drug}_depot" in self.system.states:
            return f"{drug}_depot", self.shares.get(f"{drug}_F_{route}", 1.0)
        return (f"{drug}_csf" if route == "it" else f"{drug}_central"), 1.0
