"""Neurologic events as records of the time before ICANS hold them: by name, and by a CTCAE grade."""

from __future__ import annotations

import re
from dataclasses import replace

from trimer.course import Course
from trimer.criteria.toxicity.chart import chart, events, names
from trimer.criteria.toxicity.treatment import Treatment

WORDS = (
    r"neuro|encephalopath|seizure|convulsion|confusion|delirium|aphasia|dysphasia|tremor|ataxia|somnolen|"
    r"disorientat|psychiatric|psychosis|\bICANS\b"
)
"""What names a neurologic event in an event of toxicity (our own list of common terms)."""

_PATTERN = re.compile(WORDS, re.IGNORECASE)
_DENIED = re.compile(r"\W*(?:no|none|not|never|without|absent|negative|nil)\b", re.IGNORECASE)


def named_events(course: Course, treatment: Treatment) -> tuple[str, ...]:
    """Return the neurologic events recorded under a treatment, in words, without doubles.

    Parameters
    ----------
    course : Course
        Reads ``neurologic_toxicity``, ``neurologic_event`` and events of toxicity that name one.
    treatment : Treatment

    Returns
    -------
    tuple of str
        Empty when none was recorded; a grade of 0, a denial and a finding "not stated" are no events.
    """
    found = [
        e.name if names(replace(e, detail=""), _PATTERN) else f"{e.name}: {e.detail}"
        for e in events(course, WORDS, treatment.start, treatment.end)
    ]
    said = chart(course, "neurologic_event").between(treatment.start, treatment.end)
    found += [r.text for r in said if r.absence is None and r.text and not _DENIED.match(r.text)]
    graded = chart(course, "neurologic_toxicity").between(treatment.start, treatment.end)
    found += ["graded by CTCAE" for r in graded if r.absence is None and r.high > 0.0]
    return tuple(dict.fromkeys(found))
