"""What a case file must hold beyond its shape: known names, fitting units, one value each, no negative dose."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import trimer.units as units
from trimer.errors import CaseError, UnitError
from trimer.observables import OBSERVABLES
from trimer.record.schema import CaseDocument, EpisodeSpec, Event, Given, Interpretation, Observation, OrderSpec
from trimer.record.table_values import impossible
from trimer.record.tree import Key, Origin
from trimer.record.vocabulary import RECORD_ONLY, allowed_words, canonical_unit, molar_mass, nearest

AMOUNT_UNITS = ("ug", "ug/m2", "ug/kg", "IU", "IU/m2", "IU/kg", "1e9", "1e9/kg")  # the last two of cells
RATE_UNITS = ("ug/day", "ug/m2/day", "ug/kg/day")
SLIP = 0.75
"""How alike a name must be to one of the library to be taken for a slip of the pen (ratio of difflib)."""
MOST = 100
"""Faults that are looked for before one stops; more would help nobody."""


def check(
    document: CaseDocument,
    origin: Origin,
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> None:
    """Check everything but the dates, stopping at the first fault.

    Parameters
    ----------
    document : CaseDocument
    origin : Origin
        Where its parts stand, for the message.
    known_drugs, known_regimens : collection of str, optional
        Names of the library; without them names are not checked. When regimens come as a mapping of name to what the
        regimen gives (``"methotrexate"``, ``"methotrexate/it"``), the keys of ``omit`` and ``amounts`` are checked too.

    Raises
    ------
    CaseError
    """
    _Checker(document, origin, known_drugs, known_regimens, most=1).run()


def faults(
    document: CaseDocument,
    origin: Origin,
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> tuple[CaseError, ...]:
    """Return what :func:`check` would raise, one fault a part of the file (an observation, a dose, an order).

    Parameters are those of :func:`check`. At most :data:`MOST` are looked for.
    """
    checker = _Checker(document, origin, known_drugs, known_regimens, MOST)
    try:
        checker.run()
    except CaseError as last:
        checker.found.append(last)
    return tuple(checker.found)


class _Checker:
    def __init__(
        self,
        document: CaseDocument,
        origin: Origin,
        known_drugs: Collection[str] | None,
        known_regimens: Collection[str] | None,
        most: int,
    ) -> None:
        self.document, self.origin = document, origin
        self.known = {"drug": known_drugs, "regimen": known_regimens}
        self.most, self.found = most, list[CaseError]()
        self.events = {event.id for event in document.events}

    def run(self) -> None:
        """Look at every part; of each the first fault is kept, and the last of those that may be found is raised."""
        patient, look = self.document.patient, self._look
        look(self._positive, patient.age, ("year",), "patient", "age")
        look(self._positive, patient.size.weight.value, ("kg",), "patient", "size", "weight", "value")
        look(self._positive, patient.size.height.value, ("m",), "patient", "size", "height", "value")
        look(self._unique, [event.id for event in self.document.events], "id")
        look(self._unique, [event.number for event in self.document.events], "number")
        for i, event in enumerate(self.document.events):
            self._event(event, "events", i)
        self._realisation()

    def _look(self, part: Callable[..., None], *arguments: Any) -> None:
        try:
            part(*arguments)
        except CaseError as fault:
            if len(self.found) + 1 >= self.most:
                raise
            self.found.append(fault)

    def _event(self, event: Event, *path: Key) -> None:
        self._look(self._visit, event, *path)
        for j, observation in enumerate(event.observations):
            self._look(self._observation, observation, *path, "observations", j)
        for j, given in enumerate(event.given):
            self._look(self._given, given, *path, "given", j)
        for j, episode in enumerate(event.episodes):
            self._look(self._episode, episode, *path, "episodes", j)

    def _visit(self, event: Event, *path: Key) -> None:
        if event.with_ is not None:
            lead = next((e for e in self.document.events if e.id == event.with_), None)
            if lead is None or lead.with_ is not None or lead.id == event.id:
                raise self._fault(repr(event.with_), "another event, which leads its own visit", *path, "with")

    def _episode(self, episode: EpisodeSpec, *path: Key) -> None:
        if episode.until is not None:
            self._member(episode.until.removesuffix(".end"), self.events, "an event of this case", *path, "until")
        if episode.lasts is not None:
            self._positive(episode.lasts, ("day",), *path, "lasts")
            if episode.until is not None:
                raise self._fault("both until and lasts", "one of them", *path)

    def _observation(self, item: Observation, *path: Key) -> None:
        self._member(item.observable, (*OBSERVABLES, *RECORD_ONLY), "a known observable", *path, "observable")
        numbers = [n for n in (item.value, *(item.interval or ())) if n is not None]
        told = [name for name in ("value", "interval", "text", "absence") if getattr(item, name) is not None]
        expected = "a value, an interval, a text or an absence"
        if not told:
            raise self._fault("no value", expected, *path, hint="Write absence: not stated, if the report is silent.")
        if len(told) > 1 and ("absence" in told or {"value", "interval"} <= set(told)):
            raise self._fault(" and ".join(told), f"only one of {expected}", *path)
        if item.comparator != "=" and item.value is None:
            raise self._fault(f"comparator {item.comparator!r} without a value", "a value to compare with", *path)
        if item.basis == "inferred" and item.note is None:
            raise self._fault("an inferred value without a note", "a note that says how it was inferred", *path)
        words = allowed_words(item.observable)
        if words and item.text is not None and item.text not in words:
            hint = nearest(item.text, words)
            raise self._fault(repr(item.text), f"one of {', '.join(words)}", *path, "text", hint=hint)
        if numbers:
            self._numbers(item, numbers, *path)

    def _numbers(self, item: Observation, numbers: Sequence[float], *path: Key) -> None:
        unit = canonical_unit(item.observable)
        if not unit:
            raise self._fault("a number", f"words, as {item.observable} has no unit", *path)
        if item.unit is None:
            raise self._fault("a number without a unit", f"a unit that converts to {unit!r}", *path, "unit")
        here = (*path, "unit")
        mass = molar_mass(item.observable)
        converted = [self._or_case_error(units.convert, n, item.unit, unit, self._where(*here), mass) for n in numbers]
        if item.interval is not None and item.interval[0] > item.interval[1]:
            raise self._fault(str(list(item.interval)), "the lower bound first", *path, "interval")
        if expected := impossible(item.observable, min(converted), max(converted)):
            field = "value" if item.interval is None else "interval"
            wrong = min(numbers) if impossible(item.observable, min(converted), min(converted)) else max(numbers)
            raise self._fault(f"{wrong:g} {item.unit}", expected, *path, field)

    def _given(self, given: Given, *path: Key) -> None:
        if (given.regimen is None) == (given.drug is None):
            raise self._fault("neither" if given.drug is None else "both", "either a regimen or a drug", *path)
        # What the library lacks can still be recorded and judged by its name; a slip of the pen cannot.
        self._names(given, *path, only_slips=True)
        self._doses(given, *path)

    def _realisation(self) -> None:
        plan, look = self.document.realisation, self._look
        names = [item.id for item in plan.interpretations]
        if plan.chosen is not None:
            look(self._member, plan.chosen, names, "one of the interpretations", "realisation", "chosen")
        for i, reading in enumerate(plan.interpretations):
            look(self._reading, reading, "realisation", "interpretations", i)
        for i, order in enumerate(plan.orders):
            look(self._order, order, names, "realisation", "orders", i)

    def _reading(self, reading: Interpretation, *path: Key) -> None:
        self._names(reading, *path)
        self._member(reading.start, self.events, "an event of this case", *path, "start")
        for j, phase in enumerate(reading.phases):
            self._dose(phase.rate, RATE_UNITS, *path, "phases", j, "rate")
            self._positive(phase.lasts, ("day",), *path, "phases", j, "lasts")
            self._member(phase.event, self.events, "an event of this case", *path, "phases", j, "event")

    def _order(self, order: OrderSpec, interpretations: Sequence[str], *path: Key) -> None:
        self._member(order.event, self.events, "an event of this case", *path, "event")
        self._member(order.start or order.event, self.events, "an event of this case", *path, "start")
        told = [name for name in ("regimen", "drug", "interpretation") if getattr(order, name) is not None]
        if len(told) != 1:
            expected = "one of regimen, drug, interpretation"
            raise self._fault(" and ".join(told) or "nothing ordered", expected, *path)
        if order.interpretation is not None and order.interpretation not in (*interpretations, "chosen"):
            expected = "'chosen' or one of the interpretations"
            raise self._fault(repr(order.interpretation), expected, *path, "interpretation")
        if order.drug is not None and (order.amount is None) == (order.rate is None):
            raise self._fault("neither" if order.rate is None else "both", "either an amount or a rate", *path)
        self._names(order, *path)
        self._doses(order, *path)
        self._parts(order, *path)
        for name, text in order.amounts.items():
            self._dose(text, (*AMOUNT_UNITS, *RATE_UNITS), *path, "amounts", name)
        self._or_case_error(units.parse, order.offset, "day", self._where(*path, "offset"))
        if self._or_case_error(units.parse, order.interval, "day", self._where(*path, "interval")) < 0:
            raise self._fault(order.interval, "a time that is not negative", *path, "interval")
        if order.lasts is not None:
            self._positive(order.lasts, ("day",), *path, "lasts")

    def _parts(self, order: OrderSpec, *path: Key) -> None:
        """Refuse an omission or an amount that names nothing the regimen gives: a replay could only ignore it."""
        known = self.known["regimen"]
        for field, keys in (("omit", order.omit), ("amounts", tuple(order.amounts))):
            if keys and order.regimen is None:
                raise self._fault(f"{field} without a regimen", "a regimen whose parts they are", *path, field)
            for key in keys:
                if isinstance(known, Mapping) and order.regimen in known:
                    expected = f"something that {order.regimen} gives"
                    self._member(key, known[order.regimen], expected, *path, field)

    def _names(self, item: Any, *path: Key, only_slips: bool = False) -> None:
        for kind, known in self.known.items():
            name = getattr(item, kind, None)
            if name is not None and known is not None and name not in known:
                if only_slips and not difflib.get_close_matches(name, list(known), n=1, cutoff=SLIP):
                    continue
                raise self._fault(repr(name), f"a {kind} of the library", *path, kind, hint=nearest(name, known))

    def _doses(self, item: Given | OrderSpec, *path: Key) -> None:
        if item.amount is not None:
            self._dose(item.amount, AMOUNT_UNITS, *path, "amount")
        if item.rate is not None:
            self._dose(item.rate, RATE_UNITS, *path, "rate")

    def _dose(self, text: str, accepted: Sequence[str], *path: Key) -> None:
        value, _ = self._or_case_error(units.parse_any, text, accepted, self._where(*path))
        if value < 0:
            raise self._fault(repr(text), "a dose that is not negative", *path)

    def _positive(self, text: str, accepted: Sequence[str], *path: Key) -> None:
        value, _ = self._or_case_error(units.parse_any, text, accepted, self._where(*path))
        if value <= 0:
            raise self._fault(repr(text), "a positive quantity", *path)

    def _member(self, name: str, known: Collection[str], expected: str, *path: Key) -> None:
        if name not in known:
            raise self._fault(repr(name), expected, *path, hint=nearest(name, known))

    def _unique(self, values: Iterable[Any], field: str) -> None:
        seen: set[Any] = set()
        for i, value in enumerate(values):
            if value in seen:
                raise self._fault(f"{value!r} twice", f"a different {field} for every event", "events", i, field)
            seen.add(value)

    def _or_case_error(self, function: Any, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except UnitError as error:
            raise CaseError(error.where, error.found, error.expected, error.hint) from None

    def _where(self, *path: Key) -> str:
        return self.origin.where(*path)

    def _fault(self, found: str, expected: str, *path: Key, hint: str = "") -> CaseError:
        return CaseError(self._where(*path), found, expected, hint)
