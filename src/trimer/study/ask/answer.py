"""The answer to a question: what each option did to the same subjects, the differences, and three sentences of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

import trimer.library as library
from trimer.study.ask.group import Group
from trimer.study.ask.words import along, sentences, verdict
from trimer.study.outcomes import Outcomes
from trimer.study.outcomes_table import OUTCOMES
from trimer.study.paired import LEVEL, Estimated, difference, estimate
from trimer.study.research import NOTICE
from trimer.study.subjects import Subjects
from trimer.therapy.question import Change, Question, Scan

SCHEMA = "trimer/answer/1"
MEANING = {
    "population": "Brackets: 90 % intervals for so many virtual patients (means by bootstrap over those who share a "
    "calibrated draw, shares exact), differences patient by patient. What the calibration leaves open of a mean, and "
    "what the model gets wrong, is not in them.",
    "posterior": "Brackets: 5th and 95th percentile of the posterior draws of one patient (of shares: exact limits for "
    "so many draws), differences draw by draw. What the model gets wrong is not in them.",
}
EACH = "Each interval stands by itself: of ten differences that are truly nothing, about one would be shown."


@dataclass(frozen=True)
class Scanned:
    """Hold a scan with what its options and the reference came to at each value: outcomes by option, in order."""

    scan: Scan
    points: tuple[dict[str, Outcomes], ...]


@dataclass(frozen=True)
class Answer:
    """Hold the answer to one question.

    Attributes
    ----------
    question : Question
        As it was asked: with the subjects and the horizon really used.
    group : Group
    outcomes : dict of str to Outcomes
        By option; without curves.
    scans : tuple of Scanned
    left : dict of str to tuple of str
        By option, where it leaves the calibrated range, in sentences.
    seed : int
    """

    question: Question
    group: Group
    outcomes: Mapping[str, Outcomes]
    scans: tuple[Scanned, ...]
    left: Mapping[str, tuple[str, ...]]
    seed: int

    @property
    def subjects(self) -> Subjects:
        """Everybody it was asked about."""
        return self.group.subjects

    @property
    def count(self) -> int:
        """Number of subjects."""
        return len(self.subjects)

    @property
    def days(self) -> float:
        """Horizon, day."""
        return self.question.days

    def estimate(self, option: str, outcome: str) -> Estimated:
        """Return an outcome of an option with its interval."""
        return estimate(self.outcomes[option], outcome, self.subjects, effective=self.group.effective)

    def difference(self, option: str, other: str, outcome: str) -> Estimated:
        """Return how much higher an outcome is under one option than under another, subject by subject."""
        return self._between(self.outcomes[option], self.outcomes[other], outcome)

    def _between(self, first: Outcomes, second: Outcomes, outcome: str) -> Estimated:
        return difference(first, second, outcome, self.subjects, effective=self.group.effective)

    def along(self, scan: str, option: str) -> Sequence[tuple[str, Estimated]]:
        """Return the differences of an option from the reference at each value of a scan; empty if it was not made."""
        made = next((s for s in self.scans if s.scan.name == scan), None)
        if made is None:
            return ()
        reference, outcome = self.question.reference, made.scan.outcome
        return [
            (told(value), self._between(point[option], point[reference], outcome))
            for value, point in zip(made.scan.values, made.points, strict=True)
        ]

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """The three sentences."""
        return sentences(self)

    @property
    def outside(self) -> dict[str, tuple[str, ...]]:
        """Where the question leaves what the model was calibrated on: each sentence with the options it is true of."""
        said: dict[str, tuple[str, ...]] = {}
        for name, lines in self.left.items():
            for line in lines:
                said[line] = (*said.get(line, ()), name)
        return said

    @property
    def failed(self) -> dict[str, int]:
        """How many subjects could not be solved, by option; only options with any."""
        found = {name: int(np.count_nonzero(o.status)) for name, o in self.outcomes.items()}
        return {name: count for name, count in found.items() if count}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: numbers, text, lists and dictionaries; what is not known is None."""
        question = self.question
        reference = question.reference
        return {
            "schema": SCHEMA,
            "note": NOTICE,
            "name": question.name,
            "title": question.title,
            "question": question.question,
            "remarks": list(self.group.remarks),
            "answer": list(self.sentences),
            "do_not_conclude": question.do_not_conclude,
            "limits": list(question.limits),
            "outside": [{"says": line, "options": list(names)} for line, names in self.outside.items()],
            "meaning": [MEANING[self.subjects.origin], EACH],
            "subjects": {"label": self.subjects.label, "origin": self.subjects.origin, "count": self.count},
            "days": self.days,
            "reference": reference,
            "trade_off": list(question.trade_off or question.outcomes[:2]),
            "plane": [_outcome(name) for name in question.trade_off or question.outcomes[:2]],
            "outcomes": [_outcome(name) for name in question.outcomes],
            "options": [self._option(name) for name in self.outcomes],
            "scans": [self._scan(made) for made in self.scans],
            "evidence": [
                {"source": e.source, "reference": str(library.references()[e.source]), "says": e.says}
                for e in question.evidence
            ],
            "failed": self.failed,
            "provenance": self._provenance(),
        }

    def _option(self, name: str) -> dict[str, Any]:
        """Return an option with every outcome shown, and its difference from the reference."""
        option, reference = self.question.option(name), self.question.reference
        names = dict.fromkeys((*self.question.outcomes, *self.question.trade_off))
        found: dict[str, Any] = {
            "name": name,
            "label": option.label,
            "treatment": self.outcomes[name].treatment,
            "parameters": {k: told(v) for k, v in option.parameters.items()},
            "values": {n: _written(self.estimate(name, n)) for n in names},
        }
        if name != reference:
            differences = {n: self.difference(name, reference, n) for n in names}
            found["differences"] = {
                n: {**_written(d), "verdict": verdict(d, OUTCOMES[n])} for n, d in differences.items()
            }
        return found

    def _scan(self, made: Scanned) -> dict[str, Any]:
        scan = made.scan
        lines = {name: self.along(scan.name, name) for name in scan.options}
        return {
            "name": scan.name,
            "parameter": scan.parameter,
            "outcome": _outcome(scan.outcome),
            "everywhere": scan.everywhere,
            "note": scan.note,
            "values": [told(value) for value in scan.values],
            "numbers": [value.value for value in scan.values],
            "options": {name: [_written(d) for _, d in line] for name, line in lines.items()},
            "words": {name: along(line) for name, line in lines.items()},
        }

    def _provenance(self) -> dict[str, Any]:
        who = self.question.who
        asked: dict[str, Any] = {"case": who.case, "at": who.at, "until": who.until}
        if who.kind == "population":
            population = library.population(who.population)
            asked = {"population": population.name, "calibration": population.calibration, "within": list(who.within)}
        return {
            "trimer": version("trimer"),
            "numpy": version("numpy"),
            "seed": self.seed,
            **asked,
            "level": LEVEL,
            "scale": self.question.scale,
            "response": self.question.response,
        }


def told(change: Change) -> str:
    """Return a change as printed."""
    if change.factor:
        return f"× {change.value:g}"
    return change.text.removesuffix(" 1").replace("1/day", "per day")


def _outcome(name: str) -> dict[str, str]:
    found = OUTCOMES[name]
    return {"name": name, **{k: getattr(found, k) for k in ("label", "unit", "kind", "better", "note")}}


def _written(estimated: Estimated) -> dict[str, Any]:
    return {**estimated.to_dict(), "text": f"{estimated}", "bare": f"{estimated:bare}"}
