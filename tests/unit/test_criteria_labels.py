"""Labels as data: schedules and totals, what goes beside, versions by date, the table of modifications."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Literal

import pytest
from label_sample import QUIET, check, course, dose

from trimer.criteria.labels import Action, Label, in_force, label, list_labels, required
from trimer.criteria.labels.check import check_label
from trimer.errors import InputError, LibraryError

# --- versions as data ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "setting", "cycle", "steps", "rest"),
    [
        ("us_2014", "rr", 1, [(1, 7, 9.0), (8, 28, 28.0)], 14),
        ("us_2014", "rr", 2, [(1, 28, 28.0)], 14),
        ("us_2014", "rr", 5, [(1, 28, 28.0)], 14),
        ("us_2018", "rr", 1, [(1, 7, 9.0), (8, 28, 28.0)], 14),
        ("us_2018", "rr", 3, [(1, 28, 28.0)], 14),
        ("us_2018", "rr", 6, [(1, 28, 28.0)], 56),
        ("us_2018", "rr", 9, [(1, 28, 28.0)], 56),
        ("us_2018", "mrd", 1, [(1, 28, 28.0)], 14),
        ("us_2018", "mrd", 4, [(1, 28, 28.0)], 14),
        ("us_2025", "consolidation", 1, [(1, 28, 28.0)], 14),
        ("us_2025", "consolidation", 4, [(1, 28, 28.0)], 14),
    ],
)
def test_schedule(version: str, setting: str, cycle: int, steps: list[tuple[int, int, float]], rest: int) -> None:
    block = label(version).setting(setting).block(cycle)
    assert block is not None
    assert [(s.first, s.last, s.rate.heavy.value if s.rate.heavy else None) for s in block.steps] == steps
    assert block.rest == rest


@pytest.mark.parametrize(
    ("version", "setting", "most"),
    [("us_2014", "rr", 5), ("us_2018", "rr", 9), ("us_2018", "mrd", 4), ("us_2025", "consolidation", 4)],
)
def test_number_of_cycles(version: str, setting: str, most: int) -> None:
    assert label(version).setting(setting).cycles == most
    assert label(version).setting(setting).block(most + 1) is None


def test_totals_follow_from_the_schedule() -> None:
    current = label("us_2018")
    assert current.total("rr", 1) == 651.0
    assert current.total("rr", 2) == 784.0
    assert current.total("rr") == 6923.0
    assert current.days("rr") == 546
    assert label("us_2014").total("rr", 1) == 651.0


def test_a_body_below_45_kg_is_dosed_by_surface_up_to_the_cap() -> None:
    current = label("us_2018")
    assert current.total("rr", 1, weight=44.9, area=1.0) == pytest.approx(7 * 5.0 + 21 * 15.0)
    assert current.total("rr", 2, weight=20.0, area=0.8) == pytest.approx(28 * 12.0)
    assert current.total("rr", 1, weight=44.9, area=2.5) == pytest.approx(651.0)  # both caps bind
    assert current.total("rr", 1, weight=45.0, area=1.0) == 651.0  # 45 kg itself is fixed
    with pytest.raises(InputError, match="surface"):
        current.total("rr", 1, weight=40.0)
    with pytest.raises(InputError, match="no dose for a body below 45 kg"):
        label("us_2014").total("rr", 1, weight=40.0, area=1.3)


def test_the_caps_are_those_of_the_table() -> None:
    first, second = label("us_2025").setting("rr").blocks[0].steps
    light = [first.rate.light, second.rate.light]
    assert [(d.value, d.unit, d.cap) for d in light if d] == [(5.0, "ug/m2/day", 9.0), (15.0, "ug/m2/day", 28.0)]


def test_a_label_says_what_it_lacks() -> None:
    with pytest.raises(InputError, match="found 'mrd', expected rr"):
        label("us_2014").setting("mrd")
    with pytest.raises(InputError, match="expected 1 to 5"):
        label("us_2014").total("rr", 6)


def test_premedication_and_hospital() -> None:
    rr, mrd = label("us_2018").setting("rr"), label("us_2018").setting("mrd")
    assert [p.text for p in rr.premedication] == ["dexamethasone 20 mg", "dexamethasone 5 mg/m2 (at most 20 mg)"]
    assert rr.premedication[0].moments == ("start of a cycle", "step", "restart")
    assert rr.premedication[1].cycles == (1,)
    assert {p.before for p in rr.premedication} == {1.0}
    assert mrd.premedication[0].text == "prednisone 100 mg or dexamethasone 16 mg"
    assert mrd.premedication[0].origin.provenance == "recalled"
    assert label("us_2025").setting("consolidation").premedication[0].origin.provenance == "recalled"
    assert rr.hospital is not None
    assert mrd.hospital is not None
    assert (dict(rr.hospital.days), dict(mrd.hospital.days)) == ({1: 9, 2: 2}, {1: 3, 2: 2})


def test_european_prephase() -> None:
    rule = label("eu").prephase
    assert rule is not None
    assert (rule.marrow_blasts, rule.blood_blasts, rule.most, rule.days) == (50.0, 15.0, 24.0, 4)
    assert (rule.trigger.provenance, rule.dose.provenance) == ("seen", "recalled")


def test_pump_rates_empty_the_bag_they_are_for() -> None:
    facts = {f.name: f.values for f in label("us_2014").facts}
    volumes = {name: v["hours"] * v["rate"] for name, v in facts.items() if name.startswith("pump, ")}
    assert volumes == pytest.approx(
        {"pump, 24 h": 240, "pump, 48 h": 240, "pump, 72 h": 129.6, "pump, 96 h": 172.8, "pump, 7 days": 100.8}
    )
    assert max(volumes.values()) == pytest.approx(facts["bag"]["infused"])
    # 35 ug at 12.5 ug/mL are 2.8 mL of the 3 mL.
    assert facts["vial"]["content"] / facts["vial"]["strength"] <= facts["vial"]["water"]


@pytest.mark.parametrize("version", list_labels(), ids=lambda v: v.name)
def test_every_statement_has_its_origin(version: Label) -> None:
    rows = [version.dated, *(f.origin for f in version.facts), *(m.origin for m in version.modifications)]
    for setting in version.settings:
        rows += [setting.origin, *(b.origin for b in setting.blocks), *(p.origin for p in setting.premedication)]
        rows += [setting.hospital.origin] if setting.hospital else []
    for row in rows:
        assert row.provenance in ("seen", "recalled", "assumed")
        assert len(row.source) > 10
    assert version.doubts
    assert any(str(year) in version.citation for year in range(2014, 2027))


@pytest.mark.parametrize("version", [v for v in list_labels() if v.settings], ids=lambda v: v.name)
def test_steps_and_blocks_leave_no_gap(version: Label) -> None:
    for setting in version.settings:
        assert [n for b in setting.blocks for n in range(b.first, b.last + 1)] == list(range(1, setting.cycles + 1))
        for block in setting.blocks:
            assert [d for s in block.steps for d in range(s.first, s.last + 1)] == list(range(1, 29))


# --- versions by date ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2014-12-02", None),
        ("2014-12-03", "us_2014"),
        ("2015-02-10", "us_2014"),
        ("2018-03-28", "us_2014"),
        ("2018-03-29", "us_2018"),
        ("2024-06-13", "us_2018"),
        ("2024-06-14", "us_2025"),
        ("2031-01-01", "us_2025"),
    ],
)
def test_the_version_of_a_day(day: str, name: str | None) -> None:
    found = in_force(dt.date.fromisoformat(day))
    assert (found.name if found else None) == name


def test_us_versions_follow_each_other_without_gap_or_overlap() -> None:
    found = [v for v in list_labels() if v.jurisdiction == "US"]
    for earlier, later in pairwise(found):
        assert earlier.valid_to == later.valid_from - dt.timedelta(days=1)
    assert found[-1].valid_to is None


def test_an_unknown_version_scale_or_jurisdiction_names_the_nearest() -> None:
    given = course(dose(0, 28))
    with pytest.raises(LibraryError, match="Nearest: us_2014"):
        label("us_2104")
    with pytest.raises(InputError, match="Nearest: us_2018"):
        check(given, version="us_2081")
    with pytest.raises(InputError, match="expected EU, US"):
        check_label(given, jurisdiction="JP", scales=(QUIET,))


# --- the table of modifications -----------------------------------------------------------------------------------

CURRENT = label("us_2025")


@pytest.mark.parametrize(
    ("event", "grade", "kind"),
    [
        ("CRS", 1, "nothing"),
        ("CRS", 2, "nothing"),
        ("CRS", 3, "hold"),
        ("CRS", 4, "stop"),
        ("neurologic", 2, "nothing"),
        ("neurologic", 3, "hold"),
        ("neurologic", 4, "stop"),
        ("other", 2, "nothing"),
        ("other", 3, "hold"),
        ("other", 4, "consider stopping"),
    ],
)
@pytest.mark.parametrize("version", ["us_2014", "us_2018", "us_2025"])
def test_what_a_grade_asks_for(version: str, event: Literal["CRS"], grade: int, kind: str) -> None:
    assert required(label(version), event, grade).kind == kind


def doses(action: Action) -> tuple[str, ...]:
    return tuple("" if d is None else d.text for d in (action.restart, action.escalate, action.steroid_dose))


def test_crs_grade_3() -> None:
    heavy, light = required(CURRENT, "CRS", 3, weight=65.0), required(CURRENT, "CRS", 3, weight=40.0)
    assert doses(heavy) == ("9 ug/day", "28 ug/day", "8 mg")
    assert doses(light) == (
        "5 ug/m2/day (at most 9 ug/day)",
        "15 ug/m2/day (at most 28 ug/day)",
        "5 mg/m2 (at most 8 mg)",
    )
    for action in (heavy, light):
        assert (action.until, action.wait, action.escalate_after, action.longest) == ("resolved", 0.0, 7.0, None)
        assert action.steroid is not None
        assert (action.steroid.drug, action.steroid.interval) == ("dexamethasone", 8.0)
        assert (action.steroid.days, action.steroid.taper) == (3, 4)
        assert action.origin.provenance == "seen"


def test_crs_grade_4_is_for_good_with_the_same_steroid() -> None:
    for weight, steroid in ((65.0, "8 mg"), (40.0, "5 mg/m2 (at most 8 mg)")):
        assert doses(required(CURRENT, "CRS", 4, weight)) == ("", "", steroid)


def test_neurologic_grade_3() -> None:
    action = required(CURRENT, "neurologic", 3)
    assert (action.until, action.wait, action.escalate_after, action.longest) == ("grade 1 or less", 3.0, 7.0, 7.0)
    assert doses(action)[:2] == ("9 ug/day", "28 ug/day")
    assert required(CURRENT, "neurologic", 3, rate=28.0).kind == "hold"
    assert required(CURRENT, "neurologic", 3, days=7.0).kind == "hold"
    for stopped in (required(CURRENT, "neurologic", 3, rate=9.0), required(CURRENT, "neurologic", 3, days=7.1)):
        assert stopped.kind == "stop"
        assert stopped.reason
        assert stopped.origin.provenance == "recalled"
    assert required(CURRENT, "neurologic", 3, weight=40.0, rate=5.0).kind == "stop"


def test_neurologic_grade_3_in_2015_stops_on_recurrence_and_not_at_the_low_dose() -> None:
    older = label("us_2014")
    assert required(older, "neurologic", 3, recurred=True).kind == "stop"
    assert required(older, "neurologic", 3, days=8.0).kind == "stop"
    assert required(older, "neurologic", 3, rate=9.0).kind == "hold"


def test_seizures_stop_from_the_second_on() -> None:
    for version in ("us_2014", "us_2025"):
        assert required(label(version), "seizure", 3, count=1).kind == "nothing"
        assert required(label(version), "seizure", 3, count=2).kind == "stop"


def test_other_events_of_grade_3() -> None:
    current, older = required(CURRENT, "other", 3), required(label("us_2014"), "other", 3)
    assert (current.wait, older.wait) == (0.0, 3.0)  # the text of 2015 adds "at least 3 days"
    assert current.longest == older.longest == 14.0
    assert required(CURRENT, "other", 3, days=14.0).kind == "hold"
    assert required(CURRENT, "other", 3, days=14.1).kind == "stop"


def test_the_first_version_has_no_restart_dose_for_a_light_body() -> None:
    action = required(label("us_2014"), "CRS", 3, weight=40.0)
    assert action.kind == "hold"
    assert doses(action) == ("", "", "")
    assert "a rate this version does not state" in action.text


def test_crs_rows_of_the_first_version_are_marked_as_recalled() -> None:
    assert required(label("us_2014"), "CRS", 3).origin.provenance == "recalled"
    assert required(label("us_2014"), "neurologic", 3).origin.provenance == "seen"
