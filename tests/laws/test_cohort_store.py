"""What holds for generated cases and for spoilt files: rows or one error, never anything else."""

from __future__ import annotations

import math
import os
from pathlib import Path

import cohort_sample
import pytest
from generated_cases import document, malformed

from trimer.errors import TrimerError
from trimer.record import timing, tree
from trimer.record.case import Case
from trimer.study.cohorts import CohortStore
from trimer.study.cohorts.features import features
from trimer.study.cohorts.recorded import rows
from trimer.study.cohorts.sources import found_of
from trimer.study.cohorts.tables import TABLES

pytest.importorskip("duckdb")

CASES = int(os.environ.get("TRIMER_GENERATED", "60"))  # `make nightly` asks for ten thousand
FULL = "TRIMER_GENERATED" in os.environ
FILES = 2 * CASES if FULL else 12  # a database is opened and asked for each
MANIFESTS = 10 * CASES if FULL else 25


def case_of(seed: int) -> Case:
    made = document(seed)
    return Case(made, timing.make_schedule(made, tree.Origin(made.id)))


def test_every_generated_case_has_rows_that_say_what_it_says() -> None:
    for seed in range(CASES):
        course = case_of(seed).course()
        found = rows(course)
        row = found.course
        for feature in features().features:
            if feature.numeric:
                low, high = row[f"{feature.name}_low"], row[f"{feature.name}_high"]
                assert (low is None) == (high is None), (seed, feature.name)
                assert low is None or low <= high, (seed, feature.name)
        for name in ("os", "rfs"):
            low, high, event = (row[f"{name}_{x}"] for x in ("low", "high", "event"))
            assert (low is None) == (high is None) == (event is None), (seed, name)
            assert low is None or 0.0 <= low <= high, (seed, name)
            assert event or low is None or math.isfinite(high), (seed, name)
        assert len(found.readings) == len(course.readings) + len(course.patient), seed
        assert set(row) <= {c.name for c in TABLES["courses"]}, seed


def test_generated_cases_go_into_a_store_and_are_found_again(tmp_path: Path) -> None:
    store = CohortStore(tmp_path / "cohort.db")
    cases = [case_of(seed) for seed in range(60 if FULL else 12)]
    store.add(*cases)
    assert store.list().courses["recorded"] == len(cases)
    assert sum(o.courses for o in store.query().outcomes) == len(cases)
    found = store.similar("linder2016", k=len(cases))
    assert len(found.neighbours["recorded"]) == len(cases)


def test_a_spoilt_store_is_one_error_or_an_answer(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.db", tmp_path / "bad.db"
    CohortStore(good).add("linder2016")
    payload, told = good.read_bytes(), 0
    for seed in range(FILES):
        bad.write_bytes(malformed(payload, seed))
        store = CohortStore(bad)
        try:
            store.list()
            store.query(ph="negative", refractory="clag")
        except TrimerError:
            told += 1
        finally:
            bad.with_name("bad.db.wal").unlink(missing_ok=True)
    assert told > FILES / 4


def test_a_spoilt_trial_is_one_error_or_is_added(tmp_path: Path) -> None:
    kept = cohort_sample.folder(tmp_path / "run", 0, 20)
    chunk = next((kept / "chunks").glob("*"))
    for path in (kept / "manifest.json", chunk):
        payload, told = path.read_bytes(), 0
        for seed in range(MANIFESTS):
            path.write_bytes(malformed(payload, seed))
            try:
                list(found_of(kept).batches)
            except TrimerError:
                told += 1
        path.write_bytes(payload)
        assert told > MANIFESTS / 2
