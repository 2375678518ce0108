"""The power of a trial of a given size: patients of a large virtual trial are drawn again and again, and tested.

Patients of the two arms are drawn apart from each other, as different people enter the arms of a randomised trial,
also where the virtual arms share theirs. A table of several draws of the population's parameters is taken as one mixed
population: for power under one draw, give the rows of that draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trimer.binomial import exact_limits
from trimer.errors import InputError
from trimer.study.scenario import SEED
from trimer.study.simulation import Table
from trimer.study.trial.estimates import Estimate, Floats, log_rank, proportion
from trimer.study.trial.summary import Data, Endpoint, definition, solved


def power(
    table: Table,
    arm: str,
    reference: str,
    endpoint: str,
    n_per_arm: int,
    alpha: float = 0.05,
    repeats: int = 1000,
    seed: int = SEED,
) -> Estimate:
    """Return how often a trial of ``n_per_arm`` patients an arm finds the arms different.

    Shares are compared by Fisher's exact test, times, survival at a month and hazard ratios by the log-rank test of the
    same times; both two-sided.

    Parameters
    ----------
    table : dict of str to array, each of shape (rows,)
        A trial table, large beside ``n_per_arm``.
    arm, reference : str
    endpoint : str
        Its key.
    n_per_arm : int
        Patients who enter; a group such as the responders is as large as it happens to be.
    alpha : float
        Level of the test.
    repeats : int
        Trials drawn; the interval of the answer narrows with it.
    seed : int

    Returns
    -------
    Estimate
        The proportion of trials with p <= alpha, with its exact interval; ``n`` trials, ``events`` of them positive.

    Raises
    ------
    InputError
        When an arm or the endpoint is not known, the arms are the same, the endpoint has no test, or a number is out
        of range.
    """
    one = definition(endpoint)
    if arm == reference:
        raise InputError("reference", repr(reference), "another arm than the one to test")
    _check(n_per_arm, alpha, repeats)
    own, other = _pool(one, table, arm), _pool(one, table, reference)
    streams = _stream(seed, arm), _stream(seed, reference)
    if one.measure.name == "share":
        tables = np.column_stack(
            [_counts(d, n_per_arm, repeats, s) for d, s in zip((own, other), streams, strict=True)]
        )
        p = _fisher(tables)
    elif one.measure.name in ("time", "ratio"):
        drawn = (_draws(d, n_per_arm, repeats, s) for d, s in zip((own, other), streams, strict=True))
        p = np.array([_log_rank(a, b) for a, b in zip(*drawn, strict=True)])
    else:
        raise InputError("endpoint", repr(endpoint), "a proportion, a time or a hazard ratio, which have a test")
    return _answer(endpoint, one, f"{n_per_arm} patients an arm", int((p <= alpha).sum()), repeats)


def single_arm_power(
    table: Table,
    arm: str,
    endpoint: str,
    n: int,
    null: float,
    alpha: float = 0.05,
    repeats: int = 1000,
    seed: int = SEED,
) -> Estimate:
    """Return how often the exact interval of a proportion in a trial of one arm lies above a null rate.

    Parameters
    ----------
    table, arm, endpoint, repeats, seed
        As in `power`; the endpoint is a share of patients.
    n : int
        Patients who enter.
    null : float
        Rate that the lower limit of the two-sided ``1 - alpha`` interval has to exceed.
    alpha : float

    Returns
    -------
    Estimate
        As in `power`.

    Raises
    ------
    InputError
        As in `power`, or when the null rate is not below 1.
    """
    one = definition(endpoint)
    if one.measure.name != "share":
        raise InputError("endpoint", repr(endpoint), "a share of patients, which has an exact interval")
    if not 0.0 <= null < 1.0:
        raise InputError("null rate", f"{null:g}", "a proportion of at least 0 and below 1")
    _check(n, alpha, repeats)
    yes, no = _counts(_pool(one, table, arm), n, repeats, _stream(seed, arm)).T
    low, _ = exact_limits(yes, yes + no, 1.0 - alpha)
    return _answer(endpoint, one, f"{n} patients", int((low > null).sum()), repeats)


def _check(n: int, alpha: float, repeats: int) -> None:
    if n < 1 or repeats < 1:
        where, found = ("repeats", repeats) if n >= 1 else ("patients", n)
        raise InputError(where, str(found), "1 or more")
    if not 0.0 < alpha < 1.0:
        raise InputError("alpha", f"{alpha:g}", "a level between 0 and 1, such as 0.05")


def _pool(one: Endpoint, table: Table, arm: str) -> Data:
    rows = solved(table, arm)
    if not len(rows["status"]):
        raise InputError("arm", f"{arm!r}, none of whose patients was solved", "patients to draw from")
    return one.of(rows)


def _stream(seed: int, arm: str) -> np.random.Generator:
    """Return an arm's stream of random numbers, a function of seed and name alone."""
    word = int.from_bytes(hashlib.sha256(f"power: {arm}".encode()).digest()[:8], "little")
    return np.random.Generator(np.random.Philox(key=np.array([seed & (2**64 - 1), word], dtype=np.uint64)))


def _counts(data: Data, n: int, repeats: int, stream: np.random.Generator) -> NDArray[np.int64]:
    """Return yes and no of each trial, shape (repeats, 2).

    Drawing patients with replacement and counting is a multinomial draw of yes, no and not counted.
    """
    outcome = data[0]
    shares = [float((outcome == 1.0).mean()), float((outcome == 0.0).mean())]
    return stream.multinomial(n, [*shares, max(0.0, 1.0 - sum(shares))], size=repeats)[:, :2]


def _draws(data: Data, n: int, repeats: int, stream: np.random.Generator) -> Iterator[Data]:
    """Yield times and events of the patients counted in each trial; the order of the table's rows does not matter."""
    times, events = (a[np.lexsort((data[1], data[0]))] for a in data)
    for _ in range(repeats):
        drawn = stream.integers(len(times), size=n)
        counted = drawn[~np.isnan(times[drawn])]
        yield times[counted], events[counted]


def _log_rank(own: Data, other: Data) -> float:
    arm = np.repeat([1, 0], [len(own[0]), len(other[0])])
    return log_rank(np.concatenate([own[0], other[0]]), np.concatenate([own[1], other[1]]), arm)[1]


def _fisher(tables: NDArray[np.int64]) -> Floats:
    """Return Fisher's p of each row (yes, no, yes, no); equal rows, of which there are many, are worked out once."""
    from scipy.stats import fisher_exact

    rows, which = np.unique(tables, axis=0, return_inverse=True)
    found = np.array([float(fisher_exact(row.reshape(2, 2)).pvalue) for row in rows])
    return found[which]


def _answer(key: str, one: Endpoint, size: str, positive: int, repeats: int) -> Estimate:
    return replace(proportion(positive, repeats), key=key, label=f"power: {one.label}", group=size)
