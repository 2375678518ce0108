"""The parts of an answer: what counts as agreement, and what stands beside each observation."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from trimer.course import Course, Reading
from trimer.criteria.verdict import Verdict
from trimer.engine.solution import Solution
from trimer.parameters import Parameter, ParameterSet
from trimer.study import items
from trimer.study.fit import Fit
from trimer.study.likelihood import Datum

INF = math.inf


def exact(name: str, value: float) -> Reading:
    return Reading(name, value, value, unit="", day=2.0, source="e1")


@pytest.mark.parametrize(
    ("reading", "value", "hit"),
    [
        (exact("marrow_blast_percent", 79.0), 69.0, True),
        (exact("marrow_blast_percent", 79.0), 68.9, False),
        (exact("wbc", 10.0), 5.0, True),
        (exact("wbc", 10.0), 20.0, True),
        (exact("wbc", 10.0), 20.1, False),
        (exact("platelets", 20.0), 9.9, False),
        (exact("haemoglobin", 10.0), 19.0, True),
        (exact("haemoglobin", 10.0), 4.9, False),
        (exact("temperature", 39.0), 38.3, True),
        (exact("temperature", 39.0), 38.1, False),
        (exact("blood_blast_percent", 71.0), 83.0, True),
        (exact("blood_blast_percent", 71.0), 83.1, False),
        (exact("wbc", 10.0), 0.0, False),
        (Reading("anc", 1.0, INF, low_open=True), 1.01, True),
        (Reading("anc", 1.0, INF, low_open=True), 1.0, False),
        (Reading("marrow_blast_percent", 0.0, 5.0, high_open=True), 5.0, False),
        (Reading("marrow_blast_percent", 0.0, 5.0), 5.0, True),
        (Reading("platelets", 150.0, 400.0), 149.0, False),
        (exact("hypotension", 2.0), 2.9, True),
        (exact("hypotension", 2.0), 3.0, False),
        (Reading("hypotension", 2.0, 3.0), 3.9, True),
        (Reading("hypotension", 2.0, 3.0), 1.9, False),
    ],
)
def test_agreement(reading: Reading, value: float, hit: bool) -> None:
    words, found = items.agree(reading, value)
    assert found is hit
    assert words.startswith("miss") is not hit


RECORD = Course(
    "c",
    "record",
    dt.date(2020, 1, 1),
    readings=(
        exact("wbc", 4.0),
        Reading("anc", 1.0, INF, low_open=True, unit="1e9/L", day=3.0, source="e2", inferred=True),
        Reading("platelets", absence="not done", day=3.0, source="e2"),
        Reading("crp", 5.0, 5.0, day=3.0, source="e2"),
        Reading("haemoglobin", text="low", day=3.0, source="e2"),
    ),
)
OUTPUTS = ("wbc", "anc", "platelets", "haemoglobin", "marrow_blast_percent")


def solved(rows: list[float], failed: int | None = None) -> Solution:
    """Return patients whose every output is constant in time."""
    times = np.array([0.0, 2.0, 3.0, 9.0])
    values = np.tile(np.array(rows)[:, None, None], (1, len(times), len(OUTPUTS)))
    status = np.array([int(k == failed) for k in range(len(rows))])
    return Solution(times, OUTPUTS, np.where(status[:, None, None], np.nan, values), status, status, "cpu")


def test_observations_hold_record_fit_and_band() -> None:
    prior = solved([float(k) for k in range(101)] + [1e6], failed=101)
    data = (
        Datum("e1", "wbc", 2.0, 4.0, 4.0),
        Datum("v9", "marrow_blast_percent", 9.0, 0.0, 5.0, "stated conclusion"),
    )
    found = items.observations(RECORD, data, solved([5.0]), prior, OUTPUTS)
    assert [(o.event, o.observable, o.role) for o in found] == [
        ("e1", "wbc", "fitted"), ("e2", "anc", "not used"), ("v9", "marrow_blast_percent", "fitted"),
    ]  # fmt: skip
    wbc, anc, marrow = found
    assert (wbc.fitted, wbc.low, wbc.high, wbc.hit) == (5.0, 4.0, 4.0, True)
    assert wbc.band == pytest.approx((5.0, 50.0, 95.0))  # the failed patient is left out
    assert wbc.agreement == "within a factor of 1.25"
    assert (wbc.date, wbc.unit) == ("2020-01-03", "1e9/L")
    assert "read out of words" in anc.remark
    assert anc.recorded.startswith("> 1")
    assert "stated conclusion" in marrow.remark
    assert marrow.hit is True


def verdict(category: str, subject: str = "response", **more: object) -> Verdict:
    fields = {"supported_by": "measured"} | more
    return Verdict("set", subject, "v1", "label", 2.0, category, "because", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "simulation", "same"),
    [
        (verdict("CR"), verdict("CR"), True),
        (verdict("CR"), verdict("PR"), False),
        (verdict("PD"), verdict("no response"), True),
        (verdict("CR", supported_by=""), verdict("CR"), None),
        (verdict("grade 3", "crs", possible=("grade 3", "grade 4")), verdict("grade 4", "crs"), True),
        (verdict("grade 3", "crs", possible=("grade 3", "grade 4")), verdict("grade 2", "crs"), False),
    ],
)
def test_verdicts_stand_side_by_side(record: Verdict, simulation: Verdict, same: bool | None) -> None:
    (item,) = items.verdicts(RECORD, [record], [simulation])
    assert item.agree is same
    assert (item.record["category"], item.simulation["category"]) == (record.category, simulation.category)
    assert item.record["reason"] == "because"


def test_what_only_one_side_judged_is_shown_and_not_compared() -> None:
    (only_record,) = items.verdicts(RECORD, [verdict("CR")], [])
    (only_simulation,) = items.verdicts(RECORD, [], [verdict("CR")])
    assert only_record.agree is only_simulation.agree is None
    assert only_record.simulation["category"] == "none"
    assert only_simulation.record["category"] == "not recorded"


def test_parameters_show_prior_value_and_shift() -> None:
    population = ParameterSet({n: Parameter(n, 2.0, "1/day", 0.3, "lognormal") for n in ("a", "b")})
    empty = np.array([])
    fit = Fit(("a",), np.array([1.5]), {"a": 3.1}, 0.0, 2.25, np.array([0.2]), 3, True, 0.0, (), empty)
    found = items.parameters(population, population.updated({"a": 3.1}, "fit", "fitted"), fit)
    assert [(p.name, p.prior, p.value, p.layer, p.kind, p.shift) for p in found] == [
        ("a", 2.0, 3.1, "fit", "fitted", 1.5), ("b", 2.0, 2.0, "model", "assumed", None),
    ]  # fmt: skip


def test_curves_hold_fit_and_quantiles_of_those_who_were_solved() -> None:
    prior = solved([*(float(k) for k in range(101)), 7.0], failed=101)
    found = items.curves(solved([5.0]), prior, np.array([2.0, 9.0]), ("wbc", "anc"))
    assert found.days == (2.0, 9.0)
    assert found.fitted["wbc"] == (5.0, 5.0)
    assert (found.low["anc"][0], found.median["anc"][0], found.high["anc"][0]) == pytest.approx((5.0, 50.0, 95.0))
    assert found.units == {"wbc": "1e9/L", "anc": "1e9/L"}
