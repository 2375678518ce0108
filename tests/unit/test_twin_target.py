"""The density over a patient is the prior's and that of every datum, added up as by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from twin_sample import segment

from trimer.engine.solve import solve
from trimer.study.likelihood import residual
from trimer.study.twin.target import FAR, IMPOSSIBLE, RTOL, Target, observed

Array = NDArray[np.float64]


@cache
def target() -> Target:
    found = segment()
    return Target(found.assembly, found.prior, found.known)


@cache
def points() -> Array:
    return 0.5 * np.random.default_rng(4).standard_normal((4, len(target().prior.names)))


@cache
def by_hand() -> Array:
    """Residuals, datum by datum, of patients simulated one at a time."""
    rows = []
    for z in points():
        values = {name: float(x[0]) for name, x in target().prior.columns(z[None]).items()}
        days = sorted({d.day for d in target().data})
        outputs = tuple({d.observable for d in target().data})
        found = solve(target().assembly.problem([values], days, outputs, RTOL))
        at = dict(zip(found.times.round(6), range(len(found.times)), strict=True))
        rows.append([float(residual(d, found[d.observable][:, at[round(d.day, 6)]])[0]) for d in target().data])
    return np.array(rows)


def test_residuals_are_those_of_each_patient_at_each_datum() -> None:
    assert len(target().data) > 5
    assert target().residuals(points()) == pytest.approx(by_hand(), rel=1e-3, abs=1e-3)


def test_the_likelihood_is_the_sum_over_the_data() -> None:
    assert target().log_likelihood(points()) == pytest.approx(-0.5 * (by_hand() ** 2).sum(axis=1), rel=2e-3)


def test_the_density_adds_the_prior() -> None:
    added = target().log_density(points()) - target().log_likelihood(points())
    assert added == pytest.approx(-0.5 * (points() ** 2).sum(axis=1))


def test_wider_errors_count_less() -> None:
    wide = replace(target(), error_scale=2.0)
    assert wide.log_likelihood(points()) == pytest.approx(target().log_likelihood(points()) / 4.0, rel=1e-9)


def test_a_patient_is_the_same_alone_and_in_company() -> None:
    assert target().log_likelihood(points()[2:3])[0] == target().log_likelihood(points())[2]


def test_nobody_is_looked_for_far_from_the_prior_nor_simulated_there() -> None:
    far = points().copy()
    far[1, 7] = FAR + 0.01
    found = target().log_likelihood(far)
    assert found[1] == IMPOSSIBLE
    assert np.array_equal(np.delete(found, 1), np.delete(target().log_likelihood(points()), 1))
    assert target().log_likelihood(far[1:2]).tolist() == [IMPOSSIBLE]


def test_no_data_say_nothing() -> None:
    none = replace(target(), data=())
    assert none.residuals(points()).shape == (4, 0)
    assert none.log_density(points()) == pytest.approx(-0.5 * (points() ** 2).sum(axis=1))


def test_data_up_to_a_day() -> None:
    assert [d.day for d in observed(segment().data, 395.0)] == [d.day for d in segment().data if d.day <= 395.0]
