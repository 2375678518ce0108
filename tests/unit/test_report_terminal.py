"""The terminal: complete, narrow enough, and legible without colour."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from report_sample import sample
from rich.console import Console
from test_report_figures import awkward, empty

from trimer.report import judged, terminal
from trimer.study.result import StateItem


def shown(result, width=100, **options):
    out = io.StringIO()
    terminal.render(result, Console(file=out, width=width, **options))
    return out.getvalue()


def test_shows_states_verdicts_observations_fit_and_notice():
    result = sample()
    text = shown(result)
    assert result.title in text
    assert "States: 10 of 11 agree" in text
    assert "Observations: 3 of 29 missed" in text
    assert "AMG, CIBMTR" in text
    assert "79 %" in text
    assert "77.6" in text
    assert "objective 41.27" in text
    assert " ".join(text.split()).endswith(result.notice)


def test_reads_without_colour_and_within_the_width():
    text = shown(sample())
    assert "\x1b[" not in text
    assert max(len(line) for line in text.splitlines()) <= 100
    assert text.count("✗ differ") == 2
    assert text.count("✗ miss") == 3
    assert text.count("✓") > 30


def test_a_state_that_is_a_verdict_carries_its_grounds_and_is_not_repeated():
    result = sample()
    verdict = next(v for v in result.verdicts if v.label == "After CLAG" and v.set == "AMG")
    state = StateItem("After CLAG", "refractory", "refractory", True)
    text = shown(replace(result, states=(state,), verdicts=(verdict,)))
    assert text.count("After CLAG") == 1
    assert "Marrow blasts 68 % (> 5)" in text
    assert "Also judged" not in text


def test_missing_facts_are_called_missing_and_the_records_own_conclusion_is_named():
    result = sample()
    side = {"category": "CR", "decided_by": [], "missing": ["anc", "platelets", "wbc", "haemoglobin"],
            "supported_by": "stated conclusion", "reason": "r"}  # fmt: skip
    text = " ".join(shown(replace(result, verdicts=(replace(result.verdicts[0], record=side),)), width=200).split())
    assert "missing: neutrophils, platelets and 2 more" in text
    assert "the record's own conclusion" in text
    assert "no neutrophils" not in text


def test_severe_toxicity_that_only_the_simulation_has_is_told():
    result = sample()
    crs = next(v for v in result.verdicts if v.subject == "crs" and v.agree is None)
    grave = replace(crs, simulation={"category": "grade 3", "grade": [3, 3]})
    mild = replace(crs, assessment="other", simulation={"category": "grade 1", "grade": [1, 1]})
    assert judged.unrecorded(replace(result, verdicts=(grave, mild))) == [grave]
    assert f"! Simulated: CRS grade 3 in {crs.label}" in shown(replace(result, verdicts=(grave, mild)))


def test_colour_when_the_terminal_has_it():
    assert "\x1b[" in shown(sample(), force_terminal=True, color_system="standard")


def test_brackets_in_the_record_are_not_markup():
    result = sample()
    odd = replace(result, title="[bold]x[/bold] [/]", states=(replace(result.states[0], record="[red]CR[/red]"),))
    text = shown(odd)
    assert "[bold]x[/bold] [/]" in text
    assert "[red]CR[/red]" in text


@pytest.mark.parametrize("change", [awkward, empty])
def test_odd_and_missing_values_still_print(change):
    result = change(sample())
    text = shown(result)
    assert result.notice.split()[0] in text
    assert "nan" not in text.replace("unable", "")
