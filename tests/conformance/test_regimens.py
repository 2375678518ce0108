"""Every regimen file: schema, sources, stated totals, and doses that can be given to anyone."""

from __future__ import annotations

import math

import pytest

from trimer.library import drug, list_entries, needed, references, regimen
from trimer.library.load_regimen import regimen_document, regimen_from_document
from trimer.therapy.administration import Administration
from trimer.therapy.amount import parse_amount
from trimer.therapy.order import Order
from trimer.therapy.realise import realise
from trimer.therapy.regimen import Regimen, Total
from trimer.therapy.size import Size

REGIMENS = list_entries("regimens")
SIZES = {"50 kg": Size.of(weight=50.0, height=1.58), "100 kg": Size.of(weight=100.0, height=1.90)}


def given(name: str, size: Size, start: float = 100.0) -> tuple[Administration, ...]:
    order = Order("event", start, regimen=name, repeat=regimen(name).cycles)
    return realise([order], size, *needed([order]))


@pytest.mark.parametrize("name", REGIMENS)
def test_sources_and_drugs_exist(name: str) -> None:
    found = regimen(name)
    assert set(found.sources()) <= set(references())
    for dose in found.doses:
        assert dose.route in drug(dose.drug).routes, f"{dose.drug} {dose.route}"
        assert dose.source
        assert dose.kind == "stated" or dose.note
        assert dose.kind == "assumed" or dose.source != "trimer", "our own choice is an assumption"


@pytest.mark.parametrize("name", REGIMENS)
def test_round_trip(name: str) -> None:
    found = regimen(name)
    assert regimen_from_document(regimen_document(found), "round trip") == found


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", REGIMENS)
def test_realises_for_anyone(name: str, size: Size) -> None:
    found, doses = regimen(name), given(name, size)
    assert doses
    assert [d.start for d in doses] == sorted(d.start for d in doses)
    for dose in doses:
        assert dose.amount > 0.0
        assert math.isfinite(dose.amount)
        assert dose.duration >= 0.0
        assert dose.start >= 100.0 - 1.0
        assert dose.end <= 100.0 + found.cycles * found.period + 1e-9
        assert found.label in dose.note
    assert {d.drug for d in doses} == set(found.drugs)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("name", REGIMENS)
def test_stated_totals(name: str, size: Size) -> None:
    found = regimen(name)
    assert found.totals, "a regimen states what a cycle adds up to"
    for total in found.totals:
        unit = drug(total.drug).amount_unit
        expected = parse_amount(total.amount, unit, name).total(size)
        assert _sum(found, total, size) == pytest.approx(expected, rel=1e-9), f"{total.drug} in cycle {total.cycle}"


@pytest.mark.parametrize("name", REGIMENS)
def test_shifting_the_start_shifts_the_doses(name: str) -> None:
    size = SIZES["50 kg"]
    early, late = given(name, size, 0.0), given(name, size, 365.0)
    assert [d.start - 365.0 for d in late] == pytest.approx([d.start for d in early], abs=1e-9)
    assert [(d.drug, d.amount, d.duration) for d in late] == [(d.drug, d.amount, d.duration) for d in early]


def test_pegaspargase_is_capped_at_a_vial() -> None:
    doses = [d for d in given("mtx_vcr_peg_dex", SIZES["100 kg"]) if d.drug == "pegaspargase"]
    assert [d.amount for d in doses] == [3750.0] * 4
    small = [d for d in given("mtx_vcr_peg_dex", SIZES["50 kg"]) if d.drug == "pegaspargase"]
    assert small[0].amount == pytest.approx(2000.0 * SIZES["50 kg"].bsa)


def test_prednisone_taper_falls_to_nothing_by_day_62() -> None:
    doses = [d for d in given("modified_linker", SIZES["50 kg"]) if d.drug == "prednisone"]
    amounts = [d.amount for d in doses]
    assert [d.start for d in doses] == [100.0 + day for day in range(61)], "every day from 1 to 61, none on 62"
    assert amounts == sorted(amounts, reverse=True)
    assert {d.kind for d in doses[:28]} == {"stated"}
    assert {d.kind for d in doses[28:]} == {"assumed"}


def test_case_variant_of_intrathecal_therapy() -> None:
    orders = [
        Order("cycle 1", 0.0, regimen="hypercvad_b", omit=("methotrexate/it", "cytarabine/it")),
        Order("cycle 1", 0.0, regimen="intrathecal_methotrexate_twice"),
    ]
    doses = realise(orders, SIZES["50 kg"], *needed(orders))
    spinal = [(d.drug, d.start, d.amount) for d in doses if d.route == "it"]
    assert spinal == [("methotrexate", 1.0, 6000.0), ("methotrexate", 7.0, 6000.0)]
    assert any(d.drug == "cytarabine" and d.route == "iv" for d in doses)


def _sum(found: Regimen, total: Total, size: Size) -> float:
    """Return what the doses of one cycle that a total speaks of add up to, ug or IU."""
    order = Order("event", 0.0, regimen=found.name, repeat=total.cycle)
    suffix = "" if total.role == "treatment" else f" ({total.role})"
    wanted = {
        (d.route, f"{d.text}{suffix}")
        for d in found.doses
        if d.drug == total.drug and d.role == total.role and (total.kind == "all" or d.kind == "stated")
    }
    doses = [
        a for a in realise([order], size, *needed([order]))
        if a.drug == total.drug and f"cycle {total.cycle} " in a.note and total.route in ("", a.route)
    ]  # fmt: skip
    return sum(a.amount for a in doses if (a.route, a.note.split(": ", 1)[1].split("; ")[0]) in wanted)
