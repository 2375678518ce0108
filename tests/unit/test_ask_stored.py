"""The stored answers of the documentation say what the present code would say of the same numbers.

Nothing is simulated: every estimate and paired difference is read back from the file, and everything else (sentences,
verdicts, labels, what brackets mean, what not to conclude) is written again from it and from the question's file.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import trimer.library as library
from trimer.library.load_question import question
from trimer.report.ask import OF, markdown, notes
from trimer.study.ask.answer import Answer, Scanned
from trimer.study.ask.group import Group
from trimer.study.ask.words import PLACE, sentences
from trimer.study.outcomes import Outcomes
from trimer.study.paired import Estimated
from trimer.study.scenario import SIZE
from trimer.study.subjects import Subjects

STORED = Path(__file__).parents[2] / "docs" / "results" / "questions"
FILES = sorted(STORED.glob("*.json"))
Document = Mapping[str, Any]


class NotStoredError(Exception):
    """A difference of two options of which none is the reference: answers do not hold it."""


@dataclass(frozen=True)
class Bare:
    """What an answer asks of an option's outcomes beside their estimates."""

    treatment: str
    status: np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Reread(Answer):
    """An answer whose numbers are those of a stored document."""

    document: Document

    def estimate(self, option: str, outcome: str) -> Estimated:
        return number(self._option(option, True)["values"][outcome])

    def difference(self, option: str, other: str, outcome: str) -> Estimated:
        reference = self.question.reference
        if other == reference:
            return number(self._option(option, True)["differences"][outcome], difference=True)
        if option != reference:
            raise NotStoredError
        own = number(self._option(other, True)["differences"][outcome], difference=True)
        return replace(own, value=-own.value, low=-own.high, high=-own.low)

    def along(self, scan: str, option: str) -> Sequence[tuple[str, Estimated]]:
        made = next(s for s in self.document["scans"] if s["name"] == scan)
        points = (number(p, difference=True) for p in made["options"][option])
        return list(zip(made["values"], points, strict=True))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return tuple(self.document["answer"])  # tested by themselves, place by place

    def _option(self, name: str, stored: bool = False) -> dict[str, Any]:
        if not stored:
            return super()._option(name)
        return cast(dict[str, Any], next(o for o in self.document["options"] if o["name"] == name))


def number(said: Document, difference: bool = False) -> Estimated:
    """Return an estimate as it was before it was written; a limit that is None is none at all."""
    value = math.nan if said["value"] is None else said["value"]
    edge = math.nan if math.isnan(value) else math.inf
    low, high = -edge if said["low"] is None else said["low"], edge if said["high"] is None else said["high"]
    return Estimated(value, low, high, said["n"], said["kind"], said["unit"], difference, said["method"])


def reread(document: Document) -> Reread:
    """Return a stored answer as the present code holds one, with the question as its file is now."""
    asked = question(document["name"])
    count = document["subjects"]["count"]
    who = document["subjects"]
    subjects = Subjects(who["label"], who["origin"], {}, {"none": np.zeros(count)}, SIZE, 0)
    outcomes, left = {}, {}
    for option in document["options"]:
        name = option["name"]
        status = (np.arange(count) < document["failed"].get(name, 0)).astype(np.int64)
        outcomes[name] = cast(Outcomes, Bare(option["treatment"], status))
        left[name] = tuple(item["says"] for item in document["outside"] if name in item["options"])
    scans = tuple(Scanned(scan, ()) for scan in asked.scans)
    group = Group(subjects, remarks=tuple(document["remarks"]))
    return Reread(asked, group, outcomes, scans, left, document["provenance"]["seed"], document)


def document_of(path: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))


def test_every_question_has_a_stored_answer_and_every_stored_answer_a_question() -> None:
    assert {path.stem for path in FILES} == set(library.list_entries("questions"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_stored_answer_is_worded_as_the_present_code_words_it(path: Path) -> None:
    """Run it again with `trimer ask NAME --json` when this fails: the file says what the program no longer does."""
    document = document_of(path)
    written = json.loads(json.dumps(reread(document).to_dict(), allow_nan=False))
    for part in ("trimer", "numpy"):  # of the run, not of the wording
        assert document["provenance"][part]
        written["provenance"][part] = document["provenance"][part]
    assert list(written) == list(document)
    for part, said in written.items():
        assert document[part] == said, part


def pattern(place: str, found: Reread) -> str:
    """Return what may stand in a place: what is written of the stored numbers, or of a form any of its texts."""
    asked = replace(found, question=replace(found.question, answer=(f"{{{place}}}",)))
    try:
        return re.escape(sentences(asked)[0])
    except NotStoredError:
        _, _, form = place.partition(":")
        return f"(?:{'|'.join(map(re.escape, form.split('|')))})" if "|" in form else r".+?"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_sentences_of_a_stored_answer_are_those_of_its_question(path: Path) -> None:
    found = reread(document_of(path))
    assert found.days == found.document["days"]
    for template, said in zip(found.question.answer, found.document["answer"], strict=True):
        parts = PLACE.split(template)  # text, place, text, place, ..., text
        patterns = [pattern(x, found) if k % 2 else re.escape(x) for k, x in enumerate(parts)]
        assert re.fullmatch("".join(patterns), said), template


def test_most_places_of_sentences_are_checked_by_their_numbers() -> None:
    free = whole = 0
    for path in FILES:
        found = reread(document_of(path))
        places = [x for sentence in found.question.answer for x in PLACE.findall(sentence)]
        whole += len(places)
        free += sum(pattern(x, found) == r".+?" for x in places)
    assert free < 0.1 * whole


def test_what_is_known_of_some_stands_with_of_how_many() -> None:
    document = document_of(STORED / "car_t_comparator.json")
    cells = re.findall(r"[^|\n]*, of \d[^|\n]*(?= \|)", markdown(document))
    relapse = document["options"][0]["values"]["relapsed"]
    assert 0 < relapse["n"] < document["subjects"]["count"]
    assert any(f"{relapse['bare']}, of {relapse['n']}" in cell for cell in cells)
    assert len(cells) == len(document["options"]), "relapse alone is of some"
    assert OF in notes(document)["How to read it"]
    assert OF not in notes(document_of(STORED / "ctcae_stop_day_3.json"))["How to read it"]


def test_more_days_of_infusion_are_neither_better_nor_worse() -> None:
    document = document_of(STORED / "ctcae_stop_day_3.json")
    said = {option["differences"]["infusion_days"]["verdict"] for option in document["options"][1:]}
    assert said == {"lower", "higher", "not shown to differ"}


def test_a_stale_answer_is_noticed() -> None:
    document = document_of(STORED / "ctcae_stop_day_3.json")
    document["options"][1]["values"]["remission"]["value"] = 0.123
    document["options"][1]["differences"]["remission"]["verdict"] = "splendid"
    written = reread(document).to_dict()["options"][1]
    assert written["values"]["remission"]["text"] != document["options"][1]["values"]["remission"]["text"]
    assert written["differences"]["remission"]["verdict"] in ("better", "worse", "not shown to differ")
