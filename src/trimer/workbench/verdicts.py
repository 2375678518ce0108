"""What a plan comes to, by the criteria: outcomes with their intervals, and the difference to the plan pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trimer.study.calibrated_range import plan_outside
from trimer.study.outcome_values import Judging, judged
from trimer.study.outcomes import OUTCOMES, OUTPUTS, Outcomes, course
from trimer.study.paired import Estimated, difference, estimate
from trimer.study.research import NOTICE
from trimer.study.scenario import Scenario
from trimer.workbench.asked import Asked, plan_for

DAYS = 180.0
RTOL = 1e-3
SHOWN = (
    "remission", "mrd_negative", "remission_day", "relapsed", "days_in_remission", "severe_crs", "crs", "crs_day",
    "temperature_max", "il6_max", "holds", "stopped", "drug_amount", "infusion_days", "hospital_days",
    "marrow_blasts_day_15", "marrow_blasts_day_29", "dim_at_end",
)  # fmt: skip


def outcomes(question: Asked, against: Any, scale: str, response: str) -> dict[str, Any]:
    """Return the outcomes of a plan.

    Parameters
    ----------
    question : Asked
    against : None, str or mapping
        The plan pinned, as a request has it; ``False``: none.
    scale, response : str
        Criteria of CRS and of response.

    Returns
    -------
    dict
        ``outcomes``: of each its name, label, unit, estimate with a 90 % interval as numbers and as text, and the
        paired difference to the plan pinned.

    Raises
    ------
    InputError, LibraryError, ProtocolError
        When a criterion or plan is at fault.
    """
    by = Judging(question.days, scale, response)
    found = _outcomes(question, question.plan, by)
    pinned = None if against is False else _outcomes(question, plan_for(question.subjects, against), by)
    return {
        "notice": NOTICE,
        "treatment": found.treatment,
        "against": pinned.treatment if pinned else None,
        "days": question.days,
        "subjects": question.subjects.label,
        "origin": question.subjects.origin,
        "crs": scale,
        "response": response,
        "outcomes": [_row(name, found, pinned, question) for name in SHOWN],
        "outside": [*plan_outside(question.plan, question.days, found.treated), *question.about],
        "key": question.key,
    }


def _outcomes(question: Asked, plan: Scenario, by: Judging) -> Outcomes:
    treated = course(question.subjects, plan, question.days, outputs=OUTPUTS, rtol=RTOL)
    values = judged(treated, by)
    return Outcomes(plan.treatment, question.days, treated.status, {name: values[name] for name in OUTCOMES}, treated)


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
