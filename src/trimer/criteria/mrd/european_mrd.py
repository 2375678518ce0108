"""MRD by the earlier European consensus: complete response, intermediate, failure from 0.01 % on; in remission only.

Whether the patient is in haematologic remission is read from the response definition of the Amgen trials (CR, CRh or
CRi), because the consensus brings none of its own that would be at hand. Outside remission MRD is not evaluated.
"""

from __future__ import annotations

from dataclasses import replace

from trimer.course import Course
from trimer.criteria.logic import Truth
from trimer.criteria.mrd import levels
from trimer.criteria.mrd.levels import Level, Rules, Scheme
from trimer.criteria.response import amg
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Subject, Support, Verdict

LABEL = "Earlier European MRD consensus"
SUBJECT: Subject = "mrd"
CITATION = (
    "Earlier European MRD consensus as printed in the MRD table of the ASH Self-Assessment Program; believed to be "
    "Br\u00fcggemann M et al. Leukemia 2010;24:521-535 (recalled)"
)

_TABLE = "ASH Self-Assessment Program, table of MRD terms of the European consensus"

THRESHOLDS: dict[str, Threshold] = {
    "failure": Threshold("mrd_marrow", ">=", 1e-4, "fraction", "MRD failure", "seen", _TABLE, "0.01 % itself included"),
    "sensitivity": Threshold(
        "mrd_marrow", "<=", 1e-4, "fraction", "MRD complete response", "seen", _TABLE,
        "printed: a sensitivity of at least 0.01 %", "sensitivity of the assay",
    ),
}  # fmt: skip

COMPLETE, INTERMEDIATE, FAILURE = "MRD complete response", "MRD intermediate", "MRD failure"
OUTSIDE = "not evaluated outside haematologic CR"
ORDER = (COMPLETE, INTERMEDIATE, FAILURE, OUTSIDE)


def _rules(what: Level) -> Rules:
    return (
        (FAILURE, levels.failing(what, THRESHOLDS["failure"])),
        (INTERMEDIATE, what.detected),
        (COMPLETE, THRESHOLDS["sensitivity"].test(what.assay)),
        (INTERMEDIATE, True),
    )


SCHEME = Scheme("european_mrd", ORDER, THRESHOLDS, _rules, THRESHOLDS["sensitivity"].value)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge MRD at every visit that says anything about it, in time order.

    Parameters
    ----------
    course : Course
        Reads ``mrd_marrow``, ``b_lineage_blast_percent``, and what the Amgen definition of remission reads.

    Returns
    -------
    tuple of Verdict
    """
    response = {verdict.visit: verdict for verdict in amg.judge(course)}
    return tuple(_in_remission(verdict, response.get(verdict.visit)) for verdict in levels.judged(course, SCHEME))


def _in_remission(mrd: Verdict, response: Verdict | None) -> Verdict:
    """Return the verdict on MRD where the patient is in remission, and that it is not evaluated where not."""
    remission: Truth = None
    if response is not None and response.category != UNDETERMINED:
        remission = response.category in amg.REMISSIONS
    may = response is None or bool(set(response.possible) & set(amg.REMISSIONS))
    may_not = response is None or not set(response.possible) <= set(amg.REMISSIONS)
    possible = (mrd.possible if may else ()) + ((OUTSIDE,) if may_not else ())
    remission = remission if may else False
    category = {True: mrd.category, False: OUTSIDE, None: UNDETERMINED}[remission]
    stated = response is not None and response.supported_by == "stated conclusion"
    support: Support = "" if category == UNDETERMINED else "stated conclusion" if stated else "measured"
    judged = f"{response.category} by {amg.LABEL}" if response is not None else "response not assessed at this visit"
    gaps = response.missing if response is not None else ("marrow_blast_percent",)
    missing = (mrd.missing if may else ()) + (gaps if may and may_not else ())
    finding = mrd.reason.removesuffix(".").partition(": ")[2]
    if category == OUTSIDE:
        finding = finding.partition("; left open")[0]
    return replace(
        mrd, category=category, possible=possible, supported_by=support, missing=tuple(dict.fromkeys(missing)),
        qualifier=mrd.qualifier if remission else "",
        conventions=tuple(dict.fromkeys((*(response.conventions if response is not None else ()), *mrd.conventions))),
        reason=f"{category[0].upper()}{category[1:]}: {finding}; evaluated in haematologic CR only, here {judged}.",
    )  # fmt: skip
