"""Toxicity of thousands of simulated patients: CRS, fever and low neutrophils, graded as the criteria grade records.

Grades of CRS are looked up in the table that the scale itself filled (:mod:`trimer.study.grades`); limits of fever and
of neutrophils are read from the criteria's own rows. A grade of -1 is not known: the patient was not solved, or no
value was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trimer.criteria import criterion
from trimer.criteria.counts.ctcae import adverse
from trimer.engine.rules import SAME
from trimer.errors import InputError
from trimer.study.grades import crs_lookup
from trimer.study.trial.response import meets
from trimer.therapy.protocol import Certainty

Floats = NDArray[np.float64]
Grades = NDArray[np.int8]

NEAR = 3.0
"""Days after the start of an infusion, or a step of its rate, within which CRS is counted as near to it (assumed)."""
UNKNOWN = -1
"""Grade that is not known."""

_NEUTROPENIA = "ctcae_v5_anc"
_GRADES = range(1, 5)


def crs_grades(
    scale: str, temperature: ArrayLike, hypotension: ArrayLike, hypoxia: ArrayLike, certainty: Certainty = "lowest"
) -> Grades:
    """Return the grade of CRS at moments under an engager.

    Each moment is graded by itself: that fever is no longer asked for once tocilizumab or a steroid masks it (ASTCT
    2019), and that a response was prompt or the infusion held (CTCAE v4.0), are no part of it.

    Parameters
    ----------
    scale : str
        Criterion of CRS, e.g. ``"astct_2019_crs"``.
    temperature : array, Cel
    hypotension, hypoxia : array, grade 0 to 3
        As the model has them; of one shape, or broadcast.
    certainty : {"lowest", "highest"}, optional
        Which grade counts where the scale asks for more than these signs: what they establish, or what they leave open.

    Returns
    -------
    array of int
        -1 where a sign is not known.

    Raises
    ------
    ProtocolError
        When there is no such criterion, or it grades no CRS; the nearest that does is given.
    """
    found = crs_lookup("crs_grade", scale, certainty)
    signs = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (temperature, hypotension, hypoxia)))
    cell, known = np.zeros(signs[0].shape, dtype=np.int8), np.ones(signs[0].shape, dtype=bool)
    for edges, x in zip(found.edges, signs, strict=True):
        cell *= len(edges) + 1
        for edge in edges:
            cell += x >= edge
        known &= ~np.isnan(x)
    return np.where(known, np.array(found.table, dtype=np.int8)[cell], UNKNOWN).astype(np.int8)


def reported(grades: ArrayLike, reported_from: int) -> Grades:
    """Return the grades that a trial reports: those below ``reported_from`` as 0, unknown ones as they are."""
    found = np.asarray(grades, dtype=np.int8)
    return np.where((found < reported_from) & (found != UNKNOWN), 0, found).astype(np.int8)


def worst(grades: ArrayLike) -> Grades:
    """Return the worst known grade along the last axis (times); -1 where none is known."""
    highest: Grades = np.asarray(grades, dtype=np.int8).max(axis=-1, initial=UNKNOWN)
    return highest


def first_day(times: ArrayLike, happened: ArrayLike) -> Floats:
    """Return the first time at which something happened, NaN where it never did.

    Parameters
    ----------
    times : array, shape (n_times,) or (n_patients, n_times), day
        Increasing.
    happened : array of bool, shape (n_patients, n_times)
        E.g. ``reported(grades, 1) > 0``.

    Returns
    -------
    array, shape (n_patients,), day
    """
    shown = np.asarray(happened, dtype=bool)
    days = np.where(shown, np.asarray(times, dtype=float), np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(days), days, np.nan)


def near_start(days: ArrayLike, starts: Sequence[ArrayLike], within: float = NEAR) -> Floats:
    """Return whether something began soon after an infusion was started or stepped up.

    Parameters
    ----------
    days : array, shape (n_patients,), day
        When it began; NaN where it never did.
    starts : sequence of n_patients arrays, day
        Starts, restarts and steps of each patient, in any order.
    within : float, day, optional
        Longest time since the last of them, itself included.

    Returns
    -------
    array, shape (n_patients,)
        1 or 0; NaN where it never began.
    """
    when = np.asarray(days, dtype=float)
    each = [np.asarray(found, dtype=float).ravel() for found in starts]
    if len(each) != len(when):
        raise InputError("starts of infusions", f"{len(each)} patients", f"{len(when)}, as many as there are days")
    patient = np.repeat(np.arange(len(when)), [len(found) for found in each])
    begun = np.concatenate([*each, np.empty(0)])
    before = begun <= when[patient] + SAME
    latest = np.full(len(when), -np.inf)
    np.maximum.at(latest, patient[before], begun[before])
    return np.where(np.isnan(when), np.nan, when - latest <= within + SAME)


def fever(temperature: ArrayLike) -> Floats:
    """Return whether there was a fever (CTCAE v5.0, grade 1) at any time.

    Parameters
    ----------
    temperature : array, shape (..., n_times), Cel

    Returns
    -------
    array, shape (...)
        1 or 0; NaN where no temperature is known.
    """
    row = criterion("ctcae_v5_fever").thresholds["grade_1"]
    known = ~np.isnan(np.asarray(temperature, dtype=float))
    found = meets(temperature, row.relation, row.value).any(axis=-1)
    return np.where(known.any(axis=-1), found.astype(float), np.nan)


def neutropenia_grades(anc: ArrayLike) -> Grades:
    """Return the grade of a neutrophil count by CTCAE v5.0 (v4.03 has the same limits; recalled).

    Parameters
    ----------
    anc : array, 1e9/L

    Returns
    -------
    array of int
        0 where it is not low, -1 where it is not known.
    """
    rows = criterion(_NEUTROPENIA).thresholds
    count = np.asarray(anc, dtype=float)
    grades = np.zeros(count.shape, dtype=np.int8)
    for grade in _GRADES:
        row = rows[f"grade_{grade}"]
        grades += meets(count, row.relation, row.value)
    return np.where(np.isnan(count), UNKNOWN, grades).astype(np.int8)


def newly_arising(anc: ArrayLike, baseline: ArrayLike) -> Grades:
    """Return the worst grade of low neutrophils in treatment where it is worse than before it, else 0.

    Parameters
    ----------
    anc : array, shape (n_patients, n_times), 1e9/L
        In treatment; values that are not known are passed over.
    baseline : array, shape (n_patients,), 1e9/L
        Before treatment.

    Returns
    -------
    array of int, shape (n_patients,)
        -1 where the baseline or every count is unknown.
    """
    before, lowest = neutropenia_grades(baseline), worst(neutropenia_grades(anc))
    found = _adverse()[before, lowest]
    return np.where((before == UNKNOWN) | (lowest == UNKNOWN), UNKNOWN, found).astype(np.int8)


@cache
def _adverse() -> Grades:
    """Return the rule of the adverse event for every grade before (rows) and in treatment, as the criterion has it."""
    return np.array([[adverse(before, lowest) for lowest in range(5)] for before in range(5)], dtype=np.int8)
