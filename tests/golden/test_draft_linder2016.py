"""The draft of the reference report against the case made by hand; the text is not ours to ship."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("spacy", reason="the extra trimer[draft] is not installed")

TEXT = os.environ.get("TRIMER_REPORT_TEXT", "")
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def accuracy_of() -> object:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import draft_accuracy

        return draft_accuracy
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.skipif(not Path(TEXT).is_file(), reason="TRIMER_REPORT_TEXT names no file with the report's text")
def test_the_reference_report_is_read_as_the_hand_made_case_has_it(accuracy_of: object) -> None:
    found = accuracy_of.reference(Path(TEXT))  # type: ignore[attr-defined]
    assert found.events == 38
    assert found.found / found.events >= 0.90, found.missed
    assert found.values >= 80
    assert found.right / found.values >= 0.95, found.wrong


@pytest.mark.parametrize("wording", range(3))
def test_reports_written_from_cases_in_other_words_are_read_back(accuracy_of: object, wording: int) -> None:
    from trimer.record.draft import propose
    from trimer.record.draft.measure import accuracy

    for seed in range(wording, 30, 3):
        text, case = accuracy_of.written(seed)  # type: ignore[attr-defined]
        found = accuracy(propose(text), case)
        assert found.found / found.events >= 0.8, (text, found.missed)
        assert found.right / found.values >= 0.95, (text, found.wrong)


def test_the_measure_counts_what_is_wrong(accuracy_of: object) -> None:
    from trimer.record.draft import propose
    from trimer.record.draft.measure import accuracy

    text, case = accuracy_of.written(0)  # type: ignore[attr-defined]
    whole = accuracy(propose(text), case)
    number = str(case.events[1].observations[0].value)
    spoilt = accuracy(propose(text.replace(f"was {number} x", "was 777 x")), case)
    assert (spoilt.found, spoilt.right) == (whole.found - 1, whole.right - 1)
    assert accuracy(propose(""), case).found == 0
