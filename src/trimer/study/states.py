"""The sequence of judged states: what the record says, what the fitted simulation says, whether they agree."""

from __future__ import annotations

from collections.abc import Sequence

from trimer.course import Course
from trimer.criteria.astct_2019_crs import THRESHOLDS, maximum_grade
from trimer.criteria.verdict import Verdict
from trimer.study.result import StateItem

REMISSION = ("CR", "CRh", "CRi", "blast-free hypoplastic marrow")
ACTIVE = ("no response", "PR", "PD")
SEVERE = 3
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
    """Return the states of cytokine release: the severe episode, its resolution, and its absence afterwards."""
    severe = next((v for v in record if v.subject == "crs" and v.grade and v.grade[0] >= SEVERE), None)
    if severe is None or severe.onset is None:
        return []
    recorded, simulated = courses
    match = next((v for v in simulation if v.subject == "crs" and v.visit == severe.visit), None)
    rescue = min((e.start for e in recorded.episodes if e.kind == "rescue"), default=severe.onset)
    resume = min((e.start for e in recorded.episodes if e.kind == "resume" and e.start > rescue), default=rescue)
    found = _severe_span(simulated, severe.onset - 3.0, resume)
    said = match.headline if match else "no CRS"
    text, agree = said, False
    if found is not None and match is not None and match.grade is not None:
        day = int(found[0] - _start(recorded, severe.onset)) + 1
        text = f"{said}; grade 3 or more from day {day}"
        agree = match.grade[1] >= severe.grade[0] and abs(found[0] - severe.onset) <= ONSET if severe.grade else False
    items = [StateItem("CRS grade 3 or more on day 3 of the engager", severe.headline, text, agree)]
    if match is not None and match.resolved is not None and severe.resolved is not None:
        after = match.resolved - rescue
        items.append(
            StateItem(
                "CRS resolved after rescue",
                f"after {severe.resolved - rescue:g} days",
                f"after {after:.1f} days",
                RESOLUTION[0] <= after <= RESOLUTION[1],
            )
        )
    last = max((e.end for e in recorded.episodes if e.kind == "step" and e.start > resume), default=resume)
    worst = maximum_grade(simulated, resume, last)
    top = worst[1] if worst else 0
    items.append(
        StateItem("No severe CRS after restart or step", "none recorded", f"highest grade {top}", top < SEVERE)
    )
    return items


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
