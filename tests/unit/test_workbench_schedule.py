"""A plan as the page sends it: names of the library, tables of what differs, and what is refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import trimer.library as library
from trimer.errors import InputError, TrimerError
from trimer.therapy.protocol import Protocol
from trimer.workbench.schedule import document_of, file_of, plan_from

LABEL = "blinatumomab_label_astct_2019"
BLOCK = {"count": 1, "first": "9 ug/day", "infusion": "28 day", "rest": "14 day"}
RULE = {"name": "x", "do": "stop", "when": {"crs_grade": ">= 3 grade"}, "source": "trimer"}


def drawn(**fields: Any) -> Protocol:
    found = plan_from({"extends": LABEL, **fields})
    assert isinstance(found, Protocol)
    return found


def test_nothing_and_names() -> None:
    assert plan_from(None) is None
    assert plan_from(LABEL) == LABEL
    assert plan_from("car_t_cd19_flu_cy") == "car_t_cd19_flu_cy"


def test_what_differs_is_laid_over_the_protocol() -> None:
    found = drawn(rates=["5 ug/day", "15 ug/day", "28 ug/day"], step_after="5 day")
    assert found.rates == ("5 ug/day", "15 ug/day", "28 ug/day")
    assert found.step_after == 5.0
    assert found.blocks[0].first == "5 ug/day"  # the lowest rate that cycles and rules name is the new lowest
    assert {rule.resume for rule in found.rules if rule.resume} == {"5 ug/day"}


def test_rules_and_premedication_can_be_left_out() -> None:
    whole = library.protocol(LABEL)
    found = drawn(without_rules=["CRS of grade 3"], without_premedication=True)
    assert [r.name for r in found.rules] == [r.name for r in whole.rules if r.name != "CRS of grade 3"]
    assert found.premedication is None
    assert whole.premedication is not None


def test_fewer_cycles_drop_the_rules_asked_in_cycles_that_are_gone() -> None:
    block = {"count": 1, "first": "9 ug/day", "infusion": "28 day", "rest": "14 day"}
    assert drawn(cycles=[block]).cycles == 1


def test_the_same_drawing_is_the_same_plan() -> None:
    assert drawn(step_after="3 day") is drawn(step_after="3 day")


@pytest.mark.parametrize(
    ("plan", "where", "found"),
    [
        (7, "plan", "a int"),
        ("no_such", "plan", '"no_such"'),
        ("../../etc/passwd", "plan", "passwd"),
        ("/tmp/x.toml", "plan", "x.toml"),
        ({"rates": []}, "plan.extends", "null"),
        ({"extends": "/etc/passwd"}, "plan.extends", "passwd"),
        ({"extends": LABEL, "drug": "vincristine"}, "plan.drug", "a field"),
        ({"extends": LABEL, "source": "<script>"}, "plan.source", "a field"),
        ({"extends": LABEL, "without_rules": ["none such"]}, "plan.without_rules", "none such"),
        ({"extends": LABEL, "without_rules": "CRS of grade 3"}, "plan.without_rules", "CRS"),
        ({"extends": LABEL, "cycles": [{**BLOCK, "count": 15}, {**BLOCK, "count": 15}]}, "plan.cycles", "30 cycles"),
        ({"extends": LABEL, "cycles": [{**BLOCK, "count": 3.0}]}, "plan.cycles", "3.0"),
        ({"extends": LABEL, "rule_cycles": 5}, "plan.rule_cycles", "5"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(plan: Any, where: str, found: str) -> None:
    with pytest.raises(InputError) as fault:
        plan_from(plan)
    assert fault.value.where == where
    assert found in fault.value.found


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rates": ["28 ug/day", "9 ug/day"]}, "rates"),
        ({"rates": ["9 mL"]}, "rates"),
        ({"rates": ["-9 ug/day", "28 ug/day"]}, "rates"),
        ({"step_after": "7"}, "step_after"),
        ({"cycles": []}, "cycles"),
        ({"cycles": [{**BLOCK, "count": 900}]}, "cycles[0].count"),
        ({"cycles": 5}, "cycles"),
        ({"cycles": ["x"]}, "cycles[0]"),
        ({"cycles": [{**BLOCK, "first": []}]}, "cycles[0].first"),
        ({"cycles": [{**BLOCK, "count": True}]}, "cycles[0].count"),
        ({"rates": []}, "rates"),
        ({"rates": None}, "rates"),
        ({"rates": [{}]}, "rates[0]"),
        ({"rules": None}, "rules"),
        ({"rules": [1]}, "rules[0]"),
        ({"rules": [{**RULE, "resume": []}]}, "resume"),
        ({"rules": [{**RULE, "cycles": "x"}]}, "cycles"),
        ({"rule_cycles": {"CRS of grade 3": 5}}, "cycles"),
        ({"rule_cycles": {"none such": [1, 2]}}, "none such"),
        ({"premedication": 7}, "premedication"),
        ({"without_rules": [[]]}, "without_rules"),
        ({"rules": [{"name": "<script>alert(1)</script>", "do": "explode"}]}, "rules[0]"),
    ],
)
def test_what_cannot_be_carried_out_names_the_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(TrimerError) as fault:
        plan_from({"extends": LABEL, **fields})
    assert said in str(fault.value)


def test_a_drawing_is_written_as_a_protocol_file_that_reads_back_the_same(tmp_path: Path) -> None:
    plan = {
        "extends": LABEL,
        "rates": ["5 ug/day", "28 ug/day"],
        "step_after": "3.5 day",
        "without_rules": ["CRS of grade 4"],
    }
    name, text = file_of(plan)
    assert name == "schedule.toml"
    (tmp_path / name).write_text(text, encoding="utf-8")
    read, made = library.protocol(tmp_path / name), drawn(**{k: v for k, v in plan.items() if k != "extends"})
    for field in ("rates", "step_after", "blocks", "rules", "premedication", "scale", "every", "drug"):
        assert getattr(read, field) == getattr(made, field), field
    assert tomllib.loads(text)["note"].endswith(f"from {LABEL}.")


def test_a_protocol_by_name_is_written_whole(tmp_path: Path) -> None:
    name, text = file_of("blinatumomab_label_ctcae_v4")
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert library.protocol(tmp_path / name).rules == library.protocol("blinatumomab_label_ctcae_v4").rules


@pytest.mark.parametrize("plan", [None, "car_t_cd19_flu_cy"])
def test_what_is_no_protocol_cannot_be_written(plan: Any) -> None:
    with pytest.raises(InputError, match="a protocol, which can be written"):
        document_of(plan)
