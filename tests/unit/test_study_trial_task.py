"""Chunks of a virtual trial: the same patients whatever the chunk, arm or worker; replicates as the trial was."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trimer.library as library
from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.library import outcome_parameters
from trimer.study.simulation import Table
from trimer.study.trial.follow import assess
from trimer.study.trial.run import replicates, task_of, trial
from trimer.study.trial.survival import active_death
from trimer.study.trial.task import Allocation, TrialTask
from trimer.study.trial.treat import OUTPUTS, plan, plans, treat
from trimer.therapy.trial import Share, Trial

SEED = 11
FIRST, COUNT = 1019, 12
ENTRY = ("age", "female", "weight", "height", "bsa", "salvages", "prior_hsct", "ph_positive", "refractory", "treg")
# Two regimens are mix enough, and one cycle is long enough.
MIX = (Share("flag_ida", 0.6, 1), Share("hidac", 0.4, 1))
BOTH = library.trial("tower").arms
TOWER = replace(library.trial("tower"), arms=(BOTH[0], replace(BOTH[1], regimens=MIX)))


def small() -> Trial:
    """Return a trial of two arms with 5 and 3 patients."""
    return replace(TOWER, arms=(replace(TOWER.arms[0], n=5), replace(TOWER.arms[1], n=3)))


@cache
def task(name: str = "tower", allocation: Allocation = "shared") -> TrialTask:
    found = {"small": small, "tower": lambda: TOWER}.get(name, lambda: library.trial(name))()
    return task_of(found, seed=SEED, calibration="", allocation=allocation)


@cache
def chunk(name: str = "tower") -> Table:
    return task(name)(FIRST, COUNT)


def rows(table: Table, which: object) -> Table:
    return {name: column[which] for name, column in table.items()}


def same(one: Table, other: Table) -> None:
    assert list(one) == list(other)
    for name, column in one.items():
        assert np.array_equal(column, other[name], equal_nan=column.dtype.kind == "f"), name


# ---- chunks


@pytest.mark.parametrize("name", ["tower", "blast"])
@pytest.mark.parametrize("split", [(0, 1), (4, 7), (COUNT - 1, 1)])
def test_a_patient_is_the_same_in_any_chunk(name: str, split: tuple[int, int]) -> None:
    first, count = FIRST + split[0], split[1]
    whole = chunk(name)
    same(task(name)(first, count), rows(whole, (whole["patient"] >= first) & (whole["patient"] < first + count)))


def test_threads_and_the_wire_change_nothing() -> None:
    other = pickle.loads(pickle.dumps(replace(task(), threads=1)))
    same(other(FIRST, COUNT), chunk())


def test_a_used_task_is_still_small_enough_to_send() -> None:
    assert task().patients(0, 2)
    assert len(pickle.dumps(task())) < 200_000


def test_another_seed_is_other_patients() -> None:
    assert not np.array_equal(replace(task(), seed=SEED + 1)(FIRST, COUNT)["age"], chunk()["age"])


def test_a_trial_is_its_chunks() -> None:
    found = trial("blast", patients=COUNT, first=FIRST, seed=SEED, calibration="", chunk=5)
    assert found.patients == COUNT
    same(found.table, {n: x.astype(found.table[n].dtype) for n, x in chunk("blast").items()})


# ---- arms


def test_arms_share_their_patients() -> None:
    table = chunk()
    one, other = (rows(table, table["arm"] == arm.name) for arm in TOWER.arms)
    assert len(one["patient"]) == len(other["patient"]) == COUNT
    same({n: one[n] for n in ("patient", "draw", *ENTRY)}, {n: other[n] for n in ("patient", "draw", *ENTRY)})
    assert not np.array_equal(one["neutropenia_grade"], other["neutropenia_grade"])


def test_arms_share_what_follows_treatment() -> None:
    """Arms share the draws: while the marrow is active in both, a patient's days are numbered alike; so after relapse.

    What treatment does is when the marrow is free of it, and that differs.
    """
    found, count = task(), 60
    everybody = found.patients(0, count)
    table = found(0, count)
    before, after = (active_death(everybody.columns, name, SEED, 0) for name in ("before remission", "after relapse"))
    saved, relapses = [], 0
    for arm in TOWER.arms:
        treated = treat(arm, everybody.columns, found.times, SEED, 0)
        free = np.nan_to_num(assess(TOWER, treated, False).free, nan=np.inf)
        own = rows(table, table["arm"] == arm.name)
        died = (before < free) & (before <= TOWER.follow_up)
        assert np.array_equal(own["death_day"][died], before[died])
        assert set(own["death_cause"][died]) == {"disease"}
        later = ~died & ~np.isnan(own["death_day"])
        assert (own["death_day"][later] > free[later]).all()
        relapsed = ~np.isnan(own["relapse_day"]) & ~np.isnan(own["death_day"])
        assert np.allclose(own["death_day"][relapsed] - own["relapse_day"][relapsed], after[relapsed])
        saved.append(later | np.isnan(own["death_day"]))
        relapses += int(relapsed.sum())
    assert (saved[0] != saved[1]).sum() > 5, "treatments differ in whom they free in time"
    assert (~saved[0] & ~saved[1]).sum() > 5
    assert relapses > 5


def test_replicates_are_the_trial_as_it_was() -> None:
    found, table = replicates(small(), 4, seed=SEED, calibration="")
    assert found.n == 8
    assert sorted(table["patient"]) == list(range(32)), "each patient in one arm of one replicate"
    for number in range(4):
        sizes = [int(((table["replicate"] == number) & (table["arm"] == arm.name)).sum()) for arm in found.arms]
        assert sizes == [5, 3]
        assert set(table["patient"][table["replicate"] == number]) == set(range(8 * number, 8 * number + 8))


def test_a_patient_of_a_replicate_is_the_patient_of_the_shared_trial() -> None:
    parallel, shared = task("small", "parallel")(16, 16), task("small")(16, 16)
    for arm in small().arms:
        one, other = (rows(t, t["arm"] == arm.name) for t in (parallel, shared))
        theirs = rows(other, np.isin(other["patient"], one["patient"]))
        same({n: x for n, x in one.items() if n != "replicate"}, {n: x for n, x in theirs.items() if n != "replicate"})


def test_replicates_do_not_depend_on_the_chunk() -> None:
    whole = task("small", "parallel")(0, 24)
    for first, count in ((0, 3), (6, 11), (21, 3)):
        part = task("small", "parallel")(first, count)
        wanted = (whole["patient"] >= first) & (whole["patient"] < first + count)
        same(part, rows(whole, wanted))


# ---- calibrated draws


def calibrated(folder: Path, text: str) -> str:
    path = folder / "draws.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_draws_go_round_a_patient_or_a_replicate_at_a_time(tmp_path: Path) -> None:
    name = calibrated(tmp_path, "k_exhaustion,k_kill spread\n0.01,0\n0.02,0\n0.03,0\n")
    shared = task_of(small(), seed=SEED, calibration=name).patients(4, 7)
    assert shared.draw.tolist() == [1, 2, 0, 1, 2, 0, 1]
    parallel = task_of(small(), seed=SEED, calibration=name, allocation="parallel").patients(6, 20)
    assert parallel.draw.tolist() == [0] * 2 + [1] * 8 + [2] * 8 + [0] * 2
    assert len(set(shared.columns["k_kill"])) == 1, "no spread, no difference"
    z = np.log(task("small").patients(4, 7).columns["k_exhaustion"] / outcome_free("k_exhaustion"))
    assert np.allclose(shared.columns["k_exhaustion"], np.array([0.02, 0.03, 0.01, 0.02, 0.03, 0.01, 0.02]) * np.exp(z))


def outcome_free(name: str) -> float:
    """Return the typical value that a task without calibration uses."""
    found = task("small")
    return found.population.parameters.get(name, found.known[name]).value


def test_what_follows_treatment_is_the_library_s_but_for_what_the_trial_says() -> None:
    typical = outcome_parameters()
    assert set(typical) <= set(task().known)
    mt = library.trial("mt103_211")
    changed = replace(mt, after={"hsct_wait": replace(typical["hsct_wait"], value=40.0)})
    assert task_of(changed, calibration="").known["hsct_wait"].value == 40.0


# ---- assembling


@pytest.mark.parametrize("treatment", ["blinatumomab_five_cycles", "hidac"])
def test_a_batch_by_columns_is_the_batch_by_patients(treatment: str) -> None:
    assembly = plan(treatment, 1 if treatment == "hidac" else None).assembly
    drawn = task().patients(3, 4).columns
    values = [{n: float(x[i]) for n, x in drawn.items() if n in assembly.parameters} for i in range(4)]
    one, other = assembly.batch(drawn, [0.0, 5.0], OUTPUTS, 1e-4), assembly.problem(values, [0.0, 5.0], OUTPUTS, 1e-4)
    for name in ("y0", "parameters", "inputs", "times"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in ("start", "stop", "time", "target", "value"):
        assert np.array_equal(getattr(one.events, name), getattr(other.events, name)), name
    assert (one.outputs, one.rtol, one.atol, one.system) == (other.outputs, other.rtol, other.atol, other.system)
    assert np.array_equal(solve(one, "cpu").values, solve(other, "cpu").values)


def test_a_batch_fills_in_what_is_typical() -> None:
    assembly = plan("blinatumomab_five_cycles").assembly
    by_columns = assembly.batch({"k_kill": np.array([1.0, 2.0])}, [0.0], OUTPUTS, 1e-6)
    by_patients = assembly.problem([{"k_kill": 1.0}, {"k_kill": 2.0}], [0.0], OUTPUTS, 1e-6)
    assert np.array_equal(by_columns.y0, by_patients.y0)
    assert np.array_equal(by_columns.parameters, by_patients.parameters)


# ---- entry


def test_the_disease_is_grown_to_its_burden_where_that_can_be_reached() -> None:
    for name, column in (("mt103_211", "blasts_at_entry"), ("blast", "mrd_at_entry")):
        found = task(name)
        burden = found.patients(0, 60).covariates[found.population.burden]
        entered = found(0, 60)[column]
        assert np.median(np.abs(entered / burden - 1.0)) < 0.01
        assert (entered < burden * 1.05).all(), "nobody enters with more"
        low, high = found.trial.bounds()[found.population.burden]
        assert ((burden >= low) & (burden <= high)).all()


def test_arms_enter_with_the_same_disease_whatever_is_given_before_day_0() -> None:
    """FLAG-IDA begins with G-CSF on the day before, which moves the marrow; entry is before all that."""
    table = task()(0, 24)
    for name in ("blasts_at_entry", "mrd_at_entry", "t_cells_at_entry"):
        one, other = (table[name][table["arm"] == arm.name] for arm in TOWER.arms)
        assert np.array_equal(one, other), name


def test_entry_is_what_a_marrow_has_before_anything_is_given() -> None:
    found = task()
    everybody = found.patients(0, 24)
    entry, table = found.entry(everybody), found(0, 24)
    for arm in TOWER.arms:
        assert np.array_equal(table["blasts_at_entry"][table["arm"] == arm.name], entry["marrow_blast_percent"])
    g_csf = treat(TOWER.arms[1], everybody.columns, found.times, SEED, 0).values["anc"][:, 0]
    assert not np.allclose(g_csf, entry["anc"]), "what is given before is in the first reading of the course"


# ---- other engagers, and cells


def test_a_trial_may_give_another_engager_in_one_arm_and_cells_in_another() -> None:
    """Whoever gets blinatumomab is treated as in a trial of it alone."""
    mt = library.trial("mt103_211")
    arms = (
        mt.arms[0],
        replace(mt.arms[0], name="another", protocol="hle_engager_weekly"),
        replace(mt.arms[0], name="cells", protocol="", regimens=(Share("car_t_cd19_flu_cy", 1.0, 1),)),
    )
    table = task_of(replace(mt, arms=arms), seed=SEED)(0, 32)
    same(rows(table, table["arm"] == mt.arms[0].name), task_of(mt, seed=SEED)(0, 32))
    for name in ("another", "cells"):
        own = rows(table, table["arm"] == name)
        assert (own["status"] == 0).all()
        assert (own["drug_days"] == 0.0).all()
        assert (own["crs_grade"] >= 2).any(), "some have cytokine release"
        assert np.isin(own["response"], ("CR", "CRh")).any()
    assert np.isfinite(table["css"][table["arm"] == "another"]).any()
    assert np.isnan(table["css"][table["arm"] == "cells"]).all()
    with_crs = np.isfinite(table["crs_day"]) & (table["arm"] == "cells")
    assert (table["crs_day"][with_crs] > 4.0).all(), "after the cells"


# ---- what wins


def test_what_a_trial_says_of_its_aftermath_stands_beside_a_calibration(tmp_path: Path) -> None:
    typical = outcome_parameters()
    own = replace(small(), after={"hsct_share": replace(typical["hsct_share"], value=0.25)})
    name = calibrated(tmp_path, "hsct_share,hsct_protection\n0.9,0.33\n")
    columns = task_of(own, calibration=name).patients(0, 3).columns
    assert (set(columns["hsct_share"]), set(columns["hsct_protection"])) == ({0.25}, {0.33})


def test_what_a_trial_says_of_its_aftermath_stands_beside_its_population() -> None:
    typical = outcome_parameters()["hsct_share"]
    own = replace(small(), after={"hsct_share": replace(typical, value=0.25)})
    found = task_of(own, calibration="")
    other = replace(found.population, parameters={"hsct_share": replace(typical, value=0.6)})
    assert set(replace(found, population=other).patients(0, 3).columns["hsct_share"]) == {0.25}
    plain = replace(found, population=other, trial=small())
    assert set(plain.patients(0, 3).columns["hsct_share"]) == {0.6}


def test_a_parameter_that_a_trial_shifts_stands_beside_a_calibration(tmp_path: Path) -> None:
    shifted = {**TOWER.shift, "hsct_share": {"value": "0.7 fraction", "kind": "assumed"}}
    name = calibrated(tmp_path, "hsct_share,hsct_protection\n0.9,0.33\n")
    columns = task_of(replace(small(), shift=shifted), calibration=name).patients(0, 3).columns
    assert (set(columns["hsct_share"]), set(columns["hsct_protection"])) == ({0.7}, {0.33})


# ---- what is asked for


def test_a_shared_trial_is_one_replicate() -> None:
    assert set(chunk()["replicate"]) == {0}


@pytest.mark.parametrize("wrong", [True, False, 1.5, "8", None, np.nan, -1, 10_000_001])
@pytest.mark.parametrize("what", ["patients", "first", "chunk"])
def test_numbers_that_cannot_be(what: str, wrong: object) -> None:
    given: dict[str, Any] = {"patients": 8, "first": 0, "chunk": 4, what: wrong}
    with pytest.raises(InputError, match=rf"^{what}: found .*, expected a whole number, [01] to 10,000,000"):
        trial(small(), calibration="", **given)


@pytest.mark.parametrize("what", ["patients", "chunk"])
def test_nobody_is_not_a_trial(what: str) -> None:
    with pytest.raises(InputError, match=f"{what}: found 0"):
        trial(small(), calibration="", **{what: 0})


@pytest.mark.parametrize(("patients", "first"), [(7, 0), (12, 0), (8, 3), (1, 0)])
def test_parallel_arms_are_whole_replicates(patients: int, first: int) -> None:
    with pytest.raises(InputError, match=f"patients: found {patients} from {first} on, expected whole replicates of 8"):
        trial(small(), patients=patients, first=first, allocation="parallel", calibration="")


def test_parallel_arms_may_begin_with_a_later_replicate() -> None:
    found = trial(small(), patients=8, first=16, allocation="parallel", calibration="", seed=SEED)
    same(found.table, {n: x.astype(found.table[n].dtype) for n, x in task("small", "parallel")(16, 8).items()})


def test_plans_are_made_once() -> None:
    one, other = (plans(TOWER.arms[1]) for _ in range(2))
    assert all(a is b for (a, _), (b, _) in zip(one, other, strict=True))
