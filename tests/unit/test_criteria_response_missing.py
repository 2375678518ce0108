"""The promise of ``missing``: whatever is named narrows what is possible, for something that it may turn out to be."""

from __future__ import annotations

import itertools
from types import ModuleType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from response_sample import SETS, SOUND, before, course, judged, reading, remission, visit
from test_criteria_response_sets import VALUES, complete, with_last

from trimer.course import Course
from trimer.criteria.response import paediatric_2022
from trimer.record.read_yaml import load_case

MOST = {"marrow_blast_percent": (100.0,), "blood_blast_percent": (100.0,), "extramedullary_blasts": (1e3,)}
EACH = pytest.mark.parametrize("module", SETS, ids=lambda m: m.__name__.rpartition(".")[2])


@EACH
@given(facts=complete(), gone=st.sets(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3))
def test_some_value_of_a_fact_that_is_named_narrows(module: ModuleType, facts: Course, gone: set[str]) -> None:
    for name in gone:
        facts = with_last(facts, name, None)
    found = module.judge(facts)
    last = facts.visits[-1]
    assume(found and found[-1].visit == last.id)
    verdict = found[-1]
    # Two other tests on one day are two readings, and this visit has room for one.
    named = [n for n in verdict.missing if n in gone and (n != "mrd_marrow" or module is not paediatric_2022)]

    def narrows(*names: str) -> bool:
        for values in itertools.product(*([*VALUES[name], *MOST.get(name, ())] for name in names)):
            full = facts
            for name, value in zip(names, values, strict=True):
                full = with_last(full, name, reading(name, value))
            if set(module.judge(full)[-1].possible) < set(verdict.possible):
                return True
        return False

    alone = {name: narrows(name) for name in named}
    for name in named:
        pairs = ((name, other) for other in named if other != name)
        waits = "an assessment 4 weeks later" in verdict.missing
        together = not any(alone.values()) and (waits or any(narrows(*pair) for pair in pairs))
        assert alone[name] or together, (name, verdict)


def test_enough_blasts_need_neither_mrd_nor_a_second_marrow() -> None:
    verdict = {v.visit: v for v in paediatric_2022.judge(load_case("linder2016").course())}["e17"]
    assert (verdict.category, verdict.possible) == ("relapse", ("not in remission", "relapse"))
    assert verdict.missing == ("whether a remission came before",)


def test_what_would_not_narrow_is_not_named() -> None:
    facts = visit(30.0, marrow_blast_percent=60.0, **SOUND)
    for module in SETS:
        verdict = judged(module, before(), facts)["d30"]
        assert not {"anc", "platelets", "mrd_marrow", "trilineage_haematopoiesis"} & set(verdict.missing)


def test_counts_are_named_where_only_they_are_open() -> None:
    for module in SETS:
        if module is not paediatric_2022:
            verdict = judged(module, before(), remission(30.0, anc="not stated", mrd_marrow=1e-5), remission(90.0))
            later = "an assessment 4 weeks later"  # where a CRi that did not last would be something else
            assert tuple(name for name in verdict["d30"].missing if name != later) == ("anc",), module


def test_courses_without_any_visit_say_nothing() -> None:
    assert all(module.judge(course()) == () for module in SETS)
