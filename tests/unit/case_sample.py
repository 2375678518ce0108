"""The bundled case with other dates, for tests of exports."""

from __future__ import annotations

from trimer.record.case import Case
from trimer.record.read_yaml import load_case
from trimer.record.timing import make_schedule
from trimer.record.tree import Origin


def dated(**days: str) -> Case:
    """Return the bundled case with events dated to the day."""
    document = load_case("linder2016").document
    events = tuple(
        event.model_copy(
            update={
                "date": event.date.model_copy(update={"prefer": None, "on": days.get(event.id, event.date.on)}),
                "end": event.end and event.end.model_copy(update={"prefer": None}),
            }
        )
        for event in document.events
    )  # a preferred day may lie elsewhere
    changed = document.model_copy(update={"events": events})
    return Case(changed, make_schedule(changed, Origin()))
