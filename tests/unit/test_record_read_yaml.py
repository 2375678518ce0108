"""Whatever is wrong with a case file comes out as one clear CaseError: file, field, found, expected, what to do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.errors import CaseError
from trimer.record.read_yaml import bundled_cases, load_case, read_case
from trimer.record.tree import parse

GOOD = """\
schema: trimer/case/1
id: small
title: A small case
source: {citation: Nobody2020, title: T, authors: A, journal: J, year: 2020}
patient:
  sex: male
  age: 40 year
  size:
    weight: {value: 80 kg, kind: stated}
    height: {value: 180 cm, kind: stated}
origin: e01
events:
  - id: e01
    number: 1
    kind: lab
    label: Counts
    date: {on: "2020-03-05"}
    observations:
      - {observable: wbc, value: 164, unit: 10*9/L}
  - id: e02
    number: 2
    kind: drug
    label: Treatment
    date: {on: "2020-03", after: [{event: e01}]}
    given:
      - {drug: blinatumomab, rate: 9 ug/day, route: civ}
realisation:
  orders:
    - {event: e02, drug: blinatumomab, rate: 9 ug/day, route: civ, lasts: 7 day, kind: stated}
"""


def fault(text: str) -> CaseError:
    with pytest.raises(CaseError) as caught:
        read_case(text, "small.yaml", known_drugs={"blinatumomab", "tocilizumab"}, known_regimens={"clag"})
    assert str(caught.value).startswith("small.yaml")
    assert "\n" not in str(caught.value)
    return caught.value


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_the_small_case_is_good() -> None:
    case = read_case(GOOD, "small.yaml", {"blinatumomab"}, {"clag"})
    assert case.course().of("wbc")[0].low == 164
    assert case.orders()[0].rate == "9 ug/day"


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("10*9/L", "mg/dL", "events[e01].observations[0].unit (line 19)", "'mg/dL'"),
        ("value: 164, unit: 10*9/L", "value: 164", "events[e01].observations[0].unit (line 19)", "without a unit"),
        ("value: 164, unit: 10*9/L", "value: 0", "events[e01].observations[0].unit", "without a unit"),
        ("value: 164", "value: -164", "events[e01].observations[0].value", "not negative"),
        ("value: 164", 'value: "164"', "events[e01].observations[0].value", "a number"),
        ("observable: wbc", "observable: wbcs", "events[e01].observations[0].observable", "Nearest: wbc"),
        ("value: 164, unit: 10*9/L", "specimen: blood", "events[e01].observations[0]", "absence: not stated"),
        ("value: 164", "value: 164, absence: not done", "events[e01].observations[0]", "value and absence"),
        ("value: 164", "value: 164, comparator: '=>'", "events[e01].observations[0].comparator", "one of =, <"),
        ("rate: 9 ug/day", "rate: -9 ug/day", "events[e02].given[0].rate", "not negative"),
        ("rate: 9 ug/day", "rate: 9 ug", "events[e02].given[0].rate", "ug/day"),
        ("rate: 9 ug/day", 'rate: "9"', "events[e02].given[0].rate", "without a unit"),
        ("drug: blinatumomab", "drug: blinatumab", "events[e02].given[0].drug", "Nearest: blinatumomab"),
        ("drug: blinatumomab, rate: 9 ug/day", "regimen: clagg", "events[e02].given[0].regimen", "Nearest: clag"),
        ("    label: Counts\n", "", "events[e01].label", "required"),
        ("    label: Counts\n", "    lable: Counts\n", "events[e01].lable (line 16)", "Nearest: label"),
        ("kind: lab\n", "kind: labs\n", "events[e01].kind", "Nearest: lab"),
        ("2020-03-05", "2020-02-30", "events[e01].date.on", "a date that exists"),
        ("2020-03-05", "5 March", "events[e01].date.on", "a date as 2014-01-17"),
        ("2020-03-05", "2020-04-05", "dates of e01 and e02", "contradict each other"),
        ("{event: e01}", "{event: e09}", "events[e02].date.after[0].event", "'e09'"),
        ("{event: e01}", "{event: e01, min: 1.5 day}", "events[e02].date.after[0].min", "whole days"),
        ("{event: e01}", "{event: e01, min: 1 kg}", "events[e02].date.after[0].min", "'kg'"),
        ("{event: e01}", "{event: e01, min: 5 day, max: 1 day}", "events[e02].date.after[0]", "min <= max"),
        ("id: e02", "id: e01", "events[e01].id", "'e01' twice"),
        ("number: 2", "number: 1", "events[e02].number", "twice"),
        ("80 kg", "-80 kg", "patient.size.weight.value", "positive"),
        ("80 kg", "80 cm", "patient.size.weight.value", "'80 cm'"),
        ("origin: e01", "origin: e07", "origin (line 11)", "'e07'"),
        ("trimer/case/1", "trimer/case/9", "schema (line 1)", "one of trimer/case/1"),
        ("event: e02, drug", "event: e05, drug", "realisation.orders[0].event", "'e05'"),
        ("rate: 9 ug/day, route: civ, lasts", "lasts", "realisation.orders[0]", "either an amount or a rate"),
        ("id: small", "id: small\nid: small", "small.yaml (line 3)", "'id' twice"),
        ("title: A small case", "title: &t A small case", "small.yaml (line 3)", "anchor"),
        ("title: A small case", "title: !!python/object:os.system x", "small.yaml (line 3)", "tag"),
        ("title: A small case", "title: {a: [}", "small.yaml (line 3)", "broken YAML"),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, where: str, words: str) -> None:
    error = fault(changed(old, new))
    assert where in error.where
    assert words in str(error)


def test_without_a_library_names_are_not_checked() -> None:
    assert read_case(changed("drug: blinatumomab", "drug: newmab")).event("e02").given[0].drug == "newmab"


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "42", "--- {}\n--- {}\n", "\x00\x01", "? [a]\n: b\n"])
def test_nonsense_is_one_message(text: str) -> None:
    fault(text)


def test_bombs_are_refused_quickly(tmp_path: Path) -> None:
    laughs = "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(50))
    deep = "x: " + "[" * 5000
    many = "x: [" + "1," * 200_000 + "1]"
    started = time.perf_counter()
    assert "anchor" in str(fault(laughs))
    assert "nesting" in str(fault(deep))
    assert "values" in str(fault(many))
    big = tmp_path / "big.yaml"
    big.write_bytes(b"nonsense: [" * 1_000_000)
    with pytest.raises(CaseError, match="more than 1000 kB"):
        load_case(big)
    assert time.perf_counter() - started < 5.0


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.text(max_size=20))
def test_a_damaged_file_reads_or_is_a_case_error(start: int, length: int, patch: str) -> None:
    damaged = GOOD[:start] + patch + GOOD[start + length :]
    try:
        case = read_case(damaged, "damaged.yaml")
    except CaseError as error:
        assert error.where.startswith("damaged.yaml")  # noqa: PT017 - either outcome is right
        return
    assert case.course().kind == "record"


def test_binary_files_and_missing_files(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(bytes(range(128, 256)))
    with pytest.raises(CaseError, match=r"binary\.yaml: found byte 0 that is no UTF-8"):
        load_case(binary)
    with pytest.raises(CaseError, match="Nearest: linder2016"):
        load_case("linder2015")
    with pytest.raises(CaseError, match="a folder"):
        load_case(tmp_path)


def test_scalars_are_what_they_look_like() -> None:
    value, origin = parse('a: no\nb: 2014-01-17\nc: 12\nd: 1.5\ne:\nf: "7"\ng: 1:30\nh: true\n', "x")
    assert value == {"a": "no", "b": "2014-01-17", "c": 12, "d": 1.5, "e": None, "f": "7", "g": "1:30", "h": True}
    assert origin.where("d") == "x: d (line 4)"


def test_bundled_cases_are_listed() -> None:
    assert "linder2016" in bundled_cases()
