"""The sequence of judged states: what the record says, what the fitted simulation says, whether they agree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trimer.course import Course, Visit
from trimer.criteria.crs.astct_2019_crs import THRESHOLDS, maximum_grade
from trimer.criteria.verdict import Verdict
from trimer.study.result import StateItem

ACTIVE = ("no response", "PR", "PD")
SEVERE = 3
REMISSION_LIMIT = 5.0  # per cent of marrow cells, the limit of the AMG set
ONSET = 1.0  # days by which the onsets of an episode may differ
RESOLUTION = (1.0, 4.0)  # days from rescue within which the episode should resolve


def state_of(category: str) -> str:
    """Return the clinical state a response category stands for: remission, active disease, relapse, baseline."""
    if category in ACTIVE:
        return "active disease"
    return category


def response_states(record: Sequence[Verdict], simulation: Sequence[Verdict]) -> list[StateItem]:
    """Return one state an assessment. CR agrees with CR only; no response, PR and PD are all active disease."""
    simulated = {(v.set, v.visit): v for v in simulation}
    items = []
    for verdict in record:
        if verdict.subject == "crs":
            continue
        other = simulated.get((verdict.set, verdict.visit))
        agree = other is not None and state_of(other.category) == state_of(verdict.category)
        residual = "residual disease" in verdict.qualifier
        if agree and residual and other is not None:
            agree = "residual disease" in other.qualifier
        items.append(StateItem(verdict.label, verdict.headline, other.headline if other else "not judged", agree))
    return items


def crs_states(
    record: Sequence[Verdict], simulation: Sequence[Verdict], courses: tuple[Course, Course]
) -> list[StateItem]:
    """Return the states of cytokine release: the severe episode, its resolution, and its absence at other times.

    An exposure of which the record reports no cytokine release counts as one without a severe episode.
    """
    others = {v.visit: v for v in simulation if v.subject == "crs"}
    items = []
    for verdict in record:
        if verdict.subject != "crs":
            continue
        match = others.get(verdict.visit)
        if verdict.onset is not None and verdict.grade and verdict.grade[0] >= SEVERE:
            items += _severe_episode(verdict, match, courses)
        else:
            top = match.grade[1] if match and match.grade else 0
            text = match.headline if match else "no CRS"
            items.append(StateItem(f"{verdict.label}: severe CRS", "none reported", text, top < SEVERE))
    return items


def _severe_episode(severe: Verdict, match: Verdict | None, courses: tuple[Course, Course]) -> list[StateItem]:
    """Return onset, resolution and non-recurrence of one recorded severe episode."""
    recorded, simulated = courses
    onset = severe.onset or severe.day
    rescue = min((e.start for e in recorded.episodes if e.kind == "rescue" and e.start >= onset - 1.0), default=onset)
    resume = min((e.start for e in recorded.episodes if e.kind == "resume" and e.start > rescue), default=rescue)
    found = _severe_span(simulated, onset - 3.0, resume)
    text, agree = (match.headline if match else "no CRS"), False
    if found is not None and match is not None and match.grade is not None and severe.grade is not None:
        day = int(found[0] - _start(recorded, onset)) + 1
        text = f"{text}; grade 3 or more from day {day}"
        agree = match.grade[1] >= severe.grade[0] and abs(found[0] - onset) <= ONSET
    items = [
        StateItem(f"CRS grade 3 or more on day {severe.treatment_day} of the engager", severe.headline, text, agree)
    ]
    if severe.resolved is not None:
        gone = match.resolved if match is not None else None
        items.append(
            StateItem(
                "CRS resolved after rescue (the record's restart taken as resolution)",
                f"after {severe.resolved - rescue:g} days",
                "not resolved" if gone is None else f"after {gone - rescue:.1f} days",
                gone is not None and bool(RESOLUTION[0] <= gone - rescue <= RESOLUTION[1]),
            )
        )
    last = max((e.end for e in recorded.episodes if e.kind == "step" and e.start > resume), default=resume)
    worst = maximum_grade(simulated, resume, last)
    top = worst[1] if worst else 0
    items.append(
        StateItem("No severe CRS after restart or step", "none reported", f"highest grade {top}", top < SEVERE)
    )
    return items


def held_states(
    record: Course, verdicts: Sequence[Verdict], days: NDArray[np.float64], marrow: NDArray[np.float64]
) -> list[StateItem]:
    """Return whether each recorded remission holds in the simulation between the assessments too.

    Parameters
    ----------
    record : Course
    verdicts : sequence of Verdict
        Of the record.
    days, marrow : array, shape (n_times,)
        Simulated marrow blasts (per cent) on a fine grid. A remission reaches from its first assessment to the last
        that found it, or to a later follow-up with counts, before relapse.
    """
    items = []
    run: list[Verdict] = []
    for verdict in [*(v for v in verdicts if v.subject != "crs"), None]:
        if verdict is not None and verdict.category == "CR":
            run.append(verdict)
            continue
        if run:
            stop = verdict.day if verdict is not None else math.inf
            seen = [
                v.day for v in record.visits if v.context == "follow-up" and run[-1].day < v.day < stop and _counted(v)
            ]
            start, end = run[0].day, max([run[-1].day, *seen])
            if end > start:
                inside = marrow[(days >= start) & (days <= end)]
                worst = float(np.max(inside))
                when = record.date(float(days[(days >= start) & (days <= end)][int(np.argmax(inside))]))
                text = f"highest {worst:.2g} % ({when.isoformat()})"
                label = f"Remission held {record.date(start).isoformat()} to {record.date(end).isoformat()}"
                items.append(StateItem(label, "marrow blasts at most 5 %", text, worst <= REMISSION_LIMIT))
        run = []
    return items


def _counted(visit: Visit) -> bool:
    return any(name in visit.readings and visit.get(name) is not None for name in ("wbc", "anc", "platelets"))


def _start(course: Course, onset: float) -> float:
    return max(e.start for e in course.episodes if e.kind == "drug" and e.start <= onset)


def _severe_span(course: Course, start: float, end: float) -> tuple[float, float] | None:
    """Return the first and the last time at which a vital sign alone makes the grade severe."""
    severe = [
        reading.day
        for name in ("hypotension", "hypoxia")
        for reading in course.of(name, start, end)
        if reading.low >= THRESHOLDS[f"{name}_{SEVERE}"].value
    ]
    return (min(severe), max(severe)) if severe else None


def dim_state(record: Course, simulation: Course) -> list[StateItem]:
    """Return the antigen state at each assessment whose CD19 was recorded as dim."""
    items = []
    for visit in record.visits:
        seen = visit.get("cd19_intensity")
        if seen is None or seen.text != "dim":
            continue
        other = next((v for v in simulation.visits if v.id == visit.id), None)
        share = other.get("cd19_dim_percent") if other else None
        if share is not None:
            items.append(
                StateItem(f"{visit.label}: antigen", "CD19 dim", f"{share.low:.0f} % CD19-dim", share.low > 50.0)
            )
    return items
