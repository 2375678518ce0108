"""The endpoints of a trial table, its replicates, and the power drawn from it."""

from __future__ import annotations

import math
import subprocess
import sys
from timeit import repeat

import numpy as np
import pytest
from trial_table_sample import joined, rows, trial

from trimer.errors import InputError
from trimer.study.trial.estimates import hazard_ratio, kaplan_meier
from trimer.study.trial.power import power, single_arm_power
from trimer.study.trial.summary import (
    ENDPOINTS,
    LANDMARK,
    MEDIAN,
    endpoints,
    failed,
    predictive,
    replicates,
    values,
)

# Keys as published figures, summaries and pages share them.
SHARED = """
cr_crh cr crh cr_crh_cri mrd_response mrd_response_all mrd_response_cycle_1 response_in_cycle_1 hsct hsct_all
cr_crh_blasts_below_50 cr_crh_blasts_50_up cr_crh_salvage_0 cr_crh_salvage_1 cr_crh_salvage_2 cr_crh_salvage_3up
cr_crh_prior_hsct cr_crh_no_prior_hsct crs_any crs_grade_3 crs_any_cycle_1 crs_grade_3_cycle_1 crs_near_start
fever_cycle_1 neutropenia_grade_3 interrupted cd19_negative_at_failure rfs_18mo efs_6mo os_12mo os_24mo
os_median rfs_median dor_median efs_median rfs_median_mrd_response rfs_median_mrd_no_response os_median_mrd_response
os_median_mrd_no_response hr_os hr_efs or_css or_blasts_below_50 css_mean css_sd drug_days_mean
"""
KEYS = SHARED.split()
COMPARED = {"hr_os", "hr_efs"}

ONE = trial()
TWO = joined(ONE, trial(280, 2, "chemotherapy", better=0.6))


def same(found: float, expected: float) -> bool:
    return found == pytest.approx(expected, nan_ok=True)


def test_every_key_has_an_entry_and_every_entry_an_estimate() -> None:
    assert list(ENDPOINTS) == KEYS
    found = endpoints(TWO, "engager", "chemotherapy")
    assert list(found) == KEYS
    for key, estimate in found.items():
        assert (estimate.key, estimate.label, estimate.unit) == (key, ENDPOINTS[key].label, ENDPOINTS[key].measure.unit)
        assert estimate.group
        assert not estimate.low > estimate.value, key
        assert not estimate.high < estimate.value, key
        assert 0 <= estimate.events <= estimate.n <= 580
    assert {e.kind for e in found.values()} == {"proportion", "time", "ratio", "mean", "odds ratio"}


def test_points_are_those_of_the_estimates() -> None:
    full, fast = endpoints(TWO, "engager", "chemotherapy"), values(TWO, "engager", "chemotherapy")
    assert list(fast) == list(full)
    assert [key for key in full if not same(fast[key], full[key].value)] == []


def test_counts_by_hand() -> None:
    table = rows(trial(8, 5), slice(None))
    table |= {
        "response": np.array(["CR", "CRh", "CRi", "", "PR", "CR", "CRh", "none"]),
        "response_cycle": np.array([1, 2, 1, 0, 0, 1, 1, 0]),
        "mrd_negative": np.array([1.0, 0.0, 1.0, np.nan, np.nan, np.nan, 1.0, 0.0]),
        "mrd_negative_cycle_1": np.array([1.0, 0.0, 0.0, np.nan, np.nan, 1.0, 1.0, 0.0]),
        "hsct_day": np.array([90.0, np.nan, np.nan, 300.0, np.nan, 95.0, np.nan, np.nan]),
        "blasts_at_entry": np.array([49.9, 50.0, 20.0, 80.0, 90.0, 10.0, 70.0, 60.0]),
        "salvages": np.array([0.0, 1.0, 2.0, 3.0, 5.0, 0.0, 0.0, 4.0]),
        "crs_grade": np.array([0, 1, 3, 4, 2, 0, 0, 0]),
        "crs_near_start": np.array([np.nan, 1.0, 1.0, 0.0, 1.0, np.nan, np.nan, np.nan]),
        "cd19_at_failure": np.array(["", "negative", "", "positive", "positive", "", "", ""]),
        "status": np.array([0, 0, 0, 0, 0, 0, 0, 3]),
    }
    expected = {
        "cr": (2, 7), "crh": (2, 7), "cr_crh": (4, 7), "cr_crh_cri": (5, 7), "mrd_response": (2, 3),
        "mrd_response_all": (3, 7), "mrd_response_cycle_1": (3, 5), "response_in_cycle_1": (3, 4), "hsct": (2, 4),
        "hsct_all": (3, 7), "cr_crh_blasts_below_50": (2, 3), "cr_crh_blasts_50_up": (2, 4), "cr_crh_salvage_0": (3, 3),
        "cr_crh_salvage_2": (0, 1), "cr_crh_salvage_3up": (0, 2), "crs_any": (4, 7), "crs_grade_3": (2, 7),
        "crs_near_start": (3, 4), "cd19_negative_at_failure": (1, 3),
    }  # fmt: skip
    found = endpoints(table, "engager")
    assert {key: (found[key].events, found[key].n) for key in expected} == expected
    assert found["or_blasts_below_50"].value == pytest.approx(2 * 2 / (1 * 2))
    assert failed(table) == {"engager": 1}


def test_patients_not_solved_count_nowhere() -> None:
    bad = trial(50, 9)
    bad |= {"status": np.full(50, 2), "response": np.full(50, "CR")}
    with_bad = joined(ONE, bad)
    assert failed(with_bad) == {"engager": 50}
    assert values(with_bad, "engager") == values(ONE, "engager")


def test_times_are_those_of_their_curves() -> None:
    found = endpoints(TWO, "engager", "chemotherapy")
    survival = kaplan_meier(ONE["os_time"], ONE["os_event"])
    assert found["os_median"].value == survival.median().value
    assert found["os_12mo"].value == survival.at(12.0).value
    remission = ~np.isnan(ONE["rfs_time"])
    assert found["rfs_median"].n == remission.sum() < 300
    reached = (ONE["mrd_negative_cycle_1"] == 0.0) & (ONE["os_time"] > LANDMARK)
    landmark = kaplan_meier(ONE["os_time"][reached], ONE["os_event"][reached]).median()
    assert found["os_median_mrd_no_response"].value == landmark.value
    assert found["os_median_mrd_no_response"].n < (ONE["mrd_negative_cycle_1"] == 0.0).sum()
    arm = np.asarray(TWO["arm"] == "engager")
    assert found["hr_os"].value == hazard_ratio(TWO["os_time"], TWO["os_event"], arm).value < 1.0


def test_exposure_counts_in_units_of_its_median() -> None:
    twice = ONE | {"css": 2.0 * ONE["css"]}
    assert values(twice, "engager")["or_css"] == pytest.approx(values(ONE, "engager")["or_css"])
    assert values(twice, "engager")["css_sd"] == pytest.approx(2.0 * values(ONE, "engager")["css_sd"])
    assert values(ONE, "engager")["or_css"] > 1.5


def test_endpoints_without_patients_are_left_out() -> None:
    nobody = ONE | {
        "response": np.full(300, ""),
        "rfs_time": np.full(300, np.nan),
        "dor_time": np.full(300, np.nan),
        "css": np.full(300, np.nan),
        "crs_grade": np.zeros(300, dtype=int),
        "cd19_at_failure": np.full(300, ""),
    }
    missing = {
        "mrd_response", "response_in_cycle_1", "hsct", "crs_near_start", "cd19_negative_at_failure", "rfs_18mo",
        "rfs_median", "dor_median", "rfs_median_mrd_response", "rfs_median_mrd_no_response", "or_css", "css_mean",
        "css_sd",
    } | COMPARED  # fmt: skip
    assert set(KEYS) - set(values(nobody, "engager")) == missing
    assert set(KEYS) - set(endpoints(nobody, "engager")) == missing
    all_failed = ONE | {"status": np.ones(300, dtype=int)}
    assert endpoints(all_failed, "engager") == values(all_failed, "engager") == {}


def test_an_unknown_arm_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="'placebo', expected an arm of the trial: engager, chemotherapy"):
        endpoints(TWO, "placebo")
    with pytest.raises(InputError, match="'placebo'"):
        values(TWO, "engager", "placebo")


# ---- replicates


def test_each_replicate_is_summarised_by_itself() -> None:
    arms = [(arm, n) for arm, n in (("engager", 60), ("chemotherapy", 30))]
    parts = {(r, arm): trial(n, 4 + k, arm, replicate=r) for r in (7, 2, 5) for k, (arm, n) in enumerate(arms)}
    parts[5, "engager"] |= {"status": np.ones(60, dtype=int)}
    mixed = joined(*parts.values())
    mixed = rows(mixed, np.random.default_rng(1).permutation(len(mixed["patient"])))
    found = replicates(mixed, "engager", "chemotherapy")
    assert list(found) == KEYS
    for place, r in enumerate((2, 5, 7)):
        alone = values(joined(parts[r, "engager"], parts[r, "chemotherapy"]), "engager", "chemotherapy")
        assert all(same(found[key][place], alone.get(key, math.nan)) for key in KEYS)
    assert all(math.isnan(column[1]) for column in found.values())
    assert set(KEYS) - set(replicates(mixed, "engager")) == COMPARED


def test_a_median_not_reached_is_later_than_every_other() -> None:
    found = np.array([10.0, np.nan, 12.0, 14.0, np.nan, 11.0, 13.0, 15.0, 16.0, 17.0])
    low, middle, high = predictive("os_median", found, 0.8)
    assert (low, middle) == (10.0, 14.0)
    assert math.isnan(high)
    assert predictive("cr_crh", np.array([0.4, np.nan, 0.5, 0.6]), 0.5) == (0.4, 0.5, 0.6)
    assert all(math.isnan(x) for x in predictive("cr_crh", np.array([np.nan])))
    with pytest.raises(InputError, match="They are: cr_crh"):
        predictive("survival", found)


def test_points_are_fast() -> None:
    best = min(repeat(lambda: values(TWO, "engager", "chemotherapy"), number=5, repeat=4)) / 5
    assert best < 5e-3


def test_loading_is_light() -> None:
    code = """
import sys, trimer.study.trial.summary, trimer.study.trial.power
print([m for m in ('pandas', 'lifelines', 'matplotlib', 'scipy.stats') if m in sys.modules])
"""
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


# ---- power


def test_power_of_a_proportion_as_the_binomial_has_it() -> None:
    from scipy.stats import binom, fisher_exact

    a, b = (values(TWO, arm)["cr_crh"] for arm in ("engager", "chemotherapy"))
    n = 40
    chance = np.outer(binom.pmf(np.arange(n + 1), n, a), binom.pmf(np.arange(n + 1), n, b))
    exact = sum(
        chance[i, j]
        for i in range(n + 1)
        for j in range(n + 1)
        if chance[i, j] > 1e-12 and fisher_exact([[i, n - i], [j, n - j]]).pvalue <= 0.05
    )
    found = power(TWO, "engager", "chemotherapy", "cr_crh", n, repeats=4000)
    assert found.low <= exact <= found.high
    assert (found.key, found.n, found.group) == ("cr_crh", 4000, "40 patients an arm")


def test_power_of_survival_as_schoenfeld_has_it() -> None:
    rng = np.random.default_rng(6)
    times = {"engager": rng.exponential(1 / 0.6, 20000), "chemotherapy": rng.exponential(1.0, 20000)}
    table = joined(
        *(trial(20000, 3, arm) | {"os_time": t, "os_event": np.ones(20000, int)} for arm, t in times.items())
    )
    found = power(table, "engager", "chemotherapy", "os_median", 60, repeats=1500)
    # Schoenfeld 1981: standard normal of sqrt(events / 4) |log HR| less the critical value.
    expected = 0.5 * math.erfc(-(math.sqrt(120 / 4) * -math.log(0.6) - 1.959964) / math.sqrt(2.0))
    assert found.value == pytest.approx(expected, abs=0.04)
    assert found.value == power(table, "engager", "chemotherapy", "hr_os", 60, repeats=1500).value


def test_power_of_one_arm_as_the_binomial_has_it() -> None:
    from scipy.stats import binom

    from trimer.binomial import exact_limits

    rate, n = values(ONE, "engager")["cr_crh"], 80
    k = np.arange(n + 1)
    exact = binom.pmf(k, n, rate)[exact_limits(k, n)[0] > 0.3].sum()
    found = single_arm_power(ONE, "engager", "cr_crh", n, 0.3, repeats=4000)
    assert 0.1 < found.low <= exact <= found.high < 0.99
    assert single_arm_power(ONE, "engager", "cr_crh", n, 0.0).value == 1.0


def test_power_counts_a_group_as_large_as_it_happens_to_be() -> None:
    of_responders = single_arm_power(ONE, "engager", "response_in_cycle_1", 60, 0.5)
    of_all = single_arm_power(ONE | {"response": np.full(300, "CR")}, "engager", "response_in_cycle_1", 60, 0.2)
    assert 0.0 < of_responders.value < 1.0
    assert of_all.n == of_responders.n == 1000
    nobody = joined(ONE | {"response": np.full(300, "")}, rows(TWO, TWO["arm"] == "chemotherapy"))
    assert power(nobody, "engager", "chemotherapy", "hsct", 20).value == 0.0


def test_power_needs_patients() -> None:
    table = joined(ONE | {"status": np.ones(300, dtype=int)}, rows(TWO, TWO["arm"] == "chemotherapy"))
    with pytest.raises(InputError, match="'engager', none of whose patients was solved"):
        power(table, "engager", "chemotherapy", "os_median", 20)
    with pytest.raises(InputError, match="none of whose patients"):
        single_arm_power(table, "engager", "cr_crh", 20, 0.3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reference": "engager"}, "another arm"),
        ({"endpoint": "css_mean"}, "a proportion, a time or a hazard ratio"),
        ({"endpoint": "survival"}, "the key of an endpoint"),
        ({"n_per_arm": 0}, "patients: found 0, expected 1 or more"),
        ({"repeats": 0}, "repeats: found 0"),
        ({"alpha": 1.0}, "a level between 0 and 1"),
    ],
)
def test_power_refuses(change: dict[str, object], says: str) -> None:
    asked = {"arm": "engager", "reference": "chemotherapy", "endpoint": "os_median", "n_per_arm": 10} | change
    with pytest.raises(InputError, match=says):
        power(TWO, **asked)  # type: ignore[arg-type]


def test_power_of_one_arm_refuses() -> None:
    with pytest.raises(InputError, match="a share of patients"):
        single_arm_power(ONE, "engager", "os_median", 10, 0.3)
    with pytest.raises(InputError, match="null rate"):
        single_arm_power(ONE, "engager", "cr_crh", 10, 1.0)


def test_a_median_is_the_only_measure_that_may_not_be_reached() -> None:
    assert {key for key, one in ENDPOINTS.items() if one.measure is MEDIAN} == {k for k in KEYS if "_median" in k}
