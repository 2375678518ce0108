"""Response by the European LeukemiaNet of 2024: CR, CRi, MLFS, PR, failure; limits strict, MRD goes before morphology.

Order of rules, as the table's rows overlap: CR, then CRi, then MLFS; so MLFS is left for a marrow free of leukaemia
under red-cell transfusions, which CR and CRi exclude. CR prints ``>`` and CRi ``<``: neutrophils of exactly 1.0 or
platelets of exactly 100 x10^9/L are in neither, a gap reported as ``boundary``.

MRD of nucleated cells decides where it is available: below 1 % a PR is a CR, at 1 % or more nothing but failure is left
(after a remission: relapse). Without a level none is asked for. A share of B cells is no such level, nor is a negative
result without a sensitivity, which never turns a PR into a CR.

PR belongs to phase 1 and 2 trials. The table has no row for relapse; disease after a remission is called so, unless MRD
below 1 % makes it a CR: the override goes before, and the fall that PR asks for has been reached by then.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.logic import Truth, all_of, any_of, compare, known, negate
from trimer.criteria.response import rows
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import BASELINE, BOUNDARY, NONE, REMISSION, Definition
from trimer.criteria.response.facts import RED_CELLS, Met, Scene, branch, marrow
from trimer.criteria.threshold import Threshold, describe
from trimer.criteria.verdict import Subject, Verdict

LABEL = "ELN 2024"
SUBJECT: Subject = "response"
CITATION = "Gökbuget N et al. Blood 2024;143:1891-1902 (European LeukemiaNet), response table (last page recalled)"

_SEEN = "Gökbuget N et al. Blood 2024;143:1891-1902 (ELN), response table"
_LOST = "the table has no row for relapse; a marrow that no longer meets CR, after one that did, is taken as relapse"

THRESHOLDS: dict[str, Threshold] = {
    "blasts": Threshold("marrow_blast_percent", "<", 5.0, "%", "CR, CRi, MLFS", "seen", _SEEN),
    **rows.counts("cr", ">", 1.0, 100.0, "CR, PR", "seen", _SEEN),
    **rows.counts("cri", "<", 1.0, 100.0, "CRi", "seen", _SEEN),
    "mrd_limit": Threshold(
        "mrd_marrow", "<", 0.01, "fraction", "CR, CRi, MLFS, if available; turns PR into CR", "seen", _SEEN,
        "of nucleated cells; a negative result without a sensitivity bounds nothing",
    ),
    "mrd_relapse": Threshold("mrd_marrow", ">=", 0.01, "fraction", "relapse after CR", "assumed", _LOST),
    **rows.no_disease(rows.NOT_PRINTED, "the table prints no extramedullary disease"),
    "relapse_blasts": Threshold("marrow_blast_percent", ">=", 5.0, "%", "relapse after CR", "assumed", _LOST),
    "pr_low": Threshold("marrow_blast_percent", ">=", 5.0, "%", "PR", "seen", _SEEN),
    **rows.partial("seen", _SEEN, "phase 1 and 2 trials only"),
    **rows.RESIDUAL,
}  # fmt: skip

ORDER = ("CR", BOUNDARY, "CRi", "MLFS", "PR", "failure", "relapse")
"""Best first; ``relapse`` is reached only after a remission."""


def _rules(met: Met, free: Truth, state: str) -> tuple[str, ...]:
    """Return the categories left open."""
    enough, short = all_of(met["cr_anc"], met["cr_platelets"]), any_of(met["cri_anc"], met["cri_platelets"])
    healthy = (
        ("CR", all_of(met["red_cells"], enough)),
        ("CRi", all_of(met["red_cells"], short)),
        (BOUNDARY, all_of(met["red_cells"], negate(enough), negate(short))),
        ("MLFS", negate(met["red_cells"])),
    )
    reduced = all_of(met["pr_low"], met["pr_blasts"], any_of(state == REMISSION, met["pr_fall"]))
    partial = all_of(reduced, enough, met["blood"], met["extramedullary"])
    back = (("CR", all_of(partial, met["mrd_shown"])), ("relapse", True))
    treated = (
        ("CR", all_of(partial, met["mrd_shown"])),
        ("PR", all_of(partial, met["mrd_limit"])),
        ("failure", True),
    )
    return branch(free, healthy, back if state == REMISSION else treated)


def _remark(scene: Scene, category: str) -> str:
    """Return what goes with a category: gap, override by MRD, a share of B cells that was not compared."""
    if category == BOUNDARY:
        return "a count equals its limit, which CR (>) and CRi (<) both leave out"
    share, level = scene.visit.get("b_lineage_blast_percent"), scene.visit.get("mrd_marrow")
    if share is None or not known(share) or share.source == "simulated" or known(level):
        blasts = marrow(scene.visit)
        by_mrd = category == "CR" and compare(blasts, ">=", THRESHOLDS["pr_low"].value)
        return "PR by morphology, CR because MRD is below 1 %" if by_mrd else ""
    naive = "; read naively it would be failure" if compare(share, ">=", 1.0) else ""
    told = "such a share" if category in ORDER[:3] else f"{describe(share)} of {share.denominator or 'B cells'}"
    return f"{told} is never compared with 1 %{naive}"


_COUNTS = ("cr_anc", "cr_platelets")
_SET = Definition(
    name="eln_2024",
    order=ORDER,
    thresholds=THRESHOLDS,
    free=("blasts", "blood", "extramedullary", "mrd_limit"),
    rules=_rules,
    after={
        **dict.fromkeys(("CR", BOUNDARY, "CRi"), REMISSION),
        **dict.fromkeys((BASELINE, "PR", "failure", "relapse"), NONE),
    },
    says={"remission": ("CR", BOUNDARY, "CRi", "MLFS"), "relapse": ("relapse",), "refractory": ("failure", "PR")},
    shows={
        "CR": _COUNTS,
        BOUNDARY: (*_COUNTS, "cri_anc", "cri_platelets"),
        "CRi": ("cri_anc", "cri_platelets"),
        "MLFS": _COUNTS,
        "PR": ("pr_low", "pr_blasts", "pr_fall", *_COUNTS),
        "relapse": ("relapse_blasts", "circulating", "outside", "mrd_relapse"),
    },
    active=("failure", "PR"),
    conditions={"red_cells": RED_CELLS},
    remark=_remark,
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge response at every assessment of a course, in time order.

    Parameters
    ----------
    course : Course
        Recorded or simulated; reads blasts in marrow, blood and outside, ``anc``, ``platelets``, ``mrd_marrow`` and
        ``red_cell_transfusion``. A share of B cells counts only once converted
        (:func:`trimer.criteria.denominators.converted`).

    Returns
    -------
    tuple of Verdict
    """
    return assess(_SET, course)
