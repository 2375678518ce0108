"""Response as Singapore's payer (Medication Assistance Fund) asks for it before going on with blinatumomab.

A trap by name: its "complete response" is met at the counts of CRh (0.5 and 50 x10^9/L), so that a patient without CR
in every clinical set can have it here. Nothing but blasts and the two counts enters, and no history.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.logic import Truth, all_of
from trimer.criteria.response import rows
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import NONE, Definition
from trimer.criteria.response.facts import Met, branch
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Singapore MAF (payer): same words as CR, counts of CRh"
SUBJECT: Subject = "response"
CITATION = "Singapore National Drug Formulary, Medication Assistance Fund criteria for blinatumomab (read in 2026)"

_SEEN = "Singapore National Drug Formulary, Medication Assistance Fund criteria for blinatumomab"

THRESHOLDS: dict[str, Threshold] = {
    "blasts": Threshold("marrow_blast_percent", "<=", 5.0, "%", "complete response", "seen", _SEEN),
    **rows.counts("cr", ">", 0.5, 50.0, "complete response", "seen", _SEEN),
}

ORDER = ("complete response", "no complete response")


def _rules(met: Met, free: Truth, state: str) -> tuple[str, ...]:
    """Return the categories left open."""
    without = (("no complete response", True),)
    return branch(free, (("complete response", all_of(met["cr_anc"], met["cr_platelets"])), *without), without)


_COUNTS = ("cr_anc", "cr_platelets")
_SET = Definition(
    name="sg_maf",
    order=ORDER,
    thresholds=THRESHOLDS,
    free=("blasts",),
    rules=_rules,
    after=dict.fromkeys(ORDER, NONE),
    says={
        "remission": ("complete response",),
        "relapse": ("no complete response",),
        "refractory": ("no complete response",),
    },
    shows={"complete response": _COUNTS, "no complete response": ("blasts", *_COUNTS)},
    active=("no complete response",),
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge response at every assessment of a course, in time order.

    Parameters
    ----------
    course : Course
        Recorded or simulated; reads ``marrow_blast_percent``, ``anc`` and ``platelets``.

    Returns
    -------
    tuple of Verdict
    """
    return assess(_SET, course)
