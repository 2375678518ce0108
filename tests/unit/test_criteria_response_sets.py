"""What every response set obeys: completions stay possible, worse facts are not better, simulations judged alike."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from response_sample import SETS, before, course, judged, reading, remission, visit

from trimer.course import Course, Reading, Visit
from trimer.criteria.response import amg, cibmtr, eln_2024, nccn, nci_2010, paediatric_2022, sg_maf
from trimer.criteria.verdict import UNDETERMINED
from trimer.record.read_yaml import load_case

EACH = pytest.mark.parametrize("module", SETS, ids=lambda m: m.__name__.rpartition(".")[2])

WORSE = {
    "marrow_blast_percent": [0.0, 0.9, 4.9, 5.0, 5.1, 12.0, 25.0, 26.0, 79.0],
    "blood_blast_percent": [0.0, 0.9, 1.0, 24.0, 25.0, 90.0],
    "extramedullary_blasts": [0.0, 0.5, 1.0, 30.0],
    "mrd_marrow": [0.0, 1e-5, 1e-3, 0.0099, 0.01, 0.4],
}
BETTER = {"anc": [0.0, 0.5, 0.51, 1.0, 1.01, 4.0], "platelets": [0.0, 50.0, 51.0, 100.0, 101.0, 300.0]}
WORDS = {
    "red_cell_transfusion": ["absent", "present"],
    "platelet_transfusion": ["absent", "present"],
    "trilineage_haematopoiesis": ["present", "absent"],
    "marrow_cellularity_text": ["normocellular", "hypocellular"],
}
VALUES: dict[str, list[object]] = {**WORSE, **BETTER, **WORDS}  # type: ignore[dict-item]


@st.composite
def complete(draw: st.DrawFn) -> Course:
    """Return two or three assessments after a baseline with nothing left unrecorded."""
    days = sorted(draw(st.sets(st.integers(1, 120), min_size=1, max_size=3)))
    visits = [visit(0.0, "presentation", **{n: draw(st.sampled_from(v)) for n, v in WORSE.items()})]
    visits += [visit(float(day), **{n: draw(st.sampled_from(v)) for n, v in VALUES.items()}) for day in days]
    return course(*visits)


def with_last(facts: Course, name: str, value: Reading | None) -> Course:
    final = facts.visits[-1]
    kept = {n: r for n, r in final.readings.items() if n != name} | ({} if value is None else {name: value})
    return replace(facts, visits=(*facts.visits[:-1], replace(final, readings=kept)))


@EACH
@given(facts=complete(), data=st.data())
def test_worse_facts_at_the_last_visit_are_never_judged_better(
    module: ModuleType, facts: Course, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([*WORSE, *BETTER]))
    scale = WORSE.get(name) or BETTER[name][::-1]
    i, j = sorted(data.draw(st.tuples(*[st.integers(0, len(scale) - 1)] * 2)))
    good, bad = (module.judge(with_last(facts, name, reading(name, scale[k])))[-1].category for k in (i, j))
    if good in module.ORDER and bad in module.ORDER:
        assert module.ORDER.index(bad) >= module.ORDER.index(good)


@EACH
@given(facts=complete(), data=st.data())
def test_what_any_completion_gives_was_possible_before(module: ModuleType, facts: Course, data: st.DataObject) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4))
    less, full = facts, facts
    for name in names:
        less = with_last(less, name, None)
        full = with_last(full, name, reading(name, data.draw(st.sampled_from(VALUES[name]))))
    if len(module.judge(less)) == len(module.judge(full)):
        open_before, settled = module.judge(less)[-1], module.judge(full)[-1]
        assert set(settled.possible) <= set(open_before.possible)
        assert settled.category in (*open_before.possible, UNDETERMINED)
        assert len(open_before.possible) == 1 or open_before.missing


@EACH
@given(facts=complete(), data=st.data())
def test_knowing_less_of_any_visit_never_narrows_any_other(
    module: ModuleType, facts: Course, data: st.DataObject
) -> None:
    k = data.draw(st.integers(0, len(facts.visits) - 1))
    name = data.draw(st.sampled_from(sorted(VALUES)))
    changed = replace(facts.visits[k], readings={n: r for n, r in facts.visits[k].readings.items() if n != name})
    less = replace(facts, visits=(*facts.visits[:k], changed, *facts.visits[k + 1 :]))
    full = {v.visit: v for v in module.judge(facts)}
    for verdict in module.judge(less):
        if all(v.category != UNDETERMINED for v in (verdict, full[verdict.visit])) and verdict.visit == changed.id:
            assert set(verdict.possible) >= set(full[verdict.visit].possible)


@EACH
def test_categories_and_states_are_those_of_the_set(module: ModuleType) -> None:
    levels = itertools.product((1.0, 12.0, 60.0), (0.3, 2.0), ("absent", "present"))
    for blasts, anc, given_cells in levels:
        last = remission(60.0, marrow_blast_percent=blasts, anc=anc, red_cell_transfusion=given_cells)
        for verdict in judged(module, before(), remission(30.0), last).values():
            assert verdict.category in (*module.ORDER, "baseline")
            assert verdict.set == module.__name__.rpartition(".")[2]
            assert verdict.subject == module.SUBJECT


@EACH
def test_a_mere_presence_in_the_record_does_not_crash_or_invent(module: ModuleType) -> None:
    empty = visit(30.0, marrow_blast_percent="not stated", anc="not stated", platelets="not stated")
    (verdict,) = module.judge(course(empty))
    assert verdict.category == UNDETERMINED
    assert set(verdict.possible) == set(module.ORDER) - {"boundary"} | ({"boundary"} & set(verdict.possible))


SIMULATED = {
    amg: ("baseline", "CR", "relapse", "no response", "PD", "CR", "CR", "relapse", "PD"),
    eln_2024: ("baseline", "CR", "relapse", "failure", "failure", "CR", "CR", "relapse", "failure"),
    cibmtr: ("baseline", "CR", "relapse", "no response", "PD", "CR", "CR", "relapse", "PD"),
    nci_2010: ("baseline", "CR", "relapse", "SD", "PD", "CR", "CR", "relapse", "PD"),
    nccn: ("baseline", "CR", "relapse", "refractory", "PD", "CR", "CR", "relapse", "PD"),
    sg_maf: ("baseline", "complete response", *["no complete response"] * 3, *["complete response"] * 2,
             *["no complete response"] * 2),
    paediatric_2022: ("baseline", "no relapse", "relapse", *["not in remission"] * 2, *["no relapse"] * 2, "relapse",
                      "not in remission"),
}  # fmt: skip
NUMBERS = (  # blasts of marrow, neutrophils, platelets, blasts of blood (%), MRD
    (90.0, 0.3, 27.0, 94.0, 0.9),
    (0.4, 1.5, 140.0, 1e-3, 4e-3),
    (78.0, 0.6, 40.0, 20.0, 0.78),
    (44.0, 0.8, 40.0, 10.0, 0.44),
    (67.0, 0.5, 30.0, 30.0, 0.67),
    (1e-3, 2.0, 240.0, 1e-6, 1e-5),
    (1e-2, 3.0, 220.0, 1e-5, 1.1e-4),
    (60.0, 1.2, 75.0, 40.0, 0.6),
    (88.0, 0.4, 20.0, 90.0, 0.9),
)


def simulated() -> Course:
    """Return exact numbers at the record's assessments, as a simulation has them: no words, no conclusions."""
    record = load_case("linder2016").course()
    days = [v for v in record.visits if v.context in ("presentation", "response assessment")]
    visits: list[Visit] = []
    for looked, (blasts, anc, platelets, blood, mrd) in zip(days, NUMBERS, strict=True):
        facts = visit(
            looked.day, looked.context, marrow_blast_percent=blasts, anc=anc, platelets=platelets, mrd_marrow=mrd,
            blood_blast_percent=blood, blasts_blood=blood / 10.0, extramedullary_blasts=1e-6,
            b_lineage_blast_percent=min(mrd * 500.0, 100.0),
        )  # fmt: skip
        visits.append(replace(facts, id=looked.id))
    given_only = tuple(e for e in record.episodes if e.kind in ("regimen", "drug"))
    return replace(record, kind="simulation", visits=tuple(visits), readings=(), episodes=given_only)


@EACH
def test_a_simulated_course_is_judged_by_its_numbers_alone(module: ModuleType) -> None:
    found = module.judge(simulated())
    assert tuple(v.category for v in found) == SIMULATED[module]
    assert all(v.supported_by == "measured" for v in found)
