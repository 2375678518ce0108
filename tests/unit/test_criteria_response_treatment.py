"""Before treatment: which assessment a response is measured from, and which assessments are none of a response."""

from __future__ import annotations

import pytest
from response_sample import CLEAR, course, judged, remission, visit

from trimer.course import Course, Episode
from trimer.criteria.extramedullary import lugano_2014
from trimer.criteria.response import amg, cibmtr, eln_2024, nci_2010
from trimer.criteria.response.evidence import before_treatment
from trimer.record.read_yaml import load_case


def regimen(name: str, start: float, end: float) -> Episode:
    return Episode("regimen", name, start, end)


def reference(facts: Course, day: float) -> float:
    """Return the day that the response of a day is measured from."""
    at = next(v for v in facts.visits if v.day == day)
    found = before_treatment(facts, at, [v for v in facts.visits if v.day < day])
    assert found is not None
    return found.day


FIRST = visit(0.0, "presentation", marrow_blast_percent=80.0, blood_blast_percent=0.0, blasts_blood=0.0)
AFTER_A = remission(20.0, marrow_blast_percent=30.0)
AFTER_B = remission(45.0, marrow_blast_percent=20.0)
PARTS = (regimen("hypercvad_a", 1.0, 15.0), regimen("hypercvad_b", 21.0, 35.0))
INSIDE = (regimen("modified_linker", 1.0, 62.0), Episode("drug", "methotrexate", 22.0, 22.0))


@pytest.mark.parametrize("episodes", [PARTS, INSIDE], ids=["parts A and B", "a drug inside a regimen"])
def test_a_part_or_a_drug_inside_a_regimen_does_not_reset_the_reference(episodes: tuple[Episode, ...]) -> None:
    for module, category in ((amg, "PR"), (eln_2024, "PR"), (nci_2010, "PR"), (cibmtr, "PR")):
        found = judged(module, FIRST, AFTER_A, AFTER_B, episodes=episodes)
        assert found["d45"].category == category, module


def test_a_treatment_of_another_name_begun_when_nothing_ran_has_its_own_reference() -> None:
    other = (regimen("cytarabine_mitoxantrone", 1.0, 5.0), regimen("clag", 21.0, 25.0))
    assert reference(course(FIRST, AFTER_A, AFTER_B, episodes=other), 45.0) == 20.0


def test_a_course_of_the_same_regimen_after_a_long_gap_has_its_own_reference() -> None:
    def facts(gap: float) -> Course:
        again = regimen("hypercvad_a", 15.0 + gap, 30.0 + gap)
        return course(FIRST, AFTER_A, visit(200.0, **CLEAR), episodes=(PARTS[0], again))

    assert (reference(facts(56.0), 200.0), reference(facts(56.1), 200.0)) == (0.0, 20.0)


@pytest.mark.parametrize(
    ("said", "episodes", "day"),
    [
        ("refractory", INSIDE, 20.0),  # a drug added because of refractory disease, while the regimen still runs
        ("relapse", PARTS, 20.0),
        ("refractory", PARTS, 0.0),  # the next part of one regimen is no new treatment
        ("no relapse", PARTS, 0.0),
    ],
)
def test_what_was_concluded_between_parts_treatments(said: str, episodes: tuple[Episode, ...], day: float) -> None:
    told = (*episodes, Episode("conclusion", said, 20.0, 20.0))
    assert reference(course(FIRST, AFTER_A, AFTER_B, episodes=told), 45.0) == day


def test_the_reference_case_measures_43_from_79_and_68_from_43() -> None:
    case = load_case("linder2016").course()
    days = {v.id: v.day for v in case.visits}
    looked = [v for v in case.visits if v.context in ("presentation", "response assessment")]
    for event, from_event in (("e19", "e17"), ("e21", "e19"), ("e09", "e03")):
        at = next(v for v in looked if v.id == event)
        found = before_treatment(case, at, [v for v in looked if v.day < days[event]])
        assert found is not None
        assert found.id == from_event


def test_every_visit_up_to_the_first_treatment_is_the_baseline() -> None:
    unmarked = (visit(0.0, "", marrow_blast_percent=60.0), visit(3.0, "", marrow_blast_percent=80.0))
    later = visit(30.0, "", marrow_blast_percent=20.0, **CLEAR)
    begun = (regimen("modified_linker", 3.0, 65.0),)
    found = judged(amg, *unmarked, later, episodes=begun)
    assert [v.category for v in found.values()] == ["baseline", "baseline", "PR"]
    scans = (visit(0.0, "", deauville=5.0), visit(3.0, "", deauville=4.0), visit(30.0, "", deauville=2.0))
    assert [v.category for v in lugano_2014.judge(course(*scans, episodes=begun))] == ["baseline", "baseline", "CR"]
