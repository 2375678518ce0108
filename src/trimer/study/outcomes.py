"""What becomes of subjects under a plan of treatment: their course, and the outcomes by which plans are compared.

Subject *i* is the same in every plan, so that plans are compared subject by subject.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trimer.engine.solution import Status
from trimer.engine.solve import solve
from trimer.errors import InputError
from trimer.study.given import Given, given
from trimer.study.outcome_values import VISITS, Judging, judged
from trimer.study.outcomes_table import OUTCOMES, Outcome
from trimer.study.plan import plan_of, problem_of
from trimer.study.scenario import Scenario
from trimer.study.subjects import Subjects
from trimer.study.trial import treat
from trimer.study.trial.treat import CLOSE, CLOSELY, Treated
from trimer.therapy.protocol import Protocol
from trimer.therapy.regimen import Regimen

__all__ = ["DAYS", "OUTCOMES", "OUTPUTS", "Outcome", "Outcomes", "course", "course_times", "outcomes"]

Array = NDArray[np.float64]
DAYS = 365.0  # usual horizon
OUTPUTS = (*treat.OUTPUTS, "il6", "csf_blasts", "t_cells_marrow")
"""What is read of a course: all that outcomes are judged by, and T cells of the marrow."""
LATER = 1.0  # day between readings after the first eight weeks
LONGEST = 36525.0  # days


@dataclass(frozen=True)
class Outcomes:
    """Hold what became of subjects under one plan.

    Attributes
    ----------
    treatment : str
        Name of the protocol or regimen; ``"nothing"`` for none.
    days : float, day
        Horizon.
    status : array of int, shape (n,)
        0: solved; otherwise a value of :class:`trimer.engine.solution.Status`.
    values : dict of str to array, shape (n,)
        By name of :data:`OUTCOMES`; NaN where not known, and for days of what did not happen.
    treated : Treated
        Their course.
    """

    treatment: str
    days: float
    status: NDArray[np.int64]
    values: dict[str, Array]
    treated: Treated


def course_times(days: float) -> Array:
    """Return when a course is read: every 6 h for eight weeks, then daily, at every visit, and on the last day.

    Raises
    ------
    InputError
        When the last day is no time above zero.
    """
    if not (math.isfinite(days) and 0.0 < days <= LONGEST):
        raise InputError("days", f"{days:g}", f"a time above zero, at most {LONGEST:g} days")
    dense, later = np.arange(0.0, min(CLOSE, days), CLOSELY), np.arange(min(CLOSE, days), days, LATER)
    return np.unique(np.concatenate([dense, later, np.arange(0.0, days, VISITS), [days]]))


def course(
    subjects: Subjects,
    plan: Scenario,
    days: float,
    *,
    outputs: Iterable[str] = OUTPUTS,
    rtol: float = treat.RTOL,
    threads: int | None = None,
) -> Treated:
    """Return the course of subjects under a plan.

    Parameters
    ----------
    subjects : Subjects
    plan : Scenario
        Of :func:`trimer.study.plan.plan_of`; give it what the subjects still have in their body.
    days : float, day
        The last day.
    outputs : iterable of str
        Observables or states of the plan's model.
    rtol : float
        Relative tolerance.
    threads : int, optional

    Returns
    -------
    Treated
        What is read on day 0 comes before anything given takes effect. ``starts`` and ``cycles`` count doses of
        engagers and CAR-T cells, ``doses`` those of engagers alone. A subject who could not be solved has a status and
        values that are NaN.

    Raises
    ------
    InputError
        When the last day is no time, or the plan's model lacks a drug that somebody still has in his body.
    SolveError
        When an output is unknown.
    """
    times, wanted = course_times(days), tuple(outputs)
    solution = solve(problem_of(subjects, plan, times, wanted, rtol), "cpu", threads)
    at = np.searchsorted(solution.times, times - 1e-9)
    at[0] = 0  # premedication and the first doses come before what is read there
    values = {name: solution[name][:, at] for name in wanted}
    status = solution.status.copy()
    lost = np.logical_or.reduce([np.isnan(x).any(axis=1) for x in values.values()], axis=0)
    status[lost & (status == 0)] = int(Status.NOT_FINITE)
    return Treated.of(times, values, status, [_cycled(g) for g in given(solution, plan)])


def _cycled(found: Given) -> Given:
    """Return what was given without the cycles of a treatment that has neither engager nor CAR-T cells."""
    return found if len(found.starts) else replace(found, cycles=np.empty(0))


def outcomes(
    subjects: Subjects,
    treatment: str | Path | Protocol | Regimen | None,
    days: float = DAYS,
    *,
    scale: str = "astct_2019_crs",
    response: str = "amg",
    outputs: Iterable[str] = OUTPUTS,
    threads: int | None = None,
) -> Outcomes:
    """Return the outcomes of subjects under a treatment by a horizon.

    Everybody is assessed on day 0 and every 14 days, whatever the plan, by the criteria themselves.

    Parameters
    ----------
    subjects : Subjects
    treatment : str, Path, Protocol, Regimen or None
        See :func:`trimer.study.plan.plan_of`.
    days : float, day
        Horizon.
    scale, response : str
        Criteria of CRS and of response.
    outputs : iterable of str
        What is kept of the course besides what outcomes are judged by.
    threads : int, optional

    Raises
    ------
    InputError
        When the horizon is no time, or the criteria of response have no complete remission.
    LibraryError, ProtocolError
        When the treatment or a criterion is at fault.
    """
    plan = plan_of(treatment, subjects.size, keep=subjects.remaining())
    treated = course(subjects, plan, days, outputs=dict.fromkeys((*OUTPUTS, *outputs)), threads=threads)
    values = judged(treated, Judging(days, scale, response))
    return Outcomes(plan.treatment, days, treated.status, {name: values[name] for name in OUTCOMES}, treated)
