"""The common body of the response sets: walk the assessments, remember remission, settle a category, say why.

Every assessment is judged against the history before it: the same 20 % of blasts is a relapse after a remission, and no
response without one. ``possible`` is what the measured facts leave open, at this visit and at those before it. Where
that is more than one category, the conventions a set names may settle it, then the record's own conclusion
(``supported_by="stated conclusion"``), which never overrules what was measured; the category of a visit rests on the
categories, so settled, of those before.

A set may ask that a remission last. That is decided by later assessments: until one of them shows it, the verdict is
``pending`` and what it would be otherwise stays possible; a remission that is lost sooner is judged as none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trimer.course import Course, Visit
from trimer.criteria.logic import Truth
from trimer.criteria.response import evidence
from trimer.criteria.response.facts import Condition, Facts, Met, Scene, compare_all
from trimer.criteria.threshold import Threshold
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Support, Verdict

BASELINE = "baseline"
BOUNDARY = "boundary"
NONE, REMISSION, PARTIAL = "none", "remission", "partial response"
"""States of history: what came before an assessment."""

Rules = Callable[[Met, Truth, str], tuple[str, ...]]


@dataclass(frozen=True)
class Definition:
    """Hold one published definition of response.

    Attributes
    ----------
    name : str
    order : tuple of str
        Categories, best first.
    thresholds : mapping of str to Threshold
    free : tuple of str
        Comparisons that must all hold where there is no evidence of disease.
    rules : callable
        Takes the outcomes, whether the visit is free of disease, and the state of history; returns the categories left
        open.
    after : mapping of str to str
        State of history that a category leaves; one that is not named leaves it as it was.
    says : mapping of str to tuple of str
        Categories that agree with a conclusion of the record (``remission``, ``relapse``, ``refractory``), best first.
    shows : mapping of str to tuple of str
        Comparisons told for a category: for one of ``remission`` the counts, for any other all.
    active : tuple of str
        Categories of active disease; the first needs no further evidence, the others are declared on evidence.
    rises : tuple of str
        Comparisons that make a progression.
    conditions : mapping of str to Condition
        What is told in words.
    lasting : float, day
        How long a remission must last; zero where the definition does not ask.
    waived : callable
        Whether that is not asked of a visit.
    remark : callable
        Words to add to the reason of a category.
    subject : {"response", "relapse"}
    """

    name: str
    order: tuple[str, ...]
    thresholds: Mapping[str, Threshold]
    free: tuple[str, ...]
    rules: Rules
    after: Mapping[str, str]
    says: Mapping[str, tuple[str, ...]]
    shows: Mapping[str, tuple[str, ...]]
    active: tuple[str, ...]
    rises: tuple[str, ...] = ()
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    lasting: float = 0.0
    waived: Callable[[Course, Visit], bool] = lambda course, visit: False
    remark: Callable[[Scene, str], str] = lambda scene, category: ""
    subject: Subject = "response"

    @property
    def remissions(self) -> tuple[str, ...]:
        """Return the categories that are a remission for what comes after."""
        return tuple(name for name in self.order if self.after.get(name) == REMISSION)

    def ends(self, category: str) -> bool:
        """Return whether a category shows that a remission is over."""
        return category not in (*self.says["remission"], *self.remissions, BOUNDARY, UNDETERMINED)

    def states(self) -> frozenset[str]:
        """Return every state of history: nothing is known."""
        return frozenset(self.after.values()) | {NONE}


@dataclass(frozen=True)
class Judged:
    """Hold one judged assessment with what was needed to judge it."""

    verdict: Verdict
    scene: Scene
    otherwise: tuple[str, ...]
    """Categories left if the remission turned out not to last."""


def assess(definition: Definition, course: Course) -> tuple[Verdict, ...]:
    """Judge every assessment of a course by one definition, in time order.

    Parameters
    ----------
    definition : Definition
    course : Course
        Recorded or simulated.

    Returns
    -------
    tuple of Verdict
        Assessments before treatment are ``"baseline"``.
    """
    denied: frozenset[str] = frozenset()
    while True:
        judged = _walk(definition, course, denied)
        short = _short_lived(definition, judged)
        if not short:
            return tuple(_with_durability(definition, judged, k, denied) for k in range(len(judged)))
        denied |= short


def _walk(definition: Definition, course: Course, denied: frozenset[str]) -> list[Judged]:
    """Judge all assessments in time order; those in ``denied`` are known to be no lasting remission."""
    visits, begun = evidence.assessments(course), evidence.treatments(course)
    # History as settled, for the category; and as the measured facts leave it, for what is possible.
    states = proven = definition.states()
    doubt, found = Doubt(), list[Judged]()
    for k, visit in enumerate(visits):
        earlier = visits[:k]
        before = evidence.before_treatment(course, visit, earlier)
        scene = Scene(course, visit, earlier[-1] if earlier else None, before, visits[k + 1 :])
        untreated = bool(begun) and visit.day <= begun[0].start and not earlier
        if visit.context in evidence.BASELINE_CONTEXTS or untreated:
            judged = _baseline(definition, scene)
        else:
            judged = _judge(definition, scene, states, proven | doubt.at(visit.day), visit.id in denied)
        found.append(judged)
        doubt = _doubt(definition, states, doubt, judged)
        states = _after(definition, states, judged.verdict)
        proven = _leaves(definition, proven, (*judged.verdict.possible, *judged.otherwise))
    return found


@dataclass(frozen=True)
class Doubt:
    """Hold what history would be if a remission that has yet to last turned out to be none."""

    until: float = -math.inf
    states: frozenset[str] = frozenset()

    def at(self, day: float) -> frozenset[str]:
        """Return those states as long as the remission may still prove to be none."""
        return self.states if day < self.until else frozenset()


def _doubt(definition: Definition, states: frozenset[str], doubt: Doubt, judged: Judged) -> Doubt:
    """Return the doubt that a judged assessment leaves; ``states`` is the history before it."""
    category, scene = judged.verdict.category, judged.scene
    if definition.lasting == 0.0 or definition.ends(category):
        return Doubt()
    now = doubt.at(scene.visit.day)
    if category in definition.remissions:
        if definition.waived(scene.course, scene.visit):
            return Doubt()
        until = doubt.until if doubt.states else scene.visit.day + definition.lasting
        return Doubt(until, _leaves(definition, now or states, judged.otherwise))
    return Doubt(doubt.until, _leaves(definition, now, judged.verdict.possible) if now else now)


def _leaves(definition: Definition, states: frozenset[str], categories: Sequence[str]) -> frozenset[str]:
    """Return the states of history that any of some categories leaves."""
    return frozenset(
        s for name in categories for s in ({definition.after[name]} if name in definition.after else states)
    )


def _after(definition: Definition, states: frozenset[str], verdict: Verdict) -> frozenset[str]:
    """Return the states of history that a verdict leaves."""
    return _leaves(definition, states, verdict.possible if verdict.category == UNDETERMINED else (verdict.category,))


def _baseline(definition: Definition, scene: Scene) -> Judged:
    """Return the verdict before treatment: nothing to respond to yet."""
    visit = scene.visit
    facts = compare_all(definition.thresholds, {}, replace(scene, last=None, before=None))
    seen = tuple(facts.compared[key] for key in definition.free if facts.met[key] is False)
    verdict = Verdict(
        definition.name, definition.subject, visit.id, visit.label, visit.day, BASELINE,
        "Before treatment: the reference for what follows.", possible=(BASELINE,), supported_by="measured",
        decided_by=seen,
    )  # fmt: skip
    return Judged(verdict, scene, (BASELINE,))


def _judge(
    definition: Definition, scene: Scene, states: frozenset[str], proven: frozenset[str], denied: bool
) -> Judged:
    """Judge one assessment after treatment began; ``states`` is history as settled, ``proven`` as facts leave it."""
    visit = scene.visit
    facts = compare_all(definition.thresholds, definition.conditions, scene)
    possible = _possible(definition, facts, proven, denied)
    usual = _possible(definition, facts.usual(), states, denied)
    concluded = evidence.conclusions(scene.course, visit)
    remarks = facts.remarks if usual != _possible(definition, facts, states, denied) else ()
    category, support, said = _settle(definition, usual, concluded, "; ".join(remarks))
    lost = f"no remission, as it did not last {definition.lasting:g} days" if denied else ""
    decided = _decisive(definition, facts, category)
    qualifier, why = "", ""
    if category in definition.remissions and "mrd" in definition.thresholds:
        residual = evidence.residual(visit, concluded, definition.thresholds["mrd"].value)
        qualifier, why = residual.qualifier, residual.why
    texts = (_in_words(decided), lost, said, definition.remark(scene, category), why)
    reason = f"{category[0].upper()}{category[1:]}: {'; '.join(text for text in texts if text)}".removesuffix(": ")
    verdict = Verdict(
        definition.name, definition.subject, visit.id, visit.label, visit.day, category, f"{reason}.",
        qualifier=qualifier, possible=possible, supported_by=support, decided_by=decided,
        missing=_missing(definition, facts, possible, proven),
    )  # fmt: skip
    return Judged(verdict, scene, _possible(definition, facts, proven, denied=True) if definition.lasting else ())


def _possible(definition: Definition, facts: Facts, states: frozenset[str], denied: bool) -> tuple[str, ...]:
    """Return the categories left open, best first."""
    free = False if denied else facts.free(definition.free)
    found = {name for state in states for name in definition.rules(facts.met, free, state)}
    return tuple(name for name in definition.order if name in found)


def _settle(
    definition: Definition, usual: tuple[str, ...], concluded: frozenset[str], remark: str
) -> tuple[str, Support, str]:
    """Choose the category: by measurement and convention where they suffice, else by the record's conclusion."""
    stated = sorted(concluded & definition.says.keys())
    chosen = _only(definition, usual)
    if chosen:
        clash = [word for word in stated if chosen not in definition.says[word]]
        if clash:
            remark = f"the record concludes {clash[0]}, which the measurements exclude"
        return chosen, "measured", remark
    for word in stated:
        left = tuple(name for name in usual if name in definition.says[word])
        if left:
            return _only(definition, left) or left[0], "stated conclusion", f"the record itself concludes {word}"
    return UNDETERMINED, "", f"left open: {', '.join(usual)}"


def _only(definition: Definition, categories: Sequence[str]) -> str:
    """Return the one category left; of active disease the one that needs no further evidence; else nothing."""
    if len(categories) == 1:
        return categories[0]
    if not set(categories) <= set(definition.active):
        return ""
    return next((name for name in definition.active if name in categories), "")


def _in_words(decided: Sequence[Decision]) -> str:
    """Return the comparisons as part of a sentence: what is known first, then what is not."""
    known_facts = ", ".join(d.phrase for d in decided if d.met is not None)
    open_facts = ", ".join(dict.fromkeys(f"{d.name} {d.value}" for d in decided if d.met is None))
    return "; ".join(text for text in (known_facts, open_facts) if text)


def _decisive(definition: Definition, facts: Facts, category: str) -> tuple[Decision, ...]:
    """Return the comparisons that made a category what it is."""
    compared = facts.compared
    told = tuple(compared[key] for key in definition.shows.get(category, ()))
    healthy = tuple(compared[key] for key in definition.free)
    if category == "relapse":
        shown = {d.observable: d for d in reversed(told) if d.met}  # of several limits of one thing, the first named
        return tuple(d for d in told if d in shown.values()) or told
    if told and category not in definition.says["remission"]:
        return tuple(d for d in told if d.met is False) or told
    if category in definition.active:
        disease = tuple(d for d in healthy if d.met is False) or healthy
        wanted = category == "PD"
        return disease + tuple(compared[key] for key in definition.rises if compared[key].met is wanted)
    return healthy + (told or tuple(compared[key] for key in definition.shows.get(definition.order[0], ())))


def _missing(
    definition: Definition, facts: Facts, possible: tuple[str, ...], states: frozenset[str]
) -> tuple[str, ...]:
    """Return the facts that would narrow what is possible."""
    if len(possible) <= 1:
        return ()
    free, table = facts.free(definition.free), definition.thresholds
    wanted = [facts.compared[key] for key in definition.free] if free is None else []
    if set(possible) & set(definition.says["remission"]):
        wanted += [facts.compared[key] for key in table if table[key].observable in ("anc", "platelets")]
    names = [d.observable for d in wanted if d.met is None]
    if free is not True and set(possible) & set(definition.active):
        changes = [facts.compared[key] for key, row in table.items() if row.quantity and facts.met[key] is None]
        names += [d.observable if d.observable in names else d.label for d in changes]
    if free is not False or not names:
        names += facts.open_words.values()
    if not names:
        names = [d.observable for d in facts.compared.values() if d.met is None]
    either = "relapse" in possible and bool(set(possible) & set(definition.active))
    if len(states) > 1 and (either or not names):
        names.append("whether a remission came before")
    return tuple(dict.fromkeys(names))


def _runs(definition: Definition, judged: Sequence[Judged]) -> list[list[int]]:
    """Return the remissions as runs of assessments, without those that neither confirm nor end one."""
    runs: list[list[int]] = []
    running = False
    for k, item in enumerate(judged):
        category = item.verdict.category
        if category in definition.remissions:
            if not running:
                runs.append([])
            runs[-1].append(k)
            running = True
        elif definition.ends(category):
            running = False
    return runs


def _end(definition: Definition, judged: Sequence[Judged], run: Sequence[int]) -> float | None:
    """Return the day on which a remission was found to be lost, or None."""
    for item in judged[run[-1] + 1 :]:
        if definition.ends(item.verdict.category):
            return item.verdict.day
    return None


def _short_lived(definition: Definition, judged: Sequence[Judged]) -> frozenset[str]:
    """Return the visits of remissions that were lost before the time they must last."""
    if definition.lasting == 0.0:
        return frozenset()
    found: set[str] = set()
    for run in _runs(definition, judged):
        end, scene = _end(definition, judged, run), judged[run[0]].scene
        if definition.waived(scene.course, scene.visit) or end is None:
            continue
        if end - scene.visit.day < definition.lasting:
            found |= {judged[k].verdict.visit for k in run}
    return frozenset(found)


def _with_durability(definition: Definition, judged: Sequence[Judged], k: int, denied: frozenset[str]) -> Verdict:
    """Return a verdict with what only the future can settle about it."""
    item, verdict = judged[k], judged[k].verdict
    if definition.lasting == 0.0 or verdict.visit in denied or not set(verdict.possible) & set(definition.remissions):
        return verdict
    if definition.waived(item.scene.course, item.scene.visit) or _lasted(definition, judged, k):
        return verdict
    open_too = (*verdict.possible, *item.otherwise)
    possible = tuple(name for name in definition.order if name in open_too)
    wait = f"remission must last {definition.lasting / 7.0:g} weeks"
    pending = wait if verdict.category in definition.remissions else ""
    missing = verdict.missing
    if possible != verdict.possible:
        missing = (*missing, f"an assessment {definition.lasting / 7.0:g} weeks later")
    return replace(verdict, pending=pending, possible=possible, missing=missing)


def _lasted(definition: Definition, judged: Sequence[Judged], k: int) -> bool:
    """Return whether the remission that a visit belongs to was seen, or was lost, only after the time it must last."""
    for run in _runs(definition, judged):
        if k in run:
            start, end = judged[run[0]].verdict.day, _end(definition, judged, run)
            last = judged[run[-1]].verdict.day
            return max(last, last if end is None else end) - start >= definition.lasting
    return False
