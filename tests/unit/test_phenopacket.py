"""A recorded case as a phenopacket: what the bundled case becomes, codes and units, the command."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from case_sample import dated
from click.testing import CliRunner
from google.protobuf.json_format import Parse
from phenopackets.schema.v2.phenopackets_pb2 import Phenopacket

from trimer.cli import cli
from trimer.errors import InputError
from trimer.record.case import Case
from trimer.record.read_yaml import load_case, read_case
from trimer.record.schema import Given
from trimer.record.timing import make_schedule
from trimer.record.tree import Origin
from trimer.record.write_yaml import dump_case
from trimer.study.export.phenopacket import phenopacket, phenopacket_text, write_phenopacket
from trimer.study.export.phenopacket_codes import ucum

WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def packet() -> dict[str, Any]:
    return phenopacket("linder2016", WHEN)


def of(packet: dict[str, Any], event: str, observable: str) -> dict[str, Any]:
    start = f"event: {event}\nobservable: {observable}"
    (found,) = (m for m in packet["measurements"] if m["description"].split("\n")[:2] == start.split("\n"))
    return dict(found)


def test_the_message_classes_of_the_schema_take_it(packet: dict[str, Any]) -> None:
    message = Parse(phenopacket_text("linder2016", WHEN), Phenopacket())
    assert message.subject.id == "linder2016"
    assert message.diseases[0].term.id == "SNOMED:277571004"
    assert len(message.measurements) == len(packet["measurements"]) == 3 + 38 + 101
    assert message.meta_data.created.ToJsonString() == "2026-01-02T03:04:05Z"


def test_values_keep_their_kind(packet: dict[str, Any]) -> None:
    white = of(packet, "e03", "wbc")
    assert white["assay"]["id"] == "LOINC:26464-8"
    assert white["value"]["quantity"] == {"unit": {"id": "UCUM:10*9/L", "label": "10*9/L"}, "value": 164.0}
    (bound,) = of(packet, "e28", "anc")["complexValue"]["typedQuantities"]
    assert (bound["type"]["label"], bound["quantity"]["value"]) == (">", 1.0)
    low, high = of(packet, "e23", "hypotension")["complexValue"]["typedQuantities"]
    assert (low["quantity"]["value"], high["quantity"]["value"]) == (2.0, 3.0)
    assert of(packet, "e03", "anc")["value"]["ontologyClass"]["label"] == "not stated"
    assert "denominator: total B cells" in of(packet, "e10", "b_lineage_blast_percent")["description"]


def test_a_month_is_an_interval_and_a_day_is_a_day(packet: dict[str, Any]) -> None:
    span = of(packet, "e17", "marrow_blast_percent")["timeObserved"]["interval"]
    assert span == {"start": "2014-11-01T00:00:00Z", "end": "2014-11-30T23:59:59Z"}
    known = phenopacket(dated(e17="2014-11-08"), WHEN)
    assert of(known, "e17", "marrow_blast_percent")["timeObserved"] == {"timestamp": "2014-11-08T00:00:00Z"}


def test_drugs_have_doses_and_codes(packet: dict[str, Any]) -> None:
    given = [action["treatment"] for action in packet["medicalActions"] if "treatment" in action]
    (first, *_) = (t for t in given if t["agent"]["id"] == "ATC:L01FX07")
    assert first["doseIntervals"][0]["quantity"] == {"unit": {"id": "UCUM:ug/d", "label": "ug/day"}, "value": 9.0}
    (vincristine, *_) = (t for t in given if t["agent"]["label"] == "Vincristine")
    assert len(vincristine["doseIntervals"]) == 7
    assert {
        a["therapeuticRegimen"]["regimenStatus"] for a in packet["medicalActions"] if "therapeuticRegimen" in a
    } == {"UNKNOWN_STATUS"}  # which the schema requires; the record does not say
    toxicities = [feature["type"]["label"] for feature in packet["phenotypicFeatures"]]
    assert toxicities == ["CRS", "pancreatitis"]


def test_an_infusion_without_an_end_has_begun_within_its_interval() -> None:
    document = load_case("linder2016").document
    for end, words in ((document.events[0].date, "continuous"), (None, "continuous, begun within the interval")):
        event = document.events[0].model_copy(
            update={"given": (Given(drug="blinatumomab", rate="28 ug/day"),), "end": end}
        )
        changed = document.model_copy(update={"events": (event, *document.events[1:])})
        first = phenopacket(Case(changed, make_schedule(changed, Origin())), WHEN)["medicalActions"][0]
        assert [dose["scheduleFrequency"]["label"] for dose in first["treatment"]["doseIntervals"]] == [words]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1e9/L", "10*9/L"), ("/uL", "/uL"), ("K/uL", "10*3/uL"), ("fraction", "1"), ("grade", "{grade}"),
        ("year", "a"),
        ("ug/m2/day", "ug/m2/d"), ("mcg", "ug"), ("µg/kg", "ug/kg"), ("°C", "Cel"), ("[degF]", "[degF]"),
        ("IU/m2", "[IU]/m2"),
        ("1e9/kg", "10*9/kg"), ("mmol/L", "mmol/L"), ("weeks", "wk"), ("%", "%"), ("milligram", ""), ("", ""),
    ],
)  # fmt: skip
def test_units_have_their_ucum_code_or_none(written: str, code: str) -> None:
    assert ucum(written) == code


def test_a_code_is_not_used_for_another_specimen_or_property() -> None:
    text = dump_case(load_case("linder2016"))
    place = text.index("observable: wbc")
    changed = text[:place] + text[place:].replace("specimen: blood", "specimen: CSF", 1)
    assert of(phenopacket(read_case(changed), WHEN), "e03", "wbc")["assay"]["id"] == "trimer:wbc"


def test_the_command_writes_prints_and_says_what_is_lost(tmp_path: Path) -> None:
    run, out = CliRunner().invoke, tmp_path / "packet.json"
    answer = run(cli, ["export", "phenopacket", "linder2016", "-o", str(out)])
    assert answer.exit_code == 0, answer.output
    assert "Not in it: realisation" in answer.output
    assert Parse(out.read_text(encoding="utf-8"), Phenopacket()).id == "linder2016"
    told = json.loads(run(cli, ["export", "phenopacket", "linder2016", "--json"]).output)
    assert told["phenopacket"]["id"] == "linder2016"
    assert [item["what"] for item in told["lost"]] == ["realisation"]
    assert json.loads(run(cli, ["export", "phenopacket", "linder2016"]).output)["id"] == "linder2016"
    assert run(cli, ["export", "phenopacket", "nobody"]).exit_code != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["packet.json"]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder that exists"):
        write_phenopacket("linder2016", tmp_path / "no" / "packet.json")
    with pytest.raises(InputError, match="time zone"):
        phenopacket("linder2016", dt.datetime(2026, 1, 1))
