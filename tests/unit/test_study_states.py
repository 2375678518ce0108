"""The sequence of judged states from hand-made verdicts: when record and simulation agree, and when they must not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.verdict import Verdict
from trimer.study.states import crs_states, dim_state, held_states, response_states, state_of

ORIGIN = dt.date(2020, 1, 1)
RESIDUAL = "with detectable residual disease"


def response(category: str, visit: str = "v1", day: float = 30.0, qualifier: str = "") -> Verdict:
    return Verdict("amg", "response", visit, f"marrow {visit}", day, category, "", qualifier)


def agree(record: Verdict, *simulation: Verdict) -> bool:
    (item,) = response_states([record], simulation)
    return item.agree


@pytest.mark.parametrize(
    ("record", "simulation", "expected"),
    [
        ("CR", "CR", True),
        ("CR", "CRi", False),
        ("CR", "PR", False),
        ("no response", "PD", True),
        ("PD", "PR", True),
        ("no response", "CR", False),
        ("relapse", "relapse", True),
        ("relapse", "PD", False),
        ("baseline", "baseline", True),
        ("CR", "undetermined", False),
    ],
)
def test_categories_agree_by_clinical_state(record: str, simulation: str, expected: bool) -> None:
    assert agree(response(record), response(simulation)) is expected
    assert (state_of(record) == state_of(simulation)) is expected


def test_residual_disease_that_was_found_must_be_found_again() -> None:
    record = response("CR", qualifier=RESIDUAL)
    assert agree(record, response("CR", qualifier=RESIDUAL))
    assert not agree(record, response("CR", qualifier="MRD negative at 0.0001"))
    assert agree(response("CR", qualifier="MRD not stated"), response("CR", qualifier=RESIDUAL))


def test_an_assessment_the_simulation_lacks_does_not_agree() -> None:
    (item,) = response_states([response("CR")], [response("CR", visit="v2")])
    assert (item.agree, item.simulation) == (False, "not judged")
    assert item.record == "CR"


def release(
    grade: tuple[int, int] | None, visit: str = "crs-1.1", onset: float | None = 3.0, **more: object
) -> Verdict:
    category = "none recorded" if grade is None else f"grade {grade[0]}"
    day = 1.0 if onset is None else onset
    made = Verdict(
        "astct", "crs", visit, f"exposure {visit}", day, category, "", grade=grade, onset=onset, treatment_day=3
    )
    return replace(made, **more)


def treated(kind: str, pressor: dict[float, float], fever: float = 39.0) -> Course:
    """Return an engager from day 1, held on day 4 with rescue, resumed on day 6, stepped on day 13."""
    episodes = (
        Episode("drug", "blinatumomab", 1.0, 4.0),
        Episode("rescue", "tocilizumab", 4.0, 4.0),
        Episode("resume", "blinatumomab", 6.0, 13.0),
        Episode("step", "blinatumomab", 13.0, 28.0),
    )
    days = np.arange(1.0, 40.0, 0.5)
    readings = [Reading("temperature", fever, fever, day=float(d)) for d in days]
    readings += [
        Reading("hypotension", pressor.get(float(d), 0.0), pressor.get(float(d), 0.0), day=float(d)) for d in days
    ]
    readings += [Reading("hypoxia", 0.0, 0.0, day=float(d)) for d in days]
    return Course("c", kind, ORIGIN, (), tuple(readings), episodes)  # type: ignore[arg-type]


RECORDED = release((3, 4), resolved=6.0)


def severe(simulation: list[Verdict], pressor: dict[float, float]) -> list[bool]:
    courses = (treated("record", {}), treated("simulation", pressor))
    return [item.agree for item in crs_states([RECORDED], simulation, courses)]


def test_a_severe_episode_at_the_right_time_that_ends_and_stays_away() -> None:
    assert severe([release((3, 3), resolved=7.0)], {3.0: 2.0, 3.5: 2.0}) == [True, True, True]


@pytest.mark.parametrize(
    ("grade", "day", "expected"),
    [((2, 2), 3.0, False), ((3, 3), 3.5, True), ((3, 3), 1.5, False), ((3, 3), 5.0, False), ((4, 4), 2.0, True)],
)
def test_onset_within_a_day_and_grade_at_least_as_recorded(grade: tuple[int, int], day: float, expected: bool) -> None:
    assert severe([release(grade, resolved=7.0)], {day: 2.0})[0] is expected


@pytest.mark.parametrize(
    ("resolved", "expected"), [(4.5, False), (5.0, True), (8.0, True), (8.5, False), (None, False)]
)
def test_resolution_one_to_four_days_from_rescue(resolved: float | None, expected: bool) -> None:
    assert severe([release((3, 3), resolved=resolved)], {3.0: 2.0})[1] is expected


@pytest.mark.parametrize("again", [6.5, 13.5, 27.5])
def test_a_second_severe_episode_after_restart_or_step_is_a_miss(again: float) -> None:
    assert severe([release((3, 3), resolved=7.0)], {3.0: 2.0, again: 2.0})[2] is False
    assert severe([release((3, 3), resolved=7.0)], {3.0: 2.0, again: 1.0})[2] is True


def test_a_severe_episode_the_simulation_lacks_is_a_miss() -> None:
    assert severe([], {})[:2] == [False, False]


@pytest.mark.parametrize(("grade", "expected"), [(None, True), ((1, 2), True), ((2, 3), False), ((3, 3), False)])
def test_an_exposure_without_recorded_release_has_no_severe_one(grade: tuple[int, int] | None, expected: bool) -> None:
    silent = release(None, "crs-2.1", onset=None)
    courses = (treated("record", {}), treated("simulation", {}))
    (item,) = crs_states([silent], [release(grade, "crs-2.1")], courses)
    assert item.agree is expected
    (none,) = crs_states([silent], [], courses)
    assert none.agree


def marrow(*values: float) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(float(len(values))), np.array(values)


def held(values: tuple[np.ndarray, np.ndarray], *verdicts: Verdict, seen: tuple[float, ...] = ()) -> list[bool]:
    visits = tuple(Visit(f"f{d}", "", d, {"wbc": Reading("wbc", 5.0, 5.0, day=d)}, context="follow-up") for d in seen)
    record = Course("c", "record", ORIGIN, visits)
    return [item.agree for item in held_states(record, verdicts, *values)]


def test_a_remission_must_hold_between_its_assessments() -> None:
    first, second = response("CR", "v1", 2.0), response("CR", "v2", 6.0)
    assert held(marrow(50, 30, 3, 2, 1, 2, 4, 60), first, second) == [True]
    assert held(marrow(50, 30, 3, 2, 9, 2, 4, 60), first, second) == [False]


def test_one_assessment_alone_reaches_to_the_follow_up_with_counts() -> None:
    first, relapse = response("CR", "v1", 2.0), response("relapse", "v3", 7.0)
    values = marrow(50, 30, 3, 2, 1, 6, 40, 60)
    assert held(values, first, relapse) == []
    assert held(values, first, relapse, seen=(4.0,)) == [True]
    assert held(values, first, relapse, seen=(5.0,)) == [False]
    assert held(values, first, relapse, seen=(8.0,)) == []


def test_two_remissions_are_two_states() -> None:
    verdicts = [
        response(c, f"v{d}", d) for c, d in (("CR", 0.0), ("CR", 1.0), ("relapse", 2.0), ("CR", 4.0), ("CR", 5.0))
    ]
    assert held(marrow(1, 1, 60, 60, 1, 30), *verdicts) == [True, False]


@pytest.mark.parametrize(("share", "expected"), [(79.0, True), (50.0, False), (3.0, False)])
def test_dim_relapse_needs_mostly_dim_blasts(share: float, expected: bool) -> None:
    def one(kind: str, name: str, reading: Reading) -> Course:
        return Course("c", kind, ORIGIN, (Visit("v", "relapse", 9.0, {name: reading}),))  # type: ignore[arg-type]

    record = one("record", "cd19_intensity", Reading("cd19_intensity", text="dim", day=9.0))
    simulation = one("simulation", "cd19_dim_percent", Reading("cd19_dim_percent", share, share, day=9.0))
    (item,) = dim_state(record, simulation)
    assert item.agree is expected
    bright = one("record", "cd19_intensity", Reading("cd19_intensity", text="positive", day=9.0))
    assert dim_state(bright, simulation) == []
