"""Subjects at a decision: the same whatever the batch, with what is in their body, under plans that know of it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from population_sample import small

import trimer.library as library
from trimer.engine.solve import solve
from trimer.errors import InputError, LibraryError
from trimer.study.outcomes import course
from trimer.study.plan import plan_of, problem_of
from trimer.study.population.draw import draw_population, untreated
from trimer.study.population.patients import sample
from trimer.study.subjects import Subjects, from_population

Array = NDArray[np.float64]
N, SEED = 10, 7
PROTOCOL = "blinatumomab_label_astct_2019"


@cache
def everybody() -> Subjects:
    return from_population(small(), N, seed=SEED)


def with_states(**amounts: float) -> Subjects:
    """Return everybody with more states; nobody but the fourth has something of it."""
    own = everybody()
    more = {name: np.where(np.arange(N) == 3, amount, 0.0) for name, amount in amounts.items()}
    return replace(own, states={**own.states, **more})


def same(one: dict[str, Array], other: dict[str, Array]) -> None:
    assert list(one) == list(other)
    for name, values in one.items():
        assert np.array_equal(values, other[name]), name


# ---- who they are


def test_patients_are_the_same_bit_for_bit_whatever_the_batch() -> None:
    parts = [from_population(small(), count, seed=SEED, first=first) for first, count in ((0, 3), (3, 4), (7, 3))]
    own = everybody()
    same(own.columns, {n: np.concatenate([p.columns[n] for p in parts]) for n in own.columns})
    same(own.states, {n: np.concatenate([p.states[n] for p in parts]) for n in own.states})


def test_they_are_the_patients_of_the_population_grown_to_their_burden() -> None:
    drawn = draw_population(small(), N, seed=SEED, grow=True)
    same(drawn.parameters, everybody().columns)
    read = course(everybody(), plan_of(None, everybody().size), 1.0).values["marrow_blast_percent"][:, 0]
    assert read == pytest.approx(drawn.entry["marrow_blast_percent"], rel=1e-9)
    assert everybody().origin == "population"
    assert len(everybody()) == N


def test_some_of_them_are_who_they_were() -> None:
    rows = np.array([7, 2, 5])
    chosen = everybody().take(rows)
    assert chosen.numbers.tolist() == [7, 2, 5]
    assert chosen.take([2, 0]).numbers.tolist() == [5, 7]
    known = plan_of(PROTOCOL, chosen.size).assembly.parameters
    same({n: x[rows] for n, x in everybody().parameters(known).items()}, chosen.parameters(known))
    assert everybody().take(np.arange(N) > 6).numbers.tolist() == [7, 8, 9]


def test_what_is_not_known_of_them_is_drawn_as_a_trial_draws_it() -> None:
    known = plan_of(PROTOCOL, everybody().size).assembly.parameters
    new = [name for name in known if name not in everybody().columns]
    assert {"dexamethasone_CL", "dexamethasone_IC50"} <= set(new)
    found, drawn = everybody().parameters(known), sample(small(), known, SEED, 0, N).columns
    for name in new:
        assert np.array_equal(found[name], drawn[name]), name
    assert np.ptp(found["dexamethasone_CL"]) > 0.0


def test_columns_and_states_must_be_of_the_same_subjects() -> None:
    with pytest.raises(InputError, match="4 and 10"):
        replace(everybody(), columns={"k_growth": np.ones(4)})
    with pytest.raises(InputError, match="at least one"):
        everybody().take([])


# ---- what is in their body


def test_a_drug_remains_until_it_has_a_thousandth_of_half_an_effect() -> None:
    """Cytarabine: 1/1000 of EC50 times V."""
    known = {n: p.value for n, p in library.drug_parameters("cytarabine", everybody().size).items()}
    limit = 1e-3 * known["cytarabine_EC50"] * known["cytarabine_V"]
    assert with_states(cytarabine_central=1.01 * limit).remaining() == {"cytarabine": ("iv",)}
    assert with_states(cytarabine_central=0.99 * limit).remaining() == {}
    assert everybody().remaining() == {}


def test_a_route_is_kept_for_every_place_a_drug_is_in() -> None:
    found = with_states(dexamethasone_depot=2e4, dexamethasone_central=0.0, methotrexate_csf=1e4).remaining()
    assert found == {"dexamethasone": ("iv", "po"), "methotrexate": ("iv", "it")}
    plan = plan_of("blinatumomab_rr", everybody().size, keep=found)
    assert {"dexamethasone_depot", "methotrexate_csf"} <= set(plan.assembly.system.states)


def test_who_could_not_be_solved_has_nothing_in_his_body() -> None:
    assert with_states(cytarabine_central=np.nan).remaining() == {}


def test_a_plan_without_a_drug_that_remains_is_refused_and_one_with_it_begins_with_it() -> None:
    given = with_states(cytarabine_central=1e6)
    lean = plan_of("blinatumomab_rr", given.size)
    with pytest.raises(InputError, match="cytarabine"):
        course(given, lean, 1.0)
    kept = plan_of("blinatumomab_rr", given.size, keep=given.remaining())
    problem = problem_of(given, kept, [0.0, 1.0], ("anc",))
    states = kept.assembly.system.states
    for name, values in given.states.items():
        assert np.array_equal(problem.y0[:, states.index(name)], values), name
    assert (problem.y0[:, states.index("dexamethasone_central")] == 0.0).all()


def test_what_subjects_do_not_have_starts_as_in_health() -> None:
    own = everybody()
    fewer = replace(own, states={n: x for n, x in own.states.items() if n not in ("erythroid", "blinatumomab_central")})
    plan = plan_of(None, own.size)
    problem = problem_of(fewer, plan, [0.0, 1.0], ("anc",))
    states = plan.assembly.system.states
    assert (problem.y0[:, states.index("erythroid")] == 1.0).all()
    assert (problem.y0[:, states.index("blinatumomab_central")] == 0.0).all()


# ---- plans


def test_a_plan_begins_with_its_first_act() -> None:
    size = everybody().size
    assert plan_of(PROTOCOL, size).assembly.start == pytest.approx(-1.0 / 24.0)
    assert plan_of("blinatumomab_rr", size).assembly.start == pytest.approx(-1.0 / 24.0)
    assert plan_of(None, size).assembly.start == 0.0
    first = min(a.start for a in plan_of("blinatumomab_rr", size).administrations if a.drug == "blinatumomab")
    assert first == 0.0


def test_a_plan_is_made_once_and_plans_of_the_same_drugs_share_their_equations() -> None:
    size, protocol = everybody().size, library.protocol(PROTOCOL)
    plan = plan_of(PROTOCOL, size)
    assert plan is plan_of(PROTOCOL, size) is plan_of(protocol, size)
    slower = plan_of(replace(protocol, step_after=10.0), size)
    assert slower is not plan
    assert slower.rules != plan.rules
    assert slower.assembly.system is plan.assembly.system is plan_of("blinatumomab_rr", size).assembly.system


def test_a_treatment_that_is_none_gives_nothing() -> None:
    plan = plan_of(None, everybody().size)
    assert (plan.treatment, plan.administrations, plan.rules) == ("nothing", (), None)
    assert plan.assembly.system.inputs == ("blinatumomab",)
    with pytest.raises(LibraryError, match="blinatumomab_rr"):
        plan_of("blinatumomab_r", everybody().size)


def test_watching_goes_on_as_the_disease_would_have() -> None:
    """The course from day 0 is that of the run-in, had it been longer: states lose nothing at the decision."""
    own, day = everybody(), 20.0
    watched = course(own, plan_of(None, own.size), day, rtol=1e-7)
    whole = solve(untreated().batch(own.columns, [0.0, day], watched.values, 1e-7), "cpu")
    for name, values in watched.values.items():
        assert values[:, -1] == pytest.approx(whole[name][:, -1], rel=2e-3, abs=1e-6), name
