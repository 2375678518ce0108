"""Lugano 2014: PET and CT row by row, what decides when both are there, and what is open when something is not."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.course import Course, Episode, Reading, Visit
from trimer.criteria.extramedullary.lugano_2014 import ORDER, THRESHOLDS, judge
from trimer.criteria.verdict import UNDETERMINED, Verdict
from trimer.observables import OBSERVABLES
from trimer.record.read_yaml import load_case

Value = float | tuple[float, float] | str


def reading(name: str, value: Value) -> Reading:
    if isinstance(value, str):
        return Reading(name, text=value, source="e1")
    low, high = value if isinstance(value, tuple) else (value, value)
    return Reading(name, low, high, unit=OBSERVABLES[name].unit, source="e1")


def visit(day: float, context: str = "response assessment", **values: Value) -> Visit:
    return Visit(f"d{day:g}", f"day {day:g}", day, {n: reading(n, v) for n, v in values.items()}, context=context)


def course(*visits: Visit, episodes: tuple[Episode, ...] = ()) -> Course:
    return Course("test", "record", dt.date(2014, 1, 13), visits, (), episodes)


def last(*visits: Visit) -> Verdict:
    return judge(course(*visits))[-1]


PET = [
    *((float(score), "unchanged", "CR") for score in (1, 2, 3)),
    (4.0, "reduced", "PR"),
    (5.0, "reduced", "PR"),
    (4.0, "unchanged", "SD"),
    (5.0, "unchanged", "SD"),
    (4.0, "increased", "PD"),
    (5.0, "increased", "PD"),
]


@pytest.mark.parametrize(("score", "uptake", "category"), PET)
def test_pet(score: float, uptake: str, category: str) -> None:
    verdict = last(visit(30.0, deauville=score, lesion_uptake=uptake, new_lesion="absent"))
    assert (verdict.category, verdict.possible, verdict.missing) == (category, (category,), ())
    assert verdict.conventions == ()


@pytest.mark.parametrize("score", [1.0, 3.0, 4.0, 5.0])
def test_a_new_lesion_is_progression_whatever_the_score(score: float) -> None:
    verdict = last(visit(30.0, deauville=score, lesion_uptake="reduced", new_lesion="present"))
    assert (verdict.category, verdict.possible) == ("PD", ("PD",))
    assert "a new lesion" in verdict.reason
    assert last(visit(30.0, new_lesion="present")).category == "PD"


# Smallest diameter before, diameter now, change of the summed product of diameters.
CT = [
    (4.0, 1.5, -80.0, "CR"),
    (4.0, 1.51, -50.0, "PR"),
    (4.0, 1.51, -49.9, "SD"),
    (4.0, 4.0, 0.0, "SD"),
    (4.0, 4.99, 50.0, "SD"),
    (4.0, 5.0, 50.0, "PD"),
    (4.0, 5.0, 49.9, "SD"),
    (2.0, 2.5, 50.0, "PD"),
    (2.0, 2.49, 50.0, "SD"),
    (2.01, 2.9, 50.0, "SD"),
    (1.0, 1.5, 100.0, "CR"),
    (1.0, 1.51, 100.0, "PD"),
]


@pytest.mark.parametrize(("before", "now", "change", "category"), CT)
def test_ct(before: float, now: float, change: float, category: str) -> None:
    first = visit(0.0, "presentation", node_diameter=before)
    verdict = last(first, visit(30.0, node_diameter=now, lesion_area_change=change, new_lesion="absent"))
    assert verdict.category == category
    assert verdict.conventions == ("no PET recorded, CT decides",)
    assert verdict.possible == ORDER  # PET, had it been done, would overrule CT
    assert verdict.missing == ("deauville",)


def test_growth_is_measured_from_the_smallest_size_before() -> None:
    visits = [visit(0.0, "presentation", node_diameter=6.0), visit(30.0, node_diameter=2.0, lesion_area_change=-90.0)]
    later = visit(60.0, node_diameter=2.6, lesion_area_change=60.0)
    assert [v.category for v in judge(course(*visits, later))] == ["baseline", "PR", "PD"]


def test_growth_that_cannot_be_told_leaves_progression_open() -> None:
    verdict = last(visit(30.0, node_diameter=4.0, lesion_area_change=60.0))
    assert verdict.category == UNDETERMINED
    assert "node_diameter at an earlier visit" in verdict.missing
    unsure = visit(0.0, "presentation", node_diameter=(1.8, 2.2))
    assert last(unsure, visit(30.0, node_diameter=2.9, lesion_area_change=60.0)).category == UNDETERMINED
    assert last(unsure, visit(30.0, node_diameter=3.3, lesion_area_change=60.0)).category == "PD"


def test_pet_decides_where_both_are_recorded() -> None:
    both = {"deauville": 2.0, "node_diameter": 3.0, "lesion_area_change": -40.0, "new_lesion": "absent"}
    verdict = last(visit(30.0, **both))
    assert (verdict.category, verdict.possible) == ("CR", ("CR",))
    open_pet = last(visit(30.0, **(both | {"deauville": 4.0})))
    assert open_pet.category == UNDETERMINED
    assert open_pet.possible == ("PR", "SD", "PD")
    assert open_pet.missing == ("lesion_uptake",)


def test_an_unrecorded_new_lesion_is_taken_as_none_and_said() -> None:
    verdict = last(visit(30.0, deauville=2.0))
    assert verdict.category == "CR"
    assert verdict.possible == ("CR", "PD")
    assert verdict.missing == ("new_lesion",)
    assert verdict.conventions == ("new lesion not recorded, taken as none",)
    assert "taken as none" in verdict.reason


def test_uptake_without_a_score() -> None:
    none = last(visit(30.0, lesion_uptake="none", new_lesion="absent"))
    assert none.category == "CR"
    assert none.conventions == ("no score recorded, no uptake read as Deauville 1",)
    assert none.missing == ("deauville",)
    verdict = last(visit(30.0, lesion_uptake="reduced", new_lesion="absent"))
    assert verdict.possible == ("CR", "PR")
    assert verdict.missing == ("deauville",)


def test_uptake_that_contradicts_the_score_stays_open() -> None:
    verdict = last(visit(30.0, deauville=4.0, lesion_uptake="none", new_lesion="absent"))
    assert (verdict.category, verdict.possible) == (UNDETERMINED, ("CR", "PR"))
    assert verdict.missing == ("whether the lesions still take up tracer",)


def test_a_score_that_is_not_settled_stays_open() -> None:
    verdict = last(visit(30.0, deauville=(3.0, 4.0), lesion_uptake="unchanged", new_lesion="absent"))
    assert (verdict.possible, verdict.missing) == (("CR", "SD"), ("deauville",))


def test_imaging_before_treatment_is_the_baseline() -> None:
    first, second = visit(0.0, "", deauville=5.0), visit(30.0, "", deauville=2.0)
    drug = (Episode("drug", "blinatumomab", 1.0, 28.0),)
    assert [v.category for v in judge(course(second, first, episodes=drug))] == ["baseline", "CR"]


def test_a_free_text_for_uptake_settles_nothing() -> None:
    verdict = last(visit(30.0, lesion_uptake="patchy", new_lesion="absent"))
    assert (verdict.category, verdict.possible) == (UNDETERMINED, ORDER)
    assert verdict.reason == "Undetermined: neither a score nor a word for uptake is recorded."


def test_nobody_looked_is_no_verdict() -> None:
    assert judge(course(visit(30.0, marrow_blast_percent=1.0))) == ()
    absent = Visit("v", "visit", 3.0, {"deauville": Reading("deauville", absence="not done")})
    assert judge(course(absent)) == ()
    assert judge(load_case("linder2016").course()) == ()


def test_every_threshold_was_seen() -> None:
    assert {row.provenance for row in THRESHOLDS.values()} == {"seen"}


SCORES, SIZES, CHANGES = st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]), st.floats(0.2, 8.0), st.floats(-100.0, 200.0)
UPTAKE = ("none", "reduced", "unchanged", "increased")
FIRST = visit(0.0, "presentation", node_diameter=2.0, deauville=5.0)


def rank(verdict: Verdict) -> tuple[int, int]:
    places = [ORDER.index(name) for name in verdict.possible]
    return min(places), max(places)


@given(st.tuples(SCORES, SCORES).map(sorted), st.tuples(*[st.sampled_from(range(4))] * 2).map(sorted), st.booleans())
def test_worse_pet_is_never_judged_better(scores: list[float], words: list[int], new: bool) -> None:
    found = [
        last(FIRST, visit(30.0, deauville=s, lesion_uptake=UPTAKE[w], new_lesion="present" if new else "absent"))
        for s, w in zip(scores, words, strict=True)
    ]
    assert rank(found[0])[0] <= rank(found[1])[0]
    assert rank(found[0])[1] <= rank(found[1])[1]


@given(st.tuples(SIZES, SIZES).map(sorted), st.tuples(CHANGES, CHANGES).map(sorted))
def test_worse_ct_is_never_judged_better(sizes: list[float], changes: list[float]) -> None:
    found = [
        last(FIRST, visit(30.0, node_diameter=s, lesion_area_change=c, new_lesion="absent"))
        for s, c in zip(sizes, changes, strict=True)
    ]
    assert ORDER.index(found[0].category) <= ORDER.index(found[1].category)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "deauville": SCORES,
            "lesion_uptake": st.sampled_from(UPTAKE),
            "node_diameter": SIZES,
            "lesion_area_change": CHANGES,
            "new_lesion": st.sampled_from(["present", "absent"]),
        },
    ),
    st.data(),
)
def test_less_known_is_never_narrower(facts: dict[str, Value], data: st.DataObject) -> None:
    full = judge(course(FIRST, visit(30.0, **facts)))[1:]
    for verdict in full:
        assert bool(verdict.missing) == (len(verdict.possible) > 1)
        assert verdict.category in (*verdict.possible, UNDETERMINED)
    if facts:
        gone = data.draw(st.sampled_from(sorted(facts)))
        less = judge(course(FIRST, visit(30.0, **{n: v for n, v in facts.items() if n != gone})))[1:]
        for verdict in less:
            assert set(verdict.possible) >= set(full[0].possible), (gone, verdict, full[0])


@given(st.tuples(SIZES, SIZES).map(sorted), st.floats(0.0, 1.0), CHANGES)
def test_an_interval_of_size_allows_what_every_size_in_it_gives(sizes: list[float], at: float, change: float) -> None:
    exact = min(max(sizes[0] + at * (sizes[1] - sizes[0]), sizes[0]), sizes[1])
    wide, sharp = (
        last(FIRST, visit(30.0, node_diameter=d, lesion_area_change=change, new_lesion="absent"))
        for d in ((sizes[0], sizes[1]), exact)
    )
    assert wide.category in (UNDETERMINED, sharp.category)


def test_growth_of_the_area_counts_from_its_smallest_too() -> None:
    visits = [visit(0.0, "presentation", node_diameter=4.0)]
    visits += [visit(30.0, node_diameter=1.8, lesion_area_change=-80.0)]
    visits += [visit(60.0, node_diameter=2.4, lesion_area_change=-50.0)]  # 2.5 times the smallest
    found = judge(course(*visits))
    assert [v.category for v in found] == ["baseline", "PR", "PD"]
    rise = next(d for d in found[-1].decided_by if d.threshold == ">= 50 %")
    assert rise.value == "150 %"
    steady = visit(60.0, node_diameter=2.4, lesion_area_change=-71.0)  # 1.45 times
    assert judge(course(*visits[:2], steady))[-1].category == "PR"


def test_imaging_twice_before_treatment_is_twice_the_baseline() -> None:
    scans = [visit(0.0, "", deauville=5.0), visit(1.0, "", deauville=5.0)]
    drug = (Episode("drug", "blinatumomab", 1.0, 28.0),)
    assert [v.category for v in judge(course(*scans, episodes=drug))] == ["baseline", "baseline"]
