"""The search: dominance, a problem with a known answer, the same draws by seed; comparisons and what they allow."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trimer.errors import InputError, ProtocolError
from trimer.library.load_optimisation import optimisation
from trimer.study.optimise import compare
from trimer.study.optimise.evaluate import Candidate, Evaluator, Goal, check_known, goals_of, limits_of
from trimer.study.optimise.evolve import Decision, Score, evolve
from trimer.study.optimise.pareto import non_dominated, spread
from trimer.study.optimise.space import Space
from trimer.study.optimise.store import FILE, SearchStore
from trimer.study.outcomes import OUTCOMES
from trimer.study.scenario import SIZE
from trimer.therapy.optimisation import Variable
from trimer.therapy.protocol import Protocol

Array = NDArray[np.float64]

# ---- dominance


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


@pytest.mark.parametrize("objectives", [1, 2, 3])
def test_the_front_is_what_brute_force_finds(objectives: int) -> None:
    rows = np.random.default_rng(objectives).integers(0, 6, size=(80, objectives)).astype(float)
    found = non_dominated(rows)
    expected = [
        i
        for i, row in enumerate(rows)
        if not any(dominates(other, row) for other in rows) and row.tolist() not in rows[:i].tolist()
    ]
    assert found.tolist() == expected


def test_a_few_of_many_hold_the_ends_and_lie_apart() -> None:
    line = np.column_stack([np.arange(101.0), 100.0 - np.arange(101.0)])
    assert spread(line, 3).tolist() == [0, 50, 100]
    assert spread(line, 200).tolist() == list(range(101))
    assert spread(np.ones((5, 2)), 2).tolist() == [0, 1]


# ---- the search

PLACES = tuple(float(k) for k in range(41))
VARIABLES = (Variable("x", PLACES), Variable("y", PLACES), Variable("kind", ("plain", "good"), ordered=False))


def known(decision: Decision) -> Score:
    """Return two distances that pull x apart (10 and 20); y = 20 and good are best, x above 18 is forbidden."""
    x, y = float(decision["x"]), float(decision["y"])
    worse = 0.0 if decision["kind"] == "good" else 60.0
    return [(x - 10) ** 2 + (y - 20) ** 2 + worse, (x - 20) ** 2 + (y - 20) ** 2 + worse], [x - 18.0]


def searched(seed: int = 1, judge: Any = known, generations: int = 25, **others: Any) -> list[Decision]:
    return evolve(
        VARIABLES, judge, objectives=2, constraints=1, population=20, generations=generations, seed=seed, **others
    )  # fmt: skip


def test_the_search_finds_a_known_front() -> None:
    met: dict[tuple[Any, ...], Score] = {}

    def judge(decision: Decision) -> Score:
        return met.setdefault(tuple(decision.values()), known(decision))

    last = searched(judge=judge)
    allowed = {key: score for key, score in met.items() if score[1][0] <= 0.0}
    front = [list(allowed)[k] for k in non_dominated([score[0] for score in allowed.values()])]
    assert {key for key in front if key[1:] == (20.0, "good")} >= {(float(x), 20.0, "good") for x in range(10, 19)}
    assert all(known(decision)[1][0] <= 0.0 for decision in last)
    assert len(met) < 0.25 * 41 * 41 * 2


def test_the_same_seed_asks_the_same_questions_and_another_does_not() -> None:
    def asked(seed: int) -> list[tuple[Any, ...]]:
        order: list[tuple[Any, ...]] = []

        def judge(decision: Decision) -> Score:
            order.append(tuple(decision.values()))
            return known(decision)

        searched(seed, judge, 6)
        return order

    assert asked(7) == asked(7)
    assert asked(7) != asked(8)


def test_the_first_generation_holds_what_was_given_and_what_is_allowed() -> None:
    order: list[Decision] = []

    def judge(decision: Decision) -> Score:
        order.append(decision)
        return known(decision)

    start: Decision = {"x": 40.0, "y": 40.0, "kind": "plain"}
    generations: list[int] = []
    searched(judge=judge, generations=2, start=[start], allowed=lambda d: d["kind"] == "good", after=generations.append)
    assert order[0] == start
    assert {decision["kind"] for decision in order[1:20]} == {"good"}
    assert generations == [1, 2]


def test_a_space_smaller_than_a_generation() -> None:
    few = (Variable("x", (1.0, 2.0)), Variable("kind", ("a",), ordered=False))
    found = evolve(
        few, lambda d: ([float(d["x"])], []), objectives=1, constraints=0, population=8, generations=3, seed=1
    )  # fmt: skip
    assert {d["x"] for d in found} <= {1.0, 2.0}


def test_without_pymoo_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymoo.core.problem", None)
    with pytest.raises(InputError, match=r"trimer\[optimise\]"):
        searched()


# ---- evaluation


@pytest.fixture(scope="module")
def space() -> Space:
    return Space.of(optimisation("label_schedule"))


def flat(protocol: Protocol) -> dict[str, Array]:
    """Return outcomes of three subjects that follow from the plan alone."""
    days = sum(block.count * block.infusion for block in protocol.blocks)
    names = ("days_in_remission", "severe_crs", "drug_amount", "hospital_days")
    return {name: np.array([0.0, 1.0, 2.0]) * (days if name == "days_in_remission" else 0.0) for name in names}


def evaluator_of(space: Space, treat: Any = flat, lift: Sequence[str] = ()) -> Evaluator:
    return Evaluator(
        space, goals_of(space.optimisation, OUTCOMES), limits_of(space.optimisation, OUTCOMES, lift), treat, SIZE
    )


def test_a_treatment_is_given_once_whatever_it_is_called(space: Space) -> None:
    evaluate = evaluator_of(space)
    level = {**space.nearest(), "first_dose": 28.0}
    assert evaluate(level) is evaluate({**level, "days_before_step": 3.0})
    assert evaluate.treated == 1
    found = evaluate(level)
    assert found.feasible
    assert found.means["days_in_remission"] == pytest.approx(252.0)
    assert found.errors["days_in_remission"] == pytest.approx(252.0 / math.sqrt(3.0))


def test_what_makes_no_protocol_is_refused_with_the_reason(space: Space) -> None:
    evaluate = evaluator_of(space)
    found = evaluate({**space.nearest(), "first_dose": 20.0, "second_dose": 15.0})
    assert "at most the second" in found.refused
    assert not found.feasible
    assert evaluate.treated == 0
    goals, violations = evaluate.score(found)
    assert set(goals) == {math.inf}
    assert max(violations) > 1.0


def test_what_cannot_be_treated_with_or_solved_is_refused(space: Space) -> None:
    def fails(protocol: Protocol) -> dict[str, Array]:
        raise ProtocolError("here", "this", "that")

    assert "found this" in evaluator_of(space, fails)(space.nearest()).refused

    def lost(protocol: Protocol) -> dict[str, Array]:
        return {name: np.array([1.0, np.nan, 1.0]) for name in flat(protocol)}

    assert evaluator_of(space, lost)(space.nearest()).refused == "33% of the subjects could not be solved"


def test_a_plan_over_its_limit_is_not_tried_unless_that_is_lifted(space: Space) -> None:
    high = {**space.nearest(), "second_dose": 56.0}
    evaluate = evaluator_of(space)
    found = evaluate(high)
    assert found.excess["label_dose"] == pytest.approx(1.0)
    assert (found.means, found.feasible, evaluate.treated, evaluate.allowed(high)) == ({}, False, 0, False)
    lifted = evaluator_of(space, lift=["label_dose"])
    assert lifted(high).feasible
    assert lifted.allowed(high)
    with pytest.raises(InputError, match="label_dose, waste"):
        evaluator_of(space, lift=["dose"])


def test_an_outcome_over_its_limit_is_infeasible(space: Space) -> None:
    def severe(protocol: Protocol) -> dict[str, Array]:
        return {**flat(protocol), "severe_crs": np.array([1.0, 0.0, 0.0])}

    found = evaluator_of(space, severe)(space.nearest())
    assert found.excess["severe_crs"] == pytest.approx((1 / 3 - 0.15) / 0.15)
    assert not found.feasible


def test_an_outcome_that_only_some_have_is_no_objective() -> None:
    values = {"drug_amount": np.array([1.0, 2.0, np.nan]), "relapse_day": np.array([np.nan, 90.0, np.nan])}
    check_known(values, ["drug_amount"])
    with pytest.raises(InputError, match="not known of 1 of 2 subjects"):
        check_known(values, ["relapse_day"])


# ---- kept candidates


def test_candidates_read_back_to_the_bit_and_only_by_the_same_search(space: Space, tmp_path: Path) -> None:
    evaluate = evaluator_of(space)
    for dose in (20.0, 21.0, 56.0):
        evaluate({**space.nearest(), "second_dose": dose})
    evaluate({**space.nearest(), "first_dose": 28.0, "second_dose": 15.0})
    store = SearchStore.open(tmp_path / "kept", {"seed": 1})
    assert store.read(resume=False) == []
    store.write(evaluate.known)
    assert store.read(resume=True) == list(evaluate.known.values())
    with pytest.raises(InputError, match="--resume"):
        store.read(resume=False)
    with pytest.raises(InputError, match="another search"):
        SearchStore.open(tmp_path / "kept", {"seed": 2}).read(resume=True)
    (tmp_path / "kept" / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="unreadable"):
        store.read(resume=True)


def test_a_candidate_as_plain_values_and_back(space: Space) -> None:
    found = evaluator_of(space)(space.nearest())
    assert Candidate.from_dict(found.to_dict()) == found


# ---- comparisons

DAYS = Goal("days", "Days", "day", -1.0, 5.0)
COST = Goal("cost", "Cost", "ug", 1.0, 5.0)


def compared(
    *shifts: tuple[float, float], count: int = 400, noise: float = 20.0
) -> list[dict[str, compare.Difference]]:
    """Return the differences of schedules that shift days and cost by so much, on average, in everybody."""
    stream = np.random.default_rng(3)
    base = {"days": stream.normal(100.0, 50.0, count), "cost": stream.normal(100.0, 50.0, count)}
    values = [
        {name: base[name] + shift + stream.normal(0.0, noise, count) for name, shift in zip(base, pair, strict=True)}
        for pair in shifts
    ]
    return compare.compare(values, base, (DAYS, COST), compare.weights(count, 5))


def test_an_interval_is_that_of_the_paired_mean() -> None:
    [found] = compared((0.0, 0.0))
    half = 1.645 * 20.0 / math.sqrt(400)
    assert found["days"].high - found["days"].low == pytest.approx(2 * half, rel=0.1)
    assert found["days"].low < found["days"].value < found["days"].high


def test_simultaneous_intervals_are_wider_and_grow_with_what_is_looked_at() -> None:
    [one] = compared((0.0, 0.0))
    many = compared(*[(0.0, 0.0)] * 10)
    widths = [d["days"].sure_high - d["days"].sure_low for d in (one, many[0])]
    assert one["days"].high - one["days"].low < widths[0] < widths[1]


def test_verdicts_and_claims() -> None:
    winner, trade, same, loser = compared((20.0, 0.0), (20.0, 20.0), (0.0, 0.0), (-20.0, 0.0))
    assert [d.verdict for d in winner.values()] == ["better", "no difference shown"]
    assert compare.claims(winner) == ("days",)
    assert [d.verdict for d in trade.values()] == ["better", "worse"]
    assert compare.claims(trade) == ()
    [small] = compared((20.0, 3.5), count=4000, noise=5.0)
    assert (small["cost"].verdict, small["cost"].no_loss) == ("worse", True)
    assert compare.claims(small) == ()  # a loss within the margin is one all the same when it is shown
    assert compare.claims(same) == ()
    assert loser["days"].verdict == "worse"
    assert not loser["days"].no_loss


def test_noise_alone_finds_no_winner() -> None:
    assert [compare.claims(one) for one in compared(*[(0.0, 0.0)] * 12)] == [()] * 12


def test_without_any_difference_intervals_are_points() -> None:
    base = {"days": np.ones(10), "cost": np.ones(10)}
    [found] = compare.compare([base], base, (DAYS, COST), compare.weights(10, 1))
    assert (found["days"].low, found["days"].high, found["days"].verdict) == (0.0, 0.0, "no difference shown")
    assert found["days"].no_loss


def test_who_is_not_known_under_both_is_left_out() -> None:
    base = {"days": np.array([1.0, 2.0, np.nan, 4.0]), "cost": np.zeros(4)}
    other = {"days": np.array([2.0, 3.0, 9.0, np.nan]), "cost": np.zeros(4)}
    [found] = compare.compare([other], base, (DAYS, COST), compare.weights(4, 1, 50))
    assert (found["days"].n, found["days"].value) == (2, 1.0)
