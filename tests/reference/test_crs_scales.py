"""The reference case by seven scales of CRS (evidence 3.4), and mistakes of public implementations not made here."""

from __future__ import annotations

import importlib

import pytest

from trimer import load_case
from trimer.course import Course
from trimer.criteria import criterion
from trimer.criteria.crs import astct_2019_crs
from trimer.criteria.verdict import Verdict

DOSE, NUMBER = "dose of vasopressors", "hypotension (number of vasopressors)"
THREATENING = "a judgement of life-threatening"

# scale, category, interval behind it, every grade without conventions, what among others would narrow it
EXPECTED = [
    ("astct_2019_crs", "grade 3 to 4", (3, 4), (3, 4), {NUMBER}),
    ("ctcae_v5_crs", "grade 3", (3, 3), (3, 4), {THREATENING}),
    ("ctcae_v4_crs", "grade 4", (4, 4), (4, 4), set()),
    ("lee_2014_crs", "grade 2 to 3", (2, 3), (2, 4), {NUMBER, DOSE}),
    ("penn_crs", "grade 3 to 4", (3, 4), (3, 4), {DOSE}),
    ("mskcc_crs", "grade 3", (3, 3), (3, 4), {DOSE}),
    ("cartox_crs", "grade 2 to 3", (2, 3), (2, 4), {NUMBER, DOSE, THREATENING}),
]
NAMES = [row[0] for row in EXPECTED]


@pytest.fixture(scope="module")
def course() -> Course:
    return load_case("linder2016").course()


@pytest.fixture(scope="module")
def verdicts(course: Course) -> dict[str, tuple[Verdict, ...]]:
    return {name: criterion(name).judge(course) for name in NAMES}


@pytest.mark.parametrize(("name", "category", "grade", "possible", "narrows"), EXPECTED, ids=NAMES)
def test_the_reference_case(
    verdicts: dict[str, tuple[Verdict, ...]],
    name: str,
    category: str,
    grade: tuple[int, int],
    possible: tuple[int, int],
    narrows: set[str],
) -> None:
    found = verdicts[name][0]
    assert (found.category, found.grade) == (category, grade)
    assert found.possible == tuple(f"grade {g}" for g in range(possible[0], possible[1] + 1))
    assert narrows <= set(found.missing)
    assert (found.visit, found.treatment_day, found.supported_by) == ("crs-1.1", 3, "measured")
    assert found.resolved is not None
    assert found.resolved - found.day == 2.0


@pytest.mark.parametrize("name", NAMES)
def test_later_exposures_have_no_temperature(verdicts: dict[str, tuple[Verdict, ...]], name: str) -> None:
    later = verdicts[name][1:]
    assert [(v.visit, v.category, v.grade) for v in later] == [
        ("crs-2.1", "none recorded", (0, 4)),
        ("crs-3.1", "none recorded", (0, 4)),
    ]


def test_the_conventions_are_named(verdicts: dict[str, tuple[Verdict, ...]]) -> None:
    assert verdicts["astct_2019_crs"][0].conventions == ()
    assert verdicts["ctcae_v4_crs"][0].conventions == ()
    lee = verdicts["lee_2014_crs"][0]
    assert lee.conventions == (
        "oxygen not stated, taken as none",
        "organ toxicity not recorded, taken as none",
        "raised transaminases not recorded, taken as none",
    )
    assert "taken as none: oxygen not stated, organ toxicity not recorded" in lee.reason


def test_the_scale_decides_whether_treatment_may_go_on(verdicts: dict[str, tuple[Verdict, ...]]) -> None:
    """Grade 4 stops blinatumomab for good: CTCAE 4.03, in force in 2015, gives it; version 5.0 does not."""
    old, new = verdicts["ctcae_v4_crs"][0].grade, verdicts["ctcae_v5_crs"][0].grade
    assert old is not None
    assert new is not None
    assert old[0] == 4 > new[1]


def test_a_recalled_scale_says_so(verdicts: dict[str, tuple[Verdict, ...]]) -> None:
    assert {name for name in NAMES if verdicts[name][0].unverified} == {"ctcae_v5_crs"}


def test_mistake_ventilator_or_several_vasopressors_alone_are_grade_4_of_astct() -> None:
    assert astct_2019_crs.rule(fever=1, masked=0, hypotension=0, hypoxia=3) == 4
    assert astct_2019_crs.rule(fever=1, masked=0, hypotension=3, hypoxia=0) == 4


def test_mistake_grade_2_of_astct_does_not_ask_whether_fluids_worked_and_no_vasopressor_is_grade_2() -> None:
    assert astct_2019_crs.rule(fever=1, masked=0, hypotension=1, hypoxia=0) == 2
    assert astct_2019_crs.rule(fever=1, masked=0, hypotension=2, hypoxia=0) == 3


def test_mistake_a_single_vasopressor_is_grade_2_of_lee_2014_only() -> None:
    one = {"fever": frozenset((1,)), "hypotension": frozenset((2,)), "dose": frozenset((0,)), "oxygen": frozenset((0,))}
    grades = {}
    for name in ("lee_2014_crs", "ctcae_v4_crs", "ctcae_v5_crs", "penn_crs"):
        scale = importlib.import_module(criterion(name).module).TABLE.scale
        facts = {f.name: one.get(f.name, frozenset((0,))) for f in scale.facts}
        grades[name] = scale.grade(facts).low
    assert grades == {"lee_2014_crs": 2, "ctcae_v4_crs": 4, "ctcae_v5_crs": 3, "penn_crs": 3}
