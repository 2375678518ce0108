"""Laws of conditions as regions: what is said of all patients holds for each, with the table of every scale."""

from __future__ import annotations

import bisect
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.criteria import list_criteria
from trimer.engine.rules import Lookup
from trimer.study.grades import crs_lookup
from trimer.therapy.conditions import GRADE, always_hold, can_hold, implies, possible
from trimer.therapy.protocol import Condition

SCALES = [found.name for found in list_criteria() if found.subject == "crs"]
TABLES = [crs_lookup(GRADE, scale, which) for scale in SCALES for which in ("lowest", "highest")]
LIMITS = {
    "temperature": (20.0, 37.0, 38.0, 39.5, 50.0),
    "hypotension": (0.0, 1.0, 2.0, 3.5, 4.0),
    "hypoxia": (0.0, 1.0, 3.0),
    "anc": (0.0, 0.5, 1.0),
    GRADE: (0.0, 1.0, 2.0, 3.0, 4.0, 5.0),
}
VALUES = {
    "temperature": (30.0, 36.9, 37.0, 38.0, 39.5, 45.0),
    "hypotension": (0.0, 0.9, 1.0, 2.0, 3.0, 3.9),
    "hypoxia": (0.0, 1.0, 2.5, 3.0),
    "anc": (0.0, 0.4, 0.5, 7.0),
}
a_condition = st.sampled_from(sorted(LIMITS)).flatmap(
    lambda name: st.builds(Condition, st.just(name), st.booleans(), st.sampled_from(LIMITS[name]))
)
some_conditions = st.lists(a_condition, max_size=3).map(tuple)
a_patient = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


def grade(table: Lookup, signs: dict[str, float]) -> float:
    """Return the grade that the engine looks up."""
    cell = 0
    for signal, edges in zip(table.signals, table.edges, strict=True):
        cell = cell * (len(edges) + 1) + bisect.bisect_right(edges, signs[signal])
    return table.table[cell]


def holds(conditions: tuple[Condition, ...], signs: dict[str, float]) -> bool:
    return all((signs[c.signal] >= c.limit) == c.above for c in conditions)


@given(st.sampled_from(TABLES), some_conditions, some_conditions, a_patient)
def test_what_is_said_of_regions_holds_for_every_patient(
    table: Lookup, first: tuple[Condition, ...], second: tuple[Condition, ...], signs: dict[str, float]
) -> None:
    shown = signs | {GRADE: grade(table, signs)}
    assert all(possible(name).low <= x < possible(name).high for name, x in shown.items())
    for known in (None, table):  # what is known without the table stays true with it
        if holds(first, shown):
            assert can_hold(first, known)
            assert holds(second, shown) or not implies(first, second, known)
        else:
            assert not always_hold(first, known)


@given(st.sampled_from(TABLES), some_conditions, some_conditions)
def test_the_table_decides_exactly(table: Lookup, first: tuple[Condition, ...], second: tuple[Condition, ...]) -> None:
    """Limits fall on the patients tried, so that a region without any of them is empty."""
    patients = [dict(zip(VALUES, values, strict=True)) for values in itertools.product(*_fine())]
    shown = [signs | {GRADE: grade(table, signs)} for signs in patients]
    met = [signs for signs in shown if holds(first, signs)]
    assert can_hold(first, table) == bool(met)
    assert implies(first, second, table) == all(holds(second, signs) for signs in met)
    assert not implies(first, second) or implies(first, second, table), "the table only adds knowledge"


def _fine() -> list[list[float]]:
    """Return values of each sign in every class that limits and edges can cut."""
    edges = {"temperature": (38.0,), "hypotension": (1.0, 2.0, 3.0), "hypoxia": (1.0, 2.0, 3.0), "anc": ()}
    found = []
    for name in VALUES:
        span = possible(name)
        cuts = sorted({span.low, *(x for x in (*LIMITS[name], *edges[name]) if span.low < x < span.high)})
        found.append(cuts)  # each class begins at a cut, and holds it
    return found


@pytest.mark.parametrize(("signal", "low", "high"), [("marrow_blast_percent", 0.0, 100.0), (GRADE, 0.0, 4.0)])
def test_bounds_are_included(signal: str, low: float, high: float) -> None:
    assert can_hold((Condition(signal, True, high),))
    assert not can_hold((Condition(signal, False, low),))
    assert always_hold((Condition(signal, True, low),))
    assert not can_hold((Condition(signal, True, high + 1e-9),))
