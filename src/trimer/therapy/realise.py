"""Orders and regimens turned into the doses one patient is given: the only place where dosing arithmetic happens."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from trimer.errors import ProtocolError
from trimer.therapy.administration import Administration, DoseKind, Route
from trimer.therapy.amount import Amount, parse_amount
from trimer.therapy.drug import Drug
from trimer.therapy.order import Order
from trimer.therapy.regimen import Dose, Regimen
from trimer.therapy.size import Size

# Length of a single order whose record does not say how long it ran, day (convention of this project).
USUAL_DURATION: Mapping[str, float] = {"iv": 1.0 / 24.0, "po": 0.0, "sc": 0.0, "im": 0.0, "it": 0.0}
Entry = TypeVar("Entry", Drug, Regimen)
_TOUCH = 1e-9  # day; infusions may end and begin at the same instant, up to rounding


def realise(
    orders: Sequence[Order], size: Size, regimens: Mapping[str, Regimen], drugs: Mapping[str, Drug]
) -> tuple[Administration, ...]:
    """Return every dose the orders mean for a patient of this size, in time order.

    Parameters
    ----------
    orders : sequence of Order
        What was ordered. ``repeat`` of a regimen counts its cycles; without an ``interval`` they follow at the
        regimen's own period. Keys of ``omit`` and ``amounts`` are ``"drug"`` or ``"drug/route"``.
    size : Size
        Doses per m2 or per kg are multiplied by it; then caps apply.
    regimens, drugs : mapping of str
        Library entries the orders name (:func:`trimer.library.needed` loads them).

    Returns
    -------
    tuple of Administration
        Amounts in ug (IU for enzymes), times in days from the course's origin.

    Raises
    ------
    ProtocolError
        When an order names something unknown, contradicts itself, is negative, or when two continuous infusions of
        one drug overlap.
    UnitError
        When an amount has no unit of a dose.
    """
    doses = [dose for order in orders for dose in _one_order(order, size, regimens, drugs)]
    doses.sort(key=lambda a: (a.start, a.drug, a.route))
    _refuse_overlap(doses)
    return tuple(doses)


def describe(administration: Administration, unit: str = "ug") -> str:
    """Return one line for a person, e.g. ``"day 8: blinatumomab 588 ug civ over 21 d"``."""
    a = administration
    if a.duration >= 1.0:
        over = f" over {a.duration:g} d"
    elif a.duration > 0.0:
        over = f" over {24.0 * a.duration:.3g} h"
    else:
        over = ""
    amount = f"{a.amount / 1000.0:.4g} mg" if unit == "ug" and a.amount >= 1000.0 else f"{a.amount:.4g} {unit}"
    return f"day {a.start:g}: {a.drug} {amount} {a.route}{over}"


def _one_order(
    order: Order, size: Size, regimens: Mapping[str, Regimen], drugs: Mapping[str, Drug]
) -> Iterator[Administration]:
    """Yield the administrations of one order."""
    _check_times(order)
    if order.regimen:
        if order.drug or order.amount or order.rate:
            raise ProtocolError(_at(order), "a regimen and a drug in one order", "one of the two")
        regimen = _named(regimens, order.regimen, f"{_at(order)}: regimen")
        yield from _regimen_order(order, regimen, size, drugs)
        return
    drug = _named(drugs, order.drug, f"{_at(order)}: drug")
    for index in range(order.repeat):
        yield _drug_order(order, order.start + index * order.interval, drug, size)


def _regimen_order(order: Order, regimen: Regimen, size: Size, drugs: Mapping[str, Drug]) -> Iterator[Administration]:
    """Yield the administrations of a regimen's cycles, cut at the order's duration when it has one."""
    if order.repeat > regimen.cycles:
        expected = f"at most {regimen.cycles} of {regimen.label}"
        raise ProtocolError(f"{_at(order)}: repeat", f"{order.repeat} cycles", expected)
    _check_keys(order, regimen)
    period = order.interval or regimen.period
    for index in range(order.repeat):
        start = order.start + index * period
        stop = math.inf if order.duration is None else start + order.duration
        for dose in regimen.doses:
            if dose.within(index + 1) and not _matches(order.omit, dose):
                drug = _named(drugs, dose.drug, f"regimen {regimen.name}: drug")
                for given in _regimen_dose(order, regimen, dose, index + 1, start, drug, size):
                    if given.start < stop - _TOUCH:
                        yield _cut(given, stop)


def _regimen_dose(
    order: Order, regimen: Regimen, dose: Dose, cycle: int, start: float, drug: Drug, size: Size
) -> Iterator[Administration]:
    """Yield one line of a regimen on each of its days."""
    where = f"regimen {regimen.name}: {dose.drug} {dose.route}"
    stated = _replacement(order, dose)
    text = stated or dose.text
    amount = parse_amount(text, drug.amount_unit, where)
    total = _capped(amount, size, dose.duration, (() if stated else (dose.cap,)), drug, where)
    kind: DoseKind = "assumed" if "assumed" in (order.kind, dose.kind) and not stated else order.kind
    for day in dose.days:
        note = f"{regimen.label}, cycle {cycle} day {day}: {text}"
        role = "" if dose.role == "treatment" else f" ({dose.role})"
        remark = f"; {dose.note}" if dose.note else ""
        for index in range(dose.times):
            yield Administration(
                drug=drug.name,
                start=start + (day - 1) + dose.at + index * dose.interval,
                duration=dose.duration,
                amount=total,
                route=dose.route,
                kind=kind,
                event=order.event or f"{regimen.name} cycle {cycle}",
                note=f"{note}{role}{remark}",
            )


def _drug_order(order: Order, start: float, drug: Drug, size: Size) -> Administration:
    """Return the administration of one drug ordered by itself."""
    where = _at(order)
    if bool(order.amount) == bool(order.rate):
        found = "both" if order.amount else "neither"
        raise ProtocolError(f"{where}: amount, rate", found, f"one of the two for {drug.name}")
    route = _route(order, drug)
    duration = order.duration if order.duration is not None else USUAL_DURATION.get(route)
    text = order.amount or order.rate
    amount = parse_amount(text, drug.amount_unit, where)
    if amount.rate != bool(order.rate):
        expected = "an amount per day" if order.rate else "an amount, not an amount per day"
        raise ProtocolError(f"{where}: {'rate' if order.rate else 'amount'}", f'"{text}"', expected)
    if duration is None or (amount.rate and duration <= 0.0):
        raise ProtocolError(f"{where}: duration", "none", f"how long the infusion of {drug.name} runs")
    label = order.label or f"{drug.label} {text}"
    return Administration(
        drug=drug.name,
        start=start,
        duration=duration,
        amount=_capped(amount, size, duration, (), drug, where),
        route=route,
        kind=order.kind,
        event=order.event,
        note=f"{label}; {order.note}" if order.note else label,
    )


def _capped(amount: Amount, size: Size, duration: float, caps: Iterable[str], drug: Drug, where: str) -> float:
    """Return the amount for this size, limited by the line's cap and, when given by size, by the drug's."""
    total = amount.total(size, duration)
    limits = [*caps, drug.cap if amount.measure else ""]
    for text in filter(None, limits):
        total = min(total, parse_amount(text, drug.amount_unit, f"{where}: cap").total(size, duration))
    return total


def _cut(given: Administration, stop: float) -> Administration:
    """Return an administration that ends by ``stop``, with the amount infused until then."""
    if given.end <= stop + _TOUCH or given.duration == 0.0:
        return given
    kept = stop - given.start
    note = f"{given.note}; stopped after {kept:g} d"
    return replace(given, duration=kept, amount=given.amount * kept / given.duration, note=note)


def _refuse_overlap(doses: Sequence[Administration]) -> None:
    """Raise when two continuous infusions of one drug run at the same time; ``doses`` are in time order."""
    running: dict[str, Administration] = {}
    for dose in doses:
        if dose.route != "civ":
            continue
        before = running.get(dose.drug)
        if before is not None and before.end > dose.start + _TOUCH:
            found = f"one from day {before.start:g} to {before.end:g} and one from day {dose.start:g}"
            expected = "one continuous infusion at a time"
            hint = f"Events {before.event or '?'} and {dose.event or '?'}: shorten the first or move the second."
            raise ProtocolError(f"infusions of {dose.drug}", found, expected, hint)
        running[dose.drug] = dose


def _matches(keys: Iterable[str], dose: Dose) -> bool:
    return dose.drug in keys or f"{dose.drug}/{dose.route}" in keys


def _replacement(order: Order, dose: Dose) -> str:
    """Return the amount that the order states in place of the regimen's; empty when it states none."""
    return order.amounts.get(f"{dose.drug}/{dose.route}") or order.amounts.get(dose.drug, "")


def _check_keys(order: Order, regimen: Regimen) -> None:
    """Raise when ``omit`` or ``amounts`` name something the regimen does not give."""
    known = {*regimen.drugs, *(f"{d.drug}/{d.route}" for d in regimen.doses)}
    for field, keys in (("omit", order.omit), ("amounts", tuple(order.amounts))):
        for key in keys:
            if key not in known:
                raise ProtocolError(f"{_at(order)}: {field}", f'"{key}"', f"one of {', '.join(sorted(known))}")


def _check_times(order: Order) -> None:
    """Raise when an order's times cannot be carried out."""
    where = _at(order)
    if not math.isfinite(order.start):
        raise ProtocolError(f"{where}: start", f"{order.start}", "a day")
    if order.duration is not None and not (math.isfinite(order.duration) and order.duration >= 0.0):
        raise ProtocolError(f"{where}: duration", f"{order.duration} d", "days, not negative")
    if order.repeat < 1:
        raise ProtocolError(f"{where}: repeat", f"{order.repeat}", "at least 1")
    if not (math.isfinite(order.interval) and order.interval >= 0.0):
        raise ProtocolError(f"{where}: interval", f"{order.interval} d", "days, not negative")
    if order.repeat > 1 and order.interval == 0.0 and not order.regimen:
        raise ProtocolError(f"{where}: interval", "0 d", f"the days between the {order.repeat} doses")


def _route(order: Order, drug: Drug) -> Route:
    """Return the order's route, or the drug's first (continuous when a rate is ordered)."""
    if not order.route:
        return "civ" if order.rate and "civ" in drug.routes else drug.routes[0]
    for route in drug.routes:
        if order.route == route:
            return route
    expected = f"{' or '.join(drug.routes)} for {drug.name}"
    raise ProtocolError(f"{_at(order)}: route", f'"{order.route}"', expected)


def _named(entries: Mapping[str, Entry], name: str, where: str) -> Entry:
    """Return an entry by name, or raise with the nearest names."""
    if name in entries:
        return entries[name]
    near = difflib.get_close_matches(name, entries, n=3)
    raise ProtocolError(where, f'"{name}"' if name else "nothing", "a name in the library", _nearest(near))


def _nearest(names: Sequence[str]) -> str:
    return f"Nearest: {', '.join(names)}." if names else ""


def _at(order: Order) -> str:
    """Return where an order stands, for messages."""
    return f"event {order.event}" if order.event else f"order on day {order.start:g}"
