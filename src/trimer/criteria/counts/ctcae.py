"""How CTCAE v5.0 grades a blood count under a treatment, against the count before it.

CTCAE grades a value; whether a low value is an *adverse event* it leaves to the reader, and in leukaemia that matters:
counts are low from the disease. The rule here is ours (assumed): the baseline is the last value at or before the start
of the treatment, not older than 30 days. A baseline of grade 0 counts every grade; a graded baseline counts only what
is at least one grade worse. The absolute grade is told beside it. Without a baseline the grade of the adverse event is
open between none and the absolute grade. Leukaemia that progresses under a treatment lowers counts too: whose work a
fall is, is not judged, but where the record concludes relapse or refractory disease at that time the verdict says so.
Grading by percent fall, as made for CLL (IWCLL), is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trimer.course import Course, Reading, Visit
from trimer.criteria.grading import Classes, Fact, Scale, classes
from trimer.criteria.logic import Relation, known
from trimer.criteria.response.evidence import conclusions
from trimer.criteria.threshold import Threshold
from trimer.criteria.toxicity.answer import BETWEEN, Answer, tell, with_silence
from trimer.criteria.toxicity.chart import Series, chart, extent, settled, worst
from trimer.criteria.toxicity.treatment import Treatment, treatments
from trimer.criteria.verdict import Decision, Verdict
from trimer.observables import OBSERVABLES

PUBLISHED = "NCI Common Terminology Criteria for Adverse Events v5.0, 27 November 2017 (recalled)"
RECALLED = "NCI CTCAE v5.0 (2017), Investigations"
BASELINE_AGE = 30.0  # days: an older value says nothing about the start of a treatment (assumed)

BASELINE = "the last value of the 30 days before is the baseline"
DISEASE = "a count that was low before counts only when it is a grade worse"
LIMIT = "the typical lower limit of normal is the laboratory's"
PROGRESSION = "counted although the record concludes {} under this treatment"

_GRADES = tuple(f"grade {g}" if g else "not low" for g in range(5))
_ASSUMED = "our rule: disease cytopenia is no adverse event, so only a grade above the one before treatment counts"


def rows(observable: str, lower_limit: float, cuts: Sequence[float], limit_source: str) -> dict[str, Threshold]:
    """Return the thresholds of one count.

    Parameters
    ----------
    observable : str
    lower_limit : float, canonical unit
        Lower limit of normal: below it is grade 1.
    cuts : sequence of float, canonical unit
        Below which grades 2, 3 and so on begin.
    limit_source : str
        Where the lower limit comes from.

    Returns
    -------
    dict of str to Threshold
        ``grade_1`` onwards, and ``baseline``.
    """
    unit, label = OBSERVABLES[observable].unit, OBSERVABLES[observable].label
    found = {
        "grade_1": Threshold(
            observable, "<", lower_limit, unit, "grade 1", "recalled", limit_source,
            note="The laboratory's own lower limit decides where it is known.",
        ),
    }  # fmt: skip
    for grade, value in enumerate(cuts, start=2):
        found[f"grade_{grade}"] = Threshold(observable, "<", value, unit, f"grade {grade}", "recalled", RECALLED)
    found["baseline"] = Threshold(
        observable, "<", lower_limit, unit, "whether the count was low before the treatment", "assumed", _ASSUMED,
        quantity=f"{label}, before the treatment",
    )  # fmt: skip
    return found


def adverse(before: int, lowest: int) -> int:
    """Return the grade of the adverse event: the absolute one where it is worse than before, else none."""
    return lowest if lowest > before else 0


@dataclass(frozen=True)
class Count:
    """Hold one count as CTCAE grades it.

    Attributes
    ----------
    name, observable : str
        Criterion (its file) and what it reads.
    rows : dict of str to Threshold
        From :func:`rows`.
    classify : callable, optional
        From a reading to the grades it may be; by the rows when not given.
    given_means : str
        What is taken for granted where a grade is shown by something other than a value.
    """

    name: str
    observable: str
    rows: dict[str, Threshold]
    classify: Callable[[Reading], Classes] | None = None
    given_means: str = ""

    @property
    def cuts(self) -> tuple[tuple[Relation, float], ...]:
        """Return the thresholds of grade 1 onwards."""
        return tuple((row.relation, row.value) for key, row in self.rows.items() if key != "baseline")

    def grades(self, reading: Reading) -> Classes:
        """Return the absolute grades a reading may be."""
        return self.classify(reading) if self.classify else classes(reading, self.cuts)

    @property
    def scale(self) -> Scale:
        """Return the rule of the adverse event."""
        label = OBSERVABLES[self.observable].label
        facts = (
            Fact("before", f"{label} before the treatment", _GRADES),
            Fact("lowest", f"{label} under the treatment", _GRADES),
        )
        return Scale(facts, adverse)


def judge(course: Course, count: Count, given: Sequence[tuple[float, Classes]] = ()) -> tuple[Verdict, ...]:
    """Grade the lowest count under each treatment as an adverse event.

    Parameters
    ----------
    course : Course
    count : Count
    given : sequence of (day, classes)
        Grades shown by something other than a value, such as a transfusion.

    Returns
    -------
    tuple of Verdict
        One per treatment; the absolute grade is the qualifier where it differs, and stands in the reason.
    """
    return with_silence(course, lambda known: _judge(known, count, given))


def _judge(course: Course, count: Count, given: Sequence[tuple[float, Classes]]) -> tuple[Verdict, ...]:
    series = chart(course, count.observable)
    short = count.name.removeprefix("ctcae_v5_")
    found = [
        tell(count.name, "cytopenia", short, "no adverse event", t, _answer(course, count, series, given, t))
        for t in treatments(course)
    ]
    return tuple(sorted(found, key=lambda v: v.day))


def _answer(
    course: Course, count: Count, series: Series, given: Sequence[tuple[float, Classes]], treatment: Treatment
) -> Answer:
    last = min(treatment.end, treatment.until - 1e-9)
    # A value of the very day a treatment starts was taken before it.
    readings = series.between(treatment.start, last, after=True)
    graded = [(count.grades(r), r.day) for r in readings]
    graded += [(grades, day) for day, grades in given if treatment.start < day <= last]
    earlier = series.last(treatment.start, BASELINE_AGE)
    everything = frozenset(range(5))
    before = frozenset().union(*(count.grades(r) for r in earlier)) if earlier else everything
    lowest = worst([grades for grades, _ in graded], everything)
    found = count.scale.grade({"before": before, "lowest": lowest})
    levels = sorted({adverse(b, g) for b in before for g in lowest})
    recorded = len(graded) > len(readings) or settled(readings)
    shown = max(readings, key=lambda r: (known(r), max(count.grades(r)), min(count.grades(r)), -r.day), default=None)
    absolute = _text(lowest)
    facts = f"absolute {absolute}, {_text(before) if before < everything else 'not recorded'} before"
    taken = _taken(before, lowest) + [count.given_means] * (len(graded) > len(readings))
    return Answer(
        found,
        recorded,
        facts if recorded else "no value is recorded",
        levels=tuple(levels),
        decisions=_decisions(count, shown, earlier[0] if earlier else None, lowest),
        qualifier=f"absolute {absolute}" if recorded and set(levels) != lowest else "",
        onset=min((day for grades, day in graded if min(grades) > max(before)), default=None),
        extent=extent(readings, treatment.start, last),
        conventions=(*taken, *_progression(course, levels, treatment)) if recorded else (),
    )


def _taken(before: Classes, lowest: Classes) -> list[str]:
    """Return what the grade takes for granted."""
    known_before = before < frozenset(range(5))
    used = {
        BETWEEN: max(lowest) < 4,
        BASELINE: known_before and max(lowest) > 0,
        DISEASE: known_before and max(before) > 0 and max(lowest) > 0,
        LIMIT: min(lowest) <= 1,
    }
    return [said for said, here in used.items() if here]


def _progression(course: Course, levels: Sequence[int], treatment: Treatment) -> list[str]:
    """Return the remark that a fall counts although the record concludes relapse or refractory disease."""
    if max(levels) == 0:
        return []
    last = min(treatment.end, treatment.until - 1e-9)
    moments = (e for e in course.episodes if e.kind == "conclusion" and treatment.start < e.start <= last)
    said = {word for e in moments for word in conclusions(course, Visit(e.source, e.name, e.start, {}))}
    told = [text for word, text in (("relapse", "relapse"), ("refractory", "refractory disease")) if word in said]
    return [PROGRESSION.format(" and ".join(told))] if told else []


def _text(grades: Classes) -> str:
    low, high = min(grades), max(grades)
    return f"grade {low}" if low == high else f"grade {low} to {high}"


def _decisions(count: Count, lowest: Reading | None, before: Reading | None, grades: Classes) -> tuple[Decision, ...]:
    """Return the comparisons around the grade reached, and the one of the baseline."""
    first, last = max(1, min(grades)), min(max(grades) + 1, len(count.cuts))
    steps = [count.rows[f"grade_{g}"].decide(lowest) for g in range(min(first, last), last + 1)]
    return (*steps, count.rows["baseline"].decide(before))
