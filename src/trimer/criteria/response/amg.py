"""Response as the Amgen trials of blinatumomab defined it: CR, CRh, CRi, blast-free marrow, PR, PD, relapse.

The classes exclude one another, as TOWER reported them: CRi is neither CR nor CRh. Two conventions fill what records
leave out, and both are named in the verdict:

- *No evidence of* extramedullary disease holds where nothing is recorded about it.
- Progression and partial response are declared on evidence; active disease without it is *no response*. A rise in a
  marrow that is still free of leukaemia (1 to 2 %) is no progression, whatever there is elsewhere.

Transfusions, and durability of four weeks, are no part of this definition; MRD is a qualifier, and overrules nothing.
"""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.logic import Truth, all_of, any_of, negate
from trimer.criteria.response import rows
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import BASELINE, NONE, REMISSION, Definition
from trimer.criteria.response.facts import Met, branch
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Amgen trials (MT103-211, TOWER, ALCANTARA)"
SUBJECT: Subject = "response"
CITATION = (
    "Topp MS et al. Lancet Oncol 2015;16:57-66 (MT103-211); Kantarjian H et al. N Engl J Med 2017;376:836-847 (TOWER); "
    "Martinelli G et al. J Clin Oncol 2017;35:1795-1802 (ALCANTARA), definitions as in PMC10563488 Table 2 and the "
    "registry record of NCT02412306 (volumes and pages recalled)"
)

_SEEN = "NCT02412306 registry record; PMC10563488 Table 2"
_TOWER = "Kantarjian 2017, protocol definitions"
_TOPP = "Topp 2015, supplement"
_PROTOCOLS = "Amgen trial protocols, not seen"

THRESHOLDS: dict[str, Threshold] = {
    "blasts": Threshold("marrow_blast_percent", "<=", 5.0, "%", "CR, CRh, CRi, blast-free", "seen", _SEEN),
    **rows.counts("cr", ">", 1.0, 100.0, "CR", "seen", _SEEN),
    **rows.counts("crh", ">", 0.5, 50.0, "CRh", "seen", _SEEN),
    **rows.counts("cri", ">", 1.0, 100.0, "CRi, exclusive of CR and CRh", "recalled", _TOWER),
    **rows.counts("hypoplastic", "<=", 0.5, 50.0, "blast-free hypoplastic marrow", "recalled", _TOPP),
    **rows.no_disease("the definition prints no evidence of disease", "the definition prints no evidence of disease"),
    "relapse_blasts": Threshold(
        "marrow_blast_percent", ">", 5.0, "%", "haematologic relapse after CR, CRh or CRi", "recalled", _PROTOCOLS
    ),
    "pd_marrow": Threshold(
        "marrow_blast_percent", ">=", 25.0, "%", "PD", "recalled", _PROTOCOLS,
        "low confidence; against the assessment before", rows.MARROW_SINCE_LAST,
    ),
    "pd_blood": Threshold(
        "blasts_blood", ">=", 5.0, "1e9/L", "PD", "recalled", _PROTOCOLS,
        "low confidence; against the assessment before", rows.BLOOD_SINCE_LAST,
    ),
    "pr_blasts": Threshold(
        "marrow_blast_percent", "<=", 25.0, "%", "PR", "recalled", _PROTOCOLS,
        "low confidence; printed 6 to 25 %, so that 5 to 6 % is counted with it",
    ),
    "pr_fall": Threshold(
        "marrow_blast_percent", "<=", -50.0, "%", "PR", "recalled", _PROTOCOLS,
        "low confidence; against the last assessment before the current treatment", rows.MARROW_SINCE_TREATMENT,
    ),
    **rows.RESIDUAL,
}  # fmt: skip

REMISSIONS = ("CR", "CRh", "CRi")
HYPOPLASTIC = "blast-free hypoplastic marrow"
ORDER = (*REMISSIONS, HYPOPLASTIC, "PR", "no response", "PD", "relapse")


def _rules(met: Met, free: Truth, state: str) -> tuple[str, ...]:
    """Return the categories left open."""
    healthy = (
        ("CR", all_of(met["cr_anc"], met["cr_platelets"])),
        ("CRh", all_of(met["crh_anc"], met["crh_platelets"])),
        ("CRi", any_of(met["cri_anc"], met["cri_platelets"])),
        (HYPOPLASTIC, True),
    )
    active = (
        ("PD", any_of(all_of(negate(met["blasts"]), met["pd_marrow"]), met["pd_blood"])),
        ("PR", all_of(met["pr_blasts"], met["pr_fall"])),
        ("no response", True),
    )
    return branch(free, healthy, (("relapse", True),) if state == REMISSION else active)


_SET = Definition(
    name="amg",
    order=ORDER,
    thresholds=THRESHOLDS,
    free=("blasts", "blood", "extramedullary"),
    rules=_rules,
    after={
        **dict.fromkeys(REMISSIONS, REMISSION),
        **dict.fromkeys((BASELINE, "PR", "no response", "PD", "relapse"), NONE),
    },
    says={
        "remission": (*REMISSIONS, HYPOPLASTIC),
        "relapse": ("relapse",),
        "refractory": ("no response", "PR", "PD"),
    },
    shows={
        "CR": ("cr_anc", "cr_platelets"),
        "CRh": ("crh_anc", "crh_platelets", "cr_anc", "cr_platelets"),
        "CRi": ("cri_anc", "cri_platelets", "crh_anc", "crh_platelets"),
        HYPOPLASTIC: ("hypoplastic_anc", "hypoplastic_platelets"),
        "PR": ("pr_blasts", "pr_fall"),
        "relapse": ("relapse_blasts", "circulating", "outside"),
    },
    active=("no response", "PR", "PD"),
    rises=("pd_marrow", "pd_blood"),
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge response at every assessment of a course, in time order.

    Parameters
    ----------
    course : Course
        Recorded or simulated; reads ``marrow_blast_percent``, ``anc``, ``platelets``, ``blood_blast_percent``,
        ``blasts_blood`` (or ``wbc``), ``extramedullary_blasts``, ``mrd_marrow``, ``b_lineage_blast_percent``.

    Returns
    -------
    tuple of Verdict
    """
    return assess(_SET, course)
