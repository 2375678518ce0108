"""Grades over completions: the interval, what would narrow it, classes of a reading."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.course import Reading
from trimer.criteria.grading import Classes, Fact, Graded, Scale, classes
from trimer.criteria.logic import Relation

FACTS = (
    Fact("a", "fact a", ("0", "1")),
    Fact("b", "fact b", ("0", "1", "2")),
    Fact("c", "fact c", ("0", "1", "2", "3")),
)
SPACE = [range(len(f.classes)) for f in FACTS]
CUTS: tuple[tuple[Relation, float], ...] = ((">=", 38.0), (">", 39.0), (">", 40.0))


def table_rule(grades: Mapping[tuple[int, ...], int]) -> Scale:
    return Scale(FACTS, lambda a, b, c: grades[a, b, c])


SCALES = st.lists(st.integers(0, 5), min_size=24, max_size=24).map(
    lambda g: dict(zip(itertools.product(*SPACE), g, strict=True))
)
PARTIAL = st.tuples(*(st.sets(st.sampled_from(list(r)), min_size=1).map(frozenset) for r in SPACE))


@given(SCALES, PARTIAL)
def test_the_interval_and_what_narrows_it_are_those_of_all_completions(
    grades: dict[tuple[int, ...], int], allowed: tuple[Classes, ...]
) -> None:
    found = table_rule(grades).grade(dict(zip("abc", allowed, strict=True)))
    completions = [v for v in grades if all(x in a for x, a in zip(v, allowed, strict=True))]
    assert found.low == min(grades[v] for v in completions)
    assert found.high == max(grades[v] for v in completions)
    depends = []
    for k, fact in enumerate(FACTS):
        pairs = itertools.product(completions, repeat=2)
        alike = ((v, w) for v, w in pairs if all(v[j] == w[j] for j in range(3) if j != k))
        if any(grades[v] != grades[w] for v, w in alike):
            depends.append(fact.label)
    assert found.narrowing == tuple(depends)
    assert bool(found.narrowing) == (found.low < found.high)


def test_where_only_two_facts_together_settle_it_both_are_named() -> None:
    majority = Scale(tuple(Fact(n, n, ("no", "yes")) for n in "xyz"), lambda x, y, z: int(x + y + z >= 2))
    assert majority.grade({}) == Graded(0, 1, ("x", "y", "z"))
    assert majority.grade({"x": frozenset((1,)), "y": frozenset((1,))}) == Graded(1, 1)


def test_a_fact_that_changes_nothing_is_not_asked_for() -> None:
    scale = Scale(FACTS, lambda a, b, c: 4 if a else b)
    assert scale.grade({"a": frozenset((1,))}) == Graded(4, 4)
    assert scale.grade({"a": frozenset((0,))}) == Graded(0, 2, ("fact b",))
    assert scale.combinations == 24


def test_what_is_no_fact_or_can_be_nothing_is_refused() -> None:
    scale = Scale(FACTS, lambda a, b, c: a)
    with pytest.raises(KeyError, match="no fact d"):
        scale.grade({"d": frozenset((0,))})
    with pytest.raises(ValueError, match="nothing at all"):
        scale.grade({"a": frozenset()})


@pytest.mark.parametrize(("low", "high", "text"), [(3, 3, "grade 3"), (2, 3, "grade 2 to 3"), (0, 0, "grade 0")])
def test_an_interval_in_words(low: int, high: int, text: str) -> None:
    assert Graded(low, high).text == text


@pytest.mark.parametrize(
    ("low", "high", "low_open", "high_open", "expected"),
    [
        (37.9, 37.9, False, False, {0}),
        (38.0, 38.0, False, False, {1}),
        (39.0, 39.0, False, False, {1}),
        (39.28, 39.28, False, False, {2}),
        (40.0, 40.0, False, False, {2}),
        (40.1, 40.1, False, False, {3}),
        (37.0, 38.0, False, False, {0, 1}),
        (37.0, 38.0, False, True, {0}),
        (39.0, math.inf, True, False, {2, 3}),
        (39.0, math.inf, False, False, {1, 2, 3}),
        (-math.inf, 39.0, False, False, {0, 1}),
        (-math.inf, math.inf, False, False, {0, 1, 2, 3}),
    ],
)
def test_classes_of_a_reading_by_its_cuts(
    low: float, high: float, low_open: bool, high_open: bool, expected: set[int]
) -> None:
    reading = Reading("temperature", low, high, low_open, high_open, "Cel")
    assert classes(reading, CUTS) == expected


def test_what_has_no_number_may_be_any_class() -> None:
    for reading in (None, Reading("temperature", absence="not stated"), Reading("temperature", text="high")):
        assert classes(reading, CUTS) == {0, 1, 2, 3}
