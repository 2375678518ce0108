"""Whole cases written as REDCap records: one row for the case, one for each instance of a repeating form.

Texts are written as they are. A spreadsheet program may take one that begins with ``=``, ``+``, ``-`` or ``@`` for a
formula; changing it here would change the record.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from trimer.errors import InputError
from trimer.record.redcap_case_forms import Column, case_dictionary, case_forms
from trimer.record.schema import CaseDocument

LOST: tuple[tuple[str, str], ...] = (
    ("comments and layout of the case file", "they are no part of the case; the records hold what the case says"),
)
"""What REDCap records cannot hold of a case file, and why."""

Item = dict[str, Any]


def held(document: CaseDocument) -> CaseDocument:
    """Return what records hold of a case: all of it."""
    return document


def cases_csv(documents: Iterable[CaseDocument]) -> str:
    """Return cases as the CSV text of REDCap records (raw codes), which ``read_cases`` reads back identically.

    Raises
    ------
    InputError
        When two cases have the same name, two readings of a case have, or an observable is not of the vocabulary.
    """
    columns = {form.name: form.columns for form in case_forms()}
    header = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*header, *(f.name for f in case_dictionary()[1:])], restval="")
    writer.writeheader()
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            raise InputError(f"case {document.id!r}", "the same name twice", "a case of its own for each record")
        seen.add(document.id)
        count: Counter[str] = Counter()
        for form, item in sorted(_items(document), key=lambda row: list(columns).index(row[0])):
            count[form] += 1
            repeated = {} if form == "case" else dict(zip(header[1:], (form, str(count[form])), strict=True))
            cells = {c.name: cell for c in columns[form] if (cell := _cell(document, c, item))}
            writer.writerow({**cells, **repeated, "record_id": document.id})
    return text.getvalue()


def _items(document: CaseDocument) -> Iterator[tuple[str, Item]]:
    """Yield every row of a case with its form: plain values, and what it belongs to."""
    value: Item = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plan = value.get("realisation", {})
    yield "case", value
    for kind in ("seen", "recalled"):
        yield from (("case_source", {"kind": kind, "text": text}) for text in value["source"].get(kind, ()))
    yield from (("case_clock", clock) for clock in value.get("clocks", ()))
    for event in value["events"]:
        yield from _of_event(event)
    yield from (("case_note", note) for note in value.get("article_notes", ()))
    names = [reading["id"] for reading in plan.get("interpretations", ())]
    if len(set(names)) < len(names):
        raise InputError(f"case {document.id!r}: realisation", f"readings {', '.join(names)}", "each name once")
    for reading in plan.get("interpretations", ()):
        yield "case_interpretation", reading
        yield from (("case_phase", {"reading": reading["id"], **phase}) for phase in reading["phases"])
    for number, order in enumerate(plan.get("orders", ()), start=1):
        yield "case_order", order
        for part, amount in order.get("amounts", {}).items():
            yield "case_amount", {"order": number, "part": part, "amount": amount}


def _of_event(event: Item) -> Iterator[tuple[str, Item]]:
    yield "case_event", event
    for point, date in ((event["id"], event["date"]), (f"{event['id']}.end", event.get("end", {}))):
        for relation in ("relative", "after", "before"):
            for tie in date.get(relation, ()):
                told = {"to" if key == "event" else key: text for key, text in tie.items()}
                yield "case_tie", {"point": point, "relation": relation, **told}
    forms = {
        "observations": "case_observation",
        "given": "case_given",
        "episodes": "case_episode",
        "notes": "case_note",
    }
    for field, form in forms.items():
        yield from ((form, {"event": event["id"], **row}) for row in event.get(field, ()))


def _cell(document: CaseDocument, column: Column, item: Item) -> str:
    value: Any = item
    for key in column.path:
        inside = key < len(value) if isinstance(key, int) else key in value
        if not inside:
            return ""
        value = value[key]
    if column.kind == "yes":
        return "1"
    if column.kind in ("numbers", "names"):
        return ", ".join(map(str, value))
    if column.kind == "number":
        return repr(float(value))
    if column.kind == "code":
        code = next((code for code, meaning in column.values.items() if meaning == value), None)
        if code is None:
            raise InputError(f"case {document.id!r}: {column.path[-1]}", repr(value), "a name of the vocabulary")
        return code
    return str(value)
