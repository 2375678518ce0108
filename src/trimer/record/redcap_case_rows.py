"""Rows of a REDCap record put together as the plain values of a case file, each remembering its row and field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise, takewhile
from typing import Any

from trimer.errors import CaseError
from trimer.record.cohort import Problem
from trimer.record.redcap_case_forms import Column, Form, Key, case_forms
from trimer.record.redcap_cells import Cells
from trimer.record.schema import SCHEMA
from trimer.record.tree import Origin

LEFT_OUT = "the case is left out"

Place = tuple[Key, ...]
Item = dict[str, Any]
_INTEGER = re.compile("[0-9]{1,9}")
_LISTS = {"case_observation": "observations", "case_given": "given", "case_episode": "episodes", "case_note": "notes"}


class Places(Origin):
    """Know which row and field of the records each part of a case comes from."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.rows: dict[Place, tuple[int, Form]] = {}
        self.told: dict[str, tuple[int, str]] = {}

    def where(self, *path: Key) -> str:
        """Return row and field, e.g. ``records.csv: row 12, obs_unit``."""
        depth = next((n for n in range(len(path), 0, -1) if path[:n] in self.rows), 0)
        row, form = self.rows[path[:depth]]
        text = f"{self.name}: row {row}, {(column := _column_of(form, path[depth:]))}"
        self.told[text] = row, column
        return text

    def problem(self, fault: CaseError, record: str) -> Problem:
        """Return a fault of the case as a problem of the table."""
        row, column = self.told.get(fault.where, (self.rows[()][0], fault.where.removeprefix(f"{self.name}: ")))
        expected = " ".join(filter(None, (fault.expected, f"({fault.hint})" if fault.hint else "")))
        return Problem("case", row, column, record, fault.found, expected, LEFT_OUT)


def _column_of(form: Form, rest: Place) -> str:
    """Return the field that holds a part of what a row holds, or the nearest one; the form where none is near."""
    if form.name == "case_tie" and rest[:1] == ("event",):
        rest = ("to",)  # one field names the other event, whatever the relation

    def shared(column: Column) -> int:
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(column.path, rest, strict=False)))

    best = max(form.columns, key=shared)
    return best.name if shared(best) else form.name


class Assembly:
    """Put the rows of a record together; what belongs nowhere becomes a problem of its cell.

    Parameters
    ----------
    head : Cells
        Row of the form ``case``.
    instances : mapping
        Rows of the repeating forms, by form and number.
    places : Places
        Filled with where each part stands.
    """

    def __init__(self, head: Cells, instances: Mapping[str, Mapping[int, Cells]], places: Places) -> None:
        self.head, self.instances, self.places = head, instances, places
        self.forms = {form.name: form for form in case_forms()}
        self.events: dict[str, tuple[int, Item]] = {}

    def value(self) -> Item:
        """Return the case as plain values."""
        case = self._item("case", self.head)
        record = case.pop("record")
        case = {"schema": SCHEMA, "id": record, **case}
        self.places.rows[()] = self.head.row, self.forms["case"]
        for _, cells, source in self._rows("case_source"):
            kind, text = source.get("kind", ""), source.get("text")
            if kind and text:
                self._append(case.setdefault("source", {}), ("source", kind), text, "case_source", cells)
            else:
                cells.fault("src_text" if kind else "src_kind", "what was seen or recalled", LEFT_OUT)
        for _, cells, clock in self._rows("case_clock"):
            self._append(case, ("clocks",), clock, "case_clock", cells)
        case["events"] = []
        for _, cells, event in self._rows("case_event"):
            self._event(case, cells, event)
        for _, cells, tie in self._rows("case_tie"):
            self._tie(cells, tie)
        for form, field in _LISTS.items():
            for _, cells, item in self._rows(form):
                self._of_event(case, form, field, cells, item)
        self._plan(case)
        return case

    def _rows(self, form: str) -> Iterator[tuple[int, Cells, Item]]:
        for number, cells in sorted(self.instances.get(form, {}).items()):
            yield number, cells, self._item(form, cells)

    def _item(self, form: str, cells: Cells) -> Item:
        item: Item = {}
        for column in self.forms[form].columns:
            if (value := _value(cells, column)) is not None:
                _put(item, column.path, value)
        return item

    def _append(self, parent: Item, path: Place, item: Any, form: str, cells: Cells) -> Place:
        """Append to the list of a parent that a path names last; return the path of what was appended."""
        items = parent.setdefault(str(path[-1]), [])
        items.append(item)
        place = (*path, len(items) - 1)
        self.places.rows[place] = cells.row, self.forms[form]
        return place

    def _event(self, case: Item, cells: Cells, event: Item) -> None:
        if "end" in event and cells.text("end_stated").strip() == "0":
            cells.fault("end_stated", "1, as the end has a date", LEFT_OUT)
        event.setdefault("date", {})
        place = self._append(case, ("events",), event, "case_event", cells)
        self.events.setdefault(event.get("id", ""), (int(place[1]), event))

    def _tie(self, cells: Cells, tie: Item) -> None:
        point, relation = tie.pop("point", ""), tie.pop("relation", "")
        number, event = self.events.get(point.removesuffix(".end"), (0, None))
        field = "end" if point.endswith(".end") else "date"
        if event is None or field not in event:
            cells.fault("tie_point", "an event of this case (or the end of one that has an end)", LEFT_OUT)
        elif not relation:
            cells.fault("tie_relation", "how it is dated", LEFT_OUT)
        else:
            if relation != "relative" and "to" in tie:
                tie["event"] = tie.pop("to")
            self._append(event[field], ("events", number, field, relation), tie, "case_tie", cells)

    def _of_event(self, case: Item, form: str, field: str, cells: Cells, item: Item) -> None:
        own = item.pop("event", "")
        if form == "case_note" and not own:
            self._append(case, ("article_notes",), item, form, cells)
        elif own in self.events:
            number, event = self.events[own]
            self._append(event, ("events", number, field), item, form, cells)
        else:
            cells.fault(self.forms[form].columns[0].name, "the id of an event of this case", LEFT_OUT)

    def _plan(self, case: Item) -> None:
        """Add readings with their phases, orders with their amounts."""
        plan, readings, orders = (
            case.pop("realisation", {}),
            dict[str, tuple[int, Item]](),
            dict[int, tuple[int, Item]](),
        )
        at = ("realisation",)
        for _, cells, reading in self._rows("case_interpretation"):
            place = self._append(plan, (*at, "interpretations"), reading, "case_interpretation", cells)
            if reading.get("id", "") in readings:
                cells.fault("int_id", "a name that no other reading of the case has", LEFT_OUT)
            readings[reading.get("id", "")] = int(place[-1]), reading
        for _, cells, phase in self._rows("case_phase"):
            name = phase.pop("reading", "")
            if name in readings:
                number, reading = readings[name]
                self._append(reading, (*at, "interpretations", number, "phases"), phase, "case_phase", cells)
            else:
                cells.fault("pha_reading", "a reading of this case", LEFT_OUT)
        for instance, cells, order in self._rows("case_order"):
            place = self._append(plan, (*at, "orders"), order, "case_order", cells)
            orders[instance] = int(place[-1]), order
        for _, cells, amount in self._rows("case_amount"):
            if (instance := amount.get("order", 0)) not in orders:
                cells.fault("amt_order", "the number of an order of this case", LEFT_OUT)
                continue
            number, order = orders[instance]
            amounts, part = order.setdefault("amounts", {}), amount.get("part", "")
            if not part or part in amounts:
                cells.fault("amt_part", "each part of the regimen once", LEFT_OUT)
            else:
                amounts[part] = amount.get("amount")
                self.places.rows[(*at, "orders", number, "amounts", part)] = cells.row, self.forms["case_amount"]
        if plan:
            case["realisation"] = plan


def _value(cells: Cells, column: Column) -> Any:
    """Return what a cell says; None when it is empty or does not fit, which is told."""
    text = cells.text(column.name)
    if not text:
        return None
    if column.kind == "code":
        return column.values.get(cells.code(column.name))
    if column.kind == "number":
        return None if (number := cells.number(column.name)) != number else number
    if column.kind == "yes":
        return {} if cells.yes(column.name, False) else None
    if column.kind in ("integer", "numbers"):
        parts = [part.strip() for part in text.split(",")]
        fits = all(map(_INTEGER.fullmatch, parts)) and (len(parts) == 1 or column.kind == "numbers")
        if not fits:
            cells.fault(column.name, "a whole number" if column.kind == "integer" else "such as 1, 8, 15", LEFT_OUT)
            return None
        return int(parts[0]) if column.kind == "integer" else [int(part) for part in parts]
    return [part.strip() for part in text.split(",")] if column.kind == "names" else text


def _put(item: Any, path: Place, value: Any) -> None:
    for key, following in pairwise(path):
        item = item.setdefault(key, [] if isinstance(following, int) else {})
    if isinstance(last := path[-1], int):
        item.extend([None] * (last + 1 - len(item)))
    item[last] = value
