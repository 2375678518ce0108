"""The live course: its bands are those of the study's own course, its shares those of the outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from trimer.errors import InputError, LibraryError, TrimerError
from trimer.study.outcome_values import Judging, judged
from trimer.study.outcomes import course as study_course
from trimer.study.outcomes import outcomes
from trimer.study.paired import difference, estimate
from trimer.workbench import verdicts
from trimer.workbench.asked import Asked, asked, key_of, twins
from trimer.workbench.live import PANELS, RTOL, course, shortened, table

PEOPLE = {"kind": "population", "name": "adult_rr_ball", "within": ["marrow_blast_percent >= 50 %"]}
LABEL = "blinatumomab_label_astct_2019"


def question(**fields: Any) -> Asked:
    return asked({"subjects": PEOPLE, "draws": 24, "days": 42, "plan": LABEL, **fields}, "1")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return course(question())


def test_bands_are_order_statistics_of_the_studys_own_course(found: dict[str, Any]) -> None:
    q = question()
    wanted = ("marrow_blast_percent", "il6")
    treated = study_course(q.subjects, q.plan, 42.0, outputs=wanted, rtol=RTOL)
    assert np.array_equal(treated.times, found["times"])
    for panel in found["panels"]:
        if panel["name"] in wanted:
            ordered = np.sort(treated.values[panel["name"]], axis=0)
            for key, q05 in (("low", 0.05), ("mid", 0.5), ("high", 0.95)):
                assert panel[key] == pytest.approx(ordered[round(q05 * 23)], rel=6e-4, abs=1e-12)


@pytest.mark.parametrize(
    "plan", [LABEL, {"extends": LABEL, "rates": ["60 ug/day", "90 ug/day"], "step_after": "2 day"}, None]
)
def test_bands_are_off_by_less_than_the_width_of_a_line(plan: Any) -> None:
    q = question(plan=plan, draws=40)
    wanted = (*PANELS, "blinatumomab_plasma")
    close = study_course(q.subjects, q.plan, 42.0, outputs=wanted, rtol=1e-6)
    for panel in course(q)["panels"]:
        ordered = np.sort(close.values[panel["name"]], axis=0)[[round(x * 39) for x in (0.05, 0.5, 0.95)]]
        shown = np.array([panel["low"], panel["mid"], panel["high"]])
        if panel["scale"] == "log":
            ordered, shown = (np.log10(np.maximum(x, panel["floor"])) for x in (ordered, shown))
        room = max(np.ptp(ordered), 0.05)
        assert np.abs(ordered - shown).max() / room < 0.02, panel["name"]  # 2 of 100 pixels, a line's width


def test_shares_and_amounts_are_those_of_the_outcomes(found: dict[str, Any]) -> None:
    q = question()
    treated = study_course(q.subjects, q.plan, 42.0, rtol=RTOL)
    values = judged(treated, Judging(42.0))
    shares = {g["grade"]: g["share"] for g in found["crs"]["grades"]}
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-3)
    assert shares[3] + shares[4] == pytest.approx(values["severe_crs"].mean(), abs=1e-4)
    assert found["held"] == pytest.approx((values["holds"] > 0).mean())
    assert found["stopped"] == pytest.approx(values["stopped"].mean())
    for key, name in (("drug_ug", "drug_amount"), ("infusion_days", "infusion_days")):
        ordered = np.sort(values[name])
        assert [found[key][x] for x in ("low", "mid", "high")] == pytest.approx(ordered[[1, 12, 22]], abs=1e-3)


def test_the_rate_is_what_the_plan_infuses(found: dict[str, Any]) -> None:
    at = dict(zip(found["times"], found["rate"]["high"], strict=True))
    assert (at[5.0], at[20.0], at[40.0]) == pytest.approx((9.0, 28.0, 0.0))


def test_a_regimen_and_nothing_have_a_course_too() -> None:
    nothing = course(question(plan=None))
    assert set(nothing["rate"]["high"]) == {0.0}
    assert nothing["drug_ug"]["high"] == 0.0
    cells = course(question(plan="car_t_cd19_flu_cy"))
    assert cells["failed"] == 0
    assert cells["outside"]
    weekly = course(question(plan="hle_engager_weekly"))
    assert any(panel["name"] == "hle_cd19_engager_plasma" for panel in weekly["panels"])


def test_the_shipped_twin_can_be_asked() -> None:
    assert "linder2016" in twins()
    body = {"subjects": {"kind": "twin", "case": "linder2016", "at": "e22"}, "draws": 16, "days": 14, "plan": LABEL}
    found = course(asked(body, "1"))
    assert found["who"].startswith("linder2016 at 2015-02-10, 16 posterior draws")
    assert found["panels"][0]["mid"][0] == pytest.approx(68.0, abs=25.0)  # blasts of the marrow before the engager


def test_as_text_it_has_a_head_with_units_and_a_line_a_time(found: dict[str, Any]) -> None:
    said, head, *lines = table(found).splitlines()
    assert said.startswith("#")
    assert "never advice for a patient" in said
    assert head.split(",")[0] == "time [day]"
    assert "il6_p50 [pg/mL]" in head
    assert len(lines) == len(found["times"])
    assert {len(line.split(",")) for line in lines} == {len(head.split(","))}


def test_shortened_keeps_four_figures_behind_the_point_and_all_before_it() -> None:
    found = shortened(np.array([123456.7, -0.00123456, 0.0, 1.0, 0.034567, 1e-12, 99.999]))
    assert str(found) == "[123457.0, -0.001235, 0.0, 1.0, 0.03457, 1e-12, 100.0]"


def test_the_same_question_has_the_same_key_and_another_version_another() -> None:
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert key_of(one, "1") == key_of(other, "1") != key_of(one, "2")


def test_verdicts_are_those_of_the_study() -> None:
    q = question(days=84)
    found = verdicts.outcomes(q, None, "astct_2019_crs", "amg")
    mine, nothing = outcomes(q.subjects, LABEL, 84.0), outcomes(q.subjects, None, 84.0)
    rows = {row["name"]: row for row in found["outcomes"]}
    for name in ("remission", "drug_amount", "infusion_days"):
        wanted, apart = estimate(mine, name, q.subjects), difference(mine, nothing, name, q.subjects)
        assert rows[name]["value"] == pytest.approx(wanted.value, rel=1e-3)
        assert rows[name]["difference"]["value"] == pytest.approx(apart.value, rel=1e-3)
        assert rows[name]["difference"]["shown"] == apart.shown
    assert found["against"] == "nothing"
    assert verdicts.outcomes(q, False, "astct_2019_crs", "amg")["outcomes"][0]["difference"] is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"subjects": None}, "subjects"),
        ({"subjects": {"kind": "ghost"}}, "subjects.kind"),
        ({"subjects": {"kind": "twin", "case": "../../etc/passwd"}}, "subjects.case"),
        ({"subjects": {"kind": "twin", "case": "linder2016", "at": "no such event"}}, "no such event"),
        ({"subjects": {"kind": "population", "name": "/etc/passwd"}}, "subjects.name"),
        ({"subjects": {"kind": "population", "within": ["__import__('os') > 1"]}}, "condition"),
        ({"subjects": {"kind": "population", "within": "marrow"}}, "subjects.within"),
        ({"draws": 1}, "draws"),
        ({"draws": 10**9}, "draws"),
        ({"draws": 20.5}, "draws"),
        ({"draws": True}, "draws"),
        ({"days": 1e9}, "days"),
        ({"days": "42"}, "days"),
        ({"seed": -1}, "seed"),
        ({"nonsense": 1}, "nonsense"),
        ({"plan": "none_such"}, "plan"),
        ({"plan": {"extends": LABEL, "scale": "no_such_scale"}}, "no_such_scale"),
    ],
)
def test_what_cannot_be_asked_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises((InputError, LibraryError)) as fault:
        question(**fields)
    assert said in str(fault.value)


def test_a_scale_that_grades_no_crs_is_refused() -> None:
    with pytest.raises(TrimerError, match="no_such"):
        course(question(), "no_such")
