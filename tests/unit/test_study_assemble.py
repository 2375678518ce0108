"""Orders to events: rates of overlapping infusions add, oral doses lose their share, every rate ends at zero."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_sample import HOUR, SIZE, START, at, course, dose, drugs, infusion, panel, patient, simulate

import trimer.library as library
from trimer.errors import SolveError
from trimer.study.assemble import ABSORBED, Assembly, assemble, drug_term
from trimer.therapy.administration import Administration
from trimer.therapy.size import Size


def built(*doses: Administration, size: Size = SIZE, start: float = -1.0) -> Assembly:
    return assemble(doses, {d.drug: library.drug(d.drug) for d in doses}, size, start)


def events(assembly: Assembly) -> list[tuple[float, str, float]]:
    """Return the rows by name of state or input."""
    names = (*assembly.system.states, *(f"rate of {name}" for name in assembly.system.inputs))
    return [(time, names[target], value) for time, target, value in assembly.rows]


def test_an_infusion_starts_and_ends() -> None:
    assert events(built(infusion(9.0, 1.0, 7.0))) == [
        (1.0, "rate of blinatumomab", 9.0),
        (8.0, "rate of blinatumomab", 0),
    ]


def test_overlapping_infusions_add() -> None:
    found = events(built(infusion(9.0, 0.0, 4.0), infusion(28.0, 2.0, 4.0), infusion(1.0, 3.0, 1.0)))
    assert [(time, value) for time, _, value in found] == [(0, 9), (2, 37), (3, 38), (4, 28), (6, 0)]


def test_a_step_has_no_gap() -> None:
    found = events(built(infusion(9.0, 0.0, 7.0), infusion(28.0, 7.0, 21.0)))
    assert [(time, value) for time, _, value in found] == [(0, 9), (7, 28), (28, 0)]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30), st.floats(0.1, 100.0)), min_size=1, max_size=6))
def test_rates_give_the_dose_and_end_at_zero(spans: list[tuple[int, int, float]]) -> None:
    doses = [infusion(rate, start / 4, days / 4) for start, days, rate in spans]
    rows = events(built(*doses))
    times, rates = np.array([t for t, _, _ in rows]), np.array([v for _, _, v in rows])
    assert np.sum(rates[:-1] * np.diff(times)) == pytest.approx(sum(d.amount for d in doses))
    assert rates[-1] == 0.0
    assert np.all(rates >= 0.0)


def test_boluses_enter_plasma_and_oral_doses_the_depot_by_their_share() -> None:
    found = events(built(dose("prednisone", 1e5, route="po"), dose("vincristine", 2e3, 3.0)))
    share = library.drug("prednisone").parameters(SIZE)["prednisone_F_po"].value
    assert 0.0 < share <= 1.0
    assert found == [(0.0, "prednisone_depot", share * 1e5), (3.0, "vincristine_central", 2e3)]


def test_intrathecal_doses_enter_the_csf() -> None:
    found = events(
        built(dose("methotrexate", 12e3, 1.0, hours=0.1, route="it"), dose("methotrexate", 1e6, 2.0, hours=24.0))
    )
    assert found == [
        (1.0, "methotrexate_csf", 12e3), (2.0, "rate of methotrexate", 1e6), (3.0, "rate of methotrexate", 0),
    ]  # fmt: skip


def test_drugs_without_equations_are_left_out() -> None:
    silent = [name for name in library.list_entries("drugs") if not library.drug(name).simulated]
    assert silent
    found = built(*(dose(name, 1.0) for name in silent), infusion(9.0))
    assert found.system.inputs == ("blinatumomab",)
    assert len(found.rows) == 2


@pytest.mark.parametrize(
    ("name", "route"), [(n, r) for n, d in drugs().items() for r in d.routes if r in ABSORBED], ids=lambda x: str(x)
)
def test_a_dose_that_is_absorbed_passes_a_depot(name: str, route: str) -> None:
    # Put straight into plasma it would act at once, and whole.
    found = events(built(dose(name, 1e3, route=route)))
    share = library.drug(name).parameters(SIZE)[f"{name}_F_{route}"].value
    assert found == [(0.0, f"{name}_depot", pytest.approx(share * 1e3))]


def test_terms_follow_from_file_and_routes() -> None:
    oral, straight = (drug_term(library.drug("dexamethasone"), routes) for routes in (("po",), ("iv",)))
    assert oral.absorbed
    assert not straight.absorbed
    assert oral.two_compartment
    assert oral.effect_site
    assert drug_term(library.drug("tocilizumab"), ("iv",)).saturable
    assert drug_term(library.drug("cytarabine"), ("iv", "it")).intrathecal
    assert not drug_term(library.drug("cytarabine"), ("iv",)).intrathecal


def test_parameters_are_those_of_the_patient_s_size() -> None:
    small, large = (
        built(infusion(9.0), size=Size(w, h, bsa)).parameters["blinatumomab_CL"].value
        for w, h, bsa in ((50.0, 1.55, 1.5), (100.0, 1.9, 2.3))
    )
    assert large / small == pytest.approx((2.3 / 1.5) ** 0.62)
    found = built(infusion(9.0))
    assert set(found.parameters) == set(found.system.parameters)
    assert "blinatumomab_F_sc" not in found.parameters  # spent on the way in


def test_a_problem_holds_one_patient_per_mapping() -> None:
    assembly = built(infusion(9.0))
    problem = assembly.problem([{}, {"k_growth": 0.2}, {"t_blood_0": 1.0}], [5.0, 3.0, 5.0], ("il6", "wbc"))
    column = {name: i for i, name in enumerate(assembly.system.parameters)}
    typical = assembly.parameters["k_growth"].value
    assert problem.parameters[:, column["k_growth"]].tolist() == [typical, 0.2, typical]
    assert problem.y0[:, assembly.system.states.index("t_resting_blood")].tolist() == [2.5, 2.5, 1.0]
    assert problem.times.tolist() == [-1.0, 3.0, 5.0]
    assert np.all(problem.inputs == 0.0)


def test_the_typical_patient_of_a_problem_has_no_escape_clone() -> None:
    # A Bernoulli parameter's value is a probability: nobody carries 12 % of a clone.
    assembly = built(infusion(9.0))
    y0 = assembly.problem([{}], [5.0], ("il6",)).y0[0]
    assert y0[assembly.system.states.index("blasts_marrow_dim")] == 0.0


def test_unknown_outputs_are_refused() -> None:
    with pytest.raises(SolveError, match="leukaemia: unknown output 'interleukin'"):
        built(infusion(9.0)).problem([{}], [1.0], ("interleukin",))
    with pytest.raises(SolveError, match=r"unknown output 'IL6'; nearest: il6(, \w+){0,2}\.$"):
        built(infusion(9.0)).problem([{}], [1.0], ("IL6",))
    with pytest.raises(SolveError, match=r"unknown output 'QQQ'; none of the \d+ known ones is like it\.$"):
        built(infusion(9.0)).problem([{}], [1.0], ("QQQ",))


def test_the_same_dose_by_bolus_and_by_brief_infusion_ends_alike() -> None:
    days = [1.0, 3.0]
    bolus, brief = (
        at(simulate(course(d), [patient()], days, ("cytarabine_effect",)), "cytarabine_effect", days)
        for d in (dose("cytarabine", 1e6), dose("cytarabine", 1e6, hours=0.01))
    )
    np.testing.assert_allclose(bolus, brief, rtol=1e-2)
    assert bolus[0, 0] > 0.0


def test_the_panel_of_these_tests_is_an_assembly_like_any_other() -> None:
    assert replace(panel(), rows=()).rows == ()
    assert panel().start == START
    assert [time for time, _, value in panel().rows if value] == []
    assert course(infusion(9.0, days=HOUR)).rows != panel().rows
