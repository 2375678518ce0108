"""Response as the Amgen trials of blinatumomab defined it: CR, CRh, CRi, blast-free marrow, PR, PD, relapse.

Every assessment is judged against the history before it: the same 20 % of blasts is a relapse after a remission, and
no response without one. Two conventions fill what records leave out, and both are named in the verdict:

- *No evidence of* extramedullary disease holds where nothing is recorded about it.
- Progression and partial response are declared on evidence; active disease without it is *no response*.

Where the measured facts leave more than one category, the record's own conclusion chooses among them
(``supported_by="stated conclusion"``); it never overrules what was measured. ``possible`` uses neither conventions nor
conclusions of the visit itself. Transfusions, and durability of four weeks, are no part of this definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import Truth, all_of, any_of, difference, first_of, known, negate, relative_change
from trimer.criteria.response import evidence
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Support, Verdict

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
    "cr_anc": Threshold("anc", ">", 1.0, "1e9/L", "CR", "seen", _SEEN),
    "cr_platelets": Threshold("platelets", ">", 100.0, "1e9/L", "CR", "seen", _SEEN),
    "crh_anc": Threshold("anc", ">", 0.5, "1e9/L", "CRh", "seen", _SEEN),
    "crh_platelets": Threshold("platelets", ">", 50.0, "1e9/L", "CRh", "seen", _SEEN),
    "cri_anc": Threshold("anc", ">", 1.0, "1e9/L", "CRi, exclusive of CR and CRh", "recalled", _TOWER),
    "cri_platelets": Threshold("platelets", ">", 100.0, "1e9/L", "CRi, exclusive of CR and CRh", "recalled", _TOWER),
    "hypoplastic_anc": Threshold("anc", "<=", 0.5, "1e9/L", "blast-free hypoplastic marrow", "recalled", _TOPP),
    "hypoplastic_platelets": Threshold(
        "platelets", "<=", 50.0, "1e9/L", "blast-free hypoplastic marrow", "recalled", _TOPP
    ),
    "blood_percent": Threshold(
        "blood_blast_percent", "<", 1.0, "%", "no circulating blasts", "assumed",
        "one cell in a differential of 100; the definition prints 'no evidence of disease'",
        "a simulated share is never zero, so absence needs a limit",
    ),
    "blood_count": Threshold(
        "blasts_blood", "<", 0.05, "1e9/L", "no circulating blasts, where no differential is given", "assumed",
        "1 % of a white cell count of 5 x10^9/L",
    ),
    "extramedullary": Threshold(
        "extramedullary_blasts", "<", 1.0, "1e9", "no extramedullary disease", "assumed",
        "about 1 cm3 of tumour, near the smallest lesion that examination or imaging shows",
    ),
    "relapse_blasts": Threshold(
        "marrow_blast_percent", ">", 5.0, "%", "haematologic relapse after CR, CRh or CRi", "recalled", _PROTOCOLS
    ),
    "pr_blasts": Threshold(
        "marrow_blast_percent", "<=", 25.0, "%", "PR", "recalled", _PROTOCOLS,
        "low confidence; printed 6 to 25 %, so that 5 to 6 % is counted with it",
    ),
    "pr_fall": Threshold(
        "marrow_blast_percent", "<=", -50.0, "%", "PR", "recalled", _PROTOCOLS,
        "low confidence; against the last assessment before the current treatment",
        "change of marrow blasts since before treatment",
    ),
    "pd_marrow": Threshold(
        "marrow_blast_percent", ">=", 25.0, "%", "PD", "recalled", _PROTOCOLS,
        "low confidence; against the assessment before", "change of marrow blasts since the last assessment",
    ),
    "pd_blood": Threshold(
        "blasts_blood", ">=", 5.0, "1e9/L", "PD", "recalled", _PROTOCOLS,
        "low confidence; against the assessment before", "change of circulating blasts since the last assessment",
    ),
    "mrd": Threshold(
        "mrd_marrow", ">=", 1e-4, "fraction", "qualifier: detectable residual disease", "assumed",
        "routine flow cytometry, where the assay's own sensitivity is not given",
    ),
}  # fmt: skip

REMISSIONS = ("CR", "CRh", "CRi")
HYPOPLASTIC = "blast-free hypoplastic marrow"
ORDER = (*REMISSIONS, HYPOPLASTIC, "PR", "no response", "PD", "relapse")
_ACTIVE = ("PR", "no response", "PD")
_NARROWED = {"remission": (*REMISSIONS, HYPOPLASTIC), "relapse": ("relapse",), "refractory": _ACTIVE}


@dataclass(frozen=True)
class History:
    """Hold what earlier assessments leave for the next one.

    ``remission`` holds whether the patient is in remission (CR, CRh, CRi) before the visit; both values when it is
    not known.
    """

    remission: frozenset[bool] = frozenset({True, False})
    earlier: tuple[Visit, ...] = ()

    def after(self, visit: Visit, category: str, possible: tuple[str, ...]) -> History:
        """Return the history once a visit has been judged."""
        state: set[bool] = set()
        for name in possible if category == UNDETERMINED else (category,):
            state |= self.remission if name == HYPOPLASTIC else {name in REMISSIONS}
        return History(frozenset(state), (*self.earlier, visit))


@dataclass(frozen=True)
class Facts:
    """Hold the comparisons of one visit, each True, False or open."""

    healthy: tuple[Decision, ...]  # blasts, circulating, extramedullary: all must be met for a remission
    relapse: tuple[Decision, ...]  # the same seen from the side of disease
    counts: dict[str, Decision]
    change: dict[str, Decision]

    @property
    def disease_free(self) -> Truth:
        """Whether the visit shows no evidence of disease."""
        return all_of(*(d.met for d in self.healthy))


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
    history, verdicts = History(), []
    visits = evidence.assessments(course)
    begun = evidence.treatments(course)
    for visit in visits:
        untreated = bool(begun) and visit.day <= begun[0].start and not history.earlier
        if visit.context in evidence.BASELINE_CONTEXTS or untreated:
            verdict = _baseline(visit)
        else:
            verdict = _judge(course, visit, history)
        verdicts.append(verdict)
        history = history.after(visit, verdict.category, verdict.possible)
    return tuple(verdicts)


def _baseline(visit: Visit) -> Verdict:
    """Return the verdict before treatment: nothing to respond to yet."""
    reason = "Before treatment: the reference for what follows."
    facts = _facts(visit, None, None)
    seen = tuple(d for d in facts.healthy if d.met is False)
    return Verdict(
        "amg", SUBJECT, visit.id, visit.label, visit.day, "baseline", reason,
        possible=("baseline",), supported_by="measured", decided_by=seen,
    )  # fmt: skip


def _judge(course: Course, visit: Visit, history: History) -> Verdict:
    """Judge one assessment after treatment began."""
    last = history.earlier[-1] if history.earlier else None
    facts = _facts(visit, last, evidence.before_treatment(course, visit, history.earlier))
    possible = _possible(facts, facts.disease_free, history.remission)
    examined = visit.get("extramedullary_blasts") is not None
    usual = possible if examined else _possible(facts, all_of(*(d.met for d in facts.healthy[:2])), history.remission)
    concluded = evidence.conclusions(course, visit)
    category, support, remark = _settle(possible, usual, concluded)
    residual = evidence.residual(visit, concluded, THRESHOLDS["mrd"].value)
    in_remission = category in REMISSIONS
    decided = _decisive(facts, category)
    texts = (_facts_in_words(decided), remark, residual.why if in_remission else "")
    reason = f"{category[0].upper()}{category[1:]}: {'; '.join(text for text in texts if text)}"
    return Verdict(
        "amg", SUBJECT, visit.id, visit.label, visit.day, category, f"{reason}.",
        qualifier=residual.qualifier if in_remission else "", possible=possible, supported_by=support,
        decided_by=decided, missing=_missing(facts, possible),
    )  # fmt: skip


def _facts_in_words(decided: Sequence[Decision]) -> str:
    """Return the comparisons as part of a sentence: what is known first, then what is not."""
    known_facts = ", ".join(d.phrase for d in decided if d.met is not None)
    open_facts = ", ".join(f"{d.name} {d.value}" for d in decided if d.met is None)
    return "; ".join(text for text in (known_facts, open_facts) if text)


def _facts(visit: Visit, last: Visit | None, before: Visit | None) -> Facts:
    """Compare everything one visit holds with the thresholds."""
    table = THRESHOLDS
    blasts = evidence.of_all_cells(visit.readings.get("marrow_blast_percent"))
    blood = _blood(visit)
    extramedullary = visit.readings.get("extramedullary_blasts")
    outside = table["extramedullary"].decide(extramedullary, negate(evidence.in_words(extramedullary)))
    marrow_change = relative_change(blasts, _marrow(last))
    blood_change = difference(evidence.circulating(visit), evidence.circulating(last) if last else None)
    return Facts(
        healthy=(table["blasts"].decide(blasts), blood, outside),
        relapse=(table["relapse_blasts"].decide(blasts), _shown(blood), _shown(outside)),
        counts={
            name: table[name].decide(visit.readings.get(table[name].observable))
            for name in table
            if table[name].observable in ("anc", "platelets")
        },
        change={
            "pd_marrow": table["pd_marrow"].decide(marrow_change),
            "pd_blood": table["pd_blood"].decide(blood_change),
            "pr_blasts": table["pr_blasts"].decide(blasts),
            "pr_fall": table["pr_fall"].decide(relative_change(blasts, _marrow(before))),
        },
    )


def _marrow(visit: Visit | None) -> Reading | None:
    """Return an earlier visit's marrow blasts, when they are a share of all nucleated cells."""
    return evidence.of_all_cells(visit.get("marrow_blast_percent")) if visit else None


def _blood(visit: Visit) -> Decision:
    """Return whether the blood is free of blasts: by differential, else by count, else by words."""
    percent = evidence.of_all_cells(visit.readings.get("blood_blast_percent"))
    count = visit.readings.get("blasts_blood")
    if not known(percent) and known(count):
        return THRESHOLDS["blood_count"].decide(count)
    return THRESHOLDS["blood_percent"].decide(percent, negate(evidence.in_words(percent)))


def _shown(absent: Decision) -> Decision:
    """Return a condition on the absence of disease turned into one on its presence."""
    return replace(absent, threshold=absent.threshold.replace("<", ">="), met=negate(absent.met))


def _possible(facts: Facts, disease_free: Truth, remission: frozenset[bool]) -> tuple[str, ...]:
    """Return the categories left open, best first."""
    met = {name: d.met for name, d in (facts.counts | facts.change).items()}
    found: set[str] = set()
    if disease_free is not False:
        found |= set(
            first_of(
                (
                    ("CR", all_of(met["cr_anc"], met["cr_platelets"])),
                    ("CRh", all_of(met["crh_anc"], met["crh_platelets"])),
                    ("CRi", any_of(met["cri_anc"], met["cri_platelets"])),
                    (HYPOPLASTIC, True),
                )
            )
        )
    if disease_free is not True and True in remission:
        found.add("relapse")
    if disease_free is not True and False in remission:
        found |= set(
            first_of(
                (
                    ("PD", any_of(met["pd_marrow"], met["pd_blood"])),
                    ("PR", all_of(met["pr_blasts"], met["pr_fall"])),
                    ("no response", True),
                )
            )
        )
    return tuple(name for name in ORDER if name in found)


def _settle(possible: tuple[str, ...], usual: tuple[str, ...], concluded: frozenset[str]) -> tuple[str, Support, str]:
    """Choose the category: by measurement and convention where they suffice, else by the record's conclusion."""
    remark = "extramedullary disease not recorded, taken as none" if usual != possible else ""
    stated = sorted(concluded & _NARROWED.keys())
    chosen = _only(usual)
    if chosen:
        clash = [word for word in stated if chosen not in _NARROWED[word]]
        if clash:
            remark = f"the record concludes {clash[0]}, which the measurements exclude"
        return chosen, "measured", remark
    for word in stated:
        left = tuple(name for name in usual if name in _NARROWED[word])
        if left:
            return _only(left) or left[0], "stated conclusion", f"the record itself concludes {word}"
    return UNDETERMINED, "", f"left open: {', '.join(usual)}"


def _only(categories: Sequence[str]) -> str:
    """Return the one category left; of active disease the one that needs no further evidence; else nothing."""
    if len(categories) == 1:
        return categories[0]
    if not set(categories) <= set(_ACTIVE):
        return ""
    return next((name for name in ("no response", "PR") if name in categories), "")


def _decisive(facts: Facts, category: str) -> tuple[Decision, ...]:
    """Return the comparisons that made a category what it is."""
    counts, change = facts.counts, facts.change
    if category == "relapse":
        shown = tuple(d for d in facts.relapse if d.met)
        return shown or facts.relapse
    if category == "PR":
        return (change["pr_blasts"], change["pr_fall"])
    if category in ("PD", "no response"):
        disease = tuple(d for d in facts.healthy if d.met is False) or facts.healthy
        rise = tuple(change[name] for name in ("pd_marrow", "pd_blood") if change[name].met or category != "PD")
        return disease + tuple(d for d in rise if d.met is not None)
    chosen = {
        "CR": ("cr_anc", "cr_platelets"),
        "CRh": ("crh_anc", "crh_platelets", "cr_anc", "cr_platelets"),
        "CRi": ("cri_anc", "cri_platelets", "crh_anc", "crh_platelets"),
        HYPOPLASTIC: ("hypoplastic_anc", "hypoplastic_platelets"),
    }.get(category, ("cr_anc", "cr_platelets"))
    return facts.healthy + tuple(counts[name] for name in chosen)


def _missing(facts: Facts, possible: tuple[str, ...]) -> tuple[str, ...]:
    """Return the facts that would narrow what is possible."""
    if len(possible) <= 1:
        return ()
    wanted = list(facts.healthy) if facts.disease_free is None else []
    if any(name in possible for name in (*REMISSIONS, HYPOPLASTIC)):
        wanted += facts.counts.values()
    names = [d.observable for d in wanted if d.met is None]
    if facts.disease_free is not True:
        for key in ("pd_marrow", "pd_blood", "pr_fall"):
            decision = facts.change[key]
            if decision.met is None and set(possible) & set(_ACTIVE):
                names.append(decision.observable if decision.observable in names else decision.label)
    if "relapse" in possible and set(possible) & set(_ACTIVE):
        names.append("whether a remission came before")
    return tuple(dict.fromkeys(names))
