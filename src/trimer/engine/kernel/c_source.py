"""A kernel as C for threads that lead one patient each: CUDA C for a GPU, and plain C for a CPU that rehearses it.

The functions are printed by the same code as the vector kernel (``module``), the loop is the same file (``driver.c``);
exponentials and logarithms are the same series (``elementary``), so that a GPU differs from a CPU only in how products
and sums are contracted and in the two powers of the step size.

Where things stand: the threads of a block share one slab of global memory, row after row of ``STRIDE`` doubles, one a
thread. The threads of a warp read the same row at the same time, and so 256 bytes in one piece; with the stride known
when the source is compiled, a row is a fixed offset from the thread's pointer and costs no arithmetic. Local memory
would be interleaved in the same way, but is set aside for every thread the card could hold.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from trimer.engine.kernel.driver import FOLDER
from trimer.engine.kernel.emitter import Emitter
from trimer.engine.kernel.layout import Layout
from trimer.engine.kernel.module import functions
from trimer.engine.trace import Trace

ENTRY = "trimer_threads"
COMPARISONS = {"olt": "<", "ogt": ">", "oge": ">=", "oeq": "=="}
WRAPPING = {"add": "+", "sub": "-", "shl": "<<"}


@dataclass(frozen=True)
class Source:
    """Hold one model's solver as C.

    Attributes
    ----------
    text : str
        Everything; nothing is included. ``ENTRY`` is what is to be called.
    layout : Layout
    stride : int
        Threads of a block.
    """

    text: str
    layout: Layout
    stride: int


def source(trace: Trace, stride: int) -> Source:
    """Return the solver of a traced system for blocks of ``stride`` threads."""
    parts, arrangement = functions(trace, lambda name, arguments, internal: _Function(name, arguments))
    defined = f"#define STRIDE {stride}\n#define ROWS {arrangement.rows}\n"
    return Source(
        "\n".join([defined, _file("driver.h"), *parts, _file("driver.c"), _file("thread.c")]), arrangement, stride
    )


def _file(name: str) -> str:
    """Return a file of the driver without what it includes."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#include")) + "\n"


class _Function(Emitter):
    """Write one function; every value is a constant of its own."""

    def __init__(self, name: str, arguments: tuple[str, ...]) -> None:
        super().__init__(arguments)
        head = ", ".join(f"double *RESTRICT {a}" for a in arguments)
        self.lines.append(f"BODY trimer_{name}({head}) {{")

    def text(self) -> str:
        return "\n".join([*self.lines, "}", ""])

    def _let(self, kind: str, expression: str) -> str:
        name = f"v{self._fresh()}"
        self.lines.append(f"    {kind}const {name} = {expression};")
        return name

    def _double(self, expression: str) -> str:
        return self._let("double ", expression)

    def constant(self, value: float) -> str:
        if math.isfinite(value):
            return f"({value!r})" if math.copysign(1.0, value) < 0.0 else repr(value)
        return self.doubles(self.whole(struct.unpack("<q", struct.pack("<d", value))[0]))

    def whole(self, value: int) -> str:
        return f"({value}LL)"

    def add(self, a: str, b: str) -> str:
        return self._double(f"{a} + {b}")

    def sub(self, a: str, b: str) -> str:
        return self._double(f"{a} - {b}")

    def mul(self, a: str, b: str) -> str:
        return self._double(f"{a} * {b}")

    def div(self, a: str, b: str) -> str:
        return self._double(f"{a} / {b}")

    def neg(self, a: str) -> str:
        return self._double(f"-{a}")

    def sqrt(self, a: str) -> str:
        return self._double(f"SQRT({a})")

    def absolute(self, a: str) -> str:
        return self._double(f"ABSOLUTE({a})")

    def compare(self, how: str, a: str, b: str) -> str:
        if how == "one":  # C's != holds for NaN
            return self._let("int ", f"{a} < {b} || {a} > {b}")
        return self._let("int ", f"{a} {COMPARISONS[how]} {b}")

    def select(self, mask: str, a: str, b: str) -> str:
        return self._double(f"{mask} ? {a} : {b}")

    def bits(self, a: str) -> str:
        return self._let("i64 ", f"BITS({a})")

    def doubles(self, a: str) -> str:
        return self._double(f"DOUBLE({a})")

    def integer(self, what: str, a: str, b: str) -> str:
        return self._let("i64 ", f"{a} >> {b}" if what == "ashr" else f"WRAP({a}, {WRAPPING[what]}, {b})")

    def address(self, base: str, row: int | str) -> str:
        return self._let("double *", f"{base} + {row} * STRIDE")

    def load(self, base: str, row: int | str) -> str:
        return self._double(f"{base}[{row} * STRIDE]")

    def store(self, value: str, base: str, row: int | str) -> None:
        self.lines.append(f"    {base}[{row} * STRIDE] = {value};")

    def call(self, name: str, *arguments: str) -> None:
        self.lines.append(f"    trimer_{name}({', '.join(arguments)});")

    @contextmanager
    def loop(self, count: int) -> Iterator[str]:
        counter = f"i{self._fresh()}"
        self.lines.append(f"    for (i64 {counter} = 0; {counter} < {count}; {counter}++) {{")
        yield counter
        self.lines.append("    }")

    def sum_over(self, count: int, term: Callable[[str], str]) -> str:
        total = f"s{self._fresh()}"
        self.lines.append(f"    double {total} = 0.0;")
        with self.loop(count) as counter:
            self.lines.append(f"    {total} += {term(counter)};")
        return total
