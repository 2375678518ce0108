"""What holds for every scale of toxicity on generated treatments of which every moment is charted.

The interval of a record holds that of what was; worse facts never lower either end; missing facts are never graded
below the best they could be. The laws themselves are tried on broken scales.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest
from course_sample import VALUES, allows
from toxicity_sample import BASELINE, BETTER_WHEN_HIGH, START, Charter, Facts, course_of, with_fact

from trimer.course import Course, Reading
from trimer.criteria import Criterion, Verdict, list_criteria
from trimer.criteria.crs import lee_2014_crs, penn_crs
from trimer.criteria.crs.table import Table
from trimer.criteria.neutropenia.present import CATEGORIES as NEUTROPENIC_FEVER
from trimer.criteria.tls.definition import CATEGORIES as LYSIS

COURSES = int(os.environ.get("TRIMER_GENERATED", "400")) // 3
SCALES = pytest.mark.parametrize("criterion", [c for c in list_criteria() if c.scale], ids=lambda c: c.name)
# These follow from others of the same moment (see consistent()), or make nothing worse by themselves.
FOLLOW = ("vasopressor_count", "vasopressor_days", "blasts_blood", "csf_rbc")
ORDERS = {"tls": LYSIS, "febrile neutropenia": NEUTROPENIC_FEVER}
Judge = Callable[[Course], tuple[Verdict, ...]]
Moments = list[tuple[float, Facts]]


@cache
def treatments() -> tuple[tuple[Moments, Moments], ...]:
    """Return what was, and what was written of it."""
    charter = Charter(410)
    found = []
    for _ in range(COURSES):
        moments = charter.moments()
        found.append((moments, charter.blurred(moments)))
    return tuple(found)


def interval(verdict: Verdict) -> tuple[int, int]:
    """Return the lowest and the highest that is possible without any convention, as ranks."""
    order = ORDERS.get(verdict.subject)
    ranks = [rank(name, order) for name in verdict.possible]
    return min(ranks), max(ranks)


def rank(name: str, order: tuple[str, ...] | None) -> int:
    if order is not None and name in order:
        return order.index(name)
    return int(name.rpartition("grade ")[2]) if "grade " in name else 0


def span(verdicts: tuple[Verdict, ...]) -> tuple[int, int] | None:
    """Return the interval of the worst episode of a course with one exposure."""
    found = [interval(v) for v in verdicts if v.day >= BASELINE or len(verdicts) == 1]
    return (max(low for low, _ in found), max(high for _, high in found)) if found else None


def holds_what_was(judge: Judge) -> tuple[int, set[tuple[int, int]]]:
    """Check that the interval of a record holds that of the truth; return how many were compared, and what was."""
    compared, seen = 0, set()
    for truth, record in treatments():
        before, after = span(judge(course_of(record))), span(judge(course_of(truth)))
        if before is None or after is None:
            continue
        assert before[0] <= after[0], (judge(course_of(record)), judge(course_of(truth)))
        assert after[1] <= before[1], (judge(course_of(record)), judge(course_of(truth)))
        compared += 1
        seen.add(after)
    return compared, seen


def drivers(criterion: Criterion) -> tuple[str, ...]:
    return tuple(sorted({r.observable for r in criterion.thresholds.values()} & set(VALUES) - set(FOLLOW)))


def worse(name: str, value: float) -> Iterator[float]:
    yield from (v for v in VALUES[name] if v != value and (v < value) == (name in BETTER_WHEN_HIGH))


def never_better_when_worse(judge: Judge, names: tuple[str, ...]) -> int:
    """Check that a worse value lowers neither end; return how many outcomes changed."""
    changed = 0
    charter = Charter(11)
    for moments, _ in treatments():
        if not names:
            break
        k, name = int(charter.rng.integers(1, len(moments))), str(charter.one(names))
        fact = moments[k][1][name]
        if fact.text:
            continue
        old = span(judge(course_of(moments)))
        for value in worse(name, fact.low):
            new = span(judge(course_of(with_fact(moments, k, name, value))))
            if old is None or new is None:
                continue
            assert new[0] >= old[0], (name, fact.low, value, judge(course_of(moments)))
            assert new[1] >= old[1], (name, fact.low, value, judge(course_of(moments)))
            changed += new != old
    return changed


@SCALES
def test_the_interval_of_a_record_holds_what_was(criterion: Criterion) -> None:
    compared, seen = holds_what_was(criterion.judge)
    assert compared > COURSES / 2
    assert len(seen) >= 2, seen  # the generator reaches more than one outcome


@SCALES
def test_worse_facts_never_lower_either_end(criterion: Criterion) -> None:
    assert never_better_when_worse(criterion.judge, drivers(criterion)) > 5


@SCALES
def test_missing_facts_are_never_graded_below_the_best_they_could_be(criterion: Criterion) -> None:
    compared = 0
    for _, record in treatments():
        # A bad value before treatment makes what follows less of a toxicity, so nothing is hoped for there.
        best = [(day, hoped(facts) if day >= START else facts) for day, facts in record]
        before, after = criterion.judge(course_of(record)), criterion.judge(course_of(best))
        if before and len(before) == len(after):
            order = ORDERS.get(criterion.subject)
            for old, new in zip(before, after, strict=True):
                low, hope = (v.grade[0] if v.grade and not order else interval(v)[0] for v in (old, new))
                assert hope <= low, (old, new)
            compared += 1
    assert compared > COURSES / 4


def hoped(facts: Facts) -> Facts:
    """Return facts of which the open ones are as good as they could be."""
    return {name: favourable(reading) for name, reading in facts.items()}


def favourable(reading: Reading) -> Reading:
    """Return the best value a reading allows: its own bound, or just beside an open one."""
    name = reading.observable
    if reading.text or reading.exact or name not in VALUES:
        return reading
    high = name in BETTER_WHEN_HIGH
    bound, open_ = (reading.high, reading.high_open) if high else (reading.low, reading.low_open)
    if reading.absence is not None or math.isinf(bound):
        value = max(VALUES[name]) if high else min(VALUES[name])
    else:
        value = bound + (-1e-6 if high else 1e-6) * max(bound, 1.0) if open_ else bound
    if not allows(reading, value):
        return reading
    return replace(reading, low=value, high=value, low_open=False, high_open=False, absence=None)


def broken(table: Table, rule: Callable[[int], int]) -> Judge:
    """Return a scale whose grades are wrong by a rule."""
    scale = replace(table.scale, rule=lambda **classes: rule(table.scale.rule(**classes)))
    return replace(table, scale=scale).judge


@pytest.mark.parametrize("module", [lee_2014_crs, penn_crs], ids=lambda m: m.__name__.rpartition(".")[2])
def test_the_laws_notice_a_broken_scale(module: object) -> None:
    table: Table = module.TABLE  # type: ignore[attr-defined]
    names = ("hypotension", "hypoxia", "organ_toxicity", "oxygen_fraction")
    assert never_better_when_worse(table.judge, names) > 5
    assert never_better_when_worse(broken(table, lambda grade: 1), names) == 0  # nothing moves: the floor above fails
    with pytest.raises(AssertionError):
        never_better_when_worse(broken(table, lambda grade: 5 - grade), names)
