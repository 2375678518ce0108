"""Event tables carry every case as far as they can: written and read back it is what is held, dose for dose.

Whatever is done to a table or its dictionary, reading them gives cases or one error that says where.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from generated_cases import document, malformed

import trimer.library as library
from trimer.errors import InputError, TrimerError
from trimer.record import timing, tree
from trimer.record.case import Case
from trimer.record.schema import CaseDocument, OrderSpec
from trimer.study.export.nonmem_case import LEAST, held, read_cases, write_cases
from trimer.therapy.administration import Administration
from trimer.therapy.realise import realise

CASES = int(os.environ.get("TRIMER_GENERATED", "60"))  # `make nightly` asks for ten thousand
FIRST = int(os.environ.get("TRIMER_GENERATED_FIRST", "0"))
MOST_DOSES = 300  # of one generated order; those that repeat a thousand times are cut


def case_of(made: CaseDocument) -> Case:
    return Case(made, timing.make_schedule(made, tree.Origin(made.id)))


def given(case: Case) -> tuple[Administration, ...]:
    orders = case.orders()
    return realise(orders, case.size, *library.needed(orders))


def feasible(made: CaseDocument) -> CaseDocument:
    """Return a generated case with those of its orders that can be carried out together: the generator does not ask."""
    kept: list[OrderSpec] = []
    for order in made.realisation.orders:
        order = order.model_copy(update={"repeat": min(order.repeat, MOST_DOSES)})
        for repeat in (order.repeat, 1):
            trial = [*kept, order.model_copy(update={"repeat": repeat})]
            if can_be_given(with_orders(made, trial)):
                kept = trial
                break
    return with_orders(made, kept)


def with_orders(made: CaseDocument, orders: list[OrderSpec]) -> CaseDocument:
    return made.model_copy(update={"realisation": made.realisation.model_copy(update={"orders": tuple(orders)})})


def can_be_given(made: CaseDocument) -> bool:
    try:
        given(case_of(made))
    except TrimerError:
        return False
    return True


@cache
def made(seed: int) -> CaseDocument:
    return feasible(document(seed))


def put(folder: Path, *documents: CaseDocument) -> Path:
    text, dictionary = write_cases(documents)
    (folder / "a.csv").write_bytes(text.encode())
    (folder / "a.json").write_bytes(dictionary.text().encode())
    return folder / "a.csv"


def test_what_is_written_reads_back_as_what_is_held(tmp_path: Path) -> None:
    orders = 0
    for seed in range(FIRST, FIRST + CASES):
        (back,), table = read_cases(put(tmp_path, made(seed)))
        assert back == held(made(seed)), seed
        assert held(back) == back, seed
        assert table.unread == ()
        orders += len(back.realisation.orders)
    assert orders > CASES  # the law is no law of cases without doses


def test_what_is_held_is_what_the_case_says(tmp_path: Path) -> None:
    doses = readings = 0
    for seed in range(FIRST, FIRST + CASES):
        one, other = case_of(made(seed)), case_of(held(made(seed)))
        same_doses(one, other)
        same_readings(one, other)
        doses, readings = doses + len(given(other)), readings + len(other.course().readings)
        assert [(e.id, e.number, e.kind, e.label, e.context, e.with_) for e in one.events] == [
            (e.id, e.number, e.kind, e.label, e.context, e.with_) for e in other.events
        ]
        days = [
            case.schedule.day(e.id) - case.schedule.day(one.document.origin)
            for case in (one, other)
            for e in one.events
        ]
        assert days[: len(one.events)] == days[len(one.events) :]
        assert other.patient.sex == one.patient.sex
        assert math.isclose(other.size.weight, one.size.weight)
        assert other.document.source == one.document.source
    assert doses > CASES
    assert readings > CASES


def same_doses(one: Case, other: Case) -> None:
    """Compare everything that is given, but for what LOST says: nothing below 1e-12, pushes over a minute."""
    mine = sorted(
        (a.drug, a.route, round(a.start, 6), a.amount, a.duration, a.kind) for a in given(one) if a.amount >= LEAST
    )
    back = sorted((a.drug, a.route, round(a.start, 6), a.amount, a.duration, a.kind) for a in given(other))
    assert len(mine) == len(back), one.id
    for a, b in zip(mine, back, strict=True):
        assert a[:2] == b[:2]
        assert a[5] == b[5]
        assert a[3] == b[3]
        assert abs(a[2] - b[2]) < 2e-6
        length = a[4] or (1 / 1440 if a[1] in ("iv", "civ") else 0.0)
        assert math.isclose(length, b[4], rel_tol=1e-5, abs_tol=1e-8), (a, b)


def same_readings(one: Case, other: Case) -> None:
    for event, back in zip(one.events, other.events, strict=True):
        assert len(event.observations) == len(back.observations)
        for a, b in zip(event.observations, back.observations, strict=True):
            names = (
                "observable",
                "text",
                "absence",
                "basis",
                "specimen",
                "denominator",
                "method",
                "sensitivity",
                "precision",
            )
            assert [getattr(a, n) for n in names] == [getattr(b, n) for n in names]
            assert (a.comparator, a.interval is None, a.value is None) == (
                b.comparator,
                b.interval is None,
                b.value is None,
            )
    course, back_course = one.course(), other.course()
    numbers = sorted(
        (r.source, r.observable, r.low, r.high, r.low_open, r.high_open) for r in course.readings if r.low == r.low
    )
    again = sorted(
        (r.source, r.observable, r.low, r.high, r.low_open, r.high_open) for r in back_course.readings if r.low == r.low
    )
    assert numbers == again


def test_several_cases_are_several_subjects(tmp_path: Path) -> None:
    documents = [made(seed) for seed in range(5)]
    found, _ = read_cases(put(tmp_path, *documents))
    assert found == tuple(held(one) for one in documents)


@pytest.mark.parametrize("spoilt", ["a.csv", "a.json"])
def test_a_spoilt_file_gives_cases_or_one_error_that_says_where(tmp_path: Path, spoilt: str) -> None:
    outcomes: Counter[str] = Counter()
    payloads = []
    for seed in range(FIRST, FIRST + min(CASES, 100)):
        path = put(tmp_path, made(seed))
        payloads.append([(tmp_path / name).read_bytes() for name in ("a.csv", "a.json")])
    for seed in range(10 * FIRST, 10 * FIRST + 5 * CASES):
        for name, payload in zip(("a.csv", "a.json"), payloads[seed % len(payloads)], strict=True):
            (tmp_path / name).write_bytes(malformed(payload, seed) if name == spoilt else payload)
        try:
            read_cases(path)
        except InputError as fault:
            outcomes["refused" if fault.where else "nowhere"] += 1
        else:
            outcomes["read"] += 1
    assert outcomes["nowhere"] == 0
    assert outcomes["refused"] > CASES
