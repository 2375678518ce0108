"""Response by the workshop of the NCI and BBMT (2010): CR, CRi, PR, SD, PD, and relapse from 25 % of blasts.

CR asks for adequate cellularity with trilineage haematopoiesis, so a hypocellular marrow makes it doubtful and leaves
it open. Relapse after CR starts at 25 % in marrow or blood (over 25 % after a PR) or outside the marrow; what lies
between CR and that is PD when it rose by a quarter, else SD. Its confirmation by a second method is not judged, which
every relapse says.
CR must last four weeks: until a later assessment shows it, it is pending.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.logic import Truth, all_of, any_of, negate
from trimer.criteria.response import rows
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import BASELINE, NONE, PARTIAL, REMISSION, Definition
from trimer.criteria.response.facts import CELLULAR, TRILINEAGE, Met, Scene, branch, progressed
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "NCI/BBMT workshop 2010"
SUBJECT: Subject = "response"
CITATION = "Biol Blood Marrow Transplant 2010;16:1187-1211, Table 4a (NCI workshop on relapse after transplantation)"

_SEEN = "Biol Blood Marrow Transplant 2010;16:1187-1211, Table 4a"
_RELAPSE = "relapse after CR, confirmed by a second method"

THRESHOLDS: dict[str, Threshold] = {
    "blasts": Threshold("marrow_blast_percent", "<", 5.0, "%", "CR, CRi (M1)", "seen", _SEEN),
    **rows.counts("cr", ">=", 1.0, 100.0, "CR, PR", "seen", _SEEN),
    **rows.no_disease("the table prints no circulating blasts", "the table prints no extramedullary disease"),
    "relapse_marrow": Threshold("marrow_blast_percent", ">=", 25.0, "%", _RELAPSE, "seen", _SEEN),
    "relapse_blood": Threshold("blood_blast_percent", ">=", 25.0, "%", _RELAPSE, "seen", _SEEN),
    "after_pr_marrow": Threshold("marrow_blast_percent", ">", 25.0, "%", "relapse after PR", "seen", _SEEN),
    "after_pr_blood": Threshold("blood_blast_percent", ">", 25.0, "%", "relapse after PR", "seen", _SEEN),
    **rows.rises("seen", _SEEN),
    **rows.partial("seen", _SEEN, everywhere=True),
    **rows.RESIDUAL,
}

ORDER = ("CR", "CRi", "PR", "SD", "PD", "relapse")
"""Best first; ``relapse`` is reached only after a CR, CRi or PR."""
WEEKS = 4.0


def _rules(met: Met, free: Truth, state: str) -> tuple[str, ...]:
    """Return the categories left open."""
    counts = all_of(met["cr_anc"], met["cr_platelets"])
    adequate = all_of(met["trilineage"], met["cellular"])
    halved = all_of(
        met["pr_fall"],
        any_of(met["blood"], met["pr_fall_blood"]),
        any_of(met["extramedullary"], met["pr_fall_outside"]),
    )
    back = {
        NONE: False,
        REMISSION: any_of(met["relapse_marrow"], met["relapse_blood"], met["outside"]),
        PARTIAL: any_of(met["after_pr_marrow"], met["after_pr_blood"]),
    }[state]
    partial = all_of(met["pr_blasts"], halved, counts, state != REMISSION)
    active = (("relapse", back), ("PD", progressed(met)), ("PR", partial), ("SD", True))
    healthy = (("CR", all_of(adequate, counts)), ("CRi", all_of(adequate, negate(counts))))
    return branch(free, (*healthy, *active), active)


def _remark(scene: Scene, category: str) -> str:
    """Return what a hypocellular marrow does to a remission."""
    reading = scene.visit.get("marrow_cellularity_text")
    doubtful = category in ("CR", "CRi") and reading is not None and reading.text == "hypocellular"
    return "marrow hypocellular, so adequate cellularity with trilineage haematopoiesis is doubtful" if doubtful else ""


_COUNTS = ("cr_anc", "cr_platelets")
_SET = Definition(
    name="nci_2010",
    order=ORDER,
    thresholds=THRESHOLDS,
    free=("blasts", "blood", "extramedullary"),
    rules=_rules,
    after={
        **dict.fromkeys(("CR", "CRi"), REMISSION),
        **dict.fromkeys((BASELINE, "relapse"), NONE),
        "PR": PARTIAL,
    },
    says={"remission": ("CR", "CRi"), "relapse": ("relapse",), "refractory": ("SD", "PR", "PD")},
    shows={
        "CR": _COUNTS,
        "CRi": _COUNTS,
        "PR": ("pr_blasts", "pr_fall", *_COUNTS),
        "relapse": ("relapse_marrow", "relapse_blood", "outside"),
    },
    active=("SD", "PR", "PD"),
    rises=("pd_marrow", "pd_blood", "pd_outside"),
    conditions={"trilineage": TRILINEAGE, "cellular": CELLULAR},
    unjudged={"relapse": "confirmation of relapse by a second method not judged, taken as given"},
    lasting=7.0 * WEEKS,
    remark=_remark,
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge response at every assessment of a course, in time order.

    Parameters
    ----------
    course : Course
        Recorded or simulated; reads blasts in marrow, blood and outside, ``anc``, ``platelets``,
        ``trilineage_haematopoiesis`` and ``marrow_cellularity_text``.

    Returns
    -------
    tuple of Verdict
    """
    return assess(_SET, course)
