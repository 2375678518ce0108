"""The simulated-patient study: what is recorded, what was given, how coverage is counted, how a run goes on."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trimer.binomial import exact_limits
from trimer.errors import InputError
from trimer.study.likelihood import residual
from trimer.study.twin import recovery as study
from trimer.study.twin.coverage import coverage, forecast, place
from trimer.study.twin.recovery import DAYS, OUTPUTS, converged, recovery, summarise
from trimer.study.twin.segment import first_engager, segment_of
from trimer.study.twin.virtual_record import ENTRY, GLANCES, KNOWN, Virtual, Ward, meet, meet_all, recorded, said, ward


@pytest.fixture(scope="module")
def place_of() -> Ward:
    return ward()


@pytest.fixture(scope="module")
def met(place_of: Ward) -> list[Virtual]:
    return meet(place_of, study.SEED, 0, 16, DAYS, OUTPUTS)


def test_virtual_records_hold_what_the_reference_record_holds() -> None:
    segment = segment_of("linder2016", "e28", "adult_rr_ball")
    start = first_engager(segment.setting)
    assert sorted(GLANCES) == sorted((d.observable, d.day - start) for d in segment.known)


def test_what_is_said_of_the_reference_patients_values_weighs_as_its_record_does() -> None:
    segment = segment_of("linder2016", "e28", "adult_rr_ball")
    # What a virtual record would say of a patient who lies well within each statement of the reference record.
    inside = {"temperature": 37.0, "blasts_blood": 0.01, "marrow_blast_percent": 2.0, "anc": 2.0}
    for datum in segment.known:
        value = datum.low if datum.exact else inside.get(datum.observable, datum.low + 0.5)
        low, high = said(datum.observable, value)
        simulated = np.array([0.01, 0.5, 0.9, 1.6, 2.6, 6.0, 36.9, 38.4, 41.0, 90.0])
        if datum.observable == "hypotension":
            simulated = simulated[:5]  # severities end at 4, where the record's words have a bound and ours none
        there = residual(datum, simulated)
        assert residual(replace(datum, low=low, high=high), simulated) == pytest.approx(there, abs=1e-3)


@pytest.mark.parametrize(
    ("observable", "value", "bounds"),
    [
        ("marrow_blast_percent", 5.0, (-math.inf, 5.0)),
        ("marrow_blast_percent", 5.1, (5.1, 5.1)),
        ("temperature", 37.9, (-math.inf, 38.0)),
        ("temperature", 38.0, (38.0, 38.0)),
        ("hypotension", 1.9, (0.0, 1.0)),
        ("hypotension", 2.0, (2.0, math.inf)),
        ("blasts_blood", 0.2, (0.05, math.inf)),
        ("anc", 0.9, (-math.inf, 1.0)),
        ("platelets", 31.0, (31.0, 31.0)),
    ],
)
def test_statements_begin_at_published_thresholds(observable: str, value: float, bounds: tuple[float, float]) -> None:
    assert said(observable, value) == bounds


def test_recorded_values_carry_the_errors_of_the_likelihood() -> None:
    random = np.random.default_rng(1)
    found = [recorded({("platelets", KNOWN): 80.0, ("marrow_blast_percent", 0.0): 60.0}, random) for _ in range(2000)]
    for k, true in enumerate((80.0, 60.0)):
        errors = np.array([residual(data[k], np.array([true]))[0] for data in found])
        assert errors.mean() == pytest.approx(0.0, abs=4.0 / math.sqrt(2000.0))
        assert errors.std() == pytest.approx(1.0, abs=0.08)


def test_patients_are_taken_by_what_their_record_shows(met: list[Virtual]) -> None:
    assert met
    for patient in met:
        entry = next(d for d in patient.data if (d.observable, d.day) == ("marrow_blast_percent", ENTRY))
        assert entry.exact
        assert entry.low >= 5.0
        assert len(patient.data) == len(GLANCES)


def test_a_candidate_is_the_same_in_any_batch(place_of: Ward, met: list[Virtual]) -> None:
    last = met[-1]
    (alone,) = meet(place_of, study.SEED, last.number, 1, DAYS, OUTPUTS)
    assert np.array_equal(alone.z, last.z)
    bounds = np.array([[(d.low, d.high) for d in patient.data] for patient in (alone, last)])
    assert bounds[0] == pytest.approx(bounds[1], rel=1e-9)
    assert meet_all(place_of, study.SEED, 2, DAYS, OUTPUTS)[0][1].number == met[1].number


def test_place_counts_ties_by_half() -> None:
    assert place(np.array([1.0, 2.0, 2.0, 3.0]), 2.0) == 0.5
    assert place(np.array([1.0, 2.0, 3.0, 4.0]), 5.0) == 1.0


def test_coverage_of_one_value_a_patient_has_the_exact_limits() -> None:
    places = np.array([0.5] * 18 + [0.01, 0.99]).reshape(-1, 1)
    low, high = exact_limits(18, 20)
    assert coverage(places) == {
        "share": 0.9,
        "low": pytest.approx(float(low)),
        "high": pytest.approx(float(high)),
        "patients": 20,
        "values": 20,
        "effective": 20.0,
    }


def test_copies_of_a_value_add_nothing_to_what_coverage_knows() -> None:
    one = np.random.default_rng(3).random((60, 1))
    few, many = coverage(one), coverage(np.repeat(one, 7, axis=1))
    assert many["values"] == 420
    assert many["effective"] == pytest.approx(59.0)
    assert (many["low"], many["high"]) == pytest.approx((few["low"], few["high"]), abs=0.005)


def test_independent_values_of_a_patient_count_each() -> None:
    places = np.random.default_rng(4).random((4000, 5))
    found = coverage(places)
    assert found["effective"] == pytest.approx(20000.0, rel=0.06)
    assert found["low"] < 0.9 < found["high"]


def test_values_that_are_not_known_are_not_counted() -> None:
    found = coverage(np.array([[0.5, np.nan], [np.nan, np.nan], [0.001, 0.5]]))
    assert (found["patients"], found["values"]) == (2, 3)
    assert found["share"] == pytest.approx(2.0 / 3.0)


def test_forecasts_are_scored() -> None:
    found = forecast([0.95, 0.9, 0.5, 0.05], [True, False, True, False], [True, True, False, False])
    assert found["brier"] == pytest.approx((0.05**2 + 0.9**2 + 0.5**2 + 0.05**2) / 4.0)
    assert found["brier of the base rate"] == 0.25
    assert found["brier of no change"] == 0.5
    assert [(b["n"], b["share"]) for b in found["bins"]] == [(1, 0.0), (1, 1.0), (2, 0.5)]
    assert found["prediction sets"]["share"] == 0.75  # the middle one says both
    assert (found["of one outcome"]["n"], found["of one outcome"]["share"]) == (3, pytest.approx(2.0 / 3.0))


def _line(patient: int, where: float, rhat: float = 1.01) -> dict[str, Any]:
    one = {"truth": 1.0, "q05": 0.0, "q50": 1.0, "q95": 2.0, "place": where, "contraction": 0.5, "rhat": rhat}
    return {
        "patient": patient,
        "quantities": {name: [{"day": float(day), **one, "ess": 500.0} for day in DAYS] for name in OUTPUTS},
        "response": {"probability": 0.8, "happened": True, "before": True, "rhat": rhat, "ess": 500.0},
        "unsolved draws": 0,
        "seconds": 20.0,
        "processor seconds": 30.0,
    }


def test_those_that_did_not_converge_are_counted_and_kept() -> None:
    found = summarise([_line(0, 0.5), _line(1, 0.999, rhat=1.2), _line(2, 0.4, rhat=math.nan)], {})
    assert found["converged"]["patients"] == 1
    marrow = found["all"]["quantities"]["marrow_blast_percent"]
    assert marrow["days"][0]["share"] == pytest.approx(2.0 / 3.0)
    assert found["of the converged"]["quantities"]["marrow_blast_percent"]["days"][0]["share"] == 1.0
    assert not converged(_line(0, 0.5, rhat=math.nan))
    json.dumps(found["all"], allow_nan=False)


def test_a_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[tuple[int, int]] = []

    def line(_ward: Ward, patient: Virtual, sampling: Any, _threads: int | None) -> dict[str, Any]:
        fitted.append((patient.number, sampling.seed - study.SEED))
        return _line(len(fitted) - 1, 0.5)

    monkeypatch.setattr(study, "twin_line", line)
    recovery(2, folder=tmp_path)
    found = recovery(4, folder=tmp_path)
    assert [number for _, number in fitted] == [0, 1, 2, 3]
    assert found["patients"] == 4
    assert found["study"]["candidates"] == fitted[-1][0] + 1
    assert len((tmp_path / study.LINES).read_text().splitlines()) == 5
    with pytest.raises(InputError, match="other seed"):
        recovery(4, folder=tmp_path, seed=study.SEED + 1)
