"""Laws of partial dates: propagation loses nothing true, choices obey everything, no year is special."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.record.dates import CALENDAR, Constraint, Network

NAMES = [f"e{i:02d}" for i in range(8)]
Truth = dict[str, int]


@st.composite
def true_records(draw: st.DrawFn) -> tuple[Truth, list[Constraint]]:
    """A history, and statements about it that are all true of it."""
    truth = {name: draw(st.integers(735_000, 736_000)) for name in NAMES}
    constraints = []
    for name in NAMES:
        early, late = draw(st.integers(0, 400)), draw(st.integers(0, 400))
        constraints.append(Constraint(CALENDAR, name, truth[name] - early, truth[name] + late, f"{name} dated"))
    pairs = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=14))
    for a, b in pairs:
        gap = truth[b] - truth[a]
        low = gap - draw(st.one_of(st.integers(0, 60), st.just(math.inf)))
        high = gap + draw(st.one_of(st.integers(0, 60), st.just(math.inf)))
        constraints.append(Constraint(a, b, low, high, f"{b} after {a}"))
    return truth, constraints


def holds(constraint: Constraint, days: dict[str, float]) -> bool:
    gap = days.get(constraint.later, 0.0) - days.get(constraint.earlier, 0.0)
    return constraint.low <= gap <= constraint.high


@given(true_records())
def test_what_is_true_lies_inside_every_window(record: tuple[Truth, list[Constraint]]) -> None:
    truth, constraints = record
    network = Network(NAMES, constraints)
    for name in NAMES:
        low, high = network.window(name)
        assert low <= truth[name] <= high


@given(true_records(), st.sampled_from(NAMES), st.booleans())
def test_windows_are_tight_and_choices_obey_every_constraint(
    record: tuple[Truth, list[Constraint]], name: str, late: bool
) -> None:
    network = Network(NAMES, record[1])
    edge = network.window(name)[late]
    for prefer in ({}, {name: edge}):
        days = network.choose(prefer)
        assert all(holds(constraint, days) for constraint in record[1])
        assert all(day == int(day) for day in days.values())
        assert prefer.get(name, days[name]) == days[name]


@given(true_records(), st.integers(-3000, 3000))
def test_shifting_the_calendar_shifts_windows_and_choices(record: tuple[Truth, list[Constraint]], shift: int) -> None:
    moved = [
        Constraint(c.earlier, c.later, c.low + shift, c.high + shift, c.reason) if c.earlier == CALENDAR else c
        for c in record[1]
    ]
    before, after = Network(NAMES, record[1]), Network(NAMES, moved)
    for name in NAMES:
        assert after.window(name) == tuple(bound + shift for bound in before.window(name))
    assert after.choose({}) == {name: day + shift for name, day in before.choose({}).items()}


@given(true_records(), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(record: tuple[Truth, list[Constraint]], random: object) -> None:
    shuffled = list(record[1])
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = Network(NAMES, record[1]), Network(NAMES, shuffled)
    assert [first.window(name) for name in NAMES] == [second.window(name) for name in NAMES]


@settings(max_examples=50)
@given(true_records(), st.integers(1, 500))
def test_the_reasons_given_are_enough_for_the_bound(record: tuple[Truth, list[Constraint]], seed: int) -> None:
    network = Network(NAMES, record[1])
    name = NAMES[seed % len(NAMES)]
    for bound, reasons in enumerate((network.not_before(name), network.not_after(name))):
        kept = [c for c in record[1] if c.reason in reasons]
        assert Network(NAMES, kept).window(name)[bound] == network.window(name)[bound]
