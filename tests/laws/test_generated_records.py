"""What holds for thousands of generated courses and every criterion of the folder.

Nothing crashes; every verdict is complete; every value shown traces to an input or a stated rule; a grade or category
of every completion of the missing facts was among those said to be possible; worse facts are never judged better.
"""

from __future__ import annotations

import importlib
import math
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from course_sample import VALUES, Maker, allows, revealed

from trimer.course import Course, Reading, Visit
from trimer.criteria import Criterion, Verdict, list_criteria
from trimer.criteria.denominators import converted
from trimer.criteria.neutropenia.present import CATEGORIES as NEUTROPENIC_FEVER
from trimer.criteria.response.evidence import share_of_white_cells
from trimer.criteria.threshold import describe
from trimer.criteria.tls.definition import CATEGORIES as LYSIS
from trimer.criteria.verdict import UNDETERMINED

COURSES = int(os.environ.get("TRIMER_GENERATED", "1500"))  # `make nightly` asks for ten thousand
SETS = list_criteria()
ALL = pytest.mark.parametrize("criterion", SETS, ids=lambda c: c.name)

# Of these less is worse; of everything else in VALUES more is.
BETTER_WHEN_HIGH = ("anc", "wbc", "platelets", "haemoglobin", "lymphocytes", "ice_score", "calcium", "ionised_calcium")


@cache
def pairs() -> tuple[tuple[Course, Course], ...]:
    """Return what was, and the record of it; in every fourth record the share of B cells is assumed as well."""
    maker = Maker(2026)
    return tuple(maker.pair(k) for k in range(COURSES))


@cache
def generated() -> tuple[Course, ...]:
    return tuple(converted(record, (1.0, 5.0) if k % 4 == 0 else None) for k, (_, record) in enumerate(pairs()))


def drivers(criterion: Criterion) -> tuple[str, ...]:
    """Return the quantities a criterion says it limits, of which one is better or worse than another."""
    named = {row.observable for row in criterion.thresholds.values()} & set(VALUES)
    # More white cells may be blasts or recovery; more red cells in CSF make a tap bloody, not the CNS leukaemic.
    return tuple(sorted(named - {"csf_rbc"} - ({"wbc"} if criterion.subject != "cytopenia" else set())))


def order(criterion: Criterion) -> tuple[str, ...]:
    """Return the categories of a set, best first; grades are in order by themselves."""
    if criterion.scale:
        return {"tls": LYSIS, "febrile neutropenia": NEUTROPENIC_FEVER}.get(criterion.subject, ())
    return tuple(importlib.import_module(criterion.module).ORDER)


def numbers(text: str) -> set[float]:
    """Return the numbers in a text, ``1e-4`` being one."""
    return {float(n) for n in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?", text)}


def inputs(course: Course) -> set[float]:
    """Return every number that a record states, as it is shown, with the sensitivities of its assays."""
    rows = [*course.readings, *course.patient.values(), *(r for v in course.visits for r in v.readings.values())]
    rows += [share for v in course.visits if (share := share_of_white_cells(v))]  # follows from count and white cells
    shown = set().union(*(numbers(describe(r)) for r in rows)) if rows else set()
    return shown | {float(f"{r.sensitivity:.4g}") for r in rows if r.sensitivity}


@ALL
def test_nothing_crashes_and_every_verdict_is_complete(criterion: Criterion) -> None:
    judged = 0
    for course in generated():
        verdicts = criterion.judge(course)
        judged += len(verdicts)
        assert [v.day for v in verdicts] == sorted(v.day for v in verdicts)
        assert len({v.visit for v in verdicts}) == len(verdicts)
        for verdict in verdicts:
            assert (verdict.set, verdict.subject) == (criterion.name, criterion.subject)
            assert verdict.reason.endswith(".")
            assert verdict.possible
            assert len(set(verdict.possible)) == len(verdict.possible)
            assert verdict.missing or len(verdict.possible) == 1, verdict
            if verdict.grade is not None:
                assert 0 <= verdict.grade[0] <= verdict.grade[1] <= 5
            elif verdict.category != UNDETERMINED:
                assert verdict.category in verdict.possible, verdict
    assert judged > COURSES / 20  # the generator reaches this criterion


@ALL
def test_every_value_shown_is_an_input_or_follows_by_a_stated_rule(criterion: Criterion) -> None:
    rows = list(criterion.thresholds.values())
    derived = {row.label for row in rows if row.quantity or row.wording}
    printed = {row.text for row in rows} | {row.text.replace("<", ">=") for row in rows}
    told = {(row.provenance, row.source) for row in rows}
    seen = 0
    for course in generated()[: COURSES // 5]:
        known = inputs(course)
        for verdict in criterion.judge(course):
            for decision in verdict.decided_by:
                assert decision.threshold in printed, decision
                assert (decision.provenance, decision.source) in told, decision
                if decision.label not in derived:
                    seen += 1
                    assert numbers(decision.value) <= known, (criterion.name, decision)
    assert seen or derived


def by_visit(verdicts: tuple[Verdict, ...]) -> dict[str, Verdict]:
    return {v.visit: v for v in verdicts}


@ALL
def test_what_the_missing_facts_turn_out_to_be_was_possible(criterion: Criterion) -> None:
    compared = 0
    for truth, record in pairs()[: COURSES // 2]:
        before = by_visit(criterion.judge(record))
        if not before:
            continue
        after = by_visit(criterion.judge(revealed(record, truth, set(before))))
        if criterion.scale:
            compared += grades_contain(before, after)
            continue
        for visit, verdict in after.items():
            if visit in before and verdict.category != UNDETERMINED:
                assert verdict.category in before[visit].possible, (record.id, before[visit], verdict)
                compared += 1
    assert compared > COURSES / 300


def grades_contain(before: dict[str, Verdict], after: dict[str, Verdict]) -> int:
    """Compare episode by episode, or exposure by exposure where completing the facts moved episodes."""
    compared = 0
    for exposure in {name.partition(".")[0] for name in after}:
        old = [v for name, v in before.items() if name.partition(".")[0] == exposure]
        new = [v for name, v in after.items() if name.partition(".")[0] == exposure]
        if not old:
            continue
        possible = {name for v in old for name in v.possible}
        for verdict in new:
            if verdict.category != UNDETERMINED and len(verdict.possible) == 1:
                assert set(verdict.possible) <= possible, (old, verdict)
                compared += 1
    return compared


@ALL
def test_missing_facts_are_never_judged_better_than_the_best_they_could_be(criterion: Criterion) -> None:
    if criterion.scale:
        return  # a scale answers with an interval, of which the law above holds
    ranks, compared = order(criterion), 0
    for course in generated()[: COURSES // 2]:
        if not course.visits:
            continue
        visit = course.visits[-1]
        best = {n: r for n in drivers(criterion) if (r := favourable(visit, n)) is not None}
        hoped = replace(visit, readings={**visit.readings, **best})
        before, after = (
            by_visit(criterion.judge(c)).get(visit.id)
            for c in (course, replace(course, visits=(*course.visits[:-1], hoped)))
        )
        if before and after and {before.category, after.category} <= set(ranks):
            assert ranks.index(after.category) <= ranks.index(before.category), (before, after)
            compared += 1
    assert compared > 10


def favourable(visit: Visit, name: str) -> Reading | None:
    """Return the best value an interval or an absence of a visit leaves; None where nothing is open or recorded."""
    old = visit.readings.get(name)
    if old is None or old.text or old.exact:
        return None
    high = name in BETTER_WHEN_HIGH
    bound, open_, beyond = (old.high, old.high_open, -1e-6) if high else (old.low, old.low_open, 1e-6)
    if old.absence is not None or math.isinf(bound):
        value = max(VALUES[name]) if high else min(VALUES[name])
        if not allows(old, value):
            return None
    else:
        value = bound * (1.0 + beyond) if open_ else bound
    return replace(old, low=value, high=value, low_open=False, high_open=False, absence=None)


def worse(name: str, value: float) -> Iterator[float]:
    values = [v for v in VALUES[name] if v != value]
    yield from (v for v in values if (v < value) == (name in BETTER_WHEN_HIGH))


def with_value(course: Course, visit: Visit, name: str, value: float) -> Course:
    old = visit.readings[name]
    new = replace(old, low=value, high=value)
    changed = replace(visit, readings={**visit.readings, name: new})
    return replace(
        course,
        visits=tuple(changed if v is visit else v for v in course.visits),
        readings=tuple(new if r is old else r for r in course.readings),
    )


@ALL
def test_worse_facts_are_never_judged_better(criterion: Criterion) -> None:
    wanted, compared = drivers(criterion), 0
    maker = Maker(7)
    for course, _ in pairs()[: COURSES // 5]:
        if not course.visits:
            continue
        visit = course.visits[-1]
        if criterion.scale and any(e.start >= visit.day for e in course.episodes if e.kind in ("drug", "regimen")):
            continue  # what was bad before a treatment is not its toxicity
        names = [n for n in wanted if (r := visit.get(n)) is not None and r.exact and math.isfinite(r.low)]
        if not names:
            continue
        name = str(maker.one(names))
        old: Reading = visit.readings[name]
        for value in worse(name, old.low):
            before, after = (
                by_visit(criterion.judge(course)),
                by_visit(criterion.judge(with_value(course, visit, name, value))),
            )
            compared += compare(criterion, before, after, visit.id)
    assert compared > 50 or not wanted, compared


def compare(criterion: Criterion, before: dict[str, Verdict], after: dict[str, Verdict], visit: str) -> int:
    ranks = order(criterion)
    if criterion.scale and not ranks:
        top = [max((v.grade[1] for v in side.values() if v.grade), default=None) for side in (before, after)]
        if top[0] is None or top[1] is None:
            return 0
        assert top[1] >= top[0], (criterion.name, before, after)
        return 1
    compared = 0
    for name in before.keys() & after.keys() if criterion.scale else {visit} & before.keys() & after.keys():
        old, new = before[name].category, after[name].category
        if old in ranks and new in ranks:
            assert ranks.index(new) >= ranks.index(old), (criterion.name, before[name], after[name])
            compared += 1
    return compared
