"""The directions a record informs are those of its residuals' curvature, averaged over points."""

from __future__ import annotations

import numpy as np
import pytest
from twin_sample import Banana, line

from trimer.study.twin.subspace import CUT, LEAST, subspace_of


def test_shares_and_directions_of_linear_residuals_are_exact() -> None:
    known = line(40, 5)
    points = np.random.default_rng(1).standard_normal((6, 40))
    found = subspace_of(known.residuals, points)
    slopes = np.linalg.norm(known.matrix, axis=1)[::-1]
    assert found.shares[:5] == pytest.approx(slopes**2 / (1.0 + slopes**2), rel=1e-6)
    assert found.shares[5:] == pytest.approx(np.zeros(35), abs=1e-9)
    assert found.informed.shape == (40, 5)
    own = known.matrix[::-1] / slopes[:, None]
    assert np.abs(own @ found.informed) == pytest.approx(np.eye(5), abs=1e-6)


def test_the_split_is_a_rotation() -> None:
    known = line(12, 3)
    points = np.random.default_rng(1).standard_normal((5, 12))
    found = subspace_of(known.residuals, points)
    whole = np.hstack([found.informed, found.rest])
    assert whole.T @ whole == pytest.approx(np.eye(12), abs=1e-12)


def test_what_little_is_informed_is_left_to_the_prior_but_for_the_best_two() -> None:
    edge = (CUT / (1.0 - CUT)) ** 0.5  # slope of a residual whose share is just what counts

    def residuals(z: np.ndarray) -> np.ndarray:
        return np.column_stack([3.0 * z[:, 0], 3.0 * z[:, 1], 1.1 * edge * z[:, 2], 0.9 * edge * z[:, 3]])

    points = np.random.default_rng(1).standard_normal((3, 6))
    assert subspace_of(residuals, points).informed.shape == (6, 3)
    assert subspace_of(lambda z: 0.0 * residuals(z), points).informed.shape == (6, LEAST)


def test_information_is_the_mean_over_points() -> None:
    """Of a banana, the tangent turns with the point: both of its dimensions are informed, no other."""
    known = Banana(6)
    points = np.zeros((3, 6))
    points[:, 0] = (-1.5, 0.0, 1.5)
    found = subspace_of(known.residuals, points)
    assert found.informed.shape == (6, 2)
    assert np.abs(found.informed[2:]).max() < 1e-6
    shares = []
    for x in points[:, 0]:
        slope = np.array([-2.0 * x - 0.01, 1.0]) / known.width  # of the finite difference
        shares.append(np.outer(slope, slope) / (1.0 + slope @ slope))
    assert found.shares[:2] == pytest.approx(np.sort(np.linalg.eigvalsh(np.mean(shares, axis=0)))[::-1], rel=1e-6)
