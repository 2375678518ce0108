"""How a scale of toxicity answers for one treatment: the same words, interval and missing facts on every scale."""

from __future__ import annotations

from dataclasses import dataclass

from trimer.criteria.grading import Graded
from trimer.criteria.toxicity.treatment import Treatment
from trimer.criteria.verdict import UNDETERMINED, Decision, Subject, Verdict

NONE_RECORDED = "none recorded"


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
    """

    graded: Graded
    recorded: bool
    reason: str
    levels: tuple[int, ...] = ()
    decisions: tuple[Decision, ...] = ()
    missing: tuple[str, ...] | None = None
    qualifier: str = ""
    onset: float | None = None


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
    return Verdict(
        set=criterion,
        subject=subject,
        visit=f"{short}-{treatment.number}",
        label=treatment.name,
        day=treatment.start if answer.onset is None else answer.onset,
        category=category,
        reason=f"{category[0].upper()}{category[1:]} under {treatment.name}: {answer.reason}.",
        qualifier=answer.qualifier,
        possible=named,
        supported_by="measured" if len(named) == 1 or low else "",
        decided_by=answer.decisions,
        missing=() if len(named) == 1 else missing,
        grade=(low, high),
        onset=answer.onset,
        treatment_day=None if answer.onset is None or not treatment.number else treatment.day(answer.onset),
    )
