"""Virtual patients of a population: draws, bounds, correlations, effects, strata, and disease grown to its burden."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from population_sample import SEED, known, logit, small

from trimer import library
from trimer.cli.printing import plain
from trimer.engine.solve import solve
from trimer.errors import InputError, LibraryError, TrimerError, UnitError
from trimer.parameters import ParameterSet
from trimer.population import Population
from trimer.study.draws import draw
from trimer.study.population.burden import CLOSE, LARGEST, RTOL, seeds
from trimer.study.population.draw import (
    ENTRY,
    PopulationSample,
    bounds_of,
    class_counts,
    draw_population,
    draw_strata,
    untreated,
    write_table,
)
from trimer.study.population.patients import Patients, sample
from trimer.study.trial.run import task_of

Array = NDArray[np.float64]
MANY = 20_000
TOWARDS = 300  # patients grown


@cache
def grown(name: str, count: int = TOWARDS) -> PopulationSample:
    return draw_population(name, count, calibration="", grow=True)


def drawn(population: Population, first: int = 0, count: int = MANY) -> Patients:
    return sample(population, known(), SEED, first, count)


def reached(columns: dict[str, Array], start: Array) -> Array:
    """Return the blast share of the marrow at entry from blasts at the start of the run-in."""
    problem = untreated().batch({**columns, "blasts_initial": start}, [0.0], ("mrd_marrow",), RTOL)
    return solve(problem, "cpu")["mrd_marrow"][:, -1]


# ---- draws


def test_draws_are_those_of_simulate_where_the_population_says_nothing() -> None:
    """One patient at a time or all at once: the same values, to the last digits of an exponential."""
    bare = replace(small(), parameters={}, effects=(), correlations=())
    columns = drawn(bare, 3, 50).columns
    people = draw(ParameterSet(known()), SEED, 3, 50)
    assert set(columns) == set(known())
    assert set(people[0]) == {n for n, p in known().items() if p.distribution != "fixed"}
    for name, item in known().items():
        expected = [person.get(name, item.value) for person in people]
        np.testing.assert_allclose(columns[name], expected, rtol=1e-14, atol=0.0, err_msg=name)


def test_the_population_s_own_parameters_replace_the_model_s() -> None:
    plain, own = drawn(replace(small(), parameters={}, effects=())), drawn(replace(small(), effects=()))
    model = known()["anc_0"]
    z = np.log(plain.columns["anc_0"] / model.value) / model.spread
    np.testing.assert_allclose(own.columns["anc_0"], 2.5 * np.exp(0.5 * z), rtol=1e-12)
    changed = [n for n in own.columns if not np.array_equal(plain.columns[n], own.columns[n])]
    assert changed == ["anc_0"]


def test_correlations_are_reached_and_margins_are_as_without() -> None:
    population = replace(small(), effects=())
    with_, without = drawn(population).columns, drawn(replace(population, correlations=())).columns
    for pair in population.correlations:
        r = np.corrcoef(np.log(with_[pair.first]), np.log(with_[pair.second]))[0, 1]
        assert r == pytest.approx(pair.r, abs=4.0 * (1.0 - pair.r**2) / math.sqrt(MANY))
        before = np.corrcoef(np.log(without[pair.first]), np.log(without[pair.second]))[0, 1]
        assert abs(before) < 4.0 / math.sqrt(MANY)
    left = np.corrcoef(np.log(with_["t_marrow_0"]), np.log(with_["anc_0"]))[0, 1]
    assert abs(left) < 4.0 / math.sqrt(MANY), "a pair not stated is independent"
    for name in ("t_blood_0", "t_marrow_0", "anc_0"):
        assert np.log(with_[name]).std() == pytest.approx(np.log(without[name]).std(), rel=4.0 / math.sqrt(2 * MANY))
    changed = {n for n in with_ if not np.array_equal(with_[n], without[n])}
    assert changed == {"t_marrow_0", "anc_0"}, "the first of a set is as it was, and nobody else moves"


def test_correlations_that_contradict_one_another_are_one_error() -> None:
    names = ("t_blood_0", "t_marrow_0", "t_lymphoid_0")
    pairs = [
        {"between": [a, b], "r": r, "kind": "assumed"}
        for a, b, r in zip(names, (*names[1:], names[0]), (0.9, 0.9, -0.9), strict=True)
    ]
    with pytest.raises(LibraryError, match="small: correlations: found correlations that no patients can have"):
        draw_population(small(correlations=pairs), 10)


def test_effects_multiply_and_do_nothing_at_their_reference() -> None:
    population = small()
    with_, without = drawn(population), drawn(replace(population, effects=()))
    x = with_.covariates
    surface = np.sqrt(x["weight"] * 100.0 * x["height"] / 3600.0)
    np.testing.assert_allclose(x["bsa"], surface, rtol=1e-14)
    expected = {
        "blinatumomab_CL": (surface / 1.9) ** 0.6,
        "anc_0": np.exp(-0.01 * (x["marrow_blast_percent"] - 50.0)),
    }
    for name in with_.columns:
        ratio = with_.columns[name] / without.columns[name] if without.columns[name].all() else np.ones(1)
        np.testing.assert_allclose(ratio, expected.get(name, 1.0), rtol=1e-12, err_msg=name)
    for effect in population.effects:
        assert effect.factor(np.array([effect.reference])) == 1.0


def test_calibrated_values_win_and_each_patient_has_his_draw() -> None:
    calibrated = {"anc_0": np.array([1.0, 2.0, 3.0]), "anc_0 spread": np.array([0.0, 0.0, 0.0])}
    population = replace(small(), effects=())
    found = sample(population, known(), SEED, 4, 7, calibrated=calibrated)
    assert found.draw.tolist() == [1, 2, 0, 1, 2, 0, 1]
    assert found.columns["anc_0"].tolist() == [2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0]
    blocks = sample(population, known(), SEED, 4, 7, calibrated=calibrated, per_draw=5)
    assert blocks.draw.tolist() == [0, 1, 1, 1, 1, 1, 2]
    settled = sample(population, known(), SEED, 4, 7, calibrated=calibrated, settled=("anc_0",))
    np.testing.assert_array_equal(settled.columns["anc_0"], sample(population, known(), SEED, 4, 7).columns["anc_0"])


def test_a_bound_of_a_covariate_that_patients_do_not_have_is_one_error() -> None:
    with pytest.raises(LibraryError, match=r"small: found no covariate agee, expected one of female, height"):
        sample(small(), known(), SEED, 0, 5, within={"agee": (18.0, math.inf), "weight": (50.0, 90.0)})


# ---- the population as a user draws it


def test_a_drawn_population_is_the_same_whatever_the_batch() -> None:
    whole = draw_population(small(), 40, first=7)
    parts = [draw_population(small(), count, first=first) for first, count in ((7, 1), (8, 30), (38, 9))]
    table = whole.table()
    assert table["patient"].tolist() == list(range(7, 47))
    for name, column in table.items():
        np.testing.assert_array_equal(column, np.concatenate([part.table()[name] for part in parts]), err_msg=name)
    other = draw_population(small(), 40, first=7, seed=1)
    assert not np.any(other.covariates["weight"] == whole.covariates["weight"])


def test_patients_are_those_of_a_trial_of_the_same_population() -> None:
    trial = library.trial("tower")
    task = task_of(trial, calibration="")
    theirs = task.patients(5, 30)
    ours = draw_population(task.population, 30, first=5, within=trial.bounds(), calibration="", grow=True)
    for name, column in theirs.covariates.items():
        np.testing.assert_array_equal(ours.covariates[name], column, err_msg=name)
    shared = set(theirs.columns) & set(ours.parameters) - {"blasts_initial"}
    assert len(shared) > 150
    for name in shared:
        np.testing.assert_array_equal(ours.parameters[name], theirs.columns[name], err_msg=name)
    # The trial's model has its drugs' states too, which are steps of the solver of another length.
    gap = np.log(ours.parameters["blasts_initial"] / theirs.columns["blasts_initial"])
    assert np.abs(gap).max() < 0.05


def test_conditions_narrow_and_say_what_part_is_left() -> None:
    found = draw_population(
        "adult_rr_ball", 500, calibration="", within=("marrow_blast_percent >= 50 %", "age > 40 year", "age <= 60 year")
    )
    assert found.within["age"] == (math.nextafter(40.0, 50.0), 60.0)
    x = found.covariates
    assert x["age"].min() > 40.0
    assert x["age"].max() <= 60.0
    assert x["marrow_blast_percent"].min() >= 50.0
    everybody = draw_population("adult_rr_ball", MANY, calibration="").covariates
    inside = (everybody["age"] > 40.0) & (everybody["age"] <= 60.0) & (everybody["marrow_blast_percent"] >= 50.0)
    assert inside.mean() == pytest.approx(found.share, abs=4.0 * math.sqrt(found.share / MANY))
    shares = found.shares("marrow_blast_percent")
    assert [row["expected"] for row in shares] == [0.0, 0.0, 1.0]
    assert [row["patients"] for row in shares] == [0, 0, 500]
    assert [row["published"] for row in shares] == pytest.approx([0.04, 0.272, 0.688])


def test_a_part_of_what_depends_on_another_covariate() -> None:
    found = draw_population(small(), 4000, within={"height": (1.7, 1.9)})
    everybody = draw_population(small(), MANY).covariates["height"]
    inside = np.mean((everybody >= 1.7) & (everybody <= 1.9))
    assert found.share == pytest.approx(inside, abs=4.0 * math.sqrt(0.25 / 4000))


@pytest.mark.parametrize(
    ("condition", "kind", "told"),
    [
        ("age >= 90 year", InputError, "age: found 90 to inf year, expected bounds that some patient meets"),
        ("salvages >= 4", InputError, "salvages: found 4 to inf number"),
        ("marrow_blast_percent < 5 %", InputError, "marrow_blast_percent: found -inf to 5 %"),
        ("weight <= 0 kg", InputError, "weight: found -inf to 0 kg"),
        ("age >= 60", UnitError, 'condition "age >= 60": found'),
        ("age", InputError, 'condition: found "age", expected a covariate, a comparison and a value'),
        ("agee >= 60 year", InputError, 'covariate: found "agee", expected one of'),
        ("bsa >= 2 m2", InputError, 'covariate: found "bsa"'),
        ("age >= >= 60 year", UnitError, 'condition "age >= >= 60 year": found'),
        ("age 60 year", InputError, 'condition: found "age 60 year"'),
    ],
)
def test_conditions_that_cannot_be_met_or_read(condition: str, kind: type[TrimerError], told: str) -> None:
    with pytest.raises(kind) as found:
        draw_population("adult_rr_ball", 5, calibration="", within=[condition])
    assert told in str(found.value)
    assert "\n" not in str(found.value)


def test_bounds_as_numbers_and_as_words() -> None:
    population = library.population("adult_rr_ball")
    told = bounds_of(population, ["ph_positive is 0", "salvages <= 2", "age < 65 year", "age >= 18 year"])
    assert told == {"ph_positive": (0, 0), "salvages": (-math.inf, 2), "age": (18, math.nextafter(65, 0))}
    assert bounds_of(population, {"age": (18, math.inf)}) == {"age": (18.0, math.inf)}
    assert bounds_of(population, "age >= 60 year") == {"age": (60.0, math.inf)}
    with pytest.raises(InputError, match="bounds of age: found nan to 3"):
        bounds_of(population, {"age": (math.nan, 3.0)})
    with pytest.raises(InputError, match="covariate"):
        bounds_of(population, {"blasts": (1.0, 3.0)})


def test_numbers_of_patients_that_cannot_be() -> None:
    for wrong in (0, -1, 10**7, 1.5, None):
        with pytest.raises(InputError, match="patients"):
            draw_population(small(), wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="first"):
        draw_population(small(), 1, first=-1)
    with pytest.raises(LibraryError, match="calibration"):
        draw_population(small(), 1, calibration="nobody_s")


def test_strata_have_their_lower_edge_and_not_their_upper() -> None:
    found = draw_strata("adult_rr_ball", "salvages", (0, 1, 2, 3), 50, calibration="", within=["age >= 60 year"])
    assert [set(s.covariates["salvages"].tolist()) for s in found] == [{0.0}, {1.0}, {2.0, 3.0}]
    assert [s.first for s in found] == [0, 50, 100], "nobody is in two strata"
    assert all(s.covariates["age"].min() >= 60.0 for s in found)
    part = draw_population("adult_rr_ball", 1, calibration="", within=["age >= 60 year"]).share
    assert sum(s.share for s in found) == pytest.approx(part)
    burden = draw_strata("adult_rr_ball", "marrow_blast_percent", (5, 50, 95), 500, calibration="")
    assert [s.share for s in burden] == pytest.approx([0.312, 0.688])
    low, high = (s.covariates["marrow_blast_percent"] for s in burden)
    assert 5.0 <= low.min() < low.max() < 50.0 <= high.min() < high.max() <= 95.0
    for edges in ((5,), (50, 5), (5, 5), ()):
        with pytest.raises(InputError, match="strata"):
            draw_strata("adult_rr_ball", "age", edges, 5)
    with pytest.raises(InputError, match='covariate: found "ages"'):
        draw_strata("adult_rr_ball", "ages", (20, 30), 5, calibration="")


def test_the_summary_says_what_the_columns_hold() -> None:
    found = draw_population(small(), 2000)
    document = found.to_dict()
    assert json.loads(json.dumps(plain(document))) == document, "plain values"
    weight = found.covariates["weight"]
    told = document["covariates"]["weight"]
    assert told["mean"] == pytest.approx(weight.mean())
    assert [told[q] for q in ("q05", "q50", "q95")] == pytest.approx(np.quantile(weight, (0.05, 0.5, 0.95)))
    assert told["unit"] == "kg"
    assert document["covariates"]["marrow_blast_percent"]["source"] == "Topp2015"
    assert document["parameters"]["anc_0"]["set by"] == "population"
    assert document["parameters"]["k_growth"]["set by"] == "model"
    assert (document["share of the population"], document["calibrated draws"]) == (1.0, 0)
    widest = found.ranges()
    assert list(widest.values()) == sorted(widest.values(), reverse=True)
    assert "blood_volume" not in widest, "it does not vary"
    low, high = np.quantile(found.parameters["crs_frailty"], (0.05, 0.95))
    assert widest["crs_frailty"] == pytest.approx(high / low)


def test_class_counts_leave_nobody_out() -> None:
    item = small().covariates["marrow_blast_percent"]
    assert class_counts(item, np.array([10.0, 49.9, 50.0, 90.0])) == [2, 2]
    assert class_counts(item, np.array([9.0, np.nan, 91.0])) == [0, 0]


def test_patients_are_written_as_they_are(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    found = draw_strata(small(), "marrow_blast_percent", (10, 50, 90), 5)
    for kind in (".csv", ".parquet"):
        write_table(found, tmp_path / f"patients{kind}")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "patients.csv").read_text())))
    table = pq.read_table(tmp_path / "patients.parquet").to_pydict()
    assert [row["stratum"] for row in rows] == ["0"] * 5 + ["1"] * 5
    assert list(table) == list(rows[0])
    for name in ("patient", "weight", "k_growth"):
        expected = np.concatenate([s.table()[name] for s in found])
        assert [float(row[name]) for row in rows] == expected.tolist()
        assert table[name] == expected.tolist()
    write_table(found[:1], tmp_path / "one.csv")
    assert "stratum" not in (tmp_path / "one.csv").read_text().splitlines()[0]
    for wrong in (tmp_path / "patients.txt", tmp_path / "nowhere" / "p.csv"):
        with pytest.raises(InputError, match="--out"):
            write_table(found, wrong)


# ---- disease grown to its burden


def test_a_burden_that_can_be_reached_is_reached_within_the_tolerance() -> None:
    found = grown("adult_rr_ball")
    wanted, got = found.covariates["marrow_blast_percent"] / 100.0, found.entry["mrd_marrow"]
    assert not np.isnan(got).any()
    most = reached(found.parameters, LARGEST * found.parameters["marrow_capacity"])
    can = logit(most) >= logit(wanted)
    gap = logit(got) - logit(wanted)
    assert 0.75 < can.mean() < 0.95, "some burdens lie above what the patient's marrow can hold"
    assert np.abs(gap[can]).max() <= CLOSE
    np.testing.assert_array_equal(found.missed[can], False)


def test_a_burden_that_cannot_be_reached_is_approached_from_below() -> None:
    found = grown("adult_rr_ball")
    wanted, got = found.covariates["marrow_blast_percent"] / 100.0, found.entry["mrd_marrow"]
    most = reached(found.parameters, LARGEST * found.parameters["marrow_capacity"])
    short = logit(most) < logit(wanted) - CLOSE
    assert short.any()
    assert np.all(got[short] < wanted[short])
    np.testing.assert_allclose(got[short], most[short], atol=5e-4)
    np.testing.assert_array_equal(found.missed[short], True)


def test_the_start_of_a_patient_is_the_same_whatever_the_batch() -> None:
    found = grown("adult_rr_ball")
    share = found.covariates["marrow_blast_percent"] / 100.0
    rows = np.array([250, 3, 4, 5, 111, 17, 0])
    part = {name: column[rows] for name, column in found.parameters.items()}
    np.testing.assert_array_equal(seeds(untreated(), part, share[rows]), found.parameters["blasts_initial"][rows])
    alone = {name: column[rows[:1]] for name, column in found.parameters.items()}
    assert seeds(untreated(), alone, share[rows[:1]], threads=1)[0] == found.parameters["blasts_initial"][250]


def test_more_burden_needs_more_blasts_at_the_start() -> None:
    found = grown("adult_rr_ball")
    rows = slice(0, 40)
    part = {name: column[rows] for name, column in found.parameters.items()}
    levels = np.array([1e-6, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8])
    start = np.array([seeds(untreated(), part, np.full(40, share)) for share in levels])
    largest = LARGEST * part["marrow_capacity"]
    can = logit(reached(part, largest)) >= logit(levels)[:, None]
    assert 0 < np.count_nonzero(~can) < 40, "the largest burden is beyond some"
    assert np.all(np.diff(start, axis=0)[can[1:]] > 0.0)
    assert np.all(start <= largest * (1.0 + 1e-12))


def test_no_burden_is_no_blast() -> None:
    found = grown("adult_rr_ball")
    part = {name: column[:8] for name, column in found.parameters.items()}
    start = seeds(untreated(), part, np.array([0.0, 0.3] * 4))
    assert start[::2].tolist() == [0.0] * 4
    assert np.all(start[1::2] > 0.0)
    assert reached(part, start)[::2].tolist() == [0.0] * 4


def test_residual_disease_is_reached() -> None:
    found = grown("adult_mrd_ball")
    wanted, got = found.covariates["mrd_marrow"], found.entry["mrd_marrow"]
    assert 1e-3 <= wanted.min() < wanted.max() <= 5e-2
    assert np.abs(logit(got) - logit(wanted)).max() <= CLOSE
    assert 1e-3 * (1.0 - CLOSE) <= got.min() < got.max() <= 5e-2 * (1.0 + CLOSE)


def test_patients_enter_as_their_burden_lets_them() -> None:
    found = grown("adult_rr_ball")
    assert set(found.entry) == set(ENTRY)
    np.testing.assert_allclose(found.entry["marrow_blast_percent"], 100.0 * found.entry["mrd_marrow"], rtol=1e-12)
    burden = found.entry["mrd_marrow"]
    for name in ("anc", "platelets"):
        own = found.entry[name] / found.parameters[f"{name}_0"]
        assert np.corrcoef(burden, own)[0, 1] < -0.7, "blasts displace normal blood"
    assert found.set_by("blasts_initial") == "burden"
    document = found.to_dict()["entry"]
    assert document["patients with another burden than drawn"] == int(found.missed.sum())
    assert document["anc"]["q50"] == pytest.approx(float(np.median(found.entry["anc"])))
