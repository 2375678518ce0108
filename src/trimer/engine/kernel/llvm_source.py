"""A kernel's functions as LLVM assembly over vectors of W patients.

Text rather than an object model: it is what LLVM reads, it is fast to write, and it can be looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from trimer.engine.kernel.emitter import Begin, Emitter

BLOCK_LENGTH = 160  # instructions a basic block; LLVM's instruction selection is quadratic in it


def begin(lanes: int) -> Begin:
    """Return what begins a function over vectors of ``lanes`` doubles."""
    return lambda name, arguments, internal: _Function(name, arguments, lanes, internal)


def declarations(lanes: int) -> list[str]:
    """Return what the functions take for granted."""
    vector = f"<{lanes} x double>"
    return [f"declare {vector} @llvm.{name}.v{lanes}f64({vector})\n" for name in ("sqrt", "fabs")]


class _Function(Emitter):
    """Write one function."""

    def __init__(self, name: str, arguments: tuple[str, ...], lanes: int, internal: bool) -> None:
        super().__init__(tuple(f"%{a}" for a in arguments))
        self.lanes = lanes
        self.vector, self.integers = f"<{lanes} x double>", f"<{lanes} x i64>"
        self.mask = f"<{lanes} x i1>"
        linkage = "internal " if internal else ""
        head = ", ".join(f"ptr {a}" for a in self.arguments)
        self.lines += [f"define {linkage}void @{name}({head}) nounwind {{", "entry:"]
        self._block, self._since_block = "entry", 0

    def text(self) -> str:
        return "\n".join([*self.lines, "  ret void", "}", ""])

    def _instruction(self, text: str) -> str:
        self._since_block += 1
        name = f"%v{self._fresh()}"
        self.lines.append(f"  {name} = {text}")
        return name

    def breathe(self) -> None:
        if self._since_block > BLOCK_LENGTH:
            label = f"b{self._fresh()}"
            self.lines.append(f"  br label %{label}")
            self._start(label)

    def _start(self, label: str) -> None:
        self.lines.append(f"{label}:")
        self._block, self._since_block = label, 0

    def constant(self, value: float) -> str:
        bits = struct.unpack("<Q", struct.pack("<d", value))[0]
        return "<" + ", ".join([f"double 0x{bits:016X}"] * self.lanes) + ">"

    def whole(self, value: int) -> str:
        return "<" + ", ".join([f"i64 {value}"] * self.lanes) + ">"

    def add(self, a: str, b: str) -> str:
        return self._instruction(f"fadd contract {self.vector} {a}, {b}")

    def sub(self, a: str, b: str) -> str:
        return self._instruction(f"fsub contract {self.vector} {a}, {b}")

    def mul(self, a: str, b: str) -> str:
        return self._instruction(f"fmul contract {self.vector} {a}, {b}")

    def div(self, a: str, b: str) -> str:
        return self._instruction(f"fdiv {self.vector} {a}, {b}")

    def neg(self, a: str) -> str:
        return self._instruction(f"fneg {self.vector} {a}")

    def compare(self, how: str, a: str, b: str) -> str:
        return self._instruction(f"fcmp {how} {self.vector} {a}, {b}")

    def select(self, mask: str, a: str, b: str) -> str:
        return self._instruction(f"select {self.mask} {mask}, {self.vector} {a}, {self.vector} {b}")

    def bits(self, a: str) -> str:
        return self._instruction(f"bitcast {self.vector} {a} to {self.integers}")

    def doubles(self, a: str) -> str:
        return self._instruction(f"bitcast {self.integers} {a} to {self.vector}")

    def integer(self, what: str, a: str, b: str) -> str:
        return self._instruction(f"{what} {self.integers} {a}, {b}")

    def sqrt(self, a: str) -> str:
        return self._instruction(f"call {self.vector} @llvm.sqrt.v{self.lanes}f64({self.vector} {a})")

    def absolute(self, a: str) -> str:
        return self._instruction(f"call {self.vector} @llvm.fabs.v{self.lanes}f64({self.vector} {a})")

    def address(self, base: str, row: int | str) -> str:
        return self._instruction(f"getelementptr inbounds {self.vector}, ptr {base}, i64 {row}")

    def load(self, base: str, row: int | str) -> str:
        place = self.address(base, row)
        return self._instruction(f"load {self.vector}, ptr {place}, align {8 * self.lanes}")

    def store(self, value: str, base: str, row: int | str) -> None:
        place = self.address(base, row)
        self.lines.append(f"  store {self.vector} {value}, ptr {place}, align {8 * self.lanes}")

    def call(self, name: str, *arguments: str) -> None:
        self.lines.append(f"  call void @{name}({', '.join(f'ptr {a}' for a in arguments)})")

    @contextmanager
    def loop(self, count: int) -> Iterator[str]:
        before, label, after = self._block, f"l{self._fresh()}", f"e{self._fresh()}"
        counter, following = f"%i{self._fresh()}", f"%n{self._fresh()}"
        self.lines.append(f"  br label %{label}")
        self._start(label)
        self.lines.append(f"  {counter} = phi i64 [ 0, %{before} ], [ {following}, %{label} ]")
        yield counter
        self.lines.append(f"  {following} = add i64 {counter}, 1")
        more = self._instruction(f"icmp ult i64 {following}, {count}")
        self.lines.append(f"  br i1 {more}, label %{label}, label %{after}")
        self._start(after)

    def sum_over(self, count: int, term: Callable[[str], str]) -> str:
        before, label, after = self._block, f"l{self._fresh()}", f"e{self._fresh()}"
        counter, following = f"%i{self._fresh()}", f"%n{self._fresh()}"
        total, larger = f"%s{self._fresh()}", f"%t{self._fresh()}"
        self.lines.append(f"  br label %{label}")
        self._start(label)
        self.lines.append(f"  {counter} = phi i64 [ 0, %{before} ], [ {following}, %{label} ]")
        zero = self.constant(0.0)
        self.lines.append(f"  {total} = phi {self.vector} [ {zero}, %{before} ], [ {larger}, %{label} ]")
        value = term(counter)
        self.lines.append(f"  {larger} = fadd contract {self.vector} {total}, {value}")
        self.lines.append(f"  {following} = add i64 {counter}, 1")
        more = self._instruction(f"icmp ult i64 {following}, {count}")
        self.lines.append(f"  br i1 {more}, label %{label}, label %{after}")
        self._start(after)
        return larger
