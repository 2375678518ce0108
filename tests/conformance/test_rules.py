"""Treatment rules: both backends decide alike, and no decision depends on how the batch was run."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from engine_rules_sample import drawn, parting

from trimer.engine.problem import Problem
from trimer.engine.solution import Solution
from trimer.engine.solve import solve, subset

SEEDS = [5, 8, 16, 37]  # rules that take patients of one batch on different ways
EXCUSED = 0.01  # the largest share of patients that a comparison nearer than the solution is exact may part


def compared(seeds: range, patients: int, tolerance: float, *, kept_clocks: bool = False) -> tuple[int, int, int]:
    """Return how many patients were compared, had ties and parted; fail when one without ties parts."""
    tied = parted = 0
    unexcused: list[str] = []
    for seed in seeds:
        problem = drawn(seed, patients, kept_clocks=kept_clocks)
        fast, slow = solve(problem, "cpu", 1), solve(problem, "reference")
        for i in range(patients):
            tie = bool(fast.decisions.ties[i] + slow.decisions.ties[i])
            k = parting(fast, slow, i, tolerance)
            tied, parted = tied + tie, parted + (k is not None)
            if k is not None and not tie:
                unexcused.append(f"seed {seed}, patient {i}: {fast.decisions.of(i)[k : k + 1]} against "
                                 f"{slow.decisions.of(i)[k : k + 1]}")  # fmt: skip
    n = len(seeds) * patients
    print(f"{n} patients compared, {tied} with ties, {parted} parted")
    assert unexcused == []
    assert parted <= EXCUSED * n
    return n, tied, parted


def test_both_backends_decide_alike() -> None:
    compared(range(20), 3, 1e-9)


def test_a_kept_signal_that_runs_as_a_clock_moves_times_no_more_than_the_solution() -> None:
    compared(range(5000, 5010), 2, 1e-4, kept_clocks=True)


@pytest.mark.slow
def test_both_backends_decide_alike_on_a_thousand_protocols() -> None:
    compared(range(10_000, 11_000), 1, 1e-9)


def test_the_sample_tries_what_it_should() -> None:
    """Rules that never fire, or always in the same way, would prove little."""
    found = [solve(drawn(seed, 1), "cpu", 1) for seed in range(200)]
    counts = np.array([s.decisions.count[0] for s in found])
    assert 0.1 < np.mean(counts == 0) < 0.5
    assert np.mean(counts > 20) > 0.3
    off_grid = [t for s in found for t, _ in s.decisions.of(0) if abs(t / 0.05 - round(t / 0.05)) > 1e-6]
    assert len(off_grid) > 20


def same(one: Solution, other: Solution, patients: np.ndarray) -> None:
    """Require the patients of ``other``, in the order given, bit for bit."""
    for a, b in (
        (one.values, other.values), (one.status, other.status), (one.steps, other.steps),
        (one.decisions.count, other.decisions.count), (one.decisions.time, other.decisions.time),
        (one.decisions.rule, other.decisions.rule), (one.decisions.ties, other.decisions.ties),
    ):  # fmt: skip
        np.testing.assert_array_equal(a, b[patients])


@pytest.fixture(scope="module", params=SEEDS)
def batch(request: pytest.FixtureRequest) -> Problem:
    return drawn(request.param, 37)


@pytest.fixture(scope="module")
def answer(batch: Problem) -> Solution:
    found = solve(batch, "cpu", 1)
    assert len({tuple(rules) for rules in found.decisions.rule}) > 20
    return found


def test_neither_order_nor_lane_matters(batch: Problem, answer: Solution) -> None:
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(batch.n_patients)
        same(solve(subset(batch, order.tolist()), "cpu", 1), answer, order)


def test_the_size_of_the_batch_does_not_matter(batch: Problem, answer: Solution) -> None:
    starts = itertools.accumulate((1, 2, 3, 5, 8, 9), initial=0)
    for a, b in itertools.pairwise(starts):
        chosen = np.arange(a, b)
        same(solve(subset(batch, chosen.tolist()), "cpu", 1), answer, chosen)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_matter(batch: Problem, answer: Solution, threads: int) -> None:
    found = solve(batch, "cpu", threads)
    assert found.info["threads"] == threads
    same(found, answer, np.arange(batch.n_patients))


def test_a_repetition_is_the_same(batch: Problem, answer: Solution) -> None:
    same(solve(batch, "cpu", 1), answer, np.arange(batch.n_patients))
