"""From a traced system to callable machine code, through the cache.

The key is a hash of the traced statements themselves, of the source of this generator, of LLVM's version and of the
processor: a kernel that does not belong to the equations, the machine or the code at hand can not be found.
"""

from __future__ import annotations

import functools
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from trimer.engine.kernel import cache
from trimer.engine.kernel.layout import Layout
from trimer.engine.kernel.module import ENTRIES, module
from trimer.engine.trace import Trace

_LOCK = threading.Lock()  # LLVM's global context is not to be used from two threads
_SOURCES = ("differentiate.py", "elimination.py", "graph.py", "kernel")


@dataclass(frozen=True)
class Kernel:
    """Hold one model's machine code.

    Attributes
    ----------
    key : str
    lanes : int
    layout : Layout
    addresses : tuple of int
        Of the functions named in ``module.ENTRIES``.
    seconds : float
        Spent to build or load it.
    cached : bool
        Whether it came from disk.
    owner : object
        Keeps the machine code in memory.
    """

    key: str
    lanes: int
    layout: Layout
    addresses: tuple[int, ...]
    seconds: float
    cached: bool
    owner: Any = field(repr=False)


@functools.cache
def _machine() -> tuple[str, str, int]:
    """Return processor, its features, and how many doubles its vectors take (at least 4: two halves where needed)."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    return llvm.get_host_cpu_name(), features.flatten(), 8 if features.get("avx512f") else 4


@functools.cache
def _generator() -> str:
    """Return a hash of the source of everything between a trace and its assembly."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        place = files("trimer.engine") / name
        for file in sorted(place.iterdir(), key=lambda f: f.name) if place.is_dir() else [place]:
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def lanes() -> int:
    """Return how many patients go into one vector on this processor."""
    return _machine()[2]


def build(trace: Trace) -> Kernel:
    """Return the machine code of a traced system, compiled now or found on disk.

    Raises
    ------
    RuntimeError
        When LLVM cannot build for this machine.
    """
    start = time.perf_counter()
    with _LOCK:
        cpu, features, width = _machine()
        key = _key(trace.fingerprint(), _generator(), cpu, features, str(width))
        stored = cache.read(key)
        if stored is None:
            made = module(trace, width)
            code, arrangement = _compile(made.text, cpu, features), made.layout
            head = json.dumps({"starts": arrangement.starts, "rows": arrangement.rows}).encode()
            cache.write(key, head + b"\n" + code)
        else:
            head, code = stored.split(b"\n", 1)
            meta = json.loads(head)
            arrangement = Layout(tuple(meta["starts"]), meta["rows"])
        owner, addresses = _load(code, cpu, features, ENTRIES)
    return Kernel(key, width, arrangement, addresses, time.perf_counter() - start, stored is not None, owner)


def compiled(text: str, names: tuple[str, ...]) -> tuple[Any, tuple[int, ...]]:
    """Return what keeps the machine code of an assembly in memory, and the addresses of its functions; cached on disk.

    Raises
    ------
    RuntimeError
        When LLVM cannot build for this machine.
    """
    with _LOCK:
        cpu, features, _ = _machine()
        key = _key(text, _generator(), cpu, features)
        code = cache.read(key)
        if code is None:
            code = _compile(text, cpu, features)
            cache.write(key, code)
        return _load(code, cpu, features, names)


def _key(*parts: str) -> str:
    versions = (llvmlite.__version__, str(llvm.llvm_version_info), llvm.get_process_triple())
    return hashlib.sha256("\n".join((*parts, *versions)).encode()).hexdigest()


def _target(cpu: str, features: str) -> Any:
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=cpu, features=features, opt=1, jit=True)


def _compile(text: str, cpu: str, features: str) -> bytes:
    parsed = llvm.parse_assembly(text)
    parsed.triple = llvm.get_process_triple()
    parsed.verify()
    code: bytes = _target(cpu, features).emit_object(parsed)
    return code


def _load(code: bytes, cpu: str, features: str, names: tuple[str, ...]) -> tuple[Any, tuple[int, ...]]:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(cpu, features))
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine, tuple(engine.get_function_address(name) for name in names)
