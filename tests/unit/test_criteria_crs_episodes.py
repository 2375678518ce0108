"""Episodes with open values: whatever the open values turn out to be was possible, exposure by exposure.

Long charts with quiet days between bad ones, so that an open value may begin an episode, end it, or part it in two.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from trimer.course import Course, Episode, Reading
from trimer.criteria import criterion
from trimer.criteria.crs.episodes import search
from trimer.criteria.verdict import Verdict
from trimer.observables import OBSERVABLES

NAMES = (
    "astct_2019_crs", "ctcae_v4_crs", "ctcae_v5_crs", "lee_2014_crs", "penn_crs", "mskcc_crs", "cartox_crs",
)  # fmt: skip
COURSES = 250
VALUES = {
    "temperature": (36.5, 36.5, 36.5, 36.5, 38.0, 39.5),
    "hypotension": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0),
    "hypoxia": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0),
    "organ_toxicity": (0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0),
    "vasopressor_dose": (1.0, 2.0),
}
CHARTED = {"temperature": 1.0, "hypotension": 0.7, "hypoxia": 0.7, "organ_toxicity": 0.1, "vasopressor_dose": 0.1}
START = Episode("drug", "blinatumomab", 10.0, 38.0, source="e1")


def reading(name: str, low: float, high: float, day: float) -> Reading:
    return Reading(name, low, high, unit=OBSERVABLES[name].unit, day=day, source="e2")


def charts(rng: np.random.Generator) -> tuple[list[Reading], list[Reading]]:
    """Return what was, and a record of the same moments with some of the values open."""
    truth: list[Reading] = []
    record: list[Reading] = []
    calm, blur = rng.random(), rng.choice((0.05, 0.15, 0.4))
    step, length = rng.choice((0.25, 0.5)), rng.choice((3.0, 8.0, 20.0))
    for moment in np.arange(10.1, 10.1 + length, step):
        day = float(moment)
        for name, values in VALUES.items():
            if rng.random() > CHARTED[name]:
                continue
            value = values[0] if rng.random() < calm else float(rng.choice(values))
            other = float(rng.choice(values))
            truth.append(reading(name, value, value, day))
            if rng.random() > blur:
                record.append(truth[-1])
            elif rng.random() < 0.5:
                record.append(reading(name, min(value, other), max(value, other), day))
            else:
                record.append(Reading(name, unit=OBSERVABLES[name].unit, day=day, absence="not stated", source="e2"))
    return truth, record


def pairs() -> list[tuple[Course, Course]]:
    rng = np.random.Generator(np.random.Philox(2019))
    found = []
    for k in range(COURSES):
        truth, record = charts(rng)
        events = [START]
        if rng.random() < 0.5:
            events.append(Episode("rescue", "tocilizumab", 10.0 + 4.0 * float(rng.random()), 14.0))
        hot = [r.day for r in truth if r.observable == "temperature" and r.low >= 38.0]
        if hot and rng.random() < 0.2:
            events.append(Episode("toxicity", "CRS", hot[0], hot[-1] + float(rng.random())))
        sides = [Course(f"c{k}", "record", dt.date(2020, 1, 1), (), tuple(s), tuple(events)) for s in (truth, record)]
        found.append((sides[0], sides[1]))
    return found


PAIRS = pairs()


def span(verdicts: tuple[Verdict, ...]) -> tuple[int, int]:
    """Return the interval of the worst episode of one exposure."""
    ranks = [[int(p[-1]) if p.startswith("grade") else 0 for p in v.possible] for v in verdicts]
    return max(min(r) for r in ranks), max(max(r) for r in ranks)


@pytest.mark.parametrize("name", NAMES)
def test_the_interval_of_an_exposure_holds_that_of_what_was(name: str) -> None:
    narrower = 0
    for truth, record in PAIRS:
        before, after = criterion(name).judge(record), criterion(name).judge(truth)
        (low, high), (least, most) = span(before), span(after)
        assert low <= least, (before, after)
        assert most <= high, (before, after)
        narrower += (low, high) != (least, most)
        for verdict in (*before, *after):
            assert verdict.grade is not None
            within = {f"grade {g}" if g else "no CRS" for g in range(verdict.grade[0], verdict.grade[1] + 1)}
            assert within <= set(verdict.possible)
            assert bool(verdict.missing) == (len(verdict.possible) > 1)
    assert narrower > COURSES / 20


def of(*signs: tuple[float, float | None]) -> Course:
    rows = [
        Reading("temperature", unit="Cel", day=day, absence="not stated")
        if value is None
        else reading("temperature", value, value, day)
        for day, value in signs
    ]
    return Course("c", "record", dt.date(2020, 1, 1), (), tuple(rows), (START,))


def test_a_quiet_day_that_is_not_shown_ends_no_episode() -> None:
    quiet = of((11.0, 39.0), (11.5, 37.0), (12.0, 37.0), (12.5, 37.0), (13.0, 39.0))
    open_ = of((11.0, 39.0), (11.5, 37.0), (12.0, None), (12.5, 37.0), (13.0, 39.0))
    assert [f.resolved for f in search(quiet)[0].found] == [11.5, None]
    assert [f.recurrent for f in search(quiet)[0].found] == [False, True]
    (one,) = search(open_)[0].found
    assert (one.parted, one.recurrent) == (True, None)


def test_what_surely_belongs_to_an_episode_begins_with_a_definite_fever() -> None:
    (found,) = search(of((11.0, None), (11.5, 39.0), (11.75, None)))[0].found
    assert [s.day for s in found.samples] == [11.0, 11.5, 11.75]
    assert [s.day for s in found.core] == [11.5, 11.75]
    assert not found.settled
