"""CNS status: every row of the evidence, the traumatic tap, what stays open, and the reference case."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.course import Course, Reading, Visit
from trimer.criteria.cns.cns_status import ORDER, judge
from trimer.criteria.verdict import UNDETERMINED, Verdict
from trimer.observables import OBSERVABLES
from trimer.record.read_yaml import load_case

Value = float | str | Reading


def visit(day: float = 10.0, **values: Value) -> Visit:
    readings = {}
    for name, value in values.items():
        if isinstance(value, Reading):
            readings[name] = value
        elif isinstance(value, str):
            readings[name] = Reading(name, text=value, source="e1")
        else:
            readings[name] = Reading(name, value, value, unit=OBSERVABLES[name].unit, source="e1")
    return Visit(f"d{day:g}", f"day {day:g}", day, readings)


def course(*visits: Visit) -> Course:
    return Course("test", "record", dt.date(2014, 1, 13), visits)


def one(**values: Value) -> Verdict:
    verdicts = judge(course(visit(**values)))
    assert len(verdicts) == 1
    return verdicts[0]


@pytest.mark.parametrize(
    ("cytology", "white", "signs", "category"),
    [
        ("negative", 0.0, "absent", "CNS1"),
        ("not detected", 20.0, "absent", "CNS1"),
        ("positive", 4.9, "absent", "CNS2"),
        ("positive", 5.0, "absent", "CNS3"),
        ("positive", 300.0, "absent", "CNS3"),
        ("positive", 2.0, "present", "CNS3"),
        ("negative", 0.0, "present", "CNS3"),
    ],
)
def test_every_row_of_the_evidence(cytology: str, white: float, signs: str, category: str) -> None:
    verdict = one(csf_cytology=cytology, csf_wbc=white, csf_rbc=0.0, cns_signs=signs)
    assert (verdict.category, verdict.possible, verdict.missing) == (category, (category,), ())
    assert (verdict.supported_by, verdict.conventions) == ("measured", ())


TAP = {"csf_cytology": "positive", "cns_signs": "absent"}


@pytest.mark.parametrize(
    ("white", "red", "blood", "category"),
    [
        (6.0, 10.0, 5.0, "CNS2c"),
        (6.0, 9.9, 5.0, "CNS3"),
        (1999.0, 5000.0, 1.0, "CNS2c"),
        (2000.0, 5000.0, 1.0, "CNS3"),  # exactly twice the white cells of blood, in the same unit
        (4.9, 5000.0, 1.0, "CNS2"),
    ],
)
def test_a_traumatic_tap(white: float, red: float, blood: float, category: str) -> None:
    verdict = one(csf_wbc=white, csf_rbc=red, wbc=blood, **TAP)
    assert verdict.category == category


def test_a_traumatic_tap_as_printed_keeps_cns3_possible_and_says_why() -> None:
    verdict = one(csf_wbc=6.0, csf_rbc=50.0, wbc=5.0, **TAP)
    assert verdict.possible == ("CNS2c", "CNS3")
    assert verdict.missing == ("red cells in blood",)
    assert "without their ratio to red cells" in verdict.reason
    assert verdict.unverified  # what makes a tap bloody is recalled


def test_a_tap_without_red_cells_is_taken_as_not_traumatic_and_said() -> None:
    verdict = one(csf_wbc=6.0, wbc=5.0, **TAP)
    assert verdict.category == "CNS3"
    assert verdict.possible == ("CNS2c", "CNS3")
    assert "csf_rbc" in verdict.missing
    assert verdict.conventions == ("red cells in CSF not recorded, tap taken as not traumatic",)


def test_a_bloody_tap_without_white_cells_of_blood_stays_open() -> None:
    verdict = one(csf_wbc=6.0, csf_rbc=50.0, **TAP)
    assert verdict.category == UNDETERMINED
    assert verdict.possible == ("CNS2c", "CNS3")
    assert "wbc" in verdict.missing


def test_blasts_without_white_cells_leave_cns2_and_cns3_open() -> None:
    verdict = one(csf_cytology="positive", csf_rbc=0.0, cns_signs="absent")
    assert verdict.category == UNDETERMINED
    assert verdict.possible == ("CNS2", "CNS3")
    assert verdict.missing == ("csf_wbc",)


def test_white_cells_without_cytology_leave_cns1_open() -> None:
    verdict = one(csf_wbc=3.0, cns_signs="absent")
    assert (verdict.possible, verdict.missing) == (("CNS1", "CNS2"), ("csf_cytology",))
    many = one(csf_wbc=9.0, csf_rbc=0.0, cns_signs="absent")
    assert (many.possible, many.missing) == (("CNS1", "CNS3"), ("csf_cytology",))


def test_the_reference_case_is_cns1_by_cytology() -> None:
    (verdict,) = judge(load_case("linder2016").course())
    assert (verdict.visit, verdict.category, verdict.possible) == ("e08", "CNS1", ("CNS1", "CNS3"))
    assert verdict.missing == ("cns_signs",)
    assert verdict.reason == "CNS1: cytology of CSF negative; clinical signs not recorded, taken as absent."


@pytest.mark.parametrize(
    ("count", "category"), [(0.001, "CNS1"), (0.0099, "CNS1"), (0.01, UNDETERMINED), (4.9, UNDETERMINED), (5.0, "CNS3")]
)
def test_a_count_of_blasts_stands_in_for_cytology_and_bounds_the_white_cells(count: float, category: str) -> None:
    verdict = one(csf_blasts=count, csf_rbc=0.0, cns_signs="absent")
    assert verdict.category == category
    assert verdict.possible == (("CNS2", "CNS3") if category == UNDETERMINED else (category,))


def test_signs_alone_are_cns3_and_their_absence_alone_is_nothing() -> None:
    assert one(cns_signs="present").possible == ("CNS3",)
    verdict = one(cns_signs="absent")
    assert (verdict.category, verdict.possible) == (UNDETERMINED, ORDER)
    assert "csf_cytology" in verdict.missing


def test_a_visit_without_any_of_it_gets_no_verdict() -> None:
    assert judge(course(visit(wbc=5.0))) == ()
    assert judge(course(visit(csf_cytology=Reading("csf_cytology", absence="not done")))) == ()


# Laws.

WHITE, RED, BLOOD = (st.sampled_from(v) for v in ([0.0, 4.9, 5.0, 60.0, 9e3], [0.0, 10.0, 900.0], [0.1, 4.0, 160.0]))
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "csf_cytology": st.sampled_from(["positive", "negative"]),
        "csf_wbc": WHITE,
        "csf_rbc": RED,
        "wbc": BLOOD,
        "cns_signs": st.sampled_from(["present", "absent"]),
    },
)


def rank(verdict: Verdict) -> tuple[int, int]:
    places = [ORDER.index(name) for name in verdict.possible]
    return min(places), max(places)


@given(FACTS, WHITE, WHITE)
def test_more_white_cells_are_never_judged_better(facts: dict[str, Value], a: float, b: float) -> None:
    fewer, more = (one(**(facts | {"csf_wbc": w})) for w in sorted((a, b)))
    assert rank(fewer)[0] <= rank(more)[0]
    assert rank(fewer)[1] <= rank(more)[1]


@given(FACTS)
def test_blasts_and_signs_never_make_it_better(facts: dict[str, Value]) -> None:
    known = facts | {"csf_wbc": 3.0}
    clear, ill = (one(**(known | {"csf_cytology": word})) for word in ("negative", "positive"))
    assert rank(clear) <= rank(ill)
    without, with_signs = (one(**(known | {"cns_signs": word})) for word in ("absent", "present"))
    assert rank(without) <= rank(with_signs)


@given(FACTS, st.data())
def test_less_known_is_never_narrower(facts: dict[str, Value], data: st.DataObject) -> None:
    full = judge(course(visit(**facts)))
    for verdict in full:
        assert bool(verdict.missing) == (len(verdict.possible) > 1)
        assert verdict.category in (*verdict.possible, UNDETERMINED)
    if facts:
        gone = data.draw(st.sampled_from(sorted(facts)))
        for verdict in judge(course(visit(**{n: v for n, v in facts.items() if n != gone}))):
            assert set(verdict.possible) >= set(full[0].possible), (gone, verdict, full[0])


@given(FACTS, st.tuples(WHITE, WHITE).map(sorted), WHITE)
def test_an_interval_allows_what_every_count_in_it_gives(facts: dict[str, Value], ends: list[float], at: float) -> None:
    exact = min(max(at, ends[0]), ends[1])
    wide = one(**(facts | {"csf_wbc": Reading("csf_wbc", ends[0], ends[1], unit="1e6/L", source="e1")}))
    assert set(one(**(facts | {"csf_wbc": exact})).possible) <= set(wide.possible)
    above = one(**(facts | {"csf_wbc": Reading("csf_wbc", ends[0], math.inf, unit="1e6/L", source="e1")}))
    assert set(one(**(facts | {"csf_wbc": exact})).possible) <= set(above.possible)


def test_counted_blasts_against_a_negative_cytology_are_told_and_left_open() -> None:
    verdict = one(csf_cytology="negative", csf_blasts=50.0, csf_wbc=80.0, csf_rbc=0.0, cns_signs="absent")
    assert (verdict.category, verdict.possible) == (UNDETERMINED, ("CNS1", "CNS3"))
    assert "cytology of CSF negative, but blasts counted (50 x10^6/L)" in verdict.reason
    assert verdict.missing == ("whether CSF holds blasts",)
    few = one(csf_cytology="negative", csf_blasts=0.001, csf_wbc=1.0, csf_rbc=0.0, cns_signs="absent")
    assert few.category == "CNS1"
