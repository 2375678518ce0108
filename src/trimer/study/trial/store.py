"""Finished chunks of a virtual trial on disk: written whole, recognised again, the same bytes whoever wrote them.

A folder holds ``manifest.json`` (what the trial is), ``chunks/<first>-<count>.parquet`` (the rows of all arms of these
patients) and, when the trial is done, ``summary.json``. Nothing in them depends on the time, the order in which chunks
were finished or how often the run was interrupted. One run at a time writes to a folder; any number may read.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from trimer.errors import InputError
from trimer.storage import keep
from trimer.study.simulation import Table

SCHEMA = "trimer/trial/1"
MANIFEST, SUMMARY, CHUNKS = "manifest.json", "summary.json", "chunks"
DRAFT = "[0-9a-f]" * 16 + ".part"  # what `trimer.storage.keep` leaves when it is killed

#: Packages on which a number of the table, or a byte of its file, can depend.
PACKAGES = ("trimer", "numpy", "scipy", "llvmlite", "pyarrow")

Span = tuple[int, int]  # first patient, how many


@dataclass(frozen=True)
class TrialStore:
    """Hold the folder of one virtual trial.

    Attributes
    ----------
    folder : Path
    sha256 : str
        Of everything the manifest says; every chunk carries it.
    """

    folder: Path
    sha256: str

    @classmethod
    def open(cls, folder: str | Path, description: Mapping[str, Any], *, patients: int, chunk: int) -> TrialStore:
        """Return the store in a folder, which is made if it is not there.

        Parameters
        ----------
        folder : str or Path
        description : mapping
            What the trial is, as JSON can hold it: trial file, arms, equations, parameters, seed, tolerance.
        patients, chunk : int
            Number of virtual patients, and the most a chunk holds.

        Raises
        ------
        InputError
            When the folder holds another trial, or one of other versions of :data:`PACKAGES`, or cannot be written.
        """
        place = Path(folder)
        said = {"versions": versions(), "patients": patients, "chunk": chunk, "description": dict(description)}
        text = json.dumps({"schema": SCHEMA, **said}, sort_keys=True)
        mark = hashlib.sha256(text.encode()).hexdigest()
        manifest = {**json.loads(text), "sha256": mark}
        try:
            known = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
            if not isinstance(known, dict):
                raise ValueError("not a mapping")
        except (FileNotFoundError, NotADirectoryError):
            _keep(place, MANIFEST, _json(manifest))
            return cls(place, mark)
        except (OSError, ValueError) as fault:
            raise InputError(str(place / MANIFEST), "something unreadable", "the manifest of a trial") from fault
        if known != manifest:
            found = f"another trial (other in {', '.join(_differing(known, manifest))})"
            raise InputError(str(place), found, "a folder of its own for each", "Name another folder.")
        return cls(place, mark)

    def _path(self, first: int, count: int) -> Path:
        return self.folder / CHUNKS / f"{first:09d}-{count}.parquet"

    def clean(self) -> None:
        """Remove what a killed run had begun to write; no other run may be writing to the folder."""
        for place in (self.folder, self.folder / CHUNKS):
            for draft in place.glob(DRAFT):
                draft.unlink(missing_ok=True)

    def has(self, first: int, count: int) -> bool:
        """Return whether a chunk is there; as files are renamed when they are whole, then all of it is."""
        return self._path(first, count).exists()

    def missing(self, spans: Iterable[Span]) -> list[Span]:
        """Return those of the chunks that are not there, in the order given."""
        return [span for span in spans if not self.has(*span)]

    def write(self, first: int, count: int, table: Table) -> None:
        """Keep a chunk: the rows of all arms of the patients ``first`` to ``first + count - 1``.

        Raises
        ------
        InputError
            When it cannot be written.
        ValueError
            As :func:`settled`.
        """
        payload = _parquet(settled(first, count, table), {"schema": SCHEMA, "trial": self.sha256})
        path = self._path(first, count)
        _keep(path.parent, path.name, payload)

    def read(self, first: int, count: int) -> Table:
        """Return a chunk.

        Raises
        ------
        InputError
            When it is not there, damaged, or of another trial.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._path(first, count)
        try:
            payload = path.read_bytes()
            with pq.ParquetFile(pa.BufferReader(payload), page_checksum_verification=True) as file:
                held = file.read()
            if held.schema.metadata.get(b"trial") != self.sha256.encode():
                raise ValueError("a chunk of another trial")
            columns = {name: held.column(name) for name in held.column_names}
            table = {
                name: np.array(column.to_pylist(), dtype=np.str_)
                if pa.types.is_string(column.type)
                else column.to_numpy()
                for name, column in columns.items()
            }
            return settled(first, count, table)
        except FileNotFoundError as fault:
            raise InputError(str(path), "no file", "a finished chunk", "Run the trial to its end.") from fault
        except (OSError, ValueError, TypeError, AttributeError, pa.ArrowException) as fault:
            raise InputError(
                str(path), "a damaged file", "a chunk as it was written", "Delete it, and the chunk is simulated again."
            ) from fault

    def table(self, spans: Sequence[Span]) -> Table:
        """Return chunks as one table, in the order of patients.

        Raises
        ------
        InputError
            As :meth:`read`.
        """
        return joined([self.read(*span) for span in sorted(spans)])

    def write_summary(self, document: Mapping[str, Any]) -> None:
        """Keep the results of the finished trial as ``summary.json``; a number that is not finite becomes null.

        Raises
        ------
        InputError
            When it cannot be written.
        """
        _keep(self.folder, SUMMARY, _json(_plain(document)))


def versions() -> dict[str, str]:
    """Return the installed versions of :data:`PACKAGES`."""
    return {name: version(name) for name in PACKAGES}


def settled(first: int, count: int, table: Table) -> Table:
    """Return a chunk's table as a file gives it back: whole numbers of 64 bits, floats of 64 bits, text.

    Parameters
    ----------
    first, count : int
        Which patients the rows must be of.
    table : dict of str to array, shape (n_rows,)
        With a column ``patient``.

    Raises
    ------
    ValueError
        When columns differ in length or hold something else, or the rows are not those of the patients.
    """
    columns: Table = {}
    for name, values in table.items():
        if values.dtype.kind in "biu":
            columns[name] = values.astype(np.int64)
        elif values.dtype.kind == "f":
            columns[name] = values.astype(np.float64)
        elif all(isinstance(value, str) for value in values.tolist()):
            columns[name] = np.array(values.tolist(), dtype=np.str_)
        else:
            raise ValueError(f"column {name!r} holds {values.dtype}, not numbers or text")
    if len({column.shape for column in columns.values()}) != 1:
        raise ValueError("columns of different lengths")
    if np.unique(columns["patient"]).tolist() != list(range(first, first + count)):
        raise ValueError(f"the rows are not those of patients {first} to {first + count - 1}")
    return columns


def joined(tables: Sequence[Table]) -> Table:
    """Return tables of the same columns one below the other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _parquet(table: Table, metadata: Mapping[str, str]) -> bytes:
    """Return a table as a Parquet file: one row group, every option that moves a byte fixed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"i": pa.int64(), "f": pa.float64(), "U": pa.string()}
    fields = [pa.field(name, kinds[column.dtype.kind], nullable=False) for name, column in table.items()]
    columns = [pa.array(table[field.name], type=field.type) for field in fields]
    out = pa.BufferOutputStream()
    pq.write_table(
        pa.table(columns, schema=pa.schema(fields, metadata=dict(metadata))),
        out,
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=False,
        write_statistics=True,
        write_page_checksum=True,  # so that a flipped bit is found
        row_group_size=max(len(table["patient"]), 1),
    )
    return bytes(out.getvalue())


def _keep(place: Path, name: str, payload: bytes) -> None:
    if not keep(place, name, payload, private=False):
        raise InputError(str(place / name), "a file that cannot be written", "one that can", "Name another folder.")


def _json(document: Any) -> bytes:
    text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _differing(known: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[str]:
    """Return by what two manifests differ, in words."""
    parts = [("", known, manifest)]
    for name in ("versions", "description"):
        one, other = known.get(name), manifest[name]
        if isinstance(one, dict) and one != other:
            parts.append((f"{name}: ", one, other))
    return [
        f"{of}{name}"
        for of, one, other in parts
        for name in sorted({*one, *other} - {"sha256", *(part[0][:-2] for part in parts[1:])})
        if one.get(name) != other.get(name)
    ] or ["sha256"]


def _plain(value: Any) -> Any:
    """Return what JSON can hold: numbers of NumPy as Python's, a number that is not finite as None."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
