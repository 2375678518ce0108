"""The sentences of an answer: text with places that are filled from what was computed.

A place is written in braces. ``{a.remission}`` is the outcome of option ``a``, ``{a-b.remission}`` the paired
difference of two options, both with their interval; ``{a-b.remission:word}`` says in a word what the difference
shows, ``{a-b.remission:if higher|if lower|if not shown}`` picks the text that is true, ``{best:remission}`` names the
best option and those not shown to differ from it, ``{scan:name.a}`` tells where along a scan option ``a`` differs from
the reference, ``{n}`` and ``{days}`` are the number of subjects and the horizon. No number can be had without its
interval, and no word but the one that the interval allows.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from trimer.errors import LibraryError
from trimer.study.outcomes_table import OUTCOMES, Outcome
from trimer.study.paired import UNKNOWN, Estimated, Shown
from trimer.therapy.question import Question

NOT_SHOWN: Shown = "not shown to differ"
PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = r"[a-z][a-z0-9_]*"
_FORMS = (
    ("number", re.compile(r"(?P<number>n|days)")),
    ("best", re.compile(rf"best:(?P<outcome>{_NAME})")),
    ("scan", re.compile(rf"scan:(?P<scan>{_NAME})\.(?P<a>{_NAME})")),
    ("value", re.compile(rf"(?P<a>{_NAME})\.(?P<outcome>{_NAME})")),
    ("difference", re.compile(rf"(?P<a>{_NAME})-(?P<b>{_NAME})\.(?P<outcome>{_NAME})(?::(?P<form>.+))?", re.DOTALL)),
)
_WORDS = ("word", "better")

What = Literal["number", "best", "scan", "value", "difference"]


@dataclass(frozen=True)
class Place:
    """Hold one place of a sentence: what stands there, and of which options, outcome, scan or form."""

    what: What
    number: str = ""
    a: str = ""
    b: str = ""
    outcome: str = ""
    scan: str = ""
    form: str = ""


class Found(Protocol):
    """What sentences are filled from."""

    @property
    def question(self) -> Question:
        """The question."""

    @property
    def count(self) -> int:
        """Number of subjects."""

    @property
    def days(self) -> float:
        """Horizon, day."""

    def estimate(self, option: str, outcome: str) -> Estimated:
        """Return an outcome of an option."""

    def difference(self, option: str, other: str, outcome: str) -> Estimated:
        """Return the paired difference of two options."""

    def along(self, scan: str, option: str) -> Sequence[tuple[str, Estimated]]:
        """Return the differences of an option from the reference at each value of a scan."""


def places(question: Question) -> Iterator[Place]:
    """Yield every place of a question's answer.

    Raises
    ------
    LibraryError
        When a place cannot be read, or names an option, outcome or scan that is not there.
    """
    for k, sentence in enumerate(question.answer):
        where = f"{question.name}: answer[{k}]"
        if (rest := PLACE.sub("", sentence)).count("{") or rest.count("}"):
            raise LibraryError(where, "a brace without its other half", "places such as {label.remission}")
        for match in PLACE.finditer(sentence):
            yield _place(match[1], question, where)


def sentences(found: Found) -> tuple[str, ...]:
    """Return the sentences of an answer."""
    question = found.question

    def fill(match: re.Match[str]) -> str:
        return _filled(_place(match[1], question, f"{question.name}: answer"), found)

    return tuple(PLACE.sub(fill, sentence) for sentence in question.answer)


def _place(text: str, question: Question, where: str) -> Place:
    for what, form in _FORMS:
        if match := form.fullmatch(text):
            place = Place(what, **{k: v for k, v in match.groupdict().items() if v})  # type: ignore[arg-type]
            _check(place, question, where, text)
            return place
    expected = "option.outcome, option-other.outcome[:form], best:outcome, scan:name.option, n or days"
    raise LibraryError(where, f"{{{text}}}", expected)


def _check(place: Place, question: Question, where: str, text: str) -> None:
    """Raise when a place names what is not there."""
    known: dict[str, Sequence[str]] = {
        "option": [o.name for o in question.options],
        "outcome": list(OUTCOMES),
        "scan": [s.name for s in question.scans],
    }
    named = [("option", place.a), ("option", place.b), ("outcome", place.outcome), ("scan", place.scan)]
    for kind, name in named:
        if name and name not in known[kind]:
            near = difflib.get_close_matches(name, known[kind], n=3)
            hint = f"Nearest: {', '.join(near)}." if near else ""
            raise LibraryError(where, f'{{{text}}} with {kind} "{name}"', f"a known {kind}", hint)
    if place.what == "scan" and place.a not in next(s for s in question.scans if s.name == place.scan).options:
        raise LibraryError(where, f"{{{text}}}", "an option that the scan compares")
    if place.what == "best" and not OUTCOMES[place.outcome].better:
        directed = ", ".join(name for name, item in OUTCOMES.items() if item.better)
        raise LibraryError(where, f"{{{text}}}, of which neither more nor less is better", f"one of {directed}")
    if place.form and place.form not in _WORDS and place.form.count("|") != 2:
        raise LibraryError(where, f"{{{text}}}", f"a form: {', '.join(_WORDS)}, or if higher|if lower|if not shown")


def _filled(place: Place, found: Found) -> str:
    """Return what stands in a place."""
    if place.what == "number":
        return f"{found.count:,}" if place.number == "n" else f"{found.days:g}"
    if place.what == "best":
        return _best(place.outcome, found)
    if place.what == "scan":
        return along(found.along(place.scan, place.a))
    if place.what == "value":
        return f"{found.estimate(place.a, place.outcome)}"
    difference = found.difference(place.a, place.b, place.outcome)
    if not place.form:
        return f"{difference}"
    if place.form == "word":
        return difference.shown
    if place.form == "better":
        return verdict(difference, OUTCOMES[place.outcome])
    higher, lower, neither = place.form.split("|")
    return {"higher": higher, "lower": lower}.get(difference.shown, neither)


def verdict(difference: Estimated, outcome: Outcome) -> str:
    """Return ``better``, ``worse`` or :data:`NOT_SHOWN`; ``higher`` or ``lower`` where neither way is better."""
    if difference.shown not in ("higher", "lower") or not outcome.better:
        return difference.shown
    return "better" if difference.shown == outcome.better else "worse"


def _best(outcome: str, found: Found) -> str:
    """Return the label of the option with the best value, and those that are not shown to differ from it."""
    labels = {o.name: o.label for o in found.question.options}
    values = {name: found.estimate(name, outcome).value for name in labels}
    known = {name: x for name, x in values.items() if math.isfinite(x)}
    if not known:
        return UNKNOWN
    sign = -1.0 if OUTCOMES[outcome].better == "lower" else 1.0
    best = max(known, key=lambda name: sign * known[name])
    alike = [
        labels[name]
        for name in known
        if name != best and found.difference(name, best, outcome).shown not in ("higher", "lower")
    ]
    return f"“{labels[best]}”" + (f" ({NOT_SHOWN}: {'; '.join(alike)})" if alike else "")


def along(points: Sequence[tuple[str, Estimated]]) -> str:
    """Return in words at which values of a scan a difference is shown, and which way."""
    if not points:
        return UNKNOWN
    groups: dict[str, list[str]] = {}
    for value, difference in points:
        groups.setdefault(difference.shown, []).append(value)
    if len(groups) == 1:
        return f"{next(iter(groups))} at each of {_listed([value for value, _ in points])}"
    return ", ".join(f"{shown} at {_listed(values)}" for shown, values in groups.items())


def _listed(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}"


def known_outcomes(question: Question) -> None:
    """Raise when a question names an outcome that there is not.

    Raises
    ------
    LibraryError
        The nearest names are given.
    """
    named: Mapping[str, Sequence[str]] = {
        "outcomes": question.outcomes,
        "trade_off": question.trade_off,
        "scan": [s.outcome for s in question.scans],
        "subjects.having": question.who.having[1:],
    }
    for field, names in named.items():
        for name in names:
            if name not in OUTCOMES:
                near = difflib.get_close_matches(name, OUTCOMES, n=3)
                hint = f"Nearest: {', '.join(near)}." if near else ""
                raise LibraryError(f"{question.name}: {field}", f'"{name}"', "an outcome", hint)
    for name in named["subjects.having"]:
        if OUTCOMES[name].kind != "share":
            raise LibraryError(f"{question.name}: subjects.having", f'"{name}"', "an outcome that is a share")
