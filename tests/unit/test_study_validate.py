"""Published endpoints beside virtual trials: who is counted, what an interval says, and what is kept and read back."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trial_table_sample as sample

from trimer.errors import InputError, LibraryError
from trimer.library.load_published import Published, validation
from trimer.library.load_published import calibration as fitted
from trimer.study.simulation import Table
from trimer.study.trial.run import replicates
from trimer.study.validate import REMARKS, _interval, remarks, validate
from trimer.study.validation_match import (
    CONTROLS,
    FIRST,
    NO_TRIAL,
    NOT_ASKED,
    OWN,
    SEEN,
    SETTINGS,
    TRIAL_OF,
    Match,
    chosen,
    match,
    value_of,
)
from trimer.study.validation_result import Item, ValidationResult, acceptance, stored

PUBLISHED = (*validation(), *fitted())


def one(trial: str, key: str, group: str = "", arm: str = "") -> Published:
    (found,) = [
        p for p in PUBLISHED if (p.trial, p.key) == (trial, key) and group in ("", p.group) and arm in ("", p.arm)
    ]
    return found


def place(*names: str) -> Match:
    found = match(one(*names))
    assert isinstance(found, Match)
    return found


def counted(rows: Table, found: Match, reference: Table | None = None) -> tuple[float, int]:
    return found.value(chosen(rows, found), reference)


@pytest.fixture(scope="module")
def small() -> ValidationResult:
    return validate(5, trials=["mt103_202", "lymphocytes"], calibration="")


# ---- where a published number belongs


def test_every_source_has_a_trial_or_a_reason() -> None:
    assert {p.trial for p in PUBLISHED} == {*TRIAL_OF, *NO_TRIAL}


def test_every_number_that_virtual_trials_have_finds_its_place() -> None:
    lost = {
        f"{p.trial}: {p.key}, {p.group}"
        for p in PUBLISHED
        if p.modelled and p.days is None and isinstance(match(p), str)
    }
    assert lost == {"cladribine_arac: cr, all"} | {f"duell_2017: {key}, all" for key in NOT_ASKED}


def test_a_group_nobody_knows_is_not_taken_for_everybody() -> None:
    assert match(replace(one("tower", "hsct_all"), group="left-handed")) == "not a group of a virtual trial"


def test_patients_are_counted_as_the_source_counted_them() -> None:
    assert place("tower", "crs_grade_3", "", "blinatumomab").first == 267  # treated
    assert place("tower", "cr_crh").first == 271  # randomised
    assert place("mt103_211", "mrd_response_all").first == 185
    assert place("jabbour_2018", "cd19_negative_at_failure").first == 61
    assert place("mt103_211", "cr_crh_salvage_0").first is None  # as many as fall into the stratum
    assert place("kantarjian_2010", "cr").setting == FIRST
    assert place("obrien_2008", "cr", "1 salvage before").setting == CONTROLS


def test_residual_disease_is_counted_of_those_assessed_or_of_all_as_the_source_did() -> None:
    rows = sample.trial(200)
    known = ~np.isnan(rows["mrd_negative_cycle_1"])
    assert not known.all()
    value, n = counted(rows, place("blast", "mrd_response_cycle_1"))
    first = np.flatnonzero(known)[:113]
    assert n == 113
    assert value == pytest.approx(np.mean(rows["mrd_negative_cycle_1"][first] == 1.0))
    of_all, n_all = counted(rows, place("mt103_211", "mrd_response_all"))
    assert n_all == 185
    assert of_all == pytest.approx(np.mean(rows["mrd_negative"][:185] == 1.0))


def test_groups_of_a_pooled_analysis_are_set_against_each_other() -> None:
    rows = sample.trial(400)
    blasts = rows["blasts_at_entry"]
    answered = np.isin(rows["response"], ("CR", "CRh"))
    inside, against = (blasts >= 25.0) & (blasts < 50.0), blasts >= 50.0
    cells = [np.sum(g & (answered == yes)) for g in (inside, against) for yes in (True, False)]
    value, n = counted(rows, place("pooled_2023", "or_blasts_below_50", "blasts 25 to below 50 %"))
    assert value == pytest.approx(cells[0] * cells[3] / (cells[1] * cells[2]))
    assert n == np.sum(inside | against)
    hazard = place("pooled_2023", "hr_os", "blasts 5 to below 25 %")
    assert hazard.reference is not None
    assert hazard.reference[:2] == (OWN, "blinatumomab")


def test_mt103_211_is_set_against_its_controls_by_cr_or_crh_and_by_any_remission() -> None:
    found = place("historical", "or_cr_crh")
    assert (found.setting, found.reference) == (OWN, (CONTROLS, "chemotherapy", None))
    own, controls = sample.trial(150), sample.trial(300, seed=2, arm="chemotherapy")
    remissions = np.isin(controls["response"], ("CR", "CRh", "CRi")).sum()
    assert (controls["response"] == "CR").sum() < remissions
    yes = np.isin(own["response"], ("CR", "CRh")).sum(), remissions
    odds = [k / (n - k) for k, n in zip(yes, (150, 300), strict=True)]
    assert counted(own, found, controls) == (pytest.approx(odds[0] / odds[1]), 450)


@pytest.mark.parametrize("name", ["kantarjian_2010", "obrien_2008", "gmall_2012", "flag_ida_bari"])
def test_cr_of_series_of_chemotherapy_is_any_remission(name: str) -> None:
    rows = sample.trial(300)
    found = next(f for p in PUBLISHED if (p.trial, p.key) == (name, "cr") and isinstance(f := match(p), Match))
    remission = np.isin(chosen(rows, found)["response"], ("CR", "CRh", "CRi"))
    assert counted(rows, found) == (pytest.approx(remission.mean()), len(remission))
    of_trial, n = counted(rows, place("mt103_211", "cr", "all"))
    assert of_trial == pytest.approx(np.mean(rows["response"][:n] == "CR")), "a trial's own CR is CR"


def test_a_median_that_is_not_reached_is_late_and_one_of_nobody_is_missing() -> None:
    rows = sample.trial(40)
    value = value_of("os_median")
    never = {**rows, "os_event": np.zeros(40, dtype=int)}
    assert value(never, None) == (math.inf, 40)
    nobody = value_of("rfs_median")({**rows, "rfs_time": np.full(40, np.nan)}, None)
    assert math.isnan(nobody[0])
    assert nobody[1] == 0


def test_further_endpoints_are_those_of_their_sources() -> None:
    rows = sample.trial(300)
    rows["treg"] = rows["treg"] / 100.0
    answered = np.isin(rows["response"], ("CR", "CRh"))
    assert counted(rows, place("duell_2017", "treg_median", "responders"))[0] == np.median(rows["treg"][answered])
    above = counted(rows, place("duell_2017", "treg_above_cutoff", "non-responders"))[0]
    assert above == np.mean(rows["treg"][~answered] > 0.08525)
    failures = rows["cd19_at_failure"] != ""
    primary = counted(rows, place("jabbour_2018", "primary_refractory"))
    assert primary == (np.mean(rows["response_cycle"][failures] == 0), failures.sum())
    assert counted(rows, place("label_crs", "crs_onset_median")) == (2.0, (rows["crs_grade"] > 0).sum())


def test_the_stratum_of_controls_has_no_salvage_and_its_own_size() -> None:
    trial = SETTINGS[FIRST].made()
    assert (trial.n, trial.arms[0].treated, trial.name) == (263, 263, FIRST)
    assert trial.bounds()["salvages"] == (0.0, 0.0)


# ---- what an interval says


def item(**given: Any) -> Item:
    known: dict[str, Any] = {
        "trial": "t", "title": "T", "arm": "a", "key": "cr", "group": "all", "endpoint": "CR", "role": "predicted",
        "unit": "%", "n": 100, "events": 40, "observed": 40.0, "low": 30.0, "high": 50.0, "interval": "published",
        "recalled": False, "predicted": (35.0, 45.0, 60.0), "simulated": "t", "counted": 100.0,
    }  # fmt: skip
    return Item(**(known | given))


def test_widths_are_compared_in_percentage_points_or_on_a_logarithmic_scale() -> None:
    assert item().width_ratio == pytest.approx(25.0 / 20.0)
    time = item(unit="month", observed=6.0, low=3.0, high=12.0, predicted=(2.0, 6.0, 32.0))
    assert time.width_ratio == pytest.approx(2.0)
    assert time.wide is False
    assert item(predicted=(0.0, 40.0, 41.0)).wide is True


def test_where_the_trials_upper_limit_was_not_reached_the_lower_parts_are_compared() -> None:
    open_ended = item(unit="month", observed=8.0, low=4.0, high=math.inf, predicted=(2.0, 8.0, math.inf))
    assert open_ended.width_ratio == pytest.approx(2.0)
    bounded = item(unit="month", observed=8.0, low=4.0, high=16.0, predicted=(2.0, 8.0, math.inf))
    assert bounded.wide is True


@pytest.mark.parametrize("unit", ["%", "month"])
@pytest.mark.parametrize("observed", [1.0, 34.9, 35.0, 44.0, 45.0, 46.0, 60.0, 60.1, 99.0])
def test_a_distance_beyond_1_96_is_outside(observed: float, unit: str) -> None:
    found = item(observed=observed, unit=unit)
    assert found.inside == (abs(found.z) <= 1.96)
    assert math.copysign(1.0, found.z) == (1.0 if observed >= 45.0 else -1.0)


def test_verdicts_say_what_came_of_it() -> None:
    assert item().verdict == "inside"
    assert item(observed=61.0).verdict == "outside: higher than predicted"
    assert item(observed=34.0).verdict == "outside: lower than predicted"
    assert item(reason="not modelled", predicted=None).verdict == "not modelled"
    assert item(observed=math.nan).verdict == "only a range is published"
    assert item(predicted=None).verdict == "no replicate has a value"


def test_what_cannot_differ_is_no_test_unless_it_is_wrong() -> None:
    none = item(observed=0.0, low=0.0, high=3.3, predicted=(0.0, 0.0, 0.0))
    assert (none.inside, none.tested, none.verdict) == (True, False, "inside, could not differ")
    some = replace(none, observed=1.7)
    assert (some.inside, some.tested) == (False, True)
    count = ValidationResult((none, some, item(), item(interval="", low=math.nan)), {}, 8).count("predicted")
    assert (count.compared, count.inside, count.same, count.own, count.narrow) == (3, 2, 1, 2, 2)


def test_quantiles_rank_what_was_not_reached_last_and_leave_out_what_is_missing() -> None:
    values = np.array([*range(1, 39), math.inf, math.inf, math.nan], dtype=float)
    assert _interval(values) == (1.0, 20.0, math.inf)
    assert _interval(np.full(3, np.nan)) is None


# ---- the whole


def test_every_published_number_is_listed_once_with_its_role(small: ValidationResult) -> None:
    assert len(small.items) == len(PUBLISHED)
    for found, p in zip(small.items, PUBLISHED, strict=True):
        assert (found.trial, found.key, found.group, found.arm) == (p.trial, p.key, p.group, p.arm)
        seen = p.role == "calibration" or (p.trial, p.key) in SEEN
        assert found.role == ("calibrated" if seen else "predicted")
        assert found.recalled is not p.seen
        assert found.predicted is not None or found.reason
    assert {i.simulated for i in small.items if i.predicted} == {"mt103_202", "lymphocytes"}
    assert {(p.trial, p.key) for p in PUBLISHED if p.role == "validation"} >= SEEN, "what was in view is published"
    sections = [i for items in small.sections().values() for i in items]
    assert len(sections) == len(small.items)


def test_a_prediction_is_that_of_replicates_of_the_trial(small: ValidationResult) -> None:
    (found,) = [i for i in small.items if i.trial == "mt103_202" and i.key == "mrd_response_all"]
    _, table = replicates("mt103_202", 5, calibration="")
    shares = []
    for r in range(5):
        mrd = table["mrd_negative"][(table["replicate"] == r) & (table["status"] == 0)]
        shares.append(100.0 * np.mean(mrd[~np.isnan(mrd)][:20]))
    ordered = sorted(shares)
    assert found.predicted == pytest.approx((ordered[0], ordered[2], ordered[4]))
    assert (found.observed, found.interval) == (80.0, "exact")
    assert found.counted <= 20


def test_percentages_without_events_get_an_exact_interval_that_says_so(small: ValidationResult) -> None:
    (found,) = [i for i in small.items if i.trial == "gmall_2012" and i.group == "1 salvage before"]
    assert found.interval == "exact, of the percentage"
    assert found.low == pytest.approx(22.94, abs=0.01)  # 27 of 82, by the beta distribution
    assert found.reason == "not simulated: trial not chosen"


def test_chunks_are_kept_and_gone_on_with(tmp_path: Path, small: ValidationResult) -> None:
    def run(resume: bool) -> ValidationResult:
        return validate(5, trials=["mt103_202"], calibration="", keep=tmp_path, resume=resume)

    first = run(False)
    with pytest.raises(InputError, match="--resume"):
        run(False)
    (chunk,) = (tmp_path / "mt103_202" / "chunks").iterdir()
    payload = chunk.read_bytes()
    chunk.unlink()
    again = run(True)
    assert chunk.read_bytes() == payload
    assert again.to_dict() == first.to_dict()
    own = next(i for i in small.items if i.trial == "mt103_202")
    assert own == next(i for i in again.items if i.trial == "mt103_202")


def test_what_was_stored_is_read_back(tmp_path: Path, small: ValidationResult) -> None:
    path = tmp_path / "found.json"
    odd = item(unit="month", observed=36.5, low=22.0, high=math.inf, predicted=(20.0, 30.0, math.inf), days=None)
    whole = replace(small, items=(*small.items, odd, item(observed=math.nan, low=1.0, high=2.0)))
    path.write_text(json.dumps(whole.to_dict(), allow_nan=False), encoding="utf-8")
    back = stored(path)
    assert back.to_dict() == whole.to_dict()
    assert back.items[-2] == odd
    path.write_text('{"schema": "trimer/other/1"}', encoding="utf-8")
    with pytest.raises(InputError, match="trimer validate --json"):
        stored(path)


def test_aims_that_were_not_simulated_are_open(small: ValidationResult) -> None:
    aims = {aim.what: aim for aim in acceptance(small)}
    assert len(aims) == 16
    assert aims["CR or CRh"].met is None
    cd8 = aims["CD8 median inside the observed quartiles"]
    medians = [i for i in small.items if i.key == "cd8" and i.predicted]
    assert len(medians) == 12
    assert cd8.found == sum(i.low <= i.predicted[1] <= i.high for i in medians if i.predicted)


def test_aims_are_judged_by_medians_and_counts() -> None:
    rows = [
        item(trial="mt103_211", key="cr_crh", role="calibrated", predicted=(30.0, 36.0, 40.0)),
        item(trial="zhu_2018", key="css_mean", role="calibrated", unit="ng/mL", predicted=(0.5, 0.55, 0.7)),
        *(item(observed=40.0 if k < 4 else 90.0) for k in range(5)),
    ]
    aims = {aim.what: aim for aim in acceptance(ValidationResult(tuple(rows), {}, 8))}
    assert aims["CR or CRh"].met is True
    assert aims["mean Css at 28 µg/day"].found == pytest.approx(550.0)
    assert aims["mean Css at 28 µg/day"].met is False
    assert aims["observed value inside the predictive interval"].met is True  # 4 of 5
    assert aims["predictive interval at most twice the trial's own"].met is True


# ---- remarks and bad input


def test_remarks_are_on_what_is_published() -> None:
    assert REMARKS.is_file()
    assert set(remarks(PUBLISHED)) <= set(TRIAL_OF)


def test_the_longest_key_of_a_remark_counts(tmp_path: Path) -> None:
    path = tmp_path / "remarks.toml"
    path.write_text('[tower]\nos_median = "all"\n"os_median, chemotherapy" = "one arm"\n', encoding="utf-8")
    assert remarks(PUBLISHED, path)["tower"]["os_median, chemotherapy"] == "one arm"
    path.write_text('[tower]\nos_mean = "none such"\n', encoding="utf-8")
    with pytest.raises(LibraryError, match=r"tower\.os_mean"):
        remarks(PUBLISHED, path)
    path.write_text('[towr]\nos_median = "none such"\n', encoding="utf-8")
    with pytest.raises(LibraryError, match="towr"):
        remarks(PUBLISHED, path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"replicates": 1}, "at least 4"),
        ({"trials": ["towr"]}, "towr"),
        ({"trials": []}, "none"),
        ({"resume": True}, "--keep"),
    ],
)
def test_bad_input_is_refused_before_anything_is_simulated(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        validate(**given)
