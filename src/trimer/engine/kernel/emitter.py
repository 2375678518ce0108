"""What the printers of a kernel write with: one function over vectors of W doubles, instruction by instruction.

A kernel is printed once (``module``) and in two languages: LLVM assembly for vectors of patients (``llvm_source``), and
C for threads with one patient each (``c_source``, where W is 1).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager


class Emitter(ABC):
    """Collect the instructions of one function. Values and addresses are names or literals of the language.

    Parameters
    ----------
    arguments : tuple of str
        What the function calls its pointers; the first is the workspace.

    Attributes
    ----------
    arguments : tuple of str
    lines : list of str
        Written so far.
    """

    def __init__(self, arguments: tuple[str, ...]) -> None:
        self.arguments = arguments
        self.lines: list[str] = []
        self._count = 0

    def _fresh(self) -> int:
        self._count += 1
        return self._count

    @property
    def work(self) -> str:
        """The workspace."""
        return self.arguments[0]

    @abstractmethod
    def text(self) -> str:
        """Return the finished function."""

    def breathe(self) -> None:  # noqa: B027  # only some languages need it
        """Allow a break between two statements."""

    @abstractmethod
    def constant(self, value: float) -> str:
        """Return ``value`` in every lane."""

    @abstractmethod
    def whole(self, value: int) -> str:
        """Return the 64-bit integer ``value`` in every lane."""

    @abstractmethod
    def add(self, a: str, b: str) -> str:
        """Return a + b."""

    @abstractmethod
    def sub(self, a: str, b: str) -> str:
        """Return a - b."""

    @abstractmethod
    def mul(self, a: str, b: str) -> str:
        """Return a * b."""

    @abstractmethod
    def div(self, a: str, b: str) -> str:
        """Return a / b."""

    @abstractmethod
    def neg(self, a: str) -> str:
        """Return -a."""

    @abstractmethod
    def sqrt(self, a: str) -> str:
        """Return the square root (an instruction, not a call)."""

    @abstractmethod
    def absolute(self, a: str) -> str:
        """Return the absolute value."""

    @abstractmethod
    def compare(self, how: str, a: str, b: str) -> str:
        """Return a mask; ``how`` is LLVM's ordered comparison, e.g. ``olt``, false for NaN."""

    @abstractmethod
    def select(self, mask: str, a: str, b: str) -> str:
        """Return a where the mask holds, else b."""

    @abstractmethod
    def bits(self, a: str) -> str:
        """Return the bit patterns of doubles."""

    @abstractmethod
    def doubles(self, a: str) -> str:
        """Return the doubles of bit patterns."""

    @abstractmethod
    def integer(self, what: str, a: str, b: str) -> str:
        """Return an integer operation that wraps around: ``add``, ``sub``, ``shl`` or ``ashr``."""

    @abstractmethod
    def address(self, base: str, row: int | str) -> str:
        """Return the address of row ``row`` of the array at ``base``."""

    @abstractmethod
    def load(self, base: str, row: int | str) -> str:
        """Return row ``row`` of the array at ``base``."""

    @abstractmethod
    def store(self, value: str, base: str, row: int | str) -> None:
        """Write row ``row`` of the array at ``base``."""

    @abstractmethod
    def call(self, name: str, *arguments: str) -> None:
        """Call another function of the kernel."""

    @abstractmethod
    def loop(self, count: int) -> AbstractContextManager[str]:
        """Repeat what is emitted inside ``count`` times; gives the counter."""

    @abstractmethod
    def sum_over(self, count: int, term: Callable[[str], str]) -> str:
        """Return the sum of ``term(counter)`` over ``count`` rows."""


Begin = Callable[[str, tuple[str, ...], bool], Emitter]  # name, arguments, whether only this kernel calls it
