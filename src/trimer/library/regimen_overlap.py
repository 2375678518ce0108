"""Continuous infusions of one drug that overlap in a regimen, within a cycle or from one into the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trimer.errors import LibraryError
from trimer.library.protocol_words import time
from trimer.therapy.regimen import Regimen

TOUCH = 1e-9  # day; one may end and the next begin at the same instant, up to rounding


@dataclass(frozen=True)
class _Infusion:
    """One infusion of a regimen: which line, in which cycle, on which day of it, and from when to when (day)."""

    drug: str
    line: int
    cycle: int
    day: int
    start: float
    end: float

    @property
    def words(self) -> str:
        return f"cycle {self.cycle} day {self.day} (doses[{self.line}])"


def check_overlap(regimen: Regimen, where: str) -> None:
    """Raise when two continuous infusions of one drug run at the same time.

    The same is refused when doses are realised, for a record may order a regimen twice; here the file is at fault.

    Raises
    ------
    LibraryError
        Naming both lines, their cycles and days.
    """
    running: dict[str, _Infusion] = {}
    for now in sorted(_infusions(regimen), key=lambda i: (i.start, i.line)):
        before = running.get(now.drug)
        if before is not None and before.end > now.start + TOUCH:
            found = f"{now.drug} infused from {now.words} while it is infused since {before.words}"
            expected = f"one continuous infusion at a time; the first runs for {time(before.end - before.start)}"
            over = time(before.end - now.start)
            raise LibraryError(
                f"{where}: doses[{now.line}]", found, expected, f"Shorten it by {over}, or move the second."
            )
        running[now.drug] = now


def _infusions(regimen: Regimen) -> Iterator[_Infusion]:
    """Yield every continuous infusion of the whole regimen."""
    for cycle in range(1, regimen.cycles + 1):
        for line, dose in enumerate(regimen.doses):
            if dose.route != "civ" or not dose.within(cycle):
                continue
            for day in dose.days:
                for k in range(dose.times):
                    start = (cycle - 1) * regimen.period + day - 1 + dose.at + k * dose.interval
                    yield _Infusion(dose.drug, line, cycle, day, start, start + dose.duration)
