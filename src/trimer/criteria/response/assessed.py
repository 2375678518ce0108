"""The common body of the response sets: walk the assessments, remember remission, settle a category, say why.

Every assessment is judged against the history before it: the same 20 % of blasts is a relapse after a remission, and no
response without one. ``possible`` is what the measured facts leave open, at this visit and at those before it. Where
that is more than one category, the conventions a set names may settle it, then the record's own conclusion
(``supported_by="stated conclusion"``), which never overrules what was measured; the category of a visit rests on the
categories, so settled, of those before. "Remission" alone does not tell complete remission from its lesser kinds. Every
convention that the category rests on is named, in ``conventions`` and in the reason.

A set may ask that a remission last. That is decided by later assessments: until one of them shows it, the verdict is
``pending`` and what it would be otherwise stays possible; a remission that is lost sooner is judged as none. One whose
loss was only found later is taken to have lasted, by a convention.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from trimer.course import Course
from trimer.criteria.response import evidence
from trimer.criteria.response.definition import BASELINE, Definition
from trimer.criteria.response.facts import Facts, Scene, compare_all
from trimer.criteria.response.missing import missing
from trimer.criteria.response.residual import residual
from trimer.criteria.verdict import UNDETERMINED, Decision, Support, Verdict

_EARLIER = "earlier assessments taken as they were judged"


@dataclass(frozen=True)
class Judged:
    """Hold one judged assessment with what was needed to judge it."""

    verdict: Verdict
    scene: Scene
    otherwise: tuple[str, ...]
    """Categories left if the remission turned out not to last."""
    history: tuple[str, ...]
    """Categories that the assessments after it take as its answer."""
    waiting: Callable[[], tuple[str, ...]] = tuple
    """Returns the facts that would narrow what is possible while nobody knows whether the remission lasts."""


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
    visits = evidence.assessments(course)
    # History as settled, for the category; and as the measured facts leave it, for what is possible.
    states = proven = definition.states()
    doubt, found = Doubt(), list[Judged]()
    for k, visit in enumerate(visits):
        earlier = visits[:k]
        before = evidence.before_treatment(course, visit, earlier)
        scene = Scene(course, visit, earlier[-1] if earlier else None, before, visits[k + 1 :])
        if evidence.untreated(course, visit):
            judged = _baseline(definition, scene)
        else:
            judged = _judge(definition, scene, states, proven | doubt.states, visit.id in denied)
        found.append(judged)
        came = proven | doubt.states if definition.ends(judged.verdict.category) else proven
        proven = definition.leaves(came, (*judged.verdict.possible, *judged.otherwise))
        doubt = _doubt(definition, states, doubt, judged)
        states = definition.leaves(states, judged.history)
    return found


@dataclass(frozen=True)
class Doubt:
    """Hold what history would be if a remission that was not yet seen to last turned out to be none.

    Only a remission seen on the day ``until`` or later ends it: a loss found later does not show that it lasted.
    """

    until: float = -math.inf
    states: frozenset[str] = frozenset()


def _doubt(definition: Definition, states: frozenset[str], doubt: Doubt, judged: Judged) -> Doubt:
    """Return the doubt that a judged assessment leaves; ``states`` is the history before it."""
    category, scene, now = judged.verdict.category, judged.scene, doubt.states
    if definition.lasting == 0.0 or definition.ends(category):
        return Doubt()
    if category in definition.remissions:
        if definition.waived(scene.course, scene.visit) or (now and scene.visit.day >= doubt.until):
            return Doubt()
        until = doubt.until if now else scene.visit.day + definition.lasting
        return Doubt(until, definition.leaves(now or states, judged.otherwise))
    return Doubt(doubt.until, definition.leaves(now, judged.verdict.possible) if now else now)


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
    return Judged(verdict, scene, (BASELINE,), (BASELINE,))


def _judge(
    definition: Definition, scene: Scene, states: frozenset[str], proven: frozenset[str], denied: bool
) -> Judged:
    """Judge one assessment after treatment began; ``states`` is history as settled, ``proven`` as facts leave it."""
    visit = scene.visit
    facts = compare_all(definition.thresholds, definition.conditions, scene)
    possible = definition.possible(facts, proven, denied)
    usual = definition.possible(facts.usual(), states, denied)
    settled = _settle(definition, scene, usual)
    category = settled.category
    conventions = _conventions(definition, facts, (states, proven), denied, settled, usual)
    decided = _decisive(definition, facts, category)
    qualifier, why = "", ""
    if category in definition.remissions and "mrd" in definition.thresholds:
        concluded = evidence.conclusions(scene.course, visit)
        found = residual(visit, concluded, definition.thresholds["mrd"].value)
        qualifier, why = found.qualifier, found.why
    lost = f"no remission, as it did not last {definition.lasting:g} days" if denied else ""
    texts = (_in_words(decided), lost, settled.said, *conventions, why, definition.remark(scene, category))
    verdict = Verdict(
        definition.name, definition.subject, visit.id, visit.label, visit.day, category, _reason(category, texts),
        qualifier=qualifier, possible=possible, supported_by=settled.support, decided_by=decided,
        missing=missing(definition, facts, scene, proven, (denied,)), conventions=conventions,
    )  # fmt: skip
    otherwise = definition.possible(facts, proven, denied=True) if definition.lasting else ()
    waiting = partial(missing, definition, facts, scene, proven, (False, True))
    return Judged(verdict, scene, otherwise, settled.history or possible, waiting)


def _reason(category: str, texts: Sequence[str]) -> str:
    """Return a category and why, as one sentence."""
    told = "; ".join(text for text in texts if text)
    return f"{category[0].upper()}{category[1:]}: {told}".removesuffix(": ") + "."


@dataclass(frozen=True)
class Settled:
    """Hold a category, what settled it, what to remember of it (empty: all that is possible), what to say.

    ``among`` are the categories that a conclusion left to choose from; empty where none was needed.
    """

    category: str
    support: Support
    history: tuple[str, ...]
    said: str = ""
    among: tuple[str, ...] = ()


def _settle(definition: Definition, scene: Scene, usual: tuple[str, ...]) -> Settled:
    """Choose the category: by measurement and convention where they suffice, else by the record's conclusion."""
    concluded = evidence.conclusions(scene.course, scene.visit)
    stated = sorted(concluded & definition.says.keys())
    chosen = _only(definition, usual)
    if chosen:
        clash = [word for word in stated if chosen not in definition.says[word]]
        said = f"the record concludes {clash[0]}, which the measurements exclude" if clash else ""
        return Settled(chosen, "measured", (chosen,), said)
    fitting = {word: left for word in stated if (left := tuple(n for n in usual if n in definition.says[word]))}
    if "remission" in fitting and len(fitting) > 1:
        said = f"the record concludes {' and '.join(fitting)}, which do not go together"
        return Settled(UNDETERMINED, "", (), f"{said}; left open: {', '.join(usual)}")
    for word, left in fitting.items():
        said = f"the record itself concludes {word}"
        complete = definition.says[word][0] in left and evidence.complete(scene.course, scene.visit)
        if word == "remission" and len(left) > 1 and not complete:
            history = tuple(name for name in left if name in definition.remissions) or left
            return Settled(UNDETERMINED, "", history, f"{said}, which leaves {', '.join(left)}", definition.says[word])
        category = _only(definition, left) or left[0]
        return Settled(category, "stated conclusion", (category,), said, definition.says[word])
    return Settled(UNDETERMINED, "", (), f"left open: {', '.join(usual)}")


def _only(definition: Definition, categories: Sequence[str]) -> str:
    """Return the one category left; of active disease the one that needs no further evidence; else nothing."""
    if len(categories) == 1:
        return categories[0]
    if not set(categories) <= set(definition.active):
        return ""
    return next((name for name in definition.active if name in categories), "")


def _conventions(
    definition: Definition, facts: Facts, histories: tuple[frozenset[str], frozenset[str]], denied: bool,
    settled: Settled, usual: tuple[str, ...],
) -> tuple[str, ...]:  # fmt: skip
    """Return what was taken for granted: whatever, not taken, would have left other categories."""
    states, proven = histories

    def left(found: Facts, history: frozenset[str] = states) -> set[str]:
        return set(definition.possible(found, history, denied)) & set(settled.among or definition.order)

    now = left(facts.usual())
    used = [c.remark for c in facts.conventions if left(facts.usual(without=c)) != now]
    if not used and left(facts) != now:
        used = [c.remark for c in facts.conventions]
    if settled.category == UNDETERMINED:
        return tuple(dict.fromkeys(used))
    if settled.support == "measured" and len(usual) > 1:
        used.append(f"{' and '.join(name for name in usual if name != settled.category)} not shown, taken as none")
    if left(facts.usual(), proven) != now:
        used.append(_EARLIER)
    if settled.category in definition.unjudged:
        used.append(definition.unjudged[settled.category])
    return tuple(dict.fromkeys(used))


def _in_words(decided: Sequence[Decision]) -> str:
    """Return the comparisons as part of a sentence: what is known first, each value once, then what is not."""
    outcomes: dict[str, list[str]] = {}
    for d in decided:
        if d.met is not None:
            outcomes.setdefault(f"{d.name} {d.value}", []).append(d.outcome)
    known_facts = ", ".join(f"{fact} ({', '.join(dict.fromkeys(told))})" for fact, told in outcomes.items())
    open_facts = dict.fromkeys(f"{d.name} {d.value}" for d in decided if d.met is None)
    return "; ".join(text for text in (known_facts, ", ".join(f for f in open_facts if f not in outcomes)) if text)


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
        new = ("new_blood", "new_outside") if wanted and "pd_outside" in definition.rises else ()
        return disease + tuple(compared[key] for key in (*definition.rises, *new) if compared[key].met is wanted)
    return healthy + (told or tuple(compared[key] for key in definition.shows.get(definition.order[0], ())))


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
    late = _lost_late(definition, judged, k)
    open_too = (*verdict.possible, *item.otherwise)
    possible = tuple(name for name in definition.order if name in open_too)
    weeks = f"{definition.lasting / 7.0:g} weeks"
    remission = verdict.category in definition.remissions
    wanted = item.waiting()
    if possible != verdict.possible or not wanted:
        # To see it last narrows the rest, or what else is open does so only together with that.
        wanted = (*(wanted if possible != verdict.possible else verdict.missing), f"an assessment {weeks} later")
    found = replace(verdict, possible=possible, missing=wanted)
    if not remission:
        return found
    if not late:
        return replace(found, pending=f"remission must last {weeks}")
    taken = f"remission taken to have lasted {weeks}, as its loss was found only later"
    reason = f"{verdict.reason.removesuffix('.')}; {taken}."
    return replace(found, conventions=(*verdict.conventions, taken), reason=reason)


def _lasted(definition: Definition, judged: Sequence[Judged], k: int) -> bool:
    """Return whether the remission that a visit belongs to, or would begin, was seen after the time it must last."""
    for item in judged[k + 1 :]:
        if definition.ends(item.verdict.category):
            break
        after = item.verdict.day - judged[k].verdict.day
        if item.verdict.category in definition.remissions and after >= definition.lasting:
            return True
    return any(
        judged[run[-1]].verdict.day - judged[run[0]].verdict.day >= definition.lasting
        for run in _runs(definition, judged) if k in run
    )  # fmt: skip


def _lost_late(definition: Definition, judged: Sequence[Judged], k: int) -> bool:
    """Return whether its loss was found, and only after that time."""
    ends = (
        (_end(definition, judged, run), judged[run[0]].verdict.day) for run in _runs(definition, judged) if k in run
    )
    return any(end is not None and end - start >= definition.lasting for end, start in ends)
