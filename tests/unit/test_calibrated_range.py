"""Where a question leaves the calibrated range: read from the files, told in sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import trimer.library as library
from trimer.study.calibrated_range import calibrated_range, given_by, outside
from trimer.study.outcomes import course
from trimer.study.plan import plan_of
from trimer.study.scenario import SIZE, Scenario
from trimer.study.subjects import Subjects, from_population
from trimer.therapy.administration import Administration

LABEL = "blinatumomab_label_astct_2019"


@pytest.fixture(scope="module")
def people() -> Subjects:
    return from_population(patients=30)


def plan(treatment: str | None, subjects: Subjects) -> Scenario:
    return plan_of(treatment, subjects.size, keep=subjects.remaining())


def infusion(scenario: Scenario, rate: float, days: float) -> Scenario:
    dose = Administration("blinatumomab", 0.0, days, rate * days, "civ")
    return replace(scenario, administrations=(dose,), rules=None, drugs={"blinatumomab": library.drug("blinatumomab")})


def test_the_range_is_that_of_the_files() -> None:
    known, protocol = calibrated_range(), library.protocol("blinatumomab_five_cycles")
    assert set(known.trials) == {"mt103_211", "inovate_soc", "flag_ida_bari"}
    assert "tower" not in known.trials  # kept for validation
    assert (known.engager, sorted(known.ways)) == ("blinatumomab", ["infusion"])
    assert known.rate == 28.0
    assert (known.cycles, known.infusion) == (protocol.cycles, sum(b.count * b.infusion for b in protocol.blocks))
    assert known.burden == (10.0, 95.0)
    assert known.drugs >= {"blinatumomab", "dexamethasone", "fludarabine", "cytarabine", "mitoxantrone"}
    assert not known.drugs & {"venetoclax", "pembrolizumab", "vincristine", "tocilizumab"}
    low, high = known.parameters["k_kill"]
    assert 0.0 < low < 4.0 < high


def test_the_trials_own_question_is_inside(people: Subjects) -> None:
    for treatment in ("blinatumomab_five_cycles", "blinatumomab_rr", "flag_ida", None):
        assert outside(people, plan(treatment, people), 365.0) == ()


@pytest.mark.parametrize(
    ("treatment", "word"),
    [
        ("blinatumomab_sc_250_500", "by injection"),
        ("hle_engager_weekly", "Half-life-extended CD19 engager was given in none"),
        ("tetravalent_twice_weekly", "given in none"),
        ("car_t_cd19_flu_cy", "CAR T cells was given in none"),
        ("venetoclax_daily", "Venetoclax: given in none"),
        ("pembrolizumab_3_weekly", "Pembrolizumab: given in none"),
        ("hypercvad_a", "Vincristine"),
    ],
)
def test_other_drugs_and_routes_are_told(people: Subjects, treatment: str, word: str) -> None:
    told = " ".join(outside(people, plan(treatment, people)))
    assert word in told


def test_what_is_only_left_in_the_body_is_not_asked_about(people: Subjects) -> None:
    kept = plan_of("blinatumomab_five_cycles", SIZE, keep={"venetoclax": ("po",)})
    assert "venetoclax" in kept.drugs
    assert outside(people, kept, 100.0) == ()


def test_more_than_the_trial_gave_is_told(people: Subjects) -> None:
    base = plan("blinatumomab_rr", people)
    assert "up to 56 µg/day" in " ".join(outside(people, infusion(base, 56.0, 28.0)))
    assert outside(people, infusion(base, 28.0, 28.0)) == ()
    assert "200 days of infusion" in " ".join(outside(people, infusion(base, 28.0, 200.0)))
    assert "Day 461" in " ".join(outside(people, base, 461.0))


def test_cycles_are_those_really_given(people: Subjects) -> None:
    label = plan(LABEL, people)
    assert outside(people, label, 60.0, course(people, label, 60.0)) == ()
    told = " ".join(outside(people, label, 440.0, course(people, label, 440.0)))
    assert "cycles" in told
    assert "planned 5 and 140" in told


def test_another_burden_is_told() -> None:
    few = from_population("adult_mrd_ball", 20)
    told = outside(few, plan("blinatumomab_rr", few))
    assert any("outside 10 to 95 %" in sentence for sentence in told)


def test_disease_of_the_cns_is_told(people: Subjects) -> None:
    cns = {name: x + (1.0 if "cns" in name and "blasts" in name else 0.0) for name, x in people.states.items()}
    assert any("CNS" in sentence for sentence in outside(replace(people, states=cns), plan(None, people)))


def test_parameters_far_from_the_population_are_named(people: Subjects) -> None:
    far = {**people.columns, "k_growth": people.columns["k_growth"] * 50.0, "k_kill": np.full(len(people), 1e-6)}
    (told,) = outside(replace(people, columns=far), plan("blinatumomab_rr", people))
    assert "2 of" in told
    assert "k_growth" in told
    assert "k_kill" in told


def test_what_rules_may_give_is_read_from_their_actions() -> None:
    given = given_by(plan_of(LABEL, SIZE))
    assert given.ways == {"blinatumomab": {"infusion"}, "dexamethasone": {"injection"}}
    assert given.rate == {"blinatumomab": 28.0}
    shots = given_by(plan_of("blinatumomab_sc_250_500", SIZE))
    assert shots.ways["blinatumomab"] == {"injection"}
    assert "blinatumomab" not in shots.rate
