"""The bundled reference case says what the report says: events, numbers, windows, ambiguities, dose totals."""

from __future__ import annotations

import datetime as dt
import math

import pytest

import trimer.record.read_yaml as read_yaml
from trimer.course import Course, Reading
from trimer.record.case import Case
from trimer.record.read_yaml import load_case

LIBRARY = read_yaml.BUNDLED.parent

# day or month the report prints, as first and last possible day; windows that follow from other events are below.
WINDOWS = {
    "e01": ("2014-01-01", "2014-01-19"),
    "e03": ("2014-01-01", "2014-01-19"),
    "e07": ("2014-01-01", "2014-01-31"),
    "e09": ("2014-02-07", "2014-03-09"),
    "e12": ("2014-03-06", "2014-03-24"),
    "e13": ("2014-03-13", "2014-03-31"),
    "e15.end": ("2014-10-01", "2014-11-28"),
    "e17": ("2014-11-01", "2014-11-30"),
    "e19": ("2015-01-01", "2015-01-31"),
    "e20": ("2015-01-01", "2015-01-31"),
    "e21": ("2015-01-26", "2015-02-28"),
    "e22": ("2015-02-01", "2015-02-28"),
    "e23": ("2015-02-03", "2015-03-02"),
    "e32": ("2015-08-01", "2015-08-31"),
    "e33": ("2015-09-01", "2015-09-30"),
    "e35": ("2016-02-01", "2016-02-29"),
    "e37": ("2016-02-14", "2016-03-15"),
}

# event, observable, value in the canonical unit: every number of the evidence table.
NUMBERS = [
    ("e03", "wbc", 164), ("e03", "blood_blast_percent", 94.4), ("e03", "platelets", 27), ("e03", "haemoglobin", 10.4),
    ("e04", "blood_blast_percent", 90), ("e10", "b_lineage_blast_percent", 1.8), ("e11", "platelets", 140),
    ("e11", "anc", 1.43), ("e17", "marrow_blast_percent", 79), ("e19", "marrow_blast_percent", 43),
    ("e21", "marrow_blast_percent", 68), ("e23", "temperature", (102.7 - 32) / 1.8), ("e28", "platelets", 247),
    ("e35", "wbc", 16.4), ("e35", "platelets", 75), ("e37", "wbc", 74.4), ("e37", "platelets", 19),
    ("e37", "blood_blast_percent", 71), ("e01", "gestation_week", 24), ("e12", "gestation_week", 34),
    ("e24", "vasopressor_days", 2),
]  # fmt: skip

SILENT = [
    ("e09", "marrow_blast_percent"), ("e35", "marrow_blast_percent"), ("e23", "hypoxia"), ("e24", "vasopressor_count"),
    ("e16", "platelets"), ("e31", "amylase_lipase"), ("e10", "mrd_marrow"),
]  # fmt: skip


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("linder2016")


@pytest.fixture(scope="module")
def course(case: Case) -> Course:
    return case.course()


def reading(course: Course, event: str, observable: str) -> Reading:
    found = [r for r in course.readings if r.source == event and r.observable == observable]
    assert len(found) == 1
    return found[0]


def test_all_38_events_stand_in_order(case: Case) -> None:
    assert [event.number for event in case.events] == list(range(1, 39))
    assert [event.id for event in case.events] == [f"e{n:02d}" for n in range(1, 39)]


def test_all_30_ambiguities_stand_on_events(case: Case) -> None:
    on_events = [remark.id for remark in case.remarks if remark.event and remark.id]
    assert sorted(on_events, key=lambda text: int(text[1:])) == [f"A{n}" for n in range(1, 31)]
    assert {r.event for r in case.remarks if r.id in ("A4", "A5", "A6", "A7")} <= {"e09", "e10", "e11"}


@pytest.mark.parametrize(("event", "window"), WINDOWS.items())
def test_windows(case: Case, event: str, window: tuple[str, str]) -> None:
    found = (case.schedule.earliest(event), case.schedule.latest(event))
    assert tuple(str(date) for date in found) == window


def test_presentation_no_later_than_19_january_and_why(case: Case) -> None:
    assert case.schedule.latest("e03") == dt.date(2014, 1, 19)
    because = case.schedule.explain("e03").splitlines()[2]
    assert because.startswith("  Not after 2014-01-19")
    for part in ("e13 dated 2014-03", "e13 7 days after e12", "week 34 of gestation", "week 24 of gestation"):
        assert part in because


def test_precision_is_what_the_report_gives(case: Case) -> None:
    kinds = {event.id: case.schedule.windows[event.id].precision for event in case.events}
    assert {e for e, kind in kinds.items() if kind == "month"} == {
        "e01", "e03", "e04", "e05", "e06", "e07", "e13", "e17", "e19", "e20", "e22", "e32", "e33", "e35", "e36",
    }  # fmt: skip
    assert {e for e, kind in kinds.items() if kind == "relative"} == {
        "e02", "e09", "e10", "e11", "e12", "e21", "e23", "e24", "e25", "e26", "e28", "e37",
    }  # fmt: skip
    assert kinds["e38"] == "year"
    assert "day" not in kinds.values()


def test_every_preferred_day_is_the_day_used(case: Case) -> None:
    points = [(e.id, e.date) for e in case.events] + [(f"{e.id}.end", e.end) for e in case.events if e.end]
    preferred = {point: spec.prefer.date for point, spec in points if spec and spec.prefer}
    assert len(preferred) > 20
    assert {point: str(case.schedule.date(point)) for point in preferred} == preferred


def test_day_zero_is_presentation(case: Case, course: Course) -> None:
    assert course.origin == case.schedule.date("e03")
    assert case.schedule.day("e03") == 0


@pytest.mark.parametrize(("event", "observable", "value"), NUMBERS)
def test_numbers_are_exact(course: Course, event: str, observable: str, value: float) -> None:
    found = reading(course, event, observable)
    assert found.exact
    assert found.low == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("event", "observable"), SILENT)
def test_silence_is_not_zero(course: Course, event: str, observable: str) -> None:
    found = reading(course, event, observable)
    assert found.absence == "not stated"
    assert math.isnan(found.low)


def test_intervals_and_comparators(course: Course) -> None:
    anc = reading(course, "e28", "anc")
    assert (anc.low, anc.low_open, anc.high) == (1, True, math.inf)
    pressure = reading(course, "e23", "hypotension")
    assert (pressure.low, pressure.high) == (2, 3)
    marrow = reading(course, "e27", "marrow_blast_percent")
    assert (marrow.high, marrow.high_open) == (5, True)
    normal = reading(course, "e34", "platelets")
    assert (normal.low, normal.high) == (150, 400)


def test_denominators(course: Course) -> None:
    assert reading(course, "e10", "b_lineage_blast_percent").denominator == "total B cells"
    assert reading(course, "e03", "blood_blast_percent").denominator == "white cells"
    assert reading(course, "e04", "blood_blast_percent").denominator == "total cells"


def test_antigens(course: Course) -> None:
    assert reading(course, "e04", "cd20_intensity").text == "negative"
    assert reading(course, "e35", "cd19_intensity").text == "dim"
    assert reading(course, "e35", "cd38_intensity").text == "heterogeneous"


def test_visits_group_what_was_assessed_together(course: Course) -> None:
    visits = {visit.id: visit for visit in course.visits}
    day38 = visits["e09"]
    assert {"marrow_blast_percent", "b_lineage_blast_percent", "anc", "platelets"} <= set(day38.readings)
    assert visits["e03"].readings["blood_blast_percent"].low == 94.4
    assert visits["e03"].readings["blood_blast_percent (flow cytometry)"].low == 90
    responses = [v.id for v in course.visits if v.context == "response assessment"]
    assert responses == ["e09", "e17", "e19", "e21", "e27", "e32", "e35", "e37"]
    assert visits["e23"].context == "toxicity"
    assert {"e10", "e11", "e24", "e28"}.isdisjoint(visits)


def test_hold_rescue_restart_and_step(case: Case, course: Course) -> None:
    start = case.schedule.day("e22")
    found = {
        (e.kind, e.name): (e.start - start, e.end - start) for e in course.episodes if e.start - start in range(28)
    }
    assert found["hold", "blinatumomab"] == (2, 4)
    assert found["resume", "blinatumomab"] == (4, 11)
    assert found["step", "blinatumomab"] == (11, 28)
    assert found["toxicity", "CRS"] == (2, 4)
    assert found["rescue", "vasopressors"] == (2, 4)
    assert {name for kind, name in found if kind == "rescue"} >= {"tocilizumab", "methylprednisolone"}


@pytest.mark.parametrize(
    ("reading_id", "at_9", "hold", "at_28", "last_day", "total"),
    [("R1", 9, 2, 17, 28, 557), ("R2", 9, 2, 19, 30, 613), ("R3", 7, 2, 19, 28, 595), ("R4", 9, 2, 17, 28, 557)],
)
def test_four_readings_of_the_first_cycle(
    case: Case, reading_id: str, at_9: float, hold: float, at_28: float, last_day: float, total: float
) -> None:
    orders = [o for o in case.orders(reading_id) if o.event in ("e22", "e25", "e26")]
    lasts = {rate: sum(o.duration or 0 for o in orders if o.rate == rate) for rate in ("9 ug/day", "28 ug/day")}
    start = orders[0].start
    assert (lasts["9 ug/day"], lasts["28 ug/day"]) == (at_9, at_28)
    assert orders[-1].start + (orders[-1].duration or 0) - start == last_day
    assert last_day - at_9 - at_28 == hold
    assert 9 * at_9 + 28 * at_28 == total == case.total(reading_id)


def test_the_reading_used_agrees_with_the_schedule(case: Case) -> None:
    starts = {o.event: o.start for o in case.orders() if o.event in ("e22", "e25", "e26")}
    assert starts == {event: case.schedule.day(event) for event in starts}
    assert len(starts) == 3


def test_orders_name_only_what_the_library_has(case: Case) -> None:
    drugs = {path.stem for path in (LIBRARY / "drugs").glob("*.toml")}
    regimens = {path.stem for path in (LIBRARY / "regimens").glob("*.toml")}
    assert load_case("linder2016", known_drugs=drugs, known_regimens=regimens) == case
    assert {o.regimen for o in case.orders()} - {""} <= regimens


def test_the_courses_given(case: Case) -> None:
    orders = case.orders()
    cycles = [o for o in orders if o.regimen.startswith("hypercvad")]
    assert [o.regimen[-1] for o in cycles] == list("bababab")
    assert str(case.schedule.date("e15.end")) == "2014-10-09"
    assert cycles[-1].start + 28 == case.schedule.end("e15")
    lumbar = [o for o in orders if o.regimen == "intrathecal_methotrexate_twice"]
    starts = [o.start + i * o.interval for o in lumbar for i in range(o.repeat)]
    assert starts == [o.start for o in cycles]
    assert [o.start for o in orders] == sorted(o.start for o in orders)


def test_what_the_report_does_not_state_is_assumed_with_a_note(case: Case) -> None:
    for order in case.orders():
        if order.kind == "assumed":
            assert order.note, order
    stated = {(o.event, o.regimen or o.drug) for o in case.orders() if o.kind == "stated"}
    assert stated == {
        ("e07", "modified_linker"), ("e18", "cytarabine_mitoxantrone"), ("e22", "blinatumomab"), ("e24", "tocilizumab"),
        ("e25", "blinatumomab"), ("e26", "blinatumomab"),
    }  # fmt: skip
    assert not any(o.drug == "dexamethasone" for o in case.orders())


def test_size_is_assumed(case: Case) -> None:
    assert case.size_kind == "assumed"
    assert case.size.bsa == pytest.approx(1.7155, abs=1e-4)
    assert case.patient.size.weight.note
