"""Chunks of a virtual trial on disk: what is read is what was written, and a folder is taken for one trial only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trimer.errors import InputError
from trimer.study.simulation import Table
from trimer.study.trial import store as module
from trimer.study.trial.store import TrialStore, joined, settled

DESCRIPTION: dict[str, Any] = {"trial": "tower", "arms": ["blinatumomab", "chemotherapy"], "seed": 7}


def table_of(first: int, count: int) -> Table:
    """Return two arms, one below the other, with a column of each kind."""
    patients = np.arange(first, first + count)
    arm = {
        "patient": patients,
        "status": (patients % 7 == 3).astype(np.int32),
        "css": np.where(patients % 5 == 0, np.nan, 0.1 + 1.0 / (patients + 1.0)),
        "response": np.array([("CR", "CRh", "", "été")[i % 4] for i in patients]),
    }
    other = {**arm, "css": np.full(count, -0.0)}
    names = {"arm": np.array(["blinatumomab"] * count + ["chemotherapy"] * count)}
    return joined([arm, other]) | names


def opened(folder: Path, description: dict[str, Any] = DESCRIPTION, patients: int = 25, chunk: int = 10) -> TrialStore:
    return TrialStore.open(folder, description, patients=patients, chunk=chunk)


def bits(column: np.ndarray[Any, Any]) -> list[Any]:
    """Return values by their bits, so that NaN equals NaN and -0 is not 0."""
    return [x.hex() if isinstance(x, float) else x for x in column.tolist()]


def test_a_chunk_is_read_as_it_was_written(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert not store.has(10, 10)
    store.write(10, 10, table_of(10, 10))
    assert store.has(10, 10)
    found, given = store.read(10, 10), table_of(10, 10)
    assert list(found) == list(given)
    assert {name: bits(column) for name, column in found.items()} == {n: bits(c) for n, c in given.items()}
    assert {name: column.dtype.kind for name, column in found.items()} == {n: c.dtype.kind for n, c in given.items()}
    assert {column.dtype.itemsize for column in found.values() if column.dtype.kind != "U"} == {8}


def test_missing_chunks_and_the_whole_table_in_the_order_of_patients(tmp_path: Path) -> None:
    store, spans = opened(tmp_path), [(20, 5), (0, 10), (10, 10)]
    store.write(10, 10, table_of(10, 10))
    assert store.missing(spans) == [(20, 5), (0, 10)]
    store.write(20, 5, table_of(20, 5))
    store.write(0, 10, table_of(0, 10))
    assert store.missing(spans) == []
    whole = store.table(spans)
    assert whole["patient"].tolist() == [*range(10), *range(10), *range(10, 20), *range(10, 20), *[*range(20, 25)] * 2]
    assert bits(whole["css"]) == bits(np.concatenate([table_of(*span)["css"] for span in sorted(spans)]))


def test_the_same_trial_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, order in (("one", (0, 10, 20)), ("other", (20, 0, 10))):
        store = opened(tmp_path / name, dict(sorted(DESCRIPTION.items(), reverse=name == "one")))
        for first in order:
            store.write(first, min(10, 25 - first), table_of(first, min(10, 25 - first)))
        store.write_summary(
            {"b": np.float64(0.5), "a": {"y": 1, "x": 2}} if name == "one" else {"a": {"x": 2, "y": 1}, "b": 0.5}
        )
    one, other = (
        {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("one", "other")
    )
    assert one == other
    assert sorted(one) == [
        "chunks/000000000-10.parquet",
        "chunks/000000010-10.parquet",
        "chunks/000000020-5.parquet",
        "manifest.json",
        "summary.json",
    ]


def test_a_chunk_is_a_file_other_tools_read(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    store = opened(tmp_path / "seed=3")  # a folder's name adds no column
    store.write(0, 10, table_of(0, 10))
    with pq.ParquetFile(tmp_path / "seed=3" / "chunks" / "000000000-10.parquet") as file:
        types = {field.name: str(field.type) for field in file.schema_arrow}
        assert types == {"patient": "int64", "status": "int64", "css": "double", "response": "string", "arm": "string"}
        assert file.metadata.num_rows == 20
        assert {file.metadata.row_group(0).column(i).compression for i in range(5)} == {"ZSTD"}
        assert file.schema_arrow.metadata[b"trial"].decode() == store.sha256


def test_the_manifest_says_what_the_trial_is(tmp_path: Path) -> None:
    store = opened(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["schema"] == "trimer/trial/1"
    assert manifest["description"] == DESCRIPTION
    assert (manifest["patients"], manifest["chunk"]) == (25, 10)
    assert set(manifest["versions"]) == {"trimer", "numpy", "scipy", "llvmlite", "pyarrow"}
    assert manifest["sha256"] == store.sha256
    assert opened(tmp_path).sha256 == store.sha256


@pytest.mark.parametrize(
    ("description", "patients", "chunk", "differs"),
    [
        (DESCRIPTION | {"seed": 8}, 25, 10, "description: seed"),
        (DESCRIPTION | {"more": 1}, 25, 10, "description: more"),
        (DESCRIPTION, 26, 10, "patients"),
        (DESCRIPTION | {"arms": []}, 25, 5, "chunk, description: arms"),
    ],
)
def test_a_folder_of_another_trial_is_refused(
    tmp_path: Path, description: dict[str, Any], patients: int, chunk: int, differs: str
) -> None:
    opened(tmp_path)
    before = (tmp_path / "manifest.json").read_bytes()
    with pytest.raises(InputError, match="a folder of its own for each") as fault:
        opened(tmp_path, description, patients, chunk)
    assert fault.value.found == f"another trial (other in {differs})"
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_a_folder_of_other_versions_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path)
    real = module.version
    monkeypatch.setattr(module, "version", lambda name: "0.0.1" if name == "pyarrow" else real(name))
    with pytest.raises(InputError, match=r"other in versions: pyarrow\)"):
        opened(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_an_unreadable_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError, match="something unreadable"):
        opened(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(InputError, match="cannot be written"):
        opened(tmp_path / "file" / "trial")
    store = opened(tmp_path / "trial")
    (tmp_path / "trial" / "chunks").write_text("not a folder")
    with pytest.raises(InputError, match="cannot be written"):
        store.write(0, 10, table_of(0, 10))


def test_a_truncated_or_flipped_chunk_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.write(0, 10, table_of(0, 10))
    path = tmp_path / "chunks" / "000000000-10.parquet"
    whole = path.read_bytes()
    data = whole.index(b"\x28\xb5\x2f\xfd") + 6  # inside the first compressed page
    flipped = whole[:data] + bytes([whole[data] ^ 1]) + whole[data + 1 :]
    for damaged in [flipped, *(whole[:length] for length in range(0, len(whole), 97))]:
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="Delete it, and the chunk is simulated again") as fault:
            store.read(0, 10)
        assert fault.value.where == str(path)
    path.write_bytes(whole)
    assert len(store.read(0, 10)["patient"]) == 20


def test_a_chunk_of_another_trial_or_of_other_patients_is_refused(tmp_path: Path) -> None:
    store, other = opened(tmp_path / "one"), opened(tmp_path / "other", DESCRIPTION | {"seed": 8})
    store.write(0, 10, table_of(0, 10))
    other.write(0, 10, table_of(0, 10))
    chunks = tmp_path / "one" / "chunks"
    shutil.copy(chunks / "000000000-10.parquet", chunks / "000000010-10.parquet")
    shutil.copy(tmp_path / "other" / "chunks" / "000000000-10.parquet", chunks / "000000000-10.parquet")
    for first in (0, 10):
        with pytest.raises(InputError, match="a damaged file"):
            store.read(first, 10)
    with pytest.raises(InputError, match="found no file"):
        store.read(20, 5)


def test_drafts_of_a_killed_run_are_removed_and_nothing_else(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.write(0, 10, table_of(0, 10))
    kept = {path for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "thesis.part").write_text("the user's own")
    for place in (tmp_path, tmp_path / "chunks"):
        (place / "0123456789abcdef.part").write_bytes(b"PAR1")
    assert store.missing([(0, 10), (10, 10)]) == [(10, 10)]
    store.clean()
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == kept | {tmp_path / "thesis.part"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"patient": np.arange(1, 4)}, "not those of patients 0 to 2"),
        ({"patient": np.array([0, 0, 2])}, "not those of patients 0 to 2"),
        ({"css": np.zeros(2)}, "different lengths"),
        ({"arm": np.array(["a", None, "b"], dtype=object)}, "'arm' holds object"),
        ({"css": np.zeros(3, dtype=complex)}, "'css' holds complex128"),
    ],
)
def test_a_table_that_is_not_of_these_patients_is_not_kept(change: Table, message: str) -> None:
    table = {"patient": np.arange(3), "css": np.zeros(3), "arm": np.array(["a", "b", "b"])}
    assert list(settled(0, 3, table)) == ["patient", "css", "arm"]
    with pytest.raises(ValueError, match=message):
        settled(0, 3, table | change)


def test_the_summary_is_sorted_and_has_null_for_what_is_no_number(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.write_summary({"os_median": {"high": np.inf, "low": np.float64(5.2)}, "n": np.int64(3), "arms": ("a", "b")})
    text = (tmp_path / "summary.json").read_text()
    assert json.loads(text) == {"arms": ["a", "b"], "n": 3, "os_median": {"high": None, "low": 5.2}}
    assert list(json.loads(text)) == ["arms", "n", "os_median"]
    assert text.endswith("}\n")
