"""MRD as the BLAST trial of blinatumomab used it: entry at or above 0.1 %, complete MRD response after one cycle.

Every visit is held against both limits; the qualifier says where in treatment it stands, because only the assessment
after the first cycle was the trial's endpoint. Whether the patient could enter asks for remission too, which is not
judged here.
"""

from __future__ import annotations

from dataclasses import replace

from trimer.course import Course
from trimer.criteria.logic import Truth, all_of
from trimer.criteria.mrd import levels
from trimer.criteria.mrd.levels import Level, Rules, Scheme
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "BLAST trial"
SUBJECT: Subject = "mrd"
CITATION = "G\u00f6kbuget N et al. Blood 2018;131:1522-1531 (BLAST; last page recalled)"

_PAPER = "G\u00f6kbuget N et al. Blood 2018;131:1522 (BLAST)"

THRESHOLDS: dict[str, Threshold] = {
    "entry": Threshold("mrd_marrow", ">=", 1e-3, "fraction", "entry into the trial", "seen", _PAPER),
    "sensitivity": Threshold(
        "mrd_marrow", "<=", 1e-4, "fraction", "complete MRD response", "recalled", f"{_PAPER}, methods",
        "the assay had to detect 0.01 %", "sensitivity of the assay",
    ),
}  # fmt: skip

COMPLETE, BELOW, ENTRY = "complete MRD response", "MRD below 0.1 %", "MRD at least 0.1 %"
ORDER = (COMPLETE, BELOW, ENTRY)

# A break of at most seven days continues a cycle (US label of blinatumomab, seen).
_SAME_CYCLE = 7.0


def _rules(what: Level) -> Rules:
    return ((ENTRY, THRESHOLDS["entry"].test(what.reading)), (BELOW, _detectable(what)), (COMPLETE, True))


def _detectable(what: Level) -> Truth:
    """Return whether the trial's assay would have found disease: a negative by a coarser one leaves it open."""
    if what.detected is not False:
        return what.detected
    return False if THRESHOLDS["sensitivity"].test(what.assay) else None


SCHEME = Scheme("blast_mrd", ORDER, THRESHOLDS, _rules, THRESHOLDS["sensitivity"].value)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge MRD at every visit that says anything about it, in time order.

    Parameters
    ----------
    course : Course
        Reads ``mrd_marrow``, ``b_lineage_blast_percent`` and the episodes of blinatumomab.

    Returns
    -------
    tuple of Verdict
        With ``"before blinatumomab"``, ``"in cycle 1"``, ``"after cycle 1"`` ... as qualifier.
    """
    cycles = _cycles(course)
    return tuple(_placed(verdict, cycles) for verdict in levels.judged(course, SCHEME))


def _cycles(course: Course) -> tuple[tuple[float, float], ...]:
    """Return start and end of every cycle of blinatumomab."""
    found: list[tuple[float, float]] = []
    given = (e for e in course.episodes if e.kind == "drug" and e.name == "blinatumomab")
    for start, end in sorted((e.start, e.end) for e in given):
        if found and start - found[-1][1] <= _SAME_CYCLE:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _placed(verdict: Verdict, cycles: tuple[tuple[float, float], ...]) -> Verdict:
    """Return a verdict that says where in treatment it stands."""
    number = sum(start < verdict.day for start, _ in cycles)
    inside = number > 0 and verdict.day < cycles[number - 1][1]
    where = f"{'in' if inside else 'after'} cycle {number}" if number else "before blinatumomab"
    endpoint = all_of(number == 1, not inside)
    remark = "the trial's endpoint" if endpoint else "the trial's endpoint is after cycle 1"
    known = f"{verdict.qualifier}, {where}" if verdict.qualifier else where
    return replace(verdict, qualifier=known, reason=f"{verdict.reason.removesuffix('.')}; {where}, {remark}.")
