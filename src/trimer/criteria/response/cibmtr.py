"""Response as the CIBMTR's manual for reporting forms has it: weak limits, no transfusions, and four weeks of it.

CR must last: until a later assessment shows that, it is pending; one lost sooner is judged as none. A transplant within
those weeks waives it, as the assessment before transplant counts as it stands. CRi is CR without the counts, or under
transfusions. Normal maturation of all cell lines is asked for too; of it only trilineage haematopoiesis is read, and a
marrow said to lack it is CRi at best. The rest is not judged, which every remission says.

The manual's page shows no partial response and no progression; both are read as the NCI workshop defines them.
"""

from __future__ import annotations

import re

from trimer.course import Course, Visit
from trimer.criteria.logic import Truth, all_of
from trimer.criteria.response import rows
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import BASELINE, NONE, REMISSION, Definition
from trimer.criteria.response.facts import PLATELETS, RED_CELLS, TRILINEAGE, Met, branch, progressed
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "CIBMTR"
SUBJECT: Subject = "response"
CITATION = "CIBMTR Forms Instruction Manual, ALL Response Criteria (read in 2026)"

_SEEN = "CIBMTR Forms Instruction Manual, ALL Response Criteria"
_BORROWED = "no such row in the part of the manual that was read; taken as the NCI workshop of 2010 defines it"
_LOST = "no row for relapse in the part of the manual that was read; a marrow that no longer meets CR is taken as one"

THRESHOLDS: dict[str, Threshold] = {
    "blasts": Threshold("marrow_blast_percent", "<", 5.0, "%", "CR, CRi", "seen", _SEEN),
    **rows.counts("cr", ">=", 1.0, 100.0, "CR", "seen", _SEEN),
    **rows.no_disease(rows.NOT_PRINTED, "the manual prints no extramedullary disease"),
    "relapse_blasts": Threshold("marrow_blast_percent", ">=", 5.0, "%", "relapse after CR", "assumed", _LOST),
    **rows.rises("assumed", _BORROWED),
    **rows.partial("assumed", _BORROWED),
    **rows.RESIDUAL,
}

ORDER = ("CR", "CRi", "PR", "no response", "PD", "relapse")
"""Best first; ``relapse`` is reached only after a remission."""
WEEKS = 4.0
_TRANSPLANT = re.compile(r"transplant|\b(allo|auto)?(HSCT|SCT|HCT)\b", re.IGNORECASE)


def _before_transplant(course: Course, visit: Visit) -> bool:
    """Return whether a transplant follows within the weeks that a remission must last."""
    until = visit.day + 7.0 * WEEKS
    procedures = (e for e in course.episodes if e.kind == "procedure" and visit.day <= e.start <= until)
    return any(_TRANSPLANT.search(e.name) for e in procedures)


def _rules(met: Met, free: Truth, state: str) -> tuple[str, ...]:
    """Return the categories left open."""
    complete = all_of(met["cr_anc"], met["cr_platelets"], met["red_cells"], met["platelets"], met["trilineage"])
    active = (("PD", progressed(met)), ("PR", all_of(met["pr_blasts"], met["pr_fall"])), ("no response", True))
    return branch(free, (("CR", complete), ("CRi", True)), (("relapse", True),) if state == REMISSION else active)


_COUNTS = ("cr_anc", "cr_platelets")
_SET = Definition(
    name="cibmtr",
    order=ORDER,
    thresholds=THRESHOLDS,
    free=("blasts", "blood", "extramedullary"),
    rules=_rules,
    after={
        **dict.fromkeys(("CR", "CRi"), REMISSION),
        **dict.fromkeys((BASELINE, "PR", "no response", "PD", "relapse"), NONE),
    },
    says={"remission": ("CR", "CRi"), "relapse": ("relapse",), "refractory": ("no response", "PR", "PD")},
    shows={
        "CR": _COUNTS,
        "CRi": _COUNTS,
        "PR": ("pr_blasts", "pr_fall"),
        "relapse": ("relapse_blasts", "circulating", "outside"),
    },
    active=("no response", "PR", "PD"),
    rises=("pd_marrow", "pd_blood", "pd_outside"),
    conditions={"red_cells": RED_CELLS, "platelets": PLATELETS, "trilineage": TRILINEAGE},
    unjudged=dict.fromkeys(("CR", "CRi"), "normal maturation beyond trilineage haematopoiesis not judged"),
    lasting=7.0 * WEEKS,
    waived=_before_transplant,
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge response at every assessment of a course, in time order.

    Parameters
    ----------
    course : Course
        Recorded or simulated; reads blasts in marrow, blood and outside, ``anc``, ``platelets``,
        ``red_cell_transfusion``, ``platelet_transfusion``, ``trilineage_haematopoiesis``, and transplants among the
        procedures.

    Returns
    -------
    tuple of Verdict
    """
    return assess(_SET, course)
