"""Marrow relapse by the paediatric consensus of 2022: fewer blasts need more tests that agree.

25 % or more is enough alone. From 5 to under 25 % another test with at least 1 % must agree, or a second marrow; from 1
to under 5 % two other tests, or a second marrow on which two tests (its blasts and one other) do. Other tests are
measurements of MRD as a share of nucleated cells at the visit, each by a method of its own. What would do for fewer
blasts does for more.

Read as follows, because the table leaves it open: the second marrow is that of the next assessment within eight weeks
(open where it gives no number) and must show at least the first one's lower limit. Relapse comes only after CR, here a
marrow below 5 % after active disease. Disease outside the marrow is not judged.
"""

from __future__ import annotations

from dataclasses import replace

from trimer.course import Course, Reading, Visit
from trimer.criteria.logic import Truth, all_of, any_of, first_of
from trimer.criteria.response.assessed import assess
from trimer.criteria.response.definition import BASELINE, NONE, REMISSION, Definition
from trimer.criteria.response.facts import Condition, Met, Scene, compare_mrd, marrow
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import Subject, Verdict

LABEL = "Paediatric relapse consensus 2022"
SUBJECT: Subject = "relapse"
CITATION = "Buchmann S et al. Blood 2022;139:1785-1793, table of relapse in marrow (last page recalled)"

_SEEN = "Buchmann S et al. Blood 2022;139:1785-1793, table of relapse in marrow"
_CR = "the consensus asks for CR before relapse; below its own middle limit a marrow is taken as in remission"

THRESHOLDS: dict[str, Threshold] = {
    "enough": Threshold("marrow_blast_percent", ">=", 25.0, "%", "relapse by one test", "seen", _SEEN),
    "middle": Threshold("marrow_blast_percent", ">=", 5.0, "%", "relapse with one other test", "seen", _SEEN),
    "low": Threshold("marrow_blast_percent", ">=", 1.0, "%", "relapse with two other tests", "seen", _SEEN),
    "other": Threshold("mrd_marrow", ">=", 0.01, "fraction", "other test that agrees", "seen", _SEEN),
    "cleared": Threshold("marrow_blast_percent", "<", 5.0, "%", "remission", "assumed", _CR),
}

ORDER = ("no relapse", "not in remission", "relapse")
"""Best first; ``relapse`` is reached only after a remission, ``not in remission`` only without one."""
SECOND_MARROW = 56.0  # day within which a next marrow confirms (assumed: two courses of four weeks)


def _others(course: Course, visit: Visit) -> tuple[Reading, ...]:
    """Return the other tests of a visit: levels of MRD, one for each method."""
    found = {r.method: r for r in course.of("mrd_marrow", visit.day - 0.5, visit.day + 0.5)}
    own = visit.get("mrd_marrow")
    if own is not None:
        found[own.method] = own
    return tuple(found.values())


def _agree(course: Course, visit: Visit, wanted: int) -> Truth:
    """Return whether at least ``wanted`` other tests agree; open where none is recorded."""
    table = [compare_mrd(THRESHOLDS["other"], r) for r in _others(course, visit)]
    agreeing, unsettled = table.count(True), table.count(None)
    if agreeing >= wanted:
        return True
    return None if not table or agreeing + unsettled >= wanted else False


def _second(scene: Scene) -> Visit | None:
    """Return the next assessment, if it is in time."""
    soon = (v for v in scene.later if v.day - scene.visit.day <= SECOND_MARROW)
    return next(soon, None)


def _again(scene: Scene, row: str, others: int) -> Truth:
    """Return whether the second marrow reaches a row, with so many other tests; open while there is none."""
    second = _second(scene)
    if second is None:
        return None
    agree = _agree(scene.course, second, others) if others else True
    return all_of(THRESHOLDS[row].test(marrow(second)), agree)


def _tests(wanted: int) -> Condition:
    return Condition(
        "mrd_marrow", lambda s: _agree(s.course, s.visit, wanted), lambda s: bool(_others(s.course, s.visit)),
        "no other test recorded, taken as none that agrees", taken=False,
    )  # fmt: skip


def _confirmed(row: str, others: int) -> Condition:
    return Condition(
        "a second marrow", lambda s: _again(s, row, others), lambda s: _second(s) is not None,
        "no second marrow", taken=False,
    )  # fmt: skip


def _rules(met: Met, free: Truth, state: str) -> tuple[str, ...]:
    """Return the categories left open."""
    if state != REMISSION:
        return first_of((("no relapse", free), ("not in remission", True)))
    shown = any_of(
        met["enough"],
        all_of(met["middle"], any_of(met["one_other"], met["again_middle"])),
        all_of(met["low"], any_of(met["two_others"], met["again_low"])),
    )
    return first_of((("relapse", shown), ("no relapse", True)))


_ROWS = ("enough", "middle", "low", "other")
_SET = Definition(
    name="paediatric_2022",
    subject=SUBJECT,
    order=ORDER,
    thresholds=THRESHOLDS,
    free=("cleared",),
    rules=_rules,
    after={"no relapse": REMISSION, **dict.fromkeys((BASELINE, "not in remission", "relapse"), NONE)},
    says={"remission": ("no relapse",), "relapse": ("relapse",), "refractory": ("not in remission",)},
    shows={"no relapse": _ROWS, "relapse": _ROWS},
    active=("not in remission",),
    conditions={
        "one_other": _tests(1),
        "two_others": _tests(2),
        "again_middle": _confirmed("middle", 0),
        "again_low": _confirmed("low", 1),
    },
)


def judge(course: Course) -> tuple[Verdict, ...]:
    """Judge relapse in marrow at every assessment of a course, in time order.

    Parameters
    ----------
    course : Course
        Recorded or simulated; reads ``marrow_blast_percent`` and every ``mrd_marrow`` of the same day.

    Returns
    -------
    tuple of Verdict
        ``pending`` where only a second marrow could make it a relapse.
    """
    return tuple(_waiting(verdict) for verdict in assess(_SET, course))


def _waiting(verdict: Verdict) -> Verdict:
    """Return a verdict that says when a second marrow is awaited."""
    suspect = any(d.met and d.observable == "marrow_blast_percent" for d in verdict.decided_by)
    if verdict.category == "no relapse" and suspect and "a second marrow" in verdict.missing:
        return replace(verdict, pending="a second marrow may confirm a relapse")
    return verdict
