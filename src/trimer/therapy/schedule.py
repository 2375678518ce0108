"""A step-dosed schedule as nine numbers, and what a protocol's plan comes to in drug, bags and vials."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from trimer.therapy.amount import parse_amount
from trimer.therapy.protocol import Protocol
from trimer.therapy.size import Size

CONTINUOUS = "continuous"
MOMENT = 1e-9  # relative; rounding makes no extra bag or vial


@dataclass(frozen=True)
class Schedule:
    """Hold a schedule of infusions: what an optimisation decides.

    Attributes
    ----------
    first_dose, second_dose : float, ug/day (ug/m2/day where the protocol doses by surface)
        Before and after the step; equal for none.
    days_before_step : float, day
        Of infusion at the first dose.
    infusion_days : float, day
        Of a cycle.
    interval : float, day
        Without treatment after a cycle.
    pattern : str
        Within a cycle: ``"continuous"`` or for example ``"7 on 7 off"`` (days).
    cycles : int
        Of induction and consolidation.
    dexamethasone : float, mg
        Premedication; 0 for none.
    maintenance : bool
        Whether the protocol's later, rarer cycles follow.
    """

    first_dose: float
    days_before_step: float
    second_dose: float
    infusion_days: float
    interval: float
    pattern: str
    cycles: int
    dexamethasone: float
    maintenance: bool

    def periods(self) -> list[tuple[float, float]]:
        """Return the days of infusion and of rest of one cycle, in order; the last rest is the interval.

        Raises
        ------
        ValueError
            When the pattern is none.
        """
        if self.pattern == CONTINUOUS:
            return [(self.infusion_days, self.interval)]
        on, off = pattern_days(self.pattern)
        whole = math.floor(self.infusion_days / on + MOMENT)
        runs = [on] * whole
        left = self.infusion_days - whole * on
        runs += [left] if left > MOMENT * on else []
        return [(run, off) for run in runs[:-1]] + [(runs[-1], self.interval)]


def pattern_days(text: str) -> tuple[float, float]:
    """Return the days on and off of a pattern such as ``"7 on 7 off"``.

    Raises
    ------
    ValueError
        When it is none.
    """
    words = text.split()
    if len(words) != 4 or words[1::2] != ["on", "off"] or not all(w.isdecimal() and int(w) > 0 for w in words[::2]):
        raise ValueError(text)
    return float(words[0]), float(words[2])


@dataclass(frozen=True)
class Supply:
    """Hold how drug is supplied: ug in a ``vial``, days a ``bag`` runs, and drug put into a bag per drug infused."""

    vial: float
    bag: float
    overfill: float = 1.0


@dataclass(frozen=True)
class Planned:
    """Hold what a plan comes to in a patient whose infusion is never held.

    Attributes
    ----------
    daily_dose : float, ug/day
        The largest.
    amount : float, ug
        Infused.
    infusion_days : float, day
    bags, vials : int
    waste : float
        Share of the vials' content that is not infused.
    """

    daily_dose: float
    amount: float
    infusion_days: float
    bags: int
    vials: int
    waste: float


def planned(protocol: Protocol, size: Size, supply: Supply) -> Planned:
    """Return what the plan of a protocol of infusions comes to.

    Every change of rate starts a bag of its own, and a vial is not kept for the next bag.

    Raises
    ------
    TrimerError
        When a rate is none.
    """
    runs = list(_runs(protocol, size))
    bags = vials = 0
    for rate, days in runs:
        whole = math.floor(days / supply.bag + MOMENT)
        left = days - whole * supply.bag
        filled = [supply.bag] * whole + ([left] if left > MOMENT * supply.bag else [])
        bags += len(filled)
        vials += sum(math.ceil(rate * time * supply.overfill / supply.vial - MOMENT) for time in filled)
    amount = sum(rate * days for rate, days in runs)
    return Planned(
        daily_dose=max(rate for rate, _ in runs),
        amount=amount,
        infusion_days=sum(days for _, days in runs),
        bags=bags,
        vials=vials,
        waste=1.0 - amount / (vials * supply.vial) if vials else 0.0,
    )


def _runs(protocol: Protocol, size: Size) -> Iterator[tuple[float, float]]:
    """Yield rate [ug/day] and days of every stretch at one rate."""
    rates = [parse_amount(r, "ug", f"{protocol.name}: rates").total(size, 1.0) for r in protocol.rates]
    for block in protocol.blocks:
        for _ in range(block.count):
            left, at = block.infusion, protocol.rates.index(block.first)
            while left > protocol.step_after and at < len(rates) - 1:
                yield rates[at], protocol.step_after
                left, at = left - protocol.step_after, at + 1
            yield rates[at], left
