"""The cases of a session: those that come with the package, and those that were uploaded, in a folder of the server's.

An uploaded case is known by what it says (``sha256-`` and the first sixteen digits of the hash of its text), so that
uploading it again gives the same address and no name of the user's is ever part of a path.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from trimer.errors import CaseError, InputError
from trimer.library import case_path, list_entries, regimen_parts
from trimer.record import tree
from trimer.record.case import Case
from trimer.record.read_yaml import faults, read_case
from trimer.storage import keep
from trimer.therapy.order import Order
from trimer.workbench.answers import NotFoundError
from trimer.workbench.case_view import CRS, RESPONSE, view

UPLOADED = re.compile(r"sha256-[0-9a-f]{16}")
MOST_CASES = 200
MOST_BYTES = 50_000_000
MOST_GIVEN = 150
MOST_ORDERED = 2000
LIFETIME = 40_000.0  # days
LONGEST_NAME = 80
AT_HAND = 32
"""Cases, and pages of cases, that are kept ready."""


@dataclass(frozen=True)
class Problem:
    """Hold one fault of an uploaded case.

    Attributes
    ----------
    path : str
        Field, as ``events[e03].observations[0].unit``; empty for the file as a whole.
    line : int or None
        In the uploaded text, counted from 1.
    found, expected, hint : str
    """

    path: str
    line: int | None
    found: str
    expected: str
    hint: str = ""

    @property
    def message(self) -> str:
        """One sentence or two: what stands there, what was expected, what to do."""
        return f"Found {self.found}, expected {self.expected}. {self.hint}".rstrip()


class InvalidCaseError(CaseError):
    """Say everything that is wrong with an uploaded case; ``problems`` in the order of the text."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        more = f"{len(problems) - 1} more to correct." if len(problems) > 1 else ""
        line = f" (line {first.line})" if first.line else ""
        where = f"{name}: {first.path}{line}" if first.path else f"{name}{line}"
        super().__init__(where, first.found, first.expected, " ".join(filter(None, (first.hint, more))))
        self.problems = problems

    def listed(self) -> list[dict[str, Any]]:
        """Return the problems as plain values."""
        return [asdict(problem) | {"message": problem.message} for problem in self.problems]


class Cases:
    """Hold the cases of a session.

    Parameters
    ----------
    folder : Path
        Where uploaded cases are kept: the server's own, made when it is not there and readable by the user alone.
    most, most_bytes : int
        How many uploaded cases are kept and how large they may be in all; the longest unused go first.
    """

    def __init__(self, folder: Path, most: int = MOST_CASES, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.most, self.most_bytes = folder, most, most_bytes
        self._adding = Lock()
        self._case = lru_cache(maxsize=AT_HAND)(_read)
        self._page = lru_cache(maxsize=AT_HAND)(self._viewed)

    def add(self, name: str, text: str) -> str:
        """Keep an uploaded case and return its address.

        Parameters
        ----------
        name : str
            What the user calls the file; it is shown in messages, and folders before it are left out.
        text : str
            YAML.

        Raises
        ------
        InvalidCaseError
            With every problem found, when it is no valid case (or is larger than one: :data:`trimer.record.tree`).
        InputError
            When it cannot be kept.
        """
        label = shown_name(name)
        raw = _encoded(text, label)
        address = f"sha256-{hashlib.sha256(raw).hexdigest()[:16]}"
        found = faults(_unmarked(text), label, list_entries("drugs"), regimen_parts())
        if found:
            raise InvalidCaseError(label, _problems(found, label))
        try:
            _bounded(self._case(address, text))
            self._page(address, text, RESPONSE, CRS)
        except InputError as fault:  # well formed, and yet nothing that could be judged
            raise InvalidCaseError(
                label, (Problem(fault.where, None, fault.found, fault.expected, fault.hint),)
            ) from None
        with self._adding:
            self._make_room(address, len(raw))
            if not keep(self.folder, f"{address}.yaml", raw):
                raise InputError(label, "no room on the disk", "a folder that can be written", f"See {self.folder}.")
        return address

    def get(self, address: str) -> Case:
        """Return a case by the name of a bundled one, or the address of an uploaded one.

        Raises
        ------
        NotFoundError
            When there is none: never uploaded, or dropped for newer ones.
        """
        return self._case(address, self.text(address))

    def text(self, address: str) -> str:
        """Return the YAML text of a case; raises as :meth:`get`."""
        if address in list_entries("cases"):
            return tree.read_text(case_path(address))
        if UPLOADED.fullmatch(address):
            path = self.folder / f"{address}.yaml"
            with suppress(OSError):
                raw = path.read_bytes()
                os.utime(path)  # the longest unused goes first
                if f"sha256-{hashlib.sha256(raw).hexdigest()[:16]}" == address:
                    return raw.decode("utf-8")
            raise NotFoundError(f"The server no longer has the case {address}. Upload its file again.")
        known = ", ".join(list_entries("cases"))
        raise NotFoundError(f"No case {address[:LONGEST_NAME]!r}. There are: {known}; and those you upload.")

    def place(self, address: str) -> str | Path:
        """Return what a study takes for a case: the name of a bundled one, the file of an uploaded one.

        Raises
        ------
        NotFoundError
            As :meth:`get`.
        """
        self.get(address)
        return self.folder / f"{address}.yaml" if UPLOADED.fullmatch(address) else address

    def page(self, address: str, response: str, crs: str) -> dict[str, Any]:
        """Return what :func:`trimer.workbench.case_view.view` gives of a case, with its address; not to be changed.

        Raises
        ------
        NotFoundError, InputError
            As :meth:`get` and :func:`~trimer.workbench.case_view.view`.
        """
        return self._page(address, self.text(address), response, crs)

    def _viewed(self, address: str, text: str, response: str, crs: str) -> dict[str, Any]:
        return view(self._case(address, text), response, crs) | {"address": address}

    def _make_room(self, address: str, size: int) -> None:
        """Drop the longest unused cases until one more of this size fits."""
        kept = [(path, path.stat()) for path in self.folder.glob("sha256-*.yaml") if path.stem != address]
        kept.sort(key=lambda item: item[1].st_mtime_ns)
        total = size + sum(stat.st_size for _, stat in kept)
        while kept and (len(kept) >= self.most or total > self.most_bytes):
            path, stat = kept.pop(0)
            path.unlink(missing_ok=True)
            total -= stat.st_size


def shown_name(name: str) -> str:
    """Return a file's name as messages show it: without folders, without what cannot be printed, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(c for c in last if c == " " or unicodedata.category(c)[0] not in "CZ").strip()
    return printable[:LONGEST_NAME] or "case.yaml"


def _read(address: str, text: str) -> Case:
    return read_case(_unmarked(text), address, list_entries("drugs"), regimen_parts())


def _unmarked(text: str) -> str:
    """Return text without the mark that some editors begin a file with."""
    return text.removeprefix("\ufeff")


def _bounded(case: Case) -> None:
    """Refuse what would be judged or replayed for hours: hundreds of treatments, or centuries of one.

    Judging looks at every pair of treatments at every assessment, and a replay at every day from first to last.
    What is named is the field whose day lies furthest from the origin.
    """
    begun = sum(len(event.given) for event in case.events)
    if begun > MOST_GIVEN:
        raise InputError("events", f"{begun} drugs and regimens given", f"at most {MOST_GIVEN}")
    orders = case.orders()
    ordered = sum(order.repeat for order in orders)
    if ordered > MOST_ORDERED:
        raise InputError("realisation.orders", f"{ordered} orders, repeats counted", f"at most {MOST_ORDERED}")
    spans = [[(f"events[{point.removesuffix('.end')}]", window.day) for point, window in case.schedule.windows.items()]]
    spans += [[(f"{one.source}: {one.name}", day) for one in case.course().episodes for day in (one.start, one.end)]]
    spans += [[(f"realisation.orders: {one.event}", day) for one in orders for day in _ends(one)]]
    days: list[tuple[str, float]] = []
    for more in spans:  # what an event says is named before what follows from it
        days += [(where, day if math.isfinite(day) else math.inf) for where, day in more]
        first, last = (edge((day for _, day in days), default=0.0) for edge in (min, max))
        if last - first > LIFETIME:
            where, _ = max(days, key=lambda one: abs(one[1]))  # days count from the origin
            raise InputError(where, f"{last - first:.3g} days from first to last", f"a lifetime, {LIFETIME:g} at most")


def _ends(order: Order) -> tuple[float, float]:
    return order.start, order.start + order.repeat * order.interval + (order.duration or 0.0)


def _encoded(text: str, label: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as fault:
        line = text.count("\n", 0, fault.start) + 1
        found = f"letter {fault.start + 1} that is no UTF-8 text"
        raise InvalidCaseError(label, (Problem("", line, found, "a YAML case file in UTF-8"),)) from None


def _problems(found: tuple[CaseError, ...], label: str) -> tuple[Problem, ...]:
    """Return faults as problems, in the order of the text; those without a line come last."""
    problems = []
    for fault in found:
        path, line = tree.place(fault.where, label)
        if line is None:  # of dates that contradict each other the hint names the lines
            named = re.search(r"\(line ([0-9]+)\)", fault.hint)
            line = int(named[1]) if named else None
        problems.append(Problem(path, line, fault.found, fault.expected, fault.hint))
    return tuple(sorted(problems, key=lambda problem: (problem.line is None, problem.line or 0)))
