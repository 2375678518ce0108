"""What a sentence says of when: dates as precisely as printed, steps in time, days of treatment, weeks of pregnancy."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from trimer.record.draft.quantities import WORDS, number

TimeKind = Literal["on", "offset", "treatment_day", "gestation", "until_day", "duration", "symptoms"]

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_MONTH = (
    r"(?P<month>"
    + "|".join(f"{m[:3]}(?:{m[3:]})?" if m != "september" else "sept?(?:ember)?" for m in _MONTHS)
    + r")\b\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_COUNT = rf"(?P<count>\d{{1,3}}|\b(?:a|{'|'.join(WORDS)})\b)"
_UNIT = r"(?P<unit>day|week|month|year)s?\b"
_DATES = (
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH},? {_YEAR}",
    rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}",
    rf"\b{_YEAR}-(?P<number>0[1-9]|1[0-2])-(?P<day>[0-3]\d)\b",
    rf"\b(?P<day>[0-3]?\d)\.(?P<number>0?[1-9]|1[0-2])\.{_YEAR}",
    rf"\b{_MONTH},?(?: of)? {_YEAR}",
    rf"(?<![\d/])(?P<number>0?[1-9]|1[0-2])/{_YEAR}",
    rf"\b{_YEAR}-(?P<number>0[1-9]|1[0-2])\b(?!-)",
    rf"\b(?:in|during|since) (?:early |late |mid-?)?{_YEAR}",
)
_AMBIGUOUS = re.compile(rf"(?<![\d/])(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})/{_YEAR}")
_OFFSETS = (
    rf"{_COUNT}[ -]{_UNIT}(?: of therapy)? (?P<way>later|after|afterwards?|thereafter|following|into|post[ -]?partum|"
    r"before|prior to|earlier|ago|previously)\b",
    rf"(?P<way>after|within) (?:another )?{_COUNT}[ -]{_UNIT}(?! of(?! (?:therapy|treatment))| before| prior)",
    r"(?P<way>the (?:next|following)) (?P<count>)(?P<unit>day|week|month)\b",
)
_DAY = re.compile(
    r"\b(?P<prefix>on |by |at |until |till |through |to |up to )?"
    r"(?:treatment |infusion |cycle |induction |calendar |study )?"
    r"day (?P<day>\+?\d{1,3})\b(?! ?[,–-] ?\d| and \d)(?P<of> of (?:the |her |his )?)?",
    re.IGNORECASE,
)
_GESTATION = (
    r"\b(?P<weeks>\d{1,2})(?:st|nd|rd|th)?[ -](?:completed )?weeks?(?:'|’)? (?:of )?"
    r"(?:gestation|pregnan\w{1,4}|gestational age)\b",
    r"\b(?:gestation|gestational)(?:al)? week (?P<weeks>\d{1,2})\b",
    r"\bweek (?P<weeks>\d{1,2}) of (?:gestation|pregnancy|her pregnancy)\b",
    r"\b(?P<weeks>\d{1,2})[ -]weeks?[ -]pregnant\b",
)
_FOR = re.compile(
    rf"\b(?:for|over|lasting|continued for|during)(?: the (?:last|past))? {_COUNT}[ -]{_UNIT}", re.IGNORECASE
)
_HISTORY = re.compile(rf"\b{_COUNT}[ -]{_UNIT} history of\b", re.IGNORECASE)
_BACK = ("before", "prior to", "earlier", "ago", "previously")
_READY_DATES = [re.compile(p, re.IGNORECASE) for p in _DATES]
_READY_OFFSETS = [re.compile(p, re.IGNORECASE) for p in _OFFSETS]
_READY_GESTATION = [re.compile(p, re.IGNORECASE) for p in _GESTATION]


@dataclass(frozen=True)
class When:
    """Hold one statement of time.

    Attributes
    ----------
    kind : str
    start, end : int
        In the text that was read.
    text : str
        A partial date (``on``; empty when it can be read in two ways), or a quantity such as ``"-2 week"``.
    number : int
        Day of treatment or week of gestation.
    way : str
        The word that says of what: ``later, after, postpartum, ...``.
    candidates : tuple of str
        The ways to read a date such as 03/04/2015.
    """

    kind: TimeKind
    start: int
    end: int
    text: str = ""
    number: int = 0
    way: str = ""
    candidates: tuple[str, ...] = ()


def times(text: str, offset: int = 0) -> tuple[When, ...]:
    """Return the statements of time in a text, in their order; ``offset`` is added to their places."""
    found: list[When] = []
    for when in _all(text):
        if not any(when.start < other.end and other.start < when.end for other in found):
            found.append(when)
    moved = (When(w.kind, w.start + offset, w.end + offset, w.text, w.number, w.way, w.candidates) for w in found)
    return tuple(sorted(moved, key=lambda w: w.start))


def _all(text: str) -> Iterator[When]:
    for found in _AMBIGUOUS.finditer(text):
        yield from _ambiguous(found)
    for pattern in _READY_DATES:
        yield from (when for found in pattern.finditer(text) if (when := _date(found)))
    for pattern in _READY_GESTATION:
        for found in pattern.finditer(text):
            yield When("gestation", found.start(), found.end(), number=int(found["weeks"]))
    for found in _HISTORY.finditer(text):
        yield When("symptoms", found.start(), found.end(), _step(found, back=True))
    for pattern in _READY_OFFSETS:
        for found in pattern.finditer(text):
            way = found["way"].lower()
            if way != "within":
                yield When("offset", found.start(), found.end(), _step(found, way in _BACK), way=way)
    for found in _DAY.finditer(text):
        prefix = (found["prefix"] or "").strip().lower()
        kind: TimeKind = "until_day" if prefix in ("until", "till", "through", "to", "up to") else "treatment_day"
        if int(found["day"].lstrip("+")) > 0:
            way = "of" if found["of"] else prefix
            yield When(kind, found.start(), found.end(), number=int(found["day"].lstrip("+")), way=way)
    for found in _FOR.finditer(text):
        yield When("duration", found.start(), found.end(), _step(found, back=False))


def _step(found: re.Match[str], back: bool) -> str:
    word = found["count"] or "1"
    count = 1 if word.lower() == "a" else int(number(word))
    return f"{-count if back else count} {found['unit'].lower()}"


def _date(found: re.Match[str]) -> When | None:
    part = found.groupdict()
    text = part["year"]
    month = part.get("number") or (str(_month(part["month"])) if part.get("month") else "")
    if month:
        text += f"-{int(month):02d}"
    if part.get("day"):
        text += f"-{int(part['day']):02d}"
        if not _exists(text):
            return None
    return When("on", found.start(), found.end(), text)


def _ambiguous(found: re.Match[str]) -> Iterator[When]:
    """Yield a date of two numbers and a year: day and month can be told apart only where one is above twelve."""
    one, two, year = int(found["one"]), int(found["two"]), found["year"]
    read = dict.fromkeys(f"{year}-{m:02d}-{d:02d}" for m, d in ((one, two), (two, one)))
    possible = tuple(text for text in read if _exists(text))
    if possible:
        text = possible[0] if len(possible) == 1 else ""
        yield When("on", found.start(), found.end(), text, candidates=possible if len(possible) > 1 else ())


def _month(word: str) -> int:
    return next(i for i, name in enumerate(_MONTHS, start=1) if name.startswith(word.lower()[:3]))


def _exists(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
