"""The verdict of a definition of febrile neutropenia that has no grades: present, absent or undetermined."""

from __future__ import annotations

from trimer.course import Course
from trimer.criteria.neutropenia.definition import Definition, find
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
    """
    verdicts = []
    for found in find(course, definition):
        treatment = found.treatment
        possible = CATEGORIES if found.truth is None else (CATEGORIES[int(found.truth)],)
        category = UNDETERMINED if found.truth is None else possible[0]
        verdicts.append(
            Verdict(
                set=criterion,
                subject="febrile neutropenia",
                visit=f"fn-{treatment.number}",
                label=treatment.name,
                day=treatment.start if found.onset is None else found.onset,
                category=category,
                reason=f"{category[0].upper()}{category[1:]} under {treatment.name}: {found.reason}.",
                possible=possible,
                supported_by="" if found.truth is None else "measured",
                decided_by=found.decisions(definition),
                missing=found.missing,
                onset=found.onset,
                treatment_day=None if found.onset is None or not treatment.number else treatment.day(found.onset),
            )
        )
    return tuple(sorted(verdicts, key=lambda v: v.day))
