"""What courses are compared by: the features of ``features.toml``, and the same of a case at a moment of its course."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from trimer.errors import InputError
from trimer.library.files import read_toml

Kind = Literal["number", "logarithm", "yes or no", "words"]
Interval = tuple[float, float]
Value = Interval | bool | str | None
"""An interval in the feature's unit, yes or no, words, or None where it is not known."""

PATH = Path(__file__).parent / "features.toml"


@dataclass(frozen=True)
class Feature:
    """Describe one feature; see ``features.toml`` for what its numbers mean and why they are what they are."""

    name: str
    label: str
    kind: Kind
    weight: float
    why: str
    unit: str = ""
    scale: float = 1.0
    floor: float = 0.0

    @property
    def numeric(self) -> bool:
        """Whether it is a number, held as an interval."""
        return self.kind in ("number", "logarithm")

    def contribution(self, case: Value, course: Value, missing: float) -> float:
        """Return what it adds to the distance of two courses, before the sum is divided by the weights.

        This is the definition in words that can be read; the database computes the same for all courses at once.

        Parameters
        ----------
        case, course : interval, bool, str or None
        missing : float
            Share of the weight where the course's value is not known.
        """
        if case is None:
            return 0.0
        if course is None:
            return self.weight * missing
        if isinstance(case, tuple) and isinstance(course, tuple):
            (low, high), (a, b) = (self.placed(case), self.placed(course))
            return self.weight * min(1.0, max(0.0, a - high, low - b) / self.scale)
        return self.weight * float(case != course)

    def placed(self, interval: Interval) -> Interval:
        """Return an interval on the feature's own axis, logarithms (to base 10) taken from its floor up."""
        if self.kind == "number":
            return interval
        low, high = (math.log10(max(x, self.floor)) for x in interval)
        return low, high

    def words(self, value: Value) -> str:
        """Return a value as a person writes it."""
        if value is None:
            return "not known"
        if isinstance(value, tuple):
            low, high = value
            unit = "" if self.unit == "number" else f" {self.unit}"
            if low == high:
                return f"{low:.3g}{unit}"
            if math.isinf(high):
                return f"{low:.3g} or more{unit}" if math.isfinite(low) else "not known"
            return f"at most {high:.3g}{unit}" if math.isinf(low) else f"{low:.3g} to {high:.3g}{unit}"
        return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else value


@dataclass(frozen=True)
class Features:
    """Hold all features, the share that a missing one contributes, and how old a recorded value may be (day)."""

    features: tuple[Feature, ...]
    missing: float
    within: float

    def distance(self, case: Mapping[str, Value], course: Mapping[str, Value]) -> tuple[float, dict[str, float]]:
        """Return the distance of a course from a case (0 to 1), and what each feature adds to it.

        Raises
        ------
        InputError
            When nothing is known of the case.
        """
        whole = self.known(case)
        parts = {
            f.name: f.contribution(case.get(f.name), course.get(f.name), self.missing) / whole for f in self.features
        }
        return sum(parts.values()), parts

    def known(self, case: Mapping[str, Value]) -> float:
        """Return the sum of the weights of what is known of a case.

        Raises
        ------
        InputError
            When that is nothing.
        """
        whole = sum(f.weight for f in self.features if case.get(f.name) is not None)
        if not whole:
            known = ", ".join(f.label for f in self.features)
            raise InputError("CASE", "a course of which no feature is known at entry", f"at least one of {known}")
        return whole


@cache
def features() -> Features:
    """Return the features of ``features.toml``."""
    document = read_toml(PATH)
    return Features(
        tuple(Feature(**entry) for entry in document["features"]),
        float(document["missing"]),
        float(document["within_day"]),
    )
