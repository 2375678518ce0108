"""Every bundled question through one body: it loads, its treatments can be given, its answer can be read."""

from __future__ import annotations

import json
import re

import pytest
from ask_sample import untold_twin

from trimer.library import list_entries
from trimer.library.load_question import question
from trimer.report.ask import markdown
from trimer.study.ask.run import ask
from trimer.study.ask.words import PLACE, places
from trimer.study.outcomes import OUTCOMES
from trimer.study.plan import plan_of
from trimer.study.scenario import SIZE
from trimer.therapy.question import RECORDED

FEW, MANY = 8, 400  # patients; many where only those with a rare outcome are asked about


@pytest.mark.parametrize("name", list_entries("questions"))
def test_a_question_can_be_asked(name: str) -> None:
    asked = question(name)
    assert asked.name == name
    assert asked.question.endswith("?")
    assert asked.do_not_conclude.startswith("Do not ")
    assert asked.do_not_conclude.endswith(".")
    assert asked.limits
    assert set(asked.outcomes) <= set(OUTCOMES)
    for option in asked.options:
        if option.treatment != RECORDED:
            assert plan_of(option.treatment, SIZE).assembly.parameters.keys() >= option.parameters.keys()
    found = list(places(asked))
    assert {p.what for p in found} & {"value", "difference", "best"}
    assert sum(bool(PLACE.search(sentence)) for sentence in asked.answer) >= 2, "sentences without anything computed"
    assert all(sentence.endswith(".") for sentence in asked.answer)


@pytest.mark.slow
@pytest.mark.parametrize("name", list_entries("questions"))
def test_a_question_is_answered(name: str) -> None:
    asked = question(name)
    twin = untold_twin() if asked.who.kind == "twin" else None
    found = ask(asked, patients=MANY if asked.who.having else FEW, twin=twin)
    assert len(found.sentences) == 3
    assert not any(re.search(r"[{}]|\bnan\b", sentence) for sentence in found.sentences)
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert len(document["options"]) == len(asked.options)
    assert set(found.failed.values()) <= {0}
    assert all(sentence in markdown(document) for sentence in found.sentences)
