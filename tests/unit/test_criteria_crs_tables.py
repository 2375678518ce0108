"""The older scales of CRS as tables: every printed cell, order of the facts, interval grades by enumeration."""

from __future__ import annotations

import itertools
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.criteria.crs import (
    astct_2019_crs,
    cartox_crs,
    ctcae_v4_crs,
    ctcae_v5_crs,
    lee_2014_crs,
    mskcc_crs,
    penn_crs,
)
from trimer.criteria.crs.facts import SIGNS, Finding
from trimer.criteria.crs.table import Table
from trimer.criteria.grading import Scale
from trimer.observables import OBSERVABLES

TABLES: tuple[Table, ...] = tuple(
    m.TABLE for m in (ctcae_v4_crs, ctcae_v5_crs, lee_2014_crs, penn_crs, mskcc_crs, cartox_crs)
)
ALL_TABLES = pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
SCALES = {"astct_2019_crs": astct_2019_crs.SCALE, **{t.name: t.scale for t in TABLES}}
ALL_SCALES = pytest.mark.parametrize("name", SCALES)

FLUIDS, ONE, SEVERAL = {"hypotension": 1}, {"hypotension": 2}, {"hypotension": 3}
HIGH = {"dose": 1}
LOW_OXYGEN, HIGH_OXYGEN, CPAP, VENTILATOR = ({"oxygen": k} for k in (1, 2, 3, 4))

# Each row: a cell of the printed tables (evidence 3.1), and what no cell but the one of grade 1 covers.
CELLS: dict[ModuleType, list[tuple[dict[str, int], int]]] = {
    ctcae_v4_crs: [
        ({}, 1),
        ({"interrupted": 1}, 2),
        ({"treated": 1}, 2),
        (FLUIDS, 2),
        ({"prolonged": 1}, 1),  # mild and untreated: nothing it failed to respond to
        ({"interrupted": 1, "prolonged": 1}, 3),
        ({"treated": 1, "prolonged": 1}, 3),
        ({"recurrent": 1}, 3),  # printed without asking for treatment
        ({"hospital": 1}, 3),
        (ONE, 4),
        (SEVERAL, 4),
        (HIGH_OXYGEN, 2),
        (CPAP, 4),
        (VENTILATOR, 4),
        ({"threatening": 1}, 4),
        ({"death": 1}, 5),
    ],
    ctcae_v5_crs: [
        ({}, 1),
        (FLUIDS, 2),
        (LOW_OXYGEN, 2),
        (ONE, 3),
        (HIGH_OXYGEN, 3),
        ({"threatening": 1}, 4),
        (ONE | {"threatening": 1}, 4),
        (VENTILATOR, 4),
        ({"death": 1}, 5),
    ],
    lee_2014_crs: [
        ({}, 1),
        (FLUIDS, 2),
        (LOW_OXYGEN, 2),
        (ONE, 2),
        ({"organ": 1}, 1),
        ({"organ": 2}, 2),
        (ONE | HIGH, 3),
        (SEVERAL, 3),
        (SEVERAL | HIGH, 3),
        (FLUIDS | HIGH, 2),  # a dose without a vasopressor says nothing
        (HIGH_OXYGEN, 3),
        ({"organ": 3}, 3),
        ({"transaminases": 4}, 3),
        (VENTILATOR, 4),
        ({"organ": 4}, 4),
        ({"death": 1}, 5),
    ],
    penn_crs: [
        ({}, 1),
        ({"organ": 1}, 1),
        ({"organ": 2}, 2),
        ({"transaminases": 2}, 1),
        ({"transaminases": 3}, 2),
        ({"hospital": 1}, 2),
        (FLUIDS, 3),
        (ONE, 3),
        (LOW_OXYGEN, 3),
        (HIGH_OXYGEN, 3),
        (CPAP, 3),
        ({"coagulopathy": 1}, 3),
        ({"organ": 3}, 3),
        ({"transaminases": 4}, 3),
        (ONE | HIGH, 4),
        (VENTILATOR, 4),
        ({"death": 1}, 5),
    ],
    mskcc_crs: [
        ({}, 1),
        (FLUIDS, 1),
        (ONE, 2),
        (SEVERAL | HIGH, 2),
        (LOW_OXYGEN, 2),
        (ONE | {"duration": 1}, 3),
        (HIGH_OXYGEN, 3),
        (ONE | HIGH | {"refractory": 1}, 4),
        (VENTILATOR, 4),
        ({"death": 1}, 5),
    ],
    cartox_crs: [
        ({}, 1),
        ({"organ": 1}, 1),
        (FLUIDS, 2),
        (ONE, 2),
        (LOW_OXYGEN, 2),
        ({"organ": 2}, 2),
        (ONE | HIGH, 3),
        (SEVERAL, 3),
        (HIGH_OXYGEN, 3),
        ({"organ": 3}, 3),
        ({"transaminases": 4}, 3),
        (FLUIDS | {"threatening": 1}, 4),
        (VENTILATOR, 4),
        ({"organ": 4}, 4),
        ({"death": 1}, 5),
    ],
}


@pytest.mark.parametrize(
    ("module", "facts", "grade"),
    [
        pytest.param(m, facts, grade, id=f"{m.TABLE.name}-{'-'.join(f'{k}{v}' for k, v in facts.items())}")
        for m, rows in CELLS.items()
        for facts, grade in rows
    ],
)
def test_each_cell_of_the_table(module: ModuleType, facts: dict[str, int], grade: int) -> None:
    scale = module.TABLE.scale
    complete = {f.name: frozenset((0,)) for f in scale.facts}
    complete |= {"fever": frozenset((1,))} | {n: frozenset((c,)) for n, c in facts.items() if n in complete}
    found = scale.grade(complete)
    assert (found.low, found.high, found.narrowing) == (grade, grade, ())


@pytest.mark.parametrize(
    ("hypotension", "hypoxia", "grade"), [(h, o, max(h, o) + 1) for h, o in itertools.product(range(4), repeat=2)]
)
def test_astct_takes_the_worse_of_the_two_and_needs_fever_unless_it_is_masked(
    hypotension: int, hypoxia: int, grade: int
) -> None:
    assert astct_2019_crs.rule(1, 0, hypotension, hypoxia) == grade
    assert astct_2019_crs.rule(1, 1, hypotension, hypoxia) == grade
    assert astct_2019_crs.rule(0, 0, hypotension, hypoxia) == 0
    assert astct_2019_crs.rule(0, 1, hypotension, hypoxia) == (grade if grade > 1 else 0)


@ALL_TABLES
def test_without_fever_there_is_no_crs(table: Table) -> None:
    known = {"fever": frozenset((0,)), "death": frozenset((0,))}
    assert table.scale.grade(known).high == 0


@ALL_SCALES
def test_enumeration_stays_small(name: str) -> None:
    assert SCALES[name].combinations < 20_000


@st.composite
def partial(draw: st.DrawFn, scale: Scale) -> dict[str, frozenset[int]]:
    """Any set of classes for each fact, at most 600 completions, so that enumerating them by hand is quick."""
    found = {f.name: frozenset((draw(st.integers(0, len(f.classes) - 1)),)) for f in scale.facts}
    size = 1
    for fact in draw(st.permutations(scale.facts)):
        more = draw(st.sets(st.integers(0, len(fact.classes) - 1), min_size=1))
        if size * len(more) <= 600:
            found[fact.name] = frozenset(more)
            size *= len(more)
    return found


@ALL_SCALES
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_interval_is_that_of_every_completion(name: str, data: st.DataObject) -> None:
    scale = SCALES[name]
    allowed = data.draw(partial(scale))
    names = list(allowed)
    grades = [scale.rule(**dict(zip(names, values, strict=True))) for values in itertools.product(*allowed.values())]
    found = scale.grade(allowed)
    assert (found.low, found.high) == (min(grades), max(grades))
    assert bool(found.narrowing) == (len(set(grades)) > 1)


@ALL_SCALES
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_worse_fact_never_lowers_the_grade(name: str, data: st.DataObject) -> None:
    scale = SCALES[name]
    facts = {f.name: data.draw(st.integers(0, len(f.classes) - 1)) for f in scale.facts}
    worse = data.draw(st.sampled_from(scale.facts))
    raised = facts | {worse.name: data.draw(st.integers(facts[worse.name], len(worse.classes) - 1))}
    assert scale.rule(**raised) >= scale.rule(**facts)


@ALL_TABLES
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_cell_is_met_open_or_not_as_its_completions_are(table: Table, data: st.DataObject) -> None:
    allowed = data.draw(partial(table.scale))
    findings = {n: Finding(a, a, "") for n, a in allowed.items()}
    for row in table.cells:
        outcomes = {
            all(value >= least for value, (_, least) in zip(values, row.needs, strict=True))
            for values in itertools.product(*(allowed[fact] for fact, _ in row.needs))
        }
        assert row.met(findings) == (outcomes.pop() if len(outcomes) == 1 else None)


@ALL_TABLES
def test_every_threshold_is_a_cell_in_canonical_units_and_says_its_grade(table: Table) -> None:
    assert len(table.thresholds) == len(table.cells), "names of cells are unique"
    assert table.cells[0].needs == (("fever", 1),)
    for row in table.cells:
        assert row.threshold.unit == OBSERVABLES[row.threshold.observable].unit
        assert row.threshold.text.endswith(f": grade {row.grade}")
        assert row.threshold.purpose == f"grade {row.grade}"


def test_every_class_above_the_mildest_has_a_level() -> None:
    for sign in SIGNS.values():
        assert len(sign.levels) == len(sign.fact.classes) - 1, sign.fact.name


@pytest.mark.parametrize("module", [lee_2014_crs, cartox_crs], ids=["lee", "cartox"])
def test_transaminases_of_grade_3_are_printed_in_no_cell_and_stay_open(module: ModuleType) -> None:
    """Grade 3 prints organ toxicity of grade 3, or transaminases of grade 4: which of them grade 3 is, is not said."""
    scale = module.TABLE.scale
    facts = {f.name: frozenset((0,)) for f in scale.facts if f.name != "counted"}
    known = facts | {"fever": frozenset((1,)), "transaminases": frozenset((3,))}
    found = scale.grade(known)
    assert (found.low, found.high) == (2, 3)
    assert found.narrowing == (SIGNS["counted"].fact.label,)
    assert module.THRESHOLDS["transaminases_3"].provenance == "assumed"


@ALL_TABLES
def test_what_no_quantity_measures_is_exported_as_a_judged_fact(table: Table) -> None:
    worded = {"interrupted", "treated", "prolonged", "recurrent", "threatening", "hospital", "refractory"}
    for row in table.cells:
        fact, least = row.needs[0]
        told = fact in worded | {"coagulopathy", "counted"} or (fact, least) == ("oxygen", 4)
        assert (row.threshold.observable == "judged_fact") == told, row.name
        assert row.threshold.quantity
        assert row.threshold.wording


@pytest.mark.parametrize(
    ("module", "cells"),
    [
        (cartox_crs, ("organ_1", "organ_2", "organ_3", "organ_4", "transaminases_4", "life_threatening", "ventilator")),
        (penn_crs, ("organ_2", "organ_3", "transaminases_3", "transaminases_4", "high_dose", "ventilator")),
        (mskcc_crs, ("vasopressor", "vasopressor_24_h", "refractory", "ventilator", "oxygen_low", "oxygen_high")),
    ],
    ids=["cartox", "penn", "mskcc"],
)
def test_a_seen_cell_names_the_table_that_prints_it(module: ModuleType, cells: tuple[str, ...]) -> None:
    for name in cells:
        row = module.THRESHOLDS[name]
        assert row.provenance == "seen"
        assert "PMC7006459 Table 2" in row.source


def test_only_version_5_of_ctcae_is_wholly_unseen() -> None:
    for table in TABLES:
        provenance = {row.threshold.provenance for row in table.cells}
        assert ("recalled" in provenance) == (table.name == "ctcae_v5_crs")
