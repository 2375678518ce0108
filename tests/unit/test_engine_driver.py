"""The engine's loop: its structures and constants are those of the C files, and its assembly was made from them."""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from typing import Any

import pytest

from trimer.engine import rules
from trimer.engine.kernel import driver
from trimer.engine.solution import Status

HEADER = (driver.FOLDER / "driver.h").read_text(encoding="utf-8")
KINDS = {"double": ctypes.c_double, "i64": ctypes.c_int64}


def declared(name: str) -> list[tuple[str, Any]]:
    """Return the fields of a structure of the header, in order."""
    body = re.search(rf"struct {name} {{(.*?)}};", HEADER, re.S)
    assert body is not None
    text = re.sub(r"/\*.*?\*/", "", body[1], flags=re.S)
    fields: list[tuple[str, Any]] = []
    for line in filter(None, (part.strip() for part in text.split(";"))):
        kind = "i64" if re.search(r"\bi64\b", line) else "double"
        for part in line.split(","):
            found = re.findall(r"\w+", part.replace("(double *)", ""))
            pointer = "*" in part
            fields.append((found[-1], ctypes.c_void_p if pointer else KINDS[kind]))
    return fields


@pytest.mark.parametrize("name", ["batch", "machine", "kernel"])
def test_structures_are_those_of_the_header(name: str) -> None:
    structure = getattr(driver, name.capitalize())
    assert list(structure._fields_) == declared(name)


def test_constants_are_those_of_the_rules() -> None:
    defined = {k: float(v) for k, v in re.findall(r"#define (\w+) ([\d.e+-]+)", HEADER)}
    for name in ("PENDING", "SAME", "RESIDUE", "FOREVER", "AGES"):
        assert defined[name] == getattr(rules, name)
    statuses, acts = (re.findall(r"\w+", names) for names in re.findall(r"enum {(.*?)};", HEADER))
    assert statuses == [s.name for s in Status]
    assert acts == [f"DO_{d.name}" for d in rules.Do]


def test_the_assembly_was_made_from_the_c_files() -> None:
    first = (driver.FOLDER / "driver.ll").read_text(encoding="utf-8").splitlines()[0]
    assert first.endswith(driver.sources()), "run `python tools/compile_driver.py`"


def test_the_assembly_names_no_machine() -> None:
    text = (driver.FOLDER / "driver.ll").read_text(encoding="utf-8")
    assert not re.search(r"target (triple|datalayout)|target-cpu|target-features|source_filename", text)
    assert set(re.findall(r"declare \S+ @([\w.]+)", text)) <= {
        "llvm.pow.f64", "llvm.sqrt.f64", "llvm.smax.i64", "llvm.lifetime.start.p0", "llvm.lifetime.end.p0",
        "llvm.memcpy.p0.p0.i64", "llvm.memset.p0.i64",
    }  # fmt: skip


def test_no_file_of_the_loop_is_left_out_of_the_package() -> None:
    assert {p.name for p in Path(driver.FOLDER).iterdir() if p.is_file()} == {
        "__init__.py", "driver.c", "driver.h", "driver.ll", "entry.c", "thread.c",
    }  # fmt: skip
