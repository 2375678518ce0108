"""The reader of protocol files: one clear error for each fault, extending, own files, the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from protocol_sample import PREMEDICATION, document, hold, rule

from trimer import library
from trimer.cli import BAD_INPUT, run
from trimer.errors import LibraryError, UnitError
from trimer.library.files import schema
from trimer.library.load_protocol import protocol_from_document
from trimer.therapy.protocol import Condition

FEVER = {"temperature": ">= 38 Cel"}
OWN = """
extends = "blinatumomab_label_astct_2019"
name = "mine"
label = "My protocol"
new_cycle_after = "10 day"
"""
DOSE = {"drug": "tocilizumab", "amount": "8 mg/kg", "route": "iv"}
BLOCK = {"count": 1, "first": "9 ug/day", "infusion": "28 day", "rest": "14 day"}


def own(folder: Path, text: str = OWN, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(**changes: Any) -> str:
    """Return the error of the small protocol with some fields replaced."""
    with pytest.raises((LibraryError, UnitError)) as found:
        protocol_from_document(document(**changes), "small.toml")
    assert str(found.value).startswith("small.toml: ")
    return str(found.value).removeprefix("small.toml: ")


# ---- faults

# ruff: noqa: E501 (one case a line)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"drug": "blinatumumab"}, 'drug: found "blinatumumab", expected a drug of the library. Nearest: blinatumomab.'),
        ({"rates": ["9 ug/day", "9 ug"]}, 'rates[1]: found "9 ug", expected an amount per day.'),
        ({"rates": ["9 ug/day", "28 mg/L"]}, "rates[1]"),
        ({"rates": ["9 ug/day", "28"]}, "rates[1]"),
        ({"rates": ["28 ug/day", "9 ug/day"]}, 'rates[1]: found "9 ug/day", expected more than "28 ug/day".'),
        ({"rates": ["9 ug/day", "28 ug/m2/day"]}, 'rates[1]: found "28 ug/m2/day", expected more than "9 ug/day".'),
        ({"rates": []}, 'rates: found [], expected a list of rates such as "28 ug/day", rising.'),
        ({"rates": ["9 ug/day", "15 ug/day"]}, 'cycles[1].first: found "28 ug/day", expected one of 9 ug/day, 15 ug/day.'),
        ({"step_after": "0 day"}, "step_after: found nothing, expected the time at a rate before the next."),
        ({"step_after": "7"}, "step_after: found '7' without a unit"),
        ({"step_after": "-7 day"}, 'step_after: found "-7 day", expected a time that is not negative.'),
        ({"new_cycle_after": "7 mg"}, "new_cycle_after: found unit 'mg', expected a unit that converts to 'day'."),
        ({"every": "5 min"}, "every: found 0.00347222 day, expected 15 min to 7 day."),
        ({"every": "8 day"}, "every: found 8 day, expected 15 min to 7 day."),
        ({"cycles": [BLOCK | {"infusion": "0 day"}]}, "cycles[0].infusion: found no time, expected days of infusion."),
        ({"cycles": [BLOCK | {"count": 0}]}, "cycles[0].count: found 0, expected a number of cycles, at least 1 and at most 100."),
        ({"cycles": [BLOCK | {"frist": "x"}]}, "cycles[0]: found unknown field 'frist', expected a table with count"),
        ({"cycles": []}, "cycles: found [], expected a list of blocks of cycles."),
        ({"grade": "middle"}, "grade: found 'middle', expected lowest or highest"),
        ({"name": "My Protocol"}, "name: found 'My Protocol', expected library name in lower case"),
        ({"colour": "blue"}, "file: found unknown field 'colour'"),
        ({"rules": [hold(), hold()]}, 'rule "fever" (rules[1]).name: found a second "fever", expected a name of its own.'),
        ({"rules": [rule("stop", {"crs_grade": ">= 4 grade"})], "scale": ""}, "scale: found nothing, expected the criterion"),
    ],
)  # fmt: skip
def test_one_fault_in_a_protocol_is_one_clear_error(changes: dict[str, Any], says: str) -> None:
    assert fault(**changes).startswith(says)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (hold(until=None), "found a hold that never ends, expected until (what ends it) and resume (the rate)."),
        (hold(resume=None), "found a hold that never ends"),
        (hold(resume="15 ug/day"), '.resume: found "15 ug/day", expected one of 9 ug/day, 28 ug/day.'),
        (hold(rate="15 ug/day"), '.rate: found "15 ug/day", expected one of 9 ug/day, 28 ug/day.'),
        (hold(least="4 day", longest="3 day"), ".least: found 4 day, expected at most longest, 3 day."),
        (hold(at="cycle end"), '.at: found "cycle end", expected "treatment", for hold.'),
        (hold(most=2), "found most or again for hold, expected these for give only."),
        (hold(when={}), ".when: found {}, expected comparisons by observable"),
        (hold(when=None), "found no field 'when', expected a table with name, when, do and source."),
        (hold(source=None), "found no field 'source'"),
        (hold(do="pause"), ".do: found 'pause', expected hold, stop, give, wait or skip."),
        (hold(cycles=[2, 1]), ".cycles: found [2, 1], expected first and last cycle, within 1 to 3."),
        (hold(cycles=[1, 4]), ".cycles: found [1, 4], expected first and last cycle, within 1 to 3."),
        (hold(cycles=[1]), ".cycles: found [1], expected first and last cycle."),
        (rule("stop", FEVER, until=FEVER), "found until, resume or least for stop, expected these for hold only."),
        (rule("stop", FEVER, until_for="1 day"), "found until, resume or least for stop"),
        (rule("stop", FEVER, longest="1 day"), "found longest for stop, expected it for hold and wait only."),
        (rule("stop", FEVER, rate="9 ug/day", at="cycle end"), '.rate: found "9 ug/day", expected none at a cycle end'),
        (rule("wait", FEVER), '.at: found "treatment", expected "cycle start", for wait.'),
        (rule("skip", FEVER, at="cycle end"), '.at: found "cycle end", expected "cycle start", for skip.'),
        (rule("give", FEVER), ".give: found nothing, expected what is given."),
        (rule("give", FEVER, give=[DOSE], at="cycle start"), '.at: found "cycle start", expected "treatment", for give.'),
        (rule("give", FEVER, give=[DOSE], most=3), ".again: found nothing, expected how far apart the 3 times are."),
        (rule("give", FEVER, give=[DOSE | {"drug": "tocilizumap"}]), '.give[0]: drug: found "tocilizumap", expected a drug'),
        (rule("give", FEVER, give=[DOSE | {"route": "po"}]), '.give[0].route: found "po", expected one of iv, for tocil'),
        (rule("give", FEVER, give=[DOSE | {"route": "nose"}]), ".give[0].route: found 'nose', expected one of iv, civ"),
        (rule("give", FEVER, give=[DOSE | {"amount": "8 mg/day"}]), '.give[0].amount: found "8 mg/day", expected an amount'),
        (rule("give", FEVER, give=[DOSE | {"amount": "8"}]), ".give[0].amount: found '8' without a unit"),
        (rule("give", FEVER, give=[DOSE | {"times": 2}]), ".give[0]: found 2 doses of tocilizumab, expected the time"),
        (
            rule("give", FEVER, give=[DOSE | {"drug": "dexamethasone", "route": "po", "amount": "8 mg", "duration": "1 h"}]),
            ".give[0].duration: found a duration by route po, expected one of an infusion only.",
        ),
        (
            rule("give", FEVER, give=[DOSE | {"drug": "blinatumomab", "route": "sc", "amount": "8 ug"}]),
            '.give[0].drug: found "blinatumomab", which is infused, expected another.',
        ),
        (hold(when={"temperatur": ">= 38 Cel"}), '.when.temperatur: found "temperatur", expected crs_grade or an observable'),
        (hold(when={"temperature": "> 38 Cel"}), '.when.temperature: found "> 38 Cel", expected a comparison by >= or <'),
        (hold(when={"temperature": "<= 38 Cel"}), '.when.temperature: found "<= 38 Cel", expected a comparison by >= or <'),
        (hold(when={"temperature": "38 Cel"}), '.when.temperature: found "38 Cel", expected a comparison by >= or <'),
        (hold(when={"temperature": ">= 38"}), ".when.temperature: found '38' without a unit"),
        (hold(when={"temperature": ">= 38 mg"}), ".when.temperature: found unit 'mg'"),
        (hold(when={"temperature": 38}), ".when.temperature: found 38"),
        (hold(when={"anc": "< 1 1e9/L over lowest"}), '.when: found "over lowest", expected a rule with at = "cycle end".'),
        (hold(until={"anc": "< 1 1e9/L over lowest"}), '.when: found "over lowest"'),
    ],
)  # fmt: skip
def test_one_fault_in_a_rule_is_one_clear_error(broken: dict[str, Any], says: str) -> None:
    found = fault(rules=[broken])
    called = f'rule "{broken["name"]}" (rules[0])'
    assert found.startswith(called)
    assert found.removeprefix(called).removeprefix(": ").startswith(says), found


def test_a_rule_is_called_by_its_name_wherever_its_fault_is_found(tmp_path: Path) -> None:
    assert fault(rules=[hold(name=None)]).startswith("rules[0]: found no field 'name'")
    assert fault(rules=[hold(name=7)]).startswith("rules[0].name: found 7")
    assert fault(rules=["fever"]).startswith("rules[0]: found 'fever'")
    assert fault(rules=[hold(name="x" * 500, do="pause")]).startswith(f'rule "{"x" * 60}" (rules[0]).do: found')
    path = own(tmp_path, OWN + '[[rules]]\nname = "hot"\ndo = "pause"\n')
    with pytest.raises(LibraryError, match=r'mine.toml: rule "hot" \(rules\[0\]\)'):
        library.protocol(path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"before": "28 day"}, ".before: found 28 day, expected less than the infusion of a cycle, 28 day."),
        ({"before": "15 day"}, ".before: found 15 day, expected less than the rest, 14 day."),
        ({"before": "7 day"}, ".before: found 7 day, expected less than the time before a step, 7 day."),
        ({"moments": ["noon"]}, ".moments[0]: found 'noon', expected"),
        ({"route": "sc"}, '.route: found "sc", expected one of po, iv, for dexamethasone.'),
        ({"amount": "20 mg/day"}, '.amount: found "20 mg/day", expected an amount, or the duration of the infusion.'),
    ],
)
def test_one_fault_in_the_premedication_is_one_clear_error(changes: dict[str, Any], says: str) -> None:
    assert fault(premedication=PREMEDICATION | changes).startswith(f"premedication{says}")


@pytest.mark.parametrize("field", ["name", "label", "source", "drug", "rates", "cycles", "new_cycle_after"])
def test_what_every_protocol_says(field: str) -> None:
    broken = {key: value for key, value in document().items() if key != field}
    with pytest.raises(LibraryError, match=f"small.toml: file: found no field '{field}', expected"):
        protocol_from_document(broken, "small.toml")


# ---- what is read


@pytest.mark.parametrize(
    ("signal", "text", "wanted"),
    [
        ("temperature", ">= 38.0 Cel", Condition("temperature", True, 38.0)),
        ("temperature", "<100.4 [degF]", Condition("temperature", False, 38.0)),
        ("anc", ">=500 1e6/L", Condition("anc", True, 0.5)),
        ("mrd_marrow", "< 0.01 %", Condition("mrd_marrow", False, 1e-4)),
        ("crs_grade", ">= 3 grade", Condition("crs_grade", True, 3.0)),
        ("marrow_blast_percent", ">= 0.25 fraction over lowest", Condition("marrow_blast_percent", True, 25.0, True)),
    ],
)
def test_a_condition_is_a_comparison_in_the_observable_s_unit(signal: str, text: str, wanted: Condition) -> None:
    found = protocol_from_document(document(rules=[rule("stop", {signal: text}, at="cycle end")]), "small.toml")
    (condition,) = found.rules[0].when
    assert condition.limit == pytest.approx(wanted.limit)
    assert (condition.signal, condition.above, condition.over_lowest) == (
        wanted.signal, wanted.above, wanted.over_lowest,
    )  # fmt: skip
    assert condition.text == text


def test_times_are_days_and_defaults_are_plain() -> None:
    slow = hold(**{"for": "12 h", "until_for": "90 min", "least": "1 wk", "longest": "14 day"})
    found = protocol_from_document(document(every="30 min", rules=[slow]), "small.toml")
    (item,) = found.rules
    assert (item.lasting, item.until_lasting, item.least, item.longest) == pytest.approx((0.5, 0.0625, 7.0, 14.0))
    assert (found.every, found.cycles, found.grade, found.premedication) == (1.0 / 48.0, 3, "highest", None)
    assert (item.at, item.most, item.cycles, item.rate) == ("treatment", 1, (), "")


# ---- a file of one's own


def test_a_file_that_extends_says_only_what_differs(tmp_path: Path) -> None:
    base = library.protocol("blinatumomab_label_astct_2019")
    found = library.protocol(own(tmp_path))
    assert (found.name, found.label, found.new_cycle_after) == ("mine", "My protocol", 10.0)
    assert (found.blocks, found.rules, found.premedication) == (base.blocks, base.rules, base.premedication)
    fewer = own(tmp_path, OWN + 'rules = []\nsource = "trimer"\n')
    assert library.protocol(str(fewer)).rules == (), "a field is replaced whole, and a file is read anew"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OWN.replace('name = "mine"', 'name = "other"'), 'mine.toml: name: found "other", expected "mine", as the file'),
        (OWN.replace('name = "mine"', ""), "mine.toml: file: found no field 'name'"),
        (OWN.replace('label = "My protocol"', ""), "mine.toml: file: found no field 'label'"),
        (OWN.replace('"blinatumomab_label_astct_2019"', '"blinatumomab_label"'), "No protocol 'blinatumomab_label'. Nearest"),
        (OWN.replace("_astct_2019", "_penn"), "which extends another, expected a protocol that extends none"),
        (OWN.replace('"blinatumomab_label_astct_2019"', "3"), "mine.toml: extends: found 3, expected the name of a protocol"),
        (OWN.replace('"blinatumomab_label_astct_2019"', '"base.toml"'), "mine.toml: extends: found 'base.toml', expected"),
        (OWN + 'colour = "blue"\n', "mine.toml: file: found unknown field 'colour'"),
        (OWN + 'rates = ["9 ug/day"]\n', 'mine.toml: cycles[1].first: found "28 ug/day", expected one of 9 ug/day.'),
        (OWN + "[[rules]\n", "mine.toml: found a fault in its syntax"),
        ("", "mine.toml: file: found an empty file, expected a protocol"),
    ],
)  # fmt: skip
def test_one_fault_in_a_file_of_one_s_own_is_one_clear_error(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(LibraryError) as found:
        library.protocol(own(tmp_path, text))
    assert says in str(found.value)
    assert "\n" not in str(found.value)


def test_near_miss_says_the_nearest() -> None:
    with pytest.raises(LibraryError, match="Nearest: blinatumomab_label_penn"):
        library.protocol("blinatumomab_label_pen")


# ---- the terminal


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments) == 0
    return capsys.readouterr().out


def test_the_terminal_lists_protocols(capsys: pytest.CaptureFixture[str]) -> None:
    text, names = printed(capsys, "list", "protocols"), library.list_entries("protocols")
    assert f"protocols ({len(names)})" in text
    for name in names:
        assert f"  {name}  " in text
        assert library.protocol(name).label in text


def test_the_terminal_shows_a_protocol_and_one_s_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, "show", "protocols", "blinatumomab_label_astct_2019")
    assert 'moments = ["cycle", "step", "restart"]' in shown
    assert printed(capsys, "show", "protocol", str(own(tmp_path))).strip() == OWN.strip()
    merged = json.loads(printed(capsys, "show", "protocols", str(own(tmp_path)), "--json"))
    assert (merged["name"], merged["new_cycle_after"]) == ("mine", 10.0)
    assert [r["name"] for r in merged["rules"]][:2] == ["CRS of grade 4", "CRS of grade 3"]


def test_the_terminal_refuses_what_is_no_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("show", "protocols", str(own(tmp_path, 'name = "mine"\n')))) == BAD_INPUT
    found = capsys.readouterr()
    assert found.out == ""
    assert "mine.toml: file: found no field 'label', expected a protocol" in found.err
    assert "Traceback" not in found.err


def test_the_terminal_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(capsys, "schema", "protocol")) == schema("protocol")
