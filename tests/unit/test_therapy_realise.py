"""Orders become doses: sizes, caps, cycles, omissions, cuts, and everything that must be refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.errors import ProtocolError, UnitError
from trimer.therapy.administration import Administration
from trimer.therapy.drug import Drug
from trimer.therapy.order import Order
from trimer.therapy.realise import describe, realise
from trimer.therapy.regimen import Dose, Regimen
from trimer.therapy.size import Size

SIZE = Size(weight=70.0, height=1.75, bsa=1.8)
DRUGS = {
    "alpha": Drug("alpha", "Alpha", "test", ("iv", "civ", "it"), cap="150 mg"),
    "engager": Drug("engager", "Engager", "test", ("civ", "sc")),
    "enzyme": Drug("enzyme", "Enzyme", "test", ("iv",), amount_unit="IU", cap="3750 IU"),
    "pill": Drug("pill", "Pill", "test", ("po",)),
}
STEP = Regimen(
    "step", "Step", length=28.0, rest=14.0, cycles=3,
    doses=(
        Dose("engager", "civ", (1,), rate="9 ug/day", duration=7.0, cycles=(1,)),
        Dose("engager", "civ", (8,), rate="28 ug/day", duration=21.0, cycles=(1,)),
        Dose("engager", "civ", (1,), rate="28 ug/day", duration=28.0, cycles=(2, 3)),
        Dose("pill", "po", (1, 8), amount="20 mg", at=-1.0 / 24.0, cycles=(1,), role="premedication"),
    ),
)  # fmt: skip
MIXED = Regimen(
    "mixed", "Mixed", length=21.0,
    doses=(
        Dose("alpha", "iv", (1, 2, 3), amount="30 mg/m2", duration=0.125, times=2, interval=0.5),
        Dose("alpha", "it", (2,), amount="12 mg", kind="assumed", note="usual"),
    ),
)  # fmt: skip
REGIMENS = {"step": STEP, "mixed": MIXED}


def given_doses(*orders: Order, size: Size = SIZE) -> tuple[Administration, ...]:
    return realise(orders, size, REGIMENS, DRUGS)


def order(**fields: Any) -> Order:
    return Order(**{"event": "e1", "start": 10.0} | fields)


def test_one_drug_per_kg() -> None:
    (dose,) = given_doses(order(drug="alpha", amount="2 mg/kg"))
    assert (dose.start, dose.amount, dose.route, dose.event) == (10.0, pytest.approx(140_000.0), "iv", "e1")
    assert dose.duration == pytest.approx(1.0 / 24.0)


def test_cap_holds_for_doses_by_size_only() -> None:
    large = Size(150.0, 1.9, 2.8)
    by_size, flat = given_doses(
        order(drug="alpha", amount="2 mg/kg"), order(drug="alpha", amount="200 mg", start=11.0), size=large
    )
    assert by_size.amount == pytest.approx(150_000.0)
    assert flat.amount == pytest.approx(200_000.0)


def test_enzymes_are_in_international_units() -> None:
    (dose,) = given_doses(order(drug="enzyme", amount="2500 IU/m2"))
    assert dose.amount == pytest.approx(3750.0)


def test_rate_runs_for_its_duration() -> None:
    (dose,) = given_doses(order(drug="engager", rate="9 ug/day", duration=2.0))
    assert (dose.amount, dose.route, dose.end) == (pytest.approx(18.0), "civ", 12.0)


def test_repeats() -> None:
    doses = given_doses(order(drug="pill", amount="5 mg", repeat=4, interval=1.0))
    assert [d.start for d in doses] == [10.0, 11.0, 12.0, 13.0]
    assert all(d.duration == 0.0 for d in doses)


def test_cycles_differ_and_follow_at_the_period() -> None:
    doses = [d for d in given_doses(order(regimen="step", repeat=3)) if d.drug == "engager"]
    assert [(d.start, d.end) for d in doses] == [(10.0, 17.0), (17.0, 38.0), (52.0, 80.0), (94.0, 122.0)]
    assert [d.amount for d in doses] == pytest.approx([63.0, 588.0, 784.0, 784.0])


def test_premedication_comes_before() -> None:
    pills = [d for d in given_doses(order(regimen="step")) if d.drug == "pill"]
    assert [d.start for d in pills] == pytest.approx([10.0 - 1 / 24, 17.0 - 1 / 24])
    assert "premedication" in pills[0].note


def test_duration_cuts_a_regimen() -> None:
    doses = [d for d in given_doses(order(regimen="step", duration=14.0)) if d.drug == "engager"]
    assert [(d.start, d.end) for d in doses] == [(10.0, 17.0), (17.0, 24.0)]
    assert doses[1].amount == pytest.approx(7 * 28.0)
    assert "stopped after 7 d" in doses[1].note


def test_times_within_a_day() -> None:
    doses = [d for d in given_doses(order(regimen="mixed", omit=("alpha/it",)))]
    assert [d.start for d in doses] == [10.0, 10.5, 11.0, 11.5, 12.0, 12.5]
    assert sum(d.amount for d in doses) == pytest.approx(6 * 30_000.0 * 1.8)


def test_stated_amount_replaces_the_regimens_and_counts_as_stated() -> None:
    doses = given_doses(order(regimen="mixed", amounts={"alpha/it": "6 mg"}))
    spinal = [d for d in doses if d.route == "it"]
    assert [(d.amount, d.kind) for d in spinal] == [(6000.0, "stated")]
    unchanged = [d for d in given_doses(order(regimen="mixed")) if d.route == "it"]
    assert [(d.amount, d.kind) for d in unchanged] == [(12_000.0, "assumed")]


def test_assumed_order_makes_assumed_doses() -> None:
    doses = given_doses(order(regimen="step", kind="assumed"))
    assert {d.kind for d in doses} == {"assumed"}


def test_touching_infusions_are_not_an_overlap() -> None:
    first = order(drug="engager", rate="9 ug/day", duration=0.1 + 0.2)
    second = order(drug="engager", rate="28 ug/day", duration=1.0, start=10.3)
    assert len(given_doses(first, second)) == 2


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"drug": "engagor", "rate": "9 ug/day", "duration": 1.0}, "engager"),
        ({"regimen": "stepp"}, "Nearest: step"),
        ({"drug": "", "amount": "1 mg"}, "drug"),
        ({"drug": "alpha", "amount": "-1 mg"}, "not negative"),
        ({"drug": "alpha"}, "neither"),
        ({"drug": "alpha", "amount": "1 mg", "rate": "1 mg/day"}, "both"),
        ({"drug": "alpha", "rate": "1 mg", "duration": 1.0}, "an amount per day"),
        ({"drug": "alpha", "amount": "1 mg/day"}, "not an amount per day"),
        ({"drug": "engager", "rate": "9 ug/day"}, "how long"),
        ({"drug": "engager", "rate": "9 ug/day", "duration": 0.0}, "how long"),
        ({"drug": "alpha", "amount": "1 mg", "route": "po"}, "iv or civ or it"),
        ({"drug": "alpha", "amount": "1 mg", "duration": -1.0}, "duration"),
        ({"drug": "alpha", "amount": "1 mg", "repeat": 0}, "repeat"),
        ({"drug": "alpha", "amount": "1 mg", "repeat": 2}, "interval"),
        ({"drug": "alpha", "amount": "1 mg", "start": math.nan}, "start"),
        ({"drug": "alpha", "regimen": "step"}, "one of the two"),
        ({"regimen": "step", "repeat": 4}, "at most 3"),
        ({"regimen": "step", "omit": ("gamma",)}, "gamma"),
        ({"regimen": "step", "amounts": {"gamma": "1 mg"}}, "gamma"),
    ],
)
def test_refused(fields: dict[str, Any], names: str) -> None:
    with pytest.raises(ProtocolError, match=names):
        given_doses(order(**fields))


def test_dose_without_unit() -> None:
    with pytest.raises(UnitError, match="e1"):
        given_doses(order(drug="alpha", amount="5"))


def test_overlapping_infusions_name_both_events() -> None:
    first = order(drug="engager", rate="9 ug/day", duration=3.0)
    second = replace(first, event="e2", start=12.0)
    with pytest.raises(ProtocolError, match=r"e1.*e2"):
        given_doses(first, second)
    with pytest.raises(ProtocolError, match="engager"):
        given_doses(second, first)


@given(shift=st.floats(-1000, 1000), bsa=st.floats(0.5, 3.0))
def test_shifting_the_start_changes_nothing_else(shift: float, bsa: float) -> None:
    size = Size(60.0, 1.7, bsa)
    base = given_doses(order(regimen="mixed", start=0.0), size=size)
    moved = given_doses(order(regimen="mixed", start=shift), size=size)
    assert [m.start - shift for m in moved] == pytest.approx([b.start for b in base], abs=1e-9)
    assert [replace(m, start=0.0) for m in moved] == [replace(b, start=0.0) for b in base]


def test_description_reads() -> None:
    dose = Administration("engager", 8.0, 21.0, 588.0, "civ")
    assert describe(dose) == "day 8: engager 588 ug civ over 21 d"
    assert describe(replace(dose, amount=5400.0, duration=0.125)) == "day 8: engager 5.4 mg civ over 3 h"
    assert describe(replace(dose, amount=3750.0, duration=0.0, route="iv"), "IU") == "day 8: engager 3750 IU iv"
