"""The label's rules as scenarios, solved by the kernel: what was decided, and every microgram that was infused.

The engager's amounts (depot, plasma, marrow, eliminated) add up to what has been infused, so the dose is read from the
solution itself and not from the rules that gave it.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np
import pytest

from trimer.course import Course, Episode, Reading
from trimer.criteria import judge
from trimer.engine.solution import Solution
from trimer.engine.solve import solve
from trimer.observables import OBSERVABLES
from trimer.study.scenario import scenario

HOUR = 1.0 / 24.0
SIGNS = ("temperature", "hypotension", "hypoxia")
AMOUNTS = tuple(f"blinatumomab_{part}" for part in ("depot", "central", "marrow", "eliminated"))
ROUNDS = -HOUR + 0.25 * np.arange(4 * 70)  # of the label's protocol: a day's four, the first an hour before day 0
N = 200
FRAILTY = {"typical": 1.0, "frail": 5.0, "frailer": 25.0}  # fever at most; one vasopressor; several


@lru_cache
def run(scale: str, patient: str) -> Solution:
    """Solve the typical patient, made frailer or not, under the bundled protocol of a scale."""
    setting = scenario(f"blinatumomab_label_{scale}", changes={"crs_frailty": FRAILTY[patient]})
    outputs = (*SIGNS, *AMOUNTS, "marrow_blast_percent", "blinatumomab_plasma", "dexamethasone_central")
    times = np.union1d(ROUNDS, np.arange(0.0, 100.0, 0.5))
    found = solve(setting.problem([setting.typical()], times, outputs))
    assert found.ok.all()
    return found


@lru_cache(maxsize=2)
def crowd(name: str) -> Solution:
    """Solve virtual patients under a bundled protocol, with their vital signs at every round."""
    setting = scenario(f"blinatumomab_label_{name}")
    times = np.concatenate([ROUNDS, [112.0, 490.0, 500.0]])
    found = solve(setting.problem(setting.patients(0, N), times, (*SIGNS, *AMOUNTS, "marrow_blast_percent")))
    assert found.ok.all()
    return found


def infused(found: Solution, day: float, patient: int = 0) -> float:
    """Return the engager infused until a day, ug."""
    return float(sum(found[name][patient, at(found, day)] for name in AMOUNTS))


def at(found: Solution, day: float) -> int:
    """Return the index of an output time."""
    index = int(np.searchsorted(found.times, day - 1e-6))
    assert found.times[index] == pytest.approx(day, abs=1e-6)
    return index


def before(day: float) -> float:
    """Return the last round before a day."""
    return max(d for d in ROUNDS.tolist() if d < day)


def decided(found: Solution, patient: int = 0) -> list[tuple[float, str]]:
    """Return day and first words of what was decided."""
    return [(t, name.split(":")[0]) for t, name in found.decisions.of(patient)]


def one(found: Solution, start: str, patient: int = 0) -> float:
    """Return the day of the only decision that begins so."""
    (day,) = (t for t, name in found.decisions.of(patient) if name.startswith(start))
    return day


# ---- one patient


def test_without_events_two_cycles_are_651_and_784_ug() -> None:
    found = run("astct_2019", "typical")
    assert found["hypotension"].max() < 2.0
    assert infused(found, 7.0) == pytest.approx(63.0, abs=1e-6)
    assert [infused(found, day) for day in (28.0, 41.5)] == pytest.approx([651.0, 651.0], abs=1e-6)
    assert infused(found, 70.0) == pytest.approx(651.0 + 784.0, abs=1e-6)
    level = found["blinatumomab_plasma"][0]
    assert level[at(found, 27.0)] / level[at(found, 6.0)] == pytest.approx(28.0 / 9.0, rel=1e-2)
    assert level[at(found, 41.0)] < 1e-6 * level[at(found, 27.0)]


def test_crs_of_grade_3_is_held_restarted_at_9_and_stepped_a_week_later() -> None:
    found = run("astct_2019", "frail")
    held, back = one(found, "hold: CRS of grade 3"), one(found, "resume at 9 ug/day")
    end = next(t for t, name in decided(found) if name == "end of a cycle")
    assert [name for _, name in decided(found)][:5] == [
        "start of a cycle", "hold", "resume at 9 ug/day", "step to 28 ug/day", "end of a cycle"
    ]  # fmt: skip
    assert one(found, "step") == pytest.approx(back + 7.0)
    low, high = held + 7.0, 21.0 - held  # days at 9 and at 28: 28 of infusion in all
    assert end == pytest.approx(28.0 + back + HOUR - held)
    assert infused(found, held) == pytest.approx(9.0 * held, rel=1e-6)
    assert infused(found, back) == pytest.approx(9.0 * held, rel=1e-6)
    assert infused(found, before(end) + 0.25) == pytest.approx(9.0 * low + 28.0 * high, rel=1e-6)
    assert one(found, "hold") < 5.0, "the onset of CRS under the label is day 2"


def test_held_until_free_of_signs_for_a_day() -> None:
    found = run("astct_2019", "frail")
    held, back = one(found, "hold"), one(found, "resume")
    signs = [found[name][0] for name in SIGNS]
    sick = (signs[0] >= 38.0) | (signs[1] >= 1.0) | (signs[2] >= 1.0)
    between = (found.times > held - 1e-6) & (found.times < back + 1e-6)
    last = found.times[between & sick].max()
    assert back == pytest.approx(last + 0.25 + 1.0), "a day from the first round without a sign"
    assert found["dexamethasone_central"][0, at(found, held) + 1] > 0.0


def test_crs_of_grade_4_stops_for_good() -> None:
    found = run("astct_2019", "frailer")
    stopped = one(found, "stop: CRS of grade 4")
    assert found["hypotension"][0, at(found, stopped)] >= 3.0
    assert found["hypotension"][0, at(found, stopped) - 1] < 3.0
    assert decided(found)[-1][0] == stopped
    held = one(found, "hold")
    assert infused(found, float(ROUNDS[-1])) == pytest.approx(9.0 * held, rel=1e-6)


def test_the_scale_changes_the_answer() -> None:
    """One vasopressor is grade 3 by ASTCT 2019 and grade 4 by CTCAE 4: held by the one, stopped by the other."""
    held, stopped = run("astct_2019", "frail"), run("ctcae_v4", "frail")
    day = one(held, "hold")
    assert one(stopped, "stop: CRS of grade 4") == day
    assert infused(stopped, float(ROUNDS[-1])) == pytest.approx(9.0 * day, rel=1e-6)
    assert infused(held, float(ROUNDS[-1])) > 600.0


def test_the_slow_backend_decides_the_same() -> None:
    setting = scenario("blinatumomab_label_astct_2019", changes={"crs_frailty": FRAILTY["frail"]})
    problem = setting.problem([setting.typical()], [0.0, 7.0, 13.0], AMOUNTS)
    fast, slow = solve(problem), solve(problem, "reference")
    assert decided(fast) == [(pytest.approx(day), name) for day, name in decided(slow)]
    assert len(decided(fast)) == 4
    assert fast.values == pytest.approx(slow.values, rel=1e-5, abs=1e-6)


# ---- virtual patients, and the criterion itself


def course(found: Solution, patient: int, until: float) -> Course:
    """Return the vital signs at the rounds until a day, as the criteria read them."""
    readings = []
    for day in (d for d in ROUNDS.tolist() if d < until + 1e-6):
        for name in SIGNS:
            value = float(found[name][patient, at(found, day)])
            value = value if name == "temperature" else float(np.floor(value))
            unit = OBSERVABLES[name].unit
            readings.append(
                Reading(name, value, value, unit=unit, day=day, earliest=day, latest=day, source="simulated")
            )
    given = (Episode("drug", "blinatumomab", -HOUR, 28.0),)
    return Course("c", "simulation", dt.date(2020, 1, 1), readings=tuple(readings), episodes=given)


def grade(found: Solution, patient: int, until: float, scale: str) -> tuple[int, int]:
    """Return the highest grade a criterion finds until a day."""
    verdicts = judge(course(found, patient, until), [scale])
    return max((v.grade or (0, 0) for v in verdicts), key=lambda g: g[1])


def acted(found: Solution, patient: int) -> float | None:
    """Return when the rules first held or stopped for CRS."""
    return next((t for t, n in found.decisions.of(patient) if n.startswith(("hold: CRS", "stop: CRS"))), None)


def test_the_rule_acts_at_the_round_at_which_the_criterion_first_finds_grade_3() -> None:
    found = crowd("astct_2019")
    days = {patient: acted(found, patient) for patient in range(N)}
    early = {patient: day for patient, day in days.items() if day is not None and day < 14.0}
    assert len(early) >= 10
    for patient, day in early.items():
        assert grade(found, patient, day, "astct_2019_crs")[0] >= 3
        assert grade(found, patient, day - 0.25, "astct_2019_crs")[1] < 3
    for patient, day in days.items():
        if day is None:
            assert grade(found, patient, 14.0, "astct_2019_crs")[1] < 3


def test_ctcae_4_acts_on_what_the_criterion_may_call_grade_3() -> None:
    found = crowd("ctcae_v4")
    early = {p: day for p in range(N) if (day := acted(found, p)) is not None and day < 14.0}
    assert len(early) >= 10
    for patient, day in early.items():
        assert grade(found, patient, day, "ctcae_v4_crs")[1] >= 3
        stopped = any(n.startswith("stop: CRS") and t == day for t, n in found.decisions.of(patient))
        assert (grade(found, patient, day, "ctcae_v4_crs")[0] == 4) == stopped


def test_nobody_is_treated_on_without_remission_after_induction() -> None:
    found = crowd("astct_2019")
    for patient in range(N):
        names = dict((n, t) for t, n in found.decisions.of(patient))
        ends = [t for t, n in found.decisions.of(patient) if n == "end of a cycle"]
        if len(ends) < 2 or ends[1] != 70.0:
            continue
        refractory = found["marrow_blast_percent"][patient, at(found, before(70.0))] >= 5.0
        gone = names.get("stop: no remission after induction, or relapse") == 70.0
        assert gone == refractory


def test_who_is_never_held_and_stays_in_remission_gets_6923_ug() -> None:
    found = crowd("astct_2019")
    whole = [p for p in range(N) if found.decisions.of(p)[-1][1] == "end of the plan"]
    quiet = [p for p in whole if not any(n.startswith("hold") for _, n in found.decisions.of(p))]
    assert len(quiet) >= 20
    for patient in quiet:
        assert len(found.decisions.of(patient)) == 20
        assert infused(found, 490.0, patient) == pytest.approx(6923.0, rel=1e-9)
    for patient in set(whole) - set(quiet):
        # a hold replaces days at 28 by days at 9: never more than the label, and 28 days of infusion a cycle
        assert 5000.0 < infused(found, 500.0, patient) < 6923.0
