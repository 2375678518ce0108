"""From a decision to a protocol and back to a file; what an optimisation file may say."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import trimer.library as library
from trimer.errors import InputError, LibraryError, ProtocolError, TrimerError
from trimer.library.files import find
from trimer.library.load_optimisation import optimisation
from trimer.library.write_toml import toml_text
from trimer.study.optimise.space import Space, mark, told
from trimer.study.scenario import SIZE
from trimer.therapy.schedule import Schedule, Supply, planned

TEXT = find("optimisations", "label_schedule").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def space() -> Space:
    return Space.of(optimisation("label_schedule"))


def own(folder: Path, *changes: tuple[str, str]) -> Path:
    """Return the bundled file as the user's own, with parts of it replaced."""
    text = TEXT.replace('name = "label_schedule"', 'name = "mine"')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


# ---- the schedule of a protocol


def test_the_reference_is_the_label(space: Space) -> None:
    assert space.reference == Schedule(9.0, 7.0, 28.0, 28.0, 14.0, "continuous", 5, 20.0, True)
    assert space.schedule(space.nearest()) == space.reference


def test_the_label_as_a_decision_acts_as_the_label(space: Space) -> None:
    made, base = space.protocol(space.reference), space.base
    assert replace(made, name="", label="", source="", where="", note="") == replace(
        base, name="", label="", source="", where="", note=""
    )


def test_every_variable_reaches_the_protocol(space: Space) -> None:
    varied = Schedule(11.0, 4.0, 22.0, 21.0, 10.0, "continuous", 3, 8.0, False)
    found = space.protocol(varied)
    assert found.rates == ("11 ug/day", "22 ug/day")
    assert found.step_after == 4.0
    assert [(b.count, b.first, b.infusion, b.rest) for b in found.blocks] == [
        (1, "11 ug/day", 21.0, 10.0),
        (2, "22 ug/day", 21.0, 10.0),
    ]
    assert found.premedication is not None
    assert found.premedication.give.amount == "8 mg"
    holds = [rule for rule in found.rules if rule.do == "hold"]
    assert [rule.resume for rule in holds] == ["11 ug/day"]
    assert [rule.cycles for rule in found.rules if rule.at == "cycle end"] == [(2, 3)]
    assert {r.name for r in found.rules} == {r.name for r in space.base.rules}


def test_rules_of_a_plan_of_one_cycle(space: Space) -> None:
    alone = space.protocol(replace(space.reference, cycles=1, maintenance=False))
    assert not [rule for rule in alone.rules if rule.at == "cycle end"]
    followed = space.protocol(replace(space.reference, cycles=1))
    assert [rule.cycles for rule in followed.rules if rule.at == "cycle end"] == [(2, 5)]


def test_a_pattern_is_periods_of_its_own_and_rules_keep_to_the_ends_of_cycles(space: Space) -> None:
    split = replace(space.reference, pattern="7 on 7 off", infusion_days=17.0, cycles=2, maintenance=False)
    found = space.protocol(split)
    periods = [(b.first, b.infusion, b.rest) for b in found.blocks for _ in range(b.count)]
    assert periods == [
        ("9 ug/day", 7.0, 7.0),
        ("28 ug/day", 7.0, 7.0),
        ("28 ug/day", 3.0, 14.0),
        ("28 ug/day", 7.0, 7.0),
        ("28 ug/day", 7.0, 7.0),
        ("28 ug/day", 3.0, 14.0),
    ]
    assert [rule.cycles for rule in found.rules if rule.at == "cycle end"] == [(6, 6)]


def test_a_pattern_counts_the_days_before_the_step_in_whole_periods(space: Space) -> None:
    late = replace(space.reference, pattern="7 on 7 off", days_before_step=10.0, cycles=1, maintenance=False)
    assert [(b.count, b.first) for b in space.protocol(late).blocks] == [
        (2, "9 ug/day"),
        (1, "28 ug/day"),
        (1, "28 ug/day"),
    ]


def test_no_interval_is_one_round(space: Space) -> None:
    found = space.protocol(replace(space.reference, interval=0.0))
    assert {block.rest for block in found.blocks[:2]} == {space.base.every}


def test_without_premedication_and_without_step(space: Space) -> None:
    found = space.protocol(replace(space.reference, first_dose=28.0, dexamethasone=0.0))
    assert found.premedication is None
    assert found.rates == ("28 ug/day",)
    assert [rule.resume for rule in found.rules if rule.do == "hold"] == ["28 ug/day"]


def test_a_step_down_is_refused(space: Space) -> None:
    with pytest.raises(ProtocolError, match="at most the second"):
        space.protocol(replace(space.reference, first_dose=28.0, second_dose=15.0))


def test_the_mark_tells_treatments_apart_and_nothing_else(space: Space) -> None:
    flat = replace(space.reference, first_dose=28.0)
    assert mark(space.document(flat)) == mark(space.document(replace(flat, days_before_step=3.0), "other", "other"))
    assert mark(space.document(flat)) != mark(space.document(space.reference))


def test_a_schedule_in_words(space: Space) -> None:
    assert told(replace(space.reference, maintenance=False, dexamethasone=0.0)) == (
        "9 ug/day for 7 days, then 28; 5 cycles of 28 days, 14 days between; no dexamethasone"
    )


# ---- files


@pytest.mark.parametrize("pattern", ["continuous", "7 on 7 off"])
def test_a_schedule_written_as_a_file_is_the_same_protocol(space: Space, pattern: str, tmp_path: Path) -> None:
    schedule = replace(space.reference, pattern=pattern, second_dose=24.0)
    document = space.document(schedule, "front_01", note='With "quotes" and \\ signs.')
    path = tmp_path / "front_01.toml"
    path.write_text(toml_text(document), encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8")) == document
    found = library.protocol(path)
    made = space.protocol(schedule, "front_01")
    assert replace(found, note="") == replace(made, note="")


def test_toml_of_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match="no set"):
        toml_text({"a": {1, 2}})


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (('low = "5 ug/day"', 'low = "5 mg"'), "first_dose.low"),
        (('low = "5 ug/day"', 'low = "5 ug/m2/day"'), "variables"),
        (('low = "3 day"', 'low = "30 day"'), "days_before_step"),
        (('low = "3 day", high = "14 day"', 'low = "2.5 day", high = "14 day"'), "days_before_step.step"),
        (('"7 on 7 off"', '"7 off"'), "pattern.choices[1]"),
        (('"8 mg"', '"8 day"'), "dexamethasone.choices[1]"),
        (('vial = "35 ug"', 'vial = "0 ug"'), "supply.vial"),
        (('overfill = "1.16 fraction"', 'overfill = "0.5 fraction"'), "supply.overfill"),
        (('name = "waste"', 'name = "hospital"'), "constraints[2]"),
        (('protocol = "blinatumomab_label_astct_2019"', 'protocol = "blinatumomab_lable"'), "protocol"),
        (('cycles = { low = 1, high = 5 }', "cycles = { low = 0, high = 5 }"), "variables.cycles.low"),
        (('most = "15 %"', 'most = "15 %"\nleast = "1 %"'), "constraints[3]"),
        (('name = "mine"', 'name = "other"'), "name"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_error(change: tuple[str, str], where: str, tmp_path: Path) -> None:
    with pytest.raises(TrimerError) as caught:
        optimisation(own(tmp_path, change))
    assert "mine.toml" in str(caught.value)
    assert where in str(caught.value)


def test_a_name_that_is_none_gives_the_nearest() -> None:
    with pytest.raises(LibraryError, match="label_schedule"):
        optimisation("label_shedule")
    with pytest.raises(LibraryError, match=r"No optimisation 'label'\. Nearest: label_schedule\. `trimer list"):
        optimisation("label")
    with pytest.raises(LibraryError, match=r"none\.toml: found no such file, expected an optimisation file"):
        optimisation("./none.toml")


def test_a_file_of_ones_own_with_few_variables(tmp_path: Path) -> None:
    head, _, rest = TEXT.replace('name = "label_schedule"', 'name = "mine"').partition("[variables]\n")
    kept = '[variables]\nsecond_dose = { low = "20 ug/day", high = "30 ug/day", step = "2 ug/day" }\n\n'
    path = tmp_path / "mine.toml"
    path.write_text(head + kept + rest[rest.index("[[objectives]]") :], encoding="utf-8")
    space = Space.of(optimisation(path))
    assert space.optimisation.combinations == 6
    assert space.schedule({"second_dose": 24.0}) == replace(space.reference, second_dose=24.0)
    assert space.nearest() == {"second_dose": 28.0}


@pytest.mark.parametrize(
    ("protocol", "said"),
    [("blinatumomab_mrd_four_cycles", "the first cycle starts low"), ("blinatumomab_five_cycles", "maintenance")],
)
def test_a_base_that_does_not_fit_is_refused(protocol: str, said: str, tmp_path: Path) -> None:
    file = own(tmp_path, ('protocol = "blinatumomab_label_astct_2019"', f'protocol = "{protocol}"'))
    with pytest.raises(InputError, match=said):
        Space.of(optimisation(file))


# ---- what a plan comes to


def test_the_label_comes_to_6923_ug_in_252_days(space: Space) -> None:
    found = planned(space.base, SIZE, space.optimisation.supply)
    assert found.amount == pytest.approx(7 * 9 + 21 * 28 + 8 * 28 * 28)
    assert found.infusion_days == 252.0
    assert found.daily_dose == 28.0


def test_bags_and_vials_by_hand(space: Space) -> None:
    one = space.protocol(replace(space.reference, cycles=1, maintenance=False))
    found = planned(one, SIZE, Supply(vial=35.0, bag=2.0, overfill=1.16))
    # 7 days at 9: three bags of 2 days (20.9 ug) and one of a day; 21 at 28: ten of 2 days (65 ug), one of a day (32.5)
    assert found.bags == 4 + 11
    assert found.vials == 4 * 1 + 10 * 2 + 1
    assert found.waste == pytest.approx(1.0 - (63.0 + 588.0) / (25 * 35.0))


def test_a_pattern_comes_to_the_same_drug(space: Space) -> None:
    supply: Any = space.optimisation.supply
    whole, split = (space.protocol(replace(space.reference, pattern=p)) for p in ("continuous", "7 on 7 off"))
    assert planned(split, SIZE, supply).amount == pytest.approx(planned(whole, SIZE, supply).amount)
