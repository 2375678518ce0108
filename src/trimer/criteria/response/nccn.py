"""Response as the NCCN guideline for ALL words it, from memory: CR, CRi, refractory, PD, relapse over 5 %.

CR prints blasts below 5 % and relapse above 5 %: exactly 5.0 % after a remission is in neither, a gap reported as
``boundary``, as is a marrow without blasts whose cell lines are not all there. CR must last four weeks: until a later
assessment shows it, it is pending. Refractory is the failure to reach CR, judged at every assessment, as records do not
say which is the end of induction.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.logic import Truth, all_of, any_of, negate
from trimer.criteria.response import rows
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import BASELINE, BOUNDARY, NONE, REMISSION, Definition
from trimer.criteria.response.facts import TRILINEAGE, Met, Scene, branch, progressed
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "NCCN, acute lymphoblastic leukaemia"
SUBJECT: Subject = "response"
CITATION = "NCCN Guidelines, Acute Lymphoblastic Leukemia, response criteria page (about 2024, recalled)"

_RECALLED = "NCCN Guidelines, Acute Lymphoblastic Leukemia, response criteria page"

THRESHOLDS: dict[str, Threshold] = {
    "blasts": Threshold("marrow_blast_percent", "<", 5.0, "%", "CR, CRi", "recalled", _RECALLED),
    **rows.counts("cr", ">", 1.0, 100.0, "CR", "recalled", _RECALLED),
    **rows.no_disease(
        "the page prints no circulating blasts (recalled)", "the page prints no extramedullary disease (recalled)"
    ),
    "relapse_blasts": Threshold("marrow_blast_percent", ">", 5.0, "%", "relapse after CR", "recalled", _RECALLED),
    **rows.rises("recalled", _RECALLED),
    **rows.RESIDUAL,
}

ORDER = ("CR", "CRi", BOUNDARY, "refractory", "PD", "relapse")
"""Best first; ``boundary`` and ``relapse`` are reached only after a remission."""
WEEKS = 4.0


def _rules(met: Met, free: Truth, state: str) -> tuple[str, ...]:
    """Return the categories left open."""
    counts = all_of(met["cr_anc"], met["cr_platelets"])
    back = any_of(met["relapse_blasts"], met["circulating"], met["outside"])
    after = (("relapse", back), (BOUNDARY, True))
    otherwise = after if state == REMISSION else (("PD", progressed(met)), ("refractory", True))
    healthy = (("CR", all_of(met["trilineage"], counts)), ("CRi", all_of(met["trilineage"], negate(counts))))
    return branch(free, (*healthy, *otherwise), otherwise)


def _remark(scene: Scene, category: str) -> str:
    """Return what the gap is."""
    return "after a remission, neither CR (below 5 %) nor relapse (above 5 %)" if category == BOUNDARY else ""


_COUNTS = ("cr_anc", "cr_platelets")
_SET = Definition(
    name="nccn",
    order=ORDER,
    thresholds=THRESHOLDS,
    free=("blasts", "blood", "extramedullary"),
    rules=_rules,
    after={
        **dict.fromkeys(("CR", "CRi"), REMISSION),
        **dict.fromkeys((BASELINE, "refractory", "PD", "relapse"), NONE),
    },
    says={"remission": ("CR", "CRi"), "relapse": ("relapse",), "refractory": ("refractory", "PD")},
    shows={
        "CR": _COUNTS,
        "CRi": _COUNTS,
        BOUNDARY: ("blasts", "relapse_blasts"),
        "relapse": ("relapse_blasts", "circulating", "outside"),
    },
    active=("refractory", "PD"),
    rises=("pd_marrow", "pd_blood", "pd_outside"),
    conditions={"trilineage": TRILINEAGE},
    lasting=7.0 * WEEKS,
    remark=_remark,
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge response at every assessment of a course, in time order.

    Parameters
    ----------
    course : Course
        Recorded or simulated; reads blasts in marrow, blood and outside, ``anc``, ``platelets`` and
        ``trilineage_haematopoiesis``.

    Returns
    -------
    tuple of Verdict
    """
    return assess(_SET, course)
