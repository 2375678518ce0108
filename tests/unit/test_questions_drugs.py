"""Questions on routes, other engagers, other drugs, CAR T cells and the CNS: what their files claim."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from trimer.errors import LibraryError
from trimer.library import drug, population, protocol
from trimer.library.files import HERE, read_toml
from trimer.library.load_population import extended, population_from_document
from trimer.library.load_question import question
from trimer.study.ask.answer import Answer
from trimer.study.ask.run import ask, check
from trimer.study.outcomes import outcomes
from trimer.study.outcomes_table import CSF_SEEN
from trimer.study.plan import plan_of
from trimer.study.scenario import SIZE
from trimer.study.subjects import Subjects, from_population
from trimer.therapy.amount import parse_amount
from trimer.therapy.protocol import Protocol
from trimer.therapy.question import Change

NAMES = (
    "continuous_or_subcutaneous",
    "longer_lived_engagers",
    "pd1_at_relapse",
    "venetoclax_at_relapse",
    "acalabrutinib_at_relapse",
    "car_t_comparator",
    "cns_sanctuary",
)
CLONES = ("sensitive", "resistant", "dim", "persister")
FEW = 24


@cache
def relapsed() -> Subjects:
    return from_population("adult_cd19_dim_relapse", 64)


@cache
def asked(name: str) -> Answer:
    return ask(name, patients=FEW, days=84.0, scans=False)


def value(name: str, option: str, outcome: str) -> float:
    return asked(name).estimate(option, outcome).value


@pytest.mark.parametrize("name", NAMES)
def test_places_stand_for_what_the_file_has_and_every_option_can_be_given(name: str) -> None:
    found = question(name)
    check(found)
    for option in found.options:
        known = plan_of(option.treatment, SIZE).assembly.parameters
        assert set(option.parameters) <= set(known), option.name
    for scan in found.scans:
        for name_ in (*scan.options, *((found.reference,) if scan.everywhere else ())):
            assert scan.parameter in plan_of(found.option(name_).treatment, SIZE).assembly.parameters, scan.name


@pytest.mark.parametrize("name", NAMES)
def test_a_population_with_intervals_only(name: str) -> None:
    found = question(name)
    assert found.who.kind == "population"
    outside_places = "".join(part.split("}")[-1] for part in " ".join(found.answer).split("{"))
    assert " points" not in outside_places, "a difference was typed in"


def test_injections_bring_the_exposure_that_their_labels_say() -> None:
    # Doses times bioavailability over their interval, against the infusions, ug/day.
    found = question("continuous_or_subcutaneous")
    reaching = drug("blinatumomab").pk["F_sc"].parameter.value

    def rates(name: str) -> list[float]:
        treatment = found.option(name).treatment
        made = protocol(treatment) if isinstance(treatment, str) else treatment
        assert isinstance(made, Protocol)
        doses = [parse_amount(rate, "ug", name).total(SIZE) for rate in (x.removesuffix("/day") for x in made.rates)]
        if made.dosing == "intermittent":
            return [reaching * dose / every for dose, every in zip(doses, made.dose_every, strict=True)]
        return doses

    assert rates("sc_as_label") == pytest.approx(rates("label"), rel=2e-3)
    assert rates("civ_as_sc")[-1] == pytest.approx(rates("sc")[-1], rel=2e-3)
    assert rates("sc_20")[-1] == pytest.approx(rates("sc")[-1] * 20 / 30, rel=2e-3)
    assert rates("sc_40")[-1] == pytest.approx(rates("sc")[-1] * 40 / 30, rel=2e-3)


def test_low_and_high_potency_are_the_tails_of_the_drugs_own_ranges() -> None:
    found = question("longer_lived_engagers")
    for name, engager in (("fc", "hle_cd19_engager"), ("tetravalent", "tetravalent_cd19_engager")):
        item = drug(engager).effects["t_cell_engagement"]["potency"].parameter
        tails = item.value * np.exp(1.645 * item.spread * np.array([-1.0, 0.0, 1.0]))
        used = [found.option(f"{name}{end}").parameters[f"{engager}_potency"].value for end in ("_low", "", "_high")]
        assert used == pytest.approx(tails, rel=0.02)


@pytest.mark.slow
def test_a_slowly_cleared_engager_loses_its_exposure_to_a_full_marrow_and_blinatumomab_does_not() -> None:
    from dataclasses import replace

    from trimer.study.ask.group import changed
    from trimer.study.outcomes import course

    group = from_population(patients=8, within=["marrow_blast_percent >= 75 %"])

    def exposure(treatment: str, name: str, uptake: float) -> float:
        plan = plan_of(treatment, SIZE)
        some = changed(group, {"k_sink": Change(uptake, factor=True)}, plan.assembly.parameters)
        found = course(replace(some, label="full"), plan, 28.0, outputs=(f"{name}_plasma",))
        return float(found.values[f"{name}_plasma"][:, found.times > 7.0].mean())

    assert exposure("hle_engager_weekly", "hle_cd19_engager", 1.0) < 0.8 * exposure(
        "hle_engager_weekly", "hle_cd19_engager", 0.0
    )
    assert exposure("blinatumomab_rr", "blinatumomab", 1.0) > 0.9 * exposure("blinatumomab_rr", "blinatumomab", 0.0)


def test_the_relapsed_have_the_dim_clone_whatever_the_calibration_says_and_the_rest_of_it() -> None:
    found, usual = relapsed(), from_population("adult_rr_ball", 64)
    total = sum(found.states[f"blasts_marrow_{c}"] for c in CLONES)
    assert np.median(found.states["blasts_marrow_dim"] / total) == pytest.approx(0.9, abs=0.02)
    assert np.median(found.columns["cd19_dim"]) == pytest.approx(0.06, rel=0.1)
    assert np.array_equal(found.columns["k_kill"], usual.columns["k_kill"])
    assert population("adult_cd19_dim_relapse").settles == ("dim_presence", "dim_fraction", "cd19_dim")


@pytest.mark.slow
def test_pembrolizumab_alone_does_nothing_to_blasts() -> None:
    name = "pd1_at_relapse"
    assert value(name, "pembrolizumab_alone", "remission") == 0.0
    assert value(name, "total", "marrow_blasts_day_29") < value(name, "alone", "marrow_blasts_day_29")


@pytest.mark.slow
def test_antigen_brings_back_more_remissions_than_the_antibody() -> None:
    gained = {o: value("pd1_at_relapse", o, "remission") for o in ("alone", "total_strong", "alone_bright")}
    assert gained["alone_bright"] - gained["alone"] > 5.0 * abs(gained["total_strong"] - gained["alone"])


@pytest.mark.slow
def test_a_stronger_drug_leaves_fewer_blasts() -> None:
    blasts = [value("venetoclax_at_relapse", o, "marrow_blasts_day_29") for o in ("alone", "both", "both_strong")]
    assert blasts[0] > blasts[1] > blasts[2]
    blasts = [
        value("acalabrutinib_at_relapse", o, "marrow_blasts_day_29") for o in ("both", "dependent", "dependent_strong")
    ]
    assert blasts[0] > blasts[1] > blasts[2]


@pytest.mark.slow
def test_car_t_cells_bring_more_remissions_and_more_severe_release() -> None:
    for outcome in ("remission", "severe_crs"):
        assert asked("car_t_comparator").difference("car_t", "blinatumomab", outcome).shown == "higher"


@pytest.mark.slow
def test_drug_and_t_cells_multiply_in_csf() -> None:
    seen = {o: value("cns_sanctuary", o, "csf_blasts_seen") for o in ("alone", "plasma", "patrol", "both")}
    assert seen["alone"] - seen["both"] > 2.0 * (2.0 * seen["alone"] - seen["plasma"] - seen["patrol"])


@pytest.mark.slow
def test_intrathecal_methotrexate_keeps_blasts_out_of_csf() -> None:
    found = asked("cns_sanctuary").difference("intrathecal", "alone", "csf_blasts_seen")
    assert found.shown == "lower"


def test_who_had_blasts_in_csf_on_day_0_is_not_counted() -> None:
    group = from_population(patients=FEW)
    volume = plan_of(None, SIZE).assembly.parameters["csf_volume"].value
    begun = 1000.0 * sum(group.states[f"blasts_cns_{clone}"] for clone in CLONES[:3]) / volume >= CSF_SEEN
    assert 0 < begun.sum() < FEW
    assert np.array_equal(np.isnan(outcomes(group, None, 28.0).values["csf_blasts_seen"]), begun)


def test_a_population_settles_only_what_it_gives_a_value() -> None:
    document = {**extended(read_toml(HERE / "populations" / "adult_cd19_dim_relapse.toml"), "a"), "settles": ["k_kil"]}
    with pytest.raises(LibraryError, match="settles"):
        population_from_document(document, "a")
