"""From a reviewed draft to a case: every item accepted, edited or rejected; nothing is taken that nobody looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from trimer.errors import CaseError
from trimer.record.case import Case
from trimer.record.draft.schema import Draft, EventItem, Item
from trimer.record.read_yaml import case_of
from trimer.record.schema import SCHEMA
from trimer.record.tree import Origin

_PARTS = ("observations", "given", "episodes")
_SHOWN = 3


def accept(
    draft: Draft,
    name: str = "draft",
    known_drugs: Collection[str] | None = None,
    known_regimens: Collection[str] | None = None,
) -> Case:
    """Return the case of a draft's accepted and edited items, checked as every case file is.

    What follows a rejected event only in the order of the text follows what that one followed.

    Parameters
    ----------
    draft : Draft
    name : str
        What messages call the draft.
    known_drugs, known_regimens : collection of str, optional
        Names of the library, as :func:`trimer.record.read_yaml.load_case` takes them.

    Raises
    ------
    CaseError
        When an item is still proposed, a field of the head is empty, or what was accepted is no valid case.
    """
    _refuse_open(draft, name)
    missing = [
        field
        for field, value in (
            ("id", draft.id), ("title", draft.title), ("source", draft.source), ("origin", draft.origin),
            ("patient.sex", _taken(draft.patient.sex)), ("patient.age", _taken(draft.patient.age)),
            ("patient.size", draft.patient.size),
        )
        if value is None
    ]  # fmt: skip
    if missing:
        hint = "A size that the report does not state has kind: assumed." if "patient.size" in missing else ""
        raise CaseError(f"{name}: {', '.join(missing)}", "nothing", "a value, which the reviewer fills in", hint)
    origin = Origin(name, ids={i: e.id for i, e in enumerate(e for e in draft.events if e.status != "rejected")})
    return case_of(_document(draft, name), origin, known_drugs, known_regimens)


def _refuse_open(draft: Draft, name: str) -> None:
    waiting = [place for place, item in _items(draft) if item.status == "proposed"]
    if waiting:
        more = f" and {len(waiting) - _SHOWN} more" if len(waiting) > _SHOWN else ""
        raise CaseError(
            f"{name}: {', '.join(waiting[:_SHOWN])}{more}", "status: proposed", "accepted, edited or rejected",
            "Look at each item beside its words in the report, and give it a status.",
        )  # fmt: skip


def _items(draft: Draft) -> Iterator[tuple[str, Item]]:
    """Yield every item that counts with its place; those of a rejected event do not."""
    for name in ("sex", "age"):
        item = getattr(draft.patient, name)
        if item is not None:
            yield f"patient.{name}", item
    for event in draft.events:
        place = f"events[{event.id}]"
        yield place, event
        if event.status == "rejected":
            continue
        for name in ("date", "end", "conclusion"):
            part = getattr(event, name)
            if part is not None:
                yield f"{place}.{name}", part
        for name in _PARTS:
            yield from ((f"{place}.{name}[{i}]", part) for i, part in enumerate(getattr(event, name)))


def _document(draft: Draft, name: str) -> dict[str, Any]:
    kept = [event for event in draft.events if event.status != "rejected"]
    gone = {event.id: event for event in draft.events if event.status == "rejected"}
    source, size, patient = draft.source, draft.patient.size, draft.patient
    assert source is not None  # accept() has looked
    assert size is not None
    return {
        "schema": SCHEMA,
        "id": draft.id,
        "title": draft.title,
        "source": _plain(source),
        "patient": {"sex": _taken(patient.sex), "age": _taken(patient.age), "size": _plain(size)},
        "origin": draft.origin,
        "clocks": [_plain(clock) for clock in draft.clocks],
        "events": [_event(event, number, gone, name) for number, event in enumerate(kept, start=1)],
    }


def _event(event: EventItem, number: int, gone: dict[str, EventItem], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"id": event.id, "number": number, "kind": event.kind, "label": event.label}
    if event.with_ is not None:
        found["with"] = event.with_
    if event.context is not None:
        found["context"] = event.context
    found["date"] = _date(event, _taken(event.date), gone)
    end = _taken(event.end)
    if end is not None:
        found["end"] = _plain(end)
    for part in _PARTS:
        taken = [_plain(value) for item in getattr(event, part) if (value := _taken(item)) is not None]
        if taken:
            found[part] = taken
    conclusion = _taken(event.conclusion)
    if conclusion is not None:
        found["conclusion"] = conclusion
    for target in _targets(found):
        if target.removesuffix(".end") in gone:
            hint = "Edit what refers to it, or keep it."
            raise CaseError(
                f"{name}: events[{event.id}]", f"{target}, which is rejected", "an event that is kept", hint
            )
    return found


def _date(event: EventItem, spec: Any, gone: dict[str, EventItem]) -> dict[str, Any]:
    """Return a date; what came after a rejected event in the text comes after what that one came after."""
    found: dict[str, Any] = {} if spec is None else _plain(spec)
    after, seen = list(found.get("after", ())), set[str]()
    kept: list[dict[str, Any]] = []
    while after:
        gap = after.pop(0)
        other = gone.get(gap["event"])
        if other is None or gap.get("min") != "0 day" or gap.get("max") or gap["event"] in seen:
            kept.append(gap)
            continue
        seen.add(gap["event"])
        after += [earlier for earlier in _plain(other.date.value).get("after", ()) if earlier.get("min") == "0 day"]
    if "after" in found:
        found["after"] = [gap for gap in kept if gap["event"] != event.id]
    return found


def _targets(event: dict[str, Any]) -> Iterator[str]:
    yield from filter(None, [event.get("with")])
    for spec in (event["date"], event.get("end", {})):
        yield from (relative["to"] for relative in spec.get("relative", ()))
        yield from (gap["event"] for side in ("after", "before") for gap in spec.get(side, ()))
    yield from (until for episode in event.get("episodes", ()) if (until := episode.get("until")))


def _taken(item: Any) -> Any:
    """Return an item's value, or None when there is none or it was rejected."""
    return None if item is None or item.status == "rejected" else item.value


def _plain(model: Any) -> dict[str, Any]:
    found: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return found
