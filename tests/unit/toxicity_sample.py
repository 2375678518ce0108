"""Generated treatments in which every moment is charted: what was, and a record of it that is blurred or silent.

One exposure to blinatumomab, a baseline, and moments six hours apart at which every fact of every scale holds. In the
record each quantity is either written at every moment, in any shape, or at none: a value that is charted once and then
no more would stand for a day, which is a convention and no missing fact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from course_sample import VALUES, WORDS, Maker, consistent

from trimer.course import Course, Episode, Reading, Visit

START, BASELINE = 10.0, 9.0
ALWAYS = ("temperature",)  # a moment is one at which a temperature was taken
EVENTS = ("red_cell_transfusion", "platelet_transfusion")  # written when they happen
Facts = dict[str, Reading]


BETTER_WHEN_HIGH = ("anc", "wbc", "platelets", "haemoglobin", "lymphocytes", "ice_score", "calcium", "ionised_calcium")


class Charter(Maker):
    """Draws treatments from one random stream; in half of them most facts are as good as can be."""

    mild = False

    def value(self, name: str) -> float:
        """Return a value; of mild treatments mostly the best one."""
        if self.mild and self.chance(0.9):
            return max(VALUES[name]) if name in BETTER_WHEN_HIGH else min(VALUES[name])
        return super().value(name)

    def one(self, items: Sequence[object]) -> object:
        """Return one of several; of mild treatments no bad sign."""
        return "absent" if self.mild and items == ("present", "absent") else super().one(items)

    def moments(self) -> list[tuple[float, Facts]]:
        """Return what was: the baseline, then the moments under treatment."""
        self.mild = self.chance(0.5)
        days = [BASELINE, *(START + 0.25 * (k + 1) for k in range(int(self.rng.integers(1, 6))))]
        found = []
        for k, day in enumerate(days):
            facts = {n: self.truth(n, day, f"e{k:02d}") for n in dict.fromkeys((*VALUES, *WORDS))}
            consistent(facts)
            found.append((day, facts))
        return found

    def blurred(self, moments: Sequence[tuple[float, Facts]]) -> list[tuple[float, Facts]]:
        """Return what a record holds of it."""
        names = moments[0][1]
        share = self.rng.uniform(0.2, 1.0)
        written = {n for n in names if n in ALWAYS or self.chance(share)}
        return [
            (day, {n: r if n in EVENTS else self.recorded(r) for n, r in facts.items() if n in written or n in EVENTS})
            for day, facts in moments
        ]


def course_of(moments: Sequence[tuple[float, Facts]], name: str = "charted") -> Course:
    """Return a course of these moments under one exposure."""
    visits = tuple(
        Visit(f"e{k:02d}", f"day {day:g}", day, facts, day, day, "follow-up" if k == 0 else "toxicity")
        for k, (day, facts) in enumerate(moments)
    )
    patient = {
        "age": Reading("age", 40.0, 40.0, unit="year", source="patient"),
        "sex": Reading("sex", text="female", source="patient"),
    }
    rows = tuple(sorted((r for v in visits for r in v.readings.values()), key=lambda r: r.day))
    given = Episode("drug", "blinatumomab", START, START + 28.0, source="e50")
    return Course(name, "record", dt.date(2020, 1, 1), visits, rows, (given,), patient=patient)


def with_fact(moments: Sequence[tuple[float, Facts]], k: int, name: str, value: float) -> list[tuple[float, Facts]]:
    """Return moments of which one has another value, with what follows from it."""
    changed = []
    for i, (day, facts) in enumerate(moments):
        own = dict(facts)
        if i == k:
            own[name] = replace(own[name], low=value, high=value, text="")
            consistent(own)
        changed.append((day, own))
    return changed
