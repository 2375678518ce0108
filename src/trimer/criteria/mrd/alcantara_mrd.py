"""MRD as the ALCANTARA trial used it: complete when PCR finds no BCR-ABL1 with a sensitivity of 1e-5 or better.

It applies to Philadelphia-positive leukaemia. A BCR-ABL1 result counts as PCR when its method says so, an MRD level
when its method names BCR-ABL1; a simulated level stands for what such an assay would read. MRD by another method
settles nothing here.
"""

from __future__ import annotations

import re
from dataclasses import replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import Truth
from trimer.criteria.mrd import levels
from trimer.criteria.mrd.levels import Level, Rules, Scheme
from trimer.criteria.response.evidence import conclusions, in_words, untreated
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Subject, Verdict

LABEL = "ALCANTARA trial"
SUBJECT: Subject = "mrd"
CITATION = (
    "Martinelli G et al. J Clin Oncol 2017;35:1795-1802 (ALCANTARA; volume and pages recalled), definition as in "
    "PMC10563488 Table 2"
)

THRESHOLDS: dict[str, Threshold] = {
    "sensitivity": Threshold(
        "mrd_marrow", "<=", 1e-5, "fraction", "complete MRD response", "seen", "PMC10563488 Table 2 (ALCANTARA)",
        "no BCR-ABL1 by PCR", "sensitivity of the assay",
    ),
}  # fmt: skip

COMPLETE, NONE, ELSEWHERE = "complete MRD response", "no complete MRD response", "not applicable"
ORDER = (COMPLETE, NONE, ELSEWHERE)

_PCR = re.compile(r"pcr", re.IGNORECASE)
_TRANSCRIPT = re.compile(r"bcr|p190|p210", re.IGNORECASE)


def _rules(what: Level) -> Rules:
    return ((NONE, what.detected), (COMPLETE, THRESHOLDS["sensitivity"].test(what.assay)), (NONE, True))


SCHEME = Scheme("alcantara_mrd", ORDER, THRESHOLDS, _rules, THRESHOLDS["sensitivity"].value)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge MRD at every visit that says anything about it, in time order.

    Parameters
    ----------
    course : Course
        Reads ``mrd_marrow``, ``b_lineage_blast_percent``, ``bcr_abl`` and ``philadelphia_chromosome``.

    Returns
    -------
    tuple of Verdict
        ``"not applicable"`` where the leukaemia is Philadelphia-negative.
    """
    positive = philadelphia(course)
    found: list[Verdict] = []
    for visit in sorted(course.visits, key=lambda v: v.day):
        verdict = _judge(visit)
        if verdict is not None:
            found.append(_applied(verdict, positive))
    return tuple(found)


def philadelphia(course: Course) -> Truth:
    """Return whether the leukaemia carries BCR-ABL1, by any word of the record.

    A positive result counts whenever it was found. A negative one counts before treatment, or where the record
    concludes relapse or refractoriness; in remission it is a response and no property of the leukaemia.
    """
    negative = False
    for visit in course.visits:
        words = [in_words(visit.get(name)) for name in ("philadelphia_chromosome", "bcr_abl")]
        if True in words:
            return True
        active = untreated(course, visit) or bool(conclusions(course, visit) & {"relapse", "refractory"})
        negative |= False in words and active
    return False if negative else None


def _judge(visit: Visit) -> Verdict | None:
    """Return the verdict by PCR; an open one where MRD was looked for by another method only."""
    reading = _by_pcr(visit)
    what = levels.level(replace(visit, readings={"mrd_marrow": reading}), SCHEME.limit) if reading else None
    if what is not None:
        verdict = levels.verdict(SCHEME, visit, what)
        return replace(
            verdict, missing=tuple(name.replace("mrd_marrow", "BCR-ABL1 by PCR") for name in verdict.missing)
        )
    other = levels.level(visit, SCHEME.limit)
    if other is None:
        return None
    row = THRESHOLDS["sensitivity"]
    return Verdict(
        SCHEME.name, SUBJECT, visit.id, visit.label, visit.day, UNDETERMINED,
        f"Undetermined: {other.why}; BCR-ABL1 by PCR not recorded.", possible=(COMPLETE, NONE),
        decided_by=(replace(row.decide(None), value="no BCR-ABL1 PCR recorded"),), missing=("BCR-ABL1 by PCR",),
    )  # fmt: skip


def _by_pcr(visit: Visit) -> Reading | None:
    """Return the result of PCR for BCR-ABL1 in the shape of an MRD reading."""
    level, transcript = visit.get("mrd_marrow"), visit.get("bcr_abl")
    if level is not None and (level.source == "simulated" or _TRANSCRIPT.search(level.method)):
        return level
    if transcript is not None and _PCR.search(transcript.method):
        return replace(transcript, observable="mrd_marrow", unit="fraction")
    return None


def _applied(verdict: Verdict, positive: Truth) -> Verdict:
    """Return the verdict for Philadelphia-positive leukaemia, and what is left of it where that is not known."""
    if positive:
        return verdict
    if positive is False:
        return replace(
            verdict, category=ELSEWHERE, qualifier="", possible=(ELSEWHERE,), supported_by="measured", missing=(),
            reason="Not applicable: the leukaemia is Philadelphia-negative.",
        )  # fmt: skip
    reason = f"{verdict.reason.removesuffix('.')}; whether the leukaemia is Philadelphia-positive is not recorded."
    return replace(
        verdict, category=UNDETERMINED, supported_by="", possible=(*verdict.possible, ELSEWHERE),
        missing=(*verdict.missing, "philadelphia_chromosome"),
        reason=f"Undetermined:{reason.partition(':')[2]}",
    )  # fmt: skip
