"""Compiled kernels: elementary functions, linear algebra without pivoting, the cache on disk."""

from __future__ import annotations

import ctypes
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trimer.engine.kernel import build as builder
from trimer.engine.kernel import cache
from trimer.engine.kernel.build import Kernel, build
from trimer.engine.kernel.module import ENTRIES
from trimer.engine.kernel.tableau import GAMMA
from trimer.engine.problem import System
from trimer.engine.trace import trace
from trimer.model import minimal
from trimer.model.processes import exp, log, power

Floats = np.ndarray[Any, np.dtype[np.float64]]


class Bench:
    """One kernel with a workspace, called from Python."""

    def __init__(self, system: System) -> None:
        self.kernel: Kernel = build(trace(system))
        width, rows = self.kernel.lanes, self.kernel.layout.rows
        raw = np.zeros((rows + 1) * width)
        offset = (-raw.ctypes.data // 8) % width
        self.work = raw[offset : offset + rows * width].reshape(rows, width)

    def call(self, entry: str) -> None:
        address = self.kernel.addresses[ENTRIES.index(entry)]
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)(self.work.ctypes.data)

    def row(self, block: str, i: int = 0) -> Floats:
        found: Floats = self.work[self.kernel.layout[block] + i]
        return found


def linear(matrix: Floats) -> System:
    names = tuple(f"x{i}" for i in range(len(matrix)))

    def rhs(t: Any, y: Any, p: Any, u: Any) -> dict[str, Any]:
        rows = {
            n: sum((float(a) * y[m] for m, a in zip(names, row, strict=True)), 0.0)
            for n, row in zip(names, matrix, strict=True)
        }
        return rows

    return System("linear", names, (), (), (), rhs, lambda t, y, p, u: {}, (1.0,) * len(names))


def one(function: Callable[..., Any]) -> System:
    return System(
        name="one",
        states=("x",),
        parameters=("n",),
        inputs=(),
        outputs=(),
        rhs=lambda t, y, p, u: {"x": function(y.x, p.n)},
        observables=lambda t, y, p, u: {},
        scale=(1.0,),
    )


def through_kernel(function: Callable[..., Any], x: Floats, n: float = 1.0) -> Floats:
    bench = Bench(one(function))
    width = bench.kernel.lanes
    padded = np.resize(x, -(-len(x) // width) * width)
    found = np.empty_like(padded)
    bench.row("parameters")[:] = n
    for at in range(0, len(padded), width):
        bench.row("y")[:] = padded[at : at + width]
        bench.call("slope")
        found[at : at + width] = bench.row("f")
    return found[: len(x)]


def ulps(found: Floats, exact: Floats) -> float:
    return float(np.max(np.abs(found - exact) / np.spacing(np.abs(exact))))


def test_exp_is_exact_over_its_whole_range() -> None:
    draws = np.random.default_rng(0)
    x = np.concatenate([draws.uniform(-708, 709.7, 40_000), draws.uniform(-1, 1, 40_000), draws.normal(0, 1e-8, 1000)])
    assert ulps(through_kernel(lambda x, n: exp(x), x), np.exp(x)) <= 2.0


def test_log_is_exact_over_its_whole_range() -> None:
    draws = np.random.default_rng(1)
    wide = np.exp(draws.uniform(-708, 709, 40_000))
    x = np.concatenate([wide, draws.uniform(0.5, 2, 40_000), 1 + draws.normal(0, 1e-9, 1000), [5e-324, 1e-310]])
    assert ulps(through_kernel(lambda x, n: log(x), x), np.log(x)) <= 2.0


def test_exp_and_log_at_the_edges() -> None:
    x = np.array([-np.inf, -800.0, -745.0, 0.0, 709.9, 800.0, np.inf, np.nan])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(through_kernel(lambda x, n: exp(x), x), np.exp(x), rtol=1e-15, atol=5e-324)
        y = np.array([0.0, -0.0, -1.0, np.inf, np.nan, 1.0])
        np.testing.assert_array_equal(through_kernel(lambda x, n: log(x), y), np.log(y))


@pytest.mark.parametrize("n", [0.17, 0.5, 1.0, 1.5, 2.0, 3.7])
def test_powers_agree_with_numpy(n: float) -> None:
    x = np.exp(np.random.default_rng(2).uniform(-30, 30, 4000))
    np.testing.assert_allclose(through_kernel(lambda x, n: power(x, n), x, n), x**n, rtol=3e-14)
    np.testing.assert_allclose(through_kernel(lambda x, _: x**n, x), x**n, rtol=3e-14)


def test_whole_powers_are_products() -> None:
    x = np.linspace(-3, 3, 101) + 0.01
    for n in (-3, 2, 5):
        np.testing.assert_allclose(through_kernel(lambda x, _, n=n: x**n, x), x**n, rtol=1e-15 * 5)


def test_a_step_of_a_linear_system_is_its_exponential() -> None:
    draws = np.random.default_rng(5)
    matrix = draws.standard_normal((6, 6)) - 3 * np.eye(6)
    matrix[draws.random((6, 6)) < 0.4] = 0.0
    bench = Bench(linear(matrix))
    y, h = draws.standard_normal(6), 0.01
    for i in range(6):
        bench.row("y", i)[:] = y[i]
        bench.row("tolerance", i)[:] = 1e-6
    bench.row("h")[:], bench.row("rtol")[:] = h, 1e-6
    bench.call("step")
    from scipy.linalg import expm

    exact = expm(h * matrix) @ y
    found = np.array([bench.row("y1", i) for i in range(6)])
    np.testing.assert_allclose(found, np.repeat(exact[:, None], bench.kernel.lanes, 1), rtol=1e-9)
    assert np.all(bench.row("error") < 1.0)


def test_a_step_with_poor_factors_reports_an_error() -> None:
    """Where the first pivot all but vanishes, elimination without pivoting is wrong, and the step must say so."""
    bench = Bench(linear(np.array([[1.0, 1.0], [1.0, -2.0]])))
    for i in range(2):
        bench.row("y", i)[:] = 1.0 + 0.3 * i
        bench.row("tolerance", i)[:] = 1e-3
    bench.row("rtol")[:] = 1e-3
    bench.row("h")[:] = 0.1
    bench.row("h")[0] = (1.0 + 2.0**-50) / GAMMA  # 1 / (GAMMA h) - 1 is rounding error
    bench.call("step")
    residual = np.abs(np.array([bench.row("residual", i) for i in range(2)])).max(axis=0)
    assert residual[0] > 1e-3  # seen by the check
    assert residual[1:].max() < 1e-12  # and only there
    assert bench.row("error")[0] > 1.0


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIMER_CACHE_DIR", str(tmp_path))
    return tmp_path / "kernels"


def test_a_kernel_is_kept_and_found(empty_cache: Path) -> None:
    first, second = build(trace(minimal.SYSTEM)), build(trace(minimal.SYSTEM))
    assert (first.cached, second.cached) == (False, True)
    assert first.key == second.key
    assert [f.name for f in empty_cache.iterdir()] == [f"{first.key}.bin"]
    assert first.layout == second.layout


@pytest.mark.parametrize("damage", ["shortened", "altered", "emptied", "another's"])
def test_a_damaged_kernel_is_built_again(empty_cache: Path, damage: str) -> None:
    key = build(trace(minimal.SYSTEM)).key
    file = empty_cache / f"{key}.bin"
    good = file.read_bytes()
    changed = bytearray(good)
    changed[len(good) // 2] ^= 1
    other = cache.MAGIC + cache._digest("other", good[len(cache.MAGIC) + 32 :]) + good[len(cache.MAGIC) + 32 :]
    file.write_bytes({"shortened": good[:-100], "altered": bytes(changed), "emptied": b"", "another's": other}[damage])
    assert not build(trace(minimal.SYSTEM)).cached
    assert file.read_bytes() == good
    assert build(trace(minimal.SYSTEM)).cached


def test_other_equations_or_generator_have_another_kernel(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(trace(one(lambda x, n: -0.1 * x)))
    assert build(trace(one(lambda x, n: -0.2 * x))).key != first.key
    monkeypatch.setattr(builder, "_generator", lambda: "another version")
    again = build(trace(one(lambda x, n: -0.1 * x)))
    assert again.key != first.key
    assert not again.cached


def test_without_a_place_to_write_kernels_still_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    monkeypatch.setenv("TRIMER_CACHE_DIR", str(occupied))
    assert not build(trace(minimal.SYSTEM)).cached
    assert not build(trace(minimal.SYSTEM)).cached
    assert not cache.write("key", b"payload")


def test_the_cache_follows_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIMER_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/some/where")
    assert cache.folder() == Path("/some/where/trimer/kernels")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache.folder() == Path("/home/someone/.cache/trimer/kernels")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache.folder() == Path("/home/someone/Library/Caches/trimer/kernels")


PROGRAM = """
from trimer.engine.kernel.build import build
from trimer.engine.trace import trace
from trimer.model import minimal
keys = {build(trace(minimal.SYSTEM)).key for _ in range(20)}
assert len(keys) == 1
print(keys.pop())
"""


def test_two_processes_may_build_the_same_kernel_at_once(empty_cache: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    results = [p.communicate(timeout=120) for p in running]
    assert [p.returncode for p in running] == [0, 0], results
    assert results[0][0] == results[1][0]
    assert [f.name for f in empty_cache.iterdir()] == [f"{results[0][0].strip()}.bin"]


def test_constants_of_the_series_are_enough() -> None:
    """The first term left out is below a tenth of a rounding error."""
    from trimer.engine.kernel.elementary import EXP_DEGREE, LN2_HIGH, LN2_LOW, LOG_TERMS

    half = math.log(2) / 2
    assert half ** (EXP_DEGREE + 1) / math.factorial(EXP_DEGREE + 1) < 2e-17
    s = (math.sqrt(2) - 1) / (math.sqrt(2) + 1)
    assert 2 * s ** (2 * LOG_TERMS + 2) / (2 * LOG_TERMS + 3) < 2e-17
    assert math.log(2) == LN2_HIGH + LN2_LOW
    assert (LN2_HIGH * 1075) / 1075 == LN2_HIGH
