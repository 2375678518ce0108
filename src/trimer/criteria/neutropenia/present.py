"""The verdict of a definition of febrile neutropenia without grades: present, absent, undetermined, none recorded."""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.neutropenia.definition import Definition, find
from trimer.criteria.toxicity.answer import NONE_RECORDED, afterwards, sentence, with_silence
from trimer.criteria.verdict import UNDETERMINED, Verdict

CATEGORIES = ("no febrile neutropenia", "febrile neutropenia")


def present(course: Course, criterion: str, definition: Definition) -> tuple[Verdict, ...]:
    """Return one verdict per treatment, and one for the time before where temperatures were charted.

    Parameters
    ----------
    course : Course
    criterion : str
        Its name.
    definition : Definition

    Returns
    -------
    tuple of Verdict
        In time order; ``"none recorded"`` with both categories possible where no temperature was charted.
    """
    return with_silence(course, lambda known: _present(known, criterion, definition))


def _present(course: Course, criterion: str, definition: Definition) -> tuple[Verdict, ...]:
    verdicts = []
    for found in find(course, definition):
        treatment = found.treatment
        possible = CATEGORIES if found.truth is None else (CATEGORIES[int(found.truth)],)
        category = possible[0] if found.truth is not None else UNDETERMINED if found.charted else NONE_RECORDED
        taken = found.conventions + afterwards(treatment, found.onset)
        verdicts.append(
            Verdict(
                set=criterion,
                subject="febrile neutropenia",
                visit=f"fn-{treatment.number}",
                label=treatment.words,
                day=treatment.start if found.onset is None else found.onset,
                category=category,
                reason=sentence(f"{category} under {treatment.words}: {found.reason}", found.extent, taken),
                possible=possible,
                supported_by="" if found.truth is None else "measured",
                decided_by=found.decisions(definition),
                missing=found.missing,
                conventions=taken,
                onset=found.onset,
                treatment_day=None if found.onset is None or not treatment.number else treatment.day(found.onset),
            )
        )
    return tuple(sorted(verdicts, key=lambda v: v.day))
