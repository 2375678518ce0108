"""What draws foretell: scores and intervals as their definitions say, states that lose nothing at a decision."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import norm
from twin_sample import segment

from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.study.likelihood import ERRORS, Datum, residual
from trimer.study.outcomes import course
from trimer.study.recorded_plan import recorded_plan
from trimer.study.twin import predict
from trimer.study.twin.posterior import Posterior
from trimer.study.twin.predict import bounds, courses, covered, crps, measured, reported, states_at
from trimer.study.twin.run import Twin
from trimer.study.twin.target import RTOL

Array = NDArray[np.float64]
INF = math.inf
BEFORE, MIDST, AFTER = 392.5, 399.25, 440.0  # days of the record: untreated, in the first infusion, after it


def datum(observable: str, low: float, high: float | None = None) -> Datum:
    return Datum("e", observable, 0.0, low, low if high is None else high)


@cache
def draws() -> Array:
    """Points near the typical patient that stand in for a posterior."""
    return 0.4 * np.random.default_rng(8).standard_normal((6, len(segment().prior.names)))


@cache
def twin() -> Twin:
    names = segment().prior.names
    return Twin(segment(), Posterior(names, draws().reshape(2, 3, -1), np.zeros((2, 3))), {}, {"seed": 5})


# ---- scores


@pytest.mark.parametrize(("mean", "sd", "seen"), [(0.0, 1.0, 0.3), (37.0, 0.4, 39.3), (2.0, 3.0, -1.0)])
def test_the_score_of_a_normal_forecast_is_that_in_closed_form(mean: float, sd: float, seen: float) -> None:
    """Gneiting & Raftery 2007, eq. 5 in Gneiting et al. 2005."""
    z = (seen - mean) / sd
    wanted = sd * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * norm.pdf(z) - math.pi**-0.5)
    found = crps(np.random.default_rng(3).normal(mean, sd, 40000), seen)
    assert found == pytest.approx(wanted, rel=0.03)


def test_the_score_is_that_of_all_pairs() -> None:
    x = np.random.default_rng(3).gamma(2.0, 1.0, 41)
    apart = np.abs(x[:, None] - x[None, :])
    wanted = np.abs(x - 1.7).mean() - apart.sum() / (41 * 40) / 2.0
    assert crps(x, 1.7) == pytest.approx(wanted, rel=1e-12)


def test_the_score_of_one_value_is_its_error() -> None:
    assert crps(np.full(10, 3.0), 5.0) == pytest.approx(2.0)


# ---- intervals


def test_a_value_is_covered_by_the_central_interval() -> None:
    x = np.linspace(0.0, 100.0, 1001)
    for seen, wanted in ((4.9, False), (5.1, True), (94.9, True), (95.1, False)):
        assert covered(datum("wbc", seen), x) is wanted
    assert covered(datum("wbc", 4.9), x, 0.95)


def test_an_interval_is_covered_when_the_central_interval_reaches_into_it() -> None:
    x = np.linspace(0.0, 100.0, 1001)
    assert covered(datum("wbc", 94.0, 200.0), x)
    assert not covered(datum("wbc", 96.0, 200.0), x)
    assert covered(datum("wbc", -INF, 6.0), x)
    assert not covered(datum("wbc", -INF, 4.0), x)
    assert covered(datum("wbc", 1.0, INF), x)


def test_a_class_is_the_whole_part_of_a_severity() -> None:
    assert bounds(datum("hypotension", 2.0, 3.0)) == (2.0, 4.0)
    assert bounds(datum("hypotension", 2.0)) == (2.0, 3.0)
    assert bounds(datum("hypotension", 1.0, INF)) == (1.0, INF)
    assert bounds(datum("platelets", 100.0, 200.0)) == (100.0, 200.0)
    assert covered(datum("hypotension", 2.0), np.full(9, 2.9))


# ---- measurement


@pytest.mark.parametrize(
    ("observable", "value"),
    [("temperature", 38.2), ("platelets", 90.0), ("marrow_blast_percent", 40.0), ("haemoglobin", 9.0)],
)
def test_what_would_be_measured_has_the_errors_of_the_likelihood(observable: str, value: float) -> None:
    """The residuals of measurements of a value against it are normal, as wide as the scale of the errors."""
    random = np.random.default_rng(2)
    found = measured(datum(observable, value), np.full(20000, value), random, 1.5)
    against = residual(datum(observable, value), found)
    assert against.mean() == pytest.approx(0.0, abs=0.05)
    assert against.std() == pytest.approx(1.5, rel=0.02)


def test_measurements_stay_where_a_quantity_can_be() -> None:
    random = np.random.default_rng(2)
    for observable, value in (("blood_blast_percent", 2.0), ("marrow_blast_percent", 0.0), ("cd19_dim_percent", 99.0)):
        found = measured(datum(observable, 50.0), np.full(1000, value), random, 1.5)
        assert (found >= 0.0).all()
        assert (found <= 100.0).all()
    counts = measured(datum("wbc", 1.0), np.zeros(1000), random, 1.5)
    assert (counts > 0.0).all()
    assert np.median(counts) == pytest.approx(ERRORS["wbc"].floor, rel=0.1)


# ---- courses and states


def test_courses_are_the_record_treatment_in_each_draw() -> None:
    times = np.array([BEFORE, 395.0, AFTER])
    found = courses(segment(), draws()[:2], times, ("marrow_blast_percent", "temperature"))
    for i in range(2):
        values = {name: float(x[0]) for name, x in segment().prior.columns(draws()[i : i + 1]).items()}
        alone = solve(segment().assembly.problem([values], times, ("temperature",), 1e-7))
        at = [int(np.searchsorted(alone.times, t - 1e-9)) for t in times]
        mine = [found.at("temperature", t)[i] for t in times]
        assert mine == pytest.approx(alone["temperature"][0, at], rel=1e-3)


@pytest.mark.parametrize("day", [BEFORE, MIDST, AFTER])
def test_states_at_a_day_are_those_the_course_goes_through(day: float) -> None:
    found = states_at(segment(), draws(), day)
    names = segment().assembly.system.states
    assert tuple(found) == names
    whole = solve(segment().assembly.batch(segment().prior.columns(draws()), [day, day + 30.0], names, RTOL), "cpu")
    at = int(np.searchsorted(whole.times, day - 1e-9))
    for name in names:
        scale = np.abs(whole[name]).max()
        assert found[name] == pytest.approx(whole[name][:, at], rel=5e-3, abs=1e-6 * scale + 1e-9), name


def test_what_is_given_on_the_day_of_a_decision_is_not_given_yet() -> None:
    start = next(a.start for a in segment().administrations if a.drug == "blinatumomab")
    assert (states_at(segment(), draws(), start)["blinatumomab_central"] == 0.0).all()
    assert (states_at(segment(), draws(), start + 1.0)["blinatumomab_central"] > 0.0).all()


@pytest.mark.parametrize("day", [100.0, 329.0, 5000.0])
def test_a_decision_outside_the_record_is_refused(day: float) -> None:
    with pytest.raises(InputError, match="2014-12-09 to 2016-0"):
        states_at(segment(), draws(), day)


def test_subjects_are_draws_in_their_states_at_a_decision() -> None:
    found = twin().subjects("e26", 4)
    assert (len(found), found.origin, found.seed) == (4, "posterior", 5)
    assert found.label == "linder2016 at 2015-02-21, 4 posterior draws, record known until 2015-03-20"
    own = segment().prior.columns(twin().posterior.draws(4))
    assert np.array_equal(found.columns["k_kill"], own["k_kill"])
    assert np.ptp(found.columns["dexamethasone_CL"]) == 0.0, "as it was while the twin was fitted"
    assert found.states["blinatumomab_central"].min() > 0.0, "the lower dose ran until the step"
    first = twin().subjects(None, 4)
    assert first.label.startswith("linder2016 at 2015-02-10")
    assert (first.states["blinatumomab_central"] == 0.0).all()


@pytest.mark.parametrize(
    "day", [pytest.param(BEFORE, marks=pytest.mark.slow), MIDST, pytest.param(AFTER, marks=pytest.mark.slow)]
)
def test_under_what_was_given_afterwards_they_go_on_as_recorded(day: float) -> None:
    """Cut at a decision and gone on with by the recorded remainder, a course is the one that was never cut."""
    subjects = twin().subjects(day, 6)
    z = twin().posterior.draws(6)
    plan = recorded_plan(segment().setting, day, subjects.remaining())
    outputs = ("marrow_blast_percent", "platelets", "temperature", "t_cells_blood", "il6")
    found = course(subjects, plan, 45.0, outputs=outputs)
    later = np.arange(3.0, 46.0, 7.0)
    whole = courses(segment(), z, day + later, outputs)
    assert (found.status == 0).all()
    for name in outputs:
        mine = found.values[name][:, np.searchsorted(found.times, later - 1e-9)]
        floor = 1e-3 if name == "marrow_blast_percent" else 1e-6
        wanted = np.column_stack([whole.at(name, day + x) for x in later])
        assert mine == pytest.approx(wanted, rel=0.01, abs=floor), name


def test_what_is_reported_is_every_datum_and_the_course_month_by_month() -> None:
    posterior = twin().posterior
    found = reported(segment(), Posterior(posterior.names, np.repeat(posterior.paths, 4, axis=1), np.zeros((2, 12))))
    date = segment().setting.record.date
    for d in segment().data:
        assert f"{d.observable} on {date(d.day).isoformat()}" in found
    months = [n for n in found if n.startswith("t_cells_blood on")]
    assert len(months) == len(predict.monthly(segment()))
    assert len(months) > 12
