"""A virtual trial as analysis tables: what an analysis of them finds is what the trial itself found."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trial_table_sample as sample
from click.testing import CliRunner
from dataset_json_schema import faults

import trimer.library as library
from trimer.cli import cli
from trimer.errors import InputError
from trimer.study.export.adam import AdamTables, Dataset, adam
from trimer.study.export.adam.tables import LABEL, NAME
from trimer.study.export.adam.write import csv_text, dataset_json_of, define
from trimer.study.trial.run import TrialResult, summarise
from trimer.study.trial.run import trial as run_trial

WHEN = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def result(n: int = 150) -> TrialResult:
    """Return TOWER with made-up patients, some of whom the engine could not solve."""
    table = sample.joined(
        sample.trial(n, seed=3, arm="blinatumomab", better=1.4), sample.trial(n, seed=4, arm="chemotherapy")
    )
    table["status"] = np.where(np.arange(2 * n) % 37 == 5, 2, 0)
    return summarise(library.trial("tower"), table, {"seed": 1})


@pytest.fixture(scope="module")
def made() -> tuple[TrialResult, AdamTables]:
    found = result()
    return found, adam(found)


def rows(dataset: Dataset, arm: str, **wanted: Any) -> list[dict[str, str]]:
    """Return the records of an arm as an analyst has them: read from the CSV file."""
    read = csv.DictReader(io.StringIO(csv_text(dataset), newline=""))
    return [row for row in read if f"-{arm}-" in row["USUBJID"] and all(row[k] == v for k, v in wanted.items())]


def arms(found: TrialResult) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from found.estimates.items()


@pytest.mark.parametrize(("code", "key"), [("OS", "os"), ("EFS", "efs"), ("RFS", "rfs"), ("DOR", "dor")])
def test_lifelines_finds_the_medians_of_the_trial(made: tuple[TrialResult, AdamTables], code: str, key: str) -> None:
    from lifelines import KaplanMeierFitter

    found, tables = made
    for arm, estimates in arms(found):
        times = rows(tables["ADTTE"], arm, PARAMCD=code)
        fitted = KaplanMeierFitter().fit([float(r["AVAL"]) for r in times], [r["CNSR"] == "0" for r in times])
        estimate = estimates[f"{key}_median"]
        curve = fitted.survival_function_["KM_estimate"]
        # The median is where the curve is a half or less; lifelines' product misses an exact half by 4e-16.
        assert curve.index[curve <= 0.5 + 1e-12][0] == estimate.value
        assert len(times) == estimate.n
        assert sum(r["CNSR"] == "0" for r in times) == estimate.events


def test_responses_and_toxicity_have_the_rates_of_the_trial(made: tuple[TrialResult, AdamTables]) -> None:
    found, tables = made
    for arm, estimates in arms(found):
        safe = rows(tables["ADSL"], arm, SAFFL="Y")
        best = rows(tables["ADRS"], arm, PARAMCD="BOR")
        assert len(best) == len(safe) == estimates["cr"].n

        def share(count: int, of: int = len(safe)) -> float:
            return count / of

        assert share(len(rows(tables["ADRS"], arm, PARAMCD="RSP", AVALC="Y"))) == estimates["cr_crh"].value
        for category in ("CR", "CRh"):
            assert share(sum(r["AVALC"] == category for r in best)) == estimates[category.lower()].value
        responders = {r["USUBJID"] for r in rows(tables["ADRS"], arm, PARAMCD="RSP", AVALC="Y")}
        mrd = [r for r in rows(tables["ADRS"], arm, PARAMCD="MRDNEG") if r["USUBJID"] in responders]
        assert share(sum(r["AVALC"] == "Y" for r in mrd), len(mrd)) == estimates["mrd_response"].value
        crs = rows(tables["ADAE"], arm, AETERM="Cytokine release syndrome")
        assert share(len(crs)) == estimates["crs_any"].value
        assert share(sum(int(r["AETOXGR"]) >= 3 for r in crs)) == estimates["crs_grade_3"].value
        assert share(sum(int(r["CYC1GRN"]) >= 1 for r in crs)) == estimates["crs_any_cycle_1"].value
        assert {r["AETOXSCL"] for r in crs} == {found.trial.crs.scale}
        low = rows(tables["ADAE"], arm, AETERM="Neutrophil count decreased")
        assert share(sum(int(r["ATOXGRN"]) >= 3 for r in low)) == estimates["neutropenia_grade_3"].value
        days = [float(r["AVAL"]) for r in rows(tables["ADEX"], arm, PARAMCD="INFDAYS")]
        assert np.mean(days) == pytest.approx(estimates["drug_days_mean"].value, rel=1e-12)
        css = [float(r["AVAL"]) for r in rows(tables["ADLB"], arm, PARAMCD="CSS")]
        assert np.mean(css) == pytest.approx(estimates["css_mean"].value, rel=1e-12)


def test_whoever_was_not_solved_is_a_subject_in_no_population(made: tuple[TrialResult, AdamTables]) -> None:
    found, tables = made
    for arm, failed in found.failed.items():
        lost = [r for r in rows(tables["ADSL"], arm) if r["SIMSTAT"] != "0"]
        assert len(lost) == failed > 0
        assert {(r["ITTFL"], r["SAFFL"]) for r in lost} == {("N", "N")}
        names = {r["USUBJID"] for r in lost}
        for dataset in tables.datasets[1:]:
            assert not names & {r["USUBJID"] for r in rows(dataset, arm)}


def test_nobody_takes_it_for_real(made: tuple[TrialResult, AdamTables]) -> None:
    _, tables = made
    assert tables.study == "VIRTUAL-TOWER"
    assert tables.simulated
    assert "VIRTUAL" in tables.title
    for dataset in tables.datasets:
        assert dataset.label.endswith("(VIRTUAL)")
        assert set(dataset.columns["STUDYID"]) == {"VIRTUAL-TOWER"}
        assert all(variable.origin != "Collected" for variable in dataset.variables)
        dates = [variable.name for variable in dataset.variables if variable.type == "date"]
        assert all(set(dataset.columns[name]) <= {None} for name in dates)


def test_subjects_are_unique_and_arms_share_their_patients(made: tuple[TrialResult, AdamTables]) -> None:
    found, tables = made
    subjects = tables["ADSL"].columns["USUBJID"]
    assert len(set(subjects)) == len(subjects) == len(found.table["patient"])
    assert len(set(tables["ADSL"].columns["VPATIENT"])) == found.patients


def test_names_labels_keys_and_lengths_hold(made: tuple[TrialResult, AdamTables]) -> None:
    _, tables = made
    for dataset in tables.datasets:
        names = [variable.name for variable in dataset.variables]
        assert len(set(names)) == len(names)
        assert len(dataset.label) <= LABEL
        assert all(len(v.name) <= NAME and len(v.label) <= LABEL for v in dataset.variables)
        assert {len(column) for column in dataset.columns.values()} == {dataset.records}
        keys = list(zip(*(dataset.columns[name] for name in dataset.keys), strict=True))
        assert len(set(keys)) == len(keys)
        for variable in dataset.variables:
            values = {value for value in dataset.columns[variable.name] if value is not None}
            assert not variable.codelist or {str(value) for value in values} <= set(variable.codelist), variable.name


def test_days_count_from_one_and_end_where_the_time_ends() -> None:
    found = result(60)
    tables = adam(found)
    for arm in found.estimates:
        for row in rows(tables["ADTTE"], arm):
            start, end = int(row["STARTDY"]), int(row["ADY"])
            assert start >= 1
            assert end - start == pytest.approx(float(row["AVAL"]) * 30.4375, abs=1.001)
            assert (row["CNSR"] == "1") == (row["EVNTDESC"] == "CENSORED") == (row["CNSDTDSC"] != "")


def test_dataset_json_fits_the_specification() -> None:
    tables = adam(result(40))
    for dataset in tables.datasets:
        document = json.loads(json.dumps(dataset_json_of(tables, dataset, WHEN)))
        assert not faults(document)
        assert [column["name"] for column in document["columns"]] == [v.name for v in dataset.variables]
    broken = {**document, "datasetJSONVersion": "1.0", "rows": [["a"]], "extra": 1}
    assert len(faults({**broken, "columns": document["columns"][:1]})) >= 3


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    tables = adam(result(30))
    files = tables.write(tmp_path / "made", dataset_json=True, created=WHEN)
    assert len(files) == 13
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == sorted(path.name for path in files)
    described = json.loads((tmp_path / "made" / "define.json").read_text())
    assert described == json.loads(json.dumps(define(tables)))
    assert described["simulated"] is True
    with pytest.raises(InputError, match="empty or not there yet"):
        tables.write(tmp_path / "made")
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "no" / "folder"):
        with pytest.raises(InputError):
            tables.write(place)
    with pytest.raises(InputError, match="time zone"):
        tables.write(tmp_path / "naive", dataset_json=True, created=dt.datetime(2026, 1, 1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "made"]
    (tmp_path / "empty").mkdir()
    assert len(tables.write(tmp_path / "empty")) == 7


@pytest.mark.slow
def test_ten_thousand_patients_are_quick(tmp_path: Path) -> None:
    found = result(5000)
    began = time.perf_counter()
    adam(found).write(tmp_path / "many")
    assert time.perf_counter() - began < 15.0


def test_a_kept_trial_is_exported_from_its_folder(tmp_path: Path) -> None:
    kept = run_trial("blast", patients=24, keep=tmp_path / "run", chunk=12)
    out = tmp_path / "tables"
    answer = CliRunner().invoke(cli, ["export", "adam", str(tmp_path / "run"), "-o", str(out), "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output)
    assert told["study"] == "VIRTUAL-BLAST"
    assert told["records"]["ADSL"] == 24
    read = list(csv.DictReader(io.StringIO((out / "adtte.csv").read_text(encoding="utf-8"), newline="")))
    times = sorted(float(row["AVAL"]) for row in read if row["PARAMCD"] == "RFS")
    assert times == sorted(kept.table["rfs_time"][~np.isnan(kept.table["rfs_time"])].tolist())
    assert {row["STARTDY"] for row in read if row["PARAMCD"] == "RFS"} == {"1"}  # they enter in remission


def test_a_trial_is_not_judged_again_and_a_folder_must_hold_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="judged by its own"):
        adam(result(10), criteria=["amg"])
    with pytest.raises(InputError, match=r"manifest\.json"):
        adam(tmp_path)
