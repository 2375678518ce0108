"""How good a draft is against a case made by hand: events found, and values that are right; strict, and with the list.

A recorded event counts as found when the draft has an event in the same order with the same kind, the same statements
of date and *all* its values. A proposed value is *exact* when the very event of the case has the same observable,
number, comparator, unit and denominator, or drug, amount, rate, route and days; it is *right* when an event of the same
visit has it, and a drug without a dose also when it is part of the recorded regimen. A field left open proposes
nothing. What the person who made the case inferred (``basis: inferred``), noted as absent, or took from elsewhere
(``unprinted``) is not asked for. Labels, conclusions and episodes are not compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from trimer.record.draft.doses import library_regimens
from trimer.record.draft.schema import Draft, EventItem
from trimer.record.schema import CaseDocument, DateSpec, Event, Given, Observation
from trimer.record.vocabulary import allowed_words

Value = tuple[Any, ...]


@dataclass(frozen=True)
class Accuracy:
    """Hold the result.

    Attributes
    ----------
    events, found : int
        Recorded events, and those of them that the draft has.
    values, exact, right : int
        Proposed values, those of them that the same event of the case has, and those that its visit has, where a drug
        without a dose may also be part of the recorded regimen.
    missed : tuple of (str, str)
        Each recorded event that was not found, and why.
    wrong : tuple of (str, str)
        Each proposed value that the case does not have, by the draft's event.
    """

    events: int
    found: int
    values: int
    exact: int
    right: int
    missed: tuple[tuple[str, str], ...]
    wrong: tuple[tuple[str, str], ...]


def accuracy(draft: Draft, truth: CaseDocument, unprinted: Collection[tuple[str, str]] = ()) -> Accuracy:
    """Return how a draft compares with a case.

    Parameters
    ----------
    unprinted : collection of (str, str)
        Event and field (``on, relative, denominator, route``) that the case has and the text does not print.
    """
    pairs = _aligned(truth, draft, unprinted)
    partner = {event.id: item for event, item in pairs}
    missed, wrong, total, exact = [], [], 0, 0
    for event in truth.events:
        why = _fault(event, partner.get(event.id), partner, truth, draft, unprinted)
        if why:
            missed.append((event.id, why))
    back = {item.id: event for event, item in pairs}
    for item in draft.events:
        lead = item.with_ or item.id
        told = [back[e.id] for e in draft.events if e.id in back and lead in (e.id, e.with_)]
        known = set().union(*(_of_visit(recorded, truth, unprinted) for recorded in told))
        proposed = _proposed(item)
        total += len(proposed)
        same = _recorded(back[item.id], unprinted) if item.id in back else set()
        exact += sum(_contains(same, value) for value in proposed)
        wrong += [(item.id, str(value)) for value in proposed if not _contains(known, value)]
    count = len(truth.events)
    return Accuracy(count, count - len(missed), total, exact, total - len(wrong), tuple(missed), tuple(wrong))


def _aligned(
    truth: CaseDocument, draft: Draft, unprinted: Collection[tuple[str, str]]
) -> list[tuple[Event, EventItem]]:
    """Return pairs of events in the order of both, so that kinds and values agree as far as they can."""
    recorded, proposed = truth.events, draft.events
    best = [[0.0] * (len(proposed) + 1) for _ in range(len(recorded) + 1)]
    alike = [[_alike(event, item, unprinted) for item in proposed] for event in recorded]
    for i in range(len(recorded) - 1, -1, -1):
        for j in range(len(proposed) - 1, -1, -1):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    pairs, i, j = [], 0, 0
    while i < len(recorded) and j < len(proposed):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((recorded[i], proposed[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _alike(event: Event, item: EventItem, unprinted: Collection[tuple[str, str]]) -> float:
    if event.kind != item.kind:
        return 0.0
    wanted, proposed = _recorded(event, unprinted), set(_proposed(item))
    return 1.0 + sum(_contains(proposed, value) for value in wanted) + 0.5 * (event.date.on == item.date.value.on)


def _recorded(event: Event, unprinted: Collection[tuple[str, str]]) -> set[Value]:
    """Return the values of a recorded event that the text states."""
    hidden = {field for name, field in unprinted if name == event.id}
    stated = [o for o in event.observations if o.basis == "stated" and o.absence is None]
    return {_observed(o, hidden) for o in stated} | {_dosed(given, hidden) for given in event.given}


def _proposed(item: EventItem) -> list[Value]:
    return [
        *(_observed(o.value) for o in item.observations),
        *(_dosed(g.value) for g in item.given if g.value.drug or g.value.regimen),
    ]


def _observed(item: Observation, hidden: Collection[str] = ()) -> Value:
    denominator = None if "denominator" in hidden else item.denominator
    free = item.text is not None and not allowed_words(item.observable) and item.observable != "karyotype"
    text = "any" if free else item.text
    return ("observed", item.observable, item.value, item.interval, item.comparator, item.unit, denominator, text)


def _dosed(given: Given, hidden: Collection[str] = ()) -> Value:
    told = given.detail is not None and "days" in given.detail and not given.days  # in words, as the case has it
    days = "any" if told else given.days
    route = None if "route" in hidden else given.route
    return ("given", given.regimen, given.drug, given.amount, given.rate, route, days, given.repeat)


def _contains(known: Iterable[Value], value: Value) -> bool:
    """Return whether a value is among others; days told in words (``any``) fit any."""
    return any(
        len(other) == len(value)
        and all(a == b or (value[0] == "given" and "any" in (a, b)) for a, b in zip(other, value, strict=True))
        for other in known
    )


def _of_visit(event: Event, truth: CaseDocument, unprinted: Collection[tuple[str, str]]) -> set[Value]:
    lead = event.with_ or event.id
    known = set().union(*(_recorded(e, unprinted) for e in truth.events if (e.with_ or e.id) == lead))
    given = [g for e in truth.events if (e.with_ or e.id) == lead for g in e.given]
    parts = {drug for g in given for drug in library_regimens().get(g.regimen or "", ())}
    return known | {_dosed(Given(drug=drug)) for drug in parts}


def _fault(
    event: Event, item: EventItem | None, partner: dict[str, EventItem], truth: CaseDocument, draft: Draft,
    unprinted: Collection[tuple[str, str]],
) -> str:  # fmt: skip
    """Return why an event was not found, or an empty text."""
    if item is None:
        return "no event of this kind at this place"
    proposed = _proposed(item)
    lacking = [value for value in _recorded(event, unprinted) if not _contains(proposed, value)]
    if lacking:
        return f"lacks {lacking}"
    hidden = {field for name, field in unprinted if name == event.id}
    leads = {e.id: e.with_ or e.id for e in draft.events}
    to = {name: leads[other.id] for name, other in partner.items()}
    wanted = {s if len(s) < 3 else (s[0], to.get(s[2], "?"), s[1]) for s in _statements(event.date, hidden)}
    told = {s if len(s) < 3 else (s[0], leads.get(s[2], "?"), s[1]) for s in _statements(item.date.value)}
    month = _inherited(item, {e.id: e for e in draft.events})
    told |= {("on", month)} if month else set()
    mine = _inherited_truth(event, truth) if "on" not in hidden else None
    wanted |= {("on", mine)} if mine else set()
    lacks, extra = wanted - told, told - wanted
    return "; ".join(
        filter(None, (f"date lacks {sorted(lacks)}" * bool(lacks), f"date adds {sorted(extra)}" * bool(extra)))
    )


def _statements(date: DateSpec, hidden: Collection[str] = ()) -> set[tuple[str, ...]]:
    """Return what is stated of a date; order alone (after, before, the same day) states nothing."""
    found: set[tuple[str, ...]] = set()
    if date.completed is not None:
        found.add(("completed", f"{date.completed.weeks} weeks"))
    for relative in date.relative if "relative" not in hidden else ():
        if relative.treatment_day is not None:
            found.add(("treatment day", str(relative.treatment_day), relative.to.removesuffix(".end")))
        elif relative.offset is not None and not relative.offset.startswith("0 "):
            found.add(("offset", relative.offset, relative.to.removesuffix(".end")))
    return found


def _inherited(item: EventItem, events: dict[str, EventItem]) -> str | None:
    """Return the calendar date of an event, or of the visit it belongs to."""
    if item.date.value.on is not None:
        return item.date.value.on
    lead = events.get(item.with_ or "")
    return lead.date.value.on if lead is not None else None


def _inherited_truth(event: Event, truth: CaseDocument) -> str | None:
    if event.date.on is not None:
        return event.date.on
    lead = next((e for e in truth.events if e.id == event.with_), None)
    return lead.date.on if lead is not None else None
