"""What holds of drafts of any text and of any case: one error or a draft, and what is accepted is the case."""

from __future__ import annotations

import os
import random
import re
from typing import Any

import pytest

pytest.importorskip("spacy", reason="the extra trimer[draft] is not installed")

from draft_sample import REPORT
from generated_cases import document, malformed

from trimer.errors import TrimerError
from trimer.record.draft import Draft, accept, dump_draft, propose, read_draft
from trimer.record.draft.text import cleaned, decoded
from trimer.record.schema import CaseDocument

CASES = int(os.environ.get("TRIMER_GENERATED", "20"))  # `make nightly` asks for ten thousand
PARTS = ("observations", "given", "episodes")


def held(case: CaseDocument) -> CaseDocument:
    """Return a case without what a draft has no items for: notes, and how a replay fills what is left open."""
    events = tuple(event.model_copy(update={"notes": (), "number": i}) for i, event in enumerate(case.events, start=1))
    fresh = {"events": events, "realisation": type(case.realisation)(), "article_notes": ()}
    return case.model_copy(update=fresh)


def as_draft(case: CaseDocument) -> Draft:
    """Return a case as a draft of which everything is accepted."""

    def item(value: Any) -> dict[str, Any]:
        return {"status": "accepted", "value": value}

    plain = case.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    events = []
    for event in plain["events"]:
        kept = {
            key: value
            for key, value in event.items()
            if key not in ("notes", "number", "date", "end", "conclusion", *PARTS)
        }
        kept |= {key: item(event[key]) for key in ("date", "end", "conclusion") if key in event}
        kept |= {key: [item(value) for value in event[key]] for key in PARTS if key in event}
        events.append({"status": "accepted", **kept})
    patient = plain["patient"]
    return Draft.model_validate(
        {
            "report": {"name": "r.txt", "sha256": "0" * 64, "characters": 0},
            **{key: plain[key] for key in ("id", "title", "source", "origin", "clocks") if key in plain},
            "patient": {"sex": item(patient["sex"]), "age": item(patient["age"]), "size": patient["size"]},
            "events": events,
        }
    )


def test_what_is_accepted_is_the_case() -> None:
    for seed in range(CASES):
        case = document(seed)
        draft = as_draft(case)
        assert accept(draft).document == held(case), seed
        if seed % 10 == 0:
            assert read_draft(dump_draft(draft)) == draft, seed


def spoilt(rng: random.Random) -> str:
    """Return a short piece of the sample, or of signs, with pieces cut, doubled, moved and replaced."""
    words = re.findall(r"\s+|\S+", REPORT)
    at = rng.randrange(len(words))
    piece = words[at : at + rng.randint(1, 25)]
    for _ in range(rng.randint(0, 6)):
        k = rng.randrange(len(piece))
        change = rng.randrange(5)
        if change == 0:
            piece[k] = "".join(
                chr(rng.choice((rng.randrange(128), rng.randrange(0x20, 0xD800)))) for _ in range(rng.randint(1, 8))
            )
        elif change == 1:
            piece.insert(k, rng.choice(words))
        elif change == 2:
            piece[k] = piece[k][::-1]
        elif change == 3:
            piece[k] = rng.choice(
                (
                    "9" * 30,
                    "0/0/2000",
                    "day 0",
                    "day 999",
                    "1e400",
                    "-1 %",
                    "99/99/2021",
                    "10^-9",
                    "0001",
                    "\n\n",
                    "%",
                    "12,34",
                    "5-3 %",
                    "> < =",
                )
            )
        else:
            rng.shuffle(piece)
    return "".join(piece)


def test_spoilt_texts_give_a_draft_that_is_written_and_read_back_or_one_error() -> None:
    rng = random.Random(2026)
    made = 0
    for number in range(10 * CASES):
        text = spoilt(rng)
        try:
            found = propose(text)
        except TrimerError:
            continue
        made += bool(found.events)
        if number % 25 == 0:
            assert read_draft(dump_draft(found)) == found
        for event in found.events:
            for item in (event, event.date, *event.observations, *event.given, *event.episodes):
                assert all(cleaned(text, s.start, s.end).text.strip() == s.quote for s in item.spans), text
    assert made > CASES / 2


def test_spoilt_drafts_are_one_error_or_a_draft() -> None:
    payload = dump_draft(propose(REPORT)).encode()
    refused = 0
    for seed in range(CASES):
        try:
            read_draft(decoded(malformed(payload, seed), "draft"))
        except TrimerError:
            refused += 1
    assert refused > CASES / 4
