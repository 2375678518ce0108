"""What a plan comes to, by the criteria: outcomes with their intervals, and the difference to the plan pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from trimer.study.calibrated_range import plan_outside
from trimer.study.outcome_values import Judging, judged
from trimer.study.outcomes import OUTCOMES, OUTPUTS, Outcomes, course
from trimer.study.paired import Estimated, difference, estimate
from trimer.study.research import NOTICE
from trimer.study.scenario import Scenario
from trimer.study.subjects import Subjects
from trimer.study.trial.treat import Treated
from trimer.workbench.asked import Asked, plan_for

DAYS = 180.0
SCALE, RESPONSE = "astct_2019_crs", "amg"
RTOL = 1e-3
PIECE = 50
"""Subjects solved at a time: some 60 ms, which a slider that moves meanwhile waits at most."""
SHOWN = (
    "remission", "mrd_negative", "remission_day", "relapsed", "days_in_remission", "severe_crs", "crs", "crs_day",
    "temperature_max", "il6_max", "holds", "stopped", "drug_amount", "infusion_days", "hospital_days",
    "marrow_blasts_day_15", "marrow_blasts_day_29", "dim_at_end",
)  # fmt: skip


def pieces(question: Asked) -> list[Subjects]:
    """Return the subjects in groups, between which whatever cannot wait takes its turn."""
    subjects = question.subjects
    return [subjects.take(np.arange(i, min(i + PIECE, len(subjects)))) for i in range(0, len(subjects), PIECE)]


def followed(subjects: Subjects, plan: Scenario, days: float) -> Treated:
    """Return the course of some of the subjects under a plan."""
    return course(subjects, plan, days, outputs=OUTPUTS, rtol=RTOL)


def judged_by(found: Treated, plan: Scenario, by: Judging) -> Outcomes:
    """Return what a course comes to, by the criteria.

    Raises
    ------
    InputError, LibraryError, ProtocolError
        When a criterion is at fault.
    """
    values = judged(found, by)
    return Outcomes(plan.treatment, by.days, found.status, {name: values[name] for name in OUTCOMES}, found)


def document(question: Asked, by: Judging, found: Outcomes, pinned: Outcomes | None) -> dict[str, Any]:
    """Return the outcomes of a plan, as the page shows them.

    Parameters
    ----------
    question : Asked
    by : Judging
    found : Outcomes
    pinned : Outcomes, optional
        Of the plan it is compared with, in the same subjects.

    Returns
    -------
    dict
        ``outcomes``: of each its name, label, unit, estimate with a 90 % interval as numbers and as text, and the
        paired difference to the plan pinned.
    """
    return {
        "notice": NOTICE,
        "treatment": found.treatment,
        "against": pinned.treatment if pinned else None,
        "days": question.days,
        "subjects": question.subjects.label,
        "origin": question.subjects.origin,
        "crs": by.scale,
        "response": by.response,
        "outcomes": [_row(name, found, pinned, question) for name in SHOWN],
        "outside": [*plan_outside(question.plan, question.days, found.treated), *question.about],
        "key": question.key,
    }


def outcomes(question: Asked, against: Any = False, scale: str = SCALE, response: str = RESPONSE) -> dict[str, Any]:
    """Return the outcomes of a plan, all at once; see :func:`document`.

    Parameters
    ----------
    question : Asked
    against : None, str or mapping
        The plan pinned, as a request has it; ``False``: none.
    scale, response : str
        Criteria of CRS and of response.

    Raises
    ------
    InputError, LibraryError, ProtocolError
        When a criterion or plan is at fault.
    """
    by = Judging(question.days, scale, response)

    def of(plan: Scenario) -> Outcomes:
        return judged_by(Treated.joined([followed(some, plan, question.days) for some in pieces(question)]), plan, by)

    pinned = None if against is False else of(plan_for(question.subjects, against))
    return document(question, by, of(question.plan), pinned)


def _row(name: str, found: Outcomes, pinned: Outcomes | None, question: Asked) -> Mapping[str, Any]:
    outcome = OUTCOMES[name]
    row = {
        "name": name,
        "label": outcome.label,
        "unit": outcome.unit,
        "kind": outcome.kind,
        "note": outcome.note,
        "better": outcome.better,
        **_plain(estimate(found, name, question.subjects)),
        "difference": None,
    }
    if pinned is not None:
        other = difference(found, pinned, name, question.subjects)
        row["difference"] = _plain(other)
    return row


def _plain(found: Estimated) -> dict[str, Any]:
    return {"text": str(found), **found.to_dict()}
