"""``trimer export fhir`` and ``trimer import fhir``: judgements beside the record, files whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import trimer.record.fhir.validate as checks
from trimer.cli import cli
from trimer.errors import InputError
from trimer.record.fhir import codes
from trimer.record.fhir.read import read_bundle
from trimer.record.read_yaml import load_case
from trimer.study.export.fhir import FhirExport, fhir

pytest.importorskip("fhir.resources", reason="needs the extra clinical")

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def judged() -> FhirExport:
    return fhir("linder2016", judged=True)


def resources(made: FhirExport) -> list[Resource]:
    return [entry["resource"] for entry in json.loads(made.text)["entry"]]


def statuses(made: FhirExport) -> dict[str, str]:
    return {
        r["id"]: r["valueCodeableConcept"]["text"]
        for r in resources(made)
        if any(c["code"] == codes.DISEASE_STATUS for c in r.get("code", {}).get("coding", ()) if isinstance(c, dict))
    }


def test_stated_conclusions_are_disease_statuses(judged: FhirExport) -> None:
    stated = {name: words for name, words in statuses(judged).items() if not name.startswith("judgement")}
    assert stated == {
        "e11-status": "in full remission",
        "e17-status": "worsened",
        "e27-status": "in full remission",
        "e28-status": "in full remission",
        "e32-status": "in full remission",
        "e35-status": "worsened",
    }


def test_judgements_name_their_definition_and_leave_open_what_is_open(judged: FhirExport) -> None:
    found = {r["id"]: r for r in resources(judged) if r["id"].startswith("judgement-")}
    crs = next(r for r in found.values() if r["code"]["text"].startswith("crs"))
    parts = {c["code"]["coding"][0]["code"]: c for c in crs["component"]}
    assert parts["judgement.definition"]["valueString"] == "astct_2019_crs"
    assert parts["judgement.grade"]["valueRange"] == {"low": {"value": 3}, "high": {"value": 4}}
    assert crs["meta"]["tag"][0]["code"] == "derived"
    system = next(r for r in resources(judged) if r["id"] == "judgements")
    used = {r["valueCodeableConcept"]["coding"][0]["code"] for r in found.values() if "component" in r}
    assert used == {concept["code"] for concept in system["concept"]}


def test_lines_of_therapy_have_their_salvage_number(judged: FhirExport) -> None:
    lines = [r for r in resources(judged) if r["id"].startswith("line-")]
    assert len(lines) == 5
    assert lines[0]["valueString"].startswith("frontline: modified_linker")
    assert "valueInteger" in lines[1]["component"][0]


def test_judgements_are_not_read_as_record(judged: FhirExport) -> None:
    found = read_bundle(judged.text.encode())
    assert found.document == load_case("linder2016").document
    assert {u.why for u in found.unread} == {"worked out from the record, so worked out anew"}


def test_a_bundle_that_is_no_fhir_is_refused() -> None:
    with pytest.raises(InputError, match="gender"):
        checks.validate({"resourceType": "Bundle", "type": "collection", "entry": [
            {"resource": {"resourceType": "Patient", "gender": 3}}]})  # fmt: skip


def test_the_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(checks, "import_module", nothing)
    with pytest.raises(InputError, match=r"trimer\[clinical\]"):
        fhir("linder2016")


def test_the_commands_carry_a_case_out_and_in(tmp_path: Path) -> None:
    run, out, back = CliRunner(), tmp_path / "b.json", tmp_path / "c.yaml"
    made = run.invoke(cli, ["export", "fhir", "linder2016", "-o", str(out), "--json"])
    assert json.loads(made.output)["resources"]["Patient"] == 1
    read = run.invoke(cli, ["import", "fhir", str(out), "-o", str(back)])
    assert "Not read: 6" in read.output  # disease statuses, worked out from the conclusions
    assert load_case(back).document == load_case("linder2016").document
    told = json.loads(run.invoke(cli, ["import", "fhir", str(out), "--json"]).output)
    assert (told["schema"], told["ours"], len(told["unread"])) == ("trimer/import-fhir/1", True, 6)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path, judged: FhirExport) -> None:
    with pytest.raises(InputError):
        judged.write(tmp_path / "none" / "b.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError):
        judged.write(tmp_path / "folder")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
