"""How a scale of toxicity answers for one treatment: the same words, interval, missing facts and conventions on all.

Nobody charts every moment. A scale takes it that nothing worse happened between charted values, and that a value which
the record expressly does not state is no worse than one it leaves out (assumed); the verdict names both where they
matter. ``possible`` does not enumerate moments that nobody charted, but it counts one that is charted as not stated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from trimer.course import Course
from trimer.criteria.grading import Graded
from trimer.criteria.toxicity.treatment import Treatment
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Verdict

NONE_RECORDED = "none recorded"

BETWEEN = "nothing worse between charted values"
UNSTATED = "nothing worse where a value is not stated"
ALIVE = "no death but a recorded one"
AFTERWARDS = "put down to the treatment although after its end"


@dataclass(frozen=True)
class Answer:
    """Hold what a scale found for one treatment, before it is told as a verdict.

    Attributes
    ----------
    graded : Graded
    recorded : bool
        Whether anything was charted that bears on the scale.
    reason : str
        What the facts are, as the second half of a sentence, without the full stop.
    levels : tuple of int
        Grades the facts leave open; empty for every grade of the interval.
    decisions : tuple of Decision
    missing : tuple of str
        Instead of what the grading found missing.
    qualifier : str
    onset : float or None, day
    extent : str
        How much of the treatment was charted, from :func:`trimer.criteria.toxicity.chart.extent`.
    conventions : tuple of str
        What was taken for granted.
    """

    graded: Graded
    recorded: bool
    reason: str
    levels: tuple[int, ...] = ()
    decisions: tuple[Decision, ...] = ()
    missing: tuple[str, ...] | None = None
    qualifier: str = ""
    onset: float | None = None
    extent: str = ""
    conventions: tuple[str, ...] = ()


def tell(criterion: str, subject: Subject, short: str, none: str, treatment: Treatment, answer: Answer) -> Verdict:
    """Return the verdict of a scale on one treatment.

    Parameters
    ----------
    criterion, subject
        The scale and what it grades.
    short : str
        Begins the id, e.g. ``"fever"`` in ``"fever-1"``.
    none : str
        The category of grade 0, e.g. ``"no fever"``.
    treatment : Treatment
    answer : Answer
    """
    low, high = answer.graded.low, answer.graded.high
    levels = answer.levels or tuple(range(low, high + 1))
    named = tuple(f"grade {g}" if g else none for g in levels)
    if len(named) == 1:
        category = named[0]
    elif not answer.recorded:
        category = NONE_RECORDED
    else:
        category = answer.graded.text if low else UNDETERMINED
    missing = answer.graded.narrowing if answer.missing is None else answer.missing
    taken = answer.conventions + (afterwards(treatment, answer.onset) if high else ())
    return Verdict(
        set=criterion,
        subject=subject,
        visit=f"{short}-{treatment.number}",
        label=treatment.words,
        day=treatment.start if answer.onset is None else answer.onset,
        category=category,
        reason=sentence(f"{category} under {treatment.words}: {answer.reason}", answer.extent, taken),
        qualifier=answer.qualifier,
        possible=named,
        supported_by="measured" if len(named) == 1 or low else "",
        decided_by=answer.decisions,
        missing=() if len(named) == 1 else missing,
        grade=(low, high),
        onset=answer.onset,
        treatment_day=None if answer.onset is None or not treatment.number else treatment.day(answer.onset),
        conventions=taken,
    )


def afterwards(treatment: Treatment, onset: float | None) -> tuple[str, ...]:
    """Return the convention that puts a late onset down to a treatment; empty where it is not needed."""
    return (AFTERWARDS,) if onset is not None and onset > treatment.given else ()


def sentence(facts: str, extent: str, conventions: tuple[str, ...]) -> str:
    """Return a reason: the facts, how much was charted, and what was taken for granted."""
    charted = f", {extent}" if extent else ""
    taken = f"; taken for granted: {', '.join(conventions)}" if conventions else ""
    return f"{facts[0].upper()}{facts[1:]}{charted}{taken}."


def with_silence(course: Course, judge: Callable[[Course], tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    """Judge a course so that who writes "not stated" is told the same as who writes nothing.

    Parameters
    ----------
    course : Course
    judge : callable
        Of a scale; reads absent readings as open.

    Returns
    -------
    tuple of Verdict
        In time order. Category and grade are those without the absent readings; ``possible`` and ``missing`` are those
        with them. A treatment of which nothing else is charted stays as it is.
    """
    strict = judge(course)
    spoken = stated(course)
    if spoken is course:
        return strict
    usual = {v.visit: v for v in judge(spoken)}
    return tuple(sorted((_joined(v, usual.get(v.visit)) for v in strict), key=lambda v: v.day))


def stated(course: Course) -> Course:
    """Return a course without the readings that are expressly absent; itself where it has none."""
    rows = tuple(r for r in course.readings if r.absence is None)
    if len(rows) == len(course.readings) and not any(r.absence for v in course.visits for r in v.readings.values()):
        return course
    visits = tuple(
        replace(v, readings={name: r for name, r in v.readings.items() if r.absence is None}) for v in course.visits
    )
    return replace(course, readings=rows, visits=visits)


def _joined(strict: Verdict, usual: Verdict | None) -> Verdict:
    """Return one verdict of two, what is possible from the strict one."""
    if usual is None or usual.category == NONE_RECORDED or usual.possible == strict.possible:
        return strict
    joint = "," if usual.conventions else "; taken for granted:"
    return replace(
        usual,
        possible=strict.possible,
        missing=strict.missing,
        reason=f"{usual.reason.removesuffix('.')}{joint} {UNSTATED}.",
        conventions=(*usual.conventions, UNSTATED),
    )
