"""A case written as a FHIR Bundle comes back as it was; a spoilt Bundle gives a case or one error."""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from generated_cases import document, malformed

from trimer.errors import InputError
from trimer.record.fhir.foreign import Known
from trimer.record.fhir.read import read_bundle
from trimer.record.fhir.write import LOST, bundle, held, text

CASES = int(os.environ.get("TRIMER_GENERATED", "20"))  # `make nightly` asks for ten thousand
BRIAN = Path(__file__).parents[1] / "reference" / "data" / "mcode_brian_l.json"
KNOWN = Known(weight="13.5 kg", height="93 cm")


def test_a_bundle_loses_nothing_of_a_case() -> None:
    assert LOST == ()
    for seed in range(CASES):
        made = document(seed)
        again = read_bundle(text(bundle(made)).encode())
        assert again.ours
        assert again.document == held(made) == made, seed
        assert again.unread == (), seed


@pytest.mark.parametrize("seed", range(6))
def test_every_bundle_is_r4(seed: int) -> None:
    pytest.importorskip("fhir.resources", reason="needs the extra clinical")
    from trimer.record.fhir.validate import validate

    validate(bundle(document(seed)))


@cache
def payloads() -> tuple[bytes, ...]:
    """Return Bundles of ours, the small ones, and one of another system for every second of them."""
    made = sorted((text(bundle(document(seed))).encode() for seed in range(40)), key=len)[:12]
    foreign = BRIAN.read_bytes()
    return tuple(payload for own in made for payload in (own, foreign))


def outcome(payload: bytes) -> str:
    try:
        found = read_bundle(payload, "spoilt.json", KNOWN)
    except InputError as fault:
        return "refused" if fault.where.startswith("spoilt.json") else repr(fault)
    return "read whole" if found.ours and not found.unread else "read"


def test_a_spoilt_bundle_gives_a_case_or_one_error_that_says_where() -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(10 * CASES):
        outcomes[outcome(malformed(payloads()[seed % len(payloads())], seed))] += 1
    assert set(outcomes) <= {"refused", "read", "read whole"}, outcomes
    assert outcomes["refused"] > 2 * CASES
    assert outcomes["read"] > CASES / 2
